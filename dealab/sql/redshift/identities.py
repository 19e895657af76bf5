"""Users, groups, roles, grants, policies: what the namespace keeps of them.

Keys: ("group", name), ("role", name), ("member", group, user), ("role grant", kind, grantee, role),
("grant", object kind, object id, grantee kind, grantee, privilege), ("rls policy", name),
("rls attached", oid, policy, kind, grantee), ("masking policy", name),
("mask attached", oid, columns, kind, grantee), ("default grant", ...).
"""

from dataclasses import dataclass, field

from dealab.sql.types import Type


@dataclass(frozen=True)
class Group:
    name: str
    id: int
    users: tuple[str, ...] = ()


@dataclass(frozen=True)
class Role:
    name: str
    id: int
    owner: str
    external_id: str = ""


@dataclass(frozen=True)
class RoleGrant:
    """A role that a user or another role has."""

    role: str
    kind: str  # user | role
    grantee: str
    admin: bool = False


@dataclass(frozen=True)
class Grant:
    """One privilege on one object. ``columns`` limits SELECT and UPDATE to some columns."""

    privilege: str
    object_kind: str  # table | schema | database | function | procedure | language | system | ...
    object_id: object  # oid, or the name of what has no oid
    object_name: str
    kind: str  # user | group | role | public | policy
    grantee: str
    grantor: str
    option: bool = False
    columns: tuple[str, ...] | None = None


@dataclass(frozen=True)
class RlsPolicy:
    name: str
    database: str
    columns: tuple[tuple[str, Type], ...]
    alias: str
    predicate: str
    owner: str


@dataclass(frozen=True)
class RlsAttachment:
    policy: str
    oid: int
    schema: str
    relation: str
    kind: str
    grantee: str
    grantor: str


@dataclass(frozen=True)
class RlsSwitch:
    """Whether row-level security is on for a relation, and how policies combine."""

    oid: int
    schema: str
    relation: str
    on: bool = False
    conjunction: str = "AND"
    for_datashares: bool = True


@dataclass(frozen=True)
class MaskingPolicy:
    name: str
    database: str
    columns: tuple[tuple[str, Type], ...]
    expressions: tuple[str, ...]
    owner: str
    modified: object = None


@dataclass(frozen=True)
class MaskAttachment:
    policy: str
    oid: int
    schema: str
    relation: str
    outputs: tuple[str, ...]
    inputs: tuple[str, ...]
    kind: str
    grantee: str
    grantor: str
    priority: int = 0


@dataclass(frozen=True)
class Datashare:
    """What a producer shares: schemas, relations (by oid) and functions of one database."""

    name: str
    id: int
    database: str
    owner: str
    public: bool = False
    schemas: tuple[str, ...] = ()
    relations: tuple[int, ...] = ()
    functions: tuple[int, ...] = ()
    include_new: tuple[str, ...] = ()
    consumers: tuple[tuple[str, str], ...] = ()  # ("namespace", guid), ("account", id)
    created: object = None


#: roles that are always there; https://docs.aws.amazon.com/redshift/latest/dg/r_roles-default.html
SYSTEM_ROLES = {
    "sys:monitor": ("ACCESS CATALOG", "ACCESS SYSTEM TABLE"),
    "sys:operator": (*("ACCESS CATALOG", "ACCESS SYSTEM TABLE", "ANALYZE", "VACUUM", "CANCEL"),),
    "sys:dba": (
        *("ACCESS CATALOG", "ACCESS SYSTEM TABLE", "ANALYZE", "VACUUM", "CANCEL"),
        *("CREATE SCHEMA", "CREATE TABLE", "DROP SCHEMA", "DROP TABLE", "TRUNCATE TABLE"),
        *("CREATE OR REPLACE FUNCTION", "CREATE OR REPLACE PROCEDURE", "DROP FUNCTION"),
        *("CREATE OR REPLACE EXTERNAL FUNCTION", "CREATE OR REPLACE VIEW", "DROP VIEW"),
        *("DROP PROCEDURE", "CREATE MODEL", "DROP MODEL", "CREATE DATASHARE", "ALTER DATASHARE"),
        *("DROP DATASHARE", "CREATE LIBRARY", "DROP LIBRARY", "ALTER TABLE"),
    ),
    "sys:secadmin": (
        *("ACCESS CATALOG", "CREATE USER", "ALTER USER", "DROP USER", "CREATE ROLE", "DROP ROLE"),
        *("GRANT ROLE", "EXPLAIN RLS", "IGNORE RLS", "EXPLAIN MASKING"),
    ),
    "sys:superuser": ("ALL",),
}


@dataclass
class Identity:
    """Who a session acts as: the user, its groups and its roles (nested ones included)."""

    user: str
    superuser: bool
    groups: frozenset[str] = field(default_factory=frozenset)
    roles: frozenset[str] = field(default_factory=frozenset)

    def names(self) -> set[tuple[str, str]]:
        """Return (kind, name) of everything whose privileges count for the user."""
        return {
            ("public", ""),
            ("user", self.user),
            *(("group", name) for name in self.groups),
            *(("role", name) for name in self.roles),
        }


def identity(engine) -> Identity:
    """Return who the session is."""
    objects = engine.objects
    user = objects.get("user", engine.user)
    groups = frozenset(g.name for g in objects.find("group") if engine.user in g.users)
    roles: set[str] = set()
    waiting = [grant.role for grant in objects.find("role grant", "user", engine.user)]
    while waiting:
        role = waiting.pop()
        if role not in roles:
            roles.add(role)
            waiting += [grant.role for grant in objects.find("role grant", "role", role)]
    superuser = bool(user and user.superuser) or "sys:superuser" in roles
    return Identity(engine.user, superuser, groups, frozenset(roles))
