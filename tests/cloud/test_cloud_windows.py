"""Event source mappings with windows: batching and tumbling windows on the lab's clock, record
age, parallel lanes, replay and idempotent sinks."""

import base64
import json
from collections import Counter, defaultdict

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from dealab.cloud import start_aws

ECHO = "def handler(event, context): return len(event['Records'])"
COUNTS = """
import base64, json

def handler(event, context):
    state = event["state"]
    for record in event["Records"]:
        user = json.loads(base64.b64decode(record["kinesis"]["data"]))["user"]
        state[user] = state.get(user, 0) + 1
    return {"state": state}
"""


@pytest.fixture
def aws():
    lab = start_aws(at="2026-03-02T09:00")
    yield lab
    lab.stop()


@pytest.fixture
def stream(aws):
    kinesis = boto3.client("kinesis")
    kinesis.create_stream(StreamName="clicks", ShardCount=1)
    return kinesis.describe_stream_summary(StreamName="clicks")["StreamDescriptionSummary"][
        "StreamARN"
    ]


def put(*data, key="k"):
    for item in data:
        text = item if isinstance(item, str) else json.dumps(item)
        boto3.client("kinesis").put_record(StreamName="clicks", Data=text, PartitionKey=key)


def mapping(source, function, **settings):
    if ":kinesis:" in source and "StartingPosition" not in settings:
        settings.setdefault("StartingPosition", "TRIM_HORIZON")
    return boto3.client("lambda").create_event_source_mapping(
        EventSourceArn=source, FunctionName=function, **settings
    )["UUID"]


def data_of(run):
    return [base64.b64decode(r["kinesis"]["data"]).decode() for r in run.event["Records"]]


# Batching windows


@pytest.mark.proves("Lambda event sources", "Batching window on the clock", kind="real")
def test_a_batch_is_full_or_its_window_is_over(aws, stream, make_function):
    make_function("f", ECHO)
    mapping(stream, "f", BatchSize=3, MaximumBatchingWindowInSeconds=30)
    put("1", "2")
    assert aws.run_event_sources() == []
    aws.clock.move(seconds=20)
    assert aws.invocations == []
    put("3", "4")
    assert [data_of(run) for run in aws.run_event_sources()] == [["1", "2", "3"]]
    aws.clock.move(seconds=29)
    assert len(aws.invocations) == 1
    aws.clock.move(seconds=2)
    assert data_of(aws.invocations[-1]) == ["4"]
    aws.clock.move(hours=1)
    assert len(aws.invocations) == 2


def test_a_failing_batch_is_tried_again_window_by_window(aws, stream, make_function):
    make_function("f", "def handler(event, context): 1/0")
    mapping(stream, "f", MaximumBatchingWindowInSeconds=60, MaximumRetryAttempts=2)
    put("poison")
    aws.clock.move(minutes=10)
    assert len(aws.invocations) == 3


def test_a_queues_batch_waits_for_its_window(aws, make_function, make_queue):
    url, arn = make_queue("q")
    make_function("f", ECHO)
    mapping(arn, "f", BatchSize=20, MaximumBatchingWindowInSeconds=60)
    sqs = boto3.client("sqs")
    for n in range(15):
        sqs.send_message(QueueUrl=url, MessageBody=str(n))
    assert aws.run_event_sources() == []
    aws.clock.move(seconds=61)
    assert [run.result for run in aws.invocations] == [15]
    for n in range(25):
        sqs.send_message(QueueUrl=url, MessageBody=str(n))
    assert [run.result for run in aws.run_event_sources()] == [20]
    aws.clock.move(seconds=61)
    assert [run.result for run in aws.invocations] == [15, 20, 5]


# Tumbling windows


def clicks():
    """(seconds after 09:00, user) of a small clickstream, with gaps and a burst."""
    found = [(n * 7 % 340, f"user-{n * n % 5}") for n in range(120)]
    return sorted(found)


