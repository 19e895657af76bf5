"""Schemas, databases and functions of the namespace, over all its databases.

https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_ALL_SCHEMAS.html and its neighbors
(read 2026-11-23)
"""

from dealab.sql.redshift.system.looking import acl
from dealab.sql.redshift.system.registry import view
from dealab.sql.redshift.system.table_views import databases
from dealab.sql.types import redshift_name


@view(
    "svv_all_schemas",
    "database_name varchar(128), schema_name varchar(128), schema_owner int, "
    "schema_type varchar(128), schema_acl varchar(128), source_database varchar(128), "
    "schema_option varchar(256)",
    page="r_SVV_ALL_SCHEMAS",
)
def svv_all_schemas(look):
    for database in databases(look):
        for one in look.schemas(database):
            if look.may_use(one):
                yield {
                    "database_name": database,
                    "schema_name": one.name,
                    "schema_owner": look.user_id(one.owner),
                    "schema_type": "external" if one.source else "local",
                    "schema_acl": acl(look, "schema", one.oid, one.owner),
                    "source_database": one.source.get("database") if one.source else None,
                }


@view(
    "svv_redshift_schemas",
    "database_name varchar(128), schema_name varchar(128), schema_owner int, "
    "schema_type varchar(16), schema_acl varchar(128), schema_option varchar(128)",
    page="r_SVV_REDSHIFT_SCHEMAS",
)
def svv_redshift_schemas(look):
    for row in svv_all_schemas(look):
        if row["schema_type"] == "local":
            row.pop("source_database")
            yield row


@view(
    "svv_redshift_databases",
    "database_name varchar(128), database_owner int, database_type varchar(32), "
    "database_acl varchar(128), database_options varchar(128), "
    "database_isolation_level varchar(128)",
    page="r_SVV_REDSHIFT_DATABASES",
)
def svv_redshift_databases(look):
    isolation = {"snapshot": "Snapshot Isolation", "serializable": "Serializable"}
    for one in look.objects.find("database"):
        yield {
            "database_name": one.name,
            "database_owner": look.user_id(one.owner),
            "database_type": "shared" if one.share else "local",
            "database_acl": acl(look, "database", one.name, one.owner),
            "database_isolation_level": isolation[one.isolation],
        }


@view(
    "svv_redshift_functions",
    "database_name varchar(128), schema_name varchar(128), function_name varchar(128), "
    "function_type varchar(128), argument_type varchar(512), result_type varchar(128)",
    page="r_SVV_REDSHIFT_FUNCTIONS",
)
def svv_redshift_functions(look):
    for kind, told in (("function", "REGULAR FUNCTION"), ("procedure", "STORED PROCEDURE")):
        for one in look.objects.find(kind):
            returns = getattr(one, "returns", None)
            yield {
                "database_name": one.database,
                "schema_name": one.schema,
                "function_name": one.name,
                "function_type": told,
                "argument_type": ", ".join(redshift_name(a.type) for a in one.inputs()),
                "result_type": redshift_name(returns) if returns is not None else None,
            }
