"""The lake: one account's S3 buckets and its Glue Data Catalog, fresh in a millisecond.

The datasets folder lies below and is never written. What statements write goes to a temporary
folder on top of it, which is removed when the lake is. A file of the datasets that a statement
deletes is only hidden. So a grader's copy costs nothing, and nothing is written anywhere else.
"""

import contextlib
import os
import shutil
import tempfile
import threading
import weakref
from functools import cached_property
from pathlib import Path

from dealab.sql.catalog import Catalog
from dealab.sql.errors import LabLimit

HIDDEN = "._"  # Athena does not see objects whose name starts with one of these


class BadLocation(ValueError):
    """An address that is not ``s3://bucket/...`` or that leaves the lake."""


class NoSuchBucket(ValueError):
    """A statement writes to a bucket that the local AWS does not have."""


def split(location: str) -> tuple[str, str]:
    """Return bucket and key of ``s3://bucket/key``. Raises BadLocation."""
    scheme, _, rest = location.partition("://")
    bucket, _, key = rest.partition("/")
    if scheme not in ("s3", "s3a", "s3n") or not bucket:
        raise BadLocation(f"not an s3:// address: {location}")
    if any(part in (".", "..") for part in (bucket, *key.split("/"))) or "\\" in rest:
        raise BadLocation(f"outside the lake: {location}")
    return bucket, key


