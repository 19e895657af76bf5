# ruff: noqa: E501 - a table reads best with one statement a line
"""PREPARE, EXECUTE, DEALLOCATE PREPARE and the values of ``?``."""

import datetime

import pytest

from dealab.sql import Athena, LabLimit, Lake, ServiceError

PAGE = "https://docs.aws.amazon.com/athena/latest/ug/querying-with-prepared-statements.html"


@pytest.fixture
def engine(lake_folder):
    return Athena(lake=Lake(lake_folder))


#: (prepared, EXECUTE, rows): the shapes of the page's examples
RUNS = [
    ("SELECT count(*) FROM orders", "EXECUTE p", [(2000,)]),
    ("SELECT channel FROM orders WHERE order_id = ?", "EXECUTE p USING 4", [("app",)]),
    (
        "SELECT channel FROM orders WHERE order_id = ? AND channel = ?",
        "EXECUTE p USING 4, 'app'",
        [("app",)],
    ),
    ("SELECT ? AS x", "EXECUTE p USING 'it''s'", [("it's",)]),
    ("SELECT ?, ?", "EXECUTE p USING NULL, true", [(None, True)]),
    (
        "SELECT date_add('day', ?, ?)",
        "EXECUTE p USING 1, DATE '2026-01-01'",
        [(datetime.date(2026, 1, 2),)],
    ),
    ("SELECT typeof(?)", "EXECUTE p USING 1.50", [("decimal(3,2)",)]),
    ("SELECT cardinality(?)", "EXECUTE p USING ARRAY[1, 2]", [(2,)]),
    ("SELECT '?' AS mark, ? AS value", "EXECUTE p USING -3", [("?", -3)]),
    ("(SELECT 1)", "execute p", [(1,)]),
    ("VALUES (?)", "EXECUTE p USING 2 + 3", [(5,)]),
]


@pytest.mark.parametrize(("text", "call", "rows"), RUNS, ids=lambda part: None)
def test_prepared_statements_run(engine, text, call, rows):
    result = engine.run(f"PREPARE p FROM {text}")
    assert result.columns == []
    assert result.billed_bytes == 0
    assert engine.run(call).rows == rows


def test_writes_can_be_prepared(engine):
    engine.run("PREPARE make FROM CREATE TABLE made AS SELECT ? AS n, CAST(? AS varchar) AS v")
    assert engine.catalog.find("fernway", "made") is None
    engine.run("EXECUTE make USING 1, 'a'")
    engine.run(
        "PREPARE add FROM INSERT INTO made SELECT CAST(order_id AS integer), channel FROM orders WHERE order_id < ?"
    )
    assert engine.run("EXECUTE add USING 2").update_count == 2
    assert sorted(engine.run("SELECT * FROM made").rows) == [(0, "web"), (1, "a"), (1, "app")]
    engine.run(
        "PREPARE out FROM UNLOAD (SELECT * FROM made WHERE n = ?) TO 's3://out/u/' WITH (format = 'JSON')"
    )
    assert engine.run("EXECUTE out USING 1").update_count == 2


def test_values_of_the_api(engine):
    engine.run("PREPARE p FROM SELECT ? + ?")
    assert engine.run("EXECUTE p", [1, 2]).rows == [(3,)]


def test_deallocate(engine):
    engine.run("PREPARE p FROM SELECT 1")
    engine.run("DEALLOCATE PREPARE p")
    for sql in ("EXECUTE p", "DEALLOCATE PREPARE p"):
        with pytest.raises(ServiceError, match="p was not found in workGroup primary"):
            engine.run(sql)
    engine.run("PREPARE p FROM SELECT 2")
    assert engine.run("EXECUTE p").rows == [(2,)]


def test_names_belong_to_the_workgroup(engine):
    engine.groups.create_work_group(Name="other")
    engine.run("PREPARE p FROM SELECT 1 AS x")
    other = Athena(lake=engine.lake, workgroup="other")
    with pytest.raises(ServiceError, match="not found in workGroup other"):
        other.run("EXECUTE p")
    other.run("PREPARE p FROM SELECT 2 AS x")
    assert (engine.run("EXECUTE p").rows, other.run("EXECUTE p").rows) == ([(1,)], [(2,)])
    assert Athena(lake=engine.lake).run("EXECUTE p").rows == [(1,)]


def test_the_api_sees_them(engine):
    engine.run("PREPARE p FROM SELECT 1 WHERE ? = 1")
    found = engine.groups.get_prepared_statement(StatementName="p", WorkGroup="primary")
    assert found["PreparedStatement"]["QueryStatement"] == "SELECT 1 WHERE ? = 1"
    engine.groups.create_prepared_statement("q", "primary", "SELECT 7")
    assert engine.run("EXECUTE q").rows == [(7,)]
    listed = engine.groups.list_prepared_statements("primary")["PreparedStatements"]
    assert [one["StatementName"] for one in listed] == ["p", "q"]


