import pytest

from dealab import explore
from dealab.explore.buffering import deliver


def test_a_trickle_waits_for_the_interval():
    delivery = deliver(kb_per_second=10, size_mb=5, interval=300)
    assert delivery.full == "interval"
    assert delivery.seconds == 300
    assert delivery.object_mb == pytest.approx(3)
    assert delivery.objects_per_day == pytest.approx(288)


def test_a_flood_fills_the_buffer_first():
    delivery = deliver(kb_per_second=1_000, size_mb=5, interval=300)
    assert delivery.full == "size"
    assert delivery.seconds == pytest.approx(5)
    assert delivery.object_mb == pytest.approx(5)


def test_partitions_make_more_and_smaller_objects():
    one = deliver(100, size_mb=128, interval=300)
    fifty = deliver(100, size_mb=128, interval=300, partitions=50)
    assert fifty.objects_per_day == pytest.approx(50 * one.objects_per_day)
    assert fifty.object_mb == pytest.approx(one.object_mb / 50)


@pytest.mark.parametrize("partitions", [1, 7, 100])
def test_nothing_gets_lost(partitions):
    delivery = deliver(250, size_mb=20, interval=120, partitions=partitions)
    assert delivery.object_mb * delivery.objects_per_day == pytest.approx(0.25 * 86_400)


def test_the_words_follow_the_sliders():
    panel = explore.buffering()
    panel.set(kb_per_second=10, interval=60)
    assert "an object of 0.60 MB every 60 s, 1,440 objects a day" in panel.words
