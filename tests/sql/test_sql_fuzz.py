"""Thrown at the layer: does anything but the three kinds of error, or a wrong answer, come out?"""

import contextlib
import random
import re

import athena_cases
import duckdb
import pytest
import redshift_cases
from hypothesis import given, settings
from hypothesis import strategies as st

from dealab.sql import LabBug, SqlError

TABLES = [
    "SELECT channel, count(*) AS n, sum(amount) AS s FROM orders WHERE order_month = '2026-04' "
    "GROUP BY channel HAVING count(*) > 3 ORDER BY n DESC LIMIT 5",
    "SELECT o.order_id, p.name FROM orders o LEFT JOIN people_csv p "
    "ON p.id = CAST(o.order_id AS varchar(9)) WHERE p.name IS NOT NULL",
    "SELECT i, l, day, ts FROM kinds WHERE ts IS NOT NULL ORDER BY ts",
]
ATOMS = (
    "NULL", "''", "0", "-1", "1.5", "x", "'abc'", "true", "1e0", "i", "count(*)", "sum(1)", "(1,2)",
    "(SELECT 1)", "ARRAY[1]", "'2026-01-01'", "json_parse('{}')", "1000000000000",
    "date '2026-01-01'", "interval '1' day", "CAST('a' AS char(3))",
)  # fmt: skip
OPERATORS = ("+", "-", "*", "/", "%", "=", "<", "||", "AND", "OR", "IN", "LIKE", "IS", "NOT", "")
TOKEN = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|\w+(?:\.\d+)?|\S")
CALL = re.compile(r"\w+$")


def mutate(dice: random.Random, pool: list[str], sql: str) -> str:
    """Replace one or two tokens: by a literal, another function's name, an operator, any token."""
    for _ in range(dice.choice((1, 1, 2))):
        marks = list(TOKEN.finditer(sql))
        if not marks:
            return sql
        mark, kind = dice.choice(marks), dice.randrange(5)
        literals = [m for m in marks if m[0][0] in "'0123456789" or m[0] in ("x", "y", "i")]
        if kind < 2 and literals:
            mark, new = dice.choice(literals), dice.choice(ATOMS)
        elif kind == 2:
            calls = [m for m in marks if CALL.match(m[0]) and sql[m.end() : m.end() + 1] == "("]
            other = dice.choice(pool)
            names = [m[0] for m in TOKEN.finditer(other) if other[m.end() : m.end() + 1] == "("]
            names = [name for name in names if CALL.match(name)]
            if not calls or not names:
                continue
            mark, new = dice.choice(calls), dice.choice(names)
        elif kind == 3:
            new = dice.choice(OPERATORS)
        else:
            new = dice.choice(TOKEN.findall(dice.choice(pool)) or ["x"])
        sql = sql[: mark.start()] + new + sql[mark.end() :]
    return sql


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("service", ["athena", "redshift"])
def test_only_the_three_kinds_of_error(request, service, seed):
    engine = request.getfixturevalue(service)
    module = {"athena": athena_cases, "redshift": redshift_cases}[service]
    pool = [case[0] for case in (*module.CASES, *module.ERRORS)] + TABLES
    pool = [sql for sql in pool if "RECURSIVE" not in sql]  # a mutated one may never end
    dice, bugs = random.Random(seed), []
    for _ in range(250):
        sql = mutate(dice, pool, dice.choice(pool))
        try:
            engine.run(sql)
        except LabBug as error:
            bugs.append(f"{sql}\n   {error.message}")
        except SqlError:
            pass
    assert len(bugs) <= 1, "\n".join(bugs)  # a stray one is a bug to mend, and no raw error


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_answered_or_refused(athena, text):
    with contextlib.suppress(SqlError):
        athena.run(text)


NUMBERS = st.integers(-50, 2050)
FILTERS = st.one_of(
    st.builds("order_id {} {}".format, st.sampled_from(["<", "<=", "=", "<>", ">", ">="]), NUMBERS),
    st.builds("order_id BETWEEN {} AND {}".format, NUMBERS, NUMBERS),
    st.builds("channel = '{}'".format, st.sampled_from(["web", "app", "store", "none"])),
    st.builds("channel IN ('{}', 'app')".format, st.sampled_from(["web", "store"])),
    st.builds("note LIKE '%{}%'".format, st.integers(0, 999)),
    st.builds("mod(order_id, {}) = {}".format, st.integers(1, 9), st.integers(0, 8)),
    st.just("coupon IS NULL"),
    st.builds("order_month = '2026-0{}'".format, st.integers(3, 6)),
)
CONDITIONS = st.recursive(
    FILTERS,
    lambda inner: st.one_of(
        st.builds("({} AND {})".format, inner, inner),
        st.builds("({} OR {})".format, inner, inner),
        st.builds("(NOT {})".format, inner),
    ),
    max_leaves=5,
)
KEYS = st.lists(
    st.sampled_from(["channel", "order_month", "coupon"]), min_size=1, max_size=2, unique=True
)


@settings(max_examples=60, deadline=None)
@given(condition=CONDITIONS, keys=KEYS)
def test_plain_questions_agree_with_plain_duckdb(athena, redshift, lake_folder, condition, keys):
    """Where the languages agree, the layer must give what DuckDB gives on the same files."""
    files = [
        str(lake_folder / f"bucket/orders/order_month=2026-0{month}/part-0.parquet")
        for month in (4, 5)
    ]
    listed = ", ".join(keys)
    body = (
        f"SELECT {listed}, count(*) AS n, sum(order_id) AS s, min(note) AS lo, max(amount) AS hi "
        f"FROM {{}} WHERE {condition} GROUP BY {listed} ORDER BY {listed}, n"
    )
    source = (
        f"read_parquet({files}, union_by_name = true, hive_partitioning = true, "
        f"hive_types_autocast = false)"
    )
    with duckdb.connect() as plain:
        expected = plain.execute(body.format(source)).fetchall()
    assert athena.run(body.format("orders")).rows == expected
    assert sorted(redshift.run(body.format("orders")).rows, key=repr) == sorted(expected, key=repr)
