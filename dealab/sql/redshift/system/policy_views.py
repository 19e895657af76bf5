"""Row-level security, masking and datashares.

https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_RLS_POLICY.html,
r_SVV_RLS_ATTACHED_POLICY.html, r_SVV_RLS_RELATION.html, r_SVV_MASKING_POLICY.html,
r_SVV_ATTACHED_MASKING_POLICY.html, r_SVV_DATASHARES.html and its neighbors (read 2026-11-23)
"""

import json

from dealab.sql.errors import ServiceError
from dealab.sql.redshift import namespace as spaces
from dealab.sql.redshift.system.looking import Look
from dealab.sql.redshift.system.registry import view
from dealab.sql.types import redshift_name


def atts(columns) -> str:
    told = [{"colname": name, "type": redshift_name(kind)} for name, kind in columns]
    return json.dumps(told, separators=(",", ":"))


def is_guard(look: Look) -> bool:
    """Tell whether the session is a superuser or has sys:secadmin."""
    return look.who.superuser or "sys:secadmin" in look.who.roles


@view(
    "svv_rls_policy",
    "poldb text, polname text, polalias text, polatts text, polqual text, polenabled bool, "
    "polmodifiedby text, polmodifiedtime ts",
    page="r_SVV_RLS_POLICY",
)
def svv_rls_policy(look):
    for one in look.objects.find("rls policy"):
        if is_guard(look) or look.unrestricted:
            yield {
                "poldb": one.database,
                "polname": one.name,
                "polalias": one.alias or None,
                "polatts": atts(one.columns),
                "polqual": one.predicate,
                "polenabled": True,
                "polmodifiedby": one.owner,
            }


def relation(look: Look, oid: int):
    return next((one for one in look.relations() if one.oid == oid), None)


def kind_of(found) -> str:
    if isinstance(found, spaces.MaterializedView):
        return "materialized view"
    return "view" if isinstance(found, spaces.View) else "table"


@view(
    "svv_rls_attached_policy",
    "relschema text, relname text, relkind text, polname text, grantor text, grantee text, "
    "granteekind text, is_pol_on bool, is_rls_on bool, rls_conjunction_type char(3)",
    page="r_SVV_RLS_ATTACHED_POLICY",
)
def svv_rls_attached_policy(look):
    if not is_guard(look):
        raise ServiceError("42501", "permission denied for relation svv_rls_attached_policy")
    for one in look.objects.find("rls attached"):
        found = relation(look, one.oid)
        if found is not None:
            switch = look.objects.get("rls", one.oid)
            yield {
                "relschema": found.schema,
                "relname": found.name,
                "relkind": kind_of(found),
                "polname": one.policy,
                "grantor": one.grantor,
                "grantee": one.grantee or "public",
                "granteekind": one.kind,
                "is_pol_on": True,
                "is_rls_on": bool(switch and switch.on),
                "rls_conjunction_type": (switch.conjunction if switch else "AND").lower(),
            }


@view(
    "svv_rls_relation",
    "datname text, relschema text, relname text, relkind text, is_rls_on bool, "
    "is_rls_datashare_on bool, rls_conjunction_type char(3), "
    "rls_datashare_conjunction_type char(3)",
    page="r_SVV_RLS_RELATION",
)
def svv_rls_relation(look):
    for one in look.objects.find("rls"):
        found = relation(look, one.oid)
        if found is None or not (look.may_see(found) or is_guard(look)):
            continue
        yield {
            "datname": found.database,
            "relschema": found.schema,
            "relname": found.name,
            "relkind": kind_of(found),
            "is_rls_on": one.on,
            "is_rls_datashare_on": one.for_datashares,
            "rls_conjunction_type": one.conjunction.lower(),
            "rls_datashare_conjunction_type": one.conjunction.lower(),
        }


@view(
    "svv_masking_policy",
    "policy_database text, policy_name text, input_columns text, policy_expression text, "
    "policy_modified_by text, policy_modified_time ts",
    page="r_SVV_MASKING_POLICY",
)
def svv_masking_policy(look):
    """Ordinary users see no rows."""
    for one in look.objects.find("masking policy") if is_guard(look) else ():
        told = [
            {"expr": text, "type": redshift_name(kind)}
            for text, (_, kind) in zip(one.expressions, one.columns, strict=False)
        ]
        yield {
            "policy_database": one.database,
            "policy_name": one.name,
            "input_columns": atts(one.columns),
            "policy_expression": json.dumps(told, separators=(",", ":")),
            "policy_modified_by": one.owner,
            "policy_modified_time": one.modified,
        }


