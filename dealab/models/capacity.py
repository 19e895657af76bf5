"""Throughput limits of Kinesis shards and DynamoDB tables. A model of what a second allows.

Kinesis, per shard and second: writes of 1 MB and 1,000 records; reads of 2 MB and 5 GetRecords
calls; a read of more than 2 MB is paid off before the shard is read again.
https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html

DynamoDB: a table's provisioned units per second; a partition's 3,000 read and 1,000 write units per
second, whatever the table has; and, if asked for, up to 300 seconds of unused units that a table
saves for bursts.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/provisioned-capacity-mode.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/burst-adaptive-capacity.html
(Kinesis limits checked 2026-11-23; the DynamoDB pages not.)

What the model leaves out: seconds are whole seconds of the lab's clock, not a sliding window.
Adaptive capacity is taken as instant: one partition may use all that its table has, up to the
partition's own limit; partitions are never split for heat. Units of indexes count for their table.
On-demand streams never grow, on-demand tables have four partitions and no limit of their own.
"""

import base64
import hashlib
import json
import math
from collections import defaultdict
from dataclasses import dataclass, field

EXCEEDED = "ProvisionedThroughputExceededException"
SHARD_WRITE_BYTES = 1024 * 1024
SHARD_WRITE_RECORDS = 1000
SHARD_READ_BYTES = 2 * 1024 * 1024
SHARD_READ_CALLS = 5
PARTITION_READ_UNITS = 3000
PARTITION_WRITE_UNITS = 1000
PARTITION_BYTES = 10 * 2**30
ON_DEMAND_PARTITIONS = 4
BURST_SECONDS = 300
WRITE_UNIT_BYTES = 1024


class LimitClock:
    """The lab's clock as the limits count it: seconds from the moment they were switched on.

    It stands still but for ``sleep``, the SDK's waits between retries, ``aws.clock.move``, and
    ``call_seconds`` for each call that is limited. ``slept`` adds up the waits.
    """

    def __init__(self, clock, call_seconds: float = 0.01):
        self._clock, self._begin = clock, clock.now()
        self.slept, self.call_seconds = 0.0, call_seconds

    @property
    def begin(self):
        """The moment (aware datetime) at which the limits were switched on."""
        return self._begin

    @property
    def now(self) -> float:
        """Seconds of the lab since the limits were switched on."""
        return (self._clock.now() - self._begin).total_seconds()

    def sleep(self, seconds: float) -> None:
        """Let ``seconds`` pass in the lab."""
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        self._clock.sleep(seconds)
        self.slept += seconds

    def call(self) -> None:
        """Let the time of one call pass."""
        self._clock.sleep(self.call_seconds)


@dataclass
class Second:
    """What one resource did in one second: ``used`` and ``limits`` by amount, and refusals."""

    used: dict = field(default_factory=dict)
    limits: dict = field(default_factory=dict)
    refused: int = 0

    @property
    def share(self) -> float:
        """The fullest amount's share of its limit."""
        return max((self.used[name] / self.limits[name] for name in self.used), default=0.0)


