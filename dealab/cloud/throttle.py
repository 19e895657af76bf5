"""A model of throughput limits, on a clock of its own. moto has no limits at all.

Kinesis, per shard and second: writes of 1 MB and 1,000 records; reads of 2 MB and 5 GetRecords
calls; a read of more than 2 MB is paid off before the shard is read again.
https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html
https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html

DynamoDB tables with provisioned capacity: write units per second, one unit for each started KB of
the larger of the item before and after.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/provisioned-capacity-mode.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
(All checked 2026-11-23.)

What the model leaves out: seconds are whole seconds of the lab's clock, not a sliding window; the
burst capacity that DynamoDB saves up; the 1,000 write units of one DynamoDB partition; read units;
transactions and PartiQL. On-demand streams never grow here, and on-demand tables have no limit.
"""

import math
import time
from collections import defaultdict

SHARD_WRITE_BYTES = 1024 * 1024
SHARD_WRITE_RECORDS = 1000
SHARD_READ_BYTES = 2 * 1024 * 1024
SHARD_READ_CALLS = 5
WRITE_UNIT_BYTES = 1024
EXCEEDED = "ProvisionedThroughputExceededException"

_installed = False


class Clock:
    """A clock that moves only when told, or by ``call_seconds`` for each call that is limited.

    ``now`` is in seconds from 0. The SDK's own waits between retries move it, too, and take no
    real time while a limit is on.
    """

    def __init__(self, call_seconds: float = 0.01):
        self.now = 0.0
        self.slept = 0.0
        self.call_seconds = call_seconds

    def sleep(self, seconds: float) -> None:
        """Let ``seconds`` pass in the lab; ``slept`` adds them up."""
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        self.now += seconds
        self.slept += seconds


class Limits:
    """Which limits are on, and what was used in which second.

    ``refused`` counts refusals per shard (``stream/shard``) or table.
    """

    def __init__(self, clock: Clock, kinesis: bool = False, dynamodb: bool = False):
        self.clock, self.kinesis, self.dynamodb = clock, kinesis, dynamodb
        self.refused: dict[str, int] = defaultdict(int)
        self._used: dict[tuple, list[float]] = {}
        self._closed_until: dict[str, float] = {}

    def take(self, resource: str, kind: str, **amounts: tuple[float, float]) -> bool:
        """Use up ``amounts`` (name=(amount, limit a second)) if all fit; say whether they did."""
        second = math.floor(self.clock.now)
        key = (resource, kind)
        used = self._used.get(key)
        if used is None or used[0] != second:
            used = self._used[key] = [second, *[0.0] * len(amounts)]
        values = list(amounts.values())
        if any(used[i] + amount > limit for i, (amount, limit) in enumerate(values, 1)):
            self.refused[resource] += 1
            return False
        for i, (amount, _) in enumerate(values, 1):
            used[i] += amount
        return True

    def write_shard(self, resource: str, size: int) -> bool:
        return self.take(
            resource, "write", bytes=(size, SHARD_WRITE_BYTES), records=(1, SHARD_WRITE_RECORDS)
        )

    def may_read_shard(self, resource: str) -> bool:
        if self.clock.now < self._closed_until.get(resource, 0.0):
            self.refused[resource] += 1
            return False
        return self.take(resource, "read", calls=(1, SHARD_READ_CALLS))

    def has_read_shard(self, resource: str, size: int) -> None:
        """Keep a shard closed for as many seconds as ``size`` needs at the shard's read rate."""
        second = math.floor(self.clock.now)
        key = (resource, "read bytes")
        before = self._used[key][1] if self._used.get(key, [None])[0] == second else 0
        self._used[key] = [second, before + size]
        if before + size > SHARD_READ_BYTES:
            self._closed_until[resource] = second + math.ceil((before + size) / SHARD_READ_BYTES)

    def write_table(self, table, size: int) -> bool:
        units = max(1, math.ceil(size / WRITE_UNIT_BYTES))
        capacity = table.throughput["WriteCapacityUnits"]
        if table.billing_mode == "PAY_PER_REQUEST" or not capacity:
            return True
        return self.take(table.name, "write", units=(units, capacity))


def install(limits_of) -> None:
    """Put the limits into moto. ``limits_of()`` returns the running lab's Limits, or None."""
    global _installed
    if _installed:
        return
    _installed = True
    _limit_kinesis(limits_of)
    _limit_dynamodb(limits_of)
    _take_over_sdk_waits(limits_of)


