"""Where the rows of a table lie: a small model of slices, computed over the real rows.

The lab's cluster has two nodes of two slices. A row is placed by the table's distribution style:
KEY by a hash of the key's value, EVEN in turn, ALL as a copy on the first slice of each node, AUTO
as ALL while the table is small, then by its primary key, or evenly if it has none.
https://docs.aws.amazon.com/redshift/latest/dg/c_choosing_dist_sort.html (read 2026-11-23)

Modelled: Redshift's own hash is not public, so the numbers of a column are those of a hash of the
value's text; the size at which AUTO changes is not published either (``AUTO_ALL_ROWS`` here).
"""

from dataclasses import dataclass

from dealab.sql.redshift import storage
from dealab.sql.redshift.namespace import SLICES, Table
from dealab.sql.types import Type, quote

NODES = 2
PER_NODE = SLICES // NODES
#: rows from which an AUTO table is no longer kept as ALL
AUTO_ALL_ROWS = 1_000_000
#: bytes of a stored value of a type with a fixed width
WIDTHS = {
    "boolean": 1, "tinyint": 2, "smallint": 2, "integer": 4, "bigint": 8, "real": 4, "double": 8,
    "date": 4, "timestamp": 8, "timestamptz": 8, "time": 8, "timetz": 8, "interval_day": 8,
    "interval_month": 4, "null": 1,
}  # fmt: skip


@dataclass(frozen=True)
class Spread:
    """How a table's rows lie on the slices. ``rows`` has one number for each slice; a copy for each
    node is counted on that node's first slice. ``skew`` is most rows / fewest rows on a slice, as
    SVV_TABLE_INFO.skew_rows (over the nodes' copies for ALL); None for a table without rows. Where
    a slice has none, it is taken as one row."""

    style: str
    key: str | None
    rows: tuple[int, ...]
    skew: float | None


@dataclass(frozen=True)
class Movement:
    """What a join sends between slices: rows and bytes. ``label`` is EXPLAIN's word for it."""

    label: str
    rows: int
    bytes: int


def effective(engine, table: Table, rows: int | None = None) -> tuple[str, str | None]:
    """Return the style that a table has now: ("ALL" | "EVEN" | "KEY", distribution key)."""
    if table.diststyle != "AUTO":
        return table.diststyle, table.distkey
    if rows is None:
        rows = storage.count(engine, table)
    if rows < AUTO_ALL_ROWS:
        return "ALL", None
    primary = next((one for one in table.constraints if one.kind == "primary key"), None)
    return ("KEY", primary.columns[0]) if primary else ("EVEN", None)


def slice_sql(column: str) -> str:
    """Return DuckDB's text of the slice that a value belongs to."""
    value = f"coalesce(rtrim(CAST({column} AS VARCHAR), ' '), '')"
    return f"CAST(md5_number_lower({value}) % {SLICES} AS INTEGER)"


def place_sql(style: str, key: str | None) -> str:
    """Return DuckDB's text of the slice on which a row of a table lies (its first copy)."""
    if style == "KEY":
        return slice_sql(quote(key))
    return f"CAST(rowid % {SLICES} AS INTEGER)" if style == "EVEN" else "0"


