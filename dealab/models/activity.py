"""What services report of themselves to CloudWatch: Lambda, Step Functions, SQS, rules, tables.

https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html and
https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html (not checked).
Left out: Glue's job metrics, and ThrottledRequests of DynamoDB, which are told by operation.
A report is ((namespace, name, dimensions), unit, time in epoch seconds, value).
"""

from dealab.models import metrics
from dealab.models.alarms import epoch

ENDED = {
    "SUCCEEDED": "ExecutionsSucceeded",
    "FAILED": "ExecutionsFailed",
    "TIMED_OUT": "ExecutionsTimedOut",
    "ABORTED": "ExecutionsAborted",
}


def reports(invocations, throttles, executions, depths: dict):
    """Yield the reports of all services.

    ``invocations`` of functions; ``throttles``: (time, function); ``executions``: (machine, metric,
    moment), as ``of_execution`` gives them; ``depths``: queue -> [(time, visible messages)].
    """
    for run in invocations:
        for dims in ((), (("FunctionName", run.function),)):
            yield ("AWS/Lambda", "Invocations", dims), "Count", run.at, 1.0
            yield ("AWS/Lambda", "Errors", dims), "Count", run.at, 0.0 if run.ok else 1.0
            yield ("AWS/Lambda", "Duration", dims), "Milliseconds", run.at, run.duration
            if (age := iterator_age(run)) is not None:
                yield ("AWS/Lambda", "IteratorAge", dims), "Milliseconds", run.at, age
    for when, function in throttles:
        for dims in ((), (("FunctionName", function),)):
            yield ("AWS/Lambda", "Throttles", dims), "Count", when, 1.0
    for machine, name, at in executions:
        yield ("AWS/States", name, (("StateMachineArn", machine),)), "Count", epoch(at), 1.0
    for name, points in depths.items():
        key = ("AWS/SQS", "ApproximateNumberOfMessagesVisible", (("QueueName", name),))
        for at, value in points:
            yield key, "Count", at, value


def iterator_age(run) -> float | None:
    """Return the milliseconds from the last record of a stream's batch to its run, else None."""
    records = run.event.get("Records") if isinstance(run.event, dict) else None
    last = records[-1] if isinstance(records, list) and records else None
    if not isinstance(last, dict):
        return None
    written = (last.get("kinesis") or {}).get("approximateArrivalTimestamp")
    written = written or (last.get("dynamodb") or {}).get("ApproximateCreationDateTime")
    return None if written is None else max(0.0, (run.at - float(written)) * 1000)


def of_rules(counts):
    """Yield the reports of EventBridge; ``counts``: (rule, metric, time)."""
    for rule, name, at in counts:
        yield ("AWS/Events", name, (("RuleName", rule),)), "Count", at, 1.0


def of_tables(seconds):
    """Yield the reports of DynamoDB; ``seconds``: (table, "read" or "write", time, units used,
    refusals)."""
    for table, kind, at, units, refused in seconds:
        key, kind = (("TableName", table),), kind.title()
        yield ("AWS/DynamoDB", f"Consumed{kind}CapacityUnits", key), "Count", at, units
        if refused:
            yield ("AWS/DynamoDB", f"{kind}ThrottleEvents", key), "Count", at, float(refused)


def of_execution(machine: str, run):
    """Yield (machine, metric, moment) of an execution's start and of its end."""
    yield machine, "ExecutionsStarted", run.start_date
    if run.stop_date and str(run.status) in ENDED:
        yield machine, ENDED[str(run.status)], run.stop_date


def dims(dimensions) -> tuple:
    """Return dimensions (objects with ``name`` and ``value``) as a key."""
    return tuple(sorted((one.name, one.value) for one in dimensions))


