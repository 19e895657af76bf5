"""One job, two masters: this process, and a cluster of two workers on loopback."""

import subprocess
import sys
import textwrap
import time
import urllib.request

import pytest

from dealab.engines import cluster
from dealab.sql import lake

JOB = """
    import sys
    from pyspark.sql import SparkSession
    from pyspark.sql.functions import upper

    session = SparkSession.builder.appName("revenue").getOrCreate()
    month, target = sys.argv[1:]
    lines = session.read.parquet("s3://fernway-lake/order_lines/").where(f"order_month = '{month}'")
    products = session.read.parquet("s3://fernway-lake/products/")
    revenue = (
        lines.join(products, "product_id")
        .withColumn("category", upper("category"))
        .groupBy("category")
        .agg({"quantity": "sum"})
        .withColumnRenamed("sum(quantity)", "pieces")
    )
    revenue.repartition(4).write.mode("overwrite").parquet(target)
    print(session.sparkContext.master)
"""


@pytest.fixture(scope="module")
def address(spark):
    with cluster.start(workers=2) as address:
        yield address
    with pytest.raises(OSError, match=r"refused|reset|urlopen"):  # nothing of it is left
        address.state()


@pytest.fixture
def job(tmp_path):
    file = tmp_path / "job.py"
    file.write_text(textwrap.dedent(JOB))
    return file


@pytest.mark.proves(
    "Spark", "The same script on this process and on a cluster of two workers", kind="real"
)
def test_the_job_does_not_change_but_for_the_master(spark, address, job):
    results = {}
    for master in ("local[2]", address):
        told = spark.submit(job, "2026-05", "s3://fernway-lake/revenue/", master=master)
        assert told.strip() == str(master)
        found = spark.session().read.parquet("s3://fernway-lake/revenue/").collect()
        results[master] = sorted(tuple(row) for row in found)
        lake.current().delete("s3://fernway-lake/revenue/")
    assert results["local[2]"] == results[address]
    assert len(results[address]) == 8
    done = address.state()["completedapps"]
    assert [app["name"] for app in done] == ["revenue"]
    assert done[0]["state"] == "FINISHED"


def test_both_workers_do_tasks_of_one_session(spark, address):
    from dealab import views

    session = spark.session(master=address)
    assert session.sparkContext.master == address
    numbers = session.range(0, 40_000, numPartitions=16).selectExpr("id % 7 as k").groupBy("k")
    assert sum(row["count"] for row in numbers.count().collect()) == 40_000
    assert session.read.parquet("s3://fernway-lake/orders/").count() == 16112
    table = views.spark_executors(session)
    workers = table[table["executor"] != "driver"]
    assert len(workers) == 2
    assert (workers["tasks"] > 0).all()
    assert address.state()["activeapps"][0]["cores"] == 2
    spark.session()
    assert spark.session().sparkContext.master == "local[2]"


def test_a_worker_stays_on_this_machine_too(spark, address):
    session = spark.session(master=address)
    # reflect() calls Java on the worker, because the name is made from a row.
    asked = "reflect('java.net.InetAddress', 'getByName', concat('s3.amazonaws.com', '.' || id))"
    with pytest.raises(Exception, match=r"would leave this machine|InvocationTargetException"):
        session.range(1).selectExpr(asked).collect()
    local = "reflect('java.net.InetAddress', 'getByName', '127.0.0.' || (id + 1))"
    assert session.range(1).selectExpr(local).first()[0] == "/127.0.0.1"
    spark.session()


def test_a_failing_script_says_why(spark, tmp_path):
    file = tmp_path / "bad.py"
    file.write_text("raise SystemError('the column is missing')")
    with pytest.raises(spark.JobFailed, match="the column is missing"):
        spark.submit(file)


def test_a_killed_notebook_leaves_no_cluster():
    code = (
        "import time; from dealab.engines import cluster; started = cluster.start(workers=1); "
        "print(started.__enter__().pages, flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    pages = process.stdout.readline().strip()
    assert urllib.request.urlopen(f"{pages}/json/", timeout=10).status == 200
    process.kill()
    process.wait()
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(f"{pages}/json/", timeout=1)
        except OSError:
            break
        time.sleep(0.1)
    with pytest.raises(OSError, match=r"refused|reset|urlopen"):
        urllib.request.urlopen(f"{pages}/json/", timeout=1)


def test_a_cluster_without_workers_is_refused(spark):
    with pytest.raises(ValueError, match="at least one worker"), cluster.start(workers=0):
        pass
