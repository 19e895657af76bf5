# ruff: noqa: E501 - a table reads best with one clause a line
"""No clause of Redshift is dropped without a word.

Each clause has its effect (a result differs with and without it), or is recorded and can be seen
afterwards, or is refused. A row that is accepted and changes nothing fails here.
"""

import pytest
from redshift_local import R, session

from dealab.sql import LabLimit, ServiceError
from dealab.sql.lake import Lake

SELECT = R + "r_SELECT_synopsis.html"
FROM = R + "r_FROM_clause30.html"
WITH = R + "r_WITH_clause.html"
UNION = R + "r_UNION.html"
GROUP = R + "r_GROUP_BY_clause.html"
ORDER = R + "r_ORDER_BY_clause.html"
EXCLUDE = R + "r_EXCLUDE_list.html"
WINDOW = R + "r_Window_function_synopsis.html"
LISTAGG = R + "r_LISTAGG.html"
CONNECT = R + "r_CONNECT_BY_clause.html"
SYMBOLS = R + "r_OPERATOR_SYMBOLS.html"
RANGES = R + "r_range_condition.html"
SUPER = R + "query-super.html"
INTERVALS = R + "r_interval_literals.html"
INTERVAL_TYPES = R + "r_interval_data_types.html"
COMPOSITE = R + "r_interval_forbid_composite_literals.html"
CREATE = R + "r_CREATE_TABLE_NEW.html"
CTAS = R + "r_CREATE_TABLE_AS.html"
ALTER = R + "r_ALTER_TABLE.html"
APPEND = R + "r_ALTER_TABLE_APPEND.html"
DROP = R + "r_DROP_TABLE.html"
TRUNCATE = R + "r_TRUNCATE.html"
VIEW = R + "r_CREATE_VIEW.html"
MATVIEW = R + "materialized-view-create-sql-command.html"
COMMENT = R + "r_COMMENT.html"
INSERT = R + "r_INSERT_30.html"
UPDATE = R + "r_UPDATE.html"
DELETE = R + "r_DELETE.html"
MERGE = R + "r_MERGE.html"
BEGIN = R + "r_BEGIN.html"
LOCK = R + "r_LOCK.html"
DECLARE = R + "declare.html"
SET = R + "r_SET.html"
GRANT = R + "r_GRANT.html"
REVOKE = R + "r_REVOKE.html"
DEFAULTS = R + "r_ALTER_DEFAULT_PRIVILEGES.html"
USER = R + "r_CREATE_USER.html"
ROLE = R + "r_CREATE_ROLE.html"
RLS = R + "r_CREATE_RLS_POLICY.html"
MASK = R + "r_ATTACH_MASKING_POLICY.html"
SHARE = R + "r_CREATE_DATASHARE.html"
DATABASE = R + "r_CREATE_DATABASE.html"
SCHEMA = R + "r_CREATE_SCHEMA.html"
FUNCTION = R + "r_CREATE_FUNCTION.html"
PROCEDURE = R + "r_CREATE_PROCEDURE.html"
VACUUM = R + "r_VACUUM_command.html"
ANALYZE = R + "r_ANALYZE.html"
NONDETERMINISTIC = R + "r_error_on_nondeterministic_update.html"

BEFORE = (
    "create table t (a int, b varchar(20), d date, n decimal(10,2))",
    "insert into t values (1,'x','2024-01-01',1.5), (2,'y','2024-01-02',2.5), (2,'y','2024-01-02',2.5), (null,null,null,null)",
    "create table u (a int, c varchar(20))",
    "insert into u values (1,'one'), (3,'three')",
    """create table s (id int, doc super)""",
    """insert into s values (1, json_parse('{"k":[1,2,3],"o":{"x":1}}'))""",
)
ANN = "create user ann password 'Abcdefg1'; "
AS_ANN = "set session authorization ann; "


@pytest.fixture(scope="module")
def lake(lake_folder):
    return Lake(lake_folder)


@pytest.fixture(scope="module")
def reader(lake):
    """A session that only reads: the rows of one statement each share it."""
    return prepared(lake)


def prepared(lake):
    engine = session(lake)
    for statement in BEFORE:
        engine.run(statement)
    return engine


def outcome(engine, script):
    """Return what the last statement of a script tells: its columns and rows, or its error."""
    *before, last = engine.split(script)
    for statement in before:
        engine.run(statement)
    try:
        result = engine.run(last)
    except ServiceError as problem:
        return problem.code
    return result.columns, [tuple(map(str, row)) for row in result.rows], result.update_count


def engine_for(lake, reader, *scripts):
    return reader if all(";" not in script for script in scripts) else prepared(lake)


