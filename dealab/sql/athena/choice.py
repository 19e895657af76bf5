"""Athena functions that choose, round, aggregate and match."""

import re

from sqlglot import exp

from dealab.sql import patterns, types
from dealab.sql.athena.casts import to_string
from dealab.sql.athena.registry import (
    SPECIAL,
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
    NULL,
    VARCHAR,
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
    from dealab.sql.athena.decimals import quotient

    if len(nodes) == 1 and not isinstance(nodes[0], (exp.Lambda, exp.Star)):
        value = binder.bind(nodes[0], scope)
        if value.type.name == "decimal":
            total = Value(
                f"sum({marks['d']}{value.sql}){marks['f']}", decimal(38, value.type.args[1])
            )
            count = Value(f"nullif(count({marks['d']}{value.sql}){marks['f']}, 0)", BIGINT)
            return quotient(total, count, value.type, "lab_round_div")
    return binder.choose("avg", binder.AGGREGATES["avg"], node, nodes, scope, marks)


def _is_number(literal) -> bool:
    """Tell whether a literal's text is a number (decimals are kept as text)."""
    return re.fullmatch(r"\d+\.?\d*", str(literal)) is not None


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
            if not (_is_number(known) and 0 <= float(known) <= 1):
                raise bad_argument(binder, node, "Percentile must be between 0 and 1")
    return binder.choose(
        "approx_percentile", binder.AGGREGATES["approx_percentile"], node, nodes, scope, marks
    )


SPECIAL["approx_percentile"] = _approx_percentile


SPECIAL["sum"] = _sum


SPECIAL["avg"] = _avg


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
    if form != "NFC":
        raise LabLimit(f"normalize with {form}", "Trino knows NFC, NFD, NFKC and NFKD.")
    return Value(f"nfc_normalize({value.sql})", VARCHAR)
