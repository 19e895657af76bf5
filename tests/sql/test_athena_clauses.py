# ruff: noqa: E501 - a table reads best with one clause a line
"""The audit of Athena's clauses: each has its effect, is kept where it can be seen, or is refused.

Three tables for queries (EFFECTS, REFUSED, LIMITS) and one for each family of statements. A row
names the clause, the statement with it and what differs without it. MUTATIONS goes through the
parse tree itself: every part of every node is set, and a query that does not notice is a clause
dropped without a word.
"""

import pytest

from dealab.sql import Athena, LabLimit, Lake, ServiceError

A = "https://docs.aws.amazon.com/athena/latest/ug/"
SELECT = A + "select.html"
TRINO = "https://trino.io/docs/current/sql/select.html"
GRAMMAR = "https://github.com/trinodb/trino/tree/master/core/trino-grammar"
CREATE = A + "create-table.html"
CTAS = A + "create-table-as.html"
UNLOAD = A + "unload.html"
ICEBERG = A + "querying-iceberg-creating-tables.html"

T = "(VALUES (1, 'a'), (2, 'b'), (3, NULL), (3, 'c')) AS t(x, y)"
U = "(VALUES (1, 10), (2, 20), (9, 90)) AS u(x, z)"


@pytest.fixture(scope="module")
def asked(lake_folder):
    """An engine that only reads."""
    return Athena(lake=Lake(lake_folder))


@pytest.fixture
def engine(lake_folder):
    return Athena(lake=Lake(lake_folder))


def refused(engine, sql: str) -> str:
    """Return the code of the service's error, or "limit"."""
    try:
        engine.run(sql)
    except ServiceError as error:
        return error.code
    except LabLimit:
        return "limit"
    return "it runs"


# --- queries: clauses with an effect ----------------------------------------------------

#: (query with {marks}, what the marks are with the clause, rows, what they are without it, rows)
EFFECTS = [
    (f"SELECT {{}} x FROM {T}", "DISTINCT", [1, 2, 3], "ALL", [1, 2, 3, 3], SELECT),
    (f"SELECT x FROM {T} {{}}", "WHERE x > 2", [3, 3], "", [1, 2, 3, 3], SELECT),
    (f"SELECT count(*) FROM {T} {{}}", "GROUP BY x", [1, 1, 2], "", [4], SELECT),
    (f"SELECT count(*) FROM {T} GROUP BY {{}}", "GROUPING SETS ((x), ())", [1, 1, 2, 4], "x", [1, 1, 2], SELECT),
    (f"SELECT count(*) FROM {T} GROUP BY {{}}", "ROLLUP (x)", [1, 1, 2, 4], "x", [1, 1, 2], SELECT),
    (f"SELECT count(*) FROM {T} GROUP BY {{}}", "CUBE (x, y)", [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4], "x, y", [1, 1, 1, 1], SELECT),
    (f"SELECT count(*) FROM {T} GROUP BY {{}} GROUPING SETS ((x), (x))", "DISTINCT", [1, 1, 2], "ALL", [1, 1, 1, 1, 2, 2], TRINO),
    (f"SELECT x FROM {T} GROUP BY x {{}}", "HAVING count(*) > 1", [3], "", [1, 2, 3], SELECT),
    (f"SELECT sum(x) OVER w FROM {T} WINDOW w AS ({{}})", "PARTITION BY x", [1, 2, 6, 6], "", [9, 9, 9, 9], TRINO),
    (f"SELECT sum(x) OVER w2 FROM {T} WINDOW w AS ({{}}), w2 AS (w ORDER BY x)", "PARTITION BY x", [1, 2, 6, 6], "", [1, 3, 9, 9], TRINO),
    (f"SELECT sum(x) OVER ({{}} ORDER BY x) FROM {T} WINDOW w AS (PARTITION BY y)", "w", [1, 2, 3, 3], "", [1, 3, 9, 9], TRINO),
    (f"SELECT sum(x) OVER (ORDER BY x {{}}) FROM {T}", "ROWS 1 PRECEDING", [1, 3, 5, 6], "", [1, 3, 9, 9], SELECT),
    (f"SELECT sum(x) OVER (ORDER BY x {{}}) FROM {T}", "RANGE BETWEEN CURRENT ROW AND 1 FOLLOWING", [3, 6, 6, 8], "", [1, 3, 9, 9], SELECT),
    (f"SELECT sum(x) OVER (ORDER BY x {{}}) FROM {T}", "GROUPS 1 PRECEDING", [1, 3, 8, 8], "", [1, 3, 9, 9], TRINO),
    (f"SELECT first_value(y) {{}} OVER (ORDER BY x DESC, y NULLS FIRST ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM {T}", "IGNORE NULLS", ["c"] * 4, "RESPECT NULLS", [None] * 4, TRINO),
    (f"SELECT y FROM {T} ORDER BY y {{}} LIMIT 1", "NULLS FIRST", [None], "NULLS LAST", ["a"], SELECT),
    (f"SELECT y FROM {T} ORDER BY y {{}} LIMIT 1", "DESC NULLS LAST", ["c"], "ASC", ["a"], SELECT),
    (f"SELECT x FROM {T} ORDER BY x {{}}", "LIMIT 1", [1], "LIMIT ALL", [1, 2, 3, 3], SELECT),
    (f"SELECT x FROM {T} ORDER BY x {{}}", "OFFSET 3", [3], "", [1, 2, 3, 3], SELECT),
    (f"SELECT x FROM {T} ORDER BY x {{}}", "OFFSET 1 ROW LIMIT 1", [2], "OFFSET 2 ROWS", [3, 3], SELECT),
    (f"SELECT x FROM {T} ORDER BY x {{}}", "FETCH FIRST ROW ONLY", [1], "FETCH NEXT 2 ROWS ONLY", [1, 2], TRINO),
    (f"SELECT x FROM {T} ORDER BY x DESC FETCH FIRST 1 ROW {{}}", "WITH TIES", [3, 3], "ONLY", [3], TRINO),
    ("SELECT 1 {} SELECT 1", "UNION", [1], "UNION ALL", [1, 1], SELECT),
    ("SELECT 1 {} SELECT 1", "UNION DISTINCT", [1], "UNION ALL", [1, 1], SELECT),
    (f"SELECT x FROM {T} {{}} SELECT 3", "EXCEPT ALL", [1, 2, 3], "EXCEPT", [1, 2], SELECT),
    (f"SELECT x FROM {T} {{}} (VALUES 3, 3)", "INTERSECT ALL", [3, 3], "INTERSECT DISTINCT", [3], SELECT),
    ("SELECT 1 UNION ALL {}", "(SELECT 2 LIMIT 0)", [1], "(SELECT 2)", [1, 2], SELECT),
    ("WITH q{} SELECT x FROM q, (VALUES 1) AS t(y)", "(x) AS (SELECT 5 AS y)", [5], " AS (SELECT 6 AS x)", [6], SELECT),
    ("WITH {} AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 3) SELECT n FROM r", "RECURSIVE r(n)", [1, 2, 3], None, "COLUMN_NOT_FOUND TABLE_NOT_FOUND", TRINO),
    (f"SELECT count(*) FROM {T} {{}}", f"JOIN {U} ON t.x = u.x", [2], f"CROSS JOIN {U}", [12], SELECT),
    (f"SELECT count(*) FROM {T} {{}} {U} ON t.x = u.x", "LEFT OUTER JOIN", [4], "RIGHT JOIN", [3], SELECT),
    (f"SELECT count(*) FROM {T} {{}} {U} ON t.x = u.x", "FULL OUTER JOIN", [5], "INNER JOIN", [2], SELECT),
    (f"SELECT x FROM {T} JOIN {U} {{}}", "USING (x)", [1, 2], "ON t.x = u.x AND t.x = 1", "AMBIGUOUS_NAME", SELECT),
    (f"SELECT count(*) FROM {T} LEFT JOIN {{}} ON true", "LATERAL (SELECT 1 WHERE t.x = 3)", [4], f"{U}", [12], TRINO),
    ("SELECT count(*) FROM orders {}", "TABLESAMPLE BERNOULLI (0)", [0], "TABLESAMPLE BERNOULLI (100)", [2000], SELECT),
    ("SELECT count(*) FROM orders AS o {}", "TABLESAMPLE SYSTEM (0)", [0], "", [2000], SELECT),
    ("SELECT count(*) FROM (SELECT 1) AS q {}", "TABLESAMPLE BERNOULLI (0)", [0], "", [1], SELECT),
    ("SELECT count(*) FROM (orders JOIN flow ON true) {}", "TABLESAMPLE BERNOULLI (0)", [0], "", [6000], GRAMMAR),
    ("SELECT count(*) FROM ((SELECT 1) AS q JOIN flow ON true) {}", "TABLESAMPLE BERNOULLI (0)", [0], "", [3], GRAMMAR),
    ("SELECT count(*) FROM flow LEFT JOIN (SELECT 1) AS q {} ON true WHERE q._col0 IS NOT NULL", "TABLESAMPLE BERNOULLI (0)", [0], "", [3], GRAMMAR),
    ("SELECT max(i) FROM UNNEST(ARRAY['a', 'b']) {} AS u(e, i)", "WITH ORDINALITY", [2], "", "MISMATCHED_COLUMN_ALIASES", SELECT),
    ("SELECT count(*) FROM (VALUES ARRAY[]) AS t(a) {} UNNEST(ARRAY[1, 2]) AS u(e) {}", ("LEFT JOIN", "ON true"), [2], ("CROSS JOIN", ""), [2], SELECT),
    ("SELECT e FROM (VALUES 1) AS t(a) {} UNNEST(CAST(ARRAY[] AS array(integer))) AS u(e) {}", ("LEFT JOIN", "ON true"), [None], ("CROSS JOIN", ""), [], SELECT),
    (f"SELECT count(x) {{}} FROM {T}", "FILTER (WHERE x > 2)", [2], "", [4], TRINO),
    (f"SELECT count({{}} x) FROM {T}", "DISTINCT", [3], "ALL", [4], SELECT),
    (f"SELECT array_join(array_agg(x {{}}), '') FROM {T}", "ORDER BY x DESC", ["3321"], "ORDER BY x", ["1233"], TRINO),
    (f"SELECT listagg(y, ',') WITHIN GROUP (ORDER BY y {{}}) FROM {T}", "DESC", ["c,b,a"], "ASC", ["a,b,c"], TRINO),
    (f"SELECT listagg(y, ',' {{}}) WITHIN GROUP (ORDER BY y) FILTER (WHERE x = 1) FROM {T}", "ON OVERFLOW TRUNCATE '..' WITH COUNT", ["a"], "ON OVERFLOW ERROR", ["a"], TRINO),
    ("SELECT 'a%' LIKE 'a!%' {}", "ESCAPE '!'", [True], "", [False], TRINO),
    ("SELECT 3 {} (VALUES 1, 3)", "> ALL", [False], ">= ANY", [True], SELECT),
    ("SELECT 1 IS {} DISTINCT FROM NULL", "", [True], "NOT", [False], TRINO),
    ("SELECT trim({} 'a' FROM 'aba')", "LEADING", ["ba"], "TRAILING", ["ab"], TRINO),
    ("SELECT substring('abcd' FROM 2 {})", "FOR 2", ["bc"], "", ["bcd"], TRINO),
    ("SELECT CASE 2 WHEN 1 THEN 'x' {} END", "ELSE 'z'", ["z"], "", [None], SELECT),
    ("SELECT day(TIMESTAMP '2026-01-01 20:00:00 UTC' {})", "AT TIME ZONE 'Asia/Tokyo'", [2], "", [1], TRINO),
    ("SELECT json_value('{{}}', 'lax $.a' {})", "DEFAULT 'd' ON EMPTY", ["d"], "NULL ON EMPTY", [None], TRINO),
    ("SELECT typeof({})", "DECIMAL '1.50'", ["decimal(3,2)"], "DOUBLE '1.50'", ["double"], TRINO),
    ("SELECT typeof({})", "INTERVAL '1-2' YEAR TO MONTH", ["interval year to month"], "INTERVAL '1 02' DAY TO HOUR", ["interval day to second"], TRINO),
    ("SELECT count(*) FROM TABLE(sequence({}))", "1, 9, 2", [5], "1, 9", [9], "https://trino.io/docs/current/functions/table.html"),
    ("{} LIMIT 1", "TABLE flow ORDER BY 3", [2], "VALUES (1, 2), (3, 4) ORDER BY 1", [1], SELECT),
]  # fmt: skip

