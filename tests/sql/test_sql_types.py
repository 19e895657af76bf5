"""Do results carry the service's type names, and does DuckDB really return those types?"""

import json
from decimal import Decimal

import athena_cases
import pytest
import redshift_cases

from dealab.sql import SqlError, types
from dealab.sql.types import duck_name, from_hive


def test_athena_names(athena):
    result = athena.run("SELECT i, b, f, d, s, day, ts, l FROM kinds")
    assert result.types == [
        "integer", "bigint", "double", "decimal(10,2)", "varchar", "date",
        "timestamp(3)", "array(integer)",
    ]  # fmt: skip
    assert athena.run("SELECT customer FROM events").types == ["row(name varchar, city varchar)"]
    assert athena.run("SELECT now(), map(ARRAY['a'], ARRAY[1]), 'abc'").types == [
        "timestamp(3) with time zone", "map(varchar, integer)", "varchar",
    ]  # fmt: skip


def test_redshift_names(redshift):
    result = redshift.run("SELECT i, b, f, d, s, day, ts, l FROM kinds")
    assert result.types == [
        "integer", "bigint", "double precision", "numeric(10,2)", "character varying", "date",
        "timestamp without time zone", "super",
    ]  # fmt: skip


def test_column_names(athena, redshift):
    assert athena.run("SELECT 1, i AS x, i, count(*) OVER () FROM kinds").columns == [
        "_col0",
        "x",
        "i",
        "_col3",
    ]
    sql = (
        "SELECT count(*), 1, max(i) AS m, 'a'::varchar(3), lower('A'), CASE WHEN true THEN 1 "
        "END FROM kinds"
    )
    assert redshift.run(sql).columns == ["count", "?column?", "m", "varchar", "lower", "case"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (
            "array<struct<sku:string,price:decimal(10,2)>>",
            "array(row(sku varchar, price decimal(10,2)))",
        ),
        ("map<string,array<int>>", "map(varchar, array(integer))"),
        ("struct<a:struct<b:bigint>,c:double>", "row(a row(b bigint), c double)"),
        ("varchar(10)", "varchar(10)"),
        ("decimal", "decimal(10,0)"),
    ],
)
def test_hive_types_are_read(name, shown):
    assert types.athena_name(from_hive(name)) == shown


@pytest.mark.parametrize("name", ["uniontype<int>", "array<int", "struct<a>", "nope", ""])
def test_unreadable_hive_types_are_refused(name):
    with pytest.raises((ValueError, IndexError)):
        from_hive(name)


@pytest.mark.parametrize("service", ["athena", "redshift"])
def test_duckdb_returns_the_types_that_the_binder_promises(request, service):
    """Every documented statement: the declared type of each column is what DuckDB computes."""
    engine = request.getfixturevalue(service)
    module = {"athena": athena_cases, "redshift": redshift_cases}[service]
    wrong = []
    for sql, _, _ in module.CASES:
        plan = engine.plan(sql)
        duck = engine.duck(plan)
        duck.prepare(duck.views(plan.tables), plan.query)
        described = duck.execute(f"DESCRIBE {plan.query}")
        for (_, real, *_), kind in zip(described, plan.kinds, strict=True):
            if kind.name in ("null", *types.INTERVALS):
                continue
            if normal(real) != normal(duck_name(kind)):
                wrong.append(f"{sql}\n   promised {duck_name(kind)}, DuckDB says {real}")
    assert not wrong, "\n".join(wrong)


def normal(name: str) -> str:
    """An untyped NULL may have any type; names of fields are compared without quotes."""
    return name.replace('"NULL"', "INTEGER").replace('"', "").lower()


def test_values_are_plain_python(athena):
    rows = athena.run("SELECT d, l, day, ts, s, i, f FROM kinds ORDER BY i").rows
    assert [type(value) for value in rows[0]][:2] == [Decimal, list]
    assert all(value is None for value in rows[2])
    row = athena.run(
        "SELECT CAST(ROW(1, ARRAY[CAST(ROW('x') AS ROW(k varchar))]) AS ROW(a integer, b "
        "array(row(k varchar))))"
    ).rows[0][0]
    assert json.dumps(row) == '{"a": 1, "b": [{"k": "x"}]}'


def test_df_has_useful_dtypes(athena):
    frame = athena.run("SELECT i, f, d, s, day, ts, i IS NULL AS n FROM kinds ORDER BY i").df()
    assert [str(kind) for kind in frame.dtypes] == [
        "Int64", "float64", "float64", "object", "object", "datetime64[us]", "bool",
    ]  # fmt: skip
    assert frame["i"].sum() == 3
    assert list(frame.columns) == ["i", "f", "d", "s", "day", "ts", "n"]
    empty = athena.run("SELECT i, d FROM kinds WHERE i > 99").df()
    assert empty.empty
    assert list(empty.columns) == ["i", "d"]


def test_df_takes_repeated_names(athena):
    assert list(athena.run("SELECT i, i FROM kinds").df().columns) == ["i", "i"]


def test_translate_gives_statements_that_run_nothing(athena):
    statements = athena.translate("SELECT channel FROM orders")
    assert len(statements) == 2
    assert statements[0].startswith("CREATE OR REPLACE TEMP VIEW")
    assert statements[1].startswith("SELECT")
    assert athena.translate("SHOW TABLES") == []
    with pytest.raises(SqlError):
        athena.translate("SELECT nope FROM orders")
