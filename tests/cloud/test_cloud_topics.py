"""SNS through plain boto3: filter policies, raw delivery, FIFO topics, dead letters."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def topic(aws):
    return boto3.client("sns").create_topic(Name="orders")["TopicArn"]


def subscribe(topic, endpoint, protocol="sqs", **attributes):
    text = {k: v if isinstance(v, str) else json.dumps(v) for k, v in attributes.items()}
    return boto3.client("sns").subscribe(
        TopicArn=topic,
        Protocol=protocol,
        Endpoint=endpoint,
        Attributes=text,
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]


def publish(topic, message, attributes=None, **more):
    kinds = {str: "String", int: "Number", list: "String.Array"}
    return boto3.client("sns").publish(
        TopicArn=topic,
        Message=message,
        MessageAttributes={
            key: {
                "DataType": kinds[type(value)],
                "StringValue": value if isinstance(value, str) else json.dumps(value),
            }
            for key, value in (attributes or {}).items()
        },
        **more,
    )


@pytest.mark.proves("SNS", "Filter policies on attributes: every operator", kind="real")
def test_attribute_filters_choose_the_queue(topic, make_queue, bodies):
    policies = {
        "exact": {"kind": ["sale", "refund"]},
        "not": {"kind": [{"anything-but": ["sale"]}]},
        "prefix": {"kind": [{"prefix": "re"}]},
        "suffix": {"kind": [{"suffix": "le"}]},
        "case": {"kind": [{"equals-ignore-case": "SALE"}]},
        "number": {"price": [{"numeric": [">", 10, "<=", 20]}]},
        "network": {"ip": [{"cidr": "10.0.0.0/24"}]},
        "exists": {"price": [{"exists": False}]},
        "both": {"kind": ["sale"], "price": [20]},
        "or": {"$or": [{"kind": ["refund"]}, {"price": [20]}]},
    }
    urls = {}
    for name, policy in policies.items():
        urls[name], arn = make_queue(name)
        subscribe(topic, arn, FilterPolicy=policy, RawMessageDelivery="true")
    publish(topic, "1", {"kind": "sale", "price": 20, "ip": "10.0.0.255"})
    publish(topic, "2", {"kind": "refund", "price": 10, "ip": "10.0.1.1"})
    publish(topic, "3", {"kind": "return"})
    publish(topic, "4")
    assert {name: "".join(bodies(url)) for name, url in urls.items()} == {
        "exact": "12",
        "not": "23",
        "prefix": "23",
        "suffix": "1",
        "case": "1",
        "number": "1",
        "network": "1",
        "exists": "34",
        "both": "1",
        "or": "12",
    }


@pytest.mark.proves("SNS", "Filter policies on the message body, nested", kind="real")
def test_body_filters_look_into_the_document(topic, make_queue, bodies):
    url, arn = make_queue("q")
    policy = {"order": {"lines": {"sku": [{"prefix": "FW"}], "count": [{"numeric": [">", 1]}]}}}
    subscribe(topic, arn, FilterPolicy=policy, FilterPolicyScope="MessageBody")
    fits = {"order": {"lines": [{"sku": "FW-1", "count": 1}, {"sku": "FW-2", "count": 2}]}}
    apart = {"order": {"lines": [{"sku": "FW-1", "count": 1}, {"sku": "XX", "count": 2}]}}
    for message in (json.dumps(fits), json.dumps(apart), "no JSON"):
        publish(topic, message)
    assert [json.loads(json.loads(body)["Message"]) for body in bodies(url)] == [fits]


def test_a_bad_policy_is_refused(topic, make_queue):
    _, arn = make_queue("q")
    for policy in ({"a": [{"like": "x"}]}, {"a": {"b": ["c"]}}, {str(i): ["x"] for i in range(6)}):
        with pytest.raises(ClientError) as caught:
            subscribe(topic, arn, FilterPolicy=policy)
        assert caught.value.response["Error"]["Code"] == "InvalidParameter"


@pytest.mark.proves("SNS", "Raw delivery keeps the attributes; else the JSON envelope", kind="real")
def test_raw_and_wrapped(topic, make_queue):
    urls = {}
    for raw in ("true", "false"):
        urls[raw], arn = make_queue(f"q-{raw}")
        subscribe(topic, arn, RawMessageDelivery=raw)
    sent = publish(topic, "hello", {"kind": "sale"}, Subject="s")["MessageId"]
    sqs = boto3.client("sqs")
    got = {
        raw: sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"])["Messages"][0]
        for raw, url in urls.items()
    }
    assert got["true"]["Body"] == "hello"
    assert got["true"]["MessageAttributes"]["kind"]["StringValue"] == "sale"
    envelope = json.loads(got["false"]["Body"])
    assert (envelope["Message"], envelope["Subject"], envelope["MessageId"]) == ("hello", "s", sent)
    assert envelope["MessageAttributes"] == {"kind": {"Type": "String", "Value": "sale"}}
    assert "MessageAttributes" not in got["false"]


@pytest.mark.proves("SNS", "FIFO topics: order and duplicates", kind="real")
def test_a_fifo_topic_keeps_order_and_drops_duplicates(aws, make_queue, bodies):
    sns = boto3.client("sns")
    topic = sns.create_topic(
        Name="t.fifo", Attributes={"FifoTopic": "true", "ContentBasedDeduplication": "true"}
    )["TopicArn"]
    url, arn = make_queue("q.fifo", FifoQueue="true")
    subscribe(topic, arn, RawMessageDelivery="true")
    answers = [
        sns.publish(TopicArn=topic, Message=text, MessageGroupId="g") for text in ("1", "2", "1")
    ]
    assert bodies(url) == ["1", "2"]
    assert answers[0]["MessageId"] == answers[2]["MessageId"] != answers[1]["MessageId"]
    numbers = [int(answer["SequenceNumber"]) for answer in answers]
    assert numbers[0] == numbers[2] < numbers[1]


@pytest.mark.proves("SNS", "A dead-letter queue per subscription", kind="real")
def test_what_cannot_be_delivered_goes_to_the_dead_letters(topic, make_queue, bodies):
    gone, gone_arn = make_queue("gone")
    fine, fine_arn = make_queue("fine")
    dead, dead_arn = make_queue("dead")
    letters = {"deadLetterTargetArn": dead_arn}
    subscribe(topic, gone_arn, RedrivePolicy=letters)
    missing = "arn:aws:lambda:us-east-1:111122223333:function:missing"
    subscribe(topic, missing, "lambda", RedrivePolicy=letters)
    subscribe(topic, fine_arn)
    boto3.client("sqs").delete_queue(QueueUrl=gone)
    publish(topic, "hello")
    assert [json.loads(body)["Message"] for body in bodies(dead)] == ["hello", "hello"]
    assert len(bodies(fine)) == 1


def test_the_limit_is_256_kib_in_bytes(topic):
    publish(topic, "é" * (128 * 1024))
    with pytest.raises(ClientError, match="Message too long"):
        publish(topic, "é" * (128 * 1024) + "x")


def refusal(call, **settings):
    with pytest.raises(ClientError) as refused:
        call(**settings)
    return refused.value.response["Error"]["Code"], refused.value.response["Error"]["Message"]


@pytest.mark.proves("SNS", "An e-mail address waits for its confirmation", kind="real")
def test_only_confirmed_subscriptions_get_messages(aws, make_queue, bodies):
    sns, (url, arn) = boto3.client("sns"), make_queue("q")
    topic = sns.create_topic(Name="t")["TopicArn"]
    for protocol, endpoint in (("email", "me@example.com"), ("https", "https://example.com/")):
        made = sns.subscribe(TopicArn=topic, Protocol=protocol, Endpoint=endpoint)
        assert made["SubscriptionArn"] == "pending confirmation"
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    sns.publish(TopicArn=topic, Message="m")  # nothing leaves this machine, nothing fails
    assert [json.loads(body)["Message"] for body in bodies(url)] == ["m"]


@pytest.mark.proves("SNS", "Bad messages and subscriptions are refused", kind="real")
def test_what_a_topic_refuses(aws, make_queue):
    sns, (_, arn) = boto3.client("sns"), make_queue("q")
    topic = sns.create_topic(Name="t")["TopicArn"]
    to = {"TopicArn": topic, "Endpoint": arn}
    for call, settings, code, words in (
        (sns.publish, {"TopicArn": topic, "Message": ""}, "InvalidParameter", "Empty message"),
        (sns.publish, {"TopicArn": topic + "x", "Message": "m"}, "NotFound", "Topic does not"),
        (
            sns.publish,
            {"TopicArn": topic, "Message": "text", "MessageStructure": "json"},
            "InvalidParameter",
            "failed to parse",
        ),
        (
            sns.publish,
            {"TopicArn": topic, "Message": '{"sqs": "m"}', "MessageStructure": "json"},
            "InvalidParameter",
            "No default entry",
        ),
        (sns.subscribe, to | {"Protocol": "pigeon"}, "InvalidParameter", "pigeon"),
        (
            sns.subscribe,
            to | {"Protocol": "sqs", "Attributes": {"FilterPolicy": "{bad"}},
            "InvalidParameter",
            "FilterPolicy",
        ),
        (
            sns.subscribe,
            to | {"Protocol": "sqs", "Attributes": {"FilterPolicy": '{"a": "b"}'}},
            "InvalidParameter",
            "FilterPolicy",
        ),
    ):
        found = refusal(call, **settings)
        assert found[0] == code
        assert words in found[1]
    assert sns.list_subscriptions()["Subscriptions"] == []  # nothing is left of a refused one
