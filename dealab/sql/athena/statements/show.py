"""SHOW DATABASES, TABLES, VIEWS, COLUMNS, PARTITIONS, TBLPROPERTIES; SHOW CREATE has its module.

https://docs.aws.amazon.com/athena/latest/ug/show-tables.html and its siblings.
"""

import re

from dealab.sql.athena import hive
from dealab.sql.athena.statements import names, partitions, show_create
from dealab.sql.errors import LabLimit
from dealab.sql.nodes import nearest
from dealab.sql.results import Plan, listing
from dealab.sql.results import table as answer


def show(engine, reader) -> Plan:
    reader.expect("SHOW")
    what = reader.accept_any(*FORMS)
    if not what:
        raise hive.unsupported(f"SHOW {reader.word()}")
    return FORMS[what](engine, reader)


def databases(engine, reader) -> Plan:
    shape = _pattern(reader) if reader.accept("LIKE") else None
    reader.end()
    return listing("database_name", _matching(engine.catalog.databases, shape))


def tables(engine, reader) -> Plan:
    """SHOW TABLES [IN database] ['pattern']: tables and views."""
    database = _home(engine, reader)
    reader.accept("LIKE")
    shape = None if reader.done else _pattern(reader)
    reader.end()
    return listing("tab_name", _matching(engine.catalog.tables(database), shape))


def views(engine, reader) -> Plan:
    """SHOW VIEWS [IN database] [LIKE 'pattern']."""
    database = _home(engine, reader)
    shape = _pattern(reader) if reader.accept("LIKE") else None
    reader.end()
    found = [
        name for name in engine.catalog.tables(database) if engine.catalog.is_view(database, name)
    ]
    return listing("views", _matching(found, shape))


def columns(engine, reader) -> Plan:
    """SHOW COLUMNS {FROM | IN} table [{FROM | IN} database]."""
    reader.expect_any("IN", "FROM")
    database, name = names.path(engine, reader)
    if reader.accept_any("IN", "FROM"):
        database = reader.identifier()
    reader.end()
    table = names.entity(engine, database, name)
    return listing("field", [column for column, _ in table.fields()])


def show_partitions(engine, reader) -> Plan:
    """SHOW PARTITIONS table: the registered ones, whatever projection would find."""
    table = names.hive_table(engine, reader)
    given = partitions.spec(reader) if reader.accept("PARTITION") else []
    reader.end()
    if table.is_iceberg:
        raise hive.iceberg_unsupported()
    if not table.keys:
        raise hive.task_failed(f"Table {table.name} is not a partitioned table")
    if given:
        partitions.check_spec(table, given, whole=False)
    return listing(
        "partition",
        [
            partitions.shown_name(table, part["Values"])
            for part in engine.catalog.partitions(table.database, table.name)
            if partitions.matches(table, part, given)
        ],
    )


def properties(engine, reader) -> Plan:
    """SHOW TBLPROPERTIES table [('key')]."""
    table = names.hive_table(engine, reader)
    key = None
    if reader.accept("("):
        key = reader.string()
        reader.expect(")")
    reader.end()
    if table.is_iceberg:
        from dealab.sql.athena import statements

        return statements.call("iceberg_tables:show_properties", engine, (table, key))
    held = table.parameters
    if key is None:
        return answer(["prpt_name", "prpt_value"], list(held.items()))
    if key in held:
        return answer(["prpt_name", "prpt_value"], [(key, held[key])])
    return answer(
        ["prpt_name", "prpt_value"],
        [(f"Table {table.database}.{table.name} does not have property: {key}", "")],
    )


def functions(engine, reader) -> Plan:
    if reader.accept("LIKE"):
        reader.string()
    reader.end()
    raise LabLimit(
        "SHOW FUNCTIONS",
        "Athena lists its functions with their signatures, six columns a row.",
    )


def _home(engine, reader) -> str:
    """Take ``[IN database]`` and return the database. Raises Hive's error when there is none."""
    database = engine.database
    if reader.accept_any("IN", "FROM"):
        parts = reader.qualified()
        if len(parts) == 2 and parts[0] == names.CATALOG:
            parts = parts[1:]
        if len(parts) > 1:
            raise reader.fail()
        database = parts[0]
    if engine.catalog.database(database) is None:
        raise hive.no_database(database, nearest(database, engine.catalog.databases))
    return database


def _pattern(reader) -> re.Pattern:
    """Take a pattern in which ``*`` stands for any text and ``|`` for or."""
    written = reader.string().lower().replace(".*", "*")
    parts = (re.escape(part).replace(r"\*", ".*") for part in written.split("|"))
    return re.compile("|".join(f"(?:{part})" for part in parts))


def _matching(found, shape) -> list[str]:
    return [name for name in found if shape is None or shape.fullmatch(name)]


FORMS = {
    "DATABASES": databases,
    "SCHEMAS": databases,
    "TABLES": tables,
    "VIEWS": views,
    "COLUMNS": columns,
    "PARTITIONS": show_partitions,
    "TBLPROPERTIES": properties,
    "FUNCTIONS": functions,
    "CREATE": show_create.show,
}
