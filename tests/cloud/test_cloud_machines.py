"""State machines through boto3: every state type, error handling, time, tokens and tasks."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from dealab.cloud import start_aws, zip_handler
from dealab.sql.errors import LabLimit

FLAKY = """
class Oops(Exception):
    pass

calls = {}

def handler(event, context):
    key = event.get("key", "")
    calls[key] = calls.get(key, 0) + 1
    if calls[key] <= event.get("fail", 0):
        raise Oops("not yet")
    return event.get("answer", {"got": event, "calls": calls[key]})
"""
SDK = "arn:aws:states:::"


@pytest.fixture
def aws():
    lab = start_aws(at="2026-03-02T09:00")
    yield lab
    lab.stop()


@pytest.fixture
def states(aws):
    return boto3.client("stepfunctions")


@pytest.fixture
def start(aws, states):
    """Return a function that starts a machine made of states; it returns the execution's ARN."""
    made = []

    def start(definition, given=None, **top):
        made.append(definition)
        document = {"StartAt": next(iter(definition)), "States": definition, **top}
        machine = states.create_state_machine(
            name=f"machine-{len(made)}", definition=json.dumps(document), roleArn=aws.role
        )["stateMachineArn"]
        text = json.dumps({} if given is None else given)
        return states.start_execution(stateMachineArn=machine, input=text)["executionArn"]

    return start


@pytest.fixture
def run(aws, start):
    """Return a function that runs a machine to its end: its output, or (status, error, cause)."""

    def run(definition, given=None, **top):
        found = aws.wait_for(start(definition, given, **top))
        if found["status"] == "SUCCEEDED":
            return json.loads(found["output"])
        return found["status"], found.get("error"), found.get("cause")

    return run


@pytest.fixture
def flaky(aws, make_function):
    return make_function("flaky", FLAKY)


def one(kind, **fields):
    return {"A": {"Type": kind, **fields, **({} if kind in ("Succeed", "Fail") else {"End": True})}}


@pytest.mark.proves("Step Functions", "Input and output paths, ResultPath, Parameters", kind="real")
@pytest.mark.parametrize(
    ("fields", "given", "expected"),
    [
        ({"InputPath": "$.a"}, {"a": {"b": 1}}, {"b": 1}),
        ({"InputPath": None}, {"a": 1}, {}),
        ({"OutputPath": "$.a"}, {"a": 1}, 1),
        ({"Result": 5, "ResultPath": None}, {"a": 1}, {"a": 1}),
        ({"Result": 5, "ResultPath": "$.x.y"}, {"a": 1}, {"a": 1, "x": {"y": 5}}),
        ({"Result": {"a.$": "$.x"}}, {}, {"a.$": "$.x"}),
        ({"InputPath": "$.l[?(@.p > 3)]"}, {"l": [{"p": 1}, {"p": 5}]}, [{"p": 5}]),
        ({"InputPath": "$.l[*].p"}, {"l": [{"p": 1}, {"p": 5}]}, [1, 5]),
        ({"InputPath": "$.l[-1]"}, {"l": [1, 2]}, 2),
        ({"InputPath": "$.l[0].p"}, {"l": [{"p": [7]}]}, [7]),
        ({"InputPath": "$['a b']"}, {"a b": 1}, 1),
        ({"InputPath": "$..p"}, {"k": {"p": 1}, "l": [{"p": 2}]}, [1, 2]),
        (
            {
                "Parameters": {
                    "k.$": "$.a",
                    "n": {"m.$": "$.l"},
                    "c.$": "$$.State.Name",
                    "s": 'é "q"',
                }
            },
            {"a": 1, "l": [1]},
            {"k": 1, "n": {"m": [1]}, "c": "A", "s": 'é "q"'},
        ),
        ({"Parameters": {"r.$": "States.Format('it\\'s {}', $.a)"}}, {"a": 1}, {"r": "it's 1"}),
        ({"Parameters": {"r.$": "States.Array($.a, null, 'x')"}}, {"a": 1}, {"r": [1, None, "x"]}),
    ],
)
def test_paths_shape_what_a_state_gets_and_gives(run, fields, given, expected):
    assert run(one("Pass", **fields), given) == expected


def test_a_path_to_nothing_fails_the_execution_and_no_catch_takes_it(run, flaky):
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "B"}]
    machine = one("Task", Resource=flaky, InputPath="$.zz", Catch=catch)
    status, error, _ = run({**machine, "B": {"Type": "Succeed"}}, {"a": 1})
    assert (status, error) == ("FAILED", "States.Runtime")


@pytest.mark.proves("Step Functions", "Variables with Assign, in JSONPath and JSONata", kind="real")
def test_variables_keep_values_for_later_states(run):
    read = {"r.$": "$x.l[?(@.p > 3)].p"}
    machine = {
        "A": {"Type": "Pass", "Assign": {"x.$": "$", "y": 2}, "Next": "B"},
        "B": {"Type": "Pass", "Assign": {"y": 3, "z.$": "$y"}, "Next": "C"},
        "C": {"Type": "Pass", "Parameters": {**read, "z.$": "$z", "y.$": "$y"}, "End": True},
    }
    assert run(machine, {"l": [{"p": 1}, {"p": 5}]}) == {"r": [5], "z": 2, "y": 3}


