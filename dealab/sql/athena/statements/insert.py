"""INSERT INTO: new files in a table's folders, and new partitions in the catalog.

https://docs.aws.amazon.com/athena/latest/ug/insert-into.html
Wordings: Trino's StatementAnalyzer and Hive connector, https://github.com/trinodb/trino
"""

from dataclasses import replace

from dealab.sql.athena import hivetypes, storage, writing
from dealab.sql.athena.statements import names
from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.readers.common import header_lines
from dealab.sql.readers.delimited import character
from dealab.sql.results import Outcome, Plan
from dealab.sql.scope import Value
from dealab.sql.types import VARCHAR, Type, athena_name, duck_name

#: SerDes that Athena writes -> format; the others are refused
_WRITABLE = {
    "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe": "PARQUET",
    "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe": "TEXTFILE",
    "org.apache.hive.hcatalog.data.JsonSerDe": "JSON",
    "org.apache.hadoop.hive.ql.io.orc.OrcSerde": "ORC",
    "org.apache.hadoop.hive.serde2.avro.AvroSerDe": "AVRO",
    "com.amazon.ionhiveserde.IonHiveSerDe": "ION",
    "org.apache.hadoop.hive.serde2.OpenCSVSerde": "CSV",
}
_OUTPUT = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"


def insert(engine, reader) -> Plan:
    """Plan INSERT INTO table [(column, ...)] query."""
    from dealab.sql.athena import statements

    place = reader.place()
    reader.expect("INSERT", "INTO")
    database, name = names.path(engine, reader)
    listed = None
    if reader.sees("(") and not _query_follows(reader):
        listed = reader.listed(reader.identifier)
    tree = reader.query()
    table = engine.catalog.writable(database, name, "INSERT")
    if table is None:
        problem = names.missing(engine, database, name)
        message = problem.message
        if problem.code == "TABLE_NOT_FOUND":
            message = f"Table 'awsdatacatalog.{database}.{name}' does not exist"
        raise ServiceError(problem.code, message, *place, hint=problem.hint)
    if table.is_view:
        raise ServiceError("NOT_SUPPORTED", "Inserting into views is not supported", *place)
    columns = _columns(engine, table)
    wanted = _wanted(columns, listed, place)
    query, binder = statements.bind(engine, reader, tree)
    _check_types(binder, wanted, query.columns, place)
    inner = engine.finish(query, binder, tree)
    inner = _fitted(inner, binder, query.columns, wanted, place)
    if table.is_iceberg:
        from dealab.sql.athena.iceberg import writes

        given = [name for name, _ in wanted]
        return replace(inner, work=lambda: writes.append(engine, table, inner, given))
    return plan_hive(engine, table, wanted, inner)


def _query_follows(reader) -> bool:
    """Tell whether the parenthesis opens a query and not a list of columns."""
    at = 0
    while reader.word(at) == "(":
        at += 1
    if reader.word(at) not in ("SELECT", "WITH", "VALUES", "TABLE"):
        return False
    return not (at == 1 and reader.word(at + 1) in (",", ")"))


def _columns(engine, table) -> list[tuple[str, Type]]:
    if table.is_iceberg:
        from dealab.sql.athena.iceberg import metadata

        return list(metadata.load(engine.lake, table).columns())
    return list(table.fields())


def _wanted(columns, listed, place) -> list[tuple[str, Type]]:
    """Return the columns that the query fills, in the order of the list."""
    if listed is None:
        return columns
    known = dict(columns)
    for at, name in enumerate(listed):
        if name not in known:
            raise ServiceError(
                "COLUMN_NOT_FOUND",
                f"Insert column name does not exist in target table: {name}",
                *place,
            )
        if name in listed[:at]:
            raise ServiceError(
                "DUPLICATE_COLUMN_NAME",
                f"Insert column name is specified more than once: {name}",
                *place,
            )
    return [(name, known[name]) for name in listed]


