"""How tables lie on the slices and how large they are: SVV_TABLE_INFO, STV_TBL_PERM, STV_SLICES.

https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_TABLE_INFO.html, r_STV_TBL_PERM.html,
r_STV_SLICES.html (read 2026-11-23).

Sizes are modelled. A column takes whole blocks of 1 MB on each slice that has rows of it; three
hidden columns take theirs, and a table with a sort key keeps sorted and unsorted rows apart:
https://repost.aws/knowledge-center/redshift-cluster-storage-space. Compression is not modelled:
rows are as wide as their values.
"""

import math
from decimal import Decimal

from dealab.sql.redshift import namespace as spaces
from dealab.sql.redshift import slices, storage
from dealab.sql.redshift.system.catalog_views import created, dist_number
from dealab.sql.redshift.system.registry import view
from dealab.sql.types import quote

BLOCK = 1024 * 1024
HIDDEN_COLUMNS = 3  # insert transaction, delete transaction, row number
CAPACITY = 2 * 160 * 1024  # blocks of the lab's cluster: two nodes of 160 GB


def segments(table) -> int:
    return 2 if table.sortkey else 1


def column_blocks(look, table, spread) -> dict[int, list[int]]:
    """Return column number -> blocks on each slice; the hidden columns come last."""
    found = {}
    for at in range(len(table.columns) + HIDDEN_COLUMNS):
        one = table.columns[at] if at < len(table.columns) else None
        wide = slices.row_width(look.engine, table, [one.name]) if one else 8
        found[at] = [
            segments(table) * max(1, math.ceil(rows * wide / BLOCK / segments(table)))
            if rows
            else 0
            for rows in spread.rows
        ]
    return found


def style(look, table, rows: int) -> str:
    """Return a distribution style as SVV_TABLE_INFO writes it."""
    held, key = slices.effective(look.engine, table, rows)
    told = f"KEY({key})" if held == "KEY" else held
    return f"AUTO({told})" if table.diststyle == "AUTO" else told


def first_sort_key(table) -> str | None:
    if table.sortstyle == "INTERLEAVED":
        return "INTERLEAVED"
    if table.sortstyle == "AUTO":
        return f"AUTO(SORTKEY({table.sortkey[0]}))" if table.sortkey else "AUTO(SORTKEY)"
    return table.sortkey[0] if table.sortkey else None


def unsorted_percent(table, rows: int) -> Decimal | None:
    held = rows + table.deleted_rows
    if not table.sortkey or not held:
        return None if not table.sortkey else Decimal("0.00")
    return money(100 * min(table.unsorted_rows, held) / held)


def stats_off(table, rows: int) -> Decimal:
    """Return how stale the statistics are: 0 is current, 100 is out of date."""
    if table.analyzed_rows is None:
        return Decimal("100.00")
    largest = max(rows, table.analyzed_rows, 1)
    return money(100 * abs(rows - table.analyzed_rows) / largest)


def money(value) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.01"))


@view(
    "svv_table_info",
    "database text, schema text, table_id oid, table text, encoded text, diststyle text, "
    "sortkey1 text, max_varchar int, sortkey1_enc char(32), sortkey_num int, size bigint, "
    "pct_used numeric(10,4), empty bigint, unsorted numeric(5,2), stats_off numeric(5,2), "
    "tbl_rows numeric(38,0), skew_sortkey1 numeric(19,2), skew_rows numeric(19,2), "
    "estimated_visible_rows numeric(38,0), risk_event text, vacuum_sort_benefit numeric(12,2), "
    "create_time ts",
    access="superuser",
    page="r_SVV_TABLE_INFO",
)
def svv_table_info(look):
    """Empty tables are not shown."""
    made = created(look)
    for table in look.tables():
        rows = storage.count(look.engine, table)
        held = rows + table.deleted_rows
        if not held:
            continue
        spread = slices.spread(look.engine, table)
        blocks = column_blocks(look, table, spread)
        size = sum(sum(per) for per in blocks.values())
        first = table.column(table.sortkey[0]) if table.sortkey else None
        encoded = any(one.encode != "none" for one in table.columns)
        text = [
            one.type.args[0] or 0
            for one in table.columns
            if one.type.name == "varchar" and one.type.args
        ]
        skewed = None
        if first is not None:
            others = [sum(blocks[at]) for at, one in enumerate(table.columns) if one is not first]
            own = sum(blocks[table.columns.index(first)])
            skewed = money(max(others) / own) if others and own else None
        yield {
            "database": table.database,
            "schema": table.schema,
            "table_id": table.oid,
            "table": table.name,
            "encoded": ("Y" if encoded else "N") + (", AUTO(ENCODE)" if table.encode_auto else ""),
            "diststyle": style(look, table, rows),
            "sortkey1": first_sort_key(table),
            "max_varchar": max(text, default=0),
            "sortkey1_enc": first.encode if first else None,
            "sortkey_num": len(table.sortkey),
            "size": size,
            "pct_used": Decimal(str(round(100 * size / CAPACITY, 4))),
            "empty": 0,
            "unsorted": unsorted_percent(table, rows),
            "stats_off": stats_off(table, rows),
            "tbl_rows": held,
            "skew_sortkey1": skewed,
            "skew_rows": money(spread.skew) if spread.skew is not None else None,
            "estimated_visible_rows": rows,
            "create_time": made.get(table.oid),
        }


