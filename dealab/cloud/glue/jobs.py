"""Jobs that run their script, within ``start_job_run``: Python shell and PySpark.

moto counts states up at each look. Here a run that was started has ended when the call returns.
"""

import contextlib

from dealab.cloud.glue.common import (
    acting,
    answer,
    in_its_words,
    kept,
    now,
    refuse,
    tell,
    write_log,
)
from dealab.models import glue_runs
from dealab.models.bookmarks import Bookmarks, Reading
from dealab.models.glue_runs import Run


def join(lab_of) -> None:
    from moto.glue.models import FakeJob, GlueBackend
    from moto.glue.responses import GlueResponse

    create, as_dict = GlueBackend.create_job, FakeJob.as_dict

    def create_job(self, **given):
        with in_its_words():
            glue_runs.check(given)
        old = self.jobs.get(given["name"])
        create(self, **given)
        made = self.jobs[given["name"]]
        made.timeout = made.timeout or glue_runs.default_timeout(
            made.command["Name"], made.glue_version
        )
        if old is not None:
            self.jobs[given["name"]] = old
            if _settings(old) != _settings(made):
                raise refuse(
                    "IdempotentParameterMismatchException",
                    f"Job with name {old.name} already submitted with different configuration",
                )

    def job_as_dict(self):
        found = {key: value for key, value in as_dict(self).items() if value is not None}
        return found | {"ExecutionProperty": self.execution_property or {"MaxConcurrentRuns": 1}}

    def start_job_run(self):
        given = dict(self.parameters)
        if given.get("AllocatedCapacity") and given.get("MaxCapacity"):
            message = "Please set only Allocated Capacity or Max Capacity"
            raise refuse("InvalidInputException", message)
        return _answer({"JobRunId": start(self.glue_backend, given.pop("JobName"), given)[0]})

    def _answer(document):
        from moto.core.responses import ActionResult

        return ActionResult(document)

    FakeJob.get_job_runs = lambda self: self.job_runs[::-1]  # the newest first
    GlueBackend.create_job, FakeJob.as_dict = create_job, job_as_dict
    GlueResponse.start_job_run = start_job_run
    answer(
        {
            "update_job": _update,
            "batch_stop_job_run": _stop,
            "get_job_bookmark": _get_bookmark,
            "reset_job_bookmark": _reset,
        }
    )


def _settings(job) -> dict:
    return {k: v for k, v in job.as_dict().items() if k not in ("CreatedOn", "LastModifiedOn")}


def _update(backend, given: dict) -> dict:
    import re

    job, told = backend.get_job(given["JobName"]), given["JobUpdate"]
    changed = {re.sub(r"(?<!^)([A-Z])", r"_\1", k).lower(): v for k, v in told.items()}
    with in_its_words():
        glue_runs.check({"command": job.command} | changed)
    # What an update leaves out goes back to its default: it replaces the whole definition.
    gone = dict.fromkeys(("description", "connections", "max_capacity", "worker_type"))
    gone |= dict.fromkeys(("number_of_workers", "non_overridable_arguments", "glue_version"))
    gone |= {"default_arguments": {}, "execution_property": {}, "max_retries": 0, "timeout": None}
    vars(job).update(gone | changed)
    job.timeout = job.timeout or glue_runs.default_timeout(job.command["Name"], job.glue_version)
    job.last_modified_on = now()
    return {"JobName": job.name}


def _stop(backend, given: dict) -> dict:
    job, errors = backend.get_job(given["JobName"]), []
    for run_id in given["JobRunIds"]:
        found = [run for run in job.job_runs if run.job_run_id == run_id]
        code = "JobRunNotInTerminalStateException" if found else "EntityNotFoundException"
        detail = {"ErrorCode": code, "ErrorMessage": f"Job run {run_id} cannot be stopped"}
        errors.append({"JobName": job.name, "JobRunId": run_id, "ErrorDetail": detail})
    return {"SuccessfulSubmissions": [], "Errors": errors}


# --- bookmarks ------------------------------------------------------------------------


def _bookmarks(backend, name: str) -> Bookmarks:
    return kept(backend, "bookmarks").setdefault(name, Bookmarks())


def _get_bookmark(backend, given: dict) -> dict:
    return {"JobBookmarkEntry": _bookmarks(backend, given["JobName"]).entry(given["JobName"])}


def _reset(backend, given: dict) -> dict:
    name = given["JobName"]
    return _bookmarks(backend, name).reset_entry(name, given.get("RunId"))


# --- running --------------------------------------------------------------------------


def start(backend, name: str, given: dict, trigger=None, more=None) -> list[str]:
    """Run a job, again after a failure as its MaxRetries say; return the ids of the runs.

    ``more`` are arguments that a workflow adds. Raises what the service refuses, and LabLimit.
    """
    from moto.glue.exceptions import ConcurrentRunsExceededException
    from moto.moto_api._internal import mock_random

    job = backend.get_job(name)
    again = given.pop("JobRunId", None)
    running = sum(run.status == "RUNNING" for run in job.job_runs)
    if running >= (job.execution_property or {}).get("MaxConcurrentRuns", 1):
        raise ConcurrentRunsExceededException(f"Concurrent runs exceeded for {name}")
    base, made = f"jr_{mock_random.get_random_hex(64)}", []
    for attempt in range((job.max_retries or 0) + 1):
        run_id = f"{base}_attempt_{attempt}" if attempt else base
        run = Run(job, run_id, given, now(), attempt, made[-1] if made else again, trigger)
        made.append(run_id)
        job.job_runs.append(run)
        try:
            _run(backend, run, more or {})
        except BaseException:
            job.job_runs.remove(run)
            raise
        if run.status != "FAILED":
            break
    return made


