"""Executions of state machines: start, look at, stop, and answer task tokens.

moto's interpreter runs the states; what stands here is the service in front of it, in the
documented shapes: https://docs.aws.amazon.com/step-functions/latest/apireference/Welcome.html
"""

import functools
import json
import re

from dealab.cloud.joining import replacing
from dealab.models import executions, state_definitions
from dealab.models.refusals import Refused
from dealab.sql.errors import LabLimit


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
    for name, refuse in state_definitions.ABSENT.items():
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

    on_backend = replacing(Backend, _error)

    @on_backend
    def create_state_machine(self, name, definition, roleArn, **more):
        known = next((m for m in self.state_machines if m.name == name), None)
        made = create(self, name, definition, roleArn, **more)
        kind = more.get("sm_type") or "STANDARD"
        if known and (known.definition, known.roleArn, known.type) != (definition, roleArn, kind):
            message = f"State Machine Already Exists: '{known.arn}'"
            raise Refused("StateMachineAlreadyExists", message)
        made.type = made.sm_type = kind
        return made

    def checked_definition(definition):
        if refused := state_definitions.refusal(_problems(definition)):
            raise _error("InvalidDefinition", refused)
        state_definitions.check_here(json.loads(definition))
        try:
            AmazonStateLanguageParser.parse(definition)
        except Exception as error:
            raise LabLimit(
                f"this definition ({error})",
                "Step Functions runs every definition of the Amazon States Language.",
                "A definition is checked by ValidateStateMachineDefinition before a machine "
                "is made.",
            ) from error

    Backend._validate_definition = staticmethod(checked_definition)


def _error(code: str, message: str):
    from moto.core.exceptions import AWSError

    return AWSError(message, code)


def _problems(definition: str) -> list:
    import boto3
    from moto.stepfunctions.parser.utils import camel_to_snake_case

    def sdk_has(service: str, action: str) -> bool:
        try:
            return hasattr(boto3.client(service), camel_to_snake_case(action))
        except Exception:
            return False

    return state_definitions.problems(definition, sdk_has)


def error_prefix(service: str) -> str:
    """Return the name that errors of an SDK call start with, such as ``DynamoDb`` or ``S3``."""
    import boto3

    name = state_definitions.SDK_NAMES.get(service, service)
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
            if self.resource.api_action not in state_definitions.OPTIMIZED["athena"]:
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
        except Refused as error:
            raise _error(error.code, str(error)) from error
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
    executions.check_input(given)
    if known := executions.started_before(machine, name, given):
        return {"executionArn": known.exec_arn, "startDate": known.start_date}
    execution = _new(lab, backend, Execution, version, name, given)
    execution.started_with = asked["stateMachineArn"]
    machine.executions.append(execution)
    execution.start()
    tell(lab, execution)
    lab.turns.run()
    return {"executionArn": execution.exec_arn, "startDate": execution.start_date}


def start_sync_execution(lab, backend, asked: dict) -> dict:
    from moto.stepfunctions.parser.backend.execution import SyncExecution

    machine, version = _machine(backend, asked["stateMachineArn"])
    executions.check_kind(machine, wanted_express=True)
    executions.check_input(asked.get("input", "{}"))
    execution = _new(
        lab, backend, SyncExecution, version, asked.get("name"), asked.get("input", "{}")
    )
    execution.started_with = asked["stateMachineArn"]
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
                "a synchronous execution that waits for something that nothing here will do",
                "Step Functions waits up to five minutes and then times out.",
                "Express workflows run for at most five minutes.",
            )
        lab.clock.move(to=max(due, lab.clock.now()))
    return executions.billed(execution.to_start_sync_execution_output())


def tell(lab, execution) -> None:
    """Send the event of a Standard execution's new status to the default event bus."""
    from moto.events.models import events_backends
    from moto.moto_api._internal import mock_random

    if execution.sm_type == "EXPRESS":
        return
    event = executions.event(execution, str(mock_random.uuid4()), lab.clock.time())
    buses = events_backends[execution.account_id][execution.region_name].event_buses
    for rule in list(buses["default"].rules.values()):
        rule.send_to_targets(dict(event))


def _new(lab, backend, kind, machine, name, given: str):
    from moto.moto_api._internal import mock_random

    name = name or str(mock_random.uuid4())
    return kind(
        name=name,
        sm_type=machine.sm_type,
        role_arn=machine.roleArn,
        exec_arn=executions.arn_of(machine, name, mock_random.uuid4),
        account_id=backend.account_id,
        region_name=backend.region_name,
        state_machine=executions.Snapshot(machine),
        start_date=lab.clock.now(),
        cloud_watch_logging_session=None,
        activity_store={},
        input_data=given,
    )


def _machine(backend, arn: str):
    """Return the state machine and what of it to run: itself, a version, or an alias's version."""
    if found := executions.machine_of(backend.state_machines, arn):
        return found
    backend._validate_machine_arn(arn)
    raise Refused("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}'")


# Looking


def _find(backend, asked: dict):
    return executions.find(backend.state_machines, asked["executionArn"])


def describe_execution(lab, backend, asked: dict) -> dict:
    return executions.describe(_find(backend, asked))


def list_executions(lab, backend, asked: dict) -> dict:
    machine, _ = _machine(backend, asked["stateMachineArn"])
    executions.check_kind(machine, wanted_express=False)
    return executions.listed(machine, asked)


def get_execution_history(lab, backend, asked: dict) -> dict:
    return executions.history(_find(backend, asked).to_history_output()["events"], asked)


def stop_execution(lab, backend, asked: dict) -> dict:
    execution = _find(backend, asked)
    if execution.status not in executions.NOT_RUNNING:
        error, cause = asked.get("error"), asked.get("cause")
        execution.error, execution.cause = error, cause
        execution.stop(stop_date=lab.clock.now(), error=error, cause=cause)
        lab.turns.run()
        execution.stop_date = execution.stop_date or lab.clock.now()
    return {"stopDate": execution.stop_date}


# Task tokens


def _told(backend, token: str, tell) -> dict:
    tell(executions.waiting(backend.state_machines, token))
    return {}


def send_task_success(lab, backend, asked: dict) -> dict:
    from moto.stepfunctions.parser.asl.eval.callback.callback import CallbackOutcomeSuccess

    token, output = asked["taskToken"], asked["output"]
    executions.check_output(output)
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
    return state_definitions.validation(_problems(asked["definition"]), asked)
