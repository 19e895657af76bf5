"""Athena's functions on dates and times."""

import re
import zoneinfo

from dealab.sql import types
from dealab.sql.athena.registry import (
    MOMENTS,
    arguments,
    bad_argument,
    constant_pattern,
    from_local,
    local,
    special,
    unexpected,
)
from dealab.sql.errors import LabLimit
from dealab.sql.scope import Value
from dealab.sql.types import (
    BIGINT,
    DATE,
    DOUBLE,
    NULL,
    VARCHAR,
    Type,
    athena_name,
    text,
)

UNITS = ("millisecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year")


DAY_UNITS = ("day", "week", "month", "quarter", "year")


def unit_of(binder, node, value: Value, kind: Type) -> str:
    """Return the unit named by a function's first argument, checked for the type."""
    if value.type.name not in ("varchar", "char") or not isinstance(value.literal, str):
        raise LabLimit(
            f"{node.name.lower()} with a unit that is not a constant",
            "Trino takes any varchar as the unit.",
        )
    unit = value.literal.lower()
    if kind.name == "date":
        if unit not in DAY_UNITS:
            raise bad_argument(binder, node, f"'{value.literal}' is not a valid DATE field")
    elif unit not in UNITS:
        raise bad_argument(binder, node, f"'{value.literal}' is not a valid Timestamp field")
    return unit


@special("date_trunc")
def date_trunc(binder, node, scope):
    unit, value = arguments(binder, node, scope, 2)
    if value.type.name not in MOMENTS[:3] or unit.type.name != "varchar":
        raise unexpected(
            binder,
            node,
            [unit, value],
            "date_trunc(varchar(x), date), date_trunc(varchar(x), timestamp(p))",
        )
    word = unit_of(binder, node, unit, value.type)
    sql = f"date_trunc({text(word)}, {local(value).sql})"
    if value.type.name == "date":
        return Value(f"CAST({sql} AS DATE)", DATE)
    return from_local(f"CAST({sql} AS TIMESTAMP)", value.type)


_STEPS = {
    "millisecond": "to_milliseconds({})",
    "second": "to_seconds({})",
    "minute": "to_minutes({})",
    "hour": "to_hours({})",
    "day": "to_days(CAST({} AS INTEGER))",
    "week": "to_days(CAST(7 * {} AS INTEGER))",
    "month": "to_months(CAST({} AS INTEGER))",
    "quarter": "to_months(CAST(3 * {} AS INTEGER))",
    "year": "to_years(CAST({} AS INTEGER))",
}


@special("date_add")
def date_add(binder, node, scope):
    unit, count, value = arguments(binder, node, scope, 3)
    if (
        value.type.name not in MOMENTS
        or count.type.name not in types.INTEGERS
        or unit.type.name != "varchar"
    ):
        raise unexpected(
            binder,
            node,
            [unit, count, value],
            "date_add(varchar(x), bigint, date), date_add(varchar(x), bigint, timestamp(p))",
        )
    word = unit_of(binder, node, unit, value.type)
    sql = f"({local(value).sql} + {_STEPS[word].format(count.sql)})"
    if value.type.name == "date":
        return Value(f"CAST({sql} AS DATE)", DATE)
    return from_local(sql, value.type)


@special("date_diff")
def date_diff(binder, node, scope):
    unit, start, end = arguments(binder, node, scope, 3)
    kind = binder.common_type(start.type, end.type)
    if kind is None or kind.name not in MOMENTS or unit.type.name != "varchar":
        raise unexpected(
            binder,
            node,
            [unit, start, end],
            "date_diff(varchar(x), date, date), date_diff(varchar(x), timestamp(p), timestamp(p))",
        )
    word = unit_of(binder, node, unit, kind)
    one, two = local(binder.coerce(start, kind)), local(binder.coerce(end, kind))
    return Value(f"date_sub({text(word)}, {one.sql}, {two.sql})", BIGINT)


FIELDS = {
    "year": "year", "quarter": "quarter", "month": "month", "week": "week", "week_of_year": "week",
    "day": "day", "day_of_month": "day", "day_of_week": "isodow", "dow": "isodow",
    "day_of_year": "dayofyear", "doy": "dayofyear", "year_of_week": "isoyear", "yow": "isoyear",
    "hour": "hour", "minute": "minute", "second": "second", "millisecond": "millisecond",
}  # fmt: skip


