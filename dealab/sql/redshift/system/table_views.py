"""Tables, columns, schemas, databases and users as people look them up.

https://docs.aws.amazon.com/redshift/latest/dg/r_PG_TABLE_DEF.html, svv_views.html and their pages
(read 2026-11-23).
"""

from dealab.sql.redshift import namespace as spaces
from dealab.sql.redshift.statements import ddl
from dealab.sql.redshift.system.catalog_views import sort_place
from dealab.sql.redshift.system.looking import Look, acl, text_of
from dealab.sql.redshift.system.registry import view
from dealab.sql.types import redshift_name

_DIGITS = {"smallint": 16, "tinyint": 16, "integer": 32, "bigint": 64, "real": 24, "double": 53}
_WHOLE = ("smallint", "tinyint", "integer", "bigint")


@view(
    "pg_table_def",
    "schemaname name, tablename name, column name, type text, encoding text, distkey bool, "
    "sortkey int, notnull bool",
    page="r_PG_TABLE_DEF",
)
def pg_table_def(look):
    """Only the schemas of search_path are shown."""
    path = look.engine.schemas_in_path()
    for one in look.seen():
        if one.schema not in path or not isinstance(one, spaces.Table):
            continue
        for column in one.columns:
            yield {
                "schemaname": one.schema,
                "tablename": one.name,
                "column": column.name,
                "type": redshift_name(column.type),
                "encoding": column.encode,
                "distkey": one.distkey == column.name,
                "sortkey": sort_place(one, column.name),
                "notnull": column.not_null,
            }


@view(
    "pg_tables",
    "schemaname name, tablename name, tableowner name, tablespace name, hasindexes bool, "
    "hasrules bool, hastriggers bool",
    page="c_join_PG",
)
def pg_tables(look):
    for one in look.tables():
        if not isinstance(one, spaces.MaterializedView):
            yield {
                "schemaname": one.schema,
                "tablename": one.name,
                "tableowner": one.owner,
                "hasindexes": False,
                "hasrules": False,
                "hastriggers": False,
            }


@view("pg_views", "schemaname name, viewname name, viewowner name, definition text")
def pg_views(look):
    for one in look.relations():
        if isinstance(one, (spaces.View, spaces.MaterializedView)):
            yield {
                "schemaname": one.schema,
                "viewname": one.name,
                "viewowner": one.owner,
                "definition": ddl.view(one),
            }


# --- users, groups, databases ---------------------------------------------------------


@view(
    "pg_user",
    "usename name, usesysid int, usecreatedb bool, usesuper bool, usecatupd bool, passwd text, "
    "valuntil text, useconfig text",
    page="c_join_PG",
)
def pg_user(look):
    for one in [RDSDB, *look.objects.find("user")]:
        yield user_row(one)


#: the user that the service itself works as
RDSDB = spaces.User("rdsdb", 1, superuser=True, createdb=True)


def user_row(one: spaces.User) -> dict:
    settings = [f"{name}={value}" for name, value in one.settings.items()]
    return {
        "usename": one.name,
        "usesysid": one.id,
        "usecreatedb": one.createdb,
        "usesuper": one.superuser,
        "usecatupd": one is RDSDB,
        "passwd": "********",
        "valuntil": one.options.get("valid until"),
        "useconfig": text_of(settings) if settings else None,
    }


@view(
    "pg_user_info",
    "usename name, usesysid int, usecreatedb bool, usesuper bool, usecatupd bool, passwd text, "
    "valuntil text, useconfig text, useconnlimit text",
    page="r_PG_USER_INFO",
)
def pg_user_info(look):
    for one in [RDSDB, *look.objects.find("user")]:
        yield {**user_row(one), "useconnlimit": one.options.get("connection limit", "UNLIMITED")}


@view("pg_group", "groname name, grosysid int, grolist text", page="c_join_PG")
def pg_group(look):
    for one in look.objects.find("group"):
        members = [look.user_id(name) for name in one.users]
        yield {"groname": one.name, "grosysid": one.id, "grolist": text_of(members)}


_DATABASE = "datname name, datdba int, encoding int, datistemplate bool, datallowconn bool"


def database_rows(look: Look):
    for one in look.objects.find("database"):
        yield {
            "datname": one.name,
            "datdba": look.user_id(one.owner),
            "encoding": 6,
            "datistemplate": False,
            "datallowconn": True,
            "datacl": acl(look, "database", one.name, one.owner),
        }


@view("pg_database", _DATABASE + ", datacl text", hidden="oid oid", page="c_join_PG")
def pg_database(look):
    for row in database_rows(look):
        yield {**row, "oid": look.database_id(row["datname"])}


