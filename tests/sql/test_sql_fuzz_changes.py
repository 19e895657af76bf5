"""Statements that change something, made wrong and thrown at the layer in random order.

Whatever comes: only a Result, a ServiceError or a LabLimit comes out; what was refused has changed
nothing; the session still answers; the catalog stays one that can be written down, described and
read; a rolled-back block leaves no trace; nothing is written outside the lake.
"""

import re
import signal
import tempfile

import changes
import lake
import pytest

from dealab.sql import LabLimit, ServiceError
from dealab.sql.athena import statements as athena_statements
from dealab.sql.reading import leading_words
from dealab.sql.redshift import statements as redshift_statements

pytestmark = pytest.mark.skipif(
    not hasattr(signal, "SIGALRM"), reason="the time limit needs SIGALRM"
)
MODULES = {"athena": athena_statements, "redshift": redshift_statements}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return lake.make(tmp_path_factory.mktemp("changes"))


def forms_of(service: str, sql: str) -> list[str]:
    """Return the leading words of each statement of a seed that its service's table knows."""
    found = []
    for statement in re.split(r";\s*(?=[A-Z])", sql):
        words = leading_words(statement, 5)
        known = (" ".join(words[:count]) for count in range(len(words), 0, -1))
        found += [form for form in known if form in MODULES[service].FORMS][:1]
    return found


#: words that only choose among forms: what follows them is unknown, or is a form of its own
BARE = {"athena": {"DROP", "ALTER", "CREATE"}, "redshift": set()}
#: forms of the refusals that all take one way; one of them is enough
ALIKE = {
    "athena": [
        *("REVOKE", "DENY", "RESET", "ROLLBACK", "UNLOCK", "EXPORT", "IMPORT", "REFRESH", "LOAD"),
    ],
    "redshift": [],
}


@pytest.mark.parametrize("service", ["athena", "redshift"])
def test_every_form_has_a_seed(service):
    covered = {form for _, sql in changes.seeds(service) for form in forms_of(service, sql)}
    assert set(MODULES[service].FORMS) - BARE[service] - set(ALIKE[service]) - covered == set()


def one_for_each_form(service: str) -> list[tuple[str, str]]:
    found, seen = [], set()
    for mark, sql in changes.seeds(service):
        forms = set(forms_of(service, sql))
        if not forms <= seen:
            found.append((mark, sql))
            seen |= forms
    return found


@pytest.mark.parametrize("service", ["athena", "redshift"])
def test_a_statement_of_each_form_runs_or_is_refused_as_it_says(folder, service):
    """The world is made anew only after a statement that changed it."""
    world, wrong = changes.World(folder, service), []
    for mark, sql in one_for_each_form(service)[::4]:  # changes.main() runs them all
        before = world.state()
        answer, problem = world.run(world.first, sql)
        got = {ServiceError: "!", LabLimit: "#"}.get(type(answer), "")
        if problem or got != mark:
            wrong.append(f"{sql}: {got or 'runs'}, {problem or answer}")
        if got and changes.changed(before, world.state()):
            wrong.append(f"{sql}: refused, and changed something")
        if world.state() != before or getattr(world.first, "transaction", None) is not None:
            world = changes.World(folder, service)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("service", ["athena", "redshift"])
def test_random_sequences(folder, tmp_path, monkeypatch, service, seed):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = {file: file.stat().st_mtime_ns for file in folder.rglob("*")}
    wrong = changes.sequence(folder, service, seed, 40)
    assert not wrong, "\n".join(wrong)
    assert {file: file.stat().st_mtime_ns for file in folder.rglob("*")} == before
    outside = [file for file in tmp_path.iterdir() if not file.name.startswith("dealab-lake-")]
    assert outside == []


def test_a_clause_that_is_never_taken_does_not_hang(folder):
    """Found by the sequences: AUTO without REFRESH was waited for, forever."""
    world = changes.World(folder, "redshift")
    for sql in ("CREATE MATERIALIZED VIEW v AUTO x AS SELECT 1 AS a", "CREATE MATERIALIZED VIEW v"):
        answer, problem = world.run(world.first, sql)
        assert (type(answer), problem) == (ServiceError, ""), sql


@pytest.mark.parametrize(
    ("service", "sql", "words"),
    [  # found by the sequences
        ("redshift", 'CREATE TABLE "" (a int)', "zero-length delimited identifier"),
        ("athena", 'DROP VIEW ""', "Zero-length delimited identifier not allowed"),
        ("redshift", f"CREATE TABLE x (a varchar({'9' * 5000}))", "syntax error"),
        ("athena", f"SELECT {'9' * 5000}", "mismatched input"),
        ("athena", "EXECUTE asked USING sum(1)", "cannot contain aggregations"),
        (
            "athena",
            "ALTER TABLE ice ADD COLUMNS (deep struct<b:int,b:string>)",
            "Duplicate column name: b",
        ),
    ],
)
def test_what_once_was_a_bug(folder, service, sql, words):
    world = changes.World(folder, service)
    answer, problem = world.run(world.first, sql)
    assert (type(answer), problem) == (ServiceError, "")
    assert words in str(answer)


def test_read_only_blocks(folder):
    """https://docs.aws.amazon.com/redshift/latest/dg/r_BEGIN.html (read 2026-11-23)"""
    world = changes.World(folder, "redshift")
    session = world.first
    session.run("START TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    assert session.run("SELECT count(*) FROM sales").rows == [(3,)]
    answer, _ = world.run(session, "DELETE FROM sales")
    assert (answer.code, answer.message) == ("25006", "transaction is read-only")
    session.run("ROLLBACK; BEGIN READ WRITE; DELETE FROM sales; ROLLBACK")
    assert session.run("SELECT count(*) FROM sales").rows == [(3,)]


def test_use_is_shown_and_reset(folder):
    """https://docs.aws.amazon.com/redshift/latest/dg/r_USE_command.html (read 2026-11-23)"""
    session = changes.World(folder, "redshift").first
    session.run("CREATE DATABASE other_db")
    assert session.run("SHOW USE").rows == [("",)]
    assert session.run("USE other_db; SHOW USE").rows == [("other_db",)]
    assert session.run("RESET USE; SHOW USE").rows == [("",)]
    assert session.run("SELECT count(*) FROM sales").rows == [(3,)]


def test_the_checks_find_what_is_wrong(folder, monkeypatch):
    """A layer that does half of a refused statement, or hands out DuckDB's words, is caught."""
    from dealab.sql import Athena

    true_run = Athena.run

    def half(self, sql, *rest, **more):
        if sql.startswith("DROP TABLE"):
            self.catalog.put_database({"Name": "half"})
            raise ServiceError("SYNTAX_ERROR", "no")
        if sql.startswith("SHOW DATABASES"):
            raise ServiceError("SYNTAX_ERROR", "Binder Error: no such thing")
        return true_run(self, sql, *rest, **more)

    world = changes.World(folder, "athena")
    monkeypatch.setattr(Athena, "run", half)
    before = world.state()
    world.run(world.first, "DROP TABLE plain")
    assert "half" in changes.changed(before, world.state())
    assert "own tools" in world.run(world.first, "SHOW DATABASES")[1]
