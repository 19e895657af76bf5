"""What objects cost in each S3 storage class over the years. A model, in US dollars.

Prices of US East (N. Virginia), first 50 TB: https://aws.amazon.com/s3/pricing/ (checked
2026-11-23 against copies of the price list; look the page up before you decide anything).
Minimum durations, sizes and the 40 KB beside an archived object:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects-retrieval-options.html

Left out: volume discounts above 50 TB, data transfer, requests other than transitions and
retrievals, Intelligent-Tiering's cheaper tiers (everything stays in its frequent tier here).
A month is 30 days, a GB 2**30 bytes.
"""

import math
from datetime import UTC, datetime, timedelta

GB = 2**30
MONTH = timedelta(days=30)
REGION = "us-east-1"
#: class -> (storage $ per GB and month, transition into it $ per 1,000 objects, minimum days,
#: minimum billed bytes)
PRICES = {
    "STANDARD": (0.023, 0.0, 0, 0),
    "INTELLIGENT_TIERING": (0.023, 0.01, 0, 0),
    "STANDARD_IA": (0.0125, 0.01, 30, 128 * 1024),
    "ONEZONE_IA": (0.01, 0.01, 30, 128 * 1024),
    "GLACIER_IR": (0.004, 0.02, 90, 128 * 1024),
    "GLACIER": (0.0036, 0.03, 90, 0),
    "DEEP_ARCHIVE": (0.00099, 0.05, 180, 0),
}
#: Intelligent-Tiering watches objects of 128 KB and more, $ per 1,000 a month
MONITORING = 0.0025
#: beside each object in the two archive classes: 32 KB there and 8 KB in Standard
ARCHIVE_INDEX = 32 * 1024
ARCHIVE_NAME = 8 * 1024
#: class -> tier -> (retrieval $ per GB, $ per 1,000 requests)
RETRIEVAL = {
    "STANDARD_IA": {"Standard": (0.01, 0.0)},
    "ONEZONE_IA": {"Standard": (0.01, 0.0)},
    "GLACIER_IR": {"Standard": (0.03, 0.0)},
    "GLACIER": {"Expedited": (0.03, 10.0), "Standard": (0.01, 0.05), "Bulk": (0.0, 0.0)},
    "DEEP_ARCHIVE": {"Standard": (0.02, 0.10), "Bulk": (0.0025, 0.025)},
}
#: class -> tier -> hours until a restored copy is there, the longest that is documented
RESTORE_HOURS = {
    "GLACIER": {"Expedited": 5 / 60, "Standard": 5, "Bulk": 12},
    "DEEP_ARCHIVE": {"Standard": 12, "Bulk": 48},
}


def storage(storage_class: str, size: int, objects: int = 1, days: float = 30) -> float:
    """Return what ``objects`` of ``size`` bytes each cost for ``days`` in a class."""
    price, _, _, least = PRICES[storage_class]
    held = max(size, least) + (ARCHIVE_INDEX if storage_class in RESTORE_HOURS else 0)
    cost = objects * held / GB * price
    if storage_class in RESTORE_HOURS:
        cost += objects * ARCHIVE_NAME / GB * PRICES["STANDARD"][0]
    if storage_class == "INTELLIGENT_TIERING" and size >= 128 * 1024:
        cost += objects / 1000 * MONITORING
    return cost * days / 30


def early_deletion(storage_class: str, size: int, objects: int, days: float) -> float:
    """Return what leaving a class after ``days`` costs: the rest of its minimum duration."""
    return storage(storage_class, size, objects, max(0, PRICES[storage_class][2] - days))


def transition(storage_class: str, objects: int) -> float:
    """Return what moving ``objects`` into a class costs, whatever their size."""
    return objects / 1000 * PRICES[storage_class][1]


def retrieval(storage_class: str, size: int, objects: int = 1, tier: str = "Standard") -> float:
    """Return what reading ``objects`` once costs beyond the request. Raises KeyError for a tier
    that the class has not."""
    if storage_class not in RETRIEVAL:
        return 0.0
    per_gb, per_thousand = RETRIEVAL[storage_class][tier]
    return objects * size / GB * per_gb + objects / 1000 * per_thousand


def years(rules: list[dict], size: int, objects: int, years: int = 3, key: str = "data") -> list:
    """Return the cost of ``objects`` put at once and kept under lifecycle ``rules``, by year.

    A list of dicts: year, class, days, storage, transitions, early_deletion (dollars). ``size`` is
    of one object in bytes. Without rules everything stays in STANDARD.
    """
    from dealab.models.lifecycle import Version, actions

    begin = datetime(2026, 1, 1, tzinfo=UTC)
    end, entered, now, here = begin + timedelta(days=365 * years), begin, begin, "STANDARD"
    rows: dict[tuple, dict] = {}

    def row(moment, storage_class):
        year = min(years, math.floor((moment - begin).days / 365) + 1)
        empty = {"year": year, "class": storage_class, "days": 0, "storage": 0.0}
        empty |= {"transitions": 0.0, "early_deletion": 0.0}
        return rows.setdefault((year, storage_class), empty)

    def stay(until):
        moment = now
        while moment < until:
            turn = begin + timedelta(days=365 * ((moment - begin).days // 365 + 1))
            part = min(until, turn)
            line, days = row(moment, here), (part - moment).days
            line["days"] += days
            line["storage"] += storage(here, size, objects, days)
            moment = part

    while now < end:
        coming = actions(rules, [Version(key, begin, size, here)])
        action = next((one for one in coming if one.due < end), None)
        stay(max(now, action.due) if action else end)
        if action is None:
            break
        now = max(now, action.due)
        row(now, here)["early_deletion"] += early_deletion(
            here, size, objects, (now - entered).days
        )
        if action.kind != "transition":
            break
        here, entered = action.storage_class, now
        row(now, here)["transitions"] += transition(here, objects)
    return [line for _, line in sorted(rows.items(), key=lambda item: item[0][0])]
