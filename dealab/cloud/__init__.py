"""The local AWS: moto in process, with what moto lacks, behind a guard.

    from dealab.cloud import start_aws
    aws = start_aws()
    boto3.client("kinesis").list_streams()

Importing this package puts up the guard (``guard.py``): from then on, this process reaches nothing
but this machine. What is real here, what is a model and what is missing: docs/local-aws.md.
"""

from dealab.cloud import guard, subprocesses
from dealab.cloud.guard import EscapeRefused

guard.install()
subprocesses.install()

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


def zip_handler(source: str, name: str = "handler.py") -> bytes:
    """Return a zip file with ``source`` as its one file ``name``, for ``Code={"ZipFile": ...}``.

    The same source always gives the same bytes. The function's ``Handler`` is then
    ``handler.<function>``, for example ``handler.handler``.
    """
    import io
    import textwrap
    import zipfile

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        entry = zipfile.ZipInfo(name, date_time=(2026, 1, 1, 0, 0, 0))
        entry.external_attr = 0o644 << 16
        archive.writestr(entry, textwrap.dedent(source).lstrip("\n"))
    return packed.getvalue()
