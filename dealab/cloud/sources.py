"""Event source mappings: Lambda reading from Kinesis, DynamoDB streams and SQS.

The rules, from the Lambda Developer Guide (checked 2026-11-23):
https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html

Not here: time (batching windows, tumbling windows, record age, back-off between retries) and
parallelism; ParallelizationFactor is kept and changes nothing.
"""

import base64
import datetime
import json
import warnings
from dataclasses import dataclass, field

import boto3


@dataclass
class Position:
    """How far a mapping has read one shard.

    ``checkpoint``: the last sequence number that is done. ``until``: ends of batches that were
    split or partly done, innermost last. ``attempts``: failed tries of the batch at the head.
    """

    checkpoint: int
    until: list[int] = field(default_factory=list)
    attempts: int = 0

    def done(self, sequence_number: int) -> None:
        self.checkpoint, self.attempts = sequence_number, 0
        while self.until and self.until[-1] <= sequence_number:
            self.until.pop()


@dataclass
class Shard:
    """One shard of a Kinesis or DynamoDB stream: its records by sequence number, oldest first."""

    id: str
    parents: tuple
    records: list  # of (sequence number, record as Lambda sees it, arrival in epoch seconds)


def validate(backend, spec: dict) -> None:
    """Refuse what the service refuses and moto lets through. Raises the service's error."""
    from moto.awslambda.exceptions import InvalidParameterValueException

    service = (spec.get("EventSourceArn") or ":::").split(":")[2]
    size, window = spec.get("BatchSize") or 0, spec.get("MaximumBatchingWindowInSeconds") or 0
    if service in ("kinesis", "dynamodb") and not spec.get("StartingPosition"):
        raise InvalidParameterValueException(
            "1 validation error detected: Value null at 'startingPosition' failed to satisfy "
            "constraint: Member must not be null."
        )
    if service != "sqs":
        return
    if size > 10 and window < 1 and not spec["EventSourceArn"].endswith(".fifo"):
        raise InvalidParameterValueException(
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is "
            "greater than 10"
        )
    from moto.sqs.models import sqs_backends

    function = backend.get_function(spec["FunctionName"])
    for queue in sqs_backends[backend.account_id][backend.region_name].queues.values():
        wait = int(queue.visibility_timeout)
        if queue.queue_arn == spec["EventSourceArn"] and wait < int(function.timeout):
            raise InvalidParameterValueException(
                f"Queue visibility timeout: {wait} seconds is less than Function timeout: "
                f"{function.timeout} seconds"
            )


def starting_positions(mapping) -> dict[str, Position]:
    """Where a new mapping starts in the shards that exist now; later shards start at their head."""
    if "sqs" in mapping.event_source_arn.split(":")[2]:
        return {}
    shards = _shards(mapping)
    if mapping.starting_position == "LATEST":
        return {
            shard.id: Position(shard.records[-1][0] if shard.records else 0) for shard in shards
        }
    if mapping.starting_position == "AT_TIMESTAMP":
        since = _epoch(mapping.starting_position_timestamp)
        older = {shard.id: [r[0] for r in shard.records if r[2] < since] for shard in shards}
        return {name: Position(max(numbers, default=0)) for name, numbers in older.items()}
    return {}


def poll_all(lab) -> int:
    """Poll each enabled mapping of all Regions once; return how many invocations that made."""
    from moto.awslambda.models import lambda_backends

    before = len(lab.invocations)
    for backend in list(lambda_backends[lab.account].values()):
        for mapping in list(backend._event_source_mappings.values()):
            if not mapping.enabled:
                continue
            function = backend.get_function(mapping.function_arn)
            if mapping.event_source_arn.split(":")[2] == "sqs":
                _poll_queue(lab, mapping, function)
            else:
                _poll_stream(lab, mapping, function)
    return len(lab.invocations) - before


# Streams


