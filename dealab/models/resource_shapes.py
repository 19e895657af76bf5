"""Properties of CloudFormation's types in the shapes that the services' calls take.

Each function takes the properties of a resource and returns a value, or None where there is none.
``resource_types.yaml`` names them with "!".
"""

import json

from dealab.models.templates import NotInLab

SHAPES: dict = {}


def shape(function):
    """Give a function to the table under its own name."""
    SHAPES[function.__name__] = function
    return function


def text_of(value) -> str:
    """Return a value as text, as a call with texts takes it."""
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value) if isinstance(value, dict | list) else str(value)


def _rest(p: dict, *names: str) -> dict:
    return {key: value for key, value in p.items() if key not in names}


def _texts(p: dict) -> dict:
    return {key: text_of(value) for key, value in p.items()}


@shape
def encryption(p: dict) -> dict:
    return {
        "Rules": [
            {
                "ApplyServerSideEncryptionByDefault": rule["ServerSideEncryptionByDefault"],
                **{key: value for key, value in rule.items() if key == "BucketKeyEnabled"},
            }
            for rule in p["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        ]
    }


@shape
def lifecycle(p: dict) -> dict:
    return {"Rules": [_lifecycle_rule(rule) for rule in p["LifecycleConfiguration"]["Rules"]]}


@shape
def notifications(p: dict) -> dict:
    return _notifications(p.get("NotificationConfiguration") or {})


def _lifecycle_rule(rule: dict) -> dict:
    rule = dict(rule)
    made = {"ID": rule.pop("Id", ""), "Status": rule.pop("Status")}
    made["Filter"] = {"Prefix": rule.pop("Prefix", "")}
    if "ExpirationInDays" in rule:
        made["Expiration"] = {"Days": rule.pop("ExpirationInDays")}
    moves = rule.pop("Transitions", [rule.pop("Transition")] if "Transition" in rule else [])
    if moves:
        made["Transitions"] = [
            {"Days": move["TransitionInDays"], "StorageClass": move["StorageClass"]}
            for move in moves
        ]
    if "NoncurrentVersionExpiration" in rule:
        made["NoncurrentVersionExpiration"] = rule.pop("NoncurrentVersionExpiration")
    if "AbortIncompleteMultipartUpload" in rule:
        made["AbortIncompleteMultipartUpload"] = rule.pop("AbortIncompleteMultipartUpload")
    for name in rule:
        raise NotInLab(f"{name} in a lifecycle rule")
    return made


def _notifications(wanted: dict) -> dict:
    made = {}
    for name, target, arn in (
        ("LambdaConfigurations", "LambdaFunctionConfigurations", "Function"),
        ("QueueConfigurations", "QueueConfigurations", "Queue"),
        ("TopicConfigurations", "TopicConfigurations", "Topic"),
    ):
        for one in wanted.get(name, []):
            entry = {
                f"{target.removesuffix('Configurations')}Arn": one[arn],
                "Events": [one["Event"]],
            }
            if name.startswith("L"):
                entry = {"LambdaFunctionArn": one[arn], "Events": [one["Event"]]}
            if "Filter" in one:
                rules = one["Filter"]["S3Key"]["Rules"]
                entry["Filter"] = {"Key": {"FilterRules": rules}}
            made.setdefault(target, []).append(entry)
    if "EventBridgeConfiguration" in wanted:
        made["EventBridgeConfiguration"] = {}
    return made


@shape
def queue_attributes(p: dict) -> dict:
    return _texts(_rest(p, "QueueName", "Tags"))


@shape
def queue_changes(p: dict) -> dict:
    return _rest(queue_attributes(p), "FifoQueue")


@shape
def topic_attributes(p: dict) -> dict:
    return _texts(_rest(p, "TopicName", "Tags", "Subscription"))


@shape
def subscription_attributes(p: dict) -> dict:
    return _texts(_rest(p, "TopicArn", "Protocol", "Endpoint", "Region"))


@shape
def code(p: dict) -> dict:
    """Inline source becomes a zip file with index.py, as the service makes it."""
    from dealab.engines.lambdas import zip_handler

    told = p["Code"]
    return {"ZipFile": zip_handler(told["ZipFile"], "index.py")} if "ZipFile" in told else told


@shape
def stream_specification(p: dict) -> dict | None:
    told = p.get("StreamSpecification")
    return told and {"StreamEnabled": True, **told}


@shape
def shards(p: dict) -> object:
    return p.get("ShardCount", None if "StreamModeDetails" in p else 1)


@shape
def retention(p: dict) -> int | None:
    hours = int(p.get("RetentionPeriodHours", 24))
    return hours if hours > 24 else None


@shape
def schedule(p: dict) -> object:
    told = p.get("Schedule")
    return told["ScheduleExpression"] if isinstance(told, dict) else told


@shape
def job_update(p: dict) -> dict:
    return _rest(p, "Name", "Tags")


@shape
def work_group_configuration(p: dict) -> dict:
    return p.get("WorkGroupConfiguration", {})


@shape
def machine(p: dict) -> dict:
    text = p.get("DefinitionString") or json.dumps(p.get("Definition"))
    for name, value in (p.get("DefinitionSubstitutions") or {}).items():
        text = text.replace("${" + name + "}", text_of(value))
    rest = _rest(p, "DefinitionString", "Definition", "DefinitionSubstitutions")
    made = {"name": p["StateMachineName"], "definition": text}
    made["type"] = p.get("StateMachineType", "STANDARD")
    return made | _rest(rest, "StateMachineName", "StateMachineType")


@shape
def key_tags(p: dict) -> list | None:
    tags = p.get("Tags")
    return tags and [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in tags]


@shape
def rotates(p: dict) -> bool:
    return str(p.get("EnableKeyRotation", "")).lower() == "true"


@shape
def disabled(p: dict) -> bool:
    return str(p.get("Enabled", "true")).lower() == "false"


@shape
def title(p: dict) -> str:
    return p.get("Name") or p["Body"]["info"]["title"]


def operations(body: dict):
    """Yield (path, method, integration) of an OpenAPI document, as SAM hands one over."""
    for path, methods in body.get("paths", {}).items():
        for method, operation in methods.items():
            integration = operation.get("x-amazon-apigateway-integration")
            if integration is None or operation.get("security"):
                raise NotInLab(f"the operation {method} {path} without a plain Lambda integration")
            yield path, "ANY" if method.startswith("x-") else method.upper(), integration
