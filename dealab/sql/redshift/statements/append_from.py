"""ALTER TABLE target APPEND FROM source: the source's rows move to the target.

https://docs.aws.amazon.com/redshift/latest/dg/r_ALTER_TABLE_APPEND.html (read 2026-11-23)
"""

from dataclasses import replace

from dealab.sql.errors import ServiceError
from dealab.sql.redshift import namespace as spaces
from dealab.sql.redshift import places, storage
from dealab.sql.results import Outcome, Plan, done
from dealab.sql.types import quote


def append(engine, reader, target) -> Plan:
    places.block_refused(engine, "ALTER TABLE APPEND")
    reader.expect("FROM")
    source = places.existing(engine, reader.qualified())
    extra = fill = False
    while word := reader.accept_any("IGNOREEXTRA", "FILLTARGET"):
        extra, fill = extra or word == "IGNOREEXTRA", fill or word == "FILLTARGET"
    reader.end()
    if extra and fill:
        raise ServiceError("42601", "IGNOREEXTRA and FILLTARGET cannot be used together")
    if not isinstance(source, spaces.Table) or isinstance(source, spaces.MaterializedView):
        raise ServiceError("42809", f'"{source.name}" is not a table')
    if source.temporary or target.temporary:
        raise ServiceError("0A000", "ALTER TABLE APPEND does not support temporary tables")
    if source.oid == target.oid:
        raise ServiceError("0A000", "source and target of ALTER TABLE APPEND are the same table")
    check(source, target, extra, fill)
    names = [column.name for column in target.columns if source.column(column.name)]
    picks = ", ".join(quote(name) for name in names)

    def work():
        query = f"SELECT {picks} FROM {storage.place(source)}"
        outcome = storage.append(engine, target, replace(Plan(), query=query), names)
        count = outcome.rows[0][0]
        engine.duck().execute(f"DELETE FROM {storage.place(source)}")
        now = storage.current(engine, source)
        version = engine.namespace.next_id() if count else now.version
        storage.put(engine, replace(now, unsorted_rows=0, deleted_rows=0, version=version))
        note = f"INFO: ALTER TABLE APPEND moved {count} rows."
        return Outcome(message="ALTER TABLE APPEND", notes=[note], update_count=count)

    return done(work)


def check(source, target, extra: bool, fill: bool) -> None:
    """The columns must be the same: names, types, encodings, NOT NULL, keys."""
    ours = {column.name: column for column in target.columns}
    theirs = {column.name: column for column in source.columns}
    left = [name for name in theirs if name not in ours]
    if left and not extra:
        raise ServiceError(
            "0A000",
            f'Target table doesn\'t have column "{left[0]}" of the source table',
            hint="IGNOREEXTRA leaves out the source's other columns.",
        )
    missing = [name for name in ours if name not in theirs]
    if missing and not fill:
        raise ServiceError(
            "0A000",
            f'Source table doesn\'t have column "{missing[0]}" of the target table',
            hint="FILLTARGET fills the target's other columns with their default.",
        )
    for name in ours.keys() & theirs.keys():
        one, two = theirs[name], ours[name]
        for field, word in (("type", "type"), ("encode", "encoding"), ("not_null", "NOT NULL")):
            if getattr(one, field) != getattr(two, field):
                raise ServiceError(
                    "0A000", f'column "{name}" does not have the same {word} in both tables'
                )
        if bool(one.identity) != bool(two.identity):
            raise ServiceError("0A000", f'column "{name}" is not an identity column in both tables')
    if (source.distkey, source.sortkey, source.sortstyle) != (
        target.distkey,
        target.sortkey,
        target.sortstyle,
    ):
        raise ServiceError(
            "0A000", "source and target do not have the same distribution and sort keys"
        )
