"""Reading a snapshot: from its file list to DuckDB's SELECT, with position deletes applied.

Columns are found by their field ids, so a renamed column keeps its data and a dropped one does not
come back under a new column of the same name. Files that a filter rules out by their partition or
by the least and greatest value of a column are not opened.
"""

import datetime
from dataclasses import dataclass, field, replace
from pathlib import Path

from dealab.sql import types
from dealab.sql.athena.iceberg import fields, metadata, transforms
from dealab.sql.catalog import Table
from dealab.sql.errors import ServiceError, SqlError
from dealab.sql.scope import Scope, Source
from dealab.sql.types import VARCHAR, duck_name, quote, text

ROW = "$row"  # the position of a row in its file: for UPDATE, DELETE and MERGE only
HIDDEN = [("$path", VARCHAR), ("$file_modified_time", types.timestamptz("UTC", 3))]


@dataclass(frozen=True)
class Scan(Table):
    """A catalog table as one query reads it: a snapshot, and the data files that count.

    ``snapshot`` is None for the current one; ``kept`` are the data files' addresses, or None for
    all of them.
    """

    snapshot: int | None = None
    kept: tuple[str, ...] | None = None
    schema_id: int | None = field(default=None)


def scan(table: Table, snapshot: int | None = None, schema_id: int | None = None) -> Scan:
    values = {name: getattr(table, name) for name in Table.__dataclass_fields__}
    return Scan(**values, snapshot=snapshot, schema_id=schema_id)


def source(binder, table: Table, path: tuple[str, ...], node=None, snapshot=None) -> Source:
    """Return what an Iceberg table's name stands for in FROM.

    ``snapshot`` is the id of the snapshot to read; its schema counts then. ``node`` is the name in
    the statement's tree, whose WHERE decides which files are read.
    """
    state = metadata.load(binder.engine.lake, table)
    found = state.snapshot(snapshot)
    made = scan(table, snapshot, found["schema-id"] if found else None)
    columns = state.columns(made.schema_id)
    kept = prune(binder, state, made, columns, node)
    if kept is not None:
        made = replace(made, kept=kept)
    label = label_of(binder, made)
    binder.tables[label] = made
    return Source(quote(label), columns, list(HIDDEN), path=(*path, table.name), table=table)


def label_of(binder, made: Scan) -> str:
    """Return the name of the view of a scan: the table's own, or one with a number."""
    plain = label = f"{made.database}.{made.name}"
    number = 1
    while label in binder.tables and binder.tables[label] != made:
        number += 1
        label = f"{plain}:{number}"
    return label


def files(lake, table: Table) -> list[Path]:
    """Return the data and delete files that a table (or a scan of it) reads."""
    data, deletes = _files(lake, table)
    return [_file(lake, entry["file_path"]) for entry in (*data, *deletes)]


def _files(lake, table: Table) -> tuple[list[dict], list[dict]]:
    entries = metadata.load(lake, table).entries(getattr(table, "snapshot", None))
    kept = getattr(table, "kept", None)
    data = [
        entry
        for entry in entries
        if entry["content"] == metadata.DATA and (kept is None or entry["file_path"] in kept)
    ]
    wanted = {entry["file_path"] for entry in data}
    deletes = [
        entry
        for entry in entries
        if entry["content"] == metadata.POSITION_DELETES and entry["referenced_data_file"] in wanted
    ]
    return data, deletes


def _file(lake, address: str) -> Path:
    found = lake.files(address)
    if not found:
        raise ServiceError("ICEBERG_CANNOT_OPEN_SPLIT", f"Error opening Iceberg split {address}")
    return found[0]


