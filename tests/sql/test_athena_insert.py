# ruff: noqa: E501 - a table reads best with one statement a line
"""INSERT INTO: new files, new partitions, types that meet, refusals."""

import gzip

import pytest

from dealab.sql import Athena, LabLimit, Lake, ServiceError

A = "https://docs.aws.amazon.com/athena/latest/ug/"
INSERT = A + "insert-into.html"
TRINO = "https://github.com/trinodb/trino"


@pytest.fixture
def engine(lake_folder):
    made = Athena(lake=Lake(lake_folder))
    made.run(
        "CREATE TABLE plain WITH (external_location = 's3://out/plain/') AS SELECT CAST(1 AS integer) AS n, CAST('a' AS varchar) AS v"
    )
    made.run(
        "CREATE TABLE parted WITH (partitioned_by = ARRAY['p'], external_location = 's3://out/parted/') AS SELECT 1 AS n, CAST('a' AS varchar) AS p"
    )
    made.run(
        "CREATE EXTERNAL TABLE openx (n int) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://out/openx/'"
    )
    return made


#: (INSERT, all rows of ``plain`` afterwards, in order), from the page's examples
ADDED = [
    ("INSERT INTO plain VALUES (2, 'b')", [(1, "a"), (2, "b")]),
    ("INSERT INTO plain VALUES (2, 'b'), (3, NULL)", [(1, "a"), (2, "b"), (3, None)]),
    ("INSERT INTO plain (n, v) VALUES (2, 'b')", [(1, "a"), (2, "b")]),
    ("INSERT INTO plain (v, n) VALUES ('b', 2)", [(1, "a"), (2, "b")]),
    ("INSERT INTO plain (n) VALUES (2)", [(1, "a"), (2, None)]),
    ("INSERT INTO plain SELECT n + 1, v || 'x' FROM plain", [(1, "a"), (2, "ax")]),
    ("INSERT INTO plain (SELECT 2, 'b')", [(1, "a"), (2, "b")]),
    ("INSERT INTO plain WITH q AS (SELECT 2 AS a, 'b' AS b) SELECT * FROM q", [(1, "a"), (2, "b")]),
    ("INSERT INTO plain TABLE plain", [(1, "a"), (1, "a")]),
    ("INSERT INTO fernway.plain SELECT 2, 'b' WHERE false", [(1, "a")]),
    ('INSERT INTO "awsdatacatalog"."fernway"."plain" SELECT 2, \'b\'', [(1, "a"), (2, "b")]),
    ("insert into plain values (bigint '2', varchar 'b')", [(1, "a"), (2, "b")]),
    ("INSERT INTO plain VALUES (NULL, NULL)", [(1, "a"), (None, None)]),
    ("INSERT INTO plain VALUES (CAST(2.4 AS double), 'b')", [(1, "a"), (2, "b")]),
    ("INSERT INTO plain VALUES (2, 'b');", [(1, "a"), (2, "b")]),
]


@pytest.mark.parametrize(("sql", "rows"), ADDED, ids=lambda part: None)
def test_rows_are_added(engine, sql, rows):
    before = len(engine.lake.objects("s3://out/plain/"))
    result = engine.run(sql)
    assert result.update_count == len(rows) - 1
    assert engine.run("SELECT * FROM plain ORDER BY n NULLS LAST, v").rows == rows
    made = len(engine.lake.objects("s3://out/plain/")) - before
    assert made == (1 if len(rows) > 1 else 0)  # each INSERT makes a new file


def test_new_partitions_are_registered(engine):
    engine.run("INSERT INTO parted VALUES (2, 'b'), (3, 'a'), (4, NULL)")
    assert sorted(engine.run("SHOW PARTITIONS parted").rows) == [
        ("p=__HIVE_DEFAULT_PARTITION__",),
        ("p=a",),
        ("p=b",),
    ]
    assert engine.run("SELECT * FROM parted ORDER BY n").rows == [
        (1, "a"),
        (2, "b"),
        (3, "a"),
        (4, None),
    ]
    engine.run("INSERT INTO parted (p, n) VALUES ('b', 5)")
    assert len(engine.catalog.partitions("fernway", "parted")) == 3


def test_a_partition_elsewhere_takes_its_rows(engine):
    """A registered partition keeps its own folder; a new one lies under the table's."""
    engine.run("ALTER TABLE parted ADD PARTITION (p = 'z') LOCATION 's3://out/elsewhere/'")
    engine.run("INSERT INTO parted VALUES (9, 'z')")
    assert len(engine.lake.objects("s3://out/elsewhere/")) == 1
    assert engine.run("SELECT n FROM parted WHERE p = 'z'").rows == [(9,)]


def test_files_below_stay_untouched(engine, lake_folder):
    before = sorted((lake_folder / "bucket" / "orders").rglob("*"))
    engine.run(
        "INSERT INTO orders SELECT order_id + 100000, channel, amount, note, coupon, '2026-07' FROM orders WHERE order_id < 3"
    )
    assert sorted((lake_folder / "bucket" / "orders").rglob("*")) == before
    assert engine.run("SELECT count(*) FROM orders").rows == [(2003,)]
    assert engine.run("SELECT count(*) FROM orders WHERE order_month = '2026-07'").rows == [(3,)]


