"""Redshift's functions on dates and times."""

import zoneinfo

from sqlglot import exp

from dealab.sql import types
from dealab.sql.errors import LabLimit
from dealab.sql.redshift import moments
from dealab.sql.redshift.registry import arguments, refuse, special
from dealab.sql.scope import Value
from dealab.sql.types import (
    BIGINT,
    DATE,
    DOUBLE,
    INTEGER,
    TIMESTAMP,
    VARCHAR,
    duck_name,
    text,
)

PARTS = {
    "year": "year", "years": "year", "y": "year", "yr": "year", "yrs": "year",
    "quarter": "quarter", "quarters": "quarter", "qtr": "quarter", "qtrs": "quarter",
    "month": "month", "months": "month", "mon": "month", "mons": "month", "mm": "month",
    "week": "week", "weeks": "week", "w": "week",
    "day": "day", "days": "day", "d": "day",
    "hour": "hour", "hours": "hour", "h": "hour", "hr": "hour", "hrs": "hour",
    "minute": "minute", "minutes": "minute", "m": "minute", "min": "minute", "mins": "minute",
    "second": "second", "seconds": "second", "s": "second", "sec": "second", "secs": "second",
    "millisecond": "millisecond", "milliseconds": "millisecond", "ms": "millisecond",
    "msec": "millisecond", "msecs": "millisecond",
    "microsecond": "microsecond", "microseconds": "microsecond", "us": "microsecond",
    "microsec": "microsecond", "microsecs": "microsecond", "usecond": "microsecond",
    "dayofweek": "dow", "dow": "dow", "dw": "dow", "weekday": "dow",
    "dayofyear": "doy", "doy": "doy", "dy": "doy", "yearday": "doy",
    "century": "century", "centuries": "century", "c": "century", "cent": "century",
    "decade": "decade", "decades": "decade", "dec": "decade", "decs": "decade",
    "epoch": "epoch", "millennium": "millennium", "millennia": "millennium", "mil": "millennium",
    "mils": "millennium", "isoyear": "isoyear", "timezone": "timezone",
    "timezone_hour": "timezone_hour", "timezone_minute": "timezone_minute",
}  # fmt: skip


STEPS = {
    "microsecond": "to_microseconds({})",
    "millisecond": "to_milliseconds({})",
    "second": "to_seconds({})",
    "minute": "to_minutes({})",
    "hour": "to_hours({})",
    "day": "to_days(CAST({} AS INTEGER))",
    "week": "to_days(CAST(7 * {} AS INTEGER))",
    "month": "to_months(CAST({} AS INTEGER))",
    "quarter": "to_months(CAST(3 * {} AS INTEGER))",
    "year": "to_years(CAST({} AS INTEGER))",
    "decade": "to_years(CAST(10 * {} AS INTEGER))",
    "century": "to_years(CAST(100 * {} AS INTEGER))",
    "millennium": "to_years(CAST(1000 * {} AS INTEGER))",
}


def part_name(binder, node, scope) -> str:
    """Read a date part: a bare word or a string."""
    if isinstance(node, exp.Column) and len(node.parts) == 1:
        word = node.name.lower()
    elif isinstance(node, exp.Literal) and node.is_string:
        word = node.this.lower()
    elif isinstance(node, exp.Var):
        word = node.name.lower()
    else:
        raise LabLimit(
            "a date part that is not a constant", "Redshift wants a date part by name too."
        )
    if word not in PARTS:
        raise binder.error("22023", f'timestamp units "{word}" not recognized', node)
    return PARTS[word]


def moment_of(binder, value: Value, node) -> Value:
    """Return a timestamp for a date, a timestamp or a string that holds one."""
    if value.type.name == "timestamptz":
        return Value(f"timezone('UTC', {value.sql})", TIMESTAMP)
    if value.type.name in ("date", "timestamp", "literal", "varchar", "null"):
        return (
            binder.cast_value(value, TIMESTAMP, node) if value.type.name != "timestamp" else value
        )
    raise binder.no_overload(node.name.lower(), node, [value], node.expressions, [])


