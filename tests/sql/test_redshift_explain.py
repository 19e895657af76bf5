# ruff: noqa: E501 - a table reads best with one statement a line
"""EXPLAIN: operators, labels, conditions, warnings, costs; and what the log keeps of plans."""

import re

import pytest
from redshift_local import R, session

from dealab.sql import LabLimit, Lake, ServiceError
from dealab.sql.redshift.explaining import moves
from dealab.sql.redshift.explaining.nodes import Node, above, printed

PLAN = R + "c-the-query-plan.html"
LABELS = R + "c_data_redistribution.html"
EXPLAIN = R + "r_EXPLAIN.html"
LOG = R + "r_STL_EXPLAIN.html"
ALERTS = R + "r_STL_ALERT_EVENT_LOG.html"
SPECTRUM = R + "c-spectrum-external-performance.html"


@pytest.fixture(scope="module")
def engine(lake_folder):
    made = session(Lake(lake_folder))
    made.run(
        """
        create table digits(n int);
        insert into digits values (0),(1),(2),(3),(4),(5),(6),(7),(8),(9);
        create table sales(salesid int, listid int distkey sortkey, eventid int, price decimal(8,2), buyer varchar(20));
        create table listing(listid int distkey sortkey, eventid int, seats int, seller varchar(20));
        create table event(eventid int, eventname varchar(50), venueid int) diststyle all;
        create table venue(venueid int, name varchar(20)) diststyle even;
        insert into sales select a.n * 10 + b.n, a.n * 10 + b.n, a.n, 10, 'b' from digits a, digits b;
        insert into listing select a.n * 10 + b.n, a.n, b.n, 's' from digits a, digits b;
        insert into event select n, 'show', n from digits;
        insert into venue select n, 'hall' from digits;
        vacuum;
        analyze
        """
    )
    return made


def lines(engine, sql):
    return [row[0] for row in engine.run("explain " + sql).rows]


def shape(engine, sql):
    """Return the plan without figures."""
    return [re.sub(r"  \(cost=.*", "", line) for line in lines(engine, sql)]


