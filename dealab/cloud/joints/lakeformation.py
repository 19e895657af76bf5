"""Lake Formation whose grants decide what ``%%athena --as-role`` and the Athena API show a role.

moto stores grants and enforces none, has no data cells filters, forgets the tags that a resource
had, and knows nothing of what IAM_ALLOWED_PRINCIPALS holds from the start. Here a new database or
table gets the default permissions of the settings, names are checked against the catalog, and
``rules`` hands everything to ``dealab.models.lake_formation``.
https://docs.aws.amazon.com/lake-formation/latest/dg/change-settings.html (not checked)
"""

import copy
import json


def join(lab_of) -> None:
    from moto.lakeformation import urls
    from moto.lakeformation.models import LakeFormationBackend, Permission, PermissionCatalog
    from moto.lakeformation.responses import LakeFormationResponse

    grant, revoke = LakeFormationBackend.grant_permissions, LakeFormationBackend.revoke_permissions
    settings = LakeFormationBackend.put_data_lake_settings

    def grants_of(self, catalog_id):
        _defaults(self, lab_of().lake.catalog)
        return self.grants.setdefault(catalog_id, PermissionCatalog()).permissions

    def grant_permissions(self, catalog_id, principal, resource, permissions, **more):
        grants_of(self, catalog_id)
        resource = _checked(self, lab_of().lake.catalog, resource)
        options = more.get("permissions_with_grant_options")
        grant(self, catalog_id, principal, resource, permissions, options)

    def revoke_permissions(self, catalog_id, principal, resource, permissions_to_revoke, **more):
        resource = _checked(self, lab_of().lake.catalog, resource)
        options = more.get("permissions_with_grant_options_to_revoke") or []
        held = [
            one
            for one in grants_of(self, catalog_id)
            if one.principal == principal and one.resource == resource
        ]
        missing = [p for p in permissions_to_revoke if not held or p not in held[0].permissions]
        if missing:
            raise _refused(f"No permissions revoked. Grantee does not have: [{', '.join(missing)}]")
        revoke(self, catalog_id, principal, resource, permissions_to_revoke, options)

    def put_data_lake_settings(self, catalog_id, given):
        grants_of(self, catalog_id)  # what was made until now has the old settings' permissions
        settings(self, catalog_id, given)

    listed = LakeFormationBackend.list_permissions

    def list_permissions(self, catalog_id, *args, **kwargs):
        grants_of(self, catalog_id)
        return listed(self, catalog_id, *args, **kwargs)

    # moto keeps grants in a set and changes them there: the hash must not change with them
    Permission.__hash__ = lambda self: hash(repr((self.principal, self.resource)))
    LakeFormationBackend.grant_permissions = grant_permissions
    LakeFormationBackend.revoke_permissions = revoke_permissions
    LakeFormationBackend.put_data_lake_settings = put_data_lake_settings
    LakeFormationBackend.list_permissions = list_permissions
    _tags(LakeFormationBackend, lab_of)
    _filters(LakeFormationResponse, urls, lab_of)


def rules(lab):
    """Return what the lab's Lake Formation holds as a ``models.lake_formation.LakeFormation``."""
    from moto import backends

    from dealab.models.lake_formation import LakeFormation

    backend = backends.get_backend("lakeformation")[lab.account][lab.region]
    held = backend.list_permissions(lab.account)
    tags = {
        place[1:]: {tag["TagKey"]: tag["TagValues"][0] for tag in tags}
        for kind in (backend.lf_database_tags, backend.lf_table_tags, backend.lf_columns_tags)
        for place, tags in kind.items()
    }
    admins = [
        one["DataLakePrincipalIdentifier"]
        for one in backend.settings[lab.account].get("DataLakeAdmins", ())
    ]
    filters = backend.__dict__.setdefault("cells", {}).values()
    creators = backend.__dict__.setdefault("creators", {})
    return LakeFormation(held, filters, tags, admins, creators)


def guardian(lab, role: str):
    """Return Lake Formation's rules and the ARN of a role, given by name or ARN."""
    arn = role if role.startswith("arn:") else f"arn:aws:iam::{lab.account}:role/{role}"
    return rules(lab), arn


