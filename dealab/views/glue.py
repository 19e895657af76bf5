"""Glue as tables: what crawls changed, what job runs took and cost, which rules passed."""


def crawls(name: str):
    """One row per change of each crawl of a crawler, as its log says; oldest first.

    Columns: time (UTC), crawl (its id's first eight characters), message.
    """
    import boto3
    import pandas

    found = boto3.client("logs").get_log_events(
        logGroupName="/aws-glue/crawlers", logStreamName=name, startFromHead=True
    )["events"]
    rows = []
    for event in found:
        crawl, _, message = event["message"].removeprefix("[").partition("] ")
        if message.startswith(("INFO", "ERROR", "WARN")):
            time = pandas.Timestamp(event["timestamp"], unit="ms")
            rows.append({"time": time, "crawl": crawl[:8], "message": message.partition(": ")[2]})
    return pandas.DataFrame(rows, columns=["time", "crawl", "message"])


def job_runs(name: str):
    """One row per run of a Glue job, newest first, with what it would cost in N. Virginia.

    Columns: run, attempt, state, started, seconds, dpus, dollars (the model of
    ``dealab.models.glue_runs``: a minute at least), error.
    """
    import boto3
    import pandas

    from dealab.models.glue_runs import cost

    pages = boto3.client("glue").get_paginator("get_job_runs").paginate(JobName=name)
    rows = [
        {
            "run": run["Id"],
            "attempt": run["Attempt"],
            "state": run["JobRunState"],
            "started": run["StartedOn"],
            "seconds": run["ExecutionTime"],
            "dpus": run["MaxCapacity"],
            "dollars": cost(run["MaxCapacity"], run["ExecutionTime"], run["ExecutionClass"]),
            "error": run.get("ErrorMessage", ""),
        }
        for page in pages
        for run in page["JobRuns"]
    ]
    columns = ["run", "attempt", "state", "started", "seconds", "dpus", "dollars", "error"]
    return pandas.DataFrame(rows, columns=columns)


def rule_outcomes(result):
    """One row per rule of a data quality result: rule, result, message, metrics.

    ``result`` is what ``get_data_quality_result`` answers, or a ``dealab.models.dqdl`` Report.
    """
    import pandas

    if hasattr(result, "outcomes"):
        rows = [(one.rule, one.result, one.message, one.metrics) for one in result.outcomes]
    else:
        names = ("Description", "Result", "EvaluationMessage", "EvaluatedMetrics")
        rows = [[one.get(name, "") for name in names] for one in result["RuleResults"]]
    return pandas.DataFrame(rows, columns=["rule", "result", "message", "metrics"])
