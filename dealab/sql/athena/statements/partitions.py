"""Registered partitions: ADD, DROP, RENAME, SET LOCATION, and MSCK REPAIR TABLE.

https://docs.aws.amazon.com/athena/latest/ug/alter-table-add-partition.html
"""

import operator
import re
from urllib.parse import unquote

from dealab.sql.athena import hive
from dealab.sql.athena.statements import create_table, names
from dealab.sql.results import Outcome, Plan, done
from dealab.sql.types import INTEGERS, VARCHAR

HIDDEN = "._"
COMPARE = {
    "=": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    "!=": operator.ne,
    "<>": operator.ne,
}
#: characters that Hive writes as %XX in a partition's folder
_ESCAPED = re.compile(r"[\x00-\x1f\x7f\"#%'*/:=?\\{\[\]^]")


def folder_name(table, values) -> str:
    """Return ``k=v/k2=v2`` as Hive names the folder of a partition."""
    return "/".join(
        f"{name}={_ESCAPED.sub(lambda mark: f'%{ord(mark[0]):02X}', value)}"
        for (name, _), value in zip(table.keys, values, strict=True)
    )


def shown_name(table, values) -> str:
    """Return ``k=v/k2=v2`` as SHOW PARTITIONS prints it."""
    return folder_name(table, values)


# --- reading a partition's specification -------------------------------------------------


def spec(reader, comparisons: bool = False) -> list[tuple[str, str, str]]:
    """Take ``(key = value, ...)`` and return (key, operator, value as text)."""

    def one() -> tuple[str, str, str]:
        name = reader.identifier()
        sign = reader.expect_any(*(COMPARE if comparisons else "="))
        return name, sign, _value(reader)

    return reader.listed(one)


def _value(reader) -> str:
    if reader.is_string():
        return reader.string()
    sign = "-" if reader.accept("-") else ""
    if reader.accept_any("DATE", "TIMESTAMP") and reader.is_string():
        return reader.string()
    if reader.done or not reader.tokens[reader.at].text[:1].isalnum():
        raise reader.fail()
    return sign + reader.take().text


def _described(given) -> str:
    return "{" + ", ".join(f"{name}={value}" for name, _, value in given) + "}"


def check_spec(table, given, whole: bool) -> None:
    """Refuse a specification that does not fit the table's partition keys."""
    keys = [name for name, _ in table.keys]
    if not keys:
        raise hive.failed(
            "SemanticException table is not partitioned but partition spec exists: "
            + _described(given)
        )
    if any(name not in keys for name, _, _ in given):
        raise hive.failed(
            f"SemanticException Partition spec {_described(given)} contains non-partition columns"
        )
    if whole and {name for name, _, _ in given} != set(keys):
        raise hive.failed(
            f"SemanticException partition spec {_described(given)} doesn't contain all "
            f"({len(keys)}) partition columns"
        )
    kinds = dict(table.keys)
    for name, _, value in given:
        if kinds[name].name in INTEGERS and not re.fullmatch(r"[+-]?\d+", value):
            raise hive.failed(
                f"SemanticException [Error 10248]: Cannot add partition column {name} of type "
                f"string as it cannot be converted to type {_hive_word(kinds[name])}"
            )


def _hive_word(kind) -> str:
    return "int" if kind.name == "integer" else kind.name


def values_of(table, given) -> tuple[str, ...]:
    """Return the values in the order of the table's keys."""
    found = {name: value for name, _, value in given}
    return tuple(found[name] for name, _ in table.keys)


def find(engine, table, values) -> int | None:
    """Return the position of the partition with these values."""
    wanted = [_comparable(kind, value) for (_, kind), value in zip(table.keys, values, strict=True)]
    for at, part in enumerate(engine.catalog.partitions(table.database, table.name)):
        held = [
            _comparable(kind, value)
            for (_, kind), value in zip(table.keys, part["Values"], strict=True)
        ]
        if held == wanted:
            return at
    return None