def choice(rule):
    return {
        "C": {"Type": "Choice", "Choices": [{**rule, "Next": "Yes"}], "Default": "No"},
        "Yes": {"Type": "Pass", "Result": True, "End": True},
        "No": {"Type": "Pass", "Result": False, "End": True},
    }


@pytest.mark.proves("Step Functions", "Choice: comparisons, And, Or, Not", kind="real")
@pytest.mark.parametrize(
    ("rule", "value", "holds"),
    [
        ({"NumericEquals": 1}, 1.0, True),
        ({"NumericEquals": 1}, "1", False),
        ({"StringMatches": "log-*.txt"}, "log-1.txt", True),
        ({"StringMatches": "a\\*b"}, "axb", False),
        ({"TimestampEquals": "2026-01-01T00:00:00Z"}, "2026-01-01T01:00:00+01:00", True),
        ({"TimestampLessThan": "2026-01-01T00:00:00Z"}, "2026-01-01T00:00:00.5Z", False),
        ({"IsNumeric": True}, True, False),
        ({"IsPresent": True}, None, True),
    ],
)
def test_choice_compares(run, rule, value, holds):
    assert run(choice({"Variable": "$.v", **rule}), {"v": value}) is holds


def test_choice_combines_rules_and_stops_at_the_first(run):
    guarded = [{"Variable": "$.z", "IsPresent": True}, {"Variable": "$.z", "NumericEquals": 1}]
    assert run(choice({"And": guarded}), {}) is False
    assert run(choice({"Not": {"And": guarded}}), {}) is True


def test_choice_without_a_match_has_an_error_of_its_own(run):
    machine = one("Choice", Choices=[{"Variable": "$.v", "NumericEquals": 1, "Next": "B"}])
    del machine["A"]["End"]
    machine["B"] = {"Type": "Succeed"}
    assert run(machine, {"v": 2})[1] == "States.NoChoiceMatched"
    assert "Invalid path '$.v'" in run(machine, {})[2]


@pytest.mark.proves("Step Functions", "Wait ends on the lab's clock", kind="real")
@pytest.mark.parametrize(
    "wait",
    [
        {"Seconds": 3600},
        {"SecondsPath": "$.s"},
        {"Timestamp": "2026-03-02T10:00:00Z"},
        {"TimestampPath": "$.t"},
    ],
)
def test_wait_ends_when_the_clock_gets_there(aws, states, start, wait):
    execution = start(one("Wait", **wait), {"s": 3600, "t": "2026-03-02T11:00:00+01:00"})
    aws.clock.move(minutes=59)
    assert states.describe_execution(executionArn=execution)["status"] == "RUNNING"
    aws.clock.move(minutes=1)
    found = states.describe_execution(executionArn=execution)
    assert found["status"] == "SUCCEEDED"
    assert found["stopDate"].isoformat() == "2026-03-02T10:00:00+00:00"


@pytest.mark.proves(
    "Step Functions", "Retry with backoff, MaxDelaySeconds, MaxAttempts", kind="real"
)
def test_retry_waits_longer_each_time(aws, run, flaky):
    retry = {"ErrorEquals": ["Oops"], "IntervalSeconds": 10, "BackoffRate": 3, "MaxAttempts": 9}
    machine = one("Task", Resource=flaky, Retry=[{**retry, "MaxDelaySeconds": 60}])
    assert run(machine, {"fail": 4})["calls"] == 5
    assert aws.clock.now().isoformat() == "2026-03-02T09:02:40+00:00"  # 10 + 30 + 60 + 60


@pytest.mark.parametrize(
    ("retries", "calls"),
    [
        ([{"ErrorEquals": ["States.ALL"]}], 4),
        ([{"ErrorEquals": ["Other"]}, {"ErrorEquals": ["States.TaskFailed"], "MaxAttempts": 1}], 2),
        ([{"ErrorEquals": ["Oops"], "MaxAttempts": 0}, {"ErrorEquals": ["States.ALL"]}], 1),
        ([{"ErrorEquals": ["States.Timeout"]}], 1),
    ],
)
def test_retry_counts_for_each_retrier(aws, run, flaky, retries, calls):
    assert run(one("Task", Resource=flaky, Retry=retries), {"fail": 99})[:2] == ("FAILED", "Oops")
    assert len(aws.invocations) == calls


