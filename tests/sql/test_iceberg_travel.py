"""Time travel and the metadata tables of Iceberg tables."""

import datetime

import pytest
from iceberg_lake import client, create, files, rows, snapshots

from dealab.sql import LabLimit, ServiceError
from dealab.sql.athena.iceberg import metadata

UG = "https://docs.aws.amazon.com/athena/latest/ug/"


@pytest.fixture
def athena(lake_folder):
    """A table of three snapshots, one second apart."""
    athena = client(lake_folder)
    create(athena, "t", "id int, c string", "c")
    athena.run("INSERT INTO t VALUES (1, 'a')")
    athena.run("INSERT INTO t VALUES (2, 'b'), (3, 'b')")
    athena.run("DELETE FROM t WHERE id = 2")
    return athena


def when(athena, at: int) -> str:
    """Return the time of a snapshot as a literal."""
    [(moment,)] = rows(
        athena,
        f'SELECT committed_at FROM "t$snapshots" ORDER BY committed_at OFFSET {at} LIMIT 1',
    )
    return f"TIMESTAMP '{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03d} UTC'"


def test_by_version(athena):
    counts = [
        rows(athena, f"SELECT count(*) FROM t FOR VERSION AS OF {number}")[0][0]
        for number in snapshots(athena, "t")
    ]
    assert counts == [1, 3, 2]


def test_by_time(athena):
    for at, expected in enumerate(([1], [1, 2, 3], [1, 3])):
        found = rows(athena, f"SELECT id FROM t FOR TIMESTAMP AS OF {when(athena, at)} ORDER BY id")
        assert [number for (number,) in found] == expected
    assert rows(athena, "SELECT count(*) FROM t FOR TIMESTAMP AS OF current_timestamp") == [(2,)]
    assert rows(
        athena, "SELECT count(*) FROM t FOR TIMESTAMP AS OF (current_timestamp + interval '1' day)"
    ) == [(2,)]


def test_time_without_zone_is_utc(athena):
    moment = when(athena, 0).replace(" UTC", "")
    assert rows(athena, f"SELECT id FROM t FOR TIMESTAMP AS OF {moment}") == [(1,)]


def test_in_joins_with_alias_and_branch(athena):
    first = snapshots(athena, "t")[1]
    assert rows(
        athena,
        f"SELECT o.id FROM t FOR VERSION AS OF {first} AS o "
        "LEFT JOIN t FOR VERSION AS OF 'main' n ON o.id = n.id WHERE n.id IS NULL",
    ) == [(2,)]


def test_old_snapshot_has_its_schema(athena):
    last = snapshots(athena, "t")[-1]
    athena.run("ALTER TABLE t CHANGE COLUMN id number bigint")
    athena.run("ALTER TABLE t ADD COLUMNS (extra string)")
    athena.run("INSERT INTO t VALUES (9, 'z', 'm')")
    old = athena.run(f"SELECT * FROM t FOR VERSION AS OF {last} ORDER BY 1")
    assert (old.columns, old.types, old.rows) == (
        ["id", "c"],
        ["integer", "varchar"],
        [(1, "a"), (3, "b")],
    )
    assert athena.run("SELECT * FROM t").columns == ["number", "c", "extra"]


REFUSED = [
    # trinodb/trino, IcebergMetadata
    ("FOR VERSION AS OF 12", "INVALID_ARGUMENTS: ", "Iceberg snapshot ID does not exists: 12"),
    ("FOR VERSION AS OF 'nope'", "INVALID", "Cannot find snapshot with reference name: nope"),
    (
        "FOR TIMESTAMP AS OF TIMESTAMP '2020-01-01 10:00:00 UTC'",
        "INVALID_ARGUMENTS",
        "No version history table fernway.t at or before 2020-01-01T10:00:00Z",
    ),
    ("FOR TIMESTAMP AS OF DATE '2020-01-01'", "INVALID", "at or before 2020-01-01T00:00:00Z"),
    ("FOR TIMESTAMP AS OF 'x'", "NOT_SUPPORTED", "Unsupported type for temporal table version"),
    ("FOR VERSION AS OF 1.5", "NOT_SUPPORTED", "Unsupported type for table version: decimal(2,1)"),
    ("FOR VERSION AS OF NULL", "INVALID_ARGUMENTS", "cannot be NULL"),
    # UG + engine-versions-reference-0003.html
    ("FOR SYSTEM_TIME AS OF now()", "SYNTAX_ERROR: line 1:21", "Expecting: 'TIMESTAMP', 'VERSION'"),
    ("FOR SYSTEM_VERSION AS OF 1", "SYNTAX_ERROR", "Expecting: 'TIMESTAMP', 'VERSION'"),
]


@pytest.mark.parametrize(("travel", "code", "message"), REFUSED)
def test_refused(athena, travel, code, message):
    with pytest.raises(ServiceError) as refused:
        athena.run(f"SELECT * FROM t {travel}")
    assert str(refused.value).startswith(code)
    assert message in str(refused.value)


def test_hive_tables_and_views_have_no_versions(athena):
    athena.run("CREATE VIEW v AS SELECT * FROM t")
    for name in ("kinds", "v"):
        with pytest.raises(ServiceError, match="NOT_SUPPORTED"):
            athena.run(f"SELECT * FROM {name} FOR VERSION AS OF 1")


