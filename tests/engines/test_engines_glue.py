"""Glue jobs of the kind glueetl: a real PySpark script over the lake, with bookmarks."""

import boto3
import pytest

from dealab.cloud import start_aws
from dealab.sql.errors import LabLimit

SCRIPT = """
import sys
from awsglue.transforms import *
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
from awsglue.context import GlueContext
from awsglue.job import Job

args = getResolvedOptions(sys.argv, ["JOB_NAME", "out"])
glueContext = GlueContext(SparkContext())
spark = glueContext.spark_session
job = Job(glueContext)
job.init(args["JOB_NAME"], args)
source = glueContext.create_dynamic_frame.from_options(
    "s3", {"paths": ["s3://lake/in/"]}, "csv", {"withHeader": True}, transformation_ctx="src"
)
frame = source.toDF()
print("rows", frame.count())
if frame.columns:
    doubled = frame.selectExpr("cast(id as int) id", "cast(amount as int) * 2 as twice")
    doubled.write.mode("append").parquet(args["out"])
job.commit()
"""


@pytest.fixture
def glue(spark):
    aws = start_aws()
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="lake")
    s3.put_object(Bucket="lake", Key="job.py", Body=SCRIPT)
    s3.put_object(Bucket="lake", Key="in/a.csv", Body="id,amount\n1,10\n2,20\n")
    found = boto3.client("glue")
    found.create_job(
        Name="j",
        Role=aws.role,
        GlueVersion="5.0",
        WorkerType="G.1X",
        NumberOfWorkers=2,
        Command={"Name": "glueetl", "ScriptLocation": "s3://lake/job.py"},
        DefaultArguments={
            "--out": "s3://lake/out/",
            "--job-bookmark-option": "job-bookmark-enable",
        },
    )
    yield found
    aws.stop()


def run(glue, **arguments):
    """Run the job; return (its id, the rows that it read)."""
    run_id = glue.start_job_run(JobName="j", Arguments=arguments)["JobRunId"]
    found = glue.get_job_run(JobName="j", RunId=run_id)["JobRun"]
    assert found["JobRunState"] == "SUCCEEDED", found.get("ErrorMessage")
    (line,) = boto3.client("logs").get_log_events(
        logGroupName="/aws-glue/jobs/output", logStreamName=run_id
    )["events"]
    return run_id, int(line["message"].removeprefix("rows "))


@pytest.mark.proves("Glue", "Spark jobs run their PySpark script", kind="real")
def test_a_spark_job_reads_and_writes_the_lake(glue):
    run_id, rows = run(glue)
    assert rows == 2
    found = glue.get_job_run(JobName="j", RunId=run_id)["JobRun"]
    assert (found["MaxCapacity"], found["Timeout"]) == (2.0, 480)
    glue.create_crawler(
        Name="c",
        Role="lab-role",
        DatabaseName="db",
        Targets={"S3Targets": [{"Path": "s3://lake/out/"}]},
    )
    glue.start_crawler(Name="c")
    from dealab.sql import Athena

    statement = "SELECT sum(id), sum(twice) FROM out"
    assert Athena(database="db").run(statement).rows == [(3, 60)]


@pytest.mark.proves("Glue", "Job bookmarks in a Spark job: enable, reset, pause", kind="real")
def test_bookmarks(glue):
    first, rows = run(glue)
    assert rows == 2
    assert run(glue)[1] == 0
    boto3.client("s3").put_object(Bucket="lake", Key="in/b.csv", Body="id,amount\n3,30\n")
    pause = {"--job-bookmark-option": "job-bookmark-pause"}
    assert [run(glue, **pause)[1], run(glue, **pause)[1]] == [1, 1]
    assert run(glue)[1] == 1
    assert run(glue, **{"--job-bookmark-option": "job-bookmark-disable"})[1] == 3
    entry = glue.get_job_bookmark(JobName="j")["JobBookmarkEntry"]
    assert "s3://lake/in/b.csv" in entry["JobBookmark"]
    glue.reset_job_bookmark(JobName="j", RunId=first)
    assert run(glue)[1] == 1
    glue.reset_job_bookmark(JobName="j")
    assert run(glue)[1] == 3


@pytest.mark.parametrize(
    "line",
    [
        "glueContext.create_dynamic_frame.from_options('s3', {'paths': []}, 'json')",
        "glueContext.create_dynamic_frame.from_options('dynamodb', {})",
        "source.resolveChoice(specs=[])",
        "glueContext.write_dynamic_frame.from_options(frame=source)",
    ],
)
def test_what_awsglue_does_not_do_here_is_refused(glue, line):
    boto3.client("s3").put_object(Bucket="lake", Key="job.py", Body=SCRIPT + line)
    with pytest.raises(LabLimit, match="awsglue"):
        glue.start_job_run(JobName="j")
