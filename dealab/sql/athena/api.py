"""Athena's API over a lake, in boto3's shapes: queries, results, workgroups, named queries.

    api = Api(lake)
    started = api.start_query_execution(QueryString="SELECT 1", WorkGroup="primary")
    api.get_query_results(QueryExecutionId=started["QueryExecutionId"])["ResultSet"]["Rows"]

Methods, arguments and answers: https://docs.aws.amazon.com/athena/latest/APIReference/ (checked
2026-11-23). A query has run when ``start_query_execution`` returns; what fails is ``FAILED`` with
its reason. What the service refuses raises ServiceError; what the lab does not run, LabLimit.
The ``.metadata`` file beside a result is binary and not described on the service: here it is JSON.
"""

import copy
import json
import re
import uuid

from dealab.sql.athena import workgroups
from dealab.sql.athena.engine import Athena
from dealab.sql.athena.shapes import columns, folder, literal, page, rows
from dealab.sql.athena.workgroups import PRIMARY, invalid
from dealab.sql.errors import LabLimit, ServiceError

CATALOG = "AwsDataCatalog"


class Client(Athena):
    """An engine for one call: a workgroup that does not enforce its settings takes the call's."""

    location: str | None = None

    @property
    def group(self) -> dict:
        found = super().group
        if self.location is None or found["Configuration"].get("EnforceWorkGroupConfiguration"):
            return found
        made = copy.deepcopy(found)
        made["Configuration"].setdefault("ResultConfiguration", {})["OutputLocation"] = (
            self.location
        )
        return made


