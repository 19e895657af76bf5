"""One lake: what boto3 puts to S3 and what SQL reads and writes are the same objects."""

import io

import boto3
import pyarrow
import pyarrow.parquet
import pytest
from botocore.exceptions import ClientError

from dealab.cloud import start_aws
from dealab.sql import Athena, LabLimit, Redshift, ServiceError
from dealab.sql import lake as lakes

CSV = (
    "CREATE EXTERNAL TABLE people (id int, name string) ROW FORMAT DELIMITED "
    "FIELDS TERMINATED BY ',' LOCATION 's3://mine/people/'"
)


@pytest.fixture
def s3(aws):
    client = boto3.client("s3")
    client.create_bucket(Bucket="mine")
    return client


@pytest.fixture
def athena(aws):
    return Athena(lake=aws.lake)


def keys(s3, bucket="mine", prefix=""):
    found = s3.list_objects_v2(Bucket=bucket, Prefix=prefix)
    return [one["Key"] for one in found.get("Contents", [])]


def people(athena):
    return athena.run("SELECT id, name FROM people ORDER BY id").rows


@pytest.mark.proves("S3", "The course's buckets and objects are there from the start", kind="real")
def test_the_datasets_are_objects(aws, athena):
    s3 = boto3.client("s3")
    listed = s3.list_objects_v2(Bucket="fernway-lake", Prefix="orders/")["Contents"]
    assert len(listed) == 6
    assert s3.head_object(Bucket="fernway-lake", Key=listed[0]["Key"])["ContentLength"] > 1000
    read = [
        pyarrow.parquet.read_table(
            io.BytesIO(s3.get_object(Bucket="fernway-lake", Key=one["Key"])["Body"].read())
        ).num_rows
        for one in listed
    ]
    assert athena.run("SELECT count(*) FROM orders").rows == [(sum(read),)]


@pytest.mark.proves("S3", "What boto3 puts, copies and deletes is in the next query", kind="real")
def test_each_way_of_writing_is_seen_by_the_next_statement(s3, athena):
    s3.put_object(Bucket="mine", Key="people/a.csv", Body=b"1,Ada\n")
    athena.run(CSV)
    assert people(athena) == [(1, "Ada")]
    s3.upload_fileobj(io.BytesIO(b"2,Bob\n"), "mine", "people/b.csv")
    s3.copy_object(Bucket="mine", Key="people/c.csv", CopySource="mine/people/b.csv")
    assert people(athena) == [(1, "Ada"), (2, "Bob"), (2, "Bob")]
    upload = s3.create_multipart_upload(Bucket="mine", Key="people/d.csv")["UploadId"]
    part = s3.upload_part(
        Bucket="mine", Key="people/d.csv", UploadId=upload, PartNumber=1, Body=b"4,Dan\n"
    )
    assert len(people(athena)) == 3  # an upload that is not complete is no object
    s3.complete_multipart_upload(
        Bucket="mine",
        Key="people/d.csv",
        UploadId=upload,
        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]},
    )
    assert people(athena)[-1] == (4, "Dan")
    s3.put_object(Bucket="mine", Key="people/a.csv", Body=b"1,Eve\n")  # same size, other content
    s3.delete_objects(
        Bucket="mine", Delete={"Objects": [{"Key": "people/b.csv"}, {"Key": "people/c.csv"}]}
    )
    assert people(athena) == [(1, "Eve"), (4, "Dan")]


@pytest.mark.proves("S3", "SQL reads the current version; a delete marker hides it", kind="real")
def test_versions_in_the_lake(s3, athena):
    athena.run(CSV)
    s3.put_bucket_versioning(Bucket="mine", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="mine", Key="people/a.csv", Body=b"1,old\n")
    second = s3.put_object(Bucket="mine", Key="people/a.csv", Body=b"1,new\n")["VersionId"]
    assert people(athena) == [(1, "new")]
    marker = s3.delete_object(Bucket="mine", Key="people/a.csv")["VersionId"]
    assert people(athena) == []
    s3.delete_object(Bucket="mine", Key="people/a.csv", VersionId=marker)
    s3.delete_object(Bucket="mine", Key="people/a.csv", VersionId=second)
    assert people(athena) == [(1, "old")]


