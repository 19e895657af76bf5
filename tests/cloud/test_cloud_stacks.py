"""CloudFormation and SAM through boto3: what a template makes works, and failures leave nothing."""

import json
from pathlib import Path

import boto3
import pytest
import requests
from botocore.exceptions import ClientError

from dealab.cloud import start_aws
from dealab.models import templates
from dealab.sql.errors import LabLimit

PIPELINE = (Path(__file__).parent / "pipeline.yaml").read_text()
IAM = ["CAPABILITY_IAM"]


@pytest.fixture
def aws():
    lab = start_aws(at="2026-03-02T09:00")
    yield lab
    lab.stop()


@pytest.fixture
def stacks(aws):
    return boto3.client("cloudformation")


@pytest.fixture
def deploy(stacks):
    """Return a function that makes a stack; it returns its status and its resources' ids."""

    def deploy(text, name="s", **more):
        stacks.create_stack(StackName=name, TemplateBody=text, **more)
        return status(stacks, name), ids(stacks, name)

    return deploy


def status(stacks, name="s"):
    return stacks.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]


def ids(stacks, name="s"):
    found = stacks.list_stack_resources(StackName=name)["StackResourceSummaries"]
    return {row["LogicalResourceId"]: row["PhysicalResourceId"] for row in found}


def reasons(stacks, name="s"):
    events = stacks.describe_stack_events(StackName=name)["StackEvents"]
    return {
        event["LogicalResourceId"]: event.get("ResourceStatusReason", "")
        for event in events
        if event["ResourceStatus"].endswith("_FAILED")
    }


@pytest.mark.proves(
    "CloudFormation", "The course's pipeline as one template: it deploys and works", kind="real"
)
def test_the_pipeline_deploys_and_works(aws, deploy, stacks):
    made, names = deploy(PIPELINE, Capabilities=IAM)
    assert (made, reasons(stacks)) == ("CREATE_COMPLETE", {})
    s3, bucket = boto3.client("s3"), names["Landing"]
    s3.put_object(Bucket=bucket, Key="a/file.json", Body="{}")
    # S3 -> Lambda -> state machine -> Lambda -> DynamoDB
    rows = boto3.client("dynamodb").scan(TableName=names["Table"])["Items"]
    assert rows == [{"id": {"S": "a/file.json"}, "size": {"N": "11"}}]
    # S3 -> SQS, without the filter
    s3.put_object(Bucket=bucket, Key="a/file.csv", Body="id")
    queue = boto3.client("sqs").receive_message(QueueUrl=names["Inbox"], MaxNumberOfMessages=10)
    bodies = [json.loads(message["Body"]) for message in queue["Messages"]]
    assert "a/file.csv" in [
        b["Records"][0]["s3"]["object"]["key"] for b in bodies if "Records" in b
    ]
    assert s3.head_object(Bucket=bucket, Key="a/file.json")["ServerSideEncryption"] == "aws:kms"
    # Kinesis -> Lambda
    boto3.client("kinesis").put_record(StreamName=names["Clicks"], Data=b"x", PartitionKey="1")
    assert [run.function for run in aws.run_event_sources()] == [names["Worker"]]
    # rule -> SQS; the secret; the catalog
    boto3.client("events").put_events(
        Entries=[{"Source": "shop", "DetailType": "order", "Detail": "{}"}]
    )
    assert "shop" in str(boto3.client("sqs").receive_message(QueueUrl=names["Dead"]))
    secret = boto3.client("secretsmanager").get_secret_value(SecretId=names["Secret"])
    secret = json.loads(secret["SecretString"])
    assert (secret["user"], len(secret["password"])) == ("admin", 20)
    table = boto3.client("glue").get_table(DatabaseName="lake", Name="orders")["Table"]
    assert table["StorageDescriptor"]["Location"] == f"s3://{bucket}/orders/"
    assert "OnlyProd" not in names


