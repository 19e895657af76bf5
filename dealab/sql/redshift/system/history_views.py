"""What ran: STL_QUERY and its relatives, SYS_QUERY_HISTORY, from the namespace's history.

Statements that a parser refused are not in STL_QUERY; SYS_QUERY_HISTORY has them as failed.
https://docs.aws.amazon.com/redshift/latest/dg/r_STL_QUERY.html, r_STL_DDLTEXT.html,
r_STL_UTILITYTEXT.html, SYS_QUERY_HISTORY.html (read 2026-11-23)
"""

import hashlib
import re

from dealab.sql.redshift.system.looking import Look
from dealab.sql.redshift.system.registry import view

#: what STL_QUERY and STL_QUERYTEXT tell of; the other statements are DDL or utilities
QUERY_KINDS = ("SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "COPY", "UNLOAD", "CTAS")
_CTAS = re.compile(
    r"\s*create\s+(local\s+)?(temp(orary)?\s+)?table\s+(if\s+not\s+exists\s+)?[^\s(]+"
    r"(\s*\([\w\s,\"]*\))?\s*(\w+\s*(\([\w\s,\"]*\))?\s*)*?\bas\b\s*\(*\s*(select|with)\b",
    re.IGNORECASE,
)
_DDL = ("SCHEMA", "TABLE", "VIEW", "EXTERNAL", "TEMP", "TEMPORARY", "LOCAL", "OR", "MATERIALIZED")
_REFUSED = re.compile(r"syntax error|does not exist|already exists|permission denied|ambiguous")


def kind_of(record) -> str:
    """Return a statement's kind as SYS_QUERY_HISTORY names it (query_type)."""
    if record.kind == "DDL" and _CTAS.match(record.text):
        return "CTAS"
    return record.kind


def family(record) -> str:
    """Return QUERY, DDL or UTILITY: which of the three text tables has a statement."""
    if kind_of(record) in QUERY_KINDS:
        return "QUERY"
    words = record.text.upper().split()
    if words and words[0] in ("CREATE", "ALTER", "DROP") and words[1:2] and words[1] in _DDL:
        return "DDL"
    return "UTILITY"


def said(record) -> str:
    """Return a statement's text as the system views keep it: without passwords and keys."""
    text = _SECRET.sub(r"\1'***'", record.text)
    return _KEYS.sub(r"\1***", text)


_SECRET = re.compile(
    r"(\b(?:password|credentials(?:\s+as)?|access_key_id|secret_access_key|session_token|"
    r"master_symmetric_key)\s+(?:as\s+)?)'[^']*'",
    re.IGNORECASE,
)
_KEYS = re.compile(
    r"(aws_secret_access_key=|aws_access_key_id=|token=|master_symmetric_key=)[^;'\s]+",
    re.IGNORECASE,
)


def ran(record) -> bool:
    return record.status == "success" or not _REFUSED.search(record.error)


def microseconds(record) -> int:
    return int((record.end - record.start).total_seconds() * 1_000_000) if record.end else 0


def pieces(text: str, size: int):
    """Yield (number, piece) of a statement's text; line ends are written as two characters.

    https://docs.aws.amazon.com/redshift/latest/dg/r_STL_QUERYTEXT.html
    """
    text = text.replace("\n", "\\n")
    for at in range(0, max(len(text), 1), size):
        yield at // size, text[at : at + size]


def made_by(look: Look) -> dict[int, object]:
    """Return oid -> when a relation was made, from the statements that made one of its name."""
    found = {}
    pattern = re.compile(
        r"\s*create\s+(?:or\s+replace\s+)?(?:local\s+|temp\w*\s+|materialized\s+)*(?:table|view)\s+"
        r"(?:if\s+not\s+exists\s+)?(?:\"?\w+\"?\.)*\"?([\w#]+)\"?",
        re.IGNORECASE,
    )
    times = {}
    for record in look.records():
        if record.kind == "DDL" and record.status == "success":
            match = pattern.match(record.text)
            if match:
                times[match[1].lower()] = record.start
    for one in look.relations():
        if one.name in times:
            found[one.oid] = times[one.name]
    return found


# --- STL_ and SVL_ --------------------------------------------------------------------


@view(
    "stl_query",
    "userid int, query int, label char(320), xid bigint, pid int, database char(32), "
    "querytxt char(4000), starttime ts, endtime ts, aborted int, insert_pristine int, "
    "concurrency_scaling_status int",
    access="own",
    page="r_STL_QUERY",
)
def stl_query(look):
    for one in look.records():
        if family(one) == "QUERY" and ran(one):
            yield {
                "userid": look.user_id(one.user),
                "query": one.query_id,
                "label": one.label,
                "xid": one.transaction_id,
                "pid": one.session_id,
                "database": one.database,
                "querytxt": said(one),
                "starttime": one.start,
                "endtime": one.end,
                "aborted": int(one.status != "success"),
                "insert_pristine": 0,
                "concurrency_scaling_status": 0,
            }


@view(
    "stl_querytext",
    "userid int, xid bigint, pid int, query int, sequence int, text char(200)",
    access="own",
    page="r_STL_QUERYTEXT",
)
def stl_querytext(look):
    for one in look.records():
        if family(one) == "QUERY" and ran(one):
            for at, piece in pieces(said(one), 200):
                yield {
                    "userid": look.user_id(one.user),
                    "xid": one.transaction_id,
                    "pid": one.session_id,
                    "query": one.query_id,
                    "sequence": at,
                    "text": piece,
                }


_TEXT = "userid int, xid bigint, pid int, label char(320), starttime ts, endtime ts, sequence int, "


def text_rows(look, *families):
    for one in look.records():
        told = family(one)
        if told in families and ran(one):
            for at, piece in pieces(said(one), 200):
                yield (
                    told,
                    {
                        "userid": look.user_id(one.user),
                        "xid": one.transaction_id,
                        "pid": one.session_id,
                        "label": one.label,
                        "starttime": one.start,
                        "endtime": one.end,
                        "sequence": at,
                        "text": piece,
                    },
                )


@view("stl_ddltext", _TEXT + "text char(200)", access="own", page="r_STL_DDLTEXT")
def stl_ddltext(look):
    for _, row in text_rows(look, "DDL"):
        yield row


@view("stl_utilitytext", _TEXT + "text char(200)", access="own", page="r_STL_UTILITYTEXT")
def stl_utilitytext(look):
    for _, row in text_rows(look, "UTILITY"):
        yield row


@view(
    "svl_statementtext",
    _TEXT + "type varchar(10), text char(200)",
    access="own",
    page="r_SVL_STATEMENTTEXT",
)
def svl_statementtext(look):
    for told, row in text_rows(look, "QUERY", "DDL", "UTILITY"):
        yield {**row, "type": told}


@view(
    "svl_qlog",
    "userid int, query int, xid bigint, pid int, starttime ts, endtime ts, elapsed bigint, "
    "aborted int, label char(320), substring char(60), source_query int, "
    "concurrency_scaling_status_txt text, from_sp_call int",
    access="own",
    page="r_SVL_QLOG",
)
def svl_qlog(look):
    """The lab keeps no results of earlier queries: source_query is NULL."""
    for one in look.records():
        if family(one) == "QUERY" and ran(one):
            yield {
                "userid": look.user_id(one.user),
                "query": one.query_id,
                "xid": one.transaction_id,
                "pid": one.session_id,
                "starttime": one.start,
                "endtime": one.end,
                "elapsed": microseconds(one),
                "aborted": int(one.status != "success"),
                "label": one.label,
                "substring": said(one).replace("\n", "\\n")[:60],
                "concurrency_scaling_status_txt": "0 - Ran on the main cluster",
            }


@view(
    "stl_wlm_query",
    "userid int, xid bigint, task int, query int, service_class int, slot_count int, "
    "service_class_start_time ts, queue_start_time ts, queue_end_time ts, "
    "total_queue_time bigint, exec_start_time ts, exec_end_time ts, total_exec_time bigint, "
    "service_class_end_time ts, final_state char(16), est_peak_mem bigint, "
    "query_priority char(20), service_class_name char(64)",
    access="own",
    page="r_STL_WLM_QUERY",
)
def stl_wlm_query(look):
    """No query ever waits here: the times in the queue are 0. Service class 100 is the first
    queue of automatic WLM."""
    for at, one in enumerate(look.records(), 1):
        if family(one) == "QUERY" and ran(one):
            yield {
                "userid": look.user_id(one.user),
                "xid": one.transaction_id,
                "task": at,
                "query": one.query_id,
                "service_class": 100,
                "slot_count": 1,
                "service_class_start_time": one.start,
                "queue_start_time": one.start,
                "queue_end_time": one.start,
                "total_queue_time": 0,
                "exec_start_time": one.start,
                "exec_end_time": one.end,
                "total_exec_time": microseconds(one),
                "service_class_end_time": one.end,
                "final_state": "Completed" if one.status == "success" else "Canceled",
                "query_priority": "Normal",
                "service_class_name": "Default queue",
            }


# --- SYS_ ------------------------------------------------------------------------------


@view(
    "sys_query_history",
    "user_id int, query_id bigint, query_label char(320), transaction_id bigint, session_id int, "
    "database_name char(128), query_type char(32), status char(10), result_cache_hit bool, "
    "start_time ts, end_time ts, elapsed_time bigint, queue_time bigint, execution_time bigint, "
    "error_message char(512), returned_rows bigint, returned_bytes bigint, query_text char(4000), "
    "redshift_version char(256), usage_limit char(150), compute_type varchar(32), "
    "compile_time bigint, planning_time bigint, lock_wait_time bigint, service_class_id int, "
    "service_class_name char(64), query_priority char(20), short_query_accelerated char(10), "
    "user_query_hash char(40), generic_query_hash char(40), query_hash_version int, "
    "result_cache_query_id bigint",
    access="own",
    page="SYS_QUERY_HISTORY",
)
def sys_query_history(look):
    """The statement that reads this view is in it, as running."""
    running = look.engine.record
    listed = list(look.records())
    if running is not None and running not in listed and not running.end:
        listed.append(running)
    for one in listed:
        kind, over = kind_of(one), one.end is not None
        yield {
            "user_id": look.user_id(one.user),
            "query_id": one.query_id,
            "query_label": one.label,
            "transaction_id": one.transaction_id,
            "session_id": one.session_id,
            "database_name": one.database,
            "query_type": {"CALL": "UTILITY", "MERGE": "OTHER"}.get(kind, kind),
            "status": one.status if over else "running",
            "result_cache_hit": False,
            "start_time": one.start,
            "end_time": one.end,
            "elapsed_time": microseconds(one),
            "queue_time": 0,
            "execution_time": microseconds(one),
            "error_message": one.error or None,
            "returned_rows": one.rows if kind == "SELECT" else 0,
            "query_text": said(one),
            "compute_type": "primary",
            "lock_wait_time": 0,
            "service_class_id": 100,
            "service_class_name": "Default queue",
            "query_priority": "Normal",
            "short_query_accelerated": "false",
            "user_query_hash": digest(one.text),
            "generic_query_hash": digest(without_constants(one.text)),
            "query_hash_version": 1,
        }


def digest(text: str) -> str:
    """Return a hash of a text. Redshift's own is another; equal texts have equal hashes in both."""
    return hashlib.md5(" ".join(text.split()).encode(), usedforsecurity=False).hexdigest()[:22]


def without_constants(text: str) -> str:
    return re.sub(r"'(?:[^']|'')*'|\b\d+(?:\.\d+)?\b", "?", text)


@view(
    "sys_query_text",
    "user_id int, query_id bigint, transaction_id bigint, session_id int, start_time ts, "
    "sequence int, text char(4000)",
    access="own",
    page="SYS_QUERY_TEXT",
)
def sys_query_text(look):
    for one in look.records():
        for at, piece in pieces(said(one), 4000):
            yield {
                "user_id": look.user_id(one.user),
                "query_id": one.query_id,
                "transaction_id": one.transaction_id,
                "session_id": one.session_id,
                "start_time": one.start,
                "sequence": at,
                "text": piece,
            }


@view(
    "sys_transaction_history",
    "user_id int, transaction_id bigint, isolation_level text, status text, "
    "transaction_start_time ts, commit_start_time ts, commit_end_time ts, "
    "blocks_committed bigint, undo_transaction_id bigint",
    access="superuser",
    page="SYS_TRANSACTION_HISTORY",
)
def sys_transaction_history(look):
    """Transactions that have ended; how each did is read from its last statement."""
    groups: dict[int, list] = {}
    for one in look.records():
        groups.setdefault(one.transaction_id, []).append(one)
    open_now = {session.transaction for session in look.space.sessions.values()}
    for number, members in groups.items():
        if not number or number in open_now:
            continue
        last = members[-1]
        undone = last.status != "success" or last.text.upper().startswith(("ROLLBACK", "ABORT"))
        home = look.objects.get("database", last.database)
        serial = home is not None and home.isolation == "serializable"
        yield {
            "user_id": look.user_id(last.user),
            "transaction_id": number,
            "isolation_level": "Serializable" if serial else "Snapshot Isolation",
            "status": "rolledback" if undone else "committed",
            "transaction_start_time": members[0].start,
            "commit_start_time": None if undone else last.end,
            "commit_end_time": None if undone else last.end,
            "undo_transaction_id": number if undone else -1,
        }
