"""Names of types and of encodings, as the definition of a column writes them.

https://docs.aws.amazon.com/redshift/latest/dg/c_Supported_data_types.html
https://docs.aws.amazon.com/redshift/latest/dg/c_Compression_encodings.html (read 2026-11-23)
"""

from dealab.sql import types
from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.types import Type

_SIMPLE = {
    **dict.fromkeys(("SMALLINT", "INT2"), types.SMALLINT),
    **dict.fromkeys(("INTEGER", "INT", "INT4"), types.INTEGER),
    **dict.fromkeys(("BIGINT", "INT8"), types.BIGINT),
    **dict.fromkeys(("REAL", "FLOAT4"), types.REAL),
    **dict.fromkeys(("DOUBLE PRECISION", "FLOAT8"), types.DOUBLE),
    **dict.fromkeys(("BOOLEAN", "BOOL"), types.BOOLEAN),
    "DATE": types.DATE,
    "SUPER": types.SUPER,
    "TIMESTAMPTZ": types.TIMESTAMPTZ,
    "TEXT": types.varchar(256),
    "BPCHAR": types.char(256),
}
_CHARS = {
    **dict.fromkeys(("VARCHAR", "NVARCHAR", "CHARACTER VARYING", "CHAR VARYING"), "varchar"),
    **dict.fromkeys(("CHAR", "CHARACTER", "NCHAR"), "char"),
}
_BYTES = ("VARBYTE", "VARBINARY", "BINARY VARYING")
#: types that PostgreSQL has and Redshift does not take in a table
#: https://docs.aws.amazon.com/redshift/latest/dg/c_unsupported-postgresql-datatypes.html
UNSUPPORTED = frozenset(
    [
        "BYTEA",
        "MONEY",
        "INET",
        "CIDR",
        "MACADDR",
        "BIT",
        "VARBIT",
        "POINT",
        "LINE",
        "LSEG",
        "BOX",
        "PATH",
        "POLYGON",
        "CIRCLE",
    ]
)
LIMITED = {
    "GEOMETRY": "Redshift keeps shapes in such columns.",
    "GEOGRAPHY": "Redshift keeps shapes on the globe in such columns.",
    "HLLSKETCH": "Redshift keeps HyperLogLog sketches in such columns.",
}


def read_type(reader, column: str = "") -> Type:
    """Take a type's name. Raises Redshift's error for what it does not have."""
    start = reader.at
    word = " ".join(reader.word().split())
    if not word or not reader.is_name():
        raise reader.fail()
    place = reader.place()
    reader.take()
    if word == "DOUBLE" and reader.accept("PRECISION"):
        word = "DOUBLE PRECISION"
    if word in ("CHAR", "CHARACTER", "BINARY", "NATIONAL") and reader.accept("VARYING"):
        word = "VARBYTE" if word == "BINARY" else "VARCHAR"
    if word == "FLOAT":
        return _float(reader, place)
    if word in _SIMPLE:
        return _SIMPLE[word]
    if word in _CHARS:
        return _chars(reader, _CHARS[word], place)
    if word in ("DECIMAL", "NUMERIC", "DEC"):
        return _decimal(reader, place)
    if word in _BYTES:
        return _bytes(reader, place)
    if word in ("TIMESTAMP", "TIME", "TIMETZ", "TIME WITH TIME ZONE"):
        return _moment(reader, word)
    if word == "INTERVAL":
        return _interval(reader)
    if word in LIMITED:
        raise LabLimit(f"columns of the type {word}", LIMITED[word])
    name = reader.text_between(start, reader.at).lower()
    if word in UNSUPPORTED:
        shown_name = f'Column "{column}"' if column else "Column"
        raise ServiceError("0A000", f'{shown_name} has unsupported type "{name}".', *place)
    raise ServiceError("42704", f'type "{name}" does not exist', *place)


def _float(reader, place) -> Type:
    if not reader.sees("("):
        return types.DOUBLE
    digits = reader.listed(reader.integer)
    if len(digits) != 1 or not 1 <= digits[0] <= 53:
        raise ServiceError("22023", "precision for FLOAT must be between 1 and 53", *place)
    return types.REAL if digits[0] <= 24 else types.DOUBLE


def _chars(reader, name: str, place) -> Type:
    most = 65535 if name == "varchar" else 4096
    if not reader.sees("("):
        return types.varchar(256) if name == "varchar" else types.char(1)
    reader.expect("(")
    length = most if reader.accept("MAX") else reader.integer()
    reader.expect(")")
    if length < 1:
        raise ServiceError("22023", f"length for type {name} must be at least 1", *place)
    if length > most:
        raise ServiceError("22023", f"length for type {name} cannot exceed {most}", *place)
    return Type(name, (length,))


