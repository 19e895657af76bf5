"""Rows of local tables: where they are kept, and how values are made to fit a column.

A local table is a table of DuckDB in the schema ``rs``. Its name there never changes (renaming and
moving a table only changes its description), and keys are not declared to DuckDB: Redshift does not
enforce them. NOT NULL is.
"""

from dataclasses import replace

from dealab.sql import types
from dealab.sql.redshift.namespace import Column, Table
from dealab.sql.results import Outcome, Plan
from dealab.sql.scope import Scope, Value
from dealab.sql.types import Type, duck_name, quote, redshift_name, text


def store_name(table: Table) -> str:
    """Return DuckDB's name for a new table."""
    return f"{table.schema}.{table.name}:{table.oid}"


def place(table: Table) -> str:
    """Return the DuckDB text that names a local table."""
    return f'"rs".{quote(table.store)}'


def create(engine, table: Table) -> None:
    """Make the empty DuckDB table and put the description under its key."""
    make(engine, table)
    for column in table.columns:
        if column.identity:
            make_sequence(engine, table, column)
    put(engine, table)


def make(engine, table: Table) -> None:
    columns = ", ".join(
        f"{quote(c.name)} {duck_name(c.type)}{_collated(c)}{' NOT NULL' if c.not_null else ''}"
        for c in table.columns
    )
    engine.duck().execute(f"CREATE TABLE {place(table)} ({columns})")


def _collated(column: Column) -> str:
    """Return what makes DuckDB compare a column's texts without regard to case, where it must.

    https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_TABLE_NEW.html, COLLATE
    """
    texts = column.type.name in ("varchar", "char")
    return " COLLATE NOCASE" if texts and column.collate == "case_insensitive" else ""


def reshape(engine, old: Table, new: Table, values: dict[str, str]) -> Table:
    """Give a table other columns: its rows move to a new DuckDB table. Return the description.

    ``values`` are DuckDB's texts by the new column's name, over the old columns. DuckDB alters a
    table in place only as long as the transaction has not written to it.
    """
    made = replace(new, store=f"{store_name(new)}.{engine.namespace.next_id()}")
    make(engine, made)
    if made.columns:
        picks = ", ".join(values[column.name] for column in made.columns)
        statement = f"INSERT INTO {place(made)} SELECT {picks} FROM {place(old)}"
        duck = engine.duck()
        duck.prepare([], statement)
        duck.execute(statement)
    engine.duck().execute(f"DROP TABLE {place(old)}")
    engine.objects.drop(*key(old))
    put(engine, made)
    return made


def sequence(table: Table, column: Column) -> str:
    """Return DuckDB's name of what counts a table's identity column."""
    return f"identity:{table.oid}:{column.number}"


def make_sequence(engine, table: Table, column: Column) -> None:
    seed, step = column.identity
    engine.duck().execute(
        f'CREATE SEQUENCE "rs".{quote(sequence(table, column))} '
        f"START WITH {seed} INCREMENT BY {step} MINVALUE {-(2**63)} MAXVALUE {2**63 - 1}"
    )


def put(engine, table) -> None:
    """Put a changed description (of a table or view) in place of the old one."""
    engine.objects.put(table, *key(table))


def key(table) -> tuple[str, str, str, str]:
    """Return the key of a table or view among the namespace's objects, and of its locks."""
    return ("relation", table.database, table.schema, table.name)


def current(engine, table: Table) -> Table:
    """Return the description of a table as it is now."""
    return engine.objects.get(*key(table)) or table


def drop(engine, table: Table) -> None:
    """Remove a table with its rows."""
    engine.duck().execute(f"DROP TABLE {place(table)}")
    for column in table.columns:
        if column.identity:
            engine.duck().execute(f'DROP SEQUENCE "rs".{quote(sequence(table, column))}')
    engine.objects.drop(*key(table))


def count(engine, table: Table) -> int:
    """Return how many rows a table has."""
    return engine.duck().execute(f"SELECT count(*) FROM {place(table)}")[0][0]


def touch(engine, table: Table, inserted: int = 0, deleted: int = 0) -> None:
    """Note that rows came or went: VACUUM, the statistics and materialized views go by it."""
    if not inserted and not deleted:
        return
    now = current(engine, table)
    put(
        engine,
        replace(
            now,
            unsorted_rows=now.unsorted_rows + inserted,
            deleted_rows=now.deleted_rows + deleted,
            version=engine.namespace.next_id(),
        ),
    )


def append(engine, table: Table, plan: Plan, names: list[str] | None = None) -> Outcome:
    """Add the rows of a plan's query to a table; ``names`` are the columns that they fill.

    The query's columns must already have the types of the columns (``fitted``). Columns that are
    not named take their default or the next identity value. The Outcome's ``rows`` are
    ``[(number of rows,)]``.
    """
    names = names or [column.name for column in table.columns]
    left = [column for column in table.columns if column.name not in names]
    filled = [(column.name, default(engine, table, column)) for column in left]
    filled = [(name, sql) for name, sql in filled if sql != "NULL"]
    query = plan.query
    if filled:
        given = ", ".join(quote(f"c{at}") for at in range(len(names)))
        query = f"SELECT q.*, {', '.join(sql for _, sql in filled)} FROM ({query}) AS q({given})"
        names = [*names, *(name for name, _ in filled)]
    listed = ", ".join(quote(name) for name in names)
    ready = replace(plan, query=query, local=True)  # never on the instance of external tables
    outcome = engine.execute(ready, f"INSERT INTO {place(table)} ({listed}) {{query}}")
    touch(engine, table, inserted=outcome.rows[0][0] if outcome.rows else 0)
    return outcome


