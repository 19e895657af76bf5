"""The model of throughput limits (``dealab.models.capacity``), put into moto, which has none.

What it leaves out here, beside what the model says: transactions and PartiQL.
https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ThrottlingReason.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
(ThrottlingReason checked 2026-11-23, the others not.)
"""

import json
import math
import time
from collections import defaultdict

from dealab.models import capacity
from dealab.models.capacity import EXCEEDED, WRITE_UNIT_BYTES, record_size

_installed = False


def install(limits_of) -> None:
    """Put the limits into moto. ``limits_of()`` returns the running lab's Limits, or None."""
    global _installed
    if _installed:
        return
    _installed = True
    from moto.backends import get_backend

    for service in ("kinesis", "dynamodb"):
        get_backend(service)  # their joints come first: limits count what those answer
    _limit_kinesis(limits_of)
    _limit_dynamodb(limits_of)
    _take_over_sdk_waits(limits_of)


def _limit_kinesis(limits_of) -> None:
    from moto.core.exceptions import JsonRESTError
    from moto.kinesis import utils
    from moto.kinesis.models import KinesisBackend

    put_record, put_records = KinesisBackend.put_record, KinesisBackend.put_records
    get_records = KinesisBackend.get_records

    def active():
        limits = limits_of()
        if limits is None or not limits.kinesis:
            return None
        limits.clock.call()
        return limits

    def message(backend, stream, shard_id: str) -> str:
        return capacity.shard_message(shard_id, stream.stream_name, backend.account_id)

    def limited_put_record(self, stream_arn, stream_name, partition_key, explicit_hash_key, data):
        limits = active()
        if limits:
            stream = self.describe_stream(stream_arn, stream_name)
            shard = stream.get_shard_for_key(partition_key, explicit_hash_key)
            name = f"{stream.stream_name}/{shard.shard_id}"
            if not limits.write_shard(name, record_size(data, partition_key)):
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
            if limits.write_shard(name, record_size(record.get("Data"), key)):
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
        stream_name, shard_id, _ = utils.decompose_shard_iterator(shard_iterator)
        if not limits.may_read_shard(f"{stream_name}/{shard_id}"):
            stream = self.describe_stream(stream_arn, stream_name)
            raise JsonRESTError(EXCEEDED, message(self, stream, shard_id))
        answer = get_records(self, stream_arn, shard_iterator, limit)
        read = sum(record_size(record.data, record.partition_key) for record in answer[1])
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

    class ProvisionedThroughputExceeded(DynamodbException):
        """moto takes the name of the class as a transaction's cancellation reason."""

    def refusal(backend, table, kind: str, why: str) -> DynamodbException:
        on_demand = table.billing_mode == "PAY_PER_REQUEST"
        code, message, reasons = capacity.table_refusal(table.table_arn, kind, why, on_demand)
        error = ProvisionedThroughputExceeded(f"com.amazonaws.dynamodb.v20120810#{code}", message)
        error.description = json.dumps(json.loads(error.description) | reasons)
        return error

    def take(limits, backend, table, kind: str, units: float, key: dict | None) -> str | None:
        """Charge a table and the partition of ``key``; None, or why there is no room."""
        on_demand = table.billing_mode == "PAY_PER_REQUEST"
        value = (key or {}).get(table.hash_key_attr)
        return limits.charge(table.name, table.throughput or {}, on_demand, kind, units, value)

    def write_units(backend, table, attributes: dict) -> int:
        return max(1, math.ceil(charged(backend, table, attributes) / WRITE_UNIT_BYTES))

    def limited(original):
        def write(self, table_name, item, *args, **kwargs):
            limits = active()
            if limits:
                limits.clock.call()
                table = self.get_table(table_name)
                units = write_units(self, table, item)
                if why := take(limits, self, table, "write", units, item):
                    raise refusal(self, table, "write", why)
            return original(self, table_name, item, *args, **kwargs)

        return write

    def limited_batch(self):
        limits = active()
        if not limits:
            return batch_write(self)
        limits.clock.call()
        backend, asked = self.dynamodb_backend, self.body["RequestItems"]
        accepted, unprocessed, last = defaultdict(list), defaultdict(list), None
        for table_name, requests in asked.items():
            table = backend.get_table(table_name)
            for request in requests:
                [change] = request.values()  # {"PutRequest": {"Item": ...}} or the like
                [attributes] = change.values()
                units = write_units(backend, table, attributes)
                why = take(limits, backend, table, "write", units, attributes)
                (unprocessed if why else accepted)[table_name].append(request)
                last = (table, why) if why else last
        if not accepted:
            raise refusal(backend, last[0], "write", last[1])
        self.body["RequestItems"] = dict(accepted)
        in_batch.append(True)
        try:
            answer = batch_write(self)
        finally:
            in_batch.pop()
            self.body["RequestItems"] = asked
        answer.result["UnprocessedItems"] = dict(unprocessed)
        return answer

    def limited_read(name):
        """Reads change nothing, so that they are made first, counted, and perhaps kept back."""
        original = getattr(DynamoHandler, name)

        def read(self):
            limits = active()
            if not limits:
                return original(self)
            limits.clock.call()
            asked = self.body.get("ReturnConsumedCapacity", "NONE")
            try:
                if asked == "NONE":
                    self.body["ReturnConsumedCapacity"] = "TOTAL"
                answer = original(self)
            finally:
                self.body["ReturnConsumedCapacity"] = asked
            found = getattr(answer, "result", None) or {}
            used = found.get("ConsumedCapacity") or []
            if asked == "NONE":
                found.pop("ConsumedCapacity", None)
            backend = self.dynamodb_backend
            for one in used if isinstance(used, list) else [used]:
                table = backend.get_table(one["TableName"])
                items = found.get("Items") if name == "query" else None
                key = self.body.get("Key") or (items[0] if items else None)
                if why := take(limits, backend, table, "read", one["CapacityUnits"], key):
                    raise refusal(backend, table, "read", why)
            return answer

        read.__name__ = name
        setattr(DynamoHandler, name, read)

    for name in ("get_item", "batch_get_item", "query", "scan"):
        limited_read(name)
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
