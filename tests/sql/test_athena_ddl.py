"""CREATE, ALTER and DROP of databases and tables: what the catalog holds afterwards."""

import pytest

from dealab.sql import Athena, LabLimit, ServiceError
from dealab.sql.lake import Lake

UG = "https://docs.aws.amazon.com/athena/latest/ug/"
# what the service itself answered, statement by statement
SEEN = "https://github.com/aoyagikouhei/athena-local/blob/main/docs/caveats.md"


@pytest.fixture
def lab(lake_folder):
    engine = Athena(lake=Lake(lake_folder))
    engine.run("CREATE DATABASE lab")
    engine.database = "lab"
    return engine


def make(lab, rest="", name="t", columns="a int, b string", place="s3://mine/t/"):
    lab.run(f"CREATE EXTERNAL TABLE {name} ({columns}) {rest} LOCATION '{place}'")
    return lab.catalog.find(lab.database, name)


# --- databases ------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["DATABASE", "SCHEMA"])
def test_create_database_with_every_clause(lab, word):
    """{UG}create-database.html"""
    lab.run(
        f"CREATE {word} IF NOT EXISTS sales COMMENT 'of the shops' LOCATION 's3://mine/sales/' "
        "WITH DBPROPERTIES ('owner'='Ann', 'Dept.'='Trade')"
    )
    assert lab.catalog.database("sales") == {
        "Name": "sales",
        "Description": "of the shops",
        "LocationUri": "s3://mine/sales/",
        "Parameters": {"owner": "Ann", "Dept.": "Trade"},
    }


def test_alter_database_overwrites_a_property(lab):
    lab.run("ALTER DATABASE lab SET DBPROPERTIES ('a'='1', 'b'='2')")
    lab.run("ALTER SCHEMA lab SET DBPROPERTIES ('a'='3')")
    assert lab.catalog.database("lab")["Parameters"] == {"a": "3", "b": "2"}


def test_drop_database_takes_its_tables_only_with_cascade(lab):
    make(lab)
    with pytest.raises(ServiceError, match=r"Database lab is not empty\. One or more tables"):
        lab.run("DROP DATABASE lab")
    with pytest.raises(ServiceError, match="not empty"):
        lab.run("DROP DATABASE lab RESTRICT")
    lab.run("DROP SCHEMA lab CASCADE")
    assert lab.catalog.database("lab") is None
    lab.run("DROP DATABASE IF EXISTS lab")


# --- CREATE EXTERNAL TABLE --------------------------------------------------------------------

TYPES = [
    # (written, in the catalog, source)
    ("BOOLEAN", "boolean", UG + "create-table.html"),
    ("TINYINT", "tinyint", UG + "create-table.html"),
    ("SMALLINT", "smallint", UG + "create-table.html"),
    ("INT", "int", UG + "create-table.html"),
    ("BIGINT", "bigint", UG + "create-table.html"),
    ("DOUBLE", "double", UG + "create-table.html"),
    ("FLOAT", "float", UG + "create-table.html"),
    ("DECIMAL", "decimal(10,0)", UG + "data-types.html"),
    ("DECIMAL(11, 5)", "decimal(11,5)", UG + "create-table.html"),
    ("DECIMAL(15)", "decimal(15,0)", UG + "create-table.html"),
    ("CHAR(10)", "char(10)", UG + "create-table.html"),
    ("VARCHAR(65535)", "varchar(65535)", UG + "create-table.html"),
    ("STRING", "string", UG + "create-table.html"),
    ("BINARY", "binary", UG + "create-table.html"),
    ("DATE", "date", UG + "create-table.html"),
    ("TIMESTAMP", "timestamp", UG + "create-table.html"),
    ("ARRAY < INT >", "array<int>", UG + "create-table.html"),
    ("MAP<STRING, ARRAY<DOUBLE>>", "map<string,array<double>>", UG + "create-table.html"),
    (
        "STRUCT<Id:INT COMMENT 'key', inner_:STRUCT<\n `a b`:STRING, xs:ARRAY<DECIMAL(4,2)>>>",
        "struct<id:int,inner_:struct<a b:string,xs:array<decimal(4,2)>>>",
        UG + "create-table.html",
    ),
]


