# ruff: noqa: E501 - a table reads best with one statement a line
"""What Redshift answers, statement by statement: (SQL, expected rows, page that says so).

Rows are plain Python values; SUPER values are their JSON text. ``R`` is the Amazon Redshift Database
Developer Guide, read 2026-11-23.
"""

import datetime as dt
from decimal import Decimal as D

R = "https://docs.aws.amazon.com/redshift/latest/dg/"

NUMERIC = R + "r_numeric_computations201.html"
AVG = R + "r_AVG.html"
SUM = R + "r_SUM.html"
CHARACTER = R + "r_Character_types.html"
CONVERSION = R + "c_Supported_data_types.html"
DATEADD = R + "r_DATEADD_function.html"
DATEDIFF = R + "r_DATEDIFF_function.html"
DATETIME = R + "Date_functions_header.html"
ADD_MONTHS = R + "r_ADD_MONTHS.html"
MONTHS_BETWEEN = R + "r_MONTHS_BETWEEN_function.html"
LITERALS = R + "r_Date_and_time_literals.html"
INTERVAL = R + "r_interval_data_types.html"
TO_CHAR = R + "r_TO_CHAR.html"
FORMATS = R + "r_FORMAT_strings.html"
NUMFORMATS = R + "r_Numeric_formating.html"
STRING = R + "String_functions_header.html"
CONCAT = R + "r_CONCAT.html"
REGEXP = R + "REGEXP_REPLACE.html"
REGSUB = R + "REGEXP_SUBSTR.html"
SIMILAR = R + "pattern-matching-conditions-similar-to.html"
LIKE = R + "r_patternmatching_condition_like.html"
CONDITIONAL = R + "c_conditional_expressions.html"
DECODE = R + "r_DECODE_expression.html"
MATH = R + "Math_functions.html"
WINDOW = R + "c_Window_functions.html"
AGGREGATE = R + "c_Aggregate_Functions.html"
LISTAGG = R + "r_LISTAGG.html"
PERCENTILE = R + "r_PERCENTILE_CONT.html"
SUPER = R + "query-super.html"
JSON = R + "json-functions.html"
SELECT = R + "r_SELECT_synopsis.html"
QUALIFY = R + "r_QUALIFY_clause.html"
ORDER = R + "r_ORDER_BY_clause.html"
ALIAS = R + "r_SELECT_list.html"
WITH = R + "r_WITH_clause.html"
TZ = R + "CONVERT_TIMEZONE.html"
TRUNC = R + "r_TRUNC_date.html"

DAY = dt.date
TIME = dt.datetime
UTC = dt.UTC

