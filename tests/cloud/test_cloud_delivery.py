import json
import time

import boto3
import pytest
from botocore.exceptions import ClientError

KEEP = "def handler(event, context): return event"


def seen(aws):
    return [run.event for run in aws.invocations]


# S3 notifications


def notify(bucket, **configuration):
    boto3.client("s3").put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration=configuration
    )


def rules(prefix, suffix):
    return {
        "Key": {
            "FilterRules": [
                {"Name": "prefix", "Value": prefix},
                {"Name": "suffix", "Value": suffix},
            ]
        }
    }


@pytest.fixture
def bucket(aws):
    boto3.client("s3").create_bucket(Bucket="fernway-landing")
    return "fernway-landing"


def put(key, body=b"x"):
    boto3.client("s3").put_object(Bucket="fernway-landing", Key=key, Body=body)


KEYS = ("orders/a.csv", "orders/a.json", "other/a.csv", "orders/b c.csv")


def keys_of(events):
    return [event["Records"][0]["s3"]["object"]["key"] for event in events]


def test_an_object_invokes_a_function_by_prefix_and_suffix(aws, bucket, make_function):
    arn = make_function("f", KEEP)
    notify(
        bucket,
        LambdaFunctionConfigurations=[
            {
                "LambdaFunctionArn": arn,
                "Events": ["s3:ObjectCreated:*"],
                "Filter": rules("orders/", ".csv"),
            }
        ],
    )
    for key in KEYS:
        put(key, b"12345")
    assert keys_of(seen(aws)) == ["orders/a.csv", "orders/b+c.csv"]  # keys are URL-encoded
    record = seen(aws)[0]["Records"][0]
    assert record["eventSource"] == "aws:s3"
    assert record["eventName"] == "ObjectCreated:Put"
    assert record["s3"]["bucket"]["name"] == bucket
    assert record["s3"]["object"]["size"] == 5
    boto3.client("s3").delete_object(Bucket=bucket, Key=KEYS[0])
    assert len(aws.invocations) == 2


def test_a_failing_function_does_not_fail_the_upload(aws, bucket, make_function):
    arn = make_function("f", "def handler(e, c): raise ValueError('no')")
    notify(
        bucket,
        LambdaFunctionConfigurations=[{"LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:*"]}],
    )
    put("a.csv")
    assert [run.error["errorType"] for run in aws.invocations] == ["ValueError"] * 3


def test_objects_reach_queues_topics_and_eventbridge(aws, bucket, make_queue, bodies):
    queue_url, queue = make_queue("direct")
    fan_url, fan = make_queue("by-topic")
    bridge_url, bridge = make_queue("by-rule")
    sns, events = boto3.client("sns"), boto3.client("events")
    topic = sns.create_topic(Name="landed")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=fan)
    pattern = {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {"object": {"key": [{"prefix": "orders/"}]}},
    }
    events.put_rule(Name="landed", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="landed", Targets=[{"Id": "1", "Arn": bridge}])
    notify(
        bucket,
        QueueConfigurations=[
            {
                "QueueArn": queue,
                "Events": ["s3:ObjectCreated:*"],
                "Filter": rules("orders/", ".csv"),
            }
        ],
        TopicConfigurations=[{"TopicArn": topic, "Events": ["s3:ObjectRemoved:*"]}],
        EventBridgeConfiguration={},
    )
    for key in KEYS[:3]:
        put(key)
    boto3.client("s3").delete_object(Bucket=bucket, Key="other/a.csv")
    # The first message is the test event that S3 sends when the notification is set up.
    test_event, *by_queue = map(json.loads, bodies(queue_url))
    assert test_event["Event"] == "s3:TestEvent"
    assert keys_of(by_queue) == ["orders/a.csv"]
    _, by_topic = [json.loads(json.loads(body)["Message"]) for body in bodies(fan_url)]
    assert by_topic["Records"][0]["eventName"].startswith("ObjectRemoved:")
    by_rule = [json.loads(body) for body in bodies(bridge_url)]
    assert [event["detail"]["object"]["key"] for event in by_rule] == list(KEYS[:2])
    assert by_rule[0]["account"] == by_rule[0]["detail"]["requester"] == "111122223333"
    assert by_rule[0]["id"] != by_rule[1]["id"]
    assert by_rule[0]["time"].endswith("Z")


# SNS


