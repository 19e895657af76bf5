"""Secrets Manager: rotation runs its Lambda and moves the staging labels; deletion on the clock.

moto invokes all four steps whatever they answer and makes the new version the current one itself.
https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html and
https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html (checked
2026-11-23). In the lab a rotation is over when RotateSecret returns; a failed one is tried again at
the next RotateSecret or scheduled time, not by itself in between.
"""

import json
from datetime import UTC, datetime, timedelta

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")


def join(lab_of) -> None:
    from moto.moto_api._internal import mock_random
    from moto.secretsmanager.exceptions import InvalidParameterException, InvalidRequestException
    from moto.secretsmanager.exceptions import ResourceNotFoundException as NotFound
    from moto.secretsmanager.exceptions import SecretNotFoundException
    from moto.secretsmanager.models import ReplicaSecret, SecretsManagerBackend
    from moto.secretsmanager.responses import SecretsManagerResponse

    from dealab.models import schedules

    def holder(secret, label: str) -> str | None:
        """The version that has a staging label."""
        every = secret.versions.items()
        return next((name for name, one in every if label in one["version_stages"]), None)

    def run(secret, steps, token: str) -> bool:
        """Invoke the rotation function for each step until one fails."""
        from moto.awslambda.utils import get_backend

        function = get_backend(secret.account_id, secret.region).get_function(
            secret.rotation_lambda_arn
        )
        for step in steps:
            event = {"Step": step, "SecretId": secret.arn, "ClientRequestToken": token}
            if not lab_of().runtime.invoke(function, event, secret.arn).ok:
                return False
        return True

    def rotate(secret, token: str = "") -> str:
        """Run a rotation, or go on with the one that failed; return the version's id."""
        pending = holder(secret, "AWSPENDING")
        token = pending or token or str(mock_random.uuid4())
        if not pending:
            secret.versions[token] = {
                "createdate": int(lab_of().clock.time()),
                "version_id": token,
                "version_stages": ["AWSPENDING"],
            }
        if run(secret, STEPS, token) and holder(secret, "AWSCURRENT") == token:
            secret.last_rotation_date = int(lab_of().clock.time())
            stages = secret.versions[token]["version_stages"]
            if "AWSPENDING" in stages:
                stages.remove("AWSPENDING")
        plan(secret)
        return token

    def plan(secret) -> None:
        """Set the next rotation by the secret's rules."""
        rules, now = secret.rotation_rules, lab_of().clock.now()
        if rules.get("ScheduleExpression"):
            secret.next_at = schedules.next_times(rules["ScheduleExpression"], now, 1)[0]
        elif rules.get("AutomaticallyAfterDays"):
            secret.next_at = now + timedelta(days=int(rules["AutomaticallyAfterDays"]))
        secret.next_rotation_date = secret.next_at and int(secret.next_at.timestamp())

    def checked(rules: dict) -> dict:
        days = rules.get("AutomaticallyAfterDays")
        if days is not None and not 1 <= int(days) <= 1000:
            raise InvalidParameterException(
                "RotationRules.AutomaticallyAfterDays must be within 1-1000."
            )
        if days is not None and rules.get("ScheduleExpression"):
            raise InvalidParameterException(
                "You can't specify both AutomaticallyAfterDays and ScheduleExpression."
            )
        if rules.get("ScheduleExpression"):
            try:
                schedules.next_times(rules["ScheduleExpression"], lab_of().clock.now(), 1)
            except schedules.ScheduleError as error:
                raise InvalidParameterException(f"Invalid ScheduleExpression: {error}") from error
        return rules

    def rotate_secret(
        self,
        secret_id,
        client_request_token=None,
        rotation_lambda_arn=None,
        rotation_rules=None,
        rotate_immediately=True,
    ):
        secret = self.secrets.get(secret_id)
        if secret is None:
            raise SecretNotFoundException()
        if isinstance(secret, ReplicaSecret):
            raise InvalidRequestException("You can't rotate a replica secret.")
        if secret.is_deleted():
            raise InvalidRequestException(
                "You can't perform this operation on the secret because it was marked for deletion."
            )
        arn = rotation_lambda_arn or secret.rotation_lambda_arn
        if not arn:
            raise InvalidRequestException(
                "You tried to enable rotation on a secret that doesn't already have a Lambda "
                "function ARN configured and you didn't include such an ARN as a parameter in this "
                "call."
            )
        from moto.awslambda.utils import get_backend

        try:
            get_backend(self.account_id, self.region_name).get_function(arn)
        except Exception as error:
            raise NotFound(f"Resource not found for ARN '{arn}'.") from error
        if client_request_token:
            self._client_request_token_validator(client_request_token)
        rules = checked(rotation_rules or getattr(secret, "rotation_rules", {}))
        first = not hasattr(secret, "rotation_rules")
        secret.rotation_requested = secret.rotation_enabled = True
        secret.rotation_lambda_arn, secret.rotation_rules = arn, rules
        secret.next_at = getattr(secret, "next_at", None)
        secret.auto_rotate_after_days = int(rules.get("AutomaticallyAfterDays") or 0)
        if first:

            def due(after: datetime):
                alive = secret.rotation_enabled and not secret.is_deleted()
                at = secret.next_at
                return at if alive and at and at > after else None

            lab_of().clock.on(due, lambda moment: rotate(secret))
        plan(secret)
        if not rotate_immediately:
            # Only a trial of testSecret: its pending version goes again.
            token = client_request_token or str(mock_random.uuid4())
            current = secret.versions.get(holder(secret, "AWSCURRENT"), {})
            secret.versions[token] = current | {"version_id": token, "version_stages": ["AWSPENDING"]}
            run(secret, ["testSecret"], token)
            secret.versions.pop(token, None)
            return secret.to_short_dict()
        unfinished = holder(secret, "AWSPENDING")
        token = rotate(secret, client_request_token or "")
        if unfinished:
            raise InvalidRequestException(
                "A previous rotation isn't complete. That rotation will be reattempted."
            )
        return json.dumps({"ARN": secret.arn, "Name": secret.name, "VersionId": token})

    get_value, move = SecretsManagerBackend.get_secret_value, (
        SecretsManagerBackend.update_secret_version_stage
    )
    delete, listed = SecretsManagerBackend.delete_secret, (
        SecretsManagerBackend.list_secret_version_ids
    )

    def get_secret_value(self, secret_id, version_id, version_stage):
        if not version_id and not version_stage:
            version_stage = "AWSCURRENT"  # moto keeps a default of its own beside the labels
        secret = self.secrets.get(secret_id)
        if secret is not None and secret.is_deleted():
            raise InvalidRequestException(
                "You can't perform this operation on the secret because it was marked for deletion."
            )
        if secret is not None and not version_id and holder(secret, version_stage) is None:
            raise NotFound(
                "Secrets Manager can't find the specified secret value for staging label: "
                f"{version_stage}"
            )
        return get_value(self, secret_id, version_id, version_stage)

    def update_secret_version_stage(self, secret_id, version_stage, *versions, **named):
        answer = move(self, secret_id, version_stage, *versions, **named)
        secret = self.secrets[secret_id]
        secret.set_default_version_id(holder(secret, "AWSCURRENT"))
        return answer

    def delete_secret(self, secret_id, *args, **kwargs):
        answer = delete(self, secret_id, *args, **kwargs)
        secret = self.secrets.get(secret_id)
        if secret is not None and secret.deleted_date:
            moment = datetime.fromtimestamp(secret.deleted_date, UTC)
            stamp = secret.deleted_date
            lab_of().clock.on(
                lambda after: moment if moment > after and secret.deleted_date == stamp else None,
                lambda _: self.secrets.pop(secret.name),
            )
        return answer

    def list_secret_version_ids(self, secret_id):
        if secret_id not in self.secrets:
            raise SecretNotFoundException()
        answer = json.loads(listed(self, secret_id))
        answer["ARN"] = self.secrets[secret_id].arn
        labeled = [one for one in answer["Versions"] if one["VersionStages"]]
        return json.dumps(answer | {"Versions": labeled})

    to_dict = SecretsManagerResponse.describe_secret

    def describe_secret(self):
        answer = json.loads(to_dict(self))
        secret = self.backend.secrets[self._get_param("SecretId")]
        if getattr(secret, "rotation_rules", None):
            answer["RotationRules"] = secret.rotation_rules
        versions = answer.get("VersionIdsToStages") or {}
        answer["VersionIdsToStages"] = {name: labels for name, labels in versions.items() if labels}
        return json.dumps(answer)

    SecretsManagerBackend.rotate_secret = rotate_secret
    SecretsManagerBackend.get_secret_value = get_secret_value
    SecretsManagerBackend.update_secret_version_stage = update_secret_version_stage
    SecretsManagerBackend.delete_secret = delete_secret
    SecretsManagerBackend.list_secret_version_ids = list_secret_version_ids
    SecretsManagerResponse.describe_secret = describe_secret
