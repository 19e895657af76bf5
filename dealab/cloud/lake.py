"""One lake: S3 of the lab and the files of ``dealab.sql.lake`` are the same objects.

The current version of every object in moto is a file of the lake, so that the next SQL statement
reads it; what a statement wrote or deleted is put to S3 when it ends, with an ETag, a version and
its notifications. The datasets' buckets are there from the start and are read when asked for.
"""

import hashlib
import threading

from moto.s3.models import FakeDeleteMarker, FakeKey

from dealab.engines import sandbox
from dealab.sql.athena import workgroups

#: storage classes whose objects Athena does not see
#: https://docs.aws.amazon.com/athena/latest/ug/querying-glacier.html (not checked)
ARCHIVED = ("GLACIER", "DEEP_ARCHIVE")

#: where Athena's results go unless a workgroup or a call says otherwise
RESULTS = workgroups.RESULTS.split("/")[2]


class DatasetKey(FakeKey):
    """An object of the datasets: its file is read when its content or ETag is asked for."""

    def __init__(self, path, **settings):
        self._path = path
        super().__init__(value=b"", **settings)
        self.contentsize = path.stat().st_size

    @property
    def value(self) -> bytes:
        return self._path.read_bytes()

    @value.setter
    def value(self, content) -> None:
        pass

    def is_copy(self, status) -> bool:
        """Tell whether a file with this ``os.stat`` is a copy of the datasets' file."""
        own = self._path.stat()
        return (own.st_mtime_ns, own.st_size) == (status.st_mtime_ns, status.st_size)

    @property
    def etag(self) -> str:
        if self._etag is None:
            self._etag = hashlib.md5(self.value, usedforsecurity=False).hexdigest()
        return f'"{self._etag}"'


class Bridge:
    """Keeps one lake and the S3 backend of one lab the same."""

    def __init__(self, lab, lake, backend):
        self.lake, self.backend, self.region = lake, backend, lab.region
        self._lock = threading.RLock()
        self._stamps: dict[str, tuple] = {}  # object that SQL wrote -> (mtime, size) taken over
        self._inward: set[str] = set()  # objects that are on their way from the lake to S3
        for bucket in sorted({*lake.buckets(), RESULTS}):
            backend.create_bucket(bucket, lab.region).creation_date = lab.started
            for name, path in lake.objects(f"s3://{bucket}/"):
                if path.is_relative_to(lake.base):
                    self._seed(backend, bucket, name.partition("/")[2], path, lab.started)
                else:
                    self._take(name, path)
        self._inward.clear()  # no bridge stood yet that could have heard of them
        lake.listener = self.changed
        lake.made = lambda: list(backend.buckets)

    @staticmethod
    def _seed(backend, bucket: str, key: str, path, moment) -> None:
        made = DatasetKey(
            path,
            name=key,
            bucket_name=bucket,
            account_id=backend.account_id,
            region_name=backend.region_name,
            version_id="null",
            encryption="AES256",
        )
        made.last_modified = moment.replace(tzinfo=None)
        backend.buckets[bucket].keys[key] = made

    # --- from the lake to S3 ----------------------------------------------------------

    @sandbox.outside()  # these are the lab's files, also when a handler's call comes here
    def changed(self, addresses: list[str]) -> None:
        """Take over what SQL may have changed at these addresses (``Lake.settle``).

        No lock is held meanwhile: a notification may run a function, which uses S3 itself.
        """
        for address in addresses:
            bucket = address.partition("/")[0]
            if address.endswith("/"):
                held = self._held(bucket)
                here = dict(self.lake.objects(f"s3://{address}"))
                there = [f"{bucket}/{key}" for key in held.keys] if held else []
                names = {*here, *(name for name in there if name.startswith(address))}
            else:
                path = self.lake.file(address)
                here, names = {address: path} if path else {}, {address}
            for name in sorted(names):
                if name in here:
                    self._take(name, here[name])
                elif name not in self.lake.unseen:
                    self._drop(name)

    def _held(self, bucket: str):
        return self.backend.buckets.get(bucket)

    def _take(self, name: str, path) -> None:
        bucket, _, key = name.partition("/")
        if path.is_relative_to(self.lake.base):
            return
        status = path.stat()
        stamp = (status.st_mtime_ns, status.st_size)
        if self._stamps.get(name) == stamp:
            return
        self._stamps[name] = stamp
        held = self._held(bucket)
        known = held.keys.get(key) if held else None
        if isinstance(known, DatasetKey) and known.is_copy(status):
            return
        if held is None:
            self.backend.create_bucket(bucket, self.region)
        self._inward.add(name)
        self.backend.put_object(bucket, key, path.read_bytes())

    def _drop(self, name: str) -> None:
        self._stamps.pop(name, None)
        bucket, _, key = name.partition("/")
        held = self._held(bucket)
        if name not in self._inward and held and key in held.keys and _current(held.keys[key]):
            self._inward.add(name)
            self.backend.delete_object(bucket, key)

    # --- from S3 to the lake ----------------------------------------------------------

    @sandbox.outside()
    def mirror(self, bucket: str, key: str, version) -> None:
        """Make ``version`` (None or a delete marker: nothing) the object that SQL sees."""
        name = f"{bucket}/{key}"
        with self._lock:
            if name in self._inward:
                self._inward.discard(name)
                return
            if not _current(version) or version.storage_class in ARCHIVED:
                self.lake.mirror(name, None)
            elif isinstance(version, DatasetKey):
                self.lake.unmirror(name)
            elif hasattr(version, "customer_key"):
                self.lake.mirror(name, None)
                self.lake.unseen[name] = "it is encrypted with a key of the customer (SSE-C)"
            else:
                self.lake.mirror(name, version.value)
            path = self.lake.file(name)
            if path is None:
                self._stamps.pop(name, None)
                self._again()
            else:
                self._stamps[name] = (path.stat().st_mtime_ns, path.stat().st_size)

    def _again(self) -> None:
        """Try the objects that could not be files: what stood in their way may be gone."""
        for name in list(self.lake.unseen):
            bucket, _, key = name.partition("/")
            held = self._held(bucket)
            version = held.keys.get(key) if held else None
            if not hasattr(version, "customer_key"):
                self.lake.mirror(name, version.value if _current(version) else None)


def _current(version) -> bool:
    return version is not None and not isinstance(version, FakeDeleteMarker)


_making = threading.RLock()


def bridge(lab, backend) -> Bridge | None:
    """Return what joins the lab's lake to its S3, made when S3 is first used; None meanwhile."""
    if lab.bridge is not None and not lab.bridge.lake.retired:
        return lab.bridge
    with _making:
        if lab.bridge is None or lab.bridge.lake.retired:
            if backend in _unfinished:
                return None
            _unfinished.append(backend)
            try:
                if lab.bridge is not None:  # the notebook's lake was reset: S3 starts anew, too
                    lab.bridge = None
                    backend.reset()
                lab.bridge = Bridge(lab, lab.lake, backend)
            finally:
                _unfinished.pop()
        return lab.bridge


_unfinished: list = []  # the backend whose bridge is being made
