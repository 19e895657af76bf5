"""Decisions, against the evaluation logic and the example policies of the documentation."""
# ruff: noqa: E501 (tables and markers read better on one line)

import pytest

from dealab.models.policy import explanation, simulator, trust
from dealab.models.policy.documents import PolicyError, parse
from dealab.models.policy.evaluation import Policies, Principal, Request, decide
from dealab.models.policy.matching import covers_arn

GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
KMS = "https://docs.aws.amazon.com/kms/latest/developerguide/"
LOGIC = GUIDE + "reference_policies_evaluation-logic_policy-eval-denyallow.html"
CROSS = GUIDE + "reference_policies_evaluation-logic-cross-account.html"
BOUNDARY = GUIDE + "access_policies_boundaries.html"
PRINCIPAL = GUIDE + "reference_policies_elements_principal.html"
RESOURCE = GUIDE + "reference_policies_elements_resource.html"
DENIED = GUIDE + "troubleshoot_access-denied.html"

HOME, OTHER = "111122223333", "444455556666"
ROLE = f"arn:aws:iam::{HOME}:role/etl"
ANN = Principal("user", f"arn:aws:iam::{HOME}:user/ann", HOME, id="AIDAEXAMPLEANN0000000")
RUN = Principal(
    "session", f"arn:aws:sts::{HOME}:assumed-role/etl/run", HOME, ROLE, "AROAEXAMPLE:run"
)
ROOT = Principal("root", f"arn:aws:iam::{HOME}:root", HOME)
SNS = Principal("service", "sns.amazonaws.com")
NOBODY = Principal("anonymous")
FAR = Principal("user", f"arn:aws:iam::{OTHER}:user/eve", OTHER)
OBJECT, KEY = "arn:aws:s3:::lake/raw/x", f"arn:aws:kms:us-east-1:{HOME}:key/1"


def says(effect="Allow", action="s3:GetObject", resource="*", who=None, **more):
    one = {"Effect": effect, "Action": action, "Resource": resource, **more}
    if who:
        one["Principal"] = who if isinstance(who, dict) or who == "*" else {"AWS": who}
    return {"Version": "2012-10-17", "Statement": [one]}


def asked(kind, document):
    return [parse(document, kind, kind)] if document else None


def ask(who, identity=None, resource=None, action="s3:GetObject", on=OBJECT, account=HOME, **more):
    context, decides = more.pop("context", {}), more.pop("decides", False)
    policies = Policies(
        identity=asked("identity", identity) or [],
        resource=asked("resource", resource) or [],
        resource_decides=decides,
        **{kind: asked(kind, document) for kind, document in more.items()},
    )
    return decide(Request(who, action, on, context, account), policies)


YES, NO = says(), says("Deny")
WRITE = says(action="s3:PutObject")
TO_ANN, TO_ROLE, TO_RUN = says(who=ANN.arn), says(who=ROLE), says(who=RUN.arn)
TO_HOME, TO_ALL, TO_FAR = says(who=HOME), says(who="*"), says(who=FAR.arn)
TO_ROLE_BY_KEY = says(who="*", Condition={"ArnEquals": {"aws:PrincipalArn": ROLE}})
BY_ROLE = {"aws:PrincipalArn": ROLE}

