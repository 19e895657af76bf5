"""GRANT and REVOKE in all their forms, and ALTER DEFAULT PRIVILEGES.

https://docs.aws.amazon.com/redshift/latest/dg/r_GRANT.html and r_REVOKE.html (read 2026-11-23)
"""

from dataclasses import dataclass, replace

from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.redshift import identities, places, rights
from dealab.sql.redshift import namespace as spaces
from dealab.sql.redshift.identities import Grant, RoleGrant
from dealab.sql.redshift.statements import routines, users
from dealab.sql.results import Outcome, Plan

ON_TABLE = ("SELECT", "INSERT", "UPDATE", "DELETE", "DROP", "REFERENCES", "ALTER", "TRUNCATE")
ON_SCHEMA = ("CREATE", "USAGE", "ALTER", "DROP")
ON_DATABASE = ("CREATE", "USAGE", "TEMPORARY", "TEMP", "ALTER")
SYSTEM = (
    *(f"{verb} {what}" for what in ("USER", "ROLE", "SCHEMA") for verb in ("CREATE", "DROP")),
    *("ALTER USER", "ALTER DEFAULT PRIVILEGES", "ACCESS CATALOG", "ACCESS SYSTEM TABLE"),
    *("CREATE TABLE", "DROP TABLE", "ALTER TABLE", "TRUNCATE TABLE", "VACUUM", "ANALYZE", "CANCEL"),
    *("CREATE OR REPLACE EXTERNAL FUNCTION", "CREATE OR REPLACE FUNCTION", "DROP FUNCTION"),
    *("CREATE OR REPLACE PROCEDURE", "DROP PROCEDURE", "CREATE OR REPLACE VIEW", "DROP VIEW"),
    *("CREATE MODEL", "DROP MODEL", "CREATE DATASHARE", "ALTER DATASHARE", "DROP DATASHARE"),
    *("CREATE LIBRARY", "DROP LIBRARY", "EXPLAIN RLS", "IGNORE RLS", "EXPLAIN MASKING"),
)


@dataclass(frozen=True)
class Target:
    """One object that privileges are about."""

    kind: str
    id: object
    name: str
    owner: str = spaces.ADMIN


def grant(engine, reader) -> Plan:
    reader.expect("GRANT")
    return read(engine, reader, giving=True)


def revoke(engine, reader) -> Plan:
    reader.expect("REVOKE")
    return read(engine, reader, giving=False)


def read(engine, reader, giving: bool) -> Plan:
    tag = "GRANT" if giving else "REVOKE"
    option_only = False
    if not giving:
        option_only = bool(reader.accept("GRANT", "OPTION", "FOR"))
        option_only = bool(reader.accept("ADMIN", "OPTION", "FOR")) or option_only
    if reader.sees("ROLE"):
        return roles(engine, reader, giving, option_only, tag)
    wanted = privileges(reader)
    if not reader.sees("ON"):
        return system(engine, reader, giving, wanted, tag)
    reader.expect("ON")
    targets = objects(engine, reader, wanted)
    if targets is None:
        return elsewhere(engine, reader, wanted, giving, tag)
    reader.expect("TO" if giving else "FROM")
    grantees = reader.commas(lambda: grantee(engine, reader))
    option = reader.accept("WITH", "GRANT", "OPTION") if giving else False
    if not giving:
        reader.accept_any("CASCADE", "RESTRICT")  # nothing depends on a grant in the lab
    reader.end()
    if option and any(kind in ("group", "public", "role") for kind, _ in grantees):
        raise ServiceError("0LP01", "grant options can only be granted to individual users")
    check_kinds(wanted, targets)
    for target in targets:
        check_may_grant(engine, target, wanted)

    def work():
        for target in targets:
            for kind, name in grantees:
                for privilege, columns in wanted:
                    change = give if giving else take
                    change(engine, target, kind, name, privilege, columns, option, option_only)
        return Outcome(message=tag)

    return Plan(work=work)


def privileges(reader) -> list[tuple[str, tuple[str, ...] | None]]:
    """Take ``SELECT (a, b), UPDATE`` or ``ALL [PRIVILEGES] [(a, b)]`` or system privileges."""
    found = []
    while True:
        words = []
        while reader.is_name() and not (reader.sees("ON") or reader.sees("TO")):
            if reader.sees("FROM") or (words and reader.sees("FOR")):
                break
            words.append(reader.take().text.upper())
        if not words:
            raise reader.fail()
        name = " ".join(words)
        if name in ("ALL PRIVILEGES", "ALL"):
            name = "ALL"
        columns = tuple(reader.listed(reader.identifier)) if reader.sees("(") else None
        found.append((name, columns))
        if not reader.accept(","):
            return found


