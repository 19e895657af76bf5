"""Writes the whole tree, table by table, a chunk at a time."""

import heapq
import json
import shutil
from pathlib import Path

import numpy as np

from dealab.datasets import applog, cdc, clicks, cost, dirt, network, sensors, shop, trail
from dealab.datasets.catalog import catalog, partition_columns
from dealab.datasets.datapackage import datapackage
from dealab.datasets.tables import BUCKETS, TABLES, WAREHOUSES
from dealab.datasets.universe import (
    DAY,
    DAYS,
    MONTHS,
    WINDOW_DAYS,
    WINDOW_FIRST_DAY,
    Universe,
    date_text,
)
from dealab.datasets.writer import Tree

SEED = 2026
_CUSTOMER_CHUNK = 5000
_DOCUMENTS = ("catalog.json", "datapackage.json")


def generate(folder, scale: float = 1.0, seed: int = SEED, tables=None) -> Path:
    """Write the datasets into ``folder`` and return it as a Path.

    The same arguments give the same bytes (with the same version of pyarrow). Memory does not grow
    with ``scale``, apart from a few bytes for each customer. ``tables`` limits the work to these
    tables. Files of an earlier run are replaced; a folder that holds anything else is refused with
    ValueError, and so are a scale outside 0.01 .. 1000, a negative seed and an unknown table.
    """
    universe = Universe(seed, scale)
    wanted = tuple(TABLES) if tables is None else tuple(tables)
    for name in wanted:
        if name not in TABLES:
            raise ValueError(f"there is no table {name!r}; the tables are {', '.join(TABLES)}")
    folder = Path(folder)
    _clear(folder)
    tree = Tree(folder, wanted)
    store = shop.Shop(universe)
    if tree.wants("products", "products_raw", "stores"):
        _write_range(tree, store)
    if tree.wants("customers", "customers_raw"):
        _write_customers(tree, store)
    if tree.wants("orders", "orders_raw", "order_lines", "order_lines_raw"):
        _write_orders(tree, store)
    if tree.wants("clickstream", "clickstream_raw"):
        _write_clicks(tree, store)
    if tree.wants("sensor_readings", "sensors_raw"):
        _write_sensors(tree, universe)
    if tree.wants("customers_cdc"):
        _write_changes(tree, store)
    _write_logs(tree, store)
    if tree.wants("cost_and_usage"):
        for month in MONTHS:
            file = tree.open("cost_and_usage", month)
            file.write(cost.month_columns(universe, month))
            tree.close("cost_and_usage", month, file)
    _write_json(folder / "catalog.json", catalog(tree.files))
    _write_json(
        folder / "datapackage.json", datapackage(folder, tree.files, universe.seed, universe.scale)
    )
    return folder


