"""The placement test: 20 questions that tell which sections to read first.

Its questions are named in ``content/placement.yaml`` and are those of the bank; no lesson shows
them. The first answer to a question counts, since the quiz explains every option afterwards.
"""

import functools
import html
from dataclasses import dataclass

import yaml

from dealab import guide, paths, sections
from dealab.progress import Store
from dealab.quiz import bank, quiz

SIZE = 20


@functools.cache
def questions() -> tuple[str, ...]:
    """Return the ids of the placement test, in its order."""
    text = (paths.content() / "placement.yaml").read_text("utf-8")
    return tuple(yaml.safe_load(text)["questions"])


def placement_test() -> None:
    """Show the questions. Answer all of them, then call ``placement_result()``."""
    quiz(*questions())


@dataclass(frozen=True)
class Result:
    """``tasks``: (task, title, right, answered, asked) rows; ``read``: the sections to start with.

    ``open``: the ids of questions that have no answer yet.
    """

    tasks: tuple[tuple[str, str, int, int, int], ...]
    read: tuple[sections.Section, ...]
    open: tuple[str, ...]

    def __repr__(self) -> str:
        lines = [self._head(), ""]
        lines += [
            f"{task:<5} {right} of {asked} right  {title}"
            for task, title, right, _, asked in self.tasks
        ]
        if self.read:
            lines += ["", "Read these first:"]
            lines += [f"  {one.task}  {one.title} ({one.minutes} min)" for one in self.read]
        return "\n".join(lines)

    def _head(self) -> str:
        right = sum(row[2] for row in self.tasks)
        asked = sum(row[4] for row in self.tasks)
        if self.open:
            return f"{asked - len(self.open)} of {asked} answered, {right} right so far."
        return f"{right} of {asked} right at the first try."

    def _repr_mimebundle_(self, include=None, exclude=None):
        rows = "".join(
            f"<tr><td>{task}</td><td>{html.escape(title)}</td><td>{right} of {asked}</td></tr>"
            for task, title, right, _, asked in self.tasks
        )
        read = "".join(
            f'<li>{one.task} <a href="{html.escape(one.href, quote=True)}">'
            f"{html.escape(one.title)}</a> ({one.minutes} min)</li>"
            for one in self.read
        )
        found = (
            f"<p>{html.escape(self._head())}</p><table><thead><tr><th>Task</th><th></th>"
            f"<th>Right</th></tr></thead><tbody>{rows}</tbody></table>"
        )
        if read:
            found += f"<p>Read these first:</p><ul>{read}</ul>"
        return {"text/plain": repr(self), "text/html": found}


def placement_result(store: Store | None = None, index: sections.Index | None = None) -> Result:
    """Return what the first answers say: right by task, and the sections to read first."""
    store = store or Store()
    index = index or sections.load()
    first = _first_answers(store)
    titles = {task.id: task.title for domain in guide.load().domains for task in domain.tasks}
    rows = []
    for task in dict.fromkeys(id.split("-")[0] for id in questions()):
        ids = [id for id in questions() if id.split("-")[0] == task]
        answered = [first[id] for id in ids if id in first]
        rows.append((task, titles[task], sum(answered), len(answered), len(ids)))
    return Result(
        tasks=tuple(rows),
        read=tuple(pointed_to(store, index)),
        open=tuple(id for id in questions() if id not in first),
    )


def pointed_to(store: Store, index: sections.Index) -> list[sections.Section]:
    """Return the sections that teach what was answered wrong, in the order of the course.

    A question without an answer points nowhere.
    """
    first = _first_answers(store)
    skills = {
        skill
        for question in bank.pick(*questions())
        if first.get(question.id) is False
        for skill in question.skills
    }
    found = {one.id for skill in skills for one in index.teaching(skill)}
    return [one for one in index.sections if one.id in found]


def _first_answers(store: Store) -> dict[str, bool]:
    wanted = set(questions())
    first: dict[str, bool] = {}
    for answer in store.answers():
        if answer.question in wanted:
            first.setdefault(answer.question, answer.correct)
    return first
