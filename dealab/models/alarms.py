"""CloudWatch's requests on metrics and alarms, and the documents that an alarm sends.

Sources (checked 2026-11-23):
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html

An alarm is a dict with the names of PutMetricAlarm and of DescribeAlarms (StateValue ...). Samples
come from ``samples_of(metric, unit)``: {unit: [metrics.Sample]}; times are in seconds since 1970.
"""

import datetime
import json
import re

from dealab.models import metric_math, metrics
from dealab.models.refusals import Refused
from dealab.sql.errors import LabLimit

MINUTE = 60
PERIODS = (1, 5, 10, 20, 30)
TWO_WEEKS, TWO_HOURS = 14 * 86_400, 7_200
MAX_POINTS = 1440
TREATMENTS = ("breaching", "notBreaching", "ignore", "missing")


def check_data(namespace: str, data: list[dict], now: float) -> None:
    """Refuse what PutMetricData refuses. Raises Refused."""
    if namespace.startswith("AWS/"):
        raise Refused(
            "InvalidParameterValue", f"The value {namespace} for parameter Namespace is invalid."
        )
    for number, datum in enumerate(data, 1):
        name = f"MetricData.member.{number}"
        if not {"Value", "Values", "StatisticValues"} & set(datum):
            raise Refused(
                "InvalidParameterCombination",
                f"At least one of the parameters must be specified: {name}.Value, "
                f"{name}.StatisticValues, {name}.Values.",
            )
        when = epoch(datum["Timestamp"]) if "Timestamp" in datum else now
        if not now - TWO_WEEKS <= when <= now + TWO_HOURS:
            future = "no more than two hours in the future"
            side = future if when > now else "within the past two weeks"
            raise Refused(
                "InvalidParameterValue",
                f"The parameter {name}.Timestamp must specify a time {side}.",
            )


def check_period(period: int) -> None:
    if period not in PERIODS and (period < 1 or period % MINUTE):
        raise Refused(
            "InvalidParameterValue",
            "The parameter Period must be 1, 5, 10, 20, 30, or a multiple of 60.",
        )


def check_actions(alarm: dict) -> None:
    """Refuse actions that the lab cannot carry out: all but SNS topics and Lambda functions."""
    for name in ("AlarmActions", "OKActions", "InsufficientDataActions"):
        for action in alarm.get(name) or ():
            if action.split(":")[2:3] not in (["sns"], ["lambda"]):
                raise LabLimit(
                    f"the alarm action {action}",
                    "CloudWatch carries it out when the alarm changes its state.",
                    "Alarms notify SNS, invoke Lambda, and stop, reboot or recover EC2 instances.",
                )


def check_alarm(alarm: dict) -> None:
    """Refuse what PutMetricAlarm refuses, and anomaly detection by name."""
    check_actions(alarm)
    queries = alarm.get("Metrics") or []
    expressions = " ".join(query.get("Expression") or "" for query in queries)
    if alarm.get("ComparisonOperator") not in metrics.OPERATORS or "ANOMALY" in expressions:
        raise LabLimit(
            "anomaly detection alarms",
            "CloudWatch learns a band of normal values.",
            "Anomaly detection needs no fixed threshold and follows hours, days and weeks.",
        )
    if int(alarm.get("DatapointsToAlarm") or 1) > int(alarm.get("EvaluationPeriods") or 0):
        raise Refused(
            "ValidationError",
            "DatapointsToAlarm must be less than or equal to EvaluationPeriods.",
        )
    if bool(queries) == bool(alarm.get("MetricName")):
        raise Refused("ValidationError", "Exactly one of MetricName and Metrics must be specified.")
    if alarm.get("TreatMissingData") not in (None, *TREATMENTS):
        raise Refused(
            "ValidationError",
            f"Option {alarm['TreatMissingData']} is not supported. Supported options for parameter "
            f"TreatMissingData are [{', '.join(TREATMENTS)}].",
        )
    if not queries:
        check_period(int(alarm.get("Period") or 0))
    series(queries, lambda metric, unit: {}, 0, MINUTE)  # refuses expressions that cannot be read


def time_range(ask: dict, code: str = "InvalidParameterValue") -> tuple[float, float]:
    """Return start (rounded down to a minute) and end of a request."""
    start, end = epoch(ask["StartTime"]) // MINUTE * MINUTE, epoch(ask["EndTime"])
    if start >= end:
        raise Refused(code, "The parameter StartTime must be less than the parameter EndTime.")
    return start, end


def _statistic(group: list, name: str):
    try:
        return metrics.statistic(group, name)
    except ValueError as error:
        raise Refused(
            "InvalidParameterValue", f"The value {name} for parameter Stat is not supported."
        ) from error


