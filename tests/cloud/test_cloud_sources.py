import base64
import json

import boto3
import pytest
from botocore.exceptions import ClientError

from dealab.sql.errors import LabLimit

ECHO = "def handler(event, context): return len(event['Records'])"
# Fails for the batch when it holds the poison, as a handler without partial failures does.
POISON = """
import base64

def handler(event, context):
    for record in event["Records"]:
        if base64.b64decode(record["kinesis"]["data"]) == b"poison":
            raise ValueError("poison")
"""
REPORTS = """
import base64

def handler(event, context):
    failed = [
        {"itemIdentifier": record["kinesis"]["sequenceNumber"]}
        for record in event["Records"]
        if base64.b64decode(record["kinesis"]["data"]) == b"poison"
    ]
    return {"batchItemFailures": failed}
"""


@pytest.fixture
def stream(aws):
    kinesis = boto3.client("kinesis")
    kinesis.create_stream(StreamName="clicks", ShardCount=1)
    return kinesis.describe_stream_summary(StreamName="clicks")["StreamDescriptionSummary"][
        "StreamARN"
    ]


def put(*data, stream="clicks", key="k"):
    for item in data:
        boto3.client("kinesis").put_record(StreamName=stream, Data=item, PartitionKey=key)


def mapping(source, function, **settings):
    return boto3.client("lambda").create_event_source_mapping(
        EventSourceArn=source, FunctionName=function, **settings
    )


def data_of(run):
    return [base64.b64decode(r["kinesis"]["data"]).decode() for r in run.event["Records"]]


# Kinesis


@pytest.mark.proves("Lambda event sources", "Kinesis: batches in order, once", kind="real")
def test_records_arrive_once_in_batches_and_in_order(aws, stream, make_function):
    make_function("f", ECHO)
    mapping(stream, "f", StartingPosition="TRIM_HORIZON", BatchSize=4)
    put(*[str(n) for n in range(10)])
    assert aws.invocations == []  # moto itself would have invoked ten times by now
    runs = aws.run_event_sources()
    assert [data_of(run) for run in runs] == [list("0123"), list("4567"), list("89")]
    assert [run.result for run in runs] == [4, 4, 2]
    assert aws.run_event_sources() == []
    put("new")
    assert [data_of(run) for run in aws.run_event_sources()] == [["new"]]


def test_the_record_looks_as_the_service_sends_it(aws, stream, make_function):
    make_function("f", ECHO)
    mapping(stream, "f", StartingPosition="TRIM_HORIZON")
    put(b"\x00\xffbytes", key="user-1")
    [record] = aws.run_event_sources()[0].event["Records"]
    assert base64.b64decode(record["kinesis"]["data"]) == b"\x00\xffbytes"
    assert record["kinesis"]["partitionKey"] == "user-1"
    assert record["eventID"] == f"shardId-000000000000:{record['kinesis']['sequenceNumber']}"
    assert record["eventSourceARN"] == stream
    assert record["eventSource"] == "aws:kinesis"


def test_every_shard_is_read_in_its_own_order(aws, make_function):
    kinesis = boto3.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=3)
    arn = kinesis.describe_stream(StreamName="s")["StreamDescription"]["StreamARN"]
    make_function("f", ECHO)
    mapping(arn, "f", StartingPosition="TRIM_HORIZON", BatchSize=100)
    for n in range(60):
        put(str(n), stream="s", key=f"user-{n % 7}")
    runs = aws.run_event_sources()
    shards = [{r["eventID"].split(":")[0] for r in run.event["Records"]} for run in runs]
    assert len(runs) == len(set.union(*shards))
    assert all(len(shard) == 1 for shard in shards)
    by_user = {}
    for run in runs:
        for record, data in zip(run.event["Records"], data_of(run), strict=True):
            by_user.setdefault(record["kinesis"]["partitionKey"], []).append(int(data))
    assert sum(map(len, by_user.values())) == 60
    assert all(numbers == sorted(numbers) for numbers in by_user.values())


@pytest.mark.proves("Lambda event sources", "Starting position LATEST", kind="real")
def test_latest_sees_only_what_comes_later(aws, stream, make_function):
    make_function("f", ECHO)
    put("old")
    mapping(stream, "f", StartingPosition="LATEST")
    assert aws.run_event_sources() == []
    put("new")
    assert [data_of(run) for run in aws.run_event_sources()] == [["new"]]


def test_two_mappings_read_independently(aws, stream, make_function):
    for name in ("f", "g"):
        make_function(name, ECHO)
        mapping(stream, name, StartingPosition="TRIM_HORIZON")
    put("1", "2")
    assert [(run.function, run.result) for run in aws.run_event_sources()] == [("f", 2), ("g", 2)]


