import gzip
import json
from datetime import UTC, datetime

import boto3
import pytest
from botocore.exceptions import ClientError

from dealab.cloud import start_aws
from dealab.models import trail
from dealab.sql.errors import LabLimit


@pytest.fixture
def lab():
    lab = start_aws(at="2026-03-02T09:00")
    yield lab
    lab.stop()


def look_up(**attribute):
    [(key, value)] = attribute.items()
    pages = boto3.client("cloudtrail").get_paginator("lookup_events")
    asked = [{"AttributeKey": key, "AttributeValue": value}]
    return [event for page in pages.paginate(LookupAttributes=asked) for event in page["Events"]]


@pytest.mark.proves(
    "CloudTrail", "Look-ups find your own management calls, refused ones too", kind="real"
)
def test_a_look_up_finds_the_learners_calls(lab):
    kinesis = boto3.client("kinesis")
    kinesis.create_stream(StreamName="clicks", ShardCount=1)
    lab.clock.move(minutes=3)
    with pytest.raises(ClientError):
        kinesis.describe_stream(StreamName="nope")
    [made] = look_up(EventName="CreateStream")
    assert made["Username"] == "lab-admin"
    assert (made["EventSource"], made["ReadOnly"]) == ("kinesis.amazonaws.com", "false")
    assert made["EventTime"] == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    assert made["Resources"] == [{"ResourceType": "AWS::Kinesis::Stream", "ResourceName": "clicks"}]
    document = json.loads(made["CloudTrailEvent"])
    assert document["requestParameters"] == {"streamName": "clicks", "shardCount": 1}
    assert document["userIdentity"]["type"] == "IAMUser"
    assert document["eventTime"] == "2026-03-02T09:00:00Z"
    assert "errorCode" not in document
    [failed] = look_up(ResourceName="nope")
    document = json.loads(failed["CloudTrailEvent"])
    assert document["errorCode"] == "ResourceNotFoundException"
    assert "nope" in document["errorMessage"]
    assert document["eventTime"] == "2026-03-02T09:03:00Z"
    assert document["readOnly"] is True
    assert document["responseElements"] is None


@pytest.mark.proves("CloudTrail", "Data events are in no look-up", kind="real")
def test_data_events_are_not_there(lab):
    s3, sqs = boto3.client("s3"), boto3.client("sqs")
    s3.create_bucket(Bucket="fernway-x")
    s3.put_object(Bucket="fernway-x", Key="k", Body=b"1")
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="1")
    events = boto3.client("cloudtrail").lookup_events()["Events"]
    assert [event["EventName"] for event in events] == ["CreateQueue", "CreateBucket"]


def test_what_the_lab_does_by_itself_is_not_the_learners(lab, make_rule_to_queue):
    make_rule_to_queue()
    boto3.client("events").put_events(
        Entries=[{"Source": "shop", "DetailType": "order", "Detail": "{}"}]
    )
    assert look_up(EventName="GetQueueUrl") == []
    assert any(call.by_lab and call.operation == "SendMessage" for call in lab.calls)


@pytest.fixture
def make_rule_to_queue(lab):
    def make():
        sqs, events = boto3.client("sqs"), boto3.client("events")
        sqs.create_queue(QueueName="orders")
        events.put_rule(Name="r", EventPattern='{"source": ["shop"]}')
        arn = "arn:aws:sqs:us-east-1:111122223333:orders"
        events.put_targets(Rule="r", Targets=[{"Id": "1", "Arn": arn}])

    return make


