"""From an API call to the permissions that it needs: actions, resource ARNs and context keys.

The table is ``services``. Left out: services that are not in it; the permissions on S3 and Glue
that Athena uses in the caller's name; most condition keys of single services.
"""

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote

from dealab.models.policy.services import (
    FREE,
    PASSES_ROLE,
    RENAMED,
    ROLE_NAMES,
    S3_ACTIONS,
    S3_KEYS,
    SERVICES,
    VERSIONED,
)


@dataclass(frozen=True)
class Need:
    """One permission that a call needs. ``context``: the condition keys that the call sets."""

    action: str
    resource: str = "*"
    context: dict = field(default_factory=dict)


class UnknownService(LookupError):
    """A service that the table does not hold: nothing can be decided for it."""


def needs(
    service: str,
    operation: str,
    params: dict,
    region: str,
    account: str,
    lookup: Callable = lambda service, name, value: None,
) -> list[Need]:
    """Return the permissions that a boto3 call needs, all of them; [] when it needs none.

    ``params`` are the call's parameters as the learner wrote them. ``lookup(service, parameter,
    value)`` answers what only the lab knows: the ARN of a key or a secret, the path of a role, the
    stream of an iterator. Raises UnknownService.
    """
    if service not in SERVICES:
        raise UnknownService(service)
    if (service, operation) in FREE:
        return []
    call = _Call(service, operation, params, region, account, lookup)
    special = _SPECIAL.get(service)
    found = (special(call) if special else None) or [call.need()]
    if service in PASSES_ROLE and operation in PASSES_ROLE[service][1]:
        passed = {"iam:PassedToService": PASSES_ROLE[service][0]}
        for role in dict.fromkeys(_roles(params)):
            name = role if role.startswith("arn:") else f"arn:aws:iam::{account}:role/{role}"
            found.append(Need("iam:PassRole", name, passed))
    return found


@dataclass
class _Call:
    service: str
    operation: str
    params: dict
    region: str
    account: str
    lookup: Callable

    def need(self, action: str = "", resource: str = "", **context) -> Need:
        """The need of one action; without arguments the call's own."""
        prefix = SERVICES[self.service][0]
        action = action or RENAMED.get(self.service, {}).get(self.operation, self.operation)
        if action.startswith("*"):
            action, resource = action[1:], "*"
        return Need(f"{prefix}:{action}", resource or self.resource(), self.tags() | context)

    def resource(self) -> str:
        """The ARN that the first parameter of the table names, or *."""
        for name, template in SERVICES[self.service][1]:
            value = self.params.get(name)
            if isinstance(value, str) and value:
                return self.arn(name, value, template)
        return "*"

    def arn(self, name: str, value: str, template: str) -> str:
        if "{lookup}" in template:
            value_known = self.lookup(self.service, name, value)
            if value_known and value_known.startswith("arn:"):
                return value_known
            if template == "{lookup}" and self.service == "secretsmanager":
                template = "secretsmanager:{r}:{a}:secret:{lookup}"  # one that is not there
            template = template.replace("{lookup}", value_known or value)
        if value.startswith("arn:") and "/index/" not in template:
            return value
        more = {
            "stream": self.params.get("logStreamName", ""),
            "last": value.rsplit("/", 1)[-1],
            "owner": value.split("/")[-2] if value.count("/") > 2 else self.account,
            "bare": value.lstrip("/"),
            "group": self.params.get("GroupName", "default"),
            "bus": "",
            "TableName": self.params.get("TableName", ""),
        }
        bus = self.params.get("EventBusName", "default").rsplit("/", 1)[-1]
        if bus != "default":
            more["bus"] = bus + "/"
        if more["TableName"].startswith("arn:"):
            return f"{more['TableName']}/index/{value}"
        text = template.format(r=self.region, a=self.account, v=value, **more)
        return text if text.startswith("arn:") or template == "{v}" else f"arn:aws:{text}"

    def tags(self) -> dict:
        """aws:RequestTag/... and aws:TagKeys of the tags in the call."""
        tags = self.params.get("Tags") or self.params.get("tags") or {}
        if isinstance(tags, list):
            pairs = [
                (
                    tag.get("Key", tag.get("TagKey", tag.get("key", ""))),
                    tag.get("Value", tag.get("TagValue", tag.get("value", ""))),
                )
                for tag in tags
                if isinstance(tag, dict)
            ]
        else:
            pairs = list(tags.items()) if isinstance(tags, dict) else []
        keys = [key for key, _ in pairs]
        keys += self.params.get("TagKeys") or self.params.get("tagKeys") or []
        context = {f"aws:RequestTag/{key}": value for key, value in pairs}
        return context | ({"aws:TagKeys": keys} if keys else {})


