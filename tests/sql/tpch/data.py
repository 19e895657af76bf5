"""Seeded TPC-H data: the eight tables with the specification's keys, value domains and rules.

https://www.tpc.org/tpc_documents_current_versions/pdf/tpc-h_v3.0.1.pdf, clauses 1.4 and 4.2.3
(read 2026-11-23). The random numbers are numpy's and not dbgen's, so the answers differ from the
published ones. Some rows are planted, so that every question has an answer at a small scale.

A table is a dict of numpy arrays. Money, quantities and rates are whole hundredths; dates are days
since 1970.
"""

import datetime
import json
import re
from pathlib import Path

import numpy as np

SCALE = 0.01
PARQUET = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"

#: table -> its columns with the catalog's types
SCHEMA = {
    "region": "r_regionkey int; r_name varchar(25); r_comment varchar(152)",
    "nation": "n_nationkey int; n_name varchar(25); n_regionkey int; n_comment varchar(152)",
    "supplier": "s_suppkey bigint; s_name varchar(25); s_address varchar(40); s_nationkey int; "
    "s_phone varchar(15); s_acctbal decimal(15,2); s_comment varchar(101)",
    "part": "p_partkey bigint; p_name varchar(55); p_mfgr varchar(25); p_brand varchar(10); "
    "p_type varchar(25); p_size int; p_container varchar(10); p_retailprice decimal(15,2); "
    "p_comment varchar(23)",
    "partsupp": "ps_partkey bigint; ps_suppkey bigint; ps_availqty int; "
    "ps_supplycost decimal(15,2); ps_comment varchar(199)",
    "customer": "c_custkey bigint; c_name varchar(25); c_address varchar(40); c_nationkey int; "
    "c_phone varchar(15); c_acctbal decimal(15,2); c_mktsegment varchar(10); "
    "c_comment varchar(117)",
    "orders": "o_orderkey bigint; o_custkey bigint; o_orderstatus char(1); "
    "o_totalprice decimal(15,2); o_orderdate date; o_orderpriority varchar(15); "
    "o_clerk varchar(15); o_shippriority int; o_comment varchar(79)",
    "lineitem": "l_orderkey bigint; l_partkey bigint; l_suppkey bigint; l_linenumber int; "
    "l_quantity decimal(15,2); l_extendedprice decimal(15,2); l_discount decimal(15,2); "
    "l_tax decimal(15,2); l_returnflag char(1); l_linestatus char(1); l_shipdate date; "
    "l_commitdate date; l_receiptdate date; l_shipinstruct varchar(25); l_shipmode varchar(10); "
    "l_comment varchar(44)",
}

REGIONS = ("AFRICA", "AMERICA", "ASIA", "EUROPE", "MIDDLE EAST")
NATIONS = {
    "ALGERIA": 0, "ARGENTINA": 1, "BRAZIL": 1, "CANADA": 1, "EGYPT": 4, "ETHIOPIA": 0,
    "FRANCE": 3, "GERMANY": 3, "INDIA": 2, "INDONESIA": 2, "IRAN": 4, "IRAQ": 4, "JAPAN": 2,
    "JORDAN": 4, "KENYA": 0, "MOROCCO": 0, "MOZAMBIQUE": 0, "PERU": 1, "CHINA": 2, "ROMANIA": 3,
    "SAUDI ARABIA": 4, "VIETNAM": 2, "RUSSIA": 3, "UNITED KINGDOM": 3, "UNITED STATES": 1,
}  # fmt: skip
COLORS = re.findall(
    r"\w+",
    "almond antique aquamarine azure beige bisque black blanched blue blush brown burlywood "
    "chiffon coral cornflower cream cyan dark deep dim dodger drab firebrick floral forest "
    "frosted ghost goldenrod green grey honeydew hot indian ivory khaki lace lavender lawn "
    "lemon light lime linen magenta maroon medium metallic midnight mint misty navy olive "
    "orange orchid pale papaya peach plum powder puff purple red rose rosy royal saddle salmon "
    "sandy seashell sienna sky slate smoke snow spring steel tan thistle tomato turquoise "
    "violet wheat white yellow",
)
TYPES = (
    ("STANDARD", "SMALL", "MEDIUM", "LARGE", "ECONOMY", "PROMO"),
    ("ANODIZED", "BURNISHED", "PLATED", "POLISHED", "BRUSHED"),
    ("TIN", "NICKEL", "BRASS", "STEEL", "COPPER"),
)
CONTAINERS = (
    ("SM", "LG", "MED", "JUMBO", "WRAP"),
    ("CASE", "BOX", "BAG", "JAR", "PKG", "PACK", "CAN", "DRUM"),
)
SEGMENTS = ("AUTOMOBILE", "BUILDING", "FURNITURE", "MACHINERY", "HOUSEHOLD")
PRIORITIES = ("1-URGENT", "2-HIGH", "3-MEDIUM", "4-NOT SPECIFIED", "5-LOW")
INSTRUCTIONS = ("DELIVER IN PERSON", "COLLECT COD", "NONE", "TAKE BACK RETURN")
MODES = ("REG AIR", "AIR", "RAIL", "SHIP", "TRUCK", "MAIL", "FOB")
WORDS = re.findall(
    r"\w+",
    "packages deposits accounts pinto beans ideas theodolites quickly carefully furiously slyly "
    "final regular express bold even silent ironic sleep haggle nag wake among across about the",
)