@pytest.mark.proves(
    "Step Functions", "Catch: first match, ResultPath, after the retries", kind="real"
)
def test_catch_takes_the_first_match_with_error_and_cause(run, flaky):
    catch = [
        {"ErrorEquals": ["Other"], "Next": "B"},
        {"ErrorEquals": ["Oops"], "Next": "C", "ResultPath": "$.failed"},
    ]
    machine = {
        **one("Task", Resource=flaky, Retry=[{"ErrorEquals": ["States.ALL"]}], Catch=catch),
        "B": {"Type": "Fail"},
        "C": {"Type": "Pass", "End": True},
    }
    found = run(machine, {"fail": 99})
    assert found["failed"]["Error"] == "Oops"
    assert json.loads(found["failed"]["Cause"])["errorMessage"] == "not yet"
    assert found["fail"] == 99


@pytest.mark.proves("Step Functions", "Fail with Error and Cause, also from paths", kind="real")
def test_fail_ends_the_execution(run):
    assert run(one("Fail", Error="E", Cause="C")) == ("FAILED", "E", "C")
    paths = {"ErrorPath": "$.e", "CausePath": "States.Format('no {}', $.c)"}
    assert run(one("Fail", **paths), {"e": "E1", "c": 7}) == ("FAILED", "E1", "no 7")


def item_machine(state, **fields):
    processor = {"StartAt": "M", "States": {"M": state}}
    return one("Map", ItemProcessor=processor, **fields)


@pytest.mark.proves(
    "Step Functions", "Map: results in order, MaxConcurrency, ItemSelector", kind="real"
)
def test_map_keeps_the_order_however_long_items_take(aws, run):
    machine = item_machine({"Type": "Wait", "SecondsPath": "$.s", "End": True}, MaxConcurrency=2)
    given = [{"s": 30}, {"s": 10}, {"s": 20}]
    assert run(machine, given) == given
    assert aws.clock.now().isoformat() == "2026-03-02T09:00:30+00:00"  # 10 and 20 in one slot


def test_map_selects_what_each_item_gets(run):
    selector = {"v.$": "$$.Map.Item.Value", "i.$": "$$.Map.Item.Index", "w.$": "$.w"}
    machine = item_machine({"Type": "Pass", "End": True}, ItemsPath="$.l", ItemSelector=selector)
    expected = [{"v": "a", "i": 0, "w": 9}, {"v": "b", "i": 1, "w": 9}]
    assert run(machine, {"l": ["a", "b"], "w": 9}) == expected


@pytest.mark.parametrize("at_once", [0, 1])
def test_map_takes_more_items_than_python_can_nest_calls(run, at_once):
    machine = item_machine({"Type": "Pass", "End": True}, MaxConcurrency=at_once)
    assert run(machine, list(range(1100))) == list(range(1100))


def test_map_fails_with_the_error_of_an_item(run):
    assert run(item_machine({"Type": "Fail", "Error": "E", "Cause": "C"}), [1, 2])[1] == "E"
    assert run(item_machine({"Type": "Fail", "Error": "E"}), []) == []


@pytest.mark.proves(
    "Step Functions", "Distributed Map over items in S3 (CSV, JSON, object list)", kind="real",
    note="Without batches, result writer and tolerated failures.",
)  # fmt: skip
@pytest.mark.parametrize(
    ("reader", "expected"),
    [
        (
            {
                "Resource": "arn:aws:states:::s3:getObject",
                "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
                "Parameters": {"Bucket": "items", "Key": "in.csv"},
            },
            [{"id": "1", "v": "a"}, {"id": "2", "v": "b"}],
        ),
        (
            {
                "Resource": "arn:aws:states:::s3:getObject",
                "ReaderConfig": {"InputType": "JSON"},
                "Parameters": {"Bucket": "items", "Key": "in.json"},
            },
            [{"id": 1}],
        ),
    ],
)
def test_distributed_map_reads_items_from_s3(run, reader, expected):
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="items")
    s3.put_object(Bucket="items", Key="in.csv", Body="id,v\n1,a\n2,b\n")
    s3.put_object(Bucket="items", Key="in.json", Body='[{"id": 1}]')
    machine = item_machine({"Type": "Pass", "End": True}, ItemReader=reader)
    machine["A"]["ItemProcessor"]["ProcessorConfig"] = {
        "Mode": "DISTRIBUTED",
        "ExecutionType": "STANDARD",
    }
    assert run(machine) == expected


def test_distributed_map_fails_with_its_first_failed_item(run):
    machine = item_machine({"Type": "Fail", "Error": "E"})
    machine["A"]["ItemProcessor"]["ProcessorConfig"] = {
        "Mode": "DISTRIBUTED",
        "ExecutionType": "STANDARD",
    }
    assert run(machine, [1])[1] == "States.ExceedToleratedFailureThreshold"


def branch(name, **state):
    return {"StartAt": name, "States": {name: {**state, "End": True}}}


@pytest.mark.proves(
    "Step Functions", "Parallel: branches in order; one failure fails all", kind="real"
)
def test_parallel_gives_results_in_the_order_of_branches(aws, run):
    branches = [branch("W", Type="Wait", Seconds=5), branch("P", Type="Pass", Result="p")]
    assert run(one("Parallel", Branches=branches), 7) == [7, "p"]
    assert aws.clock.now().isoformat() == "2026-03-02T09:00:05+00:00"


