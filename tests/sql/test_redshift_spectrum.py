# ruff: noqa: E501 - a table reads best with one case a line
"""Do external schemas and tables behave as Amazon Redshift's documentation says?

``R`` is the Amazon Redshift Database Developer Guide, read 2026-11-23.
"""

import datetime as dt
import json
from decimal import Decimal as D

import pytest

from dealab.sql import Athena, LabLimit, Lake, Redshift, ServiceError

R = "https://docs.aws.amazon.com/redshift/latest/dg/"
SCHEMA = R + "r_CREATE_EXTERNAL_SCHEMA.html"
TABLE = R + "r_CREATE_EXTERNAL_TABLE.html"
USAGE = R + "r_CREATE_EXTERNAL_TABLE_usage.html"
INSERT = R + "r_INSERT_external_table.html"
ALTER = R + "r_ALTER_TABLE_external-table.html"
MAKE = "create external schema s from data catalog database 'sdb' iam_role default create external database if not exists"


@pytest.fixture
def session(lake_folder):
    made = Redshift(lake=Lake(lake_folder))
    made.run(MAKE)
    return made


def entry(session, name: str, database: str = "sdb") -> dict:
    return session.lake.catalog.find(database, name).entry


# --- schemas --------------------------------------------------------------------------------


def test_the_database_is_made(session):
    assert "sdb" in session.lake.catalog.databases
    found = session.objects.get("schema", "dev", "s").source
    assert (found["kind"], found["eskind"], found["iam_role"]) == ("data catalog", 1, "default")


SCHEMAS = [
    (
        "from data catalog database 'sampledb' region 'us-west-2' iam_role 'arn:aws:iam::123456789012:role/MySpectrumRole'",
        "data catalog",
        {"region": "us-west-2"},
    ),
    (
        "from data catalog database 'd' iam_role 'arn:aws:iam::1:role/a' catalog_role 'arn:aws:iam::1:role/c' catalog_id '123456789012'",
        "data catalog",
        {"catalog_id": "123456789012"},
    ),
    ("from database 'd' iam_role default", "data catalog", {"database": "d"}),
    (
        "from hive metastore database 'hive_db' uri '172.10.10.10' port 99 iam_role default",
        "hive metastore",
        {"port": 99},
    ),
    (
        "from postgres database 'p' schema 's' uri 'h.rds.amazonaws.com' port 5432 iam_role default secret_arn 'arn:aws:secretsmanager:us-west-2:1:secret:x'",
        "postgres",
        {"schema": "s"},
    ),
    ("from mysql database 'm' uri 'h' iam_role default secret_arn 'x'", "mysql", {"uri": "h"}),
    ("from kinesis iam_role default", "kinesis", {"eskind": 8}),
    (
        "from msk iam_role default authentication iam cluster_arn 'arn:aws:kafka:us-east-1:1:cluster/c/1'",
        "msk",
        {"authentication": "iam"},
    ),
    ("from kafka authentication none uri 'lkc.domain:9092'", "kafka", {"uri": "lkc.domain:9092"}),
]


@pytest.mark.parametrize(("words", "kind", "held"), SCHEMAS)
def test_every_source_is_recorded(session, words, kind, held):
    session.run(f"create external schema x {words}")
    source = session.objects.get("schema", "dev", "x").source
    assert source["kind"] == kind
    assert held.items() <= source.items()


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ("from postgres database 'p' uri 'h' iam_role default secret_arn 'x'", "POSTGRES"),
        ("from hive metastore database 'd' uri 'h' iam_role default", "HIVE METASTORE"),
        ("from kinesis iam_role default", "KINESIS"),
    ],
)
def test_reading_through_other_sources_is_a_limit(session, words, what):
    session.run(f"create external schema x {words}")
    with pytest.raises(LabLimit) as caught:
        session.run("select * from x.t")
    assert what in caught.value.what


