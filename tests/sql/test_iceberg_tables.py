"""CREATE, ALTER, DROP, DESCRIBE and SHOW of Iceberg tables."""

import json

import pytest
from iceberg_lake import client, create, files, objects, rows, snapshots

from dealab.sql import LabLimit, ServiceError
from dealab.sql.athena.iceberg import metadata, tables

UG = "https://docs.aws.amazon.com/athena/latest/ug/"


@pytest.fixture
def athena(lake_folder):
    return client(lake_folder)


def test_new_table_in_the_catalog(athena):
    create(athena, "t", "id bigint COMMENT 'key', name string", "bucket(4, id)")
    entry = athena.catalog.find("fernway", "t").entry
    assert entry["TableType"] == "EXTERNAL_TABLE"
    assert entry["Parameters"]["table_type"] == "ICEBERG"
    assert entry["PartitionKeys"] == []
    assert entry["StorageDescriptor"]["Location"] == "s3://bucket/ice/t"
    assert [c["Name"] for c in entry["StorageDescriptor"]["Columns"]] == ["id", "name"]
    place = entry["Parameters"]["metadata_location"]
    assert place.startswith("s3://bucket/ice/t/metadata/00000-")
    document = json.loads(athena.lake.read(place))
    assert document["format-version"] == 2
    assert document["current-snapshot-id"] == -1
    assert document["schemas"][0]["fields"][0] == {
        "id": 1,
        "name": "id",
        "required": False,
        "type": "long",
        "doc": "key",
    }
    assert document["partition-specs"] == [
        {
            "spec-id": 0,
            "fields": [
                {
                    "name": "id_bucket",
                    "transform": "bucket[4]",
                    "source-id": 1,
                    "field-id": 1000,
                }
            ],
        }
    ]
    assert rows(athena, "SELECT * FROM t") == []


def test_each_change_writes_the_next_metadata_file(athena):
    create(athena, "t", "id int")
    athena.run("INSERT INTO t VALUES 1")
    table = athena.catalog.find("fernway", "t")
    assert "/00001-" in table.parameters["metadata_location"]
    assert "/00000-" in table.parameters["previous_metadata_location"]
    document = metadata.load(athena.lake, table).document
    assert [entry["metadata-file"] for entry in document["metadata-log"]] == [
        table.parameters["previous_metadata_location"]
    ]


REFUSED = [
    # wordings: https://github.com/aoyagikouhei/athena-local/blob/main/docs/caveats.md
    (
        "CREATE EXTERNAL TABLE t (i int) LOCATION 's3://bucket/x/' "
        "TBLPROPERTIES ('table_type'='ICEBERG')",
        "External keyword not supported for table type ICEBERG",
    ),
    (
        "CREATE TABLE t (i int) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' "
        "LOCATION 's3://bucket/x/' TBLPROPERTIES ('table_type'='ICEBERG')",
        "Iceberg create table statement does not allow ROW FORMAT",
    ),
    (
        "CREATE TABLE t (i int) STORED AS PARQUET LOCATION 's3://bucket/x/' "
        "TBLPROPERTIES ('table_type'='ICEBERG')",
        "Iceberg create table statement does not allow STORED AS/BY",
    ),
    (
        "CREATE TABLE t (i int) CLUSTERED BY (i) INTO 4 BUCKETS LOCATION 's3://bucket/x/' "
        "TBLPROPERTIES ('table_type'='ICEBERG')",
        "Iceberg create table statement does not allow CLUSTERED BY",
    ),
    (
        "CREATE TABLE t (i int) PARTITIONED BY (p int) LOCATION 's3://bucket/x/' "
        "TBLPROPERTIES ('table_type'='ICEBERG')",
        "Invalid PARTITIONED BY clause in Iceberg create table statement",
    ),
    (
        "CREATE TABLE t LOCATION 's3://bucket/x/' TBLPROPERTIES ('table_type'='ICEBERG')",
        "At least one column is required for Iceberg create table statement",
    ),
    (
        "CREATE TABLE t (i int) LOCATION 's3://bucket/x/' "
        "TBLPROPERTIES ('table_type'='ICEBERG', 'owner'='me')",
        "Unsupported table property key: owner",
    ),
    (
        "CREATE TABLE t (i int) TBLPROPERTIES ('table_type'='ICEBERG')",
        "No location was specified for table",
    ),
    (
        "CREATE TABLE t (i int) LOCATION 's3://bucket/x/' "
        "TBLPROPERTIES ('table_type'='ICEBERG', 'compression_level'='3')",
        "Compression codec must be defined when compression_level property is specified.",
    ),
    # UG + querying-iceberg-supported-data-types.html
    *(
        (
            f"CREATE TABLE t (i {kind}) LOCATION 's3://bucket/x/' "
            "TBLPROPERTIES ('table_type'='ICEBERG')",
            "Type not supported for Iceberg",
        )
        for kind in ("tinyint", "smallint", "char(3)", "varchar(3)", "array<smallint>")
    ),
    # UG + querying-iceberg-creating-tables.html: the transforms and the types that they take
    *(
        (
            f"CREATE TABLE t (d date, s string, b boolean, l array<int>) PARTITIONED BY ({part}) "
            "LOCATION 's3://bucket/x/' TBLPROPERTIES ('table_type'='ICEBERG')",
            message,
        )
        for part, message in (
            ("hour(d)", "Unsupported type for 'hour'"),
            ("year(s)", "Unsupported type for 'year'"),
            ("bucket(4, b)", "Unsupported type for 'bucket'"),
            ("truncate(4, d)", "Unsupported type for 'truncate'"),
            ("l", "not supported"),
            ("x", "Partition column 'x' not found"),
            ("s, s", "more than once"),
            ("bucket(0, s)", "must be positive"),
        )
    ),
    # UG + querying-iceberg-creating-tables.html: allowed values
    *(
        (
            "CREATE TABLE t (i int) LOCATION 's3://bucket/x/' "
            f"TBLPROPERTIES ('table_type'='ICEBERG', '{key}'='{value}')",
            f"Invalid value for table property '{key}'",
        )
        for key, value in (
            ("format", "csv"),
            ("write_compression", "brotli"),
            ("write_target_data_file_size_bytes", "0"),
            ("optimize_rewrite_data_file_threshold", "50"),
            ("optimize_rewrite_delete_file_threshold", "x"),
            ("optimize_rewrite_min_data_file_size_bytes", "536870912"),
            ("optimize_rewrite_max_data_file_size_bytes", "1000"),
            ("vacuum_min_snapshots_to_keep", "0"),
        )
    ),
]


