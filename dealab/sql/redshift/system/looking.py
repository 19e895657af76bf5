"""What a session sees of its namespace: the objects behind the system views."""

import zlib
from functools import cached_property

from dealab.sql.redshift import identities, rights
from dealab.sql.redshift import namespace as spaces


class Look:
    """One session's view of its namespace while a system view is read."""

    def __init__(self, engine):
        self.engine = engine
        self.objects = engine.objects
        self.space = engine.namespace
        self.database = engine.database
        self.who = identities.identity(engine)

    @cached_property
    def me(self) -> int:
        return self.user_id(self.engine.user)

    @cached_property
    def unrestricted(self) -> bool:
        """Whether the session sees all rows: a superuser, SYSLOG ACCESS UNRESTRICTED, or the
        system privilege ACCESS SYSTEM TABLE.
        https://docs.aws.amazon.com/redshift/latest/dg/cm_chap_system-tables.html"""
        user = self.objects.get("user", self.engine.user)
        if self.who.superuser or (user and user.options.get("syslog access") == "unrestricted"):
            return True
        return "ACCESS SYSTEM TABLE" in rights.system_privileges(self.engine, self.who)

    def user_id(self, name: str) -> int | None:
        found = self.objects.get("user", name)
        return found.id if found is not None else None

    def identity_id(self, kind: str, name: str) -> int | None:
        """Return the number of a user, group or role; 0 for everyone."""
        if kind == "public":
            return 0
        found = self.objects.get(kind, name)
        return found.id if found is not None else None

    @staticmethod
    def database_id(name: str) -> int:
        return 100 if name == spaces.DATABASE else 1000 + zlib.crc32(name.encode()) % 99000

    def schema_id(self, schema: str, database: str = "") -> int | None:
        found = self.objects.get("schema", database or self.database, schema)
        if found is not None:
            return found.oid
        return 90000 + zlib.crc32(schema.encode()) % 9999  # pg_temp_..., pg_catalog

    def schemas(self, database: str = "") -> list[spaces.Schema]:
        return self.objects.find("schema", database or self.database)

    def relations(self, database: str = "") -> list:
        """Return the tables and views of a database; temporary ones only if they are the
        session's own."""
        found = self.objects.find("relation", database or self.database)
        temporary = self.engine.temp_schema
        return [
            one for one in found if not one.schema.startswith("pg_temp_") or one.schema == temporary
        ]

    def tables(self, database: str = "") -> list[spaces.Table]:
        return [one for one in self.relations(database) if isinstance(one, spaces.Table)]

    def seen(self, database: str = "") -> list:
        """Return the relations that the session may read or owns."""
        return [one for one in self.relations(database) if self.may_see(one)]

    def may_see(self, relation) -> bool:
        if self.unrestricted or relation.owner == self.engine.user:
            return True
        home = self.objects.get("schema", relation.database, relation.schema)
        if home is not None and not self.may_use(home):
            return False
        return bool(rights.grants_on(self.engine, "table", relation.oid, self.who))

    def may_use(self, schema) -> bool:
        from dealab.sql.errors import ServiceError

        try:
            rights.check_schema(self.engine, schema, "USAGE", self.who)
        except ServiceError:
            return False
        return True

    def glue_schemas(self) -> list[spaces.Schema]:
        """Return the external schemas over databases of the data catalog."""
        return [
            one
            for one in self.schemas()
            if one.source and one.source["kind"] == "data catalog" and self.may_use(one)
        ]

    def glue_tables(self):
        """Yield (schema, catalog table) of every external table."""
        for schema in self.glue_schemas():
            for name in sorted(self.engine.catalog.tables(schema.source["database"])):
                table = self.engine.catalog.find(schema.source["database"], name)
                if table is not None:
                    yield schema, table

    def records(self) -> list[spaces.Record]:
        """Return the statements that ran, oldest first."""
        return self.space.history

    def log(self, name: str) -> list[dict]:
        return self.space.logs.get(name, [])


def text_of(names) -> str:
    """Return a list as PostgreSQL prints an array."""
    return "{" + ",".join(str(one) for one in names) + "}"


def acl(look: Look, kind: str, object_id, owner: str = "") -> str | None:
    """Return who may do what with an object, as PostgreSQL writes it; None without a grant.

    https://docs.aws.amazon.com/redshift/latest/dg/r_GRANT.html (letters as in PostgreSQL 8.0)
    """
    letters = {
        "SELECT": "r", "UPDATE": "w", "INSERT": "a", "DELETE": "d", "REFERENCES": "x",
        "DROP": "D", "TRUNCATE": "T", "ALTER": "A", "EXECUTE": "X", "USAGE": "U", "CREATE": "C",
        "TEMPORARY": "t", "TEMP": "t",
    }  # fmt: skip
    every = {
        "table": "arwdxDTA", "schema": "UC", "database": "CT", "function": "X", "procedure": "X",
    }  # fmt: skip
    held: dict[tuple, str] = {}
    for grant in look.objects.find("grant", kind, object_id):
        if grant.columns is not None or grant.kind == "policy":
            continue
        key = (grant.kind, grant.grantee, grant.grantor)
        mark = every.get(kind, "") if grant.privilege == "ALL" else letters.get(grant.privilege, "")
        held[key] = held.get(key, "") + mark + ("*" if grant.option else "")
    if not held:
        return None
    prefix = {"user": "", "group": "group ", "role": "role ", "public": ""}
    listed = [f"{owner}={every.get(kind, '')}/{owner}"] if owner else []
    for (who, name, grantor), marks in held.items():
        listed.append(f"{prefix[who]}{name}={marks}/{grantor}")
    return text_of(listed)
