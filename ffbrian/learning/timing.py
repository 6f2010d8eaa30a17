"""When things happen: a stream in which samples, labels and rewards come at times of their own."""

from dataclasses import asdict, dataclass, fields

import numpy as np

from ffbrian.errors import ModelError
from ffbrian.learning.schedule import Schedule
from ffbrian.models.text import SECOND
from ffbrian.network import distributions

#: Columns of the schedule of a stream, in updates from the beginning of the row (see `Stream.laid_out`).
COLUMNS = ("length", "off", "label_on", "reward_at", "late_at")
#: Where no reward comes.
NEVER = 0
#: What is told where a time is wrong.
EXAMPLES = {"a time above 0": '"5 ms"', "a time or text": '"60*ms + 80*ms*rand()"'}
#: Draws by which the mean duration of a row is estimated.
N_DRAWS = 1000


@dataclass(frozen=True)
class Stream:
    """One continuous simulation: nothing is set back, and everything lasts as long as it lasts.

    What an algorithm shows in a chunk of the training comes in random order.

    Each duration is a time, or text such as ``"60*ms + 80*ms*rand()"`` that is drawn anew for
    each sample, from the seed of the training; ``i`` is the number of the sample in its
    chunk.  All are rounded to whole updates.

    Attributes
    ----------
    shown : Quantity or str
        How long a sample stays.
    pause : Quantity or str
        From its end to the beginning of the next; nothing is shown.
    label_after : Quantity or str
        From the beginning of a sample to that of its label, which ends with it.
    reward_after : Quantity or str
        From the end of a sample to its reward.  It may come while the next sample is shown,
        but before that one ends.
    update_every : Quantity
        Synapses turn eligibility into weight so often.

    Raises
    ------
    ModelError
        For values that are no times.
    """

    shown: object = "100 ms"
    pause: object = "100 ms"
    label_after: object = "0 ms"
    reward_after: object = "0 ms"
    update_every: object = "5 ms"

    kind = "stream"

    def __post_init__(self):
        for name in times():
            value = distributions.read("Stream", name, getattr(self, name), SECOND)
            is_time = isinstance(value, str) or (isinstance(value, float) and value >= 0)
            if not is_time or name == "update_every" and not (isinstance(value, float) and value > 0):
                wanted = "a time above 0" if name == "update_every" else "a time or text"
                raise ModelError(
                    f"Stream: {name} is {getattr(self, name)}, expected {wanted} such as {EXAMPLES[wanted]}."
                )
            object.__setattr__(self, name, value)

    def __str__(self):
        return f"a stream with updates every {1000 * self.update_every:g} ms"

    def for_code(self):
        """The stream less what does not decide the generated code."""
        return Stream(update_every=f"{self.update_every!r} second")

    def to_dict(self):
        """Plain text (JSON)."""
        times = asdict(self).items()
        return {"kind": self.kind} | {
            name: time if isinstance(time, str) else f"{time!r} second" for name, time in times
        }

    def updates(self, name, n, rng):
        """A duration of each of `n` samples, in updates, (n,) int array."""
        value = getattr(self, name)
        if isinstance(value, str):
            place = np.arange(n)
            value = distributions.evaluated(value, place, place, n, n, rng)
        found = np.round(np.broadcast_to(value, (n,)) / self.update_every).astype(int)
        if n and found.min() < 0:
            raise ModelError(f"Stream: {name} gives {np.min(value):g} second, expected at least 0.")
        return found

    def drawn(self, n, rng):
        """All durations of `n` samples, in updates (dict of str to (n,) int array)."""
        names = ("shown", "pause", "label_after", "reward_after")
        found = {name: self.updates(name, n, rng) for name in names}
        return found | {"shown": np.maximum(found["shown"], 1)}

    def mixed(self, schedule, rng):
        """The rows of a schedule in random order: what was shown with its label need not come again at once,
        when dopamine of the one would still be there for the other.
        """
        return schedule.part(rng.permutation(len(schedule)))

    def laid_out(self, schedule):
        """A schedule with the times of a stream; the same schedule gets the same times.

        Parameters
        ----------
        schedule : Schedule
            One row for each sample that is shown.

        Returns
        -------
        Schedule
            With the columns ``length`` (of the row, sample and pause), ``off`` (end of the
            sample), ``label_on``, ``reward_at`` (when the reward of this sample arrives) and
            ``late_at`` (when that of the one before does, if it comes only now; else 0).
        """
        if "length" in schedule.columns or not len(schedule):
            return schedule
        rng = np.random.default_rng(schedule["seed"].view(np.uint32))
        times = self.drawn(len(schedule), rng)
        off, reward_at = times["shown"], times["shown"] + times["reward_after"]
        length = off + times["pause"]
        length[-1] = max(length[-1], reward_at[-1])  # what follows does not know of it
        late = np.append(False, reward_at[:-1] > length[:-1])
        if (times["label_after"] >= off).any():
            raise ModelError(
                "Stream: a label comes only when its sample has ended; shorten label_after or lengthen shown."
            )
        late_at = np.where(late, np.append(0, reward_at[:-1] - length[:-1]), NEVER)
        self._check_order(late_at, off)
        own = np.where(np.append(late[1:], False), NEVER, reward_at)
        more = dict(length=length, off=off, label_on=times["label_after"], reward_at=own, late_at=late_at)
        return Schedule(schedule.columns | {name: np.asarray(more[name], np.int32) for name in COLUMNS})

    def _check_order(self, late_at, off):
        """Raise ModelError if a reward comes only after the next sample has ended."""
        if (late_at >= off).any():
            late = (late_at - off).max() * self.update_every
            raise ModelError(
                f"Stream: a reward comes {late:g} second after the next sample has ended, and would be taken "
                "for that one's; shorten reward_after or lengthen pause."
            )

    def mean_shown(self):
        """How long a sample stays, on average, seconds (float)."""
        times = self.drawn(N_DRAWS, np.random.default_rng(0))
        return float(np.mean(times["shown"])) * self.update_every

    def mean_updates(self):
        """Updates from one sample to the next, on average (float)."""
        times = self.drawn(N_DRAWS, np.random.default_rng(0))
        return float(np.mean(times["shown"] + times["pause"]))


def times():
    """Names of the times of a `Stream` (tuple of str)."""
    return tuple(field.name for field in fields(Stream))


def as_stream(value):
    """A `Stream` from a table of an experiment file, or one as it is.

    Raises
    ------
    ModelError
        For an unknown kind or key.
    """
    if value is None or isinstance(value, Stream):
        return value
    table = dict(value) if isinstance(value, dict) else {}
    if table.pop("kind", None) != Stream.kind or set(table) - set(times()):
        raise ModelError(
            f'timing is {value!r}, expected ff.Stream(…), or a table with kind = "stream" and '
            f"{', '.join(times())}."
        )
    return Stream(**table)
