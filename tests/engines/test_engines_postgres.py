"""RDS and Aurora lessons on a real PostgreSQL server."""

import os
import random
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg
import pytest
from psycopg import errors

from dealab.engines import postgres


@pytest.fixture
def connect(url):
    """Return a function that opens a connection; closed at the end."""
    made = []

    def make(**settings):
        made.append(psycopg.connect(url, **settings))
        return made[-1]

    yield make
    for connection in made:
        connection.close()


def plan(connection, statement):
    return "\n".join(line for (line,) in connection.execute(f"explain {statement}"))


def test_the_server_is_gone_with_everything_it_had():
    one = postgres.start()
    folder = one.folder
    assert folder.is_dir()
    assert int(one.version.split(".")[0]) >= 14
    one.stop()
    assert not folder.exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(one.url, connect_timeout=1)


def ended(process: int) -> bool:
    """Tell whether a process runs no more. A zombie does not: in a container nobody may reap it."""
    try:
        os.kill(process, 0)
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except ProcessLookupError:
        return True
    except FileNotFoundError:
        return Path("/proc/self").exists()  # gone between the two looks, or a Mac has no /proc


def test_a_process_is_seen_to_run_to_end_and_to_be_a_zombie():
    process = subprocess.Popen(["sleep", "60"])
    assert not ended(process.pid)
    process.kill()
    until = time.monotonic() + 10
    while sys.platform == "linux" and not ended(process.pid) and time.monotonic() < until:
        time.sleep(0.01)
    assert ended(process.pid) or sys.platform != "linux"  # not waited for: a zombie
    process.wait()
    assert ended(process.pid)


