"""How S3 keeps an object: encryption, versions and delete markers, what is closed by default.

Wrong in moto: a bucket has no default encryption and takes public policies; SSE-C needs no key;
suspended versioning destroys the older versions; a marker is not made for a key that never was, nor
told of; a copy onto itself goes through; S3 Select answers, which new customers cannot use.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/blocking-unblocking-s3-c-encryption-gpb.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/AddingObjectstoVersionSuspendedBuckets.html
(of SSE-C checked 2026-11-23, the others not)
"""

import base64
import hashlib

CUSTOMER = "x-amz-server-side-encryption-customer-"
DEFAULT = {
    "Rule": {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
        "BucketKeyEnabled": False,
        "BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]},
    }
}


def join(lab_of) -> None:
    _defaults()
    _versions()
    _customer_keys(lab_of)
    _kms_keys()
    _posts()


def _posts() -> None:
    from moto.s3.responses import S3Response

    from dealab.cloud.joining import replacing
    from dealab.models import s3_posts

    answer = S3Response._bucket_response_post

    @replacing(S3Response, _error)
    def _bucket_response_post(self, request, bucket_name):
        if not self.is_delete_keys():
            s3_posts.check(bucket_name, self.querystring, len(self.body))
        return answer(self, request, bucket_name)


def _error(code: str, message: str):
    from moto.s3.exceptions import S3ClientError

    return S3ClientError(code, message)


def _defaults() -> None:
    from copy import deepcopy

    from moto.s3.exceptions import CopyObjectMustChangeSomething, MethodNotAllowed
    from moto.s3.models import FakeBucket, PublicAccessBlock, S3Backend

    from dealab.cloud.joining import replacing
    from dealab.models import s3_posts

    begin, put_policy = FakeBucket.__init__, S3Backend.put_bucket_policy
    copy = S3Backend.copy_object

    def begin_bucket(self, *args, **kwargs):
        begin(self, *args, **kwargs)
        self.encryption = deepcopy(DEFAULT)
        self.public_access_block = PublicAccessBlock("true", "true", "true", "true")
        self.ownership_rule = "BucketOwnerEnforced"

    def delete_bucket_encryption(self, bucket_name):
        self.get_bucket(bucket_name).encryption = deepcopy(DEFAULT)

    @replacing(S3Backend, _error)
    def put_bucket_policy(self, bucket_name, policy):
        block = self.get_bucket(bucket_name).public_access_block
        closed = bool(block) and str(block.block_public_policy).lower() == "true"
        s3_posts.check_policy(bucket_name, policy, closed)
        put_policy(self, bucket_name, policy)

    def copy_object(self, src_key, dest_bucket_name, dest_key_name, **more):
        bucket, onto = self.get_bucket(dest_bucket_name), (src_key.bucket_name, src_key.name)
        changes = [
            more.get(part) for part in ("storage", "encryption", "website_redirect_location")
        ]
        if (
            onto == (dest_bucket_name, dest_key_name)
            and not any(changes)
            and more.get("mdirective") != "REPLACE"
            and not (bucket.is_versioned and more.get("provided_version_id"))
        ):
            raise CopyObjectMustChangeSomething
        return copy(self, src_key, dest_bucket_name, dest_key_name, **more)

    def select_object_content(self, *args, **kwargs):
        raise MethodNotAllowed  # closed to new customers since 2024-07-25

    FakeBucket.__init__ = begin_bucket
    S3Backend.delete_bucket_encryption = delete_bucket_encryption
    S3Backend.copy_object = copy_object
    S3Backend.select_object_content = select_object_content


def _versions() -> None:
    from types import SimpleNamespace

    from moto.s3 import notifications
    from moto.s3.exceptions import MethodNotAllowed
    from moto.s3.models import FakeDeleteMarker, S3Backend

    delete, put, get = S3Backend.delete_object, S3Backend.put_object, S3Backend.get_object
    events = notifications.S3NotificationEvent

    def put_object(self, bucket_name, key_name, *args, **kwargs):
        bucket = self.get_bucket(bucket_name)
        if bucket.versioning_status == "Suspended":
            older = [v for v in bucket.keys.getlist(key_name, []) if v.version_id != "null"]
            bucket.keys.kept = (key_name, older)
        return put(self, bucket_name, key_name, *args, **kwargs)

    def get_object(self, bucket_name, key_name, version_id=None, *args, **kwargs):
        found = get(self, bucket_name, key_name, version_id, *args, **kwargs)
        if found is None and version_id is not None:
            for version in self.get_bucket(bucket_name).keys.getlist(key_name, []):
                if isinstance(version, FakeDeleteMarker) and version.version_id == version_id:
                    raise MethodNotAllowed
        return found

    def delete_object(self, bucket_name, key_name, version_id=None, bypass=False):
        bucket = self.get_bucket(bucket_name)
        if bucket.versioning_status is None:
            return delete(self, bucket_name, key_name, version_id, bypass)
        held = list(bucket.keys.getlist(key_name, []))
        if version_id is not None:
            gone = [one for one in held if one.version_id == version_id]
            status, bucket.versioning_status = bucket.versioning_status, "Enabled"
            configured, bucket.notification_configuration = bucket.notification_configuration, None
            try:
                answer = delete(self, bucket_name, key_name, version_id, bypass)
            finally:
                bucket.versioning_status = status
                bucket.notification_configuration = configured
            if gone and isinstance(gone[0], FakeDeleteMarker):
                answer[1]["delete-marker"] = "true"
            name = events.OBJECT_REMOVED_DELETE_EVENT
        else:
            marker = FakeDeleteMarker(key=SimpleNamespace(name=key_name))
            if bucket.versioning_status == "Suspended":
                marker._version_id = "null"
                held = [one for one in held if one.version_id != "null"]
            bucket.keys.setlist(key_name, [*held, marker])
            answer = True, {"version-id": marker.version_id, "delete-marker": "true"}
            gone, name = [marker], events.OBJECT_REMOVED_DELETE_MARKER_CREATED_EVENT
        if gone:
            told = SimpleNamespace(name=key_name, etag="", size=0, version_id=gone[0].version_id)
            notifications.send_event(self.account_id, name, bucket, told)
        return answer

    tag = S3Backend.put_object_tagging

    def put_object_tagging(self, key, tags):
        bucket = self.get_bucket(key.bucket_name) if key is not None and not tags else None
        if bucket is None:
            return tag(self, key, tags)
        # every put ends here in moto; without tags, nobody tagged anything
        told, bucket.notification_configuration = bucket.notification_configuration, None
        try:
            return tag(self, key, tags)
        finally:
            bucket.notification_configuration = told

    S3Backend.put_object_tagging = put_object_tagging
    S3Backend.put_object, S3Backend.get_object = put_object, get_object
    S3Backend.delete_object = delete_object


