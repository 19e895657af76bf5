"""Datashares between namespaces of the lake: the producer's side and the consumer's.

https://docs.aws.amazon.com/redshift/latest/dg/datashare-overview.html (read 2026-11-23)
"""

import re
import uuid
from dataclasses import replace

from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.redshift import history, places
from dealab.sql.redshift import namespace as spaces
from dealab.sql.redshift.identities import Datashare
from dealab.sql.redshift.statements import grants
from dealab.sql.results import Outcome, Plan, table
from dealab.sql.types import BOOLEAN, VARCHAR

ACCOUNT = "123456789012"


def guid(name: str) -> str:
    """Return the identifier of a namespace, always the same for the same name."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"dealab:namespace:{name}"))


def by_guid(engine, wanted: str):
    """Return the lake's namespace with this identifier or name, or None."""
    for _, space in engine.lake.rooms("redshift"):
        if wanted in (space.name, guid(space.name)):
            return space
    return None


def need(engine, name: str) -> Datashare:
    found = engine.objects.get("datashare", name)
    if found is None:
        raise ServiceError("42704", f'datashare "{name}" does not exist')
    return found


def create(engine, reader) -> Plan:
    reader.expect("CREATE", "DATASHARE")
    name = reader.identifier()
    public = False
    if reader.accept("SET") or reader.sees("PUBLICACCESSIBLE"):
        public = public_flag(reader)
    if reader.sees("MANAGEDBY"):
        raise LabLimit(
            "datashares managed by AWS Data Exchange", "subscribers find them in Data Exchange."
        )
    reader.end()
    if engine.objects.get("datashare", name) is not None:
        raise ServiceError("42710", f'datashare "{name}" already exists')

    def work():
        made = Datashare(
            *(name, engine.namespace.next_id(), engine.database, engine.user, public),
            created=history.now(),
        )
        engine.objects.put(made, "datashare", name)
        return Outcome(message="CREATE DATASHARE")

    return Plan(work=work)


def public_flag(reader) -> bool:
    reader.expect("PUBLICACCESSIBLE")
    reader.accept("=")
    return truth(reader)


def truth(reader) -> bool:
    return reader.expect_any("TRUE", "FALSE") == "TRUE"


def alter(engine, reader) -> Plan:
    reader.expect("ALTER", "DATASHARE")
    old = need(engine, reader.identifier())
    if reader.accept("SET"):
        if reader.accept("INCLUDENEW"):
            reader.accept("=")
            on = truth(reader)
            reader.expect("FOR", "SCHEMA")
            name = reader.identifier()
            kept = tuple(one for one in old.include_new if one != name)
            changed = replace(old, include_new=(*kept, name) if on else kept)
        else:
            changed = replace(old, public=public_flag(reader))
    else:
        adding = reader.expect_any("ADD", "REMOVE") == "ADD"
        changed = objects(engine, reader, old, adding)
    reader.end()

    def work():
        engine.objects.put(changed, "datashare", old.name)
        return Outcome(message="ALTER DATASHARE")

    return Plan(work=work)


def objects(engine, reader, old: Datashare, adding: bool) -> Datashare:
    def kept(names, given):
        left = tuple(one for one in names if one not in given)
        return (*left, *given) if adding else left

    if reader.accept("SCHEMA"):
        names = tuple(grants.schema(engine, [one]).name for one in reader.commas(reader.identifier))
        return replace(old, schemas=kept(old.schemas, names))
    if reader.accept("TABLE"):
        oids = []
        for parts in reader.commas(reader.qualified):
            found = shareable(engine, places.existing(engine, parts))
            if adding and found.schema not in old.schemas:
                raise ServiceError(
                    "55000",
                    f'schema "{found.schema}" must be added to datashare "{old.name}" first',
                )
            oids.append(found.oid)
        return replace(old, relations=kept(old.relations, tuple(oids)))
    if reader.accept("FUNCTION"):
        found = reader.commas(lambda: grants.routine(engine, reader, "function"))
        return replace(old, functions=kept(old.functions, tuple(one.id for one in found)))
    reader.expect("ALL")
    word = reader.expect_any("TABLES", "FUNCTIONS")
    reader.expect("IN", "SCHEMA")
    kind = "relation" if word == "TABLES" else "function"
    oids = []
    for name in reader.commas(reader.identifier):
        if adding and name not in old.schemas:
            raise ServiceError(
                "55000", f'schema "{name}" must be added to datashare "{old.name}" first'
            )
        oids += [one.oid for one in engine.objects.find(kind, engine.database, name)]
    if kind == "relation":
        return replace(old, relations=kept(old.relations, tuple(oids)))
    return replace(old, functions=kept(old.functions, tuple(oids)))


