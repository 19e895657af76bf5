"""The wheel: what a classroom's machine gets, where there is no checkout."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Run from an unpacked wheel; prints what the package finds there.
LOOK = """
import sys, json
sys.path.insert(0, sys.argv[1])
import dealab
from dealab import facts, guide, paths
from dealab.quiz import bank
print(json.dumps({
    "package": dealab.__file__,
    "course": str(paths.course()),
    "questions": len(bank.load()),
    "facts": len(facts.load()),
    "domains": len(guide.load().domains),
    "catalog": (paths.datasets() / "catalog.json").is_file(),
}))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    subprocess.run([*command, "--directory", str(folder)], cwd=ROOT, check=True)
    (file,) = folder.glob("*.whl")
    with zipfile.ZipFile(file) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_course_works_from_the_wheel_alone(wheel, tmp_path):
    """Does the package find questions, facts, guide and data inside itself?"""
    done = subprocess.run(
        [sys.executable, "-c", LOOK, str(wheel)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout)
    assert Path(found["package"]).is_relative_to(wheel)
    assert Path(found["course"]) == wheel / "dealab" / "_course"
    assert found["questions"] >= 24
    assert found["facts"] > 0
    assert found["domains"] == 4
    assert found["catalog"]


def test_wheel_has_the_settings_of_jupyterlab(wheel):
    (file,) = wheel.glob("*.data/data/share/jupyter/lab/settings/overrides.d/*.json")
    settings = json.loads(file.read_text(encoding="utf-8"))
    assert settings["@jupyter-widgets/jupyterlab-manager:plugin"]["saveState"] is True


def test_wheel_has_what_is_loaded_by_its_path(wheel):
    """Does the guard of child processes travel along, and the table of resource types?"""
    assert (wheel / "dealab" / "guard" / "child" / "sitecustomize.py").is_file()
    assert (wheel / "dealab" / "models" / "resource_types.yaml").is_file()


def test_wheel_has_no_solutions(wheel):
    """Do assignments, with their solutions and hidden tests, stay out of the students' package?"""
    course = {
        file.relative_to(wheel / "dealab" / "_course").parts[:2]
        for file in (wheel / "dealab" / "_course").rglob("*")
        if file.is_file()
    }
    assert {parts for parts in course if parts[0] != "datasets"} == {
        ("content", "facts"),
        ("content", "guide.yaml"),
        ("content", "placement.yaml"),
        ("content", "questions"),
        ("content", "spark-results"),
        ("notebooks", "sections.json"),  # names and times of sections, no solutions
    }
    assert list(wheel.rglob("*.ipynb")) == []