def _comparable(kind, value: str):
    if kind.name in INTEGERS and re.fullmatch(r"[+-]?\d+", value):
        return int(value)
    return value


def partition_entry(table, values, location: str | None) -> dict:
    """Return Glue's description of a new partition: the table's storage at its own place."""
    storage = dict(table.entry["StorageDescriptor"])
    storage["Location"] = location or f"{table.location.rstrip('/')}/{folder_name(table, values)}/"
    return {"Values": list(values), "StorageDescriptor": storage, "Parameters": {}}


# --- statements --------------------------------------------------------------------------


def add(engine, reader, table) -> Plan:
    """ADD [IF NOT EXISTS] PARTITION (...) [LOCATION '...'] [PARTITION ...]."""
    tolerant = reader.accept("IF", "NOT", "EXISTS")
    added: list[dict] = []
    reader.expect("PARTITION")
    while True:
        given = spec(reader)
        check_spec(table, given, whole=True)
        location = reader.string() if reader.accept("LOCATION") else None
        if location is not None:
            create_table.check_location(engine, location)
        values = values_of(table, given)
        known = find(engine, table, values) is not None or any(
            part["Values"] == list(values) for part in added
        )
        if known and not tolerant:
            raise hive.task_failed(
                f"AlreadyExistsException(message:Partition already exists: [{', '.join(values)}])"
            )
        if not known:
            added.append(partition_entry(table, values, location))
        reader.accept(",")
        if not reader.accept("PARTITION"):
            break
    reader.end()
    return _replacing(
        engine, table, [*engine.catalog.partitions(table.database, table.name), *added]
    )


def drop(engine, reader, table) -> Plan:
    """DROP [IF EXISTS] PARTITION (...), PARTITION (...). The files stay."""
    tolerant = reader.accept("IF", "EXISTS")
    left = engine.catalog.partitions(table.database, table.name)
    while True:
        reader.expect("PARTITION")
        given = spec(reader, comparisons=True)
        check_spec(table, given, whole=False)
        kept = [part for part in left if not matches(table, part, given)]
        if len(kept) == len(left) and not tolerant:
            shown = " AND ".join(f"{name} {sign} {value}" for name, sign, value in given)
            raise hive.failed(f"SemanticException [Error 10006]: Partition not found ({shown})")
        left = kept
        if not reader.accept(","):
            break
    if reader.sees("PURGE"):
        raise hive.unsupported("DROP PARTITION ... PURGE")
    reader.end()
    return _replacing(engine, table, left)


def matches(table, part: dict, given) -> bool:
    kinds = dict(table.keys)
    held = dict(zip(kinds, part["Values"], strict=True))
    return all(
        COMPARE[sign](_comparable(kinds[name], held[name]), _comparable(kinds[name], value))
        for name, sign, value in given
    )


def of_one(engine, reader, table) -> Plan | None:
    """What follows ``PARTITION (...)``: RENAME TO or SET LOCATION; None for column changes.

    Column changes are the table's own module's: the reader then stands behind the specification.
    """
    given = spec(reader)
    check_spec(table, given, whole=True)
    parts = engine.catalog.partitions(table.database, table.name)
    at = find(engine, table, values_of(table, given))
    if at is None:
        shown = " AND ".join(f"{name} = {value}" for name, _, value in given)
        raise hive.failed(f"SemanticException [Error 10006]: Partition not found ({shown})")
    if reader.accept("RENAME"):
        reader.expect("TO", "PARTITION")
        wanted = spec(reader)
        check_spec(table, wanted, whole=True)
        reader.end()
        values = values_of(table, wanted)
        if find(engine, table, values) is not None:
            raise hive.task_failed(
                f"AlreadyExistsException(message:Partition already exists: [{', '.join(values)}])"
            )
        parts[at] = {**parts[at], "Values": list(values)}
        return _replacing(engine, table, parts)
    if reader.sees("SET", "LOCATION"):
        reader.expect("SET", "LOCATION")
        location = reader.string()
        reader.end()
        create_table.check_location(engine, location)
        parts[at] = _with_storage(parts[at], Location=location)
        return _replacing(engine, table, parts)
    return None