def shareable(engine, found):
    if places.is_external(found):
        raise LabLimit(
            "sharing external tables", "Redshift shares them through Lake Formation permissions."
        )
    if isinstance(found, spaces.Table) and found.temporary:
        raise ServiceError("0A000", "temporary tables cannot be added to a datashare")
    return found


def drop(engine, reader) -> Plan:
    reader.expect("DROP", "DATASHARE")
    optional = reader.accept("IF", "EXISTS")
    name = reader.identifier()
    reader.end()
    if engine.objects.get("datashare", name) is None and optional:
        return Plan(work=lambda: Outcome(message="DROP DATASHARE"))
    need(engine, name)

    def work():
        engine.objects.drop("datashare", name)
        return Outcome(message="DROP DATASHARE")

    return Plan(work=work)


def grant_usage(engine, reader, wanted, giving: bool, tag: str) -> Plan:
    """GRANT USAGE ON DATASHARE d TO NAMESPACE 'guid' | ACCOUNT 'id' [VIA DATA CATALOG]."""
    shares = [need(engine, name) for name in reader.commas(reader.identifier)]
    reader.expect("TO" if giving else "FROM")
    if reader.sees("NAMESPACE") or reader.sees("ACCOUNT"):
        kind = reader.expect_any("NAMESPACE", "ACCOUNT").lower()
        consumer = (kind, reader.string())
        if reader.accept("VIA", "DATA", "CATALOG"):
            raise LabLimit(
                "sharing via the Data Catalog", "Lake Formation then manages who reads the share."
            )
        reader.end()
        if [name for name, _ in wanted] != ["USAGE"]:
            raise ServiceError("0LP01", "only USAGE of a datashare can be granted to a consumer")

        def work():
            for share in shares:
                kept = tuple(one for one in share.consumers if one != consumer)
                changed = replace(share, consumers=(*kept, consumer) if giving else kept)
                engine.objects.put(changed, "datashare", share.name)
            return Outcome(message=tag)

        return Plan(work=work)
    grantees = reader.commas(lambda: grants.grantee(engine, reader))
    reader.accept("WITH", "GRANT", "OPTION")
    reader.end()
    if any(name not in ("ALTER", "SHARE", "ALL") for name, _ in wanted):
        raise ServiceError("0LP01", "only ALTER and SHARE of a datashare can be granted to users")

    def give():
        for share in shares:
            target = grants.Target("datashare", share.name, share.name, share.owner)
            for kind, name in grantees:
                for privilege, _ in wanted:
                    change = grants.give if giving else grants.take
                    change(engine, target, kind, name, privilege, None, False, False)
        return Outcome(message=tag)

    return Plan(work=give)


# --- the consumer ---------------------------------------------------------------------


def create_database(engine, reader, name: str) -> Plan:
    """FROM DATASHARE s OF [ACCOUNT 'id'] NAMESPACE 'guid' [WITH PERMISSIONS] of CREATE DATABASE."""
    reader.expect("FROM")
    if reader.sees("INTEGRATION") or reader.sees("ARN"):
        raise LabLimit(
            f"CREATE DATABASE ... FROM {reader.word()}",
            "Redshift makes a database of a zero-ETL integration or of a catalog resource.",
            "zero-ETL copies changes of Aurora, RDS and DynamoDB without a pipeline of yours.",
        )
    reader.expect("DATASHARE")
    share = reader.identifier()
    reader.expect("OF")
    account = reader.string() if reader.accept("ACCOUNT") else ACCOUNT
    reader.expect("NAMESPACE")
    wanted = reader.string()
    if reader.accept("WITH", "PERMISSIONS"):
        raise LabLimit(
            "WITH PERMISSIONS", "users then need grants on each shared object, not USAGE only."
        )
    reader.end()
    if engine.objects.get("database", name) is not None:
        raise ServiceError("42P04", f'database "{name}" already exists')
    producer = by_guid(engine, wanted)
    found = producer.committed.get(("datashare", share)) if producer else None
    if found is None or not allowed(found, engine.namespace, account):
        raise ServiceError(
            "42704",
            f'datashare "{share}" does not exist, or is not authorized for this namespace',
            hint="the producer has to GRANT USAGE ON DATASHARE to this namespace.",
        )

    def work():
        made = spaces.Database(name, engine.user, share=(producer.name, share))
        engine.objects.put(made, "database", name)
        return Outcome(message="CREATE DATABASE")

    return Plan(work=work)


