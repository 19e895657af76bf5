"""The raw side: the same rows as the curated tables, with the dirt that real feeds have.

docs/datasets.md lists every kind, how many rows have it, and the rule that brings the curated table
back. A change here changes that page.
"""

import json
from collections.abc import Iterator

import numpy as np

from dealab.datasets.clicks import COUNTRIES, Events, Words
from dealab.datasets.sensors import Readings
from dealab.datasets.shop import (
    COUPONS,
    FIRST_PRODUCT_ID,
    Orders,
    Shop,
    customer_ids,
    dates,
    timestamps,
)
from dealab.datasets.tables import CHANNELS, DEVICES, EVENTS, PAYMENTS, REFERRERS, STATUSES
from dealab.datasets.universe import (
    DAY,
    START,
    WINDOW_FIRST_DAY,
    WINDOW_START,
    Story,
    Universe,
    iso,
)
from dealab.datasets.writer import compact

ISO_FROM = 90  # day of 2026-04-01: new export with ISO timestamps and coupon_code
DAY_FIRST_STORES = (17, 18, 19, 20, 22)  # DD/MM/YYYY in April
DAY_FIRST_DAYS = range(90, 120)
BAD_FEBRUARY = (56, 57, 58)  # 02-26 to 02-28: some rows first came with the date 2026-02-30
REJECTED_DAY = 119  # 2026-04-30: rows with the date 31/04/2026 that no order stands behind
REJECTED_FROM_ID = 9_900_001


