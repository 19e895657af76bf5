# ruff: noqa: E501 - a table reads best with one case a line
"""Does UNLOAD write what Amazon Redshift's documentation says?

``R`` is the Amazon Redshift Database Developer Guide, read 2026-11-23.
"""

import bz2
import gzip
import json

import pytest

from dealab.sql import Athena, LabLimit, Lake, Redshift, ServiceError

R = "https://docs.aws.amazon.com/redshift/latest/dg/"
UNLOAD = R + "r_UNLOAD.html"
EXAMPLES = R + "r_UNLOAD_command_examples.html"
MANIFEST = R + "loading-data-files-using-manifest.html"
FIXED = R + "t_unloading_fixed_width_data.html"

ROWS = "select 1 as a, 'x|y' as b union all select 2, null order by 1"


@pytest.fixture
def session(lake_folder):
    return Redshift(lake=Lake(lake_folder))


def unload(session, query: str, options: str, prefix: str = "s3://out/v_"):
    """Run UNLOAD with PARALLEL OFF and return {key: content} of what lies under the prefix."""
    session.run(f"unload ($${query}$$) to '{prefix}' iam_role default parallel off {options}")
    return files(session, prefix)


def files(session, prefix: str = "s3://out/"):
    return {name[4:]: path.read_bytes() for name, path in session.lake.objects(prefix)}


# --- what the files hold ------------------------------------------------------------------

CASES = [
    (ROWS, "", b"1|x|y\n2|\n", UNLOAD),
    (ROWS, "escape", b"1|x\\|y\n2|\n", UNLOAD),
    (ROWS, "addquotes", b'"1"|"x|y"\n"2"|""\n', UNLOAD),
    (ROWS, "delimiter ','", b"1,x|y\n2,\n", UNLOAD),
    (ROWS, r"delimiter as '\t'", b"1\tx|y\n2\t\n", FIXED),
    (ROWS, "null as 'fred'", b"1|x|y\n2|fred\n", UNLOAD),
    (ROWS, r"null '\\N'", b"1|x|y\n2|\\N\n", UNLOAD),
    (ROWS, "header", b"a|b\n1|x|y\n2|\n", UNLOAD),
    (ROWS, "header addquotes", b'"a"|"b"\n"1"|"x|y"\n"2"|""\n', UNLOAD),
    (ROWS, "csv", b"1,x|y\n2,\n", UNLOAD),
    (ROWS, "csv delimiter '|'", b'1|"x|y"\n2|\n', UNLOAD),
    (ROWS, "format as csv header null as 'NULL'", b"a,b\n1,x|y\n2,NULL\n", UNLOAD),
    (
        "select 'say \"hi\"' as a, 'two' || chr(10) || 'lines' as b, 'a,b' as c",
        "csv",
        b'"say ""hi""","two\nlines","a,b"\n',
        UNLOAD,
    ),
    (
        "select 'q\"q' as a, 'back\\\\slash' as b",
        "escape addquotes",
        b'"q\\"q"|"back\\\\slash"\n',
        UNLOAD,
    ),
    ("select true as a, false as b, null::boolean as c", "", b"t|f|\n", R + "r_Boolean_type.html"),
    (
        "select 1.50::decimal(5,2) as a, 0.5::decimal(2,2) as b, 2.5::float8 as c",
        "",
        b"1.50|0.50|2.5\n",
        UNLOAD,
    ),
    (
        "select '2020-01-02'::date as a, '2020-01-02 03:04:05.5'::timestamp as b",
        "",
        b"2020-01-02|2020-01-02 03:04:05.5\n",
        UNLOAD,
    ),
    ("select json_parse('{\"a\":[1,null]}') as s", "", b'{"a":[1,null]}\n', UNLOAD),
    ("select json_parse(null::varchar) as s, 1 as a", "null as 'x'", b"null|1\n", UNLOAD),
    ("select 'ab'::varbyte as v", "", b"6162\n", UNLOAD),
    ("select 1 as a, 'x' as b", "fixedwidth 'a:3,b:4'", b"1  x   \n", FIXED),
    ("select 1 as a, null::varchar as b", "fixedwidth as 'a:3,b:2'", b"1    \n", UNLOAD),
    (
        "select 1 as a, 1.5::decimal(3,1) as d, 'x' as b, null as n",
        "json",
        b'{"a":1,"d":1.5,"b":"x","n":null}\n',
        UNLOAD,
    ),
    ("select true as a, false as b", "json", b'{"a":"t","b":"f"}\n', UNLOAD),
    (
        "select json_parse('{\"x\":1}') as s, 'a\"b' as t",
        "format json",
        b'{"s":{"x":1},"t":"a\\"b"}\n',
        UNLOAD,
    ),
]


