"""INSERT, UPDATE, DELETE and MERGE INTO over Iceberg tables."""

from decimal import Decimal

import pytest
from iceberg_lake import client, create, files, objects, rows, snapshots

from dealab.sql import LabBug, ServiceError
from dealab.sql.athena.iceberg import writes

UG = "https://docs.aws.amazon.com/athena/latest/ug/"


@pytest.fixture
def athena(lake_folder):
    return client(lake_folder)


@pytest.fixture
def table(athena):
    """Five rows in two files, partitioned by category."""
    create(athena, "t", "id int, name string, amount decimal(10,2), category string", "category")
    athena.run(
        "INSERT INTO t VALUES (1, 'a', DECIMAL '1.00', 'c1'), (2, 'b', DECIMAL '2.00', 'c1'), "
        "(3, 'c', DECIMAL '3.00', 'c1'), (4, 'd', DECIMAL '4.00', 'c2'), "
        "(5, 'e', NULL, 'c2')"
    )
    return athena


def ids(athena, condition="true"):
    return [number for (number,) in rows(athena, f"SELECT id FROM t WHERE {condition} ORDER BY id")]


# --- INSERT ------------------------------------------------------------------------------


def test_insert(table):
    assert ids(table) == [1, 2, 3, 4, 5]
    assert len(files(table, "t")) == 2
    more = table.run(
        "INSERT INTO t (category, id) SELECT 'c3', x FROM UNNEST(ARRAY[6, 7]) AS u (x)"
    )
    assert more.update_count == 2
    assert rows(table, "SELECT * FROM t WHERE id = 6") == [(6, None, None, "c3")]
    assert any("/data/category=c3/" in path for path in files(table, "t"))
    assert len(snapshots(table, "t")) == 2


def test_insert_of_no_rows_makes_no_snapshot(table):
    done = table.run("INSERT INTO t SELECT * FROM t WHERE id > 100")
    assert done.update_count == 0
    assert len(snapshots(table, "t")) == 1


def test_partition_folders(athena):
    create(athena, "p", "s string, ts timestamp, n int", "s, hour(ts), month(ts), truncate(10, n)")
    athena.run(
        "INSERT INTO p VALUES ('a b/c', TIMESTAMP '2026-04-05 06:07:08', 37), (NULL, NULL, NULL)"
    )
    first, second = files(athena, "p")
    assert "/s=a+b%2Fc/ts_hour=2026-04-05-06/ts_month=2026-04/n_trunc=30/" in first
    assert "/s=null/ts_hour=null/ts_month=null/n_trunc=null/" in second
    assert rows(athena, "SELECT n FROM p WHERE s = 'a b/c'") == [(37,)]
    assert rows(athena, "SELECT count(*) FROM p WHERE s IS NULL") == [(1,)]


def test_more_than_100_partitions(athena):
    # UG + ctas-insert-into.html; the 100 hold for Iceberg too: seen on the service
    create(athena, "p", "n int", "n")
    before = objects(athena, "p")
    with pytest.raises(ServiceError) as refused:
        athena.run("INSERT INTO p SELECT x FROM UNNEST(sequence(1, 101)) AS u (x)")
    assert str(refused.value) == (
        "ICEBERG_TOO_MANY_OPEN_PARTITIONS: Exceeded limit of 100 open writers for partitions"
    )
    assert objects(athena, "p") == before
    assert athena.run("INSERT INTO p SELECT x FROM UNNEST(sequence(1, 100)) AS u (x)").rows == []
    assert rows(athena, "SELECT count(*), sum(n) FROM p") == [(100, 5050)]


def test_values_of_every_type(athena):
    create(
        athena,
        "v",
        "b boolean, i int, l bigint, f float, d double, n decimal(38,4), s string, x binary, "
        "dt date, ts timestamp, a array<int>, m map<string,int>, r struct<p:int,q:string>",
    )
    athena.run(
        "INSERT INTO v SELECT true, 1, 2, REAL '1.5', 2.5E0, DECIMAL '123456789012345678901.1234', "
        "'text', X'0001', DATE '2026-04-01', TIMESTAMP '2026-04-01 01:02:03.123456', "
        "ARRAY[1, NULL], MAP(ARRAY['k'], ARRAY[1]), CAST(ROW(1, 'q') AS ROW(p int, q varchar))"
    )
    result = athena.run("SELECT * FROM v")
    assert result.types == [
        "boolean",
        "integer",
        "bigint",
        "real",
        "double",
        "decimal(38,4)",
        "varchar",
        "varbinary",
        "date",
        "timestamp(6)",
        "array(integer)",
        "map(varchar, integer)",
        "row(p integer, q varchar)",
    ]
    assert result.rows[0][5:8] == (Decimal("123456789012345678901.1234"), "text", b"\x00\x01")
    assert result.rows[0][9].microsecond == 123456
    assert result.rows[0][10:] == ([1, None], {"k": 1}, {"p": 1, "q": "q"})


