"""From a statement to its result: plan, run on DuckDB, measure, word the errors."""

import os
import re
import time
from collections.abc import Callable, Iterator
from functools import cache
from typing import ClassVar

from dealab.sql import bill, types
from dealab.sql import lake as lakes
from dealab.sql.errors import LabBug, LabLimit, ServiceError, SqlError
from dealab.sql.results import Outcome, Plan, Result


class Engine:
    """A client of a service over one lake."""

    service = ""
    #: a type of interval -> DuckDB text that shows a column ({}) of it
    interval_texts: ClassVar[dict[str, str]] = {}
    #: DuckDB's settings that the service's semantics need
    settings: tuple[str, ...] = ()

    def __init__(
        self, datasets=None, database: str = "fernway", region: str = "us-east-1", lake=None
    ):
        if lake is None:
            lake = lakes.current() if datasets is None else lakes.Lake(datasets)
        self.lake = lake
        self.database = database.lower()
        self.region = region
        bill.price(self.service, region)  # an unknown Region is refused now, not after a query
        #: the role whose session this is (its ARN or name): Lake Formation decides what it sees
        self.principal: str | None = None
        self._ducks: dict = {}
        #: called with (percent or -1, seconds) now and then while a long statement runs
        self.on_progress: Callable[[float, float], None] | None = None

    # --- what callers use -------------------------------------------------------------

    def run(self, sql: str, parameters=()) -> Result:
        """Run one statement and return its Result.

        ``parameters`` are the values of ``?``, in order. Raises ServiceError, LabLimit or LabBug.
        """
        with guarded(), self.lake.statement():
            try:
                return self._run(sql, parameters)
            except lakes.NoSuchBucket as problem:
                raise self.own_error("NO_SUCH_BUCKET", str(problem)) from None

    def script(self, sql: str, parameters=(), **how) -> Iterator[Result]:
        """Run the statements of ``sql``, separated by semicolons, and yield each Result.

        The first error ends it; what ran before stays done. ``parameters`` go to the statement
        when there is only one; ``how`` is what else the service's ``run`` takes.
        """
        with guarded():
            statements = self.split(sql)
        if len(statements) > 1 and parameters:
            raise LabLimit(
                "parameters for several statements at once",
                "each statement has its own parameters.",
            )
        for statement in statements:
            yield self.run(statement, parameters, **how)

    def translate(self, sql: str, parameters=()) -> list[str]:
        """Return the DuckDB statements for a query without running it: views first, query last.

        A statement that is not a query has none before it runs; its Result lists them in
        ``duckdb``.
        """
        with guarded():
            plan = self.plan(sql, parameters)
            if plan.work is not None:
                return []
            return [*self.duck(plan).views(plan.tables), plan.query]

    def estimate(self, sql: str, parameters=()):
        """Return the Estimate of what a query would read and cost; it is not run."""
        from dealab.sql.estimate import estimate

        with guarded():
            plan = self.plan(sql, parameters)
            if plan.work is not None and not plan.query:
                raise LabLimit(
                    "an estimate for a statement that is not a query",
                    "statements that define or list tables scan nothing and cost nothing.",
                )
            return estimate(self, plan)

    # --- for statements ---------------------------------------------------------------

    @property
    def catalog(self):
        """Return the lake's catalog, as the session's role sees it."""
        return self.lake.catalog

    def plan(self, sql: str, parameters=()) -> Plan:
        """Return the plan of one statement; nothing is changed yet."""
        raise NotImplementedError

    def split(self, sql: str) -> list[str]:
        """Return the statements of a text, each without its semicolon."""
        raise NotImplementedError

    def finish(self, query, binder, tree) -> Plan:
        """Return the plan of a bound query; intervals are shown as the service's text."""
        shown = query.sql
        if any(kind.name in types.INTERVALS for _, kind in query.columns):
            names = [f"c{at}" for at in range(len(query.columns))]
            picks = ", ".join(
                self.interval_texts.get(kind.name, "{}").format(f"r.{name}")
                for name, (_, kind) in zip(names, query.columns, strict=True)
            )
            shown = f"SELECT {picks} FROM ({query.sql}) AS r({', '.join(names)})"
        return Plan(
            query=shown,
            columns=[name for name, _ in query.columns],
            kinds=[kind for _, kind in query.columns],
            tables=binder.tables,
            limited=has_limit(tree),
            local=any(source.sql.startswith('"rs".') for source in binder.reads),
            reads=[source.path for source in binder.reads if hasattr(source.table, "store")],
        )

    def duck(self, plan: Plan | None = None):
        """Return the connection that runs a plan: one with a single thread where a LIMIT decides
        how much is read, so that the bill is always the same."""
        from dealab.sql.duck import Duck, instance

        threads = 1 if plan is not None and plan.limited else max(1, min(4, os.cpu_count() or 1))
        if threads not in self._ducks:
            connection = instance(self.lake, self.settings, threads)
            self._ducks[threads] = Duck(self, connection)
        return self._ducks[threads]

    def select(self, plan: Plan) -> Outcome:
        """Run the query of a plan: its rows and its bill."""
        duck = self.duck(plan)
        views = duck.views(plan.tables)
        duck.prepare(views, plan.query)
        rows, profile = duck.select(plan.query, plan.kinds)
        return Outcome(
            plan.columns,
            plan.kinds,
            rows,
            bill=self._charge(plan, profile),
            duckdb=[*views, plan.query],
        )

    def execute(self, plan: Plan, statement: str) -> Outcome:
        """Run a DuckDB statement that holds the query of a plan (COPY, CREATE TABLE AS, INSERT).

        ``statement`` has ``{query}`` where the plan's query goes. The Outcome's ``rows`` are
        DuckDB's own answer; its bill is what the query read.
        """
        duck = self.duck(plan)
        views = duck.views(plan.tables)
        text = statement.replace("{query}", plan.query)
        duck.prepare(views, text)
        rows = duck.execute(text)
        return Outcome(rows=rows, bill=self._charge(plan, duck.profile()), duckdb=[*views, text])

    def type_name(self, kind) -> str:
        raise NotImplementedError

    def own_error(self, code: str, message: str) -> ServiceError:
        """Build the error that one of the lab's macros raised."""
        return ServiceError(code, message)

    def read_error(self, problem: Exception) -> SqlError:
        """Turn DuckDB's complaint into the service's error, a limit of the lab, or LabBug."""
        if isinstance(problem, SqlError):
            return problem
        if isinstance(problem, lakes.NoSuchBucket):
            return self.own_error("NO_SUCH_BUCKET", str(problem))
        message = str(problem)
        for root in self.lake.roots():  # a file is told by its address in the lake
            message = message.replace(f"{root.as_posix()}/", "s3://")
        own = re.search(r"'lab\|([A-Z_0-9]+)\|(.*)' to INT64", message, re.DOTALL)
        if own:
            return self.own_error(own[1], own[2])
        for pattern, code, shown in _runtime_errors(self.service):
            found = pattern.search(message)
            if found and code == "LIMIT":
                return LabLimit(found.expand(shown), f"{self.service.capitalize()} runs it.")
            if found:
                return ServiceError(code, found.expand(shown))
        return LabBug(f"{type(problem).__name__}: {message.strip().splitlines()[0]}")

    # --- inside -----------------------------------------------------------------------

    def _charge(self, plan: Plan, profile: str):
        """Return the bill of what a plan's query read. One that reads no file costs nothing."""
        if not plan.tables:
            return bill.free()
        factors = {bill.scale_of(table) for table in plan.tables.values()}
        factor = factors.pop()
        if factors:  # the tables' scales differ: weigh them by what each is estimated to read
            from dealab.sql.estimate import estimate

            scans = estimate(self, plan).scans
            whole = sum(scan.bytes_estimated for scan in scans)
            scaled = sum(scan.bytes_estimated * scan.scale for scan in scans)
            factor = scaled / whole if whole else min(factor, *factors)
        return bill.from_profile(profile, self.service, self.region, factor)

    def _run(self, sql: str, parameters) -> Result:
        begin = time.perf_counter()
        plan = self.plan(sql, parameters)
        outcome = self.carry_out(plan, sql)
        charged = outcome.bill or bill.free()
        return Result(
            columns=outcome.columns,
            types=[self.type_name(kind) for kind in outcome.kinds],
            rows=outcome.rows,
            sql=sql,
            service=self.service,
            duckdb=outcome.duckdb,
            bytes_scanned=charged.bytes_scanned,
            billed_bytes=charged.billed_bytes,
            cost_usd=charged.cost_usd,
            seconds=time.perf_counter() - begin,
            region=self.region,
            bill=charged,
            message=outcome.message,
            notes=outcome.notes,
            update_count=outcome.update_count,
            _kinds=outcome.kinds,
        )

    def carry_out(self, plan: Plan, sql: str) -> Outcome:
        """Run a plan."""
        return plan.work() if plan.work is not None else self.select(plan)


@cache
def _runtime_errors(service: str) -> list[tuple[re.Pattern, str, str]]:
    """Read ``tables/<service>_errors.txt``: (pattern, code, message)."""
    from dealab.sql.macros import resource

    rows = []
    for line in resource(f"{service}_errors.txt").splitlines():
        if line and not line.startswith("#"):
            pattern, _, answer = line.partition(" => ")
            code, _, shown = answer.partition(" ")
            rows.append((re.compile(pattern, re.DOTALL), code, shown))
    return rows


def has_limit(tree) -> bool:
    """Tell whether a LIMIT decides how much is read: such a statement runs on one thread."""
    from sqlglot import exp

    return tree.find(exp.Limit, exp.Fetch) is not None


class guarded:
    """Let only the three kinds of error out."""

    def __enter__(self):
        return self

    def __exit__(self, kind, problem, trace):
        if problem is None or isinstance(problem, (SqlError, KeyboardInterrupt, MemoryError)):
            return False
        if isinstance(problem, RecursionError):
            raise LabLimit(
                "a statement nested this deep", "the service has a limit of its own."
            ) from None
        raise LabBug(f"{type(problem).__name__}: {problem}") from problem
