"""Real Spark in the lab: the session, the lake behind s3://, pandas, and no way out."""

import json
from datetime import datetime

import pandas as pd
import pytest

import dealab.cloud  # its guard reaches the Python workers that Spark starts
from dealab.engines import stored
from dealab.sql import Athena, Redshift, lake

F = pytest.importorskip("pyspark.sql.functions", reason="Spark is not installed here")


def rows(frame):
    return sorted(tuple(row) for row in frame.collect())


# --- the lake -------------------------------------------------------------------------------


@pytest.mark.proves("Spark", "s3:// paths are the lake that Athena reads", kind="real")
def test_spark_and_athena_read_the_same_objects(session):
    here = session.read.parquet("s3://fernway-lake/orders/").groupBy("order_month").count()
    there = Athena().run("select order_month, count(*) from fernway.orders group by order_month")
    assert rows(here) == sorted(there.rows)


@pytest.mark.proves(
    "Spark", "What Spark writes is in the lake at once, for Athena and COPY", kind="real"
)
def test_what_spark_writes_is_there_for_sql(session):
    table = session.range(90).selectExpr("id", "cast(id % 3 as string) as part")
    table.write.mode("overwrite").partitionBy("part").parquet("s3://fernway-lake/by_spark/")
    names = [name for name, _ in lake.current().objects("s3://fernway-lake/by_spark/")]
    assert {name.split("/")[2] for name in names if "=" in name} == {"part=0", "part=1", "part=2"}
    assert not [name for name in names if name.endswith(".crc")]
    athena = Athena()
    athena.run(
        "create external table fernway.by_spark (id bigint) partitioned by (part string) "
        "stored as parquet location 's3://fernway-lake/by_spark/'"
    )
    athena.run("msck repair table fernway.by_spark")
    assert athena.run(
        "select part, count(*), sum(id) from fernway.by_spark group by part order by part"
    ).rows == [("0", 30, 1305), ("1", 30, 1335), ("2", 30, 1365)]
    redshift = Redshift()
    redshift.run("create table by_spark (id bigint)")
    redshift.run(
        "copy by_spark from 's3://fernway-lake/by_spark/part=1/' iam_role default format as parquet"
    )
    assert redshift.run("select sum(id) from by_spark").rows == [(1335,)]
    # Overwriting takes the old objects away.
    table.limit(1).write.mode("overwrite").parquet("s3://fernway-lake/by_spark/")
    assert not lake.current().exists("s3://fernway-lake/by_spark/part=1/")


def test_what_sql_and_boto3_put_is_read_by_spark(session):
    lake.current().put("s3://fernway-lake/notes/a.json", '{"n": 1}\n{"n": 2}\n')
    assert rows(session.read.json("s3://fernway-lake/notes/")) == [(1,), (2,)]
    lake.current().delete("s3://fernway-lake/notes/a.json")
    with pytest.raises(Exception, match="PATH_NOT_FOUND"):
        session.read.json("s3://fernway-lake/notes/")


@pytest.mark.proves(
    "Spark", "boto3 and Spark see each other's objects, events included", kind="real"
)
def test_boto3_and_spark_share_the_buckets(session):
    import boto3

    from dealab.cloud import start_aws

    aws = start_aws()
    try:
        s3, sqs = boto3.client("s3"), boto3.client("sqs")
        s3.create_bucket(Bucket="landing")
        queue = sqs.create_queue(QueueName="files")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
        rule = {
            "QueueArn": arn["QueueArn"],
            "Events": ["s3:ObjectCreated:*"],
            "Filter": {"Key": {"FilterRules": [{"Name": "suffix", "Value": ".parquet"}]}},
        }
        s3.put_bucket_notification_configuration(
            Bucket="landing", NotificationConfiguration={"QueueConfigurations": [rule]}
        )
        sqs.receive_message(QueueUrl=queue)  # the test event
        session.range(10).repartition(2).write.parquet("s3://landing/out/")
        listed = [one["Key"] for one in s3.list_objects_v2(Bucket="landing")["Contents"]]
        assert listed[0] == "out/_SUCCESS"
        assert len(listed) == 3
        told = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
        records = [json.loads(one["Body"])["Records"][0] for one in told]
        assert sorted(record["s3"]["object"]["key"] for record in records) == listed[1:]
        s3.put_object(Bucket="landing", Key="in/a.csv", Body=b"a,b\n1,2\n")
        assert rows(session.read.csv("s3://landing/in/", header=True)) == [("1", "2")]
        session.range(9).coalesce(1).write.mode("overwrite").parquet("s3://landing/out/")
        listed = [one["Key"] for one in s3.list_objects_v2(Bucket="landing")["Contents"]]
        assert len([key for key in listed if key.endswith(".parquet")]) == 1
        for key in listed:
            s3.delete_object(Bucket="landing", Key=key)
        s3.delete_bucket(Bucket="landing")
        with pytest.raises(Exception, match="NoSuchBucket"):
            session.range(1).write.parquet("s3://landing/out/")
    finally:
        aws.stop()
        lake.renew()


