"""Query plans in Athena's words, made from the plan that DuckDB really uses for the query.

DuckDB's operators become Trino's: a hash join an InnerJoin whose build side is exchanged, a group
by an Aggregate(PARTIAL) and an Aggregate(FINAL) around an exchange. The tables, columns,
partitions, filters, rows and bytes are those of the real query. Shapes and words:
https://docs.aws.amazon.com/athena/latest/ug/athena-explain-statement.html
"""

import re
from dataclasses import dataclass, field

from dealab.sql import pruning
from dealab.sql.athena.statements.names import CATALOG

#: build sides up to this size are broadcast (Trino's join_max_broadcast_table_size)
BROADCAST_ROWS = 1_000_000
_JOINS = {
    "INNER": "InnerJoin",
    "LEFT": "LeftJoin",
    "RIGHT": "RightJoin",
    "OUTER": "FullJoin",
    "FULL": "FullJoin",
    "SEMI": "SemiJoin",
    "ANTI": "SemiJoin",
    "MARK": "SemiJoin",
    "SINGLE": "LeftJoin",
    "RIGHT_SEMI": "SemiJoin",
    "RIGHT_ANTI": "SemiJoin",
}
#: operators of DuckDB that only pass rows on
_SKIPPED = (
    "RESULT_COLLECTOR",
    "EXPLAIN_ANALYZE",
    "CREATE_TABLE_AS",
    "BATCH_CREATE_TABLE_AS",
    "MATERIALIZE",
    "COPY_TO_FILE",
    "BATCH_COPY_TO_FILE",
    "FIXED_BATCH_COPY_TO_FILE",
)


@dataclass
class Node:
    """One operator. ``details`` are lines below it; rows, bytes and CPU seconds are None unless
    the query was run. ``exchange`` is GATHER, REPARTITION or REPLICATE for a remote exchange."""

    name: str
    identifier: str = ""
    outputs: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    children: list["Node"] = field(default_factory=list)
    rows: int | None = None
    size: int | None = None
    cpu: float | None = None
    exchange: str = ""
    keys: str = ""
    table: str = ""
    scanned: int | None = None

    @property
    def title(self) -> str:
        return self.name + self.identifier


