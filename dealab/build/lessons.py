"""Lessons: MyST files of ``content/lessons`` to one notebook for each exam domain.

A file is a notebook. A folder is a notebook too: its files are joined in the order of their names,
so that each task statement keeps a file of its own.
"""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from dealab import facts as fact_store
from dealab import paths
from dealab.build import myst, notebook
from dealab.build.myst import Cell, ContentError

_SECTION_KEYS = {"section", "skills", "statements", "minutes"}
_IMAGE = re.compile(r"!\[[^\]]*\]\((images/[^)\s]+)")


@dataclass(frozen=True)
class Section:
    """A section of a lesson: what it teaches (``skills``, ``statements``) and how long it takes."""

    id: str
    notebook: str
    file: str
    line: int
    title: str
    skills: tuple[str, ...]
    statements: tuple[str, ...]
    minutes: int
    questions: tuple[str, ...]
    cells: tuple[Cell, ...]


def names(content: Path | None = None) -> list[str]:
    """Return the names of the lesson notebooks, in order."""
    folder = (content or paths.content()) / "lessons"
    return sorted(entry.stem if entry.is_file() else entry.name for entry in folder.glob("[!.]*"))


def documents(name: str, content: Path | None = None) -> list[myst.Document]:
    """Return the MyST documents that make the notebook ``name``."""
    content = content or paths.content()
    folder = content / "lessons" / name
    files = sorted(folder.glob("*.md")) if folder.is_dir() else [folder.with_name(name + ".md")]
    return [myst.read(file, content.parent) for file in files]


def sections(content: Path | None = None) -> list[Section]:
    """Return every section of every lesson. Raises ContentError for a bad or double section."""
    found: dict[str, Section] = {}
    for name in names(content):
        cells = [cell for document in documents(name, content) for cell in document.cells]
        for start, section in _split(cells):
            if start is None:
                continue
            made = _section(name, start, section)
            if made.id in found:
                twin = found[made.id]
                raise ContentError(
                    f"{start.where}: section '{made.id}' also in {twin.file}:{twin.line}"
                )
            found[made.id] = made
    return list(found.values())


def build(name: str, content: Path | None = None) -> str:
    """Return the text of the notebook ``name``: facts resolved, cell ids set, no outputs."""
    content = content or paths.content()
    known = fact_store.load(content / "facts")
    cells = [cell for document in documents(name, content) for cell in document.cells]
    made = []
    for start, section in _split(cells):
        prefix = notebook.slug(start.metadata["section"] if start else name)
        for number, cell in enumerate(section):
            source = cell.source
            if cell.kind == "markdown":
                source = fact_store.resolve(source, known, cell.where)
                if cell is start:
                    source = _with_times(source, cell)
            metadata = {"tags": cell.metadata["tags"]} if "tags" in cell.metadata else {}
            made.append(notebook.cell(cell.kind, source, f"{prefix}-{number:02d}", metadata))
    return notebook.dumps(made)


def images(content: Path | None = None) -> set[str]:
    """Return the images that lessons show, as paths below ``content/``."""
    return {
        image
        for name in names(content)
        for document in documents(name, content)
        for cell in document.cells
        if cell.kind == "markdown"
        for image in _IMAGE.findall(cell.source)
    }


def _split(cells: list[Cell]) -> list[tuple[Cell | None, list[Cell]]]:
    """Group ``cells`` by section; cells before the first section come with ``None``."""
    groups: list[tuple[Cell | None, list[Cell]]] = [(None, [])]
    for cell in cells:
        if "section" in cell.metadata:
            groups.append((cell, []))
        groups[-1][1].append(cell)
    return [group for group in groups if group[1]]


def _section(name: str, start: Cell, cells: list[Cell]) -> Section:
    data = start.metadata
    if set(data) - _SECTION_KEYS - {"tags"}:
        raise ContentError(
            f"{start.where}: a section knows {', '.join(sorted(_SECTION_KEYS))} only"
        )
    for key, kind in (("section", str), ("skills", list), ("minutes", int)):
        if not isinstance(data.get(key), kind):
            raise ContentError(f"{start.where}: section needs {key}, a {kind.__name__}")
    return Section(
        id=data["section"],
        notebook=name,
        file=start.file,
        line=start.line,
        title=_title(start),
        skills=tuple(data["skills"]),
        statements=tuple(data.get("statements", ())),
        minutes=data["minutes"],
        questions=tuple(q for cell in cells if cell.kind == "code" for q in _quiz_ids(cell)),
        cells=tuple(cells),
    )


def _title(cell: Cell) -> str:
    heading = re.match(r"#{1,4} (.+)", cell.source)
    if not heading:
        raise ContentError(f"{cell.where}: a section starts with a heading such as '## Read …'")
    return heading.group(1).strip()


def _with_times(source: str, cell: Cell) -> str:
    data = cell.metadata
    heading, _, rest = source.partition("\n")
    skills = ", ".join(data["skills"])
    label = "skill" if len(data["skills"]) == 1 else "skills"
    line = f"*About {data['minutes']} minutes" + (f" · {label} {skills}*" if skills else "*")
    return f"{heading}\n\n{line}\n{rest}"


def _quiz_ids(cell: Cell) -> list[str]:
    """Return the question ids that a code cell shows through ``quiz("…", "…")``."""
    if "quiz(" not in cell.source or cell.source.startswith("%%"):
        return []
    lines = [line for line in cell.source.splitlines() if not line.lstrip().startswith(("%", "!"))]
    try:
        tree = ast.parse("\n".join(lines))
    except SyntaxError as problem:
        raise ContentError(f"{cell.where}: not valid Python: {problem.msg}") from None
    return [
        argument.value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and getattr(call.func, "id", None) == "quiz"
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    ]