def _shards(mapping) -> list[Shard]:
    _, _, service, region, account, resource = mapping.event_source_arn.split(":", 5)
    name = resource.split("/")[1]
    if service == "kinesis":
        from moto.kinesis.models import kinesis_backends

        stream = kinesis_backends[account][region].streams[name]
        return [
            Shard(
                shard.shard_id,
                (shard.parent, shard.adjacent_parent),
                [
                    (number, _kinesis_record(mapping, shard, record), record.created_at)
                    for number, record in shard.records.items()
                ],
            )
            for shard in stream.shards.values()
        ]
    from moto.dynamodb.models import dynamodb_backends

    shard = dynamodb_backends[account][region].get_table(name).stream_shard
    return [
        Shard(shard.id, (), [_dynamodb_record(mapping, item.to_json()) for item in shard.items])
    ]


def _kinesis_record(mapping, shard, record) -> dict:
    return {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": record.partition_key,
            "sequenceNumber": str(record.sequence_number),
            "data": record.data if isinstance(record.data, str) else record.data.decode("ascii"),
            "approximateArrivalTimestamp": round(record.created_at, 3),
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"{shard.shard_id}:{record.sequence_number}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": f"arn:aws:iam::{mapping.account_id}:role/lambda",
        "awsRegion": mapping.region,
        "eventSourceARN": mapping.event_source_arn,
    }


def _dynamodb_record(mapping, item: dict) -> tuple:
    created = _epoch(item["dynamodb"]["ApproximateCreationDateTime"])
    record = {
        **item,
        "awsRegion": mapping.region,
        "dynamodb": {**item["dynamodb"], "ApproximateCreationDateTime": int(created)},
        "eventSourceARN": mapping.event_source_arn,
    }
    return int(item["dynamodb"]["SequenceNumber"]), record, created


def _poll_stream(lab, mapping, function) -> None:
    if mapping.tumbling_window:
        warnings.warn(
            "TumblingWindowInSeconds is kept in the mapping and has no effect in the lab.",
            stacklevel=4,
        )
    shards = _shards(mapping)
    positions = lab.positions.setdefault(mapping.uuid, {})
    for shard in shards:
        position = positions.setdefault(shard.id, Position(0))
        unread = [
            parent
            for parent in shards
            if parent.id in shard.parents and _next_batch(mapping, parent, positions[parent.id])
        ]
        if not unread:  # a child shard waits until its parents are read: order is kept
            _poll_shard(lab, mapping, function, shard, position)


def _next_batch(mapping, shard: Shard, position: Position) -> list:
    batch = [entry for entry in shard.records if entry[0] > position.checkpoint]
    if position.until:
        return [entry for entry in batch if entry[0] <= position.until[-1]]
    return batch[: mapping.batch_size]


