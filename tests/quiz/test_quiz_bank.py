"""Loading and validating the bank: every message has file, line and what to do."""

import datetime
import re
import shutil
from pathlib import Path

import pytest
import yaml

from dealab import paths
from dealab.quiz import bank, blocks

BANK = Path(__file__).parent / "bank"
KNOWN = {"1.1.1", "1.1.K3", "1.1.6", "1.1.9", "1.2.4", "1.2.5", "1.2.6"}
TODAY = datetime.date(2026, 11, 23)


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(BANK, tmp_path / "bank")
    return tmp_path / "bank"


def check(folder):
    return bank.validate(folder, known=KNOWN, today=TODAY)


def edit(folder, old, new, file="1.1.yaml"):
    """Replace the only ``old`` in a file and return the line on which ``new`` begins."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
    path.write_text(text.replace(old, new), encoding="utf-8", newline="\n")
    return text[: text.index(old)].count("\n") + 1


def line_of(folder, text, file="1.1.yaml"):
    lines = (folder / file).read_text(encoding="utf-8").splitlines()
    return next(n for n, line in enumerate(lines, 1) if text in line)


# Loading


def test_a_question_has_everything_a_renderer_needs():
    questions = bank.load(BANK)
    assert list(questions) == ["1.1-q01", "1.1-q02", "1.1-q03", "1.2-q01", "1.2-q02"]
    question = questions["1.1-q02"]
    assert question.domain == "1"
    assert question.task == "1.1"
    assert question.skills == ("1.1.9",)
    assert question.kind == "multiple response"
    assert question.difficulty == 3
    assert question.form == "drill"
    assert question.stem.endswith("Which changes help? (Select TWO.)")
    assert question.hint == "Four shards, and only one of them is busy."
    assert [option.key for option in question.options] == list("abcde")
    assert [option.correct for option in question.options] == [True, True, False, False, False]
    assert question.options[4].why.startswith("It gives readers their own throughput")
    assert question.right == {"a", "b"}
    assert len(question.sources) == 2
    assert question.checked == datetime.date(2026, 11, 23)
    assert question.file.endswith("tests/quiz/bank/1.1.yaml")
    assert question.line == line_of(BANK, "id: 1.1-q02")


def test_questions_are_frozen_and_can_be_set_members():
    question = bank.load(BANK)["1.1-q01"]
    with pytest.raises(AttributeError):
        question.stem = "other"
    assert {question, question} == {question}


def test_a_changed_file_is_read_again(folder):
    assert bank.load(folder)["1.1-q01"].hint == "One iterator type takes a moment in time."
    edit(folder, "One iterator type takes a moment in time.", "Think of time.")
    assert bank.load(folder)["1.1-q01"].hint == "Think of time."


def test_pick_keeps_the_order_asked_for():
    picked = bank.pick("1.2-q02", "1.1-q01", folder=BANK)
    assert [question.id for question in picked] == ["1.2-q02", "1.1-q01"]


def test_pick_does_not_mind_a_mistake_in_another_file(folder):
    edit(folder, "kind: multiple choice", "kind: guess")
    assert bank.pick("1.2-q01", folder=folder)[0].id == "1.2-q01"
    with pytest.raises(bank.BankError, match=r"1\.1\.yaml:4: 1\.1-q01: kind is 'guess'"):
        bank.pick("1.1-q01", folder=folder)
    with pytest.raises(bank.BankError):
        bank.load(folder)


@pytest.mark.parametrize(
    ("id", "near"), [("1.1-q1", "1.1-q01"), ("1.1-q04", "1.1-q0"), ("1.3-q01", "1.1-q01")]
)
def test_an_unknown_id_names_the_nearest(id, near):
    with pytest.raises(bank.UnknownQuestion) as error:
        bank.pick("1.1-q02", id, folder=BANK)
    assert str(error.value).startswith(f"there is no question '{id}'; the nearest are ")
    assert near in str(error.value)


def test_an_id_like_nothing_and_a_path_are_unknown_too(tmp_path):
    with pytest.raises(bank.UnknownQuestion, match="none of the bank's 5 is near"):
        bank.pick("zzz", folder=BANK)
    (tmp_path / "bank").mkdir()
    (tmp_path / "secret.yaml").write_text("- id: x", encoding="utf-8")
    with pytest.raises(bank.UnknownQuestion, match="holds no questions"):
        bank.pick("../secret-x", folder=tmp_path / "bank")


# Rules: each changes one thing of a good bank, and exactly that is reported, on its line.


def test_the_good_bank_has_no_fault():
    assert check(BANK) == []


ONE_CHANGE = {
    # name: (old, new, lines below the start of old, message)
    "id of another task": ("id: 1.1-q02", "id: 1.2-q09", 0, "1.1, a hyphen, and small letters"),
    "id with capitals": ("id: 1.1-q02", "id: 1.1-Q02", 0, "1.1, a hyphen, and small letters"),
    "id twice": ("id: 1.1-q02", "id: 1.1-q01", 0, "line 2 has this id too"),
    "unknown key": ("  hint: >-\n    Four", "  hnit: >-\n    Four", 0, "did you mean 'hint'?"),
    "strange key": ("difficulty: 3", "difficulty: 3\n  weight: 1", 1, "allowed are id, skills"),
    "key twice": ("difficulty: 3", "difficulty: 3\n  form: drill", 2, "'form' is also on line"),
    "skill unknown": ("['1.1.9']", "['1.1.9', '1.1.90']", 0, "no skill or statement 1.1.90"),
    "skill twice": ("['1.1.9']", "['1.1.9', 1.1.9]", 0, "1.1.9 is listed twice"),
    "skill of another task": ("['1.1.9']", "['1.2.6']", 0, "at least one skill of task 1.1"),
    "skills no list": ("['1.1.9']", "'1.1.9'", 0, "'skills' must be a list"),
    "skills empty": ("['1.1.9']", "[]", 0, "must be a list with at least one entry"),
    "difficulty": ("difficulty: 3", "difficulty: 4", 0, "difficulty is '4'; it must be one of 1,"),
    "form": ("form: drill", "form: exam", 0, "form is 'exam'; it must be one of lesson"),
    "stem with the wrong number": ("(Select TWO.)", "(Select THREE.)", -2, "'(Select TWO.)'"),
    "stem without the number": (" (Select TWO.)", "", -2, "end the stem with '(Select TWO.)'"),
    "stem with the number twice": (
        "help? (Select TWO.)",
        "help (choose two)? (Select TWO.)",
        -2,
        "more than once",
    ),
    "stem asking for more": ("least code?", "least code? (Select TWO.)", -3, "remove '(Select"),
    "empty hint": ("    Four shards, and only one of them is busy.", "", -1, "'hint' is empty"),
    "hint null": (">-\n    Four shards, and only one of them is busy.", "~", 0, "'hint' is empty"),
    "hint a list": (
        ">-\n    Four shards, and only one of them is busy.",
        "[a, b]",
        0,
        "'hint' must be text",
    ),
    "open code": ("Four shards, and", "Four `shards, and", -1, "a ` in 'hint' is opened"),
    "open bold": ("Four shards, and", "Four **shards, and", -1, "a ** in 'hint' is opened"),
    "letter of an option": (
        "writers gain nothing.",
        "option B is better.",
        0,
        "q02, option 5: 'option B' names none",
    ),
    "place of an option": ("writers gain nothing.", "see the first option.", 0, "'first option'"),
    "why missing": (
        "      why: It gives readers their own throughput; writers gain nothing.\n",
        "",
        -1,
        "q02, option 5: the key 'why' is missing",
    ),
    "option without text": (
        "    - text: Register an enhanced fan-out consumer\n      why: It",
        "    - why: It",
        0,
        "the key 'text' is missing",
    ),
    "option a text": (
        "    - text: Register an enhanced fan-out consumer\n"
        "      why: It gives readers their own throughput; writers gain nothing.",
        "    - Register a consumer",
        0,
        "an option is a block of keys: text, why, correct",
    ),
    "correct is no flag": (
        "busy.\n  options:\n    - text: Choose a partition key with many different values\n"
        "      correct: true",
        "busy.\n  options:\n    - text: Choose a partition key with many different values\n"
        "      correct: yes",
        3,
        "'correct' must be true or false",
    ),
    "options alike": (
        "Keep records in the stream for seven days",
        "add **four** shards, and keep the key!",
        0,
        "says the same as option 3",
    ),
    "all of the above": ("Keep records in the stream for seven days", "All of the above", 0, "no"),
    "none of these": ("Keep records in the stream for seven days", "None of these", 0, "say what"),
    "too few options": (
        "    - text: Register an enhanced fan-out consumer\n"
        "      why: It gives readers their own throughput; writers gain nothing.\n",
        "",
        -11,
        "has 5 options or more; here are 4",
    ),
    "one right of several": (
        "      correct: true\n      why: The limit on records counts",
        "      why: The limit on records counts",
        -5,
        "2 or 3 options with 'correct: true'; here are 1",
    ),
    "host not official": (
        "https://docs.aws.amazon.com/streams/latest/dev/kinesis-kpl-concepts.html",
        "https://example.com/kinesis",
        0,
        "example.com is not on the list of official hosts",
    ),
    "lookalike host": (
        "https://docs.aws.amazon.com/streams/latest/dev/kinesis-kpl-concepts.html",
        "https://docs.aws.amazon.com.example.com/x",
        0,
        "is not on the list",
    ),
    "http": (
        "https://docs.aws.amazon.com/streams/latest/dev/kinesis-kpl-concepts.html",
        "http://docs.aws.amazon.com/streams",
        0,
        "must be the full https:// address",
    ),
    "only a host": (
        "https://docs.aws.amazon.com/streams/latest/dev/kinesis-kpl-concepts.html",
        "https://docs.aws.amazon.com/",
        0,
        "must be the full https:// address of a page",
    ),
    "source twice": (
        "https://docs.aws.amazon.com/streams/latest/dev/kinesis-kpl-concepts.html",
        "https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html",
        0,
        "is listed twice",
    ),
    "date in the future": ("2026-11-20", "2026-11-24", 0, "2026-11-24 is in the future"),
    "no date": ("2026-11-20", "yesterday", 0, "'yesterday' is no date"),
    "impossible date": ("2026-11-20", "2026-02-30", 0, "'2026-02-30' is no date"),
    "date with a time": ("2026-11-20", "2026-11-20 10:00:00", 0, "is no date"),
}


@pytest.mark.parametrize("name", ONE_CHANGE)
def test_one_fault_is_reported_once_on_its_line(folder, name):
    old, new, offset, message = ONE_CHANGE[name]
    line = edit(folder, old, new) + offset
    found = check(folder)
    assert len(found) == 1, found
    match = re.fullmatch(r"(.*)bank/1\.1\.yaml:(\d+): (.*)", found[0])
    assert match, found[0]
    assert message in match[3]
    assert int(match[2]) == line
    assert match[3].startswith(("1.1-", "1.2-q09"))


CHOICE_CHANGES = {
    "kind": ("kind: multiple choice\n  difficulty: 1", "kind: choice\n  difficulty: 1", "kind is"),
    "five options": (
        "    - text: JSON lines\n",
        "    - text: ORC in gzip\n      why: It is not a gzip file.\n    - text: JSON lines\n",
        "exactly 4 options; here are 5",
    ),
    "two right": (
        "    - text: JSON lines\n",
        "    - text: JSON lines\n      correct: true\n",
        "exactly one option with 'correct: true'; here are 2",
    ),
    "none right": (
        "    - text: Parquet\n      correct: true\n",
        "    - text: Parquet\n      correct: false\n",
        "exactly one option with 'correct: true'; here are 0",
    ),
}


@pytest.mark.parametrize("name", CHOICE_CHANGES)
def test_multiple_choice_has_four_options_and_one_answer(folder, name):
    old, new, message = CHOICE_CHANGES[name]
    edit(folder, old, new, file="1.2.yaml")
    found = check(folder)
    assert len(found) == 1
    assert message in found[0]


@pytest.mark.parametrize("key", ["id", "skills", "kind", "difficulty", "form", "checked"])
def test_a_missing_key_is_reported_on_the_questions_line(folder, key):
    path = folder / "1.2.yaml"
    text = path.read_text(encoding="utf-8")
    cut = re.sub(
        rf"(?m)^(- |  ){key}: .*\n", lambda m: "-\n" if m[1] == "- " else "", text, count=1
    )
    path.write_text(cut, encoding="utf-8", newline="\n")
    found = [note for note in check(folder) if f"the key '{key}' is missing" in note]
    assert len(found) == 1
    assert re.search(r"1\.2\.yaml:[12]: ", found[0])


@pytest.mark.parametrize("key", ["stem", "hint", "options", "sources"])
def test_a_missing_block_is_reported(folder, key):
    for file in folder.glob("*.yaml"):
        entries = yaml.safe_load(file.read_text(encoding="utf-8"))
        del entries[0][key]
        file.write_text(yaml.safe_dump(entries), encoding="utf-8")
    found = check(folder)
    assert [note.split(": ", 1)[1] for note in found] == [
        f"1.1-q01: the key '{key}' is missing; a question needs it",
        f"1.2-q01: the key '{key}' is missing; a question needs it",
    ]


def test_all_faults_are_reported_in_the_order_of_the_files(folder):
    edit(folder, "form: drill", "form: exam", file="1.1.yaml")
    edit(folder, "2026-11-20", "2027-01-01", file="1.1.yaml")
    edit(folder, "https://parquet.apache.org", "https://parquet.example.org", file="1.2.yaml")
    found = check(folder)
    assert [re.search(r"(1\.\d)\.yaml:(\d+)", note).groups() for note in found] == [
        ("1.1", str(line_of(folder, "form: exam"))),
        ("1.1", str(line_of(folder, "2027-01-01"))),
        ("1.2", str(line_of(folder, "parquet.example.org", file="1.2.yaml"))),
    ]


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        ("- id: 1.3-q01\n  stem: One: two\n", 2, "YAML cannot read this"),
        ("- id: [\n", 2, "YAML cannot read this"),
        ("\tx", 1, "YAML cannot read this"),
        ("a: 1\n", 1, "the file must be a list"),
        ("", 1, "the file must be a list"),
        ("# nothing\n", 1, "the file must be a list"),
        ("\n- just text\n", 2, "a question is a block of keys"),
        (b"- id: x\n  stem: caf\xe9\n", 2, "not UTF-8"),
    ],
)
def test_a_file_that_is_no_bank(folder, content, line, message):
    data = content if isinstance(content, bytes) else content.encode()
    (folder / "1.3.yaml").write_bytes(data)
    found = check(folder)
    assert len(found) == 1
    assert f"1.3.yaml:{line}: " in found[0]
    assert message in found[0]
    with pytest.raises(bank.BankError):
        bank.load(folder)
    assert "1.1-q01" in bank.pick("1.1-q01", folder=folder)[0].id


def test_the_slow_loader_reads_the_same(folder, monkeypatch):
    fast = bank.load(folder)
    monkeypatch.setattr(blocks, "_LOADER", yaml.SafeLoader)
    bank._read_once.cache_clear()
    assert bank.load(folder) == fast


def test_crlf_and_a_byte_order_mark_change_nothing(folder):
    before = bank.load(folder)
    for file in folder.glob("*.yaml"):
        data = file.read_bytes().replace(b"\n", b"\r\n")
        file.write_bytes(b"\xef\xbb\xbf" + data)
    assert bank.load(folder) == before


def test_a_file_must_be_named_after_its_task(folder):
    (folder / "extra.yaml").write_text("[]", encoding="utf-8")
    found = check(folder)
    assert len(found) == 1
    assert found[0].endswith("extra.yaml:1: a bank file is named after its task, such as 1.1.yaml")


def test_an_empty_folder_is_no_good_bank(tmp_path):
    assert "no <task>.yaml here" in bank.validate(tmp_path)[0]


def test_a_stem_stands_once_in_the_whole_bank(folder):
    stem = "Which file format lets Athena read two of forty columns without reading the other"
    text = (folder / "1.2.yaml").read_text(encoding="utf-8")
    copy = text.replace("1.2-q", "1.3-q").replace("'1.2.", "'1.1.1', '1.2.").replace(stem, "**X**")
    (folder / "1.3.yaml").write_text(copy, encoding="utf-8", newline="\n")
    found = [note for note in check(folder) if "has the stem of" in note]
    assert len(found) == 1
    assert "1.3-q02: has the stem of 1.2-q02; write another or remove one" in found[0]


# The longest option


def write_bank(folder, lengths):
    """Write multiple-choice questions: ``lengths`` of the right options, the others have 20."""
    blocks = []
    for number, length in enumerate(lengths):
        options = [("r" * length, True), *((c * 20, False) for c in "xyz")]
        blocks.append(
            {
                "id": f"1.1-q{number:02}",
                "skills": ["1.1.1"],
                "kind": "multiple choice",
                "difficulty": 1,
                "form": "lesson",
                "stem": f"Question number {number}?",
                "hint": "Think.",
                "options": [{"text": t, "correct": c, "why": "So."} for t, c in options],
                "sources": ["https://docs.aws.amazon.com/x"],
                "checked": datetime.date(2026, 11, 23),
            }
        )
    folder.mkdir(exist_ok=True)
    text = yaml.safe_dump(blocks, sort_keys=False)
    (folder / "1.1.yaml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("longer", "equal", "shorter", "fault"),
    [(7, 0, 13, False), (8, 0, 12, True), (0, 20, 0, False), (7, 13, 0, False), (1, 0, 0, False)],
)
def test_the_right_option_may_be_the_longest_in_35_percent(tmp_path, longer, equal, shorter, fault):
    write_bank(tmp_path / "bank", [30] * longer + [20] * equal + [10] * shorter)
    found = check(tmp_path / "bank")
    assert len(found) == fault
    if fault:
        assert "1.1.yaml:1: the right option is the longest in 8 of 20" in found[0]
        assert (
            "(40%; at most 35% may be): shorten it or lengthen another option in some of "
            in (found[0])
        )
        assert "1.1-q00 (by 10)" in found[0]


def test_marks_do_not_count_as_length(tmp_path):
    write_bank(tmp_path / "bank", [18] * 20)
    file = tmp_path / "bank" / "1.1.yaml"
    text = file.read_text(encoding="utf-8").replace("r" * 18, "'**" + "r" * 18 + "**'")
    file.write_text(text, encoding="utf-8")
    assert check(tmp_path / "bank") == []


# The guide and the course's own bank


def test_skills_are_those_of_the_guide(folder, monkeypatch):
    from dealab import guide

    class Known:
        def skill_ids(self):
            return ("1.1.1", "1.1.6", "1.1.9", "1.2.4", "1.2.5")

        def statement_ids(self):
            return ("1.1.K3",)

    monkeypatch.setattr(guide, "load", Known)
    found = bank.validate(folder, today=TODAY)
    assert len(found) == 1
    assert "1.2-q01: the exam guide has no skill or statement 1.2.6; did you mean 1.2." in found[0]


def test_an_empty_guide_is_not_asked(folder, monkeypatch, tmp_path):
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "guide.yaml").write_text("\n", encoding="utf-8")
    monkeypatch.setattr(paths, "content", lambda: tmp_path / "content")
    assert bank.validate(folder, today=TODAY) == []


def test_messages_name_files_from_the_course_folder():
    assert bank.load(BANK)["1.1-q01"].file == "tests/quiz/bank/1.1.yaml"


def test_a_notebook_shows_the_message_without_a_traceback():
    error = bank.UnknownQuestion("there is no question 'x'")
    assert error._render_traceback_() == ["UnknownQuestion: there is no question 'x'"]


def test_620_questions_load_in_a_moment(tmp_path, benchmark_seconds):
    text = (BANK / "1.1.yaml").read_text(encoding="utf-8")
    body = text.split("\n", 1)[1]
    for task in range(1, 5):
        copies = (body.replace("1.1-q0", f"1.{task}-n{n}q") for n in range(52))
        (tmp_path / f"1.{task}.yaml").write_text("".join(copies), encoding="utf-8")
    seconds = benchmark_seconds(lambda: bank.load(tmp_path))
    assert len(bank.load(tmp_path)) == 624
    assert seconds < 3


def test_the_courses_own_bank_is_valid():
    assert bank.validate() == []


@pytest.mark.parametrize("task", ["1.1", "1.2"])
def test_the_course_has_at_least_twelve_questions_for(task):
    assert sum(question.task == task for question in bank.load().values()) >= 12
