# ruff: noqa: E501 - a table reads best with one statement a line
"""UNLOAD: files in a folder and no table."""

import gzip

import pytest

from dealab.sql import Athena, LabLimit, Lake, ServiceError

UNLOAD = "https://docs.aws.amazon.com/athena/latest/ug/unload.html"


@pytest.fixture
def engine(lake_folder):
    return Athena(lake=Lake(lake_folder))


def content(engine, location):
    (file,) = engine.lake.files(location)
    return gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()


def test_json_is_gzipped(engine):
    tables = engine.catalog.tables("fernway")
    result = engine.run("UNLOAD (SELECT 1 AS a, 'x' AS b) TO 's3://out/j/' WITH (format = 'JSON')")
    assert result.columns == []
    assert result.update_count == 1
    assert content(engine, "s3://out/j/") == b'{"a":1,"b":"x"}\n'
    assert engine.catalog.tables("fernway") == tables


def test_text_with_and_without_a_delimiter(engine):
    engine.run("UNLOAD (SELECT 1 AS a, 'x' AS b) TO 's3://out/t' WITH (format = 'TEXTFILE')")
    assert content(engine, "s3://out/t/") == b"1\x01x\n"
    engine.run(
        "UNLOAD (SELECT 1 AS a, 'x' AS b) TO 's3://out/c/' WITH (format = 'textfile', field_delimiter = ',')"
    )
    assert content(engine, "s3://out/c/") == b"1,x\n"


@pytest.mark.parametrize("codec", ["SNAPPY", "gzip", "ZSTD"])
def test_parquet(engine, codec):
    import duckdb

    engine.run(
        f"UNLOAD (SELECT * FROM orders) TO 's3://out/p/' WITH (format = 'PARQUET', compression = '{codec}')"
    )
    (file,) = engine.lake.files("s3://out/p/")
    assert duckdb.execute("SELECT count(*) FROM read_parquet(?)", [str(file)]).fetchone() == (2000,)
    found = duckdb.execute("SELECT DISTINCT compression FROM parquet_metadata(?)", [str(file)])
    assert found.fetchall() == [(codec.upper(),)]


def test_partitions_and_a_place_with_a_blank(engine):
    engine.run(
        "UNLOAD (SELECT order_id, channel FROM orders) TO 's3://out/ parted/' WITH (format = 'TEXTFILE', partitioned_by = ARRAY['channel'])"
    )
    folders = {name.split("/")[2] for name, _ in engine.lake.objects("s3://out/ parted/")}
    assert folders == {"channel=app", "channel=store", "channel=web"}


def test_it_pays_for_what_it_reads(engine):
    read = engine.run("SELECT channel FROM orders")
    made = engine.run(
        "UNLOAD (SELECT channel FROM orders) TO 's3://out/b/' WITH (format = 'PARQUET')"
    )
    assert made.bytes_scanned == read.bytes_scanned > 0
    assert made.billed_bytes == 10 * 1024**2


def test_a_query_of_its_own_kind(engine):
    engine.run(
        "UNLOAD (WITH x AS (SELECT 1 AS a) SELECT a, count(*) AS n FROM x GROUP BY a) TO 's3://out/w/' WITH (format = 'JSON')"
    )
    assert content(engine, "s3://out/w/") == b'{"a":1,"n":1}\n'


def test_a_folder_is_written_once(engine):
    sql = "UNLOAD (SELECT 1 AS a) TO 's3://out/once/' WITH (format = 'JSON')"
    engine.run(sql)
    with pytest.raises(ServiceError) as caught:
        engine.run(sql)
    assert caught.value.code == "HIVE_PATH_ALREADY_EXISTS"
    engine.lake.delete("s3://out/once/")
    engine.run(sql)


#: (statement, code, part of the message)
REFUSED = [
    ("UNLOAD (SELECT 1 AS a) TO 's3://out/x/'", "INVALID_TABLE_PROPERTY", "'format' is required"),
    ("UNLOAD (SELECT 1 AS a) TO 's3://out/x/' WITH (compression = 'SNAPPY')", "INVALID_TABLE_PROPERTY", "'format' is required"),
    ("UNLOAD (SELECT 1 AS a) TO 's3://out/x/' WITH (format = 'CSV')", "INVALID_TABLE_PROPERTY", "CSV"),
    ("UNLOAD (SELECT 1 AS a) TO 's3://out/x/' WITH (format = 'JSON', header = true)", "INVALID_TABLE_PROPERTY", "'header' does not exist"),
    ("UNLOAD (SELECT 1) TO 's3://out/x/' WITH (format = 'JSON')", "MISSING_COLUMN_NAME", "position 1"),
    ("UNLOAD (SELECT 1 AS a) TO 's3://bucket/orders/' WITH (format = 'JSON')", "HIVE_PATH_ALREADY_EXISTS", "s3://bucket/orders/"),
    ("UNLOAD (SELECT 1 AS a) TO 'out/x/' WITH (format = 'JSON')", "INVALID_TABLE_PROPERTY", "valid S3 path"),
    ("UNLOAD (SELECT 1 AS a, 2 AS b) TO 's3://out/x/' WITH (format = 'JSON', partitioned_by = ARRAY['a'])", "HIVE_COLUMN_ORDER_MISMATCH", "[a]"),
    ("UNLOAD (SELECT x, x AS p FROM UNNEST(sequence(1, 101)) AS u(x)) TO 's3://out/x/' WITH (format = 'JSON', partitioned_by = ARRAY['p'])", "HIVE_TOO_MANY_OPEN_PARTITIONS", "100"),
    ("UNLOAD (SELECT 1 AS a) TO 's3://out/x/' WITH (format = 'TEXTFILE', field_delimiter = 'ab')", "INVALID_TABLE_PROPERTY", "single character"),
    ("UNLOAD SELECT 1 AS a TO 's3://out/x/' WITH (format = 'JSON')", "SYNTAX_ERROR", "mismatched input 'SELECT'"),
    ("UNLOAD ('SELECT 1 AS a') TO 's3://out/x/' IAM_ROLE default", "SYNTAX_ERROR", "mismatched input"),
    ("UNLOAD (SELECT 1 AS a) TO 's3://out/x/' WITH (format = 'JSON') ALLOWOVERWRITE", "SYNTAX_ERROR", "mismatched input 'ALLOWOVERWRITE'"),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "code", "part"), REFUSED, ids=lambda part: None)
def test_refused_and_nothing_written(engine, sql, code, part):
    with pytest.raises(ServiceError) as caught:
        engine.run(sql)
    assert caught.value.code == code, str(caught.value)
    assert part in str(caught.value)
    assert engine.lake.written() == []


def test_orc_is_a_limit(engine):
    with pytest.raises(LabLimit, match="ORC"):
        engine.run(
            "UNLOAD (SELECT 1 AS a) TO 's3://out/x/' WITH (format = 'ORC', compression = 'zlib')"
        )
