"""The services' data types: names, coercion, and what DuckDB calls them.

One frozen ``Type`` serves both services. ``name`` is Trino's name for the type (``integer``,
``timestamp``) or one of the lab's own: ``null`` (the type of NULL), ``timestamptz``, ``super``,
``interval_day`` and ``interval_month``, and ``literal`` (a Redshift string literal whose type is
still open). ``args`` holds what the type is made of:

    decimal (precision, scale)     varchar, char (length or None)     array (element,)
    map (key, value)               row (((name, type), ...),)         timestamp (precision,)
    timestamptz (precision, zone)
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Type:
    name: str
    args: tuple = ()

    def __str__(self) -> str:
        return athena_name(self)


NULL = Type("null")
BOOLEAN = Type("boolean")
TINYINT = Type("tinyint")
SMALLINT = Type("smallint")
INTEGER = Type("integer")
BIGINT = Type("bigint")
REAL = Type("real")
DOUBLE = Type("double")
VARCHAR = Type("varchar", (None,))
VARBINARY = Type("varbinary")
DATE = Type("date")
TIME = Type("time", (3,))
TIMESTAMP = Type("timestamp", (3,))
TIMESTAMPTZ = Type("timestamptz", (3, "UTC"))
INTERVAL_DAY = Type("interval_day")
INTERVAL_MONTH = Type("interval_month")
JSON = Type("json")
SUPER = Type("super")
UUID = Type("uuid")
IPADDRESS = Type("ipaddress")
LITERAL = Type("literal")

INTEGERS = ("tinyint", "smallint", "integer", "bigint")
FLOATS = ("real", "double")
NUMBERS = (*INTEGERS, "decimal", *FLOATS)
STRINGS = ("varchar", "char", "literal")
INTERVALS = ("interval_day", "interval_month")

# How many decimal digits each integer type can hold, for arithmetic with decimals.
DIGITS = {"tinyint": 3, "smallint": 5, "integer": 10, "bigint": 19}


def decimal(precision: int, scale: int) -> Type:
    return Type("decimal", (precision, scale))


def checked_decimal(precision: int, scale: int) -> Type:
    """Return the decimal type, or raise ValueError with the service's words."""
    if not 1 <= precision <= 38:
        raise ValueError(f"DECIMAL precision must be in range [1, 38]: {precision}")
    if not 0 <= scale <= precision:
        raise ValueError(f"DECIMAL scale must be in range [0, precision ({precision})]: {scale}")
    return decimal(precision, scale)


def checked_length(name: str, length: int, most: int) -> Type:
    """Return a varchar or char type, or raise ValueError with the service's words."""
    if not 0 < length <= most:
        raise ValueError(f"{name.upper()} length must be in range [1, {most}]: {length}")
    return Type(name, (length,))


def varchar(length: int | None = None) -> Type:
    return Type("varchar", (length,))


def char(length: int) -> Type:
    return Type("char", (length,))


def array(element: Type) -> Type:
    return Type("array", (element,))


def map_of(key: Type, value: Type) -> Type:
    return Type("map", (key, value))


def row(fields) -> Type:
    """``fields``: pairs of name (None for an unnamed field) and type."""
    return Type("row", (tuple(fields),))


def timestamp(precision: int = 3) -> Type:
    return Type("timestamp", (precision,))


def timestamptz(zone: str = "UTC", precision: int = 3) -> Type:
    return Type("timestamptz", (precision, zone))


def as_decimal(kind: Type) -> Type | None:
    """Return the decimal type that holds every value of an integer or decimal type."""
    if kind.name == "decimal":
        return kind
    if kind.name in DIGITS:
        return decimal(DIGITS[kind.name], 0)
    return None


# --- names ----------------------------------------------------------------------------


