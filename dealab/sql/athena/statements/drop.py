"""DROP TABLE and DROP VIEW. The files of an external table stay.

https://docs.aws.amazon.com/athena/latest/ug/drop-table.html
"""

from dealab.sql.athena import hive
from dealab.sql.athena.statements import names
from dealab.sql.errors import ServiceError
from dealab.sql.nodes import nearest
from dealab.sql.results import Plan, done


def drop_table(engine, reader) -> Plan:
    reader.expect("DROP", "TABLE")
    tolerant = reader.accept("IF", "EXISTS")
    database, name = names.path(engine, reader)
    if reader.sees("PURGE"):
        raise hive.unsupported("DROP TABLE ... PURGE")
    reader.end()
    try:
        found = engine.catalog.find(database, name)
    except ServiceError as problem:
        if problem.code != "HIVE_INVALID_METADATA":
            raise
        return done(lambda: engine.catalog.drop_table(database, name))
    if found is None:
        if tolerant:
            return done(lambda: None)
        raise hive.no_table(database, name, nearest(name, engine.catalog.tables(database)))
    if found.is_view:
        raise hive.failed(
            "SemanticException [Error 10263]: Cannot drop a view with DROP TABLE", "use DROP VIEW."
        )
    engine.catalog.require("DROP", database, name)
    if found.is_iceberg:
        from dealab.sql.athena import statements

        return statements.call("iceberg_tables:drop", engine, found)
    return done(lambda: engine.catalog.drop_table(database, name))


def drop_view(engine, reader) -> Plan:
    """DROP VIEW is Trino's: names in double quotation marks, Trino's errors."""
    reader.expect("DROP", "VIEW")
    tolerant = reader.accept("IF", "EXISTS")
    place = reader.place()
    database, name = names.path(engine, reader)
    reader.end()
    found = engine.catalog.find(database, name)
    if found is None:
        if tolerant:
            return done(lambda: None)
        raise ServiceError(
            "TABLE_NOT_FOUND",
            f"View 'awsdatacatalog.{database}.{name}' does not exist",
            *place,
            hint=nearest(name, engine.catalog.tables(database)),
        )
    if not found.is_view:
        raise ServiceError(
            "TABLE_NOT_FOUND",
            f"View 'awsdatacatalog.{database}.{name}' does not exist, but a table with that name "
            f"exists. Did you mean DROP TABLE awsdatacatalog.{database}.{name}?",
            *place,
        )
    return done(lambda: engine.catalog.drop_table(database, name))
