import pytest

from dealab import explore
from dealab.explore.windows import MINUTE, clicks, count


def test_every_click_is_counted_or_dropped_once_in_tumbling_windows():
    found = count("tumbling", 10 * MINUTE, 5 * MINUTE)
    assert found.pairs == len(clicks()) == 1_200
    assert sum(events for *_, events in found.windows) + found.dropped == 1_200


def test_a_longer_delay_loses_less_and_answers_later():
    short = count("tumbling", 10 * MINUTE, 0)
    long = count("tumbling", 10 * MINUTE, 45 * MINUTE)
    assert short.dropped > 0
    assert long.dropped == 0
    assert long.wait > short.wait + 40 * MINUTE
    assert long.kept > short.kept


def test_sliding_windows_count_a_click_twice():
    assert count("sliding", 10 * MINUTE, 45 * MINUTE).pairs == 2_400


def test_a_quiet_time_ends_a_session():
    assert len(count("session", 5 * MINUTE, 45 * MINUTE).windows) > 1
    assert len(count("session", 20 * MINUTE, 45 * MINUTE).windows) == 1


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="tumbling, sliding, session, not 'hopping'"):
        count("hopping", 60, 0)


def test_the_words_follow_the_sliders():
    panel = explore.windows()
    assert "10 minutes" not in panel.words
    before = panel.words
    panel.set(delay=45)
    assert " 0 of 1,200 counts (0.0%)" in panel.words
    assert panel.words != before
