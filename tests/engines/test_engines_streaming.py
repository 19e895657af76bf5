"""Spark Structured Streaming on the clickstream, compared with the plain model of windows."""

import json
import random
from collections import Counter
from datetime import UTC, datetime

import pytest

from dealab.models import windows
from dealab.sql import lake

F = pytest.importorskip("pyspark.sql.functions", reason="Spark is not installed here")


def seconds(moment):
    return moment.replace(tzinfo=UTC).timestamp()


@pytest.fixture(autouse=True)
def _small(spark, session):
    """One shuffle partition: a batch of a stream takes as long as its number of tasks."""
    spark.session({"spark.sql.shuffle.partitions": 1})
    lake.renew()


@pytest.fixture
def land():
    """Return a function that puts a file of (key, seconds) events into the stream's folder."""

    def put(number, events):
        lines = [
            json.dumps({"k": key, "at": datetime.fromtimestamp(at, UTC).isoformat()})
            for key, at in events
        ]
        lake.current().put(f"s3://fernway-raw/stream/{number:04}.json", "\n".join(lines) + "\n")

    return put


@pytest.fixture
def source(session):
    """The folder as a stream, one file a batch, in order of their names."""
    return lambda: (
        session.readStream.schema("k string, at timestamp")
        .option("maxFilesPerTrigger", 1)
        .json("s3://fernway-raw/stream/")
    )


def run(frame, mode="append", checkpoint="s3://fernway-raw/checkpoint/", **settings):
    """Run a stream over all that is there; return the rows of each batch, in order."""
    batches = []

    def keep(batch, number):
        batches.append([row.asDict(recursive=True) for row in batch.collect()])

    query = (
        frame.writeStream.outputMode(mode)
        .option("checkpointLocation", checkpoint)
        .foreachBatch(keep)
        .trigger(availableNow=True)
        .start()
    )
    query.awaitTermination(120)
    assert query.exception() is None
    return batches


def counts(rows):
    found = Counter()
    for row in rows:
        window = (seconds(row["w"]["start"]), seconds(row["w"]["end"]))
        found[row["k"], window] += row["count"]
    return found


def random_batches(number, draw, events=40):
    """Random batches: time goes on by jumps, and some events come late."""
    now, batches = 1_780_000_000, []
    for _ in range(number):
        now += draw.choice([30, 200, 900])
        batches.append(
            [
                (draw.choice("abc"), now - draw.choice([0, 5, 60, 400, 1500, 4000]))
                for _ in range(draw.randrange(1, events))
            ]
        )
    return batches


def window_of(kind):
    return {
        "tumbling": lambda: F.window("at", "10 minutes"),
        "sliding": lambda: F.window("at", "10 minutes", "200 seconds"),
        "session": lambda: F.session_window("at", "2 minutes"),
    }[kind]()


MODEL = {
    "tumbling": {"length": 600},
    "sliding": {"length": 600, "slide": 200},
    "session": {"gap": 120},
}


@pytest.mark.proves(
    "Spark",
    "Streaming: tumbling, sliding and session windows with a watermark; late events dropped",
    kind="real",
)
@pytest.mark.proves(
    "Streaming", "Windows and watermarks in plain Python, the same as Spark's", kind="model"
)
@pytest.mark.parametrize("kind", ["tumbling", "sliding", "session"])
@pytest.mark.parametrize("seed", [1, 2])
def test_spark_drops_and_counts_as_the_model_says(source, land, kind, seed):
    batches = random_batches(5, random.Random(seed))
    for number, batch in enumerate(batches):
        land(number, batch)
    found = run(
        source().withWatermark("at", "5 minutes").groupBy("k", window_of(kind).alias("w")).count()
    )
    model = windows.Windowed(delay=300, **MODEL[kind])
    expected = Counter()
    for batch in batches:
        expected.update(model.add(batch))
    expected.update(model.add(()))  # Spark's last batch has no events
    assert model.dropped > 0
    assert counts(row for batch in found for row in batch) == expected
    assert model.open  # and what is not finished was not written


@pytest.mark.proves("Spark", "Streaming output modes: append, update, complete", kind="real")
def test_three_output_modes_of_one_stream(source, land):
    base = 1_780_000_200
    land(0, [("a", base), ("b", base + 10)])
    land(1, [("a", base + 20)])
    land(2, [("a", base + 4000)])
    by_window = (
        source()
        .withWatermark("at", "1 minute")
        .groupBy("k", F.window("at", "10 minutes").alias("w"))
        .count()
    )
    told = {
        mode: [
            sorted((row["k"], row["count"]) for row in batch)
            for batch in run(by_window, mode, f"s3://fernway-raw/checkpoint-{mode}/")
        ]
        for mode in ("append", "update", "complete")
    }
    assert [batch for batch in told["append"] if batch] == [[("a", 2), ("b", 1)]]
    assert told["update"][:3] == [[("a", 1), ("b", 1)], [("a", 2)], [("a", 1)]]
    assert told["complete"][:3] == [
        [("a", 1), ("b", 1)],
        [("a", 2), ("b", 1)],
        [("a", 1), ("a", 2), ("b", 1)],
    ]


