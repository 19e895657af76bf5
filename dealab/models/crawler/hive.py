"""Hive types of values, of Arrow and Avro schemas, and how two types become one.

A type is a word (``bigint``), a ``List`` or a ``Struct``; ``text`` writes it as the catalog does.
"""

import json
import re
from dataclasses import dataclass

_INT = re.compile(r"[+-]?\d{1,18}")
_DOUBLE = re.compile(r"[+-]?(\d+\.\d*|\.\d+|\d+)([eE][+-]?\d+)?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?")
_NUMBERS = ("int", "bigint", "double")


@dataclass(frozen=True)
class List:
    item: object


@dataclass(frozen=True)
class Struct:
    fields: tuple[tuple[str, object], ...]


def text(kind) -> str:
    """Write a type as the catalog does. What is always null is a string."""
    if isinstance(kind, List):
        return f"array<{text(kind.item)}>"
    if isinstance(kind, Struct):
        return f"struct<{','.join(f'{name}:{text(part)}' for name, part in kind.fields)}>"
    return kind or "string"


def merged(one, other):
    """Return the type that holds the values of both; None is the type of null."""
    if one is None or one == other:
        return other
    if other is None:
        return one
    if isinstance(one, List) and isinstance(other, List):
        return List(merged(one.item, other.item))
    if isinstance(one, Struct) and isinstance(other, Struct):
        fields = dict(one.fields)
        for name, part in other.fields:
            fields[name] = merged(fields.get(name), part)
        return Struct(tuple(fields.items()))
    if one in _NUMBERS and other in _NUMBERS:
        return max(one, other, key=_NUMBERS.index)
    return "string"


def merged_text(one: str, other: str) -> str:
    """``merged`` for types as the catalog writes them; different nested ones keep the first."""
    if one == other:
        return one
    if "<" in one and one.partition("<")[0] == other.partition("<")[0]:
        return text(merged(parsed(one), parsed(other)))
    if one.startswith("decimal") and other.startswith("decimal"):
        (a, b), (c, d) = ([int(n) for n in re.findall(r"\d+", t)] for t in (one, other))
        return f"decimal({min(38, max(a - b, c - d) + max(b, d))},{max(b, d)})"
    order = ("tinyint", "smallint", "int", "bigint", "float", "double")
    if one in order and other in order:
        return max(one, other, key=order.index)
    return "string"


def parsed(kind: str):
    """Read a type of the catalog: ``text`` the other way round."""
    head, _, inside = kind.partition("<")
    inside = inside[:-1]
    if head == "array":
        return List(parsed(inside))
    if head != "struct":
        return kind
    fields, depth, start = [], 0, 0
    for at, char in enumerate(inside + ","):
        depth += (char in "<(") - (char in ">)")
        if char == "," and depth == 0:
            name, _, part = inside[start:at].partition(":")
            fields.append((name, parsed(part)))
            start = at + 1
    return Struct(tuple(fields))


def of_values(values):
    """Return the type of JSON values, None for nothing but nulls."""
    kind = None
    for value in values:
        kind = merged(kind, _of_value(value))
    return kind


def _of_value(value):
    if value is None:
        return None
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "int" if -(2**31) <= value < 2**31 else "bigint" if abs(value) < 2**63 else "double"
    if isinstance(value, float):
        return "double"
    if isinstance(value, list):
        return List(of_values(value))
    if isinstance(value, dict):
        return Struct(tuple((name, _of_value(part)) for name, part in value.items()))
    return "string"


def of_text(values: list[str]) -> str:
    """Return the type of a CSV column: bigint, double, boolean or string. Empty says nothing."""
    given = [value.strip() for value in values if value.strip()]
    if not given:
        return "string"
    if all(_INT.fullmatch(value) for value in given):
        return "bigint"
    if all(_DOUBLE.fullmatch(value) for value in given):
        return "double"
    if all(value.lower() in ("true", "false") for value in given):
        return "boolean"
    return "string"


_CUSTOM = {
    "SHORT": ("smallint", lambda value: _INT.fullmatch(value) and abs(int(value)) < 2**15),
    "INT": ("int", lambda value: _INT.fullmatch(value) and abs(int(value)) < 2**31),
    "LONG": ("bigint", _INT.fullmatch),
    "FLOAT": ("float", _DOUBLE.fullmatch),
    "DOUBLE": ("double", _DOUBLE.fullmatch),
    "DECIMAL": ("decimal(38,18)", _DOUBLE.fullmatch),
    "BOOLEAN": ("boolean", lambda value: value.lower() in ("true", "false")),
    "DATE": ("date", _DATE.fullmatch),
    "TIMESTAMP": ("timestamp", _TIMESTAMP.fullmatch),
    "BINARY": ("binary", lambda value: False),
    "STRING": ("string", lambda value: True),
}


def custom_type(allowed: list[str], values: list[str], built_in: str) -> str:
    """Return the first type of a classifier's CustomDatatypes that reads every value."""
    given = [value.strip() for value in values if value.strip()]
    for name in allowed:
        kind, reads = _CUSTOM.get(name.upper(), ("string", lambda value: True))
        if given and name.upper() != "STRING" and all(reads(value) for value in given):
            return kind
    return built_in


def unique(names: list[str]) -> list[str]:
    """Give the second column of a name another one: the catalog has each only once."""
    seen: dict[str, int] = {}
    made = []
    for name in names:
        seen[name] = seen.get(name, -1) + 1
        made.append(f"{name}_{seen[name]}" if seen[name] else name)
    return made