@pytest.mark.proves("CloudFormation", "Parameters, mappings, conditions and functions", kind="real")
def test_functions_and_parameters_are_computed(stacks, deploy):
    text = """
    Parameters:
      Stage: {Type: String, Default: dev, AllowedValues: [dev, prod]}
      Names: {Type: CommaDelimitedList, Default: "x, y"}
    Mappings: {Days: {dev: {Keep: 7}, prod: {Keep: 30}}}
    Conditions: {Prod: !Equals [!Ref Stage, prod]}
    Resources:
      A:
        Type: AWS::Logs::LogGroup
        Properties: {RetentionInDays: !FindInMap [Days, !Ref Stage, Keep]}
      B: {Type: AWS::SNS::Topic, Condition: Prod}
    Outputs:
      Sub: {Value: !Sub ["${A}-${v}-${!kept}-${AWS::Region}", {v: !Select [1, !Ref Names]}]}
      If: {Value: !If [Prod, yes it is, !Join ["/", [a, !Ref Stage]]]}
    """
    for stage, days, value in (("dev", 7, "a/dev"), ("prod", 30, "yes it is")):
        given = [{"ParameterKey": "Stage", "ParameterValue": stage}]
        made, names = deploy(text, stage, Parameters=given)
        assert made == "CREATE_COMPLETE"
        group = boto3.client("logs").describe_log_groups(logGroupNamePrefix=names["A"])
        assert group["logGroups"][0]["retentionInDays"] == days
        outputs = stacks.describe_stacks(StackName=stage)["Stacks"][0]["Outputs"]
        found = {output["OutputKey"]: output["OutputValue"] for output in outputs}
        assert found == {"Sub": f"{names['A']}-y-${{kept}}-us-east-1", "If": value}
        assert ("B" in names) is (stage == "prod")


@pytest.mark.proves(
    "CloudFormation", "A failure rolls the stack back; nothing stays behind", kind="real"
)
def test_a_failure_rolls_back(stacks, deploy):
    text = """
    Resources:
      Queue: {Type: AWS::SQS::Queue}
      Broken:
        Type: AWS::Lambda::EventSourceMapping
        Properties: {EventSourceArn: !GetAtt Queue.Arn, FunctionName: nobody}
    """
    assert deploy(text) == ("ROLLBACK_COMPLETE", {})
    assert "Broken" in reasons(stacks)
    assert "QueueUrls" not in boto3.client("sqs").list_queues()
    with pytest.raises(ClientError, match="can not be updated"):
        stacks.update_stack(StackName="s", TemplateBody=text)


@pytest.mark.proves(
    "CloudFormation", "Types and properties that the lab lacks make the stack fail", kind="real"
)
def test_what_the_lab_lacks_fails_by_name(stacks, deploy):
    text = "Resources: {Q: {Type: AWS::SQS::Queue}, E: {Type: AWS::EMR::Cluster, DependsOn: Q}}"
    assert deploy(text) == ("ROLLBACK_COMPLETE", {})
    assert reasons(stacks)["E"].startswith("This lab does not make resources of type AWS::EMR")
    assert "QueueUrls" not in boto3.client("sqs").list_queues()
    settings = "{AccelerateConfiguration: {AccelerationStatus: Enabled}}"
    text = "Resources: {B: {Type: AWS::S3::Bucket, Properties: " + settings + "}}"
    assert deploy(text, "t") == ("ROLLBACK_COMPLETE", {})
    assert "This lab does not make the property Accel" in reasons(stacks, "t")["B"]


@pytest.mark.proves(
    "CloudFormation", "Properties are checked against the service's schemas", kind="real"
)
@pytest.mark.parametrize(
    ("resource", "says"),
    [
        ("{Type: AWS::Logs::LogGroup, Properties: {Odd: 1}}", "extraneous key [Odd]"),
        ("{Type: AWS::KMS::Alias, Properties: {AliasName: alias/a}}", "required key [TargetKeyId]"),
        ("{Type: AWS::S3::Bucket, Properties: {VersioningConfiguration: {State: On}}}",
         "#/VersioningConfiguration: required key [Status] not found"),
    ],
)  # fmt: skip
def test_properties_that_a_type_does_not_have_fail_the_stack(stacks, deploy, resource, says):
    assert deploy("Resources: {R: " + resource + "}")[0] == "ROLLBACK_COMPLETE"
    assert says in reasons(stacks)["R"]


@pytest.mark.proves(
    "CloudFormation", "Wrong templates are refused before anything is made", kind="real"
)
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Resources: {Q: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref No}}}",
         "dependencies"),
        ("Resources: {A: {Type: AWS::SQS::Queue, DependsOn: B}, "
         "B: {Type: AWS::SQS::Queue, DependsOn: A}}", "Circular dependency"),
        ("Parameters: {P: {Type: String}}\nResources: {Q: {Type: AWS::SQS::Queue}}", "must have"),
        ("Resources: {}", "At least one Resources member"),
        ("a: [", "not well-formed"),
        ("Resources: {Q: {Type: AWS::Nope::Thing}}", "Unrecognized resource types"),
        ("Resources: {Q: {Properties: {}}}", "Type member"),
        ("Bogus: 1\nResources: {Q: {Type: AWS::SQS::Queue}}", "Invalid template property"),
    ],
)  # fmt: skip
def test_wrong_templates_are_refused(stacks, text, says):
    with pytest.raises(ClientError, match=says) as refused:
        stacks.create_stack(StackName="s", TemplateBody=text)
    assert refused.value.response["Error"]["Code"] == "ValidationError"
    assert stacks.list_stacks()["StackSummaries"] == []


