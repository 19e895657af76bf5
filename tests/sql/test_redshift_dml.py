# ruff: noqa: E501 - a table reads best with one statement a line
"""INSERT, UPDATE, DELETE and MERGE on local tables."""

from decimal import Decimal as D

import pytest
from redshift_local import R, check_error, check_rows, session

from dealab.sql.lake import Lake

INSERT = R + "r_INSERT_30.html"
INSERT_EXAMPLES = R + "c_Examples_of_INSERT_30.html"
UPDATE = R + "r_UPDATE.html"
UPDATE_EXAMPLES = R + "c_Examples_of_UPDATE_statements.html"
DELETE = R + "r_DELETE.html"
MERGE = R + "r_MERGE.html"
NONDETERMINISTIC = R + "r_error_on_nondeterministic_update.html"
CONVERSION = R + "c_Supported_data_types.html#r_Type_conversion"
NUMERIC = R + "r_Numeric_types201.html"
IDENTITY = R + "r_CREATE_TABLE_NEW.html"

T = "create table t (a int, b varchar(8), c decimal(5,2)); insert into t values (1, 'x', 1.5), (2, 'y', 2.5), (3, 'z', null); "
#: a target and a source that meets two of its rows
TS = "create table t (id int, v int); insert into t values (1, 10), (2, 20), (3, 30); create table s (id int, v int); insert into s values (2, 200), (3, 300), (4, 400); "
#: categories and their events, on the shape of the guide's sample
CAT = "create table cat (id int, grp varchar(9), name varchar(9)); insert into cat values (1, 'Sports', 'MLB'), (6, 'Shows', 'Musicals'), (7, 'Shows', 'Plays'), (9, 'Concerts', 'Pop'); create table ev (cat int); insert into ev values (6), (6), (7), (9); "


@pytest.fixture(scope="module")
def lake(lake_folder):
    return Lake(lake_folder)


