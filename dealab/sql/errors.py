"""The three kinds of error that a learner can see, never mixed.

``ServiceError`` speaks as the service does. ``LabLimit`` says what the lab leaves out and what the
service would do. ``LabBug`` is a fault of the lab itself. None of them shows a Python traceback.
"""

REPORT_AT = "https://github.com/dealab/dealab/issues"


class SqlError(Exception):
    """Base of every error that running SQL in the lab can raise."""

    hint: str = ""

    def _render_traceback_(self) -> list[str]:
        """Let IPython show the message alone (its documented hook for custom errors)."""
        return self.block().splitlines()

    def block(self) -> str:
        """Return the message, with the lab's own hint set apart from the service's words."""
        text = str(self)
        return f"{text}\n\nHint from the lab: {self.hint}" if self.hint else text


class ServiceError(SqlError):
    """The service would refuse or fail this statement.

    ``code`` is Athena's error name (``COLUMN_NOT_FOUND``) or Redshift's SQLSTATE (``42703``);
    ``line`` and ``column`` count from 1 and are None where the service names no place.
    """

    def __init__(self, code, message, line=None, column=None, hint=""):
        super().__init__(code, message, line, column)
        self.code = code
        self.message = message
        self.line = line
        self.column = column
        self.hint = hint

    def __str__(self) -> str:
        if len(self.code) == 5:  # an SQLSTATE: Redshift
            return f"ERROR: {self.message}"
        place = f"line {self.line}:{self.column}: " if self.line else ""
        return f"{self.code}: {place}{self.message}"


class LabLimit(SqlError):
    """Valid in the service, not run in this lab.

    ``what`` names the construct, ``service_does`` says what the service would do with it, and
    ``exam`` is one line worth knowing for the exam. All three are shown.
    """

    def __init__(self, what, service_does, exam=""):
        super().__init__(what, service_does, exam)
        self.what = what
        self.service_does = service_does
        self.exam = exam

    def __str__(self) -> str:
        lines = [f"This lab does not run {self.what}.", f"In AWS: {self.service_does}"]
        if self.exam:
            lines.append(f"For the exam: {self.exam}")
        lines.append("Nothing was changed and nothing billed.")
        return "\n".join(lines)


class LabBug(SqlError):
    """The lab itself failed; the statement may well be right."""

    def __init__(self, message):
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return (
            f"This is a bug of the lab, not of your SQL: {self.message}\n"
            f"Please report it with the statement at {REPORT_AT}."
        )