def test_names_of_files_and_other_schemes(session):
    named = session.read.parquet("s3a://fernway-lake/stores").select(F.input_file_name()).first()
    assert named[0] == "s3a://fernway-lake/stores/part-0.parquet"
    assert session.sparkContext.textFile("s3n://fernway-raw/products_raw/*").count() == 433


def test_a_bucket_that_does_not_exist_is_told_by_name(session):
    with pytest.raises(Exception, match="NoSuchBucket"):
        session.read.parquet("s3://no-such-bucket-here/x")
    with pytest.raises(Exception, match="NoSuchBucket"):
        session.range(3).write.parquet("s3://no-such-bucket-here/x")


def test_the_datasets_are_never_written(session):
    from dealab import paths

    before = sorted(path for path in paths.datasets().rglob("*"))
    session.range(3).write.mode("overwrite").parquet("s3://fernway-lake/products/")
    assert session.read.parquet("s3://fernway-lake/products/").count() == 3
    assert sorted(path for path in paths.datasets().rglob("*")) == before
    lake.renew()  # a new lake, the same Spark
    assert session.read.parquet("s3://fernway-lake/products/").count() == 400


def test_path_gives_the_local_folder(spark):
    assert (spark.path("s3://fernway-lake/stores/") / "part-0.parquet").is_file()
    with pytest.raises(FileNotFoundError, match="no such bucket"):
        spark.path("s3://nowhere-at-all/x")
    with pytest.raises(lake.BadLocation):
        spark.path("s3://fernway-lake/../../etc")


# --- nothing leaves the machine -------------------------------------------------------------


@pytest.mark.proves("Spark", "Java opens no connection beyond this machine", kind="real")
@pytest.mark.parametrize(
    "way",
    [
        lambda jvm: jvm.java.net.URL("http://192.0.2.1/").openStream(),
        lambda jvm: jvm.java.net.Socket("192.0.2.1", 443),
        lambda jvm: jvm.java.net.InetAddress.getByName("s3.amazonaws.com"),
    ],
    ids=["url", "socket", "name"],
)
def test_java_refuses_to_leave(session, way):
    with pytest.raises(Exception, match="would leave this machine"):
        way(session._jvm)


@pytest.mark.proves("Spark", "Python UDFs have the guard of the local AWS", kind="real")
def test_a_udf_refuses_to_leave(session):
    assert dealab.cloud is not None

    @F.udf("string")
    def call_home(number):
        import urllib.request

        return urllib.request.urlopen("http://192.0.2.1/", timeout=2).read()

    with pytest.raises(Exception, match="EscapeRefused"):
        session.range(1).select(call_home("id")).collect()


def test_readers_that_would_go_out_are_refused(session):
    with pytest.raises(Exception, match=r"would leave this machine|FAILED_JDBC|No suitable driver"):
        session.read.jdbc("jdbc:postgresql://192.0.2.1/x", "t").count()
    session.sparkContext.setCheckpointDir(session.conf.get("spark.sql.warehouse.dir"))
    with pytest.raises(Exception, match=r"UnsupportedOperation|would leave this machine|None"):
        session.read.text("http://192.0.2.1/x").count()
    with pytest.raises(Exception, match="stays on this machine"):
        session._jvm.java.lang.System.setSecurityManager(None)


def test_the_lab_and_its_guard_do_not_disturb_spark(session):
    from dealab.cloud import start_aws

    aws = start_aws(at="2026-06-01T00:00")
    try:
        assert session.range(10).selectExpr("sum(id)").first()[0] == 45
        assert session.read.parquet("s3://fernway-lake/stores/").count() == 24
        aws.clock.move(days=30)
        assert rows(session.range(3).select(F.udf(lambda n: n + 1, "long")("id"))) == [
            (1,),
            (2,),
            (3,),
        ]
    finally:
        aws.stop()


# --- the session ----------------------------------------------------------------------------


def test_a_script_joins_the_session_of_the_lab(spark, session):
    from pyspark.sql import SparkSession

    assert SparkSession.builder.appName("a job").getOrCreate() is session
    assert session.sparkContext.master == "local[2]"
    assert session.conf.get("spark.sql.session.timeZone") == "UTC"


def test_a_script_that_stops_its_session_leaves_a_working_lab(spark, session):
    session.stop()
    assert spark.session().range(3).count() == 3
    assert spark.session().read.parquet("s3://fernway-lake/stores/").count() == 24


def test_settings_of_a_cell_do_not_stay(spark, session):
    spark.session({"spark.sql.shuffle.partitions": 3, "spark.sql.adaptive.enabled": False})
    assert session.conf.get("spark.sql.shuffle.partitions") == "3"
    assert session.conf.get("spark.sql.adaptive.enabled") == "false"
    spark.session()
    assert session.conf.get("spark.sql.shuffle.partitions") == "8"
    assert session.conf.get("spark.sql.adaptive.enabled") == "true"


