"""Executions of state machines as documents: descriptions, lists, histories, events, refusals.

https://docs.aws.amazon.com/step-functions/latest/apireference/Welcome.html (not checked)
https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html (checked
2026-11-23)

Machines and executions are objects with the attributes of moto's. Left out: redrives.
"""

import json
import math
import random
import re

from dealab.models.refusals import Refused

NOT_RUNNING = ("SUCCEEDED", "FAILED", "ABORTED", "TIMED_OUT")


def check_input(text: str) -> None:
    """Check the input of an execution (JSON text)."""
    try:
        json.loads(text)
    except ValueError as error:
        message = f"Invalid State Machine Execution Input: '{error}'"
        raise Refused("InvalidExecutionInput", message) from error
    if len(text.encode()) > 262_144:
        raise Refused("InvalidExecutionInput", "The input exceeds 262144 bytes.")


def check_output(text: str) -> None:
    """Check the output of SendTaskSuccess (JSON text)."""
    try:
        json.loads(text)
    except ValueError as error:
        raise Refused("InvalidOutput", f"Invalid Output: '{error}'") from error


def check_kind(machine, wanted_express: bool) -> None:
    """Check that a call is for this kind of state machine."""
    if (machine.sm_type == "EXPRESS") != wanted_express:
        raise Refused(
            "StateMachineTypeNotSupported",
            "This operation is not supported by this type of state machine",
        )


def started_before(machine, name: str | None, given: str):
    """Return the execution that a start with the same name and input is, or None."""
    for known in machine.executions:
        if known.name == name:
            # Of a Standard machine, the same start again is the same execution.
            if known.status == "RUNNING" and known.execution_input == given:
                return known
            message = f"Execution Already Exists: '{known.exec_arn}'"
            raise Refused("ExecutionAlreadyExists", message)
    return None


def machine_of(machines, arn: str):
    """Return (state machine, what of it to run): itself, a version, or an alias's version.

    None for an ARN that nothing has.
    """
    for machine in machines:
        if arn == machine.arn:
            return machine, machine
        for alias in machine.aliases.values():
            if arn == f"{machine.arn}:{alias.name}":
                arn = routed(alias.routing_configuration, f"{arn} {len(machine.executions)}")
        for version in machine.versions.values():
            if arn == version.arn:
                return machine, version
    return None


def routed(routes: list[dict], draw: str) -> str:
    """Return the version that an alias sends an execution to, by the weights (percent).

    The same ``draw`` gives the same version, so that a notebook runs twice alike.
    https://docs.aws.amazon.com/step-functions/latest/dg/concepts-state-machine-alias.html
    """
    point = random.Random(draw).uniform(0, 100)
    for route in routes:
        point -= route["weight"]
        if point < 0:
            break
    return route["stateMachineVersionArn"]


class Snapshot:
    """A state machine as it is when an execution starts."""

    def __init__(self, machine):
        self.arn, self.name, self.definition = machine.arn, machine.name, machine.definition
        self.sm_type, self.roleArn = machine.sm_type, machine.roleArn


def arn_of(machine, name: str, number) -> str:
    """Return a new execution's ARN; ``number()`` makes the last part of an Express one's."""
    parts, express = machine.arn.split(":"), machine.sm_type == "EXPRESS"
    arn = f"{':'.join(parts[:5])}:{'express' if express else 'execution'}:{parts[6]}:{name}"
    return f"{arn}:{number()}" if express else arn


def find(machines, arn: str):
    """Return an execution. Raises Refused for one that is not there."""
    if not re.match(r"arn:[\w-]+:states:[\w-]+:\d{12}:(execution|express):", arn):
        message = f"Invalid Arn: 'Resource type not valid in this context: {arn}'"
        raise Refused("InvalidArn", message)
    for machine in machines:
        for execution in machine.executions:
            if execution.exec_arn == arn and execution.sm_type != "EXPRESS":
                return execution
    raise Refused("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'")


def waiting(machines, token: str):
    """Return the endpoint that waits for a task token. Raises Refused where none does any more."""
    for machine in machines:
        for execution in machine.executions:
            pool = execution.exec_worker.env and execution.exec_worker.env.callback_pool_manager
            endpoint = pool and pool.get(token)
            if endpoint is None:
                continue
            if execution.status in NOT_RUNNING or endpoint._notify_event.is_set():
                message = "Task Timed Out: 'Provided task does not exist anymore'"
                raise Refused("TaskTimedOut", message)
            return endpoint
    raise Refused("InvalidToken", "Invalid Token: 'Invalid token'")


def describe(execution) -> dict:
    """Return what DescribeExecution answers for an execution."""
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


def listed(machine, asked: dict) -> dict:
    """Return what ListExecutions answers."""
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
        and asked["stateMachineArn"] in (machine.arn, known.state_machine.arn, known.started_with)
    ]
    return _page("executions", rows, asked)


def history(events: list[dict], asked: dict) -> dict:
    """Return what GetExecutionHistory answers."""
    if asked.get("includeExecutionData") is False:
        events = [{key: _without_data(one) for key, one in event.items()} for event in events]
    return _page("events", events[::-1] if asked.get("reverseOrder") else events, asked)


def _without_data(value):
    if not isinstance(value, dict):
        return value
    return {k: v for k, v in value.items() if k not in ("input", "output", "parameters")}


def _page(key: str, rows: list, asked: dict, most: int = 100) -> dict:
    start, size = int(asked.get("nextToken") or 0), int(asked.get("maxResults") or most) or most
    answer = {key: rows[start : start + size]}
    if start + size < len(rows):
        answer["nextToken"] = str(start + size)
    return answer


def billed(found: dict) -> dict:
    """Return what StartSyncExecution answers, with its bill: by 100 ms and 64 MB.

    https://aws.amazon.com/step-functions/pricing/ (not checked)
    """
    passed = (found["stopDate"] - found["startDate"]).total_seconds() * 1000
    length = max(1, math.ceil(passed / 100)) * 100
    bill = {"billedMemoryUsedInMB": 64, "billedDurationInMilliseconds": length}
    found = {**found, "billingDetails": bill}
    return {key: value for key, value in found.items() if value is not None}


def event(execution, number: str, time: float) -> dict:
    """Return the event of an execution's new status; ``time`` in epoch seconds."""
    detail = describe(execution)
    for name in ("startDate", "stopDate"):
        moment = detail.get(name)
        detail[name] = None if moment is None else round(moment.timestamp() * 1000)
    for name in ("redriveCount", "redriveStatus", "redriveStatusReason"):
        detail.pop(name)
    return {
        "version": "0",
        "id": number,
        "detail-type": "Step Functions Execution Status Change",
        "source": "aws.states",
        "account": execution.account_id,
        "time": time,
        "region": execution.region_name,
        "resources": [execution.exec_arn],
        "detail": {"output": None, "error": None, "cause": None, **detail},
    }
