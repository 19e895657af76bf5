"""The command line: exit statuses and messages that tell what to do."""

import json

import pytest
from click.testing import CliRunner

from dealab import paths
from dealab.cli import main


@pytest.fixture
def run():
    return lambda *words: CliRunner().invoke(main, list(words))


def test_help_names_every_command(run):
    said = run("--help").output
    for command in ("build", "check", "coverage", "datasets", "import-source", "progress"):
        assert command in said


def test_coverage_as_data_has_every_skill_and_statement(run):
    data = json.loads(run("coverage", "--json").stdout)
    assert (len(data["skills"]), len(data["statements"])) == (120, 166)
    assert set(data["skills"]["1.1.1"]) == {"lessons", "questions", "exercises"}


def test_coverage_fails_for_a_task_that_is_not_taught(run):
    done = run("coverage", "--require", "1.1,4.5")
    assert done.exit_code == 1
    assert "not complete: 1.1, 4.5" in done.output


def test_check_of_an_unknown_exercise_says_so(run):
    done = run("check", "no-such-exercise")
    assert done.exit_code == 1
    assert "no assignment or exercise is called 'no-such-exercise'" in done.output


def test_datasets_are_as_described(run):
    done = run("datasets", "--verify")
    assert done.exit_code == 0, done.output


def test_other_data_never_overwrites_the_courses(run):
    done = run("datasets", "--scale", "2")
    assert done.exit_code == 1
    assert "--out" in done.output


def test_a_source_notebook_without_text_is_refused(run, tmp_path):
    file = tmp_path / "unknown" / "x.ipynb"
    file.parent.mkdir()
    file.write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    done = run("import-source", str(file))
    assert done.exit_code == 1
    assert "write that first" in done.output


def test_importing_an_unchanged_source_changes_nothing(run):
    for file in sorted((paths.course() / "source").rglob("*.ipynb")):
        done = run("import-source", str(file))
        assert "nothing has changed" in done.output