def athena_name(kind: Type, lengths: bool = True) -> str:
    """Return the type as Trino prints it. ``lengths=False`` drops varchar's length, as Athena's
    result metadata does."""
    name, args = kind.name, kind.args
    match name:
        case "decimal":
            return f"decimal({args[0]},{args[1]})"
        case "varchar":
            return f"varchar({args[0]})" if lengths and args[0] is not None else "varchar"
        case "char":
            return f"char({args[0]})"
        case "array":
            return f"array({athena_name(args[0], lengths)})"
        case "map":
            return f"map({athena_name(args[0], lengths)}, {athena_name(args[1], lengths)})"
        case "row":
            fields = (
                f"{field} {athena_name(of, lengths)}" if field else athena_name(of, lengths)
                for field, of in args[0]
            )
            return f"row({', '.join(fields)})"
        case "time" | "timestamp":
            return f"{name}({args[0]})"
        case "timestamptz":
            return f"timestamp({args[0]}) with time zone"
        case "interval_day":
            return "interval day to second"
        case "interval_month":
            return "interval year to month"
        case "null":
            return "unknown"
    return name


_REDSHIFT = {
    "varchar": "character varying",
    "literal": "character varying",
    "char": "character",
    "real": "real",
    "double": "double precision",
    "tinyint": "smallint",
    "varbinary": "varbyte",
    "time": "time without time zone",
    "timestamp": "timestamp without time zone",
    "timestamptz": "timestamp with time zone",
    "interval_day": "interval day to second",
    "interval_month": "interval year to month",
    "json": "super",
    "array": "super",
    "map": "super",
    "row": "super",
    "null": "unknown",
}


def redshift_name(kind: Type) -> str:
    """Return the type as Redshift prints it; nested types of external tables read as SUPER."""
    if kind.name == "decimal":
        return f"numeric({kind.args[0]},{kind.args[1]})"
    name = _REDSHIFT.get(kind.name, kind.name)
    if kind.name in ("varchar", "char") and kind.args and kind.args[0] is not None:
        return f"{name}({kind.args[0]})"
    return name


_DUCK = {
    "null": "INTEGER",
    "boolean": "BOOLEAN",
    "tinyint": "TINYINT",
    "smallint": "SMALLINT",
    "integer": "INTEGER",
    "bigint": "BIGINT",
    "real": "FLOAT",
    "double": "DOUBLE",
    "varchar": "VARCHAR",
    "char": "VARCHAR",
    "literal": "VARCHAR",
    "varbinary": "BLOB",
    "date": "DATE",
    "time": "TIME",
    "timestamp": "TIMESTAMP",
    "timestamptz": "TIMESTAMP WITH TIME ZONE",
    "interval_day": "INTERVAL",
    "interval_month": "INTERVAL",
    "json": "JSON",
    "super": "JSON",
    "uuid": "UUID",
    "ipaddress": "VARCHAR",
}


def duck_name(kind: Type) -> str:
    """Return DuckDB's name of the type that carries it."""
    name, args = kind.name, kind.args
    match name:
        case "decimal":
            return f"DECIMAL({args[0]},{args[1]})"
        case "array":
            return f"{duck_name(args[0])}[]"
        case "map":
            return f"MAP({duck_name(args[0])}, {duck_name(args[1])})"
        case "row":
            fields = (
                f"{quote(field_key(field, at))} {duck_name(of)}"
                for at, (field, of) in enumerate(args[0])
            )
            return f"STRUCT({', '.join(fields)})"
    return _DUCK[name]


def field_key(name: str | None, position: int) -> str:
    """Return the DuckDB name of a row's field; unnamed fields get one by position."""
    return name if name else f"field{position}"


def number_cast(sql: str, old: Type, new: Type) -> str:
    """Return the cast of a number to a number: both services round a float to an integer."""
    rounds = old.name in FLOATS and new.name in INTEGERS
    return f"CAST({f'round({sql})' if rounds else sql} AS {duck_name(new)})"


def quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """Return an SQL string literal."""
    return "'" + value.replace("'", "''") + "'"


