# ruff: noqa: E501 - a table reads best with one statement a line
"""System tables and views: filled from what is and what ran, and who may see them."""

from decimal import Decimal as D

import pytest
from redshift_local import R, check_error, check_rows, session

from dealab.sql import LabLimit, Lake, Redshift, ServiceError
from dealab.sql.redshift.system import registry
from dealab.sql.redshift.system.looking import Look
from dealab.sql.redshift.system.names import KNOWN

T = "create table t(a int not null distkey, b varchar(20) default 'x' sortkey, c decimal(8,2), primary key(a));"
ROWS = "insert into t values (1, 'x', 2), (2, 'y', 3);"

CASES = [
    # the catalog
    (T + "select \"column\", type, distkey, sortkey, \"notnull\" from pg_table_def where tablename = 't'", [("a", "integer", True, 0, True), ("b", "character varying(20)", False, 1, False), ("c", "numeric(8,2)", False, 0, False)], R + "r_PG_TABLE_DEF.html"),
    ("create table t(a int, b int) interleaved sortkey(a, b); select \"column\", sortkey from pg_table_def where tablename = 't'", [("a", 1), ("b", -2)], R + "r_PG_TABLE_DEF.html"),
    ("create schema s; create table s.hidden(a int); select count(*) from pg_table_def where tablename = 'hidden'", [(0,)], R + "r_PG_TABLE_DEF.html"),
    ("create schema s; create table s.hidden(a int); set search_path to s; select count(*) from pg_table_def where tablename = 'hidden'", [(1,)], R + "r_PG_TABLE_DEF.html"),
    (T + "select schemaname, tablename, tableowner from pg_tables where tablename = 't'", [("public", "t", "awsuser")], R + "c_join_PG.html"),
    (T + "create view v as select a from t; select viewname, definition from pg_views where schemaname = 'public'", [("v", "select a from t;")], R + "c_join_PG.html"),
    (T + "select c.relname, n.nspname, c.relkind from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relname = 't'", [("t", "public", "r")], R + "c_join_PG.html"),
    (T + "select attname, attnum, attisdistkey, attsortkeyord, format_type(atttypid, atttypmod) from pg_attribute a, pg_class c where a.attrelid = c.oid and c.relname = 't' order by attnum", [("a", 1, True, 0, "integer"), ("b", 2, False, 1, "character varying(20)"), ("c", 3, False, 0, "numeric(8,2)")], R + "c_join_PG.html"),
    ("create table e(a int) diststyle even; create table l(a int) diststyle all; create table k(a int distkey); create table u(a int); select relname, reldiststyle from pg_class order by relname", [("e", 0), ("k", 1), ("l", 8), ("u", 10)], R + "viewing-distribution-styles.html"),
    ("select usename, usesuper from pg_user order by usesysid", [("rdsdb", True), ("awsuser", True)], R + "c_join_PG.html"),
    ("create group g; create user u password 'Abcdef123' in group g; select groname from pg_group", [("g",)], R + "c_join_PG.html"),
    ("create database other; select datname from pg_database order by 1", [("dev",), ("other",)], R + "c_join_PG.html"),
    ("create procedure p(i int) as $$ begin raise info 'x'; end $$ language plpgsql; select proname, prokind, pronargs from pg_proc_info", [("p", "p", 1)], R + "r_PG_PROC_INFO.html"),
    (T + ROWS + "analyze t; insert into t values (3, 'z', 1); select stairows, staiins from pg_statistic_indicator", [(2.0, 1.0)], R + "r_PG_STATISTIC_INDICATOR.html"),
    (T + "select conname, contype, conkey from pg_constraint", [("t_pkey", "p", "{1}")], R + "c_join_PG.html"),
    (T + "select constraint_name, constraint_type from information_schema.table_constraints where table_name = 't'", [("t_pkey", "PRIMARY KEY")], R + "c_intro_catalog_views.html"),
    (T + "select column_name, ordinal_position from information_schema.key_column_usage", [("a", 1)], R + "c_intro_catalog_views.html"),
    (T + "select column_name, data_type, is_nullable, character_maximum_length, numeric_precision, numeric_scale from information_schema.columns where table_name = 't' order by ordinal_position", [("a", "integer", "NO", None, 32, 0), ("b", "character varying", "YES", 20, None, None), ("c", "numeric", "YES", None, 8, 2)], R + "c_intro_catalog_views.html"),
    (T + "create view v as select 1 as one; select table_name, table_type from information_schema.tables where table_schema = 'public' order by 1", [("t", "BASE TABLE"), ("v", "VIEW")], R + "c_intro_catalog_views.html"),
    ("create schema s; select schema_name from information_schema.schemata where schema_name in ('s', 'public') order by 1", [("public",), ("s",)], R + "c_intro_catalog_views.html"),
    (T + "select table_name, table_type from svv_tables where table_schema = 'public'", [("t", "BASE TABLE")], R + "r_SVV_TABLES.html"),
    (T + "create materialized view m as select a from t; select table_name, table_type from svv_all_tables where schema_name = 'public' order by 1", [("m", "MATERIALIZED VIEW"), ("t", "TABLE")], R + "r_SVV_ALL_TABLES.html"),
    (T + "select column_name, encoding is not null, distkey, sortkey from svv_redshift_columns where table_name = 't' order by 1", [("a", True, True, 0), ("b", True, False, 1), ("c", True, False, 0)], R + "r_SVV_REDSHIFT_COLUMNS.html"),
    ("create schema s; select schema_type from svv_all_schemas where schema_name = 's'", [("local",)], R + "r_SVV_ALL_SCHEMAS.html"),
    ("select database_name, database_type, database_isolation_level from svv_redshift_databases", [("dev", "local", "Snapshot Isolation")], R + "r_SVV_REDSHIFT_DATABASES.html"),
    ("create external schema lakehouse from data catalog database 'fernway' iam_role 'arn:aws:iam::123456789012:role/r'; select eskind, databasename, esoptions from svv_external_schemas where schemaname = 'lakehouse'", [(1, "fernway", '{"IAM_ROLE":"arn:aws:iam::123456789012:role/r"}')], R + "r_SVV_EXTERNAL_SCHEMAS.html"),
    # storage
    (T + ROWS + "select \"table\", diststyle, sortkey1, tbl_rows, unsorted, stats_off, sortkey_num, max_varchar from svv_table_info", [("t", "KEY(a)", "b", D(2), D("100.00"), D("100.00"), 1, 20)], R + "r_SVV_TABLE_INFO.html"),
    (T + ROWS + "vacuum t; analyze t; select unsorted, stats_off from svv_table_info", [(D("0.00"), D("0.00"))], R + "r_SVV_TABLE_INFO.html"),
    (T + "select count(*) from svv_table_info", [(0,)], R + "r_SVV_TABLE_INFO.html"),
    ("create table x(a int) diststyle all; insert into x values (1), (2); select diststyle, skew_rows from svv_table_info", [("ALL", D("1.00"))], R + "r_SVV_TABLE_INFO.html"),
    ("create table x(a int); insert into x values (1); select diststyle, sortkey1 from svv_table_info", [("AUTO(ALL)", "AUTO(SORTKEY)")], R + "r_SVV_TABLE_INFO.html"),
    ("create table x(a int) diststyle even; insert into x values (1), (2), (3), (4); select size from svv_table_info", [(16,)], "https://repost.aws/knowledge-center/redshift-cluster-storage-space"),
    ("create table x(a int) diststyle even; insert into x values (1), (2), (3), (4); delete from x where a = 1; select tbl_rows, estimated_visible_rows from svv_table_info", [(D(4), D(3))], R + "r_SVV_TABLE_INFO.html"),
    ("select node, slice, type from stv_slices order by slice", [(0, 0, "D"), (0, 1, "D"), (1, 2, "D"), (1, 3, "D")], R + "r_STV_SLICES.html"),
    ("create table x(a int) diststyle even; insert into x values (1), (2), (3), (4), (5); select slice, rows from stv_tbl_perm where trim(name) = 'x' order by 1", [(0, 2), (1, 1), (2, 1), (3, 1)], R + "r_STV_TBL_PERM.html"),
    ("create table x(a int) diststyle all; insert into x values (7), (9); select slice, col, minvalue, maxvalue from svv_diskusage where trim(name) = 'x' and col = 0 order by 1", [(0, 0, 7, 9), (2, 0, 7, 9)], R + "r_SVV_DISKUSAGE.html"),
    # history
    (T + "select a from t; select trim(querytxt), aborted from stl_query where query = pg_last_query_id()", [("select a from t", 0)], R + "r_STL_QUERY.html"),
    (T + "select trim(text) from stl_ddltext where text like 'create table t%'", [(T.rstrip(";"),)], R + "r_STL_DDLTEXT.html"),
    ("set query_group to 'night'; select 1; select trim(label) from svl_qlog where substring = 'select 1'", [("night",)], R + "r_SVL_QLOG.html"),
    ("grant usage on schema public to public; select trim(text) from stl_utilitytext where text like 'grant%'", [("grant usage on schema public to public",)], R + "r_STL_UTILITYTEXT.html"),
    ("create user u password 'Secret123'; select trim(text) from svl_statementtext where text like 'create user%'", [("create user u password '***'",)], R + "r_STL_UTILITYTEXT.html"),
    (T + "create table c as select * from t; select trim(query_type) from sys_query_history where query_text like 'create table%' order by query_id", [("DDL",), ("CTAS",)], R + "SYS_QUERY_HISTORY.html"),
    ("select trim(status) from sys_query_history where query_text like 'select trim(status)%'", [("running",)], R + "SYS_QUERY_HISTORY.html"),
    (T + ROWS + "select returned_rows from sys_query_history where query_text like 'never'; select a from t; select returned_rows from sys_query_history where query_text = 'select a from t'", [(2,)], R + "SYS_QUERY_HISTORY.html"),
    ("select\n1; select trim(text) from sys_query_text where text like 'select%1' and text not like '%sys%'", [("select\\n1",)], R + "SYS_QUERY_TEXT.html"),
    ("begin; create table x(a int); rollback; select status from sys_transaction_history where transaction_id = (select max(transaction_id) from sys_query_history where query_type = 'DDL')", [("rolledback",)], R + "SYS_TRANSACTION_HISTORY.html"),
    ("select count(*) from stl_wlm_query where service_class < 5", [(0,)], R + "r_STL_WLM_QUERY.html"),
    # maintenance
    (T + ROWS + "vacuum t; select trim(status), rows from stl_vacuum order by eventtime, status desc", [("Started", 2), ("Finished", 2)], R + "r_STL_VACUUM.html"),
    (T + ROWS + "analyze t; analyze t; select trim(status) from stl_analyze order by starttime", [("Full",), ("Skipped",)], R + "r_STL_ANALYZE.html"),
    (T + "create materialized view m as select a from t; insert into t values (9, 'x', 1); select trim(name), is_stale, state from stv_mv_info", [("m", "t", 1)], R + "r_STV_MV_INFO.html"),
    (T + "create materialized view m as select a from t; refresh materialized view m; select trim(mv_name), status, trim(refresh_type) from svl_mv_refresh_status", [("m", "MV was already updated", "Manual")], R + "r_SVL_MV_REFRESH_STATUS.html"),
    # security
    (T + "create user u password 'Abcdef123'; grant select, insert on t to u; select privilege_type, identity_name, identity_type from svv_relation_privileges order by 1", [("INSERT", "u", "user"), ("SELECT", "u", "user")], R + "r_SVV_RELATION_PRIVILEGES.html"),
    ("create schema s; create role r; grant usage on schema s to role r; select namespace_name, privilege_type, identity_name, identity_type from svv_schema_privileges", [("s", "USAGE", "r", "role")], R + "r_SVV_SCHEMA_PRIVILEGES.html"),
    (T + "create user u password 'Abcdef123'; grant select (a) on t to u; select column_name, privilege_type, identity_name from svv_column_privileges", [("a", "SELECT", "u")], R + "r_SVV_COLUMN_PRIVILEGES.html"),
    ("create role r; create user u password 'Abcdef123'; grant role r to u with admin option; select user_name, role_name, admin_option from svv_user_grants", [("u", "r", True)], R + "r_SVV_USER_GRANTS.html"),
    ("create role r1; create role r2; grant role r1 to role r2; select role_name, granted_role_name from svv_role_grants", [("r2", "r1")], R + "r_SVV_ROLE_GRANTS.html"),
    ("create user u password 'Abcdef123'; alter default privileges in schema public grant select on tables to u; select schema_name, object_type, privilege_type, grantee_name from svv_default_privileges", [("public", "RELATION", "SELECT", "u")], R + "r_SVV_DEFAULT_PRIVILEGES.html"),
    ("create rls policy p with (a int) as t using (t.a > 1); select polname, polalias, polatts from svv_rls_policy", [("p", "t", '[{"colname":"a","type":"integer"}]')], R + "r_SVV_RLS_POLICY.html"),
    (T + "create role r; create rls policy p with (a int) using (a > 1); attach rls policy p on t to role r; alter table t row level security on; select relname, polname, grantee, granteekind, is_rls_on from svv_rls_attached_policy", [("t", "p", "r", "role", True)], R + "r_SVV_RLS_ATTACHED_POLICY.html"),
    (T + "create masking policy m with (b varchar(20)) using ('***'::varchar(20)); attach masking policy m on t(b) to public; select policy_name, table_name, grantee, input_columns from svv_attached_masking_policy", [("m", "t", "public", '["b"]')], R + "r_SVV_ATTACHED_MASKING_POLICY.html"),
    ("create datashare d; select share_name, share_type, source_database from svv_datashares", [("d", "OUTBOUND", "dev")], R + "r_SVV_DATASHARES.html"),
    # functions
    (T + "create user u password 'Abcdef123'; grant select on t to u; select has_table_privilege('u', 't', 'select'), has_table_privilege('u', 'public.t', 'insert'), has_table_privilege('t', 'delete')", [(True, False, True)], R + "r_HAS_TABLE_PRIVILEGE.html"),
    ("create schema s; create user u password 'Abcdef123'; select has_schema_privilege('u', 's', 'usage')", [(False,)], R + "r_HAS_SCHEMA_PRIVILEGE.html"),
    ("create role r1; create role r2; grant role r1 to role r2; create user u password 'Abcdef123'; grant role r2 to u; select user_is_member_of('u', 'r1'), role_is_member_of('r2', 'r1'), role_is_member_of('r1', 'r2')", [(True, True, False)], R + "r_USER_IS_MEMBER_OF.html"),
    ("select pg_last_query_id()", [(-1,)], R + "PG_LAST_QUERY_ID.html"),
    (T + "create view v as select a from t; select pg_get_viewdef('v')", [("select a from t;",)], R + "r_System_information_functions.html"),
    # a view over a system view shows what is when it is read
    ("create view mine as select tablename from pg_tables where schemaname = 'public'; create table later(a int); select tablename from mine", [("later",)], R + "r_CREATE_VIEW.html"),
    ("create table sys_notes(a int); insert into sys_notes values (1); select a from sys_notes", [(1,)], R + "r_CREATE_TABLE_NEW.html"),
]  # fmt: skip


