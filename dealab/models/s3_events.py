"""Events of S3 as the service writes them: records of notifications, and events of EventBridge.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html and
https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html (the last checked 2026-11-23)

Objects have ``name size etag version_id`` ("null" without versioning), buckets ``name arn
region_name account_id``.
"""

from urllib.parse import quote_plus

#: what EventBridge tells as the reason of an event
REASONS = {
    "ObjectCreated:Put": "PutObject",
    "ObjectCreated:Post": "POST Object",
    "ObjectCreated:Copy": "CopyObject",
    "ObjectCreated:CompleteMultipartUpload": "CompleteMultipartUpload",
    "ObjectRemoved:Delete": "DeleteObject",
    "ObjectRemoved:DeleteMarkerCreated": "DeleteObject",
}


def completed(event: dict, name: str, bucket, key, step: int) -> dict:
    """Return moto's notification with who, version and order (``step``), and its key quoted."""
    [record] = event["Records"]
    owner = {"principalId": bucket.account_id}
    record |= {"userIdentity": owner, "requestParameters": {"sourceIPAddress": "127.0.0.1"}}
    record["s3"]["bucket"]["ownerIdentity"] = owner
    told = record["s3"]["object"]
    told |= {"key": quote_plus(key.name, safe="/"), "sequencer": f"{step:018X}"}
    if key.version_id != "null":
        told["versionId"] = key.version_id
    if "ObjectRemoved" in name:
        del told["size"], told["eTag"]
    return event


def bridged(name: str, detail_type: str, bucket, key, step: int, request: int, time) -> dict:
    """Return the event of EventBridge for an event's name, such as s3:ObjectCreated:Put."""
    kind = name.removeprefix("s3:")
    told = {"key": key.name, "sequencer": f"{step:018X}"}
    if key.version_id != "null":
        told["version-id"] = key.version_id
    detail = {
        "version": "0",
        "bucket": {"name": bucket.name},
        "object": told,
        "request-id": f"{request:016X}",
        "requester": bucket.account_id,
        "source-ip-address": "127.0.0.1",
        "reason": REASONS.get(kind, kind.partition(":")[2]),
    }
    if kind.startswith("ObjectRemoved"):
        marker = kind.endswith("DeleteMarkerCreated")
        detail["deletion-type"] = "Delete Marker Created" if marker else "Permanently Deleted"
    else:
        told |= {"size": key.size, "etag": key.etag.strip('"')}
    return {
        "version": "0",
        "id": "",
        "detail-type": detail_type,
        "source": "aws.s3",
        "account": bucket.account_id,
        "time": time,
        "region": bucket.region_name,
        "resources": [bucket.arn],
        "detail": detail,
    }
