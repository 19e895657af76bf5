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

import json
from collections import OrderedDict


def join(lab_of) -> None:
    from moto.core.exceptions import JsonRESTError
    from moto.core.responses import ActionResult
    from moto.kinesis import models, utils
    from moto.kinesis.exceptions import InvalidArgumentError
    from moto.kinesis.models import KinesisBackend, Stream
    from moto.kinesis.responses import KinesisResponse
    from moto.utilities.paginator import paginate

    from dealab.cloud.joining import replacing
    from dealab.models import streams
    from dealab.models.refusals import Refused

    find, split, merge = Stream.get_shard_for_key, Stream.split_shard, Stream.merge_shards
    read, put = KinesisBackend.get_records, KinesisBackend.put_record
    get_iterator, resize = KinesisBackend.get_shard_iterator, KinesisBackend.update_shard_count
    delete = KinesisResponse.delete_stream

    on_backend = replacing(KinesisBackend, JsonRESTError)
    on_response = replacing(KinesisResponse, JsonRESTError)

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
        return streams.compose(stream_name, shard.shard_id, last, lab_of().clock.time())

    def decompose(iterator):
        try:
            return streams.decompose(iterator)[:3]
        except Refused as error:
            raise InvalidArgumentError(str(error)) from error

    @on_backend
    def get_shard_iterator(self, arn, name, shard_id, kind, number, at):
        streams.check_iterator(kind, number, at)
        name = self.describe_stream(arn, name).stream_name  # a reader may know only its ARN
        return get_iterator(self, arn, name, shard_id, kind, number, at)

    @on_backend
    def put_record(self, arn, name, partition_key, explicit_hash_key, data):
        streams.check_record(data, partition_key)
        return put(self, arn, name, partition_key, explicit_hash_key, data)

    # Shards and streams

    @paginate(pagination_model=utils.PAGINATION_MODEL)
    def list_shards(self, stream_arn, stream_name, shard_filter="{}"):
        stream = self.describe_stream(stream_arn=stream_arn, stream_name=stream_name)
        return streams.filtered(stream.shards.values(), json.loads(shard_filter))

    def filtered_shards(self):
        shards, token = self.kinesis_backend.list_shards(
            stream_arn=self._get_param("StreamARN"),
            stream_name=self._get_param("StreamName"),
            shard_filter=json.dumps(self._get_param("ShardFilter") or {}, default=str),
            limit=self._get_param("MaxResults", streams.LIMIT),
            next_token=self._get_param("NextToken"),
        )
        return ActionResult({"Shards": [shard.to_json() for shard in shards], "NextToken": token})

    @on_backend
    def update_shard_count(self, stream_arn, stream_name, target_shard_count):
        stream = self.describe_stream(stream_arn=stream_arn, stream_name=stream_name)
        if stream.stream_mode.get("StreamMode") != "ON_DEMAND":  # moto refuses these
            count = sum(shard.is_open for shard in stream.shards.values())
            streams.check_scaling(count, target_shard_count)
        return resize(self, stream_arn, stream_name, target_shard_count)

    @on_response
    def delete_stream(self):
        name = self._get_param("StreamName")
        stream = self.kinesis_backend.describe_stream(self._get_param("StreamARN"), name)
        enforce = bool(self._get_param("EnforceConsumerDeletion"))
        about = stream.stream_name, stream.account_id
        streams.check_delete(*about, stream.consumers, enforce)
        return delete(self)

    @on_backend
    def get_records(self, stream_arn, shard_iterator, limit):
        name, place, last, made = streams.decompose(shard_iterator)
        streams.check_iterator_use(made, lab_of().clock.time(), limit)
        stream = self.describe_stream(stream_arn, name)
        gone = expired(stream, stream.get_shard(place))
        if gone > int(last):  # what a reader did not fetch in time is skipped without a word
            shard_iterator = compose(name, stream.get_shard(place), gone)
        following, records, behind = read(self, stream_arn, shard_iterator, limit)
        stream_name, shard_id, _ = decompose(shard_iterator)
        shard = self.describe_stream(stream_arn, stream_name).get_shard(shard_id)
        _, _, last = decompose(following)
        if not shard.is_open and int(last) >= shard.get_max_sequence_number():
            following = None
        return following, records, behind

    Stream.get_shard_for_key = get_shard_for_key
    Stream.split_shard = without_records(split)
    Stream.merge_shards = without_records(merge)
    KinesisBackend.list_shards = list_shards
    KinesisResponse.list_shards = filtered_shards
    for module in (models, utils):
        module.compose_shard_iterator, module.decompose_shard_iterator = compose, decompose
