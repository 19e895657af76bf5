"""AWS Config as a model: configuration items from the calls that changed a resource, and rules.

Each call is one change; the item after it holds the resource's settings as the calls gave them,
not the full document of the service. Types: S3 buckets, KMS keys, DynamoDB tables, Lambda functions
and IAM roles.

Sources:
https://docs.aws.amazon.com/config/latest/developerguide/required-tags.html (checked 2026-11-23)
https://docs.aws.amazon.com/config/latest/developerguide/config-item-table.html (not checked)
https://docs.aws.amazon.com/config/latest/developerguide/managed-rules-by-aws-config.html (not
checked)
Left out: relationships, daily recording, other managed rules and custom ones, remediation.
"""

import json
from dataclasses import dataclass, field

from dealab.models.policy.documents import PolicyError, parse
from dealab.models.policy.evaluation import Policies, Principal, Request, decide

DELETED = object()
_BUCKET, _KEY = "AWS::S3::Bucket", "AWS::KMS::Key"
_TABLE, _FUNCTION = "AWS::DynamoDB::Table", "AWS::Lambda::Function"
_ROLE = "AWS::IAM::Role"


def _of(service: str, kind: str, identity: str, **changes) -> dict:
    """Changes of a type: operation -> (field of the item, parameter or value of it)."""
    return {(service, name): (kind, identity, *how) for name, how in changes.items()}


_WHOLE, _GONE = (None, None), (None, DELETED)
_ENCRYPTION = "ServerSideEncryptionConfiguration"
_BLOCK = "PublicAccessBlockConfiguration"
#: (service, operation) -> (type, parameter with the id, field of the item, parameter or value)
_CHANGES = {
    **_of(
        *("s3", _BUCKET, "Bucket"),
        CreateBucket=_WHOLE,
        DeleteBucket=_GONE,
        PutBucketPolicy=("BucketPolicy", "Policy"),
        DeleteBucketPolicy=("BucketPolicy", DELETED),
        PutBucketAcl=("AccessControlList", "ACL"),
        PutBucketVersioning=("BucketVersioningConfiguration", "VersioningConfiguration"),
        PutBucketEncryption=(_ENCRYPTION, _ENCRYPTION),
        DeleteBucketEncryption=(_ENCRYPTION, DELETED),
        PutPublicAccessBlock=(_BLOCK, _BLOCK),
        DeletePublicAccessBlock=(_BLOCK, {}),
        PutBucketLogging=("BucketLoggingConfiguration", "BucketLoggingStatus"),
        PutBucketLifecycleConfiguration=("BucketLifecycleConfiguration", "LifecycleConfiguration"),
        PutBucketTagging=("tags", "Tagging"),
        DeleteBucketTagging=("tags", DELETED),
    ),
    **_of(
        *("kms", _KEY, "KeyId"),
        CreateKey=_WHOLE,
        EnableKeyRotation=("keyRotationEnabled", True),
        DisableKeyRotation=("keyRotationEnabled", False),
        DisableKey=("keyState", "=Disabled"),
        EnableKey=("keyState", "=Enabled"),
        ScheduleKeyDeletion=("keyState", "=PendingDeletion"),
        PutKeyPolicy=("Policy", "Policy"),
        TagResource=("tags", "Tags"),
    ),
    **_of(
        *("dynamodb", _TABLE, "TableName"),
        CreateTable=_WHOLE,
        UpdateTable=_WHOLE,
        DeleteTable=_GONE,
    ),
    **_of(
        *("lambda", _FUNCTION, "FunctionName"),
        CreateFunction=_WHOLE,
        UpdateFunctionConfiguration=_WHOLE,
        DeleteFunction=_GONE,
    ),
    **_of(
        *("iam", _ROLE, "RoleName"),
        CreateRole=_WHOLE,
        UpdateAssumeRolePolicy=("assumeRolePolicyDocument", "PolicyDocument"),
        DeleteRole=_GONE,
    ),
}
_ARNS = {
    _BUCKET: "arn:aws:s3:::{id}",
    _KEY: "arn:aws:kms:{region}:{account}:key/{id}",
    _TABLE: "arn:aws:dynamodb:{region}:{account}:table/{id}",
    _FUNCTION: "arn:aws:lambda:{region}:{account}:function:{id}",
    _ROLE: "arn:aws:iam::{account}:role/{id}",
}
#: of a new bucket since April 2023
_BLOCKED = {"IgnorePublicAcls": True, "RestrictPublicBuckets": True}
KINDS = frozenset(_ARNS)
_SECRET = {"ZipFile", "Code", "Body"}


