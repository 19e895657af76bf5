"""UNLOAD ('query') TO 's3://prefix' authorization [options].

https://docs.aws.amazon.com/redshift/latest/dg/r_UNLOAD.html (read 2026-11-23)
"""

from sqlglot import exp

from dealab.sql import types
from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.redshift import unloading
from dealab.sql.redshift.loading import authorization, files
from dealab.sql.redshift.loading.options import marks, region, widths
from dealab.sql.redshift.unloading import MB, Unload
from dealab.sql.results import Plan, done

_SWITCHES = ("HEADER", "ADDQUOTES", "ESCAPE", "ALLOWOVERWRITE", "CLEANPATH")


def unload(engine, reader) -> Plan:
    from dealab.sql.redshift import statements

    reader.expect("UNLOAD")
    reader.expect("(")
    query = reader.string()
    reader.expect(")", "TO")
    said = Unload(location=reader.string())
    while not reader.done:
        if not authorization.take(reader, said.authorization) and not _one(reader, said):
            raise reader.fail()
    reader.end()
    files.address(said.location)
    check(said)
    inner = statements.read(query)
    if inner.word() not in ("SELECT", "WITH", "("):
        raise inner.fail()
    tree = inner.query()
    check_limit(tree)
    bound, binder = statements.bind(engine, inner, tree)
    plan = Plan(
        query=bound.sql,
        columns=[name for name, _ in bound.columns],
        kinds=[kind for _, kind in bound.columns],
        tables=binder.tables,
        limited=False,
        local=True,
    )
    check_columns(plan, said)
    return done(lambda: unloading.run(engine, plan, said))


def check_limit(tree) -> None:
    """Refuse LIMIT and TOP of the outer SELECT; inside a subquery they are fine."""
    if isinstance(tree, exp.Query) and (tree.args.get("limit") is not None):
        raise ServiceError(
            "0A000",
            "Limit clause is not supported",
            hint="put the LIMIT into a nested query: select * from (select ... limit 10).",
        )


def _note(reader, said: Unload, name: str) -> None:
    if name in said.given:
        raise ServiceError("42601", "conflicting or redundant options", *reader.place())
    said.given.add(name)


def _one(reader, said: Unload) -> bool:
    if reader.accept("FORMAT"):
        reader.accept("AS")
        if reader.word() not in ("CSV", "PARQUET", "JSON"):
            raise reader.fail()
    word = reader.accept_any("CSV", "PARQUET", "JSON")
    if word:
        _note(reader, said, word)
        _format(said, word)
        return True
    word = reader.accept_any(*_SWITCHES)
    if word:
        _note(reader, said, word)
        return True
    word = reader.accept_any("GZIP", "BZIP2", "ZSTD")
    if word:
        _note(reader, said, word)
        if said.compression:
            raise excluded(said.compression, word)
        said.compression = word
        return True
    if reader.accept("PARTITION", "BY") or reader.accept("PARTITION BY"):
        _note(reader, said, "PARTITION BY")
        said.partition = tuple(reader.listed(reader.identifier))
        said.include = reader.accept("INCLUDE")
        return True
    if reader.accept("NULL"):
        _note(reader, said, "NULL AS")
        reader.accept("AS")
        said.null = marks(reader)
        return True
    word = reader.accept_any(*_VALUED)
    if word:
        _note(reader, said, word)
        reader.accept("AS")
        _VALUED[word](reader, said)
        return True
    return False


def _format(said: Unload, word: str) -> None:
    if said.format != "TEXT":
        raise excluded(said.format, word)
    said.format = word


def _delimiter(reader, said):
    mark = marks(reader)
    if len(mark) != 1 or not mark.isascii():
        raise ServiceError("22023", "UNLOAD delimiter must be a single ASCII character")
    said.delimiter = mark


def _widths(reader, said):
    _format(said, "FIXEDWIDTH")
    said.widths = widths(reader.string())


def _manifest(reader, said):
    said.manifest = "VERBOSE" if reader.accept("VERBOSE") else "MANIFEST"


def _parallel(reader, said):
    said.parallel = reader.accept_any("ON", "TRUE", "OFF", "FALSE") not in ("OFF", "FALSE")


def _size(reader) -> float:
    """Take a number with its unit; return bytes."""
    token = reader.take()
    try:
        number = float(token.text)
    except ValueError:
        reader.at -= 1
        raise reader.fail() from None
    unit = reader.accept_any("MB", "GB")
    return number * MB * (1024 if unit == "GB" else 1)


def _max_size(reader, said):
    size = _size(reader)
    if not 5 * MB <= size <= 6.2 * 1024 * MB:
        raise ServiceError("22023", "MAXFILESIZE must be between 5 MB and 6.2 GB")
    said.max_size = int(size)


