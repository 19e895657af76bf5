"""Athena's casts: which exist, and how strictly they read their text."""

from dealab.sql import types
from dealab.sql.athena.registry import MOMENTS, local
from dealab.sql.scope import Value
from dealab.sql.types import (
    JSON,
    NULL,
    Type,
    duck_name,
    field_key,
    quote,
    text,
)


def cast_sql(binder, value: Value, kind: Type) -> str | None:
    """Return the DuckDB text of CAST(value AS kind), or None where Trino has no such cast."""
    old, new, sql = value.type, kind, value.sql
    wanted = duck_name(new)
    if old == NULL:
        return f"CAST(NULL AS {wanted})"
    if new.name == "json":
        return None if old.name in ("varbinary", *types.INTERVALS) else json_of(binder, value)
    if old.name == "json":
        return from_json(binder, value, new)
    if old.name in ("varchar", "char"):
        return from_string(sql, old, new)
    if new.name in ("varchar", "char"):
        made = to_string(value)
        if made is None:
            return None
        if new.name == "char":
            return f"rpad({made}, {new.args[0]}, ' ')"
        return made
    if old.name in types.NUMBERS and new.name in types.NUMBERS:
        if old.name in types.FLOATS and new.name in types.INTEGERS:
            return f"CAST(round({sql}) AS {wanted})"
        return f"CAST({sql} AS {wanted})"
    if "boolean" in (old.name, new.name):
        other = new if old.name == "boolean" else old
        return f"CAST({sql} AS {wanted})" if other.name in types.NUMBERS else None
    if old.name in MOMENTS and new.name in MOMENTS:
        return cast_moment(value, new)
    if old.name == new.name and old.name in ("array", "map", "row"):
        if old.name == "row" and len(old.args[0]) != len(new.args[0]):
            return None
        return binder.convert_nested(sql, old, new)
    if old.name == new.name:
        return sql
    return None


def cast_moment(value: Value, new: Type) -> str | None:
    old = value.type
    plain = local(value).sql
    match old.name, new.name:
        case ("date", "timestamp") | ("timestamp", "date") | ("timestamptz", "date"):
            return f"CAST({plain} AS {duck_name(new)})"
        case "timestamptz", "timestamp":
            return plain
        case "date", "timestamptz":
            return f"timezone('UTC', CAST({plain} AS TIMESTAMP))"
        case "timestamp", "timestamptz":
            return f"timezone('UTC', {plain})"
        case ("timestamp", "time") | ("timestamptz", "time"):
            return f"CAST({plain} AS TIME)"
        case ("timestamp", "timestamp") | ("timestamptz", "timestamptz"):
            if new.args[0] < old.args[0] and new.args[0] in (0, 3):
                return (
                    f"date_trunc({text('second' if new.args[0] == 0 else 'millisecond')}, "
                    f"{value.sql})"
                )
            return value.sql
        case "time", "time":
            return value.sql
    return None


def from_string(sql: str, old: Type, new: Type) -> str | None:
    match new.name:
        case "tinyint" | "smallint" | "integer" | "bigint":
            word = "INT" if new.name == "integer" else new.name.upper()
            return f"CAST(lab_whole({sql}, {text(word)}) AS {duck_name(new)})"
        case "decimal":
            shown = f"DECIMAL({new.args[0]}, {new.args[1]})"
            return f"CAST(lab_numeric({sql}, {text(shown)}) AS {duck_name(new)})"
        case "double":
            return f"lab_double({sql}, 'DOUBLE')"
        case "real":
            return f"CAST(lab_double({sql}, 'REAL') AS FLOAT)"
        case "boolean":
            return f"lab_boolean({sql})"
        case "date":
            return f"lab_date({sql})"
        case "timestamp":
            return f"lab_stamp({sql})"
        case "timestamptz":
            return f"lab_stamp_zone({sql})"
        case "time":
            return f"CAST({sql} AS TIME)"
        case "varchar":
            shorter = new.args[0] is not None and (old.args[0] is None or old.args[0] > new.args[0])
            return f"left({sql}, {new.args[0]})" if shorter else sql
        case "char":
            return f"rpad(left({sql}, {new.args[0]}), {new.args[0]}, ' ')"
        case "varbinary":
            return f"encode({sql})"
        case "uuid":
            return f"CAST({sql} AS UUID)"
    return None


