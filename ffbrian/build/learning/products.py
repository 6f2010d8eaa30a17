"""The readout of an operator: coefficients from the layers times features from the trunks.

The solution at point q is the sum over k of ``coefficient_k*feature_1_qk*feature_2_qk...``.
Each product is a unit of its own, which passes an error on to each of its factors, times
the other factors.
"""

from dataclasses import dataclass

import numpy as np
from brian2 import Synapses

from ffbrian.build import group_text, trunks
from ffbrian.build.clockwork import Moment
from ffbrian.build.group_text import block


def coefficients(bench, name, more=""):
    """The neurons that the layers reach, one a feature, with the equations of the readout."""
    readout = bench.network.readout
    group = bench.group(
        name, bench.plan.n_received, block(readout.equations, more), namespace=bench.namespace(readout)
    )
    bench.at_presentation(group, group_text.clear_code(readout.parsed()), Moment.RESTORE, f"restore_{name}")
    return group


def add(bench, answers, more=""):
    """Trunks, coefficients and their products, which are summed up in the neurons that answer.

    Returns
    -------
    brian2.NeuronGroup
        The coefficients.
    """
    for number, trunk in enumerate(bench.network.trunks, 1):
        trunks.add(bench, number, trunk)
    group = coefficients(bench, "coefficients", more)
    products = neurons(bench, "products", answers)
    for factor in sent(bench, group):
        multiply(bench, factor, products)
    if bench.plan.learns:
        back = bench.add(Synapses(answers, products, clock=bench.step_clock, name="return_error"))
        back.connect(i=np.arange(len(products)) // len(group), j=np.arange(len(products)))
        bench.at_presentation(back, "error_post += error_pre", Moment.RETURN, "return_errors")
    return group


def add_copy(bench, group, answers):
    """The same products with the coefficients of a copy of the layers, and the answers they give."""
    products = neurons(bench, "product_copies", answers)
    for factor in sent(bench, group):
        send(bench, factor, products)


def factors(bench):
    """Names of what is multiplied."""
    return ["coefficient", *(f"feature_{number}" for number, _ in enumerate(bench.network.trunks, 1))]


def neurons(bench, name, answers):
    """One unit for each point and feature, whose products are summed up over the features."""
    variables = [f"{factor} : 1" for factor in (*factors(bench), "error")]
    text = block(*variables, f"product = {'*'.join(factors(bench))} : 1")
    group = bench.group(name, len(answers) * bench.plan.n_received, text)
    empty = "\n".join(f"{factor} = 0" for factor in (*factors(bench), "error"))
    bench.at_presentation(group, empty, Moment.RESTORE, f"restore_{name}")
    code = f"{bench.network.readout.response}_post += product_pre"
    bench.collect(f"collect_{name}", group, answers, code, bench.plan.n_received)
    return group


def sent(bench, group):
    """The `Factor` of some coefficients and those of all trunks."""
    n_points, n_features = bench.plan.inputs.n_answers, len(group)
    point, feature = np.divmod(np.arange(n_points * n_features), n_features)
    yield Factor(group, feature, "coefficient", bench.network.readout.response, "error")
    for number, trunk in enumerate(bench.network.trunks, 1):
        _, copy = trunk.places(bench.plan.inputs.points)
        source, pre = bench.objects[f"trunk_{number}"], copy[point] * n_features + feature
        yield Factor(source, pre, f"feature_{number}", "r", "credit", trunk.gain)


@dataclass(frozen=True)
class Factor:
    """What is sent to the products.

    Attributes
    ----------
    source : brian2.NeuronGroup
    pre : (n_products,) int array
        The neuron that sends each product this factor.
    name, variable : str
        The product's variable, and the source's.
    error : str
        Variable of the source that adds up its share of the errors, the mean over all points.
    gain : float
        What the source's variable is multiplied with.
    """

    source: object
    pre: object
    name: str
    variable: str
    error: str
    gain: float = 1.0


def send(bench, factor, products):
    """Bring a factor to the products when a presentation has ended."""
    name = f"{factor.name}_to_{products.name}"
    synapses = bench.add(Synapses(factor.source, products, clock=bench.step_clock, name=name))
    synapses.connect(i=factor.pre, j=np.arange(len(products)))
    code = f"{factor.name}_post += {factor.gain}*{factor.variable}_pre"
    bench.at_presentation(synapses, code, Moment.MULTIPLY, f"send_{name}")
    return synapses


def multiply(bench, factor, products):
    """Bring a factor to the products and, where the network learns, its share of their errors back."""
    synapses = send(bench, factor, products)
    if bench.plan.learns:
        others = "*".join(f"{other}_post" for other in factors(bench) if other != factor.name)
        share = f"{factor.error}_pre += {factor.gain / bench.plan.inputs.n_answers}*error_post*{others}"
        bench.at_presentation(synapses, share, Moment.SHARE, f"share_{synapses.name}")
