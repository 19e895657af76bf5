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


@pytest.mark.parametrize(
    ("expression", "series", "expected"),
    [
        ("m < n", {"m": [30, 20, 0, 0], "n": [20, None, 20, None]}, [0, 0, 1, 0]),
        ("m >= 30", {"m": [30, 20, 0, 0]}, [1, 0, 0, 0]),
        ("m > 15 AND n > 15", {"m": [30, 20, 0, 0], "n": [20, None, 20, None]}, [1, 0, 0, 0]),
        ("m / n", {"m": [4, None, 4], "n": [2, 2, None]}, [2, 0, None]),
        (
            "IF(a, b, c)",
            {"a": [1, 1, 0, 0, None], "b": [30, None, 0, 0, 30], "c": [0, 0, 20, None, 20]},
            [30, 0, 20, None, None],
        ),
        (
            "IF(a, 5, c)",
            {"a": [1, 1, 0, 0, None], "c": [0, 0, 20, None, 20]},
            [5, 5, 20, None, None],
        ),
        ("IF(a, b, 5)", {"a": [1, 1, 0, 0, None], "b": [30, None, 0, 0, 30]}, [30, 0, 5, 5, None]),
    ],
)
def test_metric_math_of_missing_values(expression, series, expected):
    """Tables of https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html"""
    from dealab.models.metric_math import evaluate

    times = [float(60 * at) for at in range(len(expected))]
    given = {
        name: {time: float(v) for time, v in zip(times, values, strict=True) if v is not None}
        for name, values in series.items()
    }
    found = evaluate(expression, given, times, 60)
    assert [found.get(time) for time in times] == expected


def test_metrics_function_leaves_expressions_out():
    from dealab.models.metric_math import evaluate

    series = {"a": {0.0: 1.0}, "twice": {0.0: 2.0}}
    assert evaluate("SUM(METRICS())", series, [0.0], 60, {"a"}) == {0.0: 1.0}
