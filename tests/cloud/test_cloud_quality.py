"""Glue Data Quality and Schema Registry through boto3."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def glue(aws):
    return boto3.client("glue")


@pytest.fixture
def evaluate(aws, glue):
    """Return a function that evaluates rules over db.t and returns (run, result)."""
    boto3.client("s3").create_bucket(Bucket="lake")
    body = "id,amount,country\n1,10,US\n2,20,CA\n3,,US\n3,5,XX\n"
    boto3.client("s3").put_object(Bucket="lake", Key="t/a.csv", Body=body)
    targets = {"S3Targets": [{"Path": "s3://lake/t/"}]}
    glue.create_crawler(Name="c", Role=aws.role, DatabaseName="db", Targets=targets)
    glue.start_crawler(Name="c")

    def start(rules, table="t", **options):
        target = {"DatabaseName": "db", "TableName": table}
        glue.create_data_quality_ruleset(Name="rules", Ruleset=rules, TargetTable=target)
        run_id = glue.start_data_quality_ruleset_evaluation_run(
            DataSource={"GlueTable": target}, Role=aws.role, RulesetNames=["rules"],
            AdditionalRunOptions=options,
        )["RunId"]  # fmt: skip
        run = glue.get_data_quality_ruleset_evaluation_run(RunId=run_id)
        found = run.get("ResultIds")
        return run, glue.get_data_quality_result(ResultId=found[0]) if found else None

    return start


RULES = """Rules = [ IsComplete "amount", IsUnique "id", RowCount = 4,
  ColumnValues "country" in ["US", "CA"] with threshold > 0.7 ]"""


@pytest.mark.proves("Glue Data Quality", "Rulesets evaluated on a table of the lake", kind="real")
def test_rules_are_evaluated_over_the_table(glue, evaluate):
    run, result = evaluate(RULES)
    assert (run["Status"], result["Score"]) == ("SUCCEEDED", 0.5)
    found = {one["Name"]: one for one in result["RuleResults"]}
    assert [one["Result"] for one in found.values()] == ["FAIL", "FAIL", "PASS", "PASS"]
    assert found["Rule_1"]["EvaluatedMetrics"] == {"Column.amount.Completeness": 0.75}
    message = "Value: 0.75 does not meet the constraint requirement!"
    assert found["Rule_1"]["EvaluationMessage"] == message
    listed = glue.list_data_quality_rulesets()["Rulesets"]
    assert [(one["Name"], one["RuleCount"]) for one in listed] == [("rules", 4)]


@pytest.mark.proves("Glue Data Quality", "Results as event and as metrics", kind="real")
def test_results_become_an_event_and_metrics(evaluate, make_queue, bodies):
    url, arn = make_queue("q")
    events = boto3.client("events")
    pattern = json.dumps({"source": ["aws.glue-dataquality"]})
    events.put_rule(Name="r", EventPattern=pattern)
    events.put_targets(Rule="r", Targets=[{"Id": "q", "Arn": arn}])
    evaluate(RULES, CloudWatchMetricsEnabled=True)
    (event,) = [json.loads(body) for body in bodies(url)]
    assert event["detail-type"] == "Data Quality Evaluation Results Available"
    assert event["detail"]["state"] == "FAILED"
    assert (event["detail"]["numRulesSucceeded"], event["detail"]["numRulesFailed"]) == (2, 2)
    found = boto3.client("cloudwatch").list_metrics(Namespace="Glue Data Quality")["Metrics"]
    assert {one["MetricName"].rpartition(".")[2] for one in found} == {"passed", "failed"}


def test_rules_may_name_other_tables_of_the_catalog(evaluate):
    _, result = evaluate(
        """Rules = [ CustomSql "select count(*) from fernway.stores" > 1,
        ReferentialIntegrity "id" "fernway.customers.customer_id" >= 0.0 ]"""
    )
    assert result["Score"] == 1.0


def test_a_missing_table_fails_the_run(evaluate):
    run, result = evaluate("Rules = [ RowCount > 0 ]", table="nope")
    assert (run["Status"], result) == ("FAILED", None)
    assert "EntityNotFoundException" in run["ErrorString"]


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ('Rules = [ IsComplete "a"', "Parsing Error: line 1:24"),
        ("Rules = [ RowCount > avg(last(3)) ]", "only supported in AWS Glue ETL"),
        ("Rules = [ RowCount > 1 ] Analyzers = [ RowCount ]", "only supported in AWS Glue ETL"),
    ],
)
def test_rulesets_that_the_catalog_does_not_take(glue, rules, message):
    with pytest.raises(ClientError, match=message):
        glue.create_data_quality_ruleset(Name="x", Ruleset=rules)


# --- schema registry ------------------------------------------------------------------


def record(*names):
    fields = [{"name": name, "type": "string"} for name in names]
    return json.dumps({"type": "record", "name": "R", "fields": fields})


@pytest.fixture
def schema(glue):
    glue.create_registry(RegistryName="r")
    name = {"RegistryName": "r", "SchemaName": "s"}

    def make(mode):
        glue.create_schema(
            RegistryId={"RegistryName": "r"}, SchemaName="s", DataFormat="AVRO",
            Compatibility=mode, SchemaDefinition=record("a", "b"),
        )  # fmt: skip
        return name

    return make


@pytest.mark.proves("Glue Schema Registry", "Incompatible versions are FAILURE", kind="real")
def test_an_incompatible_version_fails(glue, schema):
    name = schema("BACKWARD")
    bad = glue.register_schema_version(SchemaId=name, SchemaDefinition=record("a", "b", "c"))
    assert bad["Status"] == "FAILURE"
    found = glue.get_schema_version(SchemaVersionId=bad["SchemaVersionId"])
    assert found["Status"] == "FAILURE"
    good = glue.register_schema_version(SchemaId=name, SchemaDefinition=record("a"))
    assert good["Status"] == "AVAILABLE"
    assert glue.get_schema(SchemaId=name)["LatestSchemaVersion"] == good["VersionNumber"]
    listed = glue.list_schema_versions(SchemaId=name)["Schemas"]
    assert sorted(one["Status"] for one in listed) == ["AVAILABLE", "AVAILABLE", "FAILURE"]


def test_the_checkpoint_decides_what_all_looks_at(glue, schema):
    name = schema("NONE")
    second = glue.register_schema_version(SchemaId=name, SchemaDefinition=record("a", "b", "c"))
    number = {"VersionNumber": second["VersionNumber"]}
    glue.update_schema(SchemaId=name, Compatibility="BACKWARD_ALL", SchemaVersionNumber=number)
    third = glue.register_schema_version(SchemaId=name, SchemaDefinition=record("b", "c"))
    assert third["Status"] == "AVAILABLE"


def test_list_schemas(glue, schema):
    schema("NONE")
    (found,) = glue.list_schemas(RegistryId={"RegistryName": "r"})["Schemas"]
    assert (found["RegistryName"], found["SchemaName"]) == ("r", "s")


def test_definitions_that_are_no_schema(glue, schema):
    name = schema("NONE")
    with pytest.raises(ClientError, match="is invalid"):
        glue.register_schema_version(SchemaId=name, SchemaDefinition='{"type": "recor"}')
    told = glue.check_schema_version_validity(DataFormat="AVRO", SchemaDefinition='{"type": 1}')
    assert not told["Valid"]
    told = glue.check_schema_version_validity(DataFormat="AVRO", SchemaDefinition=record("a"))
    assert told["Valid"]