CASES = [
    # --- arithmetic and coercion
    ("SELECT 7/2, -7/2, 7 % 3", [(3, -3, 1)], NUMERIC),
    ("SELECT 1 + '1'", [(2,)], CONVERSION),
    ("SELECT '10' * 2, '2.5'::numeric(3,1) + 1", [(20, D("3.5"))], CONVERSION),
    ("SELECT 5::decimal(8,2) / 3::decimal(8,2)", [(D("1.666666666"),)], NUMERIC),
    ("SELECT 1.5 * 2, 1.25 + 1", [(D("3.0"), D("2.25"))], NUMERIC),
    ("SELECT 1::float8 / 4", [(0.25,)], NUMERIC),
    ("SELECT avg(x), sum(x) FROM (SELECT 1 AS x UNION ALL SELECT 2) t", [(1, 3)], AVG),
    (
        "SELECT avg(x) FROM (SELECT 1.5::numeric(5,2) AS x UNION ALL SELECT 2.5) t",
        [(D("2.00"),)],
        AVG,
    ),
    ("SELECT avg(x) FROM (SELECT 1::float8 AS x UNION ALL SELECT 2) t", [(1.5,)], AVG),
    (
        "SELECT cast(109.652 as decimal(4,1)), cast(2.5 as int), '12'::int",
        [(D("109.7"), 3, 12)],
        R + "r_CAST_function.html",
    ),
    (
        "SELECT round(28.05), round(28.05, 1), trunc(111.86), trunc(111.86, 1)",
        [(D(28), D("28.1"), D(111), D("111.80"))],
        MATH,
    ),
    (
        "SELECT ceiling(2.1), floor(-2.1), sign(-3::float8), mod(10, 3), abs(-7)",
        [(D(3), D(-3), -1.0, 1, 7)],
        MATH,
    ),
    ("SELECT log(100), ln(1), power(2, 3), sqrt(16), cbrt(27)", [(2.0, 0.0, 8.0, 4.0, 3.0)], MATH),
    ("SELECT to_hex(255), strtol('ff', 16)", [("ff", 255)], MATH),
    # --- strings
    ("SELECT 'a' = 'a ', 'a'::varchar(5) = 'a   '::char(9)", [(True, True)], CHARACTER),
    ("SELECT s FROM (SELECT 'web  '::varchar(9) AS s) t WHERE s = 'web'", [("web  ",)], CHARACTER),
    (
        "SELECT count(*) FROM (SELECT 'web  '::varchar(9) AS s) t WHERE s IN ('x', 'web')",
        [(1,)],
        CHARACTER,
    ),
    ("SELECT len('abc  '::varchar(9)), 'ab'::char(4) || '|'", [(5, "ab|")], CHARACTER),
    (
        "SELECT concat('a', NULL), 'a' || NULL, concat('December 25, ', '2008')",
        [(None, None, "December 25, 2008")],
        CONCAT,
    ),
    ("SELECT 'Day ' || 5 || ' of ' || '2026-01-05'::date", [("Day 5 of 2026-01-05",)], CONCAT),
    (
        "SELECT lower('AB'), upper('ab'), initcap('nIbh.enim@FACILISIS'), reverse('abc')",
        [("ab", "AB", "Nibh.Enim@Facilisis", "cba")],
        STRING,
    ),
    (
        "SELECT substring('caterpillar', 6, 4), substring('caterpillar', 6), substring('caterpillar', 0, 3)",
        [("pill", "pillar", "ca")],
        STRING,
    ),
    (
        "SELECT left('Chicago', 5), right('Chicago', 5), lpad('cat', 7), lpad('cat', 5, '0'), rpad('cat', 2)",
        [("Chica", "icago", "    cat", "00cat", "ca")],
        STRING,
    ),
    (
        "SELECT charindex('fish', 'dogfish'), strpos('dogfish', 'fish'), position('fish' IN 'dogfish')",
        [(4, 4, 4)],
        STRING,
    ),
    (
        "SELECT split_part('abc$def$ghi', '$', 2), split_part('abc$def', '$', 4)",
        [("def", "")],
        STRING,
    ),
    (
        "SELECT translate('mint tea', 'inea', 'osin'), replace('Shows', 'ows', 'op'), repeat('ab', 2)",
        [("most tin", "Shop", "abab")],
        STRING,
    ),
    (
        "SELECT btrim('  abc  '), trim('\"' FROM '\"dog\"'), ltrim('2008-01', '2'), rtrim('abc0', '0')",
        [("abc", "dog", "008-01", "abc")],
        STRING,
    ),
    (
        "SELECT md5('Amazon Redshift'), chr(65), ascii('A')",
        [("f7415e33f972c03abd4f3fed36748f7a", "A", 65)],
        STRING,
    ),
    ("SELECT quote_ident('Ab c'), quote_literal('it''s')", [('"Ab c"', "'it''s'")], STRING),
    ("SELECT 'it\\'s'", [("it's",)], STRING),
    # --- patterns
    (
        "SELECT 'abc' LIKE 'A%', 'abc' ILIKE 'A%', 'a_c' LIKE 'a\\\\_c', 'abc' LIKE 'a\\\\_c'",
        [(False, True, True, False)],
        LIKE,
    ),
    (
        "SELECT 'abc' SIMILAR TO '%b%', 'abc' SIMILAR TO 'b', 'abc' SIMILAR TO '(a|x)b_'",
        [(True, False, True)],
        SIMILAR,
    ),
    (
        "SELECT 'Edinburgh' SIMILAR TO '%E%|%H%', 'a+b' SIMILAR TO 'a\\\\+b'",
        [(True, True)],
        SIMILAR,
    ),
    (
        "SELECT regexp_replace('the fox', 'FOX', 'quick brown fox', 1, 'i')",
        [("the quick brown fox",)],
        REGEXP,
    ),
    (
        "SELECT regexp_replace('aXbXc', 'X', '-'), regexp_replace('abc', 'b')",
        [("a-b-c", "ac")],
        REGEXP,
    ),
    ("SELECT regexp_replace('the fox', '(?=fox)', 'quick ', 1, 'p')", [("the quick fox",)], REGEXP),
    (
        "SELECT regexp_replace('pass7 word99', '[a-z]+([0-9]+)', '<$1>', 1, 'p')",
        [("<7> <99>",)],
        REGEXP,
    ),
    (
        "SELECT regexp_substr('user@example.com', '@[^.]*'), regexp_substr('abc', 'x')",
        [("@example", "")],
        REGSUB,
    ),
    (
        "SELECT regexp_substr('the fox', 'FOX', 1, 1, 'i'), regexp_substr('a1b2', '[0-9]', 1, 2)",
        [("fox", "2")],
        REGSUB,
    ),
    (
        "SELECT regexp_count('abcabc', 'b'), regexp_instr('the fox', 'fox'), regexp_instr('the fox', 'fox', 1, 1, 1)",
        [(2, 5, 8)],
        R + "REGEXP_INSTR.html",
    ),
    (
        "SELECT 'abc' ~ 'b', 'abc' !~ 'b', 'abc' ~* 'B'",
        [(True, False, True)],
        R + "pattern-matching-conditions-posix.html",
    ),
    (
        "SELECT 5 & 3, 5 | 3, 1 << 3, ~1, 2 ^ 3, |/ 16",
        [(1, 7, 8, -2, 8.0, 4.0)],
        R + "r_OPERATOR_SYMBOLS.html",
    ),
    ("SELECT convert(integer, '5'), 'x'::text", [(5, "x")], R + "r_CAST_function.html"),
    ("SELECT next_day('2014-08-20', 'Tuesday')", [(dt.date(2014, 8, 26),)], R + "r_NEXT_DAY.html"),
    # --- dates
    (
        "SELECT dateadd(month, 1, '2026-01-31'), dateadd(day, 30, '2026-02-01'::date), dateadd('hour', 2, '2026-01-01')",
        [(TIME(2026, 2, 28), TIME(2026, 3, 3), TIME(2026, 1, 1, 2))],
        DATEADD,
    ),
    (
        "SELECT dateadd(month, 1, '2008-04-30'), dateadd(month, 12, '2016-02-29'), dateadd(year, 1, '2016-02-29')",
        [(TIME(2008, 5, 30), TIME(2017, 2, 28), TIME(2017, 3, 1))],
        DATEADD,
    ),
    (
        "SELECT add_months('2008-03-31', 1), add_months('2008-04-30', 1), add_months('2008-02-29', 12)",
        [(TIME(2008, 4, 30), TIME(2008, 5, 31), TIME(2009, 2, 28))],
        ADD_MONTHS,
    ),
    (
        "SELECT datediff(week, '2009-01-01', '2009-12-31'), datediff(qtr, '1998-07-01', '2008-10-01')",
        [(52, 41)],
        DATEDIFF,
    ),
    (
        "SELECT datediff(hour, '2023-01-01 23:59:59', '2023-01-02 00:00:00'), datediff(year, '2008-12-31', '2009-01-01')",
        [(1, 1)],
        DATEDIFF,
    ),
    ("SELECT datediff(month, '2026-01-31'::date, '2026-02-01'::date)", [(1,)], DATEDIFF),
    (
        "SELECT months_between('1969-01-18', '1969-03-18'), months_between('2026-03-31', '2026-02-28')",
        [(-2.0, 1.0)],
        MONTHS_BETWEEN,
    ),
    (
        "SELECT last_day('2008-02-10'), date_trunc('week', '2008-09-06'::date), trunc('2011-07-21 10:32:38.248109'::timestamp)",
        [(DAY(2008, 2, 29), TIME(2008, 9, 1), DAY(2011, 7, 21))],
        TRUNC,
    ),
    (
        "SELECT date_part(dow, '2026-01-04'::date), extract(year FROM '2026-05-06'::date), date_part('doy', '2026-02-01')",
        [(0.0, 2026, 32.0)],
        DATETIME,
    ),
    (
        "SELECT extract(epoch FROM '1970-01-02'::timestamp), extract(ms FROM '2026-01-01 00:00:01.25'::timestamp)",
        [(86400, 250)],
        DATETIME,
    ),
    (
        "SELECT '2026-01-31'::date + 1, '2026-03-01'::date - 1, '2026-03-01'::date - '2026-02-01'::date",
        [(DAY(2026, 2, 1), DAY(2026, 2, 28), 28)],
        INTERVAL,
    ),
    (
        "SELECT date '2008-03-30' + interval '1 month', timestamp '2008-01-01 10:00:00' - interval '2 hours'",
        [(TIME(2008, 4, 30), TIME(2008, 1, 1, 8))],
        INTERVAL,
    ),
    (
        "SELECT '20080215'::date, '2008/2/5'::date, 'Feb 5, 2008'::date, '2-5-2008'::date",
        [(DAY(2008, 2, 15), DAY(2008, 2, 5), DAY(2008, 2, 5), DAY(2008, 2, 5))],
        LITERALS,
    ),
    (
        "SELECT '2008-02-15' < '2008-02-16'::date, '2026-01-01'::date = '2026-01-01 00:00:00'::timestamp",
        [(True, True)],
        CONVERSION,
    ),
    (
        "SELECT to_date('02 Oct 2001', 'DD Mon YYYY'), to_date('20010631', 'YYYYMMDD') IS NULL "
        "FROM (SELECT 1) t WHERE false",
        [],
        R + "r_TO_DATE_function.html",
    ),
    (
        "SELECT to_date('02 Oct 2001', 'DD Mon YYYY'), to_timestamp('2011-12-18 23:38:15', 'YYYY-MM-DD HH24:MI:SS')",
        [(DAY(2001, 10, 2), TIME(2011, 12, 18, 23, 38, 15, tzinfo=UTC))],
        R + "r_TO_TIMESTAMP.html",
    ),
    (
        "SELECT convert_timezone('EST5EDT', '2008-08-21 07:23:54'::timestamp), "
        "convert_timezone('US/Eastern', 'UTC', '2026-01-01 00:00:00'::timestamp)",
        [(TIME(2008, 8, 21, 3, 23, 54), TIME(2026, 1, 1, 5))],
        TZ,
    ),
    (
        "SELECT '2026-01-01 12:00:00'::timestamp AT TIME ZONE 'America/New_York'",
        [(TIME(2026, 1, 1, 17, tzinfo=UTC),)],
        R + "r_AT_TIME_ZONE.html",
    ),
    # --- to_char
    (
        "SELECT to_char('2008-07-26'::date, 'Day'), to_char('2026-01-03'::date, 'FMDay')",
        [("Saturday ", "Saturday")],
        FORMATS,
    ),
    (
        "SELECT to_char(timestamp '2009-12-31 23:15:59', 'MONTH-DY-DD-YYYY HH12:MIPM')",
        [("DECEMBER -THU-31-2009 11:15PM",)],
        TO_CHAR,
    ),
    (
        "SELECT to_char(timestamp '2009-12-31 23:15:59', 'HH24:MI:SS'), to_char('2026-03-07'::date, 'YYYY\"Q\"Q, Mon DDth')",
        [("23:15:59", "2026Q1, Mar 07th")],
        TO_CHAR,
    ),
    (
        "SELECT to_char('2026-01-04'::date, 'D'), to_char('2026-01-04'::date, 'DDD IW YY')",
        [("1", "004 01 26")],
        FORMATS,
    ),
    (
        "SELECT to_char(-125.8, '999D99S'), to_char(125.8, '999D99')",
        [("125.80-", " 125.80")],
        TO_CHAR,
    ),
    (
        "SELECT to_char(1234567.891, '9,999,999.99'), to_char(5, '0999'), to_char(12345, '999')",
        [(" 1,234,567.89", " 0005", " ###")],
        NUMFORMATS,
    ),
    # --- conditional
    (
        "SELECT nvl(NULL, 'x'), coalesce(NULL, NULL, 3), nvl2(NULL, 1, 2), nullif(5, 5)",
        [("x", 3, 2, None)],
        CONDITIONAL,
    ),
    (
        "SELECT decode(1, 1, 'one', 2, 'two', 'many'), decode(NULL, NULL, 'null', 'other'), decode(9, 1, 'a')",
        [("one", "null", None)],
        DECODE,
    ),
    ("SELECT greatest(1, NULL, 3), least('b', 'a')", [(3, "a")], R + "r_GREATEST_LEAST.html"),
    (
        "SELECT CASE WHEN 1 > 2 THEN 'a' ELSE 'b' END, CASE 3 WHEN 3 THEN 'x' END",
        [("b", "x")],
        CONDITIONAL,
    ),
    # --- aggregates
    (
        "SELECT listagg(x, ', ') WITHIN GROUP (ORDER BY x DESC) FROM (SELECT 'a' AS x UNION ALL SELECT 'b') t",
        [("b, a",)],
        LISTAGG,
    ),
    (
        "SELECT listagg(DISTINCT x, ',') WITHIN GROUP (ORDER BY x) FROM (SELECT 'a' AS x UNION ALL SELECT 'a' UNION ALL SELECT 'b') t",
        [("a,b",)],
        LISTAGG,
    ),
    (
        "SELECT median(x), percentile_cont(0.5) WITHIN GROUP (ORDER BY x), percentile_disc(0.5) WITHIN GROUP (ORDER BY x) "
        "FROM (SELECT 1 AS x UNION ALL SELECT 2 UNION ALL SELECT 4 UNION ALL SELECT 7) t",
        [(3.0, 3.0, 2)],
        PERCENTILE,
    ),
    (
        "SELECT count(DISTINCT x), sum(DISTINCT x), bool_or(x > 1) FROM (SELECT 1 AS x UNION ALL SELECT 2) t",
        [(2, 3, True)],
        AGGREGATE,
    ),
    (
        "SELECT x, count(*) FROM (SELECT 'a' AS x UNION ALL SELECT 'b') t GROUP BY ROLLUP(x) ORDER BY 1",
        [("a", 1), ("b", 1), (None, 2)],
        R + "r_GROUP_BY_aggregation-extensions.html",
    ),
    (
        "SELECT approximate count(DISTINCT x), approximate percentile_disc(0.5) WITHIN GROUP (ORDER BY x) "
        "FROM (SELECT 1 AS x UNION ALL SELECT 2 UNION ALL SELECT 4) t",
        [(3, 2)],
        R + "r_COUNT.html",
    ),
    # --- windows
    (
        "SELECT x, sum(x) OVER (ORDER BY x ROWS UNBOUNDED PRECEDING), lag(x) OVER (ORDER BY x) "
        "FROM (SELECT 1 AS x UNION ALL SELECT 2) t ORDER BY x",
        [(1, 1, None), (2, 3, 1)],
        WINDOW,
    ),
    (
        "SELECT x, ratio_to_report(x) OVER () FROM (SELECT 1 AS x UNION ALL SELECT 3) t ORDER BY x",
        [(1, 0.25), (3, 0.75)],
        R + "r_WF_RATIO_TO_REPORT.html",
    ),
    (
        "SELECT g, x FROM (SELECT 'a' AS g, 1 AS x UNION ALL SELECT 'a', 2 UNION ALL SELECT 'b', 3) t "
        "QUALIFY row_number() OVER (PARTITION BY g ORDER BY x DESC) = 1 ORDER BY g",
        [("a", 2), ("b", 3)],
        QUALIFY,
    ),
    # --- SELECT
    (
        "SELECT x FROM (SELECT 1 AS x UNION ALL SELECT NULL UNION ALL SELECT 2) t ORDER BY x DESC",
        [(None,), (2,), (1,)],
        ORDER,
    ),
    ("SELECT x FROM (SELECT 1 AS x UNION ALL SELECT NULL) t ORDER BY x", [(1,), (None,)], ORDER),
    (
        "SELECT TOP 2 x FROM (SELECT 3 AS x UNION ALL SELECT 1 UNION ALL SELECT 2) t ORDER BY x",
        [(1,), (2,)],
        R + "r_SELECT_list.html",
    ),
    ("SELECT x, x * 2 AS y, y + 1 AS z FROM (SELECT 5 AS x) t", [(5, 10, 11)], ALIAS),
    (
        "SELECT left(x, 1) AS k, count(*) FROM (SELECT 'ab' AS x UNION ALL SELECT 'ac') t GROUP BY k",
        [("a", 2)],
        SELECT,
    ),
    (
        "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 4) SELECT max(n) FROM t",
        [(4,)],
        WITH,
    ),
    (
        "SELECT * EXCLUDE (b) FROM (SELECT 1 AS a, 2 AS b, 3 AS c) t",
        [(1, 3)],
        R + "r_EXCLUDE_list.html",
    ),
    (
        "SELECT a.id, b.id FROM (SELECT 1 AS id) a JOIN (SELECT 1 AS id) b USING (id)",
        [(1, 1)],
        R + "r_FROM_clause30.html",
    ),
    ("SELECT 1 AS x UNION SELECT 1 INTERSECT SELECT 1", [(1,)], R + "r_UNION.html"),
    ("SELECT x FROM (SELECT 1 AS x) t WHERE (x, 2) = (1, 2)", [(1,)], SELECT),
    # --- SUPER
    (
        """SELECT json_parse('[10, {"a": "x"}]')[0], json_parse('[10, {"a": "x"}]')[1].a, json_parse('[1]')[7]""",
        [("10", '"x"', None)],
        SUPER,
    ),
    (
        """SELECT t.s.a.b, t.s.a.b = 5 FROM (SELECT json_parse('{"a": {"b": 5}}') AS s) t""",
        [("5", True)],
        SUPER,
    ),
    (
        """SELECT e FROM (SELECT json_parse('[1, 2]') AS s) t, t.s e ORDER BY e::int DESC""",
        [("2",), ("1",)],
        SUPER,
    ),
    (
        """SELECT e.k::varchar, i FROM (SELECT json_parse('[{"k": "a"}, {"k": "b"}]') AS s) t, t.s AS e AT i ORDER BY i""",
        [("a", 0), ("b", 1)],
        SUPER,
    ),
    (
        """SELECT get_array_length(json_parse('[1,2]')), is_array(json_parse('[]')), is_object(json_parse('{}')),
     json_typeof(json_parse('1.5')), json_serialize(json_parse('{"a": 1}'))""",
        [(2, True, True, "number", '{"a":1}')],
        SUPER,
    ),
    (
        """SELECT json_extract_path_text('{"a": {"b": "x"}}', 'a', 'b'), json_extract_path_text('{"a": 1}', 'z'),
     json_extract_array_element_text('[111, 112]', 1), json_array_length('[1,2,3]')""",
        [("x", "", "112", 3)],
        JSON,
    ),
    (
        "SELECT is_valid_json('{\"a\":1}'), is_valid_json('[1]'), is_valid_json_array('[1]'), can_json_parse('x')",
        [(True, False, True, False)],
        JSON,
    ),
    (
        "SELECT array(1, 'a', 2.5), split_to_array('a|b', '|'), array_concat(array(1), array(2)), subarray(array(1,2,3), 1, 1)",
        [('[1,"a",2.5]', '["a","b"]', "[1,2]", "[2]")],
        SUPER,
    ),
]