def test_what_it_costs(engine):
    read = engine.run("SELECT CAST(order_id AS integer), channel FROM orders")
    made = engine.run("INSERT INTO plain SELECT CAST(order_id AS integer), channel FROM orders")
    assert made.bytes_scanned == read.bytes_scanned > 0
    assert made.update_count == 2000
    assert engine.run("INSERT INTO plain VALUES (1, 'x')").billed_bytes == 0


@pytest.mark.parametrize("name", ["TEXTFILE", "JSON"])
def test_text_tables_take_rows_as_they_are_read(engine, name):
    delimiter = ", field_delimiter = '|'" if name == "TEXTFILE" else ""
    engine.run(
        f"CREATE TABLE kept WITH (format = '{name}'{delimiter}) AS SELECT 1 AS x, ARRAY['a'] AS y, CAST(NULL AS double) AS z"
    )
    engine.run("INSERT INTO kept VALUES (2, ARRAY['b', 'c'], 2.5e0)")
    assert engine.run("SELECT * FROM kept ORDER BY x").rows == [
        (1, ["a"], None),
        (2, ["b", "c"], 2.5),
    ]


def test_into_a_table_of_hive(engine):
    engine.run(
        "CREATE EXTERNAL TABLE sheet (id int, city string) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' LOCATION 's3://out/sheet/'"
    )
    engine.run("INSERT INTO sheet VALUES (1, 'Lansing')")
    assert engine.run("SELECT * FROM sheet").rows == [(1, "Lansing")]


def test_csv_of_strings(engine):
    """INSERT's page: OpenCSVSerDe takes rows when every column is a string."""
    engine.run("INSERT INTO people_csv VALUES ('5', 'Say \"hi\", \\ you', NULL)")
    (file,) = [
        f for f in engine.lake.files("s3://bucket/people_csv/") if f.is_relative_to(engine.lake.top)
    ]
    lines = gzip.decompress(file.read_bytes()).decode().split("\n")
    assert lines == ["id,name,age", '"5","Say \\"hi\\", \\\\ you",', ""]
    assert engine.run("SELECT id, name, age FROM people_csv WHERE id = '5'").rows == [
        ("5", 'Say "hi", \\ you', "")
    ]
    assert engine.run("SELECT count(*) FROM people_csv").rows == [(5,)]


def test_bounded_text(engine):
    engine.run(
        "CREATE TABLE short AS SELECT CAST('ab' AS varchar(2)) AS v, CAST('ab' AS char(3)) AS c"
    )
    engine.run("INSERT INTO short VALUES ('x  ', 'y')")
    assert ("x ", "y  ") in engine.run("SELECT * FROM short").rows
    with pytest.raises(ServiceError) as caught:
        engine.run("INSERT INTO short VALUES ('xyz', 'y')")
    assert caught.value.code == "INVALID_CAST_ARGUMENT"
    assert (
        "Cannot truncate non-space characters when casting from varchar(3) to varchar(2) on INSERT"
        in str(caught.value)
    )
    assert engine.run("SELECT count(*) FROM short").rows == [(2,)]


def test_iceberg_goes_to_the_iceberg_tables(engine):
    engine.run(
        "CREATE TABLE ice (n int, v string) LOCATION 's3://out/ice/' TBLPROPERTIES ('table_type'='ICEBERG')"
    )
    assert engine.run("INSERT INTO ice (v, n) VALUES ('b', 2)").update_count == 1
    assert engine.run("SELECT * FROM ice").rows == [(2, "b")]
    with pytest.raises(ServiceError, match="Insert query has mismatched column types"):
        engine.run("INSERT INTO ice VALUES ('x', 2)")


