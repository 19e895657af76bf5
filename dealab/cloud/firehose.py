"""Firehose: buffers records, transforms and converts them, and writes files to S3.

A buffer is written when it is full, and, as the lab's clock moves, when its oldest record has
waited for the interval. The rules: ``dealab.models.firehose``, ``firehose_buffers`` and
``firehose_delivery``.

Not here: destinations other than S3, and decompression.
"""

import base64
import contextlib
import warnings
from datetime import UTC, datetime, timedelta

import boto3
from botocore.exceptions import ClientError

from dealab.models import firehose as rules
from dealab.models import firehose_buffers as buffers
from dealab.models import firehose_delivery


def streams(lab) -> list:
    """Every delivery stream of the lab's account."""
    from moto.firehose.models import firehose_backends

    backends = list(firehose_backends[lab.account].values())
    return [stream for backend in backends for stream in list(backend.delivery_streams.values())]


def begin(lab, stream) -> None:
    """Give a new stream its buffer, and have the clock drive it."""
    stream.buffer, stream.read_until = [], {}
    if stream.source:
        stream.read_until = {shard: last for shard, last, _ in _source(stream)}
    if len(streams(lab)) == 1:
        lab.clock.on(lambda after: _due(lab, after), lambda moment: _write_due(lab, moment))


def put(lab, stream, data: bytes) -> str:
    """Take one record; write the buffer if that fills it. Returns the record's id."""
    now = lab.clock.now()
    stream.buffer.append((now, data, None))
    if buffers.is_full(stream, now):
        write(lab, stream)
    return lab.runtime._random.get_random_hex(100)


# The clock


def _oldest(stream):
    if stream.source:
        _read_source(stream, peek=True)
    waiting = [record[0] for record in stream.buffer] + stream.__dict__.get("ahead", [])
    return min(waiting, default=None)


def _due(lab, after):
    moments = []
    for stream in streams(lab):
        oldest = _oldest(stream)
        if oldest is not None:
            tried = stream.__dict__.get("tried", oldest)
            moments.append(max(oldest, tried) + buffers.interval(stream))
    return max(min(moments), after + timedelta(microseconds=1)) if moments else None


def _write_due(lab, moment) -> None:
    for stream in streams(lab):
        oldest = _oldest(stream)
        if oldest is not None and oldest + buffers.interval(stream) <= moment:
            write(lab, stream)


def check_source(arn: str) -> None:
    """Raise the service's error if the Kinesis stream is not there."""
    from moto.firehose.exceptions import InvalidArgumentException
    from moto.kinesis.models import kinesis_backends

    if arn.split("/")[-1] not in kinesis_backends[arn.split(":")[4]][arn.split(":")[3]].streams:
        raise InvalidArgumentException(
            f"Kinesis Stream {arn.split('/')[-1]} under accountId {arn.split(':')[4]} not found."
        )


def _source(stream):
    """(shard, its last sequence number, records) of the stream's Kinesis source."""
    from moto.kinesis.models import kinesis_backends

    arn = stream.source["KinesisStreamARN"]
    held = kinesis_backends[arn.split(":")[4]][arn.split(":")[3]].streams.get(arn.split("/")[-1])
    for shard in held.shards.values() if held else ():  # it may have been deleted since
        yield shard.shard_id, max(shard.records, default=0), shard.records


def _read_source(stream, peek: bool = False) -> None:
    stream.ahead = []
    for shard, last, records in list(_source(stream)):
        for number, record in records.items():
            if number <= stream.read_until.get(shard, 0):
                continue
            arrival = datetime.fromtimestamp(record.created_at, UTC)
            if peek:
                stream.ahead.append(arrival)
                continue
            details = {
                "shardId": shard,
                "partitionKey": record.partition_key,
                "sequenceNumber": str(number),
                "subsequenceNumber": 0,
                "approximateArrivalTimestamp": int(record.created_at * 1000),
            }
            stream.buffer.append((arrival, base64.b64decode(record.data), details))
        if not peek:
            stream.read_until[shard] = last


# Writing


def write(lab, stream) -> None:
    """Write everything in the buffer to S3. What cannot be written stays and is tried again."""
    if stream.source:
        _read_source(stream)
    records, settings = stream.buffer, buffers.settings_of(stream)
    stream.tried = lab.clock.now()
    role, acting = settings.get("RoleARN"), contextlib.nullcontext()
    if lab.permissions.enforced and role:
        acting = lab.acting_as(role, "firehose.amazonaws.com", stream.delivery_stream_name)
    source = stream.source["KinesisStreamARN"] if stream.source else None
    facts = {
        "name": stream.delivery_stream_name,
        "version": stream.version_id,
        "arn": stream.delivery_stream_arn,
        "source": source,
    }
    delivery = firehose_delivery.Delivery(settings, facts, _Services(lab))
    try:
        with acting:
            for group in rules.split(records, buffers.buffering(settings)[0], full=True):
                delivery.run(group)
                stream.buffer = stream.buffer[len(group) :]
    except ClientError as error:
        warnings.warn(
            f"Firehose {stream.delivery_stream_name} keeps {len(stream.buffer)} records and tries "
            f"again, because it could not write to {settings['BucketARN']}: {error}",
            stacklevel=2,
        )


class _Services:
    """What a delivery needs of the lab."""

    def __init__(self, lab):
        self.lab, self.s3, self.now = lab, boto3.client("s3"), lab.clock.now

    def uuid(self) -> str:
        return str(self.lab.runtime._random.uuid4())

    def letters(self) -> str:
        return self.lab.runtime._random.get_random_hex(11)

    def put(self, bucket: str, key: str, body: bytes) -> None:
        self.s3.put_object(Bucket=bucket, Key=key, Body=body)

    def columns(self, schema: dict) -> list[tuple[str, str]]:
        table = boto3.client("glue").get_table(
            DatabaseName=schema["DatabaseName"], Name=schema["TableName"]
        )["Table"]
        return [(one["Name"], one["Type"]) for one in table["StorageDescriptor"]["Columns"]]

    def invoke(self, arn: str, event: dict):
        from dealab.cloud.handlers import Throttled, resolve

        try:
            return self.lab.runtime.invoke(resolve(arn), event, source="firehose")
        except Throttled:
            return None
