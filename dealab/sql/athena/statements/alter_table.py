"""ALTER TABLE over tables of Hive's kind: columns, properties, place; partitions have their module.

https://docs.aws.amazon.com/athena/latest/ug/alter-table-add-columns.html and its siblings.
"""

from dealab.sql.athena import definitions, hive
from dealab.sql.athena.statements import create_table, names, partitions
from dealab.sql.nodes import nearest
from dealab.sql.results import Plan, done

#: SerDes whose columns Hive lets REPLACE COLUMNS change
REPLACEABLE = ("LazySimpleSerDe", "ParquetHiveSerDe", "OrcSerde", "ColumnarSerDe")
#: Hive's forms that Athena lists as unsupported, by their words after the table's name
# https://docs.aws.amazon.com/athena/latest/ug/unsupported-ddl.html
UNSUPPORTED = (
    ("ARCHIVE",),
    ("UNARCHIVE",),
    ("EXCHANGE",),
    ("CLUSTERED BY",),
    ("CLUSTERED",),
    ("NOT", "CLUSTERED"),
    ("NOT", "SKEWED"),
    ("NOT", "SORTED"),
    ("NOT", "STORED"),
    ("COMPACT",),
    ("CONCATENATE",),
    ("SET", "FILEFORMAT"),
    ("SET", "SERDE"),
    ("SET", "SERDEPROPERTIES"),
    ("SET", "SKEWED"),
    ("SKEWED",),
    ("TOUCH",),
    ("ENABLE",),
    ("DISABLE",),
)


def alter(engine, reader) -> Plan:
    reader.expect("ALTER", "TABLE")
    if reader.sees("IF", "EXISTS"):  # Trino has it, Athena's grammar does not
        raise reader.fail()
    database, name = names.path(engine, reader)
    table = engine.catalog.find(database, name)
    if table is not None and table.is_iceberg:
        from dealab.sql.athena import statements

        reader.at = 0
        return statements.call("iceberg_alter:alter", engine, reader)
    if table is None:
        raise hive.no_table(database, name, nearest(name, engine.catalog.tables(database)))
    if table.is_view:
        raise hive.failed(
            "SemanticException [Error 10132]: To alter a view you need to use the ALTER VIEW "
            "command."
        )
    if reader.accept("PARTITION"):
        plan = partitions.of_one(engine, reader, table)
        return plan or _of_partition(engine, reader, table)
    if reader.sees("ADD", "PARTITION") or reader.sees("ADD", "IF"):
        reader.expect("ADD")
        return partitions.add(engine, reader, table)
    if reader.sees("DROP", "PARTITION") or reader.sees("DROP", "IF"):
        reader.expect("DROP")
        return partitions.drop(engine, reader, table)
    if reader.sees("DROP", "COLUMN"):  # only Iceberg tables have it
        reader.expect("DROP")
        line, column = reader.place()
        raise hive.failed(
            f"ParseException line {line}:{column - 1} mismatched input 'COLUMN' expecting PARTITION"
        )
    if reader.accept("RENAME", "TO"):
        names.path(engine, reader)
        reader.end()
        # wording of the service: dealab.sql.athena.hive names the source
        raise hive.task_failed("Table cannot be renamed", "create the new table over the files.")
    if reader.accept("SET", "TBLPROPERTIES"):
        return _properties(engine, reader, table)
    if reader.accept("UNSET", "TBLPROPERTIES"):
        return _unset(engine, reader, table)
    if reader.accept("SET", "LOCATION"):
        location = reader.string()
        reader.end()
        create_table.check_location(engine, location)
        return _storing(engine, table, Location=location)
    for words in UNSUPPORTED:
        if reader.sees(*words):
            raise hive.unsupported(f"ALTER TABLE ... {' '.join(words)}")
    columns = _changed_columns(reader, table, table.entry["StorageDescriptor"]["Columns"])
    return _storing(engine, table, Columns=columns)


