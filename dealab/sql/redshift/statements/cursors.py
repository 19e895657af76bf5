"""DECLARE, FETCH and CLOSE: the rows of a query, a few at a time, inside a transaction block.

https://docs.aws.amazon.com/redshift/latest/dg/declare.html
https://docs.aws.amazon.com/redshift/latest/dg/fetch.html (read 2026-11-23)
"""

from dealab.sql.errors import ServiceError
from dealab.sql.results import Outcome, Plan, done


def declare(engine, reader) -> Plan:
    from dealab.sql.redshift import statements

    reader.expect("DECLARE")
    name = reader.identifier()
    reader.expect("CURSOR")
    reader.accept("WITHOUT", "HOLD")
    reader.expect("FOR")
    rest = reader.part(reader.at, len(reader.tokens))
    reader.at = len(reader.tokens)
    if engine.transaction is None:
        raise ServiceError("25P01", "DECLARE CURSOR may only be used in transaction blocks")
    if living(engine, name) is not None:
        raise ServiceError("42P03", f'cursor "{name}" already exists')
    if any(living(engine, other) is not None for other in list(engine.cursors)):
        raise ServiceError("0A000", "only one cursor can be open at a time in a session")
    plan = statements.plan_query(engine, rest)
    if plan.work is not None:
        raise ServiceError("42601", "DECLARE CURSOR cannot specify INTO")

    def work():
        engine.cursors[name] = Cursor(engine.transaction, engine.select(plan))
        return Outcome(message="DECLARE CURSOR")

    return done(work)


class Cursor:
    """The rows of a query as of DECLARE, and how many have been fetched."""

    def __init__(self, transaction: int, outcome: Outcome):
        self.transaction = transaction
        self.outcome = outcome
        self.at = 0


def living(engine, name: str):
    """Return the cursor of this name, if it belongs to the transaction that is open."""
    found = engine.cursors.get(name)
    if found is not None and found.transaction != engine.transaction:
        del engine.cursors[name]  # the end of its transaction has closed it
        return None
    return found


def existing(engine, name: str) -> Cursor:
    found = living(engine, name)
    if found is None:
        raise ServiceError("34000", f'cursor "{name}" does not exist')
    return found


def fetch(engine, reader) -> Plan:
    """FETCH [NEXT | ALL | FORWARD [count | ALL]] FROM cursor"""
    reader.expect("FETCH")
    count: int | None = 1
    if reader.accept("ALL"):
        count = None
    elif reader.accept("FORWARD"):
        if reader.accept("ALL"):
            count = None
        elif not reader.sees("FROM"):
            count = reader.integer()
    elif not reader.accept("NEXT") and not reader.sees("FROM"):
        count = reader.integer()
    reader.expect("FROM")
    name = reader.identifier()
    reader.end()
    cursor = existing(engine, name)
    if count is not None and count < 0:
        raise ServiceError("0A000", "cursor can only scan forward")

    def work():
        found = cursor.outcome
        last = len(found.rows) if count is None else cursor.at + count
        rows = found.rows[cursor.at : last]
        first, cursor.at = cursor.at == 0, min(last, len(found.rows))
        return Outcome(
            found.columns, found.kinds, rows, bill=found.bill if first else None, duckdb=[]
        )

    return Plan(work=work)


def close(engine, reader) -> Plan:
    reader.expect("CLOSE")
    name = reader.identifier()
    reader.end()
    existing(engine, name)

    def work():
        del engine.cursors[name]
        return "CLOSE CURSOR"

    return done(work)


def cancel(engine, reader) -> Plan:
    """CANCEL pid ['message']: sessions of the lab run one statement at a time, to its end, so none
    is ever running when CANCEL comes.

    https://docs.aws.amazon.com/redshift/latest/dg/r_CANCEL.html
    """
    reader.expect("CANCEL")
    pid = reader.integer()
    if not reader.done:
        reader.string()
    reader.end()
    known = pid in engine.namespace.sessions
    what = "runs no statement at the moment" if known else "is no session of this namespace"
    return done(lambda: Outcome(message="CANCEL", notes=[f"process {pid} {what}."]))