def dollars(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def _some(rng: np.random.Generator, count: int, rate: float, sure: bool = False) -> np.ndarray:
    """Choose positions at random; the first one too if ``sure``, so that no dirt is missing."""
    chosen = rng.random(count) < rate
    chosen[:1] |= sure
    return np.flatnonzero(chosen)


def _repeat(rng: np.random.Generator, rows: list, rate: float) -> list:
    """Repeat some rows a few places further on, as a retried batch does."""
    again = _some(rng, len(rows), rate).tolist()
    places = rng.integers(1, 20, len(again)).tolist()
    later: dict[int, list] = {}
    for i, step in zip(again, places, strict=True):
        later.setdefault(min(i + step, len(rows) - 1), []).append(rows[i])
    result = []
    for i, row in enumerate(rows):
        result.append(row)
        result.extend(later.get(i, ()))
    return result


def _untidy(text: str, u: float) -> str:
    """Change case or add blanks: ``u`` in [0, 1) says how."""
    style = int(u * 4)
    return (
        text.upper(),
        f" {text}",
        f"{text} ",
        text.capitalize() if text.islower() else text.lower(),
    )[style]


def order_rows(shop: Shop, orders: Orders, day: int) -> list[tuple]:
    """Return one day's rows of orders_raw."""
    rng = shop.universe.stream("orders dirt", day)
    n = len(orders.order_id)
    stamps = np.datetime_as_string(timestamps(orders.ts), unit="s").tolist()
    untidy, style, word = rng.random(n), rng.random((2, n)), rng.random(n)
    rows, bad = [], []
    wrong = shop.universe.sized(3, 1) if day in BAD_FEBRUARY else 0
    for i, (key, customer, stamp, channel, store, status, payment, total, coupon) in enumerate(
        zip(
            orders.order_id.tolist(),
            orders.customer_id.tolist(),
            stamps,
            orders.channel.tolist(),
            orders.store_id.tolist(),
            orders.status.tolist(),
            orders.payment.tolist(),
            orders.total.tolist(),
            orders.coupon.tolist(),
            strict=True,
        )
    ):
        guest = orders.customer[i] < 0
        if store in DAY_FIRST_STORES and day in DAY_FIRST_DAYS:
            when = f"{stamp[8:10]}/{stamp[5:7]}/{stamp[:4]} {stamp[11:]}"
        else:
            when = f"{stamp}Z" if day >= ISO_FROM else stamp.replace("T", " ")
        row = [
            key,
            ("NULL" if word[i] < 0.15 else "") if guest else customer,
            when,
            _untidy(CHANNELS[channel], style[0, i]) if untidy[i] < 0.06 else CHANNELS[channel],
            store or "",
            STATUSES[status],
            PAYMENTS[payment].upper() if style[1, i] < 0.03 else PAYMENTS[payment],
            f"{total // 100:,}.{total % 100:02d}",
        ]
        if day >= ISO_FROM:
            row.append(COUPONS[coupon] if coupon >= 0 else "")
        rows.append(tuple(row))
        if i < wrong:
            bad.append((row[0], row[1], f"2026-02-30 {stamp[11:]}", *row[3:]))
    rows = bad + _repeat(rng, rows, 0.012)
    if day == REJECTED_DAY:
        rows.extend(_rejected(shop.universe))
    return rows


def _rejected(universe: Universe) -> Iterator[tuple]:
    for number in range(universe.sized(6, 2)):
        clock = f"{10 + number % 10:02d}:{7 * number % 60:02d}:00"
        yield (
            REJECTED_FROM_ID + number,
            "",
            f"31/04/2026 {clock}",
            "store",
            DAY_FIRST_STORES[0],
            "delivered",
            "cash",
            "9.99",
            "",
        )


def line_rows(shop: Shop, orders: Orders, day: int) -> list[tuple]:
    """Return one day's rows of order_lines_raw."""
    rng = shop.universe.stream("lines dirt", day)
    n = len(orders.line_order)
    sign = rng.random(n) < 0.02
    rows = [
        (
            key,
            number,
            product,
            quantity,
            ("$" if s else "") + dollars(price),
            dollars(off) if off else "",
        )
        for key, number, product, quantity, s, price, off in zip(
            orders.order_id[orders.line_order].tolist(),
            orders.line_no.tolist(),
            (FIRST_PRODUCT_ID + orders.product).tolist(),
            orders.quantity.tolist(),
            sign.tolist(),
            orders.price.tolist(),
            orders.discount.tolist(),
            strict=True,
        )
    ]
    rows = _repeat(rng, rows, 0.008)
    if day == REJECTED_DAY:
        product = FIRST_PRODUCT_ID + shop.hot_product
        count = shop.universe.sized(6, 2)
        rows.extend((REJECTED_FROM_ID + i, 1, product, 1, "9.99", "") for i in range(count))
    return rows


_PHONES = ("+1-{a}-555-{n}", "({a}) 555-{n}", "{a}.555.{n}", "{a}555{n}", "1 {a} 555 {n}")
_YES_NO = (("false", "FALSE", "no", "N", "0"), ("true", "TRUE", "yes", "Y", "1"))
_BAD_BIRTHS = ("1985-02-30", "1990-04-31", "31/04/1990", "0000-00-00", "1979-13-01")


def customer_rows(shop: Shop, rows: dict, chunk: int) -> list[tuple]:
    """Return one chunk's rows of customers_raw."""
    rng = shop.universe.stream("customers dirt", chunk)
    n = len(rows["customer_id"])
    born = np.datetime_as_string(rows["birth_date"]).tolist()
    created = np.datetime_as_string(timestamps(rows["created"]), unit="s").tolist()

    def one(i: int) -> tuple:
        u = rng.random(12)
        phone = rows["phone"][i]
        if phone:
            phone = _PHONES[int(u[0] ** 2 * 5)].format(a=phone[3:6], n=phone[11:])
        birth = born[i]
        if birth == "NaT":
            birth = _BAD_BIRTHS[int(u[1] * 5)] if u[2] < 0.35 else ""
        tier = rows["loyalty_tier"][i]
        if tier == "none" and u[9] < 0.5:
            tier = ""
        elif u[9] < 0.05:
            tier = tier.upper()
        return (
            int(rows["customer_id"][i]),
            _untidy(rows["first_name"][i], u[3] * 20) if u[3] < 0.05 else rows["first_name"][i],
            _untidy(rows["last_name"][i], u[4] * 20) if u[4] < 0.05 else rows["last_name"][i],
            _untidy(rows["email"][i], u[5] * 12.5) if u[5] < 0.08 else rows["email"][i],
            phone or "",
            birth,
            rows["street"][i],
            _untidy(rows["city"][i], u[6] * 25) if u[6] < 0.04 else rows["city"][i],
            rows["state"][i].lower() if u[7] < 0.03 else rows["state"][i],
            rows["postal_code"][i],
            ("US", "us", "USA", "United States")[0 if u[8] < 0.9 else 1 + int((u[8] - 0.9) * 30)],
            tier,
            _YES_NO[int(rows["marketing_opt_in"][i])][int(u[10] ** 3 * 5)],
            f"{created[i]}Z",
        )

    result = [one(i) for i in range(n)]
    # The same customer again, typed by somebody else.
    again = _some(rng, n, 0.02, sure=chunk == 0)
    return result + [one(int(i)) for i in again]


def product_lines(shop: Shop) -> list[str]:
    """Return the lines of products_raw: every product's last version, and older ones of some."""
    rng = shop.universe.stream("products dirt")
    rows = shop.products
    launched = dates(rows["launched"]).astype(str).tolist()

    def one(i: int, price: int, updated: str) -> str:
        category = rows["category"][i]
        if rng.random() < 0.05:
            category = (category.upper(), category.lower(), f"{category} ")[rng.integers(3)]
        grams = rng.random() < 0.12
        weight = rows["weight"][i]
        return compact(
            {
                "product_id": rows["product_id"][i],
                "sku": rows["sku"][i],
                "name": rows["name"][i],
                "category": {"name": category, "subcategory": rows["subcategory"][i]},
                "brand": rows["brand"][i],
                "price": {"cost": rows["cost"][i] / 100, "list": price / 100, "currency": "USD"},
                "weight": {
                    "value": round(weight * 1000) if grams else weight,
                    "unit": "g" if grams else "kg",
                },
                "launched": launched[i],
                "attributes": json.loads(rows["attributes"][i]),
                "tags": sorted({word for word in rows["name"][i].lower().split() if len(word) > 3}),
                "updated_at": updated,
            }
        )

    old, new = [], []
    for i in range(len(launched)):
        raised = rows["price"][i] != rows["old_price"][i]
        if raised and rng.random() < 0.4:
            old.append(one(i, rows["old_price"][i], "2025-11-03T04:00:00Z"))
        new.append(
            one(i, rows["price"][i], "2026-04-01T04:00:00Z" if raised else "2025-11-03T04:00:00Z")
        )
    lines = old + new
    return [lines[i] for i in rng.permutation(len(lines))]


def click_lines(shop: Shop, words: Words, ids: list[str], events: Events, chunk: int, bot=None):
    """Return ``(received in ms, line)`` of events for clickstream_raw, in no order.

    ``bot`` is a pair of ids and events that belong to nobody.
    """
    rng = shop.universe.stream("clicks dirt", chunk)
    result = list(_click_rows(rng, words, ids, events, None))
    # A sender that got no answer in time sends again: the same event_id, a later received_ts; and a
    # queue that delivers at least once delivers some rows twice, equal in every byte.
    again = _some(rng, len(ids), 0.018, sure=True)
    delay = rng.integers(1_000, 90_000, len(again))
    for i, wait in zip(again.tolist(), delay.tolist(), strict=True):
        received, row = result[i]
        row = {**row, "received_ts": _ms(received + wait)}
        result.append((received + wait, row))
    result += [result[i] for i in _some(rng, len(ids), 0.006, sure=True).tolist()]
    if bot:
        result += _click_rows(rng, words, *bot, Story.BOT_USER)
    return [(received, compact(row)) for received, row in result]


def _ms(ms: int) -> str:
    return iso(START.astype(np.int64) + ms / 1000, 3)


def _click_rows(rng, words: Words, ids: list[str], events: Events, user: int | None):
    n = len(ids)
    u, blank, small = rng.random(n), rng.random(n), rng.random(n)
    sessions, pages = words.sessions(events.session), words.pages[events.page].tolist()
    users = customer_ids(events.customer).tolist()
    day = events.ts // (DAY * 1000) - WINDOW_FIRST_DAY
    for i in range(n):
        device = DEVICES[events.device[i]]
        row = {
            "event_id": ids[i],
            "event_ts": _ms(int(events.ts[i])),
            "received_ts": _ms(int(events.received[i])),
            "session_id": sessions[i],
        }
        if user is not None or events.customer[i] >= 0:
            row["user_id"] = users[i] if user is None else user
        row["device"] = _untidy(device, u[i] / 0.03) if u[i] < 0.03 else device
        row["page"] = pages[i]
        row["event_type"] = EVENTS[events.type[i]]
        if events.product[i] >= 0:
            row["product_id"] = FIRST_PRODUCT_ID + int(events.product[i])
        referrer = REFERRERS[events.referrer[i]]
        row["referrer"] = "" if referrer == "direct" and blank[i] < 0.3 else referrer
        country = COUNTRIES[events.country[i]]
        row["country"] = country.lower() if small[i] < 0.02 else country
        if events.latency[i] >= 0:
            row["latency_ms"] = int(events.latency[i])
        if device == "app" and day[i] >= 1:
            row["app_version"] = "6.4.1" if small[i] < 0.6 else "6.4.0"
        yield int(events.received[i]), row


def sensor_rows(universe: Universe, readings: Readings, number: int) -> dict[int, list[tuple]]:
    """Return the rows of sensors_raw of one metric of one sensor, by day of the window."""
    rng = universe.stream("sensors dirt", number)
    n = len(readings.ts)
    again, upper = rng.random(n) < 0.004, rng.random(n) < 0.02
    result: dict[int, list[tuple]] = {}
    start = WINDOW_START.astype(np.int64)
    for i in range(n):
        ts = int(readings.ts[i])
        value = f"{readings.value[i]:.{0 if readings.metric == 'door_open' else 1}f}"
        row = (
            readings.warehouse.upper() if upper[i] else readings.warehouse,
            readings.sensor_id,
            iso(start + ts),
            readings.metric,
            "-999" if readings.failed[i] else value,
            int(readings.battery[i]),
        )
        rows = result.setdefault(ts // DAY, [])
        rows.append(row)
        if again[i]:
            rows.append(row)
    return result


def change_lines(
    universe: Universe, records: list[dict], day: int, held: list[str]
) -> tuple[list, list]:
    """Return one day's lines of customers_cdc, and those that come a day late."""
    rng = universe.stream("changes dirt", day)
    n = len(records)
    place = np.arange(n) + np.where(rng.random(n) < 0.06, rng.integers(-40, 40, n), 0)
    again = set(_some(rng, n, 0.02, sure=day == 3).tolist())
    tomorrow = set(_some(rng, n, 0.015, sure=day == 4).tolist())
    lines, late = list(held), []
    for i in np.argsort(place, kind="stable").tolist():
        line = compact(records[i])
        (late if i in tomorrow else lines).append(line)
        if i in again:
            lines.append(line)
    return lines, late
