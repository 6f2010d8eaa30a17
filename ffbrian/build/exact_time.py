"""Time steps whose multiples are exact."""

import numpy as np
from brian2 import second

#: Bits of the time step's mantissa that are kept, so that any number of steps
#: in a presentation is exact and the two clocks never drift apart.
TIME_STEP_BITS = 40


def exact_time_step(dt):
    """The time step rounded to 40 bits (a relative change below 1e-12).

    Parameters
    ----------
    dt : Quantity
        Time step, seconds.

    Returns
    -------
    Quantity
        A time step of which every multiple up to 8192 is exact in float64.
    """
    mantissa, exponent = np.frexp(float(dt))
    return float(np.ldexp(np.round(np.ldexp(mantissa, TIME_STEP_BITS)), exponent - TIME_STEP_BITS)) * second
