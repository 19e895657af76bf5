"""Lambda's settings and limits through plain boto3: concurrency, versions, /tmp, layers, mounts."""

import io
import json
import threading
import time
import zipfile

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from dealab.cloud import zip_handler
from dealab.sql.errors import LabLimit

ONCE = Config(retries={"total_max_attempts": 1})


@pytest.fixture
def lambdas(aws):
    return boto3.client("lambda", config=ONCE)


def invoke(client, name, event=None, **more):
    answer = client.invoke(FunctionName=name, Payload=json.dumps(event or {}), **more)
    text = answer["Payload"].read()
    return json.loads(text) if text else None


def code(caught):
    return caught.value.response["Error"]["Code"]


# Concurrency


def at_once(client, name, count):
    """Invoke ``count`` times from threads; return the Reasons of the throttled ones."""
    reasons, lock = [], threading.Lock()

    def call():
        try:
            invoke(client, name)
        except client.exceptions.TooManyRequestsException as error:
            with lock:
                reasons.append(error.response["Reason"])

    threads = [threading.Thread(target=call) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return reasons


SLEEPS = "import time\ndef handler(event, context):\n    time.sleep(0.5)"


@pytest.mark.proves("Lambda", "Reserved concurrency throttles overlapping calls", kind="real")
def test_reserved_concurrency_throttles_what_overlaps(aws, lambdas, make_function):
    make_function("f", SLEEPS)
    lambdas.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=1)
    assert at_once(lambdas, "f", 3) == ["ReservedFunctionConcurrentInvocationLimitExceeded"] * 2
    assert len(aws.invocations) == 1
    assert len(aws.runtime.throttles) == 2
    assert at_once(lambdas, "f", 1) == []
    lambdas.delete_function_concurrency(FunctionName="f")
    assert at_once(lambdas, "f", 2) == []


@pytest.mark.proves("Lambda", "Concurrency limit of the account", kind="real")
def test_functions_without_a_reservation_share_the_rest(aws, lambdas, make_function):
    make_function("a", SLEEPS)
    make_function("b", SLEEPS)
    lambdas.put_function_concurrency(FunctionName="b", ReservedConcurrentExecutions=899)
    with pytest.raises(ClientError, match=r"below its minimum value of \[100\]"):
        lambdas.put_function_concurrency(FunctionName="a", ReservedConcurrentExecutions=2)
    limits = lambdas.get_account_settings()["AccountLimit"]
    assert (limits["ConcurrentExecutions"], limits["UnreservedConcurrentExecutions"]) == (1000, 101)
    aws.runtime.account_concurrency = 900
    assert at_once(lambdas, "a", 2) == ["ConcurrentInvocationLimitExceeded"]
    assert at_once(lambdas, "b", 2) == []


def test_a_function_that_invokes_itself_needs_a_second_environment(aws, lambdas, make_function):
    make_function(
        "f",
        """
        import boto3, json
        from botocore.config import Config

        def handler(event, context):
            if event.get("inner"):
                return "inner"
            client = boto3.client("lambda", config=Config(retries={"total_max_attempts": 1}))
            try:
                answer = client.invoke(FunctionName="f", Payload='{"inner": true}')
                return json.load(answer["Payload"])
            except client.exceptions.TooManyRequestsException:
                return "throttled"
        """,
    )
    assert invoke(lambdas, "f") == "inner"
    assert [run.cold for run in aws.invocations] == [True, True]
    lambdas.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=1)
    assert invoke(lambdas, "f") == "throttled"


@pytest.mark.proves("Lambda", "Throttled events wait; concurrency 0 is off", kind="real")
def test_asynchronous_events_wait_for_concurrency(aws, lambdas, make_function, make_queue, bodies):
    url, arn = make_queue("dead")
    make_function("f", "def handler(event, context): return 1", DeadLetterConfig={"TargetArn": arn})
    lambdas.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=0)
    with pytest.raises(lambdas.exceptions.TooManyRequestsException):
        invoke(lambdas, "f")
    invoke(lambdas, "f", {"n": 1}, InvocationType="Event")
    assert aws.invocations == []
    assert [json.loads(body) for body in bodies(url)] == [{"n": 1}]
    lambdas.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=1)
    aws.runtime.running["f"] = 1  # as if one were under way
    invoke(lambdas, "f", {"n": 2}, InvocationType="Event")
    aws.clock.move(minutes=1)
    assert aws.invocations == []
    aws.runtime.running["f"] = 0
    aws.clock.move(minutes=5)
    assert [run.event for run in aws.invocations] == [{"n": 2}]


