"""Event source mappings: Lambda reading from Kinesis, DynamoDB streams and SQS.

The rules are in ``dealab.models.event_sources``; here are the pollers. They read when
``run_event_sources()`` is called, and, for a mapping with a batching or a tumbling window, when
the lab's clock gets to the end of a window.

Not here: back-off between retries; ScalingConfig is kept and changes nothing, because batches are
handed over one after the other.
"""

import datetime
import json
from collections import Counter

import boto3

from dealab.models import event_patterns, functions, queues
from dealab.models import event_sources as rules
from dealab.sql.errors import LabLimit


def validate(backend, spec: dict) -> None:
    """Refuse what the service refuses and moto lets through. Raises the service's error."""
    from moto.awslambda.exceptions import InvalidParameterValueException, LambdaClientError

    _check_filters(spec)
    if not spec.get("EventSourceArn") and spec.get("SelfManagedEventSource"):
        raise _no_kafka()
    service = (spec.get("EventSourceArn") or ":::").split(":")[2]
    if service in ("kafka", "mq", "rds"):
        raise _no_kafka()
    if service in ("kinesis", "dynamodb") and not spec.get("StartingPosition"):
        raise InvalidParameterValueException(
            "1 validation error detected: Value null at 'startingPosition' failed to satisfy "
            "constraint: Member must not be null."
        )
    at_time = spec.get("StartingPosition") == "AT_TIMESTAMP"
    if at_time and (service == "dynamodb" or not spec.get("StartingPositionTimestamp")):
        reason = (
            "is not supported for DynamoDB streams"
            if service == "dynamodb"
            else ("needs StartingPositionTimestamp")
        )
        raise InvalidParameterValueException(f"StartingPosition AT_TIMESTAMP {reason}.")
    if refused := rules.settings_refused(service, spec):
        raise InvalidParameterValueException(refused)
    function = backend.get_function(spec["FunctionName"])
    for one in backend._event_source_mappings.values():
        if (one.event_source_arn, one.function_arn) == (
            spec.get("EventSourceArn"),
            function.function_arn,
        ):
            error = LambdaClientError(
                "ResourceConflictException",
                f'The event source arn (" {one.event_source_arn} ") and function '
                f'(" {function.function_name} ") provided mapping already exists. Please update '
                f"or delete the existing mapping with UUID {one.uuid}",
            )
            error.code = 409
            raise error
    if service != "sqs":
        return
    from moto.sqs.models import sqs_backends

    for queue in sqs_backends[backend.account_id][backend.region_name].queues.values():
        wait = int(queue.visibility_timeout)
        if queue.queue_arn == spec["EventSourceArn"] and wait < int(function.timeout):
            raise InvalidParameterValueException(
                f"Queue visibility timeout: {wait} seconds is less than Function timeout: "
                f"{function.timeout} seconds"
            )


def validate_update(mapping, spec: dict) -> None:
    """Refuse a change of a mapping that the service refuses. Raises the service's error."""
    from moto.awslambda.exceptions import InvalidParameterValueException

    kept = {
        "EventSourceArn": mapping.event_source_arn,
        "BatchSize": mapping.batch_size,
        "MaximumBatchingWindowInSeconds": mapping.max_batch_window,
    }
    service = mapping.event_source_arn.split(":")[2]
    _check_filters(spec)
    if refused := rules.settings_refused(service, kept | spec):
        raise InvalidParameterValueException(refused)


def _check_filters(spec: dict) -> None:
    from moto.awslambda.exceptions import InvalidParameterValueException

    for one in _filters(spec.get("FilterCriteria")):
        try:
            event_patterns.check(json.loads(one["Pattern"]))
        except ValueError as error:
            raise InvalidParameterValueException("Invalid filter pattern definition.") from error


def _no_kafka():
    return LabLimit(
        "event source mappings of Kafka, Amazon MQ and DocumentDB",
        "Lambda polls topics, queues and change streams, too",
        "for MSK and self-managed Kafka, Lambda reads a topic's partitions in order",
    )


