"""What the bound query says: its tables with their conditions, joins, order and select list.

DuckDB's plan names columns without their tables, and carries conditions that its optimizer made.
The text of the query tells which table is meant, and what the user really wrote.
"""

import re
from dataclasses import dataclass, field

import sqlglot
from sqlglot import exp

from dealab.sql.redshift.statements.ddl import named


@dataclass
class Scan:
    """One table of the query: ``name`` is DuckDB's (the store, or a catalog table's label)."""

    name: str
    alias: str
    filters: list = field(default_factory=list)
    policies: list = field(default_factory=list)  # conditions of row-level security
    protected: bool = False
    taken: bool = False


@dataclass
class Written:
    scans: list[Scan] = field(default_factory=list)
    equal: list = field(default_factory=list)  # pairs of (name of a table or alias, column)
    order: list[str] = field(default_factory=list)
    distinct: bool = False
    several: bool = False  # more than one table: columns are shown with theirs


PROTECTED = "lab protected"


def read(query: str) -> Written:
    """Return what a bound query's DuckDB text says. Empty where it cannot be read."""
    found = Written()
    try:
        tree = sqlglot.parse_one(query, dialect="duckdb")
    except sqlglot.errors.SqlglotError:
        return found
    for select in tree.find_all(exp.Select):
        _select(found, select)
    found.distinct = tree.find(exp.Distinct) is not None or any(
        one.args.get("distinct") for one in tree.find_all(exp.Union)
    )
    found.several = len(found.scans) > 1
    order = tree.args.get("order")
    top = tree.this if isinstance(tree, exp.Subquery) else tree
    for item in order.expressions if order is not None else ():
        found.order.append(order_item(item.this, top, found.several))
    return found


def order_item(item, select, several: bool) -> str:
    if isinstance(item, exp.Literal) and not item.is_string and isinstance(select, exp.Select):
        at = int(item.this) - 1
        if 0 <= at < len(select.expressions):
            item = select.expressions[at]
    item = item.unalias() if isinstance(item, exp.Alias) else item
    while isinstance(item, exp.Cast) and item.find(exp.AggFunc) is not None:
        item = item.this
    return shown(item, several)


def _select(found: Written, select) -> None:
    sources = []
    first = select.args.get("from_") or select.args.get("from")
    if first is not None:
        sources.append(first.this)
    sources += [join.this for join in select.args.get("joins") or ()]
    aliases: dict[str, str] = {}
    own: dict[str, Scan] = {}
    inner_alias = PROTECTED in {source.alias_or_name for source in sources}
    for source in sources:
        scan = _scan(source)
        if scan is not None and not inner_alias:
            found.scans.append(scan)
            own[scan.alias] = scan
            aliases[scan.alias] = scan.name
        else:
            aliases[source.alias_or_name] = source.alias_or_name
    tests = []
    if select.args.get("where") is not None:
        tests += conjuncts(select.args["where"].this)
    outer_on = []
    for join in select.args.get("joins") or ():
        if join.args.get("on") is not None:
            kept = conjuncts(join.args["on"])
            (outer_on if join.side else tests).extend(kept)
    if not inner_alias:
        for test in [*tests, *outer_on]:
            _test(found, test, aliases, own)


def _scan(source) -> Scan | None:
    """Return the Scan of one item of FROM, looking through what the lab wraps around a table."""
    if isinstance(source, exp.Table) and source.name:
        return Scan(source.name, source.alias_or_name)
    if not isinstance(source, exp.Subquery) or not isinstance(source.this, exp.Select):
        return None
    inside = source.this
    base = inside.args.get("from_") or inside.args.get("from")
    if base is None or inside.args.get("joins"):
        return None
    table = base.this
    if isinstance(table, exp.Table) and table.alias_or_name == PROTECTED:
        where = inside.args.get("where")
        kept = conjuncts(where.this) if where is not None else []
        return Scan(table.name, source.alias_or_name, [], kept, where is not None)
    stars = [one for one in inside.expressions if isinstance(one, exp.Star)]
    if isinstance(table, exp.Table) and stars and "$spectrum_oid" in inside.sql():
        return Scan(table.name, source.alias_or_name)
    return None


def conjuncts(node) -> list:
    node = node.unnest() if isinstance(node, exp.Paren) else node
    if isinstance(node, exp.And):
        return without_ranges([*conjuncts(node.left), *conjuncts(node.right)])
    return [node]


def without_ranges(tests: list) -> list:
    """Drop the ranges that the lab adds to a comparison of text, for files with statistics."""
    exact = {
        (shown(test.left), test.right.sql())
        for test in tests
        if isinstance(test, exp.EQ) and "RTRIM" in test.left.sql().upper()
    }
    kept = []
    for test in tests:
        if isinstance(test, (exp.GTE, exp.LT)) and any(
            shown(test.left) == left
            and test.right.sql().rstrip("'") in (right.rstrip("'"), right.rstrip("'") + "!")
            for left, right in exact
        ):
            continue
        kept.append(test)
    return kept


