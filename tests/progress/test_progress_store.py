"""What the store keeps, and what it does when it cannot keep anything."""

import datetime
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dealab.progress import OUTCOMES, Store, TaskSummary, database, report, schema

UTC = datetime.UTC


class Clock:
    """A clock that goes on by one minute each time it is read."""

    def __init__(self):
        self.now = datetime.datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

    def __call__(self):
        self.now += datetime.timedelta(minutes=1)
        return self.now


@pytest.fixture
def path(tmp_path):
    return tmp_path / "home" / "progress.sqlite3"


@pytest.fixture
def store(path):
    return Store(path, clock=Clock())


def keep_some(store):
    store.record_answer("1.1-q01", ["b"], False, 9.5)
    store.record_answer("1.1-q02", ["a", "c"], True)
    store.record_answer("1.2-q01", ["a"], True)
    store.record_answer("1.1-q01", ["a"], True)
    store.record_answer("1.1-q02", ["a"], False)
    store.record_check("count_orders", "incorrect", "row 3 differs")
    store.record_check("count_orders", "correct")
    store.record_check("mask_email", "not attempted", "nothing was written")


def bad_home(path):
    """Make the folder of ``path`` one that cannot be written to (for root too: it is a file)."""
    path.parent.parent.mkdir(parents=True, exist_ok=True)
    path.parent.write_text("a file where the folder should be")


# Keeping


def test_the_file_stands_in_the_learners_home(tmp_path, monkeypatch):
    monkeypatch.setenv("DEALAB_HOME", str(tmp_path / "own"))
    store = Store()
    assert store.path == tmp_path / "own" / "progress.sqlite3"
    assert store.record_answer("1.1-q01", ["a"], True)
    assert store.path.is_file()


def test_reading_makes_no_file(store, path):
    assert store.answers() == []
    assert store.last_answers() == {}
    assert store.summary().tasks == {}
    assert store.notice == ""
    assert not path.parent.exists()


def test_an_answer_comes_back_as_it_was(store):
    assert store.record_answer("1.1-q02", ["c", "a"], True, 12.5) is True
    (found,) = store.answers()
    assert found.question == "1.1-q02"
    assert found.chosen == ("a", "c")
    assert found.correct is True
    assert found.seconds == 12.5
    assert found.at == datetime.datetime(2026, 11, 22, 9, 1, tzinfo=UTC)
    assert store.notice == ""


def test_times_are_kept_in_utc_whatever_the_clock_says(path):
    zone = datetime.timezone(datetime.timedelta(hours=-8))
    late = datetime.datetime(2026, 11, 22, 20, 30, 0, 123456, tzinfo=zone)
    Store(path, clock=lambda: late).record_answer("q", [], False)
    raw = sqlite3.connect(path).execute("SELECT at FROM answers").fetchone()[0]
    assert raw == "2026-11-23T04:30:00.123Z"
    assert Store(path).answers()[0].at == late.replace(microsecond=123000)


def test_answers_of_one_question_and_last_answers(store):
    keep_some(store)
    assert [a.correct for a in store.answers("1.1-q01")] == [False, True]
    assert len(store.answers()) == 5
    last = store.last_answers()
    assert {id: a.correct for id, a in last.items()} == {
        "1.1-q01": True,
        "1.1-q02": False,
        "1.2-q01": True,
    }
    assert set(store.last_answers(["1.2-q01", "9.9-q99"])) == {"1.2-q01"}


def test_summary_counts_questions_once_by_their_last_try(store):
    keep_some(store)
    summary = store.summary()
    assert summary.tasks == {"1.1": TaskSummary(2, 1), "1.2": TaskSummary(1, 1)}
    assert summary.exercises == {"count_orders": "correct", "mask_email": "not attempted"}
    assert summary.answers == 5


def test_checks_come_back(store):
    keep_some(store)
    found = [(c.exercise, c.outcome, c.message) for c in store.checks("count_orders")]
    assert found == [
        ("count_orders", "incorrect", "row 3 differs"),
        ("count_orders", "correct", ""),
    ]
    assert len(store.checks()) == 3


