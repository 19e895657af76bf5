"""What Athena's special functions share: the registry, arguments, time zones."""

from dealab.sql import types
from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.scope import Value
from dealab.sql.types import (
    Type,
    athena_name,
    text,
)

#: function name -> handler(binder, node, scope); for aggregates also nodes, marks, extras
SPECIAL = {}


def special(*names):
    def register(handler):
        for name in names:
            SPECIAL[name] = handler
        return handler

    return register


def arguments(binder, node, scope, least: int, most: int | None = None) -> list[Value]:
    """Bind the arguments; raise the service's error where their number is wrong."""
    values = [binder.bind(argument, scope) for argument in node.expressions]
    if not least <= len(values) <= (most or least):
        raise unexpected(binder, node, values)
    return values


def unexpected(binder, node, values, expected: str = "") -> ServiceError:
    given = ", ".join(athena_name(value.type) for value in values)
    message = f"Unexpected parameters ({given}) for function {node.name.lower()}."
    return binder.error(
        "FUNCTION_NOT_FOUND", message + (f" Expected: {expected}" if expected else ""), node
    )


def bad_argument(binder, node, message) -> ServiceError:
    return binder.error("INVALID_FUNCTION_ARGUMENT", message, node)


class RowZone(str):
    """The SQL of a time zone that differs from row to row, where a type names its zone."""


def zone_sql(zone: str) -> str:
    """Return a zone as DuckDB's text: it knows offsets as GMT+05:30."""
    if isinstance(zone, RowZone):
        return f"lab_zone({zone})"
    return text("GMT" + zone if zone[0] in "+-" else zone)


def zone_text(zone: str) -> str:
    """Return the SQL of a zone's name as the service shows it."""
    return str(zone) if isinstance(zone, RowZone) else text(zone)


def local(value: Value) -> Value:
    """Return a timestamp with time zone as the clock time of its zone."""
    if value.type.name == "timestamptz":
        zone = zone_sql(value.type.args[1])
        return Value(f"timezone({zone}, {value.sql})", types.timestamp(value.type.args[0]))
    return value


def from_local(sql: str, kind: Type) -> Value:
    """Return a clock time back in the zone of ``kind`` (or as it is for other types)."""
    if kind.name == "timestamptz":
        return Value(f"timezone({zone_sql(kind.args[1])}, {sql})", kind)
    return Value(sql, kind)


def constant_pattern(node, pattern: Value) -> str:
    """Return the text of a pattern argument."""
    if not isinstance(pattern.literal, str):
        raise LabLimit(
            f"{node.name.lower()} with a pattern that is not a constant", "Trino takes any varchar."
        )
    return pattern.literal


#: names of the types that hold a moment or a time of day
MOMENTS = ("date", "timestamp", "timestamptz", "time")
