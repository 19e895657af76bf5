"""Redshift's functions on SUPER and JSON text."""

from dealab.sql.errors import LabLimit
from dealab.sql.redshift.registry import refuse, special
from dealab.sql.scope import Value
from dealab.sql.types import (
    BOOLEAN,
    INTEGER,
    SUPER,
    VARCHAR,
    text,
)


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
                f"CASE WHEN json_type({parts[0]}) = 'OBJECT' THEN "
                f"CAST(len(json_keys({parts[0]})) AS INTEGER) END",
                INTEGER,
            )
    raise refuse(binder, node, values)


def to_super(binder, value: Value) -> str:
    if value.type.name == "super":
        return value.sql
    value = binder.settle(value)
    return f"to_json({value.sql})"
