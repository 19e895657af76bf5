"""What a name in FROM stands for in Athena: tables of the catalog, views, information_schema."""

from dealab.sql.athena import information_schema, projection
from dealab.sql.athena.statements import names
from dealab.sql.errors import LabLimit
from dealab.sql.nodes import nearest
from dealab.sql.types import BIGINT, TIMESTAMPTZ, VARCHAR

#: hidden columns beside $path: https://trino.io/docs/current/connector/hive.html#metadata-columns
HIDDEN = [("$file_size", BIGINT), ("$file_modified_time", TIMESTAMPTZ), ("$partition", VARCHAR)]


def find(binder, parts: list[str], node):
    """Return the Source of ``[catalog.][database.]table``. Raises Athena's errors."""
    if len(parts) > 3:
        raise binder.error("SYNTAX_ERROR", f"Too many dots in table name: {'.'.join(parts)}", node)
    database = parts[-2] if len(parts) > 1 else binder.database
    name = parts[-1]
    if len(parts) == 3 and parts[0] != names.CATALOG:
        raise _other_catalog(binder, parts[0], node)
    if database == information_schema.SCHEMA:
        return _information_schema(binder, name, node)
    table = binder.catalog.find(database, name)
    if table is not None:
        from dealab.sql.athena import guarded

        part = guarded.source(binder, table, node) if isinstance(table, guarded.Seen) else None
        return part or _table_source(binder, table, node)
    base, mark, kind = name.rpartition("$")
    if mark and base:
        owner = binder.catalog.find(database, base)
        if owner is not None:
            binder.catalog.require("SELECT", database, base, whole=True)
        if owner is not None and owner.is_iceberg:
            from dealab.sql.athena import statements

            return statements.call("iceberg_tables:metadata_source", binder, (owner, kind, node))
        if owner is not None and kind == "partitions" and not owner.is_view:
            return _partitions(binder, owner, node)
    if binder.catalog.database(database) is None:
        raise binder.error(
            "SCHEMA_NOT_FOUND",
            f"Schema '{database}' does not exist",
            node,
            hint=nearest(database, binder.catalog.databases),
        )
    raise binder.error(
        "TABLE_NOT_FOUND",
        f"Table 'awsdatacatalog.{database}.{name}' does not exist",
        node,
        hint=nearest(name, binder.catalog.tables(database)),
    )


def _table_source(binder, table, node):
    path = (names.CATALOG, table.database)
    if table.is_iceberg or node.args.get("version"):
        from dealab.sql.athena import statements

        return statements.call("iceberg_tables:source", binder, (table, node))
    if table.is_view:
        from dealab.sql.athena.statements import views

        return views.source(binder, table, node)
    label = None
    if projection.enabled(table):
        table = projection.projected(binder, table, node)
        label = projection.label(table)
    source = binder.catalog_source(table, path, label)
    source.hidden += HIDDEN if table.keys else HIDDEN[:2]
    return source


def _other_catalog(binder, catalog: str, node):
    if catalog.startswith(("s3tablescatalog", "lambda:")):
        return LabLimit(
            f"the data source {catalog}",
            "Athena asks the catalog or connector that is registered under this name.",
            "federated queries run a Lambda connector for each source.",
        )
    return binder.error("CATALOG_NOT_FOUND", f"Catalog '{catalog}' does not exist", node)


def _information_schema(binder, name: str, node):
    if name == "__internal_partitions__":
        raise LabLimit(
            "information_schema.__internal_partitions__",
            "engine version 1 of Athena listed partitions there.",
            'SHOW PARTITIONS t or SELECT * FROM "t$partitions" lists them.',
        )
    if name not in information_schema.names_of():
        raise binder.error(
            "TABLE_NOT_FOUND",
            f"Table 'awsdatacatalog.information_schema.{name}' does not exist",
            node,
            hint=nearest(name, information_schema.names_of()),
        )
    columns = information_schema.columns(name)
    rows = information_schema.rows(binder.catalog, name)
    return binder.rows_source(columns, rows, (names.CATALOG, information_schema.SCHEMA, name))


def _partitions(binder, table, node):
    """``"t$partitions"``: a row for each registered partition, its keys as columns.

    https://docs.aws.amazon.com/athena/latest/ug/show-partitions.html
    """
    if projection.enabled(table):
        raise LabLimit(
            f'"{table.name}$partitions" of a table with partition projection',
            "Athena lists the projected partitions, whether they hold files or not.",
        )
    if not table.keys:
        raise binder.error(
            "TABLE_NOT_FOUND",
            f"Table 'awsdatacatalog.{table.database}.{table.name}$partitions' does not exist",
            node,
        )
    rows = [
        tuple(None if value == "__HIVE_DEFAULT_PARTITION__" else value for value in part.values)
        for part in table.partitions
    ]
    path = (names.CATALOG, table.database, f"{table.name}$partitions")
    return binder.rows_source(list(table.keys), rows, path)
