"""A trained network as plain Brian 2: objects, or a script that needs nothing but Brian 2.

The input and label populations become `SpikeGeneratorGroup`s, which are told
when each neuron spikes; everything behind them computes what the trained
network computes in one presentation without learning, step by step in the
same order.  For the same input spikes every neuron spikes at the same steps.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
from brian2 import Network, second
from brian2.equations.equations import DIFFERENTIAL_EQUATION
from brian2.parsing.statements import parse_statement
from brian2.utils.stringtools import get_identifiers, word_substitute

from ffbrian.build import group_text as groups
from ffbrian.build.group_text import block
from ffbrian.build.inhibition import BEFORE_GATHERING, GATHERING, gathered, sums
from ffbrian.build.learning.forward_forward import neuron_extra
from ffbrian.export.recipe import Call, Constant, Name, Step, Stored, carry_out
from ffbrian.files.safe_files import replacing
from ffbrian.models.effective_rule import statements, without_learning
from ffbrian.models.quantities import unit_name
from ffbrian.network import connections

CLOCK = Name("clock")
#: Populations whose spikes are given.
SOURCES = ("inputs", "labels")


def network(plan, state, spikes=None):
    """The network as plain Brian 2 objects.

    Parameters
    ----------
    plan : Plan
    state : dict of str to array
        Weights and other lasting variables, as a model holds them.
    spikes : dict of str to (array, Quantity), optional
        Neurons and times of the spikes of ``"inputs"`` and ``"labels"``, as
        `Recording.spikes` has them; default: none.

    Returns
    -------
    brian2.Network
        ``network["inputs"]``, ``network["labels"]`` (`SpikeGeneratorGroup`;
        tell them spikes with ``set_spikes``), ``network["layer_1"]`` …
        (`NeuronGroup`), ``network["layer_1_spikes"]`` … (`SpikeMonitor`),
        ``network["synapses_1"]``, ``network["label_synapses_1"]`` …
    """
    made = carry_out(steps(plan), arrays(plan, state, spikes))
    return Network([thing for name, thing in made.items() if name != CLOCK.text])


def script(plan, state, spikes, path, title):
    """Write a Python script that needs Brian 2 only, and the arrays beside it.

    Parameters
    ----------
    plan, state
        As in `network`.
    spikes : dict of str to (array, Quantity)
        What the script shows.
    path : path
        Of the script; the arrays get the ending ``.npz``.
    title : str
        First line of the script.

    Raises
    ------
    RunError
        If one of the files cannot be written.
    """
    path = Path(path)
    with replacing(path.with_suffix(".npz")) as file:
        np.savez(file, **arrays(plan, state, spikes))
    with replacing(path) as file:
        file.write(text(plan, path.with_suffix(".npz").name, title).encode())


def text(plan, file, title):
    """The script (str); `file` is the name of the file with the arrays."""
    imports = ["from pathlib import Path", "", "import numpy as np", "from brian2 import *", ""]
    load = f"arrays = np.load(Path(__file__).with_name({file!r}))"
    run = f"network = Network(collect())\nnetwork.run({Constant(plan.n_steps * plan.dt * second)})"
    report = [
        f"print('layer {k}: spikes', layer_{k}_spikes.num_spikes, 'goodness', "
        f"layer_{k}.contribution[:].mean())"
        for k, _ in enumerate(plan.network.layers, 1)
    ]
    return "\n".join([f'"""{title}"""', *imports, load, *map(str, steps(plan)), run, *report]) + "\n"


def arrays(plan, state, spikes=None):
    """Spikes, weights, lasting variables and pairs, by the names that the steps use."""
    plan.network.require_stack("Model.to_brian")
    plan.network.refuse_hearing("Model.to_brian")
    found = {name: value for name, value in state.items() if not name.startswith("modulator_")}
    for name in SOURCES:
        neurons, times = (spikes or {}).get(name, ((), ()))
        found |= {f"{name}.i": np.asarray(neurons, np.int32), f"{name}.t": np.asarray(times, float)}
    for number, layer in enumerate(plan.network.layers, 1):
        found |= _connected(plan, f"synapses_{number}", layer, plan.shapes()[number - 1])
    return found


def _connected(plan, name, layer, below):
    """Pairs and delays of a projection from below, where they are not simply all and none."""
    pairs = connections.pairs(layer.connection, below, layer.size)
    if pairs is None and not layer.delay:
        return {}
    pairs = np.indices((int(np.prod(below)), layer.size)).reshape(2, -1) if pairs is None else pairs
    delay = connections.delays(round(float(layer.delay) / plan.dt), len(pairs[0])) * plan.dt
    return {f"{name}.i": pairs[0], f"{name}.j": pairs[1]} | ({f"{name}.delay": delay} if layer.delay else {})


# -- the steps -------------------------------------------------------------------
def steps(plan):
    """The `Step`s that make the network."""
    plan.network.require_stack("Model.to_brian")
    plan.network.refuse_hearing("Model.to_brian")
    yield Step(Call("Clock", (Constant(plan.dt * second),)), CLOCK.text)
    for name, size in zip(SOURCES, (plan.n_inputs, plan.inputs.n_classes * plan.network.label_size)):
        spikes = (size, Stored(f"{name}.i"), Stored(f"{name}.t", "second"))
        yield Step(Call("SpikeGeneratorGroup", spikes, {"clock": CLOCK, "name": name}), name)
    source = "inputs"
    for number, layer in enumerate(plan.network.layers, 1):
        yield from layer_steps(plan, number, layer)
        yield from projection_steps(plan, f"synapses_{number}", source, f"layer_{number}", layer, "in")
        yield from projection_steps(
            plan, f"label_synapses_{number}", "labels", f"layer_{number}", layer, "label"
        )
        source = f"layer_{number}"
    if plan.network.readout:
        yield from readout_steps(plan)


def layer_steps(plan, number, layer):
    """A layer's neurons, their interneuron if they have one, and a monitor of their spikes."""
    name, modulator = f"layer_{number}", plan.network.modulator
    equations = groups.layer_equations(
        layer, without_learning(plan.network.rule), neuron_extra(modulator), is_source=False
    )
    own = block(*map(_line, equations.values()), f"contribution = {modulator.contribution} : 1")
    events, arrival = _events(layer, modulator), _arrival(layer, name)
    initial = list(_initial(layer, modulator, name))
    used = block(own, *map(str, events.values()), *arrival.arguments, *(str(step.action) for step in initial))
    constants = _constants(plan, used, layer.neuron, layer.synapse, modulator, layer.inhibition)
    yield Step(Call("NeuronGroup", (layer.size, own), events | _common(plan, name, constants)), name)
    yield Step(Call("np.arange", (layer.size,)), f"{name}.unit")
    yield from initial
    if layer.inhibition:
        yield from inhibition_steps(plan, name, layer)
    yield Step(arrival)
    yield Step(Call("SpikeMonitor", (Name(name),), {"name": f"{name}_spikes"}), f"{name}_spikes")


