# ruff: noqa: E501 - a table reads best with one case a line
"""Does COPY load as Amazon Redshift's documentation says?

``R`` is the Amazon Redshift Database Developer Guide, read 2026-11-23.
"""

import bz2
import datetime as dt
import gzip
import json
import time
from decimal import Decimal as D

import pytest

from dealab.sql import LabLimit, Lake, Redshift, ServiceError

R = "https://docs.aws.amazon.com/redshift/latest/dg/"
FORMAT = R + "copy-parameters-data-format.html"
CONVERSION = R + "copy-parameters-data-conversion.html"
LOAD = R + "copy-parameters-data-load.html"
S3 = R + "copy-parameters-data-source-s3.html"
AUTH = R + "copy-parameters-authorization.html"
JSON = R + "copy-usage_notes-copy-from-json.html"
COLUMNAR = R + "copy-usage_notes-copy-from-columnar.html"
EXAMPLES = R + "r_COPY_command_examples.html"
CODES = R + "r_Load_Error_Reference.html"
TIMES = R + "r_DATEFORMAT_and_TIMEFORMAT_strings.html"
AUTO = R + "automatic-recognition.html"
UTF8 = R + "multi-byte-character-load-errors.html"
MANIFEST = R + "loading-data-files-using-manifest.html"
PREPARE = R + "t_preparing-input-data.html"


@pytest.fixture
def session(lake_folder):
    return Redshift(lake=Lake(lake_folder))


def load(session, columns: str, files, options: str, listed: str = ""):
    """Make table t, put the files (one text, or key -> content) under s3://in/, and COPY."""
    session.run(f"create table t({columns})")
    for key, content in (files if isinstance(files, dict) else {"t.txt": files}).items():
        session.lake.put(f"s3://in/{key}", content)
    return session.run(f"copy t{listed} from 's3://in/t' iam_role default {options}")


def moment(*parts, **zone):
    return dt.datetime(*parts, **zone)


# --- what is loaded -----------------------------------------------------------------------

