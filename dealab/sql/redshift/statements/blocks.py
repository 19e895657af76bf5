"""BEGIN, COMMIT, ROLLBACK."""

from dealab.sql.redshift import transactions
from dealab.sql.results import Outcome, Plan


def begin(engine, reader) -> Plan:
    """BEGIN, START TRANSACTION.

    https://docs.aws.amazon.com/redshift/latest/dg/r_BEGIN.html (read 2026-11-23)
    """
    word = reader.expect_any("BEGIN", "START")
    if word == "START":
        reader.expect("TRANSACTION")
    else:
        reader.accept_any("WORK", "TRANSACTION")
    if reader.accept("ISOLATION", "LEVEL"):  # every level acts as SERIALIZABLE
        if reader.accept("READ"):
            reader.expect_any("UNCOMMITTED", "COMMITTED")
        elif not reader.accept("REPEATABLE", "READ"):
            reader.expect("SERIALIZABLE")
    read_only = False
    if reader.accept("READ"):
        read_only = reader.expect_any("WRITE", "ONLY") == "ONLY"
    reader.end()

    def work():
        if engine.transaction is not None:
            note = "WARNING: there is already a transaction in progress"
            return Outcome(message="BEGIN", notes=[note])
        transactions.begin(engine)
        engine.read_only = read_only
        return Outcome(message="BEGIN")

    return Plan(work=work, controls_transaction=True)


def commit(engine, reader) -> Plan:
    reader.expect_any("COMMIT", "END")
    reader.accept_any("WORK", "TRANSACTION")
    reader.end()

    def work():
        if engine.transaction is None:
            return Outcome(message="COMMIT", notes=["WARNING: there is no transaction in progress"])
        if engine.aborted:
            transactions.rollback(engine)
            return Outcome(message="ROLLBACK")
        transactions.commit(engine)
        return Outcome(message="COMMIT")

    return Plan(work=work, controls_transaction=True)


def rollback(engine, reader) -> Plan:
    reader.expect_any("ROLLBACK", "ABORT")
    reader.accept_any("WORK", "TRANSACTION")
    reader.end()

    def work():
        if engine.transaction is None:
            return Outcome(
                message="ROLLBACK", notes=["WARNING: there is no transaction in progress"]
            )
        transactions.rollback(engine)
        return Outcome(message="ROLLBACK")

    return Plan(work=work, controls_transaction=True)
