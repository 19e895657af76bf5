"""Names of databases and tables in Athena's statements."""

from dealab.sql.athena import hive
from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.nodes import nearest

CATALOG = "awsdatacatalog"


def path(engine, reader) -> tuple[str, str]:
    """Take ``[catalog.][database.]table`` and return database and table, in lower case."""
    parts = reader.qualified()
    if len(parts) == 1 and "." in parts[0]:  # Hive's parser takes `db.table` in one pair
        parts = parts[0].split(".")
    if len(parts) == 3:
        if parts[0] != CATALOG:
            raise LabLimit(
                f"the data source {parts[0]}",
                "Athena asks the connector or catalog that is registered under this name.",
                "federated queries run a Lambda connector for each source.",
            )
        parts = parts[1:]
    if len(parts) > 3:
        raise reader.fail()
    return (parts[0] if len(parts) == 2 else engine.database), parts[-1]


def table(engine, reader):
    """Take a table's name and return the table. Raises Athena's TABLE_NOT_FOUND."""
    database, name = path(engine, reader)
    found = engine.catalog.find(database, name)
    if found is None:
        raise missing(engine, database, name)
    return found


def missing(engine, database: str, name: str) -> ServiceError:
    """Return the error for a table that is not there."""
    if engine.catalog.database(database) is None:
        return ServiceError(
            "SCHEMA_NOT_FOUND",
            f"Schema '{database}' does not exist",
            hint=nearest(database, engine.catalog.databases),
        )
    return ServiceError(
        "TABLE_NOT_FOUND",
        f"Table '{database}.{name}' does not exist",
        hint=nearest(name, engine.catalog.tables(database)),
    )


def hive_table(engine, reader):
    """Take a table's name and return the table or view. Raises Hive's error."""
    database, name = path(engine, reader)
    found = engine.catalog.find(database, name)
    if found is None:
        raise hive.no_table(database, name, nearest(name, engine.catalog.tables(database)))
    return found


def entity(engine, database: str, name: str):
    """Return the table or view that DESCRIBE and SHOW COLUMNS ask for.

    Athena asks the catalog before it starts such a statement: the error is the catalog's own.
    """
    found = engine.catalog.find(database, name)
    if found is None:
        raise ServiceError(
            "INVALID_INPUT",
            "Entity Not Found",
            hint=nearest(name, engine.catalog.tables(database)) or f"no table {database}.{name}.",
        )
    return found
