"""Rules: patterns, targets, archives and replays as the service has them.

moto delivers to few targets, matches parts of the pattern language, answers TestEventPattern with
nothing, and replays a whole archive whatever the time range. Schedules: ``events_schedules``.
"""

import json
import re


def join(lab_of) -> None:
    from datetime import UTC, datetime

    from moto.events.exceptions import InvalidEventPatternException, ValidationException
    from moto.events.models import (
        EventPattern,
        EventPatternParser,
        EventsBackend,
        Replay,
        ReplayState,
        Rule,
        events_backends,
    )
    from moto.events.responses import EventsHandler

    from dealab.cloud import delivery
    from dealab.models import event_patterns, schedules

    put_rule, put_targets = EventsBackend.put_rule, EventsBackend.put_targets

    def checked_put_rule(self, *args, scheduled_expression=None, **kwargs):
        name = kwargs.get("name") or args[0]
        if not re.fullmatch(r"[\.\-_A-Za-z0-9]{1,64}", name):
            raise ValidationException(
                f"1 validation error detected: Value '{name}' at 'name' failed to satisfy "
                "constraint: Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+"
            )
        if scheduled_expression:
            try:
                schedules.next_times(scheduled_expression, datetime.now(UTC), 1)
            except schedules.ScheduleError as error:
                raise ValidationException("Parameter ScheduleExpression is not valid.") from error
        return put_rule(self, *args, scheduled_expression=scheduled_expression, **kwargs)

    def checked_put_targets(self, name, event_bus_arn, targets):
        for target in targets:
            delivery.check_target(target["Arn"])
            check_input(target)
            service = (target["Arn"].split(":") + [""] * 3)[2]
            by_role = service in delivery.BY_ROLE["events.amazonaws.com"]
            if by_role and not target.get("RoleArn") and lab_of().permissions.enforced:
                raise ValidationException(f"RoleArn is required for target {target['Arn']}.")
        return put_targets(self, name, event_bus_arn, targets)

    def check_input(target: dict) -> None:
        given = [n for n in ("Input", "InputPath", "InputTransformer") if target.get(n) is not None]
        if len(given) > 1:
            raise ValidationException(
                "Only one of Input, InputPath, or InputTransformer must be provided for target "
                f"{target['Id']}."
            )
        try:
            json.loads(target.get("Input") or "{}")
        except ValueError as error:
            raise ValidationException(
                f"JSON syntax error in input for target {target['Id']} : {error}"
            ) from error

    def put_events(self):
        """Only services of AWS send with a source that begins with ``aws.``."""
        entries = self._get_param("Entries")
        own = [one for one in entries if not str(one.get("Source", "")).startswith("aws.")]
        answered = iter(self.events_backend.put_events(entries if len(entries) > 10 else own))
        refused = {
            "ErrorCode": "NotAuthorizedForSourceException",
            "ErrorMessage": "Not authorized for the source.",
        }
        found = [next(answered) if one in own else refused for one in entries]
        return json.dumps(
            {"FailedEntryCount": sum("ErrorCode" in e for e in found), "Entries": found}
        )

    def check(self, pattern) -> None:
        try:
            if pattern:  # a rule with a schedule has none
                event_patterns.check(pattern)
        except event_patterns.PatternError as error:
            raise InvalidEventPatternException(reason=str(error)) from error

    def test_event_pattern(self):
        pattern = EventPatternParser(self._get_param("EventPattern")).parse()
        try:
            event = json.loads(self._get_param("Event"))
        except ValueError as error:
            raise ValidationException("Event is not a valid JSON.") from error
        needed = ("id", "account", "source", "time", "region", "resources", "detail-type")
        missing = [name for name in needed if name not in event]
        if missing:
            raise ValidationException(
                f"Event is not valid. Reason: these fields are mandatory: {', '.join(missing)}"
            )
        return json.dumps({"Result": event_patterns.matches(pattern, event)})

    def replay_events(self, archive) -> None:
        """Send the archived events of the time range to the bus's rules, oldest first."""
        backend = events_backends[self.account_id][self.region]
        rules = backend.describe_event_bus(self.destination["Arn"].split("/")[-1]).rules.values()
        only = self.destination.get("FilterArns")
        for event in sorted(archive.events, key=lambda event: float(event["time"])):
            if float(self.event_start_time) <= float(event["time"]) < float(self.event_end_time):
                for rule in list(rules):
                    if not only or rule.arn in only:
                        rule.send_to_targets({**event, "replay-name": self.name})
        self.state, self.end_time = ReplayState.COMPLETED, lab_of().clock.time()

    EventsBackend.put_rule, EventsBackend.put_targets = checked_put_rule, checked_put_targets
    Rule.send_to_targets = delivery.send_to_targets
    EventPatternParser._validate_event_pattern = check
    EventPattern.matches_event = lambda self, event: event_patterns.matches(self._pattern, event)
    EventsHandler.test_event_pattern = test_event_pattern
    EventsHandler.put_events = put_events
    Replay.replay_events = replay_events
