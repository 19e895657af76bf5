"""The exam guide as data: domains, tasks, skills (version 1.1) and statements (version 1.0).

Everything stands in ``content/guide.yaml``, in our own words. Lessons, questions and exercises name
skills and statements by id; ``dealab.coverage`` joins them.
"""

import datetime
import functools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from dealab import paths, records

PRACTICES = ("do", "describe")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class GuideError(ValueError):
    """The guide contradicts itself; the message names the file and the id."""


@dataclass(frozen=True)
class Skill:
    """A skill of guide version 1.1. ``practice``: ``do`` needs exercises, ``describe`` does not."""

    id: str
    text: str
    practice: str


@dataclass(frozen=True)
class Statement:
    """A statement of guide version 1.0, such as ``1.1.K3`` (knowledge) or ``1.1.S1`` (skill).

    ``skills`` are the v1.1 skills that carry it. ``lesson`` is the lesson section that keeps it
    where no skill says the same; else None.
    """

    id: str
    text: str
    skills: tuple[str, ...]
    lesson: str | None

    @property
    def knowledge(self) -> bool:
        return ".K" in self.id


@dataclass(frozen=True)
class Task:
    id: str
    title: str
    skills: tuple[Skill, ...]
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class Domain:
    """``weight`` is the domain's share of the scored questions, in percent."""

    id: str
    title: str
    weight: int
    tasks: tuple[Task, ...]


@dataclass(frozen=True)
class Exam:
    """Facts of the exam, with the official pages that state them and the date of the check."""

    code: str
    title: str
    guide_version: str
    published: datetime.date
    scored_questions: int
    unscored_questions: int
    minutes: int
    score_min: int
    score_max: int
    pass_score: int
    price_usd: int
    sources: tuple[str, ...]
    checked: datetime.date

    @property
    def questions(self) -> int:
        return self.scored_questions + self.unscored_questions


@dataclass(frozen=True)
class Service:
    """A service in scope: the guide versions that list it, and what AWS calls it today."""

    name: str
    category: str
    guides: tuple[str, ...]
    today: str


@dataclass(frozen=True)
class Guide:
    exam: Exam
    domains: tuple[Domain, ...]
    services: tuple[Service, ...]

    def tasks(self) -> tuple[Task, ...]:
        return tuple(task for domain in self.domains for task in domain.tasks)

    def skills(self) -> dict[str, Skill]:
        """Return all skills by id, in the guide's order."""
        return {skill.id: skill for task in self.tasks() for skill in task.skills}

    def statements(self) -> dict[str, Statement]:
        """Return all statements by id, in the guide's order."""
        return {item.id: item for task in self.tasks() for item in task.statements}

    def skill_ids(self) -> tuple[str, ...]:
        return tuple(self.skills())

    def statement_ids(self) -> tuple[str, ...]:
        return tuple(self.statements())


def load(file: Path | None = None) -> Guide:
    """Return the guide of ``file`` (default: ``content/guide.yaml``).

    Raises GuideError for a missing or unknown field, a double id, an id under the wrong parent, a
    statement that maps to no known skill and no lesson, and weights that do not add up to 100.
    """
    file = file or paths.content() / "guide.yaml"
    stat = file.stat()
    return _load(file, (stat.st_mtime_ns, stat.st_size))


@functools.lru_cache(maxsize=8)
def _load(file: Path, _version: tuple[int, int]) -> Guide:
    reader = _Reader(file.name)
    try:
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
    except yaml.YAMLError as problem:
        raise GuideError(f"{file.name}: not valid YAML: {problem}") from problem
    return reader.guide(data)


