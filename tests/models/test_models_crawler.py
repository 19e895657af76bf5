"""The crawler's model, against the examples of the Glue developer guide."""

import gzip
import io
import json

import pytest

from dealab.models.crawler import Settings, Target, Thing, classify, excluded, find_tables, plan
from dealab.models.crawler.settings import BadSettings
from dealab.sql.errors import LabLimit

PARTITIONS = "https://docs.aws.amazon.com/glue/latest/dg/crawler-s3-folder-table-partition.html"
DEFINE = "https://docs.aws.amazon.com/glue/latest/dg/define-crawler.html"
CONFIGURE = "https://docs.aws.amazon.com/glue/latest/dg/crawler-configuration.html"
CLASSIFIERS = "https://docs.aws.amazon.com/glue/latest/dg/add-classifier.html"


def thing(key, content):
    data = content if isinstance(content, bytes) else content.encode()
    return Thing(key, len(data), lambda: data)


def crawl(contents, path, settings=None, **target):
    things = [thing(key, content) for key, content in contents.items()]
    return find_tables(things, Target(path, **target), settings or Settings())


def columns(entry):
    return [(one["Name"], one["Type"]) for one in entry["StorageDescriptor"]["Columns"]]


def shown(found):
    return {
        table["Name"]: (
            [key["Name"] for key in table["PartitionKeys"]],
            [part["Values"] for part in found.partitions.get(table["Name"], [])],
        )
        for table in found.tables
    }


def parquet(**data):
    import pyarrow
    from pyarrow import parquet

    out = io.BytesIO()
    parquet.write_table(pyarrow.table(data), out)
    return out.getvalue()


# --- the guide's examples of tables and partitions ------------------------------------


@pytest.mark.proves("Glue", "Crawler: what is a table and what a partition", kind="model")
def test_hive_folders_become_partition_keys():  # PARTITIONS, first example
    paths = [f"year=2019/month={m}/day={d}" for m in ("Jan", "Feb") for d in (1, 2)]
    found = crawl({f"sales/{path}/f.json": '{"a": 1}' for path in paths}, "s3://b/sales")
    keys, values = shown(found)["sales"]
    assert keys == ["year", "month", "day"]
    assert sorted(values) == sorted([["2019", m, d] for m in ("Jan", "Feb") for d in "12"])
    assert {key["Type"] for key in found.tables[0]["PartitionKeys"]} == {"string"}


def test_folders_without_names_become_partition_0_and_1():  # PARTITIONS, second example
    places = [("table1", 1), ("table1", 2), ("table1", 3), ("table2", 4), ("table2", 5)]
    contents = {f"folder1/{t}/partition{n}/file.txt": "a,b\nx,1\ny,2\n" for t, n in places}
    found = crawl(contents, "s3://bucket01/folder1/")
    assert shown(found) == {
        "folder1": (["partition_0", "partition_1"], [[t, f"partition{n}"] for t, n in places])
    }
    one = crawl(contents, "s3://bucket01/folder1/table1/")
    assert list(shown(one)) == ["table1"]


TWO_SCHEMAS = {
    "table1/year=2017/data1.json": '{"A": 1, "B": 2}',
    "table1/year=2018/data2.json": '{"C": 3, "D": 4}',
}


@pytest.mark.proves("Glue", "Crawler: one schema for a path (TableGroupingPolicy)", kind="model")
def test_different_schemas_are_two_tables_unless_combined():  # CONFIGURE, grouping policy
    assert list(shown(crawl(TWO_SCHEMAS, "s3://bucket/table1/"))) == ["year_2017", "year_2018"]
    found = crawl(TWO_SCHEMAS, "s3://bucket/table1/", Settings(combine=True))
    assert shown(found) == {"table1": (["year"], [["2017"], ["2018"]])}
    assert columns(found.tables[0]) == [(name, "int") for name in "abcd"]


def test_table_level_decides_where_tables_are():
    contents = {f"lake/{t}/y=1/f.json": '{"a": 1}' for t in ("x", "z")}
    assert list(shown(crawl(contents, "s3://b/lake/"))) == ["lake"]
    found = crawl(contents, "s3://b/lake/", Settings(level=3))
    assert shown(found) == {"x": (["y"], [["1"]]), "z": (["y"], [["1"]])}