def spread(engine, table: Table, key: str | None = None, style: str | None = None) -> Spread:
    """Return how the rows of a table lie on the slices, as it is declared, or as they would with
    another distribution ``key`` (a column) or ``style`` ("EVEN", "ALL").

    Raises KeyError for a column that the table does not have.
    """
    if key is not None:
        style = "KEY"
        if table.column(key) is None:
            raise KeyError(key)
    if style is None:
        style, key = effective(engine, table)
    style = style.upper()
    if style == "ALL":
        count = storage.count(engine, table)
        rows = [count if at % PER_NODE == 0 else 0 for at in range(SLICES)]
        return Spread(style, None, tuple(rows), 1.0 if count else None)
    if style == "EVEN":
        count = storage.count(engine, table)
        rows = [count // SLICES + (at < count % SLICES) for at in range(SLICES)]
    else:
        found = engine.duck().execute(
            f"SELECT {slice_sql(quote(key))} AS s, count(*) FROM {storage.place(table)} GROUP BY s"
        )
        held = dict(found)
        rows = [held.get(at, 0) for at in range(SLICES)]
    return Spread(style, key, tuple(rows), skew(rows))


def skew(rows) -> float | None:
    if not sum(rows):
        return None
    return round(max(rows) / max(min(rows), 1), 2)


def compare(engine, table: Table, keys=None) -> list[Spread]:
    """Return the spread for each candidate key (all columns, when none are named), best first."""
    names = list(keys) if keys is not None else [column.name for column in table.columns]
    return sorted((spread(engine, table, key) for key in names), key=lambda one: one.skew or 0)


def width(kind: Type) -> int | None:
    """Return the bytes of a value of this type, None for text."""
    if kind.name == "decimal":
        return 8 if kind.args[0] <= 19 else 16
    return WIDTHS.get(kind.name)


def row_width(engine, table: Table, columns=None) -> int:
    """Return the average bytes of a row (of some columns): text as long as it is, from a sample of
    the first 1,000 rows."""
    wanted = [one for one in table.columns if columns is None or one.name in columns]
    fixed = sum(width(one.type) or 0 for one in wanted)
    open_ended = [one for one in wanted if width(one.type) is None]
    if not open_ended:
        return fixed
    picks = ", ".join(f"avg(strlen(CAST({quote(one.name)} AS VARCHAR)))" for one in open_ended)
    sample = f"(SELECT * FROM {storage.place(table)} LIMIT 1000)"
    found = engine.duck().execute(f"SELECT {picks} FROM {sample}")[0]
    return fixed + sum(int(one or 0) + 1 for one in found)


def sent_by_key(engine, table: Table, column: str, style: str, key: str | None) -> int:
    """Return how many rows lie on another slice than the hash of ``column`` names."""
    if style == "KEY" and key == column:
        return 0
    found = engine.duck().execute(
        f"SELECT count(*) FROM {storage.place(table)} "
        f"WHERE {place_sql(style, key)} <> {slice_sql(quote(column))}"
    )
    return found[0][0]


def join_movement(
    engine, outer: Table, inner: Table, on: tuple[str, str], outer_key=None, inner_key=None
) -> Movement:
    """Return what an equality join of two tables moves.

    ``on`` are the joined columns (of ``outer``, of ``inner``). ``outer_key`` and ``inner_key`` try
    other distributions: a column, or "EVEN" or "ALL". The label is chosen as EXPLAIN chooses it.
    """
    from dealab.sql.redshift.explaining.moves import choose

    left, right = _tried(engine, outer, outer_key), _tried(engine, inner, inner_key)
    counts = storage.count(engine, outer), storage.count(engine, inner)
    widths = row_width(engine, outer), row_width(engine, inner)
    label = choose(_where(left, on[0]), _where(right, on[1]), counts, widths, keeps_inner=False)
    rows, size = 0, 0
    if label in ("DS_DIST_OUTER", "DS_DIST_BOTH"):
        moved = sent_by_key(engine, outer, on[0], *left)
        rows, size = moved, moved * widths[0]
    if label in ("DS_DIST_INNER", "DS_DIST_BOTH"):
        moved = sent_by_key(engine, inner, on[1], *right)
        rows, size = rows + moved, size + moved * widths[1]
    if label == "DS_BCAST_INNER":  # every node gets the rows that it does not have
        rows = counts[1] * (NODES - 1)
        size = rows * widths[1]
    if label == "DS_DIST_ALL_INNER":
        rows, size = counts[1], counts[1] * widths[1]
    return Movement(label, rows, size)


def _tried(engine, table: Table, tried: str | None) -> tuple[str, str | None]:
    if tried is None:
        return effective(engine, table)
    if tried.upper() in ("EVEN", "ALL"):
        return tried.upper(), None
    if table.column(tried) is None:
        raise KeyError(tried)
    return "KEY", tried


def _where(held: tuple[str, str | None], column: str) -> str:
    """Return "joined", "all" or "else": how a side lies with regard to the joined column."""
    style, key = held
    if style == "ALL":
        return "all"
    return "joined" if style == "KEY" and key == column else "else"
