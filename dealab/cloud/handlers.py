"""Lambda: runs real Python handlers in this process.

moto needs Docker for that and only echoes without it (moto issue 9916). Here a function's zip file
is unpacked into a folder of its own and its handler is called in a thread, with the function's
environment variables, a context object and its output captured, the way the service's runtime does.

Limits of running in process, said plainly: the handler has this Python and its packages, not those
of the ``Runtime`` in its configuration; memory and the ``/tmp`` size are not limited; a handler
that sits in compiled code beyond its timeout is reported as timed out but cannot be killed; only
one handler runs at a time (and those that it invokes itself).
"""

import base64
import contextlib
import ctypes
import importlib
import io
import json
import logging
import math
import os
import shutil
import sys
import tempfile
import threading
import time
import traceback
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

ASYNC_RETRIES = (
    2  # https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
)
LOG_TAIL = 4096  # bytes of log that Invoke returns with LogType="Tail"
INIT_SECONDS = 10  # loading the code has its own limit: .../dg/lambda-runtime-environment.html

_in_handler = threading.local()
_one_at_a_time = threading.Lock()


@dataclass
class Invocation:
    """One run of a function. ``result`` is what it returned, ``error`` the error document or None.

    ``source`` says what invoked it: ``"invoke"``, ``"async"`` or the ARN of an event source.
    """

    function: str
    source: str
    event: dict
    result: object = None
    error: dict | None = None
    logs: str = field(default="", repr=False)
    request_id: str = ""
    cold: bool = False

    @property
    def ok(self) -> bool:
        return self.error is None


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
        return max(0, int((self._deadline - time.monotonic()) * 1000))


class _StopHandler(BaseException):
    """Thrown into the thread of a handler that went over its timeout."""


class _Failed(Exception):
    """The function failed; ``document`` is the error as the service returns it."""

    def __init__(self, kind: str, message: str, **more):
        super().__init__(message)
        self.document = {"errorMessage": message, "errorType": kind, **more}


class _HandlerOutput(io.TextIOBase):
    """A stand-in for sys.stdout: a handler's thread writes to its own text, others to ``other``."""

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
    """An execution environment: the unpacked code with its loaded modules, kept while warm."""

    def __init__(self, function, request_id: str):
        self.folder = Path(tempfile.mkdtemp(prefix="dealab-lambda-"))
        with zipfile.ZipFile(io.BytesIO(function.code_bytes)) as archive:
            archive.extractall(self.folder)
        self.modules: dict[str, object] = {}
        self.handler = None
        self.log_level = logging.WARNING
        day = time.strftime("%Y/%m/%d", time.gmtime())
        self.log_stream = f"{day}/[{function.version}]{request_id.replace('-', '')}"

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def load(self, name: str | None) -> None:
        """Import the handler ``module.function``; raise _Failed in the words of the runtime."""
        module_name, dot, attribute = (name or "").rpartition(".")
        if not dot:
            raise _Failed(
                "Runtime.MalformedHandlerName",
                f"Bad handler '{name}': not enough values to unpack (expected 2, got 1)",
            )
        try:
            module = importlib.import_module(module_name.replace("/", "."))
        except SyntaxError as error:
            raise _Failed(
                "Runtime.UserCodeSyntaxError",
                f"Syntax error in module '{module_name}': {error.msg} "
                f"({Path(error.filename or '').name}, line {error.lineno})",
            ) from error
        except ImportError as error:
            raise _Failed(
                "Runtime.ImportModuleError", f"Unable to import module '{module_name}': {error}"
            ) from error
        self.handler = getattr(module, attribute, None)
        if self.handler is None:
            raise _Failed(
                "Runtime.HandlerNotFound",
                f"Handler '{attribute}' missing on module '{module_name}'",
            )

    @contextlib.contextmanager
    def active(self, variables: dict[str, str], log: logging.Handler):
        """Make this environment's modules, folder, variables and logging the current ones."""
        old_environ = dict(os.environ)
        root = logging.getLogger()
        old_log = (root.level, list(root.handlers))
        shadowed = {name: sys.modules.pop(name) for name in self._own_names() & set(sys.modules)}
        before = set(sys.modules)
        sys.modules.update(self.modules)
        sys.path.insert(0, str(self.folder))
        importlib.invalidate_caches()
        os.environ.update(variables)
        root.setLevel(self.log_level)
        root.handlers[:] = [log]
        output = _HandlerOutput(sys.stdout), _HandlerOutput(sys.stderr)
        try:
            with contextlib.redirect_stdout(output[0]), contextlib.redirect_stderr(output[1]):
                yield
        finally:
            self.log_level = root.level
            root.setLevel(old_log[0])
            root.handlers[:] = old_log[1]
            for name in set(os.environ) - set(old_environ):
                del os.environ[name]
            os.environ.update(old_environ)
            with contextlib.suppress(ValueError):
                sys.path.remove(str(self.folder))
            for name in set(sys.modules) - before:
                file = getattr(sys.modules[name], "__file__", None) or ""
                paths = list(getattr(sys.modules[name], "__path__", None) or [])
                if any(str(self.folder) in place for place in [file, *paths]):
                    self.modules[name] = sys.modules.pop(name)
            sys.modules.update(shadowed)
            sys.path_importer_cache.pop(str(self.folder), None)

    def _own_names(self) -> set[str]:
        """Names of loaded modules that the zip file's own modules would hide."""
        tops = {path.name.removesuffix(".py") for path in self.folder.iterdir()}
        return {name for name in sys.modules if name.partition(".")[0] in tops}


