"""S3 as the service keeps objects: encryption, versions, multipart, conditions, what is closed."""

import datetime
import hashlib
import json

import boto3
import pytest
from botocore.exceptions import ClientError, WaiterError

from dealab.sql.errors import LabLimit


@pytest.fixture
def s3(aws):
    client = boto3.client("s3")
    client.create_bucket(Bucket="mine")
    return client


def code(call, **given):
    with pytest.raises(ClientError) as caught:
        call(Bucket="mine", **given)
    return caught.value.response["Error"]["Code"]


def versions(s3, key):
    """Return (what is latest, ids of the versions, ids of the markers), the newest first."""
    found = s3.list_object_versions(Bucket="mine", Prefix=key)
    listed = [*found.get("Versions", []), *found.get("DeleteMarkers", [])]
    latest = [one["VersionId"] for one in listed if one["IsLatest"]]
    markers = [one["VersionId"] for one in found.get("DeleteMarkers", [])]
    return latest, [one["VersionId"] for one in found.get("Versions", [])], markers


def versioning(s3, status):
    s3.put_bucket_versioning(Bucket="mine", VersioningConfiguration={"Status": status})


@pytest.mark.proves(
    "S3", "Encryption: SSE-S3 by default, SSE-KMS with key and bucket key", kind="real"
)
def test_encryption_at_rest(s3):
    assert s3.put_object(Bucket="mine", Key="a", Body=b"1")["ServerSideEncryption"] == "AES256"
    assert s3.head_object(Bucket="mine", Key="a")["ServerSideEncryption"] == "AES256"
    rules = s3.get_bucket_encryption(Bucket="mine")["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules[0]["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    kms = boto3.client("kms")
    key = kms.create_key()["KeyMetadata"]
    put = s3.put_object(Bucket="mine", Key="b", Body=b"1", ServerSideEncryption="aws:kms")
    assert put["SSEKMSKeyId"].startswith("arn:aws:kms:us-east-1:111122223333:key/")
    s3.put_bucket_encryption(
        Bucket="mine",
        ServerSideEncryptionConfiguration={
            "Rules": [
                {
                    "ApplyServerSideEncryptionByDefault": {
                        "SSEAlgorithm": "aws:kms",
                        "KMSMasterKeyID": key["KeyId"],
                    },
                    "BucketKeyEnabled": True,
                }
            ]
        },
    )
    s3.put_object(Bucket="mine", Key="c", Body=b"1")
    told = s3.head_object(Bucket="mine", Key="c")
    assert (told["SSEKMSKeyId"], told["BucketKeyEnabled"]) == (key["Arn"], True)
    s3.delete_bucket_encryption(Bucket="mine")
    assert s3.put_object(Bucket="mine", Key="d", Body=b"1")["ServerSideEncryption"] == "AES256"


@pytest.mark.proves(
    "S3", "SSE-C is blocked until the bucket allows it, and needs its key", kind="real"
)
def test_customer_keys(s3):
    with_key = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": b"k" * 32}
    assert code(s3.put_object, Key="c", Body=b"x", **with_key) == "AccessDenied"
    rule = {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
        "BlockedEncryptionTypes": {"EncryptionType": ["NONE"]},
    }
    s3.put_bucket_encryption(Bucket="mine", ServerSideEncryptionConfiguration={"Rules": [rule]})
    s3.put_object(Bucket="mine", Key="c", Body=b"x", **with_key)
    assert s3.get_object(Bucket="mine", Key="c", **with_key)["Body"].read() == b"x"
    assert code(s3.get_object, Key="c") == "InvalidRequest"
    wrong = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": b"w" * 32}
    assert code(s3.get_object, Key="c", **wrong) == "AccessDenied"


@pytest.mark.proves("S3", "Versions, delete markers, and bringing an object back", kind="real")
def test_versions_and_markers(s3):
    versioning(s3, "Enabled")
    first = s3.put_object(Bucket="mine", Key="v", Body=b"1")["VersionId"]
    second = s3.put_object(Bucket="mine", Key="v", Body=b"2")["VersionId"]
    gone = s3.delete_object(Bucket="mine", Key="v")
    assert gone["DeleteMarker"] is True
    assert code(s3.get_object, Key="v") == "NoSuchKey"
    assert code(s3.get_object, Key="v", VersionId=gone["VersionId"]) == "MethodNotAllowed"
    assert s3.get_object(Bucket="mine", Key="v", VersionId=first)["Body"].read() == b"1"
    assert versions(s3, "v") == ([gone["VersionId"]], [second, first], [gone["VersionId"]])
    s3.delete_object(Bucket="mine", Key="v", VersionId=gone["VersionId"])
    assert s3.get_object(Bucket="mine", Key="v")["Body"].read() == b"2"
    assert s3.delete_object(Bucket="mine", Key="never-was")["DeleteMarker"] is True
    assert versions(s3, "never-was")[1] == []
    with pytest.raises(ClientError, match="BucketNotEmpty"):
        s3.delete_bucket(Bucket="mine")


@pytest.mark.proves("S3", "Suspended versioning keeps the older versions", kind="real")
def test_suspended_versioning(s3):
    versioning(s3, "Enabled")
    first = s3.put_object(Bucket="mine", Key="v", Body=b"1")["VersionId"]
    versioning(s3, "Suspended")
    s3.put_object(Bucket="mine", Key="v", Body=b"2")
    s3.put_object(Bucket="mine", Key="v", Body=b"3")  # replaces the null version only
    assert versions(s3, "v") == (["null"], ["null", first], [])
    s3.delete_object(Bucket="mine", Key="v")  # the null version becomes a marker
    assert versions(s3, "v") == (["null"], [first], ["null"])
    s3.delete_object(Bucket="mine", Key="v", VersionId="null")
    assert s3.get_object(Bucket="mine", Key="v")["Body"].read() == b"1"


@pytest.mark.proves(
    "S3", "Multipart uploads: parts, their limits, abort, the ETag's form", kind="real"
)
def test_multipart(s3):
    upload = {"Bucket": "mine", "Key": "m"}
    upload["UploadId"] = s3.create_multipart_upload(Bucket="mine", Key="m")["UploadId"]
    small = s3.upload_part(**upload, PartNumber=1, Body=b"a" * 10)["ETag"]
    last = s3.upload_part(**upload, PartNumber=2, Body=b"b" * 10)["ETag"]
    listed = s3.list_parts(**upload)["Parts"]
    assert [(part["PartNumber"], part["Size"]) for part in listed] == [(1, 10), (2, 10)]
    parts = [{"PartNumber": 1, "ETag": small}, {"PartNumber": 2, "ETag": last}]
    del upload["Bucket"]
    made = {"MultipartUpload": {"Parts": parts}}
    assert code(s3.complete_multipart_upload, **upload, **made) == "EntityTooSmall"
    assert code(s3.upload_part, **upload, PartNumber=10_001, Body=b"") == "InvalidArgument"
    large = b"a" * 5 * 2**20
    parts[0]["ETag"] = s3.upload_part(Bucket="mine", **upload, PartNumber=1, Body=large)["ETag"]
    done = s3.complete_multipart_upload(Bucket="mine", **upload, **made)
    both = hashlib.md5(large).digest() + hashlib.md5(b"b" * 10).digest()
    assert done["ETag"] == f'"{hashlib.md5(both).hexdigest()}-2"'
    assert s3.head_object(Bucket="mine", Key="m")["ContentLength"] == len(large) + 10
    left = s3.create_multipart_upload(Bucket="mine", Key="n")["UploadId"]
    s3.abort_multipart_upload(Bucket="mine", Key="n", UploadId=left)
    assert code(s3.list_parts, Key="n", UploadId=left) == "NoSuchUpload"


@pytest.mark.proves("S3", "Conditional writes and reads, ranges, digests", kind="real")
def test_conditions_ranges_and_digests(s3):
    etag = s3.put_object(Bucket="mine", Key="a", Body=b"0123456789", IfNoneMatch="*")["ETag"]
    assert code(s3.put_object, Key="a", Body=b"", IfNoneMatch="*") == "PreconditionFailed"
    assert code(s3.put_object, Key="a", Body=b"", IfMatch='"no"') == "PreconditionFailed"
    assert code(s3.get_object, Key="a", IfNoneMatch=etag) == "304"
    part = s3.get_object(Bucket="mine", Key="a", Range="bytes=2-4")
    assert (part["Body"].read(), part["ContentRange"]) == (b"234", "bytes 2-4/10")
    assert s3.get_object(Bucket="mine", Key="a", Range="bytes=-3")["Body"].read() == b"789"
    assert code(s3.get_object, Key="a", Range="bytes=50-60") == "InvalidRange"
    assert code(s3.put_object, Key="b", Body=b"x", ChecksumSHA256="AAAA") == "BadDigest"
    assert code(s3.put_object, Key="k" * 1025, Body=b"x") == "KeyTooLongError"
    assert code(s3.copy_object, Key="a", CopySource="mine/a") == "InvalidRequest"


@pytest.mark.proves("S3", "Object lock refuses to delete a version, not to hide it", kind="real")
def test_object_lock(s3):
    s3.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True)
    version = s3.put_object(
        Bucket="locked",
        Key="x",
        Body=b"1",
        ObjectLockMode="COMPLIANCE",
        ObjectLockRetainUntilDate=datetime.datetime(2040, 1, 1),
    )["VersionId"]
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.delete_object(Bucket="locked", Key="x", VersionId=version)
    assert s3.delete_object(Bucket="locked", Key="x")["DeleteMarker"] is True


