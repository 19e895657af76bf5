"""Athena's aggregate functions that need more than a row of the table."""

import re

from sqlglot import exp

from dealab.sql import types
from dealab.sql.athena.collections import folded, lambda_body
from dealab.sql.athena.dialect import Overflow
from dealab.sql.athena.registry import SPECIAL, bad_argument, special, unexpected
from dealab.sql.errors import LabLimit
from dealab.sql.scope import Value
from dealab.sql.types import BIGINT, VARBINARY, VARCHAR, athena_name, decimal, text


def _sum(binder, node, scope, nodes, marks, extras):
    if len(nodes) == 1 and not isinstance(nodes[0], (exp.Lambda, exp.Star)):
        value = binder.bind(nodes[0], scope)
        if value.type.name == "decimal":
            kind = decimal(38, value.type.args[1])
            return Value(f"sum({marks['d']}{value.sql}){marks['f']}", kind)
    return binder.choose("sum", binder.AGGREGATES["sum"], node, nodes, scope, marks)


def _avg(binder, node, scope, nodes, marks, extras):
    from dealab.sql.athena.decimals import quotient

    if len(nodes) == 1 and not isinstance(nodes[0], (exp.Lambda, exp.Star)):
        value = binder.bind(nodes[0], scope)
        if value.type.name == "decimal":
            total = Value(
                f"sum({marks['d']}{value.sql}){marks['f']}", decimal(38, value.type.args[1])
            )
            count = Value(f"nullif(count({marks['d']}{value.sql}){marks['f']}, 0)", BIGINT)
            return quotient(total, count, value.type, "lab_round_div")
    return binder.choose("avg", binder.AGGREGATES["avg"], node, nodes, scope, marks)


def _is_number(literal) -> bool:
    """Tell whether a literal's text is a number (decimals are kept as text)."""
    return re.fullmatch(r"\d+\.?\d*", str(literal)) is not None


def _approx_percentile(binder, node, scope, nodes, marks, extras):
    at = 1 if len(nodes) == 2 else 2  # (x, share), (x, weight, share), (x, weight, share, accuracy)
    for part in nodes[at : at + 1]:
        share = binder.bind(part, scope)
        values = (
            [binder.bind(p, scope) for p in part.expressions]
            if isinstance(part, exp.Array)
            else [share]
        )
        for value in values:
            known = value.literal
            if known is None:
                raise LabLimit(
                    "approx_percentile with a share that is not a constant",
                    "Athena takes any value between 0 and 1.",
                )
            if not (_is_number(known) and 0 <= float(known) <= 1):
                raise bad_argument(binder, node, "Percentile must be between 0 and 1")
    return binder.choose(
        "approx_percentile", binder.AGGREGATES["approx_percentile"], node, nodes, scope, marks
    )


SPECIAL["approx_percentile"] = _approx_percentile


SPECIAL["sum"] = _sum


SPECIAL["avg"] = _avg


LISTAGG_MOST = 1_048_576  # bytes, https://trino.io/docs/current/functions/aggregate.html#listagg


@special("listagg")
def listagg(binder, node, scope, nodes, marks, extras):
    """LISTAGG(x, separator ON OVERFLOW ...) WITHIN GROUP (ORDER BY ...)."""
    if extras.get("within") is None:
        raise binder.error("SYNTAX_ERROR", "mismatched input: LISTAGG needs WITHIN GROUP", node)
    if extras.get("window") is not None:
        raise binder.error("NOT_SUPPORTED", "Window functions with WITHIN GROUP", node)
    overflow = Overflow()
    if nodes and isinstance(nodes[-1], Overflow):
        *nodes, overflow = nodes
    elif marks["d"] and isinstance(node.expressions[-1], Overflow):
        overflow = node.expressions[-1]
    value = binder.bind(nodes[0], scope)
    if value.type.name not in ("varchar", "char", "null"):
        raise binder.mismatch(
            f"Expected expression of varchar, but '{binder.snippet(nodes[0])}' has "
            f"{athena_name(value.type)} type",
            nodes[0],
        )
    separator = binder.bind(nodes[1], scope) if len(nodes) > 1 else Value("''", VARCHAR, "")
    if separator.type.name not in ("varchar", "char"):
        raise unexpected(binder, node, [value, separator], "listagg(varchar, varchar)")
    joined = f"string_agg({marks['d']}{value.sql}, {separator.sql}{marks['o']}){marks['f']}"
    most = LISTAGG_MOST
    if overflow.this is None:
        message = text(
            f"INVALID_FUNCTION_ARGUMENT|Concatenated string has the length in bytes larger than "
            f"the maximum output length {most}"
        )
        return Value(
            f"CASE WHEN strlen({joined}) > {most} THEN CAST(lab_fail({message}) AS VARCHAR) "
            f"ELSE {joined} END",
            VARCHAR,
        )
    listed = f"list({marks['d']}{value.sql}{marks['o']}){marks['f']}"
    counted = "true" if overflow.args.get("count") else "false"
    filler = text(overflow.this.this)
    return Value(
        f"lab_py_listagg(list_filter({listed}, lambda e: e IS NOT NULL), {separator.sql}, "
        f"{filler}, {counted}, {most})",
        VARCHAR,
    )


@special("checksum")
def checksum(binder, node, scope, nodes, marks, extras):
    """checksum(x): the sum of the values' hashes, whatever their order."""
    if len(nodes) != 1:
        raise unexpected(binder, node, [], "checksum(T)")
    if isinstance(nodes[0], exp.Star):
        raise LabLimit("checksum(*)", "Trino hashes whole rows.")
    value = binder.bind(nodes[0], scope)
    kind = value.type.name
    if kind in types.INTEGERS:
        made = f"lab_py_word_bytes({value.sql})"
    elif kind == "boolean":
        made = f"lab_py_word_bytes(CAST({value.sql} AS BIGINT))"
    elif kind == "date":
        made = f"lab_py_word_bytes(CAST({value.sql} - DATE '1970-01-01' AS BIGINT))"
    elif kind in ("varchar", "char"):
        made = f"encode({value.sql})"
    elif kind == "varbinary":
        made = value.sql
    else:
        raise LabLimit(f"checksum of {athena_name(value.type)}", "Trino hashes every type.")
    return Value(f"lab_py_checksum(list({marks['d']}{made}){marks['f']})", VARBINARY)


@special("reduce_agg")
def reduce_agg(binder, node, scope, nodes, marks, extras):
    """reduce_agg(x, start, (state, x) -> state, (state, state) -> state)."""
    shape = "reduce_agg(T, S, function(S,T,S), function(S,S,S))"
    if len(nodes) != 4 or not all(isinstance(part, exp.Lambda) for part in nodes[2:]):
        raise unexpected(binder, node, [], shape)
    if any(len(part.expressions) != 2 for part in nodes[2:]):
        raise unexpected(binder, node, [], shape)
    value, start = binder.bind(nodes[0], scope), binder.bind(nodes[1], scope)
    listed = f"list_filter(list({value.sql}){marks['f']}, lambda e: e IS NOT NULL)"
    found = folded(binder, node, Value(listed, types.array(value.type)), start, nodes[2], scope)
    lambda_body(binder, nodes[3], [found, found], scope)  # checked: the lab has one state only
    return Value(f"CASE WHEN len({listed}) > 0 THEN {found.sql} END", found.type)