def _row_group(reader, said):
    size = _size(reader)
    if not 32 * MB <= size <= 128 * MB:
        raise ServiceError("22023", "ROWGROUPSIZE must be between 32 MB and 128 MB")
    said.row_group = int(size)


def _region(reader, said):
    region(reader.string())


def _extension(reader, said):
    said.extension = reader.string()


def _encrypted(reader, said):
    if reader.accept("AUTO"):
        said.given.add("ENCRYPTED AUTO")


def _secret(reader, said):
    reader.string()


_VALUED = {
    "DELIMITER": _delimiter,
    "FIXEDWIDTH": _widths,
    "MANIFEST": _manifest,
    "PARALLEL": _parallel,
    "MAXFILESIZE": _max_size,
    "ROWGROUPSIZE": _row_group,
    "REGION": _region,
    "EXTENSION": _extension,
    "ENCRYPTED": _encrypted,
    "KMS_KEY_ID": _secret,
    "MASTER_SYMMETRIC_KEY": _secret,
}

_EXCLUDES = {
    "CSV": ("FIXEDWIDTH", "ESCAPE", "ADDQUOTES"),
    "PARQUET": (
        *("DELIMITER", "FIXEDWIDTH", "ADDQUOTES", "ESCAPE", "NULL AS", "HEADER"),
        *("GZIP", "BZIP2", "ZSTD"),
    ),
    "JSON": ("DELIMITER", "HEADER", "FIXEDWIDTH", "ADDQUOTES", "ESCAPE", "NULL AS"),
    "FIXEDWIDTH": ("DELIMITER", "HEADER", "ADDQUOTES", "ESCAPE"),
    "CLEANPATH": ("ALLOWOVERWRITE",),
    "KMS_KEY_ID": ("MASTER_SYMMETRIC_KEY", "ENCRYPTED AUTO"),
    "MASTER_SYMMETRIC_KEY": ("ENCRYPTED AUTO",),
}


def excluded(first: str, second: str) -> ServiceError:
    return ServiceError("0A000", f"{second} is not supported for UNLOAD with {first}")


def check(said: Unload) -> None:
    authorization.check(said.authorization)
    for first, others in _EXCLUDES.items():
        for second in others:
            if said.has(first) and said.has(second):
                raise excluded(first, second)
    for name in ("KMS_KEY_ID", "MASTER_SYMMETRIC_KEY"):
        if said.has(name) and not said.has("ENCRYPTED"):
            raise ServiceError("42601", f"{name} requires the ENCRYPTED option")
    if said.has("KMS_KEY_ID") and "credentials" in said.authorization:
        raise excluded("KMS_KEY_ID", "CREDENTIALS")
    if said.has("ROWGROUPSIZE") and said.format != "PARQUET":
        raise ServiceError("42601", "ROWGROUPSIZE is only supported for UNLOAD to PARQUET")
    if said.has("MASTER_SYMMETRIC_KEY") or "master_symmetric_key" in said.authorization.get(
        "credentials", {}
    ):
        raise LabLimit(
            "UNLOAD with client-side encryption",
            "Redshift encrypts the files with the root symmetric key; COPY needs the same key.",
            "SSE-S3 is the default; ENCRYPTED with KMS_KEY_ID uses SSE-KMS.",
        )
    if said.format == "CSV" and not said.has("DELIMITER"):
        said.delimiter = ","


#: https://docs.aws.amazon.com/redshift/latest/dg/r_UNLOAD.html#unload-partitionby-usage
_KEYS = (
    *("smallint", "integer", "bigint", "decimal", "real", "boolean", "char", "varchar"),
    *("date", "timestamp", "literal"),
)


def check_columns(plan: Plan, said: Unload) -> None:
    names = plan.columns
    for key in said.partition:
        if key not in names:
            raise ServiceError("42703", f'column "{key}" of PARTITION BY is not in the query')
        kind = plan.kinds[names.index(key)]
        if kind.name not in _KEYS:
            shown = types.redshift_name(kind)
            raise ServiceError("0A000", f"{shown} is not supported as a partition column in UNLOAD")
    if said.partition and len(set(names) - set(said.partition)) == 0 and not said.include:
        raise ServiceError("0A000", "UNLOAD needs at least one column that is no partition column")
    if said.format in ("JSON", "PARQUET"):
        for name in names:
            if names.count(name) > 1:
                raise ServiceError("42701", f'column "{name}" specified more than once')
    if said.format == "FIXEDWIDTH" and len(said.widths) != len(unloading.shown_columns(plan, said)):
        raise ServiceError(
            "22023", f"Fixed width spec has {len(said.widths)} column(s), the query {len(names)}"
        )
    if said.format in ("FIXEDWIDTH", "PARQUET", "JSON"):
        for kind in plan.kinds:
            if kind.name == "varbinary":
                raise ServiceError("0A000", f"VARBYTE is not supported for UNLOAD to {said.format}")