def test_other_formats_and_compressions_are_tables_of_their_own():
    contents = {
        "d/a/f.json": '{"x": 1}',
        "d/b/f.csv": "x,y\n1,a\n2,b\n",
        "d/c/f.json.gz": gzip.compress(b'{"x": 1}'),
    }
    found = crawl(contents, "s3://bucket/d/")
    assert [table["Name"] for table in found.tables] == ["a", "b", "c"]
    assert found.tables[2]["Parameters"]["compressionType"] == "gzip"


def test_different_files_of_one_folder_are_tables_named_after_them():
    found = crawl({"d/a.csv": "x,y\n1,a\n2,b\n", "d/b.csv": "p;q;r\n1;2;3\n4;5;6\n"}, "s3://b/d/")
    assert [table["Name"] for table in found.tables] == ["a_csv", "b_csv"]
    assert found.tables[0]["StorageDescriptor"]["Location"] == "s3://b/d/a.csv"


def test_names_take_the_prefix_and_replace_odd_characters():
    found = crawl({"My-Data/f.json": '{"a": 1}'}, "s3://b/My-Data/", Settings(prefix="raw_"))
    assert found.tables[0]["Name"] == "raw_my_data"
    assert crawl({"f.json": '{"a": 1}'}, "s3://my-bucket").tables[0]["Name"] == "my_bucket"


def test_hidden_and_empty_objects_say_nothing():
    contents = {"d/f.json": '{"a": 1}', "d/_SUCCESS": "x", "d/.crc": "x", "d/sub/": ""}
    assert shown(crawl(contents, "s3://b/d/")) == {"d": ([], [])}


def test_a_path_may_name_one_object():
    found = crawl({"d/a.json": '{"x": 1}', "d/a.json.bak": '{"y": 1}'}, "s3://b/d/a.json")
    assert [table["Name"] for table in found.tables] == ["a_json"]
    assert found.tables[0]["StorageDescriptor"]["Location"] == "s3://b/d/a.json"


def test_most_objects_of_a_folder_decide():
    rows = "x,y\n1,a\n2,b\n"
    found = crawl({f"d/{n}.csv": rows for n in range(4)} | {"d/note.txt": "hello"}, "s3://b/d/")
    assert [table["Name"] for table in found.tables] == ["d", "note_txt"]
    assert found.tables[1]["Parameters"]["classification"] == "UNKNOWN"


def test_a_column_more_or_another_type_is_the_same_table():
    contents = {
        "t/y=1/a.csv": "id,n\n1,10\n2,20\n",
        "t/y=2/a.csv": "id,n,m\n3,x,1\n4,y,2\n",
    }
    found = crawl(contents, "s3://b/t/")
    assert columns(found.tables[0]) == [("id", "bigint"), ("n", "string"), ("m", "bigint")]
    assert [columns(part)[1] for part in found.partitions["t"]] == [
        ("n", "bigint"),
        ("n", "string"),
    ]


# --- exclude patterns -----------------------------------------------------------------

KEYS = "departments/finance.json departments/market-us.json departments/market-emea.json "
KEYS += "departments/market-ap.json employees/hr.json employees/john.csv employees/jane.csv "
KEYS += "employees/juan.txt"


@pytest.mark.parametrize(
    ("pattern", "gone"),
    [  # DEFINE, "Example of Amazon S3 Exclude Patterns"
        ("departments/**", 4),
        ("departments/market*", 3),
        ("**.csv", 2),
        ("employees/*.csv", 2),
        ("*.csv", 0),
        ("employees/{hr,juan}.*", 2),
        ("employees/j?hn.csv", 1),
        ("employees/[!j]*", 1),
        ("**/market-[a-e]*", 2),
    ],
)
def test_exclude_patterns(pattern, gone):
    assert sum(excluded(key, [pattern]) for key in KEYS.split()) == gone


def test_first_week_of_january():  # DEFINE, "Excluding a Subset of Amazon S3 Partitions"
    patterns = ["2015/01/{[!0],0[8-9]}**", "2015/0[2-9]/**", "2015/1[0-2]/**"]
    days = [f"2015/{m:02}/{d:02}/x.json" for m in range(1, 13) for d in range(1, 29)]
    left = [day for day in days if not excluded(day, patterns)]
    assert left == [f"2015/01/{d:02}/x.json" for d in range(1, 8)]


