"""SHOW, DESCRIBE and information_schema: what the catalog says of itself."""

import pytest

from dealab.sql import Athena, LabLimit, ServiceError
from dealab.sql.lake import Lake

UG = "https://docs.aws.amazon.com/athena/latest/ug/"
SEEN = (
    "https://github.com/aoyagikouhei/athena-local/blob/main/docs/dev/measurements/result-files.md"
)


@pytest.fixture
def lab(lake_folder):
    engine = Athena(lake=Lake(lake_folder))
    engine.run("CREATE DATABASE lab")
    engine.database = "lab"
    engine.run(
        "CREATE EXTERNAL TABLE flights (yr int COMMENT 'year', tags map<string,array<int>>, "
        "leg struct<org:string,dst:struct<code:string>>) PARTITIONED BY (dt string COMMENT 'day') "
        "ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' LOCATION 's3://mine/flights/' "
        "TBLPROPERTIES ('note'='of the lab')"
    )
    engine.run(
        "CREATE EXTERNAL TABLE logs (a string, n int COMMENT 'own') ROW FORMAT SERDE "
        "'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://mine/logs/'"
    )
    engine.run("CREATE VIEW flights_v AS SELECT yr, dt FROM flights")
    engine.run("ALTER TABLE flights ADD PARTITION (dt='2024-01-01')")
    return engine


LISTS = [
    # (statement, column, rows, source)
    ("SHOW TABLES", "tab_name", ["flights", "flights_v", "logs"], UG + "show-tables.html"),
    ("SHOW TABLES IN lab 'fl*'", "tab_name", ["flights", "flights_v"], UG + "show-tables.html"),
    ("SHOW TABLES '*gs|*_v'", "tab_name", ["flights_v", "logs"], UG + "show-tables.html"),
    ("SHOW TABLES IN lab '.*logs'", "tab_name", ["logs"], UG + "show-tables.html"),
    ("SHOW TABLES 'nothing*'", "tab_name", [], UG + "show-tables.html"),
    ("SHOW VIEWS", "views", ["flights_v"], UG + "show-views.html"),
    ("SHOW VIEWS IN lab LIKE 'x*'", "views", [], UG + "show-views.html"),
    ("SHOW DATABASES LIKE 'l*'", "database_name", ["lab"], UG + "show-databases.html"),
    (
        "SHOW SCHEMAS LIKE 'fern*|lab'",
        "database_name",
        ["fernway", "lab"],
        UG + "show-databases.html",
    ),
    ("SHOW COLUMNS IN flights", "field", ["yr", "tags", "leg", "dt"], UG + "show-columns.html"),
    (
        "SHOW COLUMNS FROM lab.flights",
        "field",
        ["yr", "tags", "leg", "dt"],
        UG + "show-columns.html",
    ),
    (
        "SHOW COLUMNS FROM flights IN lab",
        "field",
        ["yr", "tags", "leg", "dt"],
        UG + "show-columns.html",
    ),
    ("SHOW COLUMNS IN `flights_v` FROM `lab`", "field", ["yr", "dt"], UG + "show-columns.html"),
    ("SHOW PARTITIONS flights", "partition", ["dt=2024-01-01"], UG + "show-partitions.html"),
    ("SHOW PARTITIONS lab.flights PARTITION (dt='x')", "partition", [], "Hive"),
    (
        "SHOW CREATE VIEW flights_v",
        "create view",
        ["CREATE VIEW lab.flights_v AS", "SELECT yr, dt FROM flights"],
        SEEN,
    ),
]


@pytest.mark.parametrize(("sql", "column", "rows", "source"), LISTS)
def test_list(lab, sql, column, rows, source):
    result = lab.run(sql)
    assert result.columns == [column]
    assert [row[0] for row in result.rows] == rows, source
    assert result.billed_bytes == 0


def test_table_properties(lab):
    """https://docs.aws.amazon.com/athena/latest/ug/show-tblproperties.html"""
    result = lab.run("SHOW TBLPROPERTIES flights")
    assert result.columns == ["prpt_name", "prpt_value"]
    assert ("note", "of the lab") in result.rows
    assert ("EXTERNAL", "TRUE") in result.rows
    assert lab.run("SHOW TBLPROPERTIES flights('note')").rows == [("note", "of the lab")]
    rows = lab.run("SHOW TBLPROPERTIES lab.flights('other')").rows
    assert rows == [("Table lab.flights does not have property: other", "")]


def test_describe_names_columns_then_partitions(lab):
    """https://docs.aws.amazon.com/athena/latest/ug/describe-table.html"""
    assert lab.run("DESCRIBE flights").rows == [
        ("yr", "int", "year"),
        ("tags", "map<string,array<int>>", ""),
        ("leg", "struct<org:string,dst:struct<code:string>>", ""),
        ("dt", "string", "day"),
        ("", "", ""),
        ("# Partition Information", "", ""),
        ("# col_name", "data_type", "comment"),
        ("", "", ""),
        ("dt", "string", "day"),
    ]
    assert lab.run("DESC lab.logs").rows == [
        ("a", "string", "from deserializer"),
        ("n", "int", "own"),
    ]
    assert lab.run("DESCRIBE flights_v").rows == [("yr", "int", ""), ("dt", "string", "")]
    assert lab.run("DESCRIBE VIEW flights_v").rows == [("yr", "int", ""), ("dt", "string", "")]


