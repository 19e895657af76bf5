"""Several notebooks at once, and a kill -9 at any moment."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

from dealab.progress import Store

# Prints each answer's number after the store said that it is kept.
WRITER = """
import sys
from dealab.progress import Store
path, name, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
store = Store(path, timeout=60)
for number in range(count):
    if not store.record_answer(f"1.1-{name}-{number}", ["a"], number % 2 == 0):
        sys.exit(store.notice)
    print(number, flush=True)
print("notice", store.notice, flush=True)
"""


def start(path, name, count):
    command = [sys.executable, "-c", WRITER, str(path), name, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def healthy(path):
    connection = sqlite3.connect(path)
    result = connection.execute("PRAGMA integrity_check").fetchall()
    connection.close()
    return result == [("ok",)]


def test_several_processes_lose_nothing(tmp_path):
    path = tmp_path / "progress.sqlite3"
    writers = [start(path, f"w{n}", 40) for n in range(5)]
    while any(writer.poll() is None for writer in writers):
        Store(path).summary()  # a reader all the while
        time.sleep(0.02)
    for writer in writers:
        out, error = writer.communicate()
        assert writer.returncode == 0, error
        assert out.endswith("notice \n")
    kept = [answer.question for answer in Store(path).answers()]
    assert sorted(kept) == sorted(f"1.1-w{w}-{n}" for w in range(5) for n in range(40))
    # Each writer's own answers stand in its own order.
    for w in range(5):
        own = [question for question in kept if question.startswith(f"1.1-w{w}-")]
        assert own == [f"1.1-w{w}-{n}" for n in range(40)]
    assert healthy(path)


def test_several_processes_that_find_a_damaged_file_share_one_new_file(tmp_path):
    path = tmp_path / "progress.sqlite3"
    path.write_bytes(b"no database at all" * 500)
    writers = [start(path, f"w{n}", 20) for n in range(5)]
    for writer in writers:
        _, error = writer.communicate(timeout=120)
        assert writer.returncode == 0, error
    (aside,) = Store(path).set_aside()
    assert aside.read_bytes() == b"no database at all" * 500
    assert len(Store(path).answers()) == 100
    assert healthy(path)


needs_kill = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")


@needs_kill
def test_kill_at_any_moment_costs_no_answer_that_was_kept(tmp_path):
    path = tmp_path / "progress.sqlite3"
    chance = random.Random(2026)
    said = []
    for round in range(12):
        writer = start(path, f"r{round}", 10**6)
        first = writer.stdout.readline()
        time.sleep(chance.uniform(0, 0.1))
        os.kill(writer.pid, signal.SIGKILL)
        rest = writer.stdout.read()
        writer.wait()
        writer.stdout.close()
        writer.stderr.close()
        whole_lines = (first + rest).split("\n")[:-1]
        said += [f"1.1-r{round}-{number}" for number in whole_lines]
        # The next start finds a healthy file, and can write to it at once.
        store = Store(path, timeout=1)
        assert store.record_answer(f"1.1-after-{round}", ["a"], True), store.notice
        said.append(f"1.1-after-{round}")
        kept = {answer.question for answer in store.answers()}
        assert set(said) <= kept
        assert len(kept) <= len(said) + round + 1  # at most one more a round: killed before saying
        assert healthy(path)
    assert store.set_aside() == []
    assert len(said) >= 2 * 12


@needs_kill
def test_kill_while_the_file_is_being_made(tmp_path):
    chance = random.Random(11)
    for round in range(10):
        path = tmp_path / f"progress-{round}.sqlite3"
        writer = start(path, "w", 10**6)
        while not path.exists():
            assert writer.poll() is None, writer.stderr.read()
        time.sleep(chance.uniform(0, 0.004))
        os.kill(writer.pid, signal.SIGKILL)
        said = writer.communicate()[0].split("\n")[:-1]
        store = Store(path, timeout=1)
        assert store.record_answer("1.1-after", ["a"], True), store.notice
        assert store.set_aside() == []
        assert len(said) + 1 <= len(store.answers()) <= len(said) + 2
        assert healthy(path)


def test_a_lock_left_by_a_crash_is_no_lock_for_ever(tmp_path):
    path = tmp_path / "progress.sqlite3"
    path.write_bytes(b"garbage" * 1000)
    lock = tmp_path / "progress.sqlite3.lock"
    lock.touch()
    old = time.time() - 60
    os.utime(lock, (old, old))
    store = Store(path)
    assert store.record_answer("1.1-q01", ["a"], True)
    assert not lock.exists()


def test_a_lock_that_is_held_costs_progress_but_no_session(tmp_path):
    path = tmp_path / "progress.sqlite3"
    path.write_bytes(b"garbage" * 1000)
    (tmp_path / "progress.sqlite3.lock").touch()
    store = Store(path, timeout=0.1)
    assert store.record_answer("1.1-q01", ["a"], True) is False
    assert "cannot be used" in store.notice
    assert path.read_bytes() == b"garbage" * 1000
