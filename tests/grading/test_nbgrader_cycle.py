"""nbgrader's whole cycle on a real assignment, with its own commands and a class of six.

Perfect, untouched, partly right, one cell failing, a duplicated grade cell, and a corrupt file:
each gets the grade that is due, and no submission stops another.
"""

import csv
import html
import re

import nbformat
import pytest
from classroom import answer, classroom

from dealab import paths
from dealab.build import exercises

ASSIGNMENT = "1-1-ingestion"
STUDENTS = ("perfect", "untouched", "partly", "failing", "doubled", "corrupt")


@pytest.fixture(scope="module")
def assignment():
    return next(one for one in exercises.assignments() if one.name == ASSIGNMENT)


@pytest.fixture(scope="module")
def room(tmp_path_factory, assignment):
    """Release, fetch, answer, submit, collect, autograde, feedback and export, once."""
    folder = tmp_path_factory.mktemp("class")
    room = classroom(folder, paths.course() / "source", ASSIGNMENT, assignment.notebook)
    for stray in ("solution.py", "notes.txt", "answers.xlsx", "data.csv"):
        (room.root / "source" / ASSIGNMENT / stray).write_text("x", encoding="utf-8")
    room.run("generate_assignment", ASSIGNMENT)
    room.run("release_assignment", ASSIGNMENT)
    for student in STUDENTS:
        file = room.fetch(student)
        _work(student, file, assignment)
        room.submit(student)
    room.run("collect", ASSIGNMENT)
    room.graded = room.run("autograde", ASSIGNMENT, check=False)
    room.run("generate_feedback", ASSIGNMENT)
    room.run("release_feedback", ASSIGNMENT)
    room.run("export")
    return room


def _work(student, file, assignment):
    solutions = {one.id: one.solution.source for one in assignment.exercises}
    if student == "untouched":
        return
    if student == "corrupt":
        file.write_text(file.read_text(encoding="utf-8")[:500], encoding="utf-8")
        return
    if student == "partly":
        wrong = _partly(assignment)
        solutions = {**solutions, wrong[0]: wrong[1].source}
    if student == "failing":
        solutions[assignment.exercises[0].id] = "1 / 0"
    answer(file, solutions)
    if student == "doubled":
        notebook = nbformat.read(file, as_version=4)
        place = next(
            n for n, c in enumerate(notebook.cells) if c.metadata.get("nbgrader", {}).get("grade")
        )
        copy = nbformat.from_dict(dict(notebook.cells[place]))
        copy["id"] = "a-copy"
        notebook.cells.insert(place, copy)
        nbformat.write(notebook, file)


def _partly(assignment):
    """Return a known wrong answer of the assignment: (exercise id, cell)."""
    return next((one.id, cell) for one in assignment.exercises for cell in one.of("wrong"))


@pytest.fixture(scope="module")
def grades(room):
    with (room.root / "grades.csv").open(encoding="utf-8", newline="") as file:
        return {row["student_id"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def full(assignment):
    return sum(one.points for one in assignment.exercises)


def test_the_release_is_the_committed_one(room, assignment):
    """Does nbgrader's own command make the bytes that dealab build makes?"""
    name = f"{ASSIGNMENT}/{assignment.notebook}.ipynb"
    released = (room.root / "release" / name).read_bytes()
    assert released == (paths.course() / "release" / name).read_bytes()


def test_only_allowed_kinds_of_file_are_released(room, assignment):
    """Does a solution that lies beside the source stay there?"""
    names = {f"{assignment.notebook}.ipynb", "data.csv"}
    assert {file.name for file in (room.root / "release" / ASSIGNMENT).iterdir()} == names
    desk = room.base / "students" / "perfect" / ASSIGNMENT
    assert {file.name for file in desk.iterdir()} == names


def test_a_perfect_submission_gets_full_marks(grades, full):
    assert float(grades["perfect"]["raw_score"]) == full == float(grades["perfect"]["max_score"])


def test_an_untouched_submission_gets_nothing(grades, room):
    assert float(grades["untouched"]["raw_score"]) == 0
    page = room.file("feedback", "untouched", ".html").read_text(encoding="utf-8")
    assert "Not attempted" in page


def test_a_partly_right_submission_loses_what_its_wrong_answer_loses(grades, full, assignment):
    name, cell = _partly(assignment)
    exercise = next(one for one in assignment.exercises if one.id == name)
    due = full - exercise.points + cell.metadata["points"]
    assert float(grades["partly"]["raw_score"]) == due < full


def test_a_failing_cell_costs_its_own_points_only(grades, full, assignment):
    due = full - assignment.exercises[0].points
    assert float(grades["failing"]["raw_score"]) == due


def test_a_duplicated_grade_cell_costs_nothing(grades, full):
    assert float(grades["doubled"]["raw_score"]) == full


def test_a_corrupt_file_is_reported_and_stops_nobody(room, grades):
    assert room.graded.returncode != 0
    assert "corrupt" in room.graded.stdout + room.graded.stderr
    assert not room.file("autograded", "corrupt").exists()
    assert all(room.file("autograded", one).exists() for one in STUDENTS if one != "corrupt")


def test_feedback_reaches_students_without_hidden_tests(room, assignment):
    hidden, visible = set(), set()
    for one in assignment.exercises:
        for cell in one.of("tests"):
            before, _, after = cell.source.partition("### BEGIN HIDDEN TESTS")
            visible |= {line.strip() for line in before.splitlines()}
            hidden |= {line.strip() for line in after.splitlines() if len(line.strip()) > 20}
    hidden -= visible
    assert hidden
    for student in ("perfect", "partly", "failing", "untouched"):
        page = room.file("feedback", student, ".html").read_text(encoding="utf-8")
        text = html.unescape(re.sub(r"<[^>]+>", "", page))
        assert "HIDDEN TESTS" not in text
        assert not {line for line in hidden if line in text}
    released = list((room.base / "exchange" / "dealab" / "feedback").glob("*.html"))
    assert released
