"""Writing rows to the lake as Athena does: real files in partition folders and buckets.

A query is run once, into a table inside DuckDB; that is what is billed. Only then, when nothing of
the service's rules stands against it, files are written. So a statement that fails leaves nothing.
"""

import re
from dataclasses import dataclass, field

from dealab.sql import lake as lakes
from dealab.sql.athena import buckets, casts, texts
from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.results import Outcome, Plan
from dealab.sql.scope import Value
from dealab.sql.types import Type, duck_name, quote, text

OPEN_WRITERS = 100
DEFAULT_PARTITION = "__HIVE_DEFAULT_PARTITION__"  # Hive's folder name for NULL
STAGE = "lab written rows"

#: what a compression is called in DuckDB, by format
# https://docs.aws.amazon.com/athena/latest/ug/compression-support-hive.html
COMPRESSIONS = {
    "PARQUET": {
        "GZIP": "gzip",
        "SNAPPY": "snappy",
        "ZSTD": "zstd",
        "LZ4": "lz4",
        "NONE": "uncompressed",
        "UNCOMPRESSED": "uncompressed",
    },
    "JSON": {"GZIP": "gzip", "NONE": "none", "UNCOMPRESSED": "none"},
    "TEXTFILE": {"GZIP": "gzip", "NONE": "none", "UNCOMPRESSED": "none"},
    "CSV": {"GZIP": "gzip", "NONE": "none", "UNCOMPRESSED": "none"},
}
UNWRITTEN = ("ORC", "AVRO", "ION", "RCBINARY", "RCTEXT", "SEQUENCEFILE")
FORMATS = ("PARQUET", "JSON", "TEXTFILE", *UNWRITTEN)  # CSV is INSERT's, not CTAS's


@dataclass(frozen=True)
class Target:
    """Where rows go and in what shape.

    ``columns`` are pairs of name and type, the partition ``keys`` (their number) last. ``location``
    ends in ``/``. ``delimiter``, ``nested`` (of items, of map keys), ``escape`` and ``null`` are
    those of delimited text. ``quotes`` are the quotation mark and the escape character of CSV;
    ``header`` asks for a first line with the columns' names. ``places`` holds folders of partitions
    that exist already, by their values.
    """

    location: str
    columns: tuple[tuple[str, Type], ...]
    keys: int = 0
    format: str = "PARQUET"
    compression: str = "GZIP"
    level: int | None = None
    delimiter: str = "\x01"
    null: str = texts.NULL
    nested: tuple[str, str] = texts.NESTED
    escape: str = ""
    quotes: tuple[str, str] = ('"', "\\")
    header: bool = False
    bucketed_by: tuple[str, ...] = ()
    bucket_count: int = 0
    places: dict = field(default_factory=dict)

    @property
    def data(self) -> tuple[tuple[str, Type], ...]:
        return self.columns[: len(self.columns) - self.keys]


@dataclass(frozen=True)
class Written:
    """What was written: DuckDB's Outcome with the bill, the number of rows, the folder of each
    partition by its values (in the order of the rows), and the addresses of the files."""

    outcome: Outcome
    rows: int
    partitions: dict
    files: tuple[str, ...]


def check_format(name: str) -> str:
    """Return the format in upper case. Raises the service's error, or the lab's limit by name."""
    shown = name.upper()
    if shown not in FORMATS:
        raise ServiceError(
            "INVALID_TABLE_PROPERTY",
            f"Unable to set catalog 'awsdatacatalog' table property 'format' to ['{name}']: "
            f"Invalid value [{name}]. Valid values: [{', '.join(sorted(FORMATS))}]",
        )
    if shown in UNWRITTEN:
        raise LabLimit(
            f"writing {shown} files",
            f"Athena writes the rows as {shown} files into the target folder.",
            "CTAS and UNLOAD write Parquet, ORC, Avro, JSON and text; Parquet is CTAS's default.",
        )
    return shown


def check_location(location: str) -> str:
    """Return an ``s3://bucket/folder/`` address that ends in a slash."""
    try:
        lakes.split(location)
    except lakes.BadLocation:
        raise ServiceError(
            "INVALID_TABLE_PROPERTY", f"External location must be a valid S3 path: {location}"
        ) from None
    return location if location.endswith("/") else location + "/"


