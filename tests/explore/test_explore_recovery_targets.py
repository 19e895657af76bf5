"""The model of the recovery explorer, and the panel."""

import pytest

from dealab import explore
from dealab.explore.recovery_targets import PLACES, outcome, spoken


def test_the_worst_loss_is_a_failure_just_before_the_next_backup_can_be_used():
    daily = outcome(24 * 60, 30, 0, 30, 2000, 200, 15)
    assert daily.loss == 24 * 60 + 30
    assert outcome(24 * 60, 30, 60, 30, 2000, 200, 15).loss == daily.loss + 60


def test_the_restore_grows_with_the_size_and_shrinks_with_the_speed():
    # 1,200 GB at 1,024 MB per second are 1,200 seconds
    one = outcome(60, 5, 0, 10, 1200, 1024, 15)
    assert one.restore == pytest.approx(20)
    assert one.recovery == pytest.approx(45)
    assert outcome(60, 5, 0, 10, 2400, 2048, 15).restore == pytest.approx(20)


def test_more_frequent_backups_do_not_change_the_recovery():
    rare, often = (outcome(hours * 60, 30, 0, 30, 500, 100, 15) for hours in (24, 1))
    assert often.loss < rare.loss
    assert often.recovery == rare.recovery


def test_minutes_in_words():
    assert (spoken(45), spoken(150)) == ("45 min", "2.5 h")


def test_the_words_follow_the_sliders():
    panel = explore.recovery_targets()
    assert "RPO of 4 h is missed" in panel.words
    assert "RTO of 4 h is kept" in panel.words
    panel.set(interval=1)
    assert "RPO of 4 h is kept" in panel.words
    panel.set(place=PLACES[1], copy=300)
    assert "RPO of 4 h is missed" in panel.words
    panel.set(size=20_000, speed=100)
    assert "RTO of 4 h is missed" in panel.words
