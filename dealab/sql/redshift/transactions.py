"""Transactions of a session: blocks, what a failure does to them, and statements on their own."""

from dealab.sql.errors import ServiceError
from dealab.sql.redshift import locks
from dealab.sql.results import Outcome, Plan


def begin(engine) -> None:
    engine.transaction = engine.namespace.next_transaction()
    engine.aborted = False
    engine.duck().connection.execute("BEGIN TRANSACTION")


def commit(engine) -> None:
    """End the block: what it changed is there for everyone."""
    try:
        engine.duck().connection.execute("COMMIT")
    except Exception as problem:
        forget(engine)
        raise engine.read_error(problem) from problem
    engine.objects.commit()
    _end(engine)


def rollback(engine) -> None:
    """End the block and forget what it changed."""
    engine.duck().connection.execute("ROLLBACK")
    forget(engine)


def forget(engine) -> None:
    engine.objects.rollback()
    engine.duck().forget_views()
    _end(engine)


def _end(engine) -> None:
    engine.transaction = None
    engine.aborted = False
    engine.cursors.clear()
    for holders in engine.namespace.locks.values():
        holders.pop(engine.pid, None)


def carry_out(engine, plan: Plan, sql: str) -> Outcome:
    """Run a plan in the open block, or in a transaction of its own that ends with it."""
    if plan.controls_transaction:
        return plan.work()
    if not engine.aborted:
        locks.take_for(engine, plan, sql)
    if engine.transaction is not None:
        if engine.aborted:
            raise ServiceError(
                "25P02",
                "current transaction is aborted, commands ignored until end of transaction block",
                hint="end the block with ROLLBACK; nothing of it is kept.",
            )
        try:
            return plan.work() if plan.work is not None else engine.select(plan)
        except ServiceError:
            engine.aborted = True
            raise
    if plan.work is None:
        return engine.select(plan)
    begin(engine)
    try:
        outcome = plan.work()
    except BaseException:
        if engine.transaction is not None:
            rollback(engine)
        raise
    if engine.transaction is not None:
        commit(engine)
    return outcome
