import json
from types import SimpleNamespace

import pytest

from dealab import guide
from dealab.coverage import Gap, coverage, with_pages
from dealab.guide import Domain, Guide, Skill, Statement, Task

SMALL = Guide(
    exam=None,
    domains=(
        Domain(
            "1",
            "Domain",
            100,
            (
                Task(
                    "1.1",
                    "Ingest",
                    (Skill("1.1.1", "Do", "do"), Skill("1.1.2", "Tell", "describe")),
                    (
                        Statement("1.1.K1", "Know", ("1.1.1",), None),
                        Statement("1.1.S1", "Able", ("1.1.1", "1.1.2"), None),
                        Statement("1.1.S2", "Told", ("1.1.2",), None),
                    ),
                ),
                Task(
                    "1.2",
                    "Transform",
                    (Skill("1.2.1", "Do more", "do"),),
                    (Statement("1.2.K1", "Kept", ("1.2.1",), "keep-it"),),
                ),
            ),
        ),
    ),
    services=(),
)


def section(key, skills=(), statements=(), questions=(), line=7):
    return SimpleNamespace(
        id=key, file="1.md", line=line, skills=skills, statements=statements, questions=questions
    )


def question(*skills):
    return SimpleNamespace(file="1.yaml", line=3, skills=skills)


def exercise(key, skills=(), statements=(), by_hand=False):
    return SimpleNamespace(
        assignment="a",
        id=key,
        file="a.md",
        line=5,
        skills=skills,
        statements=statements,
        by_hand=by_hand,
    )


def full_first_task():
    """Return sections, questions and exercises that cover task 1.1 and nothing else."""
    return (
        [section("s1", ["1.1.1"]), section("s2", ["1.1.2"])],
        {"q1": question("1.1.1"), "q2": question("1.1.2")},
        [exercise("e1", ["1.1.1"])],
    )


def test_nothing_covers_nothing():
    joined = coverage(SMALL, [], {}, [])
    every = ("lessons", "questions", "exercises")
    assert (
        {gap.id: gap.lacks for gap in joined.missing()}
        == {
            "1.1.1": every,
            "1.1.2": every[:2],  # describe: no exercise needed
            "1.1.K1": every[:2],  # knowledge: no exercise needed
            "1.1.S1": every,
            "1.1.S2": every[:2],  # carried by a skill that is only described
            "1.2.1": every,
            "1.2.K1": every[:2],
        }
    )
    assert not joined.complete(["1.1"])
    assert not joined.complete(["1.2"])


def test_a_question_graded_by_hand_is_no_practice_but_names_known_skills():
    essays = [exercise("e1", ["1.1.1"], by_hand=True), exercise("e2", ["9.9.9"], by_hand=True)]
    joined = coverage(SMALL, [], {}, essays)
    assert joined.skills["1.1.1"].exercises == ()
    assert joined.unknown() == ["a.md:5: exercise e2: no skill 9.9.9 in the exam guide"]


def test_statements_are_covered_through_their_skills():
    joined = coverage(SMALL, *full_first_task())
    assert joined.missing("1.1") == []
    assert joined.complete(["1.1"])
    assert not joined.complete(["1.1", "1.2"])
    assert joined.statements["1.1.S1"].lessons == ("s1", "s2")
    assert joined.statements["1.1.S1"].exercises == ("a/e1",)


@pytest.mark.parametrize(
    ("part", "index", "gaps"),
    [
        (0, 1, {"1.1.2": ("lessons",), "1.1.S2": ("lessons",)}),
        (1, "q2", {"1.1.2": ("questions",), "1.1.S2": ("questions",)}),
        (2, 0, {"1.1.1": ("exercises",), "1.1.S1": ("exercises",)}),
    ],
)
def test_each_part_that_is_taken_away_is_missed(part, index, gaps):
    parts = full_first_task()
    del parts[part][index]
    joined = coverage(SMALL, *parts)
    assert {gap.id: gap.lacks for gap in joined.missing("1.1")} == gaps
    assert not joined.complete(["1.1"])


def test_naming_a_statement_does_not_cover_its_skill():
    joined = coverage(SMALL, [section("s", [], ["1.1.K1"])], {"q": question("1.1.K1")}, [])
    assert joined.statements["1.1.K1"].lessons == ("s",)
    assert joined.statements["1.1.K1"].questions == ("q",)
    assert joined.skills["1.1.1"].lessons == ()
    assert joined.statements["1.1.S1"].lessons == ()


def test_direct_ones_stand_first_and_nothing_stands_twice():
    sections = [section("a", ["1.1.1"]), section("b", ["1.1.1"], ["1.1.K1"])]
    exercises = [exercise("x", ["1.1.1"]), exercise("y", ["1.1.1", "1.1.1"], ["1.1.K1"])]
    joined = coverage(SMALL, sections, {}, exercises)
    assert joined.skills["1.1.1"].lessons == ("a", "b")
    assert joined.skills["1.1.1"].exercises == ("a/x", "a/y")
    assert joined.statements["1.1.K1"].lessons == ("b", "a")
    assert joined.statements["1.1.K1"].exercises == ("a/y", "a/x")


