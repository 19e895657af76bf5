"""What lessons on Spark show: joins, skew, partitions, adaptive plans, caches. Measured."""

import pytest

from dealab import views
from dealab.sql import lake

pyspark = pytest.importorskip("pyspark", reason="Spark is not installed here")
F = pytest.importorskip("pyspark.sql.functions", reason="Spark is not installed here")

NO_AQE = {"spark.sql.adaptive.enabled": False}


@pytest.fixture
def table(session):
    """Return a function that reads a table of the lake."""
    return lambda name: session.read.parquet(f"s3://fernway-lake/{name}/")


def operators(frame, run=True):
    return set(views.spark_plan(frame, run=run)["operator"])


def files(address):
    return [name for name, _ in lake.current().objects(address) if name.endswith(".parquet")]


# --- joins ----------------------------------------------------------------------------------


@pytest.mark.proves(
    "Spark", "Broadcast join: a small side needs no shuffle of the large one", kind="real"
)
def test_a_small_table_is_broadcast_and_a_large_threshold_decides(spark, table):
    joined = table("order_lines").join(table("products"), "product_id")
    assert "BroadcastHashJoin" in operators(joined)
    assert "Exchange" not in operators(joined)
    spark.session({"spark.sql.autoBroadcastJoinThreshold": -1})
    shuffled = table("order_lines").join(table("products"), "product_id")
    assert {"SortMergeJoin", "Exchange"} <= operators(shuffled)
    hinted = table("order_lines").join(F.broadcast(table("products")), "product_id")
    assert "BroadcastHashJoin" in operators(hinted)
    assert joined.count() == shuffled.count() == hinted.count() == 36471


@pytest.mark.proves("Spark", "Joins: inner, left, anti, semi; NULL meets no NULL", kind="real")
def test_null_keys_meet_nothing(session, table):
    orders, customers = table("orders"), table("customers")
    guests = orders.where("customer_id is null").count()
    assert guests > 0
    assert orders.join(customers, "customer_id").count() == orders.count() - guests
    assert orders.join(customers, "customer_id", "left_anti").count() == guests
    assert orders.join(customers, "customer_id", "left").count() == orders.count()
    two = session.sql("select cast(null as int) as k union all select 1")
    assert two.join(two, "k").count() == 1
    assert two.alias("a").join(two.alias("b"), F.expr("a.k <=> b.k")).count() == 2


# --- skew -----------------------------------------------------------------------------------


@pytest.fixture
def skewed(session):
    """20,000 rows, nine in ten with key 0."""
    return session.range(20000).selectExpr("id", "if(id % 10 < 9, 0, id) as k")


@pytest.mark.proves("Spark", "Skew can be seen task by task, and salting spreads it", kind="real")
def test_salting_spreads_what_one_task_had(spark, skewed):
    spark.session(NO_AQE)
    by_key = views.spark_tasks(skewed.repartition(8, "k").groupBy("k").count())
    last = by_key[by_key["stage"] == by_key["stage"].max()]
    assert len(last) == 8
    assert last["records"].max() >= 18000
    salted = skewed.withColumn("salt", F.expr("id % 16"))
    spread = views.spark_tasks(salted.repartition(8, "k", "salt"))
    after = spread[spread["stage"] == spread["stage"].max()]
    assert after["records"].sum() == 20000
    assert after["records"].max() < 18000 / 2
    # Two steps with the salt give what one step gives.
    twice = salted.groupBy("k", "salt").count().groupBy("k").agg(F.sum("count").alias("count"))
    assert {tuple(r) for r in twice.collect()} == {
        tuple(r) for r in skewed.groupBy("k").count().collect()
    }


