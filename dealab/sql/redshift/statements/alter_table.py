"""ALTER TABLE of local tables and views.

https://docs.aws.amazon.com/redshift/latest/dg/r_ALTER_TABLE.html (read 2026-11-23)
"""

from dataclasses import replace

from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.redshift import matviews, places, storage, views
from dealab.sql.redshift import namespace as spaces
from dealab.sql.redshift.statements import append_from, create_table, definitions, drop
from dealab.sql.redshift.statements.alter_attributes import attributes_of, wanted
from dealab.sql.redshift.statements.column_types import default_encoding
from dealab.sql.results import Plan, done
from dealab.sql.types import quote

MESSAGE = "ALTER TABLE"


def alter_table(engine, reader) -> Plan:
    reader.expect("ALTER", "TABLE")
    parts = reader.qualified()
    found = places.existing(engine, parts)
    if reader.sees("ROW", "LEVEL") or reader.sees("MASKING"):
        return secured(engine, reader, found)
    if places.is_external(found):
        return external(engine, reader, found)
    if isinstance(found, spaces.View):
        return view(engine, reader, found)
    if isinstance(found, spaces.MaterializedView) and not reader.sees("OWNER"):
        if reader.sees("ALTER"):
            return attributes_of(engine, reader, found, MESSAGE)
        raise ServiceError("0A000", f'cannot alter materialized view "{found.name}"')
    word = reader.expect_any("RENAME", "ADD", "DROP", "ALTER", "OWNER", "APPEND")
    match word:
        case "RENAME":
            if reader.accept("TO"):
                return rename(engine, reader, found)
            return rename_column(engine, reader, found)
        case "OWNER":
            return owner(engine, reader, found, MESSAGE)
        case "APPEND":
            return append_from.append(engine, reader, found)
        case "ADD":
            if definitions.is_constraint(reader):
                return add_constraint(engine, reader, found)
            return add_column(engine, reader, found)
        case "DROP":
            if reader.accept("CONSTRAINT"):
                return drop_constraint(engine, reader, found)
            return drop_column(engine, reader, found)
    reader.at -= 1
    return attributes_of(engine, reader, found, MESSAGE)


def secured(engine, reader, found) -> Plan:
    """ROW LEVEL SECURITY and MASKING: ``security.alter_table`` plans them."""
    try:
        from dealab.sql.redshift.statements import security
    except ImportError:
        raise LabLimit(
            "ALTER TABLE ... ROW LEVEL SECURITY", "Redshift filters the rows for each reader."
        ) from None
    return security.alter_table(engine, reader, found)


def external(engine, reader, found) -> Plan:
    """Forms for external tables: ``spectrum.alter`` plans them."""
    try:
        from dealab.sql.redshift import spectrum
    except ImportError:
        raise LabLimit(
            "ALTER TABLE of an external table", "Redshift changes it in the data catalog."
        ) from None
    return spectrum.alter(engine, reader, found)


def view(engine, reader, found) -> Plan:
    """A view takes RENAME TO and OWNER TO only."""
    if reader.accept("RENAME", "TO"):
        return rename(engine, reader, found)
    if reader.accept("OWNER"):
        return owner(engine, reader, found, MESSAGE)
    raise ServiceError("42809", f'"{found.name}" is not a table')


def changed(engine, found, message: str, **fields) -> Plan:
    """Return the plan that changes fields of a description."""

    def work():
        storage.put(engine, replace(storage.current(engine, found), **fields))
        return message

    return done(work)


# --- names ----------------------------------------------------------------------------


def rename(engine, reader, found) -> Plan:
    name = definitions.new_name(reader)
    reader.end()
    if name.startswith("#"):
        raise ServiceError("0A000", "cannot rename a permanent table to a temporary one")
    if engine.objects.get("relation", found.database, found.schema, name) is not None:
        raise ServiceError("42P07", f'Relation "{name}" already exists')

    def work():
        now = storage.current(engine, found)
        engine.objects.drop(*storage.key(now))
        storage.put(engine, replace(now, name=name))
        if isinstance(now, spaces.Table):
            for other in drop.referring(engine, now):
                keys = tuple(_pointing(key, now, table=name) for key in other.constraints)
                storage.put(engine, replace(storage.current(engine, other), constraints=keys))
            hinder(engine, now.oid, 103)
        return MESSAGE

    return done(work)