# --- UPDATE and DELETE (UG + querying-iceberg-updating-iceberg-table-data.html) -----------


def test_delete_writes_position_deletes(table):
    before = files(table, "t")
    done = table.run("DELETE FROM t WHERE id = 2")
    assert done.update_count == 1
    assert done.columns == []
    assert ids(table) == [1, 3, 4, 5]
    assert files(table, "t") == before  # merge on read: no data file is written anew
    [delete] = files(table, "t", content=1)
    found = table.duck().execute(
        f"SELECT file_path, pos FROM read_parquet('{table.lake.files(delete)[0]}')"
    )
    assert found == [(before[0], 1)]
    assert rows(table, 'SELECT operation FROM "t$snapshots" ORDER BY committed_at') == [
        ("append",),
        ("overwrite",),
    ]


def test_delete_of_whole_files_is_a_change_of_metadata(table):
    done = table.run("DELETE FROM t WHERE category = 'c2'")
    assert done.update_count == 2
    assert files(table, "t", content=1) == []
    assert len(files(table, "t")) == 1
    assert rows(table, 'SELECT operation FROM "t$snapshots" ORDER BY committed_at')[-1] == (
        "delete",
    )


def test_deletes_add_up_to_a_whole_file(table):
    for number in (1, 2, 3):
        table.run(f"DELETE FROM t WHERE id = {number}")
    assert ids(table) == [4, 5]
    assert len(files(table, "t")) == 1
    assert files(table, "t", content=1) == []


def test_delete_everything(table):
    table.run("DELETE FROM t WHERE id = 1")
    assert table.run("DELETE FROM t").update_count == 4
    assert ids(table) == []
    assert files(table, "t") == files(table, "t", content=1) == []


def test_delete_of_nothing_makes_no_snapshot(table):
    assert table.run("DELETE FROM t WHERE id = 99").update_count == 0
    assert len(snapshots(table, "t")) == 1


def test_delete_by_subquery(table):
    table.run("DELETE FROM t WHERE id IN (SELECT max(id) FROM t GROUP BY category)")
    assert ids(table) == [1, 2, 4]


def test_update(table):
    done = table.run(
        "UPDATE t SET name = upper(name) || 'x', amount = amount * 2 WHERE category = 'c1' "
        "AND id <> 3"
    )
    assert done.update_count == 2
    assert rows(table, "SELECT id, name, amount FROM t WHERE category = 'c1' ORDER BY id") == [
        (1, "Ax", Decimal("2.00")),
        (2, "Bx", Decimal("4.00")),
        (3, "c", Decimal("3.00")),
    ]


def test_update_moves_rows_to_their_partition(table):
    # the documented example sets another category
    table.run("UPDATE t SET category = 'c2' WHERE category = 'c1'")
    assert ids(table, "category = 'c2'") == [1, 2, 3, 4, 5]
    assert all("category=c2" in path for path in files(table, "t"))


def test_update_reads_the_old_values(table):
    table.run("UPDATE t SET id = id + 1, name = CAST(id AS varchar) WHERE id < 3")
    assert rows(table, "SELECT id, name FROM t WHERE id <= 3 ORDER BY 1, 2") == [
        (2, "1"),
        (3, "2"),
        (3, "c"),
    ]
    table.run("UPDATE t SET amount = (SELECT max(amount) FROM t)")
    assert rows(table, "SELECT DISTINCT amount FROM t") == [(Decimal("4.00"),)]


def test_parameters(table):
    table.run("UPDATE t SET name = ? WHERE id = ?", ["it's", 4])
    assert rows(table, "SELECT name FROM t WHERE id = 4") == [("it's",)]
    table.run("DELETE FROM t WHERE id = ?", [4])
    assert 4 not in ids(table)


def test_only_the_matching_partition_is_read(table):
    done = table.run("DELETE FROM t WHERE category = 'c2' AND id = 4")
    assert done.bill.files_read == 1
    assert done.bytes_scanned > 0


