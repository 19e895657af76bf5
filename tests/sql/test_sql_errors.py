"""Are the three kinds of error told apart, and do they read as they should?"""

import signal
import time

import pytest

from dealab.sql import LabBug, LabLimit, ServiceError, SqlError


def test_service_error_reads_like_athena(athena):
    with pytest.raises(ServiceError) as caught:
        athena.run("SELECT order_id,\n       chanel\nFROM orders")
    error = caught.value
    assert (error.code, error.line, error.column) == ("COLUMN_NOT_FOUND", 2, 8)
    assert str(error) == (
        "COLUMN_NOT_FOUND: line 2:8: Column 'chanel' cannot be resolved or requester is not "
        "authorized to access requested resources"
    )
    assert error.hint == "did you mean channel?"
    assert "Hint from the lab" in error.block()
    assert "Hint" not in str(error)


def test_service_error_reads_like_redshift(redshift):
    with pytest.raises(ServiceError) as caught:
        redshift.run("SELECT chanel FROM orders")
    assert str(caught.value) == 'ERROR: column "chanel" does not exist in orders'
    assert (caught.value.line, caught.value.column) == (1, 8)


def test_alias_in_where_is_explained(athena):
    with pytest.raises(ServiceError) as caught:
        athena.run("SELECT order_id * 2 AS doubled FROM orders WHERE doubled > 5")
    assert "WHERE comes before" in caught.value.hint


def test_place_of_the_operator_and_of_the_call(athena):
    with pytest.raises(ServiceError) as caught:
        athena.run("SELECT 1\nFROM kinds\nWHERE (i + 1) = s")
    assert (caught.value.line, caught.value.column) == (3, 15)
    with pytest.raises(ServiceError) as caught:
        athena.run("SELECT i,\n  lowr(s) FROM kinds")
    assert (caught.value.line, caught.value.column) == (2, 3)
    assert caught.value.hint == "did you mean lower?"


def test_limit_names_what_the_service_does_and_that_nothing_happened(athena):
    with pytest.raises(LabLimit) as caught:
        athena.run("SELECT st_point(1, 2)")
    text = str(caught.value)
    assert "st_point" in text
    assert "Nothing was changed and nothing billed." in text
    assert "For the exam:" in text


@pytest.mark.parametrize(
    ("service", "sql", "named"),
    [
        ("athena", "SELECT st_point(1, 2)", "st_point"),
        ("athena", "SELECT approx_set(i) FROM kinds", "approx_set"),
        (
            "athena",
            "SELECT * FROM kinds MATCH_RECOGNIZE (ORDER BY i PATTERN (a) DEFINE a AS i > 1)",
            "MATCH_RECOGNIZE",
        ),
        ("athena", "SELECT * FROM avro_data", "Avro"),
        ("redshift", "SELECT hll(i) FROM kinds", "hll"),
        ("redshift", "CREATE MODEL m FROM kinds TARGET i FUNCTION f", "CREATE MODEL"),
    ],
)
def test_what_the_lab_leaves_out_is_refused_by_name(request, service, sql, named):
    with pytest.raises(LabLimit) as caught:
        request.getfixturevalue(service).run(sql)
    assert named in str(caught.value)


def test_a_fault_of_the_lab_says_so(athena, monkeypatch):
    def broken(*_):
        raise RuntimeError("boom")

    monkeypatch.setattr(type(athena), "plan", broken)
    with pytest.raises(LabBug) as caught:
        athena.run("SELECT 1")
    assert "bug of the lab" in str(caught.value)
    assert "report" in str(caught.value)


def test_errors_show_no_traceback(athena):
    with pytest.raises(SqlError) as caught:
        athena.run("SELECT nope FROM orders")
    lines = caught.value._render_traceback_()
    assert lines[0].startswith("COLUMN_NOT_FOUND")
    assert not any("Traceback" in line or "File " in line for line in lines)


def test_deep_nesting_is_no_crash(athena, redshift):
    for engine in (athena, redshift):
        for sql in (
            "SELECT " + "(" * 3000 + "1" + ")" * 3000,
            "SELECT " + "-" * 1 + " - ".join(["1"] * 4000),
        ):
            kind = None
            try:
                engine.run(sql)
            except SqlError as error:
                kind = type(error)
            assert kind is not LabBug


def test_a_long_list_and_a_long_chain_run(athena):
    many = ", ".join(str(at) for at in range(3000))
    assert athena.run(f"SELECT count(*) FROM orders WHERE order_id IN ({many})").rows == [(2000,)]
    chain = " OR ".join(f"order_id = {at}" for at in range(500))
    assert athena.run(f"SELECT count(*) FROM orders WHERE {chain}").rows == [(500,)]


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs POSIX timers")
@pytest.mark.parametrize(("service", "code"), [("athena", "USER_CANCELED"), ("redshift", "57014")])
def test_a_long_query_can_be_interrupted(request, service, code):
    engine = request.getfixturevalue(service)
    endless = (
        "SELECT count(*) FROM orders a, orders b, orders c WHERE a.amount * b.amount > c.amount"
    )
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, 0.4)
    try:
        begin = time.perf_counter()
        with pytest.raises(ServiceError) as caught:
            engine.run(endless)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert caught.value.code == code
    assert time.perf_counter() - begin < 10
    assert engine.run("SELECT 1").rows == [(1,)]


def test_wrong_number_of_parameters(athena, redshift):
    for engine in (athena, redshift):
        with pytest.raises(ServiceError, match="Incorrect number of parameters"):
            engine.run("SELECT ?, ?", [1])
        with pytest.raises(ServiceError, match="Incorrect number of parameters"):
            engine.run("SELECT ?", [1, 2])
