"""Study plans: the sections and assignments of the course, dealt to weeks of equal length.

A plan is computed from the index of the course, so it cannot name what is not there, and it ticks
what the learner's progress says is done. Minutes of sections are those that the lessons state; an
exercise is counted with 15 minutes, a review page read again with its own.
"""

import html
from dataclasses import dataclass

from dealab import sections
from dealab.progress import Store

EXERCISE_MINUTES = 15
WEEKS = {
    6: "every section and every exercise",
    3: "every section, and the last exercise of each assignment, which is a small project",
    1: "the review page of each task, and the sections that your placement test points to",
}


@dataclass(frozen=True)
class Step:
    """One thing to do. ``minutes`` is the time that it takes; ``done``: progress says so."""

    task: str
    title: str
    href: str
    minutes: int
    done: bool


@dataclass(frozen=True)
class Plan:
    """``weeks`` holds the steps of each week, in the order of the course."""

    scope: str
    weeks: tuple[tuple[Step, ...], ...]

    @property
    def minutes(self) -> int:
        return sum(step.minutes for week in self.weeks for step in week)

    def __repr__(self) -> str:
        lines = [self._head()]
        for number, week in enumerate(self.weeks, 1):
            lines += ["", f"Week {number}: {_hours(sum(step.minutes for step in week))}"]
            lines += [
                f"  [{'x' if step.done else ' '}] {step.task}  {step.title} ({step.minutes} min)"
                for step in week
            ]
        return "\n".join(lines)

    def _head(self) -> str:
        count = len(self.weeks)
        each = "in one week" if count == 1 else f"in {count} weeks, {_hours(self._longest())} each"
        done = sum(step.minutes for week in self.weeks for step in week if step.done)
        rest = f"; {_hours(done)} are done" if done else ""
        return f"{_hours(self.minutes)} {each}: {self.scope}{rest}."

    def _longest(self) -> int:
        return max(sum(step.minutes for step in week) for week in self.weeks)

    def _repr_mimebundle_(self, include=None, exclude=None):
        rows = []
        for number, week in enumerate(self.weeks, 1):
            minutes = sum(step.minutes for step in week)
            opened = (
                " open"
                if any(not step.done for step in week)
                and not any("<details open" in row for row in rows)
                else ""
            )
            items = "".join(
                f"<li>{'&#10003; ' if step.done else ''}{html.escape(step.task)} "
                f'<a href="{html.escape(step.href, quote=True)}">{html.escape(step.title)}</a> '
                f"({step.minutes} min{', done' if step.done else ''})</li>"
                for step in week
            )
            rows.append(
                f"<details{opened}><summary>Week {number}: {_hours(minutes)}, "
                f"{len(week)} steps</summary><ul>{items}</ul></details>"
            )
        return {
            "text/plain": repr(self),
            "text/html": f"<p>{html.escape(self._head())}</p>{''.join(rows)}",
        }


def study_plan(
    weeks: int = 6, *, store: Store | None = None, index: sections.Index | None = None
) -> Plan:
    """Return a plan of 6, 3 or 1 weeks. Raises ValueError for another number.

    ``store`` is the learner's progress, ``index`` the course; both default to the real ones.
    """
    if weeks not in WEEKS:
        raise ValueError(f"there are plans of 6, 3 and 1 weeks, not of {weeks!r}")
    store = store or Store()
    index = index or sections.load()
    steps = _steps(weeks, index, store)
    return Plan(WEEKS[weeks], deal(steps, weeks))


def deal(steps: list[Step], weeks: int) -> tuple[tuple[Step, ...], ...]:
    """Cut ``steps`` into ``weeks`` runs of about equal minutes; the order stays.

    A step goes to the week in which its middle falls, when the whole time is cut evenly.
    """
    total = sum(step.minutes for step in steps)
    dealt: list[list[Step]] = [[] for _ in range(weeks)]
    passed = 0.0
    for step in steps:
        middle = (passed + step.minutes / 2) / total
        dealt[min(weeks - 1, int(middle * weeks))].append(step)
        passed += step.minutes
    return tuple(tuple(week) for week in dealt)


def _steps(weeks: int, index: sections.Index, store: Store) -> list[Step]:
    from dealab.study.placement import pointed_to

    answers = store.last_answers()
    exercises = store.summary().exercises
    wanted = {one.id for one in pointed_to(store, index)} if weeks == 1 else set()
    steps = []
    for task in index.tasks:
        for one in index.sections:
            if one.task == task and (weeks > 1 or one.review or one.id in wanted):
                done = bool(one.questions) and all(
                    id in answers and answers[id].correct for id in one.questions
                )
                steps.append(Step(task, one.title, one.href, one.minutes, done))
        for one in index.assignments if weeks > 1 else ():
            chosen = one.exercises[-1:] if weeks == 3 else one.exercises
            if one.task == task and chosen:
                title = one.title if weeks == 6 else f"{one.title} (its last exercise)"
                done = all(exercises.get(id) == "correct" for id in chosen)
                steps.append(Step(task, title, one.href, EXERCISE_MINUTES * len(chosen), done))
    return steps


def _hours(minutes: int) -> str:
    if minutes < 60:
        return f"{minutes} minutes"
    hours = round(minutes / 60, 1)
    return f"{hours:g} hour{'' if hours == 1 else 's'}"
