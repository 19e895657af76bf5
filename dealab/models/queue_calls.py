"""SQS: what its calls refuse, with the service's codes and words (rules: ``queues``).

Sources, below https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/ (not checked):
API_SendMessage.html, API_SendMessageBatch.html, API_DeleteMessage.html,
API_ChangeMessageVisibility.html, API_SetQueueAttributes.html, API_StartMessageMoveTask.html.

A queue is an object with ``name``, ``queue_arn``, ``fifo_queue`` and ``maximum_message_size``; a
message one with ``receipt_handle``, ``had_receipt_handle(handle)`` and ``visible_at`` (ms).
"""

import json
import re

from dealab.models import queues
from dealab.models.refusals import Refused

CHARACTERS = (
    "Invalid binary character was found in the message body, the set of allowed characters is "
    "#x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF"
)


def _wrong(value, name: str, reason: str) -> Refused:
    return Refused(
        "InvalidParameterValue", f"Value {value} for parameter {name} is invalid. Reason: {reason}"
    )


def no_task() -> Refused:
    """Return the error for a move task that runs no more."""
    message = "Task does not exist or is not running any more."
    return Refused("ResourceNotFoundException", message)


def no_resource(parameter: str) -> Refused:
    """Return the error for a queue (by ARN) that is not there."""
    message = f"The resource that you specified for the {parameter} parameter doesn't exist."
    return Refused("ResourceNotFoundException", message)


def check_new(name: str, attributes: dict) -> None:
    """Check CreateQueue."""
    queues.check_attributes(attributes)
    if name.endswith(".fifo") and str(attributes.get("FifoQueue")).lower() != "true":
        raise Refused(
            "InvalidParameterValue",
            "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
        )


def check_message(queue, body: str, attributes: dict | None, deduplication_id) -> None:
    """Check a message that is to be sent to a queue."""
    if not body:
        message = "The request must contain the parameter MessageBody."
        raise Refused("MissingParameter", message)
    if not queues.is_allowed_text(body):
        raise Refused("InvalidMessageContents", CHARACTERS)
    limit = queue.maximum_message_size
    if queues.size(body, attributes) > limit:
        raise Refused(
            "InvalidParameterValue",
            "One or more parameters are invalid. Reason: Message must be shorter than "
            f"{limit} bytes.",
        )
    if not queue.fifo_queue and deduplication_id:
        raise _wrong(
            deduplication_id,
            "MessageDeduplicationId",
            "The request includes a parameter that is not valid for this queue type.",
        )


def check_batch(entries: list[dict]) -> None:
    """Check a batch as a whole; each entry that is wrong by itself fails alone."""
    if len(entries) > 10:
        raise Refused(
            "TooManyEntriesInBatchRequest",
            f"Maximum number of entries per request are 10. You have sent {len(entries)}.",
        )
    seen = set()
    for entry in entries:
        if not re.match(r"^[\w-]{1,80}$", entry["Id"]):
            raise Refused(
                "InvalidBatchEntryId",
                "A batch entry id can only contain alphanumeric characters, hyphens and "
                "underscores. It can be at most 80 letters long.",
            )
    for entry in entries:
        if entry["Id"] in seen:
            raise Refused("BatchEntryIdsNotDistinct", f"Id {entry['Id']} repeated.")
        seen.add(entry["Id"])
    total = sum(queues.size(one["MessageBody"], one["MessageAttributes"]) for one in entries)
    if total > queues.MAXIMUM_BYTES:
        raise Refused(
            "BatchRequestTooLong",
            f"Batch requests cannot be longer than {queues.MAXIMUM_BYTES} bytes. You have sent "
            f"{total} bytes.",
        )


def message_of(messages, deleted, handle: str):
    """Return the message that ``handle`` was given for, or None when it is deleted."""
    for message in messages:
        if message.had_receipt_handle(handle):
            return message
    if handle in deleted:
        return None
    raise Refused("ReceiptHandleIsInvalid", "The input receipt handle is invalid.")


def may_delete(message, handle: str, fifo: bool, now: float) -> bool:
    """Say whether a handle still deletes its message; ``now`` in milliseconds.

    An outdated one of a standard queue is answered as done, and the message stays.
    """
    outdated = message.receipt_handle != handle
    if fifo and (outdated or message.visible_at <= now):
        raise _wrong(handle, "ReceiptHandle", "The receipt handle has expired.")
    return not outdated


def check_visibility(message, handle: str, now: float) -> None:
    """Check ChangeMessageVisibility: the message must be in flight."""
    if message is None or message.visible_at <= now:
        raise Refused(
            "AWS.SimpleQueueService.MessageNotInflight",
            f"Value {handle} for parameter ReceiptHandle is invalid. Reason: Message does not "
            "exist or is not available for visibility timeout change.",
        )


def check_redrive(queue, policy, by_arn: dict) -> None:
    """Check a queue's RedrivePolicy (text or document). ``by_arn``: the queues that there are."""
    document = json.loads(policy) if isinstance(policy, str) else policy
    if not 1 <= int(document.get("maxReceiveCount", 1)) <= 1000:
        raise _wrong(
            json.dumps(document),
            "RedrivePolicy",
            f"Invalid value for maxReceiveCount: {document['maxReceiveCount']}, valid values are "
            "from 1 to 1000 both inclusive.",
        )
    target = by_arn.get(document.get("deadLetterTargetArn"))
    if target is None:
        return
    if target.name.endswith(".fifo") != queue.name.endswith(".fifo"):
        same = "Dead-letter target must be same type of queue as the source."
        raise _wrong(json.dumps(document), "RedrivePolicy", same)
    allow = json.loads(getattr(target, "redrive_allow_policy", None) or "{}")
    kind, named = allow.get("redrivePermission"), allow.get("sourceQueueArns", [])
    if kind == "denyAll" or (kind == "byQueue" and queue.queue_arn not in named):
        raise _wrong(
            policy,
            "RedrivePolicy",
            f"Queue {queue.queue_arn} is not permitted to use {target.queue_arn} as its "
            "dead-letter queue: see the RedriveAllowPolicy of that queue.",
        )


def check_move(asked: dict, by_arn: dict, is_dead_letter_queue) -> None:
    """Check StartMessageMoveTask. ``is_dead_letter_queue(queue)`` says whether one names it so."""
    for name in ("SourceArn", "DestinationArn"):
        if asked[name] and asked[name] not in by_arn:
            raise no_resource(name)
    if not is_dead_letter_queue(by_arn[asked["SourceArn"]]):
        message = "Source queue must be configured as a Dead Letter Queue."
        raise Refused("InvalidParameterValue", message)


def move_task(asked: dict, handle: str, moved: int, now: float) -> dict:
    """Return a move task that has moved its messages; ``now`` in milliseconds."""
    task = {
        "TaskHandle": handle,
        "Status": "COMPLETED",
        "SourceArn": asked["SourceArn"],
        "ApproximateNumberOfMessagesMoved": moved,
        "ApproximateNumberOfMessagesToMove": moved,
        "StartedTimestamp": int(now),
    }
    if asked["DestinationArn"]:
        task["DestinationArn"] = asked["DestinationArn"]
    return task