# (source, who, policies, allowed, the kind of policy that decided)
ROWS = [
    # Nothing said: denied. A deny wins wherever it stands.
    (LOGIC, ANN, {}, False, "identity"),
    (LOGIC, ROOT, {}, True, "identity"),
    (LOGIC, ANN, {"identity": YES}, True, "identity"),
    (LOGIC, ANN, {"identity": NO, "resource": TO_ANN}, False, "identity"),
    (LOGIC, ANN, {"identity": YES, "resource": says("Deny", who="*")}, False, "resource"),
    (LOGIC, ANN, {"identity": YES, "boundary": NO}, False, "boundary"),
    (LOGIC, RUN, {"identity": YES, "session": NO}, False, "session"),
    (LOGIC, ANN, {"identity": YES, "scp": NO}, False, "scp"),
    (LOGIC, ANN, {"identity": YES, "rcp": says("Deny", who="*")}, False, "rcp"),
    (LOGIC, ROOT, {"scp": NO}, False, "scp"),
    (LOGIC, ROOT, {"resource": says("Deny", who="*")}, False, "resource"),
    (LOGIC, ANN, {"identity": WRITE}, False, "identity"),
    # Control policies and endpoint policies must allow; they grant nothing.
    (LOGIC, ANN, {"identity": YES, "scp": WRITE}, False, "scp"),
    (LOGIC, ANN, {"scp": YES}, False, "identity"),
    (LOGIC, ANN, {"identity": YES, "scp": YES}, True, "identity"),
    (LOGIC, ANN, {"identity": YES, "endpoint": says(who="*")}, True, "identity"),
    (LOGIC, ANN, {"identity": YES, "endpoint": says(action="s3:PutObject", who="*")}, False, "endpoint"),
    (LOGIC, ANN, {"identity": YES, "rcp": says(action="s3:*", who="*")}, True, "identity"),
    # Boundaries and session policies limit; they grant nothing.
    (BOUNDARY, ANN, {"identity": YES, "boundary": WRITE}, False, "boundary"),
    (BOUNDARY, ANN, {"boundary": YES}, False, "identity"),
    (BOUNDARY, ANN, {"identity": YES, "boundary": YES}, True, "identity"),
    (BOUNDARY, RUN, {"identity": YES, "session": WRITE}, False, "session"),
    (BOUNDARY, RUN, {"session": YES}, False, "identity"),
    (BOUNDARY, RUN, {"identity": YES, "session": YES, "boundary": YES}, True, "identity"),
    (BOUNDARY, RUN, {"identity": YES, "session": YES, "boundary": WRITE}, False, "boundary"),
    # In one account a resource policy is enough, with the exceptions for roles.
    (LOGIC, ANN, {"resource": TO_ANN}, True, "resource"),
    (LOGIC, ANN, {"resource": TO_ALL}, True, "resource"),
    (LOGIC, ANN, {"resource": TO_HOME}, False, "identity"),
    (LOGIC, ANN, {"identity": YES, "resource": TO_HOME}, True, "identity"),
    (LOGIC, RUN, {"resource": TO_ROLE}, True, "resource"),
    (LOGIC, RUN, {"resource": TO_RUN}, True, "resource"),
    (BOUNDARY, ANN, {"resource": TO_ANN, "boundary": WRITE}, True, "resource"),
    (BOUNDARY, RUN, {"resource": TO_ROLE, "boundary": WRITE}, False, "boundary"),
    (BOUNDARY, RUN, {"resource": TO_ROLE, "session": WRITE}, False, "session"),
    (BOUNDARY, RUN, {"resource": TO_RUN, "boundary": WRITE}, True, "resource"),
    (BOUNDARY, RUN, {"resource": TO_RUN, "session": WRITE}, True, "resource"),
    (BOUNDARY, RUN, {"resource": TO_ROLE_BY_KEY, "boundary": WRITE, "context": BY_ROLE}, True, "resource"),
    (BOUNDARY, RUN, {"resource": TO_HOME, "identity": YES, "boundary": WRITE}, False, "boundary"),
    # Across accounts both sides must allow.
    (CROSS, FAR, {"identity": YES}, False, "resource"),
    (CROSS, FAR, {"resource": TO_FAR}, False, "identity"),
    (CROSS, FAR, {"identity": YES, "resource": TO_FAR}, True, "identity"),
    (CROSS, FAR, {"identity": YES, "resource": says(who=OTHER)}, True, "identity"),
    (CROSS, FAR, {"identity": YES, "resource": says(who=f"arn:aws:iam::{OTHER}:root")}, True, "identity"),
    (CROSS, FAR, {"identity": YES, "resource": TO_ALL}, True, "identity"),
    (CROSS, FAR, {"identity": YES, "resource": TO_HOME}, False, "resource"),
    (CROSS, FAR, {"identity": YES, "resource": TO_FAR, "boundary": WRITE}, False, "boundary"),
    (CROSS, FAR, {"identity": YES, "resource": TO_FAR, "scp": WRITE}, False, "scp"),
    (CROSS, ROOT, {"account": OTHER}, False, "resource"),
    (CROSS, ROOT, {"account": OTHER, "resource": TO_HOME}, True, "resource"),
    # Principals
    (PRINCIPAL, NOBODY, {"resource": TO_ALL}, True, "resource"),
    (PRINCIPAL, NOBODY, {"resource": says(who={"AWS": "*"})}, True, "resource"),
    (PRINCIPAL, NOBODY, {"resource": TO_ANN}, False, "resource"),
    (PRINCIPAL, NOBODY, {}, False, "resource"),
    (PRINCIPAL, SNS, {"resource": says(who={"Service": "sns.amazonaws.com"})}, True, "resource"),
    (PRINCIPAL, SNS, {"resource": says(who={"Service": "s3.amazonaws.com"})}, False, "resource"),
    (PRINCIPAL, SNS, {"resource": says(who={"Service": ["s3.amazonaws.com", "sns.amazonaws.com"]})}, True, "resource"),
    (PRINCIPAL, ANN, {"resource": says(who={"Service": "sns.amazonaws.com"})}, False, "identity"),
    (PRINCIPAL, ANN, {"resource": says(who=[FAR.arn, ANN.arn])}, True, "resource"),
    (PRINCIPAL, ANN, {"resource": says(who="AIDAEXAMPLEANN0000000")}, True, "resource"),
    (PRINCIPAL, RUN, {"resource": says(who=f"arn:aws:sts::{HOME}:assumed-role/etl/other")}, False, "identity"),
    # A key policy must allow; naming the account hands the decision to its identity policies.
    (KMS + "key-policy-default.html", ANN, {"identity": YES, "decides": True}, False, "resource"),
    (KMS + "key-policy-default.html", ANN, {"identity": YES, "resource": TO_HOME, "decides": True}, True, "identity"),
    (KMS + "key-policy-default.html", ANN, {"resource": TO_HOME, "decides": True}, False, "identity"),
    (KMS + "key-policy-default.html", ANN, {"resource": TO_ANN, "decides": True}, True, "resource"),
    (KMS + "key-policy-default.html", ROOT, {"decides": True}, False, "resource"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "who", "policies", "allowed", "by"), ROWS)