# --- classifiers ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [  # CLASSIFIERS, "Built-in CSV classifier"
        ("id,name\n1,a\n2,b\n", [("id", "bigint"), ("name", "string")]),
        ("id|price\n1|1.5\n2|2\n", [("id", "bigint"), ("price", "double")]),
        ("id\tok\n1\ttrue\n2\tfalse\n", [("id", "bigint"), ("ok", "boolean")]),
        ("a,b\nx,y\nz,w\n", [("col0", "string"), ("col1", "string")]),  # nothing differs
        ("1,a\n2,b\n", [("col0", "bigint"), ("col1", "string")]),  # a number is no name
        ("id,name,\n1,a,\n2,b,\n", [("id", "bigint"), ("name", "string"), ("col2", "string")]),
        ("x" * 150 + ",n\na,1\nb,2\n", [("col0", "string"), ("col1", "string")]),  # too long
        ('id,note\n1,"a,b"\n2,"c"\n', [("id", "bigint"), ("note", "string")]),
        ("day,n\n2026-01-01,1\n2026-01-02,\n", [("day", "string"), ("n", "bigint")]),
    ],
)
def test_csv_headers_and_types(text, expected):
    found = classify("f.csv", text.encode())
    assert (found.classification, list(found.columns)) == ("csv", expected)


def test_one_column_is_no_csv_to_the_built_in_classifier():
    assert classify("f.csv", b"id\n1\n2\n").classification == "UNKNOWN"
    custom = {
        "CsvClassifier": {"Name": "c", "AllowSingleColumn": True, "ContainsHeader": "PRESENT"}
    }
    assert list(classify("f.csv", b"id\n1\n2\n", [custom]).columns) == [("id", "bigint")]


def test_custom_csv_classifier_names_columns():
    told = {"Name": "c", "Delimiter": "^", "Header": ["p", "q"], "ContainsHeader": "ABSENT"}
    found = classify("f.csv", b"a^1\nb^2\n", [{"CsvClassifier": told}])
    assert list(found.columns) == [("p", "string"), ("q", "bigint")]
    assert dict(found.serde_parameters) == {"field.delim": "^"}
    told |= {"CustomDatatypeConfigured": True, "CustomDatatypes": ["DATE", "INT"]}
    found = classify("f.csv", b"2026-01-01^1\n2026-01-02^2\n", [{"CsvClassifier": told}])
    assert list(found.columns) == [("p", "date"), ("q", "int")]


def test_json_types():
    lines = '{"i": 1, "l": 3000000000, "d": 1.5, "b": true, "s": "x", "n": null}\n'
    lines += '{"i": 2.5, "o": {"p": 1, "q": [1, 2]}, "a": [{"z": 1}, {"y": "t"}]}'
    assert dict(classify("f", lines.encode()).columns) == {
        "i": "double",
        "l": "bigint",
        "d": "double",
        "b": "boolean",
        "s": "string",
        "n": "string",
        "o": "struct<p:int,q:array<int>>",
        "a": "array<struct<z:int,y:string>>",
    }


def test_a_json_array_is_one_column_without_a_custom_classifier():
    text = json.dumps([{"a": 1}, {"a": 2}]).encode()
    assert list(classify("f.json", text).columns) == [("array", "array<struct<a:int>>")]
    custom = [{"JsonClassifier": {"Name": "j", "JsonPath": "$[*]"}}]
    assert list(classify("f.json", text, custom).columns) == [("a", "int")]


def test_parquet_gives_its_own_types():
    import datetime
    import decimal

    data = parquet(
        Id=[1], price=[decimal.Decimal("1.25")], day=[datetime.date(2026, 1, 1)], tags=[["a"]]
    )
    found = classify("f.parquet", data)
    assert found.classification == "parquet"
    assert list(found.columns) == [
        ("id", "bigint"),
        ("price", "decimal(3,2)"),
        ("day", "date"),
        ("tags", "array<string>"),
    ]


def test_avro_reads_the_schema_at_the_beginning():
    schema = {"type": "record", "name": "R", "fields": [{"name": "n", "type": ["null", "long"]}]}
    text = json.dumps(schema).encode()
    size = len(text) << 1  # a zigzag varint of two bytes
    length = bytes([size & 0x7F | 0x80, size >> 7])
    data = b"Obj\x01\x02\x16avro.schema" + length + text + b"\x00" + b"0" * 16
    found = classify("f.avro", data)
    assert (found.classification, list(found.columns)) == ("avro", [("n", "bigint")])


