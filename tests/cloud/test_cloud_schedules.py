import json

import boto3
import pytest
from botocore.exceptions import ClientError

from dealab.cloud import start_aws
from dealab.sql.errors import LabLimit

QUEUE = "arn:aws:sqs:us-east-1:111122223333:ticks"
ROLE = "arn:aws:iam::111122223333:role/scheduler"


@pytest.fixture
def lab():
    lab = start_aws(at="2026-03-02T09:00")  # a Monday
    boto3.client("sqs").create_queue(QueueName="ticks")
    yield lab
    lab.stop()


@pytest.fixture
def arrived(lab):
    """Return a function that takes the JSON of all messages out of the queue "ticks"."""

    def take():
        sqs, found = boto3.client("sqs"), []
        while got := sqs.receive_message(QueueUrl="ticks", MaxNumberOfMessages=10).get("Messages"):
            for message in got:
                found.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl="ticks", ReceiptHandle=message["ReceiptHandle"])
        return found

    return take


def times(events):
    return [event["time"] for event in events]


def put_rule(expression, **more):
    events = boto3.client("events")
    events.put_rule(Name="tick", ScheduleExpression=expression, **more)
    events.put_targets(Rule="tick", Targets=[{"Id": "1", "Arn": QUEUE}])
    return events


def schedule(expression, name="s", target=None, **more):
    return boto3.client("scheduler").create_schedule(
        Name=name,
        ScheduleExpression=expression,
        FlexibleTimeWindow=more.pop("FlexibleTimeWindow", {"Mode": "OFF"}),
        Target={"Arn": QUEUE, "RoleArn": ROLE} | (target or {}),
        **more,
    )


@pytest.mark.proves(
    "EventBridge", "Rules with cron and rate fire on the movable clock", kind="real"
)
def test_a_rule_with_a_rate_fires_and_says_when(lab, arrived):
    put_rule("rate(5 minutes)")
    lab.clock.move(minutes=4)
    assert arrived() == []
    lab.clock.move(minutes=12)
    events = arrived()
    assert times(events) == [f"2026-03-02T09:{m}:00Z" for m in ("05", "10", "15")]
    assert {key: value for key, value in events[0].items() if key != "id"} == {
        "version": "0",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "111122223333",
        "time": "2026-03-02T09:05:00Z",
        "region": "us-east-1",
        "resources": ["arn:aws:events:us-east-1:111122223333:rule/tick"],
        "detail": {},
    }
    assert len({event["id"] for event in events}) == 3


def test_a_rule_with_cron_fires_on_its_days_only(lab, arrived):
    put_rule("cron(30 6 ? * MON-FRI *)")
    seen = []
    for _ in range(2):  # a queue keeps messages for four days
        lab.clock.move(days=3, hours=12)
        seen += times(arrived())
    days = ("03", "04", "05", "06", "09")
    assert seen == [f"2026-03-{day}T06:30:00Z" for day in days]


def test_a_disabled_or_deleted_rule_is_quiet(lab, arrived):
    events = put_rule("rate(1 hour)", State="DISABLED")
    lab.clock.move(hours=3)
    assert arrived() == []
    events.enable_rule(Name="tick")
    lab.clock.move(hours=1)
    assert len(arrived()) == 1
    events.remove_targets(Rule="tick", Ids=["1"])
    events.delete_rule(Name="tick")
    lab.clock.move(hours=3)
    assert arrived() == []


def test_a_schedule_invokes_a_handler_at_its_time(lab, arrived):
    from dealab.cloud import zip_handler

    source = """
    import datetime

    def handler(event, context):
        return [event["time"], datetime.datetime.now(datetime.UTC).isoformat()]
    """
    function = boto3.client("lambda").create_function(
        FunctionName="nightly", Runtime="python3.13", Role=lab.role, Handler="handler.handler",
        Code={"ZipFile": zip_handler(source)},
    )  # fmt: skip
    events = boto3.client("events")
    events.put_rule(Name="night", ScheduleExpression="cron(0 2 * * ? *)")
    events.put_targets(Rule="night", Targets=[{"Id": "1", "Arn": function["FunctionArn"]}])
    lab.clock.move(days=2)
    assert [run.result for run in lab.invocations] == [
        [f"2026-03-0{day}T02:00:00Z", f"2026-03-0{day}T02:00:00+00:00"] for day in (3, 4)
    ]


@pytest.mark.proves(
    "EventBridge Scheduler", "cron, rate and at in a time zone, with start and end", kind="real"
)
def test_a_schedule_in_a_time_zone_follows_daylight_saving(lab, arrived):
    schedule("cron(0 8 * * ? *)", ScheduleExpressionTimezone="Europe/Berlin")
    lab.clock.move(to="2026-03-27T12:00")
    arrived()
    lab.clock.move(days=3)  # the clocks go forward on March 29
    assert times(arrived()) == [
        "2026-03-28T07:00:00Z",
        "2026-03-29T06:00:00Z",
        "2026-03-30T06:00:00Z",
    ]


