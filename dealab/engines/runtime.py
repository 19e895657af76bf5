"""Lambda's service round the handler (``lambdas``): environments, concurrency, retries, logs.

The concurrency that is counted is that of invocations under way at once, from threads or from a
handler that invokes others. Their handlers take turns, because a process has one environment.
"""

import contextlib
import json
import shutil
import tempfile
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from dealab.engines import lambdas
from dealab.models import functions
from dealab.sql.errors import LabLimit


class Throttled(Exception):
    """The service would not run the function now; ``reason`` is the Reason of its answer."""

    def __init__(self, reason: str):
        super().__init__("Rate Exceeded.")
        self.reason = reason


@dataclass
class Invocation:
    """One run of a function. ``result`` is what it returned, ``error`` the error document or None.

    ``source`` says what invoked it: ``"invoke"``, ``"async"`` or the ARN of an event source.
    ``duration``, ``init`` (loading the code; None after a warm start) and ``billed`` are measured
    milliseconds; ``at`` is the lab's time (epoch seconds).
    """

    function: str
    source: str
    event: dict
    result: object = None
    error: dict | None = None
    logs: str = field(default="", repr=False)
    request_id: str = ""
    cold: bool = False
    version: str = "$LATEST"
    duration: float = 0.0
    init: float | None = None
    billed: int = 0
    at: float = 0.0

    @property
    def ok(self) -> bool:
        return self.error is None


