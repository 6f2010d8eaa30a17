"""Receptive fields of D1 and D2 neurons, and how the weights spread while they learn."""

import digits

import ffbrian as ff


def draw(folder):
    """Draw receptive_fields.png and weight_distribution.png."""
    weights = {epochs: digits.model(epochs).state["synapses_1.w"] for epochs in (1, 3, digits.EPOCHS)}
    final = weights.pop(digits.EPOCHS)
    polarity = digits.recording().polarity["layer_1"]
    fields = ff.plot.receptive_fields(final.reshape(64, -1), (1, 8, 8), polarity)
    digits.save(fields[0], folder, "receptive_fields")
    digits.save(
        ff.plot.weight_distribution(final, weights, name="input synapses"), folder, "weight_distribution"
    )


if __name__ == "__main__":
    digits.main(draw)
