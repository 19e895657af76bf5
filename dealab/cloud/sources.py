"""Event source mappings: Lambda reading from moto's Kinesis, DynamoDB streams and SQS.

The rules are in ``dealab.models.pollers``. The pollers read when ``run_event_sources()`` is
called, and, for a mapping with a batching or a tumbling window, when the lab's clock gets to the
end of a window.

Not here: back-off between retries; ScalingConfig is kept and changes nothing, because batches are
handed over one after the other.
"""

import datetime
from collections import Counter

import boto3

from dealab.models import event_sources as rules
from dealab.models import functions, pollers, queues
from dealab.sql.errors import LabLimit


def validate(backend, spec: dict) -> None:
    """Refuse what the service refuses and moto lets through. Raises the service's error."""
    from moto.awslambda.exceptions import LambdaClientError

    _refuse(pollers.filters_refused(spec.get("FilterCriteria")))
    if pollers.topics(spec):
        raise LabLimit(*pollers.NO_TOPICS)
    _refuse(pollers.refused(spec))
    function, arn = backend.get_function(spec["FunctionName"]), spec.get("EventSourceArn")
    for one in backend._event_source_mappings.values():
        if (one.event_source_arn, one.function_arn) == (arn, function.function_arn):
            error = LambdaClientError(
                "ResourceConflictException",
                f'The event source arn (" {one.event_source_arn} ") and function '
                f'(" {function.function_name} ") provided mapping already exists. Please update '
                f"or delete the existing mapping with UUID {one.uuid}",
            )
            error.code = 409
            raise error
    from moto.sqs.models import sqs_backends

    for queue in sqs_backends[backend.account_id][backend.region_name].queues.values():
        if queue.queue_arn == arn:
            times = int(queue.visibility_timeout), int(function.timeout)
            _refuse(pollers.queue_refused(*times))


def validate_update(mapping, spec: dict) -> None:
    """Refuse a change of a mapping that the service refuses. Raises the service's error."""
    kept = {
        "EventSourceArn": mapping.event_source_arn,
        "BatchSize": mapping.batch_size,
        "MaximumBatchingWindowInSeconds": mapping.max_batch_window,
    }
    _refuse(pollers.filters_refused(spec.get("FilterCriteria")))
    _refuse(rules.settings_refused(mapping.event_source_arn.split(":")[2], kept | spec))


def _refuse(why: str | None) -> None:
    from moto.awslambda.exceptions import InvalidParameterValueException

    if why:
        raise InvalidParameterValueException(why)


def begin(lab, mapping) -> None:
    """Note where a new mapping starts. The first mapping of a lab has its clock drive windows."""
    if not lab.positions:
        lab.clock.on(lambda after: _due(lab, after), lambda moment: _poll_due(lab, moment))
    mapping.counts = Counter()
    shards = [] if _is_queue(mapping) else _shards(mapping)
    lab.positions[mapping.uuid] = pollers.first_positions(mapping, shards)


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
        if mapping.enabled and _source(mapping) is not None
    ]


def _source(mapping):
    """moto's queue, stream or table that a mapping reads, or None if it is gone."""
    from moto.dynamodb.models import dynamodb_backends
    from moto.kinesis.models import kinesis_backends
    from moto.sqs.models import sqs_backends

    _, _, service, region, account, resource = mapping.event_source_arn.split(":", 5)
    if service == "sqs":
        return sqs_backends[account][region].queues.get(resource)
    name = resource.split("/")[1]
    if service == "kinesis":
        return kinesis_backends[account][region].streams.get(name)
    return dynamodb_backends[account][region].tables.get(name)


def _poll(lab, mapping) -> None:
    from moto.core.exceptions import HTTPException

    mapping.last_result = "No records processed"
    try:
        (_poll_queue if _is_queue(mapping) else _poll_stream)(lab, mapping)
    except HTTPException:
        mapping.last_result = "PROBLEM: Function not found"


def _is_queue(mapping) -> bool:
    return mapping.event_source_arn.split(":")[2] == "sqs"


# Windows on the clock


def _moments(lab, mapping) -> list[float]:
    """When the clock next has something to do for a mapping: [] for one without a window."""
    if _is_queue(mapping):
        return _queue_due(lab, mapping) if pollers.wait(mapping) else []
    if not (pollers.wait(mapping) or pollers.window(mapping)):
        return []
    return [at for lane in _lanes(lab, mapping) for at in pollers.lane_due(mapping, *lane)]


