"""Fields that Logs Insights finds in a log event by itself.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
(not checked): JSON with dotted names, array elements by their number, and the fields of
Lambda's REPORT lines. Left out: VPC flow, Route 53 and other service logs, and the limit of fields.
"""

import json
import re

from dealab.models.logs_insights.values import Timestamp

_REPORT = {
    "@duration": (r"(?<!Billed )(?<!Init )(?<!Restore )Duration: ([\d.]+) ms", 1.0),
    "@billedDuration": (r"Billed Duration: ([\d.]+) ms", 1.0),
    "@initDuration": (r"Init Duration: ([\d.]+) ms", 1.0),
    "@memorySize": (r"Memory Size: (\d+) MB", 1e6),
    "@maxMemoryUsed": (r"Max Memory Used: (\d+) MB", 1e6),
}
_UUID = r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"


def row(event: dict) -> dict:
    """Return the fields of one event.

    ``event`` has ``timestamp`` and ``ingestionTime`` (ms), ``message``, ``logStream``, ``log``
    (account:group) and ``ptr``.
    """
    message = event["message"]
    found = _json_fields(message, embedded="/aws/lambda/" in event.get("log", ""))
    found |= _lambda_fields(message) if "/aws/lambda/" in event.get("log", "") else {}
    found |= {
        "@timestamp": Timestamp(event["timestamp"]),
        "@ingestionTime": Timestamp(event.get("ingestionTime", event["timestamp"])),
        "@message": message,
        "@logStream": event.get("logStream"),
        "@log": event.get("log"),
        "@ptr": event.get("ptr"),
    }
    return found


def _json_fields(message: str, embedded: bool) -> dict:
    start = message.find("{") if embedded else len(message) - len(message.lstrip())
    if start < 0 or not message[start:].startswith("{"):
        return {}
    try:
        document, end = json.JSONDecoder().raw_decode(message[start:])
    except ValueError:
        return {}
    if not embedded and message[start + end :].strip():
        return {}
    # A name of the log's own that begins with @ gets another one: it is no system field.
    return {f"@{name}" if name[:1] == "@" else name: value for name, value in _flat(document, "")}


def _flat(value, path: str):
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for name, inner in pairs:
        here = f"{path}{name}"
        if isinstance(inner, dict | list):
            if inner:
                yield from _flat(inner, f"{here}.")
        elif inner is not None:
            yield here, inner


def _lambda_fields(message: str) -> dict:
    kind = re.match(rf"(START|END|REPORT) RequestId: ({_UUID})", message)
    if not kind:
        written = re.search(rf"(?:^|\t)({_UUID})\t", message)
        return {"@requestId": written.group(1)} if written else {}
    found = {"@type": kind.group(1), "@requestId": kind.group(2)}
    if kind.group(1) == "REPORT":
        for name, (pattern, unit) in _REPORT.items():
            if match := re.search(pattern, message):
                found[name] = float(match.group(1)) * unit
        if trace := re.search(r"XRAY TraceId: (\S+)", message):
            found["@xrayTraceId"] = trace.group(1)
    return found