def test_describe_formatted_and_extended(lab):
    """https://docs.aws.amazon.com/athena/latest/ug/describe-table.html"""
    rows = lab.run("DESCRIBE FORMATTED flights").rows
    assert ("Location:", "s3://mine/flights/", "") in rows
    assert ("Table Type:", "EXTERNAL_TABLE", "") in rows
    assert ("", "note", "of the lab") in rows
    assert ("", "field.delim", ",") in rows
    assert ("SerDe Library:", "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe", "") in rows
    part = lab.run("DESCRIBE FORMATTED flights PARTITION (dt = '2024-01-01')").rows
    assert ("Partition Value:", "[2024-01-01]", "") in part
    assert ("Location:", "s3://mine/flights/dt=2024-01-01/", "") in part
    last = lab.run("DESCRIBE EXTENDED flights").rows[-1]
    assert last[0] == "Detailed Table Information"
    assert "FieldSchema(name:yr, type:int, comment:year)" in last[1]


@pytest.mark.parametrize(
    ("path", "rows"),
    [
        ("yr", [("yr", "int", "year")]),
        ("tags", [("tags", "map<string,array<int>>", "from deserializer")]),
        ("tags.'$key$'", [("$key$", "string", "from deserializer")]),
        ("tags.'$value$'.'$elem$'", [("$elem$", "int", "from deserializer")]),
        ("leg.dst", [("code", "string", "from deserializer")]),
        ("leg.org", [("org", "string", "from deserializer")]),
    ],
)
def test_describe_one_column_and_inside_it(lab, path, rows):
    """https://docs.aws.amazon.com/athena/latest/ug/describe-table.html"""
    assert lab.run(f"DESCRIBE flights {path}").rows == rows


REFUSED = [
    # (statement, words, source)
    (
        "SHOW TABLES IN nodb",
        "FAILED: SemanticException [Error 10072]: Database does not exist: nodb",
        SEEN,
    ),
    ("SHOW COLUMNS IN nothing", "INVALID_INPUT: Entity Not Found", SEEN),
    ("DESCRIBE nothing", "INVALID_INPUT: Entity Not Found", SEEN),
    (
        "DESCRIBE TABLE flights",
        "FAILED: SemanticException [Error 10001]: Table not found table",
        UG + "describe-table.html",
    ),
    ("DESCRIBE DATABASE lab", "not supported", UG + "unsupported-ddl.html"),
    ("DESCRIBE flights PARTITION (dt='z')", "Partition not found {dt=z}", "Hive 10006"),
    ("DESCRIBE flights leg.nothing", "Invalid Field nothing", "Hive"),
    ("DESCRIBE flights extra words", "cannot find field extra", "Hive"),
    ("SHOW PARTITIONS logs", "Table logs is not a partitioned table", "Hive"),
    ("SHOW PARTITIONS nothing", "Table not found lab.nothing", "Hive 10001"),
    ("SHOW CREATE TABLE nothing", "Table not found lab.nothing", "Hive 10001"),
    ("SHOW TABLES LIKE 'a' LIKE 'b'", "SYNTAX_ERROR", UG + "show-tables.html"),
    ("SHOW GRANTS", "not supported", UG + "unsupported-ddl.html"),
    ("SHOW ROLES", "not supported", UG + "unsupported-ddl.html"),
    ("SHOW LOCKS flights", "not supported", UG + "unsupported-ddl.html"),
    ("SHOW SESSION", "not supported", SEEN),
    ("SHOW STATS FOR flights", "not supported", SEEN),
]


@pytest.mark.parametrize(("sql", "words", "source"), REFUSED)
def test_refusal(lab, sql, words, source):
    with pytest.raises(ServiceError) as caught:
        lab.run(sql)
    assert words in str(caught.value), source


# --- SHOW CREATE TABLE -----------------------------------------------


def test_show_create_table(lab):
    """https://docs.aws.amazon.com/athena/latest/ug/show-create-table.html"""
    lines = [row[0] for row in lab.run("SHOW CREATE TABLE logs").rows]
    stamp = lab.catalog.find("lab", "logs").parameters["transient_lastDdlTime"]
    assert lines == [
        "CREATE EXTERNAL TABLE `lab.logs`(",
        "  `a` string, ",
        "  `n` int COMMENT 'own')",
        "ROW FORMAT SERDE ",
        "  'org.openx.data.jsonserde.JsonSerDe' ",
        "STORED AS INPUTFORMAT ",
        "  'org.apache.hadoop.mapred.TextInputFormat' ",
        "OUTPUTFORMAT ",
        "  'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'",
        "LOCATION",
        "  's3://mine/logs/'",
        "TBLPROPERTIES (",
        f"  'transient_lastDdlTime'='{stamp}')",
    ]


