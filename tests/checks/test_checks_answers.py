"""Answers are found by name; each kind of answer has its own words."""

import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell

from dealab import checks


@pytest.fixture
def learner():
    """The learner's namespace, empty."""
    shell = InteractiveShell.instance()
    shell.reset(new_session=False)
    return shell.user_ns


@pytest.mark.parametrize("kind", [checks.table, checks.function, checks.document, checks.value])
def test_nothing_there_is_not_attempted(learner, kind):
    with pytest.raises(checks.NotAttempted, match="no 'answer' yet"):
        kind("answer")


@pytest.mark.parametrize("empty", [None, ...])
def test_a_placeholder_is_not_attempted(learner, empty):
    learner["answer"] = empty
    with pytest.raises(checks.NotAttempted):
        checks.value("answer")


def test_a_query_without_text_is_not_attempted(learner):
    with pytest.raises(checks.NotAttempted, match="no query for 'answer'"):
        checks.query("answer")


def test_the_starter_of_a_function_is_not_attempted(learner):
    def answer(x):
        raise NotImplementedError()

    learner["answer"] = answer
    with pytest.raises(checks.NotAttempted):
        checks.function("answer").returns(1, 2)
    with pytest.raises(checks.NotAttempted):
        checks.function("answer").raises(ValueError, 2)


def test_function_messages(learner):
    learner["double"] = lambda x: x + x if x else 1 / 0
    double = checks.function("double")
    double.returns(4, 2)
    double.agrees_with("def double(x): return 2 * x", [(1,), ("ab",), ([1],)])
    double.raises(ZeroDivisionError, 0)
    with pytest.raises(checks.Wrong, match=r"double\(2\) returned 4; 5 is wanted"):
        double.returns(5, 2)
    with pytest.raises(checks.Wrong, match="ZeroDivisionError"):
        double.returns(0, 0)
    with pytest.raises(checks.Wrong, match=r"double\(3\) returned 6: too low") as caught:
        double.agrees_with("def double(x): return 777 * x", [(3,)])
    assert "2331" not in str(caught.value)
    with pytest.raises(checks.Wrong, match="should raise ValueError"):
        double.raises(ValueError, 1)


def test_functions_get_copies_and_may_print(learner, capsys):
    import warnings

    def answer(items):
        items.append(1)
        print("noise")
        warnings.warn("more noise", stacklevel=1)
        return len(items)

    learner["answer"] = answer
    given = [5]
    checks.function("answer").returns(2, given)
    assert given == [5]
    assert capsys.readouterr() == ("", "")
    with pytest.raises(checks.Wrong, match="changes its input"):
        checks.function("answer").leaves_alone(given)


def test_a_function_that_returns_a_table(learner):
    learner["head"] = lambda frame: frame.head(1).rename(columns=str.upper)
    frame = pd.DataFrame({"a": [1, 2]})
    checks.function("head").agrees_with("def head(frame): return frame[:1]", [(frame,)])
    with pytest.raises(checks.Wrong, match="1 row: 1 too few"):
        checks.function("head").agrees_with("def head(frame): return frame", [(frame,)])


def test_documents_are_dicts_or_text(learner):
    learner["policy"] = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow"}]}'
    policy = checks.document("policy")
    policy.field("Statement.0.Effect", equals="Allow")
    policy.field("Version", matches=r"\d{4}-\d\d-\d\d")
    policy.without("Statement.1")
    policy.same_as("policy = {'Statement': [{'Effect': 'Allow'}], 'Version': '2012-10-17'}")
    with pytest.raises(checks.Wrong, match=r"no Statement\.0\.Action"):
        policy.field("Statement.0.Action")
    with pytest.raises(checks.Wrong, match="Effect is 'Allow'"):
        policy.field("Statement.0.Effect", one_of=["Deny"])


def test_documents_are_judged_by_the_sdk(learner):
    learner["mapping"] = {"FunctionName": "f", "BatchSize": "many"}
    with pytest.raises(checks.Wrong, match=r"boto3 refuses mapping.*BatchSize"):
        checks.document("mapping").accepted_by("lambda", "CreateEventSourceMapping")
    learner["mapping"] = {"FunctionName": "f", "BatchSize": 100}
    checks.document("mapping").accepted_by("lambda", "CreateEventSourceMapping")


def test_values(learner):
    learner["answer"] = 4
    checks.value("answer").equals(4.0)
    checks.value("answer").same_as("answer = 2 + 2")
    with pytest.raises(checks.Wrong, match="answer is 4: too low"):
        checks.value("answer").equals(5)


def test_outcomes_are_shown_without_a_traceback(learner):
    assert checks.Wrong("x is 2")._render_traceback_() == ["Not right yet: x is 2"]
    assert checks.NotAttempted("no x")._render_traceback_() == ["Not attempted: no x"]


def test_require_says_why():
    checks.require(1 == 1, "unused")
    with pytest.raises(checks.Wrong, match="two shards"):
        checks.require(False, "the stream needs two shards")
