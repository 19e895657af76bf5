"""Procedures in PL/pgSQL, SQL functions, blocks and locks.

P: https://docs.aws.amazon.com/redshift/latest/dg/c_PLpgSQL-statements.html
E: https://docs.aws.amazon.com/redshift/latest/dg/stored-procedure-trapping-errors.html
T: https://docs.aws.amazon.com/redshift/latest/dg/stored-procedure-transaction-management.html
L: https://docs.aws.amazon.com/redshift/latest/dg/r_LOCK.html (all read 2026-11-23)
"""

import pytest

from dealab.sql import LabLimit, Lake, Redshift, ServiceError


@pytest.fixture
def session(lake_folder):
    made = Redshift(lake=Lake(lake_folder))
    made.run("CREATE TABLE t (a int, b varchar(10)); INSERT INTO t VALUES (1, 'x'), (2, 'y')")
    return made


def procedure(body: str, arguments: str = "", options: str = "") -> str:
    return f"CREATE OR REPLACE PROCEDURE p({arguments}) {options} AS $$ {body} $$ LANGUAGE plpgsql"


def notes(session, body: str, arguments: str = "", call: str = "CALL p()") -> list[str]:
    session.run(procedure(body, arguments))
    return [note.split(":  ", 1)[1] for note in session.run(call).notes]


def told(session, *, declare="", body="") -> list[str]:
    return notes(session, f"DECLARE {declare} BEGIN {body} END;")


@pytest.mark.parametrize(
    ("declare", "body", "expected"),
    [
        ("n int := 3;", "RAISE INFO 'n is %', n;", ["n is 3"]),
        ("n int = 3;", "n = n * 2; RAISE INFO '%', n;", ["6"]),
        ("n numeric(6,2) DEFAULT 1.005;", "RAISE INFO '%%: %', n;", ["%: 1.01"]),
        ("n int;", "RAISE INFO 'none %', n;", ["none <NULL>"]),
        ("ok bool := true;", "RAISE INFO '% %', ok, NOT ok;", ["t f"]),
        ("n int := '7';", "RAISE INFO '%', n + 1;", ["8"]),
        ("a t.a%TYPE := 5; c a%TYPE := 6;", "RAISE INFO '%', a + c;", ["11"]),
        ("s int := 0;", "FOR i IN 1..4 LOOP s := s + i; END LOOP; RAISE INFO '%', s;", ["10"]),
        (
            "s varchar := '';",
            "FOR i IN REVERSE 7..1 BY 3 LOOP s := s || i; END LOOP; RAISE INFO '%', s;",
            ["741"],
        ),
        ("n int := 0;", "WHILE n < 3 LOOP n := n + 1; END LOOP; RAISE INFO '%', n;", ["3"]),
        ("n int := 0;", "LOOP n := n + 1; EXIT WHEN n = 4; END LOOP; RAISE INFO '%', n;", ["4"]),
        (
            "s int := 0;",
            "FOR i IN 1..5 LOOP CONTINUE WHEN i % 2 = 0; s := s + i; END LOOP; RAISE INFO '%', s;",
            ["9"],
        ),
        (
            "n int := 0;",
            "<<far>> LOOP LOOP n := n + 1; EXIT far WHEN n > 2; END LOOP; END LOOP; "
            "RAISE INFO '%', n;",
            ["3"],
        ),
        (
            "n int := 2;",
            "IF n = 1 THEN RAISE INFO 'one'; ELSIF n = 2 THEN RAISE INFO 'two'; "
            "ELSE RAISE INFO 'many'; END IF;",
            ["two"],
        ),
        (
            "n int := 5;",
            "CASE n WHEN 1, 2 THEN RAISE INFO 'few'; ELSE RAISE INFO 'more'; END CASE;",
            ["more"],
        ),
        (
            "n int := 5;",
            "CASE WHEN n BETWEEN 1 AND 9 THEN RAISE INFO '%', "
            "CASE WHEN n > 4 THEN 'high' ELSE 'low' END; END CASE;",
            ["high"],
        ),
        (
            "x int; y varchar;",
            "SELECT a, b INTO x, y FROM t ORDER BY a DESC; RAISE INFO '% % %', x, y, FOUND;",
            ["2 y t"],
        ),
        (
            "x int := 1;",
            "SELECT INTO x a FROM t WHERE a > 9; RAISE INFO '% %', x, FOUND;",
            ["<NULL> f"],
        ),
        ("r record;", "SELECT * INTO r FROM t WHERE a = 1; RAISE INFO '%', r.b;", ["x"]),
        ("r t%ROWTYPE;", "SELECT * INTO r FROM t WHERE a = 2; RAISE INFO '%', r.b;", ["y"]),
        (
            "r record;",
            "FOR r IN SELECT a, b FROM t ORDER BY a LOOP RAISE INFO '%=%', r.a, r.b; END LOOP;",
            ["1=x", "2=y"],
        ),
        (
            "n int;",
            "UPDATE t SET b = 'z'; GET DIAGNOSTICS n := ROW_COUNT; RAISE INFO '%', n;",
            ["2"],
        ),
        (
            "n int; q varchar := 'SELECT count(*) FROM t WHERE a >= ';",
            "EXECUTE q || '2' INTO n; RAISE INFO '%', n;",
            ["1"],
        ),
        (
            "c CURSOR FOR SELECT a FROM t ORDER BY a; x int;",
            "OPEN c; LOOP FETCH c INTO x; EXIT WHEN NOT FOUND; RAISE INFO '%', x; END LOOP; "
            "CLOSE c;",
            ["1", "2"],
        ),
        (
            "c refcursor; x int;",
            "OPEN c FOR SELECT max(a) FROM t; FETCH c INTO x; CLOSE c; RAISE INFO '%', x;",
            ["2"],
        ),
        (
            "n int := 1;",
            "DECLARE n int := 2; BEGIN RAISE INFO 'inner %', n; END; RAISE INFO 'outer %', n;",
            ["inner 2", "outer 1"],
        ),
        ("a int := 2;", "RAISE INFO '%', (SELECT count(*) FROM t WHERE t.a >= a);", ["1"]),
        ("", "NULL; RETURN; RAISE INFO 'never';", []),
        ("", "RAISE NOTICE 'n'; RAISE WARNING 'w'; RAISE LOG 'l'; RAISE DEBUG 'd';", ["n", "w"]),
    ],
)
def test_language(session, declare, body, expected):  # P
    assert told(session, declare=declare, body=body) == expected


