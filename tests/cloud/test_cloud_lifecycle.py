import json

import boto3
import pytest
from botocore.exceptions import ClientError

from dealab.cloud import start_aws

B = "fernway-cold"
BIG = b"x" * 200_000


@pytest.fixture
def lab():
    lab = start_aws(at="2026-03-02T09:00")
    boto3.client("s3").create_bucket(Bucket=B)
    yield lab
    lab.stop()


@pytest.fixture
def s3(lab):
    return boto3.client("s3")


def rules(*parts, **more):
    found = [
        {"ID": f"r{n}", "Status": "Enabled", "Filter": {}} | part for n, part in enumerate(parts)
    ]
    boto3.client("s3").put_bucket_lifecycle_configuration(
        Bucket=B, LifecycleConfiguration={"Rules": found}, **more
    )


def classes(s3):
    listed = s3.list_objects_v2(Bucket=B).get("Contents", [])
    return {entry["Key"]: entry["StorageClass"] for entry in listed}


@pytest.mark.proves(
    "S3", "Lifecycle moves, expires and restores objects on the clock", kind="model"
)
def test_objects_move_down_the_classes_and_expire(lab, s3):
    s3.put_object(Bucket=B, Key="logs/big", Body=BIG)
    s3.put_object(Bucket=B, Key="logs/small", Body=b"x")
    s3.put_object(Bucket=B, Key="keep", Body=BIG)
    rules(
        {
            "Filter": {"Prefix": "logs/"},
            "Transitions": [
                {"Days": 30, "StorageClass": "STANDARD_IA"},
                {"Days": 90, "StorageClass": "GLACIER"},
            ],
            "Expiration": {"Days": 365},
        }
    )
    lab.clock.move(days=30)
    assert classes(s3)["logs/big"] == "STANDARD"  # due at midnight
    lab.clock.move(days=1)
    assert classes(s3) == {"logs/big": "STANDARD_IA", "logs/small": "STANDARD", "keep": "STANDARD"}
    head = s3.head_object(Bucket=B, Key="logs/big")
    assert head["StorageClass"] == "STANDARD_IA"
    assert head["LastModified"].isoformat()[:16] == "2026-03-02T09:00"
    assert 'rule-id="r0"' in head["Expiration"]
    lab.clock.move(days=60)
    assert classes(s3)["logs/big"] == "GLACIER"
    with pytest.raises(ClientError) as refused:
        s3.get_object(Bucket=B, Key="logs/big")
    assert refused.value.response["Error"]["Code"] == "InvalidObjectState"
    lab.clock.move(days=300)
    assert classes(s3) == {"keep": "STANDARD"}


def test_a_restore_takes_its_hours_and_ends(lab, s3):
    s3.put_object(Bucket=B, Key="a", Body=BIG, StorageClass="GLACIER")
    request = {"Days": 2, "GlacierJobParameters": {"Tier": "Standard"}}
    s3.restore_object(Bucket=B, Key="a", RestoreRequest=request)
    assert s3.head_object(Bucket=B, Key="a")["Restore"] == 'ongoing-request="true"'
    with pytest.raises(ClientError, match="RestoreAlreadyInProgress"):
        s3.restore_object(Bucket=B, Key="a", RestoreRequest=request)
    lab.clock.move(hours=4)
    with pytest.raises(ClientError, match="InvalidObjectState"):
        s3.get_object(Bucket=B, Key="a")
    lab.clock.move(hours=1)
    assert s3.get_object(Bucket=B, Key="a")["Body"].read() == BIG
    head = s3.head_object(Bucket=B, Key="a")
    assert head["Restore"] == (
        'ongoing-request="false", expiry-date="Thu, 05 Mar 2026 00:00:00 GMT"'
    )
    assert head["StorageClass"] == "GLACIER"
    lab.clock.move(days=3)
    with pytest.raises(ClientError, match="InvalidObjectState"):
        s3.get_object(Bucket=B, Key="a")
    assert "Restore" not in s3.head_object(Bucket=B, Key="a")


def test_versions_markers_and_uploads(lab, s3):
    s3.put_bucket_versioning(Bucket=B, VersioningConfiguration={"Status": "Enabled"})
    for body in (b"1", b"2", b"3"):
        s3.put_object(Bucket=B, Key="a", Body=body)
        lab.clock.move(days=1)
    s3.create_multipart_upload(Bucket=B, Key="never")
    rules(
        {"Expiration": {"Days": 20}},
        {"NoncurrentVersionExpiration": {"NoncurrentDays": 10, "NewerNoncurrentVersions": 1}},
        {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}},
    )

    def held():
        found = s3.list_object_versions(Bucket=B)
        return len(found.get("Versions", [])), len(found.get("DeleteMarkers", []))

    assert len(s3.list_multipart_uploads(Bucket=B)["Uploads"]) == 1
    lab.clock.move(days=8)
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=B)
    assert held() == (3, 0)
    lab.clock.move(days=3)
    assert held() == (2, 0)  # the oldest went, one noncurrent version is kept
    lab.clock.move(days=30)
    assert held() == (1, 1)  # hidden by a marker; the newest of the noncurrent versions is kept
    with pytest.raises(ClientError, match="NoSuchKey"):
        s3.get_object(Bucket=B, Key="a")


