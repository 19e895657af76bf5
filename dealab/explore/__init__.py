"""Explorers: a model with sliders, one file each.

``explore.shards()`` imports ``dealab/explore/shards.py`` when it is first asked for and calls its
function of the same name. A new explorer is a new file; nothing here has to change.
"""

import importlib
import pkgutil
import sys
import types


def names() -> list[str]:
    """Return the names of all explorers."""
    return sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_"))


def __getattr__(name: str):
    if name.startswith("_"):
        raise AttributeError(name)
    try:
        importlib.import_module(f"{__name__}.{name}")
    except ModuleNotFoundError as problem:
        if problem.name != f"{__name__}.{name}":
            raise
        raise AttributeError(f"no explorer '{name}'; there are: {', '.join(names())}") from None
    return globals()[name]


def __dir__() -> list[str]:
    return [*globals(), *names()]


class _Explorers(types.ModuleType):
    def __setattr__(self, name, value):
        # The import system binds a submodule here under its name, whoever imported it first.
        # Learners call explore.shards(), so the function of that name takes the module's place.
        if isinstance(value, types.ModuleType):
            value = getattr(value, name, value)
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Explorers
