"""A question where no widget can run: as plain text and as HTML, without the key.

GitHub, a notebook that was opened and not run, and a terminal show these.
"""

import html
from collections.abc import Mapping, Sequence
from string import ascii_uppercase
from textwrap import TextWrapper

from dealab.quiz import markup
from dealab.quiz.question import Question

_RUN = "Run this cell to answer."


def as_text(questions: Sequence[Question], orders: Mapping[str, Sequence[str]]) -> str:
    """Return the questions with their options as lines of at most 80 characters.

    ``orders`` gives, by question id, the option keys in the order to show them.
    """
    lines = [f"Quiz ({_count(questions)}). {_RUN}"]
    for number, question in enumerate(questions, 1):
        lines.append("")
        lines += _wrapped(f"{number}. ", question.stem)
        for letter, text in _options(question, orders[question.id]):
            lines += _wrapped(f"   {letter}. ", text)
    return "\n".join(lines)


def as_html(questions: Sequence[Question], orders: Mapping[str, Sequence[str]]) -> str:
    """Return the questions with their options as HTML that needs no style and no script."""
    parts = [f"<p><strong>Quiz</strong> ({html.escape(_count(questions))}). <em>{_RUN}</em></p>"]
    for question in questions:
        options = "".join(
            f"<li>{markup.as_html(text)}</li>"
            for _, text in _options(question, orders[question.id])
        )
        stem = markup.as_html(question.stem)
        parts.append(f'<li>{stem}<ol type="A">{options}</ol></li>')
    return parts[0] + f"<ol>{''.join(parts[1:])}</ol>"


def _count(questions: Sequence[Question]) -> str:
    return "1 question" if len(questions) == 1 else f"{len(questions)} questions"


def _options(question: Question, order: Sequence[str]):
    texts = {option.key: option.text for option in question.options}
    return [(letter, texts[key]) for letter, key in zip(ascii_uppercase, order, strict=False)]


def _wrapped(start: str, text: str) -> list[str]:
    """Return ``text`` as lines behind ``start``; code blocks keep their line breaks."""
    margin = " " * len(start)
    lines: list[str] = []
    for block in markup.parse(text):
        first = margin if lines else start
        content = "".join(run.text for run in block.runs)
        if block.pre:
            lines += [margin + "  " + line for line in content.splitlines()]
        else:
            wrapper = TextWrapper(80, initial_indent=first, subsequent_indent=margin)
            lines += wrapper.wrap(content)
    return lines