@special("dateadd", "date_add")
def dateadd(binder, node, scope):
    if len(node.expressions) != 3:
        raise binder.error("42601", "dateadd takes a date part, a number and a date", node)
    part = part_name(binder, node.expressions[0], scope)
    count, value = binder.bind(node.expressions[1], scope), binder.bind(node.expressions[2], scope)
    count = (
        binder.coerce(count, BIGINT)
        if count.type.name in ("literal", "decimal", "double")
        else count
    )
    if count.type.name not in (*types.INTEGERS, "null"):
        raise refuse(binder, node, [count, value])
    if part not in STEPS:
        raise binder.error("22023", f'timestamp units "{part}" not supported', node)
    if value.type.name == "time":
        return Value(f"({value.sql} + {STEPS[part].format(count.sql)})", value.type)
    kind = types.TIMESTAMPTZ if value.type.name == "timestamptz" else TIMESTAMP
    moment = value if kind.name == "timestamptz" else moment_of(binder, value, node)
    # The ends of months and 29 February, unlike ADD_MONTHS (usage notes):
    # https://docs.aws.amazon.com/redshift/latest/dg/r_DATEADD_function.html
    if part == "year":
        return Value(f"lab_add_years({moment.sql}, {count.sql})", kind)
    return Value(f"({moment.sql} + {STEPS[part].format(count.sql)})", kind)


@special("datediff", "date_diff")
def datediff(binder, node, scope):
    if len(node.expressions) != 3:
        raise binder.error("42601", "datediff takes a date part and two dates", node)
    part = part_name(binder, node.expressions[0], scope)
    ends = [binder.bind(n, scope) for n in node.expressions[1:]]
    if any(value.type.name == "time" for value in ends):
        start, end = (binder.coerce(value, types.TIME) for value in ends)
        if part not in ("hour", "minute", "second", "millisecond", "microsecond"):
            raise binder.error("22023", f'"time" units "{part}" not recognized', node)
        return Value(f"date_diff({text(part)}, {start.sql}, {end.sql})", BIGINT)
    start, end = (moment_of(binder, value, node) for value in ends)
    if part == "week":  # Redshift's weeks begin on Sunday here
        one, two = (
            f"floor(date_diff('day', DATE '1970-01-04', {end.sql}) / 7.0)" for end in (start, end)
        )
        return Value(f"CAST({two} - {one} AS BIGINT)", BIGINT)
    if part in ("dow", "doy", "epoch", "isoyear"):
        raise binder.error("22023", f'timestamp units "{part}" not supported', node)
    return Value(f"date_diff({text(part)}, {start.sql}, {end.sql})", BIGINT)


@special("date_trunc")
def date_trunc(binder, node, scope):
    if len(node.expressions) != 2:
        raise refuse(binder, node, [])
    part = part_name(binder, node.expressions[0], scope)
    value = binder.bind(node.expressions[1], scope)
    if part in ("dow", "doy", "epoch", "isoyear", *_ZONE_PARTS):
        raise binder.error("22023", f'timestamp units "{part}" not supported', node)
    if value.type.name == "timestamptz":
        return Value(
            f"timezone('UTC', CAST(date_trunc({text(part)}, timezone('UTC', {value.sql})) AS "
            f"TIMESTAMP))",
            value.type,
        )
    moment = moment_of(binder, value, node)
    return Value(f"CAST(date_trunc({text(part)}, {moment.sql}) AS TIMESTAMP)", TIMESTAMP)


@special("date_part", "pgdate_part")
def date_part(binder, node, scope):
    """DATE_PART gives a DOUBLE, the fraction of the second included.

    https://docs.aws.amazon.com/redshift/latest/dg/r_Dateparts_for_datetime_functions.html
    """
    if len(node.expressions) != 2:
        raise refuse(binder, node, [])
    part = part_name(binder, node.expressions[0], scope)
    value = binder.bind(node.expressions[1], scope)
    if part in ("second", "millisecond", "microsecond", "epoch"):
        unit = {"millisecond": 1000, "microsecond": 1}.get(part, 1000000)
        if value.type.name in types.INTERVALS:
            micros = f"CAST(epoch({value.sql}) * 1000000 AS BIGINT)"
        elif value.type.name == "time":
            micros = f"epoch_us({value.sql})"
        else:
            micros = f"epoch_us({moment_of(binder, value, node).sql})"
        if part != "epoch":
            micros = f"({micros} % 60000000)"
        return Value(f"(CAST({micros} AS DOUBLE) / {unit})", DOUBLE)
    found = part_of(binder, part, value, node)
    return Value(f"CAST({found.sql} AS DOUBLE)", DOUBLE)


