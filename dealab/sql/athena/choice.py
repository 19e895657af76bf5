"""Athena functions that choose, round, format and match."""

from sqlglot import exp

from dealab.sql import patterns, types
from dealab.sql.athena.casts import to_string
from dealab.sql.athena.collections import lambda_body
from dealab.sql.athena.registry import (
    arguments,
    bad_argument,
    constant_pattern,
    special,
    unexpected,
)
from dealab.sql.errors import LabLimit
from dealab.sql.scope import Value
from dealab.sql.types import (
    BIGINT,
    BOOLEAN,
    NULL,
    VARCHAR,
    as_decimal,
    athena_name,
    decimal,
    duck_name,
    text,
)


@special("coalesce")
def coalesce(binder, node, scope):
    values = [binder.bind(argument, scope) for argument in node.expressions]
    if len(values) < 2:
        raise binder.error(
            "INVALID_ARGUMENTS", "The 'coalesce' function must have at least two arguments", node
        )
    values, kind = binder.unify(values, node, "COALESCE operands")
    return Value(f"coalesce({', '.join(value.sql for value in values)})", kind)


@special("concat")
def concat(binder, node, scope):
    values = [binder.bind(argument, scope) for argument in node.expressions]
    if len(values) == 1 and values[0].type.name in ("varchar", "varbinary"):
        # https://docs.aws.amazon.com/athena/latest/ug/engine-versions-reference-0003.html
        raise bad_argument(binder, node, "There must be two or more concatenation arguments")
    lines = binder.FUNCTIONS["concat"]
    return binder.choose("concat", lines, node, node.expressions, scope, arguments=values)


