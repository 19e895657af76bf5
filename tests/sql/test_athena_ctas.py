# ruff: noqa: E501 - a table reads best with one statement a line
"""CREATE TABLE AS: files, folders, catalog entries, refusals."""

import gzip

import pytest

from dealab.sql import Athena, LabLimit, Lake, ServiceError

A = "https://docs.aws.amazon.com/athena/latest/ug/"
CTAS = A + "create-table-as.html"
EXAMPLES = A + "ctas-examples.html"
LIMITS = A + "ctas-considerations-limitations.html"
TRINO = "https://github.com/trinodb/trino"


@pytest.fixture
def engine(lake_folder):
    return Athena(lake=Lake(lake_folder))


def entry(engine, name):
    return engine.catalog.find("fernway", name).entry


def files(engine, location):
    return [name for name, _ in engine.lake.objects(location)]


EVERY_TYPE = """SELECT CAST(1 AS tinyint) AS t, CAST(2 AS smallint) AS s, 3 AS i,
CAST(4 AS bigint) AS b, CAST(1.5 AS real) AS r, 2.5e0 AS d, DECIMAL '12.50' AS dec, true AS bo,
'text' AS v, CAST('with, comma' AS varchar) AS w, CAST('ab' AS char(4)) AS ch, X'00ff10' AS bin,
DATE '2026-01-02' AS da, TIMESTAMP '2026-01-02 03:04:05.678' AS ts, ARRAY[1, 2, NULL] AS ar,
ARRAY['a', 'b'] AS words, MAP(ARRAY['k', 'l'], ARRAY[1, 2]) AS m,
CAST(ROW(1, 'x') AS ROW(a integer, b varchar)) AS ro, ARRAY[ARRAY[1], ARRAY[2, 3]] AS deep,
MAP(ARRAY['k'], ARRAY[ARRAY[1, 2]]) AS lists,
ARRAY[CAST(ROW(1, 'x') AS ROW(a integer, b varchar))] AS items,
CAST(NULL AS varchar) AS no_text, CAST(NULL AS integer) AS no_number,
CAST(NULL AS array(integer)) AS no_list"""


@pytest.mark.parametrize("name", ["PARQUET", "JSON", "TEXTFILE"])
def test_every_type_comes_back(engine, name):
    expected = engine.run(EVERY_TYPE)
    engine.run(f"CREATE TABLE kept WITH (format = '{name}') AS {EVERY_TYPE}")
    got = engine.run("SELECT * FROM kept")
    assert got.columns == expected.columns
    for column, one, other in zip(got.columns, expected.rows[0], got.rows[0], strict=True):
        assert one == other, column


#: (column, its Hive type in the catalog): https://docs.aws.amazon.com/athena/latest/ug/data-types.html
HIVE_TYPES = [
    ("t", "tinyint"), ("s", "smallint"), ("i", "int"), ("b", "bigint"), ("r", "float"),
    ("d", "double"), ("dec", "decimal(4,2)"), ("bo", "boolean"), ("v", "varchar(4)"),
    ("w", "string"), ("ch", "char(4)"), ("bin", "binary"), ("da", "date"), ("ts", "timestamp"),
    ("ar", "array<int>"), ("words", "array<varchar(1)>"), ("m", "map<varchar(1),int>"),
    ("ro", "struct<a:int,b:string>"), ("deep", "array<array<int>>"),
    ("lists", "map<varchar(1),array<int>>"), ("items", "array<struct<a:int,b:string>>"),
]  # fmt: skip


def test_types_of_the_catalog(engine):
    engine.run(f"CREATE TABLE kept AS {EVERY_TYPE}")
    listed = {c["Name"]: c["Type"] for c in entry(engine, "kept")["StorageDescriptor"]["Columns"]}
    assert [(name, listed[name]) for name, _ in HIVE_TYPES] == HIVE_TYPES


