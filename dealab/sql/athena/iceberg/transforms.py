"""Iceberg's partition transforms: names, checks, DuckDB expressions, folders, and pruning.

https://iceberg.apache.org/spec/#partition-transforms
"""

import datetime
import re
from decimal import Decimal
from urllib.parse import quote_plus

from dealab.sql import patterns, types
from dealab.sql.errors import ServiceError
from dealab.sql.types import Type

#: transform -> the types it takes
# https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-creating-tables.html
TAKES = {
    "year": ("date", "timestamp"),
    "month": ("date", "timestamp"),
    "day": ("date", "timestamp"),
    "hour": ("timestamp",),
    "bucket": ("integer", "bigint", "decimal", "date", "timestamp", "varchar", "varbinary"),
    "truncate": ("integer", "bigint", "decimal", "varchar"),
}
_SUFFIX = {"bucket": "bucket", "truncate": "trunc"}
_IDENTITY = (
    "boolean",
    "integer",
    "bigint",
    "real",
    "double",
    "decimal",
    "varchar",
    "varbinary",
    "date",
    "timestamp",
)
EPOCH = datetime.date(1970, 1, 1)


def text_of(transform: str, argument: int | None) -> str:
    """Return Iceberg's text of a transform: ``day``, ``bucket[16]``, ``identity``."""
    if not transform:
        return "identity"
    return f"{transform}[{argument}]" if argument is not None else transform


def split(text: str) -> tuple[str, int | None]:
    """Return name and argument of Iceberg's text."""
    found = re.fullmatch(r"(\w+)\[(\d+)\]", text)
    return (found[1], int(found[2])) if found else (text, None)


def field_name(column: str, transform: str) -> str:
    """Return the name of a partition field, as Iceberg makes it."""
    name, _ = split(transform)
    return column if name == "identity" else f"{column}_{_SUFFIX.get(name, name)}"


def check(column: str, kind: Type, transform: str) -> None:
    """Refuse a transform that does not take the column's type."""
    name, argument = split(transform)
    takes = _IDENTITY if name == "identity" else TAKES[name]
    if kind.name not in takes:
        raise ServiceError(
            "NOT_SUPPORTED",
            f"Unsupported type for '{name}': {types.athena_name(kind)} (column {column})"
            if name != "identity"
            else f"Partitioning by a column of type {types.athena_name(kind)} is not supported: "
            f"{column}",
        )
    if argument is not None and argument <= 0:
        raise ServiceError(
            "INVALID_TABLE_PROPERTY", f"Invalid argument of {name}: {argument} (must be positive)"
        )


def parse(item: str) -> tuple[str, str]:
    """Read an item of CTAS' ``partitioning``: ``day(ts)``, ``bucket(c, 16)``, ``c``.

    There the number comes last. Returns column and transform.
    https://docs.aws.amazon.com/athena/latest/ug/create-table-as.html
    """
    wanted = item.strip().lower()
    found = re.fullmatch(r"(year|month|day|hour)\s*\(\s*\"?(\w+)\"?\s*\)", wanted)
    if found:
        return found[2], found[1]
    found = re.fullmatch(r"(bucket|truncate)\s*\(\s*\"?(\w+)\"?\s*,\s*(\d+)\s*\)", wanted)
    if found:
        return found[2], f"{found[1]}[{int(found[3])}]"
    if re.fullmatch(r"\"?\w+\"?", wanted):
        return wanted.strip('"'), "identity"
    raise ServiceError(
        "INVALID_TABLE_PROPERTY",
        f"Unable to parse partitioning value: Invalid partition field declaration: {item}",
    )


def result_type(kind: Type, transform: str) -> Type:
    """Return the type of the partition values."""
    name, _ = split(transform)
    if name in ("identity", "truncate"):
        return kind
    return types.DATE if name == "day" else types.INTEGER


def expression(column: str, kind: Type, transform: str) -> str:
    """Return DuckDB's text of a transform over the text of a column."""
    name, argument = split(transform)
    match name:
        case "identity":
            return column
        case "year":
            return f"(year({column}) - 1970)"
        case "month":
            return f"((year({column}) - 1970) * 12 + month({column}) - 1)"
        case "day":
            return f"CAST({column} AS DATE)"
        case "hour":
            return f"CAST(floor(epoch_us({column}) / 3600000000.0) AS INTEGER)"
        case "bucket":
            return f"((lab_py_iceberg_hash({_bytes(column, kind)}) & 2147483647) % {argument})"
    if kind.name == "varchar":
        return f"left({column}, {argument})"
    if kind.name == "decimal":
        scale = kind.args[1]
        whole = f"CAST({column} * {10**scale} AS HUGEINT)"
        over = f"CAST((({whole} % {argument}) + {argument}) % {argument} AS DECIMAL(18,0))"
        unit = "1" if scale == 0 else f"0.{'0' * (scale - 1)}1"
        return f"CAST({column} - {over} * {unit} AS {types.duck_name(kind)})"
    cut = f"({column} - ((({column} % {argument}) + {argument}) % {argument}))"
    return f"CAST({cut} AS {types.duck_name(kind)})"