def test_roles_need_a_capability(stacks):
    with pytest.raises(ClientError, match="CAPABILITY_IAM") as refused:
        stacks.create_stack(StackName="s", TemplateBody=PIPELINE)
    assert refused.value.response["Error"]["Code"] == "InsufficientCapabilitiesException"


TOPIC = "Resources: {T: {Type: AWS::SNS::Topic, Properties: {TopicName: %s}}, %s}"
QUEUE = "Resources: {Q: {Type: AWS::SQS::Queue, Properties: {%s}}}"


@pytest.mark.proves(
    "CloudFormation", "Updates: in place, by a new resource, rolled back", kind="real"
)
def test_updates_change_in_place_or_replace(stacks, deploy):
    _, before = deploy(QUEUE % "VisibilityTimeout: 10")
    stacks.update_stack(StackName="s", TemplateBody=QUEUE % "VisibilityTimeout: 20")
    assert (status(stacks), ids(stacks)) == ("UPDATE_COMPLETE", before)
    sqs = boto3.client("sqs")
    found = sqs.get_queue_attributes(QueueUrl=before["Q"], AttributeNames=["All"])["Attributes"]
    assert found["VisibilityTimeout"] == "20"
    text = QUEUE % "VisibilityTimeout: 20, QueueName: other"
    stacks.update_stack(StackName="s", TemplateBody=text)
    assert sqs.list_queues()["QueueUrls"] == [ids(stacks)["Q"]]
    with pytest.raises(ClientError, match="No updates are to be performed"):
        stacks.update_stack(StackName="s", TemplateBody=text)


def test_a_failed_update_goes_back_to_what_was(stacks, deploy):
    _, before = deploy(QUEUE % "VisibilityTimeout: 10")
    broken = QUEUE % "VisibilityTimeout: 20" + "\n"
    broken = broken.replace("}}}\n", "}}, E: {Type: AWS::EMR::Cluster, DependsOn: Q}}")
    stacks.update_stack(StackName="s", TemplateBody=broken)
    assert (status(stacks), ids(stacks)) == ("UPDATE_ROLLBACK_COMPLETE", before)
    found = boto3.client("sqs").get_queue_attributes(QueueUrl=before["Q"], AttributeNames=["All"])
    assert found["Attributes"]["VisibilityTimeout"] == "10"


@pytest.mark.parametrize("policy", ["Retain", "Delete"])
def test_what_a_replacement_leaves_behind_is_said_by_its_policy(stacks, deploy, policy):
    def table(key):
        return json.dumps({"Resources": {"T": {
            "Type": "AWS::DynamoDB::Table",
            "UpdateReplacePolicy": policy,
            "DeletionPolicy": "Retain",
            "Properties": {
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}],
            },
        }}})  # fmt: skip

    tables = boto3.client("dynamodb")
    deploy(table("old"))
    (old,) = tables.list_tables()["TableNames"]
    stacks.update_stack(StackName="s", TemplateBody=table("new"))
    left = tables.list_tables()["TableNames"]
    assert (old in left) == (policy == "Retain")
    assert len(left) == (2 if policy == "Retain" else 1)


def test_a_named_resource_is_not_replaced(stacks, deploy):
    properties = "Properties: {Name: n, RetentionPeriodHours: %d}"
    text = "Resources: {T: {Type: AWS::Kinesis::Stream, " + properties + "}}"
    deploy(text % 24)
    stacks.update_stack(StackName="s", TemplateBody=text % 48)
    assert status(stacks) == "UPDATE_ROLLBACK_COMPLETE"
    assert "custom-named resource requires replacing" in reasons(stacks)["T"]


