"""Explorer: which blocks a filter reads, for five ways to order the same rows."""

import functools
import random

SIDE = 64  # days, and stores
BLOCK = 64  # cells of a day and a store in one block
ORDERS = ("unsorted", "day", "compound (store, day)", "compound (day, store)", "Z-order")
ABOUT = (
    "<p>Model: 64 days of 64 stores make 4,096 cells of rows, 64 cells to a block. Each block "
    "keeps the smallest and the largest day and store. A block is read when both ranges meet the "
    "filter. "
    "Redshift keeps such values per block of 1 MB (zone maps), Parquet per row group, Iceberg per "
    "file. An interleaved sort key weighs columns evenly as Z-order does. Source: "
    '<a href="https://docs.aws.amazon.com/redshift/latest/dg/t_Sorting_data.html">'
    "Sort keys of Redshift</a>.</p>"
)


def z_value(day: int, store: int) -> int:
    """Return the Z-order of a cell: the bits of both numbers, one after the other."""
    value = 0
    for bit in range(6):
        value |= ((day >> bit) & 1) << (2 * bit + 1) | ((store >> bit) & 1) << (2 * bit)
    return value


@functools.cache
def blocks(order: str) -> tuple[tuple[int, int, int, int], ...]:
    """Return least day, greatest day, least store, greatest store of each block."""
    cells = [(day, store) for day in range(SIDE) for store in range(SIDE)]
    mixed = random.Random(7).sample(cells, len(cells))
    sort = {
        "unsorted": lambda: mixed,
        "day": lambda: sorted(mixed, key=lambda cell: cell[0]),
        "compound (day, store)": lambda: sorted(mixed),
        "compound (store, day)": lambda: sorted(mixed, key=lambda cell: cell[::-1]),
        "Z-order": lambda: sorted(mixed, key=lambda cell: z_value(*cell)),
    }[order]()
    groups = [sort[n : n + BLOCK] for n in range(0, len(sort), BLOCK)]
    return tuple(
        (
            min(day for day, _ in group),
            max(day for day, _ in group),
            min(store for _, store in group),
            max(store for _, store in group),
        )
        for group in groups
    )


def blocks_read(order: str, days: int, stores: int, start: int = 20) -> int:
    """Return how many of the 64 blocks a filter on ``days`` days and ``stores`` stores reads.

    Both ranges begin at ``start`` (or earlier, if they would not fit). 64 means: no filter.
    """
    first_day, first_store = min(start, SIDE - days), min(start, SIDE - stores)
    return sum(
        low_day < first_day + days
        and high_day >= first_day
        and low_store < first_store + stores
        and high_store >= first_store
        for low_day, high_day, low_store, high_store in blocks(order)
    )


def zone_maps():
    """Show sliders: blocks read by a filter, for each order of the rows. Returns the panel."""
    from matplotlib.figure import Figure

    from dealab.explore import _panel

    def draw(days, stores):
        read = {order: blocks_read(order, days, stores) for order in ORDERS}
        least = min(read.values())
        figure = Figure(figsize=(7, 2.8))
        axes = figure.subplots()
        colors = ["#4c78a8" if count == least else "#c9d3dd" for count in read.values()]
        axes.bar_label(axes.barh(list(read), list(read.values()), color=colors), padding=3)
        axes.invert_yaxis()
        axes.set_xlim(0, SIDE * 1.1)
        axes.set_xlabel("blocks read, of 64")
        axes.spines[["top", "right"]].set_visible(False)
        figure.tight_layout()
        best = " and ".join(order for order, count in read.items() if count == least)
        caption = (
            f"A filter on {days} of 64 days and {stores} of 64 stores: least with {best} "
            f"({least} of 64 blocks); unsorted rows need {read['unsorted']}."
        )
        words = ", ".join(f"{order} {count}" for order, count in read.items())
        return figure, f"Blocks read for each order: {words}. {caption}", caption

    controls = {
        "days": _panel.integer("Days in the filter", 4, 1, SIDE),
        "stores": _panel.integer("Stores in the filter", 64, 1, SIDE),
    }
    return _panel.Panel(draw, controls, ABOUT)
