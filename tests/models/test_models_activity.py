"""What services report to CloudWatch, and which metrics and alarms are listed."""

from datetime import UTC, datetime
from types import SimpleNamespace

from dealab.models import activity

RUN = SimpleNamespace(function="f", at=60.0, ok=False, duration=12.5, event={})


def alarm(name, **more):
    told = {
        "name": name, "rule": None, "state_value": "OK", "alarm_actions": ["arn:aws:sns:a"],
        "history": [], "dimensions": [],
    }  # fmt: skip
    return SimpleNamespace(**{**told, **more})


def reported():
    start = datetime(2026, 3, 2, 9, tzinfo=UTC)
    run = SimpleNamespace(start_date=start, stop_date=start, status="FAILED")
    ended = activity.of_execution("arn:m", run)
    return list(activity.reports([RUN], [(61.0, "f")], ended, {"q": [(59.0, 3.0)]}))


def test_reports_of_each_service():
    names = [(space, name) for (space, name, _), *_ in reported()]
    assert names.count(("AWS/Lambda", "Errors")) == 2  # of the function, and of all
    assert ("AWS/Lambda", "Throttles") in names
    assert ("AWS/States", "ExecutionsFailed") in names
    assert names[-1] == ("AWS/SQS", "ApproximateNumberOfMessagesVisible")


def test_samples_are_those_of_one_metric():
    metric = {
        "Namespace": "AWS/Lambda",
        "MetricName": "Duration",
        "Dimensions": [{"Name": "FunctionName", "Value": "f"}],
    }
    found = activity.samples([], reported, metric, None)
    assert [(one.time, one.total) for one in found["Milliseconds"]] == [(60.0, 12.5)]
    assert activity.samples([], reported, metric, "Count") == {}


def test_composite_alarms_are_listed_when_asked_for():
    alarms = {
        "a": alarm("a"),
        "b": alarm("b", rule="ALARM(a)"),
        "c": alarm("c", state_value="ALARM"),
    }

    def names(**ask):
        found = activity.chosen(alarms, ask)
        return [one.name for one in found["MetricAlarms"] + found["CompositeAlarms"]]

    assert names() == ["a", "c"]
    assert names(AlarmTypes=["CompositeAlarm"]) == ["b"]
    assert names(StateValue="ALARM") == ["c"]
    assert names(ActionPrefix="arn:aws:lambda") == []


def test_history_goes_back_from_the_newest():
    items = [
        {"HistoryItemType": kind, "Timestamp": datetime(2026, 3, day, tzinfo=UTC)}
        for kind, day in (("StateUpdate", 1), ("Action", 2), ("StateUpdate", 3))
    ]
    alarms = {"a": alarm("a", history=items)}

    def days(**ask):
        return [one["Timestamp"].day for one in activity.history(alarms, ask)]

    assert days() == [3, 2, 1]
    assert days(HistoryItemType="StateUpdate", ScanBy="TimestampAscending") == [1, 3]
    assert days(EndDate=datetime(2026, 3, 2, tzinfo=UTC)) == [2, 1]
    assert days(AlarmName="other") == []
