"""Change data capture from a real PostgreSQL into the lake."""

import psycopg
import pytest

from dealab.engines import cdc
from dealab.sql import Athena, lake


@pytest.fixture
def fresh_lake():
    yield lake.renew()
    lake.renew()


@pytest.fixture
def orders(url):
    """A connection that commits each statement, over a captured table."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "create table orders (id int primary key, status text, amount numeric(8,2), note text)"
        )
        cdc.start(url, "lake", ["orders"])
        yield connection


def told(changes):
    return [(change.op, *change.row.values()) for change in changes]


@pytest.mark.proves(
    "RDS and Aurora (PostgreSQL)",
    "Logical replication: committed changes in commit order",
    kind="real",
)
def test_changes_come_in_the_order_of_their_commits(url, orders):
    with psycopg.connect(url) as slow, psycopg.connect(url) as gone:
        slow.execute("insert into orders values (1, 'open', 9.50, 'Käse, \"groß\"')")
        orders.execute("insert into orders values (2, 'open', 1, null)")
        gone.execute("insert into orders values (3, 'open', 1, null)")
        gone.rollback()
        slow.execute("update orders set status = 'paid' where id = 1")
        slow.commit()
    orders.execute("delete from orders where id = 2")
    changes = cdc.read(url, "lake")
    assert told(changes) == [
        ("I", "2", "open", "1.00", None),
        ("I", "1", "open", "9.50", 'Käse, "groß"'),
        ("U", "1", "paid", "9.50", 'Käse, "groß"'),
        ("D", "2", None, None, None),
    ]
    assert changes[1].xid == changes[2].xid != changes[0].xid
    assert changes[1].lsn == changes[2].lsn
    assert {(c.schema, c.table) for c in changes} == {("public", "orders")}
    now = orders.execute("select now()").fetchone()[0]
    assert 0 <= (now - changes[-1].committed).total_seconds() < 60


@pytest.mark.proves(
    "RDS and Aurora (PostgreSQL)",
    "Replication slots keep the log until it is confirmed",
    kind="real",
)
def test_a_reader_that_stops_before_it_confirms_gets_everything_again(url, orders):
    orders.execute("insert into orders values (1, 'open', 1, null)")
    first = cdc.read(url, "lake")
    assert told(cdc.read(url, "lake")) == told(first)  # nobody confirmed
    behind = cdc.waiting(url, "lake")
    assert behind > 0
    cdc.confirm(url, "lake", first)
    assert cdc.read(url, "lake") == []
    assert cdc.waiting(url, "lake") < behind
    orders.execute("update orders set status = 'paid'")
    assert told(cdc.read(url, "lake")) == [("U", "1", "paid", "1.00", None)]


def test_a_changed_key_and_full_identity_bring_the_old_row(url, orders):
    orders.execute("insert into orders values (1, 'open', 1, 'n')")
    orders.execute("update orders set id = 7")
    orders.execute("alter table orders replica identity full")
    orders.execute("update orders set status = 'paid'")
    orders.execute("delete from orders")
    _, moved, paid, gone = cdc.read(url, "lake")
    assert (moved.old["id"], moved.row["id"]) == ("1", "7")
    assert (paid.old["status"], paid.row["status"]) == ("open", "paid")
    assert gone.row == {"id": "7", "status": "paid", "amount": "1.00", "note": "n"}


def test_a_large_value_that_an_update_leaves_alone_is_not_taken_for_null(url, orders, fresh_lake):
    orders.execute("alter table orders alter note set storage external")
    orders.execute("insert into orders values (1, 'open', 1, repeat('x', 20000))")
    orders.execute("update orders set status = 'paid'")
    changes = cdc.read(url, "lake")
    assert changes[1].row["note"] is cdc.UNCHANGED
    with pytest.raises(ValueError, match="REPLICA IDENTITY FULL"):
        cdc.write(changes, "s3://fernway-raw/cdc/")
    cdc.confirm(url, "lake", changes)
    orders.execute("alter table orders replica identity full")
    orders.execute("update orders set status = 'sent'")
    (change,) = cdc.read(url, "lake")
    assert len(change.row["note"]) == 20000


def test_an_added_column_is_there_from_the_next_row_on(url, orders):
    orders.execute("insert into orders values (1, 'open', 1, null)")
    orders.execute("alter table orders add column channel text default 'web'")
    orders.execute("insert into orders values (2, 'open', 1, null, 'app')")
    before, after = cdc.read(url, "lake")
    assert "channel" not in before.row
    assert after.row["channel"] == "app"


def test_a_truncated_table_is_told_and_not_lost_in_files(url, orders, fresh_lake):
    orders.execute("insert into orders values (1, 'open', 1, null)")
    orders.execute("truncate orders")
    changes = cdc.read(url, "lake")
    assert [c.op for c in changes] == ["I", "T"]
    with pytest.raises(ValueError, match="truncated"):
        cdc.write(changes, "s3://fernway-raw/cdc/")


@pytest.mark.proves(
    "RDS and Aurora (PostgreSQL)",
    "CDC files in the lake as DMS writes them, read by Athena",
    kind="real",
)
def test_the_lake_ends_up_as_the_table(url, orders, fresh_lake):
    written = []
    for statements in (
        ["insert into orders select n, 'open', n, 'a, b' from generate_series(1, 50) n"],
        ["update orders set status = 'paid' where id % 2 = 0", "delete from orders where id > 40"],
        ["insert into orders values (45, 'again', 1, null)"],
    ):
        for statement in statements:
            orders.execute(statement)
        changes = cdc.read(url, "lake")
        written += cdc.write(changes, "s3://fernway-raw/cdc/")
        cdc.confirm(url, "lake", changes)
    assert len(set(written)) == 3
    assert all(name.startswith("s3://fernway-raw/cdc/public/orders/20") for name in written)
    first = fresh_lake.read(written[0]).decode().splitlines()
    assert first[0] == 'I,1,open,1.00,"a, b"'
    athena = Athena()
    athena.run(
        "create external table fernway.orders_cdc (op string, id string, status string, "
        "amount string, note string) row format serde "
        "'org.apache.hadoop.hive.serde2.OpenCSVSerde' location 's3://fernway-raw/cdc/public/orders/'"
    )
    latest = athena.run(
        "select id, status from (select *, row_number() over (partition by id "
        """order by "$path" desc, if(op = 'D', 1, 0) desc) as n from fernway.orders_cdc) """
        "where n = 1 and op <> 'D'"
    )
    here = orders.execute("select id::text, status from orders").fetchall()
    assert sorted(latest.rows) == sorted(here)
