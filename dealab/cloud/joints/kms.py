"""KMS: states of keys, encryption contexts, replicas, rotation and deletion on the clock.

moto encrypts with disabled keys, never deletes or rotates one, mixes up contexts such as
{"a": "bc"} and {"ab": "c"}, cannot decrypt what a multi-Region key encrypted, and lets a replica
share its primary's state.
https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html (an older copy
checked 2026-11-23)
"""

import json
from datetime import UTC, datetime, timedelta

#: refused for a key that is not enabled
_CRYPTOGRAPHY = (
    *("encrypt", "decrypt", "re_encrypt", "generate_data_key", "generate_mac", "verify_mac"),
    *("generate_data_key_without_plaintext", "sign", "verify", "create_grant"),
    *("enable_key_rotation", "disable_key_rotation", "rotate_key_on_demand", "replicate_key"),
    *("generate_data_key_pair", "generate_data_key_pair_without_plaintext", "get_public_key"),
)
#: refused only for a key that waits for its deletion
_CHANGES = ("enable_key", "disable_key", "update_key_description")


def unusable(key) -> tuple[str, str] | None:
    """Say how KMS refuses to use moto's ``key``: (code, message); None when it is enabled."""
    if key.key_state == "PendingDeletion":
        return "KMSInvalidStateException", f"{key.arn} is pending deletion."
    return None if key.enabled else ("DisabledException", f"{key.arn} is disabled.")


def key_in(ciphertext: bytes) -> str:
    """The id of the key that made a ciphertext of the lab."""
    return bytes(ciphertext)[:40].decode("latin-1").rstrip("\0")


