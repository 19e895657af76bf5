"""Pollers of event source mappings, without any service."""

from collections import Counter
from types import SimpleNamespace

import pytest

from dealab.models import pollers
from dealab.models.event_sources import Position, Shard

STREAM = "arn:aws:kinesis:us-east-1:111122223333:stream/s"
QUEUE = "arn:aws:sqs:us-east-1:111122223333:q"


def mapping(arn=STREAM, **more):
    told = {
        "event_source_arn": arn, "batch_size": 10, "max_batch_window": 0, "tumbling_window": 0,
        "parallelization_factor": 1, "filter_criteria": None, "function_response_types": [],
        "starting_position": "TRIM_HORIZON", "starting_position_timestamp": None,
        "counts": Counter(), "last_result": "",
    }  # fmt: skip
    return SimpleNamespace(**{**told, **more})


def shard(name, *numbers, parents=()):
    return Shard(name, parents, [(number, {}, float(number)) for number in numbers])


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"EventSourceArn": STREAM}, "startingPosition"),
        ({"EventSourceArn": STREAM, "StartingPosition": "AT_TIMESTAMP"}, "needs"),
        (
            {"EventSourceArn": ":::".join(["arn:aws:dynamodb", ""]), "BatchSize": 0,
             "StartingPosition": "AT_TIMESTAMP"},
            "not supported for DynamoDB",
        ),
        ({"EventSourceArn": QUEUE, "BatchSize": 0}, "BatchSize|batchSize"),
    ],
)  # fmt: skip
def test_settings_that_are_refused(spec, words):
    import re

    assert re.search(words, pollers.refused(spec))


def test_settings_that_pass():
    assert pollers.refused({"EventSourceArn": QUEUE}) is None
    assert pollers.refused({"EventSourceArn": STREAM, "StartingPosition": "LATEST"}) is None
    assert pollers.queue_refused(30, 30) is None
    assert "less than" in pollers.queue_refused(29, 30)
    assert pollers.filters_refused({"Filters": [{"Pattern": "{"}]})
    assert pollers.topics({"EventSourceArn": "arn:aws:kafka:us-east-1:1:cluster/c"})


def test_children_wait_until_their_parents_are_read():
    shards = [shard("parent", 1, 2), shard("child", 3, parents=("parent", None))]
    positions = {}
    assert [lane.id for lane, _ in pollers.lanes(mapping(), shards, positions)] == ["parent"]
    positions["parent"].done(2)
    ready = pollers.lanes(mapping(), shards, positions)
    assert [lane.id for lane, _ in ready] == ["parent", "child"]


def test_first_positions():
    shards = [shard("a", 1, 5, 9)]
    assert pollers.first_positions(mapping(), shards) == {}
    latest = pollers.first_positions(mapping(starting_position="LATEST"), shards)
    assert latest["a"].checkpoint == 9
    at = mapping(starting_position="AT_TIMESTAMP", starting_position_timestamp=5)
    assert pollers.first_positions(at, shards)["a"].checkpoint == 1


def test_a_lane_is_due_when_its_window_ends():
    waits = mapping(max_batch_window=60)
    assert pollers.lane_due(waits, shard("a", 10), Position(0)) == [70]
    assert pollers.lane_due(waits, shard("a", 10), Position(10)) == []
    assert pollers.lane_due(waits, shard("a", 10), Position(0, polled=30)) == [90]


class Throttled(Exception):
    pass


def polled(of, run):
    """Poll a queue with two messages; return (what came back, what was deleted)."""
    message = {"ReceiptHandle": "", "Body": "{}", "MD5OfBody": ""}
    batches = [[{**message, "MessageId": one, "ReceiptHandle": f"h{one}"} for one in "ab"], []]
    deleted = []
    back = pollers.poll_queue(of, lambda: batches.pop(0), deleted.append, run, Throttled)
    return back, deleted


def test_what_failed_comes_back_and_the_rest_is_deleted():
    failed = {"batchItemFailures": [{"itemIdentifier": "b"}]}
    answer = SimpleNamespace(error=None, result=failed)
    reports = mapping(QUEUE, function_response_types=["ReportBatchItemFailures"])
    assert polled(reports, lambda event: answer) == (["hb"], ["ha"])
    assert (reports.counts["DeletedEventCount"], reports.counts["FailedInvokeEventCount"]) == (1, 1)
    assert polled(mapping(QUEUE), lambda event: answer) == ([], ["ha", "hb"])


def test_a_throttled_function_loses_nothing():
    def run(event):
        raise Throttled

    of = mapping(QUEUE)
    assert polled(of, run) == (["ha", "hb"], [])
    assert of.last_result == pollers.THROTTLED


def test_filtered_messages_are_deleted_without_a_run():
    of = mapping(QUEUE, filter_criteria={"Filters": [{"Pattern": '{"body": {"x": [1]}}'}]})
    assert polled(of, None) == ([], ["ha", "hb"])
    assert of.counts["FilteredOutEventCount"] == 2
