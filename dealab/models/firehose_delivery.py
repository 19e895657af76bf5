"""A Firehose buffer on its way: transformed, partitioned, converted, packed, written.

The names and documents, with their sources: ``firehose.py``. The wait of a transformation's own
buffer is left out: records are transformed when their buffer is written.
"""

import base64
import gzip
import io
import json
import zipfile

from dealab.models import firehose as rules
from dealab.models.record_formats import Converter

FIRST_RECORD = 49546986683135544286507457936321625675700192471156785154
RETRIES = 3  # of a transformation that was throttled or timed out


class Delivery:
    """One buffer on its way. ``settings`` are those of an S3 destination.

    ``stream``: name, version, arn and source (ARN of a Kinesis stream or None). ``invoke(arn,
    event)`` runs a function and returns its run, or None when it is throttled; ``columns(schema)``
    gives (name, type) of a Glue table's columns; ``put(bucket, key, body)`` writes; ``now()`` is an
    aware datetime; ``uuid()`` and ``letters()`` make random text.
    """

    def __init__(self, settings: dict, stream: dict, services):
        self.settings, self.stream, self.services = settings, stream, services
        self.processors = processors(settings)

    def run(self, records: list) -> None:
        """Write ``records``: tuples of arrival, data and details of the Kinesis record or None."""
        if self.settings.get("S3BackupMode") == "Enabled":
            backup = self.settings.get("S3BackupDescription") or self.settings.get(
                "S3BackupConfiguration"
            )
            self._file(backup, [(r[0], r[1]) for r in records], b"".join(r[1] for r in records))
        done = self._transform(records)
        if "RecordDeAggregation" in self.processors:
            kind = self.processors["RecordDeAggregation"]
            done = [
                (at, part, keys)
                for at, data, keys in done
                for part in rules.deaggregated(data, kind)
            ]
        for folder_keys, part in self._partitions(done):
            self._deliver(part, folder_keys)

    def _transform(self, records: list) -> list[tuple]:
        """Return (arrival, data, partition keys of the function) of the records that passed."""
        if "Lambda" not in self.processors:
            return [(at, data, {}) for at, data, _ in records]
        parameters = self.processors["Lambda"]
        size = float(parameters.get("BufferSizeInMBs", 1)) * rules.MB
        retries = int(parameters.get("NumberOfRetries", RETRIES))
        function, passed, failed = parameters["LambdaArn"], [], []
        for batch in rules.split(records, int(size)):
            sent = [
                {
                    "recordId": str(FIRST_RECORD + index),
                    "approximateArrivalTimestamp": int(at.timestamp() * 1000),
                    "data": base64.b64encode(data).decode("ascii"),
                    **({"kinesisRecordMetadata": details} if details else {}),
                }
                for index, (at, data, details) in enumerate(batch)
            ]
            event = {
                "invocationId": self.services.uuid(),
                "deliveryStreamArn": self.stream["arn"],
                "region": self.stream["arn"].split(":")[3],
                "records": sent,
            }
            if self.stream["source"]:
                event["sourceKinesisStreamArn"] = self.stream["source"]
            result, error, attempts = None, None, 0
            while attempts <= retries:
                attempts += 1
                run = self.services.invoke(function, event)
                result = run.result if run else None
                error = run.error if run else {"errorMessage": "Rate Exceeded."}
                if run and (not error or error["errorType"] != "Sandbox.Timedout"):
                    break
            verdicts = rules.transformed(sent, result, error)
            for one, (at, data, _) in zip(sent, batch, strict=True):
                verdict = verdicts[one["recordId"]]
                if verdict[0] == "Ok":
                    passed.append((at, verdict[1], verdict[2]))
                elif verdict[0] == "Failed":
                    failed.append((at, data, attempts, *verdict[1:]))
        self._failures("processing-failed", failed, lambdaArn=function)
        return passed

    def _partitions(self, records: list):
        """Group by partition keys: yields ({"query": ..., "function": ...}, records)."""
        query = self.processors.get("MetadataExtraction", {}).get("MetadataExtractionQuery")
        extract = rules.PartitionQuery(query).of if query else lambda data: {}
        groups, failed = {}, []
        for at, data, keys in records:
            try:
                found = {"query": extract(data), "function": keys}
                rules.folder(self.settings.get("Prefix"), at, None, "", **found)
            except (ValueError, KeyError) as error:
                code = "DynamicPartitioning.MetadataExtractionFailed"
                failed.append((at, data, 1, code, f"Partition keys: {error}"))
                continue
            groups.setdefault(json.dumps(found, sort_keys=True), (found, []))[1].append((at, data))
        self._failures("processing-failed", failed)
        return groups.values()

    def _deliver(self, records: list, keys: dict) -> None:
        serializer = rules.output_serializer(self.settings)
        if not serializer:
            end = b"\n" if "AppendDelimiterToRecord" in self.processors else b""
            body = b"".join(data + end for _, data in records)
            self._file(self.settings, records, body, **keys)
            return
        conversion = self.settings["DataFormatConversionConfiguration"]
        schema = conversion["SchemaConfiguration"]
        reader = conversion["InputFormatConfiguration"]["Deserializer"].get("OpenXJsonSerDe") or {}
        mappings = reader.get("ColumnToJsonKeyMappings")
        converter = Converter(
            self.services.columns(schema), mappings, reader.get("CaseInsensitive") is False
        )
        rows, good, failed = [], [], []
        for at, data in records:
            try:
                rows.append(converter.read(data))
                good.append((at, data))
            except ValueError as error:
                code = "DataFormatConversion.ParseError"
                failed.append((at, data, 1, code, f"The data does not match the schema: {error}"))
        if rows:
            options = conversion["OutputFormatConfiguration"]["Serializer"][serializer]
            self._file(self.settings, good, converter.write(rows, serializer, options), **keys)
        arn = self.stream["arn"]
        place = {
            "catalogId": arn.split(":")[4],
            "databaseName": schema["DatabaseName"],
            "tableName": schema["TableName"],
            "region": schema.get("Region") or arn.split(":")[3],
            "versionId": schema.get("VersionId", "LATEST"),
        }
        self._failures("format-conversion-failed", failed, dataCatalogTable=place)

    def _failures(self, kind: str, failed: list, **more) -> None:
        if not failed:
            return
        now = self.services.now().timestamp()
        lines = [
            json.dumps(rules.failure(data, at.timestamp(), now, attempts, code, message, **more))
            for at, data, attempts, code, message in failed
        ]
        self._file(self.settings, failed, "\n".join([*lines, ""]).encode(), failed=kind)

    def _file(self, settings: dict, records: list, body: bytes, **more) -> None:
        if not records:
            return
        oldest = min(record[0] for record in records)
        named = dict(settings)
        if more.get("failed"):  # the documents are text, with the destination's compression
            named.pop("DataFormatConversionConfiguration", None)
            named.pop("FileExtension", None)
        folder = rules.folder(
            settings.get("Prefix"),
            oldest,
            settings.get("CustomTimeZone"),
            self.services.letters(),
            errors=settings.get("ErrorOutputPrefix"),
            **more,
        )
        name = rules.file_name(
            self.stream["name"],
            self.stream["version"],
            self.services.now(),
            self.services.uuid(),
            named,
        )
        packed = _packed(body, named, name)
        bucket = settings["BucketARN"].split(":::")[-1]
        self.services.put(bucket, folder + name, packed)


def _packed(body: bytes, settings: dict, name: str) -> bytes:
    kind = settings.get("CompressionFormat") or "UNCOMPRESSED"
    if kind == "GZIP":
        return gzip.compress(body, mtime=0)
    if kind == "ZIP":
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(zipfile.ZipInfo(name.removesuffix(".zip")), body)
        return out.getvalue()
    if kind in ("Snappy", "HADOOP_SNAPPY"):
        import pyarrow

        data = pyarrow.compress(body, codec="snappy", asbytes=True)
        if kind == "Snappy":
            return data
        return len(body).to_bytes(4, "big") + len(data).to_bytes(4, "big") + data
    return body


def processors(settings: dict) -> dict[str, dict]:
    """The processors of a destination by type, with their parameters by name."""
    processing = settings.get("ProcessingConfiguration") or {}
    if not processing.get("Enabled"):
        return {}
    return {
        one["Type"]: {p["ParameterName"]: p["ParameterValue"] for p in one.get("Parameters", [])}
        for one in processing.get("Processors", [])
    }
