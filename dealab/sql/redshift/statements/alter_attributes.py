"""ALTER ... of a table's distribution, sort key and encodings, and of the size of its text columns.

https://docs.aws.amazon.com/redshift/latest/dg/r_ALTER_TABLE.html (read 2026-11-23)
"""

from dataclasses import replace

from dealab.sql import types
from dealab.sql.errors import ServiceError
from dealab.sql.redshift import matviews, places, storage, views
from dealab.sql.redshift import namespace as spaces
from dealab.sql.redshift.statements import definitions, drop
from dealab.sql.redshift.statements.column_types import encoding, read_type
from dealab.sql.results import Outcome, Plan, done
from dealab.sql.types import quote


def wanted(table, name: str):
    found = table.column(name)
    if found is None:
        raise ServiceError("42703", f'column "{name}" of relation "{table.name}" does not exist')
    return found


def attributes_of(engine, reader, table, message: str) -> Plan:
    """Take ALTER ..., perhaps several: DISTKEY, DISTSTYLE, SORTKEY, ENCODE AUTO, COLUMN."""
    new, done_with, columns = table, [], []
    while True:
        reader.expect("ALTER")
        place = reader.place()
        named = reader.word(1).lower() if reader.sees("COLUMN") else ""
        if named and named in columns:
            raise ServiceError("0A000", f'column "{named}" is altered twice in one command')
        columns.append(named)
        new, word = attribute(engine, reader, new)
        done_with.append((word, place))
        if not reader.accept(","):
            break
    reader.end()
    check_combination(done_with)
    words = [word for word, _ in done_with]
    if words == ["TYPE"]:
        places.block_refused(engine, "ALTER TABLE ALTER COLUMN")
    fields = {
        name: getattr(new, name)
        for name in ("columns", "diststyle", "distkey", "sortkey", "sortstyle", "encode_auto")
    }

    def work():
        now = replace(storage.current(engine, table), **fields)
        if "TYPE" in words:
            storage.put(engine, now)
        else:
            resorted = "SORTKEY" in words and now.sortkey != table.sortkey
            storage.put(engine, replace(now, unsorted_rows=0) if resorted else now)
            if {"SORTKEY", "DISTKEY", "DISTSTYLE"} & set(words):
                matviews.reorganized(engine, table.oid)
        return Outcome(message=message)

    return done(work)


def check_combination(done_with) -> None:
    """Several actions at once: encodings of columns; or a sort key with a distribution."""
    words = sorted(word for word, _ in done_with)
    if len(words) == 1 or set(words) == {"ENCODE"} or words in _TOGETHER:
        return
    raise ServiceError("42601", 'syntax error at or near ","', *done_with[1][1])


_TOGETHER = (["DISTKEY", "SORTKEY"], ["DISTSTYLE", "SORTKEY"])


def attribute(engine, reader, table):
    """Take one action after ALTER; return the changed description and the action's word."""
    word = reader.expect_any(
        "DISTKEY", "DISTSTYLE", "COMPOUND", "SORTKEY", "ENCODE", "COLUMN", "INTERLEAVED"
    )
    match word:
        case "DISTKEY":
            return _distribute(table, "KEY", reader.identifier()), word
        case "DISTSTYLE":
            style = reader.expect_any("ALL", "EVEN", "AUTO", "KEY")
            name = None
            if style == "KEY":
                reader.expect("DISTKEY")
                name = reader.identifier()
            return _distribute(table, style, name), word
        case "ENCODE":
            reader.expect("AUTO")
            return replace(table, encode_auto=True), "ENCODE AUTO"
        case "COLUMN":
            return column_change(engine, reader, table)
        case "INTERLEAVED":
            raise ServiceError(
                "0A000", "ALTER TABLE cannot change a sort key to an INTERLEAVED one"
            )
    if word == "COMPOUND":
        reader.expect("SORTKEY")
    elif reader.accept_any("AUTO"):
        return replace(table, sortkey=(), sortstyle="AUTO"), "SORTKEY"
    elif reader.accept_any("NONE"):
        return replace(table, sortkey=(), sortstyle="NONE"), "SORTKEY"
    names = reader.listed(reader.identifier)
    if len(names) > definitions.MAX_SORT["COMPOUND"]:
        raise ServiceError("54011", "COMPOUND sort keys cannot have more than 400 columns")
    for name in names:
        _can_be_key(wanted(table, name), "sort key")
    return replace(table, sortkey=tuple(names), sortstyle="COMPOUND"), "SORTKEY"


