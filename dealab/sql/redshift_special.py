"""Redshift functions and casts that need more than one fixed DuckDB expression."""

import re

from sqlglot import exp

from dealab.sql import patterns, types
from dealab.sql.athena_special import constant_digits
from dealab.sql.errors import LabLimit
from dealab.sql.scope import Value
from dealab.sql.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    INTEGER,
    NULL,
    SUPER,
    TIMESTAMP,
    VARCHAR,
    Type,
    as_decimal,
    decimal,
    duck_name,
    redshift_name,
    text,
)

SPECIAL = {}


def special(*names):
    def register(handler):
        for name in names:
            SPECIAL[name] = handler
        return handler

    return register


def arguments(binder, node, scope, least: int, most: int | None = None) -> list[Value]:
    values = [binder.bind(argument, scope) for argument in node.expressions]
    if not least <= len(values) <= (most or least):
        raise binder.no_overload(node.name.lower(), node, values, node.expressions, [])
    return values


def refuse(binder, node, values):
    return binder.no_overload(node.name.lower(), node, values, node.expressions, [])


# --- choice ------------------------------------------------------------------------------------------


@special("coalesce", "nvl", "isnull")
def coalesce(binder, node, scope):
    values = [binder.bind(argument, scope) for argument in node.expressions]
    values, kind = binder.unify(values, node, "COALESCE")
    return Value(f"coalesce({', '.join(value.sql for value in values)})", kind)


@special("nvl2")
def nvl2(binder, node, scope):
    test, yes, no = arguments(binder, node, scope, 3)
    (yes, no), kind = binder.unify([yes, no], node, "NVL2")
    return Value(f"CASE WHEN {test.sql} IS NOT NULL THEN {yes.sql} ELSE {no.sql} END", kind)


@special("nullif")
def nullif(binder, node, scope):
    one, two = arguments(binder, node, scope, 2)
    test = binder.compare(one, two, "=", node)
    one = binder.settle(one)
    return Value(f"CASE WHEN {test.sql} THEN NULL ELSE {one.sql} END", one.type)


@special("decode")
def decode(binder, node, scope):
    """DECODE(subject, value, result, ..., default): NULL equals NULL here."""
    values = [binder.bind(argument, scope) for argument in node.expressions]
    if len(values) < 3:
        raise refuse(binder, node, values)
    subject, rest = values[0], values[1:]
    default = rest.pop() if len(rest) % 2 else Value("NULL", NULL)
    results, kind = binder.unify([*rest[1::2], default], node, "DECODE")
    arms = []
    for wanted, result in zip(rest[::2], results, strict=False):
        if wanted.type == NULL:
            test = f"{subject.sql} IS NULL"
        else:
            test = binder.compare(subject, wanted, "IS NOT DISTINCT FROM", node).sql
        arms.append(f"WHEN {test} THEN {result.sql}")
    return Value(f"CASE {' '.join(arms)} ELSE {results[-1].sql} END", kind)


@special("greatest", "least")
def extreme(binder, node, scope):
    values = [binder.bind(argument, scope) for argument in node.expressions]
    if not values:
        raise refuse(binder, node, values)
    values, kind = binder.unify(values, node, node.name.upper())
    return Value(f"{node.name.lower()}({', '.join(value.sql for value in values)})", kind)


# --- numbers -------------------------------------------------------------------------------------------


