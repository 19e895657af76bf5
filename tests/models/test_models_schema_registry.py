"""Schema Registry compatibility: the Glue guide's examples, and the Avro specification's rules."""

import json

import pytest

from dealab.models.schema_registry import check, invalid
from dealab.sql.errors import LabLimit

GUIDE = "https://docs.aws.amazon.com/glue/latest/dg/schema-registry.html"
AVRO = "https://avro.apache.org/docs/1.11.1/specification/#schema-resolution"


def record(*fields, **more):
    listed = [{"name": f[0], "type": f[1], **(f[2] if len(f) > 2 else {})} for f in fields]
    return {"type": "record", "name": "R", "fields": listed, **more}


def one(kind):
    return record(("f", kind))


FIRST, LAST, EMAIL = ("first", "string"), ("last", "string"), ("email", "string")
PHONE = ("phone", ["null", "string"], {"default": None})
ZIP, OPTIONAL_ZIP = ("zip", "string"), ("zip", ["null", "string"], {"default": None})


def avro(mode, new, *old, **more):
    versions = [(number, json.dumps(told)) for number, told in enumerate(old, 1)]
    return check(mode, "AVRO", json.dumps(new), versions, **more)


@pytest.mark.proves("Glue Schema Registry", "Avro compatibility, all eight modes", kind="real")
@pytest.mark.parametrize(
    ("mode", "new", "good"),
    [  # GUIDE: the examples of each mode, from (first, last, email required; phone optional)
        ("BACKWARD", record(FIRST, LAST, PHONE), True),
        ("BACKWARD", record(FIRST, LAST, EMAIL, PHONE, ZIP), False),
        ("BACKWARD", record(FIRST, LAST, EMAIL, PHONE, OPTIONAL_ZIP), True),
        ("FORWARD", record(FIRST, LAST, EMAIL, PHONE, ZIP), True),
        ("FORWARD", record(LAST, EMAIL, PHONE), False),
        ("FORWARD", record(FIRST, LAST, EMAIL), True),
        ("FULL", record(FIRST, LAST, EMAIL), True),
        ("FULL", record(FIRST, LAST, EMAIL, PHONE, OPTIONAL_ZIP), True),
        ("FULL", record(FIRST, LAST, PHONE), False),
        ("NONE", record(("other", "int")), True),
        ("DISABLED", record(FIRST, LAST, EMAIL, PHONE), False),
    ],
)
def test_examples_of_the_guide(mode, new, good):
    assert (avro(mode, new, record(FIRST, LAST, EMAIL, PHONE)) == []) == good


@pytest.mark.parametrize(
    ("writer", "reader", "good"),
    [  # AVRO
        ("int", "long", True),
        ("int", "double", True),
        ("long", "int", False),
        ("long", "float", True),
        ("double", "float", False),
        ("string", "bytes", True),
        ("bytes", "string", True),
        ("int", "string", False),
        ("int", ["null", "long"], True),
        (["null", "int"], "int", False),
        (["int", "long"], "long", True),
        ({"type": "array", "items": "int"}, {"type": "array", "items": "long"}, True),
        ({"type": "map", "values": "long"}, {"type": "map", "values": "int"}, False),
        (
            {"type": "enum", "name": "E", "symbols": ["A", "B"]},
            {"type": "enum", "name": "E", "symbols": ["A"]},
            False,
        ),
        (
            {"type": "enum", "name": "E", "symbols": ["A", "B"]},
            {"type": "enum", "name": "E", "symbols": ["A"], "default": "A"},
            True,
        ),
        (
            {"type": "fixed", "name": "F", "size": 4},
            {"type": "fixed", "name": "F", "size": 8},
            False,
        ),
        (
            {"type": "enum", "name": "E", "symbols": ["A"]},
            {"type": "enum", "name": "Other", "symbols": ["A"]},
            False,
        ),
    ],
)
def test_schema_resolution(writer, reader, good):
    assert (avro("BACKWARD", one(reader), one(writer)) == []) == good
    assert (avro("FORWARD", one(writer), one(reader)) == []) == good