# --- reading the catalog's (Hive's) type names ----------------------------------------

_HIVE = {
    "boolean": BOOLEAN,
    "tinyint": TINYINT,
    "smallint": SMALLINT,
    "int": INTEGER,
    "integer": INTEGER,
    "bigint": BIGINT,
    "float": REAL,
    "real": REAL,
    "double": DOUBLE,
    "string": VARCHAR,
    "varchar": VARCHAR,
    "binary": VARBINARY,
    "date": DATE,
    "timestamp": TIMESTAMP,
}

_HIVE_WORDS = {"integer": "int", "real": "float", "varbinary": "binary"}


def hive_name(kind: Type) -> str:
    """Return the type as Hive and the Glue catalog write it. Raises ValueError where they have
    none (time, timestamp with time zone, JSON)."""
    name, args = kind.name, kind.args
    match name:
        case "decimal":
            return f"decimal({args[0]},{args[1]})"
        case "varchar":
            return "string" if args[0] is None else f"varchar({args[0]})"
        case "char":
            return f"char({args[0]})"
        case "array":
            return f"array<{hive_name(args[0])}>"
        case "map":
            return f"map<{hive_name(args[0])},{hive_name(args[1])}>"
        case "row":
            fields = (
                f"{field_key(field, at)}:{hive_name(of)}" for at, (field, of) in enumerate(args[0])
            )
            return f"struct<{','.join(fields)}>"
        case "timestamp":
            return "timestamp"
    written = _HIVE_WORDS.get(name, name)
    if written not in _HIVE:
        raise ValueError(athena_name(kind))
    return written


_TOKEN = re.compile(r"\s*([^<>(),:\s](?:[^<>(),:]*[^<>(),:\s])?|[<>(),:])")


def from_hive(name: str) -> Type:
    """Read a Glue column type such as ``array<struct<sku:string,price:decimal(10,2)>>``.

    Raises ValueError for a type that Hive does not have.
    """
    tokens = _TOKEN.findall(name)
    kind, rest = _read_hive(tokens, name)
    if rest:
        raise ValueError(f"unreadable column type: {name}")
    return kind


def _read_hive(tokens: list[str], whole: str) -> tuple[Type, list[str]]:
    if not tokens:
        raise ValueError(f"unreadable column type: {whole}")
    word, rest = tokens[0].lower(), tokens[1:]
    if word == "array" and rest[:1] == ["<"]:
        element, rest = _read_hive(rest[1:], whole)
        return array(element), _expect(rest, ">", whole)
    if word == "map" and rest[:1] == ["<"]:
        key, rest = _read_hive(rest[1:], whole)
        value, rest = _read_hive(_expect(rest, ",", whole), whole)
        return map_of(key, value), _expect(rest, ">", whole)
    if word == "struct" and rest[:1] == ["<"]:
        fields, rest = [], rest[1:]
        while True:
            field, rest = rest[0].lower(), _expect(rest[1:], ":", whole)
            kind, rest = _read_hive(rest, whole)
            fields.append((field, kind))
            if rest[:1] == [","]:
                rest = rest[1:]
                continue
            return row(fields), _expect(rest, ">", whole)
    if word in ("decimal", "char", "varchar") and rest[:1] == ["("]:
        close = rest.index(")")
        numbers = [int(part) for part in rest[1:close] if part != ","]
        rest = rest[close + 1 :]
        if word == "decimal":
            return decimal(numbers[0], numbers[1] if len(numbers) > 1 else 0), rest
        return Type(word, (numbers[0],)), rest
    if word == "decimal":
        return decimal(10, 0), rest
    if word in _HIVE:
        return _HIVE[word], rest
    raise ValueError(f"unknown column type: {whole}")


def _expect(tokens: list[str], mark: str, whole: str) -> list[str]:
    if tokens[:1] != [mark]:
        raise ValueError(f"unreadable column type: {whole}")
    return tokens[1:]
