# ruff: noqa: E501 - a table reads best with one statement a line
"""What Athena answers, statement by statement: (SQL, expected rows, page that says so).

Rows are plain Python values. ``T`` is Trino's documentation, ``A`` the Athena User Guide; both were
read 2026-11-23.
"""

import datetime as dt
from decimal import Decimal as D

T = "https://trino.io/docs/current/"
A = "https://docs.aws.amazon.com/athena/latest/ug/"

CONDITIONAL = T + "functions/conditional.html"
MATH = T + "functions/math.html"
DECIMAL = T + "functions/decimal.html"
STRING = T + "functions/string.html"
REGEXP = T + "functions/regexp.html"
DATETIME = T + "functions/datetime.html"
ARRAY = T + "functions/array.html"
MAP = T + "functions/map.html"
LAMBDA = T + "functions/lambda.html"
AGGREGATE = T + "functions/aggregate.html"
WINDOW = T + "functions/window.html"
JSON = T + "functions/json.html"
URL = T + "functions/url.html"
BINARY = T + "functions/binary.html"
CONVERSION = T + "functions/conversion.html"
COMPARISON = T + "functions/comparison.html"
BITWISE = T + "functions/bitwise.html"
SELECT = T + "sql/select.html"
VALUES = T + "sql/values.html"
TYPES = T + "language/types.html"
ATHENA_TYPES = A + "data-types.html"

UTC = dt.UTC
DAY = dt.date
TIME = dt.datetime

