"""The views of information_schema that people query: as PostgreSQL 8.0 has them.

https://docs.aws.amazon.com/redshift/latest/dg/c_intro_catalog_views.html (read 2026-11-23);
external tables are not part of it.
"""

from dealab.sql.redshift import namespace as spaces
from dealab.sql.redshift.statements import ddl
from dealab.sql.redshift.system.catalog_views import key_name
from dealab.sql.redshift.system.registry import view
from dealab.sql.redshift.system.table_views import column_rows

HOME = "information_schema"


@view(
    "schemata",
    "catalog_name text, schema_name text, schema_owner text, default_character_set_catalog text, "
    "default_character_set_schema text, default_character_set_name text, sql_path text",
    schema=HOME,
)
def schemata(look):
    for one in look.schemas():
        if look.unrestricted or one.owner == look.engine.user or look.may_use(one):
            row = {"catalog_name": look.database, "schema_name": one.name}
            yield {**row, "schema_owner": one.owner}
    for name in ("pg_catalog", HOME):
        yield {"catalog_name": look.database, "schema_name": name, "schema_owner": "rdsdb"}


@view(
    "tables",
    "table_catalog text, table_schema text, table_name text, table_type text, "
    "self_referencing_column_name text, reference_generation text, "
    "user_defined_type_catalog text, user_defined_type_schema text, user_defined_type_name text",
    schema=HOME,
)
def tables(look):
    for one in look.seen():
        kind = "VIEW" if isinstance(one, (spaces.View, spaces.MaterializedView)) else "BASE TABLE"
        yield {
            "table_catalog": look.database,
            "table_schema": one.schema,
            "table_name": one.name,
            "table_type": "LOCAL TEMPORARY" if getattr(one, "temporary", False) else kind,
        }


@view(
    "columns",
    """
    table_catalog text, table_schema text, table_name text, column_name text,
    ordinal_position int, column_default text, is_nullable text, data_type text,
    character_maximum_length int, character_octet_length int, numeric_precision int,
    numeric_precision_radix int, numeric_scale int, datetime_precision int, interval_type text,
    interval_precision text, character_set_catalog text, character_set_schema text,
    character_set_name text, collation_catalog text, collation_schema text, collation_name text,
    domain_catalog text, domain_schema text, domain_name text, udt_catalog text,
    udt_schema text, udt_name text, scope_catalog text, scope_schema text, scope_name text,
    maximum_cardinality int, dtd_identifier text, is_self_referencing text
    """,
    schema=HOME,
)
def columns(look):
    for row in column_rows(look, external=False):
        row.pop("remarks")
        row["dtd_identifier"] = str(row["ordinal_position"])
        row["is_self_referencing"] = "NO"
        yield row


@view(
    "views",
    "table_catalog text, table_schema text, table_name text, view_definition text, "
    "check_option text, is_updatable text, is_insertable_into text",
    schema=HOME,
)
def views(look):
    for one in look.seen():
        if isinstance(one, (spaces.View, spaces.MaterializedView)):
            yield {
                "table_catalog": look.database,
                "table_schema": one.schema,
                "table_name": one.name,
                "view_definition": ddl.view(one),
                "check_option": "NONE",
                "is_updatable": "NO",
                "is_insertable_into": "NO",
            }


@view(
    "table_constraints",
    "constraint_catalog text, constraint_schema text, constraint_name text, table_catalog text, "
    "table_schema text, table_name text, constraint_type text, is_deferrable text, "
    "initially_deferred text",
    schema=HOME,
)
def table_constraints(look):
    for one in look.seen():
        for key in getattr(one, "constraints", ()):
            yield {**constrained(look, one, key), "constraint_type": key.kind.upper()}


def constrained(look, one, key) -> dict:
    return {
        "constraint_catalog": look.database,
        "constraint_schema": one.schema,
        "constraint_name": key_name(one, key),
        "table_catalog": look.database,
        "table_schema": one.schema,
        "table_name": one.name,
        "is_deferrable": "NO",
        "initially_deferred": "NO",
    }


@view(
    "key_column_usage",
    "constraint_catalog text, constraint_schema text, constraint_name text, table_catalog text, "
    "table_schema text, table_name text, column_name text, ordinal_position int",
    schema=HOME,
)
def key_column_usage(look):
    for one in look.seen():
        for key in getattr(one, "constraints", ()):
            row = constrained(look, one, key)
            row.pop("is_deferrable")
            row.pop("initially_deferred")
            for at, name in enumerate(key.columns, 1):
                yield {**row, "column_name": name, "ordinal_position": at}
