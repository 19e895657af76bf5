"""Values of Logs Insights: what counts as a number, how values compare and are printed."""

import datetime
import functools
import json
import re


class Timestamp(int):
    """Milliseconds since 1970 that are printed as a time."""

    def __str__(self) -> str:
        moment = datetime.datetime.fromtimestamp(self / 1000, datetime.UTC)
        return moment.strftime("%Y-%m-%d %H:%M:%S.") + f"{int(self) % 1000:03d}"


def number(value) -> float | int | None:
    """Return ``value`` as a number if it is one or is written as one, else None."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        return value
    if isinstance(value, str) and re.fullmatch(
        r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*", value
    ):
        return float(value) if re.search(r"[.eE]", value) else int(value)
    return None


def is_structure(value) -> bool:
    return isinstance(value, dict | list)


def text(value) -> str | None:
    """Return ``value`` as a string function sees it: maps and lists count as missing."""
    if value is None or is_structure(value):
        return None
    return printed(value)


def printed(value) -> str:
    """Return ``value`` as it stands in a result."""
    if isinstance(value, Timestamp):
        return str(value)
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        if value == int(value) and abs(value) < 1e15:
            if abs(value) < 1e7:
                return str(int(value))
            digits, _, power = f"{value:.12e}".partition("e")
            digits = digits.rstrip("0")
            return f"{digits}{'0' if digits.endswith('.') else ''}E{int(power)}"
        return f"{value:.4f}".rstrip("0").rstrip(".")
    if is_structure(value):
        return json.dumps(value, separators=(",", ":"))
    return str(value)


def compare(left, operator: str, right) -> bool:
    """Compare as ``filter`` does: as numbers if both are, else as text.

    A missing field differs from every value and is neither smaller nor larger.
    """
    if left is None or right is None:
        return operator == "!=" and left is not right
    if is_structure(left) or is_structure(right):
        return False
    a, b = number(left), number(right)
    if a is None or b is None:
        a, b = printed(left), printed(right)
    return {
        "=": a == b,
        "!=": a != b,
        "<": a < b,
        ">": a > b,
        "<=": a <= b,
        ">=": a >= b,
    }[operator]


def _chunks(value: str) -> list[tuple]:
    parts = re.findall(r"\d+|\D+", value)
    return [(1, int(part), "") if part.isdigit() else (0, 0, part) for part in parts]


def _order(left, right) -> int:
    """Natural order: missing first, then text by runs of letters and digits, then numbers."""

    def rank(value):
        as_number = number(value)
        if value is None:
            return (0,)
        if as_number is not None:
            return (2, as_number)
        return (1, _chunks(printed(value)))

    a, b = rank(left), rank(right)
    return (a > b) - (a < b)


natural = functools.cmp_to_key(_order)
