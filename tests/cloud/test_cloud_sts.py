"""Role sessions: trust, durations, chaining, tags, expiry."""

import base64
import json

import boto3
import pytest
from botocore.exceptions import ClientError

from dealab.cloud import start_aws

ACCOUNT, OTHER = "111122223333", "444455556666"


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action="*", resource="*", **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def trusts(who, action="sts:AssumeRole", **more):
    return document({"Effect": "Allow", "Principal": who, "Action": action, **more})


def refused(call, code="AccessDenied", status=None):
    with pytest.raises(ClientError) as error:
        call()
    answer = error.value.response
    assert answer["Error"]["Code"] == code
    if status:
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == status
    return answer["Error"]["Message"]


@pytest.fixture
def role(aws):
    """Return a function that makes a role with a trust policy and returns its ARN."""

    def make(name, trust, **more):
        made = boto3.client("iam").create_role(
            RoleName=name, AssumeRolePolicyDocument=trust, **more
        )
        return made["Role"]["Arn"]

    return make


def assume(arn, sts=None, **more):
    return (sts or boto3.client("sts")).assume_role(
        RoleArn=arn, RoleSessionName=more.pop("name", "run"), **more
    )


@pytest.mark.proves(
    "STS", "AssumeRole checks the trust policy: principal, ExternalId, MFA", kind="real"
)
def test_a_trust_policy_decides_who_may_assume(aws, role):
    secret = {"StringEquals": {"sts:ExternalId": "s3cret"}}
    arn = role("etl", trusts({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, Condition=secret))
    words = refused(lambda: assume(arn), status=403)
    assert words == (
        f"User: arn:aws:iam::{ACCOUNT}:user/lab-admin is not authorized to perform: sts:AssumeRole "
        f"on resource: {arn} because no role trust policy allows the sts:AssumeRole action"
    )
    refused(lambda: assume(arn, ExternalId="other"))
    refused(lambda: assume(arn + "-not-there", ExternalId="s3cret"))
    session = aws.session(key=assume(arn, ExternalId="s3cret")).client("sts")
    who = session.get_caller_identity()
    assert who["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/etl/run"
    assert who["UserId"].endswith(":run")
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    careful = role("careful", trusts({"AWS": ACCOUNT}, Condition=mfa))
    refused(lambda: assume(careful))
    device = f"arn:aws:iam::{ACCOUNT}:mfa/phone"
    assert assume(careful, SerialNumber=device, TokenCode="123456")


def test_while_enforced_the_caller_needs_a_policy_unless_named_itself(aws, role):
    iam = boto3.client("iam")
    user = iam.create_user(UserName="ann")["User"]["Arn"]
    ann = aws.session(key=iam.create_access_key(UserName="ann")).client("sts")
    by_account = role("a", trusts({"AWS": ACCOUNT}))
    by_name = role("b", trusts({"AWS": user}))
    aws.enforce_permissions()
    words = refused(lambda: assume(by_account, ann))
    assert words.endswith("because no identity-based policy allows the sts:AssumeRole action")
    assert assume(by_name, ann)
    policy = document(allow("sts:AssumeRole", by_account))
    iam.put_user_policy(UserName="ann", PolicyName="p", PolicyDocument=policy)
    assert assume(by_account, ann)


@pytest.mark.proves(
    "STS", "Durations, the limit of role chaining, and expiry on the lab's clock", kind="real"
)
def test_a_session_ends():
    aws = start_aws(at="2026-03-02T09:00")
    iam = boto3.client("iam")
    trust = trusts({"AWS": ACCOUNT})
    arn = iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust, MaxSessionDuration=7200)[
        "Role"
    ]["Arn"]
    refused(lambda: assume(arn, DurationSeconds=7201), "ValidationError")
    made = assume(arn, DurationSeconds=7200)
    assert made["Credentials"]["Expiration"].isoformat().startswith("2026-03-02T11:00")
    session = aws.session(key=made)
    words = refused(
        lambda: assume(arn, session.client("sts"), DurationSeconds=3601), "ValidationError"
    )
    assert "1 hour session limit for roles assumed by role chaining" in words
    assert assume(arn, session.client("sts"))
    aws.clock.move(minutes=119)
    assert session.client("s3").list_buckets()
    aws.clock.move(minutes=1)
    refused(lambda: session.client("s3").list_buckets(), "ExpiredToken")
    refused(lambda: session.client("dynamodb").list_tables(), "ExpiredTokenException")
    refused(lambda: session.client("sts").get_caller_identity(), "ExpiredToken")
    aws.stop()


@pytest.mark.proves("STS", "Session policies limit a role's session", kind="real")
def test_a_session_policy_limits_the_role(aws, role):
    arn = role("r", trusts({"AWS": ACCOUNT}))
    boto3.client("iam").put_role_policy(
        RoleName="r", PolicyName="p", PolicyDocument=document(allow("s3:*"))
    )
    aws.enforce_permissions()
    whole = aws.session(key=assume(arn)).client("s3")
    part = aws.session(key=assume(arn, Policy=document(allow("s3:List*")))).client("s3")
    assert whole.create_bucket(Bucket="made")
    assert part.list_buckets()
    words = refused(lambda: part.create_bucket(Bucket="other"))
    assert words.endswith("because no session policy allows the s3:CreateBucket action")
    by_arn = [{"arn": "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"}]
    assert boto3.client("iam").get_policy(PolicyArn=by_arn[0]["arn"])
    missing = [{"arn": f"arn:aws:iam::{ACCOUNT}:policy/none"}]
    refused(lambda: assume(arn, PolicyArns=missing), "MalformedPolicyDocument")
    named = aws.session(key=assume(arn, PolicyArns=by_arn)).client("s3")
    refused(lambda: named.create_bucket(Bucket="other"))
    refused(lambda: assume(arn, Policy="{}"), "MalformedPolicyDocument")


@pytest.mark.proves(
    "STS", "Session tags, and transitive ones that go on to the next role", kind="real"
)
def test_session_tags_need_permission_and_count_in_conditions(aws, role):
    plain = role("plain", trusts({"AWS": ACCOUNT}))
    arn = role("r", trusts({"AWS": ACCOUNT}, ["sts:AssumeRole", "sts:TagSession"]))
    tags = [{"Key": "team", "Value": "data"}]
    assert "sts:TagSession" in refused(lambda: assume(plain, Tags=tags))
    same = {"StringEquals": {"aws:PrincipalTag/team": "${s3:prefix}"}}
    iam = boto3.client("iam")
    own = document(allow("s3:ListBucket", Condition=same), allow("sts:*"))
    for name in ("r", "plain"):
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=own)
    boto3.client("s3").create_bucket(Bucket="lake")
    aws.enforce_permissions()
    first = aws.session(key=assume(arn, Tags=tags, TransitiveTagKeys=["team"]))
    s3 = first.client("s3")
    assert s3.list_objects_v2(Bucket="lake", Prefix="data")
    refused(lambda: s3.list_objects_v2(Bucket="lake", Prefix="other"))
    second = aws.session(key=assume(arn, first.client("sts")))
    assert second.client("s3").list_objects_v2(Bucket="lake", Prefix="data")
    conflict = lambda: assume(arn, first.client("sts"), Tags=tags)  # noqa: E731
    refused(conflict, "InvalidParameterValue")


