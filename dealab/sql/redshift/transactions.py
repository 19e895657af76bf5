"""Transactions of a session: blocks, what a failure does to them, and statements on their own."""

from dealab.sql.errors import ServiceError
from dealab.sql.redshift import locks, rights, settings
from dealab.sql.results import Outcome, Plan


def begin(engine) -> None:
    engine.transaction = engine.namespace.next_transaction()
    engine.aborted = engine.read_only = False
    settings.keep(engine)
    engine.duck().functions()
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
    settings.give_back(engine)
    engine.duck().forget_views()
    _end(engine)


def _end(engine) -> None:
    engine.transaction = None
    engine.aborted = engine.read_only = False
    engine.cursors.clear()
    settings.end_local(engine)
    for holders in engine.namespace.locks.values():
        holders.pop(engine.pid, None)


def give_defaults(engine) -> None:
    """Give what was just made the default privileges that its maker has declared."""
    if not engine.objects.find("default grant"):
        return
    from dealab.sql.redshift.statements import grants

    kinds = {"relation": "table", "function": "function", "procedure": "procedure"}
    for key, made in list(engine.objects.changes.items()):
        if made is not None and key[0] in kinds and key not in engine.objects.committed:
            grants.apply_defaults(engine, kinds[key[0]], made)


#: statements that a READ ONLY transaction refuses
_CHANGES = (
    *("INSERT", "UPDATE", "DELETE", "MERGE", "COPY", "TRUNCATE", "CREATE", "ALTER", "DROP"),
    *("GRANT", "REVOKE", "COMMENT", "REFRESH", "WITH", "SELECT"),
)


def check_reads_only(sql: str) -> None:
    """Refuse what writes: a plan of WITH or SELECT that has work is a DELETE, UPDATE or INTO."""
    from dealab.sql.reading import leading_words

    if leading_words(sql, 1)[:1] and leading_words(sql, 1)[0] in _CHANGES:
        raise ServiceError("25006", "transaction is read-only")


def check_may_run(engine, plan: Plan, sql: str) -> None:
    """Refuse what a READ ONLY block or missing privileges forbid, and take the locks."""
    if engine.transaction is not None and engine.read_only and plan.work is not None:
        check_reads_only(sql)
    rights.check_statement(engine, sql)
    locks.take_for(engine, plan, sql)


def ended() -> ServiceError:
    """Return the error for a statement in a block that an error has ended."""
    return ServiceError(
        "25P02",
        "current transaction is aborted, commands ignored until end of transaction block",
        hint="end the block with ROLLBACK; nothing of it is kept.",
    )


def carry_out(engine, plan: Plan, sql: str) -> Outcome:
    """Run a plan in the open block, or in a transaction of its own that ends with it."""
    if plan.controls_transaction:
        return plan.work()
    if not engine.aborted:
        check_may_run(engine, plan, sql)
    if engine.transaction is not None:
        if engine.aborted:
            raise ended()
        try:
            return plan.work() if plan.work is not None else engine.select(plan)
        except BaseException:  # a limit of the lab, too: DuckDB's transaction may be lost
            engine.aborted = True
            raise
    if plan.work is None:
        return engine.select(plan)
    begin(engine)
    try:
        outcome = plan.work()
        give_defaults(engine)
    except BaseException:
        if engine.transaction is not None:
            rollback(engine)
        raise
    if engine.transaction is not None:
        commit(engine)
    return outcome
