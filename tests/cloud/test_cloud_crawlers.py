"""Crawlers through boto3: objects in S3 become tables that SQL reads."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from dealab.sql.errors import LabLimit


@pytest.fixture
def glue(aws):
    return boto3.client("glue")


@pytest.fixture
def put(aws):
    """Return a function that puts an object into the bucket ``lake``."""
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="lake")
    return lambda key, body: s3.put_object(Bucket="lake", Key=key, Body=body)


@pytest.fixture
def make(aws, glue):
    """Return a function that makes a crawler ``c`` over paths; it returns one that runs it."""

    def make_crawler(*paths, **settings):
        targets = settings.pop("targets", [{"Path": path} for path in paths])
        settings.setdefault("DatabaseName", "db")
        glue.create_crawler(Name="c", Role=aws.role, Targets={"S3Targets": targets}, **settings)
        return lambda: glue.start_crawler(Name="c")

    return make_crawler


def columns(glue, table):
    found = glue.get_table(DatabaseName="db", Name=table)["Table"]
    return [(one["Name"], one["Type"]) for one in found["StorageDescriptor"]["Columns"]]


def values(glue, table):
    found = glue.get_partitions(DatabaseName="db", TableName=table)["Partitions"]
    return sorted(part["Values"] for part in found)


def sql(statement):
    from dealab.sql import Athena

    return Athena(database="db").run(statement).rows


@pytest.mark.proves("Glue", "Crawler: schema and partitions into the catalog", kind="real")
def test_a_crawled_table_is_in_the_catalog_and_athena_reads_it(glue, put, make):
    put("sales/year=2026/month=01/a.json", '{"id": 1, "n": "x"}\n{"id": 2, "n": "y"}')
    put("sales/year=2026/month=02/b.json", '{"id": 3, "n": "z", "more": 1.5}')
    crawl = make("s3://lake/sales/")
    crawl()
    assert columns(glue, "sales") == [("id", "int"), ("n", "string"), ("more", "double")]
    assert values(glue, "sales") == [["2026", "01"], ["2026", "02"]]
    assert sql("SELECT sum(id), max(more) FROM sales WHERE month > '00'") == [(6, 1.5)]
    crawler = glue.get_crawler(Name="c")["Crawler"]
    assert (crawler["State"], crawler["LastCrawl"]["Status"]) == ("READY", "SUCCEEDED")
    put("sales/year=2026/month=03/c.json", '{"id": 4, "n": "w"}')
    crawl()
    assert sql("SELECT count(*) FROM sales") == [(4,)]
    (first, second) = sorted(
        glue.list_crawls(CrawlerName="c")["Crawls"], key=lambda one: one["StartTime"]
    )
    assert json.loads(first["Summary"]) == {"TABLE": {"ADD": 1}, "PARTITION": {"ADD": 2}}
    assert json.loads(second["Summary"])["PARTITION"] == {"ADD": 1}


def test_the_courses_own_lake_is_found_as_its_catalog_says(aws, glue, make):
    make("s3://fernway-lake/")()
    found = {one["Name"]: one for one in glue.get_tables(DatabaseName="db")["TableList"]}
    assert {"orders", "customers", "clickstream"} <= set(found)
    for name, table in found.items():
        told = glue.get_table(DatabaseName="fernway", Name=name)["Table"]
        assert columns(glue, name) == [
            (one["Name"], one["Type"]) for one in told["StorageDescriptor"]["Columns"]
        ]
        keys = [[key["Name"] for key in one["PartitionKeys"]] for one in (table, told)]
        assert keys[0] == keys[1]


def test_csv_with_a_header_is_read_without_it(glue, put, make):
    put("t/a.csv", "id,name\n1,x\n2,y\n")
    make("s3://lake/t")()
    assert sql("SELECT id, name FROM t ORDER BY id") == [(1, "x"), (2, "y")]


@pytest.mark.proves("Glue", "Crawler: custom CSV and JSON classifiers", kind="real")
def test_custom_classifiers_come_first(glue, put, make):
    glue.create_classifier(CsvClassifier={"Name": "caret", "Delimiter": "^", "Header": ["k", "v"]})
    assert glue.get_classifier(Name="caret")["Classifier"]["CsvClassifier"]["Delimiter"] == "^"
    put("t/a.txt", "1^x\n2^y\n")
    make("s3://lake/t/", Classifiers=["caret"])()
    assert columns(glue, "t") == [("k", "bigint"), ("v", "string")]
    assert sql("SELECT v FROM t WHERE k = 2") == [("y",)]


def test_exclusions(glue, put, make):
    put("t/a.json", '{"a": 1}')
    put("t/b.csv", "x,y\n1,a\n2,b\n")
    make(targets=[{"Path": "s3://lake/t/", "Exclusions": ["**.csv"]}])()
    assert [one["Name"] for one in glue.get_tables(DatabaseName="db")["TableList"]] == ["t"]


@pytest.mark.proves("Glue", "Crawler: schema change policy in the catalog", kind="real")
@pytest.mark.parametrize("update", ["UPDATE_IN_DATABASE", "LOG"])
def test_update_behavior(glue, put, make, update):
    put("t/a.csv", "id,n\n1,x\n2,y\n")
    crawl = make(
        "s3://lake/t/", SchemaChangePolicy={"UpdateBehavior": update, "DeleteBehavior": "LOG"}
    )
    crawl()
    put("t/a.csv", "id,n,m\n1,x,5\n2,y,6\n")
    crawl()
    assert (len(columns(glue, "t")) == 3) == (update == "UPDATE_IN_DATABASE")


@pytest.mark.parametrize("delete", ["DELETE_FROM_DATABASE", "DEPRECATE_IN_DATABASE", "LOG"])
def test_delete_behavior(glue, put, make, delete):
    put("t/y=1/a.json", '{"id": 1}')
    put("t/y=2/b.json", '{"id": 2}')
    crawl = make("s3://lake/t/", SchemaChangePolicy={"DeleteBehavior": delete})
    crawl()
    boto3.client("s3").delete_object(Bucket="lake", Key="t/y=2/b.json")
    crawl()
    assert values(glue, "t") == ([["1"]] if delete == "DELETE_FROM_DATABASE" else [["1"], ["2"]])
    boto3.client("s3").delete_object(Bucket="lake", Key="t/y=1/a.json")
    crawl()
    left = {one["Name"]: one for one in glue.get_tables(DatabaseName="db")["TableList"]}
    assert ("t" in left) == (delete != "DELETE_FROM_DATABASE")
    marked = "DEPRECATED_BY_CRAWLER" in left.get("t", {}).get("Parameters", {})
    assert marked == (delete == "DEPRECATE_IN_DATABASE")


@pytest.mark.proves("Glue", "Crawler: crawl new folders only", kind="real")
def test_new_folders_only(glue, put, make):
    put("t/y=1/a.json", '{"id": 1}')
    crawl = make("s3://lake/t/", RecrawlPolicy={"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"})
    crawl()
    put("t/y=1/late.json", '{"id": 1, "seen": false}')
    put("t/y=2/b.json", '{"id": 2}')
    crawl()
    assert values(glue, "t") == [["1"], ["2"]]
    assert columns(glue, "t") == [("id", "int")]


def test_new_folders_only_needs_the_policy_log(make):
    with pytest.raises(ClientError, match="can have only LOG DeleteBehavior value"):
        make(
            "s3://lake/t/",
            RecrawlPolicy={"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"},
            SchemaChangePolicy={"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": "LOG"},
        )


@pytest.mark.proves("Glue", "Crawler: schedule on the lab's clock", kind="real")
def test_a_schedule_crawls_when_the_clock_gets_there(aws, glue, put, make):
    put("t/a.json", '{"id": 1}')
    make("s3://lake/t/", Schedule="cron(0 3 * * ? *)")
    with pytest.raises(ClientError, match="EntityNotFoundException"):
        glue.get_table(DatabaseName="db", Name="t")
    aws.clock.move(days=1)
    assert columns(glue, "t") == [("id", "int")]
    glue.stop_crawler_schedule(CrawlerName="c")
    aws.clock.move(days=3)
    assert len(glue.list_crawls(CrawlerName="c")["Crawls"]) == 1


def test_a_missing_bucket_fails_the_crawl(glue, make):
    make("s3://nowhere/t/")()
    last = glue.get_crawler(Name="c")["Crawler"]["LastCrawl"]
    assert last["Status"] == "FAILED"
    assert "NoSuchBucket" in last["ErrorMessage"]


def test_table_threshold(glue, put, make):
    put("x/a/f.json", '{"a": 1}')
    put("x/b/f.csv", "p,q\n1,a\n2,b\n")
    told = {"Version": 1.0, "CrawlerOutput": {"Tables": {"TableThreshold": 1}}}
    make("s3://lake/x/", Configuration=json.dumps(told))()
    last = glue.get_crawler(Name="c")["Crawler"]["LastCrawl"]
    assert (last["Status"], "threshold" in last["ErrorMessage"]) == ("FAILED", True)


def test_a_crawl_tells_eventbridge_and_writes_its_log(glue, put, make, make_queue, bodies):
    url, arn = make_queue("q")
    events = boto3.client("events")
    pattern = {"source": ["aws.glue"], "detail": {"state": ["Succeeded"]}}
    events.put_rule(Name="r", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="r", Targets=[{"Id": "q", "Arn": arn}])
    put("t/a.json", '{"id": 1}')
    make("s3://lake/t/")()
    (event,) = [json.loads(body) for body in bodies(url)]
    assert event["detail-type"] == "Glue Crawler State Change"
    assert event["detail"]["crawlerName"] == "c"
    logs = boto3.client("logs").get_log_events(
        logGroupName="/aws-glue/crawlers", logStreamName="c"
    )["events"]
    assert any("Created table t" in line["message"] for line in logs)


@pytest.mark.proves("Glue", "Crawler over JDBC, DynamoDB, Delta, Iceberg", kind="not here")
@pytest.mark.parametrize(
    "targets",
    [{"JdbcTargets": [{"ConnectionName": "x", "Path": "y"}]}, {"DynamoDBTargets": [{"Path": "t"}]}],
)
def test_other_targets_are_refused(aws, glue, targets):
    with pytest.raises(LabLimit):
        glue.create_crawler(Name="c", Role=aws.role, DatabaseName="db", Targets=targets)


def test_grok_classifiers_are_refused(glue):
    told = {"Classification": "x", "Name": "g", "GrokPattern": "%{WORD:a}"}
    with pytest.raises(LabLimit, match="GrokClassifier"):
        glue.create_classifier(GrokClassifier=told)
