"""INSERT: rows of VALUES, of a query, or all defaults.

https://docs.aws.amazon.com/redshift/latest/dg/r_INSERT_30.html (read 2026-11-23)
"""

from sqlglot import exp

from dealab.sql import types
from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.redshift import namespace as spaces
from dealab.sql.redshift import places, storage
from dealab.sql.results import Outcome, Plan
from dealab.sql.scope import Scope, Value
from dealab.sql.types import quote


def insert(engine, reader) -> Plan:
    from dealab.sql.redshift import statements

    reader.expect("INSERT", "INTO")
    place = reader.place()
    parts = reader.qualified()
    found = places.existing(engine, parts)
    if places.is_external(found):
        return external(engine, reader, found)
    table = target(engine, parts, place)
    names = columns(reader, table)
    if reader.accept("DEFAULT", "VALUES"):
        reader.end()
        if names:
            raise reader.fail()
        binder = statements.binder_of(engine, reader)
        cells = [default_value(engine, table, column) for column in table.columns]
        return appended(engine, binder, table, select_of(cells), None)
    given = names if names is not None else [column.name for column in table.columns]
    wanted = [table.column(name) for name in given]
    if reader.sees("VALUES"):
        return values(engine, reader, table, wanted, names is None)
    return query(engine, reader, table, wanted, names is None)


def target(engine, parts, place) -> spaces.Table:
    return places.table(engine, parts, "insert into")


def external(engine, reader, found) -> Plan:
    """INSERT INTO an external table writes files: ``spectrum.insert`` plans it."""
    try:
        from dealab.sql.redshift import spectrum
    except ImportError:
        raise LabLimit(
            "INSERT into an external table", "Redshift writes new files under the table's location."
        ) from None
    return spectrum.insert(engine, found, reader)


def columns(reader, table) -> list[str] | None:
    """Take the list of columns, if there is one."""
    if not reader.sees("(") or reader.word(1) in ("SELECT", "WITH", "(", "VALUES"):
        return None
    place = reader.place()
    names = reader.listed(reader.identifier)
    for name in names:
        if table.column(name) is None:
            raise ServiceError(
                "42703", f'column "{name}" of relation "{table.name}" does not exist', *place
            )
        if names.count(name) > 1:
            raise ServiceError("42701", f'column "{name}" specified more than once', *place)
    return names


def default_value(engine, table, column) -> Value:
    return Value(storage.default(engine, table, column), column.type)


def values(engine, reader, table, wanted, implicit: bool) -> Plan:
    """VALUES (...), (...): each cell is made to fit its column; DEFAULT is the column's own."""
    from dealab.sql.redshift import statements

    reader.expect("VALUES")
    rows = reader.commas(lambda: row_cells(reader))
    reader.end()
    if len({len(row) for row in rows}) != 1:
        raise ServiceError("42601", "VALUES lists must all be the same length")
    binder = statements.binder_of(engine, reader)
    wanted = matched(wanted, len(rows[0]), implicit)
    scope = Scope(clause="VALUES")
    made, given = [], set()
    for row in rows:
        cells = []
        for cell, column in zip(row, wanted, strict=True):
            if cell is None:
                cells.append(default_value(engine, table, column))
                continue
            given.add(column.name)
            check_identity(column)
            cells.append(
                storage.fitted(binder, binder.bind(cell, scope), column.type, column.name, cell)
            )
        made.append("(" + ", ".join(typed(cell) for cell in cells) + ")")
    binder.check_parameters()
    sql = f"SELECT * FROM (VALUES {', '.join(made)})"
    return appended(engine, binder, table, sql, [column.name for column in wanted])


def typed(cell: Value) -> str:
    """Return a cell with its type spelled out where DuckDB would see NULL only."""
    return cell.sql if cell.sql != "NULL" else f"CAST(NULL AS {types.duck_name(cell.type)})"


def row_cells(reader) -> list:
    """Take one row in parentheses: a list of trees, None for DEFAULT."""
    inner = reader.parenthesized()
    cells = []
    while True:
        if inner.sees("DEFAULT") and (inner.word(1) == "," or inner.at + 1 == len(inner.tokens)):
            inner.take()
            cells.append(None)
        else:
            cells.append(inner.until(",").expression())
        if not inner.accept(","):
            break
    inner.end()
    return cells


def matched(wanted, count: int, implicit: bool):
    """Return the columns that ``count`` values fill. Raises Redshift's error when they differ."""
    if count > len(wanted):
        raise ServiceError("42601", "INSERT has more expressions than target columns")
    if count < len(wanted) and not implicit:
        raise ServiceError("42601", "INSERT has more target columns than expressions")
    return wanted[:count]


def check_identity(column) -> None:
    if column.identity is not None and not column.by_default:
        raise ServiceError("0A000", "cannot set an identity column to a value")


def query(engine, reader, table, wanted, implicit: bool) -> Plan:
    from dealab.sql.redshift import statements

    tree = reader.query()
    bound, binder = statements.bind(engine, reader, tree)
    wanted = matched(wanted, len(bound.columns), implicit)
    for column in wanted:
        check_identity(column)
    return appended(
        engine,
        binder,
        table,
        fitted_query(binder, bound, tree, wanted),
        [column.name for column in wanted],
        tree,
    )


def fitted_query(binder, bound, tree, wanted) -> str:
    """Return a query whose columns have the types of the table's columns."""
    names = [f"c{at}" for at in range(len(bound.columns))]
    constants = literals(tree, len(names))
    picks = []
    for name, (_, kind), column, literal in zip(
        names, bound.columns, wanted, constants, strict=True
    ):
        kind = types.LITERAL if literal else kind
        value = Value(f"q.{quote(name)}", kind)
        picks.append(storage.fitted(binder, value, column.type, column.name).sql)
    listed = ", ".join(quote(name) for name in names)
    return f"SELECT {', '.join(picks)} FROM ({bound.sql}) AS q({listed})"


def literals(tree, count: int) -> list[bool]:
    """Tell which output columns are string literals: they take the type of their column."""
    while isinstance(tree, (exp.Subquery, exp.SetOperation)):
        tree = tree.this
    if not isinstance(tree, exp.Select) or len(tree.expressions) != count:
        return [False] * count
    found = []
    for item in tree.expressions:
        item = item.unalias()
        found.append(isinstance(item, exp.Literal) and bool(item.is_string))
    return found


def select_of(cells) -> str:
    return "SELECT " + ", ".join(typed(cell) for cell in cells)


def appended(engine, binder, table, sql: str, names, tree=None) -> Plan:
    """Return the plan that adds the rows of a query to a table."""
    plan = Plan(query=sql, tables=binder.tables, local=True)

    def work():
        outcome = storage.append(engine, table, plan, names)
        count = outcome.rows[0][0]
        return Outcome(
            message=f"INSERT 0 {count}",
            update_count=count,
            bill=outcome.bill,
            duckdb=outcome.duckdb,
        )

    return Plan(work=work)
