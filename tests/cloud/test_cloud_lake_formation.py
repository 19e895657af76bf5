"""Lake Formation's grants, made with boto3, decide what a role sees in Athena."""

import boto3
import pytest
from botocore.exceptions import ClientError

from dealab.sql import Athena, LabLimit, ServiceError

ANALYST = {"DataLakePrincipalIdentifier": "arn:aws:iam::111122223333:role/analyst"}
EVERYBODY = {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}
WEB = 7743  # orders of the web shop


def table(name):
    return {"Table": {"DatabaseName": "fernway", "Name": name}}


@pytest.fixture
def lf(aws):
    client = boto3.client("lakeformation")
    for name in ("orders", "customers"):
        client.revoke_permissions(Principal=EVERYBODY, Resource=table(name), Permissions=["ALL"])
    return client


@pytest.fixture
def analyst(aws):
    made = Athena(lake=aws.lake)
    made.principal = "analyst"
    return made


@pytest.fixture
def filtered(lf):
    """The analyst sees the orders of the web shop, without customer_id and total_amount."""
    place = {"TableCatalogId": "111122223333", "DatabaseName": "fernway", "TableName": "orders"}
    lf.create_data_cells_filter(
        TableData={
            **place,
            "Name": "web",
            "RowFilter": {"FilterExpression": "channel = 'web'"},
            "ColumnWildcard": {"ExcludedColumnNames": ["customer_id", "total_amount"]},
        }
    )
    lf.grant_permissions(
        Principal=ANALYST,
        Resource={"DataCellsFilter": {**place, "Name": "web"}},
        Permissions=["SELECT"],
    )


def code(call, **given):
    with pytest.raises(ClientError) as caught:
        call(**given)
    return caught.value.response["Error"]["Code"]


def denied(engine, sql, match="PERMISSION_DENIED"):
    with pytest.raises(ServiceError, match=match):
        engine.run(sql)


@pytest.mark.proves("Lake Formation", "Without a grant a role sees nothing", kind="model")
def test_nothing_without_a_grant(lf, analyst, aws):
    denied(analyst, "SELECT count(*) FROM orders")
    denied(analyst, "DESCRIBE orders")
    assert "orders" not in [row[0] for row in analyst.run("SHOW TABLES").rows]
    assert analyst.run("SELECT count(*) FROM order_lines").rows[0][0] > 0  # IAMAllowedPrincipals
    assert Athena(lake=aws.lake).run("SELECT count(*) FROM orders").rows[0][0] > WEB
    lf.grant_permissions(Principal=ANALYST, Resource=table("orders"), Permissions=["DESCRIBE"])
    assert analyst.run("DESCRIBE orders").rows
    denied(analyst, "SELECT count(*) FROM orders", "Required Select on orders")
    lf.grant_permissions(Principal=ANALYST, Resource=table("orders"), Permissions=["SELECT"])
    assert analyst.run("SELECT count(*) FROM orders").rows[0][0] > WEB
    lf.revoke_permissions(Principal=ANALYST, Resource=table("orders"), Permissions=["SELECT"])
    denied(analyst, "SELECT count(*) FROM orders")


#: every shape of a query that could read rows of another channel: each must count the web's only
ROWS = [
    "SELECT count(*) FROM orders",
    "SELECT count(*) FROM fernway.orders",
    'SELECT count(*) FROM "awsdatacatalog"."fernway"."orders" AS o',
    "WITH x AS (SELECT * FROM orders) SELECT count(*) FROM x",
    "SELECT count(*) FROM (SELECT * FROM (SELECT * FROM orders))",
    "SELECT (SELECT count(*) FROM orders)",
    "SELECT count(*) FROM orders WHERE channel <> 'x' OR true",
    "SELECT count(*) FROM orders o CROSS JOIN UNNEST(ARRAY[1]) AS t(x)",
    "SELECT count(*) FROM orders TABLESAMPLE BERNOULLI (100)",
    "SELECT count(*) FROM (SELECT order_id FROM orders UNION SELECT order_id FROM orders)",
    "SELECT count(*) FROM (SELECT order_id FROM orders EXCEPT SELECT 0)",
    "SELECT count(*) FROM order_copy",
    "SELECT sum(n) FROM (SELECT count(*) AS n FROM orders GROUP BY ROLLUP (channel) "
    "HAVING channel IS NOT NULL)",
    "SELECT max(n) FROM (SELECT row_number() OVER (ORDER BY order_id) AS n FROM orders)",
    "SELECT count(DISTINCT o.order_id) FROM order_lines l "
    "RIGHT JOIN orders o ON l.order_id = o.order_id",
    "SELECT count(*) FROM (VALUES 1) AS v(x) LEFT JOIN orders ON true",
]


