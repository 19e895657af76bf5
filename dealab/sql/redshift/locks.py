"""Locks on tables: what a session holds, and what another one would have to wait for.

Redshift has three modes. A notebook cannot wait for itself, so a statement that would wait is
refused by the lab, which says whom it would wait for.
https://docs.aws.amazon.com/redshift/latest/dg/r_LOCK.html (read 2026-11-23)
"""

from dealab.sql.errors import LabLimit

SHARE = "AccessShareLock"  # SELECT, UNLOAD, and the reading part of UPDATE and DELETE
WRITE = "ShareRowExclusiveLock"  # COPY, INSERT, UPDATE, DELETE, MERGE
EXCLUSIVE = "AccessExclusiveLock"  # LOCK, DROP, TRUNCATE, ALTER TABLE, VACUUM

#: mode wanted -> modes of another session that it must wait for
BLOCKED_BY = {
    SHARE: (EXCLUSIVE,),
    WRITE: (EXCLUSIVE, WRITE),
    EXCLUSIVE: (EXCLUSIVE, WRITE, SHARE),
}
_STRENGTH = (SHARE, WRITE, EXCLUSIVE)


def take(engine, key: tuple, mode: str) -> None:
    """Take a lock until the transaction ends. Raises LabLimit where it would have to wait."""
    holders = engine.namespace.locks.setdefault(key, {})
    for pid, held in holders.items():
        if pid != engine.pid and held in BLOCKED_BY[mode]:
            other = engine.namespace.sessions.get(pid)
            who = f"session {pid}" + (f" (user {other.user})" if other is not None else "")
            raise LabLimit(
                f"a statement that waits: {who} holds {held} on {'.'.join(key[2:])}",
                f"the statement waits for a lock of the mode {mode} until that session's "
                "transaction ends.",
                "STV_LOCKS and SVV_TRANSACTIONS show who holds what; PG_TERMINATE_BACKEND(pid) "
                "ends a session.",
            )
    if engine.transaction is None:  # a statement on its own lets go at its end
        return
    now = holders.get(engine.pid)
    if now is None or _STRENGTH.index(mode) > _STRENGTH.index(now):
        holders[engine.pid] = mode


#: a statement's leading words -> the mode that it takes on the table that it names
_VERBS = (
    (("INSERT", "INTO"), WRITE),
    (("DELETE", "FROM"), WRITE),
    (("DELETE",), WRITE),
    (("UPDATE",), WRITE),
    (("MERGE", "INTO"), WRITE),
    (("COPY",), WRITE),
    (("TRUNCATE", "TABLE"), EXCLUSIVE),
    (("TRUNCATE",), EXCLUSIVE),
    (("ALTER", "TABLE"), EXCLUSIVE),
    (("DROP", "TABLE", "IF", "EXISTS"), EXCLUSIVE),
    (("DROP", "TABLE"), EXCLUSIVE),
)


def take_for(engine, plan, sql: str) -> None:
    """Take the locks of a statement: on what it reads, and on the table that it changes."""
    for path in plan.reads:
        take(engine, ("relation", *path), SHARE)
    if plan.work is None:
        return
    from dealab.sql.redshift import sources, statements, storage

    reader = statements.read(sql)
    mode = next((mode for words, mode in _VERBS if reader.accept(*words)), None)
    if mode is None:
        return
    for parts in reader.commas(reader.qualified) if reader.is_name() else ():
        found = sources.lookup(engine, parts)
        if hasattr(found, "store"):
            take(engine, storage.key(found), mode)
