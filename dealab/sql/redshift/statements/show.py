"""SHOW TABLES, COLUMNS, SCHEMAS, DATABASES, TABLE, VIEW, CONSTRAINTS.

https://docs.aws.amazon.com/redshift/latest/dg/r_SHOW_TABLES.html and its neighbors
(read 2026-11-23)
"""

import re

from dealab.sql import types
from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.redshift import namespace as spaces
from dealab.sql.redshift import places
from dealab.sql.redshift.statements import ddl
from dealab.sql.results import Plan, listing, table
from dealab.sql.types import INTEGER, VARCHAR, redshift_name

MOST = 10_000  # rows; more is an error


def tail(reader):
    """Take [LIKE 'pattern'] [LIMIT n]; return (pattern or None, n or None)."""
    pattern = reader.string() if reader.accept("LIKE") else None
    limit = None
    if reader.accept("LIMIT"):
        place = reader.place()
        limit = reader.integer()
        if not 0 <= limit <= MOST:
            raise ServiceError("22023", f"LIMIT must be between 0 and {MOST}", *place)
    reader.end()
    return pattern, limit


def kept(rows, at: int, pattern: str | None, limit: int | None):
    """Return the rows whose name (column ``at``) matches, in its order."""
    if pattern is not None:
        made = "".join({"%": ".*", "_": "."}.get(mark, re.escape(mark)) for mark in pattern)
        rows = [row for row in rows if re.fullmatch(made, row[at], re.DOTALL)]
    rows = rows[:limit] if limit is not None else rows
    if len(rows) > MOST:
        raise ServiceError("54000", f"more than {MOST} rows would be returned")
    return rows


def database_of(engine, name: str) -> str:
    if name != "awsdatacatalog" and engine.objects.get("database", name) is None:
        raise ServiceError("3D000", f'database "{name}" does not exist')
    return name


def schema_of(engine, parts):
    """Return (database, schema, name of the Glue database or None) of a schema's name."""
    database = database_of(engine, parts[0]) if len(parts) > 1 else engine.database
    name = parts[-1]
    if database == "awsdatacatalog":
        if name not in engine.catalog.databases:
            raise ServiceError("3F000", f'schema "{name}" does not exist')
        return database, name, name
    found = engine.objects.get("schema", database, name)
    if found is None:
        raise ServiceError("3F000", f'schema "{name}" does not exist')
    glue = found.source.get("database") if found.source else None
    return database, name, glue if found.source and found.source["kind"] == "data catalog" else None


# --- SHOW TABLES ----------------------------------------------------------------------


def show_tables(engine, reader) -> Plan:
    reader.expect("SHOW", "TABLES")
    if reader.done:  # the lab's own short form: the tables of the catalog's database
        return listing("table_name", engine.catalog.tables(engine.external or "fernway"))
    reader.expect("FROM", "SCHEMA")
    parts = reader.qualified()
    pattern, limit = tail(reader)
    database, schema, glue = schema_of(engine, parts)
    rows = []
    if glue is not None:
        for name in sorted(engine.catalog.tables(glue)):
            kind = "VIEW" if engine.catalog.find(glue, name).is_view else "EXTERNAL TABLE"
            rows.append((database, schema, name, kind, None, None, None, None, None, None, None))
    for one in engine.objects.find("relation", database, schema):
        rows.append(_table_row(one))
    columns = ["database_name", "schema_name", "table_name", "table_type", "table_acl", "remarks"]
    columns += ["owner", "last_altered_time", "last_modified_time", "dist_style", "table_subtype"]
    kinds = [VARCHAR] * 7 + [types.TIMESTAMP, types.TIMESTAMP, VARCHAR, VARCHAR]
    return table(columns, kept(rows, 2, pattern, limit), kinds)


