"""Reading the type names of Athena's CAST."""

from sqlglot import exp

from dealab.sql import types
from dealab.sql.errors import LabLimit
from dealab.sql.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    INTERVAL_MONTH,
    JSON,
    REAL,
    VARCHAR,
    Type,
)

_SIMPLE = {
    "BOOLEAN": BOOLEAN,
    "TINYINT": types.TINYINT,
    "SMALLINT": types.SMALLINT,
    "INT": types.INTEGER,
    "BIGINT": BIGINT,
    "FLOAT": REAL,
    "REAL": REAL,
    "DOUBLE": DOUBLE,
    "VARBINARY": types.VARBINARY,
    "DATE": DATE,
    "JSON": JSON,
    "UUID": types.UUID,
    "TEXT": VARCHAR,
    "IPADDRESS": types.IPADDRESS,
}


def whole_number(node) -> int:
    if not isinstance(node, exp.DataTypeParam) or not node.name.isdigit():
        raise KeyError(node.name)
    return int(node.name)


def digits(numbers: list[int]) -> int:
    """Return the digits of a second that a type keeps."""
    most = numbers[0] if numbers else 3
    if most > 12:
        raise ValueError(f"TIMESTAMP precision must be in range [0, 12]: {most}")
    if most > 6:
        raise LabLimit(f"timestamp({most})", "Trino keeps up to 12 digits of a second.")
    return most


def read_type(node: exp.DataType) -> Type:
    """Read a parsed type name. Raises KeyError for a type that Trino does not have."""
    word = node.this.name if hasattr(node.this, "name") else str(node.this)
    inner = node.expressions
    numbers = []
    if word not in ("ARRAY", "LIST", "MAP", "STRUCT"):
        numbers = [whole_number(part) for part in inner]
    match word:
        case "DECIMAL":
            return types.checked_decimal(
                numbers[0] if numbers else 38, numbers[1] if len(numbers) > 1 else 0
            )
        case "VARCHAR":
            return types.checked_length("varchar", numbers[0], 2**31 - 2) if numbers else VARCHAR
        case "CHAR":
            return types.checked_length("char", numbers[0] if numbers else 1, 65536)
        case "TIMESTAMP":
            return types.timestamp(digits(numbers))
        case "TIMESTAMPTZ":
            return types.timestamptz("UTC", digits(numbers))
        case "TIME":
            return Type("time", (digits(numbers),))
        case "ARRAY" | "LIST":
            return types.array(read_type(inner[0]))
        case "MAP":
            return types.map_of(read_type(inner[0]), read_type(inner[1]))
        case "STRUCT":
            fields = []
            for part in inner:
                if isinstance(part, exp.ColumnDef):
                    fields.append((part.name.lower(), read_type(part.args["kind"])))
                else:
                    fields.append((None, read_type(part)))
            return types.row(fields)
        case "INTERVAL":
            return INTERVAL_MONTH
        case "TIMETZ":
            raise LabLimit("time with time zone", "Athena knows the type.")
        case "HLLSKETCH" | "TDIGEST" | "IPPREFIX" | "GEOMETRY" | "GEOGRAPHY":
            raise LabLimit(f"the type {word.lower()}", "Athena knows the type.")
    return _SIMPLE[word]
