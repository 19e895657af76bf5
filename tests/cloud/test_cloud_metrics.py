"""CloudWatch: statistics, metric math, alarms on the lab's clock."""

import datetime
import json

import boto3
import pytest
from botocore.exceptions import ClientError

from dealab.cloud import start_aws
from dealab.sql.errors import LabLimit

START = datetime.datetime(2026, 3, 2, 9, 0, tzinfo=datetime.UTC)


@pytest.fixture
def aws():
    lab = start_aws(at=START)
    yield lab
    lab.stop()


@pytest.fixture
def cloudwatch(aws):
    return boto3.client("cloudwatch")


def minute(number, seconds=0):
    return START + datetime.timedelta(minutes=number, seconds=seconds)


def put(cloudwatch, at, *values, name="Latency", unit=None, **dimensions):
    datum = {"MetricName": name, "Timestamp": at, "Values": list(values)}
    datum |= {"Unit": unit} if unit else {}
    datum["Dimensions"] = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    cloudwatch.put_metric_data(Namespace="App", MetricData=[datum])


def statistics(cloudwatch, *names, end=10, period=60, extended=(), **more):
    asked = {"Statistics": list(names)} if names else {"ExtendedStatistics": list(extended)}
    dimensions = [{"Name": key, "Value": value} for key, value in more.items()]
    found = cloudwatch.get_metric_statistics(
        Namespace="App", MetricName="Latency", StartTime=START, EndTime=minute(end), Period=period,
        Dimensions=dimensions, **asked,
    )  # fmt: skip
    return sorted(found["Datapoints"], key=lambda point: point["Timestamp"])


def math(cloudwatch, expression, period=60, end=5):
    query = {"Id": "e", "Expression": expression}
    metrics = [
        {
            "Id": name,
            "MetricStat": {
                "Metric": {"Namespace": "App", "MetricName": name},
                "Period": period,
                "Stat": "Sum",
            },
            "ReturnData": False,
        }
        for name in ("a", "b")
    ]
    found = cloudwatch.get_metric_data(
        MetricDataQueries=[query, *metrics],
        StartTime=START,
        EndTime=minute(end),
        ScanBy="TimestampAscending",
    )
    [result] = found["MetricDataResults"]
    return dict(zip(result["Timestamps"], result["Values"], strict=True))


@pytest.mark.proves(
    "CloudWatch", "Statistics per period: sum, average, minimum, maximum, count", kind="real"
)
def test_statistics_are_per_period(cloudwatch):
    put(cloudwatch, minute(0, 5), 10, 20)
    put(cloudwatch, minute(0, 59), 30)
    put(cloudwatch, minute(1), 7)
    names = ("Sum", "Average", "Minimum", "Maximum", "SampleCount")
    points = statistics(cloudwatch, *names)
    assert [[point[name] for name in names] for point in points] == [
        [60, 20, 10, 30, 3],
        [7, 7, 7, 7, 1],
    ]
    assert [point["Timestamp"] for point in points] == [minute(0), minute(1)]
    assert [point["Sum"] for point in statistics(cloudwatch, "Sum", period=300)] == [67]


@pytest.mark.proves("CloudWatch", "Percentiles and trimmed means", kind="real")
def test_percentiles(cloudwatch):
    put(cloudwatch, minute(0), *range(1, 101))
    [point] = statistics(cloudwatch, extended=["p50", "p99", "tm90"])
    found = point["ExtendedStatistics"]
    assert (found["p50"], found["tm90"]) == (50.5, 45.5)
    assert found["p99"] == pytest.approx(99.01)
    with pytest.raises(ClientError, match="InvalidParameterValue"):
        statistics(cloudwatch, extended=["p101x"])