def begin(lab, mapping) -> None:
    """Note where a new mapping starts in the shards that exist now; later ones start at their head.

    The first mapping of a lab also has its clock drive the windows.
    """
    if not lab.positions:
        lab.clock.on(lambda after: _due(lab, after), lambda moment: _poll_due(lab, moment))
    positions = lab.positions[mapping.uuid] = {}
    mapping.counts = Counter()
    if _is_queue(mapping) or mapping.starting_position == "TRIM_HORIZON":
        return
    since = None
    if mapping.starting_position == "AT_TIMESTAMP":
        since = _epoch(mapping.starting_position_timestamp)
    for shard in _shards(mapping):
        older = [entry[0] for entry in shard.records if since is None or entry[2] < since]
        positions[shard.id] = rules.Position(max(older, default=0))


def poll_all(lab) -> int:
    """Poll each enabled mapping of all Regions once; return how many invocations that made."""
    before = len(lab.invocations)
    for mapping in _mappings(lab):
        _poll(lab, mapping)
    return len(lab.invocations) - before


def _mappings(lab) -> list:
    from moto.awslambda.models import lambda_backends

    return [
        mapping
        for backend in list(lambda_backends[lab.account].values())
        for mapping in list(backend._event_source_mappings.values())
        if mapping.enabled and _source_exists(mapping)
    ]


def _source_exists(mapping) -> bool:
    from moto.dynamodb.models import dynamodb_backends
    from moto.kinesis.models import kinesis_backends
    from moto.sqs.models import sqs_backends

    _, _, service, region, account, resource = mapping.event_source_arn.split(":", 5)
    if service == "sqs":
        return resource in sqs_backends[account][region].queues
    name = resource.split("/")[1]
    if service == "kinesis":
        return name in kinesis_backends[account][region].streams
    return name in dynamodb_backends[account][region].tables


def _poll(lab, mapping) -> None:
    from moto.core.exceptions import HTTPException

    mapping.last_result = "No records processed"
    try:
        (_poll_queue if _is_queue(mapping) else _poll_stream)(lab, mapping)
    except HTTPException:
        mapping.last_result = "PROBLEM: Function not found"


def _is_queue(mapping) -> bool:
    return mapping.event_source_arn.split(":")[2] == "sqs"


def _window(mapping) -> int:
    return int(mapping.tumbling_window or 0)


def _wait(mapping) -> int:
    return int(mapping.max_batch_window or 0)


# Windows on the clock


def _due(lab, after):
    """When the clock next has something to do for a mapping with a window."""
    moments = []
    for mapping in _mappings(lab):
        if _is_queue(mapping) and _wait(mapping):
            moments += _queue_due(lab, mapping)
        elif not _is_queue(mapping) and (_wait(mapping) or _window(mapping)):
            for shard, position in _lanes(lab, mapping):
                moments += _lane_due(mapping, shard, position)
    later = max(min(moments, default=0), after.timestamp() + 1e-6)
    return datetime.datetime.fromtimestamp(later, datetime.UTC) if moments else None


def _lane_due(mapping, shard, position) -> list[float]:
    unread = next((entry for entry in shard.records if entry[0] > position.checkpoint), None)
    found = []
    if unread:
        found.append(unread[2] + _wait(mapping))
    if position.window is not None:
        found.append(position.window + _window(mapping))
    # What failed at the end of a window is tried again a window later.
    again = position.polled + (_wait(mapping) or _window(mapping))
    return [max(min(found), again)] if found else []


def _queue_due(lab, mapping) -> list[float]:
    ready = [
        max(m.sent_timestamp, m.visible_at, m.delayed_until) for m in _queue(mapping)._messages
    ]
    again = lab.positions[mapping.uuid].get("polled", 0)
    return [max(min(ready) / 1000, again) + _wait(mapping)] if ready else []


def _poll_due(lab, moment) -> None:
    for mapping in _mappings(lab):
        if _is_queue(mapping) and _wait(mapping):
            due = _queue_due(lab, mapping)
        elif not _is_queue(mapping) and (_wait(mapping) or _window(mapping)):
            due = [at for lane in _lanes(lab, mapping) for at in _lane_due(mapping, *lane)]
        else:
            continue
        if due and min(due) <= moment.timestamp() + 1e-5:
            _poll(lab, mapping)


# Streams


