"""UNLOAD at work: the rows of a query become objects in S3, one file for each slice and part.

https://docs.aws.amazon.com/redshift/latest/dg/r_UNLOAD.html (read 2026-11-23)
"""

import json
from dataclasses import dataclass, field
from urllib.parse import quote as percent

from dealab.sql import lake as lakes
from dealab.sql.errors import ServiceError
from dealab.sql.redshift.history import now
from dealab.sql.redshift.loading import logs
from dealab.sql.redshift.namespace import SLICES
from dealab.sql.redshift.unload_cells import header, line, shown_columns, shown_text
from dealab.sql.results import Outcome, Plan
from dealab.sql.types import quote, redshift_name, text

STAGE = '"lab unload"'
MB = 1024**2
EXTENSIONS = {"GZIP": "gz", "BZIP2": "bz2", "ZSTD": "zst"}
STEP = "\x1f"  # between the steps of a partition's folder, before values are escaped
_PLAIN = "-_.:+ ,"
DEFAULT_PARTITION = "__HIVE_DEFAULT_PARTITION__"


@dataclass
class Unload:
    """What an UNLOAD says. ``location`` is its prefix."""

    location: str = ""
    format: str = "TEXT"  # TEXT, CSV, FIXEDWIDTH, JSON, PARQUET
    delimiter: str = "|"
    widths: tuple[int, ...] = ()
    null: str = ""
    compression: str = ""
    parallel: bool = True
    partition: tuple[str, ...] = ()
    include: bool = False
    manifest: str = ""  # "", MANIFEST or VERBOSE
    extension: str = ""
    max_size: int = int(6.2 * 1024 * MB)  # bytes
    row_group: int = 32 * MB  # bytes
    codec: str = "snappy"  # of Parquet
    stem: str = ""  # what names the files of an external table, instead of nothing
    hive: bool = False  # values as Hive writes them: true and false
    given: set[str] = field(default_factory=set)
    authorization: dict = field(default_factory=dict)

    def has(self, name: str) -> bool:
        return name in self.given


@dataclass
class Written:
    """One file: its address, its rows (a header line is not counted), its bytes."""

    url: str
    rows: int
    size: int
    slice: int


def run(engine, plan: Plan, said: Unload) -> Outcome:
    """Write the rows of a plan's query. Files that were written stay when a block rolls back."""
    begin = now()
    bucket, _ = lakes.split(said.location)
    notes = []
    if bucket not in engine.lake.buckets():
        notes.append(f"The lab's lake had no bucket {bucket}: it is made.")
    prefix = said.location
    if said.partition and not prefix.endswith("/"):
        prefix += "/"
    if not said.has("ALLOWOVERWRITE") and not said.has("CLEANPATH") and exists(engine, prefix):
        raise ServiceError(
            "XX000",
            "Specified unload destination on S3 is not empty. Consider using a different bucket / "
            "prefix, manually removing the target files in S3, or using the ALLOWOVERWRITE option.",
        )
    staged = stage(engine, plan, said)
    if said.has("CLEANPATH") and not said.partition:
        clean(engine, prefix)
    files = write_all(engine, plan, said, prefix)
    engine.duck().execute(f"DROP TABLE {STAGE}")  # after an error, the rollback takes it away
    rows = sum(one.rows for one in files)
    if said.manifest and files:
        write_manifest(engine, plan, said, prefix, files)
    log(engine, said, files, begin)
    notes.insert(0, f"INFO: UNLOAD completed, {rows} record(s) unloaded successfully.")
    engine.last_unload = (logs.ids(engine)[0], rows)
    return Outcome(
        message="UNLOAD", notes=notes, update_count=rows, bill=staged.bill, duckdb=staged.duckdb
    )


def exists(engine, prefix: str) -> bool:
    from dealab.sql.redshift.loading.files import prefixed

    return bool(prefixed(engine.lake, prefix))


def clean(engine, prefix: str) -> None:
    """Delete every object whose key starts with the address."""
    from dealab.sql.redshift.loading.files import prefixed

    for one in prefixed(engine.lake, prefix):
        engine.lake.delete(one.url)


def stage(engine, plan: Plan, said: Unload) -> Outcome:
    """Keep the query's rows with their number, and the folder that each belongs to."""
    names = [f"c{at}" for at in range(len(plan.columns))]
    folder = "''"
    if said.partition:
        parts = []
        for key in said.partition:
            at = plan.columns.index(key)
            parts.append(
                f"{text(key + '=')} || {partition_text(f'c{at}', plan.kinds[at], said.hive)}"
            )
        folder = f" || {text(STEP)} || ".join(parts)
    inner = f"SELECT * FROM ({{query}}) AS q({', '.join(names)})"
    statement = (
        f"CREATE OR REPLACE TEMP TABLE {STAGE} AS SELECT *, row_number() OVER () - 1 AS n, "
        f"{folder} AS folder FROM ({inner})"
    )
    ready = Plan(plan.query, plan.columns, plan.kinds, plan.tables, local=True)
    return engine.execute(ready, statement)


