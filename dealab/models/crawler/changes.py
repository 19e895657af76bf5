"""What a crawl changes in the catalog, under its schema change policy.

https://docs.aws.amazon.com/glue/latest/dg/crawler-configuration.html and
https://docs.aws.amazon.com/glue/latest/dg/incremental-crawls.html (checked 2026-11-23)
New tables and partitions are always made, whatever the policy says.
"""

import copy
from dataclasses import dataclass

from dealab.models.crawler.grouping import Crawl, with_hash
from dealab.models.crawler.settings import LOG, Settings


@dataclass
class Change:
    """One change. ``action``: create, update, delete, deprecate or log; of a table or partition.

    ``entry`` is the TableInput or PartitionInput that the catalog is to hold afterwards.
    """

    action: str
    kind: str
    table: str
    entry: dict
    text: str

    @property
    def in_catalog(self) -> bool:
        return self.action != "log"


def plan(
    crawls: list[Crawl], tables: list[dict], partitions: dict[str, list[dict]], settings: Settings
) -> list[Change]:
    """Return the changes that bring a database's catalog up to date with a crawl.

    ``tables`` and ``partitions`` (by table name) are what the database holds now, in Glue's shape.
    """
    changes: list[Change] = []
    known = {table["Name"]: table for table in tables}
    seen = set()
    for crawl in crawls:
        for table in crawl.tables:
            table, found = dict(table), crawl.partitions.get(table["Name"], [])
            old = _same_place(known, table)
            if old is None and table["Name"] in known | dict.fromkeys(seen):
                table["Name"] = with_hash(table["Name"], _place(table))
                old = known.get(table["Name"])
            name = old["Name"] if old else table["Name"]
            seen.add(name)
            if old is None:
                changes.append(Change("create", "table", name, table, f"Created table {name}"))
                current = table
            else:
                current = _update(changes, old, table | {"Name": name}, settings)
            _partitions(changes, name, current, found, partitions.get(name, []), settings)
    if settings.recrawl == "CRAWL_EVERYTHING":
        for table in tables:
            mine = table.get("Parameters", {}).get("UPDATED_BY_CRAWLER") == settings.name
            if mine and table["Name"] not in seen:
                _gone(changes, "table", table["Name"], table, settings, f"table {table['Name']}")
    return changes


def _place(table: dict) -> str:
    return table["StorageDescriptor"]["Location"].rstrip("/")


def _same_place(known: dict, table: dict) -> dict | None:
    """Return the table that already describes this location, its own name before others."""
    first = known.get(table["Name"])
    for old in [first] if first else []:
        if old.get("StorageDescriptor", {}).get("Location", "").rstrip("/") == _place(table):
            return old
    for old in known.values():
        place = old.get("StorageDescriptor", {}).get("Location", "").rstrip("/")
        if place == _place(table) and old.get("TableType") != "VIRTUAL_VIEW":
            return old
    return None


_INPUT = ("Name", "Description", "Owner", "Retention", "StorageDescriptor", "PartitionKeys")
_INPUT += ("ViewOriginalText", "ViewExpandedText", "TableType", "Parameters", "TargetTable")


def as_input(table: dict) -> dict:
    """Return the part of a table's description that UpdateTable takes."""
    return {name: copy.deepcopy(table[name]) for name in _INPUT if table.get(name) is not None}


def _columns(entry: dict) -> list[tuple[str, str]]:
    return [(c["Name"], c.get("Type")) for c in entry["StorageDescriptor"].get("Columns", [])]


