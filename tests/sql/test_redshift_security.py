"""Users, groups, roles, privileges, row-level security, masking, datashares: are they enforced?

G: https://docs.aws.amazon.com/redshift/latest/dg/r_GRANT.html
U: https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_USER.html
R: https://docs.aws.amazon.com/redshift/latest/dg/t_rls.html
M: https://docs.aws.amazon.com/redshift/latest/dg/t_ddm.html
D: https://docs.aws.amazon.com/redshift/latest/dg/datashare-overview.html (all read 2026-11-23)
"""

import pytest

from dealab.sql import LabLimit, Lake, Redshift, ServiceError
from dealab.sql.redshift.statements.datashares import guid


@pytest.fixture
def admin(lake_folder):
    session = Redshift(lake=Lake(lake_folder))
    session.run(
        "CREATE USER ann PASSWORD 'Secret123'; CREATE USER bob PASSWORD 'Secret123';"
        "CREATE TABLE sales (id int, region varchar(10), card varchar(20), amount decimal(8,2));"
        "INSERT INTO sales VALUES (1, 'north', '1111222233334444', 10), "
        "(2, 'south', '5555666677778888', 20), (3, 'north', NULL, 30)"
    )
    return session


def as_user(admin, user="ann", **more):
    return Redshift(lake=admin.lake, user=user, **more)


def denied(session, sql, match="permission denied"):
    with pytest.raises(ServiceError, match=match):
        session.run(sql)


def test_nobody_reads_without_a_grant(admin):  # G
    ann = as_user(admin)
    denied(ann, "SELECT * FROM sales", "permission denied for relation sales")
    admin.run("GRANT SELECT ON sales TO ann")
    assert ann.run("SELECT count(*) FROM sales").rows == [(3,)]
    denied(as_user(admin, "bob"), "SELECT * FROM sales")
    admin.run("REVOKE SELECT ON sales FROM ann")
    denied(ann, "SELECT * FROM sales")


@pytest.mark.parametrize(
    ("privilege", "sql"),
    [
        ("INSERT", "INSERT INTO sales VALUES (4, 'w', 'x', 1)"),
        ("DELETE", "DELETE FROM sales WHERE id = 1"),
        ("UPDATE", "UPDATE sales SET amount = 1 WHERE id = 1"),
        ("TRUNCATE", "TRUNCATE sales"),
        ("ALTER", "ALTER TABLE sales ADD COLUMN z int"),
        ("DROP", "DROP TABLE sales"),
    ],
)
def test_each_change_needs_its_privilege(admin, privilege, sql):  # G
    ann = as_user(admin)
    admin.run("GRANT SELECT ON sales TO ann")
    denied(ann, sql, "permission denied for relation sales|must be owner of relation sales")
    admin.run(f"GRANT {privilege} ON TABLE sales TO ann")
    ann.run(sql)


@pytest.mark.parametrize(
    "grant",
    [
        "GRANT ALL ON sales TO ann",
        "GRANT ALL PRIVILEGES ON TABLE sales TO ann",
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO ann",
        "GRANT SELECT ON sales TO PUBLIC",
        "GRANT SELECT, INSERT ON sales TO bob, ann",
        "CREATE GROUP g WITH USER ann; GRANT SELECT ON sales TO GROUP g",
        "CREATE GROUP g; ALTER GROUP g ADD USER ann; GRANT SELECT ON sales TO GROUP g",
        "CREATE ROLE r; GRANT SELECT ON sales TO ROLE r; GRANT ROLE r TO ann",
        "CREATE ROLE a; CREATE ROLE b; GRANT SELECT ON sales TO ROLE a; GRANT ROLE a TO ROLE b; "
        "GRANT ROLE b TO ann",
        "ALTER TABLE sales OWNER TO ann",
        "GRANT ROLE sys:superuser TO ann",
    ],
)
def test_ways_to_a_right(admin, grant):  # G
    admin.run(grant)
    assert as_user(admin).run("SELECT count(*) FROM sales").rows == [(3,)]


