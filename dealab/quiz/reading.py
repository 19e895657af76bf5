"""From a bank file to questions: what cannot be shown or scored is refused here."""

import datetime
import re
from dataclasses import dataclass
from pathlib import Path
from string import ascii_lowercase

from dealab.quiz.blocks import Block, Note, compose_list
from dealab.quiz.question import (
    CHOICE,
    DIFFICULTIES,
    FORMS,
    KINDS,
    RESPONSE,
    SELECT,
    Option,
    Question,
)

TASK = re.compile(r"[1-9]\.[1-9]")
_ID = re.compile(r"([1-9]\.[1-9])-[a-z0-9]+(?:-[a-z0-9]+)*")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_KEYS = ("id", "skills", "kind", "difficulty", "form", "stem", "hint", "options", "sources")


@dataclass(frozen=True)
class Entry:
    """A question with the blocks that it was read from: they know the lines."""

    question: Question
    block: Block
    options: tuple[Block, ...]


def read(file: Path, name: str) -> tuple[list[Entry], list[Note]]:
    """Return the entries of one bank file, and a note for each thing that made a block unreadable.

    ``name`` is how messages and questions call the file.
    """
    task = file.name.removesuffix(".yaml")
    if not TASK.fullmatch(task):
        return [], [Note(name, 1, "a bank file is named after its task, such as 1.1.yaml")]
    nodes, notes = compose_list(file, name)
    entries: list[Entry] = []
    lines: dict[str, int] = {}
    for node in nodes:
        block = Block(name, node, "a question", (*_KEYS, "checked"))
        entry = _entry(block, task, lines)
        parts = entry.options if entry else ()
        found = [*block.notes, *(note for part in parts for note in part.notes)]
        notes += found
        if entry and not found:
            entries.append(entry)
    return entries, notes


def _entry(block: Block, task: str, lines: dict[str, int]) -> Entry | None:
    id = block.text("id")
    _check_id(block, id, task, lines)
    kind = block.one_of("kind", KINDS)
    difficulty = block.one_of("difficulty", DIFFICULTIES)
    options, parts = _options(block)
    question = Question(
        id=id,
        form=block.one_of("form", FORMS),
        domain=task.split(".")[0],
        task=task,
        skills=tuple(text for text, _ in block.texts("skills")),
        kind=kind,
        difficulty=int(difficulty) if difficulty in DIFFICULTIES else 0,
        stem=block.text("stem"),
        hint=block.text("hint"),
        options=options,
        sources=tuple(text for text, _ in block.texts("sources")),
        checked=_date(block),
        file=block.file,
        line=block.line(),
    )
    if not any(part.notes for part in parts):
        _check_key(block, question)
    return Entry(question, block, parts)


def _check_id(block: Block, id: str, task: str, lines: dict[str, int]) -> None:
    if not id:
        return
    match = _ID.fullmatch(id)
    if not match or match.group(1) != task:
        block.note(
            block.line("id"),
            f"an id in this file is {task}, a hyphen, and small letters or digits: {task}-q01",
        )
    if id in lines:
        block.note(block.line("id"), f"line {lines[id]} has this id too; give this one another")
    lines.setdefault(id, block.line("id"))


def _date(block: Block) -> datetime.date:
    text = block.text("checked")
    try:
        if _DATE.fullmatch(text):
            return datetime.date.fromisoformat(text)
    except ValueError:
        pass
    if text:
        block.note(block.line("checked"), f"'{text}' is no date; write one such as 2026-11-23")
    return datetime.date.min


def _options(block: Block) -> tuple[tuple[Option, ...], tuple[Block, ...]]:
    nodes = block.nodes("options")
    if len(nodes) > len(ascii_lowercase):
        block.note(block.line("options"), f"{len(nodes)} options are too many; keep a handful")
    options, parts = [], []
    for key, node in zip(ascii_lowercase, nodes, strict=False):
        title = f"{block.title}, option {len(parts) + 1}"
        part = Block(block.file, node, "an option", ("text", "why"), ("correct",), title)
        options.append(Option(part.text("text"), part.flag("correct"), part.text("why"), key))
        parts.append(part)
    return tuple(options), tuple(parts)


def _check_key(block: Block, question: Question) -> None:
    right = len(question.right)
    if not question.options:
        return
    if question.kind == CHOICE and right != 1:
        block.note(
            block.line("options"),
            f"multiple choice has exactly one option with 'correct: true'; here are {right}",
        )
    if question.kind == RESPONSE and right not in SELECT:
        block.note(
            block.line("options"),
            f"multiple response has 2 or 3 options with 'correct: true'; here are {right}",
        )
