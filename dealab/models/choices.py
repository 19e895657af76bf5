"""Choice rules of Amazon States Language in JSONPath: does this rule hold for this input?

https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html
(checked 2026-11-23: rules, Default, comparison with ...Path; not: timestamps, escapes in a match).
"""

import operator
import re
from datetime import datetime

ORDER = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "GreaterThan": operator.gt,
    "LessThanEquals": operator.le,
    "GreaterThanEquals": operator.ge,
}
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def holds(rule: dict, value_of) -> bool:
    """Say whether ``rule`` holds. ``value_of(path)`` looks up; it raises LookupError for nothing.

    A missing value makes IsPresent false; any other comparison passes the LookupError on.
    """
    if "And" in rule:
        return all(holds(inner, value_of) for inner in rule["And"])
    if "Or" in rule:
        return any(holds(inner, value_of) for inner in rule["Or"])
    if "Not" in rule:
        return not holds(rule["Not"], value_of)
    [name] = set(rule) - {"Variable", "Next", "Comment", "Assign", "Output"}
    expected = rule[name]
    try:
        value = value_of(rule["Variable"])
    except LookupError:
        if name == "IsPresent":
            return not expected
        raise
    if name.startswith("Is"):
        return _is(name, value) == expected
    if name == "StringMatches":
        return isinstance(value, str) and bool(re.fullmatch(_wild(expected), value, re.DOTALL))
    kind, how = re.fullmatch(r"(String|Numeric|Timestamp|Boolean)(\w+?)(?:Path)?", name).groups()
    if name.endswith("Path"):
        expected = value_of(expected)
        how = how.removesuffix("Path")
    left, right = _as(kind, value), _as(kind, expected)
    return left is not None and right is not None and ORDER[how](left, right)


def _is(name: str, value) -> bool:
    return {
        "IsPresent": True,
        "IsNull": value is None,
        "IsBoolean": isinstance(value, bool),
        "IsString": isinstance(value, str),
        "IsNumeric": _as("Numeric", value) is not None,
        "IsTimestamp": timestamp(value) is not None,
    }[name]


def _as(kind: str, value):
    """The value if it is of this kind, else None: values of two kinds never compare as true."""
    if kind == "Numeric":
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return value if number else None
    if kind == "Timestamp":
        return timestamp(value)
    return value if isinstance(value, bool if kind == "Boolean" else str) else None


def timestamp(value) -> datetime | None:
    """Read an RFC 3339 timestamp with a capital T and an offset; None for anything else."""
    if not isinstance(value, str) or not TIMESTAMP.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def _wild(pattern: str) -> str:
    """A pattern with ``*`` for any text; a backslash takes the next character as it is."""
    parts = re.findall(r"\\[*\\]|[\s\S]", pattern)
    return "".join(".*" if p == "*" else re.escape(p[-1] if len(p) == 2 else p) for p in parts)
