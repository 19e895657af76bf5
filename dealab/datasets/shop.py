"""Products, stores, customers, orders and their lines: the curated side of the shop."""

import json
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dealab.datasets import names
from dealab.datasets.tables import CHANNELS, PAYMENTS, STATUSES, TIERS
from dealab.datasets.universe import DAY, DAYS, END, START, Universe, pick
from dealab.datasets.writer import Masked, codes

ORDERS_AT_SCALE_1 = 16_000
FIRST_ORDER_ID = 500_001
FIRST_CUSTOMER_ID = 1001
FIRST_PRODUCT_ID = 1001
PRODUCTS = 400
COUPONS_FROM = 90  # day of 2026-04-01; prices of some products rose on the same day
SALE = range(99, 102)  # spring sale, 2026-04-10 to 04-12
HOT_SHARE = 0.07  # of all lines

# Relative number of orders: by month (middle of the month), by local weekday (Monday first),
# by local hour and channel.
_SEASON = ((-15, 15, 45, 74, 105, 135, 166, 196), (0.75, 0.62, 0.72, 1.0, 1.3, 1.42, 1.18, 0.95))
_WEEKDAY = (0.92, 0.88, 0.90, 0.95, 1.05, 1.24, 1.12)
_HOURS = {
    "web": (3, 2, 1, 1, 1, 2, 4, 7, 10, 12, 13, 13, 14, 13, 12, 12, 12, 13, 15, 18, 21, 20, 14, 7),
    "app": (3, 1, 1, 1, 1, 2, 5, 8, 7, 6, 6, 7, 8, 7, 6, 6, 7, 8, 10, 12, 14, 14, 10, 6),
    "store": (0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 8, 10, 11, 10, 9, 9, 10, 11, 9, 6, 3, 2, 1, 0),
}
_SPECIAL_DAYS = {99: 1.7, 100: 1.9, 101: 1.6, 142: 1.4, 143: 1.6, 144: 1.5, 39: 0.6}
_CATEGORY_SEASON = {  # factor in January .. June
    "Garden tools": (0.5, 0.8, 1.4, 1.6, 1.3, 1.0),
    "Plants and seeds": (0.7, 1.3, 1.9, 1.7, 1.1, 0.7),
    "Outdoor furniture": (0.3, 0.4, 0.8, 1.3, 1.7, 1.6),
    "Grills and heating": (0.7, 0.6, 0.7, 1.1, 1.5, 1.6),
    "Lighting": (1.3, 1.1, 0.9, 0.8, 0.8, 0.9),
    "Storage": (1.4, 1.2, 1.1, 1.0, 0.9, 0.9),
    "Kitchen": (1.4, 1.2, 0.9, 0.8, 0.8, 0.8),
    "Textiles": (1.5, 1.3, 0.9, 0.7, 0.7, 0.7),
}
_PAYMENT = {
    "web": (0.62, 0.25, 0.08, 0.05, 0),
    "app": (0.40, 0.55, 0, 0.05, 0),
    "store": (0.60, 0.08, 0, 0.04, 0.28),
}
_COUPONS = (("SPRING10", 10, 90, 151), ("GARDEN15", 15, 120, 181), ("WELCOME5", 5, 90, 181))
#: Stores whose clocks run behind Eastern time, in hours.
_CLOCK = {17: 1, 18: 1, 19: 1, 20: 1, 22: 1, 21: 2, 23: 3, 24: 3}
RETURN_HEAVY_STORE = 9


def customer_ids(indexes: np.ndarray) -> np.ndarray:
    """Number the customers 0, 1, 2 ...: one number in 41 is missing, an account erased since."""
    return FIRST_CUSTOMER_ID + indexes + indexes // 40


def eastern_hours(hours: np.ndarray) -> np.ndarray:
    """Turn hours from START (UTC) into hours from START on a clock in New York.

    UTC-5, and UTC-4 from 2026-03-08 07:00 UTC (hour 1591), when daylight saving time begins.
    """
    return hours - np.where(hours >= 66 * 24 + 7, 4, 5)


