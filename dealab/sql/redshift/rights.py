"""Who may do what: privileges of users, groups and roles, checked before a statement works.

https://docs.aws.amazon.com/redshift/latest/dg/r_GRANT.html (read 2026-11-23)
"""

from dealab.sql.errors import ServiceError
from dealab.sql.redshift import identities
from dealab.sql.redshift import namespace as spaces


def denied(what: str, name: str) -> ServiceError:
    return ServiceError("42501", f"permission denied for {what} {name}")


def system_privileges(engine, who=None) -> set[str]:
    """Return the system privileges that the session's roles give it."""
    who = who or identities.identity(engine)
    found: set[str] = set()
    for role in who.roles:
        found.update(identities.SYSTEM_ROLES.get(role, ()))
        for grant in engine.objects.find("grant", "system", ""):
            if grant.kind == "role" and grant.grantee == role:
                found.add(grant.privilege)
    return found


def grants_on(engine, object_kind: str, object_id, who) -> list:
    """Return the grants on an object that count for an identity."""
    names = who.names()
    found = engine.objects.find("grant", object_kind, object_id)
    scopes = engine.objects.find("grant", "scope")
    if scopes:
        places = scopes_of(engine, object_kind, object_id)
        found = [*found, *(grant for grant in scopes if grant.object_id in places)]
    return [grant for grant in found if (grant.kind, grant.grantee) in names]


def scopes_of(engine, object_kind: str, object_id) -> list[tuple[str, str, str]]:
    """Return the scopes of permissions that hold for an object: (kinds, database, schema)."""
    stored = "relation" if object_kind == "table" else object_kind
    for one in engine.objects.find(stored):
        if getattr(one, "oid", None) == object_id:
            kinds = f"{object_kind}s"
            inside = [(kinds, one.database, one.schema)] if object_kind != "schema" else []
            return [*inside, (kinds, one.database, "")]
    return []


def has(engine, privilege: str, object_kind: str, object_id, owner: str, who=None) -> bool:
    """Tell whether the session has a privilege on a whole object."""
    who = who or identities.identity(engine)
    if who.superuser or owner == who.user:
        return True
    return any(
        grant.privilege in (privilege, "ALL") and grant.columns is None
        for grant in grants_on(engine, object_kind, object_id, who)
    )


def check_schema(engine, schema, privilege: str = "USAGE", who=None) -> None:
    """Raise Redshift's error unless the session may use (or create in) a schema.

    Everyone may use and create in PUBLIC, until that is revoked.
    """
    who = who or identities.identity(engine)
    if who.superuser or schema.owner == who.user or schema.name.startswith("pg_temp_"):
        return
    if schema.name == "public" and not engine.objects.get(
        "revoked", "schema", schema.oid, privilege
    ):
        return
    if not has(engine, privilege, "schema", schema.oid, schema.owner, who):
        raise denied("schema", schema.name)


def check_read(engine, relation) -> set[str] | None:
    """Raise unless the session may read a relation. Return the columns it may read, or None for
    all of them."""
    who = identities.identity(engine)
    if who.superuser:
        return None
    check_home(engine, relation, who)
    if has(engine, "SELECT", "table", relation.oid, relation.owner, who):
        return None
    columns: set[str] = set()
    for grant in grants_on(engine, "table", relation.oid, who):
        if grant.privilege in ("SELECT", "ALL") and grant.columns is not None:
            columns.update(grant.columns)
    if not columns:
        raise denied("relation", relation.name)
    return columns


def check_home(engine, relation, who) -> None:
    schema = engine.objects.get("schema", relation.database, relation.schema)
    if schema is not None:
        check_schema(engine, schema, "USAGE", who)


def check_policy_read(engine, relation, policy: str) -> None:
    """Raise unless a policy may read a lookup table: SELECT is granted to the policy itself."""
    for grant in engine.objects.find("grant", "table", relation.oid):
        if grant.kind == "policy" and grant.grantee == policy and grant.privilege == "SELECT":
            return
    problem = denied("relation", relation.name)
    problem.hint = f"GRANT SELECT ON TABLE {relation.name} TO RLS POLICY {policy};"
    raise problem


