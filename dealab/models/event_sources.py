"""Event source mappings: batches, checkpoints, windows, filters, and the documents Lambda gets.

The rules of Lambda reading from Kinesis, DynamoDB streams and SQS, without any service.

Sources, all below https://docs.aws.amazon.com/lambda/latest/dg/ (checked 2026-11-23: those on
Kinesis; not: those on SQS and filters):
with-kinesis.html, services-kinesis-batchfailurereporting.html, kinesis-on-failure-destination.html,
services-kinesis-windows.html, with-sqs.html, services-sqs-errorhandling.html,
invocation-eventfiltering.html.

Left out: the limit of 6 MB for the event, the wait between retries, and pollers that scale.
"""

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

STATE_BYTES = 1024 * 1024  # of a tumbling window, for each shard


@dataclass
class Position:
    """How far a mapping has read one lane of a shard.

    ``checkpoint``: the last sequence number that is done. ``until``: ends of batches that were
    split or partly done, innermost last. ``attempts``: failed tries of the batch at the head.
    ``window``: start of the open tumbling window (epoch seconds) or None, ``state`` its state.
    ``polled``: when the clock last had this lane read (epoch seconds).
    """

    checkpoint: int
    until: list[int] = field(default_factory=list)
    attempts: int = 0
    window: float | None = None
    state: dict = field(default_factory=dict)
    polled: float = 0.0

    def done(self, sequence_number: int) -> None:
        self.checkpoint, self.attempts = sequence_number, 0
        while self.until and self.until[-1] <= sequence_number:
            self.until.pop()


@dataclass
class Shard:
    """One shard of a stream: its records by sequence number, oldest first."""

    id: str
    parents: tuple
    records: list  # of (sequence number, record as Lambda sees it, arrival in epoch seconds)

    @property
    def name(self) -> str:
        """The shard's id, also of one of its lanes."""
        return self.id.split("/")[0]

    def lanes(self, factor: int) -> list["Shard"]:
        """Split by partition key into ``factor`` lanes that are read independently, in order."""
        if factor <= 1:
            return [self]
        parts: list[list] = [[] for _ in range(factor)]
        for entry in self.records:
            digest = hashlib.md5(partition_key(entry[1]).encode(), usedforsecurity=False).digest()
            parts[int.from_bytes(digest[:4], "big") % factor].append(entry)
        return [
            Shard(f"{self.id}/{number} of {factor}", self.parents, part)
            for number, part in enumerate(parts)
        ]


@dataclass
class Settings:
    """A stream's mapping. ``age`` and ``retries`` are None for no limit.

    ``invoke(event)`` runs the function and returns its run (``error``, ``result``);
    ``passes(record)`` is the filter; ``tell(document, run, condition, attempts)`` reports a batch
    that was given up; ``count(**counts)`` takes the counts of events; ``now()`` is in epoch
    seconds.
    """

    arn: str
    size: int
    window: int
    wait: int
    age: int | None
    retries: int | None
    bisect: bool
    reports: bool
    invoke: Callable
    passes: Callable
    tell: Callable
    count: Callable
    now: Callable


FAILED = "PROBLEM: Function call failed"

# https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
RANGES = {
    "BatchSize": (1, 10000),
    "MaximumBatchingWindowInSeconds": (0, 300),
    "MaximumRecordAgeInSeconds": (-1, 604800),
    "MaximumRetryAttempts": (-1, 10000),
    "ParallelizationFactor": (1, 10),
    "TumblingWindowInSeconds": (0, 900),
}
STREAMS_ONLY = (
    "BisectBatchOnFunctionError",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
    "ParallelizationFactor",
    "StartingPosition",
    "StartingPositionTimestamp",
    "TumblingWindowInSeconds",
)


def settings_refused(service: str, spec: dict) -> str | None:
    """Say why the service refuses the settings of a mapping (the API's JSON), or None."""
    for name, (least, most) in RANGES.items():
        value = spec.get(name)
        if value is not None and not least <= value <= most:
            bound = f"less than or equal to {most}"
            bound = bound if value > most else f"greater than or equal to {least}"
            return (
                f"1 validation error detected: Value '{value}' at '{name[0].lower() + name[1:]}' "
                f"failed to satisfy constraint: Member must have value {bound}"
            )
    if 0 <= (spec.get("MaximumRecordAgeInSeconds") or -1) < 60:
        return "Invalid MaximumRecordAgeInSeconds: it must be -1 or from 60 to 604800."
    foreign = STREAMS_ONLY if service == "sqs" else ("ScalingConfig",)
    if names := [name for name in foreign if spec.get(name)]:
        return (
            f"Unsupported parameter for the event source type {service.upper()}: {', '.join(names)}"
        )
    size, window = spec.get("BatchSize") or 0, spec.get("MaximumBatchingWindowInSeconds") or 0
    if service == "sqs" and spec["EventSourceArn"].endswith(".fifo"):
        if window:
            return "Batching window is not supported for FIFO queues."
        return f"BatchSize {size} exceeds the max of 10 for FIFO queues." if size > 10 else None
    if service == "sqs" and size > 10 and window < 1:
        return (
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is "
            "greater than 10"
        )
    return None


