"""What Spectrum scanned for a statement: kept with its Record for the system views and the bill.

https://docs.aws.amazon.com/redshift/latest/dg/r_SVL_S3QUERY_SUMMARY.html
https://docs.aws.amazon.com/redshift/latest/dg/SYS_EXTERNAL_QUERY_DETAIL.html (read 2026-11-23)
"""

import json
from pathlib import Path

from dealab.sql import pruning, readers
from dealab.sql.types import NUMBERS


def note(engine, plan, profile: str, charged) -> None:
    """Add one entry for each scan of an external table to ``details["external_scans"]``.

    The bytes of a single scan are DuckDB's own count; several scans share it by what each is
    expected to read.
    """
    record = engine.record
    if record is None or not plan.tables:
        return
    duck = engine.duck(plan)
    taken: dict[str, int] = {}
    files = {label: duck.files(table) for label, table in plan.tables.items()}
    found = []
    for node in pruning.scans(json.loads(profile).get("operator", [])):
        info = node["extra_info"]
        label = by_file(engine, plan, info, files) or pruning.table_of(
            engine.lake, plan, info, taken
        )
        found.append(scan(engine, duck, plan.tables[label], node, files[label]))
    share(found, charged.bytes_scanned)
    record.details.setdefault("external_scans", []).extend(found)


def by_file(engine, plan, info, files: dict[str, list] | None = None) -> str | None:
    """Return the label of the one table that has the file which a scan names, or None."""
    first = str(info.get("Filename(s)", "")).split(", ")[0]
    if not first:
        return None
    file = Path(first)
    if files is None:
        files = {name: readers.files(engine.lake, table) for name, table in plan.tables.items()}
    found = [label for label, listed in files.items() if file in listed]
    return found[0] if len(found) == 1 else None


def scan(engine, duck, table, node, files) -> dict:
    """Return what one scan read: see ``namespace.Record`` for the keys. ``files`` are all files
    of the table."""
    info = node["extra_info"]
    filters = info.get("File Filters", "")
    parts = pruning.partitions_left(table, filters)
    left = files
    if len(parts) < len(table.partitions):
        homes = tuple(part.location.rstrip("/") + "/" for part in parts)
        left = [file for file in files if engine.lake.uri(file).startswith(homes)]
    columns = wanted_columns(table, info)
    read = str(info.get("Total Files Read", "") or len(left))
    return {
        "database": table.database,
        "table": table.name,
        "location": table.location,
        "format": file_format(table),
        "partitioned": bool(table.keys),
        "nested": any(kind.name not in (*NUMBERS, *_FLAT) for _, kind in table.columns),
        "partitions_total": len(table.partitions) if table.keys else 0,
        "partitions_qualified": len(parts),
        "files": int(read) if read.isdigit() else len(left),
        "files_total": len(files),
        "rows_scanned": int(node.get("rows_scanned", 0) or 0),
        "rows_returned": int(node.get("intermediate_rows", 0) or 0),
        "bytes_returned": int(node.get("intermediate_size_bytes", 0) or 0),
        "bytes": pruning.size(duck, table, left, columns),
        "seconds": float(node.get("timing", 0) or 0),
    }


def wanted_columns(table, info) -> tuple[str, ...]:
    named = pruning.columns_named(info)
    return tuple(name for name, _ in table.columns if name in named)


_FLAT = ("varchar", "char", "boolean", "date", "timestamp", "timestamptz", "time", "varbinary")


def file_format(table) -> str:
    """Return the format as the system views name it."""
    serde = table.serde.lower()
    if table.is_iceberg or "parquet" in serde:
        return "Parquet"
    for mark, name in (("orc", "ORC"), ("avro", "Avro"), ("json", "JSON"), ("opencsv", "OpenCSV")):
        if mark in serde:
            return name
    return "Text"


def share(found: list[dict], scanned: int) -> None:
    """Make the scans' bytes add up to what was read."""
    whole = sum(one["bytes"] for one in found)
    left = scanned
    for at, one in enumerate(found):
        last = at == len(found) - 1
        one["bytes"] = left if last else (scanned * one["bytes"] // whole if whole else 0)
        left -= one["bytes"]
