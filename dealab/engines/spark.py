"""Spark on this computer: real PySpark, small, quiet, and on loopback only.

    from dealab.engines import spark
    session = spark.session()
    orders = session.read.parquet("s3://fernway-lake/orders/")

``s3://`` addresses are the lake that SQL and boto3 share. Without Spark (on Binder, say)
``spark.available()`` is False, ``spark.why_not()`` says why in one line, and ``spark.cell`` shows
stored results instead.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

from dealab.engines import jvm, lakefiles
from dealab.engines.stored import Stored, cell

_LIGHT = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.eventLog.enabled": "false",
    "spark.executor.memory": "512m",
    "spark.sql.session.timeZone": "UTC",
    # Spark's 200 is for a cluster: on two cores it would be 200 nearly empty tasks.
    "spark.sql.shuffle.partitions": "8",
    # Without Arrow, PySpark 3.5 turns a missing text of pandas 3 into the word NaN.
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.execution.arrow.pyspark.fallback.enabled": "false",
    "spark.sql.streaming.metricsEnabled": "false",
    "spark.cleaner.referenceTracking.cleanCheckpoints": "true",
}
MEMORY = "900m"  # of the Java that runs Spark in a notebook
_engine = None  # the running Java, if any


class SparkMissing(RuntimeError):
    """Spark cannot run here. The message is the one line that says why."""


class JobFailed(RuntimeError):
    """A submitted script ended with an error."""


class _Engine:
    """A Java process with Spark in it, and the bridge from it to the lake."""

    def __init__(self, memory: str):
        from pyspark import SparkContext
        from pyspark.java_gateway import launch_gateway

        self.memory = memory
        self.core: dict[str, str] = {}  # settings of the running session that need a new one
        self.home = jvm.Home()
        self.settings = (
            _LIGHT
            | lakefiles.settings()
            | {
                "spark.sql.warehouse.dir": str(self.home.folder / "warehouse"),
                "spark.executor.extraClassPath": str(self.home.folder / "classes"),
                "spark.executor.extraJavaOptions": self.home.java_options(),
            }
        )
        self.home.write_settings(self.settings)
        self.process, port, secret = self._start()
        # PySpark joins the Java machine that these two variables name.
        own = {"PYSPARK_GATEWAY_PORT": port, "PYSPARK_GATEWAY_SECRET": secret}
        os.environ.update(own)
        try:
            self.gateway = launch_gateway()
        finally:
            for name in own:
                del os.environ[name]
        SparkContext._gateway, SparkContext._jvm = self.gateway, self.gateway.jvm
        jvm.compile_into(self.gateway.jvm, self.home.folder / "classes")
        self.bridge = lakefiles.Bridge(self._set_lake)
        self.folder_of_lake = ""

    def _start(self):
        told = self.home.folder / "gateway"
        process = self.home.start(
            "org.apache.spark.deploy.SparkSubmit",
            "pyspark-shell",
            memory=self.memory,
            log=self.home.log,
            guarded=False,
            _PYSPARK_DRIVER_CONN_INFO_PATH=str(told),
        )
        until = time.monotonic() + 60
        while not told.is_file():
            if process.poll() is not None or time.monotonic() > until:
                jvm.end(process)
                raise SparkMissing(f"Java did not start; its last words:\n{tail(self.home.log)}")
            time.sleep(0.05)
        content = told.read_bytes()
        length = int.from_bytes(content[4:8], "big")
        return process, str(int.from_bytes(content[:4], "big")), content[8 : 8 + length].decode()

    def _set_lake(self, folder: str) -> None:
        from pyspark import SparkContext

        self.folder_of_lake = folder
        running = SparkContext._active_spark_context
        if running is not None:
            running._jsc.hadoopConfiguration().set("dealab.lake", folder)

    def stop(self) -> None:
        from pyspark import SparkContext

        if SparkContext._active_spark_context is not None:
            SparkContext._active_spark_context.stop()
        self.gateway.shutdown()
        SparkContext._gateway = SparkContext._jvm = None
        jvm.end(self.process)
        self.home.remove()


def available() -> bool:
    """Tell whether Spark can run here."""
    return not jvm.why_not()


def why_not() -> str:
    """Return in one line why Spark cannot run here; an empty text when it can."""
    return jvm.why_not()


def session(
    settings: dict | None = None,
    *,
    master: str = "local[2]",
    ui: bool = False,
    memory: str = MEMORY,
):
    """Return the Spark session of this process, started when there is none.

    ``settings`` are Spark's own (``{"spark.sql.shuffle.partitions": 4}``); ``master`` the address
    of a cluster (``dealab.engines.cluster``) or ``local[n]`` for n tasks at a time; ``ui`` shows
    Spark's pages, at ``session.sparkContext.uiWebUrl``; ``memory`` is that of Java. A call that
    asks for another master, other core settings or pages ends the running session and starts one;
    SQL settings that no call names go back to the lab's. The plain
    ``SparkSession.builder.getOrCreate()`` of a script joins this session.
    Raises SparkMissing where Spark cannot run.
    """
    _engine_or_start(memory)
    _engine.bridge.before("")
    wanted = _engine.settings | {
        "spark.master": master,
        "spark.app.name": "dealab",
        "spark.ui.enabled": str(ui).lower(),
        "spark.hadoop.dealab.lake": _engine.folder_of_lake,
    }
    wanted |= {name: _text(value) for name, value in (settings or {}).items()}
    return _started(wanted)


def _engine_or_start(memory: str | None = None) -> _Engine:
    global _engine
    if reason := jvm.why_not():
        raise SparkMissing(reason)
    if _engine is not None:
        other = memory is not None and _engine.memory != memory
        if other or _engine.process.poll() is not None:
            stop()
    if _engine is None:
        _engine = _Engine(memory or MEMORY)
        lakefiles.watch(_engine.gateway._gateway_client, _engine.bridge)
    return _engine


def stop() -> None:
    """End the session and its Java; the memory is free again. Nothing happens without one."""
    global _engine
    if _engine is not None:
        ended, _engine = _engine, None
        ended.stop()


def path(address: str) -> Path:
    """Return the local file or folder of an ``s3://`` address, for code outside of Spark.

    Raises ``dealab.sql.lake.BadLocation`` for what is no such address, FileNotFoundError for a
    bucket that does not exist.
    """
    from dealab.sql import lake

    current = lake.current()
    bucket, key = lake.split(address)
    if bucket not in current.buckets():
        raise FileNotFoundError(f"no such bucket: {bucket}")
    return current.own(bucket) / key


def log(lines: int = 40) -> str:
    """Return the last lines that Spark and its Python workers printed (PySpark's stderr)."""
    return tail(_engine.home.log, lines) if _engine is not None else ""


def home() -> jvm.Home:
    """Return the temporary folder of the lab's Spark, which is started for it."""
    _engine_or_start()
    return _engine.home


def submit(
    script,
    *arguments: str,
    master: str = "local[2]",
    settings: dict | None = None,
    timeout: float = 600,
) -> str:
    """Run a Python script as ``spark-submit`` does, in processes of its own; return its output.

    The output is what the script printed, errors included, as in the log of a step on EMR.

    The script gets its session with ``SparkSession.builder.getOrCreate()`` and its ``arguments`` in
    ``sys.argv``; ``s3://`` addresses are the lake. Nothing of it has to change for another
    ``master``. Raises JobFailed with its last words, TimeoutError after ``timeout`` seconds.
    """
    engine = _engine_or_start()
    folder = engine.bridge.own_all()
    chosen = {"spark.master": master, "spark.hadoop.dealab.lake": str(folder)} | (settings or {})
    out, err = (engine.home.new_file(f"job{kind}") for kind in (".out", ".err"))
    process = engine.home.start(
        "org.apache.spark.deploy.SparkSubmit",
        *(word for name, value in chosen.items() for word in ("--conf", f"{name}={_text(value)}")),
        str(Path(script).resolve()),
        *map(str, arguments),
        memory=engine.memory,
        log=err,
        out=out,
    )
    try:
        code = process.wait(timeout)
    except subprocess.TimeoutExpired:
        raise TimeoutError(f"{script} did not end within {timeout} seconds") from None
    finally:
        jvm.end(process)
    if code:
        raise JobFailed(f"{script} ended with {code}; its last words:\n{tail(out)}\n{tail(err, 5)}")
    return out.read_text("utf-8")


def leave(master: str) -> None:
    """End the session if it runs on this master; the next one starts where it is asked to."""
    from pyspark import SparkContext

    running = SparkContext._active_spark_context
    if running is not None and running.master == master:
        running.stop()


def tail(file: Path, lines: int = 20) -> str:
    """Return the last lines of a log."""
    text = file.read_text("utf-8", "replace") if file.is_file() else ""
    return "\n".join(text.splitlines()[-lines:])


def _started(wanted: dict[str, str]):
    from pyspark import SparkConf, SparkContext
    from pyspark.sql import SparkSession

    core = {
        name: value
        for name, value in wanted.items()
        if not _may_change(name) and name != "spark.hadoop.dealab.lake"
    }
    running = SparkContext._active_spark_context
    if running is not None and core != _engine.core:
        running.stop()
        running = None
    if running is None:
        _engine.core = core
        # Read at the start of each context: which Python runs the learner's functions.
        os.environ.update(PYSPARK_PYTHON=sys.executable, PYSPARK_DRIVER_PYTHON=sys.executable)
        conf = SparkConf(loadDefaults=False, _jvm=SparkContext._jvm)
        conf.setAll(list(wanted.items()))
        return SparkSession.builder.config(conf=conf).getOrCreate()
    found = SparkSession.builder.getOrCreate()
    for name in list(_set_by_hand(found)):
        found.conf.unset(name)
    for name, value in wanted.items():
        if _may_change(name):
            found.conf.set(name, value)
    return found


def _set_by_hand(found) -> list[str]:
    chosen = found._jsparkSession.sessionState().conf().getAllConfs()
    names = found.sparkContext._jvm.scala.collection.JavaConverters.mapAsJavaMap(chosen)
    return [name for name in names if _may_change(name)]


def _may_change(name: str) -> bool:
    static = ("spark.sql.warehouse.", "spark.sql.extensions", "spark.sql.catalogImplementation")
    return name.startswith("spark.sql.") and not name.startswith(static)


def _text(value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


__all__ = [
    "JobFailed",
    "SparkMissing",
    "Stored",
    "available",
    "cell",
    "log",
    "path",
    "session",
    "stop",
    "submit",
    "why_not",
]