@pytest.mark.parametrize(("query", "options", "content", "source"), CASES)
def test_content(session, query, options, content, source):
    assert unload(session, query, options) == {"v_000": content}, source


def test_parallel_writes_a_file_for_each_slice(session):
    session.run(
        "unload ('select generate_series as n from generate_series(1, 9)') to 's3://out/p_' iam_role default"
    )
    found = files(session)
    assert list(found) == [f"p_000{n}_part_00" for n in range(4)]  # UNLOAD
    assert sorted(b"".join(found.values()).split()) == [str(n).encode() for n in range(1, 10)]


def test_order_holds_in_one_file(session):
    found = unload(
        session, "select generate_series as n from generate_series(1, 50) order by n desc", ""
    )
    assert found["v_000"].split() == [str(n).encode() for n in range(50, 0, -1)]


@pytest.mark.parametrize(
    ("word", "ending", "opened"),
    [("gzip", ".gz", gzip.decompress), ("bzip2", ".bz2", bz2.decompress)],
)
def test_compressed(session, word, ending, opened):
    found = unload(session, ROWS, word)
    assert opened(found[f"v_000{ending}"]) == b"1|x|y\n2|\n"  # UNLOAD


def test_zstd(session):
    import pyarrow

    found = unload(session, ROWS, "zstd")
    with pyarrow.input_stream(pyarrow.BufferReader(found["v_000.zst"]), compression="zstd") as data:
        assert data.read() == b"1|x|y\n2|\n"


def test_extension(session):
    assert list(unload(session, ROWS, "csv extension 'csv'")) == ["v_000.csv"]  # UNLOAD
    assert list(unload(session, ROWS, "gzip extension 'csv.gz'", "s3://out/w_")) == ["w_000.csv.gz"]


def test_parquet_name_and_types(session):
    query = "select 1::smallint as a, 2::bigint as b, 1.5::decimal(5,2) as c, '2020-01-01 10:00:00+02'::timestamptz as d, 'x'::char(3) as e"
    unload(session, query, "parquet")
    path = session.lake.objects("s3://out/")[0][1]
    assert path.name == "v_000.parquet"
    shape = session.duck().execute(f"DESCRIBE SELECT * FROM read_parquet('{path.as_posix()}')")
    assert [row[1] for row in shape] == [
        "SMALLINT",
        "BIGINT",
        "DECIMAL(5,2)",
        "TIMESTAMP",
        "VARCHAR",
    ]  # UNLOAD: no zone


def test_empty_result_writes_nothing(session):
    result = session.run(
        "unload ('select 1 as a where 1 = 2') to 's3://out/e_' iam_role default manifest"
    )
    assert files(session) == {}
    assert result.notes[0] == "INFO: UNLOAD completed, 0 record(s) unloaded successfully."


def test_maxfilesize_makes_parts(session):
    query = "select repeat(''x'', 1000) as a from generate_series(1, 6000)"
    session.run(
        f"unload ('{query}') to 's3://out/m_' iam_role default parallel off maxfilesize 5 mb"
    )
    found = files(session)
    assert list(found) == ["m_000", "m_001"]  # UNLOAD
    assert len(found["m_000"]) <= 5 * 1024**2 < len(found["m_000"]) + 1001 + len(found["m_001"])


# --- partitions -----------------------------------------------------------------------------

SALES = "select 1 as id, 'us' as c, '2020-01-01'::date as d union all select 2, 'de', '2020-01-02'::date union all select 3, null, '2020-01-01'::date"


def test_partition_by(session):
    found = unload(session, SALES, "csv partition by (c)", "s3://out/sales")
    assert found == {
        "sales/c=__HIVE_DEFAULT_PARTITION__/000": b"3,2020-01-01\n",
        "sales/c=de/000": b"2,2020-01-02\n",
        "sales/c=us/000": b"1,2020-01-01\n",
    }  # UNLOAD


def test_partition_by_include_and_two_keys(session):
    found = unload(
        session, SALES + " order by 1", "csv header partition by (d, c) include", "s3://out/sales/"
    )
    assert found["sales/d=2020-01-02/c=de/000"] == b"id,c,d\n2,de,2020-01-02\n"
    assert len(found) == 3