def grantee(engine, reader) -> tuple[str, str]:
    """Take ``user | GROUP g | ROLE r | PUBLIC``."""
    if reader.accept("PUBLIC"):
        return "public", ""
    if reader.accept("GROUP"):
        return "group", users.need(engine, "group", reader.identifier()).name
    if reader.accept("ROLE"):
        return "role", users.need(engine, "role", users.role_name(reader)).name
    for word in ("RLS", "MASKING"):
        if reader.accept(word, "POLICY"):
            return "policy", reader.commas(reader.identifier)[0]
    name = reader.identifier()
    if name in ("current_user", "session_user"):
        name = engine.user
    return "user", users.need(engine, "user", name).name


def objects(engine, reader, wanted) -> list[Target] | None:
    """Take the objects behind ON; None where they are not of this namespace's relations."""
    if reader.accept("SCHEMA"):
        return [schema(engine, parts) for parts in reader.commas(reader.qualified)]
    if reader.accept("DATABASE"):
        names = reader.commas(reader.identifier)
        return [database(engine, name) for name in names]
    for word in ("FUNCTION", "PROCEDURE"):
        if reader.accept(word):
            return reader.commas(lambda word=word: routine(engine, reader, word.lower()))
    if reader.accept("LANGUAGE"):
        return [Target("language", name, name) for name in reader.commas(reader.identifier)]
    if reader.sees("ALL") and reader.word(1) in ("TABLES", "FUNCTIONS", "PROCEDURES"):
        reader.expect("ALL")
        return everything(engine, reader)
    if reader.sees("ALL"):
        return None
    for words in (("DATASHARE",), ("MODEL",), ("EXTERNAL", "TABLE"), ("EXTERNAL", "SCHEMA")):
        if reader.sees(*words):
            return None
    if reader.sees("COPY", "JOB") or reader.sees("DEFAULT") or reader.is_string():
        return None
    reader.accept("TABLE")
    return [relation(engine, parts) for parts in reader.commas(reader.qualified)]


def schema(engine, parts) -> Target:
    home = parts[0] if len(parts) == 2 else engine.database
    found = engine.objects.get("schema", home, parts[-1])
    if found is None:
        raise ServiceError("3F000", f'schema "{parts[-1]}" does not exist')
    return Target("schema", found.oid, found.name, found.owner)


def database(engine, name: str) -> Target:
    found = engine.objects.get("database", name)
    if found is None:
        raise ServiceError("3D000", f'database "{name}" does not exist')
    return Target("database", name, name, found.owner)


def relation(engine, parts) -> Target:
    found = places.existing(engine, parts)
    if places.is_external(found):
        raise ServiceError(
            "0A000",
            "Operation not supported on external tables",
            hint="Spectrum tables are opened with USAGE on their external schema, or with Lake "
            "Formation permissions.",
        )
    return Target("table", found.oid, found.name, found.owner)


def routine(engine, reader, kind: str) -> Target:
    parts = reader.qualified()
    kinds = None
    if reader.sees("("):
        given = routines.arguments(reader)
        kinds = routines.signature(one.type for one in given if one.mode != "OUT")
    for one in routines.find(engine, kind, parts):
        if kinds is None or routines.signature(item.type for item in one.inputs()) == kinds:
            return Target(kind, one.oid, one.name, one.owner)
    raise ServiceError("42883", f"{kind} {'.'.join(parts)}({kinds or ''}) does not exist")


def everything(engine, reader) -> list[Target]:
    """ALL TABLES | FUNCTIONS | PROCEDURES IN SCHEMA s, ..."""
    word = reader.expect_any("TABLES", "FUNCTIONS", "PROCEDURES")
    reader.expect("IN", "SCHEMA")
    kind = {"TABLES": "relation", "FUNCTIONS": "function", "PROCEDURES": "procedure"}[word]
    shown = "table" if kind == "relation" else kind
    found = []
    for name in reader.commas(reader.identifier):
        schema(engine, [name])
        for one in engine.objects.find(kind, engine.database, name):
            found.append(Target(shown, one.oid, one.name, one.owner))
    return found


def check_kinds(wanted, targets) -> None:
    """Refuse a privilege that objects of a kind do not have."""
    allowed = {
        "table": ON_TABLE,
        "schema": ON_SCHEMA,
        "database": ON_DATABASE,
        "function": ("EXECUTE",),
        "procedure": ("EXECUTE",),
        "language": ("USAGE",),
    }
    for target in targets:
        for privilege, columns in wanted:
            if privilege != "ALL" and privilege not in allowed[target.kind]:
                raise ServiceError("0LP01", f"invalid privilege type {privilege} for {target.kind}")
            if columns and (target.kind != "table" or privilege not in ("SELECT", "UPDATE", "ALL")):
                raise ServiceError(
                    "0LP01", "column privileges are only valid for SELECT and UPDATE of relations"
                )


