"""The JSON SerDes: one object a line; a missing key is NULL; key case does not matter.

https://docs.aws.amazon.com/athena/latest/ug/openx-json-serde.html
https://docs.aws.amazon.com/athena/latest/ug/hive-json-serde.html
"""

import gzip
import json
import re
from itertools import islice

from dealab.sql import javadates
from dealab.sql.catalog import Table
from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.readers.common import (
    check_compression,
    header_lines,
    nulls_for_bad_data,
    open_text,
    options,
    struct,
)
from dealab.sql.types import Type, duck_name, field_key, quote, text

SAMPLE = 200  # records looked at to learn how JSON keys are spelled


def _records(files, wrapper: str | None):
    for file in files[:3]:
        with open_text(file) as lines:
            if wrapper:
                try:
                    yield from islice(json.load(lines).get(wrapper, []), SAMPLE)
                except ValueError:
                    continue
                continue
            for line in islice(lines, SAMPLE):
                try:
                    record = json.loads(line)
                except ValueError:
                    continue
                if isinstance(record, dict):
                    yield record


def _spelling(records) -> dict:
    """Return how keys are spelled, by lower-case name, with the same for what they hold.

    The catalog's names are lower case and the SerDe matches them without regard to case; DuckDB
    does not, so the spelling is learned from the first records.
    """
    names: dict[str, str] = {}
    inside: dict[str, list] = {}
    for record in records:
        for key, value in record.items():
            names.setdefault(key.lower(), key)
            held = value if isinstance(value, list) else [value]
            inside.setdefault(key.lower(), []).extend(v for v in held if isinstance(v, dict))
    return {
        low: (name, _spelling(inside[low]) if inside[low] else {}) for low, name in names.items()
    }


def _names(kind: Type) -> set[str]:
    """Return the names of all fields inside a type."""
    if kind.name == "row":
        inner = [name for name, _ in kind.args[0] if name]
        return set(inner).union(*(_names(of) for _, of in kind.args[0]))
    if kind.name in ("array", "map"):
        return set().union(*(_names(part) for part in kind.args))
    return set()


def _rare_spellings(files, names: set[str]) -> dict[str, str]:
    """Look through all files for keys that the first records did not show (errorCode, say)."""
    if not names:
        return {}
    pattern = re.compile(
        rb'"(' + b"|".join(re.escape(name).encode() for name in sorted(names)) + rb')"\s*:',
        re.IGNORECASE,
    )
    found: dict[str, str] = {}
    for file in files:
        opener = gzip.open if str(file).endswith(".gz") else open
        tail = b""
        with opener(file, "rb") as data:
            while block := data.read(1 << 22):
                for match in pattern.finditer(tail + block):
                    key = match[1].decode()
                    found.setdefault(key.lower(), key)
                tail = block[-256:]
                if len(found) == len(names):
                    return found
    return found


def _json_type(kind: Type, spelling: dict, rare: dict) -> str:
    """Return the DuckDB type to read, with struct fields spelled as the files spell them."""
    if kind.name == "row":
        fields = []
        for at, (name, of) in enumerate(kind.args[0]):
            key = field_key(name, at)
            spelled, inner = spelling.get(key.lower(), (rare.get(key.lower(), key), {}))
            fields.append(f"{quote(spelled)} {_json_type(of, inner, rare)}")
        return f"STRUCT({', '.join(fields)})"
    if kind.name == "array":
        return f"{_json_type(kind.args[0], spelling, rare)}[]"
    if kind.name == "map":
        return f"MAP({duck_name(kind.args[0])}, {_json_type(kind.args[1], {}, rare)})"
    if kind.name == "timestamp":
        return "TIMESTAMP"
    return duck_name(kind)


def _flag(table: Table, key: str, default: str) -> bool:
    return str(table.settings.get(key, default)).strip(" ;").lower() == "true"


def _mapped(table: Table) -> dict[str, str]:
    """Return the JSON key of each column that the properties map (``mapping.ts``)."""
    if "openx" not in table.serde.lower():
        return {}
    return {
        name.removeprefix("mapping.").lower(): key
        for name, key in table.settings.items()
        if name.startswith("mapping.")
    }


def _json_columns(table: Table, files, wrapper: str | None):
    """Return (name, type, spellings of the key, DuckDB type to read) of each column."""
    records = list(_records(files, wrapper))
    spelling = _spelling(records)
    openx = "openx" in table.serde.lower()
    dots = openx and (
        _flag(table, "dots.in.keys", "false")
        or _flag(table, "ConvertDotsInJsonKeysToUnderscores", "false")
    )
    exact = openx and not _flag(table, "case.insensitive", "true")
    mapped = _mapped(table)
    wanted = {mapped.get(name, name).lower() for name, _ in table.columns}
    wanted |= set().union(*(_names(kind) for _, kind in table.columns))
    rare = _rare_spellings(files, wanted - _keys(spelling))
    spellings = {} if exact else _top_spellings(records, dots)
    columns = []
    for name, kind in table.columns:
        key = mapped.get(name, name)
        low = key.lower().replace(".", "_") if dots else key.lower()
        known, inner = spelling.get(key.lower(), ("", {}))
        found = spellings.get(low) or [known or rare.get(key.lower(), key)]
        if exact:
            found = [key]
        columns.append((name, kind, found, _json_type(kind, inner, rare)))
    return columns


