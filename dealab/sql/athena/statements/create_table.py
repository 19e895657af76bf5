"""CREATE EXTERNAL TABLE: a new entry of the catalog. No file is read or written."""

import time

from dealab.sql import lake as lakes
from dealab.sql.athena import definitions, hive, serdes
from dealab.sql.athena.definitions import Definition
from dealab.sql.errors import LabLimit
from dealab.sql.results import Outcome, Plan, done


def create(engine, reader) -> Plan:
    """Plan CREATE [EXTERNAL] TABLE in Hive's grammar, or hand a CTAS to its own planner."""
    if is_ctas(reader):
        from dealab.sql.athena import statements

        again = statements.read(reader.source.sql, parameters=reader.parameters)
        return statements.call("ctas:create", engine, again)
    definition = definitions.read(engine, reader)
    if definition.table_type == "ICEBERG":
        if definition.external:
            # https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-creating-tables.html
            raise hive.refused("External keyword not supported for table type ICEBERG")
        from dealab.sql.athena import statements

        return statements.call("iceberg_tables:create", engine, definition)
    return plan_hive(engine, definition)


def is_ctas(reader) -> bool:
    """Tell whether ``AS query`` follows outside parentheses (STORED AS names a format)."""
    depth = 0
    before = ""
    for at in range(len(reader.tokens) - reader.at):
        word = reader.word(at)
        depth += (word == "(") - (word == ")")
        follows = reader.word(at + 1)
        if depth == 0 and word == "AS" and before not in ("STORED", "DEFINED"):
            return follows in ("SELECT", "WITH", "(", "VALUES", "TABLE", "EXECUTE")
        before = word
    return False


def plan_hive(engine, definition: Definition) -> Plan:
    """Check everything, then return the plan that puts the table into the catalog."""
    _check(engine, definition)
    exists = engine.catalog.find(definition.database, definition.name) is not None
    if exists and not definition.if_not_exists:
        raise hive.task_failed(
            f"AlreadyExistsException(message:Table {definition.name} already exist)"
        )
    if engine.catalog.database(definition.database) is None:
        raise hive.no_database(definition.database)
    entry = glue_entry(definition)
    bucket, _ = lakes.split(entry["StorageDescriptor"]["Location"])

    def work():
        if exists:
            return None
        engine.catalog.put_table(entry)
        if bucket in engine.lake.buckets():
            return None
        return Outcome(
            notes=[f"The lab's lake has no bucket {bucket}: the table reads as empty for now."]
        )

    return done(work)


def _check(engine, definition: Definition) -> None:
    if definition.location is None:
        raise hive.refused("No location was specified for table. An S3 location must be specified")
    if definition.table_type == "DELTA":
        raise LabLimit(
            "tables of Delta Lake",
            "Athena reads the columns from the table's Delta log and queries it read-only.",
            "Athena reads Delta Lake tables without a manifest since engine version 3.",
        )
    if not definition.external:
        raise hive.refused("External keyword required for table type HIVE")
    check_location(engine, definition.location)
    if definition.stored_as and definition.stored_as not in (*serdes.STORED_AS, "INPUTFORMAT"):
        raise hive.failed(
            "SemanticException Unrecognized file format in STORED AS clause: "
            f"'{definition.stored_as}'"
        )
    if not definition.columns and "avro.schema.literal" not in definition.serde_properties:
        raise hive.task_failed(
            "MetaException(message:at least one column must be specified for the table)"
        )
    definitions.check_types((*definition.columns, *definition.partitioned_by))
    names = [column.name for column in definition.columns]
    for at, name in enumerate(names):
        if name in names[:at]:
            raise hive.failed(f"SemanticException [Error 10036]: Duplicate column name: {name}")
    keys = [key.name for key in definition.partitioned_by]
    for at, key in enumerate(keys):
        if key in names or key in keys[:at]:
            raise hive.failed(
                "SemanticException [Error 10035]: Column repeated in partitioning columns"
            )
    for key in definition.partitioned_by:
        if not key.type:
            raise hive.refused(f"Partition column {key.name} has no type.")
        if "<" in key.type:
            raise hive.failed(
                "SemanticException [Error 10316]: Partition column type must be a primitive type: "
                f"{key.name}"
            )
    for name in definition.bucketed_by:
        if name not in names:
            raise hive.failed(
                f"SemanticException [Error 10002]: Invalid column reference {name} in CLUSTERED BY"
            )
    for name, _ in definition.sorted_by:
        if name not in names:
            raise hive.failed(
                f"SemanticException [Error 10002]: Invalid column reference {name} in SORTED BY"
            )
    if definition.bucketed_by and definition.buckets < 1:
        raise hive.failed(
            f"SemanticException Bucket number should be greater than zero: {definition.buckets}"
        )


def check_location(engine, location: str) -> None:
    """Refuse what is not the address of a folder in S3.

    https://docs.aws.amazon.com/athena/latest/ug/tables-location-format.html
    """
    problem = "MetaException(message:Got exception: java.io.IOException "
    if not location.startswith("s3://"):
        raise hive.task_failed(
            f"{problem}No FileSystem for the location: {location})",
            "a location is s3://bucket/folder/; s3n, s3a, http addresses and ARNs are not taken.",
        )
    try:
        bucket, key = lakes.split(location)
    except lakes.BadLocation as wrong:
        raise hive.task_failed(f"{problem}Invalid S3 path: {location})") from wrong
    if any(mark in location for mark in "*?[]"):
        raise hive.task_failed(
            f"{problem}Invalid S3 path: {location})",
            "a location is a folder: no file name, no * and no other pattern.",
        )
    if (
        key
        and not key.endswith("/")
        and any(name == f"{bucket}/{key}" for name, _ in engine.lake.objects(location))
    ):
        raise hive.task_failed(
            "MetaException(message:Got exception: org.apache.hadoop.fs.FileAlreadyExistsException "
            f"Can't make directory for path '{location}' since it is a file.)",
            "a location is a folder and ends in /.",
        )


def glue_entry(definition: Definition) -> dict:
    """Return Glue's description of the table."""
    serde_parameters = dict(definition.serde_properties)
    if definition.stored_as == "INPUTFORMAT":
        into, out = definition.classes
        serde = serdes.LAZY
    else:
        into, out, serde = serdes.STORED_AS[definition.stored_as or "TEXTFILE"]
    if definition.serde is not None:
        serde = definition.serde
    else:
        serde_parameters = {**(definition.delimiters or {}), **serde_parameters}
    serde_parameters.setdefault("serialization.format", "1")
    parameters = {
        **definition.properties,
        "EXTERNAL": "TRUE",
        "transient_lastDdlTime": str(int(time.time())),
    }
    if definition.comment is not None:
        parameters["comment"] = definition.comment
    entry = {
        "DatabaseName": definition.database,
        "Name": definition.name,
        "Owner": "hadoop",
        "CreateTime": int(time.time()),
        "TableType": "EXTERNAL_TABLE",
        "PartitionKeys": [key.glue() for key in definition.partitioned_by],
        "Parameters": parameters,
        "StorageDescriptor": {
            "Columns": [column.glue() for column in definition.columns],
            "Location": definition.location,
            "InputFormat": into,
            "OutputFormat": out,
            "Compressed": False,
            "NumberOfBuckets": definition.buckets or -1,
            "SerdeInfo": {"SerializationLibrary": serde, "Parameters": serde_parameters},
            "BucketColumns": list(definition.bucketed_by),
            "SortColumns": [
                {"Column": name, "SortOrder": order} for name, order in definition.sorted_by
            ],
            "StoredAsSubDirectories": False,
        },
    }
    return entry
