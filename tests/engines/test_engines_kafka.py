"""MSK lessons on librdkafka's brokers: real clients over sockets."""

import time

import pytest
from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition

from dealab import views
from dealab.engines import kafka


@pytest.fixture
def address():
    with kafka.cluster() as address:
        yield address


@pytest.fixture
def consumer(address):
    """Return a function that makes a consumer of a group; closed at the end."""
    made = []

    def make(group, topic=None, partition=None, **settings):
        one = Consumer(
            kafka.quiet(address)
            | {
                "group.id": group,
                "auto.offset.reset": "earliest",
                "enable.auto.commit": False,
                "session.timeout.ms": 6000,
                "heartbeat.interval.ms": 200,
                **settings,
            }
        )
        if topic:
            one.subscribe([topic])
        if partition is not None:  # by hand: no group to wait for, commits as ever
            one.assign([TopicPartition(*partition)])
        made.append(one)
        return one

    yield make
    for one in made:
        one.close()


def send(address, topic, pairs):
    """Send (key, value) pairs; return (key, partition, offset) of each as the broker told it."""
    told = []
    producer = Producer(kafka.quiet(address) | {"linger.ms": 0})
    for key, value in pairs:
        producer.produce(
            topic,
            value,
            key=key,
            on_delivery=lambda error, m: told.append((m.key(), m.partition(), m.offset(), error)),
        )
    assert producer.flush(10) == 0
    assert all(error is None for *_, error in told)
    return [(key.decode(), partition, offset) for key, partition, offset, _ in told]


def read(one, count, seconds=10):
    """Poll until ``count`` records have come."""
    found, until = [], time.monotonic() + seconds
    while len(found) < count and time.monotonic() < until:
        message = one.poll(0.1)
        if message is not None:
            assert message.error() is None
            found.append(message)
    return found


@pytest.mark.proves("MSK", "Records of one key go to one partition and stay in order", kind="real")
def test_a_key_always_meets_the_same_partition(address, consumer):
    address.topic("clicks", partitions=3)
    told = send(address, "clicks", [(f"visitor-{n % 7}", f"{n}") for n in range(70)])
    homes = {key: {p for k, p, _ in told if k == key} for key, _, _ in told}
    assert all(len(partitions) == 1 for partitions in homes.values())
    assert len(set.union(*homes.values())) > 1
    found = read(consumer("g", "clicks"), 70)
    for key in homes:
        mine = [int(m.value()) for m in found if m.key().decode() == key]
        assert mine == sorted(mine)
        assert len(mine) == 10


@pytest.mark.proves("MSK", "Topics with a chosen number of partitions", kind="real")
def test_a_topic_has_the_partitions_that_it_was_made_with(address, consumer):
    address.topic("orders", partitions=5)
    found = consumer("g").list_topics("orders", timeout=5).topics["orders"]
    assert sorted(found.partitions) == [0, 1, 2, 3, 4]
    with pytest.raises(ValueError, match="exists already"):
        address.topic("orders")
    with pytest.raises(ValueError, match="not a name that Kafka allows"):
        address.topic("no blanks")


@pytest.mark.proves("MSK", "Consumers of one group share the partitions", kind="real")
def test_two_consumers_of_a_group_share_the_partitions_and_one_takes_over(address, consumer):
    address.topic("clicks", partitions=4)
    one, two = consumer("g", "clicks"), consumer("g", "clicks")
    until = time.monotonic() + 15
    while time.monotonic() < until and not (len(one.assignment()) == len(two.assignment()) == 2):
        one.poll(0.05)
        two.poll(0.05)
    mine = {part.partition for part in one.assignment()}
    theirs = {part.partition for part in two.assignment()}
    assert mine | theirs == {0, 1, 2, 3}
    assert not mine & theirs
    two.unsubscribe()
    while time.monotonic() < until and len(one.assignment()) < 4:
        one.poll(0.05)
        two.poll(0)
    assert {part.partition for part in one.assignment()} == {0, 1, 2, 3}


@pytest.mark.proves("MSK", "Groups read independently of each other", kind="real")
def test_each_group_reads_everything(address, consumer):
    address.topic("clicks", partitions=2)
    send(address, "clicks", [(str(n), str(n)) for n in range(20)])
    for group in ("warehouse", "fraud"):
        assert {m.value() for m in read(consumer(group, "clicks"), 20)} == {
            str(n).encode() for n in range(20)
        }


@pytest.mark.proves("MSK", "Commits: a consumer that ends early is followed up", kind="real")
def test_what_was_not_committed_comes_again(address, consumer):
    address.topic("clicks", partitions=1)
    send(address, "clicks", [("k", str(n)) for n in range(10)])
    first = consumer("g", partition=("clicks", 0))
    found = read(first, 6)
    first.commit(found[3], asynchronous=False)  # four are done, two were read and not committed
    first.close()
    again = read(consumer("g", partition=("clicks", 0)), 6)
    assert [m.offset() for m in again] == [4, 5, 6, 7, 8, 9]