def _run(backend, run: Run, more: dict) -> None:
    import tempfile

    from botocore.exceptions import ClientError

    from dealab.engines import scripts
    from dealab.sql.errors import LabLimit

    arguments = {**run.arguments(), **more}
    group, marks = run.log_group, _bookmarks(backend, run.job.name)
    option = arguments.get("--job-bookmark-option", "job-bookmark-disable")
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="dealab-glue-"))
        try:
            roles = [acting(run.job.role, "GlueJobRunnerSession") for _ in range(2)]
            edges = [arguments.get(f"--job-bookmark-{edge}") for edge in ("from", "to")]
            reading = Reading(marks, run.job_run_id, option, *edges)
            with roles[0]:
                location = run.job.command["ScriptLocation"]
                source = _fetch(location).decode("utf-8")
                folders = _extra_files(arguments, folder)
        except (ClientError, KeyError, ValueError, PermissionError) as error:
            outcome = scripts.Outcome("FAILED", f"{type(error).__name__}: {error}")
        else:
            argv = ["/tmp/" + location.rpartition("/")[2], "--JOB_RUN_ID", run.job_run_id]
            argv += ["--JOB_NAME", run.job.name]
            argv += [str(part) for pair in arguments.items() for part in pair]
            outcome = scripts.run(
                source,
                argv,
                (run.value("Timeout") or 2880) * 60,
                _library(run, reading, stack),
                folders,
                roles[1],
            )
    if isinstance(outcome.raised, LabLimit):
        raise outcome.raised
    run.status, run.error, run.ended = outcome.state, outcome.error, now()
    if run.seconds > (run.value("Timeout") or 2880) * 60:  # the lab's clock moved meanwhile
        run.status, run.error = "TIMEOUT", ""
    if run.status == "TIMEOUT":
        run.error = f"Job run exceeded its timeout of {run.value('Timeout')} minutes"
    write_log(backend, f"{group}/output", run.job_run_id, outcome.output)
    write_log(backend, f"{group}/error", run.job_run_id, outcome.errors)
    severity = {"SUCCEEDED": "INFO", "TIMEOUT": "WARN"}.get(run.status, "ERROR")
    detail = {"jobName": run.job.name, "severity": severity, "state": run.status}
    detail |= {"jobRunId": run.job_run_id, "message": run.error or "Job run succeeded"}
    tell(backend, "Glue Job State Change", detail)


def _library(run: Run, reading: Reading, stack) -> dict:
    """Return the modules of awsglue for a run; a Python shell has no Spark."""
    from dealab.engines import awsglue, spark
    from dealab.sql.errors import LabLimit

    def no_spark():
        raise awsglue.refused("Spark session in a Python shell job")

    if run.kind != "glueetl":
        return awsglue.modules(no_spark, reading, _objects, _catalog_table)
    if not spark.available():
        raise LabLimit(
            f"Spark jobs: {spark.why_not()}",
            "The job runs on a Spark cluster that Glue starts and ends.",
            "Glue bills a job by DPU-hour; Python shell jobs need no cluster.",
        )
    spark.session()
    stack.enter_context(awsglue.one_spark_context())
    return awsglue.modules(spark.session, reading, _objects, _catalog_table)


def _split(address: str) -> tuple[str, str]:
    scheme, _, rest = address.partition("://")
    if scheme not in ("s3", "s3a", "s3n"):
        raise ValueError(f"not an S3 address: {address}")
    bucket, _, key = rest.partition("/")
    return bucket, key


def _fetch(address: str) -> bytes:
    import boto3

    bucket, key = _split(address)
    return boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()


def _extra_files(arguments: dict, folder: str) -> list[str]:
    """Put what ``--extra-py-files`` and ``--extra-files`` name into a folder of the run's own."""
    from pathlib import Path

    found = [folder]
    for option in ("--extra-py-files", "--extra-files"):
        for address in filter(None, arguments.get(option, "").split(",")):
            file = Path(folder) / address.rpartition("/")[2]
            file.write_bytes(_fetch(address.strip()))
            if file.suffix in (".zip", ".whl", ".egg"):
                found.append(str(file))
    return found


def _objects(address: str) -> list[tuple]:
    import boto3

    bucket, prefix = _split(address)
    pages = boto3.client("s3").get_paginator("list_objects_v2")
    return [
        (f"s3://{bucket}/{found['Key']}", found["LastModified"], found["ETag"])
        for page in pages.paginate(Bucket=bucket, Prefix=prefix)
        for found in page.get("Contents", ())
        if found["Size"] and not found["Key"].rpartition("/")[2].startswith(("_", "."))
    ]


def _catalog_table(database: str, name: str) -> tuple[str, list[str], dict]:
    import boto3

    table = boto3.client("glue").get_table(DatabaseName=database, Name=name)["Table"]
    settings = table.get("Parameters", {})
    return settings.get("classification"), [table["StorageDescriptor"]["Location"]], settings