CASES = [
    # delimited text
    ("a int, b varchar(9)", "1|x\n2|y\n", "", [(1, "x"), (2, "y")], FORMAT),
    ("a int, b varchar(9)", "1|x\n2|y", "", [(1, "x"), (2, "y")], PREPARE),
    ("a int, b varchar(9)", "1|x\r\n2|y\r\n", "", [(1, "x"), (2, "y")], FORMAT),
    ("a int, b varchar(9)", "1|x|\n2|y|\n", "", [(1, "x"), (2, "y")], PREPARE),
    ("a int, b varchar(9)", "1,x\n", "delimiter ','", [(1, "x")], FORMAT),
    ("a int, b varchar(9)", "1\tx\n", r"delimiter '\t'", [(1, "x")], FORMAT),
    ("a int, b varchar(9)", "1\x01x\n", r"delimiter '\001'", [(1, "x")], FORMAT),
    ("a int, b varchar(9)", '1|"x"\n', "", [(1, '"x"')], FORMAT),
    # NULL
    ("a int, b varchar(9)", "|\n", "", [(None, "")], CONVERSION),
    ("a int, b varchar(9)", "\\N|\\N\n", "", [(None, None)], CONVERSION),
    ("a int, b varchar(9)", "1|nil\n", "null as 'nil'", [(1, None)], CONVERSION),
    ("a int, b varchar(9)", "1|\\N\n", r"null as '\\N'", [(1, None)], CONVERSION),
    ("a int, b varchar(9)", "1|\n", "emptyasnull", [(1, None)], CONVERSION),
    ("a int, b varchar(9)", "1|\n", "null as ''", [(1, None)], CONVERSION),
    ("a int, b varchar(9)", "1|   \n", "", [(1, "   ")], CONVERSION),
    ("a int, b varchar(9)", "1|   \n", "blanksasnull", [(1, None)], CONVERSION),
    ("a int, b varchar(9)", "  |x\n", "", [(None, "x")], CONVERSION),
    ("a varchar(9), b int", "ab\0cd|1\n", "fillrecord", [("ab", None)], CONVERSION),
    ("a varchar(9), b varchar(9)", "\0|x\n", r"null as '\0'", [(None, "x")], CONVERSION),
    # blanks, quotation marks, escapes
    ("a varchar(9)", "x  \n", "trimblanks", [("x",)], CONVERSION),
    ("a varchar(9)", "x  \n", "", [("x  ",)], CONVERSION),
    (
        "a varchar(60)",
        '"The delimiter is a pipe (|) character"\n',
        "removequotes",
        [("The delimiter is a pipe (|) character",)],
        CONVERSION,
    ),
    (
        "a varchar(9)",
        "'Black'\n\"White\"\nBlue'\n",
        "removequotes",
        [("Black",), ("White",), ("Blue'",)],
        CONVERSION,
    ),
    ("a varchar(9)", "''Black''\n' '\n", "removequotes", [("'Black'",), (" ",)], CONVERSION),
    (
        "a int, b varchar(60)",
        "1|The quick brown fox\\\njumped over the lazy dog.\n",
        "escape",
        [(1, "The quick brown fox\njumped over the lazy dog.")],
        CONVERSION,
    ),
    (
        "a int, b varchar(60)",
        "2| A\\\\B\\\\C\n3| A \\| B \\| C\n",
        "escape",
        [(2, " A\\B\\C"), (3, " A | B | C")],
        CONVERSION,
    ),
    (
        "a int, b varchar(60)",
        "4|'A Midsummer Night\\'s Dream'\n",
        "escape removequotes",
        [(4, "A Midsummer Night's Dream")],
        CONVERSION,
    ),
    ("a int, b varchar(9)", "1|\\N\n2|\\\\N\n", "escape", [(1, None), (2, None)], CONVERSION),
    ("a int, b varchar(9)", "1|\\012\n", "escape", [(1, "012")], CONVERSION),
    # short records, headers, blank lines
    (
        "a int, b varchar(9), c char(3), d int",
        "1\n",
        "fillrecord",
        [(1, "", None, None)],
        CONVERSION,
    ),
    ("a int, b varchar(9)", "1\n", "fillrecord emptyasnull", [(1, None)], CONVERSION),
    ("a int", "name\n1\n2\n", "ignoreheader 1", [(1,), (2,)], CONVERSION),
    ("a int", "1\n\n2\n", "ignoreblanklines", [(1,), (2,)], CONVERSION),
    # numbers
    (
        "a decimal(8,2)",
        "20.259\n-0.999\n.5\n7\n",
        "",
        [(D("20.25"),), (D("-0.99"),), (D("0.50"),), (D("7.00"),)],
        CONVERSION,
    ),
    ("a decimal(8,2)", "20.259\n", "roundec", [(D("20.26"),)], CONVERSION),
    ("a decimal(8,0)", "19.9\n", "", [(D("19"),)], CONVERSION),
    ("a decimal(8,2)", "1.239e1\n", "", [(D("12.39"),)], CONVERSION),
    (
        "a smallint, b bigint, c real, d float",
        "-7|9000000000|1.5|1e3\n",
        "",
        [(-7, 9000000000, 1.5, 1000.0)],
        FORMAT,
    ),
    (
        "a boolean",
        "t\nfalse\nYES\n0\n",
        "",
        [(True,), (False,), (True,), (False,)],
        R + "r_Boolean_type.html",
    ),
    # text
    ("a varchar(3)", "abcd\n", "truncatecolumns", [("abc",)], CONVERSION),
    ("a varchar(3)", "aéé\n", "truncatecolumns", [("aé",)], CONVERSION),
    ("a char(4)", "ab\n", "", [("ab",)], FORMAT),
    # dates and times
    (
        "a date",
        "2008-01-05\n2008-01-05 06:43:29\n",
        "",
        [(dt.date(2008, 1, 5),), (dt.date(2008, 1, 5),)],
        CONVERSION,
    ),
    ("a date", "03/31/2003\n", "dateformat 'MM/DD/YYYY'", [(dt.date(2003, 3, 31),)], TIMES),
    (
        "a date",
        "March 31, 2003\n",
        "dateformat as 'MON DD, YYYY'",
        [(dt.date(2003, 3, 31),)],
        TIMES,
    ),
    ("a date", "Jan-01-1999\n", "dateformat 'MON-DD-YYYY'", [(dt.date(1999, 1, 1),)], TIMES),
    (
        "a date",
        "01.02.2020\n20200203\n2020-02-04\n",
        "dateformat 'auto'",
        [(dt.date(2020, 2, 1),), (dt.date(2020, 2, 3),), (dt.date(2020, 2, 4),)],
        AUTO,
    ),
    (
        "a date",
        "00/00/00\n2020-01-02\n",
        "dateformat 'YYYY-MM-DD' acceptanydate",
        [(None,), (dt.date(2020, 1, 2),)],
        CONVERSION,
    ),
    (
        "a timestamp",
        "2009-01-12 14:15:57.119568\n",
        "timeformat 'YYYY-MM-DD HH:MI:SS'",
        [(moment(2009, 1, 12, 14, 15, 57, 119568),)],
        EXAMPLES,
    ),
    (
        "a timestamp",
        "2008-01-05 06:43:29\n2008-01-05\n",
        "",
        [(moment(2008, 1, 5, 6, 43, 29),), (moment(2008, 1, 5),)],
        CONVERSION,
    ),
    (
        "a timestamp",
        "2/18/2008 02:36:48\n",
        "timeformat 'MM/DD/YYYY HH:MI:SS'",
        [(moment(2008, 2, 18, 2, 36, 48),)],
        R + "t_Loading_tables_with_the_COPY_command.html",
    ),
    (
        "a timestamp",
        "03.31.2003 18:45:05\n",
        "timeformat 'MM.DD.YYYY HH24:MI:SS'",
        [(moment(2003, 3, 31, 18, 45, 5),)],
        TIMES,
    ),
    (
        "a timestamp",
        "01/02/2020 03:04:05 PM\n",
        "timeformat 'MM/DD/YYYY HH12:MI:SS AM'",
        [(moment(2020, 1, 2, 15, 4, 5),)],
        TIMES,
    ),
    (
        "a timestamp",
        "2019-02-11T05:09:12.195Z\n",
        "timeformat 'auto'",
        [(moment(2019, 2, 11, 5, 9, 12, 195000),)],
        AUTO,
    ),
    (
        "a timestamp",
        "J2451187\n19960108 040809\n",
        "timeformat 'auto'",
        [(moment(1999, 1, 8),), (moment(1996, 1, 8, 4, 8, 9),)],
        AUTO,
    ),
    (
        "a timestamp",
        "0\n1585708200\n",
        "timeformat 'epochsecs'",
        [(moment(1970, 1, 1),), (moment(2020, 4, 1, 2, 30),)],
        CONVERSION,
    ),
    (
        "a timestamp",
        "1585708200123\n",
        "timeformat 'epochmillisecs'",
        [(moment(2020, 4, 1, 2, 30, 0, 123000),)],
        CONVERSION,
    ),
    (
        "a timestamp",
        "2020-01-02T03:04:05\n",
        "timeformat 'YYYY-MM-DDTHH:MI:SS'",
        [(moment(2020, 1, 2, 3, 4, 5),)],
        TIMES,
    ),
    (
        "a timestamptz",
        "2020-01-01 10:00:00-08\n",
        "",
        [(moment(2020, 1, 1, 18, tzinfo=dt.UTC),)],
        TIMES,
    ),
    # CSV
    (
        "a int, b varchar(60)",
        '12,"All ""non-musical"" theatre"\n',
        "csv",
        [(12, 'All "non-musical" theatre')],
        EXAMPLES,
    ),
    (
        "a int, b varchar(60)",
        '14,%All opera, light, and "rock" opera%\n',
        "csv quote as '%'",
        [(14, 'All opera, light, and "rock" opera')],
        EXAMPLES,
    ),
    ("a int, b varchar(60)", '1,"x\ny, z"\n2,w\n', "csv", [(1, "x\ny, z"), (2, "w")], FORMAT),
    ("a int, b varchar(60)", '1,"x\r\ny"\r\n2,w\r\n', "csv", [(1, "x\r\ny"), (2, "w")], FORMAT),
    ("a int, b varchar(60)", ' "1" , "x" \n', "csv", [(1, "x")], FORMAT),
    ("a int, b varchar(60)", '1|"a|b"\n', "format as csv delimiter '|'", [(1, "a|b")], FORMAT),
    ("a varchar(9), b varchar(9)", '"",\n', "csv emptyasnull", [("", None)], CONVERSION),
    ("a int, b varchar(9)", '"",""\n', "csv", [(None, "")], CONVERSION),
    # fixed width
    (
        "id int, name varchar(30), seats int",
        "1  Toyota Park         0\n5  Gillette Stadium68756\n",
        "fixedwidth 'id:3,name:16,seats:5' trimblanks",
        [(1, "Toyota Park", 0), (5, "Gillette Stadium", 68756)],
        EXAMPLES,
    ),
    ("a char(2), b varchar(4)", "éab\n", "fixedwidth '0:1,1:2'", "1220", FORMAT),
    # JSON
    (
        "id int, name varchar(20)",
        '{"id": 1, "name": "a", "other": 2}{"name": "b"}\n',
        "json 'auto'",
        [(1, "a"), (None, "b")],
        JSON,
    ),
    (
        "id int, name varchar(20)",
        '{\n "id": 1,\n "name": null\n}\n',
        "format as json 'auto'",
        [(1, None)],
        JSON,
    ),
    ("id int, name varchar(20)", '{"Id": 1, "NAME": "a"}', "json 'auto'", [(None, None)], JSON),
    (
        "id int, name varchar(20)",
        '{"Id": 1, "NAME": "a"}',
        "json 'auto ignorecase'",
        [(1, "a")],
        FORMAT,
    ),
    (
        "b varchar(60), n varchar(60), t varchar(60)",
        '{"b": "a \\\\ b", "n": "two\\nlines", "t": "a\\tb"}',
        "json 'auto'",
        [("a \\ b", "two\nlines", "a\tb")],
        JSON,
    ),
    (
        "tags varchar(60), ok boolean, n varchar(9)",
        '{"tags": ["nisi", "culpa"], "ok": true, "n": 1.50}',
        "json 'auto'",
        [('["nisi","culpa"]', True, "1.50")],
        JSON,
    ),
    ("a varchar(9), b int", '{"a": "", "b": ""}', "json 'auto'", [("", None)], FORMAT),
    (
        "a varchar(9), b int",
        '{"a": "", "b": ""}',
        "json 'auto' emptyasnull",
        [(None, None)],
        FORMAT,
    ),
    (
        "d super",
        '{"a": {"b": [1, "x"]}}\n{"c": 1}',
        "json 'noshred'",
        [('{"a":{"b":[1,"x"]}}',), ('{"c":1}',)],
        FORMAT,
    ),
    (
        "id int, d super",
        '{"id": 1, "d": {"b": [1, null]}}',
        "json 'auto'",
        [(1, '{"b":[1,null]}')],
        R + "ingest-super.html",
    ),
    ("id int, d super", "1|[1,2]\n", "", [(1, "[1,2]")], R + "ingest-super.html"),
    ("v varbyte", "6162\n", "", [(b"ab",)], R + "r_VARBYTE_type.html"),
    # load operations that are taken and change no row
    ("a int", "1\n", "compupdate off statupdate on comprows 1000 region 'us-west-2'", [(1,)], LOAD),
    ("a int", "1\n", "compupdate preset statupdate off", [(1,)], LOAD),
]