def to_string(value: Value) -> str | None:
    sql = value.sql
    match value.type.name:
        case (
            "tinyint" | "smallint" | "integer" | "bigint" | "decimal" | "boolean" | "date" | "uuid"
        ):
            return f"CAST({sql} AS VARCHAR)"
        case "double" | "real":
            return f"lab_float_text({sql})"
        case "timestamp":
            return f"strftime({sql}, {text('%Y-%m-%d %H:%M:%S' + fraction(value.type))})"
        case "timestamptz":
            zone = value.type.args[1]
            shown = (
                f"strftime({local(value).sql}, {text('%Y-%m-%d %H:%M:%S' + fraction(value.type))})"
            )
            return f"({shown} || {text(' ' + zone)})"
        case "time":
            return (
                f"(CAST({sql} AS VARCHAR) || CASE WHEN CAST({sql} AS VARCHAR) LIKE '%.%' THEN "
                f"'' ELSE '.000' END)"
            )
        case "interval_day":
            return f"lab_day_interval_text({sql})"
        case "interval_month":
            return f"lab_month_interval_text({sql})"
    return None


def fraction(kind: Type) -> str:
    return {0: "", 6: ".%f"}.get(kind.args[0], ".%g")


def json_of(binder, value: Value) -> str:
    """CAST(x AS JSON): a string becomes a JSON string; times become their text."""
    return f"to_json({jsonable(binder, value.sql, value.type)})"


def jsonable(binder, sql: str, kind: Type) -> str:
    match kind.name:
        case "timestamp" | "timestamptz":
            return to_string(Value(sql, kind))
        case "row":
            parts = []
            for at, (name, of) in enumerate(kind.args[0]):
                part = f"struct_extract({sql}, {text(field_key(name, at))})"
                parts.append((name, jsonable(binder, part, of)))
            if all(name for name, _ in parts):  # named fields make an object, unnamed an array
                fields = ", ".join(f"{quote(name)} := {part}" for name, part in parts)
                return f"struct_pack({fields})"
            return f"[{', '.join(f'to_json({part})' for _, part in parts)}]"
        case "array":
            label = binder.fresh("j")
            inner = jsonable(binder, label, kind.args[0])
            return sql if inner == label else f"list_transform({sql}, lambda {label}: {inner})"
    return sql


def from_json(binder, value: Value, new: Type) -> str | None:
    sql = value.sql
    scalar = f"lab_json_text({sql})"
    match new.name:
        case "varchar":
            return scalar
        case "tinyint" | "smallint" | "integer" | "bigint" | "double" | "real" | "decimal":
            return f"CAST({scalar} AS {duck_name(new)})"
        case "boolean":
            return f"lab_boolean({scalar})"
        case "date":
            return f"lab_date({scalar})"
        case "timestamp":
            return f"lab_stamp({scalar})"
        case "array":
            label = binder.fresh("j")
            inner = from_json(binder, Value(label, JSON), new.args[0])
            return (
                None
                if inner is None
                else f"list_transform(CAST({sql} AS JSON[]), lambda {label}: {inner})"
            )
        case "map":
            if new.args[0].name != "varchar":
                return None
            label = binder.fresh("j")
            inner = from_json(binder, Value(f"{label}.value", JSON), new.args[1])
            return (
                None
                if inner is None
                else (
                    f"map_from_entries(list_transform(map_entries(CAST({sql} AS MAP(VARCHAR, "
                    f"JSON))), "
                    f"lambda {label}: row({label}.key, {inner})))"
                )
            )
        case "row":
            parts = []
            for at, (name, kind) in enumerate(new.args[0]):
                step = (
                    f"json_extract({sql}, {text('$.' + quote(name))})"
                    if name
                    else f"({sql} -> {at})"
                )
                inner = from_json(binder, Value(step, JSON), kind)
                if inner is None:
                    return None
                parts.append(f"{quote(field_key(name, at))} := {inner}")
            return f"CASE WHEN {sql} IS NULL THEN NULL ELSE struct_pack({', '.join(parts)}) END"
        case "json":
            return sql
    return None
