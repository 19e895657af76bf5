"""Columns, constraints and attributes of a table, as CREATE TABLE and its relatives write them.

https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_TABLE_NEW.html (read 2026-11-23)
"""

from dataclasses import dataclass, field, replace

from dealab.sql import types
from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.redshift.names import shown
from dealab.sql.redshift.namespace import Column, Constraint
from dealab.sql.types import Type

MAX_COLUMNS = 1600
MAX_NAME = 127  # bytes; a longer name is cut
MAX_SORT = {"COMPOUND": 400, "INTERLEAVED": 8}

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
    ["BYTEA", "MONEY", "INET", "CIDR", "MACADDR", "BIT", "VARBIT", "POINT", "LINE", "LSEG", "BOX"]
    + ["PATH", "POLYGON", "CIRCLE"]
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
        reader.listed(reader.integer)
    return types.INTERVAL_DAY


# --- encodings ------------------------------------------------------------------------

_WHOLE = ("smallint", "integer", "bigint")
_DATED = ("date", "timestamp", "timestamptz")
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
    "runlength": (*_WHOLE, "decimal", "real", "double", "boolean", "char", "varchar", *_DATED)
    + ("time", "timetz"),
    "text255": ("varchar",),
    "text32k": ("varchar",),
    "zstd": (*_WHOLE, "decimal", "real", "double", "boolean", "char", "varchar", *_DATED)
    + ("time", "timetz", "super", "varbinary"),
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


# --- columns --------------------------------------------------------------------------

_ATTRIBUTES = ("DEFAULT", "IDENTITY", "GENERATED", "ENCODE", "DISTKEY", "SORTKEY", "COLLATE")
_CONSTRAINTS = ("NOT", "NULL", "UNIQUE", "PRIMARY KEY", "PRIMARY", "REFERENCES", "CONSTRAINT")
_STOP = (*_ATTRIBUTES, *_CONSTRAINTS, ",")


@dataclass
class Definition:
    """What the parentheses of CREATE TABLE and the words after them say."""

    columns: list[Column] = field(default_factory=list)
    constraints: list[Constraint] = field(default_factory=list)
    encoded: bool = False  # is ENCODE given for some column?
    diststyle: str | None = None
    distkey: str | None = None
    sortkey: list[str] = field(default_factory=list)
    sortstyle: str | None = None
    backup: bool = True
    like: bool = False  # the attributes come from another table
    encode_auto: bool = False
    positions: bool = False  # may keys name columns by position?


def cut(name: str) -> str:
    """Return a name of at most 127 bytes: Redshift cuts longer ones."""
    return name.encode()[:MAX_NAME].decode(errors="ignore")


def new_name(reader) -> str:
    """Take the name of something new; a reserved word must be quoted."""
    from dealab.sql.redshift.reserved import RESERVED

    if reader.word() in RESERVED:
        raise reader.fail()
    return cut(reader.identifier())


def column(reader, made: Definition, table: str = "") -> Column:
    """Take a column: its name, its type, and its attributes in any order."""
    name = new_name(reader)
    kind = read_type(reader, f"{table}.{name}" if table else name)
    found = Column(name, kind, encode="", number=len(made.columns) + 1)
    given = set()
    while not reader.done and not reader.sees(",") and not reader.sees(")"):
        place, word = reader.place(), reader.word()
        found = attribute(reader, made, found, place)
        key = {"NOT": "NULL", "GENERATED": "IDENTITY"}.get(word, word)
        if key in given and key != "CONSTRAINT":
            raise ServiceError(
                "42601",
                f'multiple {key} clauses specified for column "{name}" of table "{table}"',
                *place,
            )
        given.add(key)
    if found.identity is not None and found.default is not None:
        raise ServiceError(
            "42601", f'both default and identity specified for column "{name}" of table "{table}"'
        )
    return found