def query(lake, table: Table, connection) -> str:
    """Return the SELECT that reads a table or a scan: its columns, ``$path``, the row's place.

    The files' footers are read now, once: no query pays for them, as with other Parquet tables.
    """
    state = metadata.load(lake, table)
    schema = state.schema(getattr(table, "schema_id", None))
    data, deletes = _files(lake, table)
    if not data:
        return _empty(schema)
    paths = [_file(lake, entry["file_path"]).as_posix() for entry in (*data, *deletes)]
    connection.execute("SELECT count(*) FROM parquet_schema($1)", [paths]).fetchall()
    groups: dict[str, list[dict]] = {}
    for entry in data:
        key = repr(_written(state, schema, entry["schema_id"]))
        groups.setdefault(key, []).append(entry)
    made = []
    for entries in groups.values():
        sql = _select(lake, state, schema, entries)
        paths = {entry["file_path"] for entry in entries}
        gone = [
            text(_file(lake, entry["file_path"]).as_posix())
            for entry in deletes
            if entry["referenced_data_file"] in paths
        ]
        if gone:
            sql = (
                f"SELECT * FROM ({sql}) AS d\n"
                f"ANTI JOIN read_parquet([{', '.join(gone)}], hive_partitioning = false) AS x\n"
                f'ON x.file_path = d."$path" AND x.pos = d."{ROW}"'
            )
        made.append(sql)
    return "\nUNION ALL\n".join(made)


def _written(state, schema: dict, number: int) -> dict[int, dict]:
    """Return the nested columns (by id) that a file of another schema holds otherwise."""
    if number == schema["schema-id"]:
        return {}
    before = {column["id"]: column["type"] for column in state.schema(number)["fields"]}
    return {
        column["id"]: before[column["id"]]
        for column in schema["fields"]
        if isinstance(column["type"], dict)
        and before.get(column["id"], column["type"]) != column["type"]
    }


#: names that DuckDB gives the place of a row
_TAKEN = frozenset(["filename", "file_row_number", "file_index"])


def _select(lake, state, schema: dict, entries: list[dict]) -> str:
    written = _written(state, schema, entries[0]["schema_id"])
    paths = [_file(lake, entry["file_path"]) for entry in entries]
    listed = ", ".join(text(path.as_posix()) for path in paths)
    shape, names = [], []
    for column in schema["fields"]:
        inside = column["name"]
        if inside in _TAKEN:
            inside = f"field {column['id']}"
        held = written.get(column["id"], column["type"])
        kind = duck_name(fields.from_json(held))
        shape.append(
            f"{column['id']}: {{name: {text(inside)}, type: {text(kind)}, default_value: NULL}}"
        )
        value = quote(inside)
        if column["id"] in written:
            value = fields.converted(value, held, column["type"])
        names.append(f"{value} AS {quote(column['name'])}")
    hidden = [
        f'{_by_file(paths, [str(path.stat().st_size) for path in paths])} AS "$file_size"',
        f'{_by_file(paths, [_modified(path) for path in paths])} AS "$file_modified_time"',
        f'{_by_file(paths, [text(_folder(state, entry)) for entry in entries])} AS "$partition"',
    ]
    return (
        # the row's place comes first: it costs no bytes, and count(*) reads the first column
        f'SELECT file_row_number AS "{ROW}", {", ".join(names)}, '
        f'{_address(lake, paths)} AS "$path", {", ".join(hidden)}\n'
        f"FROM read_parquet([{listed}], schema = MAP {{{', '.join(shape)}}}, filename = true, "
        f"file_row_number = true, hive_partitioning = false)"
    )


def _folder(state, entry: dict) -> str:
    """Return a file's partition as its folder is called, without the last slash."""
    parts = [
        (name, entry["partition"].get(name), transform)
        for name, _, _, transform in state.partition_fields(entry["spec_id"])
    ]
    return transforms.folder(parts).rstrip("/")


def _address(lake, paths) -> str:
    """Return the expression that turns DuckDB's file name into the object's address."""
    cuts = [
        (root.as_posix() + "/", len(root.as_posix()) + 2)
        for root in lake.roots()
        if any(path.is_relative_to(root) for path in paths)
    ]
    shown = [f"'s3://' || filename[{start}:]" for _, start in cuts]
    if len(shown) == 1:
        return shown[0]
    return (
        f"CASE WHEN starts_with(filename, {text(cuts[0][0])}) THEN {shown[0]} ELSE {shown[1]} END"
    )


def _modified(path) -> str:
    moment = datetime.datetime.fromtimestamp(path.stat().st_mtime, datetime.UTC)
    return f"TIMESTAMPTZ '{moment.isoformat(sep=' ', timespec='milliseconds')}'"


