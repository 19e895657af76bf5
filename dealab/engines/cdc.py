"""Change data capture from PostgreSQL: committed changes, in order, from the write-ahead log.

    cdc.start(url, slot="lake", tables=["orders"])          # publication and slot
    changes = cdc.read(url, slot="lake")                    # what was committed since; reads again
    cdc.write(changes, "s3://fernway-raw/cdc/")             # files as AWS DMS lays them out
    cdc.confirm(url, slot="lake", changes=changes)          # the server may forget these now

The changes come from the server's own output plugin ``pgoutput`` (the one that AWS DMS uses with
RDS and Aurora); this module reads its messages:
https://www.postgresql.org/docs/current/protocol-logicalrep-message-formats.html
Layout of the files (schema/table/YYYYMMDD-HHMMSSmmm.csv, first column I, U or D):
https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Target.S3.html (checked
2026-11-23: folders, names by time, first column; its example shows one more digit of the time)

Left out: the full load (``COPY`` does that), truncate in files, streamed and two-phase
transactions.
"""

import csv
import io
import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # PostgreSQL counts microseconds from here


class Unchanged:
    """Stands for a large value that an update left alone, and that the log does not hold."""

    def __repr__(self) -> str:
        return "UNCHANGED"


UNCHANGED = Unchanged()


@dataclass(frozen=True)
class Change:
    """One changed row. Values are text as PostgreSQL writes it, or None for NULL.

    ``op`` is I, U, D, or T for a truncated table. ``row`` is the new row; of a deleted one what the
    log holds: the key, or all of it under REPLICA IDENTITY FULL. ``old`` is the old key of an
    update that changed it (or the old row under FULL), else None. ``lsn`` is the place in the log
    where the transaction ended; ``xid`` its number.
    """

    op: str
    schema: str
    table: str
    row: dict
    old: dict | None
    lsn: str
    xid: int
    committed: datetime


def start(url: str, slot: str, tables: list[str]) -> None:
    """Make a publication of these tables and a replication slot; both have the slot's name.

    From here on the server keeps its log until it is confirmed. psycopg's errors pass through.
    """
    import psycopg
    from psycopg import sql

    names = sql.SQL(", ").join(sql.Identifier(*name.split(".")) for name in tables)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("create publication {} for table {}").format(sql.Identifier(slot), names)
        )
        connection.execute("select pg_create_logical_replication_slot(%s, 'pgoutput')", [slot])


def read(url: str, slot: str, limit: int | None = None) -> list[Change]:
    """Return the changes that were committed since the last ``confirm``, in commit order.

    Reading changes nothing: the next call gives the same ones and what came since. ``limit`` ends
    the reading at the first commit after so many messages, as the server does it.
    """
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(
            "select data from pg_logical_slot_peek_binary_changes"
            "(%s, null, %s, 'proto_version', '1', 'publication_names', %s)",
            [slot, limit, f'"{slot}"'],
        )
        return decode(data for (data,) in cursor)


def confirm(url: str, slot: str, changes: list[Change]) -> None:
    """Tell the server that these changes are safe: it never sends them again.

    A reader that ends between ``write`` and ``confirm`` gets them twice: at least once.
    """
    import psycopg

    if changes:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(
                "select pg_replication_slot_advance(%s, %s::pg_lsn)", [slot, changes[-1].lsn]
            )