@special("round", "floor", "ceil", "ceiling", "trunc", "abs", "sign", "mod")
def rounding(binder, node, scope):
    name = "ceil" if node.name.lower() == "ceiling" else node.name.lower()
    values = [binder.bind(argument, scope) for argument in node.expressions]
    first = values[0].type if values else NULL
    if name == "trunc" and first.name in ("timestamp", "timestamptz", "date", "literal"):
        moment = binder.coerce(values[0], TIMESTAMP)
        if len(values) > 1:
            raise refuse(binder, node, values)
        return Value(f"CAST({moment.sql} AS DATE)", DATE)
    if name == "mod" and len(values) == 2:
        return binder.calculate(values[0], values[1], "%", node)
    exact = as_decimal(first)
    if exact is None or not values or name in ("abs",) and first.name != "decimal":
        call = exp.Anonymous(this=name, expressions=node.expressions)
        call.meta.update(node.meta)
        return binder.choose(name, binder.FUNCTIONS[name], call, node.expressions, scope)
    value, (precision, scale) = values[0], exact.args
    if first.name != "decimal" and name in ("floor", "ceil", "round", "trunc") and len(values) == 1:
        return value
    if name == "abs":
        return Value(f"abs({value.sql})", first)
    if name == "sign":
        return Value(f"CAST(sign({value.sql}) AS {duck_name(exact)})", exact)
    if name in ("floor", "ceil"):
        kind = decimal(max(1, min(38, precision - scale + 1)), 0)
        return Value(f"CAST({name}({value.sql}) AS {duck_name(kind)})", kind)
    if len(values) == 1:
        kind = decimal(max(1, min(38, precision - scale + 1)), 0)
        return Value(f"CAST({name}({value.sql}) AS {duck_name(kind)})", kind)
    digits = values[1]
    if digits.type.name not in types.INTEGERS:
        raise refuse(binder, node, values)
    constant_digits(node, digits)
    digits = binder.coerce(digits, INTEGER)
    wide = decimal(min(38, precision + 1), scale)
    return Value(
        f"CAST({name}(CAST({value.sql} AS {duck_name(wide)}), {digits.sql}) AS {duck_name(wide)})",
        wide,
    )


def _sum(binder, node, scope, nodes, marks, extras):
    if len(nodes) == 1 and not isinstance(nodes[0], exp.Star):
        value = binder.bind(nodes[0], scope)
        if value.type.name == "decimal":
            return Value(
                f"sum({marks['d']}{value.sql}){marks['f']}", decimal(38, value.type.args[1])
            )
    return binder.choose("sum", binder.AGGREGATES["sum"], node, nodes, scope, marks)


def _avg(binder, node, scope, nodes, marks, extras):
    from dealab.sql.athena import quotient

    if len(nodes) == 1 and not isinstance(nodes[0], exp.Star):
        value = binder.bind(nodes[0], scope)
        if value.type.name == "decimal":
            kind = decimal(38, value.type.args[1])
            total = Value(f"sum({marks['d']}{value.sql}){marks['f']}", kind)
            count = Value(f"nullif(count({marks['d']}{value.sql}){marks['f']}, 0)", BIGINT)
            return quotient(total, count, kind, "lab_cut_div")
    return binder.choose("avg", binder.AGGREGATES["avg"], node, nodes, scope, marks)


def _percentile(binder, node, scope, nodes, marks, extras):
    """PERCENTILE_CONT and PERCENTILE_DISC (share) WITHIN GROUP (ORDER BY x)."""
    name = node.name.lower()
    within = extras.get("within")
    if within is None or len(nodes) != 1 or len(within.expressions) != 1:
        raise binder.error("42601", f"{name} requires WITHIN GROUP (ORDER BY ...)", node)
    item = within.expressions[0]
    value, share = binder.bind(item.this, scope), binder.bind(nodes[0], scope)
    if share.literal is None:
        raise LabLimit(
            f"{name} of a share that is not a constant", "Redshift wants a constant too."
        )
    try:
        inside = 0 <= float(share.literal) <= 1
    except ValueError:
        inside = False
    if not inside:
        raise binder.error(
            "22003", f"percentile value {share.literal} is not between 0 and 1", node
        )
    part = binder.coerce(share, DOUBLE)
    if item.args.get("desc"):
        part = Value(f"(1 - {part.sql})", DOUBLE)
    if name == "percentile_cont":
        if value.type.name in (*types.NUMBERS, "literal", "null", "super"):
            value = binder.coerce(value, DOUBLE)
        if value.type.name not in ("double", "timestamp", "timestamptz", "date"):
            raise binder.no_overload(name, node, [value], nodes, [])
        kind = value.type
        return Value(
            f"CAST(quantile_cont({value.sql}, {part.sql}){marks['f']} AS {duck_name(kind)})", kind
        )
    return Value(f"quantile_disc({value.sql}, {part.sql}){marks['f']}", value.type)