def test_a_schema_of_another_database_of_the_namespace(session):
    session.run("create table loc(a int)")
    session.run("insert into loc values (7)")
    session.run("create external schema rs from redshift database 'dev' schema 'public'")
    assert session.run("select a from rs.loc").rows == [(7,)]  # SCHEMA


SCHEMA_ERRORS = [
    (MAKE, 'Schema "s" already exists'),
    ("create external schema x from data catalog iam_role default", "DATABASE is required"),
    ("create external schema x from data catalog database 'd'", "IAM_ROLE is required"),
    (
        "create external schema x from hive metastore database 'd' iam_role default",
        "URI is required",
    ),
    (
        "create external schema x from postgres database 'd' uri 'h' iam_role default",
        "SECRET_ARN is required",
    ),
    (
        "create external schema x from hive metastore database 'd' uri 'h' iam_role default create external database if not exists",
        "syntax error",
    ),
    (
        "create external schema x from data catalog database 'd' iam_role 'nonsense'",
        "Invalid credentials",
    ),
    ("create external schema x from redshift database 'nope'", 'database "nope" does not exist'),
    ("create external schema x from oracle database 'd'", "syntax error"),
    ("alter external schema public iam_role default", "is not an external schema"),
    ("alter external schema nope iam_role default", 'schema "nope" does not exist'),
    ("create table s.t(a int)", "external schema"),
]


@pytest.mark.parametrize(("sql", "part"), SCHEMA_ERRORS)
def test_schema_errors(session, sql, part):
    with pytest.raises(ServiceError) as caught:
        session.run(sql)
    assert part in str(caught.value)


def test_if_not_exists(session):
    result = session.run(MAKE.replace("schema s", "schema if not exists s"))
    assert result.notes == ['INFO: Schema "s" already exists and will be skipped']


def test_alter_external_schema(session):
    session.run("alter external schema s iam_role 'arn:aws:iam::1:role/new'")
    assert session.objects.get("schema", "dev", "s").source["iam_role"].endswith("/new")


def test_drop_schema_leaves_the_database_unless_told(session):
    session.run("drop schema s")
    assert "sdb" in session.lake.catalog.databases
    session.run(MAKE)
    session.run("drop schema s drop external database cascade")
    assert "sdb" not in session.lake.catalog.databases


# --- tables ---------------------------------------------------------------------------------


def test_delimited_table(session):
    session.lake.put("s3://ext/sales/a.txt", "1\t2008-01-01\t9.50\n2\t2008-02-01\t7.25\n")
    session.run(
        "create external table s.sales(id integer, d date, paid decimal(8,2)) row format delimited "
        "fields terminated by '\\t' stored as textfile location 's3://ext/sales/' table properties ('numRows'='2')"
    )
    assert session.run("select id, d, paid from s.sales order by id").rows == [
        (1, dt.date(2008, 1, 1), D("9.50")),
        (2, dt.date(2008, 2, 1), D("7.25")),
    ]  # TABLE
    assert entry(session, "sales")["Parameters"]["numRows"] == "2"


def test_default_delimiter_is_start_of_heading(session):
    session.lake.put("s3://ext/x/a", "1\x01b\n")
    session.run(
        "create external table s.x(a int, b varchar(5)) stored as textfile location 's3://ext/x/'"
    )
    assert session.run("select * from s.x").rows == [(1, "b")]  # TABLE


def test_header_lines(session):
    session.lake.put("s3://ext/h/a", "id\n1\n")
    session.run(
        "create external table s.h(id int) row format delimited fields terminated by ',' stored as textfile location 's3://ext/h/' table properties ('skip.header.line.count'='1')"
    )
    assert session.run("select id from s.h").rows == [(1,)]  # TABLE


