"""Lake Formation's rules on documents.

https://docs.aws.amazon.com/lake-formation/latest/dg/lf-permissions-reference.html
https://docs.aws.amazon.com/lake-formation/latest/dg/tag-based-access-control.html
"""

import pytest

from dealab.models.lake_formation import LakeFormation, matches, normal

COLUMNS = ("id", "name", "salary", "region")
ROLE = "arn:aws:iam::111122223333:role/analyst"


def grant(resource, permissions=("SELECT",), to=ROLE, grantable=()):
    return {
        "Principal": {"DataLakePrincipalIdentifier": to},
        "Resource": resource,
        "Permissions": list(permissions),
        "PermissionsWithGrantOption": list(grantable),
    }


TABLE = {"Table": {"DatabaseName": "hr", "Name": "staff"}}
ALL_TABLES = {"Table": {"DatabaseName": "hr", "TableWildcard": {}}}


def some(**columns):
    return {"TableWithColumns": {"DatabaseName": "hr", "Name": "staff", **columns}}


def by_tags(kind="TABLE", **tags):
    expression = [{"TagKey": key, "TagValues": values} for key, values in tags.items()]
    return {"LFTagPolicy": {"ResourceType": kind, "Expression": expression}}


def seen(*grants, **more):
    return LakeFormation(grants, **more).access(ROLE, "HR", "Staff", COLUMNS).columns


@pytest.mark.parametrize(
    ("resource", "permissions", "columns"),
    [
        (TABLE, ["SELECT"], COLUMNS),
        (TABLE, ["ALL"], COLUMNS),
        (TABLE, ["INSERT", "DESCRIBE", "ALTER"], ()),
        (ALL_TABLES, ["SELECT"], COLUMNS),
        (some(ColumnNames=["ID", "name"]), ["SELECT"], ("id", "name")),
        (
            some(ColumnWildcard={"ExcludedColumnNames": ["salary"]}),
            ["SELECT"],
            ("id", "name", "region"),
        ),
        (some(ColumnWildcard={}), ["SELECT"], COLUMNS),
        ({"Database": {"Name": "hr"}}, ["ALL"], ()),  # nothing on a database opens its tables
        ({"Table": {"DatabaseName": "hr", "Name": "other"}}, ["SELECT"], ()),
        ({"Table": {"DatabaseName": "it", "TableWildcard": {}}}, ["SELECT"], ()),
    ],
)
def test_what_a_grant_opens(resource, permissions, columns):
    assert seen(grant(resource, permissions)) == columns


def test_grants_add_up_and_are_named():
    rules = LakeFormation([grant(some(ColumnNames=["id"])), grant(some(ColumnNames=["name"]))])
    access = rules.access(ROLE, "hr", "staff", COLUMNS)
    assert access.columns == ("id", "name")
    assert access.reasons["name"] == ["SELECT on name of hr.staff to analyst"]
    assert not access.whole


@pytest.mark.parametrize(
    ("to", "sees"),
    [
        (ROLE, True),
        ("IAM_ALLOWED_PRINCIPALS", True),
        ("111122223333:IAMPrincipals", True),
        ("444455556666:IAMPrincipals", False),
        ("arn:aws:iam::111122223333:role/other", False),
    ],
)
def test_to_whom(to, sees):
    assert bool(seen(grant(TABLE, to=to))) is sees


def test_a_session_has_what_its_role_has():
    session = "arn:aws:sts::111122223333:assumed-role/analyst/me"
    assert normal(session) == ROLE
    assert LakeFormation([grant(TABLE)]).access(session, "hr", "staff", COLUMNS).whole


@pytest.mark.parametrize(
    ("expression", "tags", "right"),
    [
        ({"a": ["1"]}, {"a": "1"}, True),
        ({"a": ["1", "2"]}, {"a": "2"}, True),
        ({"a": ["1"]}, {"a": "2"}, False),
        ({"a": ["1"], "b": ["x"]}, {"a": "1"}, False),
        ({"a": ["1"], "b": ["x"]}, {"a": "1", "b": "x", "c": "y"}, True),
        ({"a": ["*"]}, {"a": "9"}, True),
        ({"a": ["*"]}, {}, False),
    ],
)
def test_tag_expressions(expression, tags, right):
    listed = [{"TagKey": key, "TagValues": values} for key, values in expression.items()]
    assert matches(listed, tags) is right


