import json
import os
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError

from dealab.cloud import start_aws

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def lab():
    lab = start_aws(at="2026-03-02T09:00")
    yield lab
    lab.stop()


@pytest.mark.proves("Clock", "Answers carry the lab's time, and move with it", kind="real")
def test_answers_carry_the_labs_time(lab):
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="fernway-x")
    s3.put_object(Bucket="fernway-x", Key="a", Body=b"1")
    assert s3.head_object(Bucket="fernway-x", Key="a")["LastModified"] == BEGIN
    lab.clock.move(days=400)
    s3.put_object(Bucket="fernway-x", Key="b", Body=b"1")
    found = s3.head_object(Bucket="fernway-x", Key="b")["LastModified"]
    assert found == BEGIN + timedelta(days=400)
    assert abs(time.time() - datetime.now(UTC).timestamp()) < 5
    assert datetime.now(UTC) - BEGIN > timedelta(days=200)  # this process's own time is real


def test_a_running_clock_that_was_moved_goes_on(aws):
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    aws.clock.move(days=10)
    asked = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["CreatedTimestamp"])
    made = float(asked["Attributes"]["CreatedTimestamp"])
    assert abs(made - time.time()) < 60
    url = sqs.create_queue(QueueName="r")["QueueUrl"]
    asked = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["CreatedTimestamp"])
    assert abs(float(asked["Attributes"]["CreatedTimestamp"]) - made - 864_000) < 60
    assert abs(aws.clock.time() - time.time() - 864_000) < 60


@pytest.mark.proves("SQS", "Visibility, delay and retention pass on the movable clock", kind="real")
def test_sqs_visibility_delay_and_retention(lab):
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="q", Attributes={"VisibilityTimeout": "60"})["QueueUrl"]

    def received():
        return len(sqs.receive_message(QueueUrl=url).get("Messages", []))

    sqs.send_message(QueueUrl=url, MessageBody="1", DelaySeconds=300)
    assert received() == 0
    lab.clock.move(seconds=301)
    assert received() == 1
    lab.clock.move(seconds=59)
    assert received() == 0
    lab.clock.move(seconds=2)
    assert received() == 1
    lab.clock.move(days=5)
    assert received() == 0


@pytest.mark.proves("Kinesis Data Streams", "AT_TIMESTAMP and retention on the clock", kind="real")
def test_kinesis_at_timestamp_and_retention(lab):
    kinesis = boto3.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=1)
    for hour in range(4):
        kinesis.put_record(StreamName="s", Data=str(hour).encode(), PartitionKey="k")
        lab.clock.move(hours=1)
    [shard] = [one["ShardId"] for one in kinesis.list_shards(StreamName="s")["Shards"]]

    def read(kind="TRIM_HORIZON", **more):
        iterator = kinesis.get_shard_iterator(
            StreamName="s", ShardId=shard, ShardIteratorType=kind, **more
        )["ShardIterator"]
        answer = kinesis.get_records(ShardIterator=iterator)
        return [record["Data"].decode() for record in answer["Records"]]

    assert read("AT_TIMESTAMP", Timestamp=BEGIN + timedelta(minutes=90)) == ["2", "3"]
    lab.clock.move(hours=21, minutes=30)  # the first two are older than 24 hours now
    assert read() == ["2", "3"]
    lab.clock.move(days=2)
    assert read() == []
    kinesis.put_record(StreamName="s", Data=b"new", PartitionKey="k")
    assert read() == ["new"]


@pytest.mark.proves("S3", "Presigned URLs end at their time", kind="real")
@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_presigned_urls_expire(lab, version):
    s3 = boto3.client("s3", config=Config(signature_version=version))
    s3.create_bucket(Bucket="fernway-x")
    s3.put_object(Bucket="fernway-x", Key="a", Body=b"cargo")
    asked = {"Bucket": "fernway-x", "Key": "a"}
    url = s3.generate_presigned_url("get_object", Params=asked, ExpiresIn=600)
    lab.clock.move(seconds=599)
    assert requests.get(url).content == b"cargo"
    lab.clock.move(seconds=2)
    late = requests.get(url)
    assert late.status_code == 403
    assert "<Code>AccessDenied</Code><Message>Request has expired</Message>" in late.text
    assert "<Expires>2026-03-02T09:10:00Z</Expires>" in late.text
    put = s3.generate_presigned_url("put_object", Params=asked, ExpiresIn=60)
    lab.clock.move(hours=1)
    assert requests.put(put, data=b"other").status_code == 403
    assert s3.get_object(**asked)["Body"].read() == b"cargo"


def test_a_handler_sees_the_labs_time_however_it_is_invoked(lab):
    from dealab.cloud import zip_handler

    source = "import time\ndef handler(event, context): return int(time.time())"
    boto3.client("lambda").create_function(
        FunctionName="now", Runtime="python3.13", Role=lab.role, Handler="handler.handler",
        Code={"ZipFile": zip_handler(source)},
    )  # fmt: skip
    url = boto3.client("sqs").create_queue(QueueName="q")["QueueUrl"]
    boto3.client("lambda").create_event_source_mapping(
        EventSourceArn="arn:aws:sqs:us-east-1:111122223333:q", FunctionName="now"
    )
    lab.clock.move(hours=1)
    boto3.client("lambda").invoke(FunctionName="now")
    boto3.client("sqs").send_message(QueueUrl=url, MessageBody="1")
    lab.run_event_sources()
    assert [run.result for run in lab.invocations] == [int(lab.clock.time())] * 2


def test_calls_from_many_threads_leave_real_time_behind(lab):
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    wrong = []

    def work():
        for _ in range(15):
            sent = sqs.send_message(QueueUrl=url, MessageBody="1")
            date = sent["ResponseMetadata"]["HTTPHeaders"].get("date", "Mon, 02 Mar 2026 09")
            if not date.startswith("Mon, 02 Mar 2026 09"):
                wrong.append(date)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert datetime.now(UTC) - BEGIN > timedelta(days=200)
    messages = sqs.receive_message(QueueUrl=url, AttributeNames=["SentTimestamp"])["Messages"]
    assert {m["Attributes"]["SentTimestamp"] for m in messages} == {
        str(int(BEGIN.timestamp() * 1000))
    }


@pytest.mark.proves("Clock", "With at=, two runs give the same answers, ids and times", kind="real")
def test_two_fresh_processes_give_identical_answers():
    script = Path(__file__).with_name("everything.py")
    runs = []
    for seed in ("1", "2"):  # of Python's hashes, which change the order of sets
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, str(script)], capture_output=True, text=True, env=environment
        )
        assert done.returncode == 0, done.stderr
        runs.append(done.stdout)
    assert len(json.loads(runs[0])) > 30
    assert runs[0] == runs[1]
    assert str(datetime.now(UTC).date()) not in runs[0]


def test_time_that_was_moved_cannot_go_back(lab):
    with pytest.raises(ValueError, match="only goes forward"):
        lab.clock.move(to="2026-03-01")


def test_an_expired_url_is_refused_before_anything_else(lab):
    s3 = boto3.client("s3")
    url = s3.generate_presigned_url(
        "get_object", Params={"Bucket": "fernway-none", "Key": "k"}, ExpiresIn=1
    )
    assert "NoSuchBucket" in requests.get(url).text
    lab.clock.move(seconds=2)
    assert "Request has expired" in requests.get(url).text
    with pytest.raises(ClientError, match="NoSuchBucket"):
        s3.get_object(Bucket="fernway-none", Key="k")
