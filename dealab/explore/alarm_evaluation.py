"""Explorer: when does an alarm ring that wants M bad data points of the last N?

The states are those of the local AWS (``dealab.models.metrics.judge``), which follows
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
"""

from dealab.models import metrics

THRESHOLD = 100
#: failed rows a minute; None where nothing was published
SERIES = {
    "one spike": [5, 8, 4, 240, 6, 3, 7, 5, 9, 4, 6, 8, 5, 7, 4, 6],
    "spikes with pauses": [5, 180, 9, 150, 6, 170, 8, 160, 5, 7, 4, 140, 9, 6, 5, 8],
    "a lasting fault": [5, 8, 6, 9, 150, 180, 210, 230, 220, 190, 160, 120, 40, 9, 6, 5],
    "the worker dies": [5, 8, 6, 7, 9, 5, None, None, None, None, None, None, None, None, None, 6],
    "faults, then silence": [5, 9, 6, 150, 180] + [None] * 7 + [7, 5, 6, 8],
}
MISSING = ["missing", "notBreaching", "breaching", "ignore"]
_COLORS = {"OK": "#4c78a8", "ALARM": "#b35806", "INSUFFICIENT_DATA": "#bdbdbd"}

ABOUT = (
    "<p>Each minute the last N data points are looked at; with gaps, a few older ones as well. At "
    "least M above the threshold make ALARM. A gap counts as the setting says. Decided by: "
    "<code>dealab.models.metrics.judge</code>. Source: "
    '<a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/'
    'AlarmThatSendsEmail.html">evaluating an alarm</a>.</p>'
)


def states(points: list, needed: int, alarm_at: int, missing: str) -> list[str]:
    """Return the alarm's state after each minute. It starts with INSUFFICIENT_DATA."""
    found, now = [], "INSUFFICIENT_DATA"
    for minute in range(1, len(points) + 1):
        seen = points[max(0, minute - needed - metrics.LOOK_BACK) : minute]
        verdict = metrics.judge(seen, lambda value: value > THRESHOLD, needed, alarm_at, missing)
        now = verdict.state or now
        found.append(now)
    return found


def alarm_evaluation():
    """Show choices: the data, M, N, and what a gap counts as. Returns the panel."""
    from matplotlib.figure import Figure

    from dealab.explore import _panel

    def draw(data, needed, alarm_at, missing):
        alarm_at = min(alarm_at, needed)
        points = SERIES[data]
        found = states(points, needed, alarm_at, missing)
        figure = Figure(figsize=(7.5, 2.6), layout="constrained")
        axes = figure.subplots()
        axes.bar(range(len(points)), [point or 0 for point in points], color="#7f8c8d", width=0.7)
        for minute, point in enumerate(points):
            if point is None:
                axes.text(minute, 8, "no data", rotation=90, ha="center", fontsize=7)
        axes.axhline(THRESHOLD, color="#222222", linestyle="--", linewidth=1)
        for minute, state in enumerate(found):
            axes.barh(-30, 1, left=minute - 0.5, height=30, color=_COLORS[state])
        for state, color in _COLORS.items():
            axes.bar(0, 0, color=color, label=state)
        axes.legend(frameon=False, fontsize=7, ncols=3, loc="upper right")
        axes.set(xlabel="minute", ylabel="failed rows", ylim=(-50, 310))
        axes.spines[["top", "right"]].set_visible(False)
        rings = [
            n for n, state in enumerate(found) if state == "ALARM" and found[n - 1 : n] != ["ALARM"]
        ]
        words = f"{alarm_at} of {needed} data points, gaps count as {missing}: " + (
            f"it rings {len(rings)} time{'s' * (len(rings) != 1)}, first in minute {rings[0]}, and "
            f"is in ALARM for {found.count('ALARM')} of {len(found)} minutes."
            if rings
            else "it never rings."
        )
        return figure, f"Failed rows a minute ({data}) and the alarm's state. {words}", words

    controls = {
        "data": _panel.choice("Data", list(SERIES)),
        "needed": _panel.integer("N: data points looked at", 3, 1, 6),
        "alarm_at": _panel.integer("M: of which must be bad", 2, 1, 6),
        "missing": _panel.choice("Missing data is", MISSING),
    }
    return _panel.Panel(draw, controls, ABOUT)