SPECIAL["sum"] = _sum
SPECIAL["avg"] = _avg
SPECIAL["percentile_cont"] = _percentile
SPECIAL["percentile_disc"] = _percentile


# --- dates ---------------------------------------------------------------------------------------------

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
    "epoch": "epoch", "millennium": "millennium", "mil": "millennium", "isoyear": "isoyear",
}  # fmt: skip

STEPS = {
    "microsecond": "to_microseconds({})", "millisecond": "to_milliseconds({})",
    "second": "to_seconds({})", "minute": "to_minutes({})", "hour": "to_hours({})",
    "day": "to_days(CAST({} AS INTEGER))", "week": "to_days(CAST(7 * {} AS INTEGER))",
    "quarter": "to_months(CAST(3 * {} AS INTEGER))", "year": "to_years(CAST({} AS INTEGER))",
    "decade": "to_years(CAST(10 * {} AS INTEGER))", "century": "to_years(CAST(100 * {} AS INTEGER))",
}  # fmt: skip


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
    if value.type.name == "time":
        return Value(f"({value.sql} + {STEPS[part].format(count.sql)})", value.type)
    kind = types.TIMESTAMPTZ if value.type.name == "timestamptz" else TIMESTAMP
    moment = value if kind.name == "timestamptz" else moment_of(binder, value, node)
    if part == "month":
        return Value(f"lab_add_months({moment.sql}, {count.sql})", TIMESTAMP)
    if part not in STEPS:
        raise binder.error("22023", f'timestamp units "{part}" not supported', node)
    return Value(f"({moment.sql} + {STEPS[part].format(count.sql)})", kind)


@special("datediff", "date_diff")
def datediff(binder, node, scope):
    if len(node.expressions) != 3:
        raise binder.error("42601", "datediff takes a date part and two dates", node)
    part = part_name(binder, node.expressions[0], scope)
    start, end = (moment_of(binder, binder.bind(n, scope), node) for n in node.expressions[1:])
    if part == "week":  # Redshift's weeks begin on Sunday here
        one, two = f"{start.sql} + to_days(1)", f"{end.sql} + to_days(1)"
        return Value(f"date_diff('week', {one}, {two})", BIGINT)
    if part in ("dow", "doy", "epoch", "isoyear"):
        raise binder.error("22023", f'timestamp units "{part}" not supported', node)
    return Value(f"date_diff({text(part)}, {start.sql}, {end.sql})", BIGINT)


@special("date_trunc")
def date_trunc(binder, node, scope):
    if len(node.expressions) != 2:
        raise refuse(binder, node, [])
    part = part_name(binder, node.expressions[0], scope)
    value = binder.bind(node.expressions[1], scope)
    if value.type.name == "timestamptz":
        return Value(
            f"timezone('UTC', CAST(date_trunc({text(part)}, timezone('UTC', {value.sql})) AS TIMESTAMP))",
            value.type,
        )
    moment = moment_of(binder, value, node)
    return Value(f"CAST(date_trunc({text(part)}, {moment.sql}) AS TIMESTAMP)", TIMESTAMP)


@special("date_part", "pgdate_part")
def date_part(binder, node, scope):
    if len(node.expressions) != 2:
        raise refuse(binder, node, [])
    part = part_name(binder, node.expressions[0], scope)
    return part_of(binder, part, binder.bind(node.expressions[1], scope), node)


def part_of(binder, part: str, value: Value, node):
    if value.type.name in types.INTERVALS:
        return Value(f"CAST(date_part({text(part)}, {value.sql}) AS INTEGER)", INTEGER)
    if value.type.name == "time":
        return Value(f"CAST(date_part({text(part)}, {value.sql}) AS INTEGER)", INTEGER)
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
    return Value(f"CAST(date_part({text(part)}, {moment.sql}) AS INTEGER)", INTEGER)