@dataclass
class Orders:
    """One day's orders and lines, as arrays. Money is in whole cents, discounts in percent."""

    order_id: np.ndarray
    customer: np.ndarray  # index of the customer, -1 for a guest
    ts: np.ndarray  # seconds from START
    channel: np.ndarray  # index into CHANNELS
    store_id: np.ndarray  # 0 unless a store order
    status: np.ndarray  # index into STATUSES
    payment: np.ndarray  # index into PAYMENTS
    total: np.ndarray
    coupon: np.ndarray  # index into COUPONS, -1 for none
    line_order: np.ndarray  # position of the line's order in the arrays above
    line_no: np.ndarray
    product: np.ndarray  # index of the product
    quantity: np.ndarray
    price: np.ndarray
    discount: np.ndarray

    @property
    def customer_id(self) -> np.ndarray:
        return customer_ids(self.customer)


COUPONS = tuple(code for code, *_ in _COUPONS)


class Shop:
    """The shop of a universe. Orders are made a day at a time, customers in any selection."""

    def __init__(self, universe: Universe):
        self.universe = universe

    # ---- products and stores

    @cached_property
    def products(self) -> dict[str, list]:
        rng = self.universe.stream("products")
        kinds = [
            (category, code, returns, sub, *spec)
            for category, (code, returns, subs) in names.CATEGORIES.items()
            for sub, spec in subs.items()
        ]
        taken: set[str] = set()
        rows: dict[str, list] = {
            key: []
            for key in [
                "product_id",
                "sku",
                "name",
                "category",
                "subcategory",
                "brand",
                "cost",
                "price",
                "old_price",
                "weight",
                "launched",
                "attributes",
                "returns",
            ]
        }
        for number in range(PRODUCTS):
            category, code, returns, sub, nouns, prices, weights, materials = kinds[
                number % len(kinds)
            ]
            product_id = FIRST_PRODUCT_ID + number
            nouns = nouns.split(",")
            while True:
                noun = nouns[rng.integers(len(nouns))]
                style = names.STYLES[rng.integers(len(names.STYLES))]
                brand = names.BRANDS[rng.integers(len(names.BRANDS))]
                name = f"{style} {noun[0].lower()}{noun[1:]}"
                if f"{name} {brand}" not in taken:
                    taken.add(f"{name} {brand}")
                    break
            # Prices end in .99, .49 or .00: with discounts of 5, 10, 15, 20 or 25 percent no single
            # piece comes to half a cent, so that every way of rounding gives the same total.
            dollars = round(prices[0] * (prices[1] / prices[0]) ** float(rng.random() ** 1.3))
            price = dollars * 100 + (99, 99, 49, 0)[rng.integers(4)]
            raised = rng.random() < 0.25 and dollars >= 10
            share = rng.random()
            weight = round(weights[0] + (weights[1] - weights[0]) * float(share), 3)
            attributes = {
                "color": names.COLORS[rng.integers(len(names.COLORS))],
                "material": materials.split(",")[rng.integers(len(materials.split(",")))],
            }
            if weight > 0.3:
                attributes["dimensions_cm"] = [int(v) for v in rng.integers(5, 180, 3)]
            if dollars > 60:
                attributes["warranty_months"] = (12, 24, 36, 60)[rng.integers(4)]
            if category in ("Outdoor furniture", "Lighting"):
                attributes["care"] = {"outdoor": bool(rng.random() < 0.7)}
            elif category == "Textiles":
                attributes["care"] = {
                    "outdoor": False,
                    "wash": ("30 C", "40 C", "by hand")[rng.integers(3)],
                }
            # A sixth of the range is younger than the data's first day.
            launched = (
                -int(rng.integers(30, 2500)) if rng.random() > 0.16 else int(rng.integers(5, 130))
            )
            rows["product_id"].append(product_id)
            rows["sku"].append(f"FW-{code}-{product_id}")
            rows["name"].append(name)
            rows["category"].append(category)
            rows["subcategory"].append(sub)
            rows["brand"].append(brand)
            rows["price"].append(price)
            rows["old_price"].append(price - 100 * max(1, dollars // 20) if raised else price)
            rows["cost"].append(round(price * (0.42 + 0.25 * float(rng.random()))))
            rows["weight"].append(weight)
            rows["launched"].append(launched)
            rows["attributes"].append(json.dumps(attributes, separators=(",", ":")))
            rows["returns"].append(returns)
        return rows

    @cached_property
    def hot_product(self) -> int:
        """Return the index of the product that sells far more than the others: a cheap, old one."""
        rows = self.products
        fit = [
            i
            for i in range(PRODUCTS)
            if rows["launched"][i] < 0
            and rows["category"][i] == "Garden tools"
            and rows["price"][i] < 4000
        ]
        return fit[self.universe.stream("hot").integers(len(fit))]

    @cached_property
    def popularity(self) -> np.ndarray:
        """Return weights by day and product: Zipf, price, season, launch, and the hot product."""
        order = self.universe.stream("popularity").permutation(PRODUCTS)
        zipf = (
            1.0 / (4.0 + order) / np.sqrt(np.array(self.products["price"]))
        )  # cheap things sell more
        season = np.array([_CATEGORY_SEASON[name] for name in self.products["category"]]).T
        months = (START + (np.arange(DAYS) * DAY).astype("timedelta64[s]")).astype(
            "datetime64[M]"
        ).astype(int) % 12
        weights = zipf * season[months]
        weights[np.array(self.products["launched"]) > np.arange(DAYS)[:, None]] = 0
        weights[:, self.hot_product] = 0
        weights[:, self.hot_product] = weights.sum(axis=1) * HOT_SHARE / (1 - HOT_SHARE)
        return weights

    @cached_property
    def stores(self) -> dict[str, list]:
        rng = self.universe.stream("stores")
        states = {city: state for city, state, *_ in names.CITIES}
        opened = [-int(value) for value in rng.integers(200, 5200, 24)]
        opened[23] = 72  # 2026-03-14, in the middle of the data
        return {
            "store_id": list(range(1, 25)),
            "name": [f"Fernway {city}" for city in names.STORE_CITIES],
            "city": list(names.STORE_CITIES),
            "state": [states[city] for city in names.STORE_CITIES],
            "opened": opened,
            "area_m2": [int(value) * 10 for value in rng.integers(60, 420, 24)],
        }

    # ---- customers

    def customers(self, indexes: np.ndarray) -> dict:
        """Return the customers with these indexes as a dict of lists and arrays."""
        indexes = np.asarray(indexes, dtype=np.int64)
        draw = self.universe.hashed
        count = self.universe.customers
        # More accounts are made each year than in the year before.
        age = ((indexes + draw("created", indexes)) / count) ** (1 / 1.6)
        first = (np.datetime64("2021-02-01T00:00:00", "s") - START).astype(np.int64)
        last = (END - START).astype(np.int64)
        created = first + np.floor(age * (last - first)).astype(np.int64)
        city = np.floor(draw("city", indexes) * len(names.CITIES)).astype(int)
        first_name = np.floor(draw("first", indexes) * len(names.FIRST)).astype(int)
        last_name = np.floor(draw("last", indexes) * len(names.LAST)).astype(int)
        street = np.floor(draw("street", indexes) * len(names.STREETS)).astype(int)
        kind = np.floor(draw("kind", indexes) * len(names.STREET_KINDS)).astype(int)
        house = 1 + np.floor(draw("house", indexes) ** 2 * 989).astype(int)
        zip_end = np.floor(draw("zip", indexes) * 100).astype(int)
        line = np.floor(draw("line", indexes) * 100).astype(int)
        has_phone = draw("phone", indexes) < 0.9
        birth = np.floor(draw("birth", indexes) * 60 * 365.25).astype(np.int64)  # 1948 .. 2007
        birth += np.datetime64("1948-01-01", "D").astype(np.int64)
        has_birth = draw("has birth", indexes) < 0.93
        loyal = (1 - indexes / count) ** 2
        u = draw("tier", indexes)
        tier = np.where(u < 0.22 * loyal, 2, np.where(u < 0.22 * loyal + 0.24, 1, 0))
        mail = np.floor(draw("mail", indexes) * 3).astype(int)
        ids = customer_ids(indexes)
        rows = zip(first_name, last_name, ids, mail, strict=True)
        return {
            "customer_id": ids,
            "first_name": [names.FIRST[i] for i in first_name],
            "last_name": [names.LAST[i] for i in last_name],
            "email": [
                f"{names.FIRST[f]}.{names.LAST[n]}{i % 1000}@{names.MAIL_DOMAINS[m]}".lower()
                for f, n, i, m in rows
            ],
            "phone": [
                f"+1-{names.CITIES[c][3]}-555-01{n:02d}" if has else None
                for c, n, has in zip(city, line, has_phone, strict=True)
            ],
            "birth_date": np.where(
                has_birth, birth, np.datetime64("NaT", "D").astype(np.int64)
            ).astype("datetime64[D]"),
            "street": [
                f"{h} {names.STREETS[s]} {names.STREET_KINDS[k]}"
                for h, s, k in zip(house, street, kind, strict=True)
            ],
            "city": [names.CITIES[c][0] for c in city],
            "state": [names.CITIES[c][1] for c in city],
            "postal_code": [
                f"{names.CITIES[c][2]}{z:02d}" for c, z in zip(city, zip_end, strict=True)
            ],
            "country": ["US"] * len(indexes),
            "loyalty_tier": [TIERS[t] for t in tier],
            "marketing_opt_in": draw("opt in", indexes) < 0.56,
            "created": created,
        }

    def customers_until(self, ts: np.ndarray) -> np.ndarray:
        """Return how many customers surely existed at these times (seconds from START)."""
        first = (np.datetime64("2021-02-01T00:00:00", "s") - START).astype(np.int64)
        last = (END - START).astype(np.int64)
        age = (ts - first) / (last - first)
        return np.maximum(np.floor(age**1.6 * self.universe.customers).astype(np.int64) - 1, 1)

    # ---- orders

    @cached_property
    def _demand(self) -> dict[str, np.ndarray]:
        """Return the relative demand of each channel by UTC day and hour: arrays of 181 x 24."""
        hours = np.arange(DAYS * 24)
        local = eastern_hours(hours)
        day, hour = np.floor_divide(local, 24), local % 24
        level = (
            np.interp(local / 24, *_SEASON) * np.array(_WEEKDAY)[(day + 3) % 7]
        )  # a Thursday first
        for special, factor in _SPECIAL_DAYS.items():
            level[day == special] *= factor
        return {
            channel: (level * np.array(_HOURS[channel])[hour]).reshape(DAYS, 24)
            for channel in CHANNELS
        }

    @cached_property
    def _counts(self) -> np.ndarray:
        """Return the number of orders of each day."""
        demand = sum(values.sum(axis=1) for values in self._demand.values())
        expected = demand / demand.sum() * ORDERS_AT_SCALE_1 * self.universe.scale
        u = self.universe.stream("orders volume").random((2, DAYS))
        return np.floor(expected * (0.9 + 0.2 * u[0]) + u[1]).astype(np.int64)

    @cached_property
    def _first_ids(self) -> np.ndarray:
        return FIRST_ORDER_ID + np.concatenate([[0], np.cumsum(self._counts)])

    @cached_property
    def _store_weights(self) -> np.ndarray:
        """Return the weight of each store at each hour in New York: area, if it is open then."""
        area = np.array(self.stores["area_m2"], dtype=float)
        behind = np.array([_CLOCK.get(store, 0) for store in self.stores["store_id"]])
        local = np.arange(24)[:, None] - behind
        return np.where((local >= 9) & (local < 21), area, 0.0) + 1e-9

    def orders(self, day: int) -> Orders:
        """Return the orders of one UTC day (0 is 2026-01-01), sorted by time."""
        rng = self.universe.stream("orders", day)
        n = int(self._counts[day])
        by_hour = np.concatenate([self._demand[channel][day] for channel in CHANNELS])
        slot = pick(rng.random(n), by_hour)
        ts = day * DAY + (slot % 24) * 3600 + rng.integers(0, 3600, n)
        order = np.argsort(ts, kind="stable")
        ts, channel = ts[order], (slot // 24)[order]
        store_order, app_order = channel == 2, channel == 1

        hour = eastern_hours(ts // 3600) % 24
        weights = self._store_weights * (np.array(self.stores["opened"]) <= day)
        edges = np.cumsum(weights, axis=1)
        edges /= edges[:, -1:]
        store = 1 + (edges[hour] <= rng.random(n)[:, None]).sum(axis=1)
        store_id = np.where(store_order, np.minimum(store, 24), 0)

        # The older the account, the more it buys: a few trade customers order every week.
        known = np.floor(self.customers_until(ts) * rng.random(n) ** 1.5).astype(np.int64)
        guest = rng.random(n) < np.where(store_order, 0.55, np.where(app_order, 0.0, 0.18))
        customer = np.where(guest, -1, known)

        u = rng.random(n)
        payment = np.zeros(n, dtype=int)
        for index, name in enumerate(CHANNELS):
            payment = np.where(channel == index, pick(u, _PAYMENT[name]), payment)

        coupon = np.full(n, -1)
        if day >= COUPONS_FROM:
            valid = [i for i, (_, _, begin, end) in enumerate(_COUPONS) if begin <= day < end]
            chosen = np.array(valid)[rng.integers(0, len(valid), n)]
            coupon = np.where(rng.random(n) < 0.13, chosen, -1)
        percent = np.array([percent for _, percent, _, _ in _COUPONS] + [0])[coupon]

        lines = 1 + pick(rng.random(n), (0.42, 0.24, 0.15, 0.09, 0.05, 0.03, 0.02))
        line_order = np.repeat(np.arange(n), lines)
        total_lines = len(line_order)
        starts = np.concatenate([[0], np.cumsum(lines)[:-1]]).astype(np.int64)
        line_no = np.arange(total_lines) - starts[line_order] + 1
        product = pick(rng.random(total_lines), self.popularity[day])
        table = self.products
        price = np.array(table["price" if day >= COUPONS_FROM else "old_price"])[product]
        quantity = 1 + pick(rng.random(total_lines), (0.72, 0.16, 0.06, 0.04, 0.02))
        quantity = np.where(price > 15_000, 1, quantity)
        # A landlord or a school buys for more than a thousand dollars; one surely does each month.
        bulk = rng.random(total_lines) < 0.001
        bulk[:1] |= day % 30 == 10
        quantity = np.where(bulk, 1 + 130_000 // price, quantity)
        clearance = rng.random(total_lines)
        discount = np.where(clearance < 0.03, 25, 0)
        if day in SALE:
            discount = np.where(clearance < 0.4, 20, discount)
        discount = np.maximum(discount, percent[line_order])
        # No line may come to half a cent: one piece never does, and so one piece more helps.
        quantity = quantity + (quantity * price * (100 - discount) % 100 == 50)
        amount = (quantity * price * (100 - discount) + 50) // 100
        total = np.bincount(line_order, weights=amount, minlength=n).astype(np.int64)

        age = (END - START).astype(np.int64) - ts
        u = rng.random(n)
        returns = np.array(table["returns"])[product[starts]] if n else np.zeros(0)
        returns = returns * np.where(store_id == RETURN_HEAVY_STORE, 4.0, 1.0)
        status = np.where(u < 0.035, 4, np.where((u < 0.035 + returns) & (age > 8 * DAY), 3, 2))
        shipped = ~store_order & (status == 2)
        status = np.where(shipped & (age < 5 * DAY), 1, status)
        status = np.where(shipped & (age < 1.5 * DAY), 0, status)
        status = np.where(store_order & (status == 4), 2, status)  # nobody cancels at the till
        order_id = self._first_ids[day] + np.arange(n)
        return Orders(
            order_id,
            customer,
            ts,
            channel,
            store_id,
            status,
            payment,
            total,
            coupon,
            line_order,
            line_no,
            product,
            quantity,
            price,
            discount,
        )


def timestamps(seconds: np.ndarray) -> np.ndarray:
    """Turn seconds from START into numpy timestamps."""
    return START + np.asarray(seconds).astype("timedelta64[s]")


def order_columns(orders: Orders) -> dict:
    guest = orders.customer < 0
    return {
        "order_id": orders.order_id,
        "customer_id": Masked(orders.customer_id, guest),
        "order_ts": timestamps(orders.ts).astype("datetime64[us]"),
        "channel": codes(CHANNELS, orders.channel),
        "store_id": Masked(orders.store_id, orders.store_id == 0),
        "status": codes(STATUSES, orders.status),
        "payment_method": codes(PAYMENTS, orders.payment),
        "total_amount": orders.total,
        "coupon_code": codes(COUPONS, orders.coupon, orders.coupon < 0),
    }


def line_columns(orders: Orders) -> dict:
    return {
        "order_id": orders.order_id[orders.line_order],
        "line_no": orders.line_no,
        "product_id": FIRST_PRODUCT_ID + orders.product,
        "quantity": orders.quantity,
        "unit_price": orders.price,
        "discount": orders.discount,
    }


def customer_columns(rows: dict) -> dict:
    columns = dict(rows)
    columns["created_at"] = timestamps(columns.pop("created")).astype("datetime64[us]")
    return columns


def product_columns(shop: Shop) -> dict:
    rows = shop.products
    return {
        **{
            key: rows[key]
            for key in ("product_id", "sku", "name", "category", "subcategory", "brand")
        },
        "unit_cost": np.array(rows["cost"]),
        "list_price": np.array(rows["price"]),
        "weight_kg": rows["weight"],
        "launched": dates(rows["launched"]),
        "attributes": rows["attributes"],
    }


def store_columns(shop: Shop) -> dict:
    return {**shop.stores, "opened": dates(shop.stores["opened"])}


def dates(days) -> np.ndarray:
    """Turn days from START into numpy dates."""
    return START.astype("datetime64[D]") + np.array(days).astype("timedelta64[D]")
