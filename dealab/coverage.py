"""What of the exam guide is taught, asked and practiced, and what is not.

``coverage()`` joins the guide with lessons, questions and exercises; it is pure. ``collect()``
loads all four and joins them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from dealab.guide import Guide, Skill, Statement, Task

KINDS = ("lessons", "questions", "exercises")
PAGES = ("interview", "tools", "services")


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
    pages: dict[str, dict[str, tuple[str, ...] | None]] = field(default_factory=dict)

    def as_json(self) -> dict[str, dict]:
        """Return ``{"skills": {id: {"lessons": [...], "questions": [...], "exercises": [...]}},
        "statements": {...}}`` for every id of the guide, and ``{part: {id: [section, ...]}}`` for
        each of PAGES, with null where nothing is written."""
        pages = {
            part: {key: None if found is None else list(found) for key, found in entries.items()}
            for part, entries in self.pages.items()
        }
        return pages | {
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

    def unwritten(self, part: str) -> list[str]:
        """Return the ids of one of PAGES that have no answer or page yet."""
        return [key for key, found in self.pages[part].items() if found is None]

    def complete(self, names: Iterable[str]) -> bool:
        """Return whether nothing is missing in any of ``names``: tasks, or parts of PAGES.

        Raises ValueError for a name that is neither.
        """
        return not [
            gap
            for name in names
            for gap in (self.unwritten(name) if name in self.pages else self.missing(name))
        ]

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
        for part, entries in self.pages.items():
            gaps = self.unwritten(part)
            lines += ["", f"{part}: {len(entries) - len(gaps)}/{len(entries)}"]
            lines += [f"  missing: {', '.join(gaps)}"] if gaps else []
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
    from dealab import guide, interview, services
    from dealab.build import exercises, lessons
    from dealab.quiz import bank

    sections = lessons.sections()
    joined = coverage(guide.load(), sections, bank.load(), exercises.load())
    answers, topics, written = interview.load(), interview.topics(), services.load()
    wanted = {
        "interview": topics.questions,
        "tools": topics.tools,
        "services": [services.slug(one.name) for one in joined.guide.services],
    }
    return with_pages(joined, sections, wanted, answers | written)


def with_pages(
    joined: Coverage,
    sections: Iterable[Any],
    wanted: Mapping[str, Iterable[str]],
    written: Mapping[str, Any],
) -> Coverage:
    """Return ``joined`` with the answers and pages that look things up.

    ``wanted`` holds the ids of each of PAGES; ``written`` maps an id to an object with ``skills``
    and ``sections``.
    """
    existing = {section.id for section in sections}
    skills = {*joined.guide.skill_ids(), *joined.guide.statement_ids()}
    problems = []
    for key, page in written.items():
        problems += [
            f"{key}: no skill {one} in the exam guide" for one in set(page.skills) - skills
        ]
        problems += [
            f"{key}: no section {one} in any lesson" for one in page.sections if one not in existing
        ]
    listed = {key for ids in wanted.values() for key in ids}
    problems += [f"{key}: answers no topic that is listed" for key in written if key not in listed]
    pages = {
        part: {key: written[key].sections if key in written else None for key in ids}
        for part, ids in wanted.items()
    }
    return replace(joined, pages=pages, problems=(*joined.problems, *problems))


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
