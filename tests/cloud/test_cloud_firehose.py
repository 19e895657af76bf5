"""Firehose through plain boto3: buffers on the clock, prefixes, transformation, Parquet."""

import base64
import gzip
import io
import json

import boto3
import pytest
from botocore.exceptions import ClientError

from dealab.cloud import start_aws
from dealab.sql.errors import LabLimit


@pytest.fixture
def aws():
    lab = start_aws(at="2026-03-02T09:00")
    yield lab
    lab.stop()


@pytest.fixture
def hose(aws):
    """Return a function that creates a delivery stream to the bucket fernway-landing."""
    boto3.client("s3").create_bucket(Bucket="fernway-landing")

    def make(name="clicks", **settings):
        more = {key: settings.pop(key) for key in list(settings) if key.startswith("KinesisStream")}
        if more:
            more["DeliveryStreamType"] = "KinesisStreamAsSource"
        settings.setdefault("BufferingHints", {"SizeInMBs": 1, "IntervalInSeconds": 60})
        boto3.client("firehose").create_delivery_stream(
            DeliveryStreamName=name,
            ExtendedS3DestinationConfiguration={
                "RoleARN": aws.role,
                "BucketARN": "arn:aws:s3:::fernway-landing",
                **settings,
            },
            **more,
        )

    return make


def put(*records, name="clicks"):
    for record in records:
        data = record if isinstance(record, bytes) else json.dumps(record).encode() + b"\n"
        boto3.client("firehose").put_record(DeliveryStreamName=name, Record={"Data": data})


def files(prefix=""):
    """Return {key: body} of the lake."""
    s3 = boto3.client("s3")
    listed = s3.list_objects_v2(Bucket="fernway-landing", Prefix=prefix).get("Contents", [])
    return {
        one["Key"]: s3.get_object(Bucket="fernway-landing", Key=one["Key"])["Body"].read()
        for one in listed
    }


def folders():
    return sorted({key.rpartition("/")[0] for key in files()})


def code(caught):
    return caught.value.response["Error"]["Code"]


@pytest.mark.proves("Firehose", "Buffers by seconds on the clock and by size", kind="real")
def test_a_buffer_is_written_after_its_time_or_when_full(aws, hose):
    hose()
    put({"n": 1}, {"n": 2})
    aws.clock.move(seconds=59)
    assert files() == {}
    aws.clock.move(seconds=2)
    [(key, body)] = files().items()
    assert body == b'{"n": 1}\n{"n": 2}\n'
    assert key.startswith("2026/03/02/09/clicks-1-2026-03-02-09-01-00-")
    put(b"x" * 600_000)
    assert len(files()) == 1
    put(b"x" * 600_000)
    assert sorted(map(len, files().values())) == [18, 1_200_000]
    aws.clock.move(hours=1)
    assert len(files()) == 2


def test_the_file_arrives_as_an_event(aws, hose, make_function):
    arn = make_function("f", "def handler(event, context): pass")
    hose()
    boto3.client("s3").put_bucket_notification_configuration(
        Bucket="fernway-landing",
        NotificationConfiguration={
            "LambdaFunctionConfigurations": [
                {"LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:*"]}
            ]
        },
    )
    put({"n": 1})
    aws.clock.move(minutes=2)
    [key] = files()
    keys = [r["s3"]["object"]["key"] for run in aws.invocations for r in run.event["Records"]]
    assert keys == [key]


@pytest.mark.proves("Firehose", "Prefixes with time, time zone and error type", kind="real")
def test_prefixes_name_the_folders(aws, hose):
    hose(
        Prefix="clicks/year=!{timestamp:yyyy}/day=!{timestamp:MM-dd}/hour=!{timestamp:HH}/",
        ErrorOutputPrefix="errors/!{firehose:error-output-type}/",
        CustomTimeZone="Asia/Tokyo",
        CompressionFormat="GZIP",
        FileExtension=".json.gz",
    )
    hose("plain", Prefix="plain/")
    put({"n": 1})
    put({"n": 1}, name="plain")
    aws.clock.move(minutes=2)
    assert folders() == ["clicks/year=2026/day=03-02/hour=18", "plain/2026/03/02/09"]
    [(key, body)] = files("clicks/").items()
    assert key.endswith(".json.gz")
    assert json.loads(gzip.decompress(body)) == {"n": 1}


