"""Materialized views: what hinders an incremental refresh, staleness, and the refresh itself.

https://docs.aws.amazon.com/redshift/latest/dg/materialized-view-refresh-sql-command.html
https://docs.aws.amazon.com/redshift/latest/dg/materialized-view-create-sql-command.html
(read 2026-11-23)
"""

from dataclasses import replace

from sqlglot import exp

from dealab.sql.errors import ServiceError, SqlError
from dealab.sql.redshift import namespace as spaces
from dealab.sql.redshift import storage, views
from dealab.sql.redshift.history import now
from dealab.sql.results import Outcome, Plan

AGGREGATES = frozenset(
    [
        "median",
        "percentile_cont",
        "percentile_disc",
        "listagg",
        "stddev_samp",
        "stddev_pop",
        "stddev",
        "variance",
        "var_samp",
        "var_pop",
        "approximate_count",
        "approximate_percentile_disc",
        "bit_and",
        "bit_or",
        "bool_and",
        "bool_or",
    ]
)
#: functions that may answer otherwise the next time
MUTABLE = frozenset(
    [
        "current_date",
        "current_time",
        "current_timestamp",
        "getdate",
        "sysdate",
        "now",
        "localtime",
        "localtimestamp",
        "random",
        "timeofday",
        "current_user",
        "current_schema",
        "age",
    ]
)
#: fine for a full refresh, not for an incremental one
FULL_ONLY = frozenset(["date", "date_cmp_timestamptz", "to_timestamp"])


def check(tree, named: dict, engine) -> None:
    """Refuse what a materialized view's query cannot have."""
    for one in named.values():
        if isinstance(one, spaces.View):
            raise ServiceError("0A000", "Materialized views cannot be defined over standard views.")
        if isinstance(one, spaces.Table) and one.temporary:
            raise ServiceError("0A000", "Materialized views cannot be defined on temporary tables.")
    for node, word in ((exp.Order, "ORDER BY"), (exp.Limit, "LIMIT"), (exp.Offset, "OFFSET")):
        for found in tree.find_all(node):
            if not isinstance(found.parent, (exp.Window, exp.WithinGroup)):
                raise ServiceError(
                    "0A000", f"{word} clause is not supported in a materialized view definition"
                )


def hindrance(tree) -> str:
    """Return what keeps a query's materialized view from an incremental refresh, or ""."""
    for join in tree.find_all(exp.Join):
        if (join.args.get("side") or "").upper() in ("LEFT", "RIGHT", "FULL"):
            return "an outer join"
    if tree.find(exp.SetOperation) is not None:
        kind = {exp.Union: "UNION", exp.Intersect: "INTERSECT"}.get(
            type(tree.find(exp.SetOperation)), "EXCEPT"
        )
        return f"the set operation {kind}"
    if tree.find(exp.Window) is not None:
        return "a window function"
    for name in sorted(_functions(tree)):
        if name in AGGREGATES:
            return f"the aggregate function {name.upper()}"
        if name in MUTABLE:
            return f"the mutable function {name.upper()}"
        if name in FULL_ONLY:
            return f"the function {name.upper()}"
    for distinct in tree.find_all(exp.Distinct):
        if not isinstance(distinct.parent, exp.Select):
            return "a DISTINCT aggregate function"
        return "SELECT DISTINCT"
    for query in tree.find_all(exp.Select):
        if query is not tree and not _in_from(query):
            return "a subquery outside FROM"
    return ""


def _functions(tree) -> set[str]:
    names = {call.name.lower() for call in tree.find_all(exp.Anonymous)}
    names |= {column.name.lower() for column in tree.find_all(exp.Column) if not column.table} & {
        "sysdate",
        "current_user",
    }
    if tree.find(exp.CurrentDate, exp.CurrentTimestamp, exp.CurrentUser) is not None:
        names.add("current_date")
    return names


def _in_from(query) -> bool:
    node = query.parent
    while isinstance(node, (exp.Subquery, exp.SetOperation)):
        node = node.parent
    return isinstance(node, (exp.From, exp.Join, exp.CTE)) or node is None


def mutable(tree) -> bool:
    return bool(_functions(tree) & MUTABLE)


# --- staleness ------------------------------------------------------------------------


def versions(engine, reads, external) -> tuple:
    """Return the state of everything that a materialized view reads."""
    made = []
    for _, oid, _ in reads:
        found = views.by_oid(engine, oid)
        made.append((oid, getattr(found, "version", None)))
    for table in external:
        made.append((f"{table.database}.{table.name}", _stamp(engine, table)))
    return tuple(made)


