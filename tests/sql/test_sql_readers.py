"""Does each SerDe read its files as Athena's would?"""

import json

import lake
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dealab.sql import Athena, LabLimit, Redshift, ServiceError


def test_parquet_reads_registered_partitions_only(athena):
    rows = athena.run("SELECT order_month, count(*) FROM orders GROUP BY 1 ORDER BY 1").rows
    assert rows == [("2026-04", 1000), ("2026-05", 1000)]


def test_parquet_column_that_a_file_lacks_is_null(athena):
    rows = athena.run("SELECT order_month, count(coupon) FROM orders GROUP BY 1 ORDER BY 1").rows
    assert rows == [("2026-04", 0), ("2026-05", 1000)]


def test_partitions_whose_folder_does_not_say_the_key(athena):
    rows = athena.run(
        "SELECT batch, min(order_id) FROM orders_moved GROUP BY batch ORDER BY 1"
    ).rows
    assert rows == [(1, 0), (2, 1000)]


def test_open_csv_serde_reads_strings_and_takes_ragged_lines(athena):
    assert athena.run("SELECT * FROM people_csv ORDER BY id").rows == [
        ("1", "Ada, Lovelace", "36"),
        ("2", "", ""),
        ("3", "Bob", None),
        ("4", "Eve", "20"),
    ]


def test_delimited_text_reads_null_for_what_does_not_fit(athena):
    rows = athena.run("SELECT version, srcaddr, dstport FROM flow ORDER BY srcaddr").rows
    assert rows == [(2, "10.0.0.1", 443), (None, "10.0.0.3", None), (2, None, 80)]


def test_json_serde_ignores_the_case_of_keys(athena):
    rows = athena.run(
        "SELECT e.orderid, e.customer.name, i.sku, i.qty FROM events AS e "
        "CROSS JOIN UNNEST(e.items) AS i(sku, qty) ORDER BY 1, 3"
    ).rows
    assert rows == [(1, "Ada", "a", 2), (2, None, "b", 1), (2, None, "c", 5)]


def test_json_key_that_only_a_late_record_has(tmp_path):
    lake.make(tmp_path)
    lines = [{"orderId": at} for at in range(1000)] + [{"orderId": 1000, "lateKey": "here"}]
    path = tmp_path / "bucket" / "events" / "a.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    catalog = json.loads((tmp_path / "catalog.json").read_text(encoding="utf-8"))
    (table,) = [entry for entry in catalog["Tables"] if entry["Name"] == "events"]
    table["StorageDescriptor"]["Columns"].append({"Name": "latekey", "Type": "string"})
    (tmp_path / "catalog.json").write_text(json.dumps(catalog), encoding="utf-8")
    rows = Athena(datasets=tmp_path).run("SELECT orderid FROM events WHERE latekey = 'here'").rows
    assert rows == [(1000,)]


def test_regex_serde_gives_nulls_for_a_line_that_does_not_match(athena):
    assert athena.run("SELECT * FROM access").rows == [
        ("https", 200, "GET /a HTTP/1.1"),
        (None, None, None),
    ]


def test_cloudtrail_serde_reads_records(athena):
    rows = athena.run(
        "SELECT eventname, useridentity.type, errorcode, requestparameters FROM trail"
    ).rows
    assert rows == [
        ("PutObject", "IAMUser", None, '{"b":1}'),
        ("GetObject", None, "AccessDenied", None),
    ]


def test_path_pseudo_column(athena):
    rows = athena.run('SELECT DISTINCT "$path" FROM people_csv').rows
    assert rows == [("s3://bucket/people_csv/a.csv",)]


def test_table_without_files_is_empty(athena):
    assert athena.run("SELECT * FROM nothing").rows == []
    assert athena.run("SELECT count(*) FROM nothing").rows == [(0,)]


def test_format_that_the_lab_cannot_read_is_refused_by_name(athena):
    with pytest.raises(LabLimit, match="AvroSerDe"):
        athena.run("SELECT * FROM avro_data")