def extract(binder, field, value, node):
    if field not in PARTS:
        raise binder.error("22023", f'timestamp units "{field}" not recognized', node)
    return part_of(binder, PARTS[field], value, node)


@special("to_date")
def to_date(binder, node, scope):
    values = arguments(binder, node, scope, 2, 3)
    if not isinstance(values[1].literal, str):
        raise LabLimit("to_date with a format that is not a constant", "Redshift takes any format.")
    source = binder.cast_value(values[0], VARCHAR, node)
    return Value(
        f"CAST(lab_parsed({source.sql}, {text(parse_pattern(binder, node, values[1].literal))}) AS DATE)",
        DATE,
    )


@special("to_timestamp")
def to_timestamp(binder, node, scope):
    values = arguments(binder, node, scope, 2, 3)
    if not isinstance(values[1].literal, str):
        raise LabLimit(
            "to_timestamp with a format that is not a constant", "Redshift takes any format."
        )
    source = binder.cast_value(values[0], VARCHAR, node)
    pattern = parse_pattern(binder, node, values[1].literal)
    return Value(f"timezone('UTC', lab_parsed({source.sql}, {text(pattern)}))", types.TIMESTAMPTZ)


_PARSE = (
    ("YYYY", "%Y"), ("YY", "%y"), ("MONTH", "%B"), ("MON", "%b"), ("MM", "%m"), ("DDD", "%j"), ("DD", "%d"),
    ("DAY", "%A"), ("DY", "%a"), ("HH24", "%H"), ("HH12", "%I"), ("HH", "%I"), ("MI", "%M"), ("SS", "%S"),
    ("MS", "%g"), ("US", "%f"), ("AM", "%p"), ("PM", "%p"), ("A.M.", "%p"), ("P.M.", "%p"), ("FM", ""),
)  # fmt: skip


def parse_pattern(binder, node, written: str) -> str:
    """Translate a datetime format of to_date and to_timestamp to strptime's."""
    out, at = "", 0
    if not written:
        raise binder.error("22007", "invalid format: an empty text", node)
    while at < len(written):
        for token, code in _PARSE:
            if written[at : at + len(token)].upper() == token:
                out += code
                at += len(token)
                break
        else:
            if written[at].isalpha() and written[at] not in "T":
                raise LabLimit(
                    f"the format {written[at:]} in {node.name.lower()}", "Redshift reads it."
                )
            out += "%%" if written[at] == "%" else written[at]
            at += 1
    return out


@special("convert_timezone")
def convert_timezone(binder, node, scope):
    values = arguments(binder, node, scope, 2, 3)
    zones = values[:-1]
    if any(not isinstance(zone.literal, str) for zone in zones):
        raise LabLimit(
            "convert_timezone with a zone that is not a constant", "Redshift takes any zone."
        )
    import zoneinfo

    for zone in zones:
        try:
            zoneinfo.ZoneInfo(zone.literal)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            raise binder.error(
                "22023", f'time zone "{zone.literal}" not recognized', node
            ) from None
    source = zones[0].literal if len(zones) == 2 else "UTC"
    target = zones[-1].literal
    moment = values[-1]
    if moment.type.name == "timestamptz":
        return Value(f"timezone({text(target)}, {moment.sql})", TIMESTAMP)
    moment = moment_of(binder, moment, node)
    return Value(f"timezone({text(target)}, timezone({text(source)}, {moment.sql}))", TIMESTAMP)


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
    compare = f"(CASE WHEN {one} < {two} THEN -1 WHEN {one} > {two} THEN 1 ELSE 0 END)"
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


# --- to_char --------------------------------------------------------------------------------------------