@special("nullif")
def nullif(binder, node, scope):
    one, two = arguments(binder, node, scope, 2)
    if binder.common_type(one.type, two.type) is None:
        raise binder.mismatch(
            f"Types are not comparable with NULLIF: {athena_name(one.type)} vs "
            f"{athena_name(two.type)}",
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


@special("exists")
def exists(binder, node, scope):
    return binder.call_exists(node, scope)


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
    if name == "truncate" and values and values[0].type.name in types.INTEGERS:
        values[0] = binder.coerce(values[0], as_decimal(values[0].type))
    if not values or values[0].type.name != "decimal" or name == "mod":
        fake = exp.Anonymous(this=name, expressions=node.expressions)
        fake.meta.update(node.meta)
        lines = binder.FUNCTIONS[name]
        return binder.choose(name, lines, fake, node.expressions, scope, arguments=values)
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
    whole = digits.type.name in types.INTEGERS and digits.type.name != "bigint"
    if len(values) == 2 and name in ("round", "truncate") and whole:
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
    nodes = node.expressions
    if name == "regexp_replace" and len(nodes) == 3 and isinstance(nodes[2], exp.Lambda):
        return replaced_by_lambda(binder, node, scope)
    if any(isinstance(argument, exp.Lambda) for argument in nodes):
        raise unexpected(binder, node, [], f"{name}(varchar(x), JoniRegExp)")
    least_most = {"regexp_position": 4, "regexp_like": 2, "regexp_split": 2, "regexp_count": 2}
    values = arguments(binder, node, scope, 2, least_most.get(name, 3))
    whole = 2 if name in ("regexp_extract", "regexp_extract_all", "regexp_position") else 3
    for value in values[:whole]:
        if value.type.name not in ("varchar", "char", "null"):
            raise unexpected(binder, node, values, f"{name}(varchar(x), JoniRegExp)")
    for value in values[whole:]:
        if value.type.name not in (*types.INTEGERS, "null"):
            raise unexpected(binder, node, values, f"{name}(varchar(x), JoniRegExp, bigint)")
    if any(value.type == NULL for value in values):
        kind = REGEXP_RESULTS.get(name, VARCHAR)
        return Value(f"CAST(NULL AS {duck_name(kind)})", kind)
    if constant(values, name):
        return patterns.java(binder, node, name, values)
    if isinstance(values[1].literal, str):
        patterns.translated(binder, node, values[1].literal)
    return at_run_time(name, [value.sql for value in values])


REGEXP_RESULTS = {
    "regexp_like": BOOLEAN,
    "regexp_count": BIGINT,
    "regexp_position": types.INTEGER,
    "regexp_extract_all": types.array(VARCHAR),
    "regexp_split": types.array(VARCHAR),
}


def constant(values: list[Value], name: str) -> bool:
    """Tell whether DuckDB's own functions can do it: pattern, replacement and group are known."""
    if not isinstance(values[1].literal, str):
        return False
    third = values[2].literal if len(values) > 2 else ""
    if name == "regexp_replace":
        return isinstance(third, str) and "${" not in third
    if name.startswith("regexp_extract") and len(values) > 2:
        return isinstance(third, int)
    return name != "regexp_position"


def at_run_time(name: str, texts: list[str]) -> Value:
    """Run a regular expression that only the rows know, with Python's re."""
    subject, pattern, rest = texts[0], texts[1], texts[2:]
    kind = REGEXP_RESULTS.get(name, VARCHAR)
    match name:
        case "regexp_like":
            sql = f"lab_py_re_like({subject}, {pattern})"
        case "regexp_extract" | "regexp_extract_all":
            group = f"CAST({rest[0]} AS BIGINT)" if rest else "0"
            sql = f"lab_py_re_{name[7:]}({subject}, {pattern}, {group})"
        case "regexp_replace":
            sql = f"lab_py_re_replace({subject}, {pattern}, {rest[0] if rest else text('')})"
        case "regexp_split":
            sql = f"lab_py_re_split({subject}, {pattern})"
        case "regexp_count":
            sql = f"len(lab_py_re_extract_all({subject}, {pattern}, 0))"
        case _:
            start, nth = ([f"CAST({part} AS BIGINT)" for part in rest] + ["1", "1"])[:2]
            sql = f"CAST(lab_py_re_position({subject}, {pattern}, {start}, {nth}) AS INTEGER)"
    return Value(sql, kind)


def replaced_by_lambda(binder, node, scope):
    """regexp_replace(text, pattern, groups -> text)."""
    subject, pattern = (binder.bind(part, scope) for part in node.expressions[:2])
    for value in (subject, pattern):
        if value.type.name not in ("varchar", "char"):
            raise unexpected(binder, node, [subject, pattern], "regexp_replace(varchar(x), ...)")
    function = node.expressions[2]
    if len(function.expressions) != 1:
        raise unexpected(binder, node, [subject, pattern], "regexp_replace(varchar(x), ...)")
    if isinstance(pattern.literal, str):
        patterns.translated(binder, node, pattern.literal)
    label = binder.fresh("m")
    groups = Value(f"{label}.groups", types.array(VARCHAR))
    body = lambda_body(binder, function, [groups], scope)
    if body.type.name not in ("varchar", "char", "null"):
        raise unexpected(binder, node, [subject, pattern], "regexp_replace(varchar(x), ...)")
    piece = (
        f"{label}.before || CASE WHEN {label}.groups IS NULL THEN '' "
        f"ELSE coalesce({body.sql}, '') END"
    )
    pieces = f"lab_py_re_pieces({subject.sql}, {pattern.sql})"
    return Value(f"array_to_string(list_transform({pieces}, lambda {label}: {piece}), '')", VARCHAR)


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
        "t": ("date", "timestamp", "timestamptz"),
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
        family = kind.lower()[0]
        if family in fits and given.name not in (*fits[family], "null"):
            raise bad_argument(
                binder,
                node,
                f"Invalid format string: {pattern} (IllegalFormatConversion: {kind} != "
                f"{athena_name(given)})",
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
    if form not in ("NFC", "NFD", "NFKC", "NFKD"):
        raise binder.error("SYNTAX_ERROR", f"mismatched input '{form}'", node.expressions[1])
    return Value(f"lab_py_normalize({value.sql}, {text(form)})", VARCHAR)
