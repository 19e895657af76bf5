"""What CloudWatch Logs makes of events: metrics, subscription documents, export files.

Sources (checked 2026-11-23):
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/S3Export.html

Events are dicts with ``timestamp`` (ms), ``message`` and ``id``.
"""

import gzip
import json
from datetime import UTC, datetime

from dealab.models.log_patterns import compile_pattern, embedded_metrics, metric_values

#: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
#: (checked 2026-11-24)
RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)


def metric_data(filters: list[dict], events: list[dict]) -> list[tuple[str, dict]]:
    """Return (namespace, datum for PutMetricData) that metric filters and embedded metrics give.

    A filter's default value counts once for each event of a call in which none matches.
    """
    made = []
    for one in filters:
        pattern = compile_pattern(one["filterPattern"])
        for change in one["metricTransformations"]:
            hits = [metric_values(pattern, change, event["message"]) for event in events]
            if not any(hits) and change.get("defaultValue") is not None:
                hits = [(float(change["defaultValue"]), {})] * len(events)
            for event, hit in zip(events, hits, strict=True):
                if hit:
                    metric = {"name": change["metricName"], "unit": change.get("unit")}
                    metric |= {"values": [hit[0]], "dimensions": hit[1]}
                    metric |= {"timestamp": event["timestamp"]}
                    made.append((change["metricNamespace"], _datum(metric)))
    for event in events:
        made += [(one["namespace"], _datum(one)) for one in embedded_metrics(event["message"])]
    return made


def _datum(metric: dict) -> dict:
    dimensions = [{"Name": name, "Value": value} for name, value in metric["dimensions"].items()]
    datum = {
        "MetricName": metric["name"],
        "Values": metric["values"],
        "Timestamp": datetime.fromtimestamp(metric["timestamp"] / 1000, UTC),
        "Dimensions": dimensions,
    }
    return datum | ({"Unit": metric["unit"]} if metric["unit"] else {})


def subscribed(pattern: str, events: list[dict], name: str, source: dict) -> bytes | None:
    """Return the gzip document that a subscription filter sends; None if no event matches.

    ``source`` has owner, logGroup and logStream.
    """
    match = compile_pattern(pattern or "").match
    chosen = [event for event in events if match(event["message"]) is not None]
    if not chosen:
        return None
    head = {"messageType": "DATA_MESSAGE", **source, "subscriptionFilters": [name]}
    return gzip.compress(json.dumps(head | {"logEvents": chosen}).encode(), mtime=0)


def export_file(events: list[dict]) -> bytes:
    """Return the gzip file of an export task: a line with the time for each event."""
    lines = [
        f"{datetime.fromtimestamp(event['timestamp'] / 1000, UTC):%Y-%m-%dT%H:%M:%S}."
        f"{event['timestamp'] % 1000:03d}Z {event['message']}\n"
        for event in sorted(events, key=lambda event: event["timestamp"])
    ]
    return gzip.compress("".join(lines).encode(), mtime=0)


def export_files(prefix: str, task: str, streams: dict, start: int, end: int) -> dict[str, bytes]:
    """Return the objects of an export task: prefix/task id/stream/000000.gz.

    ``streams``: name -> events; those from ``start`` until ``end`` (ms) are written.
    """
    files = {f"{prefix}aws-logs-write-test": b"Permission Check Successful"}
    for name, events in streams.items():
        inside = [event for event in events if start <= event["timestamp"] < end]
        if inside:
            key = f"{prefix}{task}/{name.replace('/', '-')}/000000.gz"
            files[key] = export_file(inside)
    return files


def matches(pattern, messages: list[str]) -> list[dict]:
    """Return what TestMetricFilter tells of the messages that a compiled pattern matches."""
    return [
        {"eventNumber": number, "eventMessage": message, "extractedValues": found}
        for number, message in enumerate(messages, 1)
        if (found := pattern.match(message)) is not None
    ]


def seen(event) -> dict:
    """Return a kept event (``event_id timestamp message``) as the service shows it."""
    return {
        "id": f"{event.event_id:056d}",
        "timestamp": event.timestamp,
        "message": event.message,
    }


def insights_event(event, stream: str, account: str, group: str) -> dict:
    """Return a kept event as Logs Insights reads it."""
    return {
        **seen(event),
        "ptr": f"{event.event_id:056d}",
        "ingestionTime": event.ingestion_time,
        "logStream": stream,
        "log": f"{account}:{group}",
    }


class Query:
    """A query of Logs Insights that has ended. ``result`` has ``answer()``."""

    status = "Complete"

    def __init__(self, query_id: str, text: str, groups: list[str], result, created: int):
        self.query_id, self.log_group_names, self.result = query_id, groups, result
        self._described = {"queryId": query_id, "queryString": text, "createTime": created}

    def fits(self, group: str | None, status: str | None) -> bool:
        """Say whether DescribeQueries asks for it."""
        return group in (None, *self.log_group_names) and status in (None, self.status)

    def to_json(self, _) -> dict:
        group = self.log_group_names[0]
        return {**self._described, "status": self.status, "logGroupName": group}

    def to_result_json(self) -> dict:
        return {"queryLanguage": "CWLI", "status": self.status, **self.result.answer()}
