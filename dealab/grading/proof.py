"""Prove exercises: the solution passes, the starter scores nothing, wrong answers lose points.

Each answer runs after the assignment's opening cells, cell by cell as in a notebook, in one IPython
shell that is emptied in between; it is scored by nbgrader's rules. An essay has no score: what is
proved is that a person can grade it, and that the release does not give its answer away.
"""

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace

import nbformat

from dealab.build import release, source
from dealab.build.exercises import Assignment, Exercise
from dealab.build.myst import Cell
from dealab.checks import NotAttempted


@dataclass(frozen=True)
class Score:
    """What one answer got: ``points`` for each tests cell, and the ``problems`` that were shown."""

    points: tuple[float, ...]
    problems: tuple[BaseException | None, ...]

    @property
    def total(self) -> float:
        return sum(self.points)

    @property
    def messages(self) -> str:
        return " | ".join(f"{type(one).__name__}: {one}" for one in self.problems if one)


@dataclass(frozen=True)
class Finding:
    """One thing that was proved or not: ``answer`` is "solution", "starter" or a known answer."""

    exercise: str
    answer: str
    where: str
    score: Score | None
    problem: str = ""


def prove(assignments: list[Assignment], only: str = "") -> Iterator[Finding]:
    """Yield a Finding for each answer; ``only`` names an assignment or an exercise.

    Several assignments are proved side by side, each in a process of its own, as students' kernels
    are; their findings come in order, without the exceptions in ``Score.problems``.
    """
    wanted = [
        (one, only)
        for one in assignments
        if only in ("", one.name) or any(only == exercise.id for exercise in one.exercises)
    ]
    if len(wanted) < 2:
        for assignment, _ in wanted:
            yield from _prove(assignment, only)
        return
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), spawn, max_tasks_per_child=1) as pool:
        for findings in pool.map(_proved, *zip(*wanted, strict=True)):
            yield from findings


def _proved(assignment: Assignment, only: str) -> list[Finding]:
    """Return the findings of one assignment, fit to go from one process to another."""
    return [
        replace(one, score=one.score and replace(one.score, problems=()))
        for one in _prove(assignment, only)
    ]


def _prove(assignment: Assignment, only: str) -> Iterator[Finding]:
    shell = Shell()
    chosen = [e for e in assignment.exercises if only in ("", assignment.name, e.id)]
    if chosen:
        made = source.build(assignment)
        released = _released(assignment, made)
        starters = _starters(released)
        for exercise in chosen:
            yield from _formal(exercise)
            if exercise.by_hand:
                yield from _by_hand(exercise, _read(made), released)
                continue
            for answer, where, text, judge in _answers(exercise, starters[exercise.id]):
                score = shell.score(assignment, exercise, text)
                yield Finding(exercise.id, answer, where, score, judge(score))


def _formal(exercise: Exercise) -> Iterator[Finding]:
    """An exercise has a hint, a known wrong answer and a solution in other words."""
    wanted = [("hint", "a hint")]
    if not exercise.by_hand:
        wanted += [("wrong", "a wrong answer"), ("right", "a right one")]
    for role, what in wanted:
        if not exercise.of(role):
            where = exercise.prompt.where
            yield Finding(exercise.id, role, where, None, f"has no cell for {what} (role: {role})")


def _by_hand(
    exercise: Exercise,
    made: nbformat.NotebookNode,
    released: nbformat.NotebookNode,
) -> Iterator[Finding]:
    """An essay has an answer cell for a person to grade, and its release gives nothing away."""

    def finding(what: str, where: str, problem: str) -> Finding:
        return Finding(exercise.id, what, where, None, problem)

    where = exercise.prompt.where
    for name, notebook in (("source", made), ("release", released)):
        grading = [
            cell.metadata["nbgrader"]
            for cell in notebook.cells
            if cell.cell_type == "markdown"
            and cell.metadata.get("nbgrader", {}).get("grade_id") == exercise.id
        ]
        manual = [one for one in grading if one["grade"] and one["solution"] and not one["locked"]]
        points = [one["points"] for one in manual]
        good = points == [exercise.points]
        problem = f"{name}/ has no cell that a person grades with {exercise.points:g} points"
        yield finding(f"answer cell in {name}", where, "" if good else problem)
    text = "\n".join(cell.source for cell in released.cells)
    for cell in exercise.of("rubric"):
        title = cell.metadata["title"]
        problem = "" if title in text else "its heading is not in the release"
        yield finding(f"rubric: {title}", cell.where, problem or _leak(cell, text))
    yield finding("model answer", exercise.solution.where, _leak(exercise.solution, text))


