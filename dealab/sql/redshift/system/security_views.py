"""Roles, grants and privileges, as GRANT and REVOKE left them.

https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_RELATION_PRIVILEGES.html and its neighbors
(read 2026-11-23). Only what was granted explicitly is shown; owners' rights are not rows.
"""

from dealab.sql.redshift.identities import SYSTEM_ROLES
from dealab.sql.redshift.system.looking import Look, text_of
from dealab.sql.redshift.system.registry import view
from dealab.sql.types import redshift_name


@view(
    "svv_roles",
    "role_id int, role_name text, role_owner text, external_id text",
    page="r_SVV_ROLES",
)
def svv_roles(look):
    """Roles of the system have numbers of their own here."""
    for one in look.objects.find("role"):
        if look.unrestricted or one.owner == look.engine.user or one.name in look.who.roles:
            yield {
                "role_id": one.id,
                "role_name": one.name,
                "role_owner": one.owner,
                "external_id": one.external_id or None,
            }
    for at, name in enumerate(SYSTEM_ROLES):
        if look.unrestricted or name in look.who.roles:
            yield {"role_id": 90001 + at, "role_name": name, "role_owner": "rdsdb"}


def role_id(look: Look, name: str) -> int | None:
    if name in SYSTEM_ROLES:
        return 90001 + list(SYSTEM_ROLES).index(name)
    return look.identity_id("role", name)


@view(
    "svv_role_grants",
    "role_id int, role_name text, granted_role_id int, granted_role_name text",
    page="r_SVV_ROLE_GRANTS",
)
def svv_role_grants(look):
    for one in look.objects.find("role grant", "role"):
        if look.unrestricted or one.grantee in look.who.roles:
            yield {
                "role_id": role_id(look, one.grantee),
                "role_name": one.grantee,
                "granted_role_id": role_id(look, one.role),
                "granted_role_name": one.role,
            }


@view(
    "svv_user_grants",
    "user_id int, user_name text, role_id int, role_name text, admin_option bool",
    access="own",
    page="r_SVV_USER_GRANTS",
)
def svv_user_grants(look):
    for one in look.objects.find("role grant", "user"):
        yield {
            "user_id": look.user_id(one.grantee),
            "user_name": one.grantee,
            "role_id": role_id(look, one.role),
            "role_name": one.role,
            "admin_option": one.admin,
        }


def grants(look: Look, kind: str):
    """Return the grants on objects of a kind that the session may see: its own, and those on what
    it owns."""
    names = look.who.names()
    for one in look.objects.find("grant", kind):
        if one.kind == "policy":
            continue
        seen = look.unrestricted or (one.kind, one.grantee) in names
        if seen or one.grantor == look.engine.user:
            yield one


def identity(look: Look, one) -> dict:
    return {
        "privilege_type": one.privilege,
        "identity_id": look.identity_id(one.kind, one.grantee),
        "identity_name": one.grantee or "public",
        "identity_type": one.kind,
    }


def listed(one, kind: str):
    """Return the privileges of a grant: ALL is stored as one."""
    every = {
        "table": "SELECT INSERT UPDATE DELETE REFERENCES DROP TRUNCATE ALTER",
        "schema": "USAGE CREATE",
        "database": "CREATE TEMP",
    }
    if one.privilege == "ALL":
        return every.get(kind, "EXECUTE").split()
    return [one.privilege]


def homes(look: Look) -> dict:
    return {one.oid: one for one in look.relations()}


@view(
    "svv_relation_privileges",
    "namespace_name text, relation_name text, privilege_type text, identity_id int, "
    "identity_name text, identity_type text, admin_option bool",
    page="r_SVV_RELATION_PRIVILEGES",
)
def svv_relation_privileges(look):
    found = homes(look)
    for one in grants(look, "table"):
        relation = found.get(one.object_id)
        if relation is None or one.columns is not None:
            continue
        for privilege in listed(one, "table"):
            yield {
                **identity(look, one),
                "privilege_type": privilege,
                "namespace_name": relation.schema,
                "relation_name": relation.name,
                "admin_option": one.option,
            }


@view(
    "svv_column_privileges",
    "namespace_name text, relation_name text, column_name text, privilege_type text, "
    "identity_id int, identity_name text, identity_type text",
    page="r_SVV_COLUMN_PRIVILEGES",
)
def svv_column_privileges(look):
    found = homes(look)
    for one in grants(look, "table"):
        relation = found.get(one.object_id)
        for name in one.columns or () if relation is not None else ():
            yield {
                **identity(look, one),
                "namespace_name": relation.schema,
                "relation_name": relation.name,
                "column_name": name,
            }


