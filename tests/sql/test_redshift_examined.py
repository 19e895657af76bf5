"""Statements that once came out wrong in Redshift's layer, each with the page that tells more."""

from decimal import Decimal

import pytest

from dealab.sql import Lake, Redshift, ServiceError

GUIDE = "https://docs.aws.amazon.com/redshift/latest/dg/"

SETUP = """
create table pay(a numeric(10,2));
insert into pay values (1.5), (2.567), (-1.5);
create table words(a varchar(9) collate case_insensitive, b varchar(9));
insert into words values ('Ab', 'x'), ('AB', 'y'), ('c', 'x');
create table left_one(k int); insert into left_one values (1), (2);
create table right_one(k int, v varchar(3)); insert into right_one values (1, 'one');
"""

ROWS = [
    ("select json_array_length('[1,2', true), json_array_length('[1,2]', true)", [(None, 2)],
     "JSON_ARRAY_LENGTH.html"),
    ("select json_extract_array_element_text('[7,8]', 1, true), "
     "json_extract_array_element_text('x', 1, true)", [("8", None)],
     "JSON_EXTRACT_ARRAY_ELEMENT_TEXT.html"),
    ("select db_collation(), current_setting('query_group')", [("case_sensitive", "default")],
     "r_COLLATE.html"),
    ("select @ -5, @(-3), |/ 25, ||/ 27, 2 ^ 3", [(5, 3, 5.0, 3.0, 8.0)],
     "r_OPERATOR_SYMBOLS.html"),
    ("select listagg(distinct n, ',') within group (order by n desc) from "
     "(select 2 as n union all select 10 union all select 2)", [("10,2",)], "r_LISTAGG.html"),
    ("select listagg(distinct t, ',') within group (order by t) from "
     "(select 'b' as t union all select 'a' union all select 'b ' union all select '')",
     [("a,b",)], "r_LISTAGG.html"),
    ("select a::int as i, a::decimal(9,1) as d from pay order by a",
     [(-1, Decimal("-1.5")), (1, Decimal("1.5")), (2, Decimal("2.5"))],
     "r_enable_numeric_rounding.html"),
    ("select cast(19.96 as decimal(4,1)), 2.5::int", [(Decimal("20.0"), 3)],
     "r_CAST_function.html"),
    ("select round(31.46, 1), round(31.46, -1), trunc(31.46, 1)",
     [(Decimal("31.5"), Decimal("30"), Decimal("31.4"))], "r_ROUND.html"),
    ("select sign(-3.25), sign(-3.25::float8)", [(Decimal(-1), -1.0)], "r_SIGN.html"),
    ("select strtol('0x1f', 16), strtol('-12', 10), strtol('101', 2)", [(31, -12, 5)],
     "r_STRTOL.html"),
    ("select datediff(week, '2024-03-02'::date, '2024-03-03'::date), "
     "datediff(week, '2024-03-03'::date, '2024-03-04'::date)", [(1, 0)],
     "r_DATEDIFF_function.html"),
    ("select date_part(ms, timestamp '2024-01-01 00:00:07.089'), date_part(s, time '01:02:03.5')",
     [(7089.0, 3.5)], "r_Dateparts_for_datetime_functions.html"),
    ("select to_char(22, 'FM99th'), to_char(date '2024-09-01', 'RM'), to_char(11, 'FM99TH')",
     [("22nd", "IX  ", "11TH")], "r_Numeric_formating.html"),
    ("select 'NaN'::float8 is null, '-Infinity'::float8", [(False, float("-inf"))],
     "r_Numeric_types201.html"),
    ("select count(*) from words where a = 'ab' or a in ('C', 'zz')", [(3,)],
     "r_CREATE_TABLE_NEW.html"),
    ("select upper(a), count(*) from words group by 1 order by 1", [("AB", 2), ("C", 1)],
     "r_CREATE_TABLE_NEW.html"),
    ("select count(distinct a), count(distinct collate(a, 'case_sensitive')) from words",
     [(2, 3)], "r_COLLATE.html"),
    ("select count(*) from words where collate(b, 'case_insensitive') = 'X'", [(2,)],
     "r_COLLATE.html"),
    ("select 'v: ' + v, 'a' + 'b' from right_one", [("v: one", "ab")],
     "r_concat_op.html"),
    ("select l.k, r.v from left_one l, right_one r where l.k = r.k(+) order by 1",
     [(1, "one"), (2, None)], "r_WHERE_oracle_outer.html"),
]  # fmt: skip