def statistics(ask: dict, samples_of) -> list[dict]:
    """Return the data points that GetMetricStatistics answers."""
    names, extended = ask.get("Statistics") or [], ask.get("ExtendedStatistics") or []
    if not names and not extended:
        raise Refused(
            "InvalidParameterCombination", "Must specify either Statistics or ExtendedStatistics"
        )
    (start, end), period = time_range(ask), int(ask["Period"])
    check_period(period)
    if (end - start) / period > MAX_POINTS:
        raise Refused(
            "InvalidParameterCombination",
            f"You have requested up to {int((end - start) / period):,} datapoints, which exceeds "
            "the limit of 1,440. You may reduce the datapoints requested by increasing Period, or "
            "decreasing the time range.",
        )
    points = []
    for unit, found in samples_of(ask, ask.get("Unit")).items():
        for begin, group in metrics.buckets(found, start, end, period).items():
            point = {"Timestamp": moment(begin), "Unit": unit}
            point |= {name: _statistic(group, name) for name in names}
            more = {name: _statistic(group, name) for name in extended}
            more = {name: value for name, value in more.items() if value is not None}
            points.append(point | ({"ExtendedStatistics": more} if more else {}))
    return points


def data(ask: dict, samples_of) -> list[dict]:
    """Return the results that GetMetricData answers."""
    start, end = time_range(ask, "ValidationError")
    queries = ask.get("MetricDataQueries") or []
    for number, query in enumerate(queries, 1):
        if ("MetricStat" in query) == ("Expression" in query):
            raise Refused(
                "ValidationError",
                f"The parameter MetricDataQueries.member.{number}.MetricStat is required.\n",
            )
    found = series(queries, samples_of, start, end)
    newest_first = ask.get("ScanBy", "TimestampDescending") == "TimestampDescending"
    results = []
    for query in queries:
        if query.get("ReturnData", True):
            times = sorted(found[query["Id"]], reverse=newest_first)
            name = query.get("MetricStat", {}).get("Metric", {}).get("MetricName")
            results.append(
                {
                    "Id": query["Id"],
                    "Label": query.get("Label") or name or query["Id"],
                    "Timestamps": [moment(one) for one in times],
                    "Values": [found[query["Id"]][one] for one in times],
                    "StatusCode": "Complete",
                }
            )
    return results


def series(queries: list, samples_of, start: float, end: float) -> dict[str, dict]:
    """Return the values of each query: {id: {time: value}}."""
    found: dict[str, dict] = {}
    pending = [query for query in queries if "Expression" in query]
    for query in queries:
        if "MetricStat" in query:
            ask = query["MetricStat"]
            period = int(ask["Period"])
            check_period(period)
            groups = samples_of(ask["Metric"], ask.get("Unit"))
            everything = [one for group in groups.values() for one in group]
            grouped = metrics.buckets(everything, start, end, period)
            values = {begin: _statistic(group, ask["Stat"]) for begin, group in grouped.items()}
            found[query["Id"]] = {t: value for t, value in values.items() if value is not None}
    plain = [int(query["MetricStat"]["Period"]) for query in queries if "MetricStat" in query]
    metric_ids = {query["Id"] for query in queries if "MetricStat" in query}
    while pending:  # an expression may use another one: those first that wait for none
        waiting = {query["Id"] for query in pending}
        query = next(
            (one for one in pending if not _words(one) & (waiting - {one["Id"]})), pending[0]
        )
        pending.remove(query)
        period = int(query.get("Period") or max([MINUTE, *plain]))
        times = [float(t) for t in range(int(start), int(end), period)]
        try:
            found[query["Id"]] = metric_math.evaluate(
                query["Expression"], dict(found), times, period, metric_ids
            )
        except metric_math.MathError as error:
            raise Refused("ValidationError", str(error)) from error
    return found


def _words(query: dict) -> set[str]:
    return set(re.findall(r"\w+", query["Expression"]))


# evaluation


def evaluate(alarm: dict, samples_of, at: float) -> tuple[str | None, str, dict, bool]:
    """Evaluate a metric alarm at ``at`` (a full minute).

    Returns the new state (None if it stays), the reason, its data, and whether there was any data
    point to look at.
    """
    needed = int(alarm["EvaluationPeriods"])
    queries = alarm.get("Metrics") or [
        {
            "Id": "m1",
            "MetricStat": {
                "Metric": alarm,
                "Period": alarm["Period"],
                "Stat": alarm.get("Statistic") or alarm.get("ExtendedStatistic"),
                "Unit": alarm.get("Unit"),
            },
        }
    ]
    periods = [int(query["MetricStat"]["Period"]) for query in queries if "MetricStat" in query]
    period = max(periods, default=0) or int(queries[0].get("Period") or MINUTE)
    span = (needed + metrics.LOOK_BACK) * period
    wanted = next((q["Id"] for q in queries if q.get("ReturnData", True)), queries[0]["Id"])
    found = series(queries, samples_of, at - span, at)
    times = [at - span + step for step in range(0, span, period)]
    missing = alarm.get("TreatMissingData") or "missing"
    if alarm.get("Namespace") == "AWS/DynamoDB":
        missing = "ignore"  # whatever the alarm says
    rule = {
        "operator": alarm["ComparisonOperator"],
        "threshold": alarm["Threshold"],
        "alarm_at": int(alarm.get("DatapointsToAlarm") or needed),
        "missing": missing,
    }
    breaches = metrics.OPERATORS[rule["operator"]]
    verdict = metrics.judge(
        [found[wanted].get(time) for time in times],
        lambda value: breaches(value, rule["threshold"]),
        needed,
        rule["alarm_at"],
        missing,
    )
    something = any(found.values())
    if verdict.state in (None, alarm["StateValue"]):
        return None, "", {}, something
    why = metrics.reason(verdict, rule, times, alarm["StateValue"])
    details = {
        "version": "1.0",
        "queryDate": iso(at),
        "period": period,
        "recentDatapoints": verdict.used,
        "threshold": rule["threshold"],
    }
    return verdict.state, why, details, something


