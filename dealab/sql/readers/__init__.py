"""From a catalog table to the DuckDB query that reads its files as the table's SerDe would.

Each reader lists its files and columns explicitly: DuckDB never guesses a schema, reads no file
twice, and sees only the table's partitions. One module for each family of formats.
"""

import re
from pathlib import Path
from urllib.parse import quote as escaped

from dealab.sql import patterns
from dealab.sql.catalog import Table
from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.lake import Lake
from dealab.sql.readers import schemas
from dealab.sql.readers.common import suffix
from dealab.sql.types import INTEGERS, duck_name, quote, text

FEW = 8  # partitions whose places are spelled out one by one
NULL_PARTITION = "__HIVE_DEFAULT_PARTITION__"  # Hive's folder name for NULL


def files(lake: Lake, table: Table) -> list[Path]:
    """Return every file that a table consists of today."""
    if table.is_iceberg:
        from dealab.sql.athena.iceberg import reads

        return reads.files(lake, table)
    places = [part.location for part in table.partitions] if table.keys else [table.location]
    return [file for place in places for file in lake.files(place)]


def query(lake: Lake, table: Table, connection) -> str:
    """Return the SELECT that reads ``table``: its columns, partition keys and hidden columns.

    The hidden ones are ``$path``, ``$file_size``, ``$file_modified_time`` and ``$partition``.
    """
    if table.is_iceberg:
        from dealab.sql.athena.iceberg import reads

        return reads.query(lake, table, connection)
    read = reader_of(table)  # refuses a format that the lab cannot read
    check_values(table)
    parts = [
        _part(lake, table, group, read, connection) for group in _groups(lake, table) if group.files
    ]
    return "\nUNION ALL\n".join(parts) or _empty(table)


class _Group:
    """Files that are read together: where their key values are, and what is wrong with them."""

    def __init__(self, hive: bool = False, problem: str = ""):
        self.hive = hive  # the files' paths say the key values
        self.problem = problem  # the message of a schema mismatch
        self.files: list[Path] = []
        self.seen: set[Path] = set()
        self.places: list[tuple[str, tuple]] = []  # folders with their key values
        self.folders: list[tuple[list[Path], tuple]] = []  # files with their key values

    def take(self, found: list[Path], partition) -> bool:
        """Add a partition's files, unless one of them is here already."""
        if not self.seen.isdisjoint(found):
            return False
        self.files += found
        self.seen.update(found)
        self.folders.append((found, partition.values))
        self.places.append((partition.location.rstrip("/") + "/", partition.values))
        return True

    def shape(self) -> str:
        """Return a regular expression whose groups are the key values in the files' addresses, or
        "" when the folders follow no one pattern."""
        place, values = self.places[0]
        pieces: list[str] = []
        end = len(place)
        for value in reversed(values):
            begin = place.rfind(value, 0, end) if value else -1
            if begin < 0:
                return ""
            pieces.insert(0, place[begin + len(value) : end])
            end = begin
        pieces.insert(0, place[:end])
        depths = {tuple(value.count("/") for value in held) for _, held in self.places}
        if len(depths) > 1 or any(self._filled(pieces, held) != at for at, held in self.places):
            return ""
        made = "^" + re.escape(pieces[0])
        for depth, piece in zip(next(iter(depths)), pieces[1:], strict=True):
            made += f"([^/]+(?:/[^/]+){{{depth}}})" + re.escape(piece)
        found = [re.match(made, at) for at, _ in self.places]
        if any(
            hit is None or hit.groups() != tuple(held)
            for hit, (_, held) in zip(found, self.places, strict=True)
        ):
            return ""  # values that hold the marks between them
        return made

    @staticmethod
    def _filled(pieces: list[str], values) -> str:
        made = pieces[0]
        for value, piece in zip(values, pieces[1:], strict=True):
            made += value + piece
        return made


def _groups(lake: Lake, table: Table) -> list[_Group]:
    if not table.keys:
        group = _Group()
        group.files = lake.files(table.location)
        return [group]
    names = [name for name, _ in table.keys]
    groups: list[_Group] = []
    for partition in table.partitions:
        found = lake.files(partition.location)
        if not found:
            continue
        tail = "/".join(
            f"{name}={value}" for name, value in zip(names, partition.values, strict=True)
        )
        hive = partition.location.rstrip("/").endswith("/" + tail) and _plain(tail)
        problem = schemas.mismatch(table, partition)
        for group in groups:
            if (group.hive, group.problem) == (hive, problem) and group.take(found, partition):
                break
        else:
            group = _Group(hive, problem)
            group.take(found, partition)
            groups.append(group)
    return groups


def _plain(tail: str) -> bool:
    """Tell whether DuckDB reads the same values from a folder's name as the catalog has."""
    return escaped(tail, safe="/=: ,+@()") == tail


def _empty(table: Table) -> str:
    columns = [f"CAST(NULL AS {duck_name(kind)}) AS {quote(name)}" for name, kind in table.fields()]
    hidden = (
        'CAST(NULL AS VARCHAR) AS "$path", CAST(NULL AS BIGINT) AS "$file_size", '
        'CAST(NULL AS TIMESTAMP WITH TIME ZONE) AS "$file_modified_time", '
        'CAST(NULL AS VARCHAR) AS "$partition"'
    )
    return f"SELECT {', '.join([*columns, hidden])} WHERE false"


