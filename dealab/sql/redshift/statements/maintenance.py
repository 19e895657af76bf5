"""VACUUM and ANALYZE: what they leave in a table's description, and in the history.

https://docs.aws.amazon.com/redshift/latest/dg/r_VACUUM_command.html
https://docs.aws.amazon.com/redshift/latest/dg/r_ANALYZE.html (read 2026-11-23)
"""

from dataclasses import replace

from dealab.sql.errors import ServiceError
from dealab.sql.redshift import matviews, places, rights, storage
from dealab.sql.redshift import namespace as spaces
from dealab.sql.redshift.history import now
from dealab.sql.results import Outcome, Plan, done


def tables_of(engine) -> list:
    """Return the local tables of the session's database."""
    return [
        one
        for one in engine.objects.find("relation", engine.database)
        if isinstance(one, spaces.Table) and (not one.temporary or one.schema == engine.temp_schema)
    ]


def owns(engine, table, privilege: str) -> bool:
    """Tell whether the session may maintain a table: as owner, or by the system privilege."""
    user = engine.objects.get("user", engine.user)
    if table.owner == engine.user or bool(user and user.superuser):
        return True
    return privilege in rights.system_privileges(engine)


def vacuum(engine, reader) -> Plan:
    """VACUUM [FULL | SORT ONLY | DELETE ONLY | REINDEX | RECLUSTER] [t [TO n PERCENT]] [BOOST]"""
    places.block_refused(engine, "VACUUM")
    reader.expect("VACUUM")
    mode = "FULL"
    if reader.accept("SORT", "ONLY"):
        mode = "SORT ONLY"
    elif reader.accept("DELETE", "ONLY"):
        mode = "DELETE ONLY"
    elif reader.accept("REINDEX"):
        mode = "REINDEX"
    elif reader.accept("RECLUSTER"):
        mode = "RECLUSTER"
    else:
        reader.accept("FULL")
    found, notes, percent = None, [], 95
    if reader.is_name() and not (reader.sees("BOOST") and reader.at + 1 == len(reader.tokens)):
        parts = reader.qualified()
        found = places.existing(engine, parts)
        if mode not in ("REINDEX", "RECLUSTER") and reader.accept("TO"):
            percent = reader.integer()
            reader.expect("PERCENT")
            if not 0 <= percent <= 100:
                raise ServiceError("22023", "vacuum threshold must be between 0 and 100")
    reader.accept("BOOST")
    reader.end()
    if found is not None and not isinstance(found, spaces.Table):
        note = (
            f'WARNING: skipping "{found.name}" --- cannot vacuum indexes, views, or special '
            "system tables"
        )
        return done(lambda: Outcome(message="VACUUM", notes=[note]))
    if mode == "REINDEX" and found is not None and found.sortstyle != "INTERLEAVED":
        raise ServiceError(
            "0A000", f'VACUUM REINDEX: table "{found.name}" has no interleaved sort key'
        )
    chosen = [found] if found is not None else tables_of(engine)

    def work():
        for table in chosen:
            if not owns(engine, table, "VACUUM"):
                notes.append(
                    f'WARNING: skipping "{table.name}" --- only table or database owner can '
                    "vacuum it"
                )
                continue
            notes.extend(vacuumed(engine, table, mode, percent))
        return Outcome(message="VACUUM", notes=notes)

    return done(work)


