# ruff: noqa: E501 - a table reads best with one statement a line
"""Workgroups, their limits, the history of queries, stored results and their reuse."""

import re

import pytest

from dealab.sql import Athena, LabLimit, Lake, ServiceError
from dealab.sql.athena import reuse, workgroups

A = "https://docs.aws.amazon.com/athena/latest/ug/"
API = "https://docs.aws.amazon.com/athena/latest/APIReference/"


@pytest.fixture
def lake(lake_folder):
    return Lake(lake_folder)


@pytest.fixture
def engine(lake):
    return Athena(lake=lake)


@pytest.fixture
def groups(lake):
    return workgroups.of(lake)


def test_primary_exists_and_groups_are_shared(lake, groups):
    names = [one["Name"] for one in groups.list_work_groups()["WorkGroups"]]
    assert names == ["primary"]
    groups.create_work_group(Name="analysts", Description="who ask")
    assert Athena(lake=lake, workgroup="analysts").run("SELECT 1").rows == [(1,)]
    group = groups.get_work_group(WorkGroup="analysts")["WorkGroup"]
    assert group["State"] == "ENABLED"
    assert group["Description"] == "who ask"
    settings = group["Configuration"]  # defaults: API + "API_WorkGroupConfiguration.html"
    assert settings["EnforceWorkGroupConfiguration"] is True
    assert settings["PublishCloudWatchMetricsEnabled"] is True
    assert settings["EngineVersion"]["EffectiveEngineVersion"] == "Athena engine version 3"


def test_update_and_delete(groups):
    groups.create_work_group(Name="g", Configuration={"BytesScannedCutoffPerQuery": 20_000_000})
    groups.update_work_group(
        WorkGroup="g",
        Description="new",
        ConfigurationUpdates={
            "RemoveBytesScannedCutoffPerQuery": True,
            "ResultConfigurationUpdates": {"OutputLocation": "s3://results/g/"},
        },
    )
    group = groups.get_work_group(WorkGroup="g")["WorkGroup"]
    assert "BytesScannedCutoffPerQuery" not in group["Configuration"]
    assert group["Configuration"]["ResultConfiguration"]["OutputLocation"] == "s3://results/g/"
    groups.delete_work_group(WorkGroup="g")
    with pytest.raises(ServiceError, match="WorkGroup g is not found"):
        groups.get_work_group(WorkGroup="g")


def test_what_the_api_refuses(groups):
    groups.create_work_group(Name="g")
    for call, part in [
        (lambda: groups.create_work_group(Name="g"), "already created"),
        (lambda: groups.create_work_group(Name="a b"), "regular expression pattern"),
        (
            lambda: groups.create_work_group(
                Name="h", Configuration={"BytesScannedCutoffPerQuery": 9_999_999}
            ),
            "10000000",
        ),
        (
            lambda: groups.update_work_group(
                WorkGroup="g", ConfigurationUpdates={"BytesScannedCutoffPerQuery": 1}
            ),
            "10000000",
        ),
        (
            lambda: groups.create_work_group(
                Name="h", Configuration={"ResultConfiguration": {"OutputLocation": "results/"}}
            ),
            "S3",
        ),
        (lambda: groups.delete_work_group(WorkGroup="primary"), "primary"),
        (lambda: groups.get_query_execution(QueryExecutionId="x"), "not found"),
    ]:
        with pytest.raises(ServiceError) as caught:
            call()
        assert caught.value.code == "InvalidRequestException"
        assert part in str(caught.value)


def test_unknown_and_disabled_groups_run_nothing(lake, groups):
    with pytest.raises(ServiceError, match="WorkGroup nope is not found"):
        Athena(lake=lake, workgroup="nope").run("SELECT 1")
    groups.create_work_group(Name="off")
    groups.update_work_group(WorkGroup="off", State="DISABLED")
    with pytest.raises(ServiceError, match="WorkGroup off is disabled"):
        Athena(lake=lake, workgroup="off").run("SELECT 1")
    assert groups.executions == []


def scaled(lake, factor):
    from dealab.sql import bill

    entry = dict(lake.catalog.find("fernway", "orders").entry)
    lake.catalog.put_table(
        {**entry, "Parameters": {**entry.get("Parameters", {}), bill.SCALE: str(factor)}}
    )