def test_an_object_of_the_datasets_can_be_hidden_and_come_back(aws, athena):
    s3 = boto3.client("s3")
    whole = athena.run("SELECT count(*) FROM orders").rows
    key = keys(s3, "fernway-lake", "orders/")[0]
    s3.put_bucket_versioning(Bucket="fernway-lake", VersioningConfiguration={"Status": "Enabled"})
    etag = s3.head_object(Bucket="fernway-lake", Key=key)["ETag"]
    marker = s3.delete_object(Bucket="fernway-lake", Key=key)["VersionId"]
    assert athena.run("SELECT count(*) FROM orders").rows < whole
    s3.delete_object(Bucket="fernway-lake", Key=key, VersionId=marker)
    assert athena.run("SELECT count(*) FROM orders").rows == whole
    assert s3.head_object(Bucket="fernway-lake", Key=key)["ETag"] == etag


@pytest.mark.proves("S3", "What CTAS, INSERT, UNLOAD and COPY use are S3 objects", kind="real")
def test_what_sql_writes_are_objects(s3, aws, athena):
    athena.run(
        "CREATE TABLE made WITH (format = 'PARQUET', external_location = 's3://mine/made/') "
        "AS SELECT 7 AS a"
    )
    [key] = keys(s3, prefix="made/")
    body = s3.get_object(Bucket="mine", Key=key)["Body"].read()
    assert pyarrow.parquet.read_table(io.BytesIO(body)).to_pylist() == [{"a": 7}]
    athena.run("INSERT INTO made SELECT 8")
    assert len(keys(s3, prefix="made/")) == 2
    redshift = Redshift(lake=aws.lake, database="dev")
    redshift.run("CREATE TABLE t (a int); COPY t FROM 's3://mine/made/' IAM_ROLE default PARQUET")
    redshift.run("UNLOAD ('SELECT a FROM t') TO 's3://mine/out/' IAM_ROLE default CSV PARALLEL OFF")
    [unloaded] = keys(s3, prefix="out/")
    read = s3.get_object(Bucket="mine", Key=unloaded)["Body"].read()
    assert sorted(read.split()) == [b"7", b"8"]
    before = s3.head_object(Bucket="mine", Key=unloaded)["ETag"]
    redshift.run(
        "UNLOAD ('SELECT 1') TO 's3://mine/out/' IAM_ROLE default CSV PARALLEL OFF ALLOWOVERWRITE"
    )
    assert s3.head_object(Bucket="mine", Key=unloaded)["ETag"] != before
    athena.run("SELECT 1 AS one")
    results = keys(s3, "fernway-athena-results")
    assert any(key.endswith(".csv") for key in results)


def test_what_sql_deletes_is_gone(s3, athena):
    athena.run(
        "CREATE TABLE ice (a int) LOCATION 's3://mine/ice/' TBLPROPERTIES "
        "('table_type' = 'ICEBERG')"
    )
    athena.run("INSERT INTO ice VALUES 1")
    assert keys(s3, prefix="ice/")
    athena.run("DROP TABLE ice")
    assert keys(s3, prefix="ice/") == []


@pytest.mark.proves("S3", "Objects that a query wrote send their notifications", kind="real")
def test_notifications_of_what_sql_writes(s3, athena, make_queue, bodies):
    url, arn = make_queue("landed")
    s3.put_bucket_notification_configuration(
        Bucket="mine",
        NotificationConfiguration={
            "QueueConfigurations": [
                {
                    "QueueArn": arn,
                    "Events": ["s3:ObjectCreated:*"],
                    "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "made/"}]}},
                }
            ]
        },
    )
    bodies(url)  # the test event
    athena.run("CREATE TABLE made WITH (external_location = 's3://mine/made/') AS SELECT 1 AS a")
    [event] = bodies(url)  # without any call to S3 in between
    assert '"ObjectCreated:Put"' in event
    assert keys(s3, prefix="made/")[0] in event


