"""KMS keys that other services use in the caller's name: S3 objects, secrets, SecureString.

Sources (not checked): https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html,
https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html,
https://docs.aws.amazon.com/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html
Keys that AWS manages (alias/aws/...) may be used by everybody who may use the service.
"""

import contextlib

from dealab.models.policy.actions import Need

_READS = {"GetObject", "CopyObject", "SelectObjectContent", "UploadPartCopy"}
_WRITES = {"PutObject", "CopyObject", "CreateMultipartUpload"}
#: how each service words that a key cannot be used: (code, message)
_REFUSED = {
    "s3": ("KMS.{code}", "{message}"),
    "secretsmanager": (
        "DecryptionFailure",
        "Secrets Manager can't decrypt the protected secret text using the provided KMS key.",
    ),
    "ssm": ("InvalidKeyId", "{message} (Service: Kms, Status Code: 400)"),
}


def used(service: str, operation: str, params: dict, account: str, region: str) -> list:
    """Return [(moto's key, action, encryption context)] that a call uses besides its own needs."""
    uses = {"s3": _s3, "secretsmanager": _secret, "ssm": _parameter}.get(service)
    found = []
    for name, action, context in uses(operation, params, account, region) if uses else ():
        key = find(name, account, region)
        if key is not None and key.key_manager != "AWS":
            found.append((key, action, context))
    return found


def needs(uses: list, service: str, region: str) -> list[Need]:
    """The permissions for what ``used`` returned."""
    via = {"kms:ViaService": f"{service}.{region}.amazonaws.com"}
    return [
        Need(
            f"kms:{action}",
            key.arn,
            via | {f"kms:EncryptionContext:{name}": value for name, value in context.items()},
        )
        for key, action, context in uses
    ]


def refused(uses: list, service: str) -> tuple[str, str] | None:
    """How ``service`` refuses because a key is disabled or waits for deletion; else None."""
    from dealab.cloud.joints.kms import unusable

    for key, _, _ in uses:
        why = unusable(key)
        if why:
            code, message = _REFUSED[service]
            return code.format(code=why[0]), message.format(message=why[1])
    return None


def find(name: str, account: str, region: str):
    """Return moto's key of an id, ARN or alias, or None."""
    from moto.kms.models import kms_backends

    parts = name.split(":")
    if len(parts) > 5:
        region, account = parts[3], parts[4]
    backend = kms_backends[account][region]
    with contextlib.suppress(Exception):  # a key that isn't there: the service itself says so
        return backend.keys.get(backend.any_id_to_key_id(name))
    return None


def _s3(operation: str, params: dict, account: str, region: str):
    from moto.s3.models import s3_backends

    if operation not in _READS | _WRITES:
        return
    backend = s3_backends[account]["aws"]
    with contextlib.suppress(Exception):
        bucket, name, version = params["Bucket"], params["Key"], params.get("VersionId")
        if "CopySource" in params:
            bucket, _, name = str(params["CopySource"]).lstrip("/").partition("/")
            name, _, version = name.partition("?versionId=")
        key = backend.get_object(bucket, name, version or None)
        if operation in _READS and key is not None and key.encryption == "aws:kms":
            yield key.kms_key_id or "alias/aws/s3", "Decrypt", {"aws:s3:arn": _arn(bucket, name)}
    if operation in _WRITES:
        rule = {}
        with contextlib.suppress(Exception):
            settings = backend.get_bucket(params["Bucket"]).encryption
            rule = settings["Rule"]["ApplyServerSideEncryptionByDefault"]
        kind = params.get("ServerSideEncryption") or rule.get("SSEAlgorithm")
        if kind == "aws:kms":
            name = params.get("SSEKMSKeyId") or rule.get("KMSMasterKeyID") or "alias/aws/s3"
            context = {"aws:s3:arn": _arn(params["Bucket"], params["Key"])}
            yield name, "GenerateDataKey", context


def _arn(bucket: str, key: str) -> str:
    return f"arn:aws:s3:::{bucket}/{key}"


def _secret(operation: str, params: dict, account: str, region: str):
    from moto.secretsmanager.models import secretsmanager_backends

    secret = secretsmanager_backends[account][region].secrets.get(str(params.get("SecretId")))
    name = params.get("KmsKeyId") or getattr(secret, "kms_key_id", None)
    context = {"SecretARN": secret.arn} if secret is not None else {}
    if name and operation == "GetSecretValue":
        yield name, "Decrypt", context
    elif name and operation in ("CreateSecret", "PutSecretValue", "UpdateSecret"):
        yield from ((name, action, context) for action in ("GenerateDataKey", "Decrypt"))


def _parameter(operation: str, params: dict, account: str, region: str):
    from moto.ssm.models import ssm_backends

    place = f"arn:aws:ssm:{region}:{account}:parameter/"
    if operation == "PutParameter" and params.get("Type") == "SecureString" and params.get("KeyId"):
        action = "GenerateDataKey" if params.get("Tier") == "Advanced" else "Encrypt"
        yield params["KeyId"], action, {"PARAMETER_ARN": place + params["Name"].lstrip("/")}
    elif params.get("WithDecryption"):
        wanted = [params.get("Name")] + (params.get("Names") or [])
        names = [
            name.split(":")[0].lstrip("/")
            for name in wanted
            if name and not name.startswith("arn:")
        ]
        for name, versions in list(ssm_backends[account][region]._parameters.items()):
            under = params.get("Path") and name.startswith(params["Path"])
            if versions and (name.lstrip("/") in names or under) and versions[-1].keyid:
                context = {"PARAMETER_ARN": place + name.lstrip("/")}
                yield versions[-1].keyid, "Decrypt", context
