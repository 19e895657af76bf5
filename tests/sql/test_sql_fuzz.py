"""Thrown at the layer: does anything but the three kinds of error, or a wrong answer, come out?"""

import contextlib
import re
import signal

import athena_cases
import athena_select_cases
import duckdb
import lake
import mutations
import pytest
import redshift_cases
import redshift_select_cases
from hypothesis import given, settings
from hypothesis import strategies as st

from dealab.sql import Athena, LabBug, LabLimit, Redshift, ServiceError, SqlError

CASES = {
    "athena": (athena_cases, athena_select_cases),
    "redshift": (redshift_cases, redshift_select_cases),
}
SECONDS = 10  # a statement that takes longer hangs


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory):
    """Both engines over a lake of their own: a mutated statement may write."""
    folder = lake.make(tmp_path_factory.mktemp("fuzzed"))
    return {"athena": Athena(datasets=folder), "redshift": Redshift(datasets=folder)}


def pool(service: str) -> list[str]:
    """Return the documented statements. A mutated recursion may never end: none of those."""
    found = [case[0] for module in CASES[service] for case in (*module.CASES, *module.ERRORS)]
    return [sql for sql in found if "RECURSIVE" not in sql.upper()]


@contextlib.contextmanager
def limited(seconds: float):
    """Interrupt what takes longer, as a notebook's stop button does."""
    late = []

    def stop(signum, frame):
        late.append(True)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield late
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def outcome(engine, sql: str) -> str:
    """Run a statement; return what is wrong with how it ended, or nothing."""
    try:
        with limited(SECONDS) as late:
            engine.run(sql)
    except LabBug as error:
        return f"LabBug: {error.message}"
    except SqlError as error:
        if not isinstance(error, (ServiceError, LabLimit)):
            return f"bare {type(error).__name__}"
        if RAW.search(str(error)):
            return f"words of the lab's own tools: {error}"
    except KeyboardInterrupt:
        return "stopped"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "hangs" if late else ""


#: what no learner should read: DuckDB's, sqlglot's and Python's ways of failing
RAW = re.compile(
    r"(Binder|Catalog|Parser|Conversion|Internal|INTERNAL|Invalid Input|Out of Range) Error|"
    r"sqlglot|duckdb|Traceback|object has no attribute|lab_\w+\(|<class '"
)


@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="the time limit needs SIGALRM")
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("service", ["athena", "redshift"])
def test_only_the_three_kinds_of_error(fuzzed, service, seed):
    mutator, wrong = mutations.Mutator(pool(service), seed), []
    for _ in range(150):
        sql = mutator.statement()
        problem = outcome(fuzzed[service], sql)
        if problem:
            wrong.append(f"{sql[:600]!r}\n   {problem[:600]}")
    assert not wrong, "\n".join(wrong)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_answered_or_refused(athena, text):
    with contextlib.suppress(SqlError):
        athena.run(text)


NUMBERS = st.integers(-50, 2050)
FILTERS = st.one_of(
    st.builds("order_id {} {}".format, st.sampled_from(["<", "<=", "=", "<>", ">", ">="]), NUMBERS),
    st.builds("order_id BETWEEN {} AND {}".format, NUMBERS, NUMBERS),
    st.builds("channel = '{}'".format, st.sampled_from(["web", "app", "store", "none"])),
    st.builds("channel IN ('{}', 'app')".format, st.sampled_from(["web", "store"])),
    st.builds("note LIKE '%{}%'".format, st.integers(0, 999)),
    st.builds("mod(order_id, {}) = {}".format, st.integers(1, 9), st.integers(0, 8)),
    st.just("coupon IS NULL"),
    st.builds("order_month = '2026-0{}'".format, st.integers(3, 6)),
)
CONDITIONS = st.recursive(
    FILTERS,
    lambda inner: st.one_of(
        st.builds("({} AND {})".format, inner, inner),
        st.builds("({} OR {})".format, inner, inner),
        st.builds("(NOT {})".format, inner),
    ),
    max_leaves=5,
)
KEYS = st.lists(
    st.sampled_from(["channel", "order_month", "coupon"]), min_size=1, max_size=2, unique=True
)


@settings(max_examples=60, deadline=None)
@given(condition=CONDITIONS, keys=KEYS)
def test_plain_questions_agree_with_plain_duckdb(athena, redshift, lake_folder, condition, keys):
    """Where the languages agree, the layer must give what DuckDB gives on the same files."""
    files = [
        str(lake_folder / f"bucket/orders/order_month=2026-0{month}/part-0.parquet")
        for month in (4, 5)
    ]
    listed = ", ".join(keys)
    body = (
        f"SELECT {listed}, count(*) AS n, sum(order_id) AS s, min(note) AS lo, max(amount) AS hi "
        f"FROM {{}} WHERE {condition} GROUP BY {listed} ORDER BY {listed}, n"
    )
    source = (
        f"read_parquet({files}, union_by_name = true, hive_partitioning = true, "
        f"hive_types_autocast = false)"
    )
    with duckdb.connect() as plain:
        expected = plain.execute(body.format(source)).fetchall()
    assert athena.run(body.format("orders")).rows == expected
    assert sorted(redshift.run(body.format("orders")).rows, key=repr) == sorted(expected, key=repr)
