"""Explorer: how far a sample's share is from the truth, and what more rows are worth."""

import math
import random

ABOUT = (
    "<p>Model: 95 of 100 samples lie within 1.96 standard errors of the true share; standard error "
    "= sqrt(p(1 - p) / n) * sqrt((N - n) / (N - 1)), where the second root is 1 for a small part "
    "of the rows. It holds for random samples only. Source: "
    '<a href="https://www.itl.nist.gov/div898/handbook/prc/section2/prc24.htm">NIST handbook, '
    "proportions</a>.</p>"
)
_SAMPLES = 300


def margin(share: float, sample: int, total: int) -> float:
    """Return 1.96 standard errors of a share (0 to 1) in a random sample without replacement.

    Raises ValueError for a sample that is empty or larger than the total.
    """
    if not 1 <= sample <= total:
        raise ValueError(f"A sample has 1 to {total:,} rows, not {sample:,}.")
    rest = (total - sample) / max(1, total - 1)
    return 1.96 * math.sqrt(share * (1 - share) / sample * rest)


def shares(share: float, sample: int, total: int, samples: int = _SAMPLES) -> list[float]:
    """Return the share found in each of ``samples`` random samples; the same call, the same ones.

    Rows are drawn one by one. Where bad rows and the sample are both more than 500, the normal
    curve stands in for the count, which is as exact as the picture.
    """
    chance = random.Random(f"{share}/{sample}/{total}")
    hits = round(share * total)
    # A sample hits bad rows as often as the bad rows hit the sample: draw the fewer.
    few, many = sorted((hits, sample))
    if few > 500:
        spread = margin(share, sample, total) / 1.96
        return [min(1.0, max(0.0, chance.gauss(share, spread))) for _ in range(samples)]
    found = []
    for _ in range(samples):
        left = many
        for drawn in range(few):
            left -= chance.random() < left / (total - drawn)
        found.append((many - left) / sample)
    return found


def sampling_error(total: int = 20_000, share: float = 0.02):
    """Return a panel of sliders; ``total``: rows of the table, ``share``: of rows with an error."""
    import matplotlib.pyplot as plt

    from dealab.explore import _panel

    def draw(percent, sample):
        truth = percent / 100
        sample = min(sample, total)
        found = [100 * one for one in shares(truth, sample, total)]
        error = 100 * margin(truth, sample, total)
        missed = sum(one == 0 for one in found)
        figure, axes = plt.subplots(figsize=(7, 2.6), layout="constrained")
        axes.hist(found, bins=30, color="#4c78a8")
        axes.axvline(percent, color="#b35806", linewidth=1.5, label=f"truth {percent:.1f}%")
        low = max(0, percent - error)
        axes.axvspan(low, percent + error, color="#f1a340", alpha=0.25, label="95 of 100")
        axes.set_xlabel("share of bad rows found in a sample, in percent")
        axes.set_ylabel("samples")
        axes.legend(frameon=False)
        axes.spines[["top", "right"]].set_visible(False)
        words = (
            f"{_SAMPLES} samples of {sample:,} rows out of {total:,}, of which {percent:.1f}% are "
            f"bad: 95 of 100 find {low:.2f}% to {percent + error:.2f}%. "
            f"{missed} of the {_SAMPLES} found no bad row at all."
        )
        return figure, f"Histogram of what samples find. {words}", words

    controls = {
        "percent": _panel.number("Bad rows in the table (%)", 100 * share, 0.1, 50, 0.1),
        "sample": _panel.integer("Rows in a sample", 100, 10, min(total, 20_000), 10),
    }
    return _panel.Panel(draw, controls, ABOUT)