@pytest.mark.proves("CloudWatch", "A metric is its name with all of its dimensions", kind="real")
def test_dimensions_make_a_metric_of_their_own(cloudwatch):
    put(cloudwatch, minute(0), 1, Shop="a")
    put(cloudwatch, minute(0), 2, Shop="a", Till="1")
    put(cloudwatch, minute(0), 4)
    assert [p["Sum"] for p in statistics(cloudwatch, "Sum", Shop="a")] == [1]
    assert [p["Sum"] for p in statistics(cloudwatch, "Sum")] == [4]
    assert len(cloudwatch.list_metrics(Namespace="App")["Metrics"]) == 3
    found = cloudwatch.list_metrics(Dimensions=[{"Name": "Shop"}])["Metrics"]
    assert len(found) == 2


@pytest.mark.proves(
    "CloudWatch", "Refusals of PutMetricData: AWS/ namespaces, times out of range", kind="real"
)
def test_put_metric_data_refuses(cloudwatch):
    with pytest.raises(ClientError, match="AWS/Lambda"):
        cloudwatch.put_metric_data(
            Namespace="AWS/Lambda", MetricData=[{"MetricName": "x", "Value": 1}]
        )
    with pytest.raises(ClientError, match="two weeks"):
        put(cloudwatch, minute(-60 * 24 * 15), 1)
    with pytest.raises(ClientError, match="two hours"):
        put(cloudwatch, minute(121), 1)
    with pytest.raises(ClientError, match="1,440"):
        statistics(cloudwatch, "Sum", end=60 * 24 + 2)


@pytest.mark.proves(
    "CloudWatch", "Metric math: operators, IF, FILL, RATE, SUM of several, METRICS()", kind="real"
)
@pytest.mark.parametrize(
    ("expression", "values"),
    [
        ("a / b", {0: 5.0}),
        ("100 * a ^ 2", {0: 10_000.0, 1: 40_000.0, 3: 160_000.0}),
        ("a + FILL(b, 0)", {0: 12.0, 1: 20.0, 2: 0.0, 3: 41.0, 4: 0.0}),
        ("FILL(a, REPEAT)", {0: 10.0, 1: 20.0, 2: 20.0, 3: 40.0, 4: 40.0}),
        ("FILL(a, LINEAR)", {0: 10.0, 1: 20.0, 2: 30.0, 3: 40.0}),
        ("SUM([a, b])", {0: 12.0, 1: 20.0, 3: 41.0, 2: 0.0}),
        ("SUM(METRICS())", {0: 12.0, 1: 20.0, 3: 41.0, 2: 0.0}),
        ("IF(a > 15, a, 0)", {0: 0.0, 1: 20.0, 3: 40.0}),
        ("IF(a > 15 AND a < 30, 1)", {1: 1.0}),
        ("a - MIN(a)", {0: 0.0, 1: 10.0, 3: 30.0}),
        ("RATE(a)", {1: 10 / 60, 3: 20 / 120}),
        ("RUNNING_SUM(a)", {0: 10.0, 1: 30.0, 3: 70.0}),
        ("PERIOD(a) / 60", {0: 1.0, 1: 1.0, 2: 1.0, 3: 1.0, 4: 1.0}),
        ("MINUTE(a)", {0: 0.0, 1: 1.0, 2: 2.0, 3: 3.0, 4: 4.0}),
        ("a + b", {0: 12.0, 1: 20.0, 2: 0.0, 3: 41.0}),
        ("AVG([a, b])", {0: 6.0, 1: 10.0, 2: 0.0, 3: 20.5}),
        ("a < b", {0: 0.0, 1: 0.0, 2: 0.0, 3: 0.0}),
    ],
)
def test_metric_math(cloudwatch, expression, values):
    for at, value in ((0, 10), (1, 20), (3, 40)):
        put(cloudwatch, minute(at), value, name="a")
    for at, value in ((0, 2), (2, 0), (3, 1)):
        put(cloudwatch, minute(at), value, name="b")
    expected = {minute(at): value for at, value in values.items()}
    if expression == "a / b":
        expected[minute(3)] = 40.0
    assert math(cloudwatch, expression) == expected


