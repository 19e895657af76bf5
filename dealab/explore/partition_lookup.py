"""Explorer: what finding the partitions of a query costs, with and without an index."""

import math
from dataclasses import dataclass

PAGE = 1_000  # entries in one answer of GetPartitions, and keys in one answer of ListObjectsV2
FREE_OBJECTS = 1_000_000
USD_PER_100_000 = 1.0  # a month, above the free million
METHODS = ("registered, no index", "registered, partition index", "projection")
ABOUT = (
    "<p>Model: without an index GetPartitions loads every entry, "
    "ceil(partitions / 1,000) pages; with an index only those of the filter. Projection asks the "
    "catalog for nothing, but lists a folder of S3 for each value in the filter, empty or not. An "
    "index entry is stored for each partition. Sources: "
    '<a href="https://docs.aws.amazon.com/glue/latest/dg/partition-indexes.html">partition '
    'indexes</a>, <a href="https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html">'
    "partition projection</a>, "
    '<a href="https://docs.aws.amazon.com/glue/latest/webapi/API_GetPartitions.html">'
    "GetPartitions</a>. Left out: caches, parallel segments, the time of a call.</p>"
)


@dataclass(frozen=True)
class Lookup:
    """What one query asks for before it reads data, and what the catalog stores for it."""

    loaded: int  # partition entries that the catalog loads
    catalog_calls: int  # pages of GetPartitions
    folders: int  # folders that are listed in S3
    objects: int  # partition and index entries stored in the catalog


def lookup(method: str, days: int, hourly: bool, wanted_days: int, filled: float = 1.0) -> Lookup:
    """Return the cost of the look-up for a filter on ``wanted_days`` of a table of ``days``.

    ``hourly``: 24 partitions a day, else one. ``filled`` (0..1): the share of partitions that have
    files; only those are registered, but a projection cannot know it.
    """
    per_day = 24 if hourly else 1
    every = math.ceil(days * per_day * filled)
    wanted = math.ceil(min(days, wanted_days) * per_day * filled)
    if method == "projection":
        return Lookup(0, 0, min(days, wanted_days) * per_day, 0)
    indexed = method == "registered, partition index"
    loaded = wanted if indexed else every
    return Lookup(loaded, max(1, math.ceil(loaded / PAGE)), wanted, every * (2 if indexed else 1))


def monthly_usd(objects: int) -> float:
    """Return what the catalog bills a month for these objects alone, after the free million."""
    return max(0, objects - FREE_OBJECTS) / 100_000 * USD_PER_100_000


def partition_lookup():
    """Show sliders: entries loaded and folders listed by three methods. Returns the panel."""
    from matplotlib.figure import Figure

    from dealab.explore import _panel

    def draw(years, hourly, wanted, filled):
        found = {
            method: lookup(method, years * 365, hourly == "each hour", wanted, filled / 100)
            for method in METHODS
        }
        figure = Figure(figsize=(7.6, 2.8), layout="constrained")
        left, right = figure.subplots(1, 2, sharey=True)
        for axes, name, title in (
            (left, "loaded", "entries loaded by the catalog"),
            (right, "folders", "folders listed in S3"),
        ):
            values = [getattr(one, name) for one in found.values()]
            bars = axes.barh(list(found), values, color=["#f58518", "#4c78a8", "#54a24b"])
            axes.bar_label(bars, labels=[f"{value:,}" for value in values], padding=3)
            axes.set_title(title, fontsize=10, loc="left")
            axes.set_xlim(0, max(*values, 1) * 1.3)
            axes.set_xticks([])
            axes.spines[["top", "right", "bottom"]].set_visible(False)
        left.invert_yaxis()
        plain, indexed, projected = found.values()
        words = (
            f"A filter on {wanted} days: {plain.loaded:,} entries in {plain.catalog_calls:,} pages "
            f"without an index, {indexed.loaded:,} in {indexed.catalog_calls:,} with one, none "
            f"with projection, which lists {projected.folders:,} folders, "
            f"{projected.folders - plain.folders:,} of them empty. Stored objects: "
            f"{plain.objects:,}, with the index {indexed.objects:,} "
            f"(${monthly_usd(indexed.objects):,.2f} a month)."
        )
        return figure, f"Bars for three ways to find partitions. {words}", words

    controls = {
        "years": _panel.integer("Years of data", 5, 1, 20),
        "hourly": _panel.choice("One partition for", ["each day", "each hour"], "each hour"),
        "wanted": _panel.integer("Days in the filter", 7, 1, 365),
        "filled": _panel.integer("Partitions with files (%)", 100, 5, 100, 5),
    }
    return _panel.Panel(draw, controls, ABOUT)