@pytest.mark.proves("Spark", "AQE splits a skewed partition of a join", kind="real")
def test_adaptive_execution_splits_a_skewed_join(spark, session, skewed):
    settings = {
        "spark.sql.autoBroadcastJoinThreshold": -1,
        "spark.sql.shuffle.partitions": 8,
        "spark.sql.adaptive.advisoryPartitionSizeInBytes": "16KB",
        "spark.sql.adaptive.skewJoin.skewedPartitionThresholdInBytes": "16KB",
        "spark.sql.adaptive.skewJoin.skewedPartitionFactor": 2,
        "spark.sql.adaptive.coalescePartitions.enabled": False,
    }
    spark.session(settings)
    many = skewed.repartition(6)  # a shuffle block of a map task is the smallest piece
    other = session.range(0, 20000, 100).withColumnRenamed("id", "k").repartition(2)
    joined = many.join(other, "k")
    plan = views.spark_plan(joined)
    assert plan["detail"].str.contains("skewed").any()
    assert plan["detail"][plan["operator"] == "SortMergeJoin"].str.contains("skew=true").all()
    spark.session(settings | {"spark.sql.adaptive.skewJoin.enabled": False})
    plain = many.join(other, "k").select("*")
    assert not views.spark_plan(plain)["detail"].str.contains("skew").any()
    assert plain.count() == joined.count()


@pytest.mark.proves("Spark", "AQE merges small shuffle partitions", kind="real")
def test_adaptive_execution_merges_small_partitions(spark, table):
    spark.session({"spark.sql.shuffle.partitions": 50})
    counted = table("orders").groupBy("customer_id").count()
    assert "AQEShuffleRead" in operators(counted)
    merged = len(views.spark_partitions(counted))
    spark.session({"spark.sql.shuffle.partitions": 50} | NO_AQE)
    plain = table("orders").groupBy("customer_id").count()
    assert len(views.spark_partitions(plain)) == 50
    assert merged < 5


@pytest.mark.proves(
    "Spark", "AQE turns a sort-merge join into a broadcast when a side is small", kind="real"
)
def test_adaptive_execution_changes_the_join_at_run_time(session, table):
    few = table("order_lines").where("line_no > 3").groupBy("order_id").count()
    joined = table("orders").hint("merge").join(few, "order_id")
    assert "SortMergeJoin" in operators(joined)  # a hint is kept
    session.conf.set("spark.sql.autoBroadcastJoinThreshold", "2KB")
    session.conf.set("spark.sql.adaptive.autoBroadcastJoinThreshold", "10MB")
    joined = table("orders").join(few, "order_id")
    assert "SortMergeJoin" in operators(joined, run=False)
    assert "BroadcastHashJoin" in operators(joined)


# --- partitions and files -------------------------------------------------------------------


@pytest.mark.proves("Spark", "repartition shuffles, coalesce only joins neighbors", kind="real")
def test_repartition_and_coalesce(session):
    numbers = session.range(0, 1000, numPartitions=10)
    assert list(views.spark_partitions(numbers)["rows"]) == [100] * 10
    assert list(views.spark_partitions(numbers.repartition(4))["rows"]) == [250] * 4
    fewer = numbers.coalesce(3)
    assert len(views.spark_partitions(fewer)) == 3
    assert "Exchange" not in operators(fewer)
    assert "Exchange" in operators(numbers.repartition(3))
    assert len(views.spark_partitions(numbers.coalesce(50))) == 10
    by_key = numbers.withColumn("k", F.expr("id % 5")).repartition(5, "k")
    homes = by_key.select("k", F.spark_partition_id()).distinct()
    assert homes.count() == 5  # each key in one partition


@pytest.mark.proves("Spark", "partitionBy: folders, pruning, and too many small files", kind="real")
def test_partitions_of_files_and_how_many_there_are(session, table):
    orders = table("orders").drop("order_month").withColumn("day", F.to_date("order_ts"))
    month = orders.where("order_ts >= '2026-06-01'")
    address = "s3://fernway-lake/by_day/"
    month.repartition(4).write.mode("overwrite").partitionBy("day").parquet(address)
    days = month.select("day").distinct().count()
    assert len(files(address)) == 4 * days  # each task writes a file into each folder
    month.repartition(4, "day").write.mode("overwrite").partitionBy("day").parquet(address)
    assert len(files(address)) == days
    one = session.read.parquet(address).where("day = '2026-06-10'")
    scan = views.spark_plan(one).query("operator == 'FileScan'")["detail"].iloc[0]
    assert "PartitionFilters: [isnotnull(day), (day = 2026-06-10)]" in scan
    assert {row[0].split("day=")[1][:10] for row in one.select(F.input_file_name()).collect()} == {
        "2026-06-10"
    }


