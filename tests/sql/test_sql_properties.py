"""Property: where the three languages mean the same, the layer gives what plain DuckDB gives."""

import os
from collections import Counter
from decimal import Decimal

import duckdb
import property_grammar as grammar
import pytest
from hypothesis import HealthCheck, given, settings

from dealab.sql import Athena, Redshift

#: the same examples in each run; set SQL_EXAMPLES=2000 to look further
EXAMPLES = settings(
    max_examples=int(os.environ.get("SQL_EXAMPLES", "40")),
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return grammar.write(tmp_path_factory.mktemp("properties"))


@pytest.fixture(scope="module")
def services(folder):
    return {"athena": Athena(datasets=folder), "redshift": Redshift(datasets=folder)}


@pytest.fixture(scope="module")
def plain(folder):
    with duckdb.connect() as connection:
        for name in ("t", "r"):
            path = folder / "bucket" / name / "a.parquet"
            connection.execute(f"CREATE TABLE {name} AS FROM '{path}'")
        yield connection


def value(item):
    """Numbers compare as numbers: the services' scales and widths differ by design."""
    if isinstance(item, float):
        return round(item, 9) + 0.0
    if isinstance(item, Decimal):
        return item.normalize() + 0
    return item


def agree(services, plain, sql, in_order):
    expected = [tuple(map(value, row)) for row in plain.execute(sql).fetchall()]
    for name, engine in services.items():
        rows = [tuple(map(value, row)) for row in engine.run(sql).rows]
        if in_order:
            assert rows == expected, name
        else:
            assert Counter(rows) == Counter(expected), name


@pytest.mark.parametrize(
    ("strategy", "in_order"),
    [
        (grammar.selects(), True),
        (grammar.groups(), False),
        (grammar.joins(), False),
        (grammar.sets(), False),
        (grammar.windows(), True),
        (grammar.ordered(), True),
        (grammar.subqueries(), False),
    ],
    ids=["select", "group", "join", "set", "window", "order", "subquery"],
)
def test_the_three_languages_agree(services, plain, strategy, in_order):
    @EXAMPLES
    @given(strategy)
    def check(sql):
        agree(services, plain, sql, in_order)

    check()