def test_new_file_and_changed_file_are_seen(tmp_path):
    lake.make(tmp_path)
    engine = Athena(datasets=tmp_path)
    sql = "SELECT count(*), sum(i) FROM kinds"
    assert engine.run(sql).rows == [(3, 3)]
    folder = tmp_path / "bucket" / "kinds"
    pq.write_table(pa.table({"i": pa.array([10], pa.int32())}), folder / "b.parquet")
    assert engine.run(sql).rows == [(4, 13)]
    pq.write_table(pa.table({"i": pa.array([5, 6], pa.int32())}), folder / "b.parquet")
    assert engine.run(sql).rows == [(5, 14)]
    (folder / "b.parquet").unlink()
    assert engine.run(sql).rows == [(3, 3)]


def test_bad_value_in_a_file_is_hive_bad_data(tmp_path):
    lake.make(tmp_path)
    path = tmp_path / "bucket" / "events" / "a.jsonl"
    path.write_text('{"orderId": "not a number"}\n', encoding="utf-8")
    with pytest.raises(ServiceError) as caught:
        Athena(datasets=tmp_path).run("SELECT orderid FROM events")
    assert caught.value.code == "HIVE_BAD_DATA"


def test_csv_field_that_does_not_hold_its_type_fails_the_query(athena, redshift):
    with pytest.raises(
        ServiceError, match="HIVE_BAD_DATA: Error parsing field value '' for field 1"
    ):
        athena.run("SELECT sum(qty) FROM typed_csv")
    with pytest.raises(ServiceError, match="Spectrum Scan Error"):
        redshift.run("SELECT sum(qty) FROM typed_csv")


def test_redshift_reads_the_same_tables_as_super(redshift):
    rows = redshift.run("SELECT e.orderid, i.sku FROM events e, e.items i ORDER BY 1, 2").rows
    assert rows == [(1, "a"), (2, "b"), (2, "c")]
    assert redshift.run("SELECT l FROM kinds WHERE i = 1").rows == [("[1,2]",)]


def test_unknown_table_and_database_with_a_hint(athena):
    with pytest.raises(ServiceError) as caught:
        athena.run("SELECT * FROM ordrs")
    assert str(caught.value) == (
        "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.fernway.ordrs' does not exist"
    )
    assert caught.value.hint == "did you mean orders?"
    with pytest.raises(ServiceError, match="SCHEMA_NOT_FOUND"):
        athena.run("SELECT * FROM nodb.t")


def test_qualified_names(athena, redshift):
    assert athena.run("SELECT count(*) FROM awsdatacatalog.fernway.kinds").rows == [(3,)]
    assert athena.run("SELECT fernway.kinds.i FROM fernway.kinds WHERE kinds.i = 1").rows == [(1,)]
    assert redshift.run("SELECT count(*) FROM fernway.kinds").rows == [(3,)]


def test_folder_without_catalog_is_refused(tmp_path):
    with pytest.raises(LabLimit, match=r"catalog\.json"):
        Redshift(datasets=tmp_path)


@pytest.mark.parametrize(("name", "content"), [("x.gz", b"no gzip\n"), ("x.zst", b"no zstd\n")])
def test_a_file_that_is_not_what_its_ending_says(lake_folder, name, content):
    from dealab.sql import Athena, Lake, Redshift, ServiceError

    lake = Lake(lake_folder)
    lake.put(f"s3://bucket/broken/{name}", content)
    athena = Athena(lake=lake)
    athena.run("CREATE EXTERNAL TABLE broken (a string) LOCATION 's3://bucket/broken/'")
    with pytest.raises(ServiceError, match="HIVE_CURSOR_ERROR"):
        athena.run("SELECT * FROM broken")
    with pytest.raises(ServiceError, match="Spectrum Scan Error"):
        Redshift(lake=lake).run("SELECT * FROM fernway.broken")