@dataclass(frozen=True)
class Item:
    """One state of a resource. ``status``: ResourceDiscovered, OK or ResourceDeleted."""

    kind: str
    id: str
    at: object
    status: str
    account: str
    region: str
    settings: dict = field(default_factory=dict)
    tags: dict = field(default_factory=dict)
    number: int = 0

    def document(self) -> dict:
        """The configuration item as GetResourceConfigHistory gives it (configuration as JSON)."""
        arn = _ARNS[self.kind].format(id=self.id, account=self.account, region=self.region)
        gone = self.status == "ResourceDeleted"
        return {
            "version": "1.3",
            "accountId": self.account,
            "configurationItemCaptureTime": self.at.timestamp(),
            "configurationItemStatus": self.status,
            "configurationStateId": str(self.number),
            "arn": arn,
            "resourceType": self.kind,
            "resourceId": self.id,
            "resourceName": self.id,
            "awsRegion": "global" if self.kind == _ROLE else self.region,
            "tags": self.tags,
            "configuration": "" if gone else json.dumps(self.settings, default=str),
        }


def items(calls: list, start, first: int = 0, last: int | None = None) -> list[Item]:
    """Fold ``calls`` into configuration items, oldest first.

    A call has time, service, operation, parameters, response, error, account and region; those that
    failed change nothing. Recording began at ``start``, before ``calls[first]``, and ended before
    ``calls[last]``; what was there when it began is discovered then.
    """
    states: dict[tuple, tuple] = {}
    found: list[Item] = []

    def discover() -> None:
        for number, (place, state) in enumerate(states.items()):
            kind, name, account, region = place
            status = "ResourceDiscovered"
            found.append(Item(kind, name, start, status, account, region, *state, number))

    for number, call in enumerate(calls[:last]):
        if number == first:
            discover()
        change = _CHANGES.get((call.service, call.operation))
        if change is None or call.error:
            continue
        kind, name, settings, tags, gone = _after(change, call, states)
        place = kind, name, call.account, call.region
        status = "OK" if place in states else "ResourceDiscovered"
        states[place] = settings, tags
        if gone:
            del states[place]
            status = "ResourceDeleted"
        if number >= first:
            found.append(
                Item(kind, name, call.time, status, *place[2:], settings, tags, len(found))
            )
    if first >= len(calls[:last]):
        discover()
    return found


def _after(change, call, states):
    kind, parameter, name, value = change
    params = call.parameters
    if call.operation == "CreateKey":
        identity = call.response["KeyMetadata"]["KeyId"]
    else:
        identity = str(params[parameter]).rsplit("/", 1)[-1].rsplit(":", 1)[-1]
    before = states.get((kind, identity, call.account, call.region), ({}, {}))
    settings, tags = dict(before[0]), dict(before[1])
    if value is DELETED and name is None:
        return kind, identity, {}, {}, True
    if name == "tags":
        tags = {} if value is DELETED else tags | _tags(params.get(value))
    elif name is None:
        settings |= {key: one for key, one in params.items() if key not in _SECRET}
        tags |= _tags(params.get("Tags") or params.get("CreateBucketConfiguration", {}).get("Tags"))
    elif value is DELETED:
        settings.pop(name, None)
    elif isinstance(value, bool | dict):
        settings[name] = value
    else:
        settings[name] = value[1:] if value.startswith("=") else params.get(value)
    return kind, identity, settings, tags, False


def _tags(given) -> dict:
    if isinstance(given, dict):
        given = given.get("TagSet", [{"Key": key, "Value": one} for key, one in given.items()])
    return {
        tag.get("Key", tag.get("TagKey")): tag.get("Value", tag.get("TagValue"))
        for tag in given or []
    }


def _public(item: Item, *actions: str) -> str:
    """Say what makes a bucket open to everybody, or ""."""
    block = item.settings.get(_BLOCK, _BLOCKED)
    acl = item.settings.get("AccessControlList") or item.settings.get("ACL") or ""
    opens = {"public-read", "public-read-write", "authenticated-read"}
    if acl in opens and not block.get("IgnorePublicAcls"):
        return f"The bucket's ACL is {acl}."
    text = item.settings.get("BucketPolicy")
    if not text or block.get("RestrictPublicBuckets"):
        return ""
    try:
        policies = Policies(resource=[parse(text, "resource", "bucket policy")])
    except PolicyError:
        return ""
    nobody, place = Principal("anonymous"), f"arn:aws:s3:::{item.id}"
    for action in actions:
        where = place if action == "s3:ListBucket" else f"{place}/any/key"
        decision = decide(Request(nobody, action, where), policies)
        if decision.allowed:
            return f"{decision.statement.name} allows {action} to everybody."
    return ""


