"""What each resource type of CloudFormation becomes: a table of calls, and what they need."""

import json
import re
from dataclasses import dataclass, field

import boto3

from dealab.models.templates import NotInLab

KINDS: dict[str, "Kind"] = {}


@dataclass
class Kind:
    """How to make one resource type.

    ``ref``, ``atts`` and the values of ``delete`` and ``update`` are texts with ``{p[Property]}``,
    ``{r[...]}`` (the answer of ``create``), ``{id}``, ``{region}`` and ``{account}``. ``change``
    names what can change in place ("*": all); anything else means a new resource. ``again``: making
    it again changes it. ``prepare(properties)`` gives the call's parameters.
    """

    service: str
    create: str
    name: str | None = None
    ref: str = "{p[Name]}"
    atts: dict = field(default_factory=dict)
    delete: tuple | None = None
    update: tuple | None = None
    change: object = ()
    again: bool = False
    prepare: object = None
    after: object = None


def kind(type_name: str, *args, **named) -> None:
    KINDS[type_name] = Kind(*args, **named)


def call(service: str, operation: str, params: dict, only: bool = False):
    """Call a service with parameters as templates write them: other case, numbers as text.

    Raises NotInLab for a parameter that the call does not have (``only``: leaves it out).
    """
    client = boto3.client(service)
    shape = client.meta.service_model.operation_model(
        client.meta.method_to_api_mapping[operation]
    ).input_shape
    return getattr(client, operation)(**_fit(params, shape, operation, only))


def _fit(value, shape, place: str, only: bool = False):
    if shape.type_name == "structure" and isinstance(value, dict):
        members = {member.lower(): member for member in shape.members}
        fitted = {}
        for key, item in value.items():
            member = key if key in shape.members else members.get(key.lower())
            if member is not None:
                fitted[member] = _fit(item, shape.members[member], f"{place}/{key}")
            elif not only:
                raise NotInLab(f"the property {key} ({place})")
        return fitted
    if shape.type_name == "list" and isinstance(value, list):
        return [_fit(item, shape.member, place) for item in value]
    if shape.type_name == "map":
        if isinstance(value, list):  # tags
            value = {tag["Key"]: tag["Value"] for tag in value}
        return {key: _fit(item, shape.value, place) for key, item in value.items()}
    if shape.type_name == "string" and not isinstance(value, str):
        return _text(value)
    if shape.type_name in ("integer", "long"):
        return int(value)
    if shape.type_name in ("float", "double"):
        return float(value)
    if shape.type_name == "boolean":
        return str(value).lower() == "true"
    return value.encode() if shape.type_name == "blob" and isinstance(value, str) else value


def _text(value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value) if isinstance(value, dict | list) else str(value)


# The types


def _bucket(p: dict) -> dict:
    region = boto3.session.Session().region_name
    where = {} if region == "us-east-1" else {"LocationConstraint": region}
    return {"Bucket": p["BucketName"], **({"CreateBucketConfiguration": where} if where else {})}


