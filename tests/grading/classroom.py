"""A class in a temporary folder, driven by nbgrader's own commands as an instructor would."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat

from dealab import paths

COURSE = "dealab"


@dataclass
class Classroom:
    """The instructor's folder ``root`` and the students' homes beside it."""

    root: Path
    assignment: str
    notebook: str

    @property
    def base(self) -> Path:
        return self.root.parent

    def environment(self) -> dict[str, str]:
        home = self.base / "home"
        home.mkdir(exist_ok=True)
        scripts = str(Path(sys.executable).parent)
        return {
            **os.environ,
            "HOME": str(home),
            "JUPYTER_CONFIG_DIR": str(home / "jupyter"),
            "IPYTHONDIR": str(home / "ipython"),
            "DEALAB_HOME": str(home / "dealab"),
            "PATH": scripts + os.pathsep + os.environ["PATH"],
            "PYTHONWARNINGS": "ignore",
        }

    def run(self, *command: str, cwd: Path | None = None, check: bool = True):
        """Run an nbgrader command; on failure the test shows what it said."""
        done = subprocess.run(
            [
                *(sys.executable, "-m", "nbgrader", *command),
                f"--Exchange.root={self.base / 'exchange'}",
                f"--Exchange.cache={self.base / 'cache'}",
            ],
            cwd=cwd or self.root,
            env=self.environment(),
            capture_output=True,
            text=True,
        )
        if check:
            assert done.returncode == 0, done.stdout + done.stderr
        return done

    def fetch(self, student: str) -> Path:
        """Fetch the assignment as ``student``; return the notebook that was fetched."""
        desk = self.base / "students" / student
        desk.mkdir(parents=True)
        self.run("fetch_assignment", self.assignment, f"--course={COURSE}", cwd=desk)
        return desk / self.assignment / f"{self.notebook}.ipynb"

    def submit(self, student: str):
        desk = self.base / "students" / student
        option = f"--CourseDirectory.student_id={student}"
        self.run("submit", self.assignment, f"--course={COURSE}", option, cwd=desk)

    def file(self, step: str, student: str, suffix: str = ".ipynb") -> Path:
        return self.root / step / student / self.assignment / f"{self.notebook}{suffix}"


def classroom(folder: Path, source: Path, assignment: str, notebook: str) -> Classroom:
    """Make an instructor's folder with one assignment, whose source is copied from ``source``."""
    root = folder / "course"
    (root / "source").mkdir(parents=True)
    (folder / "exchange").mkdir()
    (folder / "exchange").chmod(0o777)
    shutil.copytree(source / assignment, root / "source" / assignment)
    shutil.copy(paths.course() / "nbgrader_config.py", root)
    return Classroom(root, assignment, notebook)


def answer(file: Path, answers: dict[str, str]) -> None:
    """Write answers into a fetched notebook; keys are grade ids of solution cells."""
    notebook = nbformat.read(file, as_version=4)
    left = dict(answers)
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id in left:
            cell.source = left.pop(grade_id)
    assert not left, f"no such cells: {list(left)}"
    nbformat.write(notebook, file)
