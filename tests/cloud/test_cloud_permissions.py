"""Permissions enforced on plain boto3 calls."""
# ruff: noqa: E501 (tables and markers read better on one line)

import io
import json
import threading

import boto3
import pytest
import requests
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from dealab import views
from dealab.sql.errors import LabLimit

ACCOUNT, OTHER = "111122223333", "444455556666"


def policy(effect="Allow", action="*", resource="*", **more):
    one = {"Effect": effect, "Action": action, "Resource": resource, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [one]})


def trust(who, action="sts:AssumeRole", **more):
    one = {"Effect": "Allow", "Principal": who, "Action": action, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [one]})


def refused(call, code="AccessDenied"):
    """Return the message of the refusal that ``call`` meets."""
    with pytest.raises(ClientError) as error:
        call()
    assert error.value.response["Error"]["Code"] == code
    return error.value.response["Error"]["Message"]


@pytest.fixture
def lake(aws):
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="lake")
    s3.put_object(Bucket="lake", Key="raw/x", Body=b"hello")
    return s3


@pytest.fixture
def ann(aws):
    """Return a function that gives the user ann one policy and returns a client of hers."""
    iam = boto3.client("iam")
    iam.create_user(UserName="ann")
    session = aws.session(key=iam.create_access_key(UserName="ann"))

    def client(service, document=None):
        if document:
            iam.put_user_policy(UserName="ann", PolicyName="own", PolicyDocument=document)
        return session.client(service)

    return client


@pytest.mark.proves(
    "IAM", "Off until asked for: lessons on other subjects need no policies", kind="real"
)
def test_nothing_is_denied_until_permissions_are_enforced(aws, lake, ann):
    assert ann("s3").get_object(Bucket="lake", Key="raw/x")["Body"].read() == b"hello"
    aws.enforce_permissions()
    words = refused(lambda: ann("s3").get_object(Bucket="lake", Key="raw/x"))
    assert words == (
        f"User: arn:aws:iam::{ACCOUNT}:user/ann is not authorized to perform: s3:GetObject on "
        'resource: "arn:aws:s3:::lake/raw/x" because no identity-based policy allows the '
        "s3:GetObject action"
    )
    aws.enforce_permissions(False)
    assert ann("s3").get_object(Bucket="lake", Key="raw/x")


@pytest.mark.proves(
    "IAM",
    "Calls are decided by the caller's policies and refused in the service's words",
    kind="real",
)
def test_a_user_may_do_what_the_policies_say(aws, lake, ann):
    aws.enforce_permissions()
    client = ann("s3", policy(action=["s3:GetObject", "s3:ListBucket"]))
    assert client.get_object(Bucket="lake", Key="raw/x")["Body"].read() == b"hello"
    assert client.list_objects_v2(Bucket="lake")["KeyCount"] == 1
    refused(lambda: client.put_object(Bucket="lake", Key="new", Body=b""))
    refused(lambda: client.delete_object(Bucket="lake", Key="raw/x"))
    assert refused_code(lambda: client.get_object(Bucket="lake", Key="none")) == "NoSuchKey"


def refused_code(call):
    with pytest.raises(ClientError) as error:
        call()
    return error.value.response["Error"]["Code"]


def test_a_missing_key_is_denied_to_who_may_not_list(aws, lake, ann):
    aws.enforce_permissions()
    client = ann("s3", policy(action="s3:GetObject"))
    assert "s3:ListBucket" in refused(lambda: client.get_object(Bucket="lake", Key="none"))
    assert refused_code(lambda: client.head_object(Bucket="lake", Key="none")) == "403"