#: (statements before, statement, code, part of the message)
REFUSED = [
    ("", "EXECUTE never USING 1", "ResourceNotFoundException", "never was not found"),
    (
        "PREPARE p FROM SELECT ?",
        "EXECUTE p",
        "INVALID_PARAMETER_USAGE",
        "line 1:1: Incorrect number of parameters: expected 1 but found 0",
    ),
    (
        "PREPARE p FROM SELECT ?",
        "EXECUTE p USING 1, 2",
        "INVALID_PARAMETER_USAGE",
        "expected 1 but found 2",
    ),
    (
        "PREPARE p FROM SELECT 1",
        "PREPARE p FROM SELECT 2",
        "InvalidRequestException",
        "already exists",
    ),
    ("", "PREPARE p FROM SHOW TABLES", "NOT_SUPPORTED", "SHOW"),
    ("", "PREPARE p FROM DROP TABLE orders", "NOT_SUPPORTED", "DROP"),
    ("", "PREPARE p FROM SELECT FROM WHERE", "SYNTAX_ERROR", ""),
    ("", "PREPARE p", "SYNTAX_ERROR", "mismatched input '<EOF>'"),
    ("", "PREPARE FROM SELECT 1", "SYNTAX_ERROR", ""),
    ("", "EXECUTE IMMEDIATE 'SELECT 1'", "SYNTAX_ERROR", "IMMEDIATE"),
    ("PREPARE p FROM SELECT ?", "EXECUTE p USING 1 FOO", "SYNTAX_ERROR", ""),
    ("PREPARE p FROM SELECT nope FROM orders", "EXECUTE p", "COLUMN_NOT_FOUND", "nope"),
    ("", "DEALLOCATE p", "SYNTAX_ERROR", "mismatched input 'p'"),
]


@pytest.mark.parametrize(("before", "sql", "code", "part"), REFUSED, ids=lambda part: None)
def test_refused(engine, before, sql, code, part):
    if before:
        engine.run(before)
    with pytest.raises(ServiceError) as caught:
        engine.run(sql)
    assert caught.value.code == code, str(caught.value)
    assert part in str(caught.value)


def test_values_where_no_mark_is(engine):
    for sql in ("SELECT 1", "SHOW TABLES", "DROP TABLE IF EXISTS x"):
        with pytest.raises(ServiceError, match="Incorrect number of parameters"):
            engine.run(sql, [1])


def test_marks_in_every_statement_that_takes_them(engine):
    engine.run("CREATE TABLE t AS SELECT ? AS n", [5])
    engine.run("INSERT INTO t SELECT n + ? FROM t WHERE n = ?", [1, 5])
    assert sorted(engine.run("SELECT * FROM t WHERE n >= ?", [5]).rows) == [(5,), (6,)]
    engine.run("UNLOAD (SELECT n FROM t WHERE n = ?) TO 's3://out/t/' WITH (format = 'JSON')", [6])
    assert len(engine.lake.objects("s3://out/t/")) == 1


#: (statement, what the limit names)
LIMITS = [
    ("USING EXTERNAL FUNCTION f(x varchar) RETURNS varchar LAMBDA 'g' SELECT f('x')", "LAMBDA"),
    (
        "USING EXTERNAL FUNCTION f(x double, y int) RETURNS double SAGEMAKER 'e' SELECT f(1e0, 2)",
        "SAGEMAKER",
    ),
    ('SELECT * FROM "lambda:dynamo".db.t', "lambda:dynamo"),
    ("SELECT * FROM TABLE(source.system.query(query => 'SELECT 1'))", "system.query"),
]


@pytest.mark.parametrize(("sql", "part"), LIMITS, ids=lambda part: None)
def test_other_statements_are_limits_by_name(engine, sql, part):
    with pytest.raises(LabLimit) as caught:
        engine.run(sql)
    assert part in caught.value.what
    assert caught.value.exam


#: https://docs.aws.amazon.com/athena/latest/ug/unsupported-ddl.html
@pytest.mark.parametrize(
    "sql",
    [
        "START TRANSACTION", "COMMIT", "ROLLBACK", "CREATE ROLE analyst", "DROP ROLE analyst", "GRANT SELECT ON orders TO ann",
        "LOCK TABLE orders SHARED", "EXPORT TABLE orders TO 's3://x/y/'", "IMPORT TABLE orders FROM 's3://x/y/'",
        "CREATE TEMPORARY MACRO m (x int) x + 1", "CREATE INDEX i ON TABLE orders (order_id)", "TRUNCATE TABLE orders",
    ],
)  # fmt: skip
def test_what_athena_refuses(engine, sql):
    with pytest.raises(ServiceError, match="Queries of this type are not supported"):
        engine.run(sql)


def test_a_mark_inside_text_is_text(engine):
    assert engine.run("SELECT '?' || ?", ["x"]).rows == [("?x",)]