def test_view_over_an_iceberg_table(athena):
    athena.run("CREATE VIEW v AS SELECT c, count(*) AS n FROM t GROUP BY c")
    assert rows(athena, "SELECT * FROM v ORDER BY c") == [("a", 1), ("b", 1)]


def test_empty_table_has_no_history(lake_folder):
    athena = client(lake_folder)
    create(athena, "e", "id int")
    for name in ("snapshots", "history", "files", "manifests", "partitions", "refs"):
        assert rows(athena, f'SELECT * FROM "e${name}"') == []
    with pytest.raises(ServiceError, match="No version history table"):
        athena.run("SELECT * FROM e FOR TIMESTAMP AS OF current_timestamp")


# --- metadata tables (UG + querying-iceberg-table-data.html) -----------------------------

COLUMNS = {
    "snapshots": "committed_at snapshot_id parent_id operation manifest_list summary",
    "history": "made_current_at snapshot_id parent_id is_current_ancestor",
    "files": "content file_path file_format record_count file_size_in_bytes column_sizes "
    "value_counts null_value_counts nan_value_counts lower_bounds upper_bounds key_metadata "
    "split_offsets equality_ids",
    "manifests": "path length partition_spec_id added_snapshot_id added_data_files_count "
    "added_rows_count existing_data_files_count existing_rows_count deleted_data_files_count "
    "deleted_rows_count partition_summaries",
    "partitions": "partition record_count file_count total_size data",
    "refs": "name type snapshot_id max_reference_age_in_ms min_snapshots_to_keep "
    "max_snapshot_age_in_ms",
}


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_of_metadata_tables(athena, name):
    found = athena.run(f'SELECT * FROM "fernway"."t${name}"')
    assert found.columns == COLUMNS[name].split()
    assert found.rows
    assert found.billed_bytes == 0


def test_snapshots(athena):
    found = rows(
        athena,
        "SELECT operation, parent_id IS NULL, summary['total-records'], "
        "element_at(summary, 'added-position-deletes') FROM \"t$snapshots\" ORDER BY committed_at",
    )
    assert found == [
        ("append", True, "1", None),
        ("append", False, "3", None),
        ("overwrite", False, "3", "1"),
    ]
    moments = [
        moment for (moment,) in rows(athena, 'SELECT committed_at FROM "t$snapshots" ORDER BY 1')
    ]
    assert moments == sorted(set(moments))
    assert all(moment.tzinfo == datetime.UTC for moment in moments)


def test_history_and_refs(athena):
    numbers = snapshots(athena, "t")
    assert rows(
        athena, 'SELECT snapshot_id, is_current_ancestor FROM "t$history" ORDER BY made_current_at'
    ) == [(number, True) for number in numbers]
    assert rows(athena, 'SELECT name, type, snapshot_id FROM "t$refs"') == [
        ("main", "BRANCH", numbers[-1])
    ]


def test_files(athena):
    found = rows(
        athena,
        "SELECT content, record_count, element_at(lower_bounds, 1), element_at(upper_bounds, 1), "
        'element_at(null_value_counts, 1) FROM "t$files" '
        "WHERE file_path LIKE '%c=b%' ORDER BY content",
    )
    assert found[0] == (0, 2, "2", "3", 0)
    assert rows(athena, 'SELECT count(*) FROM "t$files" WHERE content = 1') == [(1,)]
    sizes = rows(athena, 'SELECT file_path, file_size_in_bytes FROM "t$files"')
    for path, size in sizes:
        assert athena.lake.files(path)[0].stat().st_size == size


def test_partitions(athena):
    assert rows(
        athena,
        "SELECT partition.c, record_count, file_count, data.id.min, data.id.max "
        'FROM "t$partitions" ORDER BY 1',
    ) == [("a", 1, 1, 1, 1), ("b", 2, 1, 2, 3)]


def test_manifests(athena):
    found = rows(
        athena,
        "SELECT added_data_files_count, added_rows_count, partition_summaries[1].lower_bound "
        'FROM "t$manifests" ORDER BY 3, 2',
    )
    assert found == [(1, 1, "a"), (1, 1, "b"), (1, 2, "b")]


def test_unknown_metadata_tables(athena):
    with pytest.raises(
        ServiceError, match=r"Table 'awsdatacatalog.fernway.t\$nope' does not exist"
    ):
        athena.run('SELECT * FROM "t$nope"')
    with pytest.raises(LabLimit, match="properties"):
        athena.run('SELECT * FROM "t$properties"')


def test_path(athena):
    found = rows(athena, 'SELECT DISTINCT "$path" FROM t')
    assert sorted(path for (path,) in found) == files(athena, "t")
    assert "$path" not in athena.run("SELECT * FROM t").columns
    with pytest.raises(ServiceError, match="COLUMN_NOT_FOUND"):
        athena.run('SELECT "$row" FROM t')


def test_a_tag(athena):
    """Athena has no statement that makes tags; Spark's are read."""
    table = athena.catalog.find("fernway", "t")
    state = metadata.load(athena.lake, table).draft()
    state.document["refs"]["eom"] = {"type": "tag", "snapshot-id": snapshots(athena, "t")[0]}
    metadata.commit(athena, table, state)
    assert rows(athena, "SELECT id FROM t FOR VERSION AS OF 'eom'") == [(1,)]