#: (SQL, SQLSTATE, part of the message)
ERRORS = [
    ("SELECT 1/0", "22012", "ERROR: division by zero"),
    ("SELECT 1.0/0", "22012", "division by zero"),
    ("SELECT 1::float8/0", "22012", "division by zero"),
    ("SELECT 'abc'::int", "22P02", 'invalid input syntax for integer: "abc"'),
    ("SELECT 1 + 'x'", "22P02", 'invalid input syntax for integer: "x"'),
    ("SELECT '2026-13-45'::date", "22007", "invalid input syntax for type date"),
    ("SELECT nope FROM kinds", "42703", 'column "nope" does not exist in kinds'),
    ("SELECT x.i FROM kinds", "42P01", 'missing FROM-clause entry for table "x"'),
    ("SELECT * FROM missing_table", "42P01", 'relation "missing_table" does not exist'),
    ("SELECT * FROM nowhere.t", "3F000", 'schema "nowhere" does not exist'),
    ("SELECT foo(1)", "42883", "function foo(integer) does not exist"),
    ("SELECT true + 1", "42883", "operator does not exist: boolean + integer"),
    ("SELECT true || 'x'", "42883", "operator does not exist"),
    ("SELECT true::varchar", "42846", "cannot cast type boolean to character varying"),
    ("SELECT i, count(*) FROM kinds", "42803", "must appear in the GROUP BY clause"),
    ("SELECT i FROM kinds WHERE count(*) > 1", "42803", "aggregates not allowed in WHERE clause"),
    ("SELECT i + 1 AS y FROM kinds WHERE y > 1", "42703", 'column "y" does not exist in kinds'),
    (
        "SELECT sum(i) OVER (ORDER BY i) FROM kinds",
        "42601",
        "Aggregate window functions with an ORDER BY clause require a frame clause",
    ),
    (
        "SELECT i FROM kinds WHERE i",
        "42804",
        "argument of WHERE must be type boolean, not type integer",
    ),
    (
        "SELECT 1 UNION SELECT 1, 2",
        "42601",
        "each UNION query must have the same number of columns",
    ),
    ("SELECT count(*) FILTER (WHERE i > 1) FROM kinds", "42601", 'syntax error at or near "("'),
    ("SELECT FROM WHERE", "42601", "syntax error"),
    ("SELECT 1 FORM x y", "42601", "syntax error at or near"),
    ("SELECT regexp_replace('a', '(?=a)', 'b')", "XX000", "Invalid preceding regular expression"),
    ("SELECT (SELECT i FROM kinds)", "21000", "single-row subquery returns more than one row"),
    ("SELECT sqrt(-1)", "2201F", "cannot take square root of a negative number"),
    ("SELECT 2147483647 + 1", "22003", ""),
    ("SELECT datediff(fortnight, '2026-01-01', '2026-02-01')", "22023", "not recognized"),
    ("SELECT CAST(1 AS nosuchtype)", "42704", 'type "nosuchtype" does not exist'),
]
