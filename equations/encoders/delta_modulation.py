"""Delta modulation: a channel fires when its signal has moved by a quantum, upwards and downwards apart.

Each neuron follows the signal with a `reference` that goes up or down by one
quantum at most in a time step; even copies fire when it goes up and odd ones
when it goes down.  So `quantum` times (up minus down spikes) is the signal
since the beginning, to within one quantum, wherever it is slower than
``quantum/dt`` (de Jager 1952; with events instead of a clock: Miskowicz 2006).
Each further pair of copies has a quantum that is `factor` times larger:
``delta_modulation(copies=6)`` has three.
"""

from ffbrian.models.encoder import Encoder
from ffbrian.models.text import Parameter

delta_modulation = Encoder(
    name="delta_modulation",
    equations="""reference : 1
                 change : 1
                 quantum = smallest*factor**floor(copy/2) : 1""",
    start="reference = signal",
    each_step=(
        "change = int(signal - reference >= quantum) - int(reference - signal >= quantum); "
        "reference += quantum*change"
    ),
    threshold="change*(1 - 2*(copy % 2)) > 0.5",
    reads="signals",
    copies=2,
    rate_parameter="",
    parameters={
        "smallest": Parameter(
            1.0,
            "quantum of the first pair of copies, in the unit of the recording",
            "to be chosen for the data: about a tenth of the signal's range",
        ),
        "factor": Parameter(2.0, "from the quantum of a pair of copies to the next one's", "an octave"),
    },
    references=("deJager1952", "Miskowicz2006"),
)
