"""How a training shows on the screen: a bar while an epoch runs, a line when it ends."""

import contextlib
import importlib.util
import logging
import sys

from tqdm import tqdm

from ffbrian.errors import RunError


def put(text):
    """Print a line on stderr, above the bars; a full disk behind stderr costs the line, not the training."""
    with contextlib.suppress(OSError):
        tqdm.write(text, file=sys.stderr)
        sys.stderr.flush()


class Notes(logging.Handler):
    """Prints what a training has to say on stderr, above the bars."""

    def emit(self, record):
        """Print one note or warning."""
        kind = "warning" if record.levelno >= logging.WARNING else "note"
        put(f"{kind}: {record.getMessage()}")


def show_notes():
    """Let this process print the package's notes and warnings on stderr."""
    log = logging.getLogger("ffbrian")
    log.setLevel(logging.INFO)
    if not any(isinstance(handler, Notes) for handler in log.handlers):
        log.addHandler(Notes())


class Bar:
    """One bar for a whole training, as a terminal or a notebook shows it."""

    def __init__(self):
        self.bar = None

    def __call__(self, progress):
        """Show a `Progress`."""
        if self.bar is None:
            total = progress.epochs * progress.n_samples
            self.bar = bar_kind()(total=total, unit="sample", dynamic_ncols=True, file=sys.stderr)
        done = progress.n_samples if progress.entry is not None else progress.shown
        self.bar.set_description(f"epoch {progress.epoch}/{progress.epochs}", refresh=False)
        self.bar.set_postfix_str(progress.words, refresh=False)
        self.bar.update((progress.epoch - 1) * progress.n_samples + done - self.bar.n)
        if progress.entry is not None and progress.epoch == progress.epochs:
            self.bar.close()


def is_notebook():
    """Whether this process is the kernel of a notebook."""
    return "ipykernel" in sys.modules


def bar_kind():
    """The class of bars that fits where this process runs."""
    if is_notebook() and importlib.util.find_spec("ipywidgets"):
        return importlib.import_module("tqdm.notebook").tqdm
    return tqdm


def listener(progress):
    """What `Trainer.fit` calls while a training goes on, or None.

    Parameters
    ----------
    progress : "bar", callable or None
        A bar is shown only where somebody can see it move.

    Raises
    ------
    RunError
        For anything else.
    """
    if progress == "bar":
        return Bar() if sys.stderr.isatty() or is_notebook() else None
    if progress is not None and not callable(progress):
        raise RunError(f"fit: progress is {progress!r}, expected 'bar', a function of a Progress, or None.")
    return progress


class Display:
    """Bars and lines on stderr; only lines where it is no terminal.

    Parameters
    ----------
    several : bool
        Whether lines name the seed.
    """

    def __init__(self, several):
        self.several, self.bars = several, {}
        self.is_terminal = sys.stderr.isatty()

    def show(self, seed, progress):
        """Show a `Progress` of the training with this seed."""
        if progress.entry is not None:
            self._remove(seed)
            self.say(self._title(seed, progress) + epoch_line(progress))
        elif self.is_terminal:
            bar = self._bar(seed, progress)
            bar.update(progress.shown - bar.n)
            bar.set_postfix_str(progress.words + spike_words(progress))

    def say(self, text):
        """Print a line above the bars."""
        put(text)

    def close(self):
        """Remove all bars."""
        for seed in list(self.bars):
            self._remove(seed)

    def _bar(self, seed, progress):
        if seed not in self.bars:
            self.bars[seed] = tqdm(
                total=progress.n_samples,
                initial=progress.shown,
                desc=self._title(seed, progress).strip(),
                unit="sample",
                leave=False,
                dynamic_ncols=True,
                file=sys.stderr,
            )
        return self.bars[seed]

    def _remove(self, seed):
        if seed in self.bars:
            self.bars.pop(seed).close()

    def _title(self, seed, progress):
        who = f"seed {seed} " if self.several else ""
        return f"{who}epoch {progress.epoch}/{progress.epochs}  "


def spike_words(progress):
    """Spikes per neuron and presentation of each layer, in words; empty before the first presentation."""
    return (
        f", spikes {' / '.join(f'{spikes:.3g}' for spikes in progress.spikes_per_neuron)}"
        if progress.spikes_per_neuron
        else ""
    )


def validation_words(entry):
    """The score on the validation set, in words; empty where there is none."""
    if entry.get("validation_accuracy") is not None:
        return f", validation {entry['validation_accuracy']:.1%}"
    error = entry.get("validation_relative_l2")
    return "" if error is None else f", validation error {error:.4f}"


def epoch_line(progress):
    """What is said of an epoch when it has ended."""
    return (
        f"{progress.words}{validation_words(progress.entry)}{spike_words(progress)}, "
        f"{progress.entry['wall_seconds']:.1f} s"
    )
