"""EXPLAIN and EXPLAIN ANALYZE. EXPLAIN scans nothing and is free; ANALYZE runs and is billed.

https://docs.aws.amazon.com/athena/latest/ug/athena-explain-statement.html
"""

import json

from dealab.sql.athena import planprint
from dealab.sql.athena.plans import Builder, Node
from dealab.sql.athena.statements.names import CATALOG
from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.reading import leading_words
from dealab.sql.results import Outcome, Plan, table
from dealab.sql.types import BOOLEAN, VARCHAR

NOTE = (
    "The lab's own engine made this plan for your query; it is told in Athena's words. Athena's "
    "optimizer may join in another order."
)
_ROWS_CHANGED = ("UPDATE", "DELETE", "MERGE")
_QUERIES = ("SELECT", "WITH", "VALUES", "TABLE", "(")


def explain(engine, reader) -> Plan:
    """Plan EXPLAIN [ANALYZE [VERBOSE]] [(FORMAT f, TYPE t)] statement."""
    from dealab.sql.athena import statements

    reader.expect("EXPLAIN")
    analyze = reader.accept("ANALYZE")
    verbose = analyze and reader.accept("VERBOSE")
    options = _options(reader, analyze) if _sees_options(reader) else {}
    place = reader.place()
    text = reader.rest()
    if not text:
        raise reader.fail()
    words = leading_words(text, 2)
    first = words[0] if words else ""
    if first in _ROWS_CHANGED:
        raise LabLimit(
            f"EXPLAIN of {first}", "Athena shows the plan that finds and writes the changed rows."
        )
    if first not in (*_QUERIES, "INSERT", "UNLOAD") and words != ["CREATE", "TABLE"]:
        raise ServiceError(
            "NOT_SUPPORTED",
            f"EXPLAIN of this statement is not supported: {first}",
            *place,
            hint="EXPLAIN takes SELECT, CREATE TABLE AS, INSERT and UNLOAD.",
        )
    inner = _inner(engine, statements, text, reader, place)
    if first not in _QUERIES and not inner.query:
        raise LabLimit(f"EXPLAIN of this {first}", "Athena shows the plan of its query.")
    writer = None if first in _QUERIES else _writer(words, inner)
    if analyze:
        return _analyzed(engine, inner, writer, options.get("FORMAT", "TEXT"), verbose)
    return _explained(engine, inner, writer, options)


def _inner(engine, statements, text: str, reader, place) -> Plan:
    """Plan the statement inside; its errors point into the whole text."""
    try:
        return statements.plan(engine, text, reader.parameters)
    except ServiceError as problem:
        if problem.line is None:
            raise
        line = place[0] + problem.line - 1
        column = problem.column + (place[1] - 1 if problem.line == 1 else 0)
        raise ServiceError(problem.code, problem.message, line, column, hint=problem.hint) from None


def _sees_options(reader) -> bool:
    return reader.sees("(") and reader.word(1) in ("FORMAT", "TYPE")


def _options(reader, analyze: bool) -> dict:
    found: dict = {}

    def one():
        place = reader.place()
        word = reader.expect_any("FORMAT", "TYPE")
        if word == "TYPE" and analyze:
            raise ServiceError(
                "SYNTAX_ERROR",
                "EXPLAIN ANALYZE only supports TYPE DISTRIBUTED option",
                *place,
            )
        known = (
            ("TEXT", "GRAPHVIZ", "JSON")
            if word == "FORMAT"
            else ("LOGICAL", "DISTRIBUTED", "VALIDATE", "IO")
        )
        value = reader.expect_any(*known)
        if analyze and value == "GRAPHVIZ":
            raise ServiceError(
                "NOT_SUPPORTED", "EXPLAIN ANALYZE only supports the formats TEXT and JSON", *place
            )
        if word in found:
            raise ServiceError("SYNTAX_ERROR", f"Duplicate EXPLAIN option: {word}", *place)
        found[word] = value

    reader.listed(one)
    return found


