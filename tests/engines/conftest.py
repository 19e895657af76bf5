"""One engine per test file: they take seconds to start. Without one its tests are skipped."""

import importlib.util
import os

import pytest

if os.environ.get("DEALAB_REQUIRE_SPARK") == "1" and importlib.util.find_spec("pyspark") is None:
    raise pytest.UsageError("DEALAB_REQUIRE_SPARK is set, and Spark is not installed here")


def _need(available: bool, why_not: str, variable: str):
    if available:
        return
    if os.environ.get(variable) == "1":
        pytest.fail(why_not)
    pytest.skip(why_not)


@pytest.fixture(scope="module")
def spark():
    """The module dealab.engines.spark with a session; ended after the file's last test."""
    from dealab.engines import spark as engine
    from dealab.sql import lake

    _need(engine.available(), engine.why_not(), "DEALAB_REQUIRE_SPARK")
    lake.renew()
    engine.session()
    yield engine
    engine.stop()
    lake.renew()


@pytest.fixture
def session(spark):
    """A session with the lab's settings and no tables or caches of other tests."""
    yield spark.session()
    found = spark.session()
    found.catalog.clearCache()
    for view in found.catalog.listTables():
        if view.isTemporary:
            found.catalog.dropTempView(view.name)


@pytest.fixture(scope="module")
def server():
    """A PostgreSQL server for the file."""
    from dealab.engines import postgres

    _need(postgres.available(), postgres.why_not(), "DEALAB_REQUIRE_POSTGRES")
    started = postgres.start()
    yield started
    started.stop()


@pytest.fixture
def url(server):
    """The URL of an empty database."""
    import psycopg

    with psycopg.connect(server.url, autocommit=True) as connection:
        for (slot,) in connection.execute("select slot_name from pg_replication_slots").fetchall():
            connection.execute("select pg_drop_replication_slot(%s)", [slot])
        connection.execute("drop schema public cascade")
        connection.execute("create schema public")
        for (name,) in connection.execute("select pubname from pg_publication").fetchall():
            connection.execute(f'drop publication "{name}"')
    return server.url
