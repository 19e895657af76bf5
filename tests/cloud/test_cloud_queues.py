"""SQS through plain boto3: what is hidden and when, duplicates, order, batches, dead letters."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from dealab.cloud import start_aws


@pytest.fixture
def aws():
    lab = start_aws(at="2026-03-02T09:00")
    yield lab
    lab.stop()


@pytest.fixture
def sqs(aws):
    return boto3.client("sqs")


def receive(sqs, url, count=10, **more):
    got = sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=count, MessageSystemAttributeNames=["All"], **more
    )
    return got.get("Messages", [])


def texts(messages):
    return [message["Body"] for message in messages]


def counts(sqs, url):
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    names.append("ApproximateNumberOfMessagesDelayed")
    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return tuple(int(told[name]) for name in names)


def code(caught):
    return caught.value.response["Error"]["Code"]


@pytest.mark.proves("SQS", "Visibility timeout: hidden while in flight, back in time", kind="real")
def test_a_message_is_hidden_for_its_visibility_timeout(aws, sqs, make_queue):
    url, _ = make_queue("q", VisibilityTimeout="30")
    sqs.send_message(QueueUrl=url, MessageBody="a")
    first = receive(sqs, url)
    assert texts(first) == ["a"]
    assert receive(sqs, url) == []
    assert counts(sqs, url) == (0, 1, 0)
    aws.clock.move(seconds=29)
    assert receive(sqs, url) == []
    aws.clock.move(seconds=2)
    again = receive(sqs, url)
    assert texts(again) == ["a"]
    assert again[0]["Attributes"]["ApproximateReceiveCount"] == "2"
    assert again[0]["ReceiptHandle"] != first[0]["ReceiptHandle"]


def test_an_outdated_receipt_handle_deletes_nothing(aws, sqs, make_queue):
    url, _ = make_queue("q")
    sqs.send_message(QueueUrl=url, MessageBody="a")
    old = receive(sqs, url, VisibilityTimeout=0)[0]["ReceiptHandle"]
    new = receive(sqs, url)[0]["ReceiptHandle"]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=old)
    assert counts(sqs, url) == (0, 1, 0)
    sqs.delete_message(QueueUrl=url, ReceiptHandle=new)
    assert counts(sqs, url) == (0, 0, 0)
    sqs.delete_message(QueueUrl=url, ReceiptHandle=new)  # deleting twice is no error


@pytest.mark.proves("SQS", "ChangeMessageVisibility, only while in flight", kind="real")
def test_visibility_can_be_changed_while_in_flight(aws, sqs, make_queue):
    url, _ = make_queue("q")
    sqs.send_message(QueueUrl=url, MessageBody="a")
    handle = receive(sqs, url)[0]["ReceiptHandle"]
    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=100)
    aws.clock.move(seconds=99)
    assert receive(sqs, url) == []
    aws.clock.move(seconds=2)
    with pytest.raises(ClientError) as caught:
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=5)
    assert code(caught) == "AWS.SimpleQueueService.MessageNotInflight"


@pytest.mark.proves("SQS", "Delay of a message and of a queue", kind="real")
def test_delayed_messages_come_later(aws, sqs, make_queue):
    url, _ = make_queue("q", DelaySeconds="5")
    sqs.send_message(QueueUrl=url, MessageBody="queue's delay")
    sqs.send_message(QueueUrl=url, MessageBody="its own", DelaySeconds=60)
    sqs.send_message(QueueUrl=url, MessageBody="none", DelaySeconds=0)
    assert counts(sqs, url) == (1, 0, 2)
    assert texts(receive(sqs, url)) == ["none"]
    aws.clock.move(seconds=6)
    assert texts(receive(sqs, url)) == ["queue's delay"]
    aws.clock.move(seconds=60)
    assert "its own" in texts(receive(sqs, url))


@pytest.mark.proves("SQS", "Long polling waits for the next message", kind="real")
def test_a_long_poll_lets_the_clock_run_to_the_next_message(aws, sqs, make_queue):
    url, _ = make_queue("q")
    before = aws.clock.now()
    assert receive(sqs, url, WaitTimeSeconds=20) == []
    assert 20 <= (aws.clock.now() - before).total_seconds() < 20.1
    sqs.send_message(QueueUrl=url, MessageBody="a", DelaySeconds=7)
    before = aws.clock.now()
    assert receive(sqs, url) == []
    assert texts(receive(sqs, url, WaitTimeSeconds=20)) == ["a"]
    assert 7 <= (aws.clock.now() - before).total_seconds() < 7.1


def test_messages_are_gone_after_their_retention(aws, sqs, make_queue):
    url, _ = make_queue("q", MessageRetentionPeriod="60")
    sqs.send_message(QueueUrl=url, MessageBody="a")
    aws.clock.move(seconds=61)
    assert receive(sqs, url) == []


def dead_letters(make_queue, receives=2, suffix="", **more):
    dead_url, dead_arn = make_queue("dead" + suffix, **more)
    policy = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": receives})
    url, arn = make_queue("work" + suffix, RedrivePolicy=policy, VisibilityTimeout="10", **more)
    return url, arn, dead_url, dead_arn


@pytest.mark.proves("SQS", "Dead-letter queue after maxReceiveCount", kind="real")
def test_the_third_receive_moves_to_the_dead_letter_queue(aws, sqs, make_queue):
    url, _, dead, _ = dead_letters(make_queue)
    sent = sqs.send_message(QueueUrl=url, MessageBody="poison")["MessageId"]
    for _ in range(2):
        assert texts(receive(sqs, url)) == ["poison"]
        aws.clock.move(seconds=11)
    assert counts(sqs, url) == (1, 0, 0)
    assert counts(sqs, dead) == (0, 0, 0)
    assert receive(sqs, url) == []
    found = receive(sqs, dead)
    assert [message["MessageId"] for message in found] == [sent]
    assert found[0]["Attributes"]["ApproximateReceiveCount"] == "3"


@pytest.mark.proves("SQS", "Redrive with StartMessageMoveTask", kind="real")
def test_a_move_task_brings_dead_letters_back(aws, sqs, make_queue):
    url, arn, dead, dead_arn = dead_letters(make_queue, receives=1)
    for text in ("a", "b"):
        sqs.send_message(QueueUrl=url, MessageBody=text)
    assert len(receive(sqs, url)) == 2
    aws.clock.move(seconds=11)
    assert receive(sqs, url) == []
    assert counts(sqs, dead) == (2, 0, 0)
    sources = sqs.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"]
    assert sources == [url]
    assert sqs.start_message_move_task(SourceArn=dead_arn)["TaskHandle"]
    assert counts(sqs, dead) == (0, 0, 0)
    back = receive(sqs, url)
    assert texts(back) == ["a", "b"]
    assert back[0]["Attributes"]["ApproximateReceiveCount"] == "1"
    task = sqs.list_message_move_tasks(SourceArn=dead_arn)["Results"][0]
    assert task["Status"] == "COMPLETED"
    assert task["ApproximateNumberOfMessagesMoved"] == 2
    with pytest.raises(ClientError) as caught:
        sqs.start_message_move_task(SourceArn=arn)
    assert code(caught) == "InvalidParameterValue"
    assert "must be configured as a Dead Letter Queue" in str(caught.value)


def test_a_dead_letter_queue_may_refuse_sources(aws, sqs, make_queue):
    _, dead = make_queue("dead", RedriveAllowPolicy=json.dumps({"redrivePermission": "denyAll"}))
    policy = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": 1})
    with pytest.raises(ClientError) as caught:
        make_queue("work", RedrivePolicy=policy)
    assert code(caught) == "InvalidParameterValue"


def test_a_dead_letter_queue_is_of_the_same_type(aws, sqs, make_queue):
    _, fifo = make_queue("dead.fifo", FifoQueue="true")
    _, plain = make_queue("dead")
    for name, dead, more in (("work", fifo, {}), ("work.fifo", plain, {"FifoQueue": "true"})):
        policy = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": 1})
        with pytest.raises(ClientError, match="same type"):
            make_queue(name, RedrivePolicy=policy, **more)


# FIFO


@pytest.fixture
def fifo(make_queue):
    return make_queue("q.fifo", FifoQueue="true", ContentBasedDeduplication="true")[0]


def put(sqs, url, *words, **more):
    """Send each "group:body"."""
    return [
        sqs.send_message(QueueUrl=url, MessageBody=word, MessageGroupId=word.split(":")[0], **more)
        for word in words
    ]


@pytest.mark.proves("SQS", "FIFO: order per group, a group in flight is hidden", kind="real")
def test_a_group_in_flight_hides_its_later_messages_only(aws, sqs, fifo):
    put(sqs, fifo, "a:1", "a:2", "b:1", "a:3", "b:2")
    first = receive(sqs, fifo, count=1)
    assert texts(first) == ["a:1"]
    assert texts(receive(sqs, fifo)) == ["b:1", "b:2"]
    assert receive(sqs, fifo) == []
    sqs.delete_message(QueueUrl=fifo, ReceiptHandle=first[0]["ReceiptHandle"])
    two = receive(sqs, fifo)
    assert texts(two) == ["a:2", "a:3"]
    sqs.change_message_visibility(
        QueueUrl=fifo, ReceiptHandle=two[1]["ReceiptHandle"], VisibilityTimeout=0
    )
    assert receive(sqs, fifo) == []  # a:2 is still in flight
    aws.clock.move(seconds=31)
    assert sorted(texts(receive(sqs, fifo))) == ["a:2", "a:3", "b:1", "b:2"]


def test_a_receive_call_takes_one_group_before_the_next(sqs, fifo):
    """FIFO-queues-understanding-logic.html: as many messages of one group as possible."""
    put(sqs, fifo, "a:1", "b:1", "a:2", "b:2")
    assert texts(receive(sqs, fifo, count=3)) == ["a:1", "a:2", "b:1"]


@pytest.mark.proves("SQS", "FIFO: duplicates within five minutes are dropped", kind="real")
def test_duplicates_are_dropped_even_after_the_first_was_deleted(aws, sqs, fifo):
    first = put(sqs, fifo, "a:1")[0]
    sqs.delete_message(QueueUrl=fifo, ReceiptHandle=receive(sqs, fifo)[0]["ReceiptHandle"])
    again = put(sqs, fifo, "a:1")[0]
    assert again["MessageId"] == first["MessageId"]
    assert again["SequenceNumber"] == first["SequenceNumber"]
    assert receive(sqs, fifo) == []
    aws.clock.move(minutes=5)
    later = put(sqs, fifo, "a:1")[0]
    assert int(later["SequenceNumber"]) > int(first["SequenceNumber"])
    assert texts(receive(sqs, fifo)) == ["a:1"]


def test_duplicates_count_per_group_where_the_queue_says_so(aws, sqs, make_queue):
    url, _ = make_queue(
        "q.fifo",
        FifoQueue="true",
        DeduplicationScope="messageGroup",
        FifoThroughputLimit="perMessageGroupId",
    )
    put(sqs, url, "a:1", "a:2", "b:1", MessageDeduplicationId="same")
    assert texts(receive(sqs, url)) == ["a:1", "b:1"]


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({}, "MissingParameter"),
        ({"MessageGroupId": "g", "DelaySeconds": 3}, "InvalidParameterValue"),
    ],
)
def test_what_a_fifo_queue_refuses(aws, sqs, fifo, more, kind):
    with pytest.raises(ClientError) as caught:
        sqs.send_message(QueueUrl=fifo, MessageBody="x", **more)
    assert code(caught) == kind


def test_a_fifo_receipt_handle_expires(aws, sqs, fifo):
    put(sqs, fifo, "a:1")
    handle = receive(sqs, fifo)[0]["ReceiptHandle"]
    aws.clock.move(seconds=31)
    with pytest.raises(ClientError, match="receipt handle has expired"):
        sqs.delete_message(QueueUrl=fifo, ReceiptHandle=handle)


def test_a_failing_fifo_message_goes_to_the_dead_letters_and_frees_its_group(aws, sqs, make_queue):
    url, _, dead, _ = dead_letters(
        make_queue, 1, ".fifo", FifoQueue="true", ContentBasedDeduplication="true"
    )
    put(sqs, url, "a:bad", "a:good")
    assert texts(receive(sqs, url, count=1)) == ["a:bad"]
    aws.clock.move(seconds=11)
    assert texts(receive(sqs, url)) == ["a:good"]
    assert texts(receive(sqs, dead)) == ["a:bad"]


# Batches and sizes


@pytest.mark.proves("SQS", "Batches fail in part: the bad entries are named", kind="real")
def test_a_batch_sends_the_good_and_names_the_bad(aws, sqs, make_queue):
    url, _ = make_queue("q", MaximumMessageSize="2048")
    bodies = {"1": "fine", "2": "x" * 2049, "3": "bad \x01", "4": "last"}
    answer = sqs.send_message_batch(
        QueueUrl=url, Entries=[{"Id": key, "MessageBody": text} for key, text in bodies.items()]
    )
    assert [entry["Id"] for entry in answer["Successful"]] == ["1", "4"]
    failed = {entry["Id"]: (entry["Code"], entry["SenderFault"]) for entry in answer["Failed"]}
    assert failed == {"2": ("InvalidParameterValue", True), "3": ("InvalidMessageContents", True)}
    assert texts(receive(sqs, url)) == ["fine", "last"]


@pytest.mark.proves("SQS", "1 MiB for a message with its attributes, in bytes", kind="real")
def test_the_limit_counts_bytes_and_attributes(aws, sqs, make_queue):
    url, _ = make_queue("q")
    limit = 1024 * 1024
    sqs.send_message(QueueUrl=url, MessageBody="é" * (limit // 2))
    for body, attributes in (
        ("é" * (limit // 2) + "x", {}),
        ("x" * limit, {"k": {"DataType": "String", "StringValue": "v"}}),
    ):
        with pytest.raises(ClientError, match="must be shorter than 1048576 bytes"):
            sqs.send_message(QueueUrl=url, MessageBody=body, MessageAttributes=attributes)
    with pytest.raises(ClientError) as caught:
        sqs.send_message_batch(
            QueueUrl=url,
            Entries=[{"Id": str(i), "MessageBody": "x" * 600_000} for i in range(2)],
        )
    assert code(caught).endswith("BatchRequestTooLong")


def refusal(call, **settings):
    with pytest.raises(ClientError) as refused:
        call(**settings)
    return refused.value.response["Error"]["Code"], refused.value.response["Error"]["Message"]


@pytest.mark.proves("SQS", "Attributes of a queue are checked", kind="real")
@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ({"VisibilityTimeout": "43201"}, "InvalidAttributeValue"),
        ({"MessageRetentionPeriod": "59"}, "InvalidAttributeValue"),
        ({"RedrivePolicy": "{bad"}, "InvalidAttributeValue"),
        ({"RedrivePolicy": "{}"}, "InvalidAttributeValue"),
        ({"VisibilityTime": "5"}, "InvalidAttributeName"),
    ],
)
def test_a_queue_refuses_attributes(aws, make_queue, attributes, code):
    sqs, (url, _) = boto3.client("sqs"), make_queue("q")
    before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert refusal(sqs.set_queue_attributes, QueueUrl=url, Attributes=attributes)[0] == code
    assert refusal(sqs.create_queue, QueueName="new", Attributes=attributes)[0] == code
    after = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert after == before
    assert len(sqs.list_queues()["QueueUrls"]) == 1
    assert refusal(sqs.create_queue, QueueName="a.fifo")[0] == "InvalidParameterValue"