def check_empty(engine, location: str, what: str) -> None:
    """Refuse a folder that holds an object already.

    https://docs.aws.amazon.com/athena/latest/ug/ctas-considerations-limitations.html
    """
    if engine.lake.objects(location):
        raise ServiceError(
            "HIVE_PATH_ALREADY_EXISTS",
            f"Target directory for {what} already exists: {location}",
            hint="empty the folder, or name another one.",
        )


def write(engine, plan: Plan, target: Target, token: str) -> Written:
    """Run the query of ``plan`` and write its rows. ``token`` begins the files' names."""
    stage = quote(STAGE)
    names = [f"c{at}" for at in range(len(target.columns))]
    picks = ", ".join(
        f"CAST({name} AS {duck_name(kind)}) AS {name}"
        for name, (_, kind) in zip(names, target.columns, strict=True)
    )
    duck = engine.duck(plan)
    try:
        outcome = engine.execute(
            plan,
            f"CREATE OR REPLACE TEMP TABLE {stage} AS SELECT {picks} "
            f"FROM ({{query}}) AS q({', '.join(names)})",
        )
        return _write_stage(engine, duck, outcome, target, token)
    finally:
        duck.execute(f"DROP TABLE IF EXISTS {stage}")


def _write_stage(engine, duck, outcome: Outcome, target: Target, token: str) -> Written:
    stage = quote(STAGE)
    count = duck.execute(f"SELECT count(*) FROM {stage}")[0][0]
    source = stage
    if target.bucketed_by and count:
        source = _bucketed(duck, target)
    groups = _groups(engine, duck, target, source)
    files, partitions = [], {}
    for number, (values, bucket, condition) in enumerate(groups):
        folder = target.location
        if target.keys:
            folder = target.places.get(values) or target.location + folder_of(target, values)
            partitions[values] = folder
        name = f"{token}_{number:05d}" if bucket is None else f"{token}_bucket-{bucket:05d}"
        address = (folder if folder.endswith("/") else folder + "/") + name
        if target.format != "PARQUET" and target.compression == "GZIP":
            address += ".gz"  # a text file's name tells how it is compressed
        statement = _copy(engine, target, source, condition, address)
        duck.prepare([], statement)
        try:
            duck.execute(statement)
        except BaseException:
            for written in (*files, address):
                engine.lake.delete(written)
            raise
        files.append(address)
        outcome.duckdb.append(statement)
    return Written(outcome, count, partitions, tuple(files))


def _bucketed(duck, target: Target) -> str:
    """Number the rows' buckets in a table beside the rows; return what to select from."""
    at = [name for name, _ in target.columns]
    picked = [at.index(name) for name in target.bucketed_by]
    kinds = [target.columns[one][1] for one in picked]
    listed = ", ".join(f"c{one}" for one in picked)
    rows = duck.execute(f"SELECT {listed} FROM {quote(STAGE)} ORDER BY rowid")
    numbers = [buckets.bucket(row, kinds, target.bucket_count) for row in rows]
    side = quote(STAGE + " buckets")
    duck.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {side} AS SELECT unnest($1::INTEGER[]) AS bucket", [numbers]
    )
    return f"(FROM {quote(STAGE)} POSITIONAL JOIN {side})"


