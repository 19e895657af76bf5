"""Condition operators, against the tables and examples of the IAM user guide."""
# ruff: noqa: E501 (tables and markers read better on one line)

from datetime import UTC, datetime

import pytest

from dealab.models.policy import conditions
from dealab.models.policy.documents import parse

GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
OPERATORS = GUIDE + "reference_policies_elements_condition_operators.html"
MANY = GUIDE + "reference_policies_condition-logic-multiple-context-keys-or-values.html"
SETS = GUIDE + "reference_policies_condition-single-vs-multi-valued-context-keys.html"
VARIABLES = GUIDE + "reference_policies_variables.html"
ABC = "arn:aws:iam::123456789012:user/abc"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:q"
NOON = datetime(2020, 1, 1, 12, tzinfo=UTC)


def holds(condition, version="2012-10-17", **context):
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}
    (one,) = parse({"Version": version, "Statement": statement}).statements
    named = {key.lower().replace("__", "/").replace("_", ":"): v for key, v in context.items()}
    return not conditions.fails(one.conditions, named, version)


# (source, condition block, context, does it hold)
ROWS = [
    # Strings
    (OPERATORS, {"StringEquals": {"aws:PrincipalTag/job": "iamuser-admin"}}, {"aws_PrincipalTag__job": "iamuser-admin"}, True),
    (OPERATORS, {"StringEquals": {"aws:PrincipalTag/job": "iamuser-admin"}}, {"aws_PrincipalTag__job": "IAMuser-admin"}, False),
    (OPERATORS, {"StringEquals": {"aws:PrincipalTag/job": "iamuser-admin"}}, {}, False),
    (OPERATORS, {"StringNotEquals": {"aws:PrincipalTag/job": "a"}}, {"aws_PrincipalTag__job": "b"}, True),
    (OPERATORS, {"StringNotEquals": {"aws:PrincipalTag/job": "a"}}, {}, True),
    (OPERATORS, {"StringEqualsIgnoreCase": {"aws:PrincipalTag/dept": "HumanResources"}}, {"aws_PrincipalTag__dept": "humanresources"}, True),
    (OPERATORS, {"StringNotEqualsIgnoreCase": {"aws:PrincipalTag/dept": "HumanResources"}}, {"aws_PrincipalTag__dept": "humanresources"}, False),
    (OPERATORS, {"StringLike": {"s3:prefix": ["", "home/", "home/${aws:username}/*"]}}, {"s3_prefix": "home/ann/x", "aws_username": "ann"}, True),
    (OPERATORS, {"StringLike": {"s3:prefix": ["", "home/", "home/${aws:username}/*"]}}, {"s3_prefix": "", "aws_username": "ann"}, True),
    (OPERATORS, {"StringLike": {"s3:prefix": ["", "home/", "home/${aws:username}/*"]}}, {"s3_prefix": "home/bob/x", "aws_username": "ann"}, False),
    (OPERATORS, {"StringLike": {"aws:PrincipalTag/x": "a?c*"}}, {"aws_PrincipalTag__x": "abcdef"}, True),
    (OPERATORS, {"StringLike": {"aws:PrincipalTag/x": "a?c*"}}, {"aws_PrincipalTag__x": "ac"}, False),
    (OPERATORS, {"StringEquals": {"aws:PrincipalTag/x": "a*"}}, {"aws_PrincipalTag__x": "abc"}, False),
    (OPERATORS, {"StringNotLike": {"aws:PrincipalTag/x": "a*"}}, {"aws_PrincipalTag__x": "abc"}, False),
    (OPERATORS, {"StringNotLike": {"aws:PrincipalTag/x": "a*"}}, {}, True),
    # Key names do not depend on case.
    (OPERATORS, {"StringEquals": {"AWS:SourceAccount": "1"}}, {"aws_sourceaccount": "1"}, True),
    # Numbers
    (OPERATORS, {"NumericLessThanEquals": {"s3:max-keys": "10"}}, {"s3_max-keys": "10"}, True),
    (OPERATORS, {"NumericLessThanEquals": {"s3:max-keys": "10"}}, {"s3_max-keys": 11}, False),
    (OPERATORS, {"NumericLessThan": {"s3:max-keys": "10"}}, {"s3_max-keys": "9.5"}, True),
    (OPERATORS, {"NumericGreaterThan": {"s3:max-keys": "10"}}, {"s3_max-keys": 10}, False),
    (OPERATORS, {"NumericGreaterThanEquals": {"s3:max-keys": 10}}, {"s3_max-keys": 10}, True),
    (OPERATORS, {"NumericEquals": {"s3:max-keys": "10"}}, {"s3_max-keys": "10.0"}, True),
    (OPERATORS, {"NumericNotEquals": {"s3:max-keys": "10"}}, {"s3_max-keys": "10"}, False),
    (OPERATORS, {"NumericNotEquals": {"s3:max-keys": "10"}}, {}, True),
    (OPERATORS, {"NumericEquals": {"s3:max-keys": "10"}}, {"s3_max-keys": "ten"}, False),
    # Dates
    (OPERATORS, {"DateGreaterThan": {"aws:TokenIssueTime": "2020-01-01T00:00:01Z"}}, {"aws_TokenIssueTime": NOON}, True),
    (OPERATORS, {"DateLessThan": {"aws:CurrentTime": "2020-06-30T23:59:59Z"}}, {"aws_CurrentTime": NOON}, True),
    (OPERATORS, {"DateLessThan": {"aws:CurrentTime": "2019-06-30T23:59:59Z"}}, {"aws_CurrentTime": NOON}, False),
    (OPERATORS, {"DateEquals": {"aws:CurrentTime": "1577880000"}}, {"aws_CurrentTime": NOON}, True),
    (OPERATORS, {"DateNotEquals": {"aws:CurrentTime": "2020-01-01T12:00:00Z"}}, {"aws_CurrentTime": NOON}, False),
    (OPERATORS, {"DateLessThanEquals": {"aws:EpochTime": "1577880000"}}, {"aws_EpochTime": 1577880000}, True),
    (OPERATORS, {"DateGreaterThanEquals": {"aws:CurrentTime": "2020-01-02"}}, {"aws_CurrentTime": NOON}, False),
    # Bool
    (OPERATORS, {"Bool": {"aws:SecureTransport": "false"}}, {"aws_SecureTransport": False}, True),
    (OPERATORS, {"Bool": {"aws:SecureTransport": "false"}}, {"aws_SecureTransport": "true"}, False),
    (OPERATORS, {"Bool": {"aws:SecureTransport": False}}, {"aws_SecureTransport": "false"}, True),
    (OPERATORS, {"Bool": {"aws:MultiFactorAuthPresent": "false"}}, {}, False),
    (OPERATORS, {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}, {}, True),
    (OPERATORS, {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}, {"aws_MultiFactorAuthPresent": True}, False),
    # Binary
    (OPERATORS, {"BinaryEquals": {"key": "QmluYXJ5VmFsdWVJbkJhc2U2NA=="}}, {"key": "QmluYXJ5VmFsdWVJbkJhc2U2NA=="}, True),
    (OPERATORS, {"BinaryEquals": {"key": "QmluYXJ5VmFsdWVJbkJhc2U2NA=="}}, {"key": "ASIAIOSFODNN7EXAMPLE"}, False),
    # Addresses
    (OPERATORS, {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, {"aws_SourceIp": "203.0.113.77"}, True),
    (OPERATORS, {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, {"aws_SourceIp": "203.0.114.1"}, False),
    (OPERATORS, {"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "2001:DB8:1234:5678::/64"]}}, {"aws_SourceIp": "2001:db8:1234:5678::9"}, True),
    (OPERATORS, {"IpAddress": {"aws:SourceIp": "203.0.113.7"}}, {"aws_SourceIp": "203.0.113.7"}, True),
    (OPERATORS, {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, {"aws_SourceIp": "203.0.113.7"}, False),
    (OPERATORS, {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, {}, True),
    # ARNs
    (OPERATORS, {"ArnLike": {"aws:SourceArn": "arn:aws:sqs:*:123456789012:*"}}, {"aws_SourceArn": QUEUE}, True),
    (OPERATORS, {"ArnEquals": {"aws:SourceArn": "arn:aws:sqs:*:123456789012:q"}}, {"aws_SourceArn": QUEUE}, True),
    (OPERATORS, {"ArnEquals": {"aws:SourceArn": "arn:aws:sqs:*:*"}}, {"aws_SourceArn": QUEUE}, False),
    (OPERATORS, {"ArnNotLike": {"aws:SourceArn": "arn:aws:sqs:*:123456789012:*"}}, {"aws_SourceArn": QUEUE}, False),
    (OPERATORS, {"ArnNotEquals": {"aws:PrincipalArn": ABC}}, {}, True),
    (OPERATORS, {"StringLike": {"aws:PrincipalArn": "arn:*:user/abc"}}, {"aws_PrincipalArn": ABC}, True),
    (OPERATORS, {"ArnLike": {"aws:PrincipalArn": "arn:*:user/abc"}}, {"aws_PrincipalArn": ABC}, False),
    # Null
    (OPERATORS, {"Null": {"aws:TokenIssueTime": "true"}}, {}, True),
    (OPERATORS, {"Null": {"aws:TokenIssueTime": "true"}}, {"aws_TokenIssueTime": NOON}, False),
    (OPERATORS, {"Null": {"aws:TokenIssueTime": "false"}}, {"aws_TokenIssueTime": NOON}, True),
    (OPERATORS, {"Null": {"aws:TokenIssueTime": False}}, {}, False),
    # IfExists
    (OPERATORS, {"StringLikeIfExists": {"ec2:InstanceType": ["t1.*", "t2.*", "m3.*"]}}, {}, True),
    (OPERATORS, {"StringLikeIfExists": {"ec2:InstanceType": ["t1.*", "t2.*", "m3.*"]}}, {"ec2_InstanceType": "t2.micro"}, True),
    (OPERATORS, {"StringLikeIfExists": {"ec2:InstanceType": ["t1.*", "t2.*", "m3.*"]}}, {"ec2_InstanceType": "c5.large"}, False),
    # Several values: any; several keys or operators: all.
    (MANY, {"StringEquals": {"aws:PrincipalTag/department": ["hr", "finance"], "aws:PrincipalTag/role": ["audit", "lead"]}}, {"aws_PrincipalTag__department": "finance", "aws_PrincipalTag__role": "audit"}, True),
    (MANY, {"StringEquals": {"aws:PrincipalTag/department": ["hr", "finance"], "aws:PrincipalTag/role": ["audit", "lead"]}}, {"aws_PrincipalTag__department": "hr", "aws_PrincipalTag__role": "dev"}, False),
    (MANY, {"StringNotEquals": {"aws:PrincipalTag/x": ["a", "b"]}}, {"aws_PrincipalTag__x": "b"}, False),
    (MANY, {"StringNotEquals": {"aws:PrincipalTag/x": ["a", "b"]}}, {"aws_PrincipalTag__x": "c"}, True),
    (MANY, {"StringNotEquals": {"aws:PrincipalTag/x": "c"}, "IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, {"aws_PrincipalTag__x": "a", "aws_SourceIp": "11.0.0.1"}, False),
    # Keys with several values
    (SETS, {"ForAllValues:StringEquals": {"aws:TagKeys": ["environment", "webserver"]}}, {"aws_TagKeys": ["environment"]}, True),
    (SETS, {"ForAllValues:StringEquals": {"aws:TagKeys": ["environment", "webserver"]}}, {"aws_TagKeys": ["environment", "test"]}, False),
    (SETS, {"ForAllValues:StringEquals": {"aws:TagKeys": ["environment", "webserver"]}}, {}, True),
    (SETS, {"ForAllValues:StringEquals": {"aws:TagKeys": ["environment", "webserver"]}}, {"aws_TagKeys": ""}, True),
    (SETS, {"ForAnyValue:StringEquals": {"aws:TagKeys": ["environment", "webserver"]}}, {"aws_TagKeys": ["webserver", "test"]}, True),
    (SETS, {"ForAnyValue:StringEquals": {"aws:TagKeys": ["environment", "webserver"]}}, {"aws_TagKeys": ["test"]}, False),
    (SETS, {"ForAnyValue:StringEquals": {"aws:TagKeys": ["environment", "webserver"]}}, {}, False),
    (SETS, {"ForAllValues:StringNotEquals": {"aws:TagKeys": ["a", "b"]}}, {"aws_TagKeys": ["c", "d"]}, True),
    (SETS, {"ForAllValues:StringNotEquals": {"aws:TagKeys": ["a", "b"]}}, {"aws_TagKeys": ["c", "a"]}, False),
    (SETS, {"ForAnyValue:StringNotEquals": {"aws:TagKeys": ["a", "b"]}}, {"aws_TagKeys": ["c", "a"]}, True),
    (SETS, {"ForAnyValue:StringNotEquals": {"aws:TagKeys": ["a", "b"]}}, {}, False),
    (SETS, {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["${aws:username}*"]}}, {"dynamodb_LeadingKeys": ["ann1", "ann2"], "aws_username": "ann"}, True),
    (SETS, {"ForAllValues:StringEqualsIgnoreCase": {"aws:TagKeys": ["Cost"]}}, {"aws_TagKeys": ["COST"]}, True),
    # Variables
    (VARIABLES, {"StringEquals": {"aws:ResourceTag/owner": "${aws:username}"}}, {"aws_ResourceTag__owner": "ann", "aws_username": "ann"}, True),
    (VARIABLES, {"StringEquals": {"aws:ResourceTag/owner": "${aws:username}"}}, {"aws_ResourceTag__owner": "ann"}, False),
    (VARIABLES, {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team, 'company-wide'}"}}, {"aws_ResourceTag__team": "company-wide"}, True),
    (VARIABLES, {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team, 'company-wide'}"}}, {"aws_ResourceTag__team": "yellow", "aws_PrincipalTag__team": "yellow"}, True),
    (VARIABLES, {"StringLike": {"s3:prefix": "a${*}b"}}, {"s3_prefix": "a*b"}, True),
    (VARIABLES, {"StringLike": {"s3:prefix": "a${*}b"}}, {"s3_prefix": "axb"}, False),
    (VARIABLES, {"StringLike": {"s3:prefix": "a${?}"}}, {"s3_prefix": "a?"}, True),
    (VARIABLES, {"StringEquals": {"s3:prefix": "${$}x"}}, {"s3_prefix": "$x"}, True),
    (VARIABLES, {"StringLike": {"s3:prefix": "${aws:username}/*"}}, {"s3_prefix": "anybody/x", "aws_username": "*"}, False),
]  # fmt: skip


@pytest.mark.parametrize(("source", "condition", "context", "expected"), ROWS)
@pytest.mark.proves(
    "IAM", "Every condition operator, with sets, IfExists and variables", kind="model"
)
def test_a_condition_holds_as_documented(source, condition, context, expected):
    assert holds(condition, **context) is expected, source


def test_variables_are_plain_text_in_old_documents():
    condition = {"StringEquals": {"aws:ResourceTag/owner": "${aws:username}"}}
    owner = {"aws_ResourceTag__owner": "ann", "aws_username": "ann"}
    assert not holds(condition, "2008-10-17", **owner)
    assert holds(condition, "2008-10-17", aws_ResourceTag__owner="${aws:username}")


def test_it_says_which_condition_failed():
    block = {"NumericLessThan": {"s3:max-keys": "5"}}
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": block}
    (one,) = parse({"Statement": statement}).statements
    told = conditions.fails(one.conditions, {"s3:max-keys": 7}, "2012-10-17")
    assert told == "NumericLessThan s3:max-keys: wants 5, the request has 7"
