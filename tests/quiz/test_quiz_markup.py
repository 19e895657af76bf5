"""The marks in a question's text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealab.quiz import markup
from dealab.quiz.markup import Block, Run


def test_code_and_bold_become_runs():
    assert markup.parse("Use `a b` and **never** c") == (
        Block(
            (
                Run("Use "),
                Run("a b", code=True),
                Run(" and "),
                Run("never", bold=True),
                Run(" c"),
            )
        ),
    )


def test_code_inside_bold_and_stars_inside_code():
    assert markup.parse("**x `y**z`** w")[0].runs == (
        Run("x ", bold=True),
        Run("y**z", bold=True, code=True),
        Run(" w"),
    )


def test_paragraphs_and_code_blocks():
    text = "One\ntwo\n\nthree\n\n```sql\nSELECT 1\n  FROM t\n```\n\nfour"
    blocks = markup.parse(text)
    assert [(block.pre, block.runs[0].text) for block in blocks] == [
        (False, "One two"),
        (False, "three"),
        (True, "SELECT 1\n  FROM t"),
        (False, "four"),
    ]


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("a `b` c", ""),
        ("a `b c", "`"),
        ("a **b** c", ""),
        ("a **b c", "**"),
        ("`**`", ""),
        ("`s3://b/**`", ""),
        ("```\n` **\n```", ""),
        ("plain", ""),
    ],
)
def test_unclosed_marks_are_found(text, mark):
    assert markup.unclosed(text) == mark


def test_a_mark_that_is_not_closed_stays_text():
    assert markup.plain("2 ** 3 and `x") == "2 ** 3 and `x"
    assert markup.plain("a **b** ** c") == "a b ** c"


def test_html_holds_only_its_own_elements():
    assert (
        markup.as_html("<i>x</i> **a & b** `c<d`")
        == "<p>&lt;i&gt;x&lt;/i&gt; <strong>a &amp; b</strong> <code>c&lt;d</code></p>"
    )
    assert markup.as_html("```\n<x>\n```") == "<pre><code>&lt;x&gt;</code></pre>"


def test_data_for_the_page():
    assert markup.as_data("a **`b`**") == [
        {"pre": False, "runs": [["a ", ""], ["b", "bold code"]]},
    ]


@given(st.text(alphabet="ab`* \n<&"))
def test_no_letter_is_lost_or_made(text):
    letters = [c for c in markup.plain(text) if c in "ab<&"]
    fences = text.count("```") > 1
    wanted = [c for c in text if c in "ab<&"]
    # The line that opens a code block may name a language, which is not shown.
    assert letters == wanted or (fences and len(letters) < len(wanted))
