# ruff: noqa: E501 - a table reads best with one statement a line
"""Views, late-binding views and materialized views."""

import pytest
from redshift_local import R, check_error, check_rows, session

from dealab.sql.lake import Lake

VIEW = R + "r_CREATE_VIEW.html"
DROP = R + "r_DROP_VIEW.html"
MATVIEW = R + "materialized-view-create-sql-command.html"
REFRESH = R + "materialized-view-refresh-sql-command.html"
ALTER = R + "r_ALTER_MATERIALIZED_VIEW.html"

T = "create table t (a int, b varchar(8)); insert into t values (1, 'x'), (2, 'y'); "


@pytest.fixture(scope="module")
def lake(lake_folder):
    return Lake(lake_folder)


CASES = [
    (T + "create view v as select b, a from t where a > 1; select * from v", [("y", 2)], VIEW),
    (
        T + "create view v (n, m) as select a, a * 2 from t; select m from v order by n",
        [(2,), (4,)],
        VIEW,
    ),
    (
        T
        + "create view v as select * from t; alter table t add c int default 9; select * from v order by a",
        [(1, "x"), (2, "y")],
        VIEW,
    ),
    (
        T + "create view v as select a from t; alter table t rename to u; select sum(a) from v",
        [(3,)],
        VIEW,
    ),
    (
        T
        + "create view v as select a from t; alter table t rename column a to z; select sum(a) from v",
        [(3,)],
        VIEW,
    ),
    (
        T
        + "create view v as select a from t; create view w as select a from v; drop table t cascade; create table t (a int); create view w as select 5 as a; select a from w",
        [(5,)],
        DROP,
    ),
    (
        T
        + "create view v as select a from t; create or replace view v as select a from t where a = 2; select * from v",
        [(2,)],
        VIEW,
    ),
    (
        T
        + "create view v as with w as (select a from t) select max(a) as m from w union all select 0; select m from v order by 1",
        [(0,), (2,)],
        VIEW,
    ),
    (
        T
        + "create schema s; create table s.t (z int); insert into s.t values (9); create view v as select a from t; set search_path to s, public; select a from v order by 1",
        [(1,), (2,)],
        VIEW,
    ),
    # --- late binding
    (
        "create view v as select * from public.later with no schema binding; create table later (a int); insert into later values (4); select a from v",
        [(4,)],
        VIEW,
    ),
    (
        T
        + "create view v as select * from public.t with no schema binding; drop table t; create table t (n varchar(3)); insert into t values ('new'); select n from v",
        [("new",)],
        VIEW,
    ),
    (
        T
        + "create view v as select * from public.t with no schema binding; alter table t add c int default 3; select * from v where a = 1",
        [(1, "x", 3)],
        VIEW,
    ),
    (
        "create view v as select count(*) > 0 as some from fernway.orders with no schema binding; select some from v",
        [(True,)],
        VIEW,
    ),
    # --- materialized views
    (
        T
        + "create materialized view m as select b, sum(a) as n from t group by b; insert into t values (3, 'y'); select n from m order by n",
        [(1,), (2,)],
        MATVIEW,
    ),
    (
        T
        + "create materialized view m as select b, sum(a) as n from t group by b; insert into t values (3, 'y'); refresh materialized view m; select n from m order by n",
        [(1,), (5,)],
        REFRESH,
    ),
    (
        T
        + "create materialized view m backup no distkey(b) sortkey(n) auto refresh no as select b, sum(a) as n from t group by b; delete from t; refresh materialized view m; select count(*) from m",
        [(0,)],
        MATVIEW,
    ),
    (
        T
        + "create materialized view m as select a from t; create materialized view n as select max(a) as k from m; insert into t values (9, 'z'); refresh materialized view n cascade; select k from n",
        [(9,)],
        REFRESH,
    ),
    (
        T
        + "create materialized view m as select a from t; create materialized view n as select max(a) as k from m; insert into t values (9, 'z'); refresh materialized view n; select k from n",
        [(2,)],
        REFRESH,
    ),
    (
        T
        + "create materialized view m as select a from t; alter materialized view m auto refresh yes; drop materialized view m; drop materialized view if exists m; select 1",
        [(1,)],
        ALTER,
    ),
    (
        "create materialized view m as select channel, count(*) as n from fernway.orders group by 1; refresh materialized view m; select count(*) > 0 from m",
        [(True,)],
        MATVIEW,
    ),
    (
        T
        + "create materialized view m as select a from t; alter table t add c int; insert into t values (5, 'q', 1); refresh materialized view m; select count(*) from m",
        [(3,)],
        MATVIEW,
    ),
    (
        T
        + "create materialized view m as select a from t; alter table t rename column a to z; select sum(a) from m",
        [(3,)],
        MATVIEW,
    ),
]