CASES = [
    # --- arithmetic
    ("SELECT 7/2", [(3,)], MATH),
    ("SELECT -7/2", [(-3,)], MATH),
    ("SELECT 7 % 3, mod(7, 3), -7 % 3", [(1, 1, -1)], MATH),
    ("SELECT 7.0/2", [(D("3.5"),)], DECIMAL),
    ("SELECT DECIMAL '1.0' / DECIMAL '3.00'", [(D("0.33"),)], DECIMAL),
    ("SELECT typeof(DECIMAL '1.0' / DECIMAL '3.00')", [("decimal(5,2)",)], DECIMAL),
    ("SELECT 2.0/3", [(D("0.7"),)], DECIMAL),
    ("SELECT typeof(1.10 + 2.3)", [("decimal(4,2)",)], DECIMAL),
    ("SELECT typeof(DECIMAL '123.456' * DECIMAL '1.1')", [("decimal(8,4)",)], DECIMAL),
    ("SELECT 1e0/0, -1e0/0", [(float("inf"), float("-inf"))], MATH),
    ("SELECT is_nan(0e0/0)", [(True,)], MATH),
    (
        "SELECT typeof(1), typeof(3000000000), typeof(1.5), typeof(1e0)",
        [("integer", "bigint", "decimal(2,1)", "double")],
        TYPES,
    ),
    (
        "SELECT typeof(1 + CAST(1 AS bigint)), typeof(1 + 1.5), typeof(1 + 1e0)",
        [("bigint", "decimal(12,1)", "double")],
        TYPES,
    ),
    ("SELECT round(2.5), round(-2.5), round(2.4e0)", [(D(3), D(-3), 2.0)], MATH),
    ("SELECT round(123.456, 1)", [(D("123.500"),)], MATH),
    ("SELECT ceil(1.2), floor(-1.2), ceiling(5)", [(D(2), D(-2), 5)], MATH),
    ("SELECT truncate(3.99), truncate(12.345, 1)", [(D(3), D("12.300"))], MATH),
    ("SELECT abs(-5), sign(-5), sign(2.5e0)", [(5, -1, 1.0)], MATH),
    ("SELECT power(2, 10), sqrt(16), cbrt(27)", [(1024.0, 4.0, 3.0)], MATH),
    ("SELECT ln(1), log(2, 8), log2(8), log10(100)", [(0.0, 3.0, 3.0, 2.0)], MATH),
    (
        "SELECT width_bucket(5.0e0, 0, 10, 5), from_base('ff', 16), to_base(255, 16)",
        [(3, 255, "ff")],
        MATH,
    ),
    ("SELECT greatest(1, 5, 3), least(1.5, 2)", [(5, D("1.5"))], COMPARISON),
    ("SELECT greatest(1, NULL)", [(None,)], COMPARISON),
    (
        "SELECT bitwise_and(19, 25), bitwise_or(19, 25), bitwise_xor(19, 25), bitwise_not(19)",
        [(17, 27, 10, -20)],
        BITWISE,
    ),
    ("SELECT bit_count(9, 64), bit_count(-7, 8)", [(2, 6)], BITWISE),
    # --- conditional
    ("SELECT if(1 > 0, 'yes', 'no'), if(false, 1)", [("yes", None)], CONDITIONAL),
    ("SELECT coalesce(NULL, 2), nullif(1, 1), nullif(1, 2)", [(2, None, 1)], CONDITIONAL),
    ("SELECT try(1/0), try_cast('x' AS integer)", [(None, None)], CONDITIONAL),
    ("SELECT coalesce(try(CAST('1x' AS bigint)), 0)", [(0,)], CONDITIONAL),
    ("SELECT CASE 2 WHEN 1 THEN 'one' WHEN 2 THEN 'two' ELSE 'many' END", [("two",)], CONDITIONAL),
    ("SELECT CASE WHEN false THEN 1 END", [(None,)], CONDITIONAL),
    # --- strings
    ("SELECT 'a' || 'b', concat('a', 'b', 'c')", [("ab", "abc")], STRING),
    ("SELECT 'a' || NULL, concat('a', NULL)", [(None, None)], STRING),
    ("SELECT concat_ws(',', 'a', NULL, 'b')", [("a,b",)], STRING),
    (
        "SELECT length('hello'), lower('AB'), upper('ab'), reverse('abc')",
        [(5, "ab", "AB", "cba")],
        STRING,
    ),
    (
        "SELECT strpos('high', 'ig'), strpos('x', 'y'), strpos('abcabc', 'b', 2)",
        [(2, 0, 5)],
        STRING,
    ),
    ("SELECT position('b' IN 'abc')", [(2,)], STRING),
    (
        "SELECT substr('hello', 2), substr('hello', -3), substr('hello', 2, 3)",
        [("ello", "llo", "ell")],
        STRING,
    ),
    ("SELECT substr('hello', 0), substring('hello' FROM 2 FOR 2)", [("", "el")], STRING),
    (
        "SELECT split('a,b,c', ','), split('a,b,c', ',', 2)",
        [(["a", "b", "c"], ["a", "b,c"])],
        STRING,
    ),
    ("SELECT split_part('a,b,c', ',', 2), split_part('a,b,c', ',', 4)", [("b", None)], STRING),
    (
        "SELECT lpad('7', 3, '0'), rpad('7', 3, '0'), lpad('1234', 2, 'x')",
        [("007", "700", "12")],
        STRING,
    ),
    (
        "SELECT trim('  a '), ltrim('  a'), rtrim('a  '), trim(BOTH 'x' FROM 'xax')",
        [("a", "a", "a", "a")],
        STRING,
    ),
    ("SELECT replace('abcabc', 'b'), replace('abc', 'b', 'x')", [("acac", "axc")], STRING),
    ("SELECT translate('abcd', 'ab', 'xy'), chr(65), codepoint('A')", [("xycd", "A", 65)], STRING),
    (
        "SELECT starts_with('abc', 'ab'), levenshtein_distance('apple', 'epplea')",
        [(True, 2)],
        STRING,
    ),
    ("SELECT split_to_map('a:1,b:2', ',', ':')", [({"a": "1", "b": "2"},)], STRING),
    (
        "SELECT 'a' LIKE 'A', 'a%b' LIKE 'a!%b' ESCAPE '!', 'abc' LIKE 'a_c'",
        [(False, True, True)],
        COMPARISON,
    ),
    ("SELECT 'it''s'", [("it's",)], ATHENA_TYPES),
    # --- regular expressions
    (r"SELECT regexp_like('1a 2b 14m', '\d+b')", [(True,)], REGEXP),
    (
        r"SELECT regexp_extract('1a 2b 14m', '\d+'), regexp_extract('1a 2b 14m', '(\d+)([a-z]+)', 2)",
        [("1", "a")],
        REGEXP,
    ),
    (r"SELECT regexp_extract('abc', '\d+')", [(None,)], REGEXP),
    (r"SELECT regexp_extract('abc', 'a(x)?', 1)", [(None,)], REGEXP),
    (r"SELECT regexp_extract_all('1a 2b 14m', '\d+')", [(["1", "2", "14"],)], REGEXP),
    (r"SELECT regexp_extract_all('1a 2b 14m', '(\d+)([a-z]+)', 2)", [(["a", "b", "m"],)], REGEXP),
    (r"SELECT regexp_replace('1a 2b 14m', '\d+[ab] ')", [("14m",)], REGEXP),
    (r"SELECT regexp_replace('1a 2b 14m', '(\d+)([ab]) ', '3c$2 ')", [("3ca 3cb 14m",)], REGEXP),
    ("SELECT regexp_replace('abab', 'a', '<$0>')", [("<a>b<a>b",)], REGEXP),
    (r"SELECT regexp_split('1a 2b 14m', '\s*[a-z]+\s*')", [(["1", "2", "14", ""],)], REGEXP),
    (r"SELECT regexp_count('1a 2b 14m', '\s*[a-z]+\s*')", [(3,)], REGEXP),
    (
        r"SELECT regexp_position('I have 23 apples, 5 pears and 13 oranges', '\b\d+\b')",
        [(8,)],
        REGEXP,
    ),
    (
        "SELECT regexp_like('foobar', 'foo(?=bar)'), regexp_extract('price: 42 USD', '(?<=: )[0-9]+')",
        [(True, "42")],
        REGEXP,
    ),
    (r"SELECT regexp_replace('aa bb', '(\w)\1', 'x')", [("x x",)], REGEXP),
    # --- dates and times
    ("SELECT date '2026-01-31' + interval '1' month", [(DAY(2026, 2, 28),)], DATETIME),
    ("SELECT date '2026-03-01' - interval '1' day", [(DAY(2026, 2, 28),)], DATETIME),
    (
        "SELECT date_add('day', -1, date '2026-03-01'), date_add('month', 1, date '2026-01-31')",
        [(DAY(2026, 2, 28), DAY(2026, 2, 28))],
        DATETIME,
    ),
    (
        "SELECT timestamp '2012-10-31 01:00:00' + interval '2' day",
        [(TIME(2012, 11, 2, 1),)],
        DATETIME,
    ),
    ("SELECT date_diff('month', date '2020-01-15', date '2020-02-14')", [(0,)], DATETIME),
    ("SELECT date_diff('month', date '2020-01-15', date '2020-02-15')", [(1,)], DATETIME),
    (
        "SELECT date_diff('day', timestamp '2020-01-01 23:00:00', timestamp '2020-01-02 01:00:00')",
        [(0,)],
        DATETIME,
    ),
    (
        "SELECT date_diff('second', timestamp '2020-03-01 00:00:00', timestamp '2020-03-02 00:00:00')",
        [(86400,)],
        DATETIME,
    ),
    ("SELECT date_diff('year', date '2020-03-01', date '2026-02-28')", [(5,)], DATETIME),
    (
        "SELECT extract(dow FROM date '2026-01-04'), day_of_week(date '2026-01-05')",
        [(7, 1)],
        DATETIME,
    ),
    (
        "SELECT extract(year FROM date '2026-05-06'), month(date '2026-05-06'), day(date '2026-05-06')",
        [(2026, 5, 6)],
        DATETIME,
    ),
    (
        "SELECT week(date '2026-01-01'), year_of_week(date '2027-01-01'), quarter(date '2026-05-06'), "
        "day_of_year(date '2026-02-01')",
        [(1, 2026, 2, 32)],
        DATETIME,
    ),
    (
        "SELECT hour(timestamp '2026-01-01 13:14:15'), minute(timestamp '2026-01-01 13:14:15'), "
        "second(timestamp '2026-01-01 13:14:15'), millisecond(timestamp '2026-01-01 13:14:15.678')",
        [(13, 14, 15, 678)],
        DATETIME,
    ),
    (
        "SELECT date_trunc('month', date '2026-05-06'), date_trunc('hour', timestamp '2001-08-22 03:04:05.321')",
        [(DAY(2026, 5, 1), TIME(2001, 8, 22, 3))],
        DATETIME,
    ),
    (
        "SELECT date_trunc('week', date '2001-08-22'), date_trunc('quarter', date '2001-08-22')",
        [(DAY(2001, 8, 20), DAY(2001, 7, 1))],
        DATETIME,
    ),
    (
        "SELECT date_format(timestamp '2022-10-20 05:10:00', '%m-%d-%Y %H')",
        [("10-20-2022 05",)],
        DATETIME,
    ),
    (
        "SELECT date_format(timestamp '2026-01-05 13:04:05', '%W %M %e, %Y %h:%i:%s %p')",
        [("Monday January 5, 2026 01:04:05 PM",)],
        DATETIME,
    ),
    ("SELECT date_parse('2022/10/20/05', '%Y/%m/%d/%H')", [(TIME(2022, 10, 20, 5),)], DATETIME),
    (
        "SELECT format_datetime(timestamp '2026-01-05 13:04:05', 'yyyy-MM-dd''T''HH:mm:ss EEEE')",
        [("2026-01-05T13:04:05 Monday",)],
        DATETIME,
    ),
    (
        "SELECT parse_datetime('1960/01/22 3:04', 'yyyy/MM/dd H:mm')",
        [(TIME(1960, 1, 22, 3, 4, tzinfo=UTC),)],
        DATETIME,
    ),
    (
        "SELECT from_unixtime(0), to_unixtime(timestamp '1970-01-02 00:00:00')",
        [(TIME(1970, 1, 1, tzinfo=UTC), 86400.0)],
        DATETIME,
    ),
    (
        "SELECT from_iso8601_timestamp('2020-05-11T11:15:05Z'), from_iso8601_date('2020-05-11')",
        [(TIME(2020, 5, 11, 11, 15, 5, tzinfo=UTC), DAY(2020, 5, 11))],
        DATETIME,
    ),
    (
        "SELECT to_iso8601(date '2026-01-02'), to_iso8601(timestamp '2026-01-02 03:04:05.678')",
        [("2026-01-02", "2026-01-02T03:04:05.678")],
        DATETIME,
    ),
    (
        "SELECT timestamp '2012-10-31 01:00 UTC' AT TIME ZONE 'America/Los_Angeles' "
        "= timestamp '2012-10-30 18:00:00 America/Los_Angeles'",
        [(True,)],
        DATETIME,
    ),
    (
        "SELECT hour(timestamp '2012-10-31 01:00 UTC' AT TIME ZONE 'America/Los_Angeles')",
        [(18,)],
        DATETIME,
    ),
    (
        "SELECT CAST(from_unixtime(0, 'America/New_York') AS varchar)",
        [("1969-12-31 19:00:00.000 America/New_York",)],
        DATETIME,
    ),
    (
        "SELECT last_day_of_month(date '2026-02-10'), human_readable_seconds(96)",
        [(DAY(2026, 2, 28), "1 minute, 36 seconds")],
        DATETIME,
    ),
    ("SELECT date '2026-03-01' - date '2026-02-01'", [("28 00:00:00.000",)], DATETIME),
    (
        "SELECT interval '2' day + interval '3' hour, interval '14' month",
        [("2 03:00:00.000", "1-2")],
        DATETIME,
    ),
    (
        "SELECT date(timestamp '2026-01-02 03:04:05'), date('2026-01-02')",
        [(DAY(2026, 1, 2), DAY(2026, 1, 2))],
        DATETIME,
    ),
    (
        "SELECT CAST(timestamp '2026-01-02 03:04:05' AS date), CAST(date '2026-01-02' AS timestamp)",
        [(DAY(2026, 1, 2), TIME(2026, 1, 2))],
        DATETIME,
    ),
    (
        "SELECT sequence(date '2026-01-30', date '2026-02-01')",
        [([DAY(2026, 1, 30), DAY(2026, 1, 31), DAY(2026, 2, 1)],)],
        ARRAY,
    ),
    # --- casts
    (
        "SELECT CAST('12' AS integer), CAST(2.5 AS integer), CAST(2.5e0 AS integer), CAST(-2.5e0 AS bigint)",
        [(12, 3, 3, -3)],
        CONVERSION,
    ),
    (
        "SELECT CAST(1.5e0 AS varchar), CAST(100.0e0 AS varchar), CAST(1.50 AS varchar)",
        [("1.5E0", "1.0E2", "1.50")],
        CONVERSION,
    ),
    (
        "SELECT CAST(timestamp '2026-01-02 03:04:05' AS varchar), CAST(true AS varchar)",
        [("2026-01-02 03:04:05", "true")],
        CONVERSION,
    ),
    (
        "SELECT CAST('abcdef' AS varchar(3)), CAST('ab' AS char(4)) || '|'",
        [("abc", "ab  |")],
        ATHENA_TYPES,
    ),
    (
        "SELECT CAST('1.567' AS decimal(3,2)), CAST('true' AS boolean), CAST(1 AS boolean)",
        [(D("1.57"), True, True)],
        CONVERSION,
    ),
    (
        "SELECT typeof(123), typeof('cat'), typeof(cos(2) + 1.5e0)",
        [("integer", "varchar(3)", "double")],
        CONVERSION,
    ),
    ("SELECT CAST('abc' AS char(5)) = CAST('abc' AS char(10))", [(True,)], TYPES),
    ("SELECT x'65683F' = to_utf8('eh?')", [(True,)], TYPES),
    # --- arrays
    (
        "SELECT ARRAY[1,2,3][1], element_at(ARRAY[1,2,3], -1), element_at(ARRAY[1], 5)",
        [(1, 3, None)],
        ARRAY,
    ),
    (
        "SELECT ARRAY[1] || ARRAY[2], ARRAY[1] || 2, 2 || ARRAY[1]",
        [([1, 2], [1, 2], [2, 1])],
        ARRAY,
    ),
    (
        "SELECT array_distinct(ARRAY[2,1,2,NULL,NULL]), array_sort(ARRAY[3,NULL,1])",
        [([2, 1, None], [1, 3, None])],
        ARRAY,
    ),
    (
        "SELECT array_intersect(ARRAY[1,2,2], ARRAY[2,3]), array_union(ARRAY[1,2], ARRAY[2,3]), "
        "array_except(ARRAY[1,2,3], ARRAY[2])",
        [([2], [1, 2, 3], [1, 3])],
        ARRAY,
    ),
    (
        "SELECT array_join(ARRAY[1,NULL,2], ','), array_join(ARRAY[1,NULL,2], ',', 'x')",
        [("1,2", "1,x,2")],
        ARRAY,
    ),
    (
        "SELECT array_max(ARRAY[1,3]), array_min(ARRAY[1,NULL]), array_position(ARRAY['a','b'], 'b'), "
        "array_remove(ARRAY[1,2,1], 1)",
        [(3, None, 2, [2])],
        ARRAY,
    ),
    (
        "SELECT cardinality(ARRAY[1,2]), contains(ARRAY[1,2], 2), contains(ARRAY[1,NULL], 3)",
        [(2, True, None)],
        ARRAY,
    ),
    (
        "SELECT flatten(ARRAY[ARRAY[1],ARRAY[2,3]]), repeat('x', 3), reverse(ARRAY[1,2])",
        [([1, 2, 3], ["x", "x", "x"], [2, 1])],
        ARRAY,
    ),
    ("SELECT sequence(1, 5), sequence(5, 1, -2)", [([1, 2, 3, 4, 5], [5, 3, 1])], ARRAY),
    (
        "SELECT slice(ARRAY[1,2,3,4], 2, 2), slice(ARRAY[1,2,3,4], -2, 2), trim_array(ARRAY[1,2,3,4], 1)",
        [([2, 3], [3, 4], [1, 2, 3])],
        ARRAY,
    ),
    (
        "SELECT zip(ARRAY[1,2], ARRAY['1b',NULL,'3b'])",
        [
            (
                [
                    {"field0": 1, "field1": "1b"},
                    {"field0": 2, "field1": None},
                    {"field0": None, "field1": "3b"},
                ],
            )
        ],
        ARRAY,
    ),
    (
        "SELECT any_match(ARRAY[1,2], x -> x > 1), all_match(ARRAY[1,2], x -> x > 1), "
        "none_match(ARRAY[1,2], x -> x > 5)",
        [(True, False, True)],
        ARRAY,
    ),
    ("SELECT arrays_overlap(ARRAY[1,2], ARRAY[2,3])", [(True,)], ARRAY),
    (
        "SELECT format('%s%%', 123), format('%.3f', 2.0005e0), format('%,.2f', 1234567.89), format('%03d', 8)",
        [("123%", "2.001", "1,234,567.89", "008")],
        CONVERSION,
    ),
    ("SELECT 1 AS Foo, Two FROM (VALUES 2) AS t(two)", [(1, 2)], SELECT),
    (
        "SELECT sum(x) OVER (ORDER BY d RANGE BETWEEN INTERVAL '1' DAY PRECEDING AND CURRENT ROW) "
        "FROM (VALUES (date '2026-01-01', 1), (date '2026-01-02', 2), (date '2026-01-05', 4)) AS t(d, x) ORDER BY 1",
        [(1,), (3,), (4,)],
        WINDOW,
    ),
    (
        "SELECT sum(x) OVER (ORDER BY x GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM (VALUES 1, 1, 2) AS t(x)",
        [(2,), (2,), (4,)],
        WINDOW,
    ),
    # --- lambdas
    (
        "SELECT transform(ARRAY[5,6], x -> x + 1), filter(ARRAY[5,-6,NULL,7], x -> x > 0)",
        [([6, 7], [5, 7])],
        LAMBDA,
    ),
    ("SELECT reduce(ARRAY[5,20,50], 0, (s, x) -> s + x, s -> s)", [(75,)], LAMBDA),
    (
        "SELECT reduce(ARRAY[2147483647, 1], BIGINT '0', (s, x) -> s + x, s -> s)",
        [(2147483648,)],
        LAMBDA,
    ),
    ("SELECT reduce(ARRAY[5,6,10,20], 0.0e0, (s, x) -> s + x, s -> s / 4)", [(10.25,)], LAMBDA),
    ("SELECT zip_with(ARRAY[1,3,5], ARRAY[2,4,6], (x, y) -> x + y)", [([3, 7, 11],)], LAMBDA),
    ("SELECT transform(ARRAY['x','abc'], s -> length(s))", [([1, 3],)], LAMBDA),
    (
        "SELECT t.n, transform(ARRAY[1,2], x -> x * t.n) FROM (VALUES 10) AS t(n)",
        [(10, [10, 20])],
        LAMBDA,
    ),
    (
        "SELECT transform(ARRAY[ARRAY[1,2],ARRAY[3]], a -> reduce(a, 0, (s, x) -> s + x, s -> s))",
        [([3, 3],)],
        LAMBDA,
    ),
    # --- maps and rows
    (
        "SELECT map(ARRAY['a','b'], ARRAY[1,2])['b'], element_at(map(ARRAY['a'], ARRAY[1]), 'z')",
        [(2, None)],
        MAP,
    ),
    (
        "SELECT map_keys(map(ARRAY['a'], ARRAY[1])), map_values(map(ARRAY['a'], ARRAY[1])), "
        "cardinality(map(ARRAY['a'], ARRAY[1]))",
        [(["a"], [1], 1)],
        MAP,
    ),
    (
        "SELECT map_concat(map(ARRAY['a'], ARRAY[1]), map(ARRAY['a','b'], ARRAY[9,2]))",
        [({"a": 9, "b": 2},)],
        MAP,
    ),
    ("SELECT map_filter(map(ARRAY[10,20], ARRAY['a','b']), (k, v) -> k > 10)", [({20: "b"},)], MAP),
    (
        "SELECT transform_values(map(ARRAY['a'], ARRAY[2]), (k, v) -> v * v), "
        "transform_keys(map(ARRAY['a'], ARRAY[2]), (k, v) -> k || 'x')",
        [({"a": 4}, {"ax": 2})],
        MAP,
    ),
    ("SELECT map_from_entries(ARRAY[(1,'x'),(2,'y')])", [({1: "x", 2: "y"},)], MAP),
    ("SELECT map_entries(map(ARRAY[1], ARRAY['x']))", [([{"field0": 1, "field1": "x"}],)], MAP),
    ("SELECT CAST(ROW(1, 2.0) AS ROW(x bigint, y double)).y", [(2.0,)], TYPES),
    (
        "SELECT CAST(ROW(1, 'a') AS ROW(id integer, name varchar))",
        [({"id": 1, "name": "a"},)],
        TYPES,
    ),
    ("SELECT ROW(1, 'a')[2]", [("a",)], TYPES),
    ("SELECT (1, 2) = (1, 2), (1, 2) < (1, 3)", [(True, True)], COMPARISON),
    # --- JSON
    ("""SELECT json_extract('{"a": {"b": [1, 2]}}', '$.a.b[1]')""", [("2",)], JSON),
    (
        """SELECT json_extract_scalar('{"a": "x"}', '$.a'), json_extract_scalar('{"a": [1]}', '$.a')""",
        [("x", None)],
        JSON,
    ),
    (
        """SELECT json_extract_scalar('{"a b": 1}', '$["a b"]'), json_extract_scalar('no json', '$.a')""",
        [("1", None)],
        JSON,
    ),
    ("SELECT CAST('x' AS JSON), json_format(CAST('x' AS JSON))", [('"x"', '"x"')], JSON),
    (
        "SELECT json_parse('[1, 2]'), CAST(json_parse('[1,2]') AS array(bigint))",
        [("[1,2]", [1, 2])],
        JSON,
    ),
    (
        """SELECT CAST(json_parse('{"a":1,"b":2}') AS map(varchar, integer))""",
        [({"a": 1, "b": 2},)],
        JSON,
    ),
    (
        """SELECT CAST(json_parse('{"a":1,"b":"x"}') AS row(a integer, b varchar))""",
        [({"a": 1, "b": "x"},)],
        JSON,
    ),
    (
        "SELECT CAST(ARRAY[1,2] AS JSON), CAST(map(ARRAY['k'], ARRAY[1]) AS JSON), CAST(1.5e0 AS JSON)",
        [("[1,2]", '{"k":1}', "1.5")],
        JSON,
    ),
    (
        "SELECT CAST(json_parse('\"x\"') AS varchar), CAST(json_parse('12') AS bigint)",
        [("x", 12)],
        JSON,
    ),
    (
        "SELECT json_array_length('[1,2,3]'), json_array_contains('[1,2]', 2), json_size('{\"a\":[1,2]}', '$.a')",
        [(3, True, 2)],
        JSON,
    ),
    ("SELECT is_json_scalar('1'), is_json_scalar('[1]')", [(True, False)], JSON),
    (
        """SELECT json_query('{"a":{"b":1}}', 'lax $.a'), json_query('{"a":[1,2]}', 'lax $.a')""",
        [('{"b":1}', "[1,2]")],
        JSON,
    ),
    (
        """SELECT json_value('{"a":"x","n":3}', 'lax $.a'), json_value('{"n":3}', 'lax $.n' RETURNING bigint)""",
        [("x", 3)],
        JSON,
    ),
    (
        """SELECT json_exists('{"a":1}', 'lax $.a'), json_exists('{"a":1}', 'lax $.b')""",
        [(True, False)],
        JSON,
    ),
    # --- URL and binary
    (
        "SELECT url_extract_host('https://example.com:8080/a/b?x=1#f'), "
        "url_extract_port('https://example.com:8080/a'), url_extract_path('https://example.com/a/b?x=1'), "
        "url_extract_parameter('https://e.com/?q=a%20b&x=1', 'q'), "
        "url_extract_query('https://e.com/?q=1'), url_extract_protocol('https://e.com')",
        [("example.com", 8080, "/a/b", "a b", "q=1", "https")],
        URL,
    ),
    ("SELECT url_encode('a b'), url_decode('a%20b')", [("a+b", "a b")], URL),
    (
        "SELECT to_hex(md5(to_utf8('a'))), to_base64(to_utf8('hi')), from_utf8(from_base64('aGk='))",
        [("0CC175B9C0F1B6A831C399E269772661", "aGk=", "hi")],
        BINARY,
    ),
    # --- aggregates
    (
        "SELECT sum(x), avg(x), count(*), count(x), min(x), max(x) FROM (VALUES 1, 2, NULL) AS t(x)",
        [(3, 1.5, 3, 2, 1, 2)],
        AGGREGATE,
    ),
    ("SELECT avg(x) FROM (VALUES 1.00, 2.01) AS t(x)", [(D("1.51"),)], AGGREGATE),
    ("SELECT sum(x) FROM (VALUES 1) AS t(x) WHERE x > 5", [(None,)], AGGREGATE),
    ("SELECT count_if(x > 1) FROM (VALUES CAST(NULL AS integer)) AS t(x)", [(0,)], AGGREGATE),
    (
        "SELECT count_if(x > 1), bool_and(x > 0), bool_or(x > 1), every(x > 1) FROM (VALUES 1, 2) AS t(x)",
        [(1, True, True, False)],
        AGGREGATE,
    ),
    (
        "SELECT array_agg(x ORDER BY x DESC), array_agg(DISTINCT y ORDER BY y) "
        "FROM (VALUES (1, 'a'), (2, 'a'), (3, 'b')) AS t(x, y)",
        [([3, 2, 1], ["a", "b"])],
        AGGREGATE,
    ),
    (
        "SELECT max_by(name, score), min_by(name, score), max_by(name, score, 2) "
        "FROM (VALUES ('a', 1), ('b', 5), ('c', 3)) AS t(name, score)",
        [("b", "a", ["b", "c"])],
        AGGREGATE,
    ),
    (
        "SELECT listagg(v, ',') WITHIN GROUP (ORDER BY v) FROM (VALUES 'a', 'c', 'b') AS t(v)",
        [("a,b,c",)],
        AGGREGATE,
    ),
    (
        "SELECT map_agg(k, v), histogram(k) FROM (VALUES ('a', 1), ('b', 2)) AS t(k, v)",
        [({"a": 1, "b": 2}, {"a": 1, "b": 1})],
        AGGREGATE,
    ),
    (
        "SELECT count(*) FILTER (WHERE x > 1), sum(x) FILTER (WHERE x > 5) FROM (VALUES 1, 2, 3) AS t(x)",
        [(2, None)],
        AGGREGATE,
    ),
    (
        "SELECT count(DISTINCT x), sum(DISTINCT x) FROM (VALUES 1, 1, 2) AS t(x)",
        [(2, 3)],
        AGGREGATE,
    ),
    (
        "SELECT approx_distinct(x), approx_percentile(x, 0.5) FROM (VALUES 1, 2, 3) AS t(x)",
        [(3, 2)],
        AGGREGATE,
    ),
    (
        "SELECT stddev_pop(x), var_samp(x), corr(x, x), geometric_mean(x) FROM (VALUES 2e0, 8e0) AS t(x)",
        [(3.0, 18.0, 1.0, 4.0)],
        AGGREGATE,
    ),
    (
        "SELECT typeof(sum(x)), typeof(avg(x)), typeof(count(*)) FROM (VALUES 1) AS t(x)",
        [("bigint", "double", "bigint")],
        AGGREGATE,
    ),
    (
        "SELECT typeof(sum(x)), typeof(avg(x)) FROM (VALUES 1.50) AS t(x)",
        [("decimal(38,2)", "decimal(3,2)")],
        AGGREGATE,
    ),
    ("SELECT arbitrary(x), any_value(x) FROM (VALUES 5) AS t(x)", [(5, 5)], AGGREGATE),
    # --- window functions
    (
        "SELECT x, row_number() OVER (ORDER BY x DESC), rank() OVER (ORDER BY x), "
        "dense_rank() OVER (ORDER BY x) FROM (VALUES 10, 20, 20, 30) AS t(x) ORDER BY 1, 2",
        [(10, 4, 1, 1), (20, 2, 2, 2), (20, 3, 2, 2), (30, 1, 4, 3)],
        WINDOW,
    ),
    (
        "SELECT x, lag(x) OVER (ORDER BY x), lead(x, 1, 0) OVER (ORDER BY x) FROM (VALUES 1, 2, 3) AS t(x) "
        "ORDER BY x",
        [(1, None, 2), (2, 1, 3), (3, 2, 0)],
        WINDOW,
    ),
    (
        "SELECT x, sum(x) OVER (ORDER BY x), sum(x) OVER (ORDER BY x ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) "
        "FROM (VALUES 1, 2, 3) AS t(x) ORDER BY x",
        [(1, 1, 1), (2, 3, 3), (3, 6, 5)],
        WINDOW,
    ),
    (
        "SELECT first_value(x) OVER w, last_value(x) OVER w FROM (VALUES 1, 2) AS t(x) "
        "WINDOW w AS (ORDER BY x ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)",
        [(1, 2), (1, 2)],
        WINDOW,
    ),
    (
        "SELECT x, lag(x) IGNORE NULLS OVER (ORDER BY i) FROM (VALUES (1, 5), (2, NULL), (3, 7)) AS t(i, x) "
        "ORDER BY i",
        [(5, None), (None, 5), (7, 5)],
        WINDOW,
    ),
    (
        "SELECT x, ntile(2) OVER (ORDER BY x), percent_rank() OVER (ORDER BY x), cume_dist() OVER (ORDER BY x) "
        "FROM (VALUES 1, 2) AS t(x) ORDER BY x",
        [(1, 1, 0.0, 0.5), (2, 2, 1.0, 1.0)],
        WINDOW,
    ),
    (
        "SELECT k, sum(sum(x)) OVER (ORDER BY k) FROM (VALUES ('a', 1), ('b', 2)) AS t(k, x) GROUP BY k ORDER BY k",
        [("a", 1), ("b", 3)],
        WINDOW,
    ),
    # --- SELECT
    ("SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS t(id, name) WHERE id = 2", [(2, "b")], VALUES),
    ("VALUES 1, 2", [(1,), (2,)], VALUES),
    ("VALUES (1, 'a'), (2, NULL)", [(1, "a"), (2, None)], VALUES),
    (
        "WITH t(a) AS (VALUES 1, 2), u AS (SELECT a * 10 AS b FROM t) SELECT b FROM u ORDER BY b DESC",
        [(20,), (10,)],
        SELECT,
    ),
    (
        "WITH RECURSIVE t(n) AS (VALUES 1 UNION ALL SELECT n + 1 FROM t WHERE n < 4) SELECT sum(n) FROM t",
        [(10,)],
        SELECT,
    ),
    (
        "SELECT a, b, sum(c) FROM (VALUES (1, 1, 10), (1, 2, 20)) AS t(a, b, c) "
        "GROUP BY GROUPING SETS ((a), (a, b), ()) ORDER BY 1, 2",
        [(1, 1, 10), (1, 2, 20), (1, None, 30), (None, None, 30)],
        SELECT,
    ),
    (
        "SELECT a, sum(c), grouping(a) FROM (VALUES (1, 10), (2, 20)) AS t(a, c) GROUP BY ROLLUP (a) ORDER BY a",
        [(1, 10, 0), (2, 20, 0), (None, 30, 1)],
        SELECT,
    ),
    (
        "SELECT a, b, count(*) FROM (VALUES (1, 2)) AS t(a, b) GROUP BY CUBE (a, b) ORDER BY 1, 2",
        [(1, 2, 1), (1, None, 1), (None, 2, 1), (None, None, 1)],
        SELECT,
    ),
    ("SELECT x FROM (VALUES 1, NULL, 2) AS t(x) ORDER BY x", [(1,), (2,), (None,)], SELECT),
    ("SELECT x FROM (VALUES 1, NULL, 2) AS t(x) ORDER BY x DESC", [(2,), (1,), (None,)], SELECT),
    (
        "SELECT x FROM (VALUES 1, NULL, 2) AS t(x) ORDER BY x NULLS FIRST",
        [(None,), (1,), (2,)],
        SELECT,
    ),
    ("SELECT x FROM (VALUES 3, 1, 2) AS t(x) ORDER BY x OFFSET 1 LIMIT 1", [(2,)], SELECT),
    (
        "SELECT x FROM (VALUES 3, 1, 2) AS t(x) ORDER BY x FETCH FIRST 2 ROWS ONLY",
        [(1,), (2,)],
        SELECT,
    ),
    ("SELECT x + 1 AS y FROM (VALUES 1, 2) AS t(x) ORDER BY y DESC", [(3,), (2,)], SELECT),
    ("SELECT 1 UNION SELECT 1 UNION ALL SELECT 1", [(1,), (1,)], SELECT),
    ("SELECT * FROM (VALUES 1, 2, 2) AS t(x) INTERSECT SELECT 2", [(2,)], SELECT),
    ("SELECT * FROM (VALUES 1, 2) AS t(x) EXCEPT SELECT 2", [(1,)], SELECT),
    ("SELECT 1 UNION ALL SELECT 2.5 ORDER BY 1", [(D("1.0"),), (D("2.5"),)], SELECT),
    ("SELECT 1 UNION SELECT 2 INTERSECT SELECT 3", [(1,)], SELECT),
    (
        "SELECT n, a FROM (VALUES (1, ARRAY['x','y'])) AS t(n, l) CROSS JOIN UNNEST(l) AS u(a)",
        [(1, "x"), (1, "y")],
        SELECT,
    ),
    (
        "SELECT numbers, n, a FROM (VALUES (ARRAY[2,5]), (ARRAY[7,8,9])) AS x(numbers) "
        "CROSS JOIN UNNEST(numbers) WITH ORDINALITY AS t(n, a) ORDER BY n",
        [([2, 5], 2, 1), ([2, 5], 5, 2), ([7, 8, 9], 7, 1), ([7, 8, 9], 8, 2), ([7, 8, 9], 9, 3)],
        SELECT,
    ),
    (
        "SELECT * FROM UNNEST(ARRAY[1,2], ARRAY['a','b','c']) AS t(n, s)",
        [(1, "a"), (2, "b"), (None, "c")],
        SELECT,
    ),
    (
        "SELECT * FROM UNNEST(map(ARRAY['a','b'], ARRAY[1,2])) AS t(k, v)",
        [("a", 1), ("b", 2)],
        SELECT,
    ),
    (
        "SELECT * FROM UNNEST(ARRAY[ROW('Java', 1995), ROW('SQL', 1974)]) AS t(language, year)",
        [("Java", 1995), ("SQL", 1974)],
        SELECT,
    ),
    (
        "SELECT run.id, c FROM (VALUES (1, ARRAY[]), (2, ARRAY[3])) AS run(id, checks) "
        "LEFT JOIN UNNEST(run.checks) AS t(c) ON TRUE ORDER BY 1",
        [(1, None), (2, 3)],
        SELECT,
    ),
    (
        "SELECT t.x, u.y FROM (VALUES 1, 2) AS t(x) CROSS JOIN LATERAL (SELECT t.x * 10 AS y) AS u ORDER BY 1",
        [(1, 10), (2, 20)],
        SELECT,
    ),
    (
        "SELECT * FROM (VALUES (1, 'a')) AS l(id, x) JOIN (VALUES (1, 'b')) AS r(id, y) USING (id)",
        [(1, "a", "b")],
        SELECT,
    ),
    (
        "SELECT id, x, y FROM (VALUES (1, 'a'), (2, 'c')) AS l(id, x) "
        "FULL JOIN (VALUES (1, 'b'), (3, 'd')) AS r(id, y) USING (id) ORDER BY id",
        [(1, "a", "b"), (2, "c", None), (3, None, "d")],
        SELECT,
    ),
    (
        "SELECT x FROM (VALUES 1, 2, 3) AS t(x) WHERE x IN (SELECT y FROM (VALUES 2, 3) AS u(y)) ORDER BY 1",
        [(2,), (3,)],
        SELECT,
    ),
    (
        "SELECT x FROM (VALUES 1, 2) AS t(x) WHERE EXISTS (SELECT 1 FROM (VALUES 2) AS u(y) WHERE u.y = t.x)",
        [(2,)],
        SELECT,
    ),
    (
        "SELECT x, (SELECT max(y) FROM (VALUES 5, 6) AS u(y)) FROM (VALUES 1) AS t(x)",
        [(1, 6)],
        SELECT,
    ),
    ("SELECT 5 > ALL (VALUES 1, 4), 5 = ANY (VALUES 5, 6)", [(True, True)], COMPARISON),
    (
        "SELECT NULL IS DISTINCT FROM NULL, 1 IS NOT DISTINCT FROM 1, NULL = NULL",
        [(False, True, None)],
        COMPARISON,
    ),
    ("SELECT 3 BETWEEN 1 AND 5, 3 NOT IN (1, 2), NULL IN (1)", [(True, True, None)], COMPARISON),
    ('SELECT 1 AS "Total Amount", 2 AS "order"', [(1, 2)], SELECT),
    ("SELECT DISTINCT x FROM (VALUES 1, 1, 2) AS t(x) ORDER BY x", [(1,), (2,)], SELECT),
    (
        "SELECT x FROM (VALUES 1, 2, 3) AS t(x) GROUP BY x HAVING x > 1 ORDER BY x",
        [(2,), (3,)],
        SELECT,
    ),
    (
        "SELECT upper(k), count(*) FROM (VALUES 'a', 'A', 'b') AS t(k) GROUP BY upper(k) ORDER BY 1",
        [("A", 2), ("B", 1)],
        SELECT,
    ),
    ("SELECT count(*) FROM (VALUES 1, 2, 3) AS t(x) TABLESAMPLE BERNOULLI (100)", [(3,)], SELECT),
]

