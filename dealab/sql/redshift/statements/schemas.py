"""CREATE, ALTER and DROP of schemas and databases; USE.

https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_SCHEMA.html
https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_DATABASE.html (read 2026-11-23)
"""

from dataclasses import replace

from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.redshift import namespace as spaces
from dealab.sql.redshift import places, storage
from dealab.sql.redshift.statements import definitions, drop
from dealab.sql.results import Outcome, Plan, done


def _user(engine, reader) -> str:
    name = reader.identifier()
    if engine.objects.get("user", name) is None:
        raise ServiceError("42704", f'user "{name}" does not exist')
    return name


def _quota(reader) -> str | None:
    """Take what follows QUOTA: megabytes are meant where no unit is given."""
    if reader.accept("UNLIMITED"):
        return None
    # "2GB" comes as a number and a word, "2 GB" as well
    size = reader.integer()
    if size < 1:
        raise ServiceError("22023", "QUOTA must be greater than 0")
    return f"{size} {reader.accept_any('MB', 'GB', 'TB') or 'MB'}"


def create_schema(engine, reader) -> Plan:
    reader.expect("CREATE", "SCHEMA")
    careful = reader.accept("IF", "NOT", "EXISTS")
    owner = None
    if reader.accept("AUTHORIZATION"):
        owner = name = _user(engine, reader)
    else:
        name = definitions.new_name(reader)
        if reader.accept("AUTHORIZATION"):
            owner = _user(engine, reader)
    quota = _quota(reader) if reader.accept("QUOTA") else None
    if reader.word() in ("CREATE", "GRANT"):
        raise LabLimit("objects inside CREATE SCHEMA", "Redshift creates them in the new schema.")
    reader.end()
    if name.startswith("pg_"):
        raise ServiceError(
            "42939",
            f'unacceptable schema name "{name}"\n'
            '  Detail: The prefix "pg_" is reserved for system schemas.',
        )
    if engine.objects.get("schema", engine.database, name) is not None:
        if not careful:
            raise ServiceError("42P06", f'Schema "{name}" already exists')
        note = f'INFO: Schema "{name}" already exists and will be skipped'
        return done(lambda: Outcome(message="CREATE SCHEMA", notes=[note]))
    oid = engine.namespace.next_id()
    schema = spaces.Schema(oid, engine.database, name, owner or engine.user, quota=quota)

    def work():
        engine.objects.put(schema, "schema", engine.database, name)
        return "CREATE SCHEMA"

    return done(work)


def find(engine, name: str):
    found = engine.objects.get("schema", engine.database, name)
    if found is None:
        raise ServiceError("3F000", f'schema "{name}" does not exist')
    return found


def alter_schema(engine, reader) -> Plan:
    reader.expect("ALTER", "SCHEMA")
    schema = find(engine, reader.identifier())
    word = reader.expect_any("RENAME", "OWNER", "QUOTA")
    if word == "RENAME":
        return rename_schema(engine, reader, schema)
    if word == "OWNER":
        reader.expect("TO")
        new = replace(schema, owner=_user(engine, reader))
    else:
        if schema.source is not None:
            raise ServiceError("0A000", "QUOTA is not supported for external schemas")
        new = replace(schema, quota=_quota(reader))
    reader.end()

    def work():
        engine.objects.put(new, "schema", engine.database, schema.name)
        return "ALTER SCHEMA"

    return done(work)


def rename_schema(engine, reader, schema) -> Plan:
    from dealab.sql.redshift.statements import alter_table

    reader.expect("TO")
    name = definitions.new_name(reader)
    reader.end()
    if engine.objects.get("schema", engine.database, name) is not None:
        raise ServiceError("42P06", f'Schema "{name}" already exists')

    def work():
        engine.objects.drop("schema", engine.database, schema.name)
        engine.objects.put(replace(schema, name=name), "schema", engine.database, name)
        for one in engine.objects.find("relation", engine.database, schema.name):
            engine.objects.drop(*storage.key(one))
            storage.put(engine, replace(one, schema=name))
            alter_table.hinder(engine, one.oid, 105)
        for one in engine.objects.find("relation", engine.database):
            if not isinstance(one, spaces.Table):
                continue
            keys = tuple(
                replace(key, references=(name, *key.references[1:]))
                if key.references[:1] == (schema.name,)
                else key
                for key in one.constraints
            )
            if keys != one.constraints:
                storage.put(engine, replace(one, constraints=keys))
        return "ALTER SCHEMA"

    return done(work)