def test_versions_of_one_moment_are_listed_newest_first(aws):
    from dealab.cloud import start_aws

    lab = start_aws(at="2026-03-02T09:00")
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="mine")
    s3.put_bucket_versioning(Bucket="mine", VersioningConfiguration={"Status": "Enabled"})
    made = [s3.put_object(Bucket="mine", Key="k", Body=body)["VersionId"] for body in (b"1", b"2")]
    found = s3.list_object_versions(Bucket="mine")["Versions"]
    assert [one["VersionId"] for one in found] == made[::-1]
    assert [one["IsLatest"] for one in found] == [True, False]
    lab.stop()


def test_object_lock_is_extended_and_never_weakened(s3):
    s3.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True)
    until, later, sooner = (datetime.datetime(year, 1, 1) for year in (2040, 2041, 2039))

    def retain(key, mode, date, **more):
        lock = {"Mode": mode, "RetainUntilDate": date}
        s3.put_object_retention(Bucket="locked", Key=key, Retention=lock, **more)

    for key, mode in (("c", "COMPLIANCE"), ("g", "GOVERNANCE")):
        s3.put_object(Bucket="locked", Key=key, Body=b"1")
        retain(key, mode, until)
        with pytest.raises(ClientError, match="AccessDenied"):
            retain(key, mode, sooner)
    with pytest.raises(ClientError, match="AccessDenied"):
        retain("c", "GOVERNANCE", until)
    with pytest.raises(ClientError, match="AccessDenied"):
        retain("c", "COMPLIANCE", sooner, BypassGovernanceRetention=True)
    retain("c", "COMPLIANCE", later)
    retain("g", "GOVERNANCE", sooner, BypassGovernanceRetention=True)
    retain("g", "COMPLIANCE", until)
    with pytest.raises(ClientError, match="InvalidBucketState"):
        s3.put_bucket_versioning(Bucket="locked", VersioningConfiguration={"Status": "Suspended"})


