"""time ffbrian against stock Brian 2 and a kernel written by hand

All variants run the same rule on the same spikes, in turns; the table shows medians
of processor time.  Needs about half an hour, with --quick one or two minutes.
"""

import json
from pathlib import Path

from ffbrian.train.run_folder import write_text


def add_arguments(parser):
    """Declare the command's arguments."""
    parser.add_argument("--json", metavar="FILE", type=Path, help="also write the results to FILE")
    parser.add_argument("--quick", action="store_true", help="only the smallest workload")


def execute(arguments):
    """Run the command; returns the exit status."""
    from ffbrian.benchmarks import table

    result = table.run(arguments.quick, tell=lambda text: print(text, flush=True))
    if arguments.json:
        write_text(arguments.json, json.dumps(result, indent=1) + "\n")
        print(arguments.json)
