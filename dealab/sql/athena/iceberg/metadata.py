"""A table's state: Iceberg's metadata JSON, its manifests, and the swap that commits a change.

``<location>/metadata/NNNNN-<id>.metadata.json`` has Iceberg's own shape (format version 2). The
file lists (manifest lists and manifests) hold Iceberg's fields too, as JSON where Iceberg writes
Avro. https://iceberg.apache.org/spec/#table-metadata-fields
"""

import copy
import hashlib
import json
import time
import uuid

from dealab.sql import types
from dealab.sql.athena.iceberg import fields
from dealab.sql.errors import ServiceError

#: status of a manifest entry
EXISTING, ADDED, DELETED = 0, 1, 2
#: content of a file
DATA, POSITION_DELETES = 0, 1
FIRST_PARTITION_ID = 1000


def now_ms() -> int:
    """Return the time in milliseconds since 1970, as the commits of a table are dated."""
    return time.time_ns() // 1_000_000


class State:
    """One version of a table's metadata: the JSON, where it lies, and what it says."""

    def __init__(self, lake, document: dict, location: str = ""):
        self.lake = lake
        self.document = document
        self.metadata_location = location

    # --- reading ----------------------------------------------------------------------

    @property
    def location(self) -> str:
        """Return the table's folder, with its last slash."""
        return self.document["location"].rstrip("/") + "/"

    @property
    def properties(self) -> dict[str, str]:
        return self.document["properties"]

    def schema(self, number: int | None = None) -> dict:
        """Return a schema by id, or the current one."""
        wanted = self.document["current-schema-id"] if number is None else number
        return next(s for s in self.document["schemas"] if s["schema-id"] == wanted)

    def columns(self, number: int | None = None) -> list[tuple[str, types.Type]]:
        return fields.columns(self.schema(number))

    def spec(self, number: int | None = None) -> dict:
        """Return a partition spec by id, or the current one."""
        wanted = self.document["default-spec-id"] if number is None else number
        return next(s for s in self.document["partition-specs"] if s["spec-id"] == wanted)

    def partition_fields(self, number: int | None = None) -> list[tuple[str, str, types.Type, str]]:
        """Return (name, column, column's type, transform) of a spec's fields."""
        made = []
        by_id = {field["id"]: field for s in self.document["schemas"] for field in s["fields"]}
        by_id |= {field["id"]: field for field in self.schema()["fields"]}
        for part in self.spec(number)["fields"]:
            if part["transform"] != "void":
                source = by_id[part["source-id"]]
                kind = fields.from_json(source["type"])
                made.append((part["name"], source["name"], kind, part["transform"]))
        return made

    @property
    def snapshots(self) -> list[dict]:
        return self.document["snapshots"]

    @property
    def current_id(self) -> int | None:
        number = self.document["current-snapshot-id"]
        return None if number == -1 else number

    def snapshot(self, number: int | None) -> dict | None:
        return next((s for s in self.snapshots if s["snapshot-id"] == number), None)

    def manifests(self, number: int | None = None) -> list[dict]:
        """Return the manifest list of a snapshot (default: the current one)."""
        found = self.snapshot(self.current_id if number is None else number)
        return _read(self.lake, found["manifest-list"])["manifests"] if found else []

    def entries(self, number: int | None = None) -> list[dict]:
        """Return the live entries (files) of a snapshot, oldest first."""
        found = [
            entry
            for manifest in self.manifests(number)
            for entry in _read(self.lake, manifest["manifest_path"])["entries"]
            if entry["status"] != DELETED
        ]
        return sorted(found, key=lambda entry: (entry["sequence_number"], entry["file_path"]))

    # --- changing ---------------------------------------------------------------------

    def draft(self) -> "State":
        """Return a copy to change; ``commit`` makes it the table's state."""
        return State(self.lake, copy.deepcopy(self.document), self.metadata_location)

    def next_sequence(self) -> int:
        return self.document["last-sequence-number"] + 1

    def file_name(self, number: int, tail: str) -> str:
        """Return the name of the n-th file that the next snapshot writes."""
        return f"{self.next_sequence():05d}-{number}-{self.document['table-uuid'][:8]}{tail}"

    def fresh_column_id(self) -> int:
        self.document["last-column-id"] += 1
        return self.document["last-column-id"]

    def add_schema(self, columns: list[dict]) -> None:
        """Make a new schema the current one."""
        number = max(s["schema-id"] for s in self.document["schemas"]) + 1
        self.document["schemas"].append({"type": "struct", "schema-id": number, "fields": columns})
        self.document["current-schema-id"] = number

    def add_spec(self, parts: list[dict]) -> None:
        """Make a new partition spec the current one; files written before keep theirs."""
        number = max(s["spec-id"] for s in self.document["partition-specs"]) + 1
        for part in parts:
            self.document["last-partition-id"] += 1
            part["field-id"] = self.document["last-partition-id"]
        self.document["partition-specs"].append({"spec-id": number, "fields": parts})
        self.document["default-spec-id"] = number

    def add_snapshot(self, operation: str, added: list[dict], removed: set[str]) -> None:
        """Add a snapshot: files that come and the paths of files that go.

        Manifests in which nothing goes are kept as they are; the others are written anew.
        """
        document, sequence = self.document, self.next_sequence()
        number = snapshot_id(document["table-uuid"], sequence)
        moment = max(now_ms(), document["last-updated-ms"] + 1)
        before = self.entries()
        manifests = self._kept_manifests(removed, number, sequence)
        for content in (DATA, POSITION_DELETES):
            by_spec: dict[int, list[dict]] = {}
            for file in added:
                if file["content"] == content:
                    entry = {
                        "status": ADDED,
                        "snapshot_id": number,
                        "sequence_number": sequence,
                        **file,
                    }
                    by_spec.setdefault(file["spec_id"], []).append(entry)
            for entries in by_spec.values():
                manifests.insert(0, self._put_manifest(entries, number, sequence, len(manifests)))
        path = f"{self.location}metadata/snap-{number}-1-{document['table-uuid'][:8]}.json"
        self.lake.put(path, json.dumps({"manifests": manifests}))
        gone = [entry for entry in before if entry["file_path"] in removed]
        left = [entry for entry in before if entry["file_path"] not in removed]
        snapshot = {
            "sequence-number": sequence,
            "snapshot-id": number,
            "timestamp-ms": moment,
            "summary": {"operation": operation, **_summary(added, gone, left)},
            "manifest-list": path,
            "schema-id": document["current-schema-id"],
        }
        if self.current_id is not None:
            snapshot["parent-snapshot-id"] = self.current_id
        document["snapshots"].append(snapshot)
        document["snapshot-log"].append({"timestamp-ms": moment, "snapshot-id": number})
        document["current-snapshot-id"] = number
        document["last-sequence-number"] = sequence
        document["last-updated-ms"] = moment
        document["refs"]["main"] = {"snapshot-id": number, "type": "branch"}

    def _kept_manifests(self, removed: set[str], number: int, sequence: int) -> list[dict]:
        kept: list[dict] = []
        for at, manifest in enumerate(self.manifests()):
            entries = _read(self.lake, manifest["manifest_path"])["entries"]
            live = [entry for entry in entries if entry["status"] != DELETED]
            if not any(entry["file_path"] in removed for entry in live):
                if live:  # a manifest of deleted entries alone is left behind
                    kept.append(manifest)
                continue
            rewritten = [
                {**entry, "status": DELETED, "snapshot_id": number}
                if entry["file_path"] in removed
                else {**entry, "status": EXISTING}
                for entry in live
            ]
            kept.append(self._put_manifest(rewritten, number, sequence, 100 + at))
        return kept

    def _put_manifest(self, entries: list[dict], number: int, sequence: int, at: int) -> dict:
        path = (
            f"{self.location}metadata/{self.document['table-uuid'][:8]}-{sequence:05d}-m{at}.json"
        )
        text = json.dumps({"entries": entries})
        self.lake.put(path, text)

        def files(status: int) -> list[dict]:
            return [entry for entry in entries if entry["status"] == status]

        made = {
            "manifest_path": path,
            "manifest_length": len(text.encode()),
            "partition_spec_id": entries[0]["spec_id"],
            "content": entries[0]["content"],
            "sequence_number": sequence,
            "added_snapshot_id": number,
        }
        for word, status in (("added", ADDED), ("existing", EXISTING), ("deleted", DELETED)):
            made[f"{word}_files_count"] = len(files(status))
            made[f"{word}_rows_count"] = sum(entry["record_count"] for entry in files(status))
        made["partitions"] = _partition_summaries(self, entries)
        return made


