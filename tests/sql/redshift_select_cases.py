# ruff: noqa: E501 - a table reads best with one statement a line
"""More of what Redshift answers: functions and clauses, each from its page of the developer guide.

(SQL, expected rows, page). ``R`` is the Amazon Redshift Database Developer Guide, read 2026-11-23.
Rows are compared in the order given.
"""

import datetime as dt
from decimal import Decimal as D

R = "https://docs.aws.amazon.com/redshift/latest/dg/"
DAY, TIME, UTC = dt.date, dt.datetime, dt.UTC

PIVOTS = R + "r_FROM_clause-pivot-unpivot-examples.html"
PART = """WITH part(partname, maker, quality, price) AS (
  SELECT 'prop', 'local parts', 2, 10.00::decimal(12,2) UNION ALL SELECT 'prop', 'big parts', NULL, 9.00
  UNION ALL SELECT 'prop', 'small parts', 1, 12.00 UNION ALL SELECT 'rudder', 'local parts', 1, 2.50
  UNION ALL SELECT 'rudder', 'big parts', 2, 3.75 UNION ALL SELECT 'rudder', 'small parts', NULL, 1.90
  UNION ALL SELECT 'wing', 'local parts', NULL, 7.50 UNION ALL SELECT 'wing', 'big parts', 1, 15.20
  UNION ALL SELECT 'wing', 'small parts', NULL, 11.80) """
COLORS = """WITH colors(quality, red, green, blue) AS (SELECT 'high', 15, 20, 7
  UNION ALL SELECT 'normal', 35, NULL, 40 UNION ALL SELECT 'low', 10, 23, NULL) """
SALES = """WITH sales(pre_owned, category, product, cost) AS (
  SELECT 'T', 'computers', 'laptop', 1000 UNION ALL SELECT 'T', 'cellphones', 'smartphone', 800
  UNION ALL SELECT 'T', 'cellphones', 'smartphone', 810 UNION ALL SELECT 'F', 'computers', 'laptop', 1050
  UNION ALL SELECT 'F', 'computers', 'mouse', 50) """
STAFF = """WITH staff(id, name, boss) AS (SELECT 100, 'Carlos', NULL UNION ALL SELECT 101, 'John', 100
  UNION ALL SELECT 102, 'Jorge', 101 UNION ALL SELECT 103, 'Kwaku', 101 UNION ALL SELECT 110, 'Liu', 101
  UNION ALL SELECT 106, 'Mateo', 102 UNION ALL SELECT 110, 'Nikki', 103) """
NUMS = "(SELECT 1 AS x, 'a' AS g UNION ALL SELECT 2, 'a' UNION ALL SELECT 4, 'b' UNION ALL SELECT 7, 'b') t"
DOC = """(SELECT json_parse('{"n": 7, "s": "good", "o": {"k": [1, 2.5, {"z": null}]}, "b": true}') AS d) t"""