def read(settings: Settings, shard: Shard, position: Position) -> str | None:
    """Invoke for batch after batch; stop at the first failure that is to be tried again.

    Returns the mapping's LastProcessingResult, or None when nothing was processed.
    """
    result, window = None, settings.window
    while True:
        now = settings.now()
        _drop_old(settings, shard, position, now)
        batch = next_batch(shard, position, settings.size, window, settings.wait, now)
        head = window_start(batch[0][2], window) if window and batch else None
        ended = position.window is not None and (
            now >= position.window + window if head is None else head > position.window
        )
        if ended and not _close(settings, shard, position):
            return FAILED
        if not batch:
            return result
        if head is not None and position.window is None:
            position.window, position.state = head, {}
        result, go_on = _hand_over(settings, shard, position, batch)
        if not go_on:
            return result


def _drop_old(settings: Settings, shard: Shard, position: Position, now: float) -> None:
    if settings.age is None:
        return
    unread = [entry for entry in shard.records if entry[0] > position.checkpoint]
    if old := [entry for entry in unread if now - entry[2] > settings.age]:
        _give_up(settings, shard, old, None, "RecordAgeExceeded", position.attempts)
        position.done(old[-1][0])


def _close(settings: Settings, shard: Shard, position: Position, early: bool = False) -> bool:
    """Invoke for the end of a tumbling window. False when that failed: the shard waits."""
    event = window_event(
        [], position, shard.name, settings.arn, settings.window, final=True, early=early
    )
    if settings.invoke(event).error:
        return False
    position.state = {}
    if not early:
        position.window = None
    return True


def _hand_over(settings: Settings, shard: Shard, position: Position, batch: list):
    """Invoke for one batch: (result, whether the next batch may follow)."""
    wanted = [entry for entry in batch if settings.passes(entry[1])]
    settings.count(PolledEventCount=len(batch), FilteredOutEventCount=len(batch) - len(wanted))
    if not wanted:
        position.done(batch[-1][0])
        return "OK", True
    records, numbers = [entry[1] for entry in wanted], [str(entry[0]) for entry in wanted]
    event = {"Records": records}
    if settings.window:
        event = window_event(records, position, shard.name, settings.arn, settings.window)
    run = settings.invoke(event)
    failed = failed_items(run, numbers, settings.reports, bool(settings.window))
    state = run.result.get("state") if isinstance(run.result, dict) else None
    if settings.window and len(failed) < len(numbers) and isinstance(state, dict):
        position.state = state
    settings.count(InvokedEventCount=len(wanted), FailedInvokeEventCount=len(failed))
    if failed:
        return FAILED, _after_failure(settings, shard, position, batch, failed, run)
    position.done(batch[-1][0])
    too_large = settings.window and len(json.dumps(position.state)) > STATE_BYTES
    return "OK", not too_large or _close(settings, shard, position, early=True)


