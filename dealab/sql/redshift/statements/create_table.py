"""CREATE TABLE: columns, keys, distribution and sort order of a new local table.

https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_TABLE_NEW.html (read 2026-11-23)
"""

from dataclasses import replace

from dealab.sql.errors import ServiceError
from dealab.sql.redshift import namespace as spaces
from dealab.sql.redshift import places, rights, storage
from dealab.sql.redshift.statements import definitions
from dealab.sql.results import Outcome, Plan, done
from dealab.sql.scope import Scope


def create_table(engine, reader) -> Plan:
    """Plan CREATE [[LOCAL] TEMP] TABLE, or CREATE TABLE AS when a query follows."""
    reader.expect("CREATE")
    temporary = _temporary(reader)
    reader.expect("TABLE")
    careful = reader.accept("IF", "NOT", "EXISTS")
    parts = new_parts(reader)
    schema = places.schema_for(engine, parts, temporary)
    if is_query_next(reader):
        from dealab.sql.redshift.statements import ctas

        return ctas.create_table_as(engine, reader, schema, parts[-1], careful)
    made = definitions.Definition()
    columns(engine, reader, made, parts[-1])
    if made.like and not reader.done and reader.word() != "BACKUP":
        raise ServiceError(
            "0A000", "CREATE TABLE LIKE with table attributes is not supported", *reader.place()
        )
    definitions.attributes(reader, made, stop=())
    reader.end()
    temp = schema == engine.temp_schema
    definitions.settle(made, parts[-1], temp)
    check_defaults(engine, made)
    made.constraints = [resolved(engine, key, made, parts[-1]) for key in made.constraints]
    present = engine.objects.get("relation", engine.database, schema, parts[-1])
    if present is not None:
        return exists(parts[-1], careful)
    table = described(engine, made, schema, parts[-1], temp)

    def work():
        storage.create(engine, table)
        return Outcome(message="CREATE TABLE")

    return done(work)


def _temporary(reader) -> bool:
    if reader.accept("LOCAL"):
        reader.expect_any("TEMP", "TEMPORARY")
        return True
    return bool(reader.accept_any("TEMP", "TEMPORARY"))


def new_parts(reader) -> list[str]:
    """Take the name of a new relation; its last part must not be a reserved word."""
    parts = [definitions.new_name(reader)]
    while reader.accept("."):
        parts.append(definitions.new_name(reader))
    return parts


def is_query_next(reader) -> bool:
    """Tell CREATE TABLE AS from CREATE TABLE: attributes or AS follow, or names without types."""
    if reader.word() != "(":
        return True
    if reader.word(1) in ("CONSTRAINT", "UNIQUE", "PRIMARY KEY", "FOREIGN KEY", "LIKE", "CHECK"):
        return False
    return reader.is_name(1) and reader.word(2) in (",", ")")


def columns(engine, reader, made, table: str) -> None:
    """Take the list in parentheses: columns, LIKE, constraints."""
    reader.expect("(")
    while True:
        if reader.sees("LIKE"):
            like(engine, reader, made)
        elif definitions.is_constraint(reader):
            definitions.constraint(reader, made)
        else:
            made.columns.append(definitions.column(reader, made, table))
        if not reader.accept(","):
            break
    reader.expect(")")


def like(engine, reader, made) -> None:
    """LIKE parent [INCLUDING | EXCLUDING DEFAULTS]: its columns, NOT NULL, and attributes."""
    reader.expect("LIKE")
    parent = places.existing(engine, reader.qualified())
    defaults = False
    while word := reader.accept_any("INCLUDING", "EXCLUDING"):
        reader.expect("DEFAULTS")
        defaults = word == "INCLUDING"
    start = len(made.columns)
    if not isinstance(parent, spaces.Table):
        raise ServiceError("42809", f'inherited relation "{parent.name}" is not a table')
    for at, column in enumerate(parent.columns, start + 1):
        copied = replace(column, number=at, identity=None, by_default=False, comment="")
        made.columns.append(copied if defaults else replace(copied, default=None))
    made.like = True
    made.diststyle = parent.diststyle if made.diststyle is None else made.diststyle
    made.distkey = made.distkey or parent.distkey
    if not made.sortkey:
        made.sortkey, made.sortstyle = list(parent.sortkey), parent.sortstyle
    made.backup = parent.backup
    made.encoded = True