def test_the_limit_cancels_and_bills(lake, groups):
    """A canceled query pays for what it scanned: https://aws.amazon.com/athena/pricing/"""
    groups.create_work_group(Name="small", Configuration={"BytesScannedCutoffPerQuery": 10_000_000})
    engine = Athena(lake=lake, workgroup="small")
    assert engine.run("SELECT max(order_id), max(note) FROM orders").rows[0][0] == 1999
    scaled(lake, 1_000_000)
    with pytest.raises(ServiceError, match="Bytes scanned limit was exceeded"):
        engine.run("SELECT max(note) FROM orders")
    last = engine.history()[-1]
    assert last.state == "CANCELLED"
    assert last.billed_bytes == 10 * 1024**2
    assert last.data_scanned > 0
    for sql in (
        "CREATE TABLE t AS SELECT note FROM orders",
        "UNLOAD (SELECT note FROM orders) TO 's3://out/x/' WITH (format = 'JSON')",
    ):
        with pytest.raises(ServiceError, match="Bytes scanned limit was exceeded"):
            engine.run(sql)
    assert lake.catalog.find("fernway", "t") is None
    assert not lake.exists("s3://out/x/")
    assert Athena(lake=lake).run("SELECT max(order_id), max(note) FROM orders").rows[0][0] == 1999


def test_failed_queries_are_free(engine):
    with pytest.raises(ServiceError):
        engine.run("SELECT 1 / (order_id - order_id) FROM orders")
    failed = engine.history()[-1]
    assert failed.state == "FAILED"
    assert failed.billed_bytes == 0
    assert "DIVISION_BY_ZERO" in failed.reason


def test_enforced_location(lake, groups):
    """https://docs.aws.amazon.com/athena/latest/ug/workgroups-settings-override.html"""
    groups.create_work_group(
        Name="strict",
        Configuration={
            "ResultConfiguration": {"OutputLocation": "s3://strict-results/all"},
            "EnforceWorkGroupConfiguration": True,
        },
    )
    engine = Athena(lake=lake, workgroup="strict")
    with pytest.raises(ServiceError, match="enforces a centralized output location"):
        engine.run("CREATE TABLE t WITH (external_location = 's3://out/x/') AS SELECT 1 AS a")
    result = engine.run("CREATE TABLE t AS SELECT 1 AS a")
    location = lake.catalog.find("fernway", "t").location
    assert location == f"s3://strict-results/all/tables/{result.query_id}/"
    free = Athena(lake=lake)
    free.run("CREATE TABLE u WITH (external_location = 's3://out/x/') AS SELECT 1 AS a")


# --- history and results ------------------------------------------------------------------


def test_history(engine, groups):
    engine.run("SELECT channel FROM orders")
    engine.run("SHOW TABLES")
    engine.run("CREATE TABLE t AS SELECT 1 AS a")
    engine.run("DROP TABLE t")
    engine.run("EXPLAIN SELECT 1")
    kinds = [(one.statement_type, one.state) for one in engine.history()]
    assert kinds == [
        ("DML", "SUCCEEDED"),
        ("UTILITY", "SUCCEEDED"),
        ("DML", "SUCCEEDED"),
        ("DDL", "SUCCEEDED"),
        ("UTILITY", "SUCCEEDED"),
    ]
    first = engine.history()[0]
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", first.id)
    shape = groups.get_query_execution(QueryExecutionId=first.id)["QueryExecution"]
    assert shape["Status"]["State"] == "SUCCEEDED"
    assert shape["WorkGroup"] == "primary"
    assert shape["Statistics"]["DataScannedInBytes"] == first.data_scanned > 0
    assert shape["QueryExecutionContext"] == {"Database": "fernway", "Catalog": "AwsDataCatalog"}
    assert groups.list_query_executions()["QueryExecutionIds"][-1] == first.id


def test_ids_are_the_same_each_time(lake_folder):
    ids = []
    for _ in range(2):
        engine = Athena(lake=Lake(lake_folder))
        ids.append([engine.run(sql).query_id for sql in ("SELECT 1", "SELECT 1", "SELECT 2")])
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 3


def test_limits_of_the_lab_are_no_queries(engine):
    with pytest.raises(LabLimit):
        engine.run("CREATE TABLE t WITH (format = 'ORC') AS SELECT 1 AS a")
    with pytest.raises(ServiceError):
        engine.run("")
    assert engine.history() == []


def test_results_are_csv_in_the_lake(engine, lake):
    """https://docs.aws.amazon.com/athena/latest/ug/querying-finding-output-files.html"""
    result = engine.run(
        "SELECT 1 AS a, 'say \"hi\"' AS b, CAST(NULL AS varchar) AS c, '' AS d, true AS e, TIMESTAMP '2026-01-02 03:04:05.600' AS f, ARRAY[1, 2] AS g, MAP(ARRAY['k'], ARRAY[1]) AS h, 1.5e0 AS i, X'00ff' AS j"
    )
    output = engine.history()[-1].output
    assert output == f"s3://fernway-athena-results/{result.query_id}.csv"
    assert lake.read(output).decode() == (
        '"a","b","c","d","e","f","g","h","i","j"\n'
        '"1","say ""hi""",,"","true","2026-01-02 03:04:05.600","[1, 2]","{k=1}","1.5","00 ff"\n'
    )
    engine.run("SHOW DATABASES")
    output = engine.history()[-1].output
    assert output.endswith(".txt")
    assert "fernway\n" in lake.read(output).decode()


