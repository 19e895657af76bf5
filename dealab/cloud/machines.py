"""Executions of state machines: start, look at, stop, and answer task tokens.

moto's interpreter runs the states; what stands here is the service in front of it, in the
documented shapes: https://docs.aws.amazon.com/step-functions/latest/apireference/Welcome.html
"""

import functools
import json
import math
import re

from dealab.sql.errors import LabLimit

#: services that a Task can call by name here; "aws-sdk" is every other one, without .sync
OPTIMIZED = (
    "lambda", "sqs", "sns", "dynamodb", "events", "glue", "athena", "states", "aws-sdk",
)  # fmt: skip
ATHENA_CALLS = (
    "startQueryExecution",
    "stopQueryExecution",
    "getQueryExecution",
    "getQueryResults",
)
#: which of them can be waited for, and how
PATTERNS = {
    "sync": ("glue", "athena", "states"),
    "sync:2": ("states",),
    "waitForTaskToken": ("lambda", "sqs", "sns", "events", "states"),
}
MAP_FIELDS = {
    "ItemBatcher",
    "ResultWriter",
    "ToleratedFailureCount",
    "ToleratedFailureCountPath",
    "ToleratedFailurePercentage",
    "ToleratedFailurePercentagePath",
}
NOT_RUNNING = ("SUCCEEDED", "FAILED", "ABORTED", "TIMED_OUT")


def patch(lab_of) -> None:
    """Put these calls into moto."""
    from moto import backend_index
    from moto.stepfunctions import responses, urls
    from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
    from moto.stepfunctions.parser.backend.execution import (
        BaseExecutionWorkerCommunication,
        Execution,
    )
    from moto.stepfunctions.parser.models import StepFunctionsParserBackend as Backend

    from dealab.models import asl

    Response = responses.StepFunctionResponse
    sync = r"https?://sync-states\.(.+)\.amazonaws\.com"
    urls.url_bases.append(sync)
    backend_index.backend_url_patterns.insert(0, ("stepfunctions", re.compile(sync)))
    for action in (
        start_execution,
        start_sync_execution,
        describe_execution,
        list_executions,
        stop_execution,
        get_execution_history,
        send_task_success,
        send_task_failure,
        send_task_heartbeat,
        validate_state_machine_definition,
    ):
        setattr(Response, action.__name__, _answer(lab_of, action))
    for name, refuse in ABSENT.items():
        setattr(Response, name, refuse)

    create = Backend.create_state_machine
    details = Execution.get_start_execution_details

    def get_start_execution_details(self):
        found = details(self)
        found.start_time = found.start_time.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        return found

    Execution.get_start_execution_details = get_start_execution_details
    terminated = BaseExecutionWorkerCommunication.terminated

    def terminated_and_told(self):
        terminated(self)
        tell(lab_of(), self.execution)

    BaseExecutionWorkerCommunication.terminated = terminated_and_told

    def create_state_machine(self, name, definition, roleArn, **more):
        known = next((m for m in self.state_machines if m.name == name), None)
        made = create(self, name, definition, roleArn, **more)
        kind = more.get("sm_type") or "STANDARD"
        if known and (known.definition, known.roleArn, known.type) != (definition, roleArn, kind):
            raise _error(
                "StateMachineAlreadyExists", f"State Machine Already Exists: '{known.arn}'"
            )
        made.type = made.sm_type = kind
        return made

    def checked_definition(definition):
        found = [str(p) for p in asl.problems(definition) if p.severity == "ERROR"]
        if found:
            listed = ", ".join(f"'{text}'" for text in found)
            raise _error("InvalidDefinition", f"Invalid State Machine Definition: {listed}")
        _refuse_what_is_missing(json.loads(definition))
        try:
            AmazonStateLanguageParser.parse(definition)
        except Exception as error:
            raise LabLimit(f"this definition ({error})", "may well run it") from error

    Backend._validate_definition = staticmethod(checked_definition)
    Backend.create_state_machine = create_state_machine


def _error(code: str, message: str):
    from moto.core.exceptions import AWSError

    return AWSError(message, code)