def allowed(share: Datashare, space, account: str = ACCOUNT) -> bool:
    """Tell whether a namespace may use a datashare."""
    mine = {("namespace", guid(space.name)), ("namespace", space.name), ("account", account)}
    return bool(mine & set(share.consumers))


def lookup(engine, database, parts: list[str]):
    """Return the shared relation ``database.schema.name``, or None where it is not shared."""
    producer_name, share_name = database.share
    producer = spaces.namespace(engine.lake, producer_name)
    share = producer.committed.get(("datashare", share_name))
    if share is None or not allowed(share, engine.namespace):
        raise ServiceError(
            "42501",
            f'datashare "{share_name}" is not available to this namespace any more',
        )
    schema = parts[-2] if len(parts) > 1 else "public"
    found = producer.committed.get(("relation", share.database, schema, parts[-1]))
    if found is None or schema not in share.schemas:
        return None
    shared = found.oid in share.relations or schema in share.include_new
    return found if shared else None


# --- telling about them ---------------------------------------------------------------


def show(engine, reader) -> Plan:
    reader.expect("SHOW", "DATASHARES")
    pattern = reader.string() if reader.accept("LIKE") else "%"
    reader.end()
    shape = re.escape(pattern).replace("%", ".*").replace("_", ".")
    rows = [row for row in rows_of(engine) if re.fullmatch(shape, row[0])]
    return table([name for name, _ in COLUMNS], rows, [kind for _, kind in COLUMNS])


COLUMNS = [
    ("share_name", VARCHAR),
    ("share_owner", VARCHAR),
    ("source_database", VARCHAR),
    ("consumer_database", VARCHAR),
    ("share_type", VARCHAR),
    ("createdate", VARCHAR),
    ("is_publicaccessible", BOOLEAN),
    ("share_acl", VARCHAR),
    ("producer_account", VARCHAR),
    ("producer_namespace", VARCHAR),
]


def rows_of(engine) -> list[tuple]:
    """Return the datashares that the namespace sees: its own, and those it consumes."""
    rows = []
    for share in engine.objects.find("datashare"):
        rows.append(
            (
                *(share.name, share.owner, share.database, None, "OUTBOUND"),
                *(str(share.created), share.public, None, ACCOUNT, guid(engine.namespace.name)),
            )
        )
    for _, space in engine.lake.rooms("redshift"):
        if space is engine.namespace:
            continue
        for key, share in space.committed.items():
            if key[0] == "datashare" and allowed(share, engine.namespace):
                local = [
                    one.name
                    for one in engine.objects.find("database")
                    if one.share == (space.name, share.name)
                ]
                rows.append(
                    (
                        *(share.name, None, None, local[0] if local else None, "INBOUND"),
                        *(None, share.public, None, ACCOUNT, guid(space.name)),
                    )
                )
    return rows


def describe(engine, reader) -> Plan:
    """DESC DATASHARE name [OF [ACCOUNT 'id'] NAMESPACE 'guid']: the objects in it."""
    reader.expect_any("DESC", "DESCRIBE")
    reader.expect("DATASHARE")
    name = reader.identifier()
    space, kind = engine.namespace, "OUTBOUND"
    if reader.accept("OF"):
        if reader.accept("ACCOUNT"):
            reader.string()
        reader.expect("NAMESPACE")
        space, kind = by_guid(engine, reader.string()), "INBOUND"
    reader.end()
    share = space.committed.get(("datashare", name)) if space else None
    share = engine.objects.get("datashare", name) if kind == "OUTBOUND" else share
    if share is None or (kind == "INBOUND" and not allowed(share, engine.namespace)):
        raise ServiceError("42704", f'datashare "{name}" does not exist')
    rows = [
        (ACCOUNT, guid(space.name), kind, name, what, shown, new)
        for what, shown, new in contents(space, share)
    ]
    names = ["producer_account", "producer_namespace", "share_type", "share_name"]
    names += ["object_type", "object_name", "include_new"]
    return table(names, rows, [*[VARCHAR] * 6, BOOLEAN])


def contents(space, share: Datashare) -> list[tuple]:
    """Return (object type, object name, include_new) of what a datashare holds."""
    rows = [("schema", name, name in share.include_new) for name in share.schemas]
    for key, one in sorted(space.committed.items(), key=str):
        if (
            key[0] == "relation"
            and key[1] == share.database
            and (one.oid in share.relations or one.schema in share.include_new)
        ):
            word = "view" if isinstance(one, spaces.View) else "table"
            rows.append((word, f"{one.schema}.{one.name}", None))
        if key[0] == "function" and one.oid in share.functions:
            rows.append(("function", f"{one.schema}.{one.name}", None))
    return rows
