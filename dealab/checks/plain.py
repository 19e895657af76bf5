"""Turn any value into plain built-in ones, and compare those.

A learner's object may say that it equals everything, or merely be numpy's idea of 3. Both become
built-in values here, read with the built-in types' own methods.
"""

import datetime
import decimal
import math
from collections.abc import Callable
from dataclasses import dataclass

RELATIVE = 1e-6  # floats that differ by less count as equal
_SHOWN = 120  # characters of a value in a message

Number = int | float | decimal.Decimal


def plain(value):
    """Return ``value`` as None, bool, int, float, Decimal, str, bytes, date/time, list or dict.

    NaN, NaT and pandas' NA become None, as SQL's NULL does; tuples and sets become lists (sets
    sorted). Anything unknown becomes its repr, which equals no expected value by accident.
    """
    for kind, convert in _CONVERTERS:
        if isinstance(value, kind):
            return convert(value)
    if type(value).__module__.split(".")[0] in ("numpy", "pandas"):
        return _from_numpy(value)
    return f"{type(value).__name__} object"


def _from_numpy(value):
    import numpy
    import pandas

    if value is pandas.NA or value is pandas.NaT:
        return None
    if isinstance(value, numpy.datetime64):
        return plain(pandas.Timestamp(value))
    if isinstance(value, numpy.generic):
        return plain(numpy.generic.item(value))
    if isinstance(value, numpy.ndarray):
        return plain(numpy.ndarray.tolist(value))
    if isinstance(value, pandas.Series):
        return plain(pandas.Series.tolist(value))
    if isinstance(value, pandas.DataFrame):
        return plain(pandas.DataFrame.to_dict(value, orient="records"))
    return f"{type(value).__name__} object"


def _float(value):
    number = float.__pos__(value)
    return None if math.isnan(number) else number


def _decimal(value):
    return None if value.is_nan() else decimal.Decimal(decimal.Decimal.__str__(value))


def _datetime(value):
    if value != value:  # NaT is a datetime to isinstance
        return None
    aware = value.tzinfo is not None
    moment = value.astimezone(datetime.UTC) if aware else value
    return datetime.datetime(
        *(moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second),
        moment.microsecond,
    )


def _list(value):
    return [plain(item) for item in list.__iter__(value)]


def _set(value):
    return sorted((plain(item) for item in frozenset(value)), key=repr)


# Order matters: bool is an int, datetime is a date, and the first kind that fits is taken.
_CONVERTERS: list[tuple[type, Callable]] = [
    (type(None), lambda value: None),
    (bool, lambda value: value is True),
    (int, int.__pos__),
    (float, _float),
    (decimal.Decimal, _decimal),
    (str, str.__str__),
    (bytes, lambda value: bytes(memoryview(value))),
    (datetime.datetime, _datetime),
    (datetime.date, lambda value: datetime.date(value.year, value.month, value.day)),
    (datetime.time, lambda value: datetime.time(value.hour, value.minute, value.second)),
    (datetime.timedelta, lambda value: datetime.timedelta(seconds=value.total_seconds())),
    (list, _list),
    (tuple, lambda value: [plain(item) for item in tuple.__iter__(value)]),
    (set, _set),
    (frozenset, _set),
    (dict, lambda value: {plain_key(key): plain(item) for key, item in dict.items(value)}),
]


def plain_key(key):
    """Return a dict's key as a plain hashable value."""
    made = plain(key)
    return repr(made) if isinstance(made, list | dict) else made


def is_number(value) -> bool:
    return isinstance(value, Number) and not isinstance(value, bool)


def same(expected, actual, tolerance: float = RELATIVE) -> bool:
    """Compare two plain values. Numbers of any type are equal within the relative ``tolerance``;
    a date equals the midnight that begins it; text never equals a number.
    """
    return difference(expected, actual, tolerance) is None


@dataclass(frozen=True)
class Difference:
    """Where two values differ first (``path``, such as ``.rules[2].name``) and how."""

    path: str
    expected: object
    actual: object
    how: str


def difference(expected, actual, tolerance: float = RELATIVE, path: str = "") -> Difference | None:
    """Return the first difference between two plain values, or None."""
    if is_number(expected) and is_number(actual):
        if expected == actual or math.isclose(
            float(expected), float(actual), rel_tol=tolerance, abs_tol=1e-9
        ):
            return None
        how = "too high" if float(actual) > float(expected) else "too low"
        return Difference(path, expected, actual, how)
    if isinstance(expected, datetime.date) and isinstance(actual, datetime.date):
        if _moment(expected) == _moment(actual):
            return None
        how = "too late" if _moment(actual) > _moment(expected) else "too early"
        return Difference(path, expected, actual, how)
    if isinstance(expected, dict) and isinstance(actual, dict):
        return _dict_difference(expected, actual, tolerance, path)
    if isinstance(expected, list) and isinstance(actual, list):
        return _list_difference(expected, actual, tolerance, path)
    if type(expected) is type(actual) and expected == actual:
        return None
    return Difference(path, expected, actual, _kinds(expected, actual))


def _dict_difference(expected, actual, tolerance, path) -> Difference | None:
    for key in expected:
        if key not in actual:
            return Difference(f"{path}.{key}", expected[key], None, "missing")
    for key in actual:
        if key not in expected:
            return Difference(f"{path}.{key}", None, actual[key], "not wanted here")
    for key in expected:
        found = difference(expected[key], actual[key], tolerance, f"{path}.{key}")
        if found:
            return found
    return None


def _list_difference(expected, actual, tolerance, path) -> Difference | None:
    for index, (wanted, given) in enumerate(zip(expected, actual, strict=False)):
        found = difference(wanted, given, tolerance, f"{path}[{index}]")
        if found:
            return found
    if len(expected) == len(actual):
        return None
    how = "too many items" if len(actual) > len(expected) else "too few items"
    return Difference(path, expected, actual, f"{how} ({len(actual)})")


def _moment(value: datetime.date) -> datetime.datetime:
    if isinstance(value, datetime.datetime):
        return value
    return datetime.datetime(value.year, value.month, value.day)


def _kinds(expected, actual) -> str:
    wanted, given = kind_of(expected), kind_of(actual)
    if wanted == given:
        return "not the value that is wanted"
    return f"{given}, where {wanted} is wanted"


def kind_of(value) -> str:
    """Return what a plain value is, in words."""
    if value is None:
        return "empty (None or NULL)"
    if is_number(value):
        return "a number"
    names = {bool: "true or false", str: "text", list: "a list", dict: "a dictionary"}
    for kind, name in names.items():
        if isinstance(value, kind):
            return name
    return "a date or time" if isinstance(value, datetime.date) else type(value).__name__


def shown(value) -> str:
    """Return ``value`` as a message shows it: short, numbers without their Python types."""
    if isinstance(value, decimal.Decimal):
        text = str(value)
    elif isinstance(value, datetime.date):
        text = (
            value.isoformat(sep=" ") if isinstance(value, datetime.datetime) else value.isoformat()
        )
    else:
        text = "NULL" if value is None else repr(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
