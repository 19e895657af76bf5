"""Alarms against the documentation's tables of missing data, and composite rules."""

import pytest

from dealab.models import metrics

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
# Oldest first: 0 within the threshold, X breaching, - missing. None: the state stays.
# Columns: missing, ignore, breaching, notBreaching.
ALL_THREE = [
    ("0-X-X", "OK", "OK", "OK", "OK"),
    ("0----", "OK", "OK", "OK", "OK"),
    ("-----", "INSUFFICIENT_DATA", None, "ALARM", "OK"),
    ("0XX-X", "ALARM", "ALARM", "ALARM", "ALARM"),
    ("--X--", "ALARM", None, "ALARM", "OK"),
]
TWO_OF_THREE = [
    ("0-X-X", "ALARM", "ALARM", "ALARM", "ALARM"),
    ("00X0X", "ALARM", "ALARM", "ALARM", "ALARM"),
    ("0-X--", "OK", "OK", "ALARM", "OK"),
    ("----0", "OK", "OK", "ALARM", "OK"),
    ("---X-", "ALARM", None, "ALARM", "OK"),
]
ROWS = [(3, *row) for row in ALL_THREE] + [(2, *row) for row in TWO_OF_THREE]


@pytest.mark.proves("CloudWatch", "The documentation's tables of missing data", kind="model")
@pytest.mark.parametrize(("at", "points", "missing", "ignore", "breaching", "not_breaching"), ROWS)
def test_missing_data(at, points, missing, ignore, breaching, not_breaching):
    values = [{"0": 0, "X": 9, "-": None}[one] for one in points]
    found = [
        metrics.judge(values, lambda value: value > 5, 3, at, how).state
        for how in ("missing", "ignore", "breaching", "notBreaching")
    ]
    assert found == [missing, ignore, breaching, not_breaching]


@pytest.mark.parametrize("points", ["----X", "---X-"])
def test_an_alarm_does_not_come_too_early(points):
    values = [9 if one == "X" else None for one in points]
    found = metrics.judge(values, lambda value: value > 5, 3, 3, "missing").state
    assert found == "INSUFFICIENT_DATA"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("ALARM(a)", True),
        ('ALARM("b") OR OK(b)', True),
        ("NOT (ALARM(a) AND OK(b))", False),
        ("INSUFFICIENT_DATA(c) AND NOT FALSE", True),
        ("OK(a) OR ALARM(b) OR (ALARM(a) AND ALARM(c))", False),
    ],
)
def test_rules_of_composite_alarms(rule, expected):
    states = {"a": "ALARM", "b": "OK", "c": "INSUFFICIENT_DATA"}
    assert metrics.composite(rule, states.__getitem__) is expected


@pytest.mark.parametrize("rule", ["", "ALARM(a", "a", "ALARM(a) XOR OK(b)", "ALARM(a) AND"])
def test_a_bad_rule_is_refused(rule):
    with pytest.raises(metrics.RuleError):
        metrics.composite(rule, lambda name: "OK")


def test_statistics_of_summaries():
    one = metrics.Sample(0, 4, 20, 1, 9)
    assert metrics.statistic([one], "Average") == 5
    assert metrics.statistic([one], "p50") is None
    assert metrics.statistic([metrics.sample(0, list(range(1, 11)))], "tm80") == 4.5
    assert metrics.statistic([metrics.sample(0, list(range(1, 11)))], "TC(20%:80%)") == 6
    with pytest.raises(ValueError, match="average"):
        metrics.statistic([one], "average")
