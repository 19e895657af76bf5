"""Every refusal of the lab says in three plain sentences what, what AWS does, and what to know."""

import ast
import re
from pathlib import Path

import pytest

import dealab
from dealab.sql.errors import LabLimit

ROOMS = ("cloud", "models", "engines")
BLANK = "…"  # stands for what a program fills in
#: what says nothing: these were the words of refusals that nobody had finished
EMPTY_WORDS = ("answers this operation", "may well", "todo")


def _text(node):
    """The text of a literal, with BLANK for what is filled in; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.Constant) else BLANK for part in node.values]
        return "".join(parts)
    return None


def _refusals(rooms):
    home = Path(dealab.__file__).parent
    for room in rooms:
        for file in sorted((home / room).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if not isinstance(node, ast.Call):
                    continue
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name == "LabLimit":
                    given = [*node.args, *(keyword.value for keyword in node.keywords)]
                    yield f"{file.relative_to(home)}:{node.lineno}", given


def _wrong(given) -> list[str]:
    """What is wrong with the arguments of a refusal."""
    if any(isinstance(one, ast.Starred) for one in given):
        return []
    if len(given) < 3:
        return ["what, what the service does, and what to know for the exam: all three are shown"]
    what, does, exam = map(_text, given[:3])
    found = []
    if what is not None and (not what.strip() or what.endswith(".")):
        found.append(f"after 'This lab does not run' it needs a name, not {what!r}")
    for text in (does, exam):
        if text is None:
            continue
        if (len(text.split()) < 3 and BLANK not in text) or not text.endswith((".", BLANK)):
            found.append(f"no sentence: {text!r}")
        if not re.match(rf"[A-Z{BLANK}]|glueetl", text):
            found.append(f"no subject: {text!r}")
        if any(words in text.lower() for words in EMPTY_WORDS) and BLANK not in text:
            found.append(f"says nothing: {text!r}")
    return found


def test_every_refusal_is_three_plain_sentences():
    seen = dict(_refusals(ROOMS))
    assert len(seen) > 60
    wrong = {place: found for place, given in seen.items() if (found := _wrong(given))}
    assert wrong == {}


def test_no_refusal_of_sql_leaves_a_line_empty():
    wrong = [
        place
        for place, given in _refusals(("sql",))
        if any(_text(one) is not None and not _text(one).strip() for one in given)
    ]
    assert wrong == []


def test_tables_of_refusals_hold_sentences():
    from dealab.cloud.glue import missing
    from dealab.cloud.joints import cloudformation, s3_requests
    from dealab.models import metric_math, pollers, state_definitions
    from dealab.models.dqdl import parser

    told = [
        *(text for words in missing.REFUSED.values() for text in words[1:]),
        *(f"CloudFormation {does}." for does in cloudformation.REFUSED.values()),
        *(f"S3 {does}" for does in s3_requests.UNKEPT.values()),
        *(text for name, text in metric_math.REFUSED.items()),
        *parser._NOT_HERE.values(),
        *pollers.NO_TOPICS[1:],
    ]
    for refuse in state_definitions.ABSENT.values():
        with pytest.raises(LabLimit) as limit:
            refuse()
        told += [limit.value.service_does, limit.value.exam]
    for text in told:
        assert re.fullmatch(r"[A-Z].*[^.]\.", text), text


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("LabLimit('a thing', 'It does it well.')", "all three"),
        ("LabLimit('a thing', 'It does it well.', '')", "no sentence"),
        ("LabLimit('A thing.', 'It does it well.', 'Know this well.')", "needs a name"),
        ("LabLimit('a thing', 'does it well.', 'Know this well.')", "no subject"),
        ("LabLimit('a thing', 'Moto answers this operation.', 'Know this well.')", "says nothing"),
    ],
)
def test_an_unfinished_refusal_is_seen(source, says):
    assert says in " ".join(_wrong(ast.parse(source, mode="eval").body.args))
