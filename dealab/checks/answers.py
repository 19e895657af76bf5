"""Find what the learner wrote, by name, and run it without letting it disturb the grading."""

import contextlib
import io
import warnings

from dealab.checks.outcome import NotAttempted, Wrong

_MISSING = object()


def find(name: str):
    """Return the learner's variable or function ``name``.

    Raises NotAttempted where there is none yet, or where it is still None or ``...``.
    """
    from IPython import get_ipython

    shell = get_ipython()
    found = _MISSING if shell is None else shell.user_ns.get(name, _MISSING)
    if found is _MISSING or found is None or found is ...:
        raise NotAttempted(
            f"there is no '{name}' yet. Write your answer in the cell above and run it."
        )
    return found


@contextlib.contextmanager
def quiet():
    """Keep warnings and prints of the learner's code out of the cell.

    nbgrader 0.9.6 takes anything on stderr for a failed test: a right answer with a warning scored
    nothing.
    """
    sink = io.StringIO()
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stdout(sink),
        contextlib.redirect_stderr(sink),
    ):
        warnings.simplefilter("ignore")
        yield


def failed(what: str, problem: BaseException) -> Wrong:
    """Return a Wrong for an exception that the learner's own code raised."""
    line = _line(problem)
    place = f" (line {line} of your cell)" if line else ""
    return Wrong(f"{what} stopped with {type(problem).__name__}: {problem}{place}")


def _line(problem: BaseException) -> int | None:
    """Return the last line of the traceback that stands in a notebook cell."""
    line, trace = None, problem.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if "ipykernel" in name or name.startswith("<ipython-input") or "<solution" in name:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def passed() -> None:
    """Say what a passed visible check means, and no more than that."""
    print("The visible checks pass. The hidden ones, on other data, run when it is graded.")
