"""From a catalog table to the DuckDB query that reads its files as the table's SerDe would.

Each reader lists its files and columns explicitly: DuckDB never guesses a schema, reads no file
twice, and sees only registered partitions.
"""

import csv
import gzip
import json
import re
from itertools import islice
from pathlib import Path

from dealab.sql.catalog import Table
from dealab.sql.errors import LabLimit
from dealab.sql.lake import Lake
from dealab.sql.types import STRINGS, VARCHAR, Type, duck_name, field_key, quote, text

PARQUET = "parquet"
SAMPLE = 200  # records looked at to learn how JSON keys are spelled

# A byte pair that no text file holds: DuckDB wants some NULL marker, and these SerDes have none.
NO_NULL = "\\x01\\x02"


def files(lake: Lake, table: Table) -> list[Path]:
    """Return every file that a table consists of today."""
    if table.is_iceberg:
        from dealab.sql.athena.iceberg import reads

        return reads.files(lake, table)
    places = [part.location for part in table.partitions] if table.keys else [table.location]
    return [file for place in places for file in lake.files(place)]


def query(lake: Lake, table: Table, connection) -> str:
    """Return the SELECT that reads ``table``: its columns, its partition keys, and ``$path``."""
    if table.is_iceberg:
        from dealab.sql.athena.iceberg import reads

        return reads.query(lake, table)
    _reader(table)  # refuses a format that the lab cannot read
    groups = _file_groups(lake, table)
    if not any(files for files, _ in groups):
        return _empty(table)
    parts = [_part(lake, table, files, values, connection) for files, values in groups if files]
    return "\nUNION ALL\n".join(parts)


def _file_groups(lake: Lake, table: Table) -> list[tuple[list[Path], dict | None]]:
    """Return lists of files with the key values to spell out, or None where the path says them."""
    if not table.keys:
        return [(lake.files(table.location), None)]
    hive, others = [], []
    names = [name for name, _ in table.keys]
    for partition in table.partitions:
        files = lake.files(partition.location)
        values = dict(zip(names, partition.values, strict=True))
        tail = "/".join(f"{name}={value}" for name, value in values.items())
        if partition.location.rstrip("/").lower().endswith(tail.lower()):
            hive.extend(files)
        else:
            others.append((files, values))
    return [(hive, None), *others]


def _empty(table: Table) -> str:
    columns = [f"CAST(NULL AS {duck_name(kind)}) AS {quote(name)}" for name, kind in table.fields()]
    return f'SELECT {", ".join(columns)}, CAST(NULL AS VARCHAR) AS "$path" WHERE false'


def _part(lake: Lake, table: Table, files, values: dict | None, connection) -> str:
    source, columns = _reader(table)(table, files, values is None, connection)
    for name, kind in table.keys:
        if values is None:
            columns.append(f"{quote(name)}")
        else:
            columns.append(f"CAST({text(values[name])} AS {duck_name(kind)}) AS {quote(name)}")
    columns.append(f'{_address(lake, files)} AS "$path"')
    return f"SELECT {', '.join(columns)}\nFROM {source}"


def _address(lake: Lake, files) -> str:
    """Return the expression that turns DuckDB's file name into the object's ``s3://`` address."""
    roots = [root.as_posix() + "/" for root in lake.roots() if _any_below(files, root)]
    cut = [f"'s3://' || filename[{len(root) + 1}:]" for root in roots]
    if len(cut) < 2:
        return "".join(cut)
    return f"CASE WHEN starts_with(filename, {text(roots[0])}) THEN {cut[0]} ELSE {cut[1]} END"


def _any_below(files, root: Path) -> bool:
    return any(Path(file).is_relative_to(root) for file in files)


def _reader(table: Table):
    serde = table.serde.rsplit(".", 1)[-1].lower()
    if "parquet" in table.serde.lower():
        return _parquet
    if "opencsvserde" in serde:
        return _csv
    if "lazysimpleserde" in serde:
        return _delimited
    if "cloudtrail" in serde or "cloudtrail" in table.input_format.lower():
        return _cloudtrail
    if "json" in serde:
        return _json
    if "regexserde" in serde:
        return _regex
    raise LabLimit(
        f"tables stored with {table.serde or 'an unnamed SerDe'}",
        "Athena reads it through that SerDe.",
        "Athena reads Parquet, ORC, Avro, JSON, CSV and regular-expression text.",
    )