def test_marks_in_partition_values_are_escaped(session):
    query = "select 'a/b=c' as k, 1 as v"
    found = unload(session, query, "csv partition by (k)", "s3://out/e/")
    assert found == {"e/k=a%2Fb%3Dc/000": b"1\n"}


def test_partition_by_in_parallel(session):
    session.run(f"unload ($${SALES}$$) to 's3://out/q/' iam_role default parquet partition by (c)")
    assert all(name.endswith(".parquet") and "_part_00" in name for name in files(session))


# --- places that are not empty -------------------------------------------------------------


def test_destination_must_be_empty(session):
    unload(session, ROWS, "")
    with pytest.raises(ServiceError, match="Specified unload destination on S3 is not empty"):
        unload(session, ROWS, "")


def test_allowoverwrite_keeps_other_files(session):
    session.lake.put("s3://out/v_other", "keep")
    unload(session, "select 5", "allowoverwrite")
    assert files(session) == {"v_000": b"5\n", "v_other": b"keep"}  # UNLOAD


def test_cleanpath_removes_what_was_there(session):
    session.lake.put("s3://out/v_other", "gone")
    session.lake.put("s3://out/else", "keep")
    unload(session, "select 5", "cleanpath")
    assert files(session) == {"v_000": b"5\n", "else": b"keep"}  # UNLOAD


def test_cleanpath_with_partitions_clears_only_their_folders(session):
    session.lake.put("s3://out/s/c=us/old", "gone")
    session.lake.put("s3://out/s/c=fr/old", "keep")
    found = unload(session, SALES, "csv partition by (c) cleanpath", "s3://out/s/")
    assert "s/c=us/old" not in found
    assert found["s/c=fr/old"] == b"keep"


# --- manifest -------------------------------------------------------------------------------


def test_manifest(session):
    found = unload(session, ROWS, "manifest")
    assert json.loads(found["v_manifest"]) == {"entries": [{"url": "s3://out/v_000"}]}  # UNLOAD


def test_manifest_verbose(session):
    query = "select 1 as a, 'x'::varchar(7) as b, 1.5::decimal(5,2) as c"
    held = json.loads(unload(session, query, "header manifest verbose")["v_manifest"])
    size = len(b"a|b|c\n1|x|1.50\n")
    assert held["entries"] == [
        {"url": "s3://out/v_000", "meta": {"content_length": size, "record_count": 2}}
    ]
    assert held["meta"] == {"content_length": size, "record_count": 2}
    assert held["author"]["name"] == "Amazon Redshift"
    assert held["schema"]["elements"][1:] == [
        {"name": "b", "type": {"base": "character varying", "max_length": 7}},
        {"name": "c", "type": {"base": "numeric", "precision": 5, "scale": 2}},
    ]  # UNLOAD


# --- there and back -------------------------------------------------------------------------

EVERY = (
    "a int, b varchar(20), c date, d decimal(5,2), f bool, g timestamp, h float8, s super, "
    "z timestamptz, v char(3), i smallint, j bigint, k real, t time, x varbyte"
)
VALUES = """insert into t select 1, 'a|b', '2020-01-01'::date, 1.5::decimal(5,2), true,
  '2020-01-01 10:00:00'::timestamp, 1.25::float8, json_parse('{"a":1}'),
  '2020-01-01 10:00:00+02'::timestamptz, 'x', 1, 9000000000, 0.1::real, '10:00:00'::time, 'ab'::varbyte"""
TEXTS = [
    (r"escape null as '\\N'", "escape"),
    ("csv null as '@NULL@'", "csv null as '@NULL@'"),
    ("addquotes escape null as '@N'", "removequotes escape null as '@N'"),
    ("csv gzip header null as '~'", "csv gzip ignoreheader 1 null as '~'"),
    ("csv zstd null as '~' manifest", "csv zstd null as '~' manifest"),
    (r"bzip2 escape delimiter '\t' null as '~'", r"bzip2 escape delimiter '\t' null as '~'"),
]


@pytest.mark.parametrize(("there", "back"), TEXTS)
def test_round_trip(session, there, back):
    session.run(f"create table t({EVERY})")
    session.run(VALUES)
    session.run("insert into t(a) values (null)")
    session.run("insert into t(a, b, v) values (3, 'q\"' || chr(10) || 'z' || chr(92), '')")
    session.run("insert into t(a, b, d) values (4, '', -0.05)")
    want = sorted(map(repr, session.run("select * from t").rows))
    session.run(f"unload ('select * from t') to 's3://out/r_' iam_role default {there}")
    session.run("create table u (like t)")
    whole = "manifest" if "manifest" in back else ""
    session.run(f"copy u from 's3://out/r_{whole}' iam_role default {back}")
    assert sorted(map(repr, session.run("select * from u").rows)) == want