# what stands somewhere in the plan, or, with "!", nowhere
CASES = [
    ("select * from venue", ["XN Seq Scan on venue"], PLAN),
    ("select * from venue v", ["XN Seq Scan on venue v"], PLAN),
    ("select * from venue where name is not null", ["  Filter: (name IS NOT NULL)"], EXPLAIN),
    ("select * from venue where venueid = 3", ["  Filter: (venueid = 3)"], PLAN),
    ("select * from venue where venueid > 1 and venueid < 5", ["  Filter: ((venueid > 1) AND (venueid < 5))"], PLAN),
    ("select * from venue where venueid = 99999", ["XN Seq Scan on venue", "  Filter: (venueid = 99999)"], PLAN),
    ("select * from venue where name = 'x'", ["  Filter: ((name)::text = 'x'::text)"], PLAN),
    ("select * from venue where name like 'x%'", ["  Filter: ((name)::text ~~ 'x%'::text)"], PLAN),
    ("select count(*) from venue", ["XN Aggregate", "  ->  XN Seq Scan on venue"], PLAN),
    ("select name, count(*) from venue group by name", ["XN HashAggregate", "  ->  XN Seq Scan on venue"], PLAN),
    ("select count(distinct name) from venue", ["XN Aggregate", "        ->  XN Seq Scan on venue|  ->  XN Seq Scan on venue"], PLAN),
    ("select distinct name from venue", ["XN Unique", "  ->  XN Seq Scan on venue"], PLAN),
    ("select * from venue limit 2", ["XN Limit", "  ->  XN Seq Scan on venue"], PLAN),
    ("select * from venue order by name desc", ["XN Merge", "  Merge Key: name", "  ->  XN Network", "        Send to leader", "        ->  XN Sort", "              Sort Key: name", "              ->  XN Seq Scan on venue"], PLAN),
    ("select name, sum(venueid) from venue group by name order by 2", ["  Merge Key: sum(venueid)"], PLAN),
    ("select * from venue order by venueid limit 3", ["XN Limit", "  ->  XN Merge", "        Merge Key: venueid"], PLAN),
    ("select venueid from venue union all select n from digits", ["XN Append", '  ->  XN Subquery Scan "*SELECT* 1"', '  ->  XN Subquery Scan "*SELECT* 2"'], PLAN),
    ("select venueid from venue union select n from digits", ["XN Unique", "  ->  XN Append"], PLAN),
    ("select venueid from venue intersect select n from digits", ["XN Hash Intersect Distinct DS_BCAST_INNER|XN Hash Intersect Distinct DS_DIST_BOTH|XN Hash Intersect Distinct DS_DIST_ALL_NONE"], PLAN),
    ("select row_number() over (partition by eventid order by salesid) from sales", ["XN Window", "  Partition: eventid", "  Order: salesid", "  ->  XN Sort", "        ->  XN Network", "              Distribute"], PLAN),
    ("select row_number() over (partition by listid order by salesid) from sales", ["XN Window", "!              Distribute"], PLAN),
    # joins
    ("select * from sales s, listing l where s.listid = l.listid", ["XN Merge Join DS_DIST_NONE", '  Merge Cond: ("outer".listid = "inner".listid)', "!  ->  XN Hash"], PLAN),
    ("select * from sales s left join listing l on s.listid = l.listid", ["XN Merge Left Join DS_DIST_NONE|XN Merge Right Join DS_DIST_NONE"], PLAN),
    ("select * from sales s full join listing l on s.listid = l.listid", ["XN Hash Full Join DS_DIST_NONE"], PLAN),
    ("select * from sales s, event e where s.eventid = e.eventid", ["XN Hash Join DS_DIST_ALL_NONE", '  Hash Cond: ("outer".eventid = "inner".eventid)', "  ->  XN Hash", "        ->  XN Seq Scan on event e"], LABELS),
    ("select * from venue v, listing l where v.venueid = l.listid", ["XN Hash Join DS_DIST_OUTER|XN Hash Join DS_DIST_INNER"], LABELS),
    ("select * from sales s, listing l where s.eventid = l.seats", ["XN Hash Join DS_DIST_BOTH"], LABELS),
    ("select * from sales s, listing l where s.buyer = l.seller", ['  Hash Cond: (("outer".seller)::text = ("inner".buyer)::text)|  Hash Cond: (("outer".buyer)::text = ("inner".seller)::text)'], PLAN),
    ("select * from event e left join venue v on e.venueid = v.venueid", ["XN Hash Right Join DS_DIST_ALL_NONE|XN Hash Left Join DS_DIST_ALL_INNER"], LABELS),
    ("select * from sales where eventid in (select eventid from event)", ["XN Hash IN Join DS_DIST_ALL_NONE"], PLAN),
    ("select * from sales where eventid not in (select eventid from event)", ["XN Hash NOT IN Join DS_DIST_ALL_NONE"], PLAN),
    ("select * from sales s, venue v where s.salesid < v.venueid", ["XN Nested Loop DS_BCAST_INNER", '  Join Filter: ("outer".salesid < "inner".venueid)', "----- Nested Loop Join in the query plan - review the join predicates to avoid Cartesian products -----"], ALERTS),
    ("select * from sales, venue", ["XN Nested Loop DS_BCAST_INNER"], PLAN),
    ("with a as (select listid, count(*) c from sales group by 1) select * from a join listing l on a.listid = l.listid", ["XN Hash Join DS_DIST_NONE"], LABELS),
    ("select * from sales s join listing l on s.listid = l.listid join event e on e.eventid = s.eventid", ["XN Hash Join DS_DIST_ALL_NONE|  ->  XN Hash Join DS_DIST_ALL_NONE"], PLAN),
    # statements
    ("create table copy1 as select * from venue where name is not null", ["XN Seq Scan on venue", "  Filter: (name IS NOT NULL)"], EXPLAIN),
    ("create table copy2 as (select count(*) from venue where venueid in (1, 2))", ["XN Aggregate"], EXPLAIN),
    ("select * into copy3 from venue", ["XN Seq Scan on venue"], EXPLAIN),
    ("insert into venue select * from venue", ["XN Seq Scan on venue"], EXPLAIN),
    ("insert into venue values (1, 'x')", ["XN Result"], EXPLAIN),
    ("update venue set name = 'x' where venueid = 1", ["XN Seq Scan on venue", "  Filter: (venueid = 1)"], EXPLAIN),
    ("update sales set eventid = l.eventid from listing l where l.listid = sales.listid", ["XN Merge Join DS_DIST_NONE"], EXPLAIN),
    ("delete from venue", ["XN Seq Scan on venue"], EXPLAIN),
    ("delete from sales using listing where sales.listid = listing.listid", ["XN Merge Join DS_DIST_NONE"], EXPLAIN),
    # the leader, and Spectrum
    ("select relname from pg_class", ["LD Seq Scan on pg_class"], EXPLAIN),
    ("select 1", ["LD Result"], EXPLAIN),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "wanted", "source"), CASES)
