"""What a run of a Glue job takes and costs: capacity, DPU-seconds, dollars.

Sources (checked 2026-11-23): https://docs.aws.amazon.com/glue/latest/dg/add-job.html (worker types,
timeouts), https://docs.aws.amazon.com/glue/latest/dg/worker-types.html and
https://aws.amazon.com/glue/pricing/ (US East, N. Virginia: $0.44 per DPU-hour, $0.29 with flexible
execution, by the second, at least one minute). Left out: streaming, Ray, interactive sessions, auto
scaling (all workers count for the whole time), prices of other Regions.
"""

import math

PRICE = {"STANDARD": 0.44, "FLEX": 0.29}  # US$ for a DPU-hour
MINIMUM_SECONDS = 60
WORKERS = {"Standard": 1, "G.025X": 0.25, "G.1X": 1, "G.2X": 2, "G.4X": 4, "G.8X": 8}
WORKERS |= {"G.12X": 12, "G.16X": 16, "R.1X": 1, "R.2X": 2, "R.4X": 4, "R.8X": 8, "Z.2X": 2}


def capacity(command: str, worker=None, workers=None, maximum=None) -> float:
    """Return a job's capacity in DPU; ``command`` is ``glueetl``, ``pythonshell``..."""
    if command == "pythonshell":
        return float(maximum or 0.0625)
    if worker and workers:
        return float(WORKERS.get(worker, 1) * workers)
    return float(maximum or workers or 10)


def default_timeout(command: str, version: str | None) -> int:
    """Return the minutes after which a job without a timeout is stopped."""
    return 480 if command != "pythonshell" and (version or "0.9") >= "5" else 2880


def cost(dpus: float, seconds: float, execution_class: str = "STANDARD") -> float:
    """Return what a run costs, in US dollars."""
    return dpus * max(MINIMUM_SECONDS, math.ceil(seconds)) / 3600 * PRICE[execution_class]
