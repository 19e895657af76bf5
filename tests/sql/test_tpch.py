"""TPC-H's 22 questions in both dialects, against answers worked out in plain Python."""

import re
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from tpch import athena_queries, data, redshift_queries
from tpch.answers import Answers

from dealab.sql import Athena, Redshift

#: question 11's share is 0.0001 over the scale
FRACTION = "0.01"
#: Trino rounds half up (https://trino.io/docs/current/functions/decimal.html). Redshift's page on
#: numeric computations fixes the scale and not the last digit: the lab cuts (docs/sql.md).
ROUNDING = {"athena": ROUND_HALF_UP, "redshift": ROUND_DOWN}
#: question -> the column with its figure, where that is not the last (o_shippriority is always 0)
MEASURE = {3: 1}
QUERIES = {"athena": athena_queries.QUERIES, "redshift": redshift_queries.QUERIES}


def to_decimal(value: Fraction, scale: int, rounding: str) -> Decimal:
    """Return the fraction with ``scale`` digits, exactly rounded."""
    scaled = abs(value) * 10**scale
    whole = scaled.numerator // scaled.denominator
    if rounding == ROUND_HALF_UP and scaled - whole >= Fraction(1, 2):
        whole += 1
    return Decimal(whole if value >= 0 else -whole).scaleb(-scale)


def in_type(value, kind: str, service: str):
    """Return an answer's value as the column's type holds it."""
    if isinstance(value, Fraction):
        return to_decimal(value, int(re.search(r",(\d+)\)", kind)[1]), ROUNDING[service])
    return float(value) if kind == "double precision" else value  # DATE_PART of Redshift


@pytest.fixture(scope="module")
def tables():
    return data.generate()


@pytest.fixture(scope="module")
def engines(tables, tmp_path_factory):
    folder = data.write(tables, tmp_path_factory.mktemp("tpch"))
    return {
        "athena": Athena(datasets=folder, database="tpch"),
        "redshift": Redshift(datasets=folder, database="tpch"),
    }


@pytest.fixture(scope="module")
def answers(tables):
    plain = {name: list(data.rows(table)) for name, table in tables.items()}

    def rules(service):
        def average(total, count, decimals):
            exact = Fraction(total, count * 10**decimals)
            return Fraction(to_decimal(exact, decimals, ROUNDING[service]))

        return Answers(plain, average, Fraction(FRACTION))

    return {service: rules(service) for service in ROUNDING}


@pytest.mark.parametrize("number", range(1, 23))
@pytest.mark.parametrize("service", ["athena", "redshift"])
def test_question(engines, answers, service, number):
    sql, types = QUERIES[service][number]
    types = types.split("; ")
    result = engines[service].run(sql.replace("FRACTION", FRACTION))
    assert result.types == types
    expected = [
        tuple(in_type(value, kind, service) for value, kind in zip(row, types, strict=True))
        for row in getattr(answers[service], f"q{number}")()
    ]
    assert any(row[MEASURE.get(number, -1)] for row in expected)  # these data have an answer
    assert result.rows == expected
    assert [[type(value) for value in row] for row in result.rows] == [
        [type(value) for value in row] for row in expected
    ]


def test_every_price_adds_up(engines):
    """The generator keeps the specification's rule for an order's total (clause 4.2.3)."""
    found = engines["athena"].run(
        """SELECT count(*) FROM orders JOIN (
            SELECT l_orderkey, round(sum(l_extendedprice * (1 - l_discount) * (1 + l_tax)), 2) AS s
            FROM lineitem GROUP BY l_orderkey) ON l_orderkey = o_orderkey AND s = o_totalprice"""
    )
    assert found.rows == [(15_000,)]