@pytest.mark.proves(
    "IAM",
    "Decisions by identity, resource, boundary, session and control policies, in and across accounts",
    kind="model",
)
def test_a_request_is_decided_as_documented(source, who, policies, allowed, by):
    decision = ask(who, **policies)
    assert (decision.allowed, decision.decided_by.kind) == (allowed, by), source


# (source, pattern, ARN, does it cover)
ARNS = [
    (RESOURCE, "arn:aws:s3:::lake/*", "arn:aws:s3:::lake/a/b", True),
    (RESOURCE, "arn:aws:s3:::lake/*", "arn:aws:s3:::lake", False),
    (RESOURCE, "arn:aws:s3:::lake*", "arn:aws:s3:::lake-2/a", True),
    (RESOURCE, "arn:aws:s3:::lake/Test/*", "arn:aws:s3:::lake/Test/1/sub", True),
    (RESOURCE, "arn:aws:s3:::lake/test/*", "arn:aws:s3:::lake/Test/1", False),
    (RESOURCE, "arn:aws:s3:::lake/201?/", "arn:aws:s3:::lake/2017/", True),
    (RESOURCE, "arn:aws:sqs:us-east-2:1:*", "arn:aws:sqs:us-east-2:1:queue1", True),
    (RESOURCE, "arn:aws:sqs:*:1:queue1", "arn:aws:sqs:us-east-2:1:queue1", True),
    (RESOURCE, "arn:aws:sqs:us-*:1:queue1", "arn:aws:sqs:us-east-2:1:queue1", True),
    (RESOURCE, "arn:aws:sqs:*:queue1", "arn:aws:sqs:us-east-2:1:queue1", False),
    (RESOURCE, "arn:aws:sqs:*", "arn:aws:sqs:us-east-2:1:queue1", True),
    (RESOURCE, "arn:aws:s*:::lake", "arn:aws:s3:::lake", False),
    (RESOURCE, "arn:aws:iam::1:user/division_abc/*", "arn:aws:iam::1:user/division_abc/sub/Bob", True),
    (RESOURCE, "arn:aws:logs:us-east-1:1:log-group:/aws/x:*", "arn:aws:logs:us-east-1:1:log-group:/aws/x:log-stream:s", True),
    (RESOURCE, "*", "arn:aws:sqs:us-east-2:1:queue1", True),
]  # fmt: skip


@pytest.mark.parametrize(("source", "pattern", "arn", "expected"), ARNS)
def test_a_resource_pattern_covers_what_is_documented(source, pattern, arn, expected):
    assert covers_arn(pattern, arn) is expected, source


