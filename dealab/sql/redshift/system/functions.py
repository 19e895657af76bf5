"""Functions that ask about the system: privileges, members, queries, sessions.

https://docs.aws.amazon.com/redshift/latest/dg/r_System_information_functions.html and
r_System_administration_functions.html (read 2026-11-23)
"""

import weakref
from types import SimpleNamespace

from dealab.sql import patterns
from dealab.sql.redshift import identities, rights
from dealab.sql.redshift import namespace as spaces
from dealab.sql.redshift.registry import arguments, special
from dealab.sql.scope import Value
from dealab.sql.types import BIGINT, BOOLEAN, INTEGER, STRINGS, VARCHAR, text

# --- privileges -----------------------------------------------------------------------

TABLE = ("SELECT", "INSERT", "UPDATE", "DELETE", "DROP", "REFERENCES", "ALTER", "TRUNCATE")
SCHEMA = ("CREATE", "USAGE")
DATABASE = ("CREATE", "TEMPORARY", "TEMP", "USAGE")


def other(engine, user: str):
    """Return an engine-like object that acts as another user, for questions of rights."""
    return SimpleNamespace(objects=engine.objects, user=user, database=engine.database)


def held_on_tables(engine, user: str):
    """Yield (name, privilege) of what a user may do with relations, by each way to name them."""
    asked = other(engine, user)
    who = identities.identity(asked)
    path = engine.schemas_in_path()
    for one in engine.objects.find("relation", engine.database):
        home = engine.objects.get("schema", one.database, one.schema)
        usable = who.superuser or home is None or may_use(asked, home, who)
        names = [f"{one.schema}.{one.name}", f"{one.database}.{one.schema}.{one.name}"]
        names += [one.name] if one.schema in path else []
        for privilege in TABLE if usable else ():
            if rights.has(asked, privilege, "table", one.oid, one.owner, who):
                for name in names:
                    yield name, privilege


def may_use(asked, schema, who, privilege: str = "USAGE") -> bool:
    from dealab.sql.errors import ServiceError

    try:
        rights.check_schema(asked, schema, privilege, who)
    except ServiceError:
        return False
    return True


def held_on_schemas(engine, user: str):
    asked = other(engine, user)
    who = identities.identity(asked)
    for one in engine.objects.find("schema", engine.database):
        for privilege in SCHEMA:
            if who.superuser or may_use(asked, one, who, privilege):
                yield one.name, privilege
    for name in ("pg_catalog", "information_schema"):
        yield name, "USAGE"


def held_on_databases(engine, user: str):
    asked = other(engine, user)
    who = identities.identity(asked)
    for one in engine.objects.find("database"):
        for privilege in DATABASE:
            temporary = privilege in ("TEMPORARY", "TEMP")  # everyone may, until it is revoked
            if temporary or rights.has(asked, privilege, "database", one.name, one.owner, who):
                yield one.name, privilege


_KINDS = {
    "has_table_privilege": (held_on_tables, TABLE),
    "has_schema_privilege": (held_on_schemas, SCHEMA),
    "has_database_privilege": (held_on_databases, DATABASE),
}


@special(*_KINDS)
def has_privilege(binder, node, scope):
    """HAS_..._PRIVILEGE([user,] object, privilege): constants are checked as names; columns are
    looked up, and what nothing is called gives false."""
    held, known = _KINDS[node.name.lower()]
    values = arguments(binder, node, scope, 2, 3)
    engine = binder.engine
    user = values[0] if len(values) == 3 else Value(text(engine.user), VARCHAR, engine.user)
    thing, privilege = values[-2], values[-1]
    if isinstance(privilege.literal, str):
        wanted = privilege.literal.strip().upper().removesuffix(" WITH GRANT OPTION")
        if wanted not in known:
            message = f'unrecognized privilege type: "{privilege.literal}"'
            raise binder.error("22023", message, node)
    users = [one.name for one in engine.objects.find("user")]
    if isinstance(user.literal, str):
        users = [user.literal.lower()]
        if engine.objects.get("user", users[0]) is None:
            raise binder.error("42704", f'user "{user.literal}" does not exist', node)
    if isinstance(thing.literal, str):
        check_there(binder, node, thing.literal.lower())
    keys = sorted(f"{one}|{name}|{word}" for one in users for name, word in held(engine, one))
    listed = ", ".join(text(key) for key in keys)
    asked = " || '|' || ".join(
        (
            f"lower(rtrim(CAST({user.sql} AS VARCHAR), ' '))",
            f"lower(replace(CAST({thing.sql} AS VARCHAR), '\"', ''))",
            f"upper(trim(CAST({privilege.sql} AS VARCHAR)))",
        )
    )
    return Value(f"list_contains(CAST([{listed}] AS VARCHAR[]), {asked})", BOOLEAN)