def test_a_function_that_runs_on_what_sql_wrote_uses_the_lake(s3, athena, make_function):
    source = """
    import boto3
    def handler(event, context):
        s3 = boto3.client("s3")
        key = event["Records"][0]["s3"]["object"]["key"]
        body = s3.get_object(Bucket="mine", Key=key)["Body"].read()
        s3.put_object(Bucket="mine", Key="people/" + key.split("/")[-1], Body=body)
    """
    arn = make_function("mover", source)
    s3.put_bucket_notification_configuration(
        Bucket="mine",
        NotificationConfiguration={
            "LambdaFunctionConfigurations": [
                {
                    "LambdaFunctionArn": arn,
                    "Events": ["s3:ObjectCreated:*"],
                    "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "in/"}]}},
                }
            ]
        },
    )
    athena.run(CSV)
    athena.lake.put("s3://mine/in/a.csv", "1,Ada\n")
    assert people(athena) == [(1, "Ada")]


@pytest.mark.proves(
    "S3",
    "Keys that no file can have",
    kind="not here",
    note="S3 keeps them; a query over them is refused by name.",
)
def test_odd_keys_break_nothing_and_are_told(s3, athena):
    odd = ["a", "a/b", "../x", "x//y", "n" * 300, "dir/", "a*b", "/lead", "back\\slash", "a?", "["]
    plain = ["ü é.csv", "with space/and=equals.csv", "per%20cent"]
    for key in odd + plain:
        s3.put_object(Bucket="mine", Key=f"odd/{key}", Body=b"1,x\n")
    for key in odd + plain:
        assert s3.get_object(Bucket="mine", Key=f"odd/{key}")["Body"].read() == b"1,x\n"
    assert len(keys(s3, prefix="odd/")) == len(odd + plain)
    athena.run(CSV.replace("mine/people/", "mine/odd/"))
    with pytest.raises(LabLimit, match=r"s3://mine/odd/"):
        people(athena)
    for key in odd:
        s3.delete_object(Bucket="mine", Key=f"odd/{key}")
    assert people(athena) == [(1, "x")] * len(plain)


def test_what_stood_in_the_way_of_a_key_may_go(s3, athena):
    s3.put_object(Bucket="mine", Key="people/a", Body=b"1,x\n")
    s3.put_object(Bucket="mine", Key="people/a/b", Body=b"2,y\n")
    athena.run(CSV)
    with pytest.raises(LabLimit, match="another object is where its key has a folder"):
        people(athena)
    s3.delete_object(Bucket="mine", Key="people/a")
    assert people(athena) == [(2, "y")]


@pytest.mark.proves("S3", "Athena does not see objects in Glacier classes", kind="real")
def test_archived_objects_are_not_read(s3, athena):
    athena.run(CSV)
    s3.put_object(Bucket="mine", Key="people/a.csv", Body=b"1,x\n", StorageClass="GLACIER")
    s3.put_object(Bucket="mine", Key="people/b.csv", Body=b"2,y\n", StorageClass="STANDARD_IA")
    assert people(athena) == [(2, "y")]


def test_a_lifecycle_rule_takes_objects_out_of_the_sight_of_sql(s3, aws, athena):
    athena.run(CSV)
    s3.put_object(Bucket="mine", Key="people/a.csv", Body=b"1,x\n" * 50_000)
    rule = {
        "ID": "archive",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "Transitions": [{"Days": 30, "StorageClass": "GLACIER"}],
    }
    s3.put_bucket_lifecycle_configuration(Bucket="mine", LifecycleConfiguration={"Rules": [rule]})
    aws.clock.move(days=10)
    assert len(people(athena)) == 50_000
    aws.clock.move(days=30)
    assert people(athena) == []