def test_time_range_and_pages(lab):
    iam = boto3.client("iam")
    for number in range(7):
        iam.create_user(UserName=f"u{number}")
        lab.clock.move(hours=1)
    client = boto3.client("cloudtrail")
    names, token = [], {}
    while True:
        page = client.lookup_events(
            LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "CreateUser"}],
            MaxResults=3, **token,
        )  # fmt: skip
        names.append([event["Resources"][0]["ResourceName"] for event in page["Events"]])
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert names == [["u6", "u5", "u4"], ["u3", "u2", "u1"], ["u0"]]
    ranged = client.lookup_events(
        StartTime=datetime(2026, 3, 2, 11, tzinfo=UTC),
        EndTime=datetime(2026, 3, 2, 12, 30, tzinfo=UTC),
        LookupAttributes=[{"AttributeKey": "EventSource", "AttributeValue": "iam.amazonaws.com"}],
    )["Events"]
    assert [event["Resources"][0]["ResourceName"] for event in ranged] == ["u3", "u2"]
    lab.clock.move(days=91)
    assert [e["EventName"] for e in client.lookup_events()["Events"]] == []


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"MaxResults": 50, "StartTime": 2, "EndTime": 1}, "InvalidTimeRangeException"),
        ({"NextToken": "x"}, "InvalidNextTokenException"),
        (
            {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "a"}] * 2},
            "InvalidLookupAttributesException",
        ),
    ],
)
def test_wrong_look_ups_are_refused(lab, asked, code):
    with pytest.raises(ClientError) as refused:
        boto3.client("cloudtrail").lookup_events(**asked)
    assert refused.value.response["Error"]["Code"] == code


def test_secrets_and_bytes_are_not_in_the_events(lab):
    boto3.client("secretsmanager").create_secret(Name="s", SecretString="hush")
    boto3.client("iam").create_user(UserName="u")
    boto3.client("iam").create_access_key(UserName="u")
    kms = boto3.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.encrypt(KeyId=key, Plaintext=b"hush")
    text = json.dumps(
        [e["CloudTrailEvent"] for e in boto3.client("cloudtrail").lookup_events()["Events"]]
    )
    assert "hush" not in text
    assert text.count("HIDDEN_DUE_TO_SECURITY_REASONS") == 2


def test_other_regions_and_global_services(lab):
    boto3.client("kinesis", region_name="eu-west-1").create_stream(StreamName="x", ShardCount=1)
    boto3.client("iam", region_name="eu-west-1").create_user(UserName="u")
    here = [e["EventName"] for e in boto3.client("cloudtrail").lookup_events()["Events"]]
    assert here == ["CreateUser"]
    there = boto3.client("cloudtrail", region_name="eu-west-1").lookup_events()["Events"]
    assert [e["EventName"] for e in there] == ["CreateStream"]


def test_a_role_session_shows_its_role(lab):
    credentials = boto3.client("sts").assume_role(RoleArn=lab.role, RoleSessionName="nightly")
    credentials = credentials["Credentials"]
    boto3.client(
        "kinesis",
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    ).create_stream(StreamName="x", ShardCount=1)
    [event] = look_up(Username="nightly")
    identity = json.loads(event["CloudTrailEvent"])["userIdentity"]
    assert identity["type"] == "AssumedRole"
    assert identity["sessionContext"]["sessionIssuer"]["arn"] == lab.role
    assert identity["accessKeyId"] == credentials["AccessKeyId"]


@pytest.mark.proves("CloudTrail", "A trail's log files land in S3 as the clock moves", kind="real")
def test_a_trail_writes_log_files(lab):
    s3, client = boto3.client("s3"), boto3.client("cloudtrail")
    s3.create_bucket(Bucket="trails")
    client.create_trail(Name="main", S3BucketName="trails", S3KeyPrefix="p")
    client.start_logging(Name="main")
    boto3.client("kinesis").create_stream(StreamName="x", ShardCount=1)
    s3.put_object(Bucket="trails", Key="data", Body=b"a data event")
    lab.clock.move(minutes=4)
    assert s3.list_objects_v2(Bucket="trails", Prefix="p/")["KeyCount"] == 0
    lab.clock.move(minutes=30)
    [found] = s3.list_objects_v2(Bucket="trails", Prefix="p/")["Contents"]
    folder, name = found["Key"].rsplit("/", 1)
    assert folder == "p/AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02"
    assert name.startswith("111122223333_CloudTrail_us-east-1_20260302T0905Z_")
    records = json.loads(
        gzip.decompress(s3.get_object(Bucket="trails", Key=found["Key"])["Body"].read())
    )
    assert [one["eventName"] for one in records["Records"]] == ["StartLogging", "CreateStream"]
    client.stop_logging(Name="main")
    boto3.client("iam").create_user(UserName="unseen")
    lab.clock.move(hours=1)
    assert s3.list_objects_v2(Bucket="trails", Prefix="p/")["KeyCount"] == 1


