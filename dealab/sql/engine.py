"""From a statement to its result: parse, bind, run on DuckDB, measure, word the errors."""

import os
import re
import threading
import time
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import ClassVar

from dealab.sql import bill, types
from dealab.sql.catalog import Catalog
from dealab.sql.errors import LabBug, LabLimit, ServiceError, SqlError


@dataclass
class Result:
    """What a statement gave.

    ``rows`` are tuples of plain Python values: int, float, Decimal, str, bool, bytes, date, time,
    datetime, list, dict (rows and maps), None. ``types`` are the service's names. Bytes are bytes,
    ``cost_usd`` is a float in US dollars, ``seconds`` is what the lab took. ``stored_as`` is the
    notebook's DataFrame that holds the rows, after ``%%athena >> name``.
    """

    columns: list[str]
    types: list[str]
    rows: list[tuple]
    sql: str
    service: str
    duckdb: list[str] = field(default_factory=list)
    bytes_scanned: int = 0
    billed_bytes: int = 0
    cost_usd: float = 0.0
    seconds: float = 0.0
    region: str = "us-east-1"
    bill: "bill.Bill | None" = None
    stored_as: str | None = None
    _kinds: list = field(default_factory=list, repr=False)

    def df(self):
        """Return the rows as a pandas DataFrame (nullable integers, exact decimals as objects)."""
        from dealab.sql import render

        return render.to_frame(self)

    def _repr_mimebundle_(self, include=None, exclude=None):
        from dealab.sql import render

        return {"text/html": render.html(self), "text/plain": render.plain(self)}


def _folder(datasets) -> Path:
    if datasets is not None:
        return Path(datasets)
    from dealab import paths

    return paths.datasets()


class Engine:
    """One session of a service over one datasets folder. Makes its own in-memory DuckDB."""

    service = ""
    #: a type of interval -> DuckDB text that shows a column ({}) of it
    interval_texts: ClassVar[dict[str, str]] = {}
    #: DuckDB's settings that the service's semantics need
    settings: tuple[str, ...] = ()

    def __init__(self, datasets=None, database: str = "fernway", region: str = "us-east-1"):
        self.catalog = Catalog(_folder(datasets))
        if not (self.catalog.folder / "catalog.json").is_file():
            raise LabLimit(
                f"queries over {self.catalog.folder}, because it holds no catalog.json",
                "tables come from the Glue Data Catalog.",
            )
        self.database = database.lower()
        self.region = region
        bill.price(self.service, region)  # an unknown Region is refused now, not after a query
        self._connections: dict[int, _Session] = {}

    # --- what callers use -------------------------------------------------------------

    def run(self, sql: str, parameters=()) -> Result:
        """Run one statement and return its Result.

        ``parameters`` are the values of ``?``, in order. Raises ServiceError, LabLimit or LabBug.
        """
        with _guarded(sql):
            return self._run(sql, parameters)

    def translate(self, sql: str, parameters=()) -> list[str]:
        """Return the DuckDB statements for ``sql`` without running it: views first, query last."""
        with _guarded(sql):
            plan = self._plan(sql, parameters)
            if plan.answer is not None:
                return []
            session = self._session(plan)
            return [*self._views(plan, session), plan.query]

    # --- inside -----------------------------------------------------------------------

    def _plan(self, sql: str, parameters) -> "Plan":
        raise NotImplementedError

    def finish(self, query, binder, tree) -> "Plan":
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
        )

    def _session(self, plan: "Plan") -> "_Session":
        threads = 1 if plan.limited else max(1, min(4, os.cpu_count() or 1))
        if threads not in self._connections:
            self._connections[threads] = _Session(self, threads)
        return self._connections[threads]

    def _views(self, plan: "Plan", session: "_Session") -> list[str]:
        from dealab.sql import readers

        statements = []
        for (database, name), table in sorted(plan.tables.items()):
            body = session.reader(table, readers)
            label = f"{types.quote(database)}.{types.quote(name)}"
            statements.append(f"CREATE OR REPLACE VIEW {label} AS\n{body}")
        return statements

    def _run(self, sql: str, parameters) -> Result:
        begin = time.perf_counter()
        plan = self._plan(sql, parameters)
        if plan.answer is not None:
            columns, kinds, rows = plan.answer
            result = Result(columns, kinds, rows, sql, self.service, region=self.region)
            result.bill = bill.free(self.service, self.region)
            result.seconds = time.perf_counter() - begin
            return result
        session = self._session(plan)
        views = self._views(plan, session)
        session.prepare(views, plan.query)
        rows, profile = session.execute(plan.query, plan.kinds)
        measured = bill.from_profile(profile, self.service, self.region, bool(plan.tables))
        return Result(
            columns=plan.columns,
            types=[self.type_name(kind) for kind in plan.kinds],
            rows=rows,
            sql=sql,
            service=self.service,
            duckdb=[*views, plan.query],
            bytes_scanned=measured.bytes_scanned,
            billed_bytes=measured.billed_bytes,
            cost_usd=measured.cost_usd,
            seconds=time.perf_counter() - begin,
            region=self.region,
            bill=measured,
            _kinds=plan.kinds,
        )

    def type_name(self, kind) -> str:
        raise NotImplementedError

    def own_error(self, code: str, message: str) -> ServiceError:
        """Build the error that one of the lab's macros raised."""
        return ServiceError(code, message)

    def read_error(self, problem: Exception) -> SqlError:
        """Turn DuckDB's complaint into the service's error, a limit of the lab, or LabBug."""
        message = str(problem)
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