def _groups(engine, duck, target: Target, source: str) -> list[tuple]:
    """Return (partition values as text, bucket, condition) for each file to write."""
    first = len(target.data)
    keys = [f"c{at}" for at in range(first, len(target.columns))]
    shown = [
        casts.to_string(Value(name, kind)) if kind.name not in ("varchar", "char") else name
        for name, (_, kind) in zip(keys, target.columns[first:], strict=True)
    ]
    picks = [*keys, *shown, *(["bucket"] if target.bucketed_by else [])]
    if not duck.execute(f"SELECT 1 FROM {quote(STAGE)} LIMIT 1"):
        return []
    if not picks:
        return [((), None, "true")]
    labels = [f"g{at}" for at in range(len(picks))]
    listed = ", ".join(f"{pick} AS {label}" for pick, label in zip(picks, labels, strict=True))
    grouping = f"SELECT {listed}, min(rowid) AS place FROM {source} GROUP BY ALL"
    if target.bucketed_by:  # a join has no rowid
        grouping = f"SELECT {listed}, 0 AS place FROM {source} GROUP BY ALL"
    statement = f"SELECT * FROM ({grouping}) ORDER BY place, {', '.join(labels)}"
    duck.prepare([], statement)
    found = duck.execute(statement)
    if len(found) > OPEN_WRITERS:
        # https://docs.aws.amazon.com/athena/latest/ug/ctas-insert-into.html
        raise ServiceError(
            "HIVE_TOO_MANY_OPEN_PARTITIONS",
            f"Exceeded limit of {OPEN_WRITERS} open writers for partitions/buckets",
            hint=f"this statement would write {len(found)} partitions and buckets; write them with "
            "several INSERT INTO statements of at most 100 each.",
        )
    groups = []
    for row in found:
        texts_ = row[len(keys) : 2 * len(keys)]
        values = tuple(DEFAULT_PARTITION if part in (None, "") else part for part in texts_)
        conditions = [
            f"{name} IS NULL" if part is None else f"CAST({expression} AS VARCHAR) = {text(part)}"
            for name, expression, part in zip(keys, shown, texts_, strict=True)
        ]
        bucket = row[2 * len(keys)] if target.bucketed_by else None
        if bucket is not None:
            conditions.append(f"bucket = {bucket}")
        groups.append((values, bucket, " AND ".join(conditions)))
    return _merged(groups)


def _merged(groups: list[tuple]) -> list[tuple]:
    """Put groups with the same folder and bucket together (NULL and '' share Hive's default)."""
    merged: dict = {}
    for values, bucket, condition in groups:
        merged.setdefault((values, bucket), []).append(f"({condition})")
    return [
        (values, bucket, " OR ".join(conditions)) for (values, bucket), conditions in merged.items()
    ]


_ESCAPED = re.compile(r"[\x00-\x1f\x7f\"#%'*/:=?\\{\[\]^]")


def folder_of(target: Target, values) -> str:
    """Return ``key=value/`` folders, with the characters that Hive escapes written as %XX."""
    names = [name for name, _ in target.columns[len(target.data) :]]
    return "".join(
        f"{escaped(name)}={escaped(value)}/" for name, value in zip(names, values, strict=True)
    )


def escaped(value: str) -> str:
    return _ESCAPED.sub(lambda found: f"%{ord(found[0]):02X}", value)


def _copy(engine, target: Target, source: str, condition: str, address: str) -> str:
    """Return DuckDB's COPY of one file."""
    path = text(engine.lake.target(address).as_posix())
    columns = [(f"c{at}", kind) for at, (_, kind) in enumerate(target.data)]
    names = [name for name, _ in target.data]
    codec = COMPRESSIONS[target.format][target.compression]
    where = "" if condition == "true" else f" WHERE {condition}"
    if target.format == "PARQUET":
        picks = ", ".join(
            f"{sql} AS {quote(name)}" for (sql, _), name in zip(columns, names, strict=True)
        )
        level = f", COMPRESSION_LEVEL {target.level}" if target.level and codec == "zstd" else ""
        options = f"FORMAT parquet, COMPRESSION {codec}{level}"
    elif target.format == "JSON":
        picks = ", ".join(
            f"{texts.json_value(sql, kind)} AS {quote(name)}"
            for (sql, kind), name in zip(columns, names, strict=True)
        )
        options = f"FORMAT json, COMPRESSION {codec}"
    else:
        lines = texts.Lines(target.delimiter, target.null, target.nested, target.escape)
        picks = lines.line(columns) + " AS line"
        if target.format == "CSV":
            picks = texts.csv_line(columns, target.delimiter, *target.quotes) + " AS line"
        options = (
            f"FORMAT csv, HEADER false, DELIMITER '\x01', QUOTE '', ESCAPE '', NULLSTR '', "
            f"COMPRESSION {codec}"
        )
        if target.header:
            first = text(target.delimiter.join(names))
            return (
                f"COPY (SELECT {first} AS line UNION ALL SELECT {picks} FROM {source}{where}) "
                f"TO {path} ({options})"
            )
    return f"COPY (SELECT {picks} FROM {source}{where}) TO {path} ({options})"