@pytest.mark.proves(
    "Spark", "Dynamic partition overwrite replaces only the days that came", kind="real"
)
def test_dynamic_overwrite_keeps_the_other_partitions(session):
    address = "s3://fernway-lake/days/"
    days = session.range(4).selectExpr("id", "id % 2 as day")
    days.write.mode("overwrite").partitionBy("day").parquet(address)
    session.conf.set("spark.sql.sources.partitionOverwriteMode", "dynamic")
    days.where("day = 1").limit(1).write.mode("overwrite").partitionBy("day").parquet(address)
    counts = session.read.parquet(address).groupBy("day").count().collect()
    assert {tuple(row) for row in counts} == {(0, 2), (1, 1)}


@pytest.mark.proves("Spark", "Bucketed tables join without a shuffle", kind="real")
def test_buckets_save_the_shuffle(spark, session, table):
    spark.session({"spark.sql.autoBroadcastJoinThreshold": -1} | NO_AQE)
    for name in ("orders", "order_lines"):
        table(name).write.mode("overwrite").bucketBy(4, "order_id").sortBy("order_id").saveAsTable(
            f"{name}_bucketed"
        )
    joined = session.table("orders_bucketed").join(
        session.table("order_lines_bucketed"), "order_id"
    )
    assert "SortMergeJoin" in operators(joined, run=False)
    assert "Exchange" not in operators(joined, run=False)
    assert "Exchange" in operators(
        table("orders").join(table("order_lines"), "order_id"), run=False
    )
    assert joined.count() == 36471


@pytest.mark.proves("Spark", "Only the columns and rows that are asked for are read", kind="real")
def test_columns_and_filters_reach_the_file(session, table):
    read = table("clickstream").where("event_type = 'purchase'").select("session_id")
    scan = views.spark_plan(read).query("operator == 'FileScan'")["detail"].iloc[0]
    assert "ReadSchema: struct<session_id:string,event_type:string>" in scan or (
        "ReadSchema: struct<event_type:string,session_id:string>" in scan
    )
    assert "PushedFilters: [IsNotNull(event_type), EqualTo(event_type,purchase)]" in scan


# --- functions, caches ----------------------------------------------------------------------


@pytest.mark.proves(
    "Spark", "A Python UDF hides from the optimizer what a built-in shows", kind="real"
)
def test_a_udf_costs_a_trip_to_python_and_the_pushed_filter(table):
    built_in = table("orders").where(F.col("status") == "shipped")
    by_udf = table("orders").where(F.udf(lambda s: s == "shipped", "boolean")("status"))
    assert "BatchEvalPython" in operators(by_udf)
    assert "BatchEvalPython" not in operators(built_in)
    pushed = [
        views.spark_plan(f).query("operator == 'FileScan'")["detail"].iloc[0]
        for f in (built_in, by_udf)
    ]
    assert ["EqualTo(status,shipped)" in text for text in pushed] == [True, False]
    assert built_in.count() == by_udf.count()

    @F.pandas_udf("boolean")
    def shipped(status):
        return status == "shipped"

    assert "ArrowEvalPython" in operators(table("orders").where(shipped("status")))


@pytest.mark.proves("Spark", "cache keeps a result; unpersist and the storage level", kind="real")
def test_a_cached_table_is_not_computed_again(session):
    calls = session.sparkContext.accumulator(0)

    @F.udf("long")
    def counted(number):
        calls.add(1)
        return number

    numbers = session.range(100).select(counted("id").alias("id"))
    numbers.count()
    numbers.agg(F.sum("id")).collect()
    before = calls.value
    kept = (
        session.range(100)
        .select(counted("id").alias("n"))
        .persist(pyspark.StorageLevel.MEMORY_ONLY)
    )
    assert kept.storageLevel.useMemory
    assert not kept.storageLevel.useDisk
    for _ in range(3):
        kept.agg(F.sum("n")).collect()
    assert calls.value - before == 100
    assert "InMemoryTableScan" in operators(kept.agg(F.sum("n")))
    kept.unpersist()
    kept.agg(F.sum("n")).collect()
    assert calls.value - before == 200


