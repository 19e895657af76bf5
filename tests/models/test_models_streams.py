"""Kinesis: iterators and what is refused."""

from types import SimpleNamespace

import pytest

from dealab.models import streams
from dealab.models.refusals import Refused


def test_an_iterator_says_where_and_when():
    iterator = streams.compose("s", "shardId-000000000000", 7, 100.5)
    assert streams.decompose(iterator) == ("s", "shardId-000000000000", "7", 100.5)
    for wrong in ("no", "bm8=", streams.compose("s", "a", "x", 1.0)):
        with pytest.raises(Refused, match="Invalid ShardIterator"):
            streams.decompose(wrong)


@pytest.mark.parametrize(
    ("check", "code"),
    [
        (lambda: streams.check_iterator_use(0, 300.1, None), "ExpiredIteratorException"),
        (lambda: streams.check_iterator_use(0, 1, 10_001), "ValidationException"),
        (lambda: streams.check_iterator("AT_TIMESTAMP", None, None), "InvalidArgumentException"),
        (
            lambda: streams.check_iterator("AT_SEQUENCE_NUMBER", "x", None),
            "InvalidArgumentException",
        ),
        (lambda: streams.check_record("A" * 1_398_104, "k"), "ValidationException"),
        (lambda: streams.check_scaling(2, 5), "InvalidArgumentException"),
        (lambda: streams.check_scaling(4, 1), "InvalidArgumentException"),
        (lambda: streams.check_delete("s", "1", ["c"], False), "ResourceInUseException"),
    ],
)
def test_the_code_of_each_refusal(check, code):
    with pytest.raises(Refused) as refused:
        check()
    assert refused.value.code == code


def test_what_is_allowed_passes():
    streams.check_iterator_use(0, 300, 10_000)
    streams.check_iterator("LATEST", None, None)
    streams.check_scaling(2, 4)
    streams.check_scaling(4, 2)
    streams.check_delete("s", "1", ["c"], True)


def test_shard_filters():
    shards = [SimpleNamespace(shard_id=name, is_open=name != "a") for name in "cab"]

    def ids(**wanted):
        return [one.shard_id for one in streams.filtered(shards, wanted)]

    assert ids() == ["a", "b", "c"]
    assert ids(Type="AT_LATEST") == ["b", "c"]
    assert ids(Type="AFTER_SHARD_ID", ShardId="b") == ["c"]