def _options(files, extra: str, hive: bool, keys) -> str:
    listed = ", ".join(text(Path(file).as_posix()) for file in files)
    parts = [f"[{listed}]"]
    if extra:
        parts.append(extra)
    if hive and keys:
        types = ", ".join(f"{quote(name)}: {text(duck_name(kind))}" for name, kind in keys)
        parts.append(f"hive_partitioning = true, hive_types = {{{types}}}")
    else:
        parts.append("hive_partitioning = false")
    return ", ".join(parts)


def _struct(columns) -> str:
    return "{" + ", ".join(f"{text(name)}: {text(kind)}" for name, kind in columns) + "}"


# --- Parquet --------------------------------------------------------------------------


def _parquet(table: Table, files, hive: bool, connection):
    """Columns are found by name; a column that no file has reads as NULL, as in Athena."""
    paths = [Path(file).as_posix() for file in files]
    schemas = connection.execute(
        "SELECT file_name, list(lower(name) || ':' || coalesce(type, '') || ':' "
        "|| coalesce(duckdb_type, '') ORDER BY column_id) FROM parquet_schema($1) GROUP BY ALL",
        [paths],
    ).fetchall()
    uniform = len({tuple(shape) for _, shape in schemas}) == 1
    extra = "" if uniform else "union_by_name = true"
    source = f"read_parquet({_options(files, extra, hive, table.keys)})"
    found = {
        name.lower(): kind
        for name, kind, *_ in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    }
    columns = []
    for name, kind in table.columns:
        wanted = duck_name(kind)
        if name not in found:
            columns.append(f"CAST(NULL AS {wanted}) AS {quote(name)}")
        elif found[name] == wanted:
            columns.append(quote(name))
        else:
            columns.append(f"CAST({quote(name)} AS {wanted}) AS {quote(name)}")
    return source, columns


# --- delimited text -------------------------------------------------------------------


def _open_text(file):
    if str(file).endswith(".gz"):
        return gzip.open(file, "rt", encoding="utf-8", errors="replace", newline="")
    return open(file, encoding="utf-8", errors="replace", newline="")


def _widest(files, delimiter: str, quoted: bool) -> int:
    """Return how many fields the widest of the first lines has (files may disagree)."""
    widest = 0
    for file in files:
        with _open_text(file) as lines:
            for line in islice(lines, 50):
                fields = (
                    next(csv.reader([line], delimiter=delimiter), [])
                    if quoted
                    else line.split(delimiter)
                )
                widest = max(widest, len(fields))
    return widest


def _read_csv(
    table: Table, files, hive: bool, delimiter: str, quote_mark: str, escape: str, null: str
) -> str:
    """Every field is read as text. Short lines are padded with NULL; extra fields are ignored."""
    names = [name for name, _ in table.columns]
    width = max(len(names), _widest(files, delimiter, bool(quote_mark)))
    names += [f"extra field {at}" for at in range(width - len(names) + 8)]
    skip = int(table.parameters.get("skip.header.line.count", 0) or 0)
    wanted = ", ".join(text(name) for name, _ in table.columns)
    extra = (
        f"auto_detect = false, header = false, skip = {skip}, "
        f"columns = {_struct((name, 'VARCHAR') for name in names)}, delim = {text(delimiter)}, "
        f"quote = {text(quote_mark)}, escape = {text(escape)}, nullstr = {text(null)}, "
        f"null_padding = true, strict_mode = false, filename = true"
    )
    if null == NO_NULL:
        extra += f", force_not_null = [{wanted}]"
    return f"read_csv({_options(files, extra, hive, table.keys)})"


def _csv(table: Table, files, hive: bool, connection):
    """OpenCSVSerDe: quoted fields, every value a string unless the column says otherwise."""
    parameters = table.serde_parameters
    source = _read_csv(
        table,
        files,
        hive,
        parameters.get("separatorChar", ","),
        parameters.get("quoteChar", '"'),
        '"',
        NO_NULL,
    )
    columns = [
        quote(name) if kind.name in STRINGS else _strict(name, kind, at)
        for at, (name, kind) in enumerate(table.columns)
    ]
    return source, columns