def test_single_columns(admin):  # G
    admin.run("GRANT SELECT (id, region), UPDATE (region) ON sales TO ann")
    ann = as_user(admin)
    assert ann.run("SELECT id, s.region FROM sales s ORDER BY id LIMIT 1").rows == [(1, "north")]
    for sql in (
        "SELECT * FROM sales",
        "SELECT card FROM sales",
        "SELECT id FROM sales WHERE amount > 1",
        "SELECT s.amount FROM sales s",
        "UPDATE sales SET amount = 1",
    ):
        denied(ann, sql)
    ann.run("UPDATE sales SET region = 'east' WHERE id = 1")
    admin.run("REVOKE SELECT (region) ON sales FROM ann")
    denied(ann, "SELECT region FROM sales")
    assert len(ann.run("SELECT id FROM sales").rows) == 3


def test_schema_needs_usage_and_create(admin):  # G
    admin.run("CREATE SCHEMA team; CREATE TABLE team.t (a int); GRANT SELECT ON team.t TO ann")
    ann = as_user(admin)
    denied(ann, "SELECT * FROM team.t", "permission denied for schema team")
    admin.run("GRANT USAGE ON SCHEMA team TO ann")
    assert ann.run("SELECT * FROM team.t").rows == []
    denied(ann, "CREATE TABLE team.mine (a int)", "permission denied for schema team")
    admin.run("GRANT CREATE ON SCHEMA team TO ann")
    ann.run("CREATE TABLE team.mine (a int); INSERT INTO team.mine VALUES (1)")
    denied(as_user(admin, "bob"), "SELECT * FROM team.mine")
    denied(ann, "CREATE SCHEMA own", "permission denied for database dev")


def test_public_is_open_until_it_is_revoked(admin):  # G
    ann = as_user(admin)
    ann.run("CREATE TABLE mine (a int)")
    admin.run("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    denied(ann, "CREATE TABLE more (a int)", "permission denied for schema public")


def test_external_schema_needs_usage(admin):  # G
    ann = as_user(admin)
    denied(ann, "SELECT count(*) FROM fernway.orders", "permission denied for schema fernway")
    admin.run("GRANT USAGE ON SCHEMA fernway TO ann")
    assert ann.run("SELECT count(*) FROM fernway.orders").rows == [(2000,)]
    denied(admin, "GRANT SELECT ON fernway.orders TO ann", "external tables")


def test_a_view_reads_for_those_who_may_not_read_its_table(admin):  # G
    admin.run("CREATE VIEW v AS SELECT id, region FROM sales; GRANT SELECT ON v TO ann")
    ann = as_user(admin)
    assert len(ann.run("SELECT * FROM v").rows) == 3
    denied(ann, "SELECT * FROM sales")
    denied(as_user(admin, "bob"), "SELECT * FROM v", "permission denied for relation v")


def test_procedures_and_functions(admin):  # G
    admin.run(
        "CREATE PROCEDURE clear() AS $$ BEGIN DELETE FROM sales; END; $$ LANGUAGE plpgsql; "
        "CREATE PROCEDURE clear_for_all() AS $$ BEGIN DELETE FROM sales; END; $$ LANGUAGE plpgsql "
        "SECURITY DEFINER"
    )
    ann = as_user(admin)
    denied(ann, "CALL clear()", "permission denied for procedure clear")
    admin.run(
        "GRANT EXECUTE ON PROCEDURE clear() TO ann; "
        "GRANT EXECUTE ON ALL PROCEDURES IN SCHEMA public TO ann"
    )
    denied(ann, "CALL clear()", "permission denied for relation sales")
    ann.run("CALL clear_for_all()")
    assert admin.run("SELECT count(*) FROM sales").rows == [(0,)]
    assert ann.run("SELECT current_user").rows == [("ann",)]


def test_grant_option(admin):  # G
    ann = as_user(admin)
    admin.run("GRANT SELECT ON sales TO ann")
    denied(ann, "GRANT SELECT ON sales TO bob")
    admin.run("GRANT SELECT ON sales TO ann WITH GRANT OPTION")
    ann.run("GRANT SELECT ON sales TO bob")
    assert as_user(admin, "bob").run("SELECT count(*) FROM sales").rows == [(3,)]
    denied(admin, "GRANT SELECT ON sales TO PUBLIC WITH GRANT OPTION", "grant options")


def test_default_privileges(admin):  # G
    admin.run("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO ann")
    admin.run("CREATE TABLE later (a int)")
    assert as_user(admin).run("SELECT * FROM later").rows == []
    denied(as_user(admin), "SELECT * FROM sales")


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE USER eve PASSWORD 'Secret123'",
        "DROP USER bob",
        "CREATE GROUP g",
        "CREATE ROLE r",
        "CREATE RLS POLICY p USING (true)",
        "CREATE MASKING POLICY p WITH (a int) USING (a)",
        "CREATE DATASHARE s",
    ],
)
def test_what_only_administrators_do(admin, sql):
    denied(as_user(admin), sql)