def _roles(params) -> list[str]:
    """Every role that the parameters name, however deep."""
    if isinstance(params, list):
        return [role for one in params for role in _roles(one)]
    found = []
    if isinstance(params, dict):
        for name, value in params.items():
            if name.lower() in ROLE_NAMES and isinstance(value, str):
                found.append(value)
            else:
                found += _roles(value)
    return found


def _s3(call: _Call) -> list[Need]:
    params, operation = call.params, call.operation
    bucket = str(params.get("Bucket", ""))
    bucket = bucket if bucket.startswith("arn:") else f"arn:aws:s3:::{bucket}"
    action = S3_ACTIONS.get(operation, operation)
    keys = {name: params[given] for given, name in S3_KEYS.items() if params.get(given) is not None}
    tags = (
        dict(parse_qsl(params.get("Tagging", ""))) if isinstance(params.get("Tagging"), str) else {}
    )
    keys |= {f"s3:RequestObjectTag/{key}": value for key, value in tags.items()}
    if tags:
        keys["s3:RequestObjectTagKeys"] = list(tags)
    if operation == "ListBuckets":
        return [call.need(action, "*")]
    if operation == "CreateBucket":
        place = (params.get("CreateBucketConfiguration") or {}).get("LocationConstraint")
        return [call.need(action, bucket, **({"s3:locationconstraint": place} if place else {}))]
    if "Key" not in params:
        return [call.need(action, bucket, **keys)]
    target = f"{bucket}/{params['Key']}"
    if params.get("VersionId") and (match := VERSIONED.match(action)):
        action = f"{match.group(1)}ObjectVersion{match.group(2)}"
    found = [call.need(action, target, **keys)]
    if action == "PutObject":
        extra = {"ACL": "PutObjectAcl", "ObjectLockMode": "PutObjectRetention"}
        extra |= {"ObjectLockLegalHoldStatus": "PutObjectLegalHold"}
        found += [
            call.need(name, target, **keys) for given, name in extra.items() if given in params
        ]
        found += [call.need("PutObjectTagging", target, **keys)] * bool(tags)
    if operation in ("CopyObject", "UploadPartCopy"):
        found = _copy_source(call) + found
    return found


def _copy_source(call: _Call) -> list[Need]:
    source = call.params.get("CopySource")
    if isinstance(source, str):
        path, _, version = unquote(source).lstrip("/").partition("?versionId=")
    else:
        path, version = f"{source['Bucket']}/{source['Key']}", source.get("VersionId", "")
    return [call.need("GetObjectVersion" if version else "GetObject", f"arn:aws:s3:::{path}")]


def _dynamodb(call: _Call) -> list[Need] | None:
    params, operation = call.params, call.operation

    def table(name: str) -> str:
        return call.arn("TableName", name, "dynamodb:{r}:{a}:table/{v}")

    if operation in ("BatchGetItem", "BatchWriteItem"):
        found = []
        for name, asked in (params.get("RequestItems") or {}).items():
            rows = asked.get("Keys", []) if isinstance(asked, dict) else []
            for one in asked if isinstance(asked, list) else []:
                rows += [
                    next(iter(one.values())).get("Item") or next(iter(one.values())).get("Key")
                ]
            found.append(call.need(operation, table(name), **_leading(call, name, rows)))
        return found
    if operation in ("TransactWriteItems", "TransactGetItems"):
        names = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "Get": "GetItem"}
        names["ConditionCheck"] = "ConditionCheckItem"
        return [
            call.need(
                names[kind],
                table(one["TableName"]),
                **_leading(call, one["TableName"], [one.get("Item") or one.get("Key")]),
            )
            for item in params.get("TransactItems", [])
            for kind, one in item.items()
        ]
    if operation in ("ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction"):
        texts = [params.get("Statement", "")] if operation == "ExecuteStatement" else []
        asked = params.get("Statements") or params.get("TransactStatements") or []
        return [_partiql(call, text, table) for text in texts + [one["Statement"] for one in asked]]
    if isinstance(params.get("TableName"), str):
        rows = [params.get("Item") or params.get("Key")]
        context = _leading(call, params["TableName"], rows)
        if operation == "Query":
            context = _queried(call)
        return [call.need(**context)]
    return None