def test_it_is_small_and_shows_no_pages(session):
    runtime = session._jvm.java.lang.Runtime.getRuntime()
    assert runtime.maxMemory() <= 2**30
    assert session.sparkContext.uiWebUrl is None


def test_nothing_is_left_in_the_folder_of_the_notebook(session, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    session.range(3).write.mode("overwrite").saveAsTable("kept")
    assert session.table("kept").count() == 3
    session.sql("drop table kept")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.proves("Spark", "Iceberg, Delta and Hudi tables", kind="not here")
def test_table_formats_of_other_packages_are_refused_by_spark(session):
    for name in ("iceberg", "delta", "hudi"):
        with pytest.raises(Exception, match="DATA_SOURCE_NOT_FOUND"):
            session.range(1).write.format(name).saveAsTable(f"t_{name}")


@pytest.mark.proves("Spark", "The pandas API on Spark (pyspark.pandas)", kind="not here")
def test_pandas_on_spark_does_not_load(session):
    with pytest.raises(ImportError):
        import pyspark.pandas  # noqa: F401


# --- pandas ---------------------------------------------------------------------------------


@pytest.mark.proves("Spark", "pandas tables to Spark and back", kind="real")
def test_pandas_there_and_back(session):
    table = pd.DataFrame(
        {
            "n": pd.array([1, None, 3], dtype="Int64"),
            "text": ["a", None, "ü"],
            "at": pd.to_datetime(["2026-06-01 10:00:00.123456", None, "2026-06-02 00:00:00.0"]),
            "yes": [True, False, True],
        }
    )
    made = session.createDataFrame(table)
    assert made.dtypes == [
        ("n", "bigint"),
        ("text", "string"),
        ("at", "timestamp"),
        ("yes", "boolean"),
    ]
    # A missing text is NULL, not the word NaN.
    assert [row["text"] for row in made.collect()] == ["a", None, "ü"]
    assert made.where("n is null").count() == made.where("at is null").count() == 1
    back = made.toPandas()
    assert back["at"][0] == pd.Timestamp("2026-06-01 10:00:00.123456")
    assert list(back["text"].isna()) == [False, True, False]
    nested = session.sql("select array(1, 2) a, map('k', 1) m, struct(1 as x) s, 1.50bd d")
    assert nested.toPandas().iloc[0]["s"]["x"] == 1


@pytest.mark.proves("Spark", "Python UDFs, pandas UDFs, applyInPandas, mapInPandas", kind="real")
def test_functions_in_python_and_pandas(session):
    table = session.range(10).selectExpr("id", "id % 2 as g", "cast(id as string) as t")

    @F.udf("string")
    def shout(text):
        return text + "!"

    @F.pandas_udf("long")
    def plus(numbers: pd.Series) -> pd.Series:
        return numbers + 1

    @F.pandas_udf("double")
    def middle(numbers: pd.Series) -> float:
        return numbers.mean()

    assert rows(table.limit(2).select(shout("t"), plus("id"))) == [("0!", 1), ("1!", 2)]
    assert rows(table.groupBy("g").agg(middle("id"))) == [(0, 4.0), (1, 5.0)]
    centered = table.groupBy("g").applyInPandas(
        lambda part: part.assign(id=part["id"] - part["id"].mean()), "id double, g long, t string"
    )
    assert centered.agg(F.sum("id")).first()[0] == 0
    mapped = table.mapInPandas(lambda parts: (p[p["id"] > 7] for p in parts), table.schema)
    assert mapped.count() == 2


def test_a_failing_udf_names_its_python_error(session):
    failing = session.range(1).select(F.udf(lambda n: 1 // n, "long")("id"))
    with pytest.raises(Exception, match="ZeroDivisionError"):
        failing.collect()


# --- stored results --------------------------------------------------------------------------


def test_stored_results_are_written_and_checked(spark, session, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(stored, "folder", lambda: tmp_path)
    monkeypatch.setenv("DEALAB_SPARK_RESULTS", "write")
    spark.cell("numbers")(lambda session: session.range(2))
    kept = json.loads((tmp_path / "numbers.json").read_text())
    assert "<table" in kept["html"]
    monkeypatch.setenv("DEALAB_SPARK_RESULTS", "check")
    spark.cell("numbers")(lambda session: session.range(2))
    with pytest.raises(stored.StoredDiffers, match="out of date"):
        spark.cell("numbers")(lambda session: session.range(3))
    with pytest.raises(ValueError, match="lowercase"):
        spark.cell("No Name")


def test_the_lab_s_time_zone_is_utc(session):
    assert session.sql("select cast(timestamp '2026-06-01 00:30' as string)").first()[0] == (
        "2026-06-01 00:30:00"
    )
    frame = session.sql("select timestamp '2026-06-01 00:30' as at").toPandas()
    assert frame["at"][0] == datetime(2026, 6, 1, 0, 30)