def test_parallel_stops_its_branches_when_one_fails(aws, run):
    fail = {"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "E", "Cause": "C"}}}
    catch = [{"ErrorEquals": ["E"], "Next": "B"}]
    machine = one("Parallel", Branches=[branch("W", Type="Wait", Seconds=50), fail], Catch=catch)
    assert run({**machine, "B": {"Type": "Pass", "End": True}}) == {"Error": "E", "Cause": "C"}
    assert aws.clock.now().isoformat() == "2026-03-02T09:00:00+00:00"


@pytest.mark.proves(
    "Step Functions", "JSONata: Arguments, Output, Condition, Items, Assign", kind="real"
)
@pytest.mark.parametrize(
    ("states_of_it", "given", "expected"),
    [
        (one("Pass", Output={"y": "{% $states.input.a + 1 %}", "n": None}), {"a": 1},
         {"y": 2, "n": None}),
        (one("Pass", Output="{% $states.input.s & 'é\"' %}"), {"s": 'q"'}, 'q"é"'),
        (one("Pass", Output="{% $states.input.n %}"), {"n": None}, None),
        (one("Pass", Output="{% $partition([1..5], 2) %}"), {}, [[1, 2], [3, 4], [5]]),
        (one("Wait", Seconds="{% $states.input.s %}", Output="{% $states.input.s %}"), {"s": 9}, 9),
        (one("Fail", Error="{% 'E' & $states.input.s %}", Cause="c"), {"s": 5},
         ("FAILED", "E5", "c")),
        (
            {
                "A": {"Type": "Choice", "Default": "B",
                      "Choices": [{"Condition": "{% $states.input.a > 3 %}", "Next": "C",
                                   "Assign": {"z": "{% $states.input.a * 2 %}"}}]},
                "B": {"Type": "Fail"},
                "C": {"Type": "Pass", "Output": "{% $z %}", "End": True},
            },
            {"a": 5}, 10,
        ),
        (
            one("Map", Items="{% $states.input.l %}",
                ItemSelector={"x": "{% $states.context.Map.Item.Value * 2 %}"},
                ItemProcessor={"StartAt": "M", "States": {
                    "M": {"Type": "Pass", "Output": "{% $states.input.x + 1 %}", "End": True}}}),
            {"l": [1, 2]}, [3, 5],
        ),
    ],
)  # fmt: skip
def test_jsonata_computes_fields(run, states_of_it, given, expected):
    assert run(states_of_it, given, QueryLanguage="JSONata") == expected


def test_jsonata_shapes_a_task_and_what_its_catch_passes_on(run, flaky):
    machine = {
        "A": {
            "Type": "Task",
            "Resource": SDK + "lambda:invoke",
            "Arguments": {"FunctionName": "flaky", "Payload": "{% $states.input %}"},
            "Output": "{% $states.result.Payload.calls %}",
            "Catch": [
                {
                    "ErrorEquals": ["States.ALL"],
                    "Output": {"why": "{% $states.errorOutput.Error %}"},
                    "Next": "B",
                }
            ],
            "End": True,
        },
        "B": {"Type": "Succeed"},
    }
    assert run(machine, {"key": "a"}, QueryLanguage="JSONata") == 1
    assert run(machine, {"key": "b", "fail": 9}, QueryLanguage="JSONata") == {"why": "Oops"}


def test_a_jsonata_expression_without_a_value_fails(run):
    status, error, cause = run(one("Pass", Output="{% $nope %}"), QueryLanguage="JSONata")
    assert (status, error) == ("FAILED", "States.QueryEvaluationError")
    assert "returned nothing (undefined)" in cause


# Task tokens


@pytest.fixture
def waiting(start, make_queue):
    """Return a function that starts a machine waiting for a token: (execution, token)."""
    url, _ = make_queue("work")

    def wait(**fields):
        body = {"QueueUrl": url, "MessageBody": {"token.$": "$$.Task.Token"}}
        resource = SDK + "sqs:sendMessage.waitForTaskToken"
        execution = start(one("Task", Resource=resource, Parameters=body, **fields))
        sqs = boto3.client("sqs")
        message = sqs.receive_message(QueueUrl=url)["Messages"][0]
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return execution, json.loads(message["Body"])["token"]

    return wait


@pytest.mark.proves(
    "Step Functions", "Task tokens: success, failure, heartbeat, timeouts", kind="real"
)
def test_a_token_answers_a_waiting_task(states, waiting):
    execution, token = waiting()
    assert states.describe_execution(executionArn=execution)["status"] == "RUNNING"
    states.send_task_success(taskToken=token, output='{"ok": 1}')
    found = states.describe_execution(executionArn=execution)
    assert (found["status"], json.loads(found["output"])) == ("SUCCEEDED", {"ok": 1})
    with pytest.raises(states.exceptions.TaskTimedOut):
        states.send_task_success(taskToken=token, output="{}")


def test_a_token_can_fail_its_task(states, waiting):
    execution, token = waiting()
    states.send_task_failure(taskToken=token, error="Mine", cause="because")
    found = states.describe_execution(executionArn=execution)
    assert (found["status"], found["error"], found["cause"]) == ("FAILED", "Mine", "because")


def test_a_task_without_heartbeats_times_out(aws, states, waiting):
    execution, token = waiting(HeartbeatSeconds=60, TimeoutSeconds=600)
    aws.clock.move(seconds=50)
    states.send_task_heartbeat(taskToken=token)
    aws.clock.move(seconds=50)
    assert states.describe_execution(executionArn=execution)["status"] == "RUNNING"
    aws.clock.move(seconds=11)
    found = states.describe_execution(executionArn=execution)
    assert (found["status"], found["error"]) == ("FAILED", "States.HeartbeatTimeout")


def test_a_late_heartbeat_is_told_from_a_late_answer(aws, states, waiting):
    """Also where both deadlines passed before anybody looked, and without TimeoutSeconds."""
    from datetime import timedelta

    first, _ = waiting(HeartbeatSeconds=60, TimeoutSeconds=120)
    aws.clock._now += timedelta(seconds=500)  # as a clock that runs by itself
    found = states.describe_execution(executionArn=first)
    assert (found["status"], found["error"]) == ("FAILED", "States.HeartbeatTimeout")
    second, _ = waiting(HeartbeatSeconds=600)
    aws.clock.move(seconds=599)
    assert states.describe_execution(executionArn=second)["status"] == "RUNNING"
    aws.clock.move(seconds=2)
    assert states.describe_execution(executionArn=second)["error"] == "States.HeartbeatTimeout"


def test_a_handler_that_takes_longer_than_its_task_may(run, make_function):
    slow = make_function("slow", "import time\ndef handler(event, context):\n    time.sleep(1.2)")
    failed = {"ErrorEquals": ["States.Timeout"], "Next": "Late", "ResultPath": None}
    late = {"Late": {"Type": "Pass", "Result": "late", "End": True}}
    by_name = {"Resource": SDK + "lambda:invoke", "Parameters": {"FunctionName": "slow"}}
    for task in ({"Resource": slow}, by_name):
        assert run({**one("Task", **task, TimeoutSeconds=1, Catch=[failed]), **late}) == "late"
    assert run(one("Task", Resource=slow, TimeoutSeconds=3)) is None


def test_a_handler_that_takes_longer_while_the_clock_runs():
    aws = start_aws()
    states, functions = boto3.client("stepfunctions"), boto3.client("lambda")
    code = zip_handler("import time\ndef handler(event, context):\n    time.sleep(1.2)")
    slow = functions.create_function(
        FunctionName="slow", Role=aws.role, Handler="handler.handler", Runtime="python3.13",
        Code={"ZipFile": code},
    )["FunctionArn"]  # fmt: skip
    definition = {"StartAt": "A", "States": one("Task", Resource=slow, TimeoutSeconds=1)}
    machine = states.create_state_machine(
        name="m", definition=json.dumps(definition), roleArn=aws.role
    )["stateMachineArn"]
    started = states.start_execution(stateMachineArn=machine)["executionArn"]
    found = states.describe_execution(executionArn=started)
    aws.stop()
    assert (found["status"], found["error"]) == ("FAILED", "States.Timeout")


def test_jitter_spreads_the_waits_the_same_way_in_every_run():
    ends = []
    for _ in range(2):
        aws = start_aws(at="2026-03-02T09:00")
        states = boto3.client("stepfunctions")
        retry = {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 100, "JitterStrategy": "FULL"}
        task = one(
            "Task", Resource=SDK + "sqs:sendMessage", Retry=[retry],
            Parameters={"QueueUrl": "https://queue.amazonaws.com/111122223333/none",
                        "MessageBody": "x"},
        )  # fmt: skip
        machine = states.create_state_machine(
            name="m", definition=json.dumps({"StartAt": "A", "States": task}), roleArn=aws.role
        )["stateMachineArn"]
        aws.wait_for(states.start_execution(stateMachineArn=machine)["executionArn"])
        ends.append(aws.clock.now().isoformat())
        aws.stop()
    assert ends[0] == ends[1]
    assert "2026-03-02T09:00:00" < ends[0] < "2026-03-02T09:11:40"  # 100 + 200 + 400 at most


def test_wrong_tokens_and_outputs_are_refused(states, waiting):
    _, token = waiting()
    with pytest.raises(states.exceptions.InvalidToken):
        states.send_task_success(taskToken="nobody's", output="{}")
    with pytest.raises(states.exceptions.InvalidOutput):
        states.send_task_success(taskToken=token, output="{")


# Tasks of other services


@pytest.mark.proves(
    "Step Functions", "Tasks: SQS, SNS, DynamoDB, EventBridge, S3 and SDK calls", kind="real"
)
def test_tasks_change_other_services(run, make_queue, bodies):
    url, arn = make_queue("inbox")
    topic = boto3.client("sns").create_topic(Name="news")["TopicArn"]
    boto3.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn,
                                  Attributes={"RawMessageDelivery": "true"})  # fmt: skip
    boto3.client("s3").create_bucket(Bucket="written")
    boto3.client("dynamodb").create_table(
        TableName="t",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )

    def task(resource, parameters, following):
        return {"Type": "Task", "Resource": SDK + resource, "Parameters": parameters,
                "ResultPath": None, "Next": following}  # fmt: skip

    item = {"id": {"S.$": "$.id"}}
    machine = {
        "Queue": task("sqs:sendMessage", {"QueueUrl": url, "MessageBody.$": "$"}, "Topic"),
        "Topic": task("sns:publish", {"TopicArn": topic, "Message.$": "$.id"}, "Put"),
        "Put": task("dynamodb:putItem", {"TableName": "t", "Item": item}, "Object"),
        "Object": task(
            "aws-sdk:s3:putObject", {"Bucket": "written", "Key": "k", "Body.$": "$"}, "Get"
        ),
        "Get": {
            "Type": "Task",
            "Resource": SDK + "dynamodb:getItem",
            "Parameters": {"TableName": "t", "Key": item},
            "OutputPath": "$.Item.id.S",
            "End": True,
        },
    }
    assert run(machine, {"id": "7"}) == "7"
    assert sorted(bodies(url)) == ["7", '{"id": "7"}']
    stored = boto3.client("s3").get_object(Bucket="written", Key="k")["Body"].read()
    assert json.loads(stored) == {"id": "7"}