def _partition_summaries(state: State, entries: list[dict]) -> list[dict]:
    from dealab.sql.athena.iceberg import transforms

    made = []
    for name, _, kind, transform in state.partition_fields(entries[0]["spec_id"]):
        values = [entry["partition"].get(name) for entry in entries]
        result = transforms.result_type(kind, transform)
        known = sorted(
            (value for value in values if value is not None),
            key=lambda value, result=result: transforms.order(value, result),
        )
        made.append(
            {
                "contains_null": None in values,
                "contains_nan": False,
                "lower_bound": transforms.human(known[0], transform) if known else None,
                "upper_bound": transforms.human(known[-1], transform) if known else None,
            }
        )
    return made


def _summary(added: list[dict], gone: list[dict], left: list[dict]) -> dict[str, str]:
    """Return the counts of a snapshot's summary, as text; counts of nothing are left out.

    https://iceberg.apache.org/spec/#optional-snapshot-summary-fields
    """

    def rows(files, content):
        return sum(file["record_count"] for file in files if file["content"] == content)

    def count(files, content):
        return sum(file["content"] == content for file in files)

    def size(files):
        return sum(file["file_size_in_bytes"] for file in files)

    changes = {
        "added-data-files": count(added, DATA),
        "deleted-data-files": count(gone, DATA),
        "added-delete-files": count(added, POSITION_DELETES),
        "removed-delete-files": count(gone, POSITION_DELETES),
        "added-records": rows(added, DATA),
        "deleted-records": rows(gone, DATA),
        "added-position-deletes": rows(added, POSITION_DELETES),
        "removed-position-deletes": rows(gone, POSITION_DELETES),
        "added-files-size": size(added),
        "removed-files-size": size(gone),
        "changed-partition-count": len({partition_key(file) for file in (*added, *gone)}),
    }
    after = [*left, *added]
    totals = {
        "total-records": rows(after, DATA),
        "total-files-size": size(after),
        "total-data-files": count(after, DATA),
        "total-delete-files": count(after, POSITION_DELETES),
        "total-position-deletes": rows(after, POSITION_DELETES),
        "total-equality-deletes": 0,
    }
    return {name: str(n) for name, n in changes.items() if n} | {
        name: str(n) for name, n in totals.items()
    }


