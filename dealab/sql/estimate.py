"""What a query would read and cost, told before it runs.

DuckDB's plan says which columns and partitions each scan needs; the footers of the Parquet files
say how many bytes those columns have. Row groups that the statistics let a scan skip are counted,
so a query can read less than is estimated here, never more columns or partitions.
"""

import json
import re
from dataclasses import dataclass, field

from dealab.sql import bill, readers
from dealab.sql.results import Plan
from dealab.sql.types import duck_name, quote, text


@dataclass(frozen=True)
class Scan:
    """One table's part: bytes that its columns have in the files that are left, and of all."""

    table: str
    columns: tuple[str, ...]
    files: int
    files_total: int
    bytes_estimated: int
    bytes_total: int
    scale: int = 1  # the table's declared scale factor


@dataclass(frozen=True)
class Estimate:
    """Bytes are bytes, ``cost_usd`` is US dollars for one run in ``region``."""

    scans: tuple[Scan, ...]
    bytes_estimated: int
    billed_bytes: int
    cost_usd: float
    region: str
    service: str
    charged: bill.Bill = field(repr=False)

    def lines(self) -> list[str]:
        from dealab.sql.render import dollars, size

        told = []
        for scan in self.scans:
            columns = ", ".join(scan.columns) or "no column"
            told.append(
                f"{scan.table}: {size(scan.bytes_estimated)} of {size(scan.bytes_total)} "
                f"({scan.files} of {scan.files_total} files; {columns})"
            )
        told.append(
            f"Estimate: {size(self.bytes_estimated)} scanned at most, "
            f"{self.billed_bytes // bill.MB:,} MB billed, {dollars(self.cost_usd)} in {self.region}"
            if self.scans
            else "Estimate: no table is read, nothing is billed."
        )
        if self.charged.scale_text():
            told.append(self.charged.scale_text())
        return told

    def _repr_mimebundle_(self, include=None, exclude=None):
        import html

        shown = "".join(f"<li>{html.escape(line)}</li>" for line in self.lines())
        return {"text/plain": "\n".join(self.lines()), "text/html": f"<ul>{shown}</ul>"}


def estimate(engine, plan: Plan) -> Estimate:
    """Return the estimate for a plan's query."""
    duck = engine.duck(plan)
    views = duck.views(plan.tables)
    duck.prepare(views, plan.query)
    scans = []
    if plan.tables:
        explained = duck.execute(f"EXPLAIN (FORMAT json) {plan.query}")
        taken: dict[str, int] = {}
        for node in _scans(json.loads(explained[0][1])):
            label = _table_of(engine, plan, node, taken)
            taken[label] = taken.get(label, 0) + 1
            scans.append(_scan(engine, duck, plan.tables[label], node))
    scanned = sum(scan.bytes_estimated for scan in scans)
    scaled = sum(scan.bytes_estimated * scan.scale for scan in scans)
    if not scans:
        charged = bill.free()
    else:
        charged = bill.charge(scanned, engine.service, engine.region, scaled_bytes=scaled)
    return Estimate(
        tuple(scans),
        scanned,
        charged.billed_bytes,
        charged.cost_usd,
        engine.region,
        engine.service,
        charged,
    )


#: words in DuckDB's conditions that are no column
_FUNCTIONS = frozenset(["AND", "OR", "NOT", "IN", "IS", "NULL", "CAST", "AS", "prefix", "contains"])


def _scans(nodes):
    for node in nodes:
        if node.get("extra_info", {}).get("Function", "").startswith("READ_"):
            yield node["extra_info"]
        yield from _scans(node.get("children", []))


def _names(info, part: str) -> list[str]:
    value = info.get(part, [])
    return [value] if isinstance(value, str) else list(value)


def _words(condition) -> set[str]:
    joined = " ".join(condition) if isinstance(condition, list) else condition
    return set(re.findall(r"[A-Za-z_]\w*|(?<=\")[^\"]+(?=\")", re.sub(r"'[^']*'", "", joined)))


def _table_of(engine, plan: Plan, info, taken: dict[str, int]) -> str:
    """Return the label of the table that a scan reads: DuckDB's plan does not name it.

    It is one with the scan's columns and number of files, and one that no scan has been given to
    yet, if there is a choice.
    """
    wanted = {*_names(info, "Projections")} - {"filename", "Records", "line"}
    keys = _words(info.get("File Filters", "")) - _FUNCTIONS
    total = info.get("Scanning Files", "").rpartition("/")[2]

    def fitness(label: str):
        table = plan.tables[label]
        columns = {name for name, _ in table.fields()}
        count = len(readers.files(engine.lake, table))
        same = (not total or int(total) == count, wanted <= columns, keys <= columns)
        return (sum(same), -taken.get(label, 0))

    return max(plan.tables, key=fitness)


def _scan(engine, duck, table, info) -> Scan:
    keys = {name for name, _ in table.keys}
    every = readers.files(engine.lake, table)
    left = _left(engine, duck, table, info.get("File Filters", ""))
    wanted = {*_names(info, "Projections"), *_words(info.get("Filters", ""))}
    columns = tuple(name for name, _ in table.columns if name in wanted and name not in keys)
    return Scan(
        f"{table.database}.{table.name}",
        columns,
        len(left),
        len(every),
        _size(duck, table, left, columns),
        sum(file.stat().st_size for file in every),
        bill.scale_of(table),
    )


def _left(engine, duck, table, condition) -> list:
    """Return the files that the conditions on partition keys leave."""
    condition = " AND ".join(condition) if isinstance(condition, list) else condition
    if not condition or not table.keys:
        return readers.files(engine.lake, table)
    names = ", ".join(quote(name) for name, _ in table.keys)
    kept = []
    for part in table.partitions:
        values = ", ".join(
            f"CAST({text(value)} AS {duck_name(kind)})"
            for value, (_, kind) in zip(part.values, table.keys, strict=True)
        )
        row = f"(VALUES ({values})) AS part({names})"
        if duck.execute(f"SELECT count(*) FROM {row} WHERE {condition}")[0][0]:
            kept.extend(engine.lake.files(part.location))
    return kept


def _size(duck, table, files, columns) -> int:
    if not files:
        return 0
    if "parquet" not in table.serde.lower() and not table.is_iceberg:
        return sum(file.stat().st_size for file in files)  # text is read whole
    listed = ", ".join(text(file.as_posix()) for file in files)
    named = ", ".join(text(name) for name in columns) or "''"
    found = duck.execute(
        "SELECT coalesce(sum(total_compressed_size), 0) "
        f"FROM parquet_metadata([{listed}]) "
        f"WHERE lower(split_part(path_in_schema, ', ', 1)) IN ({named})"
    )
    return int(found[0][0])