def part_of(binder, part: str, value: Value, node):
    """EXTRACT: whole numbers, each part without the larger and the smaller ones."""
    if part in _ZONE_PARTS:
        if value.type.name != "timestamptz":
            raise binder.error("22023", f'timestamp units "{part}" not supported', node)
        return Value("0", INTEGER)  # the session's zone is UTC
    if value.type.name in types.INTERVALS:
        if part in ("week", "dow", "doy", "yearweek", "isoyear", "isodow", "julian"):
            raise binder.error("22023", f'interval units "{part}" not supported', node)
        if part == "epoch":
            return Value(f"CAST(epoch({value.sql}) AS DOUBLE)", DOUBLE)
        rest = {"millisecond": " % 1000", "microsecond": " % 1000000"}.get(part, "")
        taken = f"date_part({text(part)}, lab_interval({value.sql})){rest}"
        return Value(f"CAST({taken} AS INTEGER)", INTEGER)
    if value.type.name == "time":
        if part not in ("hour", "minute", "second", "millisecond", "microsecond", "epoch"):
            raise binder.error("22023", f'"time" units "{part}" not recognized', node)
        moment = value
    else:
        moment = moment_of(binder, value, node)
    match part:
        case "epoch":
            kind = DOUBLE if value.type.name == "timestamptz" else BIGINT
            return Value(f"CAST(floor(epoch({moment.sql})) AS {duck_name(kind)})", kind)
        case "millisecond" | "microsecond":
            scale = 1000 if part == "millisecond" else 1000000
            return Value(
                f"CAST(date_part({text(part)}, {moment.sql}) % {scale} AS INTEGER)", INTEGER
            )
        case "decade":  # the first decade begins with the year 1
            return Value(f"CAST(date_part('decade', {moment.sql}) + 1 AS INTEGER)", INTEGER)
    return Value(f"CAST(date_part({text(part)}, {moment.sql}) AS INTEGER)", INTEGER)


_ZONE_PARTS = ("timezone", "timezone_hour", "timezone_minute")


def extract(binder, field, value, node):
    if field not in PARTS:
        raise binder.error("22023", f'timestamp units "{field}" not recognized', node)
    return part_of(binder, PARTS[field], value, node)


@special("to_date", "to_timestamp")
def from_text(binder, node, scope):
    """TO_DATE and TO_TIMESTAMP: the third argument asks for strict ranges."""
    values = arguments(binder, node, scope, 2, 3)
    name = node.name.lower()
    pattern = values[1].literal
    if not isinstance(pattern, str):
        raise LabLimit(f"{name} with a format that is not a constant", "Redshift takes any format.")
    if not pattern:
        raise binder.error("22007", "invalid format: an empty text", node)
    unread = [token for token in moments.tokens(pattern) if token in moments.UNREAD]
    if unread:
        raise LabLimit(f"the format {unread[0]} in {name}", "Redshift reads it.")
    strict = binder.as_condition(values[2], node, name).sql if len(values) > 2 else "false"
    source = binder.cast_value(values[0], VARCHAR, node)
    made = f"lab_py_from_char({source.sql}, {text(pattern)}, {strict})"
    if name == "to_date":
        return Value(f"CAST(CAST({made} AS TIMESTAMP) AS DATE)", DATE)
    return Value(f"timezone('UTC', CAST({made} AS TIMESTAMP))", types.TIMESTAMPTZ)


