"""State machines on moto's interpreter, with JSONata and the lab's clock.

moto runs each machine in threads of its own, sleeps for real, cannot evaluate JSONata, and drops
or misspells parts of the answers. Here its threads take turns (``dealab.models.turns``): what can
happen has happened when the call returns, and a Wait ends when ``aws.clock`` gets there.
"""

import copy
import json
import logging
import re
import sys
import threading as real_threading
import time as real_time
from importlib import import_module
from types import SimpleNamespace

STATE = "moto.stepfunctions.parser.asl.component.state."
#: modules of moto that start threads, wait or sleep
WAITING = (
    "moto.stepfunctions.parser.asl.component.common.retry.retrier_decl",
    "moto.stepfunctions.parser.asl.component.program.program",
    "moto.stepfunctions.parser.asl.eval.environment",
    "moto.stepfunctions.parser.asl.eval.callback.callback",
    "moto.stepfunctions.parser.backend.execution_worker",
    STATE + "exec.execute_state",
    STATE + "exec.state_map.iteration.inline_iteration_component",
    STATE + "exec.state_map.iteration.itemprocessor.map_run_record",
    STATE + "exec.state_map.iteration.job",
    STATE + "exec.state_parallel.branch_worker",
    STATE + "exec.state_parallel.branches_decl",
    STATE + "exec.state_task.service.state_task_service_callback",
    STATE + "wait.wait_function.wait_function",
)


def join(lab_of) -> None:
    from dealab.cloud import machines

    # The history says what went wrong; moto would print it to the notebook, too.
    logging.getLogger("moto.stepfunctions").addHandler(logging.NullHandler())
    logging.getLogger("moto.stepfunctions").propagate = False
    _take_turns(lab_of)
    _evaluate_jsonata(lab_of)
    _read_paths(lab_of)
    _choose()
    _wait_until()
    _name_errors()
    _time_out(lab_of)
    _fail_distributed_maps()
    _map_without_recursion()
    _name_what_is_no_array()
    _use_the_labs_clients()
    _go_on_after_handlers(lab_of)
    machines.patch(lab_of)


def _take_turns(lab_of) -> None:
    def turns():
        return lab_of().turns

    def until_stopped(target):
        """A branch that was stopped ends when it tries to go on; any other failure is shown."""

        def run(*args):
            try:
                target(*args)
            except RuntimeError as error:
                if "when in state" not in str(error):
                    raise

        return run

    threading = SimpleNamespace(
        Thread=lambda target, **how: turns().thread(until_stopped(target), **how),
        Event=lambda: turns().event(),
        Lock=real_threading.Lock,
        RLock=real_threading.RLock,
    )
    time = SimpleNamespace(
        sleep=lambda seconds: turns().sleep(seconds), time=lambda: lab_of().clock.time()
    )
    polling = SimpleNamespace(sleep=lambda seconds: turns().look_again(seconds))
    for name in WAITING:
        module = import_module(name)
        for attribute, ours, theirs in (
            ("threading", threading, real_threading),
            ("time", polling if name.endswith("service_callback") else time, real_time),
            ("Thread", threading.Thread, real_threading.Thread),
            ("Event", threading.Event, real_threading.Event),
        ):
            if getattr(module, attribute, None) is theirs:
                setattr(module, attribute, ours)


def _go_on_after_handlers(lab_of) -> None:
    """What a handler starts or answers goes on when the outermost handler has ended."""
    from dealab.cloud import handlers

    invoke = handlers.Runtime.invoke

    def invoke_and_go_on(self, *args, **kwargs):
        try:
            return invoke(self, *args, **kwargs)
        finally:
            lab_of().turns.run()

    handlers.Runtime.invoke = invoke_and_go_on


