"""Exercises: one labeled section of an assignment's text holds everything about an exercise.

A Markdown cell with ``{"exercise": id, "kind": …, "skills": […]}`` is the prompt and opens the
section; the cells after it belong to it until the next exercise. Their ``role`` says what they are:

============  ==========================================================================
``solution``  the model answer; the learner's starter is derived from it
``tests``     what is graded, with ``points``; hidden tests between the two markers
``hint``      Markdown, as many as wanted, from a nudge to nearly the answer
``wrong``     a known wrong answer: its ``name``, the ``points`` it gets, a part of the ``message``
``right``     the solution in other words (``name``): must score full marks
no role       shown to the learner as it is
============  ==========================================================================

An exercise of kind ``essay`` is graded by a person. Its prompt names the ``points``; its
``solution`` is Markdown, the model answer; ``rubric`` cells, one for each criterion, take the place
of tests: ``title`` and ``points`` are for the learner, the text below is for graders only.
"""

import ast
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from dealab import facts as fact_store
from dealab import paths
from dealab.build import myst
from dealab.build.myst import Cell, ContentError

KINDS = ("sql", "table", "function", "document", "value", "essay")
HIDDEN_BEGIN, HIDDEN_END = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"
_ROLES = {  # role -> (cell kind, keys it must have besides "role")
    "solution": ("code", set()),
    "tests": ("code", {"points"}),
    "hint": ("markdown", set()),
    "wrong": ("code", {"name", "points", "message"}),
    "right": ("code", {"name"}),
}
_ESSAY_ROLES = {
    "solution": ("markdown", set()),
    "rubric": ("markdown", {"title", "points"}),
    "hint": ("markdown", set()),
}
_PROMPT_KEYS = {"exercise", "kind", "skills", "statements"}


@dataclass(frozen=True)
class Exercise:
    """One exercise; ``id`` is also the name of the learner's variable or function."""

    id: str
    assignment: str
    kind: str
    skills: tuple[str, ...]
    statements: tuple[str, ...]
    cells: tuple[Cell, ...]

    @property
    def prompt(self) -> Cell:
        return self.cells[0]

    @property
    def file(self) -> str:
        return self.prompt.file

    @property
    def line(self) -> int:
        return self.prompt.line

    def of(self, role: str | None) -> list[Cell]:
        """Return the cells with this role, in order."""
        return [cell for cell in self.cells[1:] if cell.metadata.get("role") == role]

    @property
    def solution(self) -> Cell:
        return self.of("solution")[0]

    @property
    def by_hand(self) -> bool:
        """Whether a person grades it."""
        return self.kind == "essay"

    @property
    def points(self) -> float:
        graded = self.of("rubric" if self.by_hand else "tests")
        return sum(cell.metadata["points"] for cell in graded)


@dataclass(frozen=True)
class Assignment:
    """One notebook of an assignment: ``intro`` is what stands before its first exercise."""

    name: str
    notebook: str
    file: str
    head: str
    intro: tuple[Cell, ...]
    exercises: tuple[Exercise, ...]

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        return (*self.intro, *(cell for exercise in self.exercises for cell in exercise.cells))


def assignments(content: Path | None = None) -> list[Assignment]:
    """Read every ``content/assignments/<name>/*.md``. Raises ContentError with file and line."""
    content = content or paths.content()
    known = fact_store.load(content / "facts")
    files = sorted((content / "assignments").glob("*/*.md"))
    found = [
        assignment_of(file, _with_facts(myst.read(file, content.parent), known)) for file in files
    ]
    seen: dict[str, Exercise] = {}
    for exercise in (one for assignment in found for one in assignment.exercises):
        twin = seen.setdefault(exercise.id, exercise)
        if twin is not exercise:
            raise ContentError(
                f"{exercise.prompt.where}: exercise '{exercise.id}' also at {twin.prompt.where}"
            )
    return found


def load(content: Path | None = None) -> list[Exercise]:
    """Return the exercises of all assignments."""
    return [one for assignment in assignments(content) for one in assignment.exercises]