def _limit_kinesis(limits_of) -> None:
    from moto.core.exceptions import JsonRESTError
    from moto.kinesis.models import KinesisBackend
    from moto.kinesis.utils import decompose_shard_iterator

    put_record, put_records = KinesisBackend.put_record, KinesisBackend.put_records
    get_records = KinesisBackend.get_records

    def active():
        limits = limits_of()
        if limits is None or not limits.kinesis:
            return None
        limits.clock.now += limits.clock.call_seconds
        return limits

    def message(backend, stream, shard_id: str) -> str:
        return (
            f"Rate exceeded for shard {shard_id} in stream {stream.stream_name} "
            f"under account {backend.account_id}."
        )

    def limited_put_record(self, stream_arn, stream_name, partition_key, explicit_hash_key, data):
        limits = active()
        if limits:
            stream = self.describe_stream(stream_arn, stream_name)
            shard = stream.get_shard_for_key(partition_key, explicit_hash_key)
            name = f"{stream.stream_name}/{shard.shard_id}"
            if not limits.write_shard(name, size(data, partition_key)):
                raise JsonRESTError(EXCEEDED, message(self, stream, shard.shard_id))
        return put_record(self, stream_arn, stream_name, partition_key, explicit_hash_key, data)

    def limited_put_records(self, stream_arn, stream_name, records):
        limits = active()
        if not limits:
            return put_records(self, stream_arn, stream_name, records)
        stream = self.describe_stream(stream_arn, stream_name)
        accepted, refusals = [], {}
        for place, record in enumerate(records):
            key = record.get("PartitionKey")
            shard = stream.get_shard_for_key(key, record.get("ExplicitHashKey"))
            name = f"{stream.stream_name}/{shard.shard_id}"
            if limits.write_shard(name, size(record.get("Data"), key)):
                accepted.append(record)
            else:
                text = message(self, stream, shard.shard_id)
                refusals[place] = {"ErrorCode": EXCEEDED, "ErrorMessage": text}
        response = put_records(self, stream_arn, stream_name, accepted)
        written = iter(response["Records"])
        response["Records"] = [
            refusals[place] if place in refusals else next(written) for place in range(len(records))
        ]
        response["FailedRecordCount"] = len(refusals)
        return response

    def limited_get_records(self, stream_arn, shard_iterator, limit):
        limits = active()
        if not limits:
            return get_records(self, stream_arn, shard_iterator, limit)
        stream_name, shard_id, _ = decompose_shard_iterator(shard_iterator)
        if not limits.may_read_shard(f"{stream_name}/{shard_id}"):
            stream = self.describe_stream(stream_arn, stream_name)
            raise JsonRESTError(EXCEEDED, message(self, stream, shard_id))
        answer = get_records(self, stream_arn, shard_iterator, limit)
        read = sum(size(record.data, record.partition_key) for record in answer[1])
        limits.has_read_shard(f"{stream_name}/{shard_id}", read)
        return answer

    KinesisBackend.put_record = limited_put_record
    KinesisBackend.put_records = limited_put_records
    KinesisBackend.get_records = limited_get_records


def _limit_dynamodb(limits_of) -> None:
    from moto.dynamodb.exceptions import DynamodbException
    from moto.dynamodb.models import DynamoDBBackend
    from moto.dynamodb.models.dynamo_type import DynamoType
    from moto.dynamodb.responses import DynamoHandler

    put_item, update_item = DynamoDBBackend.put_item, DynamoDBBackend.update_item
    delete_item, batch_write = DynamoDBBackend.delete_item, DynamoHandler.batch_write_item
    in_batch = []  # not empty while a batch is written: its items were counted before

    def active():
        limits = limits_of()
        return None if limits is None or not limits.dynamodb or in_batch else limits

    def charged(backend, table, attributes: dict) -> int:
        """Bytes to pay for: the larger of what stands there and of ``attributes``."""
        found = table.get_item(*backend.get_keys_value(table, attributes))
        new = sum(
            len(name.encode("utf-8")) + DynamoType(value).size()
            for name, value in attributes.items()
        )
        return max(new, found.size() if found else 0)

    def exceeded() -> DynamodbException:
        return DynamodbException(
            f"com.amazonaws.dynamodb.v20120810#{EXCEEDED}",
            "The level of configured provisioned throughput for the table was exceeded. "
            "Consider increasing your provisioning level with the UpdateTable API.",
        )

    def limited(original):
        def write(self, table_name, item, *args, **kwargs):
            limits = active()
            if limits:
                limits.clock.now += limits.clock.call_seconds
                table = self.get_table(table_name)
                if not limits.write_table(table, charged(self, table, item)):
                    raise exceeded()
            return original(self, table_name, item, *args, **kwargs)

        return write

    def limited_batch(self):
        limits = active()
        if not limits:
            return batch_write(self)
        limits.clock.now += limits.clock.call_seconds
        backend, asked = self.dynamodb_backend, self.body["RequestItems"]
        accepted, unprocessed = defaultdict(list), defaultdict(list)
        for table_name, requests in asked.items():
            table = backend.get_table(table_name)
            for request in requests:
                [change] = request.values()  # {"PutRequest": {"Item": ...}} or the like
                [attributes] = change.values()
                fits = limits.write_table(table, charged(backend, table, attributes))
                (accepted if fits else unprocessed)[table_name].append(request)
        if not accepted:
            raise exceeded()
        self.body["RequestItems"] = dict(accepted)
        in_batch.append(True)
        try:
            answer = batch_write(self)
        finally:
            in_batch.pop()
            self.body["RequestItems"] = asked
        answer.result["UnprocessedItems"] = dict(unprocessed)
        return answer

    DynamoDBBackend.put_item = limited(put_item)
    DynamoDBBackend.update_item = limited(update_item)
    DynamoDBBackend.delete_item = limited(delete_item)
    DynamoHandler.batch_write_item = limited_batch


def _take_over_sdk_waits(limits_of) -> None:
    """Let the SDK's back-off pass on the lab's clock while a limit is on, else for real."""
    import botocore.endpoint

    class LabTime:
        @staticmethod
        def sleep(seconds: float) -> None:
            limits = limits_of()
            on = limits is not None and (limits.kinesis or limits.dynamodb)
            (limits.clock.sleep if on else time.sleep)(seconds)

        def __getattr__(self, name):
            return getattr(time, name)

    botocore.endpoint.time = LabTime()


def size(data: str, partition_key: str) -> int:
    """Bytes that a record counts for: its data (given in base64, as moto keeps it) and its key."""
    import base64

    return len(base64.b64decode(data)) + len(partition_key.encode("utf-8"))
