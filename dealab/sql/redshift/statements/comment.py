"""COMMENT ON tables, views, columns, constraints, schemas and databases.

https://docs.aws.amazon.com/redshift/latest/dg/r_COMMENT.html (read 2026-11-23)
"""

from dataclasses import replace

from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.redshift import namespace as spaces
from dealab.sql.redshift import places, storage
from dealab.sql.redshift.statements.schemas import find
from dealab.sql.results import Plan, done


def comment(engine, reader) -> Plan:
    """COMMENT ON TABLE | VIEW | COLUMN | CONSTRAINT | DATABASE | SCHEMA ... IS 'text' | NULL."""
    reader.expect("COMMENT", "ON")
    word = reader.expect_any("TABLE", "VIEW", "COLUMN", "CONSTRAINT", "DATABASE", "SCHEMA")
    parts = reader.qualified()
    target = parts
    if word == "CONSTRAINT":
        reader.expect("ON")
        target = reader.qualified()
    reader.expect("IS")
    text = "" if reader.accept("NULL") else reader.string()
    reader.end()
    if word == "DATABASE":
        if engine.objects.get("database", parts[-1]) is None:
            raise ServiceError("3D000", f'database "{parts[-1]}" does not exist')
        return done(lambda: "COMMENT")
    if word == "SCHEMA":
        schema = find(engine, parts[-1])
        return _put_comment(engine, ("schema", engine.database, schema.name), schema, text)
    if word == "COLUMN":
        if len(parts) < 2:
            raise ServiceError("42601", "column name must be qualified")
        target = parts[:-1]
    found = places.existing(engine, target)
    if places.is_external(found):
        raise LabLimit("comments on external tables", "Redshift refuses or keeps them in Glue.")
    if word == "TABLE" and not isinstance(found, spaces.Table):
        raise ServiceError("42809", f'"{found.name}" is not a table')
    if word == "VIEW" and isinstance(found, spaces.Table):
        raise ServiceError("42809", f'"{found.name}" is not a view')
    if word == "CONSTRAINT":
        if parts[-1] not in [key.name for key in getattr(found, "constraints", ())]:
            raise ServiceError(
                "42704", f'constraint "{parts[-1]}" for table "{found.name}" does not exist'
            )
        return done(lambda: "COMMENT")
    if word == "COLUMN":
        return _comment_column(engine, found, parts[-1], text)
    return _put_comment(engine, storage.key(found), found, text)


def _put_comment(engine, key, found, text: str) -> Plan:
    def work():
        engine.objects.put(replace(engine.objects.get(*key) or found, comment=text), *key)
        return "COMMENT"

    return done(work)


def _comment_column(engine, found, name: str, text: str) -> Plan:
    if isinstance(found, spaces.View):
        if name not in [title for title, _ in found.columns]:
            raise ServiceError(
                "42703", f'column "{name}" of relation "{found.name}" does not exist'
            )
        return done(lambda: "COMMENT")
    if found.column(name) is None:
        raise ServiceError("42703", f'column "{name}" of relation "{found.name}" does not exist')

    def work():
        now = storage.current(engine, found)
        columns = tuple(replace(c, comment=text) if c.name == name else c for c in now.columns)
        storage.put(engine, replace(now, columns=columns))
        return "COMMENT"

    return done(work)
