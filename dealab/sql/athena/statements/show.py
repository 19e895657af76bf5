"""SHOW DATABASES, TABLES, COLUMNS, PARTITIONS."""

import re

from dealab.sql.athena.statements import names
from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.results import Plan, listing


def show(engine, reader) -> Plan:
    reader.expect("SHOW")
    what = reader.word()
    if reader.accept_any("DATABASES", "SCHEMAS"):
        reader.end()
        return listing("database_name", engine.catalog.databases)
    if reader.accept("TABLES"):
        return show_tables(engine, reader)
    if reader.accept("COLUMNS"):
        reader.expect_any("IN", "FROM")
        table = names.table(engine, reader)
        reader.end()
        return listing("field", [name for name, _ in table.fields()])
    if reader.accept("PARTITIONS"):
        table = names.table(engine, reader)
        reader.end()
        if not table.keys:
            raise ServiceError(
                "GENERIC_USER_ERROR",
                f"Table {table.database}.{table.name} is not a partitioned table",
            )
        return listing(
            "partition",
            [
                "/".join(f"{k}={v}" for (k, _), v in zip(table.keys, part.values, strict=True))
                for part in table.partitions
            ],
        )
    raise LabLimit(f"SHOW {what} in %%athena yet", "Athena answers from the Glue Data Catalog.")


def show_tables(engine, reader) -> Plan:
    database = engine.database
    if reader.accept_any("IN", "FROM"):
        database = reader.identifier()
    if database not in engine.catalog.databases:
        raise ServiceError("SCHEMA_NOT_FOUND", f"Schema '{database}' does not exist")
    found = engine.catalog.tables(database)
    if not reader.done:  # a pattern in which * stands for any text and | for or
        shapes = "|".join(
            re.escape(part).replace(r"\*", ".*") for part in reader.string().lower().split("|")
        )
        found = [name for name in found if re.fullmatch(shapes, name)]
    reader.end()
    return listing("tab_name", found)
