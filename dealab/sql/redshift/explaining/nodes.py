"""A node of Redshift's plan, and how a plan is printed.

https://docs.aws.amazon.com/redshift/latest/dg/c-the-query-plan.html (read 2026-11-23)
"""

from dataclasses import dataclass, field


@dataclass
class Node:
    """One operator. ``lines`` stand below it (conditions, keys); costs have no unit.

    ``dist`` says how its rows lie: None (anywhere), "all" (a copy on each node), "leader", or the
    columns (table, column) that they are distributed on. ``columns`` are those that it passes on.
    """

    name: str
    rows: int = 1
    width: int = 0
    startup: float = 0.0
    total: float = 0.0
    lines: list[str] = field(default_factory=list)
    children: list["Node"] = field(default_factory=list)
    dist: object = None
    scan: object = None
    columns: frozenset = frozenset()
    label: str = ""  # of a join

    def text(self) -> str:
        return (
            f"{self.name}  (cost={self.startup:.2f}..{self.total:.2f} rows={self.rows} "
            f"width={self.width})"
        )


def above(name: str, child: Node, **more) -> Node:
    """Return a node over one child, with the child's figures where no others are given."""
    given = {
        "rows": child.rows,
        "width": child.width,
        "startup": child.startup,
        "total": child.total,
        "dist": child.dist,
        "columns": child.columns,
    }
    return Node(name, children=[child], **{**given, **more})


def walk(root: Node, depth: int = 0, parent: int = 0, counter=None):
    """Yield (node, depth, number, number of the parent), parents first."""
    counter = counter if counter is not None else [0]
    counter[0] += 1
    number = counter[0]
    yield root, depth, number, parent
    for child in root.children:
        yield from walk(child, depth + 1, number, counter)


def title(node: Node, depth: int) -> str:
    return node.text() if depth == 0 else " " * (6 * depth - 4) + "->  " + node.text()


def printed(root: Node) -> list[str]:
    """Return the lines of a plan."""
    lines = []
    for node, depth, _, _ in walk(root):
        lines.append(title(node, depth))
        lines += [" " * (6 * depth + 2) + line for line in node.lines]
    return lines


def dumped(root: Node, depth: int = 0) -> list[str]:
    """Return what EXPLAIN VERBOSE shows before the plan: each node with its fields. Redshift lists
    many more fields; these are the ones that the lab knows."""
    pad = " " * (3 * depth)
    word = root.name.removeprefix("XN ").split(" DS_")[0].split(" on ")[0].replace(" ", "").upper()
    lines = [
        f"{pad}{{ {word}",
        f"{pad}:startup_cost {root.startup:.2f}",
        f"{pad}:total_cost {root.total:.2f}",
        f"{pad}:plan_rows {root.rows}",
        f"{pad}:plan_width {root.width}",
    ]
    if root.label:
        lines.append(f"{pad}:dist_info {root.label}")
    lines += [f"{pad}:info {line}" for line in root.lines]
    for side, child in zip(("lefttree", "righttree", *("tree",) * 50), root.children, strict=False):
        lines.append(f"{pad}:{side}")
        lines += dumped(child, depth + 1)
    return [*lines, f"{pad}}}"]
