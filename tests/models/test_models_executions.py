"""Executions of state machines as documents, and what definitions may call."""

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from dealab.models import executions, state_definitions
from dealab.models.refusals import Refused
from dealab.sql.errors import LabLimit

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
ARN = "arn:aws:states:us-east-1:111122223333:stateMachine:m"


def machine(**more):
    told = {"arn": ARN, "sm_type": "STANDARD", "aliases": {}, "versions": {}, "executions": []}
    return SimpleNamespace(**{**told, **more})


def execution(name="e", status="SUCCEEDED", **more):
    told = {
        "exec_arn": ARN.replace("stateMachine", "execution") + f":{name}", "name": name,
        "status": status, "start_date": BEGIN, "stop_date": BEGIN + timedelta(seconds=2),
        "execution_input": "{}", "output": {"a": 1}, "error": None, "cause": None,
        "state_machine": machine(), "sm_type": "STANDARD", "account_id": "111122223333",
        "region_name": "us-east-1", "started_with": ARN,
    }  # fmt: skip
    return SimpleNamespace(**{**told, **more})


def test_a_start_with_the_same_name():
    running = execution(status="RUNNING")
    of = machine(executions=[running])
    assert executions.started_before(of, "e", "{}") is running
    assert executions.started_before(of, "other", "{}") is None
    with pytest.raises(Refused, match="Already Exists"):
        executions.started_before(of, "e", '{"other": 1}')


def test_an_alias_divides_what_it_starts_by_its_weights():
    first, second = (SimpleNamespace(arn=f"{ARN}:{n}") for n in (1, 2))
    weights = [{"weight": 90, "stateMachineVersionArn": first.arn}]
    weights.append({"weight": 10, "stateMachineVersionArn": second.arn})
    alias = SimpleNamespace(name="live", routing_configuration=weights)
    of = machine(aliases={"live": alias}, versions={"1": first, "2": second})
    started = []
    for _ in range(200):
        started.append(executions.machine_of([of], ARN + ":live")[1])
        of.executions.append(None)
    assert 10 <= started.count(second) <= 30
    weights[:] = [{"weight": 100, "stateMachineVersionArn": second.arn}]
    assert executions.machine_of([of], ARN + ":live") == (of, second)
    assert executions.machine_of([of], ARN) == (of, of)
    assert executions.machine_of([of], ARN + "x") is None


def test_lists_come_in_pages_with_the_newest_first():
    of = machine(executions=[execution(name) for name in "abc"])
    page = executions.listed(of, {"stateMachineArn": ARN, "maxResults": 2})
    assert [row["name"] for row in page["executions"]] == ["c", "b"]
    asked = {"stateMachineArn": ARN, "maxResults": 2, "nextToken": page["nextToken"]}
    rest = executions.listed(of, asked)
    assert [row["name"] for row in rest["executions"]] == ["a"]
    assert "nextToken" not in rest


def test_descriptions_and_events():
    told = executions.describe(execution())
    assert (told["output"], told["stateMachineArn"]) == ('{"a":1}', ARN)
    event = executions.event(execution(status="FAILED", error="E"), "n", 5.0)
    assert event["detail"]["error"] == "E"
    assert event["detail"]["output"] is None
    assert event["detail"]["startDate"] == BEGIN.timestamp() * 1000


@pytest.mark.parametrize(("seconds", "billed"), [(0, 100), (0.1, 100), (0.101, 200)])
def test_express_executions_are_billed_by_100_ms(seconds, billed):
    found = {"startDate": BEGIN, "stopDate": BEGIN + timedelta(seconds=seconds), "error": None}
    answer = executions.billed(found)
    assert answer["billingDetails"]["billedDurationInMilliseconds"] == billed
    assert "error" not in answer


def test_input_is_json_of_at_most_256_kb():
    executions.check_input('"' + "1" * 262_142 + '"')
    for wrong in ("{", '"' + "1" * 262_143 + '"'):
        with pytest.raises(Refused) as refused:
            executions.check_input(wrong)
        assert refused.value.code == "InvalidExecutionInput"


def has(service, action):
    return (service, action) == ("stepfunctions", "startExecution")


@pytest.mark.parametrize(
    ("resource", "known"),
    [
        ("arn:aws:states:::lambda:invoke", True),
        ("arn:aws:states:::lambda:invoke.waitForTaskToken", True),
        ("arn:aws:states:::lambda:invoke.sync", False),
        ("arn:aws:states:::sqs:SendMessage", False),
        ("arn:aws:states:::aws-sdk:sfn:startExecution", True),
        ("arn:aws:states:::aws-sdk:sfn:StartExecution", False),
        ("arn:aws:states:::aws-sdk:sfn:startExecution.sync", False),
        ("arn:aws:states:::ecs:runTask", True),
        ("arn:aws:lambda:us-east-1:111122223333:function:f", True),
    ],
)
def test_what_the_service_knows(resource, known):
    assert state_definitions.known(resource, has) == known


def test_what_is_not_here_is_refused_by_name():
    state = {"Type": "Task", "Resource": "arn:aws:states:::ecs:runTask", "End": True}
    definition = {"StartAt": "A", "States": {"A": state}}
    assert state_definitions.problems(json.dumps(definition), has) == []
    with pytest.raises(LabLimit, match="ecs"):
        state_definitions.check_here(definition)
