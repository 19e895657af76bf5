"""Views: kept in the catalog as Athena keeps them, read when named."""

import base64
import json

import pytest

from dealab.sql import Athena, LabLimit, ServiceError
from dealab.sql.lake import Lake

UG = "https://docs.aws.amazon.com/athena/latest/ug/"


@pytest.fixture
def lab(lake_folder):
    engine = Athena(lake=Lake(lake_folder))
    engine.run("CREATE DATABASE lab")
    return engine


def test_view_runs_its_query_each_time(lab):
    """https://docs.aws.amazon.com/athena/latest/ug/create-view.html"""
    lab.run("CREATE VIEW lab.big AS SELECT i, i * 2 AS twice FROM kinds WHERE i > 1")
    assert lab.run("SELECT * FROM lab.big").rows == [(2, 4)]
    lab.run("CREATE OR REPLACE VIEW lab.big AS SELECT i FROM kinds WHERE i IS NOT NULL")
    assert lab.run("SELECT b.i FROM lab.big b ORDER BY 1").rows == [(1,), (2,)]


def test_names_inside_a_view_are_of_the_database_it_was_made_in(lab):
    lab.run("CREATE VIEW lab.v AS SELECT count(*) AS n FROM kinds")
    lab.database = "lab"
    assert lab.run("SELECT n FROM v").rows == [(3,)]
    assert lab.run("SELECT v.n FROM awsdatacatalog.lab.v").rows == [(3,)]


def test_view_over_a_view_with_joins_and_a_condition(lab):
    lab.run("CREATE VIEW lab.a AS SELECT i, s FROM kinds")
    lab.run("CREATE VIEW lab.b AS SELECT x.i, y.s FROM lab.a x JOIN lab.a y ON x.i = y.i")
    assert lab.run("SELECT * FROM lab.b WHERE i = 2").rows == [(2, "b  ")]


def test_entry_in_the_catalog_is_athenas(lab):
    """Type VIRTUAL_VIEW, and Trino's text in base64."""
    lab.run("CREATE VIEW lab.v AS SELECT i, s, d FROM fernway.kinds")
    entry = lab.catalog.find("lab", "v").entry
    assert entry["TableType"] == "VIRTUAL_VIEW"
    assert entry["Parameters"]["presto_view"] == "true"
    assert entry["StorageDescriptor"]["Columns"] == [
        {"Name": "i", "Type": "int"},
        {"Name": "s", "Type": "string"},
        {"Name": "d", "Type": "decimal(10,2)"},
    ]
    text = entry["ViewOriginalText"].removeprefix("/* Presto View: ").removesuffix(" */")
    held = json.loads(base64.b64decode(text))
    assert held["originalSql"] == "SELECT i, s, d FROM fernway.kinds"
    assert held["columns"][2] == {"name": "d", "type": "decimal(10,2)"}


def test_reading_through_a_view_costs_what_its_query_reads(lab):
    lab.run("CREATE VIEW lab.v AS SELECT order_id, channel, order_month FROM orders")
    direct = lab.run("SELECT channel FROM orders WHERE order_month = '2026-04'").bytes_scanned
    through = lab.run("SELECT channel FROM lab.v WHERE order_month = '2026-04'").bytes_scanned
    assert through == direct > 0


REFUSED = [
    # (statement, code, words, source)
    (
        "CREATE VIEW lab.old AS SELECT 1 AS a",
        "TABLE_ALREADY_EXISTS",
        "already exists",
        UG + "create-view.html",
    ),
    (
        "CREATE OR REPLACE VIEW kinds AS SELECT 1 AS a",
        "TABLE_ALREADY_EXISTS",
        "already exists",
        UG + "create-view.html",
    ),
    (
        "CREATE VIEW lab.v AS SELECT count(*) FROM kinds",
        "MISSING_COLUMN_NAME",
        "at position 1",
        "Trino",
    ),
    (
        "CREATE VIEW lab.v AS SELECT i, i FROM kinds",
        "DUPLICATE_COLUMN_NAME",
        "'i' specified more than once",
        "Trino",
    ),
    ("CREATE VIEW lab.v AS SELECT nothing FROM kinds", "COLUMN_NOT_FOUND", "nothing", "Trino"),
    ("CREATE VIEW lab.v AS SELECT NULL AS a", "COLUMN_TYPE_UNKNOWN", "a", "Trino"),
    ("CREATE VIEW nodb.v AS SELECT 1 AS a", "SCHEMA_NOT_FOUND", "nodb", "Trino"),
    ("CREATE VIEW lab.v SELECT 1 AS a", "SYNTAX_ERROR", "SELECT", UG + "create-view.html"),
    ("DROP VIEW lab.nothing", "TABLE_NOT_FOUND", "does not exist", UG + "drop-view.html"),
    ("DROP VIEW kinds", "TABLE_NOT_FOUND", "Did you mean DROP TABLE", UG + "drop-view.html"),
    ("DROP TABLE lab.old", "FAILED", "view", UG + "drop-view.html"),
    ("ALTER TABLE lab.old SET TBLPROPERTIES ('a'='b')", "FAILED", "view", "Hive"),
    ("SHOW CREATE TABLE lab.old", "FAILED", "is a view", UG + "show-create-view.html"),
    ("SHOW CREATE VIEW kinds", "FAILED", "is not a view", UG + "show-create-view.html"),
]


