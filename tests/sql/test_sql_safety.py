"""Can a statement reach anything but the datasets folder? Can it change anything?"""

import os

import duckdb
import pytest

from dealab.sql import Athena, LabLimit, Lake, Redshift, ServiceError, SqlError

HOSTILE = [
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_parquet('s3://bucket/x')",
    "SELECT * FROM read_json_auto('/etc/hosts')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM '/etc/passwd'",
    'SELECT * FROM "/etc/passwd"',
    "SELECT * FROM 'people.csv'",
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM pragma_database_list()",
    "SELECT getenv('HOME')",
    "SELECT current_setting('threads')",
    "SELECT nextval('x')",
    "COPY (SELECT 1) TO '/tmp/x.csv'",
    "COPY orders TO 'x.parquet'",
    "ATTACH '/tmp/x.db'",
    "DETACH memory",
    "INSTALL httpfs",
    "LOAD httpfs",
    "PRAGMA database_list",
    "SET threads = 1",
    "CALL pragma_version()",
    "EXPORT DATABASE '/tmp/x'",
    "IMPORT DATABASE '/tmp/x'",
    "CREATE MACRO f() AS 1",
    "CREATE SECRET s (TYPE s3)",
    "DROP VIEW orders",
    "INSERT INTO orders VALUES (1)",
    "DELETE FROM orders",
    "SELECT lab_fail('x|y')",
    "SELECT lab_py_like('a', 'b')",
    "SELECT query('SELECT 1')",
    "FROM orders SELECT 1",
    "SELECT * FROM range(5)",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "SELECT * EXCLUDE (i) FROM kinds, read_csv('/etc/passwd')",
    "SELECT 'a'::struct(x int)",
    "SUMMARIZE orders",
    "USE memory",
    "CHECKPOINT",
]


@pytest.mark.parametrize("sql", HOSTILE)
def test_statement_is_refused(lake_folder, sql):
    shared = Lake(lake_folder)
    for engine in (Athena(lake=shared), Redshift(lake=shared)):
        with pytest.raises(SqlError):
            engine.run(sql)


@pytest.mark.parametrize(
    ("service", "sql"),
    [
        ("athena", "UNLOAD (SELECT 1 AS a) TO '{out}' WITH (format = 'JSON')"),
        ("athena", "CREATE TABLE t WITH (external_location = '{out}') AS SELECT 1 AS a"),
        ("athena", "CREATE EXTERNAL TABLE t (a string) LOCATION '{out}'"),
        ("athena", "ALTER TABLE people_csv SET LOCATION '{out}'"),
        ("athena", "ALTER TABLE orders ADD PARTITION (order_month = 'x') LOCATION '{out}'"),
        ("redshift", "UNLOAD ('SELECT 1') TO '{out}' IAM_ROLE default"),
        ("redshift", "CREATE TABLE t (a varchar(99)); COPY t FROM '{out}' IAM_ROLE default"),
    ],
)
@pytest.mark.parametrize(
    "out",
    ["s3://../../out/", "s3://bucket/../../../out/", "{real}/", "file://{real}/", "s3://"],
)
def test_no_address_leads_out_of_the_lake(lake_folder, service, sql, out):
    """The address is refused, or nothing that lies outside is read or written by it."""
    secret = lake_folder.parent / "out"
    secret.mkdir(exist_ok=True)
    (secret / "secret.csv").write_text("secret\n", encoding="utf-8")
    before = sorted(str(file) for file in lake_folder.parent.rglob("*"))
    engine = {"athena": Athena, "redshift": Redshift}[service](lake=Lake(lake_folder))
    try:
        for _ in engine.script(sql.format(out=out.format(real=secret.as_posix()))):
            pass
        rows = engine.run("SELECT * FROM t").rows if " t " in sql else []
    except (ServiceError, LabLimit):
        rows = []
    assert ("secret",) not in rows
    assert before == sorted(str(file) for file in lake_folder.parent.rglob("*"))


def test_the_connection_itself_is_locked(athena, lake_folder):
    athena.run("SELECT 1")
    (session, *_) = athena._ducks.values()
    for sql in (
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM glob('/etc/*')",
        f"COPY (SELECT 1) TO '{lake_folder.parent / 'out.csv'}'",
        "ATTACH 'x.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "SET allowed_directories = ['/']",
    ):
        with pytest.raises(duckdb.Error):
            session.connection.execute(sql)


def test_quotes_in_text_and_names_stay_text(athena):
    assert athena.run("SELECT 'a''b; DROP TABLE x --' AS \"x\"\"y\"").rows == [
        ("a'b; DROP TABLE x --",)
    ]


def test_parameters_are_values(athena):
    hostile = "web' OR '1'='1"
    assert athena.run("SELECT count(*) FROM orders WHERE channel = ?", [hostile]).rows == [(0,)]
    assert athena.run("SELECT ?, ?", [1, "x"]).rows == [(1, "x")]


def test_location_outside_the_lake_is_refused(tmp_path):
    import json

    import lake

    lake.make(tmp_path)
    (tmp_path.parent / "outside.csv").write_text("secret\n", encoding="utf-8")
    catalog = json.loads((tmp_path / "catalog.json").read_text(encoding="utf-8"))
    for table in catalog["Tables"]:
        if table["Name"] == "people_csv":
            table["StorageDescriptor"]["Location"] = "s3://../"
    (tmp_path / "catalog.json").write_text(json.dumps(catalog), encoding="utf-8")
    with pytest.raises(SqlError):
        Athena(datasets=tmp_path).run("SELECT * FROM people_csv")


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no symbolic links here")
def test_link_out_of_the_lake_is_not_followed(tmp_path):
    import lake

    lake.make(tmp_path)
    secret = tmp_path.parent / "secret.csv"
    secret.write_text("id,name,age\n9,secret,1\n", encoding="utf-8")
    try:
        (tmp_path / "bucket" / "people_csv" / "b.csv").symlink_to(secret)
    except OSError:
        pytest.skip("symbolic links need a privilege here")
    try:
        rows = Athena(datasets=tmp_path).run("SELECT name FROM people_csv").rows
    except SqlError:
        return
    assert ("secret",) not in rows


def test_nothing_is_written(athena, lake_folder):
    before = sorted((str(file), file.stat().st_mtime_ns) for file in lake_folder.rglob("*"))
    for sql in ("SELECT * FROM orders", "SELECT * FROM people_csv", "SHOW TABLES"):
        athena.run(sql)
    assert before == sorted((str(file), file.stat().st_mtime_ns) for file in lake_folder.rglob("*"))