def test_plan(engine, sql, wanted, source):
    got = shape(engine, sql)
    for one in wanted:
        if one.startswith("!"):
            assert one[1:] not in got, (got, source)
        else:
            assert any(line in one.split("|") for line in got), (one, got, source)


def test_nothing_is_changed_by_explaining(engine):
    before = engine.run("select count(*) from venue").rows
    engine.run("explain delete from venue")
    engine.run("explain insert into venue values (1, 'x')")
    assert engine.run("select count(*) from venue").rows == before
    with pytest.raises(ServiceError, match="does not exist"):
        engine.run("select * from copy1")


@pytest.mark.parametrize(
    "sql",
    [
        "create table x(a int)",
        "truncate venue",
        "copy venue from 's3://b/k' iam_role default",
        "vacuum",
        "explain select 1",
    ],
)
def test_other_statements_are_refused(engine, sql):
    with pytest.raises(ServiceError, match="syntax error"):
        engine.run("explain " + sql)


def test_a_wrong_name_fails_as_it_would_when_run(engine):
    with pytest.raises(ServiceError, match='relation "no_such_table" does not exist'):
        engine.run("explain select * from no_such_table")
    with pytest.raises(ServiceError, match="nope"):
        engine.run("explain update venue set nope = 1")


def test_recursive_queries_are_a_limit(engine):
    with pytest.raises(LabLimit):
        engine.run(
            "explain with recursive r(a) as (select 1 union all select a + 1 from r where a < 3) select * from r"
        )


def test_missing_statistics_are_told(engine):
    engine.run("create table fresh(a int); insert into fresh values (1)")
    got = lines(engine, "select * from fresh")
    assert got[-2:] == [
        "----- Tables missing statistics: fresh -----",
        "----- Update statistics by running the ANALYZE command on these tables -----",
    ]
    engine.run("analyze fresh")
    assert not any("missing statistics" in line for line in lines(engine, "select * from fresh"))


def test_unsorted_tables_are_hashed_not_merged(engine):
    engine.run(
        "create table a1(k int distkey sortkey); create table a2(k int distkey sortkey);"
        "insert into a1 select salesid from sales; insert into a2 select salesid from sales"
    )
    query = "select * from a1, a2 where a1.k = a2.k"
    assert shape(engine, query)[0] == "XN Hash Join DS_DIST_NONE", PLAN
    engine.run("vacuum a1; vacuum a2")
    assert shape(engine, query)[0] == "XN Merge Join DS_DIST_NONE", PLAN


def test_verbose_shows_the_nodes_and_then_the_plan(engine):
    got = lines(engine, "verbose select * from venue")
    assert got[0] == "{ SEQSCAN"
    assert ":plan_rows 10" in got
    assert got[-1].startswith("XN Seq Scan on venue  (cost=")


def test_one_column_and_a_note(engine):
    result = engine.run("explain select * from venue")
    assert result.columns == ["QUERY PLAN"]
    assert "estimates" in result.notes[0]


def test_a_scan_costs_a_hundredth_for_each_row(engine):
    # 8,798 rows of EVENT cost 87.98 in the guide
    assert lines(engine, "select venueid from venue")[0].endswith(
        "(cost=0.00..0.10 rows=10 width=4)"
    ), PLAN


def test_costs_of_a_broadcast_are_the_guides():
    # CATEGORY (11 rows, 49 bytes) to EVENT costs 6600286.07 there, of which 6600000 is the broadcast
    assert moves.costs("DS_BCAST_INNER", (8798, 11), (35, 49)) == 6_600_000, PLAN


def test_costs_of_a_redistribution_are_the_guides():
    # EVENT (8,798 rows, 23 bytes) to VENUE costs 58653620.93 there
    cost = moves.costs("DS_DIST_OUTER", (8798, 202), (23, 22))
    assert (
        round(cost + 2.02 + 0.0025 * 202 + 87.98 + 0.0125 * 8798 + 0.01 * 8712, 1) == 58653620.9
    ), EXPLAIN


@pytest.mark.parametrize(
    ("outer", "inner", "label"),
    [
        ("joined", "joined", "DS_DIST_NONE"),
        ("else", "all", "DS_DIST_ALL_NONE"),
        ("all", "else", "DS_DIST_ALL_INNER"),
        ("joined", "else", "DS_DIST_INNER"),
    ],
)
def test_labels(outer, inner, label):
    assert moves.choose(outer, inner, (1000, 1000), (8, 8), keeps_inner=False) == label, LABELS


