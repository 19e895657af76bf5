"""Look-ups answer the learner's own calls, and trails write their log files; moto does neither.

Events are there at once (the service takes minutes). Log files are written when the lab's clock is
moved over a full five minutes. The policy of the trail's bucket is not asked for.
"""

import json


def join(lab_of) -> None:
    from moto import backends
    from moto.cloudtrail.models import Trail
    from moto.cloudtrail.responses import CloudTrailResponse
    from moto.core.exceptions import JsonRESTError

    from dealab.cloud import serving
    from dealab.cloud.joining import replacing
    from dealab.models import trail as model
    from dealab.models import trail_calls

    on_response = replacing(CloudTrailResponse, JsonRESTError)
    on_trail = replacing(Trail, JsonRESTError)

    @on_response
    def lookup_events(self):
        lab, asked = lab_of(), json.loads(self.body or "{}")
        where = self.current_account, self.region
        return json.dumps(trail_calls.looked_up(lab.calls, asked, *where, lab.clock.time()))

    put_selectors = Trail.put_event_selectors

    @on_trail
    def put_event_selectors(self, event_selectors, advanced_event_selectors):
        trail_calls.check_selectors(event_selectors, advanced_event_selectors)
        return put_selectors(self, event_selectors, advanced_event_selectors)

    begin_logging = Trail.start_logging

    def start_logging(self):
        begin_logging(self)
        lab = lab_of()
        self.started_at = lab.clock.now()
        self.delivered = len(lab.calls) + lab.calls_dropped  # by number: a clock may stand still
        if not getattr(self, "on_clock", False):
            self.on_clock = True
            lab.clock.on(lambda after: due(self, after), lambda moment: write(self, lab, moment))

    def waiting(trail, until=None):
        lab = lab_of()
        new = lab.calls[max(0, trail.delivered - lab.calls_dropped) :]
        return (call for call in new if trail_calls.logs(trail, call, until))

    def due(trail, after):
        if not trail.status.is_logging or next(waiting(trail), None) is None:
            return None
        return trail_calls.next_file(after)

    def write(trail, lab, moment):
        import boto3

        trail.delivered_at, by_region, end = moment, {}, len(lab.calls) + lab.calls_dropped
        for call in waiting(trail, moment):
            by_region.setdefault(call.region, []).append(model.event(call))
        for region, records in by_region.items():
            key, body = trail_calls.log_file(trail, region, moment, records)
            boto3.client("s3", region_name=trail.region_name).put_object(
                Bucket=trail.bucket_name, Key=key, Body=body, ContentType="application/json",
                ContentEncoding="gzip",
            )  # fmt: skip
            if trail.cw_log_group_arn:
                group = trail.cw_log_group_arn.split(":")[6]
                stream = f"{trail.account_id}_CloudTrail_{region}"
                lines = [json.dumps(one, separators=(",", ":")) for one in records]
                serving.write_log(trail.account_id, trail.region_name, group, stream, lines)
        trail.delivered = end

    def check_log_group(trail) -> None:
        if not trail.cw_log_group_arn:
            return
        logs = backends.get_backend("logs")[trail.account_id][trail.region_name]
        trail_calls.check_log_group(trail.cw_log_group_arn, trail.cw_role_arn, logs.groups)

    begin_trail, change_trail = Trail.__init__, Trail.update

    @on_trail
    def __init__(self, *args, **kwargs):
        begin_trail(self, *args, **kwargs)
        check_log_group(self)

    @on_trail
    def update(self, *args, **kwargs):
        before = dict(vars(self))
        change_trail(self, *args, **kwargs)
        try:
            self.check_bucket_exists()
            check_log_group(self)
        except Exception:
            vars(self).update(before)
            raise

    stop = Trail.stop_logging

    def stop_logging(self):
        stop(self)
        self.stopped_at = lab_of().clock.now()

    def get_trail_status(self):
        """moto shows the moment of the question as a delivery, and leaves texts empty."""
        name, backend = self._get_param("Name"), self.cloudtrail_backend
        status = backend.get_trail_status(name)
        trail = next(t for t in backend.describe_trails(True) if t.status is status)
        answer = trail_calls.status(trail, status.is_logging)
        return json.dumps(answer)

    Trail.stop_logging = stop_logging
    CloudTrailResponse.get_trail_status = get_trail_status

    def put_insight_selectors(self):
        from dealab.sql.errors import LabLimit

        raise LabLimit(
            "CloudTrail Insights",
            "CloudTrail finds unusual rates of calls and of errors.",
            "Insights events cost extra and need a trail or an event data store.",
        )

    CloudTrailResponse.put_insight_selectors = put_insight_selectors
    Trail.start_logging = start_logging
