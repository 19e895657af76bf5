"""CREATE, ALTER and DROP DATABASE. SCHEMA means the same.

https://docs.aws.amazon.com/athena/latest/ug/create-database.html
"""

from dealab.sql.athena import definitions, hive
from dealab.sql.athena.statements import create_table
from dealab.sql.catalog import ICEBERG
from dealab.sql.nodes import nearest
from dealab.sql.results import Plan, done


def create(engine, reader) -> Plan:
    reader.expect("CREATE")
    reader.expect_any("DATABASE", "SCHEMA")
    tolerant = reader.accept("IF", "NOT", "EXISTS")
    name = reader.identifier()
    entry: dict = {"Name": name, "Parameters": {}}
    if reader.accept("COMMENT"):
        entry["Description"] = reader.string()
    if reader.accept("LOCATION"):
        entry["LocationUri"] = reader.string()
        create_table.check_location(engine, entry["LocationUri"])
    if reader.accept("WITH"):
        reader.expect("DBPROPERTIES")
        entry["Parameters"] = definitions.properties(reader)
    reader.end()
    exists = engine.catalog.database(name) is not None
    if exists and not tolerant:
        raise hive.task_failed(f"Database {name} already exists")
    return done(lambda: None if exists else engine.catalog.put_database(entry))


def alter(engine, reader) -> Plan:
    """ALTER DATABASE name SET DBPROPERTIES (...): a key that exists gets the new value."""
    reader.expect("ALTER")
    reader.expect_any("DATABASE", "SCHEMA")
    name = reader.identifier()
    reader.expect("SET")
    if reader.word() in ("LOCATION", "OWNER"):
        raise hive.unsupported(f"ALTER DATABASE SET {reader.word()}")
    reader.expect("DBPROPERTIES")
    given = definitions.properties(reader)
    reader.end()
    entry = _existing(engine, name)
    changed = {**entry, "Parameters": {**entry.get("Parameters", {}), **given}}
    return done(lambda: engine.catalog.put_database(changed))


def drop(engine, reader) -> Plan:
    """DROP DATABASE: it has to be empty, unless CASCADE drops its tables first."""
    reader.expect("DROP")
    reader.expect_any("DATABASE", "SCHEMA")
    tolerant = reader.accept("IF", "EXISTS")
    name = reader.identifier()
    cascade = reader.accept_any("RESTRICT", "CASCADE") == "CASCADE"
    reader.end()
    if engine.catalog.database(name) is None:
        if tolerant:
            return done(lambda: None)
        raise hive.no_database(name, nearest(name, engine.catalog.databases))
    tables = engine.catalog.tables(name)
    if tables and not cascade:
        raise hive.task_failed(
            f"InvalidOperationException(message:Database {name} is not empty. "
            "One or more tables exist.)"
        )
    return done(lambda: _drop(engine, name))


def _drop(engine, name: str) -> None:
    """Drop a database; the data of its Iceberg tables goes too.

    https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-additional-operations.html
    """
    for table in engine.catalog.tables(name):
        entry = engine.catalog.entry(name, table)
        if entry.get("Parameters", {}).get("table_type", "").upper() == ICEBERG:
            found = engine.catalog.find(name, table)
            from dealab.sql.athena.iceberg import tables

            tables.drop(engine, found)
    engine.catalog.drop_database(name)


def _existing(engine, name: str) -> dict:
    entry = engine.catalog.database(name)
    if entry is None:
        raise hive.no_database(name, nearest(name, engine.catalog.databases))
    return entry
