"""The quiz in a real browser, by keyboard, in every theme, with and without a kernel."""

import dataclasses
import itertools
import json

import pytest
from quiz_harness import BANK, THEMES, contrasts, mount, open_page

from dealab.progress import Store
from dealab.quiz import bank, scoring, widget

pytestmark = pytest.mark.browser


@pytest.fixture
def open_quiz(chromium):
    """Return open_quiz(*ids, theme=..., ...): a page with that quiz. No page may log an error."""
    pages = []

    def open_it(*ids, theme="light", store=None, seed=0, changes=None, **options):
        page = open_page(chromium, theme, **options)
        pages.append(page)
        if ids:
            mount(page, *ids, store=store, seed=seed, **(changes or {}))
        return page

    yield open_it
    for page in pages:
        assert page.errors == []
        page.close()


def question(page, number=0):
    return page.locator(".dq-question").nth(number)


def choose(part, *keys):
    for key in keys:
        part.locator(f"input[value={key}]").check()


def focused(page):
    """The value of the focused option, or the text of what else has the focus."""
    return page.evaluate("document.activeElement.value || document.activeElement.textContent")


def result(part):
    return part.locator(".dq-result").inner_text()


# Answering


def test_right_answer_is_told_with_a_reason_under_every_option(open_quiz):
    page = open_quiz("1.1-q01")
    part = question(page)
    assert part.locator(".dq-why:visible").count() == 0
    assert not part.locator(".dq-sources").is_visible()
    choose(part, "a")
    part.get_by_role("button", name="Check answer").click()
    assert result(part) == "Right."
    assert part.locator(".dq-why:visible").count() == 4
    verdicts = dict(
        zip(
            part.locator("input").evaluate_all("all => all.map(i => i.value)"),
            part.locator(".dq-verdict").all_inner_texts(),
            strict=True,
        )
    )
    assert verdicts == {"a": "Right, and you chose it"} | dict.fromkeys("bcd", "Wrong")
    assert "TRIM_HORIZON" not in part.locator(".dq-why").all_inner_texts()[0]
    sources = part.locator(".dq-sources")
    assert "checked 2026-11-23" in sources.inner_text()
    link = sources.get_by_role("link")
    assert link.get_attribute("href").startswith("https://docs.aws.amazon.com/kinesis/")
    assert part.locator(".dq-meta").inner_text().endswith("Skills 1.1.1, 1.1.K3")


def test_wrong_answer_says_which_was_chosen_and_which_was_right(open_quiz):
    page = open_quiz("1.1-q01")
    part = question(page)
    choose(part, "c")
    part.locator(".dq-check").click()
    assert result(part) == "Not right."
    words = part.locator(".dq-option").evaluate_all(
        """all => all.map(option => [
            option.querySelector("input").value, option.querySelector(".dq-verdict").textContent
        ])"""
    )
    assert dict(words) == {
        "a": "Right, not chosen",
        "b": "Wrong",
        "c": "Wrong, but you chose it",
        "d": "Wrong",
    }


def test_checking_nothing_or_too_few_is_no_answer(open_quiz):
    page = open_quiz("1.1-q01", "1.1-q02")
    single, several = question(page, 0), question(page, 1)
    single.locator(".dq-check").click()
    page.wait_for_function("document.querySelector('.dq-result').textContent")
    assert result(single) == "Choose an option first."
    choose(several, "a")
    several.locator(".dq-check").click()
    page.wait_for_function("document.querySelectorAll('.dq-result')[1].textContent")
    assert result(several) == "Choose two options. You have chosen one."
    assert page.locator(".dq-why:visible").count() == 0
    assert page.evaluate("quiz.model.sent") == []
    choose(several, "b")
    assert result(several) == ""


