"""Users, groups and roles: CREATE, ALTER, DROP, and SET SESSION AUTHORIZATION.

https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_USER.html (read 2026-11-23)
"""

import re
from dataclasses import replace

from dealab.sql.errors import ServiceError
from dealab.sql.redshift import identities
from dealab.sql.redshift.identities import Group, Role
from dealab.sql.redshift.namespace import User
from dealab.sql.results import Outcome, Plan

_HASHED = re.compile(r"md5[0-9a-f]{32}|sha256\|.+", re.IGNORECASE)


def check_password(password: str) -> None:
    """Raise Redshift's error for a password that is too weak. Hashed ones are taken as they are."""
    if _HASHED.fullmatch(password):
        return
    for broken, message in (
        (len(password) < 8, "password must be at least 8 characters"),
        (len(password) > 64, "password must be at most 64 characters"),
        (not re.search(r"\d", password), "password must contain a number"),
        (not re.search(r"[A-Z]", password), "password must contain an upper case letter"),
        (not re.search(r"[a-z]", password), "password must contain a lower case letter"),
        (re.search(r"['\"\\/ ]|[^\x21-\x7e]", password), "password contains invalid characters"),
    ):
        if broken:
            raise ServiceError("22023", message)


def options(reader, engine, user: User, creating: bool) -> tuple[User, list[str]]:
    """Take the options of CREATE and ALTER USER; return the user and the groups to join."""
    groups: list[str] = []
    settings, more = dict(user.settings), dict(user.options)
    while not reader.done:
        if reader.accept("PASSWORD"):
            if reader.accept("DISABLE"):
                more["password"] = "disabled"
            else:
                check_password(reader.string())
                more["password"] = "set"
        elif word := reader.accept_any("CREATEDB", "NOCREATEDB"):
            user = replace(user, createdb=word == "CREATEDB")
        elif word := reader.accept_any("CREATEUSER", "NOCREATEUSER"):
            user = replace(user, superuser=word == "CREATEUSER")
        elif reader.accept("SYSLOG", "ACCESS"):
            more["syslog access"] = reader.expect_any("RESTRICTED", "UNRESTRICTED").lower()
        elif creating and reader.accept("IN", "GROUP"):
            groups += reader.commas(reader.identifier)
        elif reader.accept("VALID", "UNTIL"):
            more["valid until"] = reader.string()
        elif reader.accept("CONNECTION", "LIMIT"):
            unlimited = reader.accept("UNLIMITED")
            more["connection limit"] = "UNLIMITED" if unlimited else str(reader.integer())
        elif reader.accept("SESSION", "TIMEOUT"):
            more["session timeout"] = str(_timeout(reader.integer()))
        elif reader.accept("RESET", "SESSION", "TIMEOUT"):
            more.pop("session timeout", None)
        elif reader.accept("EXTERNALID"):
            more["external id"] = reader.string() if reader.is_string() else reader.spelled()
        elif not creating and reader.accept("SET"):
            name = ".".join(reader.qualified())
            reader.expect_any("TO", "=")
            settings[name] = ", ".join(reader.commas(lambda: reader.take().text))
        elif not creating and reader.accept("RESET"):
            settings.pop(".".join(reader.qualified()), None)
        else:
            raise reader.fail()
    if creating and "password" not in more and "external id" not in more:
        raise reader.fail()
    return replace(user, settings=settings, options=more), groups


def _timeout(seconds: int) -> int:
    if not 60 <= seconds <= 1_728_000:
        raise ServiceError("22023", "session timeout must be between 60 and 1728000 seconds")
    return seconds


def create_user(engine, reader) -> Plan:
    reader.expect("CREATE", "USER")
    name = reader.identifier()
    if name == "public":
        raise ServiceError("42939", 'user name "public" is reserved')
    reader.accept("WITH")
    made, groups = options(reader, engine, User(name, 0), creating=True)
    if engine.objects.get("user", name) is not None:
        raise ServiceError("42710", f'user "{name}" already exists')
    for group in groups:
        need(engine, "group", group)

    def work():
        engine.objects.put(replace(made, id=engine.namespace.next_id()), "user", name)
        for group in groups:
            old = engine.objects.get("group", group)
            engine.objects.put(replace(old, users=(*old.users, name)), "group", group)
        return Outcome(message="CREATE USER")

    return Plan(work=work)