class Lake:
    """Buckets and catalog. ``datasets`` is the folder below (default: the course's)."""

    def __init__(self, datasets=None):
        self.base = _folder(datasets)
        if not (self.base / "catalog.json").is_file():
            raise LabLimit(
                f"queries over {self.base}, because it holds no catalog.json",
                "tables come from the Glue Data Catalog.",
            )
        self._settling = False
        self._hidden: set[str] = set()
        self._owned: set[str] = set()
        self._rooms: dict = {}
        self._touched: set[str] = set()  # addresses that were written or deleted of late
        self._watched: set[str] = set()  # folders that somebody outside of a statement writes to
        self._busy = 0  # statements that run
        #: called by ``settle`` with the addresses (``bucket/key``, folders end in ``/``) that may
        #: have changed; the local AWS listens here
        self.listener = None
        #: returns the names of S3's buckets; the local AWS knows those that are still empty
        self.made = None
        #: ``bucket/key`` of objects that exist and that no file can hold -> why
        self.unseen: dict[str, str] = {}
        self.retired = False  # another lake has taken its place: see ``renew``

    @cached_property
    def top(self) -> Path:
        """Return the folder that takes what is written; it is made when first asked for."""
        made = tempfile.TemporaryDirectory(prefix="dealab-lake-", ignore_cleanup_errors=True)
        weakref.finalize(self, made.cleanup)
        return Path(made.name).resolve()

    @cached_property
    def catalog(self) -> Catalog:
        return Catalog(self)

    def room(self, name, make):
        """Return what a service keeps with this lake (Redshift's namespaces), made once."""
        if name not in self._rooms:
            self._rooms[name] = make()
        return self._rooms[name]

    def rooms(self, kind: str) -> list[tuple]:
        """Return (key, what is kept) of the rooms whose key begins with a kind."""
        return [(k, v) for k, v in self._rooms.items() if isinstance(k, tuple) and k[0] == kind]

    # --- reading ----------------------------------------------------------------------

    def objects(self, location: str) -> list[tuple[str, Path]]:
        """Return (``bucket/key``, file) of every object whose key starts with the address.

        In key order. An address that names a folder has to end in ``/`` to leave out its
        namesakes, as in S3.
        """
        bucket, prefix = split(location)
        found: dict[str, Path] = {}
        for root in self._roots(bucket):
            home = root / bucket
            folder, _, head = prefix.rpartition("/")
            for file in _below(home / folder if folder else home, head):
                name = file.relative_to(root).as_posix()
                inside = file.resolve().is_relative_to(root)  # a link may lead out of the lake
                if inside and name not in self._hidden:
                    found[name] = file
        return sorted(found.items())

    def files(self, location: str) -> list[Path]:
        """Return the data files of a folder (or the one file) at an address, in key order.

        Objects whose path below the address has a part that starts with ``.`` or ``_`` are
        hidden to Athena and stay hidden here; so are empty ones.
        """
        folder = location if location.endswith("/") else location + "/"
        at = len(folder.partition("://")[2])
        self.check_seen(folder)
        found = [
            file
            for name, file in self.objects(folder)
            if not any(part[:1] in HIDDEN for part in name[at:].split("/") if part)
            and file.stat().st_size > 0
        ]
        return found or [file for name, file in self.objects(location) if name == folder[5:-1]]

    def check_seen(self, location: str) -> None:
        """Raise LabLimit when an object at the address is one that the lab's SQL cannot read."""
        if not self.unseen:
            return
        start = location.partition("://")[2]
        for name, why in sorted(self.unseen.items()):
            parts = name[len(start) :].split("/")
            if name.startswith(start) and not any(part[:1] in HIDDEN for part in parts if part):
                raise LabLimit(
                    f"a query over s3://{name}: {why}",
                    "every object below the address is read, whatever its key.",
                )

    def file(self, name: str) -> Path | None:
        """Return the file of the object ``bucket/key``, or None when there is none."""
        if _no_file(name) or name in self._hidden:
            return None
        for root in reversed(self._roots(name.partition("/")[0])):
            with contextlib.suppress(OSError):  # a name that is too long for this computer
                if (root / name).is_file():
                    return root / name
        return None

    def exists(self, location: str) -> bool:
        """Tell whether any object's key starts with the address."""
        return bool(self.objects(location))

    def uri(self, file: Path) -> str:
        """Return the ``s3://`` address of a file of the lake."""
        for root in self._roots():
            if Path(file).is_relative_to(root):
                return "s3://" + Path(file).relative_to(root).as_posix()
        raise BadLocation(f"outside the lake: {file}")

    def buckets(self) -> list[str]:
        """Return the names of the buckets: those that hold something, and those S3 made."""
        homes = (home for root in self._roots() for home in root.iterdir() if home.is_dir())
        names = {home.name for home in homes if any(home.iterdir())}
        return sorted(names | set(self.made() if self.made is not None else ()))

    def written(self) -> list[tuple[str, int]]:
        """Return (``bucket/key``, bytes) of every object that was written to this lake."""
        if "top" not in self.__dict__:
            return []
        return sorted(
            (file.relative_to(self.top).as_posix(), file.stat().st_size)
            for file in self.top.rglob("*")
            if file.is_file()
        )

    # --- writing ----------------------------------------------------------------------

    def target(self, location: str) -> Path:
        """Return where the object at this address is to be written; its folder exists then."""
        bucket, key = split(location)
        if has_bucket is not None and self in _current.values() and not has_bucket(bucket):
            raise NoSuchBucket(bucket)
        path = self.top / bucket / key
        if not path.resolve().is_relative_to(self.top):
            raise BadLocation(f"outside the lake: {location}")
        (path if location.endswith("/") else path.parent).mkdir(parents=True, exist_ok=True)
        self._hidden.discard(f"{bucket}/{key}")
        handed_out = location.endswith("/") and not self._busy
        (self._watched if handed_out else self._touched).add(f"{bucket}/{key}")
        return path

    def put(self, location: str, content: bytes | str) -> Path:
        """Write one object and return its file."""
        path = self.target(location)
        data = content.encode("utf-8") if isinstance(content, str) else content
        path.write_bytes(data)
        self._settle_alone()
        return path

    def read(self, location: str) -> bytes:
        """Return one object's content. Raises FileNotFoundError."""
        bucket, key = split(location)
        for name, file in self.objects(location):
            if name == f"{bucket}/{key}":
                return file.read_bytes()
        raise FileNotFoundError(location)

    def delete(self, location: str) -> int:
        """Delete every object whose key starts with the address; return how many there were."""
        found = self.objects(location)
        for name, file in found:
            if file.is_relative_to(self.top):
                self._unlink(file)
            if (self.base / name).exists():
                self._hidden.add(name)
            self._touched.add(name)
        self._settle_alone()
        return len(found)

    def own(self, bucket: str) -> Path:
        """Copy what lies below of a bucket to the top, for an engine that writes files by itself.

        From then on the top folder alone is the bucket: what the engine (Spark) removes there is
        gone. Returns the bucket's folder. Nobody sees a difference.
        """
        home = self.top / bucket
        if bucket not in self._owned:
            for name, file in self.objects(f"s3://{bucket}/"):
                if not file.is_relative_to(self.top):
                    self._copy_up(name, file)
            home.mkdir(parents=True, exist_ok=True)
            self._owned.add(bucket)
            self._watched.add(f"{bucket}/")
        return home

    def _copy_up(self, name: str, file: Path) -> None:
        (self.top / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, self.top / name)

    # --- from and to the local AWS ----------------------------------------------------

    @contextlib.contextmanager
    def statement(self):
        """Enclose a statement: what it wrote and deleted is told to the listener at its end."""
        self._busy += 1
        try:
            yield
        finally:
            self._busy -= 1
            self._settle_alone()

    @property
    def busy(self) -> bool:
        """Tell whether a statement runs: what it writes is not finished."""
        return self._busy > 0

    def settle(self) -> None:
        """Tell the listener what was written or deleted since the last time.

        A folder that ``target`` gave away outside of a statement is told of again and again:
        whoever has it (Spark) may go on writing.
        """
        if (self._touched or self._watched) and not self._settling:
            touched, self._touched = self._touched | self._watched, set()
            if self.listener is not None:
                self._settling = True  # the listener looks at S3, which settles first
                try:
                    self.listener(sorted(touched))
                finally:
                    self._settling = False

    def _settle_alone(self) -> None:
        if not self._busy:
            self.settle()

    def mirror(self, name: str, content: bytes | None) -> None:
        """Take over what S3 holds now as ``bucket/key``: its content, or None for nothing.

        The listener is not told. An object whose key cannot be a file is noted in ``unseen``.
        """
        self.unseen.pop(name, None)
        if content is None:
            self._remove(name)
            return
        why = _no_file(name)
        if not why:
            try:
                path = self.top / name
                if path.is_dir():
                    why = "other objects use its key as a folder"
                elif not _same_case(path):
                    why = "its key differs from another one's in case only"
                else:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    partial = self.top / f".partial-{threading.get_ident()}"
                    partial.write_bytes(content)
                    os.replace(partial, path)
            except OSError as problem:
                why = f"this computer has no file of that name ({problem.strerror})"
                if isinstance(problem, (NotADirectoryError, FileExistsError)):
                    why = "another object is where its key has a folder"
        if why:
            self._remove(name)
            if content:  # Athena does not look at empty objects
                self.unseen[name] = why
        else:
            self._hidden.discard(name)

    def unmirror(self, name: str) -> None:
        """Let the object ``bucket/key`` be that of the datasets again."""
        self.unseen.pop(name, None)
        self._remove(name)
        self._hidden.discard(name)
        if name.partition("/")[0] in self._owned and (self.base / name).is_file():
            self._copy_up(name, self.base / name)

    def _remove(self, name: str) -> None:
        if _no_file(name):
            return
        with contextlib.suppress(OSError):
            if "top" in self.__dict__ and (self.top / name).is_file():
                self._unlink(self.top / name)
            if (self.base / name).is_file():
                self._hidden.add(name)

    def _unlink(self, file: Path) -> None:
        """Remove a file of the top, and the folders that it leaves empty.

        S3 has no folders: an empty one would be in the way of a file, and Spark would find it.
        """
        file.unlink()
        for folder in file.parents:
            if folder.parent == self.top or any(folder.iterdir()):
                break
            folder.rmdir()

    # --- inside -----------------------------------------------------------------------

    def roots(self) -> tuple[Path, ...]:
        """Return the folders that DuckDB may open: what is below, and what is on top."""
        return (self.base, self.top)

    def _roots(self, bucket: str | None = None):
        if bucket in self._owned:
            return (self.top,)
        return (self.base, self.top) if "top" in self.__dict__ else (self.base,)


