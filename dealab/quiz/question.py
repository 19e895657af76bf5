"""What a question is. Every renderer, the scoring and the export read this one dataclass."""

import datetime
from dataclasses import dataclass

CHOICE, RESPONSE = KINDS = ("multiple choice", "multiple response")
DIFFICULTIES = ("1", "2", "3")  # recall, apply, weigh up
FORMS = ("lesson", "drill", "exam-1", "exam-2", "exam-3", "exam-4", "exam-5")
SELECT = {2: "(Select TWO.)", 3: "(Select THREE.)"}  # how a stem says how many options are right


@dataclass(frozen=True)
class Option:
    """One option. ``key`` ("a", "b", ...) is its place in the file: it survives shuffling."""

    text: str
    correct: bool
    why: str
    key: str


@dataclass(frozen=True)
class Question:
    """One question. Its texts (stem, hint, options) may carry the marks of dealab.quiz.markup.

    ``task`` is "1.1" and ``domain`` "1"; ``skills`` names v1.1 skills and v1.0 statements;
    ``checked`` is the day on which somebody compared it with its ``sources``; ``file`` and ``line``
    say where it stands.
    """

    id: str
    form: str
    domain: str
    task: str
    skills: tuple[str, ...]
    kind: str
    difficulty: int
    stem: str
    hint: str
    options: tuple[Option, ...]
    sources: tuple[str, ...]
    checked: datetime.date
    file: str
    line: int

    @property
    def right(self) -> frozenset[str]:
        """The keys of the right options."""
        return frozenset(option.key for option in self.options if option.correct)