#: (statement, code, part of the message, page)
REFUSED = [
    ("INSERT INTO plain VALUES ('x', 'y')", "TYPE_MISMATCH", "line 1:1: Insert query has mismatched column types: Table: [integer, varchar], Query: [varchar(1), varchar(1)]", TRINO),
    ("INSERT INTO plain VALUES (1)", "TYPE_MISMATCH", "Table: [integer, varchar], Query: [integer]", TRINO),
    ("INSERT INTO plain VALUES (1, 'a', 2)", "TYPE_MISMATCH", "Query: [integer, varchar(1), integer]", TRINO),
    ("INSERT INTO plain (n) VALUES (1, 'a')", "TYPE_MISMATCH", "Table: [integer]", TRINO),
    ("INSERT INTO plain VALUES (1, 2)", "TYPE_MISMATCH", "Query: [integer, integer]", TRINO),
    ("INSERT INTO plain VALUES (DATE '2026-01-01', 'a')", "TYPE_MISMATCH", "Query: [date, varchar(1)]", TRINO),
    ("INSERT INTO plain (q) VALUES (1)", "COLUMN_NOT_FOUND", "Insert column name does not exist in target table: q", TRINO),
    ("INSERT INTO plain (n, n) VALUES (1, 2)", "DUPLICATE_COLUMN_NAME", "Insert column name is specified more than once: n", TRINO),
    ("INSERT INTO nope VALUES (1)", "TABLE_NOT_FOUND", "Table 'awsdatacatalog.fernway.nope' does not exist", TRINO),
    ("INSERT INTO nowhere.plain VALUES (1)", "SCHEMA_NOT_FOUND", "Schema 'nowhere' does not exist", TRINO),
    ("INSERT INTO plain VALUES (3000000000, 'a')", "NUMERIC_VALUE_OUT_OF_RANGE", "", TRINO),
    ("INSERT INTO plain SELECT nope, 'a' FROM plain", "COLUMN_NOT_FOUND", "line 1:26: Column 'nope'", TRINO),
    ("INSERT OVERWRITE plain VALUES (1, 'a')", "SYNTAX_ERROR", "mismatched input 'OVERWRITE'", INSERT),
    ("INSERT INTO TABLE plain VALUES (1, 'a')", "SYNTAX_ERROR", "mismatched input", TRINO),
    ("INSERT INTO plain DEFAULT VALUES", "SYNTAX_ERROR", "", TRINO),
    ("INSERT INTO plain VALUES (1, 'a') ON CONFLICT DO NOTHING", "SYNTAX_ERROR", "", TRINO),
    ("INSERT INTO typed_csv VALUES ('1', 2)", "NOT_SUPPORTED", "Hive CSV storage format only supports VARCHAR (unbounded). Unsupported columns: qty integer", INSERT),
    ("INSERT INTO openx VALUES (1)", "HIVE_UNSUPPORTED_FORMAT", "Output format org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat with SerDe org.openx.data.jsonserde.JsonSerDe is not supported. If a data manifest file was generated at 's3://fernway-athena-results/", "https://dev.classmethod.jp/articles/what-to-do-when-insert-into-results-in-a-hiveunsupportedformat-error-in-amazon-athena"),
    ("INSERT INTO parted SELECT x, CAST(x AS varchar) FROM UNNEST(sequence(1, 101)) AS u(x)", "HIVE_TOO_MANY_OPEN_PARTITIONS", "Exceeded limit of 100 open writers", INSERT),
    ("INSERT INTO plain SELECT 1/0, 'a'", "DIVISION_BY_ZERO", "", TRINO),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "code", "part", "page"), REFUSED, ids=lambda part: None)
def test_refused_and_nothing_changed(engine, sql, code, part, page):
    before = [one for one in engine.lake.written() if one[0].startswith("out/")]
    with pytest.raises(ServiceError) as caught:
        engine.run(sql)
    assert caught.value.code == code, str(caught.value)
    assert part in str(caught.value)
    assert [one for one in engine.lake.written() if one[0].startswith("out/")] == before
    assert engine.run("SELECT count(*) FROM plain").rows == [(1,)]


def test_views_and_buckets_are_refused(engine):
    engine.run("CREATE VIEW seen AS SELECT n FROM plain")
    with pytest.raises(ServiceError, match="Inserting into views is not supported"):
        engine.run("INSERT INTO seen VALUES (1)")
    engine.run(
        "CREATE TABLE pails WITH (bucketed_by = ARRAY['n'], bucket_count = 2) AS SELECT 1 AS n"
    )
    with pytest.raises(ServiceError, match="bucketed") as caught:
        engine.run("INSERT INTO pails VALUES (1)")
    assert caught.value.code == "NOT_SUPPORTED"


def test_orc_tables_are_a_limit(engine):
    engine.run("CREATE EXTERNAL TABLE o (n int) STORED AS ORC LOCATION 's3://out/orc/'")
    with pytest.raises(LabLimit, match="ORC"):
        engine.run("INSERT INTO o VALUES (1)")


@pytest.mark.parametrize(
    "name",
    [
        "org.apache.hudi.hadoop.HoodieParquetInputFormat",
        "org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat",
    ],
)
def test_tables_that_are_only_read(engine, name):
    entry = engine.catalog.find("fernway", "plain").entry
    changed = {**entry, "StorageDescriptor": {**entry["StorageDescriptor"], "InputFormat": name}}
    engine.catalog.put_table(changed)
    with pytest.raises(ServiceError, match="tables is not supported"):
        engine.run("INSERT INTO plain VALUES (1, 'a')")


def test_a_manifest_names_the_files(engine):
    """https://docs.aws.amazon.com/athena/latest/ug/insert-into.html"""
    result = engine.run("INSERT INTO plain VALUES (2, 'b')")
    listed = engine.lake.read(
        f"s3://fernway-athena-results/{result.query_id}-manifest.csv"
    ).decode()
    assert listed.startswith("s3://out/plain/")
    assert engine.lake.exists(listed)