def drop_schema(engine, reader) -> Plan:
    reader.expect("DROP", "SCHEMA")
    careful = reader.accept("IF", "EXISTS")
    names = reader.commas(reader.identifier)
    databases = reader.accept("DROP", "EXTERNAL", "DATABASE")
    cascade = reader.accept_any("CASCADE", "RESTRICT") == "CASCADE"
    reader.end()
    if databases:
        places.block_refused(engine, "DROP SCHEMA with DROP EXTERNAL DATABASE")
    found, notes = [], []
    for name in names:
        schema = engine.objects.get("schema", engine.database, name)
        if schema is None:
            if not careful:
                raise ServiceError("3F000", f'Schema "{name}" does not exist')
            notes.append(f'INFO: Schema "{name}" does not exist and will be skipped')
            continue
        if databases and schema.source is None:
            raise ServiceError("42809", f'"{name}" is not an external schema')
        found.append(schema)
    held = [
        one
        for schema in found
        for one in engine.objects.find("relation", engine.database, schema.name)
    ]
    others = [
        key
        for key, _ in engine.objects.items()
        if key[0] in ("function", "procedure")
        and len(key) > 2
        and key[1] == engine.database
        and key[2] in [schema.name for schema in found]
    ]
    if (held or others) and not cascade:
        raise drop.depended("schema", held[0].schema if held else others[0][2])
    drop.check_dependents(engine, held, True, "schema")

    def work():
        for one in held:
            drop.remove(engine, one)
        for key in others:
            engine.objects.drop(*key)
        for schema in found:
            engine.objects.drop("schema", engine.database, schema.name)
            if databases and schema.source.get("kind") == "data catalog":
                _drop_external(engine, schema.source["database"])
        return Outcome(message="DROP SCHEMA", notes=notes)

    return done(work)


def _drop_external(engine, name: str) -> None:
    if name in engine.catalog.databases:
        for table in list(engine.catalog.tables(name)):
            engine.catalog.drop_table(name, table)
        engine.catalog.drop_database(name)


# --- databases ------------------------------------------------------------------------


def create_database(engine, reader) -> Plan:
    places.block_refused(engine, "CREATE DATABASE")
    reader.expect("CREATE", "DATABASE")
    name = definitions.new_name(reader)
    if reader.sees("FROM"):
        return shared_database(engine, reader, name)
    settings = database_options(engine, reader)
    reader.end()
    user = engine.objects.get("user", engine.user)
    if not (user.superuser or user.createdb):
        raise ServiceError("42501", "permission denied to create database")
    if engine.objects.get("database", name) is not None:
        raise ServiceError("42P04", f'database "{name}" already exists')
    database = spaces.Database(name, **{"owner": engine.user, **settings})

    def work():
        engine.objects.put(database, "database", name)
        public = spaces.Schema(engine.namespace.next_id(), name, "public", database.owner)
        engine.objects.put(public, "schema", name, "public")
        return "CREATE DATABASE"

    return done(work)


def shared_database(engine, reader, name: str) -> Plan:
    """CREATE DATABASE ... FROM DATASHARE: ``datashares.create_database`` plans it."""
    try:
        from dealab.sql.redshift.statements import datashares
    except ImportError:
        raise LabLimit(
            "CREATE DATABASE ... FROM", "Redshift makes a database of a datashare or integration."
        ) from None
    return datashares.create_database(engine, reader, name)


