"""What COPY makes of a field for its column, and the error where it cannot: all as SQL.

For every column there are two texts of DuckDB's SQL over the field ``v``: the value, and the
problem (``code|position|reason``, NULL where there is none).
https://docs.aws.amazon.com/redshift/latest/dg/r_Load_Error_Reference.html (codes, 2026-11-23)
"""

from dealab.sql import types
from dealab.sql.errors import LabLimit
from dealab.sql.redshift.loading import moments
from dealab.sql.redshift.loading.records import EMPTY
from dealab.sql.types import duck_name, text

#: how error texts name the types
SHORT = {
    "tinyint": "Short", "smallint": "Short", "integer": "Integer", "bigint": "Long",
    "decimal": "Decimal", "real": "Float", "double": "Double",
}  # fmt: skip
_NUMBER = "[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?"


def normal(value: str, column, options) -> str:
    """Return the field as text, or NULL where COPY loads NULL."""
    sql, kind = value, column.type.name
    if options.format != "JSON":
        sql = f"CASE WHEN {sql} = {text(options.null)} THEN NULL ELSE {sql} END"
    if kind in ("varchar", "char", "literal"):
        if options.has("EMPTYASNULL"):
            sql = f"nullif({sql}, '')"
        if options.has("BLANKSASNULL"):
            sql = f"CASE WHEN regexp_full_match({sql}, '\\s+') THEN NULL ELSE {sql} END"
        if options.has("TRIMBLANKS") and kind == "varchar":
            sql = f"rtrim({sql}, ' \t')"
        if options.format == "CSV":
            sql = f"CASE WHEN {value} = {text(EMPTY)} THEN '' ELSE {sql} END"
        return sql
    if options.format == "CSV":
        sql = f"CASE WHEN {value} = {text(EMPTY)} THEN NULL ELSE {sql} END"
    return f"CASE WHEN trim({sql}) = '' THEN NULL ELSE {sql} END"


def problem(value: str, column, options) -> str:
    """Return the text of the problem of a field; ``value`` is what ``normal`` made of it."""
    missing = text("1213|0|Missing data for not-null field") if column.not_null else "NULL"
    return f"CASE WHEN {value} IS NULL THEN {missing} {_cases(value, column, options)} END"


def _cases(value: str, column, options) -> str:
    kind = column.type.name
    made = made_value(value, column, options)
    if kind in ("tinyint", "smallint", "integer", "bigint"):
        return (
            f"WHEN NOT regexp_full_match(trim({value}), '[+-]?[0-9]+') THEN "
            f"{_digit(value, '^ *[+-]?[0-9]*', SHORT[kind])} "
            f"WHEN {made} IS NULL THEN {text(f'1204|0|Overflow, Column type: {SHORT[kind]}')}"
        )
    if kind in ("decimal", "real", "double"):
        special = ""
        if kind != "decimal":
            special = " AND lower(trim(v)) NOT IN ('nan', 'inf', 'infinity', '-infinity', '-inf')"
        start = "^ *[+-]?[0-9]*[.]?[0-9]*"
        digits = ", ".join(map(str, column.type.args))
        over = (
            f"1204|0|Overflow for NUMERIC({digits})"
            if digits
            else (f"1204|0|Overflow, Column type: {SHORT[kind]}")
        )
        return (
            f"WHEN NOT regexp_full_match(trim({value}), {text(_NUMBER)})"
            f"{special.replace('(v)', f'({value})')} THEN {_digit(value, start, SHORT[kind])} "
            f"WHEN {made} IS NULL THEN {text(over)}"
        )
    if kind == "boolean":
        return f"WHEN {made} IS NULL THEN {text('1210|0|Unknown boolean format')}"
    if kind in ("varchar", "char"):
        return _text_cases(value, column, options)
    if kind == "date":
        return _date_cases(value, made, options)
    if kind in ("timestamp", "timestamptz"):
        if options.has("ACCEPTANYDATE"):
            return ""
        shown = moments.shown_timestamp(options.timeformat)
        if kind == "timestamptz":
            shown += "OF"
        said = f"1206|0|Invalid timestamp format or value [{shown}]"
        return f"WHEN {made} IS NULL THEN {text(said)}"
    if kind == "time":
        return f"WHEN {made} IS NULL THEN {text('1206|0|Invalid time format or value')}"
    if kind == "super":
        return (
            f"WHEN NOT json_valid({value}) THEN "
            f"{text('1224|0|Invalid JSON format. Invalid value for type SUPER')}"
        )
    if kind == "varbinary":
        length = column.type.args[0] if column.type.args else 64000
        return (
            f"WHEN NOT regexp_full_match({value}, '([0-9a-fA-F]{{2}})*') THEN "
            f"{text('1219|0|Invalid hexadecimal digit in VARBYTE value')} "
            f"WHEN length({value}) > {2 * length} THEN "
            f"{text('1204|0|String length exceeds DDL length')}"
        )
    raise LabLimit(
        f"COPY into columns of the type {types.redshift_name(column.type)}",
        "Redshift reads the text of such a value.",
    )