def test_export_is_plain_data(store):
    keep_some(store)
    data = json.loads(json.dumps(store.export()))
    assert data["format"] == "dealab-progress"
    assert data["version"] == len(schema.MIGRATIONS)
    assert data["answers"][0] == {
        "at": "2026-11-22T09:01:00.000Z",
        "question": "1.1-q01",
        "chosen": ["b"],
        "correct": False,
        "seconds": 9.5,
    }
    assert data["checks"][0]["message"] == "row 3 differs"
    assert len(data["answers"]) == 5
    assert len(data["checks"]) == 3


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda s: s.record_answer("", ["a"], True), ValueError),
        (lambda s: s.record_answer("q", "ab", True), TypeError),
        (lambda s: s.record_answer("q", ["a"], True, -1), ValueError),
        (lambda s: s.record_answer("q", ["a"], True, float("nan")), ValueError),
        (lambda s: s.record_check("", "correct"), ValueError),
        (lambda s: s.record_check("x", "right"), ValueError),
    ],
)
def test_a_mistake_of_the_caller_is_an_error(store, call, error):
    with pytest.raises(error):
        call(store)
    assert store.answers() == []


# The report


def test_report_of_nothing(store):
    assert "No answers yet" in report(store)


def test_report_as_a_reader_sees_it(store, path):
    keep_some(store)
    assert report(store, {"1.1": 24, "1.2": 20, "1.3": 8}).splitlines() == [
        f"Progress in {path}",
        "",
        "Task   Answered     Right at the last try",
        "1.1    2 of 24      1 (50%)",
        "1.2    1 of 20      1 (100%)",
        "1.3    0 of 8       -",
        "",
        "5 answers in all, repeated tries included.",
        "Exercises at their last check: 1 correct, 1 not attempted.",
    ]
    assert "1.1    2            1 (50%)" in report(store)


def test_report_says_what_is_wrong(path):
    path.parent.mkdir()
    path.write_bytes(b"garbage" * 1000)
    text = report(Store(path))
    assert "was set aside as" in text
    again = report(Store(path))
    assert "Set aside because it could not be read: " in again
    assert ".damaged-" in again


# Versions


def test_the_file_says_its_version_and_uses_wal(store, path):
    keep_some(store)
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA user_version").fetchone() == (len(schema.MIGRATIONS),)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_an_older_file_is_migrated_and_keeps_its_rows(store, path, monkeypatch):
    keep_some(store)
    before = store.answers()
    step = ("ALTER TABLE answers ADD COLUMN mood TEXT", "CREATE TABLE cards (id INTEGER)")
    migrations = (*schema.MIGRATIONS, step)
    monkeypatch.setattr(database, "MIGRATIONS", migrations)
    newer = Store(path)
    assert newer.answers() == before
    assert newer.record_answer("1.1-q09", ["a"], True)
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA user_version").fetchone() == (len(migrations),)
    assert connection.execute("SELECT count(*) FROM cards").fetchone() == (0,)
    assert len(newer.answers()) == 6


def test_a_migration_that_fails_leaves_the_file_as_it_was(store, path, monkeypatch):
    keep_some(store)
    step = ("ALTER TABLE answers ADD COLUMN mood TEXT", "CREATE TABLE")
    monkeypatch.setattr(database, "MIGRATIONS", (*schema.MIGRATIONS, step))
    newer = Store(path)
    assert newer.record_answer("1.1-q09", ["a"], True) is False
    assert "cannot be used" in newer.notice
    monkeypatch.undo()
    assert len(Store(path).answers()) == 5
    columns = sqlite3.connect(path).execute("PRAGMA table_info(answers)").fetchall()
    assert "mood" not in [name for _, name, *_ in columns]


