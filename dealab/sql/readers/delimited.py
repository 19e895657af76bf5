r"""LazySimpleSerDe: no quotes, ``\N`` is NULL, a value of the wrong type reads as NULL.

https://docs.aws.amazon.com/athena/latest/ug/lazy-simple-serde.html
"""

import re

from dealab.sql import javadates, patterns
from dealab.sql.errors import LabLimit
from dealab.sql.readers.common import (
    check_compression,
    from_text,
    header_lines,
    lines,
    named,
    read_csv,
    scan,
    suffix,
)
from dealab.sql.types import Type, duck_name, text

#: Hive's separators of nested values, from the outermost: fields, items, keys, then ^D ^E ...
_DEEPER = [chr(number) for number in (4, 5, 6, 7, 8)]
#: properties of Hive's SerDe that change what is read
_UNREAD = {
    "serialization.last.column.takes.rest": "the last column holds the rest of the line.",
    "hive.lazysimple.extended_boolean_literal": "T, t, F, f, 1 and 0 are booleans too.",
}


def read(table, files, hive: bool, connection):
    """Return DuckDB's source and the columns."""
    check_compression(files)
    given = table.settings
    several = suffix(table.serde) == "multidelimitserde"
    delimiter = given.get("field.delim", given.get("serialization.format", "\x01"))
    delimiter = delimiter if several else character(delimiter)
    separators = [
        delimiter,
        character(given.get("collection.delim", given.get("colelction.delim", "\x02"))),
        character(given.get("mapkey.delim", "\x03")),
        *_DEEPER,
    ]
    null = given.get("serialization.null.format", "\\N")
    escape = character(given["escape.delim"]) if given.get("escape.delim") else ""
    formats = [part for part in given.get("timestamp.formats", "").split(",") if part]
    for name, what in _UNREAD.items():
        if str(given.get(name, "")).lower() == "true":
            raise LabLimit(f"the SerDe property {name}", what)
    header = header_lines(table)
    odd = re.escape(escape) if escape else ""
    scans = [scan(file, header, delimiter, odd) for file in files]
    if escape and any(found.odd for found in scans):
        if any(kind.name in ("array", "map", "row") for _, kind in table.columns):
            raise LabLimit(
                "escaped characters beside arrays, maps or structs in delimited text",
                "Athena takes the character behind the escape as it is, at each level.",
            )
        call = f"lab_py_lazy(line, {text(delimiter)}, {text(escape)}, {text(null)}) AS fields"
        source = lines(table, files, hive, scans, call)
        values = [f"fields[{at + 1}]" for at in range(len(table.columns))]
    elif several and len(delimiter) > 1:
        call = f"string_split(line, {text(delimiter)}) AS fields"
        source = lines(table, files, hive, scans, call)
        values = [f"nullif(fields[{at + 1}], {text(null)})" for at in range(len(table.columns))]
    else:
        dialect = f"delim = {text(delimiter)}, quote = '', escape = '', nullstr = {text(null)}"
        source, values = read_csv(table, files, hive, scans, header, dialect)
    columns = []
    for (name, kind), value in zip(table.columns, values, strict=True):
        expression = _value(value, kind, 1, separators, null, formats)
        columns.append(named(expression, name))
    return source, columns


def character(written: str) -> str:
    """Return the one character that a delimiter's property means: a number is its code."""
    if re.fullmatch(r"-?\d{1,3}", written) and -128 <= int(written) <= 127:
        return chr(int(written) & 0xFF)
    return written[:1] or "\x01"


def _value(value: str, kind: Type, level: int, separators, null: str, formats) -> str:
    """Return the value of a type from its text; nested values split at the level's separator."""
    if kind.name not in ("array", "map", "row"):
        if kind.name == "timestamp" and formats:
            listed = ", ".join(text(javadates.strptime(part)) for part in formats)
            return f"coalesce({from_text(value, kind)}, try_strptime({value}, [{listed}]))"
        return from_text(value, kind)
    if level + 1 >= len(separators):
        raise LabLimit("delimited text nested this deep", "Hive has eight levels of separators.")
    parts = f"string_split({value}, {text(separators[level])})"
    wanted = duck_name(kind)
    if kind.name == "array":
        item = f"x{level}"
        inner = _value(item, kind.args[0], level + 1, separators, null, formats)
        made = f"list_transform({parts}, lambda {item}: {_unless_null(item, inner, null)})"
        return _or_empty(value, "[]", made, wanted)
    if kind.name == "map":
        item = f"x{level}"
        mark = text(separators[level + 1])
        key = _value(
            f"split_part({item}, {mark}, 1)", kind.args[0], level + 2, separators, null, formats
        )
        rest = (
            f"CASE WHEN contains({item}, {mark}) THEN {item}[position({mark} IN {item}) + 1:] END"
        )
        held = _value(f"({rest})", kind.args[1], level + 2, separators, null, formats)
        pair = f"{{'k': {key}, 'v': {_unless_null(f'({rest})', held, null)}}}"
        pairs = f"list_transform({parts}, lambda {item}: {pair})"
        made = f"map_from_entries(lab_first_keys({pairs}))"
        return _or_empty(value, "MAP {}", made, wanted)
    fields = []
    for at, (name, of) in enumerate(kind.args[0]):
        piece = f"({parts})[{at + 1}]"
        inner = _value(piece, of, level + 1, separators, null, formats)
        fields.append(f"{text(name or f'field{at}')}: {_unless_null(piece, inner, null)}")
    return f"CASE WHEN {value} IS NOT NULL THEN CAST({{{', '.join(fields)}}} AS {wanted}) END"


def _or_empty(value: str, empty: str, made: str, wanted: str) -> str:
    return (
        f"CASE WHEN {value} IS NULL THEN NULL WHEN {value} = '' THEN CAST({empty} AS {wanted}) "
        f"ELSE CAST({made} AS {wanted}) END"
    )


def _unless_null(value: str, expression: str, null: str) -> str:
    return f"CASE WHEN {value} <> {text(null)} THEN {expression} END"


def _fields(line: str, delimiter: str, escape: str, null: str) -> list:
    """Split one line where the delimiter is not escaped; drop the escapes."""
    made, held, raw, at = [], [], [], 0
    while at < len(line):
        char = line[at]
        if char == escape and at + 1 < len(line):
            follows = line[at + 1]
            held.append({"n": "\n", "r": "\r"}.get(follows, follows) if escape == "\\" else follows)
            raw.append(char + follows)
            at += 2
            continue
        if char == delimiter:
            made.append(None if "".join(raw) == null else "".join(held))
            held, raw = [], []
        else:
            held.append(char)
            raw.append(char)
        at += 1
    made.append(None if "".join(raw) == null else "".join(held))
    return made


patterns.PYTHON["lab_py_lazy"] = (_fields, ["VARCHAR"] * 4, "VARCHAR[]")
