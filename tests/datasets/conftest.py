"""The datasets as DuckDB views, made from catalog.json alone, and the page that documents them."""

import json
import re
from pathlib import Path

import duckdb
import pytest

from dealab import paths

PAGE = Path(__file__).parents[2] / "docs" / "datasets.md"


def duckdb_type(glue: str) -> str:
    """Turn a Glue type into DuckDB's: ``array<map<string,int>>`` into ``MAP(VARCHAR, INT)[]``."""
    if glue.startswith("array<"):
        return duckdb_type(glue[6:-1]) + "[]"
    if glue.startswith("map<"):
        return f"MAP({', '.join(map(duckdb_type, split(glue[4:-1])))})"
    if glue.startswith("struct<"):
        fields = (part.split(":", 1) for part in split(glue[7:-1]))
        return "STRUCT(" + ", ".join(f'"{name}" {duckdb_type(t)}' for name, t in fields) + ")"
    return {"string": "VARCHAR", "int": "INTEGER"}.get(glue, glue.upper())


def split(text: str) -> list[str]:
    """Split at the commas that stand in no brackets."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter in "<(") - (letter in ">)")
        if letter == "," and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def source(folder: Path, table: dict) -> str:
    """Return the FROM clause that reads a table of the catalog."""
    storage = table["StorageDescriptor"]
    place = storage["Location"].replace("s3://", f"{folder.as_posix()}/")
    files = f"{place}{'*/' if table['PartitionKeys'] else ''}*"
    hive = "hive_partitioning=true, hive_types_autocast=false"
    if not table["PartitionKeys"]:
        hive = "hive_partitioning=false"
    columns = {c["Name"]: duckdb_type(c["Type"]) for c in storage["Columns"]}
    serde = storage["SerdeInfo"]["SerializationLibrary"].rsplit(".", 1)[1]
    if serde == "ParquetHiveSerDe":
        return f"read_parquet('{files}', {hive})"
    if serde == "OpenCSVSerde":  # a blank is an empty string, never NULL
        return f"read_csv('{files}', all_varchar=true, union_by_name=true, nullstr='\x01', {hive})"
    if serde == "JsonSerDe":
        return f"read_json('{files}', format='newline_delimited', columns={columns}, {hive})"
    if serde == "LazySimpleSerDe":
        return (
            f"read_csv('{files}', delim=' ', header=false, skip=1, nullstr='-', "
            f"columns={columns}, {hive})"
        )
    if serde == "CloudTrailSerde":
        # DuckDB matches the names of JSON case by case, so it finds the columns by itself here.
        when = "strftime(eventTime, '%Y-%m-%dT%H:%M:%SZ') AS eventTime"
        return (
            f"(SELECT * REPLACE ({when}) FROM (SELECT unnest(Records, max_depth := 2), log_date "
            f"FROM read_json('{files}', maximum_object_size=100000000, {hive})))"
        )
    assert serde == "RegexSerDe"
    pattern = storage["SerdeInfo"]["Parameters"]["input.regex"].replace("'", "''")
    groups = ", ".join(f"'{name}'" for name in columns)
    cast = ", ".join(f"CAST(r.{n} AS {t}) AS {n}" for n, t in columns.items())
    return (
        f"(SELECT {cast}, log_date FROM (SELECT log_date, "
        f"regexp_extract(line, '{pattern}', [{groups}]) AS r FROM read_csv('{files}', "
        f"delim='\x01', quote='', header=false, columns={{'line': 'VARCHAR'}}, {hive})))"
    )


def connect(folder: Path) -> duckdb.DuckDBPyConnection:
    """Return a connection with the tables of a catalog: Parquet as views, text read once."""
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("SET timezone = 'UTC'")
    catalog = json.loads((folder / "catalog.json").read_text(encoding="utf-8"))
    for table in catalog["Tables"]:
        kind = "VIEW" if table["Parameters"]["classification"] == "parquet" else "TABLE"
        connection.execute(f"CREATE {kind} {table['Name']} AS FROM {source(folder, table)}")
    products = folder / "fernway-raw" / "products_raw" / "part-0.jsonl"
    if products.exists():
        connection.execute(
            "CREATE TABLE products_json AS SELECT json AS line "
            f"FROM read_json_objects('{products.as_posix()}', format='newline_delimited')"
        )
    return connection


@pytest.fixture(scope="session")
def folder() -> Path:
    return paths.datasets()


@pytest.fixture(scope="session")
def lake(folder) -> duckdb.DuckDBPyConnection:
    connection = connect(folder)
    yield connection
    connection.close()


@pytest.fixture(scope="session")
def open_lake():
    return connect


class Page:
    """docs/datasets.md as data: the counts of its tables and the queries of its code blocks."""

    def __init__(self, text: str):
        rows = re.findall(r"^\| `([a-z]+-[a-z-]+)` \| ([\d,]+) \|", text, flags=re.M)
        self.counts = {name: int(number.replace(",", "")) for name, number in rows}
        tables = re.findall(r"^\| `([a-z_]+)` \| ([\d,]+) \|", text, flags=re.M)
        self.rows = {name: int(number.replace(",", "")) for name, number in tables}
        self.queries: dict[tuple[str, str], str] = {}
        for block in re.findall(r"^```sql\n(.*?)^```", text, flags=re.M | re.S):
            for kind, name, query in re.findall(
                r"^-- (count|recover|story) (\S+)\n(.*?);$", block, flags=re.M | re.S
            ):
                assert (kind, name) not in self.queries
                self.queries[kind, name] = query

    def names(self, kind: str) -> list[str]:
        return [name for k, name in self.queries if k == kind]


@pytest.fixture(scope="session")
def page() -> Page:
    return Page(PAGE.read_text(encoding="utf-8"))