@special("convert_timezone")
def convert_timezone(binder, node, scope):
    values = arguments(binder, node, scope, 2, 3)
    zones = values[:-1]
    if any(not isinstance(zone.literal, str) for zone in zones):
        raise LabLimit(
            "convert_timezone with a zone that is not a constant", "Redshift takes any zone."
        )

    source = zones[0].literal if len(zones) == 2 else "UTC"
    for zone in (source, zones[-1].literal):
        check_zone(binder, zone, node)
    moment = values[-1]
    if moment.type.name != "timestamptz":
        moment = moment_of(binder, moment, node)
        moment = Value(at_zone(moment.sql, source), types.TIMESTAMPTZ)
    return Value(in_zone(moment.sql, zones[-1].literal), TIMESTAMP)


def check_zone(binder, zone: str, node) -> None:
    """Refuse the name of no time zone."""
    if moments.fixed_offset(zone) is None:
        try:
            zoneinfo.ZoneInfo(zone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            raise binder.error("22023", f'time zone "{zone}" not recognized', node) from None


def at_zone(sql: str, zone: str) -> str:
    """Return the TIMESTAMPTZ of a TIMESTAMP that was read in a zone."""
    offset = moments.fixed_offset(zone)
    if offset is None:
        return f"timezone({text(zone)}, {sql})"
    return f"timezone('UTC', {sql} - to_seconds({offset}))"


def in_zone(sql: str, zone: str) -> str:
    """Return the TIMESTAMP that clocks of a zone show for a TIMESTAMPTZ."""
    offset = moments.fixed_offset(zone)
    if offset is None:
        return f"timezone({text(zone)}, {sql})"
    return f"(timezone('UTC', {sql}) + to_seconds({offset}))"


@special("date")
def date_call(binder, node, scope):
    (value,) = arguments(binder, node, scope, 1)
    return binder.cast_value(value, DATE, node)


@special("add_months", "last_day", "months_between", "date_cmp", "timestamp_cmp", "date_part_year")
def dated(binder, node, scope):
    """Functions on timestamps that take dates and strings as well."""
    name = node.name.lower()
    values = [binder.bind(argument, scope) for argument in node.expressions]
    wanted = {
        "add_months": [TIMESTAMP, BIGINT],
        "last_day": [TIMESTAMP],
        "months_between": [TIMESTAMP] * 2,
        "date_cmp": [DATE] * 2,
        "timestamp_cmp": [TIMESTAMP] * 2,
        "date_part_year": [DATE],
    }[name]
    if len(values) != len(wanted):
        raise refuse(binder, node, values)
    texts = []
    for value, kind in zip(values, wanted, strict=True):
        if kind == BIGINT:
            if value.type.name not in (*types.INTEGERS, "null", "literal"):
                raise refuse(binder, node, values)
            texts.append(binder.coerce(value, BIGINT).sql)
        else:
            moment = moment_of(binder, value, node)
            texts.append(moment.sql if kind == TIMESTAMP else f"CAST({moment.sql} AS DATE)")
    one, two = texts[0], texts[-1]
    compare = f"lab_cmp({one}, {two})"
    match name:
        case "add_months":
            return Value(f"lab_add_months({one}, {two})", TIMESTAMP)
        case "last_day":
            return Value(f"last_day({one})", DATE)
        case "months_between":
            return Value(f"lab_months_between({one}, {two})", DOUBLE)
        case "date_part_year":
            return Value(f"CAST(year({one}) AS INTEGER)", INTEGER)
    return Value(compare, INTEGER)


@special("generate_series")
def generate_series(binder, node, scope):
    """A row for each value: it runs on the leader node alone."""
    series, kind = binder.series(node, scope)
    return Value(f"unnest({series})", kind)


@special("timezone")
def timezone(binder, node, scope):
    """TIMEZONE('zone', value) is value AT TIME ZONE 'zone'.

    https://docs.aws.amazon.com/redshift/latest/dg/r_TIMEZONE.html
    """
    if len(node.expressions) != 2:
        raise refuse(binder, node, [])
    return binder.in_zone(exp.AtTimeZone(this=node.expressions[1], zone=node.expressions[0]), scope)
