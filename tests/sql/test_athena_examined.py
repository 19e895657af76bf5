"""Statements of Athena that once failed or gave another answer than the service."""

import sys
import time

import pytest

from dealab.sql import Athena, LabLimit, Redshift, ServiceError

UNNEST = "https://docs.aws.amazon.com/athena/latest/ug/flattening-arrays.html"
TABLES = "https://trino.io/docs/current/functions/table.html"
RESERVED = "https://docs.aws.amazon.com/athena/latest/ug/reserved-words.html"
IN = "https://trino.io/docs/current/functions/comparison.html"
LAMBDA = "https://trino.io/docs/current/functions/lambda.html"
LOAVES = "(VALUES (1, ARRAY['rye', 'bun']), (2, ARRAY[]), (3, NULL)) t(id, a)"

ROWS = [
    # elements come in the order of the array, whatever stands around UNNEST
    (
        f"SELECT id, x, n FROM {LOAVES} LEFT JOIN UNNEST(a) WITH ORDINALITY AS u(x, n) ON TRUE",
        [(1, "rye", 1), (1, "bun", 2), (2, None, None), (3, None, None)],
        UNNEST,
    ),
    (
        "SELECT x FROM (VALUES ARRAY[3, 1, 2], ARRAY[9, 8]) t(a) "
        "CROSS JOIN UNNEST(a) AS u(x) WHERE x > 1",
        [(3,), (2,), (9,), (8,)],
        UNNEST,
    ),
    (
        "SELECT b, x FROM (VALUES 1, 2) t(b) CROSS JOIN UNNEST(ARRAY[5, 6]) AS u(x)",
        [(1, 5), (1, 6), (2, 5), (2, 6)],
        UNNEST,
    ),
    (
        "SELECT id, x FROM (VALUES 1, 2) a(id) JOIN (VALUES (1, ARRAY[2, 1]), (2, ARRAY[4])) "
        "b(id, l) USING (id), UNNEST(l) AS u(x) WHERE x < 9",
        [(1, 2), (1, 1), (2, 4)],
        UNNEST,
    ),
    ("SELECT * FROM TABLE(sequence(start => 1, stop => 3))", [(1,), (2,), (3,)], TABLES),
    ("SELECT x FROM TABLE(sequence(5, 1, -2)) AS t(x)", [(5,), (3,), (1,)], TABLES),
    (
        "SELECT * FROM TABLE(exclude_columns(input => TABLE(SELECT 1 AS a, 2 AS b), "
        "columns => DESCRIPTOR(a)))",
        [(2,)],
        TABLES,
    ),
    ('SELECT first, "skip" FROM (VALUES (1, 2)) t(first, "skip")', [(1, 2)], RESERVED),
    (
        "SELECT (1, NULL) IN (SELECT 1, 2), (1, NULL) IN (SELECT 2, 3), (1, 2) NOT IN "
        "(SELECT 1, NULL), ROW(1, 2) IN (VALUES ROW(1, 2))",
        [(None, False, None, True)],
        IN,
    ),
    (
        "SELECT a FROM (VALUES (1, 2), (3, 4)) t(a, b) WHERE (a, b) IN (SELECT 3, 4)",
        [(3,)],
        IN,
    ),
    (
        "SELECT transform(a, x -> x + 1), count(*) FROM (VALUES ARRAY[1], ARRAY[1]) t(a) "
        "GROUP BY transform(a, x -> x + 1)",
        [([2], 2)],
        LAMBDA,
    ),
    (
        "SELECT count(*) FROM (VALUES 1) t(x) "
        "HAVING cardinality(map_filter(map_agg(x, x), (k, v) -> v > 0)) = 1",
        [(1,)],
        LAMBDA,
    ),
    (
        "SELECT cardinality(sequence(date '2024-01-01', timestamp '2024-01-03 00:00:00', "
        "interval '1' day))",
        [(3,)],
        "https://trino.io/docs/current/functions/array.html",
    ),
    ("SELECT zip(ARRAY[1], CAST(NULL AS array(integer)))", [(None,)], LAMBDA),
    (
        "SELECT substr(replace(substr(max(s), 1, 2), 'a', cast(count(*) as varchar)), 1, 1) "
        "FROM (VALUES 'abc', 'abd') t(s)",
        [("2",)],
        "https://trino.io/docs/current/functions/string.html",
    ),
]

REFUSED = [
    ("SELECT concat('a')", "INVALID_FUNCTION_ARGUMENT", "two or more concatenation arguments"),
    ("SELECT 1 AS skip", "SYNTAX_ERROR", "mismatched input 'skip'"),
    ("SELECT x FROM (VALUES 1) AS order(x)", "SYNTAX_ERROR", "mismatched input 'order'"),
    ("SELECT CASE 1 WHEN 'a' THEN 1 END", "TYPE_MISMATCH", "CASE operand type does not match"),
    ("SELECT reduce(ARRAY[1], 0, s -> s, s -> s)", "FUNCTION_NOT_FOUND", "Unexpected parameters"),
    (
        "SELECT * FROM TABLE(sequence(start => 1, stop => 3, step => -1))",
        "INVALID_FUNCTION_ARGUMENT",
        "Step must be positive",
    ),
]


@pytest.fixture(scope="module")
def athena():
    return Athena()


@pytest.mark.parametrize(("sql", "rows", "source"), ROWS)
def test_rows(athena, sql, rows, source):
    assert athena.run(sql).rows == rows, source


@pytest.mark.parametrize(("sql", "code", "words"), REFUSED)
def test_refused(athena, sql, code, words):
    with pytest.raises(ServiceError, match=words) as caught:
        athena.run(sql)
    assert caught.value.code == code


def test_json_table_is_a_limit(athena):
    with pytest.raises(LabLimit, match="JSON_TABLE"):
        athena.run("SELECT * FROM JSON_TABLE('[1]', 'lax $[*]' COLUMNS (a integer PATH 'lax $'))")


@pytest.mark.parametrize(
    "call", ["substr({}, 1)", "split_part({}, '/', 1)", "json_extract_scalar({}, '$.a')"]
)
def test_deep_calls_stay_short(athena, call):
    sql = "'abc'"
    for _ in range(8):
        sql = call.format(sql)
    begin = time.perf_counter()
    athena.run(f"SELECT {sql}")
    assert time.perf_counter() - begin < 5
    assert len(athena.translate(f"SELECT {sql}")[0]) < 20_000


def test_an_expression_that_doubles_too_often_is_a_limit(athena):
    sql = "'a'"
    for _ in range(20):
        sql = f"CASE {sql} WHEN 'a' THEN 'b' WHEN 'c' THEN 'd' WHEN 'e' THEN 'f' END"
    with pytest.raises(LabLimit, match="nested this deep"):
        athena.run(f"SELECT {sql}")


@pytest.mark.parametrize("service", [Athena, Redshift])
def test_an_expression_deeper_than_the_engine_reads_is_a_limit(service):
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)  # else Python gives up first, and says the same
    try:
        with pytest.raises(LabLimit, match="nested this deep"):
            service().run("SELECT 1" + " + 1" * 1500)
    finally:
        sys.setrecursionlimit(before)