def _bytes(column: str, kind: Type) -> str:
    """Return text that names the value to hash: its kind and its exact value."""
    match kind.name:
        case "integer" | "bigint":
            return f"'n' || {column}"
        case "date":
            return f"'n' || date_diff('day', DATE '1970-01-01', {column})"
        case "timestamp":
            return f"'n' || epoch_us({column})"
        case "decimal":
            return f"'d' || {column}"
        case "varbinary":
            return f"'b' || hex({column})"
    return f"'s' || {column}"


# --- the hash of bucket() ---------------------------------------------------------------


def iceberg_hash(named: str) -> int:
    """Return Iceberg's hash of a value named by ``_bytes``.

    https://iceberg.apache.org/spec/#appendix-b-32-bit-hash-requirements
    """
    mark, value = named[0], named[1:]
    if mark == "n":
        return murmur3(int(value).to_bytes(8, "little", signed=True))
    if mark == "d":
        number = Decimal(value)
        unscaled = int(number.scaleb(-number.as_tuple().exponent))
        size = (unscaled if unscaled >= 0 else ~unscaled).bit_length() // 8 + 1
        return murmur3(unscaled.to_bytes(size, "big", signed=True))
    return murmur3(bytes.fromhex(value) if mark == "b" else value.encode())


def murmur3(data: bytes) -> int:
    """Return MurmurHash3's x86 32-bit hash with seed 0, as a signed number."""

    def mix(word: int) -> int:
        word = word * 0xCC9E2D51 & 0xFFFFFFFF
        word = (word << 15 | word >> 17) & 0xFFFFFFFF
        return word * 0x1B873593 & 0xFFFFFFFF

    state, whole = 0, len(data) // 4 * 4
    for at in range(0, whole, 4):
        state ^= mix(int.from_bytes(data[at : at + 4], "little"))
        state = (state << 13 | state >> 19) & 0xFFFFFFFF
        state = (state * 5 + 0xE6546B64) & 0xFFFFFFFF
    if whole < len(data):
        state ^= mix(int.from_bytes(data[whole:], "little"))
    state ^= len(data)
    state ^= state >> 16
    state = state * 0x85EBCA6B & 0xFFFFFFFF
    state ^= state >> 13
    state = state * 0xC2B2AE35 & 0xFFFFFFFF
    state ^= state >> 16
    return state - (1 << 32) if state >= 1 << 31 else state


def bucket(value, kind: Type, buckets: int) -> int | None:
    """Return the bucket of a Python value, or None where it cannot be told."""
    match kind.name:
        case "integer" | "bigint":
            named = f"n{int(value)}"
        case "date":
            named = f"n{(value - EPOCH).days}"
        case "timestamp":
            past = value - datetime.datetime(1970, 1, 1)
            named = f"n{past // datetime.timedelta(microseconds=1)}"
        case "varchar":
            named = f"s{value}"
        case _:
            return None
    return (iceberg_hash(named) & 0x7FFFFFFF) % buckets


patterns.PYTHON["lab_py_iceberg_hash"] = (iceberg_hash, ["VARCHAR"], "INTEGER")


# --- values -----------------------------------------------------------------------------


def human(value: str | None, transform: str) -> str:
    """Return a partition value (text) as it stands in a folder's name."""
    if value is None:
        return "null"
    match split(transform)[0]:
        case "year":
            return str(1970 + int(value))
        case "month":
            return f"{1970 + int(value) // 12:04d}-{int(value) % 12 + 1:02d}"
        case "hour":
            moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(hours=int(value))
            return moment.strftime("%Y-%m-%d-%H")
    return value


def folder(parts: list[tuple[str, str | None, str]]) -> str:
    """Return the folder of (field name, value, transform): ``ts_day=2026-04-01/channel=web/``."""
    return "".join(
        f"{quote_plus(name)}={quote_plus(human(value, transform))}/"
        for name, value, transform in parts
    )


def typed(value: str | None, kind: Type):
    """Return the Python value of DuckDB's text of a value, or None where nothing is known."""
    if value is None:
        return None
    match kind.name:
        case "integer" | "bigint":
            return int(value)
        case "real" | "double":
            return float(value)
        case "decimal":
            return Decimal(value)
        case "boolean":
            return value.lower() == "true"
        case "date":
            return _moment(datetime.date.fromisoformat, value)
        case "timestamp":
            return _moment(datetime.datetime.fromisoformat, value)
        case "varchar":
            return value
    return None


def order(value: str, kind: Type):
    """Return what a partition value (text) is sorted by."""
    found = typed(value, kind)
    return (found is None, value if found is None else found)


def _moment(read, value: str):
    try:
        return read(value)
    except ValueError:  # beyond Python's years
        return None