# (service, call, action in the message, code)
CALLS = [
    ("sqs", lambda c: c.create_queue(QueueName="q"), "sqs:createqueue", "AccessDenied"),
    ("sns", lambda c: c.create_topic(Name="t"), "SNS:CreateTopic", "AuthorizationError"),
    ("dynamodb", lambda c: c.list_tables(), "dynamodb:ListTables", "AccessDeniedException"),
    ("kinesis", lambda c: c.describe_stream(StreamName="s"), "kinesis:DescribeStream", "AccessDeniedException"),
    ("lambda", lambda c: c.invoke(FunctionName="f"), "lambda:InvokeFunction", "AccessDeniedException"),
    ("glue", lambda c: c.get_table(DatabaseName="d", Name="t"), f"glue:GetTable on resource: arn:aws:glue:us-east-1:{ACCOUNT}:table/d/t", "AccessDeniedException"),
    ("iam", lambda c: c.get_role(RoleName="r"), f"iam:GetRole on resource: arn:aws:iam::{ACCOUNT}:role/r", "AccessDenied"),
    ("secretsmanager", lambda c: c.get_secret_value(SecretId="s"), "secretsmanager:GetSecretValue", "AccessDeniedException"),
    ("ssm", lambda c: c.get_parameter(Name="/a/b"), f"ssm:GetParameter on resource: arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/a/b", "AccessDeniedException"),
    ("athena", lambda c: c.start_query_execution(QueryString="SELECT 1", WorkGroup="w"), f"arn:aws:athena:us-east-1:{ACCOUNT}:workgroup/w", "AccessDeniedException"),
    ("stepfunctions", lambda c: c.start_execution(stateMachineArn=f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:m"), "states:StartExecution", "AccessDeniedException"),
    ("logs", lambda c: c.get_log_events(logGroupName="/g", logStreamName="s"), "log-group:/g:log-stream:s", "AccessDeniedException"),
    ("events", lambda c: c.put_events(Entries=[{"Source": "a", "DetailType": "b", "Detail": "{}"}]), "event-bus/default", "AccessDeniedException"),
    ("firehose", lambda c: c.put_record(DeliveryStreamName="d", Record={"Data": b""}), "deliverystream/d", "AccessDeniedException"),
    ("cloudwatch", lambda c: c.put_metric_data(Namespace="n", MetricData=[]), "cloudwatch:PutMetricData", "AccessDenied"),
]  # fmt: skip


@pytest.mark.parametrize(("service", "call", "words", "code"), CALLS, ids=[row[0] for row in CALLS])
def test_each_service_names_its_action_and_resource(aws, ann, service, call, words, code):
    aws.enforce_permissions()
    assert words in refused(lambda: call(ann(service)), code)


@pytest.mark.proves("IAM", "Services outside the table of actions are not decided", kind="not here")
def test_a_service_outside_the_table_is_refused_by_the_lab(aws, ann):
    aws.enforce_permissions()
    with pytest.raises(LabLimit, match="ec2"):
        ann("ec2", policy()).describe_instances()
    assert boto3.client("ec2").describe_instances()["Reservations"] == []


def test_dynamodb_rows_can_be_limited_to_the_caller(aws, ann):
    boto3.client("dynamodb").create_table(
        TableName="t",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    own = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["${aws:username}"]}}
    aws.enforce_permissions()
    client = ann("dynamodb", policy(action="dynamodb:*", Condition=own))
    client.put_item(TableName="t", Item={"pk": {"S": "ann"}})
    assert client.get_item(TableName="t", Key={"pk": {"S": "ann"}})["Item"]
    code = "AccessDeniedException"
    refused(lambda: client.put_item(TableName="t", Item={"pk": {"S": "bob"}}), code)
    found = {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "bob"}}}
    refused(lambda: client.query(TableName="t", **found), code)
    batch = {"RequestItems": {"t": {"Keys": [{"pk": {"S": "ann"}}, {"pk": {"S": "bob"}}]}}}
    refused(lambda: client.batch_get_item(**batch), code)
    one = {"Statement": "SELECT * FROM t WHERE pk = 'x'"}
    boto3.client("iam").put_user_policy(
        UserName="ann", PolicyName="own", PolicyDocument=policy(action="dynamodb:GetItem")
    )
    assert "dynamodb:PartiQLSelect" in refused(lambda: client.execute_statement(**one), code)


@pytest.mark.proves("IAM", "PassRole is asked for when a role is handed to a service", kind="real")
def test_handing_over_a_role_needs_pass_role(aws, ann):
    aws.enforce_permissions()
    job = {"Name": "j", "Role": "lab-role", "Command": {"Name": "pythonshell"}}
    assert aws.role
    code = "AccessDeniedException"
    words = refused(lambda: ann("glue", policy(action="glue:*")).create_job(**job), code)
    assert "iam:PassRole" in words
    to_lambda = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    both = json.loads(policy(action="glue:*"))
    both["Statement"] += json.loads(policy(action="iam:PassRole", Condition=to_lambda))["Statement"]
    refused(lambda: ann("glue", json.dumps(both)).create_job(**job), code)
    to_lambda["StringEquals"]["iam:PassedToService"] = "glue.amazonaws.com"
    both["Statement"][1]["Condition"] = to_lambda
    assert ann("glue", json.dumps(both)).create_job(**job)["Name"] == "j"


