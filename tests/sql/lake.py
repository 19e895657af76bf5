"""A tiny lake for the tests: one table of each file format, with the dirt that files have."""

import gzip
import json
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

PARQUET = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
CSV = "org.apache.hadoop.hive.serde2.OpenCSVSerde"
LAZY = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
JSON = "org.openx.data.jsonserde.JsonSerDe"
REGEX = "org.apache.hadoop.hive.serde2.RegexSerDe"
TRAIL = "com.amazon.emr.hive.serde.CloudTrailSerde"


def _columns(text):
    return [
        {"Name": part.split(" ", 1)[0], "Type": part.split(" ", 1)[1]} for part in text.split("; ")
    ]


def _table(name, serde, columns, keys="", serde_parameters=None, parameters=None):
    return {
        "DatabaseName": "fernway",
        "Name": name,
        "TableType": "EXTERNAL_TABLE",
        "PartitionKeys": _columns(keys) if keys else [],
        "Parameters": parameters or {},
        "StorageDescriptor": {
            "Columns": _columns(columns),
            "Location": f"s3://bucket/{name}/",
            "SerdeInfo": {"SerializationLibrary": serde, "Parameters": serde_parameters or {}},
        },
    }


def _write(folder: Path, name: str, content) -> None:
    path = folder / "bucket" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content, encoding="utf-8", newline="\n")


def make(folder: Path) -> Path:
    """Write the lake into ``folder`` and return it."""
    tables, partitions = [], {}

    # Parquet, partitioned by path; June's folder exists and is not registered.
    for month, start in (("2026-04", 0), ("2026-05", 1000), ("2026-06", 2000)):
        path = folder / "bucket" / "orders" / f"order_month={month}"
        path.mkdir(parents=True)
        ids = list(range(start, start + 1000))
        table = pa.table(
            {
                "order_id": pa.array(ids, pa.int64()),
                "channel": [("web", "app", "store")[i % 3] for i in ids],
                "amount": pa.array([Decimal(i) for i in ids], pa.decimal128(12, 2)),
                "note": [f"note {i} " + "x" * 50 for i in ids],
            }
        )
        if month == "2026-05":  # a column that came later
            table = table.append_column("coupon", pa.array(["C1"] * 1000))
        pq.write_table(table, path / "part-0.parquet", row_group_size=500, compression="none")
    orders = _table(
        "orders",
        PARQUET,
        "order_id bigint; channel string; amount decimal(12,2); note string; coupon string",
        keys="order_month string",
    )
    tables.append(orders)
    partitions["orders"] = [
        {
            "Values": [month],
            "StorageDescriptor": {"Location": f"s3://bucket/orders/order_month={month}/"},
        }
        for month in ("2026-04", "2026-05")
    ]

    # The same files under partitions whose folders do not say the key.
    moved = _table("orders_moved", PARQUET, "order_id bigint; channel string", keys="batch int")
    tables.append(moved)
    partitions["orders_moved"] = [
        {
            "Values": ["1"],
            "StorageDescriptor": {"Location": "s3://bucket/orders/order_month=2026-04/"},
        },
        {
            "Values": ["2"],
            "StorageDescriptor": {"Location": "s3://bucket/orders/order_month=2026-05/"},
        },
    ]

    # CSV: quotes, empty fields, short and long lines, a hidden file.
    _write(
        folder,
        "people_csv/a.csv",
        'id,name,age\n1,"Ada, Lovelace",36\n2,,\n3,Bob\n4,Eve,20,extra\n',
    )
    _write(folder, "people_csv/_SUCCESS", "not data")
    tables.append(
        _table(
            "people_csv",
            CSV,
            "id string; name string; age string",
            parameters={"skip.header.line.count": "1"},
        )
    )

    # CSV with types: an empty number fails the query that reads it.
    _write(folder, "typed_csv/a.csv", "id,qty\n1,5\n2,\n")
    tables.append(
        _table("typed_csv", CSV, "id string; qty int", parameters={"skip.header.line.count": "1"})
    )

    # CSV with types: an empty number fails the query that reads it.
    _write(folder, "typed_csv/a.csv", "id,qty\n1,5\n2,\n")
    tables.append(
        _table("typed_csv", CSV, "id string; qty int", parameters={"skip.header.line.count": "1"})
    )

    # Delimited text, gzip: \N is NULL, a bad number reads as NULL.
    _write(
        folder, "flow/a.log.gz", gzip.compress(b"2 10.0.0.1 443\n2 \\N 80\nx 10.0.0.3 -\n", mtime=0)
    )
    tables.append(
        _table(
            "flow",
            LAZY,
            "version int; srcaddr string; dstport int",
            serde_parameters={"field.delim": " "},
        )
    )

    # JSON lines: keys in camel case, nested fields, a missing key.
    lines = [
        {
            "orderId": 1,
            "customer": {"Name": "Ada", "city": "Bonn"},
            "items": [{"Sku": "a", "qty": 2}],
        },
        {"orderId": 2, "items": [{"Sku": "b", "qty": 1}, {"Sku": "c", "qty": 5}]},
    ]
    _write(folder, "events/a.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    tables.append(
        _table(
            "events",
            JSON,
            "orderid bigint; customer struct<name:string,city:string>; items "
            "array<struct<sku:string,qty:int>>",
        )
    )

    # Regular expression; the second line does not match.
    _write(folder, "access/a.log", 'https 200 "GET /a HTTP/1.1"\nnonsense\n')
    tables.append(
        _table(
            "access",
            REGEX,
            "type string; status int; request string",
            serde_parameters={"input.regex": '([^ ]*) ([0-9]*) "([^"]*)"'},
        )
    )

    # CloudTrail: one object a file.
    records = [
        {
            "eventName": "PutObject",
            "userIdentity": {"type": "IAMUser"},
            "requestParameters": {"b": 1},
        },
        {"eventName": "GetObject", "errorCode": "AccessDenied"},
    ]
    _write(folder, "trail/a.json", json.dumps({"Records": records}))
    tables.append(
        _table(
            "trail",
            TRAIL,
            "eventname string; useridentity struct<type:string>; errorcode string; "
            "requestparameters string",
        )
    )

    # Typed values for questions about types, and a table without files.
    (folder / "bucket" / "kinds").mkdir()
    pq.write_table(
        pa.table(
            {
                "i": pa.array([1, 2, None], pa.int32()),
                "b": pa.array([2**40, 5, None], pa.int64()),
                "f": pa.array([1.5, -2.0, None], pa.float64()),
                "d": pa.array([Decimal("1.00"), Decimal("2.01"), None], pa.decimal128(10, 2)),
                "s": ["a", "b  ", None],
                "day": pa.array([0, 20000, None], pa.int32()).cast(pa.date32()),
                "ts": pa.array([0, 1767225600000000, None], pa.int64()).cast(pa.timestamp("us")),
                "l": [[1, 2], [], None],
            }
        ),
        folder / "bucket" / "kinds" / "a.parquet",
    )
    tables.append(
        _table(
            "kinds",
            PARQUET,
            "i int; b bigint; f double; d decimal(10,2); s string; day date; ts timestamp; l "
            "array<int>",
        )
    )
    tables.append(_table("nothing", PARQUET, "a int; s string"))
    tables.append(_table("avro_data", "org.apache.hadoop.hive.serde2.avro.AvroSerDe", "a int"))

    catalog = {
        "Databases": [{"Name": "fernway"}, {"Name": "other"}],
        "Tables": tables,
        "Partitions": partitions,
    }
    (folder / "catalog.json").write_text(json.dumps(catalog), encoding="utf-8")
    return folder
