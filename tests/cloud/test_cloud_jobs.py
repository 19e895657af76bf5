"""Glue jobs through boto3: scripts that really run, their states, logs and arguments."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from dealab.sql.errors import LabLimit


@pytest.fixture
def glue(aws):
    return boto3.client("glue")


@pytest.fixture
def make_job(aws, glue):
    """Return a function that puts a script to S3 and makes a Python shell job of it."""
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="code")
    s3.create_bucket(Bucket="data")

    def make(name, source, command="pythonshell", **settings):
        s3.put_object(Bucket="code", Key=f"{name}.py", Body=source)
        told = {"Name": command, "ScriptLocation": f"s3://code/{name}.py"}
        settings.setdefault("Role", aws.role)
        glue.create_job(Name=name, Command=told, **settings)

    return make


@pytest.fixture
def run(glue):
    """Return a function that runs a job and returns its (last) run."""

    def start(name, **more):
        run_id = glue.start_job_run(JobName=name, **more)["JobRunId"]
        return glue.get_job_run(JobName=name, RunId=run_id)["JobRun"]

    return start


def log(run, kind="output"):
    found = boto3.client("logs").get_log_events(
        logGroupName=f"{run['LogGroupName']}/{kind}", logStreamName=run["Id"]
    )
    return [event["message"] for event in found["events"]]


ECHO = """
import sys, boto3
from awsglue.utils import getResolvedOptions
args = getResolvedOptions(sys.argv, ["day", "fixed"])
boto3.client("s3").put_object(Bucket="data", Key=f"out/{args['day']}", Body=args["fixed"].encode())
print("day", args["day"])
"""


@pytest.mark.proves("Glue", "Python shell jobs run their script", kind="real")
def test_a_job_runs_its_script_with_its_arguments(make_job, run):
    make_job(
        "echo",
        ECHO,
        DefaultArguments={"--day": "mon", "--fixed": "no"},
        NonOverridableArguments={"--fixed": "yes"},
    )
    default, given = run("echo"), run("echo", Arguments={"--day": "tue", "--fixed": "maybe"})
    assert [default["JobRunState"], given["JobRunState"]] == ["SUCCEEDED"] * 2
    assert (log(default), log(given)) == (["day mon"], ["day tue"])
    found = boto3.client("s3").get_object(Bucket="data", Key="out/tue")["Body"].read()
    assert found == b"yes"


def test_a_missing_argument_fails_the_run_with_the_librarys_error(make_job, run):
    make_job("echo", ECHO)
    failed = run("echo")
    assert failed["JobRunState"] == "FAILED"
    assert failed["ErrorMessage"].startswith("GlueArgumentError: the following arguments are")


@pytest.mark.proves("Glue", "Failed jobs: message, error log, MaxRetries", kind="real")
def test_a_failed_run_is_tried_again_and_says_why(glue, make_job, run):
    make_job("bad", "print('before')\nraise ValueError('boom')\n", MaxRetries=2)
    first = run("bad")
    runs = glue.get_job_runs(JobName="bad")["JobRuns"]
    assert [one["Attempt"] for one in runs] == [2, 1, 0]
    assert runs[0]["Id"] == f"{first['Id']}_attempt_2"
    assert runs[1]["PreviousRunId"] == first["Id"]
    assert {(one["JobRunState"], one["ErrorMessage"]) for one in runs} == {
        ("FAILED", "ValueError: boom")
    }
    assert log(first) == ["before"]
    assert log(first, "error")[1:] == [
        '  File "/tmp/bad.py", line 2, in <module>',
        "ValueError: boom",
    ]


def test_exit_codes_and_missing_scripts(glue, make_job, run, aws):
    make_job("good", "import sys; sys.exit(0)")
    make_job("bad", "import sys; sys.exit(3)")
    assert run("good")["JobRunState"] == "SUCCEEDED"
    assert run("bad")["ErrorMessage"] == "SystemExit: 3"
    command = {"Name": "pythonshell", "ScriptLocation": "s3://code/none.py"}
    glue.create_job(Name="none", Role=aws.role, Command=command)
    assert "NoSuchKey" in run("none")["ErrorMessage"]


@pytest.mark.proves("Glue", "Jobs: timeout", kind="real")
def test_timeouts(aws, make_job, run, monkeypatch):
    from dealab.engines import scripts

    make_job("slow", "import time\nwhile True: time.sleep(0.01)\n", Timeout=1)
    real = scripts.run
    monkeypatch.setattr(
        scripts, "run", lambda source, argv, seconds, *more: real(source, argv, 0.3, *more)
    )
    assert run("slow")["JobRunState"] == "TIMEOUT"
    monkeypatch.undo()
    make_job(
        "moves", "from dealab.cloud.lab import current\ncurrent().clock.move(hours=2)\n", Timeout=60
    )
    assert run("moves")["JobRunState"] == "TIMEOUT"


@pytest.mark.proves("Glue", "Jobs: MaxConcurrentRuns", kind="real")
def test_a_run_that_starts_its_own_job_is_one_too_many(make_job, run):
    make_job("self", "import boto3\nboto3.client('glue').start_job_run(JobName='self')\n")
    failed = run("self")
    assert "ConcurrentRunsExceededException" in failed["ErrorMessage"]
    assert len(boto3.client("glue").get_job_runs(JobName="self")["JobRuns"]) == 1


def test_extra_py_files_can_be_imported_by_that_run_only(make_job, run):
    boto3.client("s3").put_object(Bucket="code", Key="helper_of_job.py", Body="answer = 42\n")
    source = "import helper_of_job\nprint(helper_of_job.answer)\n"
    make_job("with", source, DefaultArguments={"--extra-py-files": "s3://code/helper_of_job.py"})
    make_job("without", source)
    assert log(run("with")) == ["42"]
    assert run("without")["ErrorMessage"].startswith("ModuleNotFoundError")


def test_a_job_acts_as_its_role(aws, make_job, run):
    make_job("who", "import boto3\nprint(boto3.client('sts').get_caller_identity()['Arn'])\n")
    assert log(run("who"))[0].endswith("assumed-role/lab-role/GlueJobRunnerSession")


@pytest.mark.proves("Glue", "Jobs and crawlers act as their role", kind="real")
def test_permissions_of_the_role_decide(aws, glue, make_job, run):
    iam, s3 = boto3.client("iam"), boto3.client("s3")
    allow = {"Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}}
    trust = {"Version": "2012-10-17", "Statement": [allow | {"Action": "sts:AssumeRole"}]}
    role = iam.create_role(RoleName="worker", AssumeRolePolicyDocument=json.dumps(trust))
    role = role["Role"]["Arn"]
    s3.put_object(Bucket="data", Key="t/a.json", Body='{"id": 1}')
    make_job("j", "import boto3\nboto3.client('s3').list_objects_v2(Bucket='data')\n", Role=role)
    targets = {"S3Targets": [{"Path": "s3://data/t/"}]}
    glue.create_crawler(Name="c", Role=role, DatabaseName="db", Targets=targets)

    def outcomes():
        glue.start_crawler(Name="c")
        ran, crawled = run("j"), glue.get_crawler(Name="c")["Crawler"]["LastCrawl"]
        return [
            (ran["JobRunState"], "AccessDenied" in ran.get("ErrorMessage", "")),
            (crawled["Status"], "AccessDenied" in crawled.get("ErrorMessage", "")),
        ]

    aws.enforce_permissions()
    assert outcomes() == [("FAILED", True)] * 2
    statement = {"Effect": "Allow", "Action": ["s3:*", "glue:*"], "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName="worker", PolicyName="p", PolicyDocument=document)
    assert outcomes() == [("SUCCEEDED", False)] * 2


def test_capacity_and_time(aws, make_job, run):
    make_job("small", "pass")
    make_job("large", "pass", MaxCapacity=1.0)
    assert run("small")["MaxCapacity"] == 0.0625
    found = run("large")
    assert (found["MaxCapacity"], found["Timeout"]) == (1.0, 2880)
    assert found["CompletedOn"] >= found["StartedOn"]


def test_what_the_service_refuses(aws, glue, make_job):
    make_job("j", "pass")
    make_job("j", "pass")  # the same again is fine
    with pytest.raises(ClientError, match="already submitted with different configuration"):
        make_job("j", "pass", Timeout=5)
    with pytest.raises(ClientError, match="EntityNotFoundException"):
        glue.start_job_run(JobName="nope")
    with pytest.raises(ClientError, match="EntityNotFoundException"):
        glue.get_job_bookmark(JobName="j")


def test_update_job(glue, make_job, run):
    make_job("j", "print('old')")
    boto3.client("s3").put_object(Bucket="code", Key="new.py", Body="print('new')")
    command = {"Name": "pythonshell", "ScriptLocation": "s3://code/new.py"}
    glue.update_job(JobName="j", JobUpdate={"Command": command, "Timeout": 7})
    found = run("j")
    assert (log(found), found["Timeout"]) == (["new"], 7)


def test_a_run_tells_eventbridge(make_job, run, make_queue, bodies):
    url, arn = make_queue("q")
    events = boto3.client("events")
    pattern = {"source": ["aws.glue"], "detail": {"state": ["FAILED"]}}
    events.put_rule(Name="r", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="r", Targets=[{"Id": "q", "Arn": arn}])
    make_job("good", "pass")
    make_job("bad", "1 / 0")
    run("good")
    found = run("bad")
    (event,) = [json.loads(body) for body in bodies(url)]
    assert event["detail-type"] == "Glue Job State Change"
    assert event["detail"] == {
        "jobName": "bad",
        "severity": "ERROR",
        "state": "FAILED",
        "jobRunId": found["Id"],
        "message": "ZeroDivisionError: division by zero",
    }


@pytest.mark.proves("Glue", "Streaming and Ray jobs", kind="not here")
@pytest.mark.parametrize("kind", ["gluestreaming", "glueray"])
def test_other_kinds_of_jobs_are_refused(make_job, kind):
    with pytest.raises(LabLimit, match=kind):
        make_job("j", "pass", command=kind)


@pytest.mark.proves("Glue", "DynamicFrame beyond reading S3 into Spark", kind="not here")
def test_dynamic_frames_are_refused_by_name(glue, make_job):
    source = "from awsglue.transforms import *\nApplyMapping.apply(frame=None, mappings=[])\n"
    make_job("dyf", source)
    with pytest.raises(LabLimit, match=r"ApplyMapping\.apply"):
        glue.start_job_run(JobName="dyf")
    assert glue.get_job_runs(JobName="dyf")["JobRuns"] == []


def test_a_state_machine_waits_for_its_job(aws, make_job):
    make_job("good", "print('x')")
    make_job("bad", "1 / 0")
    machines = boto3.client("stepfunctions")
    for name, status in (("good", "SUCCEEDED"), ("bad", "FAILED")):
        task = {"Type": "Task", "Resource": "arn:aws:states:::glue:startJobRun.sync", "End": True}
        states = {"Run": task | {"Parameters": {"JobName": name}}}
        made = machines.create_state_machine(
            name=name, roleArn=aws.role, definition=json.dumps({"StartAt": "Run", "States": states})
        )
        started = machines.start_execution(stateMachineArn=made["stateMachineArn"])
        found = machines.describe_execution(executionArn=started["executionArn"])
        assert found["status"] == status
        told = json.loads(found.get("output") or found["cause"])
        assert told["JobRunState"] == status


# --- triggers and workflows -----------------------------------------------------------


def watching(*names, state="SUCCEEDED", logical="AND"):
    return {
        "Logical": logical,
        "Conditions": [
            {"LogicalOperator": "EQUALS", "JobName": name, "State": state} for name in names
        ],
    }


def states(glue, name):
    return [run["JobRunState"] for run in glue.get_job_runs(JobName=name)["JobRuns"]]


@pytest.mark.proves("Glue", "Triggers: on demand, scheduled, conditional", kind="real")
def test_conditional_triggers_start_jobs_after_jobs(glue, make_job):
    make_job("one", "pass")
    make_job("two", "1 / 0")
    make_job("after", "pass")
    make_job("alarm", "pass")
    glue.create_trigger(
        Name="go", Type="ON_DEMAND", Actions=[{"JobName": "one"}, {"JobName": "two"}]
    )
    for name, target, predicate in (
        ("both", "after", watching("one", "two")),
        ("bad", "alarm", watching("two", state="FAILED")),
    ):
        glue.create_trigger(
            Name=name, Type="CONDITIONAL", Predicate=predicate, StartOnCreation=True,
            Actions=[{"JobName": target}],
        )  # fmt: skip
    glue.start_job_run(JobName="two")  # by hand: fires no trigger
    assert states(glue, "alarm") == []
    glue.start_trigger(Name="go")
    assert states(glue, "one") == ["SUCCEEDED"]
    assert states(glue, "after") == []
    assert states(glue, "alarm") == ["SUCCEEDED"]
    found = glue.get_job_runs(JobName="alarm")["JobRuns"][0]
    assert found["TriggerName"] == "bad"


def test_a_scheduled_trigger_fires_on_the_clock(aws, glue, make_job):
    make_job("j", "pass")
    glue.create_trigger(
        Name="t", Type="SCHEDULED", Schedule="cron(0 * * * ? *)", Actions=[{"JobName": "j"}]
    )
    aws.clock.move(hours=3)
    assert states(glue, "j") == []  # not activated yet
    glue.start_trigger(Name="t")
    aws.clock.move(hours=3)
    assert states(glue, "j") == ["SUCCEEDED"] * 3
    with pytest.raises(ClientError, match="Schedule expression"):
        glue.create_trigger(
            Name="u", Type="SCHEDULED", Schedule="rate(1 hour)", Actions=[{"JobName": "j"}]
        )


@pytest.mark.proves("Glue", "Workflows: run, statistics, graph", kind="real")
def test_a_workflow_runs_its_graph(aws, glue, make_job):
    boto3.client("s3").put_object(Bucket="data", Key="t/a.json", Body='{"id": 1}')
    glue.create_crawler(
        Name="c", Role=aws.role, DatabaseName="db",
        Targets={"S3Targets": [{"Path": "s3://data/t/"}]},
    )  # fmt: skip
    make_job(
        "load",
        "import sys\nfrom awsglue.utils import getResolvedOptions\n"
        "print(getResolvedOptions(sys.argv, ['WORKFLOW_NAME', 'WORKFLOW_RUN_ID']))\n",
    )
    glue.create_workflow(Name="w", DefaultRunProperties={"stage": "test"})
    start = {"Name": "start", "WorkflowName": "w", "Type": "ON_DEMAND"}
    glue.create_trigger(**start, Actions=[{"JobName": "load"}])
    predicate = watching("load")
    glue.create_trigger(
        Name="then", WorkflowName="w", Type="CONDITIONAL", Predicate=predicate,
        StartOnCreation=True, Actions=[{"CrawlerName": "c"}],
    )  # fmt: skip
    run_id = glue.start_workflow_run(Name="w")["RunId"]
    run = glue.get_workflow_run(Name="w", RunId=run_id, IncludeGraph=True)["Run"]
    assert run["Status"] == "COMPLETED"
    assert (run["Statistics"]["TotalActions"], run["Statistics"]["SucceededActions"]) == (2, 2)
    assert run["WorkflowRunProperties"] == {"stage": "test"}
    nodes = {node["UniqueId"]: (node["Type"], node["Name"]) for node in run["Graph"]["Nodes"]}
    edges = {
        (nodes[edge["SourceId"]][1], nodes[edge["DestinationId"]][1])
        for edge in run["Graph"]["Edges"]
    }
    assert edges == {("start", "load"), ("load", "then"), ("then", "c")}
    (job,) = [node for node in run["Graph"]["Nodes"] if node["Type"] == "JOB"]
    (ran,) = job["JobDetails"]["JobRuns"]
    assert run_id in log(ran)[0]
    assert glue.get_table(DatabaseName="db", Name="t")["Table"]["Name"] == "t"


def test_a_workflow_without_a_start_is_refused(glue):
    glue.create_workflow(Name="w")
    with pytest.raises(ClientError, match="has no start trigger"):
        glue.start_workflow_run(Name="w")


@pytest.mark.proves(
    "Glue", "Interactive sessions, ML transforms, security configurations", kind="not here"
)
def test_what_glue_would_only_pretend_is_refused(aws):
    glue = boto3.client("glue")
    table = {"DatabaseName": "d", "TableName": "t"}
    command = {"Name": "glueetl", "PythonVersion": "3"}
    with pytest.raises(LabLimit, match="interactive sessions"):
        glue.create_session(Id="x", Role=aws.role, Command=command)
    with pytest.raises(LabLimit, match="machine learning transforms"):
        glue.create_ml_transform(
            Name="m", Role=aws.role, InputRecordTables=[table],
            Parameters={"TransformType": "FIND_MATCHES"},
        )  # fmt: skip
    with pytest.raises(LabLimit, match="security configurations"):
        glue.create_security_configuration(Name="a", EncryptionConfiguration={})


def test_one_condition_needs_no_logical(glue, make_job, run):
    make_job("load", "print(1)")
    condition = {"LogicalOperator": "EQUALS", "JobName": "load", "State": "SUCCEEDED"}
    glue.create_trigger(
        Name="after",
        Type="CONDITIONAL",
        Predicate={"Conditions": [condition]},
        Actions=[{"JobName": "load"}],
    )
    assert glue.get_trigger(Name="after")["Trigger"]["Predicate"]["Conditions"]
