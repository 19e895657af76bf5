"""Read MyST notebooks: the text that people edit, cut into cells that remember where they stand."""

import warnings
from dataclasses import dataclass, field
from pathlib import Path

from jupytext.myst import MystMetadataParsingError, myst_to_notebook


class ContentError(ValueError):
    """Something in ``content/`` is wrong; the message starts with ``file:line``."""


@dataclass(frozen=True)
class Cell:
    """One cell: ``kind`` is "markdown" or "code", ``line`` its first line in ``file`` (from 1).

    ``text`` is the slice of the file that makes this cell, cell break and fence included: a
    document's ``head`` and the ``text`` of its cells, joined, are the file.
    """

    kind: str
    source: str
    metadata: dict = field(hash=False)
    file: str
    line: int
    text: str

    @property
    def where(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Document:
    file: str
    head: str
    cells: tuple[Cell, ...]


def parse(text: str, file: str) -> Document:
    """Cut MyST ``text`` into cells; ``file`` is the name used in messages."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            notebook = myst_to_notebook(text, add_source_map=True)
    except (MystMetadataParsingError, UserWarning) as problem:
        raise ContentError(f"{file}: {problem}") from None
    lines = text.splitlines(keepends=True)
    starts = [
        _start(lines, cell.cell_type, mapped)
        for cell, mapped in zip(notebook.cells, notebook.metadata["source_map"], strict=True)
    ]
    ends = [*starts[1:], len(lines)]
    cells = tuple(
        Cell(
            kind=cell.cell_type,
            source=cell.source,
            metadata=_plain(cell.metadata),
            file=file,
            line=start + 1,
            text="".join(lines[start:end]),
        )
        for cell, start, end in zip(notebook.cells, starts, ends, strict=True)
    )
    for cell in cells:
        if cell.kind == "raw":
            raise ContentError(f"{cell.where}: raw cells are not used here; write Markdown or code")
    return Document(file, "".join(lines[: starts[0]] if starts else lines), cells)


def read(path: Path, root: Path) -> Document:
    """Read the MyST file ``path``; messages name it relative to ``root``."""
    return parse(path.read_text(encoding="utf-8"), path.relative_to(root).as_posix())


def _start(lines: list[str], kind: str, mapped: int) -> int:
    """Return the index of the line where a cell begins.

    jupytext maps a code cell to the line after its fence, and a Markdown cell to the line after
    its ``+++`` break, or to its own first line where it has no break.
    """
    if kind == "code" or (mapped and lines[mapped - 1].startswith("+++")):
        return mapped - 1
    return mapped


def _plain(value):
    """Turn nbformat's NotebookNode into plain dicts, so that metadata compare and dump as data."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value
