import json
import os
import subprocess
import sys
import time

import boto3
import pytest
from botocore.exceptions import ClientError

from dealab.cloud import start_aws

#: the buckets of the course that every lab starts with
LAKE = ["fernway-athena-results", "fernway-lake", "fernway-logs", "fernway-raw"]


def test_plain_clients_work_with_region_and_account(aws):
    assert boto3.client("kinesis").meta.region_name == "us-east-1"
    assert boto3.client("sts").get_caller_identity()["Account"] == "111122223333"
    topic = boto3.client("sns").create_topic(Name="orders")["TopicArn"]
    assert topic == "arn:aws:sns:us-east-1:111122223333:orders"


def test_region_and_account_can_be_chosen():
    lab = start_aws(region="eu-west-1", account="444455556666")
    try:
        arn = boto3.client("sns").create_topic(Name="t")["TopicArn"]
        assert arn == "arn:aws:sns:eu-west-1:444455556666:t"
    finally:
        lab.stop()


@pytest.mark.parametrize("account", ["", "123", "11112222333a", "1111222233334"])
def test_a_bad_account_is_refused(account):
    with pytest.raises(ValueError, match="twelve digits"):
        start_aws(account=account)


def test_a_second_start_is_empty_and_gives_the_same_ids(aws):
    def fill():
        s3, sqs = boto3.client("s3"), boto3.client("sqs")
        buckets = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
        held = (buckets, sqs.list_queues().get("QueueUrls"))
        s3.create_bucket(Bucket="fernway-x")
        url = sqs.create_queue(QueueName="q")["QueueUrl"]
        return held, sqs.send_message(QueueUrl=url, MessageBody="1")["MessageId"]

    seen = fill()
    assert seen[0] == (LAKE, None)
    second = start_aws()
    assert fill() == seen
    aws.stop()  # stopping a lab that was replaced must not stop the new one
    assert len(boto3.client("s3").list_buckets()["Buckets"]) == len(LAKE) + 1
    second.stop()


def test_a_second_start_is_fast(aws):
    begun = time.perf_counter()
    again = start_aws()
    assert time.perf_counter() - begun < 0.5
    again.stop()


def test_the_learners_own_settings_are_neither_read_nor_changed(monkeypatch, tmp_path):
    config = tmp_path / "config"
    config.write_text("[profile mine]\nregion = ap-south-1\nendpoint_url = https://x.example\n")
    own = {
        "AWS_PROFILE": "mine",
        "AWS_CONFIG_FILE": str(config),
        "AWS_DEFAULT_REGION": "ap-south-1",
        "AWS_ENDPOINT_URL_S3": "https://elsewhere.example",
        "AWS_ACCESS_KEY_ID": "AKIAMINE",
        "AWS_SESSION_TOKEN": "mine",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1",
    }
    for name, value in own.items():
        monkeypatch.setenv(name, value)
    before = dict(os.environ)
    lab = start_aws()
    s3 = boto3.client("s3")
    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == LAKE
    assert s3.meta.region_name == "us-east-1"
    keys = boto3.Session().get_credentials()
    assert keys.access_key != "AKIAMINE"
    assert keys.token is None
    lab.stop()
    assert dict(os.environ) == before
    assert config.read_text().startswith("[profile mine]")


def test_the_files_in_the_home_folder_are_not_read(monkeypatch, tmp_path):
    folder = tmp_path / ".aws"
    folder.mkdir()
    (folder / "config").write_text("[default]\nregion = ap-south-1\n[profile mine]\n")
    (folder / "credentials").write_text("[default]\naws_access_key_id = AKIAMINE\n")
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    assert "mine" in boto3.Session().available_profiles
    lab = start_aws()
    assert boto3.Session().available_profiles == []
    assert boto3.client("s3").meta.region_name == "us-east-1"
    lab.stop()


def test_stop_twice_is_harmless_and_the_lab_says_its_state(aws):
    assert "running" in repr(aws)
    aws.stop()
    aws.stop()
    assert "stopped" in repr(aws)


def test_dynamodb_streams_answer(aws):
    table = boto3.client("dynamodb").create_table(
        TableName="carts",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )["TableDescription"]
    streams = boto3.client("dynamodbstreams").list_streams()["Streams"]
    assert [stream["StreamArn"] for stream in streams] == [table["LatestStreamArn"]]


def test_importing_the_room_loads_neither_boto3_nor_moto():
    code = (
        "import sys, dealab.cloud, dealab.models.schedules\n"
        "print([m for m in ('boto3', 'botocore', 'moto', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_joint_that_fails_fails_again_with_the_same_error_until_it_works():
    code = """
import boto3
from dealab.cloud import start_aws
from dealab.cloud.joints import ssm
real, ssm.join = ssm.join, lambda lab_of: 1 / 0
aws = start_aws()
for _ in range(2):
    try:
        boto3.client("ssm").put_parameter(Name="a", Value="1", Type="String")
    except ZeroDivisionError as error:
        print(error)
joined = []
ssm.join = lambda lab_of: (joined.append(1), real(lab_of))
for name in "ab":
    boto3.client("ssm").put_parameter(Name=name, Value="1", Type="String")
print(joined)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.split("\n") == ["division by zero", "division by zero", "[1]", ""], done


def test_state_machines_run(aws, make_function):
    function = make_function("double", "def handler(event, context): return event['n'] * 2")
    task = {"Type": "Task", "Resource": function, "End": True}
    machine = boto3.client("stepfunctions").create_state_machine(
        name="m",
        roleArn=aws.role,
        definition=json.dumps({"StartAt": "D", "States": {"D": task}}),
    )["stateMachineArn"]
    states = boto3.client("stepfunctions")
    run = states.start_execution(stateMachineArn=machine, input='{"n": 21}')["executionArn"]
    for _ in range(100):
        found = states.describe_execution(executionArn=run)
        if found["status"] != "RUNNING":
            break
        time.sleep(0.05)
    assert (found["status"], found["output"]) == ("SUCCEEDED", "42")


def test_errors_are_the_services(aws):
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        boto3.client("kinesis").describe_stream(StreamName="none")