@pytest.mark.proves(
    "CloudWatch",
    "Anomaly detection, SEARCH and Metrics Insights are refused by name",
    kind="not here",
)
def test_what_is_not_modelled_is_refused(cloudwatch):
    for expression in (
        "ANOMALY_DETECTION_BAND(a, 2)",
        "SEARCH('x', 'Sum')",
        "SELECT AVG(x) FROM y",
    ):
        with pytest.raises(LabLimit):
            math(cloudwatch, expression)
    with pytest.raises(ClientError, match="Error in expression"):
        math(cloudwatch, "a +* b")
    with pytest.raises(ClientError, match="Unknown metric id"):
        math(cloudwatch, "a + z")


@pytest.fixture
def make_alarm(cloudwatch):
    def make(name="late", **settings):
        asked = {
            "Namespace": "App",
            "MetricName": "Latency",
            "Statistic": "Maximum",
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 100,
            "ComparisonOperator": "GreaterThanThreshold",
        }
        cloudwatch.put_metric_alarm(AlarmName=name, **(asked | settings))

    return make


def state(cloudwatch, name="late"):
    found = cloudwatch.describe_alarms(
        AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"]
    )
    return (found["MetricAlarms"] + found["CompositeAlarms"])[0]


@pytest.mark.proves("CloudWatch", "Alarms change their state as the clock moves", kind="real")
def test_an_alarm_follows_its_metric(aws, cloudwatch, make_alarm):
    make_alarm()
    assert state(cloudwatch)["StateValue"] == "INSUFFICIENT_DATA"
    put(cloudwatch, minute(0, 30), 150)
    aws.clock.move(minutes=1)
    found = state(cloudwatch)
    assert found["StateValue"] == "ALARM"
    assert found["StateReason"] == (
        "Threshold Crossed: 1 out of the last 1 datapoints [150.0 (02/03/26 09:00:00)] was greater "
        "than the threshold (100.0) (minimum 1 datapoint for INSUFFICIENT_DATA -> ALARM "
        "transition)."
    )
    put(cloudwatch, minute(1, 30), 50)
    aws.clock.move(minutes=1)
    assert state(cloudwatch)["StateValue"] == "OK"
    aws.clock.move(hours=1)
    assert state(cloudwatch)["StateValue"] == "INSUFFICIENT_DATA"


@pytest.mark.proves(
    "CloudWatch", "M out of N data points; missing data as the alarm says", kind="real"
)
@pytest.mark.parametrize(
    ("missing", "expected"),
    [("missing", "OK"), ("ignore", "OK"), ("breaching", "ALARM"), ("notBreaching", "OK")],
)
def test_m_out_of_n_with_missing_data(aws, cloudwatch, make_alarm, missing, expected):
    make_alarm(EvaluationPeriods=3, DatapointsToAlarm=2, TreatMissingData=missing)
    put(cloudwatch, minute(0), 50)
    put(cloudwatch, minute(2), 150)
    aws.clock.move(minutes=4)  # "- 0 - X -": one of the three needed is missing
    assert state(cloudwatch)["StateValue"] == expected


@pytest.mark.proves("CloudWatch", "Alarm actions reach SNS, Lambda and EventBridge", kind="real")
def test_actions_are_carried_out(aws, cloudwatch, make_alarm, make_queue, make_function, bodies):
    url, arn = make_queue("told")
    heard_url, heard = make_queue("heard")
    sns, events = boto3.client("sns"), boto3.client("events")
    topic = sns.create_topic(Name="alarms")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    function = make_function(
        "act", "def handler(event, context):\n    return event['alarmData']['state']['value']"
    )
    pattern = {"source": ["aws.cloudwatch"], "detail": {"state": {"value": ["ALARM"]}}}
    events.put_rule(Name="r", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="r", Targets=[{"Id": "1", "Arn": heard}])
    make_alarm(AlarmActions=[topic, function], OKActions=[topic], TreatMissingData="notBreaching")
    put(cloudwatch, minute(0), 150)
    aws.clock.move(minutes=10)
    messages = [json.loads(json.loads(body)["Message"]) for body in bodies(url)]
    assert [m["NewStateValue"] for m in messages] == ["ALARM", "OK"]
    assert messages[0]["Trigger"]["MetricName"] == "Latency"
    assert [run.result for run in aws.invocations] == ["ALARM"]
    [event] = [json.loads(body) for body in bodies(heard_url)]
    assert event["detail-type"] == "CloudWatch Alarm State Change"
    assert event["detail"]["alarmName"] == "late"
    assert event["detail"]["previousState"]["value"] == "INSUFFICIENT_DATA"


