"""CREATE TABLE AS and SELECT INTO: a new table with the rows of a query.

https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_TABLE_AS.html
https://docs.aws.amazon.com/redshift/latest/dg/r_SELECT_INTO.html (read 2026-11-23)
"""

from sqlglot import exp

from dealab.sql import types
from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.redshift import places, storage
from dealab.sql.redshift.namespace import Column
from dealab.sql.redshift.statements import create_table, definitions, insert
from dealab.sql.results import Outcome, Plan
from dealab.sql.types import Type


def create_table_as(engine, reader, schema: str, name: str, careful: bool) -> Plan:
    """Plan what follows ``CREATE TABLE name``: names of columns, attributes, AS and the query."""
    from dealab.sql.redshift import statements

    names = reader.listed(lambda: definitions.new_name(reader)) if reader.sees("(") else []
    made = definitions.Definition(positions=True)
    definitions.attributes(reader, made, encode=False)
    if careful:  # IF NOT EXISTS belongs to CREATE TABLE with columns only
        raise reader.fail()
    reader.expect("AS")
    tree = reader.query()
    refuse_into(tree)
    query, binder = statements.bind(engine, reader, tree)
    return planned(engine, schema, name, names, made, query, binder, tree)


def planned(engine, schema, name, names, made, query, binder, tree, message="SELECT") -> Plan:
    if engine.objects.get("relation", engine.database, schema, name) is not None:
        raise ServiceError("42P07", f'Relation "{name}" already exists')
    made.columns = columns_of(query, tree, names)
    definitions.name_positions(made)
    temporary = schema == engine.temp_schema
    definitions.settle(made, name, temporary)
    table = create_table.described(engine, made, schema, name, temporary)
    plan = Plan(
        query=insert.fitted_query(binder, query, tree, table.columns),
        tables=binder.tables,
        local=True,
    )

    def work():
        storage.create(engine, table)
        outcome = storage.append(engine, table, plan)
        count = outcome.rows[0][0]
        return Outcome(
            message=message, update_count=count, bill=outcome.bill, duckdb=outcome.duckdb
        )

    return Plan(work=work)


def columns_of(query, tree, names) -> list[Column]:
    """Return the columns of a table that takes a query's result."""
    if len(names) > len(query.columns):
        raise ServiceError("42601", "CREATE TABLE AS specifies too many column names")
    titles = [*names, *(name for name, _ in query.columns[len(names) :])]
    check_names(titles)
    widths = lengths(tree, len(query.columns))
    return [
        Column(definitions.cut(title), stored(kind, width), encode="", number=at)
        for at, (title, (_, kind), width) in enumerate(
            zip(titles, query.columns, widths, strict=True), 1
        )
    ]


def check_names(names) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ServiceError("42701", f'column "{name}" duplicated')


def stored(kind: Type, width: int | None = None) -> Type:
    """Return the type of a column that keeps values of a query's type.

    Text without a length is kept as VARCHAR(65535); a constant as long as it is.
    """
    match kind.name:
        case "varchar" | "literal":
            return kind if kind.args and kind.args[0] else types.varchar(width or 65535)
        case "null":
            return types.varchar(1)
        case "tinyint":
            return types.SMALLINT
        case "row" | "array" | "map" | "json":
            return types.SUPER
        case "ipaddress" | "uuid":
            return types.varchar(65535)
    return kind


def lengths(tree, count: int) -> list[int | None]:
    """Return the lengths in bytes of the output columns that are string constants."""
    selects = branches(tree)
    if any(len(one.expressions) != count for one in selects) or not selects:
        return [None] * count
    found: list[int | None] = []
    for at in range(count):
        items = [one.expressions[at].unalias() for one in selects]
        if all(isinstance(item, exp.Literal) and item.is_string for item in items):
            found.append(max(1, *(len(item.this.encode()) for item in items)))
        else:
            found.append(None)
    return found


def branches(tree) -> list:
    """Return the SELECTs whose rows a query gives: one, or all sides of UNION and the like."""
    match tree:
        case exp.Subquery():
            return branches(tree.this)
        case exp.SetOperation():
            return [*branches(tree.this), *branches(tree.expression)]
        case exp.Select():
            return [tree]
    return []


# --- SELECT INTO ----------------------------------------------------------------------


def into_of(tree):
    """Return the INTO of a query's first SELECT, or None."""
    selects = branches(tree)
    return selects[0].args.get("into") if selects else None


def refuse_into(tree) -> None:
    if into_of(tree) is not None:
        raise ServiceError("42601", 'syntax error at or near "into"')


def select_into(engine, reader, tree) -> Plan:
    """SELECT ... INTO [TEMP] [TABLE] new FROM ..."""
    from dealab.sql.redshift import statements

    into = into_of(tree)
    into.pop()
    if into.args.get("unlogged") or not isinstance(into.this, exp.Table):
        raise LabLimit("this form of SELECT INTO", "Redshift makes a table of the result.")
    parts = [part.name.lower() for part in into.this.parts]
    schema = places.schema_for(engine, parts, bool(into.args.get("temporary")))
    query, binder = statements.bind(engine, reader, tree)
    made = definitions.Definition()
    return planned(engine, schema, parts[-1], [], made, query, binder, tree)
