"""Explorer: the buffer of a Firehose stream: how late, how many objects, how large."""

from dataclasses import dataclass

ABOUT = (
    "<p>A buffer goes out when it holds the buffer size or is as old as the interval. Each active "
    "partition has a buffer of its own. Compression is left out. Source: "
    '<a href="https://docs.aws.amazon.com/firehose/latest/APIReference/API_BufferingHints.html">'
    "Buffering hints of Amazon Data Firehose</a>.</p>"
)


@dataclass(frozen=True)
class Delivery:
    """What lands in S3.

    seconds: between two objects of a partition, which is also how long the first record waits;
    object_mb: MB in an object; full: the condition that ended the buffer, "size" or "interval".
    """

    seconds: float
    object_mb: float
    objects_per_day: float
    full: str


def deliver(kb_per_second: float, size_mb: float, interval: float, partitions: int = 1) -> Delivery:
    """Return what a buffer of ``size_mb`` MB or ``interval`` seconds delivers.

    The condition that is met first flushes the buffer. With dynamic partitioning every partition
    has a buffer of its own, and ``kb_per_second`` spread over the ``partitions`` evenly.
    """
    rate = kb_per_second / 1_000 / partitions
    filled = size_mb / rate
    seconds = min(filled, interval)
    return Delivery(
        seconds=seconds,
        object_mb=rate * seconds,
        objects_per_day=86_400 / seconds * partitions,
        full="size" if filled <= interval else "interval",
    )


def buffering():
    """Show sliders: a Firehose buffer, its delay and its objects. Returns the panel."""
    from matplotlib.figure import Figure

    from dealab.explore import _panel

    def draw(kb_per_second, size_mb, interval, partitions):
        now = deliver(kb_per_second, size_mb, interval, partitions)
        seconds = list(range(10, 901, 10))
        lines = [deliver(kb_per_second, size_mb, s, partitions) for s in seconds]
        figure = Figure(figsize=(7.5, 3), layout="constrained")
        left, right = figure.subplots(1, 2)
        left.plot(seconds, [d.object_mb for d in lines], color="#4c78a8")
        left.plot([interval], [now.object_mb], "o", color="#f58518", markersize=9)
        left.set(xlabel="buffer interval (s)", title="MB per object")
        right.plot(seconds, [d.objects_per_day for d in lines], color="#4c78a8")
        right.plot([interval], [now.objects_per_day], "o", color="#f58518", markersize=9)
        right.set(xlabel="buffer interval (s)", title="objects per day")
        for axes in (left, right):
            axes.set_ylim(bottom=0)
            axes.spines[["top", "right"]].set_visible(False)
        caption = (
            f"{kb_per_second} kB/s over {partitions} partition(s): an object of "
            f"{now.object_mb:,.2f} MB every {now.seconds:,.0f} s, "
            f"{now.objects_per_day:,.0f} objects a day. "
            f"The {now.full} is reached first; a record waits up to {now.seconds:,.0f} s."
        )
        alt = f"Object size and objects per day against the buffer interval. {caption}"
        return figure, alt, caption

    controls = {
        "kb_per_second": _panel.integer("Incoming kB per second", 20, 1, 2000),
        "size_mb": _panel.integer("Buffer size (MB)", 5, 1, 128),
        "interval": _panel.integer("Buffer interval (s)", 300, 10, 900, 10),
        "partitions": _panel.integer("Active partitions", 1, 1, 100),
    }
    return _panel.Panel(draw, controls, ABOUT)