def _refuse_what_is_missing(definition: dict) -> None:
    from dealab.models import asl

    for name, state in asl.every_state(definition):
        resource = str(state.get("Resource", ""))
        if ":activity:" in resource:
            _refuse_activity()
        for field in MAP_FIELDS & set(state):
            raise LabLimit(
                f"{field} of a Map (state {name!r})",
                "batches the items, writes results to S3, or goes on after some failed items",
                "A distributed Map reads its items from S3; an inline one runs at most 40 at once.",
            )
        found = re.match(r"arn:[\w-]+:states:[^:]*:[^:]*:([\w-]+):", resource)
        if found and state["Type"] == "Task" and found[1] not in OPTIMIZED:
            raise LabLimit(
                f"the service {found[1]!r} in a state machine (state {name!r})",
                f"calls {resource}",
                "Optimized integrations end in .sync (wait for the job) or .waitForTaskToken.",
            )
        _check_integration(resource, name)


def _check_integration(resource: str, state: str) -> None:
    import boto3
    from moto.stepfunctions.parser.utils import camel_to_snake_case

    called, _, pattern = resource.partition(":::")[2].partition(".")
    optimized, sdk = called.partition(":")[0], called.split(":")
    if sdk[0] != "aws-sdk":
        known = optimized in PATTERNS.get(pattern, OPTIMIZED)
    else:
        service = {"sfn": "stepfunctions", "cloudwatchlogs": "logs"}.get(sdk[1], sdk[1])
        try:
            known = hasattr(boto3.client(service), camel_to_snake_case(sdk[2]))
        except Exception:
            known = False
        known = known and sdk[2][0].islower() and pattern in ("", "waitForTaskToken")
    if called and not known:
        place = f"/States/{state}/Resource"
        raise _error(
            "InvalidDefinition",
            "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: The resource provided "
            f"{resource} is not recognized. The value is not a valid resource ARN, or the resource "
            f"is not available in this region. at {place}'",
        )


def error_prefix(service: str) -> str:
    """Return the name that errors of an SDK call start with, such as ``DynamoDb`` or ``S3``."""
    import boto3

    name = {"sfn": "stepfunctions", "cloudwatchlogs": "logs"}.get(service, service)
    if name == "stepfunctions":
        return "Sfn"
    words = boto3.client(name).meta.service_model.service_id.split()
    return "".join(
        word.capitalize() if word.isupper() else re.sub("DB$", "Db", word) for word in words
    )


def athena_task(call):
    """Return the class of Athena's optimized integration, which moto's interpreter lacks."""
    from moto.stepfunctions.parser.asl.component.common.error_name import failure_event
    from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
        state_task_service_glue,
    )
    from moto.stepfunctions.parser.asl.utils.boto_client import boto_client_for
    from moto.stepfunctions.parser.asl.utils.encoding import to_json_str

    class Athena(state_task_service_glue.StateTaskServiceGlue):
        """With Glue's way of waiting; its errors are named after Athena."""

        _eval_service_task = call

        def _get_supported_parameters(self):
            if self.resource.api_action not in ATHENA_CALLS:
                return None  # not known to the service: the definition is refused
            return {
                "ClientRequestToken", "QueryString", "QueryExecutionContext", "MaxResults",
                "ResultConfiguration", "WorkGroup", "ExecutionParameters", "QueryExecutionId",
                "ResultReuseConfiguration", "NextToken",
            }  # fmt: skip

        def _from_error(self, env, ex):
            event = super()._from_error(env, ex)
            details = event.event_details.get("taskFailedEventDetails", {})
            if str(details.get("error")).startswith("Glue."):
                details["error"] = details["error"].replace("Glue.", "Athena.", 1)
                event.error_name.error_name = details["error"]
            return event

        def _build_sync_resolver(self, env, resource_runtime_part, **_called):
            started = env.stack.pop()
            client = boto_client_for(resource_runtime_part.region, "athena")

            def poll():
                found = client.get_query_execution(QueryExecutionId=started["QueryExecutionId"])
                state = found["QueryExecution"]["Status"]["State"]
                if state in ("QUEUED", "RUNNING"):
                    return None
                answer = json.loads(to_json_str({"QueryExecution": found["QueryExecution"]}))
                if state == "SUCCEEDED":
                    return answer
                event = super(Athena, self)._from_error(env, Exception(to_json_str(answer)))
                raise failure_event.FailureEventException(event)

            return poll

    return Athena


