"""External schemas, tables, columns and partitions: what the data catalog holds.

https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_EXTERNAL_TABLES.html and its neighbors
(read 2026-11-23)
"""

import json

from dealab.sql.redshift.system.registry import view


@view(
    "svv_external_schemas",
    "esoid oid, eskind smallint, schemaname name, esowner int, databasename text, esoptions text",
    page="r_SVV_EXTERNAL_SCHEMAS",
)
def svv_external_schemas(look):
    for one in external(look):
        yield schema_row(look, one)


def schema_row(look, one) -> dict:
    from dealab.sql.redshift.statements.external_schema import KINDS

    return {
        "esoid": one.oid,
        "eskind": KINDS.get(one.source["kind"]),
        "schemaname": one.name,
        "esowner": look.user_id(one.owner),
        "databasename": one.source.get("database"),
        "esoptions": options(one.source),
    }


def external(look):
    return [one for one in look.schemas() if one.source and look.may_use(one)]


def options(source: dict) -> str:
    """Return an external schema's options as JSON, with upper-case names."""
    told = {name.upper(): value for name, value in source.items() if name not in _OWN and value}
    return json.dumps(told, separators=(",", ":"))


_OWN = ("kind", "database", "create", "eskind")


@view(
    "pg_external_schema",
    "esoid oid, eskind smallint, esdbname text, esoptions text",
    page="r_PG_EXTERNAL_SCHEMA",
)
def pg_external_schema(look):
    for one in external(look):
        row = schema_row(look, one)
        keys = {"esoid": "esoid", "eskind": "eskind", "esdbname": "databasename"}
        yield {**{to: row[of] for to, of in keys.items()}, "esoptions": row["esoptions"]}


@view(
    "svv_external_databases",
    "eskind int, databasename text, location text, parameters text",
    hidden="esoptions text",  # examples of CREATE EXTERNAL SCHEMA select it
    page="r_SVV_EXTERNAL_DATABASES",
)
def svv_external_databases(look):
    seen = set()
    for one in look.glue_schemas():
        name = one.source["database"]
        found = look.engine.catalog.database(name) if name not in seen else None
        if found is not None:
            seen.add(name)
            yield {
                "eskind": 1,
                "databasename": name,
                "location": found.get("LocationUri"),
                "parameters": told(found.get("Parameters")),
                "esoptions": options(one.source),
            }


def told(parameters) -> str:
    return json.dumps(parameters or {}, separators=(",", ":"), default=str)


def folder(location: str | None) -> str | None:
    """Return an address as the views show it: without a slash at the end."""
    return location.rstrip("/") if location else location


def storage_of(entry: dict) -> dict:
    kept = entry.get("StorageDescriptor") or {}
    serde = kept.get("SerdeInfo") or {}
    return {
        "location": folder(kept.get("Location")),
        "input_format": kept.get("InputFormat"),
        "output_format": kept.get("OutputFormat"),
        "serialization_lib": serde.get("SerializationLibrary"),
        "serde_parameters": told(serde.get("Parameters")),
        "compressed": int(bool(kept.get("Compressed"))),
        "parameters": told(entry.get("Parameters")),
    }


_STORED = """
    location text, input_format text, output_format text, serialization_lib text,
    serde_parameters text, compressed int, parameters text
"""


@view(
    "svv_external_tables",
    "redshift_database_name text, schemaname text, tablename text, tabletype text,"
    + _STORED.rstrip(),
    page="r_SVV_EXTERNAL_TABLES",
)
def svv_external_tables(look):
    for schema, table in look.glue_tables():
        yield {
            "redshift_database_name": look.database,
            "schemaname": schema.name,
            "tablename": table.name,
            "tabletype": "VIEW" if table.is_view else "TABLE",
            **storage_of(table.entry),
        }


@view(
    "svv_external_columns",
    "redshift_database_name text, schemaname text, tablename text, columnname text, "
    "external_type text, columnnum int, part_key int, is_nullable text",
    page="r_SVV_EXTERNAL_COLUMNS",
)
def svv_external_columns(look):
    for schema, table in look.glue_tables():
        keys = [one["Name"].lower() for one in table.entry.get("PartitionKeys") or ()]
        stored = (table.entry.get("StorageDescriptor") or {}).get("Columns") or []
        listed = [*stored, *(table.entry.get("PartitionKeys") or ())]
        for at, one in enumerate(listed, 1):
            name = one["Name"].lower()
            yield {
                "redshift_database_name": look.database,
                "schemaname": schema.name,
                "tablename": table.name,
                "columnname": name,
                "external_type": one["Type"],
                "columnnum": at,
                "part_key": keys.index(name) + 1 if name in keys else 0,
            }


@view(
    "svv_external_partitions",
    "schemaname text, tablename text, values text," + _STORED.rstrip(),
    page="r_SVV_EXTERNAL_PARTITIONS",
)
def svv_external_partitions(look):
    for schema, table in look.glue_tables():
        kept = storage_of(table.entry)
        for one in table.partitions if table.keys else ():
            values = json.dumps([str(value) for value in one.values], separators=(",", ":"))
            row = {"schemaname": schema.name, "tablename": table.name, "values": values}
            yield {**kept, **row, "location": folder(one.location), "parameters": told(None)}
