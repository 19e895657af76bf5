"""Athena functions and casts that need more than one fixed DuckDB expression."""

import re

from sqlglot import exp

from dealab.sql import patterns, types
from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.scope import Value
from dealab.sql.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    INTEGER,
    JSON,
    NULL,
    VARCHAR,
    Type,
    athena_name,
    decimal,
    duck_name,
    field_key,
    quote,
    text,
)

#: function name -> handler(binder, node, scope), or for aggregates handler(..., nodes, marks, extras)
SPECIAL = {}


def special(*names):
    def register(handler):
        for name in names:
            SPECIAL[name] = handler
        return handler

    return register


def arguments(binder, node, scope, least: int, most: int | None = None) -> list[Value]:
    """Bind the arguments; raise the service's error where their number is wrong."""
    values = [binder.bind(argument, scope) for argument in node.expressions]
    if not least <= len(values) <= (most or least):
        raise unexpected(binder, node, values)
    return values


def unexpected(binder, node, values, expected: str = "") -> ServiceError:
    given = ", ".join(athena_name(value.type) for value in values)
    message = f"Unexpected parameters ({given}) for function {node.name.lower()}."
    return binder.error(
        "FUNCTION_NOT_FOUND", message + (f" Expected: {expected}" if expected else ""), node
    )


def bad_argument(binder, node, message) -> ServiceError:
    return binder.error("INVALID_FUNCTION_ARGUMENT", message, node)


def local(value: Value) -> Value:
    """Return a timestamp with time zone as the clock time of its zone."""
    if value.type.name == "timestamptz":
        zone = value.type.args[1]
        return Value(f"timezone({text(zone)}, {value.sql})", types.timestamp(value.type.args[0]))
    return value


def from_local(sql: str, kind: Type) -> Value:
    """Return a clock time back in the zone of ``kind`` (or as it is for other types)."""
    if kind.name == "timestamptz":
        return Value(f"timezone({text(kind.args[1])}, {sql})", kind)
    return Value(sql, kind)


# --- conditional -----------------------------------------------------------------------------------


@special("coalesce")
def coalesce(binder, node, scope):
    values = [binder.bind(argument, scope) for argument in node.expressions]
    if len(values) < 2:
        raise binder.error(
            "INVALID_ARGUMENTS", "The 'coalesce' function must have at least two arguments", node
        )
    values, kind = binder.unify(values, node, "COALESCE operands")
    return Value(f"coalesce({', '.join(value.sql for value in values)})", kind)


@special("nullif")
def nullif(binder, node, scope):
    one, two = arguments(binder, node, scope, 2)
    if binder.common_type(one.type, two.type) is None:
        raise binder.mismatch(
            f"Types are not comparable with NULLIF: {athena_name(one.type)} vs {athena_name(two.type)}",
            node,
        )
    return Value(f"nullif({one.sql}, {two.sql})", one.type)


@special("try")
def try_call(binder, node, scope):
    (value,) = arguments(binder, node, scope, 1)
    if binder.has_aggregate(node.expressions[0]) or node.find(exp.Window, exp.Subquery):
        raise LabLimit(
            "try() around an aggregate, a window function or a subquery",
            "Athena answers NULL where the expression fails.",
        )
    return Value(f"TRY({value.sql})", value.type)


@special("typeof")
def typeof(binder, node, scope):
    (value,) = arguments(binder, node, scope, 1)
    name = athena_name(value.type)
    return Value(text(name), VARCHAR, name)


@special("greatest", "least")
def extreme(binder, node, scope):
    values = [binder.bind(argument, scope) for argument in node.expressions]
    if not values:
        raise unexpected(binder, node, values, f"{node.name.lower()}(E) E:orderable")
    kind = NULL
    for value in values:
        kind = binder.common_type(kind, value.type)
        if kind is None:
            raise unexpected(binder, node, values, f"{node.name.lower()}(E) E:orderable")
    texts = [binder.coerce(value, kind).sql for value in values]
    missing = " OR ".join(f"{sql} IS NULL" for sql in texts)
    call = f"{node.name.lower()}({', '.join(texts)})"
    return Value(f"CASE WHEN {missing} THEN NULL ELSE {call} END", kind)


# --- numbers ---------------------------------------------------------------------------------------