def test_a_marker_that_stands_alone_is_removed(lab, s3):
    s3.put_bucket_versioning(Bucket=B, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=B, Key="a", Body=b"1")
    rules(
        {"Expiration": {"Days": 5}, "NoncurrentVersionExpiration": {"NoncurrentDays": 5}},
        {"Expiration": {"ExpiredObjectDeleteMarker": True}},
    )
    lab.clock.move(days=30)
    found = s3.list_object_versions(Bucket=B)
    assert "Versions" not in found
    assert "DeleteMarkers" not in found


def test_rules_come_back_as_they_were_given(lab, s3):
    given = {
        "ID": "all-of-it",
        "Status": "Enabled",
        "Filter": {
            "And": {
                "Prefix": "logs/",
                "Tags": [{"Key": "keep", "Value": "no"}],
                "ObjectSizeGreaterThan": 500,
                "ObjectSizeLessThan": 10_000_000,
            }
        },
        "Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}],
        "NoncurrentVersionExpiration": {"NoncurrentDays": 10, "NewerNoncurrentVersions": 3},
    }
    rules(given, TransitionDefaultMinimumObjectSize="varies_by_storage_class")
    found = s3.get_bucket_lifecycle_configuration(Bucket=B)
    assert found["Rules"] == [given]
    assert found["TransitionDefaultMinimumObjectSize"] == "varies_by_storage_class"
    s3.delete_bucket_lifecycle(Bucket=B)
    with pytest.raises(ClientError, match="NoSuchLifecycleConfiguration"):
        s3.get_bucket_lifecycle_configuration(Bucket=B)
    s3.put_object(Bucket=B, Key="logs/a", Body=BIG)
    lab.clock.move(days=400)
    assert classes(s3) == {"logs/a": "STANDARD"}


def test_tags_and_sizes_decide(lab, s3):
    s3.put_object(Bucket=B, Key="a", Body=b"x" * 600, Tagging="keep=no")
    s3.put_object(Bucket=B, Key="b", Body=b"x" * 600)
    s3.put_object(Bucket=B, Key="c", Body=b"x" * 100, Tagging="keep=no")
    tag = {"Key": "keep", "Value": "no"}
    rules(
        {
            "Filter": {"And": {"Tags": [tag], "ObjectSizeGreaterThan": 500}},
            "Expiration": {"Days": 1},
        }
    )
    lab.clock.move(days=2)
    assert set(classes(s3)) == {"b", "c"}


def test_a_wrong_rule_is_refused_and_nothing_changes(lab, s3):
    with pytest.raises(ClientError) as refused:
        rules({"Transitions": [{"Days": -1, "StorageClass": "GLACIER"}]})
    assert refused.value.response["Error"] == {
        "Code": "InvalidArgument",
        "Message": "'Days' in Transition action must be nonnegative",
    }
    with pytest.raises(ClientError, match="NoSuchLifecycleConfiguration"):
        s3.get_bucket_lifecycle_configuration(Bucket=B)


def test_expiry_is_told_as_a_lifecycle_event(lab, s3):
    sqs = boto3.client("sqs")
    sqs.create_queue(QueueName="q")
    arn = "arn:aws:sqs:us-east-1:111122223333:q"
    wanted = ["s3:LifecycleExpiration:*", "s3:ObjectRemoved:*"]
    s3.put_bucket_notification_configuration(
        Bucket=B,
        NotificationConfiguration={"QueueConfigurations": [{"QueueArn": arn, "Events": wanted}]},
    )
    sqs.purge_queue(QueueUrl="q")
    s3.put_object(Bucket=B, Key="a", Body=b"1")
    rules({"Expiration": {"Days": 1}})
    lab.clock.move(days=3)
    [message] = sqs.receive_message(QueueUrl="q", MaxNumberOfMessages=10)["Messages"]
    [record] = json.loads(message["Body"])["Records"]
    assert record["eventName"] == "LifecycleExpiration:Delete"
    assert record["eventTime"].startswith("2026-03-04T00:00:00")


def test_ten_years_pass_quickly(lab, s3):
    import time

    for number in range(50):
        s3.put_object(Bucket=B, Key=f"k{number}", Body=b"1")
    rules({"Expiration": {"Days": 3000}})
    begun = time.perf_counter()
    lab.clock.move(days=3650)
    assert time.perf_counter() - begun < 3
    assert classes(s3) == {}
