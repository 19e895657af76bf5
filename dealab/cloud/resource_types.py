"""Calls for resource types of CloudFormation, and the few types that need more than a table.

The table: ``dealab.models.resource_types``.
"""

import json
import re

from dealab.models import resource_types
from dealab.models.resource_shapes import operations


def call(client, operation: str, params: dict, only: bool = False):
    """Call a service with parameters as templates write them: other case, numbers as text.

    Raises NotInLab for a parameter that the call does not have (``only``: leaves it out).
    """
    shape = client.meta.service_model.operation_model(
        client.meta.method_to_api_mapping[operation]
    ).input_shape
    return getattr(client, operation)(**resource_types.fit(params, shape, operation, only))


def _role_policies(iam, role: str, p: dict) -> None:
    attached = iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    wanted = p.get("ManagedPolicyArns", [])
    for gone in {one["PolicyArn"] for one in attached} - set(wanted):
        iam.detach_role_policy(RoleName=role, PolicyArn=gone)
    for arn in wanted:
        iam.attach_role_policy(RoleName=role, PolicyArn=arn)
    inline = {one["PolicyName"]: one["PolicyDocument"] for one in p.get("Policies", [])}
    for name, document in inline.items():
        # SAM's policies name no version, which IAM takes and moto does not.
        text = json.dumps({"Version": "2012-10-17", **document})
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=text)


def _forget_policies(iam, role: str, p: dict) -> None:
    _role_policies(iam, role, {})
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        iam.delete_role_policy(RoleName=role, PolicyName=name)


def _rule_targets(events, name: str, p: dict) -> None:
    where = {
        "Rule": p["Name"],
        **({"EventBusName": p["EventBusName"]} if "EventBusName" in p else {}),
    }
    old = events.list_targets_by_rule(**where)["Targets"]
    gone = {one["Id"] for one in old} - {one["Id"] for one in p.get("Targets", [])}
    if gone:
        events.remove_targets(Ids=sorted(gone), **where)
    if p.get("Targets"):
        call(events, "put_targets", where | {"Targets": p["Targets"]})


def _secret(client, p: dict) -> dict:
    wanted = p.pop("GenerateSecretString", None)
    if wanted is not None:
        params = {key: value for key, value in wanted.items()
                  if key not in ("SecretStringTemplate", "GenerateStringKey")}  # fmt: skip
        password = call(client, "get_random_password", params)["RandomPassword"]
        key = wanted.get("GenerateStringKey")
        template = json.loads(wanted.get("SecretStringTemplate", "{}"))
        p["SecretString"] = json.dumps({**template, key: password}) if key else password
    return p


def _rest_operations(gateway, api: str, p: dict) -> None:
    made = {one["path"]: one["id"] for one in gateway.get_resources(restApiId=api)["items"]}
    for path, method, integration in operations(p.get("Body") or {}):
        walked = ""
        for part in path.strip("/").split("/") if path != "/" else []:
            parent, walked = walked or "/", f"{walked}/{part}"
            if walked not in made:
                made[walked] = gateway.create_resource(
                    restApiId=api, parentId=made[parent], pathPart=part
                )["id"]
        where = {"restApiId": api, "resourceId": made[path], "httpMethod": method}
        gateway.put_method(**where, authorizationType="NONE")
        gateway.put_integration(
            **where, type=integration["type"].upper(), integrationHttpMethod="POST",
            uri=integration["uri"])  # fmt: skip


def _http_operations(gateway, api: str, p: dict) -> None:
    for path, method, integration in operations(p.get("Body") or {}):
        function = re.search(r"functions/(arn:.*)/invocations", integration["uri"])[1]
        made = gateway.create_integration(
            ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=function,
            PayloadFormatVersion=integration.get("payloadFormatVersion", "2.0"))  # fmt: skip
        key = "$default" if path.strip("/") == "$default" else f"{method} {path}"
        target = f"integrations/{made['IntegrationId']}"
        gateway.create_route(ApiId=api, RouteKey=key, Target=target)


#: by type, with the service's client: what makes the parameters of its call, what follows it, and
#: what comes before deletion
PREPARE = {"AWS::SecretsManager::Secret": _secret}
AFTER = {
    "AWS::IAM::Role": _role_policies,
    "AWS::Events::Rule": _rule_targets,
    "AWS::ApiGateway::RestApi": _rest_operations,
    "AWS::ApiGatewayV2::Api": _http_operations,
}
BEFORE_REMOVAL = {
    "AWS::IAM::Role": _forget_policies,
    "AWS::Events::Rule": lambda events, name, p: _rule_targets(events, name, {**p, "Targets": []}),
}