def _below(folder: Path, head: str):
    """Yield the files whose path below ``folder`` starts with ``head``, a part of a name."""
    try:
        entries = [entry for entry in os.scandir(folder) if entry.name.startswith(head)]
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _below(folder / entry.name, "")
        elif entry.is_file():
            yield folder / entry.name


def _no_file(name: str) -> str:
    """Say why an object's ``bucket/key`` cannot be a path below a folder, or return ""."""
    parts = name.split("/")
    if any(part in ("", ".", "..") for part in parts):
        return "its key has an empty part, '.' or '..' between slashes"
    if "\\" in name or any(ord(letter) < 32 for letter in name):
        return "its key has a backslash or a control character"
    if any(letter in name for letter in "*?["):
        return "its key has *, ? or [, which the lab's engine takes for a pattern"
    try:
        if any(len(part.encode("utf-8")) > 255 for part in parts):
            return "a part of its key is longer than a file's name can be"
    except UnicodeEncodeError:
        return "its key is no valid Unicode"
    return ""


def _same_case(path: Path) -> bool:
    """Tell whether a file may be written without replacing one whose name differs in case."""
    if not path.exists():
        return True
    return any(entry.name == path.name for entry in os.scandir(path.parent))


def _folder(datasets) -> Path:
    if datasets is not None:
        return Path(datasets).resolve()
    from dealab import paths

    return paths.datasets().resolve()


_current: dict[str, Lake] = {}
#: given a role, returns Lake Formation's rules and the role's ARN; set by the local AWS
guardian = None
#: given a bucket's name, tells whether there is one; set by the local AWS. Without it, a bucket is
#: there when something is written to it.
has_bucket = None


def current() -> Lake:
    """Return the lake that ``%%athena`` and ``%%redshift`` of this process share."""
    from dealab import paths

    key = str(paths.datasets())
    if key not in _current:
        _current[key] = Lake()
    return _current[key]


def renew() -> Lake:
    """Forget everything that was written in the shared lake, and return the fresh one."""
    forget()
    return current()


def forget() -> None:
    """Forget the shared lake; the next one who asks gets a fresh one."""
    for lake in _current.values():
        lake.retired, lake.listener = True, None
    _current.clear()


__all__ = ["BadLocation", "Lake", "NoSuchBucket", "current", "forget", "renew", "split"]