def test_a_file_of_a_newer_dealab_is_left_alone(store, path):
    keep_some(store)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    content = path.read_bytes()
    assert store.record_answer("1.1-q01", ["a"], True) is False
    assert "has schema 99 and this dealab knows schema" in store.notice
    assert "pip install --upgrade dealab" in store.notice
    assert store.answers() == []
    assert "has schema 99" in store.notice
    assert path.read_bytes() == content
    assert store.set_aside() == []


# Damage


def damage_header(path):
    path.write_bytes(b"This is no database. " * 500)


def damage_half(path):
    """Overwrite everything after the first page, as a bad disk might."""
    data = path.read_bytes()
    path.write_bytes(data[:4096] + b"\xa5" * (len(data) - 4096))


def damage_tables(path):
    connection = sqlite3.connect(path)
    connection.execute("DROP TABLE answers")
    connection.commit()
    connection.close()


def damage_version(path):
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 0")
    connection.close()


def damage_by_a_folder(path):
    path.unlink()
    path.mkdir()
    (path / "note.txt").write_text("mine")


DAMAGES = [damage_header, damage_half, damage_tables, damage_version, damage_by_a_folder]


def contents(path):
    if path.is_dir():
        return {file.name: file.read_bytes() for file in path.iterdir()}
    return path.read_bytes()


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("first", ["write", "read"])
def test_a_damaged_file_is_set_aside_and_the_session_goes_on(store, path, damage, first):
    for number in range(100):
        store.record_answer(f"1.1-q{number:03}", ["a"], True)
    damage(path)
    before = contents(path)
    if first == "write":
        assert store.record_answer("1.1-new", ["b"], False) is True
    else:
        assert store.answers() == []
        assert "was set aside" in store.notice
        assert store.record_answer("1.1-new", ["b"], False) is True
    assert "could not be read" in store.notice
    (aside,) = store.set_aside()
    assert str(aside) in store.notice
    assert contents(aside) == before
    assert [a.question for a in store.answers()] == ["1.1-new"]
    assert not list(path.parent.glob("*.lock"))


def test_an_empty_file_is_simply_filled(store, path):
    path.parent.mkdir()
    path.touch()
    assert store.answers() == []
    assert store.record_answer("1.1-q01", ["a"], True)
    assert store.notice == ""
    assert store.set_aside() == []


def test_damage_twice_sets_two_files_aside(path):
    clock = Clock()
    path.parent.mkdir()
    for round in range(2):
        path.write_bytes(b"garbage %d" % round * 300)
        assert Store(path, clock=clock).record_answer("1.1-q01", ["a"], True)
    assert len(Store(path).set_aside()) == 2


def test_log_and_index_are_moved_with_their_file(store, path):
    keep_some(store)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).write_text(suffix)
    seen = store._database._identity()
    assert store._database._set_aside(seen, ValueError("x"))
    (aside,) = store.set_aside()
    for suffix in ("-wal", "-shm"):
        assert aside.with_name(aside.name + suffix).read_text() == suffix
    assert len(list(path.parent.iterdir())) == 3


def test_a_file_that_another_process_has_replaced_is_not_set_aside(store, path):
    keep_some(store)
    assert store._database._set_aside((0, 0), ValueError("x")) is True
    assert store.set_aside() == []
    assert len(store.answers()) == 5


def test_threads_of_one_kernel_do_not_disturb_each_other(store, path):
    def write(name):
        return [store.record_answer(f"1.1-{name}-{n}", ["a"], True) for n in range(25)]

    with ThreadPoolExecutor(4) as pool:
        kept = list(pool.map(write, "abcd"))
    assert kept == [[True] * 25] * 4
    assert len(store.answers()) == 100


# Places where nothing can be kept


def test_a_home_that_cannot_be_written_to_costs_no_session(path):
    bad_home(path)
    store = Store(path)
    assert store.answers() == []
    assert store.record_answer("1.1-q01", ["a"], True) is False
    assert store.notice.startswith(f"Progress is not kept. {path} cannot be used (")
    assert "Set DEALAB_HOME to a folder that you can write to" in store.notice
    assert store.record_check("x", OUTCOMES[0]) is False
    assert store.summary().answers == 0
    assert "No answers yet" in report(store)