# clause, script with it, script without it, source: the last statements' outcomes differ
EFFECTS = [
    ("TOP n", "select top 1 a from t order by a", "select a from t order by a", SELECT),
    ("DISTINCT", "select distinct a from t order by a", "select a from t order by a", SELECT),
    (
        "TOP n DISTINCT",
        "select top 3 distinct a from t order by a desc",
        "select top 3 a from t order by a desc",
        SELECT,
    ),
    (
        "EXCLUDE a, b",
        "select * exclude a, b from t order by d",
        "select * exclude a from t order by d",
        EXCLUDE,
    ),
    (
        "EXCLUDE (a, b)",
        "select * exclude (a, b) from t order by d",
        "select * from t order by d",
        EXCLUDE,
    ),
    (
        "EXCLUDE behind a list",
        "select t.*, 9 as z exclude b from t order by a",
        "select t.*, 9 as z from t order by a",
        EXCLUDE,
    ),
    (
        "WITH w(x)",
        "with w(x) as (select 1) select * from w",
        "with w as (select 1) select * from w",
        WITH,
    ),
    (
        "WITH RECURSIVE",
        "with recursive w(x) as (select 1 union all select x+1 from w where x<3) select * from w order by 1",
        "with w(x) as (select 1) select * from w",
        WITH,
    ),
    ("NULLS FIRST", "select a from t order by a nulls first", "select a from t order by a", ORDER),
    (
        "NULLS LAST",
        "select a from t order by a desc nulls last",
        "select a from t order by a desc",
        ORDER,
    ),
    ("LIMIT", "select a from t order by a limit 2", "select a from t order by a limit all", ORDER),
    (
        "OFFSET",
        "select a from t order by a limit 2 offset 1",
        "select a from t order by a limit 2",
        ORDER,
    ),
    (
        "GROUP BY ALL",
        "select a, count(*) from t group by all order by 1",
        "select count(*) from t",
        GROUP,
    ),
    (
        "ROLLUP",
        "select a, count(*) from t group by rollup(a) order by 1, 2",
        "select a, count(*) from t group by a order by 1, 2",
        GROUP,
    ),
    (
        "CUBE",
        "select a, b, count(*) from t group by cube(a, b) order by 1, 2, 3",
        "select a, b, count(*) from t group by rollup(a, b) order by 1, 2, 3",
        GROUP,
    ),
    (
        "GROUPING SETS",
        "select a, b, count(*) from t group by grouping sets ((a), (b)) order by 1, 2, 3",
        "select a, b, count(*) from t group by a, b order by 1, 2, 3",
        GROUP,
    ),
    (
        "HAVING",
        "select a from t group by a having count(*) > 1",
        "select a from t group by a",
        GROUP,
    ),
    (
        "QUALIFY",
        "select a from t qualify row_number() over (partition by a order by b) = 1 order by a",
        "select a from t order by a",
        R + "r_QUALIFY_clause.html",
    ),
    (
        "UNION ALL",
        "select a from t union all select a from u order by 1",
        "select a from t union select a from u order by 1",
        UNION,
    ),
    (
        "INTERSECT",
        "select a from t intersect select a from u",
        "select a from t minus select a from u",
        UNION,
    ),
    (
        "INTERSECT binds first",
        "select 1 union select 2 intersect select 3",
        "(select 1 union select 2) intersect select 3",
        UNION,
    ),
    ("NATURAL", "select * from t natural join u", "select * from t join u on t.a = u.a", FROM),
    ("USING", "select * from t join u using (a)", "select * from t join u on t.a = u.a", FROM),
    (
        "LEFT",
        "select t.a from t left join u on t.a = u.a order by 1",
        "select t.a from t join u on t.a = u.a order by 1",
        FROM,
    ),
    (
        "FULL",
        "select u.a from t full join u on t.a = u.a order by 1",
        "select u.a from t left join u on t.a = u.a order by 1",
        FROM,
    ),
    (
        "RIGHT",
        "select u.a from t right join u on t.a = u.a order by 1",
        "select u.a from t join u on t.a = u.a order by 1",
        FROM,
    ),
    (
        "alias (columns)",
        "select p from t as z(p, q) where p = 1",
        "select p from t as z where p = 1",
        FROM,
    ),
    (
        "UNPIVOT INCLUDE NULLS",
        "select * from (select 1 as r, null::int as g) unpivot include nulls (n for c in (r, g))",
        "select * from (select 1 as r, null::int as g) unpivot (n for c in (r, g))",
        FROM,
    ),
    (
        "PIVOT aliases",
        "select * from (select b from t) pivot (count(*) as c for b in ('x' as ex))",
        "select * from (select b from t) pivot (count(*) for b in ('x'))",
        FROM,
    ),
    (
        "AT index",
        "select e, i from s, s.doc.k as e at i order by 1",
        "select e from s, s.doc.k as e order by 1",
        SUPER,
    ),
    (
        "WITH OFFSET",
        "select * from s, unnest(s.doc.k) with offset as u(e, i)",
        "select * from s, unnest(s.doc.k) as u(e)",
        FROM,
    ),
    (
        "START WITH",
        "select id from (select 1 id, null::int p union all select 2, 1) start with p is null connect by prior id = p",
        "select id from (select 1 id, null::int p union all select 2, 1) connect by prior id = p",
        CONNECT,
    ),
    (
        "PARTITION BY",
        "select count(*) over (partition by b) from t order by 1",
        "select count(*) over () from t order by 1",
        WINDOW,
    ),
    (
        "frame",
        "select sum(a) over (order by a rows 1 preceding) from t order by 1",
        "select sum(a) over (order by a rows unbounded preceding) from t order by 1",
        WINDOW,
    ),
    (
        "IGNORE NULLS",
        "select last_value(a) ignore nulls over (order by a nulls first rows between 1 preceding and 1 preceding) from t order by 1",
        "select last_value(a) over (order by a nulls last rows between 1 preceding and 1 preceding) from t order by 1 desc",
        WINDOW,
    ),
    (
        "IGNORE NULLS in the call",
        "select lag(a ignore nulls) over (order by b nulls first) from t order by 1",
        "select lag(a) over (order by b nulls last) from t order by 1 desc",
        WINDOW,
    ),
    (
        "WITHIN GROUP DESC",
        "select listagg(b, ',') within group (order by b desc) from t",
        "select listagg(b, ',') within group (order by b) from t",
        LISTAGG,
    ),
    (
        "LISTAGG DISTINCT",
        "select listagg(distinct b, ',') within group (order by b) from t",
        "select listagg(b, ',') within group (order by b) from t",
        LISTAGG,
    ),
    (
        "COUNT DISTINCT",
        "select count(distinct a) from t",
        "select count(a) from t",
        R + "r_COUNT.html",
    ),
    (
        "ESCAPE",
        "select 'a_c' like 'a^_c' escape '^'",
        "select 'a_c' like 'a^_c'",
        R + "r_patternmatching_condition_like.html",
    ),
    (
        "ILIKE",
        "select b ilike 'X' from t where a = 1",
        "select b like 'X' from t where a = 1",
        R + "r_patternmatching_condition_like.html",
    ),
    (
        "AT TIME ZONE",
        "select timestamp '2024-01-01' at time zone 'Asia/Tokyo'",
        "select timestamp '2024-01-01'",
        R + "r_AT_TIME_ZONE.html",
    ),
    ("negative subscript", "select s.doc.k[-1] from s", "select s.doc.k[2] from s", SUPER),
    (
        "SELECT INTO TEMP",
        "select a into temp z from t; create table public.z (q int); select * from public.z",
        "select a into z from t; select * from public.z",
        R + "r_SELECT_INTO.html",
    ),
    # --- CREATE TABLE
    (
        "DEFAULT",
        "create table x (a int, b int default 7); insert into x (a) values (1); select * from x",
        "create table x (a int, b int); insert into x (a) values (1); select * from x",
        CREATE,
    ),
    (
        "IDENTITY(seed, step)",
        "create table x (a int, b int identity(5, 2)); insert into x (a) values (1), (2); select * from x order by 1",
        "create table x (a int, b int identity); insert into x (a) values (1), (2); select * from x order by 1",
        CREATE,
    ),
    (
        "BY DEFAULT AS IDENTITY",
        "create table x (a int generated by default as identity(1, 1)); insert into x values (9)",
        "create table x (a int identity(1, 1)); insert into x values (9)",
        CREATE,
    ),
    (
        "NOT NULL",
        "create table x (a int not null); insert into x values (null)",
        "create table x (a int); insert into x values (null)",
        CREATE,
    ),
    (
        "column COLLATE",
        "create table x (a varchar(3) collate case_insensitive); insert into x values ('A'); select * from x where a = 'a'",
        "create table x (a varchar(3)); insert into x values ('A'); select * from x where a = 'a'",
        CREATE,
    ),
    ("IF NOT EXISTS", "create table if not exists t (z int)", "create table t (z int)", CREATE),
    (
        "LIKE INCLUDING DEFAULTS",
        "create table x (a int default 7, b int); create table y (like x including defaults); insert into y (b) values (1); select * from y",
        "create table x (a int default 7, b int); create table y (like x); insert into y (b) values (1); select * from y",
        CREATE,
    ),
    (
        "CTAS (names)",
        "create table x (p) as select a, b from t; select p from x order by 1",
        "create table x as select a, b from t; select p from x order by 1",
        CTAS,
    ),
    # --- ALTER, DROP, views
    (
        "ADD COLUMN DEFAULT",
        "alter table u add z int default 5; select * from u order by 1",
        "alter table u add z int; select * from u order by 1",
        ALTER,
    ),
    (
        "DROP COLUMN CASCADE",
        "create view v as select b from t; alter table t drop column b cascade; select * from v",
        "create view v as select b from t; select * from v",
        ALTER,
    ),
    (
        "ROW LEVEL SECURITY CONJUNCTION TYPE OR",
        ANN
        + "create rls policy p with (a int) using (a = 1); create rls policy q with (b varchar(20)) using (b = 'y'); grant select on t to ann; attach rls policy p on t to ann; attach rls policy q on t to ann; alter table t row level security on conjunction type or; "
        + AS_ANN
        + "select count(*) from t",
        ANN
        + "create rls policy p with (a int) using (a = 1); create rls policy q with (b varchar(20)) using (b = 'y'); grant select on t to ann; attach rls policy p on t to ann; attach rls policy q on t to ann; alter table t row level security on; "
        + AS_ANN
        + "select count(*) from t",
        ALTER,
    ),
    (
        "APPEND IGNOREEXTRA",
        "create table x (a int); alter table x append from u ignoreextra; select * from x order by 1",
        "create table x (a int); alter table x append from u",
        APPEND,
    ),
    (
        "APPEND FILLTARGET",
        "create table x (a int, c varchar(20), z int default 4); alter table x append from u filltarget; select * from x order by 1",
        "create table x (a int, c varchar(20), z int default 4); alter table x append from u",
        APPEND,
    ),
    ("DROP IF EXISTS", "drop table if exists nope", "drop table nope", DROP),
    (
        "DROP CASCADE",
        "create view v as select a from t; drop table t cascade",
        "create view v as select a from t; drop table t restrict",
        DROP,
    ),
    (
        "view columns",
        "create view v (p) as select a from t; select p from v order by 1",
        "create view v as select a from t; select p from v order by 1",
        VIEW,
    ),
    (
        "WITH NO SCHEMA BINDING",
        "create view v as select a from public.t with no schema binding; drop table t",
        "create view v as select a from public.t; drop table t",
        VIEW,
    ),
    (
        "AUTO REFRESH",
        "create materialized view m auto refresh yes as select a from t; select autorefresh from stv_mv_info",
        "create materialized view m auto refresh no as select a from t; select autorefresh from stv_mv_info",
        MATVIEW,
    ),
    # --- changes of rows
    (
        "DEFAULT VALUES",
        "insert into u default values; select count(*) from u where a is null",
        "select count(*) from u where a is null",
        INSERT,
    ),
    (
        "INSERT (columns)",
        "insert into u (c, a) values ('q', 8); select * from u where a = 8",
        "insert into u values (8, 'p'); select * from u where a = 8",
        INSERT,
    ),
    (
        "UPDATE FROM",
        "update t set b = u.c from u where t.a = u.a; select b from t where a = 1",
        "update t set b = 'z'; select b from t where a = 1",
        UPDATE,
    ),
    (
        "UPDATE SET DEFAULT",
        "update t set b = default; select b from t where a = 1",
        "update t set b = 'z'; select b from t where a = 1",
        UPDATE,
    ),
    (
        "WITH before UPDATE",
        "with w as (select 1 as k) update t set b = 'w' from w where t.a = w.k; select count(*) from t where b = 'w'",
        "update t set b = 'w'; select count(*) from t where b = 'w'",
        UPDATE,
    ),
    ("DELETE USING", "delete from t using u where t.a = u.a", "delete from t", DELETE),
    (
        "MERGE DELETE",
        "merge into u using t on u.a = t.a when matched then delete when not matched then insert (a) values (t.a); select count(*) from u where c = 'one'",
        "merge into u using t on u.a = t.a when matched then update set a = t.a when not matched then insert (a) values (t.a); select count(*) from u where c = 'one'",
        MERGE,
    ),
    (
        "MERGE REMOVE DUPLICATES",
        "create table x (a int, c varchar(20)); insert into x values (1,'o'), (1,'o'); merge into x using u on x.a = u.a remove duplicates; select * from x order by 1",
        "create table x (a int, c varchar(20)); insert into x values (1,'o'), (1,'o'); select * from x order by 1",
        MERGE,
    ),
    (
        "error_on_nondeterministic_update",
        "set error_on_nondeterministic_update to true; insert into u values (1, 'two'); update t set b = u.c from u where t.a = u.a",
        "insert into u values (1, 'two'); update t set b = u.c from u where t.a = u.a",
        NONDETERMINISTIC,
    ),
    # --- sessions
    (
        "READ ONLY",
        "begin read only; insert into u values (5, 'b')",
        "begin read write; insert into u values (5, 'b')",
        BEGIN,
    ),
    (
        "SET LOCAL",
        "begin; set local query_group to 'x'; commit; show query_group",
        "begin; set query_group to 'x'; commit; show query_group",
        SET,
    ),
    (
        "RESET",
        "set query_group to 'x'; reset query_group; show query_group",
        "set query_group to 'x'; show query_group",
        R + "r_RESET.html",
    ),
    (
        "FETCH FORWARD ALL",
        "begin; declare c cursor for select a from t order by a; fetch forward all from c",
        "begin; declare c cursor for select a from t order by a; fetch next from c",
        R + "fetch.html",
    ),
    (
        "interval_forbid_composite_literals",
        "set interval_forbid_composite_literals to true; select interval '1 year 1 day' day to second",
        "set interval_forbid_composite_literals to false; select interval '1 year 1 day' day to second",
        COMPOSITE,
    ),
    (
        "qualifier YEAR TO MONTH of a column",
        "create table x (a interval year to month); insert into x values ('1-2'); select * from x",
        "select interval '1' second; select interval '-1' second",
        INTERVAL_TYPES,
    ),
    (
        "enable_numeric_rounding",
        "set enable_numeric_rounding to on; insert into t (a, n) values (9, 1.259); select cast(n as decimal(4,1)) from t where a = 9",
        "insert into t (a, n) values (9, 1.259); select cast(n as decimal(4,1)) from t where a = 9",
        R + "r_enable_numeric_rounding.html",
    ),
    # --- privileges
    (
        "GRANT SELECT (a)",
        ANN + "grant select (a) on t to ann; " + AS_ANN + "select b from t",
        ANN + "grant select on t to ann; " + AS_ANN + "select b from t",
        GRANT,
    ),
    (
        "a column of USING",
        ANN
        + "grant select (b) on t to ann; grant select on u to ann; "
        + AS_ANN
        + "select c from t join u using (a)",
        ANN
        + "grant select on t to ann; grant select on u to ann; "
        + AS_ANN
        + "select c from t join u using (a)",
        GRANT,
    ),
    (
        "REVOKE TEMP",
        ANN + "revoke temp on database dev from public; " + AS_ANN + "create temp table x (a int)",
        ANN + AS_ANN + "create temp table x (a int)",
        REVOKE,
    ),
    (
        "REVOKE USAGE ON LANGUAGE",
        ANN
        + "revoke usage on language plpgsql from public; "
        + AS_ANN
        + "create procedure p() as $$ begin null; end $$ language plpgsql",
        ANN + AS_ANN + "create procedure p() as $$ begin null; end $$ language plpgsql",
        REVOKE,
    ),
    (
        "GRANT REFERENCES",
        ANN
        + "create table k (a int primary key); grant references on k to ann; "
        + AS_ANN
        + "create table y (a int references k)",
        ANN
        + "create table k (a int primary key); "
        + AS_ANN
        + "create table y (a int references k)",
        GRANT,
    ),
    (
        "GRANT CREATE TABLE TO ROLE",
        ANN
        + "create role r; grant create table to role r; grant role r to ann; revoke create on schema public from public; "
        + AS_ANN
        + "create table x (a int)",
        ANN + "revoke create on schema public from public; " + AS_ANN + "create table x (a int)",
        GRANT,
    ),
    (
        "LOCK needs a privilege",
        ANN + AS_ANN + "lock t",
        ANN + "grant select on t to ann; " + AS_ANN + "lock t",
        LOCK,
    ),
    (
        "ALTER DEFAULT PRIVILEGES",
        ANN
        + "alter default privileges grant select on tables to ann; create table x (a int); "
        + AS_ANN
        + "select * from x",
        ANN + "create table x (a int); " + AS_ANN + "select * from x",
        DEFAULTS,
    ),
    (
        "WITH before DELETE needs DELETE",
        ANN
        + "grant select on t to ann; "
        + AS_ANN
        + "with w as (select 1 as k) delete from t using w where t.a = w.k",
        ANN
        + "grant select, delete on t to ann; "
        + AS_ANN
        + "with w as (select 1 as k) delete from t using w where t.a = w.k",
        GRANT,
    ),
    (
        "MERGE needs INSERT and DELETE",
        ANN
        + "grant select, insert on t to ann; "
        + AS_ANN
        + "merge into t using (select 9 as a) z on t.a = z.a when matched then delete when not matched then insert (a) values (z.a)",
        ANN
        + "grant select, insert, delete on t to ann; "
        + AS_ANN
        + "merge into t using (select 9 as a) z on t.a = z.a when matched then delete when not matched then insert (a) values (z.a)",
        MERGE,
    ),
    (
        "EXECUTE needs the privilege",
        ANN + AS_ANN + "prepare p as insert into u values (1, 'x'); execute p",
        ANN
        + "grant insert on u to ann; "
        + AS_ANN
        + "prepare p as insert into u values (1, 'x'); execute p",
        GRANT,
    ),
    (
        "SELECT INTO needs CREATE",
        ANN
        + "grant select on t to ann; revoke create on schema public from public; "
        + AS_ANN
        + "select a into x from t",
        ANN + "grant select on t to ann; " + AS_ANN + "select a into x from t",
        GRANT,
    ),
    (
        "DROP SCHEMA is its owner's",
        ANN + "create schema q; " + AS_ANN + "drop schema q",
        ANN + "create schema q; grant drop on schema q to ann; " + AS_ANN + "drop schema q",
        R + "r_DROP_SCHEMA.html",
    ),
    (
        "DROP FUNCTION is its owner's",
        ANN
        + "create function f(int) returns int stable as $$ select $1 $$ language sql; "
        + AS_ANN
        + "drop function f(int)",
        ANN
        + "create role r; grant drop function to role r; grant role r to ann; create function f(int) returns int stable as $$ select $1 $$ language sql; "
        + AS_ANN
        + "drop function f(int)",
        R + "r_DROP_FUNCTION.html",
    ),
    (
        "CREATEDB",
        "create user ann password 'Abcdefg1' createdb; " + AS_ANN + "create database dd",
        ANN + AS_ANN + "create database dd",
        USER,
    ),
    (
        "IN GROUP",
        "create group g; grant select on t to group g; create user ann password 'Abcdefg1' in group g; "
        + AS_ANN
        + "select a from t",
        "create group g; grant select on t to group g; " + ANN + AS_ANN + "select a from t",
        USER,
    ),
    (
        "DROP ROLE FORCE",
        "create role r; create role q; grant role r to role q; drop role r force",
        "create role r; create role q; grant role r to role q; drop role r",
        R + "r_DROP_ROLE.html",
    ),
    (
        "SECURITY DEFINER",
        "create procedure p() as $$ begin insert into u values (1, 'p'); end $$ language plpgsql security definer; grant execute on procedure p() to public; "
        + ANN
        + AS_ANN
        + "call p()",
        "create procedure p() as $$ begin insert into u values (1, 'p'); end $$ language plpgsql security invoker; grant execute on procedure p() to public; "
        + ANN
        + AS_ANN
        + "call p()",
        PROCEDURE,
    ),
]