def day(text: str) -> int:
    """Return a date as days since 1970."""
    return (datetime.date.fromisoformat(text) - datetime.date(1970, 1, 1)).days


FIRST, LAST, TODAY = day("1992-01-01"), day("1998-12-31") - 151, day("1995-06-17")


def generate(scale: float = SCALE, seed: int = 2002) -> dict[str, dict[str, np.ndarray]]:
    """Return the eight tables. ``scale`` 1 means six million line items."""
    dice = np.random.default_rng(seed)
    tables = {
        "region": {
            "r_regionkey": np.arange(5),
            "r_name": np.array(REGIONS),
            "r_comment": _prose(dice, 5),
        },
        "nation": {
            "n_nationkey": np.arange(25),
            "n_name": np.array(list(NATIONS)),
            "n_regionkey": np.array(list(NATIONS.values())),
            "n_comment": _prose(dice, 25),
        },
    }
    suppliers, parts = round(10_000 * scale), round(200_000 * scale)
    tables["supplier"] = _suppliers(dice, suppliers)
    tables["part"] = _parts(dice, parts)
    tables["partsupp"] = _partsupps(dice, parts, suppliers)
    tables["customer"] = _customers(dice, round(150_000 * scale))
    tables["orders"], tables["lineitem"] = _sales(
        dice, round(1_500_000 * scale), tables["part"], suppliers, round(150_000 * scale)
    )
    return tables


def _pick(dice, values, count: int) -> np.ndarray:
    return np.array(values)[dice.integers(0, len(values), count)]


def _join(*parts) -> np.ndarray:
    out = parts[0]
    for part in parts[1:]:
        out = np.char.add(out, part)
    return out


def _prose(dice, count: int, planted=(), every: int = 50) -> np.ndarray:
    """Comments of three to five words; one in ``every`` is a planted one."""
    pool = [" ".join(_pick(dice, WORDS, dice.integers(3, 6))) for _ in range(300)]
    texts = _pick(dice, pool, count).astype("U60")
    if planted:
        chosen = dice.integers(0, every, count) == 0
        texts[chosen] = _pick(dice, planted, int(chosen.sum()))
    return texts


def _numbered(stem: str, keys: np.ndarray) -> np.ndarray:
    return _join(np.full(len(keys), stem + "#"), np.char.zfill(keys.astype("U9"), 9))


def _phones(dice, nations: np.ndarray) -> np.ndarray:
    count = len(nations)
    parts = [(nations + 10).astype("U2")]
    for low, high in ((100, 1000), (100, 1000), (1000, 10000)):
        parts += [np.full(count, "-"), dice.integers(low, high, count).astype("U4")]
    return _join(*parts)


def _suppliers(dice, count: int) -> dict:
    keys = np.arange(1, count + 1)
    nations = dice.integers(0, 25, count)
    return {
        "s_suppkey": keys,
        "s_name": _numbered("Supplier", keys),
        "s_address": _join(np.full(count, "Way "), dice.integers(1, 999, count).astype("U4")),
        "s_nationkey": nations,
        "s_phone": _phones(dice, nations),
        "s_acctbal": dice.integers(-99_999, 1_000_000, count),
        "s_comment": _prose(
            dice, count, ("late Customer heaps of Complaints", "Customer has Recommends"), 12
        ),
    }


