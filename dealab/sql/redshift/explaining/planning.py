"""DuckDB's plan of a query, also where the data at hand let DuckDB leave tables out.

DuckDB knows the least and greatest value of a column, and drops a table that cannot have a row for
a condition. Redshift's plan shows the table with its filter: the query is planned without the
conditions then, and the rows are cut by PostgreSQL's usual shares.
"""

import json

import sqlglot
from sqlglot import exp

from dealab.sql.redshift.explaining import duckplan
from dealab.sql.redshift.explaining.written import conjuncts, simple

#: the share of rows that a condition is taken to keep: an equality, anything else
EQUAL, OTHER = 0.005, 1 / 3
#: an empty text that DuckDB cannot know beforehand
UNKNOWN = sqlglot.parse_one("left(CAST(random() AS VARCHAR), 0)", dialect="duckdb")


def whole(engine, plan, raw: dict) -> tuple[dict, bool]:
    """Return (plan, whether conditions were left out of it)."""
    if "WHERE false" in plan.query:
        return raw, False
    if not scanned(raw) and (plan.local or plan.tables):  # answered from what DuckDB counts
        tree = sqlglot.parse_one(plan.query, dialect="duckdb")
        for select in tree.find_all(exp.Select):
            if select.find(exp.AggFunc) is not None and select.args.get("from_") is not None:
                select.where("random() < 2", copy=False)
        made = again(engine, plan, tree)
        return (made, False) if scanned(made) else emptied_whole(engine, plan, raw)
    return emptied_whole(engine, plan, raw)


def emptied_whole(engine, plan, raw: dict) -> tuple[dict, bool]:
    if not emptied(raw):
        return raw, False
    tree = sqlglot.parse_one(plan.query, dialect="duckdb")
    changed = False
    for where in list(tree.find_all(exp.Where)):
        kept = [test for test in conjuncts(where.this) if joins(test)]
        if len(kept) < len(conjuncts(where.this)):
            changed = True
            if kept:
                where.set("this", exp.and_(*kept, copy=True))
            else:
                where.pop()
    made = again(engine, plan, tree) if changed else raw
    if emptied(made):  # the joined columns have no value in common
        for test in list(tree.find_all(exp.EQ)):
            if simple(test.left) is not None and simple(test.right) is not None:
                for side in (test.left, test.right):
                    told = exp.cast(side.copy(), "VARCHAR")
                    side.replace(exp.DPipe(this=told, expression=UNKNOWN.copy()))
        made = again(engine, plan, tree)
    return (made, changed) if not emptied(made) else (raw, False)


def again(engine, plan, tree) -> dict:
    """Return DuckDB's plan of a changed query."""
    duck = engine.duck(plan)
    text = tree.sql(dialect="duckdb")
    duck.prepare(duck.views(plan.tables), text)
    return json.loads(duck.execute(f"EXPLAIN (FORMAT json) {text}")[0][1])[0]


def scanned(raw: dict) -> bool:
    """Tell whether a plan reads a table at all."""
    if duckplan.kind(raw) == "SEQ_SCAN" or "Function" in duckplan.info(raw):
        return True
    return any(scanned(child) for child in raw.get("children") or ())


def emptied(raw: dict) -> bool:
    if duckplan.kind(raw) == "EMPTY_RESULT":
        return True
    return any(emptied(child) for child in raw.get("children") or ())


def joins(test) -> bool:
    """Tell whether a condition is about several tables, or holds a query."""
    tables = {column.table for column in test.find_all(exp.Column)}
    return len(tables) > 1 or test.find(exp.Select) is not None


def share(filters) -> float:
    """Return the share of rows that conditions are taken to keep."""
    kept = 1.0
    for test in filters:
        kept *= EQUAL if isinstance(test, exp.EQ) else OTHER
    return kept
