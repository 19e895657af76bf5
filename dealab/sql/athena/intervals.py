"""Athena's INTERVAL and TIMESTAMP literals."""

import datetime
import re

from sqlglot import exp

from dealab.sql import types
from dealab.sql.athena.registry import zone_sql
from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.scope import Value
from dealab.sql.types import Type, text


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


_STAMP = re.compile(
    r"(?P<date>\d{4,6}-\d{1,2}-\d{1,2})"
    r"(?: (?:(?P<clock>\d{1,2}:\d{1,2}(?::\d{1,2}(?:\.(?P<fraction>\d+))?)?))?\s*(?P<zone>.+)?)?"
)
_TIME = re.compile(
    r"(?P<clock>\d{1,2}:\d{1,2}(?::\d{1,2}(?:\.(?P<fraction>\d+))?)?)\s*(?P<zone>[+-]\d\d:\d\d)?"
)


def moment_literal(binder, node, kind: Type, content: str) -> Value:
    """DATE '...', TIME '...', TIMESTAMP '...': digits decide the precision, a zone the type."""
    word = {"date": "DATE", "time": "TIME"}.get(kind.name, "TIMESTAMP")
    message = f"'{content}' is not a valid {word} literal"
    bad = binder.error("INVALID_LITERAL", message, node, binder.keyword_place(node))
    if kind.name == "date":
        return Value(f"CAST({text(checked_date(content.strip(), bad))} AS DATE)", types.DATE)
    found = (_TIME if kind.name == "time" else _STAMP).fullmatch(content.strip())
    if not found:
        raise bad
    digits, zone = len(found["fraction"] or ""), found["zone"]
    if digits > 6:
        raise LabLimit(
            f"{word.lower()}s finer than microseconds ({content})", "Trino keeps up to 12 digits."
        )
    clock = checked_clock(found["clock"], bad)
    if kind.name == "time":
        if zone:
            raise LabLimit("time with time zone", "Trino knows it.")
        return Value(f"CAST({text(clock)} AS TIME)", Type("time", (digits,)))
    stamp = f"CAST({text(checked_date(found['date'], bad) + ' ' + clock)} AS TIMESTAMP)"
    if zone is None and kind.name != "timestamptz":
        return Value(stamp, types.timestamp(digits))
    from dealab.sql.athena.times import check_zone

    try:
        name = check_zone(binder, zone or "UTC", node)
    except ServiceError:
        raise bad from None
    return Value(f"timezone({zone_sql(name)}, {stamp})", types.timestamptz(name, digits))


def checked_date(written: str, bad) -> str:
    match = re.fullmatch(r"(\d{1,6})-(\d{1,2})-(\d{1,2})", written)
    if not match:
        raise bad
    year, month, day = (int(part) for part in match.groups())
    try:
        datetime.date(year if 1 <= year <= 9999 else 2000, month, day)
    except ValueError:
        raise bad from None
    return f"{year:04d}-{month:02d}-{day:02d}"


def checked_clock(written: str | None, bad) -> str:
    if written is None:
        return "00:00:00"
    hour, minute, second = [*written.split(":"), "0"][:3]
    if int(hour) > 23 or int(minute) > 59 or float(second) >= 60:
        raise bad
    whole, _, fraction = second.partition(".")
    tail = f".{fraction}" if fraction else ""
    return f"{int(hour):02d}:{int(minute):02d}:{int(whole):02d}{tail}"
