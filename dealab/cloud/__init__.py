"""The local AWS: moto in process, with what moto lacks, behind a guard.

    from dealab.cloud import start_aws
    aws = start_aws()
    boto3.client("kinesis").list_streams()

Importing this package puts up the guard (``dealab.guard``): from then on, this process reaches
nothing but this machine. What is real here, what is a model and what is missing:
docs/local-aws.md.
"""

from dealab import guard
from dealab.engines.lambdas import zip_handler
from dealab.guard import EscapeRefused

guard.install()

__all__ = ["EscapeRefused", "start_aws", "zip_handler"]


def start_aws(region: str = "us-east-1", account: str = "111122223333", at=None):
    """Start a fresh, empty AWS in this process and return its ``Lab`` (see ``dealab.cloud.lab``).

    Plain ``boto3.client(...)`` works afterwards, with ``region`` preset. A second call throws away
    everything that the first one held. ``account`` is the twelve-digit account id of all ARNs.
    ``at`` (ISO text or datetime, UTC) makes the lab's clock stand at a moment, so that every run
    shows the same times; without it the clock runs with real time (``dealab.models.clock``).
    """
    from dealab.cloud.lab import start

    return start(region, account, at)