def attribute(reader, made: Definition, found: Column, place) -> Column:
    """Take one attribute or constraint of a column."""
    name, kind = found.name, found.type
    word = reader.expect_any(*_ATTRIBUTES, *_CONSTRAINTS)
    label = ""
    if word == "CONSTRAINT":
        label = reader.identifier()
        word = reader.expect_any("NOT", "NULL", "UNIQUE", "PRIMARY KEY", "PRIMARY", "REFERENCES")
    match word:
        case "DEFAULT":
            return replace(found, default=default_text(reader))
        case "IDENTITY" | "GENERATED":
            if word == "GENERATED":
                reader.expect("BY", "DEFAULT", "AS", "IDENTITY")
            return identity(reader, found, word == "GENERATED", place)
        case "ENCODE":
            made.encoded = True
            return replace(found, encode=encoding(reader.identifier(), place, name, kind))
        case "DISTKEY":
            distkey(made, name, place)
        case "SORTKEY":
            if made.sortkey:
                raise ServiceError(
                    "42P16",
                    "You can specify only one column as sort key at column level.",
                    *place,
                    hint="name several sort columns in SORTKEY ( ... ) after the columns.",
                )
            made.sortkey, made.sortstyle = [name], "COMPOUND"
        case "COLLATE":
            return replace(found, collate=collation(reader, kind, place))
        case "NOT":
            reader.expect("NULL")
            return replace(found, not_null=True)
        case "NULL":
            if found.identity is not None:
                raise ServiceError(
                    "42601", f'conflicting NULL/NOT NULL declarations for column "{name}"', *place
                )
        case "UNIQUE":
            made.constraints.append(Constraint("unique", (name,), label))
        case "PRIMARY KEY" | "PRIMARY":
            if word == "PRIMARY":
                reader.expect("KEY")
            made.constraints.append(Constraint("primary key", (name,), label))
            return replace(found, not_null=True)
        case "REFERENCES":
            made.constraints.append(
                Constraint("foreign key", (name,), label, references=references(reader))
            )
    return found


def default_text(reader) -> str:
    """Take the expression after DEFAULT and return its text."""
    first, depth = reader.at, 0
    while not reader.done:
        word = reader.word()
        if depth == 0 and reader.at > first and (word in _STOP or word == ")"):
            break
        depth += (word == "(") - (word == ")")
        if depth < 0:
            break
        reader.at += 1
    if reader.at == first:
        raise reader.fail()
    return reader.text_between(first, reader.at)


def identity(reader, found: Column, by_default: bool, place) -> Column:
    numbers = reader.listed(reader.integer) if reader.sees("(") else [1, 1]
    if len(numbers) != 2:
        raise reader.fail()
    if found.type not in (types.INTEGER, types.BIGINT):
        raise ServiceError(
            "42P16",
            f'identity column "{found.name}" must be of type INT or BIGINT',
            *place,
        )
    if numbers[1] == 0:
        raise ServiceError("22023", "IDENTITY step cannot be 0", *place)
    return replace(found, identity=tuple(numbers), by_default=by_default, not_null=True)


def collation(reader, kind: Type, place) -> str:
    word = reader.expect_any("CASE_SENSITIVE", "CASE_INSENSITIVE", "CS", "CI")
    if kind.name not in ("varchar", "char", "super"):
        raise ServiceError("42804", f"collations are not supported by type {shown(kind)}", *place)
    if word in ("CASE_INSENSITIVE", "CI"):
        raise LabLimit(
            "columns with COLLATE CASE_INSENSITIVE",
            "Redshift compares the texts of such a column without regard to case.",
        )
    return "case_sensitive"


def references(reader) -> tuple:
    """Take what follows REFERENCES: (parts of the name, columns)."""
    parts = tuple(reader.qualified())
    columns = tuple(reader.listed(reader.identifier)) if reader.sees("(") else ()
    return (parts, columns)


