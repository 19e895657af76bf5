"""Avro: reads schemas, and tells whether data of one can be read with another.

https://avro.apache.org/docs/1.11.1/specification/ (not checked)
"""

import json
import re
from dataclasses import dataclass, field

_PLAIN = ("null", "boolean", "int", "long", "float", "double", "bytes", "string")
_PROMOTED = {
    "int": ("long", "float", "double"),
    "long": ("float", "double"),
    "float": ("double",),
    "string": ("bytes",),
    "bytes": ("string",),
}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(eq=False)
class Kind:
    """A type: a plain one, or array, map, union, enum, fixed, record with their parts."""

    type: str
    name: str = ""  # full name
    aliases: tuple[str, ...] = ()
    parts: list = field(default_factory=list)  # item, values, or branches
    symbols: tuple[str, ...] = ()
    default: object = None
    size: int = 0
    fields: list = field(default_factory=list)  # (name, aliases, Kind, has a default)

    @property
    def short(self) -> str:
        return self.name.rpartition(".")[2]


def read(text: str) -> Kind:
    """Read a schema. Raises ValueError with what is wrong."""
    try:
        document = json.loads(text)
    except ValueError as error:
        raise ValueError(f"The schema is no JSON: {error}") from error
    return _read(document, "", {})


def _read(told, space: str, known: dict[str, Kind]) -> Kind:
    if isinstance(told, list):
        return _union(told, space, known)
    if isinstance(told, str):
        if told in _PLAIN:
            return Kind(told)
        found = known.get(told if "." in told else f"{space}.{told}") or known.get(told)
        if found is None:
            raise ValueError(f'"{told}" is not a defined name')
        return found
    if not isinstance(told, dict) or "type" not in told:
        raise ValueError(f"No type: {json.dumps(told)}")
    kind = told["type"]
    if kind in ("array", "map"):
        part = "items" if kind == "array" else "values"
        if part not in told:
            raise ValueError(f"{kind} has no {part}")
        return Kind(kind, parts=[_read(told[part], space, known)])
    if kind in ("record", "error", "enum", "fixed"):
        return _named(told, space, known)
    return _read(kind, space, known)


def _union(told: list, space: str, known: dict) -> Kind:
    branches = [_read(part, space, known) for part in told]
    seen = [branch.name or branch.type for branch in branches]
    if "union" in seen or len(set(seen)) < len(seen):
        raise ValueError(f"A union may not hold a union or the same type twice: {told}")
    return Kind("union", parts=branches)


def _named(told: dict, space: str, known: dict) -> Kind:
    name = told.get("name")
    if not name or not all(_NAME.fullmatch(part) for part in name.split(".")):
        raise ValueError(f"Invalid or missing name: {name!r}")
    home = name.rpartition(".")[0] or told.get("namespace", space)
    full = f"{home}.{name.rpartition('.')[2]}" if home else name
    if full in known or name in _PLAIN:
        raise ValueError(f"Can't redefine: {full}")
    aliases = tuple(told.get("aliases", ()))
    kind = known[full] = Kind("record" if told["type"] == "error" else told["type"], full, aliases)
    if kind.type == "fixed":
        if not isinstance(told.get("size"), int):
            raise ValueError(f"fixed {full} has no size")
        kind.size = told["size"]
    elif kind.type == "enum":
        kind.symbols, kind.default = tuple(told.get("symbols", ())), told.get("default")
        if not kind.symbols or len(set(kind.symbols)) < len(kind.symbols):
            raise ValueError(f"enum {full} needs symbols, each once")
        if kind.default is not None and kind.default not in kind.symbols:
            raise ValueError(f"The default of enum {full} is none of its symbols")
    else:
        if not isinstance(told.get("fields"), list):
            raise ValueError(f"record {full} has no fields")
        for part in told["fields"]:
            if not isinstance(part, dict) or "name" not in part or "type" not in part:
                raise ValueError(f"A field of {full} has no name or no type")
            if any(part["name"] == other[0] for other in kind.fields):
                raise ValueError(f"Duplicate field {part['name']} in record {full}")
            own = _read(part["type"], home, known)
            if "default" in part and not _fits(part["default"], own):
                raise ValueError(f"Invalid default for field {part['name']} of {full}")
            entry = (part["name"], tuple(part.get("aliases", ())), own, "default" in part)
            kind.fields.append(entry)
    return kind


def _fits(value, kind: Kind) -> bool:
    """Tell whether a field's default has its type; of a union, that of the first branch."""
    if kind.type == "union":
        return _fits(value, kind.parts[0])
    number = isinstance(value, int | float) and not isinstance(value, bool)
    whole = isinstance(value, int) and not isinstance(value, bool)
    good = {"null": value is None, "boolean": isinstance(value, bool), "int": whole, "long": whole}
    good |= {"float": number, "double": number, "array": isinstance(value, list)}
    good |= {"map": isinstance(value, dict), "record": isinstance(value, dict)}
    good["enum"] = value in kind.symbols
    return good.get(kind.type, isinstance(value, str))


def problems(reader: Kind, writer: Kind) -> list[str]:
    """Return why ``reader`` can't read data written with ``writer``; empty when it can."""
    return _problems(reader, writer, "", set())


def _problems(reader: Kind, writer: Kind, path: str, seen: set) -> list[str]:
    here = path or "the schema"
    if writer.type == "union":
        return [w for branch in writer.parts for w in _problems(reader, branch, path, seen)]
    if reader.type == "union":
        if any(not _problems(branch, writer, path, set(seen)) for branch in reader.parts):
            return []
        return [f"{here}: no branch of the union reads {writer.name or writer.type}"]
    if reader.type != writer.type:
        if reader.type in _PROMOTED.get(writer.type, ()):
            return []
        return [f"{here}: {writer.type} cannot be read as {reader.type}"]
    if reader.type in ("array", "map"):
        return _problems(reader.parts[0], writer.parts[0], f"{path}[]", seen)
    if reader.type in _PLAIN:
        return []
    names = {reader.short, *(alias.rpartition(".")[2] for alias in reader.aliases)}
    if writer.short not in names:
        return [f"{here}: {writer.name} is not named {reader.name}"]
    if reader.type == "fixed":
        same = reader.size == writer.size
        return [] if same else [f"{here}: fixed of {writer.size} bytes, not {reader.size}"]
    if reader.type == "enum":
        missing = [symbol for symbol in writer.symbols if symbol not in reader.symbols]
        if missing and reader.default is None:
            return [f"{here}: the enum lacks {', '.join(missing)} and has no default"]
        return []
    if (id(reader), id(writer)) in seen:
        return []
    seen.add((id(reader), id(writer)))
    written = {name: kind for name, _, kind, _ in writer.fields}
    found = []
    for name, aliases, kind, has_default in reader.fields:
        source = next((one for one in (name, *aliases) if one in written), None)
        place = f"{path}.{name}".lstrip(".")
        if source is not None:
            found += _problems(kind, written[source], place, seen)
        elif not has_default:
            found.append(f"{place}: the field is new and has no default")
    return found
