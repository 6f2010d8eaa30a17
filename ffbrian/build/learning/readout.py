"""A readout: one neuron for each class or output behind all layers, and what it makes of a presentation."""

from brian2 import Synapses, linked_var, ms
from brian2.utils.stringtools import word_substitute

from ffbrian.build import copies, group_text
from ffbrian.build.clockwork import Moment
from ffbrian.build.dense import densify
from ffbrian.build.group_text import block
from ffbrian.build.learning import products

TOLD = "target : 1\nlogged : 1\nindex : integer (linked)\ntruth : integer (linked)\nsample : integer (linked)"
COLLECTED = "total : 1\nlogged : 1\nindex : integer (linked)"


def add(bench, more="", is_answer=True):
    """The neurons that the layers reach (`brian2.NeuronGroup`): the readout, which learns and, if
    `is_answer`, answers; or the coefficients of an operator, from which it is made.  `more` are variables an
    algorithm adds.
    """
    answers = neurons(bench, "readout", "" if bench.network.trunks else more)
    group = answers if not bench.network.trunks else products.add(bench, answers, more)
    for number, _ in enumerate(bench.network.layers, 1):
        synapses = connect(bench, group, number)
        if bench.plan.learns:
            bench.at_presentation(
                synapses, bench.network.readout.learn, Moment.CONSOLIDATE, f"learn_readout_{number}"
            )
    if learns_itself(bench):
        code = word_substitute(bench.network.readout.learn_neuron, {"eta": "own_rate"})
        bench.at_presentation(answers, code, Moment.CONSOLIDATE, "learn_readout")
    if is_answer:
        column, response = f"{bench.columns['readout_0']} + i", bench.network.readout.response
        bench.write(answers, column, response, "write_readout")
    return group


def copy(bench, group):
    """What a copy of the layers reaches: neurons as those of `group`."""
    if bench.network.trunks:
        return products.coefficients(bench, "coefficient_copies")
    return neurons(bench, "readout_copies", original=group)


def answers_of_copy(bench, received):
    """What a copy of the layers answers through neurons that `copy` has made."""
    if not bench.network.trunks:
        return received
    answers = neurons(bench, "readout_copies", original=bench.objects["readout"])
    products.add_copy(bench, received, answers)
    return answers


def neurons(bench, name, more="", original=None):
    """The neurons of a readout, which respond when a presentation has ended; a copy has what its original
    keeps.
    """
    readout, session, n = bench.network.readout, bench.objects["session"], bench.plan.inputs.n_answers
    pool = "pool : 1 (linked)" if readout.pooled else ""
    kept = (
        readout.kept
        if original is None
        else "\n".join(f"{key} : 1 (linked)" for key in readout.parsed("kept").names)
    )
    own_rate = "own_rate : 1 (linked)" if learns_itself(bench) else ""
    equations = block(readout.equations, kept, TOLD, pool, own_rate, more)
    group = bench.group(name, n, equations, namespace=bench.namespace(readout))
    bench.link(group, session, "index", "truth", "sample")
    if own_rate:
        group.own_rate = linked_var(session, "eta")
    for key in readout.parsed("kept").names if original is not None else ():
        setattr(group, key, linked_var(original, key))
    bench.at_presentation(group, group_text.clear_code(readout.parsed()), Moment.RESTORE, f"restore_{name}")
    if readout.pooled:
        add_pool(bench, group)
    told = "target = target_of(sample, i)" if bench.plan.inputs.n_outputs else "target = int(i == truth)"
    bench.at_presentation(group, block(told, readout.respond), Moment.RESPOND, f"respond_{name}")
    return group


def add_pool(bench, group):
    """A sum over the readout's neurons, such as the denominator of a softmax."""
    readout, name = bench.network.readout, f"{group.name}_pool"
    pool = bench.group(name, 1, "total : 1")
    bench.at_presentation(pool, "total = 0", Moment.CLEAR, f"clear_{name}")
    code = word_substitute(readout.pooled, {n: f"{n}_pre" for n in readout.parsed().names})
    bench.collect(f"collect_{name}", group, pool, f"total_post += {code}", len(group), readout)
    group.pool = linked_var(pool, "total")


def add_loss(bench, group, column=""):
    """The sum of the neurons' parts of the loss, written to a column of the results if one is named.

    Returns
    -------
    brian2.NeuronGroup
        Of one neuron, which holds it as ``total``.
    """
    loss = bench.group(f"{group.name}_loss", 1, COLLECTED)
    bench.link(loss, bench.objects["session"], "index")
    bench.at_presentation(loss, "total = 0", Moment.CLEAR, f"clear_{loss.name}")
    bench.collect(
        f"collect_{loss.name}", group, loss, "total_post += loss_pre", len(group), moment=Moment.LOSS
    )
    if column:
        bench.write(loss, bench.columns[column], "total", f"write_{loss.name}")
    return loss


def learns_itself(bench):
    """Whether readout neurons learn something of their own, such as a bias (Brian knows their rate by another
    name).
    """
    return bool(bench.network.readout.learn_neuron) and bench.plan.learns


def connect(bench, group, number):
    """Synapses from a layer, all-to-all."""
    readout, session = bench.network.readout, bench.objects["session"]
    signals = [*(["s"] if "s" in session.variables else []), "eta"]
    rewarded = ["M"] if readout.acts else []
    model = block("w : 1", *(f"{name} : 1 (linked)" for name in (*signals, *rewarded)))
    source, name = bench.objects[f"layer_{number}"], f"readout_synapses_{number}"
    values = bench.namespace(readout) | bench.functions
    synapses = bench.add(
        Synapses(
            source,
            group,
            model,
            on_pre=bench.with_ramp(readout.on_pre),
            delay=0 * ms,
            clock=bench.step_clock,
            name=name,
            namespace=values,
        )
    )
    synapses.connect()
    bench.link(synapses, session, *signals)
    bench.link(synapses, bench.objects.get("modulator"), *rewarded)
    if readout.has_loss and bench.uses_dense:  # copies of layers read these weights
        bench.dense[name] = densify(synapses) is None
    return synapses


def project(bench, source, target, number):
    """Spikes of a copy of a layer, through the weights of the layer's own readout."""
    weights, values = (
        bench.objects[f"readout_synapses_{number}"],
        bench.namespace(bench.network.readout) | bench.functions,
    )
    return copies.project(
        bench, source, target, weights, 1, bench.with_ramp(bench.network.readout.on_pre), values
    )