def waiting(url: str, slot: str) -> int:
    """Return how many bytes of log the server keeps for this slot (a reader that is behind)."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(
            "select pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn)::bigint "
            "from pg_replication_slots where slot_name = %s",
            [slot],
        ).fetchone()
    if row is None:
        raise KeyError(f"no replication slot named {slot}")
    return row[0]


def write(changes: list[Change], address: str, header: bool = False) -> list[str]:
    """Write a CSV file per table under an ``s3://`` folder; return their addresses.

    NULL is an empty field. ``header`` adds the column names (``AddColumnName`` of DMS).
    Raises ValueError for what such a file cannot say: a truncated table, and a large value that an
    update left out (``ALTER TABLE ... REPLICA IDENTITY FULL`` brings it into the log).
    """
    from dealab.sql import lake

    tables: dict[tuple[str, str], list[Change]] = {}
    for change in changes:
        if change.op == "T":
            raise ValueError(f"{change.schema}.{change.table} was truncated: no row says that")
        if any(value is UNCHANGED for value in change.row.values()):
            raise ValueError(
                f"an update of {change.schema}.{change.table} leaves out a large value; "
                "set REPLICA IDENTITY FULL on the table"
            )
        tables.setdefault((change.schema, change.table), []).append(change)
    current, written = lake.current(), []
    for (schema, table), rows in tables.items():
        text = io.StringIO()
        out = csv.writer(text, lineterminator="\n")
        if header:
            out.writerow(["Op", *rows[0].row])
        out.writerows([change.op, *change.row.values()] for change in rows)
        folder = f"{address.rstrip('/')}/{schema}/{table}/"
        target = folder + _free_name(current, folder, rows[-1].committed)
        current.put(target, text.getvalue())
        written.append(target)
    return written


def _free_name(current, folder: str, moment: datetime) -> str:
    while True:
        name = f"{moment:%Y%m%d-%H%M%S}{moment.microsecond // 1000:03}.csv"
        if not current.exists(folder + name):
            return name
        moment += timedelta(milliseconds=1)


# --- pgoutput, protocol version 1 -----------------------------------------------------------


@dataclass
class _Relation:
    schema: str
    table: str
    columns: list[str]
    keys: set[str] = field(default_factory=set)


def decode(messages) -> list[Change]:
    """Return the changes that ``pgoutput``'s messages (bytes, in order) tell."""
    relations: dict[int, _Relation] = {}
    found: list[Change] = []
    lsn, committed, xid = "", _EPOCH, 0
    for message in messages:
        data = _Reader(bytes(message))
        kind = data.letter()
        if kind == "B":
            data.int64()  # the place of the commit; the end of the transaction comes with C
            committed = _EPOCH + timedelta(microseconds=data.int64())
            xid = data.int32()
            first = len(found)
        elif kind == "C":
            data.int8()
            data.int64()
            end = data.int64()
            lsn = f"{end >> 32:X}/{end & 0xFFFFFFFF:X}"
            found[first:] = [_placed(change, lsn) for change in found[first:]]
        elif kind == "R":
            number, relation = _relation(data)
            relations[number] = relation
        elif kind in "IUD":
            relation = relations[data.int32()]
            op, row, old = kind, {}, None
            part = data.letter()
            if part in "KO":
                old = data.row(relation, key_only=part == "K")
                part = data.letter() if kind == "U" else ""
            if part == "N":
                row = data.row(relation)
                if old:  # under FULL the old row holds the large values that the new one leaves out
                    row = {n: old.get(n, v) if v is UNCHANGED else v for n, v in row.items()}
            elif old is not None:
                row = old
            if kind == "D":
                old = None
            found.append(Change(op, relation.schema, relation.table, row, old, "", xid, committed))
        elif kind == "T":
            count = data.int32()
            data.int8()
            for _ in range(count):
                cut = relations[data.int32()]
                found.append(Change("T", cut.schema, cut.table, {}, None, "", xid, committed))
        # O (origin), Y (a type's name) and M (messages) tell nothing of rows
    return found


def _placed(change: Change, lsn: str) -> Change:
    from dataclasses import replace

    return replace(change, lsn=lsn)


def _relation(data: "_Reader") -> tuple[int, _Relation]:
    number = data.int32()
    made = _Relation(data.text() or "pg_catalog", data.text(), [])
    data.int8()  # replica identity
    for _ in range(data.int16()):
        in_key = data.int8()
        name = data.text()
        data.int32()
        data.int32()
        made.columns.append(name)
        if in_key:
            made.keys.add(name)
    return number, made


class _Reader:
    """Reads one message from its start to its end; numbers are in network order."""

    def __init__(self, data: bytes):
        self._data, self._at = data, 0

    def take(self, count: int) -> bytes:
        self._at += count
        return self._data[self._at - count : self._at]

    def letter(self) -> str:
        return self.take(1).decode("ascii")

    def int8(self) -> int:
        return self.take(1)[0]

    def int16(self) -> int:
        return struct.unpack("!h", self.take(2))[0]

    def int32(self) -> int:
        return struct.unpack("!I", self.take(4))[0]

    def int64(self) -> int:
        return struct.unpack("!q", self.take(8))[0]

    def text(self) -> str:
        end = self._data.index(0, self._at)
        return self.take(end + 1 - self._at)[:-1].decode("utf-8")

    def row(self, relation: _Relation, key_only: bool = False) -> dict:
        values = {}
        for name, _ in zip(relation.columns, range(self.int16()), strict=True):
            kind = self.letter()
            value = None
            if kind == "t":
                value = self.take(self.int32()).decode("utf-8")
            elif kind == "u":
                value = UNCHANGED
            # A key comes as a whole row whose other columns say NULL without being it.
            values[name] = value
        return values
