"""Secrets Manager's rotation and Parameter Store."""

import json
from datetime import timedelta

import boto3
import pytest
from botocore.exceptions import ClientError

from dealab.cloud import start_aws, zip_handler

ROTATES = """
import boto3, os

def handler(event, context):
    client = boto3.client("secretsmanager")
    arn, token, step = event["SecretId"], event["ClientRequestToken"], event["Step"]
    print("step", step)
    if os.environ.get("FAILS") == step:
        raise RuntimeError("the database said no")
    if step == "createSecret":
        try:
            client.get_secret_value(SecretId=arn, VersionId=token, VersionStage="AWSPENDING")
        except client.exceptions.ResourceNotFoundException:
            client.put_secret_value(
                SecretId=arn, ClientRequestToken=token, SecretString="new " + token,
                VersionStages=["AWSPENDING"],
            )
    if step == "finishSecret":
        versions = client.describe_secret(SecretId=arn)["VersionIdsToStages"]
        current = next(one for one, labels in versions.items() if "AWSCURRENT" in labels)
        client.update_secret_version_stage(
            SecretId=arn, VersionStage="AWSCURRENT", MoveToVersionId=token,
            RemoveFromVersionId=current,
        )
"""


def refused(call, code):
    with pytest.raises(ClientError) as error:
        call()
    assert error.value.response["Error"]["Code"] == code
    return error.value.response["Error"]["Message"]


@pytest.fixture
def aws():
    lab = start_aws(at="2026-03-02T09:00")
    yield lab
    lab.stop()


@pytest.fixture
def secrets(aws):
    client = boto3.client("secretsmanager")
    client.create_secret(Name="db", SecretString="old")
    return client


@pytest.fixture
def function(aws):
    made = boto3.client("lambda").create_function(
        FunctionName="rotate",
        Role=aws.role,
        Handler="handler.handler",
        Runtime="python3.13",
        Code={"ZipFile": zip_handler(ROTATES)},
    )
    return made["FunctionArn"]


def fail_at(step):
    boto3.client("lambda").update_function_configuration(
        FunctionName="rotate", Environment={"Variables": {"FAILS": step}}
    )


def value(secrets, stage="AWSCURRENT"):
    return secrets.get_secret_value(SecretId="db", VersionStage=stage)["SecretString"]


@pytest.mark.proves(
    "Secrets Manager",
    "Rotation runs its Lambda in four steps and moves the staging labels",
    kind="real",
)
def test_a_rotation_runs_its_function(aws, secrets, function):
    answer = secrets.rotate_secret(SecretId="db", RotationLambdaARN=function)
    steps = [run.event["Step"] for run in aws.invocations]
    assert steps == ["createSecret", "setSecret", "testSecret", "finishSecret"]
    assert value(secrets) == "new " + answer["VersionId"]
    assert secrets.get_secret_value(SecretId="db")["SecretString"] == value(secrets)
    assert value(secrets, "AWSPREVIOUS") == "old"
    refused(lambda: value(secrets, "AWSPENDING"), "ResourceNotFoundException")
    versions = secrets.describe_secret(SecretId="db")["VersionIdsToStages"]
    assert sorted(versions.values()) == [["AWSCURRENT"], ["AWSPREVIOUS"]]
    first = value(secrets)
    secrets.rotate_secret(SecretId="db")
    assert value(secrets, "AWSPREVIOUS") == first
    assert len(secrets.list_secret_version_ids(SecretId="db")["Versions"]) == 2


@pytest.mark.proves(
    "Secrets Manager", "A failed rotation keeps the old value and is tried again", kind="real"
)
def test_a_failed_rotation_keeps_the_old_value(aws, secrets, function):
    fail_at("testSecret")
    answer = secrets.rotate_secret(SecretId="db", RotationLambdaARN=function)
    assert [run.event["Step"] for run in aws.invocations][-1] == "testSecret"
    assert value(secrets) == "old"
    assert value(secrets, "AWSPENDING") == "new " + answer["VersionId"]
    assert "LastRotatedDate" not in secrets.describe_secret(SecretId="db")
    fail_at("")
    words = refused(lambda: secrets.rotate_secret(SecretId="db"), "InvalidRequestException")
    assert words == "A previous rotation isn't complete. That rotation will be reattempted."
    assert value(secrets) == "new " + answer["VersionId"]


