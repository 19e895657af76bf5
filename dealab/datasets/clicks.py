"""Click events of the web shop and the app, a slice of a day at a time.

A visit is a row of counts (pages browsed, products put into the cart, checkout, purchase) that
numpy unfolds into events. Visits that buy end at a real order of the same second; six in ten orders
can be seen in the clicks, because the other buyers refuse tracking.
"""

from dataclasses import dataclass

import numpy as np

from dealab.datasets.shop import FIRST_PRODUCT_ID, Orders, Shop, customer_ids
from dealab.datasets.tables import DEVICES, EVENTS, REFERRERS
from dealab.datasets.universe import (
    DAY,
    START,
    VISITS_BY_HOUR,
    WINDOW_DAYS,
    WINDOW_FIRST_DAY,
    Story,
    Universe,
    date_text,
    pick,
)
from dealab.datasets.writer import Masked, codes

RAW_DAYS = 3  # of the window, kept in clickstream_raw
TRACKED = 0.6  # share of orders whose visit is in the clicks
CAMPAIGN_DAY = 3  # a newsletter and social campaign starts on 2026-06-04
_EVENTS_A_DAY = (1800, 5500)  # before and during the campaign, at scale 1
_WEEKDAY = (1.0, 0.97, 0.95, 0.98, 1.0, 1.14, 1.18)  # Monday first, as is 2026-06-01
COUNTRIES = ("US", "CA", "MX", "GB", "DE")
VIEW, SEARCH, CART, CHECKOUT, PURCHASE = range(5)
_HOME, _CATEGORY, _PRODUCT, _SEARCH, _CHECKOUT, _THANKS = range(6)


class Rows:
    """Equally long arrays that are chosen from, sorted and joined together."""

    def take(self, chosen):
        return self.__class__(*(values[chosen] for values in vars(self).values()))

    @classmethod
    def join(cls, parts: list):
        columns = zip(*(vars(part).values() for part in parts), strict=True)
        return cls(*(np.concatenate(column) for column in columns))


@dataclass
class Visits(Rows):
    """Visits of one slice or one day, as arrays with one entry a visit."""

    start: np.ndarray  # ms from START
    code: np.ndarray  # number of the session
    customer: np.ndarray  # index, -1 if not signed in
    device: np.ndarray
    referrer: np.ndarray
    country: np.ndarray
    browse: np.ndarray  # pages looked at before the first product goes into the cart
    carts: np.ndarray
    cart_products: np.ndarray  # n x 3
    checkout: np.ndarray
    end: np.ndarray  # ms of the purchase, -1 without one


@dataclass
class Events(Rows):
    """Events as arrays with one entry an event; times in ms from START."""

    ts: np.ndarray
    received: np.ndarray
    session: np.ndarray
    customer: np.ndarray
    device: np.ndarray
    page: np.ndarray  # kind of page
    type: np.ndarray
    product: np.ndarray  # index, -1 for none
    referrer: np.ndarray
    country: np.ndarray
    latency: np.ndarray  # -1 for not measured


def _device(rng: np.random.Generator, app: np.ndarray) -> np.ndarray:
    return np.where(app, 3, pick(rng.random(len(app)), (0.42, 0.47, 0.11)))