def _top_spellings(records, dots: bool) -> dict[str, list[str]]:
    """Return every spelling of the top keys by their lower-case name.

    Two spellings in one record are an error of the SerDe.
    """
    found: dict[str, list[str]] = {}
    for record in records:
        seen: dict[str, str] = {}
        for key in record:
            low = key.lower().replace(".", "_") if dots else key.lower()
            if low in seen:
                raise ServiceError(
                    "HIVE_CURSOR_ERROR",
                    f'Row is not a valid JSON Object - JSONException: Duplicate key "{low}"',
                )
            seen[low] = key
            if key not in found.setdefault(low, []):
                found[low].append(key)
    return found


def _keys(spelling: dict) -> set[str]:
    """Return all names of a spelling, at any depth."""
    return set(spelling).union(*(_keys(inner) for _, inner in spelling.values()))


def read(table: Table, files, hive: bool, connection):
    """Return DuckDB's source and the columns."""
    check_compression(files)
    if header_lines(table):
        raise LabLimit(
            "skip.header.line.count over JSON text", "the first lines of each file are left out."
        )
    columns = _json_columns(table, files, None)
    ignore = _flag(table, "ignore.malformed.json", "false")
    lenient = "openx" in table.serde.lower() and nulls_for_bad_data(table)
    formats = [part for part in table.settings.get("timestamp.formats", "").split(",") if part]
    asked: dict[str, str] = {}
    for _, kind, spelled, of in columns:
        for key in spelled:
            asked[key] = "VARCHAR" if formats and kind.name == "timestamp" else of
            if lenient and asked[key] != "VARCHAR":
                asked[key] = "JSON"
    whole = len({key.lower() for key in asked}) < len(asked)  # DuckDB has no keys of two cases
    extra = f"format = 'newline_delimited', filename = true, ignore_errors = {str(ignore).lower()}"
    if whole:
        source = f"read_json_objects({options(files, extra, hive, table.keys)})"
    else:
        extra += f", records = true, columns = {struct(asked.items())}"
        source = f"read_json({options(files, extra, hive, table.keys)})"
    made = []
    for name, kind, spelled, of in columns:
        parts = [_extracted(key, asked[key]) if whole else quote(key) for key in spelled]
        value = parts[0] if len(parts) == 1 else f"coalesce({', '.join(parts)})"
        if formats and kind.name == "timestamp":
            listed = ", ".join(text(javadates.strptime(part)) for part in formats)
            value = f"coalesce(TRY_CAST({value} AS TIMESTAMP), try_strptime({value}, [{listed}]))"
        elif lenient and of != "VARCHAR":
            value = f"TRY_CAST({value} AS {of})"
        made.append(_renamed(value, name, kind, of))
    return source, made


def _extracted(key: str, kind: str) -> str:
    path = text('$."' + key + '"')
    if kind == "VARCHAR":
        return f"json_extract_string(json, {path})"
    return f"CAST(json_extract(json, {path}) AS {kind})"


def _renamed(expression: str, name: str, kind: Type, read: str) -> str:
    if kind.name == "varbinary":  # written in base64 by INSERT and CTAS
        return f"TRY(from_base64(CAST({expression} AS VARCHAR))) AS {quote(name)}"
    wanted = duck_name(kind)
    if read != wanted:  # only the spelling of struct fields can differ: the cast goes by position
        return f"{_respell(expression, kind)} AS {quote(name)}"
    return f"{expression} AS {quote(name)}"


def _respell(expression: str, kind: Type) -> str:
    return f"CAST({expression} AS {duck_name(kind)})"


def cloudtrail(table: Table, files, hive: bool, connection):
    """The CloudTrail SerDe: each file is one object whose ``Records`` are the rows."""
    columns = _json_columns(table, files, "Records")
    record = ", ".join(f"{quote(spelled[0])} {kind}" for _, _, spelled, kind in columns)
    extra = (
        f"format = 'unstructured', records = true, filename = true, "
        f"maximum_object_size = 268435456, "
        f"columns = {struct([('Records', f'STRUCT({record})[]')])}"
    )
    read = f"read_json({options(files, extra, hive, table.keys)})"
    keys = "".join(f", {quote(name)}" for name, _ in table.keys) if hive else ""
    source = f'(SELECT unnest("Records") AS "record", filename{keys} FROM {read})'
    return source, [
        _renamed(f'"record".{quote(spelled[0])}', name, kind, read_as)
        for name, kind, spelled, read_as in columns
    ]
