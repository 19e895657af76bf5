"""MERGE: update or delete the rows that match, insert the others, in one statement.

https://docs.aws.amazon.com/redshift/latest/dg/r_MERGE.html (read 2026-11-23)
"""

from sqlglot import exp

from dealab.sql.errors import ServiceError
from dealab.sql.redshift import places, rows, storage
from dealab.sql.redshift.statements import insert, update
from dealab.sql.results import Outcome, Plan


def merge(engine, reader) -> Plan:
    reader.expect("MERGE", "INTO")
    parts = reader.qualified()
    table = places.table(engine, parts, "merge into")
    reader.expect("USING")
    source = rows.select_from(reader.until("ON")).args["from_"].this
    reader.expect("ON")
    on = condition(reader).expression()
    if not any(isinstance(part, exp.EQ) for part in update.conjuncts(on)):
        raise ServiceError("0A000", "MERGE matches rows by equal columns of source and target")
    if reader.accept("REMOVE", "DUPLICATES"):
        reader.end()
        return simplified(engine, reader, table, parts, source, on)
    action, sets = matched(reader, table)
    names, cells = not_matched(reader, table)
    reader.end()
    binder = rows.binder_for(engine, reader, table)
    for value in [*(node for _, node in sets), *cells]:
        rows.check_value(binder, value, "MERGE")
        if value is not None and value.find(exp.Bracket, exp.Dot) is not None:
            raise ServiceError(
                "0A000", "Partial reference of SUPER column is not supported in MERGE statement."
            )
    target = table_node(parts)
    picks = [rows.RowId(this=exp.to_identifier(table.name))]
    picks += [rows.Assigned(this=value, column=column) for column, value in sets]
    found = binder.bind_query(joined(picks, target, source, on), None)
    cells = [
        rows.Assigned(this=value, column=table.column(name))
        for name, value in zip(names, cells, strict=True)
    ]
    missing = binder.bind_query(unmatched(cells, table_node(parts), source, on), None)
    binder.check_parameters()
    return _plan(engine, table, binder, action, [c.name for c, _ in sets], found, missing, names)


def condition(reader):
    """Take the tokens up to WHEN [NOT] MATCHED or REMOVE DUPLICATES."""
    return _part(reader, lambda: _at_when(reader) or reader.sees("REMOVE", "DUPLICATES"))


def _at_when(reader) -> bool:
    return reader.sees("WHEN", "MATCHED") or reader.sees("WHEN", "NOT", "MATCHED")


def _part(reader, stop):
    first, depth = reader.at, 0
    while not reader.done:
        if depth == 0 and stop():
            break
        word = reader.word()
        depth += (word == "(") - (word == ")")
        reader.at += 1
    return reader.part(first, reader.at)


def matched(reader, table):
    """WHEN MATCHED THEN UPDATE SET ... | DELETE: the action, and (column, value) pairs."""
    reader.expect("WHEN", "MATCHED", "THEN")
    if reader.accept("DELETE"):
        return "DELETE", []
    reader.expect("UPDATE", "SET")
    sets = []
    while True:
        node = _part(reader, lambda: _at_when(reader) or reader.word() == ",").expression()
        column = update.assigned_column(table, node)
        if column in [one for one, _ in sets]:
            raise ServiceError("42601", f'multiple assignments to same column "{column.name}"')
        insert.check_identity(column)
        sets.append((column, None if update.is_default(node.expression) else node.expression))
        if not reader.accept(","):
            return "UPDATE", sets


def not_matched(reader, table):
    """WHEN NOT MATCHED THEN INSERT [(columns)] VALUES (...): the columns' names, the values."""
    reader.expect("WHEN", "NOT", "MATCHED", "THEN", "INSERT")
    names = insert.columns(reader, table)
    implicit = names is None
    names = names or [column.name for column in table.columns]
    reader.expect("VALUES")
    cells = insert.row_cells(reader)
    wanted = insert.matched([table.column(name) for name in names], len(cells), implicit)
    for column, cell in zip(wanted, cells, strict=True):
        if cell is not None:
            insert.check_identity(column)
    return [column.name for column in wanted], cells