ELEMENTS = GUIDE + "reference_policies_elements_"
# (source, statement, action, resource, context, allowed)
STATEMENTS = [
    (ELEMENTS + "action.html", {"Action": "iam:*AccessKey*", "Resource": "*"}, "iam:DeleteAccessKey", "*", {}, True),
    (ELEMENTS + "action.html", {"Action": "IAM:listaccesskeys", "Resource": "*"}, "iam:ListAccessKeys", "*", {}, True),
    (ELEMENTS + "action.html", {"Action": ["sqs:SendMessage", "sqs:Get*"], "Resource": "*"}, "sqs:GetQueueUrl", "*", {}, True),
    (ELEMENTS + "action.html", {"Action": "sqs:Get*", "Resource": "*"}, "sqs:SendMessage", "*", {}, False),
    (ELEMENTS + "notaction.html", {"NotAction": "iam:*", "Resource": "*"}, "s3:GetObject", "*", {}, True),
    (ELEMENTS + "notaction.html", {"NotAction": "iam:*", "Resource": "*"}, "iam:ListUsers", "*", {}, False),
    (ELEMENTS + "notaction.html", {"NotAction": "s3:DeleteBucket", "Resource": "arn:aws:s3:::*"}, "s3:PutObject", "arn:aws:s3:::b/k", {}, True),
    (ELEMENTS + "notresource.html", {"Action": "s3:*", "NotResource": "arn:aws:s3:::hr/*"}, "s3:GetObject", "arn:aws:s3:::hr/pay", {}, False),
    (ELEMENTS + "notresource.html", {"Action": "s3:*", "NotResource": "arn:aws:s3:::hr/*"}, "s3:GetObject", "arn:aws:s3:::it/x", {}, True),
    (GUIDE + "reference_policies_variables.html", {"Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/home/${aws:username}/*"}, "s3:GetObject", "arn:aws:s3:::b/home/ann/x", {"aws:username": "ann"}, True),
    (GUIDE + "reference_policies_variables.html", {"Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/home/${aws:username}/*"}, "s3:GetObject", "arn:aws:s3:::b/home/bob/x", {"aws:username": "ann"}, False),
    (GUIDE + "reference_policies_variables.html", {"Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/${aws:PrincipalTag/team, 'all'}/*"}, "s3:GetObject", "arn:aws:s3:::b/all/x", {}, True),
    (GUIDE + "reference_policies_examples_aws_deny-requested-region.html", {"Action": "*", "Resource": "*", "Condition": {"StringEquals": {"aws:RequestedRegion": ["eu-central-1"]}}}, "s3:GetObject", "*", {"aws:RequestedRegion": "us-east-1"}, False),
    (GUIDE + "reference_policies_examples_aws-dates.html", {"Action": "s3:GetObject", "Resource": "*", "Condition": {"DateGreaterThan": {"aws:CurrentTime": "2020-04-01T00:00:00Z"}, "DateLessThan": {"aws:CurrentTime": "2020-06-30T23:59:59Z"}}}, "s3:GetObject", "*", {"aws:CurrentTime": "2020-05-01T00:00:00Z"}, True),
    (GUIDE + "tutorial_attribute-based-access-control.html", {"Action": "secretsmanager:GetSecretValue", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}}, "secretsmanager:GetSecretValue", "*", {"aws:ResourceTag/team": "eng", "aws:PrincipalTag/team": "eng"}, True),
    (GUIDE + "tutorial_attribute-based-access-control.html", {"Action": "secretsmanager:GetSecretValue", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}}, "secretsmanager:GetSecretValue", "*", {"aws:ResourceTag/team": "eng", "aws:PrincipalTag/team": "qas"}, False),
    (GUIDE + "id_roles_use_passrole.html", {"Action": "iam:PassRole", "Resource": "*", "Condition": {"StringEquals": {"iam:PassedToService": "glue.amazonaws.com"}}}, "iam:PassRole", ROLE, {"iam:PassedToService": "lambda.amazonaws.com"}, False),
    (KMS + "conditions-kms.html", {"Action": "kms:Decrypt", "Resource": KEY, "Condition": {"StringEquals": {"kms:EncryptionContext:AppName": "ExampleApp"}}}, "kms:Decrypt", KEY, {"kms:EncryptionContext:AppName": "ExampleApp"}, True),
    (KMS + "conditions-kms.html", {"Action": "kms:Decrypt", "Resource": KEY, "Condition": {"StringEquals": {"kms:EncryptionContext:AppName": "ExampleApp"}}}, "kms:Decrypt", KEY, {"kms:EncryptionContext:AppName": "Other"}, False),
    ("https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html", {"Action": "dynamodb:GetItem", "Resource": "*", "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["${aws:userid}"]}}}, "dynamodb:GetItem", "*", {"dynamodb:LeadingKeys": ["u1"], "aws:userid": "u1"}, True),
]  # fmt: skip


@pytest.mark.parametrize(("source", "statement", "action", "on", "context", "expected"), STATEMENTS)
def test_a_statement_applies_as_documented(source, statement, action, on, context, expected):
    document = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", **statement}}
    decision = ask(ANN, document, action=action, on=on, context=context)
    assert decision.allowed is expected, source


@pytest.mark.parametrize(
    ("names", "who", "denied"),
    [
        ([ANN.arn, f"arn:aws:iam::{HOME}:root"], ANN, False),
        ([ANN.arn], ANN, True),
        ([RUN.arn, ROLE, HOME], RUN, False),
        ([ROLE, HOME], RUN, True),
        ([FAR.arn, OTHER], ANN, True),
    ],
)
def test_not_principal_must_name_the_account_too(names, who, denied):
    deny = {"Effect": "Deny", "NotPrincipal": {"AWS": names}, "Action": "s3:*", "Resource": "*"}
    assert ask(who, YES, {"Statement": deny}).allowed is not denied


# (source, who, policies, end of the message)
WORDS = [
    (DENIED, ANN, {}, "because no identity-based policy allows the s3:GetObject action"),
    (DENIED, ANN, {"identity": NO}, "with an explicit deny in an identity-based policy"),
    (DENIED, FAR, {"identity": YES}, "because no resource-based policy allows the s3:GetObject action"),
    (DENIED, ANN, {"identity": YES, "resource": says("Deny", who="*")}, "with an explicit deny in a resource-based policy"),
    (DENIED, ANN, {"identity": YES, "boundary": WRITE}, "because no permissions boundary allows the s3:GetObject action"),
    (DENIED, ANN, {"identity": YES, "boundary": NO}, "with an explicit deny in a permissions boundary"),
    (DENIED, RUN, {"identity": YES, "session": WRITE}, "because no session policy allows the s3:GetObject action"),
    (DENIED, RUN, {"identity": YES, "session": NO}, "with an explicit deny in a session policy"),
    (DENIED, ANN, {"identity": YES, "scp": WRITE}, "because no service control policy allows the s3:GetObject action"),
    (DENIED, ANN, {"identity": YES, "scp": NO}, "with an explicit deny in a service control policy"),
    (DENIED, ANN, {"identity": YES, "rcp": says("Deny", who="*")}, "with an explicit deny in a resource control policy"),
    (DENIED, ANN, {"identity": YES, "endpoint": says("Deny", who="*")}, "with an explicit deny in a VPC endpoint policy"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "who", "policies", "end"), WORDS)
def test_a_refusal_is_worded_as_documented(source, who, policies, end):
    start = f"User: {who.arn} is not authorized to perform: s3:GetObject on resource: {OBJECT} "
    assert ask(who, **policies).message == start + end, source


def trusts(action="sts:AssumeRole", who=FAR.arn, **condition):
    one = {"Effect": "Allow", "Principal": {"AWS": who}, "Action": action, "Condition": condition}
    return {"Version": "2012-10-17", "Statement": [one]}


MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
SECRET = {"StringEquals": {"sts:ExternalId": "12345"}}
TAGGED = {"StringEquals": {"aws:RequestTag/team": "eng"}, "ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}}  # fmt: skip
MAY = says(action="sts:*")


@pytest.mark.parametrize(
    ("who", "document", "context", "tags", "expected"),
    [
        (FAR, trusts(**SECRET), {"sts:ExternalId": "12345"}, {}, [True]),
        (FAR, trusts(**SECRET), {"sts:ExternalId": "other"}, {}, [False]),
        (FAR, trusts(**SECRET), {}, {}, [False]),
        (FAR, trusts(**MFA), {"aws:MultiFactorAuthPresent": True}, {}, [True]),
        (FAR, trusts(**MFA), {}, {}, [False]),
        (ANN, trusts(), {}, {}, [False]),
        (ANN, trusts(who=HOME), {}, {}, [True]),
        (FAR, None, {}, {}, [False]),
        (FAR, trusts(["sts:AssumeRole", "sts:TagSession"]), {}, {"team": "x"}, [True, True]),
        (FAR, trusts(), {}, {"team": "x"}, [True, False]),
        (FAR, trusts(["sts:AssumeRole", "sts:TagSession"], **TAGGED), {}, {"team": "eng"}, [True, True]),
        (FAR, trusts(["sts:AssumeRole", "sts:TagSession"], **TAGGED), {}, {"team": "eng", "x": "y"}, [False, False]),
    ],
)  # fmt: skip
@pytest.mark.proves("STS", "Trust policies with ExternalId, MFA and session tags", kind="model")
def test_a_role_is_assumed_as_its_trust_policy_says(who, document, context, tags, expected):
    actions = ["sts:AssumeRole"] + ["sts:TagSession"] * bool(tags)
    decisions = trust.decisions(
        who, ROLE, document, actions, context, tags, [], [parse(MAY, "identity")]
    )
    assert [one.allowed for one in decisions] == expected


def test_trust_in_another_account_is_not_enough_without_an_identity_policy():
    (one,) = trust.decisions(FAR, ROLE, trusts(), ["sts:AssumeRole"], {}, {}, [], [])
    assert not one.allowed
    assert one.decided_by.kind == "identity"


# (document, kind, IAM's words)
BROKEN = [
    ("{", "identity", "This policy contains invalid Json"),
    ({}, "identity", "Syntax errors in policy."),
    ({"Statement": []}, "identity", "Syntax errors in policy."),
    ({"Version": "2020-01-01", **says()} | {"Version": "2020-01-01"}, "identity", "Syntax errors in policy."),
    ({"Statement": {"Effect": "allow", "Action": "*", "Resource": "*"}}, "identity", "Syntax errors in policy."),
    ({"Statement": {"Effect": "Allow", "Resource": "*"}}, "identity", "Policy statement must contain actions."),
    ({"Statement": {"Effect": "Allow", "Action": "s3:*"}}, "identity", "Policy statement must contain resources."),
    ({"Statement": {"Effect": "Allow", "Action": "GetObject", "Resource": "*"}}, "identity", "Actions/Conditions must be prefaced by a vendor"),
    ({"Statement": {"Effect": "Allow", "Action": "s3:*", "NotAction": "s3:*", "Resource": "*"}}, "identity", "Syntax errors in policy."),
    ({"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "my-bucket"}}, "identity", "Resource my-bucket must be in ARN format"),
    (says(who="*"), "identity", "Policy document should not specify a principal."),
    (says(), "resource", "Missing required field Principal"),
    (says(who="arn:aws:iam::111122223333:user/*"), "resource", "Invalid principal in policy"),
    (says(who="*"), "trust", "Has prohibited field Resource"),
    (says(Condition={"StringIs": {"a": "b"}}), "identity", "Invalid Condition type : StringIs."),
    (says(Condition={"NullIfExists": {"a": "true"}}), "identity", "Invalid Condition type"),
    (says(Condition=[]), "identity", "Syntax errors in policy."),
    (says(Extra=1), "identity", "Syntax errors in policy."),
    ({"Statement": [says(Sid="a")["Statement"][0]] * 2}, "identity", "Statement IDs (SID) in a single policy must be unique."),
]  # fmt: skip


@pytest.mark.parametrize(("document", "kind", "words"), BROKEN)
@pytest.mark.proves("IAM", "Policy documents are checked against the grammar", kind="model")
def test_what_is_no_policy_is_refused(document, kind, words):
    with pytest.raises(PolicyError) as refused:
        parse(document, kind)
    assert words in str(refused.value)


def test_the_decision_names_the_statement_and_why_the_others_do_not_apply():
    office = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
    document = says(Sid="Office", Condition=office)
    document["Statement"].append(
        {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Sid": "Never"}
    )
    decision = ask(ANN, document, context={"aws:SourceIp": "192.0.2.1"})
    assert decision.statement.sid == "Never"
    assert "identity, statement Never" in explanation.sentence(decision)
    decision = ask(ANN, says(Sid="Office", Condition=office), context={"aws:SourceIp": "192.0.2.1"})
    (row,) = [row for row in explanation.rows(decision) if row["decided"]]
    assert "wants 10.0.0.0/8, the request has 192.0.2.1" in row["why"]


def test_the_simulator_says_which_context_is_missing():
    text = '{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": '
    text += '{"Bool": {"aws:SecureTransport": "true"}}}}'
    asked = {"PolicyInputList": [text], "ActionNames": ["s3:GetObject"]}
    (result,) = simulator.simulate(asked, [], None)["EvaluationResults"]
    assert result["EvalDecision"] == "implicitDeny"
    assert result["MissingContextValues"] == ["aws:SecureTransport"]