@pytest.fixture(scope="module")
def lake(lake_folder):
    return Lake(lake_folder)


@pytest.mark.parametrize(("script", "rows", "source"), CASES)
def test_rows(lake_folder, script, rows, source):
    lake = Lake(lake_folder)
    if "'fernway'" in script and "fernway" not in lake.catalog.databases:
        pytest.skip("no such database here")
    check_rows(lake, script, rows, source)


ERRORS = [
    ("select * from stl_nothing", "42P01", 'relation "stl_nothing" does not exist'),
    (
        "select * from pg_catalog.pg_nothing",
        "42P01",
        'relation "pg_catalog.pg_nothing" does not exist',
    ),
    ("select nope from pg_class", "42703", "nope"),
    (
        "select has_table_privilege('nobody', 't', 'select')",
        "42704",
        'user "nobody" does not exist',
    ),
    ("select has_table_privilege('t', 'select')", "42P01", 'relation "t" does not exist'),
    ("select has_schema_privilege('public', 'fly')", "22023", "unrecognized privilege type"),
]


@pytest.mark.parametrize(("script", "code", "part"), ERRORS)
def test_errors(lake, script, code, part):
    check_error(lake, script, code, part, R)


@pytest.mark.parametrize("key", sorted(registry.load()))
def test_every_view_can_be_read(shared, key):
    found = registry.VIEWS[key]
    result = shared.run(f"select * from {key[0]}.{key[1]}")
    assert result.columns == [name for name, _ in found.columns]
    assert all(len(row) == len(found.columns) for row in result.rows)