@pytest.mark.parametrize(
    "settings",
    [
        {"Prefix": "a/!{timestamp:yyyy}/"},
        {"Prefix": "!{firehose:error-output-type}/", "ErrorOutputPrefix": "e/"},
        {"Prefix": "!{clock:x}/", "ErrorOutputPrefix": "e/"},
        {"ErrorOutputPrefix": "e/!{timestamp:yyyy}/"},
        {"Prefix": "!{partitionKeyFromQuery:c}/", "ErrorOutputPrefix": "e/"},
        {"BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 901}},
    ],
)
def test_bad_settings_are_refused(hose, settings):
    with pytest.raises(ClientError) as caught:
        hose(**settings)
    assert code(caught) == "InvalidArgumentException"


def processing(*processors):
    return {
        "Enabled": True,
        "Processors": [
            {
                "Type": kind,
                "Parameters": [
                    {"ParameterName": name, "ParameterValue": value}
                    for name, value in parameters.items()
                ],
            }
            for kind, parameters in processors
        ],
    }


TRANSFORM = """
import base64, json

def handler(event, context):
    answers = []
    for record in event["records"]:
        click = json.loads(base64.b64decode(record["data"]))
        answer = {"recordId": record["recordId"], "result": click.get("do", "Ok")}
        if answer["result"] == "Ok":
            click["seen"] = True
            answer["data"] = base64.b64encode((json.dumps(click) + "\\n").encode()).decode()
            answer["metadata"] = {"partitionKeys": {"user": click.get("user", "none")}}
        if click.get("do") != "Forget":
            answers.append(answer)
    return {"records": answers}
"""


@pytest.mark.proves("Firehose", "Lambda transformation: Ok, Dropped, ProcessingFailed", kind="real")
def test_records_are_transformed_and_failures_kept(aws, hose, make_function):
    arn = make_function("f", TRANSFORM)
    hose(ProcessingConfiguration=processing(("Lambda", {"LambdaArn": arn})))
    put({"n": 1}, {"n": 2, "do": "Dropped"}, {"n": 3, "do": "ProcessingFailed"})
    put({"n": 4, "do": "Forget"}, {"n": 5})
    aws.clock.move(minutes=2)
    good = [body for key, body in files().items() if key.startswith("2026/")]
    assert good == [b'{"n": 1, "seen": true}\n{"n": 5, "seen": true}\n']
    [(key, body)] = files("processing-failed/").items()
    assert key.startswith("processing-failed/2026/03/02/09/clicks-1-")
    failed = [json.loads(line) for line in body.splitlines()]
    assert [json.loads(base64.b64decode(one["rawData"]))["n"] for one in failed] == [3, 4]
    assert [one["errorCode"] for one in failed] == [
        "Lambda.ProcessingFailedStatus",
        "Lambda.MissingRecordId",
    ]
    assert failed[0]["lambdaArn"] == arn
    assert failed[0]["attemptsMade"] == 1
    assert failed[0]["arrivalTimestamp"] == 1772442000000
    [run] = aws.invocations
    assert run.event["deliveryStreamArn"].endswith(":deliverystream/clicks")


def test_a_failing_function_sends_all_to_the_failed(aws, hose, make_function):
    arn = make_function("f", "def handler(event, context): 1/0")
    hose(ProcessingConfiguration=processing(("Lambda", {"LambdaArn": arn})))
    put({"n": 1})
    aws.clock.move(minutes=2)
    [body] = files("processing-failed/").values()
    assert json.loads(body)["errorCode"] == "Lambda.FunctionError"
    assert len(files()) == 1


@pytest.mark.proves("Firehose", "Dynamic partitions from a jq object or from Lambda", kind="real")
def test_dynamic_partitions(aws, hose, make_function):
    arn = make_function("f", TRANSFORM)
    both = {
        "DynamicPartitioningConfiguration": {"Enabled": True},
        "BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": 60},
        "ErrorOutputPrefix": "errors/",
    }
    query = '{shop: .shop.id, year: .at | strftime("%Y")}'
    hose(
        Prefix="q/shop=!{partitionKeyFromQuery:shop}/year=!{partitionKeyFromQuery:year}/",
        ProcessingConfiguration=processing(
            (
                "MetadataExtraction",
                {"MetadataExtractionQuery": query, "JsonParsingEngine": "JQ-1.6"},
            ),
            ("AppendDelimiterToRecord", {"Delimiter": "\\n"}),
        ),
        **both,
    )
    hose(
        "second",
        Prefix="l/user=!{partitionKeyFromLambda:user}/",
        ProcessingConfiguration=processing(("Lambda", {"LambdaArn": arn})),
        **both,
    )
    for shop, at in (("a", 0), ("b", 0), ("a", 1772442000)):
        record = {"shop": {"id": shop}, "at": at}
        put(json.dumps(record).encode())
    put(b'{"shop": {}}', b"no json")
    put({"user": "u1"}, {"user": "u2"}, name="second")
    aws.clock.move(minutes=2)
    assert folders() == [
        "errors/processing-failed/2026/03/02/09",
        "l/user=u1",
        "l/user=u2",
        "q/shop=a/year=1970",
        "q/shop=a/year=2026",
        "q/shop=b/year=1970",
    ]
    [failed] = files("errors/").values()
    assert len(failed.splitlines()) == 2
    [body] = files("q/shop=b/").values()
    assert body == b'{"shop": {"id": "b"}, "at": 0}\n'


