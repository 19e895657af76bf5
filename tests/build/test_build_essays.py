"""A question that a person grades: what its text makes, and what learners see of it."""

import nbformat
import pytest

from dealab.build import exercises, tree
from dealab.build.importer import import_source
from dealab.build.myst import ContentError

TEXT = "assignments/1-1-small/small.md"
NOTEBOOK = "1-1-small/small.ipynb"


@pytest.fixture
def built(essay):
    tree.build(essay)
    return essay


def cells(root, folder):
    notebook = nbformat.read(root / folder / NOTEBOOK, as_version=4)
    return {cell.id: cell for cell in notebook.cells}


def test_the_answer_cell_is_graded_by_hand_with_the_points_of_the_rubric(built):
    for folder in ("source", "release"):
        grading = cells(built, folder)["paint_it-solution"].metadata["nbgrader"]
        assert (grading["grade"], grading["solution"], grading["locked"]) == (True, True, False)
        assert (grading["points"], grading["grade_id"]) == (5, "paint_it")


def test_the_source_holds_the_model_answer_and_the_whole_rubric(built):
    made = cells(built, "source")
    assert "SECRET-ESSAY" in made["paint_it-solution"].source
    assert "SECRET-DETAIL" in made["paint_it-rubric-1"].source


def test_the_release_holds_prompt_headings_and_an_empty_answer(built):
    made = cells(built, "release")
    assert made["paint_it"].source.endswith("paint a million doors.")
    assert made["paint_it-rubric-1"].source == "**3 points: The work is spread**"
    assert made["paint_it-rubric-2"].source == "**2 points: The cost is named**"
    assert "write your answer" in made["paint_it-solution"].source
    assert "SECRET" not in (built / "release" / NOTEBOOK).read_text(encoding="utf-8")


def test_it_is_no_practice_of_a_skill_that_a_machine_checks(essay):
    found = {one.id: one.by_hand for one in exercises.load(essay / "content")}
    assert found == {"double": False, "colors": False, "paint_it": True}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"points": 5}', '"points": 6}', "says 6 points, its rubric adds up to 5"),
        (', "points": 5}', "}", "says no points, its rubric adds up to 5"),
        ('"kind": "value", ', '"kind": "value", "points": 1, ', "an exercise opens with"),
        (
            '{"role": "rubric", "title": "The work',
            '{"role": "right", "title": "The',
            "unknown role",
        ),
        (', "title": "The work is spread"', "", "with points, title"),
        ('+++ {"role": "solution"}\n', "+++\n", "needs one solution cell and a rubric cell"),
    ],
)
def test_a_bad_one_is_named_with_file_and_line(essay, edit, old, new, message):
    edit(TEXT, old, new)
    with pytest.raises(ContentError, match=rf"small\.md:\d+: .*{message}"):
        tree.derive(essay)


def test_a_rubric_is_for_essays_only(essay, edit):
    edit(TEXT, '"kind": "essay"', '"kind": "value"')
    with pytest.raises(ContentError, match=r"small\.md:\d+: an exercise opens with"):
        tree.derive(essay)


def test_edits_of_the_rubric_come_back(built):
    file = built / "source" / NOTEBOOK
    before = (built / "content" / TEXT).read_text(encoding="utf-8")
    assert import_source(file, built / "content")[1] == before
    notebook = nbformat.read(file, as_version=4)
    for cell in notebook.cells:
        if cell.id == "paint_it":
            cell.metadata["dealab"]["points"] = 5
        if cell.id == "paint_it-rubric-2":
            cell.source = cell.source.replace("The cost", "The price").replace("any", "one")
    nbformat.write(notebook, file)
    _, text = import_source(file, built / "content")
    assert '{"role": "rubric", "title": "The price is named", "points": 2}' in text
    assert "SECRET-PRICE: one number" in text
    assert text.count("FOR GRADERS") == 0


def test_a_rubric_cell_without_its_heading_is_refused(built):
    file = built / "source" / NOTEBOOK
    notebook = nbformat.read(file, as_version=4)
    for cell in notebook.cells:
        if cell.id == "paint_it-rubric-2":
            cell.source = "Two points for the price."
    nbformat.write(notebook, file)
    with pytest.raises(ContentError, match="a rubric cell starts"):
        import_source(file, built / "content")
