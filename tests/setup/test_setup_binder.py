"""Binder builds the course with the Python that it was tested with."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="repo2docker needs a Unix system")


def plan(folder: Path) -> subprocess.CompletedProcess:
    """Ask for the Dockerfile only: this needs no Docker engine."""
    return subprocess.run(
        [sys.executable, "-m", "repo2docker", "--no-build", "--debug", str(folder)],
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture
def checkout(tmp_path):
    shutil.copy(ROOT / "environment.yml", tmp_path)
    shutil.copy(ROOT / "requirements.txt", tmp_path)
    return tmp_path


def test_dockerfile_has_the_pinned_python_and_installs_the_course():
    done = plan(ROOT)
    assert done.returncode == 0, done.stderr
    # Paths are escaped in the Dockerfile: a dot is -2e, a dash -2d.
    text = (done.stdout + done.stderr).replace("-2e", ".").replace("-2d", "-")
    assert set(re.findall(r"environment\.py-(3\.\d+)", text)) == {"3.12"}
    assert 'env update -p ${NB_PYTHON_PREFIX} --file "environment.yml"' in text
    assert text.index("COPY --chown=0:0 src/") < text.index("env update -p")


def test_broken_environment_is_refused(checkout):
    """Would the test above notice a file that Binder cannot read?"""
    file = checkout / "environment.yml"
    file.write_text(file.read_text(encoding="utf-8") + "  - pip: [\n", encoding="utf-8")
    assert plan(checkout).returncode == 1


def test_another_python_shows(checkout):
    """Would the test above notice another Python?"""
    file = checkout / "environment.yml"
    text = file.read_text(encoding="utf-8").replace("python=3.12", "python=3.11")
    file.write_text(text, encoding="utf-8")
    done = plan(checkout)
    assert "environment-2epy-2d3-2e11" in done.stdout + done.stderr
