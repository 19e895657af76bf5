import datetime
import re
from urllib.parse import urlsplit

import pytest
import yaml

from dealab import guide, paths
from dealab.guide import GuideError

# Skills, knowledge statements and skill statements of each task, counted in AWS's two guides.
COUNTS = {
    "1.1": (12, 6, 10),
    "1.2": (10, 5, 8),
    "1.3": (4, 4, 4),
    "1.4": (11, 6, 7),
    "2.1": (8, 6, 5),
    "2.2": (6, 3, 5),
    "2.3": (6, 5, 4),
    "2.4": (6, 5, 4),
    "3.1": (9, 3, 9),
    "3.2": (6, 5, 4),
    "3.3": (8, 4, 8),
    "3.4": (5, 4, 3),
    "4.1": (7, 4, 5),
    "4.2": (6, 4, 4),
    "4.3": (4, 4, 4),
    "4.4": (5, 3, 5),
    "4.5": (7, 2, 4),
}
# Statements that no v1.1 skill says, so that a lesson has to keep them.
KEPT = {"1.2.K5", "1.4.K6", "1.4.S3", "1.4.S4", "1.4.S5", "2.2.K2", "3.4.K4", "4.1.K3"}
OFFICIAL = {"docs.aws.amazon.com", "aws.amazon.com", "spark.apache.org"}
KINDS = {"wrong", "outdated", "misleading", "incomplete", "caution"}

SMALL = """
exam:
  {code: X-1, title: Small exam, guide_version: '1.1', published: 2025-12-12, scored_questions: 2,
   unscored_questions: 1, minutes: 10, score_min: 100, score_max: 1000, pass_score: 720,
   price_usd: 1, sources: ['https://docs.aws.amazon.com/x'], checked: 2026-11-23}
services:
  source: https://docs.aws.amazon.com/y
  checked: 2026-11-23
  added: [New]
  removed: [Gone]
  today: {Gone: Renamed}
  categories: {Storage: [Old, New], Compute: [Gone]}
domains:
- id: '1'
  title: First
  weight: 100
  tasks:
  - id: '1.1'
    title: Task
    skills:
    - {id: 1.1.1, text: One, practice: do}
    - {id: 1.1.2, text: Two, practice: describe}
    statements:
    - {id: 1.1.K1, text: Old one, skills: [1.1.1, 1.1.2]}
    - {id: 1.1.S1, text: Old two, lesson: keep-it}
"""


@pytest.fixture(scope="module")
def loaded():
    return guide.load()


