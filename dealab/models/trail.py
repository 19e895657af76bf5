"""CloudTrail's event documents, made from a call. A model: it knows the common fields only.

Sources; the first was checked 2026-11-23, the others not:
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
https://docs.aws.amazon.com/lambda/latest/dg/logging-using-cloudtrail.html (names with a date)
https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html

Left out: Insights and network events, calls that services make for others, ``sharedEventID``,
``eventContext`` and the services' own additions. Request parameters are the SDK's with small first
letters, which is what most services log; values in bytes and secrets are left out.
"""

import datetime
import json
from dataclasses import dataclass, field

#: What reads or writes data and is no management event; None means every operation of the service.
DATA_EVENTS = {
    "s3": "GetObject PutObject DeleteObject DeleteObjects CopyObject HeadObject HeadBucket "
    "ListObjects ListObjectsV2 ListObjectVersions CreateMultipartUpload UploadPart UploadPartCopy "
    "CompleteMultipartUpload AbortMultipartUpload ListParts ListMultipartUploads RestoreObject "
    "SelectObjectContent GetObjectTagging PutObjectTagging DeleteObjectTagging GetObjectAcl "
    "PutObjectAcl GetObjectAttributes GetObjectRetention PutObjectRetention GetObjectLegalHold "
    "PutObjectLegalHold",
    "dynamodb": "GetItem PutItem UpdateItem DeleteItem Query Scan BatchGetItem BatchWriteItem "
    "TransactGetItems TransactWriteItems ExecuteStatement BatchExecuteStatement ExecuteTransaction",
    "dynamodbstreams": "GetRecords GetShardIterator",
    "kinesis": "PutRecord PutRecords GetRecords GetShardIterator SubscribeToShard",
    "firehose": "PutRecord PutRecordBatch",
    "lambda": "Invoke InvokeAsync InvokeWithResponseStream",
    "sqs": "SendMessage SendMessageBatch ReceiveMessage DeleteMessage DeleteMessageBatch "
    "ChangeMessageVisibility ChangeMessageVisibilityBatch",
    "sns": "Publish PublishBatch",
    "events": "PutEvents",
    "logs": "PutLogEvents GetLogEvents FilterLogEvents",
    "cloudwatch": "PutMetricData GetMetricData GetMetricStatistics",
    "stepfunctions": "StartSyncExecution GetActivityTask SendTaskSuccess SendTaskFailure "
    "SendTaskHeartbeat",
}
_READS = ("Get", "List", "Describe", "Head", "Lookup", "Search", "BatchGet", "Query", "Test",
          "Validate", "Estimate", "Preview", "Simulate", "Select", "Check")  # fmt: skip
