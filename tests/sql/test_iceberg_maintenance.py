"""OPTIMIZE, VACUUM, and which files a filter reads."""

import pytest
from iceberg_lake import client, create, files, objects, rows, snapshots

from dealab.sql import ServiceError
from dealab.sql.athena.iceberg import metadata

UG = "https://docs.aws.amazon.com/athena/latest/ug/"


@pytest.fixture
def athena(lake_folder):
    return client(lake_folder)


def fill(athena, name: str, count: int) -> None:
    for number in range(count):
        athena.run(f"INSERT INTO {name} VALUES ({number}, 'c{number % 2}')")


@pytest.fixture
def clock(monkeypatch):
    """Give a list whose number is added to the time, in milliseconds."""
    shift = [0]
    now = metadata.now_ms
    monkeypatch.setattr(metadata, "now_ms", lambda: now() + shift[0])
    return shift


# --- OPTIMIZE (UG + optimize-statement.html) ---------------------------------------------


def test_optimize_packs_small_files(athena):
    create(athena, "t", "id int, c string")
    fill(athena, "t", 6)
    before = rows(athena, "SELECT * FROM t ORDER BY id")
    done = athena.run("OPTIMIZE t REWRITE DATA USING BIN_PACK")
    assert len(files(athena, "t")) == 1
    assert rows(athena, "SELECT * FROM t ORDER BY id") == before
    assert (done.columns, done.rows) == ([], [])
    assert done.bytes_scanned > 0  # charged by what it reads
    assert done.bill.files_read == 6
    last = rows(athena, 'SELECT operation FROM "t$snapshots" ORDER BY committed_at')[-1]
    assert last == ("replace",)


def test_optimize_keeps_partitions_apart(athena):
    create(athena, "t", "id int, c string", "c", optimize_rewrite_data_file_threshold="2")
    fill(athena, "t", 6)
    athena.run("OPTIMIZE t REWRITE DATA USING BIN_PACK")
    assert [path.split("/")[-2] for path in files(athena, "t")] == ["c=c0", "c=c1"]


def test_optimize_leaves_too_few_files(athena):
    create(athena, "t", "id int, c string")
    fill(athena, "t", 4)
    done = athena.run("OPTIMIZE t REWRITE DATA USING BIN_PACK")
    assert len(files(athena, "t")) == 4
    assert len(snapshots(athena, "t")) == 4
    assert "optimize_rewrite_data_file_threshold" in done.notes[0]
    assert done.bytes_scanned == 0


def test_optimize_applies_deletes(athena):
    create(athena, "t", "id int, c string")
    athena.run("INSERT INTO t SELECT x, 'c' FROM UNNEST(sequence(1, 10)) AS u (x)")
    athena.run("DELETE FROM t WHERE id = 1")
    athena.run("OPTIMIZE t REWRITE DATA USING BIN_PACK")
    assert len(files(athena, "t", content=1)) == 1  # one delete file is fewer than two
    athena.run("DELETE FROM t WHERE id = 2")
    athena.run("OPTIMIZE t REWRITE DATA USING BIN_PACK")
    assert files(athena, "t", content=1) == []
    assert rows(athena, "SELECT count(*), min(id) FROM t") == [(8, 3)]
    assert rows(athena, 'SELECT record_count FROM "t$files"') == [(8,)]


def test_optimize_where(athena):
    create(athena, "t", "id int, c string", "c", optimize_rewrite_data_file_threshold="2")
    fill(athena, "t", 6)
    done = athena.run("OPTIMIZE fernway.t REWRITE DATA USING BIN_PACK WHERE c = 'c1'")
    assert len([path for path in files(athena, "t") if "c=c0" in path]) == 3
    assert len([path for path in files(athena, "t") if "c=c1" in path]) == 1
    assert done.bill.files_read == 3


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("OPTIMIZE t REWRITE DATA USING BIN_PACK WHERE id = 1", "Unexpected FilterNode found"),
        ("OPTIMIZE t REWRITE DATA USING SORT", "mismatched input 'SORT'"),
        ("OPTIMIZE t", "SYNTAX_ERROR"),
        ("OPTIMIZE t REWRITE DATA USING BIN_PACK LIMIT 1", "mismatched input 'LIMIT'"),
        ("OPTIMIZE kinds REWRITE DATA USING BIN_PACK", "only supported for Iceberg tables"),
        ("OPTIMIZE none REWRITE DATA USING BIN_PACK", "TABLE_NOT_FOUND"),
        ("VACUUM none", "TABLE_NOT_FOUND"),
        ("VACUUM kinds", "only supported for Iceberg tables"),
        ("VACUUM t FULL", "mismatched input 'FULL'"),
        ("VACUUM", "SYNTAX_ERROR"),
    ],
)
def test_refused(athena, sql, message):
    create(athena, "t", "id int, c string", "c")
    with pytest.raises(ServiceError) as refused:
        athena.run(sql)
    assert message in str(refused.value)


