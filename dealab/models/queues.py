"""SQS: which messages a receive call takes, what counts as a duplicate, and how large a message is.

Pure rules over message objects that have ``visible_at`` and ``delayed_until`` (milliseconds since
1970), ``sent_timestamp`` (the same), ``group_id`` and ``approximate_receive_count``.

Sources, all below
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/ (checked 2026-11-23: the
last two):
sqs-visibility-timeout.html, sqs-dead-letter-queues.html,
using-messagededuplicationid-property.html,
FIFO-queues-understanding-logic.html, quotas-messages.html.

Left out: the service's distribution over many hosts (a standard queue keeps its order here, gives
each message once per visibility timeout, and its counts are exact), and the limits of messages in
flight.
"""

import json

from dealab.models.refusals import Refused

DEDUPLICATION_SECONDS = 300
MAXIMUM_BYTES = (
    1024 * 1024
)  # of a message with its attributes, and of a batch: quotas-messages.html
FIRST_SEQUENCE_NUMBER = 18849496460467696128


def take(messages, now: float, count: int, fifo: bool, max_receives: int | None):
    """Choose from ``messages`` (oldest first): return (messages to deliver, messages to move away).

    ``now`` is in milliseconds. In a FIFO queue a group whose earlier message is in flight or
    delayed gives nothing, and as many messages of one group as possible come before those of the
    next one. A message that was received ``max_receives`` times already goes to the
    dead-letter queue instead of being delivered once more; None means there is no such queue.
    """
    blocked, delivered, moved = set(), [], []
    if fifo:
        blocked = {message.group_id for message in messages if waits(message, now)}
        groups = list(dict.fromkeys(message.group_id for message in messages))
        messages = sorted(messages, key=lambda message: groups.index(message.group_id))
    for message in messages:
        if len(delivered) == count:
            break
        if waits(message, now) or (fifo and message.group_id in blocked):
            continue
        if max_receives is not None and message.approximate_receive_count >= max_receives:
            moved.append(message)
        else:
            delivered.append(message)
    return delivered, moved


def waits(message, now: float) -> bool:
    """Say whether a message is in flight or delayed at ``now`` (milliseconds)."""
    return max(message.visible_at, message.delayed_until) > now


def states(messages, now: float) -> dict[str, int]:
    """Count the messages of a queue: visible, in flight and delayed at ``now`` (milliseconds)."""
    delayed = sum(message.delayed_until > now for message in messages)
    hidden = sum(waits(message, now) for message in messages)
    return {
        "visible": len(messages) - hidden,
        "in flight": hidden - delayed,
        "delayed": delayed,
    }


def next_visible(messages, now: float) -> float | None:
    """When the next waiting message can be received, in milliseconds, or None."""
    return min(
        (
            max(message.visible_at, message.delayed_until)
            for message in messages
            if waits(message, now)
        ),
        default=None,
    )


class Duplicates:
    """What a FIFO queue or topic remembers of deduplication ids, for five minutes."""

    def __init__(self):
        self._seen: dict[tuple, tuple] = {}

    def earlier(self, identifier: str, group: str | None, now: float):
        """Return what was remembered for ``identifier`` in the last five minutes, or None.

        ``group`` is the message group where duplicates count per group, else None. ``now`` is in
        seconds.
        """
        since, sent = self._seen.get((identifier, group), (None, None))
        return sent if since is not None and now - since < DEDUPLICATION_SECONDS else None

    def remember(self, identifier: str, group: str | None, now: float, sent) -> None:
        """Keep ``sent`` as what duplicates of ``identifier`` are answered with."""
        self._seen[identifier, group] = (now, sent)


def size(body: str, attributes: dict | None) -> int:
    """Bytes that count for the limit: body and every attribute's name, type and value."""
    total = len(body.encode())
    for name, value in (attributes or {}).items():
        total += len(name.encode()) + len(value.get("DataType", "").encode())
        content = value.get("StringValue") or value.get("BinaryValue") or b""
        total += len(content.encode() if isinstance(content, str) else content)
    return total


def is_allowed_text(body: str) -> bool:
    """Say whether every character may stand in a message: XML 1.0's characters.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
    """
    return all(
        character in "\t\n\r"
        or " " <= character <= "\ud7ff"
        or "\ue000" <= character <= "\ufffd"
        or character >= "\U00010000"
        for character in body
    )


# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
RANGES = {
    "DelaySeconds": (0, 900),
    "KmsDataKeyReusePeriodSeconds": (60, 86400),
    "MaximumMessageSize": (1024, MAXIMUM_BYTES),
    "MessageRetentionPeriod": (60, 1209600),
    "ReceiveMessageWaitTimeSeconds": (0, 20),
    "VisibilityTimeout": (0, 43200),
}
NAMES = {*RANGES} | {
    "ContentBasedDeduplication",
    "DeduplicationScope",
    "FifoQueue",
    "FifoThroughputLimit",
    "KmsMasterKeyId",
    "Policy",
    "RedriveAllowPolicy",
    "RedrivePolicy",
    "SqsManagedSseEnabled",
}


def check_attributes(attributes: dict) -> None:
    """Raise Refused for a queue's attributes (name -> text) that SQS does not take."""
    for name, value in attributes.items():
        if name not in NAMES:
            raise Refused("InvalidAttributeName", f"Unknown Attribute {name}.")
        if name in RANGES:
            least, most = RANGES[name]
            if not str(value).isdigit() or not least <= int(value) <= most:
                raise _bad_value(name, f"Must be between {least} and {most}, if provided.")
        if name in ("Policy", "RedriveAllowPolicy", "RedrivePolicy") and value:
            try:
                document = json.loads(value) if isinstance(value, str) else value
            except ValueError as error:
                raise _bad_value(name) from error
            needed = {"deadLetterTargetArn", "maxReceiveCount"} if name == "RedrivePolicy" else ()
            if not isinstance(document, dict) or not set(needed) <= set(document):
                raise _bad_value(name)


def _bad_value(name: str, reason: str = "") -> Refused:
    reason = f" Reason: {reason}" if reason else ""
    return Refused("InvalidAttributeValue", f"Invalid value for the parameter {name}.{reason}")
