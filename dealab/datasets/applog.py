"""Log lines of the four data jobs: the steps of every run, warnings, and three failures.

- sessionize-clicks fails on 2026-06-02: the bot's clicks fill the memory of one executor.
- orders-to-lake fails on 2026-06-08: a backfill of April meets a date that does not exist.
- publish-dashboards times out on 2026-06-10 while the bad release holds the database.
"""

import numpy as np

from dealab.datasets.universe import DAY, START, WINDOW_FIRST_DAY, Story, Universe, iso
from dealab.datasets.writer import compact

# job -> (first start of the day in seconds, runs a day, steps with rows and milliseconds)
_JOBS = {
    "orders-to-lake": (
        4 * 3600,
        2,
        (("extract", 1200, 4200), ("clean", 1180, 6100), ("write", 1180, 3900)),
    ),
    "sessionize-clicks": (
        5 * 3600,
        2,
        (("read stream", 9000, 8000), ("sessionize", 8800, 21_000), ("write", 8800, 5200)),
    ),
    "sensor-compaction": (1800, 6, (("list files", 96, 900), ("merge", 504, 2600))),
    "publish-dashboards": (6 * 3600, 4, (("query", 400, 9000), ("upload", 400, 1500))),
}
_MEMORY = """py4j.protocol.Py4JJavaError: An error occurred while calling o142.parquet.
org.apache.spark.SparkException: Job aborted due to stage failure: Task 17 in stage 6.0 failed 4
  times, most recent failure: ExecutorLostFailure (executor 3 exited): Exit code is 137
  at org.apache.spark.scheduler.DAGScheduler.failJobAndIndependentStages(DAGScheduler.scala)"""
_DATE = """Traceback (most recent call last):
  File "/job/orders_to_lake.py", line 88, in main
    orders = clean(read_raw(month))
  File "/job/orders_to_lake.py", line 51, in clean
    frame["order_ts"] = frame["order_ts"].map(parse)
  File "/job/timestamps.py", line 14, in parse
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")
ValueError: day is out of range for month"""
_TIMEOUT = """Traceback (most recent call last):
  File "/job/publish.py", line 37, in query
    cursor.execute(statement)
  File "/job/database.py", line 22, in execute
    raise QueryTimeout(f"no answer within {limit} s")
database.QueryTimeout: no answer within 60 s"""
_FAILURES = {  # (job, day of the window, run of the day) -> (step that fails, message, stack trace)
    ("sessionize-clicks", 1, 0): (
        1,
        "executor lost: one task holds 20% of all rows (key user_id=990001)",
        _MEMORY,
    ),
    ("orders-to-lake", 7, 0): (1, "backfill of 2026-04: cannot clean orders", _DATE),
    ("publish-dashboards", 9, 2): (0, "query failed", _TIMEOUT),
}


def app_lines(universe: Universe, day: int) -> list[str]:
    """Return one day's lines of app_logs, sorted by time."""
    rng = universe.stream("app logs", day)
    low = int(START.astype(np.int64)) + (WINDOW_FIRST_DAY + day) * DAY
    found: list[tuple[float, dict]] = []
    for job, (first, runs, steps) in _JOBS.items():
        for run in range(universe.sized(runs, 1) if universe.scale >= 1 else runs):
            start = low + first + (run % runs) * (DAY - first) // runs + int(rng.integers(0, 240))
            if (job, day, run) == ("publish-dashboards", 9, 2):
                start = int(Story.BAD_DEPLOY[0].astype(np.int64)) + 600
            found += _run(rng, job, start, steps, _FAILURES.get((job, day, run)))
    found.sort(key=lambda item: item[0])
    return [compact({"ts": iso(moment, 3), **row}) for moment, row in found]


def _run(rng, job: str, start: float, steps, failure) -> list[tuple[float, dict]]:
    run_id = f"jr_{rng.bytes(8).hex()}"
    rows: list[tuple[float, dict]] = []
    now = float(start)

    def log(level, logger, message, **more):
        rows.append(
            (
                now,
                {
                    "level": level,
                    "job": job,
                    "run_id": run_id,
                    "logger": logger,
                    "message": message,
                    **more,
                },
            )
        )

    attempts = 2 if failure else 1
    for attempt in range(1, attempts + 1):
        log("INFO", "runner", f"run started, attempt {attempt}")
        for number, (step, count, ms) in enumerate(steps):
            now += 0.2
            if rng.random() < 0.25:
                log("DEBUG", step.split()[0], f"step {step}: configuration loaded")
            took = float(ms) * (0.7 + 0.6 * float(rng.random()))
            read = int(count * (0.8 + 0.4 * float(rng.random())))
            if failure and attempt == 1 and failure[0] == number:
                now += 60.0 if "query" in step else took * 4 / 1000
                log("ERROR", step.split()[0], failure[1], exception=failure[2])
                log("WARN", "runner", "run failed, starting again in 300 s")
                now += 300
                break
            now += took / 1000
            if rng.random() < 0.06:
                log(
                    "WARN",
                    step.split()[0],
                    f"step {step}: {int(rng.integers(2, 40))} rows rejected",
                )
            log(
                "INFO",
                step.split()[0],
                f"step {step} done",
                duration_ms=round(took),
                rows_read=read,
                rows_written=int(read * (0.97 + 0.03 * float(rng.random()))),
            )
        else:
            log("INFO", "runner", "run succeeded", duration_ms=round((now - start) * 1000))
    return rows
