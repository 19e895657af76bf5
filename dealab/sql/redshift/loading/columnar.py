"""COPY from Parquet: columns go by position, and types must agree.

https://docs.aws.amazon.com/redshift/latest/dg/copy-usage_notes-copy-from-columnar.html (2026-11-23)
"""

from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.redshift import storage
from dealab.sql.redshift.loading import logs
from dealab.sql.redshift.loading.records import Bad, Records
from dealab.sql.results import Outcome, Plan
from dealab.sql.types import duck_name, quote, text

#: DuckDB's types of a Parquet column that a column of the table takes
_TAKES = {
    "smallint": ("TINYINT", "SMALLINT", "UTINYINT"),
    "integer": ("TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT"),
    "bigint": ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"),
    "real": ("FLOAT",),
    "double": ("DOUBLE", "FLOAT"),
    "boolean": ("BOOLEAN",),
    "date": ("DATE",),
    "timestamp": ("TIMESTAMP", "TIMESTAMP_NS", "TIMESTAMP_MS", "TIMESTAMP WITH TIME ZONE"),
    "timestamptz": ("TIMESTAMP", "TIMESTAMP_NS", "TIMESTAMP_MS", "TIMESTAMP WITH TIME ZONE"),
    "varchar": ("VARCHAR", "JSON"),
    "char": ("VARCHAR", "JSON"),
    "varbinary": ("BLOB",),
    "time": ("TIME",),
}
_SHOWN = {
    "smallint": "SMALLINT", "integer": "INT", "bigint": "BIGINT", "real": "REAL",
    "double": "DOUBLE", "boolean": "BOOLEAN", "date": "DATE", "timestamp": "TIMESTAMP",
    "timestamptz": "TIMESTAMPTZ", "super": "SUPER", "varbinary": "VARBYTE", "time": "TIME",
}  # fmt: skip


def run(engine, table, columns, found, options) -> Outcome:
    """Load Parquet files into these columns. One bad value fails the whole load (code 15007)."""
    from dealab.sql.redshift.loading import load

    records = Records(len(columns))
    queries = [_query(engine, columns, one, options) for one in found]
    union = " UNION ALL ".join(queries)
    for at, one in enumerate(found):
        records.lines[at] = engine.duck().execute(
            f"SELECT sum(num_rows) FROM parquet_file_metadata({text(one.path.as_posix())})"
        )[0][0]
    problem = _first_problem(engine, columns, union)
    if problem is not None:
        at, column, reason = problem
        bad = Bad(at, 0, "", column, 15007, reason)
        logs.write(engine, table, columns, found, records, options, 0, [bad], False)
        raise scan_error(15007, reason)
    picks = ", ".join(f"{_value(f'c{at}', column)} AS c{at}" for at, column in enumerate(columns))
    outcome = storage.append(
        engine,
        table,
        Plan(query=f"SELECT {picks} FROM ({union})", local=True),
        [column.name for column in columns],
    )
    loaded = outcome.rows[0][0]
    logs.write(engine, table, columns, found, records, options, loaded, [], True)
    return load.finished(engine, table, options, outcome, loaded, 0, 0)


def scan_error(code: int, context: str) -> ServiceError:
    """Spectrum's scanner reads the files; its errors look like this.

    Seen in https://github.com/rudderlabs/rudder-server/pull/3178
    """
    return ServiceError(
        "XX000",
        "Spectrum Scan Error\n"
        "  Detail: \n"
        "  -----------------------------------------------\n"
        "  error:  Spectrum Scan Error\n"
        f"  code:      {code}\n"
        f"  context:   {context}\n"
        "  -----------------------------------------------",
    )


def _query(engine, columns, one, options) -> str:
    """Return the query of one file's columns under the names c0, c1, ..."""
    path = text(one.path.as_posix())
    try:
        shape = (
            engine.duck()
            .connection.execute(
                f"DESCRIBE SELECT * FROM read_parquet({path}, hive_partitioning = false)"
            )
            .fetchall()
        )
    except Exception as problem:
        raise scan_error(15001, f"File '{web(one)}' is not a valid Parquet file") from problem
    held = [(row[0], row[1]) for row in shape]
    fill = options.has("FILLRECORD")
    if len(held) > len(columns) or (len(held) < len(columns) and not fill):
        raise scan_error(
            15007,
            "Unmatched number of columns between table and file. Table columns: "
            f"{len(columns)}, Data columns: {len(held)}, File name: {web(one)}",
        )
    picks = []
    for at, column in enumerate(columns):
        if at >= len(held):
            picks.append(f"CAST(NULL AS {duck_name(column.type)}) AS c{at}")
            continue
        picks.append(f"{_checked(one, column, *held[at], options)} AS c{at}")
    return f"SELECT {', '.join(picks)} FROM read_parquet({path}, hive_partitioning = false)"


