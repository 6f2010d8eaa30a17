"""A baseline that ffbrian does not use: the network of its digits, trained by back-propagation through time.

Leaky integrate-and-fire neurons in steps of 1 ms, the same encoder (regular spikes with a
random phase), the same readout (early spikes count more) and softmax loss; the derivative of
a spike is replaced by that of a fast sigmoid (Zenke & Ganguli 2018, Neural Comput. 30:1514;
Neftci, Mostafa & Zenke 2019, IEEE Signal Process. Mag. 36:51).  NumPy alone.

``python surrogate_gradient.py --neurons 30``
"""

import argparse
import time

import numpy as np

import ffbrian as ff

#: Steps of a presentation; share of a membrane that is left after one; slope of the surrogate.
N_STEPS, KEPT, STEEPNESS = 40, np.exp(-1 / 50), 4.0
#: Weight of a spike in each step: early ones count more.
RAMP = (1 - np.arange(N_STEPS) / N_STEPS).astype(np.float32)
#: Spikes of a pixel at full intensity in one step: 250 Hz.
HIGHEST = 0.25
FLOOR = -1.0


def spikes(images, rng):
    """Regular spikes of each pixel with a random phase, (n_steps, n, n_pixels) float32."""
    phase = rng.random(images.shape, dtype=np.float32)
    charge = phase + HIGHEST * images * np.arange(1, N_STEPS + 1, dtype=np.float32)[:, None, None]
    return np.diff(np.floor(charge), axis=0, prepend=np.floor(phase)[None])


def run(w, x):
    """Membranes before their spikes and spikes of a layer, both (n_steps, n, n_neurons)."""
    v = np.zeros((x.shape[1], w.shape[1]), np.float32)
    seen, sent = [], []
    for arriving in x:
        v = np.maximum(KEPT * v + arriving @ w, FLOOR)
        fired = (v > 1).astype(np.float32)
        seen.append(v)
        sent.append(fired)
        v = v - fired
    return np.array(seen), np.array(sent)


def respond(weights, x):
    """Membranes, weighted spikes (n, n_neurons) and responses (n, n_classes) of the network."""
    hidden, out = weights
    v, fired = run(hidden, x)
    r = np.tensordot(RAMP, fired, 1)
    return v, r, r @ out


def gradients(weights, x, labels):
    """Derivatives of the mean cross-entropy, with a surrogate for that of a spike."""
    v, r, y = respond(weights, x)
    p = np.exp(y - y.max(axis=1, keepdims=True))
    error = p / p.sum(axis=1, keepdims=True)
    error[np.arange(len(labels)), labels] -= 1
    error /= len(labels)
    back, through = error @ weights[1].T, np.zeros_like(r)
    hidden = np.zeros_like(weights[0])
    for step in reversed(range(N_STEPS)):
        slope = 1 / (1 + STEEPNESS * np.abs(v[step] - 1)) ** 2
        through = (slope * RAMP[step] * back + KEPT * through) * (v[step] > FLOOR)
        hidden += x[step].T @ through
    return [hidden, r.T @ error]


class Adam:
    """Running moments (Kingma & Ba 2015)."""

    def __init__(self, weights, rates):
        self.rates, self.age = rates, 0
        self.moments = [(np.zeros_like(w), np.zeros_like(w)) for w in weights]

    def step(self, weights, found, share):
        """Change weights in place; `share` of the learning rates."""
        self.age += 1
        for w, g, rate, (mean, square) in zip(weights, found, self.rates, self.moments):
            mean += 0.1 * (g - mean)
            square += 0.001 * (g**2 - square)
            size = np.sqrt(square / (1 - 0.999**self.age)) + 1e-8
            w -= share * rate * mean / (1 - 0.9**self.age) / size


def fit(images, labels, neurons, n_classes, epochs, rates, rng, batch=20, each=lambda weights: None):
    """Weights of the layer and of the readout after some epochs; rates fall by a cosine.

    `each` is called with them after every epoch.
    """
    weights = [rng.normal(0, 0.1, (images.shape[1], neurons)), np.zeros((neurons, n_classes))]
    weights = [w.astype(np.float32) for w in weights]
    adam = Adam(weights, rates)
    for epoch in range(epochs):
        share = 0.01 + 0.99 * (1 + np.cos(np.pi * epoch / max(1, epochs - 1))) / 2
        for some in np.array_split(rng.permutation(len(images)), max(1, len(images) // batch)):
            adam.step(weights, gradients(weights, spikes(images[some], rng), labels[some]), share)
        each(weights)
    return weights


def accuracy(weights, images, labels, rng):
    """Fraction of samples whose class has the highest response."""
    return float(np.mean(respond(weights, spikes(images, rng))[2].argmax(axis=1) == labels))


def arguments():
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", default="digits", help="images, as in experiment files")
    parser.add_argument("--neurons", type=int, default=30)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--rates", type=float, nargs=2, default=[3e-3, 1e-2], help="of layer and readout")
    parser.add_argument("--validation", action="store_true", help="score a tenth of the training set instead")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    return parser.parse_args()


def parts(options, data, seed):
    """Training set and what is scored."""
    if options.validation:
        return ff.datasets.split_validation(data.train, 0.1, seed)
    return data.train, data.test


def pixels(split):
    """Images from 0 to 1, (n, n_pixels) float32."""
    return split.values.reshape(len(split), -1).astype(np.float32) / 255


def main():
    """Train and score every seed."""
    options = arguments()
    data, found = ff.datasets.load(options.data), []
    for seed in options.seeds:
        started, rng = time.perf_counter(), np.random.default_rng(seed)
        train, scored = parts(options, data, seed)
        labels = np.asarray(train.labels)
        weights = fit(
            pixels(train), labels, options.neurons, data.n_classes, options.epochs, options.rates, rng
        )
        found.append(100 * accuracy(weights, pixels(scored), np.asarray(scored.labels), rng))
        print(f"seed {seed}: {found[-1]:.2f} %, {time.perf_counter() - started:.0f} s", flush=True)
    spread = f" ± {np.std(found, ddof=1):.2f}" if len(found) > 1 else ""
    print(f"{np.mean(found):.2f}{spread} %")


if __name__ == "__main__":
    main()
