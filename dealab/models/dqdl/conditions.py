"""Conditions on one number: comparing, and values that come from earlier runs (``last``)."""

import statistics

from dealab.models.dqdl.parser import Condition, Value


class BadRule(ValueError):
    """A rule that cannot be evaluated; the text is its EvaluationMessage."""


def holds(condition: Condition, number: float, past=()) -> bool:
    """Tell whether a number meets a condition. ``past`` are earlier numbers, newest first.

    ``between`` leaves out both ends, and ``not between`` lets them in: the documentation says so.
    Raises BadRule for a value that is no number.
    """
    values = [_number(value, past) for value in condition.values]
    op = condition.op
    if op == "between":
        met = values[0] < number < values[1]
    elif op == "in":
        met = number in values
    elif op in _COMPARE:
        met = _COMPARE[op](number, values[0])
    else:
        raise BadRule(f"A number cannot be compared with {op}")
    return met != condition.negated


_COMPARE = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
}


def _number(value: Value, past) -> float:
    found = _value(value, past)
    if isinstance(found, list):
        if len(found) > 1 or value.parts:
            raise BadRule("last(k) with k > 1 needs an aggregation such as avg(last(k))")
        return found[0]
    return found


def _value(value: Value, past):
    if value.kind in ("number", "duration"):
        return value.value
    if value.kind == "text":
        try:
            return float(value.value)
        except ValueError as error:
            raise BadRule(f"{value.value!r} is no number") from error
    if value.kind == "op":
        one, other = (_number(part, past) for part in value.parts)
        if value.value == "/":
            if not other:
                raise BadRule("division by zero")
            return one / other
        return (
            one + other
            if value.value == "+"
            else one - other
            if value.value == "-"
            else (one * other)
        )
    if value.kind != "call":
        raise BadRule(f"{value.kind} is no number")
    parts = [_value(part, past) for part in value.parts]
    name = value.value
    if name == "last":
        count = int(parts[0]) if parts else 1
        if count < 1:
            raise BadRule("last(k) needs k >= 1")
        return list(past[:count]) or [0.0]  # documented: without data points, 0.0
    if not parts:
        raise BadRule(f"{name} needs a value")
    if name == "index":
        if len(parts) != 2 or not isinstance(parts[0], list):
            raise BadRule("index needs last(k) and a place")
        if not 0 <= parts[1] < len(parts[0]):
            raise BadRule(f"index {int(parts[1])} is out of the {len(parts[0])} data points")
        return parts[0][int(parts[1])]
    if name == "abs":
        return [abs(n) for n in parts[0]] if isinstance(parts[0], list) else abs(parts[0])
    numbers = [n for part in parts for n in (part if isinstance(part, list) else [part])]
    made = {
        "avg": statistics.fmean,
        "median": statistics.median,
        "max": max,
        "min": min,
        "sum": sum,
        "std": statistics.pstdev,
    }
    return made[name](numbers)