@dataclass
class Plan:
    """A statement ready to run, or its ``answer`` (columns, types, rows) without a query."""

    query: str = ""
    columns: list[str] = field(default_factory=list)
    kinds: list = field(default_factory=list)
    tables: dict = field(default_factory=dict)
    limited: bool = False
    answer: tuple | None = None


class _Session:
    """A locked DuckDB connection that can read the datasets folder and nothing else."""

    def __init__(self, engine: Engine, threads: int):
        import duckdb

        self.engine = engine
        self.connection = duckdb.connect(":memory:")
        folder = engine.catalog.folder.as_posix()
        for setting in (
            "integer_division = true",
            "TimeZone = 'UTC'",
            "autoinstall_known_extensions = false",
            "autoload_known_extensions = false",
            "python_enable_replacements = false",
            "enable_external_file_cache = false",  # each query pays for what it reads
            "parquet_metadata_cache = true",  # footers are read once, when a table is first named
            "parquet_prefetch_column_gap = 0",  # no byte between two columns is read
            "disabled_optimizers = 'type_pushdown'",  # it turns TRY_CAST over CSV into CAST
            "enable_profiling = 'no_output'",
            "profiling_coverage = 'ALL'",
            "enable_progress_bar = false",
            f"threads = {threads}",
            "async_threads = 0",  # no reading ahead: LIMIT stops where it stops
            *engine.settings,
            f"allowed_directories = [{types.text(folder + '/')}]",
            "enable_external_access = false",
            "lock_configuration = true",
        ):
            self.connection.execute(f"SET {setting}")
        self.made: dict[str, str] = {}  # macros and views that exist, with their text
        self.readers: dict = {}

    def reader(self, table, readers) -> str:
        """Return the query behind a table; it is built again when a file came, went or changed."""
        catalog = self.engine.catalog
        places = [part.location for part in table.partitions] if table.keys else [table.location]
        stamp = tuple(
            (file, file.stat().st_mtime_ns, file.stat().st_size)
            for place in places
            for file in catalog.files(place)
        )
        key = (table.database, table.name)
        known = self.readers.get(key)
        if known is None or known[0] != stamp:
            try:
                self.readers[key] = (stamp, readers.query(catalog, table, self.connection))
            except SqlError:
                raise
            except Exception as problem:
                raise self.engine.read_error(problem) from problem
        return self.readers[key][1]

    def prepare(self, views: list[str], query: str) -> None:
        from dealab.sql import macros, patterns

        everything = "\n".join([*views, query])
        service = self.engine.service
        needed = macros.needed(everything, service)
        for name in re.findall(r"\blab_py_\w+", everything + "".join(text for _, text in needed)):
            if name not in self.made:
                function, parameters, result = patterns.PYTHON[name]
                self.connection.create_function(
                    name,
                    patterns.null_safe(function),
                    parameters,
                    result,
                    type="native",
                    null_handling="special",
                )
                self.made[name] = name
        for name, statement in needed:
            if name not in self.made:
                self.connection.execute(statement)
                self.made[name] = statement
        for view in views:
            label = view.partition(" AS\n")[0]
            if self.made.get(label) != view:
                schema = label.split()[-1].partition(".")[0]
                if schema not in self.made:
                    self.connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
                    self.made[schema] = schema
                try:
                    self.connection.execute(view)
                except Exception as problem:
                    raise self.engine.read_error(problem) from problem
                self.made[label] = view

    def execute(self, query: str, kinds) -> tuple[list[tuple], str]:
        """Return the rows as plain values and DuckDB's profile (JSON text)."""
        from dealab.sql import values

        fetched = self._interruptible(lambda: self.connection.execute(query).fetchall())
        profile = self.connection.get_profiling_information(format="json")
        return values.plain_rows(fetched, kinds), profile

    def _interruptible(self, work):
        """Run ``work`` in a thread, so that a notebook's interrupt reaches DuckDB at once.

        DuckDB itself notices Python's signals only now and then.
        """
        outcome: dict = {}
        done = threading.Event()

        def run():
            try:
                outcome["result"] = work()
            except BaseException as problem:
                outcome["problem"] = problem
            finally:
                done.set()

        thread = threading.Thread(target=run, name="dealab-sql", daemon=True)
        thread.start()
        try:
            while not done.wait(0.5):
                pass
        except KeyboardInterrupt:
            self.connection.interrupt()
            done.wait()
            raise self.engine.read_error(Exception("Interrupted")) from None
        finally:
            thread.join()
        if "problem" in outcome:
            raise self.engine.read_error(outcome["problem"]) from outcome["problem"]
        return outcome["result"]


class _guarded:
    """Let only the three kinds of error out."""

    def __init__(self, sql):
        self.sql = sql

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


def __getattr__(name):
    if name == "Athena":
        from dealab.sql.athena.engine import Athena

        return Athena
    if name == "Redshift":
        from dealab.sql.redshift.engine import Redshift

        return Redshift
    raise AttributeError(name)
