r"""Each SerDe over files written here: values, types, dirt and errors."""

import bz2
import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dealab.sql import Athena, LabLimit, ServiceError
from dealab.sql.lake import Lake
from dealab.sql.readers import regexes

UG = "https://docs.aws.amazon.com/athena/latest/ug/"
CSV = "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'"
OPENX = "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'"
HIVE_JSON = "ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'"
LAZY = "ROW FORMAT DELIMITED FIELDS TERMINATED BY ','"


@pytest.fixture
def lab(lake_folder):
    engine = Athena(lake=Lake(lake_folder))
    engine.run("CREATE DATABASE lab")
    engine.database = "lab"
    return engine


def rows(lab, columns, clauses, content, name="a.txt", sql="SELECT * FROM t", properties=""):
    """The rows of a table over one file."""
    if isinstance(content, str):
        content = content.encode()
    lab.lake.put(f"s3://mine/t/{name}", content)
    lab.run(
        f"CREATE EXTERNAL TABLE t ({columns}) {clauses} LOCATION 's3://mine/t/' "
        + (f"TBLPROPERTIES ({properties})" if properties else "")
    )
    return lab.run(sql).rows


# --- OpenCSVSerDe --------------------------------------------------------------------

CSVS = [
    # (columns, SerDe's properties, file, rows); .../csv-serde.html
    ("a string, b string", "", '"a1","a2"\n"1","2"\n', [("a1", "a2"), ("1", "2")]),
    ("a string, b string", "", 'x\n"",y,z\n', [("x", None), ("", "y")]),
    ("a string, b string", "", 'a,"he said ""hi"""\n', [("a", 'he said "hi"')]),
    ("a string, b string", "", 'a,"b\\"c\\\\d\\te"\n', [("a", 'b"c\\dte')]),
    ("a string, b string", "", 'one,  "two"\n', [("one", "two")]),
    ("a string, b string", "", "a,b\n\nc,d\n", [("", None), ("a", "b"), ("c", "d")]),
    ("a string, b string", "", 'a,"open\nc,d\n', [("a", None), ("c", "d")]),
    ("a string, b string", "'separatorChar'='\\t'", "a,b\tc\n", [("a,b", "c")]),
    ("a string, b string", "'separatorChar'=';', 'quoteChar'='`'", "`a;b`;c\n", [("a;b", "c")]),
    ("a string, b string", "'quoteChar'='\\''", "'a,b',\"c\"\n", [("a,b", '"c"')]),
    ("a string, b string", "'escapeChar'='$'", '"a$"b","c\\d"\n', [('a"b', "c\\d")]),
    ("i int, l bigint", "", "7,-8\n", [(7, -8)]),
    ("d double, b boolean", "", "1.5,TRUE\n-1e3,false\n", [(-1000.0, False), (1.5, True)]),
]


@pytest.mark.parametrize(("columns", "properties", "content", "found"), CSVS)
def test_open_csv(lab, columns, properties, content, found):
    clauses = CSV + (f" WITH SERDEPROPERTIES ({properties})" if properties else "")
    got = rows(lab, columns, clauses, content)
    assert sorted(got, key=str) == sorted(found, key=str)


def test_open_csv_dates_are_days_and_timestamps_milliseconds(lab):
    """https://docs.aws.amazon.com/athena/latest/ug/csv-serde.html"""
    got = rows(lab, "d date, t timestamp", CSV, '"18276","1579059880000"\n')
    assert [str(value) for value in got[0]] == ["2020-01-15", "2020-01-15 03:44:40"]


@pytest.mark.parametrize(
    ("kind", "value"),
    [("int", ""), ("int", "1.5"), ("bigint", "x"), ("double", "x"), ("date", "2020-01-15"),
     ("timestamp", "2020-01-15 03:44:40"), ("boolean", "maybe")],
)  # fmt: skip
def test_open_csv_value_that_does_not_hold_its_type(lab, kind, value):
    """https://docs.aws.amazon.com/athena/latest/ug/csv-serde.html"""
    with pytest.raises(ServiceError) as caught:
        rows(lab, f"a string, b {kind}", CSV, f'x,"{value}"\n')
    assert str(caught.value) == (
        f"HIVE_BAD_DATA: Error parsing field value '{value}' for field 1: For input string: "
        f'"{value}"'
    )
    assert lab.run("SELECT a FROM t").rows == [("x",)]


