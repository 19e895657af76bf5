"""EXPLAIN [VERBOSE] of SELECT, SELECT INTO, CREATE TABLE AS, INSERT, UPDATE and DELETE.

The plan is DuckDB's plan of the real query, told with Redshift's operators, the declared keys and
the place of the rows. https://docs.aws.amazon.com/redshift/latest/dg/r_EXPLAIN.html (2026-11-23)
"""

import json

from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.reading import leading_words
from dealab.sql.results import Outcome, Plan
from dealab.sql.types import VARCHAR

NOTE = (
    "The lab's own engine made this plan for your query: rows are its estimates, costs compare "
    "operators within a plan. Redshift's optimizer may join in another order."
)
_QUERIES = ("SELECT", "WITH", "(")


def explain(engine, reader) -> Plan:
    reader.expect("EXPLAIN")
    verbose = reader.accept("VERBOSE")
    place = reader.place()
    if reader.done:
        raise reader.fail()
    text = reader.source.sql[reader.tokens[reader.at].start :]
    words = leading_words(text, 6)
    found = inner(engine, text, words, reader, place)
    if found is None:
        return told(lambda: (["XN Result  (cost=0.00..0.01 rows=1 width=0)"], []))

    def work() -> tuple[list[str], list[str]]:
        from dealab.sql.redshift import runs
        from dealab.sql.redshift.explaining import kept
        from dealab.sql.redshift.explaining.builder import Builder
        from dealab.sql.redshift.explaining.nodes import dumped

        plan, system = found
        duck = engine.duck(plan)
        views = duck.views(plan.tables)
        duck.prepare(views, plan.query)
        raw = json.loads(duck.execute(f"EXPLAIN (FORMAT json) {plan.query}")[0][1])
        builder = Builder(engine, plan, runs.tables(engine), system)
        root = builder.build(raw[0])
        if engine.record is not None:
            engine.record.details["built"] = (builder, root)
        lines = kept.lines(builder, root)
        return ([*dumped(root), "", *lines] if verbose else lines), [NOTE]

    return told(work)


def told(work) -> Plan:
    def run() -> Outcome:
        lines, notes = work()
        return Outcome(["QUERY PLAN"], [VARCHAR], [(line,) for line in lines], notes=notes)

    return Plan(work=run)


def inner(engine, text: str, words: list[str], reader, place):
    """Return (Plan of the query inside, system views that it reads), or None for a statement whose
    rows are constants. The statement itself is checked as if it were to run."""
    from dealab.sql.redshift import statements

    first = words[0] if words else ""
    if first == "EXPLAIN" or first not in (*_QUERIES, "CREATE", "INSERT", "UPDATE", "DELETE"):
        raise ServiceError(
            "42601",
            f'syntax error at or near "{reader.tokens[reader.at].text}"',
            *place,
            hint="EXPLAIN takes SELECT, SELECT INTO, CREATE TABLE AS, INSERT, UPDATE and DELETE.",
        )
    statements.plan(engine, text, reader.parameters)
    if first in _QUERIES:
        return bound(engine, text, reader.parameters)
    if first in ("CREATE", "INSERT"):
        inside = statements.read(text, reader.parameters)
        while not inside.done and not inside.sees("SELECT") and not inside.sees("WITH"):
            if inside.sees("VALUES") or inside.sees("DEFAULT", "VALUES"):
                return None
            inside.at += 1
        if inside.done:
            raise ServiceError(
                "42601",
                'syntax error at or near "CREATE"',
                *place,
                hint="EXPLAIN takes CREATE TABLE AS, no other CREATE.",
            )
        return bound(engine, rest_of(inside, text), reader.parameters)
    return changing(engine, statements.read(text, reader.parameters))


def rest_of(inside, text: str) -> str:
    """Return the query that begins at the reader's place: up to the parenthesis that closes what
    is around it, if there is one."""
    depth, last = 0, inside.at
    for at in range(inside.at, len(inside.tokens)):
        depth += (inside.tokens[at].text == "(") - (inside.tokens[at].text == ")")
        if depth < 0:
            break
        last = at
    return text[inside.tokens[inside.at].start : inside.tokens[last].end + 1]


def bound(engine, query: str, parameters):
    """Bind a query's text; SELECT INTO is planned as its SELECT."""
    from dealab.sql.redshift import statements

    reader = statements.read(query, parameters)
    tree = reader.query()
    tree.set("into", None)
    found, binder = statements.bind(engine, reader, tree)
    return engine.finish(found, binder, tree), system_of(binder)


def system_of(binder) -> list[str]:
    from dealab.sql.redshift.system.registry import SystemView

    return [one.path[-1] for one in binder.reads if isinstance(one.table, SystemView)]


def changing(engine, reader):
    """Return the query that finds the rows of an UPDATE or DELETE."""
    from sqlglot import exp

    from dealab.sql.redshift import statements

    kind = exp.Update if reader.sees("UPDATE") else exp.Delete
    tree = reader.statement(kind)
    target = tree.this
    joined = [target]
    source = tree.args.get("from_") or tree.args.get("from")
    if source is not None:
        joined.append(source.this)
        joined += [join.this for join in source.this.args.get("joins") or ()]
    joined += list(tree.args.get("using") or ())
    if any(isinstance(one, exp.Table) and one.args.get("joins") for one in joined):
        raise LabLimit("EXPLAIN of an UPDATE or DELETE with JOIN", "Redshift shows its plan.")
    select = exp.Select(expressions=[exp.Literal.number(1)])
    first = joined[0].copy()
    select.set("from_", exp.From(this=first))
    select.set("joins", [exp.Join(this=one.copy()) for one in joined[1:]])
    where = tree.args.get("where")
    if where is not None:
        select.set("where", where.copy())
    if tree.args.get("with_") is not None:
        select.set("with_", tree.args["with_"].copy())
    found, binder = statements.bind(engine, reader, select)
    return engine.finish(found, binder, select), system_of(binder)
