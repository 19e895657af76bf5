"""OpenCSVSerDe: quoted fields, one line a record, every value text unless the column says more.

https://docs.aws.amazon.com/athena/latest/ug/csv-serde.html
"""

import re

from dealab.sql import patterns
from dealab.sql.readers.common import (
    NO_NULL,
    check_compression,
    fail,
    header_lines,
    lines,
    named,
    nulls_for_bad_data,
    read_csv,
    scan,
)
from dealab.sql.types import STRINGS, Type, duck_name, text


def read(table, files, hive: bool, connection):
    """Return DuckDB's source and the columns.

    DuckDB's own CSV reader takes files whose quotes are plain. Others go through a reader that
    treats escapes, blanks before quotes and open quotes as the SerDe does, line by line.
    """
    check_compression(files)
    given = table.settings
    separator = (given.get("separatorChar") or ",")[0]
    mark = (given.get("quoteChar") or '"')[0]
    escape = (given.get("escapeChar") or "\\")[0]
    header = header_lines(table)
    lenient = nulls_for_bad_data(table)
    odd = _odd(separator, mark, escape)
    scans = [scan(file, header, separator, odd) for file in files]
    if any(found.odd for found in scans):
        call = f"lab_py_opencsv(line, {text(separator)}, {text(mark)}, {text(escape)}) AS fields"
        source = lines(table, files, hive, scans, call)
        values = [f"fields[{at + 1}]" for at in range(len(table.columns))]
    else:
        dialect = (
            f"delim = {text(separator)}, quote = {text(mark)}, escape = {text(mark)}, "
            f"nullstr = {text(NO_NULL)}"
        )
        source, values = read_csv(table, files, hive, scans, header, dialect)
    columns = []
    for at, ((name, kind), value) in enumerate(zip(table.columns, values, strict=True)):
        expression = value if kind.name in STRINGS else _typed(value, kind, at, lenient)
        if kind.name in ("varchar", "char") and kind.args and kind.args[0]:
            expression = f"left({value}, {kind.args[0]})"
        columns.append(named(expression, name))
    return source, columns


def _odd(separator: str, mark: str, escape: str) -> str:
    """Return a pattern of the lines that DuckDB's reader and the SerDe would read apart."""
    sep, quoted = re.escape(separator), re.escape(mark)
    field = f"(?:{quoted}(?:[^{quoted}]|{quoted}{quoted})*{quoted}|[^{quoted}{sep}]*)"
    plain = f"{field}(?:{sep}{field})*"
    return f"{re.escape(escape)}|^(?!{plain}$)" if escape != mark else f"^(?!{plain}$)"


def _typed(value: str, kind: Type, at: int, lenient: bool) -> str:
    """Return a column that fails the query where a field does not hold its type, or is NULL there.

    Dates are days and timestamps milliseconds since 1970; other spellings are errors.
    """
    wanted = duck_name(kind)
    if kind.name in ("array", "map", "row"):
        return fail(
            "GENERIC_INTERNAL_ERROR", f"'parent builder is null' || left({value}, 0)", wanted
        )
    message = (
        f"'Error parsing field value ' || chr(39) || {value} || chr(39) || ' for field {at}: "
        f"For input string: \"' || {value} || '\"'"
    )
    whole = f"regexp_full_match({value}, '[+-]?[0-9]+')"
    if kind.name == "date":
        test, good = whole, f"DATE '1970-01-01' + TRY_CAST({value} AS INTEGER)"
    elif kind.name == "timestamp":
        test, good = whole, f"make_timestamp(TRY_CAST({value} AS BIGINT) * 1000)"
    elif kind.name in ("tinyint", "smallint", "integer", "bigint"):
        good = f"TRY_CAST({value} AS {wanted})"
        test = f"{whole} AND {good} IS NOT NULL"
    elif kind.name == "boolean":
        test = f"lower({value}) IN ('true', 'false')"
        good = f"lower({value}) = 'true'"
    else:
        good = f"TRY_CAST({value} AS {wanted})"
        test = f"{good} IS NOT NULL"
    failing = fail("HIVE_BAD_DATA", message, wanted)
    if lenient:
        return f"CASE WHEN {test} THEN {good} END"
    return f"CASE WHEN {value} IS NULL THEN NULL WHEN {test} THEN {good} ELSE {failing} END"


def _fields(line: str, separator: str, mark: str, escape: str) -> list[str]:
    """Split one line as opencsv does. An escape counts inside quotes, before a quote or itself;
    elsewhere it is dropped. A field whose quote stays open is lost."""
    fields: list[str] = []
    held: list[str] = []
    inside = False
    at, last = 0, len(line) - 1
    while at <= last:
        char = line[at]
        follows = line[at + 1] if at < last else ""
        if char == escape and escape != mark:
            if inside and follows and follows in (mark, escape):
                held.append(follows)
                at += 1
        elif char == mark:
            if inside and follows == mark:
                held.append(mark)
                at += 1
            else:
                if at > 2 and line[at - 1] != separator and follows not in ("", separator):
                    if held and not "".join(held).strip():
                        held.clear()  # blanks before an opening quote
                    else:
                        held.append(char)
                inside = not inside
        elif char == separator and not inside:
            fields.append("".join(held))
            held.clear()
        else:
            held.append(char)
        at += 1
    if not inside:
        fields.append("".join(held))
    return fields


patterns.PYTHON["lab_py_opencsv"] = (_fields, ["VARCHAR"] * 4, "VARCHAR[]")
