"""The proof of an exercise fails for each thing that can be wrong with one."""

import pytest

from dealab import checks
from dealab.build import exercises
from dealab.grading import proof

FILE = "assignments/1-1-small/small.md"


@pytest.fixture
def prove(course):
    def problems(only=""):
        found = proof.prove(exercises.assignments(course / "content"), only)
        return {f"{one.exercise}: {one.answer}": one.problem for one in found if one.problem}

    return problems


def test_a_good_assignment_has_no_problem(prove, course):
    assert prove() == {}
    answers = [one.answer for one in proof.prove(exercises.assignments(course / "content"))]
    assert answers == [
        *("solution", "starter", "right: adds", "wrong: squares"),
        *("solution", "starter", "right: a tuple", "wrong: one only"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "answer", "problem"),
    [
        ("    return 2 * x\n", "    return 3 * x\n", "double: solution", "4 is wanted"),
        ('+++ {"role": "hint"}\n\nTry `+`.\n', "", "double: hint", "has no cell for a hint"),
        ("    return x * x\n", "    return x + x\n", "double: wrong: squares", "scores full marks"),
        ("message: too high", "message: too low", "double: wrong: squares", "declared is: too low"),
        ("points: 1\nmessage", "points: 0\nmessage", "double: wrong: squares", "declared are 0"),
        ("    return x + x\n", "    return x + 1\n", "double: right: adds", "scores 0 of 3"),
        (
            'answer = checks.value("colors")\n',
            "answer = None\nif 'colors' in dir(): answer = checks.value('colors')\n"
            "else: checks.value = lambda name: None\n",
            "colors: starter",
            "not reported as not attempted",
        ),
    ],
)
def test_what_is_wrong_is_found(prove, edit, monkeypatch, old, new, answer, problem):
    monkeypatch.setattr(checks, "value", checks.value)  # put back what the last case replaces
    edit(FILE, old, new)
    found = prove()
    assert problem in found[answer]


def test_a_starter_that_scores_is_found(prove, edit):
    edit(FILE, 'answer = checks.function("double")\n### BEGIN', "answer = None\n### BEGIN")
    edit(FILE, 'answer.agrees_with(SOLUTION, [(3,), ("SECRET-INPUT",)])', "assert SOLUTION")
    assert "the untouched starter scores 2" in prove()["double: starter"]


def test_one_exercise_can_be_proved_alone(course):
    found = proof.prove(exercises.assignments(course / "content"), "colors")
    assert {one.exercise for one in found} == {"colors"}


def test_an_opening_cell_that_fails_is_the_courses_own_fault(prove, edit):
    edit(FILE, "from dealab import checks\n```", "from dealab import no_such_thing\n```")
    with pytest.raises(RuntimeError, match=r"small\.md:\d+: this cell of the assignment fails"):
        prove()


def test_a_question_graded_by_hand_is_proved_without_a_score(prove, essay):
    assert prove("paint_it") == {}
    found = list(proof.prove(exercises.assignments(essay / "content"), "paint_it"))
    assert [one.answer for one in found] == [
        *("answer cell in source", "answer cell in release"),
        *("rubric: The work is spread", "rubric: The cost is named", "model answer"),
    ]
    assert all(one.score is None for one in found)


@pytest.mark.parametrize(
    ("old", "new", "answer", "problem"),
    [
        ('+++ {"role": "hint"}\n\nThink of the queue.\n', "", "hint", "no cell for a hint"),
        ("Think of the queue.", "SECRET-ESSAY: a queue and ten painters.", "model answer", "shows"),
        (
            "Think of the queue.",
            "SECRET-PRICE: any number with its reason.",
            "rubric: The cost is named",
            "the release shows this line of it",
        ),
    ],
)
def test_what_is_wrong_with_a_question_graded_by_hand_is_found(
    prove, essay, edit, old, new, answer, problem
):
    edit(FILE, old, new)
    assert problem in prove("paint_it")[f"paint_it: {answer}"]


def test_a_release_that_shows_the_rubric_is_found(prove, essay, monkeypatch):
    monkeypatch.setattr("dealab.grading.preprocessors.FOR_GRADERS", "another line")
    assert "shows this line" in prove("paint_it")["paint_it: rubric: The work is spread"]


@pytest.mark.parametrize(
    ("value", "problem", "noise", "points"),
    [
        (None, None, "", 4),
        ("text", None, "", 4),
        (True, None, "", 4),
        (1.5, None, "", 1.5),
        (9, None, "", 4),
        (None, AssertionError(), "", 0),
        (None, None, "a warning", 0),
    ],
)
def test_points_are_nbgraders(value, problem, noise, points):
    assert proof._points(4, value, problem, noise) == points