@pytest.mark.parametrize(("sql", "message"), REFUSED)
def test_refused_definitions(athena, sql, message):
    with pytest.raises(ServiceError) as refused:
        athena.run(sql)
    assert message in str(refused.value)
    assert athena.catalog.find("fernway", "t") is None
    assert not athena.lake.exists("s3://bucket/x/")


@pytest.mark.parametrize("word", ["orc", "AVRO"])
def test_other_file_formats_are_limits(athena, word):
    with pytest.raises(LabLimit, match=word.upper()):
        create(athena, "t", "i int", format=word)


def test_existing_table(athena):
    create(athena, "t", "i int")
    with pytest.raises(ServiceError, match="already exist"):
        create(athena, "t", "i int")
    athena.run(
        "CREATE TABLE IF NOT EXISTS t (x string) LOCATION 's3://bucket/y/' "
        "TBLPROPERTIES ('table_type'='ICEBERG')"
    )
    assert athena.run("SELECT * FROM t").columns == ["i"]


def test_codec_of_the_files(athena):
    create(athena, "t", "i int", write_compression="gzip")
    athena.run("INSERT INTO t VALUES 1")
    [path] = files(athena, "t")
    file = athena.lake.files(path)[0]
    found = athena.duck().execute(f"SELECT compression FROM parquet_metadata('{file}')")
    assert found == [("GZIP",)]


# --- CTAS (UG + create-table-as.html) ----------------------------------------------------


def test_ctas(athena):
    made = athena.run(
        "CREATE TABLE c WITH (table_type = 'ICEBERG', location = 's3://bucket/ice/c/', "
        "is_external = false, partitioning = ARRAY['bucket(name, 3)', 'id']) "
        "AS SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS v (id, name)"
    )
    assert made.update_count == 2
    assert rows(athena, "SELECT id, name FROM c ORDER BY id") == [(1, "a"), (2, "b")]
    assert all("/name_bucket=" in path and "/id=" in path for path in files(athena, "c"))
    assert rows(athena, 'SELECT operation FROM "c$snapshots"') == [("append",)]


CTAS_REFUSED = [
    ("is_external = true", "SELECT 1 AS a", "is_external"),
    ("is_external = false, partitioning = ARRAY['decade(a)']", "SELECT 1 AS a", "partition"),
    (
        "is_external = false, bucketed_by = ARRAY['a'], bucket_count = 2",
        "SELECT 1 a",
        "bucketed_by",
    ),
    (
        "is_external = false",
        "SELECT TIMESTAMP '2026-01-01 00:00:00.000' AS a",
        'Timestamp precision (3) not supported for Iceberg. Use "timestamp(6)" instead.',
    ),
]