@pytest.mark.proves(
    "IAM", "Permissions boundaries of users and roles; AWS managed policies", kind="real"
)
def test_a_boundary_limits_an_administrator(aws, lake):
    iam = boto3.client("iam")
    reader = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
    iam.create_user(UserName="bob", PermissionsBoundary=reader)
    iam.attach_user_policy(UserName="bob", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    told = iam.get_user(UserName="bob")["User"]["PermissionsBoundary"]
    assert told["PermissionsBoundaryArn"] == reader
    aws.enforce_permissions()
    bob = aws.session(key=iam.create_access_key(UserName="bob")).client("s3")
    assert bob.get_object(Bucket="lake", Key="raw/x")
    words = refused(lambda: bob.put_object(Bucket="lake", Key="y", Body=b""))
    assert "because no permissions boundary allows the s3:PutObject action" in words
    iam.delete_user_permissions_boundary(UserName="bob")
    assert bob.put_object(Bucket="lake", Key="y", Body=b"")


def test_group_policies_and_managed_policies_count_and_keys_can_be_switched_off(aws, lake, ann):
    iam = boto3.client("iam")
    iam.create_group(GroupName="readers")
    arn = iam.create_policy(PolicyName="p", PolicyDocument=policy(action="s3:Get*"))["Policy"][
        "Arn"
    ]
    iam.attach_group_policy(GroupName="readers", PolicyArn=arn)
    aws.enforce_permissions()
    refused(lambda: ann("s3").get_object(Bucket="lake", Key="raw/x"))
    iam.add_user_to_group(GroupName="readers", UserName="ann")
    assert ann("s3").get_object(Bucket="lake", Key="raw/x")
    iam.create_policy_version(
        PolicyArn=arn, PolicyDocument=policy("Deny", "s3:*"), SetAsDefault=True
    )
    words = refused(lambda: ann("s3").get_object(Bucket="lake", Key="raw/x"))
    assert words.endswith("with an explicit deny in an identity-based policy")
    key = iam.list_access_keys(UserName="ann")["AccessKeyMetadata"][0]["AccessKeyId"]
    iam.update_access_key(UserName="ann", AccessKeyId=key, Status="Inactive")
    refused(lambda: ann("s3").list_buckets(), "InvalidAccessKeyId")
    refused(lambda: ann("dynamodb").list_tables(), "UnrecognizedClientException")


@pytest.mark.proves(
    "S3",
    "Bucket policies decided with principals and conditions, also for anonymous and presigned requests",
    kind="real",
)
def test_a_bucket_policy_is_enforced(aws, lake, ann):
    document = json.loads(policy("Deny", "s3:*", "arn:aws:s3:::lake/*", Principal="*"))
    document["Statement"][0]["Condition"] = {"Bool": {"aws:SecureTransport": "false"}}
    public = json.loads(policy(action="s3:GetObject", resource="arn:aws:s3:::lake/pub/*"))
    document["Statement"] += [public["Statement"][0] | {"Principal": "*"}]
    lake.put_object(Bucket="lake", Key="pub/y", Body=b"open")
    lake.delete_public_access_block(Bucket="lake")
    lake.delete_public_access_block(Bucket="lake")
    lake.put_bucket_policy(Bucket="lake", Policy=json.dumps(document))
    aws.enforce_permissions()
    nobody = boto3.client("s3", config=Config(signature_version=UNSIGNED))
    assert nobody.get_object(Bucket="lake", Key="pub/y")["Body"].read() == b"open"
    refused(lambda: nobody.get_object(Bucket="lake", Key="raw/x"))
    assert requests.get("https://lake.s3.amazonaws.com/pub/y").text == "open"
    assert requests.get("https://lake.s3.amazonaws.com/raw/x").status_code == 403
    asked = {"Bucket": "lake", "Key": "raw/x"}
    assert requests.get(lake.generate_presigned_url("get_object", asked)).text == "hello"
    signed_by_ann = ann("s3").generate_presigned_url("get_object", asked)
    assert requests.get(signed_by_ann).status_code == 403
    aws.enforce_permissions(context={"aws:SecureTransport": False})
    words = refused(lambda: lake.get_object(Bucket="lake", Key="pub/y"))
    assert words.endswith("with an explicit deny in a resource-based policy")


def test_delete_objects_answers_key_by_key(aws, lake, ann):
    lake.put_object(Bucket="lake", Key="tmp/y", Body=b"")
    aws.enforce_permissions()
    client = ann("s3", policy(action="s3:DeleteObject", resource="arn:aws:s3:::lake/tmp/*"))
    keys = [{"Key": "tmp/y"}, {"Key": "raw/x"}]
    answer = client.delete_objects(Bucket="lake", Delete={"Objects": keys})
    assert [one["Key"] for one in answer["Deleted"]] == ["tmp/y"]
    assert [(one["Key"], one["Code"]) for one in answer["Errors"]] == [("raw/x", "AccessDenied")]


@pytest.mark.proves("IAM", "Across accounts both sides must allow", kind="real")
def test_another_account_needs_both_sides(aws, lake):
    far = aws.session(OTHER)
    assert far.client("sts").get_caller_identity()["Account"] == OTHER
    aws.enforce_permissions()
    assert (
        refused(lambda: far.client("s3").get_object(Bucket="lake", Key="raw/x")) == "Access Denied"
    )
    lake.put_bucket_policy(
        Bucket="lake",
        Policy=policy(action="s3:*", resource="arn:aws:s3:::lake/*", Principal={"AWS": OTHER}),
    )
    assert far.client("s3").get_object(Bucket="lake", Key="raw/x")["Body"].read() == b"hello"
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    send = {"QueueUrl": url, "MessageBody": "from afar"}
    assert "no resource-based policy" in refused(lambda: far.client("sqs").send_message(**send))
    arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:q"
    allowed = policy(action="sqs:SendMessage", resource=arn, Principal={"AWS": OTHER})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": allowed})
    far.client("sqs").send_message(**send)
    assert sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "from afar"
    assert "QueueUrls" not in far.client("sqs").list_queues()


@pytest.mark.proves("IAM", "Service control policies over the lab's account", kind="model")
def test_a_service_control_policy_limits_even_the_administrator(aws, lake):
    rules = json.loads(policy())
    rules["Statement"] += json.loads(policy("Deny", "s3:DeleteObject"))["Statement"]
    aws.enforce_permissions(scp=rules)
    words = refused(lambda: lake.delete_object(Bucket="lake", Key="raw/x"))
    assert words.endswith("with an explicit deny in a service control policy")
    assert aws.session(OTHER).client("s3").list_buckets()


@pytest.mark.proves(
    "Lambda", "A handler's boto3 calls are those of the function's role", kind="real"
)
def test_a_handler_acts_as_its_role(aws, lake, make_function):
    iam = boto3.client("iam")
    role = iam.create_role(
        RoleName="fn", AssumeRolePolicyDocument=trust({"Service": "lambda.amazonaws.com"})
    )["Role"]["Arn"]
    source = """
        import boto3, os, threading
        s3 = boto3.client("s3")
        def handler(event, context):
            got = []
            def read():
                try:
                    got.append(s3.get_object(Bucket="lake", Key="raw/x")["Body"].read().decode())
                except Exception as error:
                    got.append(type(error).__name__)
            thread = threading.Thread(target=read)
            thread.start()
            thread.join()
            who = boto3.client("sts").get_caller_identity()["Arn"]
            return [who, os.environ["AWS_ACCESS_KEY_ID"][:4], *got]
    """
    from dealab.cloud import zip_handler

    client = boto3.client("lambda")
    client.create_function(
        FunctionName="f",
        Role=role,
        Handler="handler.handler",
        Runtime="python3.13",
        Code={"ZipFile": zip_handler(source)},
    )
    aws.enforce_permissions()
    foreign = iam.create_role(
        RoleName="glue", AssumeRolePolicyDocument=trust({"Service": "glue.amazonaws.com"})
    )["Role"]["Arn"]
    code = {"ZipFile": zip_handler(source)}
    settings = {"FunctionName": "g", "Role": foreign, "Handler": "h.h", "Runtime": "python3.13"}
    words = refused(
        lambda: client.create_function(Code=code, **settings), "InvalidParameterValueException"
    )
    assert words == "The role defined for the function cannot be assumed by Lambda."
    who = f"arn:aws:sts::{ACCOUNT}:assumed-role/fn/f"
    answer = json.load(client.invoke(FunctionName="f")["Payload"])
    assert answer == [who, "ASIA", "AccessDenied"]
    iam.put_role_policy(RoleName="fn", PolicyName="p", PolicyDocument=policy(action="s3:Get*"))
    assert json.load(client.invoke(FunctionName="f")["Payload"]) == [who, "ASIA", "hello"]
    assert boto3.client("sts").get_caller_identity()["Arn"].endswith("user/lab-admin")


def test_acting_as_a_role_needs_its_trust_and_its_policies(aws, lake):
    iam = boto3.client("iam")
    role = iam.create_role(
        RoleName="sfn", AssumeRolePolicyDocument=trust({"Service": "states.amazonaws.com"})
    )["Role"]["Arn"]
    aws.enforce_permissions()
    with aws.acting_as(role, "states.amazonaws.com"):
        refused(lambda: lake.get_object(Bucket="lake", Key="raw/x"))
        # the SDK uploads in threads of its own, which act as the role, too
        refused(lambda: lake.upload_fileobj(io.BytesIO(b"x"), "lake", "raw/y"))
    with pytest.raises(ClientError, match="role trust"), aws.acting_as(role, "glue.amazonaws.com"):
        pass
    iam.put_role_policy(RoleName="sfn", PolicyName="p", PolicyDocument=policy(action="s3:Get*"))
    with aws.acting_as(role, "states.amazonaws.com"):
        assert lake.get_object(Bucket="lake", Key="raw/x")


@pytest.mark.proves(
    "IAM",
    "Explain a decision: the statement that decided, and why the others do not apply",
    kind="model",
)
def test_a_decision_is_explained(aws, lake, ann):
    office = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
    client = ann("s3", policy(action="s3:*", Condition=office, Sid="Office"))
    decision = aws.explain(lambda: client.get_object(Bucket="lake", Key="raw/x"))
    assert not decision.allowed
    table = views.decision_table(decision)
    row = table[table["decided"]].iloc[0]
    assert row["policy"] == "Identity-based policies"
    assert "own, statement Office (Allow): IpAddress" in row["why"]
    picture = views.decision(decision)
    assert "is not allowed to do s3:GetObject" in picture.alt
    assert "decided" in picture.svg
    assert "because no identity-based policy" in picture.svg
    assert aws.explain(lambda: lake.get_object(Bucket="lake", Key="raw/x")).allowed
    aws.enforce_permissions()
    with pytest.raises(ClientError) as error:
        client.list_objects_v2(Bucket="lake")
    assert error.value.decision is aws.explain()


@pytest.mark.proves(
    "IAM", "Policy simulator: simulate_principal_policy and simulate_custom_policy", kind="model"
)
def test_the_simulator_answers(aws, ann):
    iam = boto3.client("iam")
    ann("s3", policy(action="s3:Get*", resource="arn:aws:s3:::lake/*"))
    results = iam.simulate_principal_policy(
        PolicySourceArn=f"arn:aws:iam::{ACCOUNT}:user/ann",
        ActionNames=["s3:GetObject", "s3:PutObject"],
        ResourceArns=["arn:aws:s3:::lake/x"],
    )["EvaluationResults"]
    assert [one["EvalDecision"] for one in results] == ["allowed", "implicitDeny"]
    assert results[0]["MatchedStatements"][0]["SourcePolicyId"] == "own"
    deny = policy("Deny", Condition={"Bool": {"aws:SecureTransport": "false"}})
    (result,) = iam.simulate_custom_policy(
        PolicyInputList=[policy(), deny],
        ActionNames=["s3:GetObject"],
        ContextEntries=[
            {
                "ContextKeyName": "aws:SecureTransport",
                "ContextKeyType": "boolean",
                "ContextKeyValues": ["false"],
            }
        ],
    )["EvaluationResults"]
    assert result["EvalDecision"] == "explicitDeny"


@pytest.mark.proves("IAM", "Access Analyzer", kind="not here")
def test_what_moto_has_not_is_a_limit_of_the_lab(aws):
    with pytest.raises(LabLimit, match="kms:GenerateDataKeyPair"):
        boto3.client("kms").generate_data_key_pair(KeyId="x", KeyPairSpec="RSA_2048")
    with pytest.raises(LabLimit, match="accessanalyzer:ListAnalyzers"):
        boto3.client("accessanalyzer").list_analyzers()


@pytest.mark.proves(
    "SQS", "Queue policies decide what SNS, S3 and EventBridge may deliver", kind="real"
)
def test_a_service_needs_the_queue_policy(aws, lake, make_queue, bodies):
    url, arn = make_queue("inbox")
    sqs, sns, events = boto3.client("sqs"), boto3.client("sns"), boto3.client("events")
    topic = sns.create_topic(Name="news")["TopicArn"]
    sns.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"}
    )
    rule = events.put_rule(Name="all", EventPattern='{"source": ["me"]}')["RuleArn"]
    events.put_targets(Rule="all", Targets=[{"Id": "1", "Arn": arn, "InputPath": "$.detail"}])
    notify = {"QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}]}
    ask = {"Bucket": "lake", "NotificationConfiguration": notify}
    event = {"Source": "me", "DetailType": "d", "Detail": '{"n": 1}'}

    def try_all():
        sns.publish(TopicArn=topic, Message="from sns")
        events.put_events(Entries=[event])
        return bodies(url)

    assert sorted(try_all()) == ["from sns", '{"n": 1}']
    aws.enforce_permissions()
    assert try_all() == []
    assert aws.explain().request.action == "sqs:SendMessage"
    words = refused(lambda: lake.put_bucket_notification_configuration(**ask), "InvalidArgument")
    assert words == "Unable to validate the following destination configurations"
    statements = [
        {
            "Effect": "Allow",
            "Principal": {"Service": f"{service}.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": source}},
        }
        for service, source in (("sns", topic), ("events", rule), ("s3", "arn:aws:s3:::lake"))
    ]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": document})
    assert sorted(try_all()) == ["from sns", '{"n": 1}']
    lake.put_bucket_notification_configuration(**ask)
    lake.put_object(Bucket="lake", Key="new", Body=b"")
    assert '"key": "new"' in bodies(url)[-1]


