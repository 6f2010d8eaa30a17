"""Write the input spikes and initial weights that every benchmark variant reads.

``python benchmarks/spikes.py SPIKES WEIGHTS --neurons 500 --steps 20 --samples 200``

The images come from ``--data FILE.npz`` (``x_train`` uint8, ``y_train``) or, without
it, are random blobs with about the activity of MNIST.  Every sample gives two
presentations: its label with phase +1, then a random wrong label with phase -1.
The file format is described at the top of ``kernel.cpp``.
"""

import argparse
from pathlib import Path

import numpy as np

MAGIC = b"FFSPIKES"
N_LABELS = 10


def encode(intensities, n_steps, rng):
    """Regular spikes of integrate-and-fire encoders with random initial phase.

    Parameters
    ----------
    intensities : (n_units,) float
        Between 0 and 1; an intensity of 1 spikes every fourth step.
    n_steps : int
        Steps of 1 ms.
    rng : numpy.random.Generator
        Draws the initial phases.

    Returns
    -------
    list of (n_spikes,) int32
        The units that spike, step by step.
    """
    charge = rng.random(intensities.size)
    steps = []
    for _ in range(n_steps):
        charge += 0.25 * intensities
        steps.append(np.flatnonzero(charge >= 1).astype(np.int32))
        charge[charge >= 1] -= 1
    return steps


def blobs(n_samples, rng, side=28):
    """Images of three random strokes, with about the intensity of MNIST digits."""
    y, x = np.mgrid[:side, :side]
    images = np.zeros((n_samples, side, side))
    for image in images:
        for _ in range(3):
            start, stop = rng.uniform(6, side - 6, (2, 2))
            for part in np.linspace(0, 1, 12):
                cy, cx = start + part * (stop - start)
                np.maximum(image, np.exp(-((y - cy) ** 2 + (x - cx) ** 2) / 3), image)
    return images.reshape(n_samples, -1), rng.integers(0, N_LABELS, n_samples)


def load(path, n_samples):
    """The first images of an npz file as intensities, and their labels."""
    with np.load(path) as data:
        images, labels = data["x_train"][:n_samples], data["y_train"][:n_samples]
    return images.reshape(len(images), -1) / 255.0, labels


def write_spikes(path, intensities, labels, n_steps, rng):
    """Encode every sample twice (positive, negative) and write the spike file."""
    wrong = (labels + rng.integers(1, N_LABELS, len(labels))) % N_LABELS
    steps = [s for image in np.repeat(intensities, 2, axis=0)
             for s in encode(image, n_steps, rng)]
    offsets = np.concatenate([[0], np.cumsum([len(s) for s in steps])])
    header = np.array([2 * len(labels), intensities.shape[1], N_LABELS, n_steps])
    with open(path, "wb") as file:
        file.write(MAGIC + header.astype("<i4").tobytes())
        file.write(np.stack([labels, wrong], 1).astype("<i4").tobytes())
        file.write(np.tile([1, -1], len(labels)).astype("<i4").tobytes())
        file.write(offsets.astype("<i8").tobytes())
        file.write(np.concatenate(steps).astype("<i4").tobytes())


def read_spikes(path):
    """Read a spike file.

    Returns
    -------
    dict
        ``labels`` and ``phases`` (n_presentations,), ``offsets``
        (n_presentations*n_steps + 1,), ``units``, ``n_inputs``, ``n_labels``,
        ``n_steps``.
    """
    raw = Path(path).read_bytes()
    if raw[:8] != MAGIC:
        raise ValueError(f"{path} is not a spike file")
    n, n_inputs, n_labels, n_steps = np.frombuffer(raw, "<i4", 4, 8).tolist()
    position = 24 + 8 * n
    n_offsets = n * n_steps + 1
    return dict(
        labels=np.frombuffer(raw, "<i4", n, 24),
        phases=np.frombuffer(raw, "<i4", n, 24 + 4 * n),
        offsets=np.frombuffer(raw, "<i8", n_offsets, position),
        units=np.frombuffer(raw, "<i4", -1, position + 8 * n_offsets),
        n_inputs=n_inputs,
        n_labels=n_labels,
        n_steps=n_steps,
    )


def main():
    """Write both files from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("spikes")
    parser.add_argument("weights")
    parser.add_argument("--neurons", type=int, default=500)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--data", help="npz file with x_train and y_train")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    data = (load(options.data, options.samples) if options.data
            else blobs(options.samples, rng))
    write_spikes(options.spikes, *data, options.steps, rng)
    shape = (data[0].shape[1] + N_LABELS, options.neurons)
    rng.normal(0, 0.02, shape).astype("<f4").tofile(options.weights)


if __name__ == "__main__":
    main()
