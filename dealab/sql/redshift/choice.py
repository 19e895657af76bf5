"""Redshift functions that choose, round, aggregate and match."""

from sqlglot import exp

from dealab.sql import patterns, types
from dealab.sql.athena.choice import constant_digits
from dealab.sql.errors import LabLimit
from dealab.sql.redshift.registry import SPECIAL, arguments, refuse, special
from dealab.sql.scope import Value
from dealab.sql.types import (
    BIGINT,
    DATE,
    DOUBLE,
    INTEGER,
    NULL,
    SUPER,
    TIMESTAMP,
    VARCHAR,
    as_decimal,
    decimal,
    duck_name,
)


@special("coalesce", "nvl", "isnull")
def coalesce(binder, node, scope):
    values = [binder.bind(argument, scope) for argument in node.expressions]
    if not values:
        raise refuse(binder, node, values)
    values, kind = binder.unify(values, node, "COALESCE")
    return Value(f"coalesce({', '.join(value.sql for value in values)})", kind)


@special("nvl2")
def nvl2(binder, node, scope):
    test, yes, no = arguments(binder, node, scope, 3)
    (yes, no), kind = binder.unify([yes, no], node, "NVL2")
    return Value(f"CASE WHEN {test.sql} IS NOT NULL THEN {yes.sql} ELSE {no.sql} END", kind)


@special("nullif")
def nullif(binder, node, scope):
    one, two = arguments(binder, node, scope, 2)
    test = binder.compare(one, two, "=", node)
    one = binder.settle(one)
    return Value(f"CASE WHEN {test.sql} THEN NULL ELSE {one.sql} END", one.type)


@special("decode")
def decode(binder, node, scope):
    """DECODE(subject, value, result, ..., default): NULL equals NULL here."""
    values = [binder.bind(argument, scope) for argument in node.expressions]
    if len(values) < 3:
        raise refuse(binder, node, values)
    subject, rest = values[0], values[1:]
    default = rest.pop() if len(rest) % 2 else Value("NULL", NULL)
    results, kind = binder.unify([*rest[1::2], default], node, "DECODE")
    arms = []
    for wanted, result in zip(rest[::2], results, strict=False):
        if wanted.type == NULL:
            test = f"{subject.sql} IS NULL"
        else:
            test = binder.compare(subject, wanted, "IS NOT DISTINCT FROM", node).sql
        arms.append(f"WHEN {test} THEN {result.sql}")
    return Value(f"CASE {' '.join(arms)} ELSE {results[-1].sql} END", kind)


@special("greatest", "least")
def extreme(binder, node, scope):
    values = [binder.bind(argument, scope) for argument in node.expressions]
    if not values:
        raise refuse(binder, node, values)
    values, kind = binder.unify(values, node, node.name.upper())
    return Value(f"{node.name.lower()}({', '.join(value.sql for value in values)})", kind)


