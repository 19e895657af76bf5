"""Explorer: one nightly transformation on Glue, Lambda and Athena, and EMR's break-even."""

from dataclasses import dataclass
from math import ceil

ABOUT = (
    "<p>Model: work = GB &times; vCPU-seconds per GB. Glue = workers &times; max(60 s, work / (4 "
    "&times; (workers &minus; 1))) &times; $0.44 per DPU-hour. Lambda = work &times; 1.73 GB "
    "&times; $0.0000166667, plus $0.20 per million requests. Athena = GB &times; $5 per TB. EMR "
    "breaks even at Glue's cost / (work &times; 1.25), a quarter on top for driver and start. "
    "Start-up times, S3 requests and storage are left out; look up the Flex discount for your "
    "Region. Sources: "
    '<a href="https://aws.amazon.com/glue/pricing/">Glue</a>, '
    '<a href="https://aws.amazon.com/lambda/pricing/">Lambda</a>, '
    '<a href="https://aws.amazon.com/athena/pricing/">Athena</a> pricing.</p>'
)

GLUE_DPU_HOUR = 0.44  # USD, https://aws.amazon.com/glue/pricing/ (worked example)
LAMBDA_GB_SECOND = 0.0000166667  # USD, x86, first tier, https://aws.amazon.com/lambda/pricing/
LAMBDA_REQUEST = 0.20 / 1_000_000  # USD
LAMBDA_MB_PER_VCPU = 1769  # https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
LAMBDA_LIMIT_SECONDS = 900
ATHENA_TB = 5.0  # USD per TB scanned, https://aws.amazon.com/athena/pricing/


@dataclass(frozen=True)
class Run:
    """One way to do the work: cost in USD, wall time in seconds, and why it may be impossible."""

    usd: float
    seconds: float
    problem: str = ""


def glue(core_seconds, workers, discount=0.0) -> Run:
    """Return a Glue Spark run on ``workers`` G.1X workers (1 DPU = 4 vCPUs each).

    One worker is the driver, the others compute. Billed by the second with one minute at least;
    ``discount`` (0 to 1) is Flex's. Seconds = core_seconds / (4 x executors).
    """
    seconds = core_seconds / (4 * (workers - 1))
    dpu_hours = workers * max(seconds, 60) / 3600
    return Run(dpu_hours * GLUE_DPU_HOUR * (1 - discount), seconds)


def lambda_(core_seconds, files) -> Run:
    """Return one invocation of a 1,769 MB function (one vCPU) for each file, all at once."""
    seconds = core_seconds / files
    gb_seconds = core_seconds * LAMBDA_MB_PER_VCPU / 1024
    problem = "" if seconds <= LAMBDA_LIMIT_SECONDS else f"a file needs {seconds:,.0f} s, over 900"
    return Run(gb_seconds * LAMBDA_GB_SECOND + files * LAMBDA_REQUEST, seconds, problem)


def athena(gb) -> Run:
    """Return a CTAS or INSERT INTO that scans ``gb``: the work costs nothing, the bytes do."""
    return Run(max(gb, 10 / 1024) / 1024 * ATHENA_TB, float("nan"))


def break_even_vcpu_hour(usd, core_seconds, overhead=0.25):
    """Return the price per vCPU-hour (memory included) at which EMR costs ``usd`` for this work.

    ``overhead`` is the share of vCPU time on top for driver and start (an assumption).
    """
    return usd / (core_seconds * (1 + overhead) / 3600)


def transform_cost():
    """Return a panel of sliders: the size of the job decides."""
    import matplotlib.pyplot as plt

    from dealab.explore import _panel

    def draw(gb, seconds_per_gb, file_mb, workers, flex):
        work = gb * seconds_per_gb
        files = max(1, ceil(gb * 1024 / file_mb))
        runs = {
            "Glue, standard": glue(work, workers),
            f"Glue, Flex (-{flex}%)": glue(work, workers, flex / 100),
            "Lambda, one per file": lambda_(work, files),
            "Athena CTAS": athena(gb),
        }
        labels = [
            f"${run.usd:,.3f}" + (f"  impossible: {run.problem}" if run.problem else "")
            for run in runs.values()
        ]
        figure, axes = plt.subplots(figsize=(7, 2.6), layout="constrained")
        colors = ["#bbbbbb" if run.problem else "#4c78a8" for run in runs.values()]
        bars = axes.barh(list(runs), [run.usd for run in runs.values()], color=colors)
        axes.bar_label(bars, labels=labels, padding=3)
        axes.invert_yaxis()
        axes.set_xlim(0, 1.6 * max(run.usd for run in runs.values()))
        axes.set_xlabel("USD for one run")
        axes.spines[["top", "right"]].set_visible(False)
        standard = runs["Glue, standard"]
        each = "; ".join(f"{name} {label}" for name, label in zip(runs, labels, strict=True))
        words = (
            f"{gb:,} GB, {work:,} vCPU-seconds, {files:,} files: {each}. Glue takes "
            f"{standard.seconds:,.0f} s. EMR is cheaper than Glue if a vCPU-hour with its memory "
            f"costs you less than ${break_even_vcpu_hour(standard.usd, work):.3f}."
        )
        return figure, f"Cost of one run. {words}", words

    controls = {
        "gb": _panel.integer("GB to transform", 20, 1, 2000),
        "seconds_per_gb": _panel.integer("vCPU-seconds per GB", 120, 10, 1200, 10),
        "file_mb": _panel.integer("Size of each file (MB)", 128, 1, 4096),
        "workers": _panel.integer("Glue G.1X workers", 10, 2, 100),
        "flex": _panel.integer("Flex discount (%), assumed", 30, 0, 60),
    }
    return _panel.Panel(draw, controls, ABOUT)
