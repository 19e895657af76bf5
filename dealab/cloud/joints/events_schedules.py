"""Rules with a schedule fire as the lab's clock moves; moto never fires them.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html (checked
2026-11-23): a rate counts from the moment the rule was made; cron is in UTC.
"""

import copy
from datetime import timedelta


def join(lab_of) -> None:
    from moto.events.models import EventPattern, EventsBackend
    from moto.moto_api._internal import mock_random

    from dealab.models import schedules

    put_rule = EventsBackend.put_rule

    def every(backend):
        return [rule for bus in backend.event_buses.values() for rule in bus.rules.values()]

    def scheduled(backend):
        return [rule for rule in every(backend) if rule.scheduled_expression]

    def next_of(rule, after):
        return schedules.next_after(rule.scheduled_expression, after, rule.anchor)

    def due(backend, after):
        on = [rule for rule in scheduled(backend) if rule.state == "ENABLED"]
        times = [next_of(rule, after) for rule in on]
        return min((time for time in times if time), default=None)

    def fire(backend, moment):
        for rule in scheduled(backend):
            just_before = moment - timedelta(microseconds=1)
            if rule.state == "ENABLED" and next_of(rule, just_before) == moment:
                event = {
                    "version": "0",
                    "id": str(mock_random.uuid4()),
                    "detail-type": "Scheduled Event",
                    "source": "aws.events",
                    "account": rule.account_id,
                    "time": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
                    "region": rule.region_name,
                    "resources": [rule.arn],
                    "detail": {},
                }
                once = copy.copy(rule)  # the same targets, and no pattern that could stop it
                once.scheduled_expression, once.event_pattern = None, EventPattern.load(None)
                once.send_to_targets(event)

    def put_scheduled_rule(self, *args, **kwargs):
        kept = {rule.arn: rule for rule in scheduled(self)}
        answer, lab = put_rule(self, *args, **kwargs), lab_of()
        for rule in every(self):
            if not hasattr(rule, "anchor"):
                old = kept.get(rule.arn)
                same = old and old.scheduled_expression == rule.scheduled_expression
                rule.anchor = old.anchor if same else lab.clock.now()
        if scheduled(self) and getattr(self, "on_clock", None) is not lab:
            self.on_clock = lab
            lab.clock.on(lambda after: due(self, after), lambda moment: fire(self, moment))
        return answer

    EventsBackend.put_rule = put_scheduled_rule