def partition_key(file: dict) -> tuple:
    return (file["spec_id"], *sorted(file["partition"].items(), key=str))


def snapshot_id(table: str, sequence: int) -> int:
    """Return a snapshot's id: a long that looks like any, and is the same in every run."""
    digest = hashlib.md5(f"{table}/{sequence}".encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[:8], "big") >> 1 | 1 << 59


# --- files of the lake ------------------------------------------------------------------


def _read(lake, path: str) -> dict:
    """Return a JSON file of the metadata folder; these files never change, so each is read once."""
    known = lake.room("iceberg metadata", dict)
    if path not in known:
        try:
            known[path] = json.loads(lake.read(path))
        except FileNotFoundError:
            raise ServiceError(
                "ICEBERG_MISSING_METADATA", f"Metadata not found in metadata location: {path}"
            ) from None
        except ValueError:
            raise ServiceError("ICEBERG_INVALID_METADATA", f"Failed to read {path}") from None
    return known[path]


def forget(lake, path: str) -> None:
    """Drop what is known of a file that is deleted."""
    lake.room("iceberg metadata", dict).pop(path, None)


def load(lake, table) -> State:
    """Return the state of a catalog table (its ``metadata_location``)."""
    path = table.parameters.get("metadata_location", "")
    if not path:
        raise ServiceError(
            "ICEBERG_INVALID_METADATA",
            f"Table is missing [metadata_location] property: {table.database}.{table.name}",
        )
    document = _read(lake, path)
    if "schemas" not in document:
        raise ServiceError("ICEBERG_INVALID_METADATA", f"Invalid metadata file: {path}")
    return State(lake, document, path)


