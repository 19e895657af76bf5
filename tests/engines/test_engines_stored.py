"""Where Spark is missing, as on Binder: one line says so, and stored results are shown."""

import importlib.util
import json
import os
import subprocess
import sys

import pytest

from dealab.engines import stored


def test_without_spark_one_line_says_so_and_the_stored_result_is_shown(
    monkeypatch, tmp_path, capsys
):
    from dealab.engines import spark

    (tmp_path / "kept.json").write_text(
        json.dumps({"name": "kept", "text": "n\n7", "html": "<p>7</p>", "made_with": "PySpark 3.5"})
    )
    monkeypatch.setattr(stored, "folder", lambda: tmp_path)
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "pyspark" else find(name)
    )
    assert not spark.available()
    with pytest.raises(spark.SparkMissing, match="not installed"):
        spark.session()

    @spark.cell("kept")
    def shown(session):
        raise AssertionError("there is no session")

    bundle = shown._repr_mimebundle_()
    line, *rest = bundle["text/plain"].splitlines()
    assert line == f"{spark.why_not()} Stored result (PySpark 3.5):"
    assert rest == ["n", "7"]
    assert "<p>7</p>" in bundle["text/html"]
    with pytest.raises(FileNotFoundError, match="No result named other"):
        spark.cell("other")(lambda session: 1)


def test_importing_the_module_is_light():
    code = (
        "import sys; from dealab.engines import spark, cluster, kafka, postgres, cdc; "
        "bad = {'pyspark', 'py4j', 'pandas', 'confluent_kafka', 'psycopg', 'duckdb'}; "
        "print(sorted(bad & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    )
    assert done.stdout.strip() == "[]"