def test_the_page_scores_like_python_for_every_possible_answer(open_quiz):
    asked = bank.pick("1.1-q02", folder=BANK)[0]
    page = open_quiz(asked.id)
    keys = [option.key for option in asked.options]
    answers = [list(c) for n in range(1, 6) for c in itertools.combinations(keys, n)]
    verdicts = page.evaluate(
        """answers => answers.map(chosen => {
            quiz.model.set("answers", {"1.1-q02": {chosen, checked: true, attempt: 0}});
            return document.querySelector(".dq-result").dataset.right === "true";
        })""",
        answers,
    )
    assert len(verdicts) == 31
    assert sum(verdicts) == 1
    assert verdicts == [scoring.score(asked, chosen) for chosen in answers]


def test_part_of_a_multiple_response_is_wrong_and_says_why(open_quiz):
    page = open_quiz("1.1-q03")
    part = question(page)
    choose(part, "a", "b", "d")
    part.locator(".dq-check").click()
    assert result(part) == "Not right: two of three found. The exam gives no credit for a part."


def test_summary_counts_what_was_answered_and_what_was_right(open_quiz):
    page = open_quiz("1.1-q01", "1.2-q01", "1.2-q02")
    summary = page.locator(".dq-summary")
    assert summary.inner_text() == "0 of 3 answered"
    for number, (key, text) in enumerate(
        [
            ("a", "1 of 3 answered, 1 right"),
            ("a", "2 of 3 answered, 1 right"),
            ("c", "2 of 3 right"),
        ]
    ):
        choose(question(page, number), key)
        question(page, number).locator(".dq-check").click()
        assert summary.inner_text() == text


def test_try_again_clears_shuffles_and_starts_at_the_first_option(open_quiz):
    page = open_quiz("1.1-q01")
    part = question(page)
    order = "all => all.map(input => input.value)"
    orders = page.evaluate("quiz.model.get('questions')[0].orders")
    assert part.locator("input").evaluate_all(order) == orders[0]
    choose(part, "b")
    part.locator(".dq-check").click()
    part.get_by_role("button", name="Try again").click()
    assert part.locator("input").evaluate_all(order) == orders[1] != orders[0]
    assert part.locator(".dq-letter").all_inner_texts() == ["A", "B", "C", "D"]
    assert part.locator("input:checked").count() == 0
    assert part.locator(".dq-why:visible").count() == 0
    assert result(part) == ""
    assert focused(page) == orders[1][0]
    choose(part, "a")
    part.locator(".dq-check").click()
    assert result(part) == "Right."
    assert [m["attempt"] for m in page.evaluate("quiz.model.sent")] == [0, 1]


def test_hint_opens_and_closes_without_answering(open_quiz):
    page = open_quiz("1.1-q01")
    part = question(page)
    text = part.locator(".dq-hint p")
    assert not text.is_visible()
    part.locator("summary").focus()
    page.keyboard.press("Enter")
    assert text.inner_text() == "One iterator type takes a moment in time."
    page.keyboard.press("Enter")
    assert not text.is_visible()
    assert result(part) == ""


def test_earlier_answer_comes_back(open_quiz, tmp_path, at_noon):
    store = Store(tmp_path / "p.sqlite3", clock=at_noon)
    store.record_answer("1.1-q01", ["b"], False)
    store.record_answer("1.1-q01", ["a"], True)
    store.record_answer("1.1-q02", ["a", "c"], False)
    page = open_quiz("1.1-q01", "1.1-q02", "1.2-q01", store=store)
    texts = [question(page, n).locator(".dq-earlier") for n in range(3)]
    assert texts[0].inner_text() == "You answered this right on 2026-11-22."
    assert texts[1].inner_text() == "You answered this wrong on 2026-11-22."
    assert not texts[2].is_visible()
    choose(question(page, 0), "b")
    question(page, 0).locator(".dq-check").click()
    assert not texts[0].is_visible()


# Keys


