"""CREATE TABLE ... AS: a query's rows become files and a new table of the catalog.

Grammar and properties: https://docs.aws.amazon.com/athena/latest/ug/create-table-as.html
"""

import time
from dataclasses import dataclass, field, replace

from dealab.sql.athena import buckets, hivetypes, serdes, storage, workgroups, writing
from dealab.sql.athena.statements import names, properties
from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.results import Outcome, Plan
from dealab.sql.types import athena_name

#: properties of Hive tables
HIVE = frozenset(
    [
        "table_type",
        "external_location",
        "is_external",
        "format",
        "partitioned_by",
        "bucketed_by",
        "bucket_count",
        "write_compression",
        "parquet_compression",
        "orc_compression",
        "compression_level",
        "field_delimiter",
    ]
)
#: properties that only Iceberg tables take
ICEBERG = frozenset(
    [
        "location",
        "partitioning",
        "write_target_data_file_size_bytes",
        "optimize_rewrite_min_data_file_size_bytes",
        "optimize_rewrite_max_data_file_size_bytes",
        "optimize_rewrite_data_file_threshold",
        "optimize_rewrite_delete_file_threshold",
        "vacuum_min_snapshots_to_keep",
        "vacuum_max_snapshot_age_seconds",
        "vacuum_max_metadata_files_to_keep",
    ]
)


UNNAMED = " (unnamed)"  # ends the name of a column that the query gives none


@dataclass(frozen=True)
class Creation:
    """One CTAS, as written and bound. ``query`` is the plan of its query; ``columns`` are pairs of
    name and type; ``properties`` are what WITH (...) says."""

    database: str
    name: str
    columns: tuple
    query: Plan
    properties: dict = field(default_factory=dict)
    comment: str | None = None
    if_not_exists: bool = False
    with_data: bool = True
    exists: bool = False
    place: tuple[int, int] = (1, 1)


def create(engine, reader) -> Plan:
    """Plan CREATE TABLE [IF NOT EXISTS] name [(columns)] [COMMENT] [WITH (...)] AS query."""
    creation = read(engine, reader)
    if creation.exists:
        return Plan(work=lambda: Outcome())
    kind = properties.text(creation.properties, "table_type", "HIVE").upper()
    unknown = sorted(set(creation.properties) - HIVE - ICEBERG)
    if unknown:
        raise ServiceError(
            "INVALID_TABLE_PROPERTY",
            f"Catalog 'awsdatacatalog' table property '{unknown[0]}' does not exist",
            *creation.place,
        )
    if kind == "ICEBERG":
        return plan_iceberg(engine, creation)
    if kind != "HIVE":
        raise ServiceError(
            "INVALID_TABLE_PROPERTY",
            f"Unable to set catalog 'awsdatacatalog' table property 'table_type' to ['{kind}']: "
            f"Invalid value [{kind}]. Valid values: [HIVE, ICEBERG]",
        )
    return plan_hive(engine, creation)


def read(engine, reader) -> Creation:
    """Take the whole statement and bind its query."""
    place = reader.place()
    reader.expect("CREATE", "TABLE")
    tolerant = reader.accept("IF", "NOT", "EXISTS")
    database, name = names.path(engine, reader)
    aliases = reader.listed(reader.identifier) if reader.sees("(") else None
    comment = reader.string() if reader.accept("COMMENT") else None
    given = properties.read(reader) if reader.accept("WITH") else {}
    reader.expect("AS")
    end, with_data = _tail(reader)
    part = reader.part(reader.at, end)
    tree = part.query()
    query, binder = bind_named(engine, part, tree)
    reader.at = len(reader.tokens)
    if engine.catalog.database(database) is None:
        raise ServiceError("SCHEMA_NOT_FOUND", f"Schema '{database}' does not exist", *place)
    exists = engine.catalog.find(database, name) is not None
    if not exists:
        engine.catalog.may_create(database)
    if exists and not tolerant:
        raise ServiceError(
            "TABLE_ALREADY_EXISTS",
            f"Destination table 'awsdatacatalog.{database}.{name}' already exists",
            *place,
        )
    columns = named(query.columns, aliases, place)
    return Creation(
        database=database,
        name=name,
        columns=columns,
        query=engine.finish(query, binder, tree),
        properties=given,
        comment=comment,
        if_not_exists=tolerant,
        with_data=with_data,
        exists=exists,
        place=place,
    )