def test_aliases_of_fields_and_recursive_records():
    renamed = record(("given", "string", {"aliases": ["first"]}))
    assert avro("BACKWARD", renamed, record(FIRST)) == []
    tree = record(("value", "int"), ("next", ["null", "R"], {"default": None}))
    wider = record(("value", "long"), ("next", ["null", "R"], {"default": None}))
    assert avro("BACKWARD", wider, tree) == []
    assert avro("FORWARD", wider, tree) != []


def test_all_looks_at_every_version_from_the_checkpoint_on():
    versions = [record(FIRST), record(FIRST, PHONE), record(FIRST, PHONE, LAST)]
    new = record(FIRST, LAST)
    assert avro("BACKWARD", new, *versions) == []
    assert [why[:9] for why in avro("BACKWARD_ALL", new, *versions)] == ["version 1", "version 2"]
    assert avro("BACKWARD_ALL", new, *versions, checkpoint=3) == []


@pytest.mark.parametrize(
    ("data_format", "text"),
    [
        ("AVRO", "no json"),
        ("AVRO", '{"type": "recor"}'),
        ("AVRO", '{"type": "record", "name": "R"}'),
        ("AVRO", json.dumps(one(["int", "int"]))),
        ("AVRO", json.dumps(record(("f", "int", {"default": "x"})))),
        ("JSON", '{"type": "objekt"}'),
        ("JSON", '{"$schema": "https://json-schema.org/draft/2020-12/schema"}'),
        ("PROTOBUF", 'syntax = "proto3"; message A { string a = 1 }'),
        ("PROTOBUF", 'syntax = "proto3"; message A { string a = 1; int32 b = 1; }'),
    ],
)
def test_no_schema(data_format, text):
    assert invalid(data_format, text)


OBJECT = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "properties": {"a": {"type": "string"}, "b": {"type": "integer"}},
    "required": ["a"],
}


@pytest.mark.proves("Glue Schema Registry", "JSON Schema compatibility", kind="model")
@pytest.mark.parametrize(
    ("change", "backward", "forward"),
    [
        ({"required": ["a", "b"]}, False, True),
        ({"required": []}, True, False),
        ({"properties": {**OBJECT["properties"], "c": {"type": "string"}}}, True, True),
        ({"properties": {"a": {"type": "string"}, "b": {"type": "number"}}}, True, False),
        ({"properties": {"a": {"type": "string", "enum": ["x"]}, "b": {}}}, False, False),
        ({"additionalProperties": False}, False, True),
        ({"properties": {"a": {"type": "string", "maxLength": 5}}}, False, True),
        ({"description": "only words"}, True, True),
    ],
)
def test_json_schema(change, backward, forward):
    new, old = json.dumps({**OBJECT, **change}), [(1, json.dumps(OBJECT))]
    assert (check("BACKWARD", "JSON", new, old) == []) == backward
    assert (check("FORWARD", "JSON", new, old) == []) == forward


def test_json_schema_beyond_the_comparison_is_refused():
    new = json.dumps(OBJECT | {"anyOf": [{"required": ["a"]}]})
    with pytest.raises(LabLimit, match="anyOf"):
        check("BACKWARD", "JSON", new, [(1, json.dumps(OBJECT))])


PROTO = """syntax = "proto2"; // a comment
message A { required string a = 1; optional int32 b = 2; repeated string tags = 3;
  enum Color { RED = 0; } optional Color color = 4; map<string, int32> m = 5; }"""


@pytest.mark.proves("Glue Schema Registry", "Protobuf compatibility", kind="model")
@pytest.mark.parametrize(
    ("old", "new", "backward", "forward"),
    [
        ("optional int32 b = 2;", "optional int64 b = 2;", True, True),
        ("optional int32 b = 2;", "optional string b = 2;", False, False),
        ("optional int32 b = 2;", "", True, True),
        ("optional int32 b = 2;", "optional int32 b = 2; optional int32 z = 9;", True, True),
        ("optional int32 b = 2;", "optional int32 b = 2; required int32 z = 9;", False, True),
        ("required string a = 1;", "", True, False),
        ("repeated string tags = 3;", "optional string tags = 3;", False, False),
        ("message A", "message B", False, False),
    ],
)
def test_protobuf(old, new, backward, forward):
    changed, versions = PROTO.replace(old, new), [(1, PROTO)]
    assert (check("BACKWARD", "PROTOBUF", changed, versions) == []) == backward
    assert (check("FORWARD", "PROTOBUF", changed, versions) == []) == forward