@pytest.mark.parametrize("data", [b"<?xml version='1.0'?><a/>", b"PK\x03\x04zip"])
def test_what_the_lab_does_not_read_is_refused(data):
    with pytest.raises(LabLimit):
        classify("f", data)


@pytest.mark.parametrize(
    "data",
    [b"PAR1 no parquet PAR1", b"ORC no orc", b"Obj\x01", b"\xff\xfe\x00", b"{not json", b"x"],
)
def test_what_only_begins_like_a_format_is_unknown(data):
    assert classify("f", data).classification == "UNKNOWN"


# --- what changes in the catalog ------------------------------------------------------


def as_table(table):
    return {"DatabaseName": "db", **table}


def twice(first, second, settings, path="s3://b/t/"):
    """Return the changes of a second crawl after the first one was written to the catalog."""
    one, two = crawl(first, path, settings), crawl(second, path, settings)
    return plan([two], [as_table(table) for table in one.tables], one.partitions, settings)


ONE = {"t/y=1/a.csv": "id,n\n1,x\n2,y\n"}
WIDER = {"t/y=1/a.csv": "id,n,m\n1,x,5\n2,y,6\n"}


def actions(changes):
    return [(change.action, change.kind) for change in changes]


def test_nothing_new_changes_nothing():
    assert twice(ONE, ONE, Settings()) == []


@pytest.mark.proves("Glue", "Crawler: schema change policy", kind="model")
def test_update_behavior():  # CONFIGURE
    (table, part) = twice(ONE, WIDER, Settings())
    assert (table.action, part.action) == ("update", "update")
    assert columns(table.entry) == [("id", "bigint"), ("n", "string"), ("m", "bigint")]
    logged = twice(ONE, WIDER, Settings(update="LOG"))
    assert {change.action for change in logged} == {"log"}


def test_merge_new_columns_keeps_what_is_there():
    narrower = {"t/y=1/a.csv": "id,m\n1.5,5\n2.5,6\n"}
    table = twice(ONE, narrower, Settings(merge_columns=True))[0]
    assert columns(table.entry) == [("id", "bigint"), ("n", "string"), ("m", "bigint")]


def test_new_partitions_are_made_whatever_the_policy_says():
    more = ONE | {"t/y=2/b.csv": "id,n\n3,z\n4,w\n"}
    (change,) = twice(ONE, more, Settings(update="LOG", delete="LOG"))
    assert (change.action, change.entry["Values"]) == ("create", ["2"])


def test_delete_behavior():
    both = ONE | {"t/y=2/b.csv": "id,n\n3,z\n4,w\n"}
    for behavior, action in (
        ("DELETE_FROM_DATABASE", "delete"),
        ("LOG", "log"),
        ("DEPRECATE_IN_DATABASE", "deprecate"),
    ):
        changes = twice(both, ONE, Settings(delete=behavior))
        assert (action, "partition") in actions(changes)
        gone = twice(ONE, {}, Settings(delete=behavior))
        assert actions(gone) == [(action, "table")]
    assert gone[0].entry["Parameters"]["DEPRECATED_BY_CRAWLER"] == "crawler"


def test_inherit_from_table_gives_partitions_the_tables_schema():
    more = {"t/y=1/a.csv": "id,n,p\n1,x,a\n2,y,b\n", "t/y=2/b.csv": "id,n,p,m\n3,z,c,5\n4,w,d,6\n"}
    found = crawl(more, "s3://b/t/", Settings(inherit=True))
    changes = plan([found], [], {}, Settings(inherit=True))
    parts = [change.entry for change in changes if change.kind == "partition"]
    assert all(columns(part) == columns(changes[0].entry) for part in parts)
    assert parts[0]["StorageDescriptor"]["Location"] == "s3://b/t/y=1/"


def test_a_taken_name_gets_a_hash():
    other = {"Name": "t", "StorageDescriptor": {"Location": "s3://elsewhere/t/", "Columns": []}}
    (table, *_) = plan([crawl(ONE, "s3://b/t/")], [other], {}, Settings())
    assert table.table.startswith("t_")
    assert len(table.table) == 34


def test_new_folders_only_takes_no_other_policy():
    with pytest.raises(BadSettings, match="can have only LOG"):
        Settings.read(
            "c",
            "db",
            "",
            {"UpdateBehavior": "UPDATE_IN_DATABASE"},
            {"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"},
            None,
        )