def _evaluate_jsonata(lab_of) -> None:
    """JSONata and variables; moto would need a Java library, and quotes strings by hand."""
    from moto.stepfunctions.parser.api import EvaluationFailedEventDetails, HistoryEventType
    from moto.stepfunctions.parser.asl.component.common.error_name import failure_event
    from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import (
        StatesErrorName,
    )
    from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import (
        StatesErrorNameType,
    )
    from moto.stepfunctions.parser.asl.component.common.string import string_expression
    from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
    from moto.stepfunctions.parser.asl.utils.encoding import to_json_str

    from dealab.models import queries

    def variables(env) -> dict:
        return {**env.variable_store._outer_scope, **env.variable_store._inner_scope}

    def evaluate(self, env) -> None:
        data = env.states._states_data
        # Whatever a state does not have yet has no value; null would be a value.
        states = {k: v for k, v in data.items() if k in ("input", "context") or v is not None}
        bound = {**variables(env), "states": json.loads(to_json_str(states))}
        try:
            value = queries.evaluate(
                self.expression, bound, seed=lab_of().turns.number(), now=lab_of().clock.now()
            )
        except queries.QueryError as error:
            said = "" if isinstance(error, queries.Undefined) else "failed: "
            name = StatesErrorName(typ=StatesErrorNameType.StatesQueryEvaluationError)
            details = EvaluationFailedEventDetails(
                error=name.error_name,
                cause=f"The JSONata expression '{self.expression}' {said}{error}",
                state=env.next_state_name,
            )
            raise failure_event.FailureEventException(
                failure_event.FailureEvent(
                    env=env,
                    error_name=name,
                    event_type=HistoryEventType.EvaluationFailed,
                    event_details=EventDetails(evaluationFailedEventDetails=details),
                )
            ) from error
        env.stack.append(value)

    def sample(self, env) -> None:
        if self.query_language_mode == string_expression.QueryLanguageMode.JSONata:
            return evaluate(self, env)
        env.stack.append(_value_of(env, self.expression))

    string_expression.StringJSONata._eval_body = evaluate
    string_expression.StringVariableSample._eval_body = sample


def _read_paths(lab_of) -> None:
    """JSONPath and intrinsic functions: moto misreads negative indexes, quotes, null and ranges."""
    from moto.stepfunctions.parser.asl.component.common.string import string_expression
    from moto.stepfunctions.parser.asl.component.state.fail import cause_decl, error_decl
    from moto.stepfunctions.parser.asl.parse.preprocessor import IntrinsicParser
    from moto.stepfunctions.parser.asl.utils import json_path

    from dealab.models import intrinsics

    def extract_json(path, data):
        try:
            return intrinsics.at_path(path, data)
        except intrinsics.NoSuchPath:
            raise json_path.NoSuchJsonPathError(json_path=path, data=data) from None

    theirs = json_path.extract_json
    for name, module in list(sys.modules.items()):
        if name.startswith("moto.stepfunctions.") and vars(module).get("extract_json") is theirs:
            module.extract_json = extract_json

    def evaluate(self, env) -> None:
        # The text stands as in the JSON document, with JSON's own escapes.
        call = json.loads(f'"{self.intrinsic_function_derivation}"')
        env.stack.append(
            intrinsics.evaluate(call, lambda path: _value_of(env, path), lab_of().turns.number())
        )

    string_expression.StringIntrinsicFunction._eval_body = evaluate
    for module in (cause_decl, error_decl):  # moto cuts the first and last letter off each name
        module._STRING_RETURN_FUNCTIONS.update(
            [
                "Format",
                "JsonToString",
                "ArrayGetItem",
                "Base64Decode",
                "Base64Encode",
                "Hash",
                "UUID",
            ]
        )
    IntrinsicParser.parse = staticmethod(
        lambda text: (SimpleNamespace(name=SimpleNamespace(name=text[7:].partition("(")[0])), None)
    )


def _value_of(env, path: str):
    """What a path, a context path or a variable of a JSONPath state stands for."""
    from moto.stepfunctions.parser.asl.utils.json_path import NoSuchJsonPathError

    from dealab.models import intrinsics

    data, inner = env.stack[-1] if env.stack else env.states.get_input(), path
    if path.startswith("$$"):
        data, inner = env.states.context_object.context_object_data, path[1:]
    elif path[1:2] not in ("", ".", "["):
        name, rest = re.fullmatch(r"\$(\w+)(.*)", path, re.DOTALL).groups()
        data, inner = env.variable_store.get(name), "$" + rest
    try:
        return copy.deepcopy(intrinsics.at_path(inner, data))
    except intrinsics.NoSuchPath:
        raise NoSuchJsonPathError(json_path=path, data=data) from None


