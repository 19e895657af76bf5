"""The Glue Data Catalog of the lab: databases, tables, views and partitions.

It starts as ``catalog.json`` of the datasets, which holds what Glue's ``GetDatabases``,
``GetTables`` and ``GetPartitions`` answer:

    {"Databases": [...], "Tables": [...], "Partitions": {table: [...]}}

Entries keep Glue's shape when statements change them, so that every service of the lab reads the
same catalog. A partition that is not listed does not exist for a query, whatever lies in the
bucket, until ``MSCK REPAIR TABLE`` or ``ALTER TABLE ... ADD PARTITION`` (or partition projection).
"""

import copy
import json
from dataclasses import dataclass, field, replace
from functools import cached_property

from dealab.sql.errors import ServiceError
from dealab.sql.types import Type, from_hive

ICEBERG = "ICEBERG"
VIEW = "VIRTUAL_VIEW"


@dataclass(frozen=True)
class Partition:
    """One registered partition: its key values as text, and its folder's ``s3://`` address.

    ``columns`` are the column types that the partition was registered with, or None for the
    table's own.
    """

    values: tuple[str, ...]
    location: str
    columns: tuple[tuple[str, Type], ...] | None = None


@dataclass(frozen=True)
class Table:
    """One table of the catalog. ``columns`` and ``keys`` are pairs of lower-case name and type.

    ``entry`` is Glue's own description, which must not be changed in place: ``Catalog.put_table``
    takes a changed copy.
    """

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
    entry: dict = field(default_factory=dict, repr=False, compare=False)

    def fields(self) -> tuple[tuple[str, Type], ...]:
        """Return every column a query sees: the data columns, then the partition keys."""
        return self.columns + self.keys

    @property
    def settings(self) -> dict:
        """Return what SERDEPROPERTIES and TBLPROPERTIES say together, as a SerDe sees it.

        trinodb/trino, MetastoreUtil.getHiveSchema: the table's properties come last.
        """
        return {**self.serde_parameters, **self.parameters}

    @property
    def is_view(self) -> bool:
        return self.kind == VIEW

    @property
    def is_iceberg(self) -> bool:
        return self.parameters.get("table_type", "").upper() == ICEBERG

    def with_partitions(self, partitions) -> "Table":
        return replace(self, partitions=tuple(partitions))