@pytest.mark.proves(
    "CloudFormation", "Change sets say what would change, with replacement", kind="real"
)
def test_a_change_set_tells_before_it_does(stacks, deploy):
    deploy(QUEUE % "VisibilityTimeout: 10")
    more = "VisibilityTimeout: 20}}, T: {Type: AWS::SNS::Topic, Properties: {DisplayName: x"
    stacks.create_change_set(StackName="s", ChangeSetName="c", TemplateBody=QUEUE % more)
    found = stacks.describe_change_set(StackName="s", ChangeSetName="c")
    changes = [change["ResourceChange"] for change in found["Changes"]]
    told = {c["LogicalResourceId"]: (c["Action"], c.get("Replacement")) for c in changes}
    assert told == {"Q": ("Modify", "False"), "T": ("Add", None)}
    assert "T" not in ids(stacks)
    stacks.execute_change_set(StackName="s", ChangeSetName="c")
    assert status(stacks) == "UPDATE_COMPLETE"
    assert "T" in ids(stacks)
    stacks.create_change_set(StackName="s", ChangeSetName="d", TemplateBody=QUEUE % more)
    assert stacks.describe_change_set(StackName="s", ChangeSetName="d")["Status"] == "FAILED"


@pytest.mark.proves("CloudFormation", "Exports are imported, and kept while they are", kind="real")
def test_exports_bind_stacks_together(stacks, deploy):
    deploy(
        QUEUE % "QueueName: q" + "\nOutputs: {O: {Value: !GetAtt Q.Arn, Export: {Name: arn}}}", "a"
    )
    properties = "Properties: {Type: String, Value: !ImportValue arn}"
    text = "Resources: {P: {Type: AWS::SSM::Parameter, " + properties + "}}"
    _, names = deploy(text, "b")
    value = boto3.client("ssm").get_parameter(Name=names["P"])["Parameter"]["Value"]
    assert value == stacks.list_exports()["Exports"][0]["Value"]
    stacks.delete_stack(StackName="a")
    found = stacks.describe_stacks(StackName="a")["Stacks"][0]
    assert (found["StackStatus"], "in use by b" in found["StackStatusReason"]) == (
        "DELETE_FAILED",
        True,
    )
    stacks.delete_stack(StackName="b")
    stacks.delete_stack(StackName="a")
    with pytest.raises(ClientError, match="does not exist"):
        stacks.describe_stacks(StackName="a")


@pytest.mark.proves(
    "CloudFormation", "Deleting: DeletionPolicy Retain; a full bucket stops it", kind="real"
)
def test_delete_keeps_what_is_retained_and_stops_at_a_full_bucket(stacks, deploy):
    text = """
    Resources:
      B: {Type: AWS::S3::Bucket}
      K: {Type: AWS::SQS::Queue, DeletionPolicy: Retain}
    """
    _, names = deploy(text)
    s3 = boto3.client("s3")
    s3.put_object(Bucket=names["B"], Key="k", Body="x")
    stacks.delete_stack(StackName="s")
    assert status(stacks) == "DELETE_FAILED"
    assert "BucketNotEmpty" in reasons(stacks)["B"]
    s3.delete_object(Bucket=names["B"], Key="k")
    stacks.delete_stack(StackName="s")
    assert boto3.client("sqs").list_queues()["QueueUrls"] == [names["K"]]
    assert names["B"] not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]


SAM = """
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.13}}
Resources:
  Bucket: {Type: AWS::S3::Bucket}
  Queue: {Type: AWS::SQS::Queue}
  Stream: {Type: AWS::Kinesis::Stream}
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Handler: index.handler
      InlineCode: |
        def handler(event, context):
            return {"statusCode": 200, "body": "hello"}
      Policies:
        - AWSLambdaBasicExecutionRole
        - SQSPollerPolicy: {QueueName: !GetAtt Queue.QueueName}
      Events:
        File: {Type: S3, Properties: {Bucket: !Ref Bucket, Events: s3:ObjectCreated:*}}
        Message: {Type: SQS, Properties: {Queue: !GetAtt Queue.Arn}}
        Record:
          Type: Kinesis
          Properties: {Stream: !GetAtt Stream.Arn, StartingPosition: TRIM_HORIZON}
        Hourly: {Type: Schedule, Properties: {Schedule: rate(1 hour)}}
        Order: {Type: EventBridgeRule, Properties: {Pattern: {source: [shop]}}}
        Page: {Type: Api, Properties: {Path: /hello, Method: get}}
        Site: {Type: HttpApi, Properties: {Path: /there, Method: get}}
"""