def test_default_is_parquet_with_gzip(engine):
    result = engine.run("CREATE TABLE kept AS SELECT channel, count(*) AS n FROM orders GROUP BY 1")
    made = entry(engine, "kept")
    assert result.update_count == 3
    assert result.columns == []
    assert result.rows == []
    assert made["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"].endswith(
        "ParquetHiveSerDe"
    )
    assert made["Parameters"]["parquet.compression"] == "GZIP"
    assert made["TableType"] == "EXTERNAL_TABLE"
    location = made["StorageDescriptor"]["Location"]
    assert location == f"s3://fernway-athena-results/tables/{result.query_id}/"  # LIMITS
    (file,) = engine.lake.files(location)
    import duckdb

    found = duckdb.execute("SELECT DISTINCT compression FROM parquet_metadata(?)", [str(file)])
    assert found.fetchall() == [("GZIP",)]


#: (properties, codec inside the Parquet file)
CODECS = [
    ("write_compression = 'SNAPPY'", "SNAPPY"),
    ("parquet_compression = 'SNAPPY'", "SNAPPY"),
    ("format = 'Parquet', write_compression = 'zstd', compression_level = 4", "ZSTD"),
    ("write_compression = 'NONE'", "UNCOMPRESSED"),
    ("write_compression = 'GZIP'", "GZIP"),
]


@pytest.mark.parametrize(("given", "codec"), CODECS)
def test_parquet_compressions(engine, given, codec):
    engine.run(
        f"CREATE TABLE kept WITH ({given}, external_location = 's3://out/kept/') AS SELECT * FROM orders"
    )
    (file,) = engine.lake.files("s3://out/kept/")
    import duckdb

    found = duckdb.execute("SELECT DISTINCT compression FROM parquet_metadata(?)", [str(file)])
    assert found.fetchall() == [(codec,)]
    assert engine.run("SELECT count(*) FROM kept").rows == [(2000,)]


def test_text_files_are_gzipped_lines(engine):
    engine.run(
        "CREATE TABLE kept WITH (format = 'TEXTFILE', field_delimiter = ',', external_location = 's3://out/csv/') AS SELECT * FROM (VALUES (1, 'a', true), (2, NULL, false)) AS t(x, y, z)"
    )
    (file,) = engine.lake.files("s3://out/csv/")
    assert file.name.endswith(".gz")
    assert gzip.decompress(file.read_bytes()) == b"1,a,true\n2,\\N,false\n"
    assert (
        entry(engine, "kept")["StorageDescriptor"]["SerdeInfo"]["Parameters"]["field.delim"] == ","
    )
    assert engine.run("SELECT * FROM kept").rows == [(1, "a", True), (2, None, False)]


def test_text_default_delimiter(engine):
    engine.run(
        "CREATE TABLE kept WITH (format = 'TEXTFILE', write_compression = 'NONE', external_location = 's3://out/t/') AS SELECT 1 AS x, ARRAY[1, 2] AS y, MAP(ARRAY['k'], ARRAY[1]) AS z"
    )
    (file,) = engine.lake.files("s3://out/t/")
    assert file.read_bytes() == b"1\x011\x022\x01k\x031\n"


def test_json_lines(engine):
    engine.run(
        "CREATE TABLE kept WITH (format = 'JSON', write_compression = 'NONE', external_location = 's3://out/j/') AS SELECT 1 AS x, 'q\"' AS y"
    )
    (file,) = engine.lake.files("s3://out/j/")
    assert file.read_text() == '{"x":1,"y":"q\\""}\n'


def test_partitions_are_folders_and_catalog_entries(engine):
    engine.run(
        "CREATE TABLE kept WITH (partitioned_by = ARRAY['channel', 'order_month'], external_location = 's3://out/p') AS SELECT order_id, channel, order_month FROM orders"
    )
    folders = {name.rpartition("/")[0] for name in files(engine, "s3://out/p/")}
    assert folders == {
        f"out/p/channel={c}/order_month={m}"
        for c in ("app", "store", "web")
        for m in ("2026-04", "2026-05")
    }
    parts = engine.catalog.partitions("fernway", "kept")
    assert sorted(part["Values"] for part in parts)[0] == ["app", "2026-04"]
    assert [key["Name"] for key in entry(engine, "kept")["PartitionKeys"]] == [
        "channel",
        "order_month",
    ]
    assert (
        engine.run("SELECT count(*), count(DISTINCT order_id) FROM kept WHERE channel = 'web'").rows
        == engine.run(
            "SELECT count(*), count(DISTINCT order_id) FROM orders WHERE channel = 'web'"
        ).rows
    )