@pytest.mark.parametrize(("written", "held", "source"), TYPES)
def test_type_of_a_column(lab, written, held, source):
    table = make(lab, columns=f"c {written}")
    assert table.entry["StorageDescriptor"]["Columns"] == [{"Name": "c", "Type": held}], source
    assert lab.run("SELECT c FROM t").rows == []


@pytest.mark.parametrize(
    "written",
    [
        "INTEGER",
        "REAL",
        "VARBINARY",
        "TEXT",
        "JSON",
        "VARCHAR",
        "STRUCT<a INT>",
        "MAP<ARRAY<INT>,INT>",
    ],
)
def test_type_that_ddl_does_not_have(lab, written):
    """int, not integer: {UG}data-types.html"""
    with pytest.raises(ServiceError, match=r"SYNTAX_ERROR|FAILED: ParseException"):
        make(lab, columns=f"c {written}")
    assert lab.catalog.tables("lab") == []


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("DECIMAL(39,0)", "Decimal precision out of allowed range"),
        ("DECIMAL(5,6)", "Decimal scale out of allowed range"),
        ("CHAR(256)", "Char length 256 out of allowed range"),
        ("VARCHAR(65536)", "Varchar length 65536 out of allowed range"),
    ],
)
def test_size_out_of_range(lab, written, words):
    with pytest.raises(ServiceError, match=words):
        make(lab, columns=f"c {written}")


FORMATS = [
    # (clauses, part of the SerDe's class, part of the input format)
    ("", "LazySimpleSerDe", "TextInputFormat"),
    ("STORED AS TEXTFILE", "LazySimpleSerDe", "TextInputFormat"),
    ("STORED AS PARQUET", "ParquetHiveSerDe", "MapredParquetInputFormat"),
    ("STORED AS ORC", "OrcSerde", "OrcInputFormat"),
    ("STORED AS AVRO", "AvroSerDe", "AvroContainerInputFormat"),
    ("STORED AS SEQUENCEFILE", "LazySimpleSerDe", "SequenceFileInputFormat"),
    ("STORED AS RCFILE", "LazyBinaryColumnarSerDe", "RCFileInputFormat"),
    ("STORED AS ION", "IonHiveSerDe", "IonInputFormat"),
    (
        "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' "
        "WITH SERDEPROPERTIES ('paths'='a,b')",
        "openx",
        "TextInputFormat",
    ),
    (
        "ROW FORMAT SERDE 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' STORED AS "
        "INPUTFORMAT 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat' OUTPUTFORMAT "
        "'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat'",
        "ParquetHiveSerDe",
        "MapredParquetInputFormat",
    ),
]


@pytest.mark.parametrize(("clauses", "serde", "shape"), FORMATS)
def test_format_of_a_table(lab, clauses, serde, shape):
    """https://docs.aws.amazon.com/athena/latest/ug/create-table.html"""
    table = make(lab, clauses)
    assert serde in table.serde
    assert shape in table.input_format


@pytest.mark.parametrize("word", ["ORC", "AVRO", "SEQUENCEFILE", "RCFILE", "ION"])
def test_format_that_the_lab_records_and_does_not_read(lab, word):
    make(lab, f"STORED AS {word}")
    with pytest.raises(LabLimit):
        lab.run("SELECT * FROM t")


