"""What moto 5.2 lacks or does wrong, joined per service when a service is first used.

One file per service, named as moto names it; each says what moto does without it, has one function
``join(lab_of)`` that patches moto once, and is proved by tests/cloud. ``lab_of()`` returns the
running Lab. Patching waits for the first call to a service because importing all of them would cost
a second at the start.
"""

from importlib import import_module

#: services of moto that have a joint here; what follows "_" is one part of a large service
JOINED = (
    "athena",
    "awslambda",
    "cloudtrail",
    "cloudwatch",
    "config",
    "events",
    "events_schedules",
    "glue",
    "glue_work",
    "iam",
    "kinesis",
    "kms",
    "lakeformation",
    "logs",
    "redshiftdata",
    "s3",
    "s3_policies",
    "scheduler",
    "secretsmanager",
    "sns",
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
    pending = set(JOINED)

    def get_backend(name):
        # CloudFormation makes resources of other services without a call to them.
        for joint in sorted(pending):
            if name in ("cloudformation", joint.partition("_")[0]):
                pending.remove(joint)
                import_module(f"{__name__}.{joint}").join(lab_of)
        return original(name)

    moto.backends.get_backend = get_backend
