"""Calls of stored procedures, and what they raised.

https://docs.aws.amazon.com/redshift/latest/dg/r_SVL_STORED_PROC_CALL.html,
r_SVL_STORED_PROC_MESSAGES.html, SYS_PROCEDURE_MESSAGES.html (read 2026-11-23)
"""

from dealab.sql.redshift.system.history_views import ran, said
from dealab.sql.redshift.system.registry import view


@view(
    "svl_stored_proc_call",
    "userid int, session_userid int, query int, label char(320), xid bigint, pid int, "
    "database char(32), querytxt char(2000), starttime ts, endtime ts, aborted int, "
    "from_sp_call int",
    access="own",
    page="r_SVL_STORED_PROC_CALL",
)
def svl_stored_proc_call(look):
    for one in look.records():
        if one.kind == "CALL" and ran(one):
            yield {
                "userid": look.user_id(one.user),
                "session_userid": session_user(look, one),
                "query": one.query_id,
                "label": one.label,
                "xid": one.transaction_id,
                "pid": one.session_id,
                "database": one.database,
                "querytxt": said(one),
                "starttime": one.start,
                "endtime": one.end,
                "aborted": int(one.status != "success"),
            }


def session_user(look, record) -> int | None:
    session = look.space.sessions.get(record.session_id)
    return look.user_id(session.login if session is not None else record.user)


_LEVELS = {"LOG": 20, "INFO": 30, "NOTICE": 40, "WARNING": 50, "EXCEPTION": 60}


def messages(look):
    """Yield (record of the CALL or None, message) of what procedures raised."""
    calls = [one for one in look.records() if one.kind == "CALL"]
    for row in look.log("svl_stored_proc_messages"):
        found = [one for one in calls if one.query_id == row.get("query")]
        if not found and "recordtime" in row:
            found = [
                one
                for one in calls
                if one.session_id == row["session_id"]
                and one.start <= row["recordtime"] <= (one.end or row["recordtime"])
            ]
        yield (found[0] if found else None), row


@view(
    "svl_stored_proc_messages",
    "userid int, session_userid int, pid int, xid bigint, query int, recordtime ts, loglevel int, "
    "loglevel_text char(10), message char(1024), linenum int, querytext char(500), "
    "label char(320), aborted int, message_xid bigint",
    access="own",
    page="r_SVL_STORED_PROC_MESSAGES",
)
def svl_stored_proc_messages(look):
    for call, row in messages(look):
        made = {
            "pid": row["session_id"],
            "recordtime": row.get("recordtime"),
            "loglevel": _LEVELS.get(row["loglevel"]),
            "loglevel_text": row["loglevel"],
            "message": row["message"],
            "linenum": row["linenum"],
        }
        if call is not None:
            made |= {
                "userid": look.user_id(call.user),
                "session_userid": session_user(look, call),
                "xid": call.transaction_id,
                "query": call.query_id,
                "querytext": said(call),
                "label": call.label,
                "aborted": int(call.status != "success"),
                "message_xid": call.transaction_id,
            }
        yield made


@view(
    "sys_procedure_messages",
    "transaction_id bigint, query_id int, record_time ts, log_level char(10), message char(1024), "
    "line_number int",
    page="SYS_PROCEDURE_MESSAGES",
)
def sys_procedure_messages(look):
    for call, row in messages(look):
        if not look.unrestricted and (call is None or call.user != look.engine.user):
            continue
        yield {
            "transaction_id": call.transaction_id if call else None,
            "query_id": call.query_id if call else None,
            "record_time": row.get("recordtime"),
            "log_level": row["loglevel"],
            "message": row["message"],
            "line_number": row["linenum"],
        }
