"""What the learner did: answers to questions and checks of exercises."""

import datetime
import json
import math
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from dealab import paths
from dealab.progress.database import Database, Unavailable
from dealab.progress.schema import MIGRATIONS

OUTCOMES = ("correct", "incorrect", "not attempted")


@dataclass(frozen=True)
class Answer:
    """One answer. ``chosen`` holds option keys; ``seconds`` is None when nobody measured."""

    at: datetime.datetime
    question: str
    chosen: tuple[str, ...]
    correct: bool
    seconds: float | None


@dataclass(frozen=True)
class Check:
    """One check of an exercise. ``outcome`` is one of OUTCOMES; ``message`` is what was shown."""

    at: datetime.datetime
    exercise: str
    outcome: str
    message: str


@dataclass(frozen=True)
class TaskSummary:
    """Questions of one task: how many were ever answered, how many right at the last try."""

    answered: int
    right: int


@dataclass(frozen=True)
class Summary:
    """``tasks`` by task id in order; ``exercises``: last outcome by exercise; ``answers``: all."""

    tasks: dict[str, TaskSummary]
    exercises: dict[str, str]
    answers: int


class Store:
    """The learner's progress, one file in the learner's own folder.

    A lesson must go on when its progress cannot be kept (read-only home, full disk, damaged file),
    so no method raises for that: ``record_...`` returns False, reading returns what there is, and
    ``notice`` says what happened and what to do ("" when all is well).
    """

    def __init__(
        self,
        path: Path | str | None = None,
        *,
        clock: Callable[[], datetime.datetime] | None = None,
        timeout: float = 5.0,
    ):
        """``path`` defaults to progress.sqlite3 in paths.home(). ``clock`` returns an aware time.

        ``timeout`` is how long to wait for another process, in seconds.
        """
        self.path = Path(path) if path else paths.home() / "progress.sqlite3"
        self.notice = ""
        self._clock = clock or (lambda: datetime.datetime.now(datetime.UTC))
        self._database = Database(self.path, self._stamp, timeout)

    def record_answer(
        self, question: str, chosen: Iterable[str], correct: bool, seconds: float | None = None
    ) -> bool:
        """Keep one answer; return whether it was kept.

        ``chosen`` holds option keys. Raises ValueError for an empty question id and for seconds
        that are negative or not finite, TypeError for a ``chosen`` that is one text.
        """
        if not question:
            raise ValueError("record_answer needs the question's id")
        if isinstance(chosen, str):
            raise TypeError('chosen is a list of option keys, such as ["a", "c"]')
        if seconds is not None and not (math.isfinite(seconds) and seconds >= 0):
            raise ValueError(f"seconds must be 0 or more, not {seconds}")
        row = (self._now(), question, json.dumps(sorted(chosen)), bool(correct), seconds)
        return self._insert("answers (at, question, chosen, correct, seconds)", row)

    def record_check(self, exercise: str, outcome: str, message: str = "") -> bool:
        """Keep one check of an exercise; return whether it was kept.

        Raises ValueError for an empty exercise id or an outcome that isn't one of OUTCOMES.
        """
        if not exercise:
            raise ValueError("record_check needs the exercise's id")
        if outcome not in OUTCOMES:
            raise ValueError(f"outcome is {outcome!r}; it must be one of {', '.join(OUTCOMES)}")
        row = (self._now(), exercise, outcome, message)
        return self._insert("checks (at, exercise, outcome, message)", row)

    def answers(self, question: str | None = None) -> list[Answer]:
        """Return all answers, or those to one question, oldest first."""
        where, values = ("WHERE question = ?", (question,)) if question else ("", ())
        return self._answers(f"{where} ORDER BY id", values)

    def last_answers(self, questions: Iterable[str] | None = None) -> dict[str, Answer]:
        """Return the last answer to each question (or each of ``questions``) that has one."""
        found = self._answers(
            "WHERE id IN (SELECT max(id) FROM answers GROUP BY question) ORDER BY id"
        )
        wanted = None if questions is None else set(questions)
        return {a.question: a for a in found if wanted is None or a.question in wanted}

    def checks(self, exercise: str | None = None) -> list[Check]:
        """Return all checks, or those of one exercise, oldest first."""
        where, values = ("WHERE exercise = ?", (exercise,)) if exercise else ("", ())
        rows = self._rows(
            f"SELECT at, exercise, outcome, message FROM checks {where} ORDER BY id", values
        )
        return [Check(_time(at), *rest) for at, *rest in rows]

    def summary(self) -> Summary:
        """Return counts per task, the last outcome of each exercise, and the number of answers."""
        answers = self.answers()
        counts: dict[str, list[int]] = {}
        for question, correct in {a.question: a.correct for a in answers}.items():
            count = counts.setdefault(question.split("-")[0], [0, 0])
            count[0] += 1
            count[1] += correct
        return Summary(
            tasks={task: TaskSummary(*counts[task]) for task in sorted(counts)},
            exercises={check.exercise: check.outcome for check in self.checks()},
            answers=len(answers),
        )

    def export(self) -> dict:
        """Return everything as plain data (JSON-ready): format, version, answers and checks."""

        def plain(record) -> dict:
            return asdict(record) | {"at": _text(record.at)}

        return {
            "format": "dealab-progress",
            "version": len(MIGRATIONS),
            "exported": self._now(),
            "answers": [plain(a) | {"chosen": list(a.chosen)} for a in self.answers()],
            "checks": [plain(check) for check in self.checks()],
        }

    def set_aside(self) -> list[Path]:
        """Return the damaged files that were ever set aside; they are never deleted."""
        found = self.path.parent.glob(f"{self.path.name}.damaged-*")
        return sorted(f for f in found if not f.name.endswith(("-wal", "-shm", "-journal")))

    def _insert(self, into: str, row: tuple) -> bool:
        marks = ", ".join("?" * len(row))
        try:
            self._database.write(lambda c: c.execute(f"INSERT INTO {into} VALUES ({marks})", row))
        except Unavailable as problem:
            self.notice = f"Progress is not kept. {problem}"
            return False
        self.notice = self._database.aside
        return True

    def _answers(self, rest: str, values: tuple = ()) -> list[Answer]:
        rows = self._rows(
            f"SELECT at, question, chosen, correct, seconds FROM answers {rest}", values
        )
        return [
            Answer(_time(at), question, tuple(json.loads(chosen)), bool(correct), seconds)
            for at, question, chosen, correct, seconds in rows
        ]

    def _rows(self, query: str, values: tuple = ()) -> list[tuple]:
        try:
            rows = self._database.read(lambda c: c.execute(query, values).fetchall(), [])
        except Unavailable as problem:
            self.notice = f"Progress cannot be read. {problem}"
            return []
        self.notice = self._database.aside
        return rows

    def _now(self) -> str:
        return _text(self._clock())

    def _stamp(self) -> str:
        return self._clock().astimezone(datetime.UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(time: datetime.datetime) -> str:
    utc = time.astimezone(datetime.UTC)
    return utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _time(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)
