"""SHOW TABLES and its relatives."""

from dealab.sql.results import Plan, listing


def show_tables(engine, reader) -> Plan:
    reader.expect("SHOW", "TABLES")
    reader.end()
    return listing("table_name", engine.catalog.tables(engine.external or "fernway"))