SAME = ("ON OVERFLOW TRUNCATE '..' WITH COUNT", ("LEFT JOIN", "ON true"))


def filled(shape: str, marks) -> str:
    return shape.format(*(marks if isinstance(marks, tuple) else (marks,)))


@pytest.mark.parametrize("row", EFFECTS, ids=lambda row: f"{row[1]} | {row[3]}")
def test_effect(asked, row):
    shape, clause, expected, other, without, source = row
    if other is None:
        shape, other = shape.replace("{}", "{0}"), "r(n)"
    for marks, wanted in ((clause, expected), (other, without)):
        sql = filled(shape, marks)
        if isinstance(wanted, str):
            assert refused(asked, sql) in wanted.split(), sql
            continue
        got = sorted((cells[0] for cells in asked.run(sql).rows), key=lambda v: (v is None, v))
        assert got == wanted, f"{sql}\n{source}"
    assert expected != without or clause in SAME


# --- queries: what the service does not read ---------------------------------------------

S = "SYNTAX_ERROR"
#: (query, code); GRAMMAR has none of these clauses unless another source is named
REFUSED = [
    ("WITH q AS NOT MATERIALIZED (SELECT 1 AS a) SELECT * FROM q", S),
    ("WITH q AS MATERIALIZED (SELECT 1 AS a) SELECT * FROM q", S),
    ("WITH q USING KEY (a) AS (SELECT 1 AS a) SELECT * FROM q", S),
    ("WITH RECURSIVE q(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM q WHERE n < 3) SEARCH BREADTH FIRST BY n SET o SELECT * FROM q", S),
    ("WITH RECURSIVE q(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM q WHERE n < 3) CYCLE n SET c USING p SELECT * FROM q", S),
    (f"SELECT DISTINCT ON (x) x FROM {T}", S),
    (f"SELECT TOP 1 x FROM {T}", S),
    (f"SELECT AS STRUCT x FROM {T}", S),
    (f"SELECT x INTO n FROM {T}", S),
    (f"FROM {T} SELECT x", S),
    (f"SELECT * EXCLUDE (x) FROM {T}", S),
    (f"SELECT * EXCEPT (x) FROM {T}", S),
    (f"SELECT * REPLACE (1 AS x) FROM {T}", S),
    (f"SELECT count(* EXCEPT (x)) FROM {T}", S),
    (f"SELECT x FROM {T} QUALIFY row_number() OVER () = 1", S),
    (f"SELECT x FROM {T} LATERAL VIEW explode(ARRAY[1]) q AS z", S),
    *((f"SELECT x FROM {T} {words}", S) for words in (
        "CLUSTER BY x", "DISTRIBUTE BY x", "SORT BY x", "FOR UPDATE", "FOR SHARE", "PREWHERE x = 1", "CONNECT BY PRIOR x = x",
        "FORMAT JSON", "SETTINGS a = 1", "OPTION (RECOMPILE)", "ORDER SIBLINGS BY x", "ORDER BY x WITH FILL", "ORDER BY x ASC DESC",
        'ORDER BY x COLLATE "C"', "LIMIT 1 OFFSET 1", "LIMIT 1, 1", "LIMIT (2)", "LIMIT 1 + 1", "LIMIT 2 BY x", "LIMIT 50 PERCENT",
        "LIMIT 1 LIMIT 1", "FETCH FIRST 2 ROWS", "FETCH FIRST 2 ONLY", "FETCH FIRST 5 PERCENT ROWS ONLY", "OFFSET 1 OFFSET 1",
        "FETCH FIRST 1 ROW ONLY LIMIT 1", "LIMIT 1 WHERE x = 2", "LIMIT 1 ORDER BY x", "OFFSET 1 ORDER BY x", "ORDER BY x WHERE x = 1",
        "ORDER BY x ORDER BY y", "WHERE x = 1 WHERE y = 'b'", "WHERE x = 1 JOIN flow ON true", "WINDOW w AS (ORDER BY x) WHERE x = 1",
        "ORDER BY 1 WINDOW w AS (ORDER BY x)", "PIVOT (sum(x) FOR y IN ('a'))", "TABLESAMPLE BERNOULLI (50 ROWS)",
        "TABLESAMPLE BERNOULLI (50 PERCENT)", "TABLESAMPLE BERNOULLI (50) REPEATABLE (1)", "TABLESAMPLE (50)", "TABLESAMPLE RESERVOIR (5)",
        "TABLESAMPLE BERNOULLI (50) TABLESAMPLE BERNOULLI (0)", "USING SAMPLE 1",
    )),
    *((f"SELECT x, count(*) FROM {T} {words}", S) for words in (
        "GROUP BY x WITH ROLLUP", "GROUP BY x WITH CUBE", "GROUP BY x WITH TOTALS", "GROUP BY ALL", "HAVING true GROUP BY x", "GROUP BY x GROUP BY y",
    )),
    *((f"SELECT * FROM {T} {words}", S) for words in (
        f"JOIN {U}", f"LEFT JOIN {U}", f"CROSS JOIN {U} ON t.x = u.x", f"CROSS JOIN {U} USING (x)", f"JOIN {U} USING x", f"OUTER JOIN {U} ON true",
        f"LEFT SEMI JOIN {U} ON t.x = u.x", f"ANTI JOIN {U} ON t.x = u.x", f"ASOF JOIN {U} ON t.x = u.x", f"STRAIGHT_JOIN {U} ON true",
        f"GLOBAL JOIN {U} ON true", f"ANY JOIN {U} ON true", f"HASH JOIN {U} ON true", f"JOIN {U} ON true ON true", f", {U} ON true",
        "CROSS APPLY (SELECT 1)", "OUTER APPLY (SELECT 1)", "CROSS JOIN UNNEST(ARRAY[1]) AS q(w) ON true", "JOIN UNNEST(ARRAY[1]) AS q(w)",
        "CROSS JOIN UNNEST(ARRAY[1]) WITH OFFSET AS o", "CROSS JOIN VALUES (1)",
    )),
    (f"SELECT * FROM {T} NATURAL JOIN {U}", "NOT_SUPPORTED"),
    (f"SELECT * FROM {T} LEFT JOIN UNNEST(ARRAY[1]) AS q(w) ON x = 1", "NOT_SUPPORTED"),
    *((f"SELECT count(*) FROM orders {words}", S) for words in (
        "WITH (NOLOCK)", "USE INDEX (a)", "AT (TIMESTAMP => now())", "BEFORE (TIMESTAMP => now())", "WITH ORDINALITY", "UNPIVOT (a FOR b IN (amount))",
        "FOR SYSTEM_TIME AS OF current_timestamp", "FOR TIMESTAMP BETWEEN 1 AND 2", "TABLESAMPLE BERNOULLI (5) AS o",
    )),
    ("SELECT count(*) FROM orders FOR TIMESTAMP AS OF current_timestamp", "NOT_SUPPORTED"),
    ("SELECT count(*) FROM orders TABLESAMPLE BERNOULLI ('a')", "TYPE_MISMATCH"),
    ("SELECT count(*) FROM orders TABLESAMPLE BERNOULLI (101)", "NUMERIC_VALUE_OUT_OF_RANGE"),
    ("SELECT * FROM VALUES (1, 2) AS t(a, b)", S),
    ("SELECT 2 ORDER BY 1 UNION ALL SELECT 1", S),
    ("SELECT 2 LIMIT 1 UNION ALL SELECT 1", S),
    ("SELECT 1 AS a UNION BY NAME SELECT 2 AS a", S),
    ("SELECT 1 AS a UNION ALL BY NAME SELECT 2 AS a", S),
    ("SELECT 1 UNION SELECT 2 ORDER BY 1 WITH FILL", S),
    ("SELECT 1 MINUS SELECT 1", S),
    (f"SELECT sum(x) OVER (w PARTITION BY y) FROM {T} WINDOW w AS (ORDER BY x)", "INVALID_PARTITION_BY"),
    (f"SELECT sum(x) OVER (w ORDER BY y) FROM {T} WINDOW w AS (ORDER BY x)", "INVALID_ORDER_BY"),
    (f"SELECT sum(x) OVER (w ORDER BY x) FROM {T} WINDOW w AS (ROWS 1 PRECEDING)", "INVALID_WINDOW_REFERENCE"),
    (f"SELECT sum(x) OVER w FROM {T} WINDOW w AS (ORDER BY x), w AS (ORDER BY y)", "DUPLICATE_WINDOW_NAME"),
    (f"SELECT sum(x) OVER nix FROM {T}", "INVALID_WINDOW_REFERENCE"),
    *((f"SELECT sum(x) OVER (ORDER BY x ROWS UNBOUNDED PRECEDING EXCLUDE {what}) FROM {T}", S) for what in ("CURRENT ROW", "TIES", "GROUP", "NO OTHERS")),
    (f"SELECT sum(x) KEEP (DENSE_RANK FIRST ORDER BY x) OVER () FROM {T}", S),
    (f"SELECT sum(x) WITHIN GROUP (ORDER BY x) FROM {T}", S),
    (f"SELECT listagg(y, ',') FROM {T}", S),
    (f"SELECT count(x) FILTER (WHERE x > 1) OVER () FROM {T}", "NOT_SUPPORTED"),
    (f"SELECT count(DISTINCT x) OVER () FROM {T}", "NOT_SUPPORTED"),
    (f"SELECT array_agg(y) IGNORE NULLS FROM {T}", "NULL_TREATMENT_NOT_ALLOWED"),
    (f"SELECT array_agg(x ORDER BY x LIMIT 1) FROM {T}", S),
    (f"SELECT array_agg(x HAVING MAX x) FROM {T}", S),
    (f"SELECT upper(DISTINCT y) FROM {T}", "FUNCTION_NOT_AGGREGATE"),
    (f"SELECT upper(y) FILTER (WHERE true) FROM {T}", "FUNCTION_NOT_AGGREGATE"),
    (f"SELECT upper(y) OVER () FROM {T}", "FUNCTION_NOT_WINDOW"),
    *((f"SELECT CAST(y AS {kind}) FROM {T}", S) for kind in ("varchar COLLATE latin", "varchar(10 CHAR)", "varchar FORMAT 'Y'", "int NOT NULL", "varchar[]", "date FORMAT 'Y'")),
    ("SELECT CAST(ROW(1) AS ROW(a int NOT NULL))", S),
    ("SELECT CAST(ROW(1) AS ROW(a int COMMENT 'x'))", S),
    *((f"SELECT {expression}", S) for expression in (
        "1 BETWEEN SYMMETRIC 2 AND 0", "1 ISNULL", "1 NOTNULL", "!true", "1 IS TRUE", "1 <=> 1", "7 DIV 2", "2 ^ 3", "1 & 1", "1 << 1", "'a' ILIKE 'A'",
        "'a' RLIKE 'a'", "'a' GLOB 'a'", "'a' ~ 'a'", "'a' SIMILAR TO 'a'", "'a' LIKE ANY ('a', 'b')", "true XOR false", "(1, 2) OVERLAPS (1, 2)",
        "extract('DAY' FROM DATE '2026-01-02')", "'a' COLLATE latin", "ARRAY[1, 2][1:2]", "[1, 2]", "INTERVAL 3 DAY", "INTERVAL '3' DAYS",
        "TIMESTAMP '2026-01-02 03:04:05' AT LOCAL", "CAST(1 AS int) :: bigint", ":x", "@x", "'a' 'b'",
    )),
    ("SELECT x FROM (VALUES 1) AS t(x) LIMIT 1; SELECT 2", "INVALID_REQUEST"),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "code"), REFUSED, ids=lambda part: part[:90])
