"""Where a statement's names point: relations to change, schemas to create in."""

from dealab.sql.errors import ServiceError
from dealab.sql.redshift import namespace as spaces
from dealab.sql.redshift import sources


def schema_for(engine, parts: list[str], temporary: bool = False) -> str:
    """Return the schema in which ``[database.][schema.]name`` is to be created.

    Raises Redshift's error where there is none, or where it is an external one.
    """
    if len(parts) > 3:
        raise ServiceError("42601", f"improper qualified name: {'.'.join(parts)}")
    if temporary or parts[-1].startswith("#"):
        if len(parts) > 1:
            raise ServiceError("42P16", "temporary tables cannot specify a schema name")
        return engine.temp_schema
    if len(parts) == 3 and parts[0] != engine.database:
        if engine.objects.get("database", parts[0]) is None:
            raise ServiceError("3D000", f'database "{parts[0]}" does not exist')
        raise ServiceError(
            "0A000", f"cross-database references are not implemented: {'.'.join(parts)}"
        )
    if len(parts) > 1:
        return local_schema(engine, parts[-2]).name
    for name in engine.search_path:
        name = engine.user if name == "$user" else name
        found = engine.objects.get("schema", engine.database, name)
        if found is not None and found.source is None:
            return name
    raise ServiceError("3F000", "no schema has been selected to create in")


def local_schema(engine, name: str):
    """Return the local schema of this name. Raises Redshift's errors."""
    if name == engine.temp_schema:
        return spaces.Schema(0, engine.database, name)
    found = engine.objects.get("schema", engine.database, name)
    if found is None:
        raise ServiceError("3F000", f'schema "{name}" does not exist')
    if found.source is not None:
        raise ServiceError(
            "0A000", "Operations on local objects in external schema are not enabled."
        )
    return found


def dotted(parts) -> str:
    return ".".join(parts)


def relation(engine, parts: list[str]):
    """Return the relation of this name: local Table, View, or a table of the catalog; or None."""
    if len(parts) > 3:
        raise ServiceError("42601", f"improper qualified name: {dotted(parts)}")
    if len(parts) == 3 and parts[0] not in (engine.database, "awsdatacatalog"):
        home = engine.objects.get("database", parts[0])
        if home is None:
            raise ServiceError("3D000", f'database "{parts[0]}" does not exist')
        if home.share is not None:
            raise ServiceError(
                "0A000",
                f'Operation is not supported on database "{parts[0]}": it was created from a '
                "datashare",
                hint="a consumer reads a share; only the producer changes what is in it.",
            )
    named = len(parts) == 2 and parts[0] != engine.temp_schema
    if named and engine.objects.get("schema", engine.database, parts[0]) is None:
        raise ServiceError("3F000", f'schema "{parts[0]}" does not exist')
    return sources.lookup(engine, parts)


def existing(engine, parts: list[str], word: str = "relation"):
    """Return the relation of this name. Raises Redshift's error when it is not there."""
    found = relation(engine, parts)
    if found is None:
        raise missing(engine, parts, word)
    return found


def missing(engine, parts, word: str = "relation"):
    from dealab.sql.nodes import nearest

    names = [one.name for one in engine.objects.find("relation", engine.database)]
    return ServiceError(
        "42P01", f'{word} "{dotted(parts)}" does not exist', hint=nearest(parts[-1], names)
    )


def is_external(found) -> bool:
    """Tell whether a relation is a table of the data catalog."""
    return not isinstance(found, (spaces.Table, spaces.View))


def table(engine, parts: list[str], verb: str = "modify") -> spaces.Table:
    """Return the local table that a statement changes the rows of. Raises Redshift's errors."""
    found = existing(engine, parts)
    if isinstance(found, spaces.MaterializedView):
        raise ServiceError("42809", f'cannot {verb} materialized view "{found.name}"')
    if isinstance(found, spaces.View):
        raise ServiceError("42809", f"cannot {verb} a view")
    if is_external(found):
        raise ServiceError(
            "0A000", "Operations on local objects in external schema are not enabled."
        )
    return found


def block_refused(engine, statement: str) -> None:
    """Refuse a statement that cannot be part of a transaction block."""
    if engine.transaction is not None:
        raise ServiceError("25001", f"{statement} cannot run inside a transaction block")
