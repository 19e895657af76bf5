"""Columns, constraints and attributes of a table, as CREATE TABLE and its relatives write them.

https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_TABLE_NEW.html (read 2026-11-23)
"""

from dataclasses import dataclass, field, replace

from dealab.sql import types
from dealab.sql.errors import ServiceError
from dealab.sql.redshift.names import shown
from dealab.sql.redshift.namespace import Column, Constraint
from dealab.sql.redshift.statements.column_types import default_encoding, encoding, read_type
from dealab.sql.types import Type

MAX_COLUMNS = 1600
MAX_NAME = 127  # bytes; a longer name is cut
MAX_SORT = {"COMPOUND": 400, "INTERLEAVED": 8}

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
    return "case_insensitive" if word in ("CASE_INSENSITIVE", "CI") else "case_sensitive"


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