def test_refused(asked, sql, code):
    assert refused(asked, sql) == code, f"{sql}\n{GRAMMAR}"


#: what the service runs and the lab does not, by name: (query, words of the limit)
LIMITS = [
    (f"SELECT * FROM {T} MATCH_RECOGNIZE (ORDER BY x PATTERN (A) DEFINE A AS x > 0)", "MATCH_RECOGNIZE"),
    ("SELECT count(*) FROM (orders JOIN flow ON true) AS q", "a join in parentheses with an alias"),
    ("SELECT count(*) FROM orders TABLESAMPLE BERNOULLI (10 * 1)", "a computed percentage in TABLESAMPLE"),
    ("SELECT count(*) FROM UNNEST(ARRAY[1]) AS q(w) TABLESAMPLE BERNOULLI (0)", "TABLESAMPLE behind UNNEST or LATERAL"),
    ("USING EXTERNAL FUNCTION f(a int) RETURNS int LAMBDA 'l' SELECT f(1)", "EXTERNAL FUNCTION"),
    ("SHOW FUNCTIONS LIKE 'a%'", "SHOW FUNCTIONS"),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "words"), LIMITS, ids=lambda part: part[:60])
def test_limit_by_name(asked, sql, words):
    with pytest.raises(LabLimit, match=words.replace("(", r"\(")):
        asked.run(sql)


