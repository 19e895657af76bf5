"""Explorer: memory of a Lambda function against duration and cost."""

from dataclasses import dataclass

ABOUT = (
    "<p>Model: duration = waiting + CPU seconds / min(memory / 1,769 MB, vCPUs the code uses); "
    "cost = GB &times; seconds &times; $0.0000166667 + $0.20 per million calls. Memory below what "
    "the code needs fails. Sources: "
    '<a href="https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html">memory</a>, '
    '<a href="https://aws.amazon.com/lambda/pricing/">pricing</a> (x86, US East, first tier).</p>'
)

MB_PER_VCPU = 1769
GB_SECOND = 0.0000166667
REQUEST = 0.20 / 1_000_000
SIZES = (128, 256, 512, 1024, 1769, 3008, 5307, 7076, 10240)


@dataclass(frozen=True)
class Setting:
    """A memory setting: seconds of one call, USD of one call, and why it fails (or "")."""

    memory: int
    seconds: float
    usd: float
    problem: str = ""


def setting(memory, cpu_seconds, waiting, threads=1, needs=100, timeout=900) -> Setting:
    """Return what one call takes with ``memory`` MB.

    ``cpu_seconds`` is the work on one full vCPU; ``waiting`` is time on network or disk that no CPU
    shortens; ``threads`` is how many vCPUs the code can use at most; ``needs`` is its memory in MB.
    """
    seconds = waiting + cpu_seconds / min(memory / MB_PER_VCPU, threads)
    problem = "out of memory" if memory < needs else "times out" if seconds > timeout else ""
    return Setting(memory, seconds, memory / 1024 * seconds * GB_SECOND + REQUEST, problem)


def lambda_memory():
    """Return a panel of sliders: more memory can be faster and cheaper at once."""
    import matplotlib.pyplot as plt

    from dealab.explore import _panel

    def draw(cpu, waiting, threads, needs, timeout):
        all_of_them = [setting(size, cpu, waiting, threads, needs, timeout) for size in SIZES]
        good = [one for one in all_of_them if not one.problem]
        figure, axes = plt.subplots(figsize=(7.4, 3), layout="constrained")
        for one in all_of_them:
            color = "#bbbbbb" if one.problem else "#4c78a8"
            axes.plot(one.seconds, one.usd * 1e6, marker="o", color=color, markersize=7)
            note = f"{one.memory:,}" + (f" ({one.problem})" if one.problem else "")
            axes.annotate(note, (one.seconds, one.usd * 1e6), xytext=(5, 5),
                          textcoords="offset points", fontsize=8)  # fmt: skip
        axes.set(xscale="log", yscale="log")
        axes.set(xlabel="seconds for one call", ylabel="USD for a million calls")
        axes.margins(x=0.18, y=0.2)
        axes.spines[["top", "right"]].set_visible(False)
        if not good:
            words = "No setting works: raise the timeout or split the work."
            return figure, words, words
        cheap = min(good, key=lambda one: (round(one.usd, 12), one.seconds))
        fast = min(good, key=lambda one: (round(one.seconds, 9), one.memory))
        words = (
            f"Cheapest: {cheap.memory:,} MB, {cheap.seconds:,.2f} s, ${cheap.usd * 1e6:,.2f} per "
            f"million calls. Fastest: {fast.memory:,} MB, {fast.seconds:,.2f} s, "
            f"${fast.usd * 1e6:,.2f}. {len(SIZES) - len(good)} of {len(SIZES)} sizes fail."
        )
        return figure, f"Each dot is a memory size in MB. {words}", words

    controls = {
        "cpu": _panel.number("CPU seconds on one vCPU", 2.0, 0.1, 60, 0.1),
        "waiting": _panel.number("seconds waiting (network)", 0.5, 0, 60, 0.5),
        "threads": _panel.integer("vCPUs the code can use", 1, 1, 6),
        "needs": _panel.integer("memory it needs (MB)", 200, 64, 9000, 8),
        "timeout": _panel.integer("timeout (s)", 60, 3, 900),
    }
    return _panel.Panel(draw, controls, ABOUT)
