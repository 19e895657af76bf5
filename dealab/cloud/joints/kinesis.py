"""Resharding as the service does it.

moto keeps writing to closed shards, misses the last hash key of each shard, moves a split
shard's records to its children and copies those of merged shards, so that a reader of all
shards loses or doubles them. On the service records stay where they were written, and the
iterator of a closed shard ends (NextShardIterator is null). moto also keeps records for ever; here
they are gone when the lab's clock has passed the stream's retention period.
"""

from collections import OrderedDict


def join(lab_of) -> None:
    from moto.kinesis.models import KinesisBackend, Stream

    find, split, merge = Stream.get_shard_for_key, Stream.split_shard, Stream.merge_shards
    get_records = KinesisBackend.get_records

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

    def checked_get_records(self, stream_arn, shard_iterator, limit):
        from moto.kinesis.utils import compose_shard_iterator, decompose_shard_iterator

        name, place, last = decompose_shard_iterator(shard_iterator)
        stream = self.describe_stream(stream_arn, name)
        gone = expired(stream, stream.get_shard(place))
        if gone > int(last):  # what a reader did not fetch in time is skipped without a word
            shard_iterator = compose_shard_iterator(name, stream.get_shard(place), gone)
        following, records, behind = get_records(self, stream_arn, shard_iterator, limit)
        stream_name, shard_id, _ = decompose_shard_iterator(shard_iterator)
        shard = self.describe_stream(stream_arn, stream_name).get_shard(shard_id)
        _, _, last = decompose_shard_iterator(following)
        if not shard.is_open and int(last) >= shard.get_max_sequence_number():
            following = None
        return following, records, behind

    Stream.get_shard_for_key = get_shard_for_key
    Stream.split_shard = without_records(split)
    Stream.merge_shards = without_records(merge)
    KinesisBackend.get_records = checked_get_records
