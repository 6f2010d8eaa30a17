"""A network as a drawing: populations, the projections between them, and the signals that they hear."""

from ffbrian.plot.style import D1, NEGATIVE, NEUTRAL, POSITIVE, axes_or_new, styled

#: Colour and head of an arrow by the sign of a projection.
ARROWS = {1: (POSITIVE, "-|>"), -1: (NEGATIVE, "|-|,widthA=0,widthB=0.35"), None: (NEUTRAL, "-|>")}
WORDS = {1: "excitatory", -1: "inhibitory", None: "either sign"}
#: Size of a box, and the distances from one to the next, in units of the axes.
WIDTH, HEIGHT, ACROSS, UP = 1.3, 0.62, 2.4, 1.35


@styled
def network(net, ax=None):
    """Draw a network as a graph.

    Columns stand in the order in which activity reaches the populations.  Projections
    that learn are drawn with full lines, fixed ones with dashed lines; what is lateral or
    recurrent leaves a box above and comes back to it, feedback runs below.  A readout,
    trunks and what inhibits within a population are not drawn.

    Parameters
    ----------
    net : Network
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    routes = [(one.source, f"layer_{one.target}", one) for one in net.routes()]
    places = positions(net, routes)
    columns = 1 + max(x for x, _ in places.values()) / ACROSS
    tallest = 1 + 2 * max(abs(y) for _, y in places.values()) / UP
    ax = axes_or_new(ax, 1.2 + 1.75 * columns, 1.3 + 0.95 * tallest)
    for name, place in places.items():
        _box(ax, place, _words(net, name))
    for source, target, route in routes:
        _arrow(ax, places[source], places[target], route)
    _signals(ax, net, places)
    _legend(ax, routes)
    ax.set(xlim=(-0.9, ACROSS * columns - 1.2), ylim=(-UP * tallest / 2 - 0.75, UP * tallest / 2 + 0.85))
    ax.set_aspect("equal")
    ax.set_axis_off()
    return ax


def positions(net, routes):
    """Where the boxes stand, by the name of the population: (x, y)."""
    columns = {}
    for name, rank in _ranks(net, routes).items():
        columns.setdefault(rank, []).append(name)
    return {
        name: (ACROSS * rank, UP * ((len(names) - 1) / 2 - row))
        for rank, names in columns.items()
        for row, name in enumerate(names)
    }


def _ranks(net, routes):
    """Inputs and labels 0; a population one more than the last of those before it that reach it."""
    ranks = {name: 0 for name in ("inputs", "labels") if any(source == name for source, _, _ in routes)}
    for number, _ in enumerate(net.layers, 1):
        target = f"layer_{number}"
        reaching = [ranks[source] for source, end, _ in routes if end == target and source in ranks]
        ranks[target] = 1 + max(reaching, default=0)
    return ranks


def _words(net, name):
    called = net.called(name)
    if name in ("inputs", "labels"):
        encoder = net.encoder if name == "inputs" else net.labels
        return called, encoder.name or "own"
    layer = net.layers[int(name.removeprefix("layer_")) - 1]
    return called, f"{layer.size} {layer.neuron.name or 'own'}"


def _box(ax, place, words):
    from matplotlib.patches import FancyBboxPatch

    corner = place[0] - WIDTH / 2, place[1] - HEIGHT / 2
    style = "round,pad=0.02,rounding_size=0.12"
    ax.add_patch(
        FancyBboxPatch(corner, WIDTH, HEIGHT, boxstyle=style, fc="white", ec="black", lw=0.9, zorder=3)
    )
    for text, shift, size in zip(words, (0.12, -0.15), (8.5, 7)):
        ax.text(place[0], place[1] + shift, text, ha="center", va="center", fontsize=size, zorder=4)


def _arrow(ax, start, end, route):
    from matplotlib.patches import FancyArrowPatch

    colour, head = ARROWS[route.sign]
    first, last, bend = _way(start, end)
    ax.add_patch(
        FancyArrowPatch(
            first,
            last,
            arrowstyle=head,
            connectionstyle=f"arc3,rad={bend}",
            mutation_scale=9,
            color=colour,
            lw=1.4 if route.is_plastic else 1.0,
            linestyle="-" if route.is_plastic else (0, (4, 2)),
            zorder=2,
        )
    )


def _way(start, end):
    """Where an arrow begins and ends, and how it is bent."""
    (x0, y0), (x1, y1) = start, end
    if start == end:  # leaves above and comes back
        return (x0 - 0.3, y0 + HEIGHT / 2), (x0 + 0.3, y0 + HEIGHT / 2), -1.6
    if x0 == x1:  # beside each other in a column, one way on each side
        side, up = (0.25, 1) if y1 > y0 else (-0.25, -1)
        return (x0 + side, y0 + up * HEIGHT / 2), (x1 + side, y1 - up * HEIGHT / 2), 0.0
    if x1 < x0:  # back
        return (x0 - 0.2, y0 - HEIGHT / 2), (x1 + 0.2, y1 - HEIGHT / 2), -0.35
    bend = 0.0 if x1 - x0 < 1.5 * ACROSS else -0.3
    lift = HEIGHT / 2 if bend else 0.0
    return (
        (x0 + (0.2 if bend else WIDTH / 2), y0 + lift),
        (x1 - (0.2 if bend else WIDTH / 2), y1 + lift),
        bend,
    )


def _signals(ax, net, places):
    """The modulator above the populations that release it, whose synapses hear it; other signals on top."""
    words = f"M: {net.modulator.name or 'own'}" if net.modulator else ""
    for number in net.learners():
        x, y = places[f"layer_{number}"]
        ax.text(
            x + 0.4, y + HEIGHT / 2 + 0.13, words, ha="left", va="center", fontsize=6.5, color=D1, zorder=4
        )
    others = [f"{name}: {one.name or 'own'}" for name, one in net.signals.items()]
    if others:
        listed = f"signals for all: {', '.join(others)}"
        ax.text(0, 1, listed, transform=ax.transAxes, va="top", fontsize=6.5, color=D1)


def _legend(ax, routes):
    from matplotlib.lines import Line2D

    signs = [sign for sign in WORDS if any(route.sign == sign for _, _, route in routes)]
    lines = [Line2D([], [], color=ARROWS[sign][0], label=WORDS[sign]) for sign in signs]
    kinds = {route.is_plastic for _, _, route in routes}
    lines += [
        Line2D([], [], color="black", linestyle=style, label=label)
        for is_plastic, style, label in ((True, "-", "learns"), (False, "--", "fixed"))
        if is_plastic in kinds
    ]
    ax.legend(handles=lines, loc="lower center", ncol=len(lines), fontsize=7, bbox_to_anchor=(0.5, -0.08))