def alter_user(engine, reader) -> Plan:
    reader.expect("ALTER", "USER")
    name = reader.identifier()
    old = need(engine, "user", name)
    if reader.accept("RENAME", "TO"):
        new = reader.identifier()
        reader.end()
        if engine.objects.get("user", new) is not None:
            raise ServiceError("42710", f'user "{new}" already exists')
        if name == engine.user:
            raise ServiceError("0A000", "session user may not be renamed")
        return Plan(work=lambda: _renamed(engine, "user", old, new, "ALTER USER"))
    reader.accept("WITH")
    if reader.done:
        raise reader.fail()
    changed, _ = options(reader, engine, old, creating=False)

    def work():
        engine.objects.put(changed, "user", name)
        return Outcome(message="ALTER USER")

    return Plan(work=work)


def _renamed(engine, kind: str, old, new: str, tag: str) -> Outcome:
    objects = engine.objects
    objects.drop(kind, old.name)
    objects.put(replace(old, name=new), kind, new)
    for key, grant in objects.items("grant"):
        if grant.kind == kind and grant.grantee == old.name:
            objects.drop(*key)
            objects.put(replace(grant, grantee=new), *key[:4], new, *key[5:])
    for key, grant in objects.items("role grant"):
        if kind == "role" and grant.role == old.name:
            objects.drop(*key)
            objects.put(replace(grant, role=new), *key[:3], new)
        elif (grant.kind, grant.grantee) == (kind, old.name):
            objects.drop(*key)
            objects.put(replace(grant, grantee=new), key[0], kind, new, *key[3:])
    for group in objects.find("group") if kind == "user" else ():
        if old.name in group.users:
            names = tuple(new if one == old.name else one for one in group.users)
            objects.put(replace(group, users=names), "group", group.name)
    for key, one in objects.items("relation"):
        if kind == "user" and getattr(one, "owner", None) == old.name:
            objects.put(replace(one, owner=new), *key)
    return Outcome(message=tag)


def drop_user(engine, reader) -> Plan:
    reader.expect("DROP", "USER")
    optional = reader.accept("IF", "EXISTS")
    names = reader.commas(reader.identifier)
    reader.end()
    found = [name for name in names if _there(engine, "user", name, optional)]
    for name in found:
        if name == engine.user:
            raise ServiceError("55006", "current user cannot be dropped")
        check_free(engine, "user", name)

    def work():
        for name in found:
            engine.objects.drop("user", name)
            for group in engine.objects.find("group"):
                if name in group.users:
                    left = tuple(one for one in group.users if one != name)
                    engine.objects.put(replace(group, users=left), "group", group.name)
            for key, _ in engine.objects.items("role grant", "user", name):
                engine.objects.drop(*key)
        return Outcome(message="DROP USER")

    return Plan(work=work)


def _there(engine, kind: str, name: str, optional: bool) -> bool:
    if engine.objects.get(kind, name) is None:
        if optional:
            return False
        raise missing(kind, name)
    return True


def missing(kind: str, name: str) -> ServiceError:
    return ServiceError("42704", f'{kind} "{name}" does not exist')


def need(engine, kind: str, name: str):
    """Return a user, group or role. Raises Redshift's error where there is none."""
    found = engine.objects.get(kind, name)
    if found is None:
        if kind == "role" and name in identities.SYSTEM_ROLES:
            return Role(name, 0, "rdsdb")
        raise missing(kind, name)
    return found


def check_free(engine, kind: str, name: str) -> None:
    """Refuse to drop who owns something or has privileges."""
    owned = [
        f"owner of {one.__class__.__name__.lower()} {one.name}"
        for what in ("relation", "schema", "procedure", "function", "database")
        for one in engine.objects.find(what)
        if kind == "user" and getattr(one, "owner", None) == name
    ]
    held = [
        f"privileges for {grant.object_kind} {grant.object_name}"
        for grant in engine.objects.find("grant")
        if (grant.kind, grant.grantee) == (kind, name)
    ]
    if owned or held:
        raise ServiceError(
            "2BP01",
            f'{kind} "{name}" cannot be dropped because some objects depend on it',
            hint="; ".join(dict.fromkeys([*owned, *held])) + ".",
        )


# --- groups ---------------------------------------------------------------------------


def create_group(engine, reader) -> Plan:
    reader.expect("CREATE", "GROUP")
    name = reader.identifier()
    reader.accept("WITH")
    users = reader.commas(reader.identifier) if reader.accept("USER") else []
    reader.end()
    if engine.objects.get("group", name) is not None:
        raise ServiceError("42710", f'group "{name}" already exists')
    for user in users:
        need(engine, "user", user)

    def work():
        made = Group(name, engine.namespace.next_id(), tuple(users))
        engine.objects.put(made, "group", name)
        return Outcome(message="CREATE GROUP")

    return Plan(work=work)