# --- JSON text ------------------------------------------------------------------------


def json_documents(data: bytes, limit: int, whole: bool) -> list | None:
    """Return the JSON documents that stand one after the other; None when it is no JSON.

    With ``whole`` false the last one may be cut off.
    """
    try:
        text_ = data.decode("utf-8-sig", errors="strict" if whole else "ignore")
    except UnicodeDecodeError:
        return None
    decoder, found, at = json.JSONDecoder(), [], 0
    if not text_.lstrip().startswith(("{", "[")):
        return None
    while len(found) < limit:
        at += (
            len(text_[at:]) - len(text_[at:].lstrip(" \t\r\n,"))
            if found
            else (len(text_) - len(text_.lstrip()))
        )
        if at >= len(text_):
            break
        try:
            document, at = decoder.raw_decode(text_, at)
        except ValueError:
            if found and not whole:
                break
            return None
        found.append(document)
    return found


def at_json_path(document, path: str) -> list:
    """Return what a custom classifier's path selects: ``$``, ``.name``, ``[n]`` and ``[*]``.

    https://docs.aws.amazon.com/glue/latest/dg/custom-classifier.html#custom-classifier-json
    """
    found = [document]
    for name, index in re.findall(r"\.([^.\[\]]+)|\[([^\]]*)\]", path.removeprefix("$")):
        index = index.strip("'\"")
        following = []
        for value in found:
            if (index == "*" or name == "*") and isinstance(value, list | dict):
                following += value if isinstance(value, list) else value.values()
            elif isinstance(value, dict) and (name or index) in value:
                following.append(value[name or index])
            elif isinstance(value, list) and index.isdigit() and int(index) < len(value):
                following.append(value[int(index)])
        found = following
    return found


# --- Arrow and Avro -------------------------------------------------------------------


def from_arrow(kind) -> str:
    """Return the Hive type of an Arrow type."""
    from pyarrow import types

    words = {"bool": "boolean", "int8": "tinyint", "int16": "smallint", "int32": "int"}
    words |= {"uint8": "smallint", "uint16": "int", "uint32": "bigint", "uint64": "bigint"}
    words |= {"int64": "bigint", "halffloat": "float", "float": "float", "double": "double"}
    words |= {"date32[day]": "date", "date64[ms]": "date"}
    if types.is_decimal(kind):
        return f"decimal({kind.precision},{kind.scale})"
    if types.is_timestamp(kind):
        return "timestamp"
    if types.is_map(kind):
        return f"map<{from_arrow(kind.key_type)},{from_arrow(kind.item_type)}>"
    if types.is_list(kind) or types.is_large_list(kind):
        return f"array<{from_arrow(kind.value_type)}>"
    if types.is_struct(kind):
        return f"struct<{','.join(f'{part.name}:{from_arrow(part.type)}' for part in kind)}>"
    if types.is_dictionary(kind):
        return from_arrow(kind.value_type)
    if types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind):
        return "binary"
    return words.get(str(kind), "string")


def avro_schema(data: bytes) -> str:
    """Return the schema at the beginning of an Avro file, as JSON text.

    https://avro.apache.org/docs/1.11.1/specification/#object-container-files
    """
    at = 4

    def number() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte, at = data[at], at + 1
            value, shift = value | (byte & 0x7F) << shift, shift + 7
            if not byte & 0x80:
                return (value >> 1) ^ -(value & 1)

    def piece() -> bytes:
        nonlocal at
        length = number()
        at += length
        return data[at - length : at]

    found = {}
    while count := number():
        if count < 0:
            number()  # the size of a block in bytes
        for _ in range(abs(count)):
            name = piece()
            found[name] = piece()
    return found[b"avro.schema"].decode()


def from_avro(schema: str) -> tuple[tuple[str, str], ...]:
    """Return the columns of an Avro record schema."""
    record, known = json.loads(schema), {}
    kind = _avro_type(record, known)
    return tuple((name.lower(), text(part)) for name, part in kind.fields)


def _avro_type(schema, known: dict):
    words = {"int": "int", "long": "bigint", "float": "float", "double": "double"}
    words |= {"boolean": "boolean", "bytes": "binary", "string": "string", "null": None}
    if isinstance(schema, list):
        parts = [_avro_type(part, known) for part in schema]
        kind = None
        for part in parts:
            kind = merged(kind, part)
        return kind
    if isinstance(schema, str):
        return words[schema] if schema in words else known.get(schema, "string")
    kind = schema["type"]
    if kind == "record":
        fields = [(part["name"], _avro_type(part["type"], known)) for part in schema["fields"]]
        made = known[schema["name"]] = Struct(tuple(fields))
        return made
    if kind == "array":
        return List(_avro_type(schema["items"], known))
    if kind == "map":
        return f"map<string,{text(_avro_type(schema['values'], known))}>"
    logical = schema.get("logicalType", "")
    if logical == "decimal":
        return f"decimal({schema['precision']},{schema.get('scale', 0)})"
    if logical == "date" or logical.startswith("timestamp"):
        return "date" if logical == "date" else "timestamp"
    return (
        "string"
        if kind in ("enum", "fixed") and kind == "enum"
        else _avro_type("bytes" if kind == "fixed" else kind, known)
    )
