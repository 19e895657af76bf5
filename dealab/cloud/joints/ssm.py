"""Parameter Store: encrypted SecureStrings, tiers with their sizes, patterns, expiration.

moto keeps a SecureString readable, and checks neither sizes nor patterns nor policies.
https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
and https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html (checked
2026-11-23). ExpirationNotification and NoChangeNotification are kept and send no event.
"""

import base64
import json
import re
from datetime import UTC, datetime

SIZES = {"Standard": 4096, "Advanced": 8192}  # characters of a value


def join(lab_of) -> None:
    from moto.core.exceptions import JsonRESTError
    from moto.kms.models import kms_backends
    from moto.ssm.models import Parameter, SimpleSystemManagerBackend

    put = SimpleSystemManagerBackend.put_parameter

    def expiry(policies: str | None) -> datetime | None:
        """The moment of an Expiration policy. Raises JsonRESTError for what is no list of them."""
        try:
            listed = json.loads(policies or "[]")
            found = [one["Attributes"] for one in listed if one["Type"] == "Expiration"]
            if not found:
                return None
            moment = datetime.fromisoformat(found[0]["Timestamp"].replace("Z", "+00:00"))
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        except (ValueError, KeyError, TypeError) as error:
            raise JsonRESTError(
                "InvalidPolicyTypeException", "The policy type isn't supported."
            ) from error

    def tier_of(asked: str | None, before, value: str, policies) -> str:
        had = before.tier if before else None
        needs_advanced = len(value) > SIZES["Standard"] or bool(policies) or had == "Advanced"
        if asked in (None, "Intelligent-Tiering"):
            standard = asked is None and had != "Advanced"
            tier = "Standard" if standard or not needs_advanced else "Advanced"
        else:
            tier = asked
        if had == "Advanced" and tier == "Standard":
            raise JsonRESTError(
                "ValidationException",
                "This parameter uses the advanced-parameter tier. You can't downgrade a parameter "
                "from the advanced-parameter tier to the standard-parameter tier. If necessary, you "
                "can delete the advanced parameter and recreate it as a standard parameter.",
            )
        if len(value) > SIZES[tier]:
            more = " To create a larger parameter value, upgrade the parameter to use the "
            raise JsonRESTError(
                "ValidationException",
                f"{tier} tier parameters support a maximum parameter value of {SIZES[tier]} "
                f"characters.{more + 'advanced-parameter tier.' if tier == 'Standard' else ''}",
            )
        if policies and tier == "Standard":
            raise JsonRESTError(
                "ValidationException",
                "Parameter policies are supported by the advanced-parameter tier only.",
            )
        return tier

    def put_parameter(
        self,
        name,
        description,
        value,
        parameter_type,
        allowed_pattern,
        keyid,
        overwrite,
        tags,
        data_type,
        tier=None,
        policies=None,
    ):
        # Asking a missing name would make an empty one.
        before = self._parameters[name][-1] if name in self._parameters else None
        if before and not overwrite:
            tier = None  # moto refuses below
        else:
            if before and parameter_type and parameter_type != before.parameter_type:
                raise JsonRESTError(
                    "HierarchyTypeMismatchException",
                    "Parameter Store does not support changing a parameter type in a hierarchy. "
                    "For example, you can't change a parameter from a String type to a "
                    "SecureString type. You must create a new, unique parameter.",
                )
            pattern = allowed_pattern or (before.allowed_pattern if before else None)
            if pattern and not re.search(pattern, value or ""):
                raise JsonRESTError(
                    "ParameterPatternMismatchException",
                    f"Parameter value, cannot be validated against allowedPattern: {pattern}",
                )
            tier = tier_of(tier, before, value or "", policies)
        until = expiry(policies)
        made = put(
            *(self, name, description, value, parameter_type, allowed_pattern, keyid, overwrite),
            *(tags, data_type, tier, policies),
        )
        if made.parameter_type == "SecureString":
            made.region = self.region_name
            made.value = _encrypted(self, made, value)
        if until:
            kept = self._parameters[name]
            lab_of().clock.on(
                lambda after: until if until > after and kept[-1:] == [made] else None,
                lambda _: self._parameters.pop(self._parameters.normalize_name(name), None),
            )
        return made

    def context(parameter) -> dict:
        path = parameter.name.lstrip("/")
        place = f"arn:aws:ssm:{parameter.region}:{parameter.account_id}:parameter/"
        return {"PARAMETER_ARN": place + path}

    def _encrypted(backend, parameter, value: str) -> str:
        kms = kms_backends[backend.account_id][backend.region_name]
        key = kms.any_id_to_key_id(parameter.keyid) if parameter.keyid else None
        if key not in kms.keys:
            backend._parameters[parameter.name].remove(parameter)
            raise JsonRESTError("InvalidKeyId", f"Invalid keyId {parameter.keyid}")
        # KMS takes 4 KB; longer values go under a data key, which the lab leaves out.
        parts = [value[start : start + 1024] for start in range(0, len(value), 1024)]
        blobs = [kms.encrypt(key, part.encode(), context(parameter))[0] for part in parts]
        return "|".join(base64.b64encode(blob).decode() for blob in blobs)

    def decrypt(self, value: str) -> str:
        if self.parameter_type != "SecureString" or not hasattr(self, "region"):
            return own_decrypt(self, value)
        kms = kms_backends[self.account_id][self.region]
        blobs = [base64.b64decode(part) for part in value.split("|")]
        return "".join(kms.decrypt(blob, context(self))[0].decode() for blob in blobs)

    own_decrypt = Parameter.decrypt
    SimpleSystemManagerBackend.put_parameter = put_parameter
    Parameter.decrypt = decrypt