# --- meaning --------------------------------------------------------------------------------


@pytest.mark.proves("Spark", "Window functions, on the shop's orders", kind="real")
def test_windows_number_and_add_up(table):
    orders = table("orders").where("customer_id is not null")
    by_time = pyspark.sql.Window.partitionBy("customer_id").orderBy("order_ts", "order_id")
    first = orders.withColumn("n", F.row_number().over(by_time)).where("n = 1")
    assert first.count() == orders.select("customer_id").distinct().count()
    so_far = F.sum("total_amount").over(
        by_time.rowsBetween(pyspark.sql.Window.unboundedPreceding, 0)
    )
    last = (
        orders.withColumn("so_far", so_far).groupBy("customer_id").agg(F.max("so_far").alias("s"))
    )
    total = orders.agg(F.sum("total_amount")).first()[0]
    assert last.agg(F.sum("s")).first()[0] == total


@pytest.mark.proves(
    "Spark", "NULL, division and casts as Spark 3.5 has them, ANSI off and on", kind="real"
)
def test_division_and_casts(session):
    row = session.sql(
        "select 7 / 2, 7 div 2, 1 / 0, cast('x' as int), cast(3.7 as int), null = null, "
        "concat('a', null), 2147483647 + 1, cast(300 as tinyint)"
    ).first()
    assert tuple(row) == (3.5, 3, None, None, 3, None, None, -2147483648, 44)
    session.conf.set("spark.sql.ansi.enabled", True)
    for statement, problem in (
        ("select 1 / 0", "DIVIDE_BY_ZERO"),
        ("select cast('x' as int)", "CAST_INVALID_INPUT"),
        ("select 2147483647 + 1", "ARITHMETIC_OVERFLOW"),
    ):
        with pytest.raises(Exception, match=problem):
            session.sql(statement).collect()


@pytest.mark.proves(
    "Spark", "Schema drift: a column that came later, with and without mergeSchema", kind="real"
)
def test_a_column_that_came_later(session):
    address = "s3://fernway-lake/drift/"
    session.range(3).write.mode("overwrite").parquet(address)
    session.range(3, 5).withColumn("coupon", F.lit("A")).write.mode("append").parquet(address)
    merged = session.read.option("mergeSchema", True).parquet(address)
    assert merged.columns == ["id", "coupon"]
    assert merged.where("coupon is null").count() == 3
    # The same name with another type cannot be merged.
    session.sql("select 'text' as id").write.mode("append").parquet(address)
    with pytest.raises(Exception, match="CANNOT_MERGE"):
        session.read.option("mergeSchema", True).parquet(address)
    assert merged.count() == 5


@pytest.mark.proves(
    "Spark", "Malformed JSON and CSV: PERMISSIVE, DROPMALFORMED, FAILFAST", kind="real"
)
def test_three_ways_to_read_a_broken_record(session):
    lake.current().put("s3://fernway-raw/broken/a.json", '{"n": 1}\n{"n": \n{"n": 3}\n')
    read = session.read.schema("n int, _corrupt_record string")
    address = "s3://fernway-raw/broken/"
    kept = read.json(address).cache()
    assert sorted((r["n"] or 0) for r in kept.collect()) == [0, 1, 3]
    assert kept.where("_corrupt_record is not null").count() == 1
    plain = session.read.schema("n int")
    assert plain.option("mode", "DROPMALFORMED").json(address).agg(F.sum("n")).first()[0] == 4
    with pytest.raises(Exception, match="MALFORMED_RECORD"):
        plain.option("mode", "FAILFAST").json(address).collect()