def test_open_csv_has_no_nested_types(lab):
    """https://docs.aws.amazon.com/athena/latest/ug/csv-serde.html"""
    with pytest.raises(ServiceError, match="GENERIC_INTERNAL_ERROR: parent builder is null"):
        rows(lab, "a array<string>", CSV, "x\n")


def test_header_is_skipped_in_every_file(lab):
    lab.lake.put("s3://mine/t/b.csv", "id\n\n2\n")
    got = rows(lab, "id string", CSV, "id\n1\n", properties="'skip.header.line.count'='1'")
    assert sorted(got) == [("",), ("1",), ("2",)]


# --- LazySimpleSerDe -------------------------------------------------------------------

LAZIES = [
    # (columns, clauses, file, rows); .../lazy-simple-serde.html
    ("a int, b string", LAZY, "1,x\nz,\n3\n", [(1, "x"), (3, None), (None, "")]),
    ("a int, b string", LAZY, '1,"x"\n', [(1, '"x"')]),
    ("a int, b int", LAZY, "1.7,+5\n99999999999,-0\n", [(None, 5), (None, 0)]),
    ("a boolean, b boolean", LAZY, "TRUE,1\nfalse,t\n", [(False, None), (True, None)]),
    ("a decimal(4,2), b double", LAZY, "1.005,x\n123,2\n", "decimals"),
    ("a varchar(2), b char(3)", LAZY, "abcdef,abcdef\n", [("ab", "abc")]),
    ("a string, b string", LAZY + " NULL DEFINED AS '-'", "-,\\N\n", [(None, "\\N")]),
    ("a string, b string", LAZY + " ESCAPED BY '\\\\'", "a\\,b,c\\\\d\n\\N,e\n",
     [("a,b", "c\\d"), (None, "e")]),
    ("a string, b string", "", "x\x01y\n", [("x", "y")]),
    ("a string, b string", "ROW FORMAT DELIMITED FIELDS TERMINATED BY '9'", "x\ty\n", [("x", "y")]),
    ("a array<int>, b string", LAZY + " COLLECTION ITEMS TERMINATED BY '|'", "1|x|3,z\n,z\n\\N,z\n",
     [(None, "z"), ([], "z"), ([1, None, 3], "z")]),
    ("a map<string,int>", LAZY + " COLLECTION ITEMS TERMINATED BY '|' MAP KEYS TERMINATED BY ':'",
     "k:1|l:x|k:3\n", [({"k": 1, "l": None},)]),
    ("a struct<x:int,y:array<string>>, b int",
     LAZY + " COLLECTION ITEMS TERMINATED BY '|' MAP KEYS TERMINATED BY ':'", "5|p:q,6\n7,8\n",
     [({"x": 5, "y": ["p", "q"]}, 6), ({"x": 7, "y": None}, 8)]),
    ("a array<array<int>>", "", "1\x032\x023\n", [([[1, 2], [3]],)]),
]  # fmt: skip


@pytest.mark.parametrize(("columns", "clauses", "content", "found"), LAZIES)
def test_delimited(lab, columns, clauses, content, found):
    got = rows(lab, columns, clauses, content)
    if found == "decimals":
        assert sorted(str(a) for a, _ in got) == ["1.01", "None"]
        assert {b for _, b in got} == {None, 2.0}
        return
    assert sorted(got, key=str) == sorted(found, key=str)


def test_delimited_dates_and_times(lab):
    """{UG}data-types.html: the spelling of java.sql.Timestamp, and no other"""
    content = "2024-02-29,2024-02-29 01:02:03.5\n29.02.2024,2024-02-29T01:02:03\n"
    got = sorted(rows(lab, "d date, t timestamp", LAZY, content), key=str)
    assert [str(value) for value in got[1]] == ["2024-02-29", "2024-02-29 01:02:03.500000"]
    assert got[0] == (None, None)


def test_delimited_timestamp_formats(lab):
    clauses = (
        "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe' WITH "
        "SERDEPROPERTIES ('field.delim'=',', 'timestamp.formats'='dd/MM/yyyy HH:mm')"
    )
    got = rows(lab, "t timestamp", clauses, "29/02/2024 10:30\n")
    assert str(got[0][0]) == "2024-02-29 10:30:00"


# --- JSON ----------------------------------------------------------------------------------