def test_a_disabled_mapping_waits_and_loses_nothing(aws, stream, make_function):
    make_function("f", ECHO)
    made = mapping(stream, "f", StartingPosition="TRIM_HORIZON")
    lambda_ = boto3.client("lambda")
    lambda_.update_event_source_mapping(UUID=made["UUID"], Enabled=False)
    put("1")
    assert aws.run_event_sources() == []
    lambda_.update_event_source_mapping(UUID=made["UUID"], Enabled=True)
    assert len(aws.run_event_sources()) == 1


@pytest.mark.proves("Lambda event sources", "A failing batch blocks its shard", kind="real")
def test_a_poison_record_blocks_its_shard(aws, stream, make_function):
    make_function("f", POISON)
    mapping(stream, "f", StartingPosition="TRIM_HORIZON", BatchSize=2)
    put("a", "b", "poison", "c", "d")
    runs = aws.run_event_sources()
    assert [data_of(run) for run in runs] == [["a", "b"], ["poison", "c"]]
    assert runs[1].error["errorType"] == "ValueError"
    for _ in range(5):  # MaximumRetryAttempts is -1: for ever
        assert [data_of(run) for run in aws.run_event_sources()] == [["poison", "c"]]


@pytest.mark.proves(
    "Lambda event sources", "Maximum retries, then the on-failure destination", kind="real"
)
def test_maximum_retries_then_the_destination_and_on(
    aws, stream, make_function, make_queue, bodies
):
    function = make_function("f", POISON)
    url, queue = make_queue("discarded")
    mapping(
        stream, "f", StartingPosition="TRIM_HORIZON", BatchSize=2, MaximumRetryAttempts=2,
        DestinationConfig={"OnFailure": {"Destination": queue}},
    )  # fmt: skip
    put("poison", "a", "b")
    assert [data_of(run) for run in aws.run_event_sources()] == [["poison", "a"]]
    assert [data_of(run) for run in aws.run_event_sources()] == [["poison", "a"]]
    assert bodies(url) == []
    assert [data_of(run) for run in aws.run_event_sources()] == [["poison", "a"], ["b"]]
    [body] = bodies(url)
    told = json.loads(body)
    assert told["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert told["requestContext"]["approximateInvokeCount"] == 3
    assert told["requestContext"]["functionArn"] == function
    info = told["KinesisBatchInfo"]
    assert (info["startSequenceNumber"], info["endSequenceNumber"]) == ("1", "2")
    assert (info["batchSize"], info["shardId"]) == (2, "shardId-000000000000")
    assert "poison" not in body  # where the records are, not what they hold


@pytest.mark.parametrize("place", [0, 5, 7])
@pytest.mark.proves("Lambda event sources", "Bisect on error", kind="real")
def test_bisect_finds_the_poison_and_saves_the_rest(
    aws, stream, make_function, make_queue, bodies, place
):
    make_function("f", POISON)
    url, queue = make_queue("discarded")
    mapping(
        stream, "f", StartingPosition="TRIM_HORIZON", BatchSize=8, MaximumRetryAttempts=1,
        BisectBatchOnFunctionError=True,
        DestinationConfig={"OnFailure": {"Destination": queue}},
    )  # fmt: skip
    good = list("abcdefg")
    put(*good[:place], "poison", *good[place:], "late")
    runs = aws.run_event_sources(rounds=20)
    assert [item for run in runs if run.ok for item in data_of(run)] == [*good, "late"]
    # Splitting does not use up retries: 8, 4, 2 fail once each, the record alone fails twice.
    assert [len(data_of(run)) for run in runs if not run.ok] == [8, 4, 2, 1, 1]
    [body] = bodies(url)
    info = json.loads(body)["KinesisBatchInfo"]
    assert (info["batchSize"], info["startSequenceNumber"]) == (1, str(place + 1))


@pytest.mark.proves("Lambda event sources", "Partial batch failures of streams", kind="real")
def test_reported_failures_are_tried_again_from_the_first_one_on(aws, stream, make_function):
    make_function("f", REPORTS)
    mapping(
        stream, "f", StartingPosition="TRIM_HORIZON", BatchSize=5, MaximumRetryAttempts=1,
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )  # fmt: skip
    put("a", "b", "poison", "d", "e", "f")
    assert [data_of(run) for run in aws.run_event_sources()] == [["a", "b", "poison", "d", "e"]]
    # "d" was done, and comes again: a stream has one checkpoint, so handlers must be idempotent.
    assert [data_of(run) for run in aws.run_event_sources()] == [["poison", "d", "e"], ["f"]]


def test_reported_failures_count_only_when_asked_for(aws, stream, make_function):
    make_function("f", REPORTS)
    mapping(stream, "f", StartingPosition="TRIM_HORIZON")
    put("poison")
    assert len(aws.run_event_sources(rounds=5)) == 1


@pytest.mark.parametrize(
    ("answer", "all_fail"),
    [
        ("None", False),
        ("{}", False),
        ("{'batchItemFailures': []}", False),
        ("{'batchItemFailures': None}", False),
        ("{'batchItemFailures': [{'itemIdentifier': ''}]}", True),
        ("{'batchItemFailures': [{'itemIdentifier': None}]}", True),
        ("{'batchItemFailures': [{'id': '1'}]}", True),
        ("{'batchItemFailures': [{'itemIdentifier': '999'}]}", True),
        ("'text'", True),
    ],
)
def test_odd_reports(aws, stream, make_function, answer, all_fail):
    make_function("f", f"def handler(event, context): return {answer}")
    mapping(
        stream, "f", StartingPosition="TRIM_HORIZON",
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )  # fmt: skip
    put("a", "b")
    assert len(aws.run_event_sources(rounds=3)) == (3 if all_fail else 1)


@pytest.mark.proves("Lambda event sources", "Child shards after their parents", kind="real")
def test_children_are_read_after_their_parents(aws, stream, make_function):
    make_function("f", POISON)
    mapping(stream, "f", StartingPosition="TRIM_HORIZON", BatchSize=10, MaximumRetryAttempts=1)
    put("poison")
    kinesis = boto3.client("kinesis")
    kinesis.split_shard(
        StreamName="clicks",
        ShardToSplit="shardId-000000000000",
        NewStartingHashKey=str(2**127),
    )
    put("after")
    assert [data_of(run) for run in aws.run_event_sources()] == [["poison"]]
    assert [data_of(run) for run in aws.run_event_sources()] == [["poison"], ["after"]]


@pytest.mark.parametrize(
    ("pattern", "passed"),
    [
        ({"data": {"type": ["buy"]}}, ["1", "3"]),
        ({"data": {"amount": [{"numeric": [">=", 20]}]}}, ["2", "3"]),
        ({"data": {"type": [{"anything-but": "buy"}]}}, ["2"]),
        ({"partitionKey": ["k"]}, ["1", "2", "3", "text"]),
        ({"data": {"type": ["none"]}}, []),
    ],
)
@pytest.mark.proves("Lambda event sources", "Filter patterns", kind="real")
def test_filters_leave_records_out_and_read_on(aws, stream, make_function, pattern, passed):
    make_function("f", ECHO)
    mapping(
        stream, "f", StartingPosition="TRIM_HORIZON",
        FilterCriteria={"Filters": [{"Pattern": json.dumps(pattern)}]},
    )  # fmt: skip
    put(
        json.dumps({"id": "1", "type": "buy", "amount": 10}),
        json.dumps({"id": "2", "type": "view", "amount": 20}),
        json.dumps({"id": "3", "type": "buy", "amount": 30}),
        "text",
    )
    runs = aws.run_event_sources()
    ids = [json.loads(d)["id"] if d != "text" else d for run in runs for d in data_of(run)]
    assert ids == passed
    assert aws.run_event_sources() == []


# SQS


def send(url, *texts, **more):
    for text in texts:
        boto3.client("sqs").send_message(QueueUrl=url, MessageBody=text, **more)


def count(url):
    asked = boto3.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    return tuple(int(asked["Attributes"][name]) for name in names)


@pytest.mark.proves("Lambda event sources", "SQS: batches are deleted when done", kind="real")
def test_messages_are_handed_over_in_batches_and_deleted(aws, make_function, make_queue):
    make_function("f", ECHO)
    url, arn = make_queue("orders")
    mapping(arn, "f", BatchSize=4)
    send(url, *[str(n) for n in range(6)])
    assert count(url) == (6, 0)  # moto itself would have invoked and deleted by now
    runs = aws.run_event_sources()
    assert [[r["body"] for r in run.event["Records"]] for run in runs] == [list("0123"), list("45")]
    assert count(url) == (0, 0)
    assert aws.run_event_sources() == []


def test_the_message_looks_as_the_service_sends_it(aws, make_function, make_queue):
    make_function("f", ECHO)
    url, arn = make_queue("orders")
    mapping(arn, "f")
    kinds = {
        "kind": {"DataType": "String", "StringValue": "web"},
        "raw": {"DataType": "Binary", "BinaryValue": b"\x01"},
    }
    send(url, "hello", MessageAttributes=kinds)
    [record] = aws.run_event_sources()[0].event["Records"]
    assert record["body"] == "hello"
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert record["messageAttributes"]["kind"]["stringValue"] == "web"
    assert record["messageAttributes"]["raw"]["binaryValue"] == "AQ=="
    assert (record["eventSource"], record["eventSourceARN"]) == ("aws:sqs", arn)


FAILS_ON_BAD = """
def handler(event, context):
    for record in event["Records"]:
        if record["body"] == "bad":
            raise ValueError("bad")
"""


@pytest.mark.proves(
    "Lambda event sources", "A failed SQS batch ends in the dead-letter queue", kind="real"
)
def test_a_failed_batch_comes_back_whole_and_ends_in_the_dead_letter_queue(
    aws, make_function, make_queue, bodies
):
    make_function("f", FAILS_ON_BAD)
    dead_url, dead = make_queue("orders-dead")
    url, arn = make_queue(
        "orders", RedrivePolicy=json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": 2})
    )
    mapping(arn, "f", BatchSize=2)
    send(url, "good", "bad")
    for tries in ("1", "2"):
        [run] = aws.run_event_sources()
        assert [r["body"] for r in run.event["Records"]] == ["good", "bad"]
        assert run.event["Records"][0]["attributes"]["ApproximateReceiveCount"] == tries
        assert count(url) == (2, 0)
    assert aws.run_event_sources() == []
    assert sorted(bodies(dead_url)) == ["bad", "good"]  # the good one, too: no partial failures
    assert count(url) == (0, 0)


@pytest.mark.proves("Lambda event sources", "Partial batch failures of SQS", kind="real")
def test_partial_failures_bring_back_only_the_failed(aws, make_function, make_queue):
    make_function(
        "f",
        """
        def handler(event, context):
            return {"batchItemFailures": [
                {"itemIdentifier": r["messageId"]} for r in event["Records"] if r["body"] == "bad"
            ]}
        """,
    )
    url, arn = make_queue("orders")
    mapping(arn, "f", BatchSize=10, FunctionResponseTypes=["ReportBatchItemFailures"])
    send(url, "a", "bad", "b")
    [first] = aws.run_event_sources()
    assert len(first.event["Records"]) == 3
    assert count(url) == (1, 0)
    [second] = aws.run_event_sources()
    assert [r["body"] for r in second.event["Records"]] == ["bad"]


def test_messages_that_a_filter_leaves_out_are_deleted(aws, make_function, make_queue):
    make_function("f", ECHO)
    url, arn = make_queue("orders")
    pattern = json.dumps({"body": {"channel": ["web"]}})
    mapping(arn, "f", FilterCriteria={"Filters": [{"Pattern": pattern}]})
    send(url, json.dumps({"channel": "web"}), json.dumps({"channel": "store"}), "no json")
    assert [run.result for run in aws.run_event_sources()] == [1]
    assert count(url) == (0, 0)


@pytest.mark.proves("Lambda event sources", "FIFO queues keep a group's order", kind="real")
def test_a_fifo_queue_keeps_the_order_of_a_group_when_it_fails(aws, make_function, make_queue):
    make_function("f", FAILS_ON_BAD)
    url, arn = make_queue("orders.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    mapping(arn, "f", BatchSize=1)
    send(url, "bad", "after", MessageGroupId="a")
    send(url, "other", MessageGroupId="b")
    seen = [run.event["Records"][0]["body"] for run in aws.run_event_sources()]
    assert seen == ["bad", "other"]


# DynamoDB streams


@pytest.fixture
def table(aws):
    made = boto3.client("dynamodb").create_table(
        TableName="carts",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    return made["TableDescription"]["LatestStreamArn"]


@pytest.mark.proves("Lambda event sources", "DynamoDB streams", kind="real")
def test_changes_of_a_table_arrive(aws, table, make_function):
    make_function("f", ECHO)
    mapping(table, "f", StartingPosition="TRIM_HORIZON", BatchSize=2)
    dynamodb = boto3.client("dynamodb")
    dynamodb.put_item(TableName="carts", Item={"id": {"S": "1"}, "n": {"N": "1"}})
    dynamodb.put_item(TableName="carts", Item={"id": {"S": "1"}, "n": {"N": "2"}})
    dynamodb.delete_item(TableName="carts", Key={"id": {"S": "1"}})
    assert aws.invocations == []
    runs = aws.run_event_sources()
    records = [record for run in runs for record in run.event["Records"]]
    assert [len(run.event["Records"]) for run in runs] == [2, 1]
    assert [record["eventName"] for record in records] == ["INSERT", "MODIFY", "REMOVE"]
    assert records[1]["dynamodb"]["OldImage"]["n"] == {"N": "1"}
    assert records[1]["dynamodb"]["NewImage"]["n"] == {"N": "2"}
    assert isinstance(records[0]["dynamodb"]["ApproximateCreationDateTime"], int)
    assert aws.run_event_sources() == []


def test_changes_can_be_filtered(aws, table, make_function):
    make_function("f", ECHO)
    pattern = {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"n": {"N": ["2"]}}}}
    mapping(
        table, "f", StartingPosition="LATEST",
        FilterCriteria={"Filters": [{"Pattern": json.dumps(pattern)}]},
    )  # fmt: skip
    for n in ("1", "2", "3"):
        boto3.client("dynamodb").put_item(TableName="carts", Item={"id": {"S": n}, "n": {"N": n}})
    [run] = aws.run_event_sources()
    assert [r["dynamodb"]["Keys"]["id"]["S"] for r in run.event["Records"]] == ["2"]


# What the service refuses


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"BatchSize": 50}, "Maximum batch window in seconds must be greater than 0"),
        ({}, "Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds"),
    ],
)
def test_a_bad_mapping_of_a_queue_is_refused(aws, make_function, make_queue, settings, message):
    make_function("f", ECHO, Timeout=60)
    arn = make_queue("orders")[1]
    with pytest.raises(ClientError, match=message):
        mapping(arn, "f", **settings)


