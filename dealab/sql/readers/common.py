"""What the readers share: options of DuckDB's file readers, and values of one type from text."""

import bz2
import gzip
import os
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.types import STRINGS, Type, duck_name, quote, text

# A byte pair that no text file holds: DuckDB wants some NULL marker, and some SerDes have none.
NO_NULL = "\\x01\\x02"
#: endings of compressed text that DuckDB opens
# https://docs.aws.amazon.com/athena/latest/ug/compression-formats.html
COMPRESSED = {".gz": "gzip", ".zst": "zstd"}
UNREAD = {
    ".bz2": "bzip2",
    ".snappy": "Snappy",
    ".lz4": "LZ4",
    ".deflate": "DEFLATE",
    ".lzo": "LZO",
    ".zip": "ZIP",
}


def options(files, extra: str, hive: bool, keys) -> str:
    """Return the arguments of a DuckDB file reader: the files, its settings, the path's keys."""
    listed = ", ".join(text(Path(file).as_posix()) for file in files)
    parts = [f"[{listed}]"]
    if extra:
        parts.append(extra)
    if hive and keys:
        types = ", ".join(f"{quote(name)}: {text(duck_name(kind))}" for name, kind in keys)
        parts.append(f"hive_partitioning = true, hive_types = {{{types}}}")
    else:
        parts.append("hive_partitioning = false")
    return ", ".join(parts)


def struct(columns) -> str:
    return "{" + ", ".join(f"{text(name)}: {text(kind)}" for name, kind in columns) + "}"


def open_bytes(file):
    """Open a text file's bytes, compressed or not."""
    name = str(file)
    if name.endswith(".gz"):
        return gzip.open(file, "rb")
    if name.endswith(".bz2"):
        return bz2.open(file, "rb")
    return open(file, "rb")


def open_text(file):
    if str(file).endswith(".gz"):
        return gzip.open(file, "rt", encoding="utf-8", errors="replace", newline="")
    return open(file, encoding="utf-8", errors="replace", newline="")


def check_compression(files) -> None:
    """Refuse text compressed in a way that DuckDB cannot open."""
    for file in files:
        ending = Path(file).suffix
        if ending in UNREAD:
            raise LabLimit(
                f"text files compressed with {UNREAD[ending]} ({ending})",
                "Athena opens text by its ending: .gz, .bz2, .snappy, .lz4, .deflate and .zst."
                if ending != ".zip"
                else "Athena does not open ZIP archives either.",
            )


def header_lines(table) -> int:
    """Return how many lines of each file are its header. Refuses what the lab does not read."""
    if table.settings.get("textinputformat.record.delimiter", "\n") != "\n":
        raise LabLimit("textinputformat.record.delimiter", "records end at that text then.")
    encoding = table.settings.get("serialization.encoding", "UTF-8")
    if encoding.upper() not in ("UTF-8", "UTF8", "US-ASCII"):
        raise LabLimit(f"text in the encoding {encoding}", "Athena decodes it.")
    if str(table.settings.get("skip.footer.line.count", "0") or "0") != "0":
        raise LabLimit("skip.footer.line.count", "the last lines of each file would be left out.")
    written = str(table.settings.get("skip.header.line.count", "0") or "0").strip()
    if not written.isdigit():
        # trinodb/trino, HiveUtil.getPositiveIntegerValue
        raise ServiceError(
            "HIVE_INVALID_METADATA",
            f"Invalid value for skip.header.line.count property: {written}",
        )
    return int(written)


def nulls_for_bad_data(table) -> bool:
    """Tell whether a value that does not hold its column's type reads as NULL.

    https://docs.aws.amazon.com/athena/latest/ug/csv-serde.html names it a property of the table,
    https://docs.aws.amazon.com/athena/latest/ug/openx-json-serde.html one of the SerDe.
    """
    return str(table.settings.get("use.null.for.invalid.data", "")).strip().lower() == "true"


@dataclass(frozen=True)
class Scan:
    """What one pass over a text file found: blank lines behind the header, the most fields that
    a line has, control characters in use, and whether ``odd`` found anything."""

    blank: int
    fields: int
    controls: frozenset
    odd: bool


def scan(file, header: int, delimiter: str, odd: str) -> Scan:
    """Look through a text file once; the answer is kept until the file changes.

    ``odd`` is a regular expression over one line, or "".
    """
    status = os.stat(file)
    return _scan(str(file), status.st_mtime_ns, status.st_size, header, delimiter, odd)


@lru_cache(maxsize=4096)
def _scan(file: str, changed: int, size: int, header: int, delimiter: str, odd: str) -> Scan:
    blank, fields, found = 0, 0, False
    controls: set[int] = set()
    mark = delimiter.encode()
    shape = re.compile(odd.encode()) if odd else None
    with open_bytes(file) as data:
        for at, line in enumerate(data):
            if at < header:
                continue
            line = line.rstrip(b"\r\n")
            if not line:
                blank += 1
                continue
            fields = max(fields, line.count(mark) + 1)
            if len(controls) < len(_SPARE):
                controls.update(_SPARE & set(line))
            if shape is not None and not found:
                found = shape.search(line) is not None
    return Scan(blank, fields, frozenset(controls), found)