@pytest.mark.proves("IAM", "Tags of callers and resources in conditions (ABAC)", kind="real")
def test_tags_of_the_caller_and_of_the_resource_count(aws, lake, ann):
    iam, secrets = boto3.client("iam"), boto3.client("secretsmanager")
    iam.tag_user(UserName="ann", Tags=[{"Key": "team", "Value": "data"}])
    for team in ("data", "web"):
        tag = [{"Key": "team", "Value": team}]
        secrets.create_secret(Name=team, SecretString=team, Tags=tag)
        lake.put_object(Bucket="lake", Key=team, Body=b"", Tagging=f"team={team}")
    same = "${aws:PrincipalTag/team}"
    document = json.loads(
        policy(
            action=["secretsmanager:GetSecretValue", "secretsmanager:CreateSecret"],
            Condition={
                "StringEqualsIfExists": {"aws:ResourceTag/team": same, "aws:RequestTag/team": same}
            },
        )
    )
    by_object = {"StringEquals": {"s3:ExistingObjectTag/team": same}}
    document["Statement"] += json.loads(policy(action="s3:GetObject", Condition=by_object))[
        "Statement"
    ]
    aws.enforce_permissions()
    client = ann("secretsmanager", json.dumps(document))
    assert client.get_secret_value(SecretId="data")["SecretString"] == "data"
    code = "AccessDeniedException"
    refused(lambda: client.get_secret_value(SecretId="web"), code)
    other = {"Name": "new", "SecretString": "x", "Tags": [{"Key": "team", "Value": "web"}]}
    refused(lambda: client.create_secret(**other), code)
    assert ann("s3").get_object(Bucket="lake", Key="data")
    refused(lambda: ann("s3").get_object(Bucket="lake", Key="web"))


