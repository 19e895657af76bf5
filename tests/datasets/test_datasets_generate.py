"""The same call gives the same bytes, the right size, and touches nothing that is not its own."""

import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dealab.datasets import TABLES, generate
from dealab.datasets.universe import Universe, hashed


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    return generate(tmp_path_factory.mktemp("small"), scale=0.02, seed=5)


def test_twice_the_same_bytes(small, tmp_path):
    """Also in another process with another hash seed, and over the files of another universe."""
    generate(tmp_path / "again", scale=0.02, seed=6)
    code = "import sys; from dealab.datasets import generate; generate(sys.argv[1], 0.02, 5)"
    subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "again")],
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "123"},
    )
    first, second = tree(small), tree(tmp_path / "again")
    assert sorted(first) == sorted(second)
    assert [name for name in first if first[name] != second[name]] == []


def test_another_seed_is_another_universe(small, tmp_path):
    other = tree(generate(tmp_path, scale=0.02, seed=6))
    first = tree(small)
    assert sorted(first) == sorted(other)
    same = [name for name in first if first[name] == other[name]]
    assert same == []


def test_neighboring_seeds_do_not_share_customers():
    """A hash that adds the seed would give the customers of one seed to the next, moved by one."""
    ids = list(range(200))
    one, two = set(hashed(7, "city", ids).tolist()), set(hashed(8, "city", ids).tolist())
    assert len(one) == 200
    assert not one & two


def test_hashed_numbers_fill_the_interval():
    values = hashed(2026, "x", range(10_000))
    assert values.min() >= 0
    assert values.max() < 1
    counts = [((values >= i / 10) & (values < (i + 1) / 10)).sum() for i in range(10)]
    assert max(abs(count - 1000) for count in counts) < 150


def test_the_committed_tree_is_what_the_generator_writes(folder, tmp_path):
    """Bytes with the version of pyarrow that wrote them, rows with any other."""
    fresh = generate(tmp_path)
    committed, made = tree(folder), tree(fresh)
    assert sorted(committed) == sorted(made)
    wrote = pq.ParquetFile(folder / "fernway-lake/stores/part-0.parquet").metadata.created_by
    if wrote.endswith(f" {pa.__version__}"):
        different = [name for name in made if committed[name] != made[name]]
    else:
        different = [
            name
            for name in made
            if name != "datapackage.json"  # holds the checksums
            and committed[name] != made[name]
            and not (
                name.endswith(".parquet")
                and pq.ParquetFile(folder / name).read().equals(pq.ParquetFile(fresh / name).read())
            )
        ]
    assert different == [], "run: dealab datasets --scale 1 --out datasets"


def test_the_committed_tree_is_small(folder):
    assert sum(len(data) for data in tree(folder).values()) < 12_000_000


def test_rows_grow_with_the_scale_and_the_range_does_not(small, tmp_path):
    double = generate(tmp_path, scale=0.04, seed=5, tables=["orders", "products", "customers"])

    def rows(folder, name):
        files = (folder / "fernway-lake" / name).rglob("*.parquet")
        return sum(pq.ParquetFile(path).metadata.num_rows for path in files)

    assert 1.8 < rows(double, "orders") / rows(small, "orders") < 2.2
    assert rows(double, "customers") > rows(small, "customers")
    assert rows(double, "products") == rows(small, "products") == 400


def test_some_tables_are_those_of_the_whole(small, tmp_path):
    for number, names in enumerate((["order_lines_raw"], ["clickstream_raw", "alb_logs"])):
        part = tree(generate(tmp_path / str(number), scale=0.02, seed=5, tables=names))
        whole = tree(small)
        files = {name for name in part if "/" in name}
        assert {name.split("/")[1] for name in files} == set(names)
        assert all(part[name] == whole[name] for name in files)


def test_slices_of_a_day_do_not_tear_the_clicks(tmp_path, open_lake, monkeypatch):
    """A large scale cuts a day into pieces: are times still sorted, ids unique, visits whole?"""
    monkeypatch.setattr(Universe, "slices", lambda self: 7)
    generate(tmp_path, scale=0.05, seed=5, tables=["clickstream", "clickstream_raw"])
    with open_lake(tmp_path) as lake:
        rows, ids = lake.execute(
            "SELECT count(*), count(DISTINCT event_id) FROM clickstream"
        ).fetchone()
        assert rows == ids > 3000
        unsorted = lake.execute(
            "SELECT count(*) FROM (SELECT event_ts, lag(event_ts) OVER (PARTITION BY event_date "
            "ORDER BY event_id) AS before FROM clickstream) WHERE before > event_ts"
        ).fetchone()
        assert unsorted == (0,)
        lost = lake.execute(
            "SELECT count(*) FROM (SELECT event_id FROM clickstream "
            "WHERE event_date <= '2026-06-03' EXCEPT SELECT event_id FROM clickstream_raw)"
        ).fetchone()
        assert lost == (0,)
        last = lake.execute(
            "SELECT count(*) FROM (SELECT received_ts, lag(received_ts) OVER (ORDER BY rowid) "
            "AS before FROM clickstream_raw) WHERE before > received_ts"
        ).fetchone()
        assert last == (0,)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"scale": 0}, "scale must be between"),
        ({"scale": float("nan")}, "scale must be between"),
        ({"scale": 10_000}, "scale must be between"),
        ({"seed": -1}, "seed must be a whole number"),
        ({"seed": 1.5}, "seed must be a whole number"),
        ({"tables": ["order"]}, "there is no table 'order'"),
    ],
)
def test_wrong_arguments_are_refused_before_anything_is_deleted(small, arguments, message):
    before = tree(small)
    with pytest.raises(ValueError, match=message):
        generate(small, **arguments)
    assert tree(small) == before


def test_a_folder_with_other_files_is_refused(tmp_path):
    (tmp_path / "fernway-raw").mkdir()
    (tmp_path / "thesis.docx").write_text("years of work", encoding="utf-8")
    with pytest.raises(ValueError, match=r"thesis\.docx"):
        generate(tmp_path, scale=0.02)
    assert (tmp_path / "fernway-raw").is_dir()


def test_an_interrupted_run_can_be_repeated(tmp_path, monkeypatch):
    from dealab.datasets import generator

    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(generator, "_write_sensors", stop)
        with pytest.raises(KeyboardInterrupt):
            generate(tmp_path, scale=0.02, seed=5)
    assert not (tmp_path / "datapackage.json").exists()
    generate(tmp_path, scale=0.02, seed=5)
    assert (tmp_path / "datapackage.json").exists()


def test_nothing_slow_is_imported():
    """``import dealab.datasets`` is instant, and generating needs no pandas (half a second)."""
    code = (
        "import sys, tempfile, dealab.datasets as d\n"
        "assert 'numpy' not in sys.modules and 'pyarrow' not in sys.modules\n"
        "with tempfile.TemporaryDirectory() as folder: d.generate(folder, 0.01)\n"
        "assert 'pandas' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_table_is_described():
    for table in TABLES.values():
        assert table.description
        assert all(column.description for column in table.columns)
        names = [column.name for column in table.columns]
        assert len(names) == len(set(names))
        assert set(table.primary_key) <= set(names)
        for column, other, key in table.foreign_keys:
            assert column in names
            assert key in {c.name for c in TABLES[other].columns}