#: (partition value, folder, what reads back): Hive escapes and Hive's default partition
KEYS = [
    ("DATE '2026-01-01'", "k=2026-01-01", "2026-01-01"),
    ("true", "k=true", "True"),
    ("CAST(3 AS tinyint)", "k=3", "3"),
    ("DECIMAL '1.50'", "k=1.50", "1.50"),
    ("'a b/c:d'", "k=a b%2Fc%3Ad", "a b/c:d"),
    ("'50%'", "k=50%25", "50%"),
    ("CAST(NULL AS date)", "k=__HIVE_DEFAULT_PARTITION__", "None"),
    ("''", "k=__HIVE_DEFAULT_PARTITION__", "None"),
]


@pytest.mark.parametrize(("value", "folder", "back"), KEYS)
def test_partition_values(engine, value, folder, back):
    engine.run(
        f"CREATE TABLE kept WITH (partitioned_by = ARRAY['k'], external_location = 's3://out/k/') AS SELECT 1 AS x, {value} AS k"
    )
    (name,) = files(engine, "s3://out/k/")
    assert name.split("/")[2] == folder
    assert str(engine.run("SELECT k FROM kept").rows[0][0]) == back


def test_buckets_by_hives_hash(engine):
    """Hive's hash of a whole number is the number, of text the sum of 31 powers."""
    engine.run(
        "CREATE TABLE kept WITH (bucketed_by = ARRAY['x'], bucket_count = 3, external_location = 's3://out/b/') AS SELECT x FROM UNNEST(sequence(0, 8)) AS t(x)"
    )
    got = engine.run('SELECT x, "$path" FROM kept').rows
    assert {(x, int(path[-5:])) for x, path in got} == {(x, x % 3) for x in range(9)}
    assert entry(engine, "kept")["StorageDescriptor"]["NumberOfBuckets"] == 3
    assert entry(engine, "kept")["StorageDescriptor"]["BucketColumns"] == ["x"]
    engine.run(
        "CREATE TABLE words WITH (bucketed_by = ARRAY['w'], bucket_count = 4, external_location = 's3://out/w/') AS SELECT 'ab' AS w"
    )
    (name,) = files(engine, "s3://out/w/")
    assert name.endswith(f"bucket-{(97 * 31 + 98) % 4:05d}")


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        ((-1,), "integer", 0x7FFFFFFF % 8),
        ((None,), "integer", 0),
        ((1 << 32,), "bigint", 1),
        ((True,), "boolean", 1),
        (("é",), "varchar", ((-61 * 31 - 87) & 0x7FFFFFFF) % 8),
    ],
)
def test_hash_rules(values, kind, expected):
    from dealab.sql.athena import buckets
    from dealab.sql.types import Type

    assert buckets.bucket(values, [Type(kind)], 8) == expected


def test_partitions_and_buckets_together(engine):
    engine.run(
        "CREATE TABLE kept WITH (partitioned_by = ARRAY['channel'], bucketed_by = ARRAY['order_id'], bucket_count = 2, external_location = 's3://out/pb/') AS SELECT order_id, channel FROM orders"
    )
    assert len(files(engine, "s3://out/pb/")) == 6
    assert engine.run("SELECT count(*) FROM kept").rows == [(2000,)]


def test_with_no_data_and_an_empty_result(engine):
    result = engine.run("CREATE TABLE hollow AS SELECT * FROM orders WITH NO DATA")
    assert result.bytes_scanned == 0
    assert result.billed_bytes == 0
    assert result.update_count == 0
    assert engine.run("SELECT count(*) FROM hollow").rows == [(0,)]
    engine.run("CREATE TABLE no_rows AS SELECT order_id FROM orders WHERE order_id < 0")
    assert engine.run("SELECT * FROM no_rows").rows == []
    assert engine.run("CREATE TABLE all_of_it AS SELECT 1 AS x WITH DATA").update_count == 1