@pytest.mark.proves("Step Functions", "Tasks act with the state machine's role", kind="real")
def test_a_state_machine_acts_as_its_role(aws, make_queue, bodies):
    url, _ = make_queue("inbox")
    iam, states = boto3.client("iam"), boto3.client("stepfunctions")
    role = iam.create_role(
        RoleName="sfn", AssumeRolePolicyDocument=trust({"Service": "states.amazonaws.com"})
    )["Role"]["Arn"]
    definition = {
        "StartAt": "Send",
        "States": {
            "Send": {
                "Type": "Task",
                "Resource": "arn:aws:states:::sqs:sendMessage",
                "Parameters": {"QueueUrl": url, "MessageBody": "done"},
                "End": True,
            }
        },
    }
    machine = states.create_state_machine(
        name="m", definition=json.dumps(definition), roleArn=role
    )["stateMachineArn"]
    aws.enforce_permissions()

    def run():
        started = states.start_execution(stateMachineArn=machine)["executionArn"]
        return states.describe_execution(executionArn=started)

    failed = run()
    assert failed["status"] == "FAILED"
    assert "assumed-role/sfn/lab is not authorized to perform: sqs:sendmessage" in failed["cause"]
    iam.put_role_policy(RoleName="sfn", PolicyName="p", PolicyDocument=policy(action="sqs:*"))
    assert run()["status"] == "SUCCEEDED"
    assert bodies(url) == ["done"]