def _strict(name: str, kind: Type, at: int) -> str:
    """Return a column that fails the query where a field does not hold its type."""
    column, wanted = quote(name), duck_name(kind)
    message = f"'HIVE_BAD_DATA|Error parsing field value ' || chr(39) || {column} || chr(39)"
    message += f" || ' for field {at}'"
    return (
        f"CASE WHEN {column} IS NULL THEN NULL "
        f"WHEN TRY_CAST({column} AS {wanted}) IS NULL "
        f"THEN CAST(CAST(lab_fail({message}) AS VARCHAR) AS {wanted}) "
        f"ELSE CAST({column} AS {wanted}) END AS {column}"
    )


def _delimited(table: Table, files, hive: bool, connection):
    r"""LazySimpleSerDe: no quotes, ``\N`` is NULL, a value of the wrong type reads as NULL."""
    parameters = table.serde_parameters
    delimiter = parameters.get("field.delim", parameters.get("serialization.format", "\x01"))
    if delimiter == "1":  # the default that Hive writes out for "no delimiter given"
        delimiter = "\x01"
    null = parameters.get("serialization.null.format", "\\N")
    source = _read_csv(table, files, hive, delimiter, "", "", null)
    columns = [
        quote(name)
        if kind.name in STRINGS
        else f"TRY_CAST({quote(name)} AS {duck_name(kind)}) AS {quote(name)}"
        for name, kind in table.columns
    ]
    return source, columns


# --- JSON -----------------------------------------------------------------------------


def _records(files, wrapper: str | None):
    for file in files[:3]:
        with _open_text(file) as lines:
            if wrapper:
                try:
                    yield from islice(json.load(lines).get(wrapper, []), SAMPLE)
                except ValueError:
                    continue
                continue
            for line in islice(lines, SAMPLE):
                try:
                    record = json.loads(line)
                except ValueError:
                    continue
                if isinstance(record, dict):
                    yield record


def _spelling(records) -> dict:
    """Return how keys are spelled, by lower-case name, with the same for what they hold.

    The catalog's names are lower case and the SerDe matches them without regard to case; DuckDB
    does not, so the spelling is learned from the first records.
    """
    names: dict[str, str] = {}
    inside: dict[str, list] = {}
    for record in records:
        for key, value in record.items():
            names.setdefault(key.lower(), key)
            held = value if isinstance(value, list) else [value]
            inside.setdefault(key.lower(), []).extend(v for v in held if isinstance(v, dict))
    return {
        low: (name, _spelling(inside[low]) if inside[low] else {}) for low, name in names.items()
    }


def _names(kind: Type) -> set[str]:
    """Return the names of all fields inside a type."""
    if kind.name == "row":
        inner = [name for name, _ in kind.args[0] if name]
        return set(inner).union(*(_names(of) for _, of in kind.args[0]))
    if kind.name in ("array", "map"):
        return set().union(*(_names(part) for part in kind.args))
    return set()


def _rare_spellings(files, names: set[str]) -> dict[str, str]:
    """Look through all files for keys that the first records did not show (errorCode, say)."""
    if not names:
        return {}
    pattern = re.compile(
        rb'"(' + b"|".join(re.escape(name).encode() for name in sorted(names)) + rb')"\s*:',
        re.IGNORECASE,
    )
    found: dict[str, str] = {}
    for file in files:
        opener = gzip.open if str(file).endswith(".gz") else open
        tail = b""
        with opener(file, "rb") as data:
            while block := data.read(1 << 22):
                for match in pattern.finditer(tail + block):
                    key = match[1].decode()
                    found.setdefault(key.lower(), key)
                tail = block[-256:]
                if len(found) == len(names):
                    return found
    return found


def _json_type(kind: Type, spelling: dict, rare: dict) -> str:
    """Return the DuckDB type to read, with struct fields spelled as the files spell them."""
    if kind.name == "row":
        fields = []
        for at, (name, of) in enumerate(kind.args[0]):
            key = field_key(name, at)
            spelled, inner = spelling.get(key.lower(), (rare.get(key.lower(), key), {}))
            fields.append(f"{quote(spelled)} {_json_type(of, inner, rare)}")
        return f"STRUCT({', '.join(fields)})"
    if kind.name == "array":
        return f"{_json_type(kind.args[0], spelling, rare)}[]"
    if kind.name == "map":
        return f"MAP({duck_name(kind.args[0])}, {_json_type(kind.args[1], {}, rare)})"
    if kind.name == "timestamp":
        return "TIMESTAMP"
    return duck_name(kind)


