"""KMS: contexts, states of keys, grants, replicas, rotation; keys that other services use."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from dealab.cloud import start_aws
from dealab.sql.errors import LabLimit

ACCOUNT, OTHER = "111122223333", "444455556666"


def policy(action="*", resource="*", **more):
    one = {"Effect": "Allow", "Action": action, "Resource": resource, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [one]})


def refused(call, code):
    with pytest.raises(ClientError) as error:
        call()
    assert error.value.response["Error"]["Code"] == code
    return error.value.response["Error"]["Message"]


@pytest.fixture
def kms(aws):
    return boto3.client("kms")


@pytest.fixture
def key(kms):
    return kms.create_key()["KeyMetadata"]["Arn"]


@pytest.fixture
def ann(aws):
    iam = boto3.client("iam")
    iam.create_user(UserName="ann")
    return aws.session(key=iam.create_access_key(UserName="ann"))


@pytest.mark.proves(
    "KMS", "Envelope encryption: a data key that only the same context opens", kind="real"
)
def test_envelope_encryption(kms, key):
    made = kms.generate_data_key(KeyId=key, KeySpec="AES_256", EncryptionContext={"a": "bc"})
    sealed = AESGCM(made["Plaintext"]).encrypt(b"0" * 12, b"clickstream", None)
    opened = kms.decrypt(CiphertextBlob=made["CiphertextBlob"], EncryptionContext={"a": "bc"})
    assert AESGCM(opened["Plaintext"]).decrypt(b"0" * 12, sealed, None) == b"clickstream"
    assert opened["KeyId"] == key
    blob = made["CiphertextBlob"]
    for context in ({}, {"ab": "c"}, {"a": "bc", "d": "e"}):
        wrong = {"CiphertextBlob": blob, "EncryptionContext": context}
        refused(lambda wrong=wrong: kms.decrypt(**wrong), "InvalidCiphertextException")
    changed = blob[:-1] + bytes([blob[-1] ^ 1])
    opens = {"EncryptionContext": {"a": "bc"}}
    refused(lambda: kms.decrypt(CiphertextBlob=changed, **opens), "InvalidCiphertextException")
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    refused(lambda: kms.decrypt(CiphertextBlob=blob, KeyId=other, **opens), "IncorrectKeyException")


def test_re_encrypt_moves_to_another_key_and_context(kms, key):
    other = kms.create_key()["KeyMetadata"]["Arn"]
    blob = kms.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext={"v": "1"})["CiphertextBlob"]
    moved = kms.re_encrypt(
        CiphertextBlob=blob,
        SourceEncryptionContext={"v": "1"},
        DestinationKeyId=other,
        DestinationEncryptionContext={"v": "2"},
    )["CiphertextBlob"]
    kms.disable_key(KeyId=key)
    assert kms.decrypt(CiphertextBlob=moved, EncryptionContext={"v": "2"})["Plaintext"] == b"x"


def test_four_kilobytes_are_the_limit(kms, key):
    assert kms.encrypt(KeyId=key, Plaintext=b"x" * 4096)
    refused(lambda: kms.encrypt(KeyId=key, Plaintext=b"x" * 4097), "ValidationException")


@pytest.mark.proves(
    "KMS",
    "Disabled keys and keys that wait for deletion refuse; deletion on the clock",
    kind="real",
)
def test_the_state_of_a_key():
    aws = start_aws(at="2026-03-02T09:00")
    kms = boto3.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    blob = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    kms.disable_key(KeyId=key)
    words = refused(lambda: kms.decrypt(CiphertextBlob=blob), "DisabledException")
    assert words == f"{key} is disabled."
    refused(lambda: kms.generate_data_key(KeyId=key, KeySpec="AES_256"), "DisabledException")
    refused(lambda: kms.enable_key_rotation(KeyId=key), "DisabledException")
    kms.enable_key(KeyId=key)
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    code = "KMSInvalidStateException"
    assert refused(lambda: kms.decrypt(CiphertextBlob=blob), code) == f"{key} is pending deletion."
    refused(lambda: kms.enable_key(KeyId=key), code)
    kms.cancel_key_deletion(KeyId=key)
    aws.clock.move(days=8)
    kms.enable_key(KeyId=key)
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    aws.clock.move(days=7)
    refused(lambda: kms.describe_key(KeyId=key), "NotFoundException")
    refused(lambda: kms.decrypt(CiphertextBlob=blob), "AccessDeniedException")
    aws.stop()


@pytest.mark.proves(
    "KMS",
    "Automatic rotation on the clock; old ciphertexts stay readable",
    kind="real",
    note="The lab records rotations and keeps one key material.",
)
def test_a_key_rotates_once_a_period():
    aws = start_aws(at="2026-03-02T09:00")
    kms = boto3.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    blob = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=180)
    status = kms.get_key_rotation_status(KeyId=key)
    assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, 180)
    aws.clock.move(days=365)
    kinds = [one["RotationType"] for one in kms.list_key_rotations(KeyId=key)["Rotations"]]
    assert kinds == ["AUTOMATIC", "AUTOMATIC"]
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    kms.disable_key_rotation(KeyId=key)
    aws.clock.move(days=365)
    assert len(kms.list_key_rotations(KeyId=key)["Rotations"]) == 2
    signs = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    refused(lambda: kms.enable_key_rotation(KeyId=signs), "UnsupportedOperationException")
    refused(lambda: kms.encrypt(KeyId=signs, Plaintext=b"x"), "InvalidKeyUsageException")
    aws.stop()


@pytest.mark.proves(
    "KMS",
    "Multi-Region replicas decrypt each other's ciphertexts and have their own state",
    kind="real",
)
def test_a_replica_decrypts_and_has_its_own_state(kms, key):
    many = kms.create_key(MultiRegion=True)["KeyMetadata"]
    kms.replicate_key(KeyId=many["KeyId"], ReplicaRegion="eu-west-1")
    far = boto3.client("kms", "eu-west-1")
    blob = kms.encrypt(KeyId=many["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    assert far.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    kinds = [
        client.describe_key(KeyId=many["KeyId"])["KeyMetadata"]["MultiRegionConfiguration"][
            "MultiRegionKeyType"
        ]
        for client in (kms, far)
    ]
    assert kinds == ["PRIMARY", "REPLICA"]
    far.disable_key(KeyId=many["KeyId"])
    refused(lambda: far.decrypt(CiphertextBlob=blob), "DisabledException")
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    single = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    refused(lambda: far.decrypt(CiphertextBlob=single), "AccessDeniedException")
    replicate = {"KeyId": key, "ReplicaRegion": "eu-west-1"}
    refused(lambda: kms.replicate_key(**replicate), "UnsupportedOperationException")


@pytest.mark.proves("KMS", "Grants with their operations and constraints", kind="real")
def test_a_grant_allows_its_operations_under_its_constraints(aws, kms, key, ann):
    aws.enforce_permissions()
    client, code = ann.client("kms"), "AccessDeniedException"
    ask = {"KeyId": key, "Plaintext": b"x"}
    refused(lambda: client.encrypt(**ask), code)
    grant = kms.create_grant(
        KeyId=key,
        GranteePrincipal=f"arn:aws:iam::{ACCOUNT}:user/ann",
        Operations=["Encrypt"],
        Constraints={"EncryptionContextSubset": {"team": "data"}},
    )
    refused(lambda: client.encrypt(**ask), code)
    refused(lambda: client.encrypt(**ask, EncryptionContext={"team": "web"}), code)
    made = client.encrypt(**ask, EncryptionContext={"team": "data", "more": "x"})
    opens = {"EncryptionContext": {"team": "data", "more": "x"}}
    refused(lambda: client.decrypt(CiphertextBlob=made["CiphertextBlob"], **opens), code)
    kms.revoke_grant(KeyId=key, GrantId=grant["GrantId"])
    refused(lambda: client.encrypt(**ask, EncryptionContext={"team": "data"}), code)
    kms.create_grant(
        KeyId=key,
        GranteePrincipal=f"arn:aws:iam::{ACCOUNT}:user/ann",
        Operations=["Encrypt"],
        Constraints={"EncryptionContextEquals": {"team": "data"}},
    )
    assert client.encrypt(**ask, EncryptionContext={"team": "data"})
    refused(lambda: client.encrypt(**ask, EncryptionContext={"team": "data", "more": "x"}), code)


@pytest.mark.proves(
    "KMS",
    "Key policies decide, also across accounts; a policy that locks everybody out is refused",
    kind="real",
)
def test_a_key_policy_decides(aws, kms, key, ann):
    boto3.client("iam").put_user_policy(
        UserName="ann", PolicyName="p", PolicyDocument=policy("kms:*")
    )
    aws.enforce_permissions()
    far, ask = aws.session(OTHER).client("kms"), {"KeyId": key, "Plaintext": b"x"}
    assert ann.client("kms").encrypt(**ask)
    assert "resource-based" in refused(lambda: far.encrypt(**ask), "AccessDeniedException")
    admin = {"AWS": f"arn:aws:iam::{ACCOUNT}:user/lab-admin"}
    kms.put_key_policy(KeyId=key, Policy=policy("kms:*", Principal=admin))
    words = refused(lambda: ann.client("kms").encrypt(**ask), "AccessDeniedException")
    assert words.endswith("because no resource-based policy allows the kms:Encrypt action")
    both = json.loads(policy("kms:*", Principal=admin))
    both["Statement"] += json.loads(policy("kms:Encrypt", Principal={"AWS": OTHER}))["Statement"]
    kms.put_key_policy(KeyId=key, Policy=json.dumps(both))
    assert far.encrypt(**ask)["KeyId"] == key
    refused(lambda: far.describe_key(KeyId=key), "AccessDeniedException")
    out = policy("kms:*", Principal={"AWS": OTHER})
    lock = {"KeyId": key, "Policy": out}
    words = refused(lambda: kms.put_key_policy(**lock), "MalformedPolicyDocumentException")
    assert "will not allow you to update the key policy" in words
    refused(lambda: kms.create_key(Policy="{}"), "MalformedPolicyDocumentException")


@pytest.mark.proves(
    "KMS", "S3 objects under a key: needs kms:Decrypt, and a disabled key locks them", kind="real"
)
def test_an_object_under_a_key_needs_the_key(aws, kms, key, ann):
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="lake")
    sse = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
    s3.put_object(Bucket="lake", Key="k", Body=b"x", **sse)
    iam = boto3.client("iam")
    iam.put_user_policy(UserName="ann", PolicyName="s3", PolicyDocument=policy("s3:*"))
    aws.enforce_permissions()
    client = ann.client("s3")
    words = refused(lambda: client.get_object(Bucket="lake", Key="k"), "AccessDenied")
    assert "kms:Decrypt" in words
    assert client.head_object(Bucket="lake", Key="k")["SSEKMSKeyId"] == key
    via = {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}
    iam.put_user_policy(
        UserName="ann", PolicyName="kms", PolicyDocument=policy("kms:Decrypt", key, Condition=via)
    )
    assert client.get_object(Bucket="lake", Key="k")["Body"].read() == b"x"
    ask = {"Bucket": "lake", "Key": "new", "Body": b"", **sse}
    assert "kms:GenerateDataKey" in refused(lambda: client.put_object(**ask), "AccessDenied")
    kms.disable_key(KeyId=key)
    words = refused(lambda: s3.get_object(Bucket="lake", Key="k"), "KMS.DisabledException")
    assert words == f"{key} is disabled."
    refused(lambda: s3.put_object(**ask), "KMS.DisabledException")


def test_aliases_and_aws_managed_keys(aws, kms, key):
    with pytest.raises(ClientError, match="NotAuthorizedException"):
        kms.create_alias(AliasName="alias/aws/lake", TargetKeyId=key)
    kms.create_alias(AliasName="alias/lake", TargetKeyId=key)
    blob = kms.encrypt(KeyId="alias/lake", Plaintext=b"x")["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=blob)["KeyId"] == key
    owned = kms.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]
    assert owned["KeyManager"] == "AWS"


def test_wrong_requests_are_refused(kms, key):
    refused(lambda: kms.encrypt(KeyId="alias/none", Plaintext=b"x"), "NotFoundException")
    refused(lambda: kms.encrypt(KeyId=key, Plaintext=b"x", DryRun=True), "DryRunOperationException")
    for days in (3, 31):
        refused(
            lambda days=days: kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=days),
            "ValidationException",
        )
    with pytest.raises(LabLimit, match="origin"):
        kms.create_key(Origin="EXTERNAL")