@pytest.mark.parametrize(("given", "query", "message"), CTAS_REFUSED)
def test_refused_ctas(athena, given, query, message):
    with pytest.raises(ServiceError) as refused:
        athena.run(
            "CREATE TABLE c WITH (table_type = 'ICEBERG', location = 's3://bucket/ice/c/', "
            f"{given}) AS {query}"
        )
    assert message in str(refused.value)
    assert athena.catalog.find("fernway", "c") is None


def test_ctas_over_a_folder_with_objects(athena):
    athena.lake.put("s3://bucket/ice/c/x", "x")
    with pytest.raises(ServiceError, match="non-empty location"):
        athena.run(
            "CREATE TABLE c WITH (table_type = 'ICEBERG', location = 's3://bucket/ice/c/', "
            "is_external = false) AS SELECT 1 AS a"
        )


# --- schema evolution (UG + querying-iceberg-evolving-table-schema.html) -----------------


def test_renamed_column_keeps_its_data_and_a_dropped_one_does_not_come_back(athena):
    create(athena, "t", "id int, a string, b string")
    athena.run("INSERT INTO t VALUES (1, 'x', 'y')")
    athena.run("ALTER TABLE t CHANGE COLUMN a c string")
    athena.run("ALTER TABLE t DROP COLUMN b")
    athena.run("ALTER TABLE t ADD COLUMNS (b string, a int)")
    assert athena.run("SELECT * FROM t").columns == ["id", "c", "b", "a"]
    assert rows(athena, "SELECT * FROM t") == [(1, "x", None, None)]
    athena.run("INSERT INTO t VALUES (2, 'p', 'q', 3)")
    assert rows(athena, "SELECT * FROM t ORDER BY id") == [(1, "x", None, None), (2, "p", "q", 3)]
    with pytest.raises(ServiceError, match="COLUMN_NOT_FOUND"):
        athena.run("SELECT z FROM t")


def test_types_widen(athena):
    create(athena, "t", "i int, f float, d decimal(5,2)")
    athena.run("INSERT INTO t VALUES (1, REAL '1.5', DECIMAL '123.45')")
    for column, kind in (("i", "bigint"), ("f", "double"), ("d", "decimal(12,2)")):
        athena.run(f"ALTER TABLE t CHANGE {column} {column} {kind}")
    athena.run("INSERT INTO t VALUES (5000000000, 2.5E0, DECIMAL '1234567.89')")
    result = athena.run("SELECT * FROM t ORDER BY i")
    assert result.types == ["bigint", "double", "decimal(12,2)"]
    assert [tuple(map(float, row)) for row in result.rows] == [
        (1.0, 1.5, 123.45),
        (5e9, 2.5, 1234567.89),
    ]


@pytest.mark.parametrize(
    ("column", "kind"),
    [("i", "string"), ("b", "int"), ("d", "decimal(4,2)"), ("d", "decimal(9,3)")],
)
def test_types_do_not_narrow(athena, column, kind):
    create(athena, "t", "i int, b bigint, d decimal(5,2)")
    with pytest.raises(ServiceError, match="Cannot change column type"):
        athena.run(f"ALTER TABLE t CHANGE {column} {column} {kind}")


def test_order_and_comments_of_columns(athena):
    create(athena, "t", "a int, b int, c int")
    athena.run("INSERT INTO t VALUES (1, 2, 3)")
    athena.run("ALTER TABLE t CHANGE c c int COMMENT 'third' FIRST")
    athena.run("ALTER TABLE t CHANGE COLUMN a aa int AFTER b")
    result = athena.run("SELECT * FROM t")
    assert result.columns == ["c", "b", "aa"]
    assert result.rows == [(3, 2, 1)]
    assert ("c", "int", "third") in athena.run("DESCRIBE t").rows


def test_fields_of_a_struct_come_and_go(athena):
    create(athena, "t", "s struct<a:int,b:string>, l array<struct<x:int>>, m map<string,int>")
    athena.run(
        "INSERT INTO t VALUES (CAST(ROW(1, 'p') AS ROW(a int, b varchar)), "
        "CAST(ARRAY[ROW(7)] AS array(row(x int))), MAP(ARRAY['k'], ARRAY[5]))"
    )
    athena.run("ALTER TABLE t CHANGE s s struct<a:bigint,c:string>")
    athena.run("ALTER TABLE t CHANGE l l array<struct<y:int,x:bigint>>")
    athena.run("ALTER TABLE t CHANGE m m map<string,bigint>")
    athena.run("INSERT INTO t VALUES (CAST(ROW(2, 'q') AS ROW(a bigint, c varchar)), NULL, NULL)")
    result = athena.run("SELECT s.a, s.c, l, m FROM t ORDER BY 1")
    assert result.rows == [(1, None, [{"y": None, "x": 7}], {"k": 5}), (2, "q", None, None)]
    athena.run("ALTER TABLE t CHANGE s s struct<a:bigint,c:string,b:string>")  # another b
    assert rows(athena, "SELECT s.a, s.b, s.c FROM t ORDER BY 1") == [
        (1, None, None),
        (2, None, "q"),
    ]


