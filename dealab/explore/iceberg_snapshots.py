"""Explorer: what the snapshots of an Iceberg table read, and what VACUUM may delete."""

from dataclasses import dataclass, field

ABOUT = (
    "<p>Model: a commit adds files and never changes one. An append adds a data file. A row-level "
    "change (UPDATE, DELETE, MERGE) adds a delete file, and a data file for the new rows. OPTIMIZE "
    "writes one data file in place of all and drops the delete files. A snapshot is a list of "
    "files. VACUUM keeps the youngest snapshots and deletes what none of them lists. Sources: "
    '<a href="https://iceberg.apache.org/spec/">Iceberg specification</a>, '
    '<a href="https://docs.aws.amazon.com/athena/latest/ug/vacuum-statement.html">VACUUM</a>.</p>'
)
ROW_MB = 10  # of an append
CHANGE_MB = 1  # of the data file and of the delete file of a row-level change


@dataclass(frozen=True)
class Snapshot:
    """A version of the table: its operation and its files as ``{name: MB}``."""

    operation: str
    files: dict[str, float] = field(hash=False)

    @property
    def deletes(self) -> int:
        return sum(name.startswith("delete") for name in self.files)

    @property
    def mb(self) -> float:
        return sum(self.files.values())


def history(appends: int, changes: int, optimize: bool) -> list[Snapshot]:
    """Return the snapshots of ``appends`` appends with ``changes`` row-level changes after each."""
    files: dict[str, float] = {}
    made = []
    for day in range(1, appends + 1):
        files = files | {f"data {day}": ROW_MB}
        made.append(Snapshot("append", files))
        for n in range(1, changes + 1):
            files = files | {f"data {day}.{n}": CHANGE_MB, f"delete {day}.{n}": CHANGE_MB}
            made.append(Snapshot("overwrite", files))
    if optimize and made:
        rows = sum(size for name, size in files.items() if name.count(".") == 0)
        made.append(Snapshot("replace", {"data packed": rows}))
    return made


def stored(snapshots: list[Snapshot]) -> dict[str, float]:
    """Return every file that at least one of the snapshots lists."""
    return {name: size for one in snapshots for name, size in one.files.items()}


def vacuum(snapshots: list[Snapshot], keep: int) -> tuple[list[Snapshot], dict[str, float]]:
    """Return the snapshots that are left and the files that are deleted; ``keep`` is at least 1."""
    left = snapshots[-max(1, keep) :]
    named = stored(left)
    return left, {n: mb for n, mb in stored(snapshots).items() if n not in named}


def iceberg_snapshots():
    """Show sliders: files to read for each snapshot, and what a VACUUM deletes."""
    from matplotlib.figure import Figure

    from dealab.explore import _panel

    def draw(appends, changes, optimize, keep):
        snapshots = history(appends, changes, optimize == "yes")
        keep = min(keep, len(snapshots))
        left, gone = vacuum(snapshots, keep)
        figure = Figure(figsize=(7, 3), layout="constrained")
        axes = figure.subplots()
        places = range(1, len(snapshots) + 1)
        data = [len(one.files) - one.deletes for one in snapshots]
        expired = len(snapshots) - len(left)
        shades = [0.35 if place <= expired else 1.0 for place in places]
        for place, count, one, alpha in zip(places, data, snapshots, shades, strict=True):
            axes.bar(place, count, color="#4c78a8", alpha=alpha)
            axes.bar(place, one.deletes, bottom=count, color="#f58518", alpha=alpha, hatch="//")
        if expired:
            axes.axvline(expired + 0.5, color="black", linestyle="--", linewidth=1)
        axes.set(xlabel="snapshot (pale: expired by VACUUM)", ylabel="files to read")
        axes.set_title("blue: data files, orange: delete files", fontsize=10, loc="left")
        axes.spines[["top", "right"]].set_visible(False)
        now = snapshots[-1]
        words = (
            f"Snapshots: {len(snapshots)}. Files that a query reads: {len(now.files)} of "
            f"{now.mb:.0f} MB together, {now.deletes} of them delete files. "
            f"Stored: {sum(stored(snapshots).values()):.0f} MB before VACUUM, "
            f"{sum(stored(left).values()):.0f} MB after. "
            f"Files that it deletes: {len(gone)}. Older versions to go back to: {len(left) - 1}."
        )
        return figure, f"Files to read for each snapshot. {words}", words

    controls = {
        "appends": _panel.integer("Appends (nightly loads)", 5, 1, 12),
        "changes": _panel.integer("Row-level changes after each", 1, 0, 4),
        "optimize": _panel.choice("OPTIMIZE at the end", ["no", "yes"]),
        "keep": _panel.integer("VACUUM keeps snapshots", 60, 1, 60),
    }
    return _panel.Panel(draw, controls, ABOUT)
