"""From DuckDB's plan of a query to Redshift's: joins with their labels, scans, costs.

Rows are DuckDB's estimates. Costs follow the figures of the plans in the developer guide
(https://docs.aws.amazon.com/redshift/latest/dg/c-the-query-plan.html): 0.01 for a row that is read,
0.0025 for a value that is compared, hashed or added up, and ``moves`` for what is sent.
"""

import math
import re

from dealab.sql.errors import LabLimit
from dealab.sql.redshift.explaining import duckplan, moves, planning, scans, written
from dealab.sql.redshift.explaining.duckplan import estimated, info, kind, texts
from dealab.sql.redshift.explaining.nodes import Node, above

ROW, VALUE, PROBE = 0.01, 0.0025, 0.0125
SORTING = 1e12  # what a sort adds: it has to see all rows first
_JOINS = {
    "INNER": "",
    "LEFT": " Left",
    "RIGHT": " Right",
    "FULL": " Full",
    "OUTER": " Full",
    "SEMI": " IN",
    "MARK": " IN",
    "RIGHT_SEMI": " IN",
    "ANTI": " NOT IN",
    "RIGHT_ANTI": " NOT IN",
    "SINGLE": " Left",
}
_LOOPS = (
    "NESTED_LOOP_JOIN",
    "BLOCKWISE_NL_JOIN",
    "CROSS_PRODUCT",
    "IE_JOIN",
    "PIECEWISE_MERGE_JOIN",
    "POSITIONAL_JOIN",
)