@view(
    "pg_database_info",
    "datid oid, " + _DATABASE + ", datacl text, datconnlimit text",
    page="r_PG_DATABASE_INFO",
)
def pg_database_info(look):
    for row in database_rows(look):
        name = row["datname"]
        yield {**row, "datid": look.database_id(name), "datconnlimit": "UNLIMITED"}


@view(
    "svv_user_info",
    "user_name text, user_id int, createdb bool, superuser bool, catalog_update bool, "
    "connection_limit text, syslog_access text, last_ddl_timestamp ts, session_timeout int, "
    "external_user_id text",
    access="own",
    page="r_SVV_USER_INFO",
)
def svv_user_info(look):
    last = last_ddl(look)
    for one in look.objects.find("user"):
        yield {
            "user_name": one.name,
            "user_id": one.id,
            "createdb": one.createdb,
            "superuser": one.superuser,
            "catalog_update": False,
            "connection_limit": one.options.get("connection limit", "UNLIMITED"),
            "syslog_access": syslog(one),
            "last_ddl_timestamp": last.get(one.name),
            "session_timeout": int(one.options.get("session timeout", 0)),
            "external_user_id": one.options.get("external id"),
        }


@view(
    "svl_user_info",
    "usename text, usesysid int, usecreatedb bool, usesuper bool, usecatupd bool, "
    "useconnlimit text, syslogaccess text, last_ddl_ts ts, sessiontimeout int, external_id text",
    access="superuser",
    page="r_SVL_USER_INFO",
)
def svl_user_info(look):
    names = ("usename", "usesysid", "usecreatedb", "usesuper", "usecatupd", "useconnlimit")
    names += ("syslogaccess", "last_ddl_ts", "sessiontimeout", "external_id")
    for row in svv_user_info(look):
        yield dict(zip(names, row.values(), strict=True))


def syslog(user: spaces.User) -> str:
    told = user.options.get("syslog access", "restricted")
    return "UNRESTRICTED" if user.superuser else told.upper()


def last_ddl(look: Look) -> dict[str, object]:
    return {
        record.user: record.start
        for record in look.records()
        if record.kind == "DDL" and record.status == "success"
    }


# --- tables and columns of every kind -------------------------------------------------


def listed(look: Look, database: str = ""):
    """Yield (schema, name, kind, remarks, relation or catalog table) of what the session may
    see: local tables and views, then external tables."""
    for one in look.seen(database):
        kind = "VIEW" if isinstance(one, (spaces.View, spaces.MaterializedView)) else "TABLE"
        yield one.schema, one.name, kind, one.comment or None, one
    if not database or database == look.database:
        for schema, table in look.glue_tables():
            yield schema.name, table.name, "EXTERNAL TABLE", None, table


def fields_of(found):
    """Return the columns of a relation or catalog table as pairs of name and type."""
    if isinstance(found, spaces.View):
        return found.columns
    return found.fields()


@view(
    "svv_tables",
    "table_catalog text, table_schema text, table_name text, table_type text, remarks text",
    page="r_SVV_TABLES",
)
def svv_tables(look):
    for schema, name, kind, remarks, _ in listed(look):
        yield {
            "table_catalog": look.database,
            "table_schema": schema,
            "table_name": name,
            "table_type": "BASE TABLE" if kind == "TABLE" else kind,
            "remarks": remarks,
        }


_COLUMNS = """
    table_catalog text, table_schema text, table_name text, column_name text,
    ordinal_position int, column_default text, is_nullable text, data_type text,
    character_maximum_length int, numeric_precision int, numeric_precision_radix int,
    numeric_scale int, datetime_precision int, interval_type text, interval_precision text,
    character_set_catalog text, character_set_schema text, character_set_name text,
    collation_catalog text, collation_schema text, collation_name text, domain_name text,
    remarks text
"""


def column_rows(look: Look, external: bool = True):
    """Yield one dict for each column, as svv_columns and information_schema.columns share them."""
    for schema, table, kind, _, found in listed(look):
        if kind == "EXTERNAL TABLE" and not external:
            continue
        for at, (name, of) in enumerate(fields_of(found), 1):
            column = found.column(name) if isinstance(found, spaces.Table) else None
            yield {
                "table_catalog": look.database,
                "table_schema": schema,
                "table_name": table,
                "column_name": name,
                "ordinal_position": at,
                "column_default": ddl.default_of(column) if column else None,
                "is_nullable": "NO" if column and column.not_null else "YES",
                **measures(of),
                "remarks": column.comment or None if column else None,
            }


