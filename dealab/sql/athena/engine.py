"""Athena as a library: statements in, results and Athena's errors out."""

import datetime
import time
from typing import ClassVar

from dealab.sql import lake as lakes
from dealab.sql.engine import Engine, guarded
from dealab.sql.errors import LabBug, LabLimit, ServiceError
from dealab.sql.types import athena_name


class Athena(Engine):
    """An Athena client (engine version 3) over a lake.

        Athena(datasets=None, database="fernway", region="us-east-1", lake=None,
               workgroup="primary")

    ``lake`` holds the buckets and the catalog: ``Lake()`` is a fresh one over the course's
    datasets, and every client that is given the same one sees the same tables. Without it the
    notebook's own lake is used, or a fresh one over the ``datasets`` folder that is named.
    ``groups`` are the lake's workgroups, in boto3's shapes (``create_work_group(Name=...)``).
    """

    service = "athena"
    interval_texts: ClassVar[dict[str, str]] = {
        "interval_day": "lab_day_interval_text({})",
        "interval_month": "lab_month_interval_text({})",
    }
    settings = ("ieee_floating_point_ops = true",)  # Trino: 1e0/0 is Infinity; whole numbers raise

    def __init__(
        self,
        datasets=None,
        database: str = "fernway",
        region: str = "us-east-1",
        lake=None,
        workgroup: str = "primary",
    ):
        super().__init__(datasets, database, region, lake)
        self.workgroup = workgroup
        self._execution = None
        self._reuse_minutes = 0
        self.last_profile = ""  # DuckDB's profile of the query that ran last (JSON text)

    def type_name(self, kind) -> str:
        return athena_name(kind, lengths=False)

    def plan(self, sql, parameters=()):
        from dealab.sql.athena import statements

        return statements.plan(self, sql, parameters)

    def split(self, sql):
        from dealab.sql import parsing
        from dealab.sql.athena.dialect import AthenaDialect

        return parsing.split(sql, AthenaDialect)

    # --- running ----------------------------------------------------------------------

    def run(self, sql: str, parameters=(), reuse_minutes: int = 0):
        """Run one statement and return its Result.

        ``parameters`` are the values of ``?``, in order. With ``reuse_minutes`` a stored result of
        the same query in the same workgroup and database is returned when it is not older, even
        if the data has changed since: nothing is scanned and nothing billed then. Raises
        ServiceError, LabLimit or LabBug.
        """
        from dealab.sql.athena import reuse

        with guarded(), self.lake.statement():
            self._reuse_minutes = reuse.check_age(reuse_minutes)
            try:
                return self._run(sql, parameters)
            finally:
                self._reuse_minutes = 0

    @property
    def catalog(self):
        """Return the lake's catalog; for the session of a role, what Lake Formation grants it."""
        if self.principal is None:
            return self.lake.catalog
        from dealab.sql.athena.guarded import Guarded

        if lakes.guardian is None:
            raise LabLimit(
                f"a query of the role {self.principal} without a local AWS",
                "Lake Formation decides which columns and rows a role sees.",
                "run aws = start_aws() first; the grants are made with boto3.",
            )
        rules, arn = lakes.guardian(self.principal)
        return Guarded(self.lake.catalog, rules, arn)

    def own_error(self, code: str, message: str) -> ServiceError:
        """Build the error that one of the lab's macros raised."""
        if code == "NO_SUCH_BUCKET":
            return ServiceError(
                "HIVE_WRITER_OPEN_ERROR",
                "The specified bucket does not exist (Service: Amazon S3; Status Code: 404; "
                "Error Code: NoSuchBucket)",
                hint=f"make the bucket first: s3.create_bucket(Bucket={message!r}).",
            )
        return super().own_error(code, message)

    def history(self):
        """Return the queries of this lake in the order of their start: ``id``, ``sql``, ``state``,
        ``statement_type``, ``data_scanned`` (bytes), ``billed_bytes``, ``output`` and more."""
        return list(self.groups.executions)

    @property
    def groups(self):
        """Return the lake's workgroups, prepared statements and query history."""
        from dealab.sql.athena import workgroups

        return workgroups.of(self.lake)

    @property
    def group(self) -> dict:
        """Return the description of this client's workgroup."""
        return self.groups.find(self.workgroup)

    # --- for statements that write ----------------------------------------------------

    def query_id(self) -> str:
        """Return the id of the query that runs."""
        return self._execution.id if self._execution is not None else "0" * 8

    def file_token(self) -> str:
        """Return what the names of the files that the running query writes begin with.

        The shape is Athena's (time, number of the query, five letters); no clock is in it, so that
        the same statements write the same names.
        """
        number = len(self.groups.executions)
        return f"20260101_000000_{number:05d}_{self.query_id().replace('-', '')[:5]}"

    def default_location(self) -> str:
        """Return where a table goes whose CTAS names no place.

        https://docs.aws.amazon.com/athena/latest/ug/ctas-considerations-limitations.html
        """
        from dealab.sql.athena import workgroups

        return f"{workgroups.output_location(self.group)}tables/{self.query_id()}/"

    # --- inside -----------------------------------------------------------------------

    def _run(self, sql: str, parameters):
        from dealab.sql.athena import outputs, reuse

        begin = time.perf_counter()
        before = self._execution
        execution = self.groups.start(sql, self.workgroup, self.database, outputs.kind_of(sql))
        self._execution = execution
        try:
            stored = reuse.find(self, execution, sql, parameters)
            result = stored or super()._run(sql, parameters)
            result.query_id = execution.id
            execution.state = "SUCCEEDED"
            execution.data_scanned = result.bytes_scanned
            execution.billed_bytes = result.billed_bytes
            if stored is None:
                outputs.store(self, execution, result)
                reuse.keep(self, execution, sql, parameters, result)
            return result
        except lakes.NoSuchBucket as problem:
            failure = self.own_error("NO_SUCH_BUCKET", str(problem))
            execution.state, execution.reason = "FAILED", str(failure)
            raise failure from None
        except (LabLimit, LabBug):
            self.groups.executions.remove(execution)  # Athena was never asked
            raise
        except ServiceError as problem:
            if problem.code == "INVALID_REQUEST":
                self.groups.executions.remove(execution)  # refused before it was a query
            execution.state = "CANCELLED" if _cancelled(problem) else "FAILED"
            execution.reason = str(problem)
            if not _cancelled(problem):
                execution.billed_bytes = 0
            tail = outputs.tail(self, sql, problem)
            if not tail:
                raise
            raise ServiceError(
                problem.code,
                f"{problem.message.rstrip('.')}. {tail}",
                problem.line,
                problem.column,
                problem.hint,
            ) from problem
        finally:
            execution.milliseconds = round((time.perf_counter() - begin) * 1000)
            execution.completed = datetime.datetime.now(datetime.UTC)
            self._execution = before

    def _charge(self, plan, profile: str):
        """Return the bill, unless the workgroup's limit cancels the query.

        https://docs.aws.amazon.com/athena/latest/ug/workgroups-setting-control-limits-cloudwatch.html
        """
        self.last_profile = profile
        charged = super()._charge(plan, profile)
        if self._execution is None:
            return charged
        self._execution.data_scanned = charged.bytes_scanned
        self._execution.billed_bytes = charged.billed_bytes
        limit = self.group["Configuration"].get("BytesScannedCutoffPerQuery")
        scanned = max(charged.bytes_scanned, charged.scaled_bytes)
        if limit is not None and scanned > limit:
            from dealab.sql.render import size

            raise ServiceError(
                CUTOFF,
                "Bytes scanned limit was exceeded",
                hint=f"the query read {size(scanned)}"
                + (" at the tables' declared scale" if scanned > charged.bytes_scanned else "")
                + f"; the workgroup {self.workgroup} allows {size(limit)}. What was read until "
                f"then is billed: {charged.billed_bytes // 2**20:,} MB.",
            )
        return charged


CUTOFF = "CANCELLED"


def _cancelled(problem: ServiceError) -> bool:
    return problem.code in (CUTOFF, "USER_CANCELED")
