"""Lambda: runs real Python handlers in this process (``dealab.engines.lambdas``).

moto needs Docker for that and only echoes without it (moto issue 9916). Here are the service's
parts round the handler: execution environments, concurrency, asynchronous retries, logs.

The concurrency that is counted is that of invocations under way at once, from threads or from a
handler that invokes others. Their handlers take turns, because a process has one environment.
"""

import json
import shutil
import tempfile
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from dealab.cloud.labtime import LabTime
from dealab.engines import lambdas
from dealab.models import functions
from dealab.sql.errors import LabLimit

ASYNC_RETRIES = (
    2  # https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
)


def in_handler() -> bool:
    """Say whether this thread is running a function's handler."""
    return lambdas.depth() > 0


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

    ``account_concurrency`` is the account's limit, ``throttles`` what was refused: (epoch seconds,
    function). ``provisioned`` maps (function, qualifier) to its provisioned concurrency.
    """

    def __init__(self, random):
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
                "Lambda runs managed runtimes for Python, Node.js, Java, .NET and Ruby, custom "
                "runtimes and container images of up to 10 GB",
                "the event, the answer and the limits are the same in every language",
            )
        if lambdas.depth() >= functions.RECURSIONS:
            raise LabLimit(
                f"a chain of more than {functions.RECURSIONS} invocations that cause each other",
                "Lambda detects loops through SQS, SNS and S3, stops them after about 16 "
                "invocations and sends the event to the dead-letter queue or destination",
                "never write to the bucket prefix, queue or topic that triggers the function",
            )
        lab, name = _lab(), function.function_name
        record = Invocation(
            name,
            source,
            event,
            request_id=str(self._random.uuid4()),
            version=str(function.version),
            at=lab.clock.time(),
        )
        with self._lock:
            reserved = _reserved(function)
            reason = functions.throttled(name, self.running, reserved, self.account_concurrency)
            if reason:
                self.throttles.append((record.at, name))
                raise Throttled(reason)
            self.running[name] += 1
            environment, key = self._take_environment(function, record)
        self.invocations.append(record)
        try:
            with LabTime(lab.clock):  # datetime.now() in a handler is the lab's
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
        moto_backend = _backend(function)
        layers = [moto_backend.layers_versions_by_arn(one["Arn"]) for one in function.layers]
        environment = lambdas.Environment(
            function.code_bytes,
            [layer.code_bytes for layer in layers],
            {one["LocalMountPath"]: self.mount(one["Arn"]) for one in _mounted(function)},
            function.ephemeral_storage,
        )
        day = datetime.fromtimestamp(record.at, UTC).strftime("%Y/%m/%d")
        stream = f"{day}/[{function.version}]{record.request_id.replace('-', '')}"
        environment.log_stream, environment.spoiled = stream, False
        ready = self._provisioned_for(function, moto_backend)
        environment.provisioned = self.running[function.function_name] <= ready
        record.cold = not environment.provisioned
        return environment, key

    def _provisioned_for(self, function, backend) -> int:
        total, version = 0, str(function.version)
        for (name, qualifier), count in self.provisioned.items():
            if name == function.function_name:
                total += count * (str(backend.get_function(name, qualifier).version) == version)
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
            _variables(function, environment) | _lab().permissions.lend(function, environment),
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
        _write_logs(function, environment.log_stream, record.logs)

    def invoke_async(self, function, event, source: str = "async", arn: str | None = None):
        """Run as ``InvocationType="Event"``: retry on errors, then tell the destination.

        The service waits a minute before the first retry and two before the second; here they
        follow at once. A throttled event waits on the lab's clock and is tried again as it moves.
        Returns the last Invocation, or None while it is throttled.
        """
        now = _lab().clock.now()
        return self._try(
            {"function": function, "event": event, "source": source, "arn": arn, "since": now}
        )

    def _try(self, waiting: dict) -> Invocation | None:
        function, record, attempts = waiting["function"], None, waiting.get("attempts", 0)
        config = function.event_invoke_config[-1].config if function.event_invoke_config else {}
        retries, lab = config.get("MaximumRetryAttempts", ASYNC_RETRIES), _lab()
        age = config.get("MaximumEventAgeInSeconds", functions.EVENT_AGE)
        call = function, waiting["event"], waiting["source"], waiting["arn"]
        condition = "RetriesExhausted"
        while attempts <= retries:
            try:
                record = self.invoke(*call)
            except Throttled:
                if _reserved(function).get(function.function_name) == 0:
                    condition = "ZeroReservedConcurrency"
                    break
                waiting["tries"] = waiting.get("tries", 0) + 1
                waiting["attempts"] = attempts
                wait = functions.retry_delay(waiting["tries"])
                waiting["due"] = lab.clock.now() + timedelta(seconds=wait)
                if (waiting["due"] - waiting["since"]).total_seconds() > age:
                    condition = "EventAgeExceeded"
                    break
                if not self._waiting:
                    lab.clock.on(self._due, self._try_again)
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
        from dealab.cloud.delivery import deliver

        request = record.request_id if record else str(self._random.uuid4())
        name = "OnSuccess" if condition == "Success" else "OnFailure"
        target = (config.get("DestinationConfig") or {}).get(name, {}).get("Destination")
        if target:
            now = _lab().clock.now()
            deliver(
                target,
                functions.async_record(
                    function.function_arn, request, event, record, condition, attempts, now
                ),
            )
        letters = (function.more.get("DeadLetterConfig") or {}).get("TargetArn")
        if letters and condition != "Success":
            error = (record.error or {}) if record else {"errorMessage": condition}
            deliver(
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


def _lab():
    from dealab.cloud.lab import current

    return current()


def _backend(function):
    from moto.awslambda.utils import get_backend

    return get_backend(function.account_id, function.region)


def _mounted(function) -> list[dict]:
    return function.more.get("FileSystemConfigs") or []


def _reserved(function) -> dict[str, int]:
    """Reserved concurrency of the functions in this function's Region that have one."""
    return {
        one.function_name: int(one.reserved_concurrency)
        for one in _backend(function).list_functions()
        if one.reserved_concurrency is not None
    }


def resolve(name: str, qualifier: str | None = None, backend=None):
    """Return the function for a name or ARN, with a version picked by the weights of an alias.

    Raises moto's error for an unknown one.
    """
    if backend is None:
        from moto.awslambda.utils import get_backend

        backend = get_backend(name.split(":")[4], name.split(":")[3])
    function = backend.get_function(name, qualifier)
    asked = qualifier or (name.split(":")[-1] if name.count(":") in (1, 7) else None)
    alias = backend._lambdas._get_function_aliases(function.function_name).get(asked)
    weights = ((alias.routing_config if alias else None) or {}).get("AdditionalVersionWeights")
    if weights:
        chance = _lab().runtime._random.random()
        for version, weight in weights.items():
            if chance < weight:
                return backend.get_function(function.function_name, version)
            chance -= weight
    return function


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


def _write_logs(function, stream: str, text: str) -> None:
    """Put the lines into moto's CloudWatch Logs, in the function's log group."""
    from moto.backends import get_backend

    get_backend("logs")  # its joint must be there before its first event
    logs, group = function.logs_backend, function.logs_group_name
    logs.ensure_log_group(group)
    if stream not in logs.groups[group].streams:
        logs.create_log_stream(group, stream)
    now = int(_lab().clock.time() * 1000)
    logs.put_log_events(
        group, stream, [{"timestamp": now, "message": line} for line in text.splitlines()]
    )
