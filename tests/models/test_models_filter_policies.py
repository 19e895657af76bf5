"""Examples of https://docs.aws.amazon.com/sns/latest/dg/ (string-value-matching.html,
numeric-value-matching.html, attribute-key-matching.html, and-or-logic.html), checked 2026-11-23."""

import json

import pytest

from dealab.models.filter_policies import body_matches, matches


def attribute(value):
    if isinstance(value, list):
        return {"Type": "String.Array", "Value": json.dumps(value)}
    return {"Type": "String" if isinstance(value, str) else "Number", "Value": str(value)}


ROWS = [
    # string-value-matching.html
    (["rugby", "tennis"], "rugby", True),
    (["rugby", "tennis"], ["rugby", "tennis"], True),
    (["rugby", "tennis"], "baseball", False),
    (["rugby", "tennis"], ["baseball"], False),
    (["rugby"], "Rugby", False),
    ([{"anything-but": ["rugby", "tennis"]}], "baseball", True),
    ([{"anything-but": ["rugby", "tennis"]}], ["rugby", "baseball"], True),
    ([{"anything-but": ["rugby", "tennis"]}], "rugby", False),
    ([{"anything-but": ["rugby", "tennis"]}], ["rugby"], False),
    ([{"anything-but": {"prefix": "bas"}}], "rugby", True),
    ([{"anything-but": {"prefix": "bas"}}], "baseball", False),
    ([{"anything-but": {"suffix": "ball"}}], "baseball", False),
    ([{"equals-ignore-case": "tennis"}], "TENNIS", True),
    ([{"equals-ignore-case": "tennis"}], "tennis ", False),
    ([{"cidr": "10.0.0.0/24"}], "10.0.0.255", True),
    ([{"cidr": "10.0.0.0/24"}], "10.1.1.0", False),
    ([{"prefix": "bas"}], "baseball", True),
    ([{"prefix": "bas"}], "rugby", False),
    ([{"suffix": "ball"}], "baseball", True),
    ([{"suffix": "ball"}], "balls", False),
    # numeric-value-matching.html
    ([301.5], 301.5, True),
    ([301.5], 301.500001, True),  # five digits after the point
    ([301.5], 301.6, False),
    ([{"anything-but": [100, 500]}], 101, True),
    ([{"anything-but": [100, 500]}], [100, 50], True),
    ([{"anything-but": [100, 500]}], 100, False),
    ([{"numeric": [">", 0, "<=", 150]}], 150, True),
    ([{"numeric": [">", 0, "<=", 150]}], 0, False),
    ([{"numeric": ["=", 301.5]}], 301.5, True),
    ([{"numeric": ["<", 0]}], "-1", False),  # a String attribute is no number
    ([{"numeric": ["<", 0]}], [5, -1], True),
    # attribute-key-matching.html
    ([{"exists": True}], "x", True),
    ([{"exists": False}], "x", False),
    ([True, None], [True], True),
    ([None], ["x", None], True),
]


@pytest.mark.parametrize(("rule", "value", "expected"), ROWS)
def test_attributes(rule, value, expected):
    assert matches({"key": rule}, {"key": attribute(value)}) is expected


@pytest.mark.parametrize(("rule", "value", "expected"), ROWS)
def test_bodies_follow_the_same_rules(rule, value, expected):
    assert body_matches({"key": rule}, json.dumps({"key": value})) is expected


def test_absent_keys():
    assert matches({"key": [{"exists": False}]}, {})
    for rule in (["x"], [{"anything-but": ["x"]}], [{"exists": True}], [{"numeric": ["<", 9]}]):
        assert not matches({"key": rule}, {})
    assert matches({}, None)


def test_and_or():
    policy = {
        "source": ["aws.cloudwatch"],
        "$or": [{"metricName": ["CPUUtilization"]}, {"namespace": ["AWS/EC2", "AWS/ES"]}],
    }
    cpu, es = attribute("CPUUtilization"), attribute("AWS/ES")
    assert matches(policy, {"source": attribute("aws.cloudwatch"), "metricName": cpu})
    assert matches(policy, {"source": attribute("aws.cloudwatch"), "namespace": es})
    assert not matches(policy, {"source": attribute("aws.cloudwatch")})
    assert not matches(policy, {"source": attribute("x"), "namespace": es})
    # Not an "or": one alternative only, so it is an ordinary name.
    assert not matches({"$or": [{"prefix": "a"}]}, {"a": attribute("b")})


def test_binary_attributes_never_match():
    assert not matches({"key": [{"exists": True}]}, {"key": {"Type": "Binary", "Value": "eA=="}})


def test_nested_bodies():
    policy = {"store": {"city": ["Bergen"], "open": [True]}}
    assert body_matches(policy, '{"store": {"city": "Bergen", "open": true}}')
    assert not body_matches(policy, '{"store": {"city": "Bergen", "open": "true"}}')
    assert not body_matches(policy, '{"store": "Bergen"}')
    assert not body_matches({"store": [{"exists": True}]}, '{"store": {"city": "x"}}')
    assert not body_matches({"a": ["x"]}, '["x"]')