def check_external(engine, schema) -> None:
    """Raise unless the session may use an external schema."""
    who = identities.identity(engine)
    if not who.superuser:
        check_schema(engine, schema, "USAGE", who)


def check_write(engine, relation, privilege: str, columns=None) -> None:
    """Raise unless the session has a privilege to change a relation."""
    who = identities.identity(engine)
    if who.superuser:
        return
    check_home(engine, relation, who)
    if has(engine, privilege, "table", relation.oid, relation.owner, who):
        return
    allowed: set[str] = set()
    for grant in grants_on(engine, "table", relation.oid, who):
        if grant.privilege in (privilege, "ALL") and grant.columns is not None:
            allowed.update(grant.columns)
    if columns and set(columns) <= allowed:
        return
    system = {"DROP": "DROP TABLE", "ALTER": "ALTER TABLE", "TRUNCATE": "TRUNCATE TABLE"}
    if system.get(privilege) in system_privileges(engine, who):
        return
    if privilege in ("DROP", "ALTER"):
        raise ServiceError("42501", f"must be owner of relation {relation.name}")
    raise denied("relation", relation.name)


def check_execute(engine, kind: str, routine) -> None:
    """Raise unless the session may run a procedure or function. Functions are open to everyone
    until EXECUTE is revoked from PUBLIC; procedures are their owner's until it is granted."""
    if kind == "function" and not engine.objects.get("revoked", kind, routine.oid, "EXECUTE"):
        return
    if not has(engine, "EXECUTE", kind, routine.oid, routine.owner):
        raise denied(kind, routine.name)


#: a statement's leading words -> (privilege on the table that follows)
_TABLE_VERBS = (
    (("INSERT", "INTO"), "INSERT"),
    (("DELETE", "FROM"), "DELETE"),
    (("DELETE",), "DELETE"),
    (("UPDATE",), "UPDATE"),
    (("COPY",), "INSERT"),
    (("TRUNCATE", "TABLE"), "TRUNCATE"),
    (("TRUNCATE",), "TRUNCATE"),
    (("ALTER", "TABLE"), "ALTER"),
    (("DROP", "TABLE", "IF", "EXISTS"), "DROP"),
    (("DROP", "TABLE"), "DROP"),
    (("DROP", "VIEW", "IF", "EXISTS"), "DROP"),
    (("DROP", "VIEW"), "DROP"),
    (("REFRESH", "MATERIALIZED", "VIEW"), "OWNER"),
    (("COMMENT", "ON", "TABLE"), "OWNER"),
)

#: statements that only a superuser, or a role with the system privilege, may run
_SYSTEM_VERBS = (
    *((("CREATE", word), f"CREATE {word}") for word in ("USER", "ROLE", "DATASHARE", "GROUP")),
    *((("ALTER", word), f"ALTER {word}") for word in ("USER", "ROLE", "GROUP")),
    *((("DROP", word), f"DROP {word}") for word in ("USER", "ROLE", "GROUP")),
    *(((verb, "RLS", "POLICY"), "SECADMIN") for verb in ("CREATE", "ALTER", "DROP", "ATTACH")),
    (("DETACH", "RLS", "POLICY"), "SECADMIN"),
    *(((verb, "MASKING", "POLICY"), "SECADMIN") for verb in ("CREATE", "ALTER", "DROP", "ATTACH")),
    (("DETACH", "MASKING", "POLICY"), "SECADMIN"),
)


