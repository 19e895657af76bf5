"""Is the bill right to the byte?"""

import pyarrow.parquet as pq
import pytest

from dealab.sql import LabLimit, Redshift, bill

MB = 1024**2


def chunks(folder, month, *columns):
    """Return the bytes of the columns' chunks in one month's file, by row group."""
    meta = pq.ParquetFile(folder / f"bucket/orders/order_month={month}/part-0.parquet").metadata
    groups = [meta.row_group(at) for at in range(meta.num_row_groups)]
    return [
        sum(
            group.column(at).total_compressed_size
            for at in range(meta.num_columns)
            if group.column(at).path_in_schema in columns
        )
        for group in groups
    ]


def test_parquet_pays_for_the_columns_named(athena, lake_folder):
    wanted = sum(chunks(lake_folder, "2026-04", "order_id")) + sum(
        chunks(lake_folder, "2026-05", "order_id")
    )
    assert athena.run("SELECT sum(order_id) FROM orders").bytes_scanned == wanted
    both = sum(chunks(lake_folder, "2026-04", "order_id", "note"))
    sql = "SELECT sum(order_id), max(note) FROM orders WHERE order_month = '2026-04'"
    assert athena.run(sql).bytes_scanned == both


def test_partition_and_row_group_pruning(athena, lake_folder):
    result = athena.run("SELECT max(note) FROM orders WHERE order_id BETWEEN 600 AND 700")
    assert result.bytes_scanned == chunks(lake_folder, "2026-04", "order_id", "note")[1]
    assert (result.bill.row_groups_read, result.bill.row_groups_total) == (1, 4)
    result = athena.run("SELECT sum(order_id) FROM orders WHERE order_month = '2026-05'")
    assert result.bytes_scanned == sum(chunks(lake_folder, "2026-05", "order_id"))
    assert result.bill.files_read == 1


def test_count_star_of_parquet_reads_no_column(athena):
    assert athena.run("SELECT count(*) FROM orders").bytes_scanned == 0


@pytest.mark.parametrize(
    ("sql", "file"),
    [
        ("SELECT id FROM people_csv", "people_csv/a.csv"),
        ("SELECT count(*) FROM flow", "flow/a.log.gz"),
        ("SELECT orderid FROM events", "events/a.jsonl"),
        ("SELECT status FROM access", "access/a.log"),
        ("SELECT eventname FROM trail", "trail/a.json"),
        ("SELECT id FROM people_csv LIMIT 1", "people_csv/a.csv"),
    ],
)
def test_text_pays_for_the_whole_file(athena, lake_folder, sql, file):
    assert athena.run(sql).bytes_scanned == (lake_folder / "bucket" / file).stat().st_size


def test_the_same_query_costs_the_same_again(athena):
    sql = "SELECT max(note) FROM orders"
    assert athena.run(sql).bytes_scanned == athena.run(sql).bytes_scanned > 0


def test_limit_does_not_depend_on_threads(athena):
    costs = {athena.run("SELECT note FROM orders LIMIT 1").bytes_scanned for _ in range(5)}
    assert len(costs) == 1


def test_a_named_subquery_is_read_each_time_it_is_used(athena):
    once = athena.run("SELECT max(order_id) FROM orders").bytes_scanned
    twice = athena.run(
        "WITH x AS (SELECT order_id FROM orders) SELECT (SELECT max(order_id) FROM x), (SELECT "
        "min(order_id) FROM x)"
    ).bytes_scanned
    assert twice == 2 * once


@pytest.mark.parametrize(
    ("scanned", "billed"),
    [
        (0, 10 * MB),
        (1, 10 * MB),
        (10 * MB, 10 * MB),
        (10 * MB + 1, 11 * MB),
        (25 * MB, 25 * MB),
        (1024**4, 1024**4),
    ],
)
def test_rounding_up_to_a_megabyte_with_a_minimum_of_ten(scanned, billed):
    assert bill.billed(scanned, "athena") == billed


def test_cost_is_price_times_billed(athena):
    result = athena.run("SELECT count(*) FROM orders")
    assert result.billed_bytes == 10 * MB
    assert result.cost_usd == pytest.approx(5.0 * 10 * MB / 1024**4)


def test_no_table_and_no_query_cost_nothing(athena):
    for sql in ("SELECT 1", "SHOW TABLES", "DESCRIBE orders", "VALUES 1"):
        result = athena.run(sql)
        assert (result.bytes_scanned, result.billed_bytes, result.cost_usd) == (0, 0, 0.0)


def test_redshift_bills_external_tables_as_spectrum(redshift):
    result = redshift.run("SELECT count(*) FROM kinds")
    assert result.billed_bytes == 10 * MB
    assert redshift.run("SELECT 1").cost_usd == 0.0


def test_region_without_a_verified_price_is_refused(lake_folder):
    with pytest.raises(LabLimit, match="mars-north-1"):
        Redshift(datasets=lake_folder, region="mars-north-1")


def test_every_price_has_source_and_date():
    for service in ("athena", "redshift"):
        entry = bill.prices()[service]
        assert entry["source"].startswith("https://")
        assert entry["checked"] == "2026-11-23"
        assert all(price > 0 for price in entry["usd_per_tb"].values())
