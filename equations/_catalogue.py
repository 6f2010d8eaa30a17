"""A folder of models: each file defines one model of the file's own name."""

import importlib
import pkgutil
import sys
from types import ModuleType


class Catalogue(ModuleType):
    """A package whose attributes are the models in its files, each read when it is first asked for."""

    def __getattr__(self, name):
        name = self.__dict__.get("_aliases", {}).get(name, name)
        if name.startswith("_") or name not in self.__all__:
            raise AttributeError(f"{self.__name__} has no model {name!r}; it has {', '.join(self.__all__)}")
        importlib.import_module(f"{self.__name__}.{name}")
        return self.__dict__[name]

    def __setattr__(self, name, value):
        """Where an import puts a file's module, put the model that the file defines."""
        is_file = isinstance(value, ModuleType) and value.__name__ == f"{self.__name__}.{name}"
        super().__setattr__(name, getattr(value, name) if is_file and name in self.__all__ else value)

    def __dir__(self):
        return sorted({*super().__dir__(), *self.__all__})


def catalogue(package, has_class_names=False):
    """Make a package a catalogue of the models in its files.

    Parameters
    ----------
    package : str
        Name of the package, such as ``"ffbrian.equations.neurons"``.
    has_class_names : bool
        Whether ``Rate`` also stands for ``rate``.
    """
    module = sys.modules[package]
    module.__all__ = sorted(file.name for file in pkgutil.iter_modules(module.__path__))
    module._aliases = (
        {name.title().replace("_", ""): name for name in module.__all__} if has_class_names else {}
    )
    module.__class__ = Catalogue