# --- the parse tree: a part that nobody reads is refused ----------------------------------

#: queries whose trees hold most kinds of node
TREES = [
    "WITH q(a) AS (SELECT order_id FROM orders WHERE amount > 1) SELECT DISTINCT a, count(*) AS n FROM q GROUP BY a HAVING count(*) > 1 ORDER BY a DESC OFFSET 1 LIMIT 3",
    "SELECT o.channel, sum(o.amount) OVER (PARTITION BY o.channel ORDER BY o.order_id ROWS 1 PRECEDING) FROM orders AS o JOIN flow f ON o.order_id = f.version CROSS JOIN UNNEST(ARRAY[1, 2]) WITH ORDINALITY AS u(x, i)",
    "SELECT channel FROM orders TABLESAMPLE BERNOULLI (10) UNION ALL SELECT srcaddr FROM flow ORDER BY 1 FETCH FIRST 2 ROWS ONLY",
    "SELECT * FROM (VALUES (1, 'a')) AS t(x, y), LATERAL (SELECT x + 1 AS w) l",
    f"SELECT x, array_agg(x ORDER BY x) FROM {T} GROUP BY GROUPING SETS ((x), ()), ROLLUP (x)",
]
#: parts that change nothing because the tokens are checked before, or that the parser sets itself
KNOWN = {
    ("Array", "bracket_notation"), ("Column", "shadow"), ("Group", "all"), ("Identifier", "global_"), ("Identifier", "temporary"),
    ("Join", "on"),  # CROSS JOIN ... ON: dealab.sql.joins
    ("Lateral", "cross_apply"), ("Limit", "offset"), ("Order", "siblings"), ("Order", "this"), ("Ordered", "with_fill"),
    ("TableSample", "size"), ("Window", "over"), ("Column", "join_mark"),
    ("Table", "db"), ("Table", "catalog"),  # True has no name
    ("Select", "windows"), ("Select", "laterals"),
}  # fmt: skip


@pytest.mark.parametrize("sql", TREES)
def test_no_part_of_the_tree_is_dropped(asked, sql):
    from sqlglot import exp

    from dealab.sql.athena import statements

    reader = statements.read(sql)
    tree = reader.query()

    def bound(changed):
        try:
            return statements.bind(asked, reader, changed)[0].sql
        except Exception:  # refused, or a tree that no text gives
            return None

    plain = bound(tree.copy())
    assert plain is not None
    dropped = set()
    for at, node in enumerate(tree.walk()):
        for part in node.arg_types:
            if node.args.get(part) in (None, []):
                changed = tree.copy()
                list(changed.walk())[at].args[part] = exp.true()
                if bound(changed) == plain:
                    dropped.add((type(node).__name__, part))
    assert dropped <= KNOWN


# --- tables over files: SerDes and their properties ---------------------------------------

LAZY = "ROW FORMAT DELIMITED FIELDS TERMINATED BY ','"
CSV = "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'"
OPENX = "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'"
HIVE = "ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'"
REGEX = "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe'"
GROK = "ROW FORMAT SERDE 'com.amazonaws.glue.serde.GrokSerDe'"
WITH = " WITH SERDEPROPERTIES "
TBL = "TBLPROPERTIES "
AB = "a string, b string"
JSON = '{"a":"1","B":"x","c.d":"q"}\n'

