"""One lake behind both services: what one writes, the other reads, catalogs and bills."""

import json

import pytest

from dealab.sql import Athena, Lake, Redshift, ServiceError


@pytest.fixture
def lake(lake_folder):
    return Lake(lake_folder)


def test_a_table_goes_round(lake):
    athena, redshift = Athena(lake=lake), Redshift(lake=lake)
    athena.run(
        "CREATE TABLE by_channel WITH (format = 'PARQUET', external_location = "
        "'s3://bucket/made/by_channel/', partitioned_by = ARRAY['channel']) AS "
        "SELECT order_id, amount, channel FROM orders"
    )
    # Spectrum reads what CTAS wrote, with its partitions
    total = redshift.run("SELECT count(*), sum(amount) FROM fernway.by_channel").rows
    assert total == athena.run("SELECT count(*), sum(amount) FROM orders").rows
    assert redshift.run("SELECT DISTINCT channel FROM fernway.by_channel ORDER BY 1").rows == [
        ("app",),
        ("store",),
        ("web",),
    ]
    # COPY loads the same files into a local table
    redshift.run(
        "CREATE TABLE loaded (order_id bigint, amount decimal(12,2)); "
        "COPY loaded FROM 's3://bucket/made/by_channel/channel=web/' IAM_ROLE default "
        "FORMAT AS PARQUET"
    )
    web = redshift.run("SELECT count(*), sum(amount) FROM loaded").rows
    assert (
        web == athena.run("SELECT count(*), sum(amount) FROM by_channel WHERE channel = 'web'").rows
    )
    # UNLOAD writes CSV, which Athena reads through a table of its own
    redshift.run(
        "UNLOAD ('SELECT order_id, amount FROM loaded WHERE amount > 500') "
        "TO 's3://bucket/made/big_' IAM_ROLE default FORMAT AS CSV"
    )
    athena.run(
        "CREATE EXTERNAL TABLE big (order_id bigint, amount decimal(12,2)) "
        "ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' LOCATION 's3://bucket/made/'"
    )
    assert any("big_" in path for path in written(lake))
    # An Iceberg table of Athena is an external table of Redshift, deletes applied
    athena.run(
        "CREATE TABLE ice (order_id bigint, amount decimal(12,2)) LOCATION 's3://bucket/ice/' "
        "TBLPROPERTIES ('table_type' = 'ICEBERG')"
    )
    athena.run("INSERT INTO ice SELECT order_id, amount FROM by_channel WHERE channel = 'app'")
    athena.run("DELETE FROM ice WHERE order_id < 1000")
    assert (
        redshift.run("SELECT count(*) FROM fernway.ice").rows
        == athena.run("SELECT count(*) FROM ice").rows
    )


def written(lake):
    return [key for key, _ in lake.written()]


def test_external_table_of_redshift_is_a_table_of_athena(lake):
    athena, redshift = Athena(lake=lake), Redshift(lake=lake)
    lake.put("s3://bucket/new/day=1/a.csv", "1,x\n2,y\n")
    redshift.run(
        "CREATE EXTERNAL SCHEMA lakeview FROM DATA CATALOG DATABASE 'fernway' IAM_ROLE default"
    )
    redshift.run(
        "CREATE EXTERNAL TABLE lakeview.news (a int, b varchar(10)) PARTITIONED BY (day int) "
        "ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' STORED AS TEXTFILE "
        "LOCATION 's3://bucket/new/'"
    )
    assert athena.run("SELECT * FROM news").rows == []  # no partition is registered yet
    assert athena.run("SHOW PARTITIONS news").rows == []
    redshift.run(
        "ALTER TABLE lakeview.news ADD PARTITION (day=1) LOCATION 's3://bucket/new/day=1/'"
    )
    assert athena.run("SELECT a, b, day FROM news ORDER BY a").rows == [(1, "x", 1), (2, "y", 1)]
    athena.run("DROP TABLE news")
    with pytest.raises(ServiceError, match="news"):
        redshift.run("SELECT * FROM lakeview.news")
    assert lake.exists("s3://bucket/new/day=1/a.csv")  # an external table leaves its files


def test_a_file_that_lands_is_seen_by_the_next_query(lake):
    athena = Athena(lake=lake)
    before = athena.run("SELECT count(*) FROM people_csv").rows[0][0]
    lake.put("s3://bucket/people_csv/b.csv", "id,name,age\n9,Zoe,41\n")
    assert athena.run("SELECT count(*) FROM people_csv").rows == [(before + 1,)]
    lake.delete("s3://bucket/people_csv/b.csv")
    assert athena.run("SELECT count(*) FROM people_csv").rows == [(before,)]


def test_two_lakes_do_not_see_each_other(lake, lake_folder):
    other = Lake(lake_folder)
    Athena(lake=lake).run("CREATE VIEW v AS SELECT 1 AS a")
    Redshift(lake=lake).run("CREATE TABLE t (a int)")
    with pytest.raises(ServiceError):
        Athena(lake=other).run("SELECT * FROM v")
    with pytest.raises(ServiceError):
        Redshift(lake=other).run("SELECT * FROM t")


def test_the_catalog_stays_glue_shaped(lake):
    athena = Athena(lake=lake)
    athena.run("CREATE TABLE made AS SELECT 1 AS a, 'x' AS b")
    entry = lake.catalog.find("fernway", "made").entry
    assert json.loads(json.dumps(entry)) == entry
    assert entry["DatabaseName"] == "fernway"
    assert {column["Name"]: column["Type"] for column in entry["StorageDescriptor"]["Columns"]} == {
        "a": "int",
        "b": "varchar(1)",
    }
    assert entry["StorageDescriptor"]["Location"].startswith("s3://")
