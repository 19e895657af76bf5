"""Parameter Store: rules of ``dealab.models.parameters``, and SecureStrings under KMS.

moto keeps a SecureString readable, and checks neither sizes nor patterns nor policies.
"""

import base64


def join(lab_of) -> None:
    from moto.core.exceptions import JsonRESTError
    from moto.kms.models import kms_backends
    from moto.ssm.models import Parameter, SimpleSystemManagerBackend

    from dealab.cloud.keys import find
    from dealab.models import parameters

    put, own_decrypt = SimpleSystemManagerBackend.put_parameter, Parameter.decrypt

    def put_parameter(self, name, description, value, kind, pattern, keyid, overwrite, tags,
                      data_type, tier=None, policies=None):  # fmt: skip
        if "/" in name and not name.startswith(("/", "arn:")):
            words = "Parameter name must be a fully qualified name."
            raise JsonRESTError("ValidationException", words)
        if name.count("/") > 15:
            words = "A hierarchy can have a maximum of 15 levels."
            raise JsonRESTError("HierarchyLevelLimitExceededException", words)
        # Asking for a missing name would make an empty one.
        before = self._parameters[name][-1] if name in self._parameters else None
        until = None
        if overwrite or before is None:  # else moto refuses
            try:
                known = pattern or (before and before.allowed_pattern)
                parameters.check_change(kind, before and before.parameter_type, known, value or "")
                tier = parameters.tier(tier, before and before.tier, value or "", policies)
                until = parameters.expiry(policies)
            except parameters.Refused as refused:
                raise JsonRESTError(refused.code, str(refused)) from refused
        made = put(
            *(self, name, description, value, kind, pattern, keyid, overwrite, tags, data_type),
            *(tier, policies),
        )
        if made.parameter_type == "SecureString":
            made.region = self.region_name
            made.value = encrypted(self, made, value)
        if until:
            kept = self._parameters[name]
            lab_of().clock.on(
                lambda after: until if until > after and kept[-1:] == [made] else None,
                lambda _: self._parameters.pop(self._parameters.normalize_name(name), None),
            )
        return made

    def context(parameter) -> dict:
        place = f"arn:aws:ssm:{parameter.region}:{parameter.account_id}:parameter/"
        return {"PARAMETER_ARN": place + parameter.name.lstrip("/")}

    def encrypted(backend, parameter, value: str) -> str:
        key = find(parameter.keyid, backend.account_id, backend.region_name)
        if key is None:
            backend._parameters[parameter.name].remove(parameter)
            raise JsonRESTError("InvalidKeyId", f"Invalid keyId {parameter.keyid}")
        kms = kms_backends[backend.account_id][backend.region_name]
        # KMS takes 4 KB; the data key that the service uses for longer values is left out.
        parts = [value[start : start + 1024] for start in range(0, len(value), 1024)]
        blobs = [kms.encrypt(key.id, part.encode(), context(parameter))[0] for part in parts]
        return "|".join(base64.b64encode(blob).decode() for blob in blobs)

    def decrypt(self, value: str) -> str:
        if self.parameter_type != "SecureString" or not hasattr(self, "region"):
            return own_decrypt(self, value)
        kms = kms_backends[self.account_id][self.region]
        blobs = [base64.b64decode(part) for part in value.split("|")]
        return "".join(kms.decrypt(blob, context(self))[0].decode() for blob in blobs)

    def send_command(self, **_):
        from dealab.sql.errors import LabLimit

        raise LabLimit(
            "ssm:SendCommand",
            "Systems Manager runs a document on instances, of which there are none here.",
            "Run Command needs the agent and a role on the instance, and no open port.",
        )

    SimpleSystemManagerBackend.send_command = send_command
    SimpleSystemManagerBackend.put_parameter = put_parameter
    Parameter.decrypt = decrypt