def _table_row(one):
    view = isinstance(one, (spaces.View, spaces.MaterializedView))
    subtype = "REGULAR TABLE"
    if isinstance(one, spaces.MaterializedView):
        subtype = "MATERIALIZED VIEW"
    elif view:
        subtype = "LATE BINDING VIEW" if one.late_binding else "REGULAR VIEW"
    return (
        one.database,
        one.schema,
        one.name,
        "VIEW" if view else "TABLE",
        None,
        one.comment or None,
        one.owner,
        None,
        None,
        None if isinstance(one, spaces.View) else ddl.dist_style(one),
        subtype,
    )


# --- SHOW COLUMNS ---------------------------------------------------------------------

COLUMN_TITLES = [
    "database_name",
    "schema_name",
    "table_name",
    "column_name",
    "ordinal_position",
    "column_default",
    "is_nullable",
    "data_type",
    "character_maximum_length",
    "numeric_precision",
    "numeric_scale",
    "remarks",
    "sort_key_type",
    "sort_key_order",
    "dist_key",
    "encoding",
    "collation",
]
_DIGITS = {"smallint": 16, "tinyint": 8, "integer": 32, "bigint": 64, "real": 24, "double": 53}


def show_columns(engine, reader) -> Plan:
    reader.expect("SHOW", "COLUMNS", "FROM", "TABLE")
    parts = reader.qualified()
    pattern, limit = tail(reader)
    found = places.existing(engine, parts)
    database = parts[0] if len(parts) == 3 else engine.database
    schema = parts[-2] if len(parts) > 1 else getattr(found, "schema", found_schema(found))
    rows = []
    if isinstance(found, spaces.Table):
        for at, column in enumerate(found.columns, 1):
            rows.append((*_start(database, schema, found, column.name, at), *_local(found, column)))
    else:
        fields = found.columns if isinstance(found, spaces.View) else found.fields()
        for at, (name, kind) in enumerate(fields, 1):
            start = _start(database, schema, found, name, at)
            more = (None, None, None, None, None, None)
            rows.append((*start, None, "YES", *_measures(kind), None, *more[:4], None))
    kinds = [VARCHAR] * 4 + [INTEGER, VARCHAR, VARCHAR, VARCHAR, INTEGER, INTEGER, INTEGER]
    kinds += [VARCHAR, VARCHAR, INTEGER, INTEGER, VARCHAR, VARCHAR]
    return table(COLUMN_TITLES, kept(rows, 3, pattern, limit), kinds)


def found_schema(found) -> str:
    return found.database


def _start(database, schema, found, name, at):
    return (database, schema, found.name, name, at)


def _measures(kind):
    length = kind.args[0] if kind.name in ("varchar", "char") and kind.args else None
    if kind.name == "decimal":
        return (redshift_name(kind).partition("(")[0], None, *kind.args)
    whole = kind.name in _DIGITS and kind.name not in ("real", "double")
    named = redshift_name(kind).partition("(")[0]
    return (named, length, _DIGITS.get(kind.name), 0 if whole else None)


def _local(found, column):
    order = found.sortkey.index(column.name) + 1 if column.name in found.sortkey else None
    return (
        ddl.default_of(column),
        "NO" if column.not_null else "YES",
        *_measures(column.type),
        column.comment or None,
        found.sortstyle if order else None,
        order,
        1 if column.name == found.distkey else None,
        column.encode,
        "default" if column.type.name in ("varchar", "char") else None,
    )


# --- SHOW SCHEMAS, DATABASES --------------------------------------------------------------


def show_schemas(engine, reader) -> Plan:
    reader.expect("SHOW", "SCHEMAS", "FROM", "DATABASE")
    database = database_of(engine, reader.identifier())
    pattern, limit = tail(reader)
    rows = []
    if database == "awsdatacatalog":
        rows = [
            (database, name, None, "EXTERNAL", None, None, None)
            for name in sorted(engine.catalog.databases)
        ]
    for one in engine.objects.find("schema", database):
        owner = engine.objects.get("user", one.owner)
        source = one.source or {}
        rows.append(
            (
                database,
                one.name,
                owner.id if owner else None,
                "external" if one.source else "local",
                None,
                source.get("database"),
                None,
            )
        )
    titles = ["database_name", "schema_name", "schema_owner", "schema_type", "schema_acl"]
    titles += ["source_database", "schema_option"]
    kinds = [VARCHAR, VARCHAR, INTEGER, *[VARCHAR] * 4]
    return table(titles, kept(rows, 1, pattern, limit), kinds)


