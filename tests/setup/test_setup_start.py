"""The start page agrees with the exam guide, which has its numbers too."""

import re

import pytest

from dealab import facts, guide, paths

START = (paths.content() / "lessons" / "00-start.md").read_text(encoding="utf-8")


def test_map_shows_every_domain_with_its_weight():
    """Do title and weight in the picture, and the weights in its description, match the guide?"""
    boxes = re.findall(r'd\d\["(\d) ([^<"]+)<br/>(\d+) %"\]', START)
    domains = guide.load().domains
    assert boxes == [(one.id, one.title, str(one.weight)) for one in domains]
    described = re.search(r"accDescr: (.+)", START)[1]
    assert re.findall(r"(\d+) percent", described) == [str(one.weight) for one in domains]


def test_links_lead_to_notebooks_that_exist():
    """Does a click in the open notebook, which stands in notebooks/, arrive?"""
    targets = re.findall(r"\]\(([^):]+\.ipynb)\)", START)
    assert targets
    notebooks = paths.course() / "notebooks"
    assert [one for one in targets if not (notebooks / one).is_file()] == []


@pytest.mark.parametrize(
    ("fact", "numbers"),
    [
        (
            "exam-questions",
            lambda exam: [
                exam.scored_questions + exam.unscored_questions,
                exam.scored_questions,
                exam.unscored_questions,
            ],
        ),
        ("exam-score", lambda exam: [exam.score_min, exam.score_max, exam.pass_score]),
        ("exam-time", lambda exam: [exam.minutes]),
        ("exam-price", lambda exam: [exam.price_usd]),
    ],
)
def test_facts_of_the_exam_are_the_guide_s(fact, numbers):
    said = [int(number) for number in re.findall(r"\d+", facts.load()[fact].fact)]
    assert said == numbers(guide.load().exam)


def test_version_is_the_guide_s():
    exam = guide.load().exam
    said = facts.load()["exam-version"].fact
    assert f"version {exam.guide_version}," in said
    assert exam.code in said
    assert f"{exam.published:%B} {exam.published.day}, {exam.published.year}" in said
