"""Spectrum: tables of the data catalog that Redshift defines, changes, writes and drops.

Athena and Redshift share one catalog and one lake: what one writes, the other reads.
https://docs.aws.amazon.com/redshift/latest/dg/c-using-spectrum.html (read 2026-11-23)
"""

import copy
import re
import time
from dataclasses import dataclass, field

from dealab.sql import types
from dealab.sql.athena.serdes import LAZY, STORED_AS
from dealab.sql.catalog import Table, read_columns
from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.redshift import places
from dealab.sql.results import Outcome, Plan, done
from dealab.sql.types import Type, from_hive, quote

# --- types ------------------------------------------------------------------------------

_HIVE = {
    "tinyint": "tinyint", "smallint": "smallint", "integer": "int", "bigint": "bigint",
    "real": "float", "double": "double", "boolean": "boolean", "date": "date",
    "timestamp": "timestamp", "timestamptz": "timestamp", "varbinary": "binary",
    "super": "string", "json": "string", "literal": "varchar(256)", "null": "varchar(256)",
}  # fmt: skip


def hive_name(kind: Type) -> str:
    """Return how the catalog writes a type. Raises the error for one that it does not have."""
    if kind.name == "decimal":
        return f"decimal({kind.args[0]},{kind.args[1]})"
    if kind.name in ("varchar", "char"):
        length = kind.args[0]
        return "string" if length is None else f"{kind.name}({length})"
    if kind.name not in _HIVE:
        raise ServiceError(
            "0A000", f"type {types.redshift_name(kind)} is not supported in external tables"
        )
    return _HIVE[kind.name]


_NAMES = {
    "integer": "int", "int4": "int", "int2": "smallint", "int8": "bigint", "real": "float",
    "float4": "float", "float8": "double", "double precision": "double", "bool": "boolean",
    "numeric": "decimal", "text": "varchar(256)", "varbyte": "binary",
    "character varying": "varchar", "character": "char",
}  # fmt: skip


def nested_type(raw: str) -> str | None:
    """Return Hive's text of a nested type in Redshift's words, or None for what is none."""
    text = re.sub(r"\s+", " ", raw.strip().lower())
    for name, other in _NAMES.items():
        text = re.sub(rf"(?<=[<:, ]){name}(?=[ (>,])", other, text)
    text = text.replace("varchar(max)", "varchar(65535)").replace(" ", "")
    try:
        from_hive(text)
    except (ValueError, IndexError):
        return None
    return text


# --- definitions ------------------------------------------------------------------------


def entry(said) -> dict:
    """Return Glue's description of the table that a statement says."""
    if said.stored_as == "INPUTFORMAT":
        (into, out), serde = said.formats, LAZY
    else:
        into, out, serde = STORED_AS[said.stored_as]
    serde = said.serde or serde
    given = dict(said.serde_properties)
    given.setdefault("serialization.format", "1")
    return {
        "DatabaseName": said.database,
        "Name": said.name,
        "Owner": "hadoop",
        "CreateTime": int(time.time()),
        "TableType": "EXTERNAL_TABLE",
        "PartitionKeys": [{"Name": name, "Type": kind} for name, kind in said.keys],
        "Parameters": {
            **said.properties,
            "EXTERNAL": "TRUE",
            "transient_lastDdlTime": str(int(time.time())),
        },
        "StorageDescriptor": {
            "Columns": [{"Name": name, "Type": kind} for name, kind in said.columns],
            "Location": said.location,
            "InputFormat": into,
            "OutputFormat": out,
            "Compressed": False,
            "NumberOfBuckets": -1,
            "SerdeInfo": {"SerializationLibrary": serde, "Parameters": given},
            "BucketColumns": [],
            "SortColumns": [],
            "StoredAsSubDirectories": False,
        },
    }


def table_of(said) -> Table:
    """Return the catalog's Table for a description that is not in the catalog yet."""
    made = entry(said)
    storage = made["StorageDescriptor"]
    return Table(
        database=said.database,
        name=said.name,
        columns=read_columns(storage["Columns"]),
        keys=read_columns(made["PartitionKeys"]),
        location=said.location,
        input_format=storage["InputFormat"],
        serde=storage["SerdeInfo"]["SerializationLibrary"],
        serde_parameters=storage["SerdeInfo"]["Parameters"],
        parameters=made["Parameters"],
        partitions=(),
        comments={},
        entry=made,
    )


def change(engine, table: Table, edit) -> None:
    """Put a changed copy of a table's description into the catalog."""
    made = copy.deepcopy(engine.catalog.find(table.database, table.name).entry)
    edit(made)
    made.setdefault("Parameters", {})["transient_lastDdlTime"] = str(int(time.time()))
    engine.catalog.put_table(made)


