"""Athena's functions on arrays, rows and maps."""

import re

from sqlglot import exp

from dealab.sql import types
from dealab.sql.athena import casts
from dealab.sql.athena.registry import arguments, special, unexpected
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


@special("map_filter")
def map_filter(binder, node, scope):
    nodes = node.expressions
    shape = "map_filter(map(K,V), function(K,V,boolean))"
    if len(nodes) != 2 or not isinstance(nodes[1], exp.Lambda) or len(nodes[1].expressions) != 2:
        raise unexpected(binder, node, [], shape)
    value = binder.bind(nodes[0], scope)
    if value.type.name != "map":
        raise unexpected(binder, node, [value], shape)
    label = binder.fresh("e")
    key = Value(f"{label}.key", value.type.args[0])
    item = Value(f"{label}.value", value.type.args[1])
    test = lambda_body(binder, nodes[1], [key, item], scope)
    if test.type.name not in ("boolean", "null"):
        raise unexpected(binder, node, [value], shape)
    return Value(
        f"map_from_entries(list_filter(map_entries({value.sql}), lambda {label}: {test.sql}))",
        value.type,
    )


@special("array_join")
def array_join(binder, node, scope):
    values = arguments(binder, node, scope, 2, 3)
    shape = "array_join(array(T), varchar), array_join(array(T), varchar, varchar)"
    if values[0].type.name not in ("array", "null") or any(
        value.type.name not in ("varchar", "char", "null") for value in values[1:]
    ):
        raise unexpected(binder, node, values, shape)
    label = binder.fresh("e")
    element = values[0].type.args[0] if values[0].type.name == "array" else NULL
    shown = casts.cast_sql(binder, Value(label, element), types.VARCHAR)
    if shown is None:
        raise unexpected(binder, node, values, shape)
    if len(values) == 3:
        listed = (
            f"list_transform({values[0].sql}, lambda {label}: coalesce({shown}, {values[2].sql}))"
        )
    else:
        kept = f"list_filter({values[0].sql}, lambda {label}: {label} IS NOT NULL)"
        listed = f"list_transform({kept}, lambda {label}: {shown})"
    return Value(
        f"CASE WHEN {values[0].sql} IS NOT NULL AND {values[1].sql} IS NOT NULL THEN "
        f"coalesce(array_to_string({listed}, {values[1].sql}), '') END",
        types.VARCHAR,
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
    if len(node.expressions) != len(values):
        raise unexpected(binder, node.find_ancestor(exp.Anonymous) or node, [])
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
    found = folded(binder, node, values, start, nodes[2], scope)
    last = lambda_body(binder, nodes[3], [found], scope)
    return Value(f"CASE WHEN {values.sql} IS NULL THEN NULL ELSE {last.sql} END", last.type)


def folded(binder, node, values: Value, start: Value, step, scope) -> Value:
    """Return the state after every element of an array went through ``step``."""
    element = values.type.args[0]
    state = start.type
    for _ in range(2):  # the step may widen the state's type once
        label, item = binder.fresh("s"), binder.fresh("x")
        body = lambda_body(binder, step, [Value(label, state), Value(item, element)], scope)
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
    made = re.sub(rf"\b{label}\b", f"{whole[0]}.s", body.sql)
    made = re.sub(rf"\b{item}\b", f"{whole[1]}.x", made)
    s_type, x_type = duck_name(state), duck_name(element)
    head = f"{{s: CAST({begin.sql} AS {s_type}), x: CAST(NULL AS {x_type})}}"
    rest = f"list_transform({values.sql}, lambda v: {{s: CAST(NULL AS {s_type}), x: v}})"
    return Value(
        f"list_reduce(list_prepend({head}, {rest}), lambda {whole[0]}, {whole[1]}: "
        f"{{s: {made}, x: CAST(NULL AS {x_type})}}).s",
        state,
    )


@special("zip")
def zip_call(binder, node, scope):
    values = arguments(binder, node, scope, 2, 5)
    if any(value.type.name != "array" for value in values):
        raise unexpected(binder, node, values, "zip(array(T1), array(T2), ...)")
    kinds = [value.type.args[0] for value in values]
    longest = f"greatest({', '.join(f'len({v.sql})' for v in values)})"
    missing = " OR ".join(f"({value.sql}) IS NULL" for value in values)
    fields = ", ".join(
        f"{quote(field_key(None, at))} := ({v.sql})[i]" for at, v in enumerate(values)
    )
    return Value(
        f"CASE WHEN {missing} THEN NULL ELSE "
        f"list_transform(range(1, {longest} + 1), lambda i: struct_pack({fields})) END",
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
    if len(node.expressions) != 2:
        value = binder.choose(
            "array_sort", binder.FUNCTIONS["array_sort"], node, node.expressions, scope
        )
        binder.orderable(Value(value.sql, value.type.args[0]), node)
        return value
    values, compare = binder.bind(node.expressions[0], scope), node.expressions[1]
    shape = "array_sort(array(T), function(T,T,integer))"
    if values.type.name != "array" or not isinstance(compare, exp.Lambda):
        raise unexpected(binder, node, [values], shape)
    if len(compare.expressions) != 2:
        raise unexpected(binder, node, [values], shape)
    element = values.type.args[0]
    # Every pair is compared in SQL; Python sorts the places by the answers.
    one, two = binder.fresh("x"), binder.fresh("y")
    body = lambda_body(binder, compare, [Value(one, element), Value(two, element)], scope)
    if body.type.name not in (*types.INTEGERS, "null"):
        raise unexpected(binder, node, [values], shape)
    answers = (
        f"list_transform({values.sql}, lambda {one}: list_transform({values.sql}, "
        f"lambda {two}: lab_compared({body.sql})))"
    )
    return Value(
        f"list_transform(lab_py_order({answers}), lambda i: ({values.sql})[i])", values.type
    )


@special("map_zip_with")
def map_zip_with(binder, node, scope):
    nodes = node.expressions
    shape = "map_zip_with(map(K,V1), map(K,V2), function(K,V1,V2,V3))"
    if len(nodes) != 3 or not isinstance(nodes[2], exp.Lambda) or len(nodes[2].expressions) != 3:
        raise unexpected(binder, node, [], shape)
    one, two = binder.bind(nodes[0], scope), binder.bind(nodes[1], scope)
    if one.type.name != "map" or two.type.name != "map":
        raise unexpected(binder, node, [one, two], shape)
    key = binder.common_type(one.type.args[0], two.type.args[0])
    if key is None:
        raise unexpected(binder, node, [one, two], shape)
    one = binder.coerce(one, types.map_of(key, one.type.args[1]))
    two = binder.coerce(two, types.map_of(key, two.type.args[1]))
    label = binder.fresh("k")
    left = Value(f"({one.sql})[{label}]", one.type.args[1])
    right = Value(f"({two.sql})[{label}]", two.type.args[1])
    body = lambda_body(binder, nodes[2], [Value(label, key), left, right], scope)
    keys = f"lab_distinct(list_concat(map_keys({one.sql}), map_keys({two.sql})))"
    return Value(
        f"CASE WHEN {one.sql} IS NOT NULL AND {two.sql} IS NOT NULL THEN map_from_entries("
        f"list_transform({keys}, lambda {label}: row({label}, {body.sql}))) END",
        types.map_of(key, body.type),
    )


@special("multimap_from_entries")
def multimap_from_entries(binder, node, scope):
    (value,) = arguments(binder, node, scope, 1)
    inner = value.type.args[0] if value.type.name == "array" else NULL
    if inner.name != "row" or len(inner.args[0]) != 2:
        raise unexpected(binder, node, [value], "multimap_from_entries(array(row(K,V)))")
    (one, key), (two, item) = inner.args[0]
    first, second = text(field_key(one, 0)), text(field_key(two, 1))
    return Value(
        f"lab_multimap_of(list_transform({value.sql}, lambda e: "
        f"row(struct_extract(e, {first}), struct_extract(e, {second}))))",
        types.map_of(key, types.array(item)),
    )


@special("sequence")
def sequence(binder, node, scope):
    values = arguments(binder, node, scope, 2, 3)
    kind = values[0].type
    if {value.type.name for value in values[:2]} == {"date", "timestamp"}:
        kind = binder.common_type(kind, values[1].type)
        values[:2] = [binder.coerce(value, kind) for value in values[:2]]
    if kind.name not in ("date", "timestamp") or values[1].type.name != kind.name:
        return binder.choose(
            "sequence", binder.FUNCTIONS["sequence"], node, node.expressions, scope
        )
    first, last = (f"CAST({value.sql} AS TIMESTAMP)" for value in values[:2])
    if len(values) == 3:
        if values[2].type.name not in types.INTERVALS:
            raise unexpected(binder, node, values)
        step = values[2].sql
        if values[2].type.name == "interval_month":
            sql = f"lab_month_series({first}, {last}, lab_months_of({step}))"
            if kind.name == "date":
                sql = f"list_transform({sql}, lambda x: CAST(x AS DATE))"
            return Value(sql, types.array(kind))
        if kind.name == "date":
            step = f"lab_sequence_days({step})"
    elif kind.name == "date":
        step = f"CASE WHEN {first} <= {last} THEN to_days(1) ELSE to_days(-1) END"
    else:
        raise unexpected(binder, node, values)
    sql = f"lab_stamp_series({first}, {last}, {step})"
    if kind.name == "date":
        sql = f"list_transform({sql}, lambda x: CAST(x AS DATE))"
    return Value(sql, types.array(kind))
