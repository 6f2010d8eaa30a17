"""The order of what happens when one presentation ends and the next begins, on their clock.

On the clock of time steps it is Brian's usual order: state updates, thresholds,
synapses, resets; then, in the slot ``end``, what has arrived in the step enters the
neurons.
"""

from enum import IntEnum


class Moment(IntEnum):
    """A place in that order, with the sentence that says what happens."""

    MULTIPLY = -34, "products take coefficients and features"
    CLEAR = -33, "sums over neurons are set to 0"
    COLLECT = -32, "every neuron adds its contribution to the sums of its layer"
    RESPOND = -31, "a readout responds and learns what it should have been"
    RETURN = -30, "products get the readout's errors"
    SHARE = -29, "coefficients and features get their share of the errors"
    LOSS = -28, "every readout neuron adds its part of the loss"
    COMPARE = -27, "labels that are shown at once are compared"
    ANNOUNCE = -26, "signals that the modulators hear are released"
    RELEASE = -25, "modulators are released; the label of the next negative is drawn"
    FOLLOW = -24, "all other signals are released, each after those that it hears"
    FEEDBACK = -23, "signals of one value per neuron are sent back through fixed synapses"
    WRITE = -22, "results of the presentation that has ended are written"
    CREDIT = -21, "neurons add what their copies, one for each label, deserve"
    CONSOLIDATE = -20, "synapses consolidate: eligibility and modulator become weight"
    RESTORE = -19, "the state of every neuron is set back"
    SCHEDULE = -18, "the session reads the next line of the schedule"
    ENCODE = -17, "the encoders take the next sample and label"
    ARRIVE = -16, "graded inputs reach the neurons, noise is drawn"
    INJECT = -15, "copies get their share of the noise"

    def __new__(cls, order, sentence):
        """An integer with a sentence."""
        member = int.__new__(cls, order)
        member._value_, member.sentence = order, sentence
        return member
