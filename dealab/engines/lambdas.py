"""Runs Python handlers as Lambda's Python runtime does, in this process.

A function's zip file and its layers are unpacked into folders of their own; the handler is called
in a thread, with the function's environment variables, a context object, its own ``/tmp`` (see
``sandbox.py``) and its output captured.

Limits of running in process, said plainly: the handler has this Python and its packages, not those
of the function's ``Runtime``; memory is not limited; a handler that sits in compiled code beyond
its timeout is reported as timed out but cannot be killed; handlers take turns.
"""

import contextlib
import ctypes
import importlib
import io
import json
import logging
import os
import shutil
import sys
import tempfile
import textwrap
import threading
import time
import traceback
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from dealab.engines import sandbox

INIT_SECONDS = 10  # loading the code has its own limit: .../dg/lambda-runtime-environment.html
MB = 1024 * 1024

_in_handler = threading.local()
_one_at_a_time = threading.Lock()


def depth() -> int:
    """How many handlers this thread is inside of: those that invoked each other, or 0."""
    return getattr(_in_handler, "depth", 0)


@dataclass
class Context:
    """What a handler gets as its second argument.

    https://docs.aws.amazon.com/lambda/latest/dg/python-context.html
    """

    function_name: str
    function_version: str
    invoked_function_arn: str
    memory_limit_in_mb: str
    aws_request_id: str
    log_group_name: str
    log_stream_name: str
    identity: object = None
    client_context: object = None
    _deadline: float = field(default=0.0, repr=False)

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self._deadline - time.perf_counter()) * 1000))


def zip_handler(source: str, name: str = "handler.py") -> bytes:
    """Return a zip file with ``source`` as its one file ``name``, for ``Code={"ZipFile": ...}``.

    The same source always gives the same bytes. The function's ``Handler`` is then
    ``handler.<function>``, for example ``handler.handler``.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        entry = zipfile.ZipInfo(name, date_time=(2026, 1, 1, 0, 0, 0))
        entry.external_attr = 0o644 << 16
        archive.writestr(entry, textwrap.dedent(source).lstrip("\n"))
    return packed.getvalue()


class _StopHandler(BaseException):
    """Thrown into the thread of a handler that went over its timeout."""


class Failed(Exception):
    """The function failed; ``document`` is the error as the service returns it."""

    def __init__(self, kind: str, message: str, **more):
        super().__init__(message)
        self.document = {"errorMessage": message, "errorType": kind, **more}


class _HandlerOutput(io.TextIOBase):
    """A stand-in for sys.stdout: a handler's threads write to its own text, others to ``other``."""

    def __init__(self, other):
        self._other = other

    def write(self, text: str) -> int:
        return getattr(_in_handler, "text", self._other).write(text)

    def flush(self) -> None:
        getattr(_in_handler, "text", self._other).flush()


class _LogHandler(logging.Handler):
    """Writes log records in the layout of the service's Python runtime."""

    def __init__(self, text: io.StringIO, request_id: str):
        super().__init__()
        self._text, self._request_id = text, request_id

    def emit(self, record: logging.LogRecord) -> None:
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        self._text.write(
            f"[{record.levelname}]\t{stamp}.{int(record.msecs):03d}Z\t{self._request_id}\t"
            f"{self.format(record)}\n"
        )


