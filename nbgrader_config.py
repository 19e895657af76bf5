"""nbgrader for this course. `nbgrader` reads it when it is run in this folder."""

from dealab.grading.released import KINDS

c = get_config()  # noqa: F821 - traitlets puts it here

c.CourseDirectory.course_id = "dealab"

# A solution.py or a note that lies beside a source notebook stays there: the hook keeps it out of
# release/, and the exchange takes nothing else either.
c.GenerateAssignment.post_convert_hook = "dealab.grading.released.keep_allowed"
c.CourseDirectory.include = [
    *KINDS,
    *("timestamp.txt", "submission_secret.txt"),  # nbgrader's own notes on a submission
]

# The starter of an SQL cell is an SQL comment. The details of an essay's rubric stay in source/.
c.GenerateAssignment.preprocessors = [
    "nbgrader.preprocessors.IncludeHeaderFooter",
    "nbgrader.preprocessors.LockCells",
    "dealab.grading.preprocessors.ClearAnswers",
    "dealab.grading.preprocessors.ClearRubrics",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.SaveCells",
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbgrader.preprocessors.ClearMarkScheme",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# A duplicated grade cell must not stop the class, and a deleted one must not keep an old grade.
c.Autograde.sanitize_preprocessors = [
    "nbgrader.preprocessors.ClearOutput",
    "dealab.grading.preprocessors.DropDuplicates",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.OverwriteCells.add_missing_cells = True

# An endless loop costs its cell, and not the evening.
c.Execute.timeout = 120
c.Execute.interrupt_on_timeout = True

# Students read the message, not the hidden test.
c.GenerateFeedback.preprocessors = [
    "nbgrader.preprocessors.GetGrades",
    "dealab.grading.preprocessors.HideHiddenTests",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]