AS_NOBODY = """
import os, sys, urllib.parse  # all imports first: nobody may not read this Python's folder
from dealab.progress import Store
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
store = Store(sys.argv[1])
print(len(store.answers()), repr(store.notice))
print(store.record_answer("1.1-q02", ["a"], True), store.notice)
print(len(store.answers()))
"""


def as_nobody(path):
    """Run AS_NOBODY without root's rights; return the lines that it prints."""
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, str(path)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture
def open_home():
    """A folder in the temporary folder that another user can enter (pytest's own are private)."""
    folder = Path(tempfile.mkdtemp(prefix="dealab-"))
    os.chmod(folder, 0o755)
    yield folder
    os.chmod(folder, 0o755)
    shutil.rmtree(folder)


needs_posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX permissions")


@needs_posix
@pytest.mark.parametrize("journal", ["WAL", "DELETE"])
def test_a_read_only_home_still_shows_what_was_kept(open_home, journal):
    path = open_home / "progress.sqlite3"
    keep_some(Store(path))
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA journal_mode = {journal}")
    connection.close()
    os.chmod(path, 0o444)
    os.chmod(open_home, 0o555)
    first, second, third = as_nobody(path)
    assert first == "5 ''"
    assert second.startswith("False Progress is not kept. ")
    assert "DEALAB_HOME" in second
    assert third == "5"
    assert len(list(open_home.iterdir())) == 1


@needs_posix
def test_somebody_elses_file_in_a_folder_of_ours_is_set_aside(open_home):
    path = open_home / "progress.sqlite3"
    path.write_text("secret")
    os.chmod(path, 0o000)
    os.chmod(open_home, 0o777)
    if os.geteuid() != 0:
        pytest.skip("needs a second user")
    first, second, third = as_nobody(path)
    assert "was set aside" in first
    assert second.startswith("True ")
    assert third == "1"
    (aside,) = Store(path).set_aside()
    assert aside.read_text() == "secret"


def test_a_full_disk_is_told(store, path):
    keep_some(store)

    def fill(connection):
        connection.execute("PRAGMA max_page_count = 1")
        connection.execute("INSERT INTO checks VALUES (NULL, '', 'x', 'correct', ?)", ["x" * 10**6])

    with pytest.raises(database.Unavailable, match=r"is full\. Make room, then answer again"):
        store._database.write(fill)
    assert len(store.checks()) == 3


def test_a_file_held_by_another_program_is_told(store, path):
    keep_some(store)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    waiting = Store(path, timeout=0.1)
    assert waiting.record_answer("1.1-q01", ["a"], True) is False
    assert "Another program has held" in waiting.notice
    other.execute("ROLLBACK")
    assert waiting.record_answer("1.1-q01", ["a"], True) is True
    assert waiting.notice == ""
    assert waiting.set_aside() == []


def test_without_wal_it_works_the_same(path, monkeypatch):
    """SQLite's dot-file VFS has no shared memory, like some network drives: no WAL there."""
    if os.name != "posix":
        pytest.skip("this VFS is POSIX only")
    connect = sqlite3.connect

    def without_shared_memory(where, **options):
        address = where if str(where).startswith("file:") else f"file:{where}?vfs=unix-dotfile"
        return connect(address, uri=True, **{k: v for k, v in options.items() if k != "uri"})

    monkeypatch.setattr(database.sqlite3, "connect", without_shared_memory)
    store = Store(path)
    keep_some(store)
    assert store.notice == ""
    assert len(store.answers()) == 5
    connection = without_shared_memory(path)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_importing_progress_is_quick_and_loads_nothing_big():
    code = (
        "import sys, dealab.progress;"
        "print([m for m in ('yaml', 'pandas', 'IPython', 'ipywidgets') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
