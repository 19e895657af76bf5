"""The question bank: load it, pick from it, validate it.

A question is one block in ``content/questions/<task>.yaml``; docs/quiz.md describes the format.
``load`` and ``pick`` refuse a block that cannot be shown or scored. ``validate`` also applies the
rules of a good question (dealab.quiz.rules) and reports everything, with file and line.
"""

import datetime
import difflib
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path

from dealab import paths
from dealab.quiz import rules
from dealab.quiz.blocks import Note
from dealab.quiz.question import Option, Question
from dealab.quiz.reading import TASK, Entry, read

__all__ = ["BankError", "Option", "Question", "UnknownQuestion", "load", "pick", "validate"]


class _Plain(Exception):
    """An error whose message is all that a reader needs: notebooks show it without a traceback."""

    def _render_traceback_(self):
        return [f"{type(self).__name__}: {self}"]


class BankError(_Plain, ValueError):
    """The bank has blocks that cannot be shown or scored; each line is ``file:line: message``."""


class UnknownQuestion(_Plain, LookupError):
    """No question has this id; the message names the nearest ones."""


def load(folder: Path | None = None) -> dict[str, Question]:
    """Return all questions by id, in the order of the files.

    Raises BankError when a block cannot be read; the rules of style are ``validate``'s business.
    """
    questions: dict[str, Question] = {}
    for file in _files(folder):
        questions |= _questions(file)
    return questions


def pick(*ids: str, folder: Path | None = None) -> list[Question]:
    """Return the questions with these ids, reading only the files that hold them.

    A mistake in another task's file does not matter here. Raises UnknownQuestion, or BankError.
    """
    folder = _folder(folder)
    found: dict[str, Question] = {}
    for task in sorted({id.split("-")[0] for id in ids}):
        file = folder / f"{task}.yaml"
        if TASK.fullmatch(task) and file.is_file():
            found |= _questions(file)
    missing = [id for id in ids if id not in found]
    if missing:
        raise UnknownQuestion("\n".join(_no_such(id, folder, found) for id in missing))
    return [found[id] for id in ids]


def validate(
    folder: Path | None = None,
    *,
    known: Collection[str] | None = None,
    today: datetime.date | None = None,
) -> list[str]:
    """Return what is wrong with the bank as ``file:line: message``, in order; [] when all is well.

    ``known`` holds the ids that ``skills`` may name; by default those of the exam guide (not
    checked while content/guide.yaml is empty). ``today`` is the last day that ``checked`` may name.
    """
    files = _files(folder)
    if not files:
        return [f"{_name(_folder(folder))}:1: no <task>.yaml here; a bank has at least one file"]
    known = _guide_ids() if known is None else frozenset(known)
    today = today or datetime.date.today()
    notes: list[Note] = []
    questions: list[Question] = []
    for file in files:
        entries, unreadable = _read(file)
        notes += unreadable
        for entry in entries:
            notes += rules.check(entry, known, today)
            questions.append(entry.question)
    notes += rules.check_all(questions)
    return [str(note) for note in sorted(notes, key=lambda note: (note.file, note.line))]


def _folder(folder: Path | None) -> Path:
    return Path(folder) if folder else paths.content() / "questions"


def _files(folder: Path | None) -> list[Path]:
    return sorted(_folder(folder).glob("*.yaml"))


def _name(file: Path) -> str:
    """Return the path as a reader would type it: from the course's or the current folder."""
    for base in (paths.course(), Path.cwd()):
        if file.resolve().is_relative_to(base.resolve()):
            return file.resolve().relative_to(base.resolve()).as_posix()
    return file.as_posix()


def _guide_ids() -> frozenset[str] | None:
    file = paths.content() / "guide.yaml"
    if not file.is_file() or not file.read_text(encoding="utf-8").strip():
        return None
    from dealab import guide

    loaded = guide.load()
    return frozenset(loaded.skill_ids()) | frozenset(loaded.statement_ids())


def _questions(file: Path) -> dict[str, Question]:
    entries, unreadable = _read(file)
    if unreadable:
        raise BankError("\n".join(map(str, unreadable)))
    return {entry.question.id: entry.question for entry in entries}


def _read(file: Path) -> tuple[list[Entry], list[Note]]:
    stat = file.stat()
    return _read_once(file, _name(file), stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=256)
def _read_once(file: Path, name: str, mtime: int, size: int) -> tuple[list[Entry], list[Note]]:
    """Read a file again only when its time or size says that it changed."""
    return read(file, name)


def _no_such(id: str, folder: Path, found: dict[str, Question]) -> str:
    try:
        ids = list(load(folder))
    except BankError:  # another file is broken; what was found is enough for a hint
        ids = list(found)
    if not ids:
        return f"there is no question {id!r}: {_name(folder)} holds no questions"
    near = difflib.get_close_matches(id, ids, n=3, cutoff=0.5)
    hint = (
        f"the nearest are {', '.join(near)}" if near else f"none of the bank's {len(ids)} is near"
    )
    return f"there is no question {id!r}; {hint}"
