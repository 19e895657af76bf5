"""Row-level security and masking policies: CREATE, ALTER, DROP, ATTACH, DETACH, and the switch.

https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_RLS_POLICY.html and
https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_MASKING_POLICY.html (read 2026-11-23)
"""

from dataclasses import replace

from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.redshift import history, places, policies
from dealab.sql.redshift import namespace as spaces
from dealab.sql.redshift.identities import (
    MaskAttachment,
    MaskingPolicy,
    RlsAttachment,
    RlsPolicy,
    RlsSwitch,
)
from dealab.sql.redshift.names import shown
from dealab.sql.redshift.statements import definitions, grants
from dealab.sql.results import Outcome, Plan
from dealab.sql.scope import Column, Relation, Scope
from dealab.sql.types import quote


def columns_with(reader) -> tuple:
    """Take ``(column type, ...)``."""

    def one():
        name = reader.identifier()
        return name, definitions.read_type(reader, name)

    return tuple(reader.listed(one))


def in_parentheses(reader) -> str:
    """Take ``( ... )`` and return the text inside."""
    first = reader.at + 1
    reader.parenthesized()
    return reader.text_between(first, reader.at - 1)


def check_expression(engine, text: str, alias: str, columns, policy: str):
    """Bind a policy's expression over its own columns, so that its errors come at once."""
    from dealab.sql.redshift import statements

    reader = statements.read(text)
    binder = statements.binder_of(engine, reader)
    binder.as_owner = True
    scope = Scope(clause="WHERE")
    made = [
        Column(name, kind, f"{quote(policies.PROTECTED)}.{quote(name)}") for name, kind in columns
    ]
    scope.add(Relation(alias or policies.PROTECTED, made))
    return binder.bind(reader.expression(), scope)


def need(engine, kind: str, name: str):
    found = engine.objects.get(f"{kind} policy", name)
    if found is None:
        word = "RLS" if kind == "rls" else "masking"
        raise ServiceError("42704", f'{word} policy "{name}" does not exist')
    return found


def relation(engine, parts):
    """Return the table or view that a policy is about. Raises Redshift's refusals."""
    found = places.existing(engine, parts)
    if places.is_external(found):
        raise ServiceError("0A000", f'policies are not supported on external table "{parts[-1]}"')
    if isinstance(found, spaces.Table) and found.temporary:
        raise ServiceError("0A000", f'policies are not supported on temporary table "{parts[-1]}"')
    return found


# --- rows -----------------------------------------------------------------------------


def create_rls(engine, reader) -> Plan:
    reader.expect("CREATE", "RLS", "POLICY")
    optional = reader.accept("IF", "NOT", "EXISTS")
    name = reader.qualified()[-1]
    columns, alias = (), ""
    if reader.accept("WITH"):
        columns = columns_with(reader)
        if reader.accept("AS") or (reader.is_name() and not reader.sees("USING")):
            alias = reader.identifier()
    reader.expect("USING")
    text = in_parentheses(reader)
    reader.end()
    bound = check_expression(engine, text, alias, columns, name)
    if bound.type.name not in ("boolean", "null"):
        raise ServiceError(
            "42804", f"argument of RLS policy must be type boolean, not type {shown(bound.type)}"
        )
    there = engine.objects.get("rls policy", name) is not None
    if there and not optional:
        raise ServiceError("42710", f'RLS policy "{name}" already exists')
    made = RlsPolicy(name, engine.database, columns, alias, text, engine.user)

    def work():
        if not there:
            engine.objects.put(made, "rls policy", name)
        return Outcome(message="CREATE RLS POLICY")

    return Plan(work=work)


def alter_rls(engine, reader) -> Plan:
    reader.expect("ALTER", "RLS", "POLICY")
    old = need(engine, "rls", reader.qualified()[-1])
    reader.expect("USING")
    text = in_parentheses(reader)
    reader.end()
    check_expression(engine, text, old.alias, old.columns, old.name)

    def work():
        engine.objects.put(replace(old, predicate=text), "rls policy", old.name)
        return Outcome(message="ALTER RLS POLICY")

    return Plan(work=work)