def _answer(lab_of, action):
    """Make a method of moto's response class: parameters in, JSON out, and time may pass."""
    from moto.core.responses import ActionResult

    @functools.wraps(action)
    def method(self):
        lab = lab_of()
        lab.turns.run()
        try:
            return ActionResult(action(lab, self.stepfunction_backend, json.loads(self.body)))
        finally:
            lab.turns.run()

    return method


# Starting


def start_execution(lab, backend, asked: dict) -> dict:
    from moto.stepfunctions.parser.backend.execution import Execution

    machine, version = _machine(backend, asked["stateMachineArn"])
    name, given = asked.get("name"), asked.get("input", "{}")
    if name:
        backend._validate_name(name)
    _check_input(given)
    for known in machine.executions:
        if known.name == name:
            # Of a Standard machine, the same start again is the same execution.
            if known.status == "RUNNING" and known.execution_input == given:
                return {"executionArn": known.exec_arn, "startDate": known.start_date}
            raise _error("ExecutionAlreadyExists", f"Execution Already Exists: '{known.exec_arn}'")
    execution = _new(lab, backend, Execution, version, name, given)
    machine.executions.append(execution)
    execution.start()
    tell(lab, execution)
    lab.turns.run()
    return {"executionArn": execution.exec_arn, "startDate": execution.start_date}


def start_sync_execution(lab, backend, asked: dict) -> dict:
    from moto.stepfunctions.parser.backend.execution import SyncExecution

    machine, version = _machine(backend, asked["stateMachineArn"])
    if machine.sm_type != "EXPRESS":
        raise _error(
            "StateMachineTypeNotSupported",
            "This operation is not supported by this type of state machine",
        )
    _check_input(asked.get("input", "{}"))
    execution = _new(
        lab, backend, SyncExecution, version, asked.get("name"), asked.get("input", "{}")
    )
    machine.executions.append(execution)
    execution.exec_worker = execution._get_start_execution_worker()
    running = lab.turns.thread(execution.exec_worker._execution_logic)
    running.start()
    while running.is_alive():  # the caller waits, and the time of its waits passes in the lab
        lab.turns.run()
        due = lab.turns.due()
        if not running.is_alive():
            break
        if due is None:
            raise LabLimit(
                "A synchronous execution that waits for something that nothing here will do",
                "waits up to five minutes and then times out",
                "Express workflows run for at most five minutes.",
            )
        lab.clock.move(to=max(due, lab.clock.now()))
    found = execution.to_start_sync_execution_output()
    passed = (found["stopDate"] - found["startDate"]).total_seconds() * 1000
    # By 100 ms and 64 MB: https://aws.amazon.com/step-functions/pricing/ (not checked)
    billed = {"billedMemoryUsedInMB": 64, "billedDurationInMilliseconds": 0}
    billed["billedDurationInMilliseconds"] = max(1, math.ceil(passed / 100)) * 100
    found["billingDetails"] = billed
    return {key: value for key, value in found.items() if value is not None}


def tell(lab, execution) -> None:
    """Send the event of a Standard execution's new status to the default event bus.

    https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html (checked
    2026-11-23).
    """
    from moto.events.models import events_backends
    from moto.moto_api._internal import mock_random

    if execution.sm_type == "EXPRESS":
        return
    detail = describe(execution)
    for name in ("startDate", "stopDate"):
        moment = detail.get(name)
        detail[name] = None if moment is None else round(moment.timestamp() * 1000)
    for name in ("redriveCount", "redriveStatus", "redriveStatusReason"):
        detail.pop(name)
    event = {
        "version": "0",
        "id": str(mock_random.uuid4()),
        "detail-type": "Step Functions Execution Status Change",
        "source": "aws.states",
        "account": execution.account_id,
        "time": lab.clock.time(),
        "region": execution.region_name,
        "resources": [execution.exec_arn],
        "detail": {"output": None, "error": None, "cause": None, **detail},
    }
    buses = events_backends[execution.account_id][execution.region_name].event_buses
    for rule in list(buses["default"].rules.values()):
        rule.send_to_targets(dict(event))


