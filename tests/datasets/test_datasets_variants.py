"""Small universes are made once, safely, and found again."""

import json
import subprocess
import sys
import tempfile
import time

import pytest

from dealab.datasets import TABLES, generate, variant, verify


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def test_a_variant_is_whole_and_is_found_again(own_cache):
    place = variant(3)
    assert own_cache in place.parents
    assert verify(place) == []
    before = (place / "datapackage.json").stat().st_mtime_ns
    assert variant(3) == place
    assert (place / "datapackage.json").stat().st_mtime_ns == before
    package = json.loads((place / "datapackage.json").read_text(encoding="utf-8"))
    assert {resource["table"] for resource in package["resources"]} == set(TABLES)


def test_it_is_what_generate_writes(own_cache, tmp_path):
    place = variant(3, tables=["orders", "stores"])
    generate(tmp_path / "direct", scale=0.05, seed=3, tables=["orders", "stores"])
    for path in place.rglob("*.*"):
        if path.is_file():
            other = tmp_path / "direct" / path.relative_to(place)
            assert path.read_bytes() == other.read_bytes()


def test_seed_scale_and_tables_have_places_of_their_own(own_cache):
    few = ["stores"]
    places = {
        variant(3, 0.05, few),
        variant(4, 0.05, few),
        variant(3, 0.06, few),
        variant(3, 0.05, ["products"]),
    }
    assert len(places) == 4
    assert variant(3, 0.05, ["stores", "stores"]) in places


def test_a_damaged_variant_is_made_again(own_cache):
    place = variant(3, tables=["stores"])
    (place / "fernway-lake/stores/part-0.parquet").unlink()
    assert variant(3, tables=["stores"]) == place
    assert verify(place) == []
    (place / "datapackage.json").write_text("{", encoding="utf-8")
    assert verify(variant(3, tables=["stores"])) == []


def test_a_failed_run_leaves_nothing(own_cache):
    with pytest.raises(ValueError, match="no table"):
        variant(3, tables=["nothing"])
    assert [path for folder in own_cache.iterdir() for path in folder.iterdir()] == []


def test_several_processes_at_once(own_cache):
    code = (
        "from dealab.datasets import variant, verify\n"
        "place = variant(9, tables=['orders']); assert not verify(place); print(place)"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    answers = {process.communicate()[0].strip() for process in running}
    assert [process.returncode for process in running] == [0] * 4
    place = variant(9, tables=["orders"])
    assert answers == {str(place)}
    (folder,) = own_cache.iterdir()
    assert [path.name for path in folder.iterdir()] == [place.name]


def test_it_is_fast(own_cache):
    """Processor time, because tests run side by side: under three seconds, imports included."""
    begin = time.process_time()
    variant(12)
    assert time.process_time() - begin < 3
