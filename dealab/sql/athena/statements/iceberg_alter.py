"""ALTER TABLE over Iceberg tables: columns, properties, name.

https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-evolving-table-schema.html
"""

from dealab.sql.athena import definitions, hive
from dealab.sql.athena.iceberg import tables
from dealab.sql.athena.statements import names
from dealab.sql.results import Plan

EVOLUTION = (
    "Athena's SQL does not change the partitioning of an Iceberg table; Spark on EMR or Glue does "
    "(ALTER TABLE ... ADD PARTITION FIELD)."
)
#: forms that Athena starts and then refuses for Iceberg tables
REFUSED = (
    ("REPLACE", "COLUMNS"),
    ("SET", "LOCATION"),
    ("SET", "SERDEPROPERTIES"),
    ("SET", "FILEFORMAT"),
)


def alter(engine, reader) -> Plan:
    reader.expect("ALTER", "TABLE")
    table = names.hive_table(engine, reader)
    if reader.sees("ADD", "PARTITION", "FIELD"):  # Spark's; no Athena statement
        reader.expect("ADD")
        failed = reader.fail()
        failed.hint = EVOLUTION
        raise failed
    if reader.sees("PARTITION") or reader.word(1) in ("PARTITION", "IF"):
        # https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-additional-operations.html
        refused = hive.iceberg_unsupported()
        refused.hint = EVOLUTION
        raise refused
    if reader.accept("ADD"):
        reader.expect("COLUMNS")
        made = reader.listed(lambda: definitions.read_field(reader))
        reader.end()
        return tables.add_columns(engine, table, [(f.name, f.type, f.comment) for f in made])
    if reader.accept("DROP"):
        reader.accept("COLUMN")
        name = definitions.column_name(reader)
        reader.end()
        return tables.drop_column(engine, table, name)
    if reader.accept("CHANGE"):
        return _change(engine, reader, table)
    if reader.accept("RENAME", "TO"):
        database, name = names.path(engine, reader)
        reader.end()
        return tables.rename(engine, table, database, name)
    if reader.accept("SET", "TBLPROPERTIES"):
        given = definitions.properties(reader)
        reader.end()
        return tables.set_properties(engine, table, given)
    if reader.accept("UNSET", "TBLPROPERTIES"):
        keys = reader.listed(reader.string)
        reader.end()
        return tables.unset_properties(engine, table, keys)
    for words in REFUSED:
        if reader.sees(*words):
            # https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-alter-table-change-column.html
            refused = hive.iceberg_unsupported()
            refused.hint = "CHANGE COLUMN, ADD COLUMNS and DROP COLUMN change one column at a time."
            raise refused
    if reader.word() in ("WRITE", "EXECUTE", "REPLACE"):
        failed = reader.fail()
        failed.hint = EVOLUTION
        raise failed
    raise reader.fail()


def _change(engine, reader, table) -> Plan:
    reader.accept("COLUMN")
    old = definitions.column_name(reader)
    field = definitions.read_field(reader)
    after = None
    if reader.accept("FIRST"):
        after = ""
    elif reader.accept("AFTER"):
        after = definitions.column_name(reader)
    reader.end()
    return tables.change_column(engine, table, old, field.name, field.type, field.comment, after)
