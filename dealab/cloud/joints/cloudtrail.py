"""Look-ups answer the learner's own calls, and trails write their log files; moto does neither.

Events are there at once (the service takes minutes). Log files are written when the lab's clock is
moved over a full five minutes. The policy of the trail's bucket is not asked for.
"""

import gzip
import json
from datetime import UTC, datetime, timedelta

FIVE = timedelta(minutes=5)
KEPT_DAYS = (
    90  # https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html
)
MOST = 50


def join(lab_of) -> None:
    from moto.cloudtrail.models import Trail
    from moto.cloudtrail.responses import CloudTrailResponse
    from moto.core.exceptions import JsonRESTError

    from dealab.models import trail as model

    def refuse(code, message):
        raise JsonRESTError(code + "Exception", message)

    def lookup_events(self):
        lab, asked = lab_of(), json.loads(self.body or "{}")
        attributes = asked.get("LookupAttributes") or []
        most, begin, end = (
            asked.get("MaxResults", MOST),
            asked.get("StartTime"),
            asked.get("EndTime"),
        )
        if len(attributes) > 1:
            refuse("InvalidLookupAttributes", "You can specify only one lookup attribute.")
        if not 1 <= most <= MOST:
            refuse("InvalidMaxResults", f"The maximum number of results must be 1 to {MOST}.")
        if begin and end and begin > end:
            refuse("InvalidTimeRange", "The start time must be before the end time.")
        oldest = lab.clock.time() - KEPT_DAYS * 86400
        first, last = max(begin or 0, oldest), end or lab.clock.time() + 1
        found = [
            entry
            for call in reversed(lab.calls)
            if call.management and not call.by_lab and call.region == self.region
            and call.account == self.current_account and first <= int(call.time.timestamp()) <= last
            for entry in [model.looked_up(call)]
            if all(_has(entry, one["AttributeKey"], one["AttributeValue"]) for one in attributes)
        ]  # fmt: skip
        if asked.get("EventCategory") == "insight":
            found = []
        token = asked.get("NextToken") or "0"
        # The token names the oldest event shown, because new events come in before it.
        ids = [entry["EventId"] for entry in found]
        if token != "0" and token not in ids:
            refuse("InvalidNextToken", "The token that you have entered is not valid.")
        start = 0 if token == "0" else ids.index(token) + 1
        page = found[start : start + most]
        answer = {"Events": [{**one, "EventTime": one["EventTime"].timestamp()} for one in page]}
        if start + most < len(found):
            answer["NextToken"] = page[-1]["EventId"]
        return json.dumps(answer)

    put_selectors = Trail.put_event_selectors

    def put_event_selectors(self, event_selectors, advanced_event_selectors):
        if advanced_event_selectors or any(one.get("DataResources") for one in event_selectors):
            from dealab.sql.errors import LabLimit

            raise LabLimit(
                "The lab's trails log management events only.",
                "With data resources or advanced selectors CloudTrail logs data events too, "
                "such as GetObject and Invoke, at a price for each.",
                "Data events are off by default and never in the event history.",
            )
        return put_selectors(self, event_selectors, advanced_event_selectors)

    begin_logging = Trail.start_logging

    def start_logging(self):
        begin_logging(self)
        lab = lab_of()
        self.delivered = len(lab.calls) + lab.calls_dropped  # by number: a clock may stand still
        if not getattr(self, "on_clock", False):
            self.on_clock = True
            lab.clock.on(lambda after: due(self, after), lambda moment: write(self, lab, moment))

    def waiting(trail, until=None):
        selector = (trail.event_selectors or [{}])[0]
        kind = selector.get("ReadWriteType", "All")
        lab = lab_of()
        for call in lab.calls[max(0, trail.delivered - lab.calls_dropped) :]:
            fits = call.region == trail.region_name or trail.is_multi_region
            fits = fits or (trail.include_global_service_events and call.service in model.GLOBAL)
            if (
                fits and call.management and not call.by_lab
                and selector.get("IncludeManagementEvents", True)
                and kind in ("All", "ReadOnly" if call.read_only else "WriteOnly")
                and call.time <= (until or call.time)
            ):  # fmt: skip
                yield call

    def due(trail, after):
        if not trail.status.is_logging or next(waiting(trail), None) is None:
            return None
        begun = datetime.min.replace(tzinfo=UTC)
        return after - (after - begun) % FIVE + FIVE

    def write(trail, lab, moment):
        import hashlib

        import boto3

        by_region, end = {}, len(lab.calls) + lab.calls_dropped
        for call in waiting(trail, moment):
            by_region.setdefault(call.region, []).append(model.event(call))
        for region, records in by_region.items():
            unique = hashlib.sha256(f"{trail.trail_name}{moment}{region}".encode()).hexdigest()
            key = model.log_key(
                trail.s3_key_prefix, trail.account_id, region, moment, unique[:16].upper()
            )
            text = json.dumps({"Records": records}, separators=(",", ":"))
            body = gzip.compress(text.encode(), mtime=0)
            boto3.client("s3", region_name=trail.region_name).put_object(
                Bucket=trail.bucket_name, Key=key, Body=body, ContentType="application/json",
                ContentEncoding="gzip",
            )  # fmt: skip
        trail.delivered = end

    def put_insight_selectors(self):
        from dealab.sql.errors import LabLimit

        raise LabLimit("CloudTrail Insights", "finds unusual rates of calls and of errors")

    CloudTrailResponse.put_insight_selectors = put_insight_selectors
    CloudTrailResponse.lookup_events = lookup_events
    Trail.put_event_selectors = put_event_selectors
    Trail.start_logging = start_logging


def _has(entry: dict, key: str, value: str) -> bool:
    if key in ("ResourceName", "ResourceType"):
        return any(resource[key] == value for resource in entry["Resources"])
    return entry[key] == value
