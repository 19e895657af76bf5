"""Kafka on this computer, for the lessons on Amazon MSK.

    from dealab.engines import kafka
    with kafka.cluster(brokers=1) as address:
        address.topic("clicks", partitions=3)
        producer = confluent_kafka.Producer({"bootstrap.servers": address})

The brokers are librdkafka's mock cluster, which comes with confluent-kafka: real sockets on
loopback, the real protocol, everything in memory, gone at the end. Real with it: topics and
partitions, keys, order per partition, consumer groups with rebalancing (the clients do that
themselves), commits, replay, lag. Not in it: see ``NOT_HERE``.

The calls are librdkafka's own C functions (rdkafka_mock.h), reached by ctypes, because the Python
client has no names for them:
https://github.com/confluentinc/librdkafka/blob/master/src/rdkafka_mock.h (checked 2026-11-23).
"""

import contextlib
import ctypes
from pathlib import Path

#: what the mock brokers lack -> what a learner would see instead
NOT_HERE = {
    "create_topics and the other calls of AdminClient": "they time out; use address.topic(...)",
    "read_committed": "records of aborted transactions are read as well",
    "duplicates dropped by an idempotent producer": "brokers do not compare sequence numbers",
    "offsets_for_times": "always answers the end of the partition",
    "compaction, and retention by time": "a partition keeps its last 5 MB",
    "ACLs, IAM, SASL and TLS": "everybody on this computer may connect",
    "replicas that fail": "there is one copy of everything",
}
_PRODUCER = 0


class Address(str):
    """The address of a cluster (``bootstrap.servers``), with what a lesson does to the cluster."""

    _cluster: "_Cluster"

    def topic(self, name: str, partitions: int = 3) -> None:
        """Create a topic. Without this a topic that is written to comes with four partitions.

        Raises ValueError for a name that exists or that Kafka does not allow.
        """
        if partitions < 1:
            raise ValueError("a topic has at least one partition")
        self._cluster.create(name, partitions)

    def lag(self, group: str, topic: str) -> list[dict]:
        """Return a dict per partition: partition, first, end, committed, lag (records).

        ``end`` is the offset of the next record to come; ``committed`` is None where the group
        has committed nothing, and everything that is there is its lag.
        """
        return lag(self, group, topic)


@contextlib.contextmanager
def cluster(brokers: int = 1):
    """Start brokers; gives their ``Address``. Close producers and consumers before the end.

    Raises ValueError for fewer than one broker, and RuntimeError in one line where the brokers
    cannot run here (``why_not()``).
    """
    if brokers < 1:
        raise ValueError("a cluster has at least one broker")
    if reason := why_not():
        raise RuntimeError(reason)
    started = _Cluster(brokers)
    try:
        address = Address(started.bootstrap)
        address._cluster = started
        yield address
    finally:
        started.close()


def why_not() -> str:
    """Return in one line why no brokers can run here; an empty text when they can."""
    try:
        return "" if _library() else "This build of confluent-kafka brings no mock brokers."
    except ImportError:
        return "confluent-kafka is not installed here."


def available() -> bool:
    """Tell whether brokers can run here."""
    return not why_not()


def lag(address: str, group: str, topic: str) -> list[dict]:
    """See ``Address.lag``; works for any cluster. An unknown topic has no partitions."""
    from confluent_kafka import Consumer, TopicPartition

    asking = Consumer(quiet(address) | {"group.id": group, "allow.auto.create.topics": False})
    try:
        found = asking.list_topics(topic, timeout=5).topics[topic].partitions
        committed = asking.committed([TopicPartition(topic, n) for n in sorted(found)], timeout=5)
        rows = []
        for part in committed:
            first, end = asking.get_watermark_offsets(part, timeout=5)
            done = part.offset if part.offset >= 0 else None
            rows.append(
                {
                    "partition": part.partition,
                    "first": first,
                    "end": end,
                    "committed": done,
                    "lag": end - (first if done is None else done),
                }
            )
        return rows
    finally:
        asking.close()


def quiet(address: str) -> dict:
    """Return client settings for a cluster of the lab, without librdkafka's lines on stderr."""
    return {"bootstrap.servers": str(address), "log_level": 0}


class _Cluster:
    """Owns the C objects: a client handle, which no one uses, and the brokers behind it."""

    def __init__(self, brokers: int):
        self._c = _library()
        problem = ctypes.create_string_buffer(512)
        conf = self._c.rd_kafka_conf_new()
        self._c.rd_kafka_conf_set(conf, b"log_level", b"0", problem, len(problem))
        self._handle = self._c.rd_kafka_new(_PRODUCER, conf, problem, len(problem))
        if not self._handle:
            raise RuntimeError(f"the brokers did not start: {problem.value.decode()}")
        self._brokers = self._c.rd_kafka_mock_cluster_new(self._handle, brokers)
        # Kafka waits 3 s for more members before a group's first assignment.
        self._c.rd_kafka_mock_group_initial_rebalance_delay_ms(self._brokers, 100)
        self.bootstrap = self._c.rd_kafka_mock_cluster_bootstraps(self._brokers).decode()
        self._topics: set[str] = set()

    def create(self, name: str, partitions: int) -> None:
        allowed = name.replace(".", "").replace("_", "").replace("-", "")
        if not (allowed.isascii() and allowed.isalnum() and len(name) <= 249):
            raise ValueError(f"not a name that Kafka allows for a topic: {name!r}")
        made = self._c.rd_kafka_mock_topic_create(self._brokers, name.encode(), partitions, 1)
        if made:
            raise ValueError(f"topic {name} exists already")

    def close(self) -> None:
        if self._brokers:
            self._c.rd_kafka_mock_cluster_destroy(self._brokers)
            self._c.rd_kafka_destroy(self._handle)
            self._brokers = self._handle = None


def _library():
    """Return confluent-kafka's own librdkafka with the functions used here, or None."""
    import confluent_kafka

    package = Path(confluent_kafka.__file__).parent
    places = (package / ".dylibs", package.parent / "confluent_kafka.libs", package)
    files = [file for place in places for file in sorted(place.glob("*rdkafka*")) if file.is_file()]
    for file in files:
        try:
            library = ctypes.CDLL(str(file))
            for name, result, *arguments in _FUNCTIONS:
                function = getattr(library, name)
                function.restype, function.argtypes = result, arguments
        except (OSError, AttributeError):
            continue
        return library
    return None


_handle, _int, _text, _size = ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t
_FUNCTIONS = (
    ("rd_kafka_conf_new", _handle),
    ("rd_kafka_conf_set", _int, _handle, _text, _text, _text, _size),
    ("rd_kafka_new", _handle, _int, _handle, _text, _size),
    ("rd_kafka_destroy", None, _handle),
    ("rd_kafka_mock_cluster_new", _handle, _handle, _int),
    ("rd_kafka_mock_cluster_destroy", None, _handle),
    ("rd_kafka_mock_cluster_bootstraps", _text, _handle),
    ("rd_kafka_mock_topic_create", _int, _handle, _text, _int, _int),
    ("rd_kafka_mock_group_initial_rebalance_delay_ms", None, _handle, ctypes.c_int32),
)