class _Reader:
    """Turns YAML into dataclasses. ``seen`` holds the ids of domains, tasks, skills, statements."""

    def __init__(self, name: str):
        self.name = name
        self.seen: set[str] = set()

    def guide(self, data: Any) -> Guide:
        self._fields(data, "the guide", {"exam": dict, "services": dict, "domains": list})
        domains = tuple(self._domain(entry) for entry in data["domains"])
        guide = Guide(self._exam(data["exam"]), domains, self._services(data["services"]))
        weight = sum(domain.weight for domain in domains)
        if weight != 100:
            self._fail("domains", f"weights add up to {weight}, not 100")
        self._check_statements(guide)
        return guide

    def _exam(self, data: dict) -> Exam:
        kinds = {name: kind for name, kind in Exam.__annotations__.items() if name != "sources"}
        self._fields(data, "exam", kinds | {"sources": list})
        self._https("exam", *data["sources"])
        return Exam(**(data | {"sources": tuple(data["sources"])}))

    def _services(self, data: dict) -> tuple[Service, ...]:
        self._fields(
            data,
            "services",
            {
                "source": str,
                "checked": datetime.date,
                "added": list,
                "removed": list,
                "today": dict,
                "categories": dict,
            },
        )
        self._https("services", data["source"])
        category_of: dict[str, str] = {}
        for category, names in data["categories"].items():
            for name in names:
                if name in category_of:
                    self._fail(name, f"listed under {category_of[name]} and under {category}")
                category_of[name] = category
        for name in [*data["added"], *data["removed"], *data["today"]]:
            if name not in category_of:
                self._fail(name, "named in services, but in no category")
        versions = dict.fromkeys(data["added"], ("1.1",))
        versions |= dict.fromkeys(data["removed"], ("1.0",))
        return tuple(
            Service(
                name, category, versions.get(name, ("1.0", "1.1")), data["today"].get(name, name)
            )
            for name, category in category_of.items()
        )

    def _domain(self, data: Any) -> Domain:
        where = self._id(data, "a domain", r"[1-9]")
        self._fields(data, where, {"id": str, "title": str, "weight": int, "tasks": list})
        tasks = tuple(self._task(entry, where) for entry in data["tasks"])
        return Domain(where, data["title"], data["weight"], tasks)

    def _task(self, data: Any, domain: str) -> Task:
        where = self._id(data, f"a task of domain {domain}", rf"{domain}\.[1-9]")
        self._fields(data, where, {"id": str, "title": str, "skills": list, "statements": list})
        return Task(
            where,
            data["title"],
            tuple(self._skill(entry, where) for entry in data["skills"]),
            tuple(self._statement(entry, where) for entry in data["statements"]),
        )

    def _skill(self, data: Any, task: str) -> Skill:
        where = self._id(data, f"a skill of task {task}", rf"{re.escape(task)}\.[1-9][0-9]*")
        self._fields(data, where, {"id": str, "text": str, "practice": str})
        if data["practice"] not in PRACTICES:
            self._fail(where, f"practice is {data['practice']!r}, not {' or '.join(PRACTICES)}")
        return Skill(where, data["text"], data["practice"])

    def _statement(self, data: Any, task: str) -> Statement:
        pattern = rf"{re.escape(task)}\.[KS][1-9][0-9]*"
        where = self._id(data, f"a statement of task {task}", pattern)
        self._fields(data, where, {"id": str, "text": str}, {"skills": list, "lesson": str})
        skills, lesson = tuple(data.get("skills", ())), data.get("lesson")
        if not skills and not lesson:
            self._fail(where, "needs skills that carry it, or a lesson that keeps it")
        if len(set(skills)) < len(skills):
            self._fail(where, "names a skill twice")
        if lesson is not None and not _SLUG.fullmatch(lesson):
            self._fail(where, f"lesson {lesson!r} is no section name such as 'read-streams'")
        return Statement(where, data["text"], skills, lesson)

    def _check_statements(self, guide: Guide) -> None:
        known = guide.skills()
        for statement in guide.statements().values():
            for skill in statement.skills:
                if skill not in known:
                    self._fail(statement.id, f"maps to skill {skill!r}, which the guide has not")

    def _id(self, data: Any, what: str, pattern: str) -> str:
        found = data.get("id") if isinstance(data, dict) else None
        if not isinstance(found, str):
            self._fail(what, f"id is {found!r}; write it in quotes, such as id: '1.1'")
        if not re.fullmatch(pattern, found):
            self._fail(found, f"stands where {what} is expected")
        if found in self.seen:
            self._fail(found, "stands twice; an id stands once")
        self.seen.add(found)
        return found

    def _fields(
        self, data: Any, where: str, required: dict[str, type], optional: dict | None = None
    ) -> None:
        if wrong := records.problem(data, required, optional):
            self._fail(where, wrong)

    def _https(self, where: str, *addresses: str) -> None:
        for address in addresses:
            if not str(address).startswith("https://"):
                self._fail(where, f"source {address!r} is no https:// address")

    def _fail(self, where: str, what: str) -> None:
        raise GuideError(f"{self.name}: {where}: {what}")