#: (columns, file, clauses with, rows or code, clauses without, rows or code, page); what stands
#: behind @ follows LOCATION
READ = [
    (AB, "h,h\n1,x\n", f"{LAZY} @ {TBL}('skip.header.line.count'='1')", [("1", "x")], LAZY, [("1", "x"), ("h", "h")], "lazy-simple-serde.html"),
    (AB, "h,h\n1,x\n", f"{CSV} @ {TBL}('skip.header.line.count'='1')", [("1", "x")], CSV, [("1", "x"), ("h", "h")], "csv-serde.html"),
    (AB, "1,x\n", f"{LAZY} @ {TBL}('skip.header.line.count'='-1')", "HIVE_INVALID_METADATA", LAZY, [("1", "x")], "lazy-simple-serde.html"),
    (AB, "1,x\n", f"{LAZY} @ {TBL}('skip.header.line.count'='x')", "HIVE_INVALID_METADATA", LAZY, [("1", "x")], "lazy-simple-serde.html"),
    (AB, "1,x\n", f"{LAZY} @ {TBL}('skip.footer.line.count'='1')", "limit", LAZY, [("1", "x")], "create-table.html"),
    (AB, "1,x\n", f"{LAZY} @ {TBL}('textinputformat.record.delimiter'=';')", "limit", LAZY, [("1", "x")], "create-table.html"),
    (AB, "1,NA\n", f"{LAZY} @ {TBL}('serialization.null.format'='NA')", [("1", None)], LAZY, [("1", "NA")], "create-table.html"),
    (AB, "1,NA\n", f"{LAZY} NULL DEFINED AS 'NA'", [("1", None)], LAZY, [("1", "NA")], "create-table.html"),
    (AB, "1;x\n", "ROW FORMAT DELIMITED FIELDS TERMINATED BY ';'", [("1", "x")], LAZY, [("1;x", None)], "create-table.html"),
    (AB, "1\\,0,x\n", f"{LAZY} ESCAPED BY '\\\\'", [("1,0", "x")], LAZY, [("1\\", "0")], "create-table.html"),
    ("a array<int>", "1|2\n", f"{LAZY} COLLECTION ITEMS TERMINATED BY '|'", [([1, 2],)], LAZY, [([None],)], "create-table.html"),
    ("a map<string,int>", "k:1\n", f"{LAZY} MAP KEYS TERMINATED BY ':'", [({"k": 1},)], LAZY, [({"k:1": None},)], "create-table.html"),
    (AB, "1,x\n", f"{LAZY} LINES TERMINATED BY ';'", "FAILED", f"{LAZY} LINES TERMINATED BY '\\n'", [("1", "x")], "create-table.html"),
    ("a timestamp", "2026/01/02\n", f"ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe'{WITH}('timestamp.formats'='yyyy/MM/dd')", "a value", LAZY, [(None,)], "lazy-simple-serde.html"),
    *((AB, "1,x\n", f"ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe'{WITH}('field.delim'=',', {pair})", "limit", LAZY, [("1", "x")], "lazy-simple-serde.html")
      for pair in ("'serialization.encoding'='ISO-8859-1'", "'serialization.last.column.takes.rest'='true'", "'hive.lazysimple.extended_boolean_literal'='true'")),
    (AB, "1;x\n", f"{CSV}{WITH}('separatorChar'=';')", [("1", "x")], CSV, [("1;x", None)], "csv-serde.html"),
    (AB, "1,'x,y'\n", f"{CSV}{WITH}('quoteChar'='\\'')", [("1", "x,y")], CSV, [("1", "'x")], "csv-serde.html"),
    (AB, '1,"x$"y"\n', f"{CSV}{WITH}('escapeChar'='$')", [("1", 'x"y')], CSV, "another", "csv-serde.html"),
    ("a int", "q\n", f"{CSV} @ {TBL}('use.null.for.invalid.data'='TRUE')", [(None,)], CSV, "HIVE_BAD_DATA", "csv-serde.html"),
    (AB, JSON, f"{OPENX}{WITH}('case.insensitive'='FALSE')", [("1", None)], OPENX, [("1", "x")], "openx-json-serde.html"),
    (AB, JSON + "bad\n", f"{OPENX}{WITH}('ignore.malformed.json'='true')", [("1", "x"), (None, None)], OPENX, "HIVE_CURSOR_ERROR", "openx-json-serde.html"),
    (AB, JSON, f"{OPENX}{WITH}('mapping.b'='a')", [("1", "1")], OPENX, [("1", "x")], "openx-json-serde.html"),
    ("c_d string", JSON, f"{OPENX}{WITH}('dots.in.keys'='true')", [("q",)], OPENX, [(None,)], "openx-json-serde.html"),
    ("c_d string", JSON, f"{OPENX}{WITH}('ConvertDotsInJsonKeysToUnderscores'='TRUE')", [("q",)], OPENX, [(None,)], "openx-json-serde.html"),
    ("a int", '{"a":"q"}\n', f"{OPENX}{WITH}('use.null.for.invalid.data'='TRUE')", [(None,)], OPENX, "HIVE_BAD_DATA", "openx-json-serde.html"),
    (AB, JSON, f"{OPENX} @ {TBL}('skip.header.line.count'='1')", "limit", OPENX, [("1", "x")], "openx-json-serde.html"),
    (AB, JSON + "bad\n", f"{HIVE}{WITH}('ignore.malformed.json'='true')", [("1", "x"), (None, None)], HIVE, "HIVE_CURSOR_ERROR", "hive-json-serde.html"),
    (AB, JSON, f"{HIVE}{WITH}('mapping.b'='a', 'paths'='a')", [("1", "x")], OPENX + WITH + "('mapping.b'='a')", [("1", "1")], "hive-json-serde.html"),
    (AB, "1 X\n", f"{REGEX}{WITH}('input.regex'='(\\\\d) ([a-z])', 'input.regex.case.insensitive'='true')", [("1", "X")], f"{REGEX}{WITH}('input.regex'='(\\\\d) ([a-z])')", [(None, None)], "regex-serde.html"),
    (AB, "1 x\n", f"{REGEX}{WITH}('input.regex'='(\\\\d) (\\\\w)')", [("1", "x")], REGEX, "HIVE_CURSOR_ERROR", "regex-serde.html"),
    (AB, "1 x\n", f"{GROK}{WITH}('input.format'='%{{INT:a}} %{{Z:b}}', 'input.grokCustomPatterns'='Z [a-z]')", [("1", "x")], f"{GROK}{WITH}('input.format'='%{{INT:a}} %{{Z:b}}')", "limit", "grok-serde.html"),
    *((AB, "1\x01x\n", f"STORED AS {form}", "limit", "STORED AS TEXTFILE", [("1", "x")], "create-table.html") for form in ("SEQUENCEFILE", "RCFILE", "ORC", "AVRO", "ION")),
    (AB, "1\x01x\n", "STORED AS CSV", "FAILED", "", [("1", "x")], "create-table.html"),
    (AB, '{"a":"1"}\n', "STORED AS JSONFILE", [("1", None)], "STORED AS TEXTFILE", [('{"a":"1"}', None)], "create-table.html"),
    (AB, "1\x01x\n", "CLUSTERED BY (zz) INTO 4 BUCKETS", "FAILED", "CLUSTERED BY (a) INTO 4 BUCKETS", [("1", "x")], "create-table.html"),
    (AB, "1\x01x\n", "CLUSTERED BY (a) SORTED BY (zz) INTO 4 BUCKETS", "FAILED", "", [("1", "x")], "create-table.html"),
    (AB, "1\x01x\n", "CLUSTERED BY (a) INTO 0 BUCKETS", "FAILED", "", [("1", "x")], "create-table.html"),
    (AB, "1\x01x\n", "STORED BY 'x'", "NOT_SUPPORTED", "", [("1", "x")], "unsupported-ddl.html"),
    (AB, "1\x01x\n", "SKEWED BY (a) ON (1)", "NOT_SUPPORTED", "", [("1", "x")], "unsupported-ddl.html"),
    (AB, "1\x01x\n", f"{TBL}('a'='b') @", "SYNTAX_ERROR", f"@ {TBL}('a'='b')", [("1", "x")], "create-table.html"),
]  # fmt: skip


def read_back(engine, columns, content, clauses):
    before, _, after = clauses.partition("@")
    engine.lake.put("s3://mine/t/a.txt", content.encode())
    if engine.catalog.find("fernway", "t") is not None:
        engine.run("DROP TABLE t")
    try:
        engine.run(f"CREATE EXTERNAL TABLE t ({columns}) {before} LOCATION 's3://mine/t/' {after}")
        rows = engine.run("SELECT * FROM t").rows
        return sorted(rows, key=lambda row: str((row[0] is None, row)))
    except ServiceError as error:
        return error.code
    except LabLimit:
        return "limit"


@pytest.mark.parametrize("row", READ, ids=lambda row: row[2][-60:])
def test_reading(engine, row):
    columns, content, clauses, expected, other, without, _ = row
    got = [read_back(engine, columns, content, text) for text in (clauses, other)]
    assert got[0] == expected or expected == "a value"
    assert got[1] == without or without == "another"
    assert got[0] != got[1]


#: what has no effect on rows and can be seen afterwards: (clauses, text of SHOW CREATE TABLE)
SEEN = [
    ("COMMENT 'told'", "COMMENT 'told'"),
    ("CLUSTERED BY (a) INTO 4 BUCKETS", "INTO 4 BUCKETS"),
    ("@ TBLPROPERTIES ('has_encrypted_data'='true')", "'has_encrypted_data'='true'"),
    ("@ TBLPROPERTIES ('encryption_option'='SSE_S3')", "'encryption_option'='SSE_S3'"),
    ("@ TBLPROPERTIES ('kms_key'='arn:k')", "'kms_key'='arn:k'"),
    ("@ TBLPROPERTIES ('classification'='csv')", "'classification'='csv'"),
    ("@ TBLPROPERTIES ('bucketing_format'='spark')", "'bucketing_format'='spark'"),
    ("@ TBLPROPERTIES ('averageRecordSize'='9')", "'averageRecordSize'='9'"),
    ("ROW FORMAT DELIMITED LINES TERMINATED BY '\\n'", "LINES TERMINATED BY '\\n'"),
    ("STORED AS TEXTFILE WITH SERDEPROPERTIES ('own.key'='v')", "'own.key'='v'"),
]


