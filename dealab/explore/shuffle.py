"""Explorer: Spark's shuffle partitions, a hot key and salting, as a model."""

import heapq
from collections.abc import Mapping
from zlib import crc32

ABOUT = (
    "<p>Model: partition = hash(key) mod partitions; a task lasts its start plus rows / speed, and "
    "runs on the first free core; the stage ends with its last task. The speed is such that one "
    "core needs 60 s for all rows. CRC-32 stands in for Spark's Murmur3. Source: "
    '<a href="https://spark.apache.org/docs/latest/sql-performance-tuning.html">Spark SQL '
    "performance tuning</a>.</p>"
)


def hot_counts(keys=2000, rows=1_000_000, hot_share=0.2):
    """Return rows per key: one key has ``hot_share`` of the rows, the others the rest, evenly."""
    hot = round(rows * hot_share)
    each, extra = divmod(rows - hot, keys - 1)
    return {"hot": hot} | {f"k{n}": each + (n < extra) for n in range(keys - 1)}


def partition_rows(counts: Mapping, partitions: int, salt: int = 1) -> list[int]:
    """Return the rows of each shuffle partition.

    Every key goes to the partition hash(key) mod ``partitions``. With ``salt`` > 1 the rows of the
    largest key are cut into that many equal parts with a suffix each, as a salted key is. Spark
    uses Murmur3; CRC-32 stands in for it here, which changes the places, not the picture.
    """
    rows = [0] * partitions
    hot = max(counts, key=counts.get)
    for key, count in counts.items():
        parts = salt if key == hot else 1
        share, extra = divmod(count, parts)
        for n in range(parts):
            name = f"{key}#{n}" if parts > 1 else str(key)
            rows[crc32(name.encode()) % partitions] += share + (n < extra)
    return rows


def stage_seconds(rows, cores: int, rows_per_second: float, overhead: float) -> float:
    """Return how long the stage lasts: each task starts on the core that is free first.

    One task per partition; a task lasts ``overhead`` seconds plus rows / ``rows_per_second``. The
    stage ends with its last task: that is why one large partition holds up all others.
    """
    free = [0.0] * cores
    for count in rows:
        heapq.heappush(free, heapq.heappop(free) + overhead + count / rows_per_second)
    return max(free)


def shuffle(counts: Mapping | None = None, unit: str = "rows"):
    """Return a panel of sliders; ``counts``: key -> rows (default: one hot key)."""
    import matplotlib.pyplot as plt

    from dealab.explore import _panel

    counts = dict(counts) if counts is not None else hot_counts()
    total = sum(counts.values())
    rate = total / 60  # one core would need a minute: the speed scales with the data shown

    def draw(partitions, cores, salt, overhead_ms):
        rows = partition_rows(counts, partitions, salt)
        seconds = stage_seconds(rows, cores, rate, overhead_ms / 1000)
        ideal = (total / rate + partitions * overhead_ms / 1000) / cores
        average = total / partitions
        figure, axes = plt.subplots(figsize=(7, 2.8), layout="constrained")
        axes.bar(range(partitions), sorted(rows, reverse=True), width=1, color="#4c78a8")
        axes.axhline(average, color="#b35806", linewidth=1.2, label=f"average {average:,.0f}")
        axes.set_xlabel("shuffle partitions, largest first")
        axes.set_ylabel(unit)
        axes.legend(frameon=False)
        axes.spines[["top", "right"]].set_visible(False)
        words = (
            f"{total:,} {unit} in {partitions} partitions: the largest has {max(rows):,}, "
            f"{max(rows) / average:.1f} times the average. On {cores} cores the stage takes "
            f"{seconds:.1f} s; evenly spread it would take {ideal:.1f} s."
        )
        return figure, f"Size of each shuffle partition. {words}", words

    controls = {
        "partitions": _panel.integer("Shuffle partitions", 64, 1, 400),
        "cores": _panel.integer("Cores", 16, 1, 64),
        "salt": _panel.integer("Parts of the hot key (salt)", 1, 1, 32),
        "overhead_ms": _panel.integer("Start of a task (ms)", 20, 0, 500, 10),
    }
    return _panel.Panel(draw, controls, ABOUT)