@special("round", "floor", "ceil", "ceiling", "truncate", "abs", "sign", "mod")
def rounding(binder, node, scope):
    name = node.name.lower()
    name = "ceil" if name == "ceiling" else name
    values = [binder.bind(argument, scope) for argument in node.expressions]
    decimals = [value for value in values[:2] if value.type.name == "decimal"]
    if name == "mod" and len(values) == 2 and decimals:
        result = binder.calculated(values[0], values[1], "%")
        if result is not None:
            return result
    if not values or values[0].type.name != "decimal" or name == "mod":
        fake = exp.Anonymous(this=name, expressions=node.expressions)
        fake.meta.update(node.meta)
        return binder.choose(name, binder.FUNCTIONS[name], fake, node.expressions, scope)
    value = values[0]
    precision, scale = value.type.args
    if name == "abs" and len(values) == 1:
        return Value(f"abs({value.sql})", value.type)
    if name == "sign" and len(values) == 1:
        return Value(f"CAST(sign({value.sql}) AS DECIMAL(1,0))", decimal(1, 0))
    if len(values) == 1:
        extra = min(scale, 1) if name != "truncate" else 0
        kind = decimal(max(1, min(38, precision - scale + extra)), 0)
        call = {"truncate": "trunc", "ceil": "ceil"}.get(name, name)
        return Value(f"CAST({call}({value.sql}) AS {duck_name(kind)})", kind)
    digits = values[1]
    if len(values) == 2 and name in ("round", "truncate") and digits.type.name in types.INTEGERS:
        constant_digits(node, digits)
        kind = decimal(min(38, precision + 1), scale) if name == "round" else value.type
        call = "round" if name == "round" else "trunc"
        return Value(f"CAST({call}({value.sql}, {digits.sql}) AS {duck_name(kind)})", kind)
    raise unexpected(binder, node, values)


def constant_digits(node, digits: Value) -> None:
    """DuckDB rounds decimals to a constant number of digits only."""
    if not isinstance(digits.literal, int):
        raise LabLimit(
            f"{node.name.lower()} of a decimal to a number of digits that is not a constant",
            "the service takes any whole number.",
        )


def _sum(binder, node, scope, nodes, marks, extras):
    if len(nodes) == 1 and not isinstance(nodes[0], (exp.Lambda, exp.Star)):
        value = binder.bind(nodes[0], scope)
        if value.type.name == "decimal":
            kind = decimal(38, value.type.args[1])
            return Value(f"sum({marks['d']}{value.sql}){marks['f']}", kind)
    return binder.choose("sum", binder.AGGREGATES["sum"], node, nodes, scope, marks)


def _avg(binder, node, scope, nodes, marks, extras):
    from dealab.sql.athena import quotient

    if len(nodes) == 1 and not isinstance(nodes[0], (exp.Lambda, exp.Star)):
        value = binder.bind(nodes[0], scope)
        if value.type.name == "decimal":
            total = Value(
                f"sum({marks['d']}{value.sql}){marks['f']}", decimal(38, value.type.args[1])
            )
            count = Value(f"nullif(count({marks['d']}{value.sql}){marks['f']}, 0)", BIGINT)
            return quotient(total, count, value.type, "lab_round_div")
    return binder.choose("avg", binder.AGGREGATES["avg"], node, nodes, scope, marks)


def _approx_percentile(binder, node, scope, nodes, marks, extras):
    for part in nodes[1:2]:
        share = binder.bind(part, scope)
        values = (
            [binder.bind(p, scope) for p in part.expressions]
            if isinstance(part, exp.Array)
            else [share]
        )
        for value in values:
            known = value.literal
            if known is None:
                raise LabLimit(
                    "approx_percentile with a share that is not a constant",
                    "Athena takes any value between 0 and 1.",
                )
            if not 0 <= float(known) <= 1:
                raise bad_argument(binder, node, "Percentile must be between 0 and 1")
    return binder.choose(
        "approx_percentile", binder.AGGREGATES["approx_percentile"], node, nodes, scope, marks
    )


SPECIAL["approx_percentile"] = _approx_percentile
SPECIAL["sum"] = _sum
SPECIAL["avg"] = _avg


# --- strings and patterns ----------------------------------------------------------------------------


