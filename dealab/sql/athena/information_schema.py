"""``information_schema``: the catalog as tables.

https://docs.aws.amazon.com/athena/latest/ug/querying-glue-catalog.html
"""

from dealab.sql.athena.statements import names
from dealab.sql.errors import ServiceError
from dealab.sql.types import BIGINT, VARCHAR, athena_name

SCHEMA = "information_schema"

_COLUMNS = {
    "schemata": ("catalog_name", "schema_name"),
    "tables": ("table_catalog", "table_schema", "table_name", "table_type"),
    "views": ("table_catalog", "table_schema", "table_name", "view_definition"),
    "columns": (
        "table_catalog",
        "table_schema",
        "table_name",
        "column_name",
        "ordinal_position",
        "column_default",
        "is_nullable",
        "data_type",
        "comment",
        "extra_info",
    ),
    # https://trino.io/docs/current/connector/hive.html has no roles in Athena: these are empty
    "table_privileges": (
        "grantor",
        "grantor_type",
        "grantee",
        "grantee_type",
        "table_catalog",
        "table_schema",
        "table_name",
        "privilege_type",
        "is_grantable",
        "with_hierarchy",
    ),
    "roles": ("role_name",),
    "applicable_roles": ("grantee", "grantee_type", "role_name", "is_grantable"),
    "enabled_roles": ("role_name",),
}


def names_of() -> list[str]:
    return sorted(_COLUMNS)


def columns(name: str) -> list[tuple]:
    """Return the columns (name, type) of one of its tables."""
    return [
        (column, BIGINT if column == "ordinal_position" else VARCHAR) for column in _COLUMNS[name]
    ]


def rows(catalog, name: str) -> list[tuple]:
    """Return the rows of one of its tables."""
    made = _ROWS.get(name)
    return list(made(catalog)) if made else []


def _schemata(catalog):
    for database in sorted([*catalog.databases, SCHEMA]):
        yield names.CATALOG, database


def _entries(catalog):
    for database in catalog.databases:
        for name in catalog.tables(database):
            try:
                yield database, name, catalog.find(database, name)
            except ServiceError as problem:
                if problem.code != "HIVE_INVALID_METADATA":
                    raise  # a table with a type that there is not is left out


def _tables(catalog):
    for database, name, table in _entries(catalog):
        yield names.CATALOG, database, name, "VIEW" if table.is_view else "BASE TABLE"
    for name in names_of():
        yield names.CATALOG, SCHEMA, name, "BASE TABLE"


def _views(catalog):
    from dealab.sql.athena.statements import views

    for database, name, table in _entries(catalog):
        if table.is_view:
            yield names.CATALOG, database, name, views.definition(table)["originalSql"]


def _columns(catalog):
    from dealab.sql.athena.statements import views

    for database, name, table in _entries(catalog):
        if table.is_view:
            listed = [(c["name"], c["type"]) for c in views.definition(table)["columns"]]
        elif table.is_iceberg:  # their timestamps have microseconds
            from dealab.sql.athena.iceberg import metadata

            state = metadata.load(catalog.lake, table)
            listed = [(column, athena_name(kind)) for column, kind in state.columns()]
        else:
            listed = [(column, athena_name(kind)) for column, kind in table.fields()]
        keys = {key for key, _ in table.keys}
        for at, (column, kind) in enumerate(listed):
            yield (
                names.CATALOG,
                database,
                name,
                column,
                at + 1,
                None,
                "YES",
                kind,
                table.comments.get(column) or None,
                "partition key" if column in keys else None,
            )
    for name in names_of():
        for at, (column, kind) in enumerate(columns(name)):
            yield (
                names.CATALOG,
                SCHEMA,
                name,
                column,
                at + 1,
                None,
                "YES",
                athena_name(kind),
                None,
                None,
            )


_ROWS = {"schemata": _schemata, "tables": _tables, "views": _views, "columns": _columns}
