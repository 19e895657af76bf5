"""Athena's functions on arrays, rows and maps."""

import re

from sqlglot import exp

from dealab.sql import types
from dealab.sql.athena.registry import arguments, special, unexpected
from dealab.sql.errors import LabLimit
from dealab.sql.scope import Scope, Value
from dealab.sql.types import (
    NULL,
    duck_name,
    field_key,
    quote,
    text,
)


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
        f"list_transform(map_entries({value.sql}), lambda e: struct_pack(field0 := e.key, field1 "
        f":= e.value))",
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
        sql = (
            f"generate_series(CAST({values[0].sql} AS TIMESTAMP), CAST({values[1].sql} AS "
            f"TIMESTAMP), {step})"
        )
        if kind.name == "date":
            sql = f"list_transform({sql}, lambda x: CAST(x AS DATE))"
        return Value(sql, types.array(kind))
    return binder.choose("sequence", binder.FUNCTIONS["sequence"], node, node.expressions, scope)