def test_json_table(session):
    session.lake.put("s3://ext/j/a", '{"id": 1, "name": "x"}\n')
    session.run(
        "create external table s.j(id int, name varchar(9)) row format serde 'org.openx.data.jsonserde.JsonSerDe' stored as textfile location 's3://ext/j/'"
    )
    assert session.run("select id, name from s.j").rows == [(1, "x")]


def test_open_csv_table(session):
    session.lake.put("s3://ext/c/a", '1,"x, y"\n')
    session.run(
        "create external table s.c(id varchar(9), name varchar(9)) row format serde 'org.apache.hadoop.hive.serde2.OpenCSVSerde' with serdeproperties ('separatorChar'=',') stored as textfile location 's3://ext/c/'"
    )
    assert session.run("select id, name from s.c").rows == [("1", "x, y")]


TYPES = [
    ("smallint", "smallint"), ("int2", "smallint"), ("integer", "int"), ("int4", "int"), ("bigint", "bigint"),
    ("decimal(8,2)", "decimal(8,2)"), ("numeric(5)", "decimal(5,0)"), ("real", "float"), ("float4", "float"),
    ("double precision", "double"), ("float8", "double"), ("boolean", "boolean"), ("char(3)", "char(3)"),
    ("varchar(20)", "varchar(20)"), ("character varying(20)", "varchar(20)"), ("varchar(max)", "varchar(65535)"),
    ("date", "date"), ("timestamp", "timestamp"), ("varbyte", "binary"),
    ("struct<given:varchar(20), family:varchar(20)>", "struct<given:varchar(20),family:varchar(20)>"),
    ("array<struct<shipdate:timestamp, price:double precision>>", "array<struct<shipdate:timestamp,price:double>>"),
    ("map<varchar(20), integer>", "map<varchar(20),int>"), ("array<array<int>>", "array<array<int>>"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "glue"), TYPES)
def test_types_in_the_catalog(session, written, glue):
    session.run(
        f"create external table s.t(a int, b {written}) stored as parquet location 's3://ext/t/'"
    )
    assert entry(session, "t")["StorageDescriptor"]["Columns"][1] == {
        "Name": "b",
        "Type": glue,
    }  # TABLE


TABLE_ERRORS = [
    (
        "create external table t(a int) stored as parquet location 's3://ext/t/'",
        "must be created in an external schema",
    ),
    (
        "create external table public.t(a int) stored as parquet location 's3://ext/t/'",
        "is not an external schema",
    ),
    (
        "create external table nope.t(a int) stored as parquet location 's3://ext/t/'",
        'schema "nope" does not exist',
    ),
    (
        "create external table s.t(a int, a int) stored as parquet location 's3://ext/t/'",
        'column "a" specified more than once',
    ),
    (
        "create external table s.t(a int) partitioned by (a int) stored as parquet location 's3://ext/t/'",
        'column "a" specified more than once',
    ),
    (
        "create external table s.t(\"$path\" int) stored as parquet location 's3://ext/t/'",
        "pseudocolumn",
    ),
    (
        "create external table s.t(a int not null) stored as parquet location 's3://ext/t/'",
        "syntax error",
    ),
    ("create external table s.t(a int) stored as parquet", "syntax error"),
    ("create external table s.t(a int) location 's3://ext/t/'", "syntax error"),
    ("create external table s.t(a int) stored as nonsense location 's3://ext/t/'", "syntax error"),
    (
        "create external table s.t(a nonsense) stored as parquet location 's3://ext/t/'",
        'type "nonsense" does not exist',
    ),
    (
        "create external table s.t(a super) stored as parquet location 'nowhere'",
        "Invalid S3 location",
    ),
    (
        "create external table s.t(a int) stored as parquet location 's3://ext/t/' table properties ('write.maxfilesize.mb'='2')",
        "between 5 and 6200",
    ),
    (
        "create external table s.t(a int) stored as parquet location 's3://ext/t/' table properties ('surplus_char_handling'='MAYBE')",
        "Invalid value 'MAYBE'",
    ),
    (
        "create external table s.t(a int) stored as parquet location 's3://ext/t/' distkey(a)",
        "syntax error",
    ),
]