@pytest.mark.proves("Secrets Manager", "Rotation schedules on the lab's clock", kind="real")
@pytest.mark.parametrize(
    ("rules", "days", "dates"),
    [
        ({"AutomaticallyAfterDays": 30}, 61, ["04-01", "05-01"]),
        ({"ScheduleExpression": "rate(10 days)"}, 21, ["03-12", "03-22"]),
        ({"ScheduleExpression": "cron(0 8 1 * ? *)"}, 61, ["04-01", "05-01"]),
    ],
)
def test_a_secret_rotates_by_its_schedule(aws, secrets, function, rules, days, dates):
    secrets.rotate_secret(SecretId="db", RotationLambdaARN=function, RotationRules=rules)
    assert secrets.describe_secret(SecretId="db")["RotationRules"] == rules
    first = value(secrets)
    assert [f"{moment:%m-%d}" for moment in aws.clock.move(days=days)] == dates
    assert len(aws.invocations) == 12
    assert value(secrets) != first
    secrets.cancel_rotate_secret(SecretId="db")
    aws.clock.move(days=90)
    assert len(aws.invocations) == 12


@pytest.mark.parametrize(
    "expression",
    ["rate(3 hours)", "rate(300 minutes)", "cron(30 8 * * ? *)", "cron(0 8,9 * * ? *)"],
)
def test_a_rotation_comes_on_the_hour_and_at_most_every_four(secrets, function, expression):
    # https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html
    ask = {"SecretId": "db", "RotationLambdaARN": function}
    rules = {"ScheduleExpression": expression}
    refused(lambda: secrets.rotate_secret(**ask, RotationRules=rules), "InvalidParameterException")
    secrets.rotate_secret(**ask, RotationRules={"ScheduleExpression": "rate(4 hours)"})


def test_a_rate_in_days_begins_at_midnight(aws, secrets, function):
    rules = {"ScheduleExpression": "rate(10 days)"}
    secrets.rotate_secret(SecretId="db", RotationLambdaARN=function, RotationRules=rules)
    coming = secrets.describe_secret(SecretId="db")["NextRotationDate"]
    assert (coming.hour, coming.minute) == (0, 0)
    assert coming <= aws.clock.now() + timedelta(days=10)


def test_a_rotation_needs_a_function_that_exists(aws, secrets):
    words = refused(lambda: secrets.rotate_secret(SecretId="db"), "InvalidRequestException")
    assert words == "No Lambda rotation function ARN is associated with this secret."
    arn = "arn:aws:lambda:us-east-1:111122223333:function:none"
    ask = {"SecretId": "db", "RotationLambdaARN": arn}
    refused(lambda: secrets.rotate_secret(**ask), "ResourceNotFoundException")


@pytest.mark.parametrize("change", ["put_secret_value", "update_secret"])
def test_a_new_value_by_hand_counts_as_a_rotation(aws, secrets, function, change):
    rules = {"AutomaticallyAfterDays": 30}
    secrets.rotate_secret(SecretId="db", RotationLambdaARN=function, RotationRules=rules)
    aws.clock.move(days=10)
    staged = {"VersionStages": ["MINE"]} if change == "put_secret_value" else None
    if staged:  # not the current value
        secrets.put_secret_value(SecretId="db", SecretString="side", **staged)
        moment = secrets.describe_secret(SecretId="db")["NextRotationDate"]
        assert (moment - aws.clock.now()).days == 20
    getattr(secrets, change)(SecretId="db", SecretString="by hand")
    moment = secrets.describe_secret(SecretId="db")["NextRotationDate"]
    assert (moment - aws.clock.now()).days == 30
    runs = len(aws.invocations)
    aws.clock.move(days=29)
    assert (len(aws.invocations), value(secrets)) == (runs, "by hand")
    aws.clock.move(days=1)
    assert len(aws.invocations) == runs + 4