def _clear(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    foreign = sorted(
        item.name for item in folder.iterdir() if item.name not in (*BUCKETS, *_DOCUMENTS)
    )
    if foreign:
        raise ValueError(
            f"{folder} holds {foreign[0]!r}, which is no part of the datasets; choose an empty "
            "folder, because files of an earlier run are deleted"
        )
    for name in _DOCUMENTS:
        (folder / name).unlink(missing_ok=True)
    for name in BUCKETS:
        shutil.rmtree(folder / name, ignore_errors=True)


def _write_json(path: Path, value) -> None:
    """Write a document with a line for each entry three levels down: small, fit for a diff."""

    def text(value, depth: int) -> str:
        if not value or not isinstance(value, (dict, list)) or depth == 3:
            return json.dumps(value, ensure_ascii=False)
        inner, outer = "\n" + " " * (depth + 1), "\n" + " " * depth
        if isinstance(value, dict):
            items = [f"{json.dumps(key)}: {text(item, depth + 1)}" for key, item in value.items()]
        else:
            items = [text(item, depth + 1) for item in value]
        left, right = "{}" if isinstance(value, dict) else "[]"
        return left + inner + ("," + inner).join(items) + outer + right

    path.write_text(text(value, 0) + "\n", encoding="utf-8", newline="\n")


def _write_range(tree: Tree, store: shop.Shop) -> None:
    for name, rows in (
        ("products", shop.product_columns(store)),
        ("stores", shop.store_columns(store)),
        ("products_raw", dirt.product_lines(store)),
    ):
        file = tree.open(name)
        file.write(rows)
        tree.close(name, None, file)


def _write_customers(tree: Tree, store: shop.Shop) -> None:
    clean, raw = tree.open("customers"), tree.open("customers_raw")
    for chunk, first in enumerate(range(0, store.universe.customers, _CUSTOMER_CHUNK)):
        rows = store.customers(
            np.arange(first, min(first + _CUSTOMER_CHUNK, store.universe.customers))
        )
        if tree.wants("customers_raw"):
            raw.write(dirt.customer_rows(store, rows, chunk))
        clean.write(shop.customer_columns(rows))
    tree.close("customers", None, clean)
    tree.close("customers_raw", None, raw)


def _write_orders(tree: Tree, store: shop.Shop) -> None:
    names = ("orders", "order_lines", "orders_raw", "order_lines_raw")
    month, files = None, {}
    for day in range(DAYS):
        if date_text(day)[:7] != month:
            _close_all(tree, month, files)
            month = date_text(day)[:7]
            header = [column.name for column in partition_columns(TABLES["orders_raw"], month)]
            files = {
                name: tree.open(name, month, header if name == "orders_raw" else None)
                for name in names
            }
        orders = store.orders(day)
        if tree.wants("orders", "order_lines"):
            files["orders"].write(shop.order_columns(orders))
            files["order_lines"].write(shop.line_columns(orders))
        if tree.wants("orders_raw"):
            files["orders_raw"].write(dirt.order_rows(store, orders, day))
        if tree.wants("order_lines_raw"):
            files["order_lines_raw"].write(dirt.line_rows(store, orders, day))
    _close_all(tree, month, files)


def _close_all(tree: Tree, value, files: dict) -> None:
    for name, file in files.items():
        tree.close(name, value, file)


def _write_clicks(tree: Tree, store: shop.Shop) -> None:
    words = clicks.Words(store)
    today, number, clean = -1, 0, None
    raw_day, raw = 0, tree.open("clickstream_raw", date_text(WINDOW_FIRST_DAY))
    waiting: list[tuple[int, str]] = []  # raw rows by the time of their arrival
    for day, piece, low, high, events in clicks.slices(store):
        if day != today:
            if clean:
                tree.close("clickstream", date_text(WINDOW_FIRST_DAY + today), clean)
            today, number = day, 0
            clean = tree.open("clickstream", date_text(WINDOW_FIRST_DAY + day))
        ids = words.event_ids(day, number, len(events.ts))
        number += len(ids)
        if tree.wants("clickstream"):
            clean.write(words.columns(ids, events))
        if day < clicks.RAW_DAYS and tree.wants("clickstream_raw"):
            bot = clicks.bot_events(store.universe, day, piece, low, high, len(ids))
            bot_ids = words.event_ids(day, 0x900000 + (piece << 12), len(bot.ts))
            lines = dirt.click_lines(store, words, ids, events, day * 4096 + piece, (bot_ids, bot))
            for item in lines:
                heapq.heappush(waiting, item)
            end = high if (day, high) != (clicks.RAW_DAYS - 1, _midnight(clicks.RAW_DAYS)) else None
            while waiting and (end is None or waiting[0][0] < end):
                received, line = heapq.heappop(waiting)
                if received >= _midnight(raw_day + 1):
                    tree.close("clickstream_raw", date_text(WINDOW_FIRST_DAY + raw_day), raw)
                    raw_day += 1
                    raw = tree.open("clickstream_raw", date_text(WINDOW_FIRST_DAY + raw_day))
                raw.write([line])
        elif day >= clicks.RAW_DAYS and not tree.wants("clickstream"):
            break
    tree.close("clickstream", date_text(WINDOW_FIRST_DAY + today), clean)
    tree.close("clickstream_raw", date_text(WINDOW_FIRST_DAY + raw_day), raw)


def _midnight(day: int) -> int:
    """Return the first moment of a day of the window, in ms from the start of the data."""
    return (WINDOW_FIRST_DAY + day) * DAY * 1000


def _write_sensors(tree: Tree, universe: Universe) -> None:
    dates = [date_text(WINDOW_FIRST_DAY + day) for day in range(WINDOW_DAYS)]
    raw = [tree.open("sensors_raw", date) for date in dates]
    number = 0
    for warehouse in WAREHOUSES:
        clean = tree.open("sensor_readings", warehouse)
        for readings in sensors.readings(universe, warehouse):
            if tree.wants("sensors_raw"):
                for day, rows in dirt.sensor_rows(universe, readings, number).items():
                    raw[day].write(rows)
            clean.write(sensors.columns(readings))
            number += 1
        tree.close("sensor_readings", warehouse, clean)
    for date, file in zip(dates, raw, strict=True):
        tree.close("sensors_raw", date, file)


def _write_changes(tree: Tree, store: shop.Shop) -> None:
    changes, held = cdc.Changes(store), []
    for day in range(WINDOW_DAYS):
        date = date_text(WINDOW_FIRST_DAY + day)
        file = tree.open("customers_cdc", date)
        lines, held = dirt.change_lines(store.universe, changes.day(day), day, held)
        if day == WINDOW_DAYS - 1:
            lines, held = lines + held, []
        file.write(lines)
        tree.close("customers_cdc", date, file)


def _write_logs(tree: Tree, store: shop.Shop) -> None:
    universe = store.universe
    calls = trail.Trail(universe)
    for name, rows in (
        ("cloudtrail_logs", calls.day),
        ("vpc_flow_logs", lambda day: network.flow_lines(universe, day)),
        ("alb_logs", lambda day: network.alb_lines(store, day)),
        ("app_logs", lambda day: applog.app_lines(universe, day)),
    ):
        if not tree.wants(name):
            continue
        for day in range(WINDOW_DAYS):
            date = date_text(WINDOW_FIRST_DAY + day)
            file = tree.open(name, date)
            file.write(rows(day))
            tree.close(name, date, file)
