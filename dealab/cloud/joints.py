"""What moto 5.2 lacks or does wrong, joined per service when a service is first used.

Each joint is small, says what moto does without it, and is proved by tests/cloud. Patching waits
for the first call to a service because importing all of them would cost a second at the start.
"""

from collections import OrderedDict

_installed = False


def install(lab_of) -> None:
    """Hook into moto's look-up of services. ``lab_of()`` returns the running Lab."""
    global _installed
    if _installed:
        return
    _installed = True
    import moto.backends

    original = moto.backends.get_backend
    pending = {
        "awslambda": lambda: _join_lambda(lab_of),
        "s3": _join_s3,
        "kinesis": _join_kinesis,
        "events": _join_events,
        "sns": _join_sns,
    }

    def get_backend(name):
        # CloudFormation makes resources of other services without a call to them.
        for service in list(pending) if name == "cloudformation" else [name]:
            join = pending.pop(service, None)
            if join:
                join()
        return original(name)

    moto.backends.get_backend = get_backend


def _join_s3() -> None:
    """Keys in S3 event records as the service encodes them: moto turns "/" into "%2F" as well."""
    from urllib.parse import quote_plus

    from moto.s3 import notifications

    get_event = notifications._get_s3_event

    def get_s3_event(event_name, bucket, key, notification_id):
        event = get_event(event_name, bucket, key, notification_id)
        event["Records"][0]["s3"]["object"]["key"] = quote_plus(key.name, safe="/")
        return event

    notifications._get_s3_event = get_s3_event


def _join_lambda(lab_of) -> None:
    """Real handlers; event sources are polled by the lab and not pushed by moto.

    moto invokes from inside PutRecord, SendMessage and PutItem, one record at a time, and deletes
    SQS messages whatever the echo answers. Here a mapping is unhooked from its source at once.
    """
    from moto.awslambda.models import LambdaBackend
    from moto.dynamodb.models import dynamodb_backends
    from moto.kinesis.models import kinesis_backends
    from moto.sqs.models import sqs_backends

    from dealab.cloud import handlers, sources

    handlers.patch(lambda: lab_of().runtime)
    create = LambdaBackend.create_event_source_mapping

    def create_event_source_mapping(self, spec):
        sources.validate(self, spec)
        mapping = create(self, spec)
        account, region = self.account_id, self.region_name
        for holder in (
            *sqs_backends[account][region].queues.values(),
            *kinesis_backends[account][region].streams.values(),
            *dynamodb_backends[account][region].tables.values(),
        ):
            holder.lambda_event_source_mappings.clear()
        lab_of().positions[mapping.uuid] = sources.starting_positions(mapping)
        return mapping

    LambdaBackend.create_event_source_mapping = create_event_source_mapping


def _join_kinesis() -> None:
    """Resharding as the service does it.

    moto keeps writing to closed shards, misses the last hash key of each shard, moves a split
    shard's records to its children and copies those of merged shards, so that a reader of all
    shards loses or doubles them. On the service records stay where they were written, and the
    iterator of a closed shard ends (NextShardIterator is null).
    """
    from moto.kinesis.models import KinesisBackend, Stream

    find, split, merge = Stream.get_shard_for_key, Stream.split_shard, Stream.merge_shards
    get_records = KinesisBackend.get_records

    def get_shard_for_key(self, partition_key, explicit_hash_key):
        every = self.shards
        widened = [shard for shard in every.values() if shard.is_open]
        self.shards = {shard.shard_id: shard for shard in widened}
        for shard in widened:
            shard.ending_hash += 1  # moto compares with "<", the range includes its end
        try:
            return find(self, partition_key, explicit_hash_key)
        finally:
            self.shards = every
            for shard in widened:
                shard.ending_hash -= 1

    def without_records(reshard):
        def resharded(self, first, second):
            kept = {name: shard.records for name, shard in self.shards.items()}
            for shard in self.shards.values():
                shard.records = OrderedDict()
            try:
                return reshard(self, first, second)
            finally:
                for name, records in kept.items():
                    self.shards[name].records = records

        return resharded

    def checked_get_records(self, stream_arn, shard_iterator, limit):
        from moto.kinesis.utils import decompose_shard_iterator

        following, records, behind = get_records(self, stream_arn, shard_iterator, limit)
        stream_name, shard_id, _ = decompose_shard_iterator(shard_iterator)
        shard = self.describe_stream(stream_arn, stream_name).get_shard(shard_id)
        _, _, last = decompose_shard_iterator(following)
        if not shard.is_open and int(last) >= shard.get_max_sequence_number():
            following = None
        return following, records, behind

    Stream.get_shard_for_key = get_shard_for_key
    Stream.split_shard = without_records(split)
    Stream.merge_shards = without_records(merge)
    KinesisBackend.get_records = checked_get_records


def _join_events() -> None:
    """Targets that moto does not deliver to (``delivery.send_to_targets``); schedules are read."""
    from datetime import UTC, datetime

    from moto.events.exceptions import ValidationException
    from moto.events.models import EventsBackend, Rule

    from dealab.cloud import delivery, schedules

    put_rule = EventsBackend.put_rule

    def checked_put_rule(self, *args, scheduled_expression=None, **kwargs):
        if scheduled_expression:
            try:
                schedules.next_times(scheduled_expression, datetime.now(UTC), 1)
            except schedules.ScheduleError as error:
                raise ValidationException("Parameter ScheduleExpression is not valid.") from error
        return put_rule(self, *args, scheduled_expression=scheduled_expression, **kwargs)

    EventsBackend.put_rule = checked_put_rule
    Rule.send_to_targets = delivery.send_to_targets


def _join_sns() -> None:
    """SNS to Lambda with the real message; moto sends a fixed example with a made-up topic."""
    from moto.sns.models import Subscription

    from dealab.cloud import delivery

    publish = Subscription.publish

    def publish_or_invoke(self, message, message_id, **more):
        if self.protocol == "lambda":
            delivery.sns_to_lambda(self, message, message_id, **more)
        else:
            publish(self, message, message_id, **more)

    Subscription.publish = publish_or_invoke