JSONS = [
    # (columns, SerDe, properties, lines, rows)
    ("a int, b string", OPENX, "", [{"A": 1, "b": "x"}, {"a": "2"}], [(1, "x"), (2, None)]),
    ("a int, b string", HIVE_JSON, "", [{"a": 1, "B": {"c": [1]}}], [(1, '{"c":[1]}')]),
    ("userid string", OPENX, "", [{"userId": "u"}, {"USERID": "v"}], [("u",), ("v",)]),
    ("ts string", OPENX, "'mapping.ts'='timestamp'", [{"timestamp": "x", "ts": "y"}], [("x",)]),
    ("url1 string, url2 string", OPENX,
     "'case.insensitive'='FALSE', 'mapping.url1'='URL', 'mapping.url2'='Url'",
     [{"URL": "a", "Url": "b"}], [("a", "b")]),
    ("a_b string", OPENX, "'dots.in.keys'='TRUE'", [{"a.b": "x"}], [("x",)]),
    ("m map<string,int>, l array<struct<Sku:string,qty:int>>", OPENX, "",
     [{"m": {"K": 1}, "l": [{"sku": "s", "Qty": 2}]}], [({"K": 1}, [{"sku": "s", "qty": 2}])]),
    ("d decimal(5,2), b boolean", HIVE_JSON, "", [{"d": 1.25, "b": True}], "decimal"),
]  # fmt: skip


@pytest.mark.parametrize(("columns", "serde", "properties", "lines", "found"), JSONS)
def test_json(lab, columns, serde, properties, lines, found):
    """.../openx-json-serde.html, .../hive-json-serde.html"""
    clauses = serde + (f" WITH SERDEPROPERTIES ({properties})" if properties else "")
    got = rows(lab, columns, clauses, "".join(json.dumps(line) + "\n" for line in lines))
    if found == "decimal":
        assert [(str(d), b) for d, b in got] == [("1.25", True)]
        return
    assert sorted(got, key=str) == sorted(found, key=str)


def test_json_timestamps(lab):
    clauses = OPENX + " WITH SERDEPROPERTIES ('timestamp.formats'='dd.MM.yyyy HH:mm:ss')"
    lines = '{"t":"2024-01-02 03:04:05"}\n{"t":"02.01.2024 03:04:05"}\n'
    got = rows(lab, "t timestamp", clauses, lines)
    assert {str(value) for (value,) in got} == {"2024-01-02 03:04:05"}


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        ('{"a":1}\nnot json\n', "HIVE_CURSOR_ERROR", "Row is not a valid JSON Object"),
        ('{"a":\n1}\n', "HIVE_CURSOR_ERROR", "Row is not a valid JSON Object"),
        ('{"a":1,"A":2}\n', "HIVE_CURSOR_ERROR", 'Duplicate key "a"'),
        ('{"a":1,"a":2}\n', "HIVE_CURSOR_ERROR", 'Duplicate key "a"'),
        ('{"a":"one"}\n', "HIVE_BAD_DATA", "Error parsing field value 'one'"),
    ],
)
def test_json_that_cannot_be_read(lab, content, code, words):
    """https://docs.aws.amazon.com/athena/latest/ug/openx-json-serde.html"""
    with pytest.raises(ServiceError) as caught:
        rows(lab, "a int", OPENX, content)
    assert caught.value.code == code
    assert words in str(caught.value)


def test_malformed_json_ignored(lab):
    """https://docs.aws.amazon.com/athena/latest/ug/openx-json-serde.html"""
    clauses = OPENX + " WITH SERDEPROPERTIES ('ignore.malformed.json'='true')"
    got = rows(lab, "a int", clauses, '{"a":1}\nnot json\n{"a":3}\n')
    assert sorted(value for (value,) in got if value) == [1, 3]


# --- Regular expressions and grok --------------------------------------------------------------


def test_regex_with_an_optional_group(lab):
    """https://docs.aws.amazon.com/athena/latest/ug/regex-serde.html"""
    clauses = (
        "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe' WITH SERDEPROPERTIES "
        "('input.regex'='^(\\\\S+) (\\\\d+)(?: (\\\\w+))?$')"
    )
    got = rows(lab, "host string, n int, tail string", clauses, "h 5 x\ni 6\n???\n")
    assert sorted(got, key=str) == [("h", 5, "x"), ("i", 6, None), (None, None, None)]