def vacuumed(engine, table, mode: str, percent: int) -> list[str]:
    """Vacuum one table and return what is worth saying."""
    start = now()
    before = storage.current(engine, table)
    rows = storage.count(engine, before)
    after = before
    held = rows + before.deleted_rows
    is_sorted = held == 0 or 100 * (held - before.unsorted_rows) / held >= percent
    if mode != "DELETE ONLY" and (not is_sorted or mode in ("REINDEX", "RECLUSTER")):
        after = replace(after, unsorted_rows=0)
    if mode in ("FULL", "DELETE ONLY", "REINDEX"):
        after = replace(after, deleted_rows=0)
    if after != before:
        storage.put(engine, after)
        matviews.reorganized(engine, table.oid)
    engine.namespace.log(
        "vacuum",
        database=table.database,
        table_id=table.oid,
        schema=table.schema,
        name=table.name,
        user=engine.user,
        xid=engine.transaction or 0,
        mode=mode,
        rows_before=rows + before.deleted_rows,
        rows=rows,
        deleted=before.deleted_rows - after.deleted_rows,
        sorted=before.unsorted_rows - after.unsorted_rows,
        start=start,
        end=now(),
        skipped=after == before,
    )
    if after == before:
        return []
    return [
        f'"{table.name}": {before.deleted_rows - after.deleted_rows} deleted rows reclaimed, '
        f"{before.unsorted_rows - after.unsorted_rows} rows sorted."
    ]


def analyze(engine, reader) -> Plan:
    """ANALYZE [VERBOSE] [t [(c, ...)]] [PREDICATE COLUMNS | ALL COLUMNS]"""
    reader.expect("ANALYZE")
    verbose = reader.accept("VERBOSE")
    found, names = None, []
    scoped = reader.sees("PREDICATE", "COLUMNS") or reader.sees("ALL", "COLUMNS")
    if reader.is_name() and not scoped:
        found = places.existing(engine, reader.qualified())
        if reader.sees("("):
            names = reader.listed(reader.identifier)
    kind = reader.accept_any("PREDICATE", "ALL")
    if kind:
        if names:
            reader.at -= 1
            raise reader.fail()
        reader.expect("COLUMNS")
    reader.end()
    if found is not None and not isinstance(found, spaces.Table):
        note = (
            f'WARNING: skipping "{found.name}" --- cannot analyze indexes, views, external or '
            "special system tables"
        )
        return done(lambda: Outcome(message="ANALYZE", notes=[note]))
    for name in names:
        if found.column(name) is None:
            raise ServiceError(
                "42703", f'column "{name}" of relation "{found.name}" does not exist'
            )
    chosen = [found] if found is not None else tables_of(engine)

    def work():
        notes = []
        for table in chosen:
            if not owns(engine, table, "ANALYZE"):
                notes.append(
                    f'WARNING: skipping "{table.name}" --- only table or database owner can '
                    "analyze it"
                )
                continue
            note = analyzed(engine, table, kind)
            if verbose:
                notes.append(note)
        return Outcome(message="ANALYZE", notes=notes)

    return done(work)


def analyzed(engine, table, kind: str) -> str:
    """Note a table's number of rows; skip it where little has changed since the last time.

    https://docs.aws.amazon.com/redshift/latest/dg/r_analyze_threshold_percent.html
    """
    start = now()
    rows = storage.count(engine, table)
    current = storage.current(engine, table)
    seen = current.analyzed_rows
    threshold = float(engine.variables.get("analyze_threshold_percent", "10"))
    changed = 100.0 if seen is None else 100.0 * abs(rows - seen) / max(rows, 1)
    skipped = seen is not None and changed < threshold
    if not skipped:
        storage.put(engine, replace(current, analyzed_rows=rows))
    status = "Skipped" if skipped else "PredicateColumn" if kind == "PREDICATE" else "Full"
    engine.namespace.log(
        "analyze",
        database=table.database,
        table_id=table.oid,
        schema=table.schema,
        name=table.name,
        user=engine.user,
        xid=engine.transaction or 0,
        status=status,
        rows=rows,
        modified_rows=abs(rows - (seen or 0)),
        threshold_percent=int(threshold),
        start=start,
        end=now(),
    )
    if skipped:
        return f'INFO: Analyze on "{table.name}" skipped: {changed:.0f} percent of it changed'
    return f'INFO: Analyzing "{table.name}": {rows} rows'
