"""An instructor's edit of a source notebook finds its way back into the text."""

import nbformat
import pytest

from dealab.build import tree
from dealab.build.importer import import_source
from dealab.build.myst import ContentError

SOURCE = "source/1-1-small/small.ipynb"
TEXT = "content/assignments/1-1-small/small.md"


@pytest.fixture
def built(course):
    tree.build(course)
    return course


def edit_notebook(root, change):
    notebook = nbformat.read(root / SOURCE, as_version=4)
    cells = {cell.id: cell for cell in notebook.cells}
    change(notebook, cells)
    nbformat.write(notebook, root / SOURCE)


def back(root):
    target, text = import_source(root / SOURCE, root / "content")
    assert target == root / TEXT
    return text


def test_an_unchanged_notebook_gives_the_same_text(built):
    assert back(built) == (built / TEXT).read_text(encoding="utf-8")


def test_edits_come_back_and_build_to_the_same_notebook(built):
    def change(notebook, cells):
        cells["double"].source += "\n\nIt must work for text."
        cells["double-solution"].source = cells["double-solution"].source.replace("2 * x", "x * 2")
        cells["double-tests-1"].source = cells["double-tests-1"].source.replace(
            "answer.returns(4, 2)", "answer.returns(6, 3)"
        )
        cells["double-tests-2"].metadata["nbgrader"]["points"] = 3
        cells["colors-tests-1"].source = cells["colors-tests-1"].source.replace(
            "answer.same_as(SOLUTION)", "answer.same_as(SOLUTION, tolerance=0.1)"
        )
        cells["double-hint-1"].source = cells["double-hint-1"].source.replace("Try", "Do try")

    edit_notebook(built, change)
    text = back(built)
    for wanted in ("work for text", "return x * 2", "returns(6, 3)", "points: 3", "Do try `+`"):
        assert wanted in text
    for derived in ("BEGIN SOLUTION", "SOLUTION = ", "<details>", "nbgrader"):
        assert derived not in text
    assert "SECRET-WRONG" in text
    assert text.count(":role: right") == 2
    (built / TEXT).write_text(text, encoding="utf-8", newline="\n")
    tree.build(built)
    cells = {c.id: c for c in nbformat.read(built / SOURCE, as_version=4).cells}
    assert "x * 2" in cells["double-tests-2"].source
    assert "tolerance=0.1" in cells["colors-tests-1"].source
    assert back(built) == text


def test_a_new_markdown_cell_stays_where_it_is(built):
    def change(notebook, cells):
        place = [cell.id for cell in notebook.cells].index("double")
        notebook.cells.insert(place, nbformat.v4.new_markdown_cell("A word before."))

    edit_notebook(built, change)
    text = back(built)
    assert text.index("A word before.") < text.index("## Double it")
    (built / TEXT).write_text(text, encoding="utf-8", newline="\n")
    tree.build(built)
    assert "A word before." in (built / SOURCE).read_text(encoding="utf-8")


def test_known_answers_survive_the_cell_before_them(built):
    """Does an edit that deletes a hint keep the answers that stand behind it in the text?"""
    edit_notebook(built, lambda notebook, cells: notebook.cells.remove(cells["colors-hint-1"]))
    text = back(built)
    assert "Two of them." not in text
    assert ":name: a tuple" in text
    assert ":name: one only" in text


def test_a_deleted_exercise_takes_its_known_answers_along(built):
    def change(notebook, cells):
        notebook.cells = [cell for cell in notebook.cells if not cell.id.startswith("colors")]

    edit_notebook(built, change)
    text = back(built)
    assert ":name: one only" not in text
    assert "SECRET-WRONG" in text


def test_a_notebook_without_its_solution_is_refused(built):
    edit_notebook(built, lambda notebook, cells: notebook.cells.remove(cells["double-solution"]))
    with pytest.raises(ContentError, match="needs one solution cell"):
        back(built)


def test_a_file_that_is_no_notebook_is_refused(built):
    (built / SOURCE).write_text("{ not json", encoding="utf-8")
    with pytest.raises(ContentError, match="cannot be read as a notebook"):
        back(built)
