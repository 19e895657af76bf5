"""Iceberg's partition transforms and its hash, against the values of the specification."""

import datetime
from decimal import Decimal

import pytest
from iceberg_lake import client

from dealab.sql import types
from dealab.sql.athena.iceberg import transforms

SPEC = "https://iceberg.apache.org/spec/"

HASHES = [
    # SPEC + #appendix-b-32-bit-hash-requirements
    ("n34", 2017239379),
    ("d14.20", -500754589),
    ("n17486", -653330422),  # DATE '2017-11-16'
    ("n1510871468000000", -2047944441),  # TIMESTAMP '2017-11-16 22:31:08'
    ("siceberg", 1210000089),
    ("b00010203", -188683207),
]


@pytest.mark.parametrize(("named", "expected"), HASHES)
def test_hash(named, expected):
    assert transforms.iceberg_hash(named) == expected


VALUES = [
    ("INTEGER '34'", types.INTEGER, "bucket[16]", 2017239379 % 16),
    ("BIGINT '34'", types.BIGINT, "bucket[16]", 2017239379 % 16),
    ("DECIMAL '14.20'", types.decimal(9, 2), "bucket[16]", (-500754589 & 0x7FFFFFFF) % 16),
    ("DATE '2017-11-16'", types.DATE, "bucket[16]", (-653330422 & 0x7FFFFFFF) % 16),
    (
        "TIMESTAMP '2017-11-16 22:31:08'",
        types.timestamp(6),
        "bucket[16]",
        (-2047944441 & 0x7FFFFFFF) % 16,
    ),
    ("'iceberg'", types.VARCHAR, "bucket[16]", 1210000089 % 16),
    ("'\\x00\\x01\\x02\\x03'::BLOB", types.VARBINARY, "bucket[16]", (-188683207 & 0x7FFFFFFF) % 16),
    # SPEC + #truncate-transform-details
    ("INTEGER '1'", types.INTEGER, "truncate[10]", 0),
    ("INTEGER '-1'", types.INTEGER, "truncate[10]", -10),
    ("BIGINT '-11'", types.BIGINT, "truncate[10]", -20),
    ("CAST(10.65 AS DECIMAL(9,2))", types.decimal(9, 2), "truncate[50]", Decimal("10.50")),
    ("CAST(-0.05 AS DECIMAL(9,2))", types.decimal(9, 2), "truncate[10]", Decimal("-0.10")),
    ("CAST(-5 AS DECIMAL(9,0))", types.decimal(9, 0), "truncate[10]", Decimal("-10")),
    ("'iceberg'", types.VARCHAR, "truncate[3]", "ice"),
    ("'\u00e9\u00e8\u00ea\u00eb'", types.VARCHAR, "truncate[2]", "\u00e9\u00e8"),
    # years, months, days and hours count from 1970-01-01
    ("DATE '2017-11-16'", types.DATE, "year", 47),
    ("DATE '1969-12-31'", types.DATE, "year", -1),
    ("DATE '2017-11-16'", types.DATE, "month", 574),
    ("DATE '1969-12-31'", types.DATE, "month", -1),
    ("TIMESTAMP '2017-11-16 22:31:08'", types.timestamp(6), "day", datetime.date(2017, 11, 16)),
    ("TIMESTAMP '1970-01-01 01:00:00'", types.timestamp(6), "hour", 1),
    ("TIMESTAMP '1969-12-31 23:59:59'", types.timestamp(6), "hour", -1),
]


@pytest.mark.parametrize(("value", "kind", "transform", "expected"), VALUES)
def test_expression(lake_folder, value, kind, transform, expected):
    duck = client(lake_folder).duck()
    cast = f"CAST({value} AS {types.duck_name(kind)})"
    sql = f"SELECT {transforms.expression(cast, kind, transform)}"
    duck.prepare([], sql)
    assert duck.execute(sql) == [(expected,)]


@pytest.mark.parametrize(
    ("value", "transform", "shown"),
    [
        ("47", "year", "2017"),
        ("-1", "month", "1969-12"),
        ("574", "month", "2017-11"),
        ("2017-11-16", "day", "2017-11-16"),
        ("-1", "hour", "1969-12-31-23"),
        ("7", "bucket[16]", "7"),
        (None, "identity", "null"),
    ],
)
def test_folder_names(value, transform, shown):
    assert transforms.human(value, transform) == shown


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        # CTAS puts the number last: UG/create-table-as.html
        ("month(d)", ("d", "month")),
        ("bucket(c, 5)", ("c", "bucket[5]")),
        ("TRUNCATE(n,10)", ("n", "truncate[10]")),
        ("c", ("c", "identity")),
    ],
)
def test_partitioning_of_ctas(item, expected):
    assert transforms.parse(item) == expected


@pytest.mark.parametrize("item", ["bucket(5, c)", "decade(c)", "", "a b", "bucket(c)"])
def test_partitioning_that_cannot_be_read(item):
    from dealab.sql import ServiceError

    with pytest.raises(ServiceError, match="INVALID_TABLE_PROPERTY"):
        transforms.parse(item)