@pytest.mark.proves("SNS", "Fan-out to SQS and Lambda", kind="real")
def test_a_topic_fans_out_with_filter_policies(aws, make_function, make_queue, bodies):
    arn = make_function("f", KEEP)
    all_url, all_orders = make_queue("all")
    big_url, big = make_queue("big")
    sns = boto3.client("sns")
    topic = sns.create_topic(Name="orders")["TopicArn"]
    sns.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=all_orders,
        Attributes={"RawMessageDelivery": "true"},
    )  # fmt: skip
    sns.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=big,
        Attributes={"FilterPolicy": '{"total": [{"numeric": [">=", 100]}]}',
                    "FilterPolicyScope": "MessageBody", "RawMessageDelivery": "true"},
    )  # fmt: skip
    subscribed = sns.subscribe(
        TopicArn=topic, Protocol="lambda", Endpoint=arn, ReturnSubscriptionArn=True,
        Attributes={"FilterPolicy": '{"channel": ["web"]}'},
    )["SubscriptionArn"]  # fmt: skip
    for total, channel in ((50, "web"), (150, "store")):
        sns.publish(
            TopicArn=topic,
            Message=json.dumps({"total": total}),
            Subject="new order",
            MessageAttributes={"channel": {"DataType": "String", "StringValue": channel}},
        )
    assert [json.loads(body)["total"] for body in bodies(all_url)] == [50, 150]
    assert [json.loads(body)["total"] for body in bodies(big_url)] == [150]
    [event] = seen(aws)
    record = event["Records"][0]
    assert record["EventSource"] == "aws:sns"
    assert record["EventSubscriptionArn"] == subscribed
    assert record["Sns"]["TopicArn"] == topic
    assert record["Sns"]["Subject"] == "new order"
    assert json.loads(record["Sns"]["Message"]) == {"total": 50}
    assert record["Sns"]["MessageAttributes"] == {"channel": {"Type": "String", "Value": "web"}}


# EventBridge


def rule(name, *targets, pattern=None, **settings):
    events = boto3.client("events")
    pattern = pattern or {"source": ["fernway.orders"]}
    events.put_rule(Name=name, EventPattern=json.dumps(pattern), **settings)
    events.put_targets(
        Rule=name, Targets=[{"Id": str(n), **target} for n, target in enumerate(targets)]
    )


def emit(detail, source="fernway.orders", kind="OrderPlaced"):
    answer = boto3.client("events").put_events(
        Entries=[{"Source": source, "DetailType": kind, "Detail": json.dumps(detail)}]
    )
    assert answer["FailedEntryCount"] == 0
    return answer["Entries"][0]["EventId"]