@pytest.mark.proves("CloudWatch", "Alarm history: configuration, state, action", kind="real")
def test_history_tells_what_happened(aws, cloudwatch, make_alarm):
    make_alarm()
    cloudwatch.set_alarm_state(AlarmName="late", StateValue="ALARM", StateReason="a try")
    items = cloudwatch.describe_alarm_history(AlarmName="late", ScanBy="TimestampAscending")
    kinds = [item["HistoryItemType"] for item in items["AlarmHistoryItems"]]
    assert kinds == ["ConfigurationUpdate", "StateUpdate"]
    summary = items["AlarmHistoryItems"][1]["HistorySummary"]
    assert summary == "Alarm updated from INSUFFICIENT_DATA to ALARM"


@pytest.mark.proves("CloudWatch", "set_alarm_state lasts until the next evaluation", kind="real")
def test_set_alarm_state_lasts_until_the_next_evaluation(aws, cloudwatch, make_alarm):
    make_alarm(TreatMissingData="notBreaching")
    aws.clock.move(minutes=1)
    cloudwatch.set_alarm_state(AlarmName="late", StateValue="ALARM", StateReason="a try")
    assert state(cloudwatch)["StateValue"] == "ALARM"
    aws.clock.move(minutes=1)
    assert state(cloudwatch)["StateValue"] == "OK"


@pytest.mark.proves("CloudWatch", "Composite alarms follow the alarms of their rule", kind="real")
def test_composite_alarms(aws, cloudwatch, make_alarm):
    make_alarm("a")
    make_alarm("b", Threshold=1000)
    rule = 'ALARM("a") AND NOT ALARM("b")'
    cloudwatch.put_composite_alarm(AlarmName="both", AlarmRule=rule)
    put(cloudwatch, minute(0), 150)
    aws.clock.move(minutes=1)
    assert state(cloudwatch, "both")["StateValue"] == "ALARM"
    put(cloudwatch, minute(1), 5000)
    aws.clock.move(minutes=1)
    assert state(cloudwatch, "both")["StateValue"] == "OK"
    with pytest.raises(ClientError, match="ValidationError"):
        cloudwatch.put_composite_alarm(AlarmName="bad", AlarmRule="ALARM(a")


@pytest.mark.proves("CloudWatch", "An alarm on a math expression", kind="real")
def test_an_alarm_on_an_expression(aws, cloudwatch):
    metrics = [
        {"Id": "rate", "Expression": "100 * b / a", "ReturnData": True},
        *(
            {
                "Id": name,
                "MetricStat": {
                    "Metric": {"Namespace": "App", "MetricName": name},
                    "Period": 60,
                    "Stat": "Sum",
                },
                "ReturnData": False,
            }
            for name in ("a", "b")
        ),
    ]
    cloudwatch.put_metric_alarm(
        AlarmName="late", Metrics=metrics, EvaluationPeriods=1, Threshold=10,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
    )  # fmt: skip
    put(cloudwatch, minute(0), 50, name="a")
    put(cloudwatch, minute(0), 5, name="b")
    aws.clock.move(minutes=1)
    assert state(cloudwatch)["StateValue"] == "ALARM"