def measures(kind) -> dict:
    """Return the columns that tell of a type."""
    sized = kind.name in ("varchar", "char") and kind.args
    row = {
        "data_type": redshift_name(kind).partition("(")[0],
        "character_maximum_length": kind.args[0] if sized else None,
    }
    if kind.name == "decimal":
        row["numeric_precision"], row["numeric_scale"] = kind.args
        row["numeric_precision_radix"] = 10
    elif kind.name in _DIGITS:
        row["numeric_precision"] = _DIGITS[kind.name]
        row["numeric_precision_radix"] = 2
        row["numeric_scale"] = 0 if kind.name in _WHOLE else None
    return row


@view("svv_columns", _COLUMNS, page="r_SVV_COLUMNS")
def svv_columns(look):
    yield from column_rows(look)


@view(
    "svv_all_tables",
    "database_name varchar(128), schema_name varchar(128), table_name varchar(128), "
    "table_type varchar(128), table_acl varchar(128), remarks varchar(128)",
    page="r_SVV_ALL_TABLES",
)
def svv_all_tables(look):
    for database in databases(look):
        for schema, name, kind, remarks, found in listed(look, database):
            oid = getattr(found, "oid", None)
            yield {
                "database_name": database,
                "schema_name": schema,
                "table_name": name,
                "table_type": all_kind(kind, found),
                "table_acl": acl(look, "table", oid, found.owner) if oid else None,
                "remarks": remarks,
            }


def all_kind(kind: str, found) -> str:
    return "MATERIALIZED VIEW" if isinstance(found, spaces.MaterializedView) else kind


def databases(look: Look) -> list[str]:
    """Return the names of the databases with objects of their own, the session's first."""
    names = [one.name for one in look.objects.find("database") if one.share is None]
    return sorted(names, key=lambda name: (name != look.database, name))


@view(
    "svv_redshift_tables",
    "database_name varchar(128), schema_name varchar(128), table_name varchar(128), "
    "table_type varchar(128), table_acl varchar(128), remarks varchar(128), "
    "table_owner varchar(128)",
    page="r_SVV_REDSHIFT_TABLES",
)
def svv_redshift_tables(look):
    for database in databases(look):
        for schema, name, kind, remarks, found in listed(look, database):
            if kind != "EXTERNAL TABLE":
                yield {
                    "database_name": database,
                    "schema_name": schema,
                    "table_name": name,
                    "table_type": all_kind(kind, found),
                    "table_acl": acl(look, "table", found.oid, found.owner),
                    "remarks": remarks,
                    "table_owner": found.owner,
                }


_ALL_COLUMNS = """
    database_name varchar(128), schema_name varchar(128), table_name varchar(128),
    column_name varchar(128), ordinal_position int, data_type varchar(128),
    column_default varchar(4000), is_nullable bool, encoding varchar(128), distkey bool,
    sortkey int, column_acl varchar(128), remarks varchar(256)
"""


def every_column(look: Look):
    for database in databases(look):
        for schema, table, kind, _, found in listed(look, database):
            for at, (name, of) in enumerate(fields_of(found), 1):
                column = found.column(name) if isinstance(found, spaces.Table) else None
                row = {
                    "database_name": database,
                    "schema_name": schema,
                    "table_name": table,
                    "column_name": name,
                    "ordinal_position": at,
                    "column_default": ddl.default_of(column) if column else None,
                    "is_nullable": not (column and column.not_null),
                    "remarks": column.comment or None if column else None,
                }
                yield row, kind, found, column, of


@view(
    "svv_all_columns",
    "database_name varchar(128), schema_name varchar(128), table_name varchar(128), "
    "column_name varchar(128), ordinal_position int, column_default varchar(4000), "
    "is_nullable bool, data_type varchar(128), character_maximum_length int, "
    "numeric_precision int, numeric_scale int, remarks varchar(256)",
    page="r_SVV_ALL_COLUMNS",
)
def svv_all_columns(look):
    for row, _, _, _, of in every_column(look):
        told = measures(of)
        told.pop("numeric_precision_radix", None)
        yield {**row, **told}


@view("svv_redshift_columns", _ALL_COLUMNS, page="r_SVV_REDSHIFT_COLUMNS")
def svv_redshift_columns(look):
    for row, kind, found, column, of in every_column(look):
        if kind == "EXTERNAL TABLE":
            continue
        table = column is not None
        yield {
            **row,
            "data_type": redshift_name(of),
            "encoding": column.encode if table else None,
            "distkey": table and found.distkey == column.name,
            "sortkey": sort_place(found, column.name) if table else 0,
        }