@pytest.mark.proves(
    "SAM", "A function with events: S3, SQS, Kinesis, Schedule, rule, Api, HttpApi", kind="real"
)
def test_sam_events_reach_the_function(aws, stacks, deploy):
    made, names = deploy(SAM, Capabilities=[*IAM, "CAPABILITY_AUTO_EXPAND"])
    assert (made, reasons(stacks)) == ("CREATE_COMPLETE", {})
    boto3.client("s3").put_object(Bucket=names["Bucket"], Key="k", Body="x")
    boto3.client("sqs").send_message(QueueUrl=names["Queue"], MessageBody="m")
    boto3.client("kinesis").put_record(StreamName=names["Stream"], Data=b"x", PartitionKey="1")
    aws.run_event_sources()
    aws.clock.move(hours=1)
    boto3.client("events").put_events(
        Entries=[{"Source": "shop", "DetailType": "order", "Detail": "{}"}]
    )
    region = "execute-api.us-east-1.amazonaws.com"
    rest = requests.get(f"https://{names['ServerlessRestApi']}.{region}/Prod/hello", timeout=9)
    http = requests.get(f"https://{names['ServerlessHttpApi']}.{region}/there", timeout=9)
    assert (rest.text, http.text) == ("hello", "hello")
    assert len(aws.invocations) == 7
    assert all(run.ok for run in aws.invocations)


def test_sam_says_what_is_wrong(stacks):
    text = (
        "Transform: AWS::Serverless-2016-10-31\nResources: {F: {Type: AWS::Serverless::Function}}"
    )
    with pytest.raises(ClientError, match="Invalid Serverless Application Specification"):
        stacks.create_stack(
            StackName="s", TemplateBody=text, Capabilities=[*IAM, "CAPABILITY_AUTO_EXPAND"]
        )


def test_a_stack_makes_its_resources_in_its_own_region(aws):
    stacks = boto3.client("cloudformation", region_name="eu-west-1")
    stacks.create_stack(
        StackName="far",
        TemplateBody=json.dumps(
            {
                "Resources": {
                    "Queue": {"Type": "AWS::SQS::Queue"},
                    "Bucket": {"Type": "AWS::S3::Bucket"},
                }
            }
        ),
    )
    made = stacks.describe_stack_resources(StackName="far")["StackResources"]
    names = {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in made}
    there = boto3.client("sqs", region_name="eu-west-1").list_queues()["QueueUrls"]
    assert there == [names["Queue"]]
    assert "QueueUrls" not in boto3.client("sqs").list_queues()
    place = boto3.client("s3").get_bucket_location(Bucket=names["Bucket"])
    assert place["LocationConstraint"] == "eu-west-1"


@pytest.mark.proves(
    "CloudFormation",
    "cfn-lint's findings as a table (templates.lint)",
    kind="model",
    note="cfn-lint's rules and schemas, not the service.",
)
def test_lint_shows_findings():
    found = templates.lint(
        "Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties: {Bucketname: x}\n"
    )
    assert list(found.columns) == ["rule", "level", "line", "message"]
    [error] = found[found["level"] == "error"].to_dict("records")
    assert (error["rule"], error["line"]) == ("E3002", 4)
    clean = templates.lint("Resources:\n  T:\n    Type: AWS::SNS::Topic\n")
    assert "error" not in list(clean["level"])


@pytest.mark.proves(
    "CloudFormation", "Drift, stack sets, stack policies, macros, nested stacks", kind="not here"
)
def test_what_is_missing_is_refused_by_name(stacks, deploy):
    with pytest.raises(LabLimit, match="drift"):
        stacks.detect_stack_drift(StackName="s")
    with pytest.raises(LabLimit, match="create_stack_set"):
        stacks.create_stack_set(StackSetName="s")
    with pytest.raises(LabLimit, match="transform"):
        deploy("Transform: Mine\nResources: {Q: {Type: AWS::SQS::Queue}}")
    made, _ = deploy("Resources: {N: {Type: AWS::CloudFormation::Stack}}")
    assert made == "ROLLBACK_COMPLETE"


@pytest.mark.parametrize(
    ("name", "template", "said"),
    [
        ("a_b", "Resources: {A: {Type: AWS::SQS::Queue}}", "at 'stackName' failed to satisfy"),
        (
            "a",
            "Resources: {A: {Type: AWS::SQS::Queue, DependsOn: B}}",
            r"Unresolved resource dependencies \[B\] in the Resources block",
        ),
        (
            "a",
            "AWSTemplateFormatVersion: 2011-01-01\nResources: {A: {Type: AWS::SQS::Queue}}",
            "2011-01-01 is not a supported value for AWSTemplateFormatVersion",
        ),
    ],
)
def test_names_dependencies_and_versions_are_checked(stacks, name, template, said):
    with pytest.raises(ClientError, match=said):
        stacks.create_stack(StackName=name, TemplateBody=template)
    assert stacks.describe_stacks()["Stacks"] == []