def test_partition_column_cannot_be_dropped(athena):
    create(athena, "t", "id int, ts timestamp", "day(ts)")
    with pytest.raises(ServiceError, match="Cannot drop partition field"):
        athena.run("ALTER TABLE t DROP COLUMN ts")


def test_renamed_partition_column(athena):
    create(athena, "t", "id int, c string", "c")
    athena.run("INSERT INTO t VALUES (1, 'a')")
    athena.run("ALTER TABLE t CHANGE COLUMN c channel string")
    athena.run("INSERT INTO t VALUES (2, 'b')")
    assert rows(athena, "SELECT * FROM t WHERE channel = 'a'") == [(1, "a")]
    assert rows(athena, 'SELECT count(*) FROM "t$partitions"') == [(2,)]


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        # https://github.com/aoyagikouhei/athena-local: seen on the service
        ("REPLACE COLUMNS (i int)", "Query type not supported by Athena Iceberg at this time"),
        ("ADD PARTITION (i = 1)", "Query type not supported by Athena Iceberg at this time"),
        ("DROP PARTITION (i = 1)", "Query type not supported by Athena Iceberg at this time"),
        ("SET LOCATION 's3://b/c/'", "Query type not supported by Athena Iceberg at this time"),
        ("SET TBLPROPERTIES ('comment'='x')", "Unsupported table property key: comment"),
        (
            "UNSET TBLPROPERTIES ('write.object-storage.enabled')",
            "Table property write.object-storage.enabled is not supported by Athena",
        ),
        ("ADD PARTITION FIELD day(ts)", "SYNTAX_ERROR"),
        ("WRITE ORDERED BY i", "SYNTAX_ERROR"),
        ("ADD COLUMNS (i int)", "Duplicate column name: i"),
        ("DROP COLUMN zz", "Column 'zz' cannot be resolved"),
        ("CHANGE COLUMN zz a int", "Column 'zz' cannot be resolved"),
        ("DROP COLUMNS (i)", "SYNTAX_ERROR"),
        ("CHANGE COLUMN i i money", "money"),
        ("ADD COLUMNS (a money)", "money"),
    ],
)
def test_refused_changes(athena, sql, message):
    create(athena, "t", "i int, ts timestamp")
    before = athena.catalog.version
    with pytest.raises(ServiceError) as refused:
        athena.run(f"ALTER TABLE t {sql}")
    assert message in str(refused.value)
    assert athena.catalog.version == before


def test_properties_are_set_shown_and_unset(athena):
    create(athena, "t", "i int", vacuum_min_snapshots_to_keep="3")
    athena.run("ALTER TABLE t SET TBLPROPERTIES ('optimize_rewrite_data_file_threshold'='7')")
    shown = dict(athena.run("SHOW TBLPROPERTIES t").rows)
    assert shown["vacuum_min_snapshots_to_keep"] == "3"
    assert shown["optimize_rewrite_data_file_threshold"] == "7"
    assert "metadata_location" not in shown
    athena.run("ALTER TABLE t UNSET TBLPROPERTIES ('vacuum_min_snapshots_to_keep')")
    assert "vacuum_min_snapshots_to_keep" not in dict(athena.run("SHOW TBLPROPERTIES t").rows)


def test_renamed_table(athena):
    create(athena, "t", "i int")
    athena.run("INSERT INTO t VALUES 1")
    athena.run("ALTER TABLE t RENAME TO other.u")
    assert rows(athena, "SELECT * FROM other.u") == [(1,)]
    with pytest.raises(ServiceError, match="TABLE_NOT_FOUND"):
        athena.run("SELECT * FROM t")
    athena.run("INSERT INTO other.u VALUES 2")
    assert len(snapshots(athena, "other.u".replace(".", '"."'))) == 2


