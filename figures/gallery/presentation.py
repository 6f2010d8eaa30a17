"""One sample in both phases: input, label, membranes, goodness, modulator, eligibility, weight."""

import digits

import ffbrian as ff


def draw(folder):
    """Draw presentation.png."""
    digits.save(ff.plot.presentation(digits.recording())["input"], folder, "presentation")


if __name__ == "__main__":
    digits.main(draw)