def _shards(mapping) -> list[rules.Shard]:
    arn = mapping.event_source_arn
    _, _, service, region, account, resource = arn.split(":", 5)
    name = resource.split("/")[1]
    if service == "kinesis":
        from moto.kinesis.models import kinesis_backends

        def record(shard, number, item):
            data = item.data if isinstance(item.data, str) else item.data.decode("ascii")
            key, arrival = item.partition_key, item.created_at
            document = rules.kinesis_record(
                arn, account, shard.shard_id, number, key, data, arrival
            )
            return number, document, arrival

        return [
            rules.Shard(
                shard.shard_id,
                (shard.parent, shard.adjacent_parent),
                [record(shard, number, item) for number, item in shard.records.items()],
            )
            for shard in kinesis_backends[account][region].streams[name].shards.values()
        ]
    from moto.dynamodb.models import dynamodb_backends

    shard = dynamodb_backends[account][region].get_table(name).stream_shard
    return [
        rules.Shard(shard.id, (), [_dynamodb_record(arn, item.to_json()) for item in shard.items])
    ]


def _dynamodb_record(arn: str, item: dict) -> tuple:
    created = _epoch(item["dynamodb"]["ApproximateCreationDateTime"])
    record = {
        **item,
        "awsRegion": arn.split(":")[3],
        "dynamodb": {**item["dynamodb"], "ApproximateCreationDateTime": int(created)},
        "eventSourceARN": arn,
    }
    if who := item.get("userIdentity"):  # of time to live; small letters in Lambda's records
        record["userIdentity"] = {name[0].lower() + name[1:]: who[name] for name in who}
    return int(item["dynamodb"]["SequenceNumber"]), record, created


def _lanes(lab, mapping) -> list[tuple[rules.Shard, rules.Position]]:
    """The lanes that may be read now, with their positions: parents come before children."""
    shards, positions = _shards(mapping), lab.positions.setdefault(mapping.uuid, {})
    unread, lanes = set(), []
    for shard in shards:
        parts = shard.lanes(int(mapping.parallelization_factor or 1))
        for part in parts:
            if part.id not in positions:  # new, or the factor was changed: none may be lost
                known = [at for name, at in positions.items() if name.split("/")[0] == shard.id]
                begin = min((at.checkpoint for at in known), default=0)
                positions[part.id] = rules.Position(begin)
            position = positions[part.id]
            if any(entry[0] > position.checkpoint for entry in part.records):
                unread.add(shard.id)
            if not unread & set(shard.parents):
                lanes.append((part, position))
    return lanes


def _poll_stream(lab, mapping) -> None:
    from dealab.cloud.handlers import Throttled, resolve

    polled, settings = set(), _settings(lab, mapping, resolve(mapping.function_arn))
    # Children follow in the same round, once their parents are read.
    while lanes := [lane for lane in _lanes(lab, mapping) if lane[0].id not in polled]:
        for shard, position in lanes:
            polled.add(shard.id)
            position.polled = lab.clock.time()
            try:
                result = rules.read(settings, shard, position)
                mapping.last_result = result or mapping.last_result
            except Throttled:  # not counted as a try of the batch
                mapping.last_result = "PROBLEM: Function call was throttled"


def _settings(lab, mapping, function) -> rules.Settings:
    """A stream's mapping as the reader of a shard needs it."""
    arn = mapping.event_source_arn

    def tell(lost: dict, run, condition: str, attempts: int) -> None:
        target = ((mapping.destination_config or {}).get("OnFailure") or {}).get("Destination")
        if not target:
            return
        from dealab.cloud.delivery import deliver

        request = run.request_id if run else str(lab.runtime._random.uuid4())
        now, name = lab.clock.now(), function.function_arn
        record = functions.async_record(name, request, None, run, condition, attempts, now)
        del record["requestPayload"]
        record.pop("responsePayload", None)
        record["requestContext"]["functionArn"] = name
        deliver(target, record | lost)

    age = mapping.max_record_age
    return rules.Settings(
        arn=arn,
        size=mapping.batch_size,
        window=_window(mapping),
        wait=_wait(mapping),
        age=int(age) if age is not None and int(age) >= 0 else None,
        retries=mapping.max_retry_attempts if (mapping.max_retry_attempts or 0) >= 0 else None,
        bisect=bool(mapping.bisect_on_error),
        reports=_reports(mapping),
        invoke=lambda event: lab.runtime.invoke(function, event, source=arn),
        passes=lambda record: passes_filter(mapping, record),
        tell=tell,
        count=lambda **counted: _count(mapping, **counted),
        now=lab.clock.time,
    )