@pytest.mark.proves(
    "Lambda event sources", "Tumbling windows with state equal a plain count", kind="real"
)
def test_tumbling_windows_count_as_plain_python_does(aws, stream, make_function):
    make_function("f", COUNTS)
    mapping(stream, "f", TumblingWindowInSeconds=60, BatchSize=7)
    at = 0
    for second, user in clicks():
        aws.clock.move(seconds=second - at)
        at = second
        put({"user": user})
        if second % 3 == 0:
            aws.run_event_sources()
    aws.clock.move(minutes=5)
    expected = defaultdict(Counter)
    for second, user in clicks():
        expected[second // 60][user] += 1
    finals = [run.event for run in aws.invocations if run.event["isFinalInvokeForWindow"]]
    got = {event["window"]["start"]: event["state"] for event in finals}
    assert got == {
        f"2026-03-02T09:{minute:02d}:00Z": dict(counts) for minute, counts in expected.items()
    }
    assert len(finals) == len(expected)
    assert all(not event["Records"] and not event["isWindowTerminatedEarly"] for event in finals)
    assert finals[0]["window"] == {"start": "2026-03-02T09:00:00Z", "end": "2026-03-02T09:01:00Z"}
    assert (finals[0]["shardId"], finals[0]["eventSourceARN"]) == ("shardId-000000000000", stream)


def test_a_window_belongs_to_the_arrival_not_to_the_event(aws, stream, make_function):
    make_function("f", COUNTS)
    mapping(stream, "f", TumblingWindowInSeconds=60)
    put({"user": "a", "happened": "09:00:10"})
    aws.clock.move(seconds=70)
    put({"user": "late", "happened": "09:00:50"})
    aws.clock.move(seconds=120)
    finals = [run.event["state"] for run in aws.invocations if run.event["isFinalInvokeForWindow"]]
    assert finals == [{"a": 1}, {"late": 1}]


def test_an_answer_without_state_is_a_failure(aws, stream, make_function):
    make_function("f", "def handler(event, context): return {}")
    mapping(stream, "f", TumblingWindowInSeconds=60, MaximumRetryAttempts=1)
    put({"user": "a"})
    runs = aws.run_event_sources(rounds=2)
    assert [len(run.event["Records"]) for run in runs] == [1, 1]


def test_a_state_above_one_megabyte_ends_the_window_early(aws, stream, make_function):
    make_function(
        "f",
        "def handler(event, context):\n"
        "    return {'state': {'x': 'x' * 600_000 * (1 + len(event['state']))}}",
    )
    mapping(stream, "f", TumblingWindowInSeconds=600, BatchSize=1)
    put("1", "2", "3")
    aws.run_event_sources()
    told = [
        (len(run.event["Records"]), run.event["isFinalInvokeForWindow"],
         run.event["isWindowTerminatedEarly"], len(run.event["state"].get("x", "")))
        for run in aws.invocations
    ]  # fmt: skip
    assert told == [
        (1, False, False, 0),
        (1, False, False, 600_000),
        (0, True, True, 1_200_000),
        (1, False, False, 0),
    ]


def test_a_failing_end_of_a_window_holds_its_shard(aws, stream, make_function):
    make_function(
        "f",
        """
        import boto3

        def handler(event, context):
            if event["isFinalInvokeForWindow"]:
                boto3.client("s3").head_object(Bucket="fernway-switch", Key="on")
            return {"state": {"n": event["state"].get("n", 0) + len(event["Records"])}}
        """,
    )
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="fernway-switch")
    mapping(stream, "f", TumblingWindowInSeconds=60)
    put("1")
    aws.clock.move(seconds=61)
    put("2")
    aws.run_event_sources()
    assert all(run.event["state"] == {"n": 1} for run in aws.invocations[1:])
    assert not any(data_of(run) == ["2"] for run in aws.invocations)
    s3.put_object(Bucket="fernway-switch", Key="on", Body=b"")
    aws.run_event_sources()
    assert data_of(aws.invocations[-1]) == ["2"]
    assert aws.invocations[-1].event["state"] == {}