class Runtime:
    """Runs functions and remembers what ran. ``random`` makes the ids (seeded: same ids again).

    ``clock`` is the lab's; within ``around()`` a handler sees its time. A function is an object
    with the attributes of moto's LambdaFunction; where functions are kept is for the subclass.
    ``account_concurrency`` is the account's limit, ``throttles`` what was refused: (epoch seconds,
    function). ``provisioned`` maps (function, qualifier) to its provisioned concurrency.
    """

    def __init__(self, random, clock, around=contextlib.nullcontext):
        self.clock, self._around = clock, around
        self.invocations: list[Invocation] = []
        self.throttles: list[tuple[float, str]] = []
        self.account_concurrency = functions.ACCOUNT_CONCURRENCY
        self.provisioned: dict[tuple[str, str], int] = {}
        self.running: Counter = Counter()
        self._environments: dict[str, list] = {}  # of one configuration: (environment, busy)
        self._mounts: dict[str, str] = {}
        self._waiting: list[dict] = []  # asynchronous events that were throttled
        self._random = random
        self._lock = threading.Lock()

    # What the rest of the lab does for a function

    def layers_of(self, function) -> list[bytes]:
        """Return the zip files of a function's layers."""
        return []

    def reserved(self, function) -> dict[str, int]:
        """Reserved concurrency of the functions in this function's Region that have one."""
        return {}

    def version_of(self, function, qualifier: str) -> str:
        """Return the version that a qualifier of a function stands for."""
        return qualifier

    def lend(self, function, environment) -> dict[str, str]:
        """Return the variables with the credentials of a function's role."""
        return {}

    def log(self, function, stream: str, text: str) -> None:
        """Keep the lines that a run wrote."""

    def deliver(self, target: str, document, **more) -> None:
        """Hand a document to a destination or dead-letter queue (its ARN)."""
        raise NotImplementedError

    # Environments

    def close(self) -> None:
        self.go_cold()
        for folder in self._mounts.values():
            shutil.rmtree(folder, ignore_errors=True)

    def go_cold(self) -> None:
        """Give up idle environments, as the service does after a while: next starts are cold."""
        with self._lock:
            for pool in self._environments.values():
                for environment in pool:
                    environment.close()
            self._environments.clear()

    def mount(self, access_point: str) -> str:
        """The folder that stands for an EFS access point (its ARN), the same for all functions."""
        if access_point not in self._mounts:
            self._mounts[access_point] = tempfile.mkdtemp(prefix="dealab-efs-")
        return self._mounts[access_point]

    def invoke(self, function, event, source: str = "invoke", arn: str | None = None) -> Invocation:
        """Run ``function`` (moto's LambdaFunction) once with ``event`` and return what happened.

        ``arn`` is what it was called by, if not its own. Raises Throttled, and LabLimit for a
        runtime other than Python and for functions that call themselves without end.
        """
        if not str(function.run_time or "").startswith("python"):
            raise LabLimit(
                f"functions with the runtime {function.run_time} and the package type "
                f"{function.package_type}",
                "Lambda runs managed runtimes for Python, Node.js, Java, .NET and Ruby, "
                "custom runtimes and container images of up to 10 GB.",
                "The event, the answer and the limits are the same in every language.",
            )
        if lambdas.depth() >= functions.RECURSIONS:
            raise LabLimit(
                f"a chain of more than {functions.RECURSIONS} invocations that cause each other",
                "Lambda detects loops through SQS, SNS and S3, stops them after about 16 "
                "invocations and sends the event to the dead-letter queue or destination.",
                "Never write to the bucket prefix, queue or topic that triggers the function.",
            )
        name = function.function_name
        record = Invocation(
            name,
            source,
            event,
            request_id=str(self._random.uuid4()),
            version=str(function.version),
            at=self.clock.time(),
        )
        with self._lock:
            reserved, limit = self.reserved(function), self.account_concurrency
            reason = functions.throttled(name, self.running, reserved, limit)
            if reason:
                self.throttles.append((record.at, name))
                raise Throttled(reason)
            self.running[name] += 1
            environment, key = self._take_environment(function, record)
        self.invocations.append(record)
        try:
            with self._around():  # datetime.now() in a handler is the lab's
                self._run(function, record, environment, arn or function.function_arn)
        finally:
            with self._lock:
                self.running[name] -= 1
                if environment.spoiled:
                    environment.close()
                else:
                    self._environments.setdefault(key, []).append(environment)
        return record

    def _take_environment(self, function, record: Invocation):
        key = json.dumps(function.get_configuration(), sort_keys=True, default=str)
        idle = self._environments.get(key)
        if idle:
            return idle.pop(), key
        environment = lambdas.Environment(
            function.code_bytes,
            self.layers_of(function),
            {
                one["LocalMountPath"]: self.mount(one["Arn"])
                for one in function.more.get("FileSystemConfigs") or []
            },
            function.ephemeral_storage,
        )
        day = datetime.fromtimestamp(record.at, UTC).strftime("%Y/%m/%d")
        stream = f"{day}/[{function.version}]{record.request_id.replace('-', '')}"
        environment.log_stream, environment.spoiled = stream, False
        ready = self._provisioned_for(function)
        environment.provisioned = self.running[function.function_name] <= ready
        record.cold = not environment.provisioned
        return environment, key

    def _provisioned_for(self, function) -> int:
        total, version = 0, str(function.version)
        for (name, qualifier), count in self.provisioned.items():
            if name == function.function_name:
                total += count * (self.version_of(function, qualifier) == version)
        return total

    def _run(self, function, record: Invocation, environment, arn: str) -> None:
        """Run once and write down in ``record`` and the logs what happened."""
        context = lambdas.Context(
            function.function_name,
            str(function.version),
            arn,
            str(function.memory_size),
            record.request_id,
            function.logs_group_name,
            environment.log_stream,
        )
        run = environment.call(
            function.handler,
            record.event,
            context,
            float(function.timeout or 3),
            _variables(function, environment) | self.lend(function, environment),
        )
        environment.spoiled = run.spoiled
        record.result, record.error = run.result, run.error
        record.duration = run.duration * 1000
        record.init = run.init * 1000 if record.cold and run.init is not None else None
        record.billed = functions.billed(record.duration, record.init)
        start = f"\tInit Duration: {record.init:.2f} ms" if record.init is not None else ""
        record.logs = (
            f"START RequestId: {record.request_id} Version: {function.version}\n"
            f"{run.text.getvalue()}"
            f"END RequestId: {record.request_id}\n"
            f"REPORT RequestId: {record.request_id}\tDuration: {record.duration:.2f} ms\t"
            f"Billed Duration: {record.billed} ms\tMemory Size: {function.memory_size} MB{start}\n"
        )
        self.log(function, environment.log_stream, record.logs)

    def invoke_async(self, function, event, source: str = "async", arn: str | None = None):
        """Run as ``InvocationType="Event"``: retry on errors, then tell the destination.

        The service waits a minute before the first retry and two before the second; here they
        follow at once. A throttled event waits on the lab's clock and is tried again as it moves.
        Returns the last Invocation, or None while it is throttled.
        """
        now = self.clock.now()
        return self._try(
            {"function": function, "event": event, "source": source, "arn": arn, "since": now}
        )

    def _try(self, waiting: dict) -> Invocation | None:
        function, record, attempts = waiting["function"], None, waiting.get("attempts", 0)
        config = function.event_invoke_config[-1].config if function.event_invoke_config else {}
        retries = config.get("MaximumRetryAttempts", functions.ASYNC_RETRIES)
        age = config.get("MaximumEventAgeInSeconds", functions.EVENT_AGE)
        call = function, waiting["event"], waiting["source"], waiting["arn"]
        condition = "RetriesExhausted"
        while attempts <= retries:
            try:
                record = self.invoke(*call)
            except Throttled:
                if self.reserved(function).get(function.function_name) == 0:
                    condition = "ZeroReservedConcurrency"
                    break
                waiting["tries"] = waiting.get("tries", 0) + 1
                waiting["attempts"] = attempts
                wait = functions.retry_delay(waiting["tries"])
                waiting["due"] = self.clock.now() + timedelta(seconds=wait)
                if (waiting["due"] - waiting["since"]).total_seconds() > age:
                    condition = "EventAgeExceeded"
                    break
                if not self._waiting:
                    self.clock.on(self._due, self._try_again)
                self._waiting.append(waiting)
                return None
            attempts += 1
            if record.ok:
                condition = "Success"
                break
        self._conclude(function, waiting["event"], record, condition, attempts, config)
        return record

    def _due(self, after):
        return min((one["due"] for one in self._waiting if one["due"] > after), default=None)

    def _try_again(self, moment) -> None:
        due = [one for one in self._waiting if one["due"] <= moment]
        self._waiting = [one for one in self._waiting if one["due"] > moment]
        for waiting in due:
            self._try(waiting)

    def _conclude(self, function, event, record, condition: str, attempts: int, config) -> None:
        request = record.request_id if record else str(self._random.uuid4())
        name = "OnSuccess" if condition == "Success" else "OnFailure"
        target = (config.get("DestinationConfig") or {}).get(name, {}).get("Destination")
        if target:
            now = self.clock.now()
            self.deliver(
                target,
                functions.async_record(
                    function.function_arn, request, event, record, condition, attempts, now
                ),
            )
        letters = (function.more.get("DeadLetterConfig") or {}).get("TargetArn")
        if letters and condition != "Success":
            error = (record.error or {}) if record else {"errorMessage": condition}
            self.deliver(
                letters,
                event,
                attributes={
                    "RequestID": {"DataType": "String", "StringValue": request},
                    "ErrorCode": {"DataType": "Number", "StringValue": "200"},
                    "ErrorMessage": {
                        "DataType": "String",
                        "StringValue": str(error.get("errorMessage") or condition)[:1024],
                    },
                },
            )


def _variables(function, environment) -> dict[str, str]:
    """The environment variables that the runtime sets, then the function's own.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
    """
    start = "provisioned-concurrency" if environment.provisioned else "on-demand"
    return {
        "_HANDLER": str(function.handler),
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.run_time}",
        "AWS_REGION": function.region,
        "AWS_DEFAULT_REGION": function.region,
        "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
        "AWS_LAMBDA_FUNCTION_VERSION": str(function.version),
        "AWS_LAMBDA_INITIALIZATION_TYPE": start,
        "AWS_LAMBDA_LOG_GROUP_NAME": function.logs_group_name,
        "AWS_LAMBDA_LOG_STREAM_NAME": environment.log_stream,
        "LAMBDA_TASK_ROOT": str(environment.folder),
        "TMPDIR": str(environment.root / "tmp"),
        **{key: str(value) for key, value in function.environment_vars.items()},
    }
