"""What may reach students: only these kinds of file."""

import fnmatch
from pathlib import Path

KINDS = ["*.ipynb", "*.csv", "*.json", "*.jsonl", "*.parquet", "*.png", "*.svg"]


def keep_allowed(*, assignment: str, student: str, notebooks: list[str]) -> None:
    """nbgrader's hook after ``generate_assignment``: remove every other file from the release.

    nbgrader copies all that lies beside a source notebook, a solution.py included, and runs the
    hook in the course's root folder. ``student`` and ``notebooks`` are part of the hook's call.
    """
    for file in (Path("release") / assignment).rglob("*"):
        if file.is_file() and not any(fnmatch.fnmatch(file.name, kind) for kind in KINDS):
            print(f"Not released, since its kind is not on the list: {file}")
            file.unlink()
