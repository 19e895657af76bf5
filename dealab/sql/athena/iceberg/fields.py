"""Iceberg's types and schemas (JSON), and what Glue and Athena call them.

A schema is the JSON of the table metadata: fields with ids that survive renames.
https://iceberg.apache.org/spec/#schemas-and-data-types
"""

from collections.abc import Callable

from dealab.sql import types
from dealab.sql.errors import ServiceError
from dealab.sql.types import Type

#: Athena's type -> Iceberg's
# https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-supported-data-types.html
_PLAIN = {
    "boolean": "boolean",
    "integer": "int",
    "bigint": "long",
    "real": "float",
    "double": "double",
    "varchar": "string",
    "varbinary": "binary",
    "date": "date",
    "timestamp": "timestamp",
    "timestamptz": "timestamptz",
    "time": "time",
    "uuid": "uuid",
}
_BACK = {
    "boolean": types.BOOLEAN,
    "int": types.INTEGER,
    "long": types.BIGINT,
    "float": types.REAL,
    "double": types.DOUBLE,
    "string": types.VARCHAR,
    "binary": types.VARBINARY,
    "date": types.DATE,
    "timestamp": types.timestamp(6),  # Athena reads Iceberg's timestamps with microseconds
    "timestamptz": types.timestamptz("UTC", 6),
    "time": Type("time", (6,)),
    "uuid": types.UUID,
}
_HIVE = {"long": "bigint", "timestamptz": "timestamp", "time": "string", "uuid": "string"}

#: types of CREATE TABLE that Iceberg has not: char, varchar, tinyint, smallint
_REFUSED = ("tinyint", "smallint", "char")


def unsupported(kind: Type) -> ServiceError:
    return ServiceError("NOT_SUPPORTED", f"Type not supported for Iceberg: {kind}")


def from_hive(text: str) -> Type:
    """Read a column type of CREATE TABLE. Raises Athena's error for what Iceberg has not."""
    try:
        kind = types.from_hive(text)
    except ValueError:
        raise ServiceError("NOT_SUPPORTED", f"Type not supported for Iceberg: {text}") from None
    for part in parts(kind):
        if part.name in _REFUSED or (part.name == "varchar" and part.args[0] is not None):
            raise unsupported(part)
    return widened(kind)


def parts(kind: Type):
    """Yield a type and every type inside it."""
    yield kind
    if kind.name == "row":
        for _, of in kind.args[0]:
            yield from parts(of)
    elif kind.name in ("array", "map"):
        for of in kind.args:
            yield from parts(of)


def widened(kind: Type, query: bool = False) -> Type:
    """Return the type as an Iceberg table holds it: timestamps have microseconds.

    With ``query``, small integers become integers and texts lose their length, as Athena does when
    a query's columns make the table (CTAS). Raises NOT_SUPPORTED for a type that cannot be stored.
    """
    match kind.name:
        case "timestamp":
            return types.timestamp(6)
        case "row":
            return types.row([(name, widened(of, query)) for name, of in kind.args[0]])
        case "array":
            return types.array(widened(kind.args[0], query))
        case "map":
            return types.map_of(widened(kind.args[0], query), widened(kind.args[1], query))
        case "varchar" | "char" if query:
            return types.VARCHAR
        case "tinyint" | "smallint" if query:
            return types.INTEGER
        case "decimal":
            return kind
    if kind.name not in _PLAIN or kind.name in ("timestamptz", "time", "uuid"):
        raise unsupported(kind)
    return kind


# --- schemas ----------------------------------------------------------------------------


def to_json(kind: Type, fresh: Callable[[], int], old=None):
    """Return Iceberg's JSON of a type; nested fields take a new id, or that of their namesake in
    the JSON ``old``."""
    old = old if isinstance(old, dict) else {}
    match kind.name:
        case "decimal":
            return f"decimal({kind.args[0]}, {kind.args[1]})"
        case "row":
            known = {field["name"]: field for field in old.get("fields", ())}
            made = []
            for at, (name, of) in enumerate(kind.args[0]):
                key = types.field_key(name, at)
                before = known.get(key, {})
                number = before.get("id") or fresh()
                made.append(
                    {
                        "id": number,
                        "name": key,
                        "required": False,
                        "type": to_json(of, fresh, before.get("type")),
                    }
                )
            return {"type": "struct", "fields": made}
        case "array":
            return {
                "type": "list",
                "element-id": old.get("element-id") or fresh(),
                "element": to_json(kind.args[0], fresh, old.get("element")),
                "element-required": False,
            }
        case "map":
            return {
                "type": "map",
                "key-id": old.get("key-id") or fresh(),
                "key": to_json(kind.args[0], fresh, old.get("key")),
                "value-id": old.get("value-id") or fresh(),
                "value": to_json(kind.args[1], fresh, old.get("value")),
                "value-required": False,
            }
    return _PLAIN[kind.name]


