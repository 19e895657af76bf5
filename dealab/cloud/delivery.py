"""Where events go: EventBridge targets, SNS to Lambda, destinations of Lambda.

moto's EventBridge delivers to SQS, log groups, archives and other buses. This adds Lambda, SNS,
Kinesis, Firehose and Step Functions, and Input, InputPath and InputTransformer for all of them.
"""

import contextlib
import copy
import datetime
import json
import re

import boto3
from moto.events.models import Rule

from dealab.models import event_targets
from dealab.sql.errors import LabLimit

TARGETS = ("lambda", "sqs", "sns", "kinesis", "firehose", "states", "logs", "events")
#: which targets a service reaches as the role that it was given, not by the target's policy
BY_ROLE = {
    "events.amazonaws.com": ("kinesis", "firehose", "states"),
    "scheduler.amazonaws.com": TARGETS,
}
MOTO_SEND = Rule.send_to_targets  # before joints.py replaces it


class NotAllowed(Exception):
    """The source may not deliver to the target."""


def deliver(arn: str, payload, **options) -> None:
    """Send ``payload`` (JSON data, or a str as it is) to the resource ``arn``.

    ``options``: ``group`` (message group of a FIFO queue), ``key`` (Kinesis partition key),
    ``source`` (ARN; what a Lambda invocation shows as its source), ``attributes`` (of a message in
    SQS or SNS), ``role`` (ARN; the source acts as it, and the target's policy is not asked).
    Without leave, which is asked once permissions are enforced, the event is dropped, and
    aws.explain() tells why; with ``strict=True`` NotAllowed is raised.
    Raises NotImplementedError for a kind of resource that the lab cannot deliver to.
    """
    acting = _leave(arn, str(options.get("source", "")), options.get("role"))
    if acting is not None:
        _deliver(arn, payload, options, acting)
    elif options.get("strict"):
        raise NotAllowed(f"{options.get('source')} may not deliver to {arn}")


def _leave(arn: str, source: str, role: str | None):
    """Return a context manager to deliver in, or None where that is not allowed."""
    from dealab.cloud.lab import current
    from dealab.models.policy import services

    permissions, target = current().permissions, arn.split(":")[2]
    sender = services.DELIVERERS.get((source.split(":") + [""] * 3)[2])
    by_role = permissions.enforced and sender in BY_ROLE and target in BY_ROLE[sender]
    if not by_role:
        return contextlib.nullcontext() if permissions.may_deliver(source, arn) else None
    if not role:
        return None
    if target == "lambda":
        allowed = permissions.may_as(role, sender, "lambda:InvokeFunction", arn)
        return contextlib.nullcontext() if allowed else None
    return permissions.acting_as(role, sender, "lab")


def _deliver(arn: str, payload, options: dict, acting) -> None:
    text = payload if isinstance(payload, str) else json.dumps(payload)
    _, _, service, region, _, resource = arn.split(":", 5)
    name = re.split("[/:]", resource)[-1]
    if service not in TARGETS or service == "events":
        raise NotImplementedError(f"The lab cannot deliver events to {arn}.")
    if service == "lambda":
        _invoke(arn, json.loads(text), options.get("source", "async"))
        return
    boto = boto3.client({"states": "stepfunctions"}.get(service, service), region_name=region)
    url = boto.get_queue_url(QueueName=name)["QueueUrl"] if service == "sqs" else None
    with acting:
        _send_as(boto, service, arn, url or name, text, options)


def _send_as(boto, service: str, arn: str, name: str, text: str, options: dict) -> None:
    attributes = {"MessageAttributes": options["attributes"]} if "attributes" in options else {}
    if service == "sqs":
        group = {"MessageGroupId": options["group"]} if options.get("group") else {}
        boto.send_message(QueueUrl=name, MessageBody=text, **group, **attributes)
    elif service == "sns":
        boto.publish(TopicArn=arn, Message=text, **attributes)
    elif service == "kinesis":
        boto.put_record(StreamName=name, Data=text.encode(), PartitionKey=options.get("key", "0"))
    elif service == "firehose":
        boto.put_record(DeliveryStreamName=name, Record={"Data": text.encode()})
    elif service == "states":
        boto.start_execution(stateMachineArn=arn, input=text)
    else:
        from moto.moto_api._internal import mock_random

        from dealab.cloud.lab import current

        group, moment = arn.split(":")[6], round(current().clock.time() * 1000)
        stream = str(mock_random.uuid4())
        boto.create_log_stream(logGroupName=group, logStreamName=stream)
        event = {"timestamp": moment, "message": text}
        boto.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[event])


def _invoke(arn: str, event, source: str) -> None:
    from dealab.cloud.handlers import resolve
    from dealab.cloud.lab import current

    current().runtime.invoke_async(resolve(arn), event, source, arn)