CLOCK_FIELDS = ("hour", "minute", "second", "millisecond")


@special(*FIELDS)
def date_part(binder, node, scope):
    (value,) = arguments(binder, node, scope, 1)
    return part_of(binder, node.name.lower(), value, node)


def part_of(binder, field: str, value: Value, node):
    allowed = {"date", "timestamp", "timestamptz", "interval_day", "interval_month"}
    if field in CLOCK_FIELDS:
        allowed = {"time", "timestamp", "timestamptz", "interval_day"}
    if value.type == NULL:
        return Value("CAST(NULL AS BIGINT)", BIGINT)
    if value.type.name not in allowed:
        raise unexpected(binder, node, [value], f"{field}(timestamp(p)), {field}(date)")
    if value.type.name in types.INTERVALS:
        return interval_part(binder, field, value, node)
    call = FIELDS[field]
    if call == "millisecond":
        return Value(f"(date_part('millisecond', {local(value).sql}) % 1000)", BIGINT)
    return Value(f"CAST({call}({local(value).sql}) AS BIGINT)", BIGINT)


def interval_part(binder, field, value, node):
    if value.type.name == "interval_month":
        steps = {"year": "lab_months_of({}) // 12", "month": "lab_months_of({}) % 12"}
    else:
        steps = {
            "day": "lab_millis_of({}) // 86400000",
            "hour": "(lab_millis_of({}) // 3600000) % 24",
            "minute": "(lab_millis_of({}) // 60000) % 60",
            "second": "(lab_millis_of({}) // 1000) % 60",
        }
    if field not in steps:
        raise unexpected(binder, node, [value])
    return Value(f"({steps[field].format(value.sql)})", BIGINT)


def extract(binder, field, value, node):
    """EXTRACT(field FROM value)."""
    if field in ("timezone_hour", "timezone_minute"):
        if value.type.name != "timestamptz":
            raise unexpected(binder, node, [value])
        seconds = (
            f"date_diff('second', CAST(timezone('UTC', {value.sql}) AS TIMESTAMP), "
            f"CAST({local(value).sql} AS TIMESTAMP))"
        )
        step = "// 3600" if field == "timezone_hour" else "% 3600 // 60"
        return Value(f"({seconds} {step})", BIGINT)
    if field not in FIELDS:
        raise binder.error("SYNTAX_ERROR", f"Invalid EXTRACT field: {field}", node)
    if value.type.name not in (*MOMENTS, *types.INTERVALS, "null"):
        raise binder.mismatch(f"Cannot extract {field} from {athena_name(value.type)}", node)
    return part_of(binder, field, value, node)


@special("date")
def date_call(binder, node, scope):
    (value,) = arguments(binder, node, scope, 1)
    if value.type.name not in ("varchar", "date", "timestamp", "timestamptz"):
        raise unexpected(binder, node, [value], "date(varchar(x)), date(timestamp(p))")
    return binder.cast_value(value, DATE, node)


@special("now")
def now(binder, node, scope):
    arguments(binder, node, scope, 0)
    return Value("now()", types.TIMESTAMPTZ)


@special("current_timestamp", "localtimestamp")
def timestamp_call(binder, node, scope):
    return binder.now(node.name.lower(), node)


@special("at_timezone", "with_timezone")
def at_timezone(binder, node, scope):
    value, zone = arguments(binder, node, scope, 2)
    if not isinstance(zone.literal, str):
        raise LabLimit(
            f"{node.name.lower()} with a zone that is not a constant", "Trino takes any zone."
        )
    wanted = "timestamptz" if node.name.lower() == "at_timezone" else "timestamp"
    if value.type.name == "date" and wanted == "timestamp":
        value = Value(f"CAST({value.sql} AS TIMESTAMP)", types.TIMESTAMP)
    if value.type.name != wanted:
        raise unexpected(binder, node, [value, zone])
    return zoned(binder, value, zone.literal, node)


def zoned(binder, value: Value, zone: str, node) -> Value:
    name = check_zone(binder, zone, node)
    if value.type.name == "timestamptz":
        return Value(value.sql, types.timestamptz(name, value.type.args[0]))
    return Value(
        f"timezone({text(name)}, {value.sql})", types.timestamptz(name, value.type.args[0])
    )


