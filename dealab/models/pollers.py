"""Pollers of event source mappings: what is read when, and what becomes of a queue's messages.

Sources: those of ``event_sources``. A mapping is an object with the settings of
CreateEventSourceMapping as attributes (``batch_size``, ``max_batch_window``, ``tumbling_window``,
``parallelization_factor``, ...) and the results ``last_result`` and ``counts``.

Left out: what ``event_sources`` leaves out, and pollers that work at the same time.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime

from dealab.models import event_patterns
from dealab.models import event_sources as rules

THROTTLED = "PROBLEM: Function call was throttled"
NO_TOPICS = (
    "event source mappings of Kafka, Amazon MQ and DocumentDB",
    "Lambda polls topics, queues and change streams, too.",
    "For MSK and self-managed Kafka, Lambda reads a topic's partitions in order.",
)


# Settings


def topics(spec: dict) -> bool:
    """Say whether a mapping (the API's JSON) is of a kind that the lab lacks (``NO_TOPICS``)."""
    arn = spec.get("EventSourceArn")
    if not arn and spec.get("SelfManagedEventSource"):
        return True
    return (arn or ":::").split(":")[2] in ("kafka", "mq", "rds")


def refused(spec: dict) -> str | None:
    """Say why the service refuses a new mapping's settings (the API's JSON), or None."""
    service = (spec.get("EventSourceArn") or ":::").split(":")[2]
    if service in ("kinesis", "dynamodb") and not spec.get("StartingPosition"):
        return (
            "1 validation error detected: Value null at 'startingPosition' failed to satisfy "
            "constraint: Member must not be null."
        )
    if spec.get("StartingPosition") == "AT_TIMESTAMP":
        if service == "dynamodb":
            return "StartingPosition AT_TIMESTAMP is not supported for DynamoDB streams."
        if not spec.get("StartingPositionTimestamp"):
            return "StartingPosition AT_TIMESTAMP needs StartingPositionTimestamp."
    return rules.settings_refused(service, spec)


def filters_refused(criteria: dict | None) -> str | None:
    """Say why FilterCriteria are refused, or None."""
    for one in _filters(criteria):
        try:
            event_patterns.check(json.loads(one["Pattern"]))
        except ValueError:
            return "Invalid filter pattern definition."
    return None


def queue_refused(visibility: int, timeout: int) -> str | None:
    """Say why a queue may not feed a function: a visibility timeout below its timeout (s)."""
    if visibility < timeout:
        return (
            f"Queue visibility timeout: {visibility} seconds is less than Function timeout: "
            f"{timeout} seconds"
        )
    return None


def passes_filter(mapping, record: dict) -> bool:
    """Say whether a record passes any of the mapping's filters (no filter: all pass)."""
    patterns = [json.loads(one["Pattern"]) for one in _filters(mapping.filter_criteria)]
    views = [(pattern, rules.filter_view(record, pattern)) for pattern in patterns]
    return not views or any(event_patterns.matches(*one) for one in views)


def _filters(criteria: dict | None) -> list:
    return (criteria or {}).get("Filters") or []


def window(mapping) -> int:
    """The length of a mapping's tumbling windows in seconds; 0 for none."""
    return int(mapping.tumbling_window or 0)


def wait(mapping) -> int:
    """A mapping's batching window in seconds; 0 for none."""
    return int(mapping.max_batch_window or 0)


def reports(mapping) -> bool:
    """Say whether a mapping's function names the items of a batch that failed."""
    return "ReportBatchItemFailures" in (mapping.function_response_types or [])


def count(mapping, **counted: int) -> None:
    """Add to the counts of MetricsConfig's EventCount, which a mapping keeps in ``counts``."""
    mapping.counts.update({name: number for name, number in counted.items() if number})


def settings(mapping, invoke: Callable, tell: Callable, now: Callable) -> rules.Settings:
    """A stream's mapping as the reader of a shard needs it (see ``event_sources.Settings``)."""
    age, retries = mapping.max_record_age, mapping.max_retry_attempts or 0
    return rules.Settings(
        arn=mapping.event_source_arn,
        size=mapping.batch_size,
        window=window(mapping),
        wait=wait(mapping),
        age=int(age) if age is not None and int(age) >= 0 else None,
        retries=mapping.max_retry_attempts if retries >= 0 else None,
        bisect=bool(mapping.bisect_on_error),
        reports=reports(mapping),
        invoke=invoke,
        passes=lambda record: passes_filter(mapping, record),
        tell=tell,
        count=lambda **counted: count(mapping, **counted),
        now=now,
    )


# Streams


def first_positions(mapping, shards: list[rules.Shard]) -> dict:
    """Where a new mapping starts in the shards that exist now; later ones start at their head."""
    if mapping.starting_position == "TRIM_HORIZON":
        return {}
    since = None
    if mapping.starting_position == "AT_TIMESTAMP":
        since = epoch(mapping.starting_position_timestamp)
    found = {}
    for shard in shards:
        older = [entry[0] for entry in shard.records if since is None or entry[2] < since]
        found[shard.id] = rules.Position(max(older, default=0))
    return found


def lanes(mapping, shards: list[rules.Shard], positions: dict) -> list[tuple]:
    """The lanes that may be read now, with their positions: parents come before children.

    ``positions`` (lane -> Position) gets those that are new.
    """
    unread, found = set(), []
    for shard in shards:
        for part in shard.lanes(int(mapping.parallelization_factor or 1)):
            if part.id not in positions:  # new, or the factor was changed: none may be lost
                known = [at for name, at in positions.items() if name.split("/")[0] == shard.id]
                begin = min((at.checkpoint for at in known), default=0)
                positions[part.id] = rules.Position(begin)
            position = positions[part.id]
            if any(entry[0] > position.checkpoint for entry in part.records):
                unread.add(shard.id)
            if not unread & set(shard.parents):
                found.append((part, position))
    return found


def lane_due(mapping, shard: rules.Shard, position: rules.Position) -> list[float]:
    """When a lane is next read by the clock: [] or [epoch seconds]."""
    unread = next((entry for entry in shard.records if entry[0] > position.checkpoint), None)
    found = []
    if unread:
        found.append(unread[2] + wait(mapping))
    if position.window is not None:
        found.append(position.window + window(mapping))
    # What failed at the end of a window is tried again a window later.
    again = position.polled + (wait(mapping) or window(mapping))
    return [max(min(found), again)] if found else []


def poll_stream(mapping, reading: rules.Settings, lanes_now: Callable, throttled: type) -> None:
    """Read every lane once. ``lanes_now()`` gives them; ``throttled`` is raised by the function."""
    polled = set()
    # Children follow in the same round, once their parents are read.
    while ready := [lane for lane in lanes_now() if lane[0].id not in polled]:
        for shard, position in ready:
            polled.add(shard.id)
            position.polled = reading.now()
            try:
                result = rules.read(reading, shard, position)
                mapping.last_result = result or mapping.last_result
            except throttled:  # not counted as a try of the batch
                mapping.last_result = THROTTLED


def dynamodb_record(arn: str, item: dict) -> tuple:
    """A change of a table as the shards of ``event_sources`` hold it."""
    created = epoch(item["dynamodb"]["ApproximateCreationDateTime"])
    record = {
        **item,
        "awsRegion": arn.split(":")[3],
        "dynamodb": {**item["dynamodb"], "ApproximateCreationDateTime": int(created)},
        "eventSourceARN": arn,
    }
    if who := item.get("userIdentity"):  # of time to live; small letters in Lambda's records
        record["userIdentity"] = {name[0].lower() + name[1:]: who[name] for name in who}
    return int(item["dynamodb"]["SequenceNumber"]), record, created


# Queues


def queue_due(mapping, messages, polled: float) -> list[float]:
    """When a queue is next read by the clock: [] or [epoch seconds]. ``polled``: the last time."""
    ready = [max(m.sent_timestamp, m.visible_at, m.delayed_until) for m in messages]
    return [max(min(ready) / 1000, polled) + wait(mapping)] if ready else []


def poll_queue(mapping, receive: Callable, delete: Callable, invoke: Callable, throttled: type):
    """Take batch after batch until ``receive()`` gives none; return the handles of what failed.

    ``delete(handle)`` takes what is done out of the queue; ``invoke(event)`` runs the function.
    """
    arn, handles = mapping.event_source_arn, []
    while messages := receive():
        records = [rules.sqs_record(arn, message) for message in messages]
        wanted = [record for record in records if passes_filter(mapping, record)]
        failed = []
        if wanted:
            ids = [record["messageId"] for record in wanted]
            try:
                failed = rules.failed_items(invoke({"Records": wanted}), ids, reports(mapping))
                mapping.last_result = rules.FAILED if failed else "OK"
            except throttled:  # each one has been received once more for nothing
                failed, mapping.last_result = ids, THROTTLED
        count(
            mapping,
            PolledEventCount=len(records),
            FilteredOutEventCount=len(records) - len(wanted),
            InvokedEventCount=len(wanted),
            FailedInvokeEventCount=len(failed),
            DeletedEventCount=len(records) - len(failed),
        )
        for record in records:  # those that the filter left out are deleted, too
            if record["messageId"] in failed:
                handles.append(record["receiptHandle"])
            else:
                delete(record["receiptHandle"])
    return handles


def epoch(value) -> float:
    """A moment in epoch seconds, of a datetime (naive: UTC) or a number."""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
    return float(value)