def send_to_targets(rule, original_event, transform_input: bool = True) -> None:
    """Replace ``moto.events.models.Rule.send_to_targets``.

    moto also lets disabled rules through and takes a rule with a schedule only as one that
    matches every event; both are stopped here.
    """
    if rule.state != "ENABLED" or (
        rule.scheduled_expression and not rule.event_pattern.get_pattern()
    ):
        return
    event = _as_delivered(rule, original_event)
    if not rule.event_pattern.matches_event(event):
        return
    _note(rule, "MatchedEvents")
    _note(rule, "TriggeredRules")
    for target in rule.targets:
        if ":archive" not in target["Arn"] and not target["Arn"].endswith(":::"):
            _send(rule, target, event)
        else:  # an archive: moto's own way
            alone = copy.copy(rule)
            alone.targets = [target]
            MOTO_SEND(alone, original_event, transform_input)


def _send(rule, target: dict, event: dict) -> None:
    """Deliver to one target. What cannot be delivered goes to the target's dead-letter queue.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html (checked 2026-11-23):
    a target that is not there is not tried again; without a queue the event is dropped.
    """
    arn = target["Arn"]
    _note(rule, "Invocations")
    path = (target.get("KinesisParameters") or {}).get("PartitionKeyPath")
    try:
        if ":event-bus/" in arn:
            entry = {"Source": event["source"], "DetailType": event["detail-type"]}
            entry |= {"Detail": json.dumps(event["detail"]), "EventBusName": arn}
            entry |= {"Resources": event.get("resources", []), "Time": event["time"]}
            put_event(entry, arn.split(":")[3])
            return
        deliver(
            arn,
            event_targets.transformed(target, event, rule.arn),
            source=rule.arn,
            group=(target.get("SqsParameters") or {}).get("MessageGroupId"),
            key=str(event_targets.at_path(event, path)) if path else event["id"],
            role=target.get("RoleArn"),
            strict=True,
        )
    except NotImplementedError:
        raise
    except Exception as error:
        _note(rule, "FailedInvocations")
        queue = (target.get("DeadLetterConfig") or {}).get("Arn")
        if queue:
            facts = {
                "RULE_ARN": rule.arn,
                "TARGET_ARN": arn,
                "ERROR_CODE": event_targets.error_code(error, isinstance(error, NotAllowed)),
                "ERROR_MESSAGE": str(error),
                "RETRY_ATTEMPTS": "0",
                "EXHAUSTED_RETRY_CONDITION": "None",
            }
            texts = {key: {"DataType": "String", "StringValue": v} for key, v in facts.items()}
            try:
                deliver(queue, event, attributes=texts)
                _note(rule, "InvocationsSentToDlq")
            except Exception:  # a queue that is gone loses the event, too
                _note(rule, "InvocationsFailedToBeSentToDlq")


def _note(rule, metric: str) -> None:
    """Count something that CloudWatch shows of a rule, in the namespace AWS/Events."""
    from dealab.cloud.lab import current

    lab = current()
    lab.__dict__.setdefault("rule_counts", []).append((rule.name, metric, lab.clock.time()))


def put_event(entry: dict, region: str) -> None:
    """Put an entry of PutEvents on its bus as a service does: also with a source of AWS's own."""
    from moto.backends import get_backend

    from dealab.cloud.lab import current

    moment = entry.get("Time")
    if isinstance(moment, str):
        moment = datetime.datetime.fromisoformat(moment)
    if isinstance(moment, datetime.datetime):
        entry = {**entry, "Time": moment.timestamp()}
    get_backend("events")[current().account][region].put_events([entry])


def check_target(arn: str) -> None:
    """Raise LabLimit for a kind of target that the lab cannot deliver to."""
    service = (arn.split(":") + [""] * 3)[2]
    if (arn.startswith("arn:") and service not in TARGETS) or ":api-destination/" in arn:
        raise LabLimit(
            f"the target {arn} of a rule",
            "EventBridge sends matching events to it.",
            "Targets here: Lambda, SQS, SNS, Kinesis, Firehose, Step Functions, log groups, buses.",
        )


def _as_delivered(rule, original) -> dict:
    """The event as the service delivers it; of S3, moto has one fixed id and a foreign account."""
    from moto.moto_api._internal import mock_random

    number = str(mock_random.uuid4()) if original["source"] == "aws.s3" else None
    return event_targets.delivered(original, rule.account_id, number)


def sns_to_lambda(subscription, message: str, message_id: str, **more) -> None:
    """Invoke a subscribed function with the message, as the service does."""
    if more.get("message_structure") == "json":
        message = subscription._parse_message_structure(message, "lambda")
    record = event_targets.sns_record(
        subscription.arn,
        subscription.topic_arn,
        message,
        message_id,
        more.get("subject"),
        more.get("message_attributes") or {},
    )
    deliver(subscription.endpoint, {"Records": [record]}, source=subscription.topic_arn)
