"""The model of the k-anonymity explorer, and the panel."""

import pytest

from dealab import explore
from dealab.explore.k_anonymity import coarsen, customers, measure

#: a table that is 2-anonymous in its first two columns; the last is the secret
TABLE = [
    (("1970s", "02*"), "flu"),
    (("1970s", "02*"), "cold"),
    (("1960s", "02*"), "flu"),
    (("1960s", "02*"), "flu"),
    (("1960s", "02*"), "flu"),
]


def test_the_smallest_group_is_k():
    found = measure(TABLE, 2)
    assert (found.k, found.kept, found.lost, found.unique) == (2, 5, 0, 0)
    assert found.telling == 1  # all of 1960s have the flu: k-anonymous and still told


def test_small_groups_are_left_out():
    found = measure(TABLE, 3)
    assert (found.kept, found.lost) == (3, 2)
    assert measure([], 2).k == 0


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (("full date", "5 digits", "kept"), ("1970-04-14", "98180", "gold")),
        (("year", "3 digits", "kept"), ("1970", "981", "gold")),
        (("decade", "1 digit", "left out"), ("1970s", "9", "*")),
        (("left out", "left out", "left out"), ("*", "*", "*")),
    ],
)
def test_columns_are_made_coarser(by, expected):
    assert coarsen("1970-04-14", "98180", "gold", by=by) == expected


def test_coarser_columns_lose_fewer_rows():
    people = customers()
    lost = [
        measure([(coarsen(*row[:3], by=by), row[3]) for row in people], 5).lost
        for by in (
            ("full date", "5 digits", "kept"),
            ("year", "3 digits", "kept"),
            ("decade", "1 digit", "left out"),
        )
    ]
    assert lost[0] > lost[1] > lost[2] == 0


def test_the_words_follow_the_choices():
    panel = explore.k_anonymity()
    assert "4,500 customers are alone" in panel.words
    panel.set(birth="left out", postal="left out", tier="left out")
    assert "The smallest group has 4500" in panel.words
    assert "0 rows" in panel.words
