"""nbgrader preprocessors of the course; nbgrader_config.py names them."""

import re

from nbformat.notebooknode import NotebookNode
from nbgrader import utils
from nbgrader.preprocessors import (
    ClearHiddenTests,
    ClearSolutions,
    DeduplicateIds,
    NbGraderPreprocessor,
)

from dealab.build.source import FOR_GRADERS

_SQL_MAGIC = re.compile(r"%%(athena|redshift)\b")
SQL_STUB = "-- Write your SQL here."
ESSAY_STUB = "*Double-click here and write your answer in place of this line.*"


class ClearAnswers(ClearSolutions):
    """Replace solutions by a starter: in a cell of SQL by an SQL comment.

    nbgrader's stub is Python for the whole notebook, which an SQL engine reads as a syntax error.
    """

    def preprocess_cell(self, cell: NotebookNode, resources: dict, cell_index: int):
        self.text_stub = ESSAY_STUB
        if cell.cell_type != "code" or not _SQL_MAGIC.match(cell.source):
            return super().preprocess_cell(cell, resources, cell_index)
        stubs = self.code_stub
        self.code_stub = {**stubs, resources["language"]: SQL_STUB}
        try:
            return super().preprocess_cell(cell, resources, cell_index)
        finally:
            self.code_stub = stubs


class ClearRubrics(NbGraderPreprocessor):
    """Keep of each criterion of an essay what learners may see: its points and its title."""

    def preprocess_cell(self, cell: NotebookNode, resources: dict, cell_index: int):
        if cell.metadata.get("dealab", {}).get("role") == "rubric":
            cell.source = cell.source.partition(FOR_GRADERS)[0].rstrip()
        return cell, resources


class DropDuplicates(DeduplicateIds):
    """Take the grading metadata off a duplicated cell; the last copy counts.

    nbgrader leaves an empty dict there, reads it as its oldest format, and stops the whole class.
    """

    def preprocess_cell(self, cell: NotebookNode, resources: dict, cell_index: int):
        graded = utils.is_grade(cell) or utils.is_solution(cell) or utils.is_locked(cell)
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        if graded and not cell.metadata.nbgrader:
            del cell.metadata["nbgrader"]
        return cell, resources


class HideHiddenTests(ClearHiddenTests):
    """Keep hidden tests out of feedback pages: out of the cells and out of the tracebacks.

    nbgrader puts hidden tests back for grading, and its feedback shows cells and errors as graded.
    """

    def preprocess_cell(self, cell: NotebookNode, resources: dict, cell_index: int):
        if self._remove_hidden_test_region(cell):
            for output in cell.get("outputs", []):
                if output.output_type == "error":
                    output.traceback = [f"{output.ename}: {output.evalue}"]
        return cell, resources
