"""The index of the course: ``notebooks/sections.json``, read by ``dealab.sections``."""

import json
import re
from pathlib import Path
from urllib.parse import quote

from dealab.build import exercises, lessons

_TASK = re.compile(r"\d+\.\d+")
_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)


def build(content: Path) -> str:
    """Return the index as JSON: sections in the order of the notebooks, then the assignments.

    Only sections of a task statement's file (1.1.md) count; the start page has none.
    """
    sections = [
        {
            "id": one.id,
            "title": one.title,
            "task": Path(one.file).stem,
            "href": f"{one.notebook}.ipynb#{quote(one.title.replace(' ', '-'))}",
            "minutes": one.minutes,
            "skills": one.skills,
            "questions": one.questions,
        }
        for one in lessons.sections(content)
        if _TASK.fullmatch(Path(one.file).stem)
    ]
    assignments = [
        {
            "name": one.name,
            "title": _title(one),
            "task": ".".join(one.name.split("-")[:2]),
            "href": f"../release/{one.name}/{one.notebook}.ipynb",
            "exercises": [exercise.id for exercise in one.exercises],
        }
        for one in exercises.assignments(content)
    ]
    found = {"sections": sections, "assignments": assignments}
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def _title(assignment: exercises.Assignment) -> str:
    for cell in assignment.intro:
        if found := _TITLE.search(cell.source):
            return found[1]
    return assignment.name