@special("round", "floor", "ceil", "ceiling", "trunc", "abs", "sign", "mod")
def rounding(binder, node, scope):
    name = "ceil" if node.name.lower() == "ceiling" else node.name.lower()
    values = [binder.bind(argument, scope) for argument in node.expressions]
    first = values[0].type if values else NULL
    if name == "trunc" and first.name in ("timestamp", "timestamptz", "date", "literal"):
        moment = binder.coerce(values[0], TIMESTAMP)
        if len(values) > 1:
            raise refuse(binder, node, values)
        return Value(f"CAST({moment.sql} AS DATE)", DATE)
    if name == "mod":
        if len(values) != 2:
            raise refuse(binder, node, values)
        return binder.calculate(values[0], values[1], "%", node)
    if first.name == "super" and name != "sign":
        digits = values[1].literal if len(values) > 1 else 0
        if not isinstance(digits, int):
            raise refuse(binder, node, values)
        made = f"lab_py_super_round('{name}', CAST({values[0].sql} AS VARCHAR), {digits})"
        return Value(f"CAST({made} AS JSON)", SUPER)
    exact = as_decimal(first)
    if exact is None or not values or (name in ("abs",) and first.name != "decimal"):
        call = exp.Anonymous(this=name, expressions=node.expressions)
        call.meta.update(node.meta)
        lines = binder.FUNCTIONS[name]
        return binder.choose(name, lines, call, node.expressions, scope, arguments=values)
    value, (precision, scale) = values[0], exact.args
    if first.name != "decimal" and name in ("floor", "ceil", "round", "trunc") and len(values) == 1:
        return value
    if name == "abs":
        return Value(f"abs({value.sql})", first)
    if name == "sign":
        kind = decimal(1, 0)  # https://docs.aws.amazon.com/redshift/latest/dg/r_SIGN.html
        return Value(f"CAST(sign({value.sql}) AS {duck_name(kind)})", kind)
    if name in ("floor", "ceil"):
        kind = decimal(max(1, min(38, precision - scale + 1)), 0)
        return Value(f"CAST({name}({value.sql}) AS {duck_name(kind)})", kind)
    if len(values) == 1:
        kind = decimal(max(1, min(38, precision - scale + 1)), 0)
        return Value(f"CAST({name}({value.sql}) AS {duck_name(kind)})", kind)
    digits = values[1]
    if digits.type.name not in types.INTEGERS:
        raise refuse(binder, node, values)
    constant_digits(node, digits)
    digits = binder.coerce(digits, INTEGER)
    wide = kind = decimal(min(38, precision + 1), scale)
    if isinstance(digits.literal, int):
        # The digits that are rounded away are not shown: ROUND(28.05, 1) is 28.1.
        # https://docs.aws.amazon.com/redshift/latest/dg/r_ROUND.html
        left = max(0, min(scale, digits.literal))
        kind = decimal(max(1, wide.args[0] - scale + left), left)
    return Value(
        f"CAST({name}(CAST({value.sql} AS {duck_name(wide)}), {digits.sql}) AS {duck_name(kind)})",
        kind,
    )


def _sum(binder, node, scope, nodes, marks, extras):
    if len(nodes) == 1 and not isinstance(nodes[0], exp.Star):
        value = binder.bind(nodes[0], scope)
        if value.type.name == "decimal":
            return Value(
                f"sum({marks['d']}{value.sql}){marks['f']}", decimal(38, value.type.args[1])
            )
    return binder.choose("sum", binder.AGGREGATES["sum"], node, nodes, scope, marks)


def _extreme(binder, node, scope, nodes, marks, extras):
    """MIN and MAX; SUPER values compare by their type and value, not as text."""
    name = node.name.lower()
    if len(nodes) == 1 and not isinstance(nodes[0], exp.Star):
        value = binder.settle(binder.bind(nodes[0], scope))
        if value.type.name == "super":
            key = f"lab_super_key({value.sql})"
            return Value(f"arg_{name}({value.sql}, {key}){marks['f']}", SUPER)
        if value.type.name == "boolean":
            raise refuse(binder, node, [value])
    return binder.choose(name, binder.AGGREGATES[name], node, nodes, scope, marks)


SPECIAL["min"] = _extreme
SPECIAL["max"] = _extreme


def _avg(binder, node, scope, nodes, marks, extras):
    from dealab.sql.athena.decimals import quotient

    if len(nodes) == 1 and not isinstance(nodes[0], exp.Star):
        value = binder.bind(nodes[0], scope)
        if value.type.name == "decimal":
            kind = decimal(38, value.type.args[1])
            total = Value(f"sum({marks['d']}{value.sql}){marks['f']}", kind)
            count = Value(f"nullif(count({marks['d']}{value.sql}){marks['f']}, 0)", BIGINT)
            return quotient(total, count, kind, "lab_cut_div")
    return binder.choose("avg", binder.AGGREGATES["avg"], node, nodes, scope, marks)


