"""The Glue Data Catalog of boto3 and the catalog of SQL are one."""

import boto3
import pytest
from botocore.exceptions import ClientError

from dealab.sql import Athena, LabLimit, Redshift, ServiceError

TEXT = {
    "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
    "SerdeInfo": {"SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe"},
}


def storage(location, **kinds):
    columns = [{"Name": name, "Type": kind} for name, kind in kinds.items()]
    return {"Columns": columns, "Location": location, **TEXT}


@pytest.fixture
def glue(aws):
    return boto3.client("glue")


@pytest.fixture
def athena(aws):
    return Athena(lake=aws.lake)


@pytest.fixture
def clicks(glue):
    """A database, and a table of JSON files in two days' folders, none of them registered."""
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="mine")
    for day in (1, 2):
        s3.put_object(Bucket="mine", Key=f"clicks/day={day}/a.json", Body=b'{"n": %d}\n' % day)
    glue.create_database(DatabaseInput={"Name": "Web"})
    glue.create_table(
        DatabaseName="web",
        TableInput={
            "Name": "Clicks",
            "TableType": "EXTERNAL_TABLE",
            "PartitionKeys": [{"Name": "day", "Type": "int"}],
            "StorageDescriptor": storage("s3://mine/clicks/", n="int"),
        },
    )


def part(day):
    location = f"s3://mine/clicks/day={day}/"
    return {"Values": [str(day)], "StorageDescriptor": storage(location, n="int")}


@pytest.mark.proves(
    "Glue", "A table made with boto3 is queried by Athena and Spectrum", kind="real"
)
def test_a_table_and_its_partitions_go_to_sql(glue, clicks, athena, aws):
    assert athena.run("SELECT n FROM web.clicks").rows == []  # no partition is registered
    glue.batch_create_partition(
        DatabaseName="web", TableName="clicks", PartitionInputList=[part(1), part(2)]
    )
    assert athena.run("SELECT n, day FROM web.clicks ORDER BY n").rows == [(1, 1), (2, 2)]
    spectrum = Redshift(lake=aws.lake, database="web")
    assert spectrum.run("SELECT sum(n) FROM clicks").rows == [(3,)]
    glue.delete_partition(DatabaseName="web", TableName="clicks", PartitionValues=["1"])
    assert athena.run("SELECT n FROM web.clicks").rows == [(2,)]


@pytest.mark.proves("Glue", "What DDL and MSCK change is seen by boto3 at once", kind="real")
def test_ddl_goes_to_boto3(glue, clicks, athena):
    athena.run("MSCK REPAIR TABLE web.clicks")
    found = glue.get_partitions(DatabaseName="web", TableName="clicks")["Partitions"]
    assert [one["Values"] for one in found] == [["1"], ["2"]]
    athena.run("CREATE DATABASE other")
    assert glue.get_database(Name="OTHER")["Database"]["Name"] == "other"
    athena.run("ALTER TABLE web.clicks SET TBLPROPERTIES ('owner' = 'me')")
    assert glue.get_table(DatabaseName="web", Name="clicks")["Table"]["Parameters"] == {
        "owner": "me"
    }
    athena.run("DROP TABLE web.clicks")
    with pytest.raises(ClientError, match="EntityNotFoundException"):
        glue.get_table(DatabaseName="web", Name="clicks")
    athena.run("DROP DATABASE other")
    assert "other" not in [one["Name"] for one in glue.get_databases()["DatabaseList"]]


@pytest.mark.proves("Glue", "Partitions are chosen by an expression", kind="real")
def test_partitions_by_expression(glue):
    found = glue.get_partitions(
        DatabaseName="fernway",
        TableName="orders",
        Expression="order_month >= '2026-03' AND order_month < '2026-05'",
    )["Partitions"]
    assert [one["Values"] for one in found] == [["2026-03"], ["2026-04"]]


@pytest.mark.proves("Glue", "Each change of a table makes a version", kind="real")
def test_table_versions(glue, clicks, athena):
    athena.run("ALTER TABLE web.clicks ADD COLUMNS (extra string)")
    glue.update_table(
        DatabaseName="web",
        TableInput={
            "Name": "clicks",
            "PartitionKeys": [{"Name": "day", "Type": "int"}],
            "StorageDescriptor": storage("s3://mine/clicks/", n="bigint"),
        },
    )
    versions = glue.get_table_versions(DatabaseName="web", TableName="clicks")["TableVersions"]
    assert [one["VersionId"] for one in versions] == ["2", "1", "0"]
    columns = [
        [column["Name"] for column in one["Table"]["StorageDescriptor"]["Columns"]]
        for one in versions
    ]
    assert columns == [["n"], ["n", "extra"], ["n"]]
    assert athena.run("DESCRIBE web.clicks").rows[0][1].strip() == "bigint"


