"""A training that is stopped between two chunks and resumed ends as one that was not."""

import numpy as np
import pytest

from ffbrian.build.data_shape import DataShape
from ffbrian.train.training import Training


class Stopped(Exception):
    """Stands for a kill."""


class StopsInSecondEpoch(Training):
    """Stops when the first chunk of the second epoch has been saved."""

    def save(self):
        super().save()
        if (self.epoch, self.next_chunk) == (1, 1):
            raise Stopped


def check_resumed(trainer, data, checkpoint, n_classes=10):
    """Train twice, once with a stop, and compare all bits.

    Parameters
    ----------
    trainer : Trainer
        With a chunk shorter than the data.
    data : Images or Vectors
    checkpoint : Path
    n_classes : int
    """
    trainer = trainer.calibrated(data, n_classes).trainer
    settings = dict(seed=1, n_classes=n_classes, progress=None)
    whole = trainer.fit(data, 2, **settings)
    plan = trainer.plan(DataShape.of(data, n_classes))
    with pytest.raises(Stopped):
        StopsInSecondEpoch(trainer, plan, data, 2, 1, checkpoint=checkpoint).start()
    resumed = trainer.fit(data, 2, checkpoint=checkpoint, resume=True, **settings)
    assert set(resumed.state) == set(whole.state)
    for name, value in whole.state.items():
        np.testing.assert_array_equal(resumed.state[name], value, err_msg=name)