# Age, lanes, filters


@pytest.mark.proves(
    "Lambda event sources", "Records above the maximum age are given up", kind="real"
)
def test_old_records_are_given_up(aws, stream, make_function, make_queue, bodies):
    url, arn = make_queue("lost")
    make_function("f", ECHO)
    mapping(
        stream,
        "f",
        MaximumRecordAgeInSeconds=60,
        DestinationConfig={"OnFailure": {"Destination": arn}},
    )
    put("old")
    aws.clock.move(seconds=61)
    put("new")
    assert [data_of(run) for run in aws.run_event_sources()] == [["new"]]
    [told] = map(json.loads, bodies(url))
    assert told["KinesisBatchInfo"]["batchSize"] == 1


@pytest.mark.proves("Lambda event sources", "Parallel batches keep the order of a key", kind="real")
def test_a_poison_record_blocks_its_lane_only(aws, stream, make_function):
    make_function(
        "f",
        """
        import base64

        def handler(event, context):
            for record in event["Records"]:
                if base64.b64decode(record["kinesis"]["data"]) == b"poison":
                    raise ValueError("poison")
        """,
    )
    uuid = mapping(stream, "f", ParallelizationFactor=4, BatchSize=2)
    for n in range(40):
        put("poison" if n == 1 else str(n), key=f"user-{n % 8}")
    aws.run_event_sources()
    done = [(r, d) for run in aws.invocations if run.ok for r, d in
            zip(run.event["Records"], data_of(run), strict=True)]  # fmt: skip
    by_user = defaultdict(list)
    for record, data in done:
        by_user[record["kinesis"]["partitionKey"]].append(int(data))
    assert "user-1" not in by_user
    assert 4 <= len(by_user) < 8
    assert all(len(numbers) == 5 and numbers == sorted(numbers) for numbers in by_user.values())
    boto3.client("lambda").update_event_source_mapping(UUID=uuid, ParallelizationFactor=1)
    aws.run_event_sources()
    assert "poison" in data_of(aws.invocations[-1])


@pytest.mark.proves(
    "Lambda event sources", "A throttled batch waits and is not a failed try", kind="real"
)
def test_a_throttled_batch_comes_again(aws, stream, make_function, make_queue):
    make_function("f", ECHO)
    client = boto3.client("lambda", config=Config(retries={"total_max_attempts": 1}))
    client.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=0)
    url, arn = make_queue("q", VisibilityTimeout="30")
    mapping(stream, "f", MaximumRetryAttempts=0)
    mapping(arn, "f")
    put("1")
    boto3.client("sqs").send_message(QueueUrl=url, MessageBody="m")
    assert aws.run_event_sources(rounds=3) == []
    client.delete_function_concurrency(FunctionName="f")
    runs = aws.run_event_sources()
    assert data_of(runs[0]) == ["1"]
    assert runs[1].event["Records"][0]["attributes"]["ApproximateReceiveCount"] == "2"


@pytest.mark.parametrize(
    "settings",
    [{"ParallelizationFactor": 2}, {"TumblingWindowInSeconds": 60}, {"MaximumRetryAttempts": 1}],
)
def test_settings_of_streams_are_refused_for_queues(aws, make_function, make_queue, settings):
    _, arn = make_queue("q")
    make_function("f", ECHO)
    with pytest.raises(ClientError) as caught:
        mapping(arn, "f", **settings)
    assert caught.value.response["Error"]["Code"] == "InvalidParameterValueException"


# Redelivery, checkpoints and replay