class Builder:
    """Builds the tree of one bound plan; ``tree`` is DuckDB's, with or without figures."""

    def __init__(self, engine, plan):
        self.engine = engine
        self.plan = plan
        self.taken: dict[str, int] = {}
        self.inputs: list = []  # (Table, partitions left or None, columns) of each scan

    def build(self, tree: dict) -> Node:
        root = self._node(tree)
        if not _single(root):
            root = gathered(root)
        names = list(self.plan.columns)
        if len(names) == len(root.outputs):
            root = _renamed(root, names)
        shown = ", ".join(names)
        top = Node("Output", f"[{shown}]", names, children=[root])
        _figures_from(top, root)
        return top

    def _node(self, raw: dict) -> Node:
        kind = (raw.get("name") or raw.get("type") or "").upper().strip()
        info = raw.get("extra_info") or {}
        if kind in _SKIPPED and raw.get("children"):
            return self._node(raw["children"][-1])
        if info.get("Function", "").startswith("READ_"):
            return self._scan(raw, info)
        children = [self._node(child) for child in raw.get("children", [])]
        made = self._operator(kind, info, children)
        return _measured(made, raw)

    def _operator(self, kind: str, info: dict, children: list[Node]) -> Node:
        first = children[0] if children else Node("Values", outputs=[])
        outputs = list(first.outputs)
        if kind == "PROJECTION":
            found = [_resolved(item, first.outputs) for item in _texts(info, "Projections")]
            outputs = [item for item in found if not item.startswith("lab ")]
            return Node("Project", "[]", outputs, children=[first])
        if kind == "FILTER":
            condition = _resolved(_joined(info.get("Expression", "")), first.outputs)
            if first.name == "TableScan":
                return self._filtered_scan(first, condition)
            return Node("Filter", f"[filterPredicate = {condition}]", outputs, children=[first])
        if kind.endswith("GROUP_BY") or kind.endswith("AGGREGATE"):
            return self._aggregate(info, first)
        if "JOIN" in kind or kind == "CROSS_PRODUCT":
            return self._join(kind, info, children)
        if kind == "TOP_N":
            order = _order(info, first.outputs)
            label = f"[{_number(info.get('Top', ''))} by ({order})]"
            partial = Node("TopNPartial", label, outputs, children=[first])
            return Node("TopN", label, outputs, children=[gathered(partial)])
        if kind in ("LIMIT", "STREAMING_LIMIT", "LIMIT_PERCENT"):
            label = f"[{_number(_joined(info))}]"
            if _single(first):
                return Node("Limit", label, outputs, children=[first])
            partial = Node("LimitPartial", label, outputs, children=[first])
            return Node("Limit", label, outputs, children=[gathered(partial)])
        if kind == "ORDER_BY":
            order = _order(info, first.outputs)
            partial = Node("PartialSort", f"[{order}]", outputs, children=[first])
            merge = gathered(partial)
            merge.name, merge.identifier = "RemoteMerge", f"[{order}]"
            return Node("LocalMerge", f"[{order}]", outputs, children=[merge])
        if kind.endswith("WINDOW"):
            functions = [_resolved(item, first.outputs) for item in _texts(info, "Projections")]
            keys = re.search(
                r"PARTITION BY (.*?)(?: ORDER BY| ROWS| RANGE|\))",
                functions[0] if functions else "",
            )
            inner = exchanged(first, "REPARTITION", keys[1]) if keys else gathered(first)
            names = [*outputs, *functions]
            return Node("Window", f"[{', '.join(functions)}]", names, children=[inner])
        if kind == "UNION":
            return Node("Union", "", outputs, children=children)
        if kind == "UNNEST":
            return Node("Unnest", "[]", [*outputs, "field"], children=[first])
        if "SAMPLE" in kind:
            return Node("Sample", f"[{_joined(info)}]", outputs, children=[first])
        if kind in ("COLUMN_DATA_SCAN", "DUMMY_SCAN", "EMPTY_RESULT", "EXPRESSION_SCAN"):
            return Node("Values", "", list(self.plan.columns))
        if kind in ("CTE_SCAN", "RECURSIVE_CTE_SCAN", "REC_CTE_SCAN", "DELIM_SCAN", "CHUNK_SCAN"):
            return Node("RecursiveReference" if "REC" in kind else "Values", "", outputs)
        label = "".join(part.capitalize() for part in kind.split("_")) or "Node"
        return Node(label, "", outputs, children=children)

    def _aggregate(self, info: dict, child: Node) -> Node:
        groups = [_resolved(item, child.outputs) for item in _texts(info, "Groups")]
        calls = [_resolved(item, child.outputs) for item in _texts(info, "Aggregates")]
        names = [*groups, *calls]
        listed = f"[{', '.join(groups)}]" if groups else ""
        partial = Node("Aggregate(PARTIAL)", listed, names, children=[child])
        if groups:
            moved = exchanged(partial, "REPARTITION", ", ".join(groups))
            local = Node("LocalExchange", f"[HASH] ({', '.join(groups)})", names, children=[moved])
        else:
            moved = exchanged(partial, "GATHER", "")
            local = Node("LocalExchange", "[SINGLE] ()", names, children=[moved])
        return Node("Aggregate(FINAL)", listed, names, children=[local])

    def _join(self, kind: str, info: dict, children: list[Node]) -> Node:
        while len(children) < 2:
            children.append(Node("Values"))
        left, right = children[0], children[1]
        names = [*left.outputs, *right.outputs]
        condition = " AND ".join(f"({part})" for part in _texts(info, "Conditions"))
        word = info.get("Join Type", "INNER").upper()
        name = "CrossJoin" if kind == "CROSS_PRODUCT" else _JOINS.get(word, "InnerJoin")
        if name == "SemiJoin":
            names = list(left.outputs)
        small = _rows(right) <= BROADCAST_ROWS
        way = "REPLICATE" if small or name == "CrossJoin" else "REPARTITION"
        if way == "REPARTITION":
            left = exchanged(left, way, condition)
        build = exchanged(right, way, condition)
        local = Node(
            "LocalExchange",
            "[SINGLE] ()" if name == "CrossJoin" else f"[HASH] ({condition})",
            list(right.outputs),
            children=[build],
        )
        return Node(
            name,
            "" if name == "CrossJoin" else f"[{condition}]",
            names,
            details=[f"Distribution: {'REPLICATED' if way == 'REPLICATE' else 'PARTITIONED'}"],
            children=[left, local],
        )

    def _scan(self, raw: dict, info: dict) -> Node:
        label = pruning.table_of(self.engine.lake, self.plan, info, self.taken)
        table = self.plan.tables[label]
        wanted = _texts(info, "Projections")
        known = dict(table.fields())
        filters = _joined(info.get("Filters", ""))
        files = _joined(info.get("File Filters", ""))
        used = {*wanted, *pruning.words(filters), *pruning.words(files)}
        columns = [name for name, _ in table.columns if name in used]
        keys = [name for name, _ in table.keys if name in used]
        kept = self._partitions(table, info) if table.keys else None
        self.inputs.append((table, kept, columns))
        shown = f"{CATALOG}:{table.database}:{table.name}"
        details = [f"LAYOUT: {table.database}.{table.name}"]
        place = {name: at for at, (name, _) in enumerate(table.columns)}
        for name in columns:
            hive = _hive(table, name)
            details.append(f"{name} := {name}:{hive}:{place[name]}:REGULAR")
        for name in keys:
            details.append(f"{name} := {name}:{_hive(table, name)}:-1:PARTITION_KEY")
            values = sorted({_key_value(table, part, name) for part in kept or ()})
            listed = ", ".join(f"[{value}]" for value in values[:20])
            more = f", ... {len(values) - 20} more" if len(values) > 20 else ""
            details.append(f"    :: [{listed}{more}]")
        outputs = [name for name in wanted if name in known] or columns or keys
        node = Node("TableScan", f"[{shown}]", outputs, details, table=shown)
        if filters:
            node = self._filtered_scan(node, filters)
        node.scanned = raw.get("rows_scanned")
        return _measured(node, raw)

    @staticmethod
    def _filtered_scan(scan: Node, condition: str) -> Node:
        return Node(
            "ScanFilterProject",
            f"[table = {scan.table}, filterPredicate = {condition}]",
            scan.outputs,
            scan.details,
            scan.children,
            scan.rows,
            scan.size,
            scan.cpu,
            table=scan.table,
            scanned=scan.scanned,
        )

    def _partitions(self, table, info: dict) -> list:
        """Return the partitions that the conditions on partition keys leave."""
        return pruning.partitions_left(table, info.get("File Filters", ""))


