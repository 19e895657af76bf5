"""The metadata tables that Athena documents: "t$files", "t$snapshots" and their siblings.

https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-table-data.html names them; their
columns are Trino's: trinodb/trino, docs/src/main/sphinx/connector/iceberg.md.
"""

import datetime

from dealab.sql import types
from dealab.sql.athena.iceberg import metadata, transforms
from dealab.sql.errors import LabLimit
from dealab.sql.scope import Source, inside_names
from dealab.sql.types import BIGINT, BOOLEAN, INTEGER, VARBINARY, VARCHAR, duck_name, text

MOMENT = types.timestamptz("UTC", 3)
COUNTS = types.map_of(INTEGER, BIGINT)
BOUNDS = types.map_of(INTEGER, VARCHAR)
#: tables of Trino that Athena's guide does not name
_OTHERS = ("properties", "metadata_log_entries", "all_manifests", "entries", "all_entries")


def source(binder, table, what: str, path: tuple[str, ...]) -> Source | None:
    """Return the rows of ``"table$what"``, or None where there is no such metadata table."""
    if what in _OTHERS:
        raise LabLimit(
            f'the metadata table "{table.name}${what}"',
            "Trino has it; Athena's guide does not say that it answers there.",
            "Athena documents $files, $manifests, $history, $partitions, $snapshots and $refs.",
        )
    make = _TABLES.get(what)
    if make is None:
        return None
    columns, rows = make(metadata.load(binder.engine.lake, table))
    names = inside_names([name for name, _ in columns])
    return Source(f"({rows_text(columns, rows)})", columns, names=names, path=path)


def rows_text(columns, rows) -> str:
    """Return DuckDB's text of known rows, nested values included."""
    if not rows:
        nulls = ", ".join(f"CAST(NULL AS {duck_name(kind)})" for _, kind in columns)
        return f"SELECT {nulls} WHERE false"
    kinds = [kind for _, kind in columns]
    lines = (
        "SELECT " + ", ".join(literal(value, kind) for value, kind in zip(row, kinds, strict=True))
        for row in rows
    )
    return " UNION ALL ".join(lines)


def literal(value, kind) -> str:
    """Return DuckDB's text of a Python value of one of Athena's types."""
    return f"CAST({_plain(value, kind)} AS {duck_name(kind)})"


def _plain(value, kind) -> str:
    if value is None:
        return "NULL"
    match kind.name:
        case "row":
            parts = zip(kind.args[0], value, strict=True)
            inner = (f"{text(name)}: {literal(part, of)}" for (name, of), part in parts)
            return "{" + ", ".join(inner) + "}"
        case "array":
            return "[" + ", ".join(literal(part, kind.args[0]) for part in value) + "]"
        case "map":
            pairs = (
                f"{literal(key, kind.args[0])}: {literal(part, kind.args[1])}"
                for key, part in value.items()
            )
            return "MAP {" + ", ".join(pairs) + "}"
        case "boolean":
            return "true" if value else "false"
    return text(str(value))


def moment(milliseconds: int) -> str:
    stamp = datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.UTC)
    return stamp.isoformat(sep=" ", timespec="milliseconds")


def _snapshots(state):
    columns = [
        ("committed_at", MOMENT),
        ("snapshot_id", BIGINT),
        ("parent_id", BIGINT),
        ("operation", VARCHAR),
        ("manifest_list", VARCHAR),
        ("summary", types.map_of(VARCHAR, VARCHAR)),
    ]
    rows = [
        (
            moment(snapshot["timestamp-ms"]),
            snapshot["snapshot-id"],
            snapshot.get("parent-snapshot-id"),
            snapshot["summary"]["operation"],
            snapshot["manifest-list"],
            {key: value for key, value in snapshot["summary"].items() if key != "operation"},
        )
        for snapshot in state.snapshots
    ]
    return columns, rows


def _history(state):
    columns = [
        ("made_current_at", MOMENT),
        ("snapshot_id", BIGINT),
        ("parent_id", BIGINT),
        ("is_current_ancestor", BOOLEAN),
    ]
    ancestors, number = set(), state.current_id
    while number is not None and number not in ancestors:
        ancestors.add(number)
        found = state.snapshot(number)
        number = found.get("parent-snapshot-id") if found else None
    rows = []
    for entry in state.document["snapshot-log"]:
        number = entry["snapshot-id"]
        found = state.snapshot(number) or {}
        parent = found.get("parent-snapshot-id")
        rows.append((moment(entry["timestamp-ms"]), number, parent, number in ancestors))
    return columns, rows


def _files(state):
    columns = [
        ("content", INTEGER),
        ("file_path", VARCHAR),
        ("file_format", VARCHAR),
        ("record_count", BIGINT),
        ("file_size_in_bytes", BIGINT),
        ("column_sizes", COUNTS),
        ("value_counts", COUNTS),
        ("null_value_counts", COUNTS),
        ("nan_value_counts", COUNTS),
        ("lower_bounds", BOUNDS),
        ("upper_bounds", BOUNDS),
        ("key_metadata", VARBINARY),
        ("split_offsets", types.array(BIGINT)),
        ("equality_ids", types.array(INTEGER)),
    ]
    rows = []
    for entry in state.entries():
        counts = [entry[name] for name in ("column_sizes", "value_counts", "null_value_counts")]
        rows.append(
            (
                entry["content"],
                entry["file_path"],
                entry["file_format"],
                entry["record_count"],
                entry["file_size_in_bytes"],
                *counts,
                {},
                entry["lower_bounds"],
                entry["upper_bounds"],
                None,
                [4],  # the row groups begin after Parquet's magic word
                None,
            )
        )
    return columns, rows