def check_there(binder, node, name: str) -> None:
    engine = binder.engine
    function = node.name.lower()
    if function == "has_table_privilege":
        from dealab.sql.redshift import sources
        from dealab.sql.redshift.system import registry

        parts = name.replace('"', "").split(".")
        if not registry.sees(parts) and sources.lookup(engine, parts) is None:
            raise binder.error("42P01", f'relation "{name}" does not exist', node)
    elif function == "has_schema_privilege":
        known = engine.objects.get("schema", engine.database, name)
        if known is None and name not in ("pg_catalog", "information_schema"):
            raise binder.error("3F000", f'schema "{name}" does not exist', node)
    elif engine.objects.get("database", name) is None:
        raise binder.error("3D000", f'database "{name}" does not exist', node)


@special("user_is_member_of")
def user_is_member_of(binder, node, scope):
    """https://docs.aws.amazon.com/redshift/latest/dg/r_USER_IS_MEMBER_OF.html"""
    user, role = arguments(binder, node, scope, 2)
    engine = binder.engine
    keys = []
    for one in engine.objects.find("user"):
        who = identities.identity(other(engine, one.name))
        keys += [f"{one.name}|{name}" for name in (*who.groups, *who.roles)]
    return member(keys, user, role)


@special("role_is_member_of")
def role_is_member_of(binder, node, scope):
    """https://docs.aws.amazon.com/redshift/latest/dg/r_ROLE_IS_MEMBER_OF.html"""
    role, of = arguments(binder, node, scope, 2)
    objects = binder.engine.objects
    keys = []
    for one in objects.find("role"):
        waiting, seen = [one.name], set()
        while waiting:
            for grant in objects.find("role grant", "role", waiting.pop()):
                if grant.role not in seen:
                    seen.add(grant.role)
                    waiting.append(grant.role)
        keys += [f"{one.name}|{name}" for name in seen]
    return member(keys, role, of)


def member(keys, one: Value, two: Value) -> Value:
    listed = ", ".join(text(key) for key in sorted(keys))
    asked = f"lower(CAST({one.sql} AS VARCHAR)) || '|' || lower(CAST({two.sql} AS VARCHAR))"
    return Value(f"list_contains(CAST([{listed}] AS VARCHAR[]), {asked})", BOOLEAN)


# --- queries --------------------------------------------------------------------------


@special("pg_last_query_id", "last_user_query_id")
def pg_last_query_id(binder, node, scope):
    """The last query of the session that ran; -1 before the first.

    https://docs.aws.amazon.com/redshift/latest/dg/PG_LAST_QUERY_ID.html
    """
    from dealab.sql.redshift.system.history_views import family

    arguments(binder, node, scope, 0)
    engine = binder.engine
    for record in reversed(engine.namespace.history):
        mine = record.session_id == engine.pid and record.status == "success"
        if mine and family(record) == "QUERY":
            return Value(f"CAST({record.query_id} AS BIGINT)", BIGINT)
    return Value("CAST(-1 AS BIGINT)", BIGINT)


@special("pg_backend_pid")
def pg_backend_pid(binder, node, scope):
    arguments(binder, node, scope, 0)
    return Value(f"CAST({binder.engine.pid} AS INTEGER)", INTEGER)


@special("pg_get_viewdef")
def pg_get_viewdef(binder, node, scope):
    """PG_GET_VIEWDEF(name or oid [, pretty]): a view's query."""
    from dealab.sql.redshift import sources
    from dealab.sql.redshift.statements import ddl

    values = arguments(binder, node, scope, 1, 2)
    engine = binder.engine
    if isinstance(values[0].literal, str):
        found = sources.lookup(engine, values[0].literal.lower().split("."))
        if found is None:
            message = f'relation "{values[0].literal}" does not exist'
            raise binder.error("42P01", message, node)
        if not isinstance(found, (spaces.View, spaces.MaterializedView)):
            return Value("'Not a view'", VARCHAR)
        return Value(text(ddl.view(found)), VARCHAR)
    arms = [
        f"WHEN {one.oid} THEN {text(ddl.view(one))}"
        for one in engine.objects.find("relation", engine.database)
        if isinstance(one, (spaces.View, spaces.MaterializedView))
    ]
    if not arms:
        return Value("'Not a view'", VARCHAR)
    return Value(f"CASE {values[0].sql} {' '.join(arms)} ELSE 'Not a view' END", VARCHAR)