def _writer(words: list[str], inner: Plan) -> list[tuple[str, str]]:
    """Return the operators above the query of a statement that writes, from the top."""
    columns = ", ".join(inner.columns)
    if words[0] == "UNLOAD":
        return [("TableFinish", ""), ("TableWriter", f"[{columns}]")]
    return [("TableCommit", f"[{CATALOG}]"), ("TableWriter", f"[{columns}]")]


def _explained(engine, inner: Plan, writer, options: dict) -> Plan:
    kind = options.get("TYPE", "LOGICAL")
    shape = options.get("FORMAT", "JSON" if kind == "IO" else "TEXT")
    if kind == "VALIDATE":
        return table(["Valid"], [(True,)], [BOOLEAN])
    if kind == "IO" and shape != "JSON":
        raise ServiceError(
            "NOT_SUPPORTED", f"EXPLAIN (TYPE IO) is only supported in JSON format, not {shape}"
        )

    def work() -> Outcome:
        duck = engine.duck(inner)
        views = duck.views(inner.tables)
        duck.prepare(views, inner.query)
        raw = json.loads(duck.execute(f"EXPLAIN (FORMAT json) {inner.query}")[0][1])
        builder = Builder(engine, inner)
        root = _written(builder.build(raw[0]), writer)
        if kind == "IO":
            return _outcome(_io(builder))
        if shape == "GRAPHVIZ":
            return _outcome(planprint.graph(root, kind == "DISTRIBUTED"))
        if shape == "JSON":
            printed = planprint.logical_json if kind == "LOGICAL" else planprint.distributed_json
            return _outcome(printed(root))
        printed = planprint.text if kind == "LOGICAL" else planprint.distributed
        return _outcome(printed(root))

    return Plan(work=work)


def _analyzed(engine, inner: Plan, writer, shape: str, verbose: bool) -> Plan:
    def work() -> Outcome:
        ran = inner.work() if inner.work is not None else engine.select(inner)
        found = json.loads(engine.last_profile)
        raw = found.get("operator") or []
        raw = raw[0] if isinstance(raw, list) else raw
        root = _written(Builder(engine, inner).build(raw), writer)
        outcome = _outcome(
            planprint.analyzed_json(root) if shape == "JSON" else planprint.distributed(root)
        )
        outcome.bill = ran.bill
        outcome.notes += [note for note in ran.notes if "file" in note]
        if verbose:
            outcome.notes.append("VERBOSE adds figures of Athena's machines, which the lab lacks.")
        return outcome

    return Plan(work=work)


def _written(root: Node, writer) -> Node:
    """Put the operators of a write between the output and the query."""
    if writer is None:
        return root
    query = root.children[0]
    for name, identifier in reversed(writer):
        made = Node(name, identifier, ["rows"], children=[query])
        made.rows, made.size = query.rows, query.size
        made.cpu = 0.0 if query.cpu is not None else None
        query = made
    top = Node("Output", "[rows]", ["rows"], children=[query])
    top.rows, top.size, top.cpu = query.rows, query.size, query.cpu
    return top


def _outcome(printed: str) -> Outcome:
    return Outcome(
        ["Query Plan"], [VARCHAR], [(line,) for line in printed.split("\n")], notes=[NOTE]
    )


def _io(builder: Builder) -> str:
    """Return what TYPE IO tells: the tables, and the partitions that the conditions leave."""
    listed = []
    for one, partitions, _ in builder.inputs:
        constraints = []
        for at, (name, _) in enumerate(one.keys):
            values = sorted({part.values[at] for part in partitions or ()})
            if partitions is not None and len(partitions) < len(one.partitions):
                constraints.append(
                    {
                        "columnName": name,
                        "domain": {
                            "nullsAllowed": False,
                            "ranges": [
                                {
                                    "low": {"value": value, "bound": "EXACTLY"},
                                    "high": {"value": value, "bound": "EXACTLY"},
                                }
                                for value in values
                            ],
                        },
                    }
                )
        listed.append(
            {
                "table": {
                    "catalog": CATALOG,
                    "schemaTable": {"schema": one.database, "table": one.name},
                },
                "columnConstraints": constraints,
            }
        )
    return json.dumps({"inputTableColumnInfos": listed}, indent=2)
