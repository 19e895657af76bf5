"""CREATE VIEW, and what the catalog keeps of a view.

A view is an entry of type VIRTUAL_VIEW whose text is Trino's: JSON in base64 in a comment.
https://docs.aws.amazon.com/athena/latest/ug/create-view.html
"""

import base64
import json
import re
import time

from dealab.sql.athena.statements import names
from dealab.sql.catalog import VIEW
from dealab.sql.errors import LabLimit, ServiceError, SqlError
from dealab.sql.results import Plan, done
from dealab.sql.types import athena_name, hive_name

_TEXT = re.compile(r"/\* Presto View: ([A-Za-z0-9+/=\s]+) \*/")
DEPTH = 20  # views inside views


def create(engine, reader) -> Plan:
    """CREATE [OR REPLACE] VIEW name AS query. The query is checked now and run when read."""
    from dealab.sql.athena import statements

    reader.expect("CREATE")
    replace = reader.accept("OR", "REPLACE")
    reader.expect("VIEW")
    place = reader.place()
    database, name = names.path(engine, reader)
    reader.expect("AS")
    written = reader.rest()
    at = reader.place()
    if "?" in [token.text for token in reader.tokens[reader.at :] if not reader.is_quoted(token)]:
        raise ServiceError("NOT_SUPPORTED", "Parameters are not allowed in CREATE VIEW", *at)
    query, _ = statements.bind(engine, reader, reader.query())
    _check_columns(query.columns, at)
    if engine.catalog.database(database) is None:
        raise ServiceError("SCHEMA_NOT_FOUND", f"Schema '{database}' does not exist", *place)
    found = engine.catalog.find(database, name)
    shown = f"'{names.CATALOG}.{database}.{name}'"
    if found is not None and not found.is_view:
        raise ServiceError("TABLE_ALREADY_EXISTS", f"Table already exists: {shown}", *place)
    if found is not None and not replace:
        raise ServiceError("TABLE_ALREADY_EXISTS", f"View already exists: {shown}", *place)
    entry = glue_entry(database, name, written, query.columns, engine.database)
    return done(lambda: engine.catalog.put_table(entry) and None)


def _check_columns(columns, place) -> None:
    seen: set[str] = set()
    for at, (name, kind) in enumerate(columns):
        if re.fullmatch(r"_col\d+", name):
            raise ServiceError(
                "MISSING_COLUMN_NAME", f"Column name not specified at position {at + 1}", *place
            )
        if name in seen:
            raise ServiceError(
                "DUPLICATE_COLUMN_NAME", f"Column name '{name}' specified more than once", *place
            )
        if kind.name == "null":
            raise ServiceError("COLUMN_TYPE_UNKNOWN", f"Column type is unknown: {name}", *place)
        seen.add(name)


def glue_entry(database: str, name: str, sql: str, columns, home: str) -> dict:
    """Return Glue's description of a view whose unqualified names mean database ``home``."""
    held = {
        "originalSql": sql,
        "catalog": names.CATALOG,
        "schema": home,
        "columns": [
            {"name": column, "type": athena_name(kind, lengths=True)} for column, kind in columns
        ],
    }
    text = base64.b64encode(json.dumps(held).encode()).decode()
    return {
        "DatabaseName": database,
        "Name": name,
        "CreateTime": int(time.time()),
        "TableType": VIEW,
        "ViewOriginalText": f"/* Presto View: {text} */",
        "ViewExpandedText": "/* Presto View */",
        "PartitionKeys": [],
        "Parameters": {"comment": "Presto View", "presto_view": "true"},
        "StorageDescriptor": {
            "Columns": [{"Name": column, "Type": _hive(kind)} for column, kind in columns],
            "Location": "",
            "InputFormat": "",
            "OutputFormat": "",
            "SerdeInfo": {},
        },
    }


def _hive(kind) -> str:
    try:
        return hive_name(kind)
    except ValueError:
        return "string"  # the catalog has no such type; the view's own text knows better