def join(lab_of) -> None:
    from moto.core.exceptions import JsonRESTError
    from moto.kms import responses, utils
    from moto.kms.exceptions import NotAuthorizedException
    from moto.kms.models import KmsBackend, kms_backends
    from moto.kms.responses import KmsResponse

    from dealab.cloud import principals
    from dealab.models.policy.documents import PolicyError, parse
    from dealab.models.policy.evaluation import Policies, Principal, Request, decide
    from dealab.sql.errors import LabLimit

    utils._serialize_encryption_context = lambda encryption_context: json.dumps(
        sorted(encryption_context.items())
    ).encode()

    # The id of a multi-Region key has four characters more than moto leaves room for.
    utils.HEADER_LEN, utils.CIPHERTEXT_HEADER_FORMAT = utils.HEADER_LEN + 4, ">40s12s16s"
    read = utils._deserialize_ciphertext_blob
    utils._deserialize_ciphertext_blob = lambda ciphertext_blob: (
        found := read(ciphertext_blob)
    )._replace(key_id=found.key_id.rstrip("\0"))
    utils.AccessDeniedException = lambda message: JsonRESTError("AccessDeniedException", message)

    any_id = KmsBackend.any_id_to_key_id

    def any_id_to_key_id(self, key_id):
        try:
            return any_id(self, key_id)
        except AttributeError:  # moto's answer to an alias that is not there
            name = key_id
            if not key_id.startswith("arn:"):
                name = f"arn:aws:kms:{self.region_name}:{self.account_id}:{key_id}"
            raise JsonRESTError("NotFoundException", f"Alias {name} is not found.") from None

    KmsBackend.any_id_to_key_id = any_id_to_key_id

    def keys_of(response):
        """The keys that a request names, by id, alias or ciphertext."""
        backend = response.kms_backend
        for name in ("KeyId", "DestinationKeyId", "SourceKeyId", "CiphertextBlob"):
            value = response._get_param(name)
            if not value:
                continue
            if name == "CiphertextBlob":
                one = backend.keys.get(key_in(value))
            else:
                one = backend.keys.get(backend.any_id_to_key_id(value) or "")
            if one is not None:
                yield one

    def checked(name: str, cryptography: bool) -> None:
        original = getattr(KmsResponse, name)

        def method(self):
            for key in keys_of(self):
                why = unusable(key)
                if why and (cryptography or "pending" in why[1]):
                    raise JsonRESTError(*why)
                symmetric = key.key_spec == "SYMMETRIC_DEFAULT"
                if name in ("encrypt", "decrypt", "re_encrypt") and not symmetric:
                    if key.key_usage != "ENCRYPT_DECRYPT":
                        raise JsonRESTError(
                            "InvalidKeyUsageException",
                            f"{key.arn} key usage is {key.key_usage} which is not valid for "
                            f"{name.title().replace('_', '')}.",
                        )
                    raise LabLimit(
                        "KMS encryption with an RSA key",
                        "KMS encrypts and decrypts with it; the public key may leave the service.",
                        "Asymmetric keys are for those who cannot call KMS; S3 and most "
                        "services need symmetric ones.",
                    )
                if "rotat" in name and not symmetric:
                    raise JsonRESTError("UnsupportedOperationException", "")
            source = self._get_param("SourceKeyId") or (
                self._get_param("KeyId") if name == "decrypt" else None
            )
            if source and name in ("decrypt", "re_encrypt"):
                named = self.kms_backend.any_id_to_key_id(source)
                if key_in(self._get_param("CiphertextBlob")) != named:
                    raise JsonRESTError(
                        "IncorrectKeyException",
                        "The key ID in the request does not identify a CMK that can perform this "
                        "operation.",
                    )
            if self._get_param("DryRun"):
                words = "The request would have succeeded, but the DryRun option is set."
                raise JsonRESTError("DryRunOperationException", words)
            return original(self)

        setattr(KmsResponse, name, method)

    for name in (*_CRYPTOGRAPHY, *_CHANGES):
        if hasattr(KmsResponse, name):
            checked(name, name in _CRYPTOGRAPHY)

    def by_id(name: str) -> None:
        """Let a method of moto's store take an ARN, too."""
        original = getattr(KmsBackend, name)
        setattr(KmsBackend, name, lambda self, key_id: original(self, self.get_key_id(key_id)))

    for name in ("disable_key", "enable_key", "cancel_key_deletion"):
        by_id(name)
    named = responses._assert_default_policy
    responses._assert_default_policy = lambda name: name is None or named(name)
    create_key, default_keys = KmsBackend.create_key, KmsBackend._generate_default_keys
    put_policy, enable = KmsResponse.put_key_policy, KmsResponse.enable_key_rotation

    def check_policy(text: str, account: str, bypass: bool) -> None:
        try:
            policy = parse(text, "resource", "key policy")
        except PolicyError as error:
            raise JsonRESTError("MalformedPolicyDocumentException", str(error)) from error
        from dealab.cloud import permissions

        caller = permissions.caller()
        who = caller.principal if caller else Principal("root", "", account)
        kept = Policies(identity=[principals.ALL], resource=[policy], resource_decides=True)
        if (
            not bypass
            and not decide(Request(who, "kms:PutKeyPolicy", "*", {}, account), kept).allowed
        ):
            raise JsonRESTError(
                "MalformedPolicyDocumentException",
                "The new key policy will not allow you to update the key policy in the future.",
            )

    def checked_create_key(self, policy, *args, **kwargs):
        if policy:
            check_policy(policy, self.account_id, False)
        return create_key(self, policy, *args, **kwargs)

    own_create = KmsResponse.create_key

    def of_kms_only(self):
        if self._get_param("Origin") not in (None, "AWS_KMS"):
            raise LabLimit(
                "KMS keys of another origin",
                "KMS imports key material of yours or uses a key store.",
                "Imported key material can expire and is not rotated by KMS itself.",
            )
        return own_create(self)

    KmsResponse.create_key = of_kms_only
    set_alias = KmsResponse._set_alias

    def checked_alias(self, update=False):
        if self._get_param("AliasName").startswith("alias/aws/"):  # of keys that AWS manages
            raise NotAuthorizedException
        return set_alias(self, update)

    KmsResponse._set_alias = checked_alias

    def checked_put_policy(self):
        bypass = bool(self._get_param("BypassPolicyLockoutSafetyCheck"))
        check_policy(self._get_param("Policy"), self.current_account, bypass)
        return put_policy(self)

    def aws_managed(self, alias_name):
        made = default_keys(self, alias_name)
        if made:
            self.keys[made].key_manager = "AWS"
        return made

    def replicate_key(self, key_id, replica_region):
        primary = self.keys[self.get_key_id(key_id)]
        other = kms_backends[self.account_id][replica_region]
        if not primary.multi_region:
            raise JsonRESTError("UnsupportedOperationException", "The key is not multi-Region.")
        if primary.id in other.keys:
            raise JsonRESTError("AlreadyExistsException", f"{primary.id} is in {replica_region}.")
        settings = primary.multi_region_configuration
        replica = create_key(
            *(other, None, primary.key_usage, primary.key_spec, primary.description, None, True)
        )
        del other.keys[replica.id]
        replica.id, replica.key_material = primary.id, primary.key_material
        replica.private_key = primary.private_key
        replica.arn = primary.arn.replace(f":{primary.region}:", f":{replica_region}:")
        settings["ReplicaKeys"].append({"Arn": replica.arn, "Region": replica_region})
        replica.multi_region_configuration = settings | {"MultiRegionKeyType": "REPLICA"}
        other.keys[replica.id] = replica
        return replica

    def describe_key(self, key_id):
        return self.keys[self.any_id_to_key_id(key_id)]

    def enable_key_rotation(self):
        answer = enable(self)
        key = next(keys_of(self))
        key.rotation_days = int(self._get_param("RotationPeriodInDays") or 365)
        if not hasattr(key, "rotates"):
            on_clock(key, lambda: key.rotates if key.key_rotation_status else None, rotated(key))
        key.rotates = lab_of().clock.now() + timedelta(days=key.rotation_days)
        return answer

    def get_key_rotation_status(self):
        self._validate_cmk_id(self._get_param("KeyId"))
        key = next(keys_of(self))
        answer = {"KeyId": key.arn, "KeyRotationEnabled": key.key_rotation_status}
        if key.key_rotation_status:
            answer["RotationPeriodInDays"] = getattr(key, "rotation_days", 365)
            if hasattr(key, "rotates"):
                answer["NextRotationDate"] = key.rotates.timestamp()
        return json.dumps(answer)

    def on_clock(key, due, happen) -> None:
        """Let ``happen(moment)`` come at ``due()`` (None: not now) of a key."""

        def later(after: datetime):
            moment = due()
            return moment if moment and moment > after else None

        lab_of().clock.on(later, happen)

    def rotated(key):
        def happen(moment: datetime) -> None:
            key.rotates = moment + timedelta(days=key.rotation_days)
            done = {"KeyId": key.id, "RotationDate": moment.timestamp()}
            key.rotations.append(done | {"RotationType": "AUTOMATIC"})

        return happen

    schedule_deletion = KmsBackend.schedule_key_deletion

    def schedule_key_deletion(self, key_id, pending_window_in_days):
        key = self.keys[self.get_key_id(key_id)]
        if key.key_state == "PendingDeletion":
            raise JsonRESTError(*unusable(key))
        bound = "less than or equal to 30"
        if (days := pending_window_in_days or 30) < 7:
            bound = "greater than or equal to 7"
        if not 7 <= days <= 30:
            raise JsonRESTError(
                "ValidationException",
                f"1 validation error detected: Value '{days}' at 'pendingWindowInDays' failed to "
                f"satisfy constraint: Member must have value {bound}",
            )
        answer = schedule_deletion(self, key.id, days)
        moment = key.deletion_date.replace(tzinfo=UTC)
        gone = key.deletion_date
        on_clock(
            key,
            lambda: moment if key.deletion_date == gone else None,
            lambda _: self.delete_key(key.id),
        )
        return answer

    KmsBackend.create_key = checked_create_key
    KmsBackend._generate_default_keys = aws_managed
    KmsBackend.replicate_key = replicate_key
    KmsBackend.describe_key = describe_key
    KmsBackend.schedule_key_deletion = schedule_key_deletion
    KmsResponse.put_key_policy = checked_put_policy
    KmsResponse.enable_key_rotation = enable_key_rotation
    KmsResponse.get_key_rotation_status = get_key_rotation_status