@pytest.mark.parametrize(("sql", "part"), TABLE_ERRORS)
def test_table_errors(session, sql, part):
    with pytest.raises(ServiceError) as caught:
        session.run(sql)
    assert part in str(caught.value)
    assert session.lake.catalog.find("sdb", "t") is None


def test_a_name_is_taken_once(session):
    sql = "create external table s.t(a int) stored as parquet location 's3://ext/t/'"
    session.run(sql)
    with pytest.raises(ServiceError, match='Relation "t" already exists'):
        session.run(sql)


BLOCKED = [
    (
        "create external table s.u(a int) stored as parquet location 's3://ext/u/'",
        "CREATE EXTERNAL TABLE",
    ),
    (
        "create external table s.u stored as parquet location 's3://ext/u/' as select 1 as a",
        "CREATE EXTERNAL TABLE",
    ),
    ("alter table s.t set location 's3://ext/z/'", "ALTER EXTERNAL TABLE"),
    ("drop table s.t", "DROP EXTERNAL TABLE"),
    ("insert into s.t select 1", "INSERT INTO external table"),
]


@pytest.mark.parametrize(("sql", "name"), BLOCKED)
def test_not_in_a_transaction_block(session, sql, name):
    session.run("create external table s.t(a int) stored as parquet location 's3://ext/t/'")
    session.run("begin")
    with pytest.raises(ServiceError, match=f"{name} cannot run inside a transaction block"):
        session.run(sql)
    session.run("rollback")


@pytest.mark.parametrize("sql", ["update s.t set a = 1", "delete from s.t", "truncate s.t"])
def test_rows_of_external_tables_are_not_changed(session, sql):
    session.run("create external table s.t(a int) stored as parquet location 's3://ext/t/'")
    with pytest.raises(ServiceError):
        session.run(sql)


def test_external_views_are_a_limit(session):
    with pytest.raises(LabLimit, match="CREATE EXTERNAL VIEW"):
        session.run("create external view s.v as select 1 as a")


# --- partitions -------------------------------------------------------------------------------


@pytest.fixture
def parts(session):
    for day in ("2008-01-01", "2008-02-01"):
        session.lake.put(f"s3://ext/p/d={day}/f.txt", f"{day[5:7]}|9.5\n")
    session.run(
        "create external table s.p(id int, paid decimal(8,2)) partitioned by (d date) row format "
        "delimited fields terminated by '|' stored as textfile location 's3://ext/p/'"
    )
    return session


ADD = "alter table s.p add partition(d='2008-01-01') location 's3://ext/p/d=2008-01-01/' partition(d='2008-02-01') location 's3://ext/p/d=2008-02-01/'"


def test_partitions_are_added_moved_and_dropped(parts):
    assert parts.run("select count(*) from s.p").rows == [(0,)]
    parts.run(ADD)
    assert parts.run("select d, id from s.p order by 1").rows == [
        (dt.date(2008, 1, 1), 1),
        (dt.date(2008, 2, 1), 2),
    ]  # ALTER
    parts.run("alter table s.p partition(d='2008-01-01') set location 's3://ext/p/d=2008-02-01/'")
    assert parts.run("select id from s.p where d = '2008-01-01'").rows == [(2,)]
    parts.run("alter table s.p drop partition(d='2008-01-01')")
    assert parts.run("select count(*) from s.p").rows == [(1,)]


def test_a_partition_is_there_once(parts):
    parts.run(ADD)
    again = "alter table s.p add {} partition(d='2008-01-01') location 's3://ext/other/'"
    with pytest.raises(ServiceError, match="Partition already exists"):
        parts.run(again.format(""))
    parts.run(again.format("if not exists"))
    assert parts.run("select id from s.p where d = '2008-01-01'").rows == [(1,)]


