"""Config: history from the learner's calls, compliance by rule."""

import json
from types import SimpleNamespace

import boto3
import pytest
from botocore.exceptions import ClientError

from dealab.cloud import start_aws
from dealab.models import config_history
from dealab.sql.errors import LabLimit


@pytest.fixture
def aws():
    lab = start_aws(at="2026-03-02T09:00")
    yield lab
    lab.stop()


@pytest.fixture
def config(aws):
    client = boto3.client("config")
    client.put_configuration_recorder(
        ConfigurationRecorder={"name": "default", "roleARN": aws.role}
    )
    boto3.client("s3").create_bucket(Bucket="logs-of-config")
    client.put_delivery_channel(
        DeliveryChannel={"name": "default", "s3BucketName": "logs-of-config"}
    )
    return client


def record(config):
    config.start_configuration_recorder(ConfigurationRecorderName="default")


def rule(config, identifier, **parameters):
    name = identifier.lower()
    config.put_config_rule(
        ConfigRule={
            "ConfigRuleName": name,
            "Source": {"Owner": "AWS", "SourceIdentifier": identifier},
            "InputParameters": json.dumps(parameters),
        }
    )
    return name


def details(config, name):
    rows = config.get_compliance_details_by_config_rule(ConfigRuleName=name)["EvaluationResults"]
    return {
        row["EvaluationResultIdentifier"]["EvaluationResultQualifier"]["ResourceId"]: (
            row["ComplianceType"],
            row.get("Annotation", ""),
        )
        for row in rows
    }


@pytest.mark.proves(
    "Config", "History of configuration items from the learner's calls", kind="model"
)
def test_each_change_makes_an_item(aws, config):
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="lake")
    record(config)
    aws.clock.move(hours=1)
    on = {"Status": "Enabled"}
    s3.put_bucket_versioning(Bucket="lake", VersioningConfiguration=on)
    s3.list_objects_v2(Bucket="lake")
    aws.clock.move(hours=1)
    s3.put_bucket_tagging(Bucket="lake", Tagging={"TagSet": [{"Key": "team", "Value": "data"}]})
    with pytest.raises(ClientError):
        s3.put_bucket_versioning(Bucket="not-there", VersioningConfiguration=on)
    aws.clock.move(hours=1)
    s3.delete_bucket(Bucket="lake")
    ask = {"resourceType": "AWS::S3::Bucket", "resourceId": "lake"}
    items = config.get_resource_config_history(**ask)["configurationItems"]
    told = [
        (one["configurationItemStatus"], one["configurationItemCaptureTime"].hour) for one in items
    ]
    assert told == [("ResourceDeleted", 12), ("OK", 11), ("OK", 10), ("ResourceDiscovered", 9)]
    assert items[1]["tags"] == {"team": "data"}
    assert json.loads(items[2]["configuration"])["BucketVersioningConfiguration"] == on
    assert items[2]["tags"] == {}
    page = config.get_resource_config_history(**ask, limit=3, chronologicalOrder="Forward")
    assert len(page["configurationItems"]) == 3
    rest = config.get_resource_config_history(
        **ask, limit=3, chronologicalOrder="Forward", nextToken=page["nextToken"]
    )
    assert rest["configurationItems"][0]["configurationItemStatus"] == "ResourceDeleted"
    ask["resourceId"] = "unknown"
    with pytest.raises(ClientError, match="ResourceNotDiscoveredException"):
        config.get_resource_config_history(**ask)


def test_nothing_is_recorded_before_the_start_and_after_the_stop(aws, config):
    s3, ask = boto3.client("s3"), {"resourceType": "AWS::S3::Bucket", "resourceId": "lake"}
    s3.create_bucket(Bucket="lake")
    with pytest.raises(ClientError, match="ResourceNotDiscoveredException"):
        config.get_resource_config_history(**ask)
    record(config)
    assert len(config.get_resource_config_history(**ask)["configurationItems"]) == 1
    config.stop_configuration_recorder(ConfigurationRecorderName="default")
    s3.put_bucket_versioning(Bucket="lake", VersioningConfiguration={"Status": "Enabled"})
    assert len(config.get_resource_config_history(**ask)["configurationItems"]) == 1


