import base64
import io
import json
import os
import sys
import threading
import time
import zipfile

import boto3
import pytest
from botocore.exceptions import ClientError

from dealab.cloud import zip_handler
from dealab.sql.errors import LabLimit


def invoke(name, payload=None, **options):
    """Return (FunctionError or None, decoded payload, response)."""
    answer = boto3.client("lambda").invoke(
        FunctionName=name, Payload=json.dumps(payload or {}), **options
    )
    text = answer["Payload"].read()
    return answer.get("FunctionError"), json.loads(text) if text else None, answer


@pytest.mark.proves("Lambda", "Python handlers from their zip file", kind="real")
def test_a_handler_runs_and_answers(aws, make_function):
    make_function(
        "add", "def handler(event, context):\n    return {'sum': event['a'] + event['b']}"
    )
    assert invoke("add", {"a": 2, "b": 3})[:2] == (None, {"sum": 5})


@pytest.mark.proves("Lambda", "Environment variables", kind="real")
def test_environment_variables_are_the_functions_and_only_during_the_run(aws, make_function):
    make_function(
        "env",
        """
        import os

        def handler(event, context):
            os.environ["LEFT_BEHIND"] = "1"
            asked = ("TABLE", "AWS_REGION", "AWS_LAMBDA_FUNCTION_NAME")
            return {k: os.environ.get(k) for k in asked}
        """,
        Environment={"Variables": {"TABLE": "orders"}},
    )
    before = dict(os.environ)
    expected = {"TABLE": "orders", "AWS_REGION": "us-east-1", "AWS_LAMBDA_FUNCTION_NAME": "env"}
    assert invoke("env")[1] == expected
    assert dict(os.environ) == before


@pytest.mark.proves("Lambda", "The context object", kind="real")
def test_the_context_tells_what_the_service_tells(aws, make_function):
    arn = make_function(
        "ctx",
        """
        import time

        def handler(event, context):
            left = context.get_remaining_time_in_millis()
            time.sleep(0.05)
            return {
                "name": context.function_name,
                "arn": context.invoked_function_arn,
                "memory": context.memory_limit_in_mb,
                "version": context.function_version,
                "group": context.log_group_name,
                "id": len(context.aws_request_id),
                "left": left,
                "used": left - context.get_remaining_time_in_millis(),
            }
        """,
        Timeout=7,
        MemorySize=256,
    )
    told = invoke("ctx")[1]
    assert 6000 < told.pop("left") <= 7000
    assert 50 <= told.pop("used") < 1000
    assert told == {
        "name": "ctx",
        "arn": arn,
        "memory": "256",
        "version": "$LATEST",
        "group": "/aws/lambda/ctx",
        "id": 36,
    }


@pytest.mark.proves("Lambda", "boto3 in a handler reaches the same AWS", kind="real")
def test_boto3_inside_a_handler_reaches_the_same_aws(aws, make_function):
    boto3.client("s3").create_bucket(Bucket="fernway-out")
    make_function(
        "writer",
        """
        import boto3
        s3 = boto3.client("s3")

        def handler(event, context):
            s3.put_object(Bucket="fernway-out", Key=event["key"], Body=b"done")
        """,
    )
    assert invoke("writer", {"key": "k"})[:2] == (None, None)
    body = boto3.client("s3").get_object(Bucket="fernway-out", Key="k")["Body"].read()
    assert body == b"done"


@pytest.mark.proves("Lambda", "Errors come back as the runtime reports them", kind="real")
def test_an_exception_comes_back_as_the_service_sends_it(aws, make_function):
    make_function(
        "bad",
        """
        def check(order):
            raise ValueError("order 7 has no total")

        def handler(event, context):
            check(event)
        """,
    )
    error, payload, answer = invoke("bad")
    assert answer["StatusCode"] == 200
    assert error == "Unhandled"
    assert payload["errorType"] == "ValueError"
    assert payload["errorMessage"] == "order 7 has no total"
    trace = "".join(payload["stackTrace"])
    assert 'File "/var/task/handler.py", line 5, in handler' in trace
    assert 'raise ValueError("order 7 has no total")' in trace
    assert "dealab" not in trace


