"""Rows of local tables: where they are kept, and how values are made to fit a column.

A local table is a table of DuckDB in the schema ``rs``. Its name there never changes (renaming and
moving a table only changes its description), and keys are not declared to DuckDB: Redshift does not
enforce them.
"""

from dealab.sql.redshift.namespace import Table
from dealab.sql.results import Outcome, Plan
from dealab.sql.scope import Value
from dealab.sql.types import Type, duck_name, quote, redshift_name, text


def store_name(table: Table) -> str:
    """Return DuckDB's name for a new table."""
    return f"{table.schema}.{table.name}:{table.oid}"


def place(table: Table) -> str:
    """Return the DuckDB text that names a local table."""
    return f'"rs".{quote(table.store)}'


def create(engine, table: Table) -> None:
    """Make the empty DuckDB table and put the description under its key."""
    columns = ", ".join(f"{quote(c.name)} {duck_name(c.type)}" for c in table.columns)
    engine.duck().execute(f"CREATE TABLE {place(table)} ({columns})")
    put(engine, table)


def put(engine, table) -> None:
    """Put a changed description (of a table or view) in place of the old one."""
    engine.objects.put(table, *key(table))


def key(table) -> tuple[str, str, str, str]:
    """Return the key of a table or view among the namespace's objects, and of its locks."""
    return ("relation", table.database, table.schema, table.name)


def drop(engine, table: Table) -> None:
    """Remove a table with its rows."""
    engine.duck().execute(f"DROP TABLE {place(table)}")
    engine.objects.drop(*key(table))


def count(engine, table: Table) -> int:
    """Return how many rows a table has."""
    return engine.duck().execute(f"SELECT count(*) FROM {place(table)}")[0][0]


def append(engine, table: Table, plan: Plan, names: list[str] | None = None) -> Outcome:
    """Add the rows of a plan's query to a table; ``names`` are the columns that they fill.

    The query's columns must already have the types of the columns (``fitted``). Columns that are
    not named take their default.
    """
    names = names or [column.name for column in table.columns]
    listed = ", ".join(quote(name) for name in names)
    return engine.execute(plan, f"INSERT INTO {place(table)} ({listed}) {{query}}")


def fitted(binder, value: Value, kind: Type, name: str, node=None) -> Value:
    """Return a value as it is stored in a column of this type, or raise Redshift's error.

    Text that is too long for its column fails when the row is written, as in Redshift.
    """
    made = binder.coerce(value, kind) if value.type != kind else value
    if kind.name in ("varchar", "char") and kind.args and kind.args[0] is not None:
        message = f"22001|value too long for type {redshift_name(kind)}"
        sql = (
            f"CASE WHEN strlen({made.sql}) > {kind.args[0]} "
            f"THEN CAST(lab_fail({text(message)}) AS VARCHAR) ELSE {made.sql} END"
        )
        return Value(sql, kind)
    return Value(made.sql, kind)
