from datetime import UTC, datetime

import pytest

from dealab.models import ttl
from dealab.models.capacity import LimitClock, Limits, partition_of, partitions
from dealab.models.clock import Clock

# .../developerguide/HowItWorks.Partitions.html and bp-partition-key-design.html
GB = 2**30


@pytest.fixture
def limits():
    return Limits(LimitClock(Clock(at="2026-03-02T09:00"), 0.0), dynamodb=True, burst=True)


@pytest.mark.parametrize(
    ("reads", "writes", "size", "count"),
    [(10, 5, 0, 1), (3000, 1000, 0, 2), (6000, 0, 0, 2), (0, 1500, 0, 2), (1, 1, 25 * GB, 3)],
)
def test_partitions_by_throughput_and_by_size(reads, writes, size, count):
    assert partitions(reads, writes, size) == count


def test_keys_spread_and_one_key_does_not():
    places = [partition_of(f"k{n}", 4) for n in range(400)]
    assert {partition_of("same", 4) for _ in range(10)} == {partition_of("same", 4)}
    assert all(60 < places.count(place) < 140 for place in (1, 2, 3, 4))


def test_unused_units_are_saved_for_five_minutes(limits):
    clock = limits.clock
    assert limits.use_table("t", "write", 10, 10, None) is None
    assert limits.use_table("t", "write", 1, 10, None) == "Provisioned"
    clock.sleep(1)
    assert limits.use_table("t", "write", 11, 10, None) == "Provisioned"  # nothing was saved
    clock.sleep(1000)
    assert limits.use_table("t", "write", 3011, 10, None) == "Provisioned"
    assert limits.use_table("t", "write", 3010, 10, None) is None  # 300 seconds and this one
    clock.sleep(1)
    assert limits.use_table("t", "write", 11, 10, None) == "Provisioned"
    clock.sleep(10)
    assert limits.use_table("t", "write", 110, 10, None) is None


def test_a_partition_has_its_own_limit_that_bursts_do_not_lift(limits):
    limits.clock.sleep(400)
    assert limits.use_table("t", "write", 1000, 5000, 1) is None
    assert limits.use_table("t", "write", 1, 5000, 1) == "KeyRange"
    assert limits.use_table("t", "write", 1, 5000, 2) is None
    assert limits.use_table("t", "read", 3000, None, 1) is None
    assert limits.use_table("t", "read", 0.5, None, 1) == "KeyRange"
    assert dict(limits.refused) == {"t/partition 1": 2}


def test_the_limits_run_on_the_labs_clock(limits):
    limits.clock.sleep(2.5)
    assert limits.clock.now == 2.5
    assert limits.clock._clock.now() == datetime(2026, 3, 2, 9, 0, 2, 500_000, tzinfo=UTC)
    with pytest.raises(ValueError, match="non-negative"):
        limits.clock.sleep(-1)


@pytest.mark.parametrize(
    ("value", "when"),
    [
        ({"N": "1772442000"}, "2026-03-02T10:00"),  # its time is 09:00 exactly
        ({"N": "1772445660"}, "2026-03-02T11:00"),  # 10:01
        ({"N": "1700000000"}, "2026-03-02T10:00"),  # long ago: at the next hour
        ({"N": "1400000000"}, None),  # more than five years ago
        ({"S": "1772442000"}, None),
        ({"N": "1e40"}, None),
    ],
)
def test_time_to_live(value, when):
    after = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    wanted = when and datetime.fromisoformat(when).replace(tzinfo=UTC)
    assert ttl.deleted_at(value, after) == wanted