ERRORS = [
    (
        T + "create view v as select a from t; create view v as select b from t",
        "42P07",
        'Relation "v" already exists',
        VIEW,
    ),
    (
        T + "create view v as select a, b from t; create or replace view v as select a from t",
        "42P16",
        "cannot change number of columns in view",
        VIEW,
    ),
    (
        T + "create view v as select a from t; create or replace view v as select a as z from t",
        "42P16",
        'cannot change name of view column "a"',
        VIEW,
    ),
    (
        T + "create view v as select a from t; create or replace view v as select b as a from t",
        "42P16",
        'cannot change data type of view column "a"',
        VIEW,
    ),
    (T + "create or replace view t as select 1 as a", "42809", '"t" is not a view', VIEW),
    (T + "create view v as select a, a from t", "42701", 'column "a" duplicated', VIEW),
    (
        T + "create view v (p, q, r) as select a, b from t",
        "42601",
        "more column names than columns",
        VIEW,
    ),
    ("create view v as select * from nosuch", "42P01", 'relation "nosuch" does not exist', VIEW),
    (
        "create view v as select order_id from fernway.orders",
        "0A000",
        "External tables are not supported in views",
        VIEW,
    ),
    (
        T + "create view v as select a from t with no schema binding",
        "0A000",
        "no schema binding",
        VIEW,
    ),
    (
        "create view v as select a from nosuch.t with no schema binding",
        "3F000",
        'schema "nosuch" does not exist',
        VIEW,
    ),
    (
        T
        + "create view v as select * from public.t with no schema binding; drop table t; select * from v",
        "42P01",
        'relation "public.t" does not exist',
        VIEW,
    ),
    (
        T + "create view v as select a from t; create view w as select a from v; drop view v",
        "2BP01",
        "cannot drop view v because other objects depend on it",
        DROP,
    ),
    ("drop view nosuch", "42P01", 'View "nosuch" does not exist', DROP),
    (
        T + "create view v as select a from t; drop materialized view v",
        "42809",
        '"v" is not a materialized view',
        DROP,
    ),
    (T + "create materialized view m as select a from t order by a", "0A000", "ORDER BY", MATVIEW),
    (T + "create materialized view m as select a from t limit 1", "0A000", "LIMIT", MATVIEW),
    (
        T + "create view v as select a from t; create materialized view m as select a from v",
        "0A000",
        "standard views",
        MATVIEW,
    ),
    (
        "create temp table t (a int); create materialized view m as select a from t",
        "0A000",
        "temporary tables",
        MATVIEW,
    ),
    (
        T + "create materialized view m auto refresh yes as select a, current_date as d from t",
        "0A000",
        "AUTO REFRESH",
        MATVIEW,
    ),
    (
        "create materialized view m auto refresh yes as select order_id from fernway.orders",
        "0A000",
        "AUTO REFRESH",
        MATVIEW,
    ),
    (
        T + "create materialized view m as select a from t; insert into m values (1)",
        "42809",
        "materialized view",
        MATVIEW,
    ),
    (
        T + "create materialized view m as select a from t; drop table t",
        "2BP01",
        "other objects depend on it",
        MATVIEW,
    ),
    (
        T
        + "create materialized view m as select a from t; alter table t rename column a to z; insert into t values (3, 'z'); refresh materialized view m",
        "0A000",
        "could not be refreshed",
        MATVIEW,
    ),
    (
        T + "create materialized view m as select a from t; alter table m rename to n",
        "0A000",
        "cannot alter materialized view",
        MATVIEW,
    ),
    (
        "create or replace materialized view m as select 1 as a",
        "42601",
        'syntax error at or near "materialized"',
        MATVIEW,
    ),
    (
        "refresh materialized view nosuch",
        "42P01",
        'Materialized view "nosuch" does not exist',
        REFRESH,
    ),
]