def test_an_event_that_waited_too_long_is_given_up(aws, lambdas, make_function, make_queue, bodies):
    url, arn = make_queue("failed")
    make_function("f", "def handler(event, context): return 1")
    lambdas.put_function_event_invoke_config(
        FunctionName="f",
        MaximumEventAgeInSeconds=60,
        DestinationConfig={"OnFailure": {"Destination": arn}},
    )
    lambdas.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=1)
    aws.runtime.running["f"] = 1
    invoke(lambdas, "f", {"n": 1}, InvocationType="Event")
    aws.clock.move(minutes=10)
    [told] = map(json.loads, bodies(url))
    assert told["requestContext"]["condition"] == "EventAgeExceeded"
    assert told["requestPayload"] == {"n": 1}


@pytest.mark.proves("Lambda", "Dead-letter queue of a function", kind="real")
def test_failed_events_go_to_the_dead_letter_queue(aws, lambdas, make_function, make_queue):
    url, arn = make_queue("dead")
    make_function("f", "def handler(event, context): 1/0", DeadLetterConfig={"TargetArn": arn})
    invoke(lambdas, "f", {"n": 1}, InvocationType="Event")
    assert len(aws.invocations) == 3
    sqs = boto3.client("sqs")
    [message] = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"])["Messages"]
    assert json.loads(message["Body"]) == {"n": 1}
    told = {key: value["StringValue"] for key, value in message["MessageAttributes"].items()}
    assert told["ErrorMessage"] == "division by zero"
    assert told["ErrorCode"] == "200"


# Starts


@pytest.mark.proves("Lambda", "Cold and warm starts, measured", kind="real")
def test_cold_and_warm_starts_are_measured(aws, lambdas, make_function):
    make_function(
        "f", "import time\ntime.sleep(0.2)\ndef handler(e, c): time.sleep(0.05)", MemorySize=256
    )
    for _ in range(2):
        invoke(lambdas, "f")
    aws.runtime.go_cold()
    invoke(lambdas, "f")
    cold, warm, again = aws.invocations
    assert (cold.cold, warm.cold, again.cold) == (True, False, True)
    assert cold.init >= 200
    assert warm.init is None
    assert 50 <= warm.duration < 190
    assert 50 <= cold.duration < 190
    assert cold.billed >= 250 > warm.billed >= 50
    assert f"Init Duration: {cold.init:.2f} ms" in cold.logs
    assert "Init Duration" not in warm.logs
    assert f"Billed Duration: {warm.billed} ms\tMemory Size: 256 MB" in warm.logs


@pytest.mark.proves("Lambda", "Provisioned concurrency has no cold start", kind="real")
def test_provisioned_concurrency_is_warm_from_the_start(aws, lambdas, make_function):
    make_function(
        "f", "import os\ndef handler(e, c): return os.environ['AWS_LAMBDA_INITIALIZATION_TYPE']"
    )
    lambdas.publish_version(FunctionName="f")
    lambdas.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    with pytest.raises(lambdas.exceptions.ProvisionedConcurrencyConfigNotFoundException):
        lambdas.get_provisioned_concurrency_config(FunctionName="f", Qualifier="live")
    lambdas.put_provisioned_concurrency_config(
        FunctionName="f", Qualifier="live", ProvisionedConcurrentExecutions=1
    )
    asked = lambdas.get_provisioned_concurrency_config(FunctionName="f", Qualifier="live")
    assert asked["Status"] == "READY"
    assert invoke(lambdas, "f", Qualifier="live") == "provisioned-concurrency"
    assert invoke(lambdas, "f") == "on-demand"
    assert [(run.version, run.cold) for run in aws.invocations] == [("1", False), ("$LATEST", True)]
    lambdas.delete_provisioned_concurrency_config(FunctionName="f", Qualifier="live")
    with pytest.raises(ClientError):
        lambdas.put_provisioned_concurrency_config(
            FunctionName="f", Qualifier="$LATEST", ProvisionedConcurrentExecutions=1
        )


