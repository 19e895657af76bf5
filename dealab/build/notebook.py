"""Make notebooks that come out byte for byte the same each time."""

import re

import nbformat

# Kernel metadata of every derived notebook: nothing in it depends on who builds.
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
_ID_LENGTH = 64  # nbformat's limit


def slug(text: str) -> str:
    """Return ``text`` as lower-case words joined by dashes (a cell id allows no more)."""
    return re.sub(r"[^a-z0-9_]+", "-", text.lower()).strip("-")


def cell(kind: str, source: str, id: str, metadata: dict | None = None) -> nbformat.NotebookNode:
    """Return a notebook cell. ``id`` comes from the content's own names: jupytext's are random."""
    if len(id) > _ID_LENGTH:
        raise ValueError(f"cell id '{id}' is longer than {_ID_LENGTH} characters: shorten the name")
    make = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
    made = make(source=source, metadata=metadata or {})
    made["id"] = id
    return made


def dumps(cells: list[nbformat.NotebookNode]) -> str:
    """Return the text of a notebook file; raises nbformat.ValidationError for an invalid one."""
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=METADATA)
    nbformat.validate(notebook)
    return nbformat.writes(notebook) + "\n"