PARTITION_ERRORS = [
    ("alter table s.p drop partition(d='1999-01-01')", "does not exist"),
    ("alter table s.p add partition(x='1') location 's3://ext/p/'", "does not match"),
    ("alter table s.p add partition(d='2008-01-01')", "syntax error"),
    ("alter table s.p rename to q", "RENAME is not supported for external tables"),
    ("alter table s.p drop column d", "cannot drop partition column"),
    ("alter table s.p drop column z", "does not exist"),
    ("alter table s.p add column id int", "already exists"),
    ("alter table s.p set nonsense", "syntax error"),
]


@pytest.mark.parametrize(("sql", "part"), PARTITION_ERRORS)
def test_alter_errors(parts, sql, part):
    with pytest.raises(ServiceError) as caught:
        parts.run(sql)
    assert part in str(caught.value)


def test_alter_table_forms(parts):
    parts.run(
        "alter table s.p set table properties ('numRows'='100000', 'skip.header.line.count'='1')"
    )
    parts.run("alter table s.p add column note varchar(20)")
    parts.run("alter table s.p drop column paid")
    parts.run("alter table s.p set location 's3://ext/elsewhere/'")
    parts.run("alter table s.p set file format parquet")
    made = entry(parts, "p")
    assert made["Parameters"]["numRows"] == "100000"
    storage = made["StorageDescriptor"]
    assert [c["Name"] for c in storage["Columns"]] == ["id", "note"]
    assert storage["Location"] == "s3://ext/elsewhere/"
    assert "Parquet" in storage["SerdeInfo"]["SerializationLibrary"]  # ALTER


def test_drop_leaves_the_files(parts):
    parts.run("drop table s.p")
    assert parts.lake.catalog.find("sdb", "p") is None
    assert parts.lake.exists("s3://ext/p/d=2008-01-01/f.txt")
    assert "does not exist and will be skipped" in parts.run("drop table if exists s.p").notes[0]


# --- CREATE EXTERNAL TABLE AS and INSERT --------------------------------------------------------


@pytest.fixture
def local(session):
    session.run("create table l(k int, mode varchar(10), d date, p decimal(8,2), f boolean)")
    session.run(
        "insert into l values (1, 'AIR', '2020-01-01', 5.25, true), (2, 'SHIP', '2020-01-02', null, false), (3, null, null, 1, null)"
    )
    return session


@pytest.mark.parametrize(
    "words",
    [
        "stored as parquet",
        "stored as textfile",
        "row format delimited fields terminated by ',' stored as textfile",
    ],
)
def test_create_external_table_as(local, words):
    local.run(f"create external table s.c {words} location 'S3://ext/c/' as select * from l")
    want = local.run("select * from l order by 1").rows
    assert local.run("select * from s.c order by 1").rows == want  # USAGE
    assert Athena(lake=local.lake, database="sdb").run("SELECT * FROM c ORDER BY 1").rows == want
    assert entry(local, "c")["Parameters"]["numRows"] == "3"


def test_create_external_table_as_with_partitions(local):
    local.run(
        "create external table s.c partitioned by (d, mode) stored as parquet location 's3://ext/c/' as select k, mode, d, p from l"
    )
    assert [column["Name"] for column in entry(local, "c")["StorageDescriptor"]["Columns"]] == [
        "k",
        "p",
    ]
    values = [tuple(one["Values"]) for one in local.lake.catalog.partitions("sdb", "c")]
    assert ("2020-01-01", "AIR") in values
    assert len(values) == 3
    assert local.run("select k, d, mode from s.c order by 1").rows == [
        (1, dt.date(2020, 1, 1), "AIR"),
        (2, dt.date(2020, 1, 2), "SHIP"),
        (3, None, None),
    ]