@pytest.mark.parametrize(
    ("source", "handler", "kind", "message"),
    [
        ("x = 1", "handler.handler", "Runtime.HandlerNotFound", "missing on module 'handler'"),
        ("x = 1", "other.handler", "Runtime.ImportModuleError", "No module named 'other'"),
        ("x = 1", "handler", "Runtime.MalformedHandlerName", "Bad handler 'handler'"),
        ("def handler(:", "handler.handler", "Runtime.UserCodeSyntaxError", "Syntax error"),
        ("import no_such_lib", "handler.handler", "Runtime.ImportModuleError", "no_such_lib"),
        (
            "import datetime\ndef handler(e, c): return datetime.date(2026, 1, 1)",
            "handler.handler",
            "Runtime.MarshalError",
            "not JSON serializable",
        ),
        (
            "def handler(e, c):\n    import sys; sys.exit(3)",
            "handler.handler",
            "Runtime.ExitError",
            "exit status 3",
        ),
    ],
)
def test_the_runtimes_own_errors(aws, make_function, source, handler, kind, message):
    make_function("broken", source, handler=handler)
    error, payload, _ = invoke("broken")
    assert error == "Unhandled"
    assert payload["errorType"] == kind
    assert message in payload["errorMessage"]


@pytest.mark.proves("Lambda", "Timeout", kind="real")
def test_a_handler_over_its_time_is_stopped(aws, make_function):
    make_function(
        "slow",
        """
        import time, boto3
        count = 0

        def handler(event, context):
            global count
            count += 1
            if event.get("quick"):
                return count
            while True:
                time.sleep(0.01)
        """,
        Timeout=1,
    )
    assert invoke("slow", {"quick": True})[1] == 1
    begun = time.perf_counter()
    error, payload, _ = invoke("slow")
    assert 0.9 < time.perf_counter() - begun < 3
    assert error == "Unhandled"
    assert payload["errorType"] == "Sandbox.Timedout"
    assert payload["errorMessage"].endswith("Task timed out after 1.00 seconds")
    deadline = time.monotonic() + 5
    while any(thread.name == "lambda-slow" for thread in threading.enumerate()):
        assert time.monotonic() < deadline, "the handler's thread still runs"
        time.sleep(0.02)
    assert invoke("slow", {"quick": True})[1] == 1  # a new environment: a cold start


def test_the_default_timeout_is_three_seconds(aws, make_function):
    make_function("t", "def handler(e, context): return context.get_remaining_time_in_millis()")
    assert 2500 < invoke("t")[1] <= 3000


@pytest.mark.proves("Lambda", "Logs and LogResult", kind="real")
def test_output_goes_to_the_log_group_and_the_tail_not_to_the_notebook(aws, make_function, capsys):
    make_function(
        "talks",
        """
        import logging, sys
        log = logging.getLogger()
        log.setLevel("INFO")

        def handler(event, context):
            print("order", event["order"])
            print("to stderr", file=sys.stderr)
            log.info("seen %s", event["order"])
            log.debug("not shown")
        """,
    )
    tail = base64.b64decode(invoke("talks", {"order": 7}, LogType="Tail")[2]["LogResult"]).decode()
    lines = tail.splitlines()
    assert lines[0].startswith("START RequestId: ")
    assert lines[0].endswith("Version: $LATEST")
    assert lines[1:3] == ["order 7", "to stderr"]
    assert lines[3].startswith("[INFO]\t20")
    assert lines[3].endswith("\tseen 7")
    assert lines[4].startswith("END RequestId")
    assert "Memory Size: 128 MB" in lines[5]
    assert capsys.readouterr() == ("", "")
    events = boto3.client("logs").filter_log_events(logGroupName="/aws/lambda/talks")["events"]
    assert [event["message"] for event in events] == lines
    assert "LogResult" not in invoke("talks", {"order": 8})[2]


