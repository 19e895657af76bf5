"""Explorer: what a backup plan loses and how long it takes to come back, against RPO and RTO.

The definitions are those of the AWS whitepaper "Disaster Recovery of Workloads on AWS":
https://docs.aws.amazon.com/whitepapers/latest/disaster-recovery-workloads-on-aws/recovery-objectives.html
(not checked)
"""

from dataclasses import dataclass

PLACES = ["same Region", "copy in another Region"]

ABOUT = (
    "<p>A backup shows the moment at which it starts. It can be used when it is complete and, for "
    "another Region, copied. Worst loss = interval + duration (+ copy). Recovery = noticing + "
    "restoring (size / speed) + checking. Formula: "
    "<code>dealab.explore.recovery_targets.outcome</code>. Source: "
    '<a href="https://docs.aws.amazon.com/whitepapers/latest/disaster-recovery-workloads-on-aws/'
    'recovery-objectives.html">recovery objectives</a>.</p>'
)


@dataclass(frozen=True)
class Outcome:
    """Minutes: what may be lost at worst, and the steps until work goes on."""

    loss: float
    notice: float
    restore: float
    check: float

    @property
    def recovery(self) -> float:
        return self.notice + self.restore + self.check


def outcome(interval, duration, copy, notice, size_gb, mb_per_second, check) -> Outcome:
    """Return the worst case of backups every ``interval`` minutes that take ``duration``.

    ``copy``: minutes until the copy that counts is complete; 0 for the same Region.
    """
    restore = size_gb * 1024 / mb_per_second / 60
    return Outcome(interval + duration + copy, notice, restore, check)


def spoken(minutes: float) -> str:
    """Return minutes in words: 45 min, 2.5 h."""
    return f"{minutes:.0f} min" if minutes < 90 else f"{minutes / 60:.1f} h"


def recovery_targets():
    """Show sliders: the plan, the restore, the targets. Returns the panel."""
    from matplotlib.figure import Figure

    from dealab.explore import _panel

    def draw(interval, duration, place, copy, size, speed, notice, rpo, rto):
        far = copy if place == PLACES[1] else 0
        found = outcome(interval * 60, duration, far, notice, size, speed, 15)
        figure = Figure(figsize=(7.5, 2.2), layout="constrained")
        axes = figure.subplots()
        start = -found.loss
        for width, label, color in (
            (found.loss, "lost at worst", "#e45756"),
            (found.notice, "notice", "#bab0ac"),
            (found.restore, "restore", "#4c78a8"),
            (found.check, "check", "#f58518"),
        ):
            axes.barh(0, width / 60, left=start / 60, color=color, height=0.5, label=label)
            start += width
        axes.axvline(0, color="gray", linewidth=1)
        for hours, name in ((-rpo, "RPO"), (rto, "RTO")):
            axes.axvline(hours, color="gray", linestyle="--", linewidth=1)
            axes.text(hours, 0.47, f" {name}", ha="left", fontsize=8, color="gray")
        axes.set(ylim=(-0.4, 0.6), yticks=[], xlabel="hours before and after the failure")
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False, fontsize=8)
        lost, back = found.loss <= rpo * 60, found.recovery <= rto * 60
        words = (
            f"At worst {spoken(found.loss)} of work are lost: the RPO of {rpo} h is "
            f"{'kept' if lost else 'missed'}. Work goes on after {spoken(found.recovery)}: the RTO "
            f"of {rto} h is {'kept' if back else 'missed'}."
        )
        return figure, f"A time line around the failure. {words}", words

    controls = {
        "interval": _panel.integer("A backup every (hours)", 24, 1, 48),
        "duration": _panel.integer("A backup takes (minutes)", 30, 5, 240, 5),
        "place": _panel.choice("Restore from", PLACES),
        "copy": _panel.integer("The copy takes (minutes)", 60, 5, 600, 5),
        "size": _panel.integer("Data (GB)", 2000, 100, 20_000, 100),
        "speed": _panel.integer("Restore speed (MB/s)", 200, 20, 2000, 20),
        "notice": _panel.integer("Noticed and decided after (min)", 30, 5, 240, 5),
        "rpo": _panel.integer("RPO (hours)", 4, 1, 48),
        "rto": _panel.integer("RTO (hours)", 4, 1, 48),
    }
    return _panel.Panel(draw, controls, ABOUT)
