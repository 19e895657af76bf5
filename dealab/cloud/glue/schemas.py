"""Schema versions that are checked (model: ``dealab.models.schema_registry``); moto takes any."""

from dealab.cloud.glue.common import answer, refuse
from dealab.models import schema_registry


def join(lab_of) -> None:
    from moto.glue.models import GlueBackend

    create, register = GlueBackend.create_schema, GlueBackend.register_schema_version

    def create_schema(self, registry_id, schema_name, data_format, compatibility, text, *more):
        _valid(data_format, text)
        return create(self, registry_id, schema_name, data_format, compatibility, text, *more)

    def register_schema_version(self, schema_id, text):
        schema = _schema(self, schema_id)
        _valid(schema.data_format, text)
        before, latest = set(schema.schema_versions), schema.latest_schema_version
        versions = [
            (version.version_number, version.schema_definition)
            for version in schema.schema_versions.values()
            if version.schema_version_status == "AVAILABLE"
        ]
        reasons = []
        if text not in [told for _, told in versions] and schema.compatibility != "DISABLED":
            reasons = schema_registry.check(
                schema.compatibility, schema.data_format, text, versions, schema.schema_checkpoint
            )
        found = register(self, schema_id, text)
        if found["SchemaVersionId"] not in before:
            version = schema.schema_versions[found["SchemaVersionId"]]
            schema.latest_schema_version = latest if reasons else version.version_number
            if reasons:
                version.schema_version_status = found["Status"] = "FAILURE"
        return found

    GlueBackend.create_schema = create_schema
    GlueBackend.register_schema_version = register_schema_version
    answer(
        {
            "update_schema": _update,
            "list_schemas": _schemas,
            "list_schema_versions": _versions,
            "check_schema_version_validity": _validity,
        }
    )


def _schema(backend, schema_id: dict):
    from moto.glue.glue_schema_registry_utils import validate_schema_id

    registry, name, _ = validate_schema_id(schema_id, backend.registries)
    return backend.registries[registry].schemas[name]


def _valid(data_format: str, text: str) -> None:
    if data_format in ("AVRO", "JSON", "PROTOBUF"):
        reason = schema_registry.invalid(data_format, text)
        if reason:
            message = f"Schema definition of {data_format} data format is invalid: {reason}"
            raise refuse("InvalidInputException", message)


def _update(backend, given: dict) -> dict:
    """Change the mode, the description, and the checkpoint from which ``_ALL`` modes look."""
    schema, wanted = _schema(backend, given["SchemaId"]), given.get("SchemaVersionNumber") or {}
    if wanted:
        number = wanted.get("VersionNumber") or schema.latest_schema_version
        if number not in [one.version_number for one in schema.schema_versions.values()]:
            raise refuse("EntityNotFoundException", f"Schema version is not found: {number}")
        schema.schema_checkpoint = number
    schema.compatibility = given.get("Compatibility") or schema.compatibility
    schema.description = given.get("Description") or schema.description
    names = ("SchemaArn", "SchemaName", "RegistryName")
    return {name: schema.as_dict()[name] for name in names}


def _schemas(backend, given: dict) -> dict:
    from moto.glue.glue_schema_registry_utils import validate_registry_id

    told = given.get("RegistryId")
    wanted = [validate_registry_id(told, backend.registries)] if told else [*backend.registries]
    names = ("RegistryName", "SchemaName", "SchemaArn", "Description", "SchemaStatus")
    return {
        "Schemas": [
            {name: schema.as_dict()[name] for name in names if schema.as_dict()[name]}
            for registry in wanted
            if registry in backend.registries
            for schema in backend.registries[registry].schemas.values()
        ]
    }


def _versions(backend, given: dict) -> dict:
    schema = _schema(backend, given["SchemaId"])
    return {
        "Schemas": [
            {
                "SchemaArn": schema.schema_arn,
                "SchemaVersionId": version.schema_version_id,
                "VersionNumber": version.version_number,
                "Status": version.schema_version_status,
                "CreatedTime": str(version.created_time),
            }
            for version in schema.schema_versions.values()
        ]
    }


def _validity(backend, given: dict) -> dict:
    reason = schema_registry.invalid(given["DataFormat"], given["SchemaDefinition"])
    return {"Valid": not reason} | ({"Error": reason} if reason else {})