@pytest.mark.proves(
    "IAM",
    "Documents that are no policies are refused by every service that takes them",
    kind="real",
)
def test_a_document_that_is_no_policy_is_refused(aws, lake, make_queue):
    iam, sqs = boto3.client("iam"), boto3.client("sqs")
    bad = policy(Condition={"StringIs": {"a": "b"}})
    refused(
        lambda: iam.create_policy(PolicyName="p", PolicyDocument=bad), "MalformedPolicyDocument"
    )
    odd = policy(Condition={"NullIfExists": {"a": "b"}})
    refused(
        lambda: iam.create_policy(PolicyName="p", PolicyDocument=odd), "MalformedPolicyDocument"
    )
    nobody = policy(resource="arn:aws:s3:::lake/*")
    put = {"Bucket": "lake", "Policy": nobody}
    refused(lambda: lake.put_bucket_policy(**put), "MalformedPolicy")
    put["Policy"] = policy(resource="arn:aws:s3:::other/*", Principal={"AWS": OTHER})
    words = refused(lambda: lake.put_bucket_policy(**put), "MalformedPolicy")
    assert words == "Policy has invalid resource"
    url, _ = make_queue("q")
    ask = {"QueueUrl": url, "Attributes": {"Policy": "{bad"}}
    refused(lambda: sqs.set_queue_attributes(**ask), "InvalidAttributeValue")
    wrong = trust({"AWS": f"arn:aws:iam::{ACCOUNT}:user/*"})
    role = {"RoleName": "r", "AssumeRolePolicyDocument": wrong}
    refused(lambda: iam.create_role(**role), "MalformedPolicyDocument")


@pytest.mark.parametrize(
    ("service", "resource", "call"),
    [
        ("athena", "athena:us-east-1:111122223333:workgroup/primary", lambda one: one.start_query_execution(QueryString="select 1", ResultConfiguration={"OutputLocation": "s3://lake/r/"})),
        ("logs", "logs:us-east-1:111122223333:log-group:app:*", lambda one: one.start_query(logGroupNames=["app"], startTime=0, endTime=1, queryString="fields @message")),
        ("cloudwatch", "cloudwatch:us-east-1:111122223333:alarm:late", lambda one: one.delete_alarms(AlarmNames=["late"])),
    ],
)  # fmt: skip
def test_defaults_and_lists_name_their_resources(aws, lake, ann, service, resource, call):
    boto3.client("logs").create_log_group(logGroupName="app")
    allowed = ann(service, policy(action=f"{service}:*", resource=f"arn:aws:{resource}"))
    aws.enforce_permissions()
    call(allowed)


