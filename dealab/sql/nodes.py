"""Which method binds which node of the parse tree, and which parts of the node it deals with."""

import difflib

#: node class -> (method, the parts that the method deals with)
NODES: dict[type, tuple[str, frozenset]] = {}


def binds(node_class, *parts):
    """Register a method of ``Expressions`` as the one that binds ``node_class``."""

    def register(method):
        NODES[node_class] = (method.__name__, frozenset(parts))
        return method

    return register


def nearest(name: str, names) -> str:
    """Return a suggestion for a misspelled name, or an empty text."""
    found = difflib.get_close_matches(name, list(dict.fromkeys(names)), n=1, cutoff=0.6)
    return f"did you mean {found[0]}?" if found and found[0] != name else ""
