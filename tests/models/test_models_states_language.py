"""The states language: intrinsic functions, paths, choices, JSONata and the checks of definitions.

Examples follow https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html,
.../state-choice.html and .../transforming-data.html, with values of our own.
"""

import json

import pytest

from dealab.models import asl, choices, intrinsics, queries


def call(text, given=None):
    return intrinsics.evaluate(text, lambda path: intrinsics.at_path(path, given), seed=1)


@pytest.mark.parametrize(
    ("text", "given", "expected"),
    [
        ("States.Format('Hi {}, {}', $.name, 7)", {"name": "Ann"}, "Hi Ann, 7"),
        ("States.Format('{}', $.on)", {"on": True}, "true"),
        ("States.Format('\\{{}\\}', $.n)", {"n": 1}, "{1}"),
        ("States.StringToJson($.t)", {"t": '{"a":[1]}'}, {"a": [1]}),
        ("States.JsonToString($.o)", {"o": {"a": [1, "é"]}}, '{"a":[1,"é"]}'),
        ("States.Array()", {}, []),
        ("States.Array('a, (b)', null, true, -1.5, $.o)", {"o": {}},
         ["a, (b)", None, True, -1.5, {}]),
        ("States.ArrayPartition($.l, 4)", {"l": [1, 2, 3, 4, 5]}, [[1, 2, 3, 4], [5]]),
        ("States.ArrayContains($.l, 2)", {"l": [1, 2]}, True),
        ("States.ArrayContains($.l, 'a')", {"l": [1, 2]}, False),
        ("States.ArrayRange(1, 9, 2)", {}, [1, 3, 5, 7, 9]),
        ("States.ArrayRange(9, 1, -4)", {}, [9, 5, 1]),
        ("States.ArrayGetItem($.l, $.i)", {"l": [1, 2], "i": 1}, 2),
        ("States.ArrayLength($.l)", {"l": [1, 2]}, 2),
        ("States.ArrayUnique($.l)", {"l": [1, 2, 1, {"a": 1}, {"a": 1}]}, [1, 2, {"a": 1}]),
        ("States.Base64Encode('Data')", {}, "RGF0YQ=="),
        ("States.Base64Decode('RGF0YQ==')", {}, "Data"),
        ("States.Hash('a', 'SHA-1')", {}, "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"),
        ("States.JsonMerge($.a, $.b, false)", {"a": {"x": {"p": 1}, "y": 1}, "b": {"x": 2}},
         {"x": 2, "y": 1}),
        ("States.MathAdd($.n, -1)", {"n": 111}, 110),
        ("States.StringSplit('1,2;3', ',;')", {}, ["1", "2", "3"]),
        ("States.Array(States.Format('a{}', 1), States.MathAdd(1, 1))", {}, ["a1", 2]),
        ("States.ArrayLength($.l[?(@.p > 1)])", {"l": [{"p": 1}, {"p": 2}]}, 1),
    ],
)  # fmt: skip
def test_intrinsic_functions(text, given, expected):
    assert call(text, given) == expected


@pytest.mark.parametrize(
    "text",
    [
        "States.Nope(1)",
        "States.Format('{} {}', 1)",
        "States.ArrayPartition('x', 2)",
        "States.ArrayRange(1, 5000, 1)",
        "States.ArrayGetItem($.l, 9)",
        "States.JsonMerge($.o, $.o, true)",
        "States.StringToJson('{')",
        "States.MathAdd(1.5, 1)",
        "States.Array(1",
        "States.Array(1) x",
    ],
)
def test_wrong_calls_are_refused(text):
    with pytest.raises(intrinsics.IntrinsicError):
        call(text, {"l": [1], "o": {}})


def nested(times, inner="1"):
    return "States.Array(" * times + inner + ")" * times


