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


def check_database(engine, database) -> None:
    """Raise unless the session may use a database that was made from a datashare."""
    if not has(engine, "USAGE", "database", database.name, database.owner):
        raise denied("database", database.name)


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
    if reader.sees("EXECUTE"):
        prepared = engine.prepared.get(reader.word(1).lower())
        if prepared is not None:
            check_statement(engine, prepared[0])
        return
    if reader.sees("WITH"):  # WITH ... UPDATE, WITH ... DELETE
        verb = statements.verb_after_with(reader)
        while verb and not reader.sees(verb):
            reader.at += 1
    if reader.sees("SELECT"):
        check_into(engine, reader, who)
        return
    if reader.sees("MERGE", "INTO"):
        check_merge(engine, reader)
        return
    if check_owned(engine, reader, who):
        return
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


def check_into(engine, reader, who) -> None:
    """SELECT INTO makes a table: it needs what CREATE TABLE needs."""
    from dealab.sql.redshift.statements import routines

    depth = 0
    while not reader.done:
        word = reader.word()
        depth += (word == "(") - (word == ")")
        if depth == 0 and reader.accept("INTO"):
            break
        reader.at += 1
    if reader.done:
        return
    temporary = bool(reader.accept_any("TEMP", "TEMPORARY")) or reader.word()[:1] == "#"
    reader.accept("TABLE")
    if temporary:
        check_open(engine, who, "TEMPORARY", "database", engine.database, "create temporary tables")
    elif reader.is_name() and "CREATE TABLE" not in system_privileges(engine, who):
        parts = reader.qualified()
        name = parts[-2] if len(parts) > 1 else routines.default_schema(engine)
        schema = engine.objects.get("schema", engine.database, name)
        if schema is not None and schema.source is None:
            check_schema(engine, schema, "CREATE", who)


def check_merge(engine, reader) -> None:
    """MERGE needs the privileges of what its branches do."""
    from dealab.sql.redshift import sources

    words = {token.text.upper() for token in reader.tokens}
    reader.expect("MERGE", "INTO")
    found = sources.lookup(engine, reader.qualified()) if reader.is_name() else None
    if isinstance(found, spaces.Table):
        removes = {"REMOVE", "DELETE"} & words
        for privilege in ("INSERT", "DELETE" if removes else "UPDATE"):
            check_write(engine, found, privilege)


#: what is dropped and altered by its owner, and where its description lies
_OWNED = (
    ("EXTERNAL SCHEMA", "schema"),
    ("MATERIALIZED VIEW", "relation"),
    *(
        (word, word.lower())
        for word in ("SCHEMA", "FUNCTION", "PROCEDURE", "DATASHARE", "DATABASE")
    ),
)


def check_owned(engine, reader, who) -> bool:
    """Raise unless what is dropped, altered, replaced or commented on is the session's own.

    Return whether the statement is one of these.
    """
    start, verb = reader.at, reader.accept_any("DROP", "ALTER", "COMMENT", "CREATE")
    found = False
    if verb == "COMMENT" and reader.accept("ON"):
        found = check_comment(engine, reader, who)
    elif verb in ("DROP", "ALTER") or (verb and reader.accept("OR", "REPLACE")):
        kinds = _OWNED if verb != "CREATE" else (("VIEW", "relation"), *_OWNED[3:5])
        for words, kind in kinds:
            if reader.accept(*words.split()):
                reader.accept("IF", "EXISTS")
                if reader.is_name():
                    check_owner(engine, who, f"{verb} {words}", kind, reader.qualified())
                found = verb != "CREATE"
                break
    if not found:
        reader.at = start
    return found


def check_comment(engine, reader, who) -> bool:
    column = reader.accept("COLUMN")
    kind = None if column else reader.accept_any("VIEW", "DATABASE", "SCHEMA")
    if not (column or kind) or not reader.is_name():
        return False
    parts = reader.qualified()
    place = "relation" if column or kind == "VIEW" else kind.lower()
    check_owner(engine, who, "COMMENT", place, parts[:-1] if column else parts)
    return True


def check_owner(engine, who, what: str, kind: str, parts) -> None:
    """Raise Redshift's error unless an object of this name is the session's own."""
    name = parts[-1] if parts else ""
    same = [one for one in engine.objects.find(kind) if getattr(one, "name", None) == name]
    if kind in ("relation", "function", "procedure"):
        same = [one for one in same if len(parts) < 2 or one.schema == parts[-2]]
    if not same or any(one.owner == who.user for one in same):
        return
    if what in system_privileges(engine, who) or what.replace("CREATE ", "CREATE OR REPLACE ") in (
        system_privileges(engine, who)
    ):
        return
    verb, one = what.split()[0], same[0]
    if kind == "schema" and has(engine, verb, "schema", one.oid, one.owner, who):
        return
    if kind == "datashare" and has(engine, verb, "datashare", name, one.owner, who):
        return
    raise ServiceError("42501", f"must be owner of {kind} {name}")


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
    if reader.accept("EXTERNAL", "SCHEMA") or reader.accept("SCHEMA"):
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