_READS_TOO = {
    "kms": {"Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext",
            "ReEncrypt", "Verify", "Sign", "GenerateMac"},
    "sts": {"AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"},
}  # fmt: skip
_LAMBDA = {
    "UpdateFunctionCode": "UpdateFunctionCode20150331v2",
    "UpdateFunctionConfiguration": "UpdateFunctionConfiguration20150331v2",
    "GetFunctionConfiguration": "GetFunctionConfiguration20150331v2",
    "GetFunction": "GetFunction20150331v2",
    "AddPermission": "AddPermission20150331v2",
    "RemovePermission": "RemovePermission20150331v2",
    "GetPolicy": "GetPolicy20150331v2",
    **{
        name: name + "20150331"
        for name in (
            "CreateFunction", "DeleteFunction", "ListFunctions", "CreateEventSourceMapping",
            "UpdateEventSourceMapping", "DeleteEventSourceMapping", "GetEventSourceMapping",
            "ListEventSourceMappings", "PublishVersion", "CreateAlias", "UpdateAlias",
            "DeleteAlias", "GetAlias", "ListAliases", "ListVersionsByFunction",
        )
    },
}  # fmt: skip
NAMES = {
    "lambda": _LAMBDA,
    "s3": {
        "PutBucketNotificationConfiguration": "PutBucketNotification",
        "GetBucketNotificationConfiguration": "GetBucketNotification",
        "PutBucketLifecycleConfiguration": "PutBucketLifecycle",
        "GetBucketLifecycleConfiguration": "GetBucketLifecycle",
        "DeleteBucketLifecycle": "DeleteBucketLifecycle",
        "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
        "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
        "DeletePublicAccessBlock": "DeleteBucketPublicAccessBlock",
    },
}
#: services without a Region: their events are in us-east-1
GLOBAL = {"iam", "cloudfront", "route53", "organizations"}
#: parameter -> (type of resource, services that it names one in; empty for all)
_RESOURCES = {
    "Bucket": "AWS::S3::Bucket",
    "TableName": "AWS::DynamoDB::Table",
    "StreamName": "AWS::Kinesis::Stream",
    "FunctionName": "AWS::Lambda::Function",
    "QueueUrl": "AWS::SQS::Queue",
    "QueueName": "AWS::SQS::Queue",
    "TopicArn": "AWS::SNS::Topic",
    "RoleName": "AWS::IAM::Role",
    "RoleArn": "AWS::IAM::Role",
    "UserName": "AWS::IAM::User",
    "PolicyArn": "AWS::IAM::Policy",
    "KeyId": "AWS::KMS::Key",
    "SecretId": "AWS::SecretsManager::Secret",
    "stateMachineArn": "AWS::StepFunctions::StateMachine",
    "DeliveryStreamName": "AWS::KinesisFirehose::DeliveryStream",
    "DatabaseName": "AWS::Glue::Database",
    "StackName": "AWS::CloudFormation::Stack",
    "TrailName": "AWS::CloudTrail::Trail",
}
_SECRET = {
    "secretstring", "secretbinary", "password", "masteruserpassword", "plaintext", "sessiontoken",
    "secretaccesskey", "privatekey", "zipfile", "ciphertextblob", "authparameters",
}  # fmt: skip
_LONGEST = 100_000  # characters of requestParameters; the service leaves longer ones out


@dataclass
class Call:
    """One API call, answered or refused.

    ``time``: aware datetime. ``service``: as boto3 names it; ``source``: host before
    .amazonaws.com. ``error``: (code, message) or None. ``caller``: what ``user_identity`` returns.
    """

    time: datetime.datetime
    service: str
    source: str
    operation: str
    region: str
    account: str
    access_key: str
    caller: dict
    parameters: dict = field(repr=False)
    response: dict = field(repr=False)
    error: tuple[str, str] | None
    request_id: str
    event_id: str
    by_lab: bool = False  # made by the lab's own machinery and not by the learner or a handler

    @property
    def management(self) -> bool:
        """Tell whether CloudTrail logs this call by itself."""
        return self.operation not in DATA_EVENTS.get(self.service, "").split()

    @property
    def read_only(self) -> bool:
        """Tell whether the operation changes nothing, as CloudTrail sees it."""
        more = _READS_TOO.get(self.service, ())
        return self.operation.startswith(_READS) or self.operation in more

    @property
    def name(self) -> str:
        """The event's name; for some services not that of the SDK's operation."""
        return NAMES.get(self.service, {}).get(self.operation, self.operation)


def user_identity(kind: str, arn: str, account: str, id: str, access_key: str, role="") -> dict:
    """Return the userIdentity of a caller. ``kind``: "root", "user", "session" or "anonymous"."""
    who = {"principalId": id, "arn": arn, "accountId": account, "accessKeyId": access_key}
    last = arn.rsplit("/", 1)[-1]
    if kind == "root":
        return {"type": "Root", **who, "principalId": account}
    if kind == "session":
        issuer = {"type": "Role", "principalId": id.split(":")[0], "arn": role}
        issuer |= {"accountId": account, "userName": role.rsplit("/", 1)[-1]}
        return {"type": "AssumedRole", **who, "sessionContext": {"sessionIssuer": issuer}}
    if kind == "user":
        return {"type": "IAMUser", **who, "userName": last}
    return {"type": "AWSAccount", "principalId": "", "accountId": "anonymous"}


def user_name(identity: dict) -> str:
    """Return what a look-up shows as Username."""
    if identity["type"] == "Root":
        return "root"
    return identity.get("userName") or identity.get("arn", "").rsplit("/", 1)[-1]


