"""Which permissions the operations of each service need: the table behind ``actions``.

Most operations need the action of their own name on the resource that a parameter names; here is
what differs. Source: the Service Authorization Reference,
https://docs.aws.amazon.com/service-authorization/latest/reference/ (not checked).
"""

import re

from dealab.models.policy.documents import PolicyError, parse

#: service of boto3 -> (prefix of its actions, [(parameter, ARN after "arn:aws:")])
#: {r} Region, {a} account, {v} the parameter's value, {Name} another parameter
SERVICES: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "athena": (
        "athena",
        [
            ("QueryExecutionId", "athena:{r}:{a}:workgroup/{lookup}"),
            ("WorkGroup", "athena:{r}:{a}:workgroup/{v}"),
        ],
    ),
    "cloudformation": ("cloudformation", [("StackName", "cloudformation:{r}:{a}:stack/{v}/*")]),
    "cloudtrail": ("cloudtrail", [("Name", "cloudtrail:{r}:{a}:trail/{v}")]),
    "cloudwatch": ("cloudwatch", [("AlarmName", "cloudwatch:{r}:{a}:alarm:{v}")]),
    "config": ("config", []),
    "dynamodb": (
        "dynamodb",
        [
            ("IndexName", "dynamodb:{r}:{a}:table/{TableName}/index/{v}"),
            ("TableName", "dynamodb:{r}:{a}:table/{v}"),
            ("ResourceArn", "{v}"),
        ],
    ),
    "dynamodbstreams": ("dynamodb", [("StreamArn", "{v}"), ("ShardIterator", "{lookup}")]),
    "events": (
        "events",
        [("Rule", "events:{r}:{a}:rule/{bus}{v}"), ("Name", "events:{r}:{a}:rule/{bus}{v}")],
    ),
    "firehose": ("firehose", [("DeliveryStreamName", "firehose:{r}:{a}:deliverystream/{v}")]),
    "glue": (
        "glue",
        [
            ("JobName", "glue:{r}:{a}:job/{v}"),
            ("CrawlerName", "glue:{r}:{a}:crawler/{v}"),
            ("RulesetName", "glue:{r}:{a}:dataQualityRuleset/{v}"),
        ],
    ),
    "iam": (
        "iam",
        [
            ("UserName", "iam::{a}:user/{lookup}"),
            ("RoleName", "iam::{a}:role/{lookup}"),
            ("GroupName", "iam::{a}:group/{v}"),
            ("PolicyArn", "{v}"),
            ("PolicySourceArn", "{v}"),
            ("PolicyName", "iam::{a}:policy/{v}"),
        ],
    ),
    "kinesis": (
        "kinesis",
        [
            ("StreamARN", "{v}"),
            ("StreamName", "kinesis:{r}:{a}:stream/{v}"),
            ("ShardIterator", "kinesis:{r}:{a}:stream/{lookup}"),
            ("ConsumerARN", "{v}"),
        ],
    ),
    "kms": ("kms", [("KeyId", "{lookup}"), ("TargetKeyId", "{lookup}")]),
    "lakeformation": ("lakeformation", []),
    "lambda": ("lambda", [("FunctionName", "lambda:{r}:{a}:function:{v}"), ("Resource", "{v}")]),
    "logs": ("logs", [("logGroupName", "logs:{r}:{a}:log-group:{v}:log-stream:{stream}")]),
    "redshift-data": (
        "redshift-data",
        [
            ("ClusterIdentifier", "redshift:{r}:{a}:cluster:{v}"),
            ("WorkgroupName", "redshift-serverless:{r}:{a}:workgroup/{v}"),
        ],
    ),
    "resourcegroupstaggingapi": ("tag", []),
    "s3": ("s3", []),
    "scheduler": ("scheduler", [("Name", "scheduler:{r}:{a}:schedule/{group}/{v}")]),
    "secretsmanager": (
        "secretsmanager",
        [("SecretId", "{lookup}"), ("Name", "secretsmanager:{r}:{a}:secret:{v}")],
    ),
    "sns": (
        "sns",
        [
            ("TopicArn", "{v}"),
            ("TargetArn", "{v}"),
            ("SubscriptionArn", "{v}"),
            ("ResourceArn", "{v}"),
            ("Name", "sns:{r}:{a}:{v}"),
        ],
    ),
    "sqs": (
        "sqs",
        [("QueueUrl", "sqs:{r}:{owner}:{last}"), ("QueueName", "sqs:{r}:{a}:{v}")],
    ),
    "ssm": (
        "ssm",
        [("Name", "ssm:{r}:{a}:parameter/{bare}"), ("Path", "ssm:{r}:{a}:parameter/{bare}")],
    ),
    "stepfunctions": (
        "states",
        [
            ("stateMachineArn", "{v}"),
            ("executionArn", "{v}"),
            ("resourceArn", "{v}"),
            ("name", "states:{r}:{a}:stateMachine:{v}"),
        ],
    ),
    "sts": ("sts", [("RoleArn", "{v}")]),
}