@pytest.mark.parametrize(
    ("resource", "parameters", "error"),
    [
        ("dynamodb:getItem", {"TableName": "no", "Key": {"id": {"S": "1"}}},
         "DynamoDB.ResourceNotFoundException"),
        ("aws-sdk:dynamodb:describeTable", {"TableName": "no"},
         "DynamoDb.ResourceNotFoundException"),
        ("aws-sdk:s3:listObjectsV2", {"Bucket": "not-there"}, "S3.NoSuchBucketException"),
        ("lambda:invoke", {"FunctionName": "no"}, "Lambda.ResourceNotFoundException"),
        ("glue:startJobRun.sync", {"JobName": "no"}, "Glue.EntityNotFoundException"),
    ],
)  # fmt: skip
def test_errors_of_tasks_have_the_names_that_retry_matches(run, resource, parameters, error):
    assert run(one("Task", Resource=SDK + resource, Parameters=parameters))[1] == error


@pytest.mark.proves(
    "Step Functions", "A machine starts another and waits for it (.sync, .sync:2)", kind="real"
)
def test_a_machine_waits_for_another(aws, states, run):
    inner = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 30, "Next": "P"},
             "P": {"Type": "Pass", "Result": {"r": 5}, "End": True}}}  # fmt: skip
    child = states.create_state_machine(
        name="child", definition=json.dumps(inner), roleArn=aws.role
    )["stateMachineArn"]
    resource = SDK + "states:startExecution.sync"
    parameters = {"StateMachineArn": child, "Input": {"x": 1}}

    def task(resource):
        return one("Task", Resource=resource, Parameters=parameters, OutputPath="$.Output")

    assert run(task(resource + ":2")) == {"r": 5}
    assert run(task(resource)) == '{"r":5}'
    assert aws.clock.now() >= aws.started


