"""Requests to S3 that moto takes for something else, takes though the service does not, or drops.

Wrong in moto: names and lists are not checked; a part for an upload that is gone is a KeyError; the
settings of storage class analysis and the like make a bucket; replication copies nothing; object
lock can be weakened: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
(checked 2026-11-23).
https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html (not checked)
"""

import re
from datetime import UTC, datetime

#: settings that would do nothing here: the query that carries them, and what the service does
UNKEPT = {
    "analytics": "watches which objects are read and tells when to move them to Standard-IA.",
    "intelligent-tiering": "moves objects nobody reads to the archive tiers.",
    "metrics": "writes request metrics to CloudWatch.",
    "inventory": "writes a list of all objects, daily or weekly.",
    "replication": "copies new objects to another bucket, which needs versioning, as the source.",
}

#: only the account's root user may switch MFA delete, with its device; the lab's user is a role
ROOT_WITH_MFA = (
    "Mfa Authentication must be used for this request, by the root user of the bucket's account."
)

LOCKED_BUCKET = (
    "An Object Lock configuration is present on this bucket, so the versioning state cannot be "
    "changed."
)


#: canned ACLs that let everybody in
OPEN = ("public-read", "public-read-write", "authenticated-read")


def join(lab_of) -> None:
    _requests()
    _acls()


def _acls() -> None:
    """Refuse ACLs: new buckets have them disabled, and block the public ones.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html (not checked)
    """
    from moto.s3.exceptions import S3ClientError
    from moto.s3.responses import S3Response

    put_bucket, put_key = S3Response._bucket_response_put, S3Response._key_response_put
    post_key = S3Response._key_response_post

    def refuse(code: str, message: str, status: int = 400):
        error = S3ClientError(code, message)
        error.status_code = status
        raise error

    def asks_for(headers) -> tuple[str, bool]:
        """The canned ACL or the grants of a request, and whether they let everybody in."""
        grants = [v for name, v in headers.items() if name.lower().startswith("x-amz-grant-")]
        asked = headers.get("x-amz-acl") or ", ".join(grants)
        return asked, asked in OPEN or "/groups/global/" in asked

    def check(self, bucket_name: str, query, headers) -> None:
        asked, for_all = asks_for(headers)
        if not asked and "acl" not in query:
            return
        bucket = self.backend.get_bucket(bucket_name)
        disabled = (bucket.ownership_rule or "BucketOwnerEnforced") == "BucketOwnerEnforced"
        if disabled and asked != "bucket-owner-full-control":
            refuse("AccessControlListNotSupported", "The bucket does not allow ACLs")
        body = self.body if isinstance(self.body, str) else (self.body or b"").decode("latin-1")
        for_all = for_all or ("acl" in query and "/groups/global/" in body)
        block = bucket.public_access_block
        if for_all and block and str(block.block_public_acls).lower() == "true":
            refuse("AccessDenied", "Access Denied", 403)

    def bucket_put(self, request, bucket_name, querystring):
        if "acl" in querystring:
            check(self, bucket_name, querystring, request.headers)
        elif not querystring:  # a new bucket
            owner = request.headers.get("x-amz-object-ownership") or "BucketOwnerEnforced"
            asked, for_all = asks_for(request.headers)
            if asked not in ("", "private") and owner == "BucketOwnerEnforced":
                refuse(
                    "InvalidBucketAclWithObjectOwnership",
                    "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced "
                    "setting",
                )
            if for_all:  # nobody can have taken its block off yet
                refuse(
                    "InvalidBucketAclWithBlockPublicAccessError",
                    "Bucket cannot have public ACLs set with BlockPublicAccess enabled",
                )
        return put_bucket(self, request, bucket_name, querystring)

    def key_put(self, query, key_name):
        check(self, self.bucket_name, query, self.headers)
        return put_key(self, query, key_name)

    def key_post(self, request, body, bucket_name, query, key_name):
        check(self, bucket_name, query, request.headers)
        return post_key(self, request, body, bucket_name, query, key_name)

    S3Response._bucket_response_put, S3Response._key_response_put = bucket_put, key_put
    S3Response._key_response_post = key_post