@pytest.mark.proves("Lambda", "Versions stay as they were; aliases with weights", kind="real")
def test_versions_and_weighted_aliases(aws, lambdas, make_function):
    make_function("f", "def handler(e, c): return [1, c.function_version, c.invoked_function_arn]")
    lambdas.publish_version(FunctionName="f")
    lambdas.update_function_code(
        FunctionName="f",
        ZipFile=zip_handler("def handler(e, c): return [2, c.function_version]"),
    )
    lambdas.publish_version(FunctionName="f")
    alias = lambdas.create_alias(
        FunctionName="f",
        Name="live",
        FunctionVersion="1",
        RoutingConfig={"AdditionalVersionWeights": {"2": 0.25}},
    )
    assert invoke(lambdas, "f:1")[:2] == [1, "1"]
    assert invoke(lambdas, "f") == [2, "$LATEST"]
    answers = [invoke(lambdas, "f", Qualifier="live") for _ in range(200)]
    assert {tuple(answer[:2]) for answer in answers} == {(1, "1"), (2, "2")}
    assert 25 < sum(answer[0] == 2 for answer in answers) < 75
    assert next(answer for answer in answers if answer[0] == 1)[2] == alias["AliasArn"]


# Files


@pytest.mark.proves("Lambda", "/tmp: own, limited, kept while warm", kind="real")
def test_tmp_belongs_to_the_environment_and_is_limited(aws, lambdas, make_function):
    source = """
    import os

    def handler(event, context):
        seen = sorted(os.listdir("/tmp"))
        with open(f"/tmp/{event['name']}", "wb") as file:
            for _ in range(event.get("mb", 0)):
                file.write(bytes(1024 * 1024))
        return seen
    """
    for name in ("f", "other"):
        make_function(name, source, EphemeralStorage={"Size": 512}, Timeout=60)
    assert invoke(lambdas, "f", {"name": "one"}) == []
    assert invoke(lambdas, "f", {"name": "two"}) == ["one"]
    assert invoke(lambdas, "other", {"name": "x"}) == []
    aws.runtime.go_cold()
    assert invoke(lambdas, "f", {"name": "three", "mb": 500}) == []
    failed = invoke(lambdas, "f", {"name": "four", "mb": 20})
    assert failed["errorType"] == "OSError"
    assert "No space left on device" in failed["errorMessage"]
    lambdas.update_function_configuration(FunctionName="f", EphemeralStorage={"Size": 1024})
    assert lambdas.get_function_configuration(FunctionName="f")["EphemeralStorage"]["Size"] == 1024
    invoke(lambdas, "f", {"name": "three", "mb": 500})
    assert invoke(lambdas, "f", {"name": "four", "mb": 20}) == ["three"]


def test_downloads_to_tmp_land_in_the_functions_own(aws, lambdas, make_function):
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="fernway-in")
    s3.put_object(Bucket="fernway-in", Key="k", Body=b"x" * 9_000_000)
    make_function(
        "f",
        """
        import boto3, os

        def handler(event, context):
            boto3.client("s3").download_file("fernway-in", "k", "/tmp/k-of-the-lab")
            boto3.client("s3").upload_file("/tmp/k-of-the-lab", "fernway-in", "copy")
            return os.path.getsize("/tmp/k-of-the-lab")
        """,
        Timeout=30,
    )
    assert invoke(lambdas, "f") == 9_000_000
    assert s3.head_object(Bucket="fernway-in", Key="copy")["ContentLength"] == 9_000_000
    import os

    assert not os.path.exists("/tmp/k-of-the-lab")


def test_files_of_compiled_code_can_be_sent_on(aws, lambdas, make_function):
    boto3.client("s3").create_bucket(Bucket="fernway-out")
    make_function(
        "f",
        """
        import boto3, os, uuid
        import pyarrow, pyarrow.parquet

        def handler(event, context):
            path = f"/tmp/{uuid.uuid4()}.parquet"
            pyarrow.parquet.write_table(pyarrow.table({"n": [1, 2]}), path)
            boto3.client("s3").upload_file(path, "fernway-out", "n.parquet")
            size = os.path.getsize(path)
            os.remove(path)
            return [size, os.path.exists(path)]
        """,
        Timeout=30,
    )
    size, left = invoke(lambdas, "f")
    head = boto3.client("s3").head_object(Bucket="fernway-out", Key="n.parquet")
    assert head["ContentLength"] == size > 100
    assert not left


def test_the_rest_is_read_only(aws, lambdas, make_function):
    make_function("f", "def handler(e, c): open('/var/task/x', 'w')")
    assert "Read-only file system" in invoke(lambdas, "f")["errorMessage"]