def test_ten_functions_can_stand_in_a_field_and_not_eleven():
    # The documentation counts the functions of such a field, not how deep they stand.
    inner = "States.ArrayGetItem(States.StringSplit(States.ArrayGetItem(States.StringSplit($.a, "
    parts = [f"{inner}'/'), 2), '.'), {number})" for number in (0, 1)]
    nine = f"States.Format('{{}}.{{}}', {', '.join(parts)})"
    assert intrinsics.count(nine) == 9
    assert call(nine, {"a": "a/b/c.d"}) == "c.d"
    assert intrinsics.count("States.Array(')States.Array(', $.l[?(@.p > 1)])") == 1
    assert call(nested(10))
    with pytest.raises(intrinsics.IntrinsicError, match="More than 10"):
        call(nested(11))
    with pytest.raises(intrinsics.IntrinsicError, match="More than 10"):
        call(f"States.Array({nested(5)}, {nested(5)})")

    def found(text):
        state = {"Type": "Pass", "Parameters": {"a.$": text}, "End": True}
        return asl.problems(json.dumps({"StartAt": "A", "States": {"A": state}}))

    assert not found(nested(10))
    assert found(nested(11))[0].location == "/States/A/Parameters/a.$"


def test_chance_stays_in_its_range_and_repeats_with_a_seed():
    numbers = {intrinsics.evaluate("States.MathRandom(1, 3)", None, seed) for seed in range(50)}
    assert numbers == {1, 2}
    assert call("States.UUID()") == call("States.UUID()")


def test_paths_to_one_value_and_to_several():
    data = {"l": [{"p": 1}, {"p": 2}], "a b": 0}
    assert intrinsics.at_path("$.l[-1].p", data) == 2
    assert intrinsics.at_path("$.l[*].p", data) == [1, 2]
    assert intrinsics.at_path("$.l[?(@.p > 9)]", data) == []
    assert intrinsics.at_path("$['a b']", data) == 0
    with pytest.raises(intrinsics.NoSuchPath):
        intrinsics.at_path("$.zz", data)


@pytest.mark.parametrize(
    ("rule", "value", "holds"),
    [
        ({"StringEquals": "a"}, "a", True),
        ({"StringLessThan": "b"}, "a", True),
        ({"StringEquals": "1"}, 1, False),
        ({"StringGreaterThanEqualsPath": "$.b"}, "b", True),
        ({"StringMatches": "a*c"}, "abc", True),
        ({"StringMatches": "a.c"}, "abc", False),
        ({"StringMatches": "a\\*c"}, "a*c", True),
        ({"NumericLessThanEquals": 1}, 1.0, True),
        ({"NumericEquals": 1}, True, False),
        ({"NumericEqualsPath": "$.n"}, 5, True),
        ({"TimestampEquals": "2026-01-01T00:00:00Z"}, "2026-01-01T02:00:00+02:00", True),
        ({"TimestampGreaterThan": "2026-01-01T00:00:00Z"}, "2026-01-01T00:00:00.001Z", True),
        ({"TimestampEquals": "2026-01-01T00:00:00Z"}, "no", False),
        ({"BooleanEquals": False}, False, True),
        ({"BooleanEquals": False}, 0, False),
        ({"IsNull": False}, 1, True),
        ({"IsTimestamp": True}, "2026-01-01", False),
        ({"IsBoolean": True}, True, True),
    ],
)
def test_choice_rules(rule, value, holds):
    data = {"v": value, "b": "b", "n": 5}
    assert choices.holds({"Variable": "$.v", **rule}, lambda path: data[path[2:]]) is holds


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("$exists($states.input.none)", True),
        ("$states.input.none", None),
        ("$partition([1,2,3], 2)", [[1, 2], [3]]),
        ("$range(1, 7, 3)", [1, 4, 7]),
        ("$hash('a', 'SHA-1')", "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"),
        ("$parse('[1, null]')", [1, None]),
        ("$states.input.items[x > 1].x", 2),
        ("10 / 4", 2.5),
        ("4 / 2", 2),
        ("($total := $sum($states.input.items.x); $total * 2)", 6),
        ("$merge([$states.input.items[0], {'y': 1}])", {"x": 1, "y": 1}),
    ],
)
def test_jsonata_with_the_functions_of_the_service(expression, expected):
    given = {"states": {"input": {"none": None, "items": [{"x": 1}, {"x": 2}]}}}
    assert queries.evaluate(expression, given) == expected


