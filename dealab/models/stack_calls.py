"""CloudFormation's calls as documents in and out: each takes the stacks and what was asked.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/Welcome.html (checked
2026-11-23). Left out: calls that ``cloud/joints/cloudformation.py`` refuses by name.
"""

import json
import re

from dealab.models import templates
from dealab.models.stacks import Stack
from dealab.models.templates import NotInLab, TemplateError


class Refused(TemplateError):
    """The service refuses the call with this text and ``code``."""

    def __init__(self, message: str, code: str = "ValidationError"):
        super().__init__(message)
        self.code = code


def _given(asked: dict, before: dict | None = None) -> dict:
    found = {}
    for one in asked.get("Parameters") or []:
        if str(one.get("UsePreviousValue", "")).lower() == "true":
            found[one["ParameterKey"]] = (before or {})[one["ParameterKey"]]
        else:
            found[one["ParameterKey"]] = one.get("ParameterValue", "")
    return found


def _check_capabilities(template, asked: dict, source: str) -> None:
    named = {"AWS::IAM::Role": "RoleName", "AWS::IAM::ManagedPolicy": "ManagedPolicyName"}
    kinds = {r["Type"]: r.get("Properties") or {} for r in template.resources.values()}
    given = set(asked.get("Capabilities") or [])
    needed = set()
    if any(kind.startswith("AWS::IAM::") for kind in kinds):
        needed = {"CAPABILITY_NAMED_IAM", "CAPABILITY_IAM"}
    if any(
        named.get(r["Type"]) in (r.get("Properties") or {}) for r in template.resources.values()
    ):
        needed = {"CAPABILITY_NAMED_IAM"}
    missing = needed and not needed & given
    if "AWS::Serverless-" in source and "CAPABILITY_AUTO_EXPAND" not in given:
        raise Refused("Requires capabilities : [CAPABILITY_AUTO_EXPAND]",
                       "InsufficientCapabilitiesException")  # fmt: skip
    if missing:
        what = "CAPABILITY_NAMED_IAM" if len(needed) == 1 else "CAPABILITY_IAM"
        raise Refused(f"Requires capabilities : [{what}]", "InsufficientCapabilitiesException")


def _read(stacks, asked: dict, name: str, given: dict, text: str):
    template = stacks.read(text, given, name)
    _check_capabilities(template, asked, text)
    return template


def create_stack(stacks, asked: dict) -> dict:
    name = asked["StackName"]
    if not re.fullmatch(r"[a-zA-Z][-a-zA-Z0-9]{0,127}", name):
        raise Refused(
            f"1 validation error detected: Value '{name}' at 'stackName' failed to satisfy "
            "constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
        )
    if any(s.name == name and s.status != "DELETE_COMPLETE" for s in stacks.stacks.values()):
        raise Refused(f"Stack [{name}] already exists", "AlreadyExistsException")
    stack = Stack(stacks, name, asked)
    stacks.stacks[stack.id] = stack
    given = _given(asked)
    try:
        template = _read(stacks, asked, name, given, asked["TemplateBody"])
    except Exception:
        del stacks.stacks[stack.id]
        raise
    stack.create(asked["TemplateBody"], template, given)
    return {"StackId": stack.id}


def update_stack(stacks, asked: dict) -> dict:
    stack = stacks.find(asked["StackName"])
    if not stack.status.endswith("_COMPLETE") or stack.status == "ROLLBACK_COMPLETE":
        raise Refused(f"Stack:{stack.id} is in {stack.status} state and can not be updated.")
    text = asked.get("TemplateBody") or stack.text
    given = _given(asked, stack.given)
    template = _read(stacks, asked, stack.name, given, text)
    if not stack.changes(template) and text == stack.text:
        raise Refused("No updates are to be performed.")
    stack.update(text, template, given)
    return {"StackId": stack.id}


def delete_stack(stacks, asked: dict) -> dict:
    try:
        stack = stacks.find(asked["StackName"])
    except TemplateError:
        return {}  # deleting what is not there is no error
    if str(stack.asked.get("EnableTerminationProtection", "")).lower() == "true":
        raise Refused(
            f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled"
        )
    if stack.status != "DELETE_COMPLETE":
        stack.delete(asked.get("RetainResources") or [])
    return {}


