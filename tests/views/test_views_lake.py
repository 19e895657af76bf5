"""Tables of the catalog, of objects, of who sees what, and of sensitive data."""

import boto3
import pytest

from dealab import views
from dealab.cloud import start_aws
from dealab.sql import Athena


@pytest.fixture
def aws():
    lab = start_aws(at="2026-03-02T09:00")
    yield lab
    lab.stop()


def test_the_catalog_shows_what_statements_make(aws):
    shown = views.catalog("fernway").set_index("table")
    orders = shown.loc["orders"]
    assert (orders["format"], orders["partitions"], orders["columns"]) == (
        "ParquetHiveSerDe",
        6,
        10,
    )
    Athena(lake=aws.lake).run("CREATE VIEW v AS SELECT 1 AS a")
    assert views.catalog().set_index("table").loc["v"]["type"] == "VIRTUAL_VIEW"
    columns = views.columns("fernway", "orders")
    assert columns["column"].tolist()[-1] == "order_month"
    assert columns["partition_key"].tolist() == [False] * 9 + [True]
    parts = views.partitions("fernway", "orders")
    assert parts["order_month"].tolist()[0] == "2026-01"
    assert (parts["bytes"] > 1000).all()
    with pytest.raises(KeyError, match="no table"):
        views.columns("fernway", "none")


def test_objects_with_their_versions(aws):
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="mine")
    s3.put_bucket_versioning(Bucket="mine", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="mine", Key="a/1", Body=b"12", StorageClass="STANDARD_IA")
    s3.put_object(Bucket="mine", Key="a/2", Body=b"123", ServerSideEncryption="aws:kms")
    s3.delete_object(Bucket="mine", Key="a/1")
    shown = views.objects("mine", "a/")
    assert shown[["key", "bytes", "encryption"]].values.tolist() == [["a/2", 3, "aws:kms"]]
    every = views.objects("mine", versions=True)
    assert every["key"].tolist() == ["a/1", "a/1", "a/2"]
    assert every["encryption"].tolist()[0] == "delete marker"
    assert every["storage_class"].tolist()[1] == "STANDARD_IA"
    assert str(every["modified"].iloc[0]) == "2026-03-02 09:00:00"
    with pytest.raises(KeyError, match="no bucket"):
        views.objects("none")


def test_who_sees_what_and_why(aws):
    lf = boto3.client("lakeformation")
    columns = {"DatabaseName": "fernway", "Name": "customers", "ColumnNames": ["city"]}
    analyst = "arn:aws:iam::111122223333:role/analyst"
    lf.grant_permissions(
        Principal={"DataLakePrincipalIdentifier": analyst},
        Resource={"TableWithColumns": columns},
        Permissions=["SELECT"],
    )
    lf.revoke_permissions(
        Principal={"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"},
        Resource={"Table": {"DatabaseName": "fernway", "Name": "customers"}},
        Permissions=["ALL"],
    )
    shown = views.who_sees("fernway", "customers").set_index("column")
    assert shown["sees"].sum() == 1
    assert shown.loc["city"]["because"] == "SELECT on city of fernway.customers to analyst"
    assert not views.who_sees("fernway", "customers", ["nobody"])["sees"].any()


def test_sensitive_data_of_the_lake(aws):
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="mine")
    s3.put_object(Bucket="mine", Key="in/a.csv", Body=b"name,ssn\nAda,536-90-4399\n")
    s3.put_object(Bucket="mine", Key="in/b.csv", Body=b"name\nBob\n")
    shown = views.sensitive("s3://mine/in/")
    assert shown.values.tolist() == [
        ["mine/in/a.csv", "USA_SOCIAL_SECURITY_NUMBER", "Personal", 1, "HIGH", "column ssn, row 1"]
    ]
