"""Forward-Forward in a network of rates, with the gradient and without it (NumPy alone).

One layer hears image and label.  Its goodness is the sum over neurons of a polarity, +1 or
-1, times the squared activity; the modulator is that of ffbrian's opponent.  A weight
changes by modulator times polarity times activity times input, and with the gradient also
times the slope of the activation.  With rectified units the slope is 1 wherever there is
activity, so that both are the same rule; with tanh they differ where units saturate.

``python rate_forward_forward.py --activation relu --without-gradient``
"""

import argparse
import time

import numpy as np

import ffbrian as ff

ACTIVATIONS = {
    "relu": (lambda x: np.maximum(x, 0), lambda a: (a > 0).astype(np.float32)),
    "tanh": (lambda x: np.tanh(np.maximum(x, 0)), lambda a: (1 - a**2) * (a > 0)),
}


class Layer:
    """Rates that learn by Forward-Forward.

    Parameters
    ----------
    n_inputs, n_neurons, n_classes : int
    activation : str
    has_gradient : bool
    rng : numpy.random.Generator
    rate, label_scale : float
        Of Adam, and by how much a label's input is stronger than 1.
    """

    def __init__(self, n_inputs, n_neurons, n_classes, activation, has_gradient, rng, rate, label_scale):
        self.activation, self.slope = ACTIVATIONS[activation]
        self.has_gradient, self.rate, self.label_scale = has_gradient, rate, label_scale
        self.w = rng.normal(0, 1 / np.sqrt(n_inputs), (n_inputs + n_classes, n_neurons)).astype(np.float32)
        self.polarity = np.where(np.arange(n_neurons) % 2, -1, 1).astype(np.float32)
        self.mean, self.square, self.age = np.zeros_like(self.w), np.zeros_like(self.w), 0
        self.n_classes = n_classes

    def input(self, images, labels):
        """Images of length 1, and labels beside them, (n, n_inputs + n_classes)."""
        length = np.linalg.norm(images, axis=1, keepdims=True) + 1e-8
        beside = self.label_scale * np.eye(self.n_classes, dtype=np.float32)[labels]
        return np.hstack([images / length, beside])

    def goodness(self, activity):
        """(n,) array."""
        return activity**2 @ self.polarity

    def step(self, images, labels, sign):
        """Learn from some images with labels; `sign` is +1 for own labels, -1 for wrong ones."""
        x = self.input(images, labels)
        a = self.activation(x @ self.w)
        modulator = sign / (1 + np.exp(np.clip(sign * self.goodness(a), -50, 50)))
        credit = modulator[:, None] * self.polarity * a * (self.slope(a) if self.has_gradient else 1)
        self.change(x.T @ credit / len(x))

    def change(self, ascent):
        """A step of Adam (Kingma & Ba 2015)."""
        self.age += 1
        self.mean += 0.1 * (ascent - self.mean)
        self.square += 0.001 * (ascent**2 - self.square)
        size = np.sqrt(self.square / (1 - 0.999**self.age)) + 1e-8
        self.w += self.rate * self.mean / (1 - 0.9**self.age) / size

    def answers(self, images):
        """The label with the most goodness, (n,) int."""
        alike = [np.full(len(images), k) for k in range(self.n_classes)]
        found = [self.goodness(self.activation(self.input(images, y) @ self.w)) for y in alike]
        return np.argmax(found, axis=0)


def displaced(images, shape, rng):
    """Each image moved by up to one pixel."""
    square = images.reshape(-1, *shape)
    dy, dx = rng.integers(-1, 2, (2, len(images)))
    moved = [np.roll(one, (y, x), (0, 1)) for one, y, x in zip(square, dy, dx)]
    return np.array(moved).reshape(len(images), -1)


def train(layer, images, labels, epochs, rng, shape=None, batch=64):
    """Epoch by epoch; yields after each."""
    for _ in range(epochs):
        seen = images if shape is None else displaced(images, shape, rng)
        for some in np.array_split(rng.permutation(len(seen)), max(1, len(seen) // batch)):
            wrong = (labels[some] + rng.integers(1, layer.n_classes, len(some))) % layer.n_classes
            layer.step(seen[some], labels[some], +1)
            layer.step(seen[some], wrong, -1)
        yield


def arguments():
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", default="mnist", help="images, as in experiment files")
    parser.add_argument("--activation", choices=ACTIVATIONS, default="relu")
    parser.add_argument("--without-gradient", action="store_true")
    parser.add_argument("--neurons", type=int, default=500)
    parser.add_argument("--samples", type=int, default=20_000, help="of the training set; 0 for all")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--label-scale", type=float, default=1.0)
    parser.add_argument("--jitter", action="store_true", help="displace images by up to one pixel")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    return parser.parse_args()


def pixels(split):
    """Images from 0 to 1, (n, n_pixels) float32."""
    return split.values.reshape(len(split), -1).astype(np.float32) / 255


def accuracy(options, data, seed):
    """Test accuracy of one seed after the last epoch."""
    rng = np.random.default_rng(seed)
    some = rng.permutation(len(data.train))[: options.samples or None]
    images, labels = pixels(data.train.take(some)), np.asarray(data.train.labels)[some]
    layer = Layer(
        images.shape[1],
        options.neurons,
        data.n_classes,
        options.activation,
        not options.without_gradient,
        rng,
        options.rate,
        options.label_scale,
    )
    for _ in train(
        layer, images, labels, options.epochs, rng, data.train.shape[1:] if options.jitter else None
    ):
        pass
    return float(np.mean(layer.answers(pixels(data.test)) == data.test.labels))


def main():
    """Train and test every seed."""
    options = arguments()
    data, found = ff.datasets.load(options.data), []
    for seed in options.seeds:
        started = time.perf_counter()
        found.append(100 * accuracy(options, data, seed))
        print(f"seed {seed}: {found[-1]:.2f} %, {time.perf_counter() - started:.0f} s", flush=True)
    spread = f" ± {np.std(found, ddof=1):.2f}" if len(found) > 1 else ""
    print(f"{np.mean(found):.2f}{spread} %")


if __name__ == "__main__":
    main()
