"""What a request says about itself: the condition keys that all have, and S3 without an SDK.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
(not checked).
"""

import urllib.parse
from datetime import datetime

from dealab.models.policy.evaluation import Principal

_TYPES = {"user": "User", "session": "AssumedRole", "root": "Account"}
_DEFAULTS = {"aws:ViaAWSService": False, "aws:SecureTransport": True}


def context(who: Principal, region: str, now: datetime) -> dict:
    """The global condition keys of a request that ``who`` sends to a Region at a moment."""
    found = _DEFAULTS | {
        "aws:CurrentTime": now,
        "aws:EpochTime": int(now.timestamp()),
        "aws:RequestedRegion": region,
        "aws:PrincipalIsAWSService": who.kind == "service",
        "aws:PrincipalType": _TYPES.get(who.kind, "Anonymous"),
    }
    if who.kind in _TYPES:
        # The ARN of a session's principal is that of its role.
        found |= {"aws:PrincipalArn": who.role or who.arn, "aws:PrincipalAccount": who.account}
        found["aws:userid"] = who.id
    return found


def s3_call(method: str, address: str) -> tuple[str, dict, str] | None:
    """Read a plain HTTP request to S3: (operation, parameters, access key id or "").

    Both forms of addresses are known, and both of presigned URLs. None for what is not S3.
    """
    url = urllib.parse.urlsplit(address)
    host, query = url.hostname or "", dict(urllib.parse.parse_qsl(url.query))
    if not host.endswith("amazonaws.com") or not (".s3." in f".{host}" or "s3-" in host):
        return None
    bucket, path = host.split(".s3")[0] if ".s3" in host else "", url.path.lstrip("/")
    if not bucket:
        bucket, _, path = path.partition("/")
    params = {"Bucket": bucket} | ({"Key": urllib.parse.unquote(path)} if path else {})
    params |= {"VersionId": query["versionId"]} if "versionId" in query else {}
    verb = "Put" if method == "POST" else method.title()
    key = query.get("X-Amz-Credential") or query.get("AWSAccessKeyId") or ""
    return f"{verb}Object" if path else "ListObjectsV2", params, key.split("/")[0]
