import pytest

from dealab import explore
from dealab.explore.batching import steady


def test_a_lane_that_keeps_up_has_no_growing_backlog():
    flow = steady(records=600, shards=2)
    assert flow.backlog_growth == 0
    assert flow.iterator_age(0) == flow.iterator_age(3_600)


def test_the_steady_batch_is_what_arrives_while_one_batch_runs():
    flow = steady(records=600, shards=2)
    assert flow.batch == pytest.approx(300 * flow.duration)


def test_a_window_means_fewer_invocations_and_more_delay():
    quick = steady(records=100, shards=1, batch_size=1_000)
    patient = steady(records=100, shards=1, batch_size=1_000, window=5)
    assert patient.batch == 500
    assert patient.invocations_per_hour == pytest.approx(720)
    assert patient.invocations_per_hour < quick.invocations_per_hour
    assert patient.delay > quick.delay


def test_a_full_batch_ends_the_window_early():
    assert steady(records=100, shards=1, batch_size=100, window=60).batch == 100


def test_six_megabytes_end_a_batch_too():
    flow = steady(records=2_000, shards=1, batch_size=10_000, window=60, record_kb=100)
    assert flow.batch == 60


def test_slow_work_falls_behind_and_parallelization_catches_up():
    slow = steady(records=600, shards=1, per_record=0.005)
    assert slow.backlog_growth > 0
    assert slow.iterator_age(1_800) > 600
    parallel = steady(records=600, shards=1, per_record=0.005, parallelization=10)
    assert parallel.backlog_growth == 0
    assert parallel.concurrency == 10


def test_all_arriving_records_are_invoked():
    flow = steady(records=600, shards=2, window=2, batch_size=10_000)
    assert flow.invocations_per_hour * flow.batch == pytest.approx(600 * 3_600)


def test_the_words_say_that_the_function_is_too_slow():
    panel = explore.batching()
    assert "Too slow" not in panel.words
    panel.set(per_record_ms=10.0)
    assert "Too slow" in panel.words
