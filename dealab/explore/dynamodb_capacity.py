"""Explorer: units that reads and writes of DynamoDB need, and the limit of one partition."""

import math
from dataclasses import dataclass

READ_KB = 4
WRITE_KB = 1
PARTITION_READ = 3_000
PARTITION_WRITE = 1_000
FACTORS = {"eventually consistent": 0.5, "strongly consistent": 1.0, "transactional": 2.0}
ABOUT = (
    "<p>Model: read units = rate &times; size in steps of 4 KB, rounded up, &times; 0.5 "
    "(eventually consistent), 1 (strongly) or 2 (transactional). Write units = rate &times; size "
    "in steps of 1 KB, rounded up. A key lies in one partition, which serves 3,000 read and 1,000 "
    'write units a second. Sources: <a href="https://docs.aws.amazon.com/amazondynamodb/latest/'
    'developerguide/read-write-operations.html">units</a>, <a href="https://docs.aws.amazon.com/'
    'amazondynamodb/latest/developerguide/bp-partition-key-design.html">partitions</a>.</p>'
)


@dataclass(frozen=True)
class Load:
    """Units a second of the whole table, and of its hottest key."""

    read: float
    write: float
    hot_read: float
    hot_write: float

    @property
    def hot_share(self) -> float:
        """Return how full the hottest key makes its partition; 1 is full."""
        return max(self.hot_read / PARTITION_READ, self.hot_write / PARTITION_WRITE)


def read_units(kb: float, consistency: str = "eventually consistent") -> float:
    """Return the read units of one item of ``kb`` kilobytes; KeyError for another consistency."""
    return max(1, math.ceil(kb / READ_KB)) * FACTORS[consistency]


def write_units(kb: float, transactional: bool = False) -> float:
    """Return the write units of one item of ``kb`` kilobytes."""
    return max(1, math.ceil(kb / WRITE_KB)) * (2 if transactional else 1)


def load(reads: float, writes: float, kb: float, consistency: str, hot: float) -> Load:
    """Return the units a second; ``hot`` (0..1) is the share of the hottest partition key."""
    read = reads * read_units(kb, consistency)
    write = writes * write_units(kb, consistency == "transactional")
    return Load(read, write, read * hot, write * hot)


def dynamodb_capacity():
    """Show sliders: units needed, and whether one key is too hot. Returns the panel."""
    from matplotlib.figure import Figure

    from dealab.explore import _panel

    def draw(reads, writes, kb, consistency, hot_percent):
        found = load(reads, writes, kb, consistency, hot_percent / 100)
        figure = Figure(figsize=(7, 2.6), layout="constrained")
        left, right = figure.subplots(1, 2)
        bars = left.barh(["read", "write"], [found.read, found.write], color="#4c78a8")
        left.bar_label(bars, fmt="{:,.0f}", padding=3)
        left.set_title("units a second, whole table", fontsize=10, loc="left")
        shares = [found.hot_read / PARTITION_READ * 100, found.hot_write / PARTITION_WRITE * 100]
        colors = ["#f58518" if share > 100 else "#54a24b" for share in shares]
        bars = right.barh(["read", "write"], shares, color=colors)
        right.bar_label(bars, fmt="{:,.0f}%", padding=3)
        right.axvline(100, color="black", linestyle="--", linewidth=1)
        right.set_title("hottest key: % of its partition", fontsize=10, loc="left")
        right.set_xlim(0, max(120, max(shares) * 1.25))
        for axes in (left, right):
            axes.invert_yaxis()
            axes.margins(x=0.25)
            axes.spines[["top", "right"]].set_visible(False)
        words = (
            f"An item of {kb:g} KB: read units {read_units(kb, consistency):g}, write units "
            f"{write_units(kb, consistency == 'transactional'):g}. Provision "
            f"{math.ceil(found.read):,} RCU and {math.ceil(found.write):,} WCU. "
        )
        if found.hot_share > 1:
            words += (
                f"The hottest key wants {found.hot_share:.1f} times what its partition serves: "
                "it is throttled, whatever you provision."
            )
        else:
            words += f"The hottest key fills its partition to {found.hot_share:.0%}: no hot key."
        return figure, f"Units of the table and of its hottest key. {words}", words

    controls = {
        "reads": _panel.integer("Reads per second", 300, 0, 10_000, 100),
        "writes": _panel.integer("Writes per second", 80, 0, 5_000, 20),
        "kb": _panel.number("Item size (KB)", 6.0, 0.5, 400.0, 0.5),
        "consistency": _panel.choice("Requests are", list(FACTORS)),
        "hot_percent": _panel.integer("Share of the hottest key (%)", 0, 0, 100, 5),
    }
    return _panel.Panel(draw, controls, ABOUT)