def _partiql(call: _Call, text: str, table) -> Need:
    found = re.match(
        r"\s*(?:SELECT\b.*?\bFROM|(?P<verb>INSERT)\s+INTO|UPDATE|DELETE\s+FROM)\s+"
        r'(?:"(?P<quoted>[^"]+)"|(?P<bare>[\w.-]+))(?:\."(?P<index>[^"]+)")?',
        text,
        re.IGNORECASE | re.DOTALL,
    )
    verb = text.split(None, 1)[0].capitalize() if text.strip() else "Select"
    if not found:
        return call.need(f"PartiQL{verb}", "*")
    name = table(found["quoted"] or found["bare"])
    return call.need(f"PartiQL{verb}", f"{name}/index/{found['index']}" if found["index"] else name)


def _leading(call: _Call, table: str, rows: list) -> dict:
    """dynamodb:LeadingKeys: the partition keys that the call touches."""
    key = call.lookup("dynamodb", "partition key", table)
    values = [_scalar(row[key]) for row in rows if row and key in row]
    return {"dynamodb:LeadingKeys": values} if values else {}


def _queried(call: _Call) -> dict:
    """LeadingKeys of a Query: the value that the partition key is compared with."""
    params = call.params
    key = call.lookup("dynamodb", "partition key", params["TableName"])
    old = (params.get("KeyConditions") or {}).get(key, {}).get("AttributeValueList")
    if old:
        return {"dynamodb:LeadingKeys": [_scalar(old[0])]}
    names = params.get("ExpressionAttributeNames") or {}
    for name, value in re.findall(
        r"([#\w.-]+)\s*=\s*(:\w+)", str(params.get("KeyConditionExpression"))
    ):
        given = (params.get("ExpressionAttributeValues") or {}).get(value)
        if names.get(name, name) == key and given is not None:
            return {"dynamodb:LeadingKeys": [_scalar(given)]}
    return {}


def _scalar(value) -> str:
    return str(next(iter(value.values()))) if isinstance(value, dict) and value else str(value)


def _glue(call: _Call) -> list[Need] | None:
    """The catalog's resources: a table needs its database and the catalog, too."""
    params, operation = call.params, call.operation
    noun = re.search(r"(Table|Partition|Column|Database|Catalog|UserDefinedFunction)", operation)
    place = f"arn:aws:glue:{call.region}:{call.account}"
    if not noun:
        kinds = {"Job": "job", "Crawler": "crawler", "Trigger": "trigger", "Workflow": "workflow"}
        kind = next((kinds[word] for word in kinds if word in operation), "")
        name = params.get("JobName") or params.get("Name")
        if kind and isinstance(name, str):
            return [call.need(operation, f"{place}:{kind}/{name}")]
        return None
    given = params.get("TableInput") or params.get("DatabaseInput") or {}
    database = params.get("DatabaseName")
    table = params.get("TableName")
    if noun.group() == "Database":
        database = params.get("Name") or given.get("Name")
    elif noun.group() == "Table" and not table:
        table = params.get("Name") or given.get("Name") or ("*" if database else None)
    names = [f"{place}:catalog"]
    names += [f"{place}:database/{database}"] if database else []
    names += [f"{place}:table/{database}/{table}"] if table else []
    # From the smallest to the largest: the message names the table first.
    return [call.need(operation, name) for name in reversed(names)]


def _kms(call: _Call) -> list[Need] | None:
    params = call.params

    def key(name: str) -> str:
        value = params.get(name)
        found = call.lookup("kms", name, value) if value else None
        if found or not isinstance(value, str):
            return found or "*"
        kind = "" if value.startswith("alias/") else "key/"
        place = f"arn:aws:kms:{call.region}:{call.account}:{kind}"
        return value if value.startswith("arn:") else place + value

    def context(name: str, operation: str = "") -> dict:
        pairs = params.get(name) or {}
        keys = {f"kms:EncryptionContext:{one}": value for one, value in pairs.items()}
        return keys | ({"kms:EncryptionContextKeys": list(pairs)} if pairs else {})

    if call.operation in ("CreateKey", "ListKeys", "ListAliases", "GenerateRandom"):
        return [call.need(call.operation, "*")]
    if call.operation == "ReEncrypt":
        source = key("SourceKeyId") if params.get("SourceKeyId") else key("CiphertextBlob")
        return [
            call.need("ReEncryptFrom", source, **context("SourceEncryptionContext")),
            call.need(
                "ReEncryptTo", key("DestinationKeyId"), **context("DestinationEncryptionContext")
            ),
        ]
    if call.operation.endswith("Alias"):
        alias = f"arn:aws:kms:{call.region}:{call.account}:{params.get('AliasName')}"
        target = key("TargetKeyId") if "TargetKeyId" in params else key("AliasName")
        return [call.need(call.operation, name) for name in (alias, target)]
    if call.operation == "Decrypt" and not params.get("KeyId"):
        return [call.need("Decrypt", key("CiphertextBlob"), **context("EncryptionContext"))]
    more = context("EncryptionContext")
    if call.operation == "CreateGrant":
        more |= {"kms:GrantOperations": params.get("Operations", [])}
        more |= {"kms:GranteePrincipal": params.get("GranteePrincipal")}
    return [call.need(call.operation, key("KeyId"), **more)]


