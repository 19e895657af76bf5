import pytest

from dealab import explore
from dealab.explore.lifecycle_cost import MOVE, bill, rule

MB = 1024 * 1024


def test_without_rules_a_terabyte_costs_the_price_of_standard():
    # https://aws.amazon.com/s3/pricing/: 0.023 USD per GB and month; the model's month has 30 days
    found = bill([], MB, 1024 * 1024, years=1)
    assert found.standard == pytest.approx([1024 * 0.023 * 365 / 30])
    assert found.total == pytest.approx(found.without)


def test_large_objects_save_and_small_ones_lose():
    deep = rule(ia=0, archive="DEEP_ARCHIVE", archive_days=30, expire=0, small=True)
    large = bill([deep], 10 * MB, 100_000, years=3)
    assert large.total < 0.2 * large.without
    small = bill([deep], 10 * 1024, 1_000_000, years=3)
    assert small.total > 2 * small.without
    assert sum(small.moves) == pytest.approx(50)  # 0.05 USD per 1,000 objects


def test_small_objects_stay_by_default():
    deep = rule(ia=0, archive="DEEP_ARCHIVE", archive_days=30, expire=0, small=False)
    found = bill([deep], 10 * 1024, 1_000_000, years=2)
    assert found.total == pytest.approx(found.without)


def test_leaving_before_the_minimum_duration_is_charged():
    early = bill([rule(0, "DEEP_ARCHIVE", 30, 90, True)], MB, 1_000_000, years=1)
    late = bill([rule(0, "DEEP_ARCHIVE", 30, 215, True)], MB, 1_000_000, years=1)
    assert sum(early.early) > 0
    assert sum(late.early) == 0


def test_what_s3_refuses_is_said():
    assert "30 days more" in bill([rule(30, "GLACIER", 45, 0, False)], MB, 1000, 1).refused
    panel = explore.lifecycle_cost()
    panel.set(archive="GLACIER", archive_days=45)
    assert panel.words.startswith("S3 refuses this rule")


def test_the_words_follow_the_sliders():
    panel = explore.lifecycle_cost()
    assert "less than in Standard" in panel.words
    panel.set(kilobytes=10, small=MOVE)
    assert "more than in Standard" in panel.words
    panel.set(ia=0, archive="none")
    assert "Transitions 0, early deletion 0" in panel.words
