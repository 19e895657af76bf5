"""The part of the ``awsglue`` library that a job's script has in the lab; the rest is refused.

Here: ``getResolvedOptions``; ``Job`` (``init``, ``commit``, bookmarks); ``GlueContext`` with its
``spark_session``, its logger and ``create_dynamic_frame`` over S3 in Parquet, ORC and CSV, whose
result can only become a Spark DataFrame (``toDF()``) or be counted. Everything else of a
DynamicFrame raises LabLimit by name.
https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python-extensions.html (not checked)
"""

import argparse
import contextlib
import logging
import sys
from types import ModuleType

from dealab.sql.errors import LabLimit

_RESERVED = ("job_bookmark_option", "job_bookmark_from", "job_bookmark_to", "JOB_ID")
_RESERVED += ("JOB_RUN_ID", "SECURITY_CONFIGURATION", "encryption_type", "TempDir")
_TRANSFORMS = "ApplyMapping DropFields DropNullFields ErrorsAsDynamicFrame EvaluateDataQuality "
_TRANSFORMS += (
    "FillMissingValues Filter FlatMap FindMatches Join Map MapToCollection Relationalize "
)
_TRANSFORMS += "RenameField ResolveChoice SelectFields SelectFromCollection Spigot SplitFields "
_TRANSFORMS += "SplitRows Unbox UnnestFrame"


class GlueArgumentError(Exception):
    """An argument of the job is missing."""


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        raise GlueArgumentError(message)


def get_resolved_options(args: list[str], options: list[str]) -> dict[str, str]:
    """Return the named arguments of a job; raise GlueArgumentError for one that is missing."""
    parser = _Parser(prog=args[0], add_help=False, allow_abbrev=False)
    for name in dict.fromkeys([*options, *_RESERVED]):
        dashed = [f"--{name.replace('_', '-')}"] if name in _RESERVED else []
        names = dict.fromkeys([f"--{name}", *dashed])
        parser.add_argument(*names, dest=name, required=name in options)
    found, _ = parser.parse_known_args(args[1:])
    return {name: value for name, value in vars(found).items() if value is not None}


def refused(name: str):
    """Return the error for a part of the library that isn't here."""
    return LabLimit(
        f"awsglue's {name}",
        "The library in the job's runtime does it, on DynamicFrames.",
        "A DynamicFrame needs no schema up front: records describe themselves.",
    )


class _Refused:
    """Stands for a name that scripts import; using it raises LabLimit."""

    def __init__(self, name: str):
        self._name = name

    def __call__(self, *args, **more):
        raise refused(self._name)

    def __getattr__(self, part: str):
        if part.startswith("__"):
            raise AttributeError(part)
        raise refused(f"{self._name}.{part}")


class _Frame:
    """The result of reading a source: a Spark DataFrame that wasn't asked for yet."""

    def __init__(self, frame):
        self._frame = frame

    def toDF(self):
        return self._frame

    def count(self):
        return self._frame.count()

    def __getattr__(self, part: str):
        raise refused(f"DynamicFrame.{part}")


def modules(session, reading, objects, table) -> dict[str, ModuleType]:
    """Return the library's modules for one run of a job.

    ``session()`` gives the Spark session; ``reading`` is the run's ``dealab.models.bookmarks``
    Reading; ``objects(address)`` lists (s3:// address, modification time, ETag) below an address;
    ``table(database, name)`` gives (classification, addresses, parameters) of a catalog table.
    """

    class Job:
        def __init__(self, glue_context=None):
            self._name = None

        def init(self, job_name, args=None):
            self._name = job_name

        def isInitialized(self):
            return self._name is not None

        def commit(self):
            reading.commit()

    class Source:
        def from_options(
            self, connection_type, connection_options=None, format=None, format_options=None,
            transformation_ctx="", **more,
        ):  # fmt: skip
            if connection_type != "s3":
                raise refused(f"create_dynamic_frame over {connection_type}")
            paths = (connection_options or {}).get("paths", [])
            return _read(paths, format, format_options or {}, transformation_ctx)

        def from_catalog(self, database=None, table_name=None, transformation_ctx="", **more):
            given = [name for name, value in more.items() if value]
            if given:
                raise refused(f"create_dynamic_frame.from_catalog with {given[0]}")
            kind, paths, parameters = table(database, table_name)
            options = {"separator": parameters.get("delimiter", ",")}
            options["withHeader"] = parameters.get("skip.header.line.count") == "1"
            return _read(paths, kind, options, transformation_ctx)

        def __getattr__(self, part):
            raise refused(f"create_dynamic_frame.{part}")

    def _read(paths, kind, options, context):
        if kind not in ("parquet", "glueparquet", "orc", "csv"):
            raise refused(f"create_dynamic_frame with the format {kind} (use spark.read)")
        found = [entry for path in paths for entry in objects(path)]
        names = reading.new(context, found)
        reader = session().read
        if not names:  # nothing new: Glue gives a frame without rows and columns
            from pyspark.sql.types import StructType

            return _Frame(session().createDataFrame([], StructType([])))
        base = paths[0] if len(paths) == 1 and paths[0].endswith("/") else None
        reader = reader.option("basePath", base) if base else reader
        if kind == "csv":
            reader = reader.option("sep", options.get("separator", ","))
            reader = reader.option("header", bool(options.get("withHeader")))
            return _Frame(reader.csv(names))
        return _Frame(reader.orc(*names) if kind == "orc" else reader.parquet(*names))

    class GlueContext:
        def __init__(self, spark_context=None, **more):
            self.create_dynamic_frame = Source()

        @property
        def spark_session(self):
            return session()

        def get_logger(self):
            return _logger()

        def __getattr__(self, part):
            raise refused(f"GlueContext.{part}")

    made = {
        "awsglue": {},
        "awsglue.utils": {
            "getResolvedOptions": get_resolved_options,
            "GlueArgumentError": GlueArgumentError,
        },
        "awsglue.job": {"Job": Job},
        "awsglue.context": {"GlueContext": GlueContext},
        "awsglue.dynamicframe": {
            name: _Refused(name) for name in ("DynamicFrame", "DynamicFrameCollection")
        },
        "awsglue.transforms": {name: _Refused(name) for name in _TRANSFORMS.split()},
        "awsglue.gluetypes": {},
        "awsglue.functions": {},
        "awsgluedq": {},
        "awsgluedq.transforms": {"EvaluateDataQuality": _Refused("EvaluateDataQuality")},
    }
    found = {}
    for name, content in made.items():
        found[name] = module = ModuleType(name)
        vars(module).update(content)
        module.__path__ = []
        module.__getattr__ = lambda part, name=name: _missing(name, part)
        parent, _, last = name.rpartition(".")
        if parent:
            setattr(found[parent], last, module)
    return found


def _missing(module: str, part: str):
    if part.startswith("__"):
        raise AttributeError(part)
    raise refused(f"{module}.{part}")


def _logger():
    """Return a logger that writes to the script's error output, as GlueContext's does."""
    logger = logging.Logger("glue")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger.addHandler(handler)
    logger.warn = logger.warning
    return logger


@contextlib.contextmanager
def one_spark_context():
    """``SparkContext()`` of a script joins the session that is there; a job makes its own."""
    import pyspark
    from pyspark import context

    real = context.SparkContext

    class JobContext(real):
        def __new__(cls, *args, **more):
            return real.getOrCreate()

    pyspark.SparkContext = context.SparkContext = JobContext
    try:
        yield
    finally:
        pyspark.SparkContext = context.SparkContext = real
