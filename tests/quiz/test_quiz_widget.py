"""The Python half of the quiz: what it sends, what it keeps, what it shows without a browser."""

import datetime
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import dealab.quiz
from dealab.progress import Store
from dealab.quiz import bank, render
from dealab.quiz.scoring import order
from dealab.quiz.widget import Quiz

BANK = Path(__file__).parent / "bank"


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "progress.sqlite3")


@pytest.fixture
def make(store):
    """Return make(*ids): a Quiz whose messages to the page are collected in ``.replies``."""

    def make_it(*ids, store=store, seed=0):
        made = Quiz(bank.pick(*ids, folder=BANK), seed=seed, store=store)
        made.replies = []
        made.send = made.replies.append
        return made

    return make_it


def answer(made, question, *chosen, **more):
    message = {"kind": "answer", "question": question, "chosen": list(chosen), "attempt": 0} | more
    made._handle_custom_msg(message, [])


def test_an_answer_is_scored_kept_and_confirmed(make, store):
    made = make("1.1-q01", "1.1-q02")
    answer(made, "1.1-q02", "b", "a", seconds=12.345)
    answer(made, "1.1-q01", "b", attempt=3)
    kept = [(a.question, a.chosen, a.correct, a.seconds) for a in store.answers()]
    assert kept == [("1.1-q02", ("a", "b"), True, 12.3), ("1.1-q01", ("b",), False, None)]
    assert made.replies == [
        {"kind": "kept", "question": "1.1-q02", "attempt": 0, "kept": True, "note": ""},
        {"kind": "kept", "question": "1.1-q01", "attempt": 3, "kept": True, "note": ""},
    ]


def test_the_page_cannot_make_a_wrong_answer_right(make, store):
    answer(make("1.1-q01"), "1.1-q01", "b", correct=True)
    assert store.answers()[0].correct is False


@pytest.mark.parametrize(
    "message",
    [
        "text",
        {},
        {"kind": "answer"},
        {"kind": "answer", "question": "1.1-q01"},
        {"kind": "answer", "question": "1.2-q01", "chosen": ["a"]},
        {"kind": "answer", "question": ["1.1-q01"], "chosen": ["a"]},
        {"kind": "answer", "question": "1.1-q01", "chosen": ["z"]},
        {"kind": "answer", "question": "1.1-q01", "chosen": 7},
    ],
)
def test_a_message_that_is_no_answer_changes_nothing(make, store, message):
    made = make("1.1-q01")
    made._receive(made, message, [])
    assert store.answers() == []
    assert made.replies == []


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf"), "7", None, 10**9, True])
def test_a_time_that_makes_no_sense_is_left_out(make, store, seconds):
    answer(make("1.1-q01"), "1.1-q01", "a", seconds=seconds)
    assert store.answers()[0].seconds is None


def test_when_progress_cannot_be_kept_the_page_is_told_why(make, tmp_path):
    (tmp_path / "file").write_text("")
    made = make("1.1-q01", store=Store(tmp_path / "file" / "progress.sqlite3"))
    answer(made, "1.1-q01", "a")
    assert made.replies[0]["kept"] is False
    assert "Progress is not kept" in made.replies[0]["note"]
    assert "DEALAB_HOME" in made.replies[0]["note"]


def test_earlier_answers_come_with_the_question(make, tmp_path):
    noon = datetime.datetime(2026, 11, 22, 12).astimezone()
    store = Store(tmp_path / "p.sqlite3", clock=lambda: noon)
    store.record_answer("1.1-q01", ["b"], False)
    made = make("1.1-q01", "1.1-q02", store=store)
    before = [question["before"] for question in made.questions]
    assert before == [{"correct": False, "date": "2026-11-22"}, None]


def test_the_page_gets_orders_that_scoring_made(make):
    made = make("1.1-q03", seed="s")
    question = bank.pick("1.1-q03", folder=BANK)[0]
    wanted = [list(order(question, "s", attempt)) for attempt in range(4)]
    assert made.questions[0]["orders"] == wanted
    assert len({tuple(keys) for keys in wanted}) > 1