#: operations whose action has another name; a * before the name: on every resource
RENAMED = {
    "lambda": {"Invoke": "InvokeFunction", "InvokeAsync": "InvokeFunction"},
    "sqs": {
        "SendMessageBatch": "SendMessage",
        "DeleteMessageBatch": "DeleteMessage",
        "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
    },
    "sns": {"PublishBatch": "Publish"},
    "events": {"PutEvents": "PutEvents"},
    "ssm": {"DescribeParameters": "*DescribeParameters"},
    "stepfunctions": {
        "SendTaskSuccess": "*SendTaskSuccess",
        "SendTaskFailure": "*SendTaskFailure",
        "SendTaskHeartbeat": "*SendTaskHeartbeat",
    },
}

#: S3: operation -> action; what is not here has the action of its own name
S3_ACTIONS = {
    "ListBuckets": "ListAllMyBuckets",
    **dict.fromkeys(("HeadBucket", "ListObjects", "ListObjectsV2"), "ListBucket"),
    "ListObjectVersions": "ListBucketVersions",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListParts": "ListMultipartUploadParts",
    **dict.fromkeys(("GetObject", "HeadObject", "SelectObjectContent"), "GetObject"),
    **dict.fromkeys(
        (
            *("PutObject", "CopyObject", "CreateMultipartUpload", "UploadPart"),
            *("UploadPartCopy", "CompleteMultipartUpload"),
        ),
        "PutObject",
    ),
    "GetBucketCors": "GetBucketCORS",
    **dict.fromkeys(("PutBucketCors", "DeleteBucketCors"), "PutBucketCORS"),
    "GetBucketEncryption": "GetEncryptionConfiguration",
    **dict.fromkeys(
        ("PutBucketEncryption", "DeleteBucketEncryption"), "PutEncryptionConfiguration"
    ),
    **dict.fromkeys(
        ("GetBucketLifecycle", "GetBucketLifecycleConfiguration"), "GetLifecycleConfiguration"
    ),
    **dict.fromkeys(
        ("PutBucketLifecycle", "PutBucketLifecycleConfiguration", "DeleteBucketLifecycle"),
        "PutLifecycleConfiguration",
    ),
    "GetBucketReplication": "GetReplicationConfiguration",
    **dict.fromkeys(
        ("PutBucketReplication", "DeleteBucketReplication"), "PutReplicationConfiguration"
    ),
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "PutBucketAccelerateConfiguration": "PutAccelerateConfiguration",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    **dict.fromkeys(
        ("PutPublicAccessBlock", "DeletePublicAccessBlock"), "PutBucketPublicAccessBlock"
    ),
    "DeleteBucketTagging": "PutBucketTagging",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    **{
        f"{verb}Bucket{kind}Configuration{s}": f"{'Get' if verb in ('Get', 'List') else 'Put'}"
        f"{kind}Configuration"
        for kind in ("Analytics", "Inventory", "Metrics", "IntelligentTiering")
        for verb, s in (("Get", ""), ("List", "s"), ("Put", ""), ("Delete", ""))
    },
}
#: with a VersionId these are actions of their own
VERSIONED = re.compile(r"(Get|Delete|Put)Object(|Tagging|Acl|Attributes)$")
S3_KEYS = {
    "Prefix": "s3:prefix",
    "Delimiter": "s3:delimiter",
    "MaxKeys": "s3:max-keys",
    "ACL": "s3:x-amz-acl",
    "ServerSideEncryption": "s3:x-amz-server-side-encryption",
    "SSEKMSKeyId": "s3:x-amz-server-side-encryption-aws-kms-key-id",
    "SSECustomerAlgorithm": "s3:x-amz-server-side-encryption-customer-algorithm",
    "StorageClass": "s3:x-amz-storage-class",
    "CopySource": "s3:x-amz-copy-source",
    "MetadataDirective": "s3:x-amz-metadata-directive",
    "VersionId": "s3:VersionId",
    "ObjectLockMode": "s3:object-lock-mode",
    "IfNoneMatch": "s3:if-none-match",
}
#: service -> (who gets the role, operations that hand one over)
PASSES_ROLE = {
    "lambda": ("lambda.amazonaws.com", {"CreateFunction", "UpdateFunctionConfiguration"}),
    "glue": ("glue.amazonaws.com", {"CreateJob", "UpdateJob", "CreateCrawler", "UpdateCrawler"}),
    "stepfunctions": ("states.amazonaws.com", {"CreateStateMachine", "UpdateStateMachine"}),
    "firehose": ("firehose.amazonaws.com", {"CreateDeliveryStream"}),
    "events": ("events.amazonaws.com", {"PutTargets", "PutRule"}),
    "scheduler": ("scheduler.amazonaws.com", {"CreateSchedule", "UpdateSchedule"}),
    "cloudformation": ("cloudformation.amazonaws.com", {"CreateStack", "UpdateStack"}),
}
ROLE_NAMES = {"role", "rolearn"}
#: Need no permission, and no policy can deny them. STS decides AssumeRole itself; S3 decides
#: DeleteObjects key by key and tells of each in its answer.
FREE = (
    {("s3", "DeleteObjects")}
    | {("sts", name) for name in ("GetCallerIdentity", "GetSessionToken", "GetAccessKeyInfo")}
    | {("sts", f"AssumeRole{how}") for how in ("", "WithWebIdentity", "WithSAML")}
)