class Environment:
    """An execution environment: unpacked code with its loaded modules and /tmp, kept while warm.

    ``code`` and each of ``layers`` are zip files (bytes), ``mounts`` maps paths to folders, and
    ``storage`` is the size of /tmp in MB.
    """

    def __init__(self, code: bytes, layers=(), mounts: dict | None = None, storage: int = 512):
        self.root = Path(tempfile.mkdtemp(prefix="dealab-lambda-"))
        self.folder = self.root / "task"
        for name, archives in (("task", [code]), ("opt", layers), ("tmp", [])):
            (self.root / name).mkdir()
            for archive in archives:
                with zipfile.ZipFile(io.BytesIO(archive)) as packed:
                    packed.extractall(self.root / name)
        self.places = sandbox.Places(
            {"/tmp": self.root / "tmp", **(mounts or {})},
            read_only={"/var/task": self.folder, "/opt": self.root / "opt"},
            limits={"/tmp": storage * MB},
        )
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        python = self.root / "opt" / "python"
        paths = [self.folder, python, python / "lib" / version / "site-packages"]
        self.paths = [path for path in paths if path.is_dir()]
        self.modules: dict[str, object] = {}
        self.handler = None
        self.log_level = logging.WARNING
        self.log_stream = ""
        self.session = None  # what boto3 has as its default session while the handler runs

    def close(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)

    def load(self, name: str | None) -> None:
        """Import the handler ``module.function``; raise Failed in the words of the runtime."""
        module_name, dot, attribute = (name or "").rpartition(".")
        if not dot:
            raise Failed(
                "Runtime.MalformedHandlerName",
                f"Bad handler '{name}': not enough values to unpack (expected 2, got 1)",
            )
        try:
            module = importlib.import_module(module_name.replace("/", "."))
        except SyntaxError as error:
            raise Failed(
                "Runtime.UserCodeSyntaxError",
                f"Syntax error in module '{module_name}': {error.msg} "
                f"({Path(error.filename or '').name}, line {error.lineno})",
            ) from error
        except ImportError as error:
            raise Failed(
                "Runtime.ImportModuleError", f"Unable to import module '{module_name}': {error}"
            ) from error
        self.handler = getattr(module, attribute, None)
        if self.handler is None:
            raise Failed(
                "Runtime.HandlerNotFound",
                f"Handler '{attribute}' missing on module '{module_name}'",
            )

    def call(self, name: str, event, context: Context, timeout: float, variables: dict) -> "Run":
        """Call the handler ``name`` in a thread of its own; load it first if it is cold.

        ``variables`` are added to the process's environment meanwhile. Only one handler runs at a
        time, and those that it invokes itself.
        """
        run = Run()
        lock = getattr(_in_handler, "lock", _one_at_a_time)
        with lock, sandbox.patched():
            try:
                run.result = self._call(run, name, event, context, timeout, variables)
            except Failed as failure:
                run.error = failure.document
                run.text.write(_error_line(run.error))
        return run

    def _call(self, run, name, event, context, timeout, variables):
        # A copy that went through JSON, as an event does.
        event, request_id = json.loads(json.dumps(event)), context.aws_request_id
        outcome: dict = {}
        loaded = threading.Event()
        here = {"text": run.text, "depth": depth() + 1, "lock": threading.Lock()}

        def join_in():
            _in_handler.__dict__.update(here)

        def work():
            join_in()
            started = time.perf_counter()
            try:
                if self.handler is None:
                    self.load(name)
                    run.init = time.perf_counter() - started
                started = time.perf_counter()
                context._deadline = started + timeout
                loaded.set()
                outcome["value"] = self.handler(event, context)
            except _StopHandler:
                pass
            except Failed as failure:
                outcome["failed"] = failure
            except SystemExit as stop:
                outcome["failed"] = Failed(
                    "Runtime.ExitError",
                    f"RequestId: {request_id} Error: Runtime exited with error: "
                    f"exit status {stop.code if isinstance(stop.code, int) else 1}",
                )
            except BaseException as error:
                outcome["failed"] = _as_failure(error, self.root, request_id)
            finally:
                run.duration = time.perf_counter() - started
                loaded.set()

        def work_inside():
            with sandbox.inside(self.places, join_in):
                work()

        thread = threading.Thread(
            target=work_inside, name=f"lambda-{context.function_name}", daemon=True
        )
        log = _LogHandler(run.text, request_id)
        try:
            with self._active(variables, log):
                thread.start()
                loaded.wait(INIT_SECONDS)
                thread.join(timeout)
        finally:  # also when the learner interrupts the cell
            late = thread.is_alive()
            if late:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(thread.ident), ctypes.py_object(_StopHandler)
                )
            # The service gives up an environment that failed in this way: the next start is cold.
            run.spoiled = late or self.handler is None
        if late:
            run.duration = timeout
            raise Failed(
                "Sandbox.Timedout",
                f"RequestId: {request_id} Error: Task timed out after {timeout:.2f} seconds",
            )
        if "failed" in outcome:
            raise outcome["failed"]
        try:
            return json.loads(json.dumps(outcome.get("value")))
        except TypeError as error:
            raise Failed(
                "Runtime.MarshalError", f"Unable to marshal response: {error}", stackTrace=[]
            ) from error

    @contextlib.contextmanager
    def _active(self, variables: dict[str, str], log: logging.Handler):
        """Make this environment's modules, folder, variables and logging the current ones."""
        old_environ = dict(os.environ)
        root = logging.getLogger()
        old_log = (root.level, list(root.handlers))
        shadowed = {name: sys.modules.pop(name) for name in self._own_names() & set(sys.modules)}
        before = set(sys.modules)
        sys.modules.update(self.modules)
        sys.path[:0] = [str(path) for path in self.paths]
        importlib.invalidate_caches()
        os.environ.update(variables)
        boto3 = sys.modules.get("boto3")
        session = boto3 and boto3.DEFAULT_SESSION
        if boto3 and self.session is not None:
            boto3.DEFAULT_SESSION = self.session
        root.setLevel(self.log_level)
        root.handlers[:] = [log]
        output = _HandlerOutput(sys.stdout), _HandlerOutput(sys.stderr)
        try:
            with contextlib.redirect_stdout(output[0]), contextlib.redirect_stderr(output[1]):
                yield
        finally:
            if boto3 and self.session is not None:
                boto3.DEFAULT_SESSION = session
            self.log_level = root.level
            root.setLevel(old_log[0])
            root.handlers[:] = old_log[1]
            for name in set(os.environ) - set(old_environ):
                del os.environ[name]
            os.environ.update(old_environ)
            for path in self.paths:
                with contextlib.suppress(ValueError):
                    sys.path.remove(str(path))
                sys.path_importer_cache.pop(str(path), None)
            for name in set(sys.modules) - before:
                file = getattr(sys.modules[name], "__file__", None) or ""
                paths = list(getattr(sys.modules[name], "__path__", None) or [])
                if any(str(self.root) in place for place in [file, *paths]):
                    self.modules[name] = sys.modules.pop(name)
            sys.modules.update(shadowed)

    def _own_names(self) -> set[str]:
        """Names of loaded modules that the function's own modules would hide."""
        tops = {path.name.removesuffix(".py") for place in self.paths for path in place.iterdir()}
        return {name for name in sys.modules if name.partition(".")[0] in tops}


@dataclass
class Run:
    """What a call of a handler gave. Times in seconds; ``init`` is None after a warm start."""

    result: object = None
    error: dict | None = None
    text: io.StringIO = field(default_factory=io.StringIO)
    duration: float = 0.0
    init: float | None = None
    spoiled: bool = False


def _as_failure(error: BaseException, root: Path, request_id: str) -> Failed:
    """The error document of an exception that the handler raised, with its own frames only."""
    machinery = (str(Path(__file__)), str(Path(sandbox.__file__)))
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not str(frame.filename).startswith(machinery)
    ]
    lines = [
        line.replace(str(root / "task") + os.sep, "/var/task/").replace(
            str(root / "opt") + os.sep, "/opt/"
        )
        for line in traceback.format_list(frames)
    ]
    return Failed(type(error).__name__, str(error), requestId=request_id, stackTrace=lines)


def _error_line(document: dict) -> str:
    head = f"[ERROR] {document['errorType']}: {document['errorMessage']}\n"
    trace = document.get("stackTrace")
    return head + ("Traceback (most recent call last):\n" + "".join(trace) if trace else "")