@pytest.mark.proves("S3", "Public access is blocked until the block is taken off", kind="real")
def test_public_access_block(s3):
    block = s3.get_public_access_block(Bucket="mine")["PublicAccessBlockConfiguration"]
    assert set(block.values()) == {True}
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::mine/*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    assert code(s3.put_bucket_policy, Policy=policy) == "AccessDenied"
    s3.delete_public_access_block(Bucket="mine")
    s3.put_bucket_policy(Bucket="mine", Policy=policy)
    assert json.loads(s3.get_bucket_policy(Bucket="mine")["Policy"])["Statement"] == [statement]
    assert code(s3.put_bucket_policy, Policy="{}") == "MalformedPolicy"


@pytest.mark.proves("S3", "New buckets have ACLs disabled", kind="real")
def test_acls_are_disabled_until_the_owner_allows_them(s3):
    controls = s3.get_bucket_ownership_controls(Bucket="mine")["OwnershipControls"]
    assert controls == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    s3.put_object(Bucket="mine", Key="k", Body=b"1", ACL="bucket-owner-full-control")
    everybody = 'uri="http://acs.amazonaws.com/groups/global/AllUsers"'
    for call, asked in (
        (s3.put_bucket_acl, {"ACL": "public-read"}),
        (s3.put_object_acl, {"Key": "k", "ACL": "public-read"}),
        (s3.put_object_acl, {"Key": "k", "GrantRead": everybody}),
        (s3.put_object, {"Key": "new", "ACL": "public-read"}),
        (s3.copy_object, {"Key": "new", "CopySource": "mine/k", "ACL": "public-read"}),
        (s3.create_multipart_upload, {"Key": "new", "ACL": "public-read"}),
    ):
        assert code(call, **asked) == "AccessControlListNotSupported"
    assert [one["Key"] for one in s3.list_objects_v2(Bucket="mine")["Contents"]] == ["k"]

    def create(Bucket, **asked):
        s3.create_bucket(Bucket="open", ACL="public-read", **asked)

    assert code(create) == "InvalidBucketAclWithObjectOwnership"
    refused = code(create, ObjectOwnership="ObjectWriter")
    assert refused == "InvalidBucketAclWithBlockPublicAccessError"
    rules = {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}
    s3.put_bucket_ownership_controls(Bucket="mine", OwnershipControls=rules)
    s3.put_object(Bucket="mine", Key="k", Body=b"1", ACL="private")
    assert code(s3.put_object_acl, Key="k", ACL="public-read") == "AccessDenied"
    s3.delete_public_access_block(Bucket="mine")
    s3.put_object_acl(Bucket="mine", Key="k", ACL="public-read")
    grants = s3.get_object_acl(Bucket="mine", Key="k")["Grants"]
    assert "READ" in [one["Permission"] for one in grants]


@pytest.mark.proves("S3", "Notifications of deletes: markers and versions", kind="real")
def test_notifications_of_deletes(s3, make_queue, bodies):
    url, arn = make_queue("gone")
    s3.put_bucket_notification_configuration(
        Bucket="mine",
        NotificationConfiguration={
            "QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectRemoved:*"]}]
        },
    )
    versioning(s3, "Enabled")
    version = s3.put_object(Bucket="mine", Key="a", Body=b"1")["VersionId"]
    bodies(url)
    s3.delete_object(Bucket="mine", Key="a")
    s3.delete_object(Bucket="mine", Key="a", VersionId=version)
    events = [json.loads(body)["Records"][0]["eventName"] for body in bodies(url)]
    assert events == ["ObjectRemoved:DeleteMarkerCreated", "ObjectRemoved:Delete"]


@pytest.mark.proves("S3", "Listing: pages, prefixes, delimiters", kind="real")
def test_listing(s3):
    for number in range(5):
        s3.put_object(Bucket="mine", Key=f"p/{number}/x", Body=b"")
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket="mine", PaginationConfig={"PageSize": 2}
    )
    assert [len(page["Contents"]) for page in pages] == [2, 2, 1]
    found = s3.list_objects_v2(Bucket="mine", Prefix="p/", Delimiter="/")
    assert [one["Prefix"] for one in found["CommonPrefixes"]] == [f"p/{n}/" for n in range(5)]


@pytest.mark.proves("S3", "S3 Select", kind="not here", note="Closed to new customers since 2024.")
def test_s3_select_is_closed(s3):
    s3.put_object(Bucket="mine", Key="a.csv", Body=b"1,2\n")
    asked = {
        "Expression": "SELECT * FROM s3object",
        "ExpressionType": "SQL",
        "InputSerialization": {"CSV": {}},
        "OutputSerialization": {"CSV": {}},
    }
    assert code(s3.select_object_content, Key="a.csv", **asked) == "MethodNotAllowed"


@pytest.mark.proves(
    "S3", "EventBridge events with version, reason and kind of deletion", kind="real"
)
def test_eventbridge_events(s3, make_queue, bodies):
    url, arn = make_queue("told")
    s3.put_bucket_notification_configuration(
        Bucket="mine", NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    events = boto3.client("events")
    pattern = {"source": ["aws.s3"], "detail": {"object": {"key": [{"prefix": "in/"}]}}}
    events.put_rule(Name="objects", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="objects", Targets=[{"Id": "1", "Arn": arn}])
    versioning(s3, "Enabled")
    version = s3.put_object(Bucket="mine", Key="in/a", Body=b"123")["VersionId"]
    s3.put_object(Bucket="mine", Key="out/a", Body=b"123")
    s3.copy_object(Bucket="mine", Key="in/b", CopySource="mine/in/a")
    s3.delete_object(Bucket="mine", Key="in/a")
    told = [json.loads(body) for body in bodies(url)]
    made, copied, gone = told
    assert (made["detail-type"], made["detail"]["reason"]) == ("Object Created", "PutObject")
    assert made["detail"]["object"]["version-id"] == version
    assert made["detail"]["object"]["size"] == 3
    assert copied["detail"]["reason"] == "CopyObject"
    assert gone["detail-type"] == "Object Deleted"
    assert gone["detail"]["deletion-type"] == "Delete Marker Created"
    assert made["detail"]["object"]["sequencer"] < copied["detail"]["object"]["sequencer"]


@pytest.mark.proves("S3", "A presigned POST is held to its policy", kind="real")
def test_presigned_posts(s3, aws):
    import requests

    made = s3.generate_presigned_post(
        "mine", "in/${filename}", Conditions=[["content-length-range", 2, 10]], ExpiresIn=60
    )

    def send(body, **fields):
        data = {**made["fields"], **fields}
        return requests.post(made["url"], data=data, files={"file": ("x.txt", body)})

    assert send(b"abc").status_code == 204
    assert "EntityTooLarge" in send(b"a" * 11).text
    assert "EntityTooSmall" in send(b"a").text
    assert send(b"abc", key="out/x").status_code == 403
    aws.clock.move(minutes=5)
    assert "Policy expired" in send(b"abc").text
    assert [one["Key"] for one in s3.list_objects_v2(Bucket="mine")["Contents"]] == ["in/x.txt"]


def test_requests_that_moto_mistakes_are_refused_in_the_service_s_words(aws):
    s3 = boto3.client("s3")
    with pytest.raises(ClientError, match="InvalidBucketName"):
        s3.create_bucket(Bucket="Bad_Name")
    s3.create_bucket(Bucket="plain")
    with pytest.raises(ClientError, match="NoSuchUpload"):
        s3.upload_part(Bucket="plain", Key="k", UploadId="gone", PartNumber=1, Body=b"a")
    many = [{"Key": str(number)} for number in range(1001)]
    with pytest.raises(ClientError, match="MalformedXML"):
        s3.delete_objects(Bucket="plain", Delete={"Objects": many})
    with pytest.raises(LabLimit, match="metrics settings"):
        s3.put_bucket_metrics_configuration(
            Bucket="plain", Id="all", MetricsConfiguration={"Id": "all"}
        )


def test_object_lock_keeps_a_version_until_its_retention_is_over(aws):
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True)
    kept = {"Mode": "COMPLIANCE", "Days": 5}
    s3.put_object_lock_configuration(
        Bucket="locked",
        ObjectLockConfiguration={
            "ObjectLockEnabled": "Enabled",
            "Rule": {"DefaultRetention": kept},
        },
    )
    version = s3.put_object(Bucket="locked", Key="k", Body=b"1")["VersionId"]
    until = s3.get_object_retention(Bucket="locked", Key="k")["Retention"]
    assert until["Mode"] == "COMPLIANCE"
    assert (until["RetainUntilDate"] - aws.clock.now()).days in (4, 5)
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.delete_object(Bucket="locked", Key="k", VersionId=version)
    aws.clock.move(days=6)
    s3.delete_object(Bucket="locked", Key="k", VersionId=version)


def test_a_waiter_lets_the_lab_s_time_pass_and_nobody_waits(aws):
    s3, before = boto3.client("s3"), aws.clock.now()
    s3.create_bucket(Bucket="plain")
    with pytest.raises(WaiterError):
        s3.get_waiter("object_exists").wait(Bucket="plain", Key="never")
    assert (aws.clock.now() - before).total_seconds() >= 95


def test_mfa_delete_is_for_the_root_user(aws):
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="kept-for-long")
    asked = {"Status": "Enabled", "MFADelete": "Enabled"}
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.put_bucket_versioning(Bucket="kept-for-long", VersioningConfiguration=asked)
    assert "Status" not in s3.get_bucket_versioning(Bucket="kept-for-long")


def test_a_listing_of_versions_does_not_copy_their_bytes(aws):
    import tracemalloc

    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="reports")
    s3.put_bucket_versioning(Bucket="reports", VersioningConfiguration={"Status": "Enabled"})
    for _ in range(5):
        s3.put_object(Bucket="reports", Key="daily", Body=b"x" * 1_000_000)
    tracemalloc.start()
    found = s3.list_object_versions(Bucket="reports")["Versions"]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000
    assert [(one["Size"], one["IsLatest"]) for one in found] == [
        (1_000_000, number == 0) for number in range(5)
    ]
    assert s3.get_object(Bucket="reports", Key="daily")["Body"].read() == b"x" * 1_000_000