def _choose() -> None:
    """Choice rules in JSONPath; moto misses offsets of timestamps, escapes and both errors."""
    from moto.stepfunctions.parser.api import ExecutionFailedEventDetails, HistoryEventType
    from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
        FailureEvent,
        FailureEventException,
    )
    from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import (
        StatesErrorName,
    )
    from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import (
        StatesErrorNameType,
    )
    from moto.stepfunctions.parser.asl.component.state.choice.state_choice import StateChoice
    from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
    from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser as Parser
    from moto.stepfunctions.parser.asl.utils.json_path import NoSuchJsonPathError

    from dealab.models import asl, choices

    parse, read, original = Parser.parse, StateChoice.from_state_props, StateChoice._eval_state
    being_read = real_threading.local()

    def parse_and_keep(definition):
        document = json.loads(definition)
        being_read.states = dict(asl.every_state(document))
        for state in being_read.states.values():
            if state.get("End") is False:  # says nothing, and moto refuses it
                del state["End"]
        return parse(json.dumps(document))

    def from_state_props(self, props):
        read(self, props)
        self.written = being_read.states[props.name]

    def failure(env, kind, cause):
        details = ExecutionFailedEventDetails(error=kind.to_name(), cause=cause)
        return FailureEventException(
            FailureEvent(
                env=env,
                error_name=StatesErrorName(typ=kind),
                event_type=HistoryEventType.ExecutionFailed,
                event_details=EventDetails(executionFailedEventDetails=details),
            )
        )

    def evaluate(self, env) -> None:
        def value_of(path):
            try:
                return _value_of(env, path)
            except NoSuchJsonPathError as error:
                raise LookupError(path) from error

        if not self._is_language_query_jsonpath():
            try:
                return original(self, env)
            except RuntimeError as error:
                if "boolean" in str(error):
                    kind = StatesErrorNameType.StatesQueryEvaluationError
                    raise failure(env, kind, "A Condition must give true or false") from error
                if "No branching option" not in str(error):
                    raise
        else:
            try:
                for number, rule in enumerate(self.written["Choices"]):
                    if choices.holds(rule, value_of):
                        if (assign := self.choices_decl.rules[number].assign) is not None:
                            assign.eval(env)
                        env.stack.append(rule["Next"])
                        return None
            except LookupError as error:
                cause = (
                    f"Invalid path '{error}': The choice state's condition path references an "
                    "invalid value."
                )
                raise failure(env, StatesErrorNameType.StatesRuntime, cause) from error
            if self.default_state is not None:
                env.stack.append(self.default_state.state_name)
                return None
        cause = f"Failed to find a next state: no choice of state '{self.name}' matched."
        raise failure(env, StatesErrorNameType.StatesNoChoiceMatched, cause)

    Parser.parse = staticmethod(parse_and_keep)
    StateChoice.from_state_props, StateChoice._eval_state = from_state_props, evaluate


def _wait_until() -> None:
    """Timestamps of Wait states with any offset, to the fraction of a second."""
    from datetime import UTC, datetime

    from moto.stepfunctions.parser.asl.component.state.wait.wait_function.timestamp import Timestamp
    from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import (
        WaitFunction,
        time,
    )

    from dealab.models import choices

    def seconds(self, env):
        self.string.eval(env=env)
        text = env.stack.pop()
        moment = choices.timestamp(text)
        if moment is None:
            from moto.stepfunctions.parser.asl.component.common.error_name import failure_event

            raise failure_event.FailureEventException(self._create_failure_event(env, text))
        return (moment - datetime.now(UTC)).total_seconds()

    def wait(self, env, wait_seconds) -> None:
        until = time.time() + wait_seconds
        while env.is_running() and (left := until - time.time()) > 0:
            env.program_state_event.wait(left)

    WaitFunction._wait_interval = wait
    Timestamp._get_wait_seconds = seconds
    Timestamp._is_valid_timestamp_pattern = staticmethod(
        lambda text: choices.timestamp(text) is not None
    )
    Timestamp._from_timestamp_string = staticmethod(choices.timestamp)