@view(
    "svv_attached_masking_policy",
    "policy_name text, schema_name text, table_name text, table_type text, grantor text, "
    "grantee text, grantee_type text, priority int, input_columns text, output_columns text",
    page="r_SVV_ATTACHED_MASKING_POLICY",
)
def svv_attached_masking_policy(look):
    """Ordinary users see no rows."""
    for one in look.objects.find("mask attached") if is_guard(look) else ():
        found = relation(look, one.oid)
        if found is not None:
            yield {
                "policy_name": one.policy,
                "schema_name": found.schema,
                "table_name": found.name,
                "table_type": kind_of(found),
                "grantor": one.grantor,
                "grantee": one.grantee or "public",
                "grantee_type": one.kind,
                "priority": one.priority,
                "input_columns": json.dumps(list(one.inputs), separators=(",", ":")),
                "output_columns": json.dumps(list(one.outputs), separators=(",", ":")),
            }


# --- datashares -----------------------------------------------------------------------


def inbound(look: Look):
    """Yield (namespace, datashare) of what other namespaces share with this one."""
    from dealab.sql.redshift.statements import datashares

    for _, space in look.engine.lake.rooms("redshift"):
        if space is look.space:
            continue
        for key, share in sorted(space.committed.items(), key=str):
            if key[0] == "datashare" and datashares.allowed(share, look.space):
                yield space, share


def consumer(look: Look, space, share) -> str | None:
    for one in look.objects.find("database"):
        if one.share == (space.name, share.name):
            return one.name
    return None


@view(
    "svv_datashares",
    "share_name varchar(128), share_id int, share_owner int, source_database varchar(128), "
    "consumer_database varchar(128), share_type varchar(8), createdate ts, "
    "is_publicaccessible bool, share_acl varchar(256), producer_account varchar(16), "
    "producer_namespace varchar(64), managed_by varchar(64)",
    page="r_SVV_DATASHARES",
)
def svv_datashares(look):
    from dealab.sql.redshift.statements import datashares

    for share in look.objects.find("datashare"):
        if look.unrestricted or share.owner == look.engine.user:
            yield {
                "share_name": share.name,
                "share_id": share.id,
                "share_owner": look.user_id(share.owner),
                "source_database": share.database,
                "share_type": "OUTBOUND",
                "createdate": share.created,
                "is_publicaccessible": share.public,
                "producer_account": datashares.ACCOUNT,
                "producer_namespace": datashares.guid(look.space.name),
            }
    for space, share in inbound(look) if look.unrestricted else ():
        yield {
            "share_name": share.name,
            "consumer_database": consumer(look, space, share),
            "share_type": "INBOUND",
            "is_publicaccessible": share.public,
            "producer_account": datashares.ACCOUNT,
            "producer_namespace": datashares.guid(space.name),
        }


@view(
    "svv_datashare_objects",
    "share_type varchar(8), share_name varchar(128), object_type varchar(64), "
    "object_name varchar(512), producer_account varchar(16), producer_namespace varchar(64), "
    "include_new bool",
    page="r_SVV_DATASHARE_OBJECTS",
)
def svv_datashare_objects(look):
    from dealab.sql.redshift.statements import datashares

    own = [(look.space, one, "OUTBOUND") for one in look.objects.find("datashare")]
    others = [(space, share, "INBOUND") for space, share in inbound(look)]
    for space, share, kind in [*own, *others]:
        if not look.unrestricted and share.owner != look.engine.user:
            continue
        for what, name, new in datashares.contents(space, share):
            yield {
                "share_type": kind,
                "share_name": share.name,
                "object_type": what,
                "object_name": name,
                "producer_account": datashares.ACCOUNT,
                "producer_namespace": datashares.guid(space.name),
                "include_new": new,
            }


@view(
    "svv_datashare_consumers",
    "share_name varchar(128), consumer_account varchar(16), consumer_namespace varchar(64), "
    "share_date ts",
    page="r_SVV_DATASHARE_CONSUMERS",
)
def svv_datashare_consumers(look):
    for share in look.objects.find("datashare"):
        if not look.unrestricted and share.owner != look.engine.user:
            continue
        for kind, name in share.consumers:
            yield {
                "share_name": share.name,
                "consumer_account" if kind == "account" else "consumer_namespace": name,
            }
