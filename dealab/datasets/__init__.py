"""The course's data: one made-up retailer, generated from a seed.

``generate`` writes the whole tree, ``variant`` gives a small other universe, ``verify`` checks the
files of a tree. docs/datasets.md describes the tables and their dirt.
"""

_HOMES = {
    "generate": "generator",
    "variant": "variants",
    "verify": "verifier",
    "TABLES": "tables",
}

__all__ = sorted(_HOMES)


def __getattr__(name):
    # numpy and pyarrow take a third of a second to import: only when something is asked for.
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"dealab.datasets.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
