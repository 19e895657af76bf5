"""LOCK [TABLE] name, ...: the strongest lock until the transaction ends."""

from dealab.sql.errors import ServiceError
from dealab.sql.redshift import locks, rights, sources, storage
from dealab.sql.redshift import namespace as spaces
from dealab.sql.results import Outcome, Plan


def lock(engine, reader) -> Plan:
    reader.expect("LOCK")
    reader.accept("TABLE")
    named = reader.commas(reader.qualified)
    reader.end()
    tables = []
    for parts in named:
        found = sources.lookup(engine, parts)
        if found is None:
            raise ServiceError("42P01", f'relation "{".".join(parts)}" does not exist')
        if not isinstance(found, spaces.Table):
            raise ServiceError("42809", f'"{parts[-1]}" is not a table')
        rights.check_read(engine, found)
        tables.append(found)

    def work():
        for table in tables:
            locks.take(engine, storage.key(table), locks.EXCLUSIVE)
        return Outcome(message="LOCK TABLE")

    return Plan(work=work)