# documents


def event(alarm: dict, before: dict, at: datetime.datetime) -> dict:
    """Return an entry for PutEvents. ``alarm`` has the new state, ``before`` is the old one."""
    if alarm.get("AlarmRule"):
        configuration = {"alarmRule": alarm["AlarmRule"]}
    else:
        dimensions = {one["Name"]: one["Value"] for one in alarm.get("Dimensions") or ()}
        metric = {"namespace": alarm["Namespace"], "name": alarm["MetricName"]}
        stat = {"metric": metric | {"dimensions": dimensions}, "period": alarm["Period"]}
        stat["stat"] = alarm.get("Statistic") or alarm.get("ExtendedStatistic")
        configuration = {"metrics": [{"id": "m1", "metricStat": stat, "returnData": True}]}
    detail = {
        "alarmName": alarm["AlarmName"],
        "state": {**_state(alarm), "timestamp": iso(at)},
        "previousState": before,
        "configuration": configuration,
    }
    return {
        "Source": "aws.cloudwatch",
        "DetailType": "CloudWatch Alarm State Change",
        "Detail": json.dumps(detail),
        "Resources": [alarm["AlarmArn"]],
    }


def _state(alarm: dict) -> dict:
    return {
        "value": alarm["StateValue"],
        "reason": alarm["StateReason"],
        "reasonData": alarm["StateReasonData"],
    }


def message(action: str, alarm: dict, before: dict, at: datetime.datetime, account: str) -> dict:
    """Return what an alarm's action (an ARN) gets. Raises LabLimit for one that is not modelled."""
    region = alarm["AlarmArn"].split(":")[3]
    if ":lambda:" in action:
        return {
            "source": "aws.cloudwatch",
            "alarmArn": alarm["AlarmArn"],
            "accountId": account,
            "time": iso(at),
            "region": region,
            "alarmData": {
                "alarmName": alarm["AlarmName"],
                "state": {**_state(alarm), "timestamp": iso(at)},
                "previousState": before,
            },
        }
    if ":sns:" not in action:
        raise LabLimit(
            f"the alarm action {action}",
            "CloudWatch carries it out when the alarm changes its state.",
            "Alarms notify SNS, invoke Lambda, and stop, reboot or recover EC2 instances.",
        )
    document = {
        "AlarmName": alarm["AlarmName"],
        "AlarmDescription": alarm.get("AlarmDescription"),
        "AWSAccountId": account,
        "NewStateValue": alarm["StateValue"],
        "NewStateReason": alarm["StateReason"],
        "StateChangeTime": iso(at),
        "Region": region,
        "AlarmArn": alarm["AlarmArn"],
        "OldStateValue": before["value"],
    }
    if alarm.get("AlarmRule"):
        return document | {"AlarmRule": alarm["AlarmRule"]}
    dimensions = [
        {"name": one["Name"], "value": one["Value"]} for one in alarm.get("Dimensions") or ()
    ]
    return document | {
        "Trigger": {
            "MetricName": alarm.get("MetricName"),
            "Namespace": alarm.get("Namespace"),
            "Statistic": (alarm.get("Statistic") or "").upper(),
            "Dimensions": dimensions,
            "Period": alarm.get("Period"),
            "EvaluationPeriods": alarm["EvaluationPeriods"],
            "DatapointsToAlarm": alarm.get("DatapointsToAlarm"),
            "ComparisonOperator": alarm["ComparisonOperator"],
            "Threshold": alarm["Threshold"],
            "TreatMissingData": alarm.get("TreatMissingData") or "missing",
        }
    }


def history(alarm: dict, kind: str, summary: str, more: dict, at: datetime.datetime) -> dict:
    """Return an item of an alarm's history."""
    return {
        "AlarmName": alarm["AlarmName"],
        "AlarmType": "CompositeAlarm" if alarm.get("AlarmRule") else "MetricAlarm",
        "Timestamp": at,
        "HistoryItemType": kind,
        "HistorySummary": summary,
        "HistoryData": json.dumps({"version": "1.0", **more}),
    }


def epoch(when) -> float:
    """Return a moment (seconds, or a datetime, naive as UTC) in seconds since 1970."""
    if not isinstance(when, datetime.datetime):
        return float(when)
    return (when if when.tzinfo else when.replace(tzinfo=datetime.UTC)).timestamp()


def moment(seconds: float) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC)


def iso(when) -> str:
    when = when if isinstance(when, datetime.datetime) else moment(when)
    return when.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"