@pytest.fixture(scope="module")
def shared(lake_folder):
    made = session(Lake(lake_folder))
    made.run(T + ROWS + "create view v as select a from t; vacuum; analyze; select count(*) from t")
    return made


def test_views_that_are_left_out_are_limits_by_name(shared):
    for name in ("svl_query_summary", "stl_scan", "stv_wlm_query_state", "stl_connection_log"):
        assert name in KNOWN
        with pytest.raises(LabLimit, match=name):
            shared.run(f"select * from {name}")


def test_no_view_is_both_there_and_left_out():
    assert not {name for _, name in registry.load()} & set(KNOWN)


def user(engine, name, **more):
    return Redshift(lake=engine.lake, namespace=engine.namespace.name, user=name, **more)


@pytest.fixture
def two(lake_folder):
    engine = session(Lake(lake_folder))
    engine.run(T + ROWS + "create user ann password 'Abcdef123'; grant select on t to ann")
    return engine, user(engine, "ann")


VISIBLE = R + "cm_chap_system-tables.html#c_visibility-of-data"


def test_users_see_their_own_queries(two):
    engine, ann = two
    engine.run("select b from t")
    ann.run("select a from t")
    texts = "select trim(querytxt) from stl_query where querytxt like 'select _ from t' order by 1"
    assert ann.run(texts).rows == [("select a from t",)], VISIBLE
    assert engine.run(texts).rows == [("select a from t",), ("select b from t",)], VISIBLE