def _buyers(shop: Shop, orders: Orders, day: int) -> Visits:
    """Return the visits that ended in an order of this day."""
    universe = shop.universe
    tracked = (orders.channel < 2) & (universe.hashed("tracked", orders.order_id) < TRACKED)
    chosen = np.flatnonzero(tracked)
    n = len(chosen)
    rng = universe.stream("clicks buyers", day)
    lines = np.bincount(orders.line_order, minlength=len(orders.order_id))
    first = np.concatenate([[0], np.cumsum(lines)[:-1]]).astype(np.int64)
    carts = np.minimum(lines[chosen], 3)
    products = np.zeros((n, 3), dtype=np.int64)
    if n:
        for j in range(3):
            products[:, j] = orders.product[first[chosen] + np.minimum(j, carts - 1)]
    end = orders.ts[chosen] * 1000 + rng.integers(0, 1000, n)
    length = (60_000 + rng.random(n) ** 2 * 1_500_000).astype(np.int64)
    start = np.maximum(
        end - length, (WINDOW_FIRST_DAY + day) * DAY * 1000 + rng.integers(0, 200, n)
    )
    return Visits(
        np.minimum(start, end - 1),
        np.zeros(n, dtype=np.int64),
        orders.customer[chosen],
        _device(rng, orders.channel[chosen] == 1),
        _referrer(rng, n, day),
        np.zeros(n, dtype=np.int64),
        1 + pick(rng.random(n), (0.2, 0.25, 0.2, 0.15, 0.1, 0.06, 0.04)),
        carts,
        products,
        np.ones(n, dtype=np.int64),
        end,
    )


def _referrer(rng: np.random.Generator, n: int, day: int) -> np.ndarray:
    campaign = day >= CAMPAIGN_DAY
    return pick(
        rng.random(n),
        (0.24, 0.26, 0.24, 0.21, 0.05) if campaign else (0.31, 0.36, 0.12, 0.14, 0.07),
    )