def test_state_is_plain_data(make):
    state = make("1.1-q01", "1.1-q03").get_state(["questions", "answers"])
    assert json.loads(json.dumps(state)) == state


def test_module_and_style_travel_with_the_widget_and_fetch_nothing(make):
    state = make("1.1-q01").get_state()
    assert "export default" in state["_esm"]
    assert ".dealab-quiz" in state["_css"]
    assert not re.search(r"\bimport\b|\bfetch\b", state["_esm"])
    assert re.findall(r"https?://\w[\w./]*", state["_esm"]) == ["http://www.w3.org/2000/svg"]
    assert not re.search(r"@import|url\(", state["_css"])


def test_fallbacks_show_the_question_and_not_the_key(make):
    made = make("1.1-q01", "1.1-q03")
    data, _ = made._repr_mimebundle_()
    assert set(data) == {
        "text/plain",
        "text/html",
        "application/vnd.jupyter.widget-view+json",
    }
    questions = bank.pick("1.1-q01", "1.1-q03", folder=BANK)
    for kind in ("text/plain", "text/html"):
        text = " ".join(data[kind].replace("&#x27;", "'").split())
        assert "Run this cell to answer." in text
        for question in questions:
            assert question.hint not in text
            for option in question.options:
                assert option.why not in text
        assert "TRIM_HORIZON" in text
        assert "(Select THREE.)" in text
    assert "correct" not in data["text/html"]
    assert max(map(len, data["text/plain"].splitlines())) <= 80
    assert repr(made) == data["text/plain"]


def test_fallback_text_as_a_reader_sees_it():
    questions = bank.pick("1.2-q01", folder=BANK)
    assert render.as_text(questions, {"1.2-q01": "bacd"}).splitlines() == [
        "Quiz (1 question). Run this cell to answer.",
        "",
        "1. Which file format lets Athena read two of forty columns without reading the",
        "   other thirty-eight?",
        "   A. Parquet",
        "   B. CSV with gzip compression",
        "   C. JSON lines",
        "   D. Avro with a registered schema",
    ]


def test_quiz_displays_one_widget_and_returns_nothing(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    monkeypatch.setattr(bank, "_folder", lambda folder: BANK)
    assert dealab.quiz.quiz("1.1-q02", "1.2-q01", seed=5) is None
    assert [type(widget).__name__ for widget in shown] == ["Quiz"]
    assert [question["id"] for question in shown[0].questions] == ["1.1-q02", "1.2-q01"]
    assert shown[0].questions[0]["orders"][0] == list(
        order(bank.pick("1.1-q02", folder=BANK)[0], 5)
    )


def test_quiz_without_ids_or_with_one_twice_says_what_to_do():
    with pytest.raises(ValueError, match="needs the id of a question, such as"):
        dealab.quiz.quiz()
    with pytest.raises(ValueError, match=r"got 1\.1-q01 twice; name each question once"):
        dealab.quiz.quiz("1.1-q01", "1.1-q02", "1.1-q01")
    with pytest.raises(bank.UnknownQuestion, match=r"there is no question '1\.1-qqq'"):
        dealab.quiz.quiz("1.1-qqq")


def test_every_question_of_the_course_can_be_shown(store):
    questions = list(bank.load().values())
    made = Quiz(questions, store=store)
    assert len(made.questions) == len(questions) > 0
    assert len(repr(made)) > 200 * len(questions)


def test_the_bank_is_read_without_loading_any_widget():
    code = (
        "import sys; from dealab.quiz import bank, scoring; bank.load();"
        "print([m for m in ('ipywidgets', 'anywidget', 'IPython', 'pandas', 'sqlite3')"
        " if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=dict(os.environ)
    )
    assert done.stdout.strip() == "[]", done.stderr