def _name_errors() -> None:
    """Names of errors, and which of them a Retry or Catch matches.

    https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html (checked
    2026-11-23). moto has no States.HeartbeatTimeout, lets States.ALL catch what it cannot, and
    calls every refusal of Lambda "Exception".
    """
    from botocore.exceptions import ClientError
    from moto.stepfunctions.parser.asl.component.common.error_name.error_equals_decl import (
        ErrorEqualsDecl,
    )
    from moto.stepfunctions.parser.asl.component.state.exec.state_task import state_task_lambda
    from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
        state_task_service_callback,
    )
    from moto.stepfunctions.parser.asl.eval.callback.callback import HeartbeatTimeoutError

    def renamed(event, details: str, name: str):
        event.error_name = SimpleNamespace(error_name=name)
        event.event_details[details]["error"] = name
        return event

    def name_errors(task, kind, details, name_of):
        original = task._from_error

        def from_error(self, env, ex):
            event = original(self, env, ex)
            return renamed(event, details, name_of(ex)) if isinstance(ex, kind) else event

        task._from_error = from_error

    name_errors(
        state_task_lambda.StateTaskLambda,
        ClientError,
        "lambdaFunctionFailedEventDetails",
        lambda ex: f"Lambda.{ex.response['Error']['Code']}",
    )
    name_errors(
        state_task_service_callback.StateTaskServiceCallback,
        HeartbeatTimeoutError,
        "taskTimedOutEventDetails",
        lambda ex: "States.HeartbeatTimeout",
    )

    def matches(self, env) -> None:
        given = getattr(env.stack.pop(), "error_name", None)
        names = {name.error_name for name in self.error_names}
        fatal = given in ("States.Runtime", "States.DataLimitExceeded")
        timeout = given in ("States.Timeout", "States.HeartbeatTimeout")
        env.stack.append(
            given in names
            or ("States.ALL" in names and not fatal)
            or ("States.TaskFailed" in names and not fatal and not timeout)
            or ("States.Timeout" in names and timeout)
        )

    ErrorEqualsDecl._eval_body = matches


def _time_out(lab_of) -> None:
    """Deadlines of Tasks, and the chance in waits between retries.

    A handler runs while its caller stands still, so its own time counts against TimeoutSeconds,
    also where the lab's clock stands. moto gives a Task with HeartbeatSeconds a timeout of 60 s
    that nobody asked for: https://docs.aws.amazon.com/step-functions/latest/dg/
    sfn-stuck-execution.html (checked 2026-11-23) has one of 600 s without any timeout.
    """
    import random

    from moto.stepfunctions.parser.asl.component.common.retry import jitter_strategy_decl as jitter
    from moto.stepfunctions.parser.asl.component.common.timeouts import timeout
    from moto.stepfunctions.parser.asl.component.state.exec.execute_state import ExecutionState
    from moto.stepfunctions.parser.asl.component.state.exec.state_task import (
        lambda_eval_utils,
        state_task_lambda,
    )
    from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
        state_task_service_lambda,
    )

    read, invoke = (
        ExecutionState.from_state_props,
        lambda_eval_utils.execute_lambda_function_integration,
    )

    def from_state_props(self, props):
        read(self, props)
        if getattr(self.timeout, "is_default", None):
            self.timeout = timeout.TimeoutSeconds(timeout.TimeoutSeconds.DEFAULT_TIMEOUT_SECONDS)

    def invoke_in_time(env, **called) -> None:
        made = lab_of().invocations
        before = len(made)
        try:
            invoke(env=env, **called)
        finally:
            took = made[before].duration + (made[before].init or 0) if made[before:] else 0
            if took > env.lab_timeout * 1000:
                raise timeout.EvalTimeoutError

    def with_deadline(kind):
        original = kind._eval_execution

        def evaluate(self, env) -> None:
            self.timeout.eval(env=env)
            env.lab_timeout = env.stack.pop()
            original(self, env)

        kind._eval_execution = evaluate

    def spread(self, env) -> None:
        if self.jitter_strategy == jitter.JitterStrategy.FULL:
            chance = random.Random(lab_of().turns.number())
            env.stack.append(chance.uniform(0, env.stack.pop()))

    ExecutionState.from_state_props = from_state_props
    lambda_eval_utils.execute_lambda_function_integration = invoke_in_time
    with_deadline(state_task_lambda.StateTaskLambda)
    with_deadline(state_task_service_lambda.StateTaskServiceLambda)
    jitter.JitterStrategyDecl._eval_body = spread