def _browsers(shop: Shop, day: int, piece: int, pieces: int) -> Visits:
    """Return the visits of one slice of the day that buy nothing."""
    universe = shop.universe
    rng = universe.stream("clicks browsers", day * 4096 + piece)
    expected = _EVENTS_A_DAY[day >= CAMPAIGN_DAY] * _WEEKDAY[day % 7] * universe.scale / 3.6
    share = np.concatenate([[0.0], np.cumsum(VISITS_BY_HOUR)]) / sum(VISITS_BY_HOUR)
    at = np.arange(25) * 3600.0
    low, high = np.interp([DAY * piece / pieces, DAY * (piece + 1) / pieces], at, share)
    n = int(expected * (high - low) * (0.95 + 0.1 * rng.random()) + rng.random())
    seconds = np.interp(low + (high - low) * rng.random(n), share, at)
    start = (WINDOW_FIRST_DAY + day) * DAY * 1000 + np.floor(seconds * 1000).astype(np.int64)
    app = rng.random(n) < 0.3
    signed_in = rng.random(n) < np.where(app, 0.7, 0.22)
    known = np.floor(shop.customers_until(start // 1000) * rng.random(n) ** 1.5).astype(np.int64)
    depth = rng.random(n)
    carts = np.where(depth < 0.12, 1 + (depth < 0.03), 0)
    popular = shop.popularity[WINDOW_FIRST_DAY + day]
    return Visits(
        start,
        np.zeros(n, dtype=np.int64),
        np.where(signed_in, known, -1),
        _device(rng, app),
        _referrer(rng, n, day),
        np.where(signed_in, 0, pick(rng.random(n), (0.86, 0.06, 0.03, 0.03, 0.02))),
        1 + pick(rng.random(n), (0.34, 0.2, 0.14, 0.1, 0.07, 0.05, 0.04, 0.03, 0.02, 0.01)),
        carts,
        pick(rng.random(n * 3), popular).reshape(n, 3),
        ((carts > 0) & (depth > 0.08)).astype(np.int64),
        np.full(n, -1),
    )


def _unfold(shop: Shop, visits: Visits, day: int, noon: int, rng: np.random.Generator) -> Events:
    """Turn visits into their events; ``noon`` is in ms, 0 in a slice without one."""
    buys = visits.end >= 0
    counts = visits.browse + 2 * visits.carts + visits.checkout + buys
    visit = np.repeat(np.arange(len(counts)), counts)
    n = len(visit)
    first = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64)
    position = np.arange(n) - first[visit]
    step = position - visits.browse[visit]
    in_cart = (step >= 0) & (step < 2 * visits.carts[visit])
    after = step - 2 * visits.carts[visit]
    type = np.where(
        in_cart,
        np.where(step % 2 == 0, VIEW, CART),
        np.where(
            step < 0,
            np.where((position > 0) & (rng.random(n) < 0.24), SEARCH, VIEW),
            CHECKOUT + after,
        ),
    )
    cart_product = visits.cart_products[visit, np.clip(step // 2, 0, 2)]
    browsed = pick(rng.random(n), shop.popularity[WINDOW_FIRST_DAY + day])
    from_search = (visits.referrer[visit] == 1) | (visits.referrer[visit] == 4)
    u = rng.random(n)
    page = np.select(
        [
            type == SEARCH,
            type == CHECKOUT,
            type == PURCHASE,
            in_cart,
            (position == 0) & ~from_search,
            u < 0.3,
        ],
        [_SEARCH, _CHECKOUT, _THANKS, _PRODUCT, _HOME, _CATEGORY],
        _PRODUCT,
    )
    product = np.where(
        in_cart, cart_product, np.where((page == _PRODUCT) & (step < 0), browsed, -1)
    )
    product = np.where(type == PURCHASE, visits.cart_products[visit, 0], product)
    # The category page needs a category: that of the product that the visitor might look at next.
    hint = np.where(page == _CATEGORY, browsed, product)

    # Gaps between events: exponential, 4 s at least; visits that buy are stretched to end on time.
    gap = np.where(position == 0, 0.0, 4_000 + 38_000 * -np.log1p(-rng.random(n)))
    elapsed = np.cumsum(gap)
    elapsed -= elapsed[first][visit]
    last = elapsed[first + counts - 1] if len(counts) else np.zeros(0)
    span = np.where(buys, visits.end - visits.start, last)
    stretch = span / np.where(last > 0, last, 1.0)
    ts = visits.start[visit] + np.floor(elapsed * stretch[visit]).astype(np.int64)
    ts = np.where(type == PURCHASE, visits.end[visit], ts)

    device = visits.device[visit]
    base = np.array([420.0, 610.0, 540.0, 330.0])[device]
    latency = np.rint(base * np.exp(0.42 * rng.standard_normal(n)))
    slow = _within(ts, Story.BAD_DEPLOY)
    latency = np.where(slow, latency * (6 + 6 * rng.random(n)), latency).astype(np.int64)
    latency = np.where(rng.random(n) < 0.006, -1, latency)
    delay = 60 + np.floor(260 * -np.log1p(-rng.random(n))).astype(np.int64)
    # Phones without a connection send their events later, at most a day.
    phone = (device == 1) | (device == 3)
    late = (rng.random(n) < 0.025) & phone
    wait = 600_000 + np.floor(rng.random(n) ** 3 * (DAY * 1000 - 660_000)).astype(np.int64)
    if noon:  # one surely arrives on the next day, in a universe of any size
        one = np.flatnonzero(phone & (ts >= noon))[:1]
        late[one], wait[one] = True, 15 * 3600 * 1000
    delay = np.where(late, wait, delay)
    return Events(
        ts,
        ts + delay,
        visits.code[visit],
        visits.customer[visit],
        device,
        page * 512 + hint + 1,
        type,
        product,
        visits.referrer[visit],
        visits.country[visit],
        latency,
    )


def _within(ts: np.ndarray, span) -> np.ndarray:
    low, high = ((moment - START).astype(np.int64) * 1000 for moment in span)
    return (ts >= low) & (ts < high)


def slices(shop: Shop):
    """Yield ``(day, piece, low, high, events)``: the events from low to high (ms), by time."""
    pieces = shop.universe.slices()
    held: list[Events] = []
    for day in range(WINDOW_DAYS):
        begin = (WINDOW_FIRST_DAY + day) * DAY * 1000
        noon = begin + DAY * 1000 // 2
        buyers = _buyers(shop, shop.orders(WINDOW_FIRST_DAY + day), day)
        for piece in range(pieces):
            low = begin + DAY * 1000 * piece // pieces
            high = begin + DAY * 1000 * (piece + 1) // pieces
            mine = (buyers.start >= low) & (buyers.start < high)
            visits = Visits.join([buyers.take(mine), _browsers(shop, day, piece, pieces)])
            visits = visits.take(np.argsort(visits.start, kind="stable"))
            visits.code = ((day << 12) + piece << 16) + np.arange(len(visits.start))
            rng = shop.universe.stream("clicks events", day * 4096 + piece)
            events = Events.join(
                [*held, _unfold(shop, visits, day, noon if low <= noon < high else 0, rng)]
            )
            events = events.take(np.argsort(events.ts, kind="stable"))
            cut = int(np.searchsorted(events.ts, high))
            held = [events.take(slice(cut, None))]  # what goes on past the slice's end
            yield day, piece, low, high, events.take(slice(0, cut))


class Words:
    """Turns the numbers of events into the words of the tables."""

    def __init__(self, shop: Shop):
        rows = shop.products
        slug = [name.lower().replace(" ", "-") for name in rows["category"]]
        sku = [value.lower() for value in rows["sku"]]
        n = len(sku)
        fixed = {
            _HOME: "/",
            _SEARCH: "/search",
            _CHECKOUT: "/checkout",
            _THANKS: "/thank-you",
        }
        #: page kind * 512 + product + 1 -> path
        self.pages = np.full(6 * 512, "", dtype=object)
        for kind, path in fixed.items():
            self.pages[kind * 512 : (kind + 1) * 512] = path
        self.pages[_CATEGORY * 512 + 1 : _CATEGORY * 512 + n + 1] = [
            f"/c/{value}" for value in slug
        ]
        self.pages[_PRODUCT * 512 + 1 : _PRODUCT * 512 + n + 1] = [f"/p/{value}" for value in sku]

    @staticmethod
    def event_ids(day: int, first: int, count: int) -> list[str]:
        date = date_text(WINDOW_FIRST_DAY + day)
        stem = f"e{date[5:7]}{date[8:]}-"
        return [f"{stem}{number:06x}" for number in range(first, first + count)]

    @staticmethod
    def sessions(codes: np.ndarray) -> list[str]:
        return [f"s06{(c >> 28) + 1:02d}-{c & 0xFFFFFFF:07x}" for c in codes.tolist()]

    def columns(self, ids: list[str], events: Events) -> dict:
        base = START.astype("datetime64[ms]")
        return {
            "event_id": ids,
            "event_ts": (base + events.ts).astype("datetime64[us]"),
            "received_ts": (base + events.received).astype("datetime64[us]"),
            "session_id": self.sessions(events.session),
            "user_id": Masked(customer_ids(events.customer), events.customer < 0),
            "device": codes(DEVICES, events.device),
            "page": self.pages[events.page],
            "event_type": codes(EVENTS, events.type),
            "product_id": Masked(FIRST_PRODUCT_ID + events.product, events.product < 0),
            "referrer": codes(REFERRERS, events.referrer),
            "country": codes(COUNTRIES, events.country),
            "latency_ms": Masked(events.latency, events.latency < 0),
        }


def bot_events(universe: Universe, day: int, piece: int, low: int, high: int, human: int) -> Events:
    """Return the bot's clicks in a slice: one for every four of the others, page after page."""
    rng = universe.stream("clicks bot", day * 4096 + piece)
    n = round(human * 0.26)
    ts = np.sort(rng.integers(low, high, n))
    product = np.arange(n) % 400
    hour = ts // 3_600_000
    return Events(
        ts,
        ts + 20 + rng.integers(0, 80, n),
        (day << 28) + 0xF000000 + hour % 24,
        np.zeros(n, dtype=np.int64),
        np.zeros(n, dtype=np.int64),
        _PRODUCT * 512 + product + 1,
        np.zeros(n, dtype=np.int64),
        product,
        np.zeros(n, dtype=np.int64),
        np.zeros(n, dtype=np.int64),
        200 + rng.integers(0, 60, n),
    )
