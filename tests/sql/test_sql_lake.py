"""The lake: a layer over the datasets, cheap, and never written through."""

import time

import pytest

from dealab.sql import Athena, LabLimit, Lake
from dealab.sql import lake as lakes


@pytest.fixture
def lake(lake_folder):
    return Lake(lake_folder)


def snapshot(folder):
    return {
        file: (file.stat().st_mtime_ns, file.stat().st_size)
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def test_nothing_is_written_outside(lake_folder):
    before = snapshot(lake_folder)
    engine = Athena(lake=Lake(lake_folder))
    engine.run("CREATE TABLE t AS SELECT * FROM orders")
    engine.run("INSERT INTO orders SELECT * FROM orders WHERE order_id = 1")
    engine.run("UNLOAD (SELECT 1 AS a) TO 's3://bucket/new/' WITH (format = 'JSON')")
    engine.run("DROP TABLE orders")
    engine.lake.put("s3://bucket/people_csv/a.csv", "other")
    engine.lake.delete("s3://bucket/typed_csv/")
    assert snapshot(lake_folder) == before


def test_a_fresh_lake_is_cheap(lake_folder):
    begin = time.perf_counter()
    for _ in range(100):
        Lake(lake_folder)
    assert time.perf_counter() - begin < 1.0
    fresh = Lake(lake_folder)
    assert fresh.written() == []
    assert "top" not in fresh.__dict__


def test_deletes_only_hide(lake, lake_folder):
    assert lake.exists("s3://bucket/people_csv/a.csv")
    assert lake.delete("s3://bucket/people_csv/") == 2
    assert not lake.exists("s3://bucket/people_csv/a.csv")
    assert lake.files("s3://bucket/people_csv/") == []
    assert (lake_folder / "bucket" / "people_csv" / "a.csv").is_file()
    assert Lake(lake_folder).exists("s3://bucket/people_csv/a.csv")
    with pytest.raises(FileNotFoundError):
        lake.read("s3://bucket/people_csv/a.csv")


def test_a_deleted_object_can_be_written_again(lake):
    lake.delete("s3://bucket/people_csv/a.csv")
    lake.put("s3://bucket/people_csv/a.csv", "new")
    assert lake.read("s3://bucket/people_csv/a.csv") == b"new"
    assert lake.delete("s3://bucket/people_csv/a.csv") == 1
    assert not lake.exists("s3://bucket/people_csv/a.csv")


def test_the_top_covers_what_is_below(lake):
    lake.put("s3://bucket/people_csv/a.csv", "id,name,age\n9,Zoe,1\n")
    assert lake.read("s3://bucket/people_csv/a.csv").endswith(b"9,Zoe,1\n")
    assert Athena(lake=lake).run("SELECT id, name FROM people_csv").rows == [("9", "Zoe")]


def test_two_lakes_do_not_see_each_other(lake_folder):
    one, two = Athena(lake=Lake(lake_folder)), Athena(lake=Lake(lake_folder))
    one.run("CREATE TABLE mine AS SELECT 1 AS a")
    one.run("DROP TABLE people_csv")
    assert two.catalog.find("fernway", "mine") is None
    assert two.catalog.find("fernway", "people_csv") is not None
    assert two.lake.written() == []
    assert two.history() == []
    assert one.groups is not two.groups


def test_clients_of_one_lake_share_it(lake):
    Athena(lake=lake).run("CREATE TABLE shared AS SELECT 1 AS a")
    assert Athena(lake=lake, database="default").run("SELECT a FROM fernway.shared").rows == [(1,)]


@pytest.mark.parametrize(
    "address",
    [
        "bucket/x",
        "http://bucket/x",
        "s3://",
        "s3://../x",
        "s3://bucket/../../x",
        "s3://bucket/a/../b",
    ],
)
def test_addresses_that_are_none(lake, address):
    with pytest.raises(lakes.BadLocation):
        lake.target(address)
    assert lake.written() == []


def test_s3_prefixes(lake):
    lake.put("s3://b/a/1", "x")
    lake.put("s3://b/ab/2", "x")
    assert [name for name, _ in lake.objects("s3://b/a")] == ["b/a/1", "b/ab/2"]
    assert [name for name, _ in lake.objects("s3://b/a/")] == ["b/a/1"]
    assert [name for name, _ in lake.objects("s3://b/")] == ["b/a/1", "b/ab/2"]


def test_hidden_and_empty_objects(lake):
    for name in ("_SUCCESS", ".x", "_tmp/1", "ok", "deep/ok"):
        lake.put(f"s3://b/t/{name}", "x")
    lake.put("s3://b/t/empty", "")
    assert [file.name for file in lake.files("s3://b/t/")] == ["ok", "ok"]


def test_the_folder_goes_with_the_lake(lake_folder):
    import gc

    lake = Lake(lake_folder)
    lake.put("s3://b/x", "x")
    top = lake.top
    assert top.is_dir()
    del lake
    gc.collect()
    assert not top.exists()


def test_a_folder_without_a_catalog(tmp_path):
    with pytest.raises(LabLimit, match=r"catalog\.json"):
        Lake(tmp_path)
