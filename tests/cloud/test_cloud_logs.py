"""CloudWatch Logs: patterns, metric filters, subscriptions, retention, Logs Insights."""

import base64
import datetime
import gzip
import json

import boto3
import pytest
from botocore.exceptions import ClientError

from dealab.cloud import start_aws
from dealab.sql.errors import LabLimit

START = datetime.datetime(2026, 3, 2, 9, 0, tzinfo=datetime.UTC)
NOW = int(START.timestamp() * 1000)


@pytest.fixture
def aws():
    lab = start_aws(at=START)
    yield lab
    lab.stop()


@pytest.fixture
def logs(aws):
    client = boto3.client("logs")
    client.create_log_group(logGroupName="app")
    client.create_log_stream(logGroupName="app", logStreamName="s")
    return client


def write(logs, *messages, at=NOW, group="app"):
    events = [{"timestamp": at + n, "message": message} for n, message in enumerate(messages)]
    return logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=events)


def matching(logs, pattern):
    found = logs.filter_log_events(logGroupName="app", filterPattern=pattern)
    return [event["message"] for event in found["events"]]


LINES = (
    "ERROR 400 BAD REQUEST",
    "INFO ok",
    '{"status": 503, "user": null, "tags": ["a", "b"], "path": "/shop/cart"}',
    '{"status": 200, "user": {"name": "ann"}}',
    '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534',
)


@pytest.mark.proves(
    "CloudWatch Logs",
    "Filter patterns: terms, JSON, fields by spaces, regular expressions",
    kind="real",
)
@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("ERROR", [0]),
        ("ERROR BAD", [0]),
        ("?ERROR ?INFO", [0, 1]),
        ('"BAD REQUEST"', [0]),
        ("-ERROR", [1, 2, 3, 4]),
        ("%4[0-9]{2}%", [0, 4]),
        ("{ $.status >= 500 }", [2]),
        ("{ $.status = 200 || $.status = 503 }", [2, 3]),
        ("{ ($.status > 100) && ($.user IS NULL) }", [2]),
        ("{ $.user NOT EXISTS }", []),
        ('{ $.user.name = "a*" }', [3]),
        ('{ $.tags[1] = "b" }', [2]),
        ('{ $.path = "/shop/*" }', [2]),
        ("{ $.status != 200 }", [2]),
        ("{ $.path = %cart$% }", [2]),
        ("[ip, id, user, time, request, status = 4*, size > 1000]", [4]),
        ("[ip, id, user, time, request = *.html*, status != 404, size]", []),
        ("[..., status = 404 || status = 500, size]", [4]),
        ("[level, code, ...]", [0, 1, 2, 3, 4]),
        ("[..., status = 4*,]", [4]),
        ("{ $.status = * }", [2, 3]),
        ('{ $.path = "/s*p/*" }', []),
        ("", [0, 1, 2, 3, 4]),
    ],
)
def test_filter_patterns(logs, pattern, expected):
    write(logs, *LINES)
    assert matching(logs, pattern) == [LINES[n] for n in expected]


@pytest.mark.parametrize("pattern", ["{ $.a = }", "{ $.a ~ 3 }", "[a, a ~ 4]", '"open'])
def test_a_bad_pattern_is_refused(logs, pattern):
    with pytest.raises(ClientError, match="InvalidParameterException"):
        logs.filter_log_events(logGroupName="app", filterPattern=pattern)
    with pytest.raises(ClientError, match="InvalidParameterException"):
        metric_filter(logs, pattern)


@pytest.mark.proves(
    "CloudWatch Logs", "test_metric_filter tells matches and extracted values", kind="real"
)
def test_test_metric_filter(logs):
    found = logs.test_metric_filter(
        filterPattern="[ip, id, user, time, request, status = 4*, size]", logEventMessages=LINES
    )["matches"]
    assert [match["eventNumber"] for match in found] == [5]
    assert found[0]["extractedValues"]["$status"] == "404"
    assert found[0]["extractedValues"]["$time"] == "10/Oct/2000:13:25:15 -0700"
    assert found[0]["extractedValues"]["$request"] == "GET /index.html HTTP/1.0"


