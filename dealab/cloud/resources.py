"""Makes, changes and removes what templates describe, by calls to the services.

moto makes resources from templates past its own front doors and skips properties that it does not
know. Here a resource is made by the calls that a learner would make
(``dealab.models.resource_types``), so it works in the same way, and a property that no call takes
is refused by name.
"""

import contextlib
import json
import re

import boto3

from dealab.cloud.resource_types import AFTER, BEFORE_REMOVAL, PREPARE, call
from dealab.models import resource_types, template_checks
from dealab.models.templates import NotInLab


class Maker:
    """Makes resources in one Region of the lab; see ``dealab.models.stacks``."""

    def __init__(self, lab, account: str, region: str):
        self.now = lab.clock.now
        self._kinds = resource_types.kinds()
        self._facts = {"region": region, "account": account}
        if region != "us-east-1":  # where a bucket needs no place
            self._facts["elsewhere"] = region

    complaints = staticmethod(template_checks.complaints)
    unrecognized = staticmethod(template_checks.unrecognized)

    def transformed(self, document: dict, parameters: dict) -> dict:
        """Return a template after SAM's transform, with the managed policies of the lab's IAM."""

        def managed() -> dict[str, str]:
            pages = self._client("iam").get_paginator("list_policies").paginate(Scope="AWS")
            return {p["PolicyName"]: p["Arn"] for page in pages for p in page["Policies"]}

        return template_checks.transformed(document, parameters, managed)

    def uuid(self) -> str:
        from moto.moto_api._internal import mock_random

        return str(mock_random.uuid4())

    def _client(self, service: str):
        return boto3.client(service, region_name=self._facts["region"])

    def knows(self, type_name: str) -> bool:
        return type_name in self._kinds

    def name_property(self, type_name: str) -> str | None:
        return self._kinds[type_name].name

    def name_of(self, type_name: str, stack: str, logical: str) -> str:
        """Return a name as CloudFormation makes one: stack, logical id, and chance."""
        letters = self.uuid().replace("-", "")[:12].upper()
        name = f"{stack}-{logical}-{letters}"
        if type_name == "AWS::S3::Bucket":
            return name.lower()[-63:].lstrip("-")
        return name[-64:].lstrip("-")

    def make(self, type_name: str, properties: dict) -> tuple[str, dict]:
        """Make a resource; return its physical id and its attributes for Fn::GetAtt."""
        spec, facts = self._kinds[type_name], {**self._facts, "p": properties}
        facts["r"] = self._create(type_name, spec, properties) or {}
        facts["id"] = physical = spec.ref.format(**facts)
        try:
            self._follow(type_name, spec, facts)
        except Exception:
            self.remove(type_name, physical, properties)
            raise
        atts = {}
        for name, text in spec.atts.items():
            with contextlib.suppress(KeyError, IndexError):  # the stream of a table without one
                atts[name] = text.format(**facts)
        return physical, atts

    def changes_in_place(self, type_name: str, old: dict, new: dict) -> bool:
        """Say whether the changed properties can change without a new resource."""
        return self._kinds[type_name].changes_in_place(old, new)

    def change(self, type_name: str, physical: str, properties: dict) -> None:
        """Give an existing resource new properties."""
        spec, facts = self._kinds[type_name], {**self._facts, "p": properties, "id": physical}
        if spec.again:
            self._create(type_name, spec, properties)
        else:
            params = self._parameters(type_name, spec, properties)
            for operation, identity in resource_types.calls(spec.update, facts):
                call(self._client(spec.service), operation, params | identity, only=True)
        self._follow(type_name, spec, facts)

    def remove(self, type_name: str, physical: str, properties: dict) -> None:
        """Delete a resource; one that is gone already is no error."""
        spec, facts = self._kinds[type_name], {**self._facts, "p": properties, "id": physical}
        try:
            if type_name in BEFORE_REMOVAL:
                BEFORE_REMOVAL[type_name](self._client(spec.service), physical, properties)
            for operation, params in resource_types.calls(spec.delete, facts):
                call(self._client(spec.service), operation, params, only=True)
        except Exception as error:
            code = (getattr(error, "response", None) or {}).get("Error", {}).get("Code", "")
            if not re.search("NotFound|NoSuch|NonExistent|DoesNotExist", code):
                raise

    def _parameters(self, type_name: str, spec, properties: dict) -> dict:
        if type_name in PREPARE:
            return PREPARE[type_name](self._client(spec.service), dict(properties))
        return spec.parameters({**self._facts, "p": properties})

    def _create(self, type_name: str, spec, properties: dict):
        params = self._parameters(type_name, spec, properties)
        return call(self._client(spec.service), spec.operation, params) if spec.operation else None

    def _follow(self, type_name: str, spec, facts: dict) -> None:
        for operation, params in resource_types.calls(spec.then, facts):
            call(self._client(spec.service), operation, params)
        if type_name in AFTER:
            AFTER[type_name](self._client(spec.service), facts["id"], facts["p"])

    def dynamic(self, text: str) -> str:
        """Return what ``{{resolve:text}}`` stands for."""
        service, _, rest = text.partition(":")
        if service in ("ssm", "ssm-secure"):
            found = self._client("ssm").get_parameter(Name=rest, WithDecryption=True)
            return found["Parameter"]["Value"]
        if service != "secretsmanager":
            raise NotInLab(f"the dynamic reference {text}")
        name, _, more = rest.partition(":SecretString:")
        found = self._client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
        key = more.split(":")[0]
        return json.loads(found)[key] if key else found