def test_a_one_time_schedule_fires_once_and_goes_if_asked(lab, arrived):
    schedule("at(2026-03-02T12:00:00)", ActionAfterCompletion="DELETE")
    schedule("at(2026-03-02T12:00:00)", "stays")
    lab.clock.move(days=2)
    assert times(arrived()) == ["2026-03-02T12:00:00Z"] * 2
    kept = boto3.client("scheduler").list_schedules()["Schedules"]
    assert [one["Name"] for one in kept] == ["stays"]


def test_a_rate_begins_at_once_or_at_its_start_date_and_ends(lab, arrived):
    schedule("rate(1 hour)")
    assert times(arrived()) == ["2026-03-02T09:00:00Z"]
    boto3.client("scheduler").delete_schedule(Name="s")
    schedule("rate(1 hour)", StartDate="2026-03-02T10:30:00Z", EndDate="2026-03-02T13:00:00Z")
    lab.clock.move(hours=12)
    assert times(arrived()) == [f"2026-03-02T{hour}:30:00Z" for hour in (10, 11, 12)]


def test_the_input_and_its_context_attributes(lab, arrived):
    text = '{"when": "<aws.scheduler.scheduled-time>", "by": "<aws.scheduler.schedule-arn>"}'
    made = schedule("at(2026-03-02T10:00:00)", target={"Input": text})
    lab.clock.move(hours=2)
    assert arrived() == [{"when": "2026-03-02T10:00:00Z", "by": made["ScheduleArn"]}]


def test_the_universal_target_calls_any_api(lab):
    boto3.client("s3").create_bucket(Bucket="fernway-x")
    schedule(
        "at(2026-03-02T10:00:00)",
        target={
            "Arn": "arn:aws:scheduler:::aws-sdk:s3:putObject",
            "Input": '{"Bucket": "fernway-x", "Key": "made/by-schedule"}',
        },
    )
    lab.clock.move(hours=2)
    found = boto3.client("s3").head_object(Bucket="fernway-x", Key="made/by-schedule")
    assert found["LastModified"].isoformat()[:19] == "2026-03-02T10:00:00"


def test_what_a_target_refuses_goes_to_the_dead_letter_queue(lab):
    sqs = boto3.client("sqs")
    sqs.create_queue(QueueName="dead")
    gone = QUEUE.replace("ticks", "gone")
    target = {"Arn": gone, "DeadLetterConfig": {"Arn": QUEUE.replace("ticks", "dead")}}
    schedule("at(2026-03-02T10:00:00)", target=target)
    lab.clock.move(hours=2)
    [message] = sqs.receive_message(QueueUrl="dead", MessageAttributeNames=["All"])["Messages"]
    assert message["MessageAttributes"]["TARGET_ARN"]["StringValue"] == gone


@pytest.mark.parametrize(
    ("expression", "timezone"),
    [("rate(0 hours)", None), ("cron(0 8 * * * *)", None), ("at(tomorrow)", None),
     ("rate(1 hour)", "Mars/Base")],
)  # fmt: skip
def test_a_wrong_schedule_is_refused(lab, expression, timezone):
    more = {"ScheduleExpressionTimezone": timezone} if timezone else {}
    with pytest.raises(ClientError) as refused:
        schedule(expression, **more)
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert boto3.client("scheduler").list_schedules()["Schedules"] == []


@pytest.mark.proves("EventBridge Scheduler", "ECS and other compute targets", kind="not here")
def test_a_target_that_the_lab_has_not_is_refused_by_name(lab):
    with pytest.raises(LabLimit, match="ecs"):
        schedule("rate(1 hour)", target={"Arn": "arn:aws:ecs:us-east-1:111122223333:cluster/c"})


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"GroupName": "none"}, "ResourceNotFoundException"),
        ({"FlexibleTimeWindow": {"Mode": "FLEXIBLE"}}, "ValidationException"),
    ],
)
def test_schedules_need_their_group_and_a_window_its_minutes(lab, asked, code):
    settings = {
        "Name": "s",
        "ScheduleExpression": "rate(1 hour)",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {"Arn": QUEUE, "RoleArn": ROLE},
    }
    with pytest.raises(ClientError) as caught:
        boto3.client("scheduler").create_schedule(**{**settings, **asked})
    assert caught.value.response["Error"]["Code"] == code


def test_groups_of_schedules_are_checked(lab):
    scheduler = boto3.client("scheduler")
    scheduler.create_schedule_group(Name="g")
    for call, name, code in (
        (scheduler.create_schedule_group, "g", "ConflictException"),
        (scheduler.delete_schedule_group, "none", "ResourceNotFoundException"),
        (scheduler.delete_schedule_group, "default", "ValidationException"),
    ):
        with pytest.raises(ClientError) as caught:
            call(Name=name)
        assert caught.value.response["Error"]["Code"] == code