def _tail(reader) -> tuple[int, bool]:
    """Return where the query ends, and whether WITH NO DATA does not follow it."""
    words = [token.text.upper() for token in reader.tokens[-3:]]
    if words == ["WITH", "NO", "DATA"]:
        return len(reader.tokens) - 3, False
    if words[-2:] == ["WITH", "DATA"]:
        return len(reader.tokens) - 2, True
    return len(reader.tokens), True


def named(columns, aliases, place) -> tuple:
    """Return the columns in lower case. Each has to have a name of its own and a known type."""
    if aliases is not None and len(aliases) != len(columns):
        raise ServiceError(
            "MISMATCHED_COLUMN_ALIASES",
            f"Column alias list has {len(aliases)} entries but relation has {len(columns)} columns",
            *place,
        )
    found: dict = {}
    for at, (name, kind) in enumerate(columns):
        low = (aliases[at] if aliases is not None else name).lower()
        if aliases is None and name.endswith(UNNAMED):
            raise ServiceError(
                "MISSING_COLUMN_NAME",
                f"Column name not specified at position {at + 1}",
                *place,
                hint="give the expression a name with AS.",
            )
        if low in found:
            raise ServiceError(
                "DUPLICATE_COLUMN_NAME", f"Column name '{low}' specified more than once", *place
            )
        if kind.name == "null":
            raise ServiceError(
                "COLUMN_TYPE_UNKNOWN",
                f"Column type is unknown at position {at + 1}",
                *place,
                hint="say which type the NULL has, as in CAST(NULL AS varchar).",
            )
        found[low] = kind
    return tuple(found.items())


def bind_named(engine, reader, tree):
    """Bind a query whose columns become a table's: a column without a name ends in UNNAMED."""
    from dealab.sql.athena import statements

    binder = statements.binder_of(engine, reader)
    binder.unnamed = lambda at, node: f"_col{at}{UNNAMED}"
    query = binder.bind_query(tree, None)
    binder.check_parameters()
    return query, binder


def plan_hive(engine, creation: Creation) -> Plan:
    """Check everything, then return the plan that runs the query, writes, and makes the table."""
    given = creation.properties
    for name in given:
        if name in ICEBERG:
            raise ServiceError(
                "INVALID_TABLE_PROPERTY",
                f"Table property '{name}' is not supported for table type HIVE",
                *creation.place,
                hint=f"{name} belongs to table_type = 'ICEBERG'"
                + ("; a Hive table says external_location." if name == "location" else "."),
            )
    if given.get("is_external") is False:
        raise LabLimit(
            "CTAS of a managed Hive table (is_external = false)",
            "is_external is false for Iceberg tables only.",
        )
    shape = storage_format(given)
    target = _target(creation, shape)
    where = properties.text(given, "external_location")
    workgroups.check_external_location(engine.group, where)
    if where is not None:
        where = writing.check_location(where)
        writing.check_empty(engine, where, f"table '{creation.database}.{creation.name}'")
    described = [(name, hivetypes.hive_type(kind, name)) for name, kind in creation.columns]

    def work():
        location = where or engine.default_location()
        if where is None:
            writing.check_empty(engine, location, f"table '{creation.database}.{creation.name}'")
        aimed = storage.at(target, location)
        if creation.with_data:
            written = writing.write(engine, creation.query, aimed, engine.file_token())
        else:
            written = writing.Written(Outcome(), 0, {}, ())
        entry = glue_entry(engine, creation, aimed, described)
        engine.catalog.put_table(entry)
        if target.keys:
            engine.catalog.put_partitions(
                creation.database,
                creation.name,
                [
                    storage.partition_entry(entry, values, folder)
                    for values, folder in written.partitions.items()
                ],
            )
        return storage.told(engine, written, location)

    return replace(creation.query, work=work)