@pytest.mark.proves("Lake Formation", "Row filters hold below every shape of a query", kind="model")
@pytest.mark.parametrize("sql", ROWS)
def test_rows(filtered, analyst, aws, sql):
    Athena(lake=aws.lake).run("CREATE VIEW order_copy AS SELECT order_id, channel FROM orders")
    assert analyst.run(sql).rows == [(WEB,)]


#: every place of a query that could name a hidden column
COLUMNS = [
    "SELECT customer_id FROM orders",
    'SELECT o."customer_id" FROM orders o',
    "SELECT order_id FROM orders WHERE customer_id > 0",
    "SELECT count(*) FROM orders GROUP BY customer_id",
    "SELECT order_id FROM orders ORDER BY total_amount",
    "SELECT (SELECT max(total_amount) FROM orders)",
    "SELECT 1 FROM orders a WHERE EXISTS (SELECT 1 FROM orders b WHERE b.customer_id = 1)",
    "SELECT a.order_id FROM orders a JOIN customers c ON c.customer_id = a.customer_id",
    "EXPLAIN SELECT customer_id FROM orders",
    "CREATE TABLE stolen AS SELECT customer_id FROM orders",
    "UNLOAD (SELECT customer_id FROM orders) TO 's3://fernway-lake/u/' WITH (format = 'JSON')",
    'SELECT "$path" FROM orders',
]


@pytest.mark.proves("Lake Formation", "Hidden columns do not exist for the role", kind="model")
@pytest.mark.parametrize("sql", COLUMNS)
def test_columns(filtered, lf, analyst, sql):
    lf.grant_permissions(Principal=ANALYST, Resource=table("customers"), Permissions=["SELECT"])
    denied(analyst, sql, "COLUMN_NOT_FOUND")


def test_hidden_columns_are_not_listed(filtered, analyst):
    assert "customer_id" not in analyst.run("SELECT * FROM orders LIMIT 1").columns
    shown = [row[0].strip() for row in analyst.run("SHOW COLUMNS IN orders").rows]
    assert "order_id" in shown
    assert "customer_id" not in shown
    told = analyst.run("SHOW CREATE TABLE orders").rows + analyst.run("DESCRIBE orders").rows
    assert "customer_id" not in str(told)
    listed = analyst.run(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'orders'"
    ).rows
    assert ("order_id",) in listed
    assert ("customer_id",) not in listed


@pytest.mark.proves("Lake Formation", "There is no way round by other statements", kind="model")
def test_other_ways_to_the_rows(filtered, analyst, aws):
    admin = Athena(lake=aws.lake)
    admin.run("CREATE VIEW all_orders AS SELECT * FROM orders")
    denied(analyst, "SELECT * FROM all_orders", "VIEW_IS_STALE")
    denied(analyst, 'SELECT * FROM "orders$partitions"')
    denied(analyst, "SHOW PARTITIONS orders")
    denied(
        analyst,
        "CREATE EXTERNAL TABLE mine (order_id bigint) STORED AS PARQUET "
        "LOCATION 's3://fernway-lake/orders/order_month=2026-01/'",
        "Required Data Location Access",
    )
    denied(analyst, "INSERT INTO orders SELECT * FROM orders", "Required Insert")
    denied(analyst, "DROP TABLE orders", "Required Drop")
    denied(analyst, "ALTER TABLE orders ADD COLUMNS (x int)", "Required Alter")
    sql = "SELECT count(*) FROM orders"
    whole = admin.run(sql, reuse_minutes=60)
    assert analyst.run(sql, reuse_minutes=60).rows == [(WEB,)] != whole.rows  # no stored result
    analyst.run("PREPARE p FROM SELECT count(*) FROM orders WHERE order_id > ?")
    assert analyst.run("EXECUTE p USING 0").rows == [(WEB,)]