def _percentile(binder, node, scope, nodes, marks, extras):
    """PERCENTILE_CONT and PERCENTILE_DISC (share) WITHIN GROUP (ORDER BY x)."""
    name = node.name.lower()
    within = extras.get("within")
    if within is None or len(nodes) != 1 or len(within.expressions) != 1:
        raise binder.error("42601", f"{name} requires WITHIN GROUP (ORDER BY ...)", node)
    item = within.expressions[0]
    value, share = binder.bind(item.this, scope), binder.bind(nodes[0], scope)
    if share.literal is None:
        raise LabLimit(
            f"{name} of a share that is not a constant", "Redshift wants a constant too."
        )
    try:
        inside = 0 <= float(share.literal) <= 1
    except ValueError:
        inside = False
    if not inside:
        raise binder.error(
            "22003", f"percentile value {share.literal} is not between 0 and 1", node
        )
    part = binder.coerce(share, DOUBLE)
    if item.args.get("desc") and name == "percentile_disc":
        return _from_the_top(binder, value, part, marks)
    if item.args.get("desc"):
        part = Value(f"(1 - {part.sql})", DOUBLE)
    if name == "percentile_cont":
        if value.type.name in (*types.NUMBERS, "literal", "null", "super"):
            value = binder.coerce(value, DOUBLE)
        if value.type.name not in ("double", "timestamp", "timestamptz", "date"):
            raise binder.no_overload(name, node, [value], nodes, [])
        kind = value.type
        return Value(
            f"CAST(quantile_cont({value.sql}, {part.sql}){marks['f']} AS {duck_name(kind)})", kind
        )
    return Value(f"quantile_disc({value.sql}, {part.sql}){marks['f']}", value.type)


def _from_the_top(binder, value, part, marks) -> Value:
    """PERCENTILE_DISC in descending order: the first value that reaches the share."""
    if value.type.name in types.NUMBERS:
        return Value(f"(-quantile_disc(-{value.sql}, {part.sql}){marks['f']})", value.type)
    ordered = f"list_reverse_sort(list({value.sql}){marks['f']}, 'NULLS LAST')"
    at = f"CAST(greatest(1, ceil({part.sql} * count({value.sql}){marks['f']})) AS BIGINT)"
    return Value(f"{ordered}[{at}]", value.type)


def _listagg(binder, node, scope, nodes, marks, extras):
    """LISTAGG: NULL and empty texts count for nothing; DISTINCT keeps the first of equal texts.

    https://docs.aws.amazon.com/redshift/latest/dg/r_LISTAGG.html
    """
    values = [binder.bind(one, scope) for one in nodes]
    taken = [binder.coercion_cost(value.type, VARCHAR) for value in values]
    if not 1 <= len(values) <= 2 or any(
        cost is None and value.type.name not in (*types.STRINGS, "null")
        for cost, value in zip(taken, values, strict=True)
    ):
        raise binder.no_overload("listagg", node, values, nodes, [])
    parts = [binder.coerce(value, VARCHAR).sql for value in values]
    mark = parts[1] if len(parts) > 1 else "''"
    if marks["d"]:
        listed = f"list({parts[0]}{marks['o']}) FILTER (WHERE {parts[0]} <> ''){marks['f']}"
        kept = (
            "list_filter(lab_l, lambda lab_x, lab_i: "
            "list_position(list_transform(lab_l, lambda lab_y: rtrim(lab_y, ' ')), "
            "rtrim(lab_x, ' ')) = lab_i)"
        )
        joined = f"array_to_string({kept}, {mark})"
        made = f"list_transform([{listed}], lambda lab_l: {joined})[1]"
    else:
        made = f"string_agg(nullif({parts[0]}, ''), {mark}{marks['o']}){marks['f']}"
    return Value(f"lab_listed({made})", VARCHAR)


SPECIAL["listagg"] = _listagg


SPECIAL["sum"] = _sum


SPECIAL["avg"] = _avg


SPECIAL["percentile_cont"] = _percentile


SPECIAL["percentile_disc"] = _percentile


@special("regexp_replace", "regexp_substr", "regexp_instr", "regexp_count")
def regexp(binder, node, scope):
    values = arguments(binder, node, scope, 2, 6)
    return patterns.redshift(binder, node, node.name.lower(), values)


@special("current_namespace")
def current_namespace(binder, node, scope):
    """https://docs.aws.amazon.com/redshift/latest/dg/r_CURRENT_NAMESPACE.html"""
    arguments(binder, node, scope, 0, 0)
    return binder.namespace_value()