def test_tags_are_inherited_and_overridden():
    tags = {
        ("hr",): {"level": "open", "team": "hr"},
        ("hr", "staff"): {"team": "pay"},
        ("hr", "staff", "salary"): {"level": "secret"},
    }
    rules = LakeFormation([], tags=tags)
    assert rules.tags_of("HR", "staff", "Salary") == {"level": "secret", "team": "pay"}
    assert seen(grant(by_tags(level=["open"])), tags=tags) == ("id", "name", "region")
    assert seen(grant(by_tags(level=["open", "secret"])), tags=tags) == COLUMNS
    assert seen(grant(by_tags(team=["hr"])), tags=tags) == ()
    assert seen(grant(by_tags("DATABASE", level=["open"]), ["DESCRIBE"]), tags=tags) == ()


def cells(name, expression=None, **columns):
    row = {"FilterExpression": expression} if expression else {"AllRowsWildcard": {}}
    held = {"DatabaseName": "hr", "TableName": "staff", "Name": name, "RowFilter": row, **columns}
    place = {"DatabaseName": "hr", "TableName": "staff", "Name": name}
    return held, grant({"DataCellsFilter": place})


def test_filters_are_joined_cell_by_cell():
    us, on_us = cells("us", "region = 'US'", ColumnNames=["id", "region", "salary"])
    eu, on_eu = cells("eu", "region = 'EU'", ColumnNames=["id", "region"])
    rules = LakeFormation([on_us, on_eu], [us, eu])
    access = rules.access(ROLE, "hr", "staff", COLUMNS)
    assert access.columns == ("id", "salary", "region")
    assert access.rows == ("region = 'US'", "region = 'EU'")
    assert access.cells["salary"] == ("region = 'US'",)
    every, on_every = cells("ids", None, ColumnNames=["id"])
    access = LakeFormation([on_us, on_every], [us, every]).access(ROLE, "hr", "staff", COLUMNS)
    assert access.rows is None
    assert access.cells == {"id": None, "salary": ("region = 'US'",), "region": ("region = 'US'",)}


def test_what_is_held_without_a_grant():
    admin = "arn:aws:iam::111122223333:user/lena"
    rules = LakeFormation([], admins=[admin], creators={("hr", "staff"): ROLE})
    assert rules.permits(admin, "DESCRIBE", "hr", "staff")
    assert not rules.permits(admin, "SELECT", "hr", "staff")
    assert not rules.access(admin, "hr", "staff", COLUMNS).columns
    assert rules.access(ROLE, "hr", "staff", COLUMNS).whole
    assert rules.permits(ROLE, "DROP", "hr", "staff")


def test_permissions_imply_describe_and_the_grant_option_passes_on():
    rules = LakeFormation([grant(TABLE, ["SELECT"], grantable=["SELECT"])])
    assert rules.permits(ROLE, "DESCRIBE", "hr", "staff")
    assert not rules.permits(ROLE, "ALTER", "hr", "staff")
    assert not rules.permits(ROLE, "DESCRIBE", "hr")
    assert rules.may_grant(ROLE, "SELECT", "hr", "staff")
    assert not rules.may_grant(ROLE, "INSERT", "hr", "staff")


def test_explain_names_the_grant_of_each_column():
    web, on_web = cells("us", "region = 'US'", ColumnNames=["id"])
    rows = LakeFormation([on_web], [web]).explain("hr", "staff", ["id", "salary"])
    assert [(row["column"], row["sees"], row["rows"]) for row in rows] == [
        ("id", True, "(region = 'US')"),
        ("salary", False, ""),
    ]
    assert rows[0]["because"] == "SELECT on data filter us of hr.staff to analyst"
