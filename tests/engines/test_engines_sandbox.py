import errno
import glob
import os
import shutil
import tempfile
import threading
from pathlib import Path

import pytest

from dealab.engines.sandbox import Places, inside, outside, patched, used


@pytest.fixture
def places(tmp_path):
    for name in ("tmp", "task", "mnt"):
        (tmp_path / name).mkdir()
    (tmp_path / "task" / "data.txt").write_text("from the package")
    return Places(
        {"/tmp": tmp_path / "tmp", "/mnt/shared": tmp_path / "mnt"},
        read_only={"/var/task": tmp_path / "task"},
        limits={"/tmp": 1000},
    )


@pytest.fixture
def sandbox(places):
    with patched(), inside(places):
        yield places


def test_every_usual_way_to_a_file_is_mapped(sandbox, tmp_path):
    with open("/tmp/a.txt", "w") as file:
        file.write("one")
    Path("/tmp/sub").mkdir()
    Path("/tmp/sub/b.txt").write_text("two")
    os.rename("/tmp/sub/b.txt", "/tmp/c.txt")
    shutil.copy("/tmp/a.txt", "/mnt/shared/d.txt")
    with tempfile.NamedTemporaryFile(dir="/tmp") as made, tempfile.TemporaryDirectory() as folder:
        assert made.name.startswith("/tmp/")
        assert folder.startswith("/tmp/")
        assert len(os.listdir("/tmp")) == 5
    assert sorted(os.listdir("/tmp")) == ["a.txt", "c.txt", "sub"]
    assert glob.glob("/tmp/*.txt")
    assert os.path.exists("/tmp/c.txt")
    assert not os.path.exists("/tmp/sub/b.txt")
    with outside():
        assert (tmp_path / "tmp" / "c.txt").read_text() == "two"
        assert (tmp_path / "mnt" / "d.txt").read_text() == "one"
        assert not os.path.exists("/tmp/c.txt")
    shutil.rmtree("/tmp/sub")
    assert not os.path.isdir("/tmp/sub")


def test_arguments_by_name_are_mapped_too(sandbox, tmp_path):
    with open(file="/tmp/a", mode="w") as file:
        file.write("x")
    os.rename(src="/tmp/a", dst="/tmp/b")
    os.mkdir(path="/tmp/c")
    assert sorted(os.listdir(path="/tmp")) == ["b", "c"]
    assert os.listdir() == ["data.txt"]
    with outside():
        assert sorted(os.listdir(tmp_path / "tmp")) == ["b", "c"]


def test_relative_paths_start_at_the_package_and_it_is_read_only(sandbox):
    assert os.getcwd() == "/var/task"
    assert Path("data.txt").read_text() == "from the package"
    assert Path("/var/task/data.txt").read_text() == "from the package"
    for path in ("data.txt", "/var/task/new", "/home/x", "/etc/new", str(Path.home() / "x")):
        with pytest.raises(OSError, match="Read-only file system") as caught:
            Path(path).write_text("x")
        assert caught.value.errno == errno.EROFS
    with pytest.raises(OSError, match="Read-only"):
        os.mkdir("/opt/new")


def test_a_full_place_takes_no_more(sandbox, tmp_path):
    with open("/tmp/a", "wb") as file:
        file.write(b"x" * 900)
    with pytest.raises(OSError, match="No space left") as caught, open("/tmp/b", "w") as file:
        file.write("y" * 101)
    assert caught.value.errno == errno.ENOSPC
    with open("/tmp/a", "r+b") as file:  # writing over what is there needs no room
        file.write(b"z" * 900)
    os.remove("/tmp/a")
    with open("/tmp/b", "w") as file:
        file.write("y" * 1000)
    with pytest.raises(OSError, match="No space left"):
        shutil.copyfile("/tmp/b", "/tmp/c")
    assert used(tmp_path / "tmp") == 1000


def test_threads_started_inside_are_inside(sandbox, tmp_path):
    thread = threading.Thread(target=lambda: Path("/tmp/t").write_text("x"))
    thread.start()
    thread.join()
    with outside():
        assert (tmp_path / "tmp" / "t").exists()


def test_other_threads_and_the_time_after_see_nothing_of_it(places, tmp_path):
    seen, go, done = [], threading.Event(), threading.Event()

    def work():
        go.wait()
        seen.append(os.path.exists("/tmp/only-inside"))
        done.set()

    threading.Thread(target=work).start()
    before = open, os.stat, threading.Thread.start
    with patched(), inside(places):
        Path("/tmp/only-inside").write_text("x")
        go.set()
        done.wait()
    assert seen == [False]
    assert before == (open, os.stat, threading.Thread.start)
