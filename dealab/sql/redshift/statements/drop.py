"""DROP of tables, views and materialized views, and what depends on them; TRUNCATE.

https://docs.aws.amazon.com/redshift/latest/dg/r_DROP_TABLE.html (read 2026-11-23)
"""

from dataclasses import replace

from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.redshift import matviews, places, storage
from dealab.sql.redshift import namespace as spaces
from dealab.sql.results import Outcome, Plan, done

WORDS = {"TABLE": spaces.Table, "VIEW": spaces.View, "MATERIALIZED VIEW": spaces.MaterializedView}


def drop_table(engine, reader) -> Plan:
    return _drop(engine, reader, "TABLE")


def drop_view(engine, reader) -> Plan:
    return _drop(engine, reader, "VIEW")


def drop_materialized_view(engine, reader) -> Plan:
    return _drop(engine, reader, "MATERIALIZED VIEW")


def _drop(engine, reader, word: str) -> Plan:
    reader.expect("DROP", *word.split())
    careful = reader.accept("IF", "EXISTS")
    named = reader.commas(reader.qualified)
    cascade = reader.accept_any("CASCADE", "RESTRICT") == "CASCADE"
    reader.end()
    found, notes = [], []
    for parts in named:
        one = find(engine, parts, word, careful)
        if one is None:
            name = f'{word.capitalize()} "{places.dotted(parts)}"'
            notes.append(f"INFO: {name} does not exist and will be skipped")
        elif places.is_external(one):
            return external(engine, one, parts, len(named), notes)
        else:
            found.append(one)
    check_dependents(engine, found, cascade, word)

    def work():
        for one in found:
            remove(engine, one)
        return Outcome(message=f"DROP {word}", notes=notes)

    return done(work)


def find(engine, parts, word: str, careful: bool):
    """Return what is to be dropped, or None where IF EXISTS forgives that it is not there."""
    try:
        one = places.relation(engine, parts)
    except ServiceError:
        if not careful:
            raise
        one = None
    if one is None:
        if careful:
            return None
        raise ServiceError("42P01", f'{word.capitalize()} "{places.dotted(parts)}" does not exist')
    if places.is_external(one):
        if word == "TABLE" and not one.is_view:
            return one
        kind = "view" if one.is_view else "table"
        raise ServiceError(
            "42809", f'"{one.name}" is not a {word.lower()}', hint=f"it is a {kind}."
        )
    if type(one) is not WORDS[word]:
        kind = next(name for name, of in WORDS.items() if type(one) is of)
        raise ServiceError(
            "42809",
            f'"{one.name}" is not a {word.lower()}',
            hint=f"Use DROP {kind} to remove a {kind.lower()}.",
        )
    return one


def external(engine, table, parts, count: int, notes) -> Plan:
    """DROP TABLE of an external table: ``spectrum.drop`` plans it."""
    try:
        from dealab.sql.redshift import spectrum
    except ImportError:
        raise LabLimit(
            "DROP TABLE of an external table", "Redshift removes it from the data catalog."
        ) from None
    if count > 1:
        raise LabLimit("DROP of several tables, one of them external", "Redshift drops them.")
    return spectrum.drop(engine, table)


# --- dependencies ---------------------------------------------------------------------


def dependents(engine, oid: int) -> list:
    """Return the views and materialized views that read a relation directly."""
    found = []
    for one in engine.objects.find("relation", engine.database):
        if any(read[1] == oid for read in getattr(one, "reads", ())):
            found.append(one)
    return found


def all_dependents(engine, oids: set[int]) -> list:
    """Return everything that reads these relations, directly or through views, nearest first."""
    found, todo = [], list(oids)
    while todo:
        for one in dependents(engine, todo.pop()):
            if one.oid not in oids and one not in found:
                found.append(one)
                todo.append(one.oid)
    return found


def referring(engine, table) -> list:
    """Return the tables with a foreign key that points at a table."""
    return [
        one
        for one in engine.objects.find("relation", engine.database)
        if isinstance(one, spaces.Table)
        and one.oid != table.oid
        and any(
            key.kind == "foreign key" and key.references[:2] == (table.schema, table.name)
            for key in one.constraints
        )
    ]


def check_dependents(engine, found: list, cascade: bool, word: str) -> None:
    """Add what depends on ``found`` to it (CASCADE), or raise Redshift's error."""
    oids = {one.oid for one in found}
    for one in list(found):
        others = [other for other in all_dependents(engine, {one.oid}) if other.oid not in oids]
        keys = []
        if isinstance(one, spaces.Table):
            keys = [other for other in referring(engine, one) if other.oid not in oids]
        if (others or keys) and not cascade:
            raise depended(word.lower(), one.name)
        for other in others:
            oids.add(other.oid)
            found.append(other)


def depended(word: str, name: str) -> ServiceError:
    return ServiceError(
        "2BP01",
        f"cannot drop {word} {name} because other objects depend on it\n"
        "  Hint: Use DROP ... CASCADE to drop the dependent objects too.",
    )


def remove(engine, one) -> None:
    """Remove a relation, with the foreign keys that point at it."""
    if isinstance(one, spaces.Table):
        for other in referring(engine, one):
            kept = tuple(
                key for key in other.constraints if key.references[:2] != (one.schema, one.name)
            )
            storage.put(engine, replace(storage.current(engine, other), constraints=kept))
        storage.drop(engine, one)
    else:
        engine.objects.drop(*storage.key(one))


# --- TRUNCATE -------------------------------------------------------------------------


def truncate(engine, reader) -> Plan:
    """TRUNCATE [TABLE] t: empties it and commits, also in a transaction block.

    https://docs.aws.amazon.com/redshift/latest/dg/r_TRUNCATE.html (read 2026-11-23)
    """
    from dealab.sql.redshift import transactions

    reader.expect("TRUNCATE")
    reader.accept("TABLE")
    parts = reader.qualified()
    reader.end()
    table = places.table(engine, parts, "truncate")
    block = engine.transaction is not None

    def work():
        engine.duck().execute(f"DELETE FROM {storage.place(table)}")
        now = storage.current(engine, table)
        storage.put(
            engine,
            replace(now, unsorted_rows=0, deleted_rows=0, version=engine.namespace.next_id()),
        )
        matviews.reorganized(engine, table.oid)
        notes = []
        if block:
            transactions.commit(engine)
            notes = ["TRUNCATE has committed the transaction: it cannot be rolled back."]
        return Outcome(message="TRUNCATE TABLE", notes=notes)

    return done(work)