def test_it_pays_for_what_it_reads(engine):
    read = engine.run("SELECT channel, count(*) FROM orders GROUP BY 1")
    made = engine.run("CREATE TABLE kept AS SELECT channel, count(*) AS n FROM orders GROUP BY 1")
    assert made.bytes_scanned == read.bytes_scanned > 0
    assert made.billed_bytes == 10 * 1024**2


def test_if_not_exists_does_nothing(engine):
    engine.run("CREATE TABLE kept AS SELECT 1 AS x")
    result = engine.run("CREATE TABLE IF NOT EXISTS kept AS SELECT 2 AS x FROM orders")
    assert result.billed_bytes == 0
    assert engine.run("SELECT x FROM kept").rows == [(1,)]


def test_names(engine):
    engine.run('CREATE TABLE "fernway"."my_Table" (a, B) COMMENT \'two\' AS SELECT 1, 2')
    assert entry(engine, "my_table")["Parameters"]["comment"] == "two"
    assert engine.run("SELECT * FROM my_table").columns == ["a", "b"]
    engine.run("create table awsdatacatalog.default.other as (select 1 as x)")
    assert engine.run("SELECT * FROM default.other").rows == [(1,)]


def test_a_table_may_read_itself_being_made(engine):
    """The documented union of VALUES: https://docs.aws.amazon.com/athena/latest/ug/ctas-examples.html"""
    engine.run(
        "create table old_table as select * from (values (0, 1), (1, 2)) as t (a, b) union select * from (values (0, 1), (14, 5)) as u (a, b);"
    )
    assert sorted(engine.run("SELECT * FROM old_table").rows) == [(0, 1), (1, 2), (14, 5)]


