"""Explorer: a retry policy of Step Functions against an outage of some length."""

import random
from dataclasses import dataclass

JITTER = ("NONE", "FULL")
ABOUT = (
    "<p>Before retry i (0, 1, 2, ...) a state waits min(IntervalSeconds &times; BackoffRate"
    "<sup>i</sup>, MaxDelaySeconds); with JitterStrategy FULL it waits a random part of that. "
    "200 runs start at even moments of the outage; a run is saved by its first attempt after the "
    "end of the outage. An attempt takes no time. Defaults of Step Functions: 1 second, rate 2, "
    "3 attempts, no cap, no jitter. Source: "
    '<a href="https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html">'
    "Handling errors in Step Functions workflows</a>.</p>"
)


@dataclass(frozen=True)
class Outcome:
    """What a policy did for many runs that started during the outage; times in seconds."""

    saved: int
    runs: int
    calls: int  # attempts of all runs, the first ones too
    late: float  # mean time from the end of the outage to a saved run's success
    attempts: list[list[float]]  # of each run: when it called, from the start of the outage

    @property
    def share(self) -> float:
        return self.saved / self.runs


def waits(interval, rate, attempts, cap=None, jitter="NONE", rng=None) -> list[float]:
    """Return the seconds before each retry. ``cap`` None means no MaxDelaySeconds."""
    if jitter not in JITTER:
        raise ValueError(f"jitter is one of {', '.join(JITTER)}")
    rng = rng or random.Random(2026)
    times = [interval * rate**n for n in range(attempts)]
    times = [min(time, cap) if cap else time for time in times]
    return [time * rng.random() for time in times] if jitter == "FULL" else times


def simulate(outage, interval, rate, attempts, cap=None, jitter="NONE", runs=200, seed=2026):
    """Let ``runs`` runs start during an outage of ``outage`` seconds; return the ``Outcome``."""
    rng = random.Random(seed)
    called, late = [], []
    for run in range(runs):
        now = outage * run / runs
        times = [now]
        for wait in waits(interval, rate, attempts, cap, jitter, rng):
            if now >= outage:
                break
            now += wait
            times.append(now)
        if now >= outage:
            late.append(now - outage)
        called.append(times)
    mean = sum(late) / len(late) if late else 0.0
    return Outcome(len(late), runs, sum(map(len, called)), mean, called)


def retries():
    """Show sliders: how long an outage a policy survives, and how late. Returns the panel."""
    from matplotlib.figure import Figure

    from dealab.explore import _panel

    def draw(outage, interval, rate, attempts, cap, jitter):
        policy = (interval, rate, attempts, cap or None, jitter)
        result = simulate(outage * 60, *policy)
        reach = sum(waits(interval, rate, attempts, cap or None))
        figure = Figure(figsize=(7, 3), layout="constrained")
        axes = figure.subplots()
        axes.axvspan(0, outage, color="#f5a9a9", alpha=0.5)
        for row, times in enumerate(result.attempts[::20]):
            saved = times[-1] >= outage * 60
            minutes = [time / 60 for time in times]
            axes.plot(minutes, [row] * len(times), color="#888888", linewidth=0.7)
            axes.plot(minutes[:-1], [row] * (len(times) - 1), "x", color="#b02a37", markersize=5)
            mark = {"marker": "o", "color": "#1e7e34"} if saved else {"marker": "X", "color": "k"}
            axes.plot(minutes[-1], row, markersize=7, **mark)
        axes.set_yticks([])
        axes.set_xlabel("minutes (shaded: outage; x fails, o succeeds, black X gives up)")
        axes.set_ylabel("10 of 200 runs")
        axes.spines[["top", "right"]].set_visible(False)
        words = (
            f"An outage of {outage} minutes: {result.share:.0%} of the runs are saved, on average "
            f"{result.late / 60:.1f} minutes after its end, with "
            f"{result.calls / result.runs:.1f} calls a run. Without jitter the last retry comes "
            f"{reach / 60:.1f} minutes after the first call."
        )
        return figure, f"Attempts of ten runs over time. {words}", words

    controls = {
        "outage": _panel.integer("Outage (minutes)", 10, 1, 60),
        "interval": _panel.integer("IntervalSeconds", 1, 1, 120),
        "rate": _panel.number("BackoffRate", 2.0, 1.0, 4.0, 0.5),
        "attempts": _panel.integer("MaxAttempts", 3, 0, 12),
        "cap": _panel.integer("MaxDelaySeconds (0: none)", 0, 0, 900, 30),
        "jitter": _panel.choice("JitterStrategy", list(JITTER)),
    }
    return _panel.Panel(draw, controls, ABOUT)
