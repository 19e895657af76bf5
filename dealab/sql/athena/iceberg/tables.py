"""Creating, altering, renaming and dropping Iceberg tables: changes of metadata alone."""

from dealab.sql.athena import hive
from dealab.sql.athena.iceberg import fields, metadata, properties, transforms, writes
from dealab.sql.athena.statements import names
from dealab.sql.errors import ServiceError
from dealab.sql.lake import BadLocation, split
from dealab.sql.nodes import nearest
from dealab.sql.results import Outcome, Plan, done


def create(engine, definition) -> Plan:
    """Return the plan of CREATE TABLE ... TBLPROPERTIES ('table_type'='ICEBERG').

    https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-creating-tables.html
    """
    _check_clauses(definition)
    if engine.catalog.database(definition.database) is None:
        raise hive.no_database(
            definition.database, nearest(definition.database, engine.catalog.databases)
        )
    if engine.catalog.find(definition.database, definition.name) is not None:
        if definition.if_not_exists:
            return done(lambda: None)
        raise exists(definition.database, definition.name)
    columns = [(f.name, fields.from_hive(f.type), f.comment or "") for f in definition.columns]
    parts = [
        (f.name, transforms.text_of(f.transform, f.argument)) for f in definition.partitioned_by
    ]
    _check_columns(columns, parts)
    given = properties.checked(definition.properties)
    location = folder(definition.location)

    def work() -> None:
        state = _fresh(engine.lake, location, columns, parts, given)
        _register(engine, definition.database, definition.name, state, definition.comment)

    return done(work)


def create_and_append(engine, definition, plan) -> Plan:
    """Return the plan of CREATE TABLE AS with ``table_type = 'ICEBERG'``.

    ``definition`` has the location, the properties (all but ``is_external`` and ``partitioning``)
    and in ``partitioned_by`` the texts of ``partitioning``, such as ``bucket(c, 16)``. ``plan`` is
    the query's; its columns and kinds make the table.
    https://docs.aws.amazon.com/athena/latest/ug/create-table-as.html
    """
    if engine.catalog.find(definition.database, definition.name) is not None:
        if definition.if_not_exists:
            return done(lambda: None)
        raise exists(definition.database, definition.name, *definition.place)
    if not definition.location:
        raise ServiceError(
            "INVALID_TABLE_PROPERTY",
            "Table location can not be null",
            *definition.place,
            hint=LOCATION_HINT,
        )
    location = folder(definition.location)
    parts = [transforms.parse(str(item)) for item in definition.partitioned_by]
    given = properties.checked(definition.properties)
    columns = [
        (name.lower(), _stored(name, kind), "")
        for name, kind in zip(plan.columns, plan.kinds, strict=True)
    ]
    _check_columns(columns, parts)
    if engine.lake.exists(location):
        # trinodb/trino, IcebergMetadata.beginCreateTable
        raise ServiceError(
            "ICEBERG_FILESYSTEM_ERROR",
            f"Cannot create a table on a non-empty location: {location}, set "
            "'iceberg.unique-table-location=true' in your Iceberg catalog properties to use "
            "unique table locations.",
            hint="choose an empty folder.",
        )

    def work() -> Outcome:
        state = _fresh(engine.lake, location, columns, parts, given)
        with writes.staging(engine, state) as stage:
            outcome, files = stage.copy("SELECT * FROM ({query})", plan)
            state.add_snapshot("append", files, set())
            _register(engine, definition.database, definition.name, state, definition.comment)
        outcome.update_count = sum(file["record_count"] for file in files)
        return outcome

    return Plan(work=work)


def _stored(name: str, kind):
    """Return the type that holds a query's column. Raises Athena's errors."""
    for part in fields.parts(kind):
        if part.name in ("timestamp", "timestamptz") and part.args[0] != 6:
            # https://github.com/dbt-labs/dbt-athena/pull/235
            tail = " with time zone" if part.name == "timestamptz" else ""
            raise ServiceError(
                "NOT_SUPPORTED",
                f"Timestamp precision ({part.args[0]}) not supported for Iceberg. "
                f'Use "timestamp(6){tail}" instead.',
                hint=f"CAST({name} AS timestamp(6)).",
            )
    return fields.widened(kind, query=True)


LOCATION_HINT = "an Iceberg table needs a LOCATION unless the workgroup sets one."


def exists(database: str, name: str, line=None, column=None) -> ServiceError:
    return ServiceError(
        "TABLE_ALREADY_EXISTS",
        f"Table '{names.CATALOG}.{database}.{name}' already exists",
        line,
        column,
    )


def folder(location: str | None) -> str:
    """Return the address of a table's folder, with its last slash."""
    if not location:
        raise hive.refused(
            "No location was specified for table. An S3 location must be specified", LOCATION_HINT
        )
    try:
        split(location)
    except BadLocation:
        raise hive.refused(f"Invalid S3 path: {location}", "s3://bucket/folder/") from None
    if not location.startswith("s3://"):
        raise hive.refused(f"Invalid S3 path: {location}", "a location begins with s3://")
    return location.rstrip("/") + "/"