@pytest.mark.parametrize(("clause", "script", "without", "source"), EFFECTS, ids=lambda part: None)
def test_clause_has_its_effect(lake, reader, clause, script, without, source):
    first = outcome(engine_for(lake, reader, script), script)
    second = outcome(engine_for(lake, reader, without), without)
    assert first != second, f"{clause} changes nothing: {first}\n{source}"


def relation(name):
    return lambda engine: engine.objects.get("relation", "dev", "public", name)


def rows(sql):
    return lambda engine: engine.run(sql).rows


# clause, script, what is looked at, what is found there, source
RECORDED = [
    (
        "BACKUP NO",
        "create table x (a int) backup no",
        lambda e: relation("x")(e).backup,
        False,
        CREATE,
    ),
    (
        "ENCODE",
        "create table x (a int encode zstd)",
        lambda e: relation("x")(e).columns[0].encode,
        "zstd",
        CREATE,
    ),
    (
        "ENCODE AUTO",
        "create table x (a int) encode auto",
        lambda e: relation("x")(e).encode_auto,
        True,
        CREATE,
    ),
    (
        "DISTSTYLE ALL",
        "create table x (a int) diststyle all",
        lambda e: relation("x")(e).diststyle,
        "ALL",
        CREATE,
    ),
    (
        "DISTKEY",
        "create table x (a int distkey)",
        lambda e: (relation("x")(e).diststyle, relation("x")(e).distkey),
        ("KEY", "a"),
        CREATE,
    ),
    (
        "SORTKEY",
        "create table x (a int, b int) compound sortkey (b, a)",
        lambda e: relation("x")(e).sortkey,
        ("b", "a"),
        CREATE,
    ),
    (
        "INTERLEAVED",
        "create table x (a int, b int) interleaved sortkey (a, b)",
        lambda e: relation("x")(e).sortstyle,
        "INTERLEAVED",
        CREATE,
    ),
    (
        "PRIMARY KEY",
        "create table x (a int constraint p primary key)",
        lambda e: [(k.kind, k.columns) for k in relation("x")(e).constraints],
        [("primary key", ("a",))],
        CREATE,
    ),
    (
        "CONSTRAINT name",
        "create table x (a int not null); alter table x add constraint k unique (a)",
        lambda e: relation("x")(e).constraints[0].name,
        "k",
        ALTER,
    ),
    (
        "CTAS attributes",
        "create table x distkey (a) sortkey (b) as select a, b from t",
        lambda e: (relation("x")(e).distkey, relation("x")(e).sortkey),
        ("a", ("b",)),
        CTAS,
    ),
    (
        "CTAS BACKUP",
        "create table x backup no as select a from t",
        lambda e: relation("x")(e).backup,
        False,
        CTAS,
    ),
    (
        "ALTER ENCODE AUTO",
        "alter table t alter encode auto",
        lambda e: relation("t")(e).encode_auto,
        True,
        ALTER,
    ),
    (
        "ALTER COLUMN ENCODE",
        "alter table t alter column a encode zstd, alter column b encode raw",
        lambda e: [c.encode for c in relation("t")(e).columns[:2]],
        ["zstd", "none"],
        ALTER,
    ),
    (
        "ALTER DISTSTYLE KEY",
        "alter table t alter diststyle key distkey a",
        lambda e: relation("t")(e).distkey,
        "a",
        ALTER,
    ),
    (
        "ALTER SORTKEY with DISTKEY",
        "alter table t alter sortkey (a), alter distkey b",
        lambda e: (relation("t")(e).sortkey, relation("t")(e).distkey),
        (("a",), "b"),
        ALTER,
    ),
    (
        "ALTER SORTKEY NONE",
        "alter table t alter sortkey (a); alter table t alter sortkey none",
        lambda e: (relation("t")(e).sortkey, relation("t")(e).sortstyle),
        ((), "NONE"),
        ALTER,
    ),
    (
        "materialized view attributes",
        "create materialized view m backup no diststyle all sortkey (a) as select a from t",
        lambda e: (relation("m")(e).backup, relation("m")(e).diststyle, relation("m")(e).sortkey),
        (False, "ALL", ("a",)),
        MATVIEW,
    ),
    (
        "COMMENT",
        "comment on table t is 'hello'",
        lambda e: relation("t")(e).comment,
        "hello",
        COMMENT,
    ),
    (
        "COMMENT ON COLUMN",
        "comment on column t.a is 'k'",
        lambda e: relation("t")(e).columns[0].comment,
        "k",
        COMMENT,
    ),
    (
        "QUOTA",
        "create schema q quota 5 gb",
        lambda e: bool(e.objects.get("schema", "dev", "q").quota),
        True,
        SCHEMA,
    ),
    (
        "AUTHORIZATION",
        ANN + "create schema q authorization ann",
        lambda e: e.objects.get("schema", "dev", "q").owner,
        "ann",
        SCHEMA,
    ),
    (
        "ISOLATION LEVEL",
        "create database d2 isolation level serializable",
        lambda e: e.objects.get("database", "d2").isolation,
        "serializable",
        DATABASE,
    ),
    (
        "CONNECTION LIMIT, SYSLOG ACCESS, SESSION TIMEOUT",
        "create user ann password 'Abcdefg1' connection limit 2 syslog access unrestricted session timeout 60",
        rows(
            "select useconnlimit, trim(syslogaccess), sessiontimeout from svl_user_info where usename = 'ann'"
        ),
        [("2", "UNRESTRICTED", 60)],
        USER,
    ),
    (
        "EXTERNALID",
        "create role r externalid 'e1'",
        rows("select external_id from svv_roles where role_name = 'r'"),
        [("e1",)],
        ROLE,
    ),
    (
        "PRIORITY",
        ANN
        + "create masking policy m with (b varchar(20)) using ('*'::varchar(20)); attach masking policy m on t(b) to ann priority 5",
        rows("select priority from svv_attached_masking_policy"),
        [(5,)],
        MASK,
    ),
    (
        "SET PUBLICACCESSIBLE",
        "create datashare d set publicaccessible true",
        lambda e: [row[6] for row in e.run("show datashares").rows],
        [True],
        SHARE,
    ),
]