ERRORS = [
    ("select to_timestamp('2024-05-01 24:01:02', 'YYYY-MM-DD HH24:MI:SS', true)", "22008",
     "24:01:02", "r_TO_TIMESTAMP.html"),
    ("select power(10, 400)", "22003", "overflow", "r_POWER.html"),
    ("select cast('1e400' as float8)", "22003", "out of range", "r_Numeric_types201.html"),
    ("select strtol('9', 8)", "22023", "STRTOL", "r_STRTOL.html"),
    ("select if(true, 1, 2)", "42883", "function if", "c_conditional_expressions.html"),
    ("select lag(k, 1, 0) over (order by k) from left_one", "0A000", "lag", "r_WF_LAG.html"),
    ("select ratio_to_report(k) over (order by k) from left_one", "42601", "ORDER BY",
     "r_WF_RATIO_TO_REPORT.html"),
    ("select listagg(k) over (partition by k order by k) from left_one", "42601", "ORDER BY",
     "r_WF_LISTAGG.html"),
    ("select listagg(k) within group (order by k), listagg(v) within group (order by v) "
     "from right_one", "0A000", "must be the same", "r_LISTAGG.html"),
    ("select 32767::smallint + 1::smallint", "22003", "smallint out of range",
     "r_Numeric_types201.html"),
]  # fmt: skip


@pytest.fixture
def lake():
    return Lake()


@pytest.fixture(scope="module")
def session():
    made = Redshift(lake=Lake())
    made.run(SETUP)
    return made


@pytest.mark.parametrize(("sql", "rows", "page"), ROWS)
def test_result(session, sql, rows, page):
    assert session.run(sql).rows == rows, GUIDE + page


@pytest.mark.parametrize(("sql", "code", "words", "page"), ERRORS)
def test_refusal(session, sql, code, words, page):
    with pytest.raises(ServiceError, match=words) as caught:
        session.run(sql)
    assert caught.value.code == code, GUIDE + page


def test_numeric_rounding_is_a_setting(lake):
    """https://docs.aws.amazon.com/redshift/latest/dg/r_enable_numeric_rounding.html"""
    own = Redshift(lake=lake)
    own.run("create table p(a numeric(5,2)); insert into p values (1.5)")
    assert own.run("select a::int from p").rows == [(1,)]
    assert own.run("set enable_numeric_rounding to on; select a::int from p").rows == [(2,)]


class TestBlocks:
    """An error ends a block, whatever its kind; only its end is taken then.

    https://docs.aws.amazon.com/redshift/latest/dg/r_BEGIN.html
    """

    def test_a_query_that_is_wrong_in_itself_meets_the_block_first(self, lake):
        own = Redshift(lake=lake)
        own.run("begin")
        with pytest.raises(ServiceError):
            own.run("select 1/0")
        with pytest.raises(ServiceError) as caught:
            own.run("select * from no_such_table")
        assert caught.value.code == "25P02"
        own.run("rollback")
        assert own.run("select 1").rows == [(1,)]

    def test_a_problem_while_running_leaves_a_session_that_can_go_on(self, lake, monkeypatch):
        from dealab.sql.errors import LabLimit

        own = Redshift(lake=lake)
        own.run("create table t(a int); begin; insert into t values (1)")

        def fail(plan):
            own.duck().connection.execute("SELECT error('x')")

        monkeypatch.setattr(own, "select", fail)
        monkeypatch.setattr(own, "read_error", lambda problem: LabLimit("this", "it runs."))
        with pytest.raises(Exception, match="x"):
            own.run("select a from t")
        monkeypatch.undo()
        with pytest.raises(ServiceError) as caught:
            own.run("select a from t")
        assert caught.value.code == "25P02"
        assert own.run("commit").message == "ROLLBACK"
        assert own.run("select count(*) from t").rows == [(0,)]


