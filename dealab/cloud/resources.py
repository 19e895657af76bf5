"""Makes, changes and removes what templates describe, by calls to the services.

moto makes resources from templates past its own front doors and skips properties that it does not
know. Here a resource is made by the calls that a learner would make (``resource_types``), so it
works in the same way, and a property that no call takes is refused by name.
"""

import contextlib
import json
import re

import boto3

from dealab.cloud import templates
from dealab.cloud.resource_types import KINDS, Kind, call
from dealab.models.templates import NotInLab


class Maker:
    """Makes resources in one Region of the lab; see ``dealab.models.stacks``."""

    def __init__(self, lab, account: str, region: str):
        self.now = lab.clock.now
        self._facts = {"region": region, "account": account}

    complaints, unrecognized = (
        staticmethod(templates.complaints),
        staticmethod(templates.unrecognized),
    )
    transformed = staticmethod(templates.transformed)

    def uuid(self) -> str:
        from moto.moto_api._internal import mock_random

        return str(mock_random.uuid4())

    def knows(self, type_name: str) -> bool:
        return type_name in KINDS

    def name_property(self, type_name: str) -> str | None:
        return KINDS[type_name].name

    def name_of(self, type_name: str, stack: str, logical: str) -> str:
        """Return a name as CloudFormation makes one: stack, logical id, and chance."""
        letters = self.uuid().replace("-", "")[:12].upper()
        name = f"{stack}-{logical}-{letters}"
        if type_name == "AWS::S3::Bucket":
            return name.lower()[-63:].lstrip("-")
        return name[-64:].lstrip("-")

    def make(self, type_name: str, properties: dict) -> tuple[str, dict]:
        """Make a resource; return its physical id and its attributes for Fn::GetAtt."""
        spec = KINDS[type_name]
        params = spec.prepare(dict(properties)) if spec.prepare else properties
        answer = call(spec.service, spec.create, params) or {}
        facts = {**self._facts, "p": properties, "r": answer}
        physical = spec.ref.format(**facts)
        if spec.after:
            try:
                spec.after(physical, properties)
            except Exception:
                self.remove(type_name, physical, properties)
                raise
        atts = {}
        for name, text in spec.atts.items():
            with contextlib.suppress(KeyError, IndexError):  # the stream of a table without one
                atts[name] = text.format(**facts, id=physical)
        return physical, atts

    def changes_in_place(self, type_name: str, old: dict, new: dict) -> bool:
        """Say whether the changed properties can change without a new resource."""
        spec = KINDS[type_name]
        changed = {key for key in {*old, *new} if old.get(key) != new.get(key)}
        can = spec.again or spec.update is not None
        return (
            can and spec.name not in changed and (spec.change == "*" or changed <= set(spec.change))
        )

    def change(self, type_name: str, physical: str, properties: dict) -> None:
        """Give an existing resource new properties."""
        spec = KINDS[type_name]
        params = spec.prepare(dict(properties)) if spec.prepare else dict(properties)
        if spec.again:
            call(spec.service, spec.create, params)
        else:
            self._act(spec, spec.update, physical, properties, params)
        if spec.after:
            spec.after(physical, properties)

    def remove(self, type_name: str, physical: str, properties: dict) -> None:
        """Delete a resource; one that is gone already is no error."""
        spec = KINDS[type_name]
        try:
            if spec.delete is not None:
                self._act(spec, spec.delete, physical, properties, {})
        except Exception as error:
            code = (getattr(error, "response", None) or {}).get("Error", {}).get("Code", "")
            if not re.search("NotFound|NoSuch|NonExistent|DoesNotExist", code):
                raise

    def _act(self, spec: Kind, action: tuple, physical: str, properties: dict, params: dict):
        operation, identity = action
        if callable(operation):
            return operation(physical, properties)
        facts = {**self._facts, "p": properties, "id": physical}
        params = params | {key: text.format(**facts) for key, text in identity.items()}
        return call(spec.service, operation, params, only=True)

    def dynamic(self, text: str) -> str:
        """Return what ``{{resolve:text}}`` stands for."""
        service, _, rest = text.partition(":")
        if service in ("ssm", "ssm-secure"):
            found = boto3.client("ssm").get_parameter(Name=rest, WithDecryption=True)
            return found["Parameter"]["Value"]
        if service != "secretsmanager":
            raise NotInLab(f"the dynamic reference {text}")
        name, _, more = rest.partition(":SecretString:")
        found = boto3.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
        key = more.split(":")[0]
        return json.loads(found)[key] if key else found