#: pattern -> DuckDB expression over {0}; upper-case patterns first where one is the start of another
_CHAR = (
    ("YYYY", "strftime({0}, '%Y')"), ("YYY", "right(strftime({0}, '%Y'), 3)"), ("YY", "strftime({0}, '%y')"),
    ("Y,YYY", "left(strftime({0}, '%Y'), 1) || ',' || right(strftime({0}, '%Y'), 3)"),
    ("IYYY", "strftime({0}, '%G')"), ("Y", "right(strftime({0}, '%Y'), 1)"),
    ("CC", "lpad(CAST(CAST(ceil(year({0}) / 100.0) AS INTEGER) AS VARCHAR), 2, '0')"),
    ("Q", "CAST(quarter({0}) AS VARCHAR)"), ("MM", "strftime({0}, '%m')"), ("DDD", "strftime({0}, '%j')"),
    ("DD", "strftime({0}, '%d')"), ("IW", "strftime({0}, '%V')"),
    ("WW", "lpad(CAST((dayofyear({0}) - 1) // 7 + 1 AS VARCHAR), 2, '0')"),
    ("W", "CAST((day({0}) - 1) // 7 + 1 AS VARCHAR)"),
    ("J", "CAST(CAST(julian({0}) AS BIGINT) AS VARCHAR)"), ("HH24", "strftime({0}, '%H')"),
    ("HH12", "strftime({0}, '%I')"), ("HH", "strftime({0}, '%I')"), ("MI", "strftime({0}, '%M')"),
    ("SS", "strftime({0}, '%S')"), ("MS", "strftime({0}, '%g')"), ("US", "strftime({0}, '%f')"),
    ("TZ", "'UTC'"),
    ("ID", "CAST(isodow({0}) AS VARCHAR)"), ("D", "CAST(dayofweek({0}) + 1 AS VARCHAR)"),
)  # fmt: skip
_NAMES = (
    ("MONTH", "upper(monthname({0}))", 9), ("Month", "monthname({0})", 9), ("month", "lower(monthname({0}))", 9),
    ("MON", "upper(strftime({0}, '%b'))", 0), ("Mon", "strftime({0}, '%b')", 0), ("mon", "lower(strftime({0}, '%b'))", 0),
    ("DAY", "upper(dayname({0}))", 9), ("Day", "dayname({0})", 9), ("day", "lower(dayname({0}))", 9),
    ("DY", "upper(strftime({0}, '%a'))", 0), ("Dy", "strftime({0}, '%a')", 0), ("dy", "lower(strftime({0}, '%a'))", 0),
    ("AM", "strftime({0}, '%p')", 0), ("PM", "strftime({0}, '%p')", 0), ("am", "lower(strftime({0}, '%p'))", 0),
    ("pm", "lower(strftime({0}, '%p'))", 0),
)  # fmt: skip


@special("to_char")
def to_char(binder, node, scope):
    value, pattern = arguments(binder, node, scope, 2)
    if not isinstance(pattern.literal, str):
        raise LabLimit("to_char with a format that is not a constant", "Redshift takes any format.")
    if value.type.name in types.NUMBERS:
        return Value(
            f"lab_py_to_char(CAST({value.sql} AS VARCHAR), {text(pattern.literal)})", VARCHAR
        )
    if value.type.name in types.INTERVALS:
        raise LabLimit("to_char of an interval", "Redshift formats the interval.")
    moment = moment_of(binder, value, node)
    return Value(f"({char_pieces(moment.sql, pattern.literal)})", VARCHAR)