def test_iceberg_tables_are_filtered_and_not_changed_in_part(lf, analyst, aws):
    admin = Athena(lake=aws.lake)
    admin.run(
        "CREATE TABLE ice (a int, secret string) LOCATION 's3://fernway-lake/ice/' "
        "TBLPROPERTIES ('table_type' = 'ICEBERG')"
    )
    admin.run("INSERT INTO ice VALUES (1, 'x'), (2, 'y')")
    lf.revoke_permissions(Principal=EVERYBODY, Resource=table("ice"), Permissions=["ALL"])
    seen = {"DatabaseName": "fernway", "Name": "ice", "ColumnNames": ["a"]}
    lf.grant_permissions(
        Principal=ANALYST, Resource={"TableWithColumns": seen}, Permissions=["SELECT"]
    )
    assert analyst.run("SELECT * FROM ice ORDER BY a").rows == [(1,), (2,)]
    denied(analyst, "SELECT secret FROM ice", "COLUMN_NOT_FOUND")
    denied(analyst, 'SELECT * FROM "ice$files"')
    with pytest.raises(LabLimit, match="time travel"):
        analyst.run("SELECT * FROM ice FOR VERSION AS OF 1")
    denied(analyst, "DELETE FROM ice WHERE a = 1", "Required Delete")
    lf.grant_permissions(Principal=ANALYST, Resource=table("ice"), Permissions=["DELETE", "INSERT"])
    denied(analyst, "DELETE FROM ice WHERE a = 1", "Required Select")


@pytest.mark.proves(
    "Lake Formation", "Several filters of one role: cells outside are NULL", kind="model"
)
def test_cells(lf, analyst):
    place = {"TableCatalogId": "111122223333", "DatabaseName": "fernway", "TableName": "orders"}
    for name, expression, columns in (
        ("web", "channel = 'web'", ["order_id", "channel", "total_amount"]),
        ("app", "channel = 'app'", ["order_id", "channel"]),
    ):
        lf.create_data_cells_filter(
            TableData={
                **place,
                "Name": name,
                "RowFilter": {"FilterExpression": expression},
                "ColumnNames": columns,
            }
        )
        lf.grant_permissions(
            Principal=ANALYST,
            Resource={"DataCellsFilter": {**place, "Name": name}},
            Permissions=["SELECT"],
        )
    rows = analyst.run(
        "SELECT channel, count(total_amount) > 0, count(*) > 0 FROM orders GROUP BY 1 ORDER BY 1"
    ).rows
    assert rows == [("app", False, True), ("web", True, True)]


@pytest.mark.proves(
    "Lake Formation", "LF-tags: inherited, overridden by a column, matched", kind="model"
)
def test_tags(lf, analyst):
    lf.create_lf_tag(TagKey="level", TagValues=["open", "secret"])
    whole = {"Table": {"DatabaseName": "fernway", "Name": "customers"}}
    lf.add_lf_tags_to_resource(Resource=whole, LFTags=[{"TagKey": "level", "TagValues": ["open"]}])
    email = {"DatabaseName": "fernway", "Name": "customers", "ColumnNames": ["email", "city"]}
    lf.add_lf_tags_to_resource(
        Resource={"TableWithColumns": {**email, "ColumnNames": ["email"]}},
        LFTags=[{"TagKey": "level", "TagValues": ["secret"]}],
    )
    expression = [{"TagKey": "level", "TagValues": ["open"]}]
    lf.grant_permissions(
        Principal=ANALYST,
        Resource={"LFTagPolicy": {"ResourceType": "TABLE", "Expression": expression}},
        Permissions=["SELECT"],
    )
    columns = analyst.run("SELECT * FROM customers LIMIT 1").columns
    assert "city" in columns
    assert "email" not in columns
    tags = lf.get_resource_lf_tags(Resource={"TableWithColumns": email})["LFTagsOnColumns"]
    assert {one["Name"]: one["LFTags"][0]["TagValues"] for one in tags} == {
        "email": ["secret"],
        "city": ["open"],
    }


@pytest.mark.proves("Lake Formation", "The Athena API answers for the caller's role", kind="model")
def test_the_api_knows_the_role(filtered, aws):
    iam = boto3.client("iam")
    trust = (
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": '
        '{"AWS": "arn:aws:iam::111122223333:root"}, "Action": "sts:AssumeRole"}]}'
    )
    role = iam.create_role(RoleName="analyst", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    given = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="me")["Credentials"]
    athena = boto3.client(
        "athena",
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )

    def count(client):
        made = client.start_query_execution(
            QueryString="SELECT count(*) FROM orders",
            QueryExecutionContext={"Database": "fernway"},
        )["QueryExecutionId"]
        rows = client.get_query_results(QueryExecutionId=made)["ResultSet"]["Rows"]
        return int(rows[1]["Data"][0]["VarCharValue"])

    assert count(athena) == WEB
    assert count(boto3.client("athena")) > WEB


