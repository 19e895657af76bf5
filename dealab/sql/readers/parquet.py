"""Parquet: columns are found by name; a column that no file has reads as NULL, as in Athena."""

from pathlib import Path

from dealab.sql.errors import LabLimit
from dealab.sql.readers.common import fail, options
from dealab.sql.types import Type, athena_name, duck_name, quote, text

#: physical type of Parquet -> the service's types that it can be read as
_READABLE = {
    "BOOLEAN": ("boolean",),
    "INT32": ("tinyint", "smallint", "integer", "bigint", "date", "decimal", "time"),
    "INT64": ("tinyint", "smallint", "integer", "bigint", "decimal", "timestamp", "time"),
    "INT96": ("timestamp",),
    "FLOAT": ("real", "double"),
    "DOUBLE": ("real", "double"),
    "BYTE_ARRAY": ("varchar", "char", "varbinary", "decimal"),
    "FIXED_LEN_BYTE_ARRAY": ("decimal", "varbinary", "varchar", "char"),
}


def read(table, files, hive: bool, connection):
    """Return DuckDB's source and the columns."""
    if table.settings.get("parquet.column.index.access", "false").lower() == "true":
        raise LabLimit(
            "parquet.column.index.access", "Athena takes Parquet columns by position then."
        )
    paths = [Path(file).as_posix() for file in files]
    shapes = _shapes(paths, connection)
    uniform = len({tuple(shape) for shape in shapes.values()}) == 1
    extra = "" if uniform else "union_by_name = true"
    source = f"read_parquet({options(files, extra, hive, table.keys)})"
    wrong = _wrong(table, shapes)
    broken = {path for per_file in wrong.values() for path in per_file}
    if broken and not uniform:  # types that cannot be merged: the good files decide
        source = f"read_parquet({options(files, extra, hive, table.keys)})"
    found = {
        name.lower(): kind
        for name, kind, *_ in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    }
    columns = []
    for name, kind in table.columns:
        wanted = duck_name(kind)
        if name not in found:
            expression = f"CAST(NULL AS {wanted})"
        elif name in wrong:
            expression = _guarded(name, kind, found[name], wrong[name], len(paths))
        else:
            expression = _converted(quote(name), kind, found[name])
        columns.append(
            expression if expression == quote(name) else f"{expression} AS {quote(name)}"
        )
    return source, columns


def _shapes(paths: list[str], connection) -> dict[str, list[tuple]]:
    """Return, for each file, its top columns: lower-case name, physical and DuckDB's type."""
    shapes: dict[str, list[tuple]] = {path: [] for path in paths}
    skip: dict[str, int] = {}
    rows = connection.execute(
        "SELECT file_name, lower(name), type, num_children, duckdb_type FROM parquet_schema($1) "
        "ORDER BY file_name, column_id",
        [paths],
    ).fetchall()
    for path, name, physical, children, inside in rows:
        if path not in skip:  # the root
            skip[path] = 0
            continue
        if skip[path]:
            skip[path] += (children or 0) - 1
            shapes[path].append(("", physical, children, inside))
            continue
        skip[path] = children or 0
        shapes[path].append((name, physical if not children else "", children, inside))
    return shapes


def _wrong(table, shapes) -> dict[str, dict[str, str]]:
    """Return the columns that some file holds in another type: name -> file -> its type."""
    found: dict[str, dict[str, str]] = {}
    wanted = dict(table.columns)
    for path, shape in shapes.items():
        for name, physical, children, _ in shape:
            kind = wanted.get(name)
            if not name or kind is None:
                continue
            nested = kind.name in ("array", "map", "row")
            if children:
                if not nested:
                    found.setdefault(name, {})[path] = "group"
            elif nested or kind.name not in _READABLE.get(physical, (kind.name,)):
                found.setdefault(name, {})[path] = physical
    return found


def _guarded(name: str, kind: Type, found: str, wrong: dict[str, str], count: int) -> str:
    """Return a column that fails the query where a file of the wrong type is read.

    The wording: https://docs.aws.amazon.com/athena/latest/ug/troubleshooting-athena.html
    """
    wanted = duck_name(kind)
    physical = next(iter(wrong.values()))
    message = (
        f"{text(f'Field {name}' + chr(39) + f's type {physical} in parquet file ')} || filename || "
        f"{text(f' is incompatible with type {athena_name(kind)} defined in table schema')}"
    )
    failing = fail("HIVE_BAD_DATA", message, wanted)
    if len(wrong) == count:
        return failing
    listed = ", ".join(text(path) for path in wrong)
    return (
        f"CASE WHEN filename IN ({listed}) THEN {failing} "
        f"ELSE TRY_CAST({quote(name)} AS {wanted}) END"
    )


def _converted(column: str, kind: Type, found: str) -> str:
    wanted = duck_name(kind)
    if kind.name in ("varchar", "char") and kind.args[0]:
        return f"left({column}, {kind.args[0]})"
    if found == wanted:
        return column
    if kind.name in ("tinyint", "smallint", "integer", "bigint"):
        if found.startswith("TIMESTAMP"):
            return f"CAST(epoch_us({column}) AS {wanted})"
        if found == "DATE":
            return f"CAST({column} - DATE '1970-01-01' AS {wanted})"
    if kind.name == "date" and found in ("INTEGER", "BIGINT"):
        return f"DATE '1970-01-01' + CAST({column} AS INTEGER)"
    if kind.name == "timestamp" and found == "BIGINT":
        return f"make_timestamp({column})"
    if kind.name == "decimal" and found in ("INTEGER", "BIGINT"):
        return f"CAST({column} AS {wanted})"
    return f"CAST({column} AS {wanted})"
