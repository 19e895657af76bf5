"""Protobuf: reads messages of proto2 and proto3, and compares them by field number.

https://protobuf.dev/programming-guides/proto3/#updating (not checked)
"""

import re
from dataclasses import dataclass, field

from dealab.sql.errors import LabLimit

_TOKEN = re.compile(
    r'\s+|//[^\n]*|/\*.*?\*/|(?P<token>"[^"]*"|\'[^\']*\'|[\w.]+|-?\d+|[{}()\[\]<>=;,-])', re.DOTALL
)
_GROUPS = ("int32 uint32 int64 uint64 bool", "sint32 sint64", "fixed32 sfixed32")
_GROUPS += ("fixed64 sfixed64", "string bytes", "double", "float")
_WIRE = {name: number for number, group in enumerate(_GROUPS) for name in group.split()}
_SKIPPED = ("option", "reserved", "extensions")


@dataclass
class Message:
    """A message: its fields by number as (name, type, label, oneof)."""

    fields: dict[int, tuple[str, str, str, str]] = field(default_factory=dict)


def read(text: str) -> dict[str, Message]:
    """Return the messages and enums (without fields) by name. Raises ValueError, LabLimit."""
    return _Reader(text).file()


class _Reader:
    def __init__(self, text: str):
        self.tokens, at = [], 0
        while at < len(text):
            match = _TOKEN.match(text, at)
            if not match:
                raise ValueError(f"unexpected {text[at]!r} in the schema")
            if match.group("token"):
                self.tokens.append(match.group("token"))
            at = match.end()
        self.at, self.found, self.syntax = 0, {}, "proto2"

    def take(self, wanted: str | None = None) -> str:
        if self.at >= len(self.tokens):
            raise ValueError("the schema ends too early")
        token = self.tokens[self.at]
        if wanted is not None and token != wanted:
            raise ValueError(f"found {token!r} where {wanted!r} belongs")
        self.at += 1
        return token

    def skip(self, end: str = ";") -> None:
        while self.take() != end:
            pass

    def file(self) -> dict[str, Message]:
        while self.at < len(self.tokens):
            word = self.take()
            if word == "syntax":
                self.take("=")
                self.syntax = self.take().strip("\"'")
                self.take(";")
            elif word in ("package", "option"):
                self.skip()
            elif word == "message":
                self.message("")
            elif word == "enum":
                self.enum("")
            elif word in ("import", "extend", "service"):
                raise LabLimit(
                    f"Protobuf schemas with {word}",
                    "The registry reads proto2 and proto3.",
                    "The registry keeps Avro, JSON Schema and Protobuf.",
                )
            elif word != ";":
                raise ValueError(f"unexpected {word!r} in the schema")
        if not any(self.found.values()):
            raise ValueError("the schema has no message")
        return self.found

    def enum(self, home: str) -> None:
        self.found[f"{home}{self.take()}"] = None
        self.take("{")
        self.skip("}")

    def message(self, home: str) -> None:
        name = home + self.take()
        made = self.found[name] = Message()
        self.take("{")
        self.body(name, made, "")

    def body(self, name: str, made: Message, oneof: str) -> None:
        while (word := self.take()) != "}":
            if word in _SKIPPED:
                self.skip()
            elif word == "message":
                self.message(f"{name}.")
            elif word == "enum":
                self.enum(f"{name}.")
            elif word == "oneof":
                inside = self.take()
                self.take("{")
                self.body(name, made, inside)
            elif word in ("extend", "group"):
                raise LabLimit(
                    f"Protobuf {word}s",
                    "The registry does not take them, either.",
                    "The registry keeps Avro, JSON Schema and Protobuf.",
                )
            elif word != ";":
                self.entry(word, made, oneof)

    def entry(self, word: str, made: Message, oneof: str) -> None:
        label = word if word in ("optional", "required", "repeated") else ""
        kind = self.take() if label else word
        if kind == "group":
            raise ValueError("groups are not supported")
        if kind == "map":
            self.take("<")
            key = self.take()
            self.take(",")
            kind, label = f"map<{key},{self.take()}>", "repeated"
            self.take(">")
        name = self.take()
        self.take("=")
        number = self.take()
        if not number.isdigit() or int(number) in made.fields:
            raise ValueError(f"field {name} has the number {number}, which is none or is taken")
        if self.take() == "[":
            self.skip("]")
            self.take(";")
        made.fields[int(number)] = (name, kind, label, oneof)


def problems(reader: dict, writer: dict) -> list[str]:
    """Return why ``reader`` can't read messages written with ``writer``; empty when it can."""
    found = []
    for name, old in writer.items():
        new = reader.get(name)
        if old is None:
            continue
        if new is None:
            found.append(f"{name}: the message is missing")
            continue
        for number in sorted({*new.fields, *old.fields}):
            mine, theirs = new.fields.get(number), old.fields.get(number)
            if theirs is None and mine[2] == "required":
                found.append(f"{name}.{mine[0]}: is required and was not there")
            elif mine and theirs:
                found += _field(name, mine, theirs, (reader, writer))
    return found


def _field(name: str, mine: tuple, theirs: tuple, known: tuple) -> list[str]:
    place = f"{name}.{mine[0]}"
    if mine[3] != theirs[3]:
        raise LabLimit(
            f"the comparison of {place}, which moves into or out of a oneof",
            "The registry compares them and takes or refuses the version.",
            "BACKWARD lets consumers with the new schema read old data; it is the usual choice.",
        )
    if mine[2] == "required" and theirs[2] != "required":
        return [f"{place}: is required and was not"]
    if (mine[2] == "repeated") != (theirs[2] == "repeated"):
        return [f"{place}: changed between one value and repeated"]
    kinds = [_wire(part[1], side) for part, side in zip((mine, theirs), known, strict=True)]
    return [] if kinds[0] == kinds[1] else [f"{place}: {theirs[1]} cannot be read as {mine[1]}"]


def _wire(kind: str, known: dict):
    enum = any(one == kind or one.endswith(f".{kind}") for one, made in known.items() if not made)
    return 0 if enum else _WIRE.get(kind, kind)
