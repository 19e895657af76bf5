"""SHOW CREATE TABLE and SHOW CREATE VIEW: statements that make the same entry again.

https://docs.aws.amazon.com/athena/latest/ug/show-create-table.html
"""

from dealab.sql.athena import definitions, hive, serdes
from dealab.sql.athena.statements import names
from dealab.sql.results import Plan, listing

#: Hive's clauses of ROW FORMAT DELIMITED, by SerDe property
_CLAUSES = (
    ("field.delim", "FIELDS TERMINATED BY"),
    ("escape.delim", "ESCAPED BY"),
    ("collection.delim", "COLLECTION ITEMS TERMINATED BY"),
    ("colelction.delim", "COLLECTION ITEMS TERMINATED BY"),
    ("mapkey.delim", "MAP KEYS TERMINATED BY"),
    ("line.delim", "LINES TERMINATED BY"),
    ("serialization.null.format", "NULL DEFINED AS"),
)


def show(engine, reader) -> Plan:
    """What follows SHOW CREATE: TABLE or VIEW and a name."""
    what = reader.accept_any("TABLE", "VIEW")
    if not what:
        raise hive.unsupported(f"SHOW CREATE {reader.word()}")
    table = names.hive_table(engine, reader)
    reader.end()
    if what == "VIEW":
        if not table.is_view:
            raise hive.failed(f"SemanticException {table.database}.{table.name} is not a view")
        from dealab.sql.athena.statements import views

        lines = [f"CREATE VIEW {table.database}.{table.name} AS"]
        return listing("create view", lines + views.definition(table)["originalSql"].splitlines())
    if table.is_view:
        raise hive.failed(
            f"SemanticException {table.database}.{table.name} is a view", "use SHOW CREATE VIEW."
        )
    if table.is_iceberg:
        from dealab.sql.athena import statements

        return statements.call("iceberg_tables:show_create", engine, table)
    return listing("createtab_stmt", table_lines(table))


def text(value: str) -> str:
    """Return a Hive literal. Control characters are spelled out, so that it can be run again."""
    made = value.replace("\\", "\\\\").replace("'", "\\'").replace("\t", "\\t").replace("\n", "\\n")
    return "'" + "".join(c if ord(c) >= 32 else f"\\u{ord(c):04x}" for c in made) + "'"


def table_lines(table) -> list[str]:
    """Return the lines of the CREATE statement of a table of Hive's kind."""
    entry = table.entry
    storage = entry["StorageDescriptor"]
    lines = [f"CREATE EXTERNAL TABLE `{table.database}.{table.name}`("]
    lines += _columns(storage.get("Columns", []))
    parameters = dict(entry.get("Parameters", {}))
    comment = parameters.pop("comment", None) or entry.get("Description")
    if comment:
        lines.append(f"COMMENT {text(comment)}")
    if entry.get("PartitionKeys"):
        lines += ["PARTITIONED BY ( ", *_columns(entry["PartitionKeys"])]
    if storage.get("BucketColumns"):
        lines += ["CLUSTERED BY ( ", *(f"  {name}" for name in _commas(storage["BucketColumns"]))]
        lines[-1] += ") "
        if storage.get("SortColumns"):
            pieces = [
                f"{sort['Column']} {'ASC' if sort['SortOrder'] else 'DESC'}"
                for sort in storage["SortColumns"]
            ]
            lines += ["SORTED BY ( ", *(f"  {piece}" for piece in _commas(pieces))]
            lines[-1] += ") "
        lines.append(f"INTO {storage['NumberOfBuckets']} BUCKETS")
    lines += _row_format(storage.get("SerdeInfo", {}))
    if storage.get("InputFormat"):
        lines += ["STORED AS INPUTFORMAT ", f"  {text(storage['InputFormat'])} "]
        lines += ["OUTPUTFORMAT ", f"  {text(storage.get('OutputFormat', serdes.TEXT_OUT))}"]
    lines += ["LOCATION", f"  {text(storage.get('Location', ''))}"]
    parameters.pop("EXTERNAL", None)
    if parameters:
        pairs = [f"{text(key)}={text(value)}" for key, value in sorted(parameters.items())]
        lines += ["TBLPROPERTIES (", *(f"  {pair}" for pair in _commas(pairs))]
        lines[-1] += ")"
    return lines


def _commas(items) -> list[str]:
    items = list(items)
    return [f"{item}, " for item in items[:-1]] + items[-1:]


def _columns(columns: list[dict]) -> list[str]:
    pieces = []
    for column in columns:
        piece = f"  `{column['Name']}` {definitions.spelled_type(column.get('Type') or 'string')}"
        if column.get("Comment"):
            piece += f" COMMENT {text(column['Comment'])}"
        pieces.append(piece)
    made = _commas(pieces)
    made[-1] += ")"
    return made


def _row_format(serde: dict) -> list[str]:
    library = serde.get("SerializationLibrary", "")
    given = dict(serde.get("Parameters", {}))
    if given.get("serialization.format") in ("1", given.get("field.delim")):
        given.pop("serialization.format", None)
    if library == serdes.LAZY and given and set(given) <= {key for key, _ in _CLAUSES}:
        clauses = [f"{words} {text(given[key])}" for key, words in _CLAUSES if key in given]
        if "field.delim" not in given and "escape.delim" in given:
            return _serde(library, given)
        return ["ROW FORMAT DELIMITED ", *(f"  {clause} " for clause in clauses)]
    return _serde(library, given) if library else []


def _serde(library: str, given: dict) -> list[str]:
    lines = ["ROW FORMAT SERDE ", f"  {text(library)} "]
    if given:
        pairs = [f"{text(key)}={text(value)}" for key, value in sorted(given.items())]
        lines += ["WITH SERDEPROPERTIES ( ", *(f"  {pair}" for pair in _commas(pairs))]
        lines[-1] += ") "
    return lines