def show_databases(engine, reader) -> Plan:
    reader.expect("SHOW", "DATABASES")
    if reader.sees("FROM"):
        reader.expect("FROM", "DATA", "CATALOG")
        if not reader.done and not reader.sees("LIKE") and not reader.sees("LIMIT"):
            raise LabLimit(
                "SHOW DATABASES of another account or role", "Redshift asks the Data Catalog."
            )
        pattern, limit = tail(reader)
        rows = [(name, None, "external", None, None, None) for name in engine.catalog.databases]
    else:
        pattern, limit = tail(reader)
        rows = []
        for one in engine.objects.find("database"):
            owner = engine.objects.get("user", one.owner)
            kind = "shared" if one.share else "local"
            isolation = {"snapshot": "Snapshot Isolation", "serializable": "Serializable"}
            rows.append(
                (one.name, owner.id if owner else None, kind, None, None, isolation[one.isolation])
            )
    titles = ["database_name", "database_owner", "database_type", "database_acl", "parameters"]
    titles.append("database_isolation_level")
    kinds = [VARCHAR, INTEGER, *[VARCHAR] * 4]
    return table(titles, kept(sorted(rows), 0, pattern, limit), kinds)


# --- SHOW TABLE, VIEW, CONSTRAINTS --------------------------------------------------------


def show_table(engine, reader) -> Plan:
    """https://docs.aws.amazon.com/redshift/latest/dg/r_SHOW_TABLE.html"""
    reader.expect("SHOW", "TABLE")
    parts = reader.qualified()
    reader.end()
    found = places.existing(engine, parts)
    if not isinstance(found, spaces.Table) or isinstance(found, spaces.MaterializedView):
        raise ServiceError("42809", f'"{found.name}" is not a table')
    return table(["Show Table DDL statement"], [(ddl.create_table(found),)])


def show_view(engine, reader) -> Plan:
    """https://docs.aws.amazon.com/redshift/latest/dg/r_SHOW_VIEW.html"""
    reader.expect("SHOW", "VIEW")
    parts = reader.qualified()
    reader.end()
    found = places.existing(engine, parts)
    if not isinstance(found, (spaces.View, spaces.MaterializedView)):
        raise ServiceError("42809", f'"{found.name}" is not a view')
    return table(["Show View DDL statement"], [(ddl.view(found),)])


def show_constraints(engine, reader) -> Plan:
    """SHOW CONSTRAINTS {PRIMARY KEYS | FOREIGN KEYS [EXPORTED]} FROM TABLE t

    https://docs.aws.amazon.com/redshift/latest/dg/r_SHOW_CONSTRAINTS.html
    """
    reader.expect("SHOW", "CONSTRAINTS")
    if reader.accept("PRIMARY", "KEYS"):
        kind = "primary"
    else:
        reader.expect("FOREIGN", "KEYS")
        kind = "exported" if reader.accept("EXPORTED") else "foreign"
    reader.expect("FROM", "TABLE")
    found = places.existing(engine, reader.qualified())
    _, limit = tail(reader)
    if not isinstance(found, spaces.Table):
        raise ServiceError("42809", f'"{found.name}" is not a table')
    if kind == "primary":
        titles = ["database_name", "schema_name", "table_name", "column_name", "key_seq", "pk_name"]
        rows = [
            (found.database, found.schema, found.name, name, at, key.name)
            for key in found.constraints
            if key.kind == "primary key"
            for at, name in enumerate(key.columns, 1)
        ]
        kinds = [VARCHAR] * 4 + [INTEGER, VARCHAR]
        return table(titles, rows[:limit] if limit is not None else rows, kinds)
    raise LabLimit("SHOW CONSTRAINTS FOREIGN KEYS", "Redshift lists the keys, one column a row.")