def _json_columns(table: Table, files, wrapper: str | None):
    spelling = _spelling(_records(files, wrapper))
    mapped = {
        name.removeprefix("mapping."): key
        for name, key in table.serde_parameters.items()
        if name.startswith("mapping.")
    }
    wanted = {mapped.get(name, name).lower() for name, _ in table.columns}
    wanted |= set().union(*(_names(kind) for _, kind in table.columns))
    rare = _rare_spellings(files, wanted - _keys(spelling))
    columns = []
    for name, kind in table.columns:
        key = mapped.get(name, name)
        spelled, inner = spelling.get(key.lower(), (rare.get(key.lower(), key), {}))
        columns.append((name, kind, spelled, _json_type(kind, inner, rare)))
    return columns


def _keys(spelling: dict) -> set[str]:
    """Return all names of a spelling, at any depth."""
    return set(spelling).union(*(_keys(inner) for _, inner in spelling.values()))


def _json(table: Table, files, hive: bool, connection):
    """The JSON SerDes: one object a line; a missing key is NULL; key case does not matter."""
    columns = _json_columns(table, files, None)
    ignore = str(table.serde_parameters.get("ignore.malformed.json", "false")).lower() == "true"
    extra = (
        f"format = 'newline_delimited', records = true, filename = true, "
        f"ignore_errors = {str(ignore).lower()}, "
        f"columns = {_struct((spelled, kind) for _, _, spelled, kind in columns)}"
    )
    source = f"read_json({_options(files, extra, hive, table.keys)})"
    return source, [
        _renamed(quote(spelled), name, kind, read) for name, kind, spelled, read in columns
    ]


def _renamed(expression: str, name: str, kind: Type, read: str) -> str:
    wanted = duck_name(kind)
    if read != wanted:  # only the spelling of struct fields can differ: the cast goes by position
        return f"{_respell(expression, kind)} AS {quote(name)}"
    return f"{expression} AS {quote(name)}"


def _respell(expression: str, kind: Type) -> str:
    return f"CAST({expression} AS {duck_name(kind)})"


def _cloudtrail(table: Table, files, hive: bool, connection):
    """The CloudTrail SerDe: each file is one object whose ``Records`` are the rows."""
    columns = _json_columns(table, files, "Records")
    record = ", ".join(f"{quote(spelled)} {kind}" for _, _, spelled, kind in columns)
    extra = (
        f"format = 'unstructured', records = true, filename = true, "
        f"maximum_object_size = 268435456, "
        f"columns = {_struct([('Records', f'STRUCT({record})[]')])}"
    )
    read = f"read_json({_options(files, extra, hive, table.keys)})"
    keys = "".join(f", {quote(name)}" for name, _ in table.keys) if hive else ""
    source = f'(SELECT unnest("Records") AS "record", filename{keys} FROM {read})'
    return source, [
        _renamed(f'"record".{quote(spelled)}', name, kind, read_as)
        for name, kind, spelled, read_as in columns
    ]


# --- text read by a regular expression ------------------------------------------------


def _regex(table: Table, files, hive: bool, connection):
    """RegexSerDe: the groups are the columns; a line that does not match is a row of NULLs."""
    pattern = table.serde_parameters.get("input.regex", "")
    groups = re.compile(pattern).groups
    names = [name for name, _ in table.columns]
    labels = [names[at] if at < len(names) else f"group {at + 1}" for at in range(groups)]
    skip = int(table.parameters.get("skip.header.line.count", 0) or 0)
    extra = (
        f"auto_detect = false, header = false, skip = {skip}, columns = {{'line': 'VARCHAR'}}, "
        f"delim = chr(1), quote = '', escape = '', nullstr = {text(NO_NULL)}, filename = true"
    )
    read = f"read_csv({_options(files, extra, hive, table.keys)})"
    keys = "".join(f", {quote(name)}" for name, _ in table.keys) if hive else ""
    listed = ", ".join(text(label) for label in labels)
    source = (
        f"(SELECT CASE WHEN regexp_full_match(line, {text(pattern)}) "
        f"THEN regexp_extract(line, {text(pattern)}, [{listed}]) END AS matched, filename{keys} "
        f"FROM {read})"
    )
    columns = []
    for at, (name, kind) in enumerate(table.columns):
        if at >= groups:
            columns.append(f"CAST(NULL AS {duck_name(kind)}) AS {quote(name)}")
        elif kind == VARCHAR:
            columns.append(f"matched.{quote(name)} AS {quote(name)}")
        else:
            columns.append(f"TRY_CAST(matched.{quote(name)} AS {duck_name(kind)}) AS {quote(name)}")
    return source, columns
