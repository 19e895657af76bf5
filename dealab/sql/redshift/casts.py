"""Redshift's casts: which exist, and how they read their text."""

from dealab.sql import types
from dealab.sql.scope import Value
from dealab.sql.types import (
    NULL,
    SUPER,
    VARCHAR,
    Type,
    duck_name,
    redshift_name,
    text,
)


def cast_sql(binder, value: Value, kind: Type) -> str | None:
    """Return the DuckDB text of CAST(value AS kind), or None where Redshift has no such cast."""
    old, new, sql = value.type, kind, value.sql
    wanted = duck_name(new)
    if old == NULL:
        return f"CAST(NULL AS {wanted})"
    if new.name == "super":
        from dealab.sql.redshift.supers import to_super

        return to_super(binder, value)
    if old.name in ("row", "array", "map"):
        old, sql = SUPER, f"to_json({sql})"
    if old.name == "super":
        return from_super(sql, new)
    if old.name in types.STRINGS:
        return from_string(sql, old, new)
    if new.name in ("varchar", "char"):
        made = to_string(value)
        if made is None:
            return None
        if new.name == "char":
            return f"lab_char({made}, {new.args[0]})"
        return f"left({made}, {new.args[0]})" if new.args[0] is not None else made
    if old.name in types.NUMBERS and new.name in types.NUMBERS:
        return types.number_cast(sql, old, new)
    if old.name == "boolean" or new.name == "boolean":
        other = new.name if old.name == "boolean" else old.name
        return f"CAST({sql} AS {wanted})" if other in types.INTEGERS or old == new else None
    moments = ("date", "timestamp", "timestamptz", "time")
    if old.name in moments and new.name in moments:
        if old.name == "timestamptz" and new.name != "timestamptz":
            return f"CAST(timezone('UTC', {sql}) AS {wanted})"
        if new.name == "timestamptz" and old.name != "timestamptz":
            return f"timezone('UTC', CAST({sql} AS TIMESTAMP))"
        if (old.name, new.name) in (("date", "time"), ("time", "date"), ("time", "timestamp")):
            return None
        return f"CAST({sql} AS {wanted})"
    return sql if old.name == new.name else None


def from_string(sql: str, old: Type, new: Type) -> str | None:
    wanted = duck_name(new)
    if old.name == "char" and new.name != "char":
        sql = f"rtrim({sql}, ' ')"  # a CHAR loses its padding on the way to another type
    match new.name:
        case "tinyint" | "smallint" | "integer" | "bigint":
            return f"CAST(lab_whole({sql}, {text(redshift_name(new))}) AS {wanted})"
        case "real" | "double":
            return f"CAST(lab_float({sql}, {text(redshift_name(new))}) AS {wanted})"
        case "decimal":
            return (
                f"CAST(lab_numeric({sql}, "
                f"{text(redshift_name(Type(new.name, new.args)).partition('(')[0])}) AS {wanted})"
            )
        case "boolean":
            return f"lab_boolean({sql})"
        case "date":
            return f"lab_date({sql})"
        case "timestamp":
            return f"lab_stamp({sql})"
        case "timestamptz":
            return f"lab_zoned({sql})"
        case "time":
            return f"lab_clock({sql})"
        case "varchar":
            return sql if new.args[0] is None else f"left({sql}, {new.args[0]})"
        case "char":
            return f"lab_char({sql}, {new.args[0]})"
        case "varbinary":
            return f"encode({sql})"
    return None


def decimal_text(value: Value) -> str:
    """Return the text of a decimal; DuckDB leaves out the zero of 0.5 in a DECIMAL(1,1)."""
    precision, scale = value.type.args
    if precision == scale < 38:
        return f"CAST(CAST({value.sql} AS DECIMAL({precision + 1},{scale})) AS VARCHAR)"
    return f"CAST({value.sql} AS VARCHAR)"


def to_string(value: Value) -> str | None:
    sql = value.sql
    match value.type.name:
        case "boolean":
            return None
        case "real" | "double":
            return f"lab_float_text({sql})"
        case "timestamptz":
            return f"(CAST(timezone('UTC', {sql}) AS VARCHAR) || '+00')"
        case "interval_day" | "interval_month":
            return f"lab_interval_text({sql})"
        case "decimal":
            return decimal_text(value)
    return f"CAST({sql} AS VARCHAR)"


def from_super(sql: str, new: Type) -> str | None:
    scalar = f"lab_super_text({sql})"
    match new.name:
        case "varchar" | "char":
            return from_string(f"lab_super_or_text({sql})", VARCHAR, new)
        case "boolean":
            return f"TRY_CAST({scalar} AS BOOLEAN)"
    if new.name in ("array", "map", "row"):
        return None
    return f"TRY_CAST({scalar} AS {duck_name(new)})"
