"""DESCRIBE: columns, partition keys and what the catalog knows of a table.

https://docs.aws.amazon.com/athena/latest/ug/describe-table.html
"""

import time

from dealab.sql.athena import hive
from dealab.sql.athena.statements import names, partitions
from dealab.sql.errors import ServiceError
from dealab.sql.results import Plan
from dealab.sql.results import table as answer
from dealab.sql.types import hive_name

COLUMNS = ["col_name", "data_type", "comment"]
#: SerDes that state the columns themselves: the comment then says so
_OWN_SCHEMA = ("OpenCSVSerde", "JsonSerDe", "RegexSerDe", "GrokSerDe", "CloudTrailSerde")


def describe(engine, reader) -> Plan:
    reader.expect_any("DESCRIBE", "DESC")
    more = reader.at + 1 < len(reader.tokens) and reader.word(1) != "."
    if more and reader.word() in ("INPUT", "OUTPUT", "DATABASE", "SCHEMA", "FUNCTION"):
        raise hive.unsupported(f"DESCRIBE {reader.word()}")
    if more and reader.sees("TABLE"):
        raise hive.failed(
            "SemanticException [Error 10001]: Table not found table",
            "the statement is DESCRIBE name, without TABLE.",
        )
    detail = reader.accept_any("EXTENDED", "FORMATTED")
    view = more and reader.accept("VIEW")
    database, name = names.path(engine, reader)
    table = names.entity(engine, database, name)
    if view and not table.is_view:
        raise hive.failed(f"SemanticException {database}.{name} is not a view")
    part = None
    if reader.accept("PARTITION"):
        given = partitions.spec(reader)
        partitions.check_spec(table, given, whole=True)
        at = partitions.find(engine, table, partitions.values_of(table, given))
        if at is None:
            shown = "{" + ", ".join(f"{key}={value}" for key, _, value in given) + "}"
            raise hive.failed(f"SemanticException [Error 10006]: Partition not found {shown}")
        part = engine.catalog.partitions(database, name)[at]
    if not reader.done:
        return _one_column(reader, table)
    if table.is_iceberg:
        from dealab.sql.athena import statements

        return statements.call("iceberg_tables:describe", engine, (table, detail))
    rows = _columns(table, part)
    if detail == "FORMATTED":
        rows += _formatted(table, part)
    elif detail == "EXTENDED":
        rows += [("", "", ""), ("Detailed Table Information", _thrift(table), "")]
    return answer(COLUMNS, rows)


def _columns(table, part: dict | None) -> list[tuple]:
    storage = (part or {}).get("StorageDescriptor", {})
    listed = storage.get("Columns") or table.entry["StorageDescriptor"].get("Columns", [])
    keys = table.entry.get("PartitionKeys", [])
    rows = [_row(table, column) for column in listed]
    if not keys:
        return rows
    named = [(key["Name"], key.get("Type", "string"), key.get("Comment") or "") for key in keys]
    return [
        *rows,
        *named,
        ("", "", ""),
        ("# Partition Information", "", ""),
        ("# col_name", "data_type", "comment"),
        ("", "", ""),
        *named,
    ]


def _row(table, column: dict) -> tuple:
    comment = column.get("Comment") or ""
    if table.serde.endswith(_OWN_SCHEMA):
        comment = comment or "from deserializer"
    return column["Name"], column.get("Type") or "string", comment


