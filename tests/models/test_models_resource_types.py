"""The table of CloudFormation's types: what a template's properties become."""

import botocore.session
import pytest

from dealab.models import resource_types
from dealab.models.resource_types import calls, fit, kinds
from dealab.models.templates import NotInLab

FACTS = {"region": "us-east-1", "account": "111122223333"}


def facts(p: dict, **more) -> dict:
    return {**FACTS, "p": p, **more}


@pytest.mark.parametrize("name", kinds())
def test_every_call_of_the_table_is_one_of_its_service(name):
    kind = kinds()[name]
    told = botocore.session.get_session().get_service_model(kind.service)
    known = {botocore.xform_name(operation) for operation in told.operation_names}
    wanted = [kind.operation] if kind.operation else []
    for steps in (kind.then, kind.update or [], kind.delete):
        wanted += list(steps) if isinstance(steps, dict) else [step["call"] for step in steps]
    assert set(wanted) <= known


def test_parameters_come_from_properties_by_name_rename_and_shape():
    key = kinds()["AWS::KMS::Key"]
    given = {"KeyPolicy": {"a": 1}, "EnableKeyRotation": True, "Tags": [{"Key": "k", "Value": "v"}]}
    assert key.parameters(facts(given)) == {
        "Policy": {"a": 1},
        "Tags": [{"TagKey": "k", "TagValue": "v"}],
    }


def test_what_is_not_there_is_left_out():
    stream = kinds()["AWS::Kinesis::Stream"]
    assert stream.parameters(facts({"Name": "s"})) == {"StreamName": "s", "ShardCount": 1}
    bucket = kinds()["AWS::S3::Bucket"]
    assert bucket.parameters(facts({"BucketName": "b"})) == {"Bucket": "b"}
    far = bucket.parameters(facts({"BucketName": "b"}, elsewhere="eu-west-1"))
    assert far["CreateBucketConfiguration"] == {"LocationConstraint": "eu-west-1"}


def test_calls_that_follow_depend_on_properties():
    policy = kinds()["AWS::IAM::Policy"]
    p = {"PolicyName": "n", "PolicyDocument": {}, "Roles": ["a", "b"], "Users": ["c"]}
    found = [(name, params) for name, params in calls(policy.then, facts(p, id="n"))]
    assert [name for name, _ in found] == ["put_role_policy"] * 2 + ["put_user_policy"]
    assert [params.get("RoleName") for _, params in found] == ["a", "b", None]
    stream = kinds()["AWS::Kinesis::Stream"]
    assert list(calls(stream.then, facts({"RetentionPeriodHours": "24"}, id="s"))) == []
    [(_, longer)] = calls(stream.then, facts({"RetentionPeriodHours": "48"}, id="s"))
    assert longer == {"StreamName": "s", "RetentionPeriodHours": 48}


def test_what_can_change_in_place():
    table = kinds()["AWS::DynamoDB::Table"]
    old = {"TableName": "t", "BillingMode": "PROVISIONED", "KeySchema": [1]}
    assert table.changes_in_place(old, old | {"BillingMode": "PAY_PER_REQUEST"})
    assert not table.changes_in_place(old, old | {"KeySchema": [2]})
    alarm = kinds()["AWS::CloudWatch::Alarm"]
    assert not alarm.changes_in_place({"AlarmName": "a"}, {"AlarmName": "b"})


def test_unknown_properties_are_refused():
    with pytest.raises(NotInLab, match="LoggingConfiguration"):
        kinds()["AWS::S3::Bucket"].parameters(facts({"LoggingConfiguration": {}}))


def test_values_are_made_to_fit_a_call():
    model = botocore.session.get_session().get_service_model("sqs")
    shape = model.operation_model("CreateQueue").input_shape
    asked = {"queueName": 5, "attributes": {"FifoQueue": True}}
    assert fit(asked, shape, "create_queue") == {
        "QueueName": "5",
        "Attributes": {"FifoQueue": "true"},
    }
    with pytest.raises(NotInLab, match="Nothing"):
        fit({"Nothing": 1}, shape, "create_queue")
    assert resource_types.fit({"Nothing": 1}, shape, "create_queue", only=True) == {}
