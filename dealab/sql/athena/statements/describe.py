"""DESCRIBE: a table's columns and partition keys."""

from dealab.sql.athena.statements import names
from dealab.sql.results import Plan, table
from dealab.sql.types import athena_name


def describe(engine, reader) -> Plan:
    reader.expect_any("DESCRIBE", "DESC")
    found = names.table(engine, reader)
    reader.end()
    rows = [(name, athena_name(kind), found.comments.get(name, "")) for name, kind in found.columns]
    rows += [(name, athena_name(kind), "Partition key") for name, kind in found.keys]
    return table(["col_name", "data_type", "comment"], rows)
