"""Runs a Python script in this process, as a job does: its own arguments, output and modules.

What a process of its own would give and this doesn't: a memory limit, another Python or other
packages, an end that the script cannot catch. It is in this process because moto is.
"""

import contextlib
import ctypes
import importlib
import io
import logging
import os
import sys
import threading
import traceback
from dataclasses import dataclass


@dataclass
class Outcome:
    """How a script ended: ``SUCCEEDED``, ``FAILED`` (with ``error``) or ``TIMEOUT``."""

    state: str
    error: str = ""
    output: str = ""
    errors: str = ""
    raised: BaseException | None = None


class _Stop(BaseException):
    """Thrown into the thread of a script that went over its time."""


def run(
    source: str, argv: list[str], seconds: float, modules=None, folders=(), around=None
) -> Outcome:
    """Run the text of a script; ``argv[0]`` is its name. It is stopped after ``seconds``.

    ``modules`` (name -> module) can be imported by it; so can what lies in ``folders``. ``around``
    is a context manager that the script's thread runs in.
    """
    out, err, outcome = io.StringIO(), io.StringIO(), Outcome("SUCCEEDED")

    def work():
        try:
            with around or contextlib.nullcontext():
                code = compile(source, argv[0], "exec")
                exec(
                    code,
                    {"__name__": "__main__", "__file__": argv[0], "__builtins__": __builtins__},
                )
        except _Stop:
            outcome.state = "TIMEOUT"
        except SystemExit as stop:
            if stop.code not in (None, 0):
                outcome.state, outcome.error = "FAILED", f"SystemExit: {stop.code}"
        except BaseException as error:
            outcome.state, outcome.raised = "FAILED", error
            outcome.error = f"{type(error).__name__}: {error}"
            frames = error.__traceback__
            while frames and frames.tb_frame.f_code.co_filename != argv[0]:
                frames = frames.tb_next  # begin with the script's own line
            kept = frames or (error.__traceback__ if not isinstance(error, SyntaxError) else None)
            err.write("".join(traceback.format_exception(type(error), error, kept)))

    thread = threading.Thread(target=work, name="job", daemon=True)
    with _own(argv, modules or {}, folders, out, err):
        thread.start()
        try:
            thread.join(seconds)
        finally:  # also when the learner interrupts the cell
            if thread.is_alive():
                outcome.state = "TIMEOUT"
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(thread.ident), ctypes.py_object(_Stop)
                )
                thread.join(1)
    outcome.output, outcome.errors = out.getvalue(), err.getvalue()
    return outcome


@contextlib.contextmanager
def _own(argv, modules, folders, out, err):
    """Give the script its arguments, modules and output; put everything back afterwards."""
    old_argv, old_environ, root = sys.argv, dict(os.environ), logging.getLogger()
    old_log, before = (root.level, list(root.handlers)), set(sys.modules)
    hidden = {name: sys.modules[name] for name in modules if name in sys.modules}
    sys.argv = list(argv)
    sys.modules.update(modules)
    sys.path[:0] = [str(folder) for folder in folders]
    root.handlers[:] = []
    importlib.invalidate_caches()
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            yield
    finally:
        sys.argv = old_argv
        root.setLevel(old_log[0])
        root.handlers[:] = old_log[1]
        for folder in folders:
            with contextlib.suppress(ValueError):
                sys.path.remove(str(folder))
        for name in set(sys.modules) - before:
            file = getattr(sys.modules[name], "__file__", None) or ""
            if any(file.startswith(str(folder)) for folder in folders):
                del sys.modules[name]
        for name in modules:
            sys.modules.pop(name, None)
        sys.modules.update(hidden)
        for name in set(os.environ) - set(old_environ):
            del os.environ[name]
        os.environ.update(old_environ)