def constraint(reader, made: Definition) -> None:
    """Take a constraint of the table."""
    label = reader.identifier() if reader.accept("CONSTRAINT") else ""
    word = reader.expect_any("UNIQUE", "PRIMARY KEY", "PRIMARY", "FOREIGN KEY", "FOREIGN", "CHECK")
    if word == "CHECK":
        raise ServiceError("0A000", "CHECK constraints are not supported")
    if word in ("PRIMARY", "FOREIGN"):
        reader.expect("KEY")
    names = tuple(reader.listed(reader.identifier))
    kind = {"UNIQUE": "unique", "PRIMARY": "primary key", "FOREIGN": "foreign key"}[word.split()[0]]
    target = ()
    if kind == "foreign key":
        reader.expect("REFERENCES")
        target = references(reader)
    made.constraints.append(Constraint(kind, names, label, references=target))


def is_constraint(reader) -> bool:
    return reader.word() in ("CONSTRAINT", "UNIQUE", "PRIMARY KEY", "FOREIGN KEY", "CHECK") or (
        reader.sees("PRIMARY", "KEY") or reader.sees("FOREIGN", "KEY")
    )


# --- attributes of the table ----------------------------------------------------------


def distkey(made: Definition, name: str, place) -> None:
    if made.distkey is not None:
        raise ServiceError("42P16", "multiple distkey columns are not allowed", *place)
    made.distkey = name


def attributes(reader, made: Definition, stop=("AS",), encode: bool = True) -> None:
    """Take BACKUP, DISTSTYLE, DISTKEY, SORTKEY and ENCODE AUTO, in any order."""
    seen = set()
    while not reader.done and reader.word() not in stop:
        place = reader.place()
        word = reader.expect_any(
            "BACKUP", "DISTSTYLE", "DISTKEY", "COMPOUND", "INTERLEAVED", "SORTKEY", "ENCODE"
        )
        key = "SORTKEY" if word in ("COMPOUND", "INTERLEAVED") else word
        if key in seen:
            raise ServiceError("42601", "conflicting or redundant options", *place)
        seen.add(key)
        match word:
            case "BACKUP":
                made.backup = reader.expect_any("YES", "NO") == "YES"
            case "DISTSTYLE":
                made.diststyle = reader.expect_any("AUTO", "EVEN", "KEY", "ALL")
            case "DISTKEY":
                names = reader.listed(lambda: key_name(reader, made))
                if len(names) > 1:
                    raise ServiceError("42P16", "multiple distkey columns are not allowed", *place)
                distkey(made, names[0], place)
            case "ENCODE":
                if not encode:
                    raise reader.fail()
                reader.expect("AUTO")
                made.encode_auto = True
            case _:
                sortkey(reader, made, word, place)


def key_name(reader, made: Definition) -> str:
    """Take a column of a key: its name, or its position where CREATE TABLE AS allows it."""
    if made.positions and reader.word().isdigit():
        return f"#{reader.integer()}"  # no column's name before the query is known
    return reader.identifier()


def sortkey(reader, made: Definition, word: str, place) -> None:
    if word != "SORTKEY":
        reader.expect("SORTKEY")
    elif reader.accept("AUTO"):
        made.sortstyle = "AUTO"
        return
    if made.sortkey:
        raise ServiceError(
            "42P16", "cannot specify SORTKEY both at column level and table level", *place
        )
    made.sortkey = reader.listed(lambda: key_name(reader, made))
    made.sortstyle = "INTERLEAVED" if word == "INTERLEAVED" else "COMPOUND"
    most = MAX_SORT[made.sortstyle]
    if len(made.sortkey) > most:
        raise ServiceError(
            "54011", f"{made.sortstyle} sort keys cannot have more than {most} columns", *place
        )


