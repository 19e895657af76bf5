"""CloudTrail: look-ups of calls, what a trail logs and when, its files and its status.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html and
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html (not checked).
A call is a ``trail.Call``; a trail has the attributes of moto's.
"""

import gzip
import hashlib
import json
import re
from datetime import UTC, datetime, timedelta

from dealab.models import trail as model
from dealab.models.refusals import Refused
from dealab.sql.errors import LabLimit

FIVE = timedelta(minutes=5)
KEPT_DAYS = 90
MOST = 50


def looked_up(calls: list, asked: dict, account: str, region: str, now: float) -> dict:
    """Return what LookupEvents answers; ``now`` in epoch seconds. Raises Refused."""
    attributes, most = asked.get("LookupAttributes") or [], asked.get("MaxResults", MOST)
    begin, end = asked.get("StartTime"), asked.get("EndTime")
    if len(attributes) > 1:
        raise _wrong("InvalidLookupAttributes", "You can specify only one lookup attribute.")
    if not 1 <= most <= MOST:
        raise _wrong("InvalidMaxResults", f"The maximum number of results must be 1 to {MOST}.")
    if begin and end and begin > end:
        raise _wrong("InvalidTimeRange", "The start time must be before the end time.")
    first, last = max(begin or 0, now - KEPT_DAYS * 86400), end or now + 1
    found = [
        entry
        for call in reversed(calls)
        if call.management and not call.by_lab and (call.account, call.region) == (account, region)
        and first <= int(call.time.timestamp()) <= last
        for entry in [model.looked_up(call)]
        if all(_has(entry, one["AttributeKey"], one["AttributeValue"]) for one in attributes)
    ]  # fmt: skip
    if asked.get("EventCategory") == "insight":
        found = []
    # The token names the oldest event shown, because new events come in before it.
    token, ids = asked.get("NextToken") or "0", [entry["EventId"] for entry in found]
    if token != "0" and token not in ids:
        raise _wrong("InvalidNextToken", "The token that you have entered is not valid.")
    start = 0 if token == "0" else ids.index(token) + 1
    page = found[start : start + most]
    answer = {"Events": [{**one, "EventTime": one["EventTime"].timestamp()} for one in page]}
    if start + most < len(found):
        answer["NextToken"] = page[-1]["EventId"]
    return answer


def _has(entry: dict, key: str, value: str) -> bool:
    if key in ("ResourceName", "ResourceType"):
        return any(resource[key] == value for resource in entry["Resources"])
    return entry[key] == value


def _wrong(code: str, message: str) -> Refused:
    return Refused(code + "Exception", message)


def check_selectors(selectors: list, advanced) -> None:
    """Raise LabLimit for selectors of data events."""
    if advanced or any(one.get("DataResources") for one in selectors):
        raise LabLimit(
            "trails with data events; they log management events only",
            "With data resources or advanced selectors CloudTrail logs data events too, such as "
            "GetObject and Invoke, at a price for each.",
            "Data events are off by default and never in the event history.",
        )


def check_log_group(group_arn: str, role: str | None, groups) -> None:
    """Refuse as the service: it wants a role, and a group that is there, with ":*" behind."""
    if not role:
        message = "You must specify a role ARN as well as a log group."
        raise _wrong("InvalidCloudWatchLogsRoleArn", message)
    found = re.fullmatch(r"arn:[\w-]+:logs:[\w-]+:\d+:log-group:([^:]+):\*", group_arn)
    if not found or found[1] not in groups:
        message = "CloudTrail cannot validate the specified log group ARN."
        raise _wrong("InvalidCloudWatchLogsLogGroupArn", message)


def logs(trail, call, until: datetime | None = None) -> bool:
    """Say whether a trail logs a call that was made by ``until``."""
    selector = (trail.event_selectors or [{}])[0]
    kind = selector.get("ReadWriteType", "All")
    fits = call.region == trail.region_name or trail.is_multi_region
    fits = fits or (trail.include_global_service_events and call.service in model.GLOBAL)
    return bool(
        fits and call.management and not call.by_lab
        and selector.get("IncludeManagementEvents", True)
        and kind in ("All", "ReadOnly" if call.read_only else "WriteOnly")
        and call.time <= (until or call.time)
    )  # fmt: skip


def next_file(after: datetime) -> datetime:
    """Return when the next log file is written: at the next full five minutes."""
    return after - (after - datetime.min.replace(tzinfo=UTC)) % FIVE + FIVE


def log_file(trail, region: str, moment: datetime, records: list[dict]) -> tuple[str, bytes]:
    """Return key and content of a log file."""
    unique = hashlib.sha256(f"{trail.trail_name}{moment}{region}".encode()).hexdigest()
    place = trail.s3_key_prefix, trail.account_id, region, moment, unique[:16].upper()
    text = json.dumps({"Records": records}, separators=(",", ":"))
    return model.log_key(*place), gzip.compress(text.encode(), mtime=0)


def status(trail, logging: bool) -> dict:
    """Return what GetTrailStatus answers, of ``started_at``, ``stopped_at``, ``delivered_at``."""
    answer = {"IsLogging": logging}
    for attribute, stamp, text in (
        ("started_at", "StartLoggingTime", "TimeLoggingStarted"),
        ("stopped_at", "StopLoggingTime", "TimeLoggingStopped"),
        ("delivered_at", "LatestDeliveryTime", "LatestDeliveryAttemptTime"),
    ):
        at = getattr(trail, attribute, None)
        answer |= {stamp: at.timestamp()} if at else {}
        answer[text] = at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else ""
    answer["LatestDeliveryAttemptSucceeded"] = answer["LatestDeliveryAttemptTime"]
    if trail.cw_log_group_arn and "LatestDeliveryTime" in answer:
        answer["LatestCloudWatchLogsDeliveryTime"] = answer["LatestDeliveryTime"]
    return answer
