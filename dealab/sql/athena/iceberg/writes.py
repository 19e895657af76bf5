"""Adding rows and position deletes: new Parquet files, then a snapshot that names them.

Rows are written by DuckDB's COPY into a staging folder, then moved to the folders of their
partitions. Whatever fails before the commit leaves the table as it was, and its files are removed.
"""

import shutil
from contextlib import contextmanager
from dataclasses import replace

from dealab.sql.athena.iceberg import fields, metadata, properties, transforms
from dealab.sql.errors import ServiceError
from dealab.sql.results import Outcome
from dealab.sql.types import duck_name, quote, text

OPEN_WRITERS = 100  # https://docs.aws.amazon.com/athena/latest/ug/ctas-insert-into.html


def append(engine, table, plan, names: list[str] | None = None) -> Outcome:
    """Add the rows of a query's plan to a table and return the Outcome, with ``update_count``.

    The plan's columns are those named (default: all, in order), already of the columns' types;
    the others get NULL.
    """
    table = engine.catalog.find(table.database, table.name) or table  # others may have written
    state = metadata.load(engine.lake, table).draft()
    picks = [f"c{at}" for at in range(len(plan.columns))]
    columns = [name for name, _ in state.columns()]
    given = dict(zip(columns if names is None else names, picks, strict=True))
    rows = ", ".join(given.get(name, "NULL") for name in columns)
    inner = f"SELECT {rows} FROM ({{query}}) AS q({', '.join(picks)})"
    with staging(engine, state, table) as stage:
        outcome, files = stage.copy(inner, plan)
        if files:
            state.add_snapshot("append", files, set())
            metadata.commit(engine, table, state)
    outcome.update_count = sum(file["record_count"] for file in files)
    return outcome


def change(engine, table, plan) -> Outcome:
    """Carry out a row-level change: position deletes and new rows in one snapshot.

    The plan's columns are ``path`` and ``place`` of the row that goes (or NULL), ``adds`` (whether
    a row comes), then all columns of the table. Returns an Outcome whose ``update_count`` is the
    number of rows of the plan. Raises ICEBERG_COMMIT_ERROR when another change came between.
    """
    state = metadata.load(engine.lake, table).draft()
    names = [name for name, _ in state.columns()]
    inner = ", ".join(["path", "place", "adds", *(f"c{at}" for at in range(len(names)))])
    outcome = engine.execute(
        plan, f"CREATE OR REPLACE TEMP TABLE lab_change AS SELECT * FROM ({{query}}) AS q({inner})"
    )
    duck = engine.duck(plan)
    count, twice = duck.execute(
        "SELECT count(*), count(path) - count(DISTINCT (path, place)) FILTER (path IS NOT NULL) "
        "FROM lab_change"
    )[0]
    try:
        if twice:
            raise ServiceError(
                "MERGE_TARGET_ROW_MULTIPLE_MATCHES",
                "One MERGE target table row matched more than one source row",
            )
        outcome.update_count = count
        outcome.rows = []
        if count:
            _commit_change(engine, table, plan, state, names)
    finally:
        duck.execute("DROP TABLE lab_change")
    return outcome


def _commit_change(engine, table, plan, state, names) -> None:
    duck = engine.duck(plan)
    counted = duck.execute(
        "SELECT path, count(*) FROM lab_change WHERE path IS NOT NULL GROUP BY path ORDER BY path"
    )
    entries = state.entries()
    data = {e["file_path"]: e for e in entries if e["content"] == metadata.DATA}
    deletes: dict[str, list[dict]] = {}
    for entry in entries:
        if entry["content"] == metadata.POSITION_DELETES:
            deletes.setdefault(entry["referenced_data_file"], []).append(entry)
    whole: set[str] = set()  # files that lose all their rows go at once, with their delete files
    partly: list[dict] = []
    for path, lost in counted:
        before = sum(entry["record_count"] for entry in deletes.get(path, ()))
        if before + lost == data[path]["record_count"]:
            whole |= {path, *(entry["file_path"] for entry in deletes.get(path, ()))}
        else:
            partly.append(data[path])
    with staging(engine, state, table) as stage:
        files = [stage.delete_file(duck, entry) for entry in partly]
        picks = ", ".join(f"c{at}" for at in range(len(names)))
        local = replace(plan, query=f"SELECT {picks} FROM lab_change WHERE adds", tables={})
        _, added = stage.copy("SELECT * FROM ({query})", local)
        operation = "delete" if not files and not added else "overwrite"
        state.add_snapshot(operation, [*added, *files], whole)
        metadata.commit(engine, table, state)


