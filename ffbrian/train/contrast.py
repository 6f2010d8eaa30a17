"""Grey values of images that the network sees as dark and as bright."""

from dataclasses import replace

import numpy as np

from ffbrian.errors import ModelError
from ffbrian.models.quantities import is_auto, is_real, shortened

#: Grey values that are dark and bright where nothing is computed.
WHOLE_RANGE = {"offset": 0.0, "scale": 255.0}


def read(trainer):
    """Raise ModelError unless the grey values of a trainer are numbers; an array becomes a list."""
    if isinstance(trainer.offset, (np.ndarray, tuple)):
        object.__setattr__(trainer, "offset", np.ravel(trainer.offset).tolist())
    for name, lowest in (("offset", -np.inf), ("scale", np.finfo(float).tiny)):
        value = getattr(trainer, name)
        values = value if name == "offset" and isinstance(value, list) and value else [value]
        if not is_auto(value) and not all(is_real(v, lowest) for v in values):
            raise ModelError(
                f"Trainer: {name} is {shortened(value)}, expected a grey value such as "
                f"{WHOLE_RANGE[name]:g}, or 'auto'."
            )


def of_inputs(trainer, inputs):
    """Inputs with the grey values that are dark and bright."""
    given = {"offset": trainer.offset, "scale": trainer.scale}
    given = {name: WHOLE_RANGE[name] if is_auto(value) else value for name, value in given.items()}
    if given == WHOLE_RANGE:
        return inputs
    if inputs.kind != "values":
        raise ModelError(
            f"Trainer: offset and scale are grey values of images, but the data are {inputs.kind}; leave "
            "them out."
        )
    dark = np.ravel(given["offset"])
    if len(dark) not in (1, inputs.n_units):
        raise ModelError(f"Trainer: offset has {len(dark)} values, but an image has {inputs.n_units} pixels.")
    return replace(inputs, offset=tuple(map(float, dark)), scale=float(given["scale"]))