def table_node(parts):
    names = [exp.to_identifier(part, quoted=True) for part in parts]
    keys = ("this", "db", "catalog")
    return exp.Table(**dict(zip(keys, reversed(names), strict=False)))


def joined(picks, target, source, on):
    return exp.Select(
        expressions=picks,
        from_=exp.From(this=target),
        joins=[exp.Join(this=source.copy(), on=on.copy())],
    )


def unmatched(picks, target, source, on):
    """Return the SELECT of the source's rows that meet no row of the target."""
    inner = exp.Select(
        expressions=[exp.Literal.number(1)],
        from_=exp.From(this=target),
        where=exp.Where(this=on.copy()),
    )
    return exp.Select(
        expressions=picks,
        from_=exp.From(this=source.copy()),
        where=exp.Where(this=exp.Not(this=exp.Exists(this=inner))),
    )


def _plan(engine, table, binder, action, columns, found, missing, names) -> Plan:
    """Find what matches and what does not first; only then change the target."""
    tables = binder.tables

    def work():
        duck = engine.duck()
        first = engine.execute(
            Plan(query=found.sql, tables=tables, local=True),
            "CREATE OR REPLACE TEMP TABLE lab_matched AS SELECT * FROM ({query}) AS q"
            f"(r{''.join(f', v{at}' for at in range(len(columns)))})",
        )
        second = engine.execute(
            Plan(query=missing.sql, tables=tables, local=True),
            "CREATE OR REPLACE TEMP TABLE lab_unmatched AS SELECT * FROM ({query}) AS q"
            f"({', '.join(f'c{at}' for at in range(len(names)))})",
        )
        hits = Plan(query="SELECT * FROM lab_matched", local=True)
        if action == "UPDATE":
            listed = ["r", *(f"v{at}" for at in range(len(columns)))]
            update.check_single(engine, hits, listed)
            changed = update.change(engine, table, hits, columns, False).rows[0][0]
            storage.touch(engine, table, inserted=changed, deleted=changed)
        else:
            changed = update.remove(engine, table, hits).rows[0][0]
            storage.touch(engine, table, deleted=changed)
        added = storage.append(
            engine, table, Plan(query="SELECT * FROM lab_unmatched", local=True), names
        ).rows[0][0]
        duck.execute("DROP TABLE lab_matched")
        duck.execute("DROP TABLE lab_unmatched")
        bill = first.bill if first.bill and first.bill.bytes_scanned else second.bill
        return Outcome(
            message="MERGE",
            update_count=changed + added,
            bill=bill,
            duckdb=[*first.duckdb, *second.duckdb],
            notes=[
                f"{changed} {'row' if changed == 1 else 'rows'} "
                f"{'updated' if action == 'UPDATE' else 'deleted'}, {added} inserted."
            ],
        )

    return Plan(work=work)


def simplified(engine, reader, table, parts, source, on) -> Plan:
    """MERGE ... REMOVE DUPLICATES: the target's matching rows go, the source's rows come once.

    Rows of the target that match are replaced by the source's; identical rows of the source count
    once.
    """
    binder = rows.binder_for(engine, reader, table)
    picks = [rows.RowId(this=exp.to_identifier(table.name))]
    found = binder.bind_query(joined(picks, table_node(parts), source, on), None)
    every = binder.bind_query(
        exp.Select(expressions=[exp.Star()], from_=exp.From(this=source.copy())), None
    )
    if len(every.columns) != len(table.columns):
        raise ServiceError(
            "42601", "MERGE source table and target table must have the same number of columns"
        )
    for (_, kind), column in zip(every.columns, table.columns, strict=True):
        if not storage.assignable(kind, column.type):
            raise ServiceError(
                "42804", "MERGE source table and target table must have compatible columns"
            )
    star = exp.Select(expressions=[exp.Star()])
    fitted = insert.fitted_query(binder, every, star, table.columns)
    names = [column.name for column in table.columns]
    query = type(every)(f"SELECT DISTINCT * FROM ({fitted})", every.columns)
    binder.check_parameters()
    return _plan(engine, table, binder, "DELETE", [], found, query, names)
