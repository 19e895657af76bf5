"""Exact decimals: Trino's precision and scale, and division without floats."""

from dealab.sql.errors import ServiceError
from dealab.sql.scope import Value
from dealab.sql.types import (
    Type,
    as_decimal,
    decimal,
    duck_name,
)


def unscaled(value: Value) -> tuple[str, int]:
    """Return a decimal's digits as a whole number, and its scale."""
    kind = as_decimal(value.type)
    scale = kind.args[1]
    if scale == 0:
        return f"CAST({value.sql} AS HUGEINT)", 0
    return f"CAST(CAST({value.sql} AS DECIMAL(38,{scale})) * {10**scale} AS HUGEINT)", scale


def quotient(left: Value, right: Value, kind: Type, macro: str) -> Value:
    """Divide exactly: whole numbers divide, then the point is put back. NULL where a side is."""
    one, one_scale = unscaled(left)
    two, two_scale = unscaled(right)
    scale = kind.args[1]
    shift = scale - one_scale + two_scale
    if shift > 0:
        one = f"{one} * {10**shift}::HUGEINT"
    elif shift < 0:
        two = f"{two} * {10**-shift}::HUGEINT"
    whole = f"CAST({macro}({one}, {two}) AS DECIMAL(38,0))"
    if scale:
        whole = f"{whole} * CAST('{10**-scale:.{scale}f}' AS DECIMAL({scale + 1},{scale}))"
    return Value(f"CAST({whole} AS {duck_name(kind)})", kind)


def decimal_calculated(left: Value, right: Value, operator: str) -> Value:
    """Trino's decimal arithmetic. https://trino.io/docs/current/functions/decimal.html"""
    (p1, s1), (p2, s2) = as_decimal(left.type).args, as_decimal(right.type).args
    if operator in "+-":
        scale = max(s1, s2)
        kind = decimal(min(38, max(p1 - s1, p2 - s2) + scale + 1), scale)
        wide = duck_name(kind)
        return Value(
            f"CAST(CAST({left.sql} AS {wide}) {operator} CAST({right.sql} AS {wide}) AS {wide})",
            kind,
        )
    if operator == "*":
        if s1 + s2 > 38:
            raise ServiceError(
                "INVALID_FUNCTION_ARGUMENT",
                f"DECIMAL scale must be in range [0, precision (38)]: {s1 + s2}",
            )
        precision = min(38, p1 + p2)
        kind = decimal(precision, s1 + s2)
        # DuckDB multiplies two numbers of at most 18 digits in 64 bits, and fails beyond them.
        least = 19 if precision > 18 else 1
        one = f"CAST({left.sql} AS DECIMAL({max(precision - s2, p1, least)},{s1}))"
        two = f"CAST({right.sql} AS DECIMAL({max(precision - s1, p2, least)},{s2}))"
        return Value(f"CAST({one} * {two} AS {duck_name(kind)})", kind)
    if operator == "/":
        scale = max(s1, s2)
        kind = decimal(min(38, p1 + s2 + max(s2 - s1, 0)), scale)
        return quotient(left, right, kind, "lab_round_div")
    scale = max(s1, s2)
    kind = decimal(min(p2 - s2, p1 - s1) + scale or 1, scale)
    return Value(f"CAST({left.sql} % {right.sql} AS {duck_name(kind)})", kind)
