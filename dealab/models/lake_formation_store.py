"""What Lake Formation keeps beside its grants: LF-tags of resources, data cells filters, defaults.

Resources have boto3's shapes. The catalog is an object with ``databases``, ``database(name)``,
``tables(name)`` and ``entry(database, table)`` (Glue's table, or None).

https://docs.aws.amazon.com/lake-formation/latest/dg/lf-permissions-reference.html (checked
2026-11-23: the permissions of each kind of resource)
https://docs.aws.amazon.com/lake-formation/latest/dg/change-settings.html (not checked)
Left out: other accounts, resource links, catalogs within catalogs.
"""

import copy

from dealab.models.lake_formation import DATABASE_PERMISSIONS, TABLE_PERMISSIONS
from dealab.models.refusals import Refused

#: the permissions that each kind of resource takes
PERMISSIONS = {
    "Database": {"ALL", *DATABASE_PERMISSIONS},
    "Table": {"ALL", *TABLE_PERMISSIONS},
    "TableWithColumns": {"SELECT"},
    "DataCellsFilter": {"DESCRIBE", "DROP", "SELECT"},
    "DataLocation": {"DATA_LOCATION_ACCESS"},
}


def refused(message: str) -> Refused:
    """Return the service's error for a request that makes no sense."""
    return Refused("InvalidInputException", message)


def missing(message: str) -> Refused:
    """Return the service's error for something that is not there."""
    return Refused("EntityNotFoundException", message)


def place(resource: dict) -> tuple:
    """Return (database,) or (database, table) of a resource."""
    on = next(iter(resource.values()))
    table = on.get("TableName", on.get("Name") if "DatabaseName" in on else None)
    return tuple(filter(None, (on.get("DatabaseName", on.get("Name")), table)))


def check_permissions(resource: dict, permissions) -> None:
    """Raise Refused for permissions that do not go with this kind of resource."""
    kind, on = next(iter(resource.items()))
    if kind == "LFTagPolicy":
        kind = {"DATABASE": "Database", "TABLE": "Table"}[on["ResourceType"]]
    if not set(permissions) <= PERMISSIONS.get(kind, set(permissions)):
        raise refused("Permissions modification is invalid.")


def check_revoked(held: set | None, permissions: list) -> None:
    """Raise Refused for permissions that a principal does not have (``held``: those it has)."""
    gone = [one for one in permissions if one not in (held or ())]
    if gone:
        raise refused(f"No permissions revoked. Grantee does not have: [{', '.join(gone)}]")


