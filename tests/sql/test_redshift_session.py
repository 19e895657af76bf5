# ruff: noqa: E501 - a table reads best with one statement a line
"""Settings, SHOW, prepared statements, cursors, VACUUM and ANALYZE."""

from decimal import Decimal as D

import pytest
from redshift_local import R, check_error, check_rows, run, session

from dealab.sql import LabLimit
from dealab.sql.lake import Lake

SET = R + "r_SET.html"
SHOW = R + "r_SHOW.html"
CONFIG = R + "cm_chap_ConfigurationRef.html"
PREPARE = R + "r_PREPARE.html"
DECLARE = R + "declare.html"
FETCH = R + "fetch.html"
VACUUM = R + "r_VACUUM_command.html"
ANALYZE = R + "r_ANALYZE.html"
COMPRESSION = R + "r_ANALYZE_COMPRESSION.html"
TABLES = R + "r_SHOW_TABLES.html"

T = "create table t (a int, b varchar(8)); insert into t values (1, 'x'), (2, 'y'), (3, 'z'); "


@pytest.fixture(scope="module")
def lake(lake_folder):
    return Lake(lake_folder)


CASES = [
    ("show query_group", [("unset",)], SET),
    ("set query_group to '6 p.m.'; show query_group", [("6 p.m.",)], SET),
    ("set query_group = 'x'; reset query_group; show query_group", [("unset",)], SET),
    ("set statement_timeout to 5000; reset all; show statement_timeout", [("0",)], CONFIG),
    (
        "set enable_result_cache_for_session to false; show enable_result_cache_for_session",
        [("off",)],
        CONFIG,
    ),
    ("set search_path to s, public; show search_path", [("s, public",)], R + "r_search_path.html"),
    (
        "create schema s; create table s.k (a int); insert into s.k values (5); set search_path to '$user', s; select a from k",
        [(5,)],
        R + "r_search_path.html",
    ),
    (
        "create schema s; set search_path to s; create table k (a int); select count(*) from s.k",
        [(0,)],
        R + "r_search_path.html",
    ),
    ("set app_context.user_id to 123; show app_context.user_id", [("123",)], SET),
    ("begin; set local statement_timeout to 9; commit; show statement_timeout", [("0",)], SET),
    ("begin; set query_group to 'b'; rollback; show query_group", [("unset",)], SET),
    ("set timezone to 'UTC'; show timezone", [("UTC",)], CONFIG),
    # --- SHOW
    (
        "create table tb (a int); create table tc (a int); show tables from schema public like 'tb'",
        [
            (
                "dev",
                "public",
                "tb",
                "TABLE",
                None,
                None,
                "awsuser",
                None,
                None,
                "AUTO(ALL)",
                "REGULAR TABLE",
            )
        ],
        TABLES,
    ),
    (
        "show tables from schema dev.fernway like 'kind_'",
        [("dev", "fernway", "kinds", "EXTERNAL TABLE", *[None] * 7)],
        TABLES,
    ),
    (
        "create table t (a int not null default 3 sortkey, b decimal(6,2) distkey); show columns from table dev.public.t limit 1",
        [
            (
                "dev",
                "public",
                "t",
                "a",
                1,
                "3",
                "NO",
                "integer",
                None,
                32,
                0,
                None,
                "COMPOUND",
                1,
                None,
                "none",
                None,
            )
        ],
        R + "r_SHOW_COLUMNS.html",
    ),
    (
        "create schema sx; show schemas from database dev like 's%'",
        [("dev", "sx", 100, "local", None, None, None)],
        R + "r_SHOW_SCHEMAS.html",
    ),
    (
        "show databases like 'de%'",
        [("dev", 100, "local", None, None, "Snapshot Isolation")],
        R + "r_SHOW_DATABASES.html",
    ),
    (
        "create table foo (a int primary key, b int); show table foo",
        [
            (
                "CREATE TABLE public.foo (\n    a integer NOT NULL ENCODE az64,\n    b integer ENCODE az64,\n    PRIMARY KEY (a)\n)\nDISTSTYLE AUTO;",
            )
        ],
        R + "r_SHOW_TABLE.html",
    ),
    (
        "create table foo (a int distkey sortkey, b varchar(10)); show table public.foo",
        [
            (
                "CREATE TABLE public.foo (\n    a integer ENCODE raw distkey,\n    b character varying(10) ENCODE lzo\n)\nDISTSTYLE KEY\nSORTKEY ( a );",
            )
        ],
        R + "r_SHOW_TABLE.html",
    ),
    (
        T + "create view v as select a from t where b = 'x'; show view v",
        [("select a from t where b = 'x';",)],
        R + "r_SHOW_VIEW.html",
    ),
    # --- PREPARE
    (
        T
        + "prepare p (int, char) as insert into t values ($1,$2); execute p (9, 'three'); select b from t where a = 9",
        [("three",)],
        PREPARE,
    ),
    (T + "prepare p (int) as select b from t where a = $1; execute p (2)", [("y",)], PREPARE),
    (
        T + "prepare p as delete from t; execute p; deallocate p; select count(*) from t",
        [(0,)],
        PREPARE,
    ),
    (T + "prepare p (varchar) as select '$1' || $1; execute p ('!')", [("$1!",)], PREPARE),
    # --- cursors
    (
        T
        + "begin; declare c cursor for select a from t order by a; fetch next from c; fetch forward 2 from c",
        [(2,), (3,)],
        FETCH,
    ),
    (
        T
        + "begin; declare c cursor for select a from t order by a; fetch forward 2 from c; fetch all from c",
        [(3,)],
        FETCH,
    ),
    (
        T
        + "begin; declare c cursor for select a from t order by a; close c; declare c cursor for select b from t order by a; fetch from c",
        [("x",)],
        DECLARE,
    ),
    # --- ANALYZE COMPRESSION
    (
        "create table t (a int sortkey, b varchar(4)); analyze compression t (a)",
        [("t", "a", "raw", D("0.00")), ("t", "b", "N/A", D("0.00"))],
        COMPRESSION,
    ),
    (
        T
        + "create table u (a int encode lzo); insert into u select t.a from t, t b, t c, t d, t e; "
        "analyze compression u",
        [("u", "a", "lzo", D("0.00"))],
        COMPRESSION,
    ),
]