def test_arguments_in_out_and_by_position(session):
    session.run(
        procedure(
            "BEGIN total := n * $3; word := upper(word); END;",
            "n int, total OUT int, INOUT factor bigint, word INOUT varchar(20)",
        )
    )
    result = session.run("CALL p(4, 5, 'ab')")
    assert result.columns == ["total", "factor", "word"]
    assert result.rows == [(20, 5, "AB")]


def test_overloads_go_by_the_types(session):
    for kind in ("int", "varchar"):
        session.run(
            f"CREATE PROCEDURE o(x {kind}) AS $$ BEGIN RAISE INFO '{kind}'; END; $$ LANGUAGE "
            "plpgsql"
        )
    assert session.run("CALL o(1)").notes == ["INFO:  int"]
    assert session.run("CALL o('1')").notes == ["INFO:  varchar"]
    with pytest.raises(ServiceError, match=r"procedure o\(integer, integer\) does not exist"):
        session.run("CALL o(1, 2)")
    session.run("DROP PROCEDURE o(int)")
    with pytest.raises(ServiceError, match="does not exist"):
        session.run("DROP PROCEDURE o(int)")


def test_a_variable_of_the_caller_takes_an_inout_value(session):
    session.run(procedure("BEGIN x := x * 2; END;", "x INOUT int"))
    session.run(
        "CREATE PROCEDURE q() AS $$ DECLARE y int := 21; BEGIN CALL p(y); RAISE INFO '%', y; END; "
        "$$ LANGUAGE plpgsql"
    )
    assert session.run("CALL q()").notes == ["INFO:  42"]


def test_an_error_undoes_the_whole_call(session):  # T
    session.run(procedure("BEGIN DELETE FROM t; INSERT INTO t VALUES (1/0, 'x'); END;"))
    with pytest.raises(ServiceError, match="division by zero") as caught:
        session.run("CALL p()")
    assert "procedure" in caught.value.hint
    assert session.run("SELECT count(*) FROM t").rows == [(2,)]


