"""Windows and watermarks, against the documented example of Spark's guide and plain counting."""

import random
from collections import Counter

import pytest

from dealab.models import windows

GUIDE = "https://spark.apache.org/docs/3.5.8/structured-streaming-programming-guide.html"


def clock(text):
    """Return seconds of a time such as 12:07 on one day."""
    hours, minutes = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60


def test_sliding_windows_of_the_guides_example():
    """GUIDE: 10 minutes, sliding every 5; a word at 12:07 counts in 12:00-12:10 and 12:05-12:15."""
    found = windows.sliding(clock("12:07"), 600, 300)
    assert found == [(clock("12:00"), clock("12:10")), (clock("12:05"), clock("12:15"))]


def test_the_start_belongs_to_a_window_and_the_end_does_not():
    assert windows.tumbling(600, 600) == (600, 1200)
    assert windows.tumbling(599.999, 600) == (0, 600)
    assert windows.tumbling(-1, 600) == (-600, 0)
    assert windows.tumbling(600, 600, offset=60) == (60, 660)


def test_watermark_of_the_guides_example():
    """GUIDE, "Handling Late Data and Watermarking": 10-minute windows every 5, watermark 10 min.

    After an event at 12:14 the watermark is 12:04, so one at 12:09 that comes late still counts.
    After 12:21 it is 12:11, and a late one at 12:04 is dropped: its windows ended by 12:10. (Spark
    runs a batch without events in between, as soon as the watermark has moved.)
    """
    counts = windows.Windowed(length=600, slide=300, delay=600)
    counts.add([("dog", clock("12:07")), ("owl", clock("12:08"))])
    counts.add([("dog", clock("12:14")), ("cat", clock("12:09"))])
    assert counts.watermark == clock("12:04")
    counts.add([("cat", clock("12:15")), ("dog", clock("12:08")), ("owl", clock("12:13"))])
    assert counts.add([("owl", clock("12:21"))]) == {}
    assert counts.watermark == clock("12:11")
    finished = counts.add([])
    assert finished[("dog", (clock("12:00"), clock("12:10")))] == 2
    assert counts.dropped == 0
    counts.add([("donkey", clock("12:04"))])
    assert counts.dropped == 2
    assert not any(key == "donkey" for key, _ in counts.open)
    counts.add([("owl", clock("12:17"))])
    assert counts.open[("owl", (clock("12:15"), clock("12:25")))] == 2


def test_a_late_event_is_judged_by_the_batch_before():
    for strict, dropped in ((False, 0), (True, 1)):
        counts = windows.Windowed(length=10, strict=strict)
        counts.add([("a", 100)])
        finished = counts.add([("a", 85)])
        assert counts.dropped == dropped
        assert finished == ({} if strict else {("a", (80, 90)): 1})
        counts.add([("a", 85)])
        assert counts.dropped == dropped + 1


def test_a_session_ends_after_the_gap():
    assert windows.sessions([0, 5, 14.9, 30, 40], 10) == [(0, 24.9, 3), (30, 40, 1), (40, 50, 1)]


def test_a_late_event_joins_two_sessions():
    counts = windows.Windowed(gap=10, delay=100)
    counts.add([("a", 100), ("a", 115), ("b", 100)])
    counts.add([("a", 108)])
    assert dict(counts.open) == {("a", (100, 125)): 3, ("b", (100, 110)): 1}


@pytest.mark.parametrize("seed", range(20))
def test_without_late_events_batches_do_not_matter(seed):
    """One batch or many: with a delay that covers every event, the counts are plain counts."""
    draw = random.Random(seed)
    events = [(draw.choice("ab"), draw.randrange(0, 5000)) for _ in range(200)]
    counts, found = windows.Windowed(length=300, slide=100, delay=5000), Counter()
    for at in range(0, 200, 20):
        found.update(counts.add(events[at : at + 20]))
    found.update(counts.open)
    assert found == Counter(
        (key, window) for key, at in events for window in windows.sliding(at, 300, 100)
    )
    assert all(len(windows.sliding(at, 300, 100)) == 3 for _, at in events)
    by_session = windows.Windowed(gap=30, delay=5000)
    for at in range(0, 200, 20):
        by_session.add(events[at : at + 20])
    for key in "ab":
        assert sorted(
            (*window, count) for (k, window), count in by_session.open.items() if k == key
        ) == windows.sessions([at for k, at in events if k == key], 30)


@pytest.mark.parametrize(
    "settings", [{}, {"length": 10, "gap": 5}, {"length": 10, "slide": 20}, {"gap": 0}]
)
def test_impossible_windows_are_refused(settings):
    with pytest.raises(ValueError, match=r"window|gap|length"):
        windows.Windowed(**settings).add([("a", 1)])