ERRORS = [
    ("set nosuch to 1", "42704", 'unrecognized configuration parameter "nosuch"', SET),
    ("show nosuch", "42704", 'unrecognized configuration parameter "nosuch"', SHOW),
    ("set statement_timeout to abc", "22023", "statement_timeout", CONFIG),
    ("set enable_result_cache_for_session to maybe", "22023", "requires a Boolean value", CONFIG),
    ("set wlm_query_slot_count to 51", "22023", "outside the valid range", CONFIG),
    (
        "set search_path to nowhere; create table k (a int)",
        "3F000",
        "no schema has been selected to create in",
        R + "r_search_path.html",
    ),
    ("show tables from schema nosuch", "3F000", 'schema "nosuch" does not exist', TABLES),
    ("show tables from schema public limit 10001", "22023", "10000", TABLES),
    ("show table nosuch", "42P01", 'relation "nosuch" does not exist', R + "r_SHOW_TABLE.html"),
    (T + "show view t", "42809", '"t" is not a view', R + "r_SHOW_VIEW.html"),
    ("execute p", "26000", 'prepared statement "p" does not exist', PREPARE),
    (
        "prepare p as select 1; prepare p as select 2",
        "42P05",
        'prepared statement "p" already exists',
        PREPARE,
    ),
    (
        "prepare p (int) as select $1; execute p (1, 2)",
        "42601",
        'wrong number of parameters for prepared statement "p"',
        PREPARE,
    ),
    ("prepare p (int) as select $2", "42P02", "there is no parameter $2", PREPARE),
    ("prepare p as create table x (a int)", "42601", 'syntax error at or near "create"', PREPARE),
    ("prepare p as select * from nosuch", "42P01", 'relation "nosuch" does not exist', PREPARE),
    (
        "declare c cursor for select 1",
        "25P01",
        "DECLARE CURSOR may only be used in transaction blocks",
        DECLARE,
    ),
    ("begin; fetch next from c", "34000", 'cursor "c" does not exist', FETCH),
    (
        "begin; declare c cursor for select 1; commit; begin; fetch next from c",
        "34000",
        'cursor "c" does not exist',
        DECLARE,
    ),
    ("begin; vacuum", "25001", "VACUUM cannot run inside a transaction block", VACUUM),
    ("vacuum reindex t to 50 percent", "42P01", "", VACUUM),
    (T + "vacuum recluster t to 50 percent", "42601", 'syntax error at or near "to"', VACUUM),
    (T + "analyze t (nope)", "42703", 'column "nope"', ANALYZE),
    (T + "analyze t (a) predicate columns", "42601", "syntax error", ANALYZE),
    (T + "analyze compression t comprows 10", "22023", "COMPROWS", COMPRESSION),
    (
        "begin; select * from nosuch",
        "42P01",
        'relation "nosuch" does not exist',
        R + "r_BEGIN.html",
    ),
]