@view("stv_slices", "node int, slice int, localslice int, type char(1)", page="r_STV_SLICES")
def stv_slices(look):
    for at in range(slices.SLICES):
        node, local = divmod(at, slices.PER_NODE)
        yield {"node": node, "slice": at, "localslice": local, "type": "D"}


@view(
    "stv_tbl_perm",
    "slice int, id int, name char(72), rows bigint, sorted_rows bigint, temp int, db_id int, "
    "insert_pristine int, delete_pristine int, backup int, dist_style int, block_count int",
    access="superuser",
    page="r_STV_TBL_PERM",
)
def stv_tbl_perm(look):
    """One row for each slice. Unsorted rows are spread as all rows are."""
    for database in look.objects.find("database"):
        for table in look.tables(database.name):
            spread = slices.spread(look.engine, table)
            blocks = column_blocks(look, table, spread)
            whole = sum(spread.rows) or 1
            for at, rows in enumerate(spread.rows):
                unsorted = min(rows, round(table.unsorted_rows * rows / whole))
                yield {
                    "slice": at,
                    "id": table.oid,
                    "name": table.name,
                    "rows": rows,
                    "sorted_rows": rows - unsorted if table.sortkey else 0,
                    "temp": int(table.temporary),
                    "db_id": look.database_id(table.database),
                    "insert_pristine": 0,
                    "delete_pristine": int(not table.deleted_rows),
                    "backup": int(table.backup),
                    "dist_style": dist_number(look, table),
                    "block_count": sum(per[at] for per in blocks.values()),
                }


_BLOCKS = """
    slice int, col int, tbl int, blocknum int, num_values int, minvalue bigint, maxvalue bigint,
    sb_pos int, pinned int, on_disk int, modified int, hdr_modified int, unsorted int,
    tombstone int, preferred_diskno int, temporary int, newblock int, num_readers int, flags int
"""


def block_rows(look):
    """Yield (table, block). minvalue and maxvalue are those of the column on the slice, for whole
    numbers; they are NULL where a column has several blocks there."""
    for database in look.objects.find("database"):
        for table in look.tables(database.name):
            spread = slices.spread(look.engine, table)
            blocks = column_blocks(look, table, spread)
            extremes = ends(look, table, spread)
            for col, per in blocks.items():
                for at, count in enumerate(per):
                    for number in range(count):
                        low, high = extremes.get((col, at), (None, None))
                        yield (
                            table,
                            {
                                "slice": at,
                                "col": col,
                                "tbl": table.oid,
                                "blocknum": number,
                                "num_values": spread.rows[at] // count,
                                "minvalue": low if count == 1 else None,
                                "maxvalue": high if count == 1 else None,
                                "sb_pos": 0,
                                "pinned": 0,
                                "on_disk": 1,
                                "modified": 0,
                                "hdr_modified": 0,
                                "unsorted": 0,
                                "tombstone": 0,
                                "preferred_diskno": 0,
                                "temporary": int(table.temporary),
                                "newblock": 0,
                                "num_readers": 0,
                                "flags": 0,
                            },
                        )


def ends(look, table: spaces.Table, spread) -> dict:
    """Return (column, slice) -> (least, greatest) for columns of whole numbers."""
    whole = [
        (at, one.name)
        for at, one in enumerate(table.columns)
        if one.type.name in ("smallint", "integer", "bigint")
    ]
    if not whole or not sum(spread.rows):
        return {}
    picks = ", ".join(f"min({quote(name)}), max({quote(name)})" for _, name in whole)
    where = slices.place_sql(spread.style, spread.key)
    found = {}
    for row in look.engine.duck().execute(
        f"SELECT {where} AS s, {picks} FROM {storage.place(table)} GROUP BY s"
    ):
        places = [row[0]]
        if spread.style == "ALL":
            places = range(0, slices.SLICES, slices.PER_NODE)
        for place in places:
            for at, (col, _) in enumerate(whole):
                found[(col, place)] = (row[1 + 2 * at], row[2 + 2 * at])
    return found


@view("stv_blocklist", _BLOCKS, access="superuser", page="r_STV_BLOCKLIST")
def stv_blocklist(look):
    for _, row in block_rows(look):
        yield row


@view(
    "svv_diskusage",
    "db_id int, name char(72)," + _BLOCKS.rstrip(),
    access="superuser",
    page="r_SVV_DISKUSAGE",
)
def svv_diskusage(look):
    for table, row in block_rows(look):
        yield {**row, "db_id": look.database_id(table.database), "name": table.name}
