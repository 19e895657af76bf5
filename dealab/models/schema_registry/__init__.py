"""Compatibility of schema versions, as AWS Glue Schema Registry checks it.

    check("BACKWARD", "AVRO", new_text, [(1, old_text), (2, newer_text)])  # -> list of reasons

Sources: https://docs.aws.amazon.com/glue/latest/dg/schema-registry.html (checked 2026-11-23:
modes, checkpoint, examples) and, for Avro, the schema resolution of its specification
(https://avro.apache.org/docs/1.11.1/specification/#schema-resolution), by which a reader's new
field needs a default: ``["null", "string"]`` alone is not enough.

JSON Schema is compared keyword by keyword: the types, required, properties, additionalProperties,
items, enum, const, pattern and the bounds; adding an optional property is compatible, as the
service's guide says. Protobuf is compared by field number and wire type. What can't be decided in
this way (anyOf, $ref, oneof that changes, extensions...) is refused by name when it differs.
"""

from dealab.models.schema_registry import avro, jsonschemas, protobuf

MODES = ("NONE", "DISABLED", "BACKWARD", "BACKWARD_ALL", "FORWARD", "FORWARD_ALL", "FULL")
MODES += ("FULL_ALL",)
_FORMATS = {"AVRO": avro, "JSON": jsonschemas, "PROTOBUF": protobuf}


def invalid(data_format: str, text: str) -> str:
    """Return why a text is no schema of its format; an empty text when it is one."""
    try:
        _FORMATS[data_format].read(text)
    except ValueError as error:
        return str(error)
    return ""


def check(
    mode: str, data_format: str, new: str, versions: list[tuple[int, str]], checkpoint: int = 1
) -> list[str]:
    """Return why a new version may not be registered; an empty list when it may.

    ``versions`` are the numbers and texts of the versions that are there, in order. The ``_ALL``
    modes look at all from the ``checkpoint`` on, the others at the last one. Raises ValueError for
    a text that is no schema, LabLimit for what the lab doesn't compare.
    """
    if mode not in MODES:
        raise ValueError(f"unknown compatibility mode {mode}")
    if mode == "DISABLED":
        return ["versioning is disabled for this schema"]
    if mode == "NONE" or not versions:
        return []
    kind = _FORMATS[data_format]
    read = kind.read(new)
    against = (
        [v for v in versions if v[0] >= checkpoint] if mode.endswith("_ALL") else versions[-1:]
    )
    reasons = []
    for number, text in against:
        old = kind.read(text)
        if mode.startswith(("BACKWARD", "FULL")):
            reasons += [f"version {number}, backward: {why}" for why in kind.problems(read, old)]
        if mode.startswith(("FORWARD", "FULL")):
            reasons += [f"version {number}, forward: {why}" for why in kind.problems(old, read)]
    return reasons
