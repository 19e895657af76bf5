"""The universe: its seed, its size, its calendar, and the random numbers that all tables draw from.

Two kinds of randomness. Rows that happen (orders, clicks) come from a numpy Generator of their own
for each table and chunk, so that a change in one table leaves the others alone. Things that are (a
customer, with an address) are hashed from their number, so that any of them can be made again
anywhere without keeping them in memory.
"""

from datetime import UTC, datetime, timedelta
from functools import cached_property
from zlib import crc32

import numpy as np

#: First moment of the data and the first moment after it, UTC.
START = np.datetime64("2026-01-01T00:00:00", "s")
END = np.datetime64("2026-07-01T00:00:00", "s")
DAYS = 181
MONTHS = tuple(f"2026-{month:02d}" for month in range(1, 7))

#: The fortnight that clicks, sensors, changes and logs cover.
WINDOW_START = np.datetime64("2026-06-01T00:00:00", "s")
WINDOW_DAYS = 14
WINDOW_FIRST_DAY = 151  # days from START to WINDOW_START

DAY = 86_400

#: Relative number of visits of the shop by hour, UTC: evenings in North America come first.
VISITS_BY_HOUR = (
    21, 18, 14, 9, 5, 3, 2, 2, 2, 3, 5, 7,
    9, 11, 12, 13, 13, 13, 13, 13, 14, 16, 18, 20,
)  # fmt: skip


def stream(seed: int, table: str, chunk: int = 0) -> np.random.Generator:
    """Return the random stream of one chunk of one table."""
    return np.random.Generator(np.random.PCG64([seed, crc32(table.encode()), chunk]))


def hashed(seed: int, column: str, ids: np.ndarray) -> np.ndarray:
    """Return a number in [0, 1) for each id of a column: splitmix64 (Steele, Lea, Flood 2014)."""
    salt = np.random.SeedSequence([seed, crc32(column.encode())]).generate_state(1, np.uint64)
    z = np.asarray(ids).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + salt
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(11)).astype(np.float64) * 2.0**-53


def pick(u: np.ndarray, weights) -> np.ndarray:
    """Turn numbers in [0, 1) into indexes with the given weights."""
    edges = np.cumsum(np.asarray(weights, dtype=float))
    return np.minimum(np.searchsorted(edges / edges[-1], u, side="right"), len(edges) - 1)


def date_text(day: int) -> str:
    """Return the date of a day counted from START."""
    return str((START + np.timedelta64(int(day) * DAY, "s")).astype("datetime64[D]"))


def iso(seconds, digits: int = 0) -> str:
    """Return Unix seconds as ISO 8601 with Z and the given number of decimals (0, 3 or 6)."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=round(float(seconds) * 1e6))
    text = moment.strftime("%Y-%m-%dT%H:%M:%S.%f")
    return text[: 19 if digits == 0 else 20 + digits] + "Z"


class Universe:
    """A seed and a scale, and what follows from them at once.

    Scale 1 has about 16,000 orders and 4,500 customers. Orders, customers, clicks, changes and log
    records grow with the scale; products, stores and warehouses stay.
    """

    def __init__(self, seed: int, scale: float):
        if not isinstance(seed, (int, np.integer)) or isinstance(seed, bool) or seed < 0:
            raise ValueError(f"seed must be a whole number from 0 up, not {seed!r}")
        if not 0.01 <= scale <= 1000:
            raise ValueError(f"scale must be between 0.01 and 1000, not {scale!r}")
        self.seed, self.scale = int(seed), float(scale)

    def stream(self, table: str, chunk: int = 0) -> np.random.Generator:
        return stream(self.seed, table, chunk)

    def hashed(self, column: str, ids) -> np.ndarray:
        return hashed(self.seed, column, ids)

    def sized(self, count: float, least: int = 1) -> int:
        """Return a count that grows with the scale."""
        return max(least, round(count * self.scale))

    def slices(self) -> int:
        """Return into how many pieces a day of clicks is cut, so that a piece stays small."""
        return max(1, round(self.scale / 2))

    @cached_property
    def customers(self) -> int:
        return self.sized(4500, 60)

    @cached_property
    def story(self) -> "Story":
        return Story(self)


class Story:
    """The incidents that the logs tell. Times are fixed; names and addresses depend on the seed."""

    #: A night in the shop's own time zone (US Eastern is UTC-4 in June).
    INTRUSION = np.datetime64("2026-06-11T06:11:00", "s")
    #: A release with a slow query; rolled back after 42 minutes.
    BAD_DEPLOY = (
        np.datetime64("2026-06-10T14:05:00", "s"),
        np.datetime64("2026-06-10T14:47:00", "s"),
    )
    #: The freezer's compressor weakens, then stops, then is repaired.
    FREEZER = (np.datetime64("2026-06-09T18:00:00", "s"), np.datetime64("2026-06-11T13:30:00", "s"))
    #: A gateway lost its uplink: no reading of one warehouse arrived.
    OUTAGE = (np.datetime64("2026-06-05T10:00:00", "s"), np.datetime64("2026-06-05T16:00:00", "s"))
    #: Not a customer: a price-watching bot that the raw clicks hold and the curated ones do not.
    BOT_USER = 990_001

    def __init__(self, universe: Universe):
        rng = universe.stream("story")
        letters = np.array(list("ABCDEFGHJKLMNPQRSTUVWXYZ234567"))
        # 203.0.113.0/24 and 198.51.100.0/24 are set aside for documentation (RFC 5737).
        self.attacker_ip = f"203.0.113.{rng.integers(20, 250)}"
        self.office_ip = f"198.51.100.{rng.integers(10, 40)}"
        # AWS's own documentation ends made-up keys in EXAMPLE.
        self.leaked_key = "AKIA" + "".join(letters[rng.integers(0, 30, 9)]) + "EXAMPLE"
        self.leaked_user = "svc-reporting"
        self.freezer_warehouse = ("wh-west", "wh-east", "wh-north")[
            0 if universe.seed == 2026 else rng.integers(0, 3)
        ]
        self.outage_warehouse = "wh-east" if self.freezer_warehouse == "wh-north" else "wh-north"
        self.release = f"shop-2026.06.{rng.integers(101, 199)}"