_SPARE = frozenset([*range(1, 9), 11, 12, *range(14, 32)])


def spare(scans) -> str:
    """Return DuckDB's text of a character that no line of the files holds."""
    used = frozenset().union(*(found.controls for found in scans))
    free = sorted(_SPARE - used)
    if not free:
        raise LabLimit("text files that use every control character", "Athena reads them.")
    return f"chr({free[-1]})"


def lines(table, files, hive: bool, scans, wanted: str) -> str:
    """Return a subquery over the files' lines: ``wanted`` is selected from column ``line``."""
    extra = (
        f"auto_detect = false, header = false, skip = {header_lines(table)}, "
        f"columns = {{'line': 'VARCHAR'}}, delim = {spare(scans)}, quote = '', escape = '', "
        f"nullstr = {text(NO_NULL)}, null_padding = true, strict_mode = false, filename = true"
    )
    read = f"read_csv({options(files, extra, hive, table.keys)})"
    every = blanks(table, files, hive, scans, read, ["line"])
    return f"(SELECT {wanted}, filename{keys_of(table, hive)} FROM {every})"


def keys_of(table, hive: bool) -> str:
    return "".join(f", {quote(name)}" for name, _ in table.keys) if hive else ""


def blanks(table, files, hive: bool, scans, read: str, columns: list[str]) -> str:
    """Return the source with the blank lines that DuckDB leaves out: rows whose first column is
    the empty text and whose others are NULL, as Hive's text input gives them."""
    wanted = [(file, found.blank) for file, found in zip(files, scans, strict=True) if found.blank]
    if not wanted:
        return read
    listed = ", ".join(quote(name) for name in columns)
    parts = [f"SELECT {listed}, filename{keys_of(table, hive)} FROM {read}"]
    for file, count in wanted:
        path = Path(file).as_posix()
        values = ["''", *("NULL" for _ in columns[1:]), text(path)]
        if hive:
            held = dict(step.split("=", 1) for step in path.split("/") if "=" in step)
            values += [
                f"CAST({text(held[name])} AS {duck_name(kind)})" for name, kind in table.keys
            ]
        parts.append(f"SELECT {', '.join(values)} FROM range({count})")
    return f"({' UNION ALL '.join(parts)})"


def read_csv(table, files, hive: bool, scans, header: int, dialect: str) -> tuple[str, list[str]]:
    """Return the source and the values of files that DuckDB's own CSV reader takes.

    ``dialect`` is that reader's settings for delimiter, quotes and NULLs. Lines may have more or
    fewer fields than the table has columns, as Hive allows.
    """
    names = [name for name, _ in table.columns]
    width = max([len(names), *(found.fields for found in scans)])
    spelled = names + [f"extra field {at}" for at in range(width - len(names))]
    extra = (
        f"auto_detect = false, header = false, skip = {header}, "
        f"columns = {struct((name, 'VARCHAR') for name in spelled)}, {dialect}, "
        f"null_padding = true, strict_mode = false, filename = true"
    )
    source = f"read_csv({options(files, extra, hive, table.keys)})"
    return blanks(table, files, hive, scans, source, names), [quote(name) for name in names]


def named(expression: str, name: str) -> str:
    """Return an expression under a column's name, which a bare column has already."""
    return expression if expression == quote(name) else f"{expression} AS {quote(name)}"


def fail(code: str, message: str, wanted: str) -> str:
    """Return an expression of DuckDB's type ``wanted`` that fails the query when a row needs it.

    ``message`` is an SQL expression of text.
    """
    return f"CAST(CAST(lab_fail({text(code + '|')} || {message}) AS VARCHAR) AS {wanted})"


_WHOLE = "[+-]?[0-9]+"
_DAY = "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
_MOMENT = rf"{_DAY} [0-9]{{1,2}}:[0-9]{{1,2}}:[0-9]{{1,2}}(\.[0-9]{{1,9}})?"


def from_text(value: str, kind: Type) -> str:
    """Return text as Hive's lazy SerDe reads it: NULL where it does not hold the type."""
    wanted = duck_name(kind)
    name = kind.name
    if name in STRINGS:
        return f"left({value}, {kind.args[0]})" if kind.args and kind.args[0] else value
    if name in ("tinyint", "smallint", "integer", "bigint"):
        return _when(value, _WHOLE, f"TRY_CAST({value} AS {wanted})")
    if name == "boolean":
        return f"CASE lower({value}) WHEN 'true' THEN true WHEN 'false' THEN false END"
    if name == "date":
        return _when(value, _DAY, f"TRY_CAST({value} AS DATE)")
    if name == "timestamp":
        return _when(value, _MOMENT, f"TRY_CAST({value} AS TIMESTAMP)")
    if name == "varbinary":
        return f"TRY(from_base64({value}))"
    return f"TRY_CAST({value} AS {wanted})"


def _when(value: str, shape: str, then: str) -> str:
    return f"CASE WHEN regexp_full_match({value}, {text(shape)}) THEN {then} END"


def suffix(serde: str) -> str:
    """Return the class's own name, in lower case."""
    return re.split(r"[.$]", serde)[-1].lower()
