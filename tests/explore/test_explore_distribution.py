import pytest

from dealab import explore
from dealab.explore.distribution import slice_of, spread


def test_even_has_no_skew_whatever_the_key():
    found = spread("EVEN", 8, 1_000, keys=1, hot_share=1)
    assert found.rows == (125,) * 8
    assert (found.skew, found.wait, found.stored) == (1, 1, 1)


def test_all_is_a_copy_for_each_node():
    found = spread("ALL", 8, 1_000, keys=5, hot_share=0)
    assert sum(1 for one in found.rows if one) == 4
    assert found.stored == 4
    assert found.skew == 1


def test_key_loses_no_row_and_keeps_a_value_together():
    found = spread("KEY", 4, 1_000, keys=50, hot_share=0.4)
    assert sum(found.rows) == pytest.approx(1_000)
    assert found.rows[slice_of(0, 4)] >= 400


def test_few_values_leave_slices_empty_and_many_spread_well():
    assert min(spread("KEY", 16, 1_000, keys=4, hot_share=0.25).rows) == 0
    assert spread("KEY", 4, 1e6, keys=5_000, hot_share=0).skew < 1.2


def test_one_value_means_one_slice():
    found = spread("KEY", 4, 1_000, keys=1, hot_share=0)
    assert sorted(found.rows) == [0, 0, 0, 1_000]
    assert found.wait == 4


def test_the_words_follow_the_sliders():
    panel = explore.distribution()
    assert "KEY with 400 values" in panel.words
    panel.set(style="ALL")
    assert "4 times, once on each node" in panel.words