def _check_types(binder, wanted, given, place) -> None:
    """Refuse a query whose columns are of another number or have types that do not meet."""
    fits = len(wanted) == len(given) and all(
        _meets(binder, kind, target) for (_, kind), (_, target) in zip(given, wanted, strict=True)
    )
    if not fits:
        table = ", ".join(athena_name(kind) for _, kind in wanted)
        query = ", ".join(athena_name(kind) for _, kind in given)
        raise ServiceError(
            "TYPE_MISMATCH",
            f"Insert query has mismatched column types: Table: [{table}], Query: [{query}]",
            *place,
        )


def _meets(binder, kind: Type, target: Type) -> bool:
    return kind == target or kind.name == "null" or binder.common_type(kind, target) is not None


def _fitted(inner: Plan, binder, given, wanted, place) -> Plan:
    """Return the plan with its columns cast to the table's types."""
    labels = [f"i{at}" for at in range(len(given))]
    picks = []
    for label, (_, kind), (_, target) in zip(labels, given, wanted, strict=True):
        sql = label
        if kind.name == "null":
            sql = f"CAST(NULL AS {duck_name(target)})"
        elif kind != target:
            sql = _stored(binder, Value(label, kind), target)
        picks.append(sql)
    inner.query = f"SELECT {', '.join(picks)} FROM ({inner.query}) AS q({', '.join(labels)})"
    inner.columns = [name for name, _ in wanted]
    inner.kinds = [kind for _, kind in wanted]
    return inner


def _stored(binder, value: Value, target: Type) -> str:
    """Return the cast of INSERT: text that is too long is an error, unless only blanks go."""
    kind = value.type
    bounded = target.name in ("varchar", "char") and target.args[0] is not None
    if bounded and kind.name in ("varchar", "char"):
        shown = athena_name(target)
        message = (
            "INVALID_CAST_ARGUMENT|Cannot truncate non-space characters when casting from "
            f"{athena_name(kind)} to {shown} on INSERT"
        )
        cast = binder.cast_value(value, target, None).sql
        quoted = message.replace("'", "''")
        return (
            f"CASE WHEN length(rtrim({value.sql}, ' ')) > {target.args[0]} "
            f"THEN CAST(lab_fail('{quoted}') AS VARCHAR) ELSE {cast} END"
        )
    if kind.name == "timestamp" and target.name == "timestamp":
        return value.sql
    return binder.cast_value(value, target, None).sql


def plan_hive(engine, table, wanted, inner: Plan) -> Plan:
    shape = _shape(engine, table)
    columns = tuple(table.fields())
    for name, kind in columns[len(table.columns) :]:
        hivetypes.check_key(kind, name)
    given = {name: at for at, (name, _) in enumerate(wanted)}
    order = ", ".join(
        f"i{given[name]}" if name in given else f"CAST(NULL AS {duck_name(kind)})"
        for name, kind in columns
    )
    labels = ", ".join(f"i{at}" for at in range(len(wanted)))
    inner.query = f"SELECT {order} FROM ({inner.query}) AS w({labels})"
    inner.columns = [name for name, _ in columns]
    inner.kinds = [kind for _, kind in columns]
    places = {part.values: part.location for part in table.partitions}
    storage_of = table.entry["StorageDescriptor"]
    target = writing.Target(
        location=_folder(table.location),
        columns=columns,
        keys=len(table.keys),
        places=places,
        **shape,
    )

    def work() -> Outcome:
        written = writing.write(engine, inner, target, engine.file_token())
        known = engine.catalog.partitions(table.database, table.name)
        held = {tuple(part["Values"]) for part in known}
        fresh = [
            storage.partition_entry(
                {**table.entry, "StorageDescriptor": storage_of}, values, folder
            )
            for values, folder in written.partitions.items()
            if values not in held
        ]
        if fresh:
            engine.catalog.put_partitions(table.database, table.name, [*known, *fresh])
        return storage.told(engine, written, target.location)

    return replace(inner, work=work)


def _folder(location: str) -> str:
    return location if location.endswith("/") else location + "/"


