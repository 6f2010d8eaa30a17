"""Whether the methods of integration take all that is kept in neurons and synapses."""

from brian2 import Equations

from ffbrian.errors import ModelError
from ffbrian.models import integration
from ffbrian.network import release


def check(network):
    """Raise ModelError unless everything in a network can be integrated, before anything is built.

    Parameters
    ----------
    network : Network
    """
    for number, layer in enumerate(network.layers, 1):
        kept = Equations("\n".join(_kept(network, number)))
        integration.check(layer.neuron.title, layer.equations() + kept, layer.neuron.method)
    for route in network.routes():
        if release.is_in_synapses(route):
            _check_from_spike_to_spike(route)


def _kept(network, number):
    """Equations of what synapses, rule and modulator keep in the neurons of a layer."""
    name, rule = f"layer_{number}", network.rule
    yield release.of_source(network, name).equations
    if rule is not None:
        yield rule.post_equations
    if rule is not None and any(one.source == name and one.is_plastic for one in network.routes()):
        yield rule.pre_equations
    if network.modulator is not None and number in network.learners():
        yield network.modulator.neuron_equations


def _check_from_spike_to_spike(route):
    name = integration.refused(route.synapse.parsed("pre_equations"), "exact")
    if name:
        raise ModelError(
            f"{route.synapse.title} in {route.name}: with delays its state is integrated from spike to "
            f"spike, which takes linear equations, but that of {name!r} is none; leave the delay out."
        )