def _by_file(paths, values: list[str]) -> str:
    """Return the expression that gives each file's rows the file's value (DuckDB's text)."""
    if len(set(values)) == 1:
        return values[0]
    whens = " ".join(
        f"WHEN {text(path.as_posix())} THEN {value}"
        for path, value in zip(paths, values, strict=True)
    )
    return f"CASE filename {whens} END"


def _empty(schema: dict) -> str:
    more = [*HIDDEN, ("$file_size", types.BIGINT), ("$partition", VARCHAR)]
    nulls = [
        f"CAST(NULL AS {duck_name(kind)}) AS {quote(name)}"
        for name, kind in [(ROW, types.BIGINT), *fields.columns(schema), *more]
    ]
    return f"SELECT {', '.join(nulls)} WHERE false"


# --- which files a filter needs ---------------------------------------------------------


def prune(binder, state, made: Scan, columns, node) -> tuple[str, ...] | None:
    """Return the data files that may hold a row of the statement's WHERE, or None for all."""
    tests = list(_tests(binder, node, dict(columns)))
    if not tests:
        return None
    ids = {column["name"]: column["id"] for column in state.schema(made.schema_id)["fields"]}
    data = [e for e in state.entries(made.snapshot) if e["content"] == metadata.DATA]
    kept = [
        entry["file_path"]
        for entry in data
        if all(may_match(state, entry, ids[name], kind, *rest) for name, kind, *rest in tests)
    ]
    return None if len(kept) == len(data) else tuple(kept)


def _tests(binder, node, columns: dict):
    """Yield (column, type, operator, constants) of the conditions joined by AND in WHERE.

    Each of them is false or unknown for NULL, so that leaving out rows that fail it changes no
    outer join's result.
    """
    from sqlglot import exp

    where, names = _where(node)
    if where is None:
        return

    def column_of(side):
        if not isinstance(side, exp.Column) or side.args.get("db"):
            return None
        name, table = side.name.lower(), side.args.get("table")
        if name not in columns or (table.name.lower() not in names if table else not names[0]):
            return None
        return name

    def constant(side, kind):
        if side.find(exp.Column, exp.Query, exp.Placeholder) or not _steady(side):
            return None
        try:
            value = binder.bind(side, Scope(clause="WHERE"))
        except SqlError:
            return None
        if value.type.name == "null" or not _meets(kind, value.type):
            return None
        return _evaluate(binder, value, kind)

    for test in _conjuncts(where):
        operator = _OPERATORS.get(type(test).__name__)
        if operator is not None:
            for side, other, word in (
                (test.this, test.expression, operator),
                (test.expression, test.this, _MIRROR[operator]),
            ):
                name = column_of(side)
                if name:
                    value = constant(other, columns[name])
                    if value is not None:
                        yield name, columns[name], word, [value]
        elif isinstance(test, exp.Between) and column_of(test.this):
            name = column_of(test.this)
            for word, side in ((">=", test.args["low"]), ("<=", test.args["high"])):
                value = constant(side, columns[name])
                if value is not None:
                    yield name, columns[name], word, [value]
        elif isinstance(test, exp.In) and test.expressions and column_of(test.this):
            name = column_of(test.this)
            values = [constant(side, columns[name]) for side in test.expressions]
            if None not in values:
                yield name, columns[name], "IN", values


#: functions that give the same value for the whole statement
_STEADY = frozenset(
    [
        "concat",
        "current_date",
        "current_timestamp",
        "date",
        "date_add",
        "date_parse",
        "date_trunc",
        "from_iso8601_date",
        "from_iso8601_timestamp",
        "localtimestamp",
        "lower",
        "now",
        "timestamp",
        "upper",
    ]
)


def _steady(side) -> bool:
    from sqlglot import exp

    kinds = (exp.Cast, exp.CurrentDate, exp.CurrentTimestamp, exp.Neg, exp.Interval)
    return all(
        call.name.lower() in _STEADY if isinstance(call, exp.Anonymous) else isinstance(call, kinds)
        for call in side.find_all(exp.Func)
    )