def test_the_log_tail_is_the_last_four_kilobytes(aws, make_function):
    make_function("long", "def handler(e, c):\n    for i in range(900): print('line', i)")
    tail = base64.b64decode(invoke("long", LogType="Tail")[2]["LogResult"])
    assert len(tail) == 4096
    assert b"line 899" in tail
    assert b"line 0\n" not in tail


def test_globals_stay_while_warm_and_go_with_new_code(aws, make_function):
    source = "n = 0\ndef handler(e, c):\n    global n\n    n += 1\n    return n"
    make_function("count", source)
    assert [invoke("count")[1] for _ in range(3)] == [1, 2, 3]
    assert [run.cold for run in aws.invocations] == [True, False, False]
    boto3.client("lambda").update_function_code(
        FunctionName="count", ZipFile=zip_handler(source.replace("n += 1", "n += 10"))
    )
    assert invoke("count")[1] == 10


def test_functions_do_not_see_each_others_modules(aws, make_function):
    path = list(sys.path)
    for name in ("one", "two"):
        make_function(name, f"import sys\nNAME = '{name}'\ndef handler(e, c): return NAME")
    assert [invoke(name)[1] for name in ("one", "two", "one")] == ["one", "two", "one"]
    assert "handler" not in sys.modules
    assert sys.path == path


def test_a_zip_file_may_hold_several_modules_and_files(aws, make_function):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app/__init__.py", "")
        archive.writestr("app/main.py", "from app.rules import tax\nfrom pathlib import Path\n"
                         "def run(e, c):\n    import app.late\n    return [tax(100), app.late.X, "
                         "Path(__file__).with_name('rate.txt').read_text()]")  # fmt: skip
        archive.writestr("app/rules.py", "def tax(n): return n * 0.07")
        archive.writestr("app/late.py", "X = 5")
        archive.writestr("app/rate.txt", "7 %")
    boto3.client("lambda").create_function(
        FunctionName="app", Runtime="python3.12", Role=aws.role, Handler="app.main.run",
        Code={"ZipFile": packed.getvalue()},
    )  # fmt: skip
    for _ in range(2):
        error, payload, _ = invoke("app")
        assert error is None
        assert payload == [pytest.approx(7), 5, "7 %"]


def test_a_handler_may_invoke_another_function(aws, make_function):
    make_function("inner", "def handler(e, c):\n    print('in'); return e['n'] + 1")
    make_function(
        "outer",
        """
        import boto3, json

        def handler(event, context):
            print("before")
            got = boto3.client("lambda").invoke(FunctionName="inner", Payload=json.dumps(event))
            print("after")
            return json.load(got["Payload"]) * 10
        """,
    )
    assert invoke("outer", {"n": 1})[1] == 20
    logs = {run.function: run.logs for run in aws.invocations}
    assert "before\nafter" in logs["outer"]
    assert "in\n" in logs["inner"]
    assert "in\n" not in logs["outer"]


