"""SNS: what its calls refuse, which subscriptions wait, and numbers of FIFO topics.

Sources, below https://docs.aws.amazon.com/sns/latest/api/ (not checked): API_Subscribe.html,
API_Publish.html.
"""

import json
import re

from dealab.models import filter_policies
from dealab.models.refusals import Refused

LOOPBACK = r"https?://(localhost|127\.0\.0\.1|\[::1\])[:/]"
PROTOCOLS = (
    *("http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose"),
)
MESSAGE_BYTES = 262_144
FIRST_SEQUENCE_NUMBER = 10_000_000_000_000_000_000


def _wrong(message: str) -> Refused:
    return Refused("InvalidParameter", f"Invalid parameter: {message}")


def _parsed(text: str):
    try:
        return json.loads(text)
    except ValueError:
        return None


def check_size(message: str) -> None:
    """Check a message's size, which is counted in bytes."""
    if len(message.encode()) > MESSAGE_BYTES:
        raise _wrong("Message too long")


def check_message(message: str | None, structure: str | None) -> None:
    """Check Publish. ``structure``: "json" for a message with one text for each protocol."""
    if not message:
        raise _wrong("Empty message")
    if structure == "json":
        document = _parsed(message)
        if not isinstance(document, dict):
            raise _wrong("Message Structure - JSON message body failed to parse")
        if "default" not in document:
            raise _wrong("Message Structure - No default entry in JSON message body")


def check_subscription(protocol: str, attributes: dict) -> None:
    """Check Subscribe."""
    if protocol not in PROTOCOLS:
        raise _wrong(f"Amazon SNS does not support this protocol string: {protocol}")
    policy = attributes.get("FilterPolicy")
    if policy and _parsed(policy) is None:
        raise _wrong("FilterPolicy: failed to parse JSON.")


def needs_confirmation(protocol: str, endpoint: str) -> bool:
    """Say whether an endpoint outside AWS must confirm a subscription first."""
    outside = protocol in ("http", "https") and not re.match(LOOPBACK, endpoint)
    return outside or protocol in ("email", "email-json")


def passes(policy: dict | None, scope: str | None, message: str, attributes) -> bool:
    """Say whether a message passes a subscription's filter policy."""
    if not policy:
        return True
    if scope == "MessageBody":
        return filter_policies.body_matches(policy, message)
    return filter_policies.matches(policy, attributes)


def without_cidr(policy):
    """Return a filter policy with texts for the operator ``cidr``, which moto's check lacks."""
    if isinstance(policy, dict):
        return {key: without_cidr(inner) for key, inner in policy.items()}
    if not isinstance(policy, list):
        return policy
    return [
        "address" if isinstance(one, dict) and set(one) == {"cidr"} else without_cidr(one)
        for one in policy
    ]


def sequence_number(sent: dict, message_id: str) -> str:
    """Return the number of a FIFO topic's message; ``sent`` remembers those given."""
    return str(FIRST_SEQUENCE_NUMBER + sent.setdefault(message_id, len(sent) + 1))
