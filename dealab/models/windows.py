"""Windows over a stream of events: tumbling, sliding, session, and the watermark.

A model in plain Python of what Spark Structured Streaming does with ``window``, ``session_window``
and ``withWatermark``; tests compare it with Spark on random events. It serves streams without
Spark, too (a Lambda behind Kinesis). Sources, not checked:
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
            finished = counts.add(batch)       # what append mode writes in this batch
        finished = counts.add(())              # time to write what the last batch finished
        counts.open                            # what is still kept

    ``delay`` is how many seconds an event may come late. The watermark of a batch is the latest
    event time of all batches before it, less ``delay``; it never goes back. Windows that end at or
    before it are written in that batch and forgotten.

    An event is dropped when its window ended at or before the watermark of the batch *before*. So
    everything within ``delay`` counts, and some that is later counts, too: the guide promises only
    the first. (Spark up to 3.3 compared with the batch's own watermark; it still does under
    ``spark.sql.streaming.statefulOperator.allowMultiple=false``, here ``strict=True``.)

    ``slide`` makes sliding windows, ``gap`` (instead of ``length``) session windows.
    """

    def __init__(self, length=None, delay: float = 0, slide=None, gap=None, strict: bool = False):
        if (length is None) == (gap is None):
            raise ValueError("give either a length or a gap")
        if gap is not None and gap <= 0:
            raise ValueError("a session's gap must be above 0")
        self._length, self._slide, self._gap = length, slide or length, gap
        self._delay, self._strict = delay, strict
        self._latest: float | None = None
        self._before = 0.0
        #: the watermark of the next batch, in seconds; 0 before the first event
        self.watermark = 0.0
        #: (key, (start, end)) -> events, of windows that may still change
        self.open: Counter = Counter()
        #: how many (event, window) pairs came too late and were dropped
        self.dropped = 0

    def add(self, batch: Iterable[Event]) -> dict:
        """Take a batch; return the windows that it finishes, (key, (start, end)) -> events."""
        late = self.watermark if self._strict else self._before
        for key, at in batch:
            self._latest = at if self._latest is None else max(self._latest, at)
            if self._gap is not None:
                places = [(at, at + self._gap)]
            else:
                places = sliding(at, self._length, self._slide)
            for window in places:
                if window[1] <= late:
                    self.dropped += 1
                elif self._gap is not None:
                    self._add_to_session(key, *window)
                else:
                    self.open[key, window] += 1
        done = {place: count for place, count in self.open.items() if place[1][1] <= self.watermark}
        for place in done:
            del self.open[place]
        self._before = self.watermark
        if self._latest is not None:
            self.watermark = max(self.watermark, self._latest - self._delay)
        return done

    def _add_to_session(self, key, start: float, end: float) -> None:
        count = 1
        for other, (first, last) in [place for place in self.open if place[0] == key]:
            if first < end and start < last:
                count += self.open.pop((other, (first, last)))
                start, end = min(start, first), max(end, last)
        self.open[key, (start, end)] = count
