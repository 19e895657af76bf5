"""Athena's functions on dates and times."""

import re
import zoneinfo

from dealab.sql import types
from dealab.sql.athena import formats
from dealab.sql.athena.casts import fraction
from dealab.sql.athena.registry import (
    MOMENTS,
    RowZone,
    arguments,
    bad_argument,
    from_local,
    local,
    special,
    unexpected,
    zone_sql,
    zone_text,
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
    duck_name,
    text,
)

UNITS = ("millisecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year")


DAY_UNITS = ("day", "week", "month", "quarter", "year")


def unit_of(binder, node, value: Value, kind: Type) -> str:
    """Return the unit named by a function's first argument, checked for the type."""
    unit = value.literal.lower()
    if kind.name == "date":
        if unit not in DAY_UNITS:
            raise bad_argument(binder, node, f"'{value.literal}' is not a valid DATE field")
    elif unit not in UNITS:
        raise bad_argument(binder, node, f"'{value.literal}' is not a valid Timestamp field")
    return unit


def by_unit(binder, node, unit: Value, kind: Type, made) -> Value:
    """Return ``made(unit)``, or where only the rows know the unit, a choice among all of them."""
    if isinstance(unit.literal, str):
        return made(unit_of(binder, node, unit, kind))
    known = DAY_UNITS if kind.name == "date" else UNITS
    values = {word: made(word) for word in known}
    arms = " ".join(f"WHEN {text(word)} THEN {value.sql}" for word, value in values.items())
    first = next(iter(values.values()))
    name = "DATE" if kind.name == "date" else "Timestamp"
    failed = f"CAST(lab_unknown_unit({unit.sql}, {text(name)}) AS {duck_name(first.type)})"
    choice = f"CASE lower({unit.sql}) {arms} ELSE {failed} END"
    return Value(f"CASE WHEN {unit.sql} IS NOT NULL THEN {choice} END", first.type)


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

    def made(word):
        sql = f"date_trunc({text(word)}, {local(value).sql})"
        if value.type.name == "date":
            return Value(f"CAST({sql} AS DATE)", DATE)
        return from_local(f"CAST({sql} AS TIMESTAMP)", value.type)

    return by_unit(binder, node, unit, value.type, made)


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

    def made(word):
        sql = f"({local(value).sql} + {_STEPS[word].format(count.sql)})"
        if value.type.name == "date":
            return Value(f"CAST({sql} AS DATE)", DATE)
        return from_local(sql, value.type)

    return by_unit(binder, node, unit, value.type, made)


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
    one, two = local(binder.coerce(start, kind)), local(binder.coerce(end, kind))

    def made(word):
        return Value(f"date_sub({text(word)}, {one.sql}, {two.sql})", BIGINT)

    return by_unit(binder, node, unit, kind, made)


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
        return Value(
            f"({offset_minutes(value)} {'// 60' if field == 'timezone_hour' else '% 60'})", BIGINT
        )
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
    return binder.now("current_timestamp", node)


@special("current_timestamp", "localtimestamp", "localtime", "current_time")
def timestamp_call(binder, node, scope):
    return binder.now(node.name.lower(), node)


@special("at_timezone", "with_timezone")
def at_timezone(binder, node, scope):
    value, zone = arguments(binder, node, scope, 2)
    plain = node.name.lower() == "with_timezone"
    if value.type.name == "date":
        value = Value(f"CAST({value.sql} AS TIMESTAMP)", types.TIMESTAMP)
    if zone.type.name not in ("varchar", "char"):
        raise unexpected(binder, node, [value, zone], f"{node.name.lower()}(timestamp(p), varchar)")
    if value.type.name not in (("timestamp",) if plain else ("timestamp", "timestamptz")):
        raise unexpected(binder, node, [value, zone], f"{node.name.lower()}(timestamp(p), varchar)")
    if value.type.name == "timestamp" and not plain:
        value = binder.coerce(value, types.timestamptz("UTC", value.type.args[0]))
    return zoned(binder, value, zone, node)


