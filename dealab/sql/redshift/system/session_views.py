"""Sessions, what they run, and the locks that they hold: now, not in the past.

https://docs.aws.amazon.com/redshift/latest/dg/r_STV_SESSIONS.html, r_STV_LOCKS.html,
r_SVV_TRANSACTIONS.html, r_STV_RECENTS.html, r_STV_INFLIGHT.html (read 2026-11-23)
"""

from dealab.sql.redshift import locks
from dealab.sql.redshift.history import now
from dealab.sql.redshift.system.history_views import family, microseconds, said
from dealab.sql.redshift.system.looking import Look
from dealab.sql.redshift.system.registry import view


def sessions(look: Look):
    """Return the sessions that are open, oldest first; ordinary users see their own."""
    found = sorted(look.space.sessions.values(), key=lambda one: one.pid)
    return [one for one in found if look.unrestricted or one.login == look.engine.login]


@view(
    "stv_sessions",
    "starttime ts, process int, user_name char(50), db_name char(50), timeout_sec int",
    page="r_STV_SESSIONS",
)
def stv_sessions(look):
    for one in sessions(look):
        user = look.objects.get("user", one.login)
        yield {
            "starttime": one.started,
            "process": one.pid,
            "user_name": one.login,
            "db_name": one.database,
            "timeout_sec": int(user.options.get("session timeout", 0)) if user else 0,
        }


def running(look: Look):
    """Return the Records of statements that run now: the one that reads the view, at least."""
    return [
        (one, one.record)
        for one in sessions(look)
        if one.record is not None and one.record.end is None and one.record.status == "success"
        and (one is look.engine or one.record.session_id == look.engine.pid)
    ]  # fmt: skip


@view(
    "stv_recents",
    "userid int, status char(20), starttime ts, duration int, user_name char(50), "
    "db_name char(50), query char(600), pid int",
    access="own",
    page="r_STV_RECENTS",
)
def stv_recents(look):
    for _, record in running(look):
        spent = int((now() - record.start).total_seconds() * 1_000_000)
        yield recent(look, record, "Running", spent)
    for record in look.records()[-100:]:
        yield recent(look, record, "Done", microseconds(record))


def recent(look, record, status, spent) -> dict:
    return {
        "userid": look.user_id(record.user),
        "status": status,
        "starttime": record.start,
        "duration": spent,
        "user_name": record.user,
        "db_name": record.database,
        "query": said(record),
        "pid": record.session_id if status == "Running" else -1,
    }


@view(
    "stv_inflight",
    "userid int, slice int, query int, label char(320), xid bigint, pid int, starttime ts, "
    "text char(100), suspended int, insert_pristine int, concurrency_scaling_status int",
    access="own",
    page="r_STV_INFLIGHT",
)
def stv_inflight(look):
    for _, record in running(look):
        if family(record) == "QUERY":
            yield {
                "userid": look.user_id(record.user),
                "slice": 0,
                "query": record.query_id,
                "label": record.label,
                "xid": record.transaction_id,
                "pid": record.session_id,
                "starttime": record.start,
                "text": said(record).replace("\n", "\\n"),
                "suspended": 0,
                "insert_pristine": 0,
                "concurrency_scaling_status": 0,
            }


def held(look: Look):
    """Yield (session, relation, mode) of every lock that is held."""
    by_key = {}
    for database in look.objects.find("database"):
        for one in look.objects.find("relation", database.name):
            by_key[("relation", one.database, one.schema, one.name)] = one
    for key, holders in look.space.locks.items():
        for pid, mode in holders.items():
            session = look.space.sessions.get(pid)
            if session is not None and key in by_key:
                yield session, by_key[key], mode


@view(
    "stv_locks",
    "table_id bigint, last_commit ts, last_update ts, lock_owner bigint, lock_owner_pid bigint, "
    "lock_owner_start_ts ts, lock_owner_end_ts ts, lock_status char(22)",
    access="superuser",
    page="r_STV_LOCKS",
)
def stv_locks(look):
    """Locks of updates; readers' locks are in SVV_TRANSACTIONS."""
    for session, relation, mode in held(look):
        if mode != locks.SHARE:
            started = first_of(look, session)
            yield {
                "table_id": relation.oid,
                "last_update": started,
                "lock_owner": session.transaction,
                "lock_owner_pid": session.pid,
                "lock_owner_start_ts": started,
                "lock_status": "Holding write lock",
            }


def first_of(look: Look, session):
    """Return when a session's open transaction began."""
    found = [one.start for one in look.records() if one.transaction_id == session.transaction]
    return found[0] if found else session.started


@view(
    "svv_transactions",
    "txn_owner text, txn_db text, xid bigint, pid int, txn_start ts, lock_mode text, "
    "lockable_object_type text, relation int, granted bool",
    access="superuser",
    page="r_SVV_TRANSACTIONS",
)
def svv_transactions(look):
    """The statement that reads the view has a transaction of its own."""
    engine = look.engine
    for session in sessions(look):
        if session.transaction is None:
            continue
        shared = {
            "txn_owner": session.user,
            "txn_db": session.database,
            "xid": session.transaction,
            "pid": session.pid,
            "txn_start": first_of(look, session),
            "granted": True,
        }
        yield {**shared, "lock_mode": "ExclusiveLock", "lockable_object_type": "transactionid"}
        for holder, relation, mode in held(look):
            if holder is session:
                yield {
                    **shared,
                    "lock_mode": mode,
                    "lockable_object_type": "relation",
                    "relation": relation.oid,
                }
    if engine.transaction is None and engine.record is not None:
        yield {
            "txn_owner": engine.user,
            "txn_db": engine.database,
            "xid": engine.record.transaction_id,
            "pid": engine.pid,
            "txn_start": engine.record.start,
            "lock_mode": "ExclusiveLock",
            "lockable_object_type": "transactionid",
            "granted": True,
        }


@view(
    "stl_sessions",
    "userid int, starttime ts, endtime ts, process int, user_name char(50), db_name char(50)",
    access="own",
    page="r_STL_SESSIONS",
)
def stl_sessions(look):
    """Sessions that were ended with PG_TERMINATE_BACKEND."""
    yield from look.log("stl_sessions")


@view(
    "sys_session_history",
    "user_id char(50), session_id int, database_name char(50), status char(20), "
    "session_timeout int, start_time ts, end_time ts",
    page="SYS_SESSION_HISTORY",
)
def sys_session_history(look):
    for row in look.log("stl_sessions"):
        if look.unrestricted or row["userid"] == look.me:
            yield {
                "user_id": str(row["userid"]),
                "session_id": row["process"],
                "database_name": row["db_name"],
                "status": "closed",
                "session_timeout": 0,
                "start_time": row["starttime"],
                "end_time": row["endtime"],
            }
    for one in sessions(look):
        user = look.objects.get("user", one.login)
        yield {
            "user_id": str(look.user_id(one.login)),
            "session_id": one.pid,
            "database_name": one.database,
            "status": "active",
            "session_timeout": int(user.options.get("session timeout", 0)) if user else 0,
            "start_time": one.started,
        }
