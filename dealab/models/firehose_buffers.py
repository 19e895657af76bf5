"""Firehose's buffers: what settings of a destination are refused, and when a buffer is written.

Sources: https://docs.aws.amazon.com/firehose/latest/APIReference/API_BufferingHints.html and
https://docs.aws.amazon.com/firehose/latest/dev/quotas.html (not checked). A stream is an object
with ``destinations`` and ``buffer``, a list of (arrival, data, details) from the oldest on.
"""

from datetime import timedelta

from dealab.models import firehose as rules
from dealab.models.firehose_delivery import processors
from dealab.sql.errors import LabLimit


def settings_of(stream) -> dict:
    """The S3 destination of a delivery stream."""
    destination = stream.destinations[0]
    return destination.get("ExtendedS3") or destination["S3"]


def check(settings: dict) -> str | None:
    """Return why an S3 destination is refused, or None. Raises LabLimit for what is not here."""
    partitioned = (settings.get("DynamicPartitioningConfiguration") or {}).get("Enabled", False)
    try:
        refused = rules.prefix_refused(
            settings.get("Prefix"), settings.get("ErrorOutputPrefix"), partitioned
        )
        if refused:
            return refused
        kinds = processors(settings)
        if "MetadataExtraction" in kinds:
            rules.PartitionQuery(kinds["MetadataExtraction"]["MetadataExtractionQuery"])
    except rules.Unknown as unknown:
        raise LabLimit(
            str(unknown),
            "Firehose evaluates all of jq 1.6 and of Java's dates.",
            "Dynamic partitioning takes keys by jq from JSON, or from a Lambda transformation.",
        ) from None
    for kind in ("Decompression", "CloudWatchLogProcessing"):
        if kind in kinds:
            raise LabLimit(
                f"Firehose's processor {kind}",
                "Firehose unpacks records of CloudWatch Logs on the way.",
                "Records of CloudWatch Logs arrive compressed with gzip, several events in each.",
            )
    size, seconds = buffering(settings)
    least = 64 if partitioned or rules.output_serializer(settings) else 1
    if not least * rules.MB <= size <= 128 * rules.MB:
        return f"BufferingHints.SizeInMBs must be between {least} and 128"
    if not 0 <= seconds <= 900:
        return "BufferingHints.IntervalInSeconds must be between 0 and 900"
    if rules.output_serializer(settings) and settings.get("CompressionFormat") not in (
        None,
        "UNCOMPRESSED",
    ):
        return "CompressionFormat must be UNCOMPRESSED when format conversion is enabled"
    return None


def buffering(settings: dict) -> tuple[int, int]:
    """(bytes, seconds) of the buffer, with the service's defaults."""
    partitioned = (settings.get("DynamicPartitioningConfiguration") or {}).get("Enabled")
    large = 128 if rules.output_serializer(settings) else 64 if partitioned else 5
    hints = settings.get("BufferingHints") or {}
    seconds = hints.get("IntervalInSeconds", 300)
    return int(hints.get("SizeInMBs", large)) * rules.MB, int(seconds)


def interval(stream) -> timedelta:
    """How long the oldest record of a stream waits at the most."""
    return timedelta(seconds=buffering(settings_of(stream))[1])


def is_full(stream, now) -> bool:
    """Say whether a stream's buffer is to be written now: by its size or its oldest record."""
    waited = now - stream.buffer[0][0] >= interval(stream)
    size = buffering(settings_of(stream))[0]
    return waited or sum(len(record[1]) for record in stream.buffer) >= size


def batch_refused(sizes: list[int]) -> str | None:
    """Say why PutRecordBatch refuses records of these sizes (bytes), or None."""
    too_much = "failed to satisfy constraint: Member must have length less than or equal to"
    if any(size > rules.RECORD_BYTES for size in sizes):
        return (
            f"1 validation error detected: Value at 'record.data' {too_much} {rules.RECORD_BYTES}"
        )
    if len(sizes) > rules.BATCH_RECORDS:
        return f"1 validation error detected: Value at 'records' {too_much} {rules.BATCH_RECORDS}"
    return "Records size exceeds 4 MB limit" if sum(sizes) > rules.BATCH_BYTES else None
