"""The Glue Data Catalog of the lab: ``catalog.json``, its tables, and the files behind them.

``catalog.json`` holds what Glue's ``GetDatabases``, ``GetTables`` and ``GetPartitions`` answer:

    {"Databases": [...], "Tables": [...], "Partitions": {table: [...]}}

A partition that is not listed does not exist for a query, whatever lies in the bucket: that is how
Glue and Athena behave until ``MSCK REPAIR TABLE`` or ``ALTER TABLE ... ADD PARTITION``.
"""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from dealab.sql.types import Type, from_hive


@dataclass(frozen=True)
class Partition:
    """One registered partition: its key values as text, and its folder's ``s3://`` address."""

    values: tuple[str, ...]
    location: str


@dataclass(frozen=True)
class Table:
    """One table of the catalog. ``columns`` and ``keys`` are pairs of lower-case name and type."""

    database: str
    name: str
    columns: tuple[tuple[str, Type], ...]
    keys: tuple[tuple[str, Type], ...]
    location: str
    input_format: str
    serde: str
    serde_parameters: dict
    parameters: dict
    partitions: tuple[Partition, ...]
    comments: dict
    kind: str = "EXTERNAL_TABLE"

    def fields(self) -> tuple[tuple[str, Type], ...]:
        """Return every column a query sees: the data columns, then the partition keys."""
        return self.columns + self.keys


class Catalog:
    """The databases and tables of one datasets folder. Reads ``catalog.json`` once."""

    def __init__(self, folder: Path):
        self.folder = Path(folder).resolve()

    @cached_property
    def _content(self) -> dict:
        with open(self.folder / "catalog.json", encoding="utf-8") as file:
            return json.load(file)

    @cached_property
    def databases(self) -> tuple[str, ...]:
        names = {entry["Name"].lower() for entry in self._content["Databases"]}
        names.update(database for database, _ in self._entries)
        return tuple(sorted(names))

    @cached_property
    def _entries(self) -> dict[tuple[str, str], dict]:
        return {
            (entry["DatabaseName"].lower(), entry["Name"].lower()): entry
            for entry in self._content["Tables"]
        }

    @cached_property
    def _tables(self) -> dict[tuple[str, str], Table]:
        return {}

    def tables(self, database: str) -> list[str]:
        return sorted(name for home, name in self._entries if home == database.lower())

    def find(self, database: str, name: str) -> Table | None:
        """Return the table, or None when the catalog has none of that name."""
        key = (database.lower(), name.lower())
        if key not in self._entries:
            return None
        if key not in self._tables:
            self._tables[key] = self._table(key, self._entries[key])
        return self._tables[key]

    def _table(self, key: tuple[str, str], entry: dict) -> Table:
        storage = entry["StorageDescriptor"]
        serde = storage.get("SerdeInfo", {})
        columns = storage["Columns"]
        keys = entry.get("PartitionKeys", [])
        return Table(
            database=key[0],
            name=key[1],
            columns=tuple((c["Name"].lower(), from_hive(c["Type"])) for c in columns),
            keys=tuple((c["Name"].lower(), from_hive(c.get("Type", "string"))) for c in keys),
            location=storage.get("Location", ""),
            input_format=storage.get("InputFormat", ""),
            serde=serde.get("SerializationLibrary", ""),
            serde_parameters=serde.get("Parameters", {}),
            parameters=entry.get("Parameters", {}),
            partitions=tuple(
                Partition(tuple(part["Values"]), part["StorageDescriptor"]["Location"])
                for part in self._content.get("Partitions", {}).get(entry["Name"], ())
            ),
            comments={c["Name"].lower(): c.get("Comment", "") for c in (*columns, *keys)},
            kind=entry.get("TableType", "EXTERNAL_TABLE"),
        )

    def path(self, location: str) -> Path:
        """Return the folder of an ``s3://bucket/prefix`` address.

        Raises ValueError for an address that leaves the datasets folder.
        """
        if not location.startswith("s3://"):
            raise ValueError(f"not an s3:// address: {location}")
        path = (self.folder / location.removeprefix("s3://")).resolve()
        if not path.is_relative_to(self.folder):
            raise ValueError(f"outside the lake: {location}")
        return path

    def files(self, location: str) -> list[Path]:
        """Return the data files under an address, in name order.

        Names that start with ``.`` or ``_`` are hidden to Athena and stay hidden here.
        """
        path = self.path(location)
        if path.is_file():
            return [path]
        if not path.is_dir():
            return []
        return sorted(
            file
            for file in path.rglob("*")
            if file.is_file()
            and not any(part[0] in "._" for part in file.relative_to(path).parts)
            and file.stat().st_size > 0
        )