def _digit(value: str, start: str, name: str) -> str:
    """Return the error that names the first character that is no digit."""
    at = f"length(regexp_extract({value}, {text(start)}))"
    return (
        f"'1207|' || {at} || '|Invalid digit, Value ''' || "
        f"coalesce(nullif(substr({value}, CAST({at} + 1 AS BIGINT), 1), ''), ' ') "
        f"|| ''', Pos ' || {at} || {text(f', Type: {name} ')}"
    )


def _text_cases(value: str, column, options) -> str:
    length = column.type.args[0]
    kind = column.type.name
    cases = ""
    if kind == "char":
        # https://docs.aws.amazon.com/redshift/latest/dg/multi-byte-character-load-errors.html
        bad = f"regexp_extract({value}, '[^\\x00-\\x7F]')"
        at = f"(instr({value}, {bad}) - 1)"
        cases = (
            f"WHEN strlen({value}) <> length({value}) THEN '1220|' || {at} || "
            "'|Multibyte character not supported for CHAR (Hint: try using VARCHAR). "
            f"Invalid char: ' || "
            f"trim(regexp_replace(lower(hex(encode({bad}))), '(..)', '\\1 ', 'g')) "
        )
    if length is None or options.has("TRUNCATECOLUMNS"):
        return cases
    counted = f"rtrim({value}, ' ')" if kind == "char" else value
    word = "Char" if kind == "char" else "String"
    return (
        f"{cases}WHEN strlen({counted}) > {length} THEN "
        f"{text(f'1204|0|{word} length exceeds DDL length')}"
    )


def _date_cases(value: str, made: str, options) -> str:
    if options.has("ACCEPTANYDATE"):
        return ""
    shown = options.dateformat or moments.DATE
    if options.dateformat in ("", "auto"):
        short = "1205|0|Invalid Date Format - length must be 10 or more"
        first = f"WHEN {made} IS NULL AND length(trim({value})) < 10 THEN {text(short)} "
        shown = moments.DATE
    else:
        first = ""
    return (
        f"{first}WHEN {made} IS NULL THEN {text(f'1205|0|Invalid date format or value [{shown}]')}"
    )


def made_value(value: str, column, options) -> str:
    """Return the column's value as DuckDB's text; NULL where the field does not hold one."""
    kind, wanted = column.type.name, duck_name(column.type)
    match kind:
        case "tinyint" | "smallint" | "integer" | "bigint":
            return f"TRY_CAST(trim({value}) AS {wanted})"
        case "decimal":
            return _decimal(value, column.type, options)
        case "real" | "double":
            return f"TRY_CAST(trim({value}) AS {wanted})"
        case "boolean":
            return (
                f"CASE WHEN lower(trim({value})) IN ('t', 'true', 'y', 'yes', '1') THEN true "
                f"WHEN lower(trim({value})) IN ('f', 'false', 'n', 'no', '0') THEN false END"
            )
        case "varchar" | "char":
            return _text(value, column.type, options)
        case "date":
            return moments.date(value, options.dateformat)
        case "timestamp":
            return moments.timestamp(value, options.timeformat)
        case "timestamptz":
            return moments.timestamptz(value, options.timeformat)
        case "time":
            return f"TRY_CAST(trim({value}) AS TIME)"
        case "super":
            return f"CASE WHEN trim({value}) <> 'null' THEN CAST({value} AS JSON) END"
        case "varbinary":
            return f"unhex({value})"
    return "NULL"


def _decimal(value: str, kind, options) -> str:
    """COPY cuts the digits that do not fit the scale; ROUNDEC rounds.

    https://docs.aws.amazon.com/redshift/latest/dg/copy-parameters-data-conversion.html#copy-roundec
    """
    wanted = duck_name(kind)
    if options.has("ROUNDEC"):
        return f"TRY_CAST(trim({value}) AS {wanted})"
    scale = kind.args[1]
    keep = f"([.][0-9]{{{scale}}})[0-9]+$" if scale else "[.][0-9]*$"
    cut = f"regexp_replace(trim({value}), '{keep}', '{chr(92) + '1' if scale else ''}')"
    exact = f"trunc(TRY_CAST(trim({value}) AS DECIMAL(38,{min(18, 37)})), {scale})"
    return (
        f"CASE WHEN regexp_matches({value}, '[eE]') THEN TRY_CAST({exact} AS {wanted}) "
        f"ELSE TRY_CAST(CASE WHEN {cut} IN ('', '-', '+') THEN '0' ELSE {cut} END AS {wanted}) END"
    )


def _text(value: str, kind, options) -> str:
    sql = f"rtrim({value}, ' ')" if kind.name == "char" else value
    length = kind.args[0]
    if length is None or not options.has("TRUNCATECOLUMNS"):
        return sql
    # the longest start that fits, in bytes
    return (
        f"CASE WHEN strlen({sql}) <= {length} THEN {sql} "
        f"WHEN strlen({sql}) = length({sql}) THEN left({sql}, {length}) "
        f"ELSE left({sql}, list_max(list_filter(range(0, {length} + 1), "
        f"lambda k: strlen(left({sql}, CAST(k AS BIGINT))) <= {length}))) END"
    )
