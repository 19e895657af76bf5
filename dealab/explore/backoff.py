"""Explorer: many clients, one throttled service, and how the clients retry."""

import random
from dataclasses import dataclass

STRATEGIES = ("at once", "exponential", "exponential with jitter")
SLOT = 0.1  # seconds; the service counts its requests in slots
ABOUT = (
    "<p>All clients call at second 0. Before retry i (0, 1, 2, ...) a client waits "
    "min(0.5 s &times; 2<sup>i</sup>, 20 s); with jitter it waits a random part of that. "
    "The service counts in slots of 0.1 s. Source: "
    '<a href="https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html">'
    "Retry behavior of the AWS SDKs</a>.</p>"
)


@dataclass(frozen=True)
class Run:
    """Requests sent and served in each slot of 0.1 s, and how it ended."""

    sent: list[int]
    served: list[int]
    gave_up: int

    @property
    def requests(self) -> int:
        return sum(self.sent)

    @property
    def seconds(self) -> float:
        """Time until the last client was served or gave up."""
        return len(self.sent) * SLOT


def delay(strategy: str, retry: int, base: float, cap: float, rng: random.Random) -> float:
    """Return the seconds to wait before retry number ``retry`` (0, 1, 2, ...).

    Full jitter is ``rand(0, 1) * min(base * 2**retry, cap)``; without jitter the factor is 1.
    """
    if strategy == "at once":
        return 0.0
    wait = min(base * 2**retry, cap)
    return wait * rng.random() if strategy == "exponential with jitter" else wait


def simulate(
    clients: int,
    per_second: int,
    strategy: str,
    base: float = 0.5,
    cap: float = 20.0,
    attempts: int = 20,
    seed: int = 2026,
) -> Run:
    """Let ``clients`` call at the same moment a service that serves ``per_second`` requests.

    A throttled client waits (:func:`delay`) and tries again, at the earliest in the next slot;
    after ``attempts`` tries it gives up. Raises ValueError for an unknown strategy.
    """
    if strategy not in STRATEGIES:
        raise ValueError(f"strategy is one of {', '.join(STRATEGIES)}")
    rng = random.Random(seed)
    allowed = max(1, round(per_second * SLOT))
    waiting = {0: [0] * clients}  # slot -> how often each client that calls in it has tried
    sent, served, gave_up, slot = [], [], 0, 0
    while waiting:
        calls = waiting.pop(slot, [])
        rng.shuffle(calls)
        sent.append(len(calls))
        served.append(min(len(calls), allowed))
        for tried in calls[allowed:]:
            if tried + 1 == attempts:
                gave_up += 1
                continue
            pause = delay(strategy, tried, base, cap, rng)
            waiting.setdefault(slot + 1 + int(pause / SLOT), []).append(tried + 1)
        slot += 1
    return Run(sent, served, gave_up)


def backoff():
    """Show sliders: three ways to retry against the same throttled service. Returns the panel."""
    from matplotlib.figure import Figure

    from dealab.explore import _panel

    def draw(clients, per_second, attempts):
        figure = Figure(figsize=(7, 5.2), layout="constrained")
        rows = figure.subplots(3, 1, sharex=True)
        endings = []
        for axes, strategy in zip(rows, STRATEGIES, strict=True):
            run = simulate(clients, per_second, strategy, attempts=attempts)
            shown = slice(round(30 / SLOT))
            times = [n * SLOT for n in range(len(run.sent))][shown]
            axes.bar(times, run.sent[shown], width=2 * SLOT, color="#f58518", label="sent")
            axes.bar(times, run.served[shown], width=2 * SLOT, color="#4c78a8", label="served")
            end = f"{run.gave_up} clients gave up"
            if not run.gave_up:
                end = f"all served after {run.seconds:.1f} s"
            axes.set_title(f"{strategy}: {run.requests:,} requests, {end}", fontsize=10, loc="left")
            axes.set_ylabel("per 0.1 s")
            axes.set_xlim(-0.5, 30)
            axes.spines[["top", "right"]].set_visible(False)
            endings.append(f"Retry {strategy}: {run.requests:,} requests, {end}.")
        rows[0].legend(loc="upper right", ncols=2, frameon=False)
        rows[-1].set_xlabel("seconds (the first 30)")
        caption = f"{clients} clients, {per_second} requests/s served. " + " ".join(endings)
        return figure, f"Requests over time for three ways to retry. {caption}", caption

    controls = {
        "clients": _panel.integer("Clients that start together", 200, 20, 400, 20),
        "per_second": _panel.integer("Requests served per second", 50, 10, 200, 10),
        "attempts": _panel.integer("Attempts per client", 20, 1, 20),
    }
    return _panel.Panel(draw, controls, ABOUT)