def name_positions(made: Definition) -> None:
    """Put names in place of the positions of key columns: ``DISTKEY (1)`` of CREATE TABLE AS."""

    def named_key(key):
        if key is None or not key.startswith("#") or not key[1:].isdigit():
            return key
        at = int(key[1:])
        if not 1 <= at <= len(made.columns):
            raise ServiceError("42P10", f"position {at} is not in the select list")
        return made.columns[at - 1].name

    made.distkey = named_key(made.distkey)
    made.sortkey = [named_key(key) for key in made.sortkey]


def settle(made: Definition, table: str, temporary: bool = False) -> None:
    """Check what only makes sense together, and fill what was left out.

    Raises Redshift's errors for names that are no columns, for a distribution that contradicts
    itself, and for types that cannot be keys.
    """
    if len(made.columns) > MAX_COLUMNS:
        raise ServiceError("54011", f"tables can have at most {MAX_COLUMNS} columns")
    names = [column.name for column in made.columns]
    for name in names:
        if names.count(name) > 1:
            raise ServiceError("42701", f'column "{name}" duplicated')
    check_distribution(made)
    keys = ([made.distkey] if made.distkey else []) + made.sortkey
    by_name = {column.name: column for column in made.columns}
    for name in keys:
        if name not in by_name:
            word = "DISTKEY" if name == made.distkey else "SORTKEY"
            raise ServiceError("42703", f'{word} column "{name}" does not exist')
        kind = by_name[name].type
        if kind.name in ("super", "varbinary"):
            word = "distribution key" if name == made.distkey else "sort key"
            raise ServiceError("42P16", f'{shown(kind)} column "{name}" cannot be a {word}')
    for name in made.sortkey:
        if made.sortkey.count(name) > 1:
            raise ServiceError("42701", f'column "{name}" appears twice in the sort key')
    settle_constraints(made, by_name, table)
    if made.sortstyle is None:
        made.sortstyle = "NONE" if made.diststyle not in (None, "AUTO") else "AUTO"
    made.columns = [
        replace(
            by_name[name],
            encode=by_name[name].encode
            or default_encoding(by_name[name].type, name in made.sortkey, temporary),
        )
        for name in names
    ]


def check_distribution(made: Definition) -> None:
    if made.diststyle == "KEY" and made.distkey is None:
        raise ServiceError("42P16", "DISTSTYLE KEY requires a DISTKEY column to be specified")
    if made.distkey is not None and made.diststyle in ("EVEN", "ALL", "AUTO"):
        raise ServiceError(
            "42P16", f"DISTKEY column cannot be specified with DISTSTYLE {made.diststyle}"
        )
    if made.distkey is not None:
        made.diststyle = "KEY"


def settle_constraints(made: Definition, by_name: dict, table: str) -> None:
    """Check the names in keys; the columns of a primary key are NOT NULL; keys get names."""
    primary = [key for key in made.constraints if key.kind == "primary key"]
    if len(primary) > 1:
        raise ServiceError("42P16", f'multiple primary keys for table "{table}" are not allowed')
    for key in made.constraints:
        for name in key.columns:
            if name not in by_name:
                raise ServiceError("42703", f'column "{name}" named in key does not exist')
            if key.columns.count(name) > 1:
                word = "primary key" if key.kind == "primary key" else key.kind
                raise ServiceError("42701", f'column "{name}" appears twice in {word} constraint')
    for key in primary:
        for name in key.columns:
            by_name[name] = replace(by_name[name], not_null=True)
    made.constraints = named(made.constraints, table)


def named(constraints, table: str) -> list[Constraint]:
    """Give keys without a name the one that Redshift gives them."""
    done, taken = [], {key.name for key in constraints if key.name}
    for key in constraints:
        if not key.name:
            base = {
                "primary key": f"{table}_pkey",
                "unique": f"{table}_{'_'.join(key.columns)}_key",
                "foreign key": f"{table}_{'_'.join(key.columns)}_fkey",
            }[key.kind]
            name, at = base, 0
            while name in taken:
                at += 1
                name = f"{base}{at}"
            taken.add(name)
            key = replace(key, name=name)
        done.append(key)
    return done