def test_system_privileges_of_roles(admin):
    admin.run("CREATE ROLE hr; GRANT CREATE USER, DROP USER TO ROLE hr; GRANT ROLE hr TO ann")
    as_user(admin).run("CREATE USER eve PASSWORD 'Secret123'; DROP USER eve")
    denied(as_user(admin), "CREATE ROLE x")


@pytest.mark.parametrize(
    ("sql", "match"),
    [
        ("CREATE USER ann PASSWORD 'Secret123'", 'user "ann" already exists'),
        ("CREATE USER eve PASSWORD 'short1A'", "at least 8"),
        ("CREATE USER eve PASSWORD 'nonumberX'", "number"),
        ("CREATE USER eve PASSWORD 'nocapital1'", "upper case"),
        ("CREATE USER eve PASSWORD 'NOSMALL11'", "lower case"),
        ("CREATE USER eve", "syntax error"),
        ("CREATE USER eve PASSWORD 'Secret123' IN GROUP none", 'group "none" does not exist'),
        ("DROP USER eve", 'user "eve" does not exist'),
        ("DROP USER awsuser", "current user"),
        ("GRANT SELECT ON nowhere TO ann", "does not exist"),
        ("GRANT SELECT ON sales TO eve", 'user "eve" does not exist'),
        ("GRANT SELECT ON sales TO ROLE none", 'role "none" does not exist'),
        ("GRANT USAGE ON sales TO ann", "invalid privilege type USAGE for table"),
        ("GRANT SELECT ON SCHEMA public TO ann", "invalid privilege type SELECT for schema"),
        ("GRANT SELECT ON sales ann", "syntax error"),
        ("GRANT DANCE TO ROLE sys:dba", "unrecognized privilege"),
        ("CREATE ROLE sys:mine", "reserved"),
    ],
)
def test_refusals(admin, sql, match):  # U, G
    denied(admin, sql, match)


def test_who_owns_or_holds_something_cannot_be_dropped(admin):  # U
    admin.run("GRANT SELECT ON sales TO ann")
    denied(admin, "DROP USER ann", "cannot be dropped because some objects depend on it")
    admin.run("REVOKE ALL ON sales FROM ann; DROP USER ann")
    admin.run("ALTER TABLE sales OWNER TO bob")
    denied(admin, "DROP USER bob", "depend")


def test_roles_do_not_go_in_circles(admin):
    admin.run("CREATE ROLE a; CREATE ROLE b; GRANT ROLE a TO ROLE b")
    denied(admin, "GRANT ROLE b TO ROLE a", "cannot be granted")
    denied(admin, "DROP ROLE a", "depend")
    admin.run("DROP ROLE a FORCE")


def test_session_authorization(admin):
    admin.run("SET SESSION AUTHORIZATION ann")
    assert admin.run("SELECT current_user, session_user").rows == [("ann", "awsuser")]
    denied(admin, "SELECT * FROM sales")
    admin.run("RESET SESSION AUTHORIZATION")
    assert len(admin.run("SELECT * FROM sales").rows) == 3
    denied(as_user(admin), "SET SESSION AUTHORIZATION bob")


def test_lake_formation_grants_are_limits(admin):
    with pytest.raises(LabLimit):
        admin.run(
            "GRANT SELECT ON EXTERNAL TABLE fernway.orders TO IAM_ROLE 'arn:aws:iam::1:role/x'"
        )


# --- row-level security -----------------------------------------------------------------


@pytest.fixture
def rows(admin):
    admin.run(
        "GRANT ALL ON sales TO ann; GRANT SELECT ON sales TO bob; CREATE ROLE north; "
        "CREATE RLS POLICY in_north WITH (region varchar(10)) USING (region = 'north'); "
        "CREATE RLS POLICY big WITH (amount decimal(8,2)) AS s USING (s.amount >= 20)"
    )
    return admin