def test_a_rule_delivers_to_every_kind_of_target(aws, make_function, make_queue, bodies):
    kinesis, sns = boto3.client("kinesis"), boto3.client("sns")
    states = boto3.client("stepfunctions")
    function = make_function("f", KEEP)
    url, queue = make_queue("q")
    topic_url, topic_queue = make_queue("via-topic")
    topic = sns.create_topic(Name="t")["TopicArn"]
    sns.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=topic_queue,
        Attributes={"RawMessageDelivery": "true"},
    )  # fmt: skip
    kinesis.create_stream(StreamName="s", ShardCount=1)
    stream = kinesis.describe_stream(StreamName="s")["StreamDescription"]["StreamARN"]
    machine = states.create_state_machine(
        name="m", roleArn=aws.role,
        definition=json.dumps({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}),
    )["stateMachineArn"]  # fmt: skip
    rule(
        "r",
        {"Arn": function},
        {"Arn": queue},
        {"Arn": topic},
        {"Arn": stream, "KinesisParameters": {"PartitionKeyPath": "$.detail.id"}},
        {"Arn": machine, "RoleArn": aws.role},
    )
    event_id = emit({"id": "o-7"})
    emit({"id": "o-8"}, source="fernway.other")
    [event] = seen(aws)
    assert event["id"] == event_id
    assert event["source"] == "fernway.orders"
    assert event["detail-type"] == "OrderPlaced"
    assert event["detail"] == {"id": "o-7"}
    assert event["account"] == "111122223333"
    assert event["region"] == "us-east-1"
    assert len(event["time"]) == len("2026-11-23T00:00:00Z")
    assert [json.loads(body) for body in bodies(url)] == [event]
    assert [json.loads(body) for body in bodies(topic_url)] == [event]
    iterator = kinesis.get_shard_iterator(
        StreamName="s", ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    [record] = kinesis.get_records(ShardIterator=iterator)["Records"]
    assert (json.loads(record["Data"]), record["PartitionKey"]) == (event, "o-7")
    for _ in range(100):
        [run] = states.list_executions(stateMachineArn=machine)["executions"]
        if run["status"] != "RUNNING":
            break
        time.sleep(0.02)
    got = states.describe_execution(executionArn=run["executionArn"])
    assert (got["status"], json.loads(got["output"])) == ("SUCCEEDED", event)


def test_disabled_rules_and_schedules_do_not_fire_on_events(aws, make_function):
    function = make_function("f", KEEP)
    rule("off", {"Arn": function}, State="DISABLED")
    events = boto3.client("events")
    events.put_rule(Name="nightly", ScheduleExpression="rate(1 day)")
    events.put_targets(Rule="nightly", Targets=[{"Id": "1", "Arn": function}])
    emit({})
    assert seen(aws) == []


@pytest.mark.parametrize(
    "expression", ["cron(0 10 * * *)", "cron(0 10 * * * *)", "rate(1 days)", "rate(0 minutes)"]
)
def test_a_bad_schedule_is_refused(aws, expression):
    with pytest.raises(ClientError, match=r"ValidationException.*ScheduleExpression is not valid"):
        boto3.client("events").put_rule(Name="r", ScheduleExpression=expression)
    boto3.client("events").put_rule(Name="r", ScheduleExpression="cron(0 10 * * ? *)")


def test_log_groups_and_other_buses_still_get_their_events(aws, make_function):
    logs, events = boto3.client("logs"), boto3.client("events")
    logs.create_log_group(logGroupName="/aws/events/orders")
    bus = events.create_event_bus(Name="audit")["EventBusArn"]
    function = make_function("f", KEEP)
    events.put_rule(Name="all", EventBusName="audit", EventPattern='{"source": ["fernway.orders"]}')
    events.put_targets(Rule="all", EventBusName="audit", Targets=[{"Id": "1", "Arn": function}])
    group = "arn:aws:logs:us-east-1:111122223333:log-group:/aws/events/orders"
    rule("r", {"Arn": group}, {"Arn": bus, "RoleArn": aws.role})
    emit({"id": 1})
    [logged] = logs.filter_log_events(logGroupName="/aws/events/orders")["events"]
    assert json.loads(logged["message"])["detail"] == {"id": 1}
    [event] = seen(aws)
    assert event["detail"] == {"id": 1}


def test_input_and_input_path(aws, make_function):
    function = make_function("f", KEEP)
    rule(
        "r",
        {"Arn": function, "Input": '{"fixed": 1}'},
        {"Arn": function, "InputPath": "$.detail"},
        {
            "Arn": function,
            "InputTransformer": {
                "InputPathsMap": {"id": "$.detail.id"},
                "InputTemplate": '{"order": <id>}',
            },
        },
    )
    emit({"id": "o-7"})
    assert seen(aws) == [{"fixed": 1}, {"id": "o-7"}, {"order": "o-7"}]


def refusal(call, **settings):
    with pytest.raises(ClientError) as refused:
        call(**settings)
    return refused.value.response["Error"]["Code"], refused.value.response["Error"]["Message"]


@pytest.mark.proves("S3", "Notifications to nowhere, or twice for one event", kind="real")
def test_notification_rules_that_s3_refuses(aws, make_queue, make_function):
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="landing")
    queue, fifo = make_queue("q")[1], make_queue("q.fifo", FifoQueue="true")[1]
    function = make_function("f", "def handler(event, context): pass")

    def rule(kind, arn, event="s3:ObjectCreated:*", **affixes):
        names = {"Queue": "QueueArn", "LambdaFunction": "LambdaFunctionArn"}
        rules = [{"Name": name, "Value": value} for name, value in affixes.items()]
        one = {names[kind]: arn, "Events": [event]}
        if rules:
            one["Filter"] = {"Key": {"FilterRules": rules}}
        return {f"{kind}Configurations": [one]}

    def put(*rules):
        merged = {key: value for one in rules for key, value in one.items()}
        s3.put_bucket_notification_configuration(Bucket="landing", NotificationConfiguration=merged)

    for arn in (queue + "x", fifo):
        code, message = refusal(lambda arn=arn: put(rule("Queue", arn)))
        assert (code, "destination" in message) == ("InvalidArgument", True)
    assert refusal(lambda: put(rule("LambdaFunction", function + "x")))[0] == "InvalidArgument"
    both = [rule("Queue", queue, prefix="in/"), rule("LambdaFunction", function, suffix=".csv")]
    assert "overlapping" in refusal(lambda: put(*both))[1]
    assert "QueueConfigurations" not in s3.get_bucket_notification_configuration(Bucket="landing")
    put(rule("Queue", queue, suffix=".json"), rule("LambdaFunction", function, suffix=".csv"))
    put(rule("Queue", queue), rule("LambdaFunction", function, event="s3:ObjectRemoved:*"))
    s3.put_object(Bucket="landing", Key="a.csv", Body=b"")
    assert aws.invocations == []