def test_commit_inside_keeps_what_came_before(session):  # T
    session.run(procedure("BEGIN DELETE FROM t WHERE a = 1; COMMIT; DELETE FROM t; ROLLBACK; END;"))
    session.run("CALL p()")
    assert session.run("SELECT a FROM t").rows == [(2,)]


@pytest.mark.parametrize("word", ["COMMIT", "ROLLBACK", "TRUNCATE t"])
def test_ending_the_transaction_is_refused_inside_a_block(session, word):  # T
    session.run(procedure(f"BEGIN {word}; END;"))
    session.run("BEGIN")
    with pytest.raises(ServiceError, match="executing in an atomic context"):
        session.run("CALL p()")
    session.run("ROLLBACK")


def test_handler_runs_in_a_new_transaction_and_the_error_comes_again(session):  # E
    session.run("CREATE TABLE log (m varchar(99))")
    body = (
        "BEGIN DELETE FROM t; RAISE EXCEPTION 'bad %', 7; "
        "EXCEPTION WHEN OTHERS THEN INSERT INTO log VALUES (SQLERRM); END;"
    )
    session.run(procedure(body))
    with pytest.raises(ServiceError, match="bad 7"):
        session.run("CALL p()")
    assert session.run("SELECT m FROM log").rows == [("bad 7",)]
    assert session.run("SELECT count(*) FROM t").rows == [(2,)]


def test_a_nonatomic_procedure_goes_on_after_a_handled_error(session):  # E
    body = (
        "BEGIN DELETE FROM t WHERE a = 1; "
        "BEGIN INSERT INTO t VALUES (1/0, 'x'); EXCEPTION WHEN OTHERS THEN "
        "RAISE INFO 'handled %', SQLSTATE; END; "
        "INSERT INTO t VALUES (3, 'z'); END;"
    )
    session.run(procedure(body, options="NONATOMIC"))
    assert session.run("CALL p()").notes == ["INFO:  handled 22012"]
    assert session.run("SELECT a FROM t ORDER BY a").rows == [(2,), (3,)]


@pytest.mark.parametrize(
    ("body", "part"),
    [
        ("BEGIN x := 1; END;", "not a known variable"),
        ("DECLARE c CONSTANT int := 1; BEGIN c := 2; END;", "declared CONSTANT"),
        ("DECLARE n int NOT NULL := 1; BEGIN n := NULL; END;", "declared NOT NULL"),
        ("DECLARE n int; BEGIN n := 'abc'; END;", "abc"),
        ("BEGIN EXECUTE NULL; END;", "null querystring"),
        ("BEGIN SELECT a FROM nowhere; END;", "nowhere"),
        ("DECLARE r record; BEGIN RAISE INFO '%', r.a; END;", "not assigned yet"),
        ("DECLARE n int := 3; BEGIN CASE n WHEN 1 THEN NULL; END CASE; END;", "case not found"),
        ("BEGIN CALL p(); END;", "nesting limit"),
        ("BEGIN EXIT; END;", "EXIT cannot be used outside a loop"),
    ],
)
def test_errors_at_run_time(session, body, part):
    session.run(procedure(body))
    with pytest.raises(ServiceError, match=part):
        session.run("CALL p()")


@pytest.mark.parametrize(
    "body",
    [
        "BEGIN IF true THEN NULL; END;",
        "BEGIN LOOP NULL; END; END;",
        "DECLARE n int BEGIN END;",
        "BEGIN RAISE INFO '% %', 1; END;",
        "BEGIN EXCEPTION WHEN division_by_zero THEN NULL; END;",
        "BEGIN NULL; END; SELECT 1",
        "BEGIN RETURN 1; END;",
        "DECLARE n int NOT NULL; BEGIN NULL; END;",
    ],
)
def test_a_body_that_does_not_parse_makes_no_procedure(session, body):
    with pytest.raises(ServiceError):
        session.run(procedure(body))
    with pytest.raises(ServiceError, match="does not exist"):
        session.run("CALL p()")