def _check_clauses(definition) -> None:
    """Refuse clauses that only Hive's tables have.

    Wordings and their order were seen on the service:
    https://github.com/aoyagikouhei/athena-local/blob/main/docs/caveats.md
    """
    if definition.external:
        # https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-creating-tables.html
        raise hive.refused("External keyword not supported for table type ICEBERG")
    clauses = {
        "CLUSTERED BY": definition.bucketed_by,
        "ROW FORMAT": definition.delimiters is not None
        or definition.serde
        or definition.serde_properties,
        "STORED AS/BY": definition.stored_as,
    }
    for word, given in clauses.items():
        if given:
            raise refused(f"Iceberg create table statement does not allow {word}")
    if any(part.type for part in definition.partitioned_by):
        raise refused(
            "Invalid PARTITIONED BY clause in Iceberg create table statement",
            "declare the column in the list of columns and name it alone in PARTITIONED BY.",
        )
    if not definition.columns:
        raise refused("At least one column is required for Iceberg create table statement")


def refused(message: str, hint: str = "") -> ServiceError:
    return ServiceError("NOT_SUPPORTED", message, hint=hint)


def _check_columns(columns, parts) -> None:
    seen: set[str] = set()
    for name, _, _ in columns:
        if name in seen:
            raise ServiceError("DUPLICATE_COLUMN_NAME", f"Column name '{name}' is not unique")
        seen.add(name)
    kinds = {name: kind for name, kind, _ in columns}
    used: set[str] = set()
    for name, transform in parts:
        if name not in kinds:
            raise ServiceError(
                "COLUMN_NOT_FOUND",
                f"Partition column '{name}' not found in schema",
                hint=nearest(name, kinds),
            )
        transforms.check(name, kinds[name], transform)
        field = transforms.field_name(name, transform)
        if field in used or (field != name and field in kinds):
            raise ServiceError(
                "INVALID_TABLE_PROPERTY", f"Cannot use partition name more than once: {field}"
            )
        used.add(field)


def _fresh(lake, location, columns, parts, given) -> metadata.State:
    """Return the uncommitted state of a new table: columns (name, type, comment), parts (column,
    transform)."""
    counter = [len(columns)]

    def fresh() -> int:
        counter[0] += 1
        return counter[0]

    made = []
    for at, (name, kind, comment) in enumerate(columns, 1):
        column = {"id": at, "name": name, "required": False, "type": fields.to_json(kind, fresh)}
        made.append({**column, "doc": comment} if comment else column)
    ids = {column["name"]: column["id"] for column in made}
    spec = [
        {
            "name": transforms.field_name(name, transform),
            "transform": transform,
            "source-id": ids[name],
        }
        for name, transform in parts
    ]
    state = metadata.fresh(lake, location, made, spec, properties.to_iceberg(given))
    state.document["last-column-id"] = counter[0]
    return state


def _register(engine, database: str, name: str, state, comment: str | None) -> None:
    path = metadata.write(state)
    entry = {"Name": name, "DatabaseName": database, "Parameters": {}}
    if comment:
        entry["Description"] = comment
    engine.catalog.put_table(metadata.glue_entry(entry, state, path))


# --- changing ---------------------------------------------------------------------------


def add_columns(engine, table, columns: list[tuple[str, str, str | None]]) -> Plan:
    """ALTER TABLE ADD COLUMNS: (name, Hive's type, comment) of the new columns, at the end.

    https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-alter-table-add-columns.html
    """
    known = {column["name"] for column in metadata.load(engine.lake, table).schema()["fields"]}
    kinds = []
    for name, kind, _ in columns:
        if name in known:
            raise hive.task_failed(f"Duplicate column name: {name}")
        known.add(name)
        kinds.append(fields.from_hive(kind))

    def change(state) -> None:
        listed = list(state.schema()["fields"])
        for (name, _, comment), kind in zip(columns, kinds, strict=True):
            column = {
                "id": state.fresh_column_id(),
                "name": name,
                "required": False,
                "type": fields.to_json(kind, state.fresh_column_id),
            }
            listed.append({**column, "doc": comment} if comment else column)
        state.add_schema(listed)

    return _altered(engine, table, change)


def drop_column(engine, table, name: str) -> Plan:
    """ALTER TABLE DROP [COLUMN] name.

    https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-alter-table-drop-column.html
    """
    state = metadata.load(engine.lake, table)
    column = _column(state, name)
    _check_not_partition(state, column, "drop")
    if len(state.schema()["fields"]) == 1:
        raise ServiceError("NOT_SUPPORTED", "Cannot drop the only column in a table")

    def change(draft) -> None:
        draft.add_schema([f for f in draft.schema()["fields"] if f["id"] != column["id"]])

    return _altered(engine, table, change)