@pytest.mark.parametrize(
    ("clause", "script", "look", "expected", "source"), RECORDED, ids=lambda part: None
)
def test_clause_is_recorded(lake, clause, script, look, expected, source):
    engine = prepared(lake)
    for statement in engine.split(script):
        engine.run(statement)
    assert look(engine) == expected, f"{clause}\n{source}"


SYNTAX = "42601"
# clause, script whose last statement is refused, code (None: a limit of the lab), word in the text, source
REFUSED = [
    (
        "MATERIALIZED",
        "with w as materialized (select 1 x) select * from w",
        SYNTAX,
        "materialized",
        WITH,
    ),
    (
        "NOT MATERIALIZED",
        "with w as not materialized (select 1 x) select * from w",
        SYNTAX,
        "not",
        WITH,
    ),
    (
        "recursion without columns",
        "with recursive w as (select 1 as x union all select x+1 from w where x<3) select * from w",
        SYNTAX,
        "column names",
        WITH,
    ),
    (
        "recursion with UNION",
        "with recursive w(x) as (select 1 union select x+1 from w where x<3) select * from w",
        "42P19",
        "UNION ALL",
        WITH,
    ),
    ("DISTINCT ON", "select distinct on (a) a from t", SYNTAX, "syntax error", SELECT),
    ("TOP PERCENT", "select top 1 percent a from t", SYNTAX, "percent", SELECT),
    ("TOP and LIMIT", "select top 1 a from t limit 1", SYNTAX, "limit", SELECT),
    ("LIMIT BY", "select a from t limit 1 by a", SYNTAX, "by", SELECT),
    ("FETCH FIRST", "select a from t fetch first 2 rows only", SYNTAX, "fetch", SELECT),
    ("OFFSET ROWS", "select a from t order by a offset 1 rows", SYNTAX, "rows", SELECT),
    ("SORT BY", "select a from t sort by a", SYNTAX, "sort", SELECT),
    ("ORDER BY ALL", "select a from t order by all", SYNTAX, "all", ORDER),
    ("* EXCEPT", "select * except (a) from t", SYNTAX, "syntax error", EXCLUDE),
    ("* REPLACE", "select * replace (1 as a) from t", SYNTAX, "replace", SELECT),
    ("* RENAME", "select * rename (a as z) from t", SYNTAX, "rename", SELECT),
    ("EXCLUDE of nothing", "select * exclude zz from t", "42703", "zz", EXCLUDE),
    (
        "EXCLUDE of an expression",
        "select * exclude (upper(b)) from t",
        SYNTAX,
        "syntax error",
        EXCLUDE,
    ),
    ("ONLY", "select count(*) from only t", SYNTAX, "only", FROM),
    ("TABLESAMPLE", "select * from t tablesample bernoulli (10)", SYNTAX, "tablesample", FROM),
    ("JOIN without ON", "select t.a from t join u", SYNTAX, "syntax error", FROM),
    ("SEMI JOIN", "select t.a from t left semi join u on t.a = u.a", SYNTAX, "semi", FROM),
    ("LATERAL", "select * from t, lateral (select 1) z", SYNTAX, "lateral", FROM),
    ("CROSS APPLY", "select * from t cross apply (select 1) z", SYNTAX, "syntax error", FROM),
    (
        "FOR UPDATE",
        "select * from t for update",
        "0A000",
        "FOR UPDATE",
        R + "c_unsupported-postgresql-features.html",
    ),
    ("time travel", "select * from t for system_time as of '2020-01-01'", SYNTAX, "for", FROM),
    ("table hints", "select * from t with (nolock)", SYNTAX, "with", FROM),
    (
        "WINDOW",
        "select sum(a) over (w) from t window w as (partition by b)",
        SYNTAX,
        "window",
        SELECT,
    ),
    (
        "a WINDOW that nothing names",
        "select a from t window w as (order by a)",
        SYNTAX,
        "window",
        SELECT,
    ),
    ("GROUP BY DISTINCT", "select a from t group by distinct a", SYNTAX, "distinct", GROUP),
    ("WITH ROLLUP", "select a, count(*) from t group by a with rollup", SYNTAX, "with", GROUP),
    (
        "INTERSECT ALL",
        "select a from t intersect all select a from u",
        "0A000",
        "INTERSECT ALL",
        UNION,
    ),
    ("EXCEPT ALL", "select a from t except all select a from u", "0A000", "EXCEPT ALL", UNION),
    ("UNION BY NAME", "select a from t union all by name select a from u", SYNTAX, "by", UNION),
    ("TABLE t", "create table x as table t", SYNTAX, "table", CTAS),
    (
        "FILTER",
        "select sum(a) filter (where a > 1) from t",
        SYNTAX,
        "syntax error",
        R + "c_unsupported-postgresql-features.html",
    ),
    (
        "GROUPS",
        "select sum(a) over (order by b groups 1 preceding) from t",
        SYNTAX,
        "groups",
        WINDOW,
    ),
    (
        "RANGE",
        "select sum(a) over (order by a range unbounded preceding) from t",
        SYNTAX,
        "range",
        WINDOW,
    ),
    (
        "EXCLUDE in a frame",
        "select sum(a) over (order by b rows between 1 preceding and current row exclude ties) from t",
        SYNTAX,
        "exclude",
        WINDOW,
    ),
    (
        "frame that runs backward",
        "select max(b) over (order by a rows between current row and unbounded preceding) from t",
        "42P20",
        "frame end",
        WINDOW,
    ),
    (
        "frame by a column",
        "select max(b) over (order by a rows a preceding) from t",
        SYNTAX,
        "a",
        WINDOW,
    ),
    (
        "ORDER BY in the call",
        "select listagg(b, ',' order by b) from t",
        SYNTAX,
        "syntax error",
        LISTAGG,
    ),
    ("BETWEEN SYMMETRIC", "select 1 between symmetric 2 and 0", SYNTAX, "symmetric", RANGES),
    ("==", "select a == 1 from t", SYNTAX, "=", SYMBOLS),
    ("<=>", "select a <=> 1 from t", SYNTAX, "syntax error", SYMBOLS),
    ("IF()", "select if(a = 1, 2, 3) from t", "42883", "if", SYMBOLS),
    ("[1, 2]", "select [1, 2]", SYNTAX, "[", R + "r_array.html"),
    ("interval without quotes", "select interval 1 day", SYNTAX, "1", INTERVALS),
    ("SECOND (n) that cuts", "select interval '1.5678' second (2)", None, "SECOND (2)", INTERVALS),
    (
        "precision of an interval column",
        "create table x (a interval day to second (3))",
        None,
        "precision 3",
        INTERVAL_TYPES,
    ),
    (
        "NOCYCLE",
        "select id from (select 1 id, null::int p) connect by nocycle prior id = p",
        SYNTAX,
        "nocycle",
        CONNECT,
    ),
    (
        "reserved word as a column",
        "select unique a from t",
        SYNTAX,
        "unique",
        R + "r_pg_keywords.html",
    ),
    ("CHECK", "create table x (a int check (a > 0))", SYNTAX, "check", CREATE),
    ("ON COMMIT", "create temp table x (a int) on commit drop", SYNTAX, "on", CREATE),
    ("TABLESPACE", "create table x (a int) tablespace z", SYNTAX, "tablespace", CREATE),
    ("INHERITS", "create table x (a int) inherits (t)", SYNTAX, "inherits", CREATE),
    (
        "GENERATED ALWAYS",
        "create table x (a int generated always as identity(1, 1))",
        SYNTAX,
        "always",
        CREATE,
    ),
    (
        "ON DELETE",
        "create table k (a int primary key); create table x (a int references k(a) on delete cascade)",
        SYNTAX,
        "on",
        CREATE,
    ),
    ("LIKE with attributes", "create table x (like t) diststyle all", "0A000", "LIKE", CREATE),
    ("WITH NO DATA", "create table x as select a from t with no data", SYNTAX, "with", CTAS),
    (
        "ALTER the same column twice",
        "alter table t alter column a encode zstd, alter column a encode raw",
        "0A000",
        "twice",
        ALTER,
    ),
    ("SET DEFAULT", "alter table t alter column b set default 5", SYNTAX, "set", ALTER),
    ("two ADD COLUMN", "alter table t add z int, add y int", SYNTAX, ",", ALTER),
    ("TRUNCATE of two", "truncate t, u", SYNTAX, ",", TRUNCATE),
    ("TRUNCATE RESTART IDENTITY", "truncate t restart identity", SYNTAX, "restart", TRUNCATE),
    ("CREATE TEMP VIEW", "create temp view v as select a from t", SYNTAX, "temp", VIEW),
    (
        "WITH CHECK OPTION",
        "create view v as select a from t with check option",
        SYNTAX,
        "with",
        VIEW,
    ),
    (
        "OR REPLACE of a materialized view",
        "create or replace materialized view m as select 1 as a",
        SYNTAX,
        "materialized",
        MATVIEW,
    ),
    ("ON CONFLICT", "insert into u values (1) on conflict do nothing", SYNTAX, "on", INSERT),
    ("RETURNING", "insert into u values (1) returning a", SYNTAX, "returning", INSERT),
    ("OVERRIDING", "insert into u overriding system value values (1)", SYNTAX, "value", INSERT),
    ("UPDATE JOIN", "update t left join u on t.a = u.a set b = 'z'", SYNTAX, "left", UPDATE),
    ("UPDATE of two tables", "update t, u set b = 'z'", SYNTAX, ",", UPDATE),
    ("UPDATE (columns)", "update t set (b, n) = ('z', 1)", SYNTAX, "(", UPDATE),
    ("UPDATE LIMIT", "update t set b = 'z' limit 1", SYNTAX, "limit", UPDATE),
    ("DELETE RETURNING", "delete from t where a = 1 returning *", SYNTAX, "returning", DELETE),
    ("DELETE LIMIT", "delete from t limit 1", SYNTAX, "limit", DELETE),
    (
        "MERGE alias of the target",
        "merge into t as k using u on k.a = u.a remove duplicates",
        SYNTAX,
        "as",
        MERGE,
    ),
    (
        "MERGE AND",
        "merge into t using u on t.a = u.a when matched and u.a = 1 then delete when not matched then insert (a) values (u.a)",
        SYNTAX,
        "and",
        MERGE,
    ),
    (
        "MERGE without an equality",
        "merge into t using u on t.a > u.a when matched then delete when not matched then insert (a) values (u.a)",
        "0A000",
        "equal columns",
        MERGE,
    ),
    (
        "MERGE with one branch",
        "merge into t using u on t.a = u.a when matched then delete",
        SYNTAX,
        "end of input",
        MERGE,
    ),
    (
        "MERGE BY SOURCE",
        "merge into t using u on t.a = u.a when not matched by source then delete",
        SYNTAX,
        "not",
        MERGE,
    ),
    ("ISOLATION LEVEL x", "begin isolation level foo", SYNTAX, "foo", BEGIN),
    ("LOCK mode", "begin; lock table t in share mode", SYNTAX, "in", LOCK),
    ("SCROLL", "begin; declare c scroll cursor for select 1", SYNTAX, "scroll", DECLARE),
    (
        "FETCH BACKWARD",
        "begin; declare c cursor for select 1; fetch backward 1 from c",
        SYNTAX,
        "backward",
        R + "fetch.html",
    ),
    (
        "another time zone",
        "set timezone to 'Asia/Tokyo'",
        None,
        "timezone",
        R + "r_timezone_config.html",
    ),
    (
        "WITH GRANT OPTION to a role",
        "create role r; grant select on t to role r with grant option",
        "0LP01",
        "grant options",
        GRANT,
    ),
    (
        "unknown system privilege",
        "create role r; grant foo bar to role r",
        SYNTAX,
        "foo bar",
        GRANT,
    ),
    ("CREATE USER LOGIN", "create user bob password 'Abcdefg1' login", SYNTAX, "login", USER),
    ("DROP USER CASCADE", "drop user bob cascade", SYNTAX, "cascade", R + "r_DROP_USER.html"),
    (
        "RLS of the same policy",
        "create rls policy p using (true); attach rls policy p on t to public; drop rls policy p",
        "2BP01",
        "attached",
        RLS,
    ),
    ("ENCODING", "create database d2 encoding 'utf8'", SYNTAX, "encoding", DATABASE),
    ("QUOTA 0", "create schema q quota 0 mb", "22023", "QUOTA", SCHEMA),
    (
        "STRICT",
        "create function f(int) returns int immutable strict as $$ select $1 $$ language sql",
        SYNTAX,
        "strict",
        FUNCTION,
    ),
    (
        "FROM in an SQL function",
        "create function f(int) returns int immutable as $$ select $1 from t $$ language sql",
        "0A000",
        "SELECT",
        FUNCTION,
    ),
    ("VACUUM REINDEX TO", "vacuum reindex t to 50 percent", SYNTAX, "to", VACUUM),
    ("TO n PERCENT", "vacuum t to 101 percent", "22023", "100", VACUUM),
    (
        "ANALYZE (columns) PREDICATE COLUMNS",
        "analyze t (a, b) predicate columns",
        SYNTAX,
        "predicate",
        ANALYZE,
    ),
]


@pytest.mark.parametrize(
    ("clause", "script", "code", "part", "source"), REFUSED, ids=lambda part: None
)
def test_clause_is_refused(lake, reader, clause, script, code, part, source):
    engine = engine_for(lake, reader, script)
    if not script.startswith(("select", "with")):
        engine = prepared(lake)
    *before, last = engine.split(script)
    for statement in before:
        engine.run(statement)
    with pytest.raises((ServiceError, LabLimit)) as caught:
        engine.run(last)
    assert getattr(caught.value, "code", None) == code, f"{clause}: {caught.value}\n{source}"
    assert part in str(caught.value), f"{clause}: {caught.value}\n{source}"
