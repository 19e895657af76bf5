"""One command derives everything, the same bytes each time, and names what differs."""

import json

import nbformat
import pytest

from dealab.build import lessons, tree
from dealab.build.myst import ContentError
from dealab.facts import FactError


@pytest.fixture
def built(course):
    tree.build(course)
    return course


def notebook(root, name):
    return nbformat.read(root / name, as_version=4)


def sources(root, name):
    return "\n".join(cell.source for cell in notebook(root, name).cells)


def test_a_second_build_changes_nothing(built):
    assert tree.build(built) == []
    assert tree.differences(built) == []


@pytest.mark.parametrize("name", ["notebooks/00-start.ipynb", "release/1-1-small/small.ipynb"])
def test_a_changed_file_is_named(built, name):
    file = built / name
    file.write_bytes(file.read_bytes().replace(b"Small", b"Smell"))
    assert tree.differences(built) == [f"{name}: differs"]
    assert tree.build(built) == [f"{name}: differs"]
    assert tree.differences(built) == []


def test_missing_and_stray_files_are_named_and_mended(built):
    (built / "source/1-1-small/small.ipynb").unlink()
    (built / "release/1-1-small/solution.py").write_text("x = 1\n")
    wanted = [
        "release/1-1-small/solution.py: should not be there",
        "source/1-1-small/small.ipynb: is missing",
    ]
    assert tree.differences(built) == wanted
    tree.build(built)
    assert tree.differences(built) == []


def test_a_folder_of_lessons_is_one_notebook(built):
    text = sources(built, "notebooks/01-domain.ipynb")
    assert text.index("Small lesson") < text.index("Count the shards")
    assert "*About 7 minutes · skill 1.1.1*" in text


def test_facts_become_links_with_their_date(built):
    text = sources(built, "notebooks/01-domain.ipynb")
    assert "service-sizes-and-limits.html" in text
    assert "checked 2026-11-23" in text
    assert "fact:" not in text


def test_images_come_along(built):
    assert (built / "notebooks/images/shards.svg").is_file()


def test_cells_have_ids_of_their_section_and_no_outputs(built):
    cells = notebook(built, "notebooks/01-domain.ipynb").cells
    assert next(c.id for c in cells if c.id.startswith("shards")) == "shards-00"
    assert len({cell.id for cell in cells}) == len(cells)
    assert all(cell.outputs == [] for cell in cells if cell.cell_type == "code")
    assert any(cell.metadata.get("tags") == ["raises-exception"] for cell in cells)


def test_sections_say_what_they_teach(course):
    (section,) = lessons.sections(course / "content")
    assert (section.id, section.title, section.minutes) == ("shards", "Count the shards", 7)
    assert (section.skills, section.statements) == (("1.1.1",), ("1.1.K3",))
    assert section.questions == ("1.1-q01", "1.1-q02")
    assert section.file == "content/lessons/01-domain/1.1.md"


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("lessons/01-domain/1.1.md", '"minutes": 7', '"minutes": "7"', "1.1.md:1: section needs"),
        ("lessons/01-domain/1.1.md", "## Count", "Count", "1.1.md:1: a section starts with"),
        ("lessons/01-domain/1.1.md", '"skills": ["1.1.1"]', '"skils": []', "1.1.md:1: a section"),
        ("lessons/00-start.md", "Before", '+++ {"section": \n\nBefore', "00-start.md"),
    ],
)
def test_a_bad_section_is_named_with_file_and_line(course, edit, file, old, new, message):
    edit(file, old, new)
    with pytest.raises(ContentError, match=message):
        lessons.sections(course / "content")


def test_a_double_section_is_named(course):
    text = (course / "content/lessons/01-domain/1.1.md").read_text(encoding="utf-8")
    (course / "content/lessons/01-domain/1.2.md").write_text(text, encoding="utf-8")
    with pytest.raises(ContentError, match=r"1\.2\.md:1: section 'shards' also in .*1\.1\.md:1"):
        lessons.sections(course / "content")


def test_an_unknown_fact_is_named(course, edit):
    edit("lessons/01-domain/1.1.md", "fact:kinesis-shard-write", "fact:kinesis-shard-wirte")
    with pytest.raises(FactError, match=r"1\.1\.md:1: no fact 'kinesis-shard-wirte'"):
        tree.derive(course)


# -- release ---------------------------------------------------------------------------------------


def test_the_release_holds_no_solution_hidden_test_key_or_output(built):
    text = (built / "release/1-1-small/small.ipynb").read_text(encoding="utf-8")
    for secret in ("SECRET", "HIDDEN", "SOLUTION", "agrees_with"):
        assert secret not in text
        assert secret in (built / "source/1-1-small/small.ipynb").read_text(encoding="utf-8")
    assert "SECRET-WRONG" not in (built / "source/1-1-small/small.ipynb").read_text("utf-8")
    cells = json.loads(text)["cells"]
    assert all(not cell["outputs"] for cell in cells if cell["cell_type"] == "code")


def test_the_starter_keeps_signature_and_docstring(built):
    cells = {cell.id: cell for cell in notebook(built, "release/1-1-small/small.ipynb").cells}
    assert cells["double-solution"].source == (
        'def double(x):\n    """Return twice x."""\n'
        "    # YOUR CODE HERE\n    raise NotImplementedError()"
    )
    assert cells["colors-solution"].source == "# YOUR CODE HERE\nraise NotImplementedError()"


def test_the_starter_of_sql_is_an_sql_comment(course, edit):
    edit("assignments/1-1-small/small.md", '"kind": "value"', '"kind": "sql"')
    edit(
        "assignments/1-1-small/small.md",
        'colors = ["red", "SECRET-COLOR"]',
        "%%athena >> colors\nSELECT 'SECRET-COLOR'",
    )
    tree.build(course)
    cells = {cell.id: cell for cell in notebook(course, "release/1-1-small/small.ipynb").cells}
    assert cells["colors-solution"].source == "%%athena >> colors\n-- Write your SQL here."


def test_hints_are_closed_and_points_are_nbgraders(built):
    cells = {cell.id: cell for cell in notebook(built, "source/1-1-small/small.ipynb").cells}
    assert cells["double-hint-1"].source.startswith("<details><summary>Hint 1</summary>")
    graded = cells["double-tests-2"].metadata["nbgrader"]
    assert (graded["grade"], graded["points"], graded["locked"]) == (True, 2, True)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"kind": "value"', '"kind": "poem"', r"small\.md:\d+: kind must be one of"),
        ('"exercise": "colors"', '"exercise": "Colors!"', "snake_case"),
        ('"exercise": "colors"', '"exercise": "double"', "exercise 'double' also at"),
        (":role: right\n:name: a tuple", ":role: rihgt", "unknown role 'rihgt'"),
        (":name: one only\n", "", "role 'wrong' is a code cell with message, name, points"),
        ("### END HIDDEN TESTS\n```\n\n+++", "```\n\n+++", "come once, in pairs"),
        ('def double(x):\n    """', 'def duoble(x):\n    """', "must define a function 'double'"),
        ("answer.passed()", "1", "bare expression"),
    ],
)
def test_a_bad_exercise_is_named_with_file_and_line(course, edit, old, new, message):
    edit("assignments/1-1-small/small.md", old, new)
    with pytest.raises(ContentError, match=message):
        tree.derive(course)


def test_a_solution_in_a_visible_test_is_refused(course, edit):
    edit(
        "assignments/1-1-small/small.md", "answer.returns(4, 2)", "answer.agrees_with(SOLUTION, [])"
    )
    with pytest.raises(ContentError, match="hidden tests only"):
        tree.derive(course)
