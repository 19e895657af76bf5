"""The Redshift Data API of boto3 runs the lab's Redshift."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from dealab.sql import Redshift

HOME = {"WorkgroupName": "course", "Database": "dev"}


@pytest.fixture
def data(aws):
    return boto3.client("redshift-data")


@pytest.fixture
def run(data):
    """Return a function that runs a statement and returns its description."""

    def ran(sql, **more):
        home = {} if "SessionId" in more else HOME
        made = data.execute_statement(Sql=sql, **{**home, **more})
        return data.describe_statement(Id=made["Id"])

    return ran


def refusal(call, **given):
    with pytest.raises(ClientError) as caught:
        call(**given)
    return caught.value.response["Error"]


@pytest.mark.proves(
    "Redshift Data API", "Statements run, with typed fields in the result", kind="real"
)
def test_a_table_and_its_rows(data, run):
    told = run("CREATE TABLE t (a int, b varchar(9), c numeric(8,2), d timestamp, e boolean)")
    assert (told["Status"], told["HasResultSet"], told["ResultRows"]) == ("FINISHED", False, -1)
    told = run(
        "INSERT INTO t VALUES (1, 'x', 1.5, '2026-01-02 03:04:05', true), (2, NULL, 0, NULL, NULL)"
    )
    assert told["ResultRows"] == 2
    told = run("SELECT a, b, c, d, e, 1.5::float8 FROM t ORDER BY a")
    answer = data.get_statement_result(Id=told["Id"])
    assert answer["Records"][0] == [
        {"longValue": 1},
        {"stringValue": "x"},
        {"stringValue": "1.50"},
        {"stringValue": "2026-01-02 03:04:05"},
        {"booleanValue": True},
        {"doubleValue": 1.5},
    ]
    assert answer["Records"][1][1] == {"isNull": True}
    kinds = [one["typeName"] for one in answer["ColumnMetadata"]]
    assert kinds == ["int4", "varchar", "numeric", "timestamp", "bool", "float8"]
    assert answer["TotalNumRows"] == told["ResultRows"] == 2


@pytest.mark.proves("Redshift Data API", "The same namespace as %%redshift", kind="real")
def test_the_same_tables_as_the_cells(aws, run):
    run("CREATE TABLE shared (a int)")
    cell = Redshift(lake=aws.lake, database="dev")
    cell.run("INSERT INTO shared VALUES (5)")
    assert run("SELECT a FROM shared")["ResultRows"] == 1
    made = boto3.client("redshift-data").execute_statement(
        Sql="SELECT a FROM shared", Database="dev", ClusterIdentifier="a-cluster"
    )
    assert (made["ClusterIdentifier"], made["Database"]) == ("a-cluster", "dev")


@pytest.mark.proves("Redshift Data API", "Named parameters are values, never SQL", kind="real")
def test_parameters(data, run):
    run("CREATE TABLE t (a int, b varchar(40))")
    nasty = "it's; DROP TABLE t --"
    given = [{"name": "a", "value": "7"}, {"name": "b", "value": nasty}]
    assert run("INSERT INTO t VALUES (:a, :b)", Parameters=given)["Status"] == "FINISHED"
    told = run("SELECT b, ':a' FROM t WHERE a = :a::int", Parameters=given[:1])
    assert data.get_statement_result(Id=told["Id"])["Records"] == [
        [{"stringValue": nasty}, {"stringValue": ":a"}]
    ]
    problem = refusal(
        data.execute_statement, Sql="SELECT 1", Parameters=[{"name": "z", "value": "1"}], **HOME
    )
    assert problem["Message"] == (
        "Parameters list contains unused parameters. Unused parameters: [z]"
    )


@pytest.mark.proves("Redshift Data API", "A batch is one transaction", kind="real")
def test_a_batch(data, run):
    run("CREATE TABLE t (a int)")
    made = data.batch_execute_statement(
        Sqls=["INSERT INTO t VALUES (1)", "SELECT count(*) FROM t"], **HOME
    )["Id"]
    told = data.describe_statement(Id=made)
    assert [part["Status"] for part in told["SubStatements"]] == ["FINISHED", "FINISHED"]
    assert data.get_statement_result(Id=f"{made}:2")["Records"] == [[{"longValue": 1}]]
    made = data.batch_execute_statement(
        Sqls=["INSERT INTO t VALUES (2)", "SELECT 1/0", "SELECT 3"], **HOME
    )["Id"]
    told = data.describe_statement(Id=made)
    assert told["Status"] == "FAILED"
    assert "division by zero" in told["Error"]
    assert [part["Status"] for part in told["SubStatements"]][1:] == ["FAILED", "ABORTED"]
    count = run("SELECT count(*) FROM t")
    assert data.get_statement_result(Id=count["Id"])["Records"] == [[{"longValue": 1}]]


@pytest.mark.proves(
    "Redshift Data API", "A session keeps its temporary tables until it expires", kind="real"
)
def test_sessions(aws, data, run):
    session = run("CREATE TEMP TABLE mine (a int)", SessionKeepAliveSeconds=60)["SessionId"]
    assert run("SELECT * FROM mine", SessionId=session)["Status"] == "FINISHED"
    assert 'relation "mine" does not exist' in run("SELECT * FROM mine")["Error"]
    aws.clock.move(minutes=5)
    problem = refusal(data.execute_statement, Sql="SELECT 1", SessionId=session)
    assert problem["Code"] == "ValidationException"


def test_errors(data, run):
    told = run("SELECT nope FROM pg_database")
    assert (told["Status"], told["HasResultSet"]) == ("FAILED", False)
    problem = refusal(data.get_statement_result, Id=told["Id"])
    assert problem["Code"] == "ResourceNotFoundException"
    assert run("SELECT 1; SELECT 2")["Error"].startswith("ERROR: cannot insert multiple commands")
    assert run("SELECT 1", Database="none")["Error"] == 'ERROR: database "none" does not exist'
    assert run("SELECT 1", DbUser="nobody")["Status"] == "FAILED"
    problem = refusal(data.execute_statement, Sql="SELECT 1", Database="dev")
    assert problem["Code"] == "ValidationException"
    unknown = "00000000-0000-0000-0000-000000000000"
    assert refusal(data.describe_statement, Id=unknown)["Code"] == "ResourceNotFoundException"


@pytest.mark.proves(
    "Redshift Data API", "Databases, schemas, tables and columns are listed", kind="real"
)
def test_listing(data, run):
    run("CREATE TABLE first_one (a int NOT NULL, b varchar(7))")
    tables = data.list_tables(SchemaPattern="pub%", **HOME)["Tables"]
    assert tables == [{"name": "first_one", "schema": "public", "type": "TABLE"}]
    assert "public" in data.list_schemas(**HOME)["Schemas"]
    assert data.list_databases(**HOME)["Databases"] == ["dev"]
    columns = data.describe_table(Table="first_one", Schema="public", **HOME)["ColumnList"]
    assert [(one["name"], one["nullable"]) for one in columns] == [("a", 0), ("b", 1)]


@pytest.mark.proves(
    "Redshift Data API", "COPY reads what boto3 put, UNLOAD writes what it lists", kind="real"
)
def test_copy_and_unload(data, run):
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="landing")
    s3.put_object(Bucket="landing", Key="in/a.csv", Body=b"1,x\n2,y\n")
    run("CREATE TABLE t (a int, b varchar(9))")
    assert run("COPY t FROM 's3://landing/in/' IAM_ROLE default CSV")["Status"] == "FINISHED"
    told = run(
        "UNLOAD ('SELECT * FROM t') TO 's3://landing/out/' IAM_ROLE default CSV PARALLEL OFF"
    )
    assert told["Status"] == "FINISHED"
    [key] = [one["Key"] for one in s3.list_objects_v2(Bucket="landing", Prefix="out/")["Contents"]]
    body = s3.get_object(Bucket="landing", Key=key)["Body"].read()
    assert sorted(body.splitlines()) == [b"1,x", b"2,y"]


@pytest.mark.proves("Redshift Data API", "WithEvent tells EventBridge of the end", kind="real")
def test_with_event(run, make_queue, bodies):
    url, arn = make_queue("ended")
    events = boto3.client("events")
    events.put_rule(Name="ended", EventPattern=json.dumps({"source": ["aws.redshift-data"]}))
    events.put_targets(Rule="ended", Targets=[{"Id": "1", "Arn": arn}])
    told = run("SELECT 1", WithEvent=True, StatementName="nightly")
    [event] = map(json.loads, bodies(url))
    assert event["detail-type"] == "Redshift Data Statement Status Change"
    assert event["detail"]["statementId"] == told["Id"]
    assert event["detail"]["state"] == "FINISHED"