@pytest.mark.parametrize(
    ("pattern", "absent"),
    [
        ("(a)(b)", False),
        ("(a)?b", True),
        ("(?:x(a))*", True),
        ("(a|b) (|c)", False),
        ("(?:(a)|b)", True),
        ("(a)|(b)", True),
        (r"([^)?*]*)\\)?", False),
        ("(a){0,2}", True),
        ("(?:a)?(b)", False),
    ],
)
def test_group_that_may_take_no_part(pattern, absent):
    assert regexes.may_be_absent(pattern) is absent


def test_regex_with_fewer_groups_than_columns(lab):
    clauses = (
        "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe' "
        "WITH SERDEPROPERTIES ('input.regex'='(a)')"
    )
    with pytest.raises(ServiceError, match="Number of matching groups doesn't match"):
        rows(lab, "a string, b string", clauses, "a\n")


def test_grok(lab):
    """https://docs.aws.amazon.com/athena/latest/ug/grok-serde.html"""
    clauses = (
        "ROW FORMAT SERDE 'com.amazonaws.glue.serde.GrokSerDe' WITH SERDEPROPERTIES ("
        "'input.grokCustomPatterns'='POSTFIX_ID [0-9A-F]{4,8}', "
        "'input.format'='%{SYSLOGTIMESTAMP:at} %{IPORHOST:host} %{POSTFIX_ID:id}: "
        "%{LOGLEVEL:level} %{GREEDYDATA:words}') STORED AS INPUTFORMAT "
        "'org.apache.hadoop.mapred.TextInputFormat' OUTPUTFORMAT "
        "'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'"
    )
    columns = "at string, host string, id string, level string, words string"
    got = rows(lab, columns, clauses, "Feb  9 07:15:00 10.1.2.3 0A1B2C: WARN disk is full\n")
    assert got == [("Feb  9 07:15:00", "10.1.2.3", "0A1B2C", "WARN", "disk is full")]


def test_grok_pattern_that_the_lab_does_not_know(lab):
    clauses = (
        "ROW FORMAT SERDE 'com.amazonaws.glue.serde.GrokSerDe' "
        "WITH SERDEPROPERTIES ('input.format'='%{COBOLDATE:a}')"
    )
    with pytest.raises(LabLimit, match="grok pattern COBOLDATE"):
        rows(lab, "a string", clauses, "x\n")


# --- Parquet ---------------------------------------------------------


def parquet(lab, name="a.parquet", **columns):
    path = lab.lake.target(f"s3://mine/t/{name}")
    pq.write_table(pa.table(columns), path)


def test_parquet_type_that_does_not_fit(lab):
    """https://docs.aws.amazon.com/athena/latest/ug/troubleshooting-athena.html"""
    parquet(lab, n=pa.array([1], pa.int64()), s=["x"])
    lab.run(
        "CREATE EXTERNAL TABLE t (n string, s string) STORED AS PARQUET LOCATION 's3://mine/t/'"
    )
    with pytest.raises(ServiceError) as caught:
        lab.run("SELECT n FROM t")
    assert caught.value.code == "HIVE_BAD_DATA"
    assert "Field n's type INT64 in parquet file" in str(caught.value)
    assert "is incompatible with type varchar defined in table schema" in str(caught.value)
    assert lab.run("SELECT s FROM t").rows == [("x",)]


@pytest.mark.parametrize(
    ("kind", "declared", "value"),
    [
        (pa.int32(), "bigint", 7),
        (pa.int32(), "smallint", 7),
        (pa.int64(), "int", 7),
        (pa.float32(), "double", 7.0),
        (pa.int64(), "decimal(6,1)", 7),
    ],
)
def test_parquet_type_that_can_be_widened(lab, kind, declared, value):
    parquet(lab, n=pa.array([7], kind))
    lab.run(f"CREATE EXTERNAL TABLE t (n {declared}) STORED AS PARQUET LOCATION 's3://mine/t/'")
    assert lab.run("SELECT n FROM t").rows == [(value,)]


@pytest.mark.parametrize(
    ("values", "declared"),
    [
        ([1.5], "int"),
        (["x"], "double"),
        ([True], "int"),
        ([[1]], "string"),
        (["x"], "array<string>"),
    ],
)
def test_parquet_types_that_never_fit(lab, values, declared):
    parquet(lab, n=values)
    lab.run(f"CREATE EXTERNAL TABLE t (n {declared}) STORED AS PARQUET LOCATION 's3://mine/t/'")
    with pytest.raises(ServiceError, match="HIVE_BAD_DATA"):
        lab.run("SELECT n FROM t")


