"""Do the magics do what a learner sees: table, bill, errors, variables?"""

import pytest
from IPython.core.interactiveshell import InteractiveShell

from dealab.sql import LabLimit, ServiceError, magics


class Shown:
    def __init__(self):
        self.objects = []

    def __call__(self, *objects, **_):
        self.objects.extend(objects)


@pytest.fixture
def shell(lake_folder, monkeypatch):
    from dealab import paths

    monkeypatch.setattr(paths, "datasets", lambda: lake_folder)
    shell = InteractiveShell.instance()
    magics.register(shell)
    shell.user_ns.clear()
    shown = Shown()
    monkeypatch.setattr("IPython.display.display", shown)
    shell.shown = shown
    yield shell
    InteractiveShell.clear_instance()


def test_cell_shows_a_result(shell):
    shell.run_cell_magic("athena", "", "SELECT count(*) AS n FROM orders")
    (result,) = shell.shown.objects
    assert result.rows == [(2000,)]
    assert result.service == "athena"


def test_result_is_stored_as_dataframe_with_its_text(shell):
    text = "SELECT channel, count(*) AS n FROM orders GROUP BY channel ORDER BY channel"
    shell.run_cell_magic("athena", ">> by_channel", text)
    assert list(shell.user_ns["by_channel"]["n"]) == [667, 666, 667]
    assert magics.query_text("by_channel") == text
    assert magics.query_engine("by_channel") == "athena"
    shell.run_cell_magic("redshift", ">> by_channel", "SELECT 1 AS x")
    assert magics.query_engine("by_channel") == "redshift"


def test_text_is_remembered_when_the_query_fails(shell):
    with pytest.raises(ServiceError):
        shell.run_cell_magic("athena", ">> broken", "SELECT nope FROM orders")
    assert magics.query_text("broken") == "SELECT nope FROM orders"
    assert "broken" not in shell.user_ns


@pytest.mark.parametrize("cell", ["\n", "-- write here\n", "/* a\n b */ -- c\n;\n", "/* /* a */"])
def test_only_comments_is_not_attempted(shell, capsys, cell):
    shell.run_cell_magic("athena", ">> mine", "SELECT 1")
    shell.run_cell_magic("athena", ">> mine", cell)
    assert "only comments" in capsys.readouterr().out
    assert magics.query_text("mine") is None
    assert magics.query_engine("mine") is None


def test_comments_nest_in_redshift_only():
    assert magics._only_comments("/* /* a */ */", nested=True)
    assert not magics._only_comments("/* /* a */ */", nested=False)
    assert not magics._only_comments("/* a */ SELECT 1", nested=True)


def test_comment_marks_inside_text_are_text(shell):
    shell.run_cell_magic("athena", "", "SELECT '-- not a comment' AS x -- but this is")
    assert shell.shown.objects[0].rows == [("-- not a comment",)]


def test_unknown_name_has_no_text():
    assert magics.query_text("never seen") is None


def test_python_variables_travel_as_values(shell):
    shell.user_ns.update(channel="web", least=10, hostile="x' OR 1=1 --")
    sql = "SELECT count(*) FROM orders WHERE channel = ? AND order_id >= ?"
    shell.run_cell_magic("athena", "--params channel,least", sql)
    assert shell.shown.objects[0].rows == [(663,)]
    shell.run_cell_magic(
        "redshift", "--params hostile", "SELECT count(*) FROM orders WHERE channel = ?"
    )
    assert shell.shown.objects[1].rows == [(0,)]


def test_missing_variable_is_said_plainly(shell):
    with pytest.raises(Exception, match="no such variable") as caught:
        shell.run_cell_magic("athena", "--params nowhere", "SELECT ?")
    assert caught.value._render_traceback_()


@pytest.mark.parametrize("line", ["--nope", ">>", ">> 1x", "--database"])
def test_wrong_options_show_the_usage(shell, line):
    with pytest.raises(magics._Usage, match="%%athena"):
        shell.run_cell_magic("athena", line, "SELECT 1")


def test_database_and_region_options(shell):
    with pytest.raises(ServiceError, match=r"awsdatacatalog\.other\.orders"):
        shell.run_cell_magic("athena", "--database other", "SELECT * FROM orders")
    with pytest.raises(LabLimit, match="mars-north-1"):
        shell.run_cell_magic("athena", "--region mars-north-1", "SELECT 1")


