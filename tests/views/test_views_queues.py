import json

import boto3
import pytest

from dealab import views
from dealab.cloud import start_aws


@pytest.fixture
def aws():
    lab = start_aws(at="2026-03-02T09:00")
    yield lab
    lab.stop()


@pytest.mark.proves("Views", "Queues: visible, in flight, delayed, dead letters", kind="real")
def test_queues_show_what_is_where(aws):
    sqs = boto3.client("sqs")
    assert list(views.queues()["queue"]) == []
    sqs.create_queue(QueueName="dead")
    arn = "arn:aws:sqs:us-east-1:111122223333:dead"
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 1})
    url = sqs.create_queue(QueueName="work", Attributes={"RedrivePolicy": policy})["QueueUrl"]
    for delay in (0, 0, 0, 60):
        sqs.send_message(QueueUrl=url, MessageBody="m", DelaySeconds=delay)
    sqs.receive_message(QueueUrl=url)
    table = views.queues().set_index("queue")
    shown = table.loc["work", ["visible", "in_flight", "delayed", "dead_letters", "receives"]]
    assert shown.tolist() == [2, 1, 1, "dead", 1]
    aws.clock.move(seconds=31)
    sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    table = views.queues().set_index("queue")
    assert table["visible"].to_dict() == {"dead": 1, "work": 0}