def with_columns(part: dict, columns: list[dict]) -> dict:
    return _with_storage(part, Columns=columns)


def _with_storage(part: dict, **changes) -> dict:
    return {**part, "StorageDescriptor": {**part["StorageDescriptor"], **changes}}


def _replacing(engine, table, parts: list[dict]) -> Plan:
    return done(lambda: engine.catalog.put_partitions(table.database, table.name, parts))


# --- MSCK ----------------------------------------------------------------------------------


def repair(engine, reader) -> Plan:
    """MSCK REPAIR TABLE: register the folders named ``key=value`` that the catalog lacks.

    It never removes a partition. https://docs.aws.amazon.com/athena/latest/ug/msck-repair-table.html
    """
    reader.expect("MSCK REPAIR", "TABLE")  # the tokenizer takes both words as one
    database, name = names.path(engine, reader)
    for word in ("ADD", "DROP", "SYNC"):
        if reader.sees(word):
            raise hive.unsupported(f"MSCK REPAIR TABLE ... {word} PARTITIONS")
    reader.end()
    table = engine.catalog.find(database, name)
    if table is None:
        raise hive.no_table(database, name)
    if table.is_iceberg:
        raise hive.iceberg_unsupported()
    if table.is_view:
        raise hive.failed(f"SemanticException {database}.{name} is a view, not a table")
    if not table.keys:
        return done(lambda: None)

    def work() -> Outcome:
        known = {
            part["StorageDescriptor"]["Location"].rstrip("/"): part
            for part in engine.catalog.partitions(database, name)
        }
        fresh = [
            (values, location)
            for values, location in folders(engine.lake, table)
            if find(engine, table, values) is None
        ]
        gone = [
            part
            for part in known.values()
            if not engine.lake.exists(part["StorageDescriptor"]["Location"].rstrip("/") + "/")
        ]
        lines = []
        for head, found in (
            ("Partitions not in metastore:", [values for values, _ in fresh]),
            ("Partitions missing from filesystem:", [part["Values"] for part in gone]),
        ):
            if found:
                shown = [f"{name}:{shown_name(table, values)}" for values in found]
                lines.append("\t".join([head, *shown]))
        lines += [
            f"Repair: Added partition to metastore {name}:{shown_name(table, values)}"
            for values, _ in fresh
        ]
        parts = engine.catalog.partitions(database, name)
        parts += [partition_entry(table, values, location) for values, location in fresh]
        if fresh:
            engine.catalog.put_partitions(database, name, parts)
        return Outcome(["result"], [VARCHAR], [(line,) for line in lines])

    return done(work)


def folders(lake, table) -> list[tuple[tuple[str, ...], str]]:
    """Return (values, location) of the folders that follow ``key=value/...`` below the table.

    Keys have to be spelled as in the catalog, in lower case, and in order; folders whose name
    starts with ``.`` or ``_`` are left out.
    """
    home = table.location.rstrip("/") + "/"
    at = len(home) - len("s3://")
    found: dict[str, tuple[str, ...]] = {}
    for name, _ in lake.objects(home):
        steps = name[at:].split("/")[:-1]
        if len(steps) < len(table.keys):
            continue
        steps = steps[: len(table.keys)]
        values = []
        for (key, _), step in zip(table.keys, steps, strict=True):
            given, sign, value = step.partition("=")
            if given != key or not sign or not value or step[:1] in HIDDEN:
                break
            values.append(unquote(value))
        if len(values) == len(table.keys):
            found[home + "/".join(steps) + "/"] = tuple(values)
    return [(values, location) for location, values in sorted(found.items())]