def test_unrestricted_users_see_everything(two):
    engine, ann = two
    engine.run("select b from t; alter user ann syslog access unrestricted")
    texts = "select trim(querytxt) from stl_query where querytxt = 'select b from t'"
    assert ann.run(texts).rows == [("select b from t",)], R + "r_ALTER_USER.html"


@pytest.mark.parametrize(
    "name", ["svv_table_info", "stv_tbl_perm", "svv_transactions", "stv_locks"]
)
def test_superusers_views_are_refused(two, name):
    with pytest.raises(ServiceError, match=f"permission denied for relation {name}"):
        two[1].run(f"select * from {name}")


def test_a_role_with_access_to_system_tables_may_read_them(two):
    engine, ann = two
    engine.run(
        "create role watcher; grant access system table to role watcher; grant role watcher to ann"
    )
    assert ann.run("select count(*) from svv_table_info").rows == [(1,)], R + "r_roles-default.html"


def test_masking_policies_are_not_for_everyone(two):
    engine, ann = two
    engine.run("create masking policy m with (b varchar(20)) using ('x'::varchar(20))")
    assert ann.run("select count(*) from svv_masking_policy").rows == [(0,)]
    assert engine.run("select count(*) from svv_masking_policy").rows == [(1,)]


def test_locks_and_the_end_of_a_session(two):
    engine, _ = two
    other = user(engine, "awsuser")
    other.run("begin; insert into t values (5, 'q', 1)")
    held = engine.run("select lock_owner_pid, trim(lock_status) from stv_locks").rows
    assert held == [(other.pid, "Holding write lock")], R + "r_STV_LOCKS.html"
    modes = engine.run(
        f"select lock_mode from svv_transactions where pid = {other.pid} order by 1"
    ).rows
    assert modes == [("ExclusiveLock",), ("ShareRowExclusiveLock",)], R + "r_SVV_TRANSACTIONS.html"
    with pytest.raises(LabLimit, match="waits"):
        engine.run("insert into t values (6, 'q', 1)")
    engine.run(f"explain select pg_terminate_backend({other.pid})")
    assert engine.run("select count(*) from stv_locks").rows == [(1,)]  # EXPLAIN ends nothing
    ended = engine.run(f"select pg_terminate_backend({other.pid})").rows
    assert ended == [(1,)], R + "PG_TERMINATE_BACKEND.html"
    engine.run("insert into t values (6, 'q', 1)")
    assert engine.run("select count(*) from t where a in (5, 6)").rows == [(1,)]
    with pytest.raises(ServiceError, match="terminating connection"):
        other.run("select 1")