@pytest.mark.parametrize(("columns", "content", "options", "rows", "source"), CASES)
def test_rows(session, columns, content, options, rows, source):
    if rows == "1220":
        with pytest.raises(ServiceError):
            load(session, columns, content, options)
        assert session.namespace.logs["stl_load_errors"][0]["err_code"] == 1220
        return
    load(session, columns, content, options)
    got = session.run("select * from t").rows
    same = [
        tuple(
            v.replace(", ", ",").replace(": ", ":") if isinstance(v, str) and v[:1] in "[{" else v
            for v in row
        )
        for row in got
    ]
    assert sorted(same, key=repr) == sorted(rows, key=repr), source


# --- errors of rows -----------------------------------------------------------------------

ERRORS = [
    (
        "a int, b varchar(5)",
        "1|abc\nx|abc\n",
        "",
        ("a", 2, 1207, "Invalid digit, Value 'x', Pos 0, Type: Integer", 0),
    ),
    ("a int", "1.5\n", "", ("a", 1, 1207, "Invalid digit, Value '.', Pos 1, Type: Integer", 1)),
    ("a smallint", "7x\n", "", ("a", 1, 1207, "Invalid digit, Value 'x', Pos 1, Type: Short", 1)),
    ("a bigint", "-\n", "", ("a", 1, 1207, "Invalid digit, Value ' ', Pos 1, Type: Long", 1)),
    (
        "a decimal(5,2)",
        "1,5\n",
        "",
        ("a", 1, 1207, "Invalid digit, Value ',', Pos 1, Type: Decimal", 1),
    ),
    ("a float", "1.5z\n", "", ("a", 1, 1207, "Invalid digit, Value 'z', Pos 3, Type: Double", 3)),
    ("a smallint", "40000\n", "", ("a", 1, 1204, "Overflow, Column type: Short", 0)),
    (
        "a int, b varchar(5)",
        "1|abcdefgh\n",
        "",
        ("b", 1, 1204, "String length exceeds DDL length", 0),
    ),
    ("a varchar(3)", "éé\n", "", ("a", 1, 1204, "String length exceeds DDL length", 0)),
    ("a char(2)", "abc\n", "", ("a", 1, 1204, "Char length exceeds DDL length", 0)),
    (
        "a char(4)",
        "aé\n",
        "",
        (
            "a",
            1,
            1220,
            "Multibyte character not supported for CHAR (Hint: try using VARCHAR). Invalid char: c3 a9",
            1,
        ),
    ),
    ("a int, b varchar(5)", "1\n", "", ("b", 1, 1214, "Delimiter not found", 0)),
    ("a int", "1|2|3\n", "", ("", 1, 1202, "Extra column(s) found", 0)),
    ("a varchar(9), b varchar(9)", "a\\|b|c\n", "", ("", 1, 1202, "Extra column(s) found", 0)),
    (
        "a date",
        "2020/01\n",
        "",
        ("a", 1, 1205, "Invalid Date Format - length must be 10 or more", 0),
    ),
    ("a date", "2020-13-45\n", "", ("a", 1, 1205, "Invalid date format or value [YYYY-MM-DD]", 0)),
    (
        "a date",
        "2020-01-02\n",
        "dateformat 'MM/DD/YYYY'",
        ("a", 1, 1205, "Invalid date format or value [MM/DD/YYYY]", 0),
    ),
    ("a int, b int not null", "1|\n", "", ("b", 1, 1213, "Missing data for not-null field", 0)),
    ("a boolean", "maybe\n", "", ("a", 1, 1210, "Unknown boolean format", 0)),
    (
        "a timestamp",
        "nope\n",
        "timeformat 'YYYY-MM-DD HH24:MI:SS'",
        ("a", 1, 1206, "Invalid timestamp format or value [YYYY-MM-DD HH24:MI:SS]", 0),
    ),
    (
        "a timestamp",
        "2020-01-01T10:00:00\n",
        "",
        ("a", 1, 1206, "Invalid timestamp format or value [YYYY-MM-DD HH24:MI:SS]", 0),
    ),
    (
        "a super",
        "{broken\n",
        "",
        ("a", 1, 1224, "Invalid JSON format. Invalid value for type SUPER", 0),
    ),
    (
        "a varchar(9)",
        '"Blue\n',
        "removequotes",
        ("a", 1, 1214, "Delimited value missing end quote", 0),
    ),
    (
        "a varchar(9), b int",
        '"a"x,1\n',
        "csv",
        ("a", 1, 1214, "Invalid quote formatting for CSV", 0),
    ),
    (
        "a int, b int",
        "h|h\n1|2\n3|x\n",
        "ignoreheader 1",
        ("b", 3, 1207, "Invalid digit, Value 'x', Pos 0, Type: Integer", 0),
    ),
    (
        "id int",
        '{"id": 1}\n{"id": "x"}',
        "json 'auto'",
        ("id", 2, 1207, "Invalid digit, Value 'x', Pos 0, Type: Integer", 0),
    ),
    (
        "id int",
        '{"id": 1}\nrubbish\n{"id": 2}',
        "json 'auto'",
        ("", 2, 1216, "Invalid JSON format: unexpected character 'r'", 0),
    ),
]