def _formatted(table, part: dict | None) -> list[tuple]:
    entry = table.entry
    storage = (part or entry)["StorageDescriptor"]
    serde = entry["StorageDescriptor"].get("SerdeInfo", {})
    made = time.strftime("%a %b %d %H:%M:%S UTC %Y", time.gmtime(entry.get("CreateTime", 0)))
    head = [("", "", "")]
    if part is not None:
        head += [
            ("# Detailed Partition Information", "", ""),
            ("Partition Value:", f"[{', '.join(part['Values'])}]", ""),
            ("Database:", table.database, ""),
            ("Table:", table.name, ""),
            ("CreateTime:", made, ""),
            ("LastAccessTime:", "UNKNOWN", ""),
            ("Protect Mode:", "None", ""),
            ("Location:", storage["Location"], ""),
            ("Partition Parameters:", "", ""),
        ]
        head += [("", key, value) for key, value in sorted(part.get("Parameters", {}).items())]
    else:
        head += [
            ("# Detailed Table Information", "", ""),
            ("Database:", table.database, ""),
            ("Owner:", entry.get("Owner", "hadoop"), ""),
            ("CreateTime:", made, ""),
            ("LastAccessTime:", "UNKNOWN", ""),
            ("Protect Mode:", "None", ""),
            ("Retention:", "0", ""),
            ("Location:", storage.get("Location", ""), ""),
            ("Table Type:", table.kind, ""),
            ("Table Parameters:", "", ""),
        ]
        head += [("", key, value) for key, value in sorted(table.parameters.items())]
    sort = [item["Column"] for item in storage.get("SortColumns") or []]
    return [
        *head,
        ("", "", ""),
        ("# Storage Information", "", ""),
        ("SerDe Library:", serde.get("SerializationLibrary", ""), ""),
        ("InputFormat:", storage.get("InputFormat", ""), ""),
        ("OutputFormat:", storage.get("OutputFormat", ""), ""),
        ("Compressed:", "Yes" if storage.get("Compressed") else "No", ""),
        ("Num Buckets:", str(storage.get("NumberOfBuckets", -1)), ""),
        ("Bucket Columns:", f"[{', '.join(storage.get('BucketColumns') or [])}]", ""),
        ("Sort Columns:", f"[{', '.join(sort)}]", ""),
        ("Storage Desc Params:", "", ""),
        *(("", key, value) for key, value in sorted(serde.get("Parameters", {}).items())),
    ]


def _thrift(table) -> str:
    entry = table.entry
    storage = entry["StorageDescriptor"]
    serde = storage.get("SerdeInfo", {})

    def fields(columns) -> str:
        return ", ".join(
            f"FieldSchema(name:{c['Name']}, type:{c.get('Type', 'string')}, "
            f"comment:{c.get('Comment') or 'null'})"
            for c in columns
        )

    def mapped(pairs: dict) -> str:
        return "{" + ", ".join(f"{key}={value}" for key, value in pairs.items()) + "}"

    return (
        f"Table(tableName:{table.name}, dbName:{table.database}, "
        f"owner:{entry.get('Owner', 'hadoop')}, createTime:{entry.get('CreateTime', 0)}, "
        f"lastAccessTime:0, retention:0, sd:StorageDescriptor("
        f"cols:[{fields(storage.get('Columns', []))}], location:{storage.get('Location', '')}, "
        f"inputFormat:{storage.get('InputFormat', '')}, "
        f"outputFormat:{storage.get('OutputFormat', '')}, compressed:false, "
        f"numBuckets:{storage.get('NumberOfBuckets', -1)}, serdeInfo:SerDeInfo(name:null, "
        f"serializationLib:{serde.get('SerializationLibrary', '')}, "
        f"parameters:{mapped(serde.get('Parameters', {}))}), "
        f"bucketCols:[{', '.join(storage.get('BucketColumns') or [])}], sortCols:[], "
        f"parameters:{{}}), partitionKeys:[{fields(entry.get('PartitionKeys', []))}], "
        f"parameters:{mapped(table.parameters)}, viewOriginalText:null, viewExpandedText:null, "
        f"tableType:{table.kind})"
    )


def _one_column(reader, table) -> Plan:
    """``col[.field | .'$elem$' | .'$key$' | .'$value$']...``"""
    name = reader.identifier()
    kinds = dict(table.fields())
    if name == table.name and reader.sees("."):  # t.col, as Hive's older grammar has it
        reader.expect(".")
        name = reader.identifier()
    if name not in kinds:
        raise hive.failed(
            f"Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. "
            f"cannot find field {name} from {[column for column, _ in table.fields()]}"
        )
    kind, shown = kinds[name], name
    while reader.accept("."):
        step = reader.string() if reader.is_string() else reader.spelled()
        shown = step
        kind = _inside(kind, step.lower(), table)
    reader.end()
    comment = table.comments.get(name) if shown == name else ""
    if kind.name == "row":
        rows = [(field, hive_name(of), "from deserializer") for field, of in kind.args[0]]
        return answer(COLUMNS, rows)
    return answer(COLUMNS, [(shown, hive_name(kind), comment or "from deserializer")])


def _inside(kind, step: str, table):
    if kind.name == "row":
        for field, of in kind.args[0]:
            if field == step:
                return of
    if kind.name == "array" and step == "$elem$":
        return kind.args[0]
    if kind.name == "map" and step in ("$key$", "$value$"):
        return kind.args[step == "$value$"]
    raise ServiceError(
        "FAILED",
        "Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. "
        f"Error in getting fields from serde. Invalid Field {step}",
    )