def _requests() -> None:
    from moto.core.utils import utcnow
    from moto.s3.exceptions import InvalidBucketName, MalformedXML, NoSuchUpload, S3ClientError
    from moto.s3.models import S3Backend
    from moto.s3.responses import S3Response

    from dealab.sql.errors import LabLimit

    put, delete_keys = S3Response._bucket_response_put, S3Response._bucket_response_delete_keys
    get, create = S3Response._key_response_get, S3Backend.create_bucket
    upload, retain = S3Backend.upload_part, S3Response.put_object_retention

    def bucket_put(self, request, bucket_name, querystring):
        for name in UNKEPT.keys() & querystring.keys():
            self.backend.get_bucket(bucket_name)
            raise LabLimit(
                f"S3's {name} settings of a bucket",
                f"S3 {UNKEPT[name]}",
                "Analytics recommends, Intelligent-Tiering moves, Inventory lists, and "
                "replication needs versioning.",
            )
        if "versioning" in querystring and b"<MfaDelete>Enabled<" in _bytes(self.body):
            raise _refusal(S3ClientError, "AccessDenied", 403, ROOT_WITH_MFA)
        suspends = "versioning" in querystring and b"Suspended" in _bytes(self.body)
        if suspends and self.backend.get_bucket(bucket_name).object_lock_enabled:
            raise _refusal(S3ClientError, "InvalidBucketState", 409, LOCKED_BUCKET)
        return put(self, request, bucket_name, querystring)

    def put_object_retention(self):
        version = self.backend.get_object(
            self.bucket_name, self.parse_key_name(), version_id=self._get_param("versionId")
        )
        if version is not None and version.lock_mode and version.lock_until:
            mode, until = self._mode_until_from_body()
            held = _moment(version.lock_until)
            weaker = not until or _moment(until) < held
            if version.lock_mode == "COMPLIANCE":
                refused = weaker or mode != "COMPLIANCE"
            else:
                bypass = self.headers.get("x-amz-bypass-governance-retention", "")
                refused = weaker and bypass.lower() != "true"
            if refused and held > _moment(utcnow()):
                raise _refusal(S3ClientError, "AccessDenied", 403, "Access Denied")
        return retain(self)

    def bucket_delete_keys(self, bucket_name, *args, **kwargs):
        if len(re.findall(rb"<Object>", _bytes(self.body))) > 1000:
            raise MalformedXML
        return delete_keys(self, bucket_name, *args, **kwargs)

    def key_get(self, query, key_name):
        if "retention" not in query:
            return get(self, query, key_name)
        version = self.backend.get_object(
            self.bucket_name, key_name, query.get("versionId", [None])[0]
        )
        if version is None:
            from moto.s3.exceptions import MissingKey

            raise MissingKey(key=key_name)
        if not version.lock_until:
            code = "NoSuchObjectLockConfiguration"
            message = "The specified object does not have a ObjectLock configuration"
            raise S3ClientError(code, message)
        mode, until = version.lock_mode, version.lock_until
        tags = f"<Mode>{mode}</Mode><RetainUntilDate>{until}</RetainUntilDate>"
        return 200, {}, f"<Retention>{tags}</Retention>"

    def create_bucket(self, bucket_name, *args, **kwargs):
        if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", bucket_name) or (
            ".." in bucket_name or re.fullmatch(r"\d+\.\d+\.\d+\.\d+", bucket_name)
        ):
            raise InvalidBucketName
        return create(self, bucket_name, *args, **kwargs)

    def upload_part(self, bucket_name, multipart_id, *args, **kwargs):
        if multipart_id not in self.get_bucket(bucket_name).multiparts:
            raise NoSuchUpload(upload_id=multipart_id)
        return upload(self, bucket_name, multipart_id, *args, **kwargs)

    S3Response._bucket_response_put = bucket_put
    S3Response.put_object_retention = put_object_retention
    S3Response._bucket_response_delete_keys = bucket_delete_keys
    S3Response._key_response_get = key_get
    S3Backend.create_bucket, S3Backend.upload_part = create_bucket, upload_part


def _bytes(body) -> bytes:
    return body if isinstance(body, bytes) else body.encode()


def _moment(value) -> datetime:
    """A time of a request or of moto, with its zone."""
    if not isinstance(value, datetime):
        value = datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value


def _refusal(kind, code: str, status: int, message: str):
    refusal = kind(code, message)
    refusal.code, refusal.status_code = code, status
    return refusal