def ids(session, where=""):
    return [row[0] for row in session.run(f"SELECT id FROM sales {where} ORDER BY id").rows]


def test_rows_are_filtered_for_whom_a_policy_is_attached(rows):  # R
    rows.run("ATTACH RLS POLICY in_north ON sales TO ROLE north; GRANT ROLE north TO ann")
    ann, bob = as_user(rows), as_user(rows, "bob")
    assert ids(ann) == [1, 2, 3]  # the switch is still off
    rows.run("ALTER TABLE sales ROW LEVEL SECURITY ON")
    assert ids(ann) == [1, 3]
    assert ids(bob) == []  # no policy, no rows
    assert ids(rows) == [1, 2, 3]  # superusers see everything
    assert ann.run("SELECT count(*) FROM sales s JOIN sales t ON s.id = t.id").rows == [(2,)]
    ann.run("UPDATE sales SET amount = 99")
    ann.run("DELETE FROM sales WHERE id = 2")
    assert rows.run("SELECT id, amount FROM sales WHERE amount < 99").rows[0][0] == 2
    rows.run("DETACH RLS POLICY in_north ON sales FROM ROLE north")
    assert ids(ann) == []
    rows.run("ALTER TABLE sales ROW LEVEL SECURITY OFF")
    assert ids(bob) == [1, 2, 3]


def test_policies_combine(rows):  # R
    rows.run(
        "ATTACH RLS POLICY in_north ON sales TO ann; ATTACH RLS POLICY big ON sales TO PUBLIC; "
        "ALTER TABLE sales ROW LEVEL SECURITY ON"
    )
    ann = as_user(rows)
    assert ids(ann) == [3]
    rows.run("ALTER TABLE sales ROW LEVEL SECURITY ON CONJUNCTION TYPE OR")
    assert ids(ann) == [1, 2, 3]
    assert ids(as_user(rows, "bob")) == [2, 3]


def test_policy_with_current_user_and_a_lookup_table(rows):  # R
    rows.run(
        "CREATE TABLE may_see (who varchar(20), region varchar(10)); "
        "INSERT INTO may_see VALUES ('ann', 'south'); "
        "CREATE RLS POLICY own WITH (region varchar(10)) USING (region IN "
        "(SELECT m.region FROM may_see m WHERE m.who = current_user)); "
        "ATTACH RLS POLICY own ON sales TO PUBLIC; ALTER TABLE sales ROW LEVEL SECURITY ON"
    )
    ann = as_user(rows)
    denied(ann, "SELECT * FROM sales", "permission denied for relation may_see")
    rows.run("GRANT SELECT ON TABLE may_see TO RLS POLICY own")
    assert ids(ann) == [2]
    assert ids(as_user(rows, "bob")) == []


def test_ignore_rls(rows):  # R
    rows.run(
        "ALTER TABLE sales ROW LEVEL SECURITY ON; CREATE ROLE auditor; "
        "GRANT IGNORE RLS TO ROLE auditor; GRANT ROLE auditor TO bob"
    )
    assert ids(as_user(rows, "bob")) == [1, 2, 3]
    assert ids(as_user(rows)) == []


def test_views_do_not_let_rows_through(rows):  # R
    rows.run(
        "CREATE VIEW v AS SELECT id FROM sales; GRANT SELECT ON v TO ann; "
        "ATTACH RLS POLICY in_north ON sales TO ann; ALTER TABLE sales ROW LEVEL SECURITY ON"
    )
    assert sorted(as_user(rows).run("SELECT id FROM v").rows) == [(1,), (3,)]


@pytest.mark.parametrize(
    ("sql", "match"),
    [
        ("CREATE RLS POLICY big USING (true)", "already exists"),
        ("CREATE RLS POLICY x WITH (a int) USING (a + 1)", "must be type boolean"),
        ("CREATE RLS POLICY x USING (nope = 1)", "nope"),
        ("ATTACH RLS POLICY none ON sales TO ann", 'RLS policy "none" does not exist'),
        ("ATTACH RLS POLICY big ON fernway.orders TO ann", "external table"),
        ("DETACH RLS POLICY big ON sales FROM ann", "is not attached"),
        ("DROP RLS POLICY none", "does not exist"),
    ],
)
def test_rls_refusals(rows, sql, match):  # R
    denied(rows, sql, match)