@pytest.mark.proves("Step Functions", "Athena query as a task (.sync) and its results", kind="real")
def test_athena_runs_as_a_task(run):
    boto3.client("s3").create_bucket(Bucket="results")
    machine = {
        "Query": {
            "Type": "Task",
            "Resource": SDK + "athena:startQueryExecution.sync",
            "Parameters": {
                "QueryString": "SELECT 41 + 1 AS answer",
                "ResultConfiguration": {"OutputLocation": "s3://results/"},
            },
            "Next": "Rows",
        },
        "Rows": {
            "Type": "Task",
            "Resource": SDK + "athena:getQueryResults",
            "Parameters": {"QueryExecutionId.$": "$.QueryExecution.QueryExecutionId"},
            "OutputPath": "$.ResultSet.Rows[1].Data[0].VarCharValue",
            "End": True,
        },
    }
    assert run(machine) == "42"


# The service around it


@pytest.mark.proves(
    "Step Functions", "Execution history: events in order, paged, newest first", kind="real"
)
def test_history_tells_what_happened(aws, states, start, flaky):
    execution = start(one("Task", Resource=flaky), {"answer": [1]})
    events = states.get_execution_history(executionArn=execution)["events"]
    assert [event["type"] for event in events] == [
        "ExecutionStarted",
        "TaskStateEntered",
        "LambdaFunctionScheduled",
        "LambdaFunctionStarted",
        "LambdaFunctionSucceeded",
        "TaskStateExited",
        "ExecutionSucceeded",
    ]
    assert [event["id"] for event in events] == [1, 2, 3, 4, 5, 6, 7]
    assert json.loads(events[4]["lambdaFunctionSucceededEventDetails"]["output"]) == [1]
    newest = states.get_execution_history(executionArn=execution, reverseOrder=True, maxResults=2)
    assert [event["id"] for event in newest["events"]] == [7, 6]
    more = states.get_execution_history(
        executionArn=execution, reverseOrder=True, maxResults=2, nextToken=newest["nextToken"]
    )
    assert [event["id"] for event in more["events"]] == [5, 4]