def _update(changes: list, old: dict, new: dict, settings: Settings) -> dict:
    """Note what becomes of a table that is already there; return how it is afterwards."""
    name, before = new["Name"], as_input(old)
    keys = [[key["Name"] for key in table.get("PartitionKeys", [])] for table in (old, new)]
    if keys[0] != keys[1] and settings.recrawl != "CRAWL_EVERYTHING":
        changes.append(
            Change("log", "table", name, before, f"Folder partition keys do not match: {name}")
        )
        return before
    was, is_ = _columns(old), _columns(new)
    if settings.merge_columns:
        added = [c for c in new["StorageDescriptor"]["Columns"] if c["Name"] not in dict(was)]
        after = copy.deepcopy(before)
        after["StorageDescriptor"]["Columns"] = [*before["StorageDescriptor"]["Columns"], *added]
        if _format(old) != _format(new):
            after.setdefault("Parameters", {})["DEPRECATED_BY_CRAWLER"] = settings.name
            text = f"Table {name} has an incompatible attribute that needs to be resolved"
            changes.append(Change("deprecate", "table", name, after, text))
        elif added:
            changes.append(Change("update", "table", name, after, f"Added columns to table {name}"))
        return after
    different = was != is_ or keys[0] != keys[1] or _format(old) != _format(new)
    if settings.update == LOG:
        if different:
            text = f"Schema of table {name} changed, SchemaChangePolicy is LOG: not updated"
            changes.append(Change("log", "table", name, before, text))
        return before
    revived = "DEPRECATED_BY_CRAWLER" in old.get("Parameters", {})
    if different or revived or old.get("Parameters") != new["Parameters"]:
        kept = {"Description": old["Description"]} if old.get("Description") else {}
        notes = {
            c["Name"]: c["Comment"]
            for c in old["StorageDescriptor"].get("Columns", [])
            if c.get("Comment")
        }
        after = copy.deepcopy(new) | kept
        for column in after["StorageDescriptor"]["Columns"]:
            if column["Name"] in notes:
                column["Comment"] = notes[column["Name"]]
        changes.append(Change("update", "table", name, after, f"Updated table {name}"))
        return after
    return before


def _format(table: dict) -> tuple:
    parameters = table.get("Parameters", {})
    return tuple(parameters.get(n) for n in ("classification", "compressionType", "delimiter"))


def _partitions(changes, name, table, found, existing, settings) -> None:
    known = {tuple(part["Values"]): part for part in existing}
    keys = len(table.get("PartitionKeys", []))
    for part in found:
        values = tuple(part["Values"])
        if len(values) != keys:
            continue
        entry = copy.deepcopy(part)
        if settings.inherit:
            entry["StorageDescriptor"] = copy.deepcopy(table["StorageDescriptor"]) | {
                "Location": part["StorageDescriptor"]["Location"]
            }
        old = known.get(values)
        text = f"partition {list(values)} of table {name}"
        if old is None:
            changes.append(Change("create", "partition", name, entry, f"Created {text}"))
        elif settings.update == LOG and not settings.inherit:
            if _columns(old) != _columns(entry):
                changes.append(Change("log", "partition", name, entry, f"Changed {text}: LOG"))
        elif (
            _columns(old) != _columns(entry)
            or old["StorageDescriptor"].get("Location") != entry["StorageDescriptor"]["Location"]
            or old.get("Parameters", {}).get("DEPRECATED_BY_CRAWLER")
        ):
            if settings.merge_columns and not settings.inherit:
                names = dict(_columns(old))
                added = [c for c in entry["StorageDescriptor"]["Columns"] if c["Name"] not in names]
                entry["StorageDescriptor"]["Columns"] = [
                    *old["StorageDescriptor"]["Columns"],
                    *added,
                ]
            changes.append(Change("update", "partition", name, entry, f"Updated {text}"))
    if settings.recrawl == "CRAWL_EVERYTHING":
        there = {tuple(part["Values"]) for part in found}
        for values, old in known.items():
            if values not in there:
                entry = {k: old[k] for k in ("Values", "StorageDescriptor") if k in old}
                entry["Parameters"] = dict(old.get("Parameters", {}))
                text = f"partition {list(values)} of table {name}"
                _gone(changes, "partition", name, entry, settings, text)


def _gone(changes, kind, table, entry, settings, text) -> None:
    """Note what becomes of a table or partition whose objects are no longer there."""
    if settings.delete == "DELETE_FROM_DATABASE":
        changes.append(Change("delete", kind, table, entry, f"Deleted {text}"))
    elif settings.delete == LOG:
        changes.append(Change("log", kind, table, entry, f"Objects are gone, LOG: {text}"))
    elif "DEPRECATED_BY_CRAWLER" not in entry.get("Parameters", {}):
        marked = as_input(entry) if kind == "table" else copy.deepcopy(entry)
        marked.setdefault("Parameters", {})["DEPRECATED_BY_CRAWLER"] = settings.name
        changes.append(Change("deprecate", kind, table, marked, f"Deprecated {text}"))