def test_time_travel_after_optimize(athena):
    create(athena, "t", "id int, c string")
    fill(athena, "t", 5)
    numbers = snapshots(athena, "t")
    athena.run("OPTIMIZE t REWRITE DATA USING BIN_PACK")
    for count, number in enumerate(numbers, 1):
        assert rows(athena, f"SELECT count(*) FROM t FOR VERSION AS OF {number}") == [(count,)]


# --- VACUUM (UG + vacuum-statement.html) --------------------------------------------------


def test_vacuum_expires_snapshots_and_removes_their_files(athena, clock):
    create(athena, "t", "id int, c string")
    fill(athena, "t", 5)
    numbers = snapshots(athena, "t")
    athena.run("OPTIMIZE t REWRITE DATA USING BIN_PACK")
    athena.run("VACUUM t")  # nothing is five days old
    assert len(snapshots(athena, "t")) == 6
    clock[0] = 5 * 86_400_000 + 1000
    athena.run("VACUUM t")
    assert len(snapshots(athena, "t")) == 1
    assert rows(athena, "SELECT count(*) FROM t") == [(5,)]
    data = [name for name in objects(athena, "t") if name.endswith(".parquet")]
    assert len(data) == 1
    with pytest.raises(ServiceError) as gone:
        athena.run(f"SELECT * FROM t FOR VERSION AS OF {numbers[0]}")
    assert f"Iceberg snapshot ID does not exists: {numbers[0]}" in str(gone.value)
    with pytest.raises(ServiceError, match="No version history table"):
        athena.run("SELECT * FROM t FOR TIMESTAMP AS OF TIMESTAMP '2021-01-01 00:00:00 UTC'")
    assert rows(athena, 'SELECT count(*) FROM "t$history"') == [(1,)]


def test_vacuum_keeps_what_the_properties_say(athena, clock):
    create(
        athena,
        "t",
        "id int, c string",
        vacuum_min_snapshots_to_keep="2",
        vacuum_max_snapshot_age_seconds="60",
    )
    fill(athena, "t", 4)
    clock[0] = 61_000
    athena.run("VACUUM t")
    assert len(snapshots(athena, "t")) == 2
    assert rows(athena, "SELECT count(*) FROM t") == [(4,)]


def test_vacuum_removes_old_orphans(athena, clock):
    create(athena, "t", "id int, c string")
    fill(athena, "t", 1)
    athena.lake.put("s3://bucket/ice/t/data/orphan.parquet", "x")
    athena.run("VACUUM t")
    assert any("orphan" in name for name in objects(athena, "t"))
    clock[0] = 6 * 86_400_000
    athena.run("VACUUM t")
    assert not any("orphan" in name for name in objects(athena, "t"))
    assert rows(athena, "SELECT * FROM t") == [(0, "c0")]


def test_vacuum_keeps_a_number_of_metadata_files(athena):
    create(athena, "t", "id int, c string", vacuum_max_metadata_files_to_keep="2")
    fill(athena, "t", 6)
    athena.run("VACUUM t")
    left = [name for name in objects(athena, "t") if name.endswith(".metadata.json")]
    assert len(left) <= 4
    assert rows(athena, "SELECT count(*) FROM t") == [(6,)]


def test_vacuum_of_a_whole_bucket(athena):
    athena.run(
        "CREATE TABLE b (i int) LOCATION 's3://alone/' TBLPROPERTIES ('table_type'='ICEBERG')"
    )
    with pytest.raises(ServiceError) as refused:
        athena.run("VACUUM b")
    assert str(refused.value) == (
        "GENERIC_INTERNAL_ERROR: Path missing in file system location: s3://alone"
    )


def test_vacuum_of_a_name_with_underscore(athena):
    athena.run(
        "CREATE TABLE `_u` (i int) LOCATION 's3://bucket/ice/u/' "
        "TBLPROPERTIES ('table_type'='ICEBERG')"
    )
    athena.run("VACUUM `_u`")
    athena.run("VACUUM fernway.`_u`")


# --- hidden partitioning and column statistics -------------------------------------------