def test_attached_policy_is_not_dropped(rows):  # R
    rows.run("ATTACH RLS POLICY big ON sales TO ann")
    denied(rows, "DROP RLS POLICY big", "attached")
    denied(rows, "ATTACH RLS POLICY big ON sales TO ann", "already attached")
    rows.run("DROP RLS POLICY big CASCADE")


# --- masking --------------------------------------------------------------------------


@pytest.fixture
def masks(admin):
    admin.run(
        "GRANT SELECT ON sales TO ann, bob; CREATE ROLE clerk; "
        "CREATE MASKING POLICY hide WITH (card varchar(20)) USING ('XXXX'::varchar(20)); "
        "CREATE MASKING POLICY last4 WITH (c varchar(20)) USING ('****' || right(c, 4)); "
        "CREATE MASKING POLICY by_region WITH (card varchar(20), region varchar(10)) "
        "USING (CASE WHEN region = 'north' THEN card ELSE 'hidden' END)"
    )
    return admin


def cards(session):
    return [row[0] for row in session.run("SELECT card FROM sales ORDER BY id").rows]


def test_the_highest_priority_counts(masks):  # M
    masks.run(
        "ATTACH MASKING POLICY hide ON sales (card) TO PUBLIC; "
        "ATTACH MASKING POLICY last4 ON sales (card) TO ROLE clerk PRIORITY 10; "
        "GRANT ROLE clerk TO bob"
    )
    assert cards(as_user(masks)) == ["XXXX", "XXXX", "XXXX"]
    assert cards(as_user(masks, "bob")) == ["****4444", "****8888", None]
    masks.run("DETACH MASKING POLICY hide ON sales (card) FROM PUBLIC")
    assert cards(as_user(masks))[0] == "1111222233334444"


def test_conditions_see_the_masked_value(masks):  # M
    masks.run("ATTACH MASKING POLICY hide ON sales (card) TO ann")
    ann = as_user(masks)
    assert ann.run("SELECT count(*) FROM sales WHERE card LIKE '1111%'").rows == [(0,)]
    assert ann.run("SELECT count(DISTINCT card) FROM sales").rows == [(1,)]
    assert masks.run("SELECT count(*) FROM sales WHERE card LIKE '1111%'").rows == [(1,)]


def test_conditional_masking_with_another_column(masks):  # M
    masks.run("ATTACH MASKING POLICY by_region ON sales (card) USING (card, region) TO ann")
    assert cards(as_user(masks)) == ["1111222233334444", "hidden", None]


def test_a_copy_holds_the_masked_values(masks):  # M
    masks.run("ATTACH MASKING POLICY hide ON sales (card) TO ann")
    ann = as_user(masks)
    ann.run("CREATE TABLE copied AS SELECT * FROM sales")
    assert masks.run("SELECT DISTINCT card FROM copied").rows == [("XXXX",)]


@pytest.mark.parametrize(
    ("sql", "match"),
    [
        ("ATTACH MASKING POLICY last4 ON sales (card) TO PUBLIC", "priority 0"),
        ("ATTACH MASKING POLICY last4 ON sales (card) TO ann PRIORITY 5", "already attached"),
        ("ATTACH MASKING POLICY hide ON sales (nope) TO bob", "nope"),
        ("ATTACH MASKING POLICY hide ON sales (id) TO bob PRIORITY 5", "expects"),
        ("CREATE MASKING POLICY hide WITH (a int) USING (a)", "already exists"),
        ("DROP MASKING POLICY hide", "attached"),
        ("DETACH MASKING POLICY hide ON sales (card) FROM bob", "not attached"),
    ],
)
def test_masking_refusals(masks, sql, match):  # M
    masks.run("ATTACH MASKING POLICY hide ON sales (card) TO ann")
    denied(masks, sql, match)


# --- datashares -----------------------------------------------------------------------


@pytest.fixture
def shared(admin):
    admin.run(
        "CREATE TABLE secret (a int); CREATE DATASHARE s; ALTER DATASHARE s ADD SCHEMA public; "
        "ALTER DATASHARE s ADD TABLE public.sales; "
        f"GRANT USAGE ON DATASHARE s TO NAMESPACE '{guid('consumer')}'"
    )
    consumer = Redshift(lake=admin.lake, namespace="consumer")
    consumer.run(f"CREATE DATABASE theirs FROM DATASHARE s OF NAMESPACE '{guid('lab')}'")
    return admin, consumer