def alter_group(engine, reader) -> Plan:
    reader.expect("ALTER", "GROUP")
    name = reader.identifier()
    old = need(engine, "group", name)
    if reader.accept("RENAME", "TO"):
        new = reader.identifier()
        reader.end()
        return Plan(work=lambda: _renamed(engine, "group", old, new, "ALTER GROUP"))
    word = reader.expect_any("ADD", "DROP")
    reader.expect("USER")
    users = reader.commas(reader.identifier)
    reader.end()
    for user in users:
        need(engine, "user", user)

    def work():
        left = [one for one in old.users if one not in users]
        kept = tuple(left if word == "DROP" else [*left, *users])
        engine.objects.put(replace(old, users=kept), "group", name)
        return Outcome(message="ALTER GROUP")

    return Plan(work=work)


def drop_group(engine, reader) -> Plan:
    reader.expect("DROP", "GROUP")
    name = reader.identifier()
    reader.end()
    need(engine, "group", name)
    check_free(engine, "group", name)

    def work():
        engine.objects.drop("group", name)
        return Outcome(message="DROP GROUP")

    return Plan(work=work)


# --- roles ----------------------------------------------------------------------------


def role_name(reader) -> str:
    """Take a role's name; a system role has a colon in it (sys:dba)."""
    name = reader.identifier()
    if name == "sys" and reader.accept(":"):
        name = f"sys:{reader.identifier()}"
    return name


def create_role(engine, reader) -> Plan:
    reader.expect("CREATE", "ROLE")
    name = role_name(reader)
    external = ""
    if reader.accept("EXTERNALID"):
        external = reader.string() if reader.is_string() else reader.spelled()
    reader.end()
    if name.startswith("sys:"):
        raise ServiceError("42939", f'role name "{name}" is reserved')
    if engine.objects.get("role", name) is not None:
        raise ServiceError("42710", f'role "{name}" already exists')

    def work():
        made = Role(name, engine.namespace.next_id(), engine.user, external)
        engine.objects.put(made, "role", name)
        return Outcome(message="CREATE ROLE")

    return Plan(work=work)


def alter_role(engine, reader) -> Plan:
    reader.expect("ALTER", "ROLE")
    name = role_name(reader)
    old = need(engine, "role", name)
    reader.accept("WITH")
    if reader.accept("RENAME", "TO"):
        new = role_name(reader)
        reader.end()
        if engine.objects.get("role", new) is not None:
            raise ServiceError("42710", f'role "{new}" already exists')
        return Plan(work=lambda: _renamed(engine, "role", old, new, "ALTER ROLE"))
    if reader.accept("OWNER", "TO"):
        changed = replace(old, owner=need(engine, "user", reader.identifier()).name)
    else:
        reader.expect("EXTERNALID")
        reader.accept("TO")
        external = reader.string() if reader.is_string() else reader.spelled()
        changed = replace(old, external_id=external)
    reader.end()

    def work():
        engine.objects.put(changed, "role", name)
        return Outcome(message="ALTER ROLE")

    return Plan(work=work)


def drop_role(engine, reader) -> Plan:
    reader.expect("DROP", "ROLE")
    name = role_name(reader)
    force = reader.accept_any("FORCE", "RESTRICT") == "FORCE"
    reader.end()
    need(engine, "role", name)
    uses = [
        key
        for key, grant in engine.objects.items("role grant")
        if grant.role == name or (grant.kind, grant.grantee) == ("role", name)
    ]
    uses += [
        key
        for key, one in engine.objects.items()
        if getattr(one, "kind", None) == "role" and getattr(one, "grantee", None) == name
    ]
    if uses and not force:
        raise ServiceError(
            "2BP01",
            f'role "{name}" cannot be dropped because some objects depend on it',
            hint="DROP ROLE ... FORCE takes the role away from everyone first.",
        )

    def work():
        for key in uses:
            engine.objects.drop(*key)
        engine.objects.drop("role", name)
        return Outcome(message="DROP ROLE")

    return Plan(work=work)


# --- who the session is -----------------------------------------------------------------


def set_authorization(engine, reader) -> Plan:
    """SET SESSION AUTHORIZATION user | DEFAULT, and RESET SESSION AUTHORIZATION."""
    word = reader.expect_any("SET", "RESET")
    reader.accept_any("SESSION", "LOCAL")
    reader.accept("SESSION")
    reader.expect("AUTHORIZATION")
    if word == "RESET" or reader.accept("DEFAULT"):
        user = engine.login
    else:
        user = reader.string().lower() if reader.is_string() else reader.identifier()
        need(engine, "user", user)
        if user != engine.login and not engine.objects.get("user", engine.login).superuser:
            raise ServiceError("42501", f'permission denied to set session authorization "{user}"')
    reader.end()

    def work():
        engine.user = user
        return Outcome(message="SET")

    return Plan(work=work, controls_transaction=True)