def test_users_end_only_their_own_sessions(two):
    engine, ann = two
    assert ann.run(f"select pg_terminate_backend({engine.pid})").rows == [(0,)]
    assert engine.run("select 1").rows == [(1,)]


def test_the_load_views_tell_of_a_copy(lake_folder):
    lake = Lake(lake_folder)
    lake.put("s3://load-bucket/rows.csv", "1,a\nx,b\n3,c\n")
    engine = session(lake)
    engine.run("create table l(n int, s varchar(5))")
    engine.run(
        "copy l from 's3://load-bucket/rows.csv' iam_role 'arn:aws:iam::123456789012:role/r' csv maxerror 5"
    )
    errors = engine.run(
        "select line_number, trim(colname), trim(err_reason) from stl_load_errors"
    ).rows
    assert [row[:2] for row in errors] == [(2, "n")], R + "r_STL_LOAD_ERRORS.html"
    history = "select status, loaded_rows, error_count, source_file_count from sys_load_history"
    assert engine.run(history).rows == [("completed", 2, 1, 1)], R + "SYS_LOAD_HISTORY.html"
    commits = (
        "select trim(filename), lines_scanned from stl_load_commits where query = pg_last_copy_id()"
    )
    assert engine.run(commits).rows == [("s3://load-bucket/rows.csv", 3)], (
        R + "r_STL_LOAD_COMMITS.html"
    )


def test_the_spectrum_views_tell_of_a_scan(redshift):
    redshift.run("select count(*) from fernway.orders where channel = 'web'")
    query = redshift.last_query
    rows = redshift.run(
        f"select s3_scanned_bytes > 0, files > 0 from svl_s3query_summary where query = {query}"
    ).rows
    assert rows == [(True, True)], R + "r_SVL_S3QUERY_SUMMARY.html"
    rows = redshift.run(
        f"select trim(source_type), scanned_files > 0 from sys_external_query_detail where query_id = {query}"
    ).rows
    assert rows == [("S3", True)], R + "SYS_EXTERNAL_QUERY_DETAIL.html"


def test_external_tables_columns_and_partitions(redshift):
    assert ("orders",) in redshift.run("select tablename from svv_external_tables").rows
    names = redshift.run(
        "select columnname from svv_external_columns where tablename = 'orders' and part_key = 0"
    ).rows
    assert ("channel",) in names, R + "r_SVV_EXTERNAL_COLUMNS.html"


def test_rows_belong_to_their_columns(shared):
    """A row with a column that the view does not have is a bug."""
    look = Look(shared)
    for found in registry.load().values():
        assert isinstance(registry.rows_of(found, look), list)