def test_every_clause_is_kept(lab):
    lab.run(
        r"""CREATE EXTERNAL TABLE IF NOT EXISTS `lab.t` (a int COMMENT 'first', `2nd` string)
        COMMENT 'of the lab' PARTITIONED BY (dt string COMMENT 'day', h int)
        CLUSTERED BY (a) SORTED BY (a DESC) INTO 8 BUCKETS
        ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t' ESCAPED BY '\\'
          COLLECTION ITEMS TERMINATED BY '\002' MAP KEYS TERMINATED BY '\u0003'
          LINES TERMINATED BY '\n' NULL DEFINED AS "-"
        STORED AS TEXTFILE LOCATION 's3://mine/t'
        TBLPROPERTIES ('skip.header.line.count'='1', "has_encrypted_data"="false")"""
    )
    entry = lab.catalog.find("lab", "t").entry
    storage = entry["StorageDescriptor"]
    assert storage["Columns"] == [
        {"Name": "a", "Type": "int", "Comment": "first"},
        {"Name": "2nd", "Type": "string"},
    ]
    assert entry["PartitionKeys"][0] == {"Name": "dt", "Type": "string", "Comment": "day"}
    assert (storage["BucketColumns"], storage["NumberOfBuckets"]) == (["a"], 8)
    assert storage["SortColumns"] == [{"Column": "a", "SortOrder": 0}]
    assert storage["SerdeInfo"]["Parameters"] == {
        "field.delim": "\t",
        "serialization.format": "\t",
        "escape.delim": "\\",
        "collection.delim": "\x02",
        "mapkey.delim": "\x03",
        "line.delim": "\n",
        "serialization.null.format": "-",
    }
    held = entry["Parameters"]
    assert held["skip.header.line.count"] == "1"
    assert held["has_encrypted_data"] == "false"
    assert (held["comment"], held["EXTERNAL"]) == ("of the lab", "TRUE")