class Limits:
    """Which limits are on, and what was used in which second.

    ``refused`` counts refusals per shard (``stream/shard``), table or partition
    (``table/partition 2``). ``seconds`` keeps for each (resource, "write" or "read") what happened
    in each second (``Second``).
    """

    def __init__(
        self, clock: LimitClock, kinesis: bool = False, dynamodb: bool = False, burst: bool = False
    ):
        self.clock, self.kinesis, self.dynamodb, self.burst = clock, kinesis, dynamodb, burst
        self.refused: dict[str, int] = defaultdict(int)
        self.seconds: dict[tuple[str, str], dict[int, Second]] = defaultdict(dict)
        self._closed_until: dict[str, float] = {}
        self._saved: dict[tuple[str, str], tuple[int, float]] = {}

    def _second(self, resource: str, kind: str) -> Second:
        return self.seconds[resource, kind].setdefault(math.floor(self.clock.now), Second())

    def _fits(self, resource: str, kind: str, amounts: dict, more: float = 0.0) -> bool:
        second = self._second(resource, kind)
        second.limits |= {name: limit for name, (_, limit) in amounts.items()}
        return all(
            second.used.get(name, 0) + amount <= limit + more
            for name, (amount, limit) in amounts.items()
        )

    def _add(self, resource: str, kind: str, amounts: dict) -> None:
        used = self._second(resource, kind).used
        for name, (amount, _) in amounts.items():
            used[name] = used.get(name, 0) + amount

    def refuse(self, resource: str, kind: str) -> bool:
        """Count a refusal; returns False, to be handed on."""
        self.refused[resource] += 1
        self._second(resource, kind).refused += 1
        return False

    def take(self, resource: str, kind: str, **amounts: tuple[float, float]) -> bool:
        """Use up ``amounts`` (name=(amount, limit a second)) if all fit; say whether they did."""
        if not self._fits(resource, kind, amounts):
            return self.refuse(resource, kind)
        self._add(resource, kind, amounts)
        return True

    # Kinesis

    def write_shard(self, resource: str, size: int) -> bool:
        """Write a record of ``size`` bytes (data and key) to a shard, if it fits."""
        return self.take(
            resource, "write", bytes=(size, SHARD_WRITE_BYTES), records=(1, SHARD_WRITE_RECORDS)
        )

    def may_read_shard(self, resource: str) -> bool:
        """Say whether a shard may be read now, and count the call."""
        if self.clock.now < self._closed_until.get(resource, 0.0):
            return self.refuse(resource, "read")
        return self.take(resource, "read", calls=(1, SHARD_READ_CALLS))

    def has_read_shard(self, resource: str, size: int) -> None:
        """Keep a shard closed for as many seconds as ``size`` needs at the shard's read rate."""
        self._second(resource, "read").limits["bytes"] = SHARD_READ_BYTES
        self._add(resource, "read", {"bytes": (size, 0)})
        read = self._second(resource, "read").used["bytes"]
        if read > SHARD_READ_BYTES:
            begin = math.floor(self.clock.now)
            self._closed_until[resource] = begin + math.ceil(read / SHARD_READ_BYTES)

    # DynamoDB

    def use_table(
        self, table: str, kind: str, units: float, provisioned: float | None, partition: int | None
    ) -> str | None:
        """Take ``units`` of a table and one of its partitions; None, or why they were refused.

        ``provisioned``: the table's units a second, None on demand. ``partition``: None for what is
        spread over all. Why: "Provisioned" (the table is full) or "KeyRange" (a partition is hot).
        """
        own = {"units": (units, provisioned)} if provisioned else {}
        place = f"{table}/partition {partition}"
        most = PARTITION_WRITE_UNITS if kind == "write" else PARTITION_READ_UNITS
        part = {"units": (units, most)} if partition is not None else {}
        if own and not self._fits(table, kind, own, self._spare(table, kind, provisioned)):
            self.refuse(table, kind)
            if part:
                self._fits(place, kind, part)
                self._second(place, kind).refused += 1
            return "Provisioned"
        if part and not self._fits(place, kind, part):
            self.refuse(place, kind)
            return "KeyRange"
        if own:
            self._add(table, kind, own)
        if part:
            self._add(place, kind, part)
        return None

    def charge(
        self, table: str, throughput: dict, on_demand: bool, kind: str, units: float, key=None
    ) -> str | None:
        """Charge a table and the partition of a ``key`` value; None, or why there is no room."""
        reads = throughput.get("ReadCapacityUnits", 0)
        writes = throughput.get("WriteCapacityUnits", 0)
        count = partitions(reads, writes, on_demand=on_demand)
        place = partition_of(json.dumps(key, sort_keys=True), count) if key else None
        provisioned = None if on_demand else (writes if kind == "write" else reads) or None
        return self.use_table(table, kind, units, provisioned, place)

    def table_seconds(self) -> list[tuple[str, str, int, float, int]]:
        """Return (table, "read" or "write", second, units used, refusals) for each second."""
        found: dict[tuple, list] = {}
        for (resource, kind), seconds in self.seconds.items():
            table, _, part = resource.partition("/partition ")
            for second, did in seconds.items():
                if part or "units" in did.limits or "units" in did.used:
                    row = found.setdefault((table, kind, second), [[0.0, 0.0], [0, 0]])
                    # What a table takes, its partitions take, too: the larger count is the whole.
                    row[0][bool(part)] += did.used.get("units", 0.0)
                    row[1][bool(part)] += did.refused
        return [(*key, max(units), max(refused)) for key, (units, refused) in found.items()]

    def _spare(self, table: str, kind: str, provisioned: float) -> float:
        """Units that the table saved in the seconds before this one, if bursts are on."""
        if not self.burst:
            return 0.0
        now = math.floor(self.clock.now)
        last, saved = self._saved.get((table, kind), (0, 0.0))
        for second in range(max(last, now - BURST_SECONDS), now):
            done = self.seconds[table, kind].get(second, Second()).used.get("units", 0.0)
            saved = max(0.0, min(BURST_SECONDS * provisioned, saved + provisioned - done))
        self._saved[table, kind] = now, saved
        return saved


def partitions(read_units: float, write_units: float, size: int = 0, on_demand=False) -> int:
    """Return how many partitions a table begins with: by its throughput and by its bytes."""
    if on_demand:
        return max(ON_DEMAND_PARTITIONS, math.ceil(size / PARTITION_BYTES))
    by_units = read_units / PARTITION_READ_UNITS + write_units / PARTITION_WRITE_UNITS
    return max(1, math.ceil(by_units), math.ceil(size / PARTITION_BYTES))


def partition_of(key: str, count: int) -> int:
    """Return the partition (from 1) that a partition key's hash falls into.

    The service's own hash is not public: here it is MD5, so that the picture is right in kind.
    """
    place = int.from_bytes(hashlib.md5(key.encode("utf-8"), usedforsecurity=False).digest())
    return place * count // 2**128 + 1


def record_size(data: str, partition_key: str) -> int:
    """Bytes that a record counts for: its data (given in base64, as moto keeps it) and its key."""
    return len(base64.b64decode(data)) + len(partition_key.encode("utf-8"))


def shard_message(shard: str, stream: str, account: str) -> str:
    """Return the service's words for a shard that takes no more in this second."""
    return f"Rate exceeded for shard {shard} in stream {stream} under account {account}."


def table_refusal(arn: str, kind: str, why: str, on_demand: bool) -> tuple[str, str, dict]:
    """Return (code, message, reasons) of a table's refusal; ``why`` is that of ``use_table``.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ThrottlingReason.html
    (checked 2026-11-23)
    """
    limit = "ProvisionedThroughputExceeded" if why == "Provisioned" else f"{why}ThroughputExceeded"
    reasons = [{"reason": f"Table{kind.capitalize()}{limit}", "resource": arn}]
    return (
        "ThrottlingException" if on_demand else EXCEEDED,
        "The level of configured provisioned throughput for the table was exceeded. Consider "
        "increasing your provisioning level with the UpdateTable API.",
        {"throttlingReasons" if on_demand else "ThrottlingReasons": reasons},
    )
