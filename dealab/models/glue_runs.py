"""Runs of Glue jobs: what they may be told, take and cost (capacity, DPU-seconds, dollars).

Sources: https://docs.aws.amazon.com/glue/latest/dg/worker-types.html (checked 2026-11-23),
https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-runs.html (a timeout of 2,880 minutes;
that version 5 has 480 is what the service does, not what the page says) and, not checked,
https://aws.amazon.com/glue/pricing/ (US East, N. Virginia: $0.44 per DPU-hour, $0.29 with flexible
execution, by the second, at least one minute). Left out: streaming, Ray, interactive sessions, auto
scaling (all workers count for the whole time), prices of other Regions.
"""

import math
from dataclasses import dataclass
from datetime import datetime

from dealab.models.refusals import Refused
from dealab.sql.errors import LabLimit

PRICE = {"STANDARD": 0.44, "FLEX": 0.29}  # US$ for a DPU-hour
MINIMUM_SECONDS = 60
WORKERS = {"Standard": 1, "G.025X": 0.25, "G.1X": 1, "G.2X": 2, "G.4X": 4, "G.8X": 8}
WORKERS |= {"G.12X": 12, "G.16X": 16, "R.1X": 1, "R.2X": 2, "R.4X": 4, "R.8X": 8, "Z.2X": 2}


def capacity(command: str, worker=None, workers=None, maximum=None) -> float:
    """Return a job's capacity in DPU; ``command`` is ``glueetl``, ``pythonshell``..."""
    if command == "pythonshell":
        return float(maximum or 0.0625)
    if worker and workers:
        return float(WORKERS.get(worker, 1) * workers)
    return float(maximum or workers or 10)


def default_timeout(command: str, version: str | None) -> int:
    """Return the minutes after which a job without a timeout is stopped."""
    return 480 if command != "pythonshell" and (version or "0.9") >= "5" else 2880


def cost(dpus: float, seconds: float, execution_class: str = "STANDARD") -> float:
    """Return what a run costs, in US dollars."""
    return dpus * max(MINIMUM_SECONDS, math.ceil(seconds)) / 3600 * PRICE[execution_class]


def check(given: dict) -> None:
    """Refuse settings of a job. Raises Refused in the service's words, LabLimit."""
    command, capacity = given["command"] or {}, given.get("max_capacity")
    if command.get("Name") in ("gluestreaming", "glueray"):
        raise LabLimit(
            f"jobs of the kind {command['Name']}",
            "The job runs Spark Structured Streaming or Ray.",
            "The kind glueetl is Spark, and pythonshell is one small machine.",
        )
    if command.get("Name") not in ("glueetl", "pythonshell"):
        raise Refused("InvalidInputException", f"Invalid job command: {command.get('Name')}")
    if capacity and given.get("worker_type"):
        message = "Please do not set Max Capacity if using Worker Type and Number of Workers."
        raise Refused("InvalidInputException", message)
    if command["Name"] == "pythonshell" and capacity not in (None, 0.0625, 1, 1.0):
        message = "Max Capacity must be 0.0625 or 1 DPU for a Python shell job."
        raise Refused("InvalidInputException", message)


@dataclass
class Run:
    """One run of a job. ``job`` has the job's settings as attributes, and ``as_dict()``.

    ``given`` are the members of StartJobRun. ``as_dict`` is what GetJobRun answers.
    """

    job: object
    job_run_id: str
    given: dict
    started: datetime
    attempt: int = 0
    previous: str | None = None
    trigger: str | None = None
    status: str = "RUNNING"
    error: str = ""
    ended: datetime | None = None

    def advance(self) -> None:
        """Nothing moves by looking."""

    @property
    def seconds(self) -> int:
        return math.ceil(((self.ended or self.started) - self.started).total_seconds())

    @property
    def kind(self) -> str:
        return self.job.command["Name"]

    def value(self, name: str, default=None):
        """Return what the run was given, else what its job says."""
        return self.given.get(name) or self.job.as_dict().get(name) or default

    @property
    def dpus(self) -> float:
        sizes = [self.value(name) for name in ("WorkerType", "NumberOfWorkers", "MaxCapacity")]
        return capacity(self.kind, *sizes)

    @property
    def log_group(self) -> str:
        return "/aws-glue/python-jobs" if self.kind == "pythonshell" else "/aws-glue/jobs"

    def arguments(self) -> dict:
        fixed = self.job.non_overridable_arguments or {}
        return {**self.job.default_arguments, **self.given.get("Arguments", {}), **fixed}

    def as_dict(self) -> dict:
        found = {
            "Id": self.job_run_id,
            "Attempt": self.attempt,
            "PreviousRunId": self.previous,
            "TriggerName": self.trigger,
            "JobName": self.job.name,
            "StartedOn": self.started,
            "LastModifiedOn": self.ended or self.started,
            "CompletedOn": self.ended,
            "JobRunState": self.status,
            "Arguments": self.given.get("Arguments"),
            "ErrorMessage": self.error or None,
            "PredecessorRuns": [],
            "ExecutionTime": self.seconds,
            "Timeout": self.value("Timeout"),
            "MaxCapacity": self.dpus,
            "AllocatedCapacity": int(self.dpus),
            "WorkerType": self.value("WorkerType"),
            "NumberOfWorkers": self.value("NumberOfWorkers"),
            "LogGroupName": self.log_group,
            "GlueVersion": self.job.glue_version or "0.9",
            "ExecutionClass": self.job.execution_class,
        }
        if self.job.execution_class == "FLEX" or "--enable-auto-scaling" in self.arguments():
            found["DPUSeconds"] = float(self.dpus * self.seconds)
        return {name: value for name, value in found.items() if value is not None}