@special("pg_get_userbyid")
def pg_get_userbyid(binder, node, scope):
    (number,) = arguments(binder, node, scope, 1)
    arms = [f"WHEN {one.id} THEN {text(one.name)}" for one in binder.engine.objects.find("user")]
    unknown = f"'unknown (OID=' || CAST({number.sql} AS VARCHAR) || ')'"
    return Value(
        f"CASE {number.sql} WHEN 1 THEN 'rdsdb' {' '.join(arms)} ELSE {unknown} END", VARCHAR
    )


@special("format_type")
def format_type(binder, node, scope):
    """FORMAT_TYPE(oid of a type, modifier): the type as it is written, as pg_attribute has it."""
    from dealab.sql.redshift.system.catalog_views import TYPES
    from dealab.sql.types import Type, redshift_name

    kind, modifier = arguments(binder, node, scope, 2)
    arms = []
    for name, (oid, _, _) in TYPES.items():
        plain = text(redshift_name(Type(name, (10, 0) if name == "decimal" else ())).split("(")[0])
        m = f"({modifier.sql})"
        if name in ("varchar", "char"):
            plain = f"{plain} || CASE WHEN {m} > 4 THEN '(' || ({m} - 4) || ')' ELSE '' END"
        if name == "decimal":
            digits = f"(({m} - 4) >> 16) || ',' || (({m} - 4) & 65535)"
            plain = f"{plain} || CASE WHEN {m} > 4 THEN '(' || {digits} || ')' ELSE '' END"
        arms.append(f"WHEN {oid} THEN {plain}")
    return Value(f"CASE {kind.sql} {' '.join(dict.fromkeys(arms))} ELSE '???' END", VARCHAR)


# --- ending what others do ------------------------------------------------------------

_ENGINES: "weakref.WeakValueDictionary[str, object]" = weakref.WeakValueDictionary()


@special("pg_terminate_backend", "pg_cancel_backend")
def end_backend(binder, node, scope):
    """PG_TERMINATE_BACKEND ends a session: its open transaction is rolled back, its locks are
    gone. PG_CANCEL_BACKEND cancels what a session runs: here no other session ever runs.

    https://docs.aws.amazon.com/redshift/latest/dg/PG_TERMINATE_BACKEND.html
    """
    (pid,) = arguments(binder, node, scope, 1)
    if pid.type.name not in (*STRINGS, "smallint", "integer", "bigint"):
        raise binder.no_overload(node.name.lower(), node, [pid], node.expressions, [])
    engine = binder.engine
    key = f"{engine.namespace.name}:{engine.pid}:{id(engine)}"
    _ENGINES[key] = engine
    how = "terminate" if "terminate" in node.name.lower() else "cancel"
    number = f"CAST({pid.sql} AS BIGINT) + CAST(0 * random() AS BIGINT)"  # never at planning time
    made = f"lab_py_end_session({text(key)}, '{how}', {number})"
    return Value(f"CAST({made} AS INTEGER)", INTEGER)


def _end_session(key: str, how: str, pid: int) -> int:
    engine = _ENGINES.get(key)
    session = engine.namespace.sessions.get(pid) if engine is not None else None
    if session is None:
        return 0
    who = identities.identity(engine)
    if not who.superuser and session.login != engine.login:
        return 0
    if how == "terminate" and session is not engine:
        end(engine, session)
    return 1


def end(engine, session) -> None:
    """End a session: what its open block did is forgotten."""
    from dealab.sql.redshift import transactions
    from dealab.sql.redshift.history import now

    if session.transaction is not None:
        transactions.rollback(session)
    user = engine.objects.get("user", session.login)
    engine.namespace.sessions.pop(session.pid, None)
    engine.namespace.log(
        "stl_sessions",
        userid=user.id if user is not None else None,
        starttime=session.started,
        endtime=now(),
        process=session.pid,
        user_name=session.login,
        db_name=session.database,
    )


patterns.PYTHON["lab_py_end_session"] = (
    _end_session,
    ["VARCHAR", "VARCHAR", "BIGINT"],
    "INTEGER",
)
