"""EventBridge through boto3: patterns, targets, dead letters, archives and replays."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from dealab.cloud import start_aws
from dealab.sql.errors import LabLimit


@pytest.fixture
def aws():
    lab = start_aws(at="2026-03-02T09:00")
    yield lab
    lab.stop()


@pytest.fixture
def events(aws):
    return boto3.client("events")


@pytest.fixture
def rule(events):
    """Return a function that makes a rule with one target."""

    def rule(arn, pattern=None, name="r", bus="default", **target):
        pattern = pattern or {"source": ["shop"]}
        made = events.put_rule(Name=name, EventPattern=json.dumps(pattern), EventBusName=bus)
        events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "1", "Arn": arn, **target}])
        return made["RuleArn"]

    return rule


@pytest.fixture
def put(events):
    def put(detail, **more):
        entry = {"Source": "shop", "DetailType": "order", "Detail": json.dumps(detail), **more}
        return events.put_events(Entries=[entry])

    return put


def whole_event(**fields):
    event = {"id": "1", "account": "111122223333", "source": "shop", "region": "us-east-1",
             "time": "2026-03-02T09:00:00Z", "resources": [], "detail-type": "order",
             "detail": {}}  # fmt: skip
    return json.dumps({**event, **fields})


@pytest.mark.proves("EventBridge", "Event patterns: every documented operator", kind="real")
def test_test_event_pattern_answers(events):
    def result(pattern, **fields):
        answer = events.test_event_pattern(
            EventPattern=json.dumps(pattern), Event=whole_event(**fields)
        )
        return answer["Result"]

    pattern = {"detail": {"state": [{"anything-but": {"prefix": "init"}}]}}
    assert result(pattern, detail={"state": "running"}) is True
    assert result(pattern, detail={"state": "initializing"}) is False
    assert result({"source": ["shop"], "$or": [{"region": ["x"]}, {"account": ["1"]}]}) is False


def test_wrong_patterns_and_events_are_refused(events):
    with pytest.raises(events.exceptions.InvalidEventPatternException, match="Unrecognized match"):
        events.put_rule(Name="r", EventPattern='{"a": [{"starts": "x"}]}')
    with pytest.raises(ClientError, match="mandatory"):
        events.test_event_pattern(EventPattern='{"a": ["x"]}', Event='{"a": "x"}')


@pytest.mark.proves("EventBridge", "Only events that match reach the target", kind="real")
def test_a_rule_delivers_what_matches(rule, put, make_queue, bodies):
    url, arn = make_queue("big")
    rule(arn, {"detail": {"total": [{"numeric": [">", 100]}]}})
    put({"total": 100})
    put({"total": 101})
    assert [json.loads(body)["detail"] for body in bodies(url)] == [{"total": 101}]


@pytest.mark.proves("EventBridge", "Target log group: the event is a log event", kind="real")
def test_a_log_group_gets_the_event(rule, put):
    logs = boto3.client("logs")
    logs.create_log_group(logGroupName="/aws/events/orders")
    rule("arn:aws:logs:us-east-1:111122223333:log-group:/aws/events/orders")
    put({"id": 7})
    [event] = logs.filter_log_events(logGroupName="/aws/events/orders")["events"]
    assert json.loads(event["message"])["detail"] == {"id": 7}


@pytest.mark.proves(
    "EventBridge", "Target state machine: starts with the transformed event", kind="real"
)
def test_a_state_machine_starts_with_the_event(aws, rule, put):
    states = boto3.client("stepfunctions")
    definition = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
    machine = states.create_state_machine(
        name="m", definition=json.dumps(definition), roleArn=aws.role
    )["stateMachineArn"]
    transformer = {"InputPathsMap": {"n": "$.detail.n"}, "InputTemplate": '{"number": <n>}'}
    rule(machine, RoleArn=aws.role, InputTransformer=transformer)
    put({"n": 5})
    [execution] = states.list_executions(stateMachineArn=machine)["executions"]
    found = states.describe_execution(executionArn=execution["executionArn"])
    assert json.loads(found["output"]) == {"number": 5}


@pytest.mark.proves("EventBridge", "FIFO queue as target, with its message group", kind="real")
def test_a_fifo_queue_needs_a_group(events, rule, put, make_queue):
    url, arn = make_queue("q.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    with pytest.raises(ClientError, match="SqsParameters"):
        rule(arn)
    rule(arn, SqsParameters={"MessageGroupId": "g"})
    put({"n": 1})
    sqs = boto3.client("sqs")
    [message] = sqs.receive_message(QueueUrl=url, AttributeNames=["All"])["Messages"]
    assert message["Attributes"]["MessageGroupId"] == "g"


@pytest.mark.proves("EventBridge", "Dead-letter queue of a target, with why it failed", kind="real")
def test_what_cannot_be_delivered_goes_to_the_dead_letter_queue(rule, put, make_queue, bodies):
    url, dead = make_queue("dead")
    gone = "arn:aws:lambda:us-east-1:111122223333:function:gone"
    rule_arn = rule(gone, DeadLetterConfig={"Arn": dead})
    put({"n": 1})
    sqs = boto3.client("sqs")
    [message] = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"])["Messages"]
    assert json.loads(message["Body"])["detail"] == {"n": 1}
    facts = {key: value["StringValue"] for key, value in message["MessageAttributes"].items()}
    assert (facts["RULE_ARN"], facts["TARGET_ARN"]) == (rule_arn, gone)


def test_without_a_dead_letter_queue_the_other_targets_still_get_it(rule, put, make_queue, bodies):
    url, arn = make_queue("q")
    rule("arn:aws:sqs:us-east-1:111122223333:gone", name="first")
    rule(arn, name="second")
    assert put({"n": 1})["FailedEntryCount"] == 0
    assert len(bodies(url)) == 1


@pytest.mark.proves("EventBridge", "Events go on to another bus and its rules", kind="real")
def test_a_bus_can_be_a_target(events, rule, put, make_queue, bodies):
    url, arn = make_queue("q")
    bus = events.create_event_bus(Name="central")["EventBusArn"]
    rule(bus)
    rule(arn, {"account": ["111122223333"]}, bus="central")
    put({"n": 1}, Resources=["arn:aws:s3:::b"])
    [body] = [json.loads(body) for body in bodies(url)]
    assert (body["detail"], body["resources"]) == ({"n": 1}, ["arn:aws:s3:::b"])


@pytest.mark.proves("EventBridge", "Archive and replay of a time range", kind="real")
def test_a_replay_sends_the_events_of_its_time_range(aws, events, rule, put, make_queue, bodies):
    url, arn = make_queue("q")
    bus = events.describe_event_bus()["Arn"]
    archive = events.create_archive(
        ArchiveName="all", EventSourceArn=bus, EventPattern='{"source": ["shop"]}'
    )["ArchiveArn"]
    transformer = {"InputPathsMap": {"n": "$.detail.n"}, "InputTemplate": "<n>"}
    rule(arn, InputTransformer=transformer)
    moments = []
    for number in (1, 2, 3):
        moments.append(aws.clock.now())
        put({"n": number})
        aws.clock.move(hours=1)
    assert bodies(url) == ["1", "2", "3"]
    assert events.describe_archive(ArchiveName="all")["EventCount"] == 3
    events.start_replay(
        ReplayName="again",
        EventSourceArn=archive,
        EventStartTime=moments[1],
        EventEndTime=moments[2],
        Destination={"Arn": bus},
    )
    assert bodies(url) == ["2"]
    assert events.describe_replay(ReplayName="again")["State"] == "COMPLETED"
    assert events.describe_archive(ArchiveName="all")["EventCount"] == 3


@pytest.mark.proves(
    "EventBridge", "Pipes; targets such as ECS and API destinations", kind="not here"
)
def test_what_is_missing_is_refused_by_name(aws, rule):
    with pytest.raises(LabLimit, match="target"):
        rule("arn:aws:ecs:us-east-1:111122223333:cluster/c")
    with pytest.raises(LabLimit, match="Pipes"):
        boto3.client("pipes").create_pipe(
            Name="p", Source="arn:aws:sqs:us-east-1:111122223333:a", RoleArn=aws.role,
            Target="arn:aws:sqs:us-east-1:111122223333:b")  # fmt: skip


def test_only_services_send_with_a_source_of_aws(aws, make_queue, bodies):
    events, (url, arn) = boto3.client("events"), make_queue("all")
    events.put_rule(Name="all", EventPattern='{"account": ["111122223333"]}')
    events.put_targets(Rule="all", Targets=[{"Id": "1", "Arn": arn, "InputPath": "$.source"}])
    entry = {"DetailType": "t", "Detail": "{}"}
    answer = events.put_events(Entries=[{"Source": s, **entry} for s in ("aws.s3", "shop")])
    assert answer["FailedEntryCount"] == 1
    assert answer["Entries"][0]["ErrorCode"] == "NotAuthorizedForSourceException"
    assert "EventId" in answer["Entries"][1]
    assert bodies(url) == ['"shop"']


def test_a_template_may_name_its_rule(aws, make_queue, bodies):
    events, (url, arn) = boto3.client("events"), make_queue("named")
    rule = events.put_rule(Name="mine", EventPattern='{"source": ["shop"]}')["RuleArn"]
    template = '{"rule": "<aws.events.rule-name>", "arn": <aws.events.rule-arn>}'
    target = {"Id": "1", "Arn": arn, "InputTransformer": {"InputTemplate": template}}
    events.put_targets(Rule="mine", Targets=[target])
    events.put_events(Entries=[{"Source": "shop", "DetailType": "t", "Detail": "{}"}])
    assert [json.loads(body) for body in bodies(url)] == [{"rule": "mine", "arn": rule}]


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ({"Input": "no json"}, "JSON syntax error in input for target 1"),
        ({"Input": "{}", "InputPath": "$.a"}, "Only one of Input, InputPath, or InputTransformer"),
    ],
)
def test_wrong_inputs_of_targets_are_refused(aws, make_queue, target, said):
    events, (_, arn) = boto3.client("events"), make_queue("q")
    events.put_rule(Name="r", EventPattern='{"source": ["shop"]}')
    with pytest.raises(ClientError, match=said):
        events.put_targets(Rule="r", Targets=[{"Id": "1", "Arn": arn, **target}])


def test_a_rules_name_has_no_blanks(aws):
    with pytest.raises(ClientError, match="Member must satisfy regular expression pattern"):
        boto3.client("events").put_rule(Name="my rule", ScheduleExpression="rate(1 hour)")
