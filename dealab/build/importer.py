"""The one way back: an instructor's edited source notebook to the text that makes it.

Cells that still are what the text derives keep their text to the letter; so do the known wrong and
right answers, which a source notebook does not hold.
"""

import json
from pathlib import Path

import nbformat

from dealab import paths
from dealab.build import exercises, myst, source
from dealab.build.exercises import Assignment
from dealab.build.myst import Cell, ContentError


def import_source(file: Path, content: Path | None = None) -> tuple[Path, str]:
    """Return the text file that ``file`` belongs to, and its new text (not written yet).

    ``file`` is ``source/<assignment>/<notebook>.ipynb``. Raises ContentError where it is no
    notebook, or one that lacks an exercise's prompt, solution or tests.
    """
    content = content or paths.content()
    file = file.resolve()
    try:
        notebook = nbformat.read(file, as_version=4)
    except (OSError, ValueError) as problem:
        raise ContentError(f"{file.name}: cannot be read as a notebook: {problem}") from None
    target = content / "assignments" / file.parent.name / f"{file.stem}.md"
    known = {(one.name, one.notebook): one for one in exercises.assignments(content)}.get(
        (file.parent.name, file.stem)
    )
    if known is None:
        raise ContentError(
            f"{file.parent.name}/{file.name}: there is no text "
            f"{target.relative_to(content.parent).as_posix()} that it comes from; write that first"
        )
    text = _merge(known, notebook)
    # What the build would refuse is refused here, before anything is written.
    name = target.relative_to(content.parent).as_posix()
    exercises.assignment_of(target, myst.parse(text, name))
    return target, text


def _merge(known: Assignment, notebook) -> str:
    """Join old text slices and new cells in the notebook's order."""
    derived: dict[str, tuple[Cell, str]] = {}
    followers: dict[str, list[Cell]] = {}  # id of a derived cell -> unseen cells that follow it
    present = {cell.get("id", "") for cell in notebook.cells}
    for cell, made in source.intro_cells(known):
        derived[made["id"]] = (cell, made.source)
    for exercise in known.exercises:
        seen = {id(cell): made for cell, made in source.exercise_cells(exercise)}
        last = ""  # unseen cells follow one that is still there, or go with their exercise
        for cell in exercise.cells:
            made = seen.get(id(cell))
            if made is not None:
                derived[made["id"]] = (cell, made.source)
                last = made["id"] if made["id"] in present else last
            elif last:
                followers.setdefault(last, []).append(cell)
    pieces = [known.head]
    kinds: list[str] = []
    for cell in notebook.cells:
        old, text = derived.get(cell.get("id", ""), (None, None))
        if old is not None and text == cell.source and _same_kind_and_points(old, cell):
            piece = old.text
        else:
            piece = _text(cell, old)
        if cell.cell_type == "markdown" and kinds[-1:] == ["markdown"] and piece[:3] != "+++":
            piece = f"+++\n\n{piece.lstrip()}"
        pieces.append(piece if piece.endswith("\n\n") else piece.rstrip("\n") + "\n\n")
        kinds.append(cell.cell_type)
        for follower in followers.get(cell.get("id", ""), []):
            pieces.append(follower.text.rstrip("\n") + "\n\n")
            kinds.append(follower.kind)
    return "".join(pieces).rstrip("\n") + "\n"


def _same_kind_and_points(old: Cell, cell) -> bool:
    if old.metadata.get("role") != "tests":
        return old.kind == cell.cell_type
    points = cell.metadata.get("nbgrader", {}).get("points")
    return old.kind == cell.cell_type and old.metadata["points"] == points


def _text(cell, old: Cell | None) -> str:
    """Return the text of a changed or new cell, with the few words of metadata that text has."""
    metadata = dict(old.metadata) if old is not None else _metadata(cell)
    body = cell.source
    if metadata.get("role") == "solution":
        body = source.unmark_solution(body)
    elif metadata.get("role") == "tests":
        body = source.without_solution(body)
        metadata["points"] = cell.metadata.get("nbgrader", {}).get("points", metadata["points"])
    elif metadata.get("role") == "hint":
        body = _hint(body)
    elif metadata.get("role") == "rubric":
        found, body = source.unmark_rubric(body)
        metadata |= found
    if cell.cell_type == "markdown":
        start = f"+++ {json.dumps(metadata)}\n\n" if metadata else ""
        return f"{start}{body}\n\n"
    options = "".join(
        f":{key}: {value if isinstance(value, str | int | float) else json.dumps(value)}\n"
        for key, value in metadata.items()
    )
    fence = "```" if "```" not in body else "````"
    return (
        f"{fence}{{code-cell}} ipython3\n{options}{chr(10) if options else ''}{body}\n{fence}\n\n"
    )


def _metadata(cell) -> dict:
    """Return the text's metadata of a cell that an instructor added in the notebook."""
    grading = cell.metadata.get("nbgrader", {})
    if cell.metadata.get("dealab", {}).get("role") == "prompt":
        data = dict(cell.metadata["dealab"])
        del data["role"]
        return data
    if grading.get("grade") and not grading.get("solution"):
        return {"role": "tests", "points": grading["points"]}
    if grading.get("solution"):
        return {"role": "solution"}
    return {"tags": list(cell.metadata["tags"])} if cell.metadata.get("tags") else {}


def _hint(body: str) -> str:
    inner = body.split("</summary>", 1)[-1]
    return inner.rsplit("</details>", 1)[0].strip()
