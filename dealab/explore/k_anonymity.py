"""Explorer: k-anonymity of a customer list, and what coarsening columns or dropping rows buys.

A list is k-anonymous when each combination of its quasi-identifiers is shared by at least k rows:
L. Sweeney, "k-anonymity: a model for protecting privacy", Int. J. Uncertainty, Fuzziness and
Knowledge-Based Systems 10(5), 2002. Rows of smaller groups are suppressed (left out).
https://dataprivacylab.org/dataprivacy/projects/kanonymity/kanonymity.html (not checked)
"""

import random
from collections import Counter
from dataclasses import dataclass

BIRTH = ["full date", "year", "decade", "left out"]
POSTAL = ["5 digits", "3 digits", "1 digit", "left out"]
TIER = ["kept", "left out"]

ABOUT = (
    "<p>A made-up list of 4,500 customers. Rows with the same birth, postal code and tier form a "
    "group; groups smaller than k are left out. A group whose rows all have the same secret (here: "
    "whether the customer ever returned goods) still tells the secret. Formula: "
    "<code>dealab.explore.k_anonymity.measure</code>. Source: "
    '<a href="https://dataprivacylab.org/dataprivacy/projects/kanonymity/kanonymity.html">'
    "k-anonymity</a>.</p>"
)


@dataclass(frozen=True)
class Measure:
    """Sizes of the groups, ascending; what is left at k; groups that still tell the secret."""

    sizes: list
    kept: int
    lost: int
    unique: int
    telling: int

    @property
    def k(self) -> int:
        """The smallest group before anything is left out."""
        return self.sizes[0] if self.sizes else 0


def coarsen(birth: str, postal: str, tier: str, *, by: tuple[str, str, str]) -> tuple:
    """Return a row's quasi-identifiers as coarse as asked. ``birth`` is YYYY-MM-DD."""
    dates = {"full date": birth, "year": birth[:4], "decade": birth[:3] + "0s", "left out": "*"}
    places = {"5 digits": postal, "3 digits": postal[:3], "1 digit": postal[:1], "left out": "*"}
    return dates[by[0]], places[by[1]], tier if by[2] == "kept" else "*"


def measure(rows, k: int) -> Measure:
    """Measure ``rows``: pairs of a group's key and the secret of the row."""
    sizes, secrets = Counter(), {}
    for group, secret in rows:
        sizes[group] += 1
        secrets.setdefault(group, set()).add(secret)
    left = {group: size for group, size in sizes.items() if size >= k}
    kept = sum(left.values())
    return Measure(
        sorted(sizes.values()),
        kept,
        sum(sizes.values()) - kept,
        sum(size == 1 for size in sizes.values()),
        sum(len(secrets[group]) == 1 for group in left),
    )


def customers(count: int = 4500, seed: int = 45) -> list[tuple]:
    """Return made-up customers: birth date, postal code, tier, whether goods were returned."""
    rng = random.Random(seed)
    made = []
    for _ in range(count):
        birth = f"{rng.randint(1945, 2007)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
        area = rng.choice((981, 982, 972, 941, 900, 606, 787, 770, 331, 303, 191, 100, 21, 16))
        postal = f"{area:03}{rng.randint(0, 99):02}"
        tier = rng.choices(("none", "silver", "gold"), (70, 22, 8))[0]
        made.append((birth, postal, tier, rng.random() < 0.3))
    return made


def k_anonymity():
    """Show choices: how coarse each quasi-identifier is, and k. Returns the panel."""
    from matplotlib.figure import Figure

    from dealab.explore import _panel

    people = customers()

    def draw(birth, postal, tier, k):
        rows = [(coarsen(*row[:3], by=(birth, postal, tier)), row[3]) for row in people]
        found = measure(rows, k)
        bands = ((1, 1), (2, 4), (5, 9), (10, 49), (50, 10**9))
        labels = ["1", "2-4", "5-9", "10-49", "50 or more"]
        sizes = [[size for size in found.sizes if low <= size <= up] for low, up in bands]
        sums = [sum(band) for band in sizes]
        lost = [sum(size for size in band if size < k) for band in sizes]
        figure = Figure(figsize=(7, 2.6), layout="constrained")
        axes = figure.subplots()
        bars = axes.bar(labels, sums, color="#4c78a8", width=0.65, label="stay")
        axes.bar(labels, lost, color="#e45756", width=0.65, label="left out")
        axes.legend(frameon=False, fontsize=8)
        axes.bar_label(bars, [f"{value:,}" for value in sums], fontsize=8)
        axes.set(xlabel="size of the group that a customer is in", ylabel="customers")
        axes.margins(y=0.15)
        axes.spines[["top", "right"]].set_visible(False)
        words = (
            f"The smallest group has {found.k}; {found.unique:,} of {len(people):,} customers are "
            f"alone. For k = {k}, {found.lost:,} rows ({found.lost / len(people):.0%}) must be "
            f"left out. {found.telling:,} of the groups that stay have one secret only."
        )
        return figure, f"Customers by size of their group, in bars. {words}", words

    controls = {
        "birth": _panel.choice("Birth", BIRTH),
        "postal": _panel.choice("Postal code", POSTAL),
        "tier": _panel.choice("Loyalty tier", TIER),
        "k": _panel.integer("k (smallest group)", 5, 2, 50),
    }
    return _panel.Panel(draw, controls, ABOUT)
