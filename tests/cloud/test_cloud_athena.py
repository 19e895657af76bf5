"""Athena's API of boto3 runs the lab's Athena."""

import csv
import io

import boto3
import pytest
from botocore.exceptions import ClientError

from dealab.sql import LabLimit


@pytest.fixture
def athena(aws):
    return boto3.client("athena")


@pytest.fixture
def run(athena):
    """Return a function that runs a query and returns (its id, its description)."""

    def started(sql, database="fernway", **more):
        made = athena.start_query_execution(
            QueryString=sql, QueryExecutionContext={"Database": database}, **more
        )["QueryExecutionId"]
        return made, athena.get_query_execution(QueryExecutionId=made)["QueryExecution"]

    return started


def values(athena, query):
    rows = athena.get_query_results(QueryExecutionId=query)["ResultSet"]["Rows"]
    return [[cell.get("VarCharValue") for cell in row["Data"]] for row in rows]


def refusal(call, **given):
    with pytest.raises(ClientError) as caught:
        call(**given)
    return caught.value.response["Error"]


@pytest.mark.proves(
    "Athena", "A query gives typed rows, bytes scanned and a CSV in S3", kind="real"
)
def test_a_query(athena, run):
    made, told = run(
        "SELECT channel, count(*) AS orders, CAST(NULL AS double) AS nothing FROM orders "
        "WHERE order_month = '2026-01' GROUP BY 1 ORDER BY 1"
    )
    assert told["Status"]["State"] == "SUCCEEDED"
    assert told["StatementType"] == "DML"
    assert 0 < told["Statistics"]["DataScannedInBytes"] < 100_000
    rows = values(athena, made)
    assert rows[0] == ["channel", "orders", "nothing"]
    assert [row[0] for row in rows[1:]] == ["app", "store", "web"]
    assert {row[2] for row in rows[1:]} == {None}
    answer = athena.get_query_results(QueryExecutionId=made)
    info = answer["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
    assert [one["Type"] for one in info] == ["varchar", "bigint", "double"]
    bucket, _, key = told["ResultConfiguration"]["OutputLocation"][5:].partition("/")
    body = boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    assert list(csv.reader(io.StringIO(body)))[1][:2] == rows[1][:2]


@pytest.mark.proves("Athena", "Results come in pages", kind="real")
def test_pages(athena, run):
    made, _ = run("SELECT order_id FROM orders ORDER BY 1 LIMIT 2500")
    pages = list(athena.get_paginator("get_query_results").paginate(QueryExecutionId=made))
    assert [len(page["ResultSet"]["Rows"]) for page in pages] == [1000, 1000, 501]


@pytest.mark.proves("Athena", "A query that fails says why, in Athena's words", kind="real")
def test_failures(athena, run):
    made, told = run("SELECT nope FROM orders")
    assert told["Status"]["State"] == "FAILED"
    assert told["Status"]["StateChangeReason"].startswith(
        "COLUMN_NOT_FOUND: line 1:8: Column 'nope' cannot be resolved"
    )
    problem = refusal(athena.get_query_results, QueryExecutionId=made)
    assert problem["Code"] == "InvalidRequestException"
    problem = refusal(athena.start_query_execution, QueryString="SELEC 1")
    assert problem["Code"] == "InvalidRequestException"
    assert problem["Message"].startswith("line 1:1: mismatched input 'SELEC'")
    assert athena.list_query_executions()["QueryExecutionIds"] == [made]


@pytest.mark.proves("Athena", "Execution parameters are literals", kind="real")
def test_execution_parameters(athena, run):
    sql = "SELECT count(*) FROM orders WHERE channel = ? AND order_ts < ? AND order_id > ?"
    made, told = run(sql, ExecutionParameters=["'web'", "TIMESTAMP '2026-02-01 00:00:00'", "1"])
    assert values(athena, made)[1] == ["799"]
    assert told["ExecutionParameters"][0] == "'web'"
    problem = refusal(
        athena.start_query_execution, QueryString="SELECT ?", ExecutionParameters=["a b"]
    )
    assert problem["Code"] == "InvalidRequestException"


@pytest.mark.proves(
    "Athena", "Workgroups limit bytes and enforce their place of results", kind="real"
)
def test_workgroups(athena, run):
    boto3.client("s3").create_bucket(Bucket="results")
    athena.create_work_group(
        Name="small",
        Configuration={
            "BytesScannedCutoffPerQuery": 10_000_000,
            "ResultConfiguration": {"OutputLocation": "s3://results/small/"},
        },
    )
    where = {"OutputLocation": "s3://results/mine/"}
    _, told = run("SELECT 1", WorkGroup="small", ResultConfiguration=where)
    assert told["ResultConfiguration"]["OutputLocation"].startswith("s3://results/small/")
    _, told = run("SELECT 1", ResultConfiguration=where)
    assert told["ResultConfiguration"]["OutputLocation"].startswith("s3://results/mine/")
    _, told = run("SELECT * FROM clickstream", WorkGroup="small")
    assert told["Status"]["State"] == "CANCELLED"
    assert told["Status"]["StateChangeReason"] == "Bytes scanned limit was exceeded"
    assert [one["Name"] for one in athena.list_work_groups()["WorkGroups"]] == ["primary", "small"]
    athena.update_work_group(WorkGroup="small", State="DISABLED")
    problem = refusal(athena.start_query_execution, QueryString="SELECT 1", WorkGroup="small")
    assert problem["Message"] == "WorkGroup small is disabled"


def test_a_result_needs_a_bucket_that_exists(athena):
    problem = refusal(
        athena.start_query_execution,
        QueryString="SELECT 1",
        ResultConfiguration={"OutputLocation": "s3://nobody-has-this/"},
    )
    assert problem["Message"] == "Unable to verify/create output bucket nobody-has-this"
    athena.update_work_group(
        WorkGroup="primary",
        ConfigurationUpdates={"ResultConfigurationUpdates": {"RemoveOutputLocation": True}},
    )
    problem = refusal(athena.start_query_execution, QueryString="SELECT 1")
    assert problem["Message"].startswith("No output location provided")


@pytest.mark.proves("Athena", "The result of the same query is reused", kind="real")
def test_reuse(athena, run):
    reuse = {"ResultReuseByAgeConfiguration": {"Enabled": True, "MaxAgeInMinutes": 60}}
    sql = "SELECT count(*) FROM customers"
    first, told = run(sql, ResultReuseConfiguration=reuse)
    assert not told["Statistics"]["ResultReuseInformation"]["ReusedPreviousResult"]
    second, told = run(sql, ResultReuseConfiguration=reuse)
    assert told["Statistics"]["ResultReuseInformation"]["ReusedPreviousResult"]
    assert told["Statistics"]["DataScannedInBytes"] == 0
    assert values(athena, second) == values(athena, first)


@pytest.mark.proves("Athena", "Named queries and prepared statements", kind="real")
def test_named_queries_and_prepared_statements(athena, run):
    named = athena.create_named_query(Name="one", Database="fernway", QueryString="SELECT 41 + 1")
    held = athena.get_named_query(NamedQueryId=named["NamedQueryId"])["NamedQuery"]
    assert values(athena, run(held["QueryString"])[0])[1] == ["42"]
    assert athena.list_named_queries()["NamedQueryIds"] == [named["NamedQueryId"]]
    athena.create_prepared_statement(
        StatementName="above", WorkGroup="primary", QueryStatement="SELECT ? > 5 AS above"
    )
    assert values(athena, run("EXECUTE above USING 7")[0])[1] == ["true"]
    athena.delete_prepared_statement(StatementName="above", WorkGroup="primary")
    problem = refusal(athena.get_prepared_statement, StatementName="above", WorkGroup="primary")
    assert problem["Code"] == "ResourceNotFoundException"


def test_a_client_request_token_starts_one_query(athena):
    token = "t" * 32
    first = athena.start_query_execution(QueryString="SELECT 1", ClientRequestToken=token)
    again = athena.start_query_execution(QueryString="SELECT 1", ClientRequestToken=token)
    assert first["QueryExecutionId"] == again["QueryExecutionId"]
    problem = refusal(
        athena.start_query_execution, QueryString="SELECT 2", ClientRequestToken=token
    )
    assert problem["Code"] == "InvalidRequestException"


def test_statements_that_are_no_queries(athena, run):
    made, told = run("CREATE TABLE made AS SELECT 1 AS a UNION ALL SELECT 2")
    assert athena.get_query_results(QueryExecutionId=made)["UpdateCount"] == 2
    assert told["Statistics"]["DataManifestLocation"].endswith("-manifest.csv")
    shown, told = run("SHOW TABLES 'made'")
    assert (told["StatementType"], values(athena, shown)) == ("UTILITY", [["made"]])
    meta = athena.get_table_metadata(
        CatalogName="AwsDataCatalog", DatabaseName="fernway", TableName="made"
    )["TableMetadata"]
    assert [one["Name"] for one in meta["Columns"]] == ["a"]


@pytest.mark.proves("Athena", "Other Regions than the lab's", kind="not here")
def test_another_region_is_refused_by_name(aws):
    with pytest.raises(LabLimit, match="athena in eu-west-1"):
        boto3.client("athena", region_name="eu-west-1").start_query_execution(
            QueryString="SELECT 1"
        )


def test_connectors_and_reserved_capacity_are_refused(aws):
    from dealab.sql.errors import LabLimit

    athena = boto3.client("athena")
    with pytest.raises(LabLimit, match="data catalog of type LAMBDA"):
        athena.create_data_catalog(Name="ddb", Type="LAMBDA", Parameters={"function": "f"})
    with pytest.raises(LabLimit, match="capacity reservations"):
        athena.create_capacity_reservation(Name="kept", TargetDpus=24)