@special(
    "regexp_like",
    "regexp_extract",
    "regexp_extract_all",
    "regexp_replace",
    "regexp_split",
    "regexp_count",
    "regexp_position",
)
def regexp(binder, node, scope):
    name = node.name.lower()
    if any(isinstance(argument, exp.Lambda) for argument in node.expressions):
        raise LabLimit("regexp_replace with a lambda", "Trino calls the lambda for each match.")
    values = arguments(binder, node, scope, 2, 4 if name == "regexp_position" else 3)
    for value in values[:2]:
        if value.type.name not in ("varchar", "char", "null"):
            raise unexpected(binder, node, values, f"{name}(varchar(x), JoniRegExp)")
    return patterns.java(binder, node, name, values)


@special("format")
def format_call(binder, node, scope):
    """format('%,.2f', x): Java's Formatter."""
    values = [binder.bind(argument, scope) for argument in node.expressions]
    if len(values) < 2 or values[0].type.name != "varchar":
        raise unexpected(binder, node, values, "format(varchar, args...)")
    pattern = constant_pattern(node, values[0])
    from dealab.sql.numbers import conversions

    wanted = conversions(pattern)
    fits = {
        "d": types.INTEGERS,
        "x": types.INTEGERS,
        "f": ("decimal", *types.FLOATS),
        "e": ("decimal", *types.FLOATS),
        "b": ("boolean",),
    }
    if wanted is None:
        raise LabLimit(
            f"format with the pattern {pattern}", "Trino takes every pattern of Java's Formatter."
        )
    for index, kind in wanted:
        if index >= len(values) - 1:
            raise bad_argument(
                binder, node, f"Invalid format string: {pattern} (Format specifier '%{kind}')"
            )
        given = values[index + 1].type
        if kind.lower() in fits and given.name not in (*fits[kind.lower()], "null"):
            raise bad_argument(
                binder,
                node,
                f"Invalid format string: {pattern} (IllegalFormatConversion: {kind} != {athena_name(given)})",
            )
    texts = []
    for value in values[1:]:
        shown = (
            to_string(value)
            if value.type.name not in ("varchar", "char", "null", *types.FLOATS)
            else None
        )
        if shown is None and value.type.name in ("row", "array", "map", "json", "varbinary"):
            raise LabLimit(f"format of {athena_name(value.type)}", "Trino formats it as text.")
        texts.append(shown or f"CAST({value.sql} AS VARCHAR)")
    return Value(f"lab_py_format({values[0].sql}, [{', '.join(texts)}])", VARCHAR)


@special("normalize")
def normalize(binder, node, scope):
    value = binder.bind(node.expressions[0], scope) if node.expressions else None
    form = node.expressions[1].name.upper() if len(node.expressions) > 1 else "NFC"
    if value is None or value.type.name != "varchar":
        raise unexpected(binder, node, [value] if value else [])
    if form != "NFC":
        raise LabLimit(f"normalize with {form}", "Trino knows NFC, NFD, NFKC and NFKD.")
    return Value(f"nfc_normalize({value.sql})", VARCHAR)


# --- arrays, rows, maps --------------------------------------------------------------------------------


@special("row")
def row_call(binder, node, scope):
    values = [binder.bind(argument, scope) for argument in node.expressions]
    return make_row(values)


def make_row(values: list[Value]) -> Value:
    fields = ", ".join(f"{quote(field_key(None, at))} := {v.sql}" for at, v in enumerate(values))
    return Value(f"struct_pack({fields})", types.row((None, value.type) for value in values))


@special("map")
def map_call(binder, node, scope):
    if not node.expressions:
        return Value("map([], [])", types.map_of(NULL, NULL))
    return binder.choose("map", binder.FUNCTIONS["map"], node, node.expressions, scope)


@special("map_entries")
def map_entries(binder, node, scope):
    (value,) = arguments(binder, node, scope, 1)
    if value.type.name != "map":
        raise unexpected(binder, node, [value], "map_entries(map(K,V))")
    key, item = value.type.args
    return Value(
        f"list_transform(map_entries({value.sql}), lambda e: struct_pack(field0 := e.key, field1 := e.value))",
        types.array(types.row([(None, key), (None, item)])),
    )