def _after_failure(settings, shard, position: Position, batch: list, failed: list, run) -> bool:
    """Split, wait for a retry, or give up; True when the batch is done with."""
    first = min(int(number) for number in failed)
    if not position.until:
        position.until.append(batch[-1][0])
    # Everything before the first failure is done and is not delivered again.
    position.checkpoint = max([position.checkpoint] + [n for n, _, _ in batch if n < first])
    rest = [entry for entry in batch if entry[0] >= first]
    if settings.bisect and len(rest) > 1 and len(rest) == len(batch):
        position.until.append(rest[(len(rest) - 1) // 2][0])  # not counted as a retry
        return False
    position.attempts += 1
    if settings.retries is None or position.attempts <= settings.retries:
        return False
    _give_up(settings, shard, rest, run, "RetryAttemptsExhausted", position.attempts)
    position.done(rest[-1][0])
    return True


def _give_up(settings: Settings, shard: Shard, entries: list, run, condition, attempts) -> None:
    """Tell which records were given up: where they are, not what."""
    settings.count(DroppedEventCount=len(entries))
    settings.tell(lost_batch(settings.arn, shard.name, entries), run, condition, attempts)


def partition_key(record: dict) -> str:
    """What a record's order is kept by: the partition key, or the keys of the changed item."""
    if "kinesis" in record:
        return record["kinesis"]["partitionKey"]
    return json.dumps(record["dynamodb"]["Keys"], sort_keys=True)


def next_batch(shard: Shard, position: Position, size: int, window: int, wait: float, now: float):
    """Return the records of the next invocation, or [].

    ``size``: records at most. ``window``: length of tumbling windows or 0; a batch stays within
    one. ``wait``: seconds to gather a batch that is not full, counted from its first record's
    arrival; until then it is [].
    """
    batch = [entry for entry in shard.records if entry[0] > position.checkpoint]
    if position.until:
        return [entry for entry in batch if entry[0] <= position.until[-1]]
    if window and batch:
        start = window_start(batch[0][2], window)
        inside = [entry for entry in batch if window_start(entry[2], window) == start]
        closed = len(inside) < len(batch)
        batch = inside
    else:
        closed = False
    if len(batch) >= size or closed or not batch or now >= batch[0][2] + wait:
        return batch[:size]
    return []


def window_start(arrival: float, length: int) -> float:
    """Start of the tumbling window that holds a moment (epoch seconds): windows have no gaps."""
    return arrival // length * length


def window_event(records: list, position: Position, shard_id: str, arn: str, length: int, **flags):
    """The event of an invocation for a tumbling window."""
    return {
        "Records": records,
        "window": {
            "start": _second(position.window),
            "end": _second(position.window + length),
        },
        "state": position.state,
        "shardId": shard_id,
        "eventSourceARN": arn,
        "isFinalInvokeForWindow": flags.get("final", False),
        "isWindowTerminatedEarly": flags.get("early", False),
    }


def failed_items(run, identifiers: list[str], reports: bool, has_state: bool = False) -> list[str]:
    """Which of ``identifiers`` failed, by the rules of ReportBatchItemFailures.

    ``run`` has ``error`` and ``result``. An error fails all. A function that does not report
    (``reports``) fails none, whatever it returns. A malformed answer or an unknown identifier
    fails all, and so does, for a tumbling window (``has_state``), an answer without a state.
    """
    if run.error:
        return identifiers
    if has_state and not (
        isinstance(run.result, dict) and isinstance(run.result.get("state"), dict)
    ):
        return identifiers
    if not reports or not run.result:
        return []
    try:
        items = run.result.get("batchItemFailures") or []
        named = {str(item["itemIdentifier"]) for item in items}
    except (AttributeError, TypeError, KeyError):
        return identifiers
    return sorted(named) if named <= set(identifiers) else identifiers


def lost_batch(arn: str, shard_id: str, entries: list) -> dict:
    """What the on-failure destination is told: where the given-up records are."""
    kind = "KinesisBatchInfo" if ":kinesis:" in arn else "DDBStreamBatchInfo"
    info = {
        "shardId": shard_id,
        "startSequenceNumber": str(entries[0][0]),
        "endSequenceNumber": str(entries[-1][0]),
        "approximateArrivalOfFirstRecord": iso(entries[0][2]),
        "approximateArrivalOfLastRecord": iso(entries[-1][2]),
        "batchSize": len(entries),
        "streamArn": arn,
    }
    return {kind: info}


def kinesis_record(arn: str, account: str, shard_id: str, number, key, data: str, arrival: float):
    """A Kinesis record as Lambda gets it; ``data`` is base64 text."""
    return {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": key,
            "sequenceNumber": str(number),
            "data": data,
            "approximateArrivalTimestamp": round(arrival, 3),
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"{shard_id}:{number}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": f"arn:aws:iam::{account}:role/lambda",
        "awsRegion": arn.split(":")[3],
        "eventSourceARN": arn,
    }


def sqs_record(arn: str, message: dict) -> dict:
    """A received SQS message (boto3's form) as Lambda gets it."""
    attributes = {}
    for name, value in message.get("MessageAttributes", {}).items():
        attributes[name] = {
            "stringListValues": [],
            "binaryListValues": [],
            "dataType": value["DataType"],
        }
        if "StringValue" in value:
            attributes[name]["stringValue"] = value["StringValue"]
        if "BinaryValue" in value:
            binary = base64.b64encode(value["BinaryValue"]).decode("ascii")
            attributes[name]["binaryValue"] = binary
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": attributes,
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": arn.split(":")[3],
    }


def filter_view(record: dict, pattern: dict) -> dict:
    """The record as filters see it: payload decoded, and as JSON where the pattern goes into it."""
    if record["eventSource"] == "aws:kinesis":
        payload = base64.b64decode(record["kinesis"]["data"]).decode("utf-8", "replace")
        return {**record["kinesis"], "data": _payload(payload, pattern.get("data"))}
    if record["eventSource"] == "aws:sqs":
        return {**record, "body": _payload(record["body"], pattern.get("body"))}
    return record


def _payload(text: str, pattern) -> object:
    if not isinstance(pattern, dict):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def iso(epoch: float) -> str:
    """ISO text with milliseconds of a moment in epoch seconds."""
    moment = datetime.fromtimestamp(epoch, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def _second(epoch: float) -> str:
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