def _new(lab, backend, kind, machine, name, given: str):
    from moto.moto_api._internal import mock_random

    name = name or str(mock_random.uuid4())
    parts = machine.arn.split(":")
    where = f"{':'.join(parts[:5])}:{'express' if machine.sm_type == 'EXPRESS' else 'execution'}"
    arn = f"{where}:{parts[6]}:{name}"
    if machine.sm_type == "EXPRESS":
        arn += f":{mock_random.uuid4()}"
    return kind(
        name=name,
        sm_type=machine.sm_type,
        role_arn=machine.roleArn,
        exec_arn=arn,
        account_id=backend.account_id,
        region_name=backend.region_name,
        state_machine=_Snapshot(machine),
        start_date=lab.clock.now(),
        cloud_watch_logging_session=None,
        activity_store={},
        input_data=given,
    )


class _Snapshot:
    """A state machine as it is when an execution starts."""

    def __init__(self, machine):
        self.arn, self.name, self.definition = machine.arn, machine.name, machine.definition
        self.sm_type, self.roleArn = machine.sm_type, machine.roleArn


def _machine(backend, arn: str):
    """Return the state machine and what of it to run: itself, a version, or an alias's version."""
    for machine in backend.state_machines:
        if arn == machine.arn:
            return machine, machine
        for alias in machine.aliases.values():
            if arn == f"{machine.arn}:{alias.name}":
                heaviest = max(alias.routing_configuration, key=lambda to: to["weight"])
                arn = heaviest["stateMachineVersionArn"]
        for version in machine.versions.values():
            if arn == version.arn:
                return machine, version
    backend._validate_machine_arn(arn)
    raise _error("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}'")


def _check_input(text: str) -> None:
    try:
        json.loads(text)
    except ValueError as error:
        raise _error(
            "InvalidExecutionInput", f"Invalid State Machine Execution Input: '{error}'"
        ) from error
    if len(text.encode()) > 262_144:
        raise _error("InvalidExecutionInput", "The input exceeds 262144 bytes.")


# Looking


def find(backend, arn: str):
    """Return moto's Execution; raise the service's errors for one that is not there."""
    if not re.match(r"arn:[\w-]+:states:[\w-]+:\d{12}:(execution|express):", arn):
        raise _error("InvalidArn", f"Invalid Arn: 'Resource type not valid in this context: {arn}'")
    for machine in backend.state_machines:
        for execution in machine.executions:
            if execution.exec_arn == arn and execution.sm_type != "EXPRESS":
                return execution
    raise _error("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'")


def describe_execution(lab, backend, asked: dict) -> dict:
    return describe(find(backend, asked["executionArn"]))


def describe(execution) -> dict:
    """Return what DescribeExecution answers for moto's Execution."""
    answer = {
        "executionArn": execution.exec_arn,
        "stateMachineArn": execution.state_machine.arn.split(":stateMachine:")[0]
        + ":stateMachine:"
        + execution.exec_arn.split(":")[6],
        "name": execution.name,
        "status": execution.status,
        "startDate": execution.start_date,
        "stopDate": execution.stop_date,
        "input": execution.execution_input,
        "inputDetails": {"included": True},
        "error": execution.error,
        "cause": execution.cause,
        "redriveCount": 0,
        "redriveStatus": "NOT_REDRIVABLE",
        "redriveStatusReason": "This lab cannot redrive executions",
    }
    if execution.state_machine.arn != answer["stateMachineArn"]:
        answer["stateMachineVersionArn"] = execution.state_machine.arn
    if execution.status == "SUCCEEDED":
        answer["output"] = json.dumps(execution.output, separators=(",", ":"))
        answer["outputDetails"] = {"included": True}
    return {key: value for key, value in answer.items() if value is not None}


def list_executions(lab, backend, asked: dict) -> dict:
    machine, version = _machine(backend, asked["stateMachineArn"])
    if machine.sm_type == "EXPRESS":
        raise _error(
            "StateMachineTypeNotSupported",
            "This operation is not supported by this type of state machine",
        )
    rows = [
        {
            "executionArn": known.exec_arn,
            "stateMachineArn": machine.arn,
            "name": known.name,
            "status": known.status,
            "startDate": known.start_date,
            **({"stopDate": known.stop_date} if known.stop_date else {}),
        }
        for known in reversed(machine.executions)
        if asked.get("statusFilter") in (None, known.status)
        and (version is machine or known.state_machine.arn == version.arn)
    ]
    return _page("executions", rows, asked, 100)


