"""What a stream asks of a network: nothing is set back in it, so everything must fall by itself."""

from ffbrian.errors import ModelError
from ffbrian.models.text import assigned_names, read_names
from ffbrian.models.validity import moving

#: The rule's time since its synapses were last updated.
PASSED = "passed"


def check(plan):
    """Raise ModelError unless a plan can run as a stream.

    Parameters
    ----------
    plan : Plan
    """
    network = plan.network
    require_streams(plan.algorithm)
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
    for route in network.routes():
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
    _check_decay(network.modulator, "neuron_equations", ("on_spike",))
    if plan.learns:
        _check_rule(network.rule)


def require_streams(algorithm):
    """Raise ModelError unless an algorithm learns in a stream."""
    if not algorithm.streams:
        raise ModelError(
            f"Stream: {algorithm.kind} learns when presentations end, of which a stream has none; choose "
            "forward_forward, or leave timing out."
        )


def _check_rule(rule):
    """Traces fall, and eligibility falls with the time that has passed."""
    _check_decay(rule, "pre_equations", ("on_pre_spike",))
    _check_decay(rule, "post_equations", ("on_post_spike",))
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


def _check_decay(model, equations, codes):
    """Every variable that spikes raise has an equation by which it falls."""
    falling = moving(model.parsed(equations))
    for where in codes:
        for name in assigned_names(getattr(model, where)):
            if name not in falling:
                raise ModelError(
                    f"{model.title}: {where} changes {name!r}, which nothing sets back in a stream; give it "
                    f'an equation in {equations}, such as "d{name}/dt = -{name}/tau_{name} : 1", or choose '
                    "ff.modulators.reward_prediction and ff.plasticity.decaying_stdp."
                )
