"""Reading the type names of Redshift's CAST, and its INTERVAL literals."""

import re

from sqlglot import exp

from dealab.sql import types
from dealab.sql.athena.names import whole_number
from dealab.sql.redshift.times import PARTS
from dealab.sql.scope import Value
from dealab.sql.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    INTEGER,
    REAL,
    SUPER,
    TIMESTAMP,
    TIMESTAMPTZ,
    Type,
    redshift_name,
)

_SIMPLE = {
    "BOOLEAN": BOOLEAN,
    "SMALLINT": types.SMALLINT,
    "INT": INTEGER,
    "BIGINT": BIGINT,
    "FLOAT": DOUBLE,
    "REAL": REAL,
    "DOUBLE": DOUBLE,
    "DATE": DATE,
    "TIMESTAMP": TIMESTAMP,
    "TIMESTAMPNTZ": TIMESTAMP,
    "TIMESTAMPTZ": TIMESTAMPTZ,
    "TIME": types.TIME,
    "SUPER": SUPER,
    "VARBINARY": types.VARBINARY,
    "TEXT": types.varchar(256),
    "TINYINT": types.SMALLINT,
    "BPCHAR": types.char(256),
    "NAME": types.varchar(64),
}


def read_type(node: exp.DataType) -> Type:
    """Read a parsed type name. Raises KeyError for a type that Redshift does not have."""
    word = node.this.name if hasattr(node.this, "name") else str(node.this)
    numbers = [whole_number(part) for part in node.expressions if part.name.upper() != "MAX"]
    match word:
        case "DECIMAL":
            return types.checked_decimal(
                numbers[0] if numbers else 18, numbers[1] if len(numbers) > 1 else 0
            )
        case "VARCHAR" | "NVARCHAR":
            length = numbers[0] if numbers else 65535 if node.expressions else 256
            return types.checked_length("varchar", length, 65535)
        case "CHAR" | "NCHAR":
            return types.checked_length("char", numbers[0] if numbers else 1, 4096)
    return _SIMPLE[word]


def redshift_interval(binder, node, scope) -> Value:
    """INTERVAL '1 day', INTERVAL '3' MONTH, INTERVAL '1 year 2 months'."""

    content = node.this
    if not isinstance(content, exp.Literal):
        raise binder.limit_node(node)
    written = content.this.strip().lower()
    unit = node.args.get("unit")
    if unit is not None and not isinstance(unit, exp.Var):
        raise binder.limit_node(node, "unit")
    if unit is not None:
        written = f"{written} {unit.name.lower()}"
    found = re.findall(r"([+-]?\d+(?:\.\d+)?)\s*([a-z]+)", written)
    rest = re.sub(r"([+-]?\d+(?:\.\d+)?)\s*([a-z]+)", "", written).strip(" ,")
    if not found or rest:
        raise binder.error(
            "22007", f'invalid input syntax for type interval: "{content.this}"', node
        )
    months, micros = 0, 0
    scale = {
        "microsecond": 1,
        "millisecond": 10**3,
        "second": 10**6,
        "minute": 60 * 10**6,
        "hour": 3600 * 10**6,
        "day": 86400 * 10**6,
        "week": 7 * 86400 * 10**6,
    }
    for count, word in found:
        part = PARTS.get(word)
        if part in ("year", "quarter", "month", "decade", "century"):
            months += round(
                float(count)
                * {"year": 12, "quarter": 3, "month": 1, "decade": 120, "century": 1200}[part]
            )
        elif part in scale:
            micros += round(float(count) * scale[part])
        else:
            raise binder.error(
                "22007", f'invalid input syntax for type interval: "{content.this}"', node
            )
    if months and micros:
        return Value(f"(to_months({months}) + to_microseconds({micros}))", types.INTERVAL_DAY)
    if months:
        return Value(f"to_months({months})", types.INTERVAL_MONTH)
    if micros % (86400 * 10**6) == 0:
        return Value(f"to_days({micros // (86400 * 10**6)})", types.INTERVAL_DAY)
    return Value(f"to_microseconds({micros})", types.INTERVAL_DAY)


def shown(kind: Type) -> str:
    if kind.name == "literal":
        return '"unknown"'
    return redshift_name(kind).partition("(")[0]
