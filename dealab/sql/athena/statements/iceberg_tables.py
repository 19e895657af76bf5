"""Statements of Hive's grammar over Iceberg tables: CREATE, DROP, DESCRIBE, SHOW CREATE TABLE."""

from dealab.sql.athena.iceberg import inspection, reads, shows, tables, travel
from dealab.sql.athena.statements import names
from dealab.sql.nodes import nearest
from dealab.sql.results import Plan, done, listing
from dealab.sql.results import table as answer


def create(engine, definition) -> Plan:
    """Plan CREATE TABLE whose properties say ``'table_type'='ICEBERG'``."""
    return tables.create(engine, definition)


def drop(engine, table) -> Plan:
    """Plan DROP TABLE: the data goes too."""
    return done(lambda: tables.drop(engine, table))


def describe(engine, asked) -> Plan:
    """Plan DESCRIBE [FORMATTED | EXTENDED]: ``asked`` is the table and that word, or ""."""
    table, detail = asked
    return answer(["col_name", "data_type", "comment"], shows.described(engine, table, detail))


def show_create(engine, table) -> Plan:
    return listing("createtab_stmt", shows.statement(engine, table))


def show_properties(engine, asked) -> Plan:
    """Plan SHOW TBLPROPERTIES: ``asked`` is the table and a key, or None for all."""
    table, key = asked
    return answer(["prpt_name", "prpt_value"], shows.properties_of(engine, table, key))


def source(binder, asked):
    """Return the Source of a table in FROM, perhaps FOR ... AS OF: ``asked`` is table and node."""
    table, node = asked
    version = node.args.get("version")
    snapshot = travel.snapshot(binder, table, version) if version else None
    return reads.source(binder, table, (names.CATALOG, table.database), node, snapshot)


def metadata_source(binder, asked):
    """Return the Source of "table$files" and the like: ``asked`` is table, kind and node."""
    table, kind, node = asked
    name = f"{table.name}${kind}"
    found = None
    if not node.args.get("version"):
        found = inspection.source(binder, table, kind, (names.CATALOG, table.database, name))
    if found is None:
        raise binder.error(
            "TABLE_NOT_FOUND",
            f"Table 'awsdatacatalog.{table.database}.{name}' does not exist",
            node,
            hint=nearest(kind, inspection.NAMES),
        )
    return found