def test_a_killed_notebook_leaves_no_server():
    code = (
        "import time; from dealab.engines import postgres; one = postgres.start(); "
        "print(one.folder, flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    folder = Path(process.stdout.readline().strip())
    server = int((folder / "data" / "postmaster.pid").read_text().split()[0])
    assert not ended(server)
    process.kill()
    process.wait()
    until = time.monotonic() + 20
    while not (ended(server) and not folder.exists()) and time.monotonic() < until:
        time.sleep(0.1)
    assert not folder.exists()
    assert ended(server)


def test_the_server_listens_on_no_network_and_replicates_logically(connect):
    connection = connect()
    show = {
        name: connection.execute(f"show {name}").fetchone()[0]
        for name in ("listen_addresses", "wal_level", "timezone")
    }
    assert show == {"listen_addresses": "", "wal_level": "logical", "timezone": "UTC"}


def test_settings_can_be_chosen():
    with postgres.server({"wal_level": "replica"}) as url, psycopg.connect(url) as connection:
        assert connection.execute("show wal_level").fetchone()[0] == "replica"


@pytest.mark.proves("RDS and Aurora (PostgreSQL)", "Tables of the lake loaded by COPY", kind="real")
def test_a_table_of_the_lake_is_copied_in_whole(url, connect):
    from dealab.sql import Athena

    assert postgres.load(url, "fernway.orders") == 16112
    totals = "select count(*), sum(total_amount), count(customer_id), count(coupon_code) from {}"
    here = connect().execute(totals.format("orders")).fetchone()
    assert here == Athena().run(totals.format("fernway.orders")).rows[0]
    with pytest.raises(KeyError, match=r"no table fernway\.nothing"):
        postgres.load(url, "fernway.nothing")
    with pytest.raises(ValueError, match="not stored as Parquet"):
        postgres.load(url, "fernway.orders_raw")


@pytest.mark.proves(
    "RDS and Aurora (PostgreSQL)", "EXPLAIN shows when an index is used and when not", kind="real"
)
def test_an_index_is_used_for_few_rows_and_not_for_many(url, connect):
    postgres.load(url, "fernway.orders")
    connection = connect(autocommit=True)
    few = "select * from orders where order_id = 5000"
    assert "Seq Scan" in plan(connection, few)
    connection.execute("create index on orders (order_id)")
    assert "Index Scan" in plan(connection, few)
    assert "Seq Scan" in plan(connection, "select * from orders where order_id > 0")
    # An expression hides the column from its index.
    assert "Seq Scan" in plan(connection, "select * from orders where order_id + 0 = 5000")
    # A partial index serves the condition that it was made with.
    connection.execute("create index cut on orders (order_ts) where status = 'cancelled'")
    assert "cut" in plan(
        connection, "select order_ts from orders where status = 'cancelled' order by order_ts"
    )
    assert "cut" not in plan(connection, "select order_ts from orders order by order_ts")


@pytest.mark.proves(
    "RDS and Aurora (PostgreSQL)",
    "The leftmost columns of an index decide whether it serves",
    kind="real",
)
def test_a_covering_index_answers_alone(url, connect):
    postgres.load(url, "fernway.orders")
    connection = connect(autocommit=True)
    connection.execute("create index wide on orders (customer_id, order_ts) include (total_amount)")
    connection.execute("vacuum analyze orders")
    asked = "select order_ts, total_amount from orders where customer_id = 77"
    assert "Index Only Scan using wide" in plan(connection, asked)


@pytest.fixture
def accounts(connect):
    connection = connect(autocommit=True)
    connection.execute("create table accounts (id int primary key, balance int not null)")
    connection.execute("insert into accounts values (1, 100), (2, 100)")
    return connection


@pytest.mark.proves(
    "RDS and Aurora (PostgreSQL)",
    "A row lock makes the second writer wait; lock_timeout ends it",
    kind="real",
)
def test_a_second_writer_waits_and_gives_up(accounts, connect):
    first, second = connect(), connect()
    first.execute("update accounts set balance = 90 where id = 1")
    second.execute("set lock_timeout = '100ms'")
    assert second.execute("select balance from accounts where id = 1").fetchone() == (100,)
    with pytest.raises(errors.LockNotAvailable, match="lock timeout"):
        second.execute("update accounts set balance = 80 where id = 1")
    second.rollback()
    with pytest.raises(errors.LockNotAvailable, match="could not obtain lock"):
        second.execute("select * from accounts where id = 1 for update nowait")
    second.rollback()
    rest = second.execute("select id from accounts for update skip locked").fetchall()
    assert rest == [(2,)]


@pytest.mark.proves(
    "RDS and Aurora (PostgreSQL)", "A deadlock is detected and one side is rolled back", kind="real"
)
def test_a_deadlock_ends_one_of_two(accounts, connect):
    one, two = connect(), connect()
    one.execute("update accounts set balance = balance - 1 where id = 1")
    two.execute("update accounts set balance = balance - 1 where id = 2")
    ended = []

    def cross(connection, row):
        try:
            connection.execute("update accounts set balance = balance - 1 where id = %s", [row])
            connection.commit()
        except errors.DeadlockDetected as problem:
            ended.append(problem)
            connection.rollback()

    threads = [threading.Thread(target=cross, args=pair) for pair in ((one, 2), (two, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(ended) == 1
    assert "Process" in ended[0].diag.message_detail
    assert accounts.execute("select sum(balance) from accounts").fetchone() == (198,)


def levels(connect, level):
    return connect(), connect(), f"set transaction isolation level {level}"


@pytest.mark.proves(
    "RDS and Aurora (PostgreSQL)", "Read committed sees what others commit meanwhile", kind="real"
)
def test_read_committed_reads_the_same_row_twice_differently(accounts, connect):
    reader, writer, level = levels(connect, "read committed")
    reader.execute(level)
    assert reader.execute("select balance from accounts where id = 1").fetchone() == (100,)
    writer.execute("update accounts set balance = 5 where id = 1")
    writer.commit()
    assert reader.execute("select balance from accounts where id = 1").fetchone() == (5,)


@pytest.mark.proves(
    "RDS and Aurora (PostgreSQL)",
    "Repeatable read keeps its snapshot and refuses lost updates",
    kind="real",
)
def test_repeatable_read_keeps_its_view_and_refuses_a_lost_update(accounts, connect):
    reader, writer, level = levels(connect, "repeatable read")
    reader.execute(level)
    assert reader.execute("select balance from accounts where id = 1").fetchone() == (100,)
    writer.execute("update accounts set balance = 5 where id = 1")
    writer.execute("insert into accounts values (3, 1)")
    writer.commit()
    assert reader.execute("select balance from accounts where id = 1").fetchone() == (100,)
    assert reader.execute("select count(*) from accounts").fetchone() == (2,)
    with pytest.raises(errors.SerializationFailure, match="concurrent update"):
        reader.execute("update accounts set balance = balance - 1 where id = 1")


@pytest.mark.proves(
    "RDS and Aurora (PostgreSQL)",
    "Write skew: serializable refuses what repeatable read allows",
    kind="real",
)
@pytest.mark.parametrize(("level", "allowed"), [("repeatable read", True), ("serializable", False)])
def test_two_withdrawals_that_each_look_right(accounts, connect, level, allowed):
    """Each takes 150 of the 200 that both accounts hold together, from another account."""
    one, two, isolation = levels(connect, level)
    for connection in (one, two):
        connection.execute(isolation)
        assert connection.execute("select sum(balance) from accounts").fetchone() == (200,)
    one.execute("update accounts set balance = balance - 150 where id = 1")
    two.execute("update accounts set balance = balance - 150 where id = 2")
    one.commit()
    if allowed:
        two.commit()
        assert accounts.execute("select sum(balance) from accounts").fetchone() == (-100,)
    else:
        with pytest.raises(errors.SerializationFailure):
            two.commit()
        assert accounts.execute("select sum(balance) from accounts").fetchone() == (50,)


@pytest.fixture
def vectors(connect):
    connection = connect(autocommit=True)
    if not connection.execute(
        "select 1 from pg_available_extensions where name = 'vector'"
    ).fetchone():
        pytest.skip("this PostgreSQL has no pgvector")
    connection.execute("create extension vector")
    connection.execute("create table products (id int primary key, features vector(16))")
    draw = random.Random(7)
    with connection.cursor().copy("copy products from stdin") as copy:
        for number in range(3000):
            copy.write_row((number, str([round(draw.gauss(0, 1), 4) for _ in range(16)])))
    connection.execute("analyze products")
    return connection, [[round(draw.gauss(0, 1), 4) for _ in range(16)] for _ in range(25)]


def nearest(connection, query):
    rows = connection.execute(
        "select id from products order by features <-> %s::vector limit 10", [str(query)]
    )
    return {number for (number,) in rows}


def recall(connection, queries, exact):
    shares = [
        len(nearest(connection, q) & found) / 10 for q, found in zip(queries, exact, strict=True)
    ]
    return sum(shares) / len(shares)


@pytest.mark.proves(
    "RDS and Aurora (PostgreSQL)",
    "pgvector: HNSW index; ef_search trades time for recall",
    kind="real",
)
def test_hnsw_finds_more_with_a_wider_search(vectors):
    connection, queries = vectors
    exact = [nearest(connection, query) for query in queries]
    connection.execute("create index on products using hnsw (features vector_l2_ops)")
    assert "Index Scan" in plan(
        connection, f"select id from products order by features <-> '{queries[0]}' limit 10"
    )
    connection.execute("set hnsw.ef_search = 10")
    narrow = recall(connection, queries, exact)
    connection.execute("set hnsw.ef_search = 200")
    wide = recall(connection, queries, exact)
    assert narrow < wide
    assert wide >= 0.97


@pytest.mark.proves(
    "RDS and Aurora (PostgreSQL)",
    "pgvector: IVFFlat index; probes trade time for recall",
    kind="real",
)
def test_ivfflat_finds_all_when_it_probes_all_lists(vectors):
    connection, queries = vectors
    exact = [nearest(connection, query) for query in queries]
    connection.execute(
        "create index on products using ivfflat (features vector_l2_ops) with (lists = 50)"
    )
    connection.execute("set enable_seqscan = off")
    found = {}
    for probes in (1, 10, 50):
        connection.execute(f"set ivfflat.probes = {probes}")
        found[probes] = recall(connection, queries, exact)
    assert found[1] < found[10] <= found[50]
    assert found[50] == 1.0


@pytest.mark.proves(
    "RDS and Aurora (PostgreSQL)", "A dead row stays until VACUUM removes it", kind="real"
)
def test_updates_leave_dead_rows_and_vacuum_takes_them(accounts):
    accounts.execute("create extension if not exists plpgsql")
    size = "select pg_relation_size('accounts')"
    accounts.execute("insert into accounts select n, 0 from generate_series(3, 5000) n")
    before = accounts.execute(size).fetchone()[0]
    for _ in range(3):
        accounts.execute("update accounts set balance = balance + 1")
    grown = accounts.execute(size).fetchone()[0]
    assert grown > 2 * before
    accounts.execute("vacuum full accounts")
    assert accounts.execute(size).fetchone()[0] <= 1.2 * before


@pytest.mark.proves(
    "RDS and Aurora (PostgreSQL)",
    "Aurora: shared storage, readers, failover, Serverless scaling",
    kind="not here",
)
def test_one_server_is_all_there_is(connect):
    assert connect().execute("select count(*) from pg_stat_replication").fetchone() == (0,)
    assert connect().execute("select pg_is_in_recovery()").fetchone() == (False,)


def test_cells_of_a_notebook_share_a_server_and_close_their_connections():
    @postgres.cell
    def made(connect):
        connect(autocommit=True).execute("create table shared (n int)")
        return connect()

    assert made.closed

    @postgres.cell
    def found(connect):
        with psycopg.connect(connect.url) as another:
            assert another.execute("select count(*) from shared").fetchone() == (0,)
        return connect().execute("select count(*) from shared").fetchone()

    assert found == (0,)


def test_a_cell_says_in_one_line_why_it_does_not_run(monkeypatch, capsys):
    monkeypatch.setattr(postgres, "why_not", lambda: "No server here.")

    @postgres.cell
    def answer(connect):
        raise AssertionError("it must not run")

    assert answer is None
    assert capsys.readouterr().out == "No server here.\n"


def test_where_nothing_is_installed_one_line_says_so(monkeypatch):
    monkeypatch.setattr(postgres, "_programs", list)
    assert not postgres.available()
    assert "\n" not in postgres.why_not()
    with pytest.raises(postgres.PostgresMissing), postgres.server():
        pass


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root sees this")
def test_as_root_another_user_runs_it_and_what_that_user_cannot_read_is_told(monkeypatch, tmp_path):
    import pwd

    known = pwd.getpwnam
    monkeypatch.setattr(pwd, "getpwnam", lambda name: known("nobody"))
    with postgres.server() as url, psycopg.connect(url) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    for name in ("initdb", "pg_ctl", "postgres"):
        (closed / name).write_text("#!/bin/sh\n")
        (closed / name).chmod(0o755)
    monkeypatch.setattr(postgres, "_programs", lambda: [closed])
    with pytest.raises(postgres.PostgresMissing, match="does not run as root"):
        postgres.start()


def test_the_computers_own_server_is_the_second_choice(monkeypatch):
    own = postgres._of_the_computer()
    if own is None:
        pytest.skip("no PostgreSQL on this computer but the wheel's")
    monkeypatch.setattr(postgres, "_of_the_wheel", lambda: None)
    started = time.monotonic()
    with postgres.server() as url, psycopg.connect(url) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    assert time.monotonic() - started < 20
