"""What a query would read and cost, told before it runs.

DuckDB's plan says which columns and partitions each scan needs; the footers of the Parquet files
say how many bytes those columns have. Row groups that the statistics let a scan skip are counted,
so a query can read less than is estimated here, never more columns or partitions.
"""

import json
from dataclasses import dataclass, field

from dealab.sql import bill, pruning, readers
from dealab.sql.results import Plan


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
        for node in pruning.scans(json.loads(explained[0][1])):
            info = node["extra_info"]
            label = pruning.table_of(engine.lake, plan, info, taken)
            scans.append(_scan(engine, duck, plan.tables[label], info))
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


def _scan(engine, duck, table, info) -> Scan:
    keys = {name for name, _ in table.keys}
    every = readers.files(engine.lake, table)
    left = pruning.files_left(engine.lake, table, info.get("File Filters", ""))
    wanted = pruning.columns_named(info)
    columns = tuple(name for name, _ in table.columns if name in wanted and name not in keys)
    return Scan(
        f"{table.database}.{table.name}",
        columns,
        len(left),
        len(every),
        pruning.size(duck, table, left, columns),
        sum(file.stat().st_size for file in every),
        bill.scale_of(table),
    )
