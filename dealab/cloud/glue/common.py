"""Adding operations to moto's Glue, and what its parts share: errors, logs, events, the clock."""

import contextlib


def answer(functions: dict) -> None:
    """Make moto answer operations: ``{"create_classifier": function(backend, given) -> dict}``."""
    from moto.core.responses import ActionResult
    from moto.glue.responses import GlueResponse

    def method(function):
        return lambda self: ActionResult(function(self.glue_backend, dict(self.parameters)) or {})

    for name, function in functions.items():
        setattr(GlueResponse, name, method(function))


def kept(backend, kind: str) -> dict:
    """Return what the lab keeps with a Glue backend; gone with it when the lab stops."""
    return backend.__dict__.setdefault("lab_keeps", {}).setdefault(kind, {})


def refuse(code: str, message: str) -> Exception:
    """Return the service's error, to be raised."""
    from moto.glue.exceptions import GlueClientError

    return GlueClientError(code, message)


@contextlib.contextmanager
def in_its_words():
    """Raise what a model refuses (``dealab.models.refusals``) as the service's error."""
    from dealab.models.refusals import Refused

    try:
        yield
    except Refused as error:
        raise refuse(error.code, str(error)) from error


def now():
    """Return the lab's time, in UTC."""
    from dealab.cloud.lab import current

    return current().clock.now()


def acting(role: str, session: str):
    """Return a context manager in which boto3 calls are those of a job's or crawler's role."""
    from dealab.cloud.lab import current

    lab = current()
    if not role:
        return contextlib.nullcontext()
    arn = role if role.startswith("arn:") else f"arn:aws:iam::{lab.account}:role/{role}"
    return lab.acting_as(arn, "glue.amazonaws.com", session)


def _backend(backend, service: str):
    """Return moto's backend of another service, with its joint in place."""
    import moto.backends

    return moto.backends.get_backend(service)[backend.account_id][backend.region_name]


def write_log(backend, group: str, stream: str, text: str) -> None:
    """Put the lines of ``text`` into a log stream, which is made when it isn't there."""
    logs = _backend(backend, "logs")
    logs.ensure_log_group(group)
    if stream not in logs.groups[group].streams:
        logs.create_log_stream(group, stream)
    at = int(now().timestamp() * 1000)
    lines = [{"timestamp": at, "message": line} for line in text.splitlines() if line.strip()]
    if lines:
        logs.put_log_events(group, stream, lines)


def tell(backend, kind: str, detail: dict, source: str = "aws.glue") -> None:
    """Send an event of the service to the default event bus."""
    from moto.moto_api._internal import mock_random

    bus = _backend(backend, "events").describe_event_bus("default")
    event = {
        "version": "0",
        "id": str(mock_random.uuid4()),
        "detail-type": kind,
        "source": source,
        "account": backend.account_id,
        "time": now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": backend.region_name,
        "resources": [],
        "detail": detail,
    }
    for rule in list(bus.rules.values()):
        rule.send_to_targets(event)


def on_schedule(backend, name: str, expression_of, happen) -> None:
    """Let ``happen()`` run whenever ``expression_of()`` (None: not now) is due on the clock."""
    from dealab.cloud.lab import current
    from dealab.models.schedules import next_times

    def due(after):
        expression = expression_of()
        return next(iter(next_times(expression, after, 1)), None) if expression else None

    if name not in kept(backend, "scheduled"):
        kept(backend, "scheduled")[name] = True
        current().clock.on(due, lambda moment: happen())


def check_schedule(expression: str) -> None:
    """Refuse what is no cron expression; Glue takes no other kind."""
    from dealab.models.schedules import ScheduleError, next_times

    try:
        if not expression.startswith("cron("):
            raise ScheduleError("only cron")
        next_times(expression, now(), 1)
    except ScheduleError as error:
        raise refuse(
            "ValidationException", f"Schedule expression is invalid: {expression}"
        ) from error
