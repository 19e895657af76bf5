"""Tables compare in any row order, and the message names the first difference."""

import datetime
from decimal import Decimal

import pandas as pd
import pytest

from dealab.checks.outcome import Wrong
from dealab.checks.tables import Rows, Table

WANTED = Rows.of(("channel", "orders", "total"), [("web", 3, 1.5), ("app", 2, 2.5), ("web", 1, 0)])


def judge(rows, columns=("channel", "orders", "total"), wanted=WANTED, **options):
    Table(Rows.of(columns, rows), "Your result").same_as(wanted, **options)


@pytest.mark.parametrize(
    "rows",
    [
        [("web", 3, 1.5), ("app", 2, 2.5), ("web", 1, 0)],
        [("web", 1, 0.0), ("app", 2, 2.5), ("web", 3, 1.5)],
        [("web", Decimal(1), 0), ("app", 2.0, Decimal("2.50")), ("web", 3, 1.5 + 1e-9)],
    ],
)
def test_row_order_and_number_types_do_not_matter(rows):
    judge(rows)


def test_column_order_and_letter_case_do_not_matter():
    rows = [(1.5, "web", 3), (2.5, "app", 2), (0, "web", 1)]
    judge(rows, columns=("TOTAL", "Channel", "orders"))


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("web", 4, 1.5), ("app", 2, 2.5), ("web", 1, 0)], "orders is 4: too high"),
        ([("web", 3, 1.5), ("app", 2, 2.5)], "2 rows: 1 too few"),
        ([("web", 3, 1.5), ("app", 2, 2.5), ("web", 1, 0), ("web", 1, 0)], "4 rows: 1 too many"),
        ([("web", "3", 1.5), ("app", 2, 2.5), ("web", 1, 0)], "text, where a number is wanted"),
        ([("web", 3, None), ("app", 2, 2.5), ("web", 1, 0)], "total is NULL"),
        ([("web", 3, 1.5), ("app", 2, 2.5), ("app", 2, 2.5)], "channel is 'app'|orders is 2"),
    ],
)
def test_the_first_difference_is_named(rows, message):
    with pytest.raises(Wrong) as caught:
        judge(rows)
    assert any(part in str(caught.value) for part in message.split("|"))


def test_expected_values_are_not_in_the_message():
    wanted = Rows.of(("a", "b"), [("x", 987654)])
    with pytest.raises(Wrong) as caught:
        judge([("x", 1)], columns=("a", "b"), wanted=wanted)
    assert "987654" not in str(caught.value)


def test_duplicate_rows_count():
    wanted = Rows.of(("a",), [(1,), (1,), (2,)])
    with pytest.raises(Wrong):
        judge([(1,), (2,), (2,)], columns=("a",), wanted=wanted)


def test_order_matters_when_asked_for():
    judge([("web", 3, 1.5), ("app", 2, 2.5), ("web", 1, 0)], ordered=True)
    with pytest.raises(Wrong, match="another order"):
        judge([("app", 2, 2.5), ("web", 3, 1.5), ("web", 1, 0)], ordered=True)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (("channel", "orders"), "no column 'total'"),
        (("channel", "orders", "total", "x"), "column 'x' too many"),
        (("channel", "orders", "orders"), "more than one column called orders"),
    ],
)
def test_columns_are_checked_first(columns, message):
    with pytest.raises(Wrong, match=message):
        judge([tuple(range(len(columns)))], columns=columns)


def test_near_floats_pair_up_though_they_sort_apart():
    wanted = Rows.of(("a", "b"), [(0.3, "x"), (0.3000000001, "y")])
    judge([(0.1 + 0.2, "y"), (0.3, "x")], columns=("a", "b"), wanted=wanted)


def test_a_named_index_counts_as_columns():
    frame = pd.DataFrame({"channel": ["web", "app"], "n": [1, 2]}).set_index("channel")
    assert Rows.of_frame(frame).columns == ("channel", "n")
    assert Rows.of_frame(frame.reset_index()).columns == ("channel", "n")


def test_a_date_equals_its_midnight():
    wanted = Rows.of(("day",), [(datetime.date(2026, 1, 1),)])
    judge([(datetime.datetime(2026, 1, 1),)], columns=("day",), wanted=wanted)


def test_large_tables_compare_quickly():
    rows = [(number, number / 7) for number in range(50_000)]
    wanted = Rows.of(("a", "b"), rows)
    judge(list(reversed(rows)), columns=("a", "b"), wanted=wanted)