def _defaults(backend, catalog) -> None:
    """Give what is new in the catalog the permissions that the settings ask for."""
    from moto.lakeformation.models import Permission, PermissionCatalog

    known = backend.__dict__.setdefault("known", set())
    given = backend.settings[backend.account_id]
    held = backend.grants.setdefault(backend.account_id, PermissionCatalog())
    present = set()
    for database in catalog.databases:
        present.add((database,))
        present |= {(database, table) for table in catalog.tables(database)}
    for place in sorted(present - known):
        if len(place) == 1:
            resource = {"Database": {"Name": place[0]}}
            wanted = given.get("CreateDatabaseDefaultPermissions", [])
        else:
            resource = {"Table": {"DatabaseName": place[0], "Name": place[1]}}
            own = catalog.database(place[0]).get("CreateTableDefaultPermissions")
            wanted = given.get("CreateTableDefaultPermissions", []) if own is None else own
        for one in wanted:
            held.add_permission(Permission(one["Principal"], resource, one["Permissions"], []))
    for place in known - present:  # a dropped resource takes its grants with it
        held.permissions = {
            one for one in held.permissions if _place(one.resource)[: len(place)] != place
        }
    backend.known = present


def _place(resource: dict) -> tuple:
    on = next(iter(resource.values()))
    table = on.get("TableName", on.get("Name") if "DatabaseName" in on else None)
    return tuple(filter(None, (on.get("DatabaseName", on.get("Name")), table)))


def _checked(backend, catalog, resource: dict) -> dict:
    """Return a resource without its catalog's id and in lower case; it must exist."""
    resource = copy.deepcopy(resource)
    kind, on = next(iter(resource.items()))
    on.pop("CatalogId", None)
    on.pop("TableCatalogId", None)
    for key in ("DatabaseName", "TableName", *(("Name",) if kind != "DataCellsFilter" else ())):
        if key in on:
            on[key] = on[key].lower()
    if kind in ("Database", "Table", "TableWithColumns", "DataCellsFilter"):
        database = on.get("DatabaseName", on.get("Name"))
        if catalog.database(database) is None:
            raise _missing(f"Database {database} not found.")
        table = on.get("TableName") if kind == "DataCellsFilter" else on.get("Name")
        entry = catalog.entry(database, table or "") if kind != "Database" else None
        if kind != "Database" and "TableWildcard" not in on:
            if entry is None:
                raise _missing(f"Table {table} not found.")
            columns = [*entry.get("StorageDescriptor", {}).get("Columns", ())]
            columns = {c["Name"].lower() for c in (*columns, *entry.get("PartitionKeys", ()))}
            for column in on.get("ColumnNames", ()):
                if column.lower() not in columns:
                    raise _refused(f"Column {column} is not found in table {table}.")
    cells = backend.__dict__.get("cells", {})
    if kind == "DataCellsFilter" and (*_place(resource), on["Name"]) not in cells:
        raise _missing("Data cells filter not found.")
    if kind == "LFTagPolicy":
        on["Expression"] = sorted(on["Expression"], key=lambda one: one["TagKey"])
        for one in on["Expression"]:
            _check_tag(backend, one)
    return resource


def _check_tag(backend, tag: dict) -> None:
    known = backend.list_lf_tags(backend.account_id).get(tag["TagKey"])
    if known is None or not set(tag["TagValues"]) <= {*known, "*"}:
        raise _missing("Tag or tag value does not exist.")


def _tags(LakeFormationBackend, lab_of) -> None:
    def places(self, resource):
        """Yield the store and the key of each resource that is named."""
        kind, on = next(iter(resource.items()))
        home = on.get("DatabaseName", on.get("Name", "")).lower()
        account = self.account_id
        if kind == "Database":
            yield self.lf_database_tags, (account, home)
        elif kind == "Table":
            yield self.lf_table_tags, (account, home, on["Name"].lower())
        else:
            for column in on.get("ColumnNames", ()):
                key = (account, home, on["Name"].lower(), column.lower())
                yield self.lf_columns_tags, key

    def add(self, catalog_id, resource, tags):
        _checked(self, lab_of().lake.catalog, resource)
        for tag in tags:
            _check_tag(self, tag)
        for store, key in places(self, resource):
            held = {tag["TagKey"]: tag for tag in store.get(key, [])}
            for tag in tags:
                held[tag["TagKey"]] = {**tag, "CatalogId": catalog_id}
            store[key] = list(held.values())
        return []

    def remove(self, catalog_id, resource, tags):
        gone = {tag["TagKey"] for tag in tags}
        for store, key in places(self, resource):
            store[key] = [tag for tag in store.get(key, []) if tag["TagKey"] not in gone]

    def get(self, catalog_id, resource):
        """Return the tags of database, table and columns, with those that are inherited."""
        kind, on = next(iter(resource.items()))
        home, account = on.get("DatabaseName", on.get("Name", "")).lower(), self.account_id

        def merged(*layers):
            found = {tag["TagKey"]: tag for layer in layers for tag in layer}
            return list(found.values())

        own = self.lf_database_tags.get((account, home), [])
        if kind == "Database":
            return own, [], []
        name = on["Name"].lower()
        table = merged(own, self.lf_table_tags.get((account, home, name), []))
        columns = [
            {
                "Name": column,
                "LFTags": merged(
                    table, self.lf_columns_tags.get((account, home, name, column.lower()), [])
                ),
            }
            for column in on.get("ColumnNames", ())
        ]
        return own, table, columns

    LakeFormationBackend.add_lf_tags_to_resource = add
    LakeFormationBackend.remove_lf_tags_from_resource = remove
    LakeFormationBackend.get_resource_lf_tags = get