def test_a_policy_for_everybody_can_be_blocked(aws, secrets):
    statement = {"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:GetSecretValue",
                 "Resource": "*"}  # fmt: skip
    asked = {"SecretId": "db", "BlockPublicPolicy": True}

    def document():
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    def put():
        secrets.put_resource_policy(ResourcePolicy=document(), **asked)

    refused(put, "PublicPolicyException")
    assert "ResourcePolicy" not in secrets.get_resource_policy(SecretId="db")
    statement["Principal"] = {"AWS": ["*"]}
    refused(put, "PublicPolicyException")
    statement["Condition"] = {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}
    put()
    assert secrets.get_resource_policy(SecretId="db")["ResourcePolicy"] == document()


def test_a_trial_without_rotation_only_tests(aws, secrets, function):
    secrets.rotate_secret(
        SecretId="db",
        RotationLambdaARN=function,
        RotationRules={"AutomaticallyAfterDays": 7},
        RotateImmediately=False,
    )
    assert [run.event["Step"] for run in aws.invocations] == ["testSecret"]
    assert value(secrets) == "old"
    refused(lambda: value(secrets, "AWSPENDING"), "ResourceNotFoundException")


@pytest.mark.proves("Secrets Manager", "Deletion window on the clock, and restore", kind="real")
def test_a_deleted_secret_can_be_restored_until_its_day(aws, secrets):
    secrets.delete_secret(SecretId="db", RecoveryWindowInDays=7)
    refused(lambda: value(secrets), "InvalidRequestException")
    secrets.restore_secret(SecretId="db")
    aws.clock.move(days=8)
    assert value(secrets) == "old"
    secrets.delete_secret(SecretId="db", RecoveryWindowInDays=7)
    aws.clock.move(days=7)
    refused(lambda: value(secrets), "ResourceNotFoundException")


@pytest.mark.proves("Secrets Manager", "Resource policies and replicas", kind="real")
def test_a_resource_policy_shares_a_secret(aws, secrets):
    arn = secrets.describe_secret(SecretId="db")["ARN"]
    far = aws.session("444455556666").client("secretsmanager")
    aws.enforce_permissions()
    refused(lambda: far.get_secret_value(SecretId=arn), "AccessDeniedException")
    share = {
        "Effect": "Allow",
        "Principal": {"AWS": "444455556666"},
        "Action": "secretsmanager:GetSecretValue",
        "Resource": "*",
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": share})
    secrets.put_resource_policy(SecretId="db", ResourcePolicy=document)
    assert far.get_secret_value(SecretId=arn)["SecretString"] == "old"
    refused(lambda: far.put_secret_value(SecretId=arn, SecretString="x"), "AccessDeniedException")
    secrets.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[{"Region": "eu-west-1"}])
    replica = boto3.client("secretsmanager", "eu-west-1")
    assert replica.get_secret_value(SecretId="db")["SecretString"] == "old"
    secrets.put_secret_value(SecretId="db", SecretString="newer")
    assert replica.get_secret_value(SecretId="db")["SecretString"] == "newer"


@pytest.fixture
def ssm(aws):
    return boto3.client("ssm")


@pytest.mark.proves(
    "Parameter Store",
    "SecureString under KMS: ciphertext without decryption, and a disabled key locks it",
    kind="real",
)
def test_a_secure_string_needs_its_key(aws, ssm):
    kms = boto3.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    ssm.put_parameter(Name="/db/password", Value="s3cret", Type="SecureString", KeyId=key)
    hidden = ssm.get_parameter(Name="/db/password")["Parameter"]["Value"]
    assert "s3cret" not in hidden
    assert len(hidden) > 40
    ask = {"Name": "/db/password", "WithDecryption": True}
    assert ssm.get_parameter(**ask)["Parameter"]["Value"] == "s3cret"
    iam = boto3.client("iam")
    iam.create_user(UserName="ann")
    document = {"Effect": "Allow", "Action": "ssm:*", "Resource": "*"}
    iam.put_user_policy(
        UserName="ann",
        PolicyName="p",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": document}),
    )
    ann = aws.session(key=iam.create_access_key(UserName="ann")).client("ssm")
    aws.enforce_permissions()
    assert ann.get_parameter(Name="/db/password")
    assert "kms:Decrypt" in refused(lambda: ann.get_parameter(**ask), "AccessDeniedException")
    kms.disable_key(KeyId=key)
    refused(lambda: ssm.get_parameter(**ask), "InvalidKeyId")
    bad = {"Name": "/x", "Value": "x", "Type": "SecureString", "KeyId": "alias/none"}
    refused(lambda: ssm.put_parameter(**bad), "InvalidKeyId")


