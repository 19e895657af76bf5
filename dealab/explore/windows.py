"""Explorer: windows over a stream with late events, and the watermark that decides about them."""

import functools
import random
from dataclasses import dataclass

MINUTE = 60
HOURS = 2
BATCH = 1 * MINUTE  # a micro-batch a minute
KINDS = ("tumbling", "sliding", "session")
ABOUT = (
    "<p>1,200 made-up clicks of one key over two hours, fewer in the middle. Nine in ten arrive "
    "within a minute, the others up to 40 minutes late. Micro-batches of one minute. Watermark = "
    "latest event time of earlier batches &minus; delay; a window that ends at or before it is "
    "written and forgotten (<code>dealab.models.windows</code>, compared with Spark in the tests). "
    "Sliding windows start every half length; a session ends after a gap of that length. Source: "
    '<a href="https://spark.apache.org/docs/3.5.8/structured-streaming-programming-guide.html">'
    "Structured Streaming guide: event time and watermarks</a>.</p>"
)


@dataclass(frozen=True)
class Counted:
    """What became of the events. ``windows``: (start, end, counted) in seconds, by start.

    ``dropped``: (event, window) pairs that came after their window was written; ``wait``: the mean
    time in seconds from the end of a window until it was written; ``kept``: the most windows that
    were open at once.
    """

    windows: tuple[tuple[float, float, int], ...]
    pairs: int
    dropped: int
    wait: float
    kept: int


@functools.cache
def clicks() -> tuple[tuple[float, float], ...]:
    """Return (event time, arrival) of made-up clicks in seconds, by arrival; always the same."""
    source = random.Random(2026)
    found = []
    while len(found) < 1_200:
        at = source.uniform(0, HOURS * 60 * MINUTE)
        if 50 * MINUTE < at < 62 * MINUTE and source.random() < 0.97:
            continue  # a quiet time, so that a session can end
        late = source.random() < 0.1
        delay = source.uniform(1, 40) * MINUTE if late else source.expovariate(1 / 15)
        found.append((at, at + delay))
    return tuple(sorted(found, key=lambda pair: pair[1]))


def count(kind: str, length: float, delay: float) -> Counted:
    """Count the clicks in windows; ``length`` (of a session: its gap) and ``delay`` in seconds.

    Raises ValueError for an unknown kind.
    """
    from dealab.models.windows import Windowed

    if kind not in KINDS:
        raise ValueError(f"kind is one of {', '.join(KINDS)}, not {kind!r}")
    how = {
        "tumbling": {"length": length},
        "sliding": {"length": length, "slide": length / 2},
        "session": {"gap": length},
    }[kind]
    counts = Windowed(delay=delay, **how)
    events, done, waits, kept = list(clicks()), {}, [], 0
    end = events[-1][1]
    now = 0.0
    while now <= end:
        now += BATCH
        batch = [("all", at) for at, arrival in events if now - BATCH <= arrival < now]
        for (_, window), number in counts.add(batch).items():
            done[window] = number
            waits.append(now - window[1])
        kept = max(kept, len(counts.open))
    for (_, window), number in counts.open.items():  # still open when the stream ends
        done[window] = number
    pairs = sum(done.values()) + counts.dropped
    windows = tuple((*window, done[window]) for window in sorted(done))
    wait = sum(waits) / len(waits) if waits else 0.0
    return Counted(windows, pairs, counts.dropped, wait, kept)


def windows():
    """Show sliders: kind, length and delay against what is lost. Returns the panel."""
    from matplotlib.figure import Figure

    from dealab.explore import _panel

    def draw(kind, length, delay):
        found = count(kind, length * MINUTE, delay * MINUTE)
        figure = Figure(figsize=(7.5, 2.8), layout="constrained")
        axes = figure.subplots()
        for number, (start, end, events) in enumerate(found.windows):
            axes.barh(
                number % (2 if kind == "sliding" else 1),
                (end - start) / MINUTE,
                left=start / MINUTE,
                height=0.8,
                color=["#9ecae9", "#4c78a8"][number % 2],
                edgecolor="white",
            )
            if len(found.windows) <= 26:
                axes.text(
                    (start + end) / 2 / MINUTE, number % (2 if kind == "sliding" else 1),
                    str(events), ha="center", va="center", fontsize=8,
                    color=["black", "white"][number % 2],
                )  # fmt: skip
        axes.set(
            xlabel="minutes of event time", yticks=[], xlim=(found.windows[0][0] / MINUTE, None)
        )
        axes.spines[["top", "right", "left"]].set_visible(False)
        share = found.dropped / found.pairs
        caption = (
            f"{len(found.windows)} {kind} window{'s' * (len(found.windows) > 1)}. "
            f"{found.dropped:,} of {found.pairs:,} counts ({share:.1%}) came too late: lost. "
        )
        if found.wait:
            caption += (
                f"A result is written {found.wait / MINUTE:.0f} minutes after its window's end on "
                f"average; at most {found.kept} {'is' if found.kept == 1 else 'are'} kept open."
            )
        else:
            caption += "None was written before the stream ended."
        return figure, f"Windows on a line of two hours, with their counts. {caption}", caption

    controls = {
        "kind": _panel.choice("Windows", list(KINDS)),
        "length": _panel.integer("Length, or gap of a session (min)", 10, 2, 30),
        "delay": _panel.integer("Watermark delay (min)", 5, 0, 45),
    }
    return _panel.Panel(draw, controls, ABOUT)