@pytest.mark.parametrize(("there", "back"), [("parquet", "parquet"), ("json", "json 'auto'")])
def test_round_trip_without_options(session, there, back):
    columns = "a int, b varchar(20), c date, d decimal(5,2), f bool, g timestamp, h float8, z timestamptz, v char(3), i smallint, j bigint, k real"
    session.run(f"create table t({columns})")
    session.run(
        "insert into t values (1, 'a\"b', '2020-01-01', 1.5, true, '2020-01-01 10:00:00.5', 1.25, '2020-01-01 10:00:00+02', 'x', 1, 9000000000, 0.5)"
    )
    session.run("insert into t(a) values (null)")
    want = sorted(map(repr, session.run("select * from t").rows))
    session.run(f"unload ('select * from t') to 's3://out/r/' iam_role default {there}")
    session.run("create table u (like t)")
    session.run(f"copy u from 's3://out/r/' iam_role default {back}")
    assert sorted(map(repr, session.run("select * from u").rows)) == want


def test_athena_reads_what_was_unloaded(session):
    session.run(
        "unload ('select 1 as a, ''us'' as c') to 's3://out/t/' iam_role default parquet partition by (c)"
    )
    athena = Athena(lake=session.lake)
    athena.run(
        "CREATE EXTERNAL TABLE unloaded (a int) PARTITIONED BY (c string) STORED AS PARQUET LOCATION 's3://out/t/'"
    )
    athena.run("MSCK REPAIR TABLE unloaded")
    assert athena.run("SELECT a, c FROM unloaded").rows == [(1, "us")]


# --- the statement --------------------------------------------------------------------------


def test_quotes_in_the_query(session):
    session.run("unload ('select ''NV'' as s') to 's3://out/a' iam_role default")
    session.run(r"unload ('select \'NV\' as s') to 's3://out/b' iam_role default")
    assert (
        files(session, "s3://out/a")["a0000_part_00"]
        == b"NV\n"
        == files(session, "s3://out/b")["b0000_part_00"]
    )  # UNLOAD


def test_logs_and_last_unload(session):
    result = session.run(
        "unload ('select 1 as a union all select 2') to 's3://out/l_' iam_role default gzip"
    )
    assert result.update_count == 2
    assert session.run("select pg_last_unload_id(), pg_last_unload_count()").rows == [
        (result.query_id, 2)
    ]
    logs = session.namespace.logs
    assert [row["line_count"] for row in logs["stl_unload_log"]] == [1, 1]
    assert logs["stl_unload_log"][0]["path"] == "s3://out/l_0000_part_00.gz"
    history = logs["sys_unload_history"][0]
    assert (
        history["unloaded_rows"],
        history["unloaded_files_count"],
        history["compression_type"],
    ) == (2, 2, "gzip")


def test_the_bill_is_the_querys(session):
    session.lake.put("s3://ext/a", "1\n2\n")
    session.run(
        "create external schema s from data catalog database 'sdb' iam_role default create external database if not exists"
    )
    session.run("create external table s.x(id int) stored as textfile location 's3://ext/'")
    result = session.run("unload ('select id from s.x') to 's3://out/b_' iam_role default")
    assert result.bytes_scanned == 4


def test_a_partition_of_an_external_table(session):
    for key in ("x", "y"):
        session.lake.put(f"s3://ext/k={key}/a", f"{key}1\n")
    session.run(
        "create external schema s from data catalog database 'sdb' iam_role default "
        "create external database if not exists"
    )
    session.run(
        "create external table s.p(a varchar(5)) partitioned by (k varchar(5)) stored as textfile "
        "location 's3://ext/'"
    )
    for key in ("x", "y"):
        session.run(f"alter table s.p add partition(k='{key}') location 's3://ext/k={key}/'")
    found = unload(session, "select * from s.p where k = 'x'", "csv")
    assert found == {"v_000": b"x1,x\n"}
    scan = session.namespace.history[-1].details["external_scans"][0]
    assert (scan["partitions_total"], scan["partitions_qualified"], scan["bytes"]) == (2, 1, 3)


def test_intervals_go_to_parquet_as_text(session):
    unload(session, "select interval '1 day' as i", "parquet")
    path = session.lake.objects("s3://out/")[0][1]
    rows = session.duck().execute(f"SELECT i FROM read_parquet('{path.as_posix()}')")
    assert rows == [("1 day",)]


