"""What a run keeps for STL_EXPLAIN and STL_ALERT_EVENT_LOG: DuckDB's measurements and the tables
as they were. Keeping them costs next to nothing; plans are made of them when they are asked for."""

MOST = 300  # Records that keep their plan


def note(engine, plan, profile: str) -> None:
    """Keep what a plan's run measured with the Record of the statement; of several, the first."""
    record = engine.record
    if record is None or not (plan.local or plan.tables) or "run" in record.details:
        return
    record.details["run"] = (plan, profile, read_by(engine, plan))
    history = engine.namespace.history
    if len(history) > MOST:
        history[-MOST].details.pop("run", None)
        history[-MOST].details.pop("built", None)


def read_by(engine, plan) -> dict:
    """Return the local tables that a plan reads, by the name of their store."""
    found = [engine.objects.get("relation", *path) for path in plan.reads]
    if all(hasattr(one, "store") for one in found):
        return {one.store: one for one in found}
    return tables(engine)


def tables(engine) -> dict:
    """Return all local tables by the name of their store."""
    found = engine.objects.find("relation")
    return {one.store: one for one in found if hasattr(one, "store")}
