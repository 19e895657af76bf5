"""Does the shuffle model keep all rows and show what a hot key does?"""

import importlib

import pytest

module = importlib.import_module("dealab.explore.shuffle")


def test_no_row_is_lost_or_doubled():
    counts = module.hot_counts(keys=101, rows=10_007, hot_share=0.3)
    assert sum(counts.values()) == 10_007
    for partitions in (1, 7, 200):
        for salt in (1, 5):
            assert sum(module.partition_rows(counts, partitions, salt)) == 10_007


def test_a_hot_key_stays_in_one_partition_however_many_there_are():
    counts = module.hot_counts(rows=1_000_000, hot_share=0.2)
    assert max(module.partition_rows(counts, 400)) >= 200_000


def test_salt_cuts_the_largest_partition():
    counts = module.hot_counts(rows=1_000_000, hot_share=0.2)
    assert max(module.partition_rows(counts, 64, salt=16)) < 0.4 * max(
        module.partition_rows(counts, 64)
    )


def test_the_same_key_always_goes_to_the_same_partition():
    assert module.partition_rows({"a": 3, "b": 4}, 16) == module.partition_rows(
        {"b": 4, "a": 3}, 16
    )


def test_a_stage_lasts_as_long_as_its_last_task():
    assert module.stage_seconds([100, 100, 100, 100], 2, 100, 0) == 2
    assert module.stage_seconds([400, 10, 10, 10], 4, 100, 0) == 4
    assert module.stage_seconds([100], 8, 100, 0.5) == pytest.approx(1.5)


def test_many_tiny_tasks_pay_their_start():
    even = [1] * 1000
    assert module.stage_seconds(even, 10, 1e9, 0.1) == pytest.approx(10, rel=0.01)
