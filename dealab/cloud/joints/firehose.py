"""Firehose with buffers, transformations and formats (``dealab.cloud.firehose``).

moto writes each call's records to S3 at once as they are, and ignores everything else.
"""

import inspect


def join(lab_of) -> None:
    from moto.firehose.exceptions import InvalidArgumentException, ValidationException
    from moto.firehose.models import FirehoseBackend

    from dealab.cloud import firehose
    from dealab.models import firehose_buffers as buffers
    from dealab.sql.errors import LabLimit

    create, update = FirehoseBackend.create_delivery_stream, FirehoseBackend.update_destination

    def check(call, *args, **kwargs) -> None:
        for name, settings in inspect.signature(call).bind(*args, **kwargs).arguments.items():
            if "_destination_" not in name or not settings:
                continue
            if name.split("_destination")[0] not in ("s3", "extended_s3"):
                raise LabLimit(
                    f"Firehose's destination {name.split('_destination')[0]}",
                    "Firehose also delivers to Redshift (through S3 and COPY), OpenSearch, "
                    "Splunk, HTTP endpoints, Snowflake and Iceberg tables.",
                    "Records that failed always go to S3.",
                )
            if refused := buffers.check(settings):
                raise InvalidArgumentException(refused)

    def create_delivery_stream(self, *args, **kwargs):
        check(create, self, *args, **kwargs)
        given = inspect.signature(create).bind(self, *args, **kwargs).arguments
        if source := given.get("kinesis_stream_source_configuration"):
            firehose.check_source(source["KinesisStreamARN"])
        arn = create(self, *args, **kwargs)
        firehose.begin(lab_of(), self.lookup_name_from_arn(arn))
        return arn

    def update_destination(self, *args, **kwargs):
        check(update, self, *args, **kwargs)
        return update(self, *args, **kwargs)

    def put_record_batch(self, delivery_stream_name, records):
        self.describe_delivery_stream(delivery_stream_name)  # or the service's error
        stream = self.delivery_streams[delivery_stream_name]
        data = [_bytes(record["Data"]) for record in records]
        if stream.source:
            raise InvalidArgumentException(
                "This operation is not permitted on KinesisStreamAsSource delivery stream type."
            )
        if refused := buffers.batch_refused([len(one) for one in data]):
            kind = (
                ValidationException if refused.startswith("1 valid") else InvalidArgumentException
            )
            raise kind(refused)
        ids = [firehose.put(lab_of(), stream, one) for one in data]
        answers = [{"RecordId": one} for one in ids]
        return {"FailedPutCount": 0, "Encrypted": False, "RequestResponses": answers}

    def put_s3_records(self, delivery_stream_name, version_id, s3_destination, records):
        return self.put_record_batch(delivery_stream_name, records)["RequestResponses"]

    FirehoseBackend.create_delivery_stream = create_delivery_stream
    FirehoseBackend.update_destination = update_destination
    FirehoseBackend.put_record_batch = put_record_batch
    FirehoseBackend.put_s3_records = put_s3_records


def _bytes(data) -> bytes:
    return data if isinstance(data, bytes) else data.encode()