def partition_text(sql: str, kind, hive: bool = False) -> str:
    """Return the text of a partition value, as a folder's name has it."""
    made = shown_text(sql, kind, hive)
    return f"coalesce(nullif({made}, ''), {text(DEFAULT_PARTITION)})"


# --- files ----------------------------------------------------------------------------


def write_all(engine, plan, said: Unload, prefix: str) -> list[Written]:
    """Write the files of every folder and slice; return them in order of their addresses."""
    folders = engine.duck().execute(
        f"SELECT folder, count(*) FROM {STAGE} GROUP BY folder ORDER BY folder"
    )
    files = []
    for folder, _ in folders:
        home = prefix + escaped(folder)
        if said.has("CLEANPATH") and said.partition:
            clean(engine, home)
        files += write_folder(engine, plan, said, home, folder)
    return files


def escaped(folder: str) -> str:
    """Return a folder's name as a key has it: special characters are written as %XX."""
    steps = [step.partition("=") for step in folder.split(STEP) if step]
    return "".join(f"{name}={percent(value, safe=_PLAIN)}/" for name, _, value in steps)


def write_folder(engine, plan, said: Unload, home: str, folder: str) -> list[Written]:
    where = f"folder = {text(folder)}"
    if said.stem:
        home += said.stem + "_"
        if not said.parallel:
            return write_parts(
                engine, plan, said, where, 0, lambda part: f"{home}0000_part_{part:02d}"
            )
    if not said.parallel:
        return write_parts(engine, plan, said, where, 0, lambda part: f"{home}{part:03d}")
    files = []
    for number in range(SLICES):
        mine = f"{where} AND n % {SLICES} = {number}"
        files += write_parts(
            engine,
            plan,
            said,
            mine,
            number,
            lambda part, n=number: f"{home}{n:04d}_part_{part:02d}",
        )
    return files


def write_parts(engine, plan, said, where, number, name) -> list[Written]:
    if said.format == "PARQUET":
        return write_parquet(engine, plan, said, where, number, name)
    query = f"SELECT {line(plan, said)} FROM {STAGE} WHERE {where} ORDER BY n"
    engine.duck().prepare([], query)
    lines = [row[0] for row in engine.duck().execute(query)]
    head = header(plan, said) if said.has("HEADER") else ""
    ending = extension(said)
    files, part, held, size = [], 0, [], 0

    def flush():
        nonlocal part, held, size
        content = (head + "".join(held)).encode("utf-8")
        path = engine.lake.target(name(part) + ending)
        path.write_bytes(compressed(content, said.compression))
        files.append(Written(name(part) + ending, len(held), path.stat().st_size, number))
        part, held, size = part + 1, [], 0

    for one in lines:
        one += "\n"
        if held and size + len(one) > said.max_size:
            flush()
        held.append(one)
        size += len(one)
    if held:
        flush()
    return files


def extension(said: Unload) -> str:
    parts = []
    if said.extension:
        parts.append(said.extension.lstrip("."))
    elif said.format == "PARQUET":
        parts.append("parquet")
    if said.compression and not said.extension:
        parts.append(EXTENSIONS[said.compression])
    return "".join(f".{part}" for part in parts)


def compressed(content: bytes, kind: str) -> bytes:
    if not kind:
        return content
    if kind == "GZIP":
        import gzip

        return gzip.compress(content, mtime=0)
    if kind == "BZIP2":
        import bz2

        return bz2.compress(content)
    import pyarrow

    return pyarrow.compress(content, codec="zstd", asbytes=True)


# --- Parquet --------------------------------------------------------------------------


def parquet_columns(plan, said: Unload) -> str:
    """Return the columns as Parquet holds them: zones are left out, SUPER is JSON text."""
    picks = []
    for at in shown_columns(plan, said):
        sql, kind = f"c{at}", plan.kinds[at]
        match kind.name:
            case "timestamptz":
                sql = f"timezone('UTC', {sql})"
            case "super" | "json" | "array" | "map" | "row":
                sql = f"CAST(to_json({sql}) AS VARCHAR)"
            case "null":
                sql = f"CAST({sql} AS VARCHAR)"
            case "interval_day" | "interval_month":
                sql = shown_text(sql, kind)
        picks.append(f"{sql} AS {quote(plan.columns[at])}")
    return ", ".join(picks)


