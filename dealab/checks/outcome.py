"""What a check can end in, apart from being right; and how a learner reads it."""


class Outcome(Exception):
    """Base of ``Wrong`` and ``NotAttempted``: shown as its message, without a traceback."""

    heading = ""

    def _render_traceback_(self):
        """IPython's hook. The traceback would show the test's code and none of the learner's."""
        return [f"{self.heading}: {self}"]


class Wrong(Outcome):
    """The answer differs from what is wanted; the message names the first difference."""

    heading = "Not right yet"


class NotAttempted(Outcome):
    """There is no answer yet, which is different from a wrong one."""

    heading = "Not attempted"


def require(condition: object, message: str) -> None:
    """Raise ``Wrong(message)`` unless ``condition`` holds; the message tells what to look at."""
    if not condition:
        raise Wrong(message)