def check_zone(binder, zone: str, node) -> str:
    """Return the zone as DuckDB knows it."""

    if re.fullmatch(r"[+-]\d{2}:\d{2}", zone):
        if zone in ("+00:00", "-00:00"):
            return "UTC"
        if zone.endswith(":00"):
            sign = "-" if zone[0] == "+" else "+"
            return f"Etc/GMT{sign}{int(zone[1:3])}"
        raise LabLimit(f"the time zone {zone}", "Trino takes offsets of minutes too.")
    try:
        zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        raise bad_argument(binder, node, f"'{zone}' is not a valid time zone") from None
    return zone


def at_time_zone(binder, node, scope):
    value, zone = binder.bind(node.this, scope), binder.bind(node.args["zone"], scope)
    if value.type.name not in ("timestamp", "timestamptz"):
        raise binder.mismatch(
            f"Type of value must be a time or timestamp with or without time zone (actual "
            f"{athena_name(value.type)})",
            node,
        )
    if not isinstance(zone.literal, str):
        raise LabLimit("AT TIME ZONE with a zone that is not a constant", "Trino takes any zone.")
    if value.type.name == "timestamp":
        value = binder.coerce(value, types.timestamptz("UTC", value.type.args[0]))
    return zoned(binder, value, zone.literal, node)


@special("from_unixtime")
def from_unixtime(binder, node, scope):
    values = arguments(binder, node, scope, 1, 2)
    if values[0].type.name not in (*types.NUMBERS, "null"):
        raise unexpected(
            binder, node, values, "from_unixtime(double), from_unixtime(double, varchar(x))"
        )
    seconds = binder.coerce(values[0], DOUBLE)
    moment = Value(f"to_timestamp({seconds.sql})", types.TIMESTAMPTZ)
    if len(values) == 2:
        if not isinstance(values[1].literal, str):
            raise LabLimit(
                "from_unixtime with a zone that is not a constant", "Trino takes any zone."
            )
        return zoned(binder, moment, values[1].literal, node)
    return moment


@special("to_iso8601")
def to_iso8601(binder, node, scope):
    (value,) = arguments(binder, node, scope, 1)
    match value.type.name:
        case "date":
            return Value(f"CAST({value.sql} AS VARCHAR)", VARCHAR)
        case "timestamp":
            return Value(f"strftime({value.sql}, '%Y-%m-%dT%H:%M:%S.%g')", VARCHAR)
        case "timestamptz":
            zone = value.type.args[1]
            stamp = f"strftime({local(value).sql}, '%Y-%m-%dT%H:%M:%S.%g')"
            if zone in ("UTC", "GMT"):
                return Value(f"({stamp} || 'Z')", VARCHAR)
            minutes = (
                f"(date_diff('minute', CAST(timezone('UTC', {value.sql}) AS TIMESTAMP), "
                f"{local(value).sql}))"
            )
            sign = f"CASE WHEN {minutes} < 0 THEN '-' ELSE '+' END"
            offset = f"printf('%02d:%02d', abs({minutes}) // 60, abs({minutes}) % 60)"
            return Value(f"({stamp} || {sign} || {offset})", VARCHAR)
    raise unexpected(binder, node, [value])


@special("date_format")
def date_format(binder, node, scope):
    value, pattern = arguments(binder, node, scope, 2)
    if value.type.name == "date":
        value = binder.coerce(value, types.TIMESTAMP)
    if value.type.name not in ("timestamp", "timestamptz") or pattern.type.name != "varchar":
        raise unexpected(binder, node, [value, pattern], "date_format(timestamp(p), varchar(x))")
    return Value(
        f"strftime({local(value).sql}, {text(mysql_pattern(binder, node, pattern))})", VARCHAR
    )


@special("date_parse")
def date_parse(binder, node, scope):
    value, pattern = arguments(binder, node, scope, 2)
    if value.type.name not in ("varchar", "null") or pattern.type.name != "varchar":
        raise unexpected(binder, node, [value, pattern], "date_parse(varchar(x), varchar(y))")
    return Value(
        f"lab_parsed(CAST({value.sql} AS VARCHAR), {text(mysql_pattern(binder, node, pattern))})",
        types.TIMESTAMP,
    )


_MYSQL = {
    "a": "%a", "b": "%b", "c": "%-m", "d": "%d", "e": "%-d", "f": "%f", "H": "%H", "h": "%I",
    "I": "%I", "i": "%M", "j": "%j", "k": "%-H", "l": "%-I", "M": "%B", "m": "%m", "p": "%p",
    "r": "%I:%M:%S %p", "S": "%S", "s": "%S", "T": "%H:%M:%S", "v": "%V", "W": "%A", "x": "%G",
    "Y": "%Y", "y": "%y", "%": "%%",
}  # fmt: skip


