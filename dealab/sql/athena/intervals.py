"""Athena's INTERVAL and TIMESTAMP literals."""

import re

from sqlglot import exp

from dealab.sql import types
from dealab.sql.scope import Value
from dealab.sql.types import (
    Type,
)


def interval_literal(binder, node, scope):
    """INTERVAL '2' DAY, INTERVAL '1-6' YEAR TO MONTH, INTERVAL '1 10:30' DAY TO MINUTE."""
    content = node.this
    sign = 1
    if isinstance(content, exp.Neg):
        sign, content = -1, content.this
    unit = node.args.get("unit")
    if not isinstance(content, exp.Literal) or not content.is_string or unit is None:
        raise binder.error("SYNTAX_ERROR", "an interval is written INTERVAL '2' DAY", node)
    written = content.this.strip()
    bad = binder.error("INVALID_LITERAL", f"'{written}' is not a valid INTERVAL literal", node)
    if isinstance(unit, exp.IntervalSpan):
        return interval_span(
            written, unit.this.name.lower(), unit.expression.name.lower(), sign, bad
        )
    word = unit.name.lower().removesuffix("s")
    if word in ("year", "month", "quarter"):
        if not re.fullmatch(r"[+-]?\d+", written) or word == "quarter":
            raise bad
        months = sign * int(written) * (12 if word == "year" else 1)
        return Value(f"to_months({months})", types.INTERVAL_MONTH, months)
    scale = {
        "second": 1000,
        "minute": 60_000,
        "hour": 3_600_000,
        "day": 86_400_000,
        "week": 604_800_000,
    }
    if word not in scale:
        raise bad
    if not re.fullmatch(r"[+-]?\d+(\.\d+)?" if word == "second" else r"[+-]?\d+", written):
        raise bad
    return millis(sign * round(float(written) * scale[word]))


def millis(total: int) -> Value:
    if total % 86_400_000 == 0:
        return Value(f"to_days({total // 86_400_000})", types.INTERVAL_DAY, total)
    return Value(f"to_milliseconds({total})", types.INTERVAL_DAY, total)


def interval_span(written, first, last, sign, bad):
    if (first, last) == ("year", "month"):
        match = re.fullmatch(r"([+-]?)(\d+)-(\d+)", written)
        if not match:
            raise bad
        months = sign * (-1 if match[1] == "-" else 1) * (int(match[2]) * 12 + int(match[3]))
        return Value(f"to_months({months})", types.INTERVAL_MONTH, months)
    order = ("day", "hour", "minute", "second")
    if first not in order or last not in order:
        raise bad
    match = re.fullmatch(r"([+-]?)([\d: .]+)", written)
    numbers = re.split(r"[: ]", match[2]) if match else []
    units = order[order.index(first) : order.index(last) + 1]
    if len(numbers) != len(units) or not all(re.fullmatch(r"\d+(\.\d+)?", n) for n in numbers):
        raise bad
    scale = {"day": 86_400_000, "hour": 3_600_000, "minute": 60_000, "second": 1000}
    total = sum(round(float(n) * scale[u]) for n, u in zip(numbers, units, strict=True))
    return millis(sign * (-1 if match[1] == "-" else 1) * total)


def stamp_literal_type(content: str, kind: Type) -> Type:
    """Return the type of TIMESTAMP '...': the fraction's digits, the zone if one is named."""
    match = re.search(r"\.(\d+)", content)
    precision = len(match[1]) if match else 0
    zone = re.search(r"(?:\d)\s*([A-Za-z][\w/+-]*|[+-]\d{2}:\d{2})$", content.strip())
    if kind.name == "timestamptz" or zone:
        name = zone[1] if zone else "UTC"
        if re.fullmatch(r"[+-]\d{2}:\d{2}", name):
            sign = "-" if name[0] == "+" else "+"
            name = "UTC" if name[1:] == "00:00" else f"Etc/GMT{sign}{int(name[1:3])}"
        return types.timestamptz(name, precision)
    return types.timestamp(precision)