CASES = [
    # --- PIVOT and UNPIVOT
    (
        PART
        + "SELECT * FROM (SELECT partname, price FROM part) PIVOT (AVG(price) FOR partname IN ('prop', 'rudder', 'wing'))",
        [(D("10.33"), D("2.71"), D("11.50"))],
        PIVOTS,
    ),
    (
        PART
        + "SELECT * FROM (SELECT quality, maker FROM part) PIVOT (count(*) FOR quality IN (1, 2, NULL)) ORDER BY maker",
        [("big parts", 1, 1, 1), ("local parts", 1, 1, 1), ("small parts", 1, 0, 2)],
        PIVOTS,
    ),
    (
        PART
        + "SELECT high_n, low_n, na_n FROM (SELECT quality, maker FROM part) PIVOT (count(*) AS n FOR quality IN (1 AS high, 2 AS low, NULL AS na)) ORDER BY maker",
        [(1, 1, 1), (1, 1, 1), (1, 0, 2)],
        PIVOTS,
    ),
    (
        PART
        + "SELECT p.maker, p.wing FROM (SELECT partname, maker, price FROM part) AS src PIVOT (max(price) FOR partname IN ('wing')) AS p WHERE p.wing > 8 ORDER BY 1",
        [("big parts", D("15.20")), ("small parts", D("11.80"))],
        PIVOTS,
    ),
    (
        PART
        + "SELECT * FROM part PIVOT (sum(price) AS total FOR maker IN ('local parts' AS here)) ORDER BY partname, quality",
        [
            ("prop", 1, None),
            ("prop", 2, D("10.00")),
            ("prop", None, None),
            ("rudder", 1, D("2.50")),
            ("rudder", 2, None),
            ("rudder", None, None),
            ("wing", 1, None),
            ("wing", None, D("7.50")),
        ],
        PIVOTS,
    ),
    (
        COLORS
        + "SELECT * FROM (SELECT red, green, blue FROM colors) UNPIVOT (cnt FOR color IN (red, green, blue)) ORDER BY 1, 2",
        [
            ("blue", 7),
            ("blue", 40),
            ("green", 20),
            ("green", 23),
            ("red", 10),
            ("red", 15),
            ("red", 35),
        ],
        PIVOTS,
    ),
    (
        COLORS
        + "SELECT count(*), count(cnt) FROM (SELECT red, green, blue FROM colors) UNPIVOT INCLUDE NULLS (cnt FOR color IN (red, green, blue))",
        [(9, 7)],
        PIVOTS,
    ),
    (
        COLORS
        + "SELECT count(*) FROM colors UNPIVOT EXCLUDE NULLS (cnt FOR color IN (red, green, blue))",
        [(7,)],
        PIVOTS,
    ),
    (
        COLORS
        + "SELECT * FROM colors UNPIVOT (cnt FOR color IN (red AS r, green AS g, blue AS b)) ORDER BY cnt LIMIT 2",
        [("high", "b", 7), ("low", "r", 10)],
        PIVOTS,
    ),
    # --- GROUP BY
    (
        SALES
        + "SELECT category, product, sum(cost) AS total FROM sales GROUP BY GROUPING SETS (category, product) ORDER BY 1, 2",
        [
            ("cellphones", None, 1610),
            ("computers", None, 2100),
            (None, "laptop", 2050),
            (None, "mouse", 50),
            (None, "smartphone", 1610),
        ],
        R + "r_GROUP_BY_aggregation-extensions.html",
    ),
    (
        SALES
        + "SELECT category, product, sum(cost) FROM sales GROUP BY ROLLUP(category, product) ORDER BY 1, 2",
        [
            ("cellphones", "smartphone", 1610),
            ("cellphones", None, 1610),
            ("computers", "laptop", 2050),
            ("computers", "mouse", 50),
            ("computers", None, 2100),
            (None, None, 3710),
        ],
        R + "r_GROUP_BY_aggregation-extensions.html",
    ),
    (
        SALES
        + "SELECT category, product, grouping(category), grouping(product), grouping(category, product), sum(cost) FROM sales GROUP BY CUBE(category, product) ORDER BY 3, 1, 2",
        [
            ("cellphones", "smartphone", 0, 0, 0, 1610),
            ("cellphones", None, 0, 1, 1, 1610),
            ("computers", "laptop", 0, 0, 0, 2050),
            ("computers", "mouse", 0, 0, 0, 50),
            ("computers", None, 0, 1, 1, 2100),
            (None, "laptop", 1, 0, 2, 2050),
            (None, "mouse", 1, 0, 2, 50),
            (None, "smartphone", 1, 0, 2, 1610),
            (None, None, 1, 1, 3, 3710),
        ],
        R + "r_GROUP_BY_aggregation-extensions.html",
    ),
    (
        SALES
        + "SELECT pre_owned, category, product, grouping_id(category, product, pre_owned) AS id, sum(cost) FROM sales GROUP BY pre_owned, ROLLUP(category, product) ORDER BY 4, 1, 2, 3",
        [
            ("F", "computers", "laptop", 0, 1050),
            ("F", "computers", "mouse", 0, 50),
            ("T", "cellphones", "smartphone", 0, 1610),
            ("T", "computers", "laptop", 0, 1000),
            ("F", "computers", None, 2, 1100),
            ("T", "cellphones", None, 2, 1610),
            ("T", "computers", None, 2, 1000),
            ("F", None, None, 6, 1100),
            ("T", None, None, 6, 2610),
        ],
        R + "r_GROUP_BY_aggregation-extensions.html",
    ),
    (
        SALES
        + "SELECT count(*) FROM (SELECT 1 FROM sales GROUP BY CUBE(category, product), GROUPING SETS(pre_owned, ())) t",
        [(22,)],
        R + "r_GROUP_BY_aggregation-extensions.html",
    ),
    (
        SALES
        + "SELECT count(*) FROM (SELECT 1 FROM sales GROUP BY GROUPING SETS(ROLLUP(category), CUBE(product, pre_owned))) t",
        [(13,)],
        R + "r_GROUP_BY_aggregation-extensions.html",
    ),
    (
        SALES + "SELECT category, sum(cost) FROM sales GROUP BY ALL ORDER BY 1",
        [("cellphones", 1610), ("computers", 2100)],
        R + "r_GROUP_BY_clause.html",
    ),
    (
        SALES
        + "SELECT category AS c, sum(cost) AS s FROM sales GROUP BY c HAVING sum(cost) > 2000",
        [("computers", 2100)],
        R + "r_HAVING_clause.html",
    ),
    # --- CONNECT BY and recursion
    (
        STAFF
        + "SELECT id, name, boss FROM staff WHERE LEVEL < 4 START WITH name = 'John' CONNECT BY PRIOR id = boss ORDER BY level, name",
        [
            (101, "John", 100),
            (102, "Jorge", 101),
            (103, "Kwaku", 101),
            (110, "Liu", 101),
            (106, "Mateo", 102),
            (110, "Nikki", 103),
        ],
        R + "r_CONNECT_BY_clause.html",
    ),
    (
        STAFF
        + "SELECT count(*) FROM staff AS e CONNECT BY PRIOR e.id = e.boss START WITH e.name = 'John'",
        [(6,)],
        R + "r_CONNECT_BY_clause.html",
    ),
    (
        STAFF + "SELECT max(level) FROM staff START WITH boss IS NULL CONNECT BY boss = PRIOR id",
        [(4,)],
        R + "r_CONNECT_BY_clause.html",
    ),
    (
        STAFF + ", RECURSIVE_AGE AS (SELECT 1 AS one) SELECT one FROM recursive_age",
        [(1,)],
        R + "r_WITH_clause.html",
    ),
    (
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 5) SELECT x, x * x FROM n ORDER BY x",
        [(1, 1), (2, 4), (3, 9), (4, 16), (5, 25)],
        R + "r_WITH_clause.html",
    ),
    (
        STAFF.replace("WITH", "WITH RECURSIVE")
        + ", tree(id, name, depth) AS (SELECT id, name, 0 FROM staff WHERE name = 'John' UNION ALL SELECT s.id, s.name, t.depth + 1 FROM staff s, tree t WHERE s.boss = t.id AND t.depth < 1) SELECT name, depth FROM tree ORDER BY depth, name",
        [("John", 0), ("Jorge", 1), ("Kwaku", 1), ("Liu", 1)],
        R + "r_WITH_clause.html",
    ),
    # --- the leader node
    ("SELECT generate_series(1, 3)", [(1,), (2,), (3,)], R + "c_sql-functions-leader-node.html"),
    (
        "SELECT n FROM generate_series(0, 10, 5) AS n",
        [(0,), (5,), (10,)],
        R + "c_sql-functions-leader-node.html",
    ),
    (
        "SELECT count(*) FROM generate_series(5, 1, -1) AS g(n) WHERE g.n > 3",
        [(2,)],
        R + "c_sql-functions-leader-node.html",
    ),
    # --- aggregates and windows
    (
        f"SELECT median(x), percentile_cont(0.25) WITHIN GROUP (ORDER BY x DESC), percentile_disc(0.25) WITHIN GROUP (ORDER BY x DESC) FROM {NUMS}",
        [(3.0, 4.75, 7)],
        R + "r_PERCENTILE_CONT.html",
    ),
    (
        f"SELECT x, median(x) OVER (PARTITION BY g), percentile_disc(0.5) WITHIN GROUP (ORDER BY x) OVER (PARTITION BY g) FROM {NUMS} ORDER BY x",
        [(1, 1.5, 1), (2, 1.5, 1), (4, 5.5, 4), (7, 5.5, 4)],
        R + "r_WF_MEDIAN.html",
    ),
    (
        f"SELECT g, listagg(x, '-') WITHIN GROUP (ORDER BY x DESC) FROM {NUMS} GROUP BY g ORDER BY g",
        [("a", "2-1"), ("b", "7-4")],
        R + "r_LISTAGG.html",
    ),
    (
        f"SELECT DISTINCT g, listagg(x, '|') WITHIN GROUP (ORDER BY x) OVER (PARTITION BY g) FROM {NUMS} ORDER BY g",
        [("a", "1|2"), ("b", "4|7")],
        R + "r_WF_LISTAGG.html",
    ),
    (
        f"SELECT listagg(DISTINCT g) WITHIN GROUP (ORDER BY g) FROM {NUMS}",
        [("ab",)],
        R + "r_LISTAGG.html",
    ),
    (
        f"SELECT x, first_value(x) OVER (PARTITION BY g ORDER BY x ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING), last_value(x) OVER (PARTITION BY g ORDER BY x ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM {NUMS} ORDER BY x",
        [(1, 1, 2), (2, 1, 2), (4, 4, 7), (7, 4, 7)],
        R + "r_WF_first_value.html",
    ),
    (
        f"SELECT x, nth_value(x, 2) OVER (ORDER BY x ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING), ntile(2) OVER (ORDER BY x), lead(x, 2) OVER (ORDER BY x) FROM {NUMS} ORDER BY x",
        [(1, 2, 1, 4), (2, 2, 1, 7), (4, 2, 2, None), (7, 2, 2, None)],
        R + "r_WF_NTH.html",
    ),
    (
        f"SELECT x, cume_dist() OVER (ORDER BY x), percent_rank() OVER (ORDER BY x) FROM {NUMS} ORDER BY x LIMIT 2",
        [(1, 0.25, 0.0), (2, 0.5, 1 / 3)],
        R + "r_WF_CUME_DIST.html",
    ),
    (
        f"SELECT x, sum(x) OVER (ORDER BY x ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING), avg(x) OVER (PARTITION BY g), count(*) OVER () FROM {NUMS} ORDER BY x",
        [(1, 3, 1, 4), (2, 7, 1, 4), (4, 13, 5, 4), (7, 11, 5, 4)],
        R + "r_Window_function_synopsis.html",
    ),
    (
        f"SELECT x, rank() OVER (ORDER BY g), dense_rank() OVER (ORDER BY g), row_number() OVER (ORDER BY x DESC) FROM {NUMS} ORDER BY x",
        [(1, 1, 1, 4), (2, 1, 1, 3), (4, 3, 2, 2), (7, 3, 2, 1)],
        R + "r_WF_RANK.html",
    ),
    (
        f"SELECT g, x FROM {NUMS} QUALIFY row_number() OVER (PARTITION BY g ORDER BY x DESC) = 1 ORDER BY g",
        [("a", 2), ("b", 7)],
        R + "r_QUALIFY_clause.html",
    ),
    (
        f"SELECT x, x - lag(x) OVER (ORDER BY x) AS gap FROM {NUMS} QUALIFY gap > 1 ORDER BY x",
        [(4, 2), (7, 3)],
        R + "r_QUALIFY_clause.html",
    ),
    (
        "SELECT first_value(v IGNORE NULLS) OVER (ORDER BY k ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM (SELECT 1 AS k, NULL::int AS v UNION ALL SELECT 2, 5) t LIMIT 1",
        [(5,)],
        R + "r_WF_first_value.html",
    ),
    (
        "SELECT stddev_samp(x)::decimal(8,4), var_pop(x), bool_and(x > 0), bit_or(x), any_value(1) FROM (SELECT 2 AS x UNION ALL SELECT 4 UNION ALL SELECT 6) t",
        [(D("2.0000"), 8 / 3, True, 6, 1)],
        R + "c_Aggregate_Functions.html",
    ),
    (
        f"SELECT approximate count(DISTINCT g), approximate percentile_disc(0.5) WITHIN GROUP (ORDER BY x) FROM {NUMS}",
        [(2, 2)],
        R + "r_APPROXIMATE_PERCENTILE_DISC.html",
    ),
    # --- SUPER
    (
        f"SELECT t.d.o.k[1], t.d.o.k[2].z IS NULL, t.d.nope, t.d.o.k[9][1], t.d.n::varchar FROM {DOC}",
        [("2.5", True, None, None, "7")],
        R + "query-super.html",
    ),
    (
        f"SELECT d.n + 0.5, d.n * 2, d.n / 2, d.s + '!', d.s + 1, -d.n, d.n % 4 FROM {DOC}",
        [("7.5", "14", "3", '"good!"', None, "-7", "3")],
        R + "operators-functions.html",
    ),
    (
        f"SELECT d.s = 'good ', d.n = 'good', d.n <= 'good', d.n > 6, d.b, d.s::int FROM {DOC}",
        [(True, False, None, True, "true", None)],
        R + "query-super.html",
    ),
    (
        "SELECT s FROM (SELECT json_parse('\"b\"') AS s UNION ALL SELECT array(1) UNION ALL SELECT json_parse('2') UNION ALL SELECT json_parse('-2.5') UNION ALL SELECT json_parse('true')) t ORDER BY s",
        [("true",), ("-2.5",), ("2",), ('"b"',), ("[1]",)],
        R + "query-super.html",
    ),
    (
        "SELECT i, e FROM (SELECT json_parse('{\"a\": [1, 2.3, 45000000]}') AS d) AS b, b.d.a AS e AT i",
        [(0, "1"), (1, "2.3"), (2, "45000000")],
        R + "query-super.html",
    ),
    (
        "SELECT array, element FROM (SELECT json_parse('[[1.1, 1.2], [2.1]]') AS m) AS f, f.m AS array, array AS element",
        [("[1.1,1.2]", "1.1"), ("[1.1,1.2]", "1.2"), ("[2.1]", "2.1")],
        R + "query-super.html",
    ),
    (
        'SELECT k, v, json_typeof(v) FROM (SELECT json_parse(\'{"a": 1, "b": "x"}\') AS s) t, UNPIVOT t.s AS v AT k',
        [("a", "1", "number"), ("b", '"x"', "string")],
        R + "query-super.html",
    ),
    (
        'SELECT attr, val FROM (SELECT json_parse(\'[{"p": 1}, {"q": 2}]\') AS s) t, t.s AS o, UNPIVOT o AS val AT attr',
        [("p", "1"), ("q", "2")],
        R + "query-super.html",
    ),
    (
        "SELECT t.n, e FROM (SELECT 1 AS n, json_parse('[5]') AS s UNION ALL SELECT 2, NULL) t LEFT JOIN t.s AS e ON true ORDER BY 1",
        [(1, "5"), (2, None)],
        R + "r_FROM_clause30.html",
    ),
    (
        "SELECT u.p FROM (SELECT json_parse('[5, 6]') AS s) t, UNNEST(t.s) AS u(p)",
        [("5",), ("6",)],
        R + "r_FROM_clause-unnest-examples.html",
    ),
    (
        'SELECT o.items[0].sku, count(*) FROM (SELECT json_parse(\'[{"sku": "a"}]\') AS items) o WHERE o.items[0].sku IS NOT NULL GROUP BY o.items[0].sku',
        [('"a"', 1)],
        R + "query-super.html",
    ),
    (
        "SELECT array_flatten(array(1, array(2, array(3, array())))), array_concat(json_parse('[10001,10002]'), json_parse('[10003]'))",
        [("[1,2,3]", "[10001,10002,10003]")],
        R + "r_array_concat.html",
    ),
    (
        "SELECT subarray(array('a','b','c','d','e','f'), 2, 3), get_array_length(array(1,2,3)), split_to_array('12|345|6789', '|')",
        [('["c","d","e"]', 3, '["12","345","6789"]')],
        R + "r_subarray.html",
    ),
    (
        "SELECT array_contains(array('red', 'green'), 'red'), array_contains(array('red', NULL, 'green'), NULL), array_contains(array('red', NULL), 'blue', true), array_contains(array('red', 'green'), NULL, false)",
        [(True, True, False, None)],
        R + "array_contains.html",
    ),
    (
        "SELECT array_positions(array('red','green','red'), 'red'), array_positions(array(1,2,3), 4), array_positions(array('red', NULL, 'green', NULL), NULL)",
        [("[0,2]", "[]", "[1,3]")],
        R + "array_positions.html",
    ),
    (
        "SELECT array_distinct(array(1, 1, 'a', 'a', NULL, NULL)), array_distinct(array_concat(array(1,2,3,3), array(2,3,4,4)))",
        [('[1,"a",null]', "[1,2,3,4]")],
        R + "array_distinct.html",
    ),
    (
        "SELECT array_except(array('a','b','c'), array('b','c','d')), array_except(array('b','b','b','b'), array('b','b')), array_except(array('a','b','b'), array('b'), true), array_except(array('a', NULL), array(NULL))",
        [('["a"]', '["b","b"]', '["a"]', '["a"]')],
        R + "array_except.html",
    ),
    (
        'SELECT object_transform(json_parse(\'{"name": {"first": "John", "last": "Doe"}, "age": 25, "ssn": "111"}\') KEEP \'"name"."first"\', \'"age"\' SET \'"age"\', 30, \'"company"\', \'Amazon\')',
        [('{"name":{"first":"John"},"age":30,"company":"Amazon"}',)],
        R + "r_object_transform_function.html",
    ),
    (
        'SELECT lower_attribute_names(json_parse(\'{"AttrName": {"B": 1}}\')), upper_attribute_names(json_parse(\'{"a": 1}\')), get_number_attributes(json_parse(\'{"a": 1, "b": 2}\'))',
        [('{"attrname":{"b":1}}', '{"A":1}', 2)],
        R + "r_lower_attribute_names.html",
    ),
    (
        "SELECT is_array(array(1)), is_object(object('a', 1)), is_scalar(json_parse('1')), is_varchar(json_parse('\"x\"')), is_integer(json_parse('5')), is_smallint(json_parse('40000')), is_bigint(json_parse('5000000000')), is_decimal(json_parse('1.25')), is_boolean(json_parse('true')), is_array(NULL)",
        [(True, True, True, True, True, False, True, True, True, False)],
        R + "c_Type_Info_Functions.html",
    ),
    (
        "SELECT decimal_precision(json_parse('6.12')), decimal_scale(json_parse('6.12')), json_typeof(array(1,2)), json_typeof(json_parse('null')), json_size(json_parse('[10001,10002,\"⬤\"]'))",
        [(3, 2, "array", "null", 19)],
        R + "r_decimal_precision.html",
    ),
    (
        "SELECT floor(json_parse('2.7')), ceil(json_parse('2.1')), round(json_parse('2.5')), trunc(json_parse('-2.9')), abs(json_parse('-3'))",
        [("2", "3", "3", "-2", "3")],
        R + "operators-functions.html",
    ),
    (
        "SELECT max(e), min(e), count(e), sum(e) FROM (SELECT json_parse('[9, 10, 1.5]') AS s) t, t.s AS e",
        [("10", "1.5", 3, 20.5)],
        R + "query-super.html",
    ),
    # --- JSON text
    (
        'SELECT json_extract_path_text(\'{"f2": {"f3": 1}, "f4": {"f5": 99, "f6": "star"}}\', \'f4\', \'f6\'), json_extract_path_text(\'{"a"\', \'x\', true), json_extract_array_element_text(\'[111, 112, 113]\', 2)',
        [("star", None, "113")],
        R + "JSON_EXTRACT_PATH_TEXT.html",
    ),
    (
        'SELECT json_array_length(\'[11,12,13,{"f1":1,"f2":[5,6]},14]\'), is_valid_json(\'{"a":2}\'), is_valid_json(\'{a:2}\'), is_valid_json_array(\'["a","b"]\')',
        [(5, True, False, True)],
        R + "JSON_ARRAY_LENGTH.html",
    ),
    # --- dates
    (
        "SELECT dateadd(month, 18, '2008-02-28'), dateadd(month, 1, '2008-01-31'), dateadd(minute, 30, time '13:10:30')",
        [(TIME(2009, 8, 28), TIME(2008, 2, 29), dt.time(13, 40, 30))],
        R + "r_DATEADD_function.html",
    ),
    (
        "SELECT datediff(week, '2009-01-01', '2009-12-31'), datediff(hour, time '00:00', time '05:30'), datediff(quarter, '1998-07-01', '2026-01-15'), datediff(day, '2023-01-01', '2022-12-31')",
        [(52, 5, 110, -1)],
        R + "r_DATEDIFF_function.html",
    ),
    (
        "SELECT date_part(second, '2009-09-21 11:10:03.189717'::timestamp), extract(second FROM '2009-09-21 11:10:03.189717'::timestamp), date_part(epoch, '2008-01-01 20:00:00'::timestamp)",
        [(3.189717, 3, 1199217600.0)],
        R + "r_Dateparts_for_datetime_functions.html",
    ),
    (
        "SELECT extract(century FROM timestamp '2000-12-16'), extract(century FROM timestamp '2001-12-16'), extract(decade FROM timestamp '1999-02-16'), extract(decade FROM timestamp '2000-02-16'), extract(mil FROM timestamp '2000-12-16'), extract(mil FROM timestamp '2001-12-16')",
        [(20, 21, 200, 201, 2, 3)],
        R + "r_Dateparts_for_datetime_functions.html",
    ),
    (
        "SELECT timestamp 'epoch' + 1199217600 * interval '1 second', timestamp with time zone 'epoch' + interval '1 day'",
        [(TIME(2008, 1, 1, 20), TIME(1970, 1, 2, tzinfo=UTC))],
        R + "r_Dateparts_for_datetime_functions.html",
    ),
    (
        "SELECT date '2008-12-31' + interval '1 second', date '2008-12-31' + interval '3 hours, 35 minutes', date '2008-12-31' + interval '52 weeks', date '2008-12-31' + interval '1w, 1h, 1m, 1s', date '2008-12-31' + interval '0.5 days'",
        [
            (
                TIME(2008, 12, 31, 0, 0, 1),
                TIME(2008, 12, 31, 3, 35),
                TIME(2009, 12, 30),
                TIME(2009, 1, 7, 1, 1, 1),
                TIME(2008, 12, 31, 12),
            )
        ],
        R + "r_interval_literals.html",
    ),
    (
        "SELECT date '2023-02-15' - interval '4 months', date '2023-03-31' - interval '4 months'",
        [(TIME(2022, 10, 15), TIME(2022, 11, 30))],
        R + "r_interval_literals.html",
    ),
    (
        "SELECT interval '23' month, interval '-2' day, interval '1-2' month, interval '13 day 1 hour 1 minute 1.123 seconds' second, interval '1 2:03:04' day to minute",
        [("1 year 11 mons", "-2 days", "1 year 2 mons", "13 days 01:01:01.123", "1 day 02:03:00")],
        R + "r_interval_data_types.html",
    ),
    (
        "SELECT interval '1' day < interval '25' hour, interval '2' hour + interval '30' minute, interval '90 minutes' * 2, extract(hour FROM interval '1 day 5 hours')",
        [(True, "02:30:00", "03:00:00", 5)],
        R + "r_interval_data_types.html",
    ),
    (
        "SELECT timestamp '2026-01-02 10:00:00' - timestamp '2026-01-01', time '10:30' - time '09:00'",
        [("1 day 10:00:00", "01:30:00")],
        R + "r_interval_data_types.html",
    ),
    (
        "SELECT add_months('2008-03-31', 1), add_months('2008-04-30', 1), last_day('2008-01-15'), next_day('2014-08-20', 'Tuesday')",
        [(TIME(2008, 4, 30), TIME(2008, 5, 31), DAY(2008, 1, 31), DAY(2014, 8, 26))],
        R + "r_ADD_MONTHS.html",
    ),
    (
        "SELECT date_cmp('2008-01-04', '2008-01-05'), date_cmp_timestamp('2008-06-18', '2008-06-18 10:00:00'), timestamp_cmp('2008-01-24 06:43:29', '2008-01-24 06:43:29'), timestamp_cmp_date('2008-06-18 01:00:00', '2008-06-18'), interval_cmp(interval '3 days', interval '1 year')",
        [(-1, -1, 0, 1, -1)],
        R + "r_DATE_CMP.html",
    ),
    (
        "SELECT date_trunc('hour', timestamp '2020-04-30 22:05:33.123'), date_trunc('week', date '2020-04-30'), date_trunc('quarter', date '2020-04-30'), date_trunc('year', timestamptz '2020-04-30 22:00:00+00')",
        [
            (
                TIME(2020, 4, 30, 22),
                TIME(2020, 4, 27),
                TIME(2020, 4, 1),
                TIME(2020, 1, 1, tzinfo=UTC),
            )
        ],
        R + "r_DATE_TRUNC.html",
    ),
    (
        "SELECT to_date('02 Oct 2001', 'DD Mon YYYY'), to_date('20010631', 'YYYYMMDD'), to_date('20010631', 'YYYYMMDD', false)",
        [(DAY(2001, 10, 2), DAY(2001, 7, 1), DAY(2001, 7, 1))],
        R + "r_TO_DATE_function.html",
    ),
    (
        "SELECT to_timestamp('05 Dec 2000', 'DD Mon YYYY'), to_timestamp('2011-12-18 24:38:15', 'YYYY-MM-DD HH24:MI:SS'), to_timestamp('3:05 PM', 'HH:MI PM')::time",
        [
            (
                TIME(2000, 12, 5, tzinfo=UTC),
                TIME(2011, 12, 19, 0, 38, 15, tzinfo=UTC),
                dt.time(15, 5),
            )
        ],
        R + "r_TO_TIMESTAMP.html",
    ),
    (
        "SELECT convert_timezone('EST', 'PST', '20080305 12:25:29'), convert_timezone('EST', '20080305 12:25:29'), convert_timezone('GMT', 'NEWZONE +2', '20140517 12:00')",
        [(TIME(2008, 3, 5, 9, 25, 29), TIME(2008, 3, 5, 7, 25, 29), TIME(2014, 5, 17, 10))],
        R + "CONVERT_TIMEZONE.html",
    ),
    (
        "SELECT timestamp '2001-02-16 20:38:40' AT TIME ZONE 'MST', timestamptz '2001-02-16 20:38:40-05' AT TIME ZONE 'MST', timezone('PST', timestamp '2008-06-17 09:44:54')",
        [
            (
                TIME(2001, 2, 17, 3, 38, 40, tzinfo=UTC),
                TIME(2001, 2, 16, 18, 38, 40),
                TIME(2008, 6, 17, 17, 44, 54, tzinfo=UTC),
            )
        ],
        R + "r_AT_TIME_ZONE.html",
    ),
    (
        "SELECT 'January 8, 1999'::date, '1999-01-08'::date, '1/8/1999'::date, '01/02/00'::date, '2000-Jan-31'::date, 'Jan-31-2000'::date, '31-Jan-2000'::date, '20080215'::date, '080215'::date, '2008.366'::date",
        [
            (
                DAY(1999, 1, 8),
                DAY(1999, 1, 8),
                DAY(1999, 1, 8),
                DAY(2000, 1, 2),
                DAY(2000, 1, 31),
                DAY(2000, 1, 31),
                DAY(2000, 1, 31),
                DAY(2008, 2, 15),
                DAY(2008, 2, 15),
                DAY(2008, 12, 31),
            )
        ],
        R + "r_Date_and_time_literals.html",
    ),
    (
        "SELECT '20080215 20:38:40'::timestamp, '04:05:06.789'::time, '04:05 PM'::time, '040506'::time, '2008-02-15 10:00:00-08'::timestamptz",
        [
            (
                TIME(2008, 2, 15, 20, 38, 40),
                dt.time(4, 5, 6, 789000),
                dt.time(16, 5),
                dt.time(4, 5, 6),
                TIME(2008, 2, 15, 18, tzinfo=UTC),
            )
        ],
        R + "r_Date_and_time_literals.html",
    ),
    (
        "SELECT 'tomorrow'::date - 'yesterday'::date, 'today'::timestamp = current_date, 'now'::date = current_date, trunc(sysdate) = current_date, getdate() - 1 < getdate()",
        [(2, True, True, True, True)],
        R + "r_Date_and_time_literals.html",
    ),
    (
        "SELECT trunc(timestamp '2011-07-21 10:32:38.248109'), months_between('1969-01-18', '1969-03-18'), date_part_year(date '20220502 04:05:06.789')",
        [(DAY(2011, 7, 21), -2.0, 2022)],
        R + "r_TRUNC_date.html",
    ),
    # --- formats
    (
        "SELECT to_char(timestamp '2009-12-31 23:15:59', 'DDD'), to_char(timestamp '2022-05-16 23:15:59', 'ID'), to_char(date '2009-12-31', 'MONTH'), to_char(timestamp '2008-01-25 14:30:00', 'MON-DD-YYYY HH12:MIPM')",
        [("365", "1", "DECEMBER ", "JAN-25-2008 02:30PM")],
        R + "r_TO_CHAR.html",
    ),
    (
        "SELECT to_char(-125.8, '999D99S'), trim(to_char(728.00 - 109.20, 'rn')), to_char(618.80, 'l99999D99'), to_char(64.60, 'l99999D99'), to_char(timestamp '2008-02-18 02:36:48', 'cc'), to_char(timestamp '2008-01-25 14:30:00', 'HH12:MI:SS TZ')",
        [("125.80-", "dcxix", "$   618.80", "$    64.60", "21", "02:30:00 UTC")],
        R + "r_TO_CHAR.html",
    ),
    (
        "SELECT to_number('12,454.8-', '99G999D9S'), to_number('12.345', '99D999'), to_number('1234', '9999')",
        [(D("-12454.8"), D("12.345"), D(1234))],
        R + "r_TO_NUMBER.html",
    ),
    # --- strings
    (
        "SELECT soundex('AWS Amazon'), soundex('Amazon'), soundex('+-*/%'), difference('Amazon', 'Amazone'), octetindex('AWS', 'Amazon AWS'), octetindex('AWS', 'Άμαζον AWS')",
        [("A252", "A525", "", 4, 8, 14)],
        R + "SOUNDEX.html",
    ),
    (
        "SELECT ascii('amazon'), chr(65), len('français'), octet_length('français'), bpcharcmp('San Bruno', 'San Bruno '), bttext_pattern_cmp('a', 'b')",
        [(97, "A", 8, 9, 0, -1)],
        R + "r_OCTET_LENGTH.html",
    ),
    (
        "SELECT btrim('xyzaxyzbxyzcxyz', 'xyz'), ltrim('VENUEGROUP', 'VENU'), rtrim('Pages', 's'), trim(BOTH '\"' FROM '\"dog\"'), trim(LEADING 'x' FROM 'xxa'), trim('    dog    ')",
        [("axyzbxyzc", "GROUP", "Page", "dog", "a", "dog")],
        R + "r_BTRIM.html",
    ),
    (
        "SELECT charindex('fish', 'dogfish'), position('x' IN 'abc'), strpos('dogfish', 'fish'), substring('caterpillar', 6, 4), substring('caterpillar', 0, 4), substring('caterpillar', -3, 6)",
        [(4, 0, 4, "pill", "cat", "ca")],
        R + "r_SUBSTRING.html",
    ),
    (
        "SELECT left('Chicago', 3), right('Chicago', 4), lpad('abc', 2), lpad('cat', 7, '.'), rpad('cat', 7, 'xy'), repeat('de', 3), replicate('x', 2), reverse('xyzzy')",
        [("Chi", "cago", "ab", "....cat", "catxyxy", "dedede", "xx", "yzzyx")],
        R + "r_LPAD.html",
    ),
    (
        "SELECT split_part('abc$def$ghi', '$', 3), split_part('2008-01-15', '-', 2), translate('most tin', 'onti', 'a'), replace('Shows', 'ows', 'op'), initcap('amazon redshift'), upper('é')",
        [("ghi", "01", "mas ", "Shop", "Amazon Redshift", "É")],
        R + "r_TRANSLATE.html",
    ),
    (
        "SELECT concat('one', 'two'), 'x' || NULL, 'a' || 1 || 2.50, concat('a', concat('b', 'c')), quote_ident('\"CAT\"'), quote_literal('''CAT''')",
        [("onetwo", None, "a12.50", "abc", '"""CAT"""', "'''CAT'''")],
        R + "r_CONCAT.html",
    ),
    (
        "SELECT regexp_replace('the fox', 'FOX', 'quick brown fox', 1, 'i'), regexp_replace('a1b22', '[0-9]+', '#'), regexp_count('abcdefghijklmnopqrstuvwxyz', '[a-z]{3}'), regexp_count('the fox', 'FOX', 1, 'i'), regexp_instr('the fox', 'FOX', 1, 1, 0, 'i')",
        [("the quick brown fox", "a#b#", 8, 1, 5)],
        R + "REGEXP_REPLACE.html",
    ),
    (
        "SELECT regexp_substr('the fox', 'FOX', 1, 1, 'i'), regexp_substr('user@site.org', '[^@]+$'), regexp_substr('a.b', 'x')",
        [("fox", "site.org", "")],
        R + "REGEXP_SUBSTR.html",
    ),
    (
        "SELECT 'abc' SIMILAR TO '_b_', 'abc' NOT SIMILAR TO 'a', 'a_c' LIKE 'a^_c' ESCAPE '^', 'ABC' ILIKE 'a%', 'abc' ~ '^a.c$', 'abc' !~ 'z'",
        [(True, True, True, True, True, True)],
        R + "pattern-matching-conditions-similar-to.html",
    ),
    (
        "SELECT to_hex(2147483647), strtol('abcd1234', 16), strtol('1234567', 10), strtol('110101', 2), crc32('Amazon Redshift'), md5('Amazon Redshift')",
        [("7fffffff", 2882343476, 1234567, 53, "f2726906", "f7415e33f972c03abd4f3fed36748f7a")],
        R + "r_STRTOL.html",
    ),
    (
        "SELECT E'it\\'s', 'tab\\there', '日本' || chr(33)",
        [("it's", "tab\there", "日本!")],
        R + "r_Character_types.html",
    ),
    # --- hashes and bytes
    (
        "SELECT fnv_hash(1), fnv_hash('Amazon Redshift'), fnv_hash('Amazon Redshift', fnv_hash(1)), fnv_hash('abcd') = fnv_hash('cd', fnv_hash('ab')), fnv_hash(1::smallint), fnv_hash(1::bigint)",
        [
            (
                -5968735742475085980,
                7783490368944507294,
                -2202602717770968555,
                True,
                589727492704079044,
                -8517097267634966620,
            )
        ],
        R + "r_FNV_HASH.html",
    ),
    (
        "SELECT murmur3_32_hash(34), murmur3_32_hash('iceberg'), murmur3_32_hash(34::bigint)",
        [(2017239379, 1210000089, 2017239379)],
        "https://iceberg.apache.org/spec/#appendix-b-32-bit-hash-requirements",
    ),
    (
        "SELECT to_varbyte('6162', 'hex'), to_varbyte('01001101', 'binary'), to_varbyte('a', 'utf8'), to_varbyte('4', 'hex'), from_hex('4d'), to_hex('ab'::varbyte)",
        [(b"ab", b"M", b"a", b"\x04", b"M", "6162")],
        R + "r_TO_VARBYTE.html",
    ),
    (
        "SELECT getbit(from_hex('4d'), 7), getbit(from_hex('4d'), 6), getbit(from_hex('4d'), 2), getbit(from_hex('4d'), 0), from_varbyte('abc'::varbyte, 'hex'), octet_length('abc'::varbyte)",
        [(0, 1, 1, 1, "616263", 3)],
        R + "r_GETBIT.html",
    ),
    # --- mathematics
    (
        "SELECT ceil(5.5), floor(5.9), round(5.55, 1), trunc(115.123, 2), trunc(-5.9), sign(-3), abs(-2.5), mod(10, 4), mod(-10, 4)",
        [(D(6), D(5), D("5.60"), D("115.120"), D(-5), D(-1), D("2.5"), 2, -2)],
        R + "Math_functions.html",
    ),
    (
        "SELECT round(28.05), round(-2.5), round(12345.678, -2), power(2, 10), exp(0), ln(1), log(1000), sqrt(2.25), cbrt(8), pi()::decimal(5,4), dlog10(100), dexp(0)",
        [(D(28), D(-3), D("12300.000"), 1024.0, 1.0, 0.0, 3.0, 1.5, 2.0, D("3.1416"), 2.0, 1.0)],
        R + "r_ROUND.html",
    ),
    (
        "SELECT degrees(pi()), radians(180)::decimal(6,4), sin(0), cos(0), tan(0), atan2(0, 1), acos(1), asin(0), cot(0.5) > 1.8",
        [(180.0, D("3.1416"), 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, True)],
        R + "Math_functions.html",
    ),
    (
        "SELECT 5 / 2, 5.0 / 2, 5 / 2.0::float8, -5 % 3, 2 ^ 5, |/ 16, 7 & 3, 7 | 8, ~ 5, 1 << 3, 16 >> 2",
        [(2, D("2.50000"), 2.5, -2, 32.0, 4.0, 3, 15, -6, 8, 4)],
        R + "r_OPERATOR_SYMBOLS.html",
    ),
    (
        "SELECT 8::decimal(8,2) / 3::decimal(8,2), 1.5 + 2, 1.25 * 2.5, 10::smallint / 4, 2147483647::bigint + 1",
        [(D("2.666666666"), D("3.5"), D("3.125"), 2, 2147483648)],
        R + "r_numeric_computations201.html",
    ),
    # --- conditions
    (
        "SELECT nvl(NULL, 5), coalesce(NULL, 'a', 'b'), nvl2('x', 1, 2), nvl2(NULL, 1, 2), nullif(1, 1), nullif('a', 'b'), isnull(NULL, 3)",
        [(5, "a", 1, 2, None, "a", 3)],
        R + "r_NVL_function.html",
    ),
    (
        "SELECT decode(2, 1, 'one', 2, 'two'), decode(NULL, NULL, 'none', 'some'), decode(3, 1, 'one', 'other'), greatest('banana', 'apple'), least(3, NULL, 1)",
        [("two", "none", "other", "banana", 1)],
        R + "r_DECODE_expression.html",
    ),
    (
        "SELECT CASE 3 WHEN 1 THEN 'a' WHEN 3 THEN 'c' END, CASE WHEN NULL THEN 1 ELSE 2 END, 5 BETWEEN 1 AND 5, NOT 1 IN (2, 3), NULL IS NULL, true IS NOT false",
        [("c", 2, True, True, True, True)],
        R + "c_conditional_expressions.html",
    ),
    # --- queries
    (
        "SELECT TOP 2 x FROM (SELECT 3 AS x UNION SELECT 1 UNION SELECT 2) t ORDER BY x DESC",
        [(3,), (2,)],
        R + "r_SELECT_list.html",
    ),
    (
        "SELECT * EXCLUDE (b, c) FROM (SELECT 1 AS a, 2 AS b, 3 AS c) t",
        [(1,)],
        R + "r_EXCLUDE_list.html",
    ),
    (
        "SELECT t.*, 9 AS z EXCLUDE b, c FROM (SELECT 1 AS a, 2 AS b, 3 AS c) t",
        [(1, 9)],
        R + "r_EXCLUDE_list.html",
    ),
    ("SELECT 1 UNION SELECT 2 INTERSECT SELECT 3", [(1,)], R + "r_UNION.html"),
    ("SELECT 1 AS x UNION ALL SELECT 1 MINUS SELECT 2 ORDER BY 1", [(1,)], R + "r_UNION.html"),
    ("(SELECT 1 UNION ALL SELECT 2) EXCEPT SELECT 2", [(1,)], R + "r_UNION.html"),
    (
        "SELECT x FROM (SELECT 1 AS x UNION ALL SELECT NULL UNION ALL SELECT 3) t ORDER BY x DESC NULLS LAST LIMIT 2 OFFSET 1",
        [(1,), (None,)],
        R + "r_ORDER_BY_clause.html",
    ),
    (
        "SELECT a.k, b.v FROM (SELECT 1 AS k UNION ALL SELECT 2) a FULL JOIN (SELECT 2 AS k, 'b' AS v UNION ALL SELECT 3, 'c') b USING (k) ORDER BY k",
        [(1, None), (2, "b"), (None, "c")],
        R + "r_Join_examples.html",
    ),
    (
        "SELECT count(*) FROM (SELECT 1 AS k) a NATURAL JOIN (SELECT 1 AS k) b CROSS JOIN (SELECT 1 UNION ALL SELECT 2) c",
        [(2,)],
        R + "r_FROM_clause30.html",
    ),
    (
        "SELECT 10 AS price, price * 2 AS twice, twice + 1 AS more",
        [(10, 20, 21)],
        R + "r_SELECT_list.html",
    ),
    (
        "SELECT x FROM (SELECT 5 AS x) t WHERE x > ANY (SELECT 1 UNION SELECT 9) AND x < ALL (SELECT 6 UNION SELECT 7) AND EXISTS (SELECT 1)",
        [(5,)],
        R + "r_exists_condition.html",
    ),
    ("SELECT /* a comment */ 1 -- and another\n + 1", [(2,)], R + "r_SELECT_synopsis.html"),
    ("SELECT group_concat FROM (SELECT 'x' AS group_concat) t", [("x",)], R + "r_names.html"),
    ('SELECT "MyCol", MYCOL FROM (SELECT 1 AS MyCol) t', [(1, 1)], R + "r_names.html"),
    (
        "SELECT current_database(), current_schema(), current_schemas(false), user = current_user, timeofday() IS NOT NULL",
        [("dev", "public", "{public}", True, True)],
        R + "r_System_information_functions.html",
    ),
    (
        "SELECT try_cast('x' AS int), try_cast('12' AS smallint), cast('1.5' AS decimal(3,1)), '7'::int8, convert(integer, '5'), cast(2008 AS char(4))",
        [(None, 12, D("1.5"), 7, 5, "2008")],
        R + "r_TRY_CAST.html",
    ),
    # --- character types
    (
        "SELECT len('cat'), len('cat   '), len('cat   '::char(6)), octet_length('ab '::varchar(5))",
        [(3, 6, 3, 3)],
        R + "r_LEN.html",
    ),
    (
        "SELECT 'ab'::char(4), 'ab'::char(4) || '|', concat('a'::char(3), 'b'), 'a'::char(3) = 'a  '::varchar(9)",
        [("ab  ", "ab|", "ab", True)],
        R + "r_Character_types.html",
    ),
    (
        "SELECT cast('abcdef' AS char(3)), cast('abcdef' AS varchar(2)), 'x'::text, 'City of South San Francisco'::char(20)",
        [("abc", "ab", "x", "City of South San Fr")],
        R + "r_Examples_with_character_types.html",
    ),
    # --- frames and windows
    (
        f"SELECT x, sum(x) OVER (ORDER BY x ROWS UNBOUNDED FOLLOWING), sum(x) OVER (ORDER BY x ROWS 1 PRECEDING) FROM {NUMS} ORDER BY x",
        [(1, 14, 1), (2, 13, 3), (4, 11, 6), (7, 7, 11)],
        R + "c_Window_functions.html",
    ),
    (
        f"SELECT x, lag(x) OVER (PARTITION BY g ORDER BY x), lead(x, 1) OVER (PARTITION BY g ORDER BY x) FROM {NUMS} ORDER BY x",
        [(1, None, 2), (2, 1, None), (4, None, 7), (7, 4, None)],
        R + "r_WF_LAG.html",
    ),
    (
        f"SELECT x, ratio_to_report(x) OVER (PARTITION BY g) FROM {NUMS} WHERE g = 'a' ORDER BY x",
        [(1, 1 / 3), (2, 2 / 3)],
        R + "r_WF_RATIO_TO_REPORT.html",
    ),
    (
        f"SELECT g, sum(sum(x)) OVER (ORDER BY g ROWS UNBOUNDED PRECEDING) FROM {NUMS} GROUP BY g ORDER BY g",
        [("a", D(3)), ("b", D(14))],
        R + "r_WF_SUM.html",
    ),
    (
        f"SELECT g, max(x) - min(x) AS spread, count(*) FROM {NUMS} GROUP BY 1 ORDER BY spread DESC",
        [("b", 3, 2), ("a", 1, 2)],
        R + "r_MAX.html",
    ),
    (
        f"SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY g DESC), median(x::decimal(5,2)), count(DISTINCT g) FROM {NUMS}",
        [("b", 3.0, 2)],
        R + "r_APPROXIMATE_PERCENTILE_DISC.html",
    ),
    (
        "SELECT avg(x), avg(x::decimal(5,2)), avg(x::float8), sum(x::bigint), sum(x::real) FROM (SELECT 1 AS x UNION ALL SELECT 2) t",
        [(1, D("1.50"), 1.5, D(3), 3.0)],
        R + "r_AVG.html",
    ),
    (
        "SELECT sum(i), avg(i), max(i) FROM (SELECT interval '1 day' AS i UNION ALL SELECT interval '3 days') t",
        [("4 days", "2 days", "3 days")],
        R + "r_SUM.html",
    ),
    (
        "SELECT count(*), count(x), count(DISTINCT x), sum(x), min(x) FROM (SELECT NULL::int AS x) t",
        [(1, 0, 0, None, None)],
        R + "r_COUNT.html",
    ),
    # --- patterns
    (
        "SELECT regexp_count('a1b22', '[[:digit:]]'), regexp_substr('ab12', '[[:digit:]]+'), regexp_replace('a b', '[[:space:]]', '_'), 'a1' ~ '[[:digit:]]', 'ab' SIMILAR TO '[[:alpha:]]+'",
        [(3, "12", "a_b", True, True)],
        R + "pattern-matching-conditions-posix.html",
    ),
    (
        "SELECT regexp_instr('the fox', 'FOX', 1, 1, 0, 'i'), regexp_instr('aXbX', 'X', 1, 2), regexp_instr('abc', 'z'), regexp_count('abc', 'z')",
        [(5, 4, 0, 0)],
        R + "REGEXP_INSTR.html",
    ),
    (
        "SELECT regexp_substr('a-b', '[a-z]-([a-z])', 1, 1, 'e'), regexp_replace('plain A1234', '(?<=[A-Z])\\\\d+', '#', 1, 'p')",
        [("b", "plain A#")],
        R + "REGEXP_SUBSTR.html",
    ),
    (
        "SELECT 'Ab' ILIKE 'aB', 'a%b' LIKE 'a\\\\%b', 'acb' LIKE 'a\\\\%b', 'abc' NOT LIKE '%z%', 'x' LIKE NULL",
        [(True, True, False, True, None)],
        R + "r_patternmatching_condition_like.html",
    ),
    (
        "SELECT 'Los Angeles' SIMILAR TO '%e%|%h%', 'Chicago' SIMILAR TO '%(x|y)%', 'aaab' SIMILAR TO 'a{3}b', 'ab' SIMILAR TO 'a'",
        [(True, False, True, False)],
        R + "pattern-matching-conditions-similar-to.html",
    ),
    # --- set operations, joins and subqueries
    ("SELECT 5 UNION ALL SELECT 5 INTERSECT SELECT 5 ORDER BY 1", [(5,), (5,)], R + "r_UNION.html"),
    ("SELECT x FROM (SELECT 1 AS x UNION SELECT 2 EXCEPT SELECT 2) t", [(1,)], R + "r_UNION.html"),
    (
        "SELECT a.k FROM (SELECT 1 AS k UNION SELECT 2) a LEFT JOIN (SELECT 2 AS k) b ON a.k = b.k WHERE b.k IS NULL",
        [(1,)],
        R + "r_Join_examples.html",
    ),
    (
        "SELECT a.k, b.k FROM (SELECT 1 AS k) a RIGHT OUTER JOIN (SELECT 2 AS k) b ON a.k = b.k",
        [(None, 2)],
        R + "r_Join_examples.html",
    ),
    (
        "SELECT (SELECT max(y) FROM (SELECT 1 AS k, 5 AS y) b WHERE b.k = a.k) FROM (SELECT 1 AS k) a",
        [(5,)],
        R + "r_correlated_subqueries.html",
    ),
    (
        "SELECT x FROM (SELECT 1 AS x UNION SELECT 2) t WHERE EXISTS (SELECT 1 FROM (SELECT 2 AS z) u WHERE u.z = t.x)",
        [(2,)],
        R + "r_exists_condition.html",
    ),
    (
        "SELECT x FROM (SELECT 1 AS x UNION SELECT 3) t WHERE x NOT IN (SELECT 1) AND (x, 2) IN (SELECT 3, 2)",
        [(3,)],
        R + "r_in_condition.html",
    ),
    (
        "WITH a AS (SELECT 1 AS x), b AS (SELECT x + 1 AS y FROM a) SELECT * FROM a, b",
        [(1, 2)],
        R + "r_WITH_clause.html",
    ),
    (
        "SELECT p.x, p.c FROM (SELECT 7 AS a, 'q' AS b, 9 AS c) AS p(x, y)",
        [(7, 9)],
        R + "r_FROM_clause30.html",
    ),
    ("SELECT t.b, t.* FROM (SELECT 1 AS a, 2 AS b) t", [(2, 1, 2)], R + "r_SELECT_list.html"),
    (
        "SELECT DISTINCT x % 2 AS odd FROM (SELECT 1 AS x UNION ALL SELECT 3 UNION ALL SELECT 4) t ORDER BY odd",
        [(0,), (1,)],
        R + "r_DISTINCT_examples.html",
    ),
    (
        "SELECT x FROM (SELECT 3 AS x UNION SELECT 1 UNION SELECT 2) t ORDER BY x DESC LIMIT 1 OFFSET 1",
        [(2,)],
        R + "r_ORDER_BY_clause.html",
    ),
    # --- types and conversions
    (
        "SELECT 1 = '1', '2026-01-02'::date = '2026-01-02', '5' + 1, 1 || 'a', date '2026-01-01' < '2026-02-01'",
        [(True, True, 6, "1a", True)],
        R + "c_Supported_data_types.html",
    ),
    (
        "SELECT 3.7::int, -3.5::int, '12'::smallint, 1::boolean, 'yes'::boolean, 'f'::boolean, true::int, 0::bool",
        [(4, -4, 12, True, True, False, 1, False)],
        R + "r_CAST_function.html",
    ),
    (
        "SELECT 1::float4 / 4, '1.5'::float, 2.5::real, 10::decimal(5,2)",
        [(0.25, 1.5, 2.5, D("10.00"))],
        R + "r_Numeric_types201.html",
    ),
    (
        "SELECT coalesce(NULL, 1, 2.5), greatest(1, 2.5), CASE WHEN false THEN 1 ELSE 2.5 END, nullif(1, '1')",
        [(D("1.0"), D("2.5"), D("2.5"), None)],
        R + "c_Supported_data_types.html",
    ),
    (
        "SELECT 10.0 / 3, 100::decimal(5,2) / 7::decimal(3,0), 1::bigint / 3.0, 2.50 * 1.5, 1.25 - 0.5",
        [(D("3.333333333333"), D("14.285714"), D("0.3333"), D("3.750"), D("0.75"))],
        R + "r_numeric_computations201.html",
    ),
    (
        "SELECT NULL + 1, NULL = NULL, NULL IS NULL, NULL AND false, NULL OR true, NOT NULL::boolean",
        [(None, None, True, False, True, None)],
        R + "r_null_condition.html",
    ),
    (
        "SELECT true IS TRUE, NULL::boolean IS UNKNOWN, false IS NOT TRUE, 1 IS NOT NULL, NULL ISNULL",
        [(True, True, True, True, True)],
        R + "r_Boolean_type.html",
    ),
    (
        "SELECT sha2('Amazon', 100), sha2('abc', 224), len(sha2('x', 512)), len(sha2('x', 0))",
        [("", "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7", 128, 64)],
        R + "SHA2.html",
    ),
    (
        "SELECT substring('caterpillar', 1, NULL), split_part('a,b', NULL, 1), date_cmp(NULL, '2026-01-01'), lpad('a', NULL)",
        [(None, None, None, None)],
        R + "String_functions_header.html",
    ),
    (
        "SELECT date '2026-01-31' + 1, 1 + date '2026-01-31', timestamp '2026-01-01 10:00' + 1, sysdate - 1 < sysdate",
        [(DAY(2026, 2, 1), DAY(2026, 2, 1), TIME(2026, 1, 2, 10), True)],
        R + "r_Datetime_types.html",
    ),
    (
        "SELECT date '2026-02-03' + time '10:30', extract(hour FROM time '10:30'), datediff(minute, time '09:00', time '10:30')",
        [(TIME(2026, 2, 3, 10, 30), 10, 90)],
        R + "r_Datetime_types.html",
    ),
    # --- more SUPER
    (
        "SELECT d.s IS NOT NULL, d.o.k[2].z IS NULL, d.nope IS NULL, d.o.k IS NULL FROM " + DOC,
        [(True, True, True, False)],
        R + "query-super.html",
    ),
    (
        "SELECT d.n::int + 1, d.n::decimal(5,2), d.s::varchar(2), d.n::varchar || 'x', d.b::boolean, d.o::int FROM "
        + DOC,
        [(8, D("7.00"), "go", "7x", True, None)],
        R + "query-super.html",
    ),
    (
        "SELECT d.n BETWEEN 5 AND 9, d.n IN (6, 7), d.s IN ('bad', 'good'), d.n <> 8, d.s <> 8, 7 = d.n FROM "
        + DOC,
        [(True, True, True, True, True, True)],
        R + "query-super.html",
    ),
    (
        "SELECT CASE WHEN d.n > 5 THEN 'big' END, nvl(d.nope, 'none'), coalesce(d.nope, d.n), decode(d.n, 7, 'seven') FROM "
        + DOC,
        [("big", '"none"', "7", "seven")],
        R + "query-super.html",
    ),
    (
        "SELECT a.d.n, b.v FROM "
        + DOC.replace(") t", ") a")
        + " JOIN (SELECT 7.0 AS k, 'x' AS v) b ON a.d.n = b.k",
        [("7", "x")],
        R + "query-super.html",
    ),
    (
        'SELECT e.sku::varchar, e.qty::int * 2 FROM (SELECT json_parse(\'[{"sku": "a", "qty": 3}, {"sku": "b", "qty": 1}]\') AS items) o, o.items AS e WHERE e.qty > 1',
        [("a", 6)],
        R + "query-super.html",
    ),
    (
        'SELECT p.k, count(*) FROM (SELECT json_parse(\'[{"k": 1}, {"k": 1}, {"k": 2}]\') AS a) t, t.a AS p GROUP BY p.k ORDER BY p.k',
        [("1", 2), ("2", 1)],
        R + "query-super.html",
    ),
    (
        'SELECT u.e, u.n FROM (SELECT json_parse(\'["a", "b"]\') AS s) t, UNNEST(t.s) WITH OFFSET AS u(e, n)',
        [('"a"', 0), ('"b"', 1)],
        R + "r_FROM_clause-unnest-examples.html",
    ),
    (
        "SELECT object('a', 1, 'b', array(1, 'x')), object(), array(), array(true, NULL)",
        [('{"a":1,"b":[1,"x"]}', "{}", "[]", "[true,null]")],
        R + "r_object_function.html",
    ),
    (
        'SELECT d.AttrName FROM (SELECT json_parse(\'{"AttrName": 1, "attrname": 2}\') AS d) t',
        [("2",)],
        R + "super-configurations.html",
    ),
    (
        "SELECT json_serialize(json_parse('{\"a\": [1, true, null]}')), json_parse('\"x\"'), can_json_parse('{'), json_extract_path_text('{\"a\": {\"b\": 5}}', 'a', 'b')",
        [('{"a":[1,true,null]}', '"x"', False, "5")],
        R + "JSON_SERIALIZE.html",
    ),
    (
        "SELECT arrays_overlap(array(1, 2), array(2)), array_union(array(1, 2), array(2, 3)), array_intersection(array(1, 2, 2), array(2, 3)), array_sort(array(3, 1, 2))",
        [(True, "[1,2,3]", "[2]", "[1,2,3]")],
        R + "c_Array_Functions.html",
    ),
    # --- everyday shapes
    (
        "SELECT to_char(date '2026-03-07', 'YYYY-MM'), to_char(timestamp '2026-03-07 05:06:07', 'HH24:MI:SS'), to_char(1234.5, 'FM$9,999.00'), to_char(7, '000')",
        [("2026-03", "05:06:07", "$1,234.50", " 007")],
        R + "r_FORMAT_strings.html",
    ),
    (
        "SELECT date_trunc('month', date '2026-05-17')::date, last_day('2026-02-10') - 1, dateadd(day, -1, '2026-03-01')::date, datediff(day, '2026-01-01', '2026-03-01')",
        [(DAY(2026, 5, 1), DAY(2026, 2, 27), DAY(2026, 2, 28), 59)],
        R + "Date_functions_header.html",
    ),
    (
        "SELECT sum(CASE WHEN x > 1 THEN 1 ELSE 0 END), count(CASE WHEN x = 1 THEN 1 END), sum(x) * 100.0 / 14 FROM "
        + NUMS,
        [(3, 1, D("100.0000000000000"))],
        R + "r_CASE_function.html",
    ),
    (
        "SELECT split_part('a,b,c', ',', regexp_count('a,b,c', ',') + 1), strpos('banana', 'an'), upper(left('abc', 1)) || substring('abc', 2)",
        [("c", 2, "Abc")],
        R + "SPLIT_PART.html",
    ),
    (
        "SELECT trim(to_char(date '2026-03-07', 'Day')), to_char(date '2026-03-07', 'FMMonth DD'), to_char(date '2026-03-07', 'Dy DDth Mon YY')",
        [("Saturday", "March 7", "Sat 07th Mar 26")],
        R + "r_FORMAT_strings.html",
    ),
    ("SELECT $$it's$$ || '!'", [("it's!",)], R + "r_CREATE_PROCEDURE.html"),
]