_OPERATORS = {"EQ": "=", "LT": "<", "LTE": "<=", "GT": ">", "GTE": ">="}
_MIRROR = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def _conjuncts(node):
    from sqlglot import exp

    if isinstance(node, exp.Paren):
        yield from _conjuncts(node.this)
    elif isinstance(node, exp.And):
        yield from _conjuncts(node.this)
        yield from _conjuncts(node.expression)
    elif node is not None:
        yield node


def _where(node):
    """Return the WHERE over a table's name in the tree, and the names its columns may have.

    The first name is "" when a bare column may belong to another table.
    """
    from sqlglot import exp

    if node is None:
        return None, ()
    parent = node.parent
    label = (node.alias or node.name).lower()
    if isinstance(parent, (exp.Update, exp.Delete)):
        where = parent.args.get("where")
        return (where.this if where else None), (label,)
    if not isinstance(parent, (exp.From, exp.Join)) or not isinstance(parent.parent, exp.Select):
        return None, ()
    select = parent.parent
    where = select.args.get("where")
    if where is None:
        return None, ()
    alone = not select.args.get("joins") and not select.args.get("laterals")
    return where.this, (label,) if alone else ("", label)


def _meets(kind, other) -> bool:
    """Tell whether comparing a column of ``kind`` with ``other`` compares their plain values."""
    if kind.name in types.NUMBERS and other.name in types.NUMBERS:
        return kind.name not in types.FLOATS and other.name not in types.FLOATS
    if kind.name == "timestamp":
        return other.name in ("timestamp", "date")
    return kind.name == other.name and kind.name in ("varchar", "date", "boolean")


def _evaluate(binder, value, kind):
    """Return a constant's Python value in the column's type, or None where it cannot be told."""
    plain = {"varchar": str, "integer": int, "bigint": int}.get(kind.name)
    if plain is not None and type(value.literal) is plain:
        return value.literal
    duck = binder.engine.duck()
    wanted = "TIMESTAMP" if kind.name == "timestamp" else ""
    sql = f"SELECT CAST({value.sql} AS {wanted})" if wanted else f"SELECT {value.sql}"
    try:
        duck.prepare([], sql)
        return duck.execute(sql)[0][0]
    except SqlError:
        return None


def may_match(state, entry: dict, column_id: int, kind, operator: str, constants: list) -> bool:
    """Tell whether a data file may hold a row whose column passes a test."""
    if operator in ("=", "IN") and not _in_bucket(state, entry, column_id, kind, constants):
        return False
    low, high = _bounds(state, entry, column_id, kind)
    if low is None or high is None:
        known = entry["null_value_counts"].get(str(column_id))
        return known is None or known < entry["record_count"]  # NULL alone passes no test
    try:
        match operator:
            case "=" | "IN":
                return any(low <= constant <= high for constant in constants)
            case "<":
                return low < constants[0]
            case "<=":
                return low <= constants[0]
            case ">":
                return high > constants[0]
            case ">=":
                return high >= constants[0]
    except TypeError:
        pass
    return True


def _in_bucket(state, entry: dict, column_id: int, kind, constants: list) -> bool:
    """Tell whether one of the constants falls into the bucket() that the file belongs to."""
    for part in state.spec(entry["spec_id"])["fields"]:
        name, buckets = transforms.split(part["transform"])
        if part["source-id"] == column_id and name == "bucket":
            held = entry["partition"].get(part["name"])
            wanted = {transforms.bucket(constant, kind, buckets) for constant in constants}
            if None not in wanted and (held is None or int(held) not in wanted):
                return False
    return True


def _bounds(state, entry: dict, column_id: int, kind):
    """Return the least and greatest value of a file's column, or (None, None)."""
    for part in state.spec(entry["spec_id"])["fields"]:
        if part["source-id"] == column_id and part["transform"] == "identity":
            value = transforms.typed(entry["partition"].get(part["name"]), kind)
            return value, value
    low = entry["lower_bounds"].get(str(column_id))
    high = entry["upper_bounds"].get(str(column_id))
    if low is None or high is None:
        return None, None
    return transforms.typed(low, kind), transforms.typed(high, kind)