# --- pieces ---------------------------------------------------------------------------


def exchanged(child: Node, way: str, keys: str) -> Node:
    label = f"[{way}]" + (f"[{keys}]" if way == "REPARTITION" and keys else "")
    node = Node(
        "RemoteExchange", label, list(child.outputs), children=[child], exchange=way, keys=keys
    )
    _figures_from(node, child)
    return node


def gathered(child: Node) -> Node:
    return exchanged(child, "GATHER", "")


def _single(node: Node) -> bool:
    """Tell whether the rows of a node are on one machine already."""
    if node.exchange == "GATHER" or node.name == "Values":
        return True
    if node.exchange or node.table:
        return False
    return bool(node.children) and all(_single(child) for child in node.children[:1])


def _renamed(node: Node, names: list[str]) -> Node:
    node.outputs = list(names)
    return node


def _figures_from(node: Node, source: Node) -> None:
    node.rows, node.size = source.rows, source.size
    node.cpu = 0.0 if source.cpu is not None else None


def _measured(node: Node, raw: dict) -> Node:
    """Put the figures of a run on a node, and on the partial steps below it."""
    if "timing" not in raw:
        node.rows = node.rows if node.rows is not None else None
        return node
    node.rows = int(raw.get("intermediate_rows", 0))
    node.size = int(raw.get("intermediate_size_bytes", 0))
    node.cpu = float(raw.get("timing", 0.0))
    child = node.children[0] if node.children else None
    while child is not None and child.rows is None:
        child.rows, child.size, child.cpu = node.rows, node.size, 0.0
        child = child.children[0] if child.children else None
    for other in node.children[1:]:
        if other.rows is None and other.children:
            _figures_from(other, other.children[0])
    return node


def _rows(node: Node) -> int:
    return node.rows or 0


def _texts(info: dict, part: str) -> list[str]:
    value = info.get(part, [])
    return [value] if isinstance(value, str) else [str(one) for one in value]


def _joined(value) -> str:
    if isinstance(value, dict):
        return " ".join(str(part) for key, part in value.items() if key != "Estimated Cardinality")
    return " AND ".join(value) if isinstance(value, list) else str(value)


def _number(text: str) -> str:
    found = re.search(r"\d+", str(text))
    return found[0] if found else ""


def _resolved(item: str, outputs: list[str]) -> str:
    """Put names for ``#3`` and Trino's words for DuckDB's."""

    def one(found) -> str:
        at = int(found[1])
        return outputs[at] if at < len(outputs) else found[0]

    shown = re.sub(r"#(\d+)", one, str(item))
    return shown.replace("count_star()", "count(*)").replace("::", " AS ")


def _order(info: dict, outputs: list[str]) -> str:
    shown = []
    for item in _texts(info, "Order By"):
        name = _resolved(item, outputs)
        direction = "DESC" if name.upper().endswith(" DESC") else "ASC"
        plain = re.sub(r"\s+(ASC|DESC)$", "", name, flags=re.IGNORECASE)
        shown.append(f"{plain} {direction} NULLS LAST")
    return ", ".join(shown)


def _hive(table, name: str) -> str:
    storage = table.entry.get("StorageDescriptor", {})
    for column in (*storage.get("Columns", ()), *table.entry.get("PartitionKeys", ())):
        if column["Name"].lower() == name:
            return column.get("Type", "string")
    return "string"


def _key_value(table, part, name: str) -> str:
    return part.values[[key for key, _ in table.keys].index(name)]