@pytest.fixture(scope="module")
def corrections():
    text = (paths.content() / "corrections.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


@pytest.fixture
def small(tmp_path):
    """Return a function that loads the small guide with one text replaced by another."""

    def load(old="", new=""):
        assert old in SMALL
        file = tmp_path / "small.yaml"
        file.write_text(SMALL.replace(old, new, 1) if old else SMALL, encoding="utf-8")
        return guide.load(file)

    return load


def test_has_every_domain_task_skill_and_statement(loaded):
    assert [(domain.id, domain.weight) for domain in loaded.domains] == [
        ("1", 34),
        ("2", 26),
        ("3", 22),
        ("4", 18),
    ]
    assert [task.id for task in loaded.tasks()] == list(COUNTS)
    assert (len(loaded.skill_ids()), len(loaded.statement_ids())) == (120, 166)
    for task in loaded.tasks():
        skills, knowledge, old = COUNTS[task.id]
        assert [skill.id for skill in task.skills] == [
            f"{task.id}.{n}" for n in range(1, skills + 1)
        ]
        assert [item.id for item in task.statements] == [
            *(f"{task.id}.K{n}" for n in range(1, knowledge + 1)),
            *(f"{task.id}.S{n}" for n in range(1, old + 1)),
        ]


def test_tasks_stand_under_their_domain(loaded):
    for domain in loaded.domains:
        assert {task.id.split(".")[0] for task in domain.tasks} == {domain.id}


def test_old_skills_are_carried_by_skills_of_their_own_task(loaded):
    for task in loaded.tasks():
        own = {skill.id for skill in task.skills}
        for item in task.statements:
            if not item.knowledge:
                assert own & set(item.skills), item.id


def test_lessons_keep_exactly_what_no_skill_says(loaded):
    kept = {item.id: item.lesson for item in loaded.statements().values() if item.lesson}
    assert set(kept) == KEPT
    assert len(set(kept.values())) == len(KEPT), "each is a section of its own"


def test_texts_are_short_phrases_that_differ(loaded):
    texts = [item.text for item in (*loaded.skills().values(), *loaded.statements().values())]
    assert len(set(texts)) == len(texts)
    for text in texts:
        assert len(text) <= 110, text
        assert not text.endswith("."), text
        assert "for example" not in text.lower(), text


def test_exam_facts(loaded):
    exam = loaded.exam
    assert (exam.code, exam.guide_version) == ("DEA-C01", "1.1")
    assert (exam.scored_questions, exam.unscored_questions, exam.questions) == (50, 15, 65)
    assert (exam.minutes, exam.pass_score) == (130, 720)
    assert (exam.score_min, exam.score_max) == (100, 1000)
    assert {urlsplit(source).hostname for source in exam.sources} <= OFFICIAL


def test_services_of_both_guides(loaded):
    def listed(version):
        return {service.name for service in loaded.services if version in service.guides}

    assert (len(listed("1.0")), len(listed("1.1"))) == (72, 75)
    assert listed("1.1") - listed("1.0") == {
        "AWS Data Exchange",
        "Amazon Aurora",
        "Amazon Bedrock",
        "Amazon Kendra",
        "Amazon Q",
        "Amazon S3 Tables",
    }
    assert listed("1.0") - listed("1.1") == {"AWS Cloud9", "AWS CodeCommit", "AWS SCT"}
    today = {service.name: service.today for service in loaded.services}
    assert today["Amazon Kinesis Data Firehose"] == "Amazon Data Firehose"
    assert today["Amazon S3"] == "Amazon S3"


def test_small_guide_loads(small):
    loaded = small()
    assert loaded.skill_ids() == ("1.1.1", "1.1.2")
    assert loaded.statement_ids() == ("1.1.K1", "1.1.S1")
    first, second = loaded.statements().values()
    assert (first.skills, first.lesson, first.knowledge) == (("1.1.1", "1.1.2"), None, True)
    assert (second.skills, second.lesson, second.knowledge) == ((), "keep-it", False)
    assert [(s.name, s.category, s.guides, s.today) for s in loaded.services] == [
        ("Old", "Storage", ("1.0", "1.1"), "Old"),
        ("New", "Storage", ("1.1",), "New"),
        ("Gone", "Compute", ("1.0",), "Renamed"),
    ]


def test_reads_a_changed_file_again(tmp_path, small):
    assert small().skills()["1.1.1"].text == "One"
    assert small("text: One", "text: Another").skills()["1.1.1"].text == "Another"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("{id: 1.1.2,", "{id: 1.1.1,", "1.1.1: stands twice"),
        ("{id: 1.1.2,", "{id: 1.2.2,", "1.2.2: stands where a skill of task 1.1 is expected"),
        ("{id: 1.1.S1,", "{id: 1.2.S1,", "1.2.S1: stands where a statement of task 1.1"),
        ("{id: 1.1.S1,", "{id: 1.1.X1,", "1.1.X1: stands where"),
        ("- id: '1.1'", "- id: 1.1", "a task of domain 1: id is 1.1; write it in quotes"),
        ("- id: '1.1'", "- id: '2.1'", "2.1: stands where a task of domain 1 is expected"),
        ("skills: [1.1.1, 1.1.2]", "skills: [1.1.9]", "1.1.K1: maps to skill '1.1.9'"),
        ("skills: [1.1.1, 1.1.2]", "skills: [1.1.1, 1.1.1]", "1.1.K1: names a skill twice"),
        (", lesson: keep-it", "", "1.1.S1: needs skills that carry it, or a lesson"),
        ("lesson: keep-it", "lesson: Keep it", "1.1.S1: lesson 'Keep it' is no section name"),
        ("practice: describe", "practice: maybe", "1.1.2: practice is 'maybe'"),
        ("text: One, ", "", "1.1.1: has no text"),
        ("text: One", "text: ''", "1.1.1: text must be a str"),
        ("text: One", "txt: One", "1.1.1: has no text"),
        ("text: One", "text: One, hint: h", "1.1.1: does not know 'hint'"),
        ("weight: 100", "weight: 90", "domains: weights add up to 90"),
        ("weight: 100", "weight: true", "1: weight must be a int"),
        ("minutes: 10", "minutes: ten", "exam: minutes must be a int"),
        ("published: 2025-12-12", "published: soon", "exam: published must be a date"),
        ("'https://docs.aws.amazon.com/x'", "'docs'", "exam: source 'docs' is no https"),
        ("[Old, New]", "[Old]", "New: named in services, but in no category"),
        ("Compute: [Gone]", "Compute: [Gone, Old]", "Old: listed under Storage and under Compute"),
        ("exam:", "exam: [", "not valid YAML"),
    ],
)
def test_says_what_is_wrong_and_where(small, old, new, message):
    with pytest.raises(GuideError, match=rf"^small\.yaml: {re.escape(message)}"):
        small(old, new)


def test_says_when_the_file_is_empty(tmp_path):
    file = tmp_path / "empty.yaml"
    file.write_text("", encoding="utf-8")
    with pytest.raises(GuideError, match=r"^empty\.yaml: the guide: is no mapping"):
        guide.load(file)


def test_corrections_are_the_67_known_places(corrections):
    assert [entry["n"] for entry in corrections] == list(range(1, 68))


def test_corrections_tell_claim_fact_source_and_date(corrections, loaded):
    tasks = {task.id for task in loaded.tasks()}
    fields = {"n", "claim", "kind", "today", "source", "checked", "tasks", "lesson"}
    for entry in corrections:
        assert set(entry) - {"note"} == fields, entry["n"]
        assert len({"", entry["claim"], entry["today"]}) == 3, entry["n"]
        assert entry["kind"] in KINDS, entry["n"]
        assert isinstance(entry["checked"], datetime.date), entry["n"]
        assert set() < set(entry["tasks"]) <= tasks, entry["n"]
        assert entry["lesson"] is None or re.fullmatch(r"[a-z0-9-]+", entry["lesson"]), entry["n"]
        if entry["source"] is None:
            assert entry["note"], f"{entry['n']}: say why there is no official source"
        else:
            assert entry["source"].startswith("https://"), entry["n"]
            assert urlsplit(entry["source"]).hostname in OFFICIAL, entry["n"]
