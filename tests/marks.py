"""Which cases of a test a quick run takes: `pytest` leaves out what is marked `long`."""

import pytest


def long_but(cases, *quick):
    """Parameters for `pytest.mark.parametrize`: all cases, of which quick runs take only some."""
    return [pytest.param(case, marks=() if case in quick else pytest.mark.long) for case in cases]