#: (SQL, SQLSTATE, part of the message)
ERRORS = [
    (
        PART + "SELECT * FROM part PIVOT (median(price) FOR partname IN ('prop'))",
        "42601",
        "PIVOT takes COUNT, SUM, MIN, MAX or AVG",
    ),
    (
        PART + "SELECT * FROM part PIVOT (sum(price) FOR nope IN ('prop'))",
        "42703",
        'column "nope" does not exist',
    ),
    (
        COLORS + "SELECT * FROM colors UNPIVOT (v FOR n IN (quality, red))",
        "42804",
        "cannot be matched",
    ),
    (
        "SELECT generate_series(1, 3) FROM kinds",
        "0A000",
        "Specified types or functions (one per INFO message) not supported on Redshift tables.",
    ),
    ("SELECT * FROM kinds, generate_series(1, 3) n", "0A000", "not supported on Redshift tables"),
    ("SELECT to_date('20010631', 'YYYYMMDD', true)", "22008", "date/time field value out of range"),
    ("SELECT to_date('soon', 'YYYYMMDD')", "22007", "Invalid value for the format"),
    ("SELECT interval 'a while'", "22007", 'invalid input syntax for type interval: "a while"'),
    ("SELECT 'noon'::time", "22007", "invalid input syntax for type time"),
    ("SELECT date_trunc('dow', date '2020-01-01')", "22023", "not supported"),
    (
        "SELECT convert_timezone('Mars/Base', '2020-01-01'::timestamp)",
        "22023",
        'time zone "Mars/Base" not recognized',
    ),
    (
        "SELECT a.i FROM kinds a WHERE NOT EXISTS (SELECT 1 FROM kinds b WHERE NOT EXISTS (SELECT 1 FROM kinds c WHERE a.i = c.i))",
        "0A000",
        "This type of correlated subquery pattern is not supported",
    ),
    (
        "SELECT * FROM kinds a LEFT JOIN kinds b ON a.i = b.i AND b.i = (SELECT max(c.i) FROM kinds c WHERE c.i = b.i)",
        "0A000",
        "correlated subquery pattern",
    ),
    (
        "SELECT i FROM kinds s WHERE i NOT IN (SELECT sum(l.i) OVER () FROM kinds l WHERE l.i = s.i)",
        "0A000",
        "correlated subquery pattern",
    ),
    (
        "SELECT a.i, (SELECT count(b.i) FROM kinds b WHERE b.i = a.i) AS n FROM kinds a GROUP BY n, a.i",
        "0A000",
        "correlated subquery pattern",
    ),
    (
        "SELECT i FROM kinds a WHERE i IN (SELECT sum(b.i) FROM kinds b WHERE a.b > 4 GROUP BY b.s)",
        "0A000",
        "correlated subquery pattern",
    ),
    ("SELECT i FROM kinds CONNECT BY i < 3", "42601", "CONNECT BY needs a condition with PRIOR"),
    (
        STAFF + "SELECT nope FROM staff START WITH id = 101 CONNECT BY PRIOR id = boss",
        "42703",
        'column "nope" does not exist',
    ),
    ("SELECT array_distinct()", "42883", "function array_distinct() does not exist"),
    (
        "SELECT object_transform(json_parse('{}') SET 'plain', 1)",
        "22023",
        "constant paths of quoted names",
    ),
    ("SELECT from_varbyte('a', 'hex')", "42883", "does not exist"),
    ("SELECT first_value(i) OVER (ORDER BY i) FROM kinds", "42601", "require a frame clause"),
    (
        "SELECT sum(i) OVER (ORDER BY i RANGE UNBOUNDED PRECEDING) FROM kinds",
        "42601",
        'syntax error at or near "range"',
    ),
    (
        "SELECT count(DISTINCT i) OVER (PARTITION BY s) FROM kinds",
        "0A000",
        "DISTINCT is not implemented for window functions",
    ),
    (
        "SELECT sum(i) OVER (ORDER BY i ROWS BETWEEN 3 FOLLOWING AND CURRENT ROW) FROM kinds",
        "42P20",
        "cannot have preceding rows",
    ),
    (
        "SELECT lag(i, 1, 0) OVER (ORDER BY i) FROM kinds",
        "0A000",
        "Default parameter not be supported for window function lag",
    ),
    ("SELECT i FROM kinds LIMIT 5, 6", "42601", "syntax error"),
    ("SELECT x FROM (VALUES (1), (2)) AS t(x)", "42601", "syntax error"),
    ("SELECT i FROM kinds FOR UPDATE", "0A000", "SELECT FOR UPDATE/SHARE is not supported"),
    ("SELECT DISTINCT ON (i) i FROM kinds", "42601", "syntax error"),
    ("SELECT i::oid FROM kinds", "42704", "does not exist"),
    ("SELECT max(true)", "42883", "function max(boolean) does not exist"),
    ("SELECT from_hex('zz')", "22023", "invalid hexadecimal digit"),
    ("SELECT 1 = true", "42883", "operator does not exist: integer = boolean"),
    ("SELECT '10' * '2'", "42725", "operator is not unique"),
    ("SELECT json_parse('{a:1}')", "XX000", "JSON parsing error"),
    ("SELECT substring('abc', 1, -1)", "22011", "negative substring length not allowed"),
    ("SELECT split_part('a', ',', 0)", "22023", "field position must be greater than zero"),
    ("SELECT ntile(0) OVER (ORDER BY i) FROM kinds", "22014", "ntile must be greater than zero"),
    ("SELECT pg_typeof(1)", "42883", "function pg_typeof(integer) does not exist"),
    ("SELECT row_number() FROM kinds", "42P20", "requires an OVER clause"),
    (
        "SELECT percentile_cont(2) WITHIN GROUP (ORDER BY i) FROM kinds",
        "22003",
        "is not between 0 and 1",
    ),
    ("SELECT i FROM kinds WHERE sum(i) > 1", "42803", "aggregates not allowed in WHERE clause"),
    ("SELECT 1 WHERE 1 = ANY (SELECT 1, 2)", "42601", "subquery must return only one column"),
]