@pytest.mark.parametrize(("script", "rows", "source"), CASES, ids=lambda part: None)
def test_result(lake, script, rows, source):
    check_rows(lake, script, rows, source)


@pytest.mark.parametrize(("script", "code", "part", "source"), ERRORS, ids=lambda part: None)
def test_error(lake, script, code, part, source):
    check_error(lake, script, code, part, source)


@pytest.mark.parametrize(
    "script",
    [
        "set timezone to 'America/New_York'",
        "set enable_case_sensitive_identifier to true",
        "set datestyle to 'SQL, DMY'",
        "set navigate_super_null_on_error to off",
    ],
)
def test_settings_that_would_change_results_are_limits(lake, script):
    with pytest.raises(LabLimit):
        run(lake, script)


def test_vacuum_and_analyze_leave_their_marks(lake):
    engine = session(lake)
    engine.run(T + "delete from t where a = 1; analyze t; vacuum full t")
    table = engine.objects.get("relation", "dev", "public", "t")
    assert (table.analyzed_rows, table.deleted_rows, table.unsorted_rows) == (2, 0, 0)
    logs = engine.namespace.logs
    assert [(row["name"], row["mode"], row["deleted"]) for row in logs["vacuum"]] == [
        ("t", "FULL", 1)
    ]
    assert [(row["name"], row["status"], row["rows"]) for row in logs["analyze"]] == [
        ("t", "Full", 2)
    ]


def test_delete_only_leaves_the_sorting(lake):
    engine = session(lake)
    engine.run(T + "delete from t where a = 1; vacuum delete only t")
    table = engine.objects.get("relation", "dev", "public", "t")
    assert (table.deleted_rows, table.unsorted_rows) == (0, 3)


def test_analyze_is_skipped_below_the_threshold(lake):
    """https://docs.aws.amazon.com/redshift/latest/dg/r_analyze_threshold_percent.html"""
    engine = session(lake)
    engine.run(T + "analyze t; analyze t")
    assert [row["status"] for row in engine.namespace.logs["analyze"]] == ["Full", "Skipped"]
    engine.run("set analyze_threshold_percent to 0; analyze t")
    assert engine.namespace.logs["analyze"][-1]["status"] == "Full"


def test_analyze_compression_finds_what_is_worth_it(lake):
    engine = session(lake)
    engine.run(
        "create table t (n bigint encode raw, w varchar(20) encode raw); insert into t "
        "select order_id % 3, 'the same text' from fernway.orders"
    )
    while engine.run("select count(*) from t").rows[0][0] < 200:
        engine.run("insert into t select * from t")
    rows = engine.run("analyze compression t").rows
    assert [(row[1], row[2], row[3] > 50) for row in rows] == [
        ("n", "az64", True),
        ("w", "zstd", True),
    ]


def test_seed_repeats_random(lake):
    engine = session(lake)
    first = engine.run("set seed to .25; select cast(random() * 1000000 as int)").rows
    again = engine.run("set seed to .25; select cast(random() * 1000000 as int)").rows
    assert first == again
