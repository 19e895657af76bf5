"""Sensors of the three warehouses: freezers for seed, cold rooms for plants, halls, dock doors."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dealab.datasets.tables import WAREHOUSES
from dealab.datasets.universe import DAY, WINDOW_DAYS, WINDOW_START, Story, Universe

STEP = 1800  # seconds between readings
_PLACES = (
    ("freezer", ("temperature_c", "door_open")),
    ("coldroom", ("temperature_c", "humidity_pct")),
    ("hall", ("temperature_c", "humidity_pct")),
    ("dock", ("door_open",)),
)
_WARMTH = {"wh-east": 0.0, "wh-north": -3.5, "wh-west": 2.5}  # of the halls
#: A battery that nobody changed: the sensor fails more and more often.
WEAK_SENSOR = ("wh-east", "coldroom", 1)


@dataclass
class Readings:
    """All readings of one metric of one sensor, in time order."""

    warehouse: str
    sensor_id: str
    metric: str
    ts: np.ndarray  # seconds from WINDOW_START
    value: np.ndarray
    battery: np.ndarray
    failed: np.ndarray  # the sensor answered -999; the curated table has no such row


def readings(universe: Universe, warehouse: str) -> Iterator[Readings]:
    """Yield the readings of one warehouse, sensor by sensor."""
    story = universe.story
    base = np.arange(0, WINDOW_DAYS * DAY, STEP)
    zones = universe.sized(1)
    for place_number, (place, metrics) in enumerate(_PLACES):
        for zone in range(1, zones + 1):
            chunk = (WAREHOUSES.index(warehouse) * 8 + place_number) * 100_000 + zone
            rng = universe.stream("sensors", chunk)
            sensor = f"{warehouse}-{place}-{zone:02d}"
            ts = base + rng.integers(0, 20, len(base))
            hour = (ts % DAY) / 3600
            level = rng.integers(55, 100)
            weak = (warehouse, place, zone) == WEAK_SENSOR
            battery = (
                np.maximum(level - ts / (DAY * 6), 1)
                if not weak
                else np.maximum(34 - ts / 38_000, 2)
            )
            broken = (warehouse, place, zone) == (story.freezer_warehouse, "freezer", 1)
            lost = np.zeros(len(ts), dtype=bool)
            if warehouse == story.outage_warehouse:
                low, high = ((moment - WINDOW_START).astype(np.int64) for moment in Story.OUTAGE)
                lost = (ts >= low) & (ts < high)
            for metric in metrics:
                noise = rng.standard_normal(len(ts))
                u = rng.random(len(ts))
                if metric == "door_open":
                    busy = (hour >= 10) & (hour < 23)  # shifts, UTC
                    often = 0.35 if place == "dock" else 0.06
                    value = (u < np.where(busy, often, 0.01)).astype(float)
                elif metric == "humidity_pct":
                    middle = 78.0 if place == "coldroom" else 48.0
                    value = middle + 3 * np.sin(2 * np.pi * (hour - 6) / 24) + 1.2 * noise
                elif place == "freezer":
                    value = -18.5 + 0.5 * np.sin(2 * np.pi * ts / 5400) + 0.25 * noise
                    if broken:
                        value += _warming(ts)
                elif place == "coldroom":
                    value = 4.2 + 0.4 * np.sin(2 * np.pi * ts / 7200) + 0.2 * noise
                else:
                    value = (
                        20.5
                        + _WARMTH[warehouse]
                        + 3.2 * np.sin(2 * np.pi * (hour - 15) / 24)
                        + 0.4 * noise
                    )
                failing = u > (1 - 0.25 * ts / ts[-1] if weak else 0.9985)
                keep = ~lost
                yield Readings(
                    warehouse,
                    sensor,
                    metric,
                    ts[keep],
                    np.round(value, 1)[keep] + 0.0,  # no negative zero
                    np.floor(battery).astype(int)[keep],
                    failing[keep],
                )


def _warming(ts: np.ndarray) -> np.ndarray:
    """Return the degrees by which the failing freezer is too warm.

    A slow drift at first, then an exponential approach to +4 degrees once the compressor stops, and
    an exponential recovery after the repair.
    """
    begin, repair = ((moment - WINDOW_START).astype(np.int64) for moment in Story.FREEZER)
    stop = begin + 30 * 3600
    drift = np.clip((ts - begin) / (30 * 3600), 0, 1) * 4.0
    rise = 18.0 * (1 - np.exp(-np.clip(ts - stop, 0, None) / (5 * 3600)))
    peak = 4.0 + 18.0 * (1 - np.exp(-(repair - stop) / (5 * 3600)))
    return np.where(
        ts < repair, drift + rise, peak * np.exp(-np.clip(ts - repair, 0, None) / (3 * 3600))
    )


def columns(readings: Readings) -> dict:
    """Return the rows of sensor_readings: a failed reading is no reading."""
    good = ~readings.failed
    count = int(good.sum())
    return {
        "sensor_id": [readings.sensor_id] * count,
        "reading_ts": (WINDOW_START + readings.ts[good]).astype("datetime64[us]"),
        "metric": [readings.metric] * count,
        "value": readings.value[good],
        "battery_pct": readings.battery[good],
    }