def drop_rls(engine, reader) -> Plan:
    return drop(engine, reader, "rls", "RLS", "rls attached")


def drop_masking(engine, reader) -> Plan:
    return drop(engine, reader, "masking", "MASKING", "mask attached")


def drop(engine, reader, kind: str, word: str, attached: str) -> Plan:
    reader.expect("DROP", word, "POLICY")
    optional = reader.accept("IF", "EXISTS")
    name = reader.qualified()[-1]
    cascade = reader.accept_any("CASCADE", "RESTRICT") == "CASCADE"
    reader.end()
    if engine.objects.get(f"{kind} policy", name) is None and optional:
        return Plan(work=lambda: Outcome(message=f"DROP {word} POLICY"))
    need(engine, kind, name)
    uses = [key for key, one in engine.objects.items(attached) if one.policy == name]
    if uses and not cascade:
        raise ServiceError(
            "2BP01",
            f'cannot drop {word.lower() if word != "RLS" else word} policy "{name}" because it is '
            "attached to a relation",
            hint=f"DETACH {word} POLICY first.",
        )

    def work():
        for key in uses:
            engine.objects.drop(*key)
        engine.objects.drop(f"{kind} policy", name)
        return Outcome(message=f"DROP {word} POLICY")

    return Plan(work=work)


def _rls_clauses(engine, reader, verb: str, toward: str):
    """Read ATTACH or DETACH: the policy, the relations and the grantees that it names."""
    reader.expect(verb, "RLS", "POLICY")
    policy = need(engine, "rls", reader.qualified()[-1])
    reader.expect("ON")
    reader.accept("TABLE")
    relations = [relation(engine, parts) for parts in reader.commas(reader.qualified)]
    reader.expect(toward)
    grantees = reader.commas(lambda: grants.grantee(engine, reader))
    reader.end()
    return policy, relations, grantees


def attach_rls(engine, reader) -> Plan:
    """ATTACH RLS POLICY p ON [TABLE] t, ... TO user | ROLE r | PUBLIC, ..."""
    policy, relations, grantees = _rls_clauses(engine, reader, "ATTACH", "TO")
    for one in relations:
        own = dict(one.columns) if isinstance(one, spaces.View) else dict(one.fields())
        for column, kind in policy.columns:
            if column not in own:
                raise ServiceError(
                    "42703",
                    f'column "{column}" of RLS policy "{policy.name}" does not exist in relation '
                    f'"{one.name}"',
                )
            if own[column].name != kind.name:
                raise ServiceError(
                    "42804",
                    f'column "{column}" is of type {shown(own[column])}, and RLS policy '
                    f'"{policy.name}" expects {shown(kind)}',
                )
        for who, name in grantees:
            if engine.objects.get("rls attached", one.oid, policy.name, who, name):
                raise ServiceError(
                    "42710",
                    f'RLS policy "{policy.name}" is already attached on relation "{one.name}" to '
                    f'"{name or "public"}"',
                )

    def work():
        for one in relations:
            for who, name in grantees:
                made = RlsAttachment(
                    policy.name, one.oid, one.schema, one.name, who, name, engine.user
                )
                engine.objects.put(made, "rls attached", one.oid, policy.name, who, name)
        return Outcome(message="ATTACH RLS POLICY")

    return Plan(work=work)


def detach_rls(engine, reader) -> Plan:
    policy, relations, grantees = _rls_clauses(engine, reader, "DETACH", "FROM")
    keys = []
    for one in relations:
        for who, name in grantees:
            key = ("rls attached", one.oid, policy.name, who, name)
            if engine.objects.get(*key) is None:
                raise ServiceError(
                    "42704",
                    f'RLS policy "{policy.name}" is not attached on relation "{one.name}" to '
                    f'"{name or "public"}"',
                )
            keys.append(key)

    def work():
        for key in keys:
            engine.objects.drop(*key)
        return Outcome(message="DETACH RLS POLICY")

    return Plan(work=work)


