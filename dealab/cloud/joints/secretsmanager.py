"""Secrets Manager: rotation runs its Lambda (``dealab.models.rotation``); deletion on the clock.

moto invokes all four steps whatever they answer, makes the new version the current one itself, and
keeps a default version beside the staging labels.
"""

import json
from datetime import UTC, datetime


def join(lab_of) -> None:
    from moto.core.exceptions import JsonRESTError
    from moto.moto_api._internal import mock_random
    from moto.secretsmanager.exceptions import (
        InvalidParameterException,
        InvalidRequestException,
        SecretNotFoundException,
    )
    from moto.secretsmanager.exceptions import ResourceNotFoundException as NotFound
    from moto.secretsmanager.models import ReplicaSecret, SecretsManagerBackend
    from moto.secretsmanager.responses import SecretsManagerResponse

    from dealab.models import rotation
    from dealab.models.policy import documents

    holder = rotation.holder

    def function_of(secret, arn: str):
        from moto.awslambda.utils import get_backend

        try:
            return get_backend(secret.account_id, secret.region).get_function(arn)
        except Exception as error:
            raise NotFound(f"Resource not found for ARN '{arn}'.") from error

    def runner(secret):
        """What invokes the rotation function of a secret for a step."""

        def run(step: str, token: str) -> bool:
            event = {"Step": step, "SecretId": secret.arn, "ClientRequestToken": token}
            function = function_of(secret, secret.rotation_lambda_arn)
            return lab_of().runtime.invoke(function, event, secret.arn).ok

        return run

    def rotate(secret, token: str = "") -> str:
        clock = lab_of().clock
        token = token or str(mock_random.uuid4())
        token, done = rotation.rotate(secret.versions, token, clock.time(), runner(secret))
        if done:
            secret.last_rotation_date = int(clock.time())
        plan(secret)
        return token

    def plan(secret) -> None:
        secret.next_at = rotation.following(secret.rotation_rules, lab_of().clock.now())
        secret.next_rotation_date = secret.next_at and int(secret.next_at.timestamp())

    def on_schedule(secret) -> None:
        def due(after: datetime):
            at = secret.next_at if secret.rotation_enabled and not secret.is_deleted() else None
            return at if at and at > after else None

        lab_of().clock.on(due, lambda moment: rotate(secret))

    def rotate_secret(self, secret_id, client_request_token=None, rotation_lambda_arn=None,
                      rotation_rules=None, rotate_immediately=True):  # fmt: skip
        secret = self.secrets.get(secret_id)
        if secret is None:
            raise SecretNotFoundException()
        if isinstance(secret, ReplicaSecret):
            raise InvalidRequestException("You can't rotate a replica secret.")
        if secret.is_deleted():
            raise InvalidRequestException(rotation.DELETED)
        arn = rotation_lambda_arn or secret.rotation_lambda_arn
        if not arn:
            raise InvalidRequestException(rotation.NO_FUNCTION)
        function_of(secret, arn)
        if client_request_token:
            self._client_request_token_validator(client_request_token)
        first = not hasattr(secret, "rotation_rules")
        try:
            rules = rotation.check(rotation_rules or getattr(secret, "rotation_rules", {}))
        except ValueError as error:
            raise InvalidParameterException(str(error)) from error
        secret.rotation_requested = secret.rotation_enabled = True
        secret.rotation_lambda_arn, secret.rotation_rules = arn, rules
        plan(secret)
        if first:
            on_schedule(secret)
        if not rotate_immediately:
            token = client_request_token or str(mock_random.uuid4())
            rotation.trial(secret.versions, token, lab_of().clock.time(), runner(secret))
            return secret.to_short_dict()
        unfinished = holder(secret.versions, "AWSPENDING")
        token = rotate(secret, client_request_token or "")
        if unfinished:
            raise InvalidRequestException(rotation.UNFINISHED)
        return json.dumps({"ARN": secret.arn, "Name": secret.name, "VersionId": token})

    get_value, delete = SecretsManagerBackend.get_secret_value, SecretsManagerBackend.delete_secret
    move = SecretsManagerBackend.update_secret_version_stage
    listed, described = (
        SecretsManagerBackend.list_secret_version_ids,
        SecretsManagerResponse.describe_secret,
    )

    def get_secret_value(self, secret_id, version_id, version_stage):
        if not version_id and not version_stage:
            version_stage = "AWSCURRENT"
        secret = self.secrets.get(secret_id)
        if secret is not None and secret.is_deleted():
            raise InvalidRequestException(rotation.DELETED)
        if secret is not None and not version_id and not holder(secret.versions, version_stage):
            raise NotFound(
                "Secrets Manager can't find the specified secret value for staging label: "
                f"{version_stage}"
            )
        return get_value(self, secret_id, version_id, version_stage)

    def update_secret_version_stage(self, secret_id, version_stage, *versions, **named):
        answer = move(self, secret_id, version_stage, *versions, **named)
        secret = self.secrets[secret_id]
        secret.set_default_version_id(holder(secret.versions, "AWSCURRENT"))
        return answer

    def delete_secret(self, secret_id, *args, **kwargs):
        answer = delete(self, secret_id, *args, **kwargs)
        secret = self.secrets.get(secret_id)
        if secret is not None and secret.deleted_date:
            stamp, moment = secret.deleted_date, datetime.fromtimestamp(secret.deleted_date, UTC)
            lab_of().clock.on(
                lambda after: moment if moment > after and secret.deleted_date == stamp else None,
                lambda _: self.secrets.pop(secret.name),
            )
        return answer

    def list_secret_version_ids(self, secret_id):
        if secret_id not in self.secrets:
            raise SecretNotFoundException()
        answer = json.loads(listed(self, secret_id))
        labeled = [one for one in answer["Versions"] if one["VersionStages"]]
        return json.dumps(answer | {"ARN": self.secrets[secret_id].arn, "Versions": labeled})

    def describe_secret(self):
        answer = json.loads(described(self))
        rules = getattr(self.backend.secrets[self._get_param("SecretId")], "rotation_rules", None)
        answer |= {"RotationRules": rules} if rules else {}
        versions = answer.get("VersionIdsToStages") or {}
        answer["VersionIdsToStages"] = {name: labels for name, labels in versions.items() if labels}
        return json.dumps(answer)

    for method in (
        *(rotate_secret, get_secret_value, update_secret_version_stage, delete_secret),
        list_secret_version_ids,
    ):
        setattr(SecretsManagerBackend, method.__name__, method)
    SecretsManagerResponse.describe_secret = describe_secret

    def one_value(name: str) -> None:
        original = getattr(SecretsManagerResponse, name)

        def checked(self):
            if self._get_param("SecretString") and self._get_param("SecretBinary"):
                raise InvalidParameterException(
                    "You can't specify both a binary secret value and a string secret value in "
                    "the same secret."
                )
            return original(self)

        setattr(SecretsManagerResponse, name, checked)

    for name in ("create_secret", "put_secret_value", "update_secret"):
        one_value(name)

    def counts_as_rotation(name: str) -> None:
        """A new value by hand is a rotation: the days until the next begin again."""
        original = getattr(SecretsManagerBackend, name)

        def changed(self, secret_id, *args, **kwargs):
            secret = self.secrets.get(secret_id)
            before = secret and holder(secret.versions, "AWSCURRENT")
            answer = original(self, secret_id, *args, **kwargs)
            secret = self.secrets.get(secret_id)
            days = getattr(secret, "rotation_rules", {}).get("AutomaticallyAfterDays")
            if days and holder(secret.versions, "AWSCURRENT") != before:
                plan(secret)
            return answer

        setattr(SecretsManagerBackend, name, changed)

    for name in ("put_secret_value", "update_secret"):
        counts_as_rotation(name)

    put_policy = SecretsManagerResponse.put_resource_policy

    def put_resource_policy(self):
        if self._get_bool_param("BlockPublicPolicy", False):
            document = json.loads(self._get_param("ResourcePolicy"))
            statements = document["Statement"]
            statements = statements if isinstance(statements, list) else [statements]
            if any(map(documents.opens_to_everybody, statements)):
                raise JsonRESTError(
                    "PublicPolicyException",
                    "The BlockPublicPolicy parameter is set to true, and the resource policy did "
                    "not prevent broad access to the secret.",
                )
        return put_policy(self)

    SecretsManagerResponse.put_resource_policy = put_resource_policy