class TestScopedPermissions:
    """https://docs.aws.amazon.com/redshift/latest/dg/r_GRANT.html"""

    @pytest.fixture
    def admin(self, lake):
        made = Redshift(lake=lake)
        made.run("create user ann password 'Abcd1234'; create role readers")
        return made

    def test_they_hold_for_tables_that_are_made_later(self, admin, lake):
        admin.run("grant select for tables in schema public to ann")
        admin.run("create table later(a int); insert into later values (4)")
        ann = Redshift(lake=lake, user="ann")
        assert ann.run("select a from later").rows == [(4,)]
        with pytest.raises(ServiceError) as caught:
            ann.run("insert into later values (5)")
        assert caught.value.code == "42501"
        admin.run("revoke select for tables in schema public from ann")
        with pytest.raises(ServiceError) as caught:
            ann.run("select a from later")
        assert caught.value.code == "42501"

    def test_of_a_database_and_through_a_role(self, admin, lake):
        admin.run("create schema s; create table s.t(a int); grant role readers to ann")
        admin.run("grant usage for schemas in database dev to role readers")
        admin.run("grant insert, select for tables in database dev to role readers")
        ann = Redshift(lake=lake, user="ann")
        ann.run("insert into s.t values (1)")
        assert ann.run("select a from s.t").rows == [(1,)]

    def test_not_for_public(self, admin):
        with pytest.raises(ServiceError, match="users and roles"):
            admin.run("grant select for tables in schema public to public")

    def test_assumerole_is_kept(self, admin):
        arn = "arn:aws:iam::123456789012:role/Loader"
        admin.run(f"grant assumerole on '{arn}' to ann for copy, external function")
        uses = [key[-1] for key, _ in admin.objects.items("grant", "iam role")]
        assert uses == ["COPY", "EXTERNAL FUNCTION"]
        admin.run(f"revoke assumerole on '{arn}' from ann for copy, external function")
        assert admin.objects.items("grant", "iam role") == []


class TestShow:
    @pytest.fixture
    def admin(self, lake):
        made = Redshift(lake=lake)
        made.run("create user ann password 'Abcd1234'; create table t(a int, b int)")
        made.run(
            "create procedure p(a int, b inout varchar(20)) as $$ begin b := 'x'; end $$ "
            "language plpgsql"
        )
        made.run(
            "create function f(numeric(9,2)) returns int immutable as $$ select 1 $$ language sql"
        )
        return made

    def test_grants(self, admin):
        """https://docs.aws.amazon.com/redshift/latest/dg/r_SHOW_GRANTS.html"""
        admin.run("grant select on t to ann with grant option; grant update (b) on t to ann")
        for sql in ("show grants on table public.t", "show grants for ann"):
            shown = admin.run(sql)
            (row,) = (dict(zip(shown.columns, row, strict=True)) for row in shown.rows)
            wanted = {
                "schema_name": "public", "object_name": "t", "object_type": "TABLE",
                "privilege_type": "SELECT", "identity_name": "ann", "identity_type": "user",
                "admin_option": True, "privilege_scope": "TABLE", "grantor_name": "awsuser",
            }  # fmt: skip
            assert {name: row[name] for name in wanted} == wanted
        (row,) = admin.run("show column grants on table public.t for ann").rows
        assert row[2:6] == ("t", "b", "COLUMN", "UPDATE")

    def test_routines(self, admin):
        """https://docs.aws.amazon.com/redshift/latest/dg/r_SHOW_PROCEDURES.html"""
        assert admin.run("show procedures from schema dev.public like 'p%'").rows == [
            ("dev", "public", "p", 2, "integer, character varying", "character varying", None)
        ]
        assert admin.run("show functions from schema public").rows == [
            ("dev", "public", "f", 1, "numeric", "integer", None)
        ]
        assert admin.run("show functions from schema public like 'z%'").rows == []

    def test_parameters(self, admin):
        """https://docs.aws.amazon.com/redshift/latest/dg/r_SHOW_PARAMETERS.html"""
        rows = admin.run("show parameters of procedure public.p(int, varchar)").rows
        assert [row[3:8] for row in rows] == [
            ("a", 1, "IN", "integer", None),
            ("b", 2, "INOUT", "character varying", 20),
        ]
        with pytest.raises(ServiceError) as caught:
            admin.run("show parameters of function public.f(int)")
        assert caught.value.code == "42883"