def mysql_pattern(binder, node, pattern: Value) -> str:
    """Translate a MySQL date pattern (date_format, date_parse) to strftime's."""
    source, out, at = constant_pattern(node, pattern), "", 0
    if not source:
        raise bad_argument(binder, node, "Both printing and parsing not supported")
    while at < len(source):
        mark = source[at]
        if mark != "%":
            out += mark
            at += 1
            continue
        letter = source[at + 1 : at + 2]
        if letter in ("D", "U", "u", "V", "w", "X"):
            raise bad_argument(
                binder, node, f"%{letter} not currently supported in date format string"
            )
        out += _MYSQL.get(letter, letter)
        at += 2
    return out


_JODA = (
    ("yyyy", "%Y"),
    ("yyy", "%Y"),
    ("yy", "%y"),
    ("YYYY", "%Y"),
    ("y", "%-Y"),
    ("xxxx", "%G"),
    ("MMMM", "%B"),
    ("MMM", "%b"),
    ("MM", "%m"),
    ("M", "%-m"),
    ("dd", "%d"),
    ("d", "%-d"),
    ("DDD", "%j"),
    ("D", "%-j"),
    ("EEEE", "%A"),
    ("EEE", "%a"),
    ("EE", "%a"),
    ("E", "%a"),
    ("e", "%u"),
    ("HH", "%H"),
    ("H", "%-H"),
    ("hh", "%I"),
    ("h", "%-I"),
    ("mm", "%M"),
    ("m", "%-M"),
    ("ss", "%S"),
    ("s", "%-S"),
    ("SSS", "%g"),
    ("a", "%p"),
    ("ww", "%V"),
    ("ZZ", "%z"),
    ("Z", "%z"),
)


def joda_pattern(binder, node, pattern: Value) -> str:
    """Translate a Joda pattern (format_datetime, parse_datetime) to strftime's."""
    source, out, at = constant_pattern(node, pattern), "", 0
    if not source:
        raise bad_argument(binder, node, "Invalid pattern specification")
    while at < len(source):
        mark = source[at]
        if mark == "'":
            end = source.find("'", at + 1)
            if end == at + 1:
                out += "'"
            elif end < 0:
                raise bad_argument(binder, node, f"Invalid pattern: {source}")
            else:
                out += source[at + 1 : end].replace("%", "%%")
            at = end + 1
        elif mark.isalpha():
            for token, code in _JODA:
                if (
                    source.startswith(token, at)
                    and source[at + len(token) : at + len(token) + 1] != token[0]
                ):
                    out += code
                    at += len(token)
                    break
            else:
                raise LabLimit(
                    f"the pattern letter {mark} in {node.name.lower()}",
                    "Trino uses Joda-Time patterns.",
                )
        else:
            out += "%%" if mark == "%" else mark
            at += 1
    return out


@special("format_datetime")
def format_datetime(binder, node, scope):
    value, pattern = arguments(binder, node, scope, 2)
    if value.type.name == "date":
        value = binder.coerce(value, types.TIMESTAMP)
    if value.type.name not in ("timestamp", "timestamptz") or pattern.type.name != "varchar":
        raise unexpected(
            binder, node, [value, pattern], "format_datetime(timestamp(p), varchar(x))"
        )
    return Value(
        f"strftime({local(value).sql}, {text(joda_pattern(binder, node, pattern))})", VARCHAR
    )


@special("parse_datetime")
def parse_datetime(binder, node, scope):
    value, pattern = arguments(binder, node, scope, 2)
    if value.type.name not in ("varchar", "null") or pattern.type.name != "varchar":
        raise unexpected(binder, node, [value, pattern], "parse_datetime(varchar(x), varchar(y))")
    sql = f"lab_parsed(CAST({value.sql} AS VARCHAR), {text(joda_pattern(binder, node, pattern))})"
    if "%z" in joda_pattern(binder, node, pattern):
        return Value(f"CAST({sql} AS TIMESTAMP WITH TIME ZONE)", types.TIMESTAMPTZ)
    return Value(f"timezone('UTC', {sql})", types.TIMESTAMPTZ)