@special("map_from_entries")
def map_from_entries(binder, node, scope):
    (value,) = arguments(binder, node, scope, 1)
    inner = value.type.args[0] if value.type.name == "array" else NULL
    if inner.name != "row" or len(inner.args[0]) != 2:
        raise unexpected(binder, node, [value], "map_from_entries(array(row(K,V)))")
    (one, key), (two, item) = inner.args[0]
    first, second = text(field_key(one, 0)), text(field_key(two, 1))
    return Value(
        f"map_from_entries(list_transform({value.sql}, lambda e: "
        f"row(struct_extract(e, {first}), struct_extract(e, {second}))))",
        types.map_of(key, item),
    )


@special("transform_keys", "transform_values")
def transform_map(binder, node, scope):
    name = node.name.lower()
    if len(node.expressions) != 2 or not isinstance(node.expressions[1], exp.Lambda):
        raise unexpected(binder, node, [])
    value = binder.bind(node.expressions[0], scope)
    if value.type.name != "map" or len(node.expressions[1].expressions) != 2:
        raise unexpected(binder, node, [value])
    label = binder.fresh("e")
    key = Value(f"{label}.key", value.type.args[0])
    item = Value(f"{label}.value", value.type.args[1])
    body = lambda_body(binder, node.expressions[1], [key, item], scope)
    pair = (body, item) if name == "transform_keys" else (key, body)
    return Value(
        f"map_from_entries(list_transform(map_entries({value.sql}), "
        f"lambda {label}: row({pair[0].sql}, {pair[1].sql})))",
        types.map_of(pair[0].type, pair[1].type),
    )


def lambda_body(binder, node, values: list[Value], scope) -> Value:
    from dealab.sql.scope import Scope

    inner = Scope(lambda_of=scope, clause=scope.clause)
    for parameter, value in zip(node.expressions, values, strict=True):
        inner.parameters[parameter.name.lower()] = value
    return binder.bind(node.this, inner)


@special("reduce")
def reduce(binder, node, scope):
    """reduce(array, start, (state, x) -> state, state -> result)."""
    nodes = node.expressions
    if len(nodes) != 4 or not all(isinstance(part, exp.Lambda) for part in nodes[2:]):
        raise unexpected(binder, node, [], "reduce(array(T), S, function(S,T,S), function(S,R))")
    values, start = binder.bind(nodes[0], scope), binder.bind(nodes[1], scope)
    if (
        values.type.name != "array"
        or len(nodes[2].expressions) != 2
        or len(nodes[3].expressions) != 1
    ):
        raise unexpected(
            binder, node, [values, start], "reduce(array(T), S, function(S,T,S), function(S,R))"
        )
    element = values.type.args[0]
    state = start.type
    for _ in range(2):  # the step may widen the state's type once
        label, item = binder.fresh("s"), binder.fresh("x")
        body = lambda_body(binder, nodes[2], [Value(label, state), Value(item, element)], scope)
        common = binder.common_type(state, body.type)
        if common is None:
            raise unexpected(binder, node, [values, start])
        if common == state:
            break
        state = common
    body = binder.coerce(body, state)
    # DuckDB reduces a list of one type: state and element travel together in a struct.
    begin = binder.coerce(start, state)
    whole = binder.fresh("a"), binder.fresh("b")
    step = re.sub(rf"\b{label}\b", f"{whole[0]}.s", body.sql)
    step = re.sub(rf"\b{item}\b", f"{whole[1]}.x", step)
    s_type, x_type = duck_name(state), duck_name(element)
    head = f"{{s: CAST({begin.sql} AS {s_type}), x: CAST(NULL AS {x_type})}}"
    rest = f"list_transform({values.sql}, lambda v: {{s: CAST(NULL AS {s_type}), x: v}})"
    folded = (
        f"list_reduce(list_prepend({head}, {rest}), lambda {whole[0]}, {whole[1]}: "
        f"{{s: {step}, x: CAST(NULL AS {x_type})}}).s"
    )
    last = lambda_body(binder, nodes[3], [Value(folded, state)], scope)
    return Value(f"CASE WHEN {values.sql} IS NULL THEN NULL ELSE {last.sql} END", last.type)


@special("zip")
def zip_call(binder, node, scope):
    values = arguments(binder, node, scope, 2, 5)
    if any(value.type.name != "array" for value in values):
        raise unexpected(binder, node, values, "zip(array(T1), array(T2), ...)")
    kinds = [value.type.args[0] for value in values]
    longest = f"greatest({', '.join(f'len({v.sql})' for v in values)})"
    fields = ", ".join(
        f"{quote(field_key(None, at))} := ({v.sql})[i]" for at, v in enumerate(values)
    )
    return Value(
        f"list_transform(range(1, {longest} + 1), lambda i: struct_pack({fields}))",
        types.array(types.row((None, kind) for kind in kinds)),
    )


