"""A bucket that Spark works on: all of it in one folder, and nobody sees a difference."""

import threading

import pytest

from dealab.engines.lakefiles import Bridge
from dealab.sql import lake


@pytest.fixture
def current():
    yield lake.renew()
    lake.renew()


@pytest.fixture
def bridge(current):
    told = []
    made = Bridge(told.append)
    made.told = told
    return made


def test_a_bucket_of_its_own_holds_the_same_objects(current):
    before = [name for name, _ in current.objects("s3://fernway-lake/")]
    current.delete("s3://fernway-lake/stores/")
    folder = current.own("fernway-lake")
    after = current.objects("s3://fernway-lake/")
    assert [name for name, _ in after] == [n for n in before if "/stores/" not in n]
    assert all(file.is_relative_to(folder) for _, file in after)
    # What the engine removes by itself is gone, and what it writes is there.
    (folder / "products" / "part-0.parquet").unlink()
    (folder / "new.txt").write_text("x")
    names = [name for name, _ in current.objects("s3://fernway-lake/")]
    assert "fernway-lake/products/part-0.parquet" not in names
    assert "fernway-lake/new.txt" in names
    assert current.file("fernway-lake/products/part-0.parquet") is None
    assert current.own("fernway-lake") == folder
    assert current.file("fernway-raw/products_raw/part-0.jsonl") or current.exists(
        "s3://fernway-raw/products_raw/"
    )


def test_deleting_leaves_no_empty_folder(current):
    current.put("s3://fernway-lake/a/b/c.txt", "x")
    current.delete("s3://fernway-lake/a/")
    assert not (current.top / "fernway-lake" / "a").exists()


def test_the_bridge_owns_what_a_command_names(current, bridge):
    bridge.before("c\\no12\\nload\\nss3://fernway-lake/orders/\\ne\\n")
    assert bridge.told == [str(current.top)]
    assert (current.top / "fernway-lake" / "stores" / "part-0.parquet").is_file()
    assert not (current.top / "fernway-raw").exists()
    bridge.before("create table t location 's3a://fernway-raw/x' -- s3://nobody/")
    assert (current.top / "fernway-raw").is_dir()
    assert not (current.top / "nobody").exists()


def test_the_bridge_follows_to_the_next_lake(current, bridge):
    bridge.before("s3://fernway-lake/orders/")
    fresh = lake.renew()
    bridge.before("any command")
    assert bridge.told == [str(current.top), str(fresh.top)]
    assert (fresh.top / "fernway-lake" / "stores" / "part-0.parquet").is_file()


def test_no_command_overtakes_the_news_of_another_lake(current):
    """Any thread sends commands (Python's garbage collector does): all wait until Spark knows."""
    told, asked, go_on = [], threading.Event(), threading.Event()

    def slowly(folder):
        asked.set()
        assert go_on.wait(10)
        told.append(folder)

    bridge = Bridge(slowly)
    first = threading.Thread(target=bridge.before, args=("m\nd\no7\ne\n",))
    first.start()
    assert asked.wait(10)
    seen = []
    second = threading.Thread(target=lambda: (bridge.before("c\n"), seen.extend(told)))
    second.start()
    second.join(0.2)
    assert second.is_alive(), "the second command went on although Spark has the old folder"
    go_on.set()
    first.join(10)
    second.join(10)
    assert seen == [str(current.top)]
