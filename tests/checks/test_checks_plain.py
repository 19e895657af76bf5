"""Values compare by what they say, whatever their types and their own __eq__ claim."""

import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from dealab.checks.plain import difference, plain, same


class Liar:
    def __eq__(self, other):
        return True

    __hash__ = None


class LyingInt(int):
    def __eq__(self, other):
        return True

    __hash__ = int.__hash__


class LyingText(str):
    def __eq__(self, other):
        return True

    __hash__ = str.__hash__


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (3, np.int64(3)),
        (3, Decimal("3.00")),
        (0.1 + 0.2, 0.3),
        (Decimal("10.10"), 10.1),
        (None, float("nan")),
        (None, pd.NaT),
        (None, pd.NA),
        (datetime.date(2026, 1, 2), datetime.datetime(2026, 1, 2)),
        (datetime.datetime(2026, 1, 2, 3), pd.Timestamp("2026-01-02 03:00")),
        (datetime.datetime(2026, 1, 2, 3), np.datetime64("2026-01-02T03:00")),
        (
            datetime.datetime(2026, 1, 2, 3),
            pd.Timestamp("2026-01-02 04:00", tz="Europe/Berlin") - pd.Timedelta(hours=0),
        ),
        ([1, 2], (1, 2)),
        ([1, 2], np.array([1, 2])),
        ({"a": [1]}, {"a": (np.int8(1),)}),
        ({"b", "a"}, ["a", "b"]),
    ],
)
def test_equal_values_of_other_types_are_the_same(one, other):
    assert same(plain(one), plain(other))


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (3, Liar()),
        (3, LyingInt(4)),
        ("a", LyingText("b")),
        (3, "3"),
        (1, True),
        (0, None),
        (0, ""),
        (1.0, 1.001),
        ("a", "A"),
        ([1, 2], [2, 1]),
        ([1], [1, 1]),
        ({"a": 1}, {"a": 1, "b": 2}),
        (datetime.date(2026, 1, 2), datetime.datetime(2026, 1, 2, 1)),
        (float("inf"), 1e308),
    ],
)
def test_different_values_are_not_the_same(expected, actual):
    assert not same(plain(expected), plain(actual))


@pytest.mark.parametrize(
    ("expected", "actual", "path", "how"),
    [
        ({"a": [{"b": 2}]}, {"a": [{"b": 3}]}, ".a[0].b", "too high"),
        ({"a": 1}, {}, ".a", "missing"),
        ({}, {"a": 1}, ".a", "not wanted here"),
        ([1, 2], [1], "", "too few items (1)"),
        (2, "2", "", "text, where a number is wanted"),
        (2, None, "", "empty (None or NULL), where a number is wanted"),
    ],
)
def test_difference_names_the_place_and_the_kind(expected, actual, path, how):
    found = difference(plain(expected), plain(actual))
    assert (found.path, found.how) == (path, how)