def test_show_duckdb_prints_the_translation(shell, capsys):
    shell.run_cell_magic("athena", "--show-duckdb", "SELECT 7/2 AS x FROM kinds")
    printed = capsys.readouterr().out
    assert "read_parquet" in printed
    assert "(7 // 2)" in printed


def test_line_magic(shell):
    shell.run_line_magic("athena", "SELECT  'two  blanks' AS x")
    assert shell.shown.objects[0].rows == [("two  blanks",)]


def test_load_ext_registers_both(lake_folder):
    import dealab

    shell = InteractiveShell.instance()
    dealab.load_ipython_extension(shell)
    names = shell.magics_manager.magics["cell"]
    assert {"athena", "redshift"} <= set(names)
    InteractiveShell.clear_instance()


def test_error_in_a_run_cell_is_an_error_without_traceback(shell, capsys):
    outcome = shell.run_cell("%%athena\nSELECT nope FROM orders")
    assert isinstance(outcome.error_in_exec, ServiceError)
    printed = capsys.readouterr()
    assert "COLUMN_NOT_FOUND: line 1:8" in printed.out + printed.err
    assert "Traceback" not in printed.out + printed.err


def test_several_statements_are_shown_in_turn(shell):
    shell.run_cell_magic("athena", ">> last", "SELECT 1 AS a; SELECT 2 AS b;\n-- the end")
    assert [result.rows for result in shell.shown.objects] == [[(1,)], [(2,)]]
    assert list(shell.user_ns["last"]["b"]) == [2]


def test_the_first_error_ends_the_cell_and_what_ran_is_shown(shell):
    with pytest.raises(ServiceError):
        shell.run_cell_magic("athena", "", "SELECT 1 AS a; SELECT nope; SELECT 3 AS c")
    assert [result.rows for result in shell.shown.objects] == [[(1,)]]


def test_estimate_runs_nothing(shell):
    shell.run_cell_magic("athena", ">> x --estimate", "SELECT channel FROM orders")
    (estimate,) = shell.shown.objects
    assert estimate.bytes_estimated > 0
    assert "x" not in shell.user_ns


def test_estimate_is_an_upper_bound_of_what_is_read(athena):
    sql = "SELECT channel, amount FROM orders WHERE order_month = '2026-05'"
    estimate, result = athena.estimate(sql), athena.run(sql)
    (scan,) = estimate.scans
    assert scan.files == 1
    assert scan.columns == ("channel", "amount")
    assert 0 < result.bytes_scanned <= estimate.bytes_estimated < scan.bytes_total


def test_one_lake_behind_both_services_and_a_reset(shell, capsys):
    from dealab.sql import lake

    before = lake.current()
    before.put("s3://bucket/notes/a.txt", "hello")
    shell.run_line_magic("lake", "")
    assert "s3://bucket/notes/a.txt  5 bytes" in capsys.readouterr().out
    shell.run_cell_magic("athena", "", "SELECT 1")
    shell.run_cell_magic("redshift", "", "SELECT 1")
    assert {engine.lake for engine in magics._engines.values()} >= {before}
    shell.run_line_magic("lake", "reset")
    assert lake.current() is not before
    assert lake.current().written() == []
    shell.run_cell_magic("athena", "", "SELECT count(*) FROM orders")
    assert shell.shown.objects[-1].rows == [(2000,)]


def test_another_user_is_another_session(shell):
    shell.run_cell_magic("redshift", "", "SELECT current_user")
    with pytest.raises(ServiceError) as caught:
        shell.run_cell_magic("redshift", "--as-user nobody", "SELECT 1")
    assert 'user "nobody" does not exist' in str(caught.value)
    assert shell.shown.objects[-1].rows == [("awsuser",)]


def test_a_long_statement_says_how_far_it_is(shell, monkeypatch):
    from dealab.sql import duck

    monkeypatch.setattr(duck, "PATIENCE", 0.01)
    monkeypatch.setattr(duck, "POLL", 0.01)
    told = []
    engine = magics._engine("redshift", magics._parser("redshift").parse_args([]))
    engine.on_progress = lambda percent, seconds: told.append((percent, seconds))
    engine.duck().execute("SELECT count(*) FROM range(60000000) WHERE hash(range) % 7 = 3")
    engine.on_progress = None
    assert told
    assert all(-1 <= percent <= 100 for percent, _ in told)