def _poll_shard(lab, mapping, function, shard: Shard, position: Position) -> None:
    """Invoke for batch after batch; stop at the first failure that is to be tried again."""
    while batch := _next_batch(mapping, shard, position):
        wanted = [entry for entry in batch if _passes_filter(mapping, entry[1])]
        if not wanted:
            position.done(batch[-1][0])
            continue
        event = {"Records": [record for _, record, _ in wanted]}
        run = lab.runtime.invoke(function, event, source=mapping.event_source_arn)
        failed = _failed_items(mapping, run, [str(number) for number, _, _ in wanted])
        if not failed:
            position.done(batch[-1][0])
            continue
        first = min(int(number) for number in failed)
        if not position.until:
            position.until.append(batch[-1][0])
        # Everything before the first failure is done and is not delivered again.
        position.checkpoint = max([position.checkpoint] + [n for n, _, _ in batch if n < first])
        rest = [entry for entry in batch if entry[0] >= first]
        if mapping.bisect_on_error and len(rest) > 1 and len(rest) == len(batch):
            position.until.append(rest[(len(rest) - 1) // 2][0])  # not counted as a retry
            return
        position.attempts += 1
        limit = mapping.max_retry_attempts
        if limit is None or limit < 0 or position.attempts <= limit:
            return
        _discard(mapping, function, run, shard, rest, position.attempts)
        position.done(rest[-1][0])


def _discard(mapping, function, run, shard: Shard, entries: list, attempts: int) -> None:
    """Tell the on-failure destination which records were given up: where they are, not what."""
    target = ((mapping.destination_config or {}).get("OnFailure") or {}).get("Destination")
    if not target:
        return
    from dealab.cloud.delivery import deliver
    from dealab.cloud.handlers import async_destination_record

    kind = "KinesisBatchInfo" if ":kinesis:" in mapping.event_source_arn else "DDBStreamBatchInfo"
    record = async_destination_record(function, run, "RetryAttemptsExhausted", attempts)
    del record["requestPayload"], record["responsePayload"]
    record["requestContext"]["functionArn"] = function.function_arn
    record[kind] = {
        "shardId": shard.id,
        "startSequenceNumber": str(entries[0][0]),
        "endSequenceNumber": str(entries[-1][0]),
        "approximateArrivalOfFirstRecord": _iso(entries[0][2]),
        "approximateArrivalOfLastRecord": _iso(entries[-1][2]),
        "batchSize": len(entries),
        "streamArn": mapping.event_source_arn,
    }
    deliver(target, record)


def _failed_items(mapping, run, identifiers: list[str]) -> list[str]:
    """Which of ``identifiers`` failed, by the rules of ReportBatchItemFailures.

    An error fails all. A function without ReportBatchItemFailures fails none, whatever it returns.
    A malformed answer or an unknown identifier fails all.
    """
    if run.error:
        return identifiers
    if "ReportBatchItemFailures" not in (mapping.function_response_types or []) or not run.result:
        return []
    try:
        items = run.result.get("batchItemFailures") or []
        named = {str(item["itemIdentifier"]) for item in items}
    except (AttributeError, TypeError, KeyError):
        return identifiers
    return sorted(named) if named <= set(identifiers) else identifiers


# Queues


def _poll_queue(lab, mapping, function) -> None:
    """Receive until the queue is empty. Failed messages come back at the end of the round.

    On the service they come back when their visibility timeout has passed; the lab takes that time
    as passed between two rounds, so nothing has to wait and every run is the same.
    """
    sqs = boto3.client("sqs", region_name=mapping.region)
    name = mapping.event_source_arn.split(":")[-1]
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    failed_handles = []
    while messages := _receive(sqs, url, mapping.batch_size):
        records = [_sqs_record(mapping, message) for message in messages]
        wanted = [record for record in records if _passes_filter(mapping, record)]
        failed = []
        if wanted:
            run = lab.runtime.invoke(function, {"Records": wanted}, source=mapping.event_source_arn)
            failed = _failed_items(mapping, run, [record["messageId"] for record in wanted])
        for record in records:  # those that the filter left out are deleted, too
            if record["messageId"] in failed:
                failed_handles.append(record["receiptHandle"])
            else:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=record["receiptHandle"])
    for handle in failed_handles:
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0)


def _receive(sqs, url: str, size: int) -> list[dict]:
    messages: list[dict] = []
    while len(messages) < size:
        got = sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=min(10, size - len(messages)),
            WaitTimeSeconds=0,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        ).get("Messages", [])
        if not got:
            break
        messages += got
    return messages


def _sqs_record(mapping, message: dict) -> dict:
    attributes = {
        name: {
            "stringValue": value.get("StringValue"),
            "binaryValue": _base64(value.get("BinaryValue")),
            "stringListValues": [],
            "binaryListValues": [],
            "dataType": value["DataType"],
        }
        for name, value in message.get("MessageAttributes", {}).items()
    }
    for attribute in attributes.values():
        for key in ("stringValue", "binaryValue"):
            if attribute[key] is None:
                del attribute[key]
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": attributes,
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": mapping.event_source_arn,
        "awsRegion": mapping.region,
    }


# Filters


def _passes_filter(mapping, record: dict) -> bool:
    """Say whether a record passes any of the mapping's filters (no filter: all pass)."""
    from moto.events.models import EventPattern

    filters = (mapping.filter_criteria or {}).get("Filters") or []
    if not filters:
        return True
    patterns = [json.loads(entry["Pattern"]) for entry in filters]
    return any(
        EventPattern(None, pattern).matches_event(_filter_view(record, pattern))
        for pattern in patterns
    )


def _filter_view(record: dict, pattern: dict) -> dict:
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


def _base64(value: bytes | None) -> str | None:
    return None if value is None else base64.b64encode(value).decode("ascii")


def _epoch(value) -> float:
    if isinstance(value, datetime.datetime):
        if value.tzinfo is None:
            value = value.replace(tzinfo=datetime.UTC)
        return value.timestamp()
    return float(value)


def _iso(epoch: float) -> str:
    moment = datetime.datetime.fromtimestamp(epoch, datetime.UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
