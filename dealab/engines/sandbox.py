"""Folders that a Lambda handler sees: its ``/tmp``, ``/opt`` and mounted folders.

    places = Places({"/tmp": folder / "tmp"}, read_only={"/var/task": code}, limits={"/tmp": 2**29})
    with patched():                   # while any handler runs
        with inside(places):          # in the handler's thread
            open("/tmp/x", "w")       # is folder/tmp/x

Calls of Python's own file functions are mapped (``open``, ``os``, ``pathlib``, ``shutil``,
``tempfile``), in the thread that is ``inside`` and in threads that it starts. Anything else is
read-only, as in the service. A relative path starts at ``/var/task``.

Compiled code that opens files by itself (pyarrow, DuckDB, sqlite3, subprocesses) meets the
computer's own folders. What it writes to ``/tmp`` can be read on by Python code here, but is not
counted, and another environment can see it.
"""

import builtins
import contextlib
import errno
import io
import os
import sys
import tempfile
import threading
from pathlib import Path

HOME = "/var/task"
_here = threading.local()
_lock = threading.Lock()
_users = 0
_originals: list[tuple] = []

_READS = ("stat", "lstat", "listdir", "scandir", "readlink", "access", "statvfs", "chdir")
_WRITES = ("mkdir", "remove", "unlink", "rmdir", "chmod", "utime", "truncate")
_MOVES = ("rename", "replace", "link", "symlink")


class Places:
    """What paths stand for. ``writable`` and ``read_only``: path in the handler -> real folder.

    ``limits``: path -> bytes that may be stored below it.
    """

    def __init__(self, writable: dict, read_only: dict | None = None, limits: dict | None = None):
        self.writable = {path: Path(folder) for path, folder in writable.items()}
        self.all = {**{p: Path(f) for p, f in (read_only or {}).items()}, **self.writable}
        self.limits = limits or {}
        self._since = [os.stat(self.all[path]).st_mtime for path in self.limits]
        # Python and its packages may lie below /tmp, too, and stay readable there.
        programs = {sys.prefix, sys.base_prefix, *sys.path} - {"", "/", *self.all}
        self._programs = tuple(os.path.join(path, "") for path in programs if os.path.isabs(path))

    def real(self, path, writes: bool = False, exists: bool = True):
        """Return the real path. Raises OSError (read-only) for a write outside ``writable``.

        ``exists``: the path is one that should be there, and not one to be made.
        """
        if isinstance(path, int):  # an open file
            return path
        text = os.fsdecode(path)
        full = text if os.path.isabs(text) or text.startswith("/") else f"{HOME}/{text}"
        if full == os.devnull or (full.startswith(self._programs) and not writes):
            return path
        for start, folder in self.all.items():
            may = not writes or start in self.writable
            if _below(full, str(folder)):  # such as a module's __file__
                if may:
                    return path
                break
            if _below(full, start):
                if may:
                    real = os.path.join(folder, full[len(start) + 1 :])
                    compiled = exists and start in self.limits and self._by_compiled(full, real)
                    return full if compiled else real
                break
        else:
            if not writes:
                return path
        raise OSError(errno.EROFS, "Read-only file system", text)

    def _by_compiled(self, full: str, real: str) -> bool:
        """Say whether compiled code made the file, in the computer's own folder."""
        with outside():
            if os.path.lexists(real) or not os.path.isfile(full):
                return False
            return os.stat(full).st_mtime >= min(self._since)

    def room(self, real: str) -> tuple[str, int] | None:
        """Return (path, bytes still free) of the limited place that ``real`` lies in, or None."""
        for path, limit in self.limits.items():
            folder = str(self.all[path])
            if str(real).startswith(folder):
                return path, limit - used(folder)
        return None


def _below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder + "/") or path.startswith(folder + os.sep)


def used(folder) -> int:
    """Bytes of all files below ``folder``."""
    with outside():
        return sum(
            os.lstat(os.path.join(where, name)).st_size
            for where, _, names in os.walk(folder)
            for name in names
        )


class _Limited(io.FileIO):
    """A file in a place with a limit: a write beyond it fails as a full disk does."""

    def __init__(self, path, mode, places):
        super().__init__(path, mode)
        self._places = places

    def write(self, data):
        data = memoryview(data).cast("B")
        room = self._places.room(self.name)
        grows = self.tell() + len(data) - os.fstat(super().fileno()).st_size
        if room is not None and grows > room[1]:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(data)

    def fileno(self):
        # Copying by file number would go round the limit; without one, callers use write().
        raise io.UnsupportedOperation("fileno")