@pytest.mark.parametrize(("clauses", "shown"), SEEN)
def test_seen_afterwards(engine, clauses, shown):
    before, _, after = clauses.partition("@")
    engine.run(
        "CREATE EXTERNAL TABLE t (a string COMMENT 'of a') PARTITIONED BY (p int COMMENT 'of p') "
        f"{before} LOCATION 's3://mine/t/' {after}"
        if not before.startswith("COMMENT")
        else f"CREATE EXTERNAL TABLE t (a string COMMENT 'of a') {before} "
        "PARTITIONED BY (p int COMMENT 'of p') LOCATION 's3://mine/t/'"
    )
    text = "\n".join(line for (line,) in engine.run("SHOW CREATE TABLE t").rows)
    assert shown in text
    assert "COMMENT 'of a'" in text
    assert "COMMENT 'of p'" in text


# --- writing ----------------------------------------------------------------------------

NONE = "TBLPROPERTIES ('write.compression'='NONE')"
#: (columns, clauses, property, values, the file's first bytes with it, and without it)
WRITTEN = [
    ("a int, b string", f"{LAZY} ESCAPED BY '\\\\'", NONE, "(1, 'x,y')", b"1,x\\,y\n"),
    ("a int, b string", LAZY, NONE, "(1, 'x;y')", b"1,x;y\n"),
    ("a int, b string", f"{LAZY} NULL DEFINED AS 'NA'", NONE, "(1, NULL)", b"1,NA\n"),
    ("a int, b string", LAZY, NONE, "(1, NULL)", b"1,\\N\n"),
    ("a int, b array<int>", f"{LAZY} COLLECTION ITEMS TERMINATED BY '|'", NONE, "(1, ARRAY[1, 2])", b"1,1|2\n"),
    ("a int, b array<int>", LAZY, NONE, "(1, ARRAY[1, 2])", b"1,1\x022\n"),
    ("a int, b map<string,int>", f"{LAZY} MAP KEYS TERMINATED BY ':'", NONE, "(1, MAP(ARRAY['k'], ARRAY[2]))", b"1,k:2\n"),
    ("a int, b map<string,int>", LAZY, NONE, "(1, MAP(ARRAY['k'], ARRAY[2]))", b"1,k\x032\n"),
    ("a int, b string", LAZY, "", "(1, 'x')", b"\x1f\x8b"),
    ("a string, b string", f"{CSV}{WITH}('separatorChar'=';', 'quoteChar'='`')", NONE, "('1', 'x')", b"`1`;`x`\n"),
    ("a string, b string", CSV, "TBLPROPERTIES ('skip.header.line.count'='1', 'write.compression'='NONE')", "('1', 'x')", b'a,b\n"1","x"\n'),
    ("a int", HIVE, NONE, "(1)", b'{"a":1}\n'),
    ("a int", "STORED AS PARQUET", "TBLPROPERTIES ('parquet.compression'='SNAPPY')", "(1)", b"PAR1"),
]  # fmt: skip


@pytest.mark.parametrize(("columns", "clauses", "more", "values", "content"), WRITTEN)
def test_insert_writes(engine, columns, clauses, more, values, content):
    engine.run(f"CREATE EXTERNAL TABLE t ({columns}) {clauses} LOCATION 's3://mine/t/' {more}")
    engine.run(f"INSERT INTO t VALUES {values}")
    ((name, _),) = engine.lake.objects("s3://mine/t/")
    assert engine.lake.read(f"s3://{name}").startswith(content)
    assert engine.run(f"SELECT * FROM t EXCEPT VALUES {values}").rows == []


#: (WITH of CTAS, a property of the entry or "file:" and an ending, or the code of its refusal)
MADE = [
    ("", ("parquet.compression", "GZIP")),
    ("WITH (write_compression = 'SNAPPY')", ("parquet.compression", "SNAPPY")),
    ("WITH (parquet_compression = 'ZSTD', compression_level = 7)", ("parquet.compression", "ZSTD")),
    ("WITH (format = 'JSON')", ("classification", "json")),
    ("WITH (format = 'TEXTFILE', field_delimiter = ';')", ("field.delim", ";")),
    ("COMMENT 'told'", ("comment", "told")),
    ("WITH (external_location = 's3://mine/x/')", ("Location", "s3://mine/x/")),
    ("WITH (bucketed_by = ARRAY['a'], bucket_count = 2)", ("NumberOfBuckets", 2)),
    ("WITH (partitioned_by = ARRAY['b'])", ("keys", ["b"])),
    ("WITH (table_type = 'ICEBERG', is_external = false, location = 's3://mine/i/')", ("table_type", "ICEBERG")),
    ("WITH (format = 'ORC')", "limit"), ("WITH (format = 'AVRO')", "limit"), ("WITH (format = 'ION')", "limit"),
    ("WITH (is_external = false)", "limit"), ("WITH (format = upper('json'))", "limit"),
    *((f"WITH ({given})", "INVALID_TABLE_PROPERTY") for given in (
        "format = 'CSV'", "FORMAT = 'JSON'", "zz = 'x'", "location = 's3://mine/x/'", "partitioning = ARRAY['a']", "compression_level = 5",
        "write_compression = 'ZSTD', compression_level = 30", "write_compression = 'ZSTD', parquet_compression = 'GZIP'", "orc_compression = 'ZLIB'",
        "bucketed_by = ARRAY['a']", "bucket_count = 2", "bucketed_by = ARRAY['zz'], bucket_count = 2", "field_delimiter = ';'",
        "format = 'TEXTFILE', field_delimiter = ';;'", "vacuum_min_snapshots_to_keep = 2", "write_target_data_file_size_bytes = 5",
        "optimize_rewrite_delete_file_threshold = 2", "table_type = 'DELTA'", "external_location = 'mine'", "partitioned_by = 'b'",
        "table_type = 'ICEBERG', location = 's3://mine/i/'", "table_type = 'ICEBERG', is_external = false",
        "table_type = 'ICEBERG', is_external = false, location = 's3://mine/i/', external_location = 's3://mine/x/'",
        "table_type = 'ICEBERG', is_external = false, location = 's3://mine/i/', bucket_count = 2, bucketed_by = ARRAY['a']",
    )),
    ("WITH (partitioned_by = ARRAY['a'])", "HIVE_COLUMN_ORDER_MISMATCH"),
    ("WITH (table_type = 'ICEBERG', is_external = false, location = 's3://mine/i/', field_delimiter = ',')", "NOT_SUPPORTED"),
    *((words, S) for words in ("WITH ()", "STORED AS PARQUET", "LOCATION 's3://mine/x/'", "PARTITIONED BY (a)")),
]  # fmt: skip


@pytest.mark.parametrize(("words", "expected"), MADE, ids=lambda part: str(part)[:80])
def test_ctas(engine, words, expected):
    sql = f"CREATE TABLE t {words} AS SELECT 1 AS a, 'x' AS b"
    if isinstance(expected, str):
        assert refused(engine, sql) == expected
        assert engine.catalog.find("fernway", "t") is None
        return
    engine.run(sql)
    entry = engine.catalog.find("fernway", "t").entry
    held = {**entry["StorageDescriptor"], **entry["Parameters"]}
    held["keys"] = [key["Name"] for key in entry.get("PartitionKeys", [])]
    assert held[expected[0]] == expected[1], CTAS
    assert engine.run("SELECT a, b FROM t").rows == [(1, "x")]


