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

from dealab.sql.errors import LabLimit

TARGETS = ("lambda", "sqs", "sns", "kinesis", "firehose", "states", "logs", "events")
MOTO_SEND = Rule.send_to_targets  # before joints.py replaces it


def deliver(arn: str, payload, **options) -> None:
    """Send ``payload`` (JSON data, or a str as it is) to the resource ``arn``.

    ``options``: ``group`` (message group of a FIFO queue), ``key`` (Kinesis partition key),
    ``source`` (what a Lambda invocation shows as its source), ``attributes`` (of a message in SQS
    or SNS). Raises NotImplementedError for a
    kind of resource that the lab cannot deliver to.
    """
    from dealab.cloud.lab import current

    # Without leave of the target's policy the service drops the event; aws.explain() tells.
    if not current().permissions.may_deliver(str(options.get("source", "")), arn):
        return
    text = payload if isinstance(payload, str) else json.dumps(payload)
    _, _, service, region, _, resource = arn.split(":", 5)
    name = re.split("[/:]", resource)[-1]
    attributes = {"MessageAttributes": options["attributes"]} if "attributes" in options else {}
    client = {"lambda": None, "states": "stepfunctions"}.get(service, service)
    boto = boto3.client(client, region_name=region) if client else None
    if service == "lambda":
        _invoke(arn, json.loads(text), options.get("source", "async"))
    elif service == "sqs":
        url = boto.get_queue_url(QueueName=name)["QueueUrl"]
        group = {"MessageGroupId": options["group"]} if options.get("group") else {}
        boto.send_message(QueueUrl=url, MessageBody=text, **group, **attributes)
    elif service == "sns":
        boto.publish(TopicArn=arn, Message=text, **attributes)
    elif service == "kinesis":
        boto.put_record(StreamName=name, Data=text.encode(), PartitionKey=options.get("key", "0"))
    elif service == "firehose":
        boto.put_record(DeliveryStreamName=name, Record={"Data": text.encode()})
    elif service == "states":
        boto.start_execution(stateMachineArn=arn, input=text)
    elif service == "logs":
        from moto.moto_api._internal import mock_random

        from dealab.cloud.lab import current

        group, moment = resource.split(":")[1], round(current().clock.time() * 1000)
        stream = str(mock_random.uuid4())
        boto.create_log_stream(logGroupName=group, logStreamName=stream)
        event = {"timestamp": moment, "message": text}
        boto.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[event])
    else:
        raise NotImplementedError(f"The lab cannot deliver events to {arn}.")


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
            transformed(target, event, rule.arn),
            source=rule.arn,
            group=(target.get("SqsParameters") or {}).get("MessageGroupId"),
            key=str(at_path(event, path)) if path else event["id"],
        )
    except NotImplementedError:
        raise
    except Exception as error:
        queue = (target.get("DeadLetterConfig") or {}).get("Arn")
        refusal = getattr(error, "response", None) or {}
        code = refusal.get("Error", {}).get("Code", "NO_RESOURCE")
        if queue:
            facts = {
                "RULE_ARN": rule.arn,
                "TARGET_ARN": arn,
                "ERROR_CODE": code,
                "ERROR_MESSAGE": str(error),
                "RETRY_ATTEMPTS": "0",
                "EXHAUSTED_RETRY_CONDITION": "None",
            }
            texts = {key: {"DataType": "String", "StringValue": v} for key, v in facts.items()}
            with contextlib.suppress(Exception):  # a queue that is gone loses the event, too
                deliver(queue, event, attributes=texts)


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
            "sends matching events to it",
            "Targets here: Lambda, SQS, SNS, Kinesis, Firehose, Step Functions, log groups, buses.",
        )


def _as_delivered(rule, original) -> dict:
    """The event as the service delivers it: ISO time, no internal fields, an id of its own."""
    event = {key: value for key, value in original.items() if key != "ingestion-time"}
    if not isinstance(event["time"], str):
        moment = datetime.datetime.fromtimestamp(float(event["time"]), datetime.UTC)
        event["time"] = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    if event["source"] == "aws.s3":  # moto has one fixed id and a foreign account here
        from moto.moto_api._internal import mock_random

        event["id"] = str(mock_random.uuid4())
        event["detail"] = {**event["detail"], "requester": rule.account_id}
    return event


def transformed(target: dict, event: dict, rule: str = ""):
    """What a target of ``rule`` (ARN) gets: Input, InputPath, InputTransformer or the whole event.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
    """
    if target.get("Input"):
        return target["Input"]
    if target.get("InputPath"):
        return json.dumps(at_path(event, target["InputPath"]))  # a string keeps its quotes
    rules = target.get("InputTransformer")
    if not rules:
        return event
    values = {name: at_path(event, path) for name, path in rules.get("InputPathsMap", {}).items()}
    values |= {"aws.events.event.json": event, "aws.events.event": event}
    values |= {"aws.events.event.ingestion-time": event["time"]}
    values |= {"aws.events.rule-arn": rule, "aws.events.rule-name": rule.rpartition("/")[2]}
    return _fill(rules["InputTemplate"], values)


def _fill(template: str, values: dict) -> str:
    """Put ``values`` for ``<name>``: as text inside a JSON string, as JSON outside of one."""
    filled, in_string, position = [], False, 0
    for match in re.finditer(r'(?<!\\)"|<([\w.-]+)>', template):
        filled.append(template[position : match.start()])
        position = match.end()
        if match.group(1) is None:
            in_string = not in_string
            filled.append('"')
        elif match.group(1) not in values:
            filled.append(match.group())
        elif in_string:
            value = values[match.group(1)]
            text = value if isinstance(value, str) else json.dumps(value)
            filled.append(json.dumps(text)[1:-1])
        else:
            filled.append(json.dumps(values[match.group(1)]))
    return "".join([*filled, template[position:]])


def at_path(event, path: str):
    """Return what stands at a JSON path such as ``$.detail.items[0].sku``, or None."""
    value = event
    for key, index in re.findall(r"\.([^.\[\]]+)|\[(\d+)\]", path.removeprefix("$")):
        try:
            value = value[key] if key else value[int(index)]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def sns_to_lambda(subscription, message: str, message_id: str, **more) -> None:
    """Invoke a subscribed function with the message, as the service does."""
    attributes = more.get("message_attributes") or {}
    if more.get("message_structure") == "json":
        message = subscription._parse_message_structure(message, "lambda")
    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    record = {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription.arn,
        "Sns": {
            "Type": "Notification",
            "MessageId": message_id,
            "TopicArn": subscription.topic_arn,
            "Subject": more.get("subject"),
            "Message": message,
            "Timestamp": now,
            "SignatureVersion": "1",
            "Signature": "EXAMPLE",
            "SigningCertUrl": "EXAMPLE",
            "UnsubscribeUrl": "EXAMPLE",
            "MessageAttributes": attributes,
        },
    }
    deliver(subscription.endpoint, {"Records": [record]}, source=subscription.topic_arn)
