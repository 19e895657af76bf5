"""The pieces behind %%redshift's SELECT: reading dates, intervals, documents, hashes, NULLs."""

import datetime

import pytest
from test_sql_functions import REDSHIFT_SAMPLES, sample

from dealab.sql import LabLimit, ServiceError, SqlError, numbers, signatures
from dealab.sql.redshift import binary, documents, intervals, moments
from dealab.sql.redshift.rules import RedshiftBinder

DAY = 86_400_000_000


@pytest.mark.parametrize(
    ("written", "qualifier", "expected"),
    [
        ("1 day 2 hours", None, (0, DAY + 7_200_000_000)),
        ("3 days, 2 hours", None, (0, 3 * DAY + 7_200_000_000)),
        ("100", None, (0, 100_000_000)),
        ("1-2", ("year", "month"), (14, 0)),
        ("-1-2", ("year", "month"), (-14, 0)),
        ("23", ("month", "month"), (23, 0)),
        ("1 2:03:04", ("day", "second"), (0, DAY + 7_384_000_000)),
        ("-1 2:00", ("day", "minute"), (0, -DAY - 7_200_000_000)),
        ("5:30", ("minute", "second"), (0, 330_000_000)),
        ("2 days ago", None, (0, -2 * DAY)),
        ("0.5 days", None, (0, DAY // 2)),
        ("1.5 months", None, (1, 15 * DAY)),
    ],
)
def test_intervals_are_read(written, qualifier, expected):
    assert intervals.read_interval(written, qualifier) == expected


@pytest.mark.parametrize("written", ["", "a day", "1 fortnight", "1 day or two"])
def test_what_is_no_interval_is_refused(written):
    with pytest.raises(ValueError, match=written or "^$"):
        intervals.read_interval(written, None)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("January 8, 1999", "1999-01-08 00:00:00"),
        ("1/18/1999", "1999-01-18 00:00:00"),
        ("01/02/00", "2000-01-02 00:00:00"),
        ("2000-Jan-31", "2000-01-31 00:00:00"),
        ("080215", "2008-02-15 00:00:00"),
        ("2008.366", "2008-12-31 00:00:00"),
        ("Thu Feb 14 2008 4:05 PM", "2008-02-14 16:05:00"),
        ("2008-02-15 12:00 AM", "2008-02-15 00:00:00"),
        ("2008-02-15 10:00:00-08", "2008-02-15 18:00:00"),
        ("2008-02-15 10:00:00 PST", "2008-02-15 18:00:00"),
        ("2008-13-01", None),
        ("2008-02-30", None),
        ("2008-02-15 25:00", None),
        ("13:61", None),
        ("soon", None),
        ("", None),
    ],
)
def test_date_and_time_literals_are_read(written, expected):
    assert moments.read_moment(written) == expected


@pytest.mark.parametrize(
    ("written", "pattern", "expected"),
    [
        ("2026-03-04 10:00", "YYYY-MM-DD", datetime.datetime(2026, 3, 4)),
        ("4/3/2026", "DD/MM/YYYY", datetime.datetime(2026, 3, 4)),
        (
            "March 4, 2026 3:05 PM",
            "FMMonth DD, YYYY HH12:MI AM",
            datetime.datetime(2026, 3, 4, 15, 5),
        ),
        ("260304", "YYMMDD", datetime.datetime(2026, 3, 4)),
        ("2026 063", "YYYY DDD", datetime.datetime(2026, 3, 4)),
        ("12.5", "SS.MS", datetime.datetime(1, 1, 1, 0, 0, 12, 500_000)),
    ],
)
def test_formats_read_text(written, pattern, expected):
    read = moments.from_char(written, pattern, False)
    assert datetime.datetime.fromisoformat(read) == expected


def test_strict_formats_refuse_days_that_run_over():
    assert moments.from_char("20010631", "YYYYMMDD", False).startswith("2001-07-01")
    with pytest.raises(ValueError, match="lab_range"):
        moments.from_char("20010631", "YYYYMMDD", True)


@pytest.mark.parametrize(
    ("zone", "seconds"),
    [("PST", -28800), ("EST+3", -10800), ("NEWZONE +2", -7200), ("utc-5:30", 19800), ("UTC", 0)],
)
def test_zones_with_a_fixed_offset(zone, seconds):
    assert moments.fixed_offset(zone) == seconds


@pytest.mark.parametrize("zone", ["America/New_York", "EST5EDT", "Asia/Manila", "US/Pacific"])
def test_zones_of_the_database_have_none(zone):
    assert moments.fixed_offset(zone) in (None, -18000)  # POSIX reads EST5 as five hours west