def alter_table(engine, reader, found) -> Plan:
    """ROW LEVEL SECURITY {ON | OFF} [CONJUNCTION TYPE {AND | OR}] [FOR DATASHARES]."""
    if reader.sees("MASKING"):
        raise LabLimit(
            "MASKING ... FOR DATASHARES", "masks then count, or do not, for shared relations."
        )
    reader.expect("ROW", "LEVEL", "SECURITY")
    found = relation(engine, [found.schema, found.name])
    on = reader.expect_any("ON", "OFF") == "ON"
    old = engine.objects.get("rls", found.oid) or RlsSwitch(found.oid, found.schema, found.name)
    conjunction = old.conjunction
    if reader.accept("CONJUNCTION", "TYPE"):
        conjunction = reader.expect_any("AND", "OR")
    shares = reader.accept("FOR", "DATASHARES")
    reader.end()
    changed = replace(old, conjunction=conjunction)
    changed = replace(changed, for_datashares=on) if shares else replace(changed, on=on)

    def work():
        engine.objects.put(changed, "rls", found.oid)
        return Outcome(message="ALTER TABLE")

    return Plan(work=work)


# --- columns --------------------------------------------------------------------------


def create_masking(engine, reader) -> Plan:
    reader.expect("CREATE", "MASKING", "POLICY")
    optional = reader.accept("IF", "NOT", "EXISTS")
    name = reader.qualified()[-1]
    reader.expect("WITH")
    columns = columns_with(reader)
    reader.expect("USING")
    texts = expressions(reader)
    reader.end()
    for text in texts:
        check_expression(engine, text, "", columns, name)
    there = engine.objects.get("masking policy", name) is not None
    if there and not optional:
        raise ServiceError("42710", f'masking policy "{name}" already exists')
    made = MaskingPolicy(name, engine.database, columns, texts, engine.user, history.now())

    def work():
        if not there:
            engine.objects.put(made, "masking policy", name)
        return Outcome(message="CREATE MASKING POLICY")

    return Plan(work=work)


def expressions(reader) -> tuple[str, ...]:
    """Take ``(expression, ...)`` and return the texts."""
    inside = reader.parenthesized()
    found = []
    while True:
        first = inside.at
        inside.until(",")
        text = inside.text_between(first, inside.at)
        if not text:
            raise inside.fail()
        found.append(text)
        if not inside.accept(","):
            inside.end()
            return tuple(found)


def alter_masking(engine, reader) -> Plan:
    reader.expect("ALTER", "MASKING", "POLICY")
    old = need(engine, "masking", reader.qualified()[-1])
    reader.expect("USING")
    texts = expressions(reader)
    reader.end()
    if len(texts) != len(old.expressions):
        raise ServiceError("42601", "a masking policy keeps its number of expressions")
    for text in texts:
        check_expression(engine, text, "", old.columns, old.name)

    def work():
        changed = replace(old, expressions=texts, modified=history.now())
        engine.objects.put(changed, "masking policy", old.name)
        return Outcome(message="ALTER MASKING POLICY")

    return Plan(work=work)


def paths(reader) -> tuple[str, ...]:
    """Take ``(column, ...)``; a path into a SUPER column is a limit."""

    def one():
        parts = reader.qualified()
        if len(parts) > 1:
            raise LabLimit(
                "a masking policy on a path inside a SUPER column",
                "Redshift masks the value at that path only.",
            )
        return parts[0]

    return tuple(reader.listed(one))