def char_pieces(sql: str, written: str) -> str:
    """Return the DuckDB expression for a datetime format, piece by piece."""
    pieces, plain, at, fill = [], "", 0, True

    def flush():
        nonlocal plain
        if plain:
            pieces.append(text(plain))
            plain = ""

    while at < len(written):
        if written[at] == '"':
            end = written.find('"', at + 1)
            end = len(written) if end < 0 else end
            plain += written[at + 1 : end]
            at = end + 1
            continue
        if written[at : at + 2].upper() == "FM":
            fill, at = False, at + 2
            continue
        for name, code, width in _NAMES:
            if written.startswith(name, at):
                flush()
                piece = code.format(sql)
                pieces.append(f"rpad({piece}, {width}, ' ')" if width and fill else piece)
                at += len(name)
                break
        else:
            for name, code in sorted(_CHAR, key=lambda entry: -len(entry[0])):
                if written[at : at + len(name)].upper() == name:
                    flush()
                    piece = f"({code.format(sql)})"
                    at += len(name)
                    suffix = written[at : at + 2]
                    if not fill:
                        piece = f"coalesce(nullif(ltrim({piece}, '0'), ''), '0')"
                    if suffix in ("th", "TH"):
                        piece = ordinal(piece, suffix)
                        at += 2
                    pieces.append(piece)
                    break
            else:
                plain += written[at]
                at += 1
    flush()
    return " || ".join(pieces) if pieces else "''"


def ordinal(piece: str, suffix: str) -> str:
    ending = (
        f"CASE WHEN CAST({piece} AS INTEGER) % 100 BETWEEN 11 AND 13 THEN 'th' "
        f"WHEN CAST({piece} AS INTEGER) % 10 = 1 THEN 'st' WHEN CAST({piece} AS INTEGER) % 10 = 2 THEN 'nd' "
        f"WHEN CAST({piece} AS INTEGER) % 10 = 3 THEN 'rd' ELSE 'th' END"
    )
    return f"({piece} || {ending if suffix == 'th' else f'upper({ending})'})"


# --- patterns ---------------------------------------------------------------------------------------------


@special("regexp_replace", "regexp_substr", "regexp_instr", "regexp_count")
def regexp(binder, node, scope):
    values = arguments(binder, node, scope, 2, 6)
    return patterns.redshift(binder, node, node.name.lower(), values)


# --- SUPER ------------------------------------------------------------------------------------------------


@special("json_extract_path_text")
def json_extract_path_text(binder, node, scope):
    """JSON_EXTRACT_PATH_TEXT(text, 'a', 'b' [, null_if_invalid])."""
    values = [binder.bind(argument, scope) for argument in node.expressions]
    if len(values) < 2:
        raise refuse(binder, node, values)
    lenient = False
    if values[-1].type == BOOLEAN:
        lenient = values.pop().literal is True
    if any(not isinstance(step.literal, str) for step in values[1:]):
        raise LabLimit(
            "json_extract_path_text with a path that is not constant", "Redshift takes any path."
        )
    source = binder.cast_value(values[0], VARCHAR, node)
    read = f"lab_json_or_null({source.sql})" if lenient else f"lab_json_parse({source.sql})"
    path = "$" + "".join(f'."{step.literal}"' for step in values[1:])
    return Value(f"lab_path_text({read}, {text(path)})", VARCHAR)


@special("array", "object", "get_number_attributes", "json_typeof")
def super_call(binder, node, scope):
    name = node.name.lower()
    values = [binder.bind(argument, scope) for argument in node.expressions]
    parts = [to_super(binder, value) for value in values]
    match name:
        case "array":
            return Value(f"to_json([{', '.join(parts)}])" if parts else "CAST('[]' AS JSON)", SUPER)
        case "object":
            if len(values) % 2:
                raise refuse(binder, node, values)
            keys = [binder.cast_value(v, VARCHAR, node).sql for v in values[::2]]
            pairs = ", ".join(f"{k}, {v}" for k, v in zip(keys, parts[1::2], strict=True))
            return Value(f"CAST(json_object({pairs}) AS JSON)", SUPER)
        case "json_typeof" if len(values) == 1:
            return Value(f"lab_super_type({parts[0]})", VARCHAR)
        case "get_number_attributes" if len(values) == 1:
            return Value(
                f"CASE WHEN json_type({parts[0]}) = 'OBJECT' THEN CAST(len(json_keys({parts[0]})) AS INTEGER) END",
                INTEGER,
            )
    raise refuse(binder, node, values)


def to_super(binder, value: Value) -> str:
    if value.type.name == "super":
        return value.sql
    value = binder.settle(value)
    return f"to_json({value.sql})"