@pytest.mark.parametrize(("columns", "content", "options", "wanted"), ERRORS)
def test_row_errors(session, columns, content, options, wanted):
    """Codes: R + r_Load_Error_Reference.html; a failed load leaves nothing but its errors."""
    with pytest.raises(ServiceError) as caught:
        load(session, columns, content, options)
    assert str(caught.value) == (
        "ERROR: Load into table 't' failed.  Check 'stl_load_errors' system table for details."
    )
    row = session.namespace.logs["stl_load_errors"][0]
    got = (
        row["colname"],
        row["line_number"],
        row["err_code"],
        row["err_reason"].rstrip(),
        row["position"],
    )
    assert got == wanted
    assert session.run("select count(*) from t").rows == [(0,)]


def test_invalid_utf8_is_an_error_with_its_bytes(session):
    with pytest.raises(ServiceError):
        load(session, "a varchar(9)", b"ab\xa4c\n", "")
    reason = session.namespace.logs["stl_load_errors"][0]["err_reason"]
    assert (
        reason
        == "String contains invalid or unsupported UTF8 codepoints. Bad UTF8 hex sequence: a4 (error 3)"
    )  # UTF8


def test_acceptinvchars_replaces_each_byte(session):
    result = load(session, "a varchar(9), b int", b"ab\xa4\xa5c|1\nok|2\n", "acceptinvchars '^'")
    assert sorted(session.run("select a from t").rows) == [("ab^^c",), ("ok",)]  # CONVERSION
    assert session.namespace.logs["stl_replacements"][0]["line_number"] == 1
    assert "1 record(s) were loaded with replacements" in result.notes[-1]


def test_acceptinvchars_default_is_a_question_mark(session):
    load(session, "a varchar(9)", b"a\xff\n", "acceptinvchars")
    assert session.run("select a from t").rows == [("a?",)]  # CONVERSION


# --- MAXERROR and its relatives -----------------------------------------------------------


def test_maxerror_skips_and_lists(session):
    """Fewer errors than MAXERROR: the load goes on (LOAD)."""
    result = load(session, "a int", "1\nx\n2\n3|4\n", "maxerror as 3")
    assert sorted(session.run("select a from t").rows) == [(1,), (2,)]
    assert result.notes == [
        "INFO: Load into table 't' completed, 2 record(s) loaded successfully.",
        "INFO: Load into table 't' completed, 2 record(s) could not be loaded.  Check 'stl_load_errors' system table for details.",
    ]
    assert [row["line_number"] for row in session.namespace.logs["stl_load_errors"]] == [2, 4]
    assert session.namespace.logs["sys_load_history"][0]["error_count"] == 2


def test_maxerror_reached_fails(session):
    with pytest.raises(ServiceError):
        load(session, "a int", "1\nx\ny\n", "maxerror 2")  # LOAD: that number or greater
    assert session.run("select count(*) from t").rows == [(0,)]
    assert len(session.namespace.logs["stl_load_errors"]) == 2


