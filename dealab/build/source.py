"""Exercises to nbgrader's instructor version: ``source/<assignment>/<notebook>.ipynb``.

nbgrader's own metadata, the solution markers and the solution's text for the hidden tests are all
written in here, so that the text has none of them.
"""

import ast
import re

import nbformat

from dealab.build import notebook
from dealab.build.exercises import HIDDEN_BEGIN, Assignment, Exercise
from dealab.build.myst import Cell, ContentError

_SQL_MAGICS = ("%%athena", "%%redshift")


def build(assignment: Assignment) -> str:
    """Return the text of the instructor's notebook. Known answers (wrong, right) stay out of it."""
    cells = [made for _, made in intro_cells(assignment)]
    for exercise in assignment.exercises:
        cells += [made for _, made in exercise_cells(exercise)]
    return notebook.dumps(cells)


def intro_cells(assignment: Assignment) -> list[tuple[Cell, nbformat.NotebookNode]]:
    """Return each text cell before the first exercise, with the notebook cell derived from it."""
    return [
        (cell, notebook.cell(cell.kind, cell.source, f"intro-{number:02d}", _tags(cell)))
        for number, cell in enumerate(assignment.intro)
    ]


def exercise_cells(exercise: Exercise) -> list[tuple[Cell, nbformat.NotebookNode]]:
    """Return each text cell that an instructor sees, with the notebook cell derived from it."""
    pairs = []
    counts: dict[str, int] = {}
    for cell in exercise.cells:
        role = "prompt" if cell is exercise.prompt else cell.metadata.get("role", "cell")
        if role in ("wrong", "right"):
            continue
        counts[role] = counts.get(role, 0) + 1
        pairs.append((cell, _derive(exercise, cell, role, counts[role])))
    return pairs


def _derive(exercise: Exercise, cell: Cell, role: str, number: int) -> nbformat.NotebookNode:
    name = notebook.slug(exercise.id)
    label = {"exercise": exercise.id, "role": role}
    if role == "prompt":
        label |= {key: value for key, value in cell.metadata.items() if key != "exercise"}
        return notebook.cell("markdown", cell.source, name, {"dealab": label})
    if role == "hint":
        return notebook.cell(
            "markdown", hint_html(cell.source, number), f"{name}-hint-{number}", {"dealab": label}
        )
    if role == "rubric":
        label |= {key: cell.metadata[key] for key in ("title", "points")}
        id = f"{name}-rubric-{number}"
        return notebook.cell("markdown", rubric_text(cell), id, {"dealab": label})
    if role == "solution" and exercise.by_hand:
        grading = _nbgrader(exercise.id, solution=True, points=exercise.points)
        metadata = {"nbgrader": grading, "dealab": label}
        return notebook.cell("markdown", cell.source, f"{name}-solution", metadata)
    if role == "solution":
        metadata = {"nbgrader": _nbgrader(exercise.id, solution=True), "dealab": label}
        return notebook.cell("code", mark_solution(exercise, cell), f"{name}-solution", metadata)
    if role == "tests":
        id = f"{exercise.id}-tests-{number}"
        metadata = {
            "nbgrader": _nbgrader(id, points=cell.metadata["points"]),
            "dealab": label,
        }
        source = with_solution(exercise, cell)
        return notebook.cell("code", source, notebook.slug(id), metadata)
    return notebook.cell(
        cell.kind, cell.source, f"{name}-{number:02d}", {"dealab": label, **_tags(cell)}
    )


def _tags(cell: Cell) -> dict:
    return {"tags": cell.metadata["tags"]} if "tags" in cell.metadata else {}


