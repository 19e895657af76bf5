# ruff: noqa: E501 - a table reads best with one statement a line
"""SELECT in full, statement by statement: (SQL, expected rows, page that says so).

Grouping sets, ties, windows, JSON paths, patterns that only the rows know, time zones, every kind
of function. Errors: (SQL, error code, what the message holds). The pages were read 2026-11-23; the
words of errors are those of Trino's analyzer (trinodb/trino, TestAnalyzer and StatementAnalyzer).
"""

import datetime as dt
from decimal import Decimal as D

from athena_cases import (
    AGGREGATE,
    ARRAY,
    BINARY,
    BITWISE,
    COMPARISON,
    CONDITIONAL,
    CONVERSION,
    DATETIME,
    JSON,
    LAMBDA,
    MAP,
    MATH,
    REGEXP,
    SELECT,
    STRING,
    URL,
    WINDOW,
)

CASES = [
    (
        "SELECT json_exists('{\"kids\": [3, 12]}', 'lax $.kids[*]?(@ > 10)'), json_exists('{\"kids\": [3]}', 'lax $.kids[*]?(@ > 10)')",
        [(True, False)],
        JSON,
    ),
    (
        "SELECT json_exists('{\"kids\": [3]}', 'strict $.kids[2]' UNKNOWN ON ERROR), json_exists('{\"kids\": [3]}', 'strict $.kids[2]'), json_exists('{\"kids\": [3]}', 'strict $.kids[2]' TRUE ON ERROR)",
        [(None, False, True)],
        JSON,
    ),
    (
        "SELECT json_exists('{\"price\": 5}', 'lax $?(@.price > $limit)' PASSING 4 AS \"limit\")",
        [(True,)],
        JSON,
    ),
    (
        "SELECT json_exists('broken', 'lax $.a'), json_exists(CAST(NULL AS varchar), 'lax $.a')",
        [(False, None)],
        JSON,
    ),
    (
        "SELECT json_query('{\"kids\": [3, 12]}', 'lax $.kids'), json_query('{\"kids\": [3, 12]}', 'lax $.kids[*]')",
        [("[3,12]", None)],
        JSON,
    ),
    (
        "SELECT json_query('{\"kids\": [3, 12]}', 'lax $.kids[last]' WITH ARRAY WRAPPER), json_query('{\"kids\": [3, 12]}', 'lax $.kids[*]' WITH CONDITIONAL ARRAY WRAPPER)",
        [("[12]", "[3,12]")],
        JSON,
    ),
    (
        "SELECT json_query('{\"kids\": [3, 12]}', 'lax $.kids' WITH CONDITIONAL WRAPPER), json_query('{\"kids\": [3, 12]}', 'lax $.kids' WITH UNCONDITIONAL WRAPPER)",
        [("[3,12]", "[[3,12]]")],
        JSON,
    ),
    (
        "SELECT json_query('{\"a\": 1}', 'strict $.b[*]' WITH ARRAY WRAPPER EMPTY ARRAY ON ERROR), json_query('{\"a\": []}', 'lax $.a[*]' EMPTY OBJECT ON EMPTY)",
        [("[]", "{}")],
        JSON,
    ),
    (
        "SELECT json_query('{\"word\": \"hi\"}', 'lax $.word'), json_query('{\"word\": \"hi\"}', 'lax $.word' OMIT QUOTES)",
        [('"hi"', "hi")],
        JSON,
    ),
    (
        'SELECT json_query(\'[{"a":1},{"a":2},{"b":3}]\', \'lax $.a\' WITH ARRAY WRAPPER)',
        [("[1,2]",)],
        JSON,
    ),
    (
        'SELECT json_query(\'{"a":{"x":1},"b":{"x":[2]}}\', \'lax $..x\' WITH ARRAY WRAPPER)',
        [("[1,[2]]",)],
        JSON,
    ),
    (
        "SELECT json_query('[1, 2, 3, 4]', 'lax $[1 to 2, 0]' WITH ARRAY WRAPPER), json_query('[1, 2, 3]', 'lax $[last]')",
        [("[2,3,1]", "3")],
        JSON,
    ),
    (
        'SELECT json_query(\'{"a":1,"b":"x","c":null,"d":[],"e":{},"f":true}\', \'lax $.*.type()\' WITH ARRAY WRAPPER)',
        [('["number","string","null","array","object","boolean"]',)],
        JSON,
    ),
    (
        "SELECT json_query('[1.5, -2]', 'lax $.ceiling()' WITH ARRAY WRAPPER), json_query('[1.5, -2]', 'lax $.abs()' WITH ARRAY WRAPPER), json_query('[1.5]', 'lax $.floor()')",
        [("[2,-2]", "[1.5,2]", "1")],
        JSON,
    ),
    (
        "SELECT json_query('{\"a\": 7}', 'lax $.keyvalue()' )",
        [('{"name":"a","value":7,"id":0}',)],
        JSON,
    ),
    (
        "SELECT json_value('[5, 7]', 'lax $.size()'), json_value('{\"a\": 2, \"b\": 3}', 'lax $.a * $.b + 1'), json_value('{\"a\": 7}', 'lax -$.a')",
        [("2", "7", "-7")],
        JSON,
    ),
    (
        "SELECT json_value('{\"word\": \"hi\"}', 'lax $.word'), json_value('{\"n\": 1.50}', 'lax $.n'), json_value('{\"b\": true}', 'lax $.b'), json_value('{\"x\": null}', 'lax $.x')",
        [("hi", "1.50", "true", None)],
        JSON,
    ),
    (
        "SELECT json_value('{\"n\": 12}', 'lax $.n' RETURNING bigint), json_value('{\"d\": \"2026-01-02\"}', 'lax $.d' RETURNING date), json_value('{\"w\": \"ab\"}', 'lax $.w' RETURNING char(4))",
        [(12, dt.date(2026, 1, 2), "ab  ")],
        JSON,
    ),
    (
        "SELECT json_value('{\"a\": [1]}', 'lax $.b' DEFAULT 'none' ON EMPTY), json_value('{\"a\": {\"x\": 1}}', 'lax $.a' DEFAULT 'bad' ON ERROR), json_value('{\"a\": \"x\"}', 'lax $.a' RETURNING integer DEFAULT -1 ON ERROR)",
        [("none", "bad", -1)],
        JSON,
    ),
    (
        "SELECT json_value('{\"a\": {\"x\": 1}}', 'lax $.a'), json_value('broken', 'lax $.a')",
        [(None, None)],
        JSON,
    ),
    (
        'SELECT json_value(\'[{"id": 1, "w": "a"}, {"id": 2, "w": "b"}]\', \'lax $[*]?(@.id == 2).w\'), json_value(\'{"w": "start"}\', \'lax $?(@.w starts with "st").w\')',
        [("b", "start")],
        JSON,
    ),
    (
        "SELECT json_value('{\"a\": 1}', 'lax $?(exists(@.a) && !(@.a == 2)).a'), json_value('{\"a\": \"x\"}', 'lax $?((@.a > 1) is unknown).a')",
        [("1", "x")],
        JSON,
    ),
    (
        "SELECT json_object('k' : 1, 'w' : 'x'), json_object(KEY 'k' VALUE true), json_object('k' VALUE 1.50), json_object()",
        [('{"k":1,"w":"x"}', '{"k":true}', '{"k":1.50}', "{}")],
        JSON,
    ),
    (
        "SELECT json_object('k' : NULL), json_object('k' : NULL ABSENT ON NULL), json_object('k' : 1 WITH UNIQUE KEYS)",
        [('{"k":null}', "{}", '{"k":1}')],
        JSON,
    ),
    (
        "SELECT json_object('d' : DATE '2026-01-02', 'j' : '[1, 2]' FORMAT JSON, 'q' : json_query('{\"a\": [3]}', 'lax $.a'))",
        [('{"d":"2026-01-02","j":[1,2],"q":[3]}',)],
        JSON,
    ),
    (
        "SELECT json_array(1, 'x', true, 2.5e0), json_array(1, NULL), json_array(1, NULL NULL ON NULL), json_array()",
        [('[1,"x",true,2.5]', "[1]", "[1,null]", "[]")],
        JSON,
    ),
    (
        "SELECT json_array('[ 1 ]' FORMAT JSON, X'5B0037005D00' FORMAT JSON ENCODING UTF16), json_array(1 RETURNING VARBINARY)",
        [("[[1],[7]]", b"[1]")],
        JSON,
    ),
    ("SELECT json_object('sum' : count(*)) FROM (VALUES 1, 2) AS t(x)", [('{"sum":2}',)], JSON),
    (
        "SELECT json_parse('{\"b\": 1, \"a\": 2.50}'), json_format(json_parse(' [1,  2]')), JSON '{\"x\":1}'",
        [('{"a":2.5,"b":1}', "[1,2]", '{"x":1}')],
        JSON,
    ),
    (
        "SELECT json_extract_scalar('{\"price\": 10.50}', '$.price'), json_extract_scalar('{\"id\": 12345678901234567890}', '$.id'), json_extract_scalar('{\"a\": null}', '$.a')",
        [("10.50", "12345678901234567890", None)],
        JSON,
    ),
    (
        "SELECT json_extract_scalar(doc, path) FROM (VALUES ('{\"a\": {\"b\": 5}}', '$.a.b'), ('[7, 8]', '$[1]')) AS t(doc, path)",
        [("5",), ("8",)],
        JSON,
    ),
    (
        "SELECT json_extract('{\"a.b\": {\"c\": [1]}}', '$[\"a.b\"]'), json_extract('[{\"x\": 1}]', '$[0].x'), json_extract('{\"a\": 1}', '$.z')",
        [('{"c":[1]}', "1", None)],
        JSON,
    ),
    (
        "SELECT json_size('{\"x\": {\"a\": 1, \"b\": 2}}', '$.x'), json_size('{\"x\": [1, 2, 3]}', '$.x'), json_size('{\"x\": 5}', '$.x')",
        [(2, 3, 0)],
        JSON,
    ),
    (
        "SELECT json_array_get('[\"a\", [3, 9]]', 0), json_array_get('[\"a\", [3, 9]]', -1), json_array_get('[]', 0)",
        [("a", "[3,9]", None)],
        JSON,
    ),
    (
        "SELECT json_array_contains('[\"a\"]', 'a'), json_array_contains('[1.5]', 1.5e0), json_array_contains('[1]', 2), json_array_contains('{}', 1)",
        [(True, True, False, None)],
        JSON,
    ),
    (
        "SELECT CAST(JSON '1.5' AS varchar), CAST(JSON 'true' AS integer), CAST(JSON '\"7\"' AS bigint), CAST(JSON 'null' AS varchar)",
        [("1.5E0", 1, 7, None)],
        JSON,
    ),
    (
        'SELECT CAST(JSON \'{"userId": 5, "tags": ["x"]}\' AS ROW(userid bigint, tags array(varchar)))',
        [({"userid": 5, "tags": ["x"]},)],
        JSON,
    ),
    (
        "SELECT CAST(JSON '[1, \"a\"]' AS ROW(n integer, w varchar)), CAST(JSON '[[1, 2], 3]' AS ARRAY(JSON)), CAST(JSON '{\"k\": [1]}' AS MAP(varchar, JSON))",
        [({"n": 1, "w": "a"}, ["[1,2]", "3"], {"k": "[1]"})],
        JSON,
    ),
    (
        "SELECT CAST(ARRAY[1, NULL] AS JSON), CAST(MAP(ARRAY['b', 'a'], ARRAY[1, 2]) AS JSON), CAST(CAST(ROW(1, 'x') AS ROW(n integer, w varchar)) AS JSON)",
        [("[1,null]", '{"a":2,"b":1}', '{"n":1,"w":"x"}')],
        JSON,
    ),
    (
        "SELECT CAST(100e0 AS JSON), CAST(1e10 AS JSON), CAST(DATE '2026-01-02' AS JSON), CAST(DECIMAL '1.10' AS JSON)",
        [("100.0", "1.0E10", '"2026-01-02"', "1.10")],
        JSON,
    ),
    (
        "SELECT try(json_parse('{')), try(CAST(JSON '{\"a\": 1}' AS array(integer)))",
        [(None, None)],
        JSON,
    ),
    (
        "SELECT regexp_like(w, p), regexp_extract(w, p), regexp_replace(w, p, r) FROM (VALUES ('a1b22', '\\d+', '#'), ('xyz', 'y', '<$0>')) AS t(w, p, r)",
        [(True, "1", "a#b#"), (True, "y", "x<y>z")],
        REGEXP,
    ),
    (
        "SELECT regexp_extract_all(w, p, 1), regexp_split(w, p), regexp_count(w, p), regexp_position(w, p) FROM (VALUES ('a1b2', '([a-z])\\d')) AS t(w, p)",
        [(["a", "b"], ["", "", ""], 2, 1)],
        REGEXP,
    ),
    (
        "SELECT regexp_replace('new jersey', '(\\w)(\\w*)', m -> upper(m[1]) || lower(m[2]))",
        [("New Jersey",)],
        REGEXP,
    ),
    (
        "SELECT regexp_replace('7 8', '(?<d>\\d)', '[${d}]'), regexp_replace('a.b', '\\.', '\\$')",
        [("[7] [8]", "a$b")],
        REGEXP,
    ),
    (
        "SELECT regexp_position('no 12 and 345', '\\d+', 5), regexp_position('no 12 and 345', '\\d+', 1, 2), regexp_position('none', '\\d')",
        [(5, 11, -1)],
        REGEXP,
    ),
    (
        "SELECT regexp_extract('abc', '(?i)B'), regexp_like('line1\\nline2', '^x'), regexp_split('a,b;c', '[,;]')",
        [("b", False, ["a", "b", "c"])],
        REGEXP,
    ),
    (
        "SELECT typeof(regexp_position('a', 'a')), typeof(regexp_count('a', 'a'))",
        [("integer", "bigint")],
        REGEXP,
    ),
    (
        "SELECT date_parse('07:45 PM', '%h:%i %p'), date_parse('Feb 29', '%b %e'), date_parse('69', '%y'), date_parse('70', '%y')",
        [
            (
                dt.datetime(1970, 1, 1, 19, 45),
                dt.datetime(2000, 2, 29, 0, 0),
                dt.datetime(2069, 1, 1, 0, 0),
                dt.datetime(1970, 1, 1, 0, 0),
            )
        ],
        DATETIME,
    ),
    (
        "SELECT date_parse('2026-3-7 4:05:06.25', '%Y-%c-%e %k:%i:%s.%f'), date_parse('20260307', '%Y%m%d'), date_parse('Saturday March 7 2026', '%W %M %e %Y')",
        [
            (
                dt.datetime(2026, 3, 7, 4, 5, 6, 250000),
                dt.datetime(2026, 3, 7, 0, 0),
                dt.datetime(2026, 3, 7, 0, 0),
            )
        ],
        DATETIME,
    ),
    (
        "SELECT date_format(ts, p) FROM (VALUES (timestamp '2026-01-05 13:04:05.678', '%Y/%c/%e %k:%i:%S'), (timestamp '2026-12-31 00:00:00', '%j %v %x %a %b %%')) AS t(ts, p)",
        [("2026/1/5 13:04:05",), ("365 53 2026 Thu Dec %",)],
        DATETIME,
    ),
    (
        "SELECT date_format(timestamp '2026-01-05 13:04:05.678', '%H:%i:%s.%f'), date_format(timestamp '2026-01-05 13:04:05', '%r %T %y %l'), date_format(date '2026-01-05', '%d.%m.%Y')",
        [("13:04:05.678000", "01:04:05 PM 13:04:05 26 1", "05.01.2026")],
        DATETIME,
    ),
    (
        "SELECT format_datetime(timestamp '2026-01-05 13:04:05.678', 'yyyy-MM-dd''T''HH:mm:ss.SSSZZ'), format_datetime(timestamp '2026-01-05 13:04:05 Asia/Tokyo', 'HH:mm Z ZZZ')",
        [("2026-01-05T13:04:05.678+00:00", "13:04 +0900 Asia/Tokyo")],
        DATETIME,
    ),
    (
        "SELECT format_datetime(timestamp '2026-01-05 00:04:05', 'K k h H EEE MMM e D ww xxxx'), format_datetime(timestamp '2026-01-05 13:04:05', 'G C yy a ''o''''clock''')",
        [("0 24 12 0 Mon Jan 1 5 02 2026", "AD 20 26 PM o'clock")],
        DATETIME,
    ),
    (
        "SELECT parse_datetime('05/Jan/2026:10:11:12 +0100', 'dd/MMM/yyyy:HH:mm:ss Z'), parse_datetime('2026-01-05 10:00 Asia/Tokyo', 'yyyy-MM-dd HH:mm ZZZ')",
        [
            (
                dt.datetime(2026, 1, 5, 9, 11, 12, tzinfo=dt.UTC),
                dt.datetime(2026, 1, 5, 1, 0, tzinfo=dt.UTC),
            )
        ],
        DATETIME,
    ),
    (
        "SELECT from_iso8601_date('2026-W10'), from_iso8601_date('2026-123'), from_iso8601_date('2026-05-11')",
        [(dt.date(2026, 3, 2), dt.date(2026, 5, 3), dt.date(2026, 5, 11))],
        DATETIME,
    ),
    (
        "SELECT CAST(from_iso8601_timestamp('2026-05-11T11:15:05.055+02:00') AS varchar), from_iso8601_timestamp('2026-05-11')",
        [("2026-05-11 11:15:05.055 +02:00", dt.datetime(2026, 5, 11, 0, 0, tzinfo=dt.UTC))],
        DATETIME,
    ),
    (
        "SELECT CAST(timestamp '2026-01-01 10:00:00 +05:30' AS varchar), timezone_hour(timestamp '2026-01-01 10:00 +05:30'), timezone_minute(timestamp '2026-01-01 10:00 +05:30')",
        [("2026-01-01 10:00:00 +05:30", 5, 30)],
        DATETIME,
    ),
    (
        "SELECT CAST(timestamp '2026-07-01 12:00 UTC' AT TIME ZONE zone AS varchar), hour(timestamp '2026-07-01 12:00 UTC' AT TIME ZONE zone) FROM (VALUES 'Asia/Tokyo', '-03:00') AS t(zone)",
        [("2026-07-01 21:00:00 Asia/Tokyo", 21), ("2026-07-01 09:00:00 -03:00", 9)],
        DATETIME,
    ),
    (
        "SELECT CAST(timestamp '2026-01-01 10:00' AT TIME ZONE INTERVAL '2' HOUR AS varchar), CAST(from_unixtime(0, 5, 30) AS varchar)",
        [("2026-01-01 12:00:00 +02:00", "1970-01-01 05:30:00.000 +05:30")],
        DATETIME,
    ),
    (
        "SELECT CAST(at_timezone(timestamp '2026-11-01 09:08:07.321', 'Europe/Paris') AS varchar), CAST(with_timezone(timestamp '2026-11-01 09:08:07.321', 'Europe/Paris') AS varchar)",
        [("2026-11-01 10:08:07.321 Europe/Paris", "2026-11-01 09:08:07.321 Europe/Paris")],
        DATETIME,
    ),
    (
        "SELECT to_iso8601(timestamp '2026-01-01 10:00:00 UTC' AT TIME ZONE 'America/New_York'), to_iso8601(from_unixtime(0.5)), to_iso8601(timestamp '2026-01-02 03:04:05')",
        [("2026-01-01T05:00:00-05:00", "1970-01-01T00:00:00.500Z", "2026-01-02T03:04:05")],
        DATETIME,
    ),
    (
        "SELECT time '01:00' + interval '3' hour, time '01:00' - interval '3' hour, interval '3' year - interval '5' month",
        [(dt.time(4, 0), dt.time(22, 0), "2-7")],
        DATETIME,
    ),
    (
        "SELECT CAST(timestamp '2026-08-08 01:00' + interval '29' hour AS varchar), CAST(time '10:11:12.345' AS varchar), CAST(timestamp '2026-10-31 01:00' AS varchar)",
        [("2026-08-09 06:00:00.000", "10:11:12.345", "2026-10-31 01:00:00")],
        DATETIME,
    ),
    (
        "SELECT CAST(timestamp '2026-01-01 00:00:00.9996' AS timestamp(3)), CAST('2026-01-01 10:00:00.123456' AS timestamp), CAST('2026-01-01 10:00:00.123456' AS timestamp(6))",
        [
            (
                dt.datetime(2026, 1, 1, 0, 0, 1),
                dt.datetime(2026, 1, 1, 10, 0, 0, 123000),
                dt.datetime(2026, 1, 1, 10, 0, 0, 123456),
            )
        ],
        DATETIME,
    ),
    (
        "SELECT typeof(current_timestamp), typeof(current_timestamp(6)), typeof(localtime), typeof(localtimestamp(0)), typeof(timestamp '2026-01-01 10:00:00.12 UTC')",
        [
            (
                "timestamp(3) with time zone",
                "timestamp(6) with time zone",
                "time(3)",
                "timestamp(0)",
                "timestamp(2) with time zone",
            )
        ],
        DATETIME,
    ),
    (
        "SELECT parse_duration('42.8ms'), parse_duration('3.81 d'), parse_duration('5m'), to_milliseconds(interval '2' minute)",
        [("0 00:00:00.043", "3 19:26:24.000", "0 00:05:00.000", 120000)],
        DATETIME,
    ),
    (
        "SELECT human_readable_seconds(3762), human_readable_seconds(0.4), last_day_of_month(timestamp '2028-02-05 10:00:00')",
        [("1 hour, 2 minutes, 42 seconds", "0 seconds", dt.date(2028, 2, 29))],
        DATETIME,
    ),
    (
        "SELECT date_diff('week', date '2026-01-01', date '2026-01-20'), date_diff('quarter', date '2026-01-31', date '2026-04-30'), date_add('quarter', 1, date '2026-11-30'), date_add('millisecond', 5, timestamp '2026-01-01 00:00:00.000')",
        [(2, 1, dt.date(2027, 2, 28), dt.datetime(2026, 1, 1, 0, 0, 0, 5000))],
        DATETIME,
    ),
    (
        "SELECT date_diff('day', timestamp '2026-01-01 00:00 UTC', date '2026-01-05'), date_trunc('day', timestamp '2026-01-31 03:00:00 Asia/Tokyo') = timestamp '2026-01-31 00:00 Asia/Tokyo'",
        [(4, True)],
        DATETIME,
    ),
    (
        "SELECT interval '1-6' year to month, interval '1 10:30' day to minute, interval -'2' minute, -interval '90' second",
        [("1-6", "1 10:30:00.000", "-0 00:02:00.000", "-0 00:01:30.000")],
        DATETIME,
    ),
    (
        "SELECT day(interval '3' day), hour(interval '50' hour), month(interval '14' month), second(time '10:11:12')",
        [(3, 2, 2, 12)],
        DATETIME,
    ),
    (
        "SELECT from_unixtime(1.2345678), to_unixtime(timestamp '2026-01-01 00:00:00.250'), date '2026-1-5'",
        [
            (
                dt.datetime(1970, 1, 1, 0, 0, 1, 235000, tzinfo=dt.UTC),
                1767225600.25,
                dt.date(2026, 1, 5),
            )
        ],
        DATETIME,
    ),
    (
        "SELECT array_sort(ARRAY[3, NULL, 1, 2], (x, y) -> CASE WHEN x IS NULL THEN -1 WHEN y IS NULL THEN 1 WHEN x < y THEN 1 WHEN x = y THEN 0 ELSE -1 END)",
        [([None, 3, 2, 1],)],
        ARRAY,
    ),
    (
        "SELECT array_sort(ARRAY['pear', 'fig', 'apple'], (x, y) -> IF(length(x) < length(y), -1, IF(length(x) = length(y), 0, 1)))",
        [(["fig", "pear", "apple"],)],
        ARRAY,
    ),
    (
        "SELECT combinations(ARRAY['r', 'g', 'b'], 2), combinations(ARRAY[1, 2], 3), combinations(ARRAY[1, 1], 1)",
        [([["r", "g"], ["r", "b"], ["g", "b"]], [], [[1], [1]])],
        ARRAY,
    ),
    (
        "SELECT ngrams(ARRAY['a', 'b', 'c'], 2), ngrams(ARRAY[1, 2], 5)",
        [([["a", "b"], ["b", "c"]], [[1, 2]])],
        ARRAY,
    ),
    (
        "SELECT arrays_overlap(ARRAY[1, NULL], ARRAY[2]), arrays_overlap(ARRAY[1], ARRAY[2]), arrays_overlap(ARRAY[1, NULL], ARRAY[1])",
        [(None, False, True)],
        ARRAY,
    ),
    (
        "SELECT slice(ARRAY['a', 'b', 'c'], -2, 1), slice(ARRAY[1], 5, 1), trim_array(ARRAY[1, 2, 3], 3)",
        [(["b"], [], [])],
        ARRAY,
    ),
    (
        "SELECT sequence(date '2026-01-03', date '2026-01-01'), sequence(date '2026-01-31', date '2026-03-31', interval '1' month)",
        [
            (
                [dt.date(2026, 1, 3), dt.date(2026, 1, 2), dt.date(2026, 1, 1)],
                [dt.date(2026, 1, 31), dt.date(2026, 2, 28), dt.date(2026, 3, 31)],
            )
        ],
        ARRAY,
    ),
    (
        "SELECT sequence(timestamp '2026-01-01 00:00:00', timestamp '2026-01-01 01:00:00', interval '30' minute), sequence(3, 1)",
        [
            (
                [
                    dt.datetime(2026, 1, 1, 0, 0),
                    dt.datetime(2026, 1, 1, 0, 30),
                    dt.datetime(2026, 1, 1, 1, 0),
                ],
                [3, 2, 1],
            )
        ],
        ARRAY,
    ),
    (
        "SELECT transform(ARRAY[], x -> x + 1), filter(ARRAY[], x -> true), reduce(ARRAY[], 5, (s, x) -> s + x, s -> s)",
        [([], [], 5)],
        ARRAY,
    ),
    (
        "SELECT reduce(ARRAY[5, NULL, 7], 0, (s, x) -> s + x, s -> s), reduce(ARRAY[5, NULL, 7], 0, (s, x) -> s + coalesce(x, 0), s -> s)",
        [(None, 12)],
        ARRAY,
    ),
    (
        "SELECT reduce(ARRAY[2, 4, 9], CAST(ROW(0.0, 0) AS ROW(total double, n integer)), (s, x) -> CAST(ROW(s.total + x, s.n + 1) AS ROW(total double, n integer)), s -> s.total / s.n)",
        [(5.0,)],
        ARRAY,
    ),
    (
        "SELECT zip_with(ARRAY[1, 3], ARRAY['a'], (n, w) -> (w, n)), zip(ARRAY[1], ARRAY[2], ARRAY['x'])",
        [
            (
                [{"field0": "a", "field1": 1}, {"field0": None, "field1": 3}],
                [{"field0": 1, "field1": 2, "field2": "x"}],
            )
        ],
        ARRAY,
    ),
    (
        "SELECT ARRAY[1, 2.5], ARRAY[1, 2.5][1], ARRAY[NULL, 1], cardinality(ARRAY[])",
        [([D("1.0"), D("2.5")], D("1.0"), [None, 1], 0)],
        ARRAY,
    ),
    (
        "SELECT ARRAY[1, 2] < ARRAY[1, 3], ARRAY[ARRAY[1]] = ARRAY[ARRAY[1]], contains(ARRAY['a', NULL], 'a')",
        [(True, True, True)],
        ARRAY,
    ),
    (
        "SELECT array_except(ARRAY[1, 1, NULL], ARRAY[2]), array_intersect(ARRAY[NULL, 1], ARRAY[NULL]), array_union(ARRAY[1, NULL], ARRAY[NULL])",
        [([1, None], [None], [1, None])],
        ARRAY,
    ),
    (
        "SELECT array_join(ARRAY['a', NULL, 'c'], '-'), array_join(ARRAY[1, NULL], '/', '?'), array_position(ARRAY['x'], 'y'), array_remove(ARRAY[1, NULL, 2], 2)",
        [("a-c", "1/?", 0, [1, None])],
        ARRAY,
    ),
    (
        "SELECT flatten(ARRAY[ARRAY[1, 2], ARRAY[], ARRAY[3]]), repeat('z', 2), repeat(NULL, 0)",
        [([1, 2, 3], ["z", "z"], [])],
        ARRAY,
    ),
    ("SELECT element_at(ARRAY['a', 'b'], -2), element_at(ARRAY['a'], 9)", [("a", None)], ARRAY),
    (
        "SELECT map_zip_with(MAP(ARRAY['k1', 'k2'], ARRAY[1, 2]), MAP(ARRAY['k2', 'k3'], ARRAY[4, 9]), (k, a, b) -> coalesce(a, 0) + coalesce(b, 0))",
        [({"k1": 1, "k2": 6, "k3": 9},)],
        MAP,
    ),
    (
        "SELECT multimap_from_entries(ARRAY[(1, 'x'), (2, 'y'), (1, 'z')]), split_to_multimap('a:1,b:2,a:3', ',', ':')",
        [({1: ["x", "z"], 2: ["y"]}, {"a": ["1", "3"], "b": ["2"]})],
        MAP,
    ),
    (
        "SELECT transform_keys(MAP(ARRAY[1, 2], ARRAY['a', 'b']), (k, v) -> k * 10), transform_values(MAP(ARRAY['x'], ARRAY[3]), (k, v) -> k || CAST(v AS varchar))",
        [({10: "a", 20: "b"}, {"x": "x3"})],
        MAP,
    ),
    (
        "SELECT MAP(), cardinality(MAP()), map_filter(MAP(ARRAY['a', 'b'], ARRAY[1, NULL]), (k, v) -> v IS NOT NULL)",
        [({}, 0, {"a": 1})],
        MAP,
    ),
    (
        "SELECT MAP(ARRAY['a', 'b'], ARRAY[1, 2.5])['a'], MAP(ARRAY['a'], ARRAY[NULL]), MAP(ARRAY[1], ARRAY[2]) = MAP(ARRAY[1], ARRAY[2])",
        [(D("1.0"), {"a": None}, True)],
        MAP,
    ),
    (
        "SELECT map_concat(MAP(ARRAY[1], ARRAY['a']), MAP(ARRAY[2], ARRAY['b']), MAP(ARRAY[1], ARRAY['z']))",
        [({1: "z", 2: "b"},)],
        MAP,
    ),
    (
        "SELECT listagg(w, '-' ON OVERFLOW TRUNCATE '..' WITH COUNT) WITHIN GROUP (ORDER BY w DESC), listagg(DISTINCT w) WITHIN GROUP (ORDER BY w) FROM (VALUES 'a', 'b', 'a', NULL) AS t(w)",
        [("b-a-a", "ab")],
        AGGREGATE,
    ),
    (
        "SELECT k, listagg(w, ',' ON OVERFLOW ERROR) WITHIN GROUP (ORDER BY n) FILTER (WHERE n > 1) FROM (VALUES (1, 1, 'x'), (2, 3, 'c'), (2, 2, 'b')) AS t(k, n, w) GROUP BY k ORDER BY k",
        [(1, None), (2, "b,c")],
        AGGREGATE,
    ),
    (
        "SELECT max(x, 2), min(x, 2), max_by(w, x, 2), min_by(w, x) FROM (VALUES (1, 'a'), (5, NULL), (3, 'c')) AS t(x, w)",
        [([5, 3], [1, 3], [None, "c"], "a")],
        AGGREGATE,
    ),
    (
        "SELECT reduce_agg(x, 0, (s, v) -> s + v, (a, b) -> a + b), reduce_agg(x, 1, (s, v) -> s * v, (a, b) -> a * b) FROM (VALUES 2, 3, 4) AS t(x)",
        [(9, 24)],
        AGGREGATE,
    ),
    (
        "SELECT map_union(m), map_agg(x, x * 2), multimap_agg(x % 2, x ORDER BY x) FROM (VALUES (1, MAP(ARRAY['a'], ARRAY[1])), (3, MAP(ARRAY['b'], ARRAY[2]))) AS t(x, m)",
        [({"a": 1, "b": 2}, {1: 2, 3: 6}, {1: [1, 3]})],
        AGGREGATE,
    ),
    (
        "SELECT approx_most_frequent(2, w, 10) FROM (VALUES 'a', 'b', 'a', 'c', 'b', 'a') AS t(w)",
        [({"a": 3, "b": 2},)],
        AGGREGATE,
    ),
    (
        "SELECT approx_percentile(x, 0.5), approx_percentile(x, ARRAY[0.25, 0.75]), approx_percentile(x, w, 0.5) FROM (VALUES (1, 1), (2, 1), (3, 8), (4, 1)) AS t(x, w)",
        [(2, [1, 3], 3)],
        AGGREGATE,
    ),
    (
        "SELECT skewness(x), kurtosis(x) FROM (VALUES 1e0, 2e0, 6e0, 9e0) AS t(x)",
        [(0.27425636234096673, -2.7162403331350387)],
        AGGREGATE,
    ),
    (
        "SELECT bitwise_and_agg(x), bitwise_or_agg(x), bitwise_xor_agg(x) FROM (VALUES 6, 3) AS t(x)",
        [(2, 7, 5)],
        AGGREGATE,
    ),
    (
        "SELECT sum(x ORDER BY x), max_by(x, x ORDER BY x), approx_distinct(DISTINCT x), min(DISTINCT x) FROM (VALUES 2, 1, 2) AS t(x)",
        [(5, 2, 2, 1)],
        AGGREGATE,
    ),
    (
        "SELECT array_agg(x), array_agg(x ORDER BY x DESC NULLS FIRST), array_agg(x) FILTER (WHERE x > 1) FROM (VALUES 1, NULL, 2) AS t(x)",
        [([1, None, 2], [None, 2, 1], [2])],
        AGGREGATE,
    ),
    (
        "SELECT checksum(x) = checksum(y), checksum(x) = checksum(x + 1) FROM (VALUES (1, 2), (2, 1)) AS t(x, y)",
        [(True, False)],
        AGGREGATE,
    ),
    (
        "SELECT sum(d), avg(d) FROM (VALUES interval '1' hour, interval '2' hour) AS t(d)",
        [("0 03:00:00.000", "0 01:30:00.000")],
        AGGREGATE,
    ),
    (
        "SELECT count(x), count(*), count(), sum(x), array_agg(x) FROM (VALUES 1) AS t(x) WHERE x > 9",
        [(0, 0, 0, None, None)],
        AGGREGATE,
    ),
    (
        "SELECT regr_slope(y, x), regr_intercept(y, x), covar_pop(y, x) FROM (VALUES (1e0, 3e0), (2e0, 5e0)) AS t(x, y)",
        [(2.0, 1.0, 0.5)],
        AGGREGATE,
    ),
    (
        "SELECT x, sum(x) OVER (ORDER BY x RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING), max(x) OVER (ORDER BY x GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM (VALUES 1, 2, 4) AS t(x) ORDER BY x",
        [(1, 3, 2), (2, 3, 4), (4, 4, 4)],
        WINDOW,
    ),
    (
        "SELECT x, avg(x) OVER (w ROWS 1 PRECEDING), count(*) OVER w FROM (VALUES 1, 3) AS t(x) WINDOW w AS (ORDER BY x) ORDER BY x",
        [(1, 1.0, 1), (3, 2.0, 2)],
        WINDOW,
    ),
    (
        "SELECT x, rank() OVER w2 FROM (VALUES ('a', 2), ('a', 1), ('b', 9)) AS t(k, x) WINDOW w1 AS (PARTITION BY k), w2 AS (w1 ORDER BY x) ORDER BY 1",
        [(1, 1), (2, 2), (9, 1)],
        WINDOW,
    ),
    (
        "SELECT i, first_value(x) IGNORE NULLS OVER (ORDER BY i), last_value(x) IGNORE NULLS OVER (ORDER BY i), nth_value(x, 2) OVER (ORDER BY i ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM (VALUES (1, NULL), (2, 7), (3, NULL)) AS t(i, x) ORDER BY i",
        [(1, None, None, 7), (2, 7, 7, 7), (3, 7, 7, 7)],
        WINDOW,
    ),
    (
        "SELECT i, lead(x, 2, -1) OVER (ORDER BY i), lag(x) IGNORE NULLS OVER (ORDER BY i) FROM (VALUES (1, 5), (2, NULL), (3, 6)) AS t(i, x) ORDER BY i",
        [(1, 6, None), (2, -1, 5), (3, -1, 5)],
        WINDOW,
    ),
    (
        "SELECT k, sum(count(*)) OVER (ORDER BY k) FROM (VALUES 'a', 'a', 'b') AS t(k) GROUP BY k ORDER BY rank() OVER (ORDER BY k)",
        [("a", 2), ("b", 3)],
        WINDOW,
    ),
    (
        "SELECT x, count(*) OVER (ORDER BY d RANGE BETWEEN INTERVAL '1' MONTH PRECEDING AND CURRENT ROW) FROM (VALUES (1, date '2026-01-15'), (2, date '2026-02-10'), (3, date '2026-03-20')) AS t(x, d) ORDER BY x",
        [(1, 1), (2, 2), (3, 1)],
        WINDOW,
    ),
    (
        "SELECT x FROM (VALUES 1, 2, 2, 3) AS t(x) ORDER BY x FETCH FIRST 2 ROWS WITH TIES",
        [(1,), (2,), (2,)],
        SELECT,
    ),
    (
        "SELECT x, y FROM (VALUES (1, 'a'), (2, 'b'), (2, 'c'), (3, 'd')) AS t(x, y) ORDER BY x DESC OFFSET 1 ROWS FETCH NEXT ROW WITH TIES",
        [(2, "b"), (2, "c")],
        SELECT,
    ),
    (
        "SELECT x % 2 AS odd, count(*) AS n FROM (VALUES 1, 2, 3, 4) AS t(x) GROUP BY x % 2 ORDER BY n FETCH FIRST ROW WITH TIES",
        [(1, 2), (0, 2)],
        SELECT,
    ),
    (
        "SELECT DISTINCT x FROM (VALUES 2, 1, 2) AS t(x) ORDER BY x DESC FETCH FIRST 1 ROW WITH TIES",
        [(2,)],
        SELECT,
    ),
    (
        "SELECT 1 AS x UNION ALL SELECT 1 UNION ALL SELECT 2 ORDER BY x FETCH FIRST 1 ROW WITH TIES",
        [(1,), (1,)],
        SELECT,
    ),
    (
        "SELECT a, b, count(*) FROM (VALUES (1, 2), (1, 3)) AS t(a, b) GROUP BY DISTINCT ROLLUP (a, b), CUBE (a) ORDER BY 1, 2",
        [(1, 2, 1), (1, 3, 1), (1, None, 2), (None, None, 2)],
        SELECT,
    ),
    (
        "SELECT a, b, count(*) FROM (VALUES (1, 2)) AS t(a, b) GROUP BY ALL ROLLUP (a, b), CUBE (a) ORDER BY 1, 2",
        [(1, 2, 1), (1, 2, 1), (1, None, 1), (1, None, 1), (1, None, 1), (None, None, 1)],
        SELECT,
    ),
    (
        "SELECT a, b, c, count(*), grouping(a, b, c) FROM (VALUES (1, 2, 3)) AS t(a, b, c) GROUP BY a, CUBE (b, c) ORDER BY 5",
        [(1, 2, 3, 1, 0), (1, 2, None, 1, 1), (1, None, 3, 1, 2), (1, None, None, 1, 3)],
        SELECT,
    ),
    (
        "SELECT a, b, sum(n) FROM (VALUES ('x', 'p', 1), ('x', 'q', 2), ('y', 'p', 4)) AS t(a, b, n) GROUP BY GROUPING SETS ((a, b), (a), ()) ORDER BY 3, 1, 2",
        [
            ("x", "p", 1),
            ("x", "q", 2),
            ("x", None, 3),
            ("y", "p", 4),
            ("y", None, 4),
            (None, None, 7),
        ],
        SELECT,
    ),
    (
        "SELECT a, b, count(*) FROM (VALUES (1, 2)) AS t(a, b) GROUP BY GROUPING SETS ((a, b)), ROLLUP (b) ORDER BY 1, 2",
        [(1, 2, 1), (1, 2, 1)],
        SELECT,
    ),
    ("SELECT a, count(*) FROM (VALUES 1, 1) AS t(a) GROUP BY ALL a", [(1, 2)], SELECT),
    (
        "SELECT (CAST(ROW(1, true) AS ROW(n bigint, ok boolean))).*, (ROW(2, 'z')).* AS (p, q)",
        [(1, True, 2, "z")],
        SELECT,
    ),
    ("SELECT t.* AS (one, two) FROM (VALUES (1, 2)) AS t(a, b)", [(1, 2)], SELECT),
    ("SELECT -a AS a FROM (VALUES 1, 2, 3) AS t(a) ORDER BY a", [(-3,), (-2,), (-1,)], SELECT),
    (
        "SELECT a, -a AS b FROM (VALUES 1, 2, 3) AS t(a) ORDER BY b + 0",
        [(3, -3), (2, -2), (1, -1)],
        SELECT,
    ),
    ("SELECT x FROM (VALUES 1, 2) AS t(x) WHERE (x, 'b') IN ((2, 'b'), (1, 'c'))", [(2,)], SELECT),
    ("SELECT x FROM (VALUES 1, 2, 3) AS t(x) WHERE (x, x * 2) IN (SELECT 2, 4)", [(2,)], SELECT),
    (
        "SELECT x FROM (VALUES 1, 2, 3) AS t(x) WHERE x IN (VALUES 1, 3) ORDER BY x",
        [(1,), (3,)],
        SELECT,
    ),
    (
        "SELECT EXISTS (VALUES 1), EXISTS (SELECT 1 WHERE false), NOT EXISTS (SELECT 1)",
        [(True, False, False)],
        SELECT,
    ),
    (
        "SELECT 5 = SOME (VALUES 5, 6), 5 <> ALL (SELECT 5), 9 >= ANY (VALUES 10), 9 < ALL (SELECT 1 WHERE false)",
        [(True, False, False, True)],
        SELECT,
    ),
    (
        "SELECT t.x, (SELECT max(u.y) FROM (VALUES (1, 5), (1, 7)) AS u(k, y) WHERE u.k = t.x) FROM (VALUES 1, 2) AS t(x) ORDER BY 1",
        [(1, 7), (2, None)],
        SELECT,
    ),
    (
        "SELECT t.x, v.d FROM (VALUES 3) AS t(x), LATERAL (SELECT t.x * 2 AS d) AS v",
        [(3, 6)],
        SELECT,
    ),
    (
        "SELECT w, x, y FROM (VALUES 'n') AS t(w) CROSS JOIN LATERAL (SELECT w || '1' AS x) CROSS JOIN LATERAL (SELECT x || '2' AS y)",
        [("n", "n1", "n12")],
        SELECT,
    ),
    (
        "SELECT n, a, o FROM (VALUES (1, ARRAY['x', 'y'])) AS t(n, l) JOIN UNNEST(l) WITH ORDINALITY AS u(a, o) ON TRUE ORDER BY o",
        [(1, "x", 1), (1, "y", 2)],
        SELECT,
    ),
    (
        "SELECT * FROM (VALUES 1) AS t(x) CROSS JOIN UNNEST(MAP(ARRAY['a', 'b'], ARRAY[1, 2])) WITH ORDINALITY AS u(k, v, o) ORDER BY o",
        [(1, "a", 1, 1), (1, "b", 2, 2)],
        SELECT,
    ),
    (
        "SELECT * FROM UNNEST(ARRAY[ROW('a', 1), ROW('b', 2)], ARRAY[true]) AS t(w, n, f)",
        [("a", 1, True), ("b", 2, None)],
        SELECT,
    ),
    (
        "SELECT n, c FROM (VALUES ('p', ARRAY[1]), ('q', ARRAY[]), ('r', NULL)) AS t(n, l) LEFT JOIN UNNEST(l) AS u(c) ON TRUE ORDER BY 1",
        [("p", 1), ("q", None), ("r", None)],
        SELECT,
    ),
    (
        "SELECT x, y FROM (VALUES (ARRAY[1, 2])) AS t(l) CROSS JOIN UNNEST(l) AS u(x) CROSS JOIN UNNEST(ARRAY[x, x * 10]) AS v(y) ORDER BY 2",
        [(1, 1), (2, 2), (1, 10), (2, 20)],
        SELECT,
    ),
    ("SELECT 1 LIMIT ALL", [(1,)], SELECT),
    ("SELECT x FROM (VALUES 1, 2, 3) AS t(x) ORDER BY x LIMIT 0", [], SELECT),
    ("(SELECT 2) UNION ALL (SELECT 1) ORDER BY 1", [(1,), (2,)], SELECT),
    ("SELECT 1 INTERSECT ALL SELECT 1", [(1,)], SELECT),
    ("SELECT * FROM (SELECT 1 AS a, 2 AS a) AS t(x, y)", [(1, 2)], SELECT),
    (
        'SELECT u."b c", "T".x FROM (VALUES (1, 2)) AS t(x, "b c") CROSS JOIN (VALUES 3) AS u("b c") WHERE U."B c" = 3',
        [(3, 1)],
        SELECT,
    ),
    (
        "WITH a AS (SELECT 1 AS x), b AS (SELECT x + 1 AS y FROM a) SELECT * FROM b CROSS JOIN a",
        [(2, 1)],
        SELECT,
    ),
    ("SELECT count(*) FROM (VALUES 1) AS t(x) HAVING count(*) > 5", [], SELECT),
    (
        "SELECT 1_000_000, 0x1F, 0b101, .5, 1e3, 12E-1",
        [(1000000, 31, 5, D("0.5"), 1000.0, 1.2)],
        SELECT,
    ),
    (
        "SELECT U&'caf\\00e9', U&'\\+01F600', U&'x#0041' UESCAPE '#', X'65 68', x'' = to_utf8('')",
        [("café", "😀", "xA", b"eh", True)],
        SELECT,
    ),
    ("SELECT /* why */ 1 -- and so on", [(1,)], SELECT),
    (
        "SELECT format('%,d|%+d|%x|%5s|%-5s|%05d', 1234567, 5, 255, 'a', 'b', 42), format('%2$s-%1$s', 'a', 'b'), format('%b %%', true)",
        [("1,234,567|+5|ff|    a|b    |00042", "b-a", "true %")],
        CONVERSION,
    ),
    (
        "SELECT format('%1$tY-%1$tm-%1$td %1$tA', date '2026-07-04'), format('%.1f %e', 2.25, 12345.678e0)",
        [("2026-07-04 Saturday", "2.3 1.234568e+04")],
        CONVERSION,
    ),
    (
        "SELECT parse_data_size('1B'), parse_data_size('2.3MB'), format_number(123456), format_number(1000000)",
        [(D("1"), D("2411724"), "123K", "1M")],
        CONVERSION,
    ),
    (
        "SELECT CAST(REAL '1.1' AS varchar), CAST(1e0 / 3 AS varchar), CAST(0e0 AS varchar), CAST(infinity() AS varchar), CAST(DECIMAL '0.10' AS varchar)",
        [("1.1E0", "3.333333333333333E-1", "0.0E0", "Infinity", "0.10")],
        CONVERSION,
    ),
    (
        "SELECT CAST(12 AS varchar(2)), CAST(12 AS char(4)) || '|', CAST(true AS varchar(4)), CAST('abcdef' AS char(2))",
        [("12", "12  |", "true", "ab")],
        CONVERSION,
    ),
    (
        "SELECT CAST(2 AS boolean), CAST(true AS bigint), CAST(0.0 AS boolean), CAST('T' AS boolean), CAST(1.5 AS bigint), CAST(-0.5 AS integer)",
        [(True, 1, False, True, 2, -1)],
        CONVERSION,
    ),
    (
        "SELECT CAST(MAP(ARRAY[1], ARRAY['2']) AS MAP(varchar, integer)), CAST(ARRAY['1', '2'] AS array(double)), CAST(ROW(1, ARRAY[ROW('a')]) AS ROW(x varchar, y array(row(w varchar))))",
        [({"1": 2}, [1.0, 2.0], {"x": "1", "y": [{"w": "a"}]})],
        CONVERSION,
    ),
    (
        "SELECT try_cast('x' AS date), try_cast('12' AS tinyint), try_cast('300' AS tinyint), try_cast(300 AS tinyint), try_cast(NULL AS row(a integer))",
        [(None, 12, None, None, None)],
        CONVERSION,
    ),
    (
        "SELECT CAST('12151fd2-7586-11e9-8f9e-2a86e4085a59' AS uuid), typeof(uuid()), CAST(UUID '12151fd2-7586-11e9-8f9e-2a86e4085a59' AS varchar)",
        [("12151fd2-7586-11e9-8f9e-2a86e4085a59", "uuid", "12151fd2-7586-11e9-8f9e-2a86e4085a59")],
        CONVERSION,
    ),
    (
        "SELECT typeof(1 + TINYINT '1'), typeof(TINYINT '1' + TINYINT '1'), typeof(REAL '1' + 1), typeof(DECIMAL '1.0' + 1), typeof(1e0 + DECIMAL '1'), typeof(NULL)",
        [("integer", "tinyint", "real", "decimal(12,1)", "double", "unknown")],
        CONVERSION,
    ),
    (
        "SELECT typeof(ROW(1, 'a')), typeof(CAST(ROW(1) AS ROW(a bigint))), typeof(ARRAY[1, 2.5]), typeof(MAP(ARRAY['a'], ARRAY[1])), typeof(if(true, 1, 2.5))",
        [
            (
                "row(integer, varchar(1))",
                "row(a bigint)",
                "array(decimal(11,1))",
                "map(varchar(1), integer)",
                "decimal(11,1)",
            )
        ],
        CONVERSION,
    ),
    (
        "SELECT contains('10.0.0.0/8', IPADDRESS '10.9.9.9'), contains('10.0.0.0/8', IPADDRESS '11.0.0.1'), CAST(IPADDRESS '2001:db8::0:1' AS varchar), IPADDRESS '10.0.0.1' = IPADDRESS '::ffff:10.0.0.1'",
        [(True, False, "2001:db8::1", True)],
        CONVERSION,
    ),
    (
        "SELECT strpos('abcabc', 'c', -1), strpos('abcabc', 'c', 2), strpos('', 'a'), strpos('abc', '')",
        [(6, 6, 0, 1)],
        STRING,
    ),
    (
        "SELECT split_part('abc', '', 2), replace('abc', '', '-'), split('a--b', '--'), split(',', ',')",
        [("b", "-a-b-c-", ["a", "b"], ["", ""])],
        STRING,
    ),
    (
        "SELECT luhn_check('79927398713'), luhn_check('79927398714'), soundex('CHYNA') = soundex('CHINA'), hamming_distance('karolin', 'kathrin')",
        [(True, False, True, 3)],
        STRING,
    ),
    (
        "SELECT trim('!' FROM '!wow!'), trim(LEADING FROM '  x '), trim(TRAILING 'xy' FROM 'abyx'), trim(BOTH FROM ' z ')",
        [("wow", "x ", "ab", "z")],
        STRING,
    ),
    (
        "SELECT normalize('e' || chr(769), NFC) = U&'\\00e9', length(normalize(U&'\\00e9', NFD)), normalize('ﬁ', NFKC)",
        [(True, 2, "fi")],
        STRING,
    ),
    (
        "SELECT translate('abcd', 'aac', 'zq'), translate('abcd', 'a', ''), chr(128512), codepoint('é')",
        [("zbd", "bcd", "😀", 233)],
        STRING,
    ),
    (
        "SELECT length('añb'), upper('añb'), lpad('x', 5, 'ab'), rpad('x', 4, 'ab'), reverse('añb')",
        [(3, "AÑB", "ababx", "xaba", "bña")],
        STRING,
    ),
    (
        "SELECT substr('hello', -2, 1), substr('hello', 6), substr('hello', -9), substring('hello', 1, 99)",
        [("l", "", "", "hello")],
        STRING,
    ),
    (
        "SELECT concat('a', CAST('b' AS char(3)), 'c'), concat_ws('-', ARRAY['x', NULL, 'y']), concat_ws(NULL, 'a')",
        [("ab  c", "x-y", None)],
        STRING,
    ),
    (
        "SELECT from_utf8(x'6180', '?'), from_utf8(x'41'), to_utf8('é')",
        [("a?", "A", b"\xc3\xa9")],
        STRING,
    ),
    (
        "SELECT 'a\\b' LIKE 'a\\\\b' ESCAPE '\\', '10%' LIKE '%!%' ESCAPE '!', 'ab' LIKE 'a', NULL LIKE 'a'",
        [(True, True, False, None)],
        STRING,
    ),
    (
        "SELECT to_hex(xxhash64(to_utf8(''))), to_hex(murmur3(from_base64('aaaaaa'))), to_hex(hmac_md5(to_utf8('a'), to_utf8('k')))",
        [
            (
                "EF46DB3751D8E999",
                "BA5855635569B42F4920372CA0E396EF",
                "DDCF3D210049E7135F61AFFAE73731CD",
            )
        ],
        BINARY,
    ),
    (
        "SELECT to_hex(hmac_sha1(to_utf8('data'), to_utf8('key'))), to_hex(sha1(to_utf8('abc'))), crc32(to_utf8('hello'))",
        [
            (
                "104152C5BFDCA07BC633EEBD46199F0255C9F49D",
                "A9993E364706816ABA3E25717850C26C9CD0D89D",
                907060870,
            )
        ],
        BINARY,
    ),
    (
        "SELECT to_big_endian_64(1), from_big_endian_32(x'0000000a'), to_ieee754_64(1.5e0), from_ieee754_32(x'3f800000')",
        [(b"\x00\x00\x00\x00\x00\x00\x00\x01", 10, b"?\xf8\x00\x00\x00\x00\x00\x00", 1.0)],
        BINARY,
    ),
    (
        "SELECT to_base32(to_utf8('hi')), from_utf8(from_base32('NBUQ====')), to_base64url(x'fbff'), from_base64url('-_8=')",
        [("NBUQ====", "hi", "-_8=", b"\xfb\xff")],
        BINARY,
    ),
    (
        "SELECT lpad(x'01', 3, x'00'), rpad(x'01', 2, x'ff'), reverse(x'0102'), substr(x'010203', 2), length(x'0102'), x'01' || x'02'",
        [(b"\x00\x00\x01", b"\x01\xff", b"\x02\x01", b"\x02\x03", 2, b"\x01\x02")],
        BINARY,
    ),
    (
        "SELECT width_bucket(5, ARRAY[1e0, 4e0, 9e0]), width_bucket(0, ARRAY[1e0]), from_base('-ff', 16), to_base(-10, 2)",
        [(2, 0, -255, "-1010")],
        MATH,
    ),
    (
        "SELECT normal_cdf(0, 1, 1.96), inverse_normal_cdf(0, 1, 0.5), wilson_interval_lower(1250, 1310, 1.96e0), wilson_interval_upper(1250, 1310, 1.96e0)",
        [(0.9750021048517796, 0.0, 0.9414883725395894, 0.9642524717143908)],
        MATH,
    ),
    (
        "SELECT truncate(12.789, 1), truncate(-3.9e0), truncate(7), round(-1.5), round(1.25e0, 1), ceiling(-0.5), floor(DECIMAL '-2.5')",
        [(D("12.700"), -3.0, D("7"), D("-2"), 1.3, D("0"), D("-3"))],
        MATH,
    ),
    (
        "SELECT mod(-7, 3), -7 % 3, mod(5.5, 2), 7 / -2, abs(DECIMAL '-1.5'), sign(-0.5), sign(TINYINT '-3')",
        [(-1, -1, D("1.5"), -3, D("1.5"), D("-1"), -1)],
        MATH,
    ),
    (
        "SELECT cosine_similarity(MAP(ARRAY['a'], ARRAY[1.0]), MAP(ARRAY['a'], ARRAY[2.0])), degrees(pi()), radians(180), e() > 2.7",
        [(1.0, 180.0, 3.141592653589793, True)],
        MATH,
    ),
    (
        "SELECT is_nan(sqrt(-1)), ln(0), power(2, -1), is_nan(nan()), is_infinite(infinity()), is_finite(1e0), is_nan(5e0 % 0)",
        [(True, float("-inf"), 0.5, True, True, True, True)],
        MATH,
    ),
    (
        "SELECT random(1), rand(5, 6), random() < 1, random(10) BETWEEN 0 AND 9",
        [(0, 5, True, True)],
        MATH,
    ),
    (
        "SELECT bit_count(-7, 64), bit_count(-7, 8), bitwise_left_shift(5, 2), bitwise_right_shift(9, 1), bitwise_right_shift(-45, 64), bitwise_right_shift_arithmetic(-45, 64)",
        [(62, 6, 20, 4, 0, -1)],
        BITWISE,
    ),
    (
        "SELECT bitwise_right_shift(-1, 1), bitwise_left_shift(TINYINT '-1', 7), bitwise_right_shift(BIGINT '-1', 60), bitwise_xor(19, 25), bitwise_not(-12)",
        [(2147483647, -128, 15, 10, 11)],
        BITWISE,
    ),
    (
        "SELECT url_encode('a b&c*~'), url_decode('a+b%26'), url_extract_parameter('https://x.com/p?a=1=2&b', 'a'), url_extract_parameter('https://x.com/p?a=1&b', 'b')",
        [("a+b%26c*%7E", "a b&", "1=2", "")],
        URL,
    ),
    (
        "SELECT url_extract_host('no host'), url_extract_host('page'), url_extract_path('https://x.com/a%20b?c=d'), url_extract_query('https://x.com/a?c=%3D'), url_extract_fragment('https://x.com/a#top'), url_extract_port('https://u:p@x.com:99/')",
        [(None, "", "/a b", "c==", "top", 99)],
        URL,
    ),
    (
        "SELECT filter(transform(sequence(1, 5), x -> x * x), y -> y % 2 = 1), transform(ARRAY[1, 2], x -> transform(ARRAY[10, 20], y -> x + y))",
        [([1, 9, 25], [[11, 21], [12, 22]])],
        LAMBDA,
    ),
    (
        "SELECT t.k, any_match(t.l, v -> v = t.k), none_match(t.l, v -> v > 5), all_match(ARRAY[], v -> v > 5) FROM (VALUES (2, ARRAY[1, 2])) AS t(k, l)",
        [(2, True, True, True)],
        LAMBDA,
    ),
    (
        "SELECT transform(ARRAY[ROW('a', 1)], r -> r[1]), transform(ARRAY[CAST(ROW('a', 1) AS ROW(w varchar, n integer))], r -> r.w || CAST(r.n AS varchar))",
        [(["a"], ["a1"])],
        LAMBDA,
    ),
    (
        "SELECT transform(MAP_KEYS(MAP(ARRAY['b', 'a'], ARRAY[1, 2])), k -> upper(k)), reduce(ARRAY['a', 'b'], '', (s, x) -> s || x, s -> s || '!')",
        [(["B", "A"], "ab!")],
        LAMBDA,
    ),
    (
        "SELECT coalesce(NULL, NULL, 3), nullif('a', 'b'), if(NULL, 1, 2), CASE WHEN NULL THEN 1 ELSE 2 END, CASE 3 WHEN 1 THEN 'a' WHEN 3 THEN 'c' END",
        [(3, "a", 2, 2, "c")],
        CONDITIONAL,
    ),
    (
        "SELECT try(CAST(w AS integer)), coalesce(try(10 / n), -1) FROM (VALUES ('7', 2), ('x', 0)) AS t(w, n)",
        [(7, 5), (None, -1)],
        CONDITIONAL,
    ),
    (
        "SELECT try(ARRAY[1][5]), try(date_parse('x', '%Y')), try(element_at(ARRAY[1], 0)), try('a' || 'b')",
        [(None, None, None, "ab")],
        CONDITIONAL,
    ),
    (
        "SELECT NULL BETWEEN 2 AND 4, 2 BETWEEN 3 AND NULL, 8 NOT BETWEEN NULL AND 6, 'Paul' BETWEEN 'John' AND 'Ringo'",
        [(None, False, True, True)],
        COMPARISON,
    ),
    (
        "SELECT NULL IS DISTINCT FROM 1, ROW(1, NULL) IS NOT DISTINCT FROM ROW(1, NULL), 1 IN (2, NULL), 1 NOT IN (2, NULL), 2 IN (2, NULL)",
        [(True, True, None, None, True)],
        COMPARISON,
    ),
    (
        "SELECT greatest(1, 2.5), least('b', 'a'), greatest(date '2026-01-01', date '2025-01-01'), least(1, NULL)",
        [(D("2.5"), "a", dt.date(2026, 1, 1), None)],
        COMPARISON,
    ),
    (
        "SELECT date '2026-01-01' = timestamp '2026-01-01 00:00:00', timestamp '2026-01-01 00:00 UTC' > date '2025-12-31', true > false, ROW(1, 'a') < ROW(1, 'b')",
        [(True, True, True, True)],
        COMPARISON,
    ),
    (
        "SELECT CAST('a' AS char(3)) = 'a', CAST('a' AS char(3)) = CAST('a  ' AS varchar), x'01' < x'02', uuid() = uuid()",
        [(True, True, True, False)],
        COMPARISON,
    ),
    (
        "SELECT array_join(ARRAY[1.5e0, 2e0], ','), array_join(ARRAY[0.5, 0.25], ';'), array_join(ARRAY[true, NULL], '-', 'n'), array_join(ARRAY[], ',')",
        [("1.5E0,2.0E0", "0.50;0.25", "true-n", "")],
        STRING,
    ),
    (
        "SELECT CAST(0.5 AS varchar), CAST(-0.05 AS varchar), CAST(0.5 AS JSON), 'x' || CAST(0.10 AS varchar)",
        [("0.5", "-0.05", "0.5", "x0.10")],
        STRING,
    ),
    (
        "SELECT from_base('zz', 36), from_base('-101', 2), to_base(35, 36), to_base(0, 2)",
        [(1295, -5, "z", "0")],
        STRING,
    ),
    (
        "SELECT ROW(1, NULL) = ROW(1, 2), ROW(1, NULL) = ROW(2, NULL), ROW(1, 2) <> ROW(1, 3), (1, 2) IN ((1, NULL)), (1, 2) IN ((3, NULL))",
        [(None, False, True, None, False)],
        COMPARISON,
    ),
    (
        "SELECT ARRAY[1, NULL] = ARRAY[1, 2], ARRAY[1, NULL] = ARRAY[2, NULL], ARRAY[1] = ARRAY[1, 2], ARRAY[] = ARRAY[], ARRAY[NULL] = ARRAY[NULL]",
        [(None, False, False, True, None)],
        COMPARISON,
    ),
    (
        "SELECT date_trunc(u, timestamp '2026-05-06 10:11:12'), date_add(u, 1, timestamp '2026-05-06 10:11:12'), date_diff(u, date '2026-01-01', date '2026-03-01') FROM (VALUES 'month', 'DAY') AS t(u)",
        [
            (dt.datetime(2026, 5, 1, 0, 0), dt.datetime(2026, 6, 6, 10, 11, 12), 2),
            (dt.datetime(2026, 5, 6, 0, 0), dt.datetime(2026, 5, 7, 10, 11, 12), 59),
        ],
        DATETIME,
    ),
    (
        "SELECT timestamp '2026-01-31 23:30:00 America/New_York' + interval '1' month = timestamp '2026-02-28 23:30:00 America/New_York', CAST('10:11:12.3456' AS time(3))",
        [(True, dt.time(10, 11, 12, 346000))],
        DATETIME,
    ),
    (
        "SELECT CHAR 'two words', typeof(CHAR 'abc'), typeof(VARCHAR 'abc'), CAST(1 AS double precision), CAST(ARRAY[1] AS array<varchar>)",
        [("two words", "char(3)", "varchar", 1.0, ["1"])],
        CONVERSION,
    ),
    (
        "SELECT current_catalog, current_schema, current_timezone()",
        [("awsdatacatalog", "fernway", "UTC")],
        CONVERSION,
    ),
    ("SELECT * FROM ((VALUES 1) AS t(a) CROSS JOIN (VALUES 2) AS u(b))", [(1, 2)], SELECT),
    (
        "SELECT a.x, c.z FROM ((SELECT 1 AS x) AS a JOIN (SELECT 1 AS y) AS b ON a.x = b.y) LEFT JOIN (VALUES 1) AS c(z) ON a.x = c.z",
        [(1, 1)],
        SELECT,
    ),
    (
        "WITH w AS (SELECT ARRAY[CAST(ROW('Ann', 38) AS ROW(name varchar, age integer))] AS people) SELECT filter(people, p -> p.age > 30), transform(people, p -> p.name), people[1].age + 1 FROM w",
        [([{"name": "Ann", "age": 38}], ["Ann"], 39)],
        SELECT,
    ),
    (
        "SELECT max_by(x, x) OVER (), approx_percentile(x, 0.5) OVER (), count_if(x > 1) OVER (ORDER BY x) FROM (VALUES 1, 2, 4) AS t(x)",
        [(4, 2, 0), (4, 2, 1), (4, 2, 2)],
        SELECT,
    ),
]

