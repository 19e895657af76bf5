"""Redshift's intervals: literals with and without a qualifier, and casts of text.

https://docs.aws.amazon.com/redshift/latest/dg/r_interval_data_types.html
https://docs.aws.amazon.com/redshift/latest/dg/r_interval_literals.html (read 2026-11-23)
"""

import re
from fractions import Fraction

from sqlglot import exp

from dealab.sql import types
from dealab.sql.errors import LabLimit
from dealab.sql.redshift.times import PARTS
from dealab.sql.scope import Value

_MONTHS = {"month": 1, "quarter": 3, "year": 12, "decade": 120, "century": 1200}
_MICROS = {
    "microsecond": 1,
    "millisecond": 10**3,
    "second": 10**6,
    "minute": 60 * 10**6,
    "hour": 3600 * 10**6,
    "day": 86400 * 10**6,
    "week": 7 * 86400 * 10**6,
}
_DAY = _MICROS["day"]
_QUALIFIERS = ("year", "month", "day", "hour", "minute", "second")
_STEP = re.compile(r"\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+))\s*([a-z]+)?\s*,?")
_CLOCK = re.compile(r"\s*([+-]?)(\d+):(\d+)(?::(\d+(?:\.\d*)?))?\s*,?")


def read_interval(written: str, qualifier: tuple[str, str] | None) -> tuple[int, int]:
    """Return (months, microseconds) of an interval's text. Raises ValueError if it is none.

    ``qualifier`` holds the largest and the smallest unit (YEAR TO MONTH), or is None: a number
    without a unit then means seconds. What is smaller than the smallest unit is cut.
    """
    rest = written.strip().lower()
    smallest = qualifier[1] if qualifier else "second"
    months, micros = Fraction(0), Fraction(0)
    pair = re.fullmatch(r"([+-]?)(\d+)-(\d+)", rest)
    if pair and smallest in ("year", "month"):
        sign = -1 if pair[1] == "-" else 1
        months, rest = Fraction(sign * (int(pair[2]) * 12 + int(pair[3]))), ""
    days = re.match(r"([+-]?\d+)\s+(?=[+-]?\d+(:|$))", rest)
    sign = 1
    if days:  # 1 2:03:04
        micros += int(days[1]) * _DAY
        sign = -1 if days[1].startswith("-") else 1
        rest = rest[days.end() :]
    while rest:
        clock, step = _CLOCK.match(rest), _STEP.match(rest)
        if clock:
            sign = -1 if clock[1] == "-" else sign
            large, small = int(clock[2]), int(clock[3])
            units = (
                ("minute", "second")
                if not clock[4] and (qualifier == ("minute", "second"))
                else ("hour", "minute")
            )
            amount = large * _MICROS[units[0]] + small * _MICROS[units[1]]
            micros += sign * (amount + Fraction(clock[4] or 0) * _MICROS["second"])
            rest = rest[clock.end() :]
        elif step:
            count, unit = Fraction(step[1]), PARTS.get(step[2] or smallest)
            if unit in _MONTHS:
                months += count * _MONTHS[unit]
            elif unit in _MICROS:
                micros += count * _MICROS[unit]
            else:
                raise ValueError(written)
            rest = rest[step.end() :]
        elif rest == "ago":
            months, micros, rest = -months, -micros, ""
        else:
            raise ValueError(written)
    if not written.strip():
        raise ValueError(written)
    whole = int(months)
    micros += (months - whole) * 30 * _DAY  # half a month is fifteen days, as in PostgreSQL
    if abs(whole) >= 2**31 or abs(micros) >= 2**63:
        raise ValueError(written)
    return whole, int(micros)


def cut(months: int, micros: int, smallest: str) -> tuple[int, int]:
    """Drop what is smaller than the smallest unit of a qualifier."""
    if smallest in _MONTHS:
        return _toward_zero(months, _MONTHS[smallest]), 0
    return 0, _toward_zero(micros, _MICROS[smallest] if smallest != "second" else 1)


