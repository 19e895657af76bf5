"""Lake Formation whose grants decide what ``%%athena --as-role`` and the Athena API show a role.

moto stores grants and enforces none, has no data cells filters, forgets the tags that a resource
had, makes an LF-tag twice, and knows nothing of what IAM_ALLOWED_PRINCIPALS holds from the start.
The rules: ``dealab.models.lake_formation`` and ``lake_formation_store``.
"""

import json


def join(lab_of) -> None:
    from moto.core.exceptions import JsonRESTError
    from moto.lakeformation import urls
    from moto.lakeformation.models import LakeFormationBackend, Permission, PermissionCatalog
    from moto.lakeformation.responses import LakeFormationResponse

    from dealab.cloud.joining import replacing
    from dealab.models import lake_formation_store as rules_of
    from dealab.models.refusals import Refused

    Backend = LakeFormationBackend
    grant, revoke, listed = (
        Backend.grant_permissions,
        Backend.revoke_permissions,
        Backend.list_permissions,
    )
    settings, make_tag, drop_tag = (
        Backend.put_data_lake_settings,
        Backend.create_lf_tag,
        Backend.delete_lf_tag,
    )

    def store(backend):
        if "store" not in backend.__dict__:
            backend.store = rules_of.Store(lambda: lab_of().lake.catalog)
        return backend.store

    def grants_of(self, catalog_id):
        """Bring moto's grants up to what the catalog holds now."""
        held = self.grants.setdefault(self.account_id, PermissionCatalog())
        new, gone = store(self).arrivals(self.settings[self.account_id])
        for principal, resource, permissions in new:
            held.add_permission(Permission(principal, resource, permissions, []))
        if gone:
            held.permissions = {
                one
                for one in held.permissions
                if not any(rules_of.place(one.resource)[: len(at)] == at for at in gone)
            }
        return self.grants.setdefault(catalog_id, PermissionCatalog()).permissions

    on_backend = replacing(Backend, JsonRESTError)

    @on_backend
    def grant_permissions(self, catalog_id, principal, resource, permissions, **more):
        grants_of(self, catalog_id)
        resource = store(self).checked(resource, self.list_lf_tags(self.account_id))
        options = more.get("permissions_with_grant_options")
        rules_of.check_permissions(resource, [*permissions, *(options or ())])
        grant(self, catalog_id, principal, resource, permissions, options)

    @on_backend
    def revoke_permissions(self, catalog_id, principal, resource, permissions_to_revoke, **more):
        resource = store(self).checked(resource, self.list_lf_tags(self.account_id))
        options = more.get("permissions_with_grant_options_to_revoke") or []
        held = [
            one.permissions
            for one in grants_of(self, catalog_id)
            if one.principal == principal and one.resource == resource
        ]
        rules_of.check_revoked(held[0] if held else None, permissions_to_revoke)
        revoke(self, catalog_id, principal, resource, permissions_to_revoke, options)

    @on_backend
    def put_data_lake_settings(self, catalog_id, given):
        grants_of(self, catalog_id)  # what was made until now has the old settings' permissions
        settings(self, catalog_id, given)

    @on_backend
    def list_permissions(self, catalog_id, *args, **kwargs):
        grants_of(self, catalog_id)
        return listed(self, catalog_id, *args, **kwargs)

    @on_backend
    def create_lf_tag(self, catalog_id, key, values):
        if key in self.list_lf_tags(catalog_id):
            raise Refused("AlreadyExistsException", f"LF-Tag {key} already exists.")
        make_tag(self, catalog_id, key, values)

    @on_backend
    def delete_lf_tag(self, catalog_id, key):
        drop_tag(self, catalog_id, key)
        store(self).forget_tag(key)

    @on_backend
    def add_lf_tags_to_resource(self, catalog_id, resource, tags):
        store(self).add_tags(resource, tags, self.list_lf_tags(self.account_id), catalog_id)
        return []

    @on_backend
    def remove_lf_tags_from_resource(self, catalog_id, resource, tags):
        store(self).remove_tags(resource, [tag["TagKey"] for tag in tags])

    @on_backend
    def get_resource_lf_tags(self, catalog_id, resource):
        return store(self).tags_of(resource)

    # Data cells filters, which moto does not have

    def answering(function):
        def answer(self) -> str:
            given = json.loads(self.body or "{}")
            return json.dumps(function(self, store(self.lakeformation_backend), given) or {})

        answer.__name__ = function.__name__
        replacing(LakeFormationResponse, JsonRESTError)(answer)
        path = "".join(part.title() for part in function.__name__.split("_"))
        urls.url_paths[f"{{0}}/{path}$"] = urls.response.dispatch

    @answering
    def create_data_cells_filter(self, kept, given):
        kept.put_filter(checked_filter(given["TableData"]), self.current_account, replace=False)

    @answering
    def update_data_cells_filter(self, kept, given):
        kept.put_filter(checked_filter(given["TableData"]), self.current_account, replace=True)

    @answering
    def get_data_cells_filter(self, kept, given):
        return {"DataCellsFilter": kept.filter(given)}

    @answering
    def delete_data_cells_filter(self, kept, given):
        kept.drop_filter(given)

    @answering
    def list_data_cells_filter(self, kept, given):
        return {"DataCellsFilters": kept.filters(given.get("Table"))}

    def checked_filter(data: dict) -> dict:
        """Refuse a row filter that is no condition over the table's columns."""
        from dealab.sql import Athena, ServiceError

        expression = (data.get("RowFilter") or {}).get("FilterExpression")
        database, table = data["DatabaseName"].lower(), data["TableName"].lower()
        lake = lab_of().lake
        if expression and lake.catalog.database(database) and lake.catalog.entry(database, table):
            query = f'SELECT 1 FROM "{database}"."{table}" WHERE ({expression})'
            try:
                Athena(lake=lake).translate(query)
            except ServiceError as problem:
                message = f"Invalid row filter expression: {problem.message}"
                raise rules_of.refused(message) from problem
        return data

    # moto keeps grants in a set and changes them there: the hash must not change with them
    Permission.__hash__ = lambda self: hash(repr((self.principal, self.resource)))


def rules(lab):
    """Return what the lab's Lake Formation holds as a ``models.lake_formation.LakeFormation``."""
    from moto import backends

    from dealab.models.lake_formation import LakeFormation

    backend = backends.get_backend("lakeformation")[lab.account][lab.region]
    held, kept = backend.list_permissions(lab.account), backend.store
    tags = {
        place: {key: tag["TagValues"][0] for key, tag in found.items()}
        for place, found in kept.tags.items()
    }
    admins = [
        one["DataLakePrincipalIdentifier"]
        for one in backend.settings[lab.account].get("DataLakeAdmins", ())
    ]
    return LakeFormation(held, kept.cells.values(), tags, admins, kept.creators)


def guardian(lab, role: str):
    """Return Lake Formation's rules and the ARN of a role, given by name or ARN."""
    arn = role if role.startswith("arn:") else f"arn:aws:iam::{lab.account}:role/{role}"
    return rules(lab), arn