def fresh(lake, location: str, columns: list[dict], parts: list[dict], properties: dict) -> State:
    """Return the state of a new table, not yet committed. ``parts`` lack their field ids."""
    counter = lake.room("iceberg tables", lambda: [0])
    counter[0] += 1
    number = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{location}#{counter[0]}"))
    for at, part in enumerate(parts):
        part["field-id"] = FIRST_PARTITION_ID + at
    return State(
        lake,
        {
            "format-version": 2,
            "table-uuid": number,
            "location": location.rstrip("/"),
            "last-sequence-number": 0,
            "last-updated-ms": now_ms(),
            "last-column-id": 0,
            "current-schema-id": 0,
            "schemas": [{"type": "struct", "schema-id": 0, "fields": columns}],
            "default-spec-id": 0,
            "partition-specs": [{"spec-id": 0, "fields": parts}],
            "last-partition-id": FIRST_PARTITION_ID - 1 + len(parts),
            "default-sort-order-id": 0,
            "sort-orders": [{"order-id": 0, "fields": []}],
            "properties": properties,
            "current-snapshot-id": -1,
            "refs": {},
            "snapshots": [],
            "snapshot-log": [],
            "metadata-log": [],
        },
    )


def write(state: State) -> str:
    """Write a draft's metadata file and return its address. The catalog does not know it yet."""
    document, before = state.document, state.metadata_location
    version = 0
    if before:
        version = int(before.rpartition("/")[2].partition("-")[0]) + 1
        log = document["metadata-log"]
        last = log[-1]["timestamp-ms"] if log else 0
        log.append(
            {
                "timestamp-ms": max(last, document["last-updated-ms"] - 1),
                "metadata-file": before,
            }
        )
        document["last-updated-ms"] = max(now_ms(), document["last-updated-ms"])
    number = uuid.uuid5(uuid.NAMESPACE_URL, f"{document['table-uuid']}/{version}")
    path = f"{state.location}metadata/{version:05d}-{number}.metadata.json"
    state.lake.put(path, json.dumps(document, indent=1))
    forget(state.lake, path)
    return path


def commit(engine, table, state: State) -> None:
    """Make a draft the table's state: write the metadata file, then swap the catalog's pointer.

    Raises ICEBERG_COMMIT_ERROR when the table has changed since the draft was made.
    """
    now = check_current(engine, table, state)
    before, path = state.metadata_location, write(state)
    engine.catalog.put_table(glue_entry(now.entry, state, path, before))


def check_current(engine, table, state: State):
    """Return the catalog's table, or raise ICEBERG_COMMIT_ERROR when it has changed since ``state``
    was read."""
    now = engine.catalog.find(table.database, table.name)
    if now is None or now.parameters.get("metadata_location") != state.metadata_location:
        raise ServiceError(
            "ICEBERG_COMMIT_ERROR",
            f"Failed to commit Iceberg update to table: {table.database}.{table.name}",
        )
    return now


def glue_entry(entry: dict, state: State, path: str, before: str = "") -> dict:
    """Return Glue's description of a table that points at a metadata file."""
    entry = copy.deepcopy(entry)
    parameters = {
        **entry.get("Parameters", {}),
        "table_type": "ICEBERG",
        "metadata_location": path,
    }
    if before:
        parameters["previous_metadata_location"] = before
    entry["Parameters"] = parameters
    entry["StorageDescriptor"] = {
        **entry.get("StorageDescriptor", {}),
        "Columns": [glue_column(field) for field in state.schema()["fields"]],
        "Location": state.document["location"],
    }
    entry["PartitionKeys"] = []
    entry["TableType"] = "EXTERNAL_TABLE"
    return entry


def glue_column(field: dict) -> dict:
    made = {
        "Name": field["name"],
        "Type": fields.hive_name(field["type"]),
        "Parameters": {
            "iceberg.field.current": "true",
            "iceberg.field.id": str(field["id"]),
            "iceberg.field.optional": "true",
        },
    }
    if field.get("doc"):
        made["Comment"] = field["doc"]
    return made