def check_may_grant(engine, target: Target, wanted) -> None:
    who = identities.identity(engine)
    if who.superuser or target.owner == who.user:
        return
    held = rights.grants_on(engine, target.kind, target.id, who)
    for privilege, _ in wanted:
        if not any(one.option and one.privilege in (privilege, "ALL") for one in held):
            raise rights.denied("relation" if target.kind == "table" else target.kind, target.name)


#: privileges that PUBLIC begins with on some kinds of object
OPEN = ("USAGE", "CREATE", "EXECUTE", "TEMPORARY")


def give(engine, target, kind, name, privilege, columns, option, _) -> None:
    if kind == "public" and privilege in (*OPEN, "TEMP", "ALL"):
        for one in expanded(target, privilege) if privilege != "ALL" else OPEN:
            engine.objects.drop("revoked", target.kind, target.id, one)
    for one in expanded(target, privilege):
        key = ("grant", target.kind, target.id, kind, name, one)
        old = engine.objects.get(*key)
        both = columns
        if old is not None and (old.columns is None or columns is None):
            both = None
        elif old is not None and columns is not None:
            both = tuple(dict.fromkeys((*old.columns, *columns)))
        made = Grant(
            one, target.kind, target.id, target.name, kind, name, engine.user, bool(option), both
        )
        engine.objects.put(made, *key)


def take(engine, target, kind, name, privilege, columns, _, option_only) -> None:
    for one in expanded(target, privilege):
        key = ("grant", target.kind, target.id, kind, name, one)
        old = engine.objects.get(*key)
        if kind == "public" and one in OPEN:
            engine.objects.put(True, "revoked", target.kind, target.id, one)
        if old is None:
            continue
        if option_only:
            engine.objects.put(replace(old, option=False), *key)
        elif columns is not None and old.columns is not None:
            left = tuple(column for column in old.columns if column not in columns)
            if left:
                engine.objects.put(replace(old, columns=left), *key)
            else:
                engine.objects.drop(*key)
        elif columns is None:
            engine.objects.drop(*key)


def expanded(target: Target, privilege: str) -> tuple[str, ...]:
    if privilege == "TEMP":
        return ("TEMPORARY",)
    if privilege != "ALL":
        return (privilege,)
    return {
        "table": ON_TABLE,
        "schema": ON_SCHEMA,
        "database": ("CREATE", "USAGE", "TEMPORARY", "ALTER"),
        "language": ("USAGE",),
    }.get(target.kind, ("EXECUTE",))


# --- roles and system privileges ----------------------------------------------------------


def roles(engine, reader, giving: bool, option_only: bool, tag: str) -> Plan:
    """GRANT ROLE r, ... TO user | ROLE r2 [WITH ADMIN OPTION], and REVOKE."""
    names = []
    while True:
        reader.accept("ROLE")
        names.append(users.need(engine, "role", users.role_name(reader)).name)
        if not reader.accept(","):
            break
    reader.expect("TO" if giving else "FROM")
    grantees = reader.commas(lambda: grantee(engine, reader))
    admin = reader.accept("WITH", "ADMIN", "OPTION") if giving else False
    reader.end()
    who = identities.identity(engine)
    for role in names:
        held = engine.objects.get("role grant", "user", who.user, role)
        owner = getattr(engine.objects.get("role", role), "owner", None)
        if not (who.superuser or owner == who.user or (held and held.admin)):
            raise ServiceError("42501", f'permission denied to grant role "{role}"')
        for kind, name in grantees:
            if kind not in ("user", "role"):
                raise reader.fail()
            if giving and kind == "role" and reaches(engine, role, name):
                raise ServiceError(
                    "0LP01", f'role "{name}" cannot be granted: it would be a member of itself'
                )

    def work():
        for role in names:
            for kind, name in grantees:
                key = ("role grant", kind, name, role)
                if giving:
                    engine.objects.put(RoleGrant(role, kind, name, bool(admin)), *key)
                elif engine.objects.get(*key) is not None:
                    if option_only:
                        engine.objects.put(RoleGrant(role, kind, name, False), *key)
                    else:
                        engine.objects.drop(*key)
        return Outcome(message=tag)

    return Plan(work=work)


def reaches(engine, start: str, wanted: str) -> bool:
    """Tell whether a role is, or has been granted, another role."""
    waiting, seen = [start], set()
    while waiting:
        role = waiting.pop()
        if role == wanted:
            return True
        if role not in seen:
            seen.add(role)
            waiting += [one.role for one in engine.objects.find("role grant", "role", role)]
    return False


