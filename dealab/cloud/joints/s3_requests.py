"""Requests to S3 that moto takes for something else, takes though the service does not, or drops.

Wrong in moto: names and lists are not checked; a part for an upload that is gone is a KeyError; the
settings of storage class analysis and the like make a bucket; replication copies nothing.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html (not checked)
"""

import re

#: settings that would do nothing here: the query that carries them, and what the service does
UNKEPT = {
    "analytics": "watches which objects are read and tells when to move them to Standard-IA.",
    "intelligent-tiering": "moves objects nobody reads to the archive tiers.",
    "metrics": "writes request metrics to CloudWatch.",
    "inventory": "writes a list of all objects, daily or weekly.",
    "replication": "copies new objects to another bucket, which needs versioning, as the source.",
}


def join(lab_of) -> None:
    from moto.s3.exceptions import InvalidBucketName, MalformedXML, NoSuchUpload, S3ClientError
    from moto.s3.models import S3Backend
    from moto.s3.responses import S3Response

    from dealab.sql.errors import LabLimit

    put, delete_keys = S3Response._bucket_response_put, S3Response._bucket_response_delete_keys
    get, create = S3Response._key_response_get, S3Backend.create_bucket
    upload = S3Backend.upload_part

    def bucket_put(self, request, bucket_name, querystring):
        for name in UNKEPT.keys() & querystring.keys():
            self.backend.get_bucket(bucket_name)
            raise LabLimit(f"S3's {name} settings of a bucket", UNKEPT[name])
        return put(self, request, bucket_name, querystring)

    def bucket_delete_keys(self, bucket_name, *args, **kwargs):
        body = self.body if isinstance(self.body, bytes) else self.body.encode()
        if len(re.findall(rb"<Object>", body)) > 1000:
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
    S3Response._bucket_response_delete_keys = bucket_delete_keys
    S3Response._key_response_get = key_get
    S3Backend.create_bucket, S3Backend.upload_part = create_bucket, upload_part