#: a service that delivers, by the service of the source's ARN
DELIVERERS = {
    name: f"{name}.amazonaws.com" for name in ("events", "sns", "s3", "scheduler", "secretsmanager")
} | {"execute-api": "apigateway.amazonaws.com"}
#: what it needs at a target that decides by its own resource policy
DELIVERIES = {
    "lambda": "lambda:InvokeFunction",
    "sqs": "sqs:SendMessage",
    "sns": "sns:Publish",
}


def destinations(params: dict) -> list[str]:
    """The ARNs in the parameters of PutBucketNotificationConfiguration."""
    settings = params.get("NotificationConfiguration") or {}
    return [
        one[kind]
        for group, kind in (
            ("QueueConfigurations", "QueueArn"),
            ("TopicConfigurations", "TopicArn"),
            ("LambdaFunctionConfigurations", "LambdaFunctionArn"),
        )
        for one in settings.get(group) or []
    ]


#: what takes a resource policy -> (where in the parameters, code of a refusal, its words)
_ATTRIBUTES = ("Attributes", "Policy")
POLICIES = {
    ("s3", "PutBucketPolicy"): (("Policy",), "MalformedPolicy", "{why}"),
    ("sqs", "CreateQueue"): (
        *(_ATTRIBUTES, "InvalidAttributeValue"),
        "Invalid value for the parameter Policy. Reason: {why}",
    ),
    ("sns", "CreateTopic"): (
        *(_ATTRIBUTES, "InvalidParameter"),
        "Invalid parameter: Policy Reason: {why}",
    ),
    ("secretsmanager", "PutResourcePolicy"): (
        *(("ResourcePolicy",), "MalformedPolicyDocumentException"),
        "This resource policy contains invalid Json or is no policy: {why}",
    ),
}
POLICIES["sqs", "SetQueueAttributes"] = POLICIES["sqs", "CreateQueue"]


def bad_policy(service: str, operation: str, params: dict) -> tuple[str, str] | None:
    """Return (code, message) when a call gives a resource policy that is none, else None.

    The codes are the services'; after "Reason:" the words are IAM's.
    """
    where, code, words = POLICIES.get((service, operation), ((), "", ""))
    text = params
    for name in where:
        text = (text or {}).get(name)
    if not where or not text:
        return None
    try:
        read = parse(text, "resource")
    except PolicyError as error:
        return code, words.format(why=error)
    if service == "s3":
        place = f"arn:aws:s3:::{params['Bucket']}"
        for one in read.statements:
            for name in (one.resources or ()) + (one.not_resources or ()):
                if not name.startswith((place, "*")):
                    return code, "Policy has invalid resource"
    return None