def test_arrows_move_within_the_group_and_tab_leaves_it(open_quiz):
    page = open_quiz("1.1-q01", "1.2-q01")
    first = page.evaluate("quiz.model.get('questions')[0].orders[0]")
    page.keyboard.press("Tab")
    assert focused(page) == first[0]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert focused(page) == first[2]
    page.keyboard.press("ArrowUp")
    assert focused(page) == first[1]
    assert question(page, 0).locator("input:checked").input_value() == first[1]
    assert question(page, 1).locator("input:checked").count() == 0
    page.keyboard.press("Tab")
    assert focused(page) == "Hint"
    page.keyboard.press("Tab")
    assert focused(page) == "Check answer"
    page.keyboard.press("Tab")
    assert question(page, 1).locator("input").first.evaluate("i => i === document.activeElement")


# Each of these does something in Lab's command mode, most of them to the cells.
# fmt: off
COMMAND_MODE = [
    "a", "b", "x", "c", "v", "z", "d", "m", "y", "r", "o", "i", "j", "k", "0", "1", "6",
    "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Enter", "Space", "Delete", "Backspace",
    "Shift+Enter", "Control+Enter", "Alt+Enter", "Control+A", "Meta+A", "Control+Backspace",
    "Shift+A", "Shift+B", "Shift+J", "Shift+K", "Shift+L", "Shift+M", "Shift+R", "Shift+Z",
    "Shift+ArrowUp", "Shift+ArrowDown", "Shift+Home", "Shift+End", "Control+Shift+M",
    "Control+Shift+ArrowUp", "Control+Shift+ArrowDown",
]
# fmt: on


@pytest.mark.parametrize("target", ["input", "summary", ".dq-check"])
def test_command_mode_keys_never_leave_the_quiz(open_quiz, target):
    page = open_quiz("1.1-q01")
    for key in COMMAND_MODE:
        page.locator(target).first.focus()
        page.keyboard.press(key)
    assert page.evaluate("leaked") == []


def test_save_search_and_palette_still_reach_lab(open_quiz):
    page = open_quiz("1.1-q01")
    page.locator("input").first.focus()
    for key in ("Control+S", "Control+Shift+C", "Control+F", "Escape"):
        page.keyboard.press(key)
    assert [key.lower() for key in page.evaluate("leaked")] == ["s", "c", "f", "escape"]


