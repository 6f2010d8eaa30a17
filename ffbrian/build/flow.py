"""What a stream asks of a network: nothing is set back in it, so everything must fall by itself."""

from brian2.utils.stringtools import get_identifiers

from ffbrian.errors import ModelError
from ffbrian.models.encoder import SEEN
from ffbrian.models.text import assigned_names, read_names
from ffbrian.models.validity import moving, seen_by

#: The rule's time since its synapses were last updated.
PASSED = "passed"
LEARNING = "ff.modulators.reward_prediction and ff.plasticity.decaying_stdp"


def check(plan):
    """Raise ModelError unless a plan can run as a stream.

    Parameters
    ----------
    plan : Plan
    """
    network = plan.network
    require_streams(plan.algorithm)
    _check_shown(plan)
    for layer in network.layers:
        _check_decay(layer.neuron, "equations", ("reset",), "ff.neurons.lif", layer.neuron.persistent)
        if layer.inhibition:
            _check_inhibition(layer.inhibition)
    for route in network.routes():
        _check_synapses(route)
    _check_decay(network.modulator, "neuron_equations", ("on_spike",), LEARNING)
    if plan.learns:
        _check_rule(network.rule)


def require_streams(algorithm):
    """Raise ModelError unless an algorithm learns in a stream."""
    if not algorithm.streams:
        raise ModelError(
            f"Stream: {algorithm.kind} learns when presentations end, of which a stream has none; choose "
            "forward_forward, or leave timing out."
        )
    if algorithm.block > 1:
        raise ModelError(
            f"Stream: block is {algorithm.block}, but what is shown in a chunk comes in random order; leave "
            "block out."
        )


def _check_shown(plan):
    """A stream shows images as spikes, and one label at a time."""
    network = plan.network
    if network.encoder.reads != "values" or network.encoder.is_graded:
        raise ModelError(
            f"Stream: {network.encoder.title} reads {network.encoder.reads}, but a stream shows images that "
            "are coded as spikes; choose an encoder such as ff.encoders.rate, or leave timing out."
        )
    if plan.has_candidates or network.readout is not None:
        raise ModelError(
            "Stream: shows one label at a time and has no readout; choose random negatives, and leave the "
            "readout out."
        )
    _check_start(network.encoder)
    _check_start(network.labels)


def _check_synapses(route):
    """What synapses keep or send later is carried on by nothing."""
    if route.is_delayed:
        raise ModelError(
            f"Stream: {route.name} has delays, but spikes on their way are in no checkpoint; leave the "
            "delays out."
        )
    if route.synapse.pre_equations.strip():
        raise ModelError(
            f"Stream: {route.synapse.title} of {route.name} keeps a state in its presynaptic neuron that "
            "no stream carries on; choose a synapse without, such as ff.synapses.exponential."
        )


def _check_start(encoder):
    """What a presentation begins with must follow what is shown, or fall by itself, where none begins."""
    own = encoder.parsed()
    for name in assigned_names(encoder.start):
        followed = seen_by(get_identifiers(str(own[name].expr)), own) if name in moving(own) else set()
        if not followed & {name, *SEEN["values"]}:
            raise ModelError(
                f"{encoder.title}: start sets {name!r} when a presentation begins, of which a stream has "
                "none; choose an encoder such as ff.encoders.rate, whose variables follow what is shown."
            )


def _check_inhibition(inhibition):
    anew = assigned_names(inhibition.each_step)
    _check_decay(inhibition, "equations", ("on_spike", "on_arrival"), "ff.inhibition.divisive", anew)


def _check_rule(rule):
    """Traces fall, and eligibility falls with the time that has passed."""
    _check_decay(rule, "pre_equations", ("on_pre_spike",), LEARNING)
    _check_decay(rule, "post_equations", ("on_post_spike",), LEARNING)
    if "ramp" in read_names(rule.on_pre_spike):
        raise ModelError(
            f"{rule.title}: on_pre_spike reads 'ramp', what is left of a presentation, of which a stream has "
            "none; leave it out."
        )
    read = read_names(rule.consolidate)
    if PASSED not in read:
        raise ModelError(
            f"{rule.title}: consolidate, which a stream executes at every update, reads nothing of 'passed', "
            "the time since the last one; choose ff.plasticity.decaying_stdp, or write for example "
            '"w += eta*M*elig*passed/tau_c; elig = elig*exp(-passed/tau_c)".'
        )
    if "s" in read:
        raise ModelError(
            f"{rule.title}: consolidate reads the phase 's', which a stream tells the modulator only when a "
            "reward arrives; read 'M'."
        )


def _check_decay(model, equations, codes, other, anew=()):
    """Every variable that spikes change has an equation by which it falls, or is set `anew` otherwise."""
    falling = {*moving(model.parsed(equations)), *anew}
    for where in codes:
        for name in assigned_names(getattr(model, where)):
            if name not in falling:
                raise ModelError(
                    f"{model.title}: {where} changes {name!r}, which nothing sets back in a stream; give it "
                    f'an equation in {equations}, such as "d{name}/dt = -{name}/tau_{name} : 1", or choose '
                    f"{other}."
                )
