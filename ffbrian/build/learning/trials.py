"""What algorithms assemble that show a sample several times: a session that knows the phase, neurons that
remember.
"""

from ffbrian.build.clockwork import Moment

#: The phase that is on, from the schedule; 0 where the sample is shown as in an evaluation.
#: Synapses know it as `s`, neurons as `stage`: a synapse and its neurons may not share a name.
SESSION = "s : 1\nstage : 1"
STAGE = "stage : 1 (linked)"


def reading(bench):
    """The phase from the schedule."""
    return f"s = {bench.scheduled('stage')}\nstage = s"


def teach(bench, group, phase="stage == 0"):
    """Let a readout be told its error in some presentations only: in all others it is 0, and nothing is
    learnt from it.
    """
    bench.at_presentation(group, f"error = error*int({phase})", Moment.LOSS, f"teach_{group.name}")


def remembered(name, value, phase):
    """A statement that keeps what a variable was in the last presentation of some phase."""
    return f"{name} = {name}*int(not ({phase})) + {value}*int({phase})"
