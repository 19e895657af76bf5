"""COPY table [(columns)] FROM source authorization [parameters].

https://docs.aws.amazon.com/redshift/latest/dg/r_COPY.html (read 2026-11-23)
"""

from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.redshift import places
from dealab.sql.redshift.loading import load, options
from dealab.sql.redshift.statements import insert
from dealab.sql.results import Plan, done

_ELSEWHERE = (
    ("dynamodb://", "COPY from DynamoDB", "Redshift reads the items of the table by name."),
    ("emr://", "COPY from Amazon EMR", "Redshift reads the files of the cluster's HDFS."),
)


def copy(engine, reader) -> Plan:
    reader.expect("COPY")
    if reader.sees("JOB") and reader.word(1) in _JOB_WORDS:
        raise job_limit(f"COPY JOB {reader.word(1)}")
    place = reader.place()
    parts = reader.qualified()
    table = places.table(engine, parts, "copy into")
    names = insert.columns(reader, table)
    reader.expect("FROM")
    location = reader.string()
    made = options.read(reader)
    if reader.accept("JOB"):
        reader.expect("CREATE")
        reader.identifier()
        if reader.accept("AUTO"):
            reader.expect_any("ON", "OFF")
        reader.end()
        raise job_limit("COPY JOB CREATE")
    reader.end()
    check_source(location, made)
    options.check(made)
    columns = targets(table, names, made, place)
    check_widths(columns, made)
    from dealab.sql.redshift.loading import authorization

    made.values["authorization"] = authorization.shown(made.authorization)
    probe(columns, made)
    return done(lambda: load.run(engine, table, columns, location, made))


_JOB_WORDS = ("CREATE", "LIST", "SHOW", "ALTER", "DROP", "RUN", "EDIT")


def job_limit(name: str) -> LabLimit:
    return LabLimit(
        name,
        "a copy job loads new files of the prefix as they arrive (auto-copy).",
        "Auto-copy needs an S3 event integration; each file is loaded once.",
    )


def check_source(location: str, made) -> None:
    for start, what, does in _ELSEWHERE:
        if location.startswith(start):
            raise LabLimit(what, does)
    if "READRATIO" in made.given:
        raise ServiceError("42601", "READRATIO is only valid for COPY from DynamoDB")
    if made.has("SSH"):
        return
    if not location.startswith("s3://"):
        raise ServiceError(
            "22023",
            f"Invalid source '{location}': the source must be s3://, emr://, dynamodb://, or an "
            "SSH manifest",
        )


def targets(table, names, made, place) -> list:
    """Return the columns that the fields go to, in their order."""
    identity = next((column for column in table.columns if column.identity), None)
    explicit = made.has("EXPLICIT_IDS")
    if names is not None:
        check_identity(table, names, identity, explicit, place)
        for column in table.columns:
            empty = column.not_null and not column.identity and column.default is None
            if empty and column.name not in names:
                # seen in https://github.com/aws/aws-sdk-pandas/issues/2871
                raise ServiceError(
                    "42601", "NOT NULL column without DEFAULT must be included in column list"
                )
        return [table.column(name) for name in names]
    if explicit and identity is None:
        raise ServiceError("42601", f"EXPLICIT_IDS: table {table.name} has no identity column")
    if explicit:
        return list(table.columns)
    return [c for c in table.columns if not c.identity or c.by_default]


def check_identity(table, names, identity, explicit: bool, place) -> None:
    """An identity column is in the list with EXPLICIT_IDS, and only then.

    https://docs.aws.amazon.com/redshift/latest/dg/r_COPY_command_examples.html (EXPLICIT_IDS)
    """
    if identity is None:
        return
    listed = identity.name in names
    if explicit and not listed:
        raise ServiceError(
            "42601",
            "COPY with EXPLICIT_IDS must include the identity column in the column list",
            *place,
        )
    if listed and not explicit and not identity.by_default:
        raise ServiceError(
            "42601",
            f'cannot copy into identity column "{identity.name}" without the EXPLICIT_IDS '
            "parameter",
            *place,
        )


def check_widths(columns, made) -> None:
    if made.format == "FIXEDWIDTH" and len(made.widths) != len(columns):
        raise ServiceError(
            "22023",
            f"Fixed width spec has {len(made.widths)} column(s), the table or column list has "
            f"{len(columns)}",
        )


def probe(columns, made) -> None:
    """Refuse formats and types now that would fail when the rows are read."""
    if made.format in ("PARQUET",):
        return
    from dealab.sql.redshift.loading import checks

    for column in columns:
        checks.problem("v", column, made)