@special("zip_with")
def zip_with(binder, node, scope):
    nodes = node.expressions
    if len(nodes) != 3 or not isinstance(nodes[2], exp.Lambda) or len(nodes[2].expressions) != 2:
        raise unexpected(binder, node, [])
    one, two = binder.bind(nodes[0], scope), binder.bind(nodes[1], scope)
    if one.type.name != "array" or two.type.name != "array":
        raise unexpected(binder, node, [one, two])
    label = binder.fresh("i")
    left = Value(f"({one.sql})[{label}]", one.type.args[0])
    right = Value(f"({two.sql})[{label}]", two.type.args[0])
    body = lambda_body(binder, nodes[2], [left, right], scope)
    longest = f"greatest(len({one.sql}), len({two.sql}))"
    return Value(
        f"list_transform(range(1, {longest} + 1), lambda {label}: {body.sql})",
        types.array(body.type),
    )


@special("array_sort")
def array_sort(binder, node, scope):
    if len(node.expressions) == 2:
        raise LabLimit("array_sort with a comparator", "Trino sorts by the lambda's -1, 0 or 1.")
    return binder.choose(
        "array_sort", binder.FUNCTIONS["array_sort"], node, node.expressions, scope
    )


@special("sequence")
def sequence(binder, node, scope):
    values = arguments(binder, node, scope, 2, 3)
    kind = values[0].type
    if kind.name in ("date", "timestamp") and values[1].type.name == kind.name:
        step = values[2].sql if len(values) == 3 else "to_days(1)"
        if len(values) == 3 and values[2].type.name not in types.INTERVALS:
            raise unexpected(binder, node, values)
        sql = f"generate_series(CAST({values[0].sql} AS TIMESTAMP), CAST({values[1].sql} AS TIMESTAMP), {step})"
        if kind.name == "date":
            sql = f"list_transform({sql}, lambda x: CAST(x AS DATE))"
        return Value(sql, types.array(kind))
    return binder.choose("sequence", binder.FUNCTIONS["sequence"], node, node.expressions, scope)


# --- dates and times -----------------------------------------------------------------------------------

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


MOMENTS = ("date", "timestamp", "timestamptz", "time")


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
        seconds = f"date_diff('second', CAST(timezone('UTC', {value.sql}) AS TIMESTAMP), CAST({local(value).sql} AS TIMESTAMP))"
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
    import zoneinfo

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
            f"Type of value must be a time or timestamp with or without time zone (actual {athena_name(value.type)})",
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
            minutes = f"(date_diff('minute', CAST(timezone('UTC', {value.sql}) AS TIMESTAMP), {local(value).sql}))"
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


def constant_pattern(node, pattern: Value) -> str:
    """Return the text of a pattern argument."""
    if not isinstance(pattern.literal, str):
        raise LabLimit(
            f"{node.name.lower()} with a pattern that is not a constant", "Trino takes any varchar."
        )
    return pattern.literal


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
    ("yyyy", "%Y"), ("yyy", "%Y"), ("yy", "%y"), ("YYYY", "%Y"), ("y", "%-Y"), ("xxxx", "%G"),
    ("MMMM", "%B"), ("MMM", "%b"), ("MM", "%m"), ("M", "%-m"), ("dd", "%d"), ("d", "%-d"),
    ("DDD", "%j"), ("D", "%-j"), ("EEEE", "%A"), ("EEE", "%a"), ("EE", "%a"), ("E", "%a"), ("e", "%u"),
    ("HH", "%H"), ("H", "%-H"), ("hh", "%I"), ("h", "%-I"), ("mm", "%M"), ("m", "%-M"),
    ("ss", "%S"), ("s", "%-S"), ("SSS", "%g"), ("a", "%p"), ("ww", "%V"), ("ZZ", "%z"), ("Z", "%z"),
)  # fmt: skip


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
    """Return the type of TIMESTAMP '...': the fraction's digits, and the zone where one is named."""
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


# --- JSON --------------------------------------------------------------------------------------------------