@pytest.mark.proves(
    "Config", "Managed rules: public buckets, versioning, key rotation, required tags", kind="model"
)
def test_rules_follow_the_settings(aws, config):
    record(config)
    s3, kms = boto3.client("s3"), boto3.client("kms")
    s3.create_bucket(Bucket="lake")
    public = rule(config, "S3_BUCKET_PUBLIC_READ_PROHIBITED")
    assert details(config, public)["lake"] == ("COMPLIANT", "")
    allow = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:Get*",
        "Resource": "arn:aws:s3:::lake/*",
    }
    document = {"Version": "2012-10-17", "Statement": allow}
    s3.delete_public_access_block(Bucket="lake")
    s3.put_bucket_policy(Bucket="lake", Policy=json.dumps(document))
    kind, why = details(config, public)["lake"]
    assert (kind, "allows s3:GetObject to everybody" in why) == ("NON_COMPLIANT", True)
    told = config.describe_compliance_by_config_rule(ConfigRuleNames=[public])
    assert told["ComplianceByConfigRules"][0]["Compliance"] == {"ComplianceType": "NON_COMPLIANT"}
    allow["Condition"] = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
    s3.put_bucket_policy(Bucket="lake", Policy=json.dumps(document))
    assert details(config, public)["lake"][0] == "COMPLIANT"
    rules = {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}
    s3.put_bucket_ownership_controls(Bucket="lake", OwnershipControls=rules)
    s3.put_bucket_acl(Bucket="lake", ACL="public-read")
    assert details(config, public)["lake"][0] == "NON_COMPLIANT"
    block = dict.fromkeys(
        ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
    )
    s3.put_public_access_block(Bucket="lake", PublicAccessBlockConfiguration=block)
    assert details(config, public)["lake"][0] == "COMPLIANT"

    rotation = rule(config, "CMK_BACKING_KEY_ROTATION_ENABLED")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    assert details(config, rotation)[key][0] == "NON_COMPLIANT"
    kms.enable_key_rotation(KeyId=key)
    assert details(config, rotation)[key][0] == "COMPLIANT"

    tags = rule(config, "REQUIRED_TAGS", tag1Key="team", tag1Value="data,web")
    assert details(config, tags)["lake"] == ("NON_COMPLIANT", "The tag team is missing.")
    s3.put_bucket_tagging(Bucket="lake", Tagging={"TagSet": [{"Key": "team", "Value": "ops"}]})
    assert details(config, tags)["lake"][1] == "The tag team has the value ops."
    s3.put_bucket_tagging(Bucket="lake", Tagging={"TagSet": [{"Key": "team", "Value": "web"}]})
    assert details(config, tags)["lake"][0] == "COMPLIANT"


@pytest.mark.proves("Config", "Other managed rules and custom rules", kind="not here")
def test_an_unknown_rule_is_refused_by_the_lab(config):
    name = rule(config, "IAM_PASSWORD_POLICY")
    with pytest.raises(LabLimit, match="IAM_PASSWORD_POLICY"):
        details(config, name)


def test_a_failed_call_changes_nothing():
    call = {"service": "s3", "account": "1", "region": "us-east-1", "time": 0, "response": {}}
    made = SimpleNamespace(operation="CreateBucket", parameters={"Bucket": "b"}, error=None, **call)
    failed = SimpleNamespace(
        operation="DeleteBucket", parameters={"Bucket": "b"}, error=("BucketNotEmpty", ""), **call
    )
    assert [one.status for one in config_history.items([made, failed], 0)] == ["ResourceDiscovered"]