# --- writing ------------------------------------------------------------------------------


@dataclass
class Wrote:
    """What went to an external table: its rows, its partitions (values, location)."""

    outcome: Outcome
    update_count: int
    partitions: list = field(default_factory=list)


def write(engine, table: Table, plan: Plan) -> Wrote:
    """Write the rows of a plan's query as new files of a table.

    The query's columns are matched by name with the table's keys; all others go to the files.
    https://docs.aws.amazon.com/redshift/latest/dg/r_INSERT_external_table.html
    """
    from dealab.sql.redshift import unloading
    from dealab.sql.redshift.history import now
    from dealab.sql.redshift.loading import logs

    parquet = "parquet" in table.serde.lower()
    given = table.parameters
    delimiter = table.serde_parameters.get("field.delim", "\x01")
    null = given.get(
        "serialization.null.format",
        table.serde_parameters.get("serialization.null.format", "\\N"),
    )
    kind = given.get("compression_type", "none" if not parquet else "snappy").lower()
    if parquet and kind not in ("none", "snappy"):
        raise ServiceError("0A000", f"compression_type '{kind}' is not supported for PARQUET")
    if not parquet and kind == "snappy":
        raise LabLimit("text files compressed with Snappy", "Redshift writes them.")
    said = unloading.Unload(
        location=table.location if table.location.endswith("/") else table.location + "/",
        format="PARQUET" if parquet else "TEXT",
        delimiter=delimiter,
        null=null,
        compression={"gzip": "GZIP", "bzip2": "BZIP2", "zstd": "ZSTD"}.get(kind, ""),
        parallel=given.get("write.parallel", "on").lower() in ("on", "true"),
        partition=tuple(name for name, _ in table.keys),
        max_size=int(given.get("write.maxfilesize.mb", "6200")) * unloading.MB,
    )
    if kind == "none":
        said.codec = "uncompressed"
    query, _ = logs.ids(engine)
    moment = now()
    said.stem = f"{moment:%Y%m%d_%H%M%S_%f}_{query}"
    said.hive = True
    begin = now()
    staged = unloading.stage(engine, plan, said)
    found = partitions_query(plan, said)
    engine.duck().prepare([], found)
    folders = engine.duck().execute(found)
    files = unloading.write_all(engine, plan, said, said.location)
    engine.duck().execute(f"DROP TABLE {unloading.STAGE}")
    unloading.log(engine, said, files, begin, history=False)
    rows = sum(one.rows for one in files)
    partitions = [
        (tuple(values), said.location + unloading.escaped(folder))
        for folder, *values in folders
        if folder
    ]
    outcome = Outcome(update_count=rows, bill=staged.bill, duckdb=staged.duckdb)
    return Wrote(outcome, rows, partitions)


def partitions_query(plan: Plan, said) -> str:
    from dealab.sql.redshift import unloading

    picks = [
        unloading.partition_text(f"c{at}", plan.kinds[at], True)
        for at in (plan.columns.index(name) for name in said.partition)
    ]
    return f"SELECT DISTINCT {', '.join(['folder', *picks])} FROM {unloading.STAGE} ORDER BY folder"


def register(engine, table: Table, partitions: list, replace: bool = False) -> None:
    """Add partitions (values, location) that the catalog does not list yet."""
    listed = engine.catalog.partitions(table.database, table.name)
    known = {tuple(one["Values"]): one for one in listed}
    for values, location in partitions:
        if tuple(values) in known and not replace:
            continue
        made = partition_entry(engine, table, values, location)
        if tuple(values) in known:
            listed[listed.index(known[tuple(values)])] = made
        else:
            listed.append(made)
    engine.catalog.put_partitions(table.database, table.name, listed)


def partition_entry(engine, table: Table, values, location: str) -> dict:
    storage = copy.deepcopy(
        engine.catalog.find(table.database, table.name).entry["StorageDescriptor"]
    )
    storage["Location"] = location
    return {
        "Values": list(values),
        "DatabaseName": table.database,
        "TableName": table.name,
        "CreateTime": int(time.time()),
        "StorageDescriptor": storage,
        "Parameters": {},
    }


