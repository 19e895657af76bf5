"""Printing plans: as text, by fragments, as JSON, as a graph, with or without figures.

https://docs.aws.amazon.com/athena/latest/ug/athena-explain-statement.html
"""

import json
from dataclasses import dataclass, field

from dealab.sql.athena.plans import Node


@dataclass
class Fragment:
    """What runs on the same machines: a tree whose leaves are scans or ``RemoteSource``."""

    number: int
    root: Node
    kind: str = "SINGLE"
    partitioning: str = "SINGLE []"
    sources: list[int] = field(default_factory=list)


def text(root: Node) -> str:
    """Return the logical plan: one tree, exchanges in it."""
    return "\n".join(_lines(root, 0))


def distributed(root: Node) -> str:
    """Return the plan cut into fragments at its remote exchanges."""
    blocks = []
    for part in fragments(root):
        head = [f"Fragment {part.number} [{part.kind}]"]
        if part.root.cpu is not None:
            head.append("    " + _fragment_figures(part))
        head.append(f"    Output layout: [{', '.join(part.root.outputs)}]")
        head.append(f"    Output partitioning: {part.partitioning}")
        blocks.append("\n".join([*head, *_lines(part.root, 1)]))
    return "\n\n".join(blocks)


def fragments(root: Node) -> list[Fragment]:
    found: list[Fragment] = []

    def cut(node: Node, part: Fragment) -> Node:
        if node.exchange:
            number = _open(node)
            part.sources.append(number)
            return Node(
                "RemoteSource",
                f"[{number}]",
                node.outputs,
                rows=node.rows,
                size=node.size,
                cpu=node.cpu,
            )
        copied = Node(**{**node.__dict__, "children": [cut(c, part) for c in node.children]})
        if node.table:
            part.kind = "SOURCE"
        return copied

    def _open(exchange: Node) -> int:
        part = Fragment(len(found), exchange.children[0])
        found.append(part)
        part.partitioning = {
            "GATHER": "SINGLE []",
            "REPARTITION": f"HASH [{exchange.keys}]",
            "REPLICATE": "BROADCAST []",
        }[exchange.exchange]
        part.root = cut(exchange.children[0], part)
        below = [found[number].partitioning for number in part.sources]
        if part.kind != "SOURCE" and any(one.startswith("HASH") for one in below):
            part.kind = "HASH"
        return part.number

    first = Fragment(0, root)
    found.append(first)
    first.root = cut(root, first)
    return found


def _lines(node: Node, level: int) -> list[str]:
    pad = "    " * level
    lines = [f"{pad}- {node.title} => [[{', '.join(node.outputs)}]]"]
    inner = pad + " " * 8
    if node.cpu is not None:
        lines.append(f"{inner}{_figures(node)}")
    lines += [f"{inner}{line}" for line in node.details]
    for child in node.children:
        lines += _lines(child, level + 1)
    return lines


def _figures(node: Node) -> str:
    shown = f"CPU: {duration(node.cpu)}, Output: {node.rows or 0:,} rows ({amount(node.size or 0)})"
    if node.scanned is not None:
        shown += f", Input: {node.scanned:,} rows"
    return shown


def _fragment_figures(part: Fragment) -> str:
    cpu, rows = 0.0, 0

    def walk(node):
        nonlocal cpu, rows
        cpu += node.cpu or 0.0
        if node.table:
            rows += node.scanned if node.scanned is not None else node.rows or 0
        elif node.name == "RemoteSource":
            rows += node.rows or 0
        for child in node.children:
            walk(child)

    walk(part.root)
    return (
        f"CPU: {duration(cpu)}, Input: {rows:,} rows, "
        f"Output: {part.root.rows or 0:,} rows ({amount(part.root.size or 0)})"
    )


def duration(seconds: float | None) -> str:
    seconds = seconds or 0.0
    if seconds >= 1:
        return f"{seconds:.2f}s"
    return f"{seconds * 1000:.2f}ms"


def amount(size: int) -> str:
    """Return bytes as Trino prints them (1 kB = 1,024 B)."""
    shown = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if shown < 1024 or unit == "GB":
            return f"{size}B" if unit == "B" else f"{shown:.2f}{unit}"
        shown /= 1024
    return ""


# --- JSON and graphs --------------------------------------------------------------------


def shaped(node: Node) -> dict:
    """Return a node as JSON's objects."""
    made: dict = {
        "name": node.name,
        "identifier": node.identifier,
        "outputs": node.outputs,
        "details": "".join(line + "\n" for line in node.details),
    }
    if node.cpu is not None:
        made["distributedNodeStats"] = {
            "nodeCpuTime": duration(node.cpu),
            "nodeOutputRows": node.rows or 0,
            "nodeOutputDataSize": f"{node.size or 0}B",
        }
    made["children"] = [shaped(child) for child in node.children]
    return made


def logical_json(root: Node) -> str:
    return json.dumps(shaped(root), indent=2)


def distributed_json(root: Node) -> str:
    return json.dumps({str(part.number): shaped(part.root) for part in fragments(root)}, indent=2)


def analyzed_json(root: Node) -> str:
    listed = []
    for part in fragments(root):
        listed.append(
            {
                "id": str(part.number),
                "stageStats": {
                    "outputRows": f"{part.root.rows or 0} rows",
                    "outputDataSize": f"{part.root.size or 0}B",
                },
                "outputLayout": ", ".join(part.root.outputs),
                "logicalPlan": {"1": [shaped(part.root)]},
            }
        )
    return json.dumps({"fragments": listed}, indent=2)


def graph(root: Node, by_fragment: bool) -> str:
    """Return the plan in the DOT language."""
    name = "distributed_plan" if by_fragment else "logical_plan"
    lines = [f"digraph {name} {{"]
    parts = fragments(root) if by_fragment else [Fragment(0, root)]
    count = 0
    ends: list[tuple[str, str]] = []
    heads: dict[int, str] = {}

    def walk(node: Node) -> str:
        nonlocal count
        count += 1
        label = f"plannode_{count}"
        shown = node.title.replace("\\", "\\\\").replace('"', '\\"').replace("{", "\\{")
        shown = (
            shown.replace("}", "\\}").replace("<", "\\<").replace(">", "\\>").replace("|", "\\|")
        )
        lines.append(
            f'{label}[label="{{{shown}}}", style="rounded, filled", shape=record, fillcolor=white];'
        )
        if node.name == "RemoteSource":
            ends.append((label, node.identifier.strip("[]")))
        for child in node.children:
            lines.append(f"{label} -> {walk(child)};")
        return label

    for part in parts:
        lines.append(f"subgraph cluster_{part.number} {{")
        lines.append(f'label = "{part.kind}"')
        heads[part.number] = walk(part.root)
        lines.append("}")
    lines += [f"{label} -> {heads[int(number)]};" for label, number in ends]
    return "\n".join([*lines, "}"])