class Builder:
    """Builds the tree of one bound query. ``plan`` is its Plan, ``system`` the names of the system
    views that it reads, in order."""

    def __init__(self, engine, plan, tables, system=()):
        self.engine = engine
        self.plan = plan
        self.said = written.read(plan.query)
        self.scans = scans.Scans(engine, plan, self.said, tables, list(system))
        self.ctes: dict[str, tuple[str, Node]] = {}
        self.loops = False  # a nested loop that is worth a warning
        self.joins: list[Node] = []
        self.counted: dict[int, dict] = {}  # of a run: id of a Node -> DuckDB's operator

    def build(self, raw: dict) -> Node:
        raw, self.scans.cut = planning.whole(self.engine, self.plan, raw)
        return self.node(duckplan.simplified(raw))

    # --- operators --------------------------------------------------------------------

    def node(self, raw: dict) -> Node:
        raw = duckplan.below(raw)
        made = self.operator(raw)
        self.counted[id(made)] = raw
        return made

    def operator(self, raw: dict) -> Node:
        what = kind(raw)
        children = raw.get("children") or []
        if what == "SEQ_SCAN" or info(raw).get("Function", "").startswith("READ_"):
            return self.scans.build(raw)
        if what in ("COLUMN_DATA_SCAN", "EXPRESSION_SCAN", "DUMMY_SCAN", "EMPTY_RESULT"):
            return self.scans.constant(raw)
        if "RECURSIVE" in what or what.startswith("REC_"):
            raise LabLimit(
                "EXPLAIN of a recursive query", "Redshift shows a plan with its steps repeated."
            )
        if what in ("CTE", "MATERIALIZED_CTE"):
            name = str(info(raw).get("CTE Name", "derived_table"))
            self.ctes[str(info(raw).get("Table Index"))] = (name, self.node(children[0]))
            return self.node(children[1])
        if what == "CTE_SCAN":
            return self.subquery(raw)
        if what == "FILTER":
            return self.filtered(raw, self.node(children[0]))
        if what in _LOOPS:
            return self.loop(raw, children)
        if "DELIM_JOIN" in what or what == "HASH_JOIN":
            return self.join(raw, children)
        if what == "UNION":
            return self.union(children)
        if what.endswith(("GROUP_BY", "AGGREGATE")):
            return self.aggregate(raw, self.node(children[0]))
        if what.endswith("WINDOW"):
            return self.window(raw, self.node(children[0]))
        if what == "TOP_N":
            return self.limit(raw, self.sorted(raw, self.node(children[0])))
        if what == "ORDER_BY":
            return self.sorted(raw, self.node(children[0]))
        if "LIMIT" in what:
            return self.limit(raw, self.node(children[0]))
        if what == "DELIM_SCAN" or not children:
            return Node("XN Result", total=ROW)
        return self.node(children[0])

    def filtered(self, raw: dict, child: Node) -> Node:
        """A condition above a table is shown there; above an aggregate it is HAVING."""
        if "random()" in " ".join(texts(raw, "Expression")):  # see ``planning``
            return child
        child.rows = min(child.rows, estimated(raw))
        if "NOT SUBQUERY" in " ".join(texts(raw, "Expression")):
            child.name = child.name.replace("Hash IN Join", "Hash NOT IN Join", 1)
        if child.name.endswith("Aggregate"):
            said = " AND ".join(texts(raw, "Expression"))
            child.lines.append(f"Filter: {clean(said)}")
        return child

    def subquery(self, raw: dict) -> Node:
        known = self.ctes.get(str(info(raw).get("CTE Index")))
        if known is None:
            return Node("XN Result", total=ROW)
        name, inner = known
        return above(f"XN Subquery Scan {name}", inner, total=inner.total + ROW * inner.rows)

    def union(self, children) -> Node:
        parts = []
        for at, child in enumerate(self.flat(children), 1):
            inner = self.node(child)
            total = inner.total + ROW * inner.rows
            parts.append(above(f'XN Subquery Scan "*SELECT* {at}"', inner, total=total, dist=None))
        rows, total = sum(one.rows for one in parts), sum(one.total for one in parts)
        width = max(one.width for one in parts)
        return Node("XN Append", rows, width, 0.0, total, children=parts)

    def flat(self, children):
        for child in children:
            inner = duckplan.below(child)
            if kind(inner) == "UNION":
                yield from self.flat(inner["children"])
            else:
                yield child

    def aggregate(self, raw: dict, child: Node) -> Node:
        groups = texts(raw, "Groups")
        values = max(len(texts(raw, "Aggregates")), 1)
        if not groups:
            start = child.total + VALUE * values * child.rows
            return Node("XN Aggregate", 1, child.width, start, start + VALUE, children=[child])
        rows = min(estimated(raw), child.rows)
        plain = not texts(raw, "Aggregates")
        if plain and child.name.startswith(("XN Hash Intersect", "XN SetOp")):
            return child
        if plain and self.said.distinct:
            total = child.total + VALUE * len(groups) * child.rows
            dist = self.kept_dist(child, groups)
            return above("XN Unique", child, rows=rows, total=total, dist=dist)
        if child.scan is not None and child.scan.external and child.name.startswith("XN S3"):
            scans.pushed_down(child, rows)
        start = child.total + VALUE * (len(groups) + values) * child.rows
        return Node(
            "XN HashAggregate",
            rows,
            child.width,
            start,
            start + VALUE * values * rows,
            children=[child],
            columns=child.columns,
            dist=self.kept_dist(child, groups),
        )

    @staticmethod
    def kept_dist(child: Node, groups: list[str]):
        """Groups of a table that is distributed on one of them stay where they are."""
        if isinstance(child.dist, frozenset):
            return frozenset(one for one in child.dist if one[1] in groups) or None
        return child.dist if child.dist == "leader" else None

    def window(self, raw: dict, child: Node) -> Node:
        """A window's rows are sorted; those of a partition have to be on one slice."""
        said = (texts(raw, "Projections") or [""])[0]
        over = re.search(r"OVER \((.*)\)\s*$", said)
        inside = over[1] if over else ""
        part = re.search(r"PARTITION BY (.*?)(?: ORDER BY | ROWS | RANGE |$)", inside)
        order = re.search(r"ORDER BY (.*?)(?: ROWS | RANGE |$)", inside)
        keys = [clean(one) for one in split(part[1])] if part else []
        sort = [bare(one) for one in split(order[1])] if order else []
        lines = [f"Partition: {', '.join(keys)}"] if keys else []
        lines += [f"Order: {', '.join(sort)}"] if sort else []
        local = isinstance(child.dist, frozenset) and any(name in keys for _, name in child.dist)
        if not local and child.dist != "leader":
            where = "Distribute" if keys else "Send to slice 0"
            child = above("XN Network", child, lines=[where], dist=None)
        if keys or sort:
            start = SORTING + child.total + 2 * VALUE * child.rows * _log(child.rows)
            total = start + VALUE * child.rows
            line = f"Sort Key: {', '.join([*keys, *sort])}"
            child = above("XN Sort", child, startup=start, total=total, lines=[line])
        total = child.total + VALUE * 2 * child.rows
        return above("XN Window", child, total=total, lines=lines)

    def sorted(self, raw: dict, child: Node) -> Node:
        keys = self.said.order or [bare(one) for one in texts(raw, "Order By")]
        told = ", ".join(keys)
        start = SORTING + child.total + 2 * VALUE * child.rows * _log(child.rows)
        figures = {"startup": start, "total": start + VALUE * child.rows}
        if child.dist == "leader":
            return above("LD Sort", child, lines=[f"Sort Key: {told}"], **figures)
        made = above("XN Sort", child, lines=[f"Sort Key: {told}"], **figures)
        made = above("XN Network", made, lines=["Send to leader"])
        return above("XN Merge", made, lines=[f"Merge Key: {told}"])

    def limit(self, raw: dict, child: Node) -> Node:
        told = re.search(r"\d+", " ".join([*texts(raw, "Top"), *texts(raw, "Limit"), ""]))
        rows = min(child.rows, int(told[0])) if told else min(child.rows, estimated(raw))
        part = rows / max(child.rows, 1)
        total = child.startup + (child.total - child.startup) * part
        word = "LD" if child.dist == "leader" else "XN"
        return above(f"{word} Limit", child, rows=rows, total=total)

    # --- joins ------------------------------------------------------------------------

    def join(self, raw: dict, children) -> Node:
        outer, inner = self.node(children[0]), self.node(children[1])
        if "DELIM" in kind(raw) and inner.name == "XN Result":
            return outer
        how = str(info(raw).get("Join Type", "INNER")).upper()
        turned = how in ("RIGHT_SEMI", "RIGHT_ANTI")
        if outer.dist == "all" and inner.dist != "all" and how in ("INNER", "LEFT", "RIGHT"):
            turned, how = True, {"LEFT": "RIGHT", "RIGHT": "LEFT"}.get(how, how)
        pairs, rest = self.conditions(raw, outer, inner)
        if turned:
            outer, inner = inner, outer
            pairs = [(right, left) for left, right in pairs]
        if not pairs:
            return self.looped(raw, outer, inner, rest, how)
        if outer.dist == inner.dist == "leader":
            return self.hashed("LD", "", how, pairs, rest, outer, inner, raw)
        label = moves.choose(
            self.where(outer, [left for left, _ in pairs], pairs, 0),
            self.where(inner, [right for _, right in pairs], pairs, 1),
            (outer.rows, inner.rows),
            (outer.width, inner.width),
            keeps_inner=how in ("RIGHT", "FULL", "OUTER"),
        )
        return self.hashed("XN", label, how, pairs, rest, outer, inner, raw)

    def where(self, side: Node, keys, pairs, at: int) -> str:
        """Tell how a side of a join lies with regard to the joined columns."""
        if side.dist in ("all", "leader"):
            return "all"
        if not isinstance(side.dist, frozenset):
            return "else"
        for pair in pairs:
            if pair[at] in side.dist:
                return "joined"
        return "else"

    def hashed(self, word, label, how, pairs, rest, outer, inner, raw) -> Node:
        conditions = [equal(left, right, self.scans) for left, right in pairs]
        told = conditions[0] if len(conditions) == 1 else "(" + " AND ".join(conditions) + ")"
        rows = estimated(raw)
        merged = label == "DS_DIST_NONE" and _JOINS[how] in ("", " Left", " Right")
        merged = merged and self.scans.in_order(outer, inner, pairs)
        name = f"{word} {'Merge' if merged else 'Hash'}{_JOINS.get(how, '')} Join"
        if "IS NOT DISTINCT FROM" in " ".join(texts(raw, "Conditions")) and how == "SEMI":
            name = f"{word} Hash Intersect Distinct"
        elif "IS NOT DISTINCT FROM" in " ".join(texts(raw, "Conditions")) and how == "ANTI":
            name = f"{word} SetOp Except"
        sent = moves.costs(label, (outer.rows, inner.rows), (outer.width, inner.width))
        lines = [f"{'Merge' if merged else 'Hash'} Cond: {told}"]
        if rest:
            lines.append(f"Join Filter: {' AND '.join(rest)}")
        if merged:
            total = outer.total + inner.total + PROBE * outer.rows + ROW * rows
            start, children = 0.0, sorted([outer, inner], key=lambda side: -side.rows)
        else:
            start = outer.startup + inner.total + VALUE * inner.rows
            total = inner.total + VALUE * inner.rows + outer.total
            total += PROBE * outer.rows + ROW * rows + sent
            children = [outer, above(f"{word} Hash", inner, startup=inner.total)]
        keeps = _JOINS[how] in (" IN", " NOT IN")
        made = Node(
            f"{name} {label}".strip(),
            rows,
            outer.width if keeps else outer.width + inner.width,
            start,
            total,
            lines,
            children,
            dist=together(label, outer, inner, pairs),
            columns=outer.columns if keeps else outer.columns | inner.columns,
            label=label,
        )
        self.joins.append(made)
        return made

    def loop(self, raw: dict, children) -> Node:
        outer, inner = self.node(children[0]), self.node(children[1])
        how = str(info(raw).get("Join Type", "INNER")).upper()
        _, rest = self.conditions(raw, outer, inner)
        return self.looped(raw, outer, inner, rest, how)

    def looped(self, raw: dict, outer: Node, inner: Node, rest, how: str) -> Node:
        if outer.dist == "all" and inner.dist != "all" and how == "INNER":
            outer, inner = inner, outer
        if outer.dist == inner.dist == "leader":
            label, word = "", "LD"
        else:
            label = "DS_DIST_ALL_NONE" if inner.dist in ("all", "leader") else "DS_BCAST_INNER"
            word = "XN"
        single = "Aggregate" in outer.name or "Aggregate" in inner.name
        if not single or min(outer.rows, inner.rows) > 1:
            self.loops = True
        rows = max(estimated(raw), 1)
        sent = moves.costs(label, (outer.rows, inner.rows), (outer.width, inner.width))
        total = outer.total + inner.total + PROBE * outer.rows * inner.rows + sent
        side = " Left Join" if _JOINS.get(how, "") == " Left" else ""
        made = Node(
            f"{word} Nested Loop{side} {label}".strip(),
            rows,
            outer.width + inner.width,
            outer.startup,
            total,
            [f"Join Filter: {' AND '.join(rest)}"] if rest else [],
            [outer, inner],
            dist=outer.dist,
            columns=outer.columns | inner.columns,
            label=label,
        )
        self.joins.append(made)
        return made

    def conditions(self, raw: dict, outer: Node, inner: Node):
        """Return (pairs of joined columns, other conditions as text). A column is (table, name)."""
        pairs, rest = [], []
        for text in texts(raw, "Conditions"):
            made = re.fullmatch(r"(.+?) (?:=|IS NOT DISTINCT FROM) (.+)", text)
            if made is None or text.startswith("("):
                rest.append(self.sided(clean(text), outer, inner))
                continue
            pairs.append(self.resolved(clean(made[1]), clean(made[2]), outer, inner))
        return pairs, rest

    def sided(self, text: str, outer: Node, inner: Node) -> str:
        """Return a condition of two columns with the sides that they are of."""
        made = re.fullmatch(r"\(?(\w+) (<>|!=|<=|>=|<|>) (\w+)\)?", text)
        if made is None or made[3].isdigit() or "SUBQUERY" in text:
            return text if text.startswith("(") else f"({text})"
        return f'("outer".{made[1]} {made[2]} "inner".{made[3]})'

    def resolved(self, left: str, right: str, outer: Node, inner: Node):
        """Return which tables' columns an equality of DuckDB's plan means."""
        for one, two in self.said.equal:
            for first, second in ((one, two), (two, one)):
                fits = left.startswith("#") or first[1] in re.findall(r"\w+", left)
                fits = fits and (right.startswith("#") or second[1] in re.findall(r"\w+", right))
                if fits and first in outer.columns and second in inner.columns:
                    return first, second
        return self.only(left, outer), self.only(right, inner)

    @staticmethod
    def only(name: str, side: Node):
        """Return the one column of this name among a side's, or the name without a table."""
        found = [one for one in side.columns if one[1] == name]
        if name.startswith("#") and len(side.columns) == 1:
            return next(iter(side.columns))
        return found[0] if len(found) == 1 else ("", name)