def _of_partition(engine, reader, table) -> Plan:
    """``PARTITION (...)`` before ADD, REPLACE or CHANGE: the schema of that partition alone."""
    first = next(at for at in range(reader.at) if reader.tokens[at].text.upper() == "PARTITION")
    behind, reader.at = reader.at, first + 1
    given = partitions.spec(reader)
    reader.at = behind
    for words in UNSUPPORTED:
        if reader.sees(*words):
            raise hive.unsupported(f"ALTER TABLE ... PARTITION ... {' '.join(words)}")
    parts = engine.catalog.partitions(table.database, table.name)
    at = partitions.find(engine, table, partitions.values_of(table, given))
    before = (
        parts[at]["StorageDescriptor"].get("Columns") or table.entry["StorageDescriptor"]["Columns"]
    )
    parts[at] = partitions.with_columns(parts[at], _changed_columns(reader, table, before))
    return done(lambda: engine.catalog.put_partitions(table.database, table.name, parts))


def _changed_columns(reader, table, before: list[dict]) -> list[dict]:
    """Take ADD COLUMNS, REPLACE COLUMNS or CHANGE COLUMN; return Glue's columns after it."""
    if reader.accept("ADD"):
        reader.expect("COLUMNS")
        fields = reader.listed(lambda: definitions.read_field(reader))
        definitions.check_types(fields)
        after = [*before, *(field.glue() for field in fields)]
    elif reader.accept("REPLACE"):
        reader.expect("COLUMNS")
        fields = reader.listed(lambda: definitions.read_field(reader))
        if not table.serde.endswith(REPLACEABLE):
            raise hive.task_failed(
                f"Replace columns is not supported for table {table.database}.{table.name}. "
                "SerDe may be incompatible."
            )
        definitions.check_types(fields)
        after = [field.glue() for field in fields]
    elif reader.accept("CHANGE"):
        after = _change(reader, before)
    else:
        raise reader.fail()
    reader.end()
    seen = [name for name, _ in table.keys]
    for column in after:
        if column["Name"].lower() in seen:
            raise hive.task_failed(f"Duplicate column name: {column['Name']}")
        seen.append(column["Name"].lower())
    return after


def _change(reader, before: list[dict]) -> list[dict]:
    """CHANGE [COLUMN] old new type [COMMENT 'text'] [FIRST | AFTER column]."""
    reader.accept("COLUMN")
    old = definitions.column_name(reader)
    field = definitions.read_field(reader)
    definitions.check_types([field])
    names_before = [column["Name"].lower() for column in before]
    if old not in names_before:
        raise hive.task_failed(f"Invalid column reference {old}")
    at = names_before.index(old)
    changed = {**before[at], **field.glue()}
    rest = [column for column in before if column is not before[at]]
    if reader.accept("FIRST"):
        return [changed, *rest]
    if reader.accept("AFTER"):
        other = definitions.column_name(reader)
        places = [column["Name"].lower() for column in rest]
        if other not in places:
            raise hive.task_failed(f"Invalid column reference {other}")
        where = places.index(other) + 1
        return [*rest[:where], changed, *rest[where:]]
    return [*before[:at], changed, *before[at + 1 :]]


def _properties(engine, reader, table) -> Plan:
    """SET TBLPROPERTIES: a key that exists gets the new value. ``EXTERNAL`` cannot be changed.

    https://docs.aws.amazon.com/athena/latest/ug/alter-table-set-tblproperties.html
    """
    given = definitions.properties(reader)
    reader.end()
    given.pop("EXTERNAL", None)
    entry = {**table.entry, "Parameters": {**table.entry.get("Parameters", {}), **given}}
    return done(lambda: engine.catalog.put_table(entry) and None)


def _unset(engine, reader, table) -> Plan:
    tolerant = reader.accept("IF", "EXISTS")
    keys = reader.listed(reader.string)
    reader.end()
    before = table.entry.get("Parameters", {})
    for key in keys:
        if key not in before and not tolerant:
            raise hive.failed(
                f"SemanticException [Error 10215]: Please use the following syntax if not sure "
                f"whether the property existed or not: ALTER TABLE tableName UNSET TBLPROPERTIES "
                f"IF EXISTS (key1, key2, ...)  The following property {key} does not exist in "
                f"{table.name}"
            )
    entry = {**table.entry, "Parameters": {k: v for k, v in before.items() if k not in keys}}
    return done(lambda: engine.catalog.put_table(entry) and None)


def _storing(engine, table, **changes) -> Plan:
    entry = {**table.entry, "StorageDescriptor": {**table.entry["StorageDescriptor"], **changes}}
    return done(lambda: engine.catalog.put_table(entry) and None)
