"""The study plans and the placement test, over the real course and over a small one."""

import pytest

from dealab import sections
from dealab.progress import Store
from dealab.quiz import bank
from dealab.sections import Assignment, Index, Section
from dealab.study import placement, placement_result, plans, study_plan


def section(id, task="1.1", minutes=10, skills=("1.1.1",), questions=()):
    return Section(id, id.title(), task, f"one.ipynb#{id}", minutes, skills, questions)


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "progress.sqlite3")


@pytest.fixture
def small():
    return Index(
        sections=(
            section("first", questions=("1.1-q01", "1.1-q02")),
            section("second", minutes=20, skills=("1.1.2",)),
            section("review-1-1", minutes=5, skills=("1.1.1", "1.1.2")),
            section("third", task="1.2", minutes=30, skills=("1.2.1",)),
        ),
        assignments=(Assignment("1-1-small", "Small", "1.1", "../release/x", ("a", "b")),),
    )


def titles(plan):
    return [[step.title for step in week] for week in plan.weeks]


def test_six_weeks_hold_everything_in_the_order_of_the_course(small, store):
    plan = study_plan(6, store=store, index=small)
    found = [title for week in titles(plan) for title in week]
    assert found == ["First", "Second", "Review-1-1", "Small", "Third"]
    assert plan.minutes == 10 + 20 + 5 + 2 * plans.EXERCISE_MINUTES + 30


def test_three_weeks_hold_the_last_exercise_only(small, store):
    plan = study_plan(3, store=store, index=small)
    assert plan.minutes == 10 + 20 + 5 + plans.EXERCISE_MINUTES + 30
    assert "Small (its last exercise)" in [title for week in titles(plan) for title in week]


def test_one_week_holds_the_reviews_and_what_the_placement_test_points_to(
    small, store, monkeypatch
):
    assert titles(study_plan(1, store=store, index=small)) == [["Review-1-1"]]
    wrong = next(q for q in bank.load().values() if "1.1.2" in q.skills and "1.1.1" not in q.skills)
    monkeypatch.setattr(placement, "questions", lambda: (wrong.id,))
    store.record_answer(wrong.id, ["z"], False)
    store.record_answer(wrong.id, list(wrong.right), True)  # after the explanation: too late
    assert titles(study_plan(1, store=store, index=small)) == [["Second", "Review-1-1"]]


def test_no_plan_of_another_length(small, store):
    with pytest.raises(ValueError, match="6, 3 and 1 weeks, not of 2"):
        study_plan(2, store=store, index=small)


def test_steps_are_dealt_by_their_time_and_keep_their_order():
    steps = [
        plans.Step("1.1", str(n), "", minutes, False) for n, minutes in enumerate([60, 10, 50])
    ]
    dealt = plans.deal(steps, 2)
    assert [[step.title for step in week] for week in dealt] == [["0"], ["1", "2"]]


def test_what_progress_knows_is_ticked(small, store):
    store.record_answer("1.1-q01", ["a"], True)
    assert not any(s.done for w in study_plan(6, store=store, index=small).weeks for s in w)
    store.record_answer("1.1-q02", ["a"], True)
    for exercise in ("a", "b"):
        store.record_check(exercise, "correct")
    done = [
        step.title
        for week in study_plan(6, store=store, index=small).weeks
        for step in week
        if step.done
    ]
    assert done == ["First", "Small"]
    text = repr(study_plan(6, store=store, index=small))
    assert "[x] 1.1  First (10 min)" in text
    assert "[ ] 1.2  Third (30 min)" in text


def test_the_result_counts_first_tries_and_names_what_is_open(small, store):
    ids = placement.questions()
    for number, id in enumerate(ids[:-1]):
        store.record_answer(id, ["a"], number % 2 == 0)
    result = placement_result(store, sections.load())
    assert result.open == ids[-1:]
    assert sum(row[2] for row in result.tasks) == 10
    assert "19 of 20 answered, 10 right so far." in repr(result)
    wrong = bank.pick(*ids[1::2][:-1])
    for question in wrong:
        taught = {one.id for s in question.skills for one in sections.load().teaching(s)}
        assert taught <= {one.id for one in result.read}


def test_the_placement_test_has_twenty_questions_that_no_lesson_shows():
    ids = placement.questions()
    assert len(set(ids)) == placement.SIZE
    shown = {id for one in sections.load().sections for id in one.questions}
    assert not shown & set(ids)
    assert {question.form for question in bank.pick(*ids)} == {"drill"}


def test_every_question_of_the_placement_test_points_to_a_section():
    for question in bank.pick(*placement.questions()):
        assert any(sections.load().teaching(skill) for skill in question.skills), question.id


def test_the_index_knows_every_section_and_its_place():
    index = sections.load()
    one = next(one for one in index.sections if one.id == "shards-and-hot-keys")
    assert (one.task, one.minutes) == ("1.1", 16)
    assert one.href.startswith("01-ingestion-and-transformation.ipynb#Count-the-shards")
    assert one.questions
