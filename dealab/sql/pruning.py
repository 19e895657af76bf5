"""Reading DuckDB's plans: which table a scan reads, and what of it is left after pruning.

A plan (EXPLAIN or a profile) names a scan's columns and conditions, not its table; and the
conditions on partition keys come as text. Here both become tables and files of the lake again.
"""

import re

from dealab.sql import readers
from dealab.sql.types import duck_name, quote, text

#: words in DuckDB's conditions that are no column
_FUNCTIONS = frozenset(["AND", "OR", "NOT", "IN", "IS", "NULL", "CAST", "AS", "prefix", "contains"])


def scans(nodes):
    """Yield the nodes of a plan that read files."""
    for node in nodes:
        if str(node.get("extra_info", {}).get("Function", "")).startswith("READ_"):
            yield node
        yield from scans(node.get("children", []))


def names(info: dict, part: str) -> list[str]:
    """Return the names that a part of a scan's ``extra_info`` lists."""
    value = info.get(part, [])
    return [value] if isinstance(value, str) else list(value)


def words(condition) -> set[str]:
    """Return the words of conditions outside quoted text: columns among them."""
    joined = " ".join(condition) if isinstance(condition, list) else condition
    return set(re.findall(r"[A-Za-z_]\w*|(?<=\")[^\"]+(?=\")", re.sub(r"'[^']*'", "", joined)))


def columns_named(info: dict) -> set[str]:
    """Return the columns that a scan reads: those it gives, and those of its conditions."""
    return {*names(info, "Projections"), *words(info.get("Filters", ""))}


def table_of(lake, plan, info: dict, taken: dict[str, int]) -> str:
    """Return the label of the table that a scan reads, and count it in ``taken``.

    It is one with the scan's columns and number of files, and one that no scan has been given to
    yet, if there is a choice.
    """
    wanted = {*names(info, "Projections")} - {"filename", "Records", "line"}
    keys = words(info.get("File Filters", "")) - _FUNCTIONS
    total = str(info.get("Scanning Files", "")).rpartition("/")[2]

    def fitness(label: str):
        table = plan.tables[label]
        columns = {name for name, _ in table.fields()}
        count = len(readers.files(lake, table))
        same = (not total or int(total) == count, wanted <= columns, keys <= columns)
        return (sum(same), -taken.get(label, 0))

    label = max(plan.tables, key=fitness)
    taken[label] = taken.get(label, 0) + 1
    return label


def conditions(written) -> list[str]:
    """Return the conditions on partition keys, which a plan writes one after the other."""
    if isinstance(written, list):
        return written
    found, depth, quoted, start = [], 0, False, 0
    for at, mark in enumerate(written):
        if mark == "'":
            quoted = not quoted
        elif not quoted:
            depth += (mark == "(") - (mark == ")")
            if depth == 0 and mark == ")":
                found.append(written[start : at + 1])
                start = at + 1
    return found


def partitions_left(table, written) -> list:
    """Return the partitions that the conditions of a scan leave.

    A condition that cannot be asked again (it holds a macro, or a filter that DuckDB made while it
    ran) leaves all of them in.
    """
    import duckdb

    asked = conditions(written)
    if not asked or not table.partitions:
        return list(table.partitions)
    known = _answers.get((id(table), str(written)))
    if known is not None and known[0] is table:
        return list(known[1])
    rows = ", ".join(
        "("
        + ", ".join(
            f"CAST({text(value)} AS {duck_name(kind)})"
            for value, (_, kind) in zip(part.values, table.keys, strict=True)
        )
        + f", {at})"
        for at, part in enumerate(table.partitions)
    )
    listed = ", ".join([*(quote(name) for name, _ in table.keys), '"lab place"'])
    query = f'SELECT "lab place" FROM (VALUES {rows}) AS part({listed}) WHERE {" AND ".join(asked)}'
    try:
        kept = {at for (at,) in _aside().cursor().execute(query).fetchall()}
    except duckdb.Error:
        return list(table.partitions)
    left = [part for at, part in enumerate(table.partitions) if at in kept]
    if len(_answers) >= MOST_ANSWERS:
        _answers.clear()
    _answers[(id(table), str(written))] = (table, left)
    return list(left)


#: (table, conditions) -> the table itself, so that its id stays its own, and the partitions left
_answers: dict[tuple[int, str], tuple] = {}
MOST_ANSWERS = 500


_connections: list = []


def _aside():
    """Return a connection of its own: a question here must not end a statement's transaction."""
    import duckdb

    if not _connections:
        _connections.append(duckdb.connect(":memory:", config={"threads": 1}))
    return _connections[0]


def files_left(lake, table, written) -> list:
    """Return the files that the conditions of a scan leave."""
    if not written or not table.keys:
        return readers.files(lake, table)
    return [file for part in partitions_left(table, written) for file in lake.files(part.location)]


def size(duck, table, files, columns) -> int:
    """Return the bytes that columns have in files: whole files for text, chunks for Parquet."""
    if not files:
        return 0
    if "parquet" not in table.serde.lower() and not table.is_iceberg:
        return sum(file.stat().st_size for file in files)
    total = 0
    for sizes in _chunks(duck, files):
        total += sum(sizes.get(name, 0) for name in columns)
    return total


#: of a Parquet file, as it was at a time: the bytes of its columns
_sizes: dict[tuple, dict[str, int]] = {}


def _chunks(duck, files) -> list[dict[str, int]]:
    """Return the bytes of each file's columns; a file's footer is read once."""
    keys = []
    for file in files:
        state = file.stat()
        keys.append((file.as_posix(), state.st_mtime_ns, state.st_size))
    missing = {key[0]: key for key in keys if key not in _sizes}
    if missing:
        if len(_sizes) > 20_000:
            _sizes.clear()
        _sizes.update({key: {} for key in keys if key not in _sizes})
        listed = ", ".join(text(name) for name in missing)
        found = duck.execute(
            "SELECT file_name, lower(split_part(path_in_schema, ', ', 1)), "
            f"sum(total_compressed_size) FROM parquet_metadata([{listed}]) GROUP BY 1, 2"
        )
        for name, column, size_of in found:
            _sizes[missing[name]][column] = int(size_of)
    return [_sizes[key] for key in keys]