def check_defaults(engine, made) -> None:
    """Bind every DEFAULT once: it must be free of columns and subqueries, and fit its column."""
    from dealab.sql.redshift import statements

    for column in made.columns:
        if column.default is None:
            continue
        reader = statements.read(column.default)
        tree = reader.expression()
        check_default(tree)
        binder = statements.binder_of(engine, reader)
        value = binder.bind(tree, Scope(clause="DEFAULT"))
        if not storage.assignable(value.type, column.type) and value.type.name != "null":
            kinds = (definitions.shown(column.type), definitions.shown(value.type))
            raise ServiceError(
                "42804",
                f'column "{column.name}" is of type {kinds[0]} but default expression is of type '
                f"{kinds[1]}",
            )


def check_default(tree) -> None:
    from sqlglot import exp

    if tree.find(exp.Query, exp.Subquery) is not None:
        raise ServiceError("0A000", "cannot use subquery in default expression")
    for name in tree.find_all(exp.Column):
        if name.name.lower() not in _BARE:
            raise ServiceError("42P10", "cannot use column references in default expression")


#: names without parentheses that are functions
_BARE = frozenset(["sysdate", "user", "current_user", "session_user", "current_user_id"])


def resolved(engine, key, made, table: str):
    """Return a foreign key with the schema and the columns that it points at."""
    if key.kind != "foreign key":
        return key
    parts, names = key.references
    if list(parts) == [table]:
        target_schema, target_name = "", table
        target = None
        keys, columns = made.constraints, [column.name for column in made.columns]
    else:
        target = places.existing(engine, list(parts))
        if not isinstance(target, spaces.Table):
            raise ServiceError("42809", f'referenced relation "{parts[-1]}" is not a table')
        rights.check_write(engine, target, "REFERENCES")
        target_schema, target_name = target.schema, target.name
        keys, columns = target.constraints, [column.name for column in target.columns]
    primary = next((one for one in keys if one.kind == "primary key"), None)
    if not names:
        if primary is None:
            raise ServiceError(
                "42704", f'there is no primary key for referenced table "{target_name}"'
            )
        names = primary.columns
    for name in names:
        if name not in columns:
            raise ServiceError(
                "42703", f'column "{name}" referenced in foreign key constraint does not exist'
            )
    if len(names) != len(key.columns):
        raise ServiceError(
            "42830", "number of referencing and referenced columns for foreign key disagree"
        )
    unique = [set(one.columns) for one in keys if one.kind in ("primary key", "unique")]
    if set(names) not in unique:
        raise ServiceError(
            "42830",
            "there is no unique constraint matching given keys for referenced table "
            f'"{target_name}"',
        )
    return replace(key, references=(target_schema, target_name, tuple(names)))


def exists(name: str, careful: bool) -> Plan:
    """Return the plan of IF NOT EXISTS where the name is taken, or raise the error."""
    if not careful:
        raise ServiceError("42P07", f'Relation "{name}" already exists')
    note = f'INFO: Relation "{name}" already exists and will be skipped'
    return done(lambda: Outcome(message="CREATE TABLE", notes=[note]))


def described(engine, made, schema: str, name: str, temporary: bool, **more) -> spaces.Table:
    """Return the description of a new table."""
    kind = more.pop("kind", spaces.Table)
    oid = engine.namespace.next_id()
    table = kind(
        oid=oid,
        database=engine.database,
        schema=schema,
        name=name,
        columns=tuple(replace(c, number=at) for at, c in enumerate(made.columns, 1)),
        owner=engine.user,
        diststyle=made.diststyle or "AUTO",
        distkey=made.distkey,
        sortkey=tuple(made.sortkey),
        sortstyle=made.sortstyle or "AUTO",
        constraints=tuple(made.constraints),
        temporary=temporary,
        backup=made.backup,
        analyzed_rows=None,
        encode_auto=made.encode_auto or not made.encoded,
        **more,
    )
    return replace(table, store=storage.store_name(table))