REFUSED = [
    # (statement, words of the service, source)
    (
        "CREATE TABLE x (a int) LOCATION 's3://mine/x/'",
        "External keyword required for table type HIVE",
        SEEN,
    ),
    ("CREATE EXTERNAL TABLE x (a int)", "No location was specified for table", SEEN),
    ("CREATE TABLE x (a int)", "No location was specified for table", SEEN),
    (
        "CREATE EXTERNAL TABLE x (a int) LOCATION 's3://mine/x/' "
        "TBLPROPERTIES ('table_type'='ICEBERG')",
        "External keyword not supported for table type ICEBERG",
        UG + "querying-iceberg-creating-tables.html",
    ),
    ("CREATE EXTERNAL TABLE t (a int) LOCATION 's3://mine/x/'", "Table t already exist", SEEN),
    (
        "CREATE EXTERNAL TABLE nodb.x (a int) LOCATION 's3://mine/x/'",
        "Database does not exist: nodb",
        SEEN,
    ),
    (
        "CREATE EXTERNAL TABLE x (a int, A string) LOCATION 's3://mine/x/'",
        "Duplicate column name: a",
        "Hive 10036",
    ),
    (
        "CREATE EXTERNAL TABLE x (a int) PARTITIONED BY (a int) LOCATION 's3://mine/x/'",
        "Column repeated in partitioning columns",
        "Hive 10035",
    ),
    (
        "CREATE EXTERNAL TABLE x (a int) PARTITIONED BY (p array<int>) LOCATION 's3://mine/x/'",
        "must be a primitive type",
        "Hive",
    ),
    (
        "CREATE EXTERNAL TABLE x (a int) STORED AS XLSX LOCATION 's3://mine/x/'",
        "Unrecognized file format",
        "Hive",
    ),
    (
        "CREATE EXTERNAL TABLE x (a int) LOCATION 's3n://mine/x/'",
        "s3n",
        UG + "tables-location-format.html",
    ),
    (
        "CREATE EXTERNAL TABLE x (a int) LOCATION '/data/x/'",
        "/data/x/",
        UG + "tables-location-format.html",
    ),
    (
        "CREATE EXTERNAL TABLE x (a int) LOCATION 's3://mine/x/*.csv'",
        "Invalid S3 path",
        UG + "tables-location-format.html",
    ),
    (
        "CREATE EXTERNAL TABLE x (a int) LOCATION 's3://bucket/people_csv/a.csv'",
        "since it is a file",
        UG + "tables-location-format.html",
    ),
    (
        "CREATE EXTERNAL TABLE x (a int) LOCATION 's3://mine/../etc/'",
        "Invalid S3 path",
        UG + "tables-location-format.html",
    ),
    # clauses have an order: {UG}create-table.html
    (
        "CREATE EXTERNAL TABLE x (a int) LOCATION 's3://mine/x/' STORED AS ORC",
        "mismatched input 'STORED'",
        UG + "create-table.html",
    ),
    (
        "CREATE EXTERNAL TABLE x (a int,) LOCATION 's3://mine/x/'",
        "SYNTAX_ERROR",
        UG + "create-table.html",
    ),
    (
        "CREATE EXTERNAL TABLE x (select int) LOCATION 's3://mine/x/'",
        "mismatched input 'select'",
        UG + "reserved-words.html",
    ),
    ("CREATE EXTERNAL TABLE x LIKE t", "not supported", UG + "unsupported-ddl.html"),
    (
        "CREATE EXTERNAL TABLE x (a int) SKEWED BY (a) ON (1) LOCATION 's3://mine/x/'",
        "not supported",
        UG + "unsupported-ddl.html",
    ),
    ("DROP TABLE nothing_here", "Table not found lab.nothing_here", SEEN),
    ("DROP TABLE t PURGE", "not supported", UG + "drop-table.html"),
    ("DROP DATABASE nodb", "Database does not exist: nodb", SEEN),
    ("CREATE DATABASE lab", "Database lab already exists", SEEN),
    (
        "ALTER DATABASE lab SET LOCATION 's3://mine/'",
        "not supported",
        UG + "alter-database-set-dbproperties.html",
    ),
    ("ALTER TABLE t RENAME TO u", "Table cannot be renamed", SEEN),
    ("ALTER TABLE t DROP COLUMN a", "mismatched input 'COLUMN' expecting PARTITION", SEEN),
    ("ALTER TABLE t ADD COLUMN c int", "SYNTAX_ERROR", SEEN),
    ("ALTER TABLE t REPLACE COLUMN (c int)", "SYNTAX_ERROR", SEEN),
    ("ALTER TABLE t ADD COLUMNS (a int)", "Duplicate column name: a", "Hive"),
    ("ALTER TABLE t CHANGE COLUMN z y int", "Invalid column reference z", "Hive"),
    ("ALTER TABLE t SET FILEFORMAT ORC", "not supported", UG + "unsupported-ddl.html"),
    ("ALTER TABLE t SET SERDEPROPERTIES ('a'='b')", "not supported", UG + "unsupported-ddl.html"),
    ("ALTER TABLE t TOUCH", "not supported", UG + "unsupported-ddl.html"),
    ("ALTER TABLE t COMPACT 'major'", "not supported", UG + "unsupported-ddl.html"),
    (
        "ALTER TABLE nothing_here SET TBLPROPERTIES ('a'='b')",
        "Table not found lab.nothing_here",
        "Hive 10001",
    ),
]


@pytest.mark.parametrize(("sql", "words", "source"), REFUSED)
def test_refusal(lab, sql, words, source):
    make(lab)
    before = lab.catalog.version
    with pytest.raises(ServiceError) as caught:
        lab.run(sql)
    assert words in str(caught.value), source
    assert lab.catalog.version == before


def test_delta_tables_are_refused_by_name(lab):
    with pytest.raises(LabLimit, match="Delta Lake"):
        lab.run(
            "CREATE EXTERNAL TABLE d LOCATION 's3://mine/d/' TBLPROPERTIES ('table_type'='DELTA')"
        )


def test_if_not_exists_leaves_the_table_as_it_is(lab):
    make(lab)
    lab.run("CREATE EXTERNAL TABLE IF NOT EXISTS t (other int) LOCATION 's3://mine/o/'")
    assert [name for name, _ in lab.catalog.find("lab", "t").columns] == ["a", "b"]