def test_a_nested_limit_is_fine(session):
    found = unload(
        session,
        "select * from (select generate_series as n from generate_series(1, 9) limit 2)",
        "",
    )
    assert len(found["v_000"].split()) == 2  # UNLOAD


REFUSED = [
    ("select 1 limit 1", "", "Limit clause is not supported"),
    ("select 1 as a", "parquet header", "HEADER is not supported for UNLOAD with PARQUET"),
    ("select 1 as a", "parquet gzip", "GZIP is not supported for UNLOAD with PARQUET"),
    (
        "select 1 as a",
        "parquet delimiter ','",
        "DELIMITER is not supported for UNLOAD with PARQUET",
    ),
    ("select 1 as a", "parquet null as 'x'", "NULL AS is not supported for UNLOAD with PARQUET"),
    ("select 1 as a", "json header", "HEADER is not supported for UNLOAD with JSON"),
    ("select 1 as a", "json escape", "ESCAPE is not supported for UNLOAD with JSON"),
    ("select 1 as a", "csv fixedwidth 'a:1'", "FIXEDWIDTH"),
    ("select 1 as a", "csv addquotes", "ADDQUOTES is not supported for UNLOAD with CSV"),
    (
        "select 1 as a",
        "fixedwidth 'a:1' delimiter ','",
        "DELIMITER is not supported for UNLOAD with FIXEDWIDTH",
    ),
    (
        "select 1 as a",
        "fixedwidth 'a:1' header",
        "HEADER is not supported for UNLOAD with FIXEDWIDTH",
    ),
    (
        "select 1 as a",
        "cleanpath allowoverwrite",
        "ALLOWOVERWRITE is not supported for UNLOAD with CLEANPATH",
    ),
    ("select 1 as a", "kms_key_id 'k'", "KMS_KEY_ID requires the ENCRYPTED option"),
    ("select 1 as a", "rowgroupsize 64 mb", "ROWGROUPSIZE is only supported"),
    ("select 1 as a", "parquet rowgroupsize 16 mb", "between 32 MB and 128 MB"),
    ("select 1 as a", "maxfilesize 1 mb", "between 5 MB and 6.2 GB"),
    ("select 1 as a", "maxfilesize 7 gb", "between 5 MB and 6.2 GB"),
    ("select 1 as a", "partition by (b)", 'column "b" of PARTITION BY is not in the query'),
    ("select 1 as a", "partition by (a)", "at least one column"),
    ("select 1 as a, 1.5::float8 as f", "partition by (f)", "not supported as a partition column"),
    ("select 1 as a, 2 as a", "json", 'column "a" specified more than once'),
    ("select 'ab'::varbyte as v", "parquet", "VARBYTE is not supported"),
    ("select 'abc' as v", "fixedwidth 'v:2'", "value too long"),
    ("select 1 as a", "fixedwidth 'a:1,b:2'", "Fixed width spec has 2 column(s)"),
    ("select 1 as a", "gzip zstd", "ZSTD is not supported for UNLOAD with GZIP"),
    ("select 1 as a", "nonsense", 'syntax error at or near "nonsense"'),
    ("select nope", "", 'column "nope" does not exist'),
    ("delete from t", "", "syntax error"),
]


@pytest.mark.parametrize(("query", "options", "part"), REFUSED)
def test_refused(session, query, options, part):
    """Combinations: r_UNLOAD.html; the page does not show the wording."""
    with pytest.raises(ServiceError) as caught:
        unload(session, query, options)
    assert part in str(caught.value)
    assert files(session) == {} if "out" in session.lake.buckets() else True


def test_authorization_is_needed(session):
    with pytest.raises(ServiceError, match="CREDENTIALS argument is required"):
        session.run("unload ('select 1') to 's3://out/x'")


def test_client_side_encryption_is_a_limit(session):
    with pytest.raises(LabLimit, match="client-side encryption"):
        unload(session, "select 1", "encrypted master_symmetric_key 'k'")


def test_server_side_encryption_is_recorded(session):
    unload(session, "select 1", "encrypted kms_key_id 'k'")
    record = session.namespace.history[-1]
    assert record.details["encryption"] == "SSE-KMS"


def test_files_stay_when_a_block_is_rolled_back(session):
    session.run("begin")
    unload(session, "select 1", "")
    session.run("rollback")
    assert files(session) == {"v_000": b"1\n"}