@pytest.mark.proves("CloudWatch", "Lambda's own metrics raise an alarm", kind="real")
def test_errors_of_a_function_raise_an_alarm(aws, cloudwatch, make_function, make_alarm):
    make_function("bad", "def handler(event, context):\n    return 1 / event['by']")
    make_alarm(
        Namespace="AWS/Lambda", MetricName="Errors", Statistic="Sum", Threshold=0,
        Dimensions=[{"Name": "FunctionName", "Value": "bad"}],
    )  # fmt: skip
    client = boto3.client("lambda")
    client.invoke(FunctionName="bad", Payload='{"by": 1}')
    aws.clock.move(minutes=1)
    assert state(cloudwatch)["StateValue"] == "OK"
    client.invoke(FunctionName="bad", Payload='{"by": 0}')
    aws.clock.move(minutes=1)
    assert state(cloudwatch)["StateValue"] == "ALARM"
    found = cloudwatch.get_metric_statistics(
        Namespace="AWS/Lambda", MetricName="Invocations", StartTime=START, EndTime=minute(5),
        Period=300, Statistics=["Sum"], Dimensions=[{"Name": "FunctionName", "Value": "bad"}],
    )["Datapoints"]  # fmt: skip
    assert [point["Sum"] for point in found] == [2]


@pytest.mark.proves("CloudWatch", "Anomaly detection alarms are refused", kind="not here")
def test_anomaly_detection_is_refused(make_alarm):
    with pytest.raises(LabLimit, match="nomaly"):
        make_alarm(ComparisonOperator="GreaterThanUpperThreshold")


@pytest.mark.proves("CloudWatch", "Actions other than SNS and Lambda are refused", kind="not here")
def test_other_actions_are_refused(make_alarm):
    with pytest.raises(LabLimit, match="ec2:stop"):
        make_alarm(AlarmActions=["arn:aws:automate:us-east-1:ec2:stop"])


@pytest.mark.proves("CloudWatch", "Alarms that the service refuses", kind="real")
@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"DatapointsToAlarm": 2}, "less than or equal to EvaluationPeriods"),
        ({"TreatMissingData": "never"}, "Option never is not supported"),
        ({"Period": 45}, "multiple of 60"),
    ],
)
def test_alarms_are_checked(cloudwatch, make_alarm, settings, message):
    with pytest.raises(ClientError, match=message):
        make_alarm(**settings)
    assert cloudwatch.describe_alarms()["MetricAlarms"] == []


def test_an_alarm_on_a_bad_expression_is_refused(cloudwatch):
    with pytest.raises(ClientError, match="Unknown metric id z"):
        cloudwatch.put_metric_alarm(
            AlarmName="bad", Metrics=[{"Id": "e", "Expression": "z * 2", "Period": 60}],
            EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanThreshold",
        )  # fmt: skip


def test_disabled_actions_stay_quiet(aws, cloudwatch, make_alarm, make_function):
    function = make_function("act", "def handler(event, context):\n    return 1")
    make_alarm(AlarmActions=[function])
    cloudwatch.disable_alarm_actions(AlarmNames=["late"])
    put(cloudwatch, minute(0), 150)
    aws.clock.move(minutes=1)
    assert state(cloudwatch)["StateValue"] == "ALARM"
    assert aws.invocations == []


def test_an_alarm_with_a_percentile_over_five_minutes(aws, cloudwatch):
    cloudwatch.put_metric_alarm(
        AlarmName="late", Namespace="App", MetricName="Latency", EvaluationPeriods=1, Period=300,
        Threshold=100, ComparisonOperator="GreaterThanThreshold", ExtendedStatistic="p90",
    )  # fmt: skip
    put(cloudwatch, minute(0), *[10] * 8)
    put(cloudwatch, minute(4), 500, 500)
    aws.clock.move(minutes=5)
    assert state(cloudwatch)["StateValue"] == "ALARM"


