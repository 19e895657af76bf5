"""Redshift's functions on SUPER and JSON text."""

import json
import re

from sqlglot import exp

from dealab.sql import patterns, types
from dealab.sql.errors import LabLimit
from dealab.sql.nodes import binds
from dealab.sql.redshift.casts import decimal_text
from dealab.sql.redshift.documents import PYTHON
from dealab.sql.redshift.registry import refuse, special
from dealab.sql.scope import Value
from dealab.sql.types import (
    BOOLEAN,
    INTEGER,
    SUPER,
    VARCHAR,
    text,
)

patterns.PYTHON.update(PYTHON)


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
    if value.type.name == "null":
        return "CAST(NULL AS JSON)"
    value = binder.settle(value)
    if value.type.name in ("date", "timestamp", "timestamptz", "time", *types.INTERVALS):
        value = binder.coerce(value, VARCHAR)
    if value.type.name == "decimal":
        return f"CAST({decimal_text(value)} AS JSON)"
    return f"to_json({value.sql})"


#: name -> (function in documents.py, how many arrays, the last argument's default or None)
_ARRAYS = {
    "array_contains": ("contains", 1, True),
    "array_position": ("position", 1, True),
    "array_positions": ("positions", 1, True),
    "array_distinct": ("distinct", 1, None),
    "array_union": ("union", 2, False),
    "array_intersection": ("intersection", 2, False),
    "array_except": ("except", 2, False),
    "arrays_overlap": ("overlap", 2, None),
    "array_sort": ("sort", 1, True),
}


@special(*_ARRAYS)
def array_call(binder, node, scope):
    """https://docs.aws.amazon.com/redshift/latest/dg/c_Array_Functions.html"""
    name = node.name.lower()
    task, _, default = _ARRAYS[name]
    values = [binder.bind(argument, scope) for argument in node.expressions]
    least = 1 if task in ("distinct", "sort") else 2
    if not least <= len(values) <= least + (default is not None):
        raise refuse(binder, node, values)
    option = "true" if default else "false"
    if len(values) > least:
        option = binder.as_condition(values[-1], node, name.upper()).sql
    given = [f"CAST({to_super(binder, value)} AS VARCHAR)" for value in values[:least]]
    if task in ("contains", "position", "positions"):
        given[1] = f"coalesce({given[1]}, 'null')"
    second = given[1] if least == 2 else "'null'"
    made = f"lab_py_array({text(task)}, {given[0]}, {second}, {option})"
    if task in ("contains", "overlap"):
        return Value(f"CAST({made} AS BOOLEAN)", BOOLEAN)
    if task == "position":
        return Value(f"CAST({made} AS INTEGER)", INTEGER)
    return Value(f"CAST({made} AS JSON)", SUPER)


@special("array_flatten")
def array_flatten(binder, node, scope):
    values = [binder.bind(argument, scope) for argument in node.expressions]
    if len(values) != 1 or values[0].type.name not in ("super", "array", "null"):
        raise refuse(binder, node, values)
    value = values[0]
    made = f"lab_py_flatten(CAST({to_super(binder, value)} AS VARCHAR))"
    return Value(f"CAST({made} AS JSON)", SUPER)


_STEP = re.compile(r'"((?:[^"\\]|\\.)*)"')


def path_of(binder, node) -> list[str]:
    """Read a path of OBJECT_TRANSFORM: a constant of quoted names with dots between them."""
    if isinstance(node, exp.Literal) and node.is_string:
        steps = _STEP.findall(node.this)
        if steps and ".".join(f'"{step}"' for step in steps) == node.this.strip():
            return steps
    raise binder.error("22023", "OBJECT_TRANSFORM takes constant paths of quoted names", node)


class ObjectTransforms:
    """The part of Redshift's binder for OBJECT_TRANSFORM, whose arguments have a grammar.

    https://docs.aws.amazon.com/redshift/latest/dg/r_object_transform_function.html
    """

    @binds(exp.ObjectTransform, "this", "keep", "set_")
    def object_transform(self, node, scope):
        value = self.bind(node.this, scope)
        if value.type.name not in ("super", "row", "map", "null"):
            raise self.no_overload("object_transform", node, [value], [], [])
        keep = [path_of(self, part) for part in node.args.get("keep") or ()]
        pairs = node.args.get("set_") or ()
        if len(pairs) % 2:
            raise self.error("42601", "OBJECT_TRANSFORM: SET takes pairs of path and value", node)
        paths = [path_of(self, part) for part in pairs[::2]]
        values = [to_super(self, self.bind(part, scope)) for part in pairs[1::2]]
        listed = f"to_json([{', '.join(values)}])" if values else "'[]'"
        made = (
            f"lab_py_transform(CAST({to_super(self, value)} AS VARCHAR), "
            f"{text(json.dumps(keep))}, {text(json.dumps(paths))}, CAST({listed} AS VARCHAR))"
        )
        return Value(f"CAST({made} AS JSON)", SUPER)