def points(name, statistic="Sum", **dimensions):
    found = boto3.client("cloudwatch").get_metric_statistics(
        Namespace="App", MetricName=name, Period=3600, Statistics=[statistic],
        StartTime=START, EndTime=START + datetime.timedelta(hours=1),
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
    )["Datapoints"]  # fmt: skip
    return [point[statistic] for point in found]


def metric_filter(logs, pattern, name="M", value="1", **more):
    change = {"metricName": name, "metricNamespace": "App", "metricValue": value, **more}
    logs.put_metric_filter(
        logGroupName="app", filterName=name, filterPattern=pattern, metricTransformations=[change]
    )


@pytest.mark.proves(
    "CloudWatch Logs", "Metric filters: counts, values and dimensions from events", kind="real"
)
def test_metric_filters_make_metrics(logs):
    metric_filter(logs, "ERROR", "Errors", defaultValue=0)
    metric_filter(logs, "{ $.status > 0 }", "Took", "$.took", dimensions={"Path": "$.path"})
    write(logs, "ERROR a", "fine", "ERROR b")
    write(logs, '{"status": 1, "took": 40, "path": "/a"}', '{"status": 1, "took": 2, "path": "/b"}')
    assert points("Errors") == [2]
    assert points("Took", Path="/a") == [40]
    assert points("Took", Path="/b") == [2]
    assert points("Errors", "SampleCount") == [4]  # the second call adds its default, once an event


@pytest.mark.proves(
    "CloudWatch Logs", "Embedded metric format makes metrics, also from Lambda", kind="real"
)
def test_embedded_metric_format(aws, logs, make_function):
    make_function(
        "f",
        """
        import json, time
        def handler(event, context):
            print(json.dumps({"_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [
                {"Namespace": "App", "Dimensions": [["Shop"]],
                 "Metrics": [{"Name": "Sold", "Unit": "Count"}]}]}, "Shop": "x", "Sold": [3, 4]}))
    """,
    )
    boto3.client("lambda").invoke(FunctionName="f", Payload="{}")
    assert points("Sold", Shop="x") == [7]


@pytest.mark.proves(
    "CloudWatch Logs", "A metric filter on a function's log group raises an alarm", kind="real"
)
def test_from_a_log_line_to_an_alarm(aws, logs, make_function):
    make_function("f", "def handler(event, context):\n    print('cannot reach the warehouse')")
    logs.create_log_group(logGroupName="/aws/lambda/f")
    change = {"metricName": "Lost", "metricNamespace": "App", "metricValue": "1"}
    logs.put_metric_filter(
        logGroupName="/aws/lambda/f",
        filterName="f",
        filterPattern='"cannot reach"',
        metricTransformations=[change],
    )
    cloudwatch = boto3.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="a", Namespace="App", MetricName="Lost", Statistic="Sum", Period=60, Threshold=1,
        EvaluationPeriods=1, ComparisonOperator="GreaterThanOrEqualToThreshold",
    )  # fmt: skip
    boto3.client("lambda").invoke(FunctionName="f", Payload="{}")
    aws.clock.move(minutes=1)
    assert cloudwatch.describe_alarms()["MetricAlarms"][0]["StateValue"] == "ALARM"


@pytest.mark.proves(
    "CloudWatch Logs",
    "Subscription filters deliver matching events to Lambda and Kinesis",
    kind="real",
)
def test_subscriptions_deliver(aws, logs, make_function):
    function = make_function(
        "f",
        """
        import base64, gzip, json
        def handler(event, context):
            return json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    """,
    )
    kinesis = boto3.client("kinesis")
    kinesis.create_stream(StreamName="k", ShardCount=1)
    arn = kinesis.describe_stream(StreamName="k")["StreamDescription"]["StreamARN"]
    for name, target in (("one", function), ("two", arn)):
        logs.put_subscription_filter(
            logGroupName="app",
            filterName=name,
            filterPattern="ERROR",
            destinationArn=target,
            roleArn=aws.role,
        )
    write(logs, "ERROR a", "fine")
    write(logs, "fine")
    [run] = aws.invocations
    assert run.result["logGroup"] == "app"
    assert run.result["messageType"] == "DATA_MESSAGE"
    assert [event["message"] for event in run.result["logEvents"]] == ["ERROR a"]
    start = kinesis.get_shard_iterator(
        StreamName="k", ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON"
    )
    [record] = kinesis.get_records(ShardIterator=start["ShardIterator"])["Records"]
    data = record["Data"]
    document = json.loads(
        gzip.decompress(data if data[:2] == b"\x1f\x8b" else base64.b64decode(data))
    )
    assert document["subscriptionFilters"] == ["two"]
    assert len(document["logEvents"]) == 1