def _part(lake: Lake, table: Table, group: _Group, read, connection) -> str:
    source, columns = read(table, group.files, group.hive, connection)
    for at, (name, kind) in enumerate(table.keys):
        if group.hive:
            columns.append(quote(name))
        else:
            columns.append(f"{_key(lake, group, at, duck_name(kind))} AS {quote(name)}")
    columns += [
        f'{_address(lake, group.files)} AS "$path"',
        'lab_py_file_size(filename) AS "$file_size"',
        'to_timestamp(lab_py_file_time(filename)) AS "$file_modified_time"',
        f'{_partition_name(lake, table, group)} AS "$partition"',
    ]
    condition = ""
    if group.problem:  # fails as soon as a row of these partitions is needed
        message = f"{text('HIVE_PARTITION_SCHEMA_MISMATCH|' + group.problem)} || left(filename, 0)"
        condition = f"\nWHERE lab_fail({message}) IS NOT NULL"
    return f"SELECT {', '.join(columns)}\nFROM {source}{condition}"


def _key(lake: Lake, group: _Group, at: int, wanted: str) -> str:
    """Return a partition key as an expression over the file's name: DuckDB leaves out the files
    that a condition on it excludes."""
    values = {value[at]: [] for _, value in group.folders}
    for found, value in group.folders:
        values[value[at]].append(found)
    if len(values) == 1:
        return _constant(next(iter(values)), wanted)
    shape = group.shape() if len(group.places) > FEW else ""
    if shape:
        part = f"regexp_extract({_address(lake, group.files)}, {text(shape)}, {at + 1})"
        return f"CAST(nullif({part}, {text(NULL_PARTITION)}) AS {wanted})"
    cases = []
    for value, lists in values.items():
        test = " OR ".join(
            f"filename IN ({', '.join(text(Path(file).as_posix()) for file in found)})"
            for found in lists
        )
        cases.append(f"WHEN {test} THEN {_constant(value, wanted)}")
    return f"CASE {' '.join(cases)} END"


def _constant(value: str, wanted: str) -> str:
    if value == NULL_PARTITION:
        return f"CAST(NULL AS {wanted})"
    return f"CAST({text(value)} AS {wanted})"


def _partition_name(lake: Lake, table: Table, group: _Group) -> str:
    if not table.keys:
        return "CAST(NULL AS VARCHAR)"
    pieces = []
    for at, (name, _) in enumerate(table.keys):
        value = (
            f"CAST({quote(name)} AS VARCHAR)" if group.hive else _key(lake, group, at, "VARCHAR")
        )
        pieces.append(f"{text(name + '=')} || {value}")
    return " || '/' || ".join(pieces)


def check_values(table: Table) -> None:
    """Refuse partition values that do not hold the type of their key."""
    for partition in table.partitions:
        for (name, kind), value in zip(table.keys, partition.values, strict=True):
            if value == NULL_PARTITION or kind.name not in (*INTEGERS, "date"):
                continue
            if not schemas.holds(kind, value):
                raise ServiceError(
                    "HIVE_INVALID_PARTITION_VALUE",
                    f"Invalid partition value '{value}' for {kind} partition key: {name}",
                )


def _address(lake: Lake, found) -> str:
    """Return the expression that turns DuckDB's file name into the object's ``s3://`` address."""
    roots = [
        root.as_posix() + "/"
        for root in lake.roots()
        if any(Path(file).is_relative_to(root) for file in found)
    ]
    cut = [f"'s3://' || filename[{len(root) + 1}:]" for root in roots]
    if len(cut) < 2:
        return "".join(cut)
    return f"CASE WHEN starts_with(filename, {text(roots[0])}) THEN {cut[0]} ELSE {cut[1]} END"


#: input formats that lay the files out in another way than their SerDe says
_OTHER_LAYOUTS = {
    "hoodie": ("Apache Hudi tables", "Athena reads the newest file of each Hudi file group."),
    "symlinktextinputformat": (
        "tables read through symlink manifests",
        "Athena reads the files that the manifest lists.",
    ),
    "sequencefile": ("SequenceFile tables", "Athena reads them."),
    "rcfile": ("RCFile tables", "Athena reads them."),
    "delta": ("Delta Lake tables", "Athena reads the files that the Delta log lists."),
}


#: the packages of the JSON SerDes; Esri's is another format
_JSON = ("org.openx.data.", "org.apache.hive.hcatalog.data.", "org.apache.hadoop.hive.serde2.")


def reader_of(table: Table):
    """Return the function that reads this table's format. Raises LabLimit by name."""
    layout = table.input_format.lower()
    for mark, (what, does) in _OTHER_LAYOUTS.items():
        if mark in layout:
            raise LabLimit(what, does)
    serde = suffix(table.serde)
    if "parquet" in serde:
        from dealab.sql.readers.parquet import read
    elif serde == "opencsvserde":
        from dealab.sql.readers.opencsv import read
    elif serde in ("lazysimpleserde", "multidelimitserde"):
        from dealab.sql.readers.delimited import read
    elif "cloudtrail" in serde or "cloudtrail" in layout:
        from dealab.sql.readers.jsons import cloudtrail as read
    elif table.serde.startswith(_JSON) and serde == "jsonserde":
        from dealab.sql.readers.jsons import read
    elif serde == "regexserde":
        from dealab.sql.readers.regexes import read
    elif serde == "grokserde":
        from dealab.sql.readers.grok import read
    else:
        raise LabLimit(
            f"tables stored with {table.serde or 'an unnamed SerDe'}",
            "Athena reads it through that SerDe.",
            "Athena reads Parquet, ORC, Avro, JSON, CSV and regular-expression text.",
        )
    return read


def _size(file: str) -> int:
    return Path(file).stat().st_size


def _time(file: str) -> float:
    return int(Path(file).stat().st_mtime * 1000) / 1000


patterns.PYTHON["lab_py_file_size"] = (_size, ["VARCHAR"], "BIGINT")
patterns.PYTHON["lab_py_file_time"] = (_time, ["VARCHAR"], "DOUBLE")
