"""How UNLOAD prints values: DuckDB's text of fields, lines and headers.

https://docs.aws.amazon.com/redshift/latest/dg/r_UNLOAD.html (read 2026-11-23)
"""

import json

from dealab.sql import types
from dealab.sql.errors import ServiceError
from dealab.sql.scope import Value
from dealab.sql.types import text

NESTED = ("super", "json", "array", "map", "row")


def shown_text(sql: str, kind, hive: bool = False) -> str:
    """Return DuckDB's text of a value as UNLOAD prints it."""
    from dealab.sql.redshift import casts

    match kind.name:
        case "boolean":
            if hive:
                return f"CAST({sql} AS VARCHAR)"
            return f"CASE WHEN {sql} THEN 't' WHEN NOT {sql} THEN 'f' END"
        case "varbinary":
            return f"lower(hex({sql}))"
        case "varchar" | "char" | "literal":
            return sql
        case "super" | "json" | "array" | "map" | "row":
            return f"CAST(to_json({sql}) AS VARCHAR)"
        case "null":
            return "CAST(NULL AS VARCHAR)"
    return casts.to_string(Value(sql, kind)) or f"CAST({sql} AS VARCHAR)"


def shown_columns(plan, said) -> list[int]:
    """Return the positions of the columns that the files hold."""
    return [
        at for at, name in enumerate(plan.columns) if said.include or name not in said.partition
    ]


def line(plan, said) -> str:
    """Return DuckDB's text of one line of a file, without its end."""
    cells = []
    for at in shown_columns(plan, said):
        kind, sql = plan.kinds[at], f"c{at}"
        if said.format == "JSON":
            cells.append(
                text(json.dumps(plan.columns[at], ensure_ascii=False) + ":")
                + f" || {json_value(sql, kind)}"
            )
        else:
            cells.append(cell(sql, kind, said, len(cells)))
    if said.format == "JSON":
        return "'{' || " + " || ',' || ".join(cells) + " || '}'"
    between = "" if said.format == "FIXEDWIDTH" else said.delimiter
    return f" || {text(between)} || ".join(cells)


def json_value(sql: str, kind) -> str:
    """Return the JSON text of a value: BOOLEAN is t or f, NULL is null."""
    if kind.name in ("super", "json", "array", "map", "row"):
        return f"coalesce(CAST(to_json({sql}) AS VARCHAR), 'null')"
    made = shown_text(sql, kind)
    if kind.name in types.NUMBERS:
        finite = f"isfinite({sql})" if kind.name in types.FLOATS else "true"
        return f"coalesce(CASE WHEN {finite} THEN {made} END, 'null')"
    return f"coalesce(CAST(to_json({made}) AS VARCHAR), 'null')"


def cell(sql: str, kind, said, at: int) -> str:
    """Return the text of one field of a delimited, CSV or fixed-width file."""
    made = shown_text(sql, kind, said.hive)
    if said.has("ESCAPE") and kind.name in types.STRINGS:
        marks = ["\\", "\n", "\r", said.delimiter]
        if said.has("ADDQUOTES"):
            marks += ['"', "'"]
        for mark in marks:
            made = f"replace({made}, {text(mark)}, {text(chr(92) + mark)})"
    if said.format == "CSV":
        tests = " OR ".join(
            f"contains(v, {text(mark)})" for mark in (said.delimiter, '"', "\n", "\r")
        )
        made = (
            f"list_transform([{made}], lambda v: CASE WHEN {tests} THEN "
            "'\"' || replace(v, '\"', '\"\"') || '\"' ELSE v END)[1]"
        )
    if said.has("ADDQUOTES"):
        made = f"'\"' || {made} || '\"'"
    null = said.null
    if said.format == "FIXEDWIDTH":
        return fixed(made, kind, said, at)
    if said.has("ADDQUOTES"):
        null = f'"{null}"'
    if kind.name in ("super", "json", "array", "map", "row"):
        null = "null"  # SUPER is written as JSON, so NULL AS does not apply
    return f"coalesce({made}, {text(null)})"


def fixed(made: str, kind, said, at: int) -> str:
    width = said.widths[at]
    null = said.null
    if len(null) > width:
        if kind.name in types.STRINGS:
            raise ServiceError(
                "22023", f"null string is longer than the fixed width {width} of column {at + 1}"
            )
        null = ""
    message = f"22001|value too long for the fixed width {width} of column {at + 1}"
    return (
        f"list_transform([coalesce({made}, {text(null)})], lambda v: CASE WHEN length(v) > {width} "
        f"THEN CAST(lab_fail({text(message)}) AS VARCHAR) ELSE rpad(v, {width}, ' ') END)[1]"
    )


def header(plan, said) -> str:
    names = [plan.columns[at] for at in shown_columns(plan, said)]
    if said.format == "CSV":
        marks = (said.delimiter, '"', "\n", "\r")
        names = [
            '"' + one.replace('"', '""') + '"' if any(m in one for m in marks) else one
            for one in names
        ]
    if said.has("ESCAPE"):
        names = [
            one.replace("\\", "\\\\").replace(said.delimiter, "\\" + said.delimiter)
            for one in names
        ]
    if said.has("ADDQUOTES"):
        names = [f'"{one}"' for one in names]
    return said.delimiter.join(names) + "\n"