# --- casts --------------------------------------------------------------------------------------------------


def cast_sql(binder, value: Value, kind: Type) -> str | None:
    """Return the DuckDB text of CAST(value AS kind), or None where Redshift has no such cast."""
    old, new, sql = value.type, kind, value.sql
    wanted = duck_name(new)
    if old == NULL:
        return f"CAST(NULL AS {wanted})"
    if new.name == "super":
        return to_super(binder, value)
    if old.name in ("row", "array", "map"):
        old, sql = SUPER, f"to_json({sql})"
    if old.name == "super":
        return from_super(sql, new)
    if old.name in types.STRINGS:
        return from_string(sql, old, new)
    if new.name in ("varchar", "char"):
        made = to_string(value)
        if made is None:
            return None
        if new.name == "char":
            return f"lab_char({made}, {new.args[0]})"
        return f"left({made}, {new.args[0]})" if new.args[0] is not None else made
    if old.name in types.NUMBERS and new.name in types.NUMBERS:
        if old.name in types.FLOATS and new.name in types.INTEGERS:
            return f"CAST(round({sql}) AS {wanted})"
        return f"CAST({sql} AS {wanted})"
    if old.name == "boolean" or new.name == "boolean":
        other = new.name if old.name == "boolean" else old.name
        return f"CAST({sql} AS {wanted})" if other in types.INTEGERS or old == new else None
    moments = ("date", "timestamp", "timestamptz", "time")
    if old.name in moments and new.name in moments:
        if old.name == "timestamptz" and new.name != "timestamptz":
            return f"CAST(timezone('UTC', {sql}) AS {wanted})"
        if new.name == "timestamptz" and old.name != "timestamptz":
            return f"timezone('UTC', CAST({sql} AS TIMESTAMP))"
        if (old.name, new.name) in (("date", "time"), ("time", "date"), ("time", "timestamp")):
            return None
        return f"CAST({sql} AS {wanted})"
    return sql if old.name == new.name else None


def from_string(sql: str, old: Type, new: Type) -> str | None:
    wanted = duck_name(new)
    match new.name:
        case "tinyint" | "smallint" | "integer" | "bigint":
            return f"CAST(lab_whole({sql}, {text(redshift_name(new))}) AS {wanted})"
        case "decimal" | "real" | "double":
            return f"CAST(lab_numeric({sql}, {text(redshift_name(Type(new.name, new.args)).partition('(')[0])}) AS {wanted})"
        case "boolean":
            return f"lab_boolean({sql})"
        case "date":
            return f"lab_date({sql})"
        case "timestamp":
            return f"lab_stamp({sql})"
        case "timestamptz":
            return f"CAST({sql} AS TIMESTAMP WITH TIME ZONE)"
        case "time":
            return f"CAST({sql} AS TIME)"
        case "varchar":
            return sql if new.args[0] is None else f"left({sql}, {new.args[0]})"
        case "char":
            return f"lab_char({sql}, {new.args[0]})"
        case "varbinary":
            return f"encode({sql})"
    return None


def to_string(value: Value) -> str | None:
    sql = value.sql
    match value.type.name:
        case "boolean":
            return None
        case "real" | "double":
            return f"lab_float_text({sql})"
        case "timestamptz":
            return f"(CAST(timezone('UTC', {sql}) AS VARCHAR) || '+00')"
        case "interval_day" | "interval_month":
            return f"CAST({sql} AS VARCHAR)"
    return f"CAST({sql} AS VARCHAR)"


def from_super(sql: str, new: Type) -> str | None:
    scalar = f"lab_super_text({sql})"
    match new.name:
        case "varchar" | "char":
            return from_string(f"lab_super_or_text({sql})", VARCHAR, new)
        case "boolean":
            return f"TRY_CAST({scalar} AS BOOLEAN)"
    if new.name in ("array", "map", "row"):
        return None
    return f"TRY_CAST({scalar} AS {duck_name(new)})"
