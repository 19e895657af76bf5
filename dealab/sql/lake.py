"""The lake: one account's S3 buckets and its Glue Data Catalog, fresh in a millisecond.

The datasets folder lies below and is never written. What statements write goes to a temporary
folder on top of it, which is removed when the lake is. A file of the datasets that a statement
deletes is only hidden. So a grader's copy costs nothing, and nothing is written anywhere else.
"""

import tempfile
import weakref
from functools import cached_property
from pathlib import Path

from dealab.sql.catalog import Catalog
from dealab.sql.errors import LabLimit

HIDDEN = "._"  # Athena does not see objects whose name starts with one of these


class BadLocation(ValueError):
    """An address that is not ``s3://bucket/...`` or that leaves the lake."""


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
        self._hidden: set[str] = set()
        self._rooms: dict = {}

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
        for root in self._roots():
            home = root / bucket
            start = home / prefix.rpartition("/")[0] if "/" in prefix else home
            candidates = [home / prefix] if (home / prefix).is_file() else []
            if not candidates and start.is_dir():
                candidates = [file for file in start.rglob("*") if file.is_file()]
            for file in candidates:
                name = file.relative_to(root).as_posix()
                inside = file.resolve().is_relative_to(root)  # a link may lead out of the lake
                if inside and name.startswith(f"{bucket}/{prefix}") and name not in self._hidden:
                    found[name] = file
        return sorted(found.items())

    def files(self, location: str) -> list[Path]:
        """Return the data files of a folder (or the one file) at an address, in key order.

        Objects whose path below the address has a part that starts with ``.`` or ``_`` are
        hidden to Athena and stay hidden here; so are empty ones.
        """
        folder = location if location.endswith("/") else location + "/"
        at = len(folder.partition("://")[2])
        found = [
            file
            for name, file in self.objects(folder)
            if not any(part[:1] in HIDDEN for part in name[at:].split("/") if part)
            and file.stat().st_size > 0
        ]
        return found or [file for name, file in self.objects(location) if name == folder[5:-1]]

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
        names = {home.name for root in self._roots() for home in root.iterdir() if home.is_dir()}
        return sorted(names)

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
        path = self.top / bucket / key
        if not path.resolve().is_relative_to(self.top):
            raise BadLocation(f"outside the lake: {location}")
        (path if location.endswith("/") else path.parent).mkdir(parents=True, exist_ok=True)
        self._hidden.discard(f"{bucket}/{key}")
        return path

    def put(self, location: str, content: bytes | str) -> Path:
        """Write one object and return its file."""
        path = self.target(location)
        data = content.encode("utf-8") if isinstance(content, str) else content
        path.write_bytes(data)
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
                file.unlink()
            if (self.base / name).exists():
                self._hidden.add(name)
        return len(found)

    # --- inside -----------------------------------------------------------------------

    def roots(self) -> tuple[Path, ...]:
        """Return the folders that DuckDB may open: what is below, and what is on top."""
        return (self.base, self.top)

    def _roots(self):
        return (self.base, self.top) if "top" in self.__dict__ else (self.base,)


def _folder(datasets) -> Path:
    if datasets is not None:
        return Path(datasets).resolve()
    from dealab import paths

    return paths.datasets().resolve()


_current: dict[str, Lake] = {}


def current() -> Lake:
    """Return the lake that ``%%athena`` and ``%%redshift`` of this process share."""
    from dealab import paths

    key = str(paths.datasets())
    if key not in _current:
        _current[key] = Lake()
    return _current[key]


def renew() -> Lake:
    """Forget everything that was written in the shared lake, and return the fresh one."""
    _current.clear()
    return current()


__all__ = ["BadLocation", "Lake", "current", "renew", "split"]