class Store:
    """What one account keeps. ``catalog()`` returns the catalog as it is now.

    ``tags``: ("db",), ("db", "table") or ("db", "table", "column") -> {key: LFTagPair}.
    ``cells``: (database, table, name) -> data cells filter. ``creators``: place -> ARN.
    """

    def __init__(self, catalog):
        self._catalog = catalog
        self.tags: dict[tuple, dict] = {}
        self.cells: dict[tuple, dict] = {}
        self.creators: dict[tuple, str] = {}
        self._known: set[tuple] = set()

    # Grants

    def arrivals(self, settings: dict) -> tuple[list[tuple], set[tuple]]:
        """Return what the catalog's changes since the last call mean for the grants.

        (new grants: (principal, resource, permissions); places that were dropped, whose grants
        go with them). ``settings`` are DataLakeSettings.
        """
        catalog, present, grants = self._catalog(), set(), []
        for database in catalog.databases:
            present.add((database,))
            present |= {(database, table) for table in catalog.tables(database)}
        for one in sorted(present - self._known):
            if len(one) == 1:
                resource = {"Database": {"Name": one[0]}}
                wanted = settings.get("CreateDatabaseDefaultPermissions", [])
            else:
                resource = {"Table": {"DatabaseName": one[0], "Name": one[1]}}
                own = catalog.database(one[0]).get("CreateTableDefaultPermissions")
                wanted = settings.get("CreateTableDefaultPermissions", []) if own is None else own
            grants += [(given["Principal"], resource, given["Permissions"]) for given in wanted]
        gone, self._known = self._known - present, present
        return grants, gone

    def checked(self, resource: dict, known_tags: dict) -> dict:
        """Return a resource without its catalog's id and in lower case; it must exist.

        ``known_tags``: LF-tag -> its values. Raises Refused.
        """
        resource = copy.deepcopy(resource)
        kind, on = next(iter(resource.items()))
        on.pop("CatalogId", None)
        on.pop("TableCatalogId", None)
        for key in ("DatabaseName", "TableName", *(() if kind == "DataCellsFilter" else ("Name",))):
            if key in on:
                on[key] = on[key].lower()
        if kind in ("Database", "Table", "TableWithColumns", "DataCellsFilter"):
            self._check_place(kind, on)
        if kind == "DataCellsFilter" and (*place(resource), on["Name"]) not in self.cells:
            raise missing("Data cells filter not found.")
        if kind == "LFTagPolicy":
            on["Expression"] = sorted(on["Expression"], key=lambda one: one["TagKey"])
            check_tags(on["Expression"], known_tags)
        return resource

    def _check_place(self, kind: str, on: dict) -> None:
        catalog, database = self._catalog(), on.get("DatabaseName", on.get("Name"))
        if catalog.database(database) is None:
            raise missing(f"Database {database} not found.")
        if kind == "Database" or "TableWildcard" in on:
            return
        table = on.get("TableName") if kind == "DataCellsFilter" else on.get("Name")
        entry = catalog.entry(database, table or "")
        if entry is None:
            raise missing(f"Table {table} not found.")
        columns = [*entry.get("StorageDescriptor", {}).get("Columns", ())]
        columns = {c["Name"].lower() for c in (*columns, *entry.get("PartitionKeys", ()))}
        for column in on.get("ColumnNames", ()):
            if column.lower() not in columns:
                raise refused(f"Column {column} is not found in table {table}.")

    # LF-tags of resources

    @staticmethod
    def _places(resource: dict) -> list[tuple]:
        """The places of each resource that is named: of columns, one for each."""
        kind, on = next(iter(resource.items()))
        home = tuple(part.lower() for part in place(resource))
        if kind in ("Database", "Table"):
            return [home]
        return [(*home, column.lower()) for column in on.get("ColumnNames", ())]

    def add_tags(self, resource: dict, tags: list, known_tags: dict, account: str) -> None:
        """Give a resource LF-tags. Raises Refused for what is not there."""
        self.checked(resource, known_tags)
        check_tags(tags, known_tags)
        for one in self._places(resource):
            held = self.tags.setdefault(one, {})
            held.update({tag["TagKey"]: {**tag, "CatalogId": account} for tag in tags})

    def remove_tags(self, resource: dict, keys) -> None:
        """Take the LF-tags with these keys from a resource."""
        for one in self._places(resource):
            for key in keys:
                self.tags.get(one, {}).pop(key, None)

    def forget_tag(self, key: str) -> None:
        """Take an LF-tag from every resource, because it is deleted."""
        for held in self.tags.values():
            held.pop(key, None)

    def tags_of(self, resource: dict) -> tuple[list, list, list]:
        """Return the tags of database, table and columns, with those that are inherited."""
        kind, on = next(iter(resource.items()))
        home = tuple(part.lower() for part in place(resource))

        def merged(*places):
            found = {}
            for one in places:
                found |= self.tags.get(one, {})
            return list(found.values())

        own = merged(home[:1])
        if kind == "Database":
            return own, [], []
        columns = [
            {"Name": name, "LFTags": merged(home[:1], home, (*home, name.lower()))}
            for name in on.get("ColumnNames", ())
        ]
        return own, merged(home[:1], home), columns

    # Data cells filters

    def put_filter(self, data: dict, account: str, replace: bool) -> None:
        """Keep a data cells filter (``TableData``). Raises Refused."""
        listed = [*(data.get("ColumnNames") or ())]
        listed += (data.get("ColumnWildcard") or {}).get("ExcludedColumnNames") or ()
        table = {"DatabaseName": data["DatabaseName"], "Name": data["TableName"]}
        self.checked({"TableWithColumns": table | {"ColumnNames": listed}}, {})
        key = _key(data)
        if not replace and key in self.cells:
            raise Refused("AlreadyExistsException", "Data cells filter already exists.")
        if replace:
            self.filter(data)
        if not (data.get("RowFilter") or data.get("ColumnNames") or data.get("ColumnWildcard")):
            raise refused("A data cells filter needs columns or a row filter.")
        self.cells[key] = {"TableCatalogId": account, **data}

    def filter(self, given: dict) -> dict:
        """Return a data cells filter by the names of database, table and itself."""
        if _key(given) not in self.cells:
            raise missing("Data cells filter not found.")
        return self.cells[_key(given)]

    def drop_filter(self, given: dict) -> None:
        self.filter(given)
        del self.cells[_key(given)]

    def filters(self, table: dict | None) -> list[dict]:
        """Return all data cells filters, or those of a table."""
        named = table and (table["DatabaseName"].lower(), table["Name"].lower())
        return [one for key, one in self.cells.items() if not named or key[:2] == named]


def check_tags(tags: list, known_tags: dict) -> None:
    """Raise Refused for an LF-tag or a value that was not made."""
    for tag in tags:
        known = known_tags.get(tag["TagKey"])
        if known is None or not set(tag["TagValues"]) <= {*known, "*"}:
            raise missing("Tag or tag value does not exist.")


def _key(given: dict) -> tuple:
    return given["DatabaseName"].lower(), given["TableName"].lower(), given["Name"]