def _read(item: Item, _) -> str:
    return _public(item, "s3:GetObject", "s3:ListBucket")


def _write(item: Item, _) -> str:
    return _public(item, "s3:PutObject", "s3:DeleteObject")


def _encrypted(item: Item, _) -> str:
    return ""  # since January 2023 every bucket encrypts new objects


def _versioned(item: Item, _) -> str:
    state = item.settings.get("BucketVersioningConfiguration") or {}
    return "" if state.get("Status") == "Enabled" else "Versioning is not enabled."


def _rotated(item: Item, _) -> str:
    symmetric = item.settings.get("KeySpec", "SYMMETRIC_DEFAULT") == "SYMMETRIC_DEFAULT"
    on = item.settings.get("keyRotationEnabled")
    return "Automatic rotation is not enabled." if symmetric and not on else ""


def _required(item: Item, parameters: dict) -> str:
    for number in range(1, 7):
        key, allowed = parameters.get(f"tag{number}Key"), parameters.get(f"tag{number}Value")
        if key and key not in item.tags:
            return f"The tag {key} is missing."
        if key and allowed and item.tags[key] not in [one.strip() for one in allowed.split(",")]:
            return f"The tag {key} has the value {item.tags[key]}."
    return ""


#: managed rule -> (types that it looks at, why an item breaks it or "")
RULES = {
    "S3_BUCKET_PUBLIC_READ_PROHIBITED": ({_BUCKET}, _read),
    "S3_BUCKET_PUBLIC_WRITE_PROHIBITED": ({_BUCKET}, _write),
    "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED": ({_BUCKET}, _encrypted),
    "S3_BUCKET_VERSIONING_ENABLED": ({_BUCKET}, _versioned),
    "CMK_BACKING_KEY_ROTATION_ENABLED": ({_KEY}, _rotated),
    "REQUIRED_TAGS": (set(_ARNS) - {_KEY, _ROLE}, _required),
}


def compliance(
    found: list[Item], rule: str, parameters: dict, kinds=None, moment=None
) -> list[tuple]:
    """Evaluate a managed rule on the newest item of each resource: [(item, why not or "")].

    ``kinds`` narrows the rule's scope. Raises KeyError for a rule that is not in ``RULES``.
    """
    scope, breaks = RULES[rule]
    newest = {(item.kind, item.id, item.account, item.region): item for item in found}
    return [
        (item, breaks(item, parameters))
        for item in newest.values()
        if item.kind in scope
        and (not kinds or item.kind in kinds)
        and item.status != "ResourceDeleted"
    ]


def word(results: list[tuple]) -> str:
    """Return the compliance type of a rule from what ``compliance`` returned."""
    if not results:
        return "INSUFFICIENT_DATA"
    return "NON_COMPLIANT" if any(why for _, why in results) else "COMPLIANT"


def evaluations(name: str, results: list[tuple], now: float) -> list[dict]:
    """The EvaluationResults of the rule ``name``, at ``now`` (seconds since 1970)."""
    rows = []
    for item, why in results:
        about = {"ConfigRuleName": name, "ResourceType": item.kind, "ResourceId": item.id}
        row = {
            "EvaluationResultIdentifier": {"EvaluationResultQualifier": about},
            "ComplianceType": "NON_COMPLIANT" if why else "COMPLIANT",
            "ResultRecordedTime": now,
            "ConfigRuleInvokedTime": now,
        }
        rows.append(row | ({"Annotation": why} if why else {}))
    return rows


def page(found: list[Item], earlier, later, forward: bool, begin: int, size: int) -> dict:
    """One page of GetResourceConfigHistory: items between two times (seconds, or None)."""
    found = [one for one in found if not earlier or one.at.timestamp() >= float(earlier)]
    found = [one for one in found if not later or one.at.timestamp() <= float(later)]
    found = found if forward else found[::-1]
    answer = {"configurationItems": [one.document() for one in found[begin : begin + size]]}
    return answer | ({"nextToken": str(begin + size)} if begin + size < len(found) else {})
