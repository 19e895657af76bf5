"""Athena's casts: which exist, and how strictly they read their text."""

from dealab.sql import types
from dealab.sql.athena.registry import MOMENTS, local, zone_text
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
        return json_of(binder, value) if castable_to_json(old) else None
    if old.name == "json":
        return from_json(binder, value, new)
    if old.name in ("varchar", "char"):
        return from_string(sql, old, new)
    if new.name in ("varchar", "char"):
        made = to_string(value)
        if made is None:
            return None
        if new.name == "char":
            return f"rpad(lab_fits({made}, {new.args[0]}, {text(str(new))}), {new.args[0]}, ' ')"
        if new.args[0] is not None:
            return f"lab_fits({made}, {new.args[0]}, {text(str(new))})"
        return made
    if old.name in types.NUMBERS and new.name in types.NUMBERS:
        return types.number_cast(sql, old, new)
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
            return rounded(plain, old.args[0], new)
        case "date", "timestamptz":
            return f"timezone('UTC', CAST({plain} AS TIMESTAMP))"
        case "timestamp", "timestamptz":
            return rounded(f"timezone('UTC', {plain})", old.args[0], new)
        case ("timestamp", "time") | ("timestamptz", "time"):
            return f"CAST({plain} AS TIME)"
        case ("timestamp", "timestamp") | ("timestamptz", "timestamptz"):
            return rounded(value.sql, old.args[0], new)
        case "time", "time":
            return value.sql
    return None


def rounded(sql: str, digits: int, new: Type) -> str:
    """Round a moment to the digits of its new type, half up."""
    if new.args[0] >= digits or new.args[0] >= 6:
        return sql
    macro = "lab_round_stamp" if new.name == "timestamp" else "lab_round_moment"
    return f"{macro}({sql}, {10 ** (6 - new.args[0])})"


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
            return rounded(f"lab_stamp({sql})", 6, new)
        case "timestamptz":
            return rounded(f"lab_stamp_zone({sql})", 6, new)
        case "time":
            if new.args[0] >= 6:
                return f"lab_time({sql})"
            stamp = f"(DATE '1970-01-01' + lab_time({sql}))"
            return f"CAST({rounded(stamp, 6, types.timestamp(new.args[0]))} AS TIME)"
        case "varchar":
            shorter = new.args[0] is not None and (old.args[0] is None or old.args[0] > new.args[0])
            return f"left({sql}, {new.args[0]})" if shorter else sql
        case "char":
            return f"rpad(left({sql}, {new.args[0]}), {new.args[0]}, ' ')"
        case "varbinary":
            return f"encode({sql})"
        case "uuid":
            return f"lab_uuid({sql})"
        case "ipaddress":
            return f"lab_py_ip({sql})"
    return None


def decimal_text(value: Value) -> str:
    """Return a decimal's text; DuckDB leaves the zero out of 0.5 as DECIMAL(1,1)."""
    precision, scale = value.type.args
    if precision == scale:
        if precision == 38:
            return f"regexp_replace(CAST({value.sql} AS VARCHAR), '^(-?)[.]', '\\10.')"
        return f"CAST(CAST({value.sql} AS DECIMAL({precision + 1},{scale})) AS VARCHAR)"
    return f"CAST({value.sql} AS VARCHAR)"


def to_string(value: Value) -> str | None:
    sql = value.sql
    match value.type.name:
        case "tinyint" | "smallint" | "integer" | "bigint" | "boolean" | "date" | "uuid":
            return f"CAST({sql} AS VARCHAR)"
        case "decimal":
            return decimal_text(value)
        case "double":
            return f"lab_float_text({sql})"
        case "real":
            return f"lab_real_text({sql})"
        case "ipaddress":
            return sql
        case "timestamp":
            return f"strftime({sql}, {text('%Y-%m-%d %H:%M:%S' + fraction(value.type))})"
        case "timestamptz":
            zone = zone_text(value.type.args[1])
            shown = (
                f"strftime({local(value).sql}, {text('%Y-%m-%d %H:%M:%S' + fraction(value.type))})"
            )
            return f"({shown} || ' ' || {zone})"
        case "time":
            shown = text("%H:%M:%S" + fraction(value.type))
            whole = f"strftime(DATE '1970-01-01' + {sql}, {shown})"
            digits = value.type.args[0]
            return whole if digits in (0, 3, 6) else f"left({whole}, {9 + digits})"
        case "interval_day":
            return f"lab_day_interval_text({sql})"
        case "interval_month":
            return f"lab_month_interval_text({sql})"
    return None


def fraction(kind: Type) -> str:
    return {0: "", 3: ".%g"}.get(kind.args[0], ".%f")