REFUSED = [
    # "seen on the service": https://github.com/aoyagikouhei/athena-local/tree/main/docs
    ("UPDATE t SET no_such = 9", "line 1:14: The UPDATE SET target column no_such doesn't exist"),
    ("UPDATE t SET id = 1, id = 2", "Multiple assignments"),
    ("UPDATE t SET id = 'x'", "UPDATE table column types don't match SET expressions: Table: "),
    ("UPDATE t AS x SET id = 1", "mismatched input"),
    ("UPDATE t SET x.id = 1", "mismatched input"),
    ("UPDATE t SET id = 1 FROM t AS u", "mismatched input"),
    ("UPDATE t SET", "mismatched input"),
    ("UPDATE none SET id = 1", "Table 'awsdatacatalog.fernway.none' does not exist"),
    ("UPDATE kinds SET i = 1", "Modifying Hive table rows is only supported for transactional"),
    ("DELETE FROM kinds", "Modifying Hive table rows is only supported for transactional tables"),
    ("DELETE FROM t WHERE nothing = 1", "Column 'nothing' cannot be resolved"),
    ("DELETE FROM t WHERE id", "WHERE clause must evaluate to a boolean"),
    ("DELETE FROM t x WHERE id = 1", "mismatched input"),
    ("DELETE t WHERE id = 1", "mismatched input"),
    ("DELETE FROM t WHERE id = 1 LIMIT 1", "mismatched input"),
    ("INSERT INTO t VALUES ('x')", "Insert query has mismatched column types"),
]


@pytest.mark.parametrize(("sql", "message"), REFUSED)
def test_refused(table, sql, message):
    before = objects(table, "t")
    with pytest.raises(ServiceError) as refused:
        table.run(sql)
    assert message in str(refused.value)
    assert objects(table, "t") == before


# --- MERGE (UG + merge-into-statement.html) ----------------------------------------------


def test_merge_of_all_kinds(table):
    done = table.run(
        "MERGE INTO t AS target USING (VALUES (1, 'one', false), (2, 'two', true), "
        "(9, 'nine', false), (10, 'ten', true)) AS s (id, name, gone) ON target.id = s.id "
        "WHEN MATCHED AND s.gone THEN DELETE "
        "WHEN MATCHED THEN UPDATE SET name = s.name, amount = target.amount + 1 "
        "WHEN NOT MATCHED AND NOT s.gone "
        "THEN INSERT (id, name, category) VALUES (s.id, s.name, 'c9')"
    )
    assert done.update_count == 3
    assert rows(table, "SELECT id, name, amount FROM t WHERE id IN (1, 2, 9, 10) ORDER BY id") == [
        (1, "one", Decimal("2.00")),
        (9, "nine", None),
    ]
    assert ids(table) == [1, 3, 4, 5, 9]


def test_merge_first_clause_wins(table):
    table.run(
        "MERGE INTO t USING (SELECT id AS k FROM t) s ON t.id = s.k "
        "WHEN MATCHED AND k < 3 THEN UPDATE SET name = 'low' "
        "WHEN MATCHED AND k < 5 THEN UPDATE SET name = 'mid'"
    )
    assert rows(table, "SELECT name FROM t ORDER BY id") == [
        ("low",),
        ("low",),
        ("mid",),
        ("mid",),
        ("e",),
    ]


def test_merge_insert_of_all_columns(table):
    table.run(
        "MERGE INTO t USING t AS s ON t.id = s.id + 100 "
        "WHEN NOT MATCHED THEN INSERT VALUES (s.id + 100, s.name, s.amount, 'new')"
    )
    assert ids(table, "category = 'new'") == [101, 102, 103, 104, 105]


def test_merge_with_another_table(table):
    create(table, "u", "k int, v string")
    table.run("INSERT INTO u VALUES (4, 'four'), (7, 'seven')")
    done = table.run(
        'MERGE INTO fernway."t" x USING fernway.u ON (x.id = u.k) '
        "WHEN MATCHED THEN UPDATE SET name = v "
        "WHEN NOT MATCHED THEN INSERT (id, name) VALUES (u.k, u.v)"
    )
    assert done.update_count == 2
    assert rows(table, "SELECT id, name, category FROM t WHERE id IN (4, 7) ORDER BY id") == [
        (4, "four", "c2"),
        (7, "seven", None),
    ]


def test_merge_several_matches(table):
    before = rows(table, "SELECT * FROM t ORDER BY id")
    with pytest.raises(ServiceError) as refused:
        table.run(
            "MERGE INTO t USING (VALUES (1, 'x'), (1, 'y')) AS s (id, name) ON t.id = s.id "
            "WHEN MATCHED THEN UPDATE SET name = s.name"
        )
    assert str(refused.value) == (
        "MERGE_TARGET_ROW_MULTIPLE_MATCHES: "
        "One MERGE target table row matched more than one source row"
    )
    assert rows(table, "SELECT * FROM t ORDER BY id") == before
    # two source rows may match when only one of them does something
    done = table.run(
        "MERGE INTO t USING (VALUES (1, 'x'), (1, 'y')) AS s (id, name) ON t.id = s.id "
        "WHEN MATCHED AND s.name = 'y' THEN UPDATE SET name = s.name"
    )
    assert done.update_count == 1


