#!/usr/bin/env bash
# The first hour with the package, part by part: bash docs/one_hour/run.sh [PART ...]
# Needs pip install ".[dask,nir,test]"; works in the folder one_hour of the current one.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
mkdir -p one_hour && cd one_hour
trap 'kill $(jobs -p) 2> /dev/null || true' EXIT

arrays() { python "$here/arrays.py"; }

synapse() { python "$here/synapse.py"; }

notebook() { # the tutorial, as a notebook, run by a kernel
    jupytext --to ipynb --output tutorial.ipynb "$here/../tutorial.md"
    jupyter execute tutorial.ipynb
}

grid() { # twelve points on two Dask workers, of which one is killed in the middle
    dask scheduler --host 127.0.0.1 --port 0 --no-dashboard --scheduler-file scheduler.json 2> scheduler.log &
    local scheduler=$!
    until [ -s scheduler.json ]; do sleep 0.2; done
    dask worker --scheduler-file scheduler.json --nthreads 1 --no-nanny --no-dashboard 2> worker-1.log &
    local worker=$!
    dask worker --scheduler-file scheduler.json --nthreads 1 --no-nanny --no-dashboard 2> worker-2.log &
    local doomed=$!
    address="$(python -c 'import json; print(json.load(open("scheduler.json"))["address"])')"
    ffbrian sweep "$here/grid.toml" --scheduler "$address" --out grid 2> grid.log &
    local sweep=$!
    until grep -q "finished (3 of 12)" grid.log; do sleep 0.2; done
    kill -9 $doomed
    wait $sweep
    kill $scheduler $worker
    tail -1 grid.log
    ffbrian collect grid
}

trained() { [ -f trained/metrics.json ] || ffbrian run "$here/trained.toml" --out trained; }

export_brian() { # a script that needs Brian 2 only, and its spikes
    trained
    ffbrian export brian trained -o network.py
    python network.py
}

export_nir() { # and read it back
    trained
    ffbrian export nir trained -o network.nir
    python -c 'import nir; print(*nir.read("network.nir").nodes)'
}

report() {
    trained
    ffbrian report trained
}

for part in ${*:-arrays synapse notebook grid export_brian export_nir report}; do
    echo "== $part"
    began=$SECONDS
    $part
    echo "== $part: $((SECONDS - began)) s"
done
