"""Damage of neurons: silent ones, thresholds that differ, noisy membranes."""

from dataclasses import dataclass, replace

import numpy as np
from brian2 import second
from brian2.equations.equations import DIFFERENTIAL_EQUATION

from ffbrian.analyse.perturbation import Perturbation, with_network
from ffbrian.errors import ModelError
from ffbrian.models.quantities import unit_name
from ffbrian.models.text import Parameter
from ffbrian.network.per_neuron import with_variables


# -- the neurons -------------------------------------------------------------------
@dataclass(frozen=True)
class DeadNeurons(Perturbation):
    """A fraction of the neurons of every layer, a whole number of them, has lost all its synapses and so its
    voice.
    """

    kind = "dead_neurons"
    axis = "fraction of the neurons"
    highest = 1.0

    def apply(self, model, split, rng):
        """As `Perturbation.apply`."""
        state = dict(model.state)
        for number, layer in enumerate(model.network.layers, 1):
            dead = rng.permutation(layer.size)[: round(self.strength * layer.size)]
            for name, post in targets(model.plan, number).items():
                state[f"{name}.w"] = np.where(np.isin(post, dead), 0, state[f"{name}.w"]).astype(
                    state[f"{name}.w"].dtype
                )
        return replace(model, state=state), split


def targets(plan, number):
    """The postsynaptic neuron of every synapse onto a layer, by projection."""
    arriving = [route for route in plan.routes() if route.target == number]
    return {route.name: route.ends(*plan.ends_of(route))[1] for route in arriving}


@dataclass(frozen=True)
class ThresholdMismatch(Perturbation):
    """Every neuron has a threshold of its own: v_rest + (v_th - v_rest)*(1 + strength * N(0, 1)).

    Attributes
    ----------
    strength : float
    threshold, rest : str
        Names of the neuron's parameters.
    """

    threshold: str = "v_th"
    rest: str = "v_rest"

    kind = "threshold_mismatch"
    axis = "sd / (threshold − rest)"

    def apply(self, model, split, rng):
        """As `Perturbation.apply`."""
        layers, state = [], dict(model.state)
        for number, layer in enumerate(model.network.layers, 1):
            rest, distance = height(self, layer.neuron)
            layers.append(replace(layer, neuron=with_variables(layer.neuron, {self.threshold: None})))
            drawn = float(rest) + float(distance) * (1 + self.strength * rng.standard_normal(layer.size))
            state[f"layer_{number}.{self.threshold}"] = drawn.astype(model.plan.float_type)
        return replace(with_network(model, layers=layers), state=state), split


@dataclass(frozen=True)
class MembraneNoise(Perturbation):
    """White noise (`xi`) in the equation of every membrane, independent in every neuron and in every label's
    copy of it.

    Strength is the standard deviation that the noise alone would give a membrane
    without leak by the end of a presentation, as a fraction of the distance from
    rest to threshold.  The equations are integrated by Euler's method, as
    noise needs it.

    Attributes
    ----------
    strength : float
    variable : str
        The membrane potential.
    threshold, rest : str
        Names of the neuron's parameters.
    """

    variable: str = "v"
    threshold: str = "v_th"
    rest: str = "v_rest"

    kind = "membrane_noise"
    axis = "sd at the end / (threshold − rest)"

    def apply(self, model, split, rng):
        """As `Perturbation.apply`."""
        layers, state, duration = [], dict(model.state), model.plan.n_steps * model.plan.dt * second
        for number, layer in enumerate(model.network.layers, 1):
            _, distance = height(self, layer.neuron)
            layers.append(replace(layer, neuron=noisy(layer.neuron, self.variable, duration)))
            state[f"layer_{number}.noise_amplitude"] = np.full(
                layer.size, self.strength * float(distance), model.plan.float_type
            )
        return replace(with_network(model, layers=layers), state=state, seed=int(rng.integers(2**31))), split


def height(perturbation, neuron):
    """Rest, and the distance from there to the threshold (Quantities)."""
    for name in (perturbation.rest, perturbation.threshold):
        if name not in neuron.parameters:
            raise ModelError(
                f"perturbation {perturbation.kind!r}: {neuron.title} has no parameter {name!r}, only "
                f'{", ".join(neuron.parameters) or "none"}; name its threshold and rest with threshold = "…" '
                'and rest = "…".'
            )
    rest, threshold = neuron.values[perturbation.rest], neuron.values[perturbation.threshold]
    return rest, threshold - rest


def noisy(neuron, variable, duration):
    """The same neuron with white noise in one differential equation (`NeuronModel`)."""
    equations = neuron.parsed()
    found = equations.get(variable)
    if found is None or found.type != DIFFERENTIAL_EQUATION:
        raise ModelError(
            f"perturbation 'membrane_noise': {neuron.title} has no differential equation of {variable!r}, "
            f"only {', '.join(sorted(equations.diff_eq_names)) or 'none'}; name its membrane with variable = "
            '"…".'
        )
    unit = unit_name(found.dim)
    flags = f" ({', '.join(found.flags)})" if found.flags else ""
    changed = (
        f"d{variable}/dt = {found.expr} + noise_amplitude*xi/sqrt(noise_time) : "
        f"{unit}{flags}\nnoise_amplitude : {unit} (constant)"
    )
    others = "\n".join(str(equation) for name, equation in equations.items() if name != variable)
    parameters = neuron.parameters | {"noise_time": Parameter(duration, "duration of a presentation")}
    return replace(
        neuron,
        equations=f"{others}\n{changed}",
        parameters=parameters,
        persistent=(*neuron.persistent, "noise_amplitude"),
        method="euler",
    )