def test_sql_function(session):
    session.run(
        "CREATE FUNCTION f_margin(float, int) RETURNS float IMMUTABLE AS $$ SELECT CASE "
        "WHEN $2 = 0 THEN 0 ELSE $1 / $2 END $$ LANGUAGE sql"
    )
    assert session.run("SELECT a, f_margin(a, 2) FROM t ORDER BY 1").rows == [(1, 0.5), (2, 1.0)]
    assert session.run("SELECT sum(public.f_margin(a, a)) FROM t").rows == [(2.0,)]
    with pytest.raises(ServiceError, match="f_margin"):
        session.run("SELECT f_margin(1)")
    session.run("DROP FUNCTION f_margin(float, int)")
    with pytest.raises(ServiceError, match="does not exist"):
        session.run("SELECT f_margin(1, 2)")


@pytest.mark.parametrize(
    "body", ["SELECT a FROM t", "SELECT 1, 2", "SELECT $1 LIMIT 1", "SELECT $2", "DELETE FROM t"]
)
def test_sql_function_is_one_expression(session, body):
    with pytest.raises(ServiceError):
        session.run(f"CREATE FUNCTION g(int) RETURNS int STABLE AS $$ {body} $$ LANGUAGE sql")


def test_python_and_lambda_functions_are_limits(session):
    with pytest.raises(LabLimit, match="Python"):
        session.run(
            "CREATE FUNCTION h(a int) RETURNS int STABLE AS $$ return a $$ LANGUAGE plpythonu"
        )
    with pytest.raises(LabLimit, match="EXTERNAL FUNCTION"):
        session.run(
            "CREATE EXTERNAL FUNCTION h(int) RETURNS int STABLE LAMBDA 'x' IAM_ROLE default"
        )


def test_block_commits_and_rolls_back_data_and_tables(session):
    session.run("BEGIN; CREATE TABLE u (a int); INSERT INTO u VALUES (1); ROLLBACK")
    with pytest.raises(ServiceError, match="does not exist"):
        session.run("SELECT * FROM u")
    session.run("BEGIN; INSERT INTO t VALUES (3, 'z'); COMMIT")
    assert session.run("SELECT count(*) FROM t").rows == [(3,)]


def test_an_error_aborts_the_block(session):
    session.run("BEGIN; INSERT INTO t VALUES (3, 'z')")
    with pytest.raises(ServiceError):
        session.run("SELECT 1/0 FROM t")
    with pytest.raises(ServiceError, match="commands ignored until end of transaction block"):
        session.run("SELECT 1")
    assert session.run("COMMIT").message == "ROLLBACK"
    assert session.run("SELECT count(*) FROM t").rows == [(2,)]


def test_another_session_sees_what_is_committed_only(session):
    other = Redshift(lake=session.lake)
    session.run("BEGIN; INSERT INTO t VALUES (3, 'z')")
    assert other.run("SELECT count(*) FROM t").rows == [(2,)]
    session.run("COMMIT")
    assert other.run("SELECT count(*) FROM t").rows == [(3,)]


def test_lock_keeps_readers_and_writers_out(session):  # L
    other = Redshift(lake=session.lake)
    session.run("BEGIN; LOCK TABLE t")
    for sql in ("SELECT * FROM t", "INSERT INTO t VALUES (1, 'q')", "DROP TABLE t"):
        with pytest.raises(LabLimit, match="waits"):
            other.run(sql)
    session.run("COMMIT")
    assert other.run("SELECT count(*) FROM t").rows == [(2,)]


def test_writers_wait_for_writers_and_readers_do_not(session):  # L
    other = Redshift(lake=session.lake)
    session.run("BEGIN; UPDATE t SET b = 'w'")
    assert other.run("SELECT count(*) FROM t").rows == [(2,)]
    with pytest.raises(LabLimit, match="ShareRowExclusiveLock"):
        other.run("DELETE FROM t")
    session.run("ROLLBACK")
    other.run("DELETE FROM t")


def test_reader_in_a_block_holds_up_a_drop(session):  # L
    other = Redshift(lake=session.lake)
    session.run("BEGIN; SELECT * FROM t")
    with pytest.raises(LabLimit, match="AccessShareLock"):
        other.run("DROP TABLE t")
    session.run("END")
    other.run("DROP TABLE t")
