"""Resharding as the service does it.

moto keeps writing to closed shards, misses the last hash key of each shard, moves a split
shard's records to its children and copies those of merged shards, so that a reader of all
shards loses or doubles them. On the service records stay where they were written, and the
iterator of a closed shard ends (NextShardIterator is null). moto also keeps records for ever; here
they are gone when the lab's clock has passed the stream's retention period.

moto also has iterators that never end and take any text, lists all shards whatever the filter,
takes records of any size, and resizes and deletes streams as the service would refuse to. See
https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html and, beside it,
API_ListShards.html, API_UpdateShardCount.html, API_DeleteStream.html.
"""

import base64
import json
from collections import OrderedDict
from datetime import UTC, datetime

ITERATOR_SECONDS = 300
RECORD_BYTES = 1024 * 1024  # of data and key; a stream can be set to take more
LIMIT = 10_000  # records of one GetRecords


def join(lab_of) -> None:
    from moto.core.exceptions import JsonRESTError
    from moto.core.responses import ActionResult
    from moto.kinesis import models, utils
    from moto.kinesis.exceptions import InvalidArgumentError, ResourceInUseError
    from moto.kinesis.models import KinesisBackend, Stream
    from moto.kinesis.responses import KinesisResponse
    from moto.utilities.paginator import paginate

    from dealab.sql.errors import LabLimit

    find, split, merge = Stream.get_shard_for_key, Stream.split_shard, Stream.merge_shards
    get_records, put_record = KinesisBackend.get_records, KinesisBackend.put_record
    get_iterator, resize = KinesisBackend.get_shard_iterator, KinesisBackend.update_shard_count
    delete = KinesisResponse.delete_stream

    def get_shard_for_key(self, partition_key, explicit_hash_key):
        every = self.shards
        widened = [shard for shard in every.values() if shard.is_open]
        self.shards = {shard.shard_id: shard for shard in widened}
        for shard in widened:
            shard.ending_hash += 1  # moto compares with "<", the range includes its end
        try:
            return find(self, partition_key, explicit_hash_key)
        finally:
            self.shards = every
            for shard in widened:
                shard.ending_hash -= 1

    def without_records(reshard):
        def resharded(self, first, second):
            kept = {name: shard.records for name, shard in self.shards.items()}
            for shard in self.shards.values():
                shard.records = OrderedDict()
            try:
                return reshard(self, first, second)
            finally:
                for name, records in kept.items():
                    self.shards[name].records = records

        return resharded

    def expired(stream, shard) -> int:
        """The sequence number of the last record that is older than the stream keeps records."""
        oldest = lab_of().clock.time() - stream.retention_period_hours * 3600
        old = (n for n, record in reversed(shard.records.items()) if record.created_at < oldest)
        return next(old, 0)

    # Iterators carry the time at which they were made.

    def compose(stream_name, shard, last):
        text = f"{stream_name}:{shard.shard_id}:{last}:{lab_of().clock.time()}"
        return base64.b64encode(text.encode()).decode()

    def decompose(iterator):
        try:
            found = base64.b64decode(iterator, validate=True).decode().split(":")
            int(found[2]), float(found[3])
        except (ValueError, IndexError) as error:
            raise InvalidArgumentError("Invalid ShardIterator.") from error
        return found[:3]

    def moment(epoch: float) -> str:
        return f"{datetime.fromtimestamp(epoch, UTC):%a %b %d %H:%M:%S UTC %Y}"

    def checked_iterator(self, arn, name, shard_id, kind, number, at):
        numbered = kind in ("AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER")
        if numbered and not str(number or "").isdigit():
            raise InvalidArgumentError(
                f"Must specify a StartingSequenceNumber, a number, for iterator type {kind}."
            )
        if kind == "AT_TIMESTAMP" and at is None:
            raise InvalidArgumentError("Must specify a Timestamp for iterator type AT_TIMESTAMP.")
        name = self.describe_stream(arn, name).stream_name  # a reader may know only its ARN
        return get_iterator(self, arn, name, shard_id, kind, number, at)

    def checked_put_record(self, arn, name, partition_key, explicit_hash_key, data):
        if len(base64.b64decode(data)) + len(partition_key.encode()) > RECORD_BYTES:
            raise JsonRESTError(
                "ValidationException",
                "1 validation error detected: Value at 'data' failed to satisfy constraint: "
                f"Member must have length less than or equal to {RECORD_BYTES}",
            )
        return put_record(self, arn, name, partition_key, explicit_hash_key, data)

    # Shards and streams

    @paginate(pagination_model=utils.PAGINATION_MODEL)
    def list_shards(self, stream_arn, stream_name, shard_filter="{}"):
        stream = self.describe_stream(stream_arn=stream_arn, stream_name=stream_name)
        wanted = json.loads(shard_filter)
        kind, every = wanted.get("Type"), sorted(stream.shards.values(), key=lambda x: x.shard_id)
        if kind == "AT_LATEST":
            return [shard for shard in every if shard.is_open]
        if kind == "AFTER_SHARD_ID":
            return [shard for shard in every if shard.shard_id > wanted["ShardId"]]
        if kind not in (None, "FROM_TRIM_HORIZON"):
            raise LabLimit(
                f"the shard filter {kind}", "Kinesis lists the shards that were open at that time."
            )
        return every

    def filtered_shards(self):
        shards, token = self.kinesis_backend.list_shards(
            stream_arn=self._get_param("StreamARN"),
            stream_name=self._get_param("StreamName"),
            shard_filter=json.dumps(self._get_param("ShardFilter") or {}, default=str),
            limit=self._get_param("MaxResults", LIMIT),
            next_token=self._get_param("NextToken"),
        )
        return ActionResult({"Shards": [shard.to_json() for shard in shards], "NextToken": token})

    def checked_update_shard_count(self, stream_arn, stream_name, target_shard_count):
        stream = self.describe_stream(stream_arn=stream_arn, stream_name=stream_name)
        count = sum(shard.is_open for shard in stream.shards.values())
        up = target_shard_count > 2 * count
        on_demand = stream.stream_mode.get("StreamMode") == "ON_DEMAND"  # moto refuses these
        if not on_demand and (up or 2 * target_shard_count < count):
            raise InvalidArgumentError(
                f"UpdateShardCount cannot scale {'up over double' if up else 'down below half'} "
                f"your current open shard count. Current open shard count: {count} Target shard "
                f"count: {target_shard_count}"
            )
        return resize(self, stream_arn, stream_name, target_shard_count)

    def checked_delete(self):
        name = self._get_param("StreamName")
        stream = self.kinesis_backend.describe_stream(self._get_param("StreamARN"), name)
        if stream.consumers and not self._get_param("EnforceConsumerDeletion"):
            raise ResourceInUseError(
                f"Stream {stream.stream_name} under account {stream.account_id} has registered "
                "consumers; set EnforceConsumerDeletion to delete it with them."
            )
        return delete(self)

    def checked_get_records(self, stream_arn, shard_iterator, limit):
        name, place, last = decompose(shard_iterator)
        made = float(base64.b64decode(shard_iterator).decode().split(":")[3])
        if limit is not None and not 1 <= limit <= LIMIT:
            raise JsonRESTError(
                "ValidationException",
                f"1 validation error detected: Value '{limit}' at 'limit' failed to satisfy "
                f"constraint: Member must have value less than or equal to {LIMIT}",
            )
        if lab_of().clock.time() - made > ITERATOR_SECONDS:
            raise JsonRESTError(
                "ExpiredIteratorException",
                f"Iterator expired. The iterator was created at time {moment(made)} while right "
                f"now it is {moment(lab_of().clock.time())} which is further in the future than "
                f"the tolerated delay of {ITERATOR_SECONDS * 1000} milliseconds.",
            )
        stream = self.describe_stream(stream_arn, name)
        gone = expired(stream, stream.get_shard(place))
        if gone > int(last):  # what a reader did not fetch in time is skipped without a word
            shard_iterator = compose(name, stream.get_shard(place), gone)
        following, records, behind = get_records(self, stream_arn, shard_iterator, limit)
        stream_name, shard_id, _ = decompose(shard_iterator)
        shard = self.describe_stream(stream_arn, stream_name).get_shard(shard_id)
        _, _, last = decompose(following)
        if not shard.is_open and int(last) >= shard.get_max_sequence_number():
            following = None
        return following, records, behind

    Stream.get_shard_for_key = get_shard_for_key
    Stream.split_shard = without_records(split)
    Stream.merge_shards = without_records(merge)
    KinesisBackend.get_records = checked_get_records
    KinesisBackend.get_shard_iterator = checked_iterator
    KinesisBackend.put_record, KinesisBackend.list_shards = checked_put_record, list_shards
    KinesisBackend.update_shard_count = checked_update_shard_count
    KinesisResponse.list_shards, KinesisResponse.delete_stream = filtered_shards, checked_delete
    for module in (models, utils):
        module.compose_shard_iterator, module.decompose_shard_iterator = compose, decompose