def _described(stack) -> dict:
    row = {
        "StackId": stack.id,
        "StackName": stack.name,
        "CreationTime": stack.made,
        "StackStatus": stack.status,
        "DisableRollback": str(stack.asked.get("DisableRollback", "")).lower() == "true",
        "NotificationARNs": stack.asked.get("NotificationARNs") or [],
        "Capabilities": stack.asked.get("Capabilities") or [],
        "Tags": stack.asked.get("Tags") or [],
        "Outputs": stack.outputs,
        "DriftInformation": {"StackDriftStatus": "NOT_CHECKED"},
        "Parameters": _parameters(stack),
    }
    if stack.changed != stack.made:
        row["LastUpdatedTime"] = stack.changed
    if stack.template and stack.template.document.get("Description"):
        row["Description"] = stack.template.document["Description"]
    return row | ({"StackStatusReason": stack.reason} if stack.reason else {})


def _parameters(stack) -> list[dict]:
    if not stack.template:
        return []
    hidden = stack.template.document.get("Parameters") or {}
    return [
        {
            "ParameterKey": name,
            "ParameterValue": "****"
            if str(hidden[name].get("NoEcho", "")).lower() == "true"
            else (",".join(value) if isinstance(value, list) else value),
        }
        for name, value in stack.template.parameters.items()
    ]


def describe_stacks(stacks, asked: dict) -> dict:
    if asked.get("StackName"):
        return {"Stacks": [_described(stacks.find(asked["StackName"]))]}
    alive = [s for s in stacks.stacks.values() if s.status != "DELETE_COMPLETE"]
    return {"Stacks": [_described(stack) for stack in reversed(alive)]}


def list_stacks(stacks, asked: dict) -> dict:
    wanted = asked.get("StackStatusFilter")
    names = ("StackId", "StackName", "CreationTime", "StackStatus", "StackStatusReason")
    rows = [_described(s) for s in stacks.stacks.values() if not wanted or s.status in wanted]
    return {"StackSummaries": [{n: row[n] for n in names if n in row} for row in rows[::-1]]}


def describe_stack_events(stacks, asked: dict) -> dict:
    return {"StackEvents": stacks.find(asked["StackName"]).events}


def _resource_rows(stacks, asked: dict) -> list[dict]:
    stack = stacks.find(asked["StackName"])
    return [
        {
            "StackName": stack.name,
            "StackId": stack.id,
            "LogicalResourceId": name,
            "PhysicalResourceId": held["id"],
            "ResourceType": held["type"],
            "Timestamp": held["at"],
            "LastUpdatedTimestamp": held["at"],
            "ResourceStatus": held["status"],
        }
        for name, held in stack.held.items()
        if asked.get("LogicalResourceId") in (None, name)
    ]


def describe_stack_resources(stacks, asked: dict) -> dict:
    return {"StackResources": _resource_rows(stacks, asked)}


def describe_stack_resource(stacks, asked: dict) -> dict:
    rows = _resource_rows(stacks, asked)
    if not rows:
        raise Refused(
            f"Resource {asked['LogicalResourceId']} does not exist for stack {asked['StackName']}"
        )
    return {"StackResourceDetail": rows[0]}


def list_stack_resources(stacks, asked: dict) -> dict:
    return {"StackResourceSummaries": _resource_rows(stacks, asked)}


def list_exports(stacks, asked: dict) -> dict:
    return {
        "Exports": [
            {
                "ExportingStackId": stack.id,
                "Name": output["ExportName"],
                "Value": output["OutputValue"],
            }
            for stack in stacks.stacks.values()
            for output in stack.outputs
            if "ExportName" in output
        ]
    }


def list_imports(stacks, asked: dict) -> dict:
    users = [
        stack.name
        for stack in stacks.stacks.values()
        if stack.template and stack.held and asked["ExportName"] in stack.imports()
    ]
    if not users:
        raise Refused(f"Export '{asked['ExportName']}' is not imported by any stack.")
    return {"Imports": users}


def get_template(stacks, asked: dict) -> dict:
    stack = stacks.find(asked["StackName"])
    if asked.get("TemplateStage") == "Processed":
        return {"TemplateBody": json.dumps(stack.template.document)}
    return {"TemplateBody": stack.text, "StagesAvailable": ["Original", "Processed"]}


def _summary(stacks, asked: dict) -> tuple:
    document = templates.parse(asked["TemplateBody"])
    declared = document.get("Parameters") or {}
    rows = [
        {
            "ParameterKey": name,
            "NoEcho": str(one.get("NoEcho", "")).lower() == "true",
            **({"DefaultValue": str(one["Default"])} if "Default" in one else {}),
            **({"Description": one["Description"]} if "Description" in one else {}),
        }
        for name, one in declared.items()
    ]
    given = {
        name: one.get("Default", one.get("AllowedValues", ["1"])[0])
        for name, one in declared.items()
    }
    template = stacks.read(asked["TemplateBody"], given)
    kinds = sorted({resource["Type"] for resource in template.resources.values()})
    answer = {"Description": document.get("Description", ""), "Parameters": rows}
    if any(kind.startswith("AWS::IAM::") for kind in kinds):
        answer["Capabilities"] = ["CAPABILITY_IAM"]
        answer["CapabilitiesReason"] = f"The following resource(s) require capabilities: {kinds}"
    return answer, kinds


