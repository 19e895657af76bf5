"""From a query's types to the types that a Hive table of the catalog can have.

The words of the refusals are those of Trino's Hive connector, which does the writing in Athena:
https://github.com/trinodb/trino/tree/main/plugin/trino-hive
"""

from dealab.sql.errors import ServiceError
from dealab.sql.types import Type, athena_name

_PLAIN = {
    "boolean": "boolean",
    "tinyint": "tinyint",
    "smallint": "smallint",
    "integer": "int",
    "bigint": "bigint",
    "real": "float",
    "double": "double",
    "date": "date",
    "varbinary": "binary",
}
LONGEST = 65_535  # of Hive's varchar; a longer one is a string


def hive_type(kind: Type, column: str) -> str:
    """Return Hive's name for a type. Raises the service's NOT_SUPPORTED."""
    name, args = kind.name, kind.args
    if name in _PLAIN:
        return _PLAIN[name]
    match name:
        case "varchar":
            bounded = args[0] is not None and args[0] <= LONGEST
            return f"varchar({max(1, args[0])})" if bounded else "string"
        case "char" if args[0] <= 255:
            return f"char({args[0]})"
        case "decimal":
            return f"decimal({args[0]},{args[1]})"
        case "timestamp":
            if args[0] != 3:
                raise ServiceError(
                    "NOT_SUPPORTED",
                    f"Incorrect timestamp precision for {athena_name(kind)}; the configured "
                    f"precision is MILLISECONDS; column name: {column}",
                    hint="a Hive table keeps milliseconds: CAST(... AS timestamp(3)).",
                )
            return "timestamp"
        case "array":
            return f"array<{hive_type(args[0], column)}>"
        case "map":
            return f"map<{hive_type(args[0], column)},{hive_type(args[1], column)}>"
        case "row":
            if any(not field for field, _ in args[0]):
                raise ServiceError(
                    "NOT_SUPPORTED",
                    "Anonymous row type is not supported in Hive. Please give each field a name: "
                    + athena_name(kind),
                )
            fields = (f"{field.lower()}:{hive_type(of, column)}" for field, of in args[0])
            return f"struct<{','.join(fields)}>"
    hint = ""
    if name in ("uuid", "timestamptz", "time", "json", "ipaddress"):
        hint = f"no table can hold this type; cast {column} to varchar, or a moment to timestamp."
    raise ServiceError("NOT_SUPPORTED", f"Unsupported Hive type: {athena_name(kind)}", hint=hint)


def check_key(kind: Type, column: str) -> None:
    """Refuse what cannot be the value of a partition folder."""
    if kind.name in ("array", "map", "row", "varbinary"):
        raise ServiceError(
            "NOT_SUPPORTED",
            f"Unsupported type [{athena_name(kind)}] for partition: {column}",
        )
