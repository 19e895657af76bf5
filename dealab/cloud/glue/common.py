"""Adding operations to moto's Glue, and what its parts share: errors, logs, events, the clock."""

import contextlib

from dealab.cloud import serving


def answer(functions: dict) -> None:
    """Make moto answer operations: ``{"create_classifier": function(backend, given) -> dict}``."""
    from moto.core.responses import ActionResult
    from moto.glue.responses import GlueResponse

    def method(function):
        def answered(self):
            with in_its_words():
                return ActionResult(function(self.glue_backend, dict(self.parameters)) or {})

        return answered

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


def write_log(backend, group: str, stream: str, text: str) -> None:
    """Put the lines of ``text`` that are not empty into a log stream."""
    lines = [line for line in text.splitlines() if line.strip()]
    if lines:
        serving.write_log(backend.account_id, backend.region_name, group, stream, lines)


def tell(backend, kind: str, detail: dict, source: str = "aws.glue") -> None:
    """Send an event of the service to the default event bus."""
    serving.tell(source, kind, detail, backend.region_name)


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