@pytest.mark.parametrize("count", ["0", "1"])
def test_maxerror_zero_and_one_fail_at_the_first(session, count):
    with pytest.raises(ServiceError):
        load(session, "a int", "x\n", f"maxerror {count}")  # LOAD


def test_ignoreallerrors(session):
    load(session, "a int", "1\nx\ny\n\n", "ignoreallerrors")
    assert session.run("select a from t where a is not null").rows == [(1,)]  # LOAD


def test_noload_checks_only(session):
    load(session, "a int", "1\n2\n", "noload")
    assert session.run("select count(*) from t").rows == [(0,)]  # LOAD
    session.lake.put("s3://in/u", "x\n")
    with pytest.raises(ServiceError):
        session.run("copy t from 's3://in/u' iam_role default noload")


# --- files --------------------------------------------------------------------------------


def test_prefix_takes_every_key(session):
    load(session, "a int", {"t": "1\n", "t.1": "2\n", "t-x/3": "3\n", "u": "9\n"}, "")
    assert sorted(session.run("select a from t").rows) == [(1,), (2,), (3,)]  # S3
    files = {row["filename"] for row in session.namespace.logs["stl_load_commits"]}
    assert files == {"s3://in/t", "s3://in/t.1", "s3://in/t-x/3"}


def test_missing_prefix(session):
    session.lake.put("s3://in/other", "1\n")
    with pytest.raises(ServiceError, match="The specified S3 prefix 't' does not exist"):
        load(session, "a int", {}, "")


def test_missing_bucket(session):
    session.run("create table t(a int)")
    with pytest.raises(ServiceError, match="The specified bucket does not exist,Status 404"):
        session.run("copy t from 's3://nowhere/x' iam_role default")


@pytest.mark.parametrize(("word", "squeeze"), [("gzip", gzip.compress), ("bzip2", bz2.compress)])
def test_compressed(session, word, squeeze):
    load(session, "a int", {"t": squeeze(b"1\n2\n")}, word)
    assert session.run("select sum(a) from t").rows == [(3,)]


def test_zstd(session):
    import pyarrow

    load(session, "a int", {"t": pyarrow.compress(b"1\n2\n", codec="zstd", asbytes=True)}, "zstd")
    assert session.run("select sum(a) from t").rows == [(3,)]


def test_not_compressed_after_all(session):
    with pytest.raises(ServiceError, match="Zlib error code: -3"):
        load(session, "a int", "1\n", "gzip")


@pytest.mark.parametrize(
    ("word", "content"),
    [
        ("utf16", "1|é\n".encode("utf-16")),
        ("utf16le", "1|é\n".encode("utf-16-le")),
        ("utf16be", "1|é\n".encode("utf-16-be")),
        ("iso88591", "1|é\n".encode("latin-1")),
        ("utf8", b"\xef\xbb\xbf1|\xc3\xa9\n"),
    ],
)
def test_encodings(session, word, content):
    load(session, "a int, b varchar(9)", {"t": content}, f"encoding as {word}")
    assert session.run("select * from t").rows == [(1, "é")]  # CONVERSION


def test_utf16_wants_a_mark(session):
    with pytest.raises(ServiceError, match="encoding"):
        load(session, "a int", {"t": "1\n".encode("utf-16-le")}, "encoding utf16")  # CONVERSION


def manifest(session, *entries):
    session.run("create table t(a int)")
    session.lake.put("s3://in/list", json.dumps({"entries": list(entries)}))
    return session.run("copy t from 's3://in/list' iam_role default manifest")


def test_manifest(session):
    session.lake.put("s3://in/x1", "1\n")
    session.lake.put("s3://other/y", "2\n")
    manifest(
        session,
        {"url": "s3://in/x1", "mandatory": True},
        {"url": "s3://other/y", "mandatory": False, "meta": {"content_length": 2}},
        {"url": "s3://other/gone"},
    )
    assert sorted(session.run("select a from t").rows) == [(1,), (2,)]  # MANIFEST


def test_manifest_mandatory(session):
    with pytest.raises(ServiceError, match="does not exist") as caught:
        manifest(session, {"url": "s3://in/gone", "mandatory": True})
    assert "mandatory" in caught.value.hint


def test_manifest_content_length(session):
    session.lake.put("s3://in/x1", "1\n")
    with pytest.raises(ServiceError, match="content_length 3"):
        manifest(session, {"url": "s3://in/x1", "meta": {"content_length": 3}})


def test_manifest_wants_whole_addresses(session):
    session.lake.put("s3://in/x1", "1\n")
    with pytest.raises(ServiceError, match="full path"):
        manifest(session, {"url": "x1"})


def test_manifest_that_is_none(session):
    session.run("create table t(a int)")
    session.lake.put("s3://in/list", "1\n")
    with pytest.raises(ServiceError, match="Problem reading manifest file"):
        session.run("copy t from 's3://in/list' iam_role default manifest")


# --- JSONPaths ----------------------------------------------------------------------------


def paths(session, columns, content, listed, options="", names=""):
    session.lake.put("s3://in/paths", json.dumps(listed) if not isinstance(listed, str) else listed)
    session.run(f"create table j({columns})")
    session.lake.put("s3://in/data", content)
    session.run(
        f"copy j{names} from 's3://in/data' iam_role default json 's3://in/paths' {options}"
    )
    return session.run("select * from j").rows


def test_jsonpaths(session):
    rows = paths(
        session,
        "id int, title varchar(9), first varchar(9), kids varchar(60)",
        '{"id": 7, "store": {"book": {"title": "T"}}, "location": ["a", "b"], "kids": [{"id": 1}]}',
        {
            "jsonpaths": [
                "$['id']",
                "$['store']['book']['title']",
                "$['location'][0]",
                "$['kids'][0]",
            ]
        },
    )
    assert rows == [(7, "T", "a", '{"id":1}')]  # JSON


def test_jsonpaths_over_arrays(session):
    rows = paths(
        session, "a int, b varchar(9)", '[1,"x"]\n[2,"y"]', {"jsonpaths": ["$[0]", "$[1]"]}
    )
    assert sorted(rows) == [(1, "x"), (2, "y")]  # EXAMPLES


