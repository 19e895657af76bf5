"""Explorer: how many shards a stream needs, and what one hot partition key does to it."""

import math
from dataclasses import dataclass

WRITE_MB = 1.0  # per shard and second
WRITE_RECORDS = 1_000  # per shard and second
READ_MB = 2.0  # per shard and second, shared by polling consumers
ABOUT = (
    "<p>A shard takes min(1,000, 1,000 kB / record size) records a second. A key belongs to one "
    "shard; all other records spread evenly. Source: "
    '<a href="https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html">'
    "Quotas of Kinesis Data Streams</a>.</p>"
)


@dataclass(frozen=True)
class Shard:
    """What producers offer to a shard and what it takes, in records per second."""

    offered: float
    accepted: float

    @property
    def throttled(self) -> float:
        return self.offered - self.accepted


def capacity(record_kb: float) -> float:
    """Return the records per second that one shard takes for records of ``record_kb`` kilobytes.

    A shard stops at 1,000 records or at 1 MB (here 1,000 kB) a second, whichever comes first.
    """
    return min(WRITE_RECORDS, WRITE_MB * 1_000 / record_kb)


def spread(shards: int, records: float, record_kb: float, hot_share: float) -> list[Shard]:
    """Return the load of each shard for ``records`` per second.

    ``hot_share`` (0..1) of the records carry one partition key. A key belongs to one shard, so that
    share lands on the first shard; the other keys are many and spread evenly over all shards.
    """
    even = records * (1 - hot_share) / shards
    offered = [even + (records * hot_share if n == 0 else 0) for n in range(shards)]
    limit = capacity(record_kb)
    return [Shard(load, min(load, limit)) for load in offered]


def shards_needed(records: float, record_kb: float) -> int:
    """Return the shards that evenly spread ``records`` per second of ``record_kb`` kB need."""
    return max(1, math.ceil(records / capacity(record_kb)))


def read_mb(consumers: int, enhanced: bool) -> float:
    """Return the MB per second and shard that each of ``consumers`` can read."""
    return READ_MB if enhanced else READ_MB / consumers


def shards():
    """Show sliders: the load of each shard, and what a hot key loses. Returns the panel."""
    from matplotlib.figure import Figure

    from dealab.explore import _panel

    def draw(count, records, record_kb, hot_percent):
        loads = spread(count, records, record_kb, hot_percent / 100)
        limit = capacity(record_kb)
        throttled = sum(shard.throttled for shard in loads)
        figure = Figure(figsize=(7, 3.2))
        axes = figure.subplots()
        names = [str(n) for n in range(count)]
        accepted = [shard.accepted for shard in loads]
        lost = [shard.throttled for shard in loads]
        axes.bar(names, accepted, color="#4c78a8", label="accepted")
        axes.bar(names, lost, bottom=accepted, color="#f58518", hatch="//", label="throttled")
        axes.axhline(limit, color="black", linestyle="--", linewidth=1)
        axes.set_title(f"dashed: limit of a shard, {limit:,.0f} records/s", fontsize=10, loc="left")
        axes.set(xlabel="shard", ylabel="records per second")
        axes.set_ylim(0, max(limit, max(shard.offered for shard in loads)) * 1.2)
        axes.legend(loc="upper right", ncols=2, frameon=False)
        axes.spines[["top", "right"]].set_visible(False)
        caption = (
            f"{records:,} records/s of {record_kb:g} kB on {count} shards: "
            f"{throttled:,.0f} records/s are throttled ({throttled / records:.0%}). "
            f"Evenly spread, {shards_needed(records, record_kb)} shards would do."
        )
        if hot_percent and loads[0].throttled:
            caption += " Shard 0 holds the hot key."
        alt = f"A bar per shard against a limit of {limit:,.0f} records/s. {caption}"
        return figure, alt, caption

    controls = {
        "count": _panel.integer("Shards", 4, 1, 16),
        "records": _panel.integer("Records per second", 3000, 200, 12000, 200),
        "record_kb": _panel.number("Record size (kB)", 1.0, 0.2, 20.0, 0.2),
        "hot_percent": _panel.integer("Share of one key (%)", 0, 0, 90, 5),
    }
    return _panel.Panel(draw, controls, ABOUT)
