"""Do the pages about SQL tell the truth? Every fenced SQL example of them is run, in order.

A block runs in the service of its page; a first line ``%%athena ...`` or ``%%redshift ...`` names
another, with its options. The comment behind a statement's semicolon says what has to come out:

    SELECT 7 / 2;                    -- => 3
    SELECT a, b FROM t;              -- => 1, x | 2, NULL
    SELECT 'a' = 1;                  -- error: TYPE_MISMATCH
    SELECT ST_Point(1, 2);           -- limit

Without one the statement has to run. The blocks of a page share one lake, from top to bottom.
"""

import doctest
import re
import sys
import types

import pytest

from dealab import paths
from dealab.build import reference
from dealab.sql import LabLimit, Lake, ServiceError, SqlError, magics, signatures

PAGES = {"sql": None, "athena": "athena", "redshift": "redshift", "iceberg": "athena"}
DOCS = paths.course() / "docs"
_BLOCK = re.compile(r"^```([\w ]*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
_END = re.compile(r"^((?:[^'-]|'[^']*'|-(?!-))*);\s*(?:--\s*(.*))?$")
_REMARK = re.compile(r"^(=>|error:|limit\b)")


def page(name: str) -> str:
    return (DOCS / f"{name}.md").read_text(encoding="utf-8")


def statements(block: str) -> list[tuple[str, str]]:
    """Return (statement, expectation) of a block; a body between ``$$`` may hold semicolons."""
    found, lines = [], []
    for line in block.splitlines():
        lines.append(line)
        inside = sum(part.count("$$") for part in lines) % 2
        end = _END.match(line)
        if end and not inside:
            remark = end[2] or ""
            found.append(("\n".join([*lines[:-1], end[1]]), remark.strip()))
            lines = []
    rest = "\n".join(lines)
    if re.sub(r"--.*", "", rest).strip():
        found.append((rest, ""))
    return found


def shown(value) -> str:
    return (
        "NULL" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    )


def told(result) -> str:
    return " | ".join(", ".join(shown(value) for value in row) for row in result.rows)


def problem_of(engine, sql: str, expected: str) -> str:
    """Run a statement; return how its outcome differs from what the page says, or ''."""
    try:
        result = engine.run(sql)
    except LabLimit as refusal:
        return "" if expected.startswith("limit") else str(refusal)
    except ServiceError as refusal:
        wanted = expected.partition("error:")[2].strip()
        found = f"{refusal.code} {refusal}"
        return "" if wanted and wanted in found else f"{found} {refusal.hint}"
    except SqlError as refusal:
        return str(refusal)
    if expected.startswith(("error", "limit")):
        return f"it runs: {told(result)[:200]}"
    if expected.startswith("=>") and told(result) != expected[2:].strip():
        return f"it answers {told(result)[:300]}"
    return ""


def engine_of(line: str, lake):
    """Return a client for a cell's first line, made as the magics make it."""
    import dealab.sql

    service = re.match(r"%%(\w+)", line)[1]
    options, _, _ = magics._options(service, line[2 + len(service) :], "")
    given = {name: getattr(options, name) for name in magics._SESSION[service]}
    return getattr(dealab.sql, service.capitalize())(lake=lake, region=options.region, **given)


@pytest.mark.parametrize("name", PAGES)
def test_every_example_of_the_page_comes_out_as_told(name):
    lake, engines, wrong, count = Lake(), {}, [], 0
    for language, block in _BLOCK.findall(page(name)):
        if language != "sql":
            continue
        head, _, rest = block.partition("\n")
        line = head if head.startswith("%%") else f"%%{PAGES[name]}"
        engine = engines.setdefault(line, None) or engine_of(line, lake)
        engines[line] = engine
        for sql, expected in statements(rest if head.startswith("%%") else block):
            count += 1
            if expected and not _REMARK.match(expected):
                expected = ""  # a remark for the reader
            difference = problem_of(engine, sql, expected)
            if difference:
                wrong.append(f"{sql.strip()}\n   {expected}\n   {difference}")
    assert count, "the page has no example"
    assert not wrong, "\n\n".join(wrong)


def blocks(name: str, language: str) -> list[str]:
    found = [block for kind, block in _BLOCK.findall(page(name)) if kind == language]
    assert found
    return found


@pytest.mark.parametrize("name", ["sql", "iceberg"])
def test_every_python_example_answers_as_told(name):
    parser, runner, scope = doctest.DocTestParser(), doctest.DocTestRunner(), {}
    told: list[str] = []
    for at, block in enumerate(blocks(name, "pycon")):
        example = parser.get_doctest(block, scope, f"docs/{name}.md, example {at + 1}", None, 0)
        runner.run(example, out=told.append, clear_globs=False)
        scope = example.globs
    assert not runner.failures, "".join(told)
    assert runner.tries > 5


class TestRecipes:
    """What the page tells about adding a function, a statement and a system view."""

    def test_function(self, monkeypatch):
        (row,) = blocks("sql", "text")
        name = row.partition("(")[0]
        monkeypatch.setitem(signatures.functions("athena").scalar, name, [row.strip()])
        athena = engine_of("%%athena", Lake())
        assert athena.run(f"SELECT {name}(10.00, 0.5e0)").rows == [(15.0,)]

    def test_statement(self, monkeypatch):
        from dealab.sql.athena import statements as forms

        module = types.ModuleType("renaming")
        exec(blocks("sql", "python recipe")[0], module.__dict__)
        monkeypatch.setitem(sys.modules, f"{forms.__name__}.renaming", module)
        monkeypatch.setitem(forms.FORMS, "RENAME DATABASE", ("hive", "renaming:rename"))
        athena = engine_of("%%athena", Lake())
        assert athena.run("RENAME DATABASE fernway TO other").message == "fernway becomes other"
        with pytest.raises(ServiceError, match="SYNTAX_ERROR"):
            athena.run("RENAME DATABASE fernway TO other CASCADE")
        with pytest.raises(ServiceError, match="SCHEMA_NOT_FOUND"):
            athena.run("RENAME DATABASE nothing TO other")

    def test_system_view(self, monkeypatch):
        from dealab.sql.redshift.system import registry

        registry.load()
        monkeypatch.setattr(registry, "VIEWS", dict(registry.VIEWS))
        exec(blocks("sql", "python recipe")[1], {})
        redshift = engine_of("%%redshift", Lake())
        rows = redshift.run("SELECT bucket, objects FROM svv_buckets").rows
        assert [bucket for bucket, _ in rows] == redshift.lake.buckets()
        assert all(count > 0 for _, count in rows)


def test_an_example_ends_at_a_semicolon_that_is_no_text_and_no_body():
    block = "SELECT ';' AS a; -- => ;\nCREATE PROCEDURE p() AS $$\n x;\n$$ LANGUAGE x;\nSELECT 1"
    assert [expected for _, expected in statements(block)] == ["=> ;", "", ""]
    assert statements(block)[2] == ("SELECT 1", "")


@pytest.mark.parametrize("service", reference.SERVICES)
class TestReference:
    def test_functions_with_a_grammar_of_their_own_run(self, service):
        engine = engine_of(f"%%{service}", Lake())
        for name, call in reference.GRAMMAR[service].items():
            assert len(engine.run(f"SELECT {call}").rows) == 1, name

    def test_limited_functions_are_refused_by_name(self, service):
        engine = engine_of(f"%%{service}", Lake())
        for name in reference.LIMITED_FUNCTIONS[service]:
            call = name if name.startswith("current_") else f"{name}('a')"
            with pytest.raises(LabLimit):
                engine.run(f"SELECT {call}")

    def test_every_named_statement_is_known(self, service):
        running, limits = reference.running(service), reference.limits(service)
        assert not {*running} & {*limits}
        assert not {*running} & {*reference.refused(service)}
        forms = {*reference._forms(service), *signatures.functions(service).statements}
        assert {*reference.LIMITED_STATEMENTS[service]} - forms <= {"SHOW FUNCTIONS"}

    def test_every_function_of_the_tables_is_on_the_page(self, service):
        text = reference.build(service)
        found = signatures.functions(service)
        for table in (found.scalar, found.aggregate, found.window, found.refused):
            for name in table:
                assert f"`{name}`" in text or name.startswith("lab "), name

    def test_what_the_service_does_not_have_is_refused_in_its_words(self, service):
        engine = engine_of(f"%%{service}", Lake())
        for words in reference.refused(service):
            with pytest.raises(ServiceError):
                engine.run(f"{words} x")


def test_the_page_of_redshift_lists_the_system_views():
    from dealab.sql.redshift.system import registry

    text = reference.build("redshift")
    assert "`stl_load_errors`" in text
    assert all(f"`{name}`" in text for name in registry.names())