def plan_iceberg(engine, creation: Creation) -> Plan:
    """Hand a CTAS with ``table_type = 'ICEBERG'`` to the Iceberg tables."""
    from dealab.sql.athena.definitions import Definition
    from dealab.sql.athena.iceberg import tables

    given = creation.properties
    for name in ("external_location", "partitioned_by", "bucketed_by", "bucket_count"):
        if name in given:
            raise ServiceError(
                "INVALID_TABLE_PROPERTY",
                f"Table property '{name}' is not supported for table type ICEBERG",
                *creation.place,
                hint="an Iceberg table says location, and partitioning = ARRAY[...].",
            )
    if given.get("is_external") is not False:
        # https://docs.aws.amazon.com/athena/latest/ug/create-table-as.html
        raise ServiceError(
            "INVALID_TABLE_PROPERTY",
            "is_external must be false for table type ICEBERG",
            *creation.place,
            hint="say is_external = false.",
        )
    kept = {
        name: properties.shown(value).strip("'")
        for name, value in given.items()
        if name not in ("is_external", "location", "partitioning")
    }
    query = replace(
        creation.query,
        columns=[name for name, _ in creation.columns],
        kinds=[kind for _, kind in creation.columns],
    )
    if not creation.with_data:
        query.query = f"SELECT * FROM ({query.query}) WHERE false"
    definition = Definition(
        database=creation.database,
        name=creation.name,
        if_not_exists=creation.if_not_exists,
        comment=creation.comment,
        location=properties.text(given, "location"),
        partitioned_by=tuple(given.get("partitioning") or ()),
        properties=kept,
        place=creation.place,
    )
    return replace(query, work=tables.create_and_append(engine, definition, query).work)


def storage_format(given: dict, compression: str = "write_compression") -> dict:
    """Return format, compression, level and delimiter that properties ask for."""
    shape = properties.text(given, "format", "PARQUET").upper()
    codecs = {
        name: properties.text(given, name).upper()
        for name in (compression, "parquet_compression", "orc_compression")
        if given.get(name) is not None
    }
    for name in codecs:
        own = name.partition("_")[0].upper()
        if own in ("PARQUET", "ORC") and own != shape:
            raise ServiceError(
                "INVALID_TABLE_PROPERTY",
                f"{name} can only be specified for {own} format, but format is {shape}",
            )
    if len(set(codecs.values())) > 1:
        raise ServiceError(
            "INVALID_TABLE_PROPERTY",
            "Only one of the compression properties can be specified: " + ", ".join(sorted(codecs)),
        )
    shape = writing.check_format(shape)
    codec = next(iter(codecs.values()), "GZIP")
    known = writing.COMPRESSIONS[shape]
    if codec not in known:
        if shape != "PARQUET" and codec in ("BZIP2", "DEFLATE", "LZ4", "SNAPPY", "ZSTD"):
            # https://docs.aws.amazon.com/athena/latest/ug/compression-support-hive.html
            raise LabLimit(
                f"{shape} files compressed with {codec}",
                "Athena compresses text files with it; the lab writes GZIP or NONE.",
            )
        raise ServiceError(
            "INVALID_TABLE_PROPERTY",
            f"Compression codec {codec} is not supported for format {shape}. Supported: "
            + ", ".join(sorted(known)),
        )
    level = properties.whole(given, "compression_level")
    if level is not None:
        # https://docs.aws.amazon.com/athena/latest/ug/compression-support-zstd-levels.html
        if codec != "ZSTD":
            raise ServiceError(
                "INVALID_TABLE_PROPERTY",
                f"compression_level can only be specified with ZSTD compression, not {codec}",
            )
        if not 1 <= level <= 22:
            raise ServiceError(
                "INVALID_TABLE_PROPERTY", f"compression_level must be between 1 and 22: {level}"
            )
    delimiter = properties.text(given, "field_delimiter")
    if delimiter is not None:
        if shape != "TEXTFILE":
            raise ServiceError(
                "INVALID_TABLE_PROPERTY",
                f"field_delimiter can only be specified for TEXTFILE format, but format is {shape}",
            )
        delimiter = {"\\t": "\t", "\\001": "\x01"}.get(delimiter, delimiter)
        if len(delimiter) != 1:
            raise ServiceError(
                "INVALID_TABLE_PROPERTY",
                f"field_delimiter must be a single character, but was: '{delimiter}'",
            )
    return {
        "format": shape,
        "compression": codec,
        "level": level,
        "delimiter": delimiter or "\x01",
    }