@pytest.mark.proves(
    "Parameter Store", "Versions, labels, hierarchies and allowed patterns", kind="real"
)
def test_versions_labels_and_paths(ssm):
    ssm.put_parameter(Name="/etl/rows", Value="10", Type="String", AllowedPattern=r"^\d+$")
    refused(
        lambda: ssm.put_parameter(Name="/etl/rows", Value="ten", Overwrite=True),
        "ParameterPatternMismatchException",
    )
    assert ssm.put_parameter(Name="/etl/rows", Value="20", Overwrite=True)["Version"] == 2
    ssm.label_parameter_version(Name="/etl/rows", ParameterVersion=1, Labels=["stable"])
    values = [
        ssm.get_parameter(Name=name)["Parameter"]["Value"]
        for name in ("/etl/rows", "/etl/rows:1", "/etl/rows:stable")
    ]
    assert values == ["20", "10", "10"]
    ssm.put_parameter(Name="/etl/deep/x", Value="1", Type="String")
    flat = ssm.get_parameters_by_path(Path="/etl")["Parameters"]
    deep = ssm.get_parameters_by_path(Path="/etl", Recursive=True)["Parameters"]
    assert ([one["Name"] for one in flat], len(deep)) == (["/etl/rows"], 2)
    refused(
        lambda: ssm.put_parameter(Name="/etl/rows", Value="1", Type="SecureString", Overwrite=True),
        "HierarchyTypeMismatchException",
    )


@pytest.mark.proves(
    "Parameter Store", "Tiers with their sizes; the Expiration policy on the clock", kind="real"
)
def test_tiers_and_expiration(aws, ssm):
    def put(name, size, **more):
        return ssm.put_parameter(Name=name, Value="x" * size, Type="String", **more)["Tier"]

    assert put("/a", 4096) == "Standard"
    refused(lambda: put("/b", 4097), "ValidationException")
    assert put("/b", 4097, Tier="Intelligent-Tiering") == "Advanced"
    assert put("/c", 8192, Tier="Advanced") == "Advanced"
    refused(lambda: put("/d", 8193, Tier="Advanced"), "ValidationException")
    refused(lambda: put("/c", 1, Tier="Standard", Overwrite=True), "ValidationException")
    until = {"Type": "Expiration", "Version": "1.0"}
    until["Attributes"] = {"Timestamp": "2026-03-05T09:00:00.000Z"}
    refused(lambda: put("/e", 1, Policies=json.dumps([until])), "ValidationException")
    put("/e", 1, Tier="Advanced", Policies=json.dumps([until]))
    aws.clock.move(days=2)
    assert ssm.get_parameter(Name="/e")
    aws.clock.move(days=1)
    refused(lambda: ssm.get_parameter(Name="/e"), "ParameterNotFound")


def test_a_parameter_can_refer_to_a_secret(ssm, secrets):
    ask = {"Name": "/aws/reference/secretsmanager/db", "WithDecryption": True}
    assert ssm.get_parameter(**ask)["Parameter"]["Value"] == "old"


def test_a_secret_has_one_value(secrets):
    refused(
        lambda: secrets.create_secret(Name="two", SecretString="a", SecretBinary=b"b"),
        "InvalidParameterException",
    )


@pytest.mark.parametrize(
    ("name", "code"),
    [("a/b", "ValidationException"), ("/x" * 16, "HierarchyLevelLimitExceededException")],
)
def test_names_of_parameters_are_checked(ssm, name, code):
    refused(lambda: ssm.put_parameter(Name=name, Value="1", Type="String"), code)
