"""Gap junction: a current from the neuron whose membrane is higher, at all times and without spikes.

The drive is the sum over neighbours of ``w*(v_pre - v_post)``: a weight is the conductance of the
junction over that of the leak.  Junctions of the same weight in both directions are what tissue
has; `Condition("i != j")` within a population makes them so if the weights are constant.
"""

from ffbrian.models.synapse import SynapseModel

gap_junction = SynapseModel(
    name="gap_junction",
    equations="""drive = across : volt
                 across : volt""",
    summed_equations="across = w*(v_pre - v_post) : volt",
    on_pre="",
    accumulators=(),
    references=("Galarreta1999", "Lewis2003"),
)