def _nbgrader(grade_id: str, solution: bool = False, points: float | None = None) -> dict:
    """Return nbgrader's cell metadata, schema version 3."""
    data = {
        "grade": points is not None,
        "grade_id": grade_id,
        "locked": not solution,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    return data if points is None else {**data, "points": points}


def hint_html(source: str, number: int) -> str:
    """Return a hint that stays closed until it is wanted."""
    return f"<details><summary>Hint {number}</summary>\n\n{source}\n\n</details>"


# -- the rubric of an essay -----------------------------------------------------------------------

FOR_GRADERS = "<!-- FOR GRADERS: the release ends here -->"
_CRITERION = re.compile(r"\*\*(?P<points>\d+(?:\.\d+)?) points?: (?P<title>.+)\*\*")


def rubric_text(cell: Cell) -> str:
    """Return a criterion: a heading for everybody, then the text that only graders see."""
    points = cell.metadata["points"]
    heading = f"**{points:g} point{'' if points == 1 else 's'}: {cell.metadata['title']}**"
    return f"{heading}\n\n{FOR_GRADERS}\n\n{cell.source}"


def unmark_rubric(source: str) -> tuple[dict, str]:
    """Undo ``rubric_text``: return title and points, and the text for graders."""
    heading, marker, text = source.partition(FOR_GRADERS)
    found = _CRITERION.fullmatch(heading.strip())
    if not found or not marker:
        raise ContentError(
            f"a rubric cell starts '**2 points: Title**', then comes the line '{FOR_GRADERS}'"
        )
    points = float(found["points"])
    return {
        "title": found["title"],
        "points": int(points) if points.is_integer() else points,
    }, text.strip()


# -- the solution's markers -----------------------------------------------------------------------


def mark_solution(exercise: Exercise, cell: Cell) -> str:
    """Put nbgrader's markers round what the learner is to write.

    SQL: everything under the magic line. A function: its body, without its docstring. Anything
    else: the whole cell. Text that has its own ``BEGIN SOLUTION`` markers is left as it is.
    """
    if "BEGIN SOLUTION" in cell.source:
        return cell.source
    lines = cell.source.split("\n")
    if exercise.kind == "sql":
        if not lines[0].startswith(_SQL_MAGICS) or f">> {exercise.id}" not in lines[0]:
            raise ContentError(
                f"{cell.where}: an sql solution starts with '%%athena >> {exercise.id}'"
            )
        return "\n".join([lines[0], "-- BEGIN SOLUTION", *lines[1:], "-- END SOLUTION"])
    if exercise.kind == "function":
        first, last, indent = _body(exercise, cell)
        marked = [
            *lines[:first],
            f"{indent}### BEGIN SOLUTION",
            *lines[first:last],
            f"{indent}### END SOLUTION",
            *lines[last:],
        ]
        return "\n".join(marked)
    return "\n".join(["### BEGIN SOLUTION", *lines, "### END SOLUTION"])


def unmark_solution(source: str) -> str:
    """Undo ``mark_solution``."""
    markers = ("### BEGIN SOLUTION", "### END SOLUTION", "-- BEGIN SOLUTION", "-- END SOLUTION")
    return "\n".join(line for line in source.split("\n") if line.strip() not in markers)


def _body(exercise: Exercise, cell: Cell) -> tuple[int, int, str]:
    """Return first line, end line and indentation of the function's body, past its docstring."""
    try:
        tree = ast.parse(cell.source)
    except SyntaxError as problem:
        raise ContentError(f"{cell.where}: the solution is not valid Python: {problem}") from None
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == exercise.id:
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            if not body:
                raise ContentError(f"{cell.where}: function '{exercise.id}' has no body to write")
            first = node.body[0].end_lineno if len(body) < len(node.body) else body[0].lineno - 1
            return first, node.end_lineno, " " * body[0].col_offset
    raise ContentError(f"{cell.where}: the solution must define a function '{exercise.id}'")


# -- the solution's text for the hidden tests -----------------------------------------------------

_INLINED = "SOLUTION = "


def with_solution(exercise: Exercise, cell: Cell) -> str:
    """Write the solution's text into the hidden tests of ``cell``, where they use ``SOLUTION``.

    Expected values then come from running the solution, and the solution is written once.
    """
    if "SOLUTION" not in cell.source:
        return cell.source
    if HIDDEN_BEGIN not in cell.source.split("SOLUTION")[0]:
        raise ContentError(f"{cell.where}: SOLUTION is for hidden tests only; visible ones show it")
    return cell.source.replace(
        HIDDEN_BEGIN, f"{HIDDEN_BEGIN}\n{_INLINED}{_literal(reference(exercise))}", 1
    )


def without_solution(source: str) -> str:
    """Undo ``with_solution``."""
    if f"{HIDDEN_BEGIN}\n{_INLINED}" not in source:
        return source
    before, after = source.split(f"{HIDDEN_BEGIN}\n", 1)
    assignment = ast.parse(after.split("### END HIDDEN TESTS")[0]).body[0]
    rest = after.split("\n")[assignment.end_lineno :]
    return "\n".join([*f"{before}{HIDDEN_BEGIN}".split("\n"), *rest])


def reference(exercise: Exercise) -> str:
    """Return the solution as text to compare with: for SQL without its magic line."""
    source = unmark_solution(exercise.solution.source)
    return source.partition("\n")[2] if exercise.kind == "sql" else source


def _literal(text: str) -> str:
    """Return a Python literal of ``text``, on lines of its own where that is possible."""
    if "'''" in text or "\\" in text or text.endswith("'"):
        return repr(text)
    return f"'''{text}'''"
