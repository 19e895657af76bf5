"""Kinesis: iterators, and what its calls refuse.

Sources, below https://docs.aws.amazon.com/kinesis/latest/APIReference/ (not checked):
API_GetRecords.html, API_GetShardIterator.html, API_ListShards.html, API_UpdateShardCount.html.
"""

import base64
from datetime import UTC, datetime

from dealab.models.refusals import Refused
from dealab.sql.errors import LabLimit

ITERATOR_SECONDS = 300
RECORD_BYTES = 1024 * 1024  # of data and key; a stream can be set to take more
LIMIT = 10_000  # records of one GetRecords


def compose(stream: str, shard: str, last, made: float) -> str:
    """Return an iterator that starts after a sequence number; ``made``: now, in epoch seconds."""
    return base64.b64encode(f"{stream}:{shard}:{last}:{made}".encode()).decode()


def decompose(iterator: str) -> tuple[str, str, str, float]:
    """Return (stream, shard, last sequence number, when it was made). Raises Refused."""
    try:
        stream, shard, last, made = base64.b64decode(iterator, validate=True).decode().split(":", 3)
        int(last)
        return stream, shard, last, float(made)
    except ValueError as error:
        raise _invalid("Invalid ShardIterator.") from error


def check_iterator_use(made: float, now: float, limit: int | None) -> None:
    """Check GetRecords: an iterator ends five minutes after it was made."""
    if limit is not None and not 1 <= limit <= LIMIT:
        raise Refused(
            "ValidationException",
            f"1 validation error detected: Value '{limit}' at 'limit' failed to satisfy "
            f"constraint: Member must have value less than or equal to {LIMIT}",
        )
    if now - made > ITERATOR_SECONDS:
        raise Refused(
            "ExpiredIteratorException",
            f"Iterator expired. The iterator was created at time {_moment(made)} while right now "
            f"it is {_moment(now)} which is further in the future than the tolerated delay of "
            f"{ITERATOR_SECONDS * 1000} milliseconds.",
        )


def check_iterator(kind: str, number, at) -> None:
    """Check GetShardIterator: what each type of iterator needs."""
    numbered = kind in ("AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER")
    if numbered and not str(number or "").isdigit():
        raise _invalid(
            f"Must specify a StartingSequenceNumber, a number, for iterator type {kind}."
        )
    if kind == "AT_TIMESTAMP" and at is None:
        raise _invalid("Must specify a Timestamp for iterator type AT_TIMESTAMP.")


def check_record(data: str, partition_key: str) -> None:
    """Check PutRecord; ``data`` is base64."""
    if len(base64.b64decode(data)) + len(partition_key.encode()) > RECORD_BYTES:
        raise Refused(
            "ValidationException",
            "1 validation error detected: Value at 'data' failed to satisfy constraint: Member "
            f"must have length less than or equal to {RECORD_BYTES}",
        )


def check_scaling(count: int, target: int) -> None:
    """Check UpdateShardCount: at most double, at least half."""
    up = target > 2 * count
    if up or 2 * target < count:
        raise _invalid(
            f"UpdateShardCount cannot scale {'up over double' if up else 'down below half'} your "
            f"current open shard count. Current open shard count: {count} Target shard count: "
            f"{target}"
        )


def check_delete(stream: str, account: str, consumers, enforce: bool) -> None:
    """Check DeleteStream: registered consumers keep a stream."""
    if consumers and not enforce:
        raise Refused(
            "ResourceInUseException",
            f"Stream {stream} under account {account} has registered consumers; set "
            "EnforceConsumerDeletion to delete it with them.",
        )


def filtered(shards, wanted: dict) -> list:
    """Return the shards that a ShardFilter leaves (``shard_id is_open``), in order."""
    kind, every = wanted.get("Type"), sorted(shards, key=lambda shard: shard.shard_id)
    if kind == "AT_LATEST":
        return [shard for shard in every if shard.is_open]
    if kind == "AFTER_SHARD_ID":
        return [shard for shard in every if shard.shard_id > wanted["ShardId"]]
    if kind not in (None, "FROM_TRIM_HORIZON"):
        raise LabLimit(
            f"the shard filter {kind}",
            "Kinesis lists the shards that were open at that time.",
            "A split or a merge leaves closed shards, which are read until their records expire.",
        )
    return every


def _invalid(message: str) -> Refused:
    return Refused("InvalidArgumentException", message)


def _moment(epoch: float) -> str:
    return f"{datetime.fromtimestamp(epoch, UTC):%a %b %d %H:%M:%S UTC %Y}"