def _decimal(reader, place) -> Type:
    if not reader.sees("("):
        return types.decimal(18, 0)
    numbers = reader.listed(reader.integer)
    precision, scale = numbers[0], numbers[1] if len(numbers) > 1 else 0
    if not 1 <= precision <= 38:
        raise ServiceError(
            "22023", f"NUMERIC precision {precision} must be between 1 and 38", *place
        )
    if not 0 <= scale <= min(precision, 37) or len(numbers) > 2:
        raise ServiceError(
            "22023", f"NUMERIC scale {scale} must be between 0 and precision {precision}", *place
        )
    return types.decimal(precision, scale)


def _bytes(reader, place) -> Type:
    """VARBYTE(n) keeps its length: 64,000 bytes when none is given, 16,777,216 at most.

    https://docs.aws.amazon.com/redshift/latest/dg/r_VARBYTE_type.html
    """
    if reader.sees("("):
        reader.expect("(")
        length = reader.integer()
        reader.expect(")")
        if not 1 <= length <= 16_777_216:
            raise ServiceError("22023", "length for type varbyte cannot exceed 16777216", *place)
        return Type("varbinary", (length,))
    return types.VARBINARY


def _moment(reader, word: str) -> Type:
    zoned = word in ("TIMETZ", "TIME WITH TIME ZONE")
    if reader.accept("WITH", "TIME", "ZONE"):
        zoned = True
    elif reader.accept("WITHOUT", "TIME", "ZONE"):
        zoned = False
    if word == "TIMESTAMP":
        return types.TIMESTAMPTZ if zoned else types.TIMESTAMP
    if zoned:
        made = getattr(types, "TIMETZ", None)
        if made is None:
            raise LabLimit("columns of the type TIMETZ", "Redshift keeps times with their zone.")
        return made
    return types.TIME


def _interval(reader) -> Type:
    """INTERVAL YEAR TO MONTH or INTERVAL DAY TO SECOND [(digits)]: a column needs a qualifier.

    https://docs.aws.amazon.com/redshift/latest/dg/r_interval_data_types.html
    """
    if reader.accept("YEAR", "TO", "MONTH") or reader.accept_any("YEAR", "MONTH"):
        return types.INTERVAL_MONTH
    reader.expect_any("DAY", "HOUR", "MINUTE", "SECOND")
    if reader.accept("TO"):
        reader.expect_any("HOUR", "MINUTE", "SECOND")
    if reader.sees("("):
        digits = reader.listed(reader.integer)
        if digits != [6]:
            raise LabLimit(
                f"interval columns with the precision {digits[0]}",
                "Redshift keeps as many digits of a second as the precision says.",
            )
    return types.INTERVAL_DAY


# --- encodings ------------------------------------------------------------------------

_WHOLE = ("smallint", "integer", "bigint")
_DATED = ("date", "timestamp", "timestamptz")
_TIMES = ("time", "timetz")
#: encoding -> types that take it (None: all)
#: https://docs.aws.amazon.com/redshift/latest/dg/c_Compression_encodings.html
ENCODINGS: dict[str, tuple[str, ...] | None] = {
    "raw": None,
    "none": None,
    "auto": None,
    "az64": (*_WHOLE, "decimal", *_DATED, "time", "timetz"),
    "bytedict": (*_WHOLE, "decimal", "real", "double", "char", "varchar", *_DATED, "time"),
    "delta": (*_WHOLE, "decimal", *_DATED),
    "delta32k": ("integer", "bigint", "decimal", *_DATED),
    "lzo": (*_WHOLE, "decimal", "char", "varchar", *_DATED, "time", "timetz", "super", "varbinary"),
    "mostly8": (*_WHOLE, "decimal"),
    "mostly16": ("integer", "bigint", "decimal"),
    "mostly32": ("bigint", "decimal"),
    "runlength": (
        *_WHOLE,
        "decimal",
        "real",
        "double",
        "boolean",
        "char",
        "varchar",
        *_DATED,
        *_TIMES,
    ),
    "text255": ("varchar",),
    "text32k": ("varchar",),
    "zstd": (
        *_WHOLE,
        "decimal",
        "real",
        "double",
        "boolean",
        "char",
        "varchar",
        *_DATED,
        *_TIMES,
        "super",
        "varbinary",
    ),
}


def encoding(name: str, place, column: str, kind: Type) -> str:
    """Return an encoding as it is stored, or raise Redshift's error where it does not fit."""
    if name not in ENCODINGS or name == "auto":
        raise ServiceError("42601", f'syntax error at or near "{name}"', *place)
    takes = ENCODINGS[name]
    if takes is not None and kind.name not in takes:
        raise ServiceError(
            "42P16", f'invalid encoding type specified for column "{column}"', *place
        )
    return "none" if name == "raw" else name


def default_encoding(kind: Type, sorted_by: bool = False, temporary: bool = False) -> str:
    """Return the encoding that Redshift gives a column without one.

    https://docs.aws.amazon.com/redshift/latest/dg/c_Compression_encodings.html
    """
    if sorted_by or temporary or kind.name in ("boolean", "real", "double"):
        return "none"
    if kind.name in ("char", "varchar", "varbinary"):
        return "lzo"
    return "zstd" if kind.name == "super" else "az64"
