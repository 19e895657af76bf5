"""The namespace's history: what ran, when, for whom, and how it ended."""

import contextlib
from datetime import UTC, datetime

from dealab.sql.errors import LabBug, LabLimit, ServiceError
from dealab.sql.redshift.namespace import Record


def now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


@contextlib.contextmanager
def recorded(engine, sql: str):
    """Keep a Record of the statement that runs inside; a refusal of the lab leaves none."""
    space = engine.namespace
    record = Record(
        query_id=space.next_query(),
        session_id=engine.pid,
        transaction_id=engine.transaction or 0,
        user=engine.user,
        database=engine.database,
        text=sql.strip().rstrip(";"),
        kind=kind_of(sql),
        start=now(),
        label=engine.variables.get("query_group", "default"),
    )
    engine.record = record  # a statement adds details to it
    try:
        yield record
    except (LabLimit, LabBug):
        raise
    except ServiceError as problem:
        record.status, record.error, record.end = "failed", problem.message, now()
        space.history.append(record)
        raise
    record.end = now()
    record.transaction_id = record.transaction_id or engine.transaction or space.next_transaction()
    space.history.append(record)
    engine.last_query = record.query_id


#: https://docs.aws.amazon.com/redshift/latest/dg/SYS_QUERY_HISTORY.html (query_type)
_KINDS = {
    "SELECT": "SELECT",
    "WITH": "SELECT",
    "INSERT": "INSERT",
    "UPDATE": "UPDATE",
    "DELETE": "DELETE",
    "MERGE": "MERGE",
    "COPY": "COPY",
    "UNLOAD": "UNLOAD",
    "CREATE": "DDL",
    "ALTER": "DDL",
    "DROP": "DDL",
    "TRUNCATE": "DDL",
    "GRANT": "DDL",
    "REVOKE": "DDL",
    "COMMENT": "DDL",
    "CALL": "CALL",
}


def kind_of(sql: str) -> str:
    from dealab.sql.reading import leading_words

    words = leading_words(sql, 1)
    return _KINDS.get(words[0], "UTILITY") if words else "OTHER"
