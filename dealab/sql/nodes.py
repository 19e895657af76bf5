"""Which method binds which node of the parse tree, and which parts of the node it deals with."""

import difflib
from functools import cache

#: node class -> (method, the parts that it deals with), once for each service that binds it
NODES: dict[type, list[tuple[str, frozenset]]] = {}


def binds(node_class, *parts):
    """Register a method of ``Expressions`` as the one that binds ``node_class``."""

    def register(method):
        NODES.setdefault(node_class, []).append((method.__name__, frozenset(parts)))
        return method

    return register


@cache
def handler(node_class: type, binder: type) -> tuple[str, frozenset] | None:
    """Return the method of ``binder`` that binds a node, with its parts; None where it has none.

    Services may bind the same class of node, each with a method of its own.
    """
    for found in reversed(NODES.get(node_class, ())):
        if hasattr(binder, found[0]):
            return found
    return None


def nearest(name: str, names) -> str:
    """Return a suggestion for a misspelled name, or an empty text."""
    found = difflib.get_close_matches(name, list(dict.fromkeys(names)), n=1, cutoff=0.6)
    return f"did you mean {found[0]}?" if found and found[0] != name else ""