def _leak(cell: Cell, released: str) -> str:
    """Return a problem if a line of a cell that learners must not see is in the release."""
    for line in cell.source.split("\n"):
        if line.strip() and line.strip() in released:
            return f"the release shows this line of it: {line.strip()}"
    return ""


def _answers(
    exercise: Exercise, starter: str
) -> Iterator[tuple[str, str, str, Callable[[Score], str]]]:
    """Yield (name, file:line, text of the answer cell, judge); a judge returns "" or a problem."""

    def full(score: Score) -> str:
        if score.total == exercise.points:
            return ""
        return f"scores {score.total:g} of {exercise.points:g}: {score.messages}"

    def untouched(score: Score) -> str:
        if score.total:
            return f"the untouched starter scores {score.total:g}"
        if all(isinstance(one, NotAttempted) for one in score.problems):
            return ""
        return f"the untouched starter is not reported as not attempted: {score.messages}"

    def loses(cell: Cell) -> Callable[[Score], str]:
        points, message = cell.metadata["points"], cell.metadata["message"]

        def judge(score: Score) -> str:
            if score.total >= exercise.points:
                return f"scores full marks ({score.total:g})"
            if score.total != points:
                return f"scores {score.total:g}, declared are {points:g}: {score.messages}"
            if message not in score.messages:
                return f"is told: {score.messages}; declared is: {message}"
            return ""

        return judge

    solution = exercise.solution
    yield "solution", solution.where, solution.source, full
    yield "starter", solution.where, starter, untouched
    for cell in exercise.of("right"):
        yield f"right: {cell.metadata['name']}", cell.where, cell.source, full
    for cell in exercise.of("wrong"):
        yield f"wrong: {cell.metadata['name']}", cell.where, cell.source, loses(cell)


def _released(assignment: Assignment, made: str) -> nbformat.NotebookNode:
    """Return the assignment as nbgrader releases it."""
    key = f"{assignment.name}/{assignment.notebook}.ipynb"
    return _read(release.build({key: made})[key])


def _read(text: str) -> nbformat.NotebookNode:
    return nbformat.reads(text, as_version=4)


def _starters(released: nbformat.NotebookNode) -> dict[str, str]:
    """Return the starter cell of each exercise."""
    return {
        cell.metadata["nbgrader"]["grade_id"]: cell.source
        for cell in released.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }


class Shell:
    """An IPython shell that runs an exercise's cells and scores them as nbgrader does."""

    def __init__(self):
        from IPython.core.interactiveshell import InteractiveShell

        self._shell = InteractiveShell.instance(colors="nocolor")

    def score(self, assignment: Assignment, exercise: Exercise, answer: str) -> Score:
        """Run the opening cells, then the exercise with ``answer`` in the place of its solution."""
        from dealab.sql import magics

        self._shell.reset(new_session=False)
        magics.forget()
        for cell in assignment.intro:
            if cell.kind == "code":
                self._run(cell.source, must=cell.where)
        points, problems = [], []
        for cell, made in source.exercise_cells(exercise):
            if cell.kind != "code":
                continue
            role = cell.metadata.get("role")
            if role == "solution":
                self._run(answer)
            elif role == "tests":
                value, problem, noise = self._run(made.source)
                problems.append(problem)
                points.append(_points(cell.metadata["points"], value, problem, noise))
            else:
                self._run(cell.source, must=cell.where)
        return Score(tuple(points), tuple(problems))

    def _run(self, code: str, must: str = "") -> tuple[object, BaseException | None, str]:
        """Run a cell; return its value, its exception and what it wrote to stderr.

        ``must`` names a cell of the course itself, whose failure is no answer's fault.
        """
        from IPython.utils.capture import capture_output

        with capture_output() as captured:
            result = self._shell.run_cell(code, store_history=False)
        problem = result.error_before_exec or result.error_in_exec
        if must and problem:
            raise RuntimeError(f"{must}: this cell of the assignment fails: {problem!r}")
        return result.result, problem, captured.stderr


def _points(most: float, value: object, problem: BaseException | None, noise: str) -> float:
    """Score a tests cell as nbgrader 0.9.6 does: an error or stderr is 0, a number is partial."""
    if problem or noise:
        return 0
    if isinstance(value, int | float) and not isinstance(value, bool):
        return max(0, min(most, value))
    return most