@pytest.mark.proves(
    "CloudWatch", "A queue's depth raises an alarm over several periods", kind="real"
)
def test_the_depth_of_a_queue_raises_an_alarm(aws, cloudwatch, make_queue, make_alarm):
    url, _ = make_queue("work")
    make_alarm(
        Namespace="AWS/SQS", MetricName="ApproximateNumberOfMessagesVisible", EvaluationPeriods=3,
        Threshold=1, Dimensions=[{"Name": "QueueName", "Value": "work"}],
    )  # fmt: skip
    aws.clock.move(minutes=10)
    assert state(cloudwatch)["StateValue"] == "OK"
    sqs = boto3.client("sqs")
    for n in range(2):
        sqs.send_message(QueueUrl=url, MessageBody=str(n))
    aws.clock.move(minutes=2)
    assert state(cloudwatch)["StateValue"] == "OK"
    aws.clock.move(minutes=1)
    assert state(cloudwatch)["StateValue"] == "ALARM"
    sqs.purge_queue(QueueUrl=url)
    aws.clock.move(minutes=1)
    assert state(cloudwatch)["StateValue"] == "OK"
    moved = aws.clock.move(days=30)
    assert len(moved) < 500  # a queue that nobody uses stops reporting after six hours
    assert state(cloudwatch)["StateValue"] == "INSUFFICIENT_DATA"


@pytest.mark.proves(
    "CloudWatch", "A picture of an alarm: data points, threshold, states", kind="real"
)
def test_the_picture_of_an_alarm(aws, cloudwatch, make_alarm):
    from dealab import views

    make_alarm(TreatMissingData="notBreaching")
    put(cloudwatch, minute(0), 150)
    put(cloudwatch, minute(1), 20)
    aws.clock.move(minutes=5)
    picture = views.alarm("late")
    assert "OK" in picture.alt
    assert "1 of 2 data points breach" in picture.alt
    assert picture.svg.count("<circle") == 2
    table = views.alarms()
    assert list(table.state) == ["OK"]
    assert list(table.alarm) == ["late"]


@pytest.mark.proves(
    "CloudWatch", "A failed execution of a state machine raises an alarm", kind="real"
)
def test_a_failed_execution_raises_an_alarm(aws, cloudwatch, make_alarm):
    states = boto3.client("stepfunctions")
    definition = {"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "NoFile"}}}
    machine = states.create_state_machine(
        name="m", roleArn=aws.role, definition=json.dumps(definition)
    )["stateMachineArn"]
    make_alarm(
        Namespace="AWS/States", MetricName="ExecutionsFailed", Statistic="Sum", Threshold=0,
        Dimensions=[{"Name": "StateMachineArn", "Value": machine}],
    )  # fmt: skip
    aws.clock.move(minutes=1)
    assert state(cloudwatch)["StateValue"] == "INSUFFICIENT_DATA"
    aws.wait_for(states.start_execution(stateMachineArn=machine)["executionArn"])
    aws.clock.move(minutes=1)
    assert state(cloudwatch)["StateValue"] == "ALARM"


def total(cloudwatch, namespace, name, statistic="Sum", **dimensions):
    """The statistic of a metric over the first hour, None without a data point."""
    found = cloudwatch.get_metric_statistics(
        Namespace=namespace, MetricName=name, StartTime=START, EndTime=minute(60), Period=3600,
        Statistics=[statistic], Dimensions=[{"Name": n, "Value": v} for n, v in dimensions.items()],
    )["Datapoints"]  # fmt: skip
    return found[0][statistic] if found else None


@pytest.mark.proves("CloudWatch", "Lambda's IteratorAge: how far a reader is behind", kind="real")
def test_the_iterator_age_tells_how_far_a_reader_is_behind(aws, cloudwatch, make_function):
    kinesis = boto3.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=1)
    arn = kinesis.describe_stream(StreamName="s")["StreamDescription"]["StreamARN"]
    make_function("f", "def handler(event, context):\n    return 1")
    boto3.client("lambda").create_event_source_mapping(
        EventSourceArn=arn, FunctionName="f", StartingPosition="TRIM_HORIZON"
    )
    kinesis.put_record(StreamName="s", Data=b"1", PartitionKey="a")
    aws.clock.move(seconds=90)
    kinesis.put_record(StreamName="s", Data=b"2", PartitionKey="a")
    aws.clock.move(seconds=30)
    aws.run_event_sources()
    asked = {"statistic": "Maximum", "FunctionName": "f"}
    assert total(cloudwatch, "AWS/Lambda", "IteratorAge", **asked) == pytest.approx(30_000, abs=2)
    boto3.client("lambda").invoke(FunctionName="f", Payload="{}")
    assert total(cloudwatch, "AWS/Lambda", "IteratorAge", "SampleCount", FunctionName="f") == 1
    assert total(cloudwatch, "AWS/Lambda", "Invocations", FunctionName="f") == 2


