"""Explorer: how a distribution style spreads a Redshift table's rows over slices, and its skew."""

import hashlib
from dataclasses import dataclass

PER_NODE = 2  # slices of a node here, as the lab's cluster has them
STYLES = ("KEY", "EVEN", "ALL")
ABOUT = (
    "<p>KEY: a hash of the value names its slice. Redshift's hash is not public; here it is MD5, "
    "so the slice of one value is not Redshift's, but the skew is of the same kind. "
    "EVEN: rows in turn. ALL: a copy on the first slice of each node. Skew is most rows / fewest "
    "rows, as skew_rows in SVV_TABLE_INFO. Source: "
    '<a href="https://docs.aws.amazon.com/redshift/latest/dg/c_choosing_dist_sort.html">'
    "Distribution styles of Redshift</a>.</p>"
)


@dataclass(frozen=True)
class Spread:
    """Rows on each slice of a table with ``wanted`` rows."""

    rows: tuple[float, ...]
    wanted: float
    style: str

    @property
    def skew(self) -> float:
        """Most rows / fewest rows; an empty slice counts as one row. ALL: over the copies."""
        holding = [one for one in self.rows if one] if self.style == "ALL" else self.rows
        return max(holding) / max(1, min(holding))

    @property
    def wait(self) -> float:
        """How much longer the fullest slice works than a slice of an even table."""
        return max(self.rows) / (self.wanted / len(self.rows))

    @property
    def stored(self) -> float:
        """Rows stored, as a multiple of the table."""
        return sum(self.rows) / self.wanted


def slice_of(value, slices: int) -> int:
    """Return the slice that a key's value belongs to."""
    digest = hashlib.md5(str(value).encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest) % slices


def spread(style: str, slices: int, rows: float, keys: int, hot_share: float) -> Spread:
    """Return how ``rows`` lie on ``slices``.

    KEY: the key has ``keys`` values; one of them has ``hot_share`` (0..1) of the rows, the others
    share the rest evenly. EVEN and ALL do not look at the key.
    """
    if style == "EVEN":
        return Spread((rows / slices,) * slices, rows, style)
    if style == "ALL":
        return Spread(tuple(rows * (n % PER_NODE == 0) for n in range(slices)), rows, style)
    load = [0.0] * slices
    load[slice_of(0, slices)] += rows * (hot_share if keys > 1 else 1)
    for value in range(1, keys):
        load[slice_of(value, slices)] += rows * (1 - hot_share) / (keys - 1)
    return Spread(tuple(load), rows, style)


def distribution():
    """Show sliders: rows per slice for a style and a key. Returns the panel."""
    from matplotlib.figure import Figure

    from dealab.explore import _panel

    def draw(style, slices, keys, hot_percent):
        rows = 1_000_000
        found = spread(style, slices, rows, keys, hot_percent / 100)
        even = rows / slices
        figure = Figure(figsize=(7, 3))
        axes = figure.subplots()
        colors = ["#f58518" if one > 1.5 * even else "#4c78a8" for one in found.rows]
        axes.bar([str(n) for n in range(slices)], [one / 1000 for one in found.rows], color=colors)
        axes.axhline(even / 1000, color="black", linestyle="--", linewidth=1)
        axes.set(xlabel="slice", ylabel="thousand rows")
        axes.set_title(
            f"dashed: an even share, {even / 1000:,.0f} thousand", fontsize=10, loc="left"
        )
        axes.spines[["top", "right"]].set_visible(False)
        if style == "ALL":
            caption = (
                f"ALL stores the million rows {found.stored:.0f} times, once on each node. "
                "No join has to move them; every load and update pays for each copy."
            )
        elif style == "EVEN":
            caption = (
                "EVEN: every slice has its share, whatever the key. "
                "A join on the key has to move rows first, unless the other table is ALL."
            )
        else:
            caption = (
                f"KEY with {keys:,} values, the most frequent on {hot_percent}% of the rows: skew "
                f"{found.skew:,.2f}; a scan takes {found.wait:.1f} times as long as on an even "
                "table. A join with a table distributed by the same key moves nothing."
            )
        return figure, f"A bar for each of {slices} slices. {caption}", caption

    controls = {
        "style": _panel.choice("Style", list(STYLES)),
        "slices": _panel.integer("Slices", 8, 2, 32, 2),
        "keys": _panel.integer("Values of the key", 400, 1, 5000),
        "hot_percent": _panel.integer("Rows of one value (%)", 7, 0, 80),
    }
    return _panel.Panel(draw, controls, ABOUT)
