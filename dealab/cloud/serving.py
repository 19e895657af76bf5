"""Calls of boto3 answered by an object of the lab whose methods have boto3's arguments."""

import datetime
import json


def serve(response, kind: type, made, also=()) -> None:
    """Let the methods of ``kind`` (and those named in ``also``) answer a JSON service of moto.

    ``response`` is moto's class of the service; ``made()`` returns the object to ask. A
    ServiceError becomes the service's own error, with its code.
    """
    from moto.core.exceptions import JsonRESTError

    from dealab.cloud import lab as labs
    from dealab.sql.errors import LabLimit, ServiceError

    def answering(operation: str):
        def answer(self):
            lab = labs.current()
            if self.region != lab.region:
                raise LabLimit(
                    f"{self.service_name} in {self.region}",
                    f"Each Region has its own catalog. The lake of the lab is in {lab.region}.",
                    "The Data Catalog and Athena work per account and Region.",
                )
            given = json.loads(self.body or "{}")
            target = made()
            if hasattr(target, "principal"):
                target.principal = caller()
            try:
                return json.dumps(getattr(target, operation)(**given), default=_plain)
            except ServiceError as problem:
                code = problem.code if problem.code.endswith("Exception") else None
                raise JsonRESTError(code or "ValidationException", problem.message) from problem

        return answer

    for operation in {name for name in vars(kind) if not name.startswith("_")} | set(also):
        if callable(getattr(kind, operation, None)) or operation in also:
            setattr(response, operation, answering(operation))


def caller() -> str | None:
    """Return the ARN of the role or user that calls, or None for an administrator of the lab."""
    from dealab.cloud import permissions

    who = permissions.caller()
    return None if who is None or who.admin else who.principal.arn


def tell(source: str, kind: str, detail: dict, region: str = "") -> None:
    """Put an event of a service on the default bus, as the service does by itself."""
    from dealab.cloud import delivery
    from dealab.cloud.lab import current

    entry = {"Source": source, "DetailType": kind, "Detail": json.dumps(detail)}
    delivery.put_event(entry, region or current().region)


def write_log(account: str, region: str, group: str, stream: str, lines) -> None:
    """Put lines into a log stream; the group and the stream are made when they aren't there."""
    from moto.backends import get_backend

    from dealab.cloud.lab import current

    logs = get_backend("logs")[account][region]  # with its joint, before the first event
    logs.ensure_log_group(group)
    if stream not in logs.groups[group].streams:
        logs.create_log_stream(group, stream)
    at = int(current().clock.time() * 1000)
    logs.put_log_events(group, stream, [{"timestamp": at, "message": line} for line in lines])


def has_bucket(name: str) -> bool:
    """Tell whether a bucket exists in the lab's S3."""
    from moto import backends

    from dealab.cloud.lab import current

    return name in backends.get_backend("s3")[current().account]["aws"].buckets


def _plain(value):
    """Times travel as seconds since 1970."""
    if isinstance(value, datetime.datetime):
        moment = value if value.tzinfo else value.replace(tzinfo=datetime.UTC)
        return moment.timestamp()
    raise TypeError(f"{value!r} cannot be sent")