def write_parquet(engine, plan, said: Unload, where, number, name) -> list[Written]:
    duck = engine.duck()
    rows = duck.execute(f"SELECT count(*) FROM {STAGE} WHERE {where}")[0][0]
    if not rows:
        return []
    limit = max(said.max_size // (32 * MB) * 32 * MB, 5 * MB)
    first = _parquet_file(engine, plan, said, where, name(0) + extension(said))
    if first <= limit:
        return [Written(name(0) + extension(said), rows, first, number)]
    parts = -(-first // limit)
    files = []
    for part in range(parts):
        begin, end = part * rows // parts, (part + 1) * rows // parts
        chosen = (
            f"n IN (SELECT n FROM {STAGE} WHERE {where} ORDER BY n LIMIT {end - begin} "
            f"OFFSET {begin})"
        )
        url = name(part) + extension(said)
        size = _parquet_file(engine, plan, said, chosen, url)
        files.append(Written(url, end - begin, size, number))
    return files


def _parquet_file(engine, plan, said: Unload, where: str, url: str) -> int:
    path = engine.lake.target(url)
    engine.duck().prepare([], parquet_columns(plan, said))
    engine.duck().execute(
        f"COPY (SELECT {parquet_columns(plan, said)} FROM {STAGE} WHERE {where} ORDER BY n) TO "
        f"{text(path.as_posix())} (FORMAT parquet, COMPRESSION {said.codec})"
    )
    return path.stat().st_size


# --- manifest and logs ------------------------------------------------------------------


def write_manifest(engine, plan, said: Unload, prefix: str, files: list[Written]) -> None:
    """Write ``<prefix>manifest``, which COPY takes back.

    https://docs.aws.amazon.com/redshift/latest/dg/loading-data-files-using-manifest.html
    """
    verbose = said.manifest == "VERBOSE"
    lines = 1 if said.has("HEADER") else 0
    entries = []
    for one in files:
        entry: dict = {"url": one.url}
        if verbose or said.format == "PARQUET":
            entry["meta"] = {"content_length": one.size}
        if verbose:
            entry["meta"]["record_count"] = one.rows + lines
        entries.append(entry)
    content: dict = {"entries": entries}
    if verbose:
        content["schema"] = {
            "elements": [
                {"name": name, "type": manifest_type(kind)}
                for name, kind in zip(plan.columns, plan.kinds, strict=True)
            ]
        }
        content["meta"] = {
            "content_length": sum(one.size for one in files),
            "record_count": sum(one.rows + lines for one in files),
        }
        content["author"] = {"name": "Amazon Redshift", "version": "1.0.0"}
    engine.lake.put(f"{prefix}manifest", json.dumps(content, indent=2))


def manifest_type(kind) -> dict:
    base = {"base": redshift_name(kind).partition("(")[0]}
    if kind.name in ("varchar", "char") and kind.args[0] is not None:
        base["max_length"] = kind.args[0]
    if kind.name == "decimal":
        base["precision"], base["scale"] = kind.args
    return base


_FORMATS = {
    "TEXT": "text",
    "CSV": "csv",
    "FIXEDWIDTH": "fixed width",
    "JSON": "json",
    "PARQUET": "parquet",
}


def log(engine, said: Unload, files: list[Written], begin, history: bool = True) -> None:
    """Write the rows of STL_UNLOAD_LOG, SYS_UNLOAD_HISTORY and SYS_UNLOAD_DETAIL.

    https://docs.aws.amazon.com/redshift/latest/dg/r_STL_UNLOAD_LOG.html
    https://docs.aws.amazon.com/redshift/latest/dg/SYS_UNLOAD_HISTORY.html (2026-11-23)
    """
    space = engine.namespace
    query, transaction = logs.ids(engine)
    user, end = logs.user_id(engine), now()
    duration = int((end - begin).total_seconds() * 1_000_000)
    shape = _FORMATS[said.format]
    for one in files:
        space.log(
            "stl_unload_log",
            userid=user,
            query=query,
            slice=one.slice,
            pid=engine.pid,
            path=one.url,
            start_time=begin,
            end_time=end,
            line_count=one.rows,
            transfer_size=one.size,
            file_format=shape,
        )
        space.log(
            "sys_unload_detail",
            user_id=user,
            query_id=query,
            transaction_id=transaction,
            session_id=engine.pid,
            database_name=engine.database,
            file_name=one.url,
            file_format=shape,
            compression_type=said.compression.lower() or "none",
            file_size=one.size,
            row_count=one.rows,
            start_time=begin,
            end_time=end,
            duration=duration,
        )
    if not history:  # INSERT INTO an external table and CREATE EXTERNAL TABLE AS
        return
    whole = sum(one.size for one in files)
    space.log(
        "sys_unload_history", user_id=user, query_id=query, transaction_id=transaction,
        session_id=engine.pid, database_name=engine.database, status="completed",
        start_time=begin, end_time=end, duration=duration, file_format=shape,
        compression_type=said.compression.lower() or "none", unloaded_location=said.location,
        unloaded_rows=sum(one.rows for one in files), unloaded_files_count=len(files),
        unloaded_files_size=whole, error_message="",
    )  # fmt: skip
    if engine.record is not None:
        engine.record.details.update(
            unload_files=[one.url for one in files],
            unload_bytes=whole,
            unload_rows=sum(one.rows for one in files),
            encryption=(said.has("ENCRYPTED") and "SSE-KMS") or "SSE-S3",
        )
