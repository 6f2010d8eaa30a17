"""Files of arrays with a JSON header: trained models and checkpoints."""

import json

import numpy as np

from ffbrian.errors import RunError
from ffbrian.files import safe_arrays
from ffbrian.files.safe_files import lasting

HEADER = "header"


def save(path, header, arrays):
    """Write arrays and a header, replacing the file only when all is written.

    Parameters
    ----------
    path : path
    header : dict
        Plain text and numbers.
    arrays : dict of str to array

    Raises
    ------
    RunError
        If the file cannot be written; an older file stays as it was.
    """
    content = {HEADER: np.frombuffer(json.dumps(header).encode(), np.uint8)} | arrays
    with lasting(path) as file:
        np.savez(file, **content)


def load(path):
    """Read what `save` wrote.

    Parameters
    ----------
    path : path

    Returns
    -------
    header : dict
    arrays : dict of str to array

    Raises
    ------
    RunError
        If there is no such file, or it is damaged.
    """
    try:
        arrays = safe_arrays.read(path)
        header = json.loads(arrays.pop(HEADER).tobytes(), parse_constant=_refuse_constant)
        if not isinstance(header, dict):
            raise ValueError(f"its header is a {type(header).__name__}")
    except FileNotFoundError:
        raise RunError(f"{path} does not exist; expected a file that ffbrian wrote there.") from None
    except safe_arrays.DAMAGED as error:
        raise RunError(f"{path} is damaged or was not written by ffbrian ({error}).") from None
    return header, arrays


def _refuse_constant(name):
    raise ValueError(f"its header holds {name}, which is no number")