#: (WITH of UNLOAD, how the name of its file ends and begins to read, or the code of its refusal)
UNLOADED = [
    ("WITH (format = 'PARQUET')", ("u/2", b"PAR1")),
    ("WITH (format = 'JSON')", ("u/2", b"\x1f\x8b")),
    ("WITH (format = 'JSON', compression = 'none')", ("u/2", b'{"a":1,"b":"x"}')),
    ("WITH (format = 'TEXTFILE', compression = 'none')", ("u/2", b"1\x01x")),
    ("WITH (format = 'TEXTFILE', compression = 'none', field_delimiter = '|')", ("u/2", b"1|x")),
    ("WITH (format = 'JSON', compression = 'none', partitioned_by = ARRAY['b'])", ("u/b=x/", b'{"a":1}')),
    ("WITH (format = 'PARQUET', compression = 'ZSTD', compression_level = 4)", ("u/2", b"PAR1")),
    *((words, "INVALID_TABLE_PROPERTY") for words in (
        "", "WITH (format = 'PARQUET', compression_level = 4)", "WITH (format = 'PARQUET', include_header = true)", "WITH (format = 'CSV')",
        "WITH (format = 'JSON', field_delimiter = ',')", "WITH (format = 'JSON', bucket_count = 2)",
    )),
    ("WITH (format = 'ORC', compression = 'zlib')", "limit"),
    ("WITH (format = 'AVRO')", "limit"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "expected"), UNLOADED)
def test_unload(engine, words, expected):
    sql = f"UNLOAD (SELECT 1 AS a, 'x' AS b) TO 's3://mine/u/' {words}"
    if isinstance(expected, str):
        assert refused(engine, sql) == expected, UNLOAD
        return
    engine.run(sql)
    ((name, _),) = engine.lake.objects("s3://mine/u/")
    assert expected[0] in name
    assert engine.lake.read(f"s3://{name}").startswith(expected[1])


# --- other statements -------------------------------------------------------------------

HIVE_TABLE = (
    "CREATE EXTERNAL TABLE t (a int, b string) PARTITIONED BY (p string, q int) "
    f"{LAZY} LOCATION 's3://mine/t/'",
    "ALTER TABLE t ADD PARTITION (p = 'x', q = 0) PARTITION (p = 'y', q = 1)",
)
ICE = "CREATE TABLE i (a int, b string) {} LOCATION 's3://mine/i/' TBLPROPERTIES ('table_type'='ICEBERG'{})"
ICE_TABLE = (ICE.format("", ""), "INSERT INTO i VALUES (1, 'x'), (2, 'y')")

N, F = "NOT_SUPPORTED", "FAILED"
#: (statement, code) over HIVE_TABLE and ICE_TABLE
STATEMENTS = [
    *((f"ALTER TABLE t {words}", code) for words, code in (
        ("ADD PARTITION (p = 'x')", F), ("ADD PARTITION (p = 'x', z = 1)", F), ("ADD PARTITION (p = 'x', q = 0)", F),
        ("DROP PARTITION (p = 'nix')", F), ("DROP PARTITION (p = 'x', q = 0) PURGE", N), ("DROP PARTITION (p = 'x') IGNORE PROTECTION", S),
        ("PARTITION (p = 'x', q = 0) SET TBLPROPERTIES ('a'='b')", S), ("PARTITION (p = 'x', q = 0) CONCATENATE", N),
        ("ADD COLUMNS (c int) CASCADE", S), ("ADD COLUMNS (a int)", F), ("CHANGE a z int RESTRICT", S), ("CHANGE a z int AFTER nix", F),
        ("UNSET TBLPROPERTIES ('nix')", F), ("SET SERDEPROPERTIES ('field.delim'=';')", N), ("SET SERDE 'x'", N), ("SET FILEFORMAT PARQUET", N),
        ("CLUSTERED BY (a) INTO 2 BUCKETS", N), ("RENAME TO u", F), ("TOUCH", N), ("COMPACT 'major'", N), ("RECOVER PARTITIONS", S),
        ("DROP COLUMN a", F), ("PARTITION COLUMN (p int)", S),
    )),
    ("MSCK REPAIR TABLE t DROP PARTITIONS", N), ("MSCK TABLE t", S), ("SHOW PARTITIONS t WHERE p = 'x'", S), ("SHOW COLUMNS IN t LIKE 'a*'", S),
    ("SHOW TABLE EXTENDED LIKE 't'", N), ("SHOW CATALOGS", N), ("SHOW STATS FOR t", N), ("SHOW CREATE DATABASE fernway", N), ("SHOW DATABASES 'd*'", S),
    ("SHOW TBLPROPERTIES t ('EXTERNAL', 'zz')", S), ("DESCRIBE DATABASE fernway", N), ("DESCRIBE INPUT x", N), ("ANALYZE TABLE t COMPUTE STATISTICS", N),
    ("DROP TABLE t PURGE", N), ("DROP TABLE t CASCADE", S), ("DROP TABLE t, flow", S), ("TRUNCATE TABLE t", N), ("CREATE TABLE u LIKE t", N),
    ("CREATE TABLE u (a int) LOCATION 's3://mine/u/'", "INVALID_REQUEST"), ("CREATE EXTERNAL TABLE u (a int)", "INVALID_REQUEST"),
    ("CREATE EXTERNAL TABLE u (a int NOT NULL) LOCATION 's3://mine/u/'", S), ("CREATE EXTERNAL TABLE u (a int DEFAULT 1) LOCATION 's3://mine/u/'", S),
    ("CREATE EXTERNAL TABLE u (a int) LOCATION 's3://mine/u/' COMMENT 'x'", S), ("CREATE EXTERNAL TABLE u (a integer) LOCATION 's3://mine/u/'", F),
    ("CREATE DATABASE d MANAGEDLOCATION 's3://mine/'", S), ("CREATE DATABASE d WITH DBPROPERTIES ('a'='b') COMMENT 'x'", S), ("CREATE DATABASE fernway", F),
    ("ALTER DATABASE fernway UNSET DBPROPERTIES ('k')", S), ("ALTER DATABASE fernway SET LOCATION 's3://mine/'", N), ("DROP DATABASE fernway RESTRICT", F),
    *((f"INSERT {words}", S) for words in (
        "OVERWRITE flow VALUES (1, 'a', 2)", "INTO flow PARTITION (a = 1) VALUES (1)", "INTO flow DEFAULT VALUES", "INTO flow AS f VALUES (1, 'a', 2)",
        "INTO flow BY NAME SELECT 1 AS version", "INTO flow VALUES (1, 'a', 2) RETURNING version", "INTO flow VALUES (1, 'a', 2) ON CONFLICT DO NOTHING",
    )),
    ("INSERT INTO flow (version, version) VALUES (1, 2)", "DUPLICATE_COLUMN_NAME"), ("WITH q AS (SELECT 1 AS a) INSERT INTO flow SELECT * FROM q", S),
    *((ICE.format(words, ""), N) for words in (
        "ROW FORMAT DELIMITED", "STORED AS PARQUET", "CLUSTERED BY (a) INTO 2 BUCKETS", "PARTITIONED BY (z int)", "PARTITIONED BY (year(a))",
    )),
    *((ICE.format("", more), code) for more, code in (
        (", 'foo'='bar'", N), (", 'has_encrypted_data'='true'", N), (", 'format'='orc'", "limit"), (", 'format'='csv'", "INVALID_TABLE_PROPERTY"),
        (", 'write_compression'='lzo'", "INVALID_TABLE_PROPERTY"), (", 'compression_level'='3'", "INVALID_REQUEST"),
        (", 'optimize_rewrite_data_file_threshold'='50'", "INVALID_TABLE_PROPERTY"), (", 'optimize_rewrite_delete_file_threshold'='0'", "INVALID_TABLE_PROPERTY"),
        (", 'vacuum_min_snapshots_to_keep'='0'", "INVALID_TABLE_PROPERTY"), (", 'write_target_data_file_size_bytes'='x'", "INVALID_TABLE_PROPERTY"),
        (", 'optimize_rewrite_max_data_file_size_bytes'='5'", "INVALID_TABLE_PROPERTY"),
    )),
    *((f"ALTER TABLE i {words}", code) for words, code in (
        ("ADD COLUMN c int", S), ("DROP COLUMN IF EXISTS zz", S), ("DROP COLUMN zz", "COLUMN_NOT_FOUND"), ("CHANGE COLUMN a a string", N),
        ("REPLACE COLUMNS (a int)", N), ("RENAME COLUMN a TO z", S), ("SET TBLPROPERTIES ('foo'='bar')", N), ("SET LOCATION 's3://mine/k/'", N),
        ("ADD PARTITION (a = 1)", N), ("ADD PARTITION FIELD a", S), ("WRITE ORDERED BY a", S), ("EXECUTE optimize", S), ("RENAME TO nix.j", "SCHEMA_NOT_FOUND"),
    )),
    *((f"DELETE FROM i {words}", S) for words in ("x WHERE x.a = 1", "USING flow WHERE a = 1", "WHERE a = 1 LIMIT 1", "WHERE a = 1 RETURNING a", "ORDER BY a")),
    *((f"UPDATE i {words}", S) for words in ("AS x SET a = 2", "SET i.a = 2", "SET a = 2 FROM flow", "SET a = 2 WHERE a = 1 LIMIT 1", "SET (a, b) = (1, 'x')", "SET a = 1, a = 2")),
    *((f"MERGE INTO i USING (VALUES 1) AS s(x) {words}", S) for words in (
        "ON i.a = s.x WHEN NOT MATCHED BY SOURCE THEN DELETE", "ON i.a = s.x WHEN MATCHED THEN UPDATE SET *", "ON i.a = s.x WHEN NOT MATCHED THEN INSERT *",
        "ON i.a = s.x WHEN MATCHED THEN DO NOTHING", "ON i.a = s.x WHEN MATCHED THEN DELETE RETURNING a", "USING (x) WHEN MATCHED THEN DELETE",
        "ON i.a = s.x WHEN NOT MATCHED THEN INSERT (a) VALUES (s.x) WHERE s.x > 9", "ON i.a = s.x WHEN MATCHED THEN UPDATE SET b = 'm' WHERE i.a > 5", "ON i.a = s.x",
    )),
    ("OPTIMIZE i REWRITE DATA USING SORT", S), ("OPTIMIZE i REWRITE DATA", S), ("OPTIMIZE i REWRITE DATA USING BIN_PACK WHERE a = 1", N),
    ("OPTIMIZE flow REWRITE DATA USING BIN_PACK", N), ("VACUUM i RETAIN 1 HOURS", S), ("VACUUM flow", N), ("SHOW PARTITIONS i", N), ("MSCK REPAIR TABLE i", N),
    ("SELECT * FROM i FOR VERSION AS OF 1", "INVALID_ARGUMENTS"), ("SELECT count(*) FROM i AS x FOR TIMESTAMP AS OF current_timestamp", S),
]  # fmt: skip


