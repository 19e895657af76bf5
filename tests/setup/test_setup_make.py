"""The Makefile's set-up, with a Python that only writes down what it was asked to do."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="no make on this machine")

# Stands in for python. UV, PIP and SPARK are the exit codes of the installs, OLD that of the test
# of the version.
RECORDER = r"""#!/bin/sh
case "$*" in
  *version_info*) exit "${OLD:-0}" ;;
  --version) echo "Python 3.10.4"; exit ;;
esac
echo "$*" >> "$CALLS"
echo "$PATH" > "$CALLS.path"
case "$*" in
  "-m venv --clear .venv") rm -rf .venv; mkdir -p .venv/bin; cp "$0" .venv/bin/python ;;
  "-m uv pip install"*"-r requirements.txt") exit "${UV:-0}" ;;
  "-m pip "*"-r requirements.txt") exit "${PIP:-0}" ;;
  *"-r requirements-spark.txt") exit "${SPARK:-0}" ;;
esac
"""


class Course:
    """A folder with the real Makefile and the recorder as its Python."""

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir()
        shutil.copy(ROOT / "Makefile", folder)
        (folder / "pyproject.toml").write_text("", encoding="utf-8")
        pin = "{}==1.0 \\\n    --hash=sha256:00\n"
        text = pin.format("tornado") + pin.format("uv") + pin.format("wheel")
        (folder / "requirements.txt").write_text(text, encoding="utf-8")
        (folder / "requirements-spark.txt").write_text(pin.format("pyspark"), encoding="utf-8")
        (folder / "python").write_text(RECORDER, encoding="utf-8")
        (folder / "python").chmod(0o755)

    def make(self, *arguments: str, **settings: str) -> tuple[int, list[str], str]:
        """Return make's exit code, what Python was asked to do, and what the user read."""
        calls = self.folder / "calls"
        calls.unlink(missing_ok=True)
        # What an outer `make test` hands to a make that it starts itself is not meant for this one.
        outer = {"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES"}
        inherited = {name: text for name, text in os.environ.items() if name not in outer}
        done = subprocess.run(
            ["make", *arguments, "PYTHON=./python"],
            cwd=self.folder,
            env=inherited | settings | {"CALLS": str(calls)},
            capture_output=True,
            text=True,
            timeout=60,
        )
        asked = calls.read_text(encoding="utf-8").splitlines() if calls.exists() else []
        return done.returncode, asked, done.stdout + done.stderr

    @property
    def stamp(self) -> Path:
        return self.folder / ".venv" / "ready"


@pytest.fixture
def course(tmp_path):
    return Course(tmp_path / "my course")


def steps(asked: list[str]) -> list[str]:
    """Name each call by its tool and what it installs."""
    names = []
    for call in asked:
        tool = re.match(r"-m (venv|uv|pip)", call)[1]
        what = re.search(r"uv\.txt|requirements(-spark)?\.txt|--editable \.", call)
        names.append(f"{tool} {what[0]}" if what else tool)
    return names


WITH_UV = ["pip uv.txt", "uv requirements.txt", "uv --editable .", "uv requirements-spark.txt"]


def test_help_names_every_target():
    """Does `make help` list each target of the Makefile with a line of its own?"""
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^\.PHONY: (\S+)$", makefile, re.M)
    listed = re.findall(r"^  make (\S+) +\S", done.stdout, re.M)
    assert listed == targets
    assert {"lab", "test", "pins"} <= set(targets)


def test_first_run_installs_everything(course):
    code, asked, _ = course.make("setup")
    assert code == 0
    assert steps(asked) == ["venv", *WITH_UV]
    assert all("--require-hashes" in call for call in asked if ".txt" in call)
    assert (course.folder / ".venv/uv.txt").read_text() == "uv==1.0 \\\n    --hash=sha256:00\n"


def test_second_run_does_nothing(course):
    course.make("setup")
    code, asked, _ = course.make("setup")
    assert (code, asked) == (0, [])


def test_lab_opens_on_the_start_notebook(course):
    course.make("setup")
    _, asked, _ = course.make("lab", "LAB_ARGS=--no-browser --port 9999")
    (call,) = asked
    assert call.startswith("-m jupyterlab ")
    assert "/lab/tree/notebooks/00-start.ipynb" in call
    assert call.endswith("--no-browser --port 9999")
    # nbgrader's pages start alembic, which is found only there.
    path = (course.folder / "calls.path").read_text(encoding="utf-8")
    assert path.split(os.pathsep)[0] == str(course.folder / ".venv/bin")


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-spark.txt", "pyproject.toml"])
def test_changed_requirements_are_installed_into_the_same_environment(course, file):
    course.make("setup")
    later = course.stamp.stat().st_mtime + 10
    os.utime(course.folder / file, (later, later))
    code, asked, _ = course.make("setup")
    assert code == 0
    assert steps(asked) == WITH_UV


def test_without_uv_pip_installs(course):
    code, asked, said = course.make("setup", UV="1")
    assert code == 0
    assert steps(asked)[-3:-1] == ["pip requirements.txt", "pip --editable ."]
    assert "--require-hashes" in asked[-3]
    assert "using pip" in said


def test_without_spark_the_course_works_and_says_so(course):
    code, asked, said = course.make("setup", SPARK="1")
    assert code == 0
    assert steps(asked)[-2:] == ["uv requirements-spark.txt", "pip requirements-spark.txt"]
    assert "Spark could not be installed" in said
    assert course.stamp.exists()


def test_failed_install_fails_and_the_next_run_starts_anew(course):
    code, _, _ = course.make("setup", UV="1", PIP="1")
    assert code != 0
    assert not course.stamp.exists()
    code, asked, _ = course.make("setup")
    assert code == 0
    assert steps(asked) == ["venv", *WITH_UV]


def test_failed_update_leaves_no_stamp(course):
    """Is an environment that an update broke halfway made anew, although it worked before?"""
    course.make("setup")
    later = course.stamp.stat().st_mtime + 10
    os.utime(course.folder / "requirements.txt", (later, later))
    assert course.make("setup", UV="1", PIP="1")[0] != 0
    assert steps(course.make("setup")[1]) == ["venv", *WITH_UV]


def test_moved_folder_is_set_up_anew(course):
    course.make("setup")
    moved = course.folder.with_name("elsewhere")
    course.folder.rename(moved)
    course.folder = moved
    assert steps(course.make("setup")[1]) == ["venv", *WITH_UV]


def test_environment_whose_python_is_gone_is_made_anew(course):
    course.make("setup")
    (course.folder / ".venv/bin/python").unlink()
    assert steps(course.make("setup")[1]) == ["venv", *WITH_UV]


def test_wrong_python_is_named_and_nothing_is_made(course):
    code, asked, said = course.make("lab", OLD="1")
    assert code != 0
    assert asked == []
    assert "needs Python 3.11, 3.12 or 3.13" in said
    assert "Found: Python 3.10.4" in said
    assert "make lab PYTHON=" in said
    assert not (course.folder / ".venv").exists()
