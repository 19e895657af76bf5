"""Records that people write in YAML: what a mapping must hold, said clearly where it does not."""

from collections.abc import Mapping
from typing import Any


def problem(
    data: Any, required: Mapping[str, type], optional: Mapping[str, type] | None = None
) -> str | None:
    """Return what is wrong with ``data``, or None.

    Every name in ``required`` must be there; a value is of the type given and says something.
    """
    if not isinstance(data, dict):
        return "is no mapping of names to values"
    known = {**required, **(optional or {})}
    for name in known.keys() & data.keys():
        value, kind = data[name], known[name]
        # bool is an int, and an empty text says nothing
        if not isinstance(value, kind) or isinstance(value, bool) or value == "":
            return f"{name} must be a {kind.__name__}, not {value!r}"
    for name in required:
        if name not in data:
            return f"has no {name}"
    for name in data:
        if name not in known:
            return f"does not know {name!r}; it has {', '.join(known)}"
    return None