def test_a_preserved_inner_side_is_never_broadcast():
    assert moves.choose("else", "else", (10**6, 1), (8, 8), keeps_inner=False) == "DS_BCAST_INNER"
    assert moves.choose("else", "else", (10**6, 1), (8, 8), keeps_inner=True) == "DS_DIST_BOTH"


def test_indentation_is_the_guides():
    leaf = Node("XN Seq Scan on t", lines=["Filter: (a = 1)"])
    top = above(
        "XN Network", above("XN Sort", leaf, lines=["Sort Key: a"]), lines=["Send to leader"]
    )
    starts = [line[: len(line) - len(line.lstrip())] for line in printed(top)]
    assert [len(one) for one in starts] == [0, 2, 2, 8, 8, 14], PLAN


def test_an_external_table_is_scanned_in_s3(redshift):
    got = shape(redshift, "select count(*) from fernway.orders where channel = 'web'")
    assert any("XN S3 Query Scan orders" in line for line in got), (got, SPECTRUM)
    assert any(
        re.search(r'S3 Seq Scan fernway\.orders location:"s3://.+" format:PARQUET', line)
        for line in got
    )


def test_row_level_security_hides_its_predicate(lake_folder):
    lake = Lake(lake_folder)
    boss = session(lake)
    boss.run(
        "create table secret(a int, b int); insert into secret values (1, 1), (2, 2);"
        "create user eve password 'Abcdef123'; grant select on secret to eve;"
        "create rls policy few with (a int) using (a = 1);"
        "attach rls policy few on secret to eve; alter table secret row level security on"
    )
    from dealab.sql import Redshift

    eve = Redshift(lake=lake, namespace=boss.namespace.name, user="eve")
    got = [row[0] for row in eve.run("explain select b from secret where b > 0").rows]
    assert got[0].startswith("XN RLS SecureScan secret"), EXPLAIN
    assert not any("a = 1" in line for line in got)
    boss.run("create role looker; grant explain rls to role looker; grant role looker to eve")
    got = [row[0] for row in eve.run("explain select b from secret where b > 0").rows]
    assert any("rls_table" in line for line in got)
    assert any("(a = 1)" in line for line in got)


# --- the log --------------------------------------------------------------------------


def test_stl_explain_has_the_plan_of_what_ran(engine):
    engine.run("select * from sales s, event e where s.eventid = e.eventid")
    query = engine.last_query
    rows = engine.run(
        f"select nodeid, parentid, trim(plannode), trim(info) from stl_explain where query = {query} order by 1"
    ).rows
    assert [row[:2] for row in rows] == [(1, 0), (2, 1), (3, 1), (4, 3)], LOG
    assert rows[0][2].startswith("XN Hash Join DS_DIST_ALL_NONE")
    assert rows[0][3] == 'Hash Cond: ("outer".eventid = "inner".eventid)'


def test_a_dropped_table_does_not_break_the_log(engine):
    engine.run(
        "create table gone(a int); insert into gone values (1); select * from gone; drop table gone"
    )
    assert engine.run("select count(*) > 0 from stl_explain where plannode like '%gone%'").rows == [
        (True,)
    ]


def test_alerts_of_a_nested_loop(engine):
    engine.run("select count(*) from sales, venue")
    rows = engine.run(
        f"select trim(event), trim(solution) from stl_alert_event_log where query = {engine.last_query}"
    ).rows
    assert rows == [
        (
            "Nested Loop Join in the query plan",
            "Review the join predicates to avoid Cartesian products",
        )
    ], ALERTS


def test_alerts_of_a_selective_filter(engine):
    engine.run("select salesid from sales where salesid = 5")
    rows = engine.run(
        f"select trim(event) from stl_alert_event_log where query = {engine.last_query}"
    ).rows
    assert rows[0][0].startswith(
        "Very selective query filter:ratio=rows(1)/rows_pre_user_filter(100)"
    ), ALERTS


def test_alerts_of_missing_statistics(engine):
    engine.run("create table raw1(a int); insert into raw1 values (1); select * from raw1")
    rows = engine.run(
        f"select trim(event), trim(solution) from stl_alert_event_log where query = {engine.last_query}"
    ).rows
    assert ("Missing query planner statistics", "Run the ANALYZE command") in rows, ALERTS