CASES = [
    # --- INSERT
    (
        T + "insert into t (c, a) values (9, 4); select a, b, c from t where a = 4",
        [(4, None, D("9.00"))],
        INSERT,
    ),
    (T + "insert into t values (5); select a, b from t where a = 5", [(5, None)], INSERT),
    (
        T + "insert into t select a + 10, b, c from t where a < 3; select sum(a) from t",
        [(29,)],
        INSERT_EXAMPLES,
    ),
    (T + "insert into t (select a + 10, b from t); select max(a) from t", [(13,)], INSERT_EXAMPLES),
    (
        T + "insert into t with w as (select 8 as k) select k from w; select max(a) from t",
        [(8,)],
        INSERT,
    ),
    (
        "create table t (a int default 4, b varchar(5) default 'd'); insert into t values (default, 'x'), (1, default); insert into t default values; select a, b from t order by a, b",
        [(1, "d"), (4, "d"), (4, "x")],
        INSERT,
    ),
    (
        "create table t (a int); insert into t values ((select count(*) from fernway.kinds) * 0 + 3); select a from t",
        [(3,)],
        INSERT,
    ),
    (
        "create table t (a int, b varchar(20)); insert into t select order_id % 1, channel from fernway.orders limit 2; select count(*), max(a) from t",
        [(2, 0)],
        INSERT,
    ),
    # --- values fit their columns
    (
        "create table t (a int); insert into t values (2.5), ('7'), (3.4); select a from t order by a",
        [(3,), (3,), (7,)],
        CONVERSION,
    ),
    (
        "create table t (a decimal(4,1)); insert into t values (1.26), ('9.94'); select a from t order by a",
        [(D("1.3"),), (D("9.9"),)],
        CONVERSION,
    ),
    (
        "create table t (a varchar(12)); insert into t values (12), (date '2026-01-02'), (1.50); select a from t order by a",
        [("1.50",), ("12",), ("2026-01-02",)],
        CONVERSION,
    ),
    (
        "create table t (a date, b timestamp); insert into t values ('2026-01-02', '2026-01-02'), (timestamp '2026-01-03 10:00:00', date '2026-01-04'); select a::varchar, b::varchar from t order by a",
        [("2026-01-02", "2026-01-02 00:00:00"), ("2026-01-03", "2026-01-04 00:00:00")],
        CONVERSION,
    ),
    (
        "create table t (a boolean); insert into t values ('t'), (false), (1); select a from t order by a",
        [(False,), (True,), (True,)],
        CONVERSION,
    ),
    (
        "create table t (a super); insert into t values (json_parse('{\"k\": [1, 2]}')), (array(3)), ('text'), (5); select a.k[1] from t where a.k is not null",
        [("2",)],
        R + "r_SUPER_type.html",
    ),
    (
        "create table t (a varchar(3)); insert into t values ('ab    '); select len(a) from t",
        [(3,)],
        R + "r_Character_types.html",
    ),
    # --- UPDATE
    (T + "update t set b = 'q'; select distinct b from t", [("q",)], UPDATE),
    (
        T + "update t set a = a * 10, b = default where c is null; select a, b from t where a > 9",
        [(30, None)],
        UPDATE,
    ),
    (
        T + "update t as x set b = x.b || '!' where x.a = 1; select b from t where a = 1",
        [("x!",)],
        UPDATE,
    ),
    (
        T
        + "update t set c = (select max(c) from t) where a in (select a from t where b = 'x'); select c from t where a = 1",
        [(D("2.50"),)],
        UPDATE,
    ),
    (
        T
        + "with w as (select 2 as k, 'via' as n) update t set b = n from w where a = k; select b from t where a = 2",
        [("via",)],
        UPDATE,
    ),
    (
        CAT
        + "update cat set id = 100 from ev where ev.cat = cat.id; select name from cat where id = 100 order by 1",
        [("Musicals",), ("Plays",), ("Pop",)],
        UPDATE_EXAMPLES,
    ),
    (
        CAT
        + "update cat set id = 100 from ev join cat c on ev.cat = c.id where c.grp = 'Concerts'; select name from cat where id = 100",
        [("Pop",)],
        UPDATE_EXAMPLES,
    ),
    (
        CAT
        + "update cat set id = 100 from (select ev.cat from ev left join cat c on ev.cat = c.id) e where cat.id = e.cat and grp = 'Concerts'; select name from cat where id = 100",
        [("Pop",)],
        UPDATE_EXAMPLES,
    ),
    (
        "create table t (id int, parent int, n int); insert into t values (1, null, 5), (2, 1, 0), (3, 1, 0); update t set n = p.n + 1 from t p where t.parent = p.id; select id, n from t order by id",
        [(1, 5), (2, 6), (3, 6)],
        UPDATE,
    ),
    (
        "create table t (k int generated by default as identity(1,1), a int); insert into t (a) values (1); update t set k = 50; select k from t",
        [(50,)],
        UPDATE,
    ),
    (
        TS + "update t set v = s.v from s where t.id = s.id; select v from t order by id",
        [(10,), (200,), (300,)],
        UPDATE,
    ),
    # --- DELETE
    (T + "delete from t where a = 1; select count(*) from t", [(2,)], DELETE),
    (T + "delete t where a = 1; delete from t; select count(*) from t", [(0,)], DELETE),
    (TS + "delete from t using s where t.id = s.id; select id from t", [(1,)], DELETE),
    (
        TS
        + "delete from t as x using s, (select 2 as k) q where x.id = s.id and s.id = q.k; select id from t order by 1",
        [(1,), (3,)],
        DELETE,
    ),
    (
        TS
        + "with w as (select id from s where v > 250) delete from t using w where t.id = w.id; select id from t order by 1",
        [(1,), (2,)],
        DELETE,
    ),
    (
        TS + "delete from t where exists (select 1 from s where s.id = t.id); select id from t",
        [(1,)],
        DELETE,
    ),
    # --- MERGE
    (
        TS
        + "merge into t using s on t.id = s.id when matched then update set v = s.v when not matched then insert values (s.id, s.v); select * from t order by id",
        [(1, 10), (2, 200), (3, 300), (4, 400)],
        MERGE,
    ),
    (
        TS
        + "merge into t using s as n on t.id = n.id when matched then delete when not matched then insert (v, id) values (n.v + 1, n.id); select * from t order by id",
        [(1, 10), (4, 401)],
        MERGE,
    ),
    (
        TS
        + "merge into t using (select id, max(v) as v from s group by id) q on t.id = q.id when matched then update set v = case when q.v > 250 then 0 else q.v end when not matched then insert (id) values (q.id); select * from t order by id",
        [(1, 10), (2, 200), (3, 0), (4, None)],
        MERGE,
    ),
    (
        TS
        + "insert into s values (2, 200); merge into t using s on t.id = s.id remove duplicates; select * from t order by id",
        [(1, 10), (2, 200), (3, 300), (4, 400)],
        MERGE,
    ),
    # what matched is decided before anything changes
    (
        TS
        + "merge into t using s on t.id = s.id when matched then update set id = 90 + s.id when not matched then insert values (s.id, s.v); select id from t order by id",
        [(1,), (4,), (92,), (93,)],
        MERGE,
    ),
    (
        TS
        + "insert into s values (null, 7); merge into t using s on t.id = s.id when matched then delete when not matched then insert values (s.id, s.v); select v from t order by v",
        [(7,), (10,), (400,)],
        MERGE,
    ),
]

