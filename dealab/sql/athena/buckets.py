"""Hive's bucket of a row: which of a table's bucket files it goes to.

Hive's original hashing, which Athena's CTAS uses. Its rules were taken from Hive's description and
Trino's HiveBucketing class: https://github.com/trinodb/trino/tree/main/plugin/trino-hive
"""

import datetime
import struct

_EPOCH = datetime.datetime(1970, 1, 1)
#: types that Hive buckets by in this lab
TYPES = (
    "boolean",
    "tinyint",
    "smallint",
    "integer",
    "bigint",
    "real",
    "double",
    "varchar",
    "char",
    "date",
    "timestamp",
)


def bucket(values: tuple, kinds, count: int) -> int:
    """Return the number of the bucket (from 0) of the bucketing columns' values."""
    total = 0
    for value, kind in zip(values, kinds, strict=True):
        total = (total * 31 + _hash(value, kind.name)) & 0xFFFFFFFF
    return (total & 0x7FFFFFFF) % count


def _hash(value, name: str) -> int:
    if value is None:
        return 0
    match name:
        case "boolean":
            return int(value)
        case "tinyint" | "smallint" | "integer":
            return value
        case "bigint":
            return _folded(value)
        case "real":
            return struct.unpack("<i", struct.pack("<f", value))[0] if value else 0
        case "double":
            return _folded(struct.unpack("<q", struct.pack("<d", value))[0]) if value else 0
        case "varchar" | "char":
            total = 0
            shown = value.rstrip(" ") if name == "char" else value
            for byte in shown.encode("utf-8"):
                total = (total * 31 + (byte - 256 if byte > 127 else byte)) & 0xFFFFFFFF
            return total
        case "date":
            return (value - _EPOCH.date()).days
        case "timestamp":
            since = value - _EPOCH
            seconds = since.days * 86_400 + since.seconds
            return _folded((seconds << 30) | (since.microseconds * 1000))
    raise TypeError(name)


def _folded(value: int) -> int:
    bits = value & 0xFFFFFFFFFFFFFFFF
    return (bits ^ (bits >> 32)) & 0xFFFFFFFF


__all__ = ["TYPES", "bucket"]