def _fail_distributed_maps() -> None:
    """A Map Run fails with its first failed item; moto puts null in its place and goes on."""
    from moto.stepfunctions.parser.api import ExecutionFailedEventDetails, HistoryEventType
    from moto.stepfunctions.parser.asl.component.common.error_name import failure_event
    from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration import (
        distributed_iteration_component as distributed,
    )
    from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails

    original = distributed.DistributedIterationComponent._map_run

    def map_run(self, env, eval_input) -> None:
        original(self, env, eval_input)
        if eval_input.map_run_record.item_counter.failed._count:
            name = "States.ExceedToleratedFailureThreshold"
            details = ExecutionFailedEventDetails(
                error=name, cause="The specified tolerated failure threshold was exceeded"
            )
            raise failure_event.FailureEventException(
                failure_event.FailureEvent(
                    env=env,
                    error_name=SimpleNamespace(error_name=name),
                    event_type=HistoryEventType.MapRunFailed,
                    event_details=EventDetails(executionFailedEventDetails=details),
                )
            )

    distributed.DistributedIterationComponent._map_run = map_run


def _name_what_is_no_array() -> None:
    """moto names a Python class when what a Map goes over is no array."""
    from moto.stepfunctions.parser.asl.component.common.error_name import failure_event
    from moto.stepfunctions.parser.asl.component.state.exec.state_map.state_map import StateMap

    original = StateMap._eval_execution

    def evaluate(self, env) -> None:
        try:
            original(self, env)
        except failure_event.FailureEventException as error:
            event = error.failure_event
            for details in event.event_details.values():
                if "must be an array but was" not in str(details.get("cause")):
                    continue
                path = getattr(self.items_path, "string_sampler", None)
                path = getattr(path, "literal_value", "$")
                details["cause"] = "Map state input must be an array."
                if self._is_language_query_jsonpath():
                    event.error_name = SimpleNamespace(error_name="States.Runtime")
                    details["error"] = "States.Runtime"
                    details["cause"] = f'Reference path "{path}" must point to array.'
            raise

    StateMap._eval_execution = evaluate


def _map_without_recursion() -> None:
    """A worker of a Map takes its next item by calling itself, which ends at 1,000 items."""
    from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration import (
        iteration_worker,
    )
    from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.itemprocessor import (  # noqa: E501
        distributed_item_processor_worker as distributed,
    )

    for worker in (iteration_worker.IterationWorker, distributed.DistributedItemProcessorWorker):
        original = worker._eval_pool

        def in_a_loop(self, job, worker_frame, original=original) -> None:
            if hasattr(self, "following"):  # called by itself, as its last act
                self.following = job, worker_frame
                return
            self.following = job, worker_frame
            while self.following:
                (job, worker_frame), self.following = self.following, None
                original(self, job=job, worker_frame=worker_frame)
            del self.following

        worker._eval_pool = in_a_loop