@pytest.fixture
def events(athena):
    """Thirty days of events, one file a day, written in one statement."""
    create(athena, "e", "id int, ts timestamp, kind string, note string", "day(ts)")
    athena.run(
        "INSERT INTO e SELECT x, TIMESTAMP '2026-04-01 00:00:00' + x * INTERVAL '1' HOUR, "
        "'k' || CAST(x / 72 AS varchar), IF(x > 700, 'late') "
        "FROM UNNEST(sequence(0, 719)) AS u (x)"
    )
    return athena


READS = [
    ("ts >= TIMESTAMP '2026-04-30 00:00:00'", 1, 24),
    ("ts BETWEEN TIMESTAMP '2026-04-02 05:00:00' AND TIMESTAMP '2026-04-03 01:00:00'", 2, 21),
    ("ts < DATE '2026-04-03'", 2, 48),
    ("TIMESTAMP '2026-04-29 00:00:00' <= ts", 2, 48),
    ("id = 100", 1, 1),
    ("id IN (1, 2, 719)", 2, 3),
    ("id > 690 AND kind = 'k9'", 2, 29),
    ("kind = 'k3'", 3, 72),
    ("note = 'late'", 1, 19),
    ("id = 5000", 0, 0),
    ("(id = 1 OR id = 700)", 30, 2),
    ("id + 1 = 2", 30, 1),
    ("ts >= date_add('day', -1, TIMESTAMP '2026-04-30 00:00:00')", 2, 48),
    ("id <> 5", 30, 719),
]


@pytest.mark.parametrize(("condition", "files_read", "count"), READS)
def test_files_read(events, condition, files_read, count):
    found = events.run(f"SELECT count(id) FROM e WHERE {condition}")
    assert found.rows == [(count,)]
    assert found.bill.files_read == files_read


def test_bytes_of_a_day(events):
    whole = events.run("SELECT id, kind FROM e")
    day = events.run("SELECT id, kind FROM e WHERE ts >= TIMESTAMP '2026-04-30 00:00:00'")
    again = events.run("SELECT id, kind FROM e WHERE ts >= TIMESTAMP '2026-04-30 00:00:00'")
    assert 0 < day.bytes_scanned < whole.bytes_scanned / 5
    assert again.bytes_scanned == day.bytes_scanned


def test_pruning_in_joins_and_subqueries(events):
    found = events.run(
        "SELECT a.id FROM e a LEFT JOIN e b ON a.id = b.id + 24 "
        "WHERE a.id = 30 AND b.ts < TIMESTAMP '2026-04-02 00:00:00'"
    )
    assert (found.rows, found.bill.files_read) == ([(30,)], 2)
    outer = events.run("SELECT count(*) FROM e a LEFT JOIN e b ON a.id = b.id AND b.id = 3")
    assert outer.rows == [(720,)]
    inner = events.run("SELECT id FROM (SELECT * FROM e WHERE id = 3) WHERE id < 100")
    assert (inner.rows, inner.bill.files_read) == ([(3,)], 1)


def test_bucket_pruning(athena):
    create(athena, "b", "id int, s string", "bucket(8, s)")
    athena.run(
        "INSERT INTO b SELECT x, 's' || CAST(x AS varchar) FROM UNNEST(sequence(1, 200)) u (x)"
    )
    found = athena.run("SELECT id FROM b WHERE s = 's77'")
    assert (found.rows, found.bill.files_read) == ([(77,)], 1)


def test_nulls_and_pruning(athena):
    create(athena, "n", "id int, v int", "id")
    athena.run("INSERT INTO n VALUES (1, NULL), (2, 5), (NULL, 7)")
    assert rows(athena, "SELECT id FROM n WHERE v IS NULL") == [(1,)]
    assert rows(athena, "SELECT v FROM n WHERE id IS NULL") == [(7,)]
    found = athena.run("SELECT id FROM n WHERE v > 1 ORDER BY id")
    assert (found.rows, found.bill.files_read) == ([(2,), (None,)], 2)


def test_long_text_and_pruning(athena):
    """The greatest value of a long text is cut in the file's statistics."""
    create(athena, "l", "s string")
    athena.run("INSERT INTO l SELECT rpad('', 300, 'zy')")
    assert rows(athena, "SELECT length(s) FROM l WHERE s > rpad('', 200, 'zy')") == [(300,)]
    assert rows(athena, "SELECT count(*) FROM l WHERE s = rpad('', 300, 'zy')") == [(1,)]