@pytest.mark.proves("CloudWatch", "EventBridge's own metrics of a rule", kind="real")
def test_a_rule_counts_matches_and_failures(aws, cloudwatch, make_queue, make_alarm):
    (_, there), (_, dead) = make_queue("q"), make_queue("dead")
    gone = "arn:aws:sqs:us-east-1:111122223333:gone"
    events = boto3.client("events")
    events.put_rule(Name="all", EventPattern='{"source": ["me"]}')
    targets = [
        {"Id": "1", "Arn": there},
        {"Id": "2", "Arn": gone, "DeadLetterConfig": {"Arn": dead}},
    ]
    events.put_targets(Rule="all", Targets=targets)
    make_alarm(
        Namespace="AWS/Events", MetricName="FailedInvocations", Statistic="Sum", Threshold=1,
        Dimensions=[{"Name": "RuleName", "Value": "all"}],
    )  # fmt: skip
    for source in ("me", "me", "other"):
        events.put_events(Entries=[{"Source": source, "DetailType": "d", "Detail": "{}"}])
    counts = {
        name: total(cloudwatch, "AWS/Events", name, RuleName="all")
        for name in ("MatchedEvents", "TriggeredRules", "Invocations", "FailedInvocations",
                     "InvocationsSentToDlq", "InvocationsFailedToBeSentToDlq")
    }  # fmt: skip
    assert list(counts.values()) == [2, 2, 4, 2, 2, None]
    aws.clock.move(minutes=2)
    assert state(cloudwatch)["StateValue"] == "ALARM"
    listed = cloudwatch.list_metrics(Namespace="AWS/Events", MetricName="Invocations")["Metrics"]
    assert listed[0]["Dimensions"] == [{"Name": "RuleName", "Value": "all"}]


@pytest.mark.proves(
    "CloudWatch", "DynamoDB's consumed units and throttles, while its limits are on", kind="model"
)
def test_a_table_reports_what_it_used_and_refused(aws, cloudwatch):
    from botocore.config import Config

    client = boto3.client("dynamodb", config=Config(retries={"total_max_attempts": 1}))
    client.create_table(
        TableName="t", KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
        ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 3},
    )  # fmt: skip
    aws.throttle(dynamodb=True)
    refused = 0
    for number in range(5):
        try:
            client.put_item(TableName="t", Item={"k": {"S": str(number)}})
        except client.exceptions.ProvisionedThroughputExceededException:
            refused += 1
    assert refused == 2
    assert total(cloudwatch, "AWS/DynamoDB", "ConsumedWriteCapacityUnits", TableName="t") == 3
    assert total(cloudwatch, "AWS/DynamoDB", "WriteThrottleEvents", TableName="t") == 2
    assert total(cloudwatch, "AWS/DynamoDB", "ReadThrottleEvents", TableName="t") is None


@pytest.mark.proves(
    "CloudWatch", "Metrics of Glue jobs, and DynamoDB's ThrottledRequests", kind="not here"
)
def test_no_metrics_are_made_up_for_glue(cloudwatch):
    assert cloudwatch.list_metrics(Namespace="Glue")["Metrics"] == []
    asked = {"Namespace": "AWS/DynamoDB", "MetricName": "ThrottledRequests"}
    assert cloudwatch.list_metrics(**asked)["Metrics"] == []