@pytest.mark.proves("Step Functions", "Stop and time out an execution", kind="real")
def test_executions_can_be_stopped_and_time_out(aws, states, start, run):
    execution = start(one("Wait", Seconds=50))
    states.stop_execution(executionArn=execution, error="enough", cause="said so")
    found = states.describe_execution(executionArn=execution)
    assert (found["status"], found["error"]) == ("ABORTED", "enough")
    history = states.get_execution_history(executionArn=execution)["events"]
    assert history[-1]["type"] == "ExecutionAborted"
    assert run(one("Wait", Seconds=50), TimeoutSeconds=10)[0] == "TIMED_OUT"


@pytest.mark.proves("Step Functions", "Express workflows: start_sync_execution", kind="real")
def test_express_answers_its_caller(aws, states):
    steps = {"W": {"Type": "Wait", "Seconds": 5, "Next": "P"},
             "P": {"Type": "Pass", "Result": 5, "End": True}}  # fmt: skip
    definition = json.dumps({"StartAt": "W", "States": steps})
    express = states.create_state_machine(
        name="quick", type="EXPRESS", definition=definition, roleArn=aws.role
    )["stateMachineArn"]
    found = states.start_sync_execution(stateMachineArn=express, input="{}")
    assert (found["status"], found["output"]) == ("SUCCEEDED", "5")
    with pytest.raises(states.exceptions.ExecutionDoesNotExist):
        states.describe_execution(executionArn=found["executionArn"])
    with pytest.raises(states.exceptions.StateMachineTypeNotSupported):
        states.list_executions(stateMachineArn=express)


def test_a_standard_machine_cannot_be_run_synchronously(states, start):
    arn = start(one("Succeed")).replace(":execution:", ":stateMachine:").rpartition(":")[0]
    with pytest.raises(states.exceptions.StateMachineTypeNotSupported):
        states.start_sync_execution(stateMachineArn=arn)


@pytest.mark.proves(
    "Step Functions", "Wrong definitions are refused, each with its place", kind="real"
)
def test_wrong_definitions_are_refused(aws, states):
    document = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}}
    with pytest.raises(ClientError) as refused:
        states.create_state_machine(name="x", definition=json.dumps(document), roleArn=aws.role)
    assert refused.value.response["Error"]["Code"] == "InvalidDefinition"
    assert "MISSING_TRANSITION_TARGET" in refused.value.response["Error"]["Message"]
    found = states.validate_state_machine_definition(definition=json.dumps(document))
    assert found["result"] == "FAIL"
    assert found["diagnostics"][0]["location"] == "/States/A/Next"


@pytest.mark.parametrize(
    "resource",
    ["sqs:nope", "sqs:SendMessage", "nope:call", "sqs:sendMessage.sync", "aws-sdk:s3:nope"],
)
def test_a_call_that_no_service_has_is_no_valid_definition(aws, states, resource):
    """Created or only validated: the service says the same."""
    definition = json.dumps({"StartAt": "A", "States": one("Task", Resource=SDK + resource)})
    found = states.validate_state_machine_definition(definition=definition)
    assert found["result"] == "FAIL"
    assert found["diagnostics"][0]["code"] == "SCHEMA_VALIDATION_FAILED"
    assert found["diagnostics"][0]["location"] == "/States/A/Resource"
    with pytest.raises(states.exceptions.InvalidDefinition, match="is not recognized"):
        states.create_state_machine(name="x", definition=definition, roleArn=aws.role)
    for right in ("sqs:sendMessage", "ecs:runTask.sync", "aws-sdk:s3:getObject"):
        definition = json.dumps({"StartAt": "A", "States": one("Task", Resource=SDK + right)})
        assert states.validate_state_machine_definition(definition=definition)["result"] == "OK"


def test_the_same_name_and_input_is_the_same_execution(aws, states):
    definition = json.dumps({"StartAt": "A", "States": one("Wait", Seconds=9)})
    machine = states.create_state_machine(name="m", definition=definition, roleArn=aws.role)
    arn = machine["stateMachineArn"]
    first = states.start_execution(stateMachineArn=arn, name="n", input="{}")["executionArn"]
    assert (
        states.start_execution(stateMachineArn=arn, name="n", input="{}")["executionArn"] == first
    )
    with pytest.raises(states.exceptions.ExecutionAlreadyExists):
        states.start_execution(stateMachineArn=arn, name="n", input="[]")