def _use_the_labs_clients() -> None:
    """Tasks call with the lab's own keys; moto makes a new client with made-up ones each time."""
    from moto.stepfunctions.parser.asl.utils.encoding import to_json_str

    from dealab.cloud import lab as labs
    from dealab.cloud import machines

    def boto_client_for(region, service, state_credentials=None):
        role = state_credentials.role_arn if state_credentials else ""
        permissions = labs.current().permissions
        return permissions.client_as(role, "states.amazonaws.com", service, region)

    from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
        state_task_service,
        state_task_service_aws_sdk,
        state_task_service_factory,
        state_task_service_glue,
        state_task_service_sfn,
    )
    from moto.stepfunctions.parser.asl.utils import boto_client

    def shapes(self, service, action):
        client = boto_client_for("us-east-1", self._get_boto_service_name(service))
        name = client.meta.method_to_api_mapping[self._get_boto_service_action(action)]
        return client.meta.service_model.operation_model(name)

    def normalise_parameters(self, parameters, boto_service_name=None, service_action_name=None):
        shape = shapes(self, boto_service_name, service_action_name).input_shape
        if shape is not None:
            self._to_boto_request(parameters, shape)

    def normalise_response(self, response, boto_service_name=None, service_action_name=None):
        shape = shapes(self, boto_service_name, service_action_name).output_shape
        if shape is not None:
            named = _in_pascal_case(response, shape, self._from_boto_response_value)
            response |= json.loads(to_json_str(named))
            for name in [name for name in response if name[0].islower()]:
                del response[name]

    def call(self, env, resource_runtime_part, normalised_parameters, state_credentials) -> None:
        name = self._get_boto_service_name()
        client = boto_client_for(resource_runtime_part.region, name, state_credentials)
        response = getattr(client, self._get_boto_service_action())(**normalised_parameters)
        response.pop("ResponseMetadata", None)
        env.stack.append(response)

    # moto forgets that a job which is waited for has no token, and fails.
    state_task_service_glue._SUPPORTED_INTEGRATION_PATTERNS.add("waitForTaskToken")
    glue_task = state_task_service_glue.StateTaskServiceGlue
    waited = glue_task._build_sync_resolver

    def build_sync_resolver(self, *given, **named):
        poll = waited(self, *given, **named)
        return lambda: _in_milliseconds(poll())

    glue_task._build_sync_resolver = build_sync_resolver
    base = state_task_service.StateTaskService
    for kind in (base, state_task_service_sfn.StateTaskServiceSfn):
        original = kind._normalise_parameters

        def normalised(self, parameters, *names, original=original, **named):
            original(self, parameters, *names, **named)
            normalise_parameters(self, parameters, *names, **named)

        kind._normalise_parameters = normalised if kind is not base else normalise_parameters
    base._normalise_response = normalise_response
    state_task_service_aws_sdk.StateTaskServiceAwsSdk._normalise_service_error_name = staticmethod(
        machines.error_prefix
    )
    state_task_service_aws_sdk.StateTaskServiceAwsSdk._eval_service_task = call
    service_for = state_task_service_factory.state_task_service_for
    for module in list(sys.modules.values()):
        if vars(module).get("state_task_service_for") is service_for:
            module.state_task_service_for = lambda service_name: (
                machines.athena_task(call)()
                if service_name == "athena"
                else service_for(service_name)
            )

    made_up = boto_client.boto_client_for
    for name, module in list(sys.modules.items()):
        if (
            name.startswith("moto.stepfunctions.")
            and getattr(module, "boto_client_for", None) is made_up
        ):
            module.boto_client_for = boto_client_for


def _in_pascal_case(value, shape, plain):
    """A response with the members of its structures in PascalCase, as states see them."""
    if isinstance(value, dict) and shape.type_name == "structure":
        return {
            name[0].upper() + name[1:]: _in_pascal_case(item, shape.members[name], plain)
            for name, item in value.items()
            if name in shape.members
        }
    if isinstance(value, list) and shape.type_name == "list":
        return [_in_pascal_case(item, shape.member, plain) for item in value]
    return plain(value)


def _in_milliseconds(found):
    """Turn the datetimes of a job's run, which moto leaves in its output, into JSON."""
    return found and json.loads(json.dumps(found, default=lambda at: int(at.timestamp() * 1000)))
