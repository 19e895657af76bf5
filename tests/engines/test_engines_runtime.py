"""Functions in environments: warm and cold starts, throttles, retries; without any AWS."""

import random
import uuid
from types import SimpleNamespace

import pytest

from dealab.engines import runtime
from dealab.engines.lambdas import zip_handler
from dealab.models.clock import Clock
from dealab.sql.errors import LabLimit


class Random:
    def __init__(self):
        self._chance = random.Random(1)

    def uuid4(self):
        return uuid.UUID(int=self._chance.getrandbits(128), version=4)


class Runtime(runtime.Runtime):
    def __init__(self, clock):
        super().__init__(Random(), clock)
        self.sent, self.own = [], {}

    def reserved(self, function):
        return self.own

    def deliver(self, target, document, **more):
        self.sent.append((target, document))


@pytest.fixture
def clock():
    return Clock("2026-03-02T09:00")


@pytest.fixture
def made(clock):
    made = Runtime(clock)
    yield made
    made.close()


def function(source="def handler(event, context): return event", **more):
    code = zip_handler(source)
    told = {
        "function_name": "f", "function_arn": "arn:aws:lambda:us-east-1:1:function:f",
        "version": "$LATEST", "run_time": "python3.12", "package_type": "Zip", "timeout": 3,
        "memory_size": 128, "handler": "handler.handler", "region": "us-east-1",
        "logs_group_name": "/aws/lambda/f", "environment_vars": {"STAGE": "dev"}, "layers": [],
        "more": {}, "ephemeral_storage": 512, "event_invoke_config": [], "code_bytes": code,
        "get_configuration": lambda: {"code": str(hash(code))},
    }  # fmt: skip
    return SimpleNamespace(**{**told, **more})


def test_the_second_run_is_warm_until_environments_are_given_up(made):
    one = function()
    starts = [made.invoke(one, {"n": 1}).cold, made.invoke(one, {}).cold]
    made.go_cold()
    starts.append(made.invoke(one, {}).cold)
    assert starts == [True, False, True]
    assert made.invocations[0].result == {"n": 1}
    assert "Init Duration" in made.invocations[0].logs
    assert "Init Duration" not in made.invocations[1].logs


def test_a_handler_sees_its_settings(made):
    source = "import os\ndef handler(event, context): return os.environ['STAGE'], event"
    assert made.invoke(function(source), 1).result == ["dev", 1]


def test_a_reservation_of_none_throttles(made):
    made.own = {"f": 0}
    with pytest.raises(runtime.Throttled) as throttled:
        made.invoke(function(), {})
    assert throttled.value.reason == "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert [name for _, name in made.throttles] == ["f"]


def test_failed_asynchronous_events_are_tried_again_and_told(made):
    target = {"DestinationConfig": {"OnFailure": {"Destination": "arn:q"}}}
    failing = function(
        "def handler(event, context): raise ValueError('no')",
        event_invoke_config=[SimpleNamespace(config=target)],
    )
    made.invoke_async(failing, {"n": 1})
    assert len(made.invocations) == 3
    [(where, record)] = made.sent
    assert (where, record["requestPayload"]) == ("arn:q", {"n": 1})
    assert record["requestContext"]["condition"] == "RetriesExhausted"


def test_throttled_asynchronous_events_wait_on_the_clock(made, clock):
    made.account_concurrency = 0
    assert made.invoke_async(function(), {"n": 1}) is None
    made.account_concurrency = 1
    clock.move(seconds=10)
    assert [run.result for run in made.invocations] == [{"n": 1}]


def test_other_runtimes_are_refused(made):
    with pytest.raises(LabLimit, match=r"nodejs22\.x"):
        made.invoke(function(run_time="nodejs22.x"), {})
