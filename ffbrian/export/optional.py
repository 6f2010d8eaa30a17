"""Packages that only some users need."""

import importlib

from ffbrian.errors import RunError


def needed(what, *packages, extra):
    """Import packages that an extra of ffbrian installs.

    Parameters
    ----------
    what : str
        What needs them, such as ``"Recording.to_neo"``.
    *packages : str
    extra : str
        Name of the extra.

    Returns
    -------
    list of module

    Raises
    ------
    RunError
        If one of them is not installed; the message says how to get it.
    """
    try:
        return [importlib.import_module(package) for package in packages]
    except ImportError as error:
        package = (error.name or packages[0]).partition(".")[0]
        raise RunError(f'{what} needs the package {package}: pip install "ffbrian[{extra}]".') from None