@pytest.mark.proves("STS", "A role in another account", kind="real")
def test_a_role_of_another_account_gives_that_accounts_resources(aws):
    far = aws.session(OTHER)
    arn = far.client("iam").create_role(
        RoleName="reader", AssumeRolePolicyDocument=trusts({"AWS": ACCOUNT})
    )["Role"]["Arn"]
    far.client("sqs").create_queue(QueueName="theirs")
    session = aws.session(key=assume(arn))
    assert session.client("sts").get_caller_identity()["Account"] == OTHER
    assert "theirs" in session.client("sqs").list_queues()["QueueUrls"][0]
    stranger = aws.session("777788889999").client("sts")
    refused(lambda: assume(arn, stranger))


def token(**claims):
    parts = [{"alg": "none"}, claims]
    return ".".join(base64.urlsafe_b64encode(json.dumps(p).encode()).decode() for p in parts) + ".x"


@pytest.mark.proves(
    "STS",
    "AssumeRoleWithWebIdentity by the claims of the token",
    kind="model",
    note="The token's signature is not checked.",
)
def test_a_web_identity_is_trusted_by_its_claims(aws, role):
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
    subject = {"StringLike": {"token.actions.githubusercontent.com:sub": "repo:me/lake:*"}}
    trust = trusts({"Federated": provider}, "sts:AssumeRoleWithWebIdentity", Condition=subject)
    arn = role("ci", trust)
    issuer = "https://token.actions.githubusercontent.com"

    def ask(**claims):
        return boto3.client("sts").assume_role_with_web_identity(
            RoleArn=arn, RoleSessionName="ci", WebIdentityToken=token(iss=issuer, **claims)
        )

    answer = ask(sub="repo:me/lake:ref:main", aud="sts.amazonaws.com")
    assert answer["SubjectFromWebIdentityToken"] == "repo:me/lake:ref:main"
    assert aws.session(key=answer).client("sts").get_caller_identity()["Arn"].endswith("ci/ci")
    refused(lambda: ask(sub="repo:you/lake:ref:main"))
    refused(lambda: ask(sub="repo:me/lake:x", exp=1), "ExpiredTokenException")


def test_session_tokens_of_a_user_say_whether_mfa_was_used(aws):
    iam = boto3.client("iam")
    iam.create_user(UserName="ann")
    condition = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    iam.put_user_policy(
        UserName="ann", PolicyName="p", PolicyDocument=document(allow(Condition=condition))
    )
    ann = aws.session(key=iam.create_access_key(UserName="ann"))
    aws.enforce_permissions()
    refused(lambda: ann.client("s3").list_buckets())
    device = f"arn:aws:iam::{ACCOUNT}:mfa/ann"
    made = ann.client("sts").get_session_token(SerialNumber=device, TokenCode="123456")
    session = aws.session(key=made)
    assert session.client("s3").list_buckets()
    assert session.client("sts").get_caller_identity()["Arn"].endswith("user/ann")


def test_a_wrong_secret_opens_nothing(aws, role):
    arn = role("r", trusts({"AWS": ACCOUNT}))
    made = dict(assume(arn)["Credentials"])
    aws.enforce_permissions()
    made["SessionToken"] = "another"
    refused(
        lambda: aws.session(key=made).client("sts").get_caller_identity(), "InvalidClientTokenId"
    )