def _toward_zero(number: int, unit: int) -> int:
    return (abs(number) // unit * unit) * (1 if number >= 0 else -1)


def made(months: int, micros: int, kind) -> Value:
    """Return DuckDB's interval."""
    parts = []
    if months or kind == types.INTERVAL_MONTH:
        parts.append(f"to_months({months})")
    days = abs(micros) // _DAY * (1 if micros >= 0 else -1)
    if days:
        parts.append(f"to_days({days})")
    if micros - days * _DAY or not parts:
        parts.append(f"to_microseconds({micros - days * _DAY})")
    return Value(f"({' + '.join(parts)})" if len(parts) > 1 else parts[0], kind)


def qualifier_of(unit) -> tuple[str, str] | None:
    """Read MONTH, YEAR TO MONTH, DAY TO SECOND(3). Raises ValueError for another one."""
    if unit is None:
        return None
    ends = [unit.this, unit.expression] if isinstance(unit, exp.IntervalSpan) else [unit, unit]
    names = []
    for end in ends:
        word = PARTS.get(end.name.lower() if end is not None else "")
        if word not in _QUALIFIERS:
            raise ValueError(str(unit))
        names.append(word)
    if _QUALIFIERS.index(names[0]) > _QUALIFIERS.index(names[1]):
        raise ValueError(str(unit))
    if (names[0] in _MONTHS) != (names[1] in _MONTHS):
        raise ValueError(str(unit))
    return names[0], names[1]


def kind_of(qualifier) -> types.Type:
    """Return the type that a qualifier names."""
    month = qualifier is not None and qualifier[1] in _MONTHS
    return types.INTERVAL_MONTH if month else types.INTERVAL_DAY


def check_composite(binder, node, months: int, micros: int, qualifier) -> None:
    """Refuse an interval of days that also has months, unless the session lets them be dropped.

    https://docs.aws.amazon.com/redshift/latest/dg/r_interval_forbid_composite_literals.html
    """
    variables = getattr(getattr(binder, "engine", None), "variables", {})
    if variables.get("interval_forbid_composite_literals", "on") not in ("on", "true"):
        return
    names = (
        ("Year To Month", "day-second")
        if qualifier[1] in _MONTHS
        else ("Day To Second", "year-month")
    )
    if months if names[0] == "Day To Second" else micros:
        raise binder.error(
            "22007",
            f"Interval {names[0]} literal cannot contain {names[1]} parts. Disable the GUC "
            "interval_forbid_composite_literals to suppress this error and silently discard the "
            f"{names[1]} part.",
            node,
        )


def literal(binder, node, written: str, qualifier) -> Value:
    """Bind the text of an interval."""
    try:
        months, micros = read_interval(written, qualifier)
    except ValueError:
        raise binder.error(
            "22007", f'invalid input syntax for type interval: "{written}"', node
        ) from None
    if qualifier is not None:
        check_composite(binder, node, months, micros, qualifier)
        months, micros = cut(months, micros, qualifier[1])
        return made(months, micros, kind_of(qualifier))
    kind = types.INTERVAL_MONTH if months and not micros else types.INTERVAL_DAY
    return made(months, micros, kind)


def redshift_interval(binder, node, scope) -> Value:
    """INTERVAL '1 day', INTERVAL '3' MONTH, INTERVAL '1-2' YEAR TO MONTH."""
    content = node.this
    if not isinstance(content, exp.Literal) or not content.is_string:
        raise binder.error("42601", f'syntax error at or near "{binder.snippet(node)}"', node)
    unit = node.args.get("unit")
    try:
        qualifier = qualifier_of(unit)
    except ValueError:
        word = PARTS.get(unit.name.lower())
        if word is None or isinstance(unit, exp.IntervalSpan):
            raise binder.limit_node(node, "unit") from None
        return literal(binder, node, f"{content.this} {unit.name}", None)
    fraction = re.search(r"\.(\d+)", content.this)
    check_digits(node, len(fraction[1]) if fraction else 0)
    return literal(binder, node, content.this, qualifier)


def check_digits(node, given: int) -> None:
    """Refuse SECOND (n) where it would drop digits of a value that has ``given`` of them."""
    digits = (node._meta or {}).get("digits")
    if digits is not None and not (digits.isdigit() and given <= int(digits) <= 6):
        raise LabLimit(
            f"SECOND ({digits}) for a value with more digits",
            "Redshift keeps as many digits of a second as the precision says.",
        )


def cast_target(node):
    """Return (is it an interval type, its qualifier) for the type of a CAST."""
    inner = node.this
    if isinstance(inner, exp.Interval):
        return True, qualifier_of(inner.args.get("unit"))
    return getattr(inner, "name", "") == "INTERVAL", None
