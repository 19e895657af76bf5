"""What moto 5.2 lacks or does wrong, joined per service when a service is first used.

One file per service, named as moto names it; each says what moto does without it, has one function
``join(lab_of)`` that patches moto once, and is proved by tests/cloud. ``lab_of()`` returns the
running Lab. Patching waits for the first call to a service because importing all of them would cost
a second at the start.
"""

import threading
from importlib import import_module

#: services of moto that have a joint here; what follows "_" is one part of a large service
JOINED = (
    "apigateway",
    "athena",
    "awslambda",
    "cloudformation",
    "cloudtrail",
    "cloudwatch",
    "config",
    "dynamodb",
    "dynamodb_ttl",
    "events",
    "events_schedules",
    "firehose",
    "glue",
    "glue_work",
    "iam",
    "kinesis",
    "kms",
    "lakeformation",
    "logs",
    "pipes",
    "redshiftdata",
    "s3",
    "s3_lifecycle",
    "s3_policies",
    "s3_requests",
    "s3_storing",
    "scheduler",
    "secretsmanager",
    "sns",
    "sns_signature",
    "sqs",
    "ssm",
    "stepfunctions",
    "sts",
)

_installed = False


def install(lab_of) -> None:
    """Hook into moto's look-up of services."""
    global _installed
    if _installed:
        return
    _installed = True
    import moto.backends

    original = moto.backends.get_backend
    pending, joining = set(JOINED), set()
    lock = threading.RLock()  # a second thread waits, so that nobody meets a half-joined service

    def get_backend(name):
        if any(name == joint.partition("_")[0] for joint in tuple(pending)):
            with lock:
                for joint in sorted(pending - joining):  # a joint may look services up, too
                    if name == joint.partition("_")[0]:
                        joining.add(joint)
                        try:
                            import_module(f"{__name__}.{joint}").join(lab_of)
                            pending.remove(joint)  # only now: one that failed fails again
                        finally:
                            joining.remove(joint)
        return original(name)

    moto.backends.get_backend = get_backend