@pytest.mark.proves("Lake Formation", "What is granted is checked and listed", kind="real")
def test_grants_are_checked(lf):
    asked = {"Principal": ANALYST, "Permissions": ["SELECT"]}
    assert code(lf.grant_permissions, Resource=table("none"), **asked) == "EntityNotFoundException"
    wrong = {"DatabaseName": "fernway", "Name": "orders", "ColumnNames": ["nope"]}
    assert (
        code(lf.grant_permissions, Resource={"TableWithColumns": wrong}, **asked)
        == "InvalidInputException"
    )
    policy = {"ResourceType": "TABLE", "Expression": [{"TagKey": "no", "TagValues": ["x"]}]}
    assert (
        code(lf.grant_permissions, Resource={"LFTagPolicy": policy}, **asked)
        == "EntityNotFoundException"
    )
    assert code(lf.revoke_permissions, Resource=table("orders"), **asked) == "InvalidInputException"
    data = {
        "TableCatalogId": "111122223333",
        "DatabaseName": "fernway",
        "TableName": "orders",
        "Name": "f",
        "RowFilter": {"FilterExpression": "nope = 1"},
        "ColumnWildcard": {},
    }
    assert code(lf.create_data_cells_filter, TableData=data) == "InvalidInputException"
    lf.grant_permissions(Resource=table("orders"), **asked)
    held = lf.list_permissions()["PrincipalResourcePermissions"]
    mine = [(one["Resource"], one["Permissions"]) for one in held if one["Principal"] == ANALYST]
    assert mine == [(table("orders"), ["SELECT"])]


def test_an_lf_tag_is_made_once(lf):
    lf.create_lf_tag(TagKey="level", TagValues=["open"])
    assert code(lf.create_lf_tag, TagKey="level", TagValues=["x"]) == "AlreadyExistsException"
    assert lf.get_lf_tag(TagKey="level")["TagValues"] == ["open"]
    lf.delete_lf_tag(TagKey="level")
    lf.create_lf_tag(TagKey="level", TagValues=["x"])


def test_a_deleted_lf_tag_leaves_its_resources(lf):
    lf.create_lf_tag(TagKey="level", TagValues=["open"])
    tag = {"TagKey": "level", "TagValues": ["open"]}
    lf.add_lf_tags_to_resource(Resource=table("orders"), LFTags=[tag])
    assert "LFTagsOnTable" in lf.get_resource_lf_tags(Resource=table("orders"))
    lf.delete_lf_tag(TagKey="level")
    assert "LFTagsOnTable" not in lf.get_resource_lf_tags(Resource=table("orders"))


@pytest.mark.parametrize(
    ("resource", "permissions"),
    [
        ({"Database": {"Name": "fernway"}}, ["SELECT"]),
        (table("orders"), ["CREATE_TABLE"]),
        (
            {
                "TableWithColumns": {
                    "DatabaseName": "fernway",
                    "Name": "orders",
                    "ColumnNames": ["order_id"],
                }
            },
            ["INSERT"],
        ),
    ],
)
def test_permissions_go_with_the_kind_of_resource(lf, resource, permissions):
    asked = {"Principal": ANALYST, "Resource": resource}
    refused = code(lf.grant_permissions, Permissions=permissions, **asked)
    assert refused == "InvalidInputException"
    held = lf.list_permissions()["PrincipalResourcePermissions"]
    assert [one for one in held if one["Principal"] == ANALYST] == []


def test_new_tables_follow_the_settings(aws, lf, analyst):
    admin = Athena(lake=aws.lake)
    admin.run("CREATE TABLE before_it AS SELECT 1 AS a")
    settings = lf.get_data_lake_settings()["DataLakeSettings"]
    settings["CreateTableDefaultPermissions"] = []
    lf.put_data_lake_settings(DataLakeSettings=settings)
    admin.run("CREATE TABLE after_it AS SELECT 1 AS a")
    assert analyst.run("SELECT a FROM before_it").rows == [(1,)]
    denied(analyst, "SELECT a FROM after_it")
    analyst.run("CREATE TABLE own AS SELECT 2 AS a")  # who makes a table holds everything on it
    assert analyst.run("SELECT a FROM own").rows == [(2,)]


def test_a_cell_of_a_role(filtered, aws):
    shell = pytest.importorskip("IPython").core.interactiveshell.InteractiveShell.instance()
    from dealab.sql import magics

    magics.register(shell)
    shell.run_cell_magic("athena", ">> seen --as-role analyst", "SELECT count(*) AS n FROM orders")
    assert shell.user_ns["seen"]["n"].tolist() == [WEB]
    shell.run_cell_magic("athena", ">> seen", "SELECT count(*) AS n FROM orders")
    assert shell.user_ns["seen"]["n"][0] > WEB


def test_a_role_needs_a_running_lab(tmp_path):
    from dealab.sql import Lake

    alone = Athena(lake=Lake())
    alone.principal = "analyst"
    with pytest.raises(LabLimit, match="without a local AWS"):
        alone.run("SELECT 1")
