"""OPTIMIZE rewrites small files and files with deletes; VACUUM expires snapshots and clears files.

https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-data-optimization.html
"""

from dataclasses import replace

from dealab.sql.athena.iceberg import metadata, properties, reads, writes
from dealab.sql.errors import ServiceError
from dealab.sql.lake import split
from dealab.sql.results import Outcome, Plan
from dealab.sql.types import quote


def optimize(engine, table, rows: Plan | None) -> Outcome:
    """Compact a table's files. ``rows`` finds the paths of the files that count (None: all).

    Per partition: files smaller or larger than the properties say are rewritten when there are
    ``optimize_rewrite_data_file_threshold`` of them; a file with
    ``optimize_rewrite_delete_file_threshold`` delete files is rewritten in any case.
    """
    state = metadata.load(engine.lake, table).draft()
    outcome = Outcome()
    wanted = None
    if rows is not None:
        outcome = engine.execute(rows, "{query}")
        wanted = {path for (path,) in outcome.rows}
        outcome.rows = []
    chosen, passed = _chosen(state, wanted)
    if passed:
        outcome.notes.append(
            f"{passed} data file{'s' * (passed > 1)} left as they are: fewer than "
            f"{properties.value(state, 'optimize_rewrite_data_file_threshold')} to compact "
            "(optimize_rewrite_data_file_threshold) and fewer than "
            f"{properties.value(state, 'optimize_rewrite_delete_file_threshold')} delete files "
            "each (optimize_rewrite_delete_file_threshold)."
        )
    if not chosen:
        return outcome
    made = replace(reads.scan(table), kept=tuple(sorted(chosen)))
    label = f"{table.database}.{table.name}"
    names = ", ".join(quote(name) for name, _ in state.columns())
    plan = Plan(query=f"SELECT {names} FROM {quote(label)}", tables={label: made}, limited=True)
    gone = chosen | {
        entry["file_path"]
        for entry in state.entries()
        if entry.get("referenced_data_file") in chosen
    }
    with writes.staging(engine, state, table) as stage:
        done, files = stage.copy("SELECT * FROM ({query})", plan)
        state.add_snapshot("replace", files, gone)
        metadata.commit(engine, table, state)
    done.notes = outcome.notes
    if outcome.bill is not None:
        done.bill = _both(engine, outcome.bill, done.bill)
    return done


def _both(engine, first, second):
    """Return one bill for a statement that read twice."""
    from dealab.sql import bill

    scanned = first.bytes_scanned + second.bytes_scanned
    charged = bill.billed(scanned, engine.service)
    return replace(
        second,
        bytes_scanned=scanned,
        billed_bytes=charged,
        cost_usd=charged / bill.TB * bill.price(engine.service, engine.region),
        files_read=second.files_read,
    )


def _chosen(state, wanted: set[str] | None) -> tuple[set[str], int]:
    """Return the data files to rewrite, and how many that could have been are left."""
    low = properties.value(state, "optimize_rewrite_min_data_file_size_bytes")
    high = properties.value(state, "optimize_rewrite_max_data_file_size_bytes")
    least = properties.value(state, "optimize_rewrite_data_file_threshold")
    most = properties.value(state, "optimize_rewrite_delete_file_threshold")
    deletes: dict[str, int] = {}
    groups: dict[tuple, list[dict]] = {}
    for entry in state.entries():
        if entry["content"] == metadata.POSITION_DELETES:
            path = entry["referenced_data_file"]
            deletes[path] = deletes.get(path, 0) + 1
        elif wanted is None or entry["file_path"] in wanted:
            groups.setdefault(metadata.partition_key(entry), []).append(entry)
    chosen: set[str] = set()
    candidates = 0
    for entries in groups.values():
        sized = [e for e in entries if not low <= e["file_size_in_bytes"] <= high]
        full = [e for e in entries if deletes.get(e["file_path"], 0) >= most]
        if len(sized) >= least:
            chosen |= {entry["file_path"] for entry in sized}
        chosen |= {entry["file_path"] for entry in full}
        candidates += len({e["file_path"] for e in (*sized, *full)})
    return chosen, candidates - len(chosen)


# --- VACUUM -----------------------------------------------------------------------------


def check_folder(engine, table) -> None:
    """Refuse a table whose location is a whole bucket.

    https://docs.aws.amazon.com/athena/latest/ug/vacuum-statement.html
    """
    location = metadata.load(engine.lake, table).location
    if not split(location)[1].strip("/"):
        raise ServiceError(
            "GENERIC_INTERNAL_ERROR",
            f"Path missing in file system location: {location.rstrip('/')}",
        )


def vacuum(engine, table) -> Outcome:
    """Expire old snapshots, then delete the files that nothing names any more.

    A snapshot stays when it is younger than ``vacuum_max_snapshot_age_seconds``, when it is among
    the youngest ``vacuum_min_snapshots_to_keep``, or when a branch or tag names it.
    """
    state = metadata.load(engine.lake, table).draft()
    age = properties.value(state, "vacuum_max_snapshot_age_seconds") * 1000
    limit = metadata.now_ms() - age
    kept = _kept(state, limit)
    before = _named(state)
    document = state.document
    expired = [s for s in document["snapshots"] if s["snapshot-id"] not in kept]
    document["snapshots"] = [s for s in document["snapshots"] if s["snapshot-id"] in kept]
    document["snapshot-log"] = _log(document["snapshot-log"], kept)
    most = properties.value(state, "vacuum_max_metadata_files_to_keep")
    old = document["metadata-log"][: max(0, len(document["metadata-log"]) - most)]
    if expired or old:
        document["metadata-log"] = document["metadata-log"][len(old) :]
        metadata.commit(engine, table, state)
    after = _named(state)
    unreachable = (before - after) | {entry["metadata-file"] for entry in old}
    found = {f"s3://{name}": file for name, file in engine.lake.objects(state.location)}
    known = after | {entry["metadata-file"] for entry in document["metadata-log"]}
    current = engine.catalog.find(table.database, table.name)
    known.add(current.parameters["metadata_location"])
    orphans = {
        address
        for address, file in found.items()
        if address not in known and file.stat().st_mtime * 1000 < limit
    }
    for address in sorted(unreachable | orphans):
        if address not in known:
            engine.lake.delete(address)
            metadata.forget(engine.lake, address)
    return Outcome()


def _kept(state, limit: int) -> set[int]:
    least = properties.value(state, "vacuum_min_snapshots_to_keep")
    kept = {ref["snapshot-id"] for ref in state.document["refs"].values()}
    number, count = state.current_id, 0
    while number is not None:
        snapshot = state.snapshot(number)
        if snapshot is None:
            break
        count += 1
        if count <= least or snapshot["timestamp-ms"] >= limit:
            kept.add(number)
        number = snapshot.get("parent-snapshot-id")
    return kept


def _log(log: list[dict], kept: set[int]) -> list[dict]:
    """Return the history from the first entry after which no snapshot is missing (Iceberg)."""
    left: list[dict] = []
    for entry in log:
        left = [*left, entry] if entry["snapshot-id"] in kept else []
    return left


def _named(state) -> set[str]:
    """Return every file that a snapshot names: manifest lists, manifests, data and delete files."""
    found = set()
    for snapshot in state.snapshots:
        found.add(snapshot["manifest-list"])
        for manifest in state.manifests(snapshot["snapshot-id"]):
            found.add(manifest["manifest_path"])
        found |= {entry["file_path"] for entry in state.entries(snapshot["snapshot-id"])}
    return found