def test_file_names(local):
    local.run(
        "create external table s.c stored as parquet location 's3://ext/c/' table properties ('write.parallel'='off') as select * from l"
    )
    names = [name for name, _ in local.lake.objects("s3://ext/c/")]
    assert len(names) == 1
    assert names[0].endswith("_0000_part_00.parquet")
    assert (
        len(names[0].rsplit("/", 1)[1].split("_")) == 7
    )  # USAGE: date, time, microseconds, query, slice, part
    assert local.namespace.logs["stl_unload_log"][0]["line_count"] == 3


CTAS_ERRORS = [
    (
        "create external table s.c stored as orc location 's3://ext/c/' as select 1 as a",
        "PARQUET and TEXTFILE",
    ),
    (
        "create external table s.c stored as parquet location 's3://ext/c/' as select 1 as a limit 1",
        "Limit clause is not supported",
    ),
    (
        "create external table s.c partitioned by (z) stored as parquet location 's3://ext/c/' as select 1 as a",
        'partition column "z" is not in the query',
    ),
    (
        "create external table s.c partitioned by (a) stored as parquet location 's3://ext/c/' as select 1 as a",
        "at least one column",
    ),
    (
        "create external table s.c row format serde 'x' stored as textfile location 's3://ext/c/' as select 1 as a",
        "SERDE is not supported",
    ),
    (
        "create external table s.c row format delimited lines terminated by '\\n' stored as textfile location 's3://ext/c/' as select 1 as a",
        "LINES TERMINATED BY is not supported",
    ),
    (
        "create external table s.c stored as parquet location 's3://ext/c/' as select 1 as a, 2 as a",
        'column "a" specified more than once',
    ),
    (
        "create external table s.c stored as parquet location 's3://ext/full/' as select 1 as a",
        "is not empty",
    ),
    (
        "create external table s.c(a int) stored as parquet location 's3://ext/c/' as select 1 as a",
        "takes no column list",
    ),
]


@pytest.mark.parametrize(("sql", "part"), CTAS_ERRORS)
def test_create_external_table_as_errors(session, sql, part):
    session.lake.put("s3://ext/full/x", "1")
    with pytest.raises(ServiceError) as caught:
        session.run(sql)
    assert part in str(caught.value)
    assert session.lake.catalog.find("sdb", "c") is None


def test_insert(local):
    local.run(
        "create external table s.c partitioned by (mode) stored as parquet location 's3://ext/c/' as select k, p, mode from l where k = 1"
    )
    result = local.run("insert into s.c select k + 10, 2.5, 'RAIL' from l")
    assert (result.message, result.update_count) == ("INSERT 0 3", 3)
    assert local.run("select mode, count(*), sum(p) from s.c group by 1 order by 1").rows == [
        ("AIR", 1, D("5.25")),
        ("RAIL", 3, D("7.50")),
    ]  # INSERT
    assert entry(local, "c")["Parameters"]["numRows"] == "4"


def test_insert_into_text(local):
    local.run(
        "create external table s.x(a int, b varchar(9), f boolean) row format delimited fields terminated by '|' stored as textfile location 's3://ext/x/'"
    )
    local.run("insert into s.x select 1, null, true")
    local.run("insert into s.x select 2, 'b', false")
    assert local.run("select * from s.x order by 1").rows == [(1, None, True), (2, "b", False)]


INSERT_ERRORS = [
    ("insert into s.x select 1", "more target columns than expressions"),
    ("insert into s.x select 1, 2, 3", "more expressions than target columns"),
    ("insert into s.x(a, b) select 1, 2", "syntax error"),
    ("insert into s.x select 1, 2 limit 1", "Limit clause is not supported"),
    ("insert into s.j select 1", "other than PARQUET or TEXTFILE"),
]


@pytest.mark.parametrize(("sql", "part"), INSERT_ERRORS)
def test_insert_errors(session, sql, part):
    session.run("create external table s.x(a int, b int) stored as parquet location 's3://ext/x/'")
    session.run(
        "create external table s.j(a int) row format serde 'org.openx.data.jsonserde.JsonSerDe' stored as textfile location 's3://ext/j/'"
    )
    with pytest.raises(ServiceError) as caught:
        session.run(sql)
    assert part in str(caught.value)