def _checked(one, column, name: str, kind: str, options) -> str:
    wanted = column.type
    source = quote(name)
    if wanted.name == "super":
        if not options.has("SERIALIZETOJSON"):
            raise ServiceError(
                "0A000", "SUPER column in COPY query requires SERIALIZETOJSON option"
            )
        return f"to_json({source})"
    nested = kind.endswith("[]") or kind.startswith(("STRUCT", "MAP"))
    if nested and wanted.name in ("varchar",) and options.has("SERIALIZETOJSON"):
        return f"CAST(to_json({source}) AS VARCHAR)"
    if wanted.name == "decimal":
        if kind == f"DECIMAL({wanted.args[0]},{wanted.args[1]})":
            return source
    elif wanted.name not in _TAKES:
        raise LabLimit(
            f"COPY from Parquet into a column of the type {wanted.name}", "Redshift reads it."
        )
    elif kind in _TAKES[wanted.name]:
        if wanted.name in ("timestamp", "timestamptz") and kind != duck_name(wanted):
            if kind == "TIMESTAMP WITH TIME ZONE":
                return f"timezone('UTC', {source})"
            made = f"CAST({source} AS TIMESTAMP)"
            return made if wanted.name == "timestamp" else f"timezone('UTC', {made})"
        return f"CAST({source} AS {duck_name(wanted)})"
    shown = _SHOWN.get(wanted.name) or duck_name(wanted)
    if wanted.name in ("varchar", "char"):
        shown = f"{wanted.name.upper()}({wanted.args[0]})"
    raise scan_error(
        15007,
        f"File '{web(one)}' has an incompatible Parquet schema for column '{one.url}.{name}'. "
        f"Column type: {shown}, Parquet schema:\noptional {_physical(kind)} {name} [i:0 d:1 r:0]",
    )


_PHYSICAL = {
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT", "DATE"), "int32"),
    **dict.fromkeys(("BIGINT", "UINTEGER", "UBIGINT", "TIMESTAMP", "TIME"), "int64"),
    **dict.fromkeys(("TIMESTAMP_NS", "TIMESTAMP_MS", "TIMESTAMP WITH TIME ZONE"), "int64"),
    "FLOAT": "float", "DOUBLE": "double", "BOOLEAN": "boolean",
}  # fmt: skip


def _physical(kind: str) -> str:
    if kind in _PHYSICAL:
        return _PHYSICAL[kind]
    if kind.startswith("DECIMAL"):
        precision = int(kind[8:].split(",")[0])
        return "int32" if precision <= 9 else "int64" if precision <= 18 else "fixed_len_byte_array"
    if kind.startswith(("STRUCT", "MAP")) or kind.endswith("[]"):
        return "group"
    return "byte_array"


def web(one) -> str:
    """Return the https address that error texts show for an object."""
    bucket, _, key = one.url[5:].partition("/")
    return f"https://s3.us-east-1.amazonaws.com/{bucket}/{key}"


def _first_problem(engine, columns, union: str):
    """Return (file, column, reason) of the first value that its column does not take, or None."""
    tests = []
    for at, column in enumerate(columns):
        if column.not_null:
            reason = f"NULL value found for NOT NULL column {column.name}"
            tests.append(f"CASE WHEN c{at} IS NULL THEN {text(f'{at}|{reason}')} END")
        if column.type.name in ("varchar", "char") and column.type.args[0]:
            value = f"rtrim(c{at}, ' ')" if column.type.name == "char" else f"c{at}"
            tests.append(
                f"CASE WHEN strlen({value}) > {column.type.args[0]} THEN "
                + text(
                    f"{at}|The length of the data column {column.name} is longer than the length "
                    f"defined in the table. Table: {column.type.args[0]}, Data: "
                )
                + f" || strlen(c{at}) END"
            )
        if column.type.name == "super":
            reason = f"{at}|String value exceeds the max size of 65535 bytes"
            tests.append(
                f"CASE WHEN json_type(c{at}) = 'VARCHAR' AND strlen(c{at} ->> '$') > 65535 "
                f"THEN {text(reason)} END"
            )
    if not tests:
        return None
    found = engine.duck().execute(
        f"SELECT problem FROM (SELECT coalesce({', '.join(tests)}) AS problem FROM ({union})) "
        "WHERE problem IS NOT NULL LIMIT 1"
    )
    if not found:
        return None
    at, reason = found[0][0].split("|", 1)
    return 0, int(at), reason


def _value(source: str, column) -> str:
    return f"rtrim({source}, ' ')" if column.type.name == "char" else source