def from_json(kind) -> Type:
    """Return Athena's type of Iceberg's JSON."""
    if isinstance(kind, str):
        if kind.startswith("decimal("):
            precision, scale = kind[8:-1].split(",")
            return types.decimal(int(precision), int(scale))
        return types.VARBINARY if kind.startswith("fixed") else _BACK[kind]
    match kind["type"]:
        case "struct":
            return types.row([(f["name"], from_json(f["type"])) for f in kind["fields"]])
        case "list":
            return types.array(from_json(kind["element"]))
    return types.map_of(from_json(kind["key"]), from_json(kind["value"]))


def hive_name(kind) -> str:
    """Return Glue's name of Iceberg's JSON type."""
    if isinstance(kind, str):
        if kind.startswith("decimal("):
            return kind.replace(" ", "")
        return "binary" if kind.startswith("fixed") else _HIVE.get(kind, kind)
    match kind["type"]:
        case "struct":
            inner = (f"{field['name']}:{hive_name(field['type'])}" for field in kind["fields"])
            return f"struct<{','.join(inner)}>"
        case "list":
            return f"array<{hive_name(kind['element'])}>"
    return f"map<{hive_name(kind['key'])},{hive_name(kind['value'])}>"


def columns(schema: dict) -> list[tuple[str, Type]]:
    """Return name and Athena's type of a schema's columns."""
    return [(field["name"], from_json(field["type"])) for field in schema["fields"]]


def field_ids(schema: dict) -> str:
    """Return the FIELD_IDS option of DuckDB's COPY for all columns of a schema."""
    return "{" + ", ".join(_ids(f["name"], f["id"], f["type"]) for f in schema["fields"]) + "}"


def _ids(name: str, number: int, kind) -> str:
    key = types.quote(name)
    if isinstance(kind, str):
        return f"{key}: {number}"
    match kind["type"]:
        case "struct":
            inner = [_ids(f["name"], f["id"], f["type"]) for f in kind["fields"]]
        case "list":
            inner = [_ids("element", kind["element-id"], kind["element"])]
        case _:
            inner = [
                _ids("key", kind["key-id"], kind["key"]),
                _ids("value", kind["value-id"], kind["value"]),
            ]
    return f"{key}: {{__duckdb_field_id: {number}, {', '.join(inner)}}}"


# --- evolution --------------------------------------------------------------------------


def promotes(old, new: Type) -> bool:
    """Tell whether a column of Iceberg's JSON type ``old`` may become ``new``.

    int to long, float to double, more digits of a decimal with the same scale; inside rows, arrays
    and maps likewise, and fields of rows may come and go.
    https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-evolving-table-schema.html
    """
    before = from_json(old)
    if before == new:
        return True
    pair = (before.name, new.name)
    if pair in (("integer", "bigint"), ("real", "double")):
        return True
    if pair == ("decimal", "decimal"):
        return new.args[1] == before.args[1] and new.args[0] >= before.args[0]
    if pair == ("array", "array"):
        return promotes(old["element"], new.args[0])
    if pair == ("map", "map"):
        return before.args[0] == new.args[0] and promotes(old["value"], new.args[1])
    if pair == ("row", "row"):
        known = {field["name"]: field["type"] for field in old["fields"]}
        shared = [(name, of) for name, of in new.args[0] if name in known]
        return bool(shared) and all(promotes(known[name], of) for name, of in shared)
    return False


def converted(sql: str, old, new, depth: int = 0) -> str:
    """Return DuckDB's text that turns a nested value of one JSON type into another.

    Fields of rows are matched by id: a field that the old type has not is NULL.
    """
    kind = types.duck_name(from_json(new))
    if isinstance(new, str):
        return sql if old == new else f"CAST({sql} AS {kind})"
    item = f"lab_{depth}"
    match new["type"]:
        case "struct":
            known = {field["id"]: field for field in old["fields"]}
            parts = []
            for field in new["fields"]:
                before = known.get(field["id"])
                if before is None:
                    part = f"CAST(NULL AS {types.duck_name(from_json(field['type']))})"
                else:
                    inner = f"struct_extract({sql}, {types.text(before['name'])})"
                    part = converted(inner, before["type"], field["type"], depth)
                parts.append(f"{types.text(field['name'])}: {part}")
            return f"CASE WHEN {sql} IS NULL THEN NULL ELSE {{{', '.join(parts)}}} END"
        case "list":
            inner = converted(item, old["element"], new["element"], depth + 1)
            return f"list_transform({sql}, lambda {item}: {inner})"
    key = converted(f"{item}.key", old["key"], new["key"], depth + 1)
    value = converted(f"{item}.value", old["value"], new["value"], depth + 1)
    return (
        f"map_from_entries(list_transform(map_entries({sql}), "
        f"lambda {item}: {{'key': {key}, 'value': {value}}}))"
    )