def together(label: str, outer: Node, inner: Node, pairs):
    """Return how the rows of a join lie."""
    if label in ("DS_DIST_OUTER", "DS_DIST_BOTH"):
        return frozenset(one for pair in pairs for one in pair)
    if label == "DS_DIST_NONE" and isinstance(outer.dist, frozenset):
        return outer.dist | inner.dist
    if label == "DS_DIST_INNER" and isinstance(outer.dist, frozenset):
        keys = [right for left, right in pairs if left in outer.dist]
        return outer.dist | frozenset(keys)
    if label == "DS_DIST_ALL_INNER":
        return None
    return outer.dist


def equal(left, right, known) -> str:
    one, two = (f'"{side}".{column[1]}' for side, column in (("outer", left), ("inner", right)))
    if known.is_text(left) or known.is_text(right):
        one, two = f"({one})::text", f"({two})::text"
    return f"({one} = {two})"


def clean(text: str) -> str:
    """Return DuckDB's text of an expression without what only DuckDB writes."""
    text = re.sub(r"__internal_(?:de)?compress_\w+\((.*)\)", r"\1", text)
    text = re.sub(r"\bCAST\(([#\w]+) AS [A-Z]+\)", r"\1", text)
    text = re.sub(r"\bcount_star\(\)", "count(*)", text)
    text = re.sub(r"\bsum_no_overflow\(", "sum(", text)
    return re.sub(r"\blab_(?:py_)?", "", text)


def bare(text: str) -> str:
    return clean(re.sub(r"\s+(ASC|DESC)?\s*(NULLS (FIRST|LAST))?$", "", text.strip()))


def split(text: str) -> list[str]:
    return [part.strip() for part in re.split(r",\s*(?![^()]*\))", text)]


def _log(rows: int) -> float:
    return math.log2(rows) if rows > 1 else 0.0