def _queue_due(lab, mapping) -> list[float]:
    polled = lab.positions[mapping.uuid].get("polled", 0)
    return pollers.queue_due(mapping, _source(mapping)._messages, polled)


def _due(lab, after):
    moments = [at for mapping in _mappings(lab) for at in _moments(lab, mapping)]
    later = max(min(moments, default=0), after.timestamp() + 1e-6)
    return datetime.datetime.fromtimestamp(later, datetime.UTC) if moments else None


def _poll_due(lab, moment) -> None:
    for mapping in _mappings(lab):
        due = _moments(lab, mapping)
        if due and min(due) <= moment.timestamp() + 1e-5:
            _poll(lab, mapping)


# Streams


def _shards(mapping) -> list[rules.Shard]:
    arn, source = mapping.event_source_arn, _source(mapping)
    account = arn.split(":")[4]
    if arn.split(":")[2] == "dynamodb":
        shard = source.stream_shard
        items = [pollers.dynamodb_record(arn, item.to_json()) for item in shard.items]
        return [rules.Shard(shard.id, (), items)]

    def record(shard, number, item):
        data = item.data if isinstance(item.data, str) else item.data.decode("ascii")
        key, arrival = item.partition_key, item.created_at
        document = rules.kinesis_record(arn, account, shard.shard_id, number, key, data, arrival)
        return number, document, arrival

    return [
        rules.Shard(
            shard.shard_id,
            (shard.parent, shard.adjacent_parent),
            [record(shard, number, item) for number, item in shard.records.items()],
        )
        for shard in source.shards.values()
    ]


def _lanes(lab, mapping) -> list[tuple[rules.Shard, rules.Position]]:
    positions = lab.positions.setdefault(mapping.uuid, {})
    return pollers.lanes(mapping, _shards(mapping), positions)


def _poll_stream(lab, mapping) -> None:
    from dealab.cloud.delivery import deliver
    from dealab.cloud.handlers import Throttled, resolve

    function, arn = resolve(mapping.function_arn), mapping.event_source_arn

    def tell(lost: dict, run, condition: str, attempts: int) -> None:
        target = ((mapping.destination_config or {}).get("OnFailure") or {}).get("Destination")
        if target:
            request = run.request_id if run else str(lab.runtime._random.uuid4())
            about = function.function_arn, request, run, condition, attempts, lab.clock.now()
            deliver(target, functions.lost_record(*about) | lost)

    reading = pollers.settings(
        mapping, lambda event: lab.runtime.invoke(function, event, arn), tell, lab.clock.time
    )
    pollers.poll_stream(mapping, reading, lambda: _lanes(lab, mapping), Throttled)


# Queues


def _poll_queue(lab, mapping) -> None:
    """Receive until the queue is empty. Failed messages come back at the end of the round.

    On the service they come back when their visibility timeout has passed; the lab takes that time
    as passed between two rounds, so nothing has to wait and every run is the same.
    """
    from dealab.cloud.handlers import Throttled, resolve

    arn, function = mapping.event_source_arn, resolve(mapping.function_arn)
    sqs = boto3.client("sqs", region_name=mapping.region)
    url = sqs.get_queue_url(QueueName=arn.split(":")[-1])["QueueUrl"]
    ends = min(_queue_due(lab, mapping), default=0) if pollers.wait(mapping) else 0
    failed = pollers.poll_queue(
        mapping,
        lambda: _receive(lab, sqs, url, mapping, ends),
        lambda handle: sqs.delete_message(QueueUrl=url, ReceiptHandle=handle),
        lambda event: lab.runtime.invoke(function, event, source=arn),
        Throttled,
    )
    lab.positions[mapping.uuid]["polled"] = lab.clock.time()
    for handle in failed:
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0)


def _receive(lab, sqs, url: str, mapping, ends: float) -> list[dict]:
    """Take a batch; a batch that is not full waits until ``ends`` (epoch seconds)."""
    size, now = mapping.batch_size, lab.clock.time()
    visible = queues.states(_source(mapping)._messages, now * 1000)["visible"]
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
