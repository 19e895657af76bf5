"""Event patterns against the examples of EventBridge's user guide, in our own words.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
"""

import pytest

from dealab.models import event_patterns
from dealab.models.event_patterns import PatternError


@pytest.mark.parametrize(
    ("rule", "matching", "others"),
    [
        (["Alice"], ["Alice", ["Bob", "Alice"]], ["alice", None, 1, {"Alice": 1}]),
        ([{"equals-ignore-case": "alice"}], ["ALICE"], ["alicia"]),
        ([{"prefix": "us-"}], ["us-east-1"], ["eu-us-1", 1]),
        ([{"prefix": {"equals-ignore-case": "eventb"}}], ["EventBridge"], ["xeventb"]),
        ([{"suffix": ".png"}], ["a.png"], ["a.PNG"]),
        ([{"suffix": {"equals-ignore-case": ".png"}}], ["a.PNG"], ["a.jpg"]),
        ([{"anything-but": "initializing"}], ["running", 1, ["initializing", "x"]],
         ["initializing", ["initializing"]]),
        ([{"anything-but": ["stopped", "overloaded"]}], ["running"], ["stopped"]),
        ([{"anything-but": 123.3}], [1, "123.3"], [123.3]),
        ([{"anything-but": {"prefix": "us-"}}], ["eu-west-1"], ["us-east-1", 5]),
        ([{"anything-but": {"prefix": ["us-", "eu-"]}}], ["ap-1"], ["us-1", "eu-1"]),
        ([{"anything-but": {"suffix": ".png"}}], ["a.jpg"], ["a.png"]),
        ([{"anything-but": {"equals-ignore-case": "initializing"}}], ["x"], ["INITIALIZING"]),
        ([{"anything-but": {"wildcard": "*/lib/*"}}], ["/bin/a"], ["/usr/lib/a"]),
        ([{"numeric": ["=", 100]}], [100, 100.0, 1e2], [101, "100", True]),
        ([{"numeric": [">", 10, "<=", 20]}], [10.5, 20], [10, 21]),
        ([{"cidr": "10.0.0.0/24"}], ["10.0.0.255"], ["10.0.1.0", "x"]),
        ([{"cidr": "2001:db8::/32"}], ["2001:db8::1"], ["2001:db9::1"]),
        ([{"wildcard": "dir/*.png"}], ["dir/a.png", "dir/x/.png"], ["dir/a.pngx"]),
        ([{"wildcard": "a\\*b"}], ["a*b"], ["axb"]),
        ([{"exists": True}], ["x", None, 0], [{"a": 1}]),
        ([""], [""], [None]),
        ([None], [None], ["", "null"]),
        ([True], [True], [1, "true"]),
        ([300], [300], [300.0, "300"]),
        (["a", {"prefix": "b"}], ["a", "bc"], ["c"]),
    ],
)  # fmt: skip
def test_values_match_as_documented(rule, matching, others):
    for value in matching:
        assert event_patterns.matches({"k": rule}, {"k": value}), value
    for value in others:
        assert not event_patterns.matches({"k": rule}, {"k": value}), value


@pytest.mark.parametrize(
    ("pattern", "event", "matches"),
    [
        ({"a": ["x"], "b": ["y"]}, {"a": "x", "b": "z"}, False),
        ({"$or": [{"a": ["x"]}, {"b": ["y"]}]}, {"b": "y"}, True),
        ({"d": {"$or": [{"a": ["x"]}, {"b": [{"numeric": [">", 1]}]}]}}, {"d": {"b": 2}}, True),
        ({"d": {"a": [{"exists": False}]}}, {"d": {}}, True),
        ({"d": {"a": [{"exists": False}]}}, {}, True),
        ({"d": {"a": [{"exists": False}]}}, {"d": {"a": None}}, False),
        ({"d": {"a": [{"anything-but": "x"}]}}, {"d": {}}, False),
        ({"l": {"a": ["x"], "b": [1]}}, {"l": [{"a": "x", "b": 1}, {"a": "y", "b": 2}]}, True),
        ({"l": {"a": ["x"], "b": [2]}}, {"l": [{"a": "x", "b": 1}, {"a": "y", "b": 2}]}, False),
    ],
)
def test_names_nest_and_combine(pattern, event, matches):
    assert event_patterns.matches(pattern, event) is matches


@pytest.mark.parametrize(
    "pattern",
    [
        {},
        [],
        {"a": "x"},
        {"a": []},
        {"a": [["x"]]},
        {"a": [{"starts": "x"}]},
        {"a": [{"prefix": 1}]},
        {"a": [{"exists": "yes"}]},
        {"a": [{"numeric": [">", "1"]}]},
        {"a": [{"numeric": ["<", 5, ">", 1]}]},
        {"a": [{"cidr": "10.0.0"}]},
        {"a": [{"wildcard": "a**b"}]},
        {"a": [{"anything-but": ["x", 1]}]},
        {"a": [{"prefix": "x", "suffix": "y"}]},
        {"$or": [{"a": ["x"]}]},
    ],
)
def test_wrong_patterns_are_refused(pattern):
    with pytest.raises(PatternError):
        event_patterns.check(pattern)