def definition(table) -> dict:
    """Return what a view's text holds: originalSql, schema and columns. Raises LabLimit."""
    found = _TEXT.search(table.entry.get("ViewOriginalText") or "")
    if found is None:
        raise LabLimit(
            f"the view {table.database}.{table.name}, whose text is not Athena's",
            "Athena reads Data Catalog views in the dialects that they hold.",
        )
    return json.loads(base64.b64decode(found[1]))


def source(binder, table, node):
    """Bind a view where it is named in FROM; its own names are looked up in its own database."""
    from dealab.sql.athena import statements

    held = definition(table)
    shown = f"{names.CATALOG}.{table.database}.{table.name}"
    above = getattr(binder, "views_open", ())
    if shown in above or len(above) > DEPTH:
        raise binder.error("VIEW_IS_RECURSIVE", f"View is recursive: '{shown}'", node)
    try:
        reader = statements.read(held["originalSql"])
        inner = statements.binder_of(binder.engine, reader, held.get("schema") or table.database)
        inner.views_open = (*above, shown)
        query = inner.bind_query(reader.query(), None)
    except LabLimit:
        raise
    except SqlError as problem:
        if getattr(problem, "code", "").startswith("VIEW_IS"):
            raise
        words = str(problem).partition(": ")[2] if ": " in str(problem) else str(problem)
        raise binder.error(
            "INVALID_VIEW", f"Failed analyzing stored view '{shown}': {words}", node
        ) from None
    _check_fresh(binder, held["columns"], query.columns, shown, node)
    binder.tables.update(inner.tables)
    binder.reads.extend(inner.reads)
    return binder.query_source(query, (names.CATALOG, table.database, table.name), table)


def _check_fresh(binder, stored: list[dict], columns, shown: str, node) -> None:
    """Refuse a view whose query no longer gives the columns that the view was made with."""
    reason = ""
    if len(stored) != len(columns):
        reason = (
            f"stored view column count ({len(stored)}) does not match column count derived from "
            f"the view query analysis ({len(columns)})"
        )
    else:
        for at, (was, (name, kind)) in enumerate(zip(stored, columns, strict=True)):
            if was["name"] != name or _family(was["type"]) != _family(athena_name(kind)):
                reason = (
                    f"column [{name}] of type {athena_name(kind)} projected from query view at "
                    f"position {at} cannot be coerced to column [{was['name']}] of type "
                    f"{was['type']} stored in view definition"
                )
                break
    if reason:
        raise binder.error(
            "VIEW_IS_STALE", f"View '{shown}' is stale or in invalid state: {reason}", node
        )


def _family(shown: str) -> str:
    """Return a type without its lengths: text of any length is the same to a view."""
    return re.sub(r"varchar(\(\d+\))?", "varchar", shown)


# --- Data Catalog views -----------------------------------------------------------------


def refuse_multi_dialect(engine, reader) -> Plan:
    """CREATE PROTECTED MULTI DIALECT VIEW: one view for several engines."""
    reader.expect("CREATE")
    reader.accept("OR", "REPLACE")
    reader.expect("PROTECTED", "MULTI", "DIALECT", "VIEW")
    raise LabLimit(
        "CREATE PROTECTED MULTI DIALECT VIEW",
        "Athena makes a view in the Glue Data Catalog that Redshift Spectrum reads too, with the "
        "rights of its definer in Lake Formation.",
        "a Data Catalog view is shared by engines; an Athena view is Athena's alone.",
    )


def refuse_dialect(engine, reader) -> Plan:
    """ALTER VIEW ... ADD, UPDATE or DROP DIALECT, which only Data Catalog views have."""
    reader.expect("ALTER", "VIEW")
    names.path(engine, reader)
    reader.accept("FORCE")
    reader.expect_any("ADD", "UPDATE", "DROP")
    reader.expect("DIALECT")
    raise LabLimit(
        "ALTER VIEW ... DIALECT",
        "Athena changes the text that a Data Catalog view holds for one engine.",
    )