ERRORS = [
    (
        T + "insert into t values (1, 'x', 2, 3)",
        "42601",
        "INSERT has more expressions than target columns",
        INSERT,
    ),
    (
        T + "insert into t (a, b) values (1)",
        "42601",
        "INSERT has more target columns than expressions",
        INSERT,
    ),
    (
        T + "insert into t (a, b) select 1",
        "42601",
        "INSERT has more target columns than expressions",
        INSERT,
    ),
    (
        T + "insert into t values (1, 'x'), (2)",
        "42601",
        "VALUES lists must all be the same length",
        INSERT,
    ),
    (
        T + "insert into t (nope) values (1)",
        "42703",
        'column "nope" of relation "t" does not exist',
        INSERT,
    ),
    (
        T + "insert into t (a, a) values (1, 2)",
        "42701",
        'column "a" specified more than once',
        INSERT,
    ),
    (
        T + "insert into t (b) values ('123456789')",
        "22001",
        "value too long for type character varying(8)",
        INSERT,
    ),
    (T + "insert into t (c) values (12345.678)", "22003", "overflow", NUMERIC),
    (T + "insert into t (a) values (3000000000)", "22003", "integer out of range", NUMERIC),
    (T + "insert into t (a) values ('abc')", "22P02", '"abc"', CONVERSION),
    (
        T + "insert into t (a) values (date '2026-01-01')",
        "42804",
        'column "a" is of type integer but expression is of type date',
        CONVERSION,
    ),
    (T + "insert into t (a) select b from t", "42804", "character varying", CONVERSION),
    (
        "create table t (a int not null); insert into t values (null)",
        "23502",
        "Cannot insert a NULL value into column a",
        INSERT,
    ),
    (
        "create table t (a int not null); insert into t values (1); update t set a = null",
        "23502",
        "NULL value into column a",
        UPDATE,
    ),
    (T + "insert into t values (1) returning a", "42601", "returning", INSERT),
    (
        T + "insert into t values (1) on conflict do nothing",
        "42601",
        'syntax error at or near "on"',
        INSERT,
    ),
    ("insert into nosuch values (1)", "42P01", 'relation "nosuch" does not exist', INSERT),
    (T + "update t set t.a = 1", "42703", "does not exist", UPDATE),
    (T + "update t set nope = 1", "42703", 'column "nope" of relation "t" does not exist', UPDATE),
    (T + "update t set a = 1, a = 2", "42601", 'multiple assignments to same column "a"', UPDATE),
    (T + "update t set (a, b) = (1, 'x')", "42601", 'syntax error at or near "("', UPDATE),
    (T + "update t set a = max(a)", "42803", "aggregate", UPDATE),
    (
        T + "update t set b = 'far too long a text'",
        "22001",
        "value too long for type character varying(8)",
        UPDATE,
    ),
    (
        CAT
        + "update cat set id = 1 from ev left join cat c on ev.cat = c.id where c.grp = 'Shows'",
        "0A000",
        "Target table must be part of an equijoin predicate",
        UPDATE_EXAMPLES,
    ),
    (
        CAT + "update cat set id = 1 from ev",
        "0A000",
        "Target table must be part of an equijoin predicate",
        UPDATE,
    ),
    (
        "create table t (k int identity(1,1), a int); update t set k = 1",
        "0A000",
        "identity column",
        IDENTITY,
    ),
    (
        TS
        + "insert into s values (2, 201); set error_on_nondeterministic_update to true; update t set v = s.v from s where t.id = s.id",
        "XX000",
        "Found multiple matches to update the same tuple",
        NONDETERMINISTIC,
    ),
    (
        TS
        + "insert into s values (2, 201); merge into t using s on t.id = s.id when matched then update set v = s.v when not matched then insert values (s.id, s.v)",
        "XX000",
        "Found multiple matches to update the same tuple",
        MERGE,
    ),
    (
        TS + "merge into t using s on t.id = s.id when matched then delete",
        "42601",
        "syntax error",
        MERGE,
    ),
    (
        TS
        + "merge into t using s on t.id = s.id when matched and s.v > 1 then delete when not matched then insert values (s.id, 1)",
        "42601",
        'syntax error at or near "and"',
        MERGE,
    ),
    (
        TS
        + "merge into t using s on t.id = s.id when matched then delete when not matched then insert values (s.id, s.v, 1)",
        "42601",
        "more expressions than target columns",
        MERGE,
    ),
    (
        TS + "alter table s add z int; merge into t using s on t.id = s.id remove duplicates",
        "42601",
        "same number of columns",
        MERGE,
    ),
    (
        "create view v as select 1 as a; insert into v values (1)",
        "42809",
        "cannot insert into a view",
        R + "r_CREATE_VIEW.html",
    ),
    (
        "create view v as select 1 as a; delete from v",
        "42809",
        "cannot delete from a view",
        R + "r_CREATE_VIEW.html",
    ),
    ("update fernway.kinds set id = 1", "0A000", "external", UPDATE),
]