@pytest.mark.parametrize("key", ["Enter", "Shift+Enter", "Control+Enter", "Alt+Enter"])
def test_enter_on_an_option_checks_once_and_keeps_the_focus(open_quiz, key):
    page = open_quiz("1.1-q01")
    part = question(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press(key)
    assert result(part) in ("Right.", "Not right.")
    assert focused(page) == "Check answer"
    page.keyboard.press(key)
    assert part.locator(".dq-retry").is_visible()
    assert len(page.evaluate("quiz.model.sent")) == 1
    page.keyboard.press("Tab")
    assert focused(page) == "Try again"


def test_whole_multiple_response_by_keyboard_alone(open_quiz):
    page = open_quiz("1.1-q02")
    order = page.evaluate("quiz.model.get('questions')[0].orders[0]")
    for key in order:
        page.keyboard.press("Tab")
        assert focused(page) == key
        if key in "ab":
            page.keyboard.press("Space")
    page.keyboard.press("Enter")
    assert result(question(page)) == "Right."


# Kernel


def test_an_answer_reaches_python_which_keeps_it(open_quiz, tmp_path):
    store = Store(tmp_path / "p.sqlite3")
    page = open_quiz("1.1-q02")
    part = question(page)
    choose(part, "a", "b")
    part.locator(".dq-check").click()
    sent = page.evaluate("quiz.model.sent")
    assert len(sent) == 1
    made = widget.Quiz(bank.pick("1.1-q02", folder=BANK), store=store)
    replies = []
    made.send = replies.append
    made._receive(made, sent[0], [])
    kept = store.answers()
    assert [(a.question, a.chosen, a.correct) for a in kept] == [("1.1-q02", ("a", "b"), True)]
    assert 0 <= kept[0].seconds < 60
    page.evaluate("reply => quiz.model.fire('msg:custom', reply)", replies[0])
    assert part.locator(".dq-note").inner_text() == ""


def test_everything_works_after_the_kernel_died(open_quiz):
    page = open_quiz("1.1-q01")
    page.evaluate("quiz.model.kernel = 'dead'")
    part = question(page)
    choose(part, "b")
    part.locator(".dq-check").click()
    assert result(part) == "Not right."
    assert part.locator(".dq-why:visible").count() == 4
    assert "no Python kernel has answered" in part.locator(".dq-note").inner_text()
    part.locator(".dq-retry").click()
    choose(part, "a")
    part.locator(".dq-check").click()
    assert result(part) == "Right."


def test_a_silent_kernel_is_told_after_a_while_and_forgiven(open_quiz):
    page = open_quiz()
    page.clock.install()
    mount(page, "1.1-q01")
    page.evaluate("quiz.model.kernel = 'silent'")
    part = question(page)
    choose(part, "a")
    part.locator(".dq-check").click()
    note = part.locator(".dq-note")
    page.clock.run_for(3000)
    assert note.inner_text() == ""
    page.clock.run_for(2000)
    assert "no Python kernel has answered" in note.inner_text()
    page.evaluate("quiz.model.answer(quiz.model.sent[0], true, '')")
    assert note.inner_text() == ""


def test_progress_that_cannot_be_kept_is_said(open_quiz):
    page = open_quiz("1.1-q01")
    page.evaluate("quiz.model.kernel = 'silent'")
    part = question(page)
    choose(part, "a")
    part.locator(".dq-check").click()
    page.evaluate("quiz.model.answer(quiz.model.sent[0], false, 'Progress is not kept. Full.')")
    assert part.locator(".dq-note").inner_text() == "Progress is not kept. Full."
    assert result(part) == "Right."


# Several quizzes, several views


def test_two_copies_of_a_quiz_do_not_disturb_each_other(open_quiz):
    page = open_quiz("1.1-q01")
    mount(page, "1.1-q01", name="copy", place="two")
    choose(question(page, 0), "a")
    choose(question(page, 1), "b")
    assert question(page, 0).locator("input:checked").input_value() == "a"
    question(page, 1).locator(".dq-check").click()
    assert result(question(page, 0)) == ""
    assert result(question(page, 1)) == "Not right."
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
    names = page.evaluate("[...document.querySelectorAll('input')].map(e => e.name)")
    assert len(set(names)) == 2


def test_two_views_of_one_quiz_show_the_same_answer(open_quiz):
    page = open_quiz("1.1-q01")
    page.evaluate("view(quiz.model, 'two')")
    choose(question(page, 0), "b")
    assert question(page, 1).locator("input:checked").input_value() == "b"
    assert question(page, 0).locator("input:checked").input_value() == "b"
    question(page, 1).locator(".dq-check").click()
    assert result(question(page, 0)) == result(question(page, 1)) == "Not right."
    assert len(page.evaluate("quiz.model.sent")) == 1


def test_answered_state_survives_being_shown_again(open_quiz):
    page = open_quiz("1.1-q01", "1.2-q01")
    choose(question(page, 0), "a")
    question(page, 0).locator(".dq-check").click()
    choose(question(page, 1), "c")
    page.evaluate("quiz.close(); document.getElementById('one').replaceChildren()")
    assert page.locator(".dq-question").count() == 0
    page.evaluate("view(quiz.model, 'one')")
    assert result(question(page, 0)) == "Right."
    assert question(page, 0).locator(".dq-why:visible").count() == 4
    assert question(page, 1).locator("input:checked").input_value() == "c"
    assert page.locator(".dq-summary").inner_text() == "1 of 2 answered, 1 right"


def test_a_closed_view_hears_nothing_any_more(open_quiz):
    page = open_quiz("1.1-q01")
    page.evaluate("quiz.close()")
    listeners = page.evaluate("Object.values(quiz.model.handlers).map(set => set.size)")
    assert listeners == [0, 0]


# Screen readers and eyes


def test_names_groups_and_live_regions(open_quiz):
    page = open_quiz("1.1-q02", "1.2-q01")
    part = question(page)
    assert page.get_by_role("group", name="Quiz with 2 questions").count() == 1
    group = part.get_by_role("group", name="A producer writes 1,500 small records")
    assert group.get_by_role("checkbox").count() == 5
    box = group.get_by_role("checkbox", name="Register an enhanced fan-out consumer", exact=True)
    assert box.count() == 1
    region = part.locator(".dq-result").element_handle()
    assert region.get_attribute("role") == "status"
    assert region.inner_text() == ""
    assert region.is_visible()
    choose(part, "a", "b")
    part.locator(".dq-check").click()
    assert region.inner_text() == "Right."  # the very region that was there before
    described = box.get_attribute("aria-describedby")
    assert "writers gain nothing" in page.locator(f"[id='{described}']").inner_text()


def test_a_result_is_not_read_out_again_when_another_question_is_answered(open_quiz):
    page = open_quiz("1.1-q01", "1.2-q01")
    choose(question(page, 0), "a")
    question(page, 0).locator(".dq-check").click()
    page.evaluate(
        """() => {
            window.spoken = 0;
            const region = document.querySelector(".dq-result");
            const options = { childList: true, characterData: true, subtree: true };
            new MutationObserver(() => { window.spoken += 1; }).observe(region, options);
        }"""
    )
    choose(question(page, 1), "b")
    question(page, 1).locator(".dq-check").click()
    assert page.evaluate("spoken") == 0


def fresh(page):
    question(page, 0).locator("summary").click()


def answered(page):
    choose(question(page, 0), "c")
    choose(question(page, 1), "a", "d")
    choose(question(page, 2), "b")
    for number in range(3):
        question(page, number).locator(".dq-check").click()


def show(open_quiz, theme, stage, store=None, **options):
    page = open_quiz(
        "1.1-q01",
        "1.1-q02",
        "1.2-q01",
        theme=theme,
        store=store,
        reduced_motion="reduce",
        **options,
    )
    stage(page)
    return page


@pytest.fixture
def earlier_store(tmp_path, at_noon):
    store = Store(tmp_path / "p.sqlite3", clock=at_noon)
    store.record_answer("1.2-q01", ["b"], True)
    return store


@pytest.mark.parametrize("stage", [fresh, answered])
@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_wrong_and_nothing_undecided(open_quiz, theme, stage, earlier_store):
    from axe_playwright_python.sync_playwright import Axe

    page = show(open_quiz, theme, stage, earlier_store)
    every = {"resultTypes": ["violations", "incomplete", "passes"]}
    found = Axe().run(page, options=every).response
    assert [(v["id"], [n["target"] for n in v["nodes"]]) for v in found["violations"]] == []
    # What axe cannot decide by itself counts too. Nothing is excepted.
    assert [(v["id"], v["nodes"][0]["html"]) for v in found["incomplete"]] == []
    looked_at = {v["id"]: len(v["nodes"]) for v in found["passes"]}
    assert looked_at["label"] == 13
    assert looked_at["color-contrast"] >= 10  # in Lab itself axe looked at none


@pytest.mark.parametrize("stage", [fresh, answered])
@pytest.mark.parametrize("theme", THEMES)
def test_contrast_of_text_and_signs(open_quiz, theme, stage, earlier_store):
    page = show(open_quiz, theme, stage, earlier_store)
    found = contrasts(page)
    texts = [f for f in found if f["what"] == "text"]
    assert len(texts) > 40
    assert [f for f in texts if f["ratio"] < 4.5] == []
    others = [f for f in found if f["what"] != "text"]
    assert len(others) >= (17 if stage is answered else 0)
    assert [f for f in others if f["ratio"] < 3] == []


def test_contrast_measure_sees_what_is_too_pale(open_quiz):
    page = show(open_quiz, "dark", fresh)
    page.add_style_tag(content=".dealab-quiz .dq-check { background: #64b5f6; color: #fff }")
    low = [f for f in contrasts(page) if f["ratio"] < 4.5]
    assert {f["where"] for f in low} == {"dq-check"}
    assert low[0]["ratio"] == pytest.approx(2.2, abs=0.1)


def test_forced_colors_keep_text_signs_and_chosen_boxes(open_quiz):
    page = show(open_quiz, "none", answered, forced_colors="active")
    found = contrasts(page)
    assert [f for f in found if f["what"] == "text" and f["ratio"] < 4.5] == []
    assert [f for f in found if f["what"] == "sign" and f["ratio"] < 3] == []
    looks = page.locator("input:checked").evaluate_all(
        "all => all.map(i => getComputedStyle(i).appearance)"
    )
    assert looks == ["auto"] * 4


@pytest.mark.parametrize(("width", "size"), [(320, "14px"), (640, "28px")])
def test_narrow_and_zoomed_pages_need_no_sideways_scrolling(open_quiz, width, size):
    page = open_quiz("1.1-q02", "1.1-q03", viewport={"width": width, "height": 600})
    page.evaluate(f"document.body.style.setProperty('--jp-content-font-size1', '{size}')")
    choose(question(page, 0), "a", "c")
    question(page, 0).locator(".dq-check").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    wide = page.evaluate(
        """width => [...document.querySelectorAll(".dealab-quiz *")]
            .filter(e => e.getBoundingClientRect().right > width).map(e => e.className)""",
        width,
    )
    assert wide == []
    small = page.locator(":is(button, summary, a, label):visible").evaluate_all(
        """all => all.map(e => [e.textContent, e.getBoundingClientRect()])
            .filter(([, box]) => box.height < 24 || box.width < 24).map(([text]) => text)"""
    )
    assert small == []


def test_motion_only_for_those_who_like_it(open_quiz):
    durations = "getComputedStyle(document.querySelector('.dq-option')).transitionDuration"
    moving = open_quiz("1.1-q01", reduced_motion="no-preference")
    assert "0.12s" in moving.evaluate(durations)
    still = open_quiz("1.1-q01", reduced_motion="reduce")
    assert still.evaluate(durations) == "0s"


def test_text_of_the_bank_never_becomes_html(open_quiz):
    page = open_quiz()
    evil = "<img src=x onerror=alert(1)> `<b>` **<i>**"
    asked = bank.pick("1.1-q01", folder=BANK)[0]
    options = tuple(dataclasses.replace(o, text=evil, why=evil) for o in asked.options)
    made = widget.Quiz([dataclasses.replace(asked, stem=evil, hint=evil, options=options)])
    page.evaluate(f"window.quiz = mount({json.dumps(made.get_state(['questions', 'answers']))})")
    choose(question(page), "a")
    question(page).locator(".dq-check").click()
    assert page.locator(".dealab-quiz :is(img, b, i)").count() == 0
    assert page.locator("legend").inner_text() == "<img src=x onerror=alert(1)> <b> <i>"
    assert page.locator("legend code").inner_text() == "<b>"
    assert page.locator("legend strong").inner_text() == "<i>"


def test_code_block_in_a_stem_keeps_its_lines(open_quiz):
    page = open_quiz("1.1-q03")
    block = page.locator("legend .dq-pre")
    assert block.inner_text() == '{"s3": {"object": {"key": "raw/2026/till+no%3D7.csv"}}}'
    assert "mono" in block.evaluate("e => getComputedStyle(e).fontFamily").lower()