def get_execution_history(lab, backend, asked: dict) -> dict:
    execution = find(backend, asked["executionArn"])
    events = execution.to_history_output()["events"]
    if asked.get("includeExecutionData") is False:
        events = [
            {
                key: {k: v for k, v in value.items() if k not in ("input", "output", "parameters")}
                if isinstance(value, dict)
                else value
                for key, value in event.items()
            }
            for event in events
        ]
    return _page("events", events[::-1] if asked.get("reverseOrder") else events, asked, 100)


def _page(key: str, rows: list, asked: dict, most: int) -> dict:
    start, size = int(asked.get("nextToken") or 0), int(asked.get("maxResults") or most) or most
    answer = {key: rows[start : start + size]}
    if start + size < len(rows):
        answer["nextToken"] = str(start + size)
    return answer


def stop_execution(lab, backend, asked: dict) -> dict:
    execution = find(backend, asked["executionArn"])
    if execution.status not in NOT_RUNNING:
        error, cause = asked.get("error"), asked.get("cause")
        execution.error, execution.cause = error, cause
        execution.stop(stop_date=lab.clock.now(), error=error, cause=cause)
        lab.turns.run()
        execution.stop_date = execution.stop_date or lab.clock.now()
    return {"stopDate": execution.stop_date}


# Task tokens


def _told(backend, token: str, tell) -> dict:
    for machine in backend.state_machines:
        for execution in machine.executions:
            pool = execution.exec_worker.env and execution.exec_worker.env.callback_pool_manager
            endpoint = pool and pool.get(token)
            if endpoint is None:
                continue
            if execution.status in NOT_RUNNING:
                raise _error(
                    "TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'"
                )
            if endpoint._notify_event.is_set():
                raise _error(
                    "TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'"
                )
            tell(endpoint)
            return {}
    raise _error("InvalidToken", "Invalid Token: 'Invalid token'")


def send_task_success(lab, backend, asked: dict) -> dict:
    from moto.stepfunctions.parser.asl.eval.callback.callback import CallbackOutcomeSuccess

    token, output = asked["taskToken"], asked["output"]
    try:
        json.loads(output)
    except ValueError as error:
        raise _error("InvalidOutput", f"Invalid Output: '{error}'") from error
    return _told(backend, token, lambda to: to.notify(CallbackOutcomeSuccess(token, output)))


def send_task_failure(lab, backend, asked: dict) -> dict:
    from moto.stepfunctions.parser.asl.eval.callback.callback import CallbackOutcomeFailure

    token = asked["taskToken"]
    outcome = CallbackOutcomeFailure(token, asked.get("error"), asked.get("cause"))
    return _told(backend, token, lambda to: to.notify(outcome))


def send_task_heartbeat(lab, backend, asked: dict) -> dict:
    return _told(backend, asked["taskToken"], lambda to: to.notify_heartbeat())


# Definitions


def validate_state_machine_definition(lab, backend, asked: dict) -> dict:
    from dealab.models import asl

    lowest = asked.get("severity") or "ERROR"
    found = [
        p for p in asl.problems(asked["definition"]) if lowest == "WARNING" or p.severity == "ERROR"
    ]
    most = int(asked.get("maxResults") or 100) or 100
    failed = any(p.severity == "ERROR" for p in found)
    return {
        "result": "FAIL" if failed else "OK",
        "diagnostics": [
            {"severity": p.severity, "code": p.code, "message": p.message, "location": p.location}
            for p in found[:most]
        ],
        "truncated": len(found) > most,
    }


def _absent(what: str, does: str, exam: str):
    def refuse(*_):
        raise LabLimit(what, does, exam)

    return refuse


_refuse_activity = _absent(
    "activities of Step Functions",
    "hands a task to a program of yours that asks for it with GetActivityTask",
    "An activity is a worker that polls; a task token (.waitForTaskToken) is the callback.",
)
#: calls that are refused by name
ABSENT = {
    "create_activity": _refuse_activity,
    "get_activity_task": _refuse_activity,
    "redrive_execution": _absent(
        "redrive_execution",
        "starts a failed Standard execution again at the state that failed, within 14 days",
        "A redrive keeps the results of the states that succeeded.",
    ),
    "test_state": _absent(
        "test_state",
        "runs one state with an input, without a state machine",
        "TestState shows what InputPath, Parameters and ResultPath make of an input.",
    ),
}
