"""Explorer: a burst of calls against the concurrency of a Lambda function."""

from dataclasses import dataclass

ABOUT = (
    "<p>Model, second by second: needed concurrency = calls per second &times; seconds per call. "
    "A new environment costs a cold start; a function gains at most 1,000 environments every 10 "
    "seconds (100 per second here). Its ceiling is its reservation or, without one, what the "
    "account has left. What is above is throttled (HTTP 429) and not tried again. Sources: "
    '<a href="https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html">numbers</a>, '
    '<a href="https://docs.aws.amazon.com/lambda/latest/dg/scaling-behavior.html">scaling</a>.</p>'
)

SCALING_PER_SECOND = 100  # 1,000 environments every 10 seconds, refilled continuously
SECONDS = 60


@dataclass(frozen=True)
class Minute:
    """One minute: environments in use, calls served, cold and throttled, for each second."""

    used: tuple[float, ...]
    served: tuple[float, ...]
    cold: tuple[float, ...]
    throttled: tuple[float, ...]


def needed(calls_per_second, seconds_per_call) -> float:
    """Return the concurrency that a steady flow of calls needs."""
    return calls_per_second * seconds_per_call


def minute(base, peak, seconds_per_call, ceiling, provisioned=0, burst=(20, 40)) -> Minute:
    """Return a minute with ``peak`` calls per second inside ``burst`` and ``base`` outside."""
    ceiling = max(ceiling, 0)
    warm = min(provisioned, ceiling)
    used, served, cold, throttled = [], [], [], []
    for second in range(SECONDS):
        calls = peak if burst[0] <= second < burst[1] else base
        wanted = needed(calls, seconds_per_call)
        # The first second of a flow may take the whole burst of 1,000; then 100 are refilled.
        room = warm + (1000 if second == 0 else SCALING_PER_SECOND)
        grown = min(wanted, ceiling, room)
        new = max(0, grown - warm)
        share = min(1, grown / wanted) if wanted else 1
        warm = max(warm, grown)
        used.append(grown)
        served.append(calls * share)
        throttled.append(calls * (1 - share))
        cold.append(min(new, calls * share))
    return Minute(tuple(used), tuple(served), tuple(cold), tuple(throttled))


def lambda_concurrency():
    """Return a panel of sliders: reserve, provision, or shorten the call."""
    import matplotlib.pyplot as plt

    from dealab.explore import _panel

    def draw(base, peak, seconds, limit, provisioned):
        found = minute(base, peak, seconds, limit, provisioned)
        figure, axes = plt.subplots(figsize=(7.4, 2.8), layout="constrained")
        time = range(SECONDS)
        axes.stackplot(time, found.served, found.throttled, colors=["#4c78a8", "#f58518"],
                       labels=["served", "throttled"])  # fmt: skip
        axes.set(xlabel="second", ylabel="calls per second", xlim=(0, SECONDS - 1))
        axes.legend(loc="upper left", frameon=False)
        axes.spines[["top", "right"]].set_visible(False)
        words = (
            f"The peak needs {needed(peak, seconds):,.0f} environments; the ceiling is {limit:,}. "
            f"In this minute {sum(found.throttled):,.0f} calls are throttled and about "
            f"{sum(found.cold):,.0f} wait for a cold start."
        )
        return figure, f"Calls in one minute with a burst of 20 seconds. {words}", words

    controls = {
        "base": _panel.integer("calls per second, usually", 100, 0, 1000, 10),
        "peak": _panel.integer("calls per second, peak", 800, 0, 5000, 50),
        "seconds": _panel.number("seconds per call", 0.5, 0.1, 5, 0.1),
        "limit": _panel.integer("ceiling (reserved, or what is left)", 200, 0, 3000, 50),
        "provisioned": _panel.integer("provisioned concurrency", 0, 0, 3000, 50),
    }
    return _panel.Panel(draw, controls, ABOUT)
