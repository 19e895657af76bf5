"""Targets that moto does not deliver to (``delivery.send_to_targets``); schedules are read."""


def join(lab_of) -> None:
    from datetime import UTC, datetime

    from moto.events.exceptions import ValidationException
    from moto.events.models import EventsBackend, Rule

    from dealab.cloud import delivery
    from dealab.models import schedules

    put_rule = EventsBackend.put_rule

    def checked_put_rule(self, *args, scheduled_expression=None, **kwargs):
        if scheduled_expression:
            try:
                schedules.next_times(scheduled_expression, datetime.now(UTC), 1)
            except schedules.ScheduleError as error:
                raise ValidationException("Parameter ScheduleExpression is not valid.") from error
        return put_rule(self, *args, scheduled_expression=scheduled_expression, **kwargs)

    EventsBackend.put_rule = checked_put_rule
    Rule.send_to_targets = delivery.send_to_targets