def json_of(binder, value: Value) -> str:
    """CAST(x AS JSON): a string becomes a JSON string, a row an object; a map's keys are sorted."""
    return f"CAST({json_text(value, binder)} AS JSON)"


def json_text(value: Value, binder=None) -> str:
    """Return the JSON text of a value, NULL for NULL."""
    sql, kind = value.sql, value.type
    match kind.name:
        case "boolean" | "tinyint" | "smallint" | "integer" | "bigint" | "json":
            return f"CAST({sql} AS VARCHAR)"
        case "decimal":
            return decimal_text(value)
        case "double":
            return f"lab_py_java_double({sql})"
        case "real":
            return f"lab_py_java_real({sql})"
        case "row":
            parts = []
            for at, (name, of) in enumerate(kind.args[0]):
                inner = Value(f"struct_extract({sql}, {text(field_key(name, at))})", of)
                head = text(f'{"," if at else ""}"{name or ""}":')
                parts.append(f"{head} || coalesce({json_text(inner, binder)}, 'null')")
            return f"CASE WHEN {sql} IS NOT NULL THEN '{{' || {' || '.join(parts)} || '}}' END"
        case "array":
            label = binder.fresh("j")
            inner = json_text(Value(label, kind.args[0]), binder)
            listed = f"list_transform({sql}, lambda {label}: coalesce({inner}, 'null'))"
            return f"lab_json_wrapped({sql} IS NULL, '[', {listed}, ']')"
        case "map":
            label = binder.fresh("j")
            inner = json_text(Value(f"({sql})[{label}]", kind.args[1]), binder)
            key = f"CAST(to_json(CAST({label} AS VARCHAR)) AS VARCHAR)"
            pair = f"{key} || ':' || coalesce({inner}, 'null')"
            listed = f"list_transform(list_sort(map_keys({sql})), lambda {label}: {pair})"
            return f"lab_json_wrapped({sql} IS NULL, '{{', {listed}, '}}')"
    shown = to_string(value) or sql
    return f"CAST(to_json({shown}) AS VARCHAR)"


def castable_to_json(kind: Type) -> bool:
    match kind.name:
        case "array":
            return castable_to_json(kind.args[0])
        case "map":
            keys = ("varchar", "null", "boolean", *types.NUMBERS)
            return kind.args[0].name in keys and castable_to_json(kind.args[1])
        case "row":
            return all(castable_to_json(of) for _, of in kind.args[0])
    return kind.name in (
        *("null", "boolean", "varchar", "json", "date", "timestamp", "timestamptz"),
        *types.NUMBERS,
    )


def from_json(binder, value: Value, new: Type) -> str | None:
    sql = value.sql
    match new.name:
        case "varchar":
            made = f"lab_json_text({sql})"
            return f"left({made}, {new.args[0]})" if new.args[0] is not None else made
        case "tinyint" | "smallint" | "integer" | "bigint" | "double" | "real" | "decimal":
            return f"CAST(lab_json_number({sql}, {text(str(new))}) AS {duck_name(new)})"
        case "boolean":
            return f"lab_boolean(lab_json_scalar_text({sql}))"
        case "date":
            return f"lab_date(lab_json_scalar_text({sql}))"
        case "timestamp":
            return f"lab_stamp(lab_json_scalar_text({sql}))"
        case "array":
            label = binder.fresh("j")
            inner = from_json(binder, Value(label, JSON), new.args[0])
            if inner is None:
                return None
            return (
                f"list_transform(lab_json_list({sql}, {text(str(new))}), lambda {label}: {inner})"
            )
        case "map":
            if new.args[0].name not in ("varchar", *types.NUMBERS, "boolean"):
                return None
            label = binder.fresh("j")
            inner = from_json(binder, Value(f"{label}.value", JSON), new.args[1])
            if inner is None:
                return None
            key = f"{label}.key"
            if new.args[0].name != "varchar":
                key = from_string(key, types.VARCHAR, new.args[0])
            return (
                f"map_from_entries(list_transform(map_entries(lab_json_map({sql}, "
                f"{text(str(new))})), lambda {label}: row({key}, {inner})))"
            )
        case "row":
            parts = []
            for at, (name, kind) in enumerate(new.args[0]):
                step = f"lab_json_field({sql}, {text(name or '')}, {at})"
                inner = from_json(binder, Value(step, JSON), kind)
                if inner is None:
                    return None
                parts.append(f"{quote(field_key(name, at))} := {inner}")
            return (
                f"CASE WHEN lab_json_row({sql}, {text(str(new))}) THEN "
                f"struct_pack({', '.join(parts)}) END"
            )
        case "json":
            return sql
    return None
