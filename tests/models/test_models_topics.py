"""SNS: refusals, confirmation, filter policies."""

import pytest

from dealab.models import topics
from dealab.models.refusals import Refused


@pytest.mark.parametrize(
    ("check", "words"),
    [
        (lambda: topics.check_message("", None), "Empty message"),
        (lambda: topics.check_message("x", "json"), "failed to parse"),
        (lambda: topics.check_message('{"sqs": "x"}', "json"), "No default entry"),
        (lambda: topics.check_size("é" * 131_073), "too long"),
        (lambda: topics.check_subscription("carrier-pigeon", {}), "carrier-pigeon"),
        (lambda: topics.check_subscription("sqs", {"FilterPolicy": "{"}), "failed to parse JSON"),
    ],
)
def test_refusals(check, words):
    with pytest.raises(Refused, match=words) as refused:
        check()
    assert refused.value.code == "InvalidParameter"


def test_what_is_allowed_passes():
    topics.check_message('{"default": "x"}', "json")
    topics.check_size("é" * 131_072)
    topics.check_subscription("lambda", {"FilterPolicy": "{}"})


@pytest.mark.parametrize(
    ("protocol", "endpoint", "waits"),
    [
        ("email", "a@example.com", True),
        ("https", "https://example.com/x", True),
        ("https", "https://localhost.example.com/x", True),
        ("http", "http://127.0.0.1:8000/", False),
        ("sqs", "arn:aws:sqs:us-east-1:1:q", False),
    ],
)
def test_endpoints_outside_must_confirm(protocol, endpoint, waits):
    assert topics.needs_confirmation(protocol, endpoint) == waits


def test_filter_policies_look_at_attributes_or_the_body():
    assert topics.passes(None, None, "x", None)
    policy = {"kind": ["a"]}
    attributes = {"kind": {"Type": "String", "Value": "a"}}
    assert topics.passes(policy, "MessageBody", '{"kind": "a"}', None)
    assert not topics.passes(policy, "MessageBody", '{"kind": "b"}', attributes)
    assert not topics.passes(policy, None, '{"kind": "a"}', {})


def test_cidr_is_hidden_from_motos_check():
    policy = {"ip": [{"cidr": "10.0.0.0/8"}, {"prefix": "a"}], "$or": [{"a": [1]}, {"b": [2]}]}
    expected = {"ip": ["address", {"prefix": "a"}], "$or": [{"a": [1]}, {"b": [2]}]}
    assert topics.without_cidr(policy) == expected


def test_fifo_messages_are_numbered_once():
    sent = {}
    numbers = [topics.sequence_number(sent, one) for one in ("a", "b", "a")]
    assert numbers[0] == numbers[2] < numbers[1]
