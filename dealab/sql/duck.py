"""The DuckDB behind an engine: a locked connection that can open the lake and nothing else."""

import re
import threading

from dealab.sql import types
from dealab.sql.errors import SqlError

#: how DuckDB is set for both services; an engine adds its own
SETTINGS = (
    "integer_division = true",
    "TimeZone = 'UTC'",
    "autoinstall_known_extensions = false",
    "autoload_known_extensions = false",
    "python_enable_replacements = false",
    "enable_external_file_cache = false",  # each query pays for what it reads
    "parquet_metadata_cache = true",  # footers are read once, when a table is first named
    "parquet_prefetch_column_gap = 0",  # no byte between two columns is read
    "disabled_optimizers = 'type_pushdown'",  # it turns TRY_CAST over CSV into CAST
    "async_threads = 0",  # no reading ahead: LIMIT stops where it stops
)
#: settings of one connection, which a locked instance still takes
OWN_SETTINGS = (
    "enable_profiling = 'no_output'",
    "profiling_coverage = 'ALL'",
    "enable_progress_bar = true",  # counted for query_progress(), never printed
    "enable_progress_bar_print = false",
)
#: seconds after which a statement that still runs is spoken of
PATIENCE = 2.0
#: seconds between two looks at a running statement
POLL = 0.5


def instance(lake, settings, threads: int):
    """Return a new in-memory DuckDB whose configuration is locked."""
    import duckdb

    connection = duckdb.connect(":memory:")
    folders = ", ".join(types.text(root.as_posix() + "/") for root in lake.roots())
    for setting in (
        *SETTINGS,
        *settings,
        f"threads = {threads}",
        f"allowed_directories = [{folders}]",
        "enable_external_access = false",
        f"allowed_configs = [{', '.join(types.text(s.split(' = ')[0]) for s in OWN_SETTINGS)}]",
        "lock_configuration = true",
    ):
        connection.execute(f"SET GLOBAL {setting}")
    return connection


class Duck:
    """One connection of an engine, with the macros and views that its queries have needed.

    Macros and views are temporary: no other connection sees them, so none can stand in the way.
    """

    def __init__(self, engine, connection, root=None, known=None):
        self.engine = engine
        self.connection = connection
        # Python functions belong to the connection that made them: to one that outlives all others
        self.root = connection if root is None else root
        self.known = set() if known is None else known  # names of the functions that it made
        for setting in OWN_SETTINGS:
            self.connection.execute(f"SET {setting}")
        self.made: dict[str, str] = {}  # macros and views that exist, with their text
        self._readers: dict = {}

    def forget_views(self) -> None:
        """Make macros and views again when next needed: a rollback has taken them away."""
        self.made.clear()

    def reader(self, table) -> str:
        """Return the query behind a table; it is built again when a file came, went or changed."""
        from dealab.sql import readers

        lake = self.engine.lake
        stamp = tuple(
            (file, status.st_mtime_ns, status.st_size)
            for file in readers.files(lake, table)
            for status in (file.stat(),)
        )
        key = (table.database, table.name)
        known = self._readers.get(key)
        if known is None or known[0] != (table, stamp):
            try:
                text = readers.query(lake, table, self.connection)
            except SqlError:
                raise
            except Exception as problem:
                raise self.engine.read_error(problem) from problem
            known = self._readers[key] = ((table, stamp), text)
        return known[1]

    def files(self, table) -> list:
        """Return the files that ``reader`` found behind a table, without looking again."""
        from dealab.sql import readers

        known = self._readers.get((table.database, table.name))
        if known is None or known[0][0] != table:
            return readers.files(self.engine.lake, table)
        return [file for file, *_ in known[0][1]]

    def views(self, tables: dict) -> list[str]:
        """Return the statements that make the views of these tables (label -> Table)."""
        return [
            f"CREATE OR REPLACE TEMP VIEW {types.quote(label)} AS\n{self.reader(table)}"
            for label, table in sorted(tables.items())
        ]

    def prepare(self, views: list[str], query: str) -> None:
        """Make the views, macros and Python functions that a query uses."""
        from dealab.sql import macros, patterns

        everything = "\n".join([*views, query])
        needed = macros.needed(everything, self.engine.service)
        for name in re.findall(r"\blab_py_\w+", everything + "".join(text for _, text in needed)):
            if name not in self.known:
                self._function(name, *patterns.PYTHON[name])
        for name, statement in needed:
            if name not in self.made:
                statement = statement.replace("CREATE MACRO", "CREATE OR REPLACE TEMP MACRO", 1)
                self.connection.execute(statement)
                self.made[name] = statement
        for view in views:
            label = view.partition(" AS\n")[0]
            if self.made.get(label) != view:
                try:
                    self.connection.execute(view)
                except Exception as problem:
                    raise self.engine.read_error(problem) from problem
                self.made[label] = view

    def functions(self) -> None:
        """Make all Python functions known so far: a transaction sees only those made before it."""
        from dealab.sql import patterns, readers  # noqa: F401 - readers have functions, too

        for name, made in list(patterns.PYTHON.items()):
            if name not in self.known:
                self._function(name, *made)

    def _function(self, name: str, function, parameters, result) -> None:
        """Make a Python function for all connections of the instance, outside any transaction: a
        rollback must not take it away, nor a failure end the transaction."""
        import duckdb

        from dealab.sql import patterns

        try:
            self.root.create_function(
                name,
                patterns.null_safe(function),
                parameters,
                result,
                type="native",
                null_handling="special",
            )
        except duckdb.Error:  # another connection of this instance has it already
            if not self._has_function(self.root, name):
                raise
        self.known.add(name)

    @staticmethod
    def _has_function(connection, name: str) -> bool:
        found = connection.execute(
            "SELECT count(*) FROM duckdb_functions() WHERE function_name = ?", [name]
        )
        return found.fetchone()[0] > 0

    def execute(self, statement: str) -> list[tuple]:
        """Run one DuckDB statement and return its rows as DuckDB gives them."""
        return self._interruptible(lambda: self.connection.execute(statement).fetchall())

    def select(self, query: str, kinds) -> tuple[list[tuple], str]:
        """Return the rows as plain values and DuckDB's profile (JSON text)."""
        from dealab.sql import values

        fetched = self.execute(query)
        return values.plain_rows(fetched, kinds), self.profile()

    def profile(self) -> str:
        """Return DuckDB's profile of the last statement (JSON text)."""
        return self.connection.get_profiling_information(format="json")

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
            waited = 0.0
            while not done.wait(POLL):
                waited += POLL
                if waited >= PATIENCE and self.engine.on_progress:
                    self.engine.on_progress(self.connection.query_progress(), waited)
        except KeyboardInterrupt:
            self.connection.interrupt()
            done.wait()
            raise self.engine.read_error(Exception("Interrupted")) from None
        finally:
            thread.join()
        if "problem" in outcome:
            raise self.engine.read_error(outcome["problem"]) from outcome["problem"]
        return outcome["result"]
