"""Schedules: what is shown when, and trainings that follow them."""

import numpy as np
import pytest
from brian2 import ms
from schedules import training

import ffbrian as ff
from ffbrian.learning import forward_forward
from ffbrian.train.training import Training

TRUTH = np.array([3, 1, 4, 1, 5])


def rows(block, per_positive=1):
    return training(
        np.arange(10, 15),
        TRUTH,
        10,
        ff.RandomNegatives(per_positive),
        1,
        np.random.default_rng(0),
        block=block,
    )


def test_blocks_show_positive_phases_first():
    found = rows(2)
    assert found["sample"].tolist() == [10, 11, 10, 11, 12, 13, 12, 13, 14, 14]
    assert found["phase"].tolist() == [1, 1, -1, -1, 1, 1, -1, -1, 1, -1]


def test_one_block_of_all_shows_every_positive_phase_before_any_negative():
    assert rows(5, 2)["phase"].tolist() == [1] * 5 + [-1] * 10
    assert rows(5, 2)["sample"][5:].tolist() == [10, 10, 11, 11, 12, 12, 13, 13, 14, 14]


@pytest.mark.parametrize("per_positive", [1, 3])
def test_blocks_change_nothing_but_the_order(per_positive):
    def in_order(found):
        found = found.table(sorted(found.columns))
        return found[np.lexsort(found.T)]

    np.testing.assert_array_equal(in_order(rows(1, per_positive)), in_order(rows(3, per_positive)))


@pytest.mark.parametrize("block, per_positive", [(1, 1), (2, 1), (5, 1), (2, 3)])
def test_pairs_are_both_phases_of_one_sample(block, per_positive):
    found = rows(block, per_positive)
    positive, negative = forward_forward.pairs(found)
    assert sorted(found["sample"][positive]) == [10, 11, 12, 13, 14]
    np.testing.assert_array_equal(found["sample"][positive], found["sample"][negative])
    assert (found["phase"][positive] == 1).all() and (found["phase"][negative] == -1).all()
    first = [
        np.flatnonzero((found["sample"] == sample) & (found["phase"] < 0))[0]
        for sample in found["sample"][negative]
    ]
    np.testing.assert_array_equal(negative, first)


def test_pairs_leave_out_samples_without_a_negative_phase():
    positive, negative = forward_forward.pairs(rows(2).part(slice(3)))
    assert positive.tolist() == [0] and negative.tolist() == [2]
    assert all(len(part) == 0 for part in forward_forward.pairs(rows(1, 0)))


class Interrupted(Exception):
    """Stands for a kill between two chunks."""


def test_blocks_resume_to_the_same_bits(tmp_path):
    """Runtime mode; a chunk of 6 holds a block of 4 and one of 2."""
    train = ff.datasets.load("digits").train.take(slice(0, 12))
    trainer = ff.Trainer(
        ff.Network([ff.Layer(8, initial_weight=0.2)]), presentation=10 * ms, chunk=6, block=4, mode="runtime"
    )
    trainer = trainer.calibrated(train, 10).trainer
    whole = trainer.fit(train, 1, n_classes=10)

    class Killed(Training):
        def save(self):
            super().save()
            if self.next_chunk == 1:
                raise Interrupted

    with pytest.raises(Interrupted):
        Killed(
            trainer, trainer.plan(whole.plan.inputs), train, 1, 0, checkpoint=tmp_path / "checkpoint.npz"
        ).start()
    resumed = trainer.fit(train, 1, n_classes=10, checkpoint=tmp_path / "checkpoint.npz", resume=True)
    for name, value in whole.state.items():
        np.testing.assert_array_equal(resumed.state[name], value)
    assert {**resumed.history[0], "wall_seconds": 0} == {**whole.history[0], "wall_seconds": 0}


@pytest.mark.parametrize(
    "settings, words",
    [
        (dict(block=0), "block is 0, expected a whole number of samples of at least 1"),
        (dict(block=60, chunk=50), "which is 50; raise chunk"),
        (
            dict(block=2, negatives=ff.HardNegatives()),
            "block is 2, but negatives of kind 'hard' are drawn from the positive presentation just before",
        ),
    ],
)
def test_blocks_that_cannot_be_are_refused(settings, words):
    with pytest.raises(ff.ModelError, match=words):
        ff.Trainer(ff.Network([ff.Layer(8)]), **settings)
