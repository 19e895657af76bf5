"""Reading the type names of Redshift's CAST, and showing types in messages."""

from sqlglot import exp

from dealab.sql import types
from dealab.sql.athena.names import whole_number
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
    "FLOAT": REAL,  # the grammar's word for REAL and FLOAT4; FLOAT is FLOAT8 there
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


def shown(kind: Type) -> str:
    if kind.name == "literal":
        return '"unknown"'
    return redshift_name(kind).partition("(")[0]
