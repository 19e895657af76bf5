"""Explorer: the settings of a Lambda event source mapping on a Kinesis stream."""

from dataclasses import dataclass

PAYLOAD_KB = 6_000  # one invocation, 6 MB
ABOUT = (
    "<p>Lanes = shards &times; ParallelizationFactor. A batch of n records of 1 kB takes 50 ms + n "
    "&times; work per record. Lambda invokes when BatchSize or 6 MB is reached or the window is "
    "over; while a batch runs, the next one gathers. Source: "
    '<a href="https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html">'
    "Parameters of a Kinesis event source mapping</a>.</p>"
)


@dataclass(frozen=True)
class Flow:
    """The steady state of a mapping. Rates are per second, times are seconds."""

    batch: float
    duration: float
    delay: float
    invocations_per_hour: float
    concurrency: int
    backlog_growth: float

    def iterator_age(self, after: float) -> float:
        """Return how old (seconds) the record in work is, ``after`` seconds from the start."""
        return self.delay + self.backlog_growth * after


def steady(
    records: float,
    shards: int,
    batch_size: int = 100,
    window: float = 0.0,
    parallelization: int = 1,
    overhead: float = 0.05,
    per_record: float = 0.002,
    record_kb: float = 1.0,
) -> Flow:
    """Return how a mapping copes with ``records`` per second, evenly spread over ``shards``.

    Each shard has ``parallelization`` lanes that run one batch at a time. A batch of n records
    takes ``overhead + n * per_record`` seconds. Lambda invokes when the batch is full
    (``batch_size`` or 6 MB) or the ``window`` (seconds) is over; meanwhile the next one gathers.
    """
    lanes = shards * parallelization
    rate = records / lanes
    largest = min(batch_size, PAYLOAD_KB / record_kb)

    def duration(n: float) -> float:
        return overhead + n * per_record

    # While a batch of n runs, rate * duration(n) records arrive; the steady n solves n = that.
    busy = rate * per_record
    gathered_while_running = rate * overhead / (1 - busy) if busy < 1 else float("inf")
    batch = min(largest, max(1.0, rate * window, gathered_while_running))
    possible = batch / duration(batch)  # records per second of a lane that never rests
    served = min(rate, possible)
    fill = batch / rate
    return Flow(
        batch=batch,
        duration=duration(batch),
        # The first record of a batch waits while the batch gathers, the last does not.
        delay=(fill / 2 if batch > 1 else 0.0) + duration(batch),
        invocations_per_hour=served / batch * lanes * 3_600,
        concurrency=lanes,
        backlog_growth=max(0.0, 1 - possible / rate),
    )


def batching():
    """Show sliders: batch size, window and parallelization against delay. Returns the panel."""
    from matplotlib.figure import Figure

    from dealab.explore import _panel

    def draw(records, shards, batch_size, window, parallelization, per_record_ms):
        flow = steady(
            records, shards, batch_size, window, parallelization, per_record=per_record_ms / 1_000
        )
        figure = Figure(figsize=(7.5, 3), layout="constrained")
        left, right = figure.subplots(1, 2)
        minutes = list(range(31))
        left.plot(minutes, [flow.iterator_age(60 * m) for m in minutes], color="#e45756")
        left.set(
            xlabel="minutes since the start", ylabel="seconds", title="age of the records in work"
        )
        left.set_ylim(bottom=0)
        windows = list(range(61))
        calls = [
            steady(
                records, shards, batch_size, w, parallelization, per_record=per_record_ms / 1_000
            ).invocations_per_hour
            for w in windows
        ]
        right.plot(windows, calls, color="#4c78a8")
        right.plot([window], [flow.invocations_per_hour], "o", color="#f58518", markersize=9)
        right.set(xlabel="batching window (s)", title="invocations per hour")
        right.set_ylim(bottom=0)
        for axes in (left, right):
            axes.spines[["top", "right"]].set_visible(False)
        caption = (
            f"{flow.invocations_per_hour:,.0f} invocations an hour of {flow.batch:,.0f} records, "
            f"{flow.duration:.2f} s each, at most {flow.concurrency} at the same time. "
        )
        if flow.backlog_growth:
            caption += (
                "Too slow: after 30 minutes the function works on records that are "
                f"{flow.iterator_age(1_800) / 60:.1f} minutes old."
            )
        else:
            caption += f"A record is done about {flow.delay:.2f} s after it arrived."
        alt = f"Left: record age over 30 minutes. Right: invocations by batching window. {caption}"
        return figure, alt, caption

    controls = {
        "records": _panel.integer("Records per second", 600, 50, 4000, 50),
        "shards": _panel.integer("Shards", 2, 1, 8),
        "batch_size": _panel.integer("BatchSize", 100, 10, 2000, 10),
        "window": _panel.integer("MaximumBatchingWindow (s)", 0, 0, 60),
        "parallelization": _panel.integer("ParallelizationFactor", 1, 1, 10),
        "per_record_ms": _panel.number("Work per record (ms)", 2.0, 0.5, 20.0, 0.5),
    }
    return _panel.Panel(draw, controls, ABOUT)
