"""DROP and ALTER TABLE of external tables: changes of the data catalog, never of the files.

https://docs.aws.amazon.com/redshift/latest/dg/r_ALTER_TABLE_external-table.html (read 2026-11-23)
"""

from dealab.sql.athena.serdes import STORED_AS
from dealab.sql.catalog import Table
from dealab.sql.errors import ServiceError
from dealab.sql.redshift import places
from dealab.sql.redshift.spectrum import change, register
from dealab.sql.results import Outcome, Plan, done


def drop(engine, table: Table) -> Plan:
    """DROP TABLE of an external table: the files stay."""
    places.block_refused(engine, "DROP EXTERNAL TABLE")

    def work():
        engine.catalog.drop_table(table.database, table.name)
        return Outcome(
            message="DROP TABLE", notes=[f"The files in {table.location} stay where they are."]
        )

    return done(work)


def alter(engine, reader, table: Table) -> Plan:
    """ALTER TABLE of an external table.

    https://docs.aws.amazon.com/redshift/latest/dg/r_ALTER_TABLE_external-table.html (2026-11-23)
    """
    work = _form(engine, reader, table)
    reader.end()
    places.block_refused(engine, "ALTER EXTERNAL TABLE")
    if table.is_view:
        raise ServiceError("42809", f'"{table.name}" is not a table')

    def run():
        work()
        return "ALTER TABLE"

    return done(run)


def _form(engine, reader, table: Table):
    if reader.accept("SET", "LOCATION"):
        return _set_location(engine, reader, table)
    if reader.accept("SET", "FILE", "FORMAT"):
        return _set_format(engine, reader, table)
    if reader.accept("SET", "TABLE", "PROPERTIES"):
        return _set_properties(engine, reader, table)
    if reader.sees("PARTITION"):
        values = partition_spec(reader, table)
        reader.expect("SET", "LOCATION")
        return _move_partition(engine, table, values, location_of(reader))
    if reader.accept("ADD"):
        careful = reader.accept("IF", "NOT", "EXISTS")
        if careful or reader.sees("PARTITION"):
            return _add_partitions(engine, reader, table, careful)
        reader.accept("COLUMN")
        return _add_column(engine, reader, table)
    if reader.accept("DROP"):
        if reader.sees("PARTITION"):
            return _drop_partitions(engine, reader, table)
        reader.accept("COLUMN")
        return _drop_column(engine, reader, table)
    if reader.sees("RENAME") or reader.sees("OWNER") or reader.sees("APPEND"):
        raise ServiceError(
            "0A000",
            f"ALTER TABLE {reader.word()} is not supported for external tables",
            *reader.place(),
        )
    raise reader.fail()


def location_of(reader) -> str:
    from dealab.sql.redshift.statements.external_table import location

    return location(reader.string())


def _set_location(engine, reader, table):
    place = location_of(reader)
    return lambda: change(
        engine, table, lambda made: made["StorageDescriptor"].update(Location=place)
    )


def _set_format(engine, reader, table):
    from dealab.sql.redshift.statements.external_table import FORMATS

    into, out, serde = STORED_AS[reader.expect_any(*(one for one in FORMATS if one in STORED_AS))]

    def edit(made):
        made["StorageDescriptor"].update(InputFormat=into, OutputFormat=out)
        made["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"] = serde

    return lambda: change(engine, table, edit)


def _set_properties(engine, reader, table):
    from dealab.sql.redshift.statements.external_table import check_properties, properties

    given = properties(reader)
    check_properties(given)
    return lambda: change(engine, table, lambda made: made["Parameters"].update(given))


def partition_spec(reader, table: Table) -> tuple[str, ...]:
    """Take ``PARTITION (key = value, ...)``; every key must be there. Return values in order."""
    reader.expect("PARTITION")
    place = reader.place()

    def one():
        name = reader.identifier()
        reader.expect("=")
        return name, reader.string() if reader.is_string() else str(reader.integer())

    given = dict(reader.listed(one))
    names = [name for name, _ in table.keys]
    if not names:
        raise ServiceError("42809", f'table "{table.name}" is not partitioned', *place)
    if set(given) != set(names):
        wrong = sorted(set(given) ^ set(names))[0]
        raise ServiceError(
            "42703", f'partition column "{wrong}" of table "{table.name}" does not match', *place
        )
    return tuple(given[name] for name in names)


def _add_partitions(engine, reader, table, careful: bool):
    added = []
    while reader.sees("PARTITION"):
        values = partition_spec(reader, table)
        reader.expect("LOCATION")
        added.append((values, location_of(reader)))
        reader.accept(",")
    if not added:
        raise reader.fail()
    known = {tuple(one["Values"]) for one in engine.catalog.partitions(table.database, table.name)}
    for values, _ in added:
        if values in known and not careful:
            raise ServiceError(
                "42P07",
                "Partition already exists.",
                hint="ADD IF NOT EXISTS PARTITION leaves it as it is.",
            )
    return lambda: register(engine, table, added)


def _known(engine, table, values) -> list[dict]:
    listed = engine.catalog.partitions(table.database, table.name)
    if values not in [tuple(one["Values"]) for one in listed]:
        raise ServiceError("42704", f"Partition ({', '.join(values)}) does not exist.")
    return listed


def _move_partition(engine, table, values, place: str):
    _known(engine, table, values)
    return lambda: register(engine, table, [(values, place)], replace=True)


def _drop_partitions(engine, reader, table):
    values = partition_spec(reader, table)
    listed = _known(engine, table, values)
    kept = [one for one in listed if tuple(one["Values"]) != values]
    return lambda: engine.catalog.put_partitions(table.database, table.name, kept)


def _add_column(engine, reader, table):
    from dealab.sql.redshift.statements.external_table import column

    name, kind = column(reader)
    if name in [one for one, _ in table.fields()]:
        raise ServiceError("42701", f'column "{name}" of relation "{table.name}" already exists')
    made = {"Name": name, "Type": kind}
    return lambda: change(
        engine, table, lambda entry: entry["StorageDescriptor"]["Columns"].append(made)
    )


def _drop_column(engine, reader, table):
    name = reader.identifier()
    if name in [one for one, _ in table.keys]:
        raise ServiceError("0A000", f'cannot drop partition column "{name}"')
    if name not in [one for one, _ in table.columns]:
        raise ServiceError("42703", f'column "{name}" of relation "{table.name}" does not exist')
    if len(table.columns) == 1:
        raise ServiceError("0A000", "cannot drop the only column of a table")

    def edit(made):
        storage = made["StorageDescriptor"]
        storage["Columns"] = [c for c in storage["Columns"] if c["Name"].lower() != name]

    return lambda: change(engine, table, edit)