def test_jsonpaths_missing_name_is_null(session):
    assert paths(session, "a int", "{}", {"jsonpaths": ["$.x.y"]}) == [(None,)]  # FORMAT


def test_jsonpaths_missing_element_fails(session):
    with pytest.raises(ServiceError):
        paths(session, "a int", '{"x": [1]}', {"jsonpaths": ["$.x[3]"]})
    reason = session.namespace.logs["stl_load_errors"][0]["err_reason"]
    assert reason == "Invalid JSONPath format: Not an array or index out of range."  # FORMAT


def test_jsonpaths_under_another_key_are_ignored(session):
    assert paths(session, "a int", '{"a": 1}', {"paths": ["$.x"]}) == [(1,)]  # FORMAT


def test_jsonpaths_and_columns_must_agree(session):
    with pytest.raises(
        ServiceError, match="JSONPath size: 1, Number of columns in table or column list: 2"
    ):
        paths(session, "a int, b int", "{}", {"jsonpaths": ["$.a"]})


@pytest.mark.parametrize(
    "listed",
    [
        "{broken",
        "[1]",
        '{"jsonpaths": [""]}',
        '{"jsonpaths": [1]}',
        '{"jsonpaths": ["$.a", "$[\'b\']"]}',
        '{"jsonpaths": ["$.*"]}',
    ],
)
def test_jsonpaths_that_are_not_valid(session, listed):
    with pytest.raises(ServiceError, match=r"Invalid JSONPath format|number of columns"):
        paths(
            session, "a int, b int" if "b" in listed and "$.a" in listed else "a int", "{}", listed
        )


# --- columns, identity, defaults ----------------------------------------------------------


def test_column_list_and_default(session):
    columns = "venueid smallint not null, name varchar(20), seats int not null default 1000"
    load(session, columns, "1|Toyota Park\n", "", " (venueid, name)")
    assert session.run("select * from t").rows == [(1, "Toyota Park", 1000)]  # EXAMPLES


def test_column_list_order(session):
    load(session, "a int, b varchar(9)", "x|1\n", "", " (b, a)")
    assert session.run("select * from t").rows == [(1, "x")]


def test_not_null_column_must_be_listed(session):
    with pytest.raises(
        ServiceError, match="NOT NULL column without DEFAULT must be included in column list"
    ):
        load(session, "a int, b int not null", "1\n", "", " (a)")


def test_identity_is_generated(session):
    load(session, "id int identity(10,5), a int", "7\n8\n", "")
    assert session.run("select id, a from t order by a").rows == [(10, 7), (15, 8)]


def test_explicit_ids(session):
    load(session, "id int identity(1,1), a int", "77|7\n", "explicit_ids")
    assert session.run("select * from t").rows == [(77, 7)]  # EXAMPLES


@pytest.mark.parametrize(("listed", "options"), [(" (a)", "explicit_ids"), (" (id, a)", "")])
def test_identity_in_the_list_goes_with_explicit_ids(session, listed, options):
    with pytest.raises(ServiceError, match=r"EXPLICIT_IDS|identity"):
        load(session, "id int identity(1,1), a int", "1|2\n", options, listed)  # EXAMPLES


def test_temporary_table(session):
    session.run("create temp table t(a int)")
    session.lake.put("s3://in/t", "1\n")
    session.run("copy t from 's3://in/t' iam_role default")
    assert session.run("select a from t").rows == [(1,)]


def test_rollback_takes_the_rows_and_leaves_the_log(session):
    session.run("create table t(a int)")
    session.lake.put("s3://in/t", "1\n")
    session.run("begin")
    session.run("copy t from 's3://in/t' iam_role default")
    assert session.run("select count(*) from t").rows == [(1,)]
    session.run("rollback")
    assert session.run("select count(*) from t").rows == [(0,)]
    assert len(session.namespace.logs["sys_load_history"]) == 1


def test_an_error_ends_the_block(session):
    session.run("create table t(a int)")
    session.lake.put("s3://in/t", "x\n")
    session.run("begin")
    with pytest.raises(ServiceError):
        session.run("copy t from 's3://in/t' iam_role default")
    with pytest.raises(ServiceError, match="current transaction is aborted"):
        session.run("select 1")
    session.run("rollback")
    assert len(session.namespace.logs["stl_load_errors"]) == 1


def test_last_copy(session):
    assert session.run("select pg_last_copy_id(), pg_last_copy_count()").rows == [(-1, 0)]
    result = load(session, "a int", "1\n2\n", "")
    assert session.run("select pg_last_copy_id(), pg_last_copy_count()").rows == [
        (result.query_id, 2)
    ]
    assert result.update_count == 2


def test_logs_of_a_load(session):
    load(session, "a int, b varchar(5)", "1|a\nx|b\n", "maxerror 5")
    logs = session.namespace.logs
    detail = [(row["field"], row["colname"], row["value"]) for row in logs["stl_loaderror_detail"]]
    assert detail == [(0, "a", "x")]
    assert logs["stl_load_errors"][0]["raw_line"] == "x|b"
    assert logs["stl_load_errors"][0]["raw_field_value"] == "x"
    assert logs["sys_load_error_detail"][0]["error_code"] == 1207
    assert logs["stl_load_commits"][0]["lines_scanned"] == 2
    assert logs["stl_file_scan"][0]["bytes"] == 8
    history = logs["sys_load_history"][0]
    assert (history["status"], history["loaded_rows"], history["source_file_count"]) == (
        "completed",
        1,
        1,
    )


# --- Parquet ------------------------------------------------------------------------------


def parquet(session, query: str, key: str = "t.parquet"):
    target = session.lake.target(f"s3://in/{key}")
    session.duck().execute(f"COPY ({query}) TO '{target.as_posix()}' (FORMAT parquet)")