def samples(put, reported, metric: dict, unit: str | None) -> dict[str, list]:
    """Return the samples of a metric by unit.

    ``put``: what PutMetricData was given (moto's MetricDatum and the like); ``reported()`` yields
    the reports of services.
    """
    wanted = tuple(sorted((d["Name"], d["Value"]) for d in metric.get("Dimensions") or ()))
    asked = (metric["Namespace"], metric["MetricName"], wanted)
    found: dict[str, list] = {}
    for datum in put:
        key = (datum.namespace, datum.name, dims(datum.dimensions))
        if key == asked and unit in (None, datum.unit or "None"):
            when = epoch(datum.timestamp)
            if hasattr(datum, "value"):
                one = metrics.sample(when, [datum.value])
            else:
                one = metrics.Sample(when, datum.sample_count, datum.sum, datum.min, datum.max)
            found.setdefault(datum.unit or "None", []).append(one)
    for key, own, when, value in reported() if asked[0].startswith("AWS/") else ():
        if key == asked and unit in (None, own):
            found.setdefault(own, []).append(metrics.sample(when, [value]))
    return found


def listed(data, name: str | None, namespace: str | None, dimensions) -> list:
    """Return one datum of each metric that fits what ListMetrics was asked."""
    unique = {}
    for datum in data:
        fits = all(
            any(
                d["Name"] == one.name and d.get("Value") in (None, one.value)
                for one in datum.dimensions
            )
            for d in dimensions or ()
        )
        key = (datum.namespace, datum.name, dims(datum.dimensions))
        if fits and namespace in (None, key[0]) and name in (None, key[1]):
            unique.setdefault(key, datum)
    return list(unique.values())


#: an alarm's members in the API, and its attributes as moto keeps it
_MEMBERS = {
    "AlarmName": "name", "AlarmArn": "alarm_arn", "AlarmDescription": "description",
    "AlarmRule": "rule", "Namespace": "namespace", "MetricName": "metric_name",
    "Metrics": "queries", "Period": "period", "Statistic": "statistic",
    "ExtendedStatistic": "extended_statistic", "Unit": "unit",
    "EvaluationPeriods": "evaluation_periods", "DatapointsToAlarm": "datapoints_to_alarm",
    "ComparisonOperator": "comparison_operator", "Threshold": "threshold",
    "TreatMissingData": "treat_missing_data", "StateValue": "state_value",
    "StateReason": "state_reason", "StateReasonData": "state_reason_data",
}  # fmt: skip


def alarm_view(alarm) -> dict:
    """Return an alarm with the API's names."""
    view = {member: getattr(alarm, name, None) for member, name in _MEMBERS.items()}
    pairs = dims(alarm.dimensions)
    return view | {"Dimensions": [{"Name": name, "Value": value} for name, value in pairs]}


def chosen(alarms: dict, ask: dict) -> dict[str, list]:
    """Return the alarms (name -> alarm) that DescribeAlarms asks for.

    Composite alarms only when they are asked for, as on the service; all filters hold.
    """
    kinds = ask.get("AlarmTypes") or ["MetricAlarm"]
    prefix, action = ask.get("AlarmNamePrefix") or "", ask.get("ActionPrefix") or ""
    found = [
        alarm
        for name, alarm in sorted(alarms.items())
        if ("CompositeAlarm" if alarm.rule else "MetricAlarm") in kinds
        and name in (ask.get("AlarmNames") or [name])
        and name.startswith(prefix)
        and ask.get("StateValue") in (None, alarm.state_value)
        and (not action or any(one.startswith(action) for one in alarm.alarm_actions))
    ]
    return {
        "MetricAlarms": [alarm for alarm in found if not alarm.rule],
        "CompositeAlarms": [alarm for alarm in found if alarm.rule],
    }


def history(alarms: dict, ask: dict) -> list[dict]:
    """Return the history items that DescribeAlarmHistory asks for."""
    name, kind = ask.get("AlarmName"), ask.get("HistoryItemType")
    first, last = epoch(ask.get("StartDate") or 0), epoch(ask.get("EndDate") or 2**40)
    items = [
        item
        for alarm in alarms.values()
        for item in alarm.history
        if name in (None, alarm.name)
        and kind in (None, item["HistoryItemType"])
        and first <= item["Timestamp"].timestamp() <= last
    ]
    items.sort(key=lambda item: item["Timestamp"])
    newest = ask.get("ScanBy", "TimestampDescending") == "TimestampDescending"
    return items[::-1] if newest else items