def json_path(binder, node, path: Value) -> str:
    """Return a DuckDB JSON path for a constant JSONPath."""
    written = constant_pattern(node, path).strip()
    written = re.sub(r"^(lax|strict)\s+", "", written)
    if not written.startswith("$"):
        written = "$." + written
    out, rest = "$", written[1:]
    while rest:
        match = (
            re.match(r"\.?\[\s*[\"']([^\"']*)[\"']\s*\]", rest)
            or re.match(r'\."([^"]*)"', rest)
            or re.match(r"\.([A-Za-z_][\w:-]*)", rest)
        )
        if match:
            out += '."' + match[1] + '"'
        else:
            match = re.match(r"\[\s*(\d+)\s*\]", rest)
            if match:
                out += f"[{match[1]}]"
            else:
                match = re.match(r"(\[\*\]|\.\*)", rest)
                if not match:
                    raise bad_argument(binder, node, f"Invalid JSON path: '{path.literal}'")
                out += match[1]
        rest = rest[match.end() :]
    return out


def json_source(binder, node, value: Value) -> str:
    if value.type.name == "json":
        return value.sql
    if value.type.name in ("varchar", "null"):
        return f"lab_json({value.sql})"
    raise unexpected(binder, node, [value], f"{node.name.lower()}(json, JsonPath)")


@special("json_extract", "json_extract_scalar", "json_size")
def json_extract(binder, node, scope):
    value, path = arguments(binder, node, scope, 2)
    source, steps = json_source(binder, node, value), json_path(binder, node, path)
    many = "*" in steps
    found = f"json_extract({source}, {text(steps)})"
    match node.name.lower():
        case "json_extract":
            if many:
                found = f"to_json({found})"
            return Value(found, JSON)
        case "json_size":
            return Value(f"lab_json_size({found})", BIGINT)
    if many:
        found = f"({found})[1]"
    return Value(f"lab_json_scalar({found})", VARCHAR)


@special("json_array_contains")
def json_array_contains(binder, node, scope):
    value, wanted = arguments(binder, node, scope, 2)
    source = json_source(binder, node, value)
    found = f"list_contains(CAST({source} AS JSON[]), to_json({wanted.sql}))"
    return Value(f"CASE WHEN json_type({source}) = 'ARRAY' THEN {found} END", BOOLEAN)


@special("json_exists")
def json_exists(binder, node, scope):
    value, path = arguments(binder, node, scope, 2)
    source, steps = json_source(binder, node, value), json_path(binder, node, path)
    return Value(f"json_exists({source}, {text(steps)})", BOOLEAN)


def json_query(binder, node, scope):
    """JSON_QUERY(json, 'lax $.a'): the part as JSON text; a scalar only inside an array wrapper."""
    if not isinstance(node.expression, exp.Expr):
        raise binder.error("SYNTAX_ERROR", "JSON_QUERY needs a path", node)
    value = binder.bind(node.this, scope)
    path = binder.bind(node.expression, scope)
    source, steps = json_source(binder, node, value), json_path(binder, node, path)
    option = node.args.get("option")
    words = option.name.upper() if option is not None else ""
    found = f"json_extract({source}, {text(steps)})"
    if words in (
        "WITH WRAPPER",
        "WITH ARRAY WRAPPER",
        "WITH UNCONDITIONAL WRAPPER",
        "WITH UNCONDITIONAL ARRAY WRAPPER",
    ):
        whole = f"to_json({found})" if "*" in steps else f"to_json([{found}])"
        return Value(f"CASE WHEN {found} IS NOT NULL THEN CAST({whole} AS VARCHAR) END", VARCHAR)
    if words.startswith("WITH CONDITIONAL"):
        return Value(
            f"CASE WHEN json_type({found}) IN ('ARRAY', 'OBJECT') THEN CAST({found} AS VARCHAR) "
            f"WHEN {found} IS NOT NULL THEN CAST(to_json([{found}]) AS VARCHAR) END",
            VARCHAR,
        )
    if words not in ("", "WITHOUT WRAPPER", "WITHOUT ARRAY WRAPPER"):
        raise binder.limit_node(node, "option")
    if "*" in steps:
        raise binder.limit_node(node, "path with *")
    return Value(f"CAST({found} AS VARCHAR)", VARCHAR)


