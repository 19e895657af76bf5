"""Athena's workgroups, prepared statements and query history of one lake, in boto3's shapes.

    groups = workgroups.of(lake)
    groups.create_work_group(Name="analysts", Configuration={"BytesScannedCutoffPerQuery": 10**7})
    groups.get_work_group(WorkGroup="analysts")["WorkGroup"]["Configuration"]

Arguments, answers and limits: https://docs.aws.amazon.com/athena/latest/APIReference/
Bytes are bytes. What the service refuses raises ServiceError with the code
``InvalidRequestException`` or ``ResourceNotFoundException``.
"""

import copy
import datetime
import re
import uuid
from dataclasses import dataclass

from dealab.sql.errors import ServiceError

PRIMARY = "primary"
RESULTS = "s3://fernway-athena-results/"
ENGINE = {
    "SelectedEngineVersion": "Athena engine version 3",
    "EffectiveEngineVersion": "Athena engine version 3",
}
#: https://docs.aws.amazon.com/athena/latest/APIReference/API_WorkGroupConfiguration.html
SMALLEST_CUTOFF = 10_000_000
_NAME = re.compile(r"[a-zA-Z0-9._-]{1,128}")
#: https://docs.aws.amazon.com/athena/latest/APIReference/API_PreparedStatement.html
_STATEMENT_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_@:]{0,255}")
_NAMESPACE = uuid.UUID("6f0d4c52-5d0e-4b1a-9b55-7f2f1c6e9a10")


@dataclass
class Execution:
    """One query that was started: what GetQueryExecution tells. Bytes are bytes."""

    id: str
    sql: str
    workgroup: str
    database: str
    statement_type: str  # DDL, DML or UTILITY
    state: str = "RUNNING"  # then SUCCEEDED, FAILED or CANCELLED
    reason: str = ""
    data_scanned: int = 0
    billed_bytes: int = 0
    milliseconds: int = 0
    output: str = ""
    reused: bool = False
    published: bool = False
    submitted: datetime.datetime | None = None
    completed: datetime.datetime | None = None

    def shape(self) -> dict:
        """Return boto3's ``QueryExecution``."""
        status = {"State": self.state, "SubmissionDateTime": self.submitted}
        if self.completed is not None:
            status["CompletionDateTime"] = self.completed
        if self.reason:
            status["StateChangeReason"] = self.reason
        return {
            "QueryExecutionId": self.id,
            "Query": self.sql,
            "StatementType": self.statement_type,
            "ResultConfiguration": {"OutputLocation": self.output},
            "QueryExecutionContext": {"Database": self.database, "Catalog": "AwsDataCatalog"},
            "Status": status,
            "Statistics": {
                "EngineExecutionTimeInMillis": self.milliseconds,
                "TotalExecutionTimeInMillis": self.milliseconds,
                "DataScannedInBytes": self.data_scanned,
                "ResultReuseInformation": {"ReusedPreviousResult": self.reused},
            },
            "WorkGroup": self.workgroup,
            "EngineVersion": dict(ENGINE),
        }


