"""EventBridge Scheduler invokes its targets as the lab's clock moves; moto only keeps schedules.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
(the first checked 2026-11-23, the other not). A rate without a start date fires at once and then
every period. A flexible window is kept and the lab fires at its begin. A target that refuses is
not tried again: what it was to get goes to the dead-letter queue, if there is one.
"""

import contextlib
import json
from datetime import UTC, datetime, timedelta


def join(lab_of) -> None:
    from moto.core.exceptions import JsonRESTError
    from moto.scheduler.exceptions import ValidationException
    from moto.scheduler.models import EventBridgeSchedulerBackend, Schedule

    from dealab.models import scheduled, schedules

    create, update = EventBridgeSchedulerBackend.create_schedule, Schedule.update

    def check(expression, timezone, target, window):
        now = lab_of().clock.now()
        if refused := scheduled.refused(expression, timezone, target, window, now):
            raise ValidationException(refused)

    def next_of(schedule, after):
        if schedule.state != "ENABLED":
            return None
        begin, end = _date(schedule.start_date), _date(schedule.end_date)
        return schedules.next_after(
            schedule.schedule_expression, after, begin or schedule.anchor,
            schedule.schedule_expression_timezone, begin, end,
        )  # fmt: skip

    def every(backend):
        groups = list(backend.schedule_groups.values())
        return [(group, one) for group in groups for one in list(group.schedules.values())]

    def due(backend, after):
        times = [next_of(schedule, after) for _, schedule in every(backend)]
        return min((time for time in times if time), default=None)

    def fire(backend, moment):
        for group, schedule in every(backend):
            if next_of(schedule, moment - timedelta(microseconds=1)) == moment:
                _invoke(backend, schedule, moment)
                last = next_of(schedule, moment) is None
                if last and schedule.action_after_completion == "DELETE":
                    group.schedules.pop(schedule.name, None)

    def check_asked(asked):
        check(
            asked["schedule_expression"], asked["schedule_expression_timezone"], asked["target"],
            asked["flexible_time_window"],
        )  # fmt: skip

    def create_schedule(self, **asked):
        self.get_schedule_group(asked["group_name"])  # refuses one that is not there
        check_asked(asked)
        schedule, lab = create(self, **asked), lab_of()
        schedule.anchor = lab.clock.now()
        if getattr(self, "on_clock", None) is not lab:
            self.on_clock = lab
            lab.clock.on(lambda after: due(self, after), lambda moment: fire(self, moment))
        rate = schedule.schedule_expression.startswith("rate")
        if rate and schedule.state == "ENABLED" and not schedule.start_date:
            _invoke(self, schedule, schedule.anchor)
        return schedule

    def update_schedule(self, **asked):
        check_asked(asked)
        asked["state"] = asked["state"] or "ENABLED"  # what is left out goes back to its default
        self.anchor = lab_of().clock.now()
        return update(self, **asked)

    make_group = EventBridgeSchedulerBackend.create_schedule_group
    drop = EventBridgeSchedulerBackend.delete_schedule_group

    def create_schedule_group(self, name, tags):
        if name in self.schedule_groups:
            raise JsonRESTError("ConflictException", f"Schedule group {name} already exists.")
        return make_group(self, name, tags)

    def delete_schedule_group(self, name):
        self.get_schedule_group(name)
        if name == "default":
            raise ValidationException("The default schedule group cannot be deleted.")
        return drop(self, name)

    EventBridgeSchedulerBackend.create_schedule_group = create_schedule_group
    EventBridgeSchedulerBackend.delete_schedule_group = delete_schedule_group
    EventBridgeSchedulerBackend.create_schedule = create_schedule
    Schedule.update = update_schedule


def _date(value) -> datetime | None:
    return None if value is None else datetime.fromtimestamp(float(value), UTC)


def _invoke(backend, schedule, moment: datetime) -> None:
    import boto3
    from botocore import xform_name
    from botocore.exceptions import BotoCoreError, ClientError
    from moto.moto_api._internal import mock_random

    from dealab.cloud import delivery
    from dealab.cloud.lab import current
    from dealab.models import scheduled

    permissions = current().permissions

    def role():
        return permissions.acting_as(
            schedule.target["RoleArn"], "scheduler.amazonaws.com", schedule.name
        )

    target, execution = schedule.target, str(mock_random.uuid4())
    where = backend.account_id, backend.region_name
    text = scheduled.text(target, schedule.arn, moment, execution, *where)
    service, resource = target["Arn"].split(":")[2], target["Arn"].split(":", 5)[5]
    try:
        if service == "scheduler":  # arn:aws:scheduler:::aws-sdk:SERVICE:OPERATION
            _, called, operation = resource.split(":")
            client = boto3.client({"sfn": "stepfunctions"}.get(called, called))
            with role() if permissions.enforced else contextlib.nullcontext():
                getattr(client, xform_name(operation))(**json.loads(text))
        elif service == "events":
            more = target.get("EventBridgeParameters", {})
            entry = {"Source": more.get("Source"), "DetailType": more.get("DetailType")}
            entry |= {"Detail": text, "EventBusName": target["Arn"]}
            bus = boto3.client("events", region_name=backend.region_name)
            with role() if permissions.enforced else contextlib.nullcontext():
                bus.put_events(Entries=[entry])
        else:
            delivery.deliver(
                target["Arn"], text, source=schedule.arn,
                group=target.get("SqsParameters", {}).get("MessageGroupId"),
                key=target.get("KinesisParameters", {}).get("PartitionKey", "0"),
                role=target.get("RoleArn"), strict=True,
            )  # fmt: skip
    except (ClientError, BotoCoreError, delivery.NotAllowed) as error:
        queue = target.get("DeadLetterConfig", {}).get("Arn")
        if queue:
            attributes = scheduled.letter(error, target["Arn"], schedule.arn, moment)
            delivery.deliver(queue, text, attributes=attributes)