def _manifests(state):
    summary = types.row(
        [
            ("contains_null", BOOLEAN),
            ("contains_nan", BOOLEAN),
            ("lower_bound", VARCHAR),
            ("upper_bound", VARCHAR),
        ]
    )
    columns = [
        ("path", VARCHAR),
        ("length", BIGINT),
        ("partition_spec_id", INTEGER),
        ("added_snapshot_id", BIGINT),
        ("added_data_files_count", INTEGER),
        ("added_rows_count", BIGINT),
        ("existing_data_files_count", INTEGER),
        ("existing_rows_count", BIGINT),
        ("deleted_data_files_count", INTEGER),
        ("deleted_rows_count", BIGINT),
        ("partition_summaries", types.array(summary)),
    ]
    rows = [
        (
            manifest["manifest_path"],
            manifest["manifest_length"],
            manifest["partition_spec_id"],
            manifest["added_snapshot_id"],
            manifest["added_files_count"],
            manifest["added_rows_count"],
            manifest["existing_files_count"],
            manifest["existing_rows_count"],
            manifest["deleted_files_count"],
            manifest["deleted_rows_count"],
            [tuple(part.values()) for part in manifest["partitions"]],
        )
        for manifest in state.manifests()
    ]
    return columns, rows


def _partitions(state):
    """Rows of data files by partition; delete files count neither as files nor as rows (Trino)."""
    parts = _all_parts(state)
    partition = [
        (name, transforms.result_type(kind, transform)) for name, _, kind, transform in parts
    ]
    ids = {column["id"]: name for column, name in _stat_columns(state)}
    kinds = dict(state.columns())
    details = [
        (
            name,
            types.row(
                [
                    ("min", kinds[name]),
                    ("max", kinds[name]),
                    ("null_count", BIGINT),
                    ("nan_count", BIGINT),
                ]
            ),
        )
        for name in ids.values()
    ]
    columns = [
        ("record_count", BIGINT),
        ("file_count", BIGINT),
        ("total_size", BIGINT),
        ("data", types.row(details)),
    ]
    if partition:
        columns.insert(0, ("partition", types.row(partition)))
    groups: dict[tuple, list[dict]] = {}
    for entry in state.entries():
        if entry["content"] == metadata.DATA:
            key = tuple(entry["partition"].get(name) for name, _ in partition)
            groups.setdefault(key, []).append(entry)
    rows = []
    for key, entries in groups.items():
        data = [_detail(entries, str(number), kinds[name]) for number, name in ids.items()]
        row = (
            sum(entry["record_count"] for entry in entries),
            len(entries),
            sum(entry["file_size_in_bytes"] for entry in entries),
            data,
        )
        rows.append((key, *row) if partition else row)
    return columns, rows


def _all_parts(state):
    """Return the fields of every partition spec that the table has had, the oldest first."""
    found = {}
    for spec in state.document["partition-specs"]:
        for part in state.partition_fields(spec["spec-id"]):
            found.setdefault(part[0], part)
    return list(found.values())


def _stat_columns(state):
    """Yield the columns that have a least and a greatest value: not those of partitions."""
    sources = {
        part["source-id"] for part in state.spec()["fields"] if part["transform"] == "identity"
    }
    for column in state.schema()["fields"]:
        if isinstance(column["type"], str) and column["id"] not in sources:
            yield column, column["name"]


def _detail(entries, number: str, kind):
    def bound(which, choose):
        values = [entry[which].get(number) for entry in entries if entry["record_count"]]
        known = [(transforms.typed(value, kind), value) for value in values if value is not None]
        if len(known) < len(values) or any(value is None for value, _ in known):
            return None
        return choose(known)[1] if known else None

    nulls = sum(entry["null_value_counts"].get(number, 0) for entry in entries)
    return bound("lower_bounds", min), bound("upper_bounds", max), nulls, None


def _refs(state):
    columns = [
        ("name", VARCHAR),
        ("type", VARCHAR),
        ("snapshot_id", BIGINT),
        ("max_reference_age_in_ms", BIGINT),
        ("min_snapshots_to_keep", INTEGER),
        ("max_snapshot_age_in_ms", BIGINT),
    ]
    rows = [
        (
            name,
            ref["type"].upper(),
            ref["snapshot-id"],
            ref.get("max-ref-age-ms"),
            ref.get("min-snapshots-to-keep"),
            ref.get("max-snapshot-age-ms"),
        )
        for name, ref in sorted(state.document["refs"].items())
    ]
    return columns, rows


_TABLES = {
    "snapshots": _snapshots,
    "history": _history,
    "files": _files,
    "manifests": _manifests,
    "partitions": _partitions,
    "refs": _refs,
}
NAMES = tuple(_TABLES)