@pytest.mark.proves("MSK", "Committing before the work loses what a crash leaves", kind="real")
def test_at_most_once_loses_records(address, consumer):
    address.topic("clicks", partitions=1)
    send(address, "clicks", [("k", str(n)) for n in range(10)])
    first = consumer("g", partition=("clicks", 0))
    found = read(first, 6)
    first.commit(found[-1], asynchronous=False)  # before the work
    done = [m.offset() for m in found[:4]]  # and here it crashes
    first.close()
    done += [m.offset() for m in read(consumer("g", partition=("clicks", 0)), 4)]
    assert sorted(set(range(10)) - set(done)) == [4, 5]


@pytest.mark.proves("MSK", "Replay from any offset", kind="real")
def test_a_consumer_reads_again_from_where_it_wants(address, consumer):
    address.topic("clicks", partitions=1)
    send(address, "clicks", [("k", str(n)) for n in range(10)])
    one = consumer("g")
    one.assign([TopicPartition("clicks", 0, 7)])
    assert [m.offset() for m in read(one, 3)] == [7, 8, 9]
    one.seek(TopicPartition("clicks", 0, 2))
    assert [m.offset() for m in read(one, 2)] == [2, 3]


@pytest.mark.proves("MSK", "Lag: how far a group is behind, by partition", kind="real")
def test_lag_is_the_end_less_the_commit(address, consumer):
    address.topic("clicks", partitions=2)
    told = send(address, "clicks", [(str(n), str(n)) for n in range(20)])
    ends = [sum(partition == n for _, partition, _ in told) for n in (0, 1)]
    before = address.lag("g", "clicks")
    assert [(row["committed"], row["lag"]) for row in before] == [(None, ends[0]), (None, ends[1])]
    one = consumer("g", "clicks")
    read(one, 20)
    one.commit(
        offsets=[TopicPartition("clicks", 0, ends[0]), TopicPartition("clicks", 1, ends[1] - 3)],
        asynchronous=False,
    )
    after = address.lag("g", "clicks")
    assert [(row["end"], row["committed"], row["lag"]) for row in after] == [
        (ends[0], ends[0], 0),
        (ends[1], ends[1] - 3, 3),
    ]
    assert address.lag("g", "unheard-of") == []
    shown = views.topic(address, "clicks", group="g")
    assert list(shown["lag"]) == [0, 3]
    assert list(shown["records"]) == ends
    assert list(views.topic(address, "clicks").columns) == ["partition", "first", "end", "records"]


@pytest.mark.proves(
    "MSK", "auto.offset.reset: latest skips what is there, earliest reads it", "real"
)
def test_a_new_group_begins_where_its_setting_says(address, consumer):
    address.topic("clicks", partitions=1)
    send(address, "clicks", [("k", "old")])
    late = consumer("late", "clicks", **{"auto.offset.reset": "latest"})
    until = time.monotonic() + 10
    while not late.assignment() and time.monotonic() < until:
        late.poll(0.05)
    late.poll(0.5)  # from here on it waits at the end
    send(address, "clicks", [("k", "new")])
    assert [m.value() for m in read(late, 1)] == [b"new"]
    assert [m.value() for m in read(consumer("early", "clicks"), 2)] == [b"old", b"new"]


@pytest.mark.proves("MSK", "A record larger than message.max.bytes is refused", kind="real")
def test_the_producer_refuses_what_is_too_large(address):
    address.topic("clicks", partitions=1)
    producer = Producer(kafka.quiet(address))
    with pytest.raises(Exception, match="Message size too large") as refused:
        producer.produce("clicks", b"x" * 1_000_001)
    assert refused.value.args[0].code() == KafkaError.MSG_SIZE_TOO_LARGE


@pytest.mark.proves("MSK", "Transactions: aborted records stay invisible", kind="not here")
def test_aborted_records_are_visible_here(address, consumer):
    """If this fails, the brokers have learned it: take it off kafka.NOT_HERE."""
    address.topic("clicks", partitions=1)
    producer = Producer(kafka.quiet(address) | {"transactional.id": "t"})
    producer.init_transactions(5)
    producer.begin_transaction()
    producer.produce("clicks", b"aborted")
    producer.flush(5)
    producer.abort_transaction(5)
    one = consumer("g", "clicks", **{"isolation.level": "read_committed"})
    assert [m.value() for m in read(one, 1)] == [b"aborted"]
    assert "read_committed" in kafka.NOT_HERE


def test_two_clusters_know_nothing_of_each_other(address, consumer):
    address.topic("clicks", partitions=1)
    with kafka.cluster(brokers=3) as other:
        assert other.count(",") == 2
        send(other, "clicks", [("k", "there")])
    send(address, "clicks", [("k", "here")])
    assert [m.value() for m in read(consumer("g", "clicks"), 1)] == [b"here"]
    with pytest.raises(ValueError, match="at least one broker"), kafka.cluster(brokers=0):
        pass