class Runtime:
    """Runs functions and remembers what ran. ``random`` makes the ids (seeded: same ids again)."""

    def __init__(self, random):
        self.invocations: list[Invocation] = []
        self._environments: dict[tuple, Environment] = {}
        self._random = random

    def close(self) -> None:
        for environment in self._environments.values():
            environment.close()
        self._environments.clear()

    def invoke(self, function, event, source: str = "invoke") -> Invocation:
        """Run ``function`` (moto's LambdaFunction) once with ``event`` and return what happened."""
        record = Invocation(
            function.function_name, source, event, request_id=str(self._random.uuid4())
        )
        self.invocations.append(record)
        nested = hasattr(_in_handler, "text")  # invoked by a handler that is running
        with contextlib.nullcontext() if nested else _one_at_a_time:
            self._run(function, record)
        return record

    def invoke_async(self, function, event, source: str = "async") -> Invocation:
        """Run as ``InvocationType="Event"``: retry on errors, then tell the destination.

        The service waits a minute before the first retry and two before the second; here they
        follow at once. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
        """
        config = function.event_invoke_config[-1].config if function.event_invoke_config else {}
        retries = config.get("MaximumRetryAttempts", ASYNC_RETRIES)
        attempts = 0
        while True:
            record = self.invoke(function, event, source)
            attempts += 1
            if record.ok or attempts > retries:
                break
        name = "OnSuccess" if record.ok else "OnFailure"
        target = (config.get("DestinationConfig") or {}).get(name, {}).get("Destination")
        if target:
            from dealab.cloud.delivery import deliver

            condition = "Success" if record.ok else "RetriesExhausted"
            deliver(target, async_destination_record(function, record, condition, attempts))
        return record

    def _environment(self, function, record: Invocation) -> Environment:
        settings = (function.handler, json.dumps(function.environment_vars, sort_keys=True))
        key = (function.function_arn, function.version, function.code_sha_256, settings)
        found = self._environments.get(key)
        if found is None:
            record.cold = True
            found = self._environments[key] = Environment(function, record.request_id)
        return found

    def _run(self, function, record: Invocation) -> None:
        """Run once and write down in ``record`` and the logs what happened."""
        if not str(function.run_time or "").startswith("python"):
            record.error = {
                "errorType": "Lab.RuntimeNotHere",
                "errorMessage": "The lab runs Python handlers only. This function has the runtime "
                f"{function.run_time} and package type {function.package_type}; the service "
                "would run it.",
            }
            return
        text, started = io.StringIO(), time.perf_counter()
        environment = self._environment(function, record)
        text.write(f"START RequestId: {record.request_id} Version: {function.version}\n")
        try:
            record.result = self._call(function, record, environment, text)
        except _Failed as failure:
            record.error = failure.document
            text.write(_error_line(record.error))
        elapsed = (time.perf_counter() - started) * 1000
        text.write(
            f"END RequestId: {record.request_id}\n"
            f"REPORT RequestId: {record.request_id}\tDuration: {elapsed:.2f} ms\t"
            f"Billed Duration: {math.ceil(elapsed)} ms\tMemory Size: {function.memory_size} MB\n"
        )
        record.logs = text.getvalue()
        _write_logs(function, environment.log_stream, record.logs)

    def _call(self, function, record: Invocation, environment: Environment, text: io.StringIO):
        """Call the handler in a thread of its own; return its answer after a trip through JSON."""
        timeout = float(function.timeout or 3)
        context = Context(
            function.function_name,
            str(function.version),
            function.function_arn,
            str(function.memory_size),
            record.request_id,
            function.logs_group_name,
            environment.log_stream,
        )
        event = json.loads(json.dumps(record.event))
        outcome: dict = {}
        loaded = threading.Event()

        def work():
            _in_handler.text = text
            try:
                if environment.handler is None:
                    environment.load(function.handler)
                context._deadline = time.monotonic() + timeout
                loaded.set()
                outcome["value"] = environment.handler(event, context)
            except _StopHandler:
                pass
            except _Failed as failure:
                outcome["failed"] = failure
            except SystemExit as stop:
                outcome["failed"] = _Failed(
                    "Runtime.ExitError",
                    f"RequestId: {record.request_id} Error: Runtime exited with error: "
                    f"exit status {stop.code if isinstance(stop.code, int) else 1}",
                )
            except BaseException as error:
                outcome["failed"] = _as_failure(error, environment.folder, record.request_id)
            finally:
                loaded.set()

        thread = threading.Thread(target=work, name=f"lambda-{function.function_name}", daemon=True)
        log = _LogHandler(text, record.request_id)
        try:
            with environment.active(_variables(function, environment), log):
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
            if late or environment.handler is None:
                self._forget(environment)
        if late:
            raise _Failed(
                "Sandbox.Timedout",
                f"RequestId: {record.request_id} Error: Task timed out after {timeout:.2f} seconds",
            )
        if "failed" in outcome:
            raise outcome["failed"]
        try:
            return json.loads(json.dumps(outcome.get("value")))
        except TypeError as error:
            raise _Failed(
                "Runtime.MarshalError", f"Unable to marshal response: {error}", stackTrace=[]
            ) from error

    def _forget(self, environment: Environment) -> None:
        self._environments = {
            key: kept for key, kept in self._environments.items() if kept is not environment
        }
        environment.close()