def _parts(dice, count: int) -> dict:
    keys = np.arange(1, count + 1)
    makers, brands = dice.integers(1, 6, count), dice.integers(1, 6, count)
    names = [" ".join(dice.permutation(COLORS)[:5]) for _ in range(count)]
    sizes = dice.integers(1, 51, count)
    brand = _join(np.full(count, "Brand#"), makers.astype("U1"), brands.astype("U1"))
    container = _join(
        _pick(dice, CONTAINERS[0], count), np.full(count, " "), _pick(dice, CONTAINERS[1], count)
    )
    # Planted for questions 17 and 19: brands in the containers and sizes that they ask for.
    planted = (("Brand#12", "SM BOX", 3), ("Brand#23", "MED BOX", 7), ("Brand#34", "LG PKG", 11))
    for at, (name, box, size) in enumerate(planted):
        rows = slice(at, None, 400)
        brand[rows], container[rows], sizes[rows] = name, box, size
        makers[rows] = int(name[6])
    return {
        "p_partkey": keys,
        "p_name": np.array(names),
        "p_mfgr": _join(np.full(count, "Manufacturer#"), makers.astype("U1")),
        "p_brand": brand,
        "p_type": _join(
            _pick(dice, TYPES[0], count), np.full(count, " "),
            _pick(dice, TYPES[1], count), np.full(count, " "), _pick(dice, TYPES[2], count),
        ),
        "p_size": sizes,
        "p_container": container,
        "p_retailprice": 90_000 + (keys // 10) % 20_001 + 100 * (keys % 1000),
        "p_comment": _prose(dice, count).astype("U23"),
    }  # fmt: skip


def _supplier_of(part: np.ndarray, turn, suppliers: int) -> np.ndarray:
    """Return the supplier of a part: the specification's formula, four for each part."""
    return (part + turn * (suppliers // 4 + (part - 1) // suppliers)) % suppliers + 1


def _partsupps(dice, parts: int, suppliers: int) -> dict:
    keys = np.repeat(np.arange(1, parts + 1), 4)
    count = len(keys)
    return {
        "ps_partkey": keys,
        "ps_suppkey": _supplier_of(keys, np.tile(np.arange(4), parts), suppliers),
        "ps_availqty": dice.integers(1, 10_000, count),
        "ps_supplycost": dice.integers(100, 100_001, count),
        "ps_comment": _prose(dice, count),
    }


def _customers(dice, count: int) -> dict:
    keys = np.arange(1, count + 1)
    nations = dice.integers(0, 25, count)
    return {
        "c_custkey": keys,
        "c_name": _numbered("Customer", keys),
        "c_address": _join(np.full(count, "Lane "), dice.integers(1, 9999, count).astype("U4")),
        "c_nationkey": nations,
        "c_phone": _phones(dice, nations),
        "c_acctbal": dice.integers(-99_999, 1_000_000, count),
        "c_mktsegment": _pick(dice, SEGMENTS, count),
        "c_comment": _prose(dice, count),
    }


def _sales(dice, count: int, part: dict, suppliers: int, customers: int) -> tuple[dict, dict]:
    at = np.arange(count)
    order_keys = at // 8 * 32 + at % 8 + 1  # only the first eight of 32 keys are used
    buyers = np.arange(1, customers + 1)
    order_dates = dice.integers(FIRST, LAST + 1, count)
    sizes = dice.integers(1, 8, count)
    large = slice(0, None, 1000)  # planted for question 18
    sizes[large] = 7

    order = np.repeat(at, sizes)
    lines = len(order)
    dates = order_dates[order]
    starts = np.cumsum(sizes) - sizes
    parts = dice.integers(1, len(part["p_partkey"]) + 1, lines)
    quantity = dice.integers(1, 51, lines)
    is_large = np.isin(order, at[large])
    quantity[is_large] = 44 + quantity[is_large] % 7
    price = quantity * part["p_retailprice"][parts - 1]
    discount, tax = dice.integers(0, 11, lines), dice.integers(0, 9, lines)
    ship = dates + dice.integers(1, 122, lines)
    receipt = ship + dice.integers(1, 31, lines)
    instruct, mode = _pick(dice, INSTRUCTIONS, lines), _pick(dice, MODES, lines)
    planted = np.isin(parts, part["p_partkey"][part["p_size"] <= 11][:60]) & (quantity < 25)
    instruct[planted], mode[planted] = INSTRUCTIONS[0], "AIR"
    shipped = ship <= TODAY
    item = {
        "l_orderkey": order_keys[order],
        "l_partkey": parts,
        "l_suppkey": _supplier_of(parts, dice.integers(0, 4, lines), suppliers),
        "l_linenumber": np.arange(lines) - starts[order] + 1,
        "l_quantity": quantity * 100,
        "l_extendedprice": price,
        "l_discount": discount,
        "l_tax": tax,
        "l_returnflag": np.where(receipt <= TODAY, _pick(dice, ("R", "A"), lines), "N"),
        "l_linestatus": np.where(shipped, "F", "O"),
        "l_shipdate": ship,
        "l_commitdate": dates + dice.integers(30, 91, lines),
        "l_receiptdate": receipt,
        "l_shipinstruct": instruct,
        "l_shipmode": mode,
        "l_comment": _prose(dice, lines).astype("U44"),
    }
    total = np.add.reduceat(price * (100 - discount) * (100 + tax), starts)
    done = np.add.reduceat(shipped.astype(int), starts)
    orders = {
        "o_orderkey": order_keys,
        "o_custkey": _pick(dice, buyers[buyers % 3 != 0], count),  # a third never buys
        "o_orderstatus": np.where(done == sizes, "F", np.where(done == 0, "O", "P")),
        "o_totalprice": (total + 5000) // 10_000,
        "o_orderdate": order_dates,
        "o_orderpriority": _pick(dice, PRIORITIES, count),
        "o_clerk": _numbered("Clerk", dice.integers(1, max(2, count // 1500), count)),
        "o_shippriority": np.zeros(count, int),
        "o_comment": _prose(
            dice, count, ("special quick requests", "requests, then special ones"), 40
        ),
    }
    return orders, item


# --- as files -------------------------------------------------------------------------------


def _arrow(values: np.ndarray, kind: str):
    import pyarrow as pa

    if kind.startswith("decimal"):
        # An Arrow decimal is 16 bytes, lowest first: the whole number and the sign before it.
        words = np.empty((len(values), 2), "<i8")
        words[:, 0], words[:, 1] = values, values >> 63
        return pa.Array.from_buffers(
            pa.decimal128(15, 2), len(values), [None, pa.py_buffer(words.tobytes())]
        )
    if kind == "date":
        return pa.array(values.astype("i4")).cast(pa.date32())
    wanted = {"int": pa.int32(), "bigint": pa.int64()}.get(kind, pa.string())
    return pa.array(values if wanted == pa.string() else values.astype("i8")).cast(wanted)


def write(tables: dict, folder: Path) -> Path:
    """Write a lake with one Parquet file for each table, and its catalog.json, into ``folder``."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    entries = []
    for name, columns in SCHEMA.items():
        typed = [part.split(" ", 1) for part in columns.split("; ")]
        path = folder / "bucket" / name
        path.mkdir(parents=True)
        pq.write_table(
            pa.table({column: _arrow(tables[name][column], kind) for column, kind in typed}),
            path / "part-0.parquet",
        )
        entries.append(
            {
                "DatabaseName": "tpch",
                "Name": name,
                "TableType": "EXTERNAL_TABLE",
                "PartitionKeys": [],
                "Parameters": {},
                "StorageDescriptor": {
                    "Columns": [{"Name": column, "Type": kind} for column, kind in typed],
                    "Location": f"s3://bucket/{name}/",
                    "SerdeInfo": {"SerializationLibrary": PARQUET, "Parameters": {}},
                },
            }
        )
    catalog = {"Databases": [{"Name": "tpch"}], "Tables": entries, "Partitions": {}}
    (folder / "catalog.json").write_text(json.dumps(catalog), encoding="utf-8")
    return folder


def rows(table: dict):
    """Yield a table's rows as objects with the columns as attributes, plain Python values."""
    from collections import namedtuple

    kind = namedtuple("Row", table)
    return map(kind, *(column.tolist() for column in table.values()))