def test_planning_changes_nothing(lab):
    lab.plan("CREATE EXTERNAL TABLE t (a int) LOCATION 's3://mine/t/'")
    assert lab.catalog.tables("lab") == []


def test_ddl_is_free_and_has_no_rows(lab):
    result = lab.run("CREATE EXTERNAL TABLE t (a int) LOCATION 's3://mine/t/'")
    assert (result.rows, result.columns, result.billed_bytes) == ([], [], 0)


def test_files_stay_when_a_table_is_dropped(lab):
    lab.lake.put("s3://mine/t/a.txt", "1\x01x\n")
    make(lab)
    lab.run("DROP TABLE t")
    assert lab.lake.exists("s3://mine/t/a.txt")
    make(lab)
    assert lab.run("SELECT * FROM t").rows == [(1, "x")]


# --- ALTER TABLE ---------------------------------------------------------------------------------


def test_set_properties_and_place(lab):
    lab.lake.put("s3://mine/new/a.txt", "7\x01x\n")
    make(lab)
    lab.run("ALTER TABLE t SET TBLPROPERTIES ('EXTERNAL'='FALSE', 'note'='1', 'note'='2')")
    table = lab.catalog.find("lab", "t")
    assert (table.parameters["note"], table.parameters["EXTERNAL"]) == ("2", "TRUE")
    lab.run("ALTER TABLE t SET LOCATION 's3://mine/new/'")
    assert lab.run("SELECT * FROM t").rows == [(7, "x")]


def test_columns_of_text_are_read_by_position(lab):
    """A new name changes nothing for CSV: {UG}types-of-updates.html"""
    lab.lake.put("s3://mine/t/a.csv", "1,one,uno\n")
    make(lab, "ROW FORMAT DELIMITED FIELDS TERMINATED BY ','")
    lab.run("ALTER TABLE t ADD COLUMNS (c string COMMENT 'third')")
    assert lab.run("SELECT a, b, c FROM t").rows == [(1, "one", "uno")]
    lab.run("ALTER TABLE t CHANGE COLUMN b word string COMMENT 'w' AFTER c")
    assert lab.run("SELECT a, c, word FROM t").rows == [(1, "one", "uno")]
    lab.run("ALTER TABLE t CHANGE a key bigint FIRST")
    assert lab.run("SELECT * FROM t").columns == ["key", "c", "word"]
    lab.run("ALTER TABLE t REPLACE COLUMNS (x string, y string)")
    assert lab.run("SELECT * FROM t").rows == [("1", "one")]


def test_columns_of_parquet_are_read_by_name(lab):
    """{UG}handling-schema-updates-chapter.html"""
    make(lab, "STORED AS PARQUET", columns="i int, s string", place="s3://bucket/kinds/")
    lab.run("ALTER TABLE t ADD COLUMNS (nothing string, f double)")
    assert lab.run("SELECT f, nothing, i FROM t WHERE i = 1").rows == [(1.5, None, 1)]
    lab.run("ALTER TABLE t CHANGE COLUMN s other string")
    assert lab.run("SELECT count(other) FROM t").rows == [(0,)]


def test_replace_columns_needs_a_serde_that_hive_lets_change(lab):
    make(lab, "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'")
    with pytest.raises(ServiceError, match=r"Replace columns is not supported for table lab\.t"):
        lab.run("ALTER TABLE t REPLACE COLUMNS (a string)")


@pytest.mark.parametrize(
    ("written", "means"),
    [
        (r"\t", "\t"),
        (r"\001", "\x01"),
        (r"\u0041", "A"),
        (r"\\d+", r"\d+"),
        (r"\"", '"'),
        (r"\'", "'"),
        (r"\%", r"\%"),
        ("a''b", "ab"),
    ],
)
def test_text_of_a_literal_is_hives(lab, written, means):
    """As Hive unescapes; literals that touch are one."""
    table = make(lab, f"ROW FORMAT SERDE 'x' WITH SERDEPROPERTIES ('k'='{written}')")
    assert table.serde_parameters["k"] == means