#: (statement, code, part of the message, page)
REFUSED = [
    ("CREATE TABLE t AS SELECT count(*) FROM orders", "MISSING_COLUMN_NAME", "Column name not specified at position 1", TRINO),
    ("CREATE TABLE t AS SELECT * FROM (SELECT count(*) FROM orders)", "MISSING_COLUMN_NAME", "position 1", TRINO),
    ("CREATE TABLE t AS SELECT 1 AS a, 2 AS A", "DUPLICATE_COLUMN_NAME", "'a' specified more than once", TRINO),
    ("CREATE TABLE t AS SELECT NULL AS a", "COLUMN_TYPE_UNKNOWN", "Column type is unknown at position 1", TRINO),
    ("CREATE TABLE t (a, b) AS SELECT 1 AS x", "MISMATCHED_COLUMN_ALIASES", "2 entries but relation has 1", TRINO),
    ("CREATE TABLE orders AS SELECT 1 AS a", "TABLE_ALREADY_EXISTS", "'awsdatacatalog.fernway.orders' already exists", TRINO),
    ("CREATE TABLE nowhere.t AS SELECT 1 AS a", "SCHEMA_NOT_FOUND", "Schema 'nowhere' does not exist", TRINO),
    ("CREATE TABLE t AS SELECT uuid() AS a", "NOT_SUPPORTED", "Unsupported Hive type: uuid", A + "data-types.html"),
    ("CREATE TABLE t AS SELECT current_timestamp AS a", "NOT_SUPPORTED", "Unsupported Hive type: timestamp(3) with time zone", A + "engine-versions-reference-0003.html"),
    ("CREATE TABLE t AS SELECT TIME '10:00:00' AS a", "NOT_SUPPORTED", "Unsupported Hive type: time", TRINO),
    ("CREATE TABLE t AS SELECT CAST('2026-01-01' AS timestamp(6)) AS a", "NOT_SUPPORTED", "Incorrect timestamp precision for timestamp(6); the configured precision is MILLISECONDS; column name: a", "https://github.com/moj-analytical-services/pydbtools/issues/154"),
    ("CREATE TABLE t AS SELECT ROW(1, 2) AS a", "NOT_SUPPORTED", "Anonymous row type is not supported in Hive", TRINO),
    ("CREATE TABLE t AS SELECT JSON '1' AS a", "NOT_SUPPORTED", "Unsupported Hive type: json", TRINO),
    ("CREATE TABLE t WITH (partitioned_by = ARRAY['a']) AS SELECT 1 AS a, 2 AS b", "HIVE_COLUMN_ORDER_MISMATCH", "Partition keys must be the last columns in the table and in the same order as the table properties: [a]", CTAS),
    ("CREATE TABLE t WITH (partitioned_by = ARRAY['c', 'b']) AS SELECT 1 AS a, 2 AS b, 3 AS c", "HIVE_COLUMN_ORDER_MISMATCH", "[c, b]", CTAS),
    ("CREATE TABLE t WITH (partitioned_by = ARRAY['z']) AS SELECT 1 AS a, 2 AS b", "INVALID_TABLE_PROPERTY", "Partition columns [z] not present in schema", TRINO),
    ("CREATE TABLE t WITH (partitioned_by = ARRAY['a']) AS SELECT 1 AS a", "INVALID_TABLE_PROPERTY", "Table contains only partition columns", TRINO),
    ("CREATE TABLE t WITH (partitioned_by = ARRAY['b']) AS SELECT 1 AS a, ARRAY[1] AS b", "NOT_SUPPORTED", "Unsupported type [array(integer)] for partition: b", TRINO),
    ("CREATE TABLE t WITH (bucketed_by = ARRAY['a']) AS SELECT 1 AS a", "INVALID_TABLE_PROPERTY", "must be specified together", TRINO),
    ("CREATE TABLE t WITH (bucketed_by = ARRAY['z'], bucket_count = 2) AS SELECT 1 AS a", "INVALID_TABLE_PROPERTY", "[z] not present", TRINO),
    ("CREATE TABLE t WITH (format = 'EXCEL') AS SELECT 1 AS a", "INVALID_TABLE_PROPERTY", "EXCEL", CTAS),
    ("CREATE TABLE t WITH (colour = 'red') AS SELECT 1 AS a", "INVALID_TABLE_PROPERTY", "property 'colour' does not exist", CTAS),
    ("CREATE TABLE t WITH (format = 'JSON', parquet_compression = 'SNAPPY') AS SELECT 1 AS a", "INVALID_TABLE_PROPERTY", "PARQUET", CTAS),
    ("CREATE TABLE t WITH (write_compression = 'GZIP', compression_level = 3) AS SELECT 1 AS a", "INVALID_TABLE_PROPERTY", "ZSTD", A + "compression-support-zstd-levels.html"),
    ("CREATE TABLE t WITH (write_compression = 'ZSTD', compression_level = 30) AS SELECT 1 AS a", "INVALID_TABLE_PROPERTY", "between 1 and 22", A + "compression-support-zstd-levels.html"),
    ("CREATE TABLE t WITH (format = 'TEXTFILE', field_delimiter = '||') AS SELECT 1 AS a", "INVALID_TABLE_PROPERTY", "single character", A + "unload.html"),
    ("CREATE TABLE t WITH (external_location = 's3://bucket/orders/') AS SELECT 1 AS a", "HIVE_PATH_ALREADY_EXISTS", "Target directory for table 'fernway.t' already exists: s3://bucket/orders/", "https://github.com/dbt-labs/dbt-athena"),
    ("CREATE TABLE t WITH (external_location = 'http://bucket/x/') AS SELECT 1 AS a", "INVALID_TABLE_PROPERTY", "valid S3 path", CTAS),
    ("CREATE TABLE t WITH (external_location = 's3://bucket/../x/') AS SELECT 1 AS a", "INVALID_TABLE_PROPERTY", "valid S3 path", CTAS),
    ("CREATE TABLE t WITH (location = 's3://out/x/') AS SELECT 1 AS a", "INVALID_TABLE_PROPERTY", "HIVE", CTAS),
    ("CREATE TABLE t WITH (table_type = 'ICEBERG', location = 's3://out/x/') AS SELECT 1 AS a", "INVALID_TABLE_PROPERTY", "is_external must be false", CTAS),
    ("CREATE TABLE t WITH (partitioned_by = ARRAY['p']) AS SELECT x, x AS p FROM UNNEST(sequence(1, 101)) AS u(x)", "HIVE_TOO_MANY_OPEN_PARTITIONS", "Exceeded limit of 100 open writers for partitions/buckets", A + "ctas-insert-into.html"),
    ("CREATE TABLE t AS SELECT nope FROM orders", "COLUMN_NOT_FOUND", "line 1:26: Column 'nope' cannot be resolved", TRINO),
    ("CREATE TABLE t AS SELECT 1 AS a FOO BAR", "SYNTAX_ERROR", "mismatched input", TRINO),
    ("CREATE TABLE t AS SELECT 1/0 AS a", "DIVISION_BY_ZERO", "Division by zero", TRINO),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "code", "part", "page"), REFUSED, ids=lambda part: None)