def json_value(binder, node, scope):
    """JSON_VALUE(json, 'lax $.a' [RETURNING type]): a scalar, NULL for an object or array."""
    if not isinstance(node.args.get("path"), exp.Expr):
        raise binder.error("SYNTAX_ERROR", "JSON_VALUE needs a path", node)
    value = binder.bind(node.this, scope)
    path = binder.bind(node.args["path"], scope)
    source, steps = json_source(binder, node, value), json_path(binder, node, path)
    scalar = Value(f"lab_json_scalar(json_extract({source}, {text(steps)}))", VARCHAR)
    returning = node.args.get("returning")
    if not returning:
        return scalar
    return binder.cast_value(scalar, binder.target_type(returning), node, safe=True)


# --- casts ----------------------------------------------------------------------------------------------


def cast_sql(binder, value: Value, kind: Type) -> str | None:
    """Return the DuckDB text of CAST(value AS kind), or None where Trino has no such cast."""
    old, new, sql = value.type, kind, value.sql
    wanted = duck_name(new)
    if old == NULL:
        return f"CAST(NULL AS {wanted})"
    if new.name == "json":
        return None if old.name in ("varbinary", *types.INTERVALS) else json_of(binder, value)
    if old.name == "json":
        return from_json(binder, value, new)
    if old.name in ("varchar", "char"):
        return from_string(sql, old, new)
    if new.name in ("varchar", "char"):
        made = to_string(value)
        if made is None:
            return None
        if new.name == "char":
            return f"rpad({made}, {new.args[0]}, ' ')"
        return made
    if old.name in types.NUMBERS and new.name in types.NUMBERS:
        if old.name in types.FLOATS and new.name in types.INTEGERS:
            return f"CAST(round({sql}) AS {wanted})"
        return f"CAST({sql} AS {wanted})"
    if "boolean" in (old.name, new.name):
        other = new if old.name == "boolean" else old
        return f"CAST({sql} AS {wanted})" if other.name in types.NUMBERS else None
    if old.name in MOMENTS and new.name in MOMENTS:
        return cast_moment(value, new)
    if old.name == new.name and old.name in ("array", "map", "row"):
        if old.name == "row" and len(old.args[0]) != len(new.args[0]):
            return None
        return binder.convert_nested(sql, old, new)
    if old.name == new.name:
        return sql
    return None


def cast_moment(value: Value, new: Type) -> str | None:
    old = value.type
    plain = local(value).sql
    match old.name, new.name:
        case ("date", "timestamp") | ("timestamp", "date") | ("timestamptz", "date"):
            return f"CAST({plain} AS {duck_name(new)})"
        case "timestamptz", "timestamp":
            return plain
        case "date", "timestamptz":
            return f"timezone('UTC', CAST({plain} AS TIMESTAMP))"
        case "timestamp", "timestamptz":
            return f"timezone('UTC', {plain})"
        case ("timestamp", "time") | ("timestamptz", "time"):
            return f"CAST({plain} AS TIME)"
        case ("timestamp", "timestamp") | ("timestamptz", "timestamptz"):
            if new.args[0] < old.args[0] and new.args[0] in (0, 3):
                return f"date_trunc({text('second' if new.args[0] == 0 else 'millisecond')}, {value.sql})"
            return value.sql
        case "time", "time":
            return value.sql
    return None


def from_string(sql: str, old: Type, new: Type) -> str | None:
    match new.name:
        case "tinyint" | "smallint" | "integer" | "bigint":
            word = "INT" if new.name == "integer" else new.name.upper()
            return f"CAST(lab_whole({sql}, {text(word)}) AS {duck_name(new)})"
        case "decimal":
            shown = f"DECIMAL({new.args[0]}, {new.args[1]})"
            return f"CAST(lab_numeric({sql}, {text(shown)}) AS {duck_name(new)})"
        case "double":
            return f"lab_double({sql}, 'DOUBLE')"
        case "real":
            return f"CAST(lab_double({sql}, 'REAL') AS FLOAT)"
        case "boolean":
            return f"lab_boolean({sql})"
        case "date":
            return f"lab_date({sql})"
        case "timestamp":
            return f"lab_stamp({sql})"
        case "timestamptz":
            return f"lab_stamp_zone({sql})"
        case "time":
            return f"CAST({sql} AS TIME)"
        case "varchar":
            shorter = new.args[0] is not None and (old.args[0] is None or old.args[0] > new.args[0])
            return f"left({sql}, {new.args[0]})" if shorter else sql
        case "char":
            return f"rpad(left({sql}, {new.args[0]}), {new.args[0]}, ' ')"
        case "varbinary":
            return f"encode({sql})"
        case "uuid":
            return f"CAST({sql} AS UUID)"
    return None