class Api:
    """Athena's operations over one lake (one account and Region).

    ``has_bucket(name)`` tells whether a bucket exists; without it every one does. ``principal`` is
    set by the caller before each call: the ARN that Lake Formation asks for, or None.
    """

    def __init__(self, lake, region: str = "us-east-1", has_bucket=None):
        self.lake, self.region = lake, region
        self.groups = workgroups.of(lake)
        self.has_bucket = has_bucket or (lambda name: True)
        self.principal: str | None = None
        self._results: dict = {}  # query id -> Result
        self._asked: dict[str, tuple] = {}  # client request token -> (request, query id)
        self._given: dict[str, dict] = {}  # query id -> what the request said
        self._named: dict[str, dict] = {}
        self._clients: dict[tuple, Client] = {}
        for name in ("create", "get", "list", "update", "delete"):
            call = f"{name}_work_group{'s' * (name == 'list')}"
            setattr(self, call, _plain(getattr(self.groups, call)))
            if name != "update":
                call = f"{name}_prepared_statement{'s' * (name == 'list')}"
                setattr(self, call, _plain(getattr(self.groups, call)))

    # --- queries ----------------------------------------------------------------------

    def start_query_execution(
        self,
        QueryString: str,
        ClientRequestToken: str | None = None,
        QueryExecutionContext: dict | None = None,
        ResultConfiguration: dict | None = None,
        WorkGroup: str = PRIMARY,
        ExecutionParameters=(),
        ResultReuseConfiguration: dict | None = None,
        **more,
    ) -> dict:
        if more:
            raise LabLimit(f"{', '.join(sorted(more))} of StartQueryExecution", "Athena takes it.")
        context, given = QueryExecutionContext or {}, ResultConfiguration or {}
        request = (QueryString, context, given, WorkGroup, tuple(ExecutionParameters))
        if ClientRequestToken in self._asked:
            known, query_id = self._asked[ClientRequestToken]
            if known != request:
                raise invalid("Idempotent parameters do not match")
            return {"QueryExecutionId": query_id}
        if context.get("Catalog", CATALOG).lower() != CATALOG.lower():
            raise LabLimit(f"the data source {context['Catalog']}", "it runs its connector.")
        client = self._client(context.get("Database", "default"), WorkGroup)
        client.location = folder(given.get("OutputLocation"))
        self._check_place(client, given)
        reuse = (ResultReuseConfiguration or {}).get("ResultReuseByAgeConfiguration", {})
        age = reuse.get("MaxAgeInMinutes", 60) if reuse.get("Enabled") else 0
        count = len(self.groups.executions)
        parameters = [literal(text) for text in ExecutionParameters]
        result = None
        try:
            result = client.run(QueryString, parameters, reuse_minutes=age)
        except ServiceError as problem:
            failed = self.groups.executions[count:]
            if not failed:  # refused before it was a query
                raise invalid(problem.message) from None
            if problem.code == "SYNTAX_ERROR" and "mismatched input" in problem.message:
                del self.groups.executions[count:]  # what cannot be read is not started
                raise invalid(str(problem).partition(": ")[2]) from None
            if not failed[0].output:
                ending = "csv" if failed[0].statement_type == "DML" else "txt"
                home = workgroups.output_location(client.group)
                failed[0].output = f"{home}{failed[0].id}.{ending}"
        made = self.groups.executions[count]
        self._given[made.id] = {"config": given, "reuse": age, "parameters": ExecutionParameters}
        if result is not None:
            self._results[made.id] = result
            if not made.reused and made.output.endswith((".csv", ".txt")):
                self.lake.put(f"{made.output}.metadata", json.dumps(columns(result)))
        if ClientRequestToken is not None:
            self._asked[ClientRequestToken] = (request, made.id)
        return {"QueryExecutionId": made.id}

    def get_query_execution(self, QueryExecutionId: str) -> dict:
        shape = self.groups.get_query_execution(QueryExecutionId)["QueryExecution"]
        given = self._given.get(QueryExecutionId, {})
        settings = {key: value for key, value in given.get("config", {}).items() if value}
        shape["ResultConfiguration"] = {**settings, **shape["ResultConfiguration"]}
        if given.get("parameters"):
            shape["ExecutionParameters"] = list(given["parameters"])
        age = given.get("reuse", 0)
        shape["ResultReuseConfiguration"] = {
            "ResultReuseByAgeConfiguration": {"Enabled": bool(age), "MaxAgeInMinutes": age or 60}
        }
        shape["Statistics"] |= {"QueryQueueTimeInMillis": 0, "ServiceProcessingTimeInMillis": 0}
        status = shape["Status"]
        if status["State"] == "FAILED":  # category 2: the fault is the query's
            status["AthenaError"] = {
                "ErrorCategory": 2,
                "Retryable": False,
                "ErrorMessage": status["StateChangeReason"],
            }
        elif status["State"] == "CANCELLED":
            status["StateChangeReason"] = status["StateChangeReason"].removeprefix("CANCELLED: ")
        if shape["StatementType"] != "DDL" and shape["ResultConfiguration"]["OutputLocation"]:
            home = shape["ResultConfiguration"]["OutputLocation"].rpartition("/")[0]
            if "CREATE" in shape["Query"].upper() or "INSERT" in shape["Query"].upper():
                manifest = f"{home}/{QueryExecutionId}-manifest.csv"
                if self.lake.exists(manifest):
                    shape["Statistics"]["DataManifestLocation"] = manifest
        return {"QueryExecution": shape}

    def batch_get_query_execution(self, QueryExecutionIds) -> dict:
        found, missing = [], []
        for one in QueryExecutionIds:
            try:
                found.append(self.get_query_execution(one)["QueryExecution"])
            except ServiceError as problem:
                missing.append(
                    {
                        "QueryExecutionId": one,
                        "ErrorCode": problem.code,
                        "ErrorMessage": problem.message,
                    }
                )
        return {"QueryExecutions": found, "UnprocessedQueryExecutionIds": missing}

    def list_query_executions(self, WorkGroup: str = PRIMARY, **pages) -> dict:
        ids = self.groups.list_query_executions(WorkGroup)["QueryExecutionIds"]
        return page("QueryExecutionIds", ids, 50, **pages)

    def stop_query_execution(self, QueryExecutionId: str) -> dict:
        """Answer as for a query that has ended: nothing happens to it."""
        self.groups.get_query_execution(QueryExecutionId)
        return {}

    def get_query_results(self, QueryExecutionId: str, **pages) -> dict:
        pages.pop("QueryResultType", None)
        made = self.groups.get_query_execution(QueryExecutionId)["QueryExecution"]
        state = made["Status"]["State"]
        if state != "SUCCEEDED":
            raise invalid(f"Query did not finish successfully. Final query state: {state}")
        result = self._results.get(QueryExecutionId)
        if result is None:  # a query of a cell: its file holds what it gave
            raise LabLimit(
                "GetQueryResults of a query that ran outside of the Athena API",
                "it answers for every query of the account; the result file is in S3.",
            )
        listed = rows(result, made["StatementType"])
        shown = page("Rows", listed, 1000, **pages)
        answer = {
            "UpdateCount": result.update_count or 0,
            "ResultSet": {
                "Rows": shown["Rows"],
                "ResultSetMetadata": {"ColumnInfo": columns(result)},
            },
        }
        return answer | {key: shown[key] for key in ("NextToken",) if key in shown}

    def get_query_runtime_statistics(self, QueryExecutionId: str) -> dict:
        made = self.groups.get_query_execution(QueryExecutionId)["QueryExecution"]
        result = self._results.get(QueryExecutionId)
        time, scanned = made["Statistics"], made["Statistics"]["DataScannedInBytes"]
        return {
            "QueryRuntimeStatistics": {
                "Timeline": {
                    "EngineExecutionTimeInMillis": time["EngineExecutionTimeInMillis"],
                    "TotalExecutionTimeInMillis": time["TotalExecutionTimeInMillis"],
                },
                "Rows": {"InputBytes": scanned, "OutputRows": len(result.rows) if result else 0},
            }
        }

    # --- prepared statements, named queries ------------------------------------------

    def update_prepared_statement(
        self, StatementName: str, WorkGroup: str, QueryStatement: str, Description: str = ""
    ) -> dict:
        self.groups.delete_prepared_statement(StatementName, WorkGroup)
        self.groups.create_prepared_statement(StatementName, WorkGroup, QueryStatement, Description)
        return {}

    def create_named_query(
        self,
        Name: str,
        Database: str,
        QueryString: str,
        Description: str = "",
        ClientRequestToken: str | None = None,
        WorkGroup: str = PRIMARY,
    ) -> dict:
        self.groups.find(WorkGroup)
        made = str(uuid.uuid5(workgroups._NAMESPACE, f"named|{len(self._named)}|{Name}"))
        self._named[made] = {
            "Name": Name,
            "Description": Description,
            "Database": Database,
            "QueryString": QueryString,
            "NamedQueryId": made,
            "WorkGroup": WorkGroup,
        }
        return {"NamedQueryId": made}

    def get_named_query(self, NamedQueryId: str) -> dict:
        if NamedQueryId not in self._named:
            raise invalid(f"NamedQuery {NamedQueryId} was not found")
        return {"NamedQuery": dict(self._named[NamedQueryId])}

    def batch_get_named_query(self, NamedQueryIds) -> dict:
        known = [one for one in NamedQueryIds if one in self._named]
        return {
            "NamedQueries": [dict(self._named[one]) for one in known],
            "UnprocessedNamedQueryIds": [
                {"NamedQueryId": one, "ErrorCode": "INTERNAL_FAILURE"}
                for one in NamedQueryIds
                if one not in known
            ],
        }

    def list_named_queries(self, WorkGroup: str = PRIMARY, **pages) -> dict:
        self.groups.find(WorkGroup)
        ids = [one for one, named in self._named.items() if named["WorkGroup"] == WorkGroup]
        return page("NamedQueryIds", ids, 50, **pages)

    def update_named_query(self, NamedQueryId: str, **changes) -> dict:
        self.get_named_query(NamedQueryId)
        self._named[NamedQueryId] |= changes
        return {}

    def delete_named_query(self, NamedQueryId: str) -> dict:
        self.get_named_query(NamedQueryId)
        del self._named[NamedQueryId]
        return {}

    # --- the catalog ------------------------------------------------------------------

    def list_data_catalogs(self, **pages) -> dict:
        return {"DataCatalogsSummary": [{"CatalogName": CATALOG, "Type": "GLUE"}]}

    def get_data_catalog(self, Name: str, **more) -> dict:
        self._check_catalog(Name)
        return {"DataCatalog": {"Name": CATALOG, "Type": "GLUE", "Parameters": {}}}

    def create_data_catalog(self, Name: str, Type: str, **more) -> dict:
        raise LabLimit(
            f"a data catalog of type {Type}",
            "a Lambda connector, a Hive metastore or another account's catalog is queried, too.",
            "A federated query reads other stores through a connector that runs in Lambda.",
        )

    def create_capacity_reservation(self, Name: str, TargetDpus: int, **more) -> dict:
        raise LabLimit(
            "capacity reservations of Athena",
            "queries of the workgroups assigned to it run on DPUs kept for them, paid by the hour.",
        )

    def list_databases(self, CatalogName: str, WorkGroup: str = PRIMARY, **pages) -> dict:
        self._check_catalog(CatalogName)
        listed = [self._database(name) for name in self.lake.catalog.databases]
        return page("DatabaseList", listed, 50, **pages)

    def get_database(self, CatalogName: str, DatabaseName: str, **more) -> dict:
        self._check_catalog(CatalogName)
        return {"Database": self._database(DatabaseName)}

    def list_table_metadata(
        self, CatalogName: str, DatabaseName: str, Expression: str = "", WorkGroup="", **pages
    ) -> dict:
        self._check_catalog(CatalogName)
        self._database(DatabaseName)
        names = self.lake.catalog.tables(DatabaseName)
        if Expression:
            wanted = re.compile(Expression.replace("*", ".*").replace("..*", ".*"))
            names = [name for name in names if wanted.fullmatch(name)]
        listed = [self._table(DatabaseName, name) for name in names]
        return page("TableMetadataList", listed, 50, **pages)

    def get_table_metadata(self, CatalogName: str, DatabaseName: str, TableName: str, **_) -> dict:
        self._check_catalog(CatalogName)
        return {"TableMetadata": self._table(DatabaseName, TableName)}

    # --- inside -----------------------------------------------------------------------

    def _client(self, database: str, workgroup: str) -> Client:
        self.groups.find(workgroup)
        key = (database.lower(), workgroup)
        if key not in self._clients:
            self._clients[key] = Client(
                lake=self.lake, database=database, region=self.region, workgroup=workgroup
            )
        made = self._clients[key]
        made.principal = self.principal
        return made

    def _check_place(self, client: Client, given: dict) -> None:
        settings = client.group["Configuration"]
        where = settings.get("ResultConfiguration", {}).get("OutputLocation")
        if not where:
            raise invalid(
                "No output location provided. An output location is required either through the "
                "Workgroup result configuration setting or as an API input."
            )
        bucket = re.match(r"s3://([^/]+)", where)
        if bucket is None:
            raise invalid("outputLocation is not a valid S3 path.")
        if not self.has_bucket(bucket[1]):
            raise invalid(f"Unable to verify/create output bucket {bucket[1]}")

    def _check_catalog(self, name: str) -> None:
        if name.lower() != CATALOG.lower():
            raise invalid(f"Catalog {name} is not found.")

    def _database(self, name: str) -> dict:
        found = self.lake.catalog.database(name)
        if found is None:
            raise ServiceError(
                "MetadataException", f"EntityNotFoundException: Database {name} not found."
            )
        shown = {key: found[key] for key in ("Description", "Parameters") if found.get(key)}
        return {"Name": found["Name"], **shown}

    def _table(self, database: str, name: str) -> dict:
        self._database(database)
        found = self.lake.catalog.entry(database, name)
        if found is None:
            raise ServiceError(
                "MetadataException", f"EntityNotFoundException: Table {name} not found."
            )
        storage = found.get("StorageDescriptor", {})
        serde = storage.get("SerdeInfo", {})
        parameters = {
            "location": storage.get("Location", ""),
            "inputformat": storage.get("InputFormat", ""),
            "outputformat": storage.get("OutputFormat", ""),
            "serde.serialization.lib": serde.get("SerializationLibrary", ""),
            **{f"serde.param.{key}": value for key, value in serde.get("Parameters", {}).items()},
            **found.get("Parameters", {}),
        }
        return {
            "Name": found["Name"],
            "TableType": found.get("TableType", "EXTERNAL_TABLE"),
            "Columns": storage.get("Columns", []),
            "PartitionKeys": found.get("PartitionKeys", []),
            "Parameters": parameters,
        }


def _plain(call):
    """Drop what boto3 always sends along and the lab's workgroups do not take."""

    def called(**given):
        shown = {key: value for key, value in given.items() if key not in ("Tags", *_PAGES)}
        answer = call(**shown)
        listed = [key for key, value in answer.items() if isinstance(value, list)]
        pages = {key: given[key] for key in _PAGES if key in given}
        return page(listed[0], answer[listed[0]], 50, **pages) if listed else answer

    return called


_PAGES = ("NextToken", "MaxResults")
