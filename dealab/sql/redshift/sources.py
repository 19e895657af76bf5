"""What a name in FROM stands for in Redshift: local tables, views, external and system tables.

Rights, row-level security and masking are applied here, so that no statement can read around them.
"""

from dealab.sql.nodes import nearest
from dealab.sql.redshift import namespace as spaces
from dealab.sql.redshift import policies, rights, storage
from dealab.sql.redshift.system import registry as system
from dealab.sql.scope import Source


def find(binder, parts: list[str], node) -> Source:
    """Return the Source of ``[database.][schema.]relation``. Raises Redshift's errors."""
    engine = binder.engine
    if len(parts) > 3:
        raise binder.error("42601", f"improper qualified name: {'.'.join(parts)}", node)
    if system.sees(parts):
        return system.find(binder, parts, node)
    bound = getattr(binder, "bound_to", None)  # the query of a view: what it was created over
    if bound is not None and tuple(parts) in bound:
        from dealab.sql.redshift import views

        return views.bound_source(binder, bound[tuple(parts)], parts, node)
    found = lookup(engine, parts)
    if found is None:
        raise missing(binder, parts, node)
    named = getattr(binder, "named", None)  # CREATE VIEW notes what it reads
    if named is not None:
        named[tuple(parts)] = found
    return source_of(binder, found, parts, node)


def lookup(engine, parts: list[str]):
    """Return the local Table, View, or catalog table of this name, or None."""
    database = parts[-3] if len(parts) == 3 else engine.database
    if database == "awsdatacatalog" and len(parts) == 3:
        return engine.catalog.find(parts[1], parts[2])
    home = engine.objects.get("database", database)
    if home is not None and home.share is not None:
        from dealab.sql.redshift.statements import datashares

        return datashares.lookup(engine, home, parts)
    for schema in [parts[-2]] if len(parts) > 1 else engine.schemas_in_path():
        found = engine.objects.get("relation", database, schema, parts[-1])
        if found is not None:
            return found
        home = engine.objects.get("schema", database, schema)
        if home is not None and home.source:
            table = through(engine, home, parts[-1])
            if table is not None:
                return table
    return None


def through(engine, schema, name: str):
    """Return the relation of this name behind an external schema, or None. Raises LabLimit for a
    source that the lab does not have."""
    source = schema.source
    if source["kind"] == "data catalog":
        return engine.catalog.find(source["database"], name)
    if source["kind"] == "redshift":
        home = source.get("schema", "public").lower()
        return engine.objects.get("relation", source["database"], home, name)
    from dealab.sql.redshift.statements import external_schema

    raise external_schema.unread(schema)


def source_of(binder, found, parts, node) -> Source:
    match found:
        case spaces.Table():
            path = (found.database, found.schema, found.name)
            made = Source(storage.place(found), list(found.fields()), path=path, table=found)
            return protected(binder, made, found, shared_in(binder, parts))
        case spaces.View():
            source = view_source(binder, found, node)
            return protected(binder, source, found, shared_in(binder, parts))
    schema = parts[-2] if len(parts) > 1 else found.database
    if not binder.as_owner:
        home = binder.engine.objects.get("schema", binder.engine.database, schema)
        if home is not None:
            rights.check_external(binder.engine, home)
    from dealab.sql.redshift import spectrum

    made = binder.catalog_source(found, (binder.engine.database, schema))
    return spectrum.source(binder, made, found)


def shared_in(binder, parts):
    """Return the database of these names if it was made from a datashare, else None."""
    name = parts[-3] if len(parts) == 3 else binder.engine.database
    home = binder.engine.objects.get("database", name)
    return home if home is not None and home.share is not None else None


def protected(binder, source: Source, relation, shared=None) -> Source:
    """Return a relation's source with rights, row-level security and masking applied.

    Objects of a datashare are read by who may use their database, ``shared``:
    https://docs.aws.amazon.com/redshift/latest/dg/writes-granting.html
    """
    if not binder.as_owner and shared is not None:
        rights.check_database(binder.engine, shared)
    elif not binder.as_owner:
        allowed = rights.check_read(binder.engine, relation)
        if allowed is not None:
            source.denied = frozenset(name for name, _ in source.columns) - allowed
    if binder.policy:
        rights.check_policy_read(binder.engine, relation, binder.policy)
    return policies.applied(binder, source, relation)


def view_source(binder, view, node) -> Source:
    """Bind a view's query where it is read. Its own names are looked up, not the reader's."""
    from dealab.sql.redshift import views

    return views.source(binder, view, node)


def missing(binder, parts, node):
    """Return the error for a relation that is not there."""
    engine = binder.engine
    database = parts[0] if len(parts) == 3 else engine.database
    if len(parts) == 3 and engine.objects.get("database", database) is None:
        return binder.error("3D000", f'database "{database}" does not exist', node)
    if len(parts) > 1 and engine.objects.get("schema", database, parts[-2]) is None:
        names = [schema.name for schema in engine.objects.find("schema", database)]
        return binder.error(
            "3F000", f'schema "{parts[-2]}" does not exist', node, hint=nearest(parts[-2], names)
        )
    names = [relation.name for relation in engine.objects.find("relation", database)]
    for schema in engine.objects.find("schema", database):
        if schema.source and schema.source["kind"] == "data catalog":
            names += engine.catalog.tables(schema.source["database"])
    return binder.error(
        "42P01",
        f'relation "{".".join(parts)}" does not exist',
        node,
        hint=nearest(parts[-1], names),
    )