def test_a_reset_of_the_lake_empties_s3_and_the_catalog(s3, athena):
    athena.run(CSV)
    lakes.renew()
    with pytest.raises(ClientError, match="NoSuchBucket"):
        s3.list_objects_v2(Bucket="mine")
    with pytest.raises(ClientError, match="EntityNotFound"):
        boto3.client("glue").get_table(DatabaseName="fernway", Name="people")


def test_two_labs_share_nothing(s3, aws, athena):
    athena.run(CSV)
    s3.put_object(Bucket="mine", Key="people/a.csv", Body=b"1,x\n")
    second = start_aws()
    assert second.lake is not athena.lake
    assert "people" not in second.lake.catalog.tables("fernway")
    assert "mine" not in second.lake.buckets()
    second.stop()


@pytest.mark.proves("S3", "Presigned URLs are fetched with requests or urllib", kind="real")
def test_presigned_urls_are_fetched_by_urllib_and_requests(s3):
    import urllib.error
    import urllib.request

    import requests

    s3.put_object(Bucket="mine", Key="a b.txt", Body=b"hello")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "mine", "Key": "a b.txt"})
    assert urllib.request.urlopen(url).read() == requests.get(url).content == b"hello"
    put = s3.generate_presigned_url("put_object", Params={"Bucket": "mine", "Key": "up"})
    urllib.request.urlopen(urllib.request.Request(put, data=b"sent", method="PUT"))
    assert s3.get_object(Bucket="mine", Key="up")["Body"].read() == b"sent"
    missing = s3.generate_presigned_url("get_object", Params={"Bucket": "mine", "Key": "zz"})
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(missing)


@pytest.mark.proves("S3", "SQL that writes to a bucket that is not there fails", kind="real")
def test_sql_needs_a_bucket(s3, aws, athena):
    ctas = "CREATE TABLE x WITH (external_location = 's3://nowhere/x/') AS SELECT 1 AS a"
    unload = "UNLOAD ('SELECT 1') TO 's3://nowhere/u' IAM_ROLE default"
    redshift = Redshift(lake=aws.lake, database="dev")
    with pytest.raises(ServiceError, match="NoSuchBucket"):
        athena.run(ctas)
    with pytest.raises(ServiceError, match="NoSuchBucket"):
        redshift.run(unload)
    assert "x" not in aws.lake.catalog.tables("fernway")
    s3.create_bucket(Bucket="nowhere")
    athena.run(ctas)
    redshift.run(unload)
    assert len(keys(s3, "nowhere")) > 1


def test_files_that_an_engine_writes_by_itself_are_objects(s3, aws, athena):
    def listed():
        found = s3.list_objects_v2(Bucket="fernway-lake")["Contents"]
        return {one["Key"]: (one["ETag"], one["LastModified"]) for one in found}

    before = listed()
    home = aws.lake.own("fernway-lake")
    assert listed() == before  # the copies are no new objects
    first = min(key for key in before if key.startswith("orders/"))
    (home / first).unlink()
    (home / "out").mkdir()
    (home / "out" / "part-0.csv").write_text("1,2\n")
    assert set(before) - set(listed()) == {first}
    assert set(listed()) - set(before) == {"out/part-0.csv"}


def test_the_first_call_may_put_into_a_bucket_of_the_course():
    # In a process of its own: the check of KMS keys makes moto's S3 before the lab has joined it.
    import subprocess
    import sys

    code = (
        "import boto3\n"
        "from dealab.cloud import start_aws\n"
        "start_aws()\n"
        "s3 = boto3.client('s3')\n"
        "s3.put_object(Bucket='fernway-lake', Key='new', Body=b'1')\n"
        "print(s3.list_objects_v2(Bucket='fernway-lake', Prefix='new')['KeyCount'])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "1", done.stderr
