"""A network as a graph: excitation and inhibition, recurrent synapses that tire, a gap junction."""

import digits

import ffbrian as ff
from ffbrian.network.connections import Condition


def draw(folder):
    """Draw network.png."""
    stdp, others = ff.plasticity.eligibility_stdp, Condition("i != j")
    net = ff.Network(
        populations={
            "image": ff.Inputs(),
            "label": ff.Labels(),
            "cells": ff.Population(400),
            "basket": ff.Population(100),
        },
        projections=[
            ff.Projection("image", "cells", rule=stdp, sign=+1),
            ff.Projection("label", "cells", rule=stdp, sign=+1),
            ff.Projection("cells", "cells", ff.synapses.depressing, others, rule=stdp, sign=+1),
            ff.Projection("image", "basket", sign=+1),
            ff.Projection("cells", "basket", ff.synapses.tsodyks_markram, sign=+1),
            ff.Projection("basket", "cells", sign=-1),
            ff.Projection("basket", "basket", ff.synapses.gap_junction, others),
        ],
        signals={"M": ff.modulators.opponent},
    )
    digits.save(ff.plot.network(net), folder, "network")


if __name__ == "__main__":
    digits.main(draw)