# --- reading ------------------------------------------------------------------------------------


def test_pseudocolumns(parts):
    parts.run(ADD)
    row = parts.run(
        'select "$path", "$size", "$spectrum_oid" from s.p where d = \'2008-01-01\''
    ).rows[0]
    assert row[:2] == ("s3://ext/p/d=2008-01-01/f.txt", 7)
    assert row[2] > 0
    assert len(parts.run("select * from s.p").columns) == 3
    parts.run("set spectrum_enable_pseudo_columns to false")
    with pytest.raises(ServiceError, match="does not exist"):
        parts.run('select "$path" from s.p')


def test_athena_and_redshift_share_one_catalog(session):
    athena = Athena(lake=session.lake, database="sdb")
    athena.run(
        "CREATE EXTERNAL TABLE shared (id int, name string) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' LOCATION 's3://ext/shared/'"
    )
    session.lake.put("s3://ext/shared/a", "1,x\n")
    assert session.run("select id, name from s.shared").rows == [(1, "x")]
    assert session.run('select id from "awsdatacatalog"."sdb"."shared"').rows == [(1,)]


def test_nested_data(session):
    session.lake.put(
        "s3://ext/n/a",
        json.dumps({"id": 1, "name": {"given": "Ann"}, "orders": [{"price": 5}, {"price": 7}]})
        + "\n",
    )
    session.run(
        "create external table s.n(id int, name struct<given:varchar(20)>, orders array<struct<price:int>>) row format serde 'org.openx.data.jsonserde.JsonSerDe' stored as textfile location 's3://ext/n/'"
    )
    assert session.run("select c.id, c.name.given from s.n c").rows == [(1, "Ann")]
    assert session.run("select c.id, o.price from s.n c, c.orders o order by 2").rows == [
        (1, 5),
        (1, 7),
    ]  # R + tutorial-query-nested-data.html


def test_scans_are_recorded(parts):
    parts.run(ADD)
    parts.run("select id from s.p where d = '2008-01-01'")
    scan = parts.namespace.history[-1].details["external_scans"][0]
    assert (scan["table"], scan["partitions_total"], scan["partitions_qualified"]) == ("p", 2, 1)
    assert (scan["files"], scan["bytes"], scan["rows_scanned"], scan["partitioned"]) == (
        1,
        7,
        1,
        True,
    )


def test_scans_of_a_join_add_up(parts):
    parts.run(ADD)
    parts.lake.put("s3://ext/q/a", "1\n2\n3\n")
    parts.run("create external table s.q(id int) stored as textfile location 's3://ext/q/'")
    result = parts.run("select count(*) from s.p join s.q using (id)")
    scans = parts.namespace.history[-1].details["external_scans"]
    assert {scan["table"] for scan in scans} == {"p", "q"}
    assert sum(scan["bytes"] for scan in scans) == result.bytes_scanned > 0


def test_the_minimum_of_the_bill(parts):
    parts.run(ADD)
    result = parts.run("select id from s.p")
    assert (result.bytes_scanned, result.billed_bytes) == (14, 10 * 1024**2)


def test_handling_that_the_lab_does_not_do(session):
    session.lake.put("s3://ext/w/a", "abcdef\n")
    session.run("create external table s.w(a varchar(3)) stored as textfile location 's3://ext/w/'")
    assert session.run("select a from s.w").rows == [("abc",)]  # TABLE: cut to the column's size
    session.run(
        "alter table s.w set table properties ('data_cleansing_enabled'='true', 'surplus_char_handling'='SET_TO_NULL')"
    )
    with pytest.raises(LabLimit, match="surplus_char_handling"):
        session.run("select a from s.w")