def test_parquet_goes_by_position(session):
    session.run("create table t(a int, b varchar(9))")
    parquet(session, "SELECT 1::INTEGER AS x, 'y' AS a")
    session.run("copy t from 's3://in/t' iam_role default format as parquet")
    assert session.run("select * from t").rows == [(1, "y")]  # COLUMNAR


def test_parquet_column_list_and_fillrecord(session):
    session.run("create table t(a int, b varchar(9), c int)")
    parquet(session, "SELECT 1::INTEGER, 'y'")
    session.run("copy t(a, b) from 's3://in/t' iam_role default parquet")
    session.run("copy t from 's3://in/t' iam_role default parquet fillrecord")
    assert session.run("select * from t").rows == [(1, "y", None)] * 2  # COLUMNAR


PARQUET = [
    (
        "SELECT 1::INTEGER, 2::INTEGER",
        "Unmatched number of columns between table and file. Table columns: 1, Data columns: 2",
    ),
    ("SELECT 1::BIGINT", "has an incompatible Parquet schema"),
    ("SELECT '1'", "Column type: INT"),
    ("SELECT NULL::INTEGER", "NULL value found"),
]


@pytest.mark.parametrize(("query", "part"), PARQUET)
def test_parquet_refused(session, query, part):
    session.run("create table t(a int not null)")
    parquet(session, query)
    with pytest.raises(ServiceError, match="Spectrum Scan Error") as caught:
        session.run("copy t from 's3://in/t' iam_role default parquet")
    assert part in str(caught.value)
    assert "15007" in str(caught.value)


def test_parquet_text_too_long(session):
    session.run("create table t(a varchar(2))")
    parquet(session, "SELECT 'abc'")
    with pytest.raises(ServiceError):
        session.run("copy t from 's3://in/t' iam_role default parquet")
    said = session.namespace.logs["sys_load_error_detail"][0]["error_message"]
    assert (
        said
        == "The length of the data column a is longer than the length defined in the table. Table: 2, Data: 3"
    )


def test_parquet_nested(session):
    session.run("create table t(a super)")
    parquet(session, "SELECT {'x': [1, 2]}")
    with pytest.raises(
        ServiceError, match="SUPER column in COPY query requires SERIALIZETOJSON option"
    ):
        session.run("copy t from 's3://in/t' iam_role default parquet")
    session.run("copy t from 's3://in/t' iam_role default parquet serializetojson")
    assert session.run("select a.x[1] from t").rows in ([(2,)], [("2",)])  # R + ingest-super.html


# --- refused before anything is read ------------------------------------------------------

REFUSED = [
    ("copy t from 's3://in/t'", "CREDENTIALS argument is required but not specified", AUTH),
    ("copy t from 's3://in/t' csv", "CREDENTIALS argument is required but not specified", AUTH),
    ("copy t from 's3://in/t' iam_role 'nonsense'", "Invalid credentials", AUTH),
    ("copy t from 's3://in/t' credentials 'a=b'", "Invalid credentials", AUTH),
    ("copy t from 's3://in/t' access_key_id 'k'", "SECRET_ACCESS_KEY", AUTH),
    (
        "copy t from 's3://in/t' iam_role default credentials 'aws_iam_role=arn:aws:iam::1:role/x'",
        "only one kind",
        AUTH,
    ),
    (
        "copy t from 's3://in/t' iam_role default csv escape",
        "ESCAPE is not compatible with CSV",
        FORMAT,
    ),
    (
        "copy t from 's3://in/t' iam_role default csv removequotes",
        "REMOVEQUOTES is not compatible with CSV",
        FORMAT,
    ),
    (
        "copy t from 's3://in/t' iam_role default csv fixedwidth 'a:1'",
        "FIXEDWIDTH is not compatible with CSV",
        FORMAT,
    ),
    (
        "copy t from 's3://in/t' iam_role default fixedwidth 'a:1' delimiter ','",
        "DELIMITER is not compatible with FIXEDWIDTH",
        FORMAT,
    ),
    (
        "copy t from 's3://in/t' iam_role default fixedwidth 'a:1' escape",
        "ESCAPE is not compatible with FIXEDWIDTH",
        CONVERSION,
    ),
    (
        "copy t from 's3://in/t' iam_role default json 'auto' delimiter ','",
        "DELIMITER is not compatible with JSON",
        FORMAT,
    ),
    (
        "copy t from 's3://in/t' iam_role default json 'auto' null as 'x'",
        "NULL AS is not compatible with JSON",
        FORMAT,
    ),
    (
        "copy t from 's3://in/t' iam_role default quote '%'",
        "QUOTE can only be used with CSV",
        FORMAT,
    ),
    (
        "copy t from 's3://in/t' iam_role default parquet truncatecolumns",
        "TRUNCATECOLUMNS argument is not supported for PARQUET based COPY",
        COLUMNAR,
    ),
    (
        "copy t from 's3://in/t' iam_role default parquet region 'us-east-1'",
        "REGION argument is not supported for PARQUET based COPY",
        COLUMNAR,
    ),
    (
        "copy t from 's3://in/t' iam_role default parquet maxerror 3",
        "MAXERROR argument is not supported for PARQUET based COPY",
        COLUMNAR,
    ),
    (
        "copy t from 's3://in/t' iam_role default parquet gzip",
        "GZIP argument is not supported for PARQUET based COPY",
        COLUMNAR,
    ),
    (
        "copy t from 's3://in/t' iam_role default maxerror 100001",
        "MAXERROR must be between 0 and 100000",
        LOAD,
    ),
    (
        "copy t from 's3://in/t' iam_role default maxerror 5 ignoreallerrors",
        "MAXERROR is not compatible with IGNOREALLERRORS",
        LOAD,
    ),
    ("copy t from 's3://in/t' iam_role default comprows 10", "COMPROWS must be between 1000", LOAD),
    ("copy t from 's3://in/t' iam_role default delimiter 'ab'", "single character", FORMAT),
    (
        "copy t from 's3://in/t' iam_role default gzip bzip2",
        "BZIP2 is not compatible with GZIP",
        FORMAT,
    ),
    ("copy t from 's3://in/t' iam_role default csv csv", "CSV is not compatible with CSV", FORMAT),
    (
        "copy t from 's3://in/t' iam_role default encoding 'klingon'",
        "Encoding 'klingon' is not supported",
        CONVERSION,
    ),
    (
        "copy t from 's3://in/t' iam_role default dateformat 'QQ'",
        "Invalid DATEFORMAT format: QQ",
        TIMES,
    ),
    (
        "copy t from 's3://in/t' iam_role default fixedwidth 'a:1,b:2'",
        "Fixed width spec has 2 column(s)",
        FORMAT,
    ),
    (
        "copy t from 's3://in/t' iam_role default fixedwidth 'nonsense'",
        "Invalid fixed width spec",
        FORMAT,
    ),
    (
        "copy t from 's3://in/t' iam_role default somethingelse",
        'syntax error at or near "somethingelse"',
        R + "r_COPY.html",
    ),
    ("copy t from 'nonsense' iam_role default", "Invalid source", R + "r_COPY.html"),
    (
        "copy nope from 's3://in/t' iam_role default",
        'relation "nope" does not exist',
        R + "r_COPY.html",
    ),
    (
        "copy t(z) from 's3://in/t' iam_role default",
        'column "z" of relation "t" does not exist',
        R + "r_COPY.html",
    ),
    (
        "copy t from 's3://in/t' iam_role default readratio 50",
        "READRATIO",
        R + "copy-parameters-data-source-dynamodb.html",
    ),
    (
        "copy t from 's3://in/t' iam_role default master_symmetric_key 'k'",
        "MASTER_SYMMETRIC_KEY requires ENCRYPTED",
        S3,
    ),
]