@view(
    "svv_schema_privileges",
    "namespace_name text, privilege_type text, identity_id int, identity_name text, "
    "identity_type text, admin_option bool",
    page="r_SVV_SCHEMA_PRIVILEGES",
)
def svv_schema_privileges(look):
    found = {one.oid: one for one in look.schemas()}
    for one in grants(look, "schema"):
        if one.object_id in found:
            for privilege in listed(one, "schema"):
                yield {
                    **identity(look, one),
                    "privilege_type": privilege,
                    "namespace_name": found[one.object_id].name,
                    "admin_option": one.option,
                }


@view(
    "svv_database_privileges",
    "database_name text, privilege_type text, identity_id int, identity_name text, "
    "identity_type text, admin_option bool",
    page="r_SVV_DATABASE_PRIVILEGES",
)
def svv_database_privileges(look):
    for one in grants(look, "database"):
        for privilege in listed(one, "database"):
            yield {
                **identity(look, one),
                "privilege_type": privilege,
                "database_name": one.object_name,
                "admin_option": one.option,
            }


@view(
    "svv_function_privileges",
    "namespace_name text, function_name text, argument_types text, privilege_type text, "
    "identity_id int, identity_name text, identity_type text, admin_option bool",
    page="r_SVV_FUNCTION_PRIVILEGES",
)
def svv_function_privileges(look):
    for kind in ("function", "procedure"):
        found = {one.oid: one for one in look.objects.find(kind, look.database)}
        for one in grants(look, kind):
            routine = found.get(one.object_id)
            if routine is not None:
                yield {
                    **identity(look, one),
                    "privilege_type": "EXECUTE",
                    "namespace_name": routine.schema,
                    "function_name": routine.name,
                    "argument_types": ", ".join(redshift_name(a.type) for a in routine.inputs()),
                    "admin_option": one.option,
                }


@view(
    "svv_system_privileges",
    "system_privilege text, identity_id int, identity_name text, identity_type text",
    page="r_SVV_SYSTEM_PRIVILEGES",
)
def svv_system_privileges(look):
    for one in grants(look, "system"):
        row = identity(look, one)
        row["system_privilege"] = row.pop("privilege_type")
        yield row
    for name, privileges in SYSTEM_ROLES.items():
        for privilege in privileges:
            if privilege != "ALL" and (look.unrestricted or name in look.who.roles):
                yield {
                    "system_privilege": privilege,
                    "identity_id": role_id(look, name),
                    "identity_name": name,
                    "identity_type": "role",
                }


_KINDS = {"table": "RELATION", "function": "FUNCTION", "procedure": "PROCEDURE"}


@view(
    "svv_default_privileges",
    "schema_name text, object_type text, owner_id int, owner_name text, owner_type text, "
    "privilege_type text, grantee_id int, grantee_name text, grantee_type text, admin_option bool",
    page="r_SVV_DEFAULT_PRIVILEGES",
)
def svv_default_privileges(look):
    for key, (privilege, option) in look.objects.items("default grant"):
        _, owner, home, kind, who, name = key[:6]
        if look.unrestricted or (who, name) in look.who.names():
            yield {
                "schema_name": home or None,
                "object_type": _KINDS[kind],
                "owner_id": look.user_id(owner),
                "owner_name": owner,
                "owner_type": "user",
                "privilege_type": privilege,
                "grantee_id": look.identity_id(who, name),
                "grantee_name": name or "public",
                "grantee_type": who,
                "admin_option": option,
            }


@view(
    "pg_default_acl",
    "defacluser int, defaclnamespace oid, defaclobjtype char(1), defaclacl text",
    page="r_PG_DEFAULT_ACL",
)
def pg_default_acl(look):
    letters = {
        "SELECT": "r", "UPDATE": "w", "INSERT": "a", "DELETE": "d", "REFERENCES": "x",
        "EXECUTE": "X", "DROP": "D", "TRUNCATE": "T", "ALTER": "A", "ALL": "arwdx",
    }  # fmt: skip
    groups: dict[tuple, dict] = {}
    for key, (privilege, option) in look.objects.items("default grant"):
        _, owner, home, kind, who, name = key[:6]
        held = groups.setdefault((owner, home, kind), {})
        prefix = {"user": "", "public": ""}.get(who, who + " ")
        marks = ("X" if kind != "table" and privilege == "ALL" else letters.get(privilege, "")) + (
            "*" if option else ""
        )
        held[prefix + name] = held.get(prefix + name, "") + marks
    for (owner, home, kind), held in groups.items():
        yield {
            "defacluser": look.user_id(owner),
            "defaclnamespace": look.schema_id(home) if home else 0,
            "defaclobjtype": {"table": "r", "function": "f", "procedure": "p"}[kind],
            "defaclacl": text_of(f"{name}={marks}/{owner}" for name, marks in held.items()),
        }