class Catalog:
    """The databases and tables of one lake. ``lake`` has the folder below as ``base``."""

    def __init__(self, lake):
        self.lake = lake
        self.version = 0  # rises with every change

    # --- reading ----------------------------------------------------------------------

    @cached_property
    def _content(self) -> dict:
        with open(self.lake.base / "catalog.json", encoding="utf-8") as file:
            return json.load(file)

    @cached_property
    def _databases(self) -> dict[str, dict]:
        listed = {entry["Name"].lower(): entry for entry in self._content["Databases"]}
        for entry in self._content["Tables"]:
            name = entry["DatabaseName"].lower()
            listed.setdefault(name, {"Name": name})
        listed.setdefault("default", {"Name": "default"})  # every account's catalog has it
        return listed

    @cached_property
    def _entries(self) -> dict[tuple[str, str], dict]:
        return {
            (entry["DatabaseName"].lower(), entry["Name"].lower()): entry
            for entry in self._content["Tables"]
        }

    @cached_property
    def _partitions(self) -> dict[tuple[str, str], list[dict]]:
        listed = self._content.get("Partitions", {})
        return {  # of the tables it came with: a new table of the same name has none
            (entry["DatabaseName"].lower(), entry["Name"].lower()): list(listed[entry["Name"]])
            for entry in self._content["Tables"]
            if entry["Name"] in listed
        }

    @cached_property
    def _tables(self) -> dict[tuple[str, str], Table]:
        return {}

    @property
    def databases(self) -> tuple[str, ...]:
        return tuple(sorted(self._databases))

    def database(self, name: str) -> dict | None:
        """Return Glue's description of a database: Name, Description, LocationUri, Parameters."""
        return self._databases.get(name.lower())

    def tables(self, database: str) -> list[str]:
        """Return the names of a database's tables and views, sorted."""
        return sorted(name for home, name in self._entries if home == database.lower())

    def find(self, database: str, name: str) -> Table | None:
        """Return the table or view, or None when the catalog has none of that name."""
        key = (database.lower(), name.lower())
        if key not in self._entries:
            return None
        if key not in self._tables:
            self._tables[key] = self._table(key, self._entries[key])
        return self._tables[key]

    def partitions(self, database: str, name: str) -> list[dict]:
        """Return Glue's descriptions of the registered partitions, in order of registration."""
        return list(self._partitions.get((database.lower(), name.lower()), ()))

    def require(self, permission: str, database: str, name: str, whole: bool = False) -> None:
        """Raise when the session may not do this: here everybody may (see ``athena.guarded``)."""

    def writable(self, database: str, name: str, permission: str) -> Table | None:
        """Return the whole table for a statement that changes it, or None when there is none."""
        return self.find(database, name)

    def may_create(self, database: str) -> None:
        """Raise when the session may not create tables in a database: here everybody may."""

    # --- changing ---------------------------------------------------------------------

    def put_database(self, entry: dict) -> None:
        """Add or replace a database (Glue's shape)."""
        self._databases[entry["Name"].lower()] = entry
        self.version += 1

    def drop_database(self, name: str) -> None:
        """Remove a database with everything in it. The files stay."""
        for table in self.tables(name):
            self.drop_table(name, table)
        del self._databases[name.lower()]
        self.version += 1

    def put_table(self, entry: dict) -> Table:
        """Add or replace a table or view (Glue's shape); its partitions stay. Return it."""
        self.put_entry(entry)
        return self.find(entry["DatabaseName"], entry["Name"])

    def put_entry(self, entry: dict) -> None:
        """Add or replace a table as ``put_table`` does, whatever its column types are: Glue takes
        any text, and a query of the table fails."""
        key = (entry["DatabaseName"].lower(), entry["Name"].lower())
        self._entries[key] = copy.deepcopy(entry)
        self._changed(key)

    def entry(self, database: str, name: str) -> dict | None:
        """Return Glue's description of a table or None; it is another object after a change."""
        return self._entries.get((database.lower(), name.lower()))

    def is_view(self, database: str, name: str) -> bool:
        """Tell whether a name of the catalog is a view, without reading its columns."""
        return self._entries[(database.lower(), name.lower())].get("TableType") == VIEW

    def listed(self, database: str, name: str):
        """Return the list of a table's partitions itself: it is another object after a change."""
        return self._partitions.get((database.lower(), name.lower()), ())

    def drop_table(self, database: str, name: str) -> None:
        """Remove a table and its partitions. The files stay."""
        key = (database.lower(), name.lower())
        del self._entries[key]
        self._partitions.pop(key, None)
        self._changed(key)

    def put_partitions(self, database: str, name: str, partitions: list[dict]) -> None:
        """Replace the list of registered partitions (Glue's shape: Values, StorageDescriptor)."""
        key = (database.lower(), name.lower())
        self._partitions[key] = copy.deepcopy(list(partitions))
        self._changed(key)

    def _changed(self, key) -> None:
        self._tables.pop(key, None)
        self.version += 1

    # --- inside -----------------------------------------------------------------------

    def _table(self, key: tuple[str, str], entry: dict) -> Table:
        storage = entry.get("StorageDescriptor", {})
        serde = storage.get("SerdeInfo", {})
        columns = storage.get("Columns", [])
        keys = entry.get("PartitionKeys", [])
        return Table(
            database=key[0],
            name=key[1],
            columns=_checked(key, columns),
            keys=_checked(key, keys),
            location=storage.get("Location", ""),
            input_format=storage.get("InputFormat", ""),
            serde=serde.get("SerializationLibrary", ""),
            serde_parameters=serde.get("Parameters", {}),
            parameters=entry.get("Parameters", {}),
            partitions=tuple(
                Partition(
                    tuple(part["Values"]),
                    _location(part, storage, keys),
                    _checked(key, part["StorageDescriptor"]["Columns"])
                    if part.get("StorageDescriptor", {}).get("Columns")
                    else None,
                )
                for part in self._partitions.get(key, ())
            ),
            comments={c["Name"].lower(): c.get("Comment", "") for c in (*columns, *keys)},
            kind=entry.get("TableType", "EXTERNAL_TABLE"),
            entry=entry,
        )


def read_columns(columns: list[dict]) -> tuple[tuple[str, Type], ...]:
    """Return (lower-case name, type) for Glue's columns; a column without a type is a string."""
    return tuple((c["Name"].lower(), from_hive(c.get("Type") or "string")) for c in columns)


def _checked(table: tuple[str, str], columns: list[dict]) -> tuple[tuple[str, Type], ...]:
    """Read columns; a type that no table can have is an error of the query."""
    read = []
    for column in columns:
        try:
            read += read_columns([column])
        except (ValueError, IndexError):
            raise ServiceError(
                "HIVE_INVALID_METADATA",
                f"Glue table '{table[0]}.{table[1]}' column '{column['Name'].lower()}' has invalid "
                f"data type: {column['Type']}",
            ) from None
    return tuple(read)


def _location(partition: dict, storage: dict, keys: list[dict]) -> str:
    """Return a partition's address; one that was registered without has Hive's usual one."""
    own = partition.get("StorageDescriptor", {}).get("Location")
    if own or not storage.get("Location"):
        return own or ""
    tail = "/".join(f"{k['Name']}={v}" for k, v in zip(keys, partition["Values"], strict=False))
    return f"{storage['Location'].rstrip('/')}/{tail}/"