ERRORS = [
    (
        "SELECT json_value('{\"a\": 1}', '$.a')",
        "INVALID_PATH",
        "line 1:31: invalid JSON path: mismatched input: a path begins with lax or strict",
    ),
    (
        "SELECT json_exists('{\"a\": 1}', 'lax $?(@.a > $limit)' PASSING 4 AS limit)",
        "INVALID_PATH",
        "line 1:8: no value passed for parameter limit",
    ),
    (
        "SELECT json_value('broken', 'lax $.a' ERROR ON ERROR)",
        "JSON_VALUE_RESULT_ERROR",
        "cannot extract SQL scalar from JSON: conversion to JSON failed",
    ),
    (
        "SELECT json_value('{}', 'lax $.a' ERROR ON EMPTY)",
        "JSON_VALUE_RESULT_ERROR",
        "cannot extract SQL scalar from JSON: JSON path found no items",
    ),
    (
        "SELECT json_query('[1, 2]', 'lax $[*]' ERROR ON ERROR)",
        "JSON_OUTPUT_CONVERSION_ERROR",
        "conversion from JSON failed: JSON path found multiple items",
    ),
    (
        "SELECT json_exists('{\"a\": 1}', 'strict $.b' ERROR ON ERROR)",
        "PATH_EVALUATION_ERROR",
        "path evaluation failed: no member b",
    ),
    (
        "SELECT json_object('k' : 1, 'k' : 2 WITH UNIQUE KEYS)",
        "INVALID_FUNCTION_ARGUMENT",
        "duplicate key passed to JSON_OBJECT function",
    ),
    (
        "SELECT json_object(NULL : 1)",
        "INVALID_FUNCTION_ARGUMENT",
        "null value passed for JSON object key to JSON_OBJECT function",
    ),
    (
        "SELECT json_object(1 : 1)",
        "TYPE_MISMATCH",
        "line 1:20: Invalid type of JSON object key: integer",
    ),
    (
        "SELECT json_value('{\"a\": 1}', 'lax $.a' RETURNING integer DEFAULT 'x' ON EMPTY)",
        "TYPE_MISMATCH",
        "line 1:67: Function JSON_VALUE default EMPTY result must evaluate to a integer (actual: varchar(1))",
    ),
    (
        "SELECT json_extract('[1]', '$[*]')",
        "INVALID_FUNCTION_ARGUMENT",
        "line 1:8: Invalid JSON path: '$[*]'",
    ),
    (
        "SELECT json_extract('{\"a\": 1}', 'a')",
        "INVALID_FUNCTION_ARGUMENT",
        "line 1:8: Invalid JSON path: 'a'",
    ),
    (
        "SELECT json_extract_scalar('{\"a\": 1}', '$[''a'']')",
        "INVALID_FUNCTION_ARGUMENT",
        "line 1:8: Invalid JSON path: '$['a']'",
    ),
    (
        "SELECT CAST(JSON '{\"a\": 1}' AS array(integer))",
        "INVALID_CAST_ARGUMENT",
        "Cannot cast to array(integer). Expected a json array, but got {",
    ),
    (
        "SELECT CAST(JSON '[1]' AS varchar)",
        "INVALID_CAST_ARGUMENT",
        "Cannot cast to varchar. Unexpected token when cast to varchar: [",
    ),
    ("SELECT CAST(x'00' AS JSON)", "TYPE_MISMATCH", "line 1:8: Cannot cast varbinary to json"),
    ("SELECT JSON '{'", "INVALID_FUNCTION_ARGUMENT", "Cannot convert value to JSON: '{'"),
    (
        "SELECT regexp_like('a', p) FROM (VALUES '(') AS t(p)",
        "INVALID_FUNCTION_ARGUMENT",
        "invalid regular expression",
    ),
    (
        "SELECT regexp_replace('a', 'a', '$3')",
        "INVALID_FUNCTION_ARGUMENT",
        "line 1:8: Illegal replacement sequence: unknown group { 3 }",
    ),
    (
        "SELECT regexp_extract('abc', 'a', g) FROM (VALUES 2) AS t(g)",
        "INVALID_FUNCTION_ARGUMENT",
        "Pattern has 0 groups. Cannot access group 2",
    ),
    (
        "SELECT date_parse('2026-13-01', '%Y-%m-%d')",
        "INVALID_FUNCTION_ARGUMENT",
        'Invalid format: "2026-13-01"',
    ),
    (
        "SELECT date_parse('2026-01-01 10', '%Y-%m-%d')",
        "INVALID_FUNCTION_ARGUMENT",
        'Invalid format: "2026-01-01 10"',
    ),
    (
        "SELECT date_parse('x', '%D')",
        "INVALID_FUNCTION_ARGUMENT",
        "line 1:8: %D not currently supported in date format string",
    ),
    (
        "SELECT format_datetime(timestamp '2026-01-01 00:00:00', 'b')",
        "INVALID_FUNCTION_ARGUMENT",
        "line 1:8: Illegal pattern component: b",
    ),
    (
        "SELECT DATE '2026-13-01'",
        "INVALID_LITERAL",
        "line 1:8: '2026-13-01' is not a valid DATE literal",
    ),
    (
        "SELECT DATE '20260430'",
        "INVALID_LITERAL",
        "line 1:8: '20260430' is not a valid DATE literal",
    ),
    (
        "SELECT TIMESTAMP '2026-01-01T10:00:00'",
        "INVALID_LITERAL",
        "line 1:8: '2026-01-01T10:00:00' is not a valid TIMESTAMP literal",
    ),
    (
        "SELECT TIMESTAMP '2026-01-01 10:00:00 Nowhere/City'",
        "INVALID_LITERAL",
        "line 1:8: '2026-01-01 10:00:00 Nowhere/City' is not a valid TIMESTAMP literal",
    ),
    (
        "SELECT TIME '25:00:00'",
        "INVALID_LITERAL",
        "line 1:8: '25:00:00' is not a valid TIME literal",
    ),
    (
        "SELECT at_timezone(timestamp '2026-01-01 00:00:00', 'Nowhere/City')",
        "INVALID_FUNCTION_ARGUMENT",
        "line 1:8: 'Nowhere/City' is not a valid time zone",
    ),
    (
        "SELECT current_timestamp(13)",
        "INVALID_FUNCTION_ARGUMENT",
        "line 1:8: TIMESTAMP precision must be in range [0, 12]: 13",
    ),
    (
        "SELECT parse_duration('5 parsecs')",
        "INVALID_FUNCTION_ARGUMENT",
        "Invalid duration: 5 parsecs",
    ),
    ("SELECT parse_data_size('5XB')", "INVALID_FUNCTION_ARGUMENT", "Invalid data size: '5XB'"),
    ("SELECT sequence(1, 5, 0)", "INVALID_FUNCTION_ARGUMENT", "step must not be zero"),
    (
        "SELECT sequence(5, 1, 1)",
        "INVALID_FUNCTION_ARGUMENT",
        "sequence stop value should be greater than or equal to start value if step is greater than zero otherwise stop should be less than or equal to start",
    ),
    (
        "SELECT sequence(1, 100000)",
        "INVALID_FUNCTION_ARGUMENT",
        "result of sequence function must not have more than 10000 entries",
    ),
    (
        "SELECT repeat('x', -1)",
        "INVALID_FUNCTION_ARGUMENT",
        "count argument of repeat function must be greater than or equal to 0",
    ),
    (
        "SELECT combinations(ARRAY[1], 6)",
        "INVALID_FUNCTION_ARGUMENT",
        "combination size must not exceed 5: 6",
    ),
    (
        "SELECT trim_array(ARRAY[1], 2)",
        "INVALID_FUNCTION_ARGUMENT",
        "size must not exceed array cardinality 1: 2",
    ),
    (
        "SELECT array_sort(ARRAY[1, 2], (x, y) -> 5)",
        "INVALID_FUNCTION_ARGUMENT",
        "Lambda comparator must return either -1, 0, or 1",
    ),
    (
        "SELECT map(ARRAY['a', 'a'], ARRAY[1, 2])",
        "INVALID_FUNCTION_ARGUMENT",
        "Duplicate map keys are not allowed",
    ),
    (
        "SELECT split_to_map('a:1,a:2', ',', ':')",
        "INVALID_FUNCTION_ARGUMENT",
        "Duplicate keys (a) are not allowed",
    ),
    (
        "SELECT split_to_map('a:1,b', ',', ':')",
        "INVALID_FUNCTION_ARGUMENT",
        "Key-value delimiter must appear exactly once in each entry. Bad input: 'b'",
    ),
    (
        "SELECT split('a', '')",
        "INVALID_FUNCTION_ARGUMENT",
        "The delimiter may not be the empty string",
    ),
    (
        "SELECT split_part('a,b', ',', 0)",
        "INVALID_FUNCTION_ARGUMENT",
        "Index must be greater than zero",
    ),
    (
        "SELECT strpos('a', 'a', 0)",
        "INVALID_FUNCTION_ARGUMENT",
        "'instance' must be a positive or negative number.",
    ),
    ("SELECT chr(-1)", "INVALID_FUNCTION_ARGUMENT", "Not a valid Unicode code point: -1"),
    (
        "SELECT codepoint('ab')",
        "INVALID_FUNCTION_ARGUMENT",
        "Input string must be a single character string",
    ),
    (
        "SELECT hamming_distance('a', 'bc')",
        "INVALID_FUNCTION_ARGUMENT",
        "The input strings to hamming_distance function must have the same length",
    ),
    (
        "SELECT lpad('x', -1, 'y')",
        "INVALID_FUNCTION_ARGUMENT",
        "Target length must be in the range [0..2147483647]",
    ),
    ("SELECT rpad('x', 3, '')", "INVALID_FUNCTION_ARGUMENT", "Padding string must not be empty"),
    (
        "SELECT luhn_check('12a')",
        "INVALID_FUNCTION_ARGUMENT",
        "Input contains non-digit characters",
    ),
    (
        "SELECT bit_count(1, 1)",
        "INVALID_FUNCTION_ARGUMENT",
        "Bits specified in bit_count must be between 2 and 64, got 1",
    ),
    (
        "SELECT bit_count(200, 8)",
        "INVALID_FUNCTION_ARGUMENT",
        "Number must be representable with the bits specified. 200 can not be represented with 8 bits",
    ),
    (
        "SELECT from_big_endian_64(x'00')",
        "INVALID_FUNCTION_ARGUMENT",
        "expected 8-byte input, but got instead: 1",
    ),
    ("SELECT from_base('9', 8)", "INVALID_FUNCTION_ARGUMENT", "Not a valid base-8 number: 9"),
    ("SELECT to_base(1, 1)", "INVALID_FUNCTION_ARGUMENT", "Radix must be between 2 and 36"),
    ("SELECT random(0)", "INVALID_FUNCTION_ARGUMENT", "bound must be positive"),
    (
        "SELECT width_bucket(1, ARRAY[])",
        "INVALID_FUNCTION_ARGUMENT",
        "Bins cannot be an empty array",
    ),
    ("SELECT inverse_normal_cdf(0, 1, 1)", "INVALID_FUNCTION_ARGUMENT", "p must be 0 > p > 1"),
    (
        "SELECT max_by(x, x, 0) FROM (VALUES 1) AS t(x)",
        "INVALID_FUNCTION_ARGUMENT",
        "third argument of max_by/min_by must be a positive integer",
    ),
    (
        "SELECT approx_percentile(x, 1.5) FROM (VALUES 1) AS t(x)",
        "INVALID_FUNCTION_ARGUMENT",
        "line 1:8: Percentile must be between 0 and 1",
    ),
    (
        "SELECT listagg(x, ',') WITHIN GROUP (ORDER BY x) FROM (VALUES 1) AS t(x)",
        "TYPE_MISMATCH",
        "line 1:16: Expected expression of varchar, but 'x' has integer type",
    ),
    (
        "SELECT array_agg(DISTINCT x ORDER BY y) FROM (VALUES (1, 2)) AS t(x, y)",
        "EXPRESSION_NOT_IN_DISTINCT",
        "For aggregate function with DISTINCT, ORDER BY expressions must appear in arguments",
    ),
    (
        "SELECT count(DISTINCT x) OVER () FROM (VALUES 1) AS t(x)",
        "NOT_SUPPORTED",
        "line 1:8: DISTINCT in window function parameters not yet supported: count(DISTINCT x)",
    ),
    (
        "SELECT sum(x) FILTER (WHERE x > 1) OVER () FROM (VALUES 1) AS t(x)",
        "NOT_SUPPORTED",
        "line 1:8: FILTER is not yet supported for window functions",
    ),
    (
        "SELECT array_agg(x ORDER BY x) OVER () FROM (VALUES 1) AS t(x)",
        "NOT_SUPPORTED",
        "line 1:8: Window function with ORDER BY is not supported",
    ),
    (
        "SELECT lag(x) OVER () FROM (VALUES 1) AS t(x)",
        "MISSING_ORDER_BY",
        "line 1:8: lag function requires an ORDER BY window clause",
    ),
    (
        "SELECT lead(x) OVER (ORDER BY x ROWS 1 PRECEDING) FROM (VALUES 1) AS t(x)",
        "INVALID_WINDOW_FRAME",
        "line 1:8: Cannot specify window frame for lead function",
    ),
    (
        "SELECT sum(x) IGNORE NULLS OVER () FROM (VALUES 1) AS t(x)",
        "NULL_TREATMENT_NOT_ALLOWED",
        "line 1:8: Cannot specify null treatment clause for sum function",
    ),
    (
        "SELECT sum(x) OVER (ORDER BY x ROWS BETWEEN CURRENT ROW AND 1 PRECEDING) FROM (VALUES 1) AS t(x)",
        "INVALID_WINDOW_FRAME",
        "line 1:61: Window frame starting from CURRENT ROW cannot end with PRECEDING",
    ),
    (
        "SELECT sum(x) OVER (ORDER BY x ROWS 1 FOLLOWING) FROM (VALUES 1) AS t(x)",
        "INVALID_WINDOW_FRAME",
        "line 1:37: Window frame starting from FOLLOWING cannot end with CURRENT ROW",
    ),
    (
        "SELECT sum(x) OVER (ORDER BY x, x RANGE 1 PRECEDING) FROM (VALUES 1) AS t(x)",
        "INVALID_ORDER_BY",
        "line 1:8: Window frame of type RANGE PRECEDING or FOLLOWING requires single sort item in ORDER BY (actual: 2)",
    ),
    (
        "SELECT sum(x) OVER (ORDER BY 'a' || 'b' RANGE 1 PRECEDING) FROM (VALUES 1) AS t(x)",
        "TYPE_MISMATCH",
        "line 1:8: Window frame of type RANGE PRECEDING or FOLLOWING requires that sort item type be numeric, datetime or interval (actual: varchar)",
    ),
    (
        "SELECT sum(x) OVER nope FROM (VALUES 1) AS t(x)",
        "INVALID_WINDOW_REFERENCE",
        "line 1:8: Cannot resolve WINDOW name nope",
    ),
    (
        "SELECT ntile(0) OVER (ORDER BY x) FROM (VALUES 1) AS t(x)",
        "INVALID_FUNCTION_ARGUMENT",
        "Buckets must be greater than 0",
    ),
    (
        "SELECT 1 FROM (VALUES 1) AS t(x) HAVING count(*) OVER () > 1",
        "NESTED_WINDOW",
        "line 1:41: HAVING clause cannot contain window functions or row pattern measures",
    ),
    (
        "SELECT x FROM (VALUES 1) AS t(x) WHERE rank() OVER (ORDER BY x) = 1",
        "EXPRESSION_NOT_SCALAR",
        "line 1:40: WHERE clause cannot contain aggregations, window functions or grouping operations: [rank]",
    ),
    (
        "SELECT x FROM (VALUES 1) AS t(x) GROUP BY rank() OVER (ORDER BY x)",
        "EXPRESSION_NOT_SCALAR",
        "line 1:43: GROUP BY clause cannot contain aggregations, window functions or grouping operations: [rank]",
    ),
    (
        "SELECT grouping(x) FROM (VALUES 1) AS t(x)",
        "MISSING_GROUP_BY",
        "line 1:8: A GROUPING() operation can only be used with a corresponding GROUPING SET/CUBE/ROLLUP/GROUP BY clause",
    ),
    (
        "SELECT grouping(x) FROM (VALUES (1, 2)) AS t(x, y) GROUP BY y",
        "INVALID_ARGUMENTS",
        "line 1:8: The arguments to GROUPING() must be expressions referenced by the GROUP BY at the associated query level. Mismatch due to grouping(x).",
    ),
    (
        "SELECT x, sum(y) FROM (VALUES (1, 2)) AS t(x, y) GROUP BY x, sum(y)",
        "EXPRESSION_NOT_SCALAR",
        "line 1:62: GROUP BY clause cannot contain aggregations, window functions or grouping operations: [sum(y)]",
    ),
    (
        "SELECT a FROM (VALUES 1) AS t(a) GROUP BY ROLLUP (a + 1)",
        "INVALID_COLUMN_REFERENCE",
        "line 1:51: GROUP BY expression must be a column reference: a + 1",
    ),
    (
        "SELECT * FROM (VALUES (1, 2)) AS t(a, b) GROUP BY a",
        "EXPRESSION_NOT_AGGREGATE",
        "'t.b' must be an aggregate expression or appear in GROUP BY clause",
    ),
    (
        "SELECT * FROM (VALUES 1) AS t(a) GROUP BY 9",
        "INVALID_COLUMN_REFERENCE",
        "line 1:43: GROUP BY position 9 is not in select list",
    ),
    (
        "SELECT sum(b) FROM (VALUES (1, 2)) AS t(a, b) ORDER BY a + 1",
        "EXPRESSION_NOT_AGGREGATE",
        "'t.a' must be an aggregate expression or appear in GROUP BY clause",
    ),
    (
        "SELECT count(*) OVER (PARTITION BY a) FROM (VALUES (1, 2)) AS t(a, b) GROUP BY b",
        "EXPRESSION_NOT_AGGREGATE",
        "'t.a' must be an aggregate expression or appear in GROUP BY clause",
    ),
    (
        "SELECT row_number() OVER () AS a FROM (VALUES (1, 2)) AS t(a, b) GROUP BY a + b ORDER BY a + b",
        "EXPRESSION_NOT_AGGREGATE",
        "'t.b' must be an aggregate expression or appear in GROUP BY clause",
    ),
    (
        "SELECT max(a) AS a FROM (VALUES (1, 2)) AS t(a, b) GROUP BY b ORDER BY max(a + b)",
        "COLUMN_NOT_FOUND",
        "Invalid reference to output projection attribute from ORDER BY aggregation",
    ),
    (
        "SELECT x FROM (VALUES 1) AS t(x) FETCH FIRST 2 ROWS WITH TIES",
        "MISSING_ORDER_BY",
        "line 1:46: FETCH FIRST WITH TIES clause requires ORDER BY",
    ),
    (
        "SELECT x FROM (VALUES 1) AS t(x) FETCH FIRST 0 ROWS ONLY",
        "NUMERIC_VALUE_OUT_OF_RANGE",
        "line 1:46: FETCH FIRST row count must be positive (actual value: 0)",
    ),
    ("SELECT 1 LIMIT -1", "SYNTAX_ERROR", "line 1:17: mismatched input '-'"),
    (
        "SELECT nope.* FROM (VALUES 1) AS t(a)",
        "TABLE_NOT_FOUND",
        "line 1:8: Unable to resolve reference nope",
    ),
    (
        "SELECT (1, 2).* AS (a) FROM (VALUES 1) AS t(a)",
        "MISMATCHED_COLUMN_ALIASES",
        "line 1:9: Column alias list has 1 entries but relation has 2 columns",
    ),
    (
        "SELECT * FROM (VALUES 'a') AS t(y) WHERE y IN (VALUES 1)",
        "TYPE_MISMATCH",
        "line 1:44: Value expression and result of subquery must be of the same type: row(varchar(1)) vs row(integer)",
    ),
    (
        "SELECT lower(DISTINCT a) FROM (VALUES 'x') AS t(a)",
        "FUNCTION_NOT_AGGREGATE",
        "line 1:8: DISTINCT is not supported for non-aggregation functions",
    ),
    (
        "SELECT * FROM (VALUES 1) AS t(a) LEFT JOIN UNNEST(ARRAY[1]) AS u(b) ON a = b",
        "NOT_SUPPORTED",
        "line 1:72: LEFT JOIN involving UNNEST is only supported with condition ON TRUE",
    ),
    ("SELECT * FROM UNNEST(1)", "TYPE_MISMATCH", "line 1:22: Cannot unnest type: integer"),
    (
        "SELECT 'a' LIKE 'a!b' ESCAPE '!'",
        "INVALID_FUNCTION_ARGUMENT",
        "line 1:30: Escape character must be followed by '%', '_' or the escape character itself",
    ),
    (
        "SELECT 'a' LIKE 'a' ESCAPE 'xx'",
        "INVALID_FUNCTION_ARGUMENT",
        "line 1:28: Escape string must be a single character",
    ),
    ("SELECT true + 1", "TYPE_MISMATCH", "line 1:15: Cannot apply operator: boolean + integer"),
    (
        "SELECT time '10:00' < timestamp '2026-01-01 10:00:00'",
        "TYPE_MISMATCH",
        "line 1:21: Cannot apply operator: time(0) < timestamp(0)",
    ),
    (
        "SELECT x'61' = 'a'",
        "TYPE_MISMATCH",
        "line 1:14: Cannot apply operator: varbinary = varchar(1)",
    ),
    (
        "SELECT JSON '1' < JSON '2'",
        "TYPE_MISMATCH",
        "line 1:17: Cannot apply operator: json < json",
    ),
    (
        "SELECT MAP(ARRAY[1], ARRAY[2]) < MAP(ARRAY[1], ARRAY[2])",
        "TYPE_MISMATCH",
        "line 1:32: Cannot apply operator: map(integer, integer) < map(integer, integer)",
    ),
    (
        "SELECT max(MAP(ARRAY[1], ARRAY[2]))",
        "FUNCTION_NOT_FOUND",
        "line 1:8: Unexpected parameters (map(integer, integer)) for function max.",
    ),
    (
        "SELECT x FROM (VALUES MAP(ARRAY[1], ARRAY[2])) AS t(x) ORDER BY x",
        "TYPE_MISMATCH",
        "line 1:65: Type map(integer, integer) is not orderable, and therefore cannot be used in ORDER BY: x",
    ),
    (
        "SELECT ARRAY[1]['a']",
        "TYPE_MISMATCH",
        "line 1:14: Cannot use varchar(1) for subscript of array(integer)",
    ),
    (
        "SELECT ROW(1, 2)[3]",
        "INVALID_FUNCTION_ARGUMENT",
        "line 1:8: Invalid subscript expression: ROW index out of bounds: 3",
    ),
    (
        "SELECT greatest(1, 'a')",
        "FUNCTION_NOT_FOUND",
        "line 1:8: Unexpected parameters (integer, varchar(1)) for function greatest.",
    ),
    (
        "SELECT sum('a')",
        "FUNCTION_NOT_FOUND",
        "line 1:8: Unexpected parameters (varchar(1)) for function sum.",
    ),
    (
        "SELECT year('2026-01-01')",
        "FUNCTION_NOT_FOUND",
        "line 1:8: Unexpected parameters (varchar(10)) for function year.",
    ),
    (
        "SELECT filter(ARRAY[1], x -> x + 1)",
        "FUNCTION_NOT_FOUND",
        "line 1:8: Unexpected parameters () for function filter.",
    ),
    (
        "SELECT CAST(12345 AS varchar(3))",
        "INVALID_CAST_ARGUMENT",
        "Value 12345 cannot be represented as varchar(3)",
    ),
    ("SELECT CAST(300 AS tinyint)", "NUMERIC_VALUE_OUT_OF_RANGE", "Out of range for tinyint: 300"),
    (
        "SELECT CAST('12345' AS decimal(3, 1))",
        "INVALID_CAST_ARGUMENT",
        "Cannot cast VARCHAR '12345' to DECIMAL(3, 1). Value too large.",
    ),
    ("SELECT CAST('yes' AS boolean)", "INVALID_CAST_ARGUMENT", "Cannot cast 'yes' to BOOLEAN"),
    ("SELECT CAST('abc' AS uuid)", "INVALID_CAST_ARGUMENT", "Invalid UUID string length: 3"),
    (
        "SELECT CAST('300.1.1.1' AS ipaddress)",
        "INVALID_CAST_ARGUMENT",
        "Cannot cast value to IPADDRESS: 300.1.1.1",
    ),
    (
        "SELECT CAST('10:99' AS time)",
        "INVALID_CAST_ARGUMENT",
        "Value cannot be cast to time: 10:99",
    ),
    (
        "SELECT CAST(1 AS varchar(0))",
        "INVALID_FUNCTION_ARGUMENT",
        "line 1:26: VARCHAR length must be in range [1, 2147483646]: 0",
    ),
    (
        "SELECT CAST(1 AS decimal(39, 0))",
        "INVALID_FUNCTION_ARGUMENT",
        "line 1:26: DECIMAL precision must be in range [1, 38]: 39",
    ),
    (
        "SELECT BIGINT '9223372036854775807' + 1",
        "NUMERIC_VALUE_OUT_OF_RANGE",
        "bigint addition overflow: 9223372036854775807 + 1",
    ),
    (
        "SELECT TINYINT '127' + TINYINT '1'",
        "NUMERIC_VALUE_OUT_OF_RANGE",
        "tinyint addition overflow: 127 + 1",
    ),
    (
        "SELECT DECIMAL '99999999999999999999999999999999999999' + 1",
        "NUMERIC_VALUE_OUT_OF_RANGE",
        "Decimal overflow",
    ),
    ("SELECT 5 % 0.0", "DIVISION_BY_ZERO", "Division by zero"),
    (
        "SELECT X'6'",
        "SYNTAX_ERROR",
        "line 1:8: Binary literal must contain an even number of digits",
    ),
    ("SELECT U&'\\26'", "SYNTAX_ERROR", "line 1:8: Incomplete escape sequence: \\"),
    (
        "SELECT 1x",
        "SYNTAX_ERROR",
        "line 1:8: identifiers must not start with a digit; surround the identifier with double quotes",
    ),
    ("SELECT CAST(1 AS string)", "TYPE_NOT_FOUND", "line 1:18: Unknown type: string"),
    ("SELECT CAST(CAST(1 AS varchar) AS text)", "TYPE_NOT_FOUND", "line 1:35: Unknown type: text"),
    ("SELECT TRY_CAST('1' AS float)", "TYPE_NOT_FOUND", "line 1:24: Unknown type: float"),
    (
        "SELECT CAST(ARRAY['1'] AS array(string))",
        "TYPE_NOT_FOUND",
        "line 1:33: Unknown type: string",
    ),
    ("SELECT 'a' 'b'", "SYNTAX_ERROR", "line 1:12: mismatched input 'b'"),
    ("SELECT 1 IS TRUE", "SYNTAX_ERROR", "line 1:13: mismatched input 'TRUE'"),
    ("SELECT 1 <=> 1", "SYNTAX_ERROR", "line 1:10: mismatched input '<=>'"),
    ("SELECT 5 ^ 2", "SYNTAX_ERROR", "line 1:8: mismatched input '5 ^ 2'"),
    ("SELECT [1, 2]", "SYNTAX_ERROR", "line 1:8: mismatched input '['"),
    ("SELECT {'a': 1}", "SYNTAX_ERROR", "line 1:8: mismatched input '{'"),
    ("SELECT ARRAY[1, 2][1:2]", "SYNTAX_ERROR", "line 1:14: mismatched input ':'"),
    ("SELECT INTERVAL 2 DAY", "SYNTAX_ERROR", "line 1:17: mismatched input '2'"),
    ("SELECT INTERVAL '2' days", "SYNTAX_ERROR", "line 1:21: mismatched input 'days'"),
    ("SELECT INTERVAL '1' week", "SYNTAX_ERROR", "line 1:21: mismatched input 'week'"),
    ("SELECT INTERVAL '2 days'", "SYNTAX_ERROR", "line 1:25: mismatched input '<EOF>'"),
    ("SELECT 1 LIMIT 1, 2", "SYNTAX_ERROR", "line 1:17: mismatched input ','"),
    (
        "SELECT date_trunc(u, date '2026-01-01') FROM (VALUES 'hour') AS t(u)",
        "INVALID_FUNCTION_ARGUMENT",
        "'hour' is not a valid DATE field",
    ),
    (
        "SELECT listagg(x, s) WITHIN GROUP (ORDER BY x) FROM (VALUES ('a', '-')) AS t(x, s)",
        "SYNTAX_ERROR",
        "line 1:19: mismatched input 's'",
    ),
    (
        "SELECT x FROM (VALUES 1) AS t(x) WHERE (x, 'a') IN (SELECT 1, 2)",
        "TYPE_MISMATCH",
        "line 1:49: Value expression and result of subquery must be of the same type: row(integer, varchar(1)) vs row(integer, integer)",
    ),
    (
        "SELECT sum(x) OVER (ORDER BY x ROWS 1 PRECEDING EXCLUDE TIES) FROM (VALUES 1) AS t(x)",
        "SYNTAX_ERROR",
        "line 1:49: mismatched input 'EXCLUDE'",
    ),
    ("SELECT nvl(NULL, 1)", "FUNCTION_NOT_FOUND", "line 1:8: Function 'nvl' not registered"),
    (
        "SELECT date_add(date '2026-01-01', INTERVAL '1' DAY)",
        "FUNCTION_NOT_FOUND",
        "line 1:8: Unexpected parameters (date, interval day to second) for function date_add.",
    ),
]