def zoned(binder, value: Value, zone: Value, node) -> Value:
    """Return a moment in a zone: a name, an offset, an interval, or what each row says."""
    if zone.type.name in ("interval_day",) and isinstance(zone.literal, int):
        minutes = zone.literal // 60_000
        sign = "-" if minutes < 0 else "+"
        name = f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
    elif zone.type.name not in ("varchar", "char"):
        raise binder.mismatch(
            "Type of time zone expression must be varchar or interval day to second (actual: "
            f"{athena_name(zone.type)})",
            node,
        )
    elif isinstance(zone.literal, str):
        name = check_zone(binder, zone.literal, node)
    else:
        name = RowZone(zone.sql)
    kind = types.timestamptz(name, value.type.args[0])
    if value.type.name == "timestamptz":
        return Value(value.sql, kind)
    return Value(f"timezone({zone_sql(name)}, {value.sql})", kind)


def check_zone(binder, zone: str, node) -> str:
    """Return the zone as the service names it."""
    offset = re.fullmatch(r"([+-])(\d{1,2})(?::(\d{2}))?", zone)
    if offset:
        hours, minutes = int(offset[2]), int(offset[3] or 0)
        if hours > 14 or minutes > 59:
            raise bad_argument(binder, node, f"'{zone}' is not a valid time zone")
        return "UTC" if hours == minutes == 0 else f"{offset[1]}{hours:02d}:{minutes:02d}"
    if zone.upper() in ("UTC", "Z", "GMT", "UT"):
        return "UTC"
    try:
        zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise bad_argument(binder, node, f"'{zone}' is not a valid time zone") from None
    return zone


def at_time_zone(binder, node, scope):
    value, zone = binder.bind(node.this, scope), binder.bind(node.args["zone"], scope)
    if value.type.name not in ("timestamp", "timestamptz"):
        if value.type.name == "time":
            raise LabLimit("time with time zone", "Athena answers a time with time zone.")
        raise binder.mismatch(
            f"Type of value must be a time or timestamp with or without time zone (actual "
            f"{athena_name(value.type)})",
            node,
        )
    if value.type.name == "timestamp":
        value = binder.coerce(value, types.timestamptz("UTC", value.type.args[0]))
    return zoned(binder, value, zone, node)


@special("from_unixtime")
def from_unixtime(binder, node, scope):
    values = arguments(binder, node, scope, 1, 3)
    if values[0].type.name not in (*types.NUMBERS, "null") or (
        len(values) == 3 and any(v.type.name not in types.INTEGERS for v in values[1:])
    ):
        raise unexpected(
            binder, node, values, "from_unixtime(double), from_unixtime(double, varchar(x))"
        )
    seconds = binder.coerce(values[0], DOUBLE)
    moment = Value(f"lab_from_unixtime({seconds.sql})", types.TIMESTAMPTZ)
    if len(values) == 3:
        away = [value.literal for value in values[1:]]
        if None in away:
            raise LabLimit("from_unixtime with an offset that is not a constant", "Trino does.")
        sign = "-" if away[0] < 0 or away[1] < 0 else "+"
        offset = f"{sign}{abs(away[0]):02d}:{abs(away[1]):02d}"
        return zoned(binder, moment, Value(text(offset), VARCHAR, offset), node)
    if len(values) == 2:
        return zoned(binder, moment, values[1], node)
    return moment


def offset_minutes(value: Value) -> str:
    """Return SQL for the distance of a moment's zone from UTC, in minutes."""
    return f"date_diff('minute', timezone('UTC', {value.sql}), {local(value).sql})"


@special("timezone_hour", "timezone_minute")
def timezone_part(binder, node, scope):
    (value,) = arguments(binder, node, scope, 1)
    if value.type.name != "timestamptz":
        raise unexpected(binder, node, [value], f"{node.name.lower()}(timestamp(p) with time zone)")
    step = "// 60" if node.name.lower() == "timezone_hour" else "% 60"
    return Value(f"({offset_minutes(value)} {step})", BIGINT)