def _events(layer, modulator):
    neuron = layer.neuron
    reset = block(neuron.reset, modulator.on_spike, "n_spikes += 1")
    optional = {"refractory": neuron.refractory, "method": neuron.method}
    return {"threshold": neuron.threshold, "reset": reset} | {
        key: value for key, value in optional.items() if value
    }


def _initial(layer, modulator, name):
    """The state that a presentation begins with; what outlasts presentations has its last value."""
    keep = {*layer.neuron.set_once, *modulator.set_once}
    equations = layer.equations() + modulator.parsed("neuron_equations")
    zeros = groups.clear_code(equations, keep)  # as Brian 2 begins
    code = groups.begin_code(
        replace(layer, neuron=layer.neuron(refractory="")), neuron_extra(modulator), equations, keep
    )
    for line in statements(code):
        if line not in zeros.splitlines():
            variable, operation, expression, _ = parse_statement(line)
            changed = "" if operation == "=" else f"{variable} {operation.removesuffix('=')} "
            yield Step(changed + expression, f"{name}.{variable}")
    for variable in (*layer.neuron.set_once, *modulator.set_once):
        yield Step(Stored(f"{name}.{variable}"), f"{name}.{variable}_")


def _arrival(layer, name):
    """The weights that have arrived in a step enter the neurons at its end."""
    empty = "\n".join(f"{one}_{side} = 0" for one in layer.synapse.accumulators for side in ("in", "label"))
    code = block(layer.synapse.on_input, layer.neuron.limit, empty)
    return Call(f"{name}.run_regularly", (code,), {"clock": CLOCK, "when": "end", "name": f"arrive_{name}"})


def _at_end(name, code, order):
    """Statements of an object at the end of every time step."""
    return Call(f"{name}.run_regularly", (code,), {"clock": CLOCK, "when": "end", "order": order})