def _reports(mapping) -> bool:
    return "ReportBatchItemFailures" in (mapping.function_response_types or [])


def _count(mapping, **counted: int) -> None:
    """Add to the counts of MetricsConfig's EventCount, which a mapping keeps in ``counts``."""
    mapping.counts.update({name: number for name, number in counted.items() if number})


# Queues


def _queue(mapping):
    from moto.sqs.models import sqs_backends

    _, _, _, region, account, name = mapping.event_source_arn.split(":")
    return sqs_backends[account][region].get_queue(name)


def _poll_queue(lab, mapping) -> None:
    """Receive until the queue is empty. Failed messages come back at the end of the round.

    On the service they come back when their visibility timeout has passed; the lab takes that time
    as passed between two rounds, so nothing has to wait and every run is the same.
    """
    from dealab.cloud.handlers import Throttled, resolve

    arn, function, failed_handles = mapping.event_source_arn, resolve(mapping.function_arn), []
    sqs = boto3.client("sqs", region_name=mapping.region)
    url = sqs.get_queue_url(QueueName=arn.split(":")[-1])["QueueUrl"]
    ends = min(_queue_due(lab, mapping), default=0) if _wait(mapping) else 0
    while messages := _receive(lab, sqs, url, mapping, ends):
        records = [rules.sqs_record(arn, message) for message in messages]
        wanted = [record for record in records if passes_filter(mapping, record)]
        failed = []
        if wanted:
            ids = [record["messageId"] for record in wanted]
            try:
                run = lab.runtime.invoke(function, {"Records": wanted}, source=arn)
                failed = rules.failed_items(run, ids, _reports(mapping))
                mapping.last_result = "PROBLEM: Function call failed" if failed else "OK"
            except Throttled:  # each one has been received once more for nothing
                failed, mapping.last_result = ids, "PROBLEM: Function call was throttled"
        deleted = len(records) - len(failed)
        _count(
            mapping,
            PolledEventCount=len(records),
            FilteredOutEventCount=len(records) - len(wanted),
            InvokedEventCount=len(wanted),
            FailedInvokeEventCount=len(failed),
            DeletedEventCount=deleted,
        )
        for record in records:  # those that the filter left out are deleted, too
            if record["messageId"] in failed:
                failed_handles.append(record["receiptHandle"])
            else:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=record["receiptHandle"])
    lab.positions[mapping.uuid]["polled"] = lab.clock.time()
    for handle in failed_handles:
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0)


def _receive(lab, sqs, url: str, mapping, ends: float) -> list[dict]:
    """Take a batch; a batch that is not full waits until ``ends`` (epoch seconds)."""
    size, now = mapping.batch_size, lab.clock.time()
    visible = queues.states(_queue(mapping)._messages, now * 1000)["visible"]
    if visible < size and now < ends - 1e-5:
        return []
    messages: list[dict] = []
    while len(messages) < size:
        got = sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=min(10, size - len(messages)),
            WaitTimeSeconds=0,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        ).get("Messages", [])
        if not got:
            break
        messages += got
    return messages


# Filters


def passes_filter(mapping, record: dict) -> bool:
    """Say whether a record passes any of the mapping's filters (no filter: all pass)."""
    patterns = [json.loads(one["Pattern"]) for one in _filters(mapping.filter_criteria)]
    views = [(pattern, rules.filter_view(record, pattern)) for pattern in patterns]
    return not views or any(event_patterns.matches(*one) for one in views)


def _filters(criteria: dict | None) -> list:
    return (criteria or {}).get("Filters") or []


def _epoch(value) -> float:
    if isinstance(value, datetime.datetime):
        if value.tzinfo is None:
            value = value.replace(tzinfo=datetime.UTC)
        return value.timestamp()
    return float(value)