CREATED = [
    "(a int COMMENT 'it''s \\\\ \\t', `b c` struct<`d e`:int,f:array<string>>) "
    "COMMENT 'of \\'x\\''",
    "(a int) PARTITIONED BY (p string COMMENT 'k', q int) CLUSTERED BY (a) SORTED BY (a DESC) "
    "INTO 4 BUCKETS STORED AS PARQUET",
    "(a int) ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\001' ESCAPED BY '\\\\' COLLECTION ITEMS "
    "TERMINATED BY '|' MAP KEYS TERMINATED BY ':' LINES TERMINATED BY '\\n' "
    "NULL DEFINED AS '\\\\N'",
    "(a string) ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe' "
    "WITH SERDEPROPERTIES ('input.regex'='^(\\\\d+) \\\"(.*)\\\"$')",
    "(a string, b date) ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde' "
    "WITH SERDEPROPERTIES ('separatorChar'='\\t', 'quoteChar'='\\'', 'escapeChar'='\\\\')",
    "(a string) STORED AS ORC",
]


@pytest.mark.parametrize("clauses", CREATED)
def test_show_create_table_can_be_run_again(lab, clauses):
    lab.run(
        f"CREATE EXTERNAL TABLE t {clauses} LOCATION 's3://mine/t/' TBLPROPERTIES ('k'='a\\nb')"
    )
    before = dict(lab.catalog.find("lab", "t").entry)
    text = "\n".join(row[0] for row in lab.run("SHOW CREATE TABLE t").rows)
    lab.run("DROP TABLE t")
    lab.run(text)
    after = dict(lab.catalog.find("lab", "t").entry)
    for entry in (before, after):
        entry.pop("CreateTime")
        entry["Parameters"] = {**entry["Parameters"], "transient_lastDdlTime": ""}
    assert after == before


def test_show_create_table_of_the_datasets_can_be_run_again(lab):
    for name in lab.catalog.tables("fernway"):
        text = "\n".join(row[0] for row in lab.run(f"SHOW CREATE TABLE fernway.{name}").rows)
        before = lab.catalog.find("fernway", name)
        lab.run(f"DROP TABLE fernway.{name}")
        lab.run(text)
        after = lab.catalog.find("fernway", name)
        assert (after.columns, after.keys, after.serde) == (
            before.columns,
            before.keys,
            before.serde,
        ), name


# --- information_schema ----------------------------------------------

SCHEMA_QUERIES = [
    # (query, rows); .../querying-glue-catalog.html
    (
        "SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE 'l%'",
        [("lab",)],
    ),
    (
        "SELECT table_schema, table_name, table_type FROM information_schema.tables "
        "WHERE table_schema = 'lab' ORDER BY 2",
        [
            ("lab", "flights", "BASE TABLE"),
            ("lab", "flights_v", "VIEW"),
            ("lab", "logs", "BASE TABLE"),
        ],
    ),
    (
        "SELECT column_name, ordinal_position, is_nullable, data_type, comment, extra_info FROM "
        "awsdatacatalog.information_schema.columns WHERE table_name = 'flights' ORDER BY 2",
        [
            ("yr", 1, "YES", "integer", "year", None),
            ("tags", 2, "YES", "map(varchar, array(integer))", None, None),
            ("leg", 3, "YES", "row(org varchar, dst row(code varchar))", None, None),
            ("dt", 4, "YES", "varchar", "day", "partition key"),
        ],
    ),
    (
        'SELECT column_name FROM "awsdatacatalog"."information_schema"."columns" '
        "WHERE table_name = 'flights_v' ORDER BY ordinal_position",
        [("yr",), ("dt",)],
    ),
    (
        "SELECT table_name, view_definition FROM information_schema.views",
        [("flights_v", "SELECT yr, dt FROM flights")],
    ),
    ("SELECT count(*) FROM information_schema.roles", [(0,)]),
    (
        "SELECT count(*) FROM information_schema.tables t JOIN information_schema.columns c "
        "USING (table_schema, table_name) WHERE table_schema = 'lab'",
        [(8,)],
    ),
]


@pytest.mark.parametrize(("sql", "rows"), SCHEMA_QUERIES)
def test_information_schema(lab, sql, rows):
    result = lab.run(sql)
    assert result.rows == rows
    assert result.bytes_scanned == 0


def test_names_that_lead_elsewhere(lab):
    with pytest.raises(ServiceError, match="TABLE_NOT_FOUND"):
        lab.run("SELECT * FROM information_schema.nothing")
    with pytest.raises(LabLimit, match="__internal_partitions__"):
        lab.run("SELECT * FROM information_schema.__internal_partitions__")
    with pytest.raises(ServiceError, match="CATALOG_NOT_FOUND"):
        lab.run("SELECT * FROM other.lab.flights")
    with pytest.raises(LabLimit, match="data source"):
        lab.run('SELECT * FROM "lambda:conn".lab.flights')
    with pytest.raises(LabLimit, match="data source other"):
        lab.run("DESCRIBE other.lab.flights")
    with pytest.raises(LabLimit, match="SHOW FUNCTIONS"):
        lab.run("SHOW FUNCTIONS")