def test_consumer_reads_live_data_and_writes_nothing(shared):  # D
    producer, consumer = shared
    assert consumer.run("SELECT count(*) FROM theirs.public.sales").rows == [(3,)]
    producer.run("INSERT INTO sales VALUES (4, 'east', 'x', 1)")
    assert consumer.run("SELECT max(id) FROM theirs.public.sales").rows == [(4,)]
    for sql in (
        "INSERT INTO theirs.public.sales VALUES (5, 'a', 'b', 1)",
        "DELETE FROM theirs.public.sales",
        "DROP TABLE theirs.public.sales",
    ):
        with pytest.raises((ServiceError, LabLimit)):
            consumer.run(sql)
    assert producer.run("SELECT count(*) FROM sales").rows == [(4,)]


def test_only_what_is_in_the_share_is_seen(shared):  # D
    producer, consumer = shared
    denied(consumer, "SELECT * FROM theirs.public.secret", "does not exist")
    denied(consumer, "SELECT * FROM sales", "does not exist")
    producer.run("ALTER DATASHARE s ADD ALL TABLES IN SCHEMA public")
    assert consumer.run("SELECT * FROM theirs.public.secret").rows == []
    producer.run("ALTER DATASHARE s REMOVE TABLE public.sales")
    denied(consumer, "SELECT * FROM theirs.public.sales", "does not exist")
    producer.run(f"REVOKE USAGE ON DATASHARE s FROM NAMESPACE '{guid('consumer')}'")
    denied(consumer, "SELECT * FROM theirs.public.secret", "not available")


def test_a_shared_view_needs_no_shared_table(shared):
    # https://docs.aws.amazon.com/redshift/latest/dg/datashare-views.html
    producer, consumer = shared
    producer.run(
        "CREATE TABLE base (a int, b int); INSERT INTO base VALUES (1, 2); "
        "CREATE VIEW narrow AS SELECT a FROM base; CREATE VIEW twice AS SELECT a AS c FROM narrow; "
        "ALTER DATASHARE s ADD TABLE public.narrow; ALTER DATASHARE s ADD TABLE public.twice"
    )
    consumer.run("CREATE TABLE base (z int)")
    assert consumer.run("SELECT * FROM theirs.public.narrow").rows == [(1,)]
    assert consumer.run("SELECT c FROM theirs.public.twice").rows == [(1,)]
    denied(consumer, "SELECT b FROM theirs.public.narrow", "does not exist")
    denied(consumer, "SELECT * FROM theirs.public.base", "does not exist")


def test_users_of_the_consumer_need_usage_of_the_database(shared):
    # https://docs.aws.amazon.com/redshift/latest/dg/writes-granting.html
    _, consumer = shared
    consumer.run("CREATE USER dora PASSWORD 'Secret123'")
    dora = Redshift(lake=consumer.lake, namespace="consumer", user="dora")
    denied(dora, "SELECT count(*) FROM theirs.public.sales", "permission denied for database")
    consumer.run("GRANT USAGE ON DATABASE theirs TO dora")
    assert dora.run("SELECT count(*) FROM theirs.public.sales").rows == [(3,)]


def test_consumer_needs_the_producers_grant(admin):  # D
    admin.run("CREATE DATASHARE s")
    consumer = Redshift(lake=admin.lake, namespace="consumer")
    denied(
        consumer,
        f"CREATE DATABASE d FROM DATASHARE s OF NAMESPACE '{guid('lab')}'",
        "not authorized",
    )


def test_schema_comes_before_its_tables(admin):  # D
    admin.run("CREATE DATASHARE s")
    denied(admin, "ALTER DATASHARE s ADD TABLE public.sales", "must be added")


def test_describing_a_share(shared):  # D
    producer, consumer = shared
    told = producer.run("DESC DATASHARE s")
    assert [(row[4], row[5]) for row in told.rows] == [
        ("schema", "public"),
        ("table", "public.sales"),
    ]
    assert consumer.run(f"DESC DATASHARE s OF NAMESPACE '{guid('lab')}'").rows[0][2] == "INBOUND"
    (row,) = consumer.run("SHOW DATASHARES").rows
    assert row[0] == "s"
    assert row[3] == "theirs"