def _pointing(key, table, **new):
    """Return a foreign key that points at a table by its new name or column."""
    if key.kind != "foreign key" or key.references[:2] != (table.schema, table.name):
        return key
    columns = tuple(new.get("columns", {}).get(name, name) for name in key.references[2])
    return replace(key, references=(table.schema, new.get("table", table.name), columns))


def hinder(engine, oid: int, state: int) -> None:
    """Note that materialized views over a relation cannot be refreshed any more.

    https://docs.aws.amazon.com/redshift/latest/dg/r_STV_MV_INFO.html (state)
    """
    for one in matviews.over(engine, oid):
        storage.put(engine, replace(storage.current(engine, one), state=state))


def rename_column(engine, reader, table) -> Plan:
    reader.accept("COLUMN")
    old = reader.identifier()
    reader.expect("TO")
    name = definitions.new_name(reader)
    reader.end()
    column = wanted(table, old)
    if table.column(name) is not None:
        raise duplicate(table, name)

    def work():
        now = storage.current(engine, table)
        affected = [
            one for one in matviews.over(engine, now.oid) if views.needs(engine, one, now, old)
        ]
        renamed = {old: name}
        keys = tuple(
            replace(key, columns=tuple(renamed.get(one, one) for one in key.columns))
            for key in now.constraints
        )
        new = replace(
            now,
            columns=tuple(replace(c, name=name) if c.name == old else c for c in now.columns),
            distkey=renamed.get(now.distkey, now.distkey),
            sortkey=tuple(renamed.get(one, one) for one in now.sortkey),
            constraints=keys,
        )
        values = {c.name: quote(old if c.name == name else c.name) for c in new.columns}
        storage.reshape(engine, now, new, values)
        for other in drop.referring(engine, now):
            keys = tuple(_pointing(key, now, columns=renamed) for key in other.constraints)
            storage.put(engine, replace(storage.current(engine, other), constraints=keys))
        for one in affected:
            storage.put(engine, replace(storage.current(engine, one), state=104))
        return MESSAGE

    del column
    return done(work)


def duplicate(table, name: str) -> ServiceError:
    return ServiceError("42701", f'column "{name}" of relation "{table.name}" already exists')


def owner(engine, reader, found, message: str) -> Plan:
    reader.expect("TO")
    name = reader.identifier()
    reader.end()
    if name in ("current_user", "session_user"):
        name = engine.user if name == "current_user" else engine.login
    if engine.objects.get("user", name) is None:
        raise ServiceError("42704", f'user "{name}" does not exist')
    return changed(engine, found, message, owner=name)


# --- columns --------------------------------------------------------------------------


def add_column(engine, reader, table) -> Plan:
    """ADD [COLUMN]: rows that are there get the default."""
    reader.accept("COLUMN")
    made = definitions.Definition()
    column = definitions.column(reader, made, table.name)
    reader.end()
    if table.column(column.name) is not None:
        raise duplicate(table, column.name)
    if made.constraints:
        raise ServiceError(
            "0A000", "ALTER TABLE ADD COLUMN does not support PRIMARY KEY, UNIQUE or REFERENCES"
        )
    if column.identity is not None:
        raise ServiceError("0A000", "ALTER TABLE ADD COLUMN does not support IDENTITY columns")
    if made.distkey or made.sortkey:
        raise ServiceError(
            "0A000", "ALTER TABLE ADD COLUMN does not support DISTKEY or SORTKEY columns"
        )
    if len(table.columns) >= definitions.MAX_COLUMNS:
        raise ServiceError("54011", f"tables can have at most {definitions.MAX_COLUMNS} columns")
    made.columns = [column]
    create_table.check_defaults(engine, made)
    if column.not_null and (column.default or "null").lower() == "null":
        raise ServiceError(
            "42601",
            "ALTER TABLE ADD COLUMN defined as NOT NULL must have a non-null default expression",
        )
    encode = column.encode or default_encoding(column.type, False, table.temporary)

    def work():
        now = storage.current(engine, table)
        number = max((one.number for one in now.columns), default=0) + 1
        added = replace(column, encode=encode, number=number)
        new = replace(now, columns=(*now.columns, added))
        values = {one.name: quote(one.name) for one in now.columns}
        values[added.name] = storage.default(engine, now, added)
        storage.reshape(engine, now, new, values)
        return MESSAGE

    return done(work)


