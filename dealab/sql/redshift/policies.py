"""Row-level security and dynamic data masking, applied where a relation is read.

Rows are filtered first, then columns are masked; conditions of a query see the masked values.
https://docs.aws.amazon.com/redshift/latest/dg/t_rls.html and
https://docs.aws.amazon.com/redshift/latest/dg/t_ddm.html (read 2026-11-23)
"""

from dataclasses import replace

from dealab.sql.redshift import identities, rights
from dealab.sql.scope import Column, Relation, Scope, Source, Value
from dealab.sql.types import BOOLEAN, quote


def applied(binder, source: Source, relation) -> Source:
    """Return a relation's source as the session's user may see it."""
    engine = binder.engine
    if binder.policy:
        return source
    switch = engine.objects.get("rls", relation.oid)
    masks = engine.objects.find("mask attached", relation.oid)
    if not masks and not (switch and switch.on):
        return source
    who = identities.identity(engine)
    where = row_filter(binder, source, relation, switch, who) if switch and switch.on else ""
    chosen = masks_of(engine, masks, who)
    if not where and not chosen:
        return source
    picks = []
    inside = source.names or [name for name, _ in source.columns]
    for (name, kind), own in zip(source.columns, inside, strict=True):
        sql = quote(name)
        if name in chosen:
            sql = masked(binder, source, chosen[name], kind)
        picks.append(f"{sql} AS {quote(own)}")
    listed = ", ".join(quote(name) for name, _ in source.columns)
    if hasattr(relation, "store"):  # UPDATE and DELETE find rows by DuckDB's own number
        picks.append(f"{quote(PROTECTED)}.rowid AS rowid")
    text = f"(SELECT {', '.join(picks)} FROM {source.sql} AS {quote(PROTECTED)}({listed}){where})"
    return replace(source, sql=text)


PROTECTED = "lab protected"


def scope_of(source: Source, relation, alias: str) -> Scope:
    """Return a scope in which a policy sees the columns of the relation."""
    scope = Scope(clause="WHERE")
    columns = [
        Column(name, kind, f"{quote(PROTECTED)}.{quote(name)}") for name, kind in source.columns
    ]
    scope.add(Relation(alias or relation.name, columns))
    return scope


def policy_binder(binder, text: str, name: str):
    """Return a binder and reader for a policy's text; what it reads is read by the query."""
    from dealab.sql.redshift import statements

    reader = statements.read(text)
    inner = statements.binder_of(binder.engine, reader)
    inner.tables, inner.reads = binder.tables, binder.reads
    inner.as_owner, inner.policy = True, name
    inner.counter = binder.counter + 1000  # its names must not meet the query's
    return inner, reader


# --- rows -----------------------------------------------------------------------------


def row_filter(binder, source, relation, switch, who) -> str:
    """Return the WHERE clause of the policies that count for the user; none means no rows."""
    engine = binder.engine
    if who.superuser or "sys:secadmin" in who.roles:
        return ""
    if "IGNORE RLS" in rights.system_privileges(engine, who):
        return ""
    names = who.names()
    tests = []
    for attached in engine.objects.find("rls attached", relation.oid):
        if (attached.kind, attached.grantee) in names:
            policy = engine.objects.get("rls policy", attached.policy)
            tests.append(predicate(binder, source, relation, policy))
    if not tests:
        return " WHERE false"
    return " WHERE " + f" {switch.conjunction} ".join(dict.fromkeys(tests))


def predicate(binder, source, relation, policy) -> str:
    inner, reader = policy_binder(binder, policy.predicate, policy.name)
    bound = inner.bind(reader.expression(), scope_of(source, relation, policy.alias))
    return f"({inner.coerce(bound, BOOLEAN).sql})"


# --- columns --------------------------------------------------------------------------


def masks_of(engine, masks, who) -> dict:
    """Return column -> (attachment, place in it): the highest priority that counts for the user."""
    names = who.names()
    chosen: dict = {}
    for attached in masks:
        if (attached.kind, attached.grantee) not in names:
            continue
        for at, column in enumerate(attached.outputs):
            known = chosen.get(column)
            if known is None or attached.priority > known[0].priority:
                chosen[column] = (attached, at)
    return chosen


def masked(binder, source: Source, choice, kind) -> str:
    """Return the masking expression of a column, in the column's own type."""
    attached, at = choice
    policy = binder.engine.objects.get("masking policy", attached.policy)
    inner, reader = policy_binder(binder, policy.expressions[at], policy.name)
    own = dict(source.columns)
    scope = Scope(clause="SELECT")
    columns = []
    for (given, wanted), column in zip(policy.columns, attached.inputs, strict=True):
        value = Value(f"{quote(PROTECTED)}.{quote(column)}", own[column])
        value = inner.coerce(value, wanted)
        columns.append(Column(given, wanted, value.sql))
    scope.add(Relation(PROTECTED, columns))
    bound = inner.bind(reader.expression(), scope)
    if bound.type != kind:
        bound = inner.cast_value(bound, kind, None)
    return bound.sql