#: (SQL, error code, part of the message)
ERRORS = [
    ("SELECT 1/0", "DIVISION_BY_ZERO", "Division by zero"),
    ("SELECT 1.0/0", "DIVISION_BY_ZERO", "Division by zero"),
    ("SELECT 5 % 0", "DIVISION_BY_ZERO", "Division by zero"),
    ("SELECT '1' = 1", "TYPE_MISMATCH", "line 1:12: Cannot apply operator: varchar(1) = integer"),
    (
        "SELECT date '2026-01-01' < '2026-01-02'",
        "TYPE_MISMATCH",
        "Cannot apply operator: date < varchar(10)",
    ),
    ("SELECT date '2026-01-01' + 5", "TYPE_MISMATCH", "Cannot apply operator: date + integer"),
    ("SELECT 1 + '1'", "TYPE_MISMATCH", "Cannot apply operator: integer + varchar(1)"),
    (
        "SELECT 'a' || 1",
        "FUNCTION_NOT_FOUND",
        "Unexpected parameters (varchar(1), integer) for function concat",
    ),
    ("SELECT 'a' IN (1, 2)", "TYPE_MISMATCH", "IN value and list items must be the same type"),
    ("SELECT 1 BETWEEN 'a' AND 'b'", "TYPE_MISMATCH", "Cannot check if integer is BETWEEN"),
    (
        "SELECT 1 LIKE 'a'",
        "TYPE_MISMATCH",
        "Left side of LIKE expression must evaluate to a varchar",
    ),
    (
        "SELECT CASE WHEN true THEN 1 ELSE 'a' END",
        "TYPE_MISMATCH",
        "All CASE results must be the same type",
    ),
    ("SELECT coalesce(1, 'a')", "TYPE_MISMATCH", "All COALESCE operands must be the same type"),
    (
        "SELECT if(true, 1, 'a')",
        "TYPE_MISMATCH",
        "Result types for IF must be the same: integer vs varchar(1)",
    ),
    (
        "SELECT NOT 1",
        "TYPE_MISMATCH",
        "Value of logical NOT expression must evaluate to a boolean (actual: integer)",
    ),
    (
        "SELECT 1 WHERE 1",
        "TYPE_MISMATCH",
        "WHERE clause must evaluate to a boolean: actual type integer",
    ),
    (
        "SELECT x + 1 AS y FROM (VALUES 1) AS t(x) WHERE y > 1",
        "COLUMN_NOT_FOUND",
        "Column 'y' cannot be resolved",
    ),
    (
        "SELECT x AS y, count(*) FROM (VALUES 1) AS t(x) GROUP BY y",
        "COLUMN_NOT_FOUND",
        "'y' cannot be resolved",
    ),
    (
        "SELECT x, count(*) AS n FROM (VALUES 1) AS t(x) GROUP BY x HAVING n > 1",
        "COLUMN_NOT_FOUND",
        "'n' cannot be resolved",
    ),
    ("SELECT 1 AS a, a + 1 AS b", "COLUMN_NOT_FOUND", "Column 'a' cannot be resolved"),
    (
        "SELECT ARRAY[1,2][5]",
        "INVALID_FUNCTION_ARGUMENT",
        "Array subscript must be less than or equal to array length: 5 > 2",
    ),
    ("SELECT ARRAY[1,2][0]", "INVALID_FUNCTION_ARGUMENT", "SQL array indices start at 1"),
    (
        "SELECT map(ARRAY['a'], ARRAY[1])['b']",
        "INVALID_FUNCTION_ARGUMENT",
        "Key not present in map: b",
    ),
    ("SELECT CAST('abc' AS integer)", "INVALID_CAST_ARGUMENT", "Cannot cast 'abc' to INT"),
    ("SELECT CAST('1.6' AS bigint)", "INVALID_CAST_ARGUMENT", "Cannot cast '1.6' to BIGINT"),
    (
        "SELECT CAST('2026-01-01T10:00:00Z' AS timestamp)",
        "INVALID_CAST_ARGUMENT",
        "Value cannot be cast to timestamp: 2026-01-01T10:00:00Z",
    ),
    (
        "SELECT CAST('2026-01-01 10:00:00' AS date)",
        "INVALID_CAST_ARGUMENT",
        "Value cannot be cast to date",
    ),
    ("SELECT CAST(date '2026-01-01' AS integer)", "TYPE_MISMATCH", "Cannot cast date to integer"),
    ("SELECT nope(1)", "FUNCTION_NOT_FOUND", "Function 'nope' not registered"),
    ("SELECT lower(1)", "FUNCTION_NOT_FOUND", "Unexpected parameters (integer) for function lower"),
    (
        "SELECT date_trunc('hour', date '2026-01-01')",
        "INVALID_FUNCTION_ARGUMENT",
        "'hour' is not a valid DATE field",
    ),
    (
        "SELECT date '2026-01-01' + interval '1' hour",
        "INVALID_FUNCTION_ARGUMENT",
        "Cannot add hour, minutes or seconds to a date",
    ),
    ("SELECT date_parse('x', '%Y')", "INVALID_FUNCTION_ARGUMENT", "Invalid format"),
    (
        "SELECT count(*) FROM (VALUES 1) AS t(x) WHERE count(*) > 1",
        "EXPRESSION_NOT_SCALAR",
        "WHERE clause cannot contain aggregations",
    ),
    (
        "SELECT x, count(*) FROM (VALUES 1) AS t(x)",
        "EXPRESSION_NOT_AGGREGATE",
        "must be an aggregate expression or appear in GROUP BY clause",
    ),
    (
        "SELECT sum(count(x)) FROM (VALUES 1) AS t(x)",
        "NESTED_AGGREGATION",
        "Cannot nest aggregations",
    ),
    ("SELECT rank() FROM (VALUES 1) AS t(x)", "MISSING_OVER", "requires an OVER clause"),
    (
        "SELECT 1 UNION SELECT 'a'",
        "TYPE_MISMATCH",
        "column 1 in UNION query has incompatible types: integer, varchar(1)",
    ),
    (
        "SELECT 1 UNION SELECT 1, 2",
        "TYPE_MISMATCH",
        "UNION query has different number of fields: 1, 2",
    ),
    ("SELECT (SELECT 1, 2)", "TOO_MANY_COLUMNS", "Multiple columns returned by subquery"),
    (
        "SELECT (SELECT x FROM (VALUES 1, 2) AS t(x))",
        "SUBQUERY_MULTIPLE_ROWS",
        "Scalar sub-query has returned multiple rows",
    ),
    (
        "SELECT x FROM (VALUES 1) AS t(x) ORDER BY 2",
        "INVALID_COLUMN_REFERENCE",
        "ORDER BY position 2 is not in select list",
    ),
    (
        "SELECT DISTINCT x FROM (VALUES (1, 2)) AS t(x, y) ORDER BY y",
        "EXPRESSION_NOT_IN_DISTINCT",
        "ORDER BY expressions must appear in select list",
    ),
    (
        "SELECT t.id FROM (VALUES 1) AS t(id) JOIN (VALUES 1) AS u(id) USING (id)",
        "COLUMN_NOT_FOUND",
        "'t.id'",
    ),
    (
        "SELECT id FROM (VALUES 1) AS t(id), (VALUES 1) AS u(id)",
        "AMBIGUOUS_NAME",
        "Column 'id' is ambiguous",
    ),
    (
        "SELECT * FROM (VALUES 1) AS t(a, b)",
        "MISMATCHED_COLUMN_ALIASES",
        "Column alias list has 2 entries",
    ),
    ("SELECT 'a' ILIKE 'A'", "SYNTAX_ERROR", "mismatched input 'ILIKE'"),
    ("SELECT", "SYNTAX_ERROR", ""),
    ("SELECT 1,, 2", "SYNTAX_ERROR", "line 1:10: mismatched input ','"),
    ("SELECT 1 FORM x y", "SYNTAX_ERROR", "line 1:"),
    ("SELEC 1", "SYNTAX_ERROR", "line 1:1: mismatched input 'SELEC'"),
    ("SELECT 2147483647 + 1", "NUMERIC_VALUE_OUT_OF_RANGE", ""),
    ("SELECT '1'::integer", "SYNTAX_ERROR", "line 1:11: mismatched input '::'"),
    ("SELECT 1 == 1", "SYNTAX_ERROR", "mismatched input '=='"),
    ("SELECT 1 & 2", "SYNTAX_ERROR", "no such operator"),
    ("SELECT i FROM kinds LIMIT 1 OFFSET 1", "SYNTAX_ERROR", "mismatched input 'OFFSET'"),
    (
        "SELECT `i` FROM kinds",
        "SYNTAX_ERROR",
        "backquoted identifiers are not supported; use double quotes",
    ),
    (
        "SELECT i FROM kinds QUALIFY row_number() OVER (ORDER BY i) = 1",
        "SYNTAX_ERROR",
        "mismatched input",
    ),
    ("SELECT 1 FROM kinds a NATURAL JOIN kinds b", "NOT_SUPPORTED", "Natural join not supported"),
    ("SELECT * EXCLUDE (i) FROM kinds", "SYNTAX_ERROR", "mismatched input"),
    ("SELECT DISTINCT ON (i) i FROM kinds", "SYNTAX_ERROR", "mismatched input"),
    (
        "WITH RECURSIVE t(n) AS (VALUES 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t",
        "NOT_SUPPORTED",
        "Recursion depth limit exceeded (10)",
    ),
    ("SELECT json_parse('{bad')", "INVALID_FUNCTION_ARGUMENT", "Cannot convert value to JSON"),
    ("SELECT interval 'x' day", "INVALID_LITERAL", "not a valid INTERVAL literal"),
    ("SELECT CAST(1 AS nosuchtype)", "TYPE_NOT_FOUND", "Unknown type"),
]