def test_parquet_files_of_two_schemas(lab):
    parquet(lab, "a.parquet", id=pa.array([1], pa.int32()), old=["x"])
    parquet(lab, "b.parquet", id=pa.array([2], pa.int64()), NEW=["y"])
    lab.run(
        "CREATE EXTERNAL TABLE t (id bigint, old string, new string) STORED AS PARQUET LOCATION "
        "'s3://mine/t/'"
    )
    assert lab.run("SELECT * FROM t ORDER BY id").rows == [(1, "x", None), (2, None, "y")]


def test_one_parquet_file_of_the_wrong_type_among_others(lab):
    parquet(lab, "a.parquet", id=pa.array([1], pa.int64()))
    parquet(lab, "b.parquet", id=["two"])
    lab.run("CREATE EXTERNAL TABLE t (id bigint) STORED AS PARQUET LOCATION 's3://mine/t/'")
    with pytest.raises(ServiceError, match="type BYTE_ARRAY in parquet file"):
        lab.run("SELECT sum(id) FROM t")


# --- files -----------------------------------------------------------


@pytest.mark.parametrize("packed", [None, "gz"])
def test_compression_is_told_by_the_ending(lab, packed):
    """https://docs.aws.amazon.com/athena/latest/ug/compression-formats.html"""
    content = b"1,x\n"
    name = "a.csv" + (f".{packed}" if packed else "")
    got = rows(lab, "a int, b string", LAZY, gzip.compress(content) if packed else content, name)
    assert got == [(1, "x")]


@pytest.mark.parametrize("ending", ["bz2", "snappy", "lz4", "deflate"])
def test_compression_that_the_lab_does_not_open(lab, ending):
    content = bz2.compress(b"1,x\n") if ending == "bz2" else b"\x00"
    with pytest.raises(LabLimit, match="compressed with"):
        rows(lab, "a int, b string", LAZY, content, f"a.csv.{ending}")


def test_hidden_and_empty_files_are_left_out(lab):
    for name in ("_SUCCESS", ".hidden", "_tmp/x.csv", "empty.csv"):
        lab.lake.put(f"s3://mine/t/{name}", "" if name == "empty.csv" else "9,x\n")
    assert rows(lab, "a int, b string", LAZY, "1,x\n") == [(1, "x")]


def test_hidden_columns_tell_of_the_file(lab):
    got = rows(
        lab,
        "a int, b string",
        LAZY,
        "1,x\n",
        sql='SELECT "$path", "$file_size", "$file_modified_time" > TIMESTAMP '
        "'2020-01-01 00:00:00 UTC' FROM t",
    )
    assert got == [("s3://mine/t/a.txt", 4, True)]
    assert lab.run("SELECT * FROM t").columns == ["a", "b"]


@pytest.mark.parametrize(
    ("clauses", "what"),
    [
        ("STORED AS ORC", "OrcSerde"),
        ("STORED AS AVRO", "AvroSerDe"),
        ("STORED AS ION", "IonHiveSerDe"),
        ("STORED AS SEQUENCEFILE", "SequenceFile"),
        ("STORED AS RCFILE", "RCFile"),
        ("ROW FORMAT SERDE 'com.esri.hadoop.hive.serde.JsonSerde'", "esri"),
        (
            "ROW FORMAT SERDE 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' STORED "
            "AS INPUTFORMAT 'org.apache.hudi.hadoop.HoodieParquetInputFormat' OUTPUTFORMAT "
            "'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat'",
            "Hudi",
        ),
        (
            "ROW FORMAT SERDE 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' STORED "
            "AS INPUTFORMAT 'org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat' OUTPUTFORMAT "
            "'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'",
            "symlink",
        ),
    ],
)
def test_format_that_the_lab_does_not_read(lab, clauses, what):
    with pytest.raises(LabLimit, match=what):
        rows(lab, "a int", clauses, "1\n")


@pytest.mark.parametrize(
    "properties",
    [
        "'skip.footer.line.count'='1'",
        "'textinputformat.record.delimiter'=';'",
    ],
)
def test_property_that_the_lab_does_not_follow(lab, properties):
    with pytest.raises(LabLimit):
        rows(lab, "a int", LAZY, "1\n", properties=properties)