@pytest.mark.proves("CloudTrail", "A trail's events land in CloudWatch Logs, too", kind="real")
def test_a_trail_writes_to_a_log_group_and_tells_when(lab):
    client, logs = boto3.client("cloudtrail"), boto3.client("logs")
    boto3.client("s3").create_bucket(Bucket="trails")
    arn = "arn:aws:logs:us-east-1:111122223333:log-group:trail:*"
    asked = {"Name": "main", "S3BucketName": "trails", "CloudWatchLogsLogGroupArn": arn}
    with pytest.raises(client.exceptions.InvalidCloudWatchLogsRoleArnException):
        client.create_trail(**asked)
    with pytest.raises(client.exceptions.InvalidCloudWatchLogsLogGroupArnException):
        client.create_trail(**asked, CloudWatchLogsRoleArn=lab.role)
    logs.create_log_group(logGroupName="trail")
    client.create_trail(**asked, CloudWatchLogsRoleArn=lab.role)
    with pytest.raises(client.exceptions.InvalidCloudWatchLogsLogGroupArnException):
        client.update_trail(Name="main", CloudWatchLogsLogGroupArn=arn.replace("trail:*", "no:*"))
    assert client.get_trail(Name="main")["Trail"]["CloudWatchLogsLogGroupArn"] == arn
    before = client.get_trail_status(Name="main")
    assert (before["IsLogging"], before["TimeLoggingStarted"]) == (False, "")
    assert "LatestDeliveryTime" not in before
    client.start_logging(Name="main")
    boto3.client("kinesis").create_stream(StreamName="s", ShardCount=1)
    lab.clock.move(minutes=7)
    stream = "111122223333_CloudTrail_us-east-1"
    found = logs.get_log_events(logGroupName="trail", logStreamName=stream)["events"]
    assert "CreateStream" in [json.loads(one["message"])["eventName"] for one in found]
    told = client.get_trail_status(Name="main")
    assert told["StartLoggingTime"] == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    assert told["LatestDeliveryTime"] == datetime(2026, 3, 2, 9, 5, tzinfo=UTC)
    assert told["LatestCloudWatchLogsDeliveryTime"] == told["LatestDeliveryTime"]
    assert told["LatestDeliveryAttemptTime"] == "2026-03-02T09:05:00Z"
    client.stop_logging(Name="main")
    told = client.get_trail_status(Name="main")
    assert (told["IsLogging"], told["TimeLoggingStopped"]) == (False, "2026-03-02T09:07:00Z")


@pytest.mark.proves("CloudTrail", "Data events and advanced selectors of a trail", kind="not here")
def test_data_events_of_a_trail_are_refused_by_name(lab):
    boto3.client("s3").create_bucket(Bucket="trails")
    client = boto3.client("cloudtrail")
    client.create_trail(Name="main", S3BucketName="trails")
    with pytest.raises(LabLimit, match="management events only"):
        client.put_event_selectors(
            TrailName="main",
            EventSelectors=[
                {"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}
            ],
        )


def test_names_that_are_not_the_operations():
    assert trail.NAMES["lambda"]["CreateFunction"] == "CreateFunction20150331"
    assert trail.NAMES["s3"]["PutBucketLifecycleConfiguration"] == "PutBucketLifecycle"