SINK = """
import base64, boto3, json
from botocore.exceptions import ClientError

table = boto3.client("dynamodb")

def handler(event, context):
    for record in event["Records"]:
        order = json.loads(base64.b64decode(record["kinesis"]["data"]))
        try:
            table.put_item(
                TableName="seen",
                Item={"id": {"S": order["id"]}},
                ConditionExpression="attribute_not_exists(id)",
            )
            table.update_item(
                TableName="totals",
                Key={"id": {"S": "all"}},
                UpdateExpression="ADD amount :n",
                ExpressionAttributeValues={":n": {"N": str(order["amount"])}},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
        if order.get("fail"):
            raise RuntimeError("after the write")
"""


@pytest.mark.proves(
    "Lambda event sources", "Redelivery with an idempotent sink; replay of a stream", kind="real"
)
def test_redelivered_and_replayed_records_count_once(aws, stream, make_function):
    dynamodb = boto3.client("dynamodb")
    for name in ("seen", "totals"):
        dynamodb.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
    make_function("f", SINK)
    mapping(stream, "f", MaximumRetryAttempts=1)
    put(*[{"id": f"o-{n}", "amount": n, "fail": n == 7} for n in range(10)])
    aws.run_event_sources(rounds=2)
    assert len(aws.invocations) == 2  # delivered twice, as a whole

    def total():
        item = dynamodb.get_item(TableName="totals", Key={"id": {"S": "all"}})["Item"]
        return int(item["amount"]["N"])

    assert total() == sum(range(8))  # 8 and 9 came after the failure and were given up
    aws.clock.move(minutes=1)
    before = aws.clock.now()
    put({"id": "o-10", "amount": 100})
    make_function("replay", SINK.replace('if order.get("fail")', "if False"))
    mapping(stream, "replay")
    make_function("later", SINK)
    mapping(stream, "later", StartingPosition="AT_TIMESTAMP", StartingPositionTimestamp=before)
    runs = aws.run_event_sources()
    assert [(run.function, len(run.event["Records"])) for run in runs] == [
        ("f", 1),
        ("replay", 11),
        ("later", 1),
    ]
    assert total() == sum(range(10)) + 100


@pytest.mark.proves("Lambda event sources", "Partial failures of DynamoDB streams", kind="real")
def test_a_table_stream_goes_on_from_the_first_failure(aws, make_function):
    dynamodb = boto3.client("dynamodb")
    made = dynamodb.create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )["TableDescription"]
    make_function(
        "f",
        """
        tries = 0

        def handler(event, context):
            global tries
            tries += 1
            numbers = [record["dynamodb"]["SequenceNumber"] for record in event["Records"]]
            keys = [record["dynamodb"]["Keys"]["id"]["S"] for record in event["Records"]]
            if tries == 1:
                return {"batchItemFailures": [{"itemIdentifier": numbers[keys.index("c")]}]}
            if tries == 2:
                return {"batchItemFailures": [{"wrong": "form"}]}
        """,
    )
    mapping(
        made["LatestStreamArn"],
        "f",
        StartingPosition="TRIM_HORIZON",
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
    for key in "abcd":
        dynamodb.put_item(TableName="orders", Item={"id": {"S": key}})
    runs = aws.run_event_sources(rounds=4)
    keys = [[r["dynamodb"]["Keys"]["id"]["S"] for r in run.event["Records"]] for run in runs]
    assert keys == [["a", "b", "c", "d"], ["c", "d"], ["c", "d"]]


def test_what_happened_last_is_told(aws, stream, make_function):
    client = boto3.client("lambda")
    make_function("f", "def handler(event, context): 1/0")
    uuid = mapping(stream, "f")

    def told():
        aws.run_event_sources()
        return client.get_event_source_mapping(UUID=uuid)["LastProcessingResult"]

    assert told() == "No records processed"
    put("1")
    assert told() == "PROBLEM: Function call failed"
    client.delete_function(FunctionName="f")
    assert told() == "PROBLEM: Function not found"
    boto3.client("kinesis").delete_stream(StreamName="clicks")
    assert aws.run_event_sources() == []
