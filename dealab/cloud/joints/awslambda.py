"""Real handlers; event sources are polled by the lab and not pushed by moto.

moto invokes from inside PutRecord, SendMessage and PutItem, one record at a time, and deletes
SQS messages whatever the echo answers. Here a mapping is unhooked from its source at once.
"""


def join(lab_of) -> None:
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
