"""datapackage.json: every file and column in the terms of Frictionless Data (Data Package v1).

A table is one resource with its files in ``path``; ``files`` adds the size, checksum and rows of
each. orders_raw is two resources, because its files have two sets of columns.
"""

import hashlib
from pathlib import Path

from dealab.datasets.catalog import partition_columns
from dealab.datasets.tables import TABLES, Column, Table

_TYPES = {
    "bigint": "integer",
    "int": "integer",
    "double": "number",
    "string": "string",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "datetime",
}
_FORMATS = {
    "parquet": ("parquet", "application/vnd.apache.parquet"),
    "csv": ("csv", "text/csv"),
    "json": ("jsonl", "application/jsonl"),
    "cloudtrail": ("json", "application/json"),
    "flow": ("csv", "text/csv"),
    "alb": ("log", "text/plain"),
}


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file, read in pieces."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def datapackage(
    folder: Path, files: dict[str, dict[str | None, int]], seed: int, scale: float
) -> dict:
    """Describe the files of a finished tree."""
    resources = []
    for name, parts in files.items():
        table = TABLES[name]
        groups: dict[int, dict] = {}  # files with as many columns as each other
        for value, rows in parts.items():
            groups.setdefault(len(partition_columns(table, value)), {})[value] = rows
        for count, group in groups.items():
            resource = _resource(folder, table, table.columns[:count], group)
            if len(groups) > 1:
                resource["name"] += f"-{count}-columns"
            resources.append(resource)
    present = {resource["table"] for resource in resources}
    for resource in resources:
        keys = resource["schema"].get("foreignKeys", [])
        keys[:] = [key for key in keys if key["reference"]["resource"] in present]
    return {
        "profile": "data-package",
        "name": "fernway",
        "title": "Fernway, a made-up retailer of home and garden goods",
        "description": "Written by dealab.datasets.generate; docs/datasets.md explains the tables",
        "version": "1.0.0",
        "seed": seed,
        "scale": scale,
        "licenses": [{"name": "CC0-1.0", "title": "CC0 1.0 Universal"}],
        "resources": resources,
    }


def _resource(folder: Path, table: Table, columns, parts: dict[str | None, int]) -> dict:
    format, mediatype = _FORMATS[table.format]
    entries = []
    for value, rows in parts.items():
        path = table.path(value)
        entry = {
            "path": path,
            "bytes": (folder / path).stat().st_size,
            "hash": f"sha256:{checksum(folder / path)}",
            "rows": rows,
        }
        if value is not None:
            entry["partition"] = {table.partition.name: value}
        entries.append(entry)
    schema: dict = {"fields": [_field(column) for column in columns], "missingValues": [""]}
    if table.primary_key:
        schema["primaryKey"] = list(table.primary_key)
    if table.foreign_keys:
        schema["foreignKeys"] = [
            {"fields": [field], "reference": {"resource": other, "fields": [key]}}
            for field, other, key in table.foreign_keys
        ]
    resource = {
        "name": table.name,
        "table": table.name,
        "profile": "tabular-data-resource" if format == "csv" else "data-resource",
        "description": table.description,
        "format": format,
        "mediatype": mediatype,
        "encoding": "utf-8",
        "path": [entry["path"] for entry in entries],
        "rows": sum(parts.values()),
        "files": entries,
        "schema": schema,
    }
    if format == "parquet":
        del resource["encoding"]
    if table.format == "flow":
        # The first line has the service's names (account-id), which Athena cannot use as columns.
        resource["dialect"] = {"delimiter": " ", "header": False, "commentChar": "version"}
        schema["missingValues"] = ["-"]
    if table.partition:
        resource["partitionKeys"] = [_field(table.partition)]
    return resource


def _field(column: Column) -> dict:
    type = _TYPES.get(column.type) or (
        "number"
        if column.type.startswith("decimal")
        else "array"
        if column.type.startswith("array")
        else "object"
    )
    field = {
        "name": column.name,
        "type": type,
        "description": column.description,
        "glueType": column.type,
    }
    if column.unit:
        field["unit"] = column.unit
    if column.constraints:
        field["constraints"] = {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in column.constraints.items()
        }
    return field