def _check_kind(table) -> None:
    """Refuse tables that Athena only reads.

    https://docs.aws.amazon.com/athena/latest/ug/delta-lake-tables.html
    https://docs.aws.amazon.com/athena/latest/ug/querying-hudi.html
    """
    given = {key.lower(): str(value).lower() for key, value in table.parameters.items()}
    kind = ""
    if "delta" in (given.get("table_type"), given.get("spark.sql.sources.provider")):
        kind = "Delta Lake"
    elif "hoodie" in table.input_format.lower():
        kind = "Hudi"
    elif "symlink" in table.input_format.lower():
        kind = "symlink"
    if kind:
        raise ServiceError(
            "NOT_SUPPORTED",
            f"Inserting into {kind} tables is not supported",
            hint=f"Athena reads {kind} tables and never writes them.",
        )


def _shape(engine, table) -> dict:
    """Return format, compression and delimiter of a table's new files, or refuse it."""
    entry = table.entry.get("StorageDescriptor", {})
    if entry.get("BucketColumns"):
        # https://docs.aws.amazon.com/athena/latest/ug/insert-into.html
        raise ServiceError(
            "NOT_SUPPORTED",
            f"Cannot insert into bucketed table {table.database}.{table.name}: INSERT INTO is not "
            "supported on bucketed tables",
            hint="write a bucketed table anew with CTAS.",
        )
    if table.parameters.get("storage.location.template"):
        raise LabLimit(
            "INSERT into a table with storage.location.template",
            "Athena finds the folders of projected partitions by the template.",
        )
    _check_kind(table)
    format_ = _WRITABLE.get(table.serde)
    skips = header_lines(table)
    if format_ is None:
        # https://github.com/prestodb/presto/issues/10394
        raise ServiceError(
            "HIVE_UNSUPPORTED_FORMAT",
            f"Output format {entry.get('OutputFormat') or _OUTPUT} with SerDe {table.serde} is "
            "not supported",
            hint="INSERT INTO writes Parquet, ORC, Avro, Ion, the Hive JSON SerDe, "
            "LazySimpleSerDe, and OpenCSVSerDe where every column is a string.",
        )
    if skips > 1:
        # trinodb/trino, HiveMetadata.beginInsert
        raise ServiceError(
            "NOT_SUPPORTED",
            "Inserting into Hive table with value of skip.header.line.count property greater than "
            "1 is not supported",
        )
    if format_ == "CSV":
        others = [f"{name} {athena_name(kind)}" for name, kind in table.columns if kind != VARCHAR]
        if others:
            raise ServiceError(
                "NOT_SUPPORTED",
                "Hive CSV storage format only supports VARCHAR (unbounded). "
                f"Unsupported columns: {', '.join(others)}",
                hint="OpenCSVSerDe can be written when every column is a string.",
            )
    else:
        writing.check_format(format_)
    parameters = table.settings
    codec = "GZIP"
    if format_ == "PARQUET":
        codec = table.parameters.get(
            "parquet.compression",
            table.parameters.get(
                "parquet.compress", table.parameters.get("write.compression", "GZIP")
            ),
        ).upper()
    else:
        codec = table.parameters.get("write.compression", "GZIP").upper()
    if codec not in writing.COMPRESSIONS[format_]:
        raise LabLimit(
            f"writing {format_} files compressed with {codec}",
            "Athena writes with the table's compression.",
        )
    shape = {"format": format_, "compression": codec}
    if codec == "ZSTD" and str(parameters.get("compression_level", "")).isdigit():
        shape["level"] = int(parameters["compression_level"])
    if format_ == "CSV":
        shape["delimiter"] = parameters.get("separatorChar", ",")
        shape["quotes"] = (parameters.get("quoteChar", '"'), parameters.get("escapeChar", "\\"))
    if format_ in ("CSV", "TEXTFILE"):
        shape["header"] = bool(skips)
    if format_ == "TEXTFILE":
        delimiter = parameters.get("field.delim", parameters.get("serialization.format", "\x01"))
        shape["delimiter"] = character(delimiter)
        items = parameters.get("collection.delim", parameters.get("colelction.delim", "\x02"))
        shape["nested"] = (character(items), character(parameters.get("mapkey.delim", "\x03")))
        if parameters.get("escape.delim"):
            shape["escape"] = character(parameters["escape.delim"])
        shape["null"] = parameters.get("serialization.null.format", "\\N")
    return shape