def test_functions_invoked_from_several_threads_do_not_mix(aws, make_function):
    for n in range(4):
        make_function(
            f"f{n}",
            "import os, time\ndef handler(e, c):\n    print(os.environ['N']); time.sleep(0.05)\n"
            "    return os.environ['N']",
            Environment={"Variables": {"N": str(n)}},
        )
    answers = {}

    def call(n):
        answers[n] = invoke(f"f{n}")[1]

    threads = [threading.Thread(target=call, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {n: str(n) for n in range(4)}
    assert all(run.logs.splitlines()[1] == run.function[1:] for run in aws.invocations)


def test_the_event_is_a_copy_that_went_through_json(aws, make_function):
    make_function("change", "def handler(e, c):\n    e['x'].append(1)\n    return e")
    assert invoke("change", {"x": []})[1] == {"x": [1]}
    assert aws.invocations[-1].event == {"x": []}


@pytest.mark.proves("Lambda", "Asynchronous retries and destinations", kind="real")
def test_asynchronous_invocations_are_retried_twice_and_then_told(
    aws, make_function, make_queue, bodies
):
    arn = make_function("flaky", "def handler(e, c): raise RuntimeError('no')")
    url, queue = make_queue("failed-events")
    boto3.client("lambda").put_function_event_invoke_config(
        FunctionName="flaky", DestinationConfig={"OnFailure": {"Destination": queue}}
    )
    error, payload, answer = invoke("flaky", {"id": 1}, InvocationType="Event")
    assert (error, payload, answer["StatusCode"]) == (None, None, 202)
    assert [run.source for run in aws.invocations] == ["async"] * 3
    [body] = bodies(url)
    told = json.loads(body)
    assert told["requestContext"]["condition"] == "RetriesExhausted"
    assert told["requestContext"]["approximateInvokeCount"] == 3
    assert told["requestContext"]["functionArn"] == f"{arn}:$LATEST"
    assert told["requestPayload"] == {"id": 1}
    assert told["responseContext"]["functionError"] == "Unhandled"
    assert told["responsePayload"]["errorType"] == "RuntimeError"


def test_an_asynchronous_success_is_told_once(aws, make_function, make_queue, bodies):
    make_function("fine", "def handler(e, c): return 'ok'")
    url, queue = make_queue("done-events")
    boto3.client("lambda").put_function_event_invoke_config(
        FunctionName="fine", MaximumRetryAttempts=0,
        DestinationConfig={"OnSuccess": {"Destination": queue}},
    )  # fmt: skip
    invoke("fine", InvocationType="Event")
    [body] = bodies(url)
    assert json.loads(body)["responsePayload"] == "ok"
    assert json.loads(body)["requestContext"]["condition"] == "Success"


def test_loading_the_code_does_not_count_as_running_time(aws, make_function):
    make_function(
        "heavy",
        """
        import time
        time.sleep(1.2)

        def handler(event, context):
            return context.get_remaining_time_in_millis()
        """,
        Timeout=1,
    )
    error, left, _ = invoke("heavy")
    assert error is None
    assert 500 < left <= 1000


def test_code_that_is_no_zip_file_is_refused(aws, make_function):
    with pytest.raises(ClientError, match="Could not unzip uploaded file"):
        boto3.client("lambda").create_function(
            FunctionName="text", Runtime="python3.13", Role=aws.role, Handler="handler.handler",
            Code={"ZipFile": b"def handler(event, context): pass"},
        )  # fmt: skip
    make_function("f", "def handler(e, c): return 1")
    with pytest.raises(ClientError, match="Could not unzip uploaded file"):
        boto3.client("lambda").update_function_code(FunctionName="f", ZipFile=b"text")


def test_a_dry_run_runs_nothing(aws, make_function):
    make_function("dry", "def handler(e, c): return 1")
    assert invoke("dry", InvocationType="DryRun")[2]["StatusCode"] == 204
    assert aws.invocations == []


@pytest.mark.proves("Lambda", "Other languages and container images", kind="not here")
def test_other_runtimes_are_said_to_be_not_here(aws, make_function):
    make_function("js", "exports.handler = 1", Runtime="nodejs22.x")
    with pytest.raises(LabLimit, match=r"nodejs22\.x"):
        invoke("js")


def test_zip_handler_gives_the_same_bytes_and_takes_indented_source():
    packed = zip_handler("\n    x = 1\n    y = 2\n", name="main.py")
    assert packed == zip_handler("\n    x = 1\n    y = 2\n", name="main.py")
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.namelist() == ["main.py"]
        assert archive.read("main.py") == b"x = 1\ny = 2\n"


def test_environments_are_removed_at_the_end(aws, make_function):
    make_function("where", "def handler(e, c): return __file__")
    folder = os.path.dirname(invoke("where")[1])
    assert os.path.isdir(folder)
    aws.stop()
    assert not os.path.exists(folder)