def to_string(value: Value) -> str | None:
    sql = value.sql
    match value.type.name:
        case (
            "tinyint" | "smallint" | "integer" | "bigint" | "decimal" | "boolean" | "date" | "uuid"
        ):
            return f"CAST({sql} AS VARCHAR)"
        case "double" | "real":
            return f"lab_float_text({sql})"
        case "timestamp":
            return f"strftime({sql}, {text('%Y-%m-%d %H:%M:%S' + fraction(value.type))})"
        case "timestamptz":
            zone = value.type.args[1]
            shown = (
                f"strftime({local(value).sql}, {text('%Y-%m-%d %H:%M:%S' + fraction(value.type))})"
            )
            return f"({shown} || {text(' ' + zone)})"
        case "time":
            return f"(CAST({sql} AS VARCHAR) || CASE WHEN CAST({sql} AS VARCHAR) LIKE '%.%' THEN '' ELSE '.000' END)"
        case "interval_day":
            return f"lab_day_interval_text({sql})"
        case "interval_month":
            return f"lab_month_interval_text({sql})"
    return None


def fraction(kind: Type) -> str:
    return {0: "", 6: ".%f"}.get(kind.args[0], ".%g")


def json_of(binder, value: Value) -> str:
    """CAST(x AS JSON): a string becomes a JSON string; times become their text."""
    return f"to_json({jsonable(binder, value.sql, value.type)})"


def jsonable(binder, sql: str, kind: Type) -> str:
    match kind.name:
        case "timestamp" | "timestamptz":
            return to_string(Value(sql, kind))
        case "row":
            fields = ", ".join(
                f"{quote(name or '')} := "
                + jsonable(binder, f"struct_extract({sql}, {text(field_key(name, at))})", of)
                for at, (name, of) in enumerate(kind.args[0])
            )
            if all(name for name, _ in kind.args[0]):
                return f"struct_pack({fields})"
            parts = ", ".join(
                f"to_json({jsonable(binder, f'struct_extract({sql}, {text(field_key(name, at))})', of)})"
                for at, (name, of) in enumerate(kind.args[0])
            )
            return f"[{parts}]"
        case "array":
            label = binder.fresh("j")
            inner = jsonable(binder, label, kind.args[0])
            return sql if inner == label else f"list_transform({sql}, lambda {label}: {inner})"
    return sql


def from_json(binder, value: Value, new: Type) -> str | None:
    sql = value.sql
    scalar = f"lab_json_text({sql})"
    match new.name:
        case "varchar":
            return scalar
        case "tinyint" | "smallint" | "integer" | "bigint" | "double" | "real" | "decimal":
            return f"CAST({scalar} AS {duck_name(new)})"
        case "boolean":
            return f"lab_boolean({scalar})"
        case "date":
            return f"lab_date({scalar})"
        case "timestamp":
            return f"lab_stamp({scalar})"
        case "array":
            label = binder.fresh("j")
            inner = from_json(binder, Value(label, JSON), new.args[0])
            return (
                None
                if inner is None
                else f"list_transform(CAST({sql} AS JSON[]), lambda {label}: {inner})"
            )
        case "map":
            if new.args[0].name != "varchar":
                return None
            label = binder.fresh("j")
            inner = from_json(binder, Value(f"{label}.value", JSON), new.args[1])
            return (
                None
                if inner is None
                else (
                    f"map_from_entries(list_transform(map_entries(CAST({sql} AS MAP(VARCHAR, JSON))), "
                    f"lambda {label}: row({label}.key, {inner})))"
                )
            )
        case "row":
            parts = []
            for at, (name, kind) in enumerate(new.args[0]):
                step = (
                    f"json_extract({sql}, {text('$.' + quote(name))})"
                    if name
                    else f"({sql} -> {at})"
                )
                inner = from_json(binder, Value(step, JSON), kind)
                if inner is None:
                    return None
                parts.append(f"{quote(field_key(name, at))} := {inner}")
            return f"CASE WHEN {sql} IS NULL THEN NULL ELSE struct_pack({', '.join(parts)}) END"
        case "json":
            return sql
    return None


__all__ = ["INTEGER", "SPECIAL"]
