"""Explorer: what lifecycle rules save over the years, and when they cost more than they save."""

from dataclasses import dataclass

from dealab.models import storage_costs
from dealab.models.lifecycle import LifecycleError, check

ARCHIVES = ["DEEP_ARCHIVE", "GLACIER", "GLACIER_IR", "none"]
STAY, MOVE = "stay (the default)", "are moved, too"

ABOUT = (
    "<p>All objects are put on one day. Storage, transitions and the rest of a minimum duration "
    "are counted at the prices of US East; reads and requests are left out. Formula: "
    "<code>dealab.models.storage_costs.years</code>. Sources: "
    '<a href="https://aws.amazon.com/s3/pricing/">S3 pricing</a>, '
    '<a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/'
    'lifecycle-transition-general-considerations.html">transitions</a>.</p>'
)


@dataclass(frozen=True)
class Bill:
    """Dollars by year: ``standard`` without rules; ``storage``, ``moves`` and ``early`` with them.

    ``refused`` is S3's message when it does not take the rule; the lists are empty then.
    """

    standard: list
    storage: list
    moves: list
    early: list
    refused: str = ""

    @property
    def without(self) -> float:
        return sum(self.standard)

    @property
    def total(self) -> float:
        return sum(self.storage) + sum(self.moves) + sum(self.early)


def rule(ia: int, archive: str, archive_days: int, expire: int, small: bool) -> dict:
    """Return a lifecycle rule. 0 days mean: not at all. ``small``: move small objects, too."""
    moves = [{"Days": ia, "StorageClass": "STANDARD_IA"}] if ia else []
    if archive != "none":
        moves.append({"Days": archive_days, "StorageClass": archive})
    made = {"ID": "age", "Status": "Enabled", "Filter": {}}
    if small:
        made["Filter"] = {"ObjectSizeGreaterThan": 0}
    if moves:
        made["Transitions"] = moves
    if expire:
        made["Expiration"] = {"Days": expire}
    return made


def bill(rules: list[dict], size: int, objects: int, years: int) -> Bill:
    """Return the bill for ``objects`` of ``size`` bytes, year by year."""

    def by_year(lines, name):
        return [sum(line[name] for line in lines if line["year"] == y + 1) for y in range(years)]

    plain = by_year(storage_costs.years([], size, objects, years), "storage")
    try:
        check(rules)
    except LifecycleError as problem:
        return Bill(plain, [], [], [], str(problem))
    lines = storage_costs.years(rules, size, objects, years)
    names = ("storage", "transitions", "early_deletion")
    return Bill(plain, *(by_year(lines, name) for name in names))


def lifecycle_cost():
    """Show sliders: objects, a lifecycle rule, and its cost over the years. Returns the panel."""
    from matplotlib.figure import Figure

    from dealab.explore import _panel

    def draw(kilobytes, thousands, ia, archive, archive_days, expire, small, years):
        made = rule(ia, archive, archive_days, expire, small == MOVE)
        rules = [made] if made.keys() & {"Transitions", "Expiration"} else []
        found = bill(rules, kilobytes * 1024, thousands * 1000, years)
        figure = Figure(figsize=(7.5, 3), layout="constrained")
        axes = figure.subplots()
        at, floor = list(range(1, years + 1)), [0.0] * years
        for values, label, color in (
            (found.storage, "storage", "#4c78a8"),
            (found.moves, "transitions", "#f58518"),
            (found.early, "early deletion", "#b279a2"),
        ):
            if values:
                axes.bar(at, values, bottom=floor, label=label, color=color, width=0.6)
                floor = [low + value for low, value in zip(floor, values, strict=True)]
        axes.plot(at, found.standard, "k_", markersize=30, label="all in Standard")
        axes.set(xlabel="year", ylabel="US dollars", xticks=at, ylim=(0, None))
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
        what = f"{thousands:,} thousand objects of {kilobytes:,} KB for {years} year(s)"
        if found.refused:
            words = f"S3 refuses this rule: {found.refused}. Without it: {found.without:,.0f} USD."
        else:
            more = found.total - found.without
            compared = f"{abs(more):,.0f} USD {'more' if more > 0.5 else 'less'} than in Standard"
            words = (
                f"{what}: {found.total:,.0f} USD with the rule, {compared}. "
                f"Transitions {sum(found.moves):,.0f}, early deletion {sum(found.early):,.0f} USD."
            )
        return figure, f"Cost of each year in stacked bars. {words}", words

    controls = {
        "kilobytes": _panel.integer("Size of an object (KB)", 1000, 10, 5000, 10),
        "thousands": _panel.integer("Thousand objects", 1000, 100, 10_000, 100),
        "ia": _panel.integer("To Standard-IA after (days)", 30, 0, 365, 5),
        "archive": _panel.choice("Then to", ARCHIVES),
        "archive_days": _panel.integer("... after (days)", 90, 0, 730, 5),
        "expire": _panel.integer("Expire after (days, 0: never)", 0, 0, 3650, 5),
        "small": _panel.choice("Objects below 128 KB", [STAY, MOVE]),
        "years": _panel.integer("Years", 5, 1, 10),
    }
    return _panel.Panel(draw, controls, ABOUT)