@pytest.mark.parametrize(("script", "rows", "source"), CASES, ids=lambda part: None)
def test_result(lake, script, rows, source):
    check_rows(lake, script, rows, source)


@pytest.mark.parametrize(("script", "code", "part", "source"), ERRORS, ids=lambda part: None)
def test_error(lake, script, code, part, source):
    check_error(lake, script, code, part, source)


def test_counts(lake):
    engine = session(lake)
    engine.run(TS)
    result = engine.run("update t set v = 1 where id > 1")
    assert (result.message, result.update_count) == ("UPDATE 2", 2)
    assert engine.run("delete from t where id = 1").message == "DELETE 1"
    merged = engine.run(
        "merge into t using s on t.id = s.id when matched then update set v = s.v "
        "when not matched then insert values (s.id, s.v)"
    )
    assert (merged.message, merged.update_count) == ("MERGE", 3)


def test_what_vacuum_has_to_do_is_kept(lake):
    engine = session(lake)
    engine.run(TS)
    engine.run("delete from t where id = 1; update t set v = 0 where id = 2")
    table = engine.objects.get("relation", "dev", "public", "t")
    assert (table.unsorted_rows, table.deleted_rows) == (4, 2)


def test_parameters(lake):
    engine = session(lake)
    engine.run("create table t (a int, b varchar(9))")
    engine.run("insert into t values (?, ?)", [1, "it's"])
    engine.run("update t set a = ? where b = ?", [5, "it's"])
    assert engine.run("select a, b from t").rows == [(5, "it's")]


def test_a_table_with_a_column_rowid_is_not_changed_silently(lake):
    from dealab.sql import LabLimit

    engine = session(lake)
    engine.run("create table t (rowid int, a int); insert into t values (7, 1), (7, 2)")
    with pytest.raises(LabLimit):
        engine.run("delete from t where a = 1")
    assert engine.run("select count(*) from t").rows == [(2,)]