@pytest.mark.parametrize(("sql", "code", "words", "source"), REFUSED)
def test_refusal(lab, sql, code, words, source):
    lab.run("CREATE VIEW lab.old AS SELECT 1 AS a")
    with pytest.raises(ServiceError) as caught:
        lab.run(sql)
    assert caught.value.code == code, str(caught.value)
    assert words in str(caught.value), source


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE PROTECTED MULTI DIALECT VIEW lab.v SECURITY DEFINER AS SELECT i FROM kinds",
        "CREATE OR REPLACE PROTECTED MULTI DIALECT VIEW lab.v SECURITY DEFINER AS SELECT 1 AS a",
        "ALTER VIEW lab.v FORCE ADD DIALECT AS SELECT i FROM kinds",
        "ALTER VIEW lab.v DROP DIALECT",
    ],
)
def test_data_catalog_views_are_refused_by_name(lab, sql):
    """https://docs.aws.amazon.com/athena/latest/ug/views-glue.html"""
    with pytest.raises(LabLimit, match="DIALECT"):
        lab.run(sql)


def test_view_whose_table_changed_is_stale(lab):
    lab.run("CREATE EXTERNAL TABLE lab.t (a int) LOCATION 's3://mine/t/'")
    lab.run("CREATE VIEW lab.v AS SELECT * FROM lab.t")
    lab.run("ALTER TABLE lab.t ADD COLUMNS (b string)")
    with pytest.raises(ServiceError) as caught:
        lab.run("SELECT * FROM lab.v")
    assert str(caught.value) == (
        "VIEW_IS_STALE: line 1:15: View 'awsdatacatalog.lab.v' is stale or in invalid state: "
        "stored view column count (1) does not match column count derived from the view query "
        "analysis (2)"
    )
    lab.run("ALTER TABLE lab.t REPLACE COLUMNS (a string)")
    with pytest.raises(ServiceError) as caught:
        lab.run("SELECT * FROM lab.v")
    assert (
        "column [a] of type varchar projected from query view at position 0 cannot be coerced to "
        "column [a] of type integer stored in view definition" in str(caught.value)
    )


def test_view_whose_table_is_gone_is_invalid(lab):
    lab.run("CREATE EXTERNAL TABLE lab.t (a int) LOCATION 's3://mine/t/'")
    lab.run("CREATE VIEW lab.v AS SELECT a FROM lab.t")
    lab.run("DROP TABLE lab.t")
    with pytest.raises(ServiceError) as caught:
        lab.run("SELECT * FROM lab.v")
    assert str(caught.value) == (
        "INVALID_VIEW: line 1:15: Failed analyzing stored view 'awsdatacatalog.lab.v': line 1:15: "
        "Table 'awsdatacatalog.lab.t' does not exist"
    )


def test_view_that_reads_itself(lab):
    lab.run("CREATE VIEW lab.v AS SELECT 1 AS a")
    lab.run("CREATE VIEW lab.w AS SELECT a FROM lab.v")
    lab.run("CREATE OR REPLACE VIEW lab.v AS SELECT a FROM lab.w")
    with pytest.raises(ServiceError, match="VIEW_IS_RECURSIVE"):
        lab.run("SELECT * FROM lab.v")


def test_view_over_projection_and_bills(lab):
    lab.lake.put("s3://mine/p/k=A/a.txt", "1\n")
    lab.run(
        "CREATE EXTERNAL TABLE lab.p (n int) PARTITIONED BY (k string) LOCATION 's3://mine/p/' "
        "TBLPROPERTIES ('projection.enabled'='true', 'projection.k.type'='enum', "
        "'projection.k.values'='A,B')"
    )
    lab.run("CREATE VIEW lab.v AS SELECT n, k FROM lab.p")
    assert lab.run("SELECT * FROM lab.v WHERE k = 'A'").rows == [(1, "A")]
    lab.run("DROP VIEW lab.v")
    lab.run("DROP VIEW IF EXISTS lab.v")
    assert lab.catalog.tables("lab") == ["p"]
