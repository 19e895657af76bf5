"""OPTIMIZE and VACUUM.

https://docs.aws.amazon.com/athena/latest/ug/optimize-statement.html
https://docs.aws.amazon.com/athena/latest/ug/vacuum-statement.html
"""

from sqlglot import exp

from dealab.sql.athena.iceberg import maintenance, metadata
from dealab.sql.athena.statements import iceberg_changes
from dealab.sql.errors import ServiceError
from dealab.sql.results import Plan


class Target(iceberg_changes.Target):
    """An Iceberg table that a statement maintains."""

    def find(self, database: str, name: str) -> None:
        found = self.engine.catalog.find(database, name)
        if found is not None and not found.is_iceberg:
            verb = self.reader.source.sql.split()[0].upper()
            raise ServiceError(
                "NOT_SUPPORTED",
                f"{verb} is only supported for Iceberg tables: {database}.{name}",
                *self.place,
            )
        super().find(database, name)


def optimize(engine, reader) -> Plan:
    """Plan OPTIMIZE [db.]table REWRITE DATA USING BIN_PACK [WHERE condition]."""
    reader.expect("OPTIMIZE")
    target = Target(engine, reader)
    reader.expect("REWRITE", "DATA", "USING", "BIN_PACK")
    where = reader.expression() if reader.accept("WHERE") else None
    reader.end()
    target.open(exp.Delete(this=target.node, where=where and exp.Where(this=where)))
    rows = None
    if where is not None:
        _check_columns(target, where)
        test = target.binder.condition(where, target.scope, "WHERE clause").sql
        rows = Plan(
            query=f"SELECT DISTINCT {target.path} FROM {target.sql} WHERE {test}",
            tables=target.binder.tables,
            columns=["path"],
            limited=True,
        )
    target.binder.check_parameters()
    return Plan(work=lambda: maintenance.optimize(engine, target.table, rows))


def _check_columns(target, where) -> None:
    """Refuse a condition on a column that no partition field is made of."""
    state = metadata.load(target.engine.lake, target.table)
    allowed = {column for _, column, _, _ in state.partition_fields()}
    known = {name for name, _ in target.columns}
    for column in where.find_all(exp.Column):
        name = column.name.lower()
        if name in known and name not in allowed:
            raise target.binder.error(
                "NOT_SUPPORTED",
                "Unexpected FilterNode found in plan; probably connector was not able to handle "
                "provided WHERE expression",
                column,
                hint="OPTIMIZE takes conditions on partition columns only"
                + (f": {', '.join(sorted(allowed))}." if allowed else "; this table has none."),
            )


def vacuum(engine, reader) -> Plan:
    """Plan VACUUM [db.]table; the table's name may stand in backquotes."""
    reader.expect("VACUUM")
    target = Target(engine, reader)
    reader.end()
    maintenance.check_folder(engine, target.table)
    return Plan(work=lambda: maintenance.vacuum(engine, target.table))
