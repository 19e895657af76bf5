"""What a name in FROM stands for in Athena: tables of the catalog, views, information_schema."""

from dealab.sql.athena.statements import names
from dealab.sql.errors import LabLimit
from dealab.sql.nodes import nearest


def find(binder, parts: list[str], node):
    """Return the Source of ``[catalog.][database.]table``. Raises Athena's errors."""
    database = parts[-2] if len(parts) > 1 else binder.database
    shown = parts[0] if len(parts) > 2 else names.CATALOG
    if shown != names.CATALOG:
        raise binder.error("CATALOG_NOT_FOUND", f"Catalog '{shown}' does not exist", node)
    if database == "information_schema":
        raise LabLimit("information_schema", "Athena lists tables and columns there.")
    table = binder.catalog.find(database, parts[-1])
    if table is not None:
        return binder.catalog_source(table, (names.CATALOG, database))
    if binder.catalog.database(database) is None:
        raise binder.error(
            "SCHEMA_NOT_FOUND",
            f"Schema '{database}' does not exist",
            node,
            hint=nearest(database, binder.catalog.databases),
        )
    raise binder.error(
        "TABLE_NOT_FOUND",
        f"Table 'awsdatacatalog.{database}.{parts[-1]}' does not exist",
        node,
        hint=nearest(parts[-1], binder.catalog.tables(database)),
    )
