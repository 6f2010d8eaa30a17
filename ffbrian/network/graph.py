"""From populations and projections by name to the layers and routes of a network."""

import keyword

from ffbrian.errors import ModelError
from ffbrian.models.quantities import shortened
from ffbrian.network.layer import Layer, default_synapse
from ffbrian.network.population import Inputs, Labels, Population
from ffbrian.network.projection import Projection
from ffbrian.network.routes import Route
from ffbrian.network.signals import check_projection
from ffbrian.network.signals import read as read_signals
from ffbrian.network.synapse_mix import mixed, with_own_release


def compiled(populations, projections, signals):
    """What a network holds of populations and projections that were given by name.

    Parameters
    ----------
    populations : dict of str to Inputs, Labels or Population
    projections : sequence of Projection
    signals : dict of str to Modulator or Signal

    Returns
    -------
    dict
        Arguments of `Network`: ``layers``, ``names``, ``graph``, ``encoder``, ``labels``,
        ``label_size``, ``rule``, ``modulator`` and ``signals``.

    Raises
    ------
    ModelError
        For an unknown population, a projection that no population can send or receive,
        and whatever does not fit together.
    """
    _check_populations(populations)
    projections = _checked(projections, populations)
    own_names = _names_of(projections)
    modulator, signals = read_signals(signals)
    for one in projections:
        check_projection(one, signals)
    names = tuple(name for name, one in populations.items() if isinstance(one, Population))
    layers, routes = [], []
    for number, name in enumerate(names, 1):
        arriving = [(own, one) for own, one in zip(own_names, projections) if one.target == name]
        layer, own = _layer(populations[name], name, number, arriving)
        layers.append(layer)
        routes += own
    objects = _objects(populations, names)
    called = {built: name for name, built in objects.items()}
    graph = tuple(_named(route, objects) for route in routes)
    (inputs,) = [one for one in populations.values() if isinstance(one, Inputs)]
    labels = next((one for one in populations.values() if isinstance(one, Labels)), Labels())
    return dict(
        layers=tuple(layers),
        names=called,
        graph=graph,
        encoder=inputs.encoder,
        labels=labels.encoder,
        label_size=labels.size,
        rule=_the_rule(projections),
        modulator=modulator,
        signals=signals,
    )


def _check_populations(populations):
    if not isinstance(populations, dict) or not all(
        isinstance(one, (Inputs, Labels, Population)) for one in populations.values()
    ):
        raise ModelError(
            f"Network: populations is {shortened(populations)}, expected a table of names to Inputs, Labels "
            'and Populations, such as {"image": ff.Inputs(), "hidden": ff.Population(500)}.'
        )
    for name in populations:
        if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name) or "__" in name:
            raise ModelError(
                f"Network: the population {shortened(name)} needs a name of letters, digits and single _."
            )
    for kind, most, least in ((Inputs, 1, 1), (Labels, 1, 0), (Population, len(populations), 1)):
        found = [name for name, one in populations.items() if isinstance(one, kind)]
        if not least <= len(found) <= most:
            raise ModelError(
                f"Network: there {'are' if found else 'is'} {', '.join(found) or 'none'} of kind "
                f"{kind.__name__}, expected {'one' if most == 1 else 'at least one'}."
            )


def _checked(projections, populations):
    if not isinstance(projections, (list, tuple)) or not all(
        isinstance(one, Projection) for one in projections
    ):
        raise ModelError(
            f"Network: projections is {shortened(projections)}, expected a list of Projections, such as "
            '[ff.Projection("image", "hidden")].'
        )
    for one in projections:
        for end in ("source", "target"):
            if getattr(one, end) not in populations:
                raise ModelError(
                    f"{one.title}: the {end} {getattr(one, end)!r} is no population of the network; "
                    f"there are {', '.join(populations)}."
                )
        if not isinstance(populations[one.target], Population):
            raise ModelError(
                f"{one.title}: {one.target!r} shows the data and receives nothing; choose another target."
            )
    return list(projections)


def _names_of(projections):
    """Names of projections: of two with the same ends the second is called after its synapses, too."""
    found = []
    for one in projections:
        model = one.synapse.name if one.synapse else ""
        name = f"{one.name}_{model}" if one.name in found and model else one.name
        if name in found:
            raise ModelError(
                f"{one.title}: is there twice; make it one, with the connection of both, or give the second "
                "another synapse model."
            )
        found.append(name)
    return found


def _layer(population, name, number, arriving):
    """A population with all that reaches it as a layer, and the routes to it."""
    if not arriving:
        raise ModelError(
            f"Network: nothing reaches the population {name!r}; add a projection to it or leave it out."
        )
    models = [
        with_own_release(one.synapse or default_synapse(population.neuron), called)
        for called, one in arriving
    ]
    # Projections share the variables of one model, unless each sums what it receives in a step.
    shared = [
        (model, called if model.summed_equations else "") for model, (called, _) in zip(models, arriving)
    ]
    different = [key for place, key in enumerate(shared) if key not in shared[:place]]
    whole, parts = mixed([model for model, _ in different])
    layer = Layer(
        population.size,
        population.neuron,
        whole,
        initial_weight=0.0,  # the routes have their own
        inhibition=population.inhibition,
        per_neuron=population.per_neuron,
    )
    own = [parts[different.index(key)] for key in shared]
    return layer, [(called, one, number, part) for (called, one), part in zip(arriving, own)]


def _objects(populations, names):
    """What populations are called where they are built."""
    kinds = {Inputs: "inputs", Labels: "labels"}
    return {
        name: f"layer_{names.index(name) + 1}" if name in names else kinds[type(one)]
        for name, one in populations.items()
    }


def _named(found, objects):
    name, one, number, synapse = found
    source = objects[one.source]
    return Route(
        name,
        source,
        number,
        "label" if source == "labels" else "in",
        synapse,
        one.connection,
        one.delay,
        one.initial_weight,
        one.rule is not None,
        one.sign,
    )


def _the_rule(projections):
    """The rule of all projections that have one."""
    rules = [one for one in projections if one.rule is not None]
    for one in rules[1:]:
        if one.rule != rules[0].rule:
            raise ModelError(
                f"{one.title}: has {one.rule.title}, but {rules[0].title} has {rules[0].rule.title}; all "
                "plastic projections of a network learn by the same rule."
            )
    return _with_given_numbers(rules[0].rule) if rules else None


def _with_given_numbers(rule):
    """A rule with its own numbers in place of those that would be computed for a stack of layers."""
    return rule(**{name: rule.values[name] for name in rule.open})
