"""What a target of an EventBridge rule gets, and how a delivery is told: documents only.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html (not
checked), https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html (checked
2026-11-23)
"""

import datetime
import json
import re


def delivered(original: dict, account: str, number: str | None) -> dict:
    """Return an event as the service delivers it: ISO time, no internal fields.

    ``number``: an id of its own, for an event of S3, whose requester is then ``account``.
    """
    event = {key: value for key, value in original.items() if key != "ingestion-time"}
    if not isinstance(event["time"], str):
        moment = datetime.datetime.fromtimestamp(float(event["time"]), datetime.UTC)
        event["time"] = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    if number is not None:
        event["id"] = number
        event["detail"] = {**event["detail"], "requester": account}
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


def error_code(error: Exception, refused: bool) -> str:
    """The service's name of a failure: .../eb-rule-dlq.html (checked 2026-11-23) has a list."""
    code = (getattr(error, "response", None) or {}).get("Error", {}).get("Code", "")
    if getattr(error, "operation_name", "") == "AssumeRole":
        return "FAILED_TO_ASSUME_ROLE"
    if refused or "AccessDenied" in code:
        return "NO_PERMISSIONS"
    missing = ("NotFound", "NonExistent", "NotExist")
    gone = not code or any(word in code for word in missing)
    return "NO_RESOURCE" if gone else "SDK_CLIENT_ERROR"


def sns_record(subscription: str, topic: str, message: str, number: str, subject, attributes: dict):
    """Return the record of a message that SNS hands to Lambda (ARNs of subscription and topic)."""
    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription,
        "Sns": {
            "Type": "Notification",
            "MessageId": number,
            "TopicArn": topic,
            "Subject": subject,
            "Message": message,
            "Timestamp": now,
            "SignatureVersion": "1",
            "Signature": "EXAMPLE",
            "SigningCertUrl": "EXAMPLE",
            "UnsubscribeUrl": "EXAMPLE",
            "MessageAttributes": attributes,
        },
    }
