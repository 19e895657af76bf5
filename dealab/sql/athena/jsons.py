"""Athena's JSON functions."""

import re

from sqlglot import exp

from dealab.sql.athena.registry import (
    arguments,
    bad_argument,
    constant_pattern,
    special,
    unexpected,
)
from dealab.sql.scope import Value
from dealab.sql.types import (
    BIGINT,
    BOOLEAN,
    JSON,
    VARCHAR,
    text,
)


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