@pytest.mark.parametrize("wrong", ["$nothing", "1 / 0", "'a' + 1", "$eval('1')", "$range(1, 2, 0)"])
def test_jsonata_without_a_value_is_an_error(wrong):
    with pytest.raises(queries.QueryError):
        queries.evaluate(wrong, {})


def found(states, **top):
    document = {"StartAt": next(iter(states), "A"), "States": states, **top}
    return [(p.code, p.location) for p in asl.problems(json.dumps(document))]


SCHEMA, TARGET = "SCHEMA_VALIDATION_FAILED", "MISSING_TRANSITION_TARGET"
END = {"Type": "Succeed"}


@pytest.mark.parametrize(
    ("states", "problem"),
    [
        ({"A": {"End": True}}, (SCHEMA, "/States/A")),
        ({"A": {"Type": "Odd", "End": True}}, (SCHEMA, "/States/A/Type")),
        ({"A": {"Type": "Pass"}, "B": END}, (SCHEMA, "/States/A")),
        ({"A": {"Type": "Pass", "Next": "C"}, "B": END}, (TARGET, "/States/A/Next")),
        ({"A": END, "B": END}, (TARGET, "/States/B")),
        ({"A": {"Type": "Pass", "Next": "A"}}, ("MISSING_END_STATE", "/States")),
        ({"A": {"Type": "Pass", "Odd": 1, "End": True}}, (SCHEMA, "/States/A/Odd")),
        ({"A": {"Type": "Task", "End": True}}, (SCHEMA, "/States/A")),
        ({"A": {"Type": "Task", "Resource": "f", "End": True}}, (SCHEMA, "/States/A/Resource")),
        ({"A": {"Type": "Wait", "End": True}}, (SCHEMA, "/States/A")),
        ({"A": {"Type": "Wait", "Seconds": -1, "End": True}}, (SCHEMA, "/States/A/Seconds")),
        ({"A": {"Type": "Choice", "Choices": []}, "B": END}, (SCHEMA, "/States/A/Choices")),
        ({"A": {"Type": "Choice", "Choices": [{"Variable": "$.a", "Odd": 1, "Next": "B"}]},
          "B": END}, (SCHEMA, "/States/A/Choices[0]")),
        ({"A": {"Type": "Parallel", "Branches": [], "End": True}}, (SCHEMA, "/States/A/Branches")),
        ({"A": {"Type": "Pass", "Parameters": {"x.$": "plain"}, "End": True}},
         (SCHEMA, "/States/A/Parameters/x.$")),
        ({"A": {"Type": "Pass", "ResultPath": "$.a[*]", "End": True}},
         (SCHEMA, "/States/A/ResultPath")),
        ({"A": {"Type": "Pass", "Output": 1, "End": True}}, (SCHEMA, "/States/A/Output")),
        ({"A": {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% 1 + %}", "End": True}},
         ("INVALID_JSONATA_EXPRESSION", "/States/A/Output")),
    ],
)  # fmt: skip
def test_problems_name_their_code_and_place(states, problem):
    assert problem in found(states)


def test_a_right_definition_has_no_problems():
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 2, "JitterStrategy": "FULL"}]
    task = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Retry": retry,
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "C"}], "Next": "C"}  # fmt: skip
    inner = {"StartAt": "D", "States": {"D": END}}
    each = {"Type": "Map", "ItemProcessor": inner, "End": True}
    assert found({"A": {"Type": "Pass", "Next": "B"}, "B": task, "C": each}) == []
    assert found({"A": END}, QueryLanguage="JSONata", TimeoutSeconds=5) == []