def test_the_older_rule_for_late_events(session, source, land):
    session.conf.set("spark.sql.streaming.statefulOperator.allowMultiple", False)
    batches = random_batches(5, random.Random(3))
    for number, batch in enumerate(batches):
        land(number, batch)
    by_window = (
        source().withWatermark("at", "5 minutes").groupBy("k", window_of("tumbling").alias("w"))
    )
    found = counts(row for batch in run(by_window.count()) for row in batch)
    strict, usual = Counter(), Counter()
    for rule, expected in ((True, strict), (False, usual)):
        model = windows.Windowed(length=600, delay=300, strict=rule)
        for batch in [*batches, ()]:
            expected.update(model.add(batch))
    assert found == strict != usual


def test_append_without_a_watermark_is_refused(source, land):
    land(0, [("a", 1_780_000_000)])
    with pytest.raises(Exception, match="Append output mode not supported"):
        run(source().groupBy("k").count())


@pytest.mark.proves(
    "Spark", "Streaming: checkpoint, stop and restart: nothing lost, nothing twice", kind="real"
)
def test_a_stream_goes_on_where_it_stopped(source, land):
    land(0, [("a", 1_780_000_000)])
    land(1, [("b", 1_780_000_001)])
    assert [row["k"] for batch in run(source()) for row in batch] == ["a", "b"]
    assert run(source()) == []
    land(2, [("c", 1_780_000_002)])
    assert [row["k"] for batch in run(source()) for row in batch] == ["c"]
    # Another checkpoint is another reader: replay from the beginning.
    again = run(source(), checkpoint="s3://fernway-raw/other/")
    assert [row["k"] for batch in again for row in batch] == ["a", "b", "c"]
    names = [name for name, _ in lake.current().objects("s3://fernway-raw/checkpoint/")]
    assert any("/commits/" in name for name in names)


@pytest.mark.proves(
    "Spark",
    "Streaming: a batch that fails comes again; an idempotent sink takes it once",
    kind="real",
)
def test_a_failed_batch_is_repeated_under_the_same_number(source, land):
    land(0, [("a", 1_780_000_000)])
    land(1, [("b", 1_780_000_001)])
    appended, by_number, failures = [], {}, [1]

    def sink(batch, number):
        rows = sorted(row["k"] for row in batch.collect())
        appended.extend(rows)
        by_number[number] = rows  # the batch's number is its key: writing twice changes nothing
        if number == 1 and failures:
            failures.pop()
            raise OSError("the target hung up after the rows were written")

    def attempt():
        query = (
            source()
            .writeStream.option("checkpointLocation", "s3://fernway-raw/checkpoint/")
            .foreachBatch(sink)
            .trigger(availableNow=True)
            .start()
        )
        query.awaitTermination(60)

    with pytest.raises(Exception, match="hung up"):
        attempt()
    attempt()
    assert appended == ["a", "b", "b"]
    assert by_number == {0: ["a"], 1: ["b"]}


@pytest.mark.proves("Spark", "Streaming: dropDuplicates within the watermark", kind="real")
def test_repeated_events_are_dropped(source, land):
    land(0, [("a", 1_780_000_000), ("a", 1_780_000_000), ("b", 1_780_000_000)])
    land(1, [("a", 1_780_000_000), ("c", 1_780_000_100)])
    rows = run(source().withWatermark("at", "10 minutes").dropDuplicates(["k", "at"]))
    assert [sorted(row["k"] for row in batch) for batch in rows if batch] == [["a", "b"], ["c"]]


@pytest.mark.proves(
    "Spark", "Streaming the clickstream: files of the lake in, purchases per hour out", kind="real"
)
def test_the_clickstream_by_the_hour(session):
    """A day's clicks by the stream are the same as by a query over the finished table."""
    address = "s3://fernway-lake/clickstream/"
    table = session.read.parquet(address).where("event_date = '2026-06-03'")
    bought = table.where("event_type = 'purchase'")
    table.drop("event_date").orderBy("event_ts").repartitionByRange(4, "event_ts").write.parquet(
        "s3://fernway-raw/day/"
    )
    stream = (
        session.readStream.schema(table.drop("event_date").schema)
        .option("maxFilesPerTrigger", 2)
        .parquet("s3://fernway-raw/day/")
        .where("event_type = 'purchase'")
        .withColumn("at", F.col("event_ts").cast("timestamp"))
        .withWatermark("at", "1 hour")
        .groupBy(F.window("at", "1 hour").alias("w"))
        .count()
    )
    query = (
        stream.writeStream.outputMode("complete")
        .format("memory")
        .queryName("purchases")
        .option("checkpointLocation", "s3://fernway-raw/hours/")
        .trigger(availableNow=True)
        .start()
    )
    query.awaitTermination(120)
    by_stream = {
        row["w"]["start"].hour: row["count"] for row in session.table("purchases").collect()
    }
    by_query = {row[0]: row[1] for row in bought.groupBy(F.hour("event_ts")).count().collect()}
    assert by_stream == by_query
    assert sum(by_stream.values()) == bought.count() > 10


def test_a_stream_without_a_schema_is_refused(session, land):
    land(0, [("a", 1_780_000_000)])
    with pytest.raises(Exception, match="Schema must be specified"):
        session.readStream.json("s3://fernway-raw/stream/")


@pytest.mark.proves("Spark", "Streaming from Kinesis and Kafka into Spark", kind="not here")
def test_the_connectors_are_not_in_pyspark(session):
    with pytest.raises(Exception, match="Kafka"):
        session.readStream.format("kafka").option("kafka.bootstrap.servers", "127.0.0.1:1").option(
            "subscribe", "t"
        ).load()
    with pytest.raises(Exception, match="DATA_SOURCE_NOT_FOUND"):
        session.readStream.format("aws-kinesis").load()