def insert(engine, table: Table, reader) -> Plan:
    """INSERT INTO an external table: its query's rows become new files.

    https://docs.aws.amazon.com/redshift/latest/dg/r_INSERT_external_table.html
    """
    from dealab.sql.redshift import statements
    from dealab.sql.redshift.statements.unload import check_limit

    if reader.sees("VALUES") or reader.sees("DEFAULT"):
        raise LabLimit(
            "INSERT ... VALUES into an external table",
            "the documented form takes a SELECT: INSERT INTO schema.table SELECT ...",
        )
    if reader.sees("(") and reader.word(1) not in ("SELECT", "WITH", "("):
        raise reader.fail()  # there is no list of columns
    tree = reader.query()
    places.block_refused(engine, "INSERT INTO external table")
    writable(table)
    check_limit(tree)
    bound, binder = statements.bind(engine, reader, tree)
    fields = table.fields()
    if len(bound.columns) > len(fields):
        raise ServiceError("42601", "INSERT has more expressions than target columns")
    if len(bound.columns) < len(fields):
        raise ServiceError("42601", "INSERT has more target columns than expressions")
    sql = fitted_query(binder, bound, tree, fields)
    plan = Plan(
        sql, [name for name, _ in fields], [kind for _, kind in fields], binder.tables, local=True
    )

    def work():
        wrote = write(engine, table, plan)
        register(engine, table, wrote.partitions)
        if "numRows" in table.parameters:

            def count(made):
                known = int(made["Parameters"].get("numRows") or 0)
                made["Parameters"]["numRows"] = str(known + wrote.update_count)

            change(engine, table, count)
        wrote.outcome.message = f"INSERT 0 {wrote.update_count}"
        return wrote.outcome

    return done(work)


def fitted_query(binder, bound, tree, fields) -> str:
    """Return the query with the types of the table's columns; a text literal takes any type."""
    from dealab.sql.redshift import storage
    from dealab.sql.redshift.statements import insert as local
    from dealab.sql.scope import Value

    names = [f"c{at}" for at in range(len(bound.columns))]
    constants = local.literals(tree, len(names))
    picks = []
    for name, (_, kind), (column, wanted), literal in zip(
        names, bound.columns, fields, constants, strict=True
    ):
        if wanted.name in ("row", "array", "map"):
            raise LabLimit("INSERT into nested columns of external tables", "Redshift writes them.")
        kind = types.LITERAL if literal else kind
        value = storage.fitted(binder, Value(f"q.{quote(name)}", kind), wanted, column, tree)
        picks.append(f"{value.sql} AS {quote(column)}")
    return f"SELECT {', '.join(picks)} FROM ({bound.sql}) AS q({', '.join(names)})"


def writable(table: Table) -> None:
    if table.is_view:
        raise ServiceError("42809", "cannot insert into a view")
    if table.is_iceberg:
        raise LabLimit(
            "INSERT into Iceberg tables from Redshift", "Redshift writes files and a new snapshot."
        )
    serde = table.serde.rsplit(".", 1)[-1].lower()
    if "parquet" not in serde and serde != "lazysimpleserde":
        raise ServiceError(
            "0A000",
            "INSERT into external tables with a format other than PARQUET or TEXTFILE is not "
            "supported",
        )


# --- what the planners of DROP and ALTER TABLE call -----------------------------------------


def drop(engine, table: Table) -> Plan:
    from dealab.sql.redshift import external_changes

    return external_changes.drop(engine, table)


def alter(engine, reader, table: Table) -> Plan:
    from dealab.sql.redshift import external_changes

    return external_changes.alter(engine, reader, table)


# --- reading ------------------------------------------------------------------------------

#: pseudocolumns, which SELECT * leaves out
#: https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_EXTERNAL_TABLE_usage.html
PSEUDO = [("$path", types.VARCHAR), ("$size", types.BIGINT), ("$spectrum_oid", types.BIGINT)]


def source(binder, source, table: Table):
    """Return the source of an external table with Redshift's pseudocolumns."""
    check_handling(table)
    setting = str(binder.engine.variables.get("spectrum_enable_pseudo_columns", "on")).lower()
    if setting in ("off", "false"):
        source.hidden = []
        return source
    source.sql = (
        f'(SELECT *, "$file_size" AS "$size", CAST({oid(table)} AS BIGINT) AS "$spectrum_oid" '
        f"FROM {source.sql})"
    )
    source.hidden = list(PSEUDO)
    return source


def oid(table: Table) -> int:
    """Return a number that stays the table's own."""
    import zlib

    return 500_000 + zlib.crc32(f"{table.database}.{table.name}".encode()) % 400_000


def check_handling(table: Table) -> None:
    """Refuse what data handling would change in the rows, where the lab does not do it."""
    given = table.parameters
    if str(given.get("data_cleansing_enabled", "false")).lower() != "true":
        return
    for key in ("surplus_char_handling", "invalid_char_handling", "surplus_bytes_handling"):
        value = str(given.get(key, "")).upper()
        if value and value not in ("DISABLED", "TRUNCATE"):
            raise LabLimit(
                f"reading external tables with '{key}' = '{value}'",
                "Spectrum changes or refuses the values that do not fit.",
            )