def _distribute(table, style: str, name: str | None):
    if table.temporary or table.sortstyle == "INTERLEAVED":
        what = "temporary tables" if table.temporary else "tables with an interleaved sort key"
        raise ServiceError("0A000", f"ALTER TABLE ALTER DISTSTYLE is not supported for {what}")
    if name is not None:
        _can_be_key(wanted(table, name), "distribution key")
    return replace(table, diststyle=style, distkey=name)


def _can_be_key(column, word: str) -> None:
    if column.type.name in ("super", "varbinary"):
        kind = definitions.shown(column.type)
        raise ServiceError("42P16", f'{kind} column "{column.name}" cannot be a {word}')


def column_change(engine, reader, table):
    """ALTER COLUMN c TYPE varchar(n) or ENCODE encoding."""
    name = reader.identifier()
    column = wanted(table, name)
    place = reader.place()
    if reader.accept("ENCODE"):
        encode = encoding(reader.identifier(), place, name, column.type)
        if encode == column.encode:
            raise ServiceError(
                "0A000", f'column "{name}" is already of the encoding "{encode}"', *place
            )
        if table.sortstyle == "INTERLEAVED":
            raise ServiceError(
                "0A000",
                "ALTER COLUMN ENCODE is not supported for tables with interleaved sort keys",
            )
        return _with(table, replace(column, encode=encode), encode_auto=False), "ENCODE"
    reader.expect("TYPE")
    kind = read_type(reader, name)
    check_type(engine, table, column, kind)
    return _with(table, replace(column, type=kind)), "TYPE"


def _with(table, column, **more):
    columns = tuple(column if one.name == column.name else one for one in table.columns)
    return replace(table, columns=columns, **more)


def check_type(engine, table, column, kind) -> None:
    """Only the size of VARCHAR can change, and only where nothing depends on it."""
    if column.type.name != "varchar" or kind.name != "varchar":
        raise ServiceError(
            "0A000",
            f'ALTER COLUMN TYPE is not supported: column "{column.name}" is of type '
            f"{definitions.shown(column.type)}",
            hint="only the size of a VARCHAR column can be altered.",
        )
    if column.encode in ("bytedict", "runlength", "text255", "text32k"):
        raise ServiceError(
            "0A000", f'cannot alter column "{column.name}" with encoding {column.encode}'
        )
    if column.default is not None:
        raise ServiceError("0A000", f'cannot alter column "{column.name}" with a default value')
    if any(column.name in key.columns for key in table.constraints):
        raise ServiceError(
            "0A000",
            f'cannot alter column "{column.name}" of a UNIQUE, PRIMARY KEY or FOREIGN KEY '
            "constraint",
        )
    for one in drop.dependents(engine, table.oid):
        if isinstance(one, spaces.View) and views.needs(engine, one, table, column.name):
            raise ServiceError("0A000", "cannot alter type of a column used by a view or rule")
    longest = engine.duck().execute(
        f"SELECT max(strlen({quote(column.name)})) FROM {storage.place(table)}"
    )[0][0]
    if longest is not None and longest > kind.args[0]:
        raise ServiceError(
            "22001",
            f'cannot alter column "{column.name}" to type {types.redshift_name(kind)}: '
            "column contains values longer than the new size",
        )
