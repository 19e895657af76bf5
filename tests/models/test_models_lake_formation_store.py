"""What Lake Formation keeps: tags of resources, filters, default grants, what is refused."""

import pytest

from dealab.models.lake_formation_store import Store, check_permissions
from dealab.models.refusals import Refused

KNOWN = {"level": ["open", "closed"]}
OPEN = [{"TagKey": "level", "TagValues": ["open"]}]
CLOSED = [{"TagKey": "level", "TagValues": ["closed"]}]
EVERYBODY = {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}


class Catalog:
    def __init__(self, tables=("orders",)):
        self.names = list(tables)

    databases = ("shop",)

    def database(self, name):
        return {} if name == "shop" else None

    def tables(self, name):
        return self.names

    def entry(self, database, table):
        columns = [{"Name": "id"}, {"Name": "price"}]
        return {"StorageDescriptor": {"Columns": columns}} if table in self.names else None


def table(*columns):
    told = {"DatabaseName": "Shop", "Name": "Orders"}
    return (
        {"TableWithColumns": told | {"ColumnNames": list(columns)}} if columns else {"Table": told}
    )


@pytest.fixture
def store():
    catalog = Catalog()
    return Store(lambda: catalog)


def values(tags):
    return [tag["TagValues"][0] for tag in tags]


def test_tags_are_inherited_and_overridden(store):
    store.add_tags({"Database": {"Name": "shop"}}, OPEN, KNOWN, "1")
    _, own, columns = store.tags_of(table("id", "price"))
    assert values(own) == ["open"]
    store.add_tags(table("price"), CLOSED, KNOWN, "1")
    columns = store.tags_of(table("id", "price"))[2]
    assert [values(one["LFTags"]) for one in columns] == [["open"], ["closed"]]
    store.remove_tags(table("price"), ["level"])
    assert values(store.tags_of(table("price"))[2][0]["LFTags"]) == ["open"]
    store.forget_tag("level")
    assert store.tags_of(table()) == ([], [], [])


@pytest.mark.parametrize(
    ("resource", "tags", "code"),
    [
        ({"Database": {"Name": "none"}}, OPEN, "EntityNotFoundException"),
        (table("nope"), OPEN, "InvalidInputException"),
        (table(), [{"TagKey": "level", "TagValues": ["other"]}], "EntityNotFoundException"),
    ],
)
def test_what_is_not_there_is_refused(store, resource, tags, code):
    with pytest.raises(Refused) as refused:
        store.add_tags(resource, tags, KNOWN, "1")
    assert refused.value.code == code


def test_new_tables_get_the_defaults_and_dropped_ones_lose_their_grants():
    catalog = Catalog()
    store = Store(lambda: catalog)
    settings = {"CreateTableDefaultPermissions": [{"Principal": EVERYBODY, "Permissions": ["ALL"]}]}
    place = {"Table": {"DatabaseName": "shop", "Name": "orders"}}
    assert store.arrivals(settings) == ([(EVERYBODY, place, ["ALL"])], set())
    assert store.arrivals(settings) == ([], set())
    catalog.names = []
    assert store.arrivals(settings) == ([], {("shop", "orders")})


def test_filters_are_kept_by_name(store):
    data = {"DatabaseName": "shop", "TableName": "orders", "Name": "web", "ColumnWildcard": {}}
    with pytest.raises(Refused, match="columns or a row filter"):
        store.put_filter(data, "1", replace=False)
    data["RowFilter"] = {"FilterExpression": "id = 1"}
    store.put_filter(data, "1", replace=False)
    with pytest.raises(Refused, match="already exists"):
        store.put_filter(data, "1", replace=False)
    assert store.filters({"DatabaseName": "shop", "Name": "orders"}) == [
        {"TableCatalogId": "1", **data}
    ]
    store.drop_filter(data)
    with pytest.raises(Refused, match="not found"):
        store.put_filter(data, "1", replace=True)


def test_permissions_of_a_tag_policy_are_those_of_its_kind():
    policy = {"LFTagPolicy": {"ResourceType": "DATABASE", "Expression": OPEN}}
    check_permissions(policy, ["DESCRIBE"])
    with pytest.raises(Refused, match="Permissions modification is invalid"):
        check_permissions(policy, ["SELECT"])