def drop_column(engine, reader, table) -> Plan:
    reader.accept("COLUMN")
    name = reader.identifier()
    cascade = reader.accept_any("CASCADE", "RESTRICT") == "CASCADE"
    reader.end()
    wanted(table, name)
    if name == table.distkey:
        raise ServiceError("0A000", f'cannot drop distkey column "{name}"')
    if name in table.sortkey:
        raise ServiceError("0A000", f'cannot drop sortkey column "{name}"')
    if len(table.columns) == 1:
        raise ServiceError("0A000", "cannot drop the only column of a table")
    standard = [
        one
        for one in drop.dependents(engine, table.oid)
        if isinstance(one, spaces.View) and views.needs(engine, one, table, name)
    ]
    keyed = [
        other
        for other in drop.referring(engine, table)
        if any(name in key.references[2] for key in other.constraints if key.references)
    ]
    if (standard or keyed) and not cascade:
        raise ServiceError(
            "2BP01",
            f"cannot drop table {table.name} column {name} because other objects depend on it\n"
            "  Hint: Use DROP ... CASCADE to drop the dependent objects too.",
        )

    def work():
        now = storage.current(engine, table)
        affected = [
            one for one in matviews.over(engine, now.oid) if views.needs(engine, one, now, name)
        ]
        gone = drop.all_dependents(engine, {one.oid for one in standard}) if standard else []
        for one in [*standard, *gone]:
            drop.remove(engine, one)
        for other in keyed:
            kept = tuple(
                key
                for key in other.constraints
                if not (key.references and name in key.references[2])
            )
            storage.put(engine, replace(storage.current(engine, other), constraints=kept))
        new = replace(
            now,
            columns=tuple(one for one in now.columns if one.name != name),
            constraints=tuple(key for key in now.constraints if name not in key.columns),
        )
        storage.reshape(engine, now, new, {one.name: quote(one.name) for one in new.columns})
        for one in affected:
            storage.put(engine, replace(storage.current(engine, one), state=101))
        return MESSAGE

    return done(work)


# --- keys -----------------------------------------------------------------------------


def add_constraint(engine, reader, table) -> Plan:
    made = definitions.Definition()
    definitions.constraint(reader, made)
    reader.end()
    key = made.constraints[0]
    if key.name and any(one.name == key.name for one in table.constraints):
        raise ServiceError(
            "42710", f'constraint "{key.name}" for relation "{table.name}" already exists'
        )
    made.constraints = [*table.constraints, key]
    for name in key.columns:
        column = table.column(name)
        if column is None:
            raise ServiceError("42703", f'column "{name}" named in key does not exist')
        if key.kind == "primary key" and not column.not_null:
            raise ServiceError(
                "42P16",
                f'column "{name}" is not declared NOT NULL',
                hint="the columns of a primary key must be NOT NULL when it is added.",
            )
    by_name = {column.name: column for column in table.columns}
    definitions.settle_constraints(made, by_name, table.name)
    made.columns = list(table.columns)
    added = create_table.resolved(engine, made.constraints[-1], made, table.name)
    return changed(engine, table, MESSAGE, constraints=(*table.constraints, added))


def drop_constraint(engine, reader, table) -> Plan:
    name = reader.identifier()
    cascade = reader.accept_any("CASCADE", "RESTRICT") == "CASCADE"
    reader.end()
    key = next((one for one in table.constraints if one.name == name), None)
    if key is None:
        raise ServiceError("42704", f'constraint "{name}" does not exist')
    pointing = []
    if key.kind != "foreign key":
        pointing = [
            other
            for other in drop.referring(engine, table)
            if any(set(k.references[2]) == set(key.columns) for k in _foreign(other, table))
        ]
    if pointing and not cascade:
        raise ServiceError(
            "2BP01",
            f"cannot drop constraint {name} on table {table.name} because other objects depend "
            "on it\n  Hint: Use DROP ... CASCADE to drop the dependent objects too.",
        )

    def work():
        for other in pointing:
            gone = _foreign(other, table)
            kept = tuple(one for one in other.constraints if one not in gone)
            storage.put(engine, replace(storage.current(engine, other), constraints=kept))
        now = storage.current(engine, table)
        kept = tuple(one for one in now.constraints if one.name != name)
        storage.put(engine, replace(now, constraints=kept))
        return MESSAGE

    return done(work)


def _foreign(other, table):
    return [key for key in other.constraints if key.references[:2] == (table.schema, table.name)]
