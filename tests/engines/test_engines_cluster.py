"""One job, two masters: this process, and a cluster of two workers on loopback."""

import textwrap

import pytest

from dealab.engines import cluster
from dealab.sql import lake

JOB = """
    import sys
    from pyspark.sql import SparkSession
    from pyspark.sql.functions import udf

    session = SparkSession.builder.appName("revenue").getOrCreate()
    month, target = sys.argv[1:]
    lines = session.read.parquet("s3://fernway-lake/order_lines/").where(f"order_month = '{month}'")
    products = session.read.parquet("s3://fernway-lake/products/")
    upper = udf(lambda text: text.upper(), "string")
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
    with pytest.raises(Exception, match="would leave this machine"):
        session.read.text("http://192.0.2.1/x").rdd.map(str).collect()
    spark.session()


def test_a_failing_script_says_why(spark, tmp_path):
    file = tmp_path / "bad.py"
    file.write_text("raise SystemError('the column is missing')")
    with pytest.raises(spark.JobFailed, match="the column is missing"):
        spark.submit(file)


def test_nothing_of_a_cluster_is_left(spark):
    with cluster.start(workers=1) as address:
        assert address.state()["aliveworkers"] == 1
    with pytest.raises(OSError, match=r"refused|urlopen"):
        address.state()
    with pytest.raises(ValueError, match="at least one worker"), cluster.start(workers=0):
        pass