MERGE_REFUSED = [
    ("WHEN MATCHED THEN UPDATE SET *", "mismatched input '*'"),
    ("WHEN NOT MATCHED THEN INSERT *", "mismatched input '*'"),
    ("WHEN MATCHED THEN UPDATE SET t.name = s.name", "mismatched input '.'"),
    ("WHEN NOT MATCHED BY SOURCE THEN DELETE", "mismatched input 'BY'"),
    ("WHEN NOT MATCHED THEN DELETE", "SYNTAX_ERROR"),
    ("WHEN MATCHED THEN INSERT VALUES (1)", "SYNTAX_ERROR"),
    ("WHEN MATCHED THEN DO NOTHING", "mismatched input 'DO'"),
    ("WHEN MATCHED THEN UPDATE SET zz = 1", "does not exist in target table: zz"),
    ("WHEN MATCHED THEN UPDATE SET id = 'x'", "TYPE_MISMATCH"),
    ("WHEN NOT MATCHED THEN INSERT (id, name) VALUES (1)", "TYPE_MISMATCH"),
    ("WHEN NOT MATCHED THEN INSERT (id, id) VALUES (1, 2)", "more than once: id"),
    ("WHEN MATCHED AND s.id THEN DELETE", "must evaluate to a boolean"),
    ("", "SYNTAX_ERROR"),
]


@pytest.mark.parametrize(("when", "message"), MERGE_REFUSED)
def test_refused_merge(table, when, message):
    with pytest.raises(ServiceError) as refused:
        table.run(f"MERGE INTO t USING (SELECT 1 AS id, 'x' AS name) s ON t.id = s.id {when}")
    assert message in str(refused.value)


# --- what fails leaves the table as it was -----------------------------------------------


def test_error_while_writing(table):
    before = objects(table, "t")
    for sql in (
        "INSERT INTO t SELECT 1 / (id - 3), name, amount, category FROM t",
        "UPDATE t SET id = 1 / (id - 3)",
        "MERGE INTO t USING t AS s ON t.id = s.id WHEN MATCHED THEN UPDATE SET id = 1 / (s.id - 3)",
    ):
        with pytest.raises(ServiceError, match="DIVISION_BY_ZERO"):
            table.run(sql)
    assert objects(table, "t") == before
    assert ids(table) == [1, 2, 3, 4, 5]


def test_error_before_the_commit(table, monkeypatch):
    before = objects(table, "t")

    def fail(*_):
        raise OSError("no space left")

    monkeypatch.setattr(writes.metadata, "commit", fail)
    for sql in ("DELETE FROM t WHERE id = 1", "INSERT INTO t SELECT * FROM t"):
        with pytest.raises(LabBug):
            table.run(sql)
    monkeypatch.undo()
    data = [name for name in objects(table, "t") if "/data/" in name]
    assert data == [name for name in before if "/data/" in name]
    assert ids(table) == [1, 2, 3, 4, 5]
    assert table.run("DELETE FROM t WHERE id = 1").update_count == 1
    assert ids(table) == [2, 3, 4, 5]


def test_two_changes_at_once(table):
    """A row-level change that was planned before another one committed is refused."""
    stale = table.plan("UPDATE t SET name = 'x' WHERE id = 1")
    table.run("DELETE FROM t WHERE id = 1")
    with pytest.raises(ServiceError, match="ICEBERG_COMMIT_ERROR: Failed to commit Iceberg update"):
        stale.work()
    assert ids(table) == [2, 3, 4, 5]
    late = table.plan("INSERT INTO t (id) VALUES 8")  # an append goes on top
    table.run("DELETE FROM t WHERE id = 2")
    late.work()
    assert ids(table) == [3, 4, 5, 8]


def test_same_statements_same_files(lake_folder):
    made = []
    for _ in range(2):
        athena = client(lake_folder)
        create(athena, "t", "id int, c string", "c")
        athena.run("INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'a')")
        athena.run("DELETE FROM t WHERE id = 1")
        made.append((objects(athena, "t"), snapshots(athena, "t")))
    assert made[0] == made[1]


def test_columns_called_as_duckdb_calls_its_own(athena):
    create(
        athena, "o", "filename string, file_row_number bigint, path int, place int, pos int", "path"
    )
    athena.run("INSERT INTO o VALUES ('f', 7, 1, 2, 3), ('g', 8, 1, 2, 3)")
    athena.run("UPDATE o SET place = pos, pos = place WHERE filename = 'f'")
    athena.run("DELETE FROM o WHERE file_row_number = 8")
    assert rows(athena, "SELECT * FROM o") == [("f", 7, 1, 3, 2)]