@pytest.mark.proves("Lambda", "Layers in /opt, their python folder can be imported", kind="real")
def test_layers_can_be_imported(aws, lambdas, make_function):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("python/fernway_tax.py", "RATE = 7")
        archive.writestr("rates.txt", "7 %")
    layer = lambdas.publish_layer_version(LayerName="tax", Content={"ZipFile": packed.getvalue()})
    make_function(
        "f",
        "import fernway_tax as tax\n"
        "def handler(e, c): return [tax.RATE, open('/opt/rates.txt').read()]",
        Layers=[layer["LayerVersionArn"]],
    )
    make_function("bare", "import fernway_tax\ndef handler(e, c): return 1")
    assert invoke(lambdas, "f") == [7, "7 %"]
    assert invoke(lambdas, "bare")["errorType"] == "Runtime.ImportModuleError"


@pytest.mark.proves("Lambda", "A mounted EFS folder, shared by functions", kind="real")
def test_functions_share_a_mounted_folder(aws, lambdas, make_function):
    efs, ec2 = boto3.client("efs"), boto3.client("ec2")
    system = efs.create_file_system(CreationToken="t")["FileSystemId"]
    point = efs.create_access_point(ClientToken="t", FileSystemId=system)["AccessPointArn"]
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    settings = {
        "FileSystemConfigs": [{"Arn": point, "LocalMountPath": "/mnt/models"}],
        "VpcConfig": {"SubnetIds": [subnet], "SecurityGroupIds": []},
    }
    make_function(
        "w", "def handler(e, c): open('/mnt/models/m.txt', 'w').write('weights')", **settings
    )
    make_function("r", "def handler(e, c): return open('/mnt/models/m.txt').read()", **settings)
    make_function("none", "def handler(e, c): return open('/mnt/models/m.txt').read()")
    invoke(lambdas, "w")
    assert invoke(lambdas, "r") == "weights"
    assert invoke(lambdas, "none")["errorType"] == "FileNotFoundError"
    kept = lambdas.get_function_configuration(FunctionName="r")["FileSystemConfigs"]
    assert kept == settings["FileSystemConfigs"]
    for bad in (
        {"FileSystemConfigs": settings["FileSystemConfigs"]},  # no VPC
        {**settings, "FileSystemConfigs": [{"Arn": point[:-1] + "0", "LocalMountPath": "/mnt/m"}]},
    ):
        with pytest.raises(ClientError) as caught:
            make_function("bad", "def handler(e, c): pass", **bad)
        assert code(caught) == "InvalidParameterValueException"


# Limits


@pytest.mark.proves("Lambda", "Limits: payload, environment, timeout, memory", kind="real")
def test_limits(aws, lambdas, make_function):
    make_function("f", "def handler(e, c): return 'x' * e['n']", Timeout=30)
    assert len(invoke(lambdas, "f", {"n": 6_200_000})) == 6_200_000
    failed = invoke(lambdas, "f", {"n": 6_300_000})
    assert failed["errorType"] == "Function.ResponseSizeTooLarge"
    for kind, size in (("RequestResponse", 6 * 1024 * 1024), ("Event", 1024 * 1024)):
        payload = json.dumps({"n": 1, "x": "x" * (size - 20)})
        invoke_type = {"FunctionName": "f", "InvocationType": kind}
        lambdas.invoke(Payload=payload, **invoke_type)
        with pytest.raises(ClientError) as caught:
            lambdas.invoke(Payload=payload + " " * 100, **invoke_type)
        assert code(caught) == "RequestEntityTooLargeException"
    with pytest.raises(ClientError) as caught:
        lambdas.invoke(FunctionName="f", Payload="{no json")
    assert code(caught) == "InvalidRequestContentException"


@pytest.mark.parametrize(
    ("runtime", "words"),
    [
        ("python2.7", "python2.7 is no longer supported"),
        ("python3.7", "python3.7 is no longer supported"),
        ("python2.9", "Member must satisfy enum value set"),
        ("python4", "Member must satisfy enum value set"),
    ],
)
def test_runtimes_that_ended_or_never_were_are_refused(aws, lambdas, make_function, runtime, words):
    with pytest.raises(ClientError, match=words) as refused:
        make_function("f", "def handler(event, context): return 1", Runtime=runtime)
    assert refused.value.response["Error"]["Code"] == "InvalidParameterValueException"
    make_function("f", "def handler(event, context): return 1", Runtime="python3.14")
    with pytest.raises(ClientError, match=words):
        lambdas.update_function_configuration(FunctionName="f", Runtime=runtime)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"Environment": {"Variables": {"A": "x" * 4090}}}, "exceeded the 4KB limit"),
        ({"Environment": {"Variables": {"AWS_REGION": "x"}}}, "Reserved keys used .*AWS_REGION"),
        ({"Timeout": 901}, "less than or equal to 900"),
        ({"MemorySize": 10241}, "less than or equal to 10240"),
    ],
)
def test_bad_settings_are_refused(aws, lambdas, make_function, settings, words):
    make_function("f", "def handler(e, c): return 1")
    for call in (
        lambda: make_function("g", "x = 1", **settings),
        lambda: lambdas.update_function_configuration(FunctionName="f", **settings),
    ):
        with pytest.raises(ClientError, match=words) as caught:
            call()
        assert code(caught) == "InvalidParameterValueException"