def _customer_keys(lab_of) -> None:
    """SSE-C: the key comes with every request; a new bucket does not take it."""
    from moto.s3.exceptions import S3ClientError
    from moto.s3.responses import S3Response

    put, get_key, head = S3Response.put_object, S3Response._get_key, S3Response.head_object

    def given(self) -> str | None:
        key = self.headers.get(f"{CUSTOMER}key")
        if key is None:
            return None
        return base64.b64encode(hashlib.md5(base64.b64decode(key)).digest()).decode()

    def put_object(self):
        _check_sent(self)
        mark = given(self)
        if mark is not None:
            rule = (self.backend.get_bucket(self.bucket_name).encryption or DEFAULT)["Rule"]
            blocked = (rule.get("BlockedEncryptionTypes") or {}).get("EncryptionType") or "SSE-C"
            if "SSE-C" in blocked:
                raise S3ClientError(
                    "AccessDenied",
                    "Server-side encryption with customer-provided keys (SSE-C) is blocked for "
                    "this bucket.",
                )
        status, headers, body = put(self)
        if mark is not None:
            version = self.backend.get_object(self.bucket_name, self.parse_key_name())
            version.customer_key, version.encryption = mark, None
            headers.pop("x-amz-server-side-encryption", None)
            headers |= shown(version)
            lab = lab_of()
            lab.bridge.mirror(self.bucket_name, version.name, version)
        return status, headers, body

    def shown(version) -> dict:
        mark = getattr(version, "customer_key", None)
        return {f"{CUSTOMER}algorithm": "AES256", f"{CUSTOMER}key-MD5": mark} if mark else {}

    def check(self, version) -> None:
        mark, key = getattr(version, "customer_key", None), given(self)
        if mark is not None and key is None:
            raise S3ClientError(
                "InvalidRequest",
                "The object was stored using a form of Server Side Encryption. The correct "
                "parameters must be provided to retrieve the object.",
            )
        if mark != key:
            raise S3ClientError("AccessDenied", "Access Denied")

    def _get_key(self, *args, **kwargs):
        version, not_modified = get_key(self, *args, **kwargs)
        check(self, version)
        return version, not_modified

    def head_object(self, bucket_name, query, key_name, headers):
        wanted = query.get("versionId", [None])[0]
        version = self.backend.get_object(bucket_name, key_name, wanted, return_delete_marker=True)
        if getattr(version, "customer_key", None):
            if given(self) is None:
                return 400, {}, ""
            check(self, version)
        status, answer, body = head(self, bucket_name, query, key_name, headers)
        return status, {**answer, **shown(version)}, body

    S3Response.put_object, S3Response._get_key = put_object, _get_key
    S3Response.head_object = head_object


def _check_sent(response) -> None:
    """Refuse what does not arrive as its digest says, and keys that are too long."""
    from moto.s3.exceptions import S3ClientError
    from moto.s3.utils import compute_checksum

    body, headers = response.body or b"", response.headers
    body = body.encode() if isinstance(body, str) else body
    if len(response.parse_key_name().encode()) > 1024:
        raise S3ClientError("KeyTooLongError", "Your key is too long")
    digest = headers.get("Content-MD5")
    if digest and digest != base64.b64encode(hashlib.md5(body).digest()).decode():
        message = "The Content-MD5 you specified did not match what we received."
        raise S3ClientError("BadDigest", message)
    for kind in ("sha256", "sha1", "crc32", "crc32c"):
        sent = headers.get(f"x-amz-checksum-{kind}")
        if sent and compute_checksum(body, kind.upper()).decode() != sent:
            message = f"The {kind.upper()} you specified did not match the calculated checksum."
            raise S3ClientError("BadDigest", message)


def _kms_keys() -> None:
    """SSE-KMS without a key takes the account's aws/s3 key; a key is told by its ARN."""
    from moto.s3.models import FakeKey

    begin = FakeKey.__init__

    def begin_key(self, *args, **kwargs):
        begin(self, *args, **kwargs)
        if self.encryption in ("aws:kms", "aws:kms:dsse") and not (
            self.kms_key_id or ""
        ).startswith("arn:"):
            from moto import backends

            lab_region = "us-east-1" if self.region_name in ("aws", "global") else self.region_name
            kms = backends.get_backend("kms")[self.account_id][lab_region]
            try:
                self.kms_key_id = kms.describe_key(self.kms_key_id or "alias/aws/s3").arn
            except Exception:
                from moto.s3.exceptions import S3ClientError

                raise S3ClientError(
                    "KMS.NotFoundException", f"Invalid keyId '{self.kms_key_id}'"
                ) from None

    FakeKey.__init__ = begin_key