# --- reuse --------------------------------------------------------------------------------

REUSE = A + "reusing-query-results.html"


def test_a_stored_result_is_stale_and_free(engine):
    engine.run("CREATE TABLE t AS SELECT 1 AS a")
    sql = "SELECT count(*) AS n, max(a) AS a FROM t"
    first = engine.run(sql, reuse_minutes=60)
    assert not first.reused
    engine.run("INSERT INTO t VALUES (2)")
    again = engine.run(sql, reuse_minutes=60)
    assert again.reused
    assert again.rows == first.rows == [(1, 1)]
    assert again.bytes_scanned == 0
    assert again.billed_bytes == 0
    assert again.cost_usd == 0
    assert any("did not look at the data" in note for note in again.notes)
    assert engine.run(sql).rows == [(2, 2)]  # opt-in, query by query
    assert engine.history()[-2].reused
    assert engine.history()[-2].output == engine.history()[1].output
    assert engine.run(sql, reuse_minutes=60).rows == [(2, 2)]  # the latest result counts


def test_reuse_looks_at_text_group_and_database(lake, engine):
    lake.catalog.put_database({"Name": "empty"})
    workgroups.of(lake).create_work_group(Name="other")
    engine.run("SELECT count(*) FROM fernway.orders")
    sql = "SELECT count(*) FROM fernway.orders"
    assert Athena(lake=lake).run(sql, reuse_minutes=1).reused
    assert not engine.run(sql + " ", reuse_minutes=1).reused
    assert not Athena(lake=lake, workgroup="other").run(sql, reuse_minutes=1).reused
    assert not Athena(lake=lake, database="empty").run(sql, reuse_minutes=1).reused


def test_reuse_ends_with_age(engine, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(reuse, "clock", lambda: now[0])
    engine.run("SELECT count(*) FROM orders")
    now[0] += 300
    assert engine.run("SELECT count(*) FROM orders", reuse_minutes=5).reused
    now[0] += 1
    assert not engine.run("SELECT count(*) FROM orders", reuse_minutes=5).reused


@pytest.mark.parametrize("minutes", [-1, 7 * 24 * 60 + 1])
def test_greatest_age(engine, minutes):
    with pytest.raises(ServiceError, match="maxAgeInMinutes"):
        engine.run("SELECT 1", reuse_minutes=minutes)


#: (statement, whether its result can be reused)
ELIGIBLE = [
    ("SELECT 1", True),
    ("WITH a AS (SELECT 1 AS x) SELECT * FROM a", True),
    ("SELECT x FROM t ORDER BY x LIMIT 5", True),
    ("SELECT x FROM t LIMIT 5", False),
    ("SELECT rand()", False),
    ("SELECT now()", False),
    ("SELECT CURRENT_DATE", False),
    ("SELECT uuid()", False),
    ("SELECT shuffle(ARRAY[1, 2])", False),
    ("SELECT 'now' AS word", True),
    ("SHOW TABLES", False),
    ("INSERT INTO t VALUES (1)", False),
    ("CREATE TABLE t AS SELECT 1 AS a", False),
    ("UNLOAD (SELECT 1 AS a) TO 's3://x/' WITH (format = 'JSON')", False),
    ("EXPLAIN SELECT 1", False),
]


@pytest.mark.parametrize(("sql", "expected"), ELIGIBLE)
def test_what_can_be_reused(sql, expected):
    assert reuse.eligible(sql) is expected


def test_parameters_are_part_of_the_query(engine):
    engine.run("SELECT ? AS x", [1])
    assert engine.run("SELECT ? AS x", [2], reuse_minutes=5).rows == [(2,)]
    assert engine.run("SELECT ? AS x", [1], reuse_minutes=5).reused


def test_the_magic_reuses(lake, monkeypatch):
    import types

    from dealab.sql import lake as lakes
    from dealab.sql import magics

    monkeypatch.setattr(lakes, "current", lambda: lake)
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    shell = types.SimpleNamespace(user_ns={})
    for _ in range(2):
        magics._run(shell, "athena", "--reuse 60", "SELECT count(*) FROM orders")
    assert [result.reused for result in shown] == [False, True]
    assert "reused" in shown[1]._repr_mimebundle_()["text/plain"]