@pytest.mark.proves("CloudWatch Logs", "A subscription through Firehose lands in S3", kind="real")
def test_a_subscription_through_firehose(aws, logs):
    s3, firehose = boto3.client("s3"), boto3.client("firehose")
    s3.create_bucket(Bucket="lake")
    target = {"RoleARN": aws.role, "BucketARN": "arn:aws:s3:::lake"}
    arn = firehose.create_delivery_stream(
        DeliveryStreamName="fire", ExtendedS3DestinationConfiguration=target
    )["DeliveryStreamARN"]
    logs.put_subscription_filter(
        logGroupName="app", filterName="x", filterPattern="ERROR", destinationArn=arn,
        roleArn=aws.role,
    )  # fmt: skip
    write(logs, "ERROR a", "fine")
    aws.clock.move(minutes=15)
    [item] = s3.list_objects_v2(Bucket="lake")["Contents"]
    body = s3.get_object(Bucket="lake", Key=item["Key"])["Body"].read()
    document = json.loads(gzip.decompress(body))
    assert [event["message"] for event in document["logEvents"]] == ["ERROR a"]


@pytest.mark.proves("CloudWatch Logs", "Events past their retention are gone", kind="real")
def test_retention(aws, logs):
    write(logs, "old")
    logs.put_retention_policy(logGroupName="app", retentionInDays=3)
    aws.clock.move(days=2)
    write(logs, "new", at=NOW + 2 * 86_400_000)
    assert matching(logs, "") == ["old", "new"]
    aws.clock.move(days=2)
    assert matching(logs, "") == ["new"]


@pytest.mark.proves("CloudWatch Logs", "Export of a log group to S3", kind="real")
def test_export_to_s3(logs):
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="lake")
    write(logs, "one", "two")
    logs.create_export_task(
        logGroupName="app",
        fromTime=NOW - 1,
        to=NOW + 10,
        destination="lake",
        destinationPrefix="out",
    )
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket="lake")["Contents"]]
    [key] = [key for key in keys if key.endswith("000000.gz")]
    lines = (
        gzip.decompress(s3.get_object(Bucket="lake", Key=key)["Body"].read()).decode().splitlines()
    )
    assert lines == ["2026-03-02T09:00:00.000Z one", "2026-03-02T09:00:00.001Z two"]
    assert key.startswith("out/")
    assert key.endswith("/s/000000.gz")


@pytest.mark.proves(
    "CloudWatch Logs", "FilterLogEvents: streams by prefix, time order, pages", kind="real"
)
def test_filter_log_events_over_streams(logs):
    for name in ("web-1", "web-2", "db-1"):
        logs.create_log_stream(logGroupName="app", logStreamName=name)
    for n, name in enumerate(("web-2", "db-1", "web-1", "web-2")):
        event = {"timestamp": NOW + n, "message": str(n)}
        logs.put_log_events(logGroupName="app", logStreamName=name, logEvents=[event])
    found = logs.filter_log_events(logGroupName="app", logStreamNamePrefix="web-")["events"]
    assert [event["message"] for event in found] == ["0", "2", "3"]
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName="app", limit=3)
    assert [[event["message"] for event in page["events"]] for page in pages] == [
        ["0", "1", "2"],
        ["3"],
    ]
    metric_filter(logs, "x")
    assert logs.describe_log_groups()["logGroups"][0]["metricFilterCount"] == 1


# Logs Insights