@pytest.mark.proves("Firehose", "jq beyond an object of paths", kind="not here")
def test_other_jq_is_named(hose):
    for query in ("{a: (.b | map(.c))}", "{a: .b + 1}", "[.a]", '{a: .b | test("x")}'):
        with pytest.raises(LabLimit, match="jq"):
            hose(
                Prefix="!{partitionKeyFromQuery:a}/",
                ErrorOutputPrefix="e/",
                DynamicPartitioningConfiguration={"Enabled": True},
                BufferingHints={"SizeInMBs": 64, "IntervalInSeconds": 60},
                ProcessingConfiguration=processing(
                    ("MetadataExtraction", {"MetadataExtractionQuery": query})
                ),
            )


@pytest.mark.proves("Firehose", "Destinations other than S3", kind="not here")
def test_other_destinations_are_named(aws):
    with pytest.raises(LabLimit, match="http_endpoint"):
        boto3.client("firehose").create_delivery_stream(
            DeliveryStreamName="h",
            HttpEndpointDestinationConfiguration={
                "EndpointConfiguration": {"Url": "https://example.com"},
                "S3Configuration": {"RoleARN": aws.role, "BucketARN": "arn:aws:s3:::b"},
            },
        )


def conversion(serializer="ParquetSerDe", **reader):
    return {
        "Enabled": True,
        "SchemaConfiguration": {"DatabaseName": "shop", "TableName": "clicks", "RoleARN": "r"},
        "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": reader}},
        "OutputFormatConfiguration": {"Serializer": {serializer: {}}},
    }


@pytest.fixture
def table(aws):
    glue = boto3.client("glue")
    glue.create_database(DatabaseInput={"Name": "shop"})
    columns = {
        "id": "bigint",
        "price": "decimal(9,2)",
        "at": "timestamp",
        "tags": "array<string>",
        "geo": "struct<lat:double,city:string>",
    }
    glue.create_table(
        DatabaseName="shop",
        TableInput={
            "Name": "clicks",
            "StorageDescriptor": {
                "Columns": [{"Name": name, "Type": kind} for name, kind in columns.items()],
                "Location": "s3://fernway-landing/clicks/",
            },
        },
    )


@pytest.mark.proves("Firehose", "JSON into Parquet or ORC by a Glue table's columns", kind="real")
@pytest.mark.parametrize("serializer", ["ParquetSerDe", "OrcSerDe"])
def test_json_becomes_columns(aws, hose, table, serializer):
    import pyarrow.orc
    import pyarrow.parquet

    hose(
        BufferingHints={"SizeInMBs": 64, "IntervalInSeconds": 60},
        DataFormatConversionConfiguration=conversion(
            serializer, ColumnToJsonKeyMappings={"at": "happened"}
        ),
    )
    put(
        {"ID": 7, "price": 1.5, "happened": "2026-03-02 08:59:00", "tags": ["a"], "extra": 1},
        {"id": "8", "geo": {"lat": 1, "city": "Bergen"}},
        {"id": "many"},
    )
    put(b"[1]")
    aws.clock.move(minutes=2)
    (key, body), *rest = [item for item in files().items() if item[0].startswith("2026/")]
    assert key.endswith({"ParquetSerDe": ".parquet", "OrcSerDe": ".orc"}[serializer])
    assert not rest
    read = {"ParquetSerDe": pyarrow.parquet.read_table, "OrcSerDe": pyarrow.orc.read_table}
    rows = read[serializer](io.BytesIO(body)).to_pylist()
    assert [row["id"] for row in rows] == [7, 8]
    assert str(rows[0]["price"]) == "1.50"
    assert rows[0]["at"].isoformat() == "2026-03-02T08:59:00"
    assert rows[0]["tags"] == ["a"]
    assert rows[1]["geo"] == {"lat": 1.0, "city": "Bergen"}
    [bad] = files("format-conversion-failed/").values()
    documents = [json.loads(line) for line in bad.splitlines()]
    assert [base64.b64decode(one["rawData"]) for one in documents] == [b'{"id": "many"}\n', b"[1]"]
    assert documents[0]["dataCatalogTable"]["tableName"] == "clicks"
    assert documents[0]["ErrorCode"] == "DataFormatConversion.ParseError"


