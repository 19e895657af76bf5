import pytest

from dealab import explore
from dealab.explore.shards import capacity, read_mb, shards_needed, spread


@pytest.mark.parametrize(
    ("record_kb", "records"), [(0.2, 1_000), (1.0, 1_000), (2.0, 500), (10.0, 100)]
)
def test_a_shard_stops_at_1000_records_or_1_mb(record_kb, records):
    assert capacity(record_kb) == records


def test_even_load_within_the_limit_loses_nothing():
    loads = spread(4, records=3_000, record_kb=1, hot_share=0)
    assert [shard.offered for shard in loads] == [750] * 4
    assert sum(shard.throttled for shard in loads) == 0


def test_a_hot_key_is_throttled_although_the_stream_has_room():
    loads = spread(4, records=3_000, record_kb=1, hot_share=0.4)
    assert sum(shard.offered for shard in loads) == pytest.approx(3_000)
    assert loads[0].throttled == pytest.approx(650)
    assert [shard.throttled for shard in loads[1:]] == [0, 0, 0]


def test_more_shards_do_not_help_a_hot_key_for_long():
    few = spread(4, 3_000, 1, hot_share=0.5)[0].throttled
    many = spread(64, 3_000, 1, hot_share=0.5)[0].throttled
    assert many < few
    assert many > 500


def test_shards_needed_is_never_less_than_one_and_rounds_up():
    assert shards_needed(1, 1) == 1
    assert shards_needed(3_000, 1) == 3
    assert shards_needed(3_001, 1) == 4
    assert shards_needed(900, 5) == 5


def test_polling_consumers_share_what_enhanced_consumers_do_not():
    assert read_mb(5, enhanced=False) == pytest.approx(0.4)
    assert read_mb(5, enhanced=True) == 2.0


def test_the_words_follow_the_sliders():
    panel = explore.shards()
    assert "0 records/s are throttled" in panel.words
    panel.set(hot_percent=40)
    assert "650 records/s are throttled (22%)" in panel.words
    assert 'alt="A bar per shard' in panel.children[-1].value


def test_the_words_are_the_fallback_of_a_page_without_widgets():
    panel = explore.shards()
    bundle = panel._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert panel.words in data["text/plain"]
