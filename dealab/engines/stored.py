"""Stored results of Spark cells, for machines without Spark.

A lesson writes its Spark cells as functions:

    @spark.cell("joins-broadcast-plan")
    def _(session):
        return session.table("orders").groupBy("channel").count()

With Spark the function runs and its result is shown. Without Spark one line says why not, and the
stored result of that name is shown: ``content/spark-results/<name>.json``, with the text and the
HTML that the notebook would show. Running the lessons with ``DEALAB_SPARK_RESULTS=write`` makes
these files; with ``check`` a cell whose text differs from the stored one fails. So they are derived
by a command and cannot drift.
"""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

from dealab import paths

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_ROWS = 20


class StoredDiffers(AssertionError):
    """A Spark cell gives another result than the stored one."""


@dataclass(frozen=True)
class Stored:
    """A result that Spark gave earlier. ``text`` and ``html`` as a notebook shows them."""

    name: str
    text: str
    html: str
    made_with: str
    note: str = ""

    def _repr_mimebundle_(self, include=None, exclude=None):
        import html

        line = self.note and f"{self.note} Stored result ({self.made_with}):"
        bundle = {"text/plain": "\n".join(filter(None, (line, self.text)))}
        if self.html:
            bundle["text/html"] = (f"<p>{html.escape(line)}</p>" if line else "") + self.html
        return bundle

    def __repr__(self) -> str:
        return self._repr_mimebundle_()["text/plain"]


def folder() -> Path:
    """Return where stored results are."""
    return paths.content() / "spark-results"


def cell(name: str):
    """Run the decorated function with the Spark session at once, or show its stored result.

    The function takes the session and returns what to show: text, a Spark or pandas table, or
    anything with a notebook form. ``name`` (lowercase words with hyphens) is that of the stored
    file. The decorated name holds the function's result, or the ``Stored`` one.
    Raises ValueError for another name, StoredDiffers under ``DEALAB_SPARK_RESULTS=check``,
    FileNotFoundError where Spark is missing and nothing is stored.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"a stored result is named in lowercase words with hyphens, not {name!r}")

    def run(function):
        from dealab.engines import spark

        if not spark.available():
            found = load(name, note=spark.why_not())
            _show(found)
            return found
        result = function(spark.session())
        mode = os.environ.get("DEALAB_SPARK_RESULTS", "")
        if mode in ("write", "check"):
            _keep(describe(name, result), mode)
        _show(result if not _is_spark_table(result) else describe(name, result))
        return result

    return run


def load(name: str, note: str = "") -> Stored:
    """Return a stored result. Raises FileNotFoundError."""
    file = folder() / f"{name}.json"
    if not file.is_file():
        raise FileNotFoundError(f"{note} No result named {name} is stored.".strip())
    return Stored(note=note, **json.loads(file.read_text("utf-8")))


def describe(name: str, result) -> Stored:
    """Return a result in the form in which it is stored."""
    import pyspark

    if _is_spark_table(result):
        result = result.limit(_ROWS).toPandas()
    bundle = {}
    if hasattr(result, "_repr_mimebundle_"):
        bundle = result._repr_mimebundle_()
    elif hasattr(result, "_repr_html_"):
        bundle = {"text/html": result._repr_html_()}
    text = bundle.get("text/plain") or (result if isinstance(result, str) else repr(result))
    return Stored(name, text, bundle.get("text/html") or "", f"PySpark {pyspark.__version__}")


def _keep(result: Stored, mode: str) -> None:
    if mode == "check":
        stored = load(result.name)
        if stored.text != result.text:
            raise StoredDiffers(
                f"the stored result {result.name} is out of date; run the lesson with "
                f"DEALAB_SPARK_RESULTS=write\nstored:\n{stored.text}\nnow:\n{result.text}"
            )
        return
    folder().mkdir(parents=True, exist_ok=True)
    content = {name: getattr(result, name) for name in ("name", "text", "html", "made_with")}
    file = folder() / f"{result.name}.json"
    file.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _is_spark_table(result) -> bool:
    return type(result).__module__.startswith("pyspark.sql") and hasattr(result, "toPandas")


def _show(result) -> None:
    if result is None:
        return
    if isinstance(result, str):
        print(result)
        return
    from IPython.display import display

    display(result)