@pytest.mark.proves(
    "Step Functions", "Versions and aliases start what they were made of", kind="real"
)
def test_a_version_stays_as_it_was(aws, states):
    def definition(result):
        return json.dumps({"StartAt": "A", "States": one("Pass", Result=result)})

    made = states.create_state_machine(
        name="m", definition=definition(1), roleArn=aws.role, publish=True
    )
    states.update_state_machine(stateMachineArn=made["stateMachineArn"], definition=definition(2))
    outputs = [
        aws.wait_for(states.start_execution(stateMachineArn=made[key])["executionArn"])["output"]
        for key in ("stateMachineVersionArn", "stateMachineArn")
    ]
    assert outputs == ["1", "2"]


def test_a_handler_may_start_a_machine_and_answer_its_token(aws, states, make_function, run):
    make_function(
        "answer",
        """
        import boto3
        def handler(event, context):
            states = boto3.client("stepfunctions")
            states.send_task_success(taskToken=event["token"], output='"from the handler"')
        """,
    )
    resource = SDK + "lambda:invoke.waitForTaskToken"
    parameters = {"FunctionName": "answer", "Payload": {"token.$": "$$.Task.Token"}}
    assert run(one("Task", Resource=resource, Parameters=parameters)) == "from the handler"


def test_two_labs_give_the_same_executions():
    def history():
        lab = start_aws(at="2026-03-02T09:00")
        states = boto3.client("stepfunctions")
        zipped = zip_handler(FLAKY)
        function = boto3.client("lambda").create_function(
            FunctionName="f", Role=lab.role, Runtime="python3.13", Handler="handler.handler",
            Code={"ZipFile": zipped})["FunctionArn"]  # fmt: skip
        machine = item_machine({"Type": "Task", "Resource": function, "End": True})
        definition = json.dumps({"StartAt": "A", "States": machine})
        arn = states.create_state_machine(name="m", definition=definition, roleArn=lab.role)
        execution = states.start_execution(
            stateMachineArn=arn["stateMachineArn"], input='[{"fail": 0}, {"key": "x"}]'
        )["executionArn"]
        events = states.get_execution_history(executionArn=execution)["events"]
        lab.stop()
        return execution, events

    assert history() == history()


@pytest.mark.proves("Step Functions", "Status changes are events on the default bus", kind="real")
def test_a_rule_sees_that_an_execution_failed(run, make_queue, bodies):
    url, arn = make_queue("alerts")
    events = boto3.client("events")
    pattern = {"source": ["aws.states"], "detail": {"status": ["FAILED"]}}
    events.put_rule(Name="r", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="r", Targets=[{"Id": "1", "Arn": arn}])
    run(one("Succeed"))
    run(one("Fail", Error="E", Cause="C"))
    [event] = [json.loads(body) for body in bodies(url)]
    assert event["detail-type"] == "Step Functions Execution Status Change"
    detail = event["detail"]
    assert (detail["status"], detail["error"], detail["cause"]) == ("FAILED", "E", "C")
    assert event["resources"] == [detail["executionArn"]]


@pytest.mark.proves("Step Functions", "Activities, redrive, TestState", kind="not here")
def test_what_is_missing_is_refused_by_name(states, start):
    with pytest.raises(LabLimit, match="activities"):
        states.create_activity(name="a")
    with pytest.raises(LabLimit, match="redrive"):
        states.redrive_execution(executionArn=start(one("Fail")))
    with pytest.raises(LabLimit, match="ecs"):
        start(one("Task", Resource=SDK + "ecs:runTask.sync"))
    machine = item_machine({"Type": "Succeed"}, ItemBatcher={"MaxItemsPerBatch": 2})
    machine["A"]["ItemProcessor"]["ProcessorConfig"] = {"Mode": "DISTRIBUTED"}
    with pytest.raises(LabLimit, match="ItemBatcher"):
        start(machine)


def test_a_map_over_no_array_names_its_path(run):
    inner = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
    each = {"Type": "Map", "ItemsPath": "$.xs", "ItemProcessor": inner, "End": True}
    status, error, cause = run({"Each": each}, {"xs": {"not": "array"}})
    assert (status, error) == ("FAILED", "States.Runtime")
    assert 'Reference path "$.xs" must point to array.' in cause


def test_a_synchronous_execution_says_what_is_billed(aws, states):
    definition = {"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 3, "End": True}}}
    machine = states.create_state_machine(
        name="express", type="EXPRESS", roleArn=aws.role, definition=json.dumps(definition)
    )["stateMachineArn"]
    answer = states.start_sync_execution(stateMachineArn=machine)
    assert answer["billingDetails"] == {
        "billedMemoryUsedInMB": 64,
        "billedDurationInMilliseconds": 3000,
    }
