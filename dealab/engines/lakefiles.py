"""s3:// in Spark is the lake: the same objects that SQL and boto3 see.

Spark opens files through Hadoop's file systems. ``LakeFileSystem.java`` is one for s3, s3a and s3n
whose objects are files of ``dealab.sql.lake``. Java writes files without asking Python, so a bucket
that Spark names becomes the lake's own first (``Lake.own``): all its objects then lie in one
folder. The bucket's name is seen in what PySpark sends to Java.
"""

import contextlib
import re
import threading
from pathlib import Path

_BUCKETS = re.compile(r"s3[an]?://([A-Za-z0-9][A-Za-z0-9.\-]+)")
SCHEMES = ("s3", "s3a", "s3n")


def settings() -> dict[str, str]:
    """Return Spark's settings for the lake's addresses."""
    chosen = {}
    for scheme in SCHEMES:
        chosen[f"spark.hadoop.fs.{scheme}.impl"] = "dealab.LakeFileSystem"
        # A second start_aws() brings another lake; a cached file system would read the first one.
        chosen[f"spark.hadoop.fs.{scheme}.impl.disable.cache"] = "true"
    return chosen


class Bridge:
    """Keeps Spark's idea of the lake up to date. ``set_folder(path)`` tells Spark where it is."""

    def __init__(self, set_folder):
        self._set_folder = set_folder
        self._lake = None
        self._known: set[str] = set()
        # Python's garbage collector lets any thread send commands. Without the lock, a second
        # thread could go on before the first one has told Spark about a new lake.
        self._lock = threading.RLock()

    def before(self, command: str) -> None:
        """Look at what goes to Java: own the buckets that it names."""
        from dealab.sql import lake

        with self._lock:
            current = lake.current()
            if current is not self._lake:
                self._lake = current
                for bucket in self._known:
                    self._own(bucket)
                self._set_folder(str(current.top))
            if "://" in command:
                for bucket in set(_BUCKETS.findall(command)):
                    self._known.add(bucket)
                    self._own(bucket)

    def _own(self, bucket: str) -> None:
        if bucket in self._lake.buckets():
            self._lake.own(bucket)
        else:
            with contextlib.suppress(OSError):  # what a deleted bucket left behind is no bucket
                (self._lake.top / bucket).rmdir()

    def own_all(self) -> Path:
        """Own every bucket, for a process that cannot ask; return the folder of the buckets."""
        from dealab.sql import lake

        current = lake.current()
        for bucket in current.buckets():
            current.own(bucket)
        return current.top


def watch(client, bridge: Bridge) -> None:
    """Let ``bridge`` see every command of a py4j client before it is sent."""
    send = client.send_command
    here = threading.local()

    def watched(command, *args, **kwargs):
        if not getattr(here, "inside", False):
            here.inside = True  # telling Spark about the lake is a command, too
            try:
                bridge.before(command)
            finally:
                here.inside = False
        return send(command, *args, **kwargs)

    client.send_command = watched