def _with_facts(document: myst.Document, known: dict[str, fact_store.Fact]) -> myst.Document:
    """Resolve the fact links of Markdown cells; ``Cell.text`` keeps what stands in the file."""
    return replace(
        document,
        cells=tuple(
            replace(cell, source=fact_store.resolve(cell.source, known, cell.where))
            if cell.kind == "markdown"
            else cell
            for cell in document.cells
        ),
    )


def assignment_of(path: Path, document: myst.Document) -> Assignment:
    """Return the assignment that ``document`` holds; its folder is the assignment's name."""
    groups: list[list[Cell]] = [[]]
    for cell in document.cells:
        if "exercise" in cell.metadata:
            groups.append([])
        elif cell.metadata.get("role") and len(groups) == 1:
            raise ContentError(f"{cell.where}: a role belongs to an exercise; none has begun yet")
        groups[-1].append(cell)
    name = path.parent.name
    return Assignment(
        name=name,
        notebook=path.stem,
        file=document.file,
        head=document.head,
        intro=tuple(groups[0]),
        exercises=tuple(_exercise(name, cells) for cells in groups[1:]),
    )


def _exercise(assignment: str, cells: list[Cell]) -> Exercise:
    prompt, *rest = cells
    data = prompt.metadata
    essay = data.get("kind") == "essay"
    keys = _PROMPT_KEYS | {"points"} if essay else _PROMPT_KEYS
    if prompt.kind != "markdown" or set(data) - keys:
        raise ContentError(
            f"{prompt.where}: an exercise opens with a Markdown cell; it knows "
            + ", ".join(sorted(keys))
        )
    id = data["exercise"]
    if not str(id).isidentifier() or id != id.lower():
        raise ContentError(f"{prompt.where}: exercise id '{id}' must be a snake_case Python name")
    if data.get("kind") not in KINDS:
        raise ContentError(f"{prompt.where}: kind must be one of {', '.join(KINDS)}")
    if not data.get("skills"):
        raise ContentError(f"{prompt.where}: skills must name at least one skill")
    for cell in rest:
        _check_role(cell, _ESSAY_ROLES if essay else _ROLES)
    exercise = Exercise(
        id=id,
        assignment=assignment,
        kind=data["kind"],
        skills=tuple(data["skills"]),
        statements=tuple(data.get("statements", ())),
        cells=tuple(cells),
    )
    graded = "rubric" if essay else "tests"
    if len(exercise.of("solution")) != 1 or not exercise.of(graded):
        raise ContentError(f"{prompt.where}: '{id}' needs one solution cell and a {graded} cell")
    if essay and data.get("points") != exercise.points:
        raise ContentError(
            f"{prompt.where}: the prompt of '{id}' says {data.get('points', 'no')} points, "
            f"its rubric adds up to {exercise.points:g}"
        )
    return exercise


def _check_role(cell: Cell, roles: dict[str, tuple[str, set[str]]]) -> None:
    role = cell.metadata.get("role")
    keys = set(cell.metadata) - {"role", "tags"}
    if role is None:
        if keys:
            raise ContentError(f"{cell.where}: unknown cell metadata {', '.join(sorted(keys))}")
        return
    if role not in roles:
        raise ContentError(f"{cell.where}: unknown role '{role}'; use {', '.join(roles)}")
    kind, needed = roles[role]
    if cell.kind != kind or keys != needed:
        wanted = ", ".join(sorted(needed)) or "no other key"
        raise ContentError(f"{cell.where}: role '{role}' is a {kind} cell with {wanted}")
    points = cell.metadata.get("points", 0)
    if not isinstance(points, int | float) or points < 0:
        raise ContentError(f"{cell.where}: points must be a number, 0 or more")
    if role == "tests":
        _check_markers(cell)


def _check_markers(cell: Cell) -> None:
    begins, ends = cell.source.count(HIDDEN_BEGIN), cell.source.count(HIDDEN_END)
    if begins != ends or begins > 1:
        raise ContentError(f"{cell.where}: '{HIDDEN_BEGIN}' and '{HIDDEN_END}' come once, in pairs")
    last = ast.parse(cell.source).body[-1]
    if isinstance(last, ast.Expr) and not isinstance(last.value, ast.Call):
        raise ContentError(
            f"{cell.where}: tests end in a bare expression, which nbgrader reads as partial credit"
        )
