"""Redshift's numbers: common types, precision and scale of results."""

from dealab.sql import types
from dealab.sql.athena.decimals import quotient
from dealab.sql.scope import Value
from dealab.sql.types import (
    DOUBLE,
    REAL,
    Type,
    as_decimal,
    decimal,
    duck_name,
)

#: whole numbers by width
RANK = {"tinyint": 0, "smallint": 1, "integer": 2, "bigint": 3}


def common_number(left: Type, right: Type) -> Type:
    """https://docs.aws.amazon.com/redshift/latest/dg/r_numeric_computations201.html"""
    one, two = left.name, right.name
    if one == two == "real":
        return REAL
    if "double" in (one, two) or "real" in (one, two):
        return DOUBLE
    if one in RANK and two in RANK:
        return left if RANK[one] >= RANK[two] else right
    a, b = as_decimal(left).args, as_decimal(right).args
    scale = max(a[1], b[1])
    return decimal(min(38, max(a[0] - a[1], b[0] - b[1]) + scale), scale)


def decimal_calculated(left: Value, right: Value, operator: str) -> Value:
    """Redshift's decimal arithmetic.

    https://docs.aws.amazon.com/redshift/latest/dg/r_numeric_computations201.html
    """
    (p1, s1), (p2, s2) = as_decimal(left.type).args, as_decimal(right.type).args
    if operator in "+-":
        scale = max(s1, s2)
        kind = decimal(min(38, max(p1 - s1, p2 - s2) + 1 + scale), scale)
        wide = duck_name(kind)
        return Value(
            f"CAST(CAST({left.sql} AS {wide}) {operator} CAST({right.sql} AS {wide}) AS {wide})",
            kind,
        )
    if operator == "*":
        scale = min(s1 + s2, 38)
        kind = decimal(min(38, p1 + p2 + 1), scale)
        # DuckDB multiplies two numbers of at most 18 digits in 64 bits, and fails beyond them.
        digits, least = min(38, p1 + p2), 19 if p1 + p2 > 18 else 1
        one = f"CAST({left.sql} AS DECIMAL({max(digits - s2, p1, least)},{s1}))"
        two = f"CAST({right.sql} AS DECIMAL({max(digits - s1, p2, least)},{s2}))"
        return Value(f"CAST({one} * {two} AS {duck_name(kind)})", kind)
    if operator == "/":
        scale = max(4, s1 + p2 - s2 + 1)
        whole = p1 - s1 + s2
        if whole + scale > 38:  # the whole part is kept, the scale gives way down to 4
            scale = max(4, 38 - whole)
        return quotient(left, right, decimal(min(38, whole + scale), scale), "lab_cut_div")
    scale = max(s1, s2)
    kind = decimal(min(38, max(p1 - s1, p2 - s2) + scale), scale)
    return Value(f"CAST({left.sql} % {right.sql} AS {duck_name(kind)})", kind)


def cut(engine, value: Value, kind) -> Value:
    """Return a NUMERIC value without the digits that the type of a CAST has no room for.

    They are rounded where the session says so, and where the value is a constant, which the leader
    node works out: CAST(109.652 AS DECIMAL(4,1)) is 109.7.
    https://docs.aws.amazon.com/redshift/latest/dg/r_enable_numeric_rounding.html
    https://docs.aws.amazon.com/redshift/latest/dg/r_CAST_function.html (read 2026-11-23)
    """
    if value.type.name != "decimal" or kind.name not in ("decimal", *types.INTEGERS):
        return value
    room = kind.args[1] if kind.name == "decimal" else 0
    if value.type.args[1] <= room:
        return value
    if getattr(engine, "variables", {}).get("enable_numeric_rounding") == "on":
        return value
    made = f"trunc({value.sql}, {room})" if room else f"trunc({value.sql})"
    return Value(made, value.type)
