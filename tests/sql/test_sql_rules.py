"""Properties of what the services do in their own way, against models in Python.

Each model is written from the rule that the service documents and not from the layer's code.
"""

import calendar
import datetime as dt
import os
from decimal import Decimal
from fractions import Fraction

import property_grammar as grammar
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dealab.sql import Athena, Redshift, ServiceError

EXAMPLES = settings(
    max_examples=int(os.environ.get("SQL_EXAMPLES", "40")),
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return grammar.write(tmp_path_factory.mktemp("rules"))


@pytest.fixture(scope="module")
def athena(folder):
    return Athena(datasets=folder)


@pytest.fixture(scope="module")
def redshift(folder):
    return Redshift(datasets=folder)


def one(engine, *expressions):
    """Return the types and the values of a SELECT of expressions."""
    result = engine.run(
        "SELECT " + ", ".join(f"{text} AS c{at}" for at, text in enumerate(expressions))
    )
    return result.types, list(result.rows[0])


# --- whole numbers ------------------------------------------------------------------------------

# https://trino.io/docs/current/functions/math.html and
# https://docs.aws.amazon.com/redshift/latest/dg/r_OPERATOR_SYMBOLS.html (read 2026-11-23)
WHOLE = st.integers(-1000, 1000)
DIVISORS = WHOLE.filter(bool)


def cut(a: int, b: int) -> int:
    """Divide towards zero."""
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


@EXAMPLES
@given(a=WHOLE, b=DIVISORS)
def test_whole_numbers_divide_towards_zero(athena, redshift, a, b):
    for engine in (athena, redshift):
        _, values = one(engine, f"({a}) / ({b})", f"({a}) % ({b})", f"mod({a}, {b})")
        assert values == [cut(a, b), a - cut(a, b) * b, a - cut(a, b) * b]


@pytest.mark.parametrize("expression", ["i / 0", "i % 0", "d / 0", "j / (i - i)", "mod(i, 0)"])
def test_division_by_zero_is_an_error(athena, redshift, expression):
    for engine, code in ((athena, "DIVISION_BY_ZERO"), (redshift, "22012")):
        with pytest.raises(ServiceError) as error:
            engine.run(f"SELECT {expression} FROM t")
        assert error.value.code == code


EDGES = st.sampled_from([2**31 - 1, -(2**31) + 1, 2**31 - 50, 3, -2, 1, 46341, 70000])


@EXAMPLES
@given(a=EDGES, b=EDGES, operator=st.sampled_from("+-*"))
def test_an_integer_that_does_not_fit_is_an_error(athena, redshift, a, b, operator):
    exact = {"+": a + b, "-": a - b, "*": a * b}[operator]
    sql = f"SELECT CAST({a} AS integer) {operator} CAST({b} AS integer) AS x"
    for engine, code in ((athena, "NUMERIC_VALUE_OUT_OF_RANGE"), (redshift, "22003")):
        if -(2**31) <= exact < 2**31:
            result = engine.run(sql)
            assert (result.types, result.rows) == (["integer"], [(exact,)])
        else:
            with pytest.raises(ServiceError) as error:
                engine.run(sql)
            assert error.value.code == code


# --- decimals -----------------------------------------------------------------------------------


@st.composite
def decimals(draw, most=18):
    """Return (unscaled value, precision, scale)."""
    precision = draw(st.integers(1, most))
    scale = draw(st.integers(0, precision))
    return draw(st.integers(-(10**precision) + 1, 10**precision - 1)), precision, scale


def exactly(unscaled: int, scale: int) -> Decimal:
    """Return the decimal without rounding it to the digits of Python's context."""
    return Decimal((int(unscaled < 0), tuple(map(int, str(abs(unscaled)))), -scale))


def written(number) -> str:
    unscaled, precision, scale = number
    return f"CAST('{exactly(unscaled, scale):f}' AS decimal({precision},{scale}))"


def fraction(number) -> Fraction:
    return Fraction(number[0], 10 ** number[2])


def digits(exact: Fraction, scale: int, half_up: bool) -> Decimal:
    scaled = abs(exact) * 10**scale
    whole = int(scaled)
    if half_up and scaled - whole >= Fraction(1, 2):
        whole += 1
    return exactly(-whole if exact < 0 else whole, scale)


def calculated(a, b, operator) -> Fraction:
    one_, two = fraction(a), fraction(b)
    match operator:
        case "+":
            return one_ + two
        case "-":
            return one_ - two
        case "*":
            return one_ * two
        case "/":
            return one_ / two
    return one_ - two * (int(abs(one_) / abs(two)) * (1 if (one_ < 0) == (two < 0) else -1))


def athena_kind(a, b, operator):
    """https://trino.io/docs/current/functions/decimal.html (read 2026-11-23)"""
    (_, p1, s1), (_, p2, s2) = a, b
    most = max(s1, s2)
    match operator:
        case "+" | "-":
            precision = most + max(p1 - s1, p2 - s2) + 1
        case "*":
            precision, most = p1 + p2, s1 + s2
        case "/":
            precision = p1 + s2 + max(0, s2 - s1)
        case _:
            precision = min(p1 - s1, p2 - s2) + most
    return min(38, precision), most


@EXAMPLES
@given(a=decimals(), b=decimals(), operator=st.sampled_from("+-*/%"))
def test_decimals_of_athena(athena, a, b, operator):
    if operator in "/%" and b[0] == 0:
        b = (1, b[1], b[2])
    precision, scale = athena_kind(a, b, operator)
    exact = digits(calculated(a, b, operator), scale, half_up=True)
    types, values = one(athena, f"{written(a)} {operator} {written(b)}")
    assert values == [exact]
    assert types == [f"decimal({max(precision, 1)},{scale})"]
    assert values[0].as_tuple().exponent == -scale


@EXAMPLES
@given(a=decimals(38), b=decimals(38), operator=st.sampled_from("+-*"))
def test_wide_decimals_of_athena_are_exact_or_an_error(athena, a, b, operator):
    precision, scale = athena_kind(a, b, operator)
    sql = f"{written(a)} {operator} {written(b)}"
    if scale > 38 or abs(calculated(a, b, operator)) * 10**scale >= 10**38:
        with pytest.raises(ServiceError):
            one(athena, sql)
        return
    types, values = one(athena, sql)
    assert (types, values) == (
        [f"decimal({precision},{scale})"],
        [digits(calculated(a, b, operator), scale, half_up=True)],
    )


def redshift_kind(a, b, operator):
    """https://docs.aws.amazon.com/redshift/latest/dg/r_numeric_computations201.html"""
    (_, p1, s1), (_, p2, s2) = a, b
    match operator:
        case "+" | "-":
            scale = max(s1, s2)
            return max(p1 - s1, p2 - s2) + 1 + scale, scale
        case "*":
            return p1 + p2 + 1, s1 + s2
    scale = max(4, s1 + p2 - s2 + 1)
    return p1 - s1 + s2 + scale, scale


@EXAMPLES
@given(a=decimals(9), b=decimals(9), operator=st.sampled_from("+-*/"))
def test_decimals_of_redshift(redshift, a, b, operator):
    if operator == "/" and b[0] == 0:
        b = (1, b[1], b[2])
    precision, scale = redshift_kind(a, b, operator)
    types, values = one(redshift, f"{written(a)} {operator} {written(b)}")
    assert types == [f"numeric({precision},{scale})"]
    assert values == [digits(calculated(a, b, operator), scale, half_up=False)]
    assert values[0].as_tuple().exponent == -scale


@EXAMPLES
@given(a=decimals(), n=st.integers(0, 6))
def test_round_goes_away_from_zero(athena, redshift, a, n):
    """https://trino.io/docs/current/functions/math.html; r_ROUND.html of Redshift's guide."""
    exact = digits(fraction(a), min(n, a[2]), half_up=True)
    for engine in (athena, redshift):
        assert one(engine, f"round({written(a)}, {n})")[1] == [exact]


NUMBERS = st.lists(st.integers(-500, 500), min_size=1, max_size=9)


def listed(values, shown=str) -> str:
    return " UNION ALL ".join(f"SELECT {shown(value)} AS x" for value in values)


@EXAMPLES
@given(values=NUMBERS)
def test_averages(athena, redshift, values):
    """Athena's AVG of whole numbers is a double, Redshift's a whole number; decimals keep their
    scale. https://docs.aws.amazon.com/redshift/latest/dg/r_AVG.html (read 2026-11-23)"""
    mean = Fraction(sum(values), len(values))
    rows = (
        f"(SELECT x, CAST(x * CAST('0.01' AS decimal(3,2)) AS decimal(7,2)) AS y "
        f"FROM ({listed(values)}) AS n) AS m"
    )
    found = athena.run(f"SELECT avg(x), avg(y) FROM {rows}")
    assert found.types == ["double", "decimal(7,2)"]
    assert found.rows[0] == (
        pytest.approx(float(mean), abs=1e-12),
        digits(mean / 100, 2, half_up=True),
    )
    found = redshift.run(f"SELECT avg(x), avg(y) FROM {rows}")
    assert found.types == ["bigint", "numeric(38,2)"]
    assert found.rows == [(cut(sum(values), len(values)), digits(mean / 100, 2, half_up=False))]


# --- order, text --------------------------------------------------------------------------------


@EXAMPLES
@given(values=st.lists(st.none() | st.integers(-5, 5), min_size=1, max_size=8), down=st.booleans())
def test_the_place_of_null(athena, redshift, values, down):
    """Athena: last. https://trino.io/docs/current/sql/select.html
    Redshift: the greatest. https://docs.aws.amazon.com/redshift/latest/dg/r_ORDER_BY_clause.html"""
    shown = lambda value: "CAST(NULL AS integer)" if value is None else f"({value})"  # noqa: E731
    sql = f"SELECT x FROM ({listed(values, shown)}) AS v ORDER BY x {'DESC' if down else 'ASC'}"
    known = sorted((value for value in values if value is not None), reverse=down)
    none = [None] * values.count(None)
    assert [row[0] for row in athena.run(sql).rows] == known + none
    assert [row[0] for row in redshift.run(sql).rows] == (none + known if down else known + none)


PADDED = st.sampled_from(["a", "a ", "a  ", "", " ", "  ", " a", "b", "b ", "ab", "a b", "A "])


@EXAMPLES
@given(a=PADDED, b=PADDED, c=PADDED)
def test_blanks_at_the_end_of_text(athena, redshift, a, b, c):
    """They do not count in Redshift's comparisons.
    https://docs.aws.amazon.com/redshift/latest/dg/r_Character_types.html (read 2026-11-23)"""
    kind = "varchar(9)"
    x, y, z = (f"CAST({grammar.quoted(text)} AS {kind})" for text in (a, b, c))
    tests = (
        f"{x} = {y}",
        f"{x} <> {y}",
        f"{x} < {y}",
        f"{x} >= {y}",
        f"{x} BETWEEN {y} AND {z}",
        f"{x} IN ({y}, {z})",
        f"CASE {x} WHEN {y} THEN 1 WHEN {z} THEN 2 ELSE 0 END",
        f"nullif({x}, {y}) IS NULL",
        f"length({x})",
    )

    def model(one_, two, three):
        return [
            one_ == two,
            one_ != two,
            one_ < two,
            one_ >= two,
            two <= one_ <= three,
            one_ in (two, three),
            1 if one_ == two else 2 if one_ == three else 0,
            one_ == two,
            len(a),
        ]

    assert one(athena, *tests)[1] == model(a, b, c)
    assert one(redshift, *tests)[1] == model(*(text.rstrip(" ") for text in (a, b, c)))


@EXAMPLES
@given(parts=st.lists(st.none() | st.sampled_from(["a", "", "b "]), min_size=2, max_size=2))
def test_null_makes_a_joined_text_null(athena, redshift, parts):
    """https://docs.aws.amazon.com/redshift/latest/dg/r_CONCAT.html, Trino's string functions."""
    a, b = ("CAST(NULL AS varchar)" if part is None else grammar.quoted(part) for part in parts)
    expected = None if None in parts else "".join(parts)
    for engine in (athena, redshift):
        assert one(engine, f"{a} || {b}", f"concat({a}, {b})")[1] == [expected, expected]


# --- dates --------------------------------------------------------------------------------------

DAYS = st.one_of(
    st.dates(dt.date(2019, 12, 25), dt.date(2025, 3, 3)),
    st.sampled_from([dt.date(2024, 2, 29), dt.date(2023, 2, 28), dt.date(2024, 4, 30)]),
    st.sampled_from([dt.date(2024, 1, 31), dt.date(2023, 12, 31), dt.date(2024, 3, 1)]),
)


def plus_months(day: dt.date, months: int) -> dt.date:
    """Add months; a day that the month does not have becomes its last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(day.day, last))


def plus_years(day: dt.date, years: int) -> dt.date:
    """Add years; 29 February becomes 1 March."""
    if (day.month, day.day) == (2, 29) and not calendar.isleap(day.year + years):
        return dt.date(day.year + years, 3, 1)
    return day.replace(year=day.year + years)


def is_last(day: dt.date) -> bool:
    return (day + dt.timedelta(1)).month != day.month


def complete_months(a: dt.date, b: dt.date) -> int:
    if b < a:
        return -complete_months(b, a)
    months = (b.year - a.year) * 12 + b.month - a.month
    return months - (plus_months(a, months) > b)


@EXAMPLES
@given(a=DAYS, b=DAYS)
def test_differences_of_dates(athena, redshift, a, b):
    """Athena counts complete units, Redshift the boundaries between.
    https://trino.io/docs/current/functions/datetime.html and
    https://docs.aws.amazon.com/redshift/latest/dg/r_DATEDIFF_function.html (read 2026-11-23)"""
    one_, two = f"DATE '{a}'", f"DATE '{b}'"
    months, days = complete_months(a, b), (b - a).days
    units = ("day", "week", "month", "quarter", "year")
    found = one(athena, *(f"date_diff('{unit}', {one_}, {two})" for unit in units))
    assert found[1] == [days, cut(days, 7), months, cut(months, 3), cut(months, 12)]
    assert found[0] == ["bigint"] * 5
    crossed = (b.year - a.year) * 12 + b.month - a.month
    quarters = (b.year - a.year) * 4 + (b.month - 1) // 3 - (a.month - 1) // 3
    found = one(
        redshift,
        *(f"datediff({unit}, {one_}, {two})" for unit in ("day", "month", "quarter", "year")),
        f"{two} - {one_}",
    )
    assert found[1] == [days, crossed, quarters, b.year - a.year, days]


@EXAMPLES
@given(day=DAYS, n=st.integers(-40, 40))
def test_months_later(athena, redshift, day, n):
    """A date stays a date in Athena. Redshift's ADD_MONTHS keeps the last day of a month the last,
    its DATEADD does not. https://docs.aws.amazon.com/redshift/latest/dg/r_ADD_MONTHS.html and
    r_DATEADD_function.html (read 2026-11-23)"""
    text, later = f"DATE '{day}'", plus_months(day, n)
    sign = "-" if n < 0 else "+"
    types, values = one(
        athena,
        f"date_add('month', {n}, {text})",
        f"{text} {sign} INTERVAL '{abs(n)}' MONTH",
        f"date_add('day', {n}, {text})",
        f"date_trunc('month', {text})",
        f"day_of_week({text})",
        f"last_day_of_month({text})",
    )
    days = dt.timedelta(n)
    last = day.replace(day=calendar.monthrange(day.year, day.month)[1])
    assert values == [later, later, day + days, day.replace(day=1), day.isoweekday(), last]
    assert types == ["date", "date", "date", "date", "bigint", "date"]
    kept = later.replace(day=calendar.monthrange(later.year, later.month)[1])
    midnight = lambda date: dt.datetime.combine(date, dt.time())  # noqa: E731
    _, values = one(
        redshift,
        f"add_months({text}, {n})",
        f"dateadd(month, {n}, {text})",
        f"dateadd(year, {n}, {text})",
        f"dateadd(day, {n}, {text})",
        f"date_trunc('month', {text})",
        f"date_part(dow, {text})",
        f"last_day({text})",
        f"{text} + {n}",
    )
    assert values == [
        midnight(kept if is_last(day) else later),
        midnight(later),
        midnight(plus_years(day, n)),
        midnight(day + days),
        midnight(day.replace(day=1)),
        day.isoweekday() % 7,
        last,
        day + days,
    ]


# --- parameters ---------------------------------------------------------------------------------


@EXAMPLES
@given(values=st.lists(st.integers(-9, 9), min_size=7, max_size=7))
def test_marks_take_values_in_the_order_of_the_text(athena, redshift, values):
    """https://docs.aws.amazon.com/athena/latest/ug/querying-with-prepared-statements.html
    FROM, WHERE and GROUP BY are worked out before the select list, and calls more than once."""
    a, b, c, d, e, f, g = values
    sql = """WITH w AS (SELECT ? AS x UNION ALL SELECT ?)
        SELECT ? AS first, abs(?) AS size, sum(x + ?) AS total, x + 1 AS k
        FROM w WHERE x BETWEEN ? AND ? GROUP BY x + 1 ORDER BY k"""
    kept = sorted(x for x in (a, b) if f <= x <= g)
    expected = [
        (c, abs(d), sum(x + e for x in kept if x == key), key + 1) for key in sorted(set(kept))
    ]
    for engine in (athena, redshift):
        assert engine.run(sql, values).rows == expected


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_wrong_number_of_values_is_an_error(athena, redshift, count):
    for engine in (athena, redshift):
        with pytest.raises(ServiceError, match="number of parameters"):
            engine.run("SELECT abs(?), ?", [1] * count)
