"""What the readers share: options of DuckDB's file readers, and values of one type from text."""

import bz2
import gzip
import re
from pathlib import Path

from dealab.sql.errors import LabLimit
from dealab.sql.types import STRINGS, Type, duck_name, quote, text

# A byte pair that no text file holds: DuckDB wants some NULL marker, and some SerDes have none.
NO_NULL = "\\x01\\x02"
#: a delimiter that no line holds, to read whole lines
NO_DELIMITER = "chr(1) || chr(3) || chr(1) || chr(4)"

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
    if str(table.parameters.get("skip.footer.line.count", "0") or "0") != "0":
        raise LabLimit(
            "skip.footer.line.count", "the last lines of each file would be left out."
        )
    written = str(table.parameters.get("skip.header.line.count", "0") or "0").strip()
    return int(written) if written.isdigit() else 0


def lines(table, files, hive: bool, wanted: str) -> str:
    """Return a subquery whose column ``line`` holds the files' lines; ``wanted`` is what else is
    to be selected from it."""
    check_compression(files)
    extra = (
        f"auto_detect = false, header = false, skip = {header_lines(table)}, "
        f"columns = {{'line': 'VARCHAR'}}, delim = {NO_DELIMITER}, quote = '', escape = '', "
        f"nullstr = {text(NO_NULL)}, null_padding = true, filename = true"
    )
    keys = "".join(f", {quote(name)}" for name, _ in table.keys) if hive else ""
    return f"(SELECT {wanted}, filename{keys} FROM read_csv({options(files, extra, hive, table.keys)}))"


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