def query(logs, text, start=NOW // 1000 - 60, end=NOW // 1000 + 3600, group="app", **more):
    asked = logs.start_query(
        logGroupName=group, startTime=start, endTime=end, queryString=text, **more
    )
    return logs.get_query_results(queryId=asked["queryId"])


def rows(answer):
    return [
        {cell["field"]: cell["value"] for cell in row if cell["field"] != "@ptr"}
        for row in answer["results"]
    ]


@pytest.mark.proves(
    "Logs Insights", "filter, stats, bin(), sort, limit over real events", kind="real"
)
def test_insights_runs_a_query(logs):
    for n, status in enumerate((200, 500, 200, 503, 500)):
        write(logs, json.dumps({"status": status, "took": n * 10}), at=NOW + n * 60_000)
    answer = query(
        logs,
        """
        fields @timestamp, status
        | filter status >= 500   # only failures
        | stats count(*) as failures, avg(took) by bin(2m) as at
        | sort at asc
    """,
    )
    assert rows(answer) == [
        {"at": "2026-03-02 09:00:00.000", "failures": "1", "avg(took)": "10"},
        {"at": "2026-03-02 09:02:00.000", "failures": "1", "avg(took)": "30"},
        {"at": "2026-03-02 09:04:00.000", "failures": "1", "avg(took)": "40"},
    ]
    assert answer["status"] == "Complete"
    assert answer["statistics"]["recordsMatched"] == 3
    assert answer["statistics"]["recordsScanned"] == 5
    assert answer["statistics"]["bytesScanned"] == sum(
        len(json.dumps({"status": s, "took": n * 10}))
        for n, s in enumerate((200, 500, 200, 503, 500))
    )


@pytest.mark.proves("Logs Insights", "The fields of Lambda's REPORT lines", kind="real")
def test_insights_reads_lambda_reports(logs, make_function):
    make_function("f", "def handler(event, context):\n    print('hello')", MemorySize=256)
    for _ in range(3):
        boto3.client("lambda").invoke(FunctionName="f", Payload="{}")
    answer = query(
        logs,
        'filter @type = "REPORT" | stats count(*) as runs, max(@memorySize / 1000 / 1000) as mb, '
        "count_distinct(@requestId) as ids",
        group="/aws/lambda/f",
    )
    assert rows(answer) == [{"runs": "3", "mb": "256", "ids": "3"}]
    found = query(
        logs, "filter ispresent(@duration) and @billedDuration >= @duration", group="/aws/lambda/f"
    )
    assert len(found["results"]) == 3


@pytest.mark.proves(
    "Logs Insights", "A query that cannot be read is refused with its place", kind="real"
)
def test_insights_refuses_a_malformed_query(logs):
    with pytest.raises(
        ClientError, match="unexpected symbol found fliter at line 1 and position 9"
    ) as refused:
        query(logs, "fields a|fliter b = 1")
    error = refused.value.response
    assert error["Error"]["Code"] == "MalformedQueryException"
    assert error["queryCompileError"]["location"] == {"startCharOffset": 9, "endCharOffset": 15}


@pytest.mark.proves(
    "Logs Insights", "pattern, diff, SQL and PPL are refused by name", kind="not here"
)
def test_insights_refuses_by_name(logs):
    for text in ("pattern @message", "fields a | diff", "SOURCE logGroups()"):
        with pytest.raises(LabLimit):
            query(logs, text)
    with pytest.raises(LabLimit, match="SQL"):
        query(logs, "SELECT 1", queryLanguage="SQL")


def test_insights_of_an_unknown_group(logs):
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        query(logs, "fields a", group="nowhere")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        logs.get_query_results(queryId="00000000-0000-0000-0000-000000000000")


@pytest.mark.parametrize("days", [0, 31, 10_000])
def test_only_listed_days_of_retention_are_taken(aws, days):
    logs = boto3.client("logs")
    logs.create_log_group(logGroupName="/a")
    with pytest.raises(logs.exceptions.InvalidParameterException):
        logs.put_retention_policy(logGroupName="/a", retentionInDays=days)
    assert "retentionInDays" not in logs.describe_log_groups()["logGroups"][0]
