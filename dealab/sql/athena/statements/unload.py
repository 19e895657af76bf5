"""UNLOAD: a query's rows as files in a folder, without a table.

https://docs.aws.amazon.com/athena/latest/ug/unload.html
"""

from dataclasses import replace

from dealab.sql.athena import hivetypes, storage, writing
from dealab.sql.athena.statements import ctas, properties
from dealab.sql.errors import ServiceError
from dealab.sql.results import Plan

KNOWN = frozenset(
    ["format", "compression", "compression_level", "field_delimiter", "partitioned_by"]
)


def unload(engine, reader) -> Plan:
    """Plan UNLOAD (query) TO 's3://bucket/folder/' WITH (format = '...', ...)."""
    place = reader.place()
    reader.expect("UNLOAD")
    inner = reader.parenthesized()
    reader.expect("TO")
    location = reader.string()
    given = properties.read(reader) if reader.accept("WITH") else {}
    reader.end()
    for name in given:
        if name not in KNOWN:
            raise ServiceError(
                "INVALID_TABLE_PROPERTY", f"Unload property '{name}' does not exist", *place
            )
    if given.get("format") is None:
        raise ServiceError(
            "INVALID_TABLE_PROPERTY",
            "Unload property 'format' is required",
            *place,
            hint="WITH (format = 'PARQUET'), or ORC, AVRO, JSON, TEXTFILE.",
        )
    shape = ctas.storage_format(given, "compression")
    location = writing.check_location(location)
    tree = inner.query()
    query, binder = ctas.bind_named(engine, inner, tree)
    columns = ctas.named(query.columns, None, place)
    for name, kind in columns:
        hivetypes.hive_type(kind, name)
    keys = ctas.check_keys(columns, properties.names(given, "partitioned_by"))
    writing.check_empty(engine, location, "UNLOAD")
    plan = engine.finish(query, binder, tree)
    target = writing.Target(location, columns, keys, **shape)

    def work():
        writing.check_empty(engine, location, "UNLOAD")
        written = writing.write(engine, plan, target, engine.file_token())
        return storage.told(engine, written, location)

    return replace(plan, work=work)
