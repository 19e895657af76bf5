"""One SQLite file that several notebooks write to, and that no crash and no damage may cost.

Each call opens the file, does its work in one transaction and closes it again (about a
millisecond): nothing is held between two cells, so a killed kernel leaves nothing locked, a forked
process inherits nothing, and Windows can move the file.

Never open the file but through SQLite: on POSIX, closing any handle of it drops the locks of the
whole process.
"""

import contextlib
import os
import re
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from dealab.progress.schema import MIGRATIONS

T = TypeVar("T")

# The file is there and SQLite cannot make sense of it.
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_WRONG_TABLES = re.compile(r"no such (table|column)|has no column|already exists")


class Unavailable(Exception):
    """The file cannot be used now; the message says why and what to do."""


class Database:
    """The progress file at ``path``. ``aside`` says so when a damaged file was set aside."""

    def __init__(self, path: Path, stamp: Callable[[], str], timeout: float):
        """``stamp`` names a moment for file names; ``timeout`` is how long to wait, in seconds."""
        self.path, self._stamp, self._timeout = path, stamp, timeout
        self.aside = ""

    def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Return what ``work`` returns, after its changes are on the disk. Raises Unavailable."""

        def change() -> T:
            with contextlib.closing(self._open()) as connection:
                # IMMEDIATE: wait for other writers now, not in the middle of the work.
                connection.execute("BEGIN IMMEDIATE")
                result = work(connection)
                connection.execute("COMMIT")
                return result

        return self._guarded(change)

    def read(self, work: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        """Return what ``work`` returns, or ``otherwise`` when there is no file yet."""

        def look() -> T:
            if not os.path.exists(self.path):
                return otherwise
            try:
                connection = self._open()
            except (sqlite3.OperationalError, OSError) as error:
                connection = self._open_unwritable(error)
            with contextlib.closing(connection):
                return work(connection)

        return self._guarded(look)

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self.path, timeout=self._timeout, isolation_level=None)
        try:
            if _version(connection) < len(MIGRATIONS):
                self._migrate(connection)
            self._check_version(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _check_version(self, connection: sqlite3.Connection) -> None:
        found = _version(connection)
        if found != len(MIGRATIONS):
            raise Unavailable(
                f"{self.path} has schema {found} and this dealab knows schema {len(MIGRATIONS)}. "
                "It was left as it is. Install the newest dealab (pip install --upgrade dealab)."
            )

    def _migrate(self, connection: sqlite3.Connection) -> None:
        # WAL lets others read while one writes. It is kept in the file, so once is enough. Where it
        # cannot be had (some network drives) or another process is first, SQLite's default is safe.
        with contextlib.suppress(sqlite3.OperationalError):
            connection.execute("PRAGMA journal_mode = WAL")
        try:
            _apply_migrations(connection)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PROTOCOL):
                raise
            connection.execute("PRAGMA journal_mode = DELETE")
            _apply_migrations(connection)

    def _open_unwritable(self, error: Exception) -> sqlite3.Connection:
        """Open a file in a folder that cannot be written to, where WAL has no place for its index.

        ``immutable`` is right there: nobody can change the file.
        """
        if not self.path.is_file() or os.access(self.path.parent, os.W_OK):
            raise error
        address = f"{self.path.resolve().as_uri()}?mode=ro&immutable=1"
        connection = sqlite3.connect(address, uri=True)
        try:
            self._check_version(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _guarded(self, work: Callable[[], T]) -> T:
        """Run ``work``; if the file turns out damaged, set it aside and run ``work`` once more."""
        for again in (True, False):
            seen = self._identity()
            try:
                return work()
            except (sqlite3.Error, OSError) as error:
                if again and self._damaged(error) and self._set_aside(seen, error):
                    continue
                raise Unavailable(self._explain(error)) from error
        raise AssertionError("unreachable")

    def _damaged(self, error: Exception) -> bool:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in _DAMAGED:
            return True
        if code == sqlite3.SQLITE_ERROR:
            return bool(_WRONG_TABLES.search(str(error)))
        # There, but not to be read: a folder in its place, or somebody else's file.
        unreadable = os.path.isdir(self.path) or not os.access(self.path, os.R_OK)
        return unreadable and os.path.exists(self.path) and os.access(self.path.parent, os.W_OK)

    def _identity(self) -> tuple[int, int] | None:
        try:
            found = self.path.stat()
        except OSError:
            return None
        return (found.st_dev, found.st_ino)

    def _set_aside(self, seen: tuple[int, int] | None, error: Exception) -> bool:
        """Rename the damaged file ``seen`` and its companions; True if the path is free or new.

        Several processes may find the damage together: one renames, under a lock file, and the
        others wait and then see a file that is not the one they looked at.
        """
        lock = Path(f"{self.path}.lock")
        try:
            with _exclusive(lock, self._timeout):
                if self._identity() != seen:
                    return True
                target = Path(f"{self.path}.damaged-{self._stamp()}-{os.getpid()}")
                # The log first: whoever makes a new file meanwhile must not find the old log.
                for suffix in ("-wal", "-shm", "-journal", ""):
                    with contextlib.suppress(FileNotFoundError):
                        os.rename(f"{self.path}{suffix}", f"{target}{suffix}")
        except OSError:
            return False
        self.aside = (
            f"The progress file could not be read ({error}). It was set aside as {target} and a "
            "new one was started; answers from before are not shown."
        )
        return True

    def _explain(self, error: Exception) -> str:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return (
                f"Another program has held {self.path} for more than {self._timeout:g} seconds. "
                "Close it, then answer again."
            )
        if code == sqlite3.SQLITE_FULL:
            return f"The disk that holds {self.path} is full. Make room, then answer again."
        return (
            f"{self.path} cannot be used ({error}). "
            "Set DEALAB_HOME to a folder that you can write to and restart."
        )


def _version(connection: sqlite3.Connection) -> int:
    return connection.execute("PRAGMA user_version").fetchone()[0]


def _apply_migrations(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Asked again inside the transaction: another process may have been faster.
        for number in range(_version(connection), len(MIGRATIONS)):
            for statement in MIGRATIONS[number]:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number + 1}")
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


@contextlib.contextmanager
def _exclusive(lock: Path, timeout: float):
    """Hold ``lock``, a file that only one process can make. One left by a crash goes after 10 s."""
    deadline = time.monotonic() + timeout
    while True:
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            break
        except FileExistsError:
            with contextlib.suppress(FileNotFoundError):
                if time.time() - lock.stat().st_mtime > 10:
                    lock.unlink()
            if time.monotonic() > deadline:
                raise TimeoutError(f"{lock} is held") from None
            time.sleep(0.01)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)
