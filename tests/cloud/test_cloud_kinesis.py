import hashlib

import boto3
import pytest
from botocore.exceptions import ClientError

from dealab.views import shards

HALF = 2**127


@pytest.fixture
def kinesis(aws):
    client = boto3.client("kinesis")
    client.create_stream(StreamName="s", ShardCount=2)
    return client


def shard(number):
    return f"shardId-{number:012d}"


def put(kinesis, data, at):
    answer = kinesis.put_record(
        StreamName="s", Data=data, PartitionKey="k", ExplicitHashKey=str(at)
    )
    return answer["ShardId"]


def read(kinesis, shard_id):
    """Return (all data of the shard, the iterator after it)."""
    iterator = kinesis.get_shard_iterator(
        StreamName="s", ShardId=shard_id, ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    answer = kinesis.get_records(ShardIterator=iterator)
    return [record["Data"].decode() for record in answer["Records"]], answer.get(
        "NextShardIterator"
    )


@pytest.mark.proves("Kinesis Data Streams", "Hash keys: each record goes to its shard", kind="real")
@pytest.mark.parametrize(("at", "expected"), [(0, 0), (HALF - 1, 0), (HALF, 1), (2**128 - 1, 1)])
def test_every_hash_key_has_its_shard(kinesis, at, expected):
    assert put(kinesis, "x", at) == shard(expected)


@pytest.mark.proves(
    "Kinesis Data Streams", "Split and merge: records stay where they were written", kind="real"
)
def test_after_a_split_old_records_stay_and_new_ones_go_to_the_children(kinesis):
    put(kinesis, "old", 5)
    kinesis.split_shard(StreamName="s", ShardToSplit=shard(0), NewStartingHashKey=str(2**126))
    assert put(kinesis, "low", 5) == shard(2)
    assert put(kinesis, "high", 2**126) == shard(3)
    data, following = read(kinesis, shard(0))
    assert data == ["old"]
    assert following is None  # a closed shard that is read to its end
    data, following = read(kinesis, shard(2))
    assert data == ["low"]
    assert following is not None
    assert read(kinesis, shard(3))[0] == ["high"]


@pytest.mark.proves(
    "Kinesis Data Streams", "Split and merge: records stay where they were written", kind="real"
)
def test_after_a_merge_nothing_is_lost_or_doubled(kinesis):
    put(kinesis, "a", 5)
    put(kinesis, "b", HALF)
    kinesis.merge_shards(StreamName="s", ShardToMerge=shard(0), AdjacentShardToMerge=shard(1))
    assert put(kinesis, "c", 5) == shard(2)
    assert [read(kinesis, shard(n))[0] for n in range(3)] == [["a"], ["b"], ["c"]]


@pytest.mark.proves("Kinesis Data Streams", "A closed shard ends at its last record", kind="real")
def test_a_limited_read_of_a_closed_shard_goes_on(kinesis):
    for data in "abc":
        put(kinesis, data, 5)
    kinesis.split_shard(StreamName="s", ShardToSplit=shard(0), NewStartingHashKey=str(2**126))
    iterator = kinesis.get_shard_iterator(
        StreamName="s", ShardId=shard(0), ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    first = kinesis.get_records(ShardIterator=iterator, Limit=2)
    assert len(first["Records"]) == 2
    second = kinesis.get_records(ShardIterator=first["NextShardIterator"], Limit=2)
    assert [record["Data"] for record in second["Records"]] == [b"c"]
    assert "NextShardIterator" not in second


def test_the_table_of_shards(kinesis):
    put(kinesis, b"12345", 5)
    kinesis.split_shard(StreamName="s", ShardToSplit=shard(0), NewStartingHashKey=str(2**126))
    table = shards("s")
    assert list(table["shard"]) == [shard(n) for n in range(4)]
    assert list(table["open"]) == [False, True, True, True]
    assert list(table["records"]) == [1, 0, 0, 0]
    assert list(table["bytes"]) == [6, 0, 0, 0]
    assert list(table["first_hash"]) == [0, 0.5, 0, 0.25]
    assert list(table["parent"])[2:] == [shard(0)] * 2


@pytest.mark.proves("Kinesis Data Streams", "Hash keys: each record goes to its shard", kind="real")
@pytest.mark.parametrize("key", ["basket-1", "basket-2", "basket-3", "Käufer", "x" * 256])
def test_a_partition_key_is_hashed_with_md5(kinesis, key):
    at = int(hashlib.md5(key.encode(), usedforsecurity=False).hexdigest(), 16)
    answer = kinesis.put_record(StreamName="s", Data=b"x", PartitionKey=key)
    assert answer["ShardId"] == shard(0 if at < HALF else 1)


def _from(kinesis, kind, **more):
    """Return the data that an iterator of this kind reads from the first shard."""
    iterator = kinesis.get_shard_iterator(
        StreamName="s", ShardId=shard(0), ShardIteratorType=kind, **more
    )["ShardIterator"]
    records = kinesis.get_records(ShardIterator=iterator)["Records"]
    return [record["Data"].decode() for record in records]


@pytest.mark.proves("Kinesis Data Streams", "Iterators: five ways to start reading", kind="real")
def test_iterators_start_where_they_say(kinesis):
    numbers = [
        kinesis.put_record(StreamName="s", Data=data, PartitionKey="k", ExplicitHashKey="5")[
            "SequenceNumber"
        ]
        for data in "abc"
    ]
    assert _from(kinesis, "TRIM_HORIZON") == ["a", "b", "c"]
    assert _from(kinesis, "AT_SEQUENCE_NUMBER", StartingSequenceNumber=numbers[1]) == ["b", "c"]
    assert _from(kinesis, "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=numbers[1]) == ["c"]
    assert _from(kinesis, "LATEST") == []


@pytest.mark.proves("Kinesis Data Streams", "Iterators: five ways to start reading", kind="real")
def test_latest_sees_what_comes_after_it(kinesis):
    put(kinesis, "before", 5)
    iterator = kinesis.get_shard_iterator(
        StreamName="s", ShardId=shard(0), ShardIteratorType="LATEST"
    )["ShardIterator"]
    put(kinesis, "after", 5)
    records = kinesis.get_records(ShardIterator=iterator)["Records"]
    assert [record["Data"] for record in records] == [b"after"]


@pytest.mark.proves(
    "Kinesis Data Streams", "Replay: reading takes nothing out of the stream", kind="real"
)
def test_two_readers_read_the_same_and_can_read_again(kinesis):
    for data in "abc":
        put(kinesis, data, 5)
    assert [read(kinesis, shard(0))[0] for _ in range(3)] == [["a", "b", "c"]] * 3


def test_a_stream_that_is_not_there(kinesis):
    with pytest.raises(ClientError) as refused:
        kinesis.put_record(StreamName="nowhere", Data=b"x", PartitionKey="k")
    assert refused.value.response["Error"]["Code"] == "ResourceNotFoundException"


@pytest.fixture
def code():
    def code_of(call, **settings):
        with pytest.raises(ClientError) as refused:
            call(**settings)
        return refused.value.response["Error"]["Code"]

    return code_of


@pytest.mark.proves("Kinesis Data Streams", "An iterator ends after five minutes", kind="real")
def test_an_iterator_expires_and_nonsense_is_none(aws, code):
    kinesis = boto3.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=1)
    arn = kinesis.describe_stream(StreamName="s")["StreamDescription"]["StreamARN"]
    kinesis.put_record(StreamName="s", Data=b"x", PartitionKey="k")
    ask = {"StreamARN": arn, "ShardId": "shardId-000000000000"}  # by its ARN alone
    start = kinesis.get_shard_iterator(**ask, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    aws.clock.move(minutes=4)
    answer = kinesis.get_records(ShardIterator=start)
    assert [record["Data"] for record in answer["Records"]] == [b"x"]
    aws.clock.move(minutes=2)
    assert code(kinesis.get_records, ShardIterator=start) == "ExpiredIteratorException"
    assert kinesis.get_records(ShardIterator=answer["NextShardIterator"])["Records"] == []
    assert code(kinesis.get_records, ShardIterator="bogus") == "InvalidArgumentException"
    for kind in ("AT_SEQUENCE_NUMBER", "AT_TIMESTAMP"):  # without the number or the time
        found = code(kinesis.get_shard_iterator, **ask, ShardIteratorType=kind)
        assert found == "InvalidArgumentException"
    big = {"Data": b"x" * (1024 * 1024 + 1), "PartitionKey": "k"}
    assert code(kinesis.put_record, StreamName="s", **big) == "ValidationException"


@pytest.mark.proves("Kinesis Data Streams", "Resizing, open shards only, consumers", kind="real")
def test_what_resizing_listing_and_deleting_refuse(aws, code):
    kinesis = boto3.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=2)
    resize = {"StreamName": "s", "ScalingType": "UNIFORM_SCALING"}
    found = code(kinesis.update_shard_count, **resize, TargetShardCount=5)
    assert found == "InvalidArgumentException"  # at most double
    kinesis.update_shard_count(**resize, TargetShardCount=4)
    latest = kinesis.list_shards(StreamName="s", ShardFilter={"Type": "AT_LATEST"})["Shards"]
    assert len(latest) == 4
    pages = kinesis.get_paginator("list_shards").paginate(StreamName="s", MaxResults=2)
    assert [len(page["Shards"]) for page in pages] == [2, 2, 2]
    arn = kinesis.describe_stream(StreamName="s")["StreamDescription"]["StreamARN"]
    kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="c")
    assert code(kinesis.delete_stream, StreamName="s") == "ResourceInUseException"
    kinesis.delete_stream(StreamName="s", EnforceConsumerDeletion=True)
    assert kinesis.list_streams()["StreamNames"] == []
