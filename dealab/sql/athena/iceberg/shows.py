"""What SHOW CREATE TABLE, DESCRIBE and SHOW TBLPROPERTIES say of an Iceberg table.

https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-show-create-table.html and siblings
"""

from dealab.sql.athena.iceberg import fields, metadata, properties, transforms
from dealab.sql.errors import ServiceError


def _known(state) -> dict[str, str]:
    """Return the properties that Athena shows, under its own keys, in their order."""
    held = {"format": "parquet", **properties.of(state)}
    order = ("format", "write_compression", *properties.NUMBERS, "write_data_path_enabled")
    return {key: held[key] for key in order if key in held}


def statement(engine, table) -> list[str]:
    """Return the lines of the CREATE TABLE statement that makes the table again.

    Raises NOT_SUPPORTED where the table has properties that Athena cannot set.
    """
    state = metadata.load(engine.lake, table)
    foreign = [key for key in properties.of(state) if key not in _known(state)]
    if foreign:
        raise ServiceError(
            "NOT_SUPPORTED",
            f"UNSUPPORTED: Cannot show the table with custom properties: {', '.join(foreign)}",
        )
    columns = [_column(column) for column in state.schema()["fields"]]
    lines = [f"CREATE TABLE {table.database}.{table.name} ("]
    lines += [f"  {column}," for column in columns[:-1]] + [f"  {columns[-1]})"]
    comment = table.entry.get("Description")
    if comment:
        lines.append(f"COMMENT {_text(comment)}")
    parts = [_part(column, transform) for _, column, _, transform in state.partition_fields()]
    if parts:
        lines.append(f"PARTITIONED BY ({', '.join(parts)})")
    lines.append(f"LOCATION {_text(state.document['location'])}")
    pairs = {"table_type": "iceberg", **_known(state)}
    shown = [f"  {_text(key)}={_text(value)}" for key, value in pairs.items()]
    return [*lines, "TBLPROPERTIES (", *(f"{pair}," for pair in shown[:-1]), shown[-1], ")"]


def _text(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _column(column: dict) -> str:
    made = f"{_name(column['name'])} {fields.hive_name(column['type'])}"
    return made + (f" COMMENT {_text(column['doc'])}" if column.get("doc") else "")


def _name(name: str) -> str:
    plain = name.replace("_", "a").isalnum() and not name[0].isdigit() and name[0] != "_"
    return name if plain else f"`{name}`"


def _part(column: str, transform: str) -> str:
    name, argument = transforms.split(transform)
    if name == "identity":
        return f"`{column}`"
    return f"{name}({argument}, `{column}`)" if argument else f"{name}(`{column}`)"


def described(engine, table, detail: str) -> list[tuple[str, str, str]]:
    """Return the rows of DESCRIBE: the columns, the partition spec, and more with FORMATTED.

    Seen on the service: https://github.com/aoyagikouhei/athena-local/blob/main/docs/result-files.md
    """
    state = metadata.load(engine.lake, table)
    rows = [("# Table schema:", "", ""), ("# col_name", "data_type", "comment")]
    rows += [
        (column["name"], _spelled(column["type"]), column.get("doc") or "")
        for column in state.schema()["fields"]
    ]
    rows += [
        ("", "", ""),
        ("# Partition spec:", "", ""),
        ("# field_name", "field_transform", "column_name"),
    ]
    rows += [(name, transform, column) for name, column, _, transform in state.partition_fields()]
    if detail:
        held = _known(state)
        held["format"] = held["format"].upper()
        rows += [
            ("", "", ""),
            ("Name:", f"iceberg.{table.database}.{table.name}", ""),
            ("Location:", state.document["location"], ""),
            ("", "", ""),
            ("# Table properties:", "", ""),
            ("# key", "value", ""),
            *((key, value, "") for key, value in held.items()),
            ("", "", ""),
            ("# Iceberg storage table properties:", "", ""),
            ("# key", "value", ""),
            *((key, value, "") for key, value in properties.to_iceberg(held).items()),
        ]
    return rows


def _spelled(kind) -> str:
    """Return a type as DESCRIBE spells it: Hive's words, with blanks after commas and colons."""
    return fields.hive_name(kind).replace(",", ", ").replace(":", ": ")


def properties_of(engine, table, key: str | None) -> list[tuple[str, str]]:
    """Return the rows of SHOW TBLPROPERTIES: only what Athena supports."""
    held = {"table_type": "iceberg", **_known(metadata.load(engine.lake, table))}
    if key is None:
        return list(held.items())
    if key in held:
        return [(key, held[key])]
    return [(f"Table {table.database}.{table.name} does not have property: {key}", "")]