def test_a_kept_statement_needs_its_section():
    others = {"q": question("1.2.1")}, [exercise("e", ["1.2.1"])]
    without = coverage(SMALL, [section("s", ["1.2.1"], ["1.2.K1"])], *others)
    assert [(gap.id, gap.lacks) for gap in without.missing("1.2")] == [("1.2.K1", ("lessons",))]
    assert "keep-it" in without.missing("1.2")[0].text
    assert without.as_json()["statements"]["1.2.K1"]["lessons"] == []
    assert without.unknown() == [
        "guide.yaml: 1.2.K1: kept by lesson keep-it, which no file has, but section s names it"
    ]

    with_it = coverage(SMALL, [section("s", ["1.2.1"]), section("keep-it")], *others)
    assert with_it.complete(["1.2"])
    assert with_it.statements["1.2.K1"].lessons == ("keep-it", "s")
    assert with_it.skills["1.2.1"].lessons == ("s",)
    assert with_it.unknown() == []


def test_a_lesson_still_to_be_written_is_no_error():
    assert coverage(SMALL, [], {}, []).unknown() == []


def test_unknown_ids_are_listed_with_their_place():
    joined = coverage(
        SMALL,
        [section("s", ["9.9.9", "1.1.K1"], ["1.1.K9"], ["gone", "q"])],
        {"q": question("1.1.1", "1.1.7", "1.1.K1")},
        [exercise("e", ["1.1.8"], ["1.1.1"])],
    )
    assert joined.unknown() == [
        "1.md:7: section s: no skill 9.9.9 in the exam guide",
        "1.md:7: section s: no skill 1.1.K1 in the exam guide",
        "1.md:7: section s: no statement 1.1.K9 in the exam guide",
        "1.md:7: section s: shows question gone, which the bank has not",
        "1.yaml:3: question q: no skill or statement 1.1.7 in the exam guide",
        "a.md:5: exercise e: no skill 1.1.8 in the exam guide",
        "a.md:5: exercise e: no statement 1.1.1 in the exam guide",
    ]


@pytest.mark.parametrize("ask", [lambda c: c.missing("9.9"), lambda c: c.complete(["1.1", "9.9"])])
def test_an_unknown_task_is_refused_by_name(ask):
    with pytest.raises(ValueError, match=r"no task '9\.9'.*1\.1, 1\.2"):
        ask(coverage(SMALL, *full_first_task()))


def test_json_holds_every_id_of_the_real_guide():
    real = guide.load()
    joined = coverage(
        real,
        [section("s", ["1.1.1"])],
        {"1.1-q01": question("1.1.1")},
        [exercise("e", ["1.1.1"])],
    )
    data = json.loads(json.dumps(joined.as_json()))
    assert list(data) == ["skills", "statements"]
    assert list(data["skills"]) == list(real.skill_ids())
    assert list(data["statements"]) == list(real.statement_ids())
    for entry in (*data["skills"].values(), *data["statements"].values()):
        assert list(entry) == ["lessons", "questions", "exercises"]
    expected = {"lessons": ["s"], "questions": ["1.1-q01"], "exercises": ["a/e"]}
    assert data["skills"]["1.1.1"] == expected
    assert data["statements"]["1.1.S1"] == expected
    assert data["skills"]["1.1.2"] == {"lessons": [], "questions": [], "exercises": []}


def test_text_counts_covered_of_required_and_lists_the_rest():
    sections, questions, exercises = full_first_task()
    joined = coverage(SMALL, [*sections, section("s3", ["1.9.9"])], questions, exercises)
    rows = {line.split()[0]: line.split() for line in joined.as_text().splitlines() if line.strip()}
    assert rows["1.1"][2:] == ["2/2", "2/2", "1/1", "3/3", "3/3", "1/1"]
    assert rows["1.2"][2:] == ["0/1", "0/1", "0/1", "0/1", "0/1", "0/0"]
    assert rows["all"][1:] == ["2/3", "2/3", "1/2", "3/4", "3/4", "1/1"]
    assert rows["1.2.K1"][1:3] == ["lessons,", "questions"]
    assert "1.1.1" not in rows
    assert "Missing (2):" in joined.as_text()
    assert "section s3: no skill 1.9.9" in joined.as_text()


def test_text_says_when_nothing_is_missing():
    sections, questions, exercises = full_first_task()
    joined = coverage(
        SMALL,
        [*sections, section("keep-it", ["1.2.1"])],
        questions | {"q3": question("1.2.1")},
        [*exercises, exercise("e2", ["1.2.1"])],
    )
    assert joined.missing() == []
    assert "Nothing is missing." in joined.as_text()


def test_a_gap_prints_as_one_line():
    assert str(Gap("1.1", "1.1.1", "Do", ("lessons",))).split() == ["1.1.1", "lessons", "Do"]


def test_pages_that_are_missing_and_pages_that_lead_nowhere():
    joined = coverage(SMALL, [section("here", ["1.1.1"])], {}, [])
    page = SimpleNamespace(skills=("1.1.1",), sections=("here",))
    stray = SimpleNamespace(skills=("9.9.9",), sections=("gone",))
    found = with_pages(
        joined,
        [section("here")],
        {"interview": ["q-1", "q-2"], "services": ["s3"]},
        {"q-1": page, "x": stray},
    )
    assert found.unwritten("interview") == ["q-2"]
    assert not found.complete(["interview"])
    assert found.as_json()["interview"] == {"q-1": ["here"], "q-2": None}
    assert found.as_json()["services"] == {"s3": None}
    assert found.unknown()[-3:] == [
        "x: no skill 9.9.9 in the exam guide",
        "x: no section gone in any lesson",
        "x: answers no topic that is listed",
    ]
    assert "interview: 1/2\n  missing: q-2" in found.as_text()
    whole = with_pages(joined, [section("here")], {"interview": ["q-1"]}, {"q-1": page})
    assert whole.complete(["interview"])
    assert whole.unknown() == []