class WorkGroups:
    """All workgroups of one lake (one account and Region)."""

    def __init__(self):
        self._groups: dict[str, dict] = {}
        self._prepared: dict[str, dict[str, dict]] = {}
        self.executions: list[Execution] = []
        self.stored: dict[tuple, tuple] = {}  # results that can be reused, see reuse.py
        self._put(
            PRIMARY,
            {
                "ResultConfiguration": {"OutputLocation": RESULTS},
                "EnforceWorkGroupConfiguration": False,
            },
            "",
        )

    # --- workgroups -------------------------------------------------------------------

    def create_work_group(
        self, Name: str, Configuration: dict | None = None, Description: str = "", Tags=()
    ) -> dict:
        if not _NAME.fullmatch(Name):
            raise invalid(
                f"1 validation error detected: Value '{Name}' at 'name' failed to satisfy "
                "constraint: Member must satisfy regular expression pattern: "
                "[a-zA-Z0-9._-]{1,128}"
            )
        if Name in self._groups:
            raise invalid("WorkGroup is already created")
        settings = {"EnforceWorkGroupConfiguration": True, **copy.deepcopy(Configuration or {})}
        _check(settings)
        self._put(Name, settings, Description)
        return {}

    def get_work_group(self, WorkGroup: str) -> dict:
        return {"WorkGroup": copy.deepcopy(self.find(WorkGroup))}

    def list_work_groups(self) -> dict:
        listed = []
        for group in self._groups.values():
            summary = {key: group[key] for key in ("Name", "State", "Description", "CreationTime")}
            listed.append({**summary, "EngineVersion": dict(ENGINE)})
        return {"WorkGroups": listed}

    def update_work_group(
        self,
        WorkGroup: str,
        Description: str | None = None,
        ConfigurationUpdates: dict | None = None,
        State: str | None = None,
    ) -> dict:
        group = self.find(WorkGroup)
        if State not in (None, "ENABLED", "DISABLED"):
            raise invalid(f"Value '{State}' at 'state' failed to satisfy constraint")
        settings = copy.deepcopy(group["Configuration"])
        for key, value in (ConfigurationUpdates or {}).items():
            if key == "RemoveBytesScannedCutoffPerQuery":
                if value:
                    settings.pop("BytesScannedCutoffPerQuery", None)
            elif key == "ResultConfigurationUpdates":
                results = settings.setdefault("ResultConfiguration", {})
                for part, given in value.items():
                    if part == "RemoveOutputLocation":
                        if given:
                            results.pop("OutputLocation", None)
                    else:
                        results[part] = given
            else:
                settings[key] = value
        _check(settings)
        group["Configuration"] = settings
        if Description is not None:
            group["Description"] = Description
        if State is not None:
            group["State"] = State
        return {}

    def delete_work_group(self, WorkGroup: str, RecursiveDeleteOption: bool = False) -> dict:
        self.find(WorkGroup)
        if WorkGroup == PRIMARY:
            raise invalid("Cannot delete primary WorkGroup")
        if self._prepared.get(WorkGroup) and not RecursiveDeleteOption:
            raise invalid(f"WorkGroup {WorkGroup} is not empty")
        del self._groups[WorkGroup]
        self._prepared.pop(WorkGroup, None)
        return {}

    def find(self, name: str) -> dict:
        """Return the description of a workgroup."""
        if name not in self._groups:
            raise invalid(f"WorkGroup {name} is not found.")
        return self._groups[name]

    def _put(self, name: str, settings: dict, description: str) -> None:
        self._groups[name] = {
            "Name": name,
            "State": "ENABLED",
            "Configuration": {
                "PublishCloudWatchMetricsEnabled": True,
                "RequesterPaysEnabled": False,
                "EngineVersion": dict(ENGINE),
                **settings,
            },
            "Description": description,
            "CreationTime": datetime.datetime.now(datetime.UTC),
        }

    # --- prepared statements ----------------------------------------------------------

    def create_prepared_statement(
        self, StatementName: str, WorkGroup: str, QueryStatement: str, Description: str = ""
    ) -> dict:
        self.find(WorkGroup)
        if not _STATEMENT_NAME.fullmatch(StatementName):
            raise invalid(
                f"1 validation error detected: Value '{StatementName}' at 'statementName' failed "
                "to satisfy constraint: Member must satisfy regular expression pattern: "
                "[a-zA-Z_][a-zA-Z0-9_@:]{1,256}"
            )
        held = self._prepared.setdefault(WorkGroup, {})
        if StatementName in held:
            raise invalid(
                f"Prepared Statement {StatementName} already exists in WorkGroup {WorkGroup}"
            )
        held[StatementName] = {
            "StatementName": StatementName,
            "QueryStatement": QueryStatement,
            "WorkGroupName": WorkGroup,
            "Description": Description,
            "LastModifiedTime": datetime.datetime.now(datetime.UTC),
        }
        return {}

    def get_prepared_statement(self, StatementName: str, WorkGroup: str) -> dict:
        self.find(WorkGroup)
        found = self._prepared.get(WorkGroup, {}).get(StatementName)
        if found is None:
            raise missing(
                f"Prepared Statement {StatementName} was not found in workGroup {WorkGroup}"
            )
        return {"PreparedStatement": dict(found)}

    def list_prepared_statements(self, WorkGroup: str) -> dict:
        self.find(WorkGroup)
        held = self._prepared.get(WorkGroup, {})
        return {
            "PreparedStatements": [
                {"StatementName": name, "LastModifiedTime": held[name]["LastModifiedTime"]}
                for name in sorted(held)
            ]
        }

    def delete_prepared_statement(self, StatementName: str, WorkGroup: str) -> dict:
        self.get_prepared_statement(StatementName, WorkGroup)
        del self._prepared[WorkGroup][StatementName]
        return {}

    # --- history ----------------------------------------------------------------------

    def start(self, sql: str, workgroup: str, database: str, statement_type: str) -> Execution:
        """Enter a query into the history. Its id depends on its number and text alone."""
        group = self.find(workgroup)
        if group["State"] == "DISABLED":
            raise invalid(f"WorkGroup {workgroup} is disabled")
        number = len(self.executions) + 1
        made = Execution(
            id=str(uuid.uuid5(_NAMESPACE, f"{number}|{sql.encode(errors='replace')}")),
            sql=sql,
            workgroup=workgroup,
            database=database,
            statement_type=statement_type,
            published=group["Configuration"]["PublishCloudWatchMetricsEnabled"],
            submitted=datetime.datetime.now(datetime.UTC),
        )
        self.executions.append(made)
        return made

    def get_query_execution(self, QueryExecutionId: str) -> dict:
        for one in self.executions:
            if one.id == QueryExecutionId:
                return {"QueryExecution": one.shape()}
        raise invalid(f"QueryExecution {QueryExecutionId} was not found")

    def list_query_executions(self, WorkGroup: str = PRIMARY) -> dict:
        """Return the ids of a workgroup's queries, the newest first."""
        self.find(WorkGroup)
        return {
            "QueryExecutionIds": [
                one.id for one in reversed(self.executions) if one.workgroup == WorkGroup
            ]
        }


