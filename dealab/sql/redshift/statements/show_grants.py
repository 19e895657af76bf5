"""SHOW GRANTS and SHOW COLUMN GRANTS: who holds which privileges.

https://docs.aws.amazon.com/redshift/latest/dg/r_SHOW_GRANTS.html and r_SHOW_COLUMN_GRANTS.html
(read 2026-11-23)
"""

from dealab.sql import types
from dealab.sql.redshift import identities, rights
from dealab.sql.redshift.statements import grants
from dealab.sql.redshift.statements.show import kept, tail
from dealab.sql.results import Plan, table
from dealab.sql.types import INTEGER, VARCHAR

TITLES = ["database_name", "schema_name", "object_name", "object_type", "privilege_type"]
WHO = ["identity_id", "identity_name", "identity_type", "admin_option", "privilege_scope"]
_KINDS = [INTEGER, VARCHAR, VARCHAR, types.BOOLEAN, VARCHAR]


def show_grants(engine, reader) -> Plan:
    """SHOW GRANTS { ON object [FOR grantee] | FOR grantee [FROM DATABASE d] } [LIMIT n]"""
    reader.expect("SHOW", "GRANTS")
    if reader.accept("FOR"):
        who = grants.grantee(engine, reader)
        if reader.accept("FROM", "DATABASE"):
            grants.database(engine, reader.identifier())
        _, limit = tail(reader)
        check_may_see(engine, who)
        found = [one for one in held(engine) if (one.kind, one.grantee) == who]
        rows = [(*place(engine, one), *facts(engine, one), one.grantor) for one in found]
        return table(
            [*TITLES, *WHO, "grantor_name"],
            kept(rows, 2, None, limit),
            [VARCHAR] * 5 + _KINDS + [VARCHAR],
        )
    reader.expect("ON")
    kind = reader.word().upper()
    if kind not in ("DATABASE", "SCHEMA", "FUNCTION", "PROCEDURE"):
        kind = "TABLE"
    if kind == "TABLE" and not reader.sees("TABLE"):
        raise reader.fail()
    (target,) = grants.objects(engine, reader, [])[:1]
    who = grants.grantee(engine, reader) if reader.accept("FOR") else None
    _, limit = tail(reader)
    found = [one for one in held(engine) if (one.object_kind, one.object_id) == spot(target)]
    found = [one for one in found if who in (None, (one.kind, one.grantee))]
    if kind == "DATABASE":
        rows = [(target.name, one.privilege, *facts(engine, one)) for one in found]
        titles = ["database_name", "privilege_type", *WHO]
        return table(titles, kept(rows, 1, None, limit), [VARCHAR] * 2 + _KINDS)
    rows = [(*place(engine, one), *facts(engine, one), one.grantor) for one in found]
    return table(
        [*TITLES, *WHO, "grantor_name"],
        kept(rows, 2, None, limit),
        [VARCHAR] * 5 + _KINDS + [VARCHAR],
    )


def show_column_grants(engine, reader) -> Plan:
    """SHOW COLUMN GRANTS ON TABLE t [FOR grantee] [LIMIT n]"""
    reader.expect("SHOW", "COLUMN", "GRANTS", "ON", "TABLE")
    target = grants.relation(engine, reader.qualified())
    who = grants.grantee(engine, reader) if reader.accept("FOR") else None
    _, limit = tail(reader)
    rows = []
    for one in engine.objects.find("grant", "table", target.id):
        if one.columns is None or who not in (None, (one.kind, one.grantee)):
            continue
        database, schema, name, _, privilege = place(engine, one)
        for column in one.columns:
            rows.append(
                (
                    database,
                    schema,
                    name,
                    column,
                    "COLUMN",
                    privilege,
                    *facts(engine, one, "COLUMN"),
                    one.grantor,
                )
            )
    titles = ["database_name", "schema_name", "table_name", "column_name", "object_type"]
    return table(
        [*titles, "privilege_type", *WHO, "grantor_name"],
        kept(rows, 3, None, limit),
        [VARCHAR] * 6 + _KINDS + [VARCHAR],
    )


def held(engine) -> list:
    """Return every grant on an object that covers whole objects."""
    found = engine.objects.find("grant")
    return [one for one in found if one.columns is None and one.object_kind != "iam role"]


def spot(target) -> tuple:
    return target.kind, target.id


def check_may_see(engine, who) -> None:
    """Raise unless the session may ask for the grants of a user or role."""
    me = identities.identity(engine)
    if me.superuser or who == ("user", me.user) or (who[0] == "role" and who[1] in me.roles):
        return
    raise rights.denied(who[0], who[1])


def place(engine, one) -> tuple:
    """Return database, schema, name and kind of what a grant is about, and the privilege."""
    database, schema, name = engine.database, None, one.object_name
    if one.object_kind in ("table", "function", "procedure"):
        kind = "relation" if one.object_kind == "table" else one.object_kind
        for made in engine.objects.find(kind):
            if made.oid == one.object_id:
                database, schema, name = made.database, made.schema, made.name
    elif one.object_kind == "schema":
        schema, name = one.object_name, None
    elif one.object_kind == "scope":
        what, database, schema = one.object_id
        return database, schema or None, None, what.upper()[:-1], one.privilege
    return database, schema, name, one.object_kind.upper(), one.privilege


def facts(engine, one, scope: str = "") -> tuple:
    """Return who holds a grant: id, name, kind, whether it may be passed on; and its scope."""
    found = engine.objects.get(one.kind, one.grantee)
    number = getattr(found, "id", None)
    if one.object_kind == "scope":
        scope = "DATABASE" if not one.object_id[2] else "SCHEMA"
    name = one.grantee or "public"
    return number, name, one.kind, bool(one.option), scope or one.object_kind.upper()


__all__ = ["show_column_grants", "show_grants"]
