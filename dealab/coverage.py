"""What of the exam guide is taught, asked and practiced, and what is not.

``coverage()`` joins the guide with lessons, questions and exercises; it is pure. ``collect()``
loads all four and joins them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dealab.guide import Guide, Skill, Statement, Task

KINDS = ("lessons", "questions", "exercises")


@dataclass(frozen=True)
class Found:
    """What covers one skill or statement, by name; empty lists mean that nothing does.

    A lesson is the id of its section, an exercise is ``assignment/id``.
    """

    lessons: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    exercises: tuple[str, ...] = ()


@dataclass(frozen=True)
class Gap:
    """A skill or statement that lacks something; ``lacks`` holds some of KINDS."""

    task: str
    id: str
    text: str
    lacks: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.id:8} {', '.join(self.lacks):30} {self.text}"


@dataclass(frozen=True)
class Coverage:
    """The join: ``skills`` and ``statements`` hold every id of the guide, in its order."""

    guide: Guide
    skills: dict[str, Found]
    statements: dict[str, Found]
    problems: tuple[str, ...]

    def as_json(self) -> dict[str, dict[str, dict[str, list[str]]]]:
        """Return ``{"skills": {id: {"lessons": [...], "questions": [...], "exercises": [...]}},
        "statements": {...}}`` for every id of the guide."""
        return {
            part: {
                key: {kind: list(getattr(found, kind)) for kind in KINDS}
                for key, found in entries.items()
            }
            for part, entries in (("skills", self.skills), ("statements", self.statements))
        }

    def missing(self, task: str | None = None) -> list[Gap]:
        """Return what lacks a lesson, a question or a required exercise, in the guide's order.

        With ``task`` (such as ``"1.1"``) only its own. Raises ValueError for an unknown task.
        """
        tasks = self.guide.tasks() if task is None else [self._task(task)]
        return [
            Gap(each.id, item.id, _text(item), lacks)
            for each in tasks
            for item in (*each.skills, *each.statements)
            if (lacks := self._lacks(item))
        ]

    def complete(self, tasks: Iterable[str]) -> bool:
        """Return whether nothing is missing in any of ``tasks``; ValueError for an unknown task."""
        return not [gap for task in tasks for gap in self.missing(task)]

    def unknown(self) -> list[str]:
        """Return what names something that does not exist, each with its place."""
        return list(self.problems)

    def as_text(self) -> str:
        """Return a table of covered/total for each task, then what is missing, then problems."""
        rows = [
            (f"{each.id} {each.title}", each.skills, each.statements) for each in self.guide.tasks()
        ]
        rows.append(("all", self.guide.skills().values(), self.guide.statements().values()))
        width = max(len(title) for title, _, _ in rows)
        lines = [
            f"{'':{width}}{'skills (v1.1)':>32}{'statements (v1.0)':>32}",
            f"{'task':{width}}" + 2 * f"{'lessons':>10}{'questions':>11}{'exercises':>11}",
        ]
        for title, *groups in rows:
            counts = [f"{count:>{room}}" for group in groups for count, room in self._counts(group)]
            lines.append(f"{title:{width}}" + "".join(counts))
        gaps = self.missing()
        lines += ["", f"Missing ({len(gaps)}):" if gaps else "Nothing is missing."]
        lines += [f"  {gap}" for gap in gaps]
        if self.problems:
            lines += ["", f"Unknown ({len(self.problems)}):"]
            lines += [f"  {problem}" for problem in self.problems]
        return "\n".join(lines) + "\n"

    def _counts(self, group: Iterable[Skill | Statement]) -> list[tuple[str, int]]:
        """Return covered/required for each kind, with the width of its column."""
        items = list(group)
        counts = []
        for kind, room in zip(KINDS, (10, 11, 11), strict=True):
            required = [item for item in items if kind in self._required(item)]
            covered = [item for item in required if getattr(self._found(item), kind)]
            counts.append((f"{len(covered)}/{len(required)}", room))
        return counts

    def _lacks(self, item: Skill | Statement) -> tuple[str, ...]:
        found = self._found(item)
        return tuple(kind for kind in self._required(item) if not getattr(found, kind))

    def _found(self, item: Skill | Statement) -> Found:
        return self.skills[item.id] if isinstance(item, Skill) else self.statements[item.id]

    def _required(self, item: Skill | Statement) -> tuple[str, ...]:
        if isinstance(item, Skill):
            practiced = item.practice == "do"
        else:
            skills = self.guide.skills()
            practiced = not item.knowledge and any(
                skills[skill].practice == "do" for skill in item.skills
            )
        return KINDS if practiced else KINDS[:2]

    def _task(self, task: str) -> Task:
        tasks = {each.id: each for each in self.guide.tasks()}
        if task not in tasks:
            raise ValueError(f"no task {task!r} in the exam guide; tasks are {', '.join(tasks)}")
        return tasks[task]


def collect() -> Coverage:
    """Load guide, lessons, question bank and exercises, and join them."""
    from dealab import guide
    from dealab.build import exercises, lessons
    from dealab.quiz import bank

    return coverage(guide.load(), lessons.sections(), bank.load(), exercises.load())


def coverage(
    guide: Guide, sections: Iterable[Any], questions: Mapping[str, Any], exercises: Iterable[Any]
) -> Coverage:
    """Join ``guide`` with what teaches, asks and practices it.

    ``sections`` have ``id, file, line, skills, statements, questions`` (ids that they show);
    ``questions`` map an id to an object with ``file, line, skills`` (which may hold statements);
    ``exercises`` have ``assignment, id, file, line, skills, statements, by_hand``; one that a
    person grades does not count as practice, since nobody may be there to grade it.

    A statement is covered by what names it and by what covers a skill that carries it. One that a
    ``lesson`` keeps has lessons only if that section exists.
    """
    sections, exercises = list(sections), list(exercises)
    named: dict[str, dict[str, list[str]]] = {kind: {} for kind in KINDS}

    def note(kind: str, name: str, ids: Iterable[str]) -> None:
        for key in dict.fromkeys(ids):
            named[kind].setdefault(key, []).append(name)

    kept_by = {key: statement.lesson for key, statement in guide.statements().items()}
    for section in sections:
        kept = [key for key, lesson in kept_by.items() if lesson == section.id]
        note("lessons", section.id, (*section.skills, *section.statements, *kept))
    for key, question in questions.items():
        note("questions", key, question.skills)
    for exercise in exercises:
        if not exercise.by_hand:
            note("exercises", _name(exercise), (*exercise.skills, *exercise.statements))

    skills = {
        key: Found(**{kind: tuple(named[kind].get(key, ())) for kind in KINDS})
        for key in guide.skills()
    }
    existing = {section.id for section in sections}
    statements = {}
    for statement in guide.statements().values():
        lists = {}
        for kind in KINDS:
            direct = named[kind].get(statement.id, ())
            carried = [name for skill in statement.skills for name in getattr(skills[skill], kind)]
            lists[kind] = dict.fromkeys((*direct, *carried))
        if statement.lesson and statement.lesson not in existing:
            lists["lessons"] = {}
        statements[statement.id] = Found(**{kind: tuple(lists[kind]) for kind in KINDS})
    problems = _problems(guide, sections, questions, exercises, named["lessons"])
    return Coverage(guide, skills, statements, tuple(problems))


def _text(item: Skill | Statement) -> str:
    kept = isinstance(item, Statement) and item.lesson
    return f"{item.text} (kept by lesson section {kept})" if kept else item.text


def _name(exercise: Any) -> str:
    return f"{exercise.assignment}/{exercise.id}"


def _problems(
    guide: Guide,
    sections: list[Any],
    questions: Mapping[str, Any],
    exercises: list[Any],
    lessons_naming: Mapping[str, list[str]],
) -> list[str]:
    skills, statements = set(guide.skill_ids()), set(guide.statement_ids())

    def strangers(where: str, ids: Iterable[str], known: set[str], what: str) -> list[str]:
        return [f"{where}: no {what} {key} in the exam guide" for key in ids if key not in known]

    found = []
    for section in sections:
        where = f"{section.file}:{section.line}: section {section.id}"
        found += strangers(where, section.skills, skills, "skill")
        found += strangers(where, section.statements, statements, "statement")
        for key in section.questions:
            if key not in questions:
                found.append(f"{where}: shows question {key}, which the bank has not")
    for key, question in questions.items():
        where = f"{question.file}:{question.line}: question {key}"
        found += strangers(where, question.skills, skills | statements, "skill or statement")
    for exercise in exercises:
        where = f"{exercise.file}:{exercise.line}: exercise {exercise.id}"
        found += strangers(where, exercise.skills, skills, "skill")
        found += strangers(where, exercise.statements, statements, "statement")
    # A lesson still to be written is a gap; one that was written under another name is an error.
    existing = {section.id for section in sections}
    for statement in guide.statements().values():
        if statement.lesson and statement.lesson not in existing:
            for section in lessons_naming.get(statement.id, ()):
                found.append(
                    f"guide.yaml: {statement.id}: kept by lesson {statement.lesson}, which no file "
                    f"has, but section {section} names it"
                )
    return found