@pytest.mark.parametrize(
    ("operator", "left", "right", "expected"),
    [
        ("+", "7", "0.5", "7.5"),
        ("*", "7.5", "7", "52.5"),
        ("/", "52.5", "10", "5.2500"),
        ("/", "7", "2", "3"),
        ("%", "-7", "3", "-1"),
        ("+", '"a"', '"b"', '"ab"'),
        ("+", '"a"', "1", None),
        ("-", "[1]", "1", None),
        ("+", "1e3", "1", "1001.0"),
    ],
)
def test_arithmetic_of_documents(operator, left, right, expected):
    assert documents.super_math(operator, left, right) == expected


def test_documents_keep_their_digits():
    assert documents.write(documents.read('{"a": [1.50, 1e2, "é", null, true]}')) == (
        '{"a":[1.50,1e2,"é",null,true]}'
    )


def test_roman_numerals_and_currency():
    assert numbers.to_char("485", "RN").strip() == "CDLXXXV"
    assert numbers.to_char("3999", "FMRN") == "MMMCMXCIX"
    assert set(numbers.to_char("4000", "RN")) == {"#"}
    assert numbers.to_char("64.6", "l99999D99") == "$    64.60"


def test_castagnoli_is_what_redshift_calls_crc32():
    assert binary.crc32c(b"Amazon Redshift") == "f2726906"


def nulls():
    """Yield a call of every function, with NULL in place of one argument."""
    free = {"is_array", "is_object", "is_scalar", "is_varchar", "is_char", "is_boolean"}
    free |= {"is_smallint", "is_integer", "is_bigint", "is_float", "is_decimal", "current_schemas"}
    names = {"double": "float8", "varbinary": "varbyte", "decimal": "decimal(5,2)"}
    for name, lines in RedshiftBinder.FUNCTIONS.items():
        for line in lines if name not in free else ():
            parameters = signatures.read_signature(line).parameters
            values = [sample(p, REDSHIFT_SAMPLES, "redshift") for p in parameters]
            for at, parameter in enumerate(parameters):
                if parameter.kind == "type" and not parameter.type.name.startswith("interval"):
                    kind = names.get(parameter.type.name, parameter.type.name)
                    given = [*values[:at], f"NULL::{kind}", *values[at + 1 :]]
                    yield f"SELECT {name}({', '.join(given)})"


def test_null_in_gives_null_out(redshift):
    wrong = []
    for sql in nulls():
        try:
            if redshift.run(sql).rows != [(None,)]:
                wrong.append(sql)
        except (ServiceError, LabLimit):
            pass
    assert not wrong, "\n".join(wrong)


SCRAPS = [
    "1", "-2.5", "'a'", "NULL", "date '2026-01-31'", "i", "s", "l", "json_parse('[1]')", "true",
    "interval '1 day'", "'x'::char(3)", "sum(i)", "count(*) OVER ()", "'ab'::varbyte",
]  # fmt: skip
SHAPES = [
    "SELECT {0} + {1} FROM kinds",
    "SELECT {0} = {1}, {0} < {1} FROM kinds",
    "SELECT {0} IN ({1}, {0}) FROM kinds",
    "SELECT coalesce({0}, {1}), {0} || {1} FROM kinds",
    "SELECT {0} FROM kinds GROUP BY ALL ORDER BY {1}",
    "SELECT * FROM (SELECT {0} AS a, {1} AS k FROM kinds) PIVOT (max(a) FOR k IN ({1} AS z))",
    "SELECT * FROM (SELECT {0} AS a, {1} AS k FROM kinds) UNPIVOT (v FOR n IN (a, k))",
    "SELECT e FROM kinds t, t.l AS e AT n WHERE e = {0} AND n < {1}",
    "SELECT v FROM (SELECT {0} AS j) t, UNPIVOT t.j AS v AT k WHERE v = {1}",
    "SELECT level FROM kinds START WITH i = {0} CONNECT BY PRIOR i = {1} AND level < 3",
    "SELECT CASE WHEN {0} IS NULL THEN {1} ELSE {0} END FROM kinds",
    "SELECT CAST({0} AS super), CAST({1} AS varchar(9)) FROM kinds",
]


def test_no_shape_of_a_query_shows_a_bug_of_the_lab(redshift):
    from dealab.sql import LabBug

    wrong = []
    for shape in SHAPES:
        for one in SCRAPS:
            for two in SCRAPS[::4]:
                sql = shape.format(one, two)
                try:
                    redshift.run(sql)
                except LabBug as error:
                    wrong.append(f"{sql}\n   {error.message}")
                except SqlError:
                    pass
    assert not wrong, "\n".join(wrong)