def _open(file, mode="r", buffering=-1, encoding=None, errors=None, newline=None, *more, **named):
    places = getattr(_here, "places", None)
    original = _saved(builtins, "open")
    rest = (buffering, encoding, errors, newline)
    if places is None or isinstance(file, int):
        return original(file, mode, *rest, *more, **named)
    writes = bool(set(mode) & set("wax+"))
    real = places.real(file, writes, exists="w" not in mode and "x" not in mode)
    if not writes or more or named or places.room(real) is None:
        return original(real, mode, *rest, *more, **named)
    raw = _Limited(real, mode.replace("b", "").replace("t", ""), places)
    if buffering == 0:
        return raw
    wrap = io.BufferedRandom if "+" in mode else io.BufferedWriter
    buffered = wrap(raw, buffering if buffering > 1 else io.DEFAULT_BUFFER_SIZE)
    if "b" in mode:
        return buffered
    text = io.TextIOWrapper(buffered, encoding, errors, newline, buffering == 1)
    text.mode = mode
    return text


def _mapped(original, paths: int, writes: bool):
    def call(*args, **named):
        places = getattr(_here, "places", None)
        if places is None or any(
            named.get(key) is not None for key in ("dir_fd", "src_dir_fd", "dst_dir_fd")
        ):
            return original(*args, **named)
        if original.__name__ == "open":
            flags = args[1] if len(args) > 1 else named.get("flags", 0)
            changes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        else:
            changes = writes
        given, made = list(args), original.__name__ == "mkdir"
        if not args and not set(named) & {"path", "src", "dst"}:
            given = ["."]
        first = 1 if original.__name__ == "symlink" else 0  # a link's text stays as it is
        for index in range(first, min(paths, len(given))):
            given[index] = places.real(given[index], bool(changes), not (made or index))
        for name in ("path", "src", "dst"):
            if name in named and not (first and name == "src"):
                named[name] = places.real(named[name], bool(changes), name != "dst" and not made)
        return original(*given, **named)

    call.__name__ = original.__name__
    return call


def _inherit(original):
    def start(thread):
        context = dict(_here.__dict__)
        if context.get("places") is not None:
            run = thread.run

            def in_context():
                _here.__dict__.update(context)
                for setup in context.get("setups", ()):
                    setup()
                run()

            thread.run = in_context
        return original(thread)

    return start


def _saved(owner, name):
    for where, key, original in _originals:
        if where is owner and key == name:
            return original
    return getattr(owner, name)


@contextlib.contextmanager
def patched():
    """While this lasts, file functions look whether their thread is ``inside``. May be nested."""
    global _users
    with _lock:
        _users += 1
        if _users == 1:
            _patch()
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if _users == 0:
                for owner, name, original in reversed(_originals):
                    setattr(owner, name, original)
                _originals.clear()


def _patch() -> None:
    def put(owner, name, new):
        _originals.append((owner, name, getattr(owner, name)))
        setattr(owner, name, new)

    gettempdir, getcwd, unlink = tempfile.gettempdir, os.getcwd, os.unlink
    put(builtins, "open", _open)
    put(io, "open", _open)
    for names, paths, writes in ((_READS, 1, False), (_WRITES, 1, True), (_MOVES, 2, True)):
        for name in names:
            if hasattr(os, name):
                put(os, name, _mapped(getattr(os, name), paths, writes))
    put(os, "open", _mapped(os.open, 1, False))
    if (transfers := sys.modules.get("s3transfer.utils")) is not None:  # it keeps its own name
        put(transfers, "rename_file", _mapped(transfers.rename_file, 2, True))
    # Its files are removed by the unlink of the time when the module was loaded.
    for method in vars(tempfile._TemporaryFileCloser).values():
        if unlink in (getattr(method, "__defaults__", None) or ()):
            fresh = tuple(os.unlink if one is unlink else one for one in method.__defaults__)
            put(method, "__defaults__", fresh)
    put(tempfile, "gettempdir", lambda: "/tmp" if _is_inside() else gettempdir())
    put(os, "getcwd", lambda: HOME if _is_inside() else getcwd())
    put(threading.Thread, "start", _inherit(threading.Thread.start))


def _is_inside() -> bool:
    return getattr(_here, "places", None) is not None


@contextlib.contextmanager
def inside(places: Places, *setups):
    """This thread, and threads that it starts, see ``places``.

    Each of ``setups`` is called in every thread that is started from here.
    """
    before = dict(_here.__dict__)
    _here.places, _here.setups = places, setups
    try:
        yield
    finally:
        _here.__dict__.clear()
        _here.__dict__.update(before)


@contextlib.contextmanager
def outside():
    """This thread sees the computer's own folders: the lab itself is at work."""
    places, _here.places = getattr(_here, "places", None), None
    try:
        yield
    finally:
        _here.places = places
