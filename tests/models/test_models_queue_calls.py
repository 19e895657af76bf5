"""What SQS refuses, in its words."""

from types import SimpleNamespace

import pytest

from dealab.models import queue_calls
from dealab.models.refusals import Refused

QUEUE = SimpleNamespace(
    name="q", queue_arn="arn:q", fifo_queue=False, maximum_message_size=10,
    redrive_allow_policy=None,
)  # fmt: skip


def entry(name: str, body: str = "b") -> dict:
    return {"Id": name, "MessageBody": body, "MessageAttributes": None}


@pytest.mark.parametrize(
    ("code", "check"),
    [
        ("MissingParameter", lambda: queue_calls.check_message(QUEUE, "", None, None)),
        ("InvalidMessageContents", lambda: queue_calls.check_message(QUEUE, "\x00", None, None)),
        ("InvalidParameterValue", lambda: queue_calls.check_message(QUEUE, "é" * 6, None, None)),
        ("InvalidParameterValue", lambda: queue_calls.check_message(QUEUE, "a", None, "d")),
        (
            "TooManyEntriesInBatchRequest",
            lambda: queue_calls.check_batch([entry(str(n)) for n in range(11)]),
        ),
        ("InvalidBatchEntryId", lambda: queue_calls.check_batch([entry("a b")])),
        ("BatchEntryIdsNotDistinct", lambda: queue_calls.check_batch([entry("a"), entry("a")])),
        ("BatchRequestTooLong", lambda: queue_calls.check_batch([entry("a", "x" * 2**20 + "y")])),
        ("InvalidParameterValue", lambda: queue_calls.check_new("q.fifo", {})),
        ("ReceiptHandleIsInvalid", lambda: queue_calls.message_of([], set(), "h")),
        (
            "ResourceNotFoundException",
            lambda: queue_calls.check_move(
                {"SourceArn": "arn:x", "DestinationArn": None}, {}, lambda _: True
            ),
        ),
    ],
)
def test_the_code_of_each_refusal(code, check):
    with pytest.raises(Refused) as refused:
        check()
    assert refused.value.code == code


def test_what_is_allowed_passes():
    queue_calls.check_message(QUEUE, "é" * 5, None, None)
    queue_calls.check_batch([entry("a"), entry("b")])
    queue_calls.check_new("q.fifo", {"FifoQueue": "true"})


@pytest.mark.parametrize(
    ("target", "count", "words"),
    [
        ({"name": "d.fifo"}, 3, "same type"),
        ({"redrive_allow_policy": '{"redrivePermission": "denyAll"}'}, 3, "not permitted"),
        ({}, 1001, "from 1 to 1000"),
    ],
)
def test_redrive_policies(target, count, words):
    dead = SimpleNamespace(**{**vars(QUEUE), "name": "d", "queue_arn": "arn:d", **target})
    policy = {"deadLetterTargetArn": "arn:d", "maxReceiveCount": count}
    with pytest.raises(Refused, match=words):
        queue_calls.check_redrive(QUEUE, policy, {"arn:d": dead})


def test_handles_of_fifo_queues_expire_and_those_of_standard_queues_do_nothing():
    message = SimpleNamespace(receipt_handle="new", visible_at=100)
    assert queue_calls.may_delete(message, "new", True, 50)
    assert not queue_calls.may_delete(message, "old", False, 50)
    for handle, now in (("old", 50), ("new", 100)):
        with pytest.raises(Refused, match="has expired"):
            queue_calls.may_delete(message, handle, True, now)
    with pytest.raises(Refused, match="not available"):
        queue_calls.check_visibility(message, "new", 100)