def test_a_stream_needs_a_starting_position(aws, stream, make_function):
    make_function("f", ECHO)
    with pytest.raises(ClientError, match="startingPosition"):
        mapping(stream, "f")


def refusal(call, **settings):
    with pytest.raises(ClientError) as refused:
        call(**settings)
    return refused.value.response["Error"]["Code"], refused.value.response["Error"]["Message"]


@pytest.mark.proves(
    "Lambda event sources", "Settings out of range, of other sources, and twice", kind="real"
)
def test_a_mapping_with_settings_that_its_source_does_not_take_is_refused(
    aws, make_function, make_queue
):
    kinesis, awslambda = boto3.client("kinesis"), boto3.client("lambda")
    kinesis.create_stream(StreamName="s", ShardCount=1)
    stream = kinesis.describe_stream(StreamName="s")["StreamDescription"]["StreamARN"]
    queue = make_queue("q", VisibilityTimeout="60")[1]
    make_function("f", "def handler(event, context): pass")

    def refused(arn, **settings):
        if arn == stream:
            settings.setdefault("StartingPosition", "LATEST")
        call = awslambda.create_event_source_mapping
        return refusal(call, FunctionName="f", EventSourceArn=arn, **settings)

    for arn, settings, word in (
        (stream, {"BatchSize": 10001}, "10000"),
        (stream, {"ParallelizationFactor": 11}, "parallelizationFactor"),
        (stream, {"TumblingWindowInSeconds": 901}, "900"),
        (stream, {"MaximumRetryAttempts": 10001}, "10000"),
        (stream, {"MaximumRecordAgeInSeconds": 59}, "604800"),
        (stream, {"ScalingConfig": {"MaximumConcurrency": 2}}, "ScalingConfig"),
        (stream, {"StartingPosition": "AT_TIMESTAMP"}, "StartingPositionTimestamp"),
        (queue, {"StartingPosition": "LATEST"}, "StartingPosition"),
        (queue, {"MaximumBatchingWindowInSeconds": 301}, "300"),
    ):
        code, message = refused(arn, **settings)
        assert code == "InvalidParameterValueException"
        assert word in message
    made = awslambda.create_event_source_mapping(FunctionName="f", EventSourceArn=queue)
    assert refused(queue)[0] == "ResourceConflictException"
    assert made["UUID"] in refused(queue)[1]
    update = awslambda.update_event_source_mapping
    assert "10000" in refusal(update, UUID=made["UUID"], BatchSize=20000)[1]


@pytest.mark.proves("Lambda event sources", "Kafka, Amazon MQ, DocumentDB", kind="not here")
def test_kafka_as_a_source_is_refused_by_name(aws, make_function):
    make_function("f", "def handler(event, context): pass")
    with pytest.raises(LabLimit, match="Kafka"):
        boto3.client("lambda").create_event_source_mapping(
            FunctionName="f",
            EventSourceArn="arn:aws:kafka:us-east-1:111122223333:cluster/c/1",
            Topics=["t"],
            StartingPosition="LATEST",
        )
