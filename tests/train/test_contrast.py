"""Grey values that a network sees as dark and as bright."""

import pytest

import ffbrian as ff
from ffbrian.build.data_shape import DataShape

EVENTS = DataShape("events", (10,), 4)


def trainer(**settings):
    return ff.Trainer(ff.Network([ff.Layer(5)], encoder=ff.encoders.time_cells), **settings)


def test_events_have_no_grey_values():
    assert trainer().plan(EVENTS).inputs == EVENTS
    for settings in ({"offset": 10}, {"scale": 90}):
        with pytest.raises(ff.ModelError, match="are grey values of images, but the data are events"):
            trainer(**settings).plan(EVENTS)


@pytest.mark.parametrize("offset", [("a",), (None,), (float("nan"), 1.0), []])
def test_what_is_no_grey_value_is_refused(offset):
    with pytest.raises(ff.ModelError, match="expected a grey value"):
        trainer(offset=offset)
