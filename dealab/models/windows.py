"""Windows over a stream of events: tumbling, sliding, session, and the watermark.

A model in plain Python of what Spark Structured Streaming does with ``window``, ``session_window``
and ``withWatermark``; tests compare it with Spark on random events. It serves streams without
Spark, too (a Lambda behind Kinesis). Sources, checked 2026-11-23:
https://spark.apache.org/docs/3.5.8/structured-streaming-programming-guide.html
https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html (tumbling only)

An event is a pair of its key and its time in seconds since 1970. A window is a pair (start, end) in
the same seconds; the start belongs to it and the end does not.

Left out: windows on processing time, months and other lengths that vary, joins of streams.
"""

from collections import Counter
from collections.abc import Hashable, Iterable

Window = tuple[float, float]
Event = tuple[Hashable, float]


def tumbling(at: float, length: float, offset: float = 0) -> Window:
    """Return the one window of this length that holds a moment. ``offset`` moves all windows.

    Raises ValueError for a length that is not positive.
    """
    (only,) = sliding(at, length, length, offset)
    return only


def sliding(at: float, length: float, slide: float, offset: float = 0) -> list[Window]:
    """Return every window that holds a moment, earliest first: one starts each ``slide`` seconds.

    Raises ValueError unless 0 < slide <= length, as Spark refuses a slide above the length.
    """
    if not 0 < slide <= length:
        raise ValueError("a window's slide must be above 0 and at most its length")
    last = at - (at - offset) % slide
    starts = []
    while last > at - length:
        starts.append(last)
        last -= slide
    return [(start, start + length) for start in reversed(starts)]


def sessions(times: Iterable[float], gap: float) -> list[tuple[float, float, int]]:
    """Return the sessions of one key: (first time, last time + gap, events), in order of time.

    An event that comes exactly ``gap`` seconds after the one before begins a new session.
    Raises ValueError for a gap that is not positive.
    """
    if gap <= 0:
        raise ValueError("a session's gap must be above 0")
    found: list[list] = []
    for at in sorted(times):
        if found and at < found[-1][1]:
            found[-1][1] = at + gap
            found[-1][2] += 1
        else:
            found.append([at, at + gap, 1])
    return [tuple(session) for session in found]


class Windowed:
    """Counts events per key and window, batch by batch, with a watermark.

        counts = Windowed(length=600, delay=300)
        for batch in batches:
            finished = counts.add(batch)       # what append mode would write
        counts.open                            # what is still kept

    ``delay`` is how many seconds an event may come late. The watermark of a batch is the latest
    event time of all batches before it, less ``delay``; it never goes back. It comes into force
    between batches: in one batch no event makes another late. An event is dropped when all of its
    window lies at or before the watermark, because that window is finished and forgotten.
    ``slide`` makes sliding windows, ``gap`` (instead of ``length``) session windows.
    """

    def __init__(self, length=None, delay: float = 0, slide=None, gap=None):
        if (length is None) == (gap is None):
            raise ValueError("give either a length or a gap")
        self._length, self._slide, self._gap = length, slide or length, gap
        if gap is not None and gap <= 0:
            raise ValueError("a session's gap must be above 0")
        self._delay = delay
        self._latest: float | None = None
        self._watermark: float = 0.0
        #: (key, (start, end)) -> events, of windows that may still change
        self.open: Counter = Counter()
        #: how many (event, window) pairs came too late and were dropped
        self.dropped = 0

    @property
    def watermark(self) -> float:
        """Return the watermark that the next batch is judged by; 0 before the first event."""
        return self._watermark

    def add(self, batch: Iterable[Event]) -> dict:
        """Take a batch; return the finished windows, (key, (start, end)) -> events.

        Windows finish when the watermark that this batch moves passes their end: Spark writes them
        in the batch after, which has no events of its own if none came.
        """
        for key, at in batch:
            self._latest = at if self._latest is None else max(self._latest, at)
            if self._gap is not None:
                self._add_to_session(key, at)
                continue
            for window in sliding(at, self._length, self._slide):
                if window[1] <= self._watermark:
                    self.dropped += 1
                else:
                    self.open[key, window] += 1
        if self._latest is not None:
            self._watermark = max(self._watermark, self._latest - self._delay)
        done = {
            place: count for place, count in self.open.items() if place[1][1] <= self._watermark
        }
        for place in done:
            del self.open[place]
        return done

    def _add_to_session(self, key, at: float) -> None:
        if at + self._gap <= self._watermark:
            self.dropped += 1
            return
        start, end, count = at, at + self._gap, 1
        for other, (first, last) in [place for place in self.open if place[0] == key]:
            if first < end and start < last:
                count += self.open.pop((other, (first, last)))
                start, end = min(start, first), max(end, last)
        self.open[key, (start, end)] = count