@special("to_iso8601")
def to_iso8601(binder, node, scope):
    (value,) = arguments(binder, node, scope, 1)
    if value.type.name == "date":
        return Value(f"CAST({value.sql} AS VARCHAR)", VARCHAR)
    if value.type.name not in ("timestamp", "timestamptz"):
        raise unexpected(binder, node, [value], "to_iso8601(timestamp(p)), to_iso8601(date)")
    shown = f"strftime({local(value).sql}, {text('%Y-%m-%dT%H:%M:%S' + fraction(value.type))})"
    if value.type.name == "timestamp":
        return Value(shown, VARCHAR)
    if value.type.args[1] == "UTC":
        return Value(f"({shown} || 'Z')", VARCHAR)
    return Value(f"({shown} || lab_offset_text({offset_minutes(value)}))", VARCHAR)


@special("from_iso8601_timestamp")
def from_iso8601_timestamp(binder, node, scope):
    (value,) = arguments(binder, node, scope, 1)
    if value.type.name not in ("varchar", "char", "null"):
        raise unexpected(binder, node, [value], "from_iso8601_timestamp(varchar(x))")
    zone = re.search(r"T.*([+-]\d{2}:\d{2})$", value.literal or "")
    name = check_zone(binder, zone[1], node) if zone else "UTC"
    return Value(f"lab_iso_stamp(CAST({value.sql} AS VARCHAR))", types.timestamptz(name))


def stamped(binder, value: Value) -> Value:
    """Return a date as a timestamp: the patterns of dates work on timestamps."""
    return binder.coerce(value, types.TIMESTAMP) if value.type.name == "date" else value


@special("date_format", "format_datetime")
def date_format(binder, node, scope):
    name = node.name.lower()
    value, pattern = arguments(binder, node, scope, 2)
    value = stamped(binder, value)
    allowed = ("timestamp", "timestamptz", "null")
    if value.type.name not in allowed or pattern.type.name not in ("varchar", "null"):
        raise unexpected(binder, node, [value, pattern], f"{name}(timestamp(p), varchar(x))")
    if NULL in (value.type, pattern.type):
        return Value("CAST(NULL AS VARCHAR)", VARCHAR)
    mysql, moment = name == "date_format", local(value).sql
    if isinstance(pattern.literal, str):
        marks = known_marks(binder, node, pattern.literal, mysql)
        written = formats.strftime(marks, formats.MYSQL if mysql else formats.JODA)
        if written is not None:
            if "%f" in written:  # milliseconds, written with six digits
                moment = f"date_trunc('millisecond', {moment})"
            return Value(f"strftime({moment}, {text(written)})", VARCHAR)
    if mysql:
        return Value(f"lab_py_mysql_format({moment}, {pattern.sql})", VARCHAR)
    zone, minutes = "'UTC'", "0"
    if value.type.name == "timestamptz":
        zone, minutes = zone_text(value.type.args[1]), offset_minutes(value)
    return Value(f"lab_py_joda_format({moment}, {pattern.sql}, {zone}, {minutes})", VARCHAR)


def known_marks(binder, node, pattern: str, mysql: bool):
    try:
        return formats.mysql_marks(pattern) if mysql else formats.joda_marks(pattern)
    except ValueError as problem:
        raise bad_argument(binder, node, str(problem)) from None


@special("date_parse", "parse_datetime")
def date_parse(binder, node, scope):
    name = node.name.lower()
    value, pattern = arguments(binder, node, scope, 2)
    if value.type.name not in ("varchar", "char", "null") or pattern.type.name != "varchar":
        raise unexpected(binder, node, [value, pattern], f"{name}(varchar(x), varchar(y))")
    mysql, source = name == "date_parse", f"CAST({value.sql} AS VARCHAR)"
    written = None
    if isinstance(pattern.literal, str):
        marks = known_marks(binder, node, pattern.literal, mysql)
        written = formats.strftime(marks, formats.MYSQL if mysql else formats.JODA)
    # strptime knows what a full date is; a part of one has Joda's own defaults.
    used = set(re.findall(r"%-?([A-Za-z])", written or ""))
    plain = {"Y", "m", "d", "H", "I", "M", "S", "p", "b", "B"}
    if used <= plain and {"Y", "d"} <= used and used & {"m", "b", "B"}:
        sql = f"lab_parsed({source}, {text(written)})"
    else:
        sql = f"lab_py_{'mysql' if mysql else 'joda'}_parse({source}, {pattern.sql})"
    if mysql:
        return Value(sql, types.TIMESTAMP)
    return Value(f"timezone('UTC', {sql})", types.TIMESTAMPTZ)