def _variables(function, environment: Environment) -> dict[str, str]:
    """The environment variables that the runtime sets, then the function's own.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
    """
    return {
        "_HANDLER": str(function.handler),
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.run_time}",
        "AWS_REGION": function.region,
        "AWS_DEFAULT_REGION": function.region,
        "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
        "AWS_LAMBDA_FUNCTION_VERSION": str(function.version),
        "AWS_LAMBDA_LOG_GROUP_NAME": function.logs_group_name,
        "AWS_LAMBDA_LOG_STREAM_NAME": environment.log_stream,
        "LAMBDA_TASK_ROOT": str(environment.folder),
        **{key: str(value) for key, value in function.environment_vars.items()},
    }


def _as_failure(error: BaseException, folder: Path, request_id: str) -> _Failed:
    """The error document of an exception that the handler raised, with its own frames only."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not str(frame.filename).startswith(str(Path(__file__)))
    ]
    lines = [
        line.replace(str(folder) + os.sep, "/var/task/") for line in traceback.format_list(frames)
    ]
    return _Failed(type(error).__name__, str(error), requestId=request_id, stackTrace=lines)


def _error_line(document: dict) -> str:
    head = f"[ERROR] {document['errorType']}: {document['errorMessage']}\n"
    trace = document.get("stackTrace")
    return head + ("Traceback (most recent call last):\n" + "".join(trace) if trace else "")


def _write_logs(function, stream: str, text: str) -> None:
    """Put the lines into moto's CloudWatch Logs, in the function's log group."""
    logs, group = function.logs_backend, function.logs_group_name
    logs.ensure_log_group(group)
    if stream not in logs.groups[group].streams:
        logs.create_log_stream(group, stream)
    now = int(time.time() * 1000)
    logs.put_log_events(
        group, stream, [{"timestamp": now, "message": line} for line in text.splitlines()]
    )


def async_destination_record(function, record: Invocation, condition: str, attempts: int) -> dict:
    """The record that an asynchronous invocation's destination gets.

    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
    """
    response = {"statusCode": 200, "executedVersion": "$LATEST"}
    if record.error:
        response["functionError"] = "Unhandled"
    return {
        "version": "1.0",
        "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime()),
        "requestContext": {
            "requestId": record.request_id,
            "functionArn": f"{function.function_arn}:$LATEST",
            "condition": condition,
            "approximateInvokeCount": attempts,
        },
        "requestPayload": record.event,
        "responseContext": response,
        "responsePayload": record.error or record.result,
    }


def patch(runtime_of) -> None:
    """Make moto's LambdaFunction run its handler. ``runtime_of()`` gives the current Runtime."""
    from moto.awslambda.exceptions import InvalidParameterValueException
    from moto.awslambda.models import LambdaFunction

    set_code = LambdaFunction._set_function_code

    def set_checked_code(self, spec):
        set_code(self, spec)
        code = getattr(self, "code_bytes", b"")
        if code and not zipfile.is_zipfile(io.BytesIO(code)):
            raise InvalidParameterValueException(
                "Could not unzip uploaded file. Please check your file, then try to upload again."
            )

    def invoke(self, body, request_headers, response_headers):
        headers = {str(key).lower(): value for key, value in (request_headers or {}).items()}
        kind = headers.get("x-amz-invocation-type")
        event = json.loads(body) if body else {}
        if kind == "DryRun":
            return ""
        # Callers inside moto (S3, SNS, logs) send no header: to Lambda they are asynchronous.
        if kind == "Event" or not headers:
            runtime_of().invoke_async(self, event)
            return ""
        record = runtime_of().invoke(self, event)
        tail = record.logs.encode("utf-8")[-LOG_TAIL:]
        response_headers["x-amz-log-result"] = base64.b64encode(tail).decode("ascii")
        response_headers["x-amz-executed-version"] = str(self.version)
        if record.error:
            response_headers["x-amz-function-error"] = "Unhandled"
        return json.dumps(record.error or record.result).encode("utf-8")

    LambdaFunction._set_function_code = set_checked_code
    LambdaFunction.invoke = invoke
