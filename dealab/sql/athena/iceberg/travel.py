"""Time travel: FOR TIMESTAMP AS OF and FOR VERSION AS OF.

https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-time-travel-and-version-travel-queries.html
Wordings: trinodb/trino, plugin/trino-iceberg, IcebergMetadata.
"""

import datetime

from dealab.sql import types
from dealab.sql.athena.iceberg import metadata
from dealab.sql.scope import Scope
from dealab.sql.types import athena_name


def snapshot(binder, table, version) -> int:
    """Return the id of the snapshot that ``FOR ... AS OF`` asks for. Raises Athena's errors."""
    word = str(version.args.get("this") or "").upper()
    if (version.args.get("kind") or "").upper() != "AS OF" or word not in ("TIMESTAMP", "VERSION"):
        raise binder.error(
            "SYNTAX_ERROR", f"mismatched input '{word}'. Expecting: 'TIMESTAMP', 'VERSION'", version
        )
    if not table.is_iceberg:
        raise binder.error(
            "NOT_SUPPORTED",
            "This connector does not support versioned tables",
            version,
            hint=f"{table.name} is not an Iceberg table.",
        )
    state = metadata.load(binder.engine.lake, table)
    value = binder.bind(version.expression, Scope(clause="FROM"))
    if value.type.name == "null":
        raise binder.error(
            "INVALID_ARGUMENTS", f"Pointer value cannot be NULL for {word} AS OF", version
        )
    return (_at_time if word == "TIMESTAMP" else _version)(binder, state, table, value, version)


def _version(binder, state, table, value, version) -> int:
    name = value.type.name
    if name not in (*types.INTEGERS, "varchar"):
        raise binder.error(
            "NOT_SUPPORTED",
            f"Unsupported type for table version: {athena_name(value.type)}",
            version,
        )
    [(wanted,)] = _evaluate(binder, value.sql)
    if name == "varchar":
        found = state.document["refs"].get(wanted)
        if found is None:
            raise binder.error(
                "INVALID_ARGUMENTS", f"Cannot find snapshot with reference name: {wanted}", version
            )
        return found["snapshot-id"]
    if state.snapshot(wanted) is None:
        raise binder.error(
            "INVALID_ARGUMENTS", f"Iceberg snapshot ID does not exists: {wanted}", version
        )
    return wanted


def _at_time(binder, state, table, value, version) -> int:
    name = value.type.name
    if name not in ("timestamp", "timestamptz", "date"):
        raise binder.error(
            "NOT_SUPPORTED",
            f"Unsupported type for temporal table version: {athena_name(value.type)}",
            version,
        )
    wanted = "TIMESTAMPTZ" if name == "timestamptz" else "TIMESTAMP"  # without a zone: UTC
    [(moment,)] = _evaluate(binder, f"epoch_ms(CAST({value.sql} AS {wanted}))")
    log = [entry for entry in state.document["snapshot-log"] if entry["timestamp-ms"] <= moment]
    if not log:
        shown = datetime.datetime.fromtimestamp(moment / 1000, datetime.UTC)
        text = shown.isoformat(timespec="milliseconds").replace("+00:00", "Z").replace(".000Z", "Z")
        raise binder.error(
            "INVALID_ARGUMENTS",
            f"No version history table {table.database}.{table.name} at or before {text}",
            version,
        )
    number = log[-1]["snapshot-id"]
    if state.snapshot(number) is None:
        raise binder.error(
            "INVALID_ARGUMENTS", f"Iceberg snapshot ID does not exists: {number}", version
        )
    return number


def _evaluate(binder, sql: str):
    duck = binder.engine.duck()
    duck.prepare([], f"SELECT {sql}")
    return duck.execute(f"SELECT {sql}")