def test_partition_evolution_is_metadata_alone(athena):
    """Spark's ADD PARTITION FIELD: old files keep their layout, new ones follow the new spec."""
    create(athena, "t", "id int, ts timestamp", "year(ts)")
    athena.run("INSERT INTO t VALUES (1, TIMESTAMP '2026-04-01 10:00:00')")
    table = athena.catalog.find("fernway", "t")
    tables.evolve_partitions(athena, table, ["day(ts)", "bucket(id, 2)"])
    athena.run("INSERT INTO t VALUES (2, TIMESTAMP '2026-04-02 10:00:00')")
    old, new = sorted(files(athena, "t"), key=lambda path: "ts_year" not in path)
    assert "/ts_year=2026/" in old
    assert "/ts_day=2026-04-02/id_bucket=" in new
    assert rows(athena, "SELECT id FROM t ORDER BY id") == [(1,), (2,)]
    found = athena.run("SELECT id FROM t WHERE ts >= TIMESTAMP '2026-04-02 00:00:00'")
    assert (found.rows, found.bill.files_read) == ([(2,)], 1)
    athena.run("ALTER TABLE t SET TBLPROPERTIES ('optimize_rewrite_data_file_threshold'='1')")
    athena.run("OPTIMIZE t REWRITE DATA USING BIN_PACK")
    assert all("/ts_day=" in path for path in files(athena, "t"))
    assert rows(athena, "SELECT id FROM t ORDER BY id") == [(1,), (2,)]


# --- dropping and showing ----------------------------------------------------------------


def test_drop_takes_the_data(athena):
    create(athena, "t", "i int")
    athena.run("INSERT INTO t VALUES 1")
    assert objects(athena, "t")
    athena.run("DROP TABLE t")
    assert objects(athena, "t") == []
    create(athena, "t", "i int")
    assert rows(athena, "SELECT * FROM t") == []


def test_drop_database_cascade_takes_the_data(athena):
    athena.run("CREATE DATABASE gone")
    athena.run(
        "CREATE TABLE gone.t (i int) LOCATION 's3://bucket/ice/gone/' "
        "TBLPROPERTIES ('table_type'='ICEBERG')"
    )
    athena.run("DROP DATABASE gone CASCADE")
    assert objects(athena, "gone") == []


def test_describe(athena):
    # https://github.com/aoyagikouhei/athena-local/blob/main/docs/result-files.md
    create(athena, "t", "id int, s string, st struct<a:int,b:decimal(5,2)>", "s, truncate(3, s)")
    assert athena.run("DESCRIBE t").rows == [
        ("# Table schema:", "", ""),
        ("# col_name", "data_type", "comment"),
        ("id", "int", ""),
        ("s", "string", ""),
        ("st", "struct<a: int, b: decimal(5, 2)>", ""),
        ("", "", ""),
        ("# Partition spec:", "", ""),
        ("# field_name", "field_transform", "column_name"),
        ("s", "identity", "s"),
        ("s_trunc", "truncate[3]", "s"),
    ]
    formatted = athena.run("DESCRIBE FORMATTED t").rows
    assert ("Name:", "iceberg.fernway.t", "") in formatted
    assert ("write.format.default", "PARQUET", "") in formatted


def test_show_create_makes_the_table_again(athena):
    create(athena, "t", "id bigint, ts timestamp, `x y` string", "day(ts), bucket(8, id)")
    lines = [line for (line,) in athena.run("SHOW CREATE TABLE t").rows]
    assert "PARTITIONED BY (day(`ts`), bucket(8, `id`))" in lines
    athena.run("DROP TABLE t")
    athena.run("\n".join(lines))
    assert [line for (line,) in athena.run("SHOW CREATE TABLE t").rows] == lines


def test_show_partitions_and_repair_are_refused(athena):
    create(athena, "t", "i int", "i")
    for sql in ("SHOW PARTITIONS t", "MSCK REPAIR TABLE t"):
        with pytest.raises(ServiceError, match="not supported"):
            athena.run(sql)


def test_redshift_reads_the_same_table(athena):
    from dealab.sql import Redshift

    create(athena, "t", "i int, s string")
    athena.run("INSERT INTO t VALUES (1, 'a'), (2, 'b')")
    athena.run("DELETE FROM t WHERE i = 1")
    redshift = Redshift(lake=athena.lake)
    assert redshift.run("SELECT i, s FROM fernway.t").rows == [(2, "b")]


def test_damaged_metadata(athena):
    create(athena, "t", "i int")
    entry = {**athena.catalog.find("fernway", "t").entry}
    entry["Parameters"] = {"table_type": "ICEBERG", "metadata_location": "s3://bucket/no.json"}
    athena.catalog.put_table(entry)
    with pytest.raises(ServiceError, match="ICEBERG_MISSING_METADATA"):
        athena.run("SELECT * FROM t")