def of(lake) -> WorkGroups:
    """Return the workgroups of a lake."""
    return lake.room("athena workgroups", WorkGroups)


def _check(settings: dict) -> None:
    cutoff = settings.get("BytesScannedCutoffPerQuery")
    if cutoff is not None and cutoff < SMALLEST_CUTOFF:
        raise invalid(
            f"1 validation error detected: Value '{cutoff}' at "
            "'configuration.bytesScannedCutoffPerQuery' failed to satisfy constraint: Member must "
            f"have value greater than or equal to {SMALLEST_CUTOFF}"
        )
    where = settings.get("ResultConfiguration", {}).get("OutputLocation")
    if where is not None and not re.match(r"s3://[^/]+", where):
        raise invalid(f"OutputLocation is not a valid S3 path: {where}")
    version = settings.get("EngineVersion", {}).get("SelectedEngineVersion", "AUTO")
    if version not in ("AUTO", ENGINE["SelectedEngineVersion"]):
        raise invalid(f"{version} is not an engine version of this lab (Athena engine version 3)")


def output_location(group: dict) -> str:
    """Return where a workgroup's results go; ends in a slash."""
    where = group["Configuration"].get("ResultConfiguration", {}).get("OutputLocation", RESULTS)
    return where if where.endswith("/") else where + "/"


def check_external_location(group: dict, location: str | None) -> None:
    """Refuse external_location of CTAS where the workgroup decides on the place.

    https://docs.aws.amazon.com/athena/latest/ug/workgroups-settings-override.html
    """
    settings = group["Configuration"]
    own = settings.get("ResultConfiguration", {}).get("OutputLocation")
    if location is not None and own and settings.get("EnforceWorkGroupConfiguration"):
        raise ServiceError(
            "INVALID_REQUEST",
            "The Create Table As Select query failed because it was submitted with an "
            "'external_location' property to an Athena Workgroup that enforces a centralized "
            "output location for all queries. Please remove the 'external_location' property and "
            "resubmit the query.",
        )


def invalid(message: str) -> ServiceError:
    return ServiceError("InvalidRequestException", message)


def missing(message: str) -> ServiceError:
    return ServiceError("ResourceNotFoundException", message)