def all_rows(engine, table) -> Outcome:
    """Delete every row: a change of metadata alone, so no data is read."""
    state = metadata.load(engine.lake, table).draft()
    entries = state.entries()
    gone = sum(
        entry["record_count"] * (1 if entry["content"] == metadata.DATA else -1)
        for entry in entries
    )
    if entries:
        state.add_snapshot("delete", [], {entry["file_path"] for entry in entries})
        metadata.commit(engine, table, state)
    return Outcome(update_count=gone)


@contextmanager
def staging(engine, state, table=None):
    """Give a Stage; its files are removed again when the block fails.

    ``table`` is the table that the state was read from: when it has changed since, nothing is
    written (ICEBERG_COMMIT_ERROR).
    """
    if table is not None:
        metadata.check_current(engine, table, state)
    stage = Stage(engine, state)
    try:
        yield stage
    except BaseException:
        stage.undo()
        raise
    finally:
        stage.close()


class Stage:
    """Writes the files of one snapshot."""

    def __init__(self, engine, state):
        self.engine = engine
        self.state = state
        self.made: list = []
        self.folder = None

    def copy(self, query: str, plan) -> tuple[Outcome, list[dict]]:
        """Write the rows of a query (``{query}`` stands for the plan's) and return the files.

        The query's columns are the table's, by position.
        """
        state, schema = self.state, self.state.schema()
        columns = state.columns()
        inside = [f"c{at}" for at in range(len(columns))]
        picks = [
            f"CAST({pick} AS {duck_name(kind)}) AS {quote(name)}"
            for pick, (name, kind) in zip(inside, columns, strict=True)
        ]
        kinds = dict(columns)
        of = dict(zip((name for name, _ in columns), inside, strict=True))
        parts = state.partition_fields()
        keys = [f"lab partition {at}" for at in range(len(parts))]
        for key, (_, column, kind, transform) in zip(keys, parts, strict=True):
            value = transforms.expression(
                f"CAST({of[column]} AS {duck_name(kinds[column])})", kind, transform
            )
            picks.append(f"coalesce('=' || CAST({value} AS VARCHAR), '') AS {quote(key)}")
        options = [
            "FORMAT parquet",
            f"COMPRESSION {properties.codec(state)}",
            f"FIELD_IDS {fields.field_ids(schema)}",
            "RETURN_STATS",
        ]
        target = self._folder()
        if parts:
            listed = ", ".join(quote(key) for key in keys)
            options += [
                f"PARTITION_BY ({listed})",
                "WRITE_PARTITION_COLUMNS false",
                "FILENAME_PATTERN 'part_{i}'",
                "OVERWRITE_OR_IGNORE true",
            ]
        else:
            target = target / "part.parquet"
            if properties.is_set(state, "write_target_data_file_size_bytes"):
                target = target.parent / "parts"
                size = properties.value(state, "write_target_data_file_size_bytes")
                options.append(f"FILE_SIZE_BYTES {size}")
        statement = (
            f"COPY (SELECT {', '.join(picks)} FROM ({query}) AS r({', '.join(inside)})) "
            f"TO {text(target.as_posix())} ({', '.join(options)})"
        )
        outcome = self.engine.execute(replace(plan, limited=True), statement)
        written, outcome.rows = outcome.rows, []
        found = sorted((row for row in written if row[1]), key=lambda row: row[0])
        if len({tuple((row[5] or {}).values()) for row in found}) > OPEN_WRITERS:
            raise ServiceError(
                "ICEBERG_TOO_MANY_OPEN_PARTITIONS",
                f"Exceeded limit of {OPEN_WRITERS} open writers for partitions",
                hint="insert in several statements of at most 100 partitions each.",
            )
        return outcome, [self._keep(row, keys, parts, schema) for row in found]

    def _keep(self, row, keys, parts, schema) -> dict:
        """Move a written file to its place and return its entry."""
        path, records, size, _, statistics, values = row[:6]
        partition = {}
        for key, (name, _, _, _) in zip(keys, parts, strict=True):
            value = values[key]
            partition[name] = value[1:] if value else None
        folder = transforms.folder(
            [(name, partition[name], transform) for name, _, _, transform in parts]
        )
        address = self._move(path, f"data/{folder}", ".parquet")
        return {
            "content": metadata.DATA,
            "file_path": address,
            "file_format": "PARQUET",
            "spec_id": self.state.document["default-spec-id"],
            "schema_id": schema["schema-id"],
            "partition": partition,
            "record_count": records,
            "file_size_in_bytes": size,
            **bounds(schema, statistics, records),
        }

    def delete_file(self, duck, entry: dict) -> dict:
        """Write the position deletes of one data file (from ``lab_change``); return the entry."""
        target = self._folder() / "deletes.parquet"
        path = text(entry["file_path"])
        [row] = duck.execute(
            f"COPY (SELECT path AS file_path, place AS pos FROM lab_change WHERE path = {path} "
            f"ORDER BY place) TO {text(target.as_posix())} (FORMAT parquet, "
            f"COMPRESSION {properties.codec(self.state)}, "
            # ids that Iceberg reserves: https://iceberg.apache.org/spec/#reserved-field-ids
            "FIELD_IDS {file_path: 2147483546, pos: 2147483545}, RETURN_STATS)"
        )
        folder = entry["file_path"][len(self.state.location) :].rpartition("/")[0]
        address = self._move(row[0], f"{folder}/", "-deletes.parquet")
        return {
            "content": metadata.POSITION_DELETES,
            "file_path": address,
            "file_format": "PARQUET",
            "spec_id": entry["spec_id"],
            "schema_id": entry["schema_id"],
            "partition": entry["partition"],
            "referenced_data_file": entry["file_path"],
            "record_count": row[1],
            "file_size_in_bytes": row[2],
            "column_sizes": {},
            "value_counts": {},
            "null_value_counts": {},
            "lower_bounds": {},
            "upper_bounds": {},
        }

    def _move(self, path, folder: str, tail: str) -> str:
        from pathlib import Path

        number = len(self.made)
        while True:  # a file that is there already may be another table's, or an older one's
            address = f"{self.state.location}{folder}{self.state.file_name(number, tail)}"
            if not self.engine.lake.exists(address):
                break
            number += 1
        target = self.engine.lake.target(address)
        Path(path).rename(target)
        self.made.append(address)
        return address

    def _folder(self):
        if self.folder is None:
            self.folder = self.engine.lake.target(f"{self.state.location}data/_staging/")
        return self.folder

    def undo(self) -> None:
        for address in self.made:
            self.engine.lake.delete(address)

    def close(self) -> None:
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)


def bounds(schema: dict, statistics: dict, records: int) -> dict:
    """Return a file's column statistics by field id, from what DuckDB's COPY reports."""
    ids = {column["name"]: column["id"] for column in schema["fields"]}
    made: dict[str, dict] = {
        name: {}
        for name in (
            "column_sizes",
            "value_counts",
            "null_value_counts",
            "lower_bounds",
            "upper_bounds",
        )
    }
    for path, found in statistics.items():
        number = str(ids.get(_unquoted(path)))
        if number == "None":  # a part of a nested column
            continue
        made["value_counts"][number] = records
        made["null_value_counts"][number] = int(found.get("null_count", 0))
        if "column_size_bytes" in found:
            made["column_sizes"][number] = int(found["column_size_bytes"])
        exact = found.get("min_is_exact") == found.get("max_is_exact") == "true"
        if exact and found.get("min") is not None:
            made["lower_bounds"][number] = found["min"]
            made["upper_bounds"][number] = found["max"]
    return made


def _unquoted(path: str) -> str:
    return path[1:-1].replace('""', '"') if path.startswith('"') and path.endswith('"') else path