@pytest.mark.proves("Firehose", "A Kinesis stream as source; backup of the source", kind="real")
def test_a_kinesis_stream_is_read_from_its_end(aws, hose, make_function):
    kinesis = boto3.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=2)
    arn = kinesis.describe_stream_summary(StreamName="s")["StreamDescriptionSummary"]["StreamARN"]
    kinesis.put_record(StreamName="s", Data=b"before", PartitionKey="k")
    function = make_function("f", TRANSFORM)
    hose(
        KinesisStreamSourceConfiguration={"KinesisStreamARN": arn, "RoleARN": aws.role},
        ProcessingConfiguration=processing(("Lambda", {"LambdaArn": function})),
        Prefix="out/",
        S3BackupMode="Enabled",
        S3BackupConfiguration={
            "RoleARN": aws.role,
            "BucketARN": "arn:aws:s3:::fernway-landing",
            "Prefix": "raw/",
        },
    )
    for n in range(4):
        kinesis.put_record(StreamName="s", Data=json.dumps({"n": n}), PartitionKey=str(n))
    aws.clock.move(minutes=2)
    [out], [raw] = files("out/").values(), files("raw/").values()
    numbers = sorted(json.loads(line)["n"] for line in out.splitlines())
    assert numbers == [0, 1, 2, 3]
    assert b"before" not in raw
    assert b"seen" not in raw
    metadata = aws.invocations[0].event["records"][0]["kinesisRecordMetadata"]
    assert metadata["shardId"].startswith("shardId-")
    with pytest.raises(ClientError, match="not permitted on KinesisStreamAsSource"):
        put({"n": 1})
    aws.clock.move(hours=1)
    assert len(files("out/")) == 1


@pytest.mark.proves("Firehose", "Limits of records and batches", kind="real")
def test_limits(hose):
    hose()
    firehose = boto3.client("firehose")
    put(b"x" * 1_024_000)
    for records in ([b"x" * 1_024_001], [b"x"] * 501, [b"x" * 1_000_000] * 5):
        with pytest.raises(ClientError) as caught:
            firehose.put_record_batch(
                DeliveryStreamName="clicks", Records=[{"Data": one} for one in records]
            )
        assert code(caught) in ("ValidationException", "InvalidArgumentException")
    with pytest.raises(ClientError) as caught:
        put(b"x", name="missing")
    assert code(caught) == "ResourceNotFoundException"
    told = firehose.describe_delivery_stream(DeliveryStreamName="clicks")
    assert told["DeliveryStreamDescription"]["DeliveryStreamStatus"] == "ACTIVE"
    assert "Buffer" not in told["DeliveryStreamDescription"]


def test_what_cannot_be_written_stays_and_is_said(aws, hose):
    hose()
    boto3.client("s3").delete_bucket(Bucket="fernway-landing")
    put({"n": 1})
    with pytest.warns(UserWarning, match="keeps 1 records"):
        aws.clock.move(seconds=61)
    boto3.client("s3").create_bucket(Bucket="fernway-landing")
    aws.clock.move(seconds=61)
    assert list(files().values()) == [b'{"n": 1}\n']


def refusal(call, **settings):
    with pytest.raises(ClientError) as refused:
        call(**settings)
    return refused.value.response["Error"]["Code"], refused.value.response["Error"]["Message"]


def test_a_source_stream_that_is_not_there_is_refused_and_one_that_goes_is_no_error(aws):
    firehose, kinesis = boto3.client("firehose"), boto3.client("kinesis")
    boto3.client("s3").create_bucket(Bucket="lake")
    settings = {
        "DeliveryStreamName": "d",
        "DeliveryStreamType": "KinesisStreamAsSource",
        "KinesisStreamSourceConfiguration": {
            "KinesisStreamARN": "arn:aws:kinesis:us-east-1:111122223333:stream/s",
            "RoleARN": aws.role,
        },
        "ExtendedS3DestinationConfiguration": {
            "RoleARN": aws.role,
            "BucketARN": "arn:aws:s3:::lake",
        },
    }
    refused = refusal(firehose.create_delivery_stream, **settings)
    assert refused[0] == "InvalidArgumentException"
    kinesis.create_stream(StreamName="s", ShardCount=1)
    firehose.create_delivery_stream(**settings)
    kinesis.delete_stream(StreamName="s")
    assert aws.clock.move(hours=1) == []