def _test(found: Written, test, aliases: dict, own: dict) -> None:
    columns = list(test.find_all(exp.Column))
    tables = {column.table for column in columns}
    nested = test.find(exp.Select) is not None
    if isinstance(test, (exp.EQ, exp.NullSafeEQ)) and not nested:
        left, right = simple(test.left), simple(test.right)
        if left is not None and right is not None and left.table != right.table:
            pair = [(aliases.get(one.table, one.table), one.name) for one in (left, right)]
            found.equal.append(tuple(pair))
            return
    inside = test.this if isinstance(test, exp.Not) else test
    inside = inside.unnest() if isinstance(inside, exp.Paren) else inside
    if isinstance(inside, exp.In) and inside.args.get("query") is not None:
        left = simple(inside.this)
        query = inside.args["query"]
        picked = query.this if isinstance(query, exp.Subquery) else query
        right = simple(picked.expressions[0].unalias()) if picked.expressions else None
        if left is not None and right is not None:
            inner = {s.alias_or_name: s.name for s in picked.find_all(exp.Table)}
            found.equal.append(
                (
                    (aliases.get(left.table, left.table), left.name),
                    (inner.get(right.table, right.table), right.name),
                )
            )
        return
    if not nested and len(tables) == 1 and next(iter(tables)) in own:
        own[next(iter(tables))].filters.append(test)


def simple(node):
    """Return the column that a side of a comparison is, without casts and trimming, or None."""
    while isinstance(node, (exp.Cast, exp.Paren, exp.Trim)) or (
        isinstance(node, exp.Anonymous) and node.name.lower() == "rtrim"
    ):
        node = node.expressions[0] if isinstance(node, exp.Anonymous) else node.this
    return node if isinstance(node, exp.Column) else None


_SIGNS = {
    exp.EQ: "=", exp.NEQ: "<>", exp.GT: ">", exp.GTE: ">=", exp.LT: "<", exp.LTE: "<=",
    exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.IntDiv: "/", exp.Mod: "%",
    exp.DPipe: "||", exp.NullSafeEQ: "=",
}  # fmt: skip


def shown(node, tables: bool = False) -> str:
    """Return an expression as Redshift's plans write it."""
    match node:
        case exp.Paren():
            return shown(node.this, tables)
        case exp.Column():
            name = named(node.name)
            return f"{node.table}.{name}" if tables and node.table else name
        case exp.Literal():
            return f"'{node.this}'::text" if node.is_string else node.this
        case exp.Boolean():
            return "true" if node.this else "false"
        case exp.Null():
            return "NULL"
        case exp.Trim() if node.args.get("position") == "TRAILING":
            return shown(node.this, tables)
        case exp.Anonymous() if node.name.lower() == "rtrim":
            return shown(node.expressions[0], tables)
        case exp.Cast():
            kind = node.to.sql().lower()
            if isinstance(node.this, exp.Literal) and node.this.is_string:
                return f"'{node.this.this}'::{_kind(kind)}"
            return f"({shown(node.this, tables)})::{_kind(kind)}"
        case exp.Not() if isinstance(node.this.unnest(), exp.Is):
            inside = node.this.unnest()
            return f"({shown(inside.this, tables)} IS NOT {shown(inside.expression)})"
        case exp.Not():
            return f"(NOT {shown(node.this, tables)})"
        case exp.Is():
            return f"({shown(node.this, tables)} IS {shown(node.expression)})"
        case exp.And() | exp.Or():
            word = "AND" if isinstance(node, exp.And) else "OR"
            return f"({shown(node.left, tables)} {word} {shown(node.right, tables)})"
        case exp.In() if node.expressions:
            left = shown(node.this, tables)
            return "(" + " OR ".join(f"({left} = {shown(v)})" for v in node.expressions) + ")"
        case exp.Between():
            left = shown(node.this, tables)
            low, high = shown(node.args["low"]), shown(node.args["high"])
            return f"(({left} >= {low}) AND ({left} <= {high}))"
        case exp.Escape():
            return shown(node.this, tables)
        case exp.Like():
            return f"(({shown(node.this, tables)})::text ~~ {shown(node.expression)})"
        case exp.Star():
            return "*"
        case exp.Neg():
            return f"-{shown(node.this, tables)}"
    sign = _SIGNS.get(type(node))
    if sign:
        left, right = shown(node.left, tables), shown(node.right, tables)
        if right.endswith("::text") and isinstance(
            node.left, (exp.Column, exp.Trim, exp.Anonymous)
        ):
            left = f"({left})::text"
        return f"({left} {sign} {right})"
    if isinstance(node, exp.Func):
        name = node.name if isinstance(node, exp.Anonymous) else node.sql_name()
        name = re.sub(r"^lab_(py_)?", "", name.lower())
        parts = node.expressions if isinstance(node, exp.Anonymous) else list(node.args.values())
        flat = []
        for part in parts:
            flat += part if isinstance(part, list) else [part]
        listed = [shown(one, tables) for one in flat if isinstance(one, exp.Expression)]
        return f"{name}({', '.join(listed)})"
    return node.sql(dialect="redshift")


def _kind(duck: str) -> str:
    known = {
        "text": "text", "varchar": "text", "int": "integer", "double": "double precision",
        "timestamp": "timestamp without time zone", "float": "real",
    }  # fmt: skip
    return re.sub(r"^decimal", "numeric", known.get(duck, duck)).replace(", ", ",")


def every(tests: list, tables: bool = False) -> str:
    """Return conditions that must all hold, in parentheses."""
    made = [shown(test, tables) for test in tests]
    made = [one if one.startswith("(") else f"({one})" for one in made]
    return made[0] if len(made) == 1 else "(" + " AND ".join(made) + ")"