@pytest.mark.parametrize(("sql", "part", "source"), REFUSED)
def test_refused(session, sql, part, source):
    session.run("create table t(a int)")
    session.lake.put("s3://in/t", "1\n")
    with pytest.raises(ServiceError) as caught:
        session.run(sql)
    assert part in str(caught.value), source
    assert session.run("select count(*) from t").rows == [(0,)]


LIMITS = [
    ("copy t from 'dynamodb://Movies' iam_role default readratio 50", "DynamoDB"),
    ("copy t from 'emr://j-1/out/part-*' iam_role default", "EMR"),
    ("copy t from 's3://in/hosts' iam_role default ssh", "SSH"),
    ("copy t from 's3://in/t' iam_role default format orc", "ORC"),
    ("copy t from 's3://in/t' iam_role default format avro 'auto'", "Avro"),
    ("copy t from 's3://in/t' iam_role default lzop", "lzop"),
    ("copy t from 's3://in/t' iam_role default encrypted master_symmetric_key 'k'", "encrypted"),
    ("copy t from 's3://in/t' iam_role default job create j auto on", "COPY JOB CREATE"),
    ("copy job list", "COPY JOB LIST"),
    (
        "copy t from 's3://in/t.shp' format shapefile simplify auto 1.1E-05 iam_role default",
        "shapefiles",
    ),
]


@pytest.mark.parametrize(("sql", "part"), LIMITS)
def test_limits_by_name(session, sql, part):
    session.run("create table t(a int)")
    with pytest.raises(LabLimit) as caught:
        session.run(sql)
    assert part in caught.value.what


AUTHORIZED = [
    "iam_role default",
    "iam_role 'arn:aws:iam::0123456789012:role/MyRedshiftRole'",
    "iam_role 'arn:aws:iam::123456789012:role/a,arn:aws:iam::210987654321:role/b'",
    "credentials 'aws_iam_role=arn:aws:iam::123456789012:role/a'",
    "credentials as 'aws_access_key_id=k;aws_secret_access_key=s;token=t'",
    "access_key_id 'k' secret_access_key 's'",
    "access_key_id 'k' secret_access_key 's' session_token 't'",
    "csv iam_role default",
    "with credentials as 'aws_iam_role=arn:aws:iam::123456789012:role/a' csv",
]


@pytest.mark.parametrize("words", AUTHORIZED)
def test_every_form_of_authorization(session, words):
    session.run("create table t(a int)")
    session.lake.put("s3://in/t", "1\n")
    session.run(f"copy t from 's3://in/t' {words}")
    assert session.run("select a from t").rows == [(1,)]  # AUTH


def test_an_array_has_no_names(session):
    with pytest.raises(ServiceError):
        load(session, "id int", '[{"id": 1}, {"id": 2}]', "json 'auto'")
    assert session.namespace.logs["stl_load_errors"][0]["err_code"] == 1216  # JSON


def test_only_who_may_insert_may_copy(session):
    session.run("create table t(a int)")
    session.run("create user ann password 'Secret123'")
    session.lake.put("s3://in/t", "1\n")
    ann = Redshift(lake=session.lake, user="ann")
    with pytest.raises(ServiceError, match="permission denied"):
        ann.run("copy t from 's3://in/t' iam_role default")
    session.run("grant insert on t to ann")
    ann.run("copy t from 's3://in/t' iam_role default")
    assert session.run("select a from t").rows == [(1,)]


def test_a_view_takes_no_rows(session):
    session.run("create table t(a int)")
    session.run("create view v as select a from t")
    session.lake.put("s3://in/t", "1\n")
    with pytest.raises(ServiceError, match="view"):
        session.run("copy v from 's3://in/t' iam_role default")


def test_one_hundred_thousand_rows(session):
    lines = (f'{i},"na""me {i}",2020-01-{i % 28 + 1:02d},{i}.259,t' for i in range(100_000))
    session.lake.put("s3://in/t", "\n".join(lines) + "\n")
    session.run("create table t(a int, b varchar(50), c date, d decimal(12,2), e boolean)")
    begin = time.perf_counter()
    session.run("copy t from 's3://in/t' iam_role default csv")
    assert time.perf_counter() - begin < 15  # about one second on a free core
    assert session.run("select count(*), max(d), min(b) from t").rows == [
        (100_000, D("99999.25"), 'na"me 0')
    ]