def database_options(engine, reader) -> dict:
    """Take OWNER, CONNECTION LIMIT, COLLATE and ISOLATION LEVEL, in any order."""
    made = {}
    reader.accept("WITH")
    while not reader.done:
        word = reader.expect_any("OWNER", "CONNECTION", "COLLATE", "ISOLATION")
        if word in made:
            raise ServiceError("42601", "conflicting or redundant options")
        match word:
            case "OWNER":
                reader.accept("=")
                made["owner"] = _user(engine, reader)
            case "CONNECTION":
                reader.expect("LIMIT")
                _ = reader.accept("UNLIMITED") or reader.integer()
            case "COLLATE":
                kind = reader.expect_any("CASE_SENSITIVE", "CASE_INSENSITIVE", "CS", "CI")
                if kind in ("CASE_INSENSITIVE", "CI"):
                    raise LabLimit(
                        "databases with COLLATE CASE_INSENSITIVE",
                        "Redshift compares texts there without regard to case.",
                    )
                made["collate"] = "case_sensitive"
            case "ISOLATION":
                reader.expect("LEVEL")
                made["isolation"] = reader.expect_any("SERIALIZABLE", "SNAPSHOT").lower()
    return made


def alter_database(engine, reader) -> Plan:
    reader.expect("ALTER", "DATABASE")
    name = reader.identifier()
    found = engine.objects.get("database", name)
    if found is None:
        raise ServiceError("3D000", f'database "{name}" does not exist')
    if reader.accept("RENAME", "TO"):
        new = definitions.new_name(reader)
        reader.end()
        return rename_database(engine, found, new)
    if reader.accept("OWNER", "TO"):
        fields = {"owner": _user(engine, reader)}
    elif reader.sees("INTEGRATION") or reader.sees("SET"):
        raise LabLimit("ALTER DATABASE of an integration", "Redshift changes its refresh.")
    else:
        if reader.done:
            raise reader.fail()
        fields = database_options(engine, reader)
    reader.end()

    def work():
        engine.objects.put(replace(found, **fields), "database", name)
        return "ALTER DATABASE"

    return done(work)


def rename_database(engine, found, new: str) -> Plan:
    if found.name == engine.database:
        raise ServiceError("0A000", "current database may not be renamed")
    if engine.objects.get("database", new) is not None:
        raise ServiceError("42P04", f'database "{new}" already exists')

    def work():
        for kind in ("schema", "relation"):
            for key, one in engine.objects.items(kind, found.name):
                engine.objects.drop(*key)
                engine.objects.put(replace(one, database=new), kind, new, *key[2:])
        engine.objects.drop("database", found.name)
        engine.objects.put(replace(found, name=new), "database", new)
        return "ALTER DATABASE"

    return done(work)


def drop_database(engine, reader) -> Plan:
    places.block_refused(engine, "DROP DATABASE")
    reader.expect("DROP", "DATABASE")
    careful = reader.accept("IF", "EXISTS")
    name = reader.identifier()
    reader.accept("FORCE")
    reader.end()
    found = engine.objects.get("database", name)
    if found is None:
        if careful:
            note = f'INFO: database "{name}" does not exist and will be skipped'
            return done(lambda: Outcome(message="DROP DATABASE", notes=[note]))
        raise ServiceError("3D000", f'database "{name}" does not exist')
    if name == engine.database:
        raise ServiceError("55006", "cannot drop the currently open database")

    def work():
        for key, one in engine.objects.items("relation", name):
            if isinstance(one, spaces.Table):
                storage.drop(engine, one)
            engine.objects.drop(*key)
        for kind in ("schema", "function", "procedure"):
            for key, _ in engine.objects.items(kind, name):
                engine.objects.drop(*key)
        engine.objects.drop("database", name)
        return "DROP DATABASE"

    return done(work)


def use(engine, reader) -> Plan:
    """USE database: names without a database are looked up there.

    https://docs.aws.amazon.com/redshift/latest/dg/r_USE_command.html
    """
    reader.expect("USE")
    name = reader.identifier()
    reader.end()
    if engine.objects.get("database", name) is None:
        raise ServiceError("3D000", f'database "{name}" does not exist')

    def work():
        engine.database = name
        return "USE"

    return done(work)