def _filters(LakeFormationResponse, urls, lab_of) -> None:
    """Data cells filters, which moto does not have."""

    def cells(self) -> dict:
        return self.lakeformation_backend.__dict__.setdefault("cells", {})

    def key_of(given) -> tuple:
        return given["DatabaseName"].lower(), given["TableName"].lower(), given["Name"]

    def put(self, replace: bool) -> str:
        data = json.loads(self.body)["TableData"]
        resource = {
            "TableWithColumns": {
                "DatabaseName": data["DatabaseName"],
                "Name": data["TableName"],
                "ColumnNames": [
                    *(data.get("ColumnNames") or ()),
                    *((data.get("ColumnWildcard") or {}).get("ExcludedColumnNames") or ()),
                ],
            }
        }
        _checked(self.lakeformation_backend, lab_of().lake.catalog, resource)
        if not replace and key_of(data) in cells(self):
            raise _error("AlreadyExistsException", "Data cells filter already exists.")
        if replace and key_of(data) not in cells(self):
            raise _missing("Data cells filter not found.")
        if not (data.get("RowFilter") or data.get("ColumnNames") or data.get("ColumnWildcard")):
            raise _refused("A data cells filter needs columns or a row filter.")
        _check_expression(lab_of(), data)
        cells(self)[key_of(data)] = {"TableCatalogId": self.current_account, **data}
        return "{}"

    def get(self) -> str:
        found = cells(self).get(key_of(json.loads(self.body)))
        if found is None:
            raise _missing("Data cells filter not found.")
        return json.dumps({"DataCellsFilter": found})

    def remove(self) -> str:
        if cells(self).pop(key_of(json.loads(self.body)), None) is None:
            raise _missing("Data cells filter not found.")
        return "{}"

    def every(self) -> str:
        table = json.loads(self.body or "{}").get("Table")
        found = [
            one
            for one in cells(self).values()
            if not table or key_of(one)[:2] == (table["DatabaseName"], table["Name"])
        ]
        return json.dumps({"DataCellsFilters": found})

    answers = {
        "create_data_cells_filter": lambda self: put(self, False),
        "update_data_cells_filter": lambda self: put(self, True),
        "get_data_cells_filter": get,
        "delete_data_cells_filter": remove,
        "list_data_cells_filter": every,
    }
    for name, answer in answers.items():
        setattr(LakeFormationResponse, name, answer)
        path = "".join(part.title() for part in name.split("_"))
        urls.url_paths[f"{{0}}/{path}$"] = urls.response.dispatch


def _check_expression(lab, data: dict) -> None:
    """Refuse a row filter that is no condition over the table's columns."""
    from dealab.sql import Athena, ServiceError

    expression = (data.get("RowFilter") or {}).get("FilterExpression")
    if expression:
        table = f'"{data["DatabaseName"].lower()}"."{data["TableName"].lower()}"'
        try:
            Athena(lake=lab.lake).translate(f"SELECT 1 FROM {table} WHERE ({expression})")
        except ServiceError as problem:
            raise _refused(f"Invalid row filter expression: {problem.message}") from problem


def _error(code: str, message: str):
    from moto.core.exceptions import JsonRESTError

    return JsonRESTError(code, message)


def _refused(message: str):
    return _error("InvalidInputException", message)


def _missing(message: str):
    return _error("EntityNotFoundException", message)