def _bucket_settings(bucket: str, p: dict) -> None:
    s3 = boto3.client("s3")
    known = {
        "BucketName", "VersioningConfiguration", "BucketEncryption", "Tags",
        "PublicAccessBlockConfiguration", "NotificationConfiguration", "LifecycleConfiguration",
        "OwnershipControls",
    }  # fmt: skip
    for name in set(p) - known:
        raise NotInLab(f"the property {name} of a bucket")
    if "VersioningConfiguration" in p:
        call(
            "s3", "put_bucket_versioning", {"Bucket": bucket} | _only(p, "VersioningConfiguration")
        )
    if "BucketEncryption" in p:
        rules = [
            {
                "ApplyServerSideEncryptionByDefault": rule["ServerSideEncryptionByDefault"],
                **_only(rule, "BucketKeyEnabled"),
            }
            for rule in p["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        ]
        params = {"Bucket": bucket, "ServerSideEncryptionConfiguration": {"Rules": rules}}
        call("s3", "put_bucket_encryption", params)
    if "PublicAccessBlockConfiguration" in p:
        wanted = _only(p, "PublicAccessBlockConfiguration")
        call("s3", "put_public_access_block", {"Bucket": bucket} | wanted)
    if "Tags" in p:
        s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": p["Tags"]})
    if "LifecycleConfiguration" in p:
        rules = [_lifecycle_rule(rule) for rule in p["LifecycleConfiguration"]["Rules"]]
        params = {"Bucket": bucket, "LifecycleConfiguration": {"Rules": rules}}
        call("s3", "put_bucket_lifecycle_configuration", params)
    wanted = _notifications(p.get("NotificationConfiguration") or {})
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=wanted)


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


def _only(p: dict, *names: str) -> dict:
    return {name: p[name] for name in names if name in p}


kind(
    "AWS::S3::Bucket", "s3", "create_bucket", name="BucketName", ref="{p[BucketName]}",
    atts={"Arn": "arn:aws:s3:::{id}", "DomainName": "{id}.s3.amazonaws.com",
          "RegionalDomainName": "{id}.s3.{region}.amazonaws.com"},
    delete=("delete_bucket", {"Bucket": "{id}"}), prepare=_bucket,
    after=_bucket_settings, update=(lambda *_: None, {}), change="*",
)  # fmt: skip
kind("AWS::S3::BucketPolicy", "s3", "put_bucket_policy", ref="{p[Bucket]}", again=True, change="*",
     prepare=lambda p: {"Bucket": p["Bucket"], "Policy": p["PolicyDocument"]},
     delete=("delete_bucket_policy", {"Bucket": "{id}"}))  # fmt: skip


def _queue(p: dict) -> dict:
    name, tags = p.pop("QueueName"), p.pop("Tags", [])
    attributes = {key: _text(value) for key, value in p.items()}
    return {"QueueName": name, "Attributes": attributes, **({"tags": tags} if tags else {})}


def _change_queue(url: str, p: dict) -> None:
    attributes = _queue(dict(p))["Attributes"]
    attributes.pop("FifoQueue", None)
    boto3.client("sqs").set_queue_attributes(QueueUrl=url, Attributes=attributes)


def _for_each(service: str, operation: str, places: str, place: str, more):
    def after(_, p):
        for one in p[places]:
            call(service, operation, {place: one, **more(p)})

    return after


kind("AWS::SQS::Queue", "sqs", "create_queue", name="QueueName", ref="{r[QueueUrl]}",
     atts={"Arn": "arn:aws:sqs:{region}:{account}:{p[QueueName]}", "QueueName": "{p[QueueName]}",
           "QueueUrl": "{id}"},
     delete=("delete_queue", {"QueueUrl": "{id}"}), prepare=_queue, update=(_change_queue, {}),
     change="*")  # fmt: skip
kind("AWS::SQS::QueuePolicy", "sqs", "list_queues", ref="{p[Queues][0]}", again=True, change="*",
     prepare=lambda p: {}, after=_for_each(
         "sqs", "set_queue_attributes", "Queues", "QueueUrl",
         lambda p: {"Attributes": {"Policy": json.dumps(p["PolicyDocument"])}}))  # fmt: skip


def _topic(p: dict) -> dict:
    name, tags = p.pop("TopicName"), p.pop("Tags", [])
    p.pop("Subscription", None)
    return {"Name": name, "Attributes": {k: _text(v) for k, v in p.items()}, "Tags": tags}


def _topic_subscriptions(arn: str, p: dict) -> None:
    for one in p.get("Subscription", []):
        boto3.client("sns").subscribe(TopicArn=arn, **one)


def _subscription(p: dict) -> dict:
    wanted = _only(p, "TopicArn", "Protocol", "Endpoint")
    rest = {key: _text(value) for key, value in p.items() if key not in wanted and key != "Region"}
    return wanted | {"Attributes": rest, "ReturnSubscriptionArn": True}


kind("AWS::SNS::Topic", "sns", "create_topic", name="TopicName", ref="{r[TopicArn]}",
     atts={"TopicArn": "{id}", "TopicName": "{p[TopicName]}"}, prepare=_topic,
     after=_topic_subscriptions, delete=("delete_topic", {"TopicArn": "{id}"}))  # fmt: skip
kind("AWS::SNS::Subscription", "sns", "subscribe", ref="{r[SubscriptionArn]}", atts={"Arn": "{id}"},
     prepare=_subscription, delete=("unsubscribe", {"SubscriptionArn": "{id}"}))  # fmt: skip
kind("AWS::SNS::TopicPolicy", "sns", "list_topics", ref="{p[Topics][0]}", again=True, change="*",
     prepare=lambda p: {}, after=_for_each(
         "sns", "set_topic_attributes", "Topics", "TopicArn",
         lambda p: {"AttributeName": "Policy",
                    "AttributeValue": json.dumps(p["PolicyDocument"])}))  # fmt: skip


def _function(p: dict) -> dict:
    from dealab.cloud import zip_handler

    p.pop("ReservedConcurrentExecutions", None)
    p["Code"] = _code(p["Code"], zip_handler)
    return p


def _code(code: dict, zip_handler) -> dict:
    """Inline source becomes a zip file with index.py, as the service makes it."""
    if "ZipFile" in code:
        return {"ZipFile": zip_handler(code["ZipFile"], "index.py")}
    return code


def _change_function(name: str, p: dict) -> None:
    p = _function(dict(p))
    boto3.client("lambda").update_function_code(FunctionName=name, **p.pop("Code"))
    call("lambda", "update_function_configuration", p | {"FunctionName": name}, only=True)


def _reserve(name: str, p: dict) -> None:
    reserved = p.get("ReservedConcurrentExecutions")
    if reserved is not None:
        boto3.client("lambda").put_function_concurrency(
            FunctionName=name, ReservedConcurrentExecutions=int(reserved)
        )


kind("AWS::Lambda::Function", "lambda", "create_function", name="FunctionName",
     ref="{p[FunctionName]}", atts={"Arn": "{r[FunctionArn]}"}, prepare=_function, after=_reserve,
     update=(_change_function, {}), change="*",
     delete=("delete_function", {"FunctionName": "{id}"}))  # fmt: skip
kind("AWS::Lambda::Permission", "lambda", "add_permission", name="StatementId",
     ref="{p[StatementId]}",
     delete=("remove_permission",
             {"FunctionName": "{p[FunctionName]}", "StatementId": "{id}"}))  # fmt: skip
kind("AWS::Lambda::EventSourceMapping", "lambda", "create_event_source_mapping", ref="{r[UUID]}",
     atts={"Id": "{id}"}, update=("update_event_source_mapping", {"UUID": "{id}"}),
     change=("BatchSize", "Enabled", "FilterCriteria", "FunctionName", "DestinationConfig",
             "MaximumBatchingWindowInSeconds", "MaximumRetryAttempts", "FunctionResponseTypes",
             "BisectBatchOnFunctionError", "MaximumRecordAgeInSeconds", "ParallelizationFactor"),
     delete=("delete_event_source_mapping", {"UUID": "{id}"}))  # fmt: skip
kind("AWS::Lambda::Version", "lambda", "publish_version", ref="{r[FunctionArn]}",
     atts={"Version": "{r[Version]}", "FunctionArn": "{id}"})  # fmt: skip
kind("AWS::Lambda::Alias", "lambda", "create_alias", name="Name", ref="{r[AliasArn]}",
     atts={"AliasArn": "{id}"},
     update=("update_alias", {"FunctionName": "{p[FunctionName]}", "Name": "{p[Name]}"}),
     change=("FunctionVersion", "Description", "RoutingConfig"),
     delete=("delete_alias",
             {"FunctionName": "{p[FunctionName]}", "Name": "{p[Name]}"}))  # fmt: skip
kind("AWS::Lambda::EventInvokeConfig", "lambda", "put_function_event_invoke_config",
     ref="{p[FunctionName]}", again=True, change="*",
     delete=("delete_function_event_invoke_config", {"FunctionName": "{id}"}))  # fmt: skip
kind("AWS::Lambda::LayerVersion", "lambda", "publish_layer_version", name="LayerName",
     ref="{r[LayerVersionArn]}")  # fmt: skip


def _role_policies(role: str, p: dict) -> None:
    iam = boto3.client("iam")
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


def _change_role(role: str, p: dict) -> None:
    trust = json.dumps(p["AssumeRolePolicyDocument"])
    boto3.client("iam").update_assume_role_policy(RoleName=role, PolicyDocument=trust)


def _remove_role(role: str, p: dict) -> None:
    iam = boto3.client("iam")
    for one in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        iam.detach_role_policy(RoleName=role, PolicyArn=one["PolicyArn"])
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        iam.delete_role_policy(RoleName=role, PolicyName=name)
    iam.delete_role(RoleName=role)


def _each_principal(verb: str):
    def act(_, p):
        iam = boto3.client("iam")
        document = {"PolicyDocument": json.dumps(p["PolicyDocument"])} if verb == "put" else {}
        for who in ("Role", "User", "Group"):
            for name in p.get(f"{who}s", []):
                getattr(iam, f"{verb}_{who.lower()}_policy")(
                    **{f"{who}Name": name, "PolicyName": p["PolicyName"]}, **document
                )

    return act


def _attach(arn: str, p: dict) -> None:
    for who in ("Role", "User", "Group"):
        for name in p.get(f"{who}s", []):
            attach = getattr(boto3.client("iam"), f"attach_{who.lower()}_policy")
            attach(**{f"{who}Name": name, "PolicyArn": arn})


def _remove_policy(arn: str, p: dict) -> None:
    iam = boto3.client("iam")
    for who in ("Role", "User", "Group"):
        for name in p.get(f"{who}s", []):
            detach = getattr(iam, f"detach_{who.lower()}_policy")
            detach(**{f"{who}Name": name, "PolicyArn": arn})
    iam.delete_policy(PolicyArn=arn)


def _without(*names):
    return lambda p: {key: value for key, value in p.items() if key not in names}


kind("AWS::IAM::Role", "iam", "create_role", name="RoleName", ref="{p[RoleName]}",
     atts={"Arn": "{r[Role][Arn]}", "RoleId": "{r[Role][RoleId]}"},
     prepare=_without("Policies", "ManagedPolicyArns"), after=_role_policies,
     update=(_change_role, {}),
     change=("AssumeRolePolicyDocument", "Policies", "ManagedPolicyArns"),
     delete=(_remove_role, {}))  # fmt: skip
kind("AWS::IAM::Policy", "iam", "get_account_summary", name="PolicyName", ref="{p[PolicyName]}",
     prepare=lambda p: {}, after=_each_principal("put"), again=True, change=("PolicyDocument",),
     delete=(_each_principal("delete"), {}))  # fmt: skip
kind("AWS::IAM::ManagedPolicy", "iam", "create_policy", name="ManagedPolicyName",
     ref="{r[Policy][Arn]}", atts={"PolicyArn": "{id}"}, after=_attach,
     prepare=lambda p: {"PolicyName": p["ManagedPolicyName"],
                        **_only(p, "PolicyDocument", "Description", "Path")},
     delete=(_remove_policy, {}))  # fmt: skip


def _table(p: dict) -> dict:
    if "StreamSpecification" in p:
        p["StreamSpecification"] = {"StreamEnabled": True, **p["StreamSpecification"]}
    return _without("TimeToLiveSpecification", "PointInTimeRecoverySpecification")(p)


def _table_settings(table: str, p: dict) -> None:
    for name, operation in (
        ("TimeToLiveSpecification", "update_time_to_live"),
        ("PointInTimeRecoverySpecification", "update_continuous_backups"),
    ):
        if name in p:
            call("dynamodb", operation, {"TableName": table, name: p[name]})


kind("AWS::DynamoDB::Table", "dynamodb", "create_table", name="TableName", ref="{p[TableName]}",
     atts={"Arn": "{r[TableDescription][TableArn]}",
           "StreamArn": "{r[TableDescription][LatestStreamArn]}"},
     prepare=_table, after=_table_settings, update=("update_table", {"TableName": "{id}"}),
     change=("BillingMode", "ProvisionedThroughput", "StreamSpecification",
             "TimeToLiveSpecification", "PointInTimeRecoverySpecification"),
     delete=("delete_table", {"TableName": "{id}"}))  # fmt: skip


def _stream(p: dict) -> dict:
    made = _only(p, "ShardCount", "StreamModeDetails", "Tags")
    return {
        "StreamName": p["Name"],
        **({} if "StreamModeDetails" in p else {"ShardCount": 1}),
        **made,
    }


def _stream_settings(stream: str, p: dict) -> None:
    for name in set(p) - {
        "Name",
        "ShardCount",
        "StreamModeDetails",
        "Tags",
        "RetentionPeriodHours",
    }:
        raise NotInLab(f"the property {name} of a stream")
    hours = int(p.get("RetentionPeriodHours", 24))
    if hours > 24:
        boto3.client("kinesis").increase_stream_retention_period(
            StreamName=stream, RetentionPeriodHours=hours
        )


def _change_stream(stream: str, p: dict) -> None:
    boto3.client("kinesis").update_shard_count(
        StreamName=stream, TargetShardCount=int(p["ShardCount"]), ScalingType="UNIFORM_SCALING"
    )


kind("AWS::Kinesis::Stream", "kinesis", "create_stream", name="Name", ref="{p[Name]}",
     atts={"Arn": "arn:aws:kinesis:{region}:{account}:stream/{id}"}, prepare=_stream,
     after=_stream_settings, update=(_change_stream, {}), change=("ShardCount",),
     delete=("delete_stream", {"StreamName": "{id}"}))  # fmt: skip
kind("AWS::KinesisFirehose::DeliveryStream", "firehose", "create_delivery_stream",
     name="DeliveryStreamName", ref="{p[DeliveryStreamName]}",
     atts={"Arn": "{r[DeliveryStreamARN]}"},
     delete=("delete_delivery_stream", {"DeliveryStreamName": "{id}"}))  # fmt: skip

kind("AWS::Glue::Database", "glue", "create_database", ref="{p[DatabaseInput][Name]}",
     update=("update_database", {"Name": "{id}"}), change=("DatabaseInput",),
     delete=("delete_database", {"CatalogId": "{account}", "Name": "{id}"}))  # fmt: skip
kind("AWS::Glue::Table", "glue", "create_table", ref="{p[TableInput][Name]}",
     update=("update_table", {}), change=("TableInput",),
     delete=("delete_table", {"DatabaseName": "{p[DatabaseName]}", "Name": "{id}"}))  # fmt: skip


def _crawler(p: dict) -> dict:
    if isinstance(p.get("Schedule"), dict):
        p["Schedule"] = p["Schedule"]["ScheduleExpression"]
    return p


def _job_update(name: str, p: dict) -> None:
    glue = boto3.client("glue")
    shape = glue.meta.service_model.shape_for("JobUpdate")
    update = _fit(_without("Name", "Tags")(p), shape, "JobUpdate")
    glue.update_job(JobName=name, JobUpdate=update)


kind("AWS::Glue::Crawler", "glue", "create_crawler", name="Name", prepare=_crawler,
     update=("update_crawler", {"Name": "{id}"}), change="*",
     delete=("delete_crawler", {"Name": "{id}"}))  # fmt: skip
kind("AWS::Glue::Job", "glue", "create_job", name="Name", update=(_job_update, {}), change="*",
     delete=("delete_job", {"JobName": "{id}"}))  # fmt: skip
kind("AWS::Glue::Trigger", "glue", "create_trigger", name="Name",
     delete=("delete_trigger", {"Name": "{id}"}))  # fmt: skip
kind("AWS::Glue::Workflow", "glue", "create_workflow", name="Name",
     delete=("delete_workflow", {"Name": "{id}"}))  # fmt: skip
kind("AWS::Athena::WorkGroup", "athena", "create_work_group", name="Name",
     prepare=lambda p: {**_without("WorkGroupConfiguration", "RecursiveDeleteOption", "State")(p),
                        "Configuration": p.get("WorkGroupConfiguration", {})},
     delete=(lambda name, p: boto3.client("athena").delete_work_group(
         WorkGroup=name, RecursiveDeleteOption=True), {}))  # fmt: skip
kind("AWS::Athena::NamedQuery", "athena", "create_named_query", name="Name",
     ref="{r[NamedQueryId]}", atts={"NamedQueryId": "{id}"},
     delete=("delete_named_query", {"NamedQueryId": "{id}"}))  # fmt: skip


def _machine(p: dict) -> dict:
    text = p.pop("DefinitionString", None) or json.dumps(p.pop("Definition", None))
    for name, value in (p.pop("DefinitionSubstitutions", None) or {}).items():
        text = text.replace("${" + name + "}", _text(value))
    p["type"] = p.pop("StateMachineType", "STANDARD")
    return {"name": p.pop("StateMachineName"), "definition": text, **p}


kind("AWS::StepFunctions::StateMachine", "stepfunctions", "create_state_machine",
     name="StateMachineName", ref="{r[stateMachineArn]}",
     atts={"Arn": "{id}", "Name": "{p[StateMachineName]}"}, prepare=_machine,
     update=("update_state_machine", {"stateMachineArn": "{id}"}),
     change=("Definition", "DefinitionString", "DefinitionSubstitutions", "RoleArn",
             "LoggingConfiguration", "TracingConfiguration"),
     delete=("delete_state_machine", {"stateMachineArn": "{id}"}))  # fmt: skip


def _rule_targets(name: str, p: dict) -> None:
    events = boto3.client("events")
    where = {
        "Rule": p["Name"],
        **({"EventBusName": p["EventBusName"]} if "EventBusName" in p else {}),
    }
    old = events.list_targets_by_rule(**where)["Targets"]
    gone = {one["Id"] for one in old} - {one["Id"] for one in p.get("Targets", [])}
    if gone:
        events.remove_targets(Ids=sorted(gone), **where)
    if p.get("Targets"):
        call("events", "put_targets", where | {"Targets": p["Targets"]})


def _remove_rule(name: str, p: dict) -> None:
    _rule_targets(name, {**p, "Targets": []})
    bus = {"EventBusName": p["EventBusName"]} if "EventBusName" in p else {}
    boto3.client("events").delete_rule(Name=p["Name"], **bus)


kind("AWS::Events::Rule", "events", "put_rule", name="Name",
     atts={"Arn": "{r[RuleArn]}"}, prepare=_without("Targets"), after=_rule_targets, again=True,
     change="*", delete=(_remove_rule, {}))  # fmt: skip
kind("AWS::Events::EventBus", "events", "create_event_bus", name="Name",
     atts={"Arn": "{r[EventBusArn]}", "Name": "{id}"},
     delete=("delete_event_bus", {"Name": "{id}"}))  # fmt: skip
kind("AWS::Events::Archive", "events", "create_archive", name="ArchiveName",
     ref="{p[ArchiveName]}", atts={"Arn": "{r[ArchiveArn]}"},
     prepare=lambda p: {("EventSourceArn" if key == "SourceArn" else key): value
                        for key, value in p.items()},
     delete=("delete_archive", {"ArchiveName": "{id}"}))  # fmt: skip
kind("AWS::Scheduler::Schedule", "scheduler", "create_schedule", name="Name",
     atts={"Arn": "{r[ScheduleArn]}"}, update=("update_schedule", {"Name": "{id}"}), change="*",
     delete=("delete_schedule", {"Name": "{id}"}))  # fmt: skip


def _retention(group: str, p: dict) -> None:
    if "RetentionInDays" in p:
        boto3.client("logs").put_retention_policy(
            logGroupName=group, retentionInDays=int(p["RetentionInDays"])
        )


kind("AWS::Logs::LogGroup", "logs", "create_log_group", name="LogGroupName",
     ref="{p[LogGroupName]}", atts={"Arn": "arn:aws:logs:{region}:{account}:log-group:{id}:*"},
     prepare=_without("RetentionInDays"), after=_retention, update=(lambda *_: None, {}),
     change=("RetentionInDays",),
     delete=("delete_log_group", {"logGroupName": "{id}"}))  # fmt: skip
kind("AWS::Logs::MetricFilter", "logs", "put_metric_filter", name="FilterName",
     ref="{p[FilterName]}", again=True, change="*",
     delete=("delete_metric_filter",
             {"logGroupName": "{p[LogGroupName]}", "filterName": "{id}"}))  # fmt: skip
kind("AWS::Logs::SubscriptionFilter", "logs", "put_subscription_filter", name="FilterName",
     ref="{p[FilterName]}", again=True, change="*",
     delete=("delete_subscription_filter",
             {"logGroupName": "{p[LogGroupName]}", "filterName": "{id}"}))  # fmt: skip
kind("AWS::CloudWatch::Alarm", "cloudwatch", "put_metric_alarm", name="AlarmName",
     ref="{p[AlarmName]}", atts={"Arn": "arn:aws:cloudwatch:{region}:{account}:alarm:{id}"},
     again=True, change="*",
     delete=(lambda name, p: boto3.client("cloudwatch").delete_alarms(AlarmNames=[name]),
             {}))  # fmt: skip


def _secret(p: dict) -> dict:
    wanted = p.pop("GenerateSecretString", None)
    if wanted is not None:
        params = {key: value for key, value in wanted.items()
                  if key not in ("SecretStringTemplate", "GenerateStringKey")}  # fmt: skip
        password = call("secretsmanager", "get_random_password", params)["RandomPassword"]
        key = wanted.get("GenerateStringKey")
        template = json.loads(wanted.get("SecretStringTemplate", "{}"))
        p["SecretString"] = json.dumps({**template, key: password}) if key else password
    return p


kind("AWS::SecretsManager::Secret", "secretsmanager", "create_secret", name="Name",
     ref="{r[ARN]}", atts={"Id": "{id}"}, prepare=_secret,
     update=("update_secret", {"SecretId": "{id}"}),
     change=("SecretString", "Description", "KmsKeyId"),
     delete=(lambda arn, p: boto3.client("secretsmanager").delete_secret(
         SecretId=arn, ForceDeleteWithoutRecovery=True), {}))  # fmt: skip
kind("AWS::SSM::Parameter", "ssm", "put_parameter", name="Name",
     atts={"Value": "{p[Value]}", "Type": "{p[Type]}"}, again=True, change="*",
     prepare=lambda p: {**p, "Overwrite": True},
     delete=("delete_parameter", {"Name": "{id}"}))  # fmt: skip


def _key_settings(key: str, p: dict) -> None:
    if str(p.get("EnableKeyRotation", "")).lower() == "true":
        boto3.client("kms").enable_key_rotation(KeyId=key)
    if str(p.get("Enabled", "true")).lower() == "false":
        boto3.client("kms").disable_key(KeyId=key)


kind("AWS::KMS::Key", "kms", "create_key", ref="{r[KeyMetadata][KeyId]}",
     atts={"Arn": "{r[KeyMetadata][Arn]}", "KeyId": "{id}"},
     prepare=lambda p: {("Policy" if key == "KeyPolicy" else key): (
         [{"TagKey": t["Key"], "TagValue": t["Value"]} for t in value] if key == "Tags" else value)
         for key, value in p.items()
         if key not in ("EnableKeyRotation", "Enabled", "PendingWindowInDays")},
     after=_key_settings,
     delete=(lambda key, p: boto3.client("kms").schedule_key_deletion(
         KeyId=key, PendingWindowInDays=int(p.get("PendingWindowInDays", 30))), {}))  # fmt: skip
kind("AWS::KMS::Alias", "kms", "create_alias", name="AliasName", ref="{p[AliasName]}",
     update=("update_alias", {"AliasName": "{id}"}), change=("TargetKeyId",),
     delete=("delete_alias", {"AliasName": "{id}"}))  # fmt: skip


# API Gateway: SAM hands over an OpenAPI document as Body; only its Lambda integrations are read.


def _operations(body: dict):
    """Yield (path, method, integration) of an OpenAPI document."""
    for path, methods in body.get("paths", {}).items():
        for method, operation in methods.items():
            integration = operation.get("x-amazon-apigateway-integration")
            if integration is None or operation.get("security"):
                raise NotInLab(f"the operation {method} {path} without a plain Lambda integration")
            yield path, "ANY" if method.startswith("x-") else method.upper(), integration


def _rest_operations(api: str, p: dict) -> None:
    gateway = boto3.client("apigateway")
    made = {one["path"]: one["id"] for one in gateway.get_resources(restApiId=api)["items"]}
    for path, method, integration in _operations(p.get("Body") or {}):
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


def _http_operations(api: str, p: dict) -> None:
    gateway = boto3.client("apigatewayv2")
    for path, method, integration in _operations(p.get("Body") or {}):
        function = re.search(r"functions/(arn:.*)/invocations", integration["uri"])[1]
        made = gateway.create_integration(
            ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=function,
            PayloadFormatVersion=integration.get("payloadFormatVersion", "2.0"))  # fmt: skip
        key = "$default" if path.strip("/") == "$default" else f"{method} {path}"
        target = f"integrations/{made['IntegrationId']}"
        gateway.create_route(ApiId=api, RouteKey=key, Target=target)


def _title(p: dict) -> str:
    return p.get("Name") or p["Body"]["info"]["title"]


kind("AWS::ApiGateway::RestApi", "apigateway", "create_rest_api", ref="{r[id]}",
     atts={"RestApiId": "{id}", "RootResourceId": "{r[rootResourceId]}"},
     prepare=lambda p: {"name": _title(p), **_without("Name", "Body", "Parameters")(p)},
     after=_rest_operations, delete=("delete_rest_api", {"restApiId": "{id}"}))  # fmt: skip
kind("AWS::ApiGateway::Resource", "apigateway", "create_resource", ref="{r[id]}",
     prepare=lambda p: {"restApiId": p["RestApiId"], "parentId": p["ParentId"],
                        "pathPart": p["PathPart"]})  # fmt: skip
kind("AWS::ApiGateway::Deployment", "apigateway", "create_deployment", ref="{r[id]}",
     atts={"DeploymentId": "{id}"}, prepare=_without("StageName"))  # fmt: skip
kind("AWS::ApiGateway::Stage", "apigateway", "create_stage", ref="{p[StageName]}",
     delete=("delete_stage", {"restApiId": "{p[RestApiId]}", "stageName": "{id}"}))  # fmt: skip
kind("AWS::ApiGatewayV2::Api", "apigatewayv2", "create_api", ref="{r[ApiId]}",
     atts={"ApiId": "{id}", "ApiEndpoint": "{r[ApiEndpoint]}"},
     prepare=lambda p: {"Name": _title(p), "ProtocolType": "HTTP",
                        **_without("Name", "Body")(p)},
     after=_http_operations, delete=("delete_api", {"ApiId": "{id}"}))  # fmt: skip
kind("AWS::ApiGatewayV2::Integration", "apigatewayv2", "create_integration",
     ref="{r[IntegrationId]}")  # fmt: skip
kind("AWS::ApiGatewayV2::Route", "apigatewayv2", "create_route", ref="{r[RouteId]}")
kind("AWS::ApiGatewayV2::Stage", "apigatewayv2", "create_stage", ref="{p[StageName]}",
     delete=("delete_stage", {"ApiId": "{p[ApiId]}", "StageName": "{id}"}))  # fmt: skip