def change_column(
    engine, table, old: str, new: str, kind: str, comment: str | None = None, after=None
) -> Plan:
    """ALTER TABLE CHANGE [COLUMN] old new type [COMMENT] [FIRST | AFTER column].

    ``after`` is None (stay), "" (FIRST) or a column's name. The type may only widen.
    https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-alter-table-change-column.html
    """
    state = metadata.load(engine.lake, table)
    column = _column(state, old)
    wanted = fields.from_hive(kind)
    if new != old and any(f["name"] == new for f in state.schema()["fields"]):
        raise hive.task_failed(f"Duplicate column name: {new}")
    if after:
        _column(state, after)
    if not fields.promotes(column["type"], wanted):
        raise ServiceError(
            "NOT_SUPPORTED",
            f"Cannot change column type: {old}: {fields.hive_name(column['type'])} -> {kind}",
            hint="int may become bigint, float double, and a decimal may get more digits.",
        )

    def change(draft) -> None:
        listed = list(draft.schema()["fields"])
        place = next(at for at, f in enumerate(listed) if f["id"] == column["id"])
        made = dict(listed.pop(place))
        made["name"] = new
        made["type"] = fields.to_json(wanted, draft.fresh_column_id, made["type"])
        if comment is not None:
            made["doc"] = comment
        if after is not None:
            names = [f["name"] for f in listed]
            place = names.index(after) + 1 if after and after != old else 0 if not after else place
        listed.insert(place, made)
        draft.add_schema(listed)

    return _altered(engine, table, change)


def set_properties(engine, table, given: dict[str, str]) -> Plan:
    """ALTER TABLE SET TBLPROPERTIES."""
    state = metadata.load(engine.lake, table)
    made = properties.to_iceberg(properties.checked(given, properties.of(state)))
    return _altered(engine, table, lambda draft: draft.properties.update(made))


def unset_properties(engine, table, keys: list[str]) -> Plan:
    """ALTER TABLE UNSET TBLPROPERTIES. A key that is not set is passed over."""
    for key in keys:
        if key not in (*properties.NUMBERS, *properties.TO_ICEBERG, "write_data_path_enabled"):
            raise refused(f"Table property {key} is not supported by Athena")

    def change(draft) -> None:
        for key in keys:
            draft.properties.pop(properties.TO_ICEBERG.get(key, key), None)

    return _altered(engine, table, change)


def rename(engine, table, database: str, name: str) -> Plan:
    """ALTER TABLE RENAME TO [db.]name: only the catalog changes.

    https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-alter-table-rename.html
    """
    if engine.catalog.database(database) is None:
        raise names.missing(engine, database, name)
    if engine.catalog.find(database, name) is not None:
        raise exists(database, name)

    def work() -> None:
        entry = {**engine.catalog.find(table.database, table.name).entry}
        entry["Name"], entry["DatabaseName"] = name, database
        engine.catalog.drop_table(table.database, table.name)
        engine.catalog.put_table(entry)

    return done(work)


def drop(engine, table) -> None:
    """Drop a table with its data, as Athena does for Iceberg tables. Changes things at once.

    https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-drop-table.html
    """
    location = metadata.load(engine.lake, table).location
    engine.catalog.drop_table(table.database, table.name)
    for address, _ in engine.lake.objects(location):
        metadata.forget(engine.lake, f"s3://{address}")
    engine.lake.delete(location)


def evolve_partitions(engine, table, parts: list[str]) -> None:
    """Give a table another partition spec: files written from now on follow it, older ones stay.

    Athena's SQL has no statement for it; Glue's and EMR's Spark do (ALTER TABLE ... ADD PARTITION
    FIELD). ``parts`` are texts such as ``day(ts)`` or ``bucket(id, 16)``.
    https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-additional-operations.html
    """
    state = metadata.load(engine.lake, table).draft()
    ids = {column["name"]: column for column in state.schema()["fields"]}
    spec = []
    for column, transform in map(transforms.parse, parts):
        _column(state, column)
        transforms.check(column, fields.from_json(ids[column]["type"]), transform)
        spec.append(
            {
                "name": transforms.field_name(column, transform),
                "transform": transform,
                "source-id": ids[column]["id"],
            }
        )
    state.add_spec(spec)
    metadata.commit(engine, table, state)


def _column(state, name: str) -> dict:
    for column in state.schema()["fields"]:
        if column["name"] == name:
            return column
    raise ServiceError(
        "COLUMN_NOT_FOUND",
        f"Column '{name}' cannot be resolved",
        hint=nearest(name, [column["name"] for column in state.schema()["fields"]]),
    )


def _check_not_partition(state, column: dict, word: str) -> None:
    if any(part["source-id"] == column["id"] for part in state.spec()["fields"]):
        raise ServiceError("NOT_SUPPORTED", f"Cannot {word} partition field: {column['name']}")


def _altered(engine, table, change) -> Plan:
    def work() -> None:
        draft = metadata.load(engine.lake, table_now(engine, table)).draft()
        change(draft)
        draft.document["last-updated-ms"] = max(
            metadata.now_ms(), draft.document["last-updated-ms"] + 1
        )
        metadata.commit(engine, table, draft)

    return done(work)


def table_now(engine, table):
    """Return the catalog's table of today, which an earlier plan may have changed."""
    return engine.catalog.find(table.database, table.name) or table
