"""CREATE EXTERNAL SCHEMA and ALTER EXTERNAL SCHEMA: names for data that lies elsewhere.

Databases of the data catalog and other databases of the namespace are read; the other sources are
recorded, and reading through them is refused by name.
https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_EXTERNAL_SCHEMA.html (read 2026-11-23)
"""

from dataclasses import replace

from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.redshift import namespace as spaces
from dealab.sql.redshift.loading import authorization
from dealab.sql.redshift.loading.options import region
from dealab.sql.redshift.statements import definitions
from dealab.sql.results import Outcome, Plan, done

#: words after FROM -> kind, and what the source needs
SOURCES = {
    ("DATA", "CATALOG"): "data catalog",
    ("HIVE", "METASTORE"): "hive metastore",
    ("POSTGRES",): "postgres",
    ("MYSQL",): "mysql",
    ("KINESIS",): "kinesis",
    ("KAFKA",): "kafka",
    ("MSK",): "msk",
    ("REDSHIFT",): "redshift",
}
_NEEDS = {
    "data catalog": ("database", "iam_role"),
    "hive metastore": ("database", "uri", "iam_role"),
    "postgres": ("database", "uri", "iam_role", "secret_arn"),
    "mysql": ("database", "uri", "iam_role", "secret_arn"),
    "kinesis": ("iam_role",),
    "kafka": (),
    "msk": (),
    "redshift": ("database",),
}
_TAKES = {
    "data catalog": ("database", "region", "iam_role", "catalog_role", "catalog_id", "create"),
    "hive metastore": ("database", "uri", "port", "iam_role"),
    "postgres": ("database", "schema", "uri", "port", "iam_role", "secret_arn", "region"),
    "mysql": ("database", "uri", "port", "iam_role", "secret_arn", "region"),
    "kinesis": ("iam_role", "region"),
    "kafka": ("iam_role", "uri", "authentication", "authentication_arn", "secret_arn", "region"),
    "msk": (
        *("iam_role", "uri", "cluster_arn", "authentication", "authentication_arn", "secret_arn"),
        "region",
    ),
    "redshift": ("database", "schema"),
}
#: how SVV_EXTERNAL_SCHEMAS numbers the sources (eskind)
#: https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_EXTERNAL_SCHEMAS.html
KINDS = {
    "data catalog": 1, "hive metastore": 2, "postgres": 3, "redshift": 4, "mysql": 7,
    "kinesis": 8, "msk": 9, "kafka": 9,
}  # fmt: skip


def create(engine, reader) -> Plan:
    reader.expect("CREATE", "EXTERNAL", "SCHEMA")
    careful = reader.accept("IF", "NOT", "EXISTS")
    name = definitions.new_name(reader)
    reader.expect("FROM")
    kind = next((kind for words, kind in SOURCES.items() if reader.accept(*words)), None)
    if kind is None:
        if not reader.sees("DATABASE"):
            raise reader.fail()
        kind = "data catalog"  # the default
    given = options(reader, kind)
    reader.end()
    for need in _NEEDS[kind]:
        if need not in given:
            raise ServiceError(
                "42601", f"{need.upper()} is required for an external schema from {kind.upper()}"
            )
    if engine.objects.get("schema", engine.database, name) is not None:
        if not careful:
            raise ServiceError("42P06", f'Schema "{name}" already exists')
        note = f'INFO: Schema "{name}" already exists and will be skipped'
        return done(lambda: Outcome(message="CREATE EXTERNAL SCHEMA", notes=[note]))
    make = given.pop("create", False)
    source = {"kind": kind, "eskind": KINDS[kind], **given}
    notes = check(engine, kind, source, make)
    made = spaces.Schema(
        engine.namespace.next_id(), engine.database, name, engine.user, source=source
    )

    def work():
        if make and engine.catalog.database(source["database"]) is None:
            engine.catalog.put_database({"Name": source["database"]})
        engine.objects.put(made, "schema", engine.database, name)
        return Outcome(message="CREATE EXTERNAL SCHEMA", notes=notes)

    return done(work)


def check(engine, kind: str, source: dict, make: bool) -> list[str]:
    """Return remarks; refuse a local database that is not there."""
    if kind == "redshift" and engine.objects.get("database", source["database"]) is None:
        raise ServiceError("3D000", f'database "{source["database"]}" does not exist')
    if kind != "data catalog":
        return []
    source["database"] = source["database"].lower()
    present = engine.catalog.database(source["database"]) is not None
    if make and present:
        return [f'INFO: External database "{source["database"]}" already exists']
    if not make and not present:
        return [
            f"The lab's data catalog has no database {source['database']}: the schema shows no "
            "tables until there is one (CREATE EXTERNAL DATABASE IF NOT EXISTS makes it)."
        ]
    return []


def options(reader, kind: str) -> dict:
    """Take the clauses behind the source; each kind of source has its own."""
    given: dict = {}
    while not reader.done:
        start = reader.at
        key, value = one(reader)
        if key not in _TAKES[kind] or key in given:
            reader.at = start
            raise reader.fail()
        given[key] = value
    return given


def one(reader):
    if reader.accept("CREATE", "EXTERNAL", "DATABASE"):
        reader.expect("IF", "NOT", "EXISTS")
        return "create", True
    if reader.accept("IAM_ROLE"):
        return "iam_role", authorization.role(reader)
    if reader.accept("CATALOG_ROLE"):
        return "catalog_role", authorization.role(reader)
    if reader.accept("PORT"):
        return "port", reader.integer()
    if reader.accept("REGION"):
        return "region", region(reader.string())
    if reader.accept("AUTHENTICATION"):
        return "authentication", reader.expect_any("NONE", "IAM", "MTLS").lower()
    word = reader.expect_any(
        *("DATABASE", "SCHEMA", "URI", "SECRET_ARN", "CATALOG_ID", "CLUSTER_ARN"),
        "AUTHENTICATION_ARN",
    )
    return word.lower(), reader.string()


def alter(engine, reader) -> Plan:
    """ALTER EXTERNAL SCHEMA name [IAM_ROLE ...] [AUTHENTICATION ...] [URI ...] [SECRET_ARN ...].

    https://docs.aws.amazon.com/redshift/latest/dg/r_ALTER_EXTERNAL_SCHEMA.html
    """
    reader.expect("ALTER", "EXTERNAL", "SCHEMA")
    name = reader.identifier()
    schema = engine.objects.get("schema", engine.database, name)
    if schema is None:
        raise ServiceError("3F000", f'schema "{name}" does not exist')
    if schema.source is None:
        raise ServiceError("42809", f'"{name}" is not an external schema')
    if reader.done:
        raise reader.fail()
    given: dict = {}
    while not reader.done:
        start = reader.at
        key, value = one(reader)
        if key not in ("iam_role", "authentication", "authentication_arn", "secret_arn", "uri"):
            reader.at = start
            raise reader.fail()
        given[key] = value
    reader.end()
    changed = replace(schema, source={**schema.source, **given})

    def work():
        engine.objects.put(changed, "schema", engine.database, name)
        return "ALTER EXTERNAL SCHEMA"

    return done(work)


def unread(schema) -> LabLimit:
    """Return the refusal of a query through a source that the lab does not have."""
    kind = schema.source["kind"]
    does = {
        "postgres": "a federated query runs in the PostgreSQL database.",
        "mysql": "a federated query runs in the MySQL database.",
        "hive metastore": "the metastore tells where the files of its tables are.",
    }.get(kind, "a materialized view over it takes in the stream.")
    return LabLimit(
        f"queries through the external schema {schema.name} (FROM {kind.upper()})", does
    )
