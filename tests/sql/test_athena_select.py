"""Does SELECT in %%athena answer, and refuse, as Trino's documentation says?"""

import athena_select_cases
import pytest
from test_athena_statements import same

from dealab.sql import LabBug, LabLimit, ServiceError, SqlError


@pytest.mark.parametrize(
    ("sql", "rows", "source"), athena_select_cases.CASES, ids=lambda part: None
)
def test_documented_result(athena, sql, rows, source):
    got = athena.run(sql).rows
    assert same(got, rows), f"{sql}\n got {got}\nwant {rows}\n{source}"


@pytest.mark.parametrize(("sql", "code", "part"), athena_select_cases.ERRORS, ids=lambda part: None)
def test_documented_error(athena, sql, code, part):
    with pytest.raises(ServiceError) as caught:
        athena.run(sql)
    assert caught.value.code == code, str(caught.value)
    assert part in str(caught.value)


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("SELECT st_point(1, 2)", "st_point"),
        ("SELECT approx_set(1)", "approx_set"),
        ("SELECT tdigest_agg(1)", "tdigest_agg"),
        ("SELECT word_stem('running')", "word_stem"),
        ("SELECT spooky_hash_v2_64(x'61')", "spooky_hash_v2_64"),
        ("SELECT TIME '10:00:00 +02:00'", "time with time zone"),
        ("SELECT CAST(NULL AS time with time zone)", "time with time zone"),
        ("SELECT CAST(NULL AS HyperLogLog)", "hllsketch"),
        ("SELECT current_time", "current_time"),
        ("SELECT TIMESTAMP '2026-01-01 00:00:00.123456789'", "timestamp(9)"),
        ("SELECT 0o17", "0o17"),
        ("SELECT json_value('\"2026\"', 'lax $.datetime()')", "datetime()"),
        ("SELECT checksum(x) FROM (VALUES 1.5) AS t(x)", "checksum of decimal"),
        ("SELECT try(sum(x)) FROM (VALUES 1) AS t(x)", "try()"),
        (
            "SELECT timestamp '2026-01-01 00:00 UTC' AT TIME ZONE z FROM (VALUES 'UTC') AS t(z)",
            "time zone differs from row to row",
        ),
        (
            "SELECT * FROM (VALUES 1) AS t(x) MATCH_RECOGNIZE (ORDER BY x PATTERN (a) "
            "DEFINE a AS x > 1)",
            "MATCH_RECOGNIZE",
        ),
    ],
)
def test_what_is_left_out_is_refused_by_name(athena, sql, named):
    with pytest.raises(LabLimit) as caught:
        athena.run(sql)
    assert named in str(caught.value)


VALUES = (
    "NULL", "1", "-1", "TINYINT '3'", "BIGINT '9223372036854775807'", "1.5", "1e0", "nan()",
    "'abc'", "''", "'day'", "'2026-01-01'", "x'6162'", "true", "date '2026-01-31'",
    "timestamp '2026-01-31 10:11:12.123'", "time '10:11:12'", "interval '2' day",
    "interval '3' month", "ARRAY[1, NULL]", "ARRAY[]", "map(ARRAY['a'], ARRAY[1])",
    "row(1, 'x')", "JSON '{\"a\": 1}'", "CAST('a' AS char(3))", "IPADDRESS '10.0.0.1'",
)  # fmt: skip
OPERATORS = ("+", "-", "*", "/", "%", "=", "<", "||", "IS DISTINCT FROM", "LIKE", "IN")


@pytest.mark.parametrize("operator", OPERATORS)
def test_every_pair_of_types_is_answered_or_refused(athena, operator):
    """No raw error and no bug of the lab, whatever two values an operator meets."""
    bugs = []
    for left in VALUES:
        for right in VALUES:
            shown = f"({right})" if operator == "IN" else right
            try:
                athena.run(f"SELECT {left} {operator} {shown}")
            except LabBug as error:
                bugs.append(f"{left} {operator} {shown}: {error.message}")
            except SqlError:
                pass
    assert not bugs, "\n".join(bugs)