def test_refused_and_nothing_left_behind(engine, sql, code, part, page):
    before = engine.catalog.tables("fernway")
    with pytest.raises(ServiceError) as caught:
        engine.run(sql)
    assert caught.value.code == code, str(caught.value)
    assert part in str(caught.value)
    assert engine.catalog.tables("fernway") == before
    assert engine.lake.written() == []


@pytest.mark.parametrize("name", ["ORC", "AVRO", "ION"])
def test_formats_that_the_lab_does_not_write(engine, name):
    with pytest.raises(LabLimit) as caught:
        engine.run(f"CREATE TABLE t WITH (format = '{name}') AS SELECT 1 AS a")
    assert name in str(caught.value)
    assert engine.catalog.find("fernway", "t") is None
    assert engine.lake.written() == []
    assert engine.history() == []


def test_a_hundred_partitions_fit(engine):
    engine.run(
        "CREATE TABLE t WITH (partitioned_by = ARRAY['p']) AS SELECT x, x AS p FROM UNNEST(sequence(1, 100)) AS u(x)"
    )
    assert engine.run("SELECT count(*), sum(p) FROM t").rows == [(100, 5050)]


def test_iceberg_goes_to_the_iceberg_tables(engine):
    engine.run(
        "CREATE TABLE ice WITH (table_type = 'ICEBERG', is_external = false, location = 's3://out/ice/', partitioning = ARRAY['bucket(a, 2)']) AS SELECT 1 AS a, 'x' AS b"
    )
    assert engine.catalog.find("fernway", "ice").is_iceberg
    assert engine.run("SELECT * FROM ice").rows == [(1, "x")]


def test_same_statements_write_the_same_names(lake_folder):
    names = []
    for _ in range(2):
        engine = Athena(lake=Lake(lake_folder))
        engine.run("CREATE TABLE t AS SELECT 1 AS a")
        names.append(engine.lake.written())
    assert names[0] == names[1]


def test_backquotes_belong_to_the_other_grammar(engine):
    with pytest.raises(ServiceError, match="backquoted identifiers are not supported"):
        engine.run("CREATE TABLE `t` AS SELECT 1 AS a")


def test_text_is_trinos_not_hives(engine):
    """Hive's parser would take the backslash for an escape."""
    engine.run("CREATE TABLE kept AS SELECT 'a\\' AS x, '\\d' AS y, 'it''s' AS z")
    assert engine.run("SELECT * FROM kept").rows == [("a\\", "\\d", "it's")]


def test_estimate_of_what_it_would_read(engine):
    estimate = engine.estimate("CREATE TABLE kept AS SELECT order_id FROM orders")
    assert estimate.bytes_estimated > 0
    assert engine.catalog.find("fernway", "kept") is None


def test_the_place_that_athena_names_after_a_failure(engine):
    """https://github.com/dbt-labs/dbt-athena/issues/58"""
    with pytest.raises(ServiceError) as caught:
        engine.run(
            "CREATE TABLE t WITH (external_location = 's3://bucket/orders/') AS SELECT 1 AS a"
        )
    query = engine.history()[-1].id
    assert str(caught.value) == (
        "HIVE_PATH_ALREADY_EXISTS: Target directory for table 'fernway.t' already exists: "
        "s3://bucket/orders/. You may need to manually clean the data at location "
        f"'s3://fernway-athena-results/tables/{query}' before retrying. Athena will not delete "
        "data in your account."
    )
