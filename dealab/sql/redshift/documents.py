"""Functions over SUPER documents that DuckDB calls in Python: arithmetic, paths, arrays.

A document travels as JSON text. Numbers keep their digits: they are read as ``Number``.
https://docs.aws.amazon.com/redshift/latest/dg/operators-functions.html (read 2026-11-23)
"""

import json
from decimal import ROUND_DOWN, Decimal


class Number(float):
    """A JSON number that remembers how it was written."""

    def __new__(cls, written):
        made = super().__new__(cls, written)
        made.written = written
        return made

    def __repr__(self):
        return self.written


def read(document: str):
    return json.loads(document, parse_float=Number, parse_int=Number)


def write(value) -> str:
    """Return compact JSON text, numbers as they were written."""
    match value:
        case Number():
            return value.written
        case dict():
            pairs = (
                f"{json.dumps(key, ensure_ascii=False)}:{write(v)}" for key, v in value.items()
            )
            return "{" + ",".join(pairs) + "}"
        case list():
            return "[" + ",".join(map(write, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def super_math(operator: str, left: str, right: str) -> str | None:
    """Return ``left operator right`` as JSON text, or None where the types do not fit."""
    one, two = read(left), read(right)
    if operator == "+" and isinstance(one, str) and isinstance(two, str):
        return write(one + two)
    if not (isinstance(one, Number) and isinstance(two, Number)):
        return None
    if "e" in (one.written + two.written).lower():
        return repr(_float_math(operator, float(one), float(two)))
    a, b = Decimal(one.written), Decimal(two.written)
    s1, s2 = _scale(a), _scale(b)
    if operator in "/%" and b == 0:
        raise ValueError("Division by zero")
    match operator:
        case "+":
            return format(a + b, "f")
        case "-":
            return format(a - b, "f")
        case "*":
            return format(a * b, "f")
        case "%":
            return format(a - b * int(a / b), "f")
    if s1 == s2 == 0:
        return str(int(a / b))
    digits = max(4, s1 + len(b.as_tuple().digits) - s2 + 1)
    return format((a / b).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_DOWN), "f")


def _scale(number: Decimal) -> int:
    return max(0, -number.as_tuple().exponent)


def _float_math(operator: str, a: float, b: float) -> float:
    if operator in "/%" and b == 0:
        raise ValueError("Division by zero")
    match operator:
        case "+":
            return a + b
        case "-":
            return a - b
        case "*":
            return a * b
        case "/":
            return a / b
    import math

    return math.fmod(a, b)


def super_round(name: str, document: str, digits: int) -> str | None:
    """FLOOR, CEIL, ROUND, TRUNC and ABS of a SUPER number."""
    from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP

    value = read(document)
    if not isinstance(value, Number):
        return None
    number = Decimal(value.written)
    if name == "abs":
        return format(abs(number), "f")
    modes = {"floor": ROUND_FLOOR, "ceil": ROUND_CEILING, "round": ROUND_HALF_UP}
    unit = Decimal(1).scaleb(-digits)
    rounded = number.quantize(unit, rounding=modes.get(name, ROUND_DOWN))
    return format(rounded, "f")


def flatten(document: str) -> str | None:
    """ARRAY_FLATTEN: every level becomes one array."""
    value = read(document)
    if not isinstance(value, list):
        return None

    def walk(part):
        for item in part:
            if isinstance(item, list):
                yield from walk(item)
            else:
                yield item

    return write(list(walk(value)))


def key(value):
    """Return what equality and order compare: the type's rank, then the value."""
    match value:
        case None:
            return (6, "")
        case bool():
            return (1, value)
        case Number():
            return (2, Decimal(value.written))
        case str():
            return (3, value.rstrip(" "))
        case list():
            return (4, tuple(map(key, value)))
    return (5, tuple(sorted((name, key(part)) for name, part in value.items())))


def array_function(name: str, first: str, second: str, option: bool) -> str | None:
    """ARRAY_DISTINCT, _UNION, _INTERSECTION, _EXCEPT, _SORT, _CONTAINS, _POSITION(S), OVERLAP.

    ``option`` is the last argument of those that have one: distinct, null_match, or ascending.
    """
    left, right = read(first), read(second)
    if not isinstance(left, list):
        return None
    if name in ("contains", "position", "positions"):
        return _search(name, left, right, option)
    if name == "sort":
        nulls = [item for item in left if item is None]
        rest = sorted((item for item in left if item is not None), key=key, reverse=not option)
        return write(rest + nulls if option else nulls + rest)
    if name == "distinct":
        return write(_unique(left))
    if not isinstance(right, list):
        return None
    match name:
        case "union":
            both = _unique(left + right) if option else left + _without(right, left)
            return write(both)
        case "overlap":
            return write(bool({key(item) for item in left} & {key(item) for item in right}))
        case "except":
            if option:
                gone = {key(item) for item in right}
                return write([item for item in _unique(left) if key(item) not in gone])
            return write(_without(left, right))
    if option:
        kept = {key(item) for item in right}
        return write([item for item in _unique(left) if key(item) in kept])
    shared, pool = [], [key(item) for item in right]
    for item in left:
        if key(item) in pool:
            pool.remove(key(item))
            shared.append(item)
    return write(shared)


def _unique(items: list) -> list:
    return list({key(item): item for item in reversed(items)}.values())[::-1]


def _without(items: list, taken: list) -> list:
    """Remove one occurrence for each item of ``taken``."""
    pool, kept = [key(item) for item in taken], []
    for item in items:
        if key(item) in pool:
            pool.remove(key(item))
        else:
            kept.append(item)
    return kept


def _search(name: str, items: list, wanted, null_match: bool) -> str | None:
    if wanted is None and not null_match:
        return None
    places = [at for at, item in enumerate(items) if key(item) == key(wanted)]
    if not places and not null_match and None in items:
        return None
    if name == "contains":
        return write(bool(places))
    if name == "positions":
        return "[" + ",".join(map(str, places)) + "]"
    return str(places[0]) if places else "-1"


def attributes(document: str, upper: bool) -> str:
    """LOWER_ATTRIBUTE_NAMES and UPPER_ATTRIBUTE_NAMES, at every level."""

    def walk(part):
        if isinstance(part, dict):
            change = str.upper if upper else str.lower
            return {change(name): walk(value) for name, value in part.items()}
        return [walk(item) for item in part] if isinstance(part, list) else part

    return write(walk(read(document)))


def transform(document: str, keep: str, paths: str, values: str) -> str:
    """OBJECT_TRANSFORM(input KEEP path, ... SET path, value, ...).

    ``keep`` and ``paths`` are JSON arrays of paths (arrays of names); ``values`` an array.
    """
    source = read(document)
    keep, paths, values = json.loads(keep), json.loads(paths), read(values)
    if not isinstance(source, dict) or not (keep or paths):
        return write(source)
    made: dict = {}
    for path in keep:
        found = source
        for step in path:
            if not isinstance(found, dict) or step not in found:
                break
            found = found[step]
        else:
            _put(made, path, found)
    for path, value in zip(paths, values, strict=True):
        _put(made, path, value)
    return write(made)


def _put(target: dict, path: list[str], value) -> None:
    for step in path[:-1]:
        if not isinstance(target.get(step), dict):
            target[step] = {}
        target = target[step]
    target[path[-1]] = value


#: name in DuckDB -> (function, parameter types, result type)
PYTHON = {
    "lab_py_super_math": (super_math, ["VARCHAR"] * 3, "VARCHAR"),
    "lab_py_super_round": (super_round, ["VARCHAR", "VARCHAR", "INTEGER"], "VARCHAR"),
    "lab_py_flatten": (flatten, ["VARCHAR"], "VARCHAR"),
    "lab_py_array": (array_function, ["VARCHAR", "VARCHAR", "VARCHAR", "BOOLEAN"], "VARCHAR"),
    "lab_py_attributes": (attributes, ["VARCHAR", "BOOLEAN"], "VARCHAR"),
    "lab_py_transform": (transform, ["VARCHAR"] * 4, "VARCHAR"),
}