def validate_template(stacks, asked: dict) -> dict:
    return _summary(stacks, asked)[0]


def get_template_summary(stacks, asked: dict) -> dict:
    if asked.get("StackName"):
        asked = {"TemplateBody": stacks.find(asked["StackName"]).text}
    answer, kinds = _summary(stacks, asked)
    return answer | {"ResourceTypes": kinds}


# Change sets


def create_change_set(stacks, asked: dict) -> dict:
    name, kind = asked["StackName"], asked.get("ChangeSetType") or "UPDATE"
    if kind == "IMPORT":
        raise NotInLab("change sets that import resources")
    if kind == "CREATE":
        stack = Stack(stacks, name, asked)
        stack.become("REVIEW_IN_PROGRESS", "User Initiated")
        stacks.stacks[stack.id] = stack
    else:
        stack = stacks.find(name)
    text = asked.get("TemplateBody") or stack.text
    given = _given(asked, stack.given)
    try:
        template = _read(stacks, asked, stack.name, given, text)
        changes = stack.changes(template)
    except Exception:
        if kind == "CREATE":
            del stacks.stacks[stack.id]
        raise
    made = {
        "ChangeSetName": asked["ChangeSetName"],
        "ChangeSetId": stacks.arn("changeSet", f"{asked['ChangeSetName']}/{stacks.uuid()}"),
        "StackId": stack.id,
        "StackName": stack.name,
        "CreationTime": stacks.now(),
        "Parameters": asked.get("Parameters") or [],
        "Capabilities": asked.get("Capabilities") or [],
        "Status": "CREATE_COMPLETE" if changes else "FAILED",
        "ExecutionStatus": "AVAILABLE" if changes else "UNAVAILABLE",
        "Changes": changes,
        "plan": (stack, text, template, given),
    }
    if not changes:
        made["StatusReason"] = (
            "The submitted information didn't contain changes. Submit different information to "
            "create a change set."
        )
    stacks.change_sets[made["ChangeSetId"]] = made
    return {"Id": made["ChangeSetId"], "StackId": stack.id}


def _change_set(stacks, asked: dict) -> dict:
    for one in stacks.change_sets.values():
        if asked["ChangeSetName"] in (one["ChangeSetName"], one["ChangeSetId"]) and asked.get(
            "StackName"
        ) in (None, one["StackName"], one["StackId"]):
            return one
    raise Refused(f"ChangeSet [{asked['ChangeSetName']}] does not exist", "ChangeSetNotFound")


def describe_change_set(stacks, asked: dict) -> dict:
    return {key: value for key, value in _change_set(stacks, asked).items() if key != "plan"}


def list_change_sets(stacks, asked: dict) -> dict:
    stack = stacks.find(asked["StackName"])
    names = ("StackId", "StackName", "ChangeSetId", "ChangeSetName", "ExecutionStatus", "Status",
             "CreationTime")  # fmt: skip
    found = [one for one in stacks.change_sets.values() if one["StackId"] == stack.id]
    return {"Summaries": [{name: one[name] for name in names} for one in found]}


def execute_change_set(stacks, asked: dict) -> dict:
    one = _change_set(stacks, asked)
    if one["ExecutionStatus"] != "AVAILABLE":
        raise Refused(
            f"ChangeSet [{one['ChangeSetId']}] cannot be executed in its current status of "
            f"[{one['Status']}]",
            "InvalidChangeSetStatus",
        )
    stack, text, template, given = one["plan"]
    one["ExecutionStatus"] = "EXECUTE_COMPLETE"
    if stack.status == "REVIEW_IN_PROGRESS":
        stack.create(text, template, given)
    else:
        stack.update(text, template, given)
    return {}


def delete_change_set(stacks, asked: dict) -> dict:
    del stacks.change_sets[_change_set(stacks, asked)["ChangeSetId"]]
    return {}


ACTIONS = (
    create_stack, update_stack, delete_stack, describe_stacks, list_stacks, describe_stack_events,
    describe_stack_resources, describe_stack_resource, list_stack_resources, list_exports,
    list_imports, get_template, validate_template, get_template_summary, create_change_set,
    describe_change_set, list_change_sets, execute_change_set, delete_change_set,
)  # fmt: skip
