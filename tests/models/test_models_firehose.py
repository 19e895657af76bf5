"""Names and documents of Firehose; documented examples of
https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html (checked 2026-11-23)."""

import decimal
import json
from datetime import UTC, datetime

import pytest

from dealab.models import firehose
from dealab.models.record_formats import Converter, arrow_type

AT = datetime(2018, 8, 27, 10, 30, 5, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    ("prefix", "errors", "failed", "expected"),
    [
        (None, None, None, "2018/08/27/10/"),
        ("plain/", None, None, "plain/2018/08/27/10/"),
        ("p!{timestamp:yyyy}/", "e", None, "p2018/"),
        ("d=!{timestamp:yyyy'-'MM'-'dd}/", "e", None, "d=2018-08-27/"),
        ("!{timestamp:yy}/!{timestamp:M-d}/!{timestamp:MMM}/", "e", None, "18/8-27/Aug/"),
        ("!{timestamp:HH:mm:ss.SSS}/", "e", None, "10:30:05.123/"),
        ("!{firehose:random-string}/", "e", None, "RRR/2018/08/27/10/"),
        (None, "bad/!{firehose:error-output-type}/", "processing-failed", "bad/processing-failed/"),
        (
            "p/!{timestamp:yyyy}/",
            "bad/!{firehose:error-output-type}/!{timestamp:yyyy/MM}/",
            "format-conversion-failed",
            "bad/format-conversion-failed/2018/08/",
        ),
        (None, None, "processing-failed", "processing-failed/2018/08/27/10/"),
        ("p/", None, "processing-failed", "p/processing-failed/2018/08/27/10/"),
    ],
)
def test_folders(prefix, errors, failed, expected):
    assert firehose.folder(prefix, AT, None, "RRR", errors=errors, failed=failed) == expected


def test_partition_keys_in_folders():
    text = "c=!{partitionKeyFromQuery:c}/u=!{partitionKeyFromLambda:u}/"
    got = firehose.folder(text, AT, "Europe/Oslo", "", query={"c": "7"}, function={"u": "ada"})
    assert got == "c=7/u=ada/"


def test_letters_that_are_not_here_are_named():
    with pytest.raises(firehose.Unknown, match="letter Q"):
        firehose.java_date("yyyy-Q", AT)


@pytest.mark.parametrize(
    ("query", "document", "expected"),
    [
        ("{a: .a}", {"a": "x"}, {"a": "x"}),
        ("{a: .a, b: .b.c}", {"a": 1, "b": {"c": True}}, {"a": "1", "b": "true"}),
        ('{"a": .["k k"]}', {"k k": "v"}, {"a": "v"}),
        ('{a: ."k-k"}', {"k-k": "v"}, {"a": "v"}),
        ("{a: .l[1].x}", {"l": [0, {"x": 2}]}, {"a": "2"}),
        ('{y: .t | strftime("%Y"), m: .t|strftime("%m")}', {"t": 0}, {"y": "1970", "m": "01"}),
        ("{a: .a | ascii_downcase}", {"a": "ABC"}, {"a": "abc"}),
    ],
)
def test_partition_queries(query, document, expected):
    assert firehose.PartitionQuery(query).of(json.dumps(document).encode()) == expected


@pytest.mark.parametrize("data", [b'{"a": null}', b'{"a": ""}', b"{}", b"no", b"[1]"])
def test_a_record_without_a_key_fails(data):
    with pytest.raises(ValueError, match=r"key|Expecting"):
        firehose.PartitionQuery("{a: .a}").of(data)


def test_deaggregation():
    assert firehose.deaggregated(b'{"a": 1}{"b": 2}\n[{"c": 3}]', {}) == [
        b'{"a": 1}',
        b'{"b": 2}',
        b'{"c": 3}',
    ]
    delimited = {"SubRecordType": "DELIMITED", "Delimiter": "Iw=="}
    assert firehose.deaggregated(b"a#b#", delimited) == [b"a", b"b"]


def test_types_of_columns():
    kinds = "struct<a:array<int>,b:map<string,decimal(9,2)>,c:struct<d:varchar(5)>>"
    assert str(arrow_type(kinds)) == (
        "struct<a: list<item: int32>, b: map<string, decimal128(9, 2)>, c: struct<d: string>>"
    )
    with pytest.raises(ValueError, match="unknown type"):
        arrow_type("intervall")


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("int", 5, 5),
        ("int", "5", 5),
        ("tinyint", 200, None),
        ("int", 5.5, None),
        ("boolean", "TRUE", True),
        ("boolean", 1, None),
        ("double", "1.5", 1.5),
        ("decimal(4,1)", 1.25, decimal.Decimal("1.2")),
        ("string", {"a": 1.5}, '{"a": 1.5}'),
        ("date", "2026-03-02", datetime(2026, 3, 2).date()),
        ("timestamp", 1772442000, datetime(2026, 3, 2, 9)),
        ("timestamp", 1772442000000, datetime(2026, 3, 2, 9)),
        ("array<int>", [1, "2"], [1, 2]),
        ("array<int>", 1, None),
    ],
)
def test_values(kind, value, expected):
    converter = Converter([("x", kind)])
    data = json.dumps({"X": value}).encode()
    if expected is None:
        with pytest.raises(ValueError, match=r"is no|not in range|too large|Value"):
            converter.read(data)
    else:
        assert converter.read(data) == {"x": expected}
