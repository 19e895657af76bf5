import boto3
import pytest

from dealab import views
from dealab.cloud import start_aws
from dealab.models.dqdl import evaluate


@pytest.fixture
def aws():
    lab = start_aws()
    boto3.client("s3").create_bucket(Bucket="bucket")
    yield lab
    lab.stop()


def test_crawls_show_what_changed(aws):
    boto3.client("s3").put_object(Bucket="bucket", Key="t/y=1/a.json", Body='{"id": 1}')
    glue = boto3.client("glue")
    targets = {"S3Targets": [{"Path": "s3://bucket/t/"}]}
    glue.create_crawler(Name="c", Role=aws.role, DatabaseName="db", Targets=targets)
    glue.start_crawler(Name="c")
    assert list(views.crawls("c")["message"]) == [
        "Created table t",
        "Created partition ['1'] of table t",
    ]


def test_job_runs_show_state_and_cost(aws):
    boto3.client("s3").put_object(Bucket="bucket", Key="j.py", Body="1 / 0")
    glue = boto3.client("glue")
    command = {"Name": "pythonshell", "ScriptLocation": "s3://bucket/j.py"}
    glue.create_job(Name="j", Role=aws.role, Command=command, MaxRetries=1)
    glue.start_job_run(JobName="j")
    found = views.job_runs("j")
    assert list(found["state"]) == ["FAILED", "FAILED"]
    assert list(found["attempt"]) == [1, 0]
    assert found["dollars"][0] == pytest.approx(0.0625 / 60 * 0.44)
    assert found["error"][0] == "ZeroDivisionError: division by zero"


def test_rule_outcomes_of_a_report():
    import pandas

    report = evaluate("Rules = [ RowCount > 1, RowCount > 9 ]", pandas.DataFrame({"a": [1, 2]}))
    found = views.rule_outcomes(report)
    assert list(found["result"]) == ["PASS", "FAIL"]
    assert found["message"][1] == "Value: 2.0 does not meet the constraint requirement!"