def test_a_presigned_url_ends_with_its_session_and_has_a_region(aws, lake):
    iam = boto3.client("iam")
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust({"AWS": ACCOUNT}))["Role"]
    here = {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}
    iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=policy(Condition=here))
    sts = boto3.client("sts")
    refused(lambda: sts.assume_role(RoleArn=role["Arn"], RoleSessionName="a b"), "ValidationError")
    lent = sts.assume_role(RoleArn=role["Arn"], RoleSessionName="me", DurationSeconds=900)
    s3 = aws.session(key=lent).client("s3")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "lake", "Key": "raw/x"})
    aws.enforce_permissions()
    assert requests.get(url).content == b"hello"
    aws.clock.move(minutes=16)
    assert requests.get(url).status_code == 403


@pytest.mark.proves(
    "EventBridge", "Kinesis, Firehose and Step Functions are reached by the target's role",
    kind="real",
)  # fmt: skip
def test_a_rule_reaches_a_stream_and_a_machine_as_its_role(aws, make_queue, bodies):
    iam, events, kinesis = boto3.client("iam"), boto3.client("events"), boto3.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=1)
    stream = kinesis.describe_stream(StreamName="s")["StreamDescription"]["StreamARN"]
    states = boto3.client("stepfunctions")
    definition = '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}'
    machine = states.create_state_machine(name="m", definition=definition, roleArn=aws.role)
    machine = machine["stateMachineArn"]
    role = iam.create_role(
        RoleName="rule", AssumeRolePolicyDocument=trust({"Service": "events.amazonaws.com"})
    )["Role"]["Arn"]
    url, dead = make_queue("dead")
    events.put_rule(Name="all", EventPattern='{"source": ["me"]}')
    late = {"DeadLetterConfig": {"Arn": dead}}
    events.put_targets(Rule="all", Targets=[{"Id": "0", "Arn": stream, **late}])
    aws.enforce_permissions()

    def put():
        """Send an event; return how many records and executions there are, and what failed why."""
        events.put_events(Entries=[{"Source": "me", "DetailType": "d", "Detail": "{}"}])
        shard = kinesis.list_shards(StreamName="s")["Shards"][0]["ShardId"]
        iterator = kinesis.get_shard_iterator(
            StreamName="s", ShardId=shard, ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        asked = {"QueueUrl": url, "MessageAttributeNames": ["All"], "MaxNumberOfMessages": 10}
        told = boto3.client("sqs").receive_message(**asked).get("Messages", [])  # hidden from now
        return (
            len(kinesis.get_records(ShardIterator=iterator)["Records"]),
            len(states.list_executions(stateMachineArn=machine)["executions"]),
            sorted(one["MessageAttributes"]["ERROR_CODE"]["StringValue"] for one in told),
        )

    assert put() == (0, 0, ["NO_PERMISSIONS"])  # no role was given before anything was enforced
    refused(lambda: events.put_targets(Rule="all", Targets=[{"Id": "1", "Arn": machine}]),
            "ValidationException")  # fmt: skip
    events.put_targets(
        Rule="all",
        Targets=[
            {"Id": "0", "Arn": stream, "RoleArn": role, **late},
            {"Id": "1", "Arn": machine, "RoleArn": role, **late},
        ],
    )
    assert put() == (0, 0, ["NO_PERMISSIONS", "NO_PERMISSIONS"])
    document = policy(action="kinesis:PutRecord", resource=stream)
    iam.put_role_policy(RoleName="rule", PolicyName="p", PolicyDocument=document)
    assert put() == (1, 0, ["NO_PERMISSIONS"])
    document = policy(action="states:StartExecution", resource=machine)
    iam.put_role_policy(RoleName="rule", PolicyName="q", PolicyDocument=document)
    assert put() == (2, 1, [])
    iam.update_assume_role_policy(
        RoleName="rule", PolicyDocument=trust({"Service": "glue.amazonaws.com"})
    )
    assert put() == (2, 1, ["FAILED_TO_ASSUME_ROLE"] * 2)


def test_a_rule_without_leave_of_the_queue_tells_the_dead_letter_queue(aws, make_queue, bodies):
    (_, arn), (dead, dead_arn) = make_queue("q"), make_queue("dead")
    events = boto3.client("events")
    events.put_rule(Name="all", EventPattern='{"source": ["me"]}')
    target = {"Id": "1", "Arn": arn, "DeadLetterConfig": {"Arn": dead_arn}}
    events.put_targets(Rule="all", Targets=[target])
    aws.enforce_permissions()
    events.put_events(Entries=[{"Source": "me", "DetailType": "d", "Detail": "{}"}])
    assert len(bodies(dead)) == 1


def test_s3_asks_for_leave_at_each_event(aws, lake, make_queue, make_function, bodies):
    url, arn = make_queue("inbox")
    function = make_function("f", "def handler(event, context): return 1")
    functions, sqs = boto3.client("lambda"), boto3.client("sqs")
    topic = boto3.client("sns").create_topic(Name="news")["TopicArn"]
    wanted = {"Events": ["s3:ObjectCreated:*"]}
    lake.put_bucket_notification_configuration(
        Bucket="lake",
        NotificationConfiguration={
            "QueueConfigurations": [
                {"QueueArn": arn, **wanted,
                 "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "q/"}]}}}
            ],
            "LambdaFunctionConfigurations": [
                {"LambdaFunctionArn": function, **wanted,
                 "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "f/"}]}}}
            ],
        },
    )  # fmt: skip
    assert topic
    bodies(url)
    aws.enforce_permissions()

    def put():
        lake.put_object(Bucket="lake", Key="q/1", Body=b"")
        lake.put_object(Bucket="lake", Key="f/1", Body=b"")
        return len(bodies(url)), len(aws.invocations)

    assert put() == (0, 0)
    assert aws.explain().request.action == "lambda:InvokeFunction"
    functions.add_permission(
        FunctionName="f", StatementId="s3", Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com", SourceArn="arn:aws:s3:::lake",
    )  # fmt: skip
    leave = policy(Principal={"Service": "s3.amazonaws.com"}, action="sqs:SendMessage")
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": leave})
    assert put() == (1, 1)
    functions.remove_permission(FunctionName="f", StatementId="s3")
    assert put() == (1, 1)


def test_a_thread_acts_as_whom_its_starter_acts_as(aws, lake):
    role = boto3.client("iam").create_role(
        RoleName="sfn", AssumeRolePolicyDocument=trust({"Service": "states.amazonaws.com"})
    )["Role"]["Arn"]
    aws.enforce_permissions()
    found = []

    def read():
        try:
            found.append(lake.get_object(Bucket="lake", Key="raw/x")["Body"].read())
        except ClientError as error:
            found.append(error.response["Error"]["Code"])

    class Own(threading.Thread):
        def run(self):
            read()

    go = threading.Event()
    with aws.acting_as(role, "states.amazonaws.com"):
        late = threading.Thread(target=lambda: (go.wait(10), read()))
        for thread in (late, Own(), threading.Thread(target=read)):
            thread.start()
            if thread is not late:
                thread.join()
    go.set()  # whom it acts as was settled when it started
    late.join()
    assert found == ["AccessDenied"] * 3
    outside = threading.Thread(target=read)
    outside.start()
    outside.join()
    assert found[-1] == b"hello"


def test_what_a_service_does_for_a_role_is_not_done_by_the_role(aws, make_queue, bodies):
    """A role that may only put events reaches the queue of a rule: the service sends."""
    url, arn = make_queue("inbox")
    leave = policy(Principal={"Service": "events.amazonaws.com"}, action="sqs:SendMessage")
    boto3.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": leave})
    events, iam = boto3.client("events"), boto3.client("iam")
    events.put_rule(Name="all", EventPattern='{"source": ["me"]}')
    events.put_targets(Rule="all", Targets=[{"Id": "1", "Arn": arn}])
    role = iam.create_role(
        RoleName="r", AssumeRolePolicyDocument=trust({"Service": "lambda.amazonaws.com"})
    )["Role"]["Arn"]
    document = policy(action="events:PutEvents")
    iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=document)
    aws.enforce_permissions()
    with aws.acting_as(role):
        events.put_events(Entries=[{"Source": "me", "DetailType": "d", "Detail": "{}"}])
        refused(lambda: boto3.client("sqs").receive_message(QueueUrl=url))
    assert len(bodies(url)) == 1


def test_a_schedule_acts_as_its_role_and_needs_no_queue_policy(aws, make_queue, bodies):
    iam, (url, arn) = boto3.client("iam"), make_queue("inbox")
    role = iam.create_role(
        RoleName="r", AssumeRolePolicyDocument=trust({"Service": "scheduler.amazonaws.com"})
    )["Role"]["Arn"]
    aws.enforce_permissions()
    boto3.client("scheduler").create_schedule(
        Name="tick", ScheduleExpression="cron(0 * * * ? *)",
        FlexibleTimeWindow={"Mode": "OFF"}, Target={"Arn": arn, "RoleArn": role, "Input": "{}"},
    )  # fmt: skip
    aws.clock.move(hours=1)
    assert bodies(url) == []
    document = policy(action="sqs:SendMessage")
    iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=document)
    aws.clock.move(hours=1)
    assert bodies(url) == ["{}"]
