"""Changes of customers in the fortnight of the window, as a replication task would record them.

The last image of each changed customer is the customer of the curated table. The images before it
are made by undoing the later changes.
"""

import numpy as np

from dealab.datasets import names
from dealab.datasets.shop import FIRST_CUSTOMER_ID, Shop, customer_ids
from dealab.datasets.universe import DAY, START, WINDOW_DAYS, WINDOW_FIRST_DAY, iso

_WINDOW = WINDOW_FIRST_DAY * DAY  # seconds from START
MOST_CHANGES = 3
_EMAIL, _MOVE, _TIER = range(3)


class Changes:
    """The changes of a universe, a day at a time, in commit order."""

    def __init__(self, shop: Shop):
        self.shop, universe = shop, shop.universe
        indexes = np.arange(universe.customers)
        # Accounts made in the window are inserts; the others change up to three times.
        known_before = int(shop.customers_until(np.array([_WINDOW]))[0])
        late = indexes[known_before:]
        created = shop.customers(late)["created"]
        fresh = (created >= _WINDOW) & (created < _WINDOW + WINDOW_DAYS * DAY)
        self._inserts = late[fresh]
        self._insert_at = created[fresh]
        old = indexes[:known_before]
        u = universe.hashed("changes", old)
        self._changes = np.where(u < 0.035, 3, np.where(u < 0.10, 2, np.where(u < 0.26, 1, 0)))
        self._changes[:WINDOW_DAYS] = 1  # one of these each day, so that no file is ever empty
        # Numbers that no customer has: accounts erased on request.
        gaps = np.arange(universe.customers // 40)
        gap_ids = FIRST_CUSTOMER_ID + 41 * gaps + 40
        neighbor = shop.customers(40 * gaps + 39)["created"]
        new = neighbor >= _WINDOW
        erased = (universe.hashed("erased", gaps) < 0.25) | new | (gaps == 0)
        self._erased = gap_ids[erased & (neighbor < _WINDOW + (WINDOW_DAYS - 3) * DAY)]
        self._erased_from = neighbor[erased & (neighbor < _WINDOW + (WINDOW_DAYS - 3) * DAY)]

    def _times(self, j: int, old: np.ndarray) -> np.ndarray:
        """Return when the j-th change (from 0) of these customers was committed."""
        draw = self.shop.universe.hashed
        count = np.maximum(self._changes[old], 1)
        at = (j + draw(f"change {j}", old)) / count * (WINDOW_DAYS * DAY - 120)
        at = np.where(old < WINDOW_DAYS, old * DAY + 40_000, at)
        # Clocks show whole seconds: now and then two changes share one.
        if j:
            twin = draw(f"twin {j}", old) < 0.2
            at = np.where(twin, self._times(j - 1, old) - _WINDOW, at)
        return _WINDOW + np.floor(at).astype(np.int64)

    def _kind(self, j: int, old: np.ndarray) -> np.ndarray:
        u = self.shop.universe.hashed(f"kind {j}", old)
        return np.where(u < 0.3, _EMAIL, np.where(u < 0.55, _MOVE, _TIER))

    def _image(self, j: int, old: np.ndarray) -> list[dict]:
        """Return the images after the j-th change: those of today with later changes undone."""
        rows = self.shop.customers(old)
        draw = self.shop.universe.hashed
        images = [
            {"email": e, "city": c, "state": s, "loyalty_tier": t}
            for e, c, s, t in zip(
                rows["email"], rows["city"], rows["state"], rows["loyalty_tier"], strict=True
            )
        ]
        for later in range(MOST_CHANGES - 1, j, -1):
            happens = self._changes[old] > later
            kinds = self._kind(later, old)
            other = np.floor(draw(f"other {later}", old) * len(names.CITIES)).astype(int)
            for i in np.flatnonzero(happens):
                if kinds[i] == _EMAIL:
                    name = images[i]["email"].split("@")[0].rstrip("0123456789")
                    images[i]["email"] = f"{name}.{later}{other[i]}@example.net"
                elif kinds[i] == _MOVE:
                    images[i]["city"], images[i]["state"] = names.CITIES[other[i]][:2]
                else:
                    images[i]["loyalty_tier"] = (
                        "silver" if images[i]["loyalty_tier"] != "silver" else "none"
                    )
        return images

    def day(self, day: int) -> list[dict]:
        """Return the records committed on one day of the window, in commit order, without dirt."""
        low = _WINDOW + day * DAY
        found: list[tuple[int, int, int, dict]] = []  # (ts, customer_id, change, record)

        def today(ts):
            return (ts >= low) & (ts < low + DAY)

        mine = today(self._insert_at)
        fresh, at = self._inserts[mine], self._insert_at[mine]
        rows = self.shop.customers(fresh)
        for i, key in enumerate(customer_ids(fresh).tolist()):
            image = {name: rows[name][i] for name in ("email", "city", "state", "loyalty_tier")}
            found.append((int(at[i]), key, 0, {"op": "I", **image}))
        for j in range(MOST_CHANGES):
            old = np.flatnonzero(self._changes > j)
            ts = self._times(j, old)
            old, ts = old[today(ts)], ts[today(ts)]
            for key, moment, image in zip(
                customer_ids(old).tolist(), ts.tolist(), self._image(j, old), strict=True
            ):
                found.append((moment, key, j, {"op": "U", **image}))
        draw = self.shop.universe.hashed
        for key, since in zip(self._erased.tolist(), self._erased_from.tolist(), strict=True):
            u = float(draw("erased at", np.array([key]))[0])
            begin = max(since + 3600, _WINDOW)
            gone = int(begin + u * (_WINDOW + WINDOW_DAYS * DAY - 600 - begin))
            if since >= _WINDOW and low <= since < low + DAY:
                city, state, *_ = names.CITIES[int(u * len(names.CITIES))]
                image = {"email": f"user{key}@example.org", "city": city, "state": state}
                found.append((since, key, 0, {"op": "I", **image, "loyalty_tier": "none"}))
            if low <= gone < low + DAY:
                blank = dict.fromkeys(("email", "city", "state", "loyalty_tier"))
                found.append((gone, key, 1, {"op": "D", **blank}))
        found.sort(key=lambda item: item[:3])
        date = 20_260_601 + day
        start = START.astype(np.int64)
        return [
            {
                "op": record.pop("op"),
                "commit_ts": iso(start + ts),
                "seq": date * 1_000_000 + number,
                "customer_id": key,
                **record,
            }
            for number, (ts, key, _, record) in enumerate(found, 1)
        ]