def system(engine, reader, giving: bool, wanted, tag: str) -> Plan:
    """GRANT CREATE TABLE, ... TO ROLE r; FOR TABLES IN ... is a scoped permission."""
    names = [name for name, _ in wanted]
    if reader.sees("FOR"):
        from dealab.sql.redshift.statements import scoped

        return scoped.scoped(engine, reader, giving, wanted, tag)
    for name in names:
        if name == "ALL":
            continue
        if name not in SYSTEM:
            raise ServiceError("42601", f'unrecognized privilege type "{name.lower()}"')
    reader.expect("TO" if giving else "FROM")
    grantees = reader.commas(lambda: grantee(engine, reader))
    reader.accept("WITH", "ADMIN", "OPTION")
    reader.end()
    if any(kind != "role" for kind, _ in grantees):
        raise ServiceError("0LP01", "system privileges can only be granted to roles")
    if not identities.identity(engine).superuser:
        raise ServiceError("42501", "permission denied: must be superuser")

    def work():
        for name in SYSTEM if names == ["ALL"] else names:
            for _, role in grantees:
                key = ("grant", "system", "", "role", role, name)
                if giving:
                    made = Grant(name, "system", "", "", "role", role, engine.user)
                    engine.objects.put(made, *key)
                elif engine.objects.get(*key):
                    engine.objects.drop(*key)
        return Outcome(message=tag)

    return Plan(work=work)


def elsewhere(engine, reader, wanted, giving: bool, tag: str) -> Plan:
    """Objects outside the namespace: datashares run; Lake Formation and IAM roles do not."""
    if reader.accept("DATASHARE"):
        from dealab.sql.redshift.statements import datashares

        return datashares.grant_usage(engine, reader, wanted, giving, tag)
    if reader.sees("EXTERNAL"):
        raise LabLimit(
            f"{tag} ON EXTERNAL TABLE",
            "Redshift changes the Lake Formation permissions of an IAM role.",
            "Spectrum tables under Lake Formation are granted per table and column to IAM roles.",
        )
    if reader.is_string() or reader.sees("DEFAULT") or reader.sees("ALL"):
        from dealab.sql.redshift.statements import scoped

        return scoped.assume_role(engine, reader, giving, wanted, tag)
    raise LabLimit(
        f"{tag} ON {reader.word()}", "Redshift gives or takes the privilege on that object."
    )


# --- default privileges ---------------------------------------------------------------------


def default_privileges(engine, reader) -> Plan:
    """ALTER DEFAULT PRIVILEGES: what objects made later are granted at once."""
    reader.expect("ALTER", "DEFAULT", "PRIVILEGES")
    owners, schemas = [engine.user], [""]
    if reader.accept("FOR"):
        reader.expect("USER")
        owners = [users.need(engine, "user", one).name for one in reader.commas(reader.identifier)]
    if reader.accept("IN", "SCHEMA"):
        schemas = [schema(engine, [one]).name for one in reader.commas(reader.identifier)]
    giving = reader.expect_any("GRANT", "REVOKE") == "GRANT"
    if not giving:
        reader.accept("GRANT", "OPTION", "FOR")
    wanted = privileges(reader)
    reader.expect("ON")
    kind = reader.expect_any("TABLES", "FUNCTIONS", "PROCEDURES")
    reader.expect("TO" if giving else "FROM")
    grantees = reader.commas(lambda: grantee(engine, reader))
    option = reader.accept("WITH", "GRANT", "OPTION")
    reader.accept_any("RESTRICT", "CASCADE")
    reader.end()
    shown = {"TABLES": "table", "FUNCTIONS": "function", "PROCEDURES": "procedure"}[kind]
    check_kinds(wanted, [Target(shown, 0, "")])

    def work():
        for owner in owners:
            for home in schemas:
                for who, name in grantees:
                    for privilege, _ in wanted:
                        key = ("default grant", owner, home, shown, who, name, privilege)
                        if giving:
                            engine.objects.put((privilege, bool(option)), *key)
                        else:
                            engine.objects.drop(*key)
        return Outcome(message="ALTER DEFAULT PRIVILEGES")

    return Plan(work=work)


def apply_defaults(engine, kind: str, made) -> None:
    """Give a new object the default privileges of its maker."""
    for home in ("", made.schema):
        found = engine.objects.items("default grant", made.owner, home, kind)
        for key, (privilege, option) in found:
            target = Target(kind, made.oid, made.name, made.owner)
            give(engine, target, key[4], key[5], privilege, None, option, False)