def _target(creation: Creation, shape: dict) -> writing.Target:
    given = creation.properties
    columns = creation.columns
    by = properties.names(given, "bucketed_by")
    count = properties.whole(given, "bucket_count", 0)
    if count < 0:
        raise ServiceError("INVALID_TABLE_PROPERTY", "bucket_count must be greater than zero")
    if bool(by) != bool(count):
        raise ServiceError(
            "INVALID_TABLE_PROPERTY", "bucketed_by and bucket_count must be specified together"
        )
    keys = check_keys(columns, properties.names(given, "partitioned_by"))
    known = dict(columns)
    for name in by:
        if name not in known or name in [key for key, _ in columns[len(columns) - keys :]]:
            raise ServiceError(
                "INVALID_TABLE_PROPERTY", f"Bucketing columns [{name}] not present in schema"
            )
        if known[name].name not in buckets.TYPES:
            raise LabLimit(
                f"buckets of a column of type {athena_name(known[name])}",
                "Athena hashes the column's value to find the bucket.",
            )
    return writing.Target("", columns, keys, bucketed_by=by, bucket_count=count, **shape)


def check_keys(columns, wanted: tuple[str, ...]) -> int:
    """Return the number of partition keys, which have to be the last columns, in order."""
    if not wanted:
        return 0
    held = [name for name, _ in columns]
    missing = [name for name in wanted if name not in held]
    if missing:
        raise ServiceError(
            "INVALID_TABLE_PROPERTY",
            f"Partition columns [{', '.join(missing)}] not present in schema",
        )
    if len(wanted) == len(held):
        raise ServiceError("INVALID_TABLE_PROPERTY", "Table contains only partition columns")
    if tuple(held[-len(wanted) :]) != wanted:
        raise ServiceError(
            "HIVE_COLUMN_ORDER_MISMATCH",
            "Partition keys must be the last columns in the table and in the same order as the "
            f"table properties: [{', '.join(wanted)}]",
        )
    for name, kind in columns[-len(wanted) :]:
        hivetypes.check_key(kind, name)
    return len(wanted)


def glue_entry(engine, creation: Creation, target: writing.Target, described) -> dict:
    """Return Glue's description of the new table, with the properties that Athena leaves there."""
    into, out, serde = serdes.STORED_AS[target.format]
    first = len(target.data)
    parameters = {
        "EXTERNAL": "TRUE",
        "has_encrypted_data": "false",
        "auto.purge": "false",
        "numFiles": "-1",
        "totalSize": "-1",
        "transactional": "false",
        "classification": {"TEXTFILE": "csv"}.get(target.format, target.format.lower()),
        "trino_query_id": engine.file_token(),
        "transient_lastDdlTime": str(int(time.time())),
    }
    if target.format == "PARQUET":
        parameters["parquet.compression"] = target.compression
    if creation.comment is not None:
        parameters["comment"] = creation.comment
    serde_parameters = {"serialization.format": "1"}
    if target.format == "TEXTFILE" and target.delimiter != "\x01":
        parameters["field.delim"] = target.delimiter
        serde_parameters = {
            "serialization.format": target.delimiter,
            "field.delim": target.delimiter,
        }
    listed = [{"Name": name, "Type": kind} for name, kind in described]
    return {
        "DatabaseName": creation.database,
        "Name": creation.name,
        "Owner": "hadoop",
        "CreateTime": int(time.time()),
        "TableType": "EXTERNAL_TABLE",
        "PartitionKeys": listed[first:],
        "Parameters": parameters,
        "StorageDescriptor": {
            "Columns": listed[:first],
            "Location": target.location,
            "InputFormat": into,
            "OutputFormat": out,
            "Compressed": False,
            "NumberOfBuckets": target.bucket_count or -1,
            "SerdeInfo": {"SerializationLibrary": serde, "Parameters": serde_parameters},
            "BucketColumns": list(target.bucketed_by),
            "SortColumns": [],
            "StoredAsSubDirectories": False,
        },
    }
