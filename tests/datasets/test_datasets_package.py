"""datapackage.json tells the truth about every file; verify() notices what does not fit."""

import json
import shutil
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dealab.datasets import TABLES, variant, verify
from dealab.datasets.writer import arrow_schema


@pytest.fixture(scope="session")
def package(folder) -> dict:
    return json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def resources(package) -> dict[str, dict]:
    return {resource["name"]: resource for resource in package["resources"]}


def test_frictionless_reads_the_package_and_validates_its_csv(folder, package):
    """The only formats here that frictionless reads without plugins are CSV and its relatives."""
    frictionless = pytest.importorskip("frictionless")
    described = frictionless.Package(str(folder / "datapackage.json"))
    assert list(frictionless.Package.metadata_validate(described.to_descriptor())) == []
    tabular = [resource for resource in described.resources if resource.format == "csv"]
    assert len(tabular) == 6
    for resource in tabular:
        report = resource.validate()
        assert report.valid, report.flatten(["rowNumber", "fieldName", "message"])[:5]
        rows = next(r["rows"] for r in package["resources"] if r["name"] == resource.name)
        assert report.tasks[0].stats["rows"] == rows


def test_frictionless_would_notice(folder, package, tmp_path):
    """Does the validation fail when a file has a column too many?"""
    frictionless = pytest.importorskip("frictionless")
    resource = next(r for r in package["resources"] if r["name"] == "customers_raw")
    text = (folder / resource["path"][0]).read_text(encoding="utf-8").splitlines()
    text[5] += ",one,more"
    (tmp_path / "customers.csv").write_text("\n".join(text) + "\n", encoding="utf-8")
    wrong = frictionless.Resource.from_descriptor(
        {"name": "x", "path": "customers.csv", "schema": resource["schema"]},
        basepath=str(tmp_path),
    )
    assert not wrong.validate().valid


def test_every_file_is_listed_once_with_its_bytes_and_checksum(folder, package):
    paths = [entry["path"] for resource in package["resources"] for entry in resource["files"]]
    assert len(paths) == len(set(paths)) > 100
    assert verify(folder) == []
    for resource in package["resources"]:
        assert resource["path"] == [entry["path"] for entry in resource["files"]]
        assert resource["rows"] == sum(entry["rows"] for entry in resource["files"])


def test_every_table_is_a_resource(package):
    assert {resource["table"] for resource in package["resources"]} == set(TABLES)


def test_parquet_files_have_the_columns_and_types_described(folder, package):
    checked = 0
    for resource in package["resources"]:
        if resource["format"] != "parquet":
            continue
        for entry in resource["files"]:
            file = pq.ParquetFile(folder / entry["path"])
            wanted = arrow_schema(TABLES[resource["table"]])
            assert [f.name for f in file.schema_arrow] == [
                field["name"] for field in resource["schema"]["fields"]
            ]
            for got, want in zip(file.schema_arrow, wanted, strict=True):
                if pa.types.is_map(want.type):
                    assert pa.types.is_map(got.type)
                else:
                    assert got.type == want.type, (entry["path"], got)
            assert file.metadata.num_rows == entry["rows"]
            checked += 1
    assert checked == 38


_PYTHON = {
    "integer": (int,),
    "number": (int, float, Decimal),
    "string": (str,),
    "boolean": (bool,),
    "date": (date,),
    "datetime": (datetime,),
    "array": (list,),
    "object": (dict,),
}


def test_json_lines_have_no_undescribed_key_and_the_right_types(folder, package):
    for resource in package["resources"]:
        if resource["format"] != "jsonl":
            continue
        types = {f["name"]: _PYTHON[f["type"]] for f in resource["schema"]["fields"]}
        for entry in resource["files"]:
            lines = (folder / entry["path"]).read_text(encoding="utf-8").splitlines()
            assert len(lines) == entry["rows"]
            for line in lines:
                row = json.loads(line)
                assert list(row) == [name for name in types if name in row], "order of the keys"
                for name, value in row.items():
                    assert value is None or isinstance(value, types[name]), (name, value)
                    assert not (isinstance(value, bool) and types[name] is int)


def test_keys_are_unique_and_references_hold(lake, resources):
    checked = 0
    for resource in resources.values():
        key = resource["schema"].get("primaryKey")
        table = resource["table"]
        if key:
            rows, distinct = lake.execute(
                f"SELECT count(*), count(DISTINCT ({', '.join(key)})) FROM {table}"
            ).fetchone()
            assert rows == distinct, table
            checked += 1
        for reference in resource["schema"].get("foreignKeys", []):
            (field,), (other,) = reference["fields"], reference["reference"]["fields"]
            target = reference["reference"]["resource"]
            lost = lake.execute(
                f"SELECT count(*) FROM {table} t WHERE t.{field} IS NOT NULL AND NOT EXISTS "
                f"(SELECT 1 FROM {target} o WHERE o.{other} = t.{field})"
            ).fetchone()
            assert lost == (0,), (table, field)
            checked += 1
    assert checked >= 15


def test_constraints_hold_in_the_lake(lake, resources):
    checked = 0
    for resource in resources.values():
        if resource["format"] != "parquet":
            continue
        for field in (*resource["schema"]["fields"], *resource.get("partitionKeys", ())):
            rules, name = field.get("constraints", {}), f'"{field["name"]}"'
            tests = {
                "required": f"{name} IS NULL",
                "enum": f"{name} NOT IN ({', '.join(repr(v) for v in rules.get('enum', ()))})",
                "minimum": f"{name} < {rules.get('minimum')}",
                "maximum": f"{name} > {rules.get('maximum')}",
                "pattern": f"NOT regexp_full_match({name}, '{rules.get('pattern')}')",
            }
            for rule in rules:
                query = f"SELECT count(*) FROM {resource['table']} WHERE {tests[rule]}"
                assert lake.execute(query).fetchone() == (0,), (resource["name"], name, rule)
                checked += 1
    assert checked > 60


@pytest.fixture
def copy(tmp_path):
    place = tmp_path / "copy"
    shutil.copytree(variant(7, tables=["stores", "products_raw"]), place)
    assert verify(place) == []
    return place


def test_verify_notices_one_changed_byte(copy):
    path = copy / "fernway-raw/products_raw/part-0.jsonl"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    (problem,) = verify(copy)
    assert "fernway-raw/products_raw/part-0.jsonl was changed" in problem


def test_verify_notices_size_absence_and_strangers(copy):
    with open(copy / "fernway-raw/products_raw/part-0.jsonl", "a", encoding="utf-8") as file:
        file.write("\n")
    (copy / "fernway-lake/stores/part-0.parquet").unlink()
    (copy / "fernway-lake/stores/part-1.parquet").write_bytes(b"?")
    (copy / "catalog.json").unlink()
    problems = " | ".join(verify(copy))
    assert "part-0.jsonl has" in problems
    assert "stores/part-0.parquet is missing" in problems
    assert "stores/part-1.parquet is not listed" in problems
    assert "catalog.json is missing" in problems


def test_verify_explains_a_folder_without_a_description(tmp_path):
    (problem,) = verify(tmp_path)
    assert "datapackage.json is missing" in problem
    (tmp_path / "datapackage.json").write_text("{}", encoding="utf-8")
    (problem,) = verify(tmp_path)
    assert "cannot be read" in problem
