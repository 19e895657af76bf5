"""JSON Schema: whether each document of one schema is one of another, keyword by keyword."""

import json
import re

from dealab.sql.errors import LabLimit

_NOTES = {"$schema", "$id", "id", "title", "description", "default", "examples", "$comment"}
_NOTES |= {"format", "definitions", "readOnly", "writeOnly"}
_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_COMPARED = {"type", "required", "properties", "additionalProperties", "items", "enum", "const"}
_COMPARED |= {"pattern", "uniqueItems", "multipleOf", *_LOWER, *_UPPER}
_TYPES = {"object", "array", "string", "integer", "number", "boolean", "null"}


def read(text: str) -> dict:
    """Read a schema of draft 4, 6 or 7. Raises ValueError with what is wrong."""
    import jsonschema

    try:
        schema = json.loads(text)
    except ValueError as error:
        raise ValueError(f"The schema is no JSON: {error}") from error
    if not isinstance(schema, dict):
        raise ValueError("A JSON schema is an object")
    drafts = {"draft-04": "Draft4Validator", "draft-06": "Draft6Validator"}
    told = str(schema.get("$schema", "draft-07"))
    if re.search(r"draft/20\d\d", told):
        raise ValueError(f"{told} is not supported: drafts 4, 6 and 7 are")
    name = next((kind for draft, kind in drafts.items() if draft in told), "Draft7Validator")
    try:
        getattr(jsonschema, name).check_schema(schema)
    except jsonschema.SchemaError as error:
        raise ValueError(error.message) from error
    return schema


def problems(reader: dict, writer: dict, path: str = "$") -> list[str]:
    """Return why documents of ``writer`` may not be documents of ``reader``; empty: they all are.

    Raises LabLimit for a keyword that is outside of the comparison and differs.
    """
    if reader == writer or reader is True or reader == {} or writer is False:
        return []
    if reader is False or writer is True or not isinstance(writer, dict):
        return [f"{path}: was not restricted"] if writer is True else [f"{path}: is not allowed"]
    for name in sorted({*reader, *writer} - _NOTES - _COMPARED):
        if reader.get(name) != writer.get(name):
            raise LabLimit(
                f"the comparison of JSON schemas that differ in {name}",
                "The registry compares them and takes or refuses the version.",
                "BACKWARD lets consumers with the new schema read old data; it is the usual "
                "choice.",
            )
    found = _types(reader, writer, path)
    for name in _LOWER:
        if name in reader and not (name in writer and writer[name] >= reader[name]):
            found.append(f"{path}: {name} is stricter")
    for name in _UPPER:
        if name in reader and not (name in writer and writer[name] <= reader[name]):
            found.append(f"{path}: {name} is stricter")
    for name in ("pattern", "multipleOf", "uniqueItems"):
        if reader.get(name) and reader.get(name) != writer.get(name):
            found.append(f"{path}: {name} is stricter")
    values = reader.get("enum", [reader["const"]] if "const" in reader else None)
    if values is not None:
        old = writer.get("enum", [writer["const"]] if "const" in writer else None)
        if old is None or any(value not in values for value in old):
            found.append(f"{path}: not all values are in the enum")
    if isinstance(reader.get("items"), dict):
        found += problems(reader["items"], writer.get("items", True), f"{path}[]")
    elif reader.get("items") != writer.get("items") and "items" in reader:
        raise LabLimit(
            "lists of items in JSON schemas",
            "The registry compares them.",
            "BACKWARD lets consumers with the new schema read old data; it is the usual choice.",
        )
    return found + _properties(reader, writer, path)


def _types(reader: dict, writer: dict, path: str) -> list[str]:
    def listed(schema):
        told = schema.get("type", sorted(_TYPES))
        return set(told if isinstance(told, list) else [told])

    allowed = listed(reader)
    allowed |= {"integer"} if "number" in allowed else set()
    lost = sorted(listed(writer) - allowed)
    return [f"{path}: {', '.join(lost)} is not allowed"] if lost else []


def _properties(reader: dict, writer: dict, path: str) -> list[str]:
    new, old = reader.get("properties", {}), writer.get("properties", {})
    found = [
        f"{path}.{name}: is required and was not"
        for name in reader.get("required", [])
        if name not in writer.get("required", [])
    ]
    rest = reader.get("additionalProperties", True)
    for name, schema in old.items():
        if name in new:
            found += problems(new[name], schema, f"{path}.{name}")
        elif rest is not True:
            found += problems(rest, schema, f"{path}.{name}")
    others = writer.get("additionalProperties", True)
    if rest is not True and others is not False:
        found += problems(rest, others, f"{path}.*")
    return found
