"""Threads that take turns on the lab's clock."""

import pytest

from dealab.models.clock import Clock
from dealab.models.turns import Turns


@pytest.fixture
def clock():
    return Clock("2026-03-02T09:00")


@pytest.fixture
def turns(clock):
    made = Turns(clock)
    yield made
    made.close()


def test_threads_run_one_after_the_other_in_the_order_of_their_start(turns):
    seen = []
    for name in "abc":
        turns.thread(seen.append, (name,)).start()
    assert seen == []
    turns.run()
    assert seen == ["a", "b", "c"]


def test_a_sleep_ends_on_the_clock(turns, clock):
    seen = []

    def work(seconds):
        turns.sleep(seconds)
        seen.append((seconds, clock.now().minute))

    for seconds in (120, 60):
        turns.thread(work, (seconds,)).start()
    turns.run()
    assert seen == []
    clock.move(minutes=1)
    assert seen == [(60, 1)]
    clock.move(hours=1)
    assert seen == [(60, 1), (120, 2)]


def test_an_event_wakes_before_its_timeout(turns, clock):
    event, answers = turns.event(), []
    for timeout in (60, None):
        turns.thread(lambda timeout=timeout: answers.append(event.wait(timeout))).start()
    turns.run()
    clock.move(minutes=2)
    assert answers == [False]
    event.set()
    turns.run()
    assert answers == [False, True]


def test_a_join_waits_for_the_other_thread(turns, clock):
    seen = []

    def outer():
        inner = turns.thread(turns.sleep, (60,))
        inner.start()
        inner.join(30)
        seen.append(inner.is_alive())
        inner.join()
        seen.append(inner.is_alive())

    turns.thread(outer).start()
    turns.run()
    clock.move(minutes=1)
    assert seen == [True, False]


def test_closing_ends_threads_that_wait(turns):
    seen = []

    def work():
        try:
            turns.event().wait()
            seen.append("went on")
        finally:
            seen.append("ended")

    turns.thread(work).start()
    turns.run()
    turns.close()
    assert seen == ["ended"]


def test_a_failure_is_not_lost(turns):
    turns.thread(lambda: 1 / 0).start()
    with pytest.raises(ZeroDivisionError):
        turns.run()


def test_nothing_runs_where_it_may_not(clock):
    allowed, seen = [], []
    turns = Turns(clock, may_run=lambda: bool(allowed))
    turns.thread(seen.append, (1,)).start()
    turns.run()
    assert seen == []
    allowed.append(True)
    turns.run()
    assert seen == [1]