# --- values ---------------------------------------------------------------------------


def default(engine, table: Table, column: Column) -> str:
    """Return DuckDB's text of what a column takes when a row gives it nothing."""
    if column.identity is not None:
        return next_identity(table, column)
    if column.default is None:
        return "NULL"
    from dealab.sql.redshift import statements

    reader = statements.read(column.default)
    binder = statements.binder_of(engine, reader)
    value = binder.bind(reader.expression(), Scope(clause="DEFAULT"))
    return fitted(binder, value, column.type, column.name).sql


def next_identity(table: Table, column: Column) -> str:
    counter = text(f"rs.{quote(sequence(table, column))}")
    return f"CAST(nextval({counter}) AS {duck_name(column.type)})"


def fitted(binder, value: Value, kind: Type, name: str, node=None) -> Value:
    """Return a value as it is stored in a column of this type, or raise Redshift's error.

    Text that is too long for its column fails when the row is written, as in Redshift; blanks at
    the end are cut instead.
    https://docs.aws.amazon.com/redshift/latest/dg/r_Character_types.html (read 2026-11-23)
    """
    if value.type == types.NULL:
        return Value(f"CAST(NULL AS {duck_name(kind)})", kind)
    if kind.name in ("varchar", "char"):
        return fitted_text(binder, value, kind, name, node)
    if value.type == kind:
        return Value(value.sql, kind)
    if value.type.name == "varchar" and kind.name != "super" and value.literal is None:
        raise mismatch(binder, value, kind, name, node)
    if isinstance(value.literal, str) and kind.name in types.INTERVALS:
        from dealab.sql.redshift.intervals import literal

        qualifier = ("year", "month") if kind == types.INTERVAL_MONTH else ("day", "second")
        return literal(binder, node, value.literal, qualifier)
    if not assignable(value.type, kind):
        raise mismatch(binder, value, kind, name, node)
    from dealab.sql.redshift.casts import cast_sql

    sql = cast_sql(binder, value, kind)
    if sql is None:
        raise mismatch(binder, value, kind, name, node)
    return Value(sql, kind)


def fitted_text(binder, value: Value, kind: Type, name: str, node) -> Value:
    from dealab.sql.redshift.casts import cast_sql

    whole = Type("varchar", (None,))
    sql = value.sql if value.type.name in types.STRINGS else cast_sql(binder, value, whole)
    if sql is None or value.type.name in ("varbinary", "boolean"):
        raise mismatch(binder, value, kind, name, node)
    length = kind.args[0]
    if kind.name == "char":
        sql = f"rtrim({sql}, ' ')"
    if length is None or length >= 65535:
        return Value(sql, kind)
    if isinstance(value.literal, str) and len(value.literal.encode()) <= length:
        return Value(sql, kind)
    message = text(f"22001|value too long for type {redshift_name(kind)}")
    fits = f"strlen(v.s) <= {length}"
    cut = f"strlen(rtrim(v.s, ' ')) <= {length}"
    made = (
        f"CASE WHEN v.s IS NULL OR {fits} THEN v.s WHEN {cut} THEN left(v.s, {length}) "
        f"ELSE CAST(lab_fail({message}) AS VARCHAR) END"
    )
    # the value is worked out once, however long its text is
    return Value(f"list_transform([{sql}], lambda v_s: {made.replace('v.s', 'v_s')})[1]", kind)


#: what may be assigned besides types of the same kind
#: https://docs.aws.amazon.com/redshift/latest/dg/c_Supported_data_types.html#implicit-conversion-types
_ASSIGNABLE = {
    **{one: {*types.NUMBERS, "boolean", "super"} for one in ("smallint", "integer", "bigint")},
    **{one: {*types.NUMBERS, "super"} for one in ("tinyint", "decimal", "real", "double")},
    "boolean": {"super"},
    "date": {"timestamp", "timestamptz", "super"},
    "timestamp": {"date", "time", "timestamptz", "timetz", "super"},
    "timestamptz": {"date", "time", "timestamp", "timetz", "super"},
    "time": {"timetz"},
    "timetz": {"time"},
    "varchar": {"super"},
    "char": {"super"},
}


def assignable(old: Type, new: Type) -> bool:
    if old.name == new.name or old.name in ("literal", "super", "row", "array", "map"):
        return True
    if old.name == "varchar" and old.args == (None,):
        return True
    return new.name in _ASSIGNABLE.get(old.name, ())


def mismatch(binder, value: Value, kind: Type, name: str, node):
    given, wanted = redshift_name(value.type), redshift_name(kind)
    return binder.error(
        "42804",
        f'column "{name}" is of type {wanted.partition("(")[0]} but expression is of type '
        f"{given.partition('(')[0]}",
        node,
        hint="You will need to rewrite or cast the expression.",
    )
