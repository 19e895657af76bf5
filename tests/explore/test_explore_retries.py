import random

import pytest

from dealab import explore
from dealab.explore.retries import simulate, waits


def test_the_documented_example_grows_by_half():
    # IntervalSeconds 3, BackoffRate 1.5, MaxAttempts 3: 3, 4.5 and 6.75 seconds.
    assert waits(3, 1.5, 3) == [3, 4.5, 6.75]


def test_defaults_of_step_functions_wait_seven_seconds_in_all():
    assert sum(waits(1, 2, 3)) == 7


def test_the_cap_holds_and_a_rate_of_one_stays():
    assert waits(10, 3, 5, cap=60) == [10, 30, 60, 60, 60]
    assert waits(5, 1, 3) == [5, 5, 5]


def test_full_jitter_stays_between_zero_and_the_backoff():
    plain = waits(2, 2, 6)
    for seed in range(50):
        times = waits(2, 2, 6, jitter="FULL", rng=random.Random(seed))
        assert all(0 <= time <= limit for time, limit in zip(times, plain, strict=True))


def test_a_policy_that_reaches_over_the_outage_saves_every_run():
    result = simulate(600, interval=60, rate=2, attempts=4)  # reaches 15 minutes
    assert result.share == 1
    assert all(times[-1] >= 600 for times in result.attempts)


def test_a_short_policy_saves_only_runs_from_the_end_of_the_outage():
    result = simulate(600, interval=1, rate=2, attempts=3)  # reaches 7 seconds
    assert result.share == pytest.approx(7 / 600, abs=0.01)


def test_no_retry_means_one_call_each_and_none_saved():
    result = simulate(60, 1, 2, attempts=0)
    assert (result.saved, result.calls) == (0, 200)


def test_jitter_reaches_less_far_on_average():
    plain = simulate(600, 30, 2, 5)
    jittered = simulate(600, 30, 2, 5, jitter="FULL")
    assert jittered.saved < plain.saved


def test_an_unknown_jitter_is_refused():
    with pytest.raises(ValueError, match="jitter is one of"):
        waits(1, 2, 3, jitter="some")


def test_the_words_give_the_share():
    panel = explore.retries()
    assert "% of the runs are saved" in panel.words
    panel.set(interval=60, attempts=6)
    assert "100% of the runs are saved" in panel.words