def test_the_catalog_refuses_as_glue_does(glue, clicks):
    def code(call, **given):
        with pytest.raises(ClientError) as caught:
            call(**given)
        return caught.value.response["Error"]["Code"]

    table = {"Name": "clicks", "StorageDescriptor": storage("s3://mine/x/", n="int")}
    assert code(glue.create_database, DatabaseInput={"Name": "WEB"}) == "AlreadyExistsException"
    assert code(glue.create_table, DatabaseName="web", TableInput=table) == "AlreadyExistsException"
    assert code(glue.get_table, DatabaseName="web", Name="none") == "EntityNotFoundException"
    assert (
        code(glue.create_table, DatabaseName="none", TableInput=table) == "EntityNotFoundException"
    )
    given = {"DatabaseName": "web", "TableName": "clicks"}
    wrong = {"Values": ["1", "2"], "StorageDescriptor": storage("s3://mine/x/", n="int")}
    assert code(glue.create_partition, **given, PartitionInput=wrong) == "InvalidInputException"
    glue.create_partition(**given, PartitionInput=part(1))
    assert code(glue.create_partition, **given, PartitionInput=part(1)) == "AlreadyExistsException"


def test_a_type_that_athena_does_not_know_fails_the_query_only(glue, clicks, athena):
    glue.create_table(
        DatabaseName="web",
        TableInput={"Name": "odd", "StorageDescriptor": storage("s3://mine/clicks/", n="strange")},
    )
    with pytest.raises(ServiceError, match=r"HIVE_INVALID_METADATA.*invalid data type: strange"):
        athena.run("SELECT * FROM web.odd")
    assert athena.run("SELECT count(*) FROM web.clicks").rows == [(0,)]
    assert athena.run("SHOW TABLES IN web").rows == [("clicks",), ("odd",)]
    assert athena.run("SHOW VIEWS IN web").rows == []
    listed = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'web'"
    assert athena.run(listed).rows == [("clicks",)]
    athena.run("DROP TABLE web.odd")
    assert athena.run("SHOW TABLES IN web").rows == [("clicks",)]


def test_a_partition_without_a_location_has_hives_usual_one(glue, clicks, athena):
    glue.create_partition(DatabaseName="web", TableName="clicks", PartitionInput={"Values": ["2"]})
    assert athena.run("SELECT n FROM web.clicks").rows == [(2,)]


@pytest.mark.proves("Glue", "Iceberg tables made with CreateTable", kind="not here")
def test_open_table_formats_are_refused_by_name(glue, clicks):
    with pytest.raises(LabLimit, match="OpenTableFormatInput"):
        glue.create_table(
            DatabaseName="web",
            TableInput={"Name": "ice"},
            OpenTableFormatInput={"IcebergInput": {"MetadataOperation": "CREATE"}},
        )


def test_another_region_has_a_catalog_of_its_own(aws):
    far = boto3.client("glue", region_name="eu-west-1")
    assert far.get_databases()["DatabaseList"] == []


@pytest.mark.proves("Glue", "Lists of the catalog come in pages", kind="real")
def test_pages(glue):
    first = glue.get_tables(DatabaseName="fernway", MaxResults=4)
    assert len(first["TableList"]) == 4
    pages = glue.get_paginator("get_tables").paginate(
        DatabaseName="fernway", PaginationConfig={"PageSize": 4}
    )
    names = [table["Name"] for page in pages for table in page["TableList"]]
    assert names == sorted(set(names))
    assert len(names) > 8


def test_skip_archive_keeps_no_version_of_what_it_replaces(aws):
    glue = boto3.client("glue")
    glue.create_database(DatabaseInput={"Name": "skips"})
    glue.create_table(DatabaseName="skips", TableInput={"Name": "t"})
    glue.update_table(DatabaseName="skips", TableInput={"Name": "t"}, SkipArchive=True)
    [version] = glue.get_table_versions(DatabaseName="skips", TableName="t")["TableVersions"]
    assert version["VersionId"] == "1"