def _stamp(engine, table):
    from dealab.sql import readers

    current = engine.catalog.find(table.database, table.name) or table
    return tuple(
        (str(file), status.st_mtime_ns, status.st_size)
        for file in readers.files(engine.lake, current)
        for status in (file.stat(),)
    )


def is_stale(engine, view: spaces.MaterializedView) -> bool:
    """Tell whether what a materialized view reads has changed since its last refresh."""
    for key, seen in view.seen:
        if isinstance(key, int):
            found = views.by_oid(engine, key)
            if getattr(found, "version", None) != seen:
                return True
        else:
            table = engine.catalog.find(*key.split(".", 1))
            if table is None or _stamp(engine, table) != seen:
                return True
    return False


# --- refreshing -----------------------------------------------------------------------


def bound(engine, view):
    """Bind a materialized view's query; return (Plan, external tables)."""
    from dealab.sql.redshift import statements
    from dealab.sql.redshift.statements import insert

    reader = statements.read(view.sql)
    binder = statements.binder_of(engine, reader)
    query = views.bind(binder, view.sql, view.reads)
    tree = statements.read(view.sql).query()
    sql = insert.fitted_query(binder, query, tree, view.columns)
    plan = Plan(query=sql, tables=binder.tables, local=True)
    return plan, list(binder.tables.values())


def refresh(engine, view: spaces.MaterializedView, automatic: bool = False) -> Outcome:
    """Bring a materialized view's rows up to date. The Outcome's notes say how it was done."""
    start = now()
    if not is_stale(engine, view) and view.state in (0, 1) and not view.recompute:
        note = f"INFO: Materialized view {view.name} is already up to date."
        if any(is_stale(engine, one) for one in below(engine, view)):
            note += " However, it depends on another materialized view that is not up to date."
        _log(engine, view, start, "MV was already updated", automatic)
        return Outcome(message="REFRESH", notes=[note])
    if view.state > 100:
        raise unrefreshable(view)
    try:
        plan, external = bound(engine, view)
    except SqlError as problem:
        if isinstance(problem, ServiceError):
            raise unrefreshable(view) from problem
        raise
    before = storage.count(engine, view)
    engine.duck().execute(f"DELETE FROM {storage.place(view)}")
    outcome = storage.append(engine, view, plan)
    fresh = replace(
        storage.current(engine, view),
        seen=versions(engine, view.reads, external),
        unsorted_rows=0,
        deleted_rows=0,
        recompute=False,
    )
    storage.put(engine, fresh)
    if view.state == 1 and not external and not view.recompute:
        status = "Refresh successfully updated MV incrementally"
        note = f"INFO: Materialized view {view.name} was incrementally updated successfully."
        notes = [note]
    else:
        status = "Refresh successfully recomputed MV from scratch"
        notes = [f"INFO: Materialized view {view.name} was recomputed successfully."]
        if view.why:
            notes.append(f"No incremental refresh: the query has {view.why}.")
        elif view.recompute:
            notes.append("No incremental refresh: a base table was reorganized since the last one.")
    _log(engine, view, start, status, automatic, before)
    return Outcome(message="REFRESH", notes=notes, bill=outcome.bill, duckdb=outcome.duckdb)


def unrefreshable(view) -> ServiceError:
    """https://docs.aws.amazon.com/redshift/latest/dg/materialized-view-create-sql-command.html"""
    return ServiceError(
        "0A000",
        f"Materialized view {view.name} could not be refreshed as a base table was changed.",
        hint="drop the materialized view and create it again.",
    )


def _log(engine, view, start, status: str, automatic: bool, rows: int = 0) -> None:
    kind = "Auto" if automatic else "Manual"
    engine.namespace.log(
        "mv_refresh",
        database=view.database,
        schema=view.schema,
        name=view.name,
        user=engine.user,
        xid=engine.transaction or 0,
        start=start,
        end=now(),
        status=status,
        refresh_type=kind,
    )


def below(engine, view) -> list:
    """Return the materialized views that a materialized view reads, the deepest first."""
    found = []
    for _, oid, _ in view.reads:
        one = views.by_oid(engine, oid)
        if isinstance(one, spaces.MaterializedView):
            found += [other for other in [*below(engine, one), one] if other not in found]
    return found


def reorganized(engine, oid: int) -> None:
    """Note that a base table was vacuumed, truncated or given other keys: the next refresh
    computes all rows again."""
    for one in over(engine, oid):
        storage.put(engine, replace(storage.current(engine, one), recompute=True))


def over(engine, oid: int) -> list:
    """Return the materialized views that read a relation directly."""
    return [
        one
        for one in engine.objects.find("relation", engine.database)
        if isinstance(one, spaces.MaterializedView) and any(read[1] == oid for read in one.reads)
    ]
