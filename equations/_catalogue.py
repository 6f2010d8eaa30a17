"""A folder of models: each file defines one model of the file's own name."""
import importlib
import pkgutil


def catalogue(package, path):
    """Models of a folder by name.

    Parameters
    ----------
    package : str
        Name of the package, such as ``"ffbrian.equations.neurons"``.
    path : list of str
        Where its files are.

    Returns
    -------
    dict of str to Model
    """
    names = sorted(module.name for module in pkgutil.iter_modules(path))
    return {name: getattr(importlib.import_module(f"{package}.{name}"), name) for name in names}
