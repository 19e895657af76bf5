"""Redshift as a library: a session of a user in a namespace; statements in, results out."""

import os
from datetime import UTC, datetime
from typing import ClassVar

from dealab.sql import types
from dealab.sql.engine import Engine, guarded
from dealab.sql.errors import ServiceError
from dealab.sql.redshift import namespace as spaces
from dealab.sql.results import Outcome, Plan, Result
from dealab.sql.types import redshift_name

SETTINGS = {  # what SHOW tells at the start; https://docs.aws.amazon.com/redshift/latest/dg/cm_chap_ConfigurationRef.html
    "analyze_threshold_percent": "10",
    "datestyle": "ISO, MDY",
    "describe_field_name_in_uppercase": "off",
    "enable_case_sensitive_identifier": "off",
    "enable_result_cache_for_session": "on",
    "extra_float_digits": "0",
    "query_group": "default",
    "statement_timeout": "0",
    "timezone": "UTC",
    "wlm_query_slot_count": "1",
}


class Redshift(Engine):
    """A session of Redshift over a lake.

        Redshift(datasets=None, database="fernway", region="us-east-1", lake=None,
                 user="awsuser", namespace="lab")

    ``lake`` as for Athena: sessions of the same lake and namespace share tables, users and locks.
    The catalog's databases are there as external schemas (Spectrum). ``database`` is a database of
    the namespace, or a database of the catalog: a session in ``dev`` then finds the tables of that
    external schema without a schema name, after those of ``public``.
    """

    service = "redshift"
    interval_texts: ClassVar[dict[str, str]] = dict.fromkeys(
        types.INTERVALS, "lab_interval_text({})"
    )
    settings = ("ieee_floating_point_ops = false", "preserve_identifier_case = 'lowercase'")

    def __init__(
        self,
        datasets=None,
        database: str = "fernway",
        region: str = "us-east-1",
        lake=None,
        user: str = spaces.ADMIN,
        namespace: str = "lab",
    ):
        super().__init__(datasets, database, region, lake)
        self.namespace = spaces.namespace(self.lake, namespace)
        self.objects = spaces.Objects(self.namespace.committed)
        self.user = user.lower()
        self.login = self.user
        if self.objects.get("user", self.user) is None:
            raise ServiceError("28000", f'user "{user}" does not exist')
        self.external = None
        if self.objects.get("database", self.database) is None:
            self.external, self.database = self.database, spaces.DATABASE
        self.connected = self.database  # USE changes ``database``
        self.search_path = ["$user", "public"]
        self.variables = dict(SETTINGS)
        self.pid = self.namespace.next_pid()
        self.started = datetime.now(UTC).replace(tzinfo=None)
        self.namespace.sessions[self.pid] = self
        self.transaction: int | None = None  # the id of an open transaction block
        self.read_only = False  # the open block was begun with READ ONLY
        self.aborted = False  # an error ended the block; only ROLLBACK is taken
        self.prepared: dict = {}
        self.cursors: dict = {}
        self.frames: list = []  # variables of the procedures that are running, innermost last
        self.last_query: int | None = None
        self.record = None  # the Record of the statement that runs
        self.last_copy: tuple[int, int] = (-1, 0)  # query id and rows of the last COPY
        self.last_unload: tuple[int, int] = (-1, 0)  # the same of the last UNLOAD
        self._duck = None

    # --- what Engine asks for ---------------------------------------------------------

    def type_name(self, kind) -> str:
        return redshift_name(kind)

    def plan(self, sql, parameters=()) -> Plan:
        from dealab.sql.redshift import statements

        return statements.plan(self, sql, parameters)

    def split(self, sql):
        from dealab.sql import parsing
        from dealab.sql.redshift.dialect import RedshiftDialect

        if "prepare" in sql.lower():
            from dealab.sql.redshift.statements import prepared

            sql = prepared.spaced(sql)
        return parsing.split(sql, RedshiftDialect)

    def run(self, sql: str, parameters=()) -> Result:
        """Run the statements of ``sql`` one after the other and return the last one's Result."""
        if ";" not in sql.rstrip("; \n"):  # most texts: their words are read once
            return super().run(sql, parameters)
        with guarded():
            statements = self.split(sql)
        if len(statements) < 2:
            return super().run(sql, parameters)
        for result in self.script(sql, parameters):
            last = result
        return last

    def duck(self, plan: Plan | None = None):
        """Return the session's connection. A query of external tables only, with a LIMIT, goes to
        an instance with one thread, so that its bill is always the same."""
        from dealab.sql.duck import Duck, instance

        if plan is not None and plan.limited and plan.tables and not plan.local:
            return super().duck(plan)
        if self._duck is None:
            threads = max(1, min(4, os.cpu_count() or 1))

            def make():
                made = instance(self.lake, self.settings, threads)
                made.execute("CREATE SCHEMA rs")
                return made

            shared = self.lake.room("redshift instance", make)
            known = self.lake.room("redshift functions", set)
            self._duck = Duck(self, shared.cursor(), root=shared, known=known)
        return self._duck

    def own_error(self, code, message):
        if code == "DIVISION_BY_ZERO":
            return super().own_error("22012", "division by zero")
        if code == "NO_SUCH_BUCKET":
            return super().own_error(
                "XX000",
                "S3ServiceException:The specified bucket does not exist,Status 404,"
                "Error NoSuchBucket",
            )
        if code == "HIVE_BAD_DATA":
            return super().own_error("XX000", f"Spectrum Scan Error: {message}")
        return super().own_error(code, message)

    def _charge(self, plan, profile):
        from dealab.sql.redshift import runs, scans

        charged = super()._charge(plan, profile)
        runs.note(self, plan, profile)
        if plan.tables:
            scans.note(self, plan, profile, charged)
        return charged

    # --- transactions -----------------------------------------------------------------

    def carry_out(self, plan: Plan, sql: str) -> Outcome:
        """Run a plan in the open transaction block, or in a transaction of its own."""
        from dealab.sql.redshift import transactions

        return transactions.carry_out(self, plan, sql)

    def _run(self, sql, parameters):
        from dealab.sql.redshift import history

        if self.pid not in self.namespace.sessions:
            raise ServiceError("57P01", "terminating connection due to administrator command")
        with history.recorded(self, sql) as record:
            try:
                result = super()._run(sql, parameters)
            except ServiceError:
                self.aborted = self.transaction is not None  # any error ends a block
                raise
            record.rows = len(result.rows) if result.update_count is None else result.update_count
            record.details.setdefault("bytes_scanned", result.bytes_scanned)
            result.query_id = record.query_id
        return result

    # --- names ------------------------------------------------------------------------

    def schemas_in_path(self) -> list[str]:
        """Return the schemas that an unqualified name is looked up in, in order."""
        named = [self.user if name == "$user" else name for name in self.search_path]
        return [self.temp_schema, *named, *([self.external] if self.external else [])]

    @property
    def temp_schema(self) -> str:
        return f"pg_temp_{self.pid}"


__all__ = ["SETTINGS", "Redshift"]