def attach_masking(engine, reader) -> Plan:
    """ATTACH MASKING POLICY p ON t (columns) [USING (columns)] TO ... [PRIORITY n]."""
    reader.expect("ATTACH", "MASKING", "POLICY")
    policy = need(engine, "masking", reader.qualified()[-1])
    reader.expect("ON")
    found = relation(engine, reader.qualified())
    outputs = paths(reader)
    inputs = paths(reader) if reader.accept("USING") else outputs
    reader.expect("TO")
    kind, name = grants.grantee(engine, reader)
    priority = reader.integer() if reader.accept("PRIORITY") else 0
    reader.end()
    own = dict(found.columns) if isinstance(found, spaces.View) else dict(found.fields())
    for column in (*outputs, *inputs):
        if column not in own:
            raise ServiceError(
                "42703", f'column "{column}" does not exist in relation "{found.name}"'
            )
    check_shapes(engine, policy, own, outputs, inputs)
    check_conflicts(engine, policy, found, outputs, kind, name, priority)
    made = MaskAttachment(
        *(policy.name, found.oid, found.schema, found.name, outputs, inputs, kind, name),
        *(engine.user, priority),
    )

    def work():
        engine.objects.put(made, "mask attached", found.oid, outputs, kind, name)
        return Outcome(message="ATTACH MASKING POLICY")

    return Plan(work=work)


def check_shapes(engine, policy, own, outputs, inputs) -> None:
    if len(outputs) != len(policy.expressions) or len(inputs) != len(policy.columns):
        raise ServiceError(
            "42601",
            f'masking policy "{policy.name}" takes {len(policy.columns)} and gives '
            f"{len(policy.expressions)} columns",
        )
    for (_, wanted), column in zip(policy.columns, inputs, strict=True):
        if own[column].name != wanted.name and {own[column].name, wanted.name} != {
            "varchar",
            "char",
        }:
            raise ServiceError(
                "42804",
                f'column "{column}" is of type {shown(own[column])}, and masking policy '
                f'"{policy.name}" expects {shown(wanted)}',
            )
    for text, column in zip(policy.expressions, outputs, strict=True):
        bound = check_expression(engine, text, "", policy.columns, policy.name)
        kind = own[column]
        texts = ("varchar", "char", "literal")
        same = bound.type.name == kind.name or bound.type.name == "null"
        same = same or (bound.type.name in texts and kind.name in texts)
        if not same and not (bound.type.name in _NUMBERS and kind.name in _NUMBERS):
            raise ServiceError(
                "42804",
                f'masking policy "{policy.name}" gives {shown(bound.type)} for column "{column}" '
                f"of type {shown(kind)}",
            )


_NUMBERS = ("smallint", "integer", "bigint", "decimal", "real", "double")


def check_conflicts(engine, policy, found, outputs, kind, name, priority) -> None:
    for one in engine.objects.find("mask attached", found.oid):
        common = set(one.outputs) & set(outputs)
        if not common:
            continue
        column = sorted(common)[0]
        if (one.kind, one.grantee) == (kind, name):
            raise ServiceError(
                "42710",
                f'a masking policy is already attached to column "{column}" of "{found.name}" for '
                f'"{name or "public"}"',
            )
        if one.policy != policy.name and one.priority == priority:
            raise ServiceError(
                "42710",
                f'another masking policy of priority {priority} is attached to column "{column}" '
                f'of "{found.name}"',
                hint="two policies on one column need different priorities: the highest counts.",
            )


def detach_masking(engine, reader) -> Plan:
    reader.expect("DETACH", "MASKING", "POLICY")
    policy = need(engine, "masking", reader.qualified()[-1])
    reader.expect("ON")
    found = relation(engine, reader.qualified())
    outputs = paths(reader)
    reader.expect("FROM")
    kind, name = grants.grantee(engine, reader)
    reader.end()
    key = ("mask attached", found.oid, outputs, kind, name)
    attached = engine.objects.get(*key)
    if attached is None or attached.policy != policy.name:
        raise ServiceError(
            "42704",
            f'masking policy "{policy.name}" is not attached to these columns of "{found.name}" '
            f'for "{name or "public"}"',
        )

    def work():
        engine.objects.drop(*key)
        return Outcome(message="DETACH MASKING POLICY")

    return Plan(work=work)