def _entries(call: _Call) -> list[Need] | None:
    if call.operation != "PutEvents":
        return None
    buses = [one.get("EventBusName", "default") for one in call.params.get("Entries", [])]
    place = f"arn:aws:events:{call.region}:{call.account}:event-bus/"
    return [
        call.need("PutEvents", bus if bus.startswith("arn:") else place + bus)
        for bus in dict.fromkeys(buses)
    ]


def _ssm(call: _Call) -> list[Need] | None:
    names = call.params.get("Names")
    if not isinstance(names, list):
        return None
    place = f"arn:aws:ssm:{call.region}:{call.account}:parameter/"
    return [call.need(call.operation, place + name.lstrip("/").split(":")[0]) for name in names]


def _sqs(call: _Call) -> list[Need] | None:
    if call.operation in ("StartMessageMoveTask", "ListMessageMoveTasks"):
        return [call.need(call.operation, call.params.get("SourceArn", "*"))]
    return None


def _iam(call: _Call) -> list[Need] | None:
    params, keys = call.params, {}
    if params.get("PermissionsBoundary"):
        keys["iam:PermissionsBoundary"] = params["PermissionsBoundary"]
    if call.operation.startswith(("Attach", "Detach")):
        keys["iam:PolicyARN"] = params.get("PolicyArn")
    if call.operation in ("ListUsers", "ListRoles", "ListPolicies", "ListGroups"):
        return [call.need(call.operation, "*")]
    return [call.need(**keys)]


def _lambda(call: _Call) -> list[Need] | None:
    if "EventSourceMapping" in call.operation:
        name = call.params.get("FunctionName")
        keys = {}
        if isinstance(name, str):
            keys["lambda:FunctionArn"] = call.arn("FunctionName", name, SERVICES["lambda"][1][0][1])
        return [call.need(call.operation, "*", **keys)]
    if call.params.get("Qualifier"):
        return [call.need(resource=f"{call.resource()}:{call.params['Qualifier']}")]
    return None


def _athena(call: _Call) -> list[Need] | None:
    if call.operation in ("StartQueryExecution", "ListQueryExecutions", "CreateNamedQuery"):
        group = call.params.get("WorkGroup") or "primary"
        return [call.need(resource=call.arn("", group, SERVICES["athena"][1][1][1]))]
    return None


def _cloudwatch(call: _Call) -> list[Need] | None:
    names = call.params.get("AlarmNames")
    return names and [
        call.need(resource=call.arn("", name, SERVICES["cloudwatch"][1][0][1])) for name in names
    ]


def _logs(call: _Call) -> list[Need] | None:
    names = call.params.get("logGroupNames") or call.params.get("logGroupIdentifiers") or []
    if one := call.params.get("logGroupIdentifier"):
        names = [one]
    if names:
        found = [name.partition(":log-group:")[2].removesuffix(":*") or name for name in names]
        template = SERVICES["logs"][1][0][1]
        return [call.need(resource=call.arn("", name, template)) for name in found]
    if call.operation == "CreateLogGroup":
        name = call.params.get("logGroupName", "")
        return [
            call.need(
                "CreateLogGroup", f"arn:aws:logs:{call.region}:{call.account}:log-group:{name}"
            )
        ]
    return None


def _secrets(call: _Call) -> list[Need] | None:
    keys = {}
    if isinstance(call.params.get("VersionStage"), str):
        keys["secretsmanager:VersionStage"] = call.params["VersionStage"]
    need = call.need(**keys)
    if call.operation == "GetSecretValue":
        need.context.setdefault("secretsmanager:VersionStage", "AWSCURRENT")
        need.context["secretsmanager:SecretId"] = need.resource
    return [need]


_SPECIAL = {
    "athena": _athena,
    "cloudwatch": _cloudwatch,
    "s3": _s3,
    "dynamodb": _dynamodb,
    "glue": _glue,
    "kms": _kms,
    "events": _entries,
    "ssm": _ssm,
    "sqs": _sqs,
    "iam": _iam,
    "lambda": _lambda,
    "logs": _logs,
    "secretsmanager": _secrets,
}


def iterator_stream(value: str) -> str | None:
    """Return the stream's name in a Kinesis shard iterator of the lab, or None."""
    try:
        return base64.b64decode(value).decode().split(":")[0]
    except (ValueError, UnicodeDecodeError):
        return None