@pytest.mark.proves(
    "Lambda", "Detection of loops", kind="not here", note="a chain ends with a word"
)
def test_a_function_without_end_is_stopped(aws, lambdas, make_function):
    make_function(
        "f",
        "import boto3\ndef handler(e, c):\n"
        "    boto3.client('lambda').invoke(FunctionName='f', InvocationType='Event')",
        Timeout=30,
    )
    lambdas.put_function_event_invoke_config(FunctionName="f", MaximumRetryAttempts=0)
    invoke(lambdas, "f")
    assert len(aws.invocations) == 16
    assert "cause each other" in aws.invocations[-1].error["errorMessage"]
    assert LabLimit.__name__ == aws.invocations[-1].error["errorType"]


def test_a_thread_of_a_handler_may_invoke_and_print(aws, lambdas, make_function):
    make_function("inner", "def handler(e, c): return 1")
    make_function(
        "outer",
        """
        import boto3, threading

        def work():
            boto3.client("lambda").invoke(FunctionName="inner")
            print("from the thread")

        def handler(event, context):
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
        """,
        Timeout=10,
    )
    started = time.monotonic()
    invoke(lambdas, "outer")
    assert time.monotonic() - started < 8
    assert "from the thread" in aws.invocations[0].logs


def test_a_handler_works_in_its_own_region(aws):
    awslambda = boto3.client("lambda", region_name="eu-west-1")
    source = """
        import boto3

        def handler(event, context):
            return boto3.client("sqs").meta.region_name
        """
    awslambda.create_function(
        FunctionName="f",
        Role=aws.role,
        Handler="handler.handler",
        Runtime="python3.13",
        Code={"ZipFile": zip_handler(source)},
    )
    assert json.load(awslambda.invoke(FunctionName="f")["Payload"]) == "eu-west-1"


def test_statements_of_a_functions_policy_have_ids_of_their_own(aws, lambdas, make_function):
    make_function("f", "def handler(event, context): return 1")
    leave = {"Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"}
    lambdas.add_permission(FunctionName="f", StatementId="a", **leave)
    with pytest.raises(lambdas.exceptions.ResourceConflictException, match="already exists"):
        lambdas.add_permission(FunctionName="f", StatementId="a", **leave)
    with pytest.raises(lambdas.exceptions.ResourceNotFoundException, match="Statement b is not"):
        lambdas.remove_permission(FunctionName="f", StatementId="b")
    lambdas.remove_permission(FunctionName="f", StatementId="a")
    with pytest.raises(lambdas.exceptions.ResourceNotFoundException):
        lambdas.get_policy(FunctionName="f")


def test_a_version_with_an_alias_stays(aws, lambdas, make_function):
    make_function("f", "def handler(event, context): return 1")
    lambdas.publish_version(FunctionName="f")
    lambdas.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    with pytest.raises(lambdas.exceptions.ResourceConflictException, match=r"\[live\]"):
        lambdas.delete_function(FunctionName="f", Qualifier="1")
    lambdas.delete_alias(FunctionName="f", Name="live")
    lambdas.delete_function(FunctionName="f", Qualifier="1")
    assert len(lambdas.list_versions_by_function(FunctionName="f")["Versions"]) == 1


def test_new_code_from_a_missing_object_is_refused(aws, lambdas, make_function):
    make_function("f", "def handler(event, context): return 1")
    boto3.client("s3").create_bucket(Bucket="code-bucket")
    with pytest.raises(lambdas.exceptions.InvalidParameterValueException, match="NoSuchKey"):
        lambdas.update_function_code(FunctionName="f", S3Bucket="code-bucket", S3Key="none.zip")
    assert lambdas.invoke(FunctionName="f")["Payload"].read() == b"1"