@pytest.fixture(scope="module")
def furnished(lake_folder):
    """An engine with one table of each kind; the statements over it are all refused."""
    made = Athena(lake=Lake(lake_folder))
    for sql in (*HIVE_TABLE, *ICE_TABLE):
        made.run(sql)
    return made


@pytest.mark.parametrize(("sql", "code"), STATEMENTS, ids=lambda part: part[:80])
def test_statement_refused(furnished, sql, code):
    sql = sql.replace("TABLE i (", "TABLE k (").replace("mine/i/", "mine/k/")
    assert refused(furnished, sql) == code
    assert furnished.run("SELECT * FROM i ORDER BY a").rows == [(1, "x"), (2, "y")]


#: (statement, a later query or SHOW, what it gives then); both tables are there before
LATER = [
    ("ALTER TABLE t ADD IF NOT EXISTS PARTITION (p = 'x', q = 0)", "SHOW PARTITIONS t", ["p=x/q=0", "p=y/q=1"]),
    ("ALTER TABLE t ADD PARTITION (p = 'z', q = 2) LOCATION 's3://mine/z/'", "SHOW PARTITIONS t", ["p=x/q=0", "p=y/q=1", "p=z/q=2"]),
    ("ALTER TABLE t DROP PARTITION (p = 'x')", "SHOW PARTITIONS t", ["p=y/q=1"]),
    ("ALTER TABLE t DROP PARTITION (q >= 1)", "SHOW PARTITIONS t", ["p=x/q=0"]),
    ("ALTER TABLE t DROP IF EXISTS PARTITION (p = 'nix')", "SHOW PARTITIONS t", ["p=x/q=0", "p=y/q=1"]),
    ("ALTER TABLE t PARTITION (p = 'x', q = 0) RENAME TO PARTITION (p = 'n', q = 5)", "SHOW PARTITIONS t", ["p=n/q=5", "p=y/q=1"]),
    ("ALTER TABLE t ADD COLUMNS (c int)", "SHOW COLUMNS IN t", ["a", "b", "c", "p", "q"]),
    ("ALTER TABLE t REPLACE COLUMNS (z string)", "SHOW COLUMNS IN t", ["z", "p", "q"]),
    ("ALTER TABLE t CHANGE a z bigint AFTER b", "SHOW COLUMNS IN t", ["b", "z", "p", "q"]),
    ("ALTER TABLE t CHANGE COLUMN b b string FIRST", "SHOW COLUMNS IN t", ["b", "a", "p", "q"]),
    ("ALTER TABLE t SET TBLPROPERTIES ('k'='v', 'EXTERNAL'='FALSE')", "SHOW TBLPROPERTIES t ('EXTERNAL')", ["EXTERNAL"]),
    ("ALTER TABLE i ADD COLUMNS (c int COMMENT 'cc')", "SELECT c FROM i", [None, None]),
    ("ALTER TABLE i DROP COLUMN b", "SHOW COLUMNS IN i", ["a"]),
    ("ALTER TABLE i CHANGE COLUMN a z bigint AFTER b", "SHOW COLUMNS IN i", ["b", "z"]),
    ("ALTER TABLE i RENAME TO j", "SELECT a FROM j ORDER BY a", [1, 2]),
    ("DELETE FROM i WHERE a = 1", "SELECT a FROM i", [2]),
    ("UPDATE i SET a = 9, b = 'z' WHERE b = 'x'", "SELECT a FROM i ORDER BY a", [2, 9]),
    ("MERGE INTO i AS t USING (VALUES 1, 2, 3) AS s(x) ON t.a = s.x WHEN MATCHED AND t.b = 'x' THEN DELETE WHEN MATCHED THEN UPDATE SET a = 20 WHEN NOT MATCHED AND s.x > 2 THEN INSERT (a) VALUES (s.x)", "SELECT a FROM i ORDER BY a", [3, 20]),
    ("CREATE TABLE IF NOT EXISTS flow AS SELECT 1 AS a", "SELECT count(*) FROM flow", [3]),
    ("CREATE TABLE n AS SELECT 1 AS a WITH NO DATA", "SELECT count(*) FROM n", [0]),
    ("CREATE TABLE n (c) AS SELECT 1 AS a", "SELECT c FROM n", [1]),
    ("CREATE DATABASE d COMMENT 'c' LOCATION 's3://mine/d/' WITH DBPROPERTIES ('k'='v')", "SHOW DATABASES LIKE 'd|fern*'", ["d", "fernway"]),
    ("DROP TABLE IF EXISTS nix", "SHOW TABLES 'i|t'", ["i", "t"]),
    ("DROP DATABASE IF EXISTS nix CASCADE", "SHOW TABLES IN fernway 'i|t'", ["i", "t"]),
    ("CREATE OR REPLACE VIEW v AS SELECT 5 AS a", "SHOW VIEWS LIKE 'v*'", ["v"]),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "question", "answer"), LATER, ids=lambda part: str(part)[:70])
def test_effect_later(engine, sql, question, answer):
    for before in (*HIVE_TABLE, *ICE_TABLE):
        engine.run(before)
    engine.run(sql)
    assert [row[0] for row in engine.run(question).rows] == answer