def inhibition_steps(plan, name, layer):
    """The interneuron of a layer: excited by every spike, seen by every neuron."""
    inhibition, pool = layer.inhibition, f"pool_{name}"
    own = inhibition.parsed()
    constants = _constants(plan, inhibition.equations, inhibition)
    yield Step(Call("NeuronGroup", (1, inhibition.equations), _common(plan, pool, constants)), pool)
    names = {one: f"{one}_post" for one in own.names} | {"size": repr(float(layer.size))}
    if inhibition.on_spike:
        code = word_substitute(inhibition.on_spike, names)
        settings = {"on_pre": code} | _common(plan, f"excite_{pool}", _constants(plan, code, inhibition))
        yield Step(Call("Synapses", (Name(name), Name(pool)), settings), f"excite_{pool}")
        yield Step(Call(f"excite_{pool}.connect"))
    if inhibition.each_step:
        yield Step(_at_end(pool, inhibition.each_step, BEFORE_GATHERING))
    if inhibition.on_arrival:
        yield Step(_at_end(name, sums(layer, ("in", "label")), BEFORE_GATHERING))
        code = gathered(layer, word_substitute(inhibition.on_arrival, names))
        settings = _common(plan, f"gather_{pool}", _constants(plan, code, inhibition))
        yield Step(Call("Synapses", (Name(name), Name(pool)), settings), f"gather_{pool}")
        yield Step(Call(f"gather_{pool}.connect"))
        yield Step(_at_end(f"gather_{pool}", code, GATHERING))
    for one in sorted(own.names):
        index = Call("np.zeros", (layer.size, Name("int")))
        yield Step(Call("linked_var", (Name(pool), one), {"index": index}), f"{name}.{one}_pool")


def readout_steps(plan):
    """The neurons of a readout, which sum the spikes of all layers."""
    readout, size = plan.network.readout, plan.inputs.n_classes
    equations = block(readout.equations, "target : 1")
    constants = _constants(plan, block(equations, readout.on_pre), readout)
    yield Step(Call("NeuronGroup", (size, equations), _common(plan, "readout", constants)), "readout")
    for number, _ in enumerate(plan.network.layers, 1):
        name = f"readout_synapses_{number}"
        settings = {"on_pre": readout.on_pre} | _common(plan, name, constants)
        yield Step(Call("Synapses", (Name(f"layer_{number}"), Name("readout"), "w : 1"), settings), name)
        yield Step(Call(f"{name}.connect"))
        yield Step(Stored(f"{name}.w"), f"{name}.w")


def projection_steps(plan, name, source, target, layer, side):
    """Synapses with their weights; `side` is ``"in"`` or ``"label"``."""
    renamed = {f"{one}_post": f"{one}_{side}_post" for one in layer.synapse.accumulators}
    on_pre = word_substitute(layer.synapse.on_pre, renamed)
    settings = {"on_pre": on_pre} | _common(plan, name, _constants(plan, on_pre, layer.synapse))
    yield Step(Call("Synapses", (Name(source), Name(target), "w : 1"), settings), name)
    is_delayed, is_partial = (
        side == "in" and layer.delay,
        side == "in" and layer.connection.kind != "all_to_all",
    )
    pairs = {end: Stored(f"{name}.{end}") for end in "ij"} if is_delayed or is_partial else {}
    yield Step(Call(f"{name}.connect", (), pairs))
    yield Step(Stored(f"{name}.w"), f"{name}.w")
    if is_delayed:
        yield Step(Stored(f"{name}.delay", "second"), f"{name}.delay")


def _common(plan, name, namespace):
    return {"namespace": namespace, "dtype": Name(f"np.{plan.float_type}"), "clock": CLOCK, "name": name}


def _constants(plan, text, *models):
    """The parameters of some models that a text names."""
    values = {name: value for model in models if model is not None for name, value in model.values.items()}
    used = get_identifiers(text)
    return {name: Constant(value, plan.float_type) for name, value in values.items() if name in used}


def _line(equation):
    """One equation as text."""
    unit = unit_name(equation.dim) if equation.var_type == "float" else equation.var_type
    flags = f" ({', '.join(equation.flags)})" if equation.flags else ""
    left = f"d{equation.varname}/dt" if equation.type == DIFFERENTIAL_EQUATION else equation.varname
    right = "" if equation.expr is None else f" = {equation.expr.code}"
    return f"{left}{right} : {unit}{flags}"