def event(call: Call) -> dict:
    """Return the event document of a call."""
    document = {
        "eventVersion": "1.11",
        "userIdentity": call.caller,
        "eventTime": _iso(call.time),
        "eventSource": f"{call.source}.amazonaws.com",
        "eventName": call.name,
        "awsRegion": call.region,
        "sourceIPAddress": "203.0.113.10",  # an address for examples (RFC 5737)
        "userAgent": "Boto3",
    }
    if call.error:
        document["errorCode"], document["errorMessage"] = call.error
    kept = None if call.read_only or call.error else _small(call.response)
    document |= {
        "requestParameters": _parameters(call) or None,
        "responseElements": kept or None,
        "requestID": call.request_id,
        "eventID": call.event_id,
        "readOnly": call.read_only,
        "eventType": "AwsApiCall",
        "managementEvent": call.management,
        "recipientAccountId": call.account,
        "eventCategory": "Management" if call.management else "Data",
    }
    return document


def resources(call: Call) -> list[dict]:
    """Return the resources that a look-up names, as ResourceType and ResourceName."""
    found = [
        {"ResourceType": kind, "ResourceName": str(call.parameters[name]).rsplit("/", 1)[-1]
         if name == "QueueUrl" else str(call.parameters[name])}
        for name, kind in _RESOURCES.items()
        if call.parameters.get(name)
    ]  # fmt: skip
    if name := call.parameters.get("Name"):
        kind = {"secretsmanager": "AWS::SecretsManager::Secret", "ssm": "AWS::SSM::Parameter",
                "glue": "AWS::Glue::Job", "cloudtrail": "AWS::CloudTrail::Trail",
                "events": "AWS::Events::Rule", "sns": "AWS::SNS::Topic"}  # fmt: skip
        kind = kind.get(call.service)
        found += [{"ResourceType": kind, "ResourceName": name}] if kind else []
    return found


def looked_up(call: Call) -> dict:
    """Return an entry of LookupEvents (``EventTime`` as an aware datetime)."""
    document = event(call)
    return {
        "EventId": call.event_id,
        "EventName": call.name,
        "ReadOnly": str(call.read_only).lower(),
        "AccessKeyId": call.access_key,
        "EventTime": call.time.replace(microsecond=0),
        "EventSource": document["eventSource"],
        "Username": user_name(call.caller),
        "Resources": resources(call),
        "CloudTrailEvent": json.dumps(document, separators=(",", ":")),
    }


def log_key(prefix: str, account: str, region: str, time: datetime.datetime, unique: str) -> str:
    """Return the key of a log file, in the documented form. ``unique``: 16 letters and digits."""
    folder = f"{prefix}/" if prefix else ""
    return (
        f"{folder}AWSLogs/{account}/CloudTrail/{region}/{time:%Y/%m/%d}/"
        f"{account}_CloudTrail_{region}_{time:%Y%m%dT%H%MZ}_{unique}.json.gz"
    )


def _parameters(call: Call) -> dict:
    kept = _small(call.parameters)
    if call.service == "s3" and "bucket" in kept:
        kept = {"bucketName": kept.pop("bucket"), **kept}
    return kept if len(json.dumps(kept)) <= _LONGEST else {"omitted": True}


def _small(value):
    """JSON of SDK data: first letters small, no bytes, no secrets, times as text."""
    if isinstance(value, dict):
        found = {}
        for name, inner in value.items():
            if name == "ResponseMetadata" or isinstance(inner, bytes) or hasattr(inner, "read"):
                continue
            hidden = name.lower() in _SECRET
            key = name[:1].lower() + name[1:]
            found[key] = "HIDDEN_DUE_TO_SECURITY_REASONS" if hidden else _small(inner)
        return found
    if isinstance(value, (list, tuple)):
        return [_small(inner) for inner in value]
    if isinstance(value, datetime.datetime):
        return value.strftime("%b %d, %Y %I:%M:%S %p")
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


def _iso(moment: datetime.datetime) -> str:
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
