"""The tables at the leaves of a plan: local, external, system, and constants."""

import re

from dealab.sql.redshift import rights, slices, storage
from dealab.sql.redshift.explaining import planning
from dealab.sql.redshift.explaining.duckplan import estimated, info, kind, texts
from dealab.sql.redshift.explaining.nodes import Node, above
from dealab.sql.redshift.explaining.written import Scan, every
from dealab.sql.redshift.statements.ddl import named

ROW, VALUE = 0.01, 0.0025
S3_ROW = (
    0.0125  # https://docs.aws.amazon.com/redshift/latest/dg/c-spectrum-external-performance.html
)
TEXT_WIDTH = 16  # of a text column where no rows tell


class Place:
    """One table of a plan: how it is called and what it is."""

    def __init__(self, alias: str, table=None, external=None):
        self.alias, self.table, self.external = alias, table, external


class Scans:
    def __init__(self, engine, plan, said, tables: dict, system: list[str]):
        self.engine, self.plan, self.said = engine, plan, said
        self.tables = tables  # store -> Table
        self.system = system
        self.labels: dict[str, int] = {}
        self.found: list[Place] = []
        self.counts: dict[str, int] = {}
        self.cut = False  # the plan was made without the conditions

    # --- local tables -----------------------------------------------------------------

    def build(self, raw: dict) -> Node:
        if kind(raw) != "SEQ_SCAN":
            return self.external(raw)
        store = re.search(r'\brs\.(?:"(.+)"|(\S+))$', info(raw).get("Table", ""))
        table = self.tables.get(store[1] or store[2]) if store else None
        if table is None:
            return Node("XN Seq Scan", estimated(raw), 0, 0.0, ROW * estimated(raw))
        scan = self.take(table.store, raw)
        place = Place(scan.alias, table)
        self.found.append(place)
        names = [name for name in texts(raw, "Projections") if table.column(name)]
        rows, whole = estimated(raw), self.count(table)
        rows = min(rows, max(whole, 1))
        if self.cut:
            rows = max(1, round(rows * planning.share(scan.filters)))
        shown = named(table.name) + (f" {scan.alias}" if scan.alias != table.name else "")
        total = ROW * whole + VALUE * whole * max(len(scan.filters) - 1, 0)
        made = Node(
            f"XN Seq Scan on {shown}",
            rows,
            self.width(table, names),
            0.0,
            total,
            [f"Filter: {every(scan.filters)}"] if scan.filters else [],
            dist=self.dist(table),
            scan=place,
            columns=frozenset((table.store, one.name) for one in table.columns),
        )
        return self.secured(made, scan, table) if scan.protected else made

    def secured(self, made: Node, scan: Scan, table) -> Node:
        """A table under row-level security: the policies are shown to those with EXPLAIN RLS.

        https://docs.aws.amazon.com/redshift/latest/dg/r_EXPLAIN.html#r_EXPLAIN-RLS
        """
        top = above(made.name.replace("Seq Scan on", "RLS SecureScan", 1), made, scan=made.scan)
        top.lines, top.children = made.lines, []
        if "EXPLAIN RLS" in rights.system_privileges(self.engine):
            made.name = f"XN Seq Scan on {named(table.name)} rls_table"
            made.lines = [f"Filter: {every(scan.policies)}"] if scan.policies else []
            top.children = [made]
        return top

    def take(self, name: str, raw: dict) -> Scan:
        """Return the query's mention of a table that a scan of DuckDB's plan is."""
        left = [one for one in self.said.scans if one.name == name and not one.taken]
        told = " ".join(texts(raw, "Filters"))
        best = [one for one in left if one.filters and _names(one) and _names(one) <= _words(told)]
        chosen = (best or [one for one in left if not one.filters] or left or [None])[0]
        if chosen is None:  # a view's table that is scanned again
            known = [one for one in self.said.scans if one.name == name]
            table = self.tables.get(name)
            return known[0] if known else Scan(name, table.name if table else name)
        chosen.taken = True
        return chosen

    def count(self, table) -> int:
        if table.store not in self.counts:
            try:
                self.counts[table.store] = storage.count(self.engine, table)
            except Exception:  # it was dropped after the run
                self.counts[table.store] = 0
        return self.counts[table.store]

    def width(self, table, names) -> int:
        if not names:
            return 0
        try:
            return slices.row_width(self.engine, table, names)
        except Exception:  # it was dropped after the run
            kinds = [table.column(name).type for name in names]
            return sum(slices.width(kind) or TEXT_WIDTH for kind in kinds)

    def dist(self, table):
        style, key = slices.effective(self.engine, table, self.count(table))
        if style == "ALL":
            return "all"
        return frozenset([(table.store, key)]) if style == "KEY" else None

    # --- what others ask --------------------------------------------------------------

    def is_text(self, column) -> bool:
        table = self.tables.get(column[0])
        found = table.column(column[1]) if table is not None else None
        if found is None and column[0] in self.plan.tables:
            kinds = dict(self.plan.tables[column[0]].fields())
            return kinds.get(column[1]) is not None and kinds[column[1]].name == "varchar"
        return found is not None and found.type.name == "varchar"

    @staticmethod
    def in_order(outer: Node, inner: Node, pairs) -> bool:
        """Tell whether two tables can be merged: both read directly, sorted by the joined column,
        and less than 20 percent unsorted.
        https://docs.aws.amazon.com/redshift/latest/dg/c-the-query-plan.html"""
        for side, keys in ((outer, [p[0] for p in pairs]), (inner, [p[1] for p in pairs])):
            table = side.scan.table if side.scan is not None else None
            if table is None or not side.name.startswith("XN Seq Scan on") or not table.sortkey:
                return False
            first = (table.store, table.sortkey[0])
            if first not in keys or first not in (side.dist or ()):
                return False
            if table.sortstyle == "INTERLEAVED":
                return False
            held = side.rows + table.deleted_rows
            if table.unsorted_rows >= 0.2 * max(held, 1):
                return False
        return True

    def missing_statistics(self) -> list[str]:
        names = [
            place.table.name
            for place in self.found
            if place.table is not None and place.table.analyzed_rows is None
        ]
        return list(dict.fromkeys(names))

    # --- external tables --------------------------------------------------------------

    def external(self, raw: dict) -> Node:
        from dealab.sql import pruning
        from dealab.sql.redshift import scans as spectrum

        label = spectrum.by_file(self.engine, self.plan, info(raw))
        lake = self.engine.lake
        label = label or pruning.table_of(lake, self.plan, info(raw), self.labels)
        self.labels[label] = self.labels.get(label, 0) + 1
        table = self.plan.tables[label]
        scan = self.take(label, raw)
        kinds = dict(table.fields())
        names = [name for name in texts(raw, "Projections") if name in kinds]
        width = sum(slices.width(kinds[name]) or TEXT_WIDTH for name in names)
        rows = estimated(raw)
        keys = {name for name, _ in table.keys} if table.keys else set()
        own = [one for one in scan.filters if not (_names(scan, one) <= keys)]
        parts = [one for one in scan.filters if _names(scan, one) and _names(scan, one) <= keys]
        alias = scan.alias if scan.alias != table.name else ""
        shape = spectrum.file_format(table).upper().replace("OPENCSV", "TEXT")
        place = Place(scan.alias, external=table)
        seq = Node(
            f"S3 Seq Scan {label}{' ' + alias if alias else ''} "
            f'location:"{table.location.rstrip("/")}" format:{shape}',
            rows,
            width,
            0.0,
            S3_ROW * rows,
            [f"Filter: {every(own)}"] if own else [],
        )
        columns = frozenset((label, name) for name in kinds)
        made = above(
            f"XN S3 Query Scan {alias or table.name}",
            seq,
            total=seq.total + ROW * rows,
            scan=place,
            columns=columns,
            dist=None,
        )
        if not keys:
            return made
        count = max(len(table.partitions), 1)
        listed = Node(
            f"XN Seq Scan PartitionInfo of {label}{' ' + alias if alias else ''}",
            count,
            0,
            0.0,
            ROW * count,
            [f"Filter: {every(parts)}"] if parts else [],
        )
        return Node(
            "XN Partition Loop",
            rows,
            width,
            0.0,
            listed.total + made.total,
            children=[listed, made],
            scan=place,
            columns=columns,
        )

    # --- the rest ---------------------------------------------------------------------

    def constant(self, raw: dict) -> Node:
        rows = estimated(raw)
        if self.system:
            name = self.system.pop(0)
            word = "LD" if _leader(name) else "XN"
            made = Node(f"{word} Seq Scan on {name}", rows, 0, 0.0, ROW * rows)
            made.dist = "leader" if word == "LD" else None
            made.scan = Place(name)
            return made
        if kind(raw) == "EMPTY_RESULT":
            lines = ["One-Time Filter: false"]
            return Node("XN Result", 1, 0, 0.0, ROW, lines)
        return Node("XN Result" if self.plan.local else "LD Result", rows, 0, 0.0, ROW * rows)


def _leader(name: str) -> bool:
    return name.startswith("pg_") or not re.match(r"(stl|stv|svl|svv|svcs|sys)_", name)


def _names(scan: Scan, one=None) -> set[str]:
    from sqlglot import exp

    tests = [one] if one is not None else scan.filters
    return {column.name for test in tests for column in test.find_all(exp.Column)}


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))


def pushed_down(child: Node, rows: int) -> None:
    """Let Spectrum group the rows before they reach the cluster."""
    seq = child.children[0]
    total = seq.total + VALUE * 2 * seq.rows
    name = "S3 HashAggregate"
    child.children = [above(name, seq, rows=rows, startup=total, total=total + VALUE * rows)]
    child.rows = rows
    child.startup, child.total = total, total + ROW * rows
