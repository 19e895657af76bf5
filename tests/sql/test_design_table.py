"""The design's table "Athena and Redshift on DuckDB": is every row answered as the service does?"""

import datetime as dt
from decimal import Decimal as D

import pytest

from dealab.sql import Lake, Redshift, ServiceError

ROWS = [
    # topic, service, SQL, the service's answer
    ("7/2", "athena", "SELECT 7/2", 3),
    ("7/2", "redshift", "SELECT 7/2", 3),
    ("concat NULL", "redshift", "SELECT concat('a', NULL)", None),
    ("SUPER is 0-based", "redshift", "SELECT t.c[0] FROM (SELECT json_parse('[7,8]') AS c) t", "7"),
    ("date_diff counts complete units", "athena",
     "SELECT date_diff('month', date '2026-01-31', date '2026-02-27')", 0),
    ("extract(dow) is ISO", "athena", "SELECT extract(dow FROM date '2026-11-22')", 7),
    ("date + interval stays a date", "athena", "SELECT date '2026-01-31' + interval '1' month",
     dt.date(2026, 2, 28)),
    ("date_add stays a date", "athena", 
     "SELECT date_add('day', 1, date '2026-01-31')", dt.date(2026, 2, 1)),
    ("add_months keeps the last day", "redshift", "SELECT add_months('2026-02-28'::date, 1)",
     dt.datetime(2026, 3, 31)),
    ("regexp_replace replaces all", "redshift", "SELECT regexp_replace('aXbX', 'X', '')", "ab"),
    ("$1 is a group", "athena", "SELECT regexp_replace('ab', '(a)', '<$1>')", "<a>b"),
    ("regexp_extract without a match", "athena", "SELECT regexp_extract('abc', '[0-9]')", None),
    ("lookahead", "athena", "SELECT regexp_like('foobar', 'foo(?=bar)')", True),
    ("lookahead", "redshift", "SELECT regexp_replace('foobar', 'foo(?=bar)', 'x', 1, 'p')", "xbar"),
    ("SIMILAR TO", "redshift", "SELECT 'abc' SIMILAR TO '%b%'", True),
    ("AVG(int)", "redshift", "SELECT avg(x) FROM (SELECT 1 AS x UNION ALL SELECT 2) t", 1),
    ("decimal division", "athena", "SELECT 10.00 / 4", D("2.50")),
    ("decimal AVG", "athena", "SELECT avg(x) FROM (VALUES 1.00, 1.01) AS t(x)", D("1.01")),
    ("trailing blanks", "redshift", "SELECT 'a' = 'a '", True),
    ("CHAR padding", "athena", "SELECT CAST('ab' AS char(4)) || '|'", "ab  |"),
    ("1 + '1'", "redshift", "SELECT 1 + '1'", 2),
    ("Day", "redshift", "SELECT to_char('2026-11-21'::date, 'FMDay')", "Saturday"),
    ("CAST AS JSON", "athena", "SELECT json_format(CAST('x' AS JSON))", '"x"'),
    ("trunc(timestamp)", "redshift", 
     "SELECT trunc('2026-01-02 03:04:05'::timestamp)", dt.date(2026, 1, 2)),
    ("json_query lax", "athena", """SELECT json_query('{"a": [1]}', 'lax $.a')""", "[1]"),
]  # fmt: skip

REFUSED = [
    ("1/0", "athena", "SELECT 1/0"),
    ("1/0", "redshift", "SELECT 1/0"),
    ("1.0/0", "athena", "SELECT 1.0/0"),
    ("1.0/0", "redshift", "SELECT 1.0/0"),
    ("'1' = 1", "athena", "SELECT '1' = 1"),
    ("date < text", "athena", "SELECT * FROM kinds WHERE day < '2026-01-01'"),
    ("date + 5", "athena", "SELECT day + 5 FROM kinds"),
    ("alias in WHERE", "athena", "SELECT i + 1 AS y FROM kinds WHERE y > 1"),
    ("alias in HAVING", "athena", "SELECT i, count(*) AS n FROM kinds GROUP BY i HAVING n > 1"),
    ("lateral alias", "athena", "SELECT i AS y, y + 1 FROM kinds"),
    ("array out of bounds", "athena", "SELECT ARRAY[1,2][5]"),
    ("missing map key", "athena", "SELECT map(ARRAY['a'], ARRAY[1])['b']"),
    ("lookahead without p", "redshift", "SELECT regexp_replace('foobar', 'foo(?=bar)', 'x')"),
]


#: rows of the table that are not SELECTs: the lab says so until it runs them
@pytest.fixture
def engines(athena, redshift):
    return {"athena": athena, "redshift": redshift}


@pytest.mark.parametrize(("topic", "service", "sql", "answer"), ROWS)
def test_row_answers_as_the_service(engines, topic, service, sql, answer):
    value = engines[service].run(sql).rows[0][0]
    assert type(value) is type(answer), topic
    assert value == answer, topic


@pytest.mark.parametrize(("topic", "service", "sql"), REFUSED)
def test_row_is_refused_as_the_service_refuses(engines, topic, service, sql):
    with pytest.raises(ServiceError):
        engines[service].run(sql)


def test_keys_are_informational_and_merge_runs(lake_folder):
    session = Redshift(lake=Lake(lake_folder))
    session.run("CREATE TABLE t (id int PRIMARY KEY, n int REFERENCES t (id))")
    session.run("INSERT INTO t VALUES (1, 9), (1, 9), (2, 9)")
    session.run("CREATE TABLE s (id int, n int); INSERT INTO s VALUES (2, 5), (3, 6)")
    session.run(
        "MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET n = s.n "
        "WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.n)"
    )
    assert session.run("SELECT id, n FROM t ORDER BY id, n").rows == [
        (1, 9),
        (1, 9),
        (2, 5),
        (3, 6),
    ]
    session.run(
        "MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN DELETE "
        "WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.n)"
    )
    assert session.run("SELECT id FROM t").rows == [(1,), (1,)]


def test_sums_and_counts_are_whole_numbers_in_pandas(athena):
    frame = athena.run("SELECT sum(order_id) AS s, count_if(order_id > 5) AS n FROM orders").df()
    assert [str(kind) for kind in frame.dtypes] == ["int64", "int64"]


def test_char_is_padded_until_it_becomes_other_text_in_redshift(redshift):
    sql = "SELECT 'ab'::char(4), 'ab'::char(4) || '|', len('ab'::char(4))"
    assert redshift.run(sql).rows == [("ab  ", "ab|", 2)]


def test_null_ordering_follows_the_service(athena, redshift):
    sql = "SELECT i FROM kinds ORDER BY i DESC"
    assert athena.run(sql).rows == [(2,), (1,), (None,)]
    assert redshift.run(sql).rows == [(None,), (2,), (1,)]