@pytest.mark.parametrize(("script", "rows", "source"), CASES, ids=lambda part: None)
def test_result(lake, script, rows, source):
    check_rows(lake, script, rows, source)


@pytest.mark.parametrize(("script", "code", "part", "source"), ERRORS, ids=lambda part: None)
def test_error(lake, script, code, part, source):
    check_error(lake, script, code, part, source)


HINDERED = [
    ("select a from t", ""),
    ("select b, sum(a) as s, count(*) as n from t group by b", ""),
    ("select t.a from t join t u on t.a = u.a", ""),
    ("select t.a from t left join t u on t.a = u.a", "an outer join"),
    ("select a from t union all select a from t", "the set operation UNION"),
    ("select a, rank() over (order by a) as r from t", "a window function"),
    ("select count(distinct a) as n from t", "a DISTINCT aggregate function"),
    ("select median(a) as n from t", "the aggregate function MEDIAN"),
    ("select a from t where a > (select min(a) from t)", "a subquery outside FROM"),
    ("select a, getdate() as d from t", "the mutable function GETDATE"),
]


@pytest.mark.parametrize(("query", "why"), HINDERED)
def test_incremental_or_full(lake, query, why):
    """https://docs.aws.amazon.com/redshift/latest/dg/materialized-view-refresh-sql-command.html"""
    engine = session(lake)
    engine.run(T)
    made = engine.run(f"create materialized view m as {query}")
    assert made.notes == (
        [
            "INFO: Materialized view m will be recomputed from scratch on REFRESH: "
            f"its query has {why}."
        ]
        if why
        else []
    )
    view = engine.objects.get("relation", "dev", "public", "m")
    assert view.state == (0 if why else 1)
    engine.run("insert into t values (7, 'new')")
    word = "recomputed" if why else "incrementally updated"
    notes = engine.run("refresh materialized view m").notes
    assert notes[0] == f"INFO: Materialized view m was {word} successfully."


def test_refresh_is_logged_and_vacuum_forces_a_full_one(lake):
    engine = session(lake)
    engine.run(T + "create materialized view m as select a from t; refresh materialized view m")
    engine.run("delete from t where a = 1; vacuum t; refresh materialized view m")
    rows = engine.namespace.logs["mv_refresh"]
    assert [(row["name"], row["status"]) for row in rows] == [
        ("m", "MV was already updated"),
        ("m", "Refresh successfully recomputed MV from scratch"),
    ]


def test_staleness(lake):
    from dealab.sql.redshift import matviews

    engine = session(lake)
    engine.run(T + "create materialized view m as select a from t")
    view = engine.objects.get("relation", "dev", "public", "m")
    assert not matviews.is_stale(engine, view)
    engine.run("insert into t values (3, 'z')")
    assert matviews.is_stale(engine, view)


def test_nested_materialized_views(lake):
    """https://aws.amazon.com/about-aws/whats-new/2025/07/amazon-redshift-cascading-refresh-nested-materialized-views/"""
    engine = session(lake)
    engine.run("create table b (a int); create materialized view m1 as select a from b")
    engine.run("create materialized view m2 as select a from m1")
    engine.run("create materialized view m3 as select a from m2; insert into b values (1)")
    assert engine.run("refresh materialized view m2").notes == [
        "INFO: Materialized view m2 is already up to date. However, it depends on another "
        "materialized view that is not up to date."
    ]
    assert engine.run("refresh materialized view m2 cascade").notes == [
        "INFO: Materialized view m2 was incrementally updated successfully."
    ]
    counts = "select (select count(*) from m1), (select count(*) from m2)"
    assert engine.run(f"{counts}, (select count(*) from m3)").rows == [(1, 1, 0)]