def check_statement(engine, sql: str) -> None:
    """Raise Redshift's error for a statement that the session's user may not run."""
    who = identities.identity(engine)
    if who.superuser:
        return
    from dealab.sql.redshift import sources, statements

    reader = statements.read(sql)
    for words, privilege in _SYSTEM_VERBS:
        if reader.sees(*words):
            check_system(engine, who, words, privilege, reader)
            return
    if reader.sees("CREATE"):
        check_create(engine, reader, who)
        return
    privilege = next((what for words, what in _TABLE_VERBS if reader.accept(*words)), None)
    if privilege is None or not reader.is_name():
        return
    for parts in reader.commas(reader.qualified):
        found = sources.lookup(engine, parts)
        if not isinstance(found, (spaces.Table, spaces.View)):
            continue
        if privilege == "OWNER":
            if found.owner != who.user:
                raise ServiceError("42501", f"must be owner of relation {found.name}")
            continue
        columns = set_columns(reader) if privilege == "UPDATE" else None
        check_write(engine, found, privilege, columns)


def set_columns(reader) -> list[str]:
    """Return the columns that UPDATE ... SET names."""
    reader.until("SET")
    if not reader.accept("SET"):
        return []
    found = []
    while reader.is_name():
        found.append(reader.qualified()[-1])
        reader.until(",", "FROM", "WHERE")
        if not reader.accept(","):
            break
    return found


def check_system(engine, who, words, privilege, reader) -> None:
    held = system_privileges(engine, who)
    if privilege == "SECADMIN":
        if "sys:secadmin" in who.roles:
            return
        raise ServiceError("42501", "permission denied: must be superuser or have sys:secadmin")
    if privilege in held:
        return
    if words == ("ALTER", "USER") and reader.word(2).lower() == who.user:
        return  # everyone may change their own password
    thing = words[-1].lower()
    verb = words[0].lower()
    raise ServiceError("42501", f"permission denied: must be superuser to {verb} {thing}")


_MAKING = {
    "TABLE": "CREATE TABLE",
    "VIEW": "CREATE OR REPLACE VIEW",
    "PROCEDURE": "CREATE OR REPLACE PROCEDURE",
    "FUNCTION": "CREATE OR REPLACE FUNCTION",
}


def check_open(engine, who, privilege: str, kind: str, name: str, action: str = "") -> None:
    """Raise unless the session has a privilege that PUBLIC has until it is revoked."""
    if not engine.objects.get("revoked", kind, name, privilege):
        return
    if has(engine, privilege, kind, name, "", who):
        return
    if action:
        raise ServiceError("42501", f'permission denied to {action} in database "{name}"')
    raise denied(kind, name)


def language_of(reader) -> str:
    """Return the word behind LANGUAGE in the rest of a statement."""
    for at in range(reader.at, len(reader.tokens) - 1):
        if reader.tokens[at].text.upper() == "LANGUAGE":
            return reader.tokens[at + 1].text.lower()
    return ""


def check_create(engine, reader, who) -> None:
    """CREATE TABLE, VIEW, PROCEDURE, FUNCTION need CREATE on the schema; SCHEMA on the database."""
    from dealab.sql.redshift.statements import routines

    reader.accept("CREATE")
    reader.accept("OR", "REPLACE")
    temporary = bool(reader.accept_any("TEMP", "TEMPORARY", "LOCAL"))
    if reader.accept("SCHEMA"):
        database = engine.objects.get("database", engine.database)
        if "CREATE SCHEMA" in system_privileges(engine, who):
            return
        if not has(engine, "CREATE", "database", engine.database, database.owner, who):
            raise denied("database", engine.database)
        return
    reader.accept("MATERIALIZED")
    kind = reader.accept_any("TABLE", "VIEW", "PROCEDURE", "FUNCTION")
    if not kind:
        return
    reader.accept("IF", "NOT", "EXISTS")
    if temporary or reader.word()[:1] == "#":
        check_open(engine, who, "TEMPORARY", "database", engine.database, "create temporary tables")
        return
    if kind in ("PROCEDURE", "FUNCTION"):
        language = language_of(reader)
        check_open(engine, who, "USAGE", "language", language)
    if not reader.is_name() or _MAKING.get(kind) in system_privileges(engine, who):
        return
    parts = reader.qualified()
    name = parts[-2] if len(parts) > 1 else routines.default_schema(engine)
    schema = engine.objects.get("schema", engine.database, name)
    if schema is not None and schema.source is None:
        check_schema(engine, schema, "CREATE", who)
