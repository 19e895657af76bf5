"""What the course has to read and to do: the sections of its lessons, and its assignments.

``dealab build`` writes the index from ``content/``; the study plans and the placement test read it.
It stands beside the notebooks, since a page of the course must not parse the course's text.
"""

import functools
import json
from dataclasses import dataclass
from pathlib import Path

from dealab import paths

FILE = "notebooks/sections.json"


@dataclass(frozen=True)
class Section:
    """A section of a lesson. ``task`` is a task statement's id; ``minutes`` the time to read it.

    ``href`` leads there from another notebook of the course.
    """

    id: str
    title: str
    task: str
    href: str
    minutes: int
    skills: tuple[str, ...]
    questions: tuple[str, ...]

    @property
    def review(self) -> bool:
        """Tell whether this is the page that sums a task up."""
        return self.id.startswith("review-")


@dataclass(frozen=True)
class Assignment:
    """An assignment of a task. ``exercises`` in the order of their difficulty."""

    name: str
    title: str
    task: str
    href: str
    exercises: tuple[str, ...]


@dataclass(frozen=True)
class Index:
    sections: tuple[Section, ...]
    assignments: tuple[Assignment, ...]

    @property
    def tasks(self) -> tuple[str, ...]:
        """The tasks that have a section, in the order of the course."""
        return tuple(dict.fromkeys(section.task for section in self.sections))

    def teaching(self, skill: str) -> list[Section]:
        """Return the sections that teach a skill, without the reviews."""
        return [one for one in self.sections if skill in one.skills and not one.review]


@functools.cache
def load(file: Path | None = None) -> Index:
    """Return the index. Raises FileNotFoundError where the course was never built."""
    file = file or paths.course() / FILE
    data = json.loads(file.read_text("utf-8"))

    def made(kind, row):
        lists = {key: tuple(value) for key, value in row.items() if isinstance(value, list)}
        return kind(**row | lists)

    return Index(
        sections=tuple(made(Section, row) for row in data["sections"]),
        assignments=tuple(made(Assignment, row) for row in data["assignments"]),
    )
